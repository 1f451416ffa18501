"""One actor of a network -> its dossier: what it does, with whom, what hangs on it, who says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from itas_graph import actors, explanation, narration
from itas_graph.dossier import (
    NETWORK,
    PAIRS,
    Block,
    Cell,
    Dossier,
    Inquiry,
    Section,
    Sentence,
    Table,
    slug,
    table,
)
from itas_graph.errors import Message
from itas_graph.network_dossier import drawn, preface
from itas_graph.trust_dossier import conflict_table, conflicting

#: Measures whose reading says something about a single actor, with the network they are of.
_MEASURES = (
    (NETWORK, "betweenness"),
    (NETWORK, "articulation"),
    (PAIRS, "degree"),
    (PAIRS, "constraint"),
)
_AMONG = {
    NETWORK: Message(
        "Unter Organisationen und Initiativen:", "Among organisations and initiatives:"
    ),
    PAIRS: Message("Unter Organisationen:", "Among organisations:"),
}
_FAR = 2


def compiled(inquiry: Inquiry, name: str, premises: Sequence[str] = ()) -> Dossier:
    """Return the dossier of the actor that a slug, IRI, name or alias means.

    `premises` say what was assumed, if the network is an imagined one.

    Raises:
        EngineError: the endpoint failed, or the workspace lacks a question.
        UsageError: nothing or several things bear the name.
    """
    known = actors.Actors(inquiry.whole)
    key = explanation.named(known, name)
    iri = inquiry.base + key.replace(f"{actors.FIELD}/", "action-field/")
    shown = explanation.portray(known, key)
    told = json.loads(narration.portrait(known, shown, "json", inquiry.language))
    sections = [
        _glance(inquiry, key, told),
        *_relations(inquiry, iri, told),
        *(_of_organisation(inquiry, iri, told["label"]) if told["group"] == "organisation" else ()),
        *_conflicts(inquiry, iri),
        _evidence(inquiry, iri),
    ]
    filled = [section for section in sections if section.blocks]
    return Dossier(
        inquiry.say(f"Bericht: {told['label']}", f"Report: {told['label']}"),
        [told["kind"], *preface(inquiry)],
        inquiry.language,
        filled,
        inquiry.origins(filled),
        premises,
    )


def _glance(inquiry: Inquiry, key: str, told: Any) -> Section:  # noqa: ANN401  # as JSON has it
    graph = inquiry.network(NETWORK)
    blocks: list[Block] = [*_involvement(inquiry, key, told)]
    for network, measure in _MEASURES:
        among = _AMONG[network].text(inquiry.language)
        blocks += [
            Sentence(
                f"{among} {one.reading.text(inquiry.language)}",
                inquiry.measure_origin(network, measure),
            )
            for one in inquiry.measured(network, measure)
            if key in one.nodes
        ]
    # What an organisation inherits from initiatives of all fields says nothing about it.
    fields = inquiry.words.text("facet.field")
    facts = [
        (label, value)
        for label, value in told["facts"].items()
        if told["group"] != "organisation" or label != fields
    ]
    if facts:
        columns = [inquiry.say("Angabe", "Detail"), inquiry.say("Wert", "Value")]
        title = inquiry.say("Stammdaten", "Details")
        blocks.append(Table(title, columns, facts, ""))
    if key in graph:
        around = _around(graph, key)
        title = inquiry.say(
            "Beteiligungen, und wer noch dabei ist", "Involvements, and who else is there"
        )
        blocks += drawn(inquiry, around, title)
    return Section("glance", inquiry.say("Auf einen Blick", "At a glance"), blocks)


def _involvement(inquiry: Inquiry, key: str, told: Any) -> Iterator[Sentence]:  # noqa: ANN401  # as JSON has it
    """Say with how many initiatives an organisation has to do, or the other way round."""
    graph, group, label = inquiry.network(NETWORK), told["group"], told["label"]
    if group not in ("organisation", "initiative"):
        return
    groups = [node["group"] for _, node in graph.nodes(data=True)]
    count = len(set(graph.neighbors(key))) if key in graph else 0
    of_organisation = group == "organisation"
    all_ = inquiry.words.number(groups.count("initiative" if of_organisation else "organisation"))
    yield Sentence(
        inquiry.told(
            count,
            "Keine Quelle verbindet „{label}“ mit einer Initiative.|"
            "„{label}“ hat nach den Quellen mit einer von {all} Initiativen zu tun.|"
            "„{label}“ hat nach den Quellen mit {n} von {all} Initiativen zu tun.",
            "No source links “{label}” with an initiative.|"
            "According to the sources, “{label}” has to do with one of {all} initiatives.|"
            "According to the sources, “{label}” has to do with {n} of {all} initiatives.",
            label=label,
            all=all_,
        )
        if of_organisation
        else inquiry.told(
            count,
            "Keine Quelle nennt eine Organisation zu „{label}“.|"
            "Zu „{label}“ nennen die Quellen eine Organisation.|"
            "Zu „{label}“ nennen die Quellen {n} Organisationen.",
            "No source names an organisation with “{label}”.|"
            "With “{label}” the sources name one organisation.|"
            "With “{label}” the sources name {n} organisations.",
            label=label,
        ),
        inquiry.network_origin(NETWORK),
    )


def _around(graph: Any, key: str) -> Any:  # noqa: ANN401  # networkx is untyped
    """Return the part of a network within two steps of a node."""
    import networkx

    near = networkx.single_source_shortest_path_length(graph, key, cutoff=_FAR)
    return graph.subgraph(sorted(near)).copy()


def _relations(inquiry: Inquiry, iri: str, told: Any) -> Iterator[Section]:  # noqa: ANN401  # as JSON has it
    """Yield all relations of an actor as sentences, each with who says so."""
    inquiry.ask("evidence", subject=iri)
    for number, group in enumerate(told["groups"], start=1):
        sentences = [
            Sentence(
                relation["sentence"],
                "evidence",
                _passages(inquiry, relation["evidence"]),
            )
            for relation in group["relations"]
        ]
        yield Section(f"relations-{number}", group["heading"], sentences)


def _passages(inquiry: Inquiry, pieces: Sequence[Any]) -> list[tuple[str, str]]:
    """Return where to read it: a single source is named in the sentence already."""
    if len(pieces) == 1:
        link = pieces[0]["passage"]
        return [(inquiry.say("zur Stelle", "to the passage"), link)] if link else []
    return [(piece["title"], piece["passage"] or "") for piece in pieces]


def _of_organisation(inquiry: Inquiry, iri: str, label: str) -> Iterator[Section]:
    pairs = "organisation-pairs"
    sides = (("organisation_a", "organisation_b"), ("organisation_b", "organisation_a"))
    others = [
        {**row, "other": row[other]}
        for row in inquiry.ask(pairs)
        for one, other in sides
        if row[f"{one}_id"] == iri
    ]
    others.sort(
        key=lambda row: (-int(row["shared_initiatives"]), -int(row["shared_events"]), row["other"])
    )
    if others:
        titles = inquiry.titles(pairs, ["shared_initiatives", "shared_events"])
        shown = others[: inquiry.top]
        yield Section(
            "partners",
            inquiry.say("Partner", "Partners"),
            [
                Table(
                    inquiry.say(
                        f"Wer mit {label} Initiativen oder Veranstaltungen teilt",
                        f"Who shares initiatives or events with {label}",
                    ),
                    [inquiry.say("Organisation", "Organisation"), *titles],
                    [
                        [row["other"], row["shared_initiatives"], row["shared_events"]]
                        for row in shown
                    ],
                    pairs,
                    len(others) - len(shown),
                )
            ],
        )
    yield Section(
        "alone",
        inquiry.say("Nur mit dieser Organisation belegt", "On record with this one only"),
        list(_hanging(inquiry, iri, label)),
    )
    yield Section(
        "never-met",
        inquiry.say(
            "Im selben Feld, ohne etwas Gemeinsames", "In the same field, with nothing shared"
        ),
        list(_strangers(inquiry, iri, label)),
    )
    speakers = inquiry.ask("speakers-by-organisation", organisation=iri)
    if speakers:
        dated = [{**row, "date": inquiry.words.date(row["date"])} for row in speakers]
        columns = ["speaker", "event", "date", "talk"]
        yield Section(
            "speakers",
            inquiry.say("Auftritte in ihrem Namen", "Appearances on its behalf"),
            [table(inquiry, "speakers-by-organisation", dated, columns)],
        )


def _hanging(inquiry: Inquiry, iri: str, label: str) -> Iterator[Block]:
    name = "single-organisation-initiatives"
    rows = [row for row in inquiry.ask(name) if row["organisation_id"] == iri]
    yield Sentence(
        inquiry.told(
            len(rows),
            "Keine Initiative ist nur mit „{label}“ belegt.|"
            "Eine Initiative ist nur mit „{label}“ belegt.|"
            "{n} Initiativen sind nur mit „{label}“ belegt.",
            "No initiative is on record with “{label}” only.|"
            "One initiative is on record with “{label}” only.|"
            "{n} initiatives are on record with “{label}” only.",
            label=label,
        ),
        name,
    )
    if rows:
        yield table(inquiry, name, rows, ["initiative"])


def _strangers(inquiry: Inquiry, iri: str, label: str) -> Iterator[Block]:
    name = "partners-who-never-met"
    found = []
    for row in inquiry.ask(name):
        for one, other in (("a", "b"), ("b", "a")):
            if row[f"organisation_{one}_id"] == iri:
                found.append([row[f"organisation_{other}"], row["shared_topics"]])
    if not found and not _has_role_in_field(inquiry, iri):
        said = inquiry.say(
            f"Keine Quelle nennt für „{label}“ eine Rolle in einem einzelnen Handlungsfeld.",
            f"No source names a role of “{label}” in a single action field.",
        )
    else:
        said = inquiry.told(
            len(found),
            "Mit allen Organisationen, die im selben Handlungsfeld eine Rolle haben, teilt "
            "„{label}“ nach den Quellen eine Initiative oder Veranstaltung.|"
            "Mit einer Organisation, die im selben Handlungsfeld eine Rolle hat, ist für „{label}“ "
            "nichts Gemeinsames belegt.|"
            "Mit {n} Organisationen, die im selben Handlungsfeld eine Rolle haben, ist für "
            "„{label}“ nichts Gemeinsames belegt.",
            "According to the sources, “{label}” shares an initiative or event with every "
            "organisation that has a role in the same action field.|"
            "With one organisation that has a role in the same action field, nothing shared is on "
            "record for “{label}”.|"
            "With {n} organisations that have a role in the same action field, nothing shared is "
            "on record for “{label}”.",
            label=label,
        )
    yield Sentence(said, name)
    if found:
        titles = [
            inquiry.say("Organisation", "Organisation"),
            *inquiry.titles(name, ["shared_topics"]),
        ]
        shown = found[: inquiry.top]
        title = inquiry.question(name).title.text(inquiry.language)
        yield Table(title, titles, shown, name, len(found) - len(shown))


def _has_role_in_field(inquiry: Inquiry, iri: str) -> bool:
    """Say whether an organisation has a role in an initiative of some but not all fields."""
    graph, key = inquiry.network(NETWORK), f"organisation/{slug(iri)}"
    every = len(graph.graph["concepts"].get("action-field", {}))
    return key in graph and any(
        0 < len(graph.nodes[other]["action_fields"]) < every
        and not (edge["via"] or {}).get("person")
        for _, other, edge in graph.edges(key, data=True)
    )


def _conflicts(inquiry: Inquiry, iri: str) -> Iterator[Section]:
    cases = [
        case
        for case in conflicting(inquiry)
        if any(iri in (row["subject_id"], row["value_id"]) for row in case)
    ]
    if cases:
        yield Section(
            "conflicts",
            inquiry.say("Wo Quellen Verschiedenes sagen", "Where sources differ"),
            [conflict_table(inquiry, cases)],
        )


def _evidence(inquiry: Inquiry, iri: str) -> Section:
    """Return everything that is known of the actor, with the passage of each source."""
    name = "evidence"
    rows = inquiry.ask(name, subject=iri)
    lines: list[list[Cell]] = [
        [row["statement"], row["value"], (row["source"], row["url"]), row["anchor"]] for row in rows
    ]
    columns = inquiry.titles(name, ["statement", "value", "source", "anchor"])
    title = inquiry.question(name).title.text(inquiry.language)
    blocks = [Table(title, columns, lines, name)] if rows else []
    return Section("evidence", inquiry.say("Alle Belege", "All evidence"), blocks)
