"""The text of an event page -> its programme: sessions, items, speakers, and what was not read.

A reader of layouts, not a guesser: persons count only where the page's layout puts speakers, and
each line ends in a record or in `unread`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from itas_graph import event_facts, programme_lines
from itas_graph.documents import LONGEST, Line, paragraphs
from itas_graph.errors import Message
from itas_graph.event_facts import EventFacts
from itas_graph.programme_items import (
    HEADING,
    NO_PROGRAMME,
    OF_A_CAPTION,
    OF_A_RULE,
    OUTSIDE,
    TOO_LONG,
    YEAR,
    Item,
    Session,
    Unread,
)
from itas_graph.programme_lines import Row
from itas_graph.timed_programme import Timed
from itas_graph.untimed_programme import Untimed


@dataclass(frozen=True, slots=True)
class Programme:
    """What was read of a page, and what was not."""

    event: EventFacts
    sessions: tuple[Session, ...]
    items: tuple[Item, ...]
    unread: tuple[Unread, ...]


def read(lines: Sequence[Line], known: Collection[str] = ()) -> Programme:
    """Read the programme on a page.

    Args:
        lines: The page, as `documents.read` gives it.
        known: Full names of persons on record, folded by `personal_names.fold`.

    >>> page = [
    ...     Line(1, "Forum 2025"),
    ...     Line(2, "10:00 Uhr Auftakt"),
    ...     Line(3, "Eva Muster, Stadt X"),
    ...     Line(4, "11:00 Uhr Ende"),
    ... ]
    >>> [(item.title, [one.name for one in item.speakers]) for item in read(page).items]
    [('Auftakt', ['Eva Muster']), ('Ende', [])]
    """
    numbers = [line.number for line in lines]
    # In HTML, several lines may stand in one line of the source.
    page = [replace(line, number=count) for count, line in enumerate(lines, 1)]
    # A line too long for an item would cost more time than all others.
    lines = [line if len(line.text) <= LONGEST else replace(line, text="") for line in page]
    rows = list(_rows(lines, known))
    _divide_by_slashes(rows, known)
    _trust_among_alike(rows)
    reader = Timed(rows) if _is_timed(rows) else Untimed(rows)
    if not _is_listing(rows):
        reader.run()
    for item in reader.items:
        if item.speakers and not item.title:  # persons below a time alone are not lost
            item.title = item.format or item.session or item.start
    begin = min((item.line for item in reader.items), default=10**9)
    event = event_facts.read(lines, begin)
    days = sorted({item.day for item in reader.items if item.day})
    if days and not event.date:
        event = replace(event, date=days[0], end_date=days[-1] if len(days) > 1 else "")
    if not any(item.speakers or item.start for item in reader.items):
        reader.items.clear()
        reader.sessions.clear()
        reader.why.clear()
    items = tuple(
        item for item in reader.items if item.title and (item.speakers or not _is_label(item.title))
    )
    names = {item.session for item in items}
    sessions = tuple(one for one in reader.sessions if one.name in names)
    for one in reader.sessions:
        reader.why.setdefault(one.line, HEADING)
    used = {number for item in items for number in item.lines}
    used |= {session.line for session in sessions}
    unread = tuple(_unread(page, rows, used, event.used, reader.why, items))
    return _renumbered(Programme(event, sessions, items, unread), numbers)


def _renumbered(programme: Programme, numbers: Sequence[int]) -> Programme:
    """Return the programme with the line numbers that the document has."""
    for item in programme.items:
        item.line = numbers[item.line - 1]
        item.lines = [numbers[line - 1] for line in item.lines]
    event = programme.event
    return Programme(
        replace(event, used=tuple(numbers[line - 1] for line in event.used)),
        tuple(replace(one, line=numbers[one.line - 1]) for one in programme.sessions),
        programme.items,
        tuple(replace(one, line=numbers[one.line - 1]) for one in programme.unread),
    )


def _is_label(title: str) -> bool:
    return programme_lines.Row(0, "", label=title).names_moderators


def _unread(
    lines: Sequence[Line],
    rows: Sequence[Row],
    used: set[int],
    told: Collection[int],
    whys: Mapping[int, Message],
    items: Sequence[Item],
) -> Iterator[Unread]:
    begun = {row.number for row in rows}
    previous = 0
    for line in lines:
        # A line that was joined to the one before shares its fate.
        previous = line.number if line.number in begun else previous
        if len(line.text) > LONGEST:
            yield Unread(line.number, line.text, TOO_LONG)
        elif line.text and previous not in used and line.number not in told:
            why = whys.get(previous) or (OUTSIDE if items else NO_PROGRAMME)
            yield Unread(line.number, line.text, why)


def _rows(lines: Sequence[Line], known: Collection[str]) -> Iterator[Row]:
    gap = False
    year = next((found[0] for line in lines if (found := YEAR.search(line.text))), "")
    for line in programme_lines.unbroken(paragraphs(list(lines))):
        if not line.text:
            gap = True
            continue
        row = programme_lines.read(line, known, gap=gap, year=year)
        if line.caption or OF_A_CAPTION.search(line.text) or OF_A_RULE.fullmatch(line.text):
            row.aside = True
        yield row
        gap = False


#: So many rows of one form show the form of a page.
_ALIKE = 3


def _divide_by_slashes(rows: list[Row], known: Collection[str]) -> None:
    """Read slashes as bars where the items of the page do: „10:00 / Titel / Eva Muster / Org“."""
    slashed = [place for place, row in enumerate(rows) if row.start and " / " in row.body]
    if len(slashed) < _ALIKE or 2 * len(slashed) < sum(1 for row in rows if row.start):
        return
    for place in slashed:
        row = rows[place]
        text = row.text.replace(" / ", " | ")
        line = Line(row.number, text, row.level, False, row.aside)
        rows[place] = programme_lines.read(line, known, gap=row.gap)


def _trust_among_alike(rows: list[Row]) -> None:
    """Read names whose given name is unknown behind the bar where other items have theirs."""
    barred = [row for row in rows if row.start and "|" in row.body and not row.aside]
    known = [row for row in barred if row.speakers and row.title and "|" not in row.title]
    if len(known) < _ALIKE - 1:
        return
    for place, row in enumerate(rows):
        if row.speakers or row.aside or row.body.count("|") != 1 or not row.start:
            continue
        if programme_lines.is_break(row.title) or not row.title:
            continue
        if programme_lines.is_name(row.body.split("|")[1].strip()):
            line = Line(row.number, row.text, row.level)
            read = programme_lines.read(line, gap=row.gap, trusting=True)
            rows[place] = read if read.speakers and read.title else row


#: What a cinema says of a film.
_OF_FILMS = re.compile(r"\bFSK\s*(?:ab\s*)?\d|\b\d{2,3}\s*Min\b|\bRegie:")


def _is_listing(rows: Sequence[Row]) -> bool:
    """Say whether times head news, which go back in time, or films: that is no programme."""
    times = [row.start for row in rows if row.start and not row.aside]
    if len(times) > _ALIKE and all(one > other for one, other in pairwise(times)):
        return True
    return sum(bool(_OF_FILMS.search(row.text)) for row in rows) > _ALIKE


def _is_timed(rows: Sequence[Row]) -> bool:
    shown = [row for row in rows if not row.aside and not row.prose]
    times = [place for place, row in enumerate(shown) if row.start]
    if len(times) != 1:
        return len(times) >= 2
    # One item alone is a programme where persons stand in it or right below it.
    return any(row.speakers for row in shown[times[0] : times[0] + 3])
