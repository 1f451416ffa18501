"""The text of an event page -> its programme: sessions, items, speakers, and what was not read.

A reader of layouts, not a guesser: persons count only where the page's layout puts speakers, and
each line ends in a record or in `unread`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from itas_graph import event_facts, functions, lexicon, programme_lines
from itas_graph.documents import LONGEST, Line, paragraphs
from itas_graph.errors import Message
from itas_graph.event_facts import EventFacts
from itas_graph.programme_lines import Row, Speaker

_STOP = re.compile(rf"^{lexicon.any_of('notices')}\b", re.I)
_REACHED = re.compile(lexicon.any_of("addresses"), re.I)
_CAPTION = re.compile(lexicon.any_of("captions"), re.I)
_PROGRAMME = re.compile(lexicon.any_of("programmes"), re.I)
#: Names of events that are words of everyday, too: they count beside a date.
_OCCASION = re.compile(
    r"\w{3,}(?:tag|tage|nacht|abend|fest|treffen|gespräche?|labor|days?|dialog|runde|reihe)\b", re.I
)
_NO_EVENT = re.compile(lexicon.any_of("other-pages"), re.I)

_HEADINGS = re.compile(rf"^{lexicon.any_of('table-headings')}\b[^|]{{0,30}}$", re.I)


@dataclass(slots=True)
class Item:
    """One item of a programme: a talk, a panel, a break.

    `start` and `end` are HH:MM, `day` is YYYY-MM-DD; each may be empty. `line` counts from 1.
    """

    title: str
    line: int
    start: str = ""
    end: str = ""
    day: str = ""
    session: str = ""
    format: str = ""
    anchor: str = ""
    speakers: list[Speaker] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Session:
    """A part of a programme that has a name of its own, and where it stands."""

    name: str
    line: int
    start: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that became no record, and why."""

    line: int
    text: str
    why: Message


@dataclass(frozen=True, slots=True)
class Programme:
    """What was read of a page, and what was not."""

    event: EventFacts
    sessions: tuple[Session, ...]
    items: tuple[Item, ...]
    unread: tuple[Unread, ...]


_YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")
#: A line of marks alone.
_RULE = re.compile(r"[\W_]+")
_OPENING, _CLOSING = '„“»«"', '“”«»"'
#: „anschließend Diskussion“
_THEN = re.compile(r"(?:anschl(?:ießend|\.)|im Anschluss|danach|followed by)\b", re.I)
_STREET = re.compile(
    r"(?:\w(?:straße|str\.|weg|allee|gasse|ufer|ring|damm|platz)|\b(?:Platz|Markt|Straße)\b[\w\s]*?)"
    r"\s?\d+(?:[/-]\d+)?(?:\s?[a-z])?(?:,|$)"
)
PLACE = Message("Ort", "place")
PROSE = Message("Fließtext", "prose")
OUTSIDE = Message("steht nicht im Programm", "stands outside the programme")
FURNITURE = Message("gehört zur Website", "belongs to the web site")
CAPTION = Message("Bildunterschrift", "caption")
CONTACT = Message("Kontakt oder Hinweis", "contact or notice")
NO_PROGRAMME = Message("die Seite zeigt kein Programm", "the page shows no programme")
NOT_UNDERSTOOD = Message("nicht verstanden", "not understood")
PLACEHOLDER = Message("Platzhalter, keine Person", "placeholder, no person")
HEADING = Message("Überschrift", "heading")
TOO_LONG = Message("zu lang für einen Programmpunkt", "too long for an item of a programme")
RULE = Message("Trennlinie", "dividing line")


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
    reader = _Timed(rows) if _is_timed(rows) else _Untimed(rows)
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
    year = next((found[0] for line in lines if (found := _YEAR.search(line.text))), "")
    for line in programme_lines.unbroken(paragraphs(list(lines))):
        if not line.text:
            gap = True
            continue
        row = programme_lines.read(line, known, gap=gap, year=year)
        if line.caption or _CAPTION.search(line.text) or _RULE.fullmatch(line.text):
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


def _why_aside(text: str) -> Message:
    if _RULE.fullmatch(text):
        return RULE
    return CAPTION if _CAPTION.search(text) else FURNITURE


def _is_timed(rows: Sequence[Row]) -> bool:
    shown = [row for row in rows if not row.aside and not row.prose]
    times = [place for place, row in enumerate(shown) if row.start]
    if len(times) != 1:
        return len(times) >= 2
    # One item alone is a programme where persons stand in it or right below it.
    return any(row.speakers for row in shown[times[0] : times[0] + 3])


