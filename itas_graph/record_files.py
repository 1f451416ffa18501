"""Changed records -> the text of their files: rows of a register, entries of a source.

Rows that did not change keep their lines; a changed source is written in canonical form, its
comments with it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from itas_graph import yaml_form
from itas_graph.context import Context
from itas_graph.errors import EngineError, Message
from itas_graph.records import Record, read_csv, read_yaml
from itas_graph.yaml_form import Entry, Group

# Not str.splitlines: a value may hold U+2028, at which no row ends.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def source_text(text: str | None, before: Record | None, after: Record, context: Context) -> str:
    """Return the text of a source file that says what `after` says, in canonical form.

    `text` and `before` are the file as it is and the record read from it; without them the file
    is new. Comments stay with their records.

    Raises:
        EngineError: the text would not say the same; nothing must be written then.
    """
    root = Group(keyed=True)
    if text is not None:
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        if yaml_form.obstacle(text)[0]:
            raise _unfaithful(after.file)
        root = yaml_form.tree(text)
    _write_record(root, before, after)
    written = yaml_form.text_of(root, after.kind, context)
    again = read_yaml(written, after.kind, after.file, [])
    kept = text is None or yaml_form.comments(text) == yaml_form.comments(written)
    if again is None or _plain(again) != _plain(after) or not kept:
        raise _unfaithful(after.file)
    return written


def register_text(
    text: str | None, before: Sequence[Record], after: Sequence[Record], context: Context
) -> str:
    """Return the text of a register that says what the rows in `after` say.

    Rows that are the same in `before` keep their lines; new rows go to their place if the rows
    are sorted by slug, else to the end.

    Raises:
        EngineError: the text would not say the same; nothing must be written then.
    """
    kind, file = after[0].kind, f"data/{after[0].kind}.csv"
    try:
        header, separator, lines = _lines(text) if text else ([], ",", [])
    except csv.Error as error:
        raise _unfaithful(file) from error
    if len(lines) != len(before):
        raise _unfaithful(file)
    newline = "\r\n" if text and "\r\n" in text else "\n"
    known = {name for row in after for name in row.fields}
    missing = [name for name in context.kinds[kind].fields if name in known and name not in header]
    wide = [*header, *missing]
    rest = {row.first("id"): row for row in after if row.first("id")}
    kept: list[tuple[str, str]] = []
    for line, old in zip(lines, before, strict=True):
        own = old.first("id") or ""
        new = rest.pop(own, None) if own else None
        if new is not None and _plain(new) != _plain(old):
            kept.append((own, _row(new, wide, separator, newline)))
        else:
            gap = separator * len(missing)
            kept.append((own, line.rstrip("\r\n") + gap + newline if missing else line))
    if kept and not kept[-1][1].endswith("\n"):
        kept[-1] = (kept[-1][0], kept[-1][1] + newline)
    is_sorted = [own for own, _ in kept] == sorted(own for own, _ in kept)
    kept += [(own or "", _row(row, wide, separator, newline)) for own, row in rest.items()]
    if is_sorted:
        kept.sort(key=lambda pair: pair[0])
    first = _first_line(text, wide, separator, newline, changed=bool(missing))
    written = first + "".join(line for _, line in kept)
    again = {row.first("id"): _plain(row) for row in read_csv(written, kind, file, [])}
    if again != {row.first("id"): _plain(row) for row in after}:
        raise _unfaithful(file)
    return written


# Sources


def _write_record(group: Group, before: Record | None, after: Record) -> None:
    """Let a mapping say what `after` says; what it says already keeps its comments."""
    entries = {entry.name: entry for entry in group.entries}
    old = before.fields if before else {}
    for name in dict.fromkeys([*old, *after.fields]):
        texts = [value.text for value in after.fields.get(name, [])]
        if texts == [value.text for value in old.get(name, [])]:
            continue
        if not texts:
            group.entries.remove(entries[name])
        elif name in entries:
            entries[name].value = _value(texts)
        else:
            group.entries.append(Entry(name, _value(texts), group))
    for name, children in after.children.items():
        existing = before.children.get(name, []) if before else []
        if name not in entries:
            entries[name] = Entry(name, Group(keyed=False), group)
            group.entries.append(entries[name])
        _write_children(entries[name], existing, children)


def _write_children(entry: Entry, existing: Sequence[Record], children: Sequence[Record]) -> None:
    if isinstance(entry.value, str) or entry.value.keyed:
        # A single record without its dash: it becomes a list of one.
        item = Entry("", entry.value)
        entry.value = Group(keyed=False, entries=[item])
    for position, child in enumerate(children):
        if position == len(entry.value.entries):
            entry.value.entries.append(Entry("", Group(keyed=True), entry.value))
        item = entry.value.entries[position]
        if isinstance(item.value, Group):
            known = existing[position] if position < len(existing) else None
            _write_record(item.value, known, child)


def _value(texts: Sequence[str]) -> str | Group:
    if len(texts) == 1:
        return texts[0]
    return Group(keyed=False, entries=[Entry("", text) for text in texts])


# Registers


def _lines(text: str) -> tuple[list[str], str, list[str]]:
    """Return the header of a register, its separator, and the text of each row."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=lambda mark: (first.count(mark), mark == ","))
    physical = _LINE.findall(text)
    reader = csv.reader(iter(physical), delimiter=separator, strict=True)
    header = [cell.strip().removeprefix("\ufeff") for cell in next(reader)]
    lines: list[str] = []
    start = reader.line_num
    for cells in reader:
        whole = "".join(physical[start : reader.line_num])
        start = reader.line_num
        if any(cell.strip() for cell in cells):
            lines.append(whole)
        elif lines:
            lines[-1] += whole  # an empty line stays behind its row
    return header, separator, lines


def _first_line(
    text: str | None, header: Sequence[str], separator: str, newline: str, *, changed: bool
) -> str:
    if text and not changed:
        return str(_LINE.findall(text)[0])
    mark = "\ufeff" if text and text.startswith("\ufeff") else ""
    return mark + _joined(header, separator, newline)


def _row(record: Record, header: Sequence[str], separator: str, newline: str) -> str:
    values = (record.fields.get(name, []) for name in header)
    return _joined(
        [" | ".join(value.text for value in found) for found in values], separator, newline
    )


def _joined(cells: Sequence[str], separator: str, newline: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=newline).writerow(cells)
    return stream.getvalue()


# The same again


def _plain(record: Record) -> dict[str, object]:
    """Return what a record says, without lines."""
    said: dict[str, object] = {
        name: tuple(value.text for value in values) for name, values in record.fields.items()
    }
    said.update(_children(record))
    return said


def _children(record: Record) -> Iterator[tuple[str, object]]:
    for name, children in record.children.items():
        yield f"{name}:", [_plain(child) for child in children]


def _unfaithful(file: str) -> EngineError:
    return EngineError(
        Message(
            f"{file} wurde nicht geschrieben: Die Datei hätte danach nicht gesagt, was sie sagen "
            "soll. Tragen Sie es von Hand ein und melden Sie den Fall bitte.",
            f"{file} was not written: the file would not have said what it should. Enter it by "
            "hand, and please report the case.",
        )
    )
