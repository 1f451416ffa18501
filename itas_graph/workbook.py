"""Sheets of text -> one .xlsx file; equal input, equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from itas_graph.errors import DataError, Message
from itas_graph.tables import letter

#: What one cell and one sheet of a workbook can hold.
MAX_TEXT = 32_767
MAX_ROWS = 1_048_576
_LISTS = "_lists"
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
_MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_NO_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Column:
    """One column: its heading, its width in characters, and the values to choose from."""

    heading: str
    width: int = 20
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """One sheet: its title, its columns, its rows of text."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[str]] = field(default_factory=tuple)
    #: Long texts are shown on several lines.
    wraps: bool = False


def data(pages: Sequence[Page]) -> bytes:
    """Return a workbook; every cell is text, whatever it begins with.

    Raises:
        DataError: a text or a table is longer than a workbook can hold.
    """
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    choices = list(
        dict.fromkeys(one.choices for page in pages for one in page.columns if one.choices)
    )
    stream = io.BytesIO()
    try:
        for page in pages:
            _write(book, page, choices)
        if choices:
            _write_lists(book, choices)
        book.save(stream)
    finally:
        _close(book)
    return _timeless(stream.getvalue())


def _close(book: Any) -> None:  # noqa: ANN401  # openpyxl ships no types
    """End the sheets that a refusal left open: each holds a file that it writes to."""
    for sheet in book.worksheets:
        if not sheet.closed:
            sheet.close()


def _write(book: Any, page: Page, lists: Sequence[tuple[str, ...]]) -> None:  # noqa: ANN401  # openpyxl ships no types
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet = book.create_sheet(page.title)
    sheet.freeze_panes = "A2"
    for position, column in enumerate(page.columns):
        shape = sheet.column_dimensions[letter(position)]
        shape.width = column.width
        shape.number_format = "@"  # what is typed stays as it is typed: 2024-06 is no day
        if column.choices:
            # A warning only: several values are written with “ | ”, and new names are welcome.
            rule = DataValidation(
                type="list",
                formula1=f"'{_LISTS}'!${letter(lists.index(column.choices))}$1:"
                f"${letter(lists.index(column.choices))}${len(column.choices)}",
                allow_blank=True,
                errorStyle="information",
                showErrorMessage=False,
            )
            rule.add(f"{letter(position)}2:{letter(position)}{MAX_ROWS}")
            sheet.data_validations.append(rule)
    bold, grey = Font(bold=True), PatternFill("solid", fgColor="E7ECF0")
    wrapped = Alignment(wrap_text=True, vertical="top")
    header = []
    for column in page.columns:
        cell = _cell(sheet, column.heading + (" *" if column.required else ""))
        cell.font, cell.fill = bold, grey
        header.append(cell)
    sheet.append(header)
    for number, row in enumerate(page.rows, 2):
        if number > MAX_ROWS:
            raise DataError(
                Message(
                    f"„{page.title}“ hat mehr Zeilen, als eine Arbeitsmappe fasst.",
                    f"“{page.title}” has more rows than a workbook can hold.",
                )
            )
        cells = [_cell(sheet, text) if text else None for text in row]
        if page.wraps:
            for cell in cells:
                if cell is not None:
                    cell.alignment = wrapped
        sheet.append(cells)


def _cell(sheet: Any, text: str) -> Any:  # noqa: ANN401  # see _write
    from openpyxl.cell import WriteOnlyCell

    if len(text) > MAX_TEXT:
        raise DataError(
            Message(
                f"„{text[:60]} …“ ist länger als die {MAX_TEXT} Zeichen, die eine Zelle fasst.",
                f"“{text[:60]} …” is longer than the {MAX_TEXT} characters a cell can hold.",
            )
        )
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # never a formula
    cell.number_format = "@"
    if text.startswith(_FORMULA_START):
        cell.quotePrefix = True
    return cell


def _write_lists(book: Any, lists: Sequence[tuple[str, ...]]) -> None:  # noqa: ANN401  # see _write
    sheet = book.create_sheet(_LISTS)
    sheet.sheet_state = "hidden"
    for row in range(max(len(one) for one in lists)):
        sheet.append([_cell(sheet, one[row]) if row < len(one) else None for one in lists])


def _timeless(given: bytes) -> bytes:
    """Return the same workbook without the time at which it was made."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(given)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            text = old.read(name)
            if name == "docProps/core.xml":
                text = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", text)
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, text)
    return stream.getvalue()
