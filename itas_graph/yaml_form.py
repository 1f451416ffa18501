"""YAML text -> a tree of fields with their comments, and such a tree -> canonical YAML text."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from itas_graph.context import Context

_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

#: Up to this column a list or a remark stands in one line.
WIDTH = 132

#: What is not quoted from a document may be broken into lines; what is must be found by a search.
_PROSE = re.compile(r"(?:[a-z]+_)?(?:note|description)(?:_[a-z]{2})?")
_BREAK = "\n\x85\u2028\u2029"
_COMMENT = re.compile(rf"(?:(?<=[\s\ufeff])|^)#[^{_BREAK}]*", re.M)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\x85": "\\N", "\ufeff": "\\uFEFF"}
_ESCAPES |= {"\u2028": "\\L", "\u2029": "\\P"}


@dataclass(slots=True)
class Entry:
    """A field, or an item of a list (its name is empty), with the comments that belong to it."""

    name: str
    value: str | Group
    parent: Group | None = None
    start: int = 0
    end: int = 0
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    apart: bool = False

    @property
    def is_empty(self) -> bool:
        """Say whether nothing stands in it."""
        return not (self.value.entries if isinstance(self.value, Group) else self.value)


@dataclass(slots=True)
class Group:
    """A mapping (`keyed`) or a list, and the comments at its start (of a file) and its end."""

    keyed: bool
    entries: list[Entry] = field(default_factory=list)
    owner: Entry | None = None
    flow: bool = False
    column: int = 0
    start: int = 0
    end: int = 0
    head: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def tree(text: str) -> Group:
    """Return the mapping that a readable YAML `text` holds, with its comments.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    node = _node(text)
    root = _group(node, None)
    _Placing(text, root).place(_without_texts(node, text))
    return root


def comments(text: str) -> list[str]:
    """Return the comments of a readable YAML text, sorted."""
    found = _COMMENT.finditer(_without_texts(_node(text), text))
    return sorted(text[match.start() : match.end()].rstrip() for match in found)


def obstacle(text: str) -> tuple[int, str]:
    """Return the line of the first anchor, alias, tag or directive and the thing, else (0, "")."""
    event: Any  # each kind of event has fields of its own
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            if event.version or event.tags:
                return line, "%YAML, %TAG"
        elif isinstance(event, yaml.AliasEvent):
            return line, f"*{event.anchor}"
        elif getattr(event, "anchor", None):
            return line, f"&{event.anchor}"
        elif getattr(event, "tag", None):
            return line, str(event.tag)
    return 0, ""


def from_python(record: Mapping[str, Any]) -> Group:
    """Return the tree of a record of texts, lists and nested mappings; what is empty is left out.

    Raises:
        TypeError: a value is neither text nor number, list or mapping.
    """
    group = Group(keyed=True)
    for name, value in record.items():
        made = _value(value)
        if made is not None:
            group.entries.append(Entry(str(name), made))
    return group


def _value(value: object) -> str | Group | None:
    if isinstance(value, Mapping):
        return from_python(value)
    if isinstance(value, list | tuple):
        made = [one for one in map(_value, value) if one is not None]
        return Group(keyed=False, entries=[Entry("", one) for one in made]) if made else None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if value is None:
        return None
    raise TypeError(f"no value of a record: {value!r}")


def text_of(root: Group, kind: str, context: Context) -> str:
    """Return the canonical YAML text of a record of `kind`."""
    lines = list(_comment_lines(root.head, 0))
    if lines:
        lines.append("")
    known = kind in context.kinds
    for position, entry in enumerate(_ordered(root.entries, kind, context)):
        apart = _holds_records(entry) if known else entry.apart
        if apart and (position or not lines) and lines[-1:] not in ([], [""]):
            lines.append("")
        lines += _field(entry, 0, context)
    lines += _comment_lines(root.after, 0)
    return "".join(line + "\n" for line in lines)


# Reading: nodes to entries, comments to the entries they stand with.


def _group(node: yaml.Node, owner: Entry | None) -> Group:
    keyed = isinstance(node, yaml.MappingNode)
    group = Group(keyed, [], owner, bool(getattr(node, "flow_style", False)))
    group.column, group.start, group.end = (
        node.start_mark.column,
        node.start_mark.index,
        node.end_mark.index,
    )
    for part in node.value:
        key, value = part if keyed else (None, part)
        entry = Entry(str(key.value).strip() if key else "", "", group)
        entry.start = (key or value).start_mark.index
        if isinstance(value, yaml.ScalarNode):
            entry.value = str(value.value).strip()
            entry.end = value.end_mark.index
        else:
            entry.value = _group(value, entry)
            entry.end = (key.end_mark if key else value.start_mark).index
        group.entries.append(entry)
    return group


def _node(text: str) -> yaml.MappingNode:
    node = yaml.compose(text, Loader=_LOADER)
    if isinstance(node, yaml.MappingNode):
        return node
    raise yaml.YAMLError("no mapping")


