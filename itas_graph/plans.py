"""Planned records in files + the records there are -> all of them, as if the plans had come true.

A plan says `planned`, `requested` or `draft` of what it hopes for, and such things do not count
anywhere. Here they are read as if they had happened: an event was held, anything else just is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from itas_graph import importing, records
from itas_graph.context import Context
from itas_graph.errors import DataError, Finding, Message, UsageError
from itas_graph.records import Record, Records, Value
from itas_graph.sheet_rows import Refused
from itas_graph.workspace import Workspace

SOURCES = (".yaml", ".yml")
TABLES = (".csv", ".tsv", ".xlsx", ".ics")
OPEN = ("draft", "requested", "planned")
_HELD = "held"
#: Of these it is said that they took place; of all others the status is left out.
_OCCASIONS = ("events", "sessions", "talks")


@dataclass(frozen=True)
class Added:
    """A file of planned records: how many records it adds or changes, and how many came true."""

    file: str
    records: int
    come_true: int


@dataclass(frozen=True)
class Plan:
    """The records of a workspace with planned ones among them, and what each file added."""

    records: Records
    added: tuple[Added, ...]


def read(workspace: Workspace, context: Context, files: Sequence[Path]) -> Plan:
    """Read planned records beside those of a workspace; nothing is written.

    A YAML file is a source like those in data/sources; one that lies there already is read anew as
    if it had come true. Tables are read as `import` reads them.

    Raises:
        UsageError: a file is none, or of a kind that holds no records.
        DataError: records cannot be read; its findings say where and why.
    """
    files = list(dict.fromkeys(files))
    for file in files:
        _refuse_other(file)
    all_ = records.load(workspace.data)
    added = [_with_source(workspace, context, all_, one) for one in files if _is_source(one)]
    for file in files:
        if not _is_source(file):
            all_, one = _with_table(workspace, context, all_, file)
            added.append(one)
    order = [str(file) for file in files]
    return Plan(all_, tuple(sorted(added, key=lambda one: order.index(one.file))))


def _is_source(file: Path) -> bool:
    return file.suffix.lower() in SOURCES


def _refuse_other(file: Path) -> None:
    if not file.is_file():
        raise UsageError(Message(f"Die Datei {file} gibt es nicht.", f"There is no file {file}."))
    if file.suffix.lower() not in (*SOURCES, *TABLES):
        listed = ", ".join((*SOURCES, *TABLES))
        raise UsageError(
            Message(
                f"{file} ist keine Datei mit Einträgen; es gibt {listed}.",
                f"{file} is no file of records; there are {listed}.",
            )
        )


def _with_source(workspace: Workspace, context: Context, all_: Records, file: Path) -> Added:
    findings: list[Finding] = []
    text = records.read_text(file, str(file), findings)
    record = records.read_yaml(text, "source", str(file), findings) if text else None
    if record is None or any(one.severity == "error" for one in findings):
        raise unreadable(str(file), findings)
    known = workspace.data / "sources" / file.name
    if known.is_file() and known.samefile(file):
        all_.sources = [one for one in all_.sources if Path(one.file).name != file.name]
    before = _open_things(all_, context)
    all_.sources.append(record)
    count, come_true = 0, 0
    for one in _below(record):
        count += one is not record
        come_true += _come_true(one, before)
    return Added(str(file), count, come_true)


def _with_table(
    workspace: Workspace, context: Context, all_: Records, file: Path
) -> tuple[Records, Added]:
    outcome = importing.imagined(workspace, [file], all_)
    if outcome.refused:
        raise unreadable(
            str(file),
            [
                Finding(one.place.label, one.place.row, "", one.column, one.problem, _remedy(one))
                for one in outcome.refused
            ],
        )
    before = _open_things(all_, context)
    come_true = sum(_come_true(one, before) for one in outcome.taken)
    return outcome.records, Added(str(file), len(outcome.taken), come_true)


def _remedy(one: Refused) -> Message:
    """Return what to do about a row or sheet, without the options that `import` has for it."""
    if "--" not in one.remedy.en:
        return one.remedy
    if one.place.row:
        return Message(
            "Füllen Sie die Spalte „Quelle“ mit dem Kürzel einer Quelle.",
            "Fill in the column “Source” with the slug of a source.",
        )
    return Message(
        "Nennen Sie Blatt oder Datei nach der Art der Einträge, etwa „involvements“, und die "
        "Spalten nach den Feldern. Was wie gelesen wird, zeigt: itas-graph import DATEI --dry-run",
        "Name sheet or file after the kind of its records, such as “involvements”, and the columns "
        "after the fields. What is read as what is shown by: itas-graph import FILE --dry-run",
    )


def _come_true(record: Record, before: set[tuple[str, str]]) -> bool:
    """Read a record as if what it plans had happened; say whether that changed it."""
    status = record.first("status")
    is_open = status in OPEN
    if status is None and (record.kind, record.first("id") or "") in before:
        is_open = True  # planned so far, by others
    if not is_open:
        return False
    line = record.lines.get("status", record.line)
    record.fields.pop("status", None)
    record.lines.pop("status", None)
    if record.kind in _OCCASIONS:
        record.fields["status"] = [Value(_HELD, line)]
        record.lines["status"] = line
    return True


def _open_things(all_: Records, context: Context) -> set[tuple[str, str]]:
    """Return the occasions, by kind and slug, of which so far nobody says more than planned."""
    found: dict[tuple[str, str], list[bool]] = {}
    for one in _all(all_):
        if one.kind in _OCCASIONS and one.kind in context.kinds and one.first("status"):
            key = (one.kind, one.first("id") or "")
            found.setdefault(key, []).append(one.first("status") in OPEN)
    return {key for key, is_open in found.items() if all(is_open)}


def _all(all_: Records) -> Iterator[Record]:
    for one in (*all_.sources, *all_.register):
        yield from _below(one)


def _below(record: Record) -> Iterator[Record]:
    yield record
    for children in record.children.values():
        for child in children:
            yield from _below(child)


def unreadable(file: str, findings: Sequence[Finding]) -> DataError:
    """Return the objection to planned records that cannot be taken, with all that is wrong."""
    count = len(findings)
    errors = "1 error" if count == 1 else f"{count} errors"
    return DataError(
        Message(
            f"{file}: {count} Fehler in den geplanten Einträgen; es wurde nichts gerechnet.",
            f"{file}: {errors} in the planned records; nothing was computed.",
        ),
        tuple(findings),
    )
