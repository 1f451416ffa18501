"""data/tables/ <-> rows of records: compressed tables in parts, for what is too much for YAML.

A table is a folder `data/tables/<name>/` with `mapping.yaml` (where it comes from) and one folder
for each kind of record. There lie its parts, CSV compressed by gzip. Which part a record lies in is
said by its slug (of an involvement: that of its initiative), so that one record more or less
changes one part. Equal records make equal bytes.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itas_graph.errors import DataError, Message

FOLDER = "tables"
MAPPING = "mapping.yaml"
#: Tables of more bytes than this are built without a page and never read as a whole.
LARGE = 1_000_000
SOURCE = "source"
#: What tables may hold, and under what a record of it stands: column and kind.
PARENTS: Mapping[str, tuple[str, str] | None] = {
    "places": None,
    "organisations": None,
    "initiatives": None,
    "involvements": ("initiative", "initiatives"),
}
_SUFFIX = ".csv.gz"
_NUMBER = re.compile(r"[0-9]{4}")
_PART = re.compile(r"(?<!\\)\|")
# A row of a table is a few hundred bytes; what is longer than this is none.
_MAX_UNPACKED = 512_000_000

Fields = dict[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One file of a table: the table's name, the kind of its records, its number, where it lies."""

    table: str
    kind: str
    number: int
    path: Path

    @property
    def name(self) -> str:
        """Return the path inside the workspace's data folder, for messages."""
        return f"data/{FOLDER}/{self.table}/{self.kind}/{self.path.name}"


def parts(data: Path) -> list[Part]:
    """Return all parts of all tables of a data folder, sorted.

    Raises:
        DataError: a file lies there that is no part of a table.
    """
    found = []
    root = data / FOLDER
    for path in sorted(root.glob("*/*/*")) if root.is_dir() else ():
        if path.name.startswith((".", "~")) or path.parent.name.startswith("."):
            continue
        number = path.name.removesuffix(_SUFFIX)
        kind = path.parent.name
        if kind not in PARENTS or not _NUMBER.fullmatch(number):
            raise DataError(_foreign(path, data))
        found.append(Part(path.parent.parent.name, kind, int(number), path))
    return sorted(found)


def size(data: Path) -> int:
    """Return how many bytes the tables of a data folder take."""
    root = data / FOLDER
    return sum(one.stat().st_size for one in root.glob(f"*/*/*{_SUFFIX}")) if root.is_dir() else 0


def is_large(data: Path) -> bool:
    """Say whether a data folder has more in tables than may be read as a whole."""
    return size(data) > LARGE


def place(data: Path, table: str, kind: str, number: int) -> Part:
    """Return the part of a table with this number, whether it is there or not."""
    path = data / FOLDER / table / kind / f"{number:04}{_SUFFIX}"
    return Part(table, kind, number, path)


def number_of(slug: str, count: int) -> int:
    """Return in which of `count` parts the records of a slug lie.

    >>> number_of("beispiel-gmbh", 128), number_of("beispiel-gmbh", 1)
    (68, 0)
    """
    return int.from_bytes(hashlib.sha256(slug.encode()).digest()[:4], "big") % count


def columns(kind: str) -> list[str]:
    """Return the columns that come first in a table of `kind`."""
    above = PARENTS[kind]
    return [above[0], "id", SOURCE] if above else ["id", SOURCE]


def read(part: Part) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """Return the heading of a part and its rows, each with the line where it begins.

    Raises:
        DataError: the part is damaged; it may be found out while rows are taken.
    """
    rows = _rows(part)
    header = next(rows, (1, []))[1]
    return header, rows


def records(part: Part) -> Iterator[tuple[int, Fields]]:
    """Return the rows of a part by column, without empty cells.

    Raises:
        DataError: the part is damaged.
    """
    header, rows = read(part)
    for line, cells in rows:
        yield line, {name: cell for name, cell in zip(header, cells, strict=True) if cell}


def slugs(parts: Iterable[Part], kind: str) -> frozenset[str]:
    """Return the slugs that the rows of one kind declare in parts.

    Raises:
        DataError: a part is damaged.
    """
    found: set[str] = set()
    for part in parts:
        if part.kind == kind:
            found.update(row["id"] for _, row in records(part) if "id" in row)
    return frozenset(found)


def values(cell: str) -> list[str]:
    r"""Return the values of a cell: “|” stands between them, and a bar of their own is “\|”.

    >>> values("Muster | Beispiel"), values(r"Stahl \| Holz")
    (['Muster', 'Beispiel'], ['Stahl | Holz'])
    """
    if "|" not in cell:
        return [cell]
    found = (one.strip().replace("\\|", "|") for one in _PART.split(cell))
    return [one for one in found if one]


def cell(texts: Iterable[str]) -> str:
    r"""Return the cell that holds values.

    >>> cell(["Stahl | Holz"]), cell(["Muster", "Beispiel"])
    ('Stahl \\| Holz', 'Muster | Beispiel')
    """
    return " | ".join(text.replace("|", "\\|") for text in texts)


def packed(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a part as bytes; equal rows, equal bytes."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    # By zlib and a header of our own: what Python's gzip writes there differs between versions.
    text = stream.getvalue().encode()
    pressed = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = pressed.compress(text) + pressed.flush()
    tail = zlib.crc32(text).to_bytes(4, "little") + (len(text) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + tail


def _rows(part: Part) -> Iterator[tuple[int, list[str]]]:
    try:
        with gzip.open(part.path, "rb") as stream:
            raw = stream.read(_MAX_UNPACKED)
        text = raw.decode()
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line, width = 1, 0
        for cells in reader:
            width = width or len(cells)
            if len(cells) != width:
                raise DataError(_uneven(part, line, len(cells), width))
            yield line, cells
            line = reader.line_num + 1
    except (OSError, EOFError, zlib.error, UnicodeError, csv.Error) as error:
        raise DataError(_damaged(part, error)) from error


def _uneven(part: Part, line: int, cells: int, width: int) -> Message:
    return Message(
        f"{part.name}, Zeile {line}: {cells} Zellen statt {width}. Holen Sie die Datei aus der "
        "Versionsverwaltung zurück, oder übernehmen Sie die Tabelle neu: itas-graph import",
        f"{part.name}, line {line}: {cells} cells instead of {width}. Bring the file back from "
        "version control, or take in the table anew: itas-graph import",
    )


def _damaged(part: Part, error: Exception) -> Message:
    said = " ".join(str(error).split()) or type(error).__name__
    return Message(
        f"{part.name} ist beschädigt ({said}). Holen Sie die Datei aus der Versionsverwaltung "
        "zurück, oder übernehmen Sie die Tabelle neu: itas-graph import",
        f"{part.name} is damaged ({said}). Bring the file back from version control, or take in "
        "the table anew: itas-graph import",
    )


def _foreign(path: Path, data: Path) -> Message:
    name = path.relative_to(data.parent).as_posix()
    known = ", ".join(PARENTS)
    return Message(
        f"{name} ist kein Teil einer Tabelle. Dort liegen nur Dateien wie "
        f"organisations/0007.csv.gz, für: {known}. Entfernen Sie die Datei.",
        f"{name} is no part of a table. Only files such as organisations/0007.csv.gz lie there, "
        f"for: {known}. Remove the file.",
    )