def _without_texts(node: yaml.Node, text: str) -> str:
    """Return `text` with all texts blanked out, so that what is left of `#` is comments."""
    hidden = list(text)
    waiting: list[Any] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += one
        elif not isinstance(one, yaml.ScalarNode):
            waiting += one.value
        else:
            start, end = one.start_mark.index, one.end_mark.index
            if one.style in ("|", ">"):
                # A comment may follow the mark of a text over several lines.
                start = text.find("\n", start, end) if "\n" in text[start:end] else end
            hidden[start:end] = ["\n" if mark in _BREAK else "x" for mark in text[start:end]]
    return "".join(hidden)


def _walk(group: Group) -> Iterator[Entry]:
    for entry in group.entries:
        yield entry
        if isinstance(entry.value, Group):
            yield from _walk(entry.value)


class _Placing:
    """Finds for each comment the field, record or list that it stands with."""

    def __init__(self, text: str, root: Group) -> None:
        self.text = text
        self.root = root
        self.entries = list(_walk(root))
        self.starts = [entry.start for entry in self.entries]

    def place(self, hidden: str) -> None:
        first: list[str] = []
        for match in _COMMENT.finditer(hidden):
            start, comment = match.start(), self.text[match.start() : match.end()].rstrip()
            position = bisect_right(self.starts, start)
            if position == 0:
                _append(first, comment, apart=self._after_blank(start))
            elif not self._place_beside(start, comment, self.entries[position - 1]):
                self._place_alone(start, comment, position)
        for entry in self.root.entries:
            entry.apart = self._after_blank(entry.start)
        if first and self.root.entries:
            self._place_first(first, self.root.entries[0])
        else:
            self.root.head = first

    def _place_first(self, first: list[str], entry: Entry) -> None:
        """Let what a blank line sets apart from the first field head the file."""
        cut = len(first) if entry.apart else len(first) - 1 - [*reversed(first), ""].index("")
        self.root.head, entry.above = first[: max(cut, 0)], first[cut + 1 :]

    def _line_start(self, position: int) -> int:
        return 1 + max(self.text.rfind(one, 0, position) for one in _BREAK)

    def _after_blank(self, position: int) -> bool:
        """Say whether the line above that of `position` is blank."""
        start = self._line_start(position)
        return start > 0 and not self.text[self._line_start(start - 1) : start].strip()

    def _place_beside(self, start: int, comment: str, entry: Entry) -> bool:
        """Place a comment that follows something in its line."""
        if not self.text[self._line_start(start) : start].strip():
            return False
        end = entry.end
        while entry.parent and entry.parent.flow and entry.parent.end <= start:
            end = entry.parent.end
            if entry.parent.owner is None:
                return False
            entry = entry.parent.owner
        if any(one in _BREAK for one in self.text[end:start]):
            return False
        entry.beside.append(comment)
        return True

    def _place_alone(self, start: int, comment: str, position: int) -> None:
        before = self.entries[position - 1]
        after = self.entries[position] if position < len(self.entries) else None
        line = self._line_start(start)
        alone = not self.text[line:start].strip()
        column = start - line if alone else 0
        open_groups = _open(before)
        flow = [one for one in open_groups if one.flow and one.start < start < one.end]
        limit = after.parent.column if after and after.parent else -1
        if flow:
            inside = after is not None and after.start < flow[-1].end
            target = after.above if after and inside else flow[-1].after
        elif before.is_empty and before.parent and column > before.parent.column:
            target = before.below
        else:
            fitting = [one for one in open_groups if one.column <= column] or [self.root]
            # Of a list and the mapping whose key stands in the same column, the mapping.
            deepest = max(fitting, key=lambda one: one.column)
            above = after is not None and (not alone or deepest.column <= limit)
            target = after.above if after and above else deepest.after
        _append(target, comment, apart=self._after_blank(start))


def _open(entry: Entry) -> list[Group]:
    """Return the groups that are open where `entry` stands, from the outermost."""
    groups = [entry.value] if isinstance(entry.value, Group) else []
    at: Entry | None = entry
    while at is not None and at.parent is not None:
        groups.append(at.parent)
        at = at.parent.owner
    return groups[::-1]


def _append(target: list[str], comment: str, *, apart: bool) -> None:
    if target and apart:
        target.append("")
    target.append(comment)


# Writing: entries to lines.


def _ordered(entries: list[Entry], kind: str, context: Context) -> list[Entry]:
    """Return fields in the order of their kind, then unknown ones, then nested records."""
    known = context.kinds.get(kind)
    if known is None:
        return entries
    fields = {name: place for place, name in enumerate(known.fields)}
    children = {name: place for place, name in enumerate(known.children)}

    def rank(entry: Entry) -> tuple[int, int]:
        if entry.name in fields:
            return 0, fields[entry.name]
        if entry.name in children:
            return 2, children[entry.name]
        return (3 if _holds_records(entry) else 1), 0

    return sorted(entries, key=rank)


