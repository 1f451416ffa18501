"""Tables + workspace -> record files with the rows taken in, and what became of each row."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from itas_graph import build, headings, intake, mapping, record_files, records, sheet_rows, tables
from itas_graph.cells import concepts
from itas_graph.context import Context
from itas_graph.errors import DataError, EngineError, Finding, Language, Message, UsageError
from itas_graph.headings import SOURCE, Headings
from itas_graph.intake import Outcome
from itas_graph.mapping import Corrections, Mapped, UnrecognisedError
from itas_graph.records import Record, Records
from itas_graph.sheet_rows import Entry, Place, Refused
from itas_graph.tables import Sheet
from itas_graph.workspace import Workspace

_REPORT = ("file", "sheet", "row", "column", "problem", "remedy")


@dataclass(frozen=True)
class Settings:
    """How to import: corrections of the mapping, the source of the rows, what to write."""

    kind: str | None = None
    options: tuple[str, ...] = ()
    mapping: Path | None = None
    source: str | None = None
    #: Fields of the source, if it is a new one.
    described: tuple[tuple[str, str], ...] = ()
    dry_run: bool = False
    strict: bool = False


@dataclass
class Imported:
    """What an import did: how the sheets were read, what became of their rows, which files."""

    mapped: list[Mapped]
    outcome: Outcome
    notes: list[tuple[str, Message]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    written: bool = False


def run(
    workspace: Workspace,
    paths: Sequence[Path],
    settings: Settings,
    progress: build.Progress = build.silent,
) -> Imported:
    """Take the rows of tables into the records of a workspace.

    Raises:
        UsageError: a file or an option is none, or nothing can be written there.
        DataError: a file is no table.
        EngineError: the disk failed; nothing is half written.
    """
    if workspace.shipped and not settings.dry_run:
        raise UsageError(
            Message(
                "Die mitgelieferten Daten lassen sich nicht ändern. Nennen Sie mit --root einen "
                "eigenen Arbeitsbereich.",
                "The data that come along cannot be changed. Name a workspace of your own by "
                "--root.",
            )
        )
    known = build.vocabulary(workspace)
    titles = headings.load(workspace.ontology / "headings.csv", known.context)
    given = mapping.corrections(titles, settings.kind, settings.options, settings.mapping)
    progress(Message("Tabellen lesen", "reading tables"))
    mapped, refused, notes = _recognised(_sheets(paths), titles, given)
    given.refuse_unused()
    before = records.load(workspace.data)
    rows = [
        *_source_row(settings, before),
        *(row for one in mapped for row in sheet_rows.entries(one)),
    ]
    refused += list(_broken(mapped))
    notes += [(one.sheet.name, note) for one in mapped for note in one.sheet.notes]

    def check(changed: Records) -> Sequence[Finding]:
        return build.check_records(workspace, changed, progress).findings

    outcome = intake.take(
        rows, before, known.context, titles, concepts(known.quads), check, settings.source
    )
    outcome.refused = sorted(
        [*refused, *outcome.refused],
        key=lambda one: (one.place.file, one.place.sheet, one.place.row),
    )
    _refuse_source_options(outcome)
    done = Imported(mapped, outcome, notes)
    texts = _texts(workspace, before, outcome, known.context)
    done.files = sorted(path.relative_to(workspace.root).as_posix() for path in texts)
    if texts and not settings.dry_run and not (settings.strict and outcome.refused):
        _write(texts)
        done.written = True
    return done


def imagined(workspace: Workspace, paths: Sequence[Path], before: Records) -> Outcome:
    """Return what `before` would be with the rows of tables; nothing is written.

    Raises:
        UsageError: a file is none.
        DataError: a file is no table, or its rows do not fit the records.
    """
    known = build.vocabulary(workspace)
    titles = headings.load(workspace.ontology / "headings.csv", known.context)
    given = mapping.corrections(titles, None, (), None)
    mapped, refused, _ = _recognised(_sheets(paths), titles, given)
    rows = [row for one in mapped for row in sheet_rows.entries(one)]
    refused += list(_broken(mapped))

    def check(changed: Records) -> Sequence[Finding]:
        return build.check_records(workspace, changed).findings

    values = concepts(known.quads)
    outcome = intake.take(rows, before, known.context, titles, values, check, None)
    outcome.refused = [*refused, *outcome.refused]
    return outcome


def report(refused: Sequence[Refused], language: Language) -> str:
    """Return refused rows as a CSV table."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_REPORT)
    for one in refused:
        writer.writerow(
            [
                one.place.file,
                one.place.sheet,
                one.place.row or "",
                one.column,
                one.problem.text(language),
                one.remedy.text(language),
            ]
        )
    return stream.getvalue()


