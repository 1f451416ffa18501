"""`python -m benchmarks.damaged`: damaged input; nothing may break, and no line may vanish unsaid.

Each file is damaged by its number alone, so every failure can be had again (`--first N --files 1`).
A kind of input is one row of INPUTS: its samples, and what tries one file and says what went wrong.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
import tempfile
import traceback
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from benchmarks import damaged_pages, damaged_tables
from benchmarks.damage import DAMAGES, Input, Outcome, Sample, damaged
from itas_graph import (
    build,
    calendars,
    canonical_form,
    context,
    dataset,
    decisions,
    headings,
    intake,
    mapping,
    records,
    sheet_rows,
    tables,
    workbook,
    workspace,
)
from itas_graph.cells import concepts
from itas_graph.errors import Finding, ItasError

REPO = Path(__file__).parent.parent
FILES = 10_000
_WORD = re.compile(r"\w+")
#: Anchors, tags, marks of indentation, and whole lines with escapes, which are spelled otherwise.
_BESIDE_TEXT = re.compile(r"(?:(?<=[\s\[{,])|^)[&*!%][^\s,\]}]*|[|>][-+]?\d|^.*\\.*$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


# Record files.


def record_files() -> list[Sample]:
    """Return the shipped record files and those of the small workspace of the tests."""
    folders = (REPO / "data", REPO / "tests" / "workspace" / "data")
    suppressed = "# Namen\neva-muster\n\nJan Muster # schrieb am 1. Mai\nBeispiel, Ida\n"
    return [Sample("suppressed.txt", suppressed.encode())] + [
        Sample(path.relative_to(folder).as_posix(), path.read_bytes())
        for folder in folders
        for path in canonical_form.files(folder)
    ]


_CONTEXT = context.load(REPO / "ontology" / "context.jsonld")


def attempt_record_file(folder: Path, sample: Sample) -> Outcome:
    """Read, check and format one damaged record file, and look for what became of each word."""
    path = folder / "data" / sample.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(sample.raw)
    try:
        return _tried(folder, path, sample)
    finally:
        path.unlink()


def _tried(folder: Path, path: Path, sample: Sample) -> Outcome:
    read = records.load(folder / "data")
    found = [*read.sources, *read.register, *read.decisions]
    found += [read.settings] if read.settings else []
    outcome = Outcome()
    if read.findings:
        outcome.end = "objected" if found or read.suppressed else "refused"
    text = _text(sample.raw)
    if text is not None:
        outcome.losses += _lost_in_reading(sample.name, text, found, read)
    # It may mend what it objects to, so it comes after.
    built = dataset.build(read, _CONTEXT)
    decisions.apply(built, decisions.read(read.decisions, decisions.slugs(built)))
    one = canonical_form.formatted(path, f"data/{sample.name}", _CONTEXT)
    outcome.formatted = one.after is not None
    if one.after is None and not one.findings:
        outcome.losses.append("fmt left it alone and said nothing")
    if one.after is not None and text is not None:
        outcome.losses += _lost_in_form(text, one.after.decode())
        path.write_bytes(one.after)
        again = canonical_form.formatted(path, sample.name, _CONTEXT)
        if again.after != one.after:
            outcome.losses.append("fmt of fmt differs")
    return outcome


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return None


def _words(texts: Iterator[str] | Sequence[str]) -> Counter[str]:
    return Counter(word for text in texts for word in _WORD.findall(text))


def _lost_in_form(text: str, formatted: str) -> list[str]:
    if "\\" in text or re.search(r"[|>][-+]?\d", text):
        return []  # escapes and marks of indentation are spelled anew
    before, after = _words([text]), _words([re.sub(r"\\(uFEFF|[LNPnt])", " ", formatted)])
    wrong = [*(before - after), *(after - before)]
    return [f"fmt lost or made words: {wrong[:5]}"] if wrong else []


def _lost_in_reading(
    name: str, text: str, found: Sequence[records.Record], read: records.Records
) -> list[str]:
    """Return which words are in no record, in no comment and in no line that a finding names."""
    lines = text.split("\n")
    if any(one.line == 0 or "not saved as UTF-8" in one.problem.en for one in read.findings):
        return []
    if name.endswith(".csv"):
        named = _named_rows(found, read.findings, len(lines))
        kept = [
            *_said(found, keys=False),
            *(records.header_of(text) if named is not None and 1 not in named else ()),
        ]
    elif name.endswith(".txt"):
        named = {finding.line for finding in read.findings}
        kept = [*(value.text for value in read.suppressed), *re.findall("#.*", text)]
    else:
        if not found and not read.findings:
            return ["nothing was read, and nothing said"]
        named = _named_in_yaml(text, read.findings) if found else None
        kept = [*_said(found, keys=True), *re.findall(r"(?:^|(?<=[\s\ufeff]))#.*", text, re.M)]
    if named is None:
        return []
    left = [line for number, line in enumerate(lines, 1) if number not in named]
    if name.endswith(".yaml"):
        left = [_BESIDE_TEXT.sub(" ", line) for line in left]
    lost = _words(left) - _words(kept)
    del lost["null"]  # is YAML's word for nothing
    return [f"lost in reading: {[word[:40] for word in lost][:5]}"] if lost else []


def _said(found: Sequence[records.Record], *, keys: bool) -> Iterator[str]:
    for record in found:
        if keys:
            yield from record.lines
        for values in record.fields.values():
            yield from (value.text for value in values)
        for made in record.children.values():
            yield from _said(made, keys=keys)


def _named_rows(
    found: Sequence[records.Record], findings: Sequence[Finding], count: int
) -> set[int] | None:
    """Return the lines of a table that findings name; None if one is about its columns or all."""
    starts = sorted(record.line for record in found)
    named: set[int] = set()
    for finding in findings:
        if finding.line == 1 and "column" in finding.problem.en.lower():
            return None
        last = finding.line
        if "From here on" in finding.problem.en:
            last = count
        elif finding.line in starts:
            last = next((one - 1 for one in starts if one > finding.line), count)
        named.update(range(finding.line, last + 1))
    return named


def _named_in_yaml(text: str, findings: Sequence[Finding]) -> set[int] | None:
    """Return the lines that findings name, each with all that stands under its field."""
    lines = {finding.line for finding in findings}
    named = set(lines)
    deep = {finding.line for finding in findings if "too deeply" in finding.problem.en}
    waiting = [yaml.compose(_CONTROL.sub("\ufffd", text), Loader=yaml.CBaseLoader)]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode) or id(node) in seen:
            continue
        seen.add(id(node))
        for part in node.value:
            key, value = part if isinstance(node, yaml.MappingNode) else (None, part)
            start = (key or value).start_mark.line + 1
            whole = key is not None or not isinstance(value, yaml.MappingNode) or start in deep
            if start in lines and whole:
                named.update(range(start, value.end_mark.line + 2))
            waiting += [one for one in (key, value) if one is not None]
    return named


# Tables and calendars.

_SHEETS = {
    "organisationen.csv": (";", [
        ["Unsere Partner 2024"],
        ["Firma", "Art", "Ort", "Gehört zu", "Anmerkung"],
        ["Beispiel GmbH", "Unternehmen", "Chemnitz", "", "seit 2020; „gut“"],
        ["Öl & Söhne", "Verein", "Chemnits", "Beispiel GmbH | AMZ Sachsen", ""],
        ["Muster e. V.", "Verein oder Verband", "", "", "a | b"],
    ]),
    "personen.tsv": ("\t", [
        ["Vorname", "Nachname", "Titel"],
        ["Eva", "Muster", "Dr."], ["Jörg", "Kößler-Beispiel", ""], ["", "", "Prof."],
    ]),
    "veranstaltungen.csv": (",", [
        ["Name", "Datum", "Beginn", "Ort", "Veranstalter", "Stand"],
        ["Mustertagung", "12. Juni 2027", "14.30 Uhr", "Chemnitz", "IHK Chemnitz", "geplant"],
        ["Messe, groß", "31.12.2027", "9:00", "", "AMZ Sachsen", "egal"],
    ]),
}  # fmt: skip
_MEMBER = "xl/worksheets/sheet1.xml"


def table_files() -> list[Sample]:
    """Return tables of invented people and bodies, the sheets of workbooks, and a calendar."""
    found = []
    for name, (separator, rows) in _SHEETS.items():
        stream = io.StringIO()
        csv.writer(stream, delimiter=separator).writerows(rows)
        found.append(Sample(name, stream.getvalue().encode()))
        with zipfile.ZipFile(io.BytesIO(_workbook(rows))) as archive:
            found.append(Sample(Path(name).stem + ".xlsx", archive.read(_MEMBER)))
    event = {"uid": "1", "name": "Mustertagung, groß", "date": "2027-06-12", "start": "14:00"}
    days = {"uid": "2", "name": "Messe", "date": "2027-06-12", "end_date": "2027-06-14"}
    return [*found, Sample("kalender.ics", calendars.text([event, days], "2027", "Muster")[0])]


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    columns = [workbook.Column(heading) for heading in rows[0]]
    return workbook.data([workbook.Page("Tabelle1", columns, rows[1:])])


def attempt_table(folder: Path, sample: Sample) -> Outcome:
    """Take in one damaged table; each row is above the headings, taken in, refused or unread."""
    path = folder / sample.name
    raw = sample.raw
    if path.suffix == ".xlsx":
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(_workbook([["Name"]]))) as old,
            zipfile.ZipFile(stream, "w") as new,
        ):
            for name in old.namelist():
                new.writestr(name, raw if name == _MEMBER else old.read(name))
        raw = stream.getvalue()
    path.write_bytes(raw)
    kind = _TITLES.kind(path.stem)
    outcome = Outcome()
    for sheet, again in zip(_sheets(path), _sheets(path), strict=True):
        _take_sheet(sheet, again, kind, outcome)
    if path.suffix in (".csv", ".tsv"):
        outcome.losses += _lost_in_table(path, sample.raw)
    return outcome


def _sheets(path: Path) -> list[tables.Sheet]:
    return [calendars.read(path)] if path.suffix == ".ics" else tables.read(path)


def _take_sheet(
    sheet: tables.Sheet, again: tables.Sheet, kind: str | None, outcome: Outcome
) -> None:
    filled = sum(any(row.cells) for row in again.rows)
    try:
        mapped = mapping.recognise(sheet, _TITLES, mapping.Corrections({"": kind} if kind else {}))
    except mapping.UnrecognisedError:
        outcome.end = "refused"
        return
    if mapped is None:
        outcome.losses += [f"{filled} rows were called none"] if filled else []
        return
    rows = list(sheet_rows.entries(mapped))
    if len(mapped.above) + 1 + len(rows) != filled:
        outcome.losses.append(f"{filled} rows became {len(mapped.above)} + 1 + {len(rows)}")
    taken = intake.take(rows, _KNOWN, _CONTEXT, _TITLES, _LISTS, lambda _: [], "itas-charta")
    ends = [*taken.added, *taken.changed, *taken.unchanged]
    if len(ends) + taken.refused_rows != len(rows):
        outcome.losses.append(f"{len(rows)} rows ended in {len(ends)} + {taken.refused_rows}")
    if taken.refused or sheet.broken:
        outcome.end = "objected" if ends else "refused"


def _lost_in_table(path: Path, raw: bytes) -> list[str]:
    """Return which words of a text table are in no cell, before the line that cannot be read."""
    (sheet,) = tables.read(path)
    cells = [cell for row in sheet.rows for cell in row.cells]
    if sheet.broken or sheet.notes == []:
        return []
    coding = {"Windows-1252": "cp1252", "UTF-16": "utf-16"}.get(
        sheet.notes[0].en.split(",")[0].removeprefix("read as "), "utf-8-sig"
    )
    if coding == "utf-16":
        return []  # with or without a mark: the words are compared in the tests
    lost = _words([raw.decode(coding)]) - _words(cells)
    return [f"lost in reading: {list(lost)[:5]}"] if lost else []


_VOCABULARY = build.vocabulary(workspace.Workspace(REPO))
_TITLES = headings.load(REPO / "ontology" / "headings.csv", _CONTEXT)
_LISTS = concepts(_VOCABULARY.quads)
_KNOWN = records.load(REPO / "data")

INPUTS = {
    "records": Input(record_files, attempt_record_file),
    "tables": Input(table_files, attempt_table),
    "page.txt": Input(damaged_pages.texts, damaged_pages.attempt),
    "page.html": Input(damaged_pages.markup, damaged_pages.attempt),
    "page.pdf": Input(damaged_pages.prints, damaged_pages.attempt),
    "exports": Input(damaged_tables.separated, damaged_tables.attempt),
    "workbooks": Input(damaged_tables.workbooks, damaged_tables.attempt),
}


# The run.


def run(kind: str, numbers: Sequence[int]) -> Iterator[tuple[int, str, Outcome]]:
    """Yield for each number the damage and the outcome."""
    entry = INPUTS[kind]
    samples = entry.samples()
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            name, sample = damaged(number, samples)
            try:
                outcome = entry.attempt(Path(folder), sample)
            except ItasError:
                outcome = Outcome("refused")
            except Exception:  # noqa: BLE001  # any other end is what is looked for
                outcome = Outcome("crashed", crash=traceback.format_exc(limit=-4))
            yield number, name, outcome


def table(counts: dict[str, Counter[str]]) -> str:
    """Return the counts as a Markdown table."""
    columns = ["files", "read", "objected", "refused", "formatted", "losses", "crashes"]
    rows = [["damage", *columns], ["---", *["--:"] * len(columns)]]
    rows += [[name, *(f"{count[one]}" for one in columns)] for name, count in counts.items()]
    total = sum(counts.values(), Counter[str]())
    rows.append(["**all**", *(f"**{total[one]}**" for one in columns)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Damage, try, count; exit code 1 if anything broke or vanished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=FILES, help="how many of each kind of input")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--input", choices=sorted(INPUTS), help="this kind of input alone")
    given = parser.parse_args()
    bad = False
    for kind in [given.input] if given.input else list(INPUTS):
        counts = {name: Counter[str]() for name in DAMAGES}
        for number, name, outcome in run(kind, range(given.first, given.first + given.files)):
            count = counts[name]
            count.update(["files", outcome.end] + ["formatted"] * outcome.formatted)
            count.update(["losses"] * bool(outcome.losses) + ["crashes"] * bool(outcome.crash))
            if outcome.losses or outcome.crash:
                bad = True
                print(f"{kind} {number}: {outcome.losses} {outcome.crash}", file=sys.stderr)
        print(f"{kind}\n\n{table(counts)}\n")
    sys.exit(bad)


if __name__ == "__main__":
    main()
