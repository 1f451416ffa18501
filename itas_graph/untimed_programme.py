"""A page without times -> its items: entries in one line, or blocks of title and persons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from itas_graph import event_facts, functions, lexicon, programme_lines
from itas_graph.documents import Line
from itas_graph.programme_items import (
    ADDRESS,
    CONTACT,
    HEADINGS,
    NOTICE,
    PROSE,
    Item,
    Reader,
    is_entry,
)
from itas_graph.programme_lines import Row

_PROGRAMME = re.compile(lexicon.any_of("programmes"), re.I)
#: Names of events that are words of everyday, too: they count beside a date.
_OCCASION = re.compile(
    r"\w{3,}(?:tag|tage|nacht|abend|fest|treffen|gespräche?|labor|days?|dialog|runde|reihe)\b", re.I
)
_NO_EVENT = re.compile(lexicon.any_of("other-pages"), re.I)


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


class Untimed(Reader):
    """Reads pages without times: entries in one line, or blocks of title, name and function."""

    def run(self) -> None:
        """Choose the layout that the page shows most of; without any, nothing is read."""
        rows = [row for row in self.rows if not ADDRESS.search(row.text)]
        text = "\n".join(row.text for row in self.rows)
        if len(self.rows) > _EXCERPT and not self._is_of_an_event(text):
            return
        self.rows = rows
        inline = [row for row in rows if is_entry(row)]
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
        headed = any(HEADINGS.match(row.body) for row in self.rows[:12])
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
        places = {n for n, row in enumerate(self.rows) if is_entry(row)}
        bulleted = sum(self.rows[n].bullet for n in places) * 2 > len(places)
        item: Item | None = None
        self.below: Row | None = None
        stopped = False
        for place, row in enumerate(self.rows):
            entry = place in places and (row.bullet or not bulleted or "|" in row.text)
            if day := self._alone(row):
                self.day = day
            if NOTICE.match(row.body) and not (entry and row.bullet):
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
        return plain and not apart and not HEADINGS.match(row.body)

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
        return {"|" in row.body for row in self.rows if is_entry(row)}

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
        if len(row.body.split()) > 14 or HEADINGS.match(row.body) or event_facts.dates(row.text):
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
            notice = bool(NOTICE.match(row.body)) and not (row.prose or row.numbered)
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
            if row.prose or (NOTICE.match(row.body) and not row.label):
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
        if row.prose or row.level or row.label or row.start or NOTICE.match(row.body):
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
            or HEADINGS.match(above.body)
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