def _sheets(paths: Sequence[Path]) -> Iterator[Sheet]:
    for path in paths:
        if path.suffix.lower() == ".ics":
            from itas_graph import calendars

            yield calendars.read(path)
        else:
            yield from tables.read(path)


def _recognised(
    sheets: Iterator[Sheet], titles: Headings, given: Corrections
) -> tuple[list[Mapped], list[Refused], list[tuple[str, Message]]]:
    mapped: list[Mapped] = []
    refused: list[Refused] = []
    notes: list[tuple[str, Message]] = []
    for sheet in sheets:
        if sheet.name in (mapping.EXPLANATION.de, mapping.EXPLANATION.en):
            continue
        try:
            one = mapping.recognise(sheet, titles, given)
        except UnrecognisedError as error:
            place = Place(sheet.file, sheet.name, 0)
            refused.append(Refused(place, "", error.message, error.remedy))
            continue
        if one is not None:
            mapped.append(one)
        elif sheet.broken:
            refused += _broken_sheet(sheet)
        else:
            empty = Message("Das Blatt ist leer.", "The sheet is empty.")
            notes.append((sheet.name, (sheet.notes or [empty])[0]))
    return mapped, refused, notes


def _broken(mapped: Sequence[Mapped]) -> Iterator[Refused]:
    for one in mapped:
        yield from _broken_sheet(one.sheet)


def _broken_sheet(sheet: Sheet) -> Iterator[Refused]:
    for row, problem, remedy in sheet.broken:
        yield Refused(Place(sheet.file, sheet.name, row), "", problem, remedy)


def _source_row(settings: Settings, before: Records) -> list[Entry]:
    """Return the row that describes the source of the call, if it is a new one."""
    name = settings.source
    if name is None or any(Path(one.file).stem == name for one in before.sources):
        return []
    texts = {"id": name, **dict(settings.described)}
    if not dict(settings.described):
        return []
    shown = {name: f"--{name}" for name in ("title", "url", "coverage")}
    shown |= {"id": "--source", "source_kind": "--source-kind"}
    return [Entry(SOURCE, Place("", "--source", 0), texts, shown)]


def _refuse_source_options(outcome: Outcome) -> None:
    """Object to a new source that the call does not describe well enough.

    Raises:
        UsageError: something about it is missing or wrong.
    """
    wrong = [one for one in outcome.refused if not one.place.file]
    if wrong:
        raise UsageError(
            Message(
                "Die neue Quelle ist nicht vollständig: "
                + " ".join(f"{one.column}: {one.problem.de} {one.remedy.de}" for one in wrong),
                "The new source is incomplete: "
                + " ".join(f"{one.column}: {one.problem.en} {one.remedy.en}" for one in wrong),
            )
        )


def _texts(
    workspace: Workspace, before: Records, outcome: Outcome, context: Context
) -> dict[Path, str]:
    """Return what each touched file is to hold."""
    texts: dict[Path, str] = {}
    old = {Path(one.file).stem: one for one in before.sources}
    new = {Path(one.file).stem: one for one in outcome.records.sources}
    for what, name in sorted(outcome.touched):
        if what == SOURCE:
            path = workspace.data / "sources" / f"{name}.yaml"
            text = _read(path)
            texts[path] = record_files.source_text(text, old.get(name), new[name], context)
        else:
            path = workspace.data / f"{name}.csv"
            texts[path] = record_files.register_text(
                _read(path),
                _rows(before.register, name),
                _rows(outcome.records.register, name),
                context,
            )
    return {path: text for path, text in texts.items() if text != _read(path)}


def _rows(register: Sequence[Record], kind: str) -> list[Record]:
    return [row for row in register if row.kind == kind]


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode() if path.exists() else None
    except (OSError, UnicodeError) as error:
        raise DataError(
            Message(
                f"{path.name} ist nicht lesbar; „itas-graph check“ sagt, was zu tun ist.",
                f"{path.name} cannot be read; “itas-graph check” says what to do.",
            )
        ) from error


def _write(texts: dict[Path, str]) -> None:
    """Put all texts in place; each file changes in one step, and none if one cannot be written."""
    staged: list[tuple[Path, Path]] = []
    try:
        for path, text in texts.items():
            target = path.resolve()  # a link to a file stays one
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            staged.append((Path(name), target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(text.encode())
            mode = target.stat().st_mode if target.exists() else 0o644
            Path(name).chmod(mode & 0o777)
        for temporary, target in staged:
            temporary.replace(target)
    except OSError as error:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        raise EngineError(
            Message(
                f"{error.filename} lässt sich nicht schreiben: {error.strerror}.",
                f"{error.filename} cannot be written: {error.strerror}.",
            )
        ) from error
