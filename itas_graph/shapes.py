"""Dataset + shapes.ttl -> findings: what is wrong, in which file and on which line."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itas_graph.dataset import Dataset, field_of, line_of, locate, rdflib_term
from itas_graph.errors import EngineError, Finding, Message, Severity
from itas_graph.vocab import NS, PREFIXES, SLUG

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_SH = PREFIXES["sh"]


def check(dataset: Dataset, shapes: Path, unreadable: Sequence[str] = ()) -> list[Finding]:
    """Validate the union of all graphs against a SHACL shapes file (W3C SHACL, by pySHACL).

    References into the kinds of record named in `unreadable` are not objected to: their register
    could not be read, which is a finding of its own.

    Raises:
        EngineError: the shapes do not parse or the validator fails.
    """
    import pyshacl
    import rdflib

    # pySHACL leaves rdflib broken for the process if the shapes do not parse: parse them first.
    rules = rdflib.Graph()
    try:
        rules.parse(data=shapes.read_bytes(), format="turtle", publicID=NS)
    except Exception as error:
        raise EngineError(
            Message(
                f"ontology/{shapes.name} ist nicht lesbar: {error}",
                f"ontology/{shapes.name} cannot be read: {error}",
            )
        ) from error
    try:
        _, report, _ = pyshacl.validate(
            _union(dataset),
            shacl_graph=rules,
            inference="none",
            advanced=False,
            js=False,
            meta_shacl=False,
        )
    except Exception as error:
        raise EngineError(
            Message(f"Die Prüfung brach ab: {error}", f"The validation failed: {error}")
        ) from error
    explainer = _Explainer(dataset, rules, report, unreadable)
    results = report.subjects(rdflib.RDF.type, rdflib.URIRef(_SH + "ValidationResult"))
    return sorted({finding for result in results for finding in explainer.findings(result)})


def _union(dataset: Dataset) -> rdflib.Graph:
    """Return the union of all graphs as one rdflib graph: pySHACL is slow on a Dataset view."""
    import rdflib

    union = rdflib.Graph()
    union.addN(
        (
            rdflib_term(triple.subject),
            rdflib_term(triple.predicate),
            rdflib_term(triple.object),
            union,
        )
        for triple in dataset.triples()
    )
    return union


class _Explainer:
    """Turns results of a SHACL report into findings with file and line."""

    def __init__(
        self,
        dataset: Dataset,
        rules: rdflib.Graph,
        report: rdflib.Graph,
        unreadable: Sequence[str],
    ) -> None:
        self.dataset = dataset
        self.rules = rules
        self.report = report
        kinds = dataset.context.kinds
        self.hidden = tuple(dataset.context.folder(kinds[name]) for name in unreadable)
        self.known = {str(quad.subject)[1:-1] for quad in dataset.quads}

    def findings(self, result: Node) -> list[Finding]:
        """Return one finding for each place in the records that a result is about."""
        focus, wrong = self._text(result, "focusNode"), self._text(result, "value")
        prop = self._text(result, "resultPath")
        if wrong.startswith(self.hidden) or focus.startswith(self.hidden):
            return []
        if focus not in self.dataset.origins and wrong in self.dataset.origins:
            # A rule over the whole graph names the offending resource as its value.
            focus, wrong = wrong, ""
        shape = self._node(result, "sourceShape")
        shapes = [node for node in (self._node(result, "sourceConstraint"), shape) if node]
        given = self._text(result, "resultMessage")
        problem = self._both(shapes, _SH + "message") or Message(given, given)
        remedy = self._both(shapes, NS + "remedy") or Message("", "")
        if wrong:
            shown = self._shown(wrong)
            problem = Message(f"{problem.de} („{shown}“)", f"{problem.en} (“{shown}”)")
            remedy = self._with_nearest(wrong, remedy)
        warns = self._text(result, "resultSeverity") == _SH + "Warning"
        severity: Severity = "warning" if warns else "error"
        places = self._places(focus, prop, wrong)
        return [
            Finding(file, line, record, name, problem, remedy, severity)
            for file, line, record, name in places or [("ontology/", 0, self._shown(focus), "")]
        ]

    def _places(self, focus: str, prop: str, wrong: str) -> list[tuple[str, int, str, str]]:
        """Return (file, line, record, field) where the fault was written, best matches only."""
        context = self.dataset.context
        origins = locate(self.dataset, focus, prop, wrong)
        if not origins:
            # Nobody wrote the focus node itself: name those who refer to it.
            users = sorted(
                {str(q.subject)[1:-1] for q in self.dataset.quads if str(q.object)[1:-1] == focus}
            )
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

    def _node(self, result: Node, name: str) -> Node | None:
        import rdflib

        return self.report.value(result, rdflib.URIRef(_SH + name))

    def _text(self, result: Node, name: str) -> str:
        node = self._node(result, name)
        return "" if node is None else str(node)

    def _both(self, nodes: Sequence[Node], prop: str) -> Message | None:
        import rdflib

        for node in nodes:
            texts = {
                literal.language: str(literal)
                for literal in self.rules.objects(node, rdflib.URIRef(prop))
                if isinstance(literal, rdflib.Literal)
            }
            if "de" in texts and "en" in texts:
                return Message(texts["de"], texts["en"])
        return None

    def _shown(self, value: str) -> str:
        """Return a value as its author knows it: the slug of a resource, the text of a literal."""
        if value.startswith((self.dataset.context.resources, PREFIXES["concept"])):
            return value.rsplit("/", 1)[1]
        return value[:80]

    def _with_nearest(self, iri: str, remedy: Message) -> Message:
        """Name the nearest known slug where a reference leads nowhere."""
        folder, slash, slug = iri.rpartition("/")
        if iri in self.known or not slash or not SLUG.fullmatch(slug):
            return remedy
        slugs = [
            one.rpartition("/")[2] for one in sorted(self.known) if one.startswith(folder + "/")
        ]
        near = difflib.get_close_matches(slug, slugs, n=1, cutoff=0.6)
        if not near:
            return remedy
        return Message(
            f"Meinten Sie „{near[0]}“? {remedy.de}".strip(),
            f"Did you mean “{near[0]}”? {remedy.en}".strip(),
        )
