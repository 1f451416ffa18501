"""Dataset + shapes.ttl -> findings: what is wrong, in which file and on which line."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from itas_graph.dataset import Dataset, Origin, field_of, line_of, locate, rdflib_term
from itas_graph.errors import EngineError, Finding, Message, Severity
from itas_graph.vocab import NS, PREFIXES

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

_SH = PREFIXES["sh"]


def check(dataset: Dataset, shapes: Path) -> list[Finding]:
    """Validate the union of all graphs against a SHACL shapes file (W3C SHACL, by pySHACL).

    Raises:
        EngineError: the shapes do not parse or the validator fails.
    """
    import pyshacl
    import rdflib

    # pySHACL leaves rdflib broken for the process if the shapes do not parse: parse them first.
    rules = rdflib.Graph()
    try:
        rules.parse(shapes, format="turtle")
    except Exception as error:
        raise EngineError(
            Message(
                f"ontology/{shapes.name} ist nicht lesbar: {error}",
                f"ontology/{shapes.name} cannot be read: {error}",
            )
        ) from error
    data = _union(dataset)
    try:
        _, report, _ = pyshacl.validate(
            data, shacl_graph=rules, inference="none", advanced=False, js=False, meta_shacl=False
        )
    except Exception as error:
        raise EngineError(
            Message(f"Die Prüfung brach ab: {error}", f"The validation failed: {error}")
        ) from error
    results = report.subjects(rdflib.RDF.type, rdflib.URIRef(_SH + "ValidationResult"))
    findings = {
        finding for result in results for finding in _findings(dataset, rules, data, report, result)
    }
    return sorted(findings)


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


def _findings(
    dataset: Dataset,
    rules: rdflib.Graph,
    data: rdflib.Graph,
    report: rdflib.Graph,
    result: Node,
) -> list[Finding]:
    import rdflib

    def value(name: str) -> Node | None:
        return report.value(result, rdflib.URIRef(_SH + name))

    focus, path, wrong = value("focusNode"), value("resultPath"), value("value")
    shape = value("sourceShape")
    constraint = value("sourceConstraint") or shape
    severity: Severity = "warning" if str(value("resultSeverity")) == _SH + "Warning" else "error"
    problem = _both(rules, (constraint, shape), _SH + "message") or _plain(value("resultMessage"))
    remedy = _both(rules, (constraint, shape), NS + "remedy") or Message("", "")
    shown = _shown(dataset, data, wrong)
    if shown:
        problem = Message(f"{problem.de} („{shown}“)", f"{problem.en} (“{shown}”)")
    if wrong is not None and str(value("sourceConstraintComponent")).endswith(
        "ClassConstraintComponent"
    ):
        remedy = _with_nearest(dataset, str(wrong), remedy)
    subject, prop = str(focus), str(path or "")
    places = locate(dataset, subject, prop, str(wrong) if wrong is not None else "")
    if not places:
        # Nobody wrote the focus node itself: name those who refer to it.
        places, prop = _referring(dataset, data, focus), ""
    if not places:
        return [Finding("ontology/", 0, subject, "", problem, remedy, severity)]
    best = [
        place
        for place in places
        if line_of(dataset.context, place, prop, str(wrong))[1]
        == line_of(dataset.context, places[0], prop, str(wrong))[1]
    ]
    return [
        Finding(
            place.record.file,
            line_of(dataset.context, place, prop, str(wrong))[0],
            place.record.label,
            field_of(dataset.context, place.kind, prop),
            problem,
            remedy,
            severity,
        )
        for place in best
    ]


def _referring(dataset: Dataset, data: rdflib.Graph, node: Node | None) -> list[Origin]:
    if node is None:
        return []
    return [
        place
        for subject in sorted(str(subject) for subject in data.subjects(None, node))
        for place in locate(dataset, subject)[:1]
    ]


def _both(rules: rdflib.Graph, nodes: tuple[Node | None, ...], prop: str) -> Message | None:
    import rdflib

    for node in nodes:
        if node is None:
            continue
        texts = {
            literal.language: str(literal)
            for literal in rules.objects(node, rdflib.URIRef(prop))
            if isinstance(literal, rdflib.Literal)
        }
        if "de" in texts and "en" in texts:
            return Message(texts["de"], texts["en"])
    return None


def _plain(node: Node | None) -> Message:
    return Message(str(node or "?"), str(node or "?"))


def _shown(dataset: Dataset, data: rdflib.Graph, value: Node | None) -> str:
    """Return the value as its author knows it: the slug of a resource, the text of a literal."""
    if value is None:
        return ""
    text = str(value)
    root = dataset.context.resources
    if text.startswith((root, PREFIXES["concept"])):
        return text.rsplit("/", 1)[1]
    return text[:80]


def _with_nearest(dataset: Dataset, iri: str, remedy: Message) -> Message:
    folder, _, slug = iri.rpartition("/")
    known = sorted(
        {
            text[1:-1].rpartition("/")[2]
            for text in {str(quad.subject) for quad in dataset.quads}
            if text[1:].startswith(folder + "/") and text[1:-1] != iri
        }
    )
    near = difflib.get_close_matches(slug, known, n=1, cutoff=0.6)
    if not near:
        return remedy
    return Message(
        f"Meinten Sie „{near[0]}“? {remedy.de}".strip(),
        f"Did you mean “{near[0]}”? {remedy.en}".strip(),
    )