def _holds_records(entry: Entry) -> bool:
    value = entry.value
    return isinstance(value, Group) and (
        value.keyed or any(isinstance(one.value, Group) for one in value.entries)
    )


def _fields(group: Group, kind: str, indent: int, context: Context) -> Iterator[str]:
    for entry in _ordered(group.entries, kind, context):
        yield from _field(entry, indent, context)
    yield from _comment_lines(group.after, indent)


def _field(entry: Entry, indent: int, context: Context) -> Iterator[str]:
    pad = " " * indent
    *more, beside = entry.beside or [""]
    yield from _comment_lines([*entry.above, *more], indent)
    note = f" {beside}" if beside else ""
    name = _inline(entry.name)
    value = entry.value
    if isinstance(value, str):
        prose = bool(_PROSE.fullmatch(entry.name))
        first, *rest = _scalar(value, indent, len(name) + 2, prose=prose)
        yield f"{pad}{name}: {first}{note}"
        yield from rest
    else:
        row = _row(value, WIDTH - indent - len(name) - 2)
        if row is not None:
            yield f"{pad}{name}: {row}{note}"
            yield from _comment_lines(value.after, indent + 2)
        else:
            yield f"{pad}{name}:{note}"
            items = [Entry("", value)] if value.keyed else value.entries
            for item in items:
                yield from _item(item, entry.name, indent + 2, context)
            if not value.keyed:
                yield from _comment_lines(value.after, indent + 2)
    yield from _comment_lines(entry.below, indent + 2)


def _item(entry: Entry, kind: str, indent: int, context: Context) -> Iterator[str]:
    pad = " " * indent
    value = entry.value
    if isinstance(value, Group) and value.entries:
        # No comment fits between the dash and the first field: it stands above the dash.
        first = _ordered(value.entries, kind, context)[0]
        beside = [*entry.beside, *first.beside]
        yield from _comment_lines([*entry.above, *first.above, *beside[:-1]], indent)
        first.above, first.beside = [], beside[-1:]
        line, *rest = _fields(value, kind, indent + 2, context)
        yield f"{pad}- {line.lstrip()}"
        yield from rest
        return
    *more, beside_it = entry.beside or [""]
    yield from _comment_lines([*entry.above, *more], indent)
    line, *rest = ["{}"] if isinstance(value, Group) else _scalar(value, indent, 2)
    yield f"{pad}- {line} {beside_it}".rstrip()
    yield from rest
    after = value.after if isinstance(value, Group) else []
    yield from _comment_lines([*after, *entry.below], indent + 2)


def _row(group: Group, width: int) -> str | None:
    """Return a list of short texts in one line, or None if it needs several."""
    if group.keyed or (group.after and group.entries):
        return None
    texts = []
    for entry in group.entries:
        if isinstance(entry.value, Group) or entry.above or entry.beside or entry.below:
            return None
        if not entry.value or not _analysis(entry.value).allow_flow_plain:
            return None
        texts.append(entry.value)
    row = f"[{', '.join(texts)}]"
    return row if len(row) <= width else None


def _comment_lines(found: Iterable[str], indent: int) -> Iterator[str]:
    for comment in found:
        yield " " * indent + comment if comment else ""


def _scalar(text: str, indent: int, lead: int, *, prose: bool = False) -> list[str]:
    """Return the lines of a text that begins `lead` columns after its `indent`."""
    analysis = _analysis(text)
    pad = " " * (indent + 2)
    if "\n" in text:
        lines = text.split("\n")
        plain = analysis.allow_block and not set(text) & set("\t\x85\u2028\u2029")
        if plain and all(line == line.strip() for line in lines):
            return ["|-", *(pad + line if line else "" for line in lines)]
    line = _inline(text)
    if prose and indent + lead + len(line) > WIDTH and analysis.allow_block:
        lines = _wrapped(text, WIDTH - len(pad))
        if lines:
            return [">-", *(pad + one for one in lines)]
    return [line]


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text at its spaces; none if the spaces would not come back the same."""
    words = text.split(" ")
    if not all(words) or set(text) & set("\t" + _BREAK):
        return []
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _inline(text: str) -> str:
    r"""Return a text in one line: plain if YAML allows it, else in quotation marks.

    >>> _inline("12:30"), _inline("Studie: Holz"), _inline('"Holz": eine Studie')
    ('12:30', '"Studie: Holz"', '\'"Holz": eine Studie\'')
    """
    analysis = _analysis(text)
    if text and analysis.allow_block_plain and not analysis.multiline:
        return text
    if set(text) & set('"\\') and analysis.allow_single_quoted and not analysis.multiline:
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_ESCAPES.get(one, one) for one in text) + '"'


def _analysis(text: str) -> Any:  # noqa: ANN401  # PyYAML's ScalarAnalysis has no public name
    return _EMITTER.analyze_scalar(text)


#: PyYAML knows where a text may stand without quotation marks.
_EMITTER: Any = yaml.emitter.Emitter(io.StringIO(), allow_unicode=True)
