"""Dataset + shapes.ttl -> findings: what is wrong, in which file and on which line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from itas_graph import shape_queries, shapes_graph, validation
from itas_graph.dataset import Dataset, field_of, line_of, locate
from itas_graph.errors import Finding, Message, Severity
from itas_graph.shapes_graph import SH, ShapesGraph
from itas_graph.validation import Result
from itas_graph.vocab import NS, PREFIXES, SLUG

#: From so many statements on, pySHACL takes more than a few minutes.
_MANY = 100_000
#: Of more slugs than these only those that begin alike are compared with one that is not known.
_COMPARED = 5_000


def check(dataset: Dataset, shapes: Path, unreadable: Sequence[str] = ()) -> list[Finding]:
    """Validate the union of all graphs against a SHACL shapes file (W3C SHACL).

    References into the kinds of record named in `unreadable` are not objected to: their register
    could not be read, which is a finding of its own.

    Raises:
        EngineError: the shapes do not parse or the validator fails.
    """
    graph = shapes_graph.read(shapes)
    store = validation.store_of(dataset.quads)
    results = validation.validate(store, graph)
    explainer = Explainer(dataset, graph, store, unreadable)
    found = {finding for result in results for finding in explainer.findings(result)}
    return sorted(found.union(unjudged(graph, shapes, len(dataset))))


def unjudged(graph: ShapesGraph, shapes: Path, statements: int) -> Iterator[Finding]:
    """Say what nobody judges in the shapes, and what takes long to judge."""
    lines = shapes.read_text("utf-8").splitlines()
    translation = shape_queries.translate(graph)
    for shape, name in translation.unread:
        yield _about_shape(
            shapes,
            _line(lines, name),
            shape,
            Message(f"„sh:{name}“ wird nicht geprüft.", f"“sh:{name}” is not checked."),
            Message(
                "Schreiben Sie die Regel mit Mitteln von SHACL Core oder als sh:sparql; oder ist "
                "der Name verschrieben?",
                "Write the rule by means of SHACL Core or as sh:sparql; or is the name misspelt?",
            ),
        )
    for shape, name in translation.left.items() if statements > _MANY else ():
        yield _about_shape(
            shapes,
            _line(lines, name),
            shape,
            Message(
                f"Diese Regel hat keine schnelle Form ({name}) und wird mit pySHACL geprüft: das "
                "dauert bei so vielen Aussagen lange.",
                f"This rule has no fast form ({name}) and is judged by pySHACL, which takes long "
                "with so many statements.",
            ),
            Message(
                "Wenn es eilt: als sh:sparql schreiben.", "If it matters: write it as sh:sparql."
            ),
        )


def _about_shape(
    shapes: Path, line: int, shape: shapes_graph.Node, problem: Message, remedy: Message
) -> Finding:
    name = shape.value.rpartition("/")[2].rpartition("#")[2]
    record = name if isinstance(shape, ox.NamedNode) else ""
    return Finding(f"ontology/{shapes.name}", line, record, "", problem, remedy, "warning")


def _line(lines: Sequence[str], name: str) -> int:
    """Return the first line that has a term of SHACL, or 0."""
    term = re.compile(rf"(sh:|shacl#){re.escape(name)}\b")
    return next((at for at, line in enumerate(lines, 1) if term.search(line)), 0)


class Explainer:
    """Turns results of a validation into findings with file and line.

    The dataset says where resources were written; the store holds all that was judged.
    """

    def __init__(
        self, dataset: Dataset, graph: ShapesGraph, store: ox.Store, unreadable: Sequence[str]
    ) -> None:
        self.dataset = dataset
        self.graph = graph
        self._store = store
        self._known: dict[str, list[str]] = {}
        kinds = dataset.context.kinds
        self._hidden = tuple(dataset.context.folder(kinds[name]) for name in unreadable)
        self._nodes = {node.value: node for node in graph if not isinstance(node, ox.Literal)}

    def is_hidden(self, result: Result) -> bool:
        """Say whether a result is about what could not be read."""
        return result.value.startswith(self._hidden) or result.focus.startswith(self._hidden)

    def users(self, iri: str) -> list[str]:
        """Return who refers to a resource: sorted subjects by IRI."""
        node = _node(iri)
        if node is None:
            return []
        found = self._store.quads_for_pattern(None, None, node, None)
        return sorted({str(quad.subject)[1:-1] for quad in found})

    def findings(self, result: Result) -> list[Finding]:
        """Return one finding for each place in the records that a result is about."""
        focus, wrong, prop = result.focus, result.value, result.path
        if self.is_hidden(result):
            return []
        if focus not in self.dataset.origins and wrong in self.dataset.origins:
            # A rule over the whole graph names the offending resource as its value.
            focus, wrong = wrong, ""
        problem, remedy, severity = self.rule(result)
        if wrong:
            shown = self._shown(wrong)
            problem = Message(f"{problem.de} („{shown}“)", f"{problem.en} (“{shown}”)")
            remedy = self._with_nearest(wrong, remedy)
        places = self._places(focus, prop, wrong)
        return [
            Finding(file, line, record, name, problem, remedy, severity)
            for file, line, record, name in places or [("ontology/", 0, self._shown(focus), "")]
        ]

    def rule(self, result: Result) -> tuple[Message, Message, Severity]:
        """Return what the rule says that a result is about: what is wrong, and what to do."""
        named = [name for name in (result.constraint, result.shape) if name]
        problem = self._both(named, SH + "message") or self._unnamed(result)
        remedy = self._both(named, NS + "remedy") or Message("", "")
        return problem, remedy, "warning" if result.severity == SH + "Warning" else "error"

    def _places(self, focus: str, prop: str, wrong: str) -> list[tuple[str, int, str, str]]:
        """Return (file, line, record, field) where the fault was written, best matches only."""
        context = self.dataset.context
        origins = locate(self.dataset, focus, prop, wrong)
        if not origins:
            # Nobody wrote the focus node itself: name those who refer to it.
            users = self.users(focus)
            origins = [one for user in users for one in locate(self.dataset, user, "", focus)[:1]]
        found = [(line_of(context, origin, prop, wrong), origin) for origin in origins]
        best = max((match for (_, match), _ in found), default=0)
        return [
            (
                origin.record.file,
                line,
                origin.record.label,
                field_of(context, origin.kind, prop),
            )
            for (line, match), origin in found
            if match == best
        ]

    def _both(self, names: Iterable[str], prop: str) -> Message | None:
        """Return the text of the first of the named shapes that has one in both languages."""
        found = (self.graph.both(self._nodes[name], prop) for name in names if name in self._nodes)
        return next((text for text in found if text is not None), None)

    def _unnamed(self, result: Result) -> Message:
        """Return what to say where a shape has no message in both languages."""
        for name in (result.constraint, result.shape):
            node = self._nodes.get(name)
            if node is not None and (given := self.graph.text(node, SH + "message")):
                return Message(given, given)
        if result.message:
            return Message(result.message, result.message)
        broken = result.component.removeprefix(SH).removesuffix("ConstraintComponent")
        shape = self._nodes.get(result.shape)
        of = self._shown(result.shape) if isinstance(shape, ox.NamedNode) else ""
        return Message(
            f"Die Regel {of} ist verletzt: {broken}".replace("  ", " "),
            f"The rule {of} is broken: {broken}".replace("  ", " "),
        )

    def _shown(self, value: str) -> str:
        """Return a value as its author knows it: the slug of a resource, the text of a literal."""
        if value.startswith((self.dataset.context.resources, PREFIXES["concept"])):
            return value.rsplit("/", 1)[1]
        return value[:80]

    def _slugs(self, folder: str) -> list[str]:
        """Return the slugs of all that lies in a folder, sorted."""
        if folder not in self._known:
            begins = f"FILTER (STRSTARTS(STR(?this), {ox.Literal(folder)}))"
            rows = self._store.query(f"SELECT DISTINCT ?this WHERE {{ ?this ?p ?o {begins} }}")
            assert isinstance(rows, ox.QuerySolutions)  # noqa: S101  # SELECT is all that is asked
            self._known[folder] = sorted(row["this"].value.removeprefix(folder) for row in rows)
        return self._known[folder]

    def _with_nearest(self, iri: str, remedy: Message) -> Message:
        """Name the nearest known slug where a reference leads nowhere."""
        folder, slash, slug = iri.rpartition("/")
        node = _node(iri)
        if not slash or not SLUG.fullmatch(slug) or node is None:
            return remedy
        if next(self._store.quads_for_pattern(node, None, None, None), None):
            return remedy
        slugs = self._slugs(folder + "/")
        if len(slugs) > _COMPARED:
            slugs = [one for one in slugs if one[:2] == slug[:2]]
        near = difflib.get_close_matches(slug, slugs, n=1, cutoff=0.6)
        if not near:
            return remedy
        return Message(
            f"Meinten Sie „{near[0]}“? {remedy.de}".strip(),
            f"Did you mean “{near[0]}”? {remedy.en}".strip(),
        )


def _node(text: str) -> ox.NamedNode | None:
    """Return the node that a text names, as results name nodes; blank nodes and texts are none."""
    if "://" not in text and not text.startswith("urn:"):
        return None
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None
