"""Headings of a sheet -> the kind of its records and the field of each column; kept in a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from itas_graph.errors import DataError, Message, UsageError
from itas_graph.headings import Headings, folded
from itas_graph.tables import Row, Sheet, letter

How = Literal["heading", "name", "option", "file", "none"]

_FILE_COLUMNS = ("sheet", "kind", "column", "field")
_LOOK_AHEAD = 20
#: The sheet of our own templates that explains the columns; it holds no records.
EXPLANATION = Message("Erläuterung", "Explanation")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands, what it is called, which field it is, and who said so."""

    position: int
    heading: str
    field: str
    how: How

    @property
    def letter(self) -> str:
        """The letters a spreadsheet shows above the column."""
        return letter(self.position)


@dataclass
class Mapped:
    """A sheet with the meaning of its columns; its rows begin below the headings."""

    sheet: Sheet
    kind: str
    columns: list[Column]
    header: int
    rows: Iterator[Row]
    above: list[Row] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        """Return the fields that have a column."""
        return {column.field for column in self.columns if column.field}

    def heading(self, name: str) -> str:
        """Return what the table calls field `name`."""
        return next((one.heading for one in self.columns if one.field == name), name)


@dataclass(frozen=True)
class Corrections:
    """What a person says about columns: kinds by sheet, fields by sheet and heading.

    An empty sheet stands for all sheets, an empty field leaves the column out.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    options: dict[tuple[str, str], str] = field(default_factory=dict)
    file: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Which options found their column.
    used: set[tuple[str, str]] = field(default_factory=set)

    def refuse_unused(self) -> None:
        """Object to options that are about no column.

        Raises:
            UsageError: there is one.
        """
        for sheet, column in self.options:
            if (sheet, column) not in self.used:
                raise UsageError(
                    Message(
                        f"Keine Tabelle hat die Spalte „{column}“ aus --map.",
                        f"No table has the column “{column}” of --map.",
                    )
                )


class UnrecognisedError(DataError):
    """A sheet of which it cannot be told what its rows are; `remedy` says what to do."""

    def __init__(self, problem: Message, remedy: Message) -> None:
        super().__init__(problem)
        self.remedy = remedy


def corrections(
    headings: Headings, kind: str | None, options: Sequence[str], file: Path | None
) -> Corrections:
    """Read what --as, --map and --mapping say.

    Raises:
        UsageError: one of them names no kind or cannot be read.
    """
    found = Corrections()
    if file is not None:
        _read_file(file, headings, found)
    if kind is not None:
        found.kinds[""] = _kind(headings, kind)
    for option in options:
        column, sign, name = option.rpartition("=")
        if not sign or not column.strip():
            raise UsageError(
                Message(
                    f"„{option}“ ist keine Zuordnung. Schreiben Sie --map „Spalte=feld“.",
                    f"“{option}” is no mapping. Write --map “column=field”.",
                )
            )
        sheet, mark, heading = column.rpartition("!")
        found.options[folded(sheet if mark else ""), folded(heading)] = name.strip()
    return found


def recognise(sheet: Sheet, headings: Headings, given: Corrections) -> Mapped | None:
    """Find the headings of a sheet and what each column means; None if the sheet is empty.

    Raises:
        UnrecognisedError: it cannot be told what the rows are, or two columns are the same.
        UsageError: a correction names no field.
    """
    above = []
    for row in sheet.rows:
        if any(row.cells):
            above.append(row)
        if len(above) == _LOOK_AHEAD:
            break
    if not above:
        return None
    kind = _kind_of_sheet(sheet, headings, given) or _kind_of_headings(above, headings, sheet)
    best = max(above, key=lambda row: (_recognised(row, headings, kind, given, sheet), -row.number))
    columns = [
        _column(position, text, kind, headings, given, sheet)
        for position, text in enumerate(best.cells)
        if text
    ]
    if not any(column.field for column in columns):
        raise UnrecognisedError(
            Message(
                "Keine Spalte ist erkannt.",
                "No column is recognised.",
            ),
            Message(
                "Nennen Sie mit --map „Spalte=feld“, was darin steht.",
                "Say by --map “column=field” what it holds.",
            ),
        )
    _refuse_doubles(columns)
    index = above.index(best)
    rows = _chain(above[index + 1 :], sheet.rows)
    return Mapped(sheet, kind, columns, best.number, rows, above[:index])


def text(mapped: Sequence[Mapped]) -> str:
    """Return the mapping of sheets as a file that a person can edit and --mapping reads."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_FILE_COLUMNS)
    for one in mapped:
        for column in one.columns:
            writer.writerow([one.sheet.name, one.kind, column.heading, column.field])
    return stream.getvalue()


