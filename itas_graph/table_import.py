"""A table of links of any length -> record tables in a workspace; what was refused, in a file.

The rows are read one at a time and written where they belong: first into piles, one for each part
of a table, then each pile into its part. What is in memory is one pile. An import that was broken
off goes on where it stood when it is called again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from itas_graph import build, headings, links, record_tables, records, tables, yaml_form
from itas_graph.cells import concepts
from itas_graph.context import Context
from itas_graph.errors import DataError, EngineError, Finding, Language, Message, UsageError
from itas_graph.headings import SOURCE, Headings, folded
from itas_graph.links import KIND, Linked, Linker, Meaning, Refusal
from itas_graph.record_tables import Fields
from itas_graph.tables import Row, Sheet
from itas_graph.vocab import SLUG, slugify
from itas_graph.workspace import Workspace

_WORK = ".import"
_STATE = "state.json"
_REFUSED = "refused.csv"
_REPORT = ("file", "row", "column", "problem", "remedy")
_ROWS_A_PART = 1500
_BYTES_A_ROW = 25  # of a compressed table of links
_MOST_PARTS = 4096
_STEP = 20_000
_LOOK_AHEAD = 20
_MOST_SOURCES = 10_000
_MOST_COLUMNS = 2_000
_SHARED = 100
#: Fields that hold several values if rows differ in them; of others the first row's stands.
_SEVERAL = ("programme", "aliases")

Progress = Callable[[Message, float | None], None]


@dataclass(frozen=True)
class Settings:
    """How to take in a table of links: its name, corrections of columns, values, its sources."""

    table: str
    options: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    mapping: Path | None = None
    source: str | None = None
    described: tuple[tuple[str, str], ...] = ()


@dataclass
class Counted:
    """What became of the rows of a table of links."""

    rows: int = 0
    taken: int = 0
    refused: int = 0
    #: Rows that say what another row says.
    repeated: int = 0
    #: Rows whose period is no date and stays as it is written.
    undated: int = 0
    added: dict[str, int] = field(default_factory=dict)
    changed: int = 0
    #: Titles that more than a hundred organisations share, the most shared first.
    shared: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Taken:
    """What an import did: columns with fields, the counts, the files."""

    table: str
    columns: tuple[tuple[str, str], ...]
    notes: list[Message]
    counted: Counted
    sources: list[str]
    report: Path | None
    resumed: int


def silent(_: Message, __: float | None) -> None:
    """Report no progress."""


def run(
    workspace: Workspace,
    path: Path,
    settings: Settings,
    report: Path | None,
    language: Language,
    progress: Progress = silent,
) -> Taken:
    """Take a table of links into the record tables of a workspace.

    Rows that are refused go into the file `report`, each with its row, column and reason.

    Raises:
        UsageError: the file or an option is none, or the workspace is not one's own.
        DataError: the file is no table, or ends in the middle.
        EngineError: the disk failed; the next call goes on from there.
    """
    if workspace.shipped:
        raise UsageError(
            Message(
                "Die mitgelieferten Daten lassen sich nicht ändern. Nennen Sie mit --root einen "
                "eigenen Arbeitsbereich.",
                "The data that come along cannot be changed. Name a workspace of your own by "
                "--root.",
            )
        )
    if not SLUG.fullmatch(settings.table):
        raise UsageError(
            Message(
                f"„{settings.table}“ taugt nicht als Name einer Tabelle; schreiben Sie "
                f"--table {slugify(settings.table) or 'name'}.",
                f"“{settings.table}” is no name for a table; write "
                f"--table {slugify(settings.table) or 'name'}.",
            )
        )
    try:
        return _Import(workspace, path, settings, language, progress).run(report)
    except OSError as error:
        raise EngineError(
            Message(
                f"{error.filename or path} lässt sich nicht lesen oder schreiben: "
                f"{error.strerror}. Der nächste Aufruf setzt hier fort.",
                f"{error.filename or path} cannot be read or written: {error.strerror}. "
                "The next call goes on from here.",
            )
        ) from error


class _Import:
    """One import of one table."""

    def __init__(
        self,
        workspace: Workspace,
        path: Path,
        settings: Settings,
        language: Language,
        progress: Progress,
    ) -> None:
        self._workspace = workspace
        self._path = path
        self._settings = settings
        self._language: Language = language
        self._progress = progress
        self._folder = workspace.data / record_tables.FOLDER / settings.table
        self._work = self._folder / _WORK
        known = build.vocabulary(workspace)
        self._headings = headings.load(workspace.ontology / "headings.csv", known.context)
        self._concepts = concepts(known.quads)
        self._context = known.context

    def run(self, report: Path | None) -> Taken:
        sheet = _sheet(self._path)
        above, header, rest = _header(sheet, self._headings, self._path)
        meaning = self._meaning(header)
        count = self._parts()
        sources = _Sources(self._workspace, self._context, self._settings)
        named = [name for _, name in meaning.columns]
        linker = Linker(self._context, self._concepts, named, meaning, sources.slug)
        digest = _digest(self._path, meaning, self._settings)
        piles = _Piles(self._work, self._path.name, count, digest)
        counted = piles.begin()
        resumed = counted.rows
        sources.take_up(piles.sources)
        if not piles.full:
            self._pile(linker, rest, piles, counted, sources)
        if sheet.broken and sheet.broken[0][0] not in piles.broken:
            piles.refuse(sheet.broken[0][0], "", *sheet.broken[0][1:], self._language)
            counted.refused += 1
        piles.finish(counted, sources.known)
        self._merge(piles, counted, count)
        _write(self._folder / record_tables.MAPPING, _mapping(meaning, count))
        written = sources.write()
        if report is not None and (counted.refused or report.exists()):
            _report(piles.refused, report)
        piles.remove()
        notes = [*sheet.notes]
        if above:
            rows = ", ".join(str(row) for row in above)
            notes.append(
                Message(
                    f"Zeilen über den Überschriften werden nicht gelesen: {rows}",
                    f"rows above the headings are not read: {rows}",
                )
            )
        return Taken(
            self._settings.table, meaning.columns, notes, counted, written, report, resumed
        )

    def _meaning(self, header: Sequence[str]) -> Meaning:
        said, values = _said(self._settings, self._folder / record_tables.MAPPING)
        fields = links.recognise(self._headings, header, said)
        unknown = set(said) - {folded(cell) for cell in header}
        given = {folded(one.rpartition("=")[0]) for one in self._settings.options}
        for name in sorted(unknown & given):
            raise UsageError(
                Message(
                    f"Die Tabelle hat die Spalte „{name}“ aus --map nicht.",
                    f"The table has no column “{name}” as --map says.",
                )
            )
        return Meaning(tuple(zip(header, fields, strict=True)), values)

    def _parts(self) -> int:
        """Return into how many parts the table is cut: as it is, or by the length of the file."""
        known = _stored(self._folder / record_tables.MAPPING)
        given = known.first("parts") if known else None
        if given and given.isdigit() and 0 < int(given) <= _MOST_PARTS:
            return int(given)
        size = self._path.stat().st_size
        with self._path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
        rows = size / _BYTES_A_ROW / (1 if packed else 8)
        return min(_MOST_PARTS, 1 << max(0, int(rows / _ROWS_A_PART)).bit_length())

    def _pile(
        self,
        linker: Linker,
        rows: Iterable[Row],
        piles: _Piles,
        counted: Counted,
        sources: _Sources,
    ) -> None:
        whole = self._path.stat().st_size
        message = Message("Zeilen lesen", "reading rows")
        seen = 0
        for row in rows:
            if not any(row.cells):
                continue
            seen += 1
            if seen <= counted.rows:
                continue
            counted.rows += 1
            try:
                linked = linker.link(row.cells)
            except Refusal as why:
                counted.refused += 1
                piles.refuse(
                    row.number, linker.column(why.name), why.problem, why.remedy, self._language
                )
            else:
                counted.taken += 1
                counted.undated += links.is_undated(linked.involvement)
                piles.add(linked)
            if counted.rows % _STEP == 0:
                piles.checkpoint(counted, sources.known)
                self._progress(message, min(0.6, 0.6 * counted.rows * _BYTES_A_ROW / (whole or 1)))

    def _merge(self, piles: _Piles, counted: Counted, count: int) -> None:
        message = Message("Teile schreiben", "writing parts")
        todo = piles.piles()
        for position, (kind, number) in enumerate(todo, 1):
            part = record_tables.place(self._workspace.data, self._settings.table, kind, number)
            new = piles.rows(kind, number)
            merged = _Merged(kind)
            if part.path.exists():
                merged.known(record_tables.records(part))
            merged.take(new)
            text = merged.packed(self._context.kinds[kind].fields)
            _write(part.path, text)
            counted.added[kind] = counted.added.get(kind, 0) + merged.added
            counted.changed += merged.changed
            if kind == KIND:
                counted.repeated += merged.repeated
                counted.shared = _most(counted.shared + merged.shared())
            self._progress(message, 0.6 + 0.4 * position / len(todo))
        names = _titles(self._workspace, self._settings.table, count, counted.shared)
        counted.shared = [(names.get(slug, slug), times) for slug, times in counted.shared]


class _Piles:
    """The rows of each part as they come, on disk, and how far they are."""

    def __init__(self, folder: Path, file: str, count: int, digest: str) -> None:
        self._folder = folder
        self._file = file
        self._count = count
        self._digest = digest
        self._waiting: dict[tuple[str, int], list[str]] = {}
        self._seen: set[tuple[str, str]] = set()
        self._said: list[str] = []
        self.full = False
        self.sources: dict[str, str] = {}
        self.broken: set[int] = set()

    @property
    def refused(self) -> Path:
        """Where the refused rows stand."""
        return self._folder / _REFUSED

    def begin(self) -> Counted:
        """Go on where an import of the same file stood, or begin anew; return the counts so far."""
        try:
            state = json.loads((self._folder / _STATE).read_text("utf-8"))
        except (OSError, ValueError):
            state = {}
        if state.get("digest") != self._digest:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            self.checkpoint(Counted(), {})
            return Counted()
        for path in self._folder.rglob("*.csv"):
            length = state["sizes"].get(path.relative_to(self._folder).as_posix(), 0)
            os.truncate(path, length)
        self.full = state["full"]
        self.sources = state["sources"]
        self.broken = set(state["broken"])
        counts = state["counted"]
        counts["shared"] = []
        return Counted(**counts)

    def add(self, linked: Linked) -> None:
        """Put the records of a row on their piles."""
        own, link = linked.initiative["id"], linked.involvement
        for one in linked.places:
            self._put("places", 0, one, once=True)
        number = record_tables.number_of(linked.organisation["id"], self._count)
        self._put("organisations", number, linked.organisation, once=True)
        number = record_tables.number_of(own, self._count)
        self._put("initiatives", number, linked.initiative, once=True)
        self._put(KIND, number, link, once=False)

    def _put(self, kind: str, number: int, record: Fields, *, once: bool) -> None:
        line = json.dumps(record, ensure_ascii=False)
        if once:
            mark = (kind, line)
            if mark in self._seen:
                return
            if len(self._seen) > 5 * _STEP:
                self._seen.clear()
            self._seen.add(mark)
        self._waiting.setdefault((kind, number), []).append(line)

    def refuse(
        self, row: int, column: str, problem: Message, remedy: Message, language: Language
    ) -> None:
        """Note a row that was refused."""
        stream = io.StringIO()
        cells = [self._file, row or "", column, problem.text(language), remedy.text(language)]
        csv.writer(stream, lineterminator="\n").writerow(cells)
        self._said.append(stream.getvalue())
        if not column:
            self.broken.add(row)

    def checkpoint(self, counted: Counted, sources: Mapping[str, str]) -> None:
        """Write what waits, and how far this is: from here an import can go on."""
        for (kind, number), lines in self._waiting.items():
            path = self._folder / kind / f"{number:04}.csv"
            path.parent.mkdir(exist_ok=True)
            with path.open("a", encoding="utf-8", newline="") as stream:
                stream.write("\n".join(lines) + "\n")
        self._waiting.clear()
        with self.refused.open("a", encoding="utf-8", newline="") as stream:
            stream.writelines(self._said)
        self._said.clear()
        sizes = {
            path.relative_to(self._folder).as_posix(): path.stat().st_size
            for path in sorted(self._folder.rglob("*.csv"))
        }
        state = {
            "digest": self._digest,
            "counted": asdict(counted),
            "sizes": sizes,
            "sources": dict(sources),
            "full": self.full,
            "broken": sorted(self.broken),
        }
        _write(self._folder / _STATE, json.dumps(state).encode())

    def finish(self, counted: Counted, sources: Mapping[str, str]) -> None:
        """Note that all rows are on their piles."""
        self.full = True
        self.checkpoint(counted, sources)

    def piles(self) -> list[tuple[str, int]]:
        """Return which parts have a pile."""
        found = self._folder.glob("*/*.csv")
        return sorted((path.parent.name, int(path.stem)) for path in found)

    def rows(self, kind: str, number: int) -> Iterator[Fields]:
        """Yield the records on a pile, in the order of the table."""
        with (self._folder / kind / f"{number:04}.csv").open(encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)

    def remove(self) -> None:
        """Remove the piles."""
        shutil.rmtree(self._folder, ignore_errors=True)


class _Merged:
    """The records of one part: those that were there, and those that come."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._records: dict[tuple[str, str], Fields] = {}
        self._names: dict[str, str] = {}
        self.added = 0
        self.changed = 0
        self.repeated = 0

    def known(self, rows: Iterable[tuple[int, Fields]]) -> None:
        """Take the records that are there."""
        for _, row in rows:
            self._records[row["id"], row.get(SOURCE, "")] = row
            if "name" in row:
                self._names.setdefault(row["id"], row["name"])

    def take(self, rows: Iterable[Fields]) -> None:
        """Take records that come; what is there stays as it is, and more is added to it."""
        before = {key: dict(row) for key, row in self._records.items()}
        for row in rows:
            self._take(row)
        self.added = len(self._records) - len(before)
        self.changed = sum(self._records[key] != row for key, row in before.items())

    def _take(self, row: Fields) -> None:
        key = row["id"], row.get(SOURCE, "")
        name = row.pop("name", "")
        there = self._records.get(key)
        if there is None:
            there = self._records[key] = row
        elif self._kind == KIND:
            self.repeated += 1
            return
        else:
            for field_name, text in row.items():
                if field_name in _SEVERAL:
                    _add(there, field_name, text)
                else:
                    there.setdefault(field_name, text)
        if not name:
            return
        known = self._names.get(row["id"])
        if known is None:
            self._names[row["id"]] = there["name"] = record_tables.cell([name])
        elif record_tables.cell([name]) != known:
            # Another spelling of the same: as this row has it.
            _add(there, "aliases", record_tables.cell([name]))

    def packed(self, fields: Sequence[str]) -> bytes:
        """Return the part as bytes."""
        used = {name for row in self._records.values() for name in row}
        first = record_tables.columns(self._kind)
        header = [name for name in first if name in used]
        header += [name for name in fields if name in used and name not in first]
        rows = (
            [self._records[key].get(name, "") for name in header] for key in sorted(self._records)
        )
        return record_tables.packed(header, rows)

    def shared(self) -> list[tuple[str, int]]:
        """Return the initiatives that very many organisations share."""
        found: dict[str, set[str]] = {}
        for row in self._records.values():
            found.setdefault(row[links.INITIATIVE], set()).add(row[links.ORGANISATION])
        return [(slug, len(them)) for slug, them in found.items() if len(them) > _SHARED]


