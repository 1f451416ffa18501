"""A page whose items begin with a time -> its items: a time opens one, what follows fills it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from itertools import pairwise

from itas_graph import event_facts, functions, programme_lines
from itas_graph.programme_items import (
    ADDRESS,
    CONTACT,
    HEADING,
    HEADINGS,
    NOT_UNDERSTOOD,
    NOTICE,
    OUTSIDE,
    PLACE,
    PLACEHOLDER,
    PROSE,
    Item,
    Reader,
    Session,
    is_entry,
)
from itas_graph.programme_lines import Row

_OPENING, _CLOSING = '„“»«"', '“”«»"'
_STREET = re.compile(
    r"(?:\w(?:straße|str\.|weg|allee|gasse|ufer|ring|damm|platz)|\b(?:Platz|Markt|Straße)\b[\w\s]*?)"
    r"\s?\d+(?:[/-]\d+)?(?:\s?[a-z])?(?:,|$)"
)


class Timed(Reader):
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
        elif NOTICE.match(row.body) and not row.only_people and not self._is_no_notice(row):
            self.stopped = True
            self.why[row.number] = CONTACT
        elif self._leads_the_day(row):
            # who leads through the day or through a section
            self._add(self._item(row, _moderation(row)), row)
        elif self.stopped or not self.items:
            self._outside(row)
        elif row.prose:
            self.why[row.number] = PROSE
        elif ADDRESS.search(row.text) and not (row.names_moderators and row.speakers):
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
        if self.item is None and self.day and self.items and not self.stopped and is_entry(row):
            self._add(self._item(row, row.title or row.label), row)  # „Vormittag: …“
            return
        if row.level and not self.stopped:
            self.why[row.number] = HEADING
        self.why.setdefault(row.number, PROSE if row.prose else OUTSIDE)
        if not row.prose and not row.speakers and self._heads(row) and not NOTICE.match(row.body):
            self.stopped = False
            if not HEADINGS.match(row.body) and self.items:
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
            self.why[row.number] = HEADING  # it names nobody; who stands below is read by it
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
