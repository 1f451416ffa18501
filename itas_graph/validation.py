"""Statements + shapes (W3C SHACL) -> results: which node breaks which constraint, by what value.

Shapes are asked as queries of the store; pySHACL judges those that have no query. What only little
changed can have altered is found from the paths that the shapes follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from itas_graph import shape_queries
from itas_graph.dataset import rdflib_term
from itas_graph.errors import EngineError, Message
from itas_graph.shape_queries import ShapeQuery, Translation
from itas_graph.shapes_graph import SH, Node, PropertyPath, ShapesGraph, Term

if TYPE_CHECKING:
    import rdflib

_THIS = ox.Variable("this")
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


@dataclass(frozen=True)
class Changes:
    """What changed in the data: the subjects and the objects of statements that came or went."""

    subjects: frozenset[Term]
    objects: frozenset[Term]


def changes(before: Iterable[ox.Triple], after: Iterable[ox.Triple]) -> Changes:
    """Return what differs between the statements before and after."""
    different = set(before) ^ set(after)
    subjects = (one.subject for one in different)
    objects = (one.object for one in different)
    return Changes(
        frozenset(one for one in subjects if not isinstance(one, ox.Triple)),
        frozenset(one for one in objects if not isinstance(one, ox.Triple)),
    )


def store_of(quads: Iterable[ox.Quad], folder: Path | None = None) -> ox.Store:
    """Return a store whose default graph is the union of all graphs, to be validated.

    It is in memory, or lies in `folder`.
    """
    store = ox.Store() if folder is None else ox.Store(str(folder))
    store.bulk_extend(ox.Quad(one.subject, one.predicate, one.object) for one in quads)
    return store


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
    return sorted(found)


def revalidate(
    store: ox.Store, graph: ShapesGraph, changed: Changes, before: Iterable[Result]
) -> list[Result]:
    """Return what `validate` would, from the results before a change and the store after it.

    Only the nodes that the change can affect are judged again. Constraints in SPARQL may read
    anything, and shapes without a query are pySHACL's: both are judged again as a whole.

    Raises:
        EngineError: a shape is none, or the validator fails.
    """
    translation = shape_queries.translate(graph)
    kept = set(before)
    found: set[Result] = set()
    whole = [query for query in translation.queries if query.constraint is not None]
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
    asked_whole = {(query.shape.value, query.component) for query in whole}
    translated = {shape.value for shape in of_shape}
    kept = {
        one
        for one in kept
        if (one.shape, one.component) not in asked_whole
        and one.shape in translated
        and (one.shape, one.focus) not in again
    }
    found.update(_asked(store, translation, whole))
    found.update(_left(store, graph, translation))
    return sorted(kept | found)


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
                yield from _rows(store, translation, query, query.broken, row["this"])


def _rows(
    store: ox.Store,
    translation: Translation,
    query: ShapeQuery,
    text: str,
    focus: Term | None = None,
) -> Iterator[Result]:
    answer = _select(store, translation, text, focus)
    names = {variable.value for variable in answer.variables}
    for row in answer:
        judged = row["this"] if row["this"] is not None else focus
        value = row["value"] if "value" in names else None
        if value is None and focus is not None and not query.path:
            value = focus
        given = row["path"] if "path" in names else None
        yield Result(
            query.shape.value,
            query.component,
            _text(judged),
            _text(given) or query.path,
            _text(value),
            query.severity,
            query.constraint.value if query.constraint is not None else "",
        )


def _select(
    store: ox.Store, translation: Translation, text: str, focus: Term | None = None
) -> ox.QuerySolutions:
    try:
        answer = store.query(
            text,
            substitutions=None if focus is None else {_THIS: focus},
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
