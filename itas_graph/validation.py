"""Statements + shapes (W3C SHACL) -> results: which node breaks which constraint, by what value.

Shapes are asked as queries of the store; pySHACL judges those that have no query. What only little
changed can have altered is found from the paths that the shapes follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from itas_graph import shape_queries
from itas_graph.dataset import rdflib_term
from itas_graph.errors import EngineError, Message
from itas_graph.shape_queries import Patterns, Reads, ShapeQuery, Slot, Translation
from itas_graph.shapes_graph import SH, Node, PropertyPath, ShapesGraph, Term

if TYPE_CHECKING:
    import rdflib

_THIS, _VALUE = ox.Variable("this"), ox.Variable("value")
#: Nodes named in one query.
_BATCH = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Result:
    """One thing that is wrong: the text of each term, or an empty text.

    `path` is empty where a property path is no single property, `constraint` is the node of a
    constraint in SPARQL.
    """

    shape: str
    component: str
    focus: str
    path: str
    value: str
    severity: str
    constraint: str = ""
    message: str = ""


_ORDER = attrgetter(*Result.__dataclass_fields__)


@dataclass(frozen=True)
class Changes:
    """What changed in the data: the statements that came or went."""

    added: frozenset[ox.Triple]
    removed: frozenset[ox.Triple]

    @property
    def subjects(self) -> frozenset[Term]:
        """The subjects of the statements."""
        subjects = (one.subject for one in self.added | self.removed)
        return frozenset(one for one in subjects if not isinstance(one, ox.Triple))

    @property
    def objects(self) -> frozenset[Term]:
        """The objects of the statements."""
        objects = (one.object for one in self.added | self.removed)
        return frozenset(one for one in objects if not isinstance(one, ox.Triple))


def changes(before: Iterable[ox.Triple], after: Iterable[ox.Triple]) -> Changes:
    """Return what differs between the statements before and after."""
    old, new = frozenset(before), frozenset(after)
    return Changes(new - old, old - new)


def triples(lines: Iterable[str]) -> frozenset[ox.Triple]:
    """Return lines of N-Triples, each without its point, as statements."""
    text = "".join(f"{line} .\n" for line in lines)
    return frozenset(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES))


def change(store: ox.Store, changed: Changes) -> None:
    """Bring a change into a store.

    Raises:
        EngineError: it cannot be written.
    """
    try:
        for one in changed.removed:
            store.remove(ox.Quad(one.subject, one.predicate, one.object))
        store.extend(ox.Quad(one.subject, one.predicate, one.object) for one in changed.added)
        store.flush()
    except OSError as error:
        raise _broke_off(error) from error


def store_of(quads: Iterable[ox.Quad], folder: Path | None = None) -> ox.Store:
    """Return a store whose default graph is the union of all graphs, to be validated.

    It is in memory, or lies in `folder`.
    """
    store = ox.Store() if folder is None else ox.Store(str(folder))
    store.bulk_extend(ox.Quad(one.subject, one.predicate, one.object) for one in quads)
    return store


def opened(folder: Path) -> ox.Store:
    """Open the store in a folder for reading and writing.

    Raises:
        EngineError: it is damaged, or another process has it open.
    """
    try:
        return ox.Store(str(folder))
    except (OSError, RuntimeError, ValueError) as error:
        raise _broke_off(error) from error


def add_triples(store: ox.Store, path: Path) -> None:
    """Add a file of N-Triples, which the program itself wrote, to a store.

    Raises:
        EngineError: it cannot be read.
    """
    try:
        store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES, lenient=True)
    except (OSError, SyntaxError) as error:
        raise _broke_off(error) from error


def validate(store: ox.Store, graph: ShapesGraph) -> list[Result]:
    """Return all results of the shapes on the default graph of a store, sorted.

    Raises:
        EngineError: a shape is none, or the validator fails.
    """
    translation = shape_queries.translate(graph)
    found = set(_asked(store, translation, translation.queries))
    found.update(_left(store, graph, translation))
    return sorted(found, key=_ORDER)


def revalidate(
    store: ox.Store, graph: ShapesGraph, changed: Changes, before: Iterable[Result]
) -> list[Result]:
    """Return what `validate` would, from the results before a change and the store after it.

    Only the nodes that the change can affect are judged again, and constraints in SPARQL that may
    read what changed. Shapes without a query are pySHACL's and judged again as a whole.

    Raises:
        EngineError: a shape is none, or the validator fails.
    """
    translation = shape_queries.translate(graph)
    found: set[Result] = set()
    of_shape: dict[Node, list[ShapeQuery]] = {}
    for query in translation.queries:
        if query.constraint is None:
            of_shape.setdefault(query.shape, []).append(query)
    reached = Reached(store, changed)
    again: set[tuple[str, str]] = set()
    for shape, queries in of_shape.items():
        nodes = {node for query in queries for node in reached.by(query)}
        again |= {(shape.value, _text(node)) for node in nodes}
        for some in _batches(nodes):
            for query in queries:
                found.update(_rows(store, translation, query, query.text(some)))
    rest = _InSparql(store, translation, changed)
    asked = [query for query in translation.queries if query.constraint is not None]
    for query in asked:
        found.update(rest.again(query))
    by_constraint = {query.constraint.value for query in asked if query.constraint is not None}
    translated = {shape.value for shape in of_shape}
    kept = {
        one
        for one in before
        if (
            rest.holds(one)
            if one.constraint in by_constraint
            else one.shape in translated and (one.shape, one.focus) not in again
        )
    }
    found.update(_left(store, graph, translation))
    return sorted(kept | found, key=_ORDER)


class _InSparql:
    """Constraints in SPARQL after a change: which are asked again, as a whole or for few values."""

    def __init__(self, store: ox.Store, translation: Translation, changed: Changes) -> None:
        self._store = store
        self._translation = translation
        self._changed = changed
        self._subjects = {_text(one) for one in changed.subjects}
        self._whole: set[str] = set()
        self._some: set[str] = set()

    def again(self, query: ShapeQuery) -> Iterator[Result]:
        """Yield what a constraint finds that may have changed."""
        assert query.constraint is not None  # noqa: S101  # tells the type checker
        reads = shape_queries.patterns(query.broken)
        at_hand = {_text(row["this"]) for row in self._focus_nodes(query)}
        if reads is None or query.focus.reads != Reads():
            self._whole.add(query.constraint.value)
            yield from _asked(self._store, self._translation, [query])
        elif not self._concerns(reads):
            return
        elif reads.of_value and not at_hand & self._subjects:
            self._some.add(query.constraint.value)
            for focus in self._focus_nodes(query):
                for value in self._changed.subjects:
                    given = {_THIS: focus["this"], _VALUE: value}
                    yield from _rows(self._store, self._translation, query, query.broken, given)
        else:
            self._whole.add(query.constraint.value)
            yield from _asked(self._store, self._translation, [query])

    def holds(self, result: Result) -> bool:
        """Say whether what a constraint found before the change is still so."""
        if result.constraint in self._whole:
            return False
        return result.constraint not in self._some or result.value not in self._subjects

    def _focus_nodes(self, query: ShapeQuery) -> ox.QuerySolutions:
        return _select(self._store, self._translation, query.focus_nodes())

    def _concerns(self, reads: Patterns) -> bool:
        """Say whether a change alters what patterns find."""
        changed = self._changed.added | self._changed.removed
        if any(one.predicate.value in reads.paths for one in changed):
            return True
        return any(self._alters(one, slots) for one in changed for slots in reads.triples)

    def _alters(self, triple: ox.Triple, slots: tuple[Slot, Slot, Slot]) -> bool:
        terms = (triple.subject, triple.predicate, triple.object)
        pairs = list(zip(terms, slots, strict=True))
        if any(slot.term is not None and slot.term != term for term, slot in pairs):
            return False
        if not any(slot.any for slot in slots):
            return True
        # Another statement did, and does, for it as well.
        subject, predicate, value = (None if slot.any else term for term, slot in pairs)
        others = self._store.quads_for_pattern(
            subject,  # type: ignore[arg-type]  # a term that stood there before
            predicate,  # type: ignore[arg-type]  # likewise
            value,
            None,
        )
        stays = next((True for quad in others if quad.triple not in self._changed.added), False)
        return not stays


class Reached:
    """The nodes that a change can affect, each path asked once."""

    def __init__(self, store: ox.Store, changed: Changes) -> None:
        self._store = store
        self._changed = changed
        self._known: dict[tuple[str, bool], set[Term]] = {}

    def by(self, query: ShapeQuery) -> Iterator[Term]:
        """Yield the nodes for which a query may answer otherwise than before."""
        reads = query.reads | query.focus.reads
        for path in reads.out:
            yield from self._along(path, back=False)
        for path in reads.back:
            yield from self._along(path, back=True)

    def _along(self, path: PropertyPath | None, *, back: bool) -> set[Term]:
        ends = self._changed.objects if back else self._changed.subjects
        if path is None:
            return set(ends)
        key = (path.text(), back)
        if key not in self._known:
            found = {row["this"] for some in _batches(ends) for row in self._rows(path, some)}
            # What the data has no longer stays where it is, too.
            self._known[key] = found | ends if path.may_stay() else found
        return self._known[key]

    def _rows(self, path: PropertyPath, ends: Sequence[Term]) -> ox.QuerySolutions:
        named = " ".join(map(str, ends))
        pattern = f"VALUES ?end {{ {named} }} ?this {path.text()} ?end"
        rows = self._store.query(f"SELECT DISTINCT ?this WHERE {{ {pattern} }}")
        assert isinstance(rows, ox.QuerySolutions)  # noqa: S101  # tells the type checker
        return rows


def _asked(
    store: ox.Store, translation: Translation, queries: Iterable[ShapeQuery]
) -> Iterator[Result]:
    for query in queries:
        if query.constraint is None:
            yield from _rows(store, translation, query, query.text())
        else:
            for row in _select(store, translation, query.focus_nodes()):
                yield from _rows(store, translation, query, query.broken, {_THIS: row["this"]})


def _rows(
    store: ox.Store,
    translation: Translation,
    query: ShapeQuery,
    text: str,
    given: Mapping[ox.Variable, Term] | None = None,
) -> Iterator[Result]:
    answer = _select(store, translation, text, given)
    focus = given[_THIS] if given else None
    names = {variable.value for variable in answer.variables}
    for row in answer:
        judged = row["this"] if row["this"] is not None else focus
        value = row["value"] if "value" in names else None
        if value is None and focus is not None and not query.path:
            value = focus
        about = row["path"] if "path" in names else None
        yield Result(
            query.shape.value,
            query.component,
            _text(judged),
            _text(about) or query.path,
            _text(value),
            query.severity,
            query.constraint.value if query.constraint is not None else "",
        )


def _select(
    store: ox.Store,
    translation: Translation,
    text: str,
    given: Mapping[ox.Variable, Term] | None = None,
) -> ox.QuerySolutions:
    try:
        answer = store.query(
            text,
            substitutions=None if given is None else dict(given),
            custom_functions=translation.functions,
        )
    except (SyntaxError, RuntimeError, OSError) as error:
        raise _broke_off(error) from error
    assert isinstance(answer, ox.QuerySolutions)  # noqa: S101  # SELECT is all that is asked
    return answer


def _left(store: ox.Store, graph: ShapesGraph, translation: Translation) -> Iterator[Result]:
    """Have pySHACL judge the shapes that have no query."""
    if not translation.left:
        return
    import rdflib

    data = rdflib.Graph()
    data.addN((*_triple(quad), data) for quad in store.quads_for_pattern(None, None, None, None))
    if all(isinstance(shape, ox.NamedNode) for shape in translation.left):
        yield from by_pyshacl(data, graph, [shape.value for shape in translation.left])
    else:  # pySHACL can be asked for shapes by name only.
        known = {query.shape.value for query in translation.queries}
        yield from (one for one in by_pyshacl(data, graph) if one.shape not in known)


def by_pyshacl(
    data: rdflib.Graph, graph: ShapesGraph, some: Sequence[str] | None = None
) -> list[Result]:
    """Return the results of pySHACL, for all shapes or for `some` of them, sorted.

    Raises:
        EngineError: a shape is none, or the validator fails.
    """
    import pyshacl
    import rdflib

    shapes = rdflib.Graph()
    shapes.addN((*_triple(triple), shapes) for triple in graph.triples)
    try:
        _, report, _ = pyshacl.validate(
            data,
            shacl_graph=shapes,
            inference="none",
            advanced=False,
            js=False,
            meta_shacl=False,
            use_shapes=None if some is None else list(some),
        )
    except Exception as error:
        raise _broke_off(error) from error
    if isinstance(report, Exception):  # pySHACL hands back what it cannot judge
        raise _broke_off(report)
    # The report has details as well, which are no results.
    results = report.objects(None, rdflib.URIRef(SH + "result"))
    return sorted(_reported(report, result) for result in results)


def _reported(report: rdflib.Graph, result: Any) -> Result:  # noqa: ANN401  # a node of rdflib
    import rdflib

    def text(name: str) -> str:
        node = report.value(result, rdflib.URIRef(SH + name))
        return "" if node is None else str(node)

    path = report.value(result, rdflib.URIRef(SH + "resultPath"))
    return Result(
        text("sourceShape"),
        text("sourceConstraintComponent"),
        text("focusNode"),
        str(path) if isinstance(path, rdflib.URIRef) else "",
        text("value"),
        text("resultSeverity"),
        text("sourceConstraint"),
        text("resultMessage"),
    )


def _triple(one: ox.Quad | ox.Triple) -> tuple[Any, Any, Any]:
    return rdflib_term(one.subject), rdflib_term(one.predicate), rdflib_term(one.object)


def _batches(nodes: Iterable[Term]) -> Iterator[Sequence[Term]]:
    """Yield the nodes that a query can name, in sorted pieces."""
    # Blank nodes cannot be named.
    named = (node for node in nodes if not isinstance(node, ox.BlankNode))
    every: list[Term] = sorted(named, key=str)
    for start in range(0, len(every), _BATCH):
        yield every[start : start + _BATCH]


def _text(term: object) -> str:
    return getattr(term, "value", "")


def _broke_off(error: Exception) -> EngineError:
    return EngineError(Message(f"Die Prüfung brach ab: {error}", f"The validation failed: {error}"))
