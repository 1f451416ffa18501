"""Spreadsheet files (.xlsx, .csv, .tsv) -> sheets, row by row, each cell as text."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import itertools
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from itas_graph.errors import DataError, Message, UsageError

MAX_UNPACKED = 2_000_000_000
_MAX_LINE = 10_000_000
_SAMPLE = 64_000
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = ",;\t"
_SEPARATOR_NAMES = {
    ",": Message("Komma", "comma"),
    ";": Message("Semikolon", "semicolon"),
    "\t": Message("Tabulator", "tab"),
}
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
#: What a number format says about the precision of a date, after texts and colours are taken out.
_FORMAT_TEXT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the sheet (or its line in the file) and its cells as text."""

    number: int
    cells: tuple[str, ...]
    #: What is wrong with single cells, by position.
    faults: tuple[tuple[int, Message, Message], ...] = ()
    #: Which cells hold a number itself and not its spelling, by position.
    exact: frozenset[int] = frozenset()


@dataclass
class Sheet:
    """One sheet: its file, its name, and its rows, which can be read once.

    `notes` says how it was read; it is complete when the rows are.
    """

    file: str
    name: str
    rows: Iterator[Row]
    notes: list[Message] = field(default_factory=list)
    #: The first row that cannot be read, if there is one, and why; known after the rows.
    broken: list[tuple[int, Message, Message]] = field(default_factory=list)


def read(path: Path) -> list[Sheet]:
    """Open a table file; what it is, is told by its content, not by its name.

    Raises:
        UsageError: there is no such file.
        DataError: it is no table, or a damaged, protected or older one.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(_SAMPLE)
        if start.startswith(_GZIP):
            with _opened(path, start) as stream:
                start = stream.read(_SAMPLE)
            return [_text(path, start, packed=True)]
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _damaged_archive(path, error) from error
    except OSError as error:
        raise UsageError(
            Message(
                f"{path} lässt sich nicht öffnen: {error.strerror}.",
                f"{path} cannot be opened: {error.strerror}.",
            )
        ) from error
    if start.startswith(b"PK"):
        return _workbook(path)
    _refuse_other_formats(path, start)
    return [_text(path, start)]


def letter(position: int) -> str:
    """Return the letters of a column, counted from 0.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# Workbooks