class _Sources:
    """The sources that rows name: their slugs, and the records of those that are new."""

    def __init__(self, workspace: Workspace, context: Context, settings: Settings) -> None:
        self._workspace = workspace
        self._context = context
        self._given = settings.source
        self._described = dict(settings.described)
        folder = workspace.data / "sources"
        self._there = {path.stem for path in folder.glob("*.yaml")} if folder.is_dir() else set()
        #: The slug of each source by what the rows call it.
        self.known: dict[str, str] = {}
        self._taken: dict[str, str] = {}

    def take_up(self, known: Mapping[str, str]) -> None:
        """Go on with the sources of an import that was broken off."""
        self.known |= known
        self._taken |= {slug: text for text, slug in known.items()}

    def slug(self, text: str) -> str:
        """Return the slug of the source that a row names.

        Raises:
            Refusal: it names none.
            UsageError: the table names too many.
        """
        if text not in self.known:
            self.known[text] = self._new(text)
        return self.known[text]

    def _new(self, text: str) -> str:
        if not text and not self._given:
            raise Refusal(
                SOURCE,
                Message("Es fehlt, wer das sagt.", "It is not said who says so."),
                Message(
                    "Nennen Sie eine Quelle in der Zeile oder mit --source.",
                    "Name a source in the row or by --source.",
                ),
            )
        if len(self.known) >= _MOST_SOURCES:
            raise UsageError(
                Message(
                    f"Die Tabelle nennt mehr als {_MOST_SOURCES} Quellen; vermutlich ist die "
                    "Spalte eine andere. Ordnen Sie sie mit --map zu.",
                    f"The table names more than {_MOST_SOURCES} sources; probably the column is "
                    "another. Map it by --map.",
                )
            )
        slug = (self._given or "") if not text else _source_slug(text)
        if slug not in self._there:
            self._refuse_undescribed(text)
        if self._taken.setdefault(slug, text) != text:
            slug = f"{slug}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
            self._taken[slug] = text
        return slug

    def _refuse_undescribed(self, text: str) -> None:
        address = self._described.get("url") or text
        missing = [] if address.startswith(("http://", "https://")) else ["--url"]
        missing += [] if self._described.get("source_kind") else ["--source-kind"]
        if missing:
            options = ", ".join(missing)
            raise UsageError(
                Message(
                    f"Die Quelle „{text or self._given}“ ist neu; beschreiben Sie sie mit "
                    f"{options}.",
                    f"The source “{text or self._given}” is new; describe it by {options}.",
                )
            )

    def write(self) -> list[str]:
        """Write the records of new sources; return their files."""
        written = []
        for text, slug in sorted(self.known.items(), key=lambda pair: pair[1]):
            if slug in self._there:
                continue
            path = self._workspace.data / "sources" / f"{slug}.yaml"
            _write(path, self._record(slug, text).encode())
            written.append(path.relative_to(self._workspace.root).as_posix())
        return written

    def _record(self, slug: str, text: str) -> str:
        title = self._described.get("title") or text or slug
        if text and self._described.get("title"):
            title = f"{self._described['title']}: {text}"
        said = {
            "id": slug,
            "title": title,
            "url": self._described.get("url") or text,
            "source_kind": self._described.get("source_kind", ""),
            "coverage": self._described.get("coverage", "full"),
        }
        return yaml_form.text_of(yaml_form.from_python(said), SOURCE, self._context)


