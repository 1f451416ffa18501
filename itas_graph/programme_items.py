"""What a programme is read into, and what both ways of reading one share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from itas_graph import event_facts, functions, lexicon, programme_lines
from itas_graph.errors import Message
from itas_graph.programme_lines import Row, Speaker

NOTICE = re.compile(rf"^{lexicon.any_of('notices')}\b", re.I)
ADDRESS = re.compile(lexicon.any_of("addresses"), re.I)
OF_A_CAPTION = re.compile(lexicon.any_of("captions"), re.I)
HEADINGS = re.compile(rf"^{lexicon.any_of('table-headings')}\b[^|]{{0,30}}$", re.I)


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


YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")
#: A line of marks alone.
OF_A_RULE = re.compile(r"[\W_]+")
#: „anschließend Diskussion“
THEN = re.compile(r"(?:anschl(?:ießend|\.)|im Anschluss|danach|followed by)\b", re.I)
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


def why_aside(text: str) -> Message:
    """Say why a row belongs to no item: a rule, a caption, or what is the web site's."""
    if OF_A_RULE.fullmatch(text):
        return RULE
    return CAPTION if OF_A_CAPTION.search(text) else FURNITURE


class Reader:
    """What both ways of reading share: the items so far, and why a row became none."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = [row for row in rows if not row.aside]
        self.items: list[Item] = []
        self.sessions: list[Session] = []
        self.why: dict[int, Message] = {
            row.number: why_aside(row.text) for row in rows if row.aside
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
            if found := YEAR.search(row.text):
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
        if row.prose or row.bullet or row.numbered or row.gap or ADDRESS.search(row.text):
            return False
        if row.label or row.body.endswith(":"):
            return False
        if programme_lines.is_break(row.body) or THEN.match(row.body):
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


def is_entry(row: Row) -> bool:
    """Say whether a row holds an item and its persons in one line."""
    called = row.label and not row.names_persons and not row.names_moderators
    stated = row.person_first and "|" not in row.body
    stated = stated and programme_lines.is_statement(row.title)
    return bool(row.speakers and (row.title or called) and not (row.prose or stated))