def _chain(first: Sequence[Row], rest: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rest


def _read_file(path: Path, headings: Headings, found: Corrections) -> None:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            start = stream.readline()
            separator = ";" if start.count(";") > start.count(",") else ","
            stream.seek(0)
            rows = csv.DictReader(stream, delimiter=separator, strict=True)
            for row in rows:
                sheet, kind, column, name = ((row[one] or "").strip() for one in _FILE_COLUMNS)
                if kind:
                    found.kinds[folded(sheet)] = _kind(headings, kind)
                found.file[folded(sheet), folded(column)] = name
    except (OSError, KeyError, UnicodeError, csv.Error) as error:
        raise UsageError(
            Message(
                f"{path} ist keine Zuordnung ({error}). Sie beginnt mit der Zeile "
                f"„{','.join(_FILE_COLUMNS)}“; --save-mapping schreibt eine.",
                f"{path} is no mapping ({error}). It begins with the line "
                f"“{','.join(_FILE_COLUMNS)}”; --save-mapping writes one.",
            )
        ) from error


def _kind(headings: Headings, text: str) -> str:
    kind = text if text in headings.context.kinds else headings.kind(text)
    if kind is None:
        known = ", ".join(
            f"{name} ({headings.kind_title(name, 'de')})" for name in headings.context.kinds
        )
        raise UsageError(
            Message(
                f"„{text}“ ist keine Art von Eintrag. Es gibt: {known}.",
                f"“{text}” is no kind of record. There are: {known}.",
            )
        )
    return kind


def _kind_of_sheet(sheet: Sheet, headings: Headings, given: Corrections) -> str | None:
    return given.kinds.get(folded(sheet.name)) or given.kinds.get("") or headings.kind(sheet.name)


def _kind_of_headings(rows: Sequence[Row], headings: Headings, sheet: Sheet) -> str:
    """Return the one kind whose fields explain the headings best, if only one does."""
    scores: dict[str, int] = {}
    for kind in headings.context.kinds.values():
        needed = {"name"} if "name" in kind.fields else set(kind.required)
        for row in rows:
            fields = {headings.field(kind.name, cell) for cell in row.cells if cell} - {None}
            if needed <= fields and len(fields) > 1:
                scores[kind.name] = max(scores.get(kind.name, 0), len(fields))
    best = [kind for kind, score in scores.items() if score == max(scores.values())]
    if len(best) == 1:
        return best[0]
    listing = ", ".join(best or headings.context.kinds)
    raise UnrecognisedError(
        Message(
            f"Es ist nicht zu erkennen, was in „{sheet.name}“ steht.",
            f"It cannot be told what “{sheet.name}” holds.",
        ),
        Message(
            f"Nennen Sie es mit --as: {listing}.",
            f"Say it by --as: {listing}.",
        ),
    )


def _recognised(row: Row, headings: Headings, kind: str, given: Corrections, sheet: Sheet) -> int:
    columns = (
        _column(position, text, kind, headings, given, sheet)
        for position, text in enumerate(row.cells[:500])
        if text
    )
    return len({column.field for column in columns if column.field})


def _column(
    position: int, text: str, kind: str, headings: Headings, given: Corrections, sheet: Sheet
) -> Column:
    heading = text.rstrip(" *:")
    keys = [
        (folded(one), folded(name))
        for one in (sheet.name, "")
        for name in (heading, letter(position))
    ]
    for how, said in (("option", given.options), ("file", given.file)):
        for key in keys:
            if key in said:
                if how == "option":
                    given.used.add(key)
                name = _named(said[key], kind, headings)
                return Column(position, heading, name, "option" if how == "option" else "file")
    name = headings.field(kind, heading) or ""
    if not name:
        return Column(position, heading, "", "none")
    return Column(position, heading, name, "name" if name == heading else "heading")


def _named(text: str, kind: str, headings: Headings) -> str:
    """Return the field that a correction names.

    Raises:
        UsageError: there is no such field.
    """
    if not text:
        return ""
    found = headings.field(kind, text)
    if found is None:
        known = ", ".join(headings.context.kinds[kind].fields)
        raise UsageError(
            Message(
                f"Das Feld „{text}“ gibt es bei {kind} nicht. Es gibt: {known}.",
                f"There is no field “{text}” in {kind}. There are: {known}.",
            )
        )
    return found


def _refuse_doubles(columns: Sequence[Column]) -> None:
    seen: dict[str, Column] = {}
    for column in columns:
        first = seen.setdefault(column.field, column)
        if column.field and first is not column:
            raise UnrecognisedError(
                Message(
                    f"Die Spalten {first.letter} „{first.heading}“ und {column.letter} "
                    f"„{column.heading}“ sind beide {column.field}.",
                    f"The columns {first.letter} “{first.heading}” and {column.letter} "
                    f"“{column.heading}” are both {column.field}.",
                ),
                Message(
                    f"Lassen Sie eine weg, etwa mit --map „{column.letter}=“.",
                    f"Leave one out, such as by --map “{column.letter}=”.",
                ),
            )
