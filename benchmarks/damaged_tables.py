"""Damaged tables: each row is a record or a refusal with sheet and row, and nothing breaks."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from unittest import mock

from benchmarks.damage import Outcome, Sample
from itas_graph import build, context, dataset, exporting, importing, tables, workspace
from itas_graph.mapping import Mapped
from itas_graph.records import Records
from itas_graph.tables import Row, Sheet

REPO = Path(__file__).parent.parent
_CONTEXT = context.load(REPO / "ontology" / "context.jsonld")
#: The rules of shapes.ttl take a second; they are asked of one table in so many.
_RULES = 50


@cache
def _here() -> workspace.Workspace:
    """Return a copy of the small workspace of the tests, with what a workspace needs."""
    folder = Path(tempfile.mkdtemp(prefix="damaged-tables-"))
    shutil.copytree(REPO / "ontology", folder / "ontology", ignore=lambda *_: {"examples"})
    shutil.copytree(REPO / "queries", folder / "queries")
    shutil.copytree(REPO / "tests" / "workspace" / "data", folder / "data")
    return workspace.find(folder)


@cache
def _workbooks() -> tuple[bytes, ...]:
    """Return all records as a workbook in each language, and an empty table to fill in."""
    here = _here()
    made = [exporting.table(here, "internal", one, build.silent)[0] for one in ("de", "en")]
    return (*made, exporting.template(here, ["organisations", "events"], "de")[0])


def _separated(separator: str) -> list[Sample]:
    samples = []
    for number, book in enumerate(_workbooks()[:2]):
        path = _here().root / "all.xlsx"
        path.write_bytes(book)
        for sheet in tables.read(path):
            stream = io.StringIO()
            writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
            writer.writerows(row.cells for row in sheet.rows)
            name = f"{sheet.name}-{number}.{'tsv' if separator == chr(9) else 'csv'}"
            samples.append(Sample(name, stream.getvalue().encode()))
    return samples


def separated() -> list[Sample]:
    """Return the sheets as text: with commas, semicolons or tabs."""
    return [*_separated(","), *_separated(";"), *_separated("\t")]


def workbooks() -> list[Sample]:
    """Return workbooks, and the parts of one: a part is damaged inside a workbook that is whole."""
    found = [Sample(f"{number}.xlsx", book) for number, book in enumerate(_workbooks())]
    with zipfile.ZipFile(io.BytesIO(_workbooks()[0])) as whole:
        parts = [Sample(name, whole.read(name)) for name in whole.namelist()]
    return found + [one for one in parts if one.raw]


def attempt(folder: Path, sample: Sample) -> Outcome:
    """Import one damaged table without writing, and look for what became of each row of it."""
    is_text = sample.name.endswith((".csv", ".tsv"))
    is_part = not is_text and not sample.name.endswith(".xlsx")
    path = folder / ("table.xlsx" if is_part else Path(sample.name).name)
    path.write_bytes(_with_part(sample) if is_part else sample.raw)
    read = _Read()
    try:
        with mock.patch.object(tables, "read", read), _fewer_rules(len(sample.raw)):
            done = importing.run(_here(), [path], importing.Settings(dry_run=True))
            importing.report(done.outcome.refused, "de")
    finally:
        path.unlink()
    losses = _lost_rows(read.sheets, done)
    if is_text and all(one.place.row for one in done.outcome.refused):
        losses += _lost_letters(sample.raw, read.sheets)
    refused = done.outcome.refused
    end = "objected" if refused and len(refused) < len(read.rows) else "refused"
    return Outcome(end if refused else "read", losses=losses)


def _with_part(sample: Sample) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_workbooks()[0])) as whole,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in whole.namelist():
            made.writestr(name, sample.raw if name == sample.name else whole.read(name))
    return stream.getvalue()


class _Read:
    """Reads tables as `tables.read` does, and keeps the rows that were handed on."""

    def __init__(self) -> None:
        self._read: Callable[[Path], list[Sheet]] = tables.read
        self.sheets: list[tuple[Sheet, list[Row]]] = []

    def __call__(self, path: Path) -> list[Sheet]:
        for sheet in self._read(path):
            rows: list[Row] = []
            sheet.rows = self._kept(sheet.rows, rows)
            self.sheets.append((sheet, rows))
        return [sheet for sheet, _ in self.sheets]

    @staticmethod
    def _kept(given: Iterator[Row], rows: list[Row]) -> Iterator[Row]:
        for row in given:
            rows.append(row)
            yield row

    @property
    def rows(self) -> list[Row]:
        return [row for _, rows in self.sheets for row in rows]


def _fewer_rules(number: int) -> object:
    if number % _RULES == 0:
        return mock.MagicMock()
    return mock.patch.object(build, "check_records", _checked)


def _checked(_: workspace.Workspace, changed: Records, __: object) -> object:
    built = dataset.build(changed, _CONTEXT)
    return mock.Mock(findings=[*changed.findings, *built.findings])


def _lost_rows(sheets: Sequence[tuple[Sheet, list[Row]]], done: importing.Imported) -> list[str]:
    """Return which rows are neither in a record nor refused nor shown as standing above."""
    outcome = done.outcome
    told = {
        (place.sheet, place.row)
        for places in (outcome.added, outcome.changed, outcome.unchanged)
        for place, _ in places
    }
    told |= {(one.place.sheet, one.place.row) for one in outcome.refused}
    told |= {(one.sheet.name, row) for one in done.mapped for row in _shown(one)}
    noted = {name for name, _ in done.notes} | {name for name, row in told if not row}
    noted |= {"Erläuterung", "Explanation"}
    lost = [
        f"row {row.number} of {sheet.name} is nowhere: {row.cells}"[:200]
        for sheet, rows in sheets
        if sheet.name not in noted
        for row in rows
        if any(row.cells) and (sheet.name, row.number) not in told
    ]
    return lost[:3]


def _shown(one: Mapped) -> list[int]:
    return [one.header, *(row.number for row in one.above)]


def _lost_letters(raw: bytes, sheets: Sequence[tuple[Sheet, list[Row]]]) -> list[str]:
    """Return what letters of a text table are in none of its rows."""
    if any(sheet.broken for sheet, _ in sheets):
        return []
    cells = (cell for _, rows in sheets for row in rows for cell in row.cells)
    read = "".join(mark for cell in cells for mark in cell if mark.isalnum())
    codings = ("utf-8", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le")
    whole = [_letters(raw.decode(coding, "replace")) for coding in codings]
    return [] if read in whole else [f"letters lost: {len(read)} of {len(whole[0])}"]


def _letters(text: str) -> str:
    return "".join(mark for mark in text if mark.isalnum())
