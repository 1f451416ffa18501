"""A sheet whose columns are mapped -> its rows, one at a time: texts by field, and their place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itas_graph import cells
from itas_graph.errors import Message
from itas_graph.mapping import Mapped
from itas_graph.tables import letter


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands."""

    file: str
    sheet: str
    row: int

    @property
    def label(self) -> str:
        """Return what stands for the sheet in findings."""
        return f"{self.file}[{self.sheet}]"


@dataclass(frozen=True, slots=True)
class Refused:
    """What is wrong with a row: in which column (empty: with the row), and what to do."""

    place: Place
    column: str
    problem: Message
    remedy: Message


@dataclass(slots=True)
class Entry:
    """One row as it was read: texts by field, with the headings and faults of its cells."""

    kind: str
    place: Place
    texts: dict[str, str]
    headings: dict[str, str]
    exact: frozenset[str] = frozenset()
    faults: tuple[tuple[str, Message, Message], ...] = ()
    #: The slug, where it is known before the row is taken in.
    slug: str = ""


def entries(mapped: Mapped) -> Iterator[Entry]:
    """Yield the rows of a sheet, one at a time; empty rows are none."""
    names = {column.position: column.field for column in mapped.columns if column.field}
    headings = {
        column.field: f"{column.letter} ({column.heading})"
        for column in mapped.columns
        if column.field
    }
    titled = {column.position for column in mapped.columns}
    for row in mapped.rows:
        if not any(row.cells):
            continue
        texts = dict.fromkeys(names.values(), "")
        for position, text in enumerate(row.cells):
            if position in names:
                texts[names[position]] = text
        faults = [
            (names[position], problem, remedy)
            for position, problem, remedy in row.faults
            if position in names
        ]
        beyond = [
            position for position, text in enumerate(row.cells) if text and position not in titled
        ]
        if beyond:
            faults.append(("", *_beyond(beyond)))
        yield Entry(
            mapped.kind,
            Place(mapped.sheet.file, mapped.sheet.name, row.number),
            _named(mapped.kind, texts),
            headings,
            frozenset(names[position] for position in row.exact if position in names),
            tuple(faults),
        )


def _named(kind: str, texts: dict[str, str]) -> dict[str, str]:
    """Join first and last name to the name, if a table of people keeps them apart."""
    first, last = texts.pop("first_name", ""), texts.pop("last_name", "")
    if kind == "people" and (first or last) and not texts.get("name"):
        texts["name"] = f"{first} {last}".strip()
    return texts


def _beyond(positions: Sequence[int]) -> cells.Refusal:
    first = letter(positions[0])
    return (
        Message(
            f"{len(positions)} Zellen stehen in Spalten ohne Überschrift (ab {first}).",
            f"{len(positions)} cells stand in columns without a heading (from {first} on).",
        ),
        Message(
            "Geben Sie den Spalten Überschriften oder leeren Sie die Zellen; in CSV gehört Text "
            "mit Trennzeichen in Anführungszeichen.",
            "Give the columns headings or empty the cells; in CSV, text that holds the separator "
            "belongs in quotation marks.",
        ),
    )