def _source_slug(text: str) -> str:
    last = text.rstrip("/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0] if "." in last[-6:] else last
    slug = slugify(stem) or hashlib.sha256(text.encode()).hexdigest()[:12]
    return slug[:80].strip("-")


def _quoted(text: str) -> str:
    """Return a text as YAML reads it back: plain if it can be, else in quotation marks."""
    if SLUG.fullmatch(text) or (text.startswith("http") and " " not in text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _add(row: Fields, name: str, text: str) -> None:
    there = record_tables.values(row.get(name, ""))
    more = [one for one in record_tables.values(text) if one not in there]
    row[name] = record_tables.cell(sorted(one for one in [*there, *more] if one))


def _most(shared: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(shared, key=lambda one: (-one[1], one[0]))[:_SHARED]


def _titles(
    workspace: Workspace, table: str, count: int, shared: Sequence[tuple[str, int]]
) -> dict[str, str]:
    """Return the names of the initiatives that very many share."""
    wanted = {slug for slug, _ in shared}
    found: dict[str, str] = {}
    for number in sorted({record_tables.number_of(slug, count) for slug in wanted}):
        part = record_tables.place(workspace.data, table, "initiatives", number)
        for _, row in record_tables.records(part):
            if row["id"] in wanted and "name" in row:
                found[row["id"]] = record_tables.values(row["name"])[0]
    return found


def _sheet(path: Path) -> Sheet:
    sheets = tables.read(path)
    if len(sheets) > 1:
        raise UsageError(
            Message(
                f"{path.name} hat mehrere Blätter. Speichern Sie das mit den Verbindungen als CSV.",
                f"{path.name} has several sheets. Save the one with the links as CSV.",
            )
        )
    return sheets[0]


def _header(
    sheet: Sheet, titles: Headings, path: Path
) -> tuple[list[int], tuple[str, ...], Iterator[Row]]:
    """Return the rows above the headings, the headings and the rows below."""
    first: list[Row] = []
    for row in sheet.rows:
        if any(row.cells):
            first.append(row)
        if len(first) == _LOOK_AHEAD:
            break
    if not first:
        raise DataError(Message(f"{path.name} ist leer.", f"{path.name} is empty."))

    def score(row: Row) -> tuple[int, int]:
        known = {titles.field(KIND, cell) for cell in row.cells if cell} - {None}
        return (len(known), -row.number)

    widest = max(len(row.cells) for row in first)
    if widest > _MOST_COLUMNS:
        dotted, most = (f"{one:,}".replace(",", ".") for one in (widest, _MOST_COLUMNS))
        raise DataError(
            Message(
                f"{path.name} hat {dotted} Spalten; mehr als {most} hat keine Tabelle "
                "von Verbindungen. Ist das Trennzeichen richtig? Speichern Sie die Spalten, die "
                "Sie brauchen, als „CSV UTF-8“.",
                f"{path.name} has {widest:,} columns; no table of links has more than "
                f"{_MOST_COLUMNS:,}. Is the separator right? Save the columns that you need as "
                "“CSV UTF-8”.",
            )
        )
    best = max(first, key=score)
    index = first.index(best)

    def rest() -> Iterator[Row]:
        yield from first[index + 1 :]
        yield from sheet.rows

    return [row.number for row in first[:index]], best.cells, rest()


def _said(settings: Settings, stored: Path) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Return what the mapping and the call say of columns and of values."""
    columns: dict[str, str] = {}
    values: dict[tuple[str, str], str] = {}
    for path in (stored, settings.mapping):
        known = _stored(path) if path is not None else None
        if path is settings.mapping and path is not None and known is None:
            raise UsageError(Message(f"{path} ist keine Zuordnung.", f"{path} is no mapping."))
        if known is None:
            continue
        for one in known.children.get("columns", ()):
            columns[folded(one.first("column") or "")] = one.first("field") or ""
        for one in known.children.get("values", ()):
            key = one.first("field") or "", folded(one.first("written") or "")
            values[key] = one.first("means") or ""
    for option in settings.options:
        column, sign, name = option.rpartition("=")
        if not sign or not column.strip():
            raise _no_option("--map", option, "Spalte=feld", "column=field")
        columns[folded(column)] = name.strip()
    for option in settings.values:
        written, sign, means = option.rpartition("=")
        name, colon, text = written.partition(":")
        if not sign or not colon:
            raise _no_option("--value", option, "feld:Text=wert", "field:text=value")
        values[name.strip(), folded(text)] = means.strip()
    return columns, values


def _no_option(option: str, text: str, de: str, en: str) -> UsageError:
    return UsageError(
        Message(
            f"„{text}“ ist keine Zuordnung. Schreiben Sie {option} „{de}“.",
            f"“{text}” is no mapping. Write {option} “{en}”.",
        )
    )


def _stored(path: Path) -> records.Record | None:
    """Return the mapping in a file, or None if there is none.

    Raises:
        DataError: the file is no mapping.
    """
    if not path.is_file():
        return None
    findings: list[Finding] = []
    text = records.read_text(path, path.name, findings)
    found = records.read_yaml(text, "mapping", path.name, findings) if text else None
    if findings:
        first = findings[0]
        raise DataError(
            Message(
                f"{path}:{first.line}: {first.problem.de} {first.remedy.de}",
                f"{path}:{first.line}: {first.problem.en} {first.remedy.en}",
            ),
            tuple(findings),
        )
    return found


def _mapping(meaning: Meaning, count: int) -> bytes:
    """Return the mapping as a file that a person can edit and the next import reads."""
    lines = [f"as: {KIND}", f"parts: {count}", "columns:"]
    for column, name in meaning.columns:
        lines += [f"  - column: {_quoted(column)}", f"    field: {name or _quoted('')}"]
    if meaning.values:
        lines.append("values:")
    for (name, text), means in sorted(meaning.values.items()):
        lines += [f"  - field: {name}", f"    written: {_quoted(text)}", f"    means: {means}"]
    return ("\n".join(lines) + "\n").encode()


def _digest(path: Path, meaning: Meaning, settings: Settings) -> str:
    """Return what tells one import from another: the file and how it is read."""
    state = path.stat()
    said: list[Any] = [str(path.resolve()), state.st_size, state.st_mtime_ns, meaning.columns]
    said += [sorted(map(list, meaning.values.items()), key=str), settings.source]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


def _report(refused: Path, target: Path) -> None:
    beside = target.with_name(f".{target.name}-new-{os.getpid()}")
    with beside.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow(_REPORT)
        with refused.open(encoding="utf-8", newline="") as rows:
            shutil.copyfileobj(rows, stream)
    beside.replace(target)


def _write(path: Path, data: bytes) -> None:
    """Write a file in one step; a file that is so already stays untouched."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-new-{os.getpid()}")
    beside.write_bytes(data)
    beside.replace(path)
