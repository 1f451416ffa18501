"""Dataset -> what a person has reviewed: drafts, and what hangs on them, are left out here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from itas_graph.dataset import Dataset
from itas_graph.errors import Finding, Message
from itas_graph.vocab import CONCEPT, NS, PREFIXES, RDF_TYPE

DRAFT = CONCEPT + "status/draft"
_STATUS = NS + "status"
_MENTIONS = PREFIXES["schema"] + "mentions"
#: A record that stands beneath a draft is one, too.
_WITHIN = {
    PREFIXES["schema"] + "superEvent",
    PREFIXES["schema"] + "fundedItem",
    *(NS + name for name in ("contributionTo", "participationIn", "involvementIn")),
    *(NS + name for name in ("resultOf", "milestoneOf")),
}
#: A record says nothing without the thing that it names so.
ESSENTIAL = {
    *(NS + name for name in ("contributor", "participant", "involvedOrganisation")),
    *(PREFIXES["org"] + name for name in ("member", "organization")),
    *(PREFIXES["org"] + name for name in ("originalOrganization", "resultingOrganization")),
    PREFIXES["schema"] + "funder",
    *(NS + name for name in ("referenceEntity", "comparedEntity")),
}


def without(dataset: Dataset) -> Dataset:
    """Return the dataset without the records that say `status: draft`.

    What stands beneath a draft in the same source goes with it, and so does what says nothing
    without it (the appearance of a person who is a draft). A thing that another source has
    reviewed stays, as that source describes it.
    """
    drafts = _drafts(dataset)
    if not drafts:
        return dataset
    gone = _spread(dataset, drafts)
    return replace(
        dataset,
        quads=[
            quad
            for quad in dataset.quads
            if (quad.subject, quad.graph_name) not in drafts
            and quad.subject not in gone
            and quad.object not in gone
        ],
    )


def check(dataset: Dataset) -> list[Finding]:
    """Return a warning for each file that holds drafts."""
    lines: dict[str, list[int]] = {}
    for subject, _ in _drafts(dataset):
        for origin in dataset.origins.get(str(subject)[1:-1], ()):
            record = origin.record
            if any(value.text == "draft" for value in record.fields.get("status", ())):
                lines.setdefault(record.file, []).append(record.lines.get("status", record.line))
    return [_unreviewed(file, sorted(set(found))) for file, found in sorted(lines.items())]


def _drafts(dataset: Dataset) -> set[tuple[object, object]]:
    """Return who is called a draft, and in which graph."""
    return {
        (quad.subject, quad.graph_name)
        for quad in dataset.quads
        if quad.predicate.value == _STATUS and str(quad.object) == f"<{DRAFT}>"
    }


def _spread(dataset: Dataset, drafts: set[tuple[object, object]]) -> set[object]:
    """Add to `drafts` all that falls with them; return the resources that are nowhere left."""
    gone: set[object] = set()
    before = -1
    while before != len(drafts) + len(gone):
        before = len(drafts) + len(gone)
        drafts.update(_fallen(dataset, drafts, gone))
        left = {
            quad.subject
            for quad in dataset.quads
            if quad.predicate.value == RDF_TYPE and (quad.subject, quad.graph_name) not in drafts
        }
        gone.update(subject for subject, _ in drafts if subject not in left)
    return gone


def _fallen(
    dataset: Dataset, drafts: set[tuple[object, object]], gone: set[object]
) -> Iterator[tuple[object, object]]:
    for quad in dataset.quads:
        name, graph = quad.predicate.value, quad.graph_name
        within = name in _WITHIN and (quad.object, graph) in drafts
        if within or (name in ESSENTIAL and quad.object in gone):
            yield quad.subject, graph
        elif name == _MENTIONS and quad.subject == graph and (quad.subject, graph) in drafts:
            yield quad.object, graph


def _unreviewed(file: str, lines: list[int]) -> Finding:
    count = len(lines)
    return Finding(
        file,
        lines[0],
        "",
        "status",
        Message(
            f"Hier stehen {count} Entwürfe; öffentlich erscheint davon nichts."
            if count > 1
            else "Hier steht ein Entwurf; öffentlich erscheint er nicht.",
            f"Here stand {count} drafts; none of it appears in public."
            if count > 1
            else "Here stands a draft; it does not appear in public.",
        ),
        Message(
            "Vergleichen Sie mit der Quelle und löschen Sie, was stimmt, die Zeile "
            "„status: draft“: von oben nach unten, oder mit „itas-graph draft --review DATEI“.",
            "Compare with the source and delete the line “status: draft” of what is right: from "
            "top to bottom, or by “itas-graph draft --review FILE”.",
        ),
        "warning",
    )
