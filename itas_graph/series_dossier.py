"""A network -> its dossier on change: who moved, whom each edition of a series names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from itas_graph.dossier import Bars, Block, Inquiry, Row, Section, Sentence, Table, listed, table


def changes(inquiry: Inquiry) -> Section:
    """Return who speaks for another organisation than before."""
    name = "affiliation-changes"
    rows = inquiry.ask(name)
    people = len({row["person_id"] for row in rows})
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                people,
                "Niemand trat für verschiedene Organisationen auf.|"
                "Eine Person trat für verschiedene Organisationen auf.|"
                "{n} Personen traten für verschiedene Organisationen auf.",
                "Nobody appeared for different organisations.|"
                "One person appeared for different organisations.|"
                "{n} people appeared for different organisations.",
            ),
            name,
        )
    ]
    if rows:
        columns = ["person", "organisation", "first_seen", "last_seen"]
        dated = [
            {**row, **{key: inquiry.words.date(row[key]) for key in columns[2:]}} for row in rows
        ]
        blocks.append(table(inquiry, name, dated, columns))
    return Section(
        "changes", inquiry.say("Wer die Organisation wechselte", "Who changed organisation"), blocks
    )


def turnover(inquiry: Inquiry) -> Section:
    """Return whom the sources name anew and whom no longer, from edition to edition."""
    name = "report/series-attendance"
    rows = inquiry.ask(name)
    blocks: list[Block] = [
        Sentence(
            inquiry.say(
                "Verglichen wird, wen die Quellen nennen, nicht, wer da war: als Ausrichter, "
                "Teilnehmer oder im Programm. Eine Einheit zählt wie die Organisation, zu der sie "
                "gehört, eine Nachfolgerin wie ihre Vorgängerin.",
                "What is compared is whom the sources name, not who was there: as organiser, as "
                "taking part or on the programme. A unit counts as the organisation it belongs to, "
                "a successor as its predecessor.",
            ),
            name,
        )
    ]
    kin = _kinship(inquiry)
    for _, in_series in groupby(rows, key=lambda row: row["series_id"]):
        blocks += _editions(inquiry, list(in_series), name, kin)
    if len(blocks) == 1:
        blocks.append(
            Sentence(
                inquiry.say(
                    "Zu keiner Reihe nennen die Quellen zwei Ausgaben mit Datum und Vertretenen.",
                    "For no series do the sources name two dated editions with anyone represented.",
                ),
                name,
            )
        )
    return Section(
        "turnover",
        inquiry.say(
            "Wen die Quellen neu nennen, wen nicht mehr", "Newcomers and drop-outs of the series"
        ),
        blocks,
    )


def _kinship(inquiry: Inquiry) -> dict[str, str]:
    """Return for each organisation the one that stands for all its units and successors."""
    import networkx

    related = networkx.Graph()
    for row in inquiry.ask("report/kinship"):
        related.add_edge(row["organisation_id"], row["relative_id"])
    return {one: min(group) for group in networkx.connected_components(related) for one in group}


def _editions(
    inquiry: Inquiry, rows: Sequence[Row], name: str, kin: Mapping[str, str]
) -> Iterator[Block]:
    """Compare each edition of a series with those before it."""
    editions = [list(found) for _, found in groupby(rows, key=lambda row: row["event_id"])]
    named = [edition for edition in editions if edition[0]["organisation_id"]]
    if len(named) < 2:
        return
    words = [
        inquiry.say("erstmals genannt", "named for the first time"),
        inquiry.say("wieder genannt", "named again"),
        inquiry.say("nicht mehr genannt", "no longer named"),
    ]
    bars: list[tuple[str, Sequence[float]]] = []
    lines: list[list[str]] = []
    known: set[str] = set()
    before: dict[str, str] = {}
    for edition in named:
        here = {row["organisation_id"]: row["organisation"] for row in edition}
        roots = {kin.get(key, key) for key in here}
        groups = [
            [label for key, label in here.items() if kin.get(key, key) not in known],
            [label for key, label in here.items() if kin.get(key, key) in known],
            [label for key, label in before.items() if kin.get(key, key) not in roots],
        ]
        title = _edition(inquiry, edition[0])
        bars.append((title, [len(group) for group in groups[:2]]))
        basis = listed([edition[0]["status"], edition[0]["basis"]])
        first = [listed(groups[0]), *("–" for _ in words[1:])] if not known else None
        lines.append([title, basis, *(first or (listed(group) for group in groups))])
        known |= roots
        before = here
    yield Bars(rows[0]["series"], words[:2], bars, name)
    yield Table(
        inquiry.say(f"{rows[0]['series']}: die Namen", f"{rows[0]['series']}: the names"),
        [inquiry.titles(name, ["event"])[0], inquiry.titles(name, ["basis"])[0], *words],
        lines,
        name,
    )
    silent = [_edition(inquiry, edition[0]) for edition in editions if edition not in named]
    if silent:
        yield Sentence(
            inquiry.say(
                f"Wer vertreten war, nennt keine Quelle zu: {listed(silent)}.",
                f"Who was represented is named by no source on: {listed(silent)}.",
            ),
            name,
        )


def _edition(inquiry: Inquiry, row: Row) -> str:
    return f"{row['event']} ({inquiry.words.date(row['date'])})"
