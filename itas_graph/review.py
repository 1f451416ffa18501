"""A file of drafts -> its records one by one, beside what the page says; and the decisions on them.

A decision changes only the lines of its record: what else stands in the file stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itas_graph.documents import Line
from itas_graph.records import Record

DRAFT = "draft"
_STATUS = re.compile(r"^(\s*(?:- )?)status:\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class Step:
    """One draft to decide on: the record, where its own lines stand, and what it depends on.

    `first` and `last` count from 1; `beneath` says how deep it stands; `passages` are the lines of
    the page that it was read from.
    """

    record: Record
    first: int
    last: int
    depth: int
    passages: tuple[Line, ...] = ()


def steps(record: Record, page: Sequence[Line] = ()) -> list[Step]:
    """Return the drafts of a source in the order they stand there.

    Args:
        record: The source, as `records.read_yaml` gives it.
        page: The page it was drafted from, if there is one.
    """
    return [
        Step(one, one.line, _own_end(one), depth, tuple(_passages(one, page)))
        for one, depth in _all(record, 0)
        if is_draft(one)
    ]


def is_draft(record: Record) -> bool:
    """Say whether a record still says `status: draft`."""
    return any(value.text == DRAFT for value in record.fields.get("status", ()))


def accepted(text: str, step: Step) -> str:
    r"""Return the file without the line that makes a record a draft; other statuses stay.

    >>> from itas_graph.records import read_yaml
    >>> text = "id: a\nstatus: draft # new\ntitle: A\n"
    >>> accepted(text, steps(read_yaml(text, "source", "a.yaml", []))[0])
    'id: a\ntitle: A\n'
    """
    lines = text.split("\n")
    place = step.record.lines["status"] - 1
    found = _STATUS.match(lines[place])
    others = [value.text for value in step.record.fields["status"] if value.text != DRAFT]
    if found is None:  # written in another way, such as {status: draft}
        return text
    if others or found[1].endswith("- "):
        rest = ", ".join(others)
        lines[place] = f"{found[1]}status: {rest}" if others else f"{found[1]}status: held"
    else:
        del lines[place]
    return "\n".join(lines)


def accepted_with_all(text: str, step: Step) -> str:
    r"""Return the file with a record and all drafts beneath it accepted.

    >>> from itas_graph.records import read_yaml
    >>> text = "id: a\nstatus: draft\nevents:\n  - id: b\n    status: draft\n"
    >>> accepted_with_all(text, steps(read_yaml(text, "source", "a.yaml", []))[0])
    'id: a\nevents:\n  - id: b\n'
    """
    # From the bottom up: a line that goes moves none above it.
    for one in reversed(steps(step.record)):
        text = accepted(text, one)
    return text


def beneath(step: Step) -> int:
    """Return how many drafts stand beneath a record."""
    return len(steps(step.record)) - 1


def replaced(text: str, step: Step, block: str) -> str:
    """Return the file with the record's own lines (not those beneath it) as `block` has them."""
    lines = text.split("\n")
    lines[step.first - 1 : step.last] = block.rstrip("\n").split("\n")
    return "\n".join(lines)


def removed(text: str, step: Step) -> str:
    """Return the file without a record and all that stands beneath it."""
    lines = text.split("\n")
    end = step.first
    indent = _indent(lines[step.first - 1])
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > indent):
        end += 1
    while end > step.first and not lines[end - 1].strip():
        end -= 1
    del lines[step.first - 1 : end]
    above = lines[step.first - 2] if step.first > 1 else ""
    below = lines[step.first - 1] if step.first <= len(lines) else ""
    if re.fullmatch(r"\s*\w+:", above) and not below.lstrip().startswith("- "):
        del lines[step.first - 2]  # the list has become empty
    elif (
        re.fullmatch(r"\s*\w+:", above)
        and _indent(below) <= _indent(above)
        and not (below.lstrip().startswith("- ") and _indent(below) >= _indent(above))
    ):
        del lines[step.first - 2]
    return "\n".join(lines)


def block(text: str, step: Step) -> str:
    """Return the record's own lines."""
    return "\n".join(text.split("\n")[step.first - 1 : step.last])


def _all(record: Record, depth: int) -> Iterator[tuple[Record, int]]:
    yield record, depth
    children = [child for members in record.children.values() for child in members]
    for child in sorted(children, key=lambda one: one.line):
        yield from _all(child, depth + 1)


def _own_end(record: Record) -> int:
    """Return the last line of a record's own fields."""
    own = [value.line for values in record.fields.values() for value in values]
    own += [line for name, line in record.lines.items() if name not in record.children]
    children = [line for name, line in record.lines.items() if name in record.children]
    before = [line for line in own if not children or line < min(children)]
    return max(before, default=record.line)


def _passages(record: Record, page: Sequence[Line]) -> Iterator[Line]:
    anchor = record.first("anchor") or record.first("name") or ""
    if not anchor:
        return
    wanted = _plain(anchor)
    for line in page:
        if line.text and (wanted in _plain(line.text) or _is_part(line.text, wanted)):
            yield line


def _is_part(text: str, wanted: str) -> bool:
    """Say whether a line is a piece of a passage that runs over several lines."""
    plain = _plain(text)
    return len(plain) > 12 and plain in wanted


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