class _Reader:
    """What both ways of reading share: the items so far, and why a row became none."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = [row for row in rows if not row.aside]
        self.items: list[Item] = []
        self.sessions: list[Session] = []
        self.why: dict[int, Message] = {
            row.number: _why_aside(row.text) for row in rows if row.aside
        }
        #: The line that named the last person, or said what follows a name.
        self.named = 0
        self.session = ""
        self.day = ""
        self._take_titles_below()

    def _take_titles_below(self) -> None:
        """Read no person into the title below a name and a colon: „Eva Muster (Stadt X):“."""
        for above, below in pairwise(self.rows):
            told = above.only_people and above.body.endswith(":") and not above.label
            told = told and "," not in above.body
            if told and below.speakers and not (below.start or below.label or below.bullet):
                below.speakers, below.title = [], below.body

    def run(self) -> None:
        """Read all rows."""
        raise NotImplementedError

    def _session(self, name: str, row: Row, start: str = "") -> None:
        self.session = name
        self.sessions.append(Session(name, row.number, start, self.day))

    def _item(self, row: Row, title: str, *, start: str = "") -> Item:
        item = Item(
            title,
            row.number,
            start or row.start,
            row.end,
            row.day or self.day,
            self.session,
            "" if row.names_persons or row.names_moderators else row.label,
            title,
            [],
            [row.number],
        )
        self.items.append(item)
        return item

    def _add(self, item: Item, row: Row) -> None:
        """Add the speakers of a row to an item."""
        for speaker in row.speakers:
            if row.names_moderators and not row.title:
                said = replace(speaker.affiliation, moderator=True)
                speaker = replace(speaker, affiliation=said)
            item.speakers.append(speaker)
            self.named = row.number
        item.lines.append(row.number)

    def _affiliate(self, item: Item, row: Row) -> None:
        """Give the last speaker, and those named with him, what the row says."""
        item.speakers[-1] = programme_lines.with_affiliation(item.speakers[-1], row.body)
        item.lines.append(row.number)
        self.named = row.number

    def _day_of(self, row: Row) -> str:
        found = event_facts.dates(row.text, self._year)
        return found[0][0] if found else ""

    @cached_property
    def _year(self) -> str:
        for row in self.rows:
            if found := _YEAR.search(row.text):
                return found[0]
        return ""

    def _awaits_affiliation(self, item: Item | None, row: Row) -> bool:
        """Say whether a row is what stands below the name of the last speaker."""
        if not item or not item.speakers or row.start or row.speakers or row.level:
            return False
        last = item.speakers[-1]
        if self.named != self._before(row):
            return False
        if programme_lines.goes_on(last.said):
            return not (row.bullet or row.prose)
        if row.prose or row.bullet or row.numbered or row.gap or _REACHED.search(row.text):
            return False
        if row.label or row.body.endswith(":"):
            return False
        if programme_lines.is_break(row.body) or _THEN.match(row.body):
            return False
        short = programme_lines.may_be_body(row.body)
        if last.said.rstrip().endswith(","):
            return short or programme_lines.reads_as_affiliation(row.body)
        if last.has_affiliation:
            only_function = last.affiliation.function and not last.affiliation.organisation
            return self._is_another_function(row) or (
                bool(only_function) and programme_lines.reads_as_affiliation(row.body)
            )
        return short or programme_lines.reads_as_affiliation(row.body) or row.body.endswith(",")

    def _is_another_function(self, row: Row) -> bool:
        """Say whether a row below a function is one more, and no title of what follows."""
        if not row.body or not functions.is_function(row.body.split()[0]):
            return False
        return not functions.read(row.body).organisation

    @cached_property
    def _places(self) -> dict[int, int]:
        """Where the rows stand in the list, by the numbers of their lines."""
        return {row.number: place for place, row in enumerate(self.rows)}

    def _above(self, row: Row) -> Row | None:
        place = self._places[row.number]
        return self.rows[place - 1] if place else None

    def _before(self, row: Row) -> int:
        above = self._above(row)
        return above.number if above else 0

    def _next(self, row: Row) -> Row | None:
        place = self._places[row.number]
        return self.rows[place + 1] if place + 1 < len(self.rows) else None


class _Timed(_Reader):
    """Reads pages whose items begin with a time."""

    def run(self) -> None:
        """Go down the page; a time opens an item, what follows fills it."""
        self.item: Item | None = None
        self.parent = self.outer = ""
        self.stopped = False
        self.labelled: set[int] = set()
        self._pass_over_the_head()
        for row in self.rows:
            self._read(row)
        self._close()

    def _pass_over_the_head(self) -> None:
        """Read no item into the line that says when the event is: „17.09.2024, 10 bis 15 Uhr“."""
        timed = [row for row in self.rows if row.start]
        dated = [row for row in timed if row.day]
        if len(dated) == 1 and len(timed) > 2 and dated[0] is timed[0]:
            dated[0].start = dated[0].end = ""
            dated[0].title = dated[0].text

    def _close(self) -> None:
        self.item = None

    def _read(self, row: Row) -> None:
        day = self._heads_day(row)
        if day:
            self.day = day
            self.item, self.parent, self.stopped = None, "", False
            if not row.start:
                self.why[row.number] = HEADING
                return
        if row.start and not row.prose:
            self._open(row)
        elif _STOP.match(row.body) and not row.only_people and not self._is_no_notice(row):
            self.stopped = True
            self.why[row.number] = CONTACT
        elif self._leads_the_day(row):
            # who leads through the day or through a section
            self._add(self._item(row, _moderation(row)), row)
        elif self.stopped or not self.items:
            self._outside(row)
        elif row.prose:
            self.why[row.number] = PROSE
        elif _REACHED.search(row.text) and not (row.names_moderators and row.speakers):
            self.why[row.number] = CONTACT
        elif row.placeholder:
            self.why[row.number] = PLACEHOLDER
        else:
            self._fill(row)

    def _leads_the_day(self, row: Row) -> bool:
        """Say whether a row names who leads through the day, before its first item."""
        before = not self.items or (self.item is None and bool(self.day) and not self.stopped)
        return before and row.names_moderators and bool(row.speakers) and not row.title

    def _is_no_notice(self, row: Row) -> bool:
        """Say whether the place of a row shows that it only begins as a notice does."""
        if self.item is None or self.stopped:
            return False
        if row.bullet and row.speakers and row.title and ":" not in row.body:
            return True
        below_time = not self.item.title and self.item.line == self._before(row)
        return below_time or self._awaits_affiliation(self.item, row)

    def _outside(self, row: Row) -> None:
        if self.item is None and self.day and self.items and not self.stopped and _is_entry(row):
            self._add(self._item(row, row.title or row.label), row)  # „Vormittag: …“
            return
        if row.level and not self.stopped:
            self.why[row.number] = HEADING
        self.why.setdefault(row.number, PROSE if row.prose else OUTSIDE)
        if not row.prose and not row.speakers and self._heads(row) and not _STOP.match(row.body):
            self.stopped = False
            if not _HEADINGS.match(row.body) and self.items:
                self._session(row.title or row.body, row)

    def _heads_day(self, row: Row) -> str:
        """Return the day that a row announces, if it does little else."""
        found = event_facts.dates(row.text, self._year)
        if not found or row.speakers or row.prose:
            return ""
        rest = re.sub(r"[\d.,:;|·–-]|Uhr|" + event_facts.WEEKDAYS, "", row.text[found[0][2] :])
        return (
            found[0][0]
            if len(row.text[: found[0][2]].split()) <= 6 and len(rest.split()) <= 6
            else ""
        )

    def _open(self, row: Row) -> None:
        self.stopped = False
        if self.parent:
            self.parent, self.session = "", self.outer
        title = row.title or (row.label if row.speakers else "")
        self.item = self._item(row, title)
        if not row.title and row.label and not row.speakers:
            self.item.title = row.label
        self._add(self.item, row)

    def _fill(self, row: Row) -> None:
        item = self.item
        if item is None:
            self._outside(row)
            return
        self._take_below_label(row)
        if programme_lines.is_break(item.title) and row.names_moderators and not row.bullet:
            # Who leads through the day stands behind the last item.
            self.item = self._item(row, _moderation(row))
            self.item.start = ""
            self._add(self.item, row)
        elif programme_lines.is_break(item.title) and not row.bullet and (row.gap or row.speakers):
            self._outside(row)
        elif not item.title and self._is_quoted_below(row):
            self._read_person_above_title(item, row)
        elif not item.title and not row.only_people and not row.numbered:
            self._name(item, row)
        elif self._awaits_affiliation(item, row):
            self._affiliate(item, row)
        elif row.only_people:
            self._people(item, row)
        elif row.speakers:
            self._entry(item, row)
        else:
            self._fill_without_people(item, row)

    def _is_quoted_below(self, row: Row) -> bool:
        """Say whether an item whose first rows name a person has its title in marks below them."""
        place = self._places[row.number]
        for below in self.rows[place + 1 : place + 4]:
            if below.start or below.gap:
                return False
            if below.body[:1] in _OPENING and below.body[-1:] in _CLOSING:
                return not row.label and not row.bullet
        return False

    def _read_person_above_title(self, item: Item, row: Row) -> None:
        """Read a name, or what stands below one, above a title in marks."""
        if not item.speakers and not row.speakers and programme_lines.is_name(row.body):
            self._trust(item, row)
        elif row.only_people:
            self._add(item, row)
        elif self._awaits_affiliation(item, row):
            self._affiliate(item, row)
        else:
            self._name(item, row)

    def _entry(self, item: Item, row: Row) -> None:
        """Read a row of a title and persons below a title."""
        following = self._next(row)
        alike = following is not None and bool(following.speakers and following.title)
        alike = alike and following is not None and not following.start
        plain = programme_lines.is_format(row.title) or (" " not in row.title and not alike)
        if not item.speakers and not row.bullet and plain:
            self._add(item, row)
        else:
            self._inner(item, row)

    def _fill_without_people(self, item: Item, row: Row) -> None:
        if row.label and not row.title and (row.names_moderators or row.names_persons):
            item.lines.append(row.number)
        elif self._names_what_was_a_format(item, row):
            item.format, item.title, item.anchor = item.title, row.title, row.title
            item.lines.append(row.number)
        elif self._goes_on_with_the_title(item, row):
            item.title = item.anchor = f"{item.title}: {row.title}"
            item.lines.append(row.number)
        elif self._is_of_the_last(item, row):
            self._title_talk_of_the_last(item, row)
        elif (row.numbered or row.bullet or row.label) and self._is_followed_by_people(row):
            self._inner(item, row)
        elif programme_lines.is_format(row.title) and self._is_followed_by_people(row):
            if item.speakers:
                self.item = self._item(row, row.title, start=item.start)
            else:
                item.format = row.title
                item.lines.append(row.number)
        elif self._heads(row):
            self.item = None
            self._session(row.title or row.body, row)
        elif self._is_name_alone(item, row):
            self._trust(item, row)
        elif item.speakers and not row.bullet and self._is_followed_by_people(row) and not row.gap:
            self._inner(item, row)
        else:
            self.why[row.number] = NOT_UNDERSTOOD

    def _goes_on_with_the_title(self, item: Item, row: Row) -> bool:
        """Say whether a row is the rest of a title that ends with a colon in the row above."""
        above = self._above(row)
        if above is None or above.number not in item.lines or not above.body.endswith(":"):
            return False
        plain = not (item.speakers or above.label or row.bullet or row.numbered or row.gap)
        whole = above.title == item.title and not programme_lines.is_format(item.title)
        return plain and whole and bool(row.title) and self._is_followed_by_people(row)

    def _is_of_the_last(self, item: Item, row: Row) -> bool:
        """Say whether a row below a person, and apart from the next, belongs to that person."""
        if not item.speakers or row.gap or self.named != self._before(row) or row.label:
            return False
        if not row.body:  # „2)“ and nothing behind it
            return False
        following = self._next(row)
        apart = following is None or following.gap or bool(following.start)
        return apart or functions.is_function(row.body.split()[0])

    def _title_talk_of_the_last(self, item: Item, row: Row) -> None:
        """Take a title in quotation marks below a person; anything else stays unread."""
        if not (row.body[0] in _OPENING and row.body[-1] in _CLOSING):
            self.why[row.number] = NOT_UNDERSTOOD
        elif len(item.speakers) == 1 and programme_lines.is_format(item.title):
            item.format, item.title, item.anchor = item.title, row.title, row.title
            item.lines.append(row.number)
        else:
            speaker = item.speakers.pop()
            self.item = self._item(row, row.title, start=item.start)
            self.item.speakers.append(speaker)

    def _names_what_was_a_format(self, item: Item, row: Row) -> bool:
        """Say whether a row is the title below a line such as „Eröffnungsvortrag“."""
        led = all(one.affiliation.moderator for one in item.speakers)
        apart = row.gap and not item.speakers
        if not led or row.bullet or apart or not programme_lines.is_format(item.title):
            return False
        quoted = row.body[:1] in _OPENING and row.body[-1:] in _CLOSING
        following = self._next(row)
        named = following is not None and following.only_people and not following.bullet
        return bool(row.title) and (quoted or (named and not programme_lines.is_format(row.title)))

    def _name(self, item: Item, row: Row) -> None:
        """Take the row below a time as its title, unless it only says where."""
        if self._is_place(row):
            self.why[row.number] = PLACE
            return
        if row.label and not row.title:
            item.title, item.format = row.label, ""
        else:
            item.title, item.format = row.title, row.label
        item.anchor = item.title
        self._add(item, row)

    def _is_place(self, row: Row) -> bool:
        """Say whether the row below a time is an address, or stands below many times."""
        if row.label or row.speakers or not (following := self._next(row)) or following.start:
            return False
        return self._below_times[row.body] > 2 or bool(_STREET.search(row.body))

    @cached_property
    def _below_times(self) -> Counter[str]:
        """How often a line stands below a time alone."""
        return Counter(
            below.body for above, below in pairwise(self.rows) if above.start and not above.title
        )

    def _people(self, item: Item, row: Row) -> None:
        if not item.title and row.label and not (row.names_persons or row.names_moderators):
            item.title = item.anchor = row.label
        opens = row.label and not row.names_persons and not row.names_moderators
        if opens and item.speakers and not programme_lines.is_format(item.title):
            inner = self._item(row, row.label, start=item.start)
            self._add(inner, row)
            self.item = inner
            return
        self._add(item, row)

    def _inner(self, item: Item, row: Row) -> None:
        """Open an item inside one that has a time: a workshop, a talk of a session."""
        if not self.parent and not item.speakers:
            self.parent = item.title
            self._become_session(item)
        elif self.parent:
            self.session = self.parent
        inner = self._item(row, row.title or row.label)
        inner.start = "" if self.parent else item.start
        self._add(inner, row)
        self.item = inner

    def _become_session(self, item: Item) -> None:
        self.outer = self.session
        self.items.remove(item)
        self.session = item.title
        self.sessions.append(Session(item.title, item.line, item.start, item.day))

    def _heads(self, row: Row) -> bool:
        """Say whether a row is a heading above items."""
        following = self._next(row)
        if row.bullet or row.speakers or row.prose or len(row.body.split()) > 12:
            return False
        if row.body.endswith((".", ",")) or programme_lines.reads_as_affiliation(row.body):
            return False
        return bool(following and following.start and (row.level or row.gap))

    def _is_followed_by_people(self, row: Row) -> bool:
        following = self._next(row)
        if not following or following.start or not (following.only_people or following.placeholder):
            return False
        return not (row.bullet and following.bullet and not following.label)

    def _take_below_label(self, row: Row) -> None:
        """Read persons below a label that stands alone („Moderation:“), and label them so."""
        above = self._above(row)
        if above is None or above.title or above.start or row.label:
            return
        if above.speakers:
            # The label above them holds for all bullets below it.
            if above.number in self.labelled and row.only_people and row.bullet and above.bullet:
                row.label = above.label
                self.labelled.add(row.number)
            return
        if above.names_moderators or above.names_persons:
            row.speakers = row.speakers or programme_lines.trusted(row.body)
            if row.speakers:
                row.label = above.label
                self.labelled.add(row.number)
                row.title = "" if not row.title or row.title == row.body else row.title

    def _is_name_alone(self, item: Item, row: Row) -> bool:
        """Say whether a row has the shape of a name, and the next what stands below one."""
        if row.level or len(row.body.split()) > 5:
            return False
        following = self._next(row)
        return bool(
            following
            and not following.start
            and not following.speakers
            and not following.gap
            and programme_lines.reads_as_affiliation(following.body)
            and not programme_lines.reads_as_affiliation(row.body)
            and programme_lines.is_name(row.body)
        )

    def _trust(self, item: Item, row: Row) -> None:
        row.speakers = programme_lines.trusted(row.body)
        self._add(item, row)


def _moderation(row: Row) -> str:
    return row.label if "moder" in row.label.casefold() else "Moderation"


def _is_entry(row: Row) -> bool:
    """Say whether a row holds an item and its persons in one line."""
    called = row.label and not row.names_persons and not row.names_moderators
    stated = row.person_first and "|" not in row.body
    stated = stated and programme_lines.is_statement(row.title)
    return bool(row.speakers and (row.title or called) and not (row.prose or stated))


def _persons_in(groups: Sequence[tuple[Row, list[Row]]]) -> int:
    return sum(len(row.speakers) for _, people in groups for row in people)


#: Lines that lead to persons and are no title themselves: „Es diskutieren:“.
_CALLING = re.compile(
    r"(?:Es|Auf dem Podium|Im Podium|Dazu|Darüber|Mit)\b.{0,40}\b(?:diskutieren|sprechen|reden|"
    r"lesen|referieren|dabei|sitzen)\b|(?:Podiums)?[Dd]iskussion mit\b|Unsere Gäste\b",
)


def _calls(row: Row) -> bool:
    """Say whether a row ends with a colon and announces persons below it."""
    if row.speakers or not row.body.endswith(":") or len(row.body.split()) > 8:
        return False
    called = row.names_persons or row.names_moderators or programme_lines.is_format(row.label)
    plain = row.body.rstrip(" :")
    return bool(called or programme_lines.is_format(plain) or _CALLING.match(row.body))


def _short_affiliation(row: Row) -> bool:
    return programme_lines.may_be_body(row.body) or programme_lines.reads_as_affiliation(row.body)


def _announces(row: Row) -> bool:
    """Say whether a row is but a label that announces persons: „Mit:“."""
    return row.names_persons and not (row.title or row.speakers or row.bullet)


#: So few lines are no page but what somebody has cut out of a programme.
_EXCERPT = 3


class _Untimed(_Reader):
    """Reads pages without times: entries in one line, or blocks of title, name and function."""

    def run(self) -> None:
        """Choose the layout that the page shows most of; without any, nothing is read."""
        rows = [row for row in self.rows if not _REACHED.search(row.text)]
        text = "\n".join(row.text for row in self.rows)
        if len(self.rows) > _EXCERPT and not self._is_of_an_event(text):
            return
        self.rows = rows
        inline = [row for row in rows if _is_entry(row)]
        listed = [row for row in inline if functions.looks_like_body(row.title)]
        excerpt = len(rows) <= _EXCERPT and any(row.bullet or "|" in row.text for row in inline)
        if (len(inline) >= 2 or excerpt) and len(listed) * 2 <= len(inline):
            self._entries()
            return
        below = list(self._titles_below())
        if len(below) >= 2 and event_facts.dates(text, self._year):
            for person, title in below:
                item = self._item(title, title.title or title.body)
                self._add(item, person)
            return
        self._name_by_shape()
        self._take_formats_below_titles()
        blocks = list(self._blocks())
        dated = any(event_facts.dates(row.text, self._year or "2000") for row in self.rows[:12])
        headed = any(_HEADINGS.match(row.body) for row in self.rows[:12])
        groups = list(self._announced()) if dated or headed else []
        if _persons_in(groups) > _persons_in(blocks):
            self._announcement(groups)
        elif len(blocks) >= 2 and (dated or headed):
            for title, people in blocks:
                self._block(title, people)

    def _is_of_an_event(self, text: str) -> bool:
        """Say whether a page without times is about an event at all."""
        head = " ".join(row.text for row in self.rows[:6])
        dated = bool(event_facts.dates(text, self._year))
        if dated and any(row.names_moderators and row.speakers for row in self.rows):
            return True
        if _NO_EVENT.search(head):
            return dated and bool(_PROGRAMME.search(head))
        return bool(_PROGRAMME.search(text)) or (dated and bool(_OCCASION.search(head)))

    def _name_by_shape(self) -> None:
        """Read names whose given name is unknown, where other blocks of the page show the place."""
        known = [n for n, row in enumerate(self.rows) if row.only_people and not row.label]
        if len(known) < 2:
            return
        gaps = {self.rows[n - 1].gap for n in known if n}
        for place in range(1, len(self.rows) - 1):
            row, above, below = (
                self.rows[place - 1 : place + 2][1],
                self.rows[place - 1],
                self.rows[place + 1],
            )
            alike = above.gap in gaps and not row.gap and not below.gap and not above.speakers
            short = 2 <= len(row.body.split()) <= 4 and len(below.body.split()) <= 12
            plain = not (row.speakers or row.prose)
            if alike and short and plain and not programme_lines.reads_as_affiliation(row.body):
                row.speakers = programme_lines.trusted(row.body)
                row.title = "" if row.speakers else row.title

    def _take_formats_below_titles(self) -> None:
        """Read „Podium mit Eva Muster“ below a title as who is there, and no title of its own."""
        for above, row in pairwise(self.rows):
            plain = above.title and not (above.speakers or above.prose or row.gap or row.bullet)
            if plain and row.speakers and not row.label and programme_lines.is_format(row.title):
                row.title = ""

    def _entries(self) -> None:
        """Read entries that hold title and persons in one line, and what stands between them."""
        places = {n for n, row in enumerate(self.rows) if _is_entry(row)}
        bulleted = sum(self.rows[n].bullet for n in places) * 2 > len(places)
        item: Item | None = None
        self.below: Row | None = None
        stopped = False
        for place, row in enumerate(self.rows):
            entry = place in places and (row.bullet or not bulleted or "|" in row.text)
            if day := self._alone(row):
                self.day = day
            if _STOP.match(row.body) and not (entry and row.bullet):
                item, stopped = None, True
                self.why[row.number] = CONTACT
            elif entry and not (stopped and not row.bullet):
                stopped = False
                item = self._item(row, row.title or row.label)
                self._add(item, row)
            elif row.prose:
                self.why[row.number] = PROSE
            elif item and row.bullet is bulleted and (read := self._trusted(row, places)):
                item = self._item(row, read.title)
                self._add(item, read)
            elif self._has_leader_below(row):
                item = self._item(row, row.title)
            elif self._awaits_affiliation(item, row):
                self._affiliate(item, row)  # type: ignore[arg-type]  # awaits means there is one
            elif listed := self._listed(item, row):
                item = listed
            elif self._is_entry_without_people(place, places, bulleted=bulleted):
                item = self._item(row, row.title)
            elif self._heads(place, places, bulleted=bulleted):
                item, stopped = None, False
                self._session(row.title or row.body, row)

    def _has_leader_below(self, row: Row) -> bool:
        """Say whether a row is a title and the next names who gives it: „Leitung: Eva Muster“."""
        following = self._next(row)
        if following is None or not (following.only_people and following.names_persons):
            return False
        plain = bool(row.title) and not (row.speakers or row.label or row.body.endswith(":"))
        apart = following.gap or programme_lines.reads_as_affiliation(row.body)
        return plain and not apart and not _HEADINGS.match(row.body)

    def _listed(self, item: Item | None, row: Row) -> Item | None:
        """Read persons in a row of their own, or a row that announces them; return their item."""
        if self._heads_people(row):
            called = row.names_persons or row.names_moderators
            self.below = row
            return item if called and item else self._item(row, row.body.rstrip(" :"))
        if not (item and row.only_people):
            self.below = None
            return None
        if row.names_moderators or row.names_persons:
            self._add(item, row)
            return item
        if self.below is None:
            return None
        if self.below.names_moderators:
            row.label = self.below.label
        self._add(item, row)
        return item

    def _heads_people(self, row: Row) -> bool:
        """Say whether a line that ends with a colon has persons, and nothing else, below it."""
        following = self._next(row)
        return (
            row.body.endswith(":")
            and not (row.speakers or row.prose)
            and len(row.body.split()) <= 8
            and following is not None
            and following.only_people
        )

    @cached_property
    def _barred(self) -> set[bool]:
        """Say whether there are entries that a bar divides, and others."""
        return {"|" in row.body for row in self.rows if _is_entry(row)}

    def _trusted(self, row: Row, places: set[int]) -> Row | None:
        """Read an entry again, among others of its form, that only lacks a known given name."""
        place = self._places[row.number]
        if (
            row.speakers
            or not row.title
            or not self._in_list(place, places)
            or len(self._barred) > 1
        ):
            return None
        mark = "|" if self._barred == {True} else ","
        if row.body.count(mark) < (1 if mark == "|" else 2):
            return None
        read = programme_lines.read(Line(row.number, row.text), trusting=True)
        return read if read.speakers and read.title else None

    def _alone(self, row: Row) -> str:
        found = event_facts.dates(row.text, self._year)
        short = found and len(row.text.split()) <= (6 if found[0][3] > 12 else 9)
        return found[0][0] if short and not row.speakers else ""

    def _is_entry_without_people(self, place: int, places: set[int], *, bulleted: bool) -> bool:
        """Say whether a row is an entry of a list whose other entries name persons."""
        row = self.rows[place]
        begun = bool(self.items or self.sessions)
        return (
            row.bullet and bulleted and bool(row.title) and begun and self._in_list(place, places)
        )

    def _in_list(self, place: int, places: set[int]) -> bool:
        """Say whether a bullet without persons stands among bullets with them."""
        return not places.isdisjoint(range(place - 3, place + 4))

    def _heads(self, place: int, places: set[int], *, bulleted: bool) -> bool:
        row = self.rows[place]
        if row.prose or row.bullet or row.speakers or row.text.endswith((".", ":", ",")):
            return False
        if len(row.body.split()) > 14 or _HEADINGS.match(row.body) or event_facts.dates(row.text):
            return False
        # Prose may stand between the heading of a session and its first entry.
        following = next(
            (
                n
                for n in range(place + 1, len(self.rows))
                if not self.rows[n].prose and not self.rows[n].text.endswith(":")
            ),
            -1,
        )
        entry = following in places or (following > 0 and self.rows[following].bullet and bulleted)
        return entry and (row.gap or row.level > 0)

    def _blocks(self) -> Iterator[tuple[Row, list[Row]]]:
        """Yield the blocks of a title, one or more names, and what stands below these."""
        place, stopped = 0, False
        while place < len(self.rows):
            row = self.rows[place]
            notice = bool(_STOP.match(row.body)) and not (row.prose or row.numbered)
            stopped = notice or (stopped and not (row.gap or row.level))
            following = self._row(place + 1)
            listed = following is not None and _announces(following)
            if listed:  # „Mit:“, and the persons below
                following = self._row(place + 2)
            opens = not row.speakers and not row.prose and row.title and len(row.body.split()) <= 22
            named = (
                following
                and following.only_people
                and not following.prose
                and (listed or not (following.bullet and not row.level and not row.bullet))
            )
            if not (opens and named) or stopped or following is None:
                place += 1
                continue
            people: list[Row] = []
            place += 1 + listed
            while place < len(self.rows) and self._belongs(place, people, listed=listed):
                people.append(self.rows[place])
                place += 1
            yield row, people

    def _announced(self) -> Iterator[tuple[Row, list[Row]]]:
        """Yield what announces persons („Podiumsgespräch:“, „Referent:“), and their rows.

        A label that stands before one person in the same line is the first of these rows.
        """
        place = 0
        while place < len(self.rows):
            row = self.rows[place]
            if row.prose or (_STOP.match(row.body) and not row.label):
                place += 1
                continue
            labelled = row.only_people and bool(row.label)
            following = self._row(place + 1)
            below = _calls(row) and following is not None and following.only_people
            if not (labelled or below):
                place += 1
                continue
            people = [row] if labelled else []
            place += 1
            while place < len(self.rows) and self._is_announced(place, people, below=below):
                people.append(self.rows[place])
                place += 1
            yield row, people
            moderated = self._moderated(place) if row.names_moderators and not row.bullet else []
            if labelled and len(moderated) > 1:
                place += len(moderated)
                yield self.rows[0], moderated

    def _moderated(self, place: int) -> list[Row]:
        """Return the persons in a list that stands below who moderates them."""
        people: list[Row] = []
        for row in self.rows[place:]:
            if not (row.only_people and row.bullet) or row.label:
                break
            people.append(row)
        return people

    def _is_announced(self, place: int, people: list[Row], *, below: bool) -> bool:
        """Say whether a row goes on with those who were announced."""
        row = self.rows[place]
        if row.prose or row.level or row.label or row.start or _STOP.match(row.body):
            return False
        if row.only_people:
            return below and (not people or row.bullet is people[0].bullet)
        last = people[-1] if people else None
        if last is None or not last.only_people or row.bullet or row.title.endswith(":"):
            return False
        # „Referent:“, the name and the function stand apart from each other alike.
        apart = row.gap and not (last.gap and programme_lines.reads_as_affiliation(row.body))
        return not apart and not last.speakers[-1].has_affiliation and _short_affiliation(row)

    def _announcement(self, groups: list[tuple[Row, list[Row]]]) -> None:
        """Read a page that announces one event and says who takes part."""
        head = next(row for row in self.rows if row.title or row.body)
        main: Item | None = None
        for call, people in groups:
            names = bool(call.names_persons or call.names_moderators or _CALLING.match(call.body))
            names = names or call is self.rows[0]
            if names and main is None:
                main = self._item(head, head.title or head.body)
            item = main if names and main else self._item(call, call.label or call.title)
            item.lines.append(call.number)
            for row in people:
                if row.only_people:
                    if call.names_moderators:
                        row.label = call.label
                    self._add(item, row)
                else:
                    self._affiliate(item, row)

    def _row(self, place: int) -> Row | None:
        return self.rows[place] if place < len(self.rows) else None

    def _belongs(self, place: int, people: list[Row], *, listed: bool) -> bool:
        row = self.rows[place]
        if not people:
            return True
        if row.prose or row.level or (row.gap and not row.only_people):
            return False
        if programme_lines.is_break(row.body) or (row.bullet and not (listed and row.only_people)):
            return False
        if row.only_people:
            return True
        following = self.rows[place + 1] if place + 1 < len(self.rows) else None
        if following and following.only_people and not following.gap and not people[-1].only_people:
            return False  # it is the title of the next block
        last = people[-1]
        return (
            last.only_people
            and (
                not last.speakers[-1].has_affiliation
                or bool(
                    last.speakers[-1].affiliation.function
                    and not last.speakers[-1].affiliation.organisation
                )
            )
            and (
                programme_lines.reads_as_affiliation(row.body)
                or not (following and following.only_people)
            )
        )

    def _block(self, title: Row, people: list[Row]) -> None:
        heading = self._heading_above(title)
        opened = self.sessions[-1].line if self.sessions else 0
        if heading is not None and heading.number != opened:
            self._session(heading.title or heading.body, heading)
        item = self._item(title, title.title or title.body)
        for row in people:
            if row.only_people:
                self._add(item, row)
            else:
                self._affiliate(item, row)

    def _heading_above(self, title: Row) -> Row | None:
        above = self._above(title)
        if above is None or above.prose or above.speakers or not title.gap or not above.gap:
            return None
        if (
            event_facts.dates(above.text)
            or len(above.body.split()) > 12
            or _HEADINGS.match(above.body)
        ):
            return None
        used = self.items and above.number in self.items[-1].lines
        return None if used or above is self.rows[0] else above

    def _titles_below(self) -> Iterator[tuple[Row, Row]]:
        """Yield persons with the title that stands in the line below."""
        for person, title in pairwise(self.rows):
            has_role = person.only_people and person.gap and person.speakers[-1].has_affiliation
            plain = not title.speakers and not title.prose and not title.gap and not title.level
            plain = plain and not programme_lines.reads_as_affiliation(title.body)
            if has_role and plain and title.title and not functions.looks_like_function(title.body):
                yield person, title
