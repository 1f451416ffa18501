"""One actor of a network -> its dossier: what it does, with whom, what hangs on it, who says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from itas_graph import actors, explanation, narration
from itas_graph.dossier import Block, Cell, Dossier, Inquiry, Section, Sentence, Table, table
from itas_graph.errors import Message
from itas_graph.network_dossier import NETWORK, PAIRS, drawn, preface

#: Measures whose reading says something about a single actor, with the network they are of.
_MEASURES = (
    (NETWORK, "degree"),
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
        told["label"],
        [told["kind"], *preface(inquiry)],
        inquiry.language,
        filled,
        inquiry.origins(filled),
        premises,
    )


def _glance(inquiry: Inquiry, key: str, told: Any) -> Section:  # noqa: ANN401  # as JSON has it
    blocks: list[Block] = []
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
    if told["facts"]:
        columns = [inquiry.say("Angabe", "Particular"), inquiry.say("Wert", "Value")]
        title = inquiry.say("Stammdaten", "Particulars")
        blocks.append(Table(title, columns, list(told["facts"].items()), ""))
    graph = inquiry.network(NETWORK)
    if key in graph:
        around = _around(graph, key)
        title = inquiry.say(
            "Woran es mitwirkt, und wer noch", "What it takes part in, and who else does"
        )
        blocks += drawn(inquiry, around, title)
    return Section("glance", inquiry.say("Auf einen Blick", "At a glance"), blocks)


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
                [(piece["title"], piece["passage"] or "") for piece in relation["evidence"]],
            )
            for relation in group["relations"]
        ]
        yield Section(f"relations-{number}", group["heading"], sentences)


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
            inquiry.say("Mit wem es zu tun hat", "Whom it has to do with"),
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
        inquiry.say("Was allein daran hängt", "What hangs on it alone"),
        list(_hanging(inquiry, iri, label)),
    )
    yield Section(
        "never-met",
        inquiry.say("Wem es nie begegnet ist", "Whom it has never met"),
        list(_strangers(inquiry, iri, label)),
    )
    speakers = inquiry.ask("speakers-by-organisation", organisation=iri)
    if speakers:
        dated = [{**row, "date": inquiry.words.date(row["date"])} for row in speakers]
        columns = ["speaker", "event", "date", "talk"]
        yield Section(
            "speakers",
            inquiry.say("Wer dafür sprach", "Who spoke for it"),
            [table(inquiry, "speakers-by-organisation", dated, columns)],
        )


def _hanging(inquiry: Inquiry, iri: str, label: str) -> Iterator[Block]:
    name = "single-organisation-initiatives"
    rows = [row for row in inquiry.ask(name) if row["organisation_id"] == iri]
    yield Sentence(
        inquiry.told(
            len(rows),
            "Keine Initiative hängt an {label} allein.|Eine Initiative hängt an {label} allein.|"
            "{n} Initiativen hängen an {label} allein.",
            "No initiative hangs on {label} alone.|One initiative hangs on {label} alone.|"
            "{n} initiatives hang on {label} alone.",
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
    yield Sentence(
        inquiry.told(
            len(found),
            "Wer im selben Handlungsfeld eine Rolle hat wie {label}, ist ihm nach den Quellen auch "
            "begegnet.|Eine Organisation hat eine Rolle im selben Handlungsfeld wie {label} und "
            "ist ihm nach den Quellen nie begegnet.|{n} Organisationen haben eine Rolle im selben "
            "Handlungsfeld wie {label} und sind ihm nach den Quellen nie begegnet.",
            "Whoever has a role in the same action field as {label} has, according to the sources, "
            "met it.|One organisation has a role in the same action field as {label} and has, "
            "according to the sources, never met it.|{n} organisations have a role in the same "
            "action field as {label} and have, according to the sources, never met it.",
            label=label,
        ),
        name,
    )
    if found:
        titles = [
            inquiry.say("Organisation", "Organisation"),
            *inquiry.titles(name, ["shared_topics"]),
        ]
        shown = found[: inquiry.top]
        title = inquiry.question(name).title.text(inquiry.language)
        yield Table(title, titles, shown, name, len(found) - len(shown))


def _conflicts(inquiry: Inquiry, iri: str) -> Iterator[Section]:
    name = "conflicting-statements"
    rows = [row for row in inquiry.ask(name) if iri in (row["subject_id"], row["value_id"])]
    if rows:
        yield Section(
            "conflicts",
            inquiry.say("Wo Quellen sich widersprechen", "Where sources contradict each other"),
            [table(inquiry, name, rows, ["subject", "property", "value", "source"])],
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