def _workbook(path: Path) -> list[Sheet]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            unpacked = sum(one.file_size for one in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise _damaged(path, error) from error
    if "xl/workbook.xml" not in names:
        raise _other_archive(path, names)
    if unpacked > MAX_UNPACKED:
        raise DataError(
            Message(
                f"{path.name} ist entpackt größer als 2 GB und wird nicht gelesen. "
                "Teilen Sie die Tabelle auf.",
                f"{path.name} is larger than 2 GB when unpacked and is not read. Split the table.",
            )
        )
    import openpyxl

    try:
        # Not by its path: openpyxl goes by the ending, and would keep the file open.
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
        sheets = list(book.worksheets)
    except Exception as error:  # openpyxl raises whatever a damaged file makes it stumble over
        raise _damaged(path, error) from error
    return [_sheet(path, one) for one in sheets]


def _sheet(path: Path, given: Any) -> Sheet:  # noqa: ANN401  # openpyxl ships no types
    sheet = Sheet(path.name, str(given.title), iter(()))
    if given.sheet_state != "visible":
        sheet.notes.append(
            Message(
                "Das Blatt ist ausgeblendet und wird nicht gelesen.",
                "The sheet is hidden and is not read.",
            )
        )
        return sheet
    sheet.rows = _sheet_rows(path, given, sheet)
    return sheet


def _sheet_rows(path: Path, given: Any, sheet: Sheet) -> Iterator[Row]:  # noqa: ANN401  # see _sheet
    merged, formulas = _scan(path, str(getattr(given, "_worksheet_path", "")))
    given.reset_dimensions()  # what a file says of its size need not be so
    written = _formulas(path, sheet.name) if formulas else itertools.repeat(())
    taken = 0
    try:
        for number, (cells, others) in enumerate(zip(given.iter_rows(), written, strict=False), 1):
            texts, faults = [], []
            for position, cell in enumerate(cells):
                text, fault = _cell_text(cell)
                if not text and not fault and len(others) > position and others[position]:
                    fault = _no_result(others[position])
                elif len(others) > position and others[position]:
                    taken += 1
                texts.append(text)
                if fault:
                    faults.append((position, *fault))
            faults += _merged_faults(merged, number)
            exact = frozenset(
                position
                for position, cell in enumerate(cells)
                if isinstance(cell.value, int | float)
            )
            yield Row(number, tuple(texts), tuple(faults), exact)
    except Exception as error:  # noqa: BLE001  # openpyxl raises whatever a damaged file makes it stumble over
        sheet.broken.append(
            (
                0,
                Message(
                    f"Ab hier ist das Blatt nicht lesbar ({_short(error)}).",
                    f"From here on the sheet cannot be read ({_short(error)}).",
                ),
                Message(
                    "Öffnen Sie die Datei in Excel oder LibreOffice und speichern Sie sie neu.",
                    "Open the file in Excel or LibreOffice and save it again.",
                ),
            )
        )
    if taken:
        sheet.notes.append(
            Message(
                f"{taken} Zellen sind Formeln; gelesen wurde ihr Ergebnis.",
                f"{taken} cells are formulas; their results were read.",
            )
        )


def _formulas(path: Path, name: str) -> Iterator[tuple[str, ...]]:
    """Yield which cells of a sheet are formulas; the results are read apart from them."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=False)
    given = book[name]
    given.reset_dimensions()
    for cells in given.iter_rows():
        yield tuple(
            str(cell.value) if getattr(cell, "data_type", "") == "f" else "" for cell in cells
        )


def _scan(path: Path, member: str) -> tuple[list[tuple[int, int, int, int]], bool]:
    """Return the merged ranges (first row, last row, first column, last) and if there are formulas.

    They stand behind the rows, so the sheet is read through once before.
    """
    merged: list[tuple[int, int, int, int]] = []
    formulas = False
    before = b""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member.lstrip("/")) as stream:
            while chunk := stream.read(1 << 20):
                text = before + chunk
                formulas = formulas or bool(_FORMULA.search(text))
                end = 0
                for match in _MERGED.finditer(text):
                    first, top, last, bottom = match.groups()
                    merged.append((int(top), int(bottom), _position(first), _position(last)))
                    end = match.end()
                before = text[max(end, len(text) - 200) :]
    except (KeyError, zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError):
        return [], False  # openpyxl says what is wrong with it
    return merged, formulas


def _position(letters: bytes) -> int:
    number = 0
    for one in letters:
        number = number * 26 + one - 64
    return number - 1


def _merged_faults(
    merged: Sequence[tuple[int, int, int, int]], number: int
) -> Iterator[tuple[int, Message, Message]]:
    for top, bottom, first, last in merged:
        if top <= number <= bottom:
            hidden = range(first if number > top else first + 1, last + 1)
            where = f"{letter(first)}{top}:{letter(last)}{bottom}"
            for position in hidden:
                yield (
                    position,
                    Message(
                        f"Die Zellen {where} sind verbunden; nur die erste hat einen Wert.",
                        f"The cells {where} are merged; only the first has a value.",
                    ),
                    Message(
                        "Heben Sie die Verbindung auf und füllen Sie jede Zelle.",
                        "Undo the merge and fill in each cell.",
                    ),
                )


def _cell_text(cell: Any) -> tuple[str, tuple[Message, Message] | None]:  # noqa: ANN401  # see _sheet
    """Return the text a cell stands for: dates as ISO, whole numbers without “.0”."""
    value = cell.value
    if value is None:
        return "", None
    if isinstance(value, bool):
        return ("true" if value else "false"), None
    if isinstance(value, int):
        return str(value), None
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)), None
    if isinstance(value, str):
        if getattr(cell, "data_type", "") == "e":
            return value, (
                Message(f"Die Zelle zeigt den Fehler {value}.", f"The cell shows {value}."),
                Message("Berichtigen Sie die Formel.", "Correct the formula."),
            )
        return value.strip(), None
    return _date_text(value, str(getattr(cell, "number_format", ""))), None


def _date_text(value: Any, shown: str) -> str:  # noqa: ANN401  # a date, a time or a duration
    """Return a date cell as text, as precise as the cell shows it: 2024-06 for „Jun 24“."""
    kind = type(value).__name__
    if kind == "timedelta":
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if kind == "time":
        return str(value.isoformat("minutes"))
    text = str(value.isoformat())
    day, _, time = text.partition("T")
    if time and not time.startswith("00:00"):
        return f"{day} {time[:5]}"
    plain = _FORMAT_TEXT.sub("", shown).lower()
    if "d" in plain or "y" not in plain:
        return day
    return day[:7] if "m" in plain else day[:4]


def _no_result(formula: str) -> tuple[Message, Message]:
    return (
        Message(
            f"Die Formel {formula[:60]} hat kein gespeichertes Ergebnis.",
            f"The formula {formula[:60]} has no stored result.",
        ),
        Message(
            "Öffnen Sie die Datei in Excel oder LibreOffice und speichern Sie sie, oder "
            "schreiben Sie den Wert hin.",
            "Open the file in Excel or LibreOffice and save it, or write the value itself.",
        ),
    )


# Text tables


def _opened(path: Path, start: bytes) -> IO[bytes]:
    """Open a file as it is, or what is packed in it."""
    packed = start.startswith(_GZIP)
    return cast("IO[bytes]", gzip.open(path, "rb") if packed else path.open("rb"))


def _text(path: Path, start: bytes, *, packed: bool = False) -> Sheet:
    magic = _GZIP if packed else b""
    encoding, name = _encoding(path, start, magic)
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \r\n\t"):
        return Sheet(path.name, path.stem, iter(()))
    sample = _decoded(start, encoding)
    separator, skip = _separator(sample)
    sheet = Sheet(path.name, path.stem, iter(()))
    sheet.notes.append(
        Message(
            f"gelesen als {name}, getrennt durch {_SEPARATOR_NAMES[separator].de}",
            f"read as {name}, separated by {_SEPARATOR_NAMES[separator].en}",
        )
    )
    sheet.rows = _text_rows(path, magic, encoding, separator, skip, sheet)
    return sheet


def _text_rows(
    path: Path, magic: bytes, encoding: str, separator: str, skip: int, sheet: Sheet
) -> Iterator[Row]:
    line = skip + 1
    try:
        with (
            _opened(path, magic) as raw,
            io.TextIOWrapper(raw, encoding=encoding, newline="") as stream,
        ):
            for _ in range(skip):
                stream.readline()
            reader = csv.reader(_short_lines(stream), delimiter=separator, strict=True)
            for cells in reader:
                yield Row(line, tuple(cell.strip() for cell in cells))
                line = skip + reader.line_num + 1
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        sheet.broken.append(
            (
                line,
                Message(
                    f"Ab hier fehlt der Rest der Datei ({_short(error)}).",
                    f"From here on the rest of the file is missing ({_short(error)}).",
                ),
                Message("Laden Sie die Datei noch einmal.", "Download the file again."),
            )
        )
    except UnicodeError as error:
        sheet.broken.append(
            (
                line,
                Message(
                    f"Ab hier ist die Tabelle nicht lesbar ({_short(error)}).",
                    f"From here on the table cannot be read ({_short(error)}).",
                ),
                Message(
                    "Speichern Sie die Tabelle als „CSV UTF-8“ oder .xlsx.",
                    "Save the table as “CSV UTF-8” or .xlsx.",
                ),
            )
        )
    except csv.Error as error:
        sheet.broken.append(
            (
                line,
                Message(
                    f"Ab hier ist die Tabelle nicht lesbar ({_short(error)}).",
                    f"From here on the table cannot be read ({_short(error)}).",
                ),
                Message(
                    'Prüfen Sie die Anführungszeichen dieser Zeile; jedes „"“ braucht sein Ende.',
                    'Check the quotation marks of this row; each " needs its closing one.',
                ),
            )
        )


def _short_lines(stream: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of a text; of one that has no end no more than a part is ever in memory."""
    while line := stream.readline(_MAX_LINE):
        if len(line) == _MAX_LINE:
            raise csv.Error(f"line longer than {_MAX_LINE:,} characters")
        yield line


def _encoding(path: Path, start: bytes, magic: bytes) -> tuple[str, str]:
    """Return the codec of a text file and what it is called."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", "UTF-8"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "UTF-16"
    even, odd = start[0::2].count(0), start[1::2].count(0)
    wide = "utf-16-le" if odd > even else "utf-16-be"
    if even + odd > len(start) // 4 and _is_text(start, wide):
        return wide, "UTF-16"
    if even + odd:
        raise DataError(
            Message(
                f"{path.name} ist keine Tabelle: die Datei enthält Nullbytes. Speichern Sie die "
                "Tabelle als .xlsx oder „CSV UTF-8“.",
                f"{path.name} is no table: it holds NUL bytes. Save the table as .xlsx or "
                "“CSV UTF-8”.",
            )
        )
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        # A file that ends in the middle is read as far as it goes.
        with (
            contextlib.suppress(EOFError, zlib.error, gzip.BadGzipFile),
            _opened(path, magic) as stream,
        ):
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252", "Windows-1252"
    return "utf-8", "UTF-8"


def _is_text(start: bytes, encoding: str) -> bool:
    text = _decoded(start, encoding)
    return all(mark.isprintable() or mark.isspace() for mark in text)


def _decoded(start: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(start)


def _separator(sample: str) -> tuple[str, int]:
    """Return the separator that makes most rows of a sample equally long, and lines to skip."""
    hint = re.match(r"sep=([,;\t])\r?\n", sample)
    if hint:
        return hint[1], 1
    lines = sample.splitlines(keepends=True)
    whole = "".join(lines[:-1] if len(lines) > 1 else lines)

    def score(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(whole, newline=""), delimiter=separator)
        try:
            counts = Counter(len(cells) for cells in itertools.islice(reader, 50) if any(cells))
        except csv.Error:
            return (0, 0)
        several = {width: times for width, times in counts.items() if width > 1}
        if not several:
            return (0, 0)
        width = max(several, key=lambda one: (several[one], one))
        return (several[width], width)

    return max(_SEPARATORS, key=score), 0


# What is no table


def _refuse_other_formats(path: Path, start: bytes) -> None:
    head = start[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(_OLE):
        with path.open("rb") as stream:
            protected = "EncryptedPackage".encode("utf-16-le") in stream.read(4_000_000)
        if protected:
            raise DataError(
                Message(
                    f"{path.name} ist mit einem Kennwort geschützt. Speichern Sie eine Kopie ohne "
                    "Kennwort.",
                    f"{path.name} is protected by a password. Save a copy without it.",
                )
            )
        raise DataError(
            Message(
                f"{path.name} hat das alte Excel-Format (.xls). Speichern Sie die Datei in Excel "
                "oder LibreOffice als .xlsx.",
                f"{path.name} has the old Excel format (.xls). Save the file as .xlsx in Excel or "
                "LibreOffice.",
            )
        )
    if start.startswith(b"%PDF") or head.startswith((b"<html", b"<!doctype", b"<?xml", b"{\\rtf")):
        raise DataError(
            Message(
                f"{path.name} ist keine Tabelle, sondern PDF, HTML, XML oder RTF. Speichern Sie "
                "die Tabelle als .xlsx oder „CSV UTF-8“.",
                f"{path.name} is no table but PDF, HTML, XML or RTF. Save the table as .xlsx or "
                "“CSV UTF-8”.",
            )
        )


def _other_archive(path: Path, names: set[str]) -> DataError:
    what = Message("keine Excel-Arbeitsmappe", "no Excel workbook")
    if "content.xml" in names:
        what = Message("eine Datei von LibreOffice (.ods)", "a LibreOffice file (.ods)")
    elif "xl/workbook.bin" in names:
        what = Message("eine binäre Arbeitsmappe (.xlsb)", "a binary workbook (.xlsb)")
    elif any(name.startswith("word/") for name in names):
        what = Message("ein Word-Dokument (.docx)", "a Word document (.docx)")
    return DataError(
        Message(
            f"{path.name} ist {what.de}. Speichern Sie die Tabelle als .xlsx.",
            f"{path.name} is {what.en}. Save the table as .xlsx.",
        )
    )


def _damaged_archive(path: Path, error: Exception) -> DataError:
    return DataError(
        Message(
            f"{path.name} ist beschädigt ({_short(error)}). Laden Sie die Datei noch einmal.",
            f"{path.name} is damaged ({_short(error)}). Download the file again.",
        )
    )


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        Message(
            f"{path.name} ist beschädigt und nicht lesbar ({_short(error)}). Öffnen Sie die Datei "
            "in Excel oder LibreOffice und speichern Sie sie neu.",
            f"{path.name} is damaged and cannot be read ({_short(error)}). Open the file in Excel "
            "or LibreOffice and save it again.",
        )
    )


def _short(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 120 else text[:120] + " …"
