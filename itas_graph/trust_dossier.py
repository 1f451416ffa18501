"""A network -> its dossier on trust: how good the data is, where sources differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from itas_graph.dossier import Bars, Block, Inquiry, Row, Section, Sentence, Table, table
from itas_graph.readings import percentage

_LARGE = re.compile(r"\d{5,15}")
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?")


def conflicts(inquiry: Inquiry) -> Section:
    """Return what sources say differently."""
    name = "conflicting-statements"
    cases = conflicting(inquiry)
    blocks: list[Block] = [
        Sentence(
            inquiry.told(
                len(cases),
                "Keine zwei Quellen widersprechen sich.|"
                "Zu einer Angabe sagen Quellen Verschiedenes.|"
                "Zu {n} Angaben sagen Quellen Verschiedenes; manches davon kann dasselbe in "
                "anderen Worten sein oder ein Wechsel im Lauf der Zeit.",
                "No two sources contradict each other.|"
                "Sources differ on one detail.|"
                "Sources differ on {n} details; some may say the same in other words, or tell of a "
                "change in the course of time.",
            ),
            name,
        )
    ]
    if cases:
        blocks.append(conflict_table(inquiry, cases))
    return Section(
        "conflicts",
        inquiry.say("Wo Quellen Verschiedenes sagen", "Where sources differ"),
        blocks,
    )


def conflicting(inquiry: Inquiry) -> list[list[Row]]:
    """Return what sources say differently: for each detail of each subject, the rows on it."""
    rows = inquiry.ask("conflicting-statements")
    return [
        list(found)
        for _, found in groupby(rows, key=lambda row: (row["subject_id"], row["property_id"]))
    ]


def conflict_table(inquiry: Inquiry, cases: Sequence[Sequence[Row]]) -> Table:
    """Return such cases as a table, one row each, with who says what."""
    name = "conflicting-statements"
    shown = cases[: inquiry.top]
    return Table(
        inquiry.question(name).title.text(inquiry.language),
        inquiry.titles(name, ["subject", "property", "value"]),
        [[case[0]["subject"], case[0]["property"], _values(inquiry, case)] for case in shown],
        name,
        len(cases) - len(shown),
    )


def _values(inquiry: Inquiry, case: Sequence[Row]) -> str:
    """Return the values of a case, each with the sources that give it and when it held."""
    by_value: dict[str, list[str]] = {}
    for row in case:
        value, day = _dated(row["value"])
        shown = inquiry.words.number(int(value)) if _LARGE.fullmatch(value) else value
        shown = inquiry.words.date(value) if _DATE.fullmatch(value) else shown
        when = f", {inquiry.words.date(day)}" if day else ""
        by_value.setdefault(shown, []).append(f"{row['source']}{when}")
    return " ↔ ".join(f"{value} ({'; '.join(sources)})" for value, sources in by_value.items())


def _dated(value: str) -> tuple[str, str]:
    """Return a value without the date in brackets for which it holds, and that date.

    >>> _dated("Linde e. V. (2024-05)"), _dated("Linde e. V.")
    (('Linde e. V.', '2024-05'), ('Linde e. V.', ''))
    """
    found = re.fullmatch(r"(.*) \((\d{4}(?:-\d{2}){0,2})\)", value)
    return (found[1], found[2]) if found else (value, "")


def quality(inquiry: Inquiry) -> Section:
    """Return how much is inferred, by how many sources it is supported, and what is missing."""
    certainty, support = "report/certainty", "report/support"
    relations = inquiry.ask(certainty)
    blocks: list[Block] = [*_inferred(inquiry, relations, certainty)]
    if relations:
        blocks.append(
            Bars(
                inquiry.question(certainty).title.text(inquiry.language),
                [
                    inquiry.say("wörtlich belegt", "stated"),
                    inquiry.say("erschlossen", "inferred"),
                ],
                [
                    (
                        row["relation"],
                        [int(row["number"]) - int(row["inferred"]), int(row["inferred"])],
                    )
                    for row in relations
                ],
                certainty,
            )
        )
    counts = {int(row["sources"]): int(row["statements"]) for row in inquiry.ask(support)}
    blocks += _supported(inquiry, counts, support)
    blocks += _read(inquiry)
    blocks += _complete(inquiry)
    return Section("quality", inquiry.say("Wie gut die Daten sind", "How good the data is"), blocks)


def _inferred(inquiry: Inquiry, rows: Sequence[Row], name: str) -> Iterator[Sentence]:
    total = sum(int(row["number"]) for row in rows)
    if total:
        inferred = sum(int(row["inferred"]) for row in rows)
        part = percentage(inferred / total).text(inquiry.language)
        number = inquiry.words.number(total)
        yield Sentence(
            inquiry.say(
                f"{part} der {number} Beziehungen sind nur erschlossen, ganz oder in einer Angabe; "
                "die übrigen nennt mindestens eine Quelle so.",
                f"{part} of the {number} relations are inferred only, as a whole or in a detail; "
                "the others are named so by at least one source.",
            ),
            name,
        )


def _supported(inquiry: Inquiry, counts: Mapping[int, int], name: str) -> Iterator[Block]:
    total = sum(counts.values())
    if not total:
        return
    mean = sum(number * count for number, count in counts.items()) / total
    several = percentage(1 - counts.get(1, 0) / total).text(inquiry.language)
    text = f"{mean:.2f}"
    yield Sentence(
        inquiry.say(
            f"Eine Aussage wird im Mittel von {text.replace('.', ',')} Quellen belegt; {several} "
            "der Aussagen stehen in mehr als einer.",
            f"A statement is supported by {text} sources on average; {several} of the statements "
            "stand in more than one.",
        ),
        name,
    )


def _read(inquiry: Inquiry) -> Iterator[Block]:
    name = "report/source-reading"
    rows = inquiry.ask(name)
    if not rows:
        return
    full = sum(row["coverage_id"].endswith("/full") for row in rows)
    whole, all_ = inquiry.words.number(full), inquiry.words.number(len(rows))
    yield Sentence(
        inquiry.say(
            f"Ganz gelesen wurden {whole} von {all_} Quellen; die im Auszug gelesenen können "
            "mehr enthalten.",
            f"{whole} of {all_} sources were read as a whole; those read in part may hold more.",
        ),
        name,
    )
    yield table(inquiry, name, rows, ["source", "coverage", "statements"])


def _complete(inquiry: Inquiry) -> Iterator[Bars]:
    name = "report/completeness"
    rows = [row for row in inquiry.ask(name) if int(row["number"])]
    if rows:
        yield Bars(
            inquiry.question(name).title.text(inquiry.language),
            [inquiry.say("bekannt", "known"), inquiry.say("unbekannt", "unknown")],
            [
                (
                    f"{row['kind']}: {row['property']}",
                    [int(row["known"]), int(row["number"]) - int(row["known"])],
                )
                for row in rows
            ],
            name,
        )
