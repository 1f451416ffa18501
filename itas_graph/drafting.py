"""A programme that was read, and who is on record -> draft records, and the same as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from itas_graph import identity, lexicon, programme_lines
from itas_graph.errors import Language
from itas_graph.functions import Affiliation, is_body
from itas_graph.identity import Entity, Index
from itas_graph.programme import Programme
from itas_graph.programme_items import Item, Session
from itas_graph.programme_lines import Speaker
from itas_graph.vocab import slugify

DRAFT = "draft"
#: An anchor is a short verbatim passage.
_ANCHOR_WORDS = 12
_TITLE_WORDS = 5
#: Shorter names of initiatives occur in titles by chance.
_NAME_LENGTH = 6
_LONGEST_NAME = 150
#: „Haus“ is no genitive.
_SHORTEST_STEM = 3


@dataclass
class Draft:
    """A source record with all it proposes, and what is new in it."""

    slug: str
    record: dict[str, Any]
    items: int = 0
    speakers: int = 0
    new: dict[str, list[str]] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    #: Items that become no record (breaks without persons): line and text.
    breaks: list[tuple[int, str]] = field(default_factory=list)


def known_people(entities: Mapping[str, Mapping[str, Entity]]) -> frozenset[str]:
    """Return the full names of persons on record, as `programme.read` takes them."""
    from itas_graph.personal_names import fold

    return frozenset(
        fold(name.text)
        for person in entities.get(identity.PEOPLE, {}).values()
        for name in person.names
        if " " in name.text
    )


def as_json(programme: Programme, language: Language = "en") -> dict[str, Any]:
    """Return a programme as `draft --format json` writes it; what is unknown is null."""
    event = programme.event
    return {
        "event": {
            "name": event.name or None,
            "date": event.date or None,
            "end_date": event.end_date or None,
            "place": event.place or None,
            "attendance": event.attendance or None,
        },
        "sessions": [
            {"name": one.name, "date": one.day or None, "start": one.start or None}
            for one in programme.sessions
        ],
        "contributions": [_item_as_json(item) for item in programme.items],
        "unread": [
            {"line": one.line, "text": one.text, "why": one.why.text(language)}
            for one in programme.unread
        ],
    }


def _item_as_json(item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "format": item.format or None,
        "date": item.day or None,
        "start": item.start or None,
        "end": item.end or None,
        "session": item.session or None,
        "line": item.line,
        "speakers": [
            {
                "name": speaker.name,
                "honorific": speaker.honorific or None,
                "role": speaker.affiliation.function or None,
                "organisation": speaker.affiliation.organisation or None,
                "moderator": speaker.affiliation.moderator,
                "requested": speaker.affiliation.requested,
            }
            for speaker in item.speakers
        ],
    }


def draft(
    programme: Programme,
    entities: Mapping[str, Mapping[str, Entity]],
    index: Index,
    *,
    slug: str,
    url: str,
    event: str = "",
) -> Draft:
    """Turn a programme into a source record of drafts, linked to what is on record.

    Args:
        programme: What was read of the page.
        entities: What the records name, by kind and slug.
        index: Who bears which name.
        slug: The slug of the source, and of its file.
        url: The address of the page.
        event: The slug of the event; otherwise made of its name.
    """
    return _Drafting(programme, entities, index, slug, url, event).run()


class _Drafting:
    """Collects one source record: slugs once each, new people and organisations once each."""

    def __init__(
        self,
        programme: Programme,
        entities: Mapping[str, Mapping[str, Entity]],
        index: Index,
        slug: str,
        url: str,
        event: str,
    ) -> None:
        self.programme = programme
        self.entities = entities
        self.index = index
        self.url = url
        self.event = event or self._known_event() or _slug(programme.event.name) or slug
        self.parts = _parts(entities, self.event)
        self.result = Draft(slug, {})
        self.people: dict[str, dict[str, Any]] = {}
        self.organisations: dict[str, dict[str, Any]] = {}
        self.taken: set[str] = set()

    def run(self) -> Draft:
        facts = self.programme.event
        event: dict[str, Any] = {
            "id": self.event,
            "name": facts.name or self.event,
            "date": facts.date,
            "end_date": facts.end_date,
            "attendance": facts.attendance,
            "status": DRAFT,
            "anchor": _anchor(facts.name),
            **self._place(facts.place),
        }
        self._fill(event)
        self.result.record = {
            "id": self.result.slug,
            "title": facts.name or self.result.slug,
            "url": self.url,
            "source_kind": "event-page",
            "coverage": "full",
            "status": DRAFT,
            "events": [event],
            "people": list(self.people.values()),
            "organisations": list(self.organisations.values()),
        }
        self.result.new = {
            "people": [one["name"] for one in self.people.values()],
            "organisations": [one["name"] for one in self.organisations.values()],
        }
        return self.result

    def _known_event(self) -> str:
        """Return the slug of the event on record with this name, unless its date is another."""
        facts = self.programme.event
        known = self.index.known("events", facts.name) if facts.name else ()
        if len(known) != 1:
            return ""
        records = self.entities["events"][known[0]].records
        dates = {record.first("date") for record in records} - {None}
        return known[0] if not dates or not facts.date or facts.date in dates else ""

    def _place(self, place: str) -> dict[str, str]:
        known = self.index.known("places", place) if place else ()
        if len(known) == 1:
            return {"place": known[0]}
        return {"place_as_written": place}

    def _fill(self, event: dict[str, Any]) -> None:
        sessions = {one.name: one for one in self.programme.sessions}
        items = [item for item in self.programme.items if _is_talk(item)]
        kept = {item.session for item in items}
        self.result.breaks = sorted(
            [(one.line, one.title) for one in self.programme.items if not _is_talk(one)]
            + [(one.line, one.name) for one in sessions.values() if one.name not in kept]
        )
        event["talks"] = [self._talk(item) for item in items if item.session not in sessions]
        event["sessions"] = [
            self._session(session, [item for item in items if item.session == name])
            for name, session in sessions.items()
            if any(item.session == name for item in items)
        ]

    def _session(self, session: Session, items: Sequence[Item]) -> dict[str, Any]:
        return {
            "id": self._unique(session.name),
            "name": session.name,
            "date": session.day,
            "start": session.start,
            "status": DRAFT,
            "anchor": _anchor(session.name),
            "talks": [self._talk(item) for item in items],
        }

    def _talk(self, item: Item) -> dict[str, Any]:
        self.result.items += 1
        day = item.day if item.day != self.programme.event.date else ""
        return {
            "id": self._unique(item.title),
            "name": item.title,
            "format": item.format,
            "date": day,
            "start": item.start,
            "end": item.end,
            "about": self._initiatives(item.title),
            "status": DRAFT,
            "anchor": _anchor(item.anchor or item.title),
            "heading": item.session,
            "contributions": self._contributions(item),
        }

    def _contributions(self, item: Item) -> list[dict[str, Any]]:
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for speaker in item.speakers:
            one = self._contribution(speaker, item)
            # The same person twice in one item, in one role, is one contribution.
            found.setdefault((one["person"], one.get("role", "")), one)
        self.result.speakers += len(found)
        return list(found.values())

    def _contribution(self, speaker: Speaker, item: Item) -> dict[str, Any]:
        said: Affiliation = speaker.affiliation
        written = " ".join(part for part in (speaker.honorific, speaker.name) if part)
        organisation = self._organisation(said.organisation)
        return {
            "person": self._person(speaker),
            "role": "moderator" if said.moderator else "",
            "function": said.function,
            "on_behalf_of": organisation,
            "name_as_written": written if written != speaker.name else "",
            "organisation_as_written": said.organisation,
            "status": [DRAFT, "requested"] if said.requested else DRAFT,
            "anchor": _anchor(speaker.anchor),
            "heading": item.title,
        }

    def _person(self, speaker: Speaker) -> str:
        known = self.index.known(identity.PEOPLE, speaker.name)
        if len(known) == 1:
            return known[0]
        key = identity.fold(speaker.name, identity.PEOPLE)
        if key in self.people:
            record = self.people[key]
            record["honorific"] = record["honorific"] or speaker.honorific
            return str(record["id"])
        note = ""
        if known:
            listed = ", ".join(known)
            note = f"Welche Person ist gemeint? Bekannt: {listed}"
            self.result.unclear.append(f"{speaker.name}: {listed}")
        self.people[key] = {
            "id": self._free(identity.PEOPLE, _slug(speaker.name) or "person", self.people),
            "name": speaker.name,
            "honorific": speaker.honorific,
            "status": DRAFT,
            "anchor": _anchor(speaker.anchor),
            "note": note,
        }
        return str(self.people[key]["id"])

    def _organisation(self, name: str) -> str:
        if not name or len(name) > _LONGEST_NAME:
            return ""
        known = self.index.known(identity.ORGANISATIONS, name)
        if len(known) == 1:
            return known[0]
        if not known and (plain := nominative(name)) != name:
            return self._organisation(plain)
        key = identity.fold(name, identity.ORGANISATIONS)
        if not key:
            return ""
        if key not in self.organisations:
            note = ""
            if known:
                listed = ", ".join(known)
                note = f"Welche Organisation ist gemeint? Bekannt: {listed}"
                self.result.unclear.append(f"{name}: {listed}")
            slug = _slug(name) or "organisation"
            self.organisations[key] = {
                "id": self._free(identity.ORGANISATIONS, slug, self.organisations),
                "name": name,
                "kind": (kind := organisation_kind(name)),
                "status": DRAFT,
                "anchor": _anchor(name),
                "note": note,
                "inferred": ["kind"] if kind else [],
            }
        return str(self.organisations[key]["id"])

    def _free(self, kind: str, slug: str, new: Mapping[str, Mapping[str, Any]]) -> str:
        """Return a slug that nobody of this kind has."""
        taken = {*self.entities.get(kind, {}), *(str(one["id"]) for one in new.values())}
        return _next(slug, taken)

    def _unique(self, title: str) -> str:
        """Return the slug of a session or talk: that of the event with words of the title."""
        if known := self.parts.pop(identity.fold(title), ""):
            self.taken.add(known)
            return known
        words = [word for word in slugify(title).split("-") if word][:_TITLE_WORDS]
        taken = {*self.taken, *self.parts.values()}
        slug = _next("-".join([self.event, *words]), taken)
        self.taken.add(slug)
        return slug

    def _initiatives(self, title: str) -> list[str]:
        """Return the initiatives on record whose name stands in a title, longest names first."""
        text = f" {identity.fold(title)} "
        found = []
        names = sorted(_initiative_names(self.entities), key=lambda one: (-len(one[0]), one))
        for name, slug in names:
            if f" {name} " in text and slug not in found:
                text = text.replace(f" {name} ", " · ")
                found.append(slug)
        return sorted(found)


def _parts(entities: Mapping[str, Mapping[str, Entity]], event: str) -> dict[str, str]:
    """Return the sessions and talks that sources give an event: slugs by folded name."""
    entity = entities.get("events", {}).get(event)
    found: dict[str, str] = {}
    for record in entity.records if entity else ():
        sessions = record.children.get("sessions", [])
        talks = [talk for one in (record, *sessions) for talk in one.children.get("talks", ())]
        for part in (*sessions, *talks):
            slug, name = part.first("id"), part.first("name")
            if slug and name:
                found.setdefault(identity.fold(name), slug)
    return found


def _initiative_names(entities: Mapping[str, Mapping[str, Entity]]) -> Iterable[tuple[str, str]]:
    for slug, entity in entities.get("initiatives", {}).items():
        for name in entity.names:
            folded = identity.fold(name.text)
            if len(folded) >= _NAME_LENGTH:
                yield folded, slug


def nominative(name: str) -> str:
    """Return a name that was written in the genitive as it is called.

    >>> nominative("Landkreises Musterland"), nominative("Verein Musterhaus")
    ('Landkreis Musterland', 'Verein Musterhaus')
    """
    words = name.split()
    for place, word in enumerate(words[:5]):
        if is_body(word):
            for ending in ("es", "s"):
                stem = word.removesuffix(ending)
                if stem != word and is_body(stem) and len(stem) > _SHORTEST_STEM:
                    return " ".join([*words[:place], stem, *words[place + 1 :]])
            break
    return name


def organisation_kind(name: str) -> str:
    """Return the kind that the words of a name say an organisation is, or an empty text.

    >>> organisation_kind("Beispiel GmbH"), organisation_kind("Lindenhof")
    ('company', '')
    """
    for entry in lexicon.entries("organisation-kinds"):
        kind, _, pattern = entry.partition(" ")
        if re.search(pattern, name):
            return kind
    return ""


def _is_talk(item: Item) -> bool:
    """Say whether an item becomes a record: breaks without persons do not."""
    return bool(item.speakers) or not programme_lines.is_break(item.title)


def _anchor(text: str) -> str:
    """Return the first words of a passage, a dozen at most."""
    return " ".join(text.split()[:_ANCHOR_WORDS])


def _slug(name: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    kept = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return re.sub(r"-+", "-", slugify(kept))[:60].strip("-")


_LETTERS = str.maketrans(
    {
        **{"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ß": "ss"},
        **{"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "ı": "i", "æ": "ae", "þ": "th"},
    }
)


def _next(slug: str, taken: Iterable[str]) -> str:
    known = set(taken)
    if slug not in known:
        return slug
    number = 2
    while f"{slug}-{number}" in known:
        number += 1
    return f"{slug}-{number}"
