"""Changed records -> the text of their files: rows of a register, entries of a source.

What did not change stays as it is: order, spelling, comments.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from itas_graph.context import Context
from itas_graph.errors import EngineError, Message
from itas_graph.records import Record, read_csv, read_yaml
from itas_graph.vocab import SLUG

_WIDTH = 1_000_000


def source_text(text: str | None, before: Record | None, after: Record, context: Context) -> str:
    """Return the text of a source file that says what `after` says.

    `text` and `before` are the file as it is and the record read from it; without them the file
    is new.

    Raises:
        EngineError: the text would not say the same; nothing must be written then.
    """
    from ruamel.yaml.comments import CommentedMap

    yaml = _yaml()
    node: Any = CommentedMap()
    if text is not None:
        node = yaml.load(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    _write_record(node, before, after, context)
    stream = io.StringIO()
    yaml.dump(node, stream)
    written = stream.getvalue()
    again = read_yaml(written, after.kind, after.file, [])
    if again is None or _plain(again) != _plain(after):
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
    header, separator, lines = _lines(text) if text else ([], ",", [])
    newline = "\r\n" if text and "\r\n" in text else "\n"
    known = {name for row in after for name in row.fields}
    missing = [name for name in context.kinds[kind].fields if name in known and name not in header]
    wide = [*header, *missing]
    rest = {row.first("id"): row for row in after}
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


def _yaml() -> Any:  # noqa: ANN401  # ruamel.yaml's own object
    from ruamel.yaml import YAML
    from ruamel.yaml.resolver import VersionedResolver

    class Text(VersionedResolver):
        """Reads every scalar as text, as the records are read: NO stays NO, 12:30 stays 12:30."""

        @property
        def versioned_resolver(self) -> dict[object, list[object]]:
            return {}

    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = Text
    yaml.preserve_quotes = True
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _write_record(node: Any, before: Record | None, after: Record, context: Context) -> None:  # noqa: ANN401  # a node of ruamel.yaml
    kind = context.kinds[after.kind]
    order = [*kind.fields, *kind.children]
    old = before.fields if before else {}
    for name in [*old, *after.fields]:
        texts = [value.text for value in after.fields.get(name, [])]
        if texts == [value.text for value in old.get(name, [])]:
            continue
        if not texts:
            node.pop(name, None)
        elif name in node:
            _replace(node, name, texts)
        else:
            node.insert(_index(node, name, order), name, _value(texts))
    for name, children in after.children.items():
        existing = before.children.get(name, []) if before else []
        if len(children) > len(existing) and name not in node:
            node.insert(_index(node, name, order), name, _block())
            if after.kind == "source":
                node.yaml_set_comment_before_after_key(name, before="\n")
        for position, child in enumerate(children):
            if position < len(existing):
                _write_record(node[name][position], existing[position], child, context)
            else:
                from ruamel.yaml.comments import CommentedMap

                item = CommentedMap()
                _write_record(item, None, child, context)
                node[name].append(item)


def _replace(node: Any, name: str, texts: Sequence[str]) -> None:  # noqa: ANN401  # see _write_record
    """Put other values in the place of the old ones and keep the form of a list."""
    old = node[name]
    if isinstance(old, list) and len(texts) > 1:
        while len(old) > len(texts):
            old.pop()
        for position, text in enumerate(texts):
            if position == len(old):
                old.append(text)
            elif str(old[position]) != text:
                old[position] = text
    else:
        node[name] = _value(texts)


def _index(node: Any, name: str, order: Sequence[str]) -> int:  # noqa: ANN401  # see _write_record
    """Return where a new field stands: behind those that come before it in its kind."""
    rank = order.index(name) if name in order else len(order)
    index = 0
    for position, other in enumerate(node, 1):
        if other in order and order.index(other) < rank:
            index = position
    return index


def _value(texts: Sequence[str]) -> Any:  # noqa: ANN401  # see _write_record
    if len(texts) == 1:
        return texts[0]
    from ruamel.yaml.comments import CommentedSeq

    values = CommentedSeq(texts)
    if all(SLUG.fullmatch(text) for text in texts):
        values.fa.set_flow_style()
    return values


def _block() -> Any:  # noqa: ANN401  # see _write_record
    from ruamel.yaml.comments import CommentedSeq

    return CommentedSeq()


# Registers


def _lines(text: str) -> tuple[list[str], str, list[str]]:
    """Return the header of a register, its separator, and the text of each row."""
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=lambda mark: (first.count(mark), mark == ","))
    physical = text.splitlines(keepends=True)
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
        return text.splitlines(keepends=True)[0]
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
