"""Seed and size -> a data/ folder of invented records, shaped like the real ones.

Same seed and size, same bytes, on every machine and Python: only `Random.random()` is drawn from.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from itas_graph.vocab import slugify

T = TypeVar("T")

SEED = 2022


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ACTION_FIELDS = (
    "industriepolitik",
    "innovation-technologietransformation",
    "arbeit-beschaeftigung",
    "qualifizierung-weiterbildung",
    "resiliente-gesellschaft",
)
ORGANISATION_KINDS = _words(
    "company company company company company university research-institute authority "
    "development-agency education-provider association chamber union network media"
)
INITIATIVE_KINDS = _words(
    "project project project offer study training strategy dialogue-format workshop-series pilot"
)
INVOLVEMENTS = _words(
    "responsible-partner cooperation-partner contractor client scientific-partner "
    "consortium-partner data-provider involved"
)
ROLES = ("speaker",) * 8 + ("moderator", "panellist", "host", "guest")
PARTICIPATIONS = ("exhibitor", "attendee", "partner", "co-organiser", "venue-host")
FORMATS = ("Impuls", "Vortrag", "Input", "Podium", "Werkstatt")
FUNCTIONS = (
    "Geschäftsführung",
    "Projektleitung",
    "Referat Wirtschaft",
    "Professur",
    "Betriebsrat",
    "Vorstand",
    "Koordination",
    "Bereichsleitung",
)
ONSETS = _words("B Br D F Fr G Gr H K Kl L M N P R S Sch St T Tr V W Z")
VOWELS = _words("a e i o u ä ö ü ei au ie")
CODAS = _words("ck ff l ll m n nd nn r rg rt s ss tz th x")
ENDINGS = ("mann", "er", "ert", "ke", "ing", "old", "sen", "lich", "hardt", "ow")
FIRST = _words(
    "Alva Bela Cora Dario Edda Falk Greta Hanno Ilka Jaro Kaja Levin Mira Nils Oda Paul Quinn "
    "Runa Silas Thea Udo Vera Wim Xenia Yorick Zita Arno Berit Carl Dana Emil Frida Gero Hedi "
    "Ivo Jule Kuno Lore Moritz Nele"
)
FORMS = ("GmbH", "AG", "Institut", "Verband", "Akademie", "Werke GmbH", "Netzwerk", "Stiftung")
TOPICS = _words(
    "Antriebe Batterien Bildung Daten Energie Fachkräfte Fertigung Flächen Forschung Gründung "
    "Handwerk Kreislauf Leichtbau Lieferketten Logistik Mobilität Software Standorte Textil Wandel"
)
WAYS = _words(
    "Atlas Bericht Dialog Fahrplan Forum Kompass Labor Lotse Pfad Programm Studie Tandem Umfrage "
    "Werkstatt"
)
STEPS = ("am Beispiel", "im Überblick", "in der Praxis", "auf dem Prüfstand", "im Gespräch")


@dataclass(frozen=True)
class Person:
    """An invented person: slug, name, employer, later employer and the year of the change."""

    slug: str
    name: str
    employer: int
    later: int
    changed: int

    def employer_in(self, year: int) -> int:
        """Return the organisation for which the person appears in `year`."""
        return self.later if year >= self.changed else self.employer


@dataclass(frozen=True)
class Named:
    """An invented organisation, initiative or place."""

    slug: str
    name: str


class Generator:
    """Invents a workspace's records around `contributions` contributions."""

    def __init__(self, contributions: int, seed: int = SEED) -> None:
        self.size = contributions
        self.random = Random(seed).random  # noqa: S311  # figures need no secrets
        self._taken: set[str] = set()
        self.cities = [self._named(self._word() + "stadt") for _ in range(12 + self.size // 2000)]
        self.venues = [self._named(f"Haus {self._word()}ing") for _ in range(len(self.cities) * 3)]
        self.organisations = [
            self._named(f"{self._word()}{self._word().lower()} {self.pick(FORMS)}")
            for _ in range(max(12, self.size // 12))
        ]
        self.people = [self._person() for _ in range(max(12, self.size // 6))]
        self.initiatives = [
            self._named(f"{self.pick(TOPICS)}-{self.pick(WAYS)} {self._word()}")
            for _ in range(max(6, self.size // 30))
        ]
        # The last ones are on record but on no programme.
        self.spoken_of = len(self.initiatives) * 3 // 4
        self.series = [self._named(f"Kongress {self._word()}ing") for _ in range(6)]

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the path and text of every file of the data folder."""
        yield "dataset.yaml", SETTINGS
        yield "suppressed.txt", "# nobody\n"
        yield "organisations.csv", "".join(self._organisations())
        yield "people.csv", "".join(self._people())
        yield "places.csv", "".join(self._places())
        yield "initiatives.csv", "".join(self._initiatives())
        left, number = self.size, 0
        while left > 0:
            number += 1
            wanted = min(left, 18 + int(self.random() * 9))
            left -= wanted
            page, press = self._event(number, wanted)
            yield f"sources/event-{number:05}.yaml", page
            if press:
                yield f"sources/press-{number:05}.yaml", press
        for first in range(0, len(self.initiatives), 5):
            number = first // 5 + 1
            yield f"sources/profile-{number:05}.yaml", "".join(self._profile(number, first))

    def pick(self, values: Sequence[T]) -> T:
        """Draw one of `values`."""
        return values[int(self.random() * len(values))]

    def often(self, values: Sequence[T], skew: float = 1.8) -> T:
        """Draw one of `values`, the first ones far more often than the last."""
        return values[int(self.random() ** skew * len(values))]

    def chance(self, share: float) -> bool:
        """Say yes in `share` of the cases."""
        return self.random() < share

    def _word(self) -> str:
        return self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS)

    def _named(self, name: str) -> Named:
        slug = slugify(name)
        while slug in self._taken:
            # Two of a name would be one too many: names here are told apart by another syllable.
            name = f"{name} {self._word()}"
            slug = slugify(name)
        self._taken.add(slug)
        return Named(slug, name)

    def _person(self) -> Person:
        family = self._word() + self.pick(ENDINGS)
        named = self._named(f"{self.pick(FIRST)} {family}")
        employer = int(self.random() ** 1.5 * len(self.organisations))
        later = int(self.random() * len(self.organisations))
        changed = 2019 + int(self.random() * 6) if self.chance(0.1) else 9999
        return Person(named.slug, named.name, employer, later, changed)

    def _organisations(self) -> Iterator[str]:
        yield "id,name,aliases,kind,unit_of,seat,homepage,inferred,note\n"
        for number, one in enumerate(self.organisations):
            words = one.name.split()
            alias = words[0] if self.chance(0.3) else ""
            unit = self.organisations[number // 10].slug if number > 20 and number % 13 == 0 else ""
            seat = self.pick(self.cities).slug if self.chance(0.6) else ""
            home = f"https://{one.slug}.example/" if self.chance(0.4) else ""
            kind = self.pick(ORGANISATION_KINDS)
            yield f"{one.slug},{one.name},{alias},{kind},{unit},{seat},{home},,\n"

    def _people(self) -> Iterator[str]:
        yield "id,name,honorific,aliases,visibility,note\n"
        for one in self.people:
            title = self.pick(("Dr.", "Prof. Dr.")) if self.chance(0.15) else ""
            yield f"{one.slug},{one.name},{title},,public,\n"

    def _places(self) -> Iterator[str]:
        yield "id,name,aliases,kind,within,note\n"
        for one in self.cities:
            yield f"{one.slug},{one.name},,city,,\n"
        for number, one in enumerate(self.venues):
            yield f"{one.slug},{one.name},,venue,{self.cities[number // 3].slug},\n"

    def _initiatives(self) -> Iterator[str]:
        yield "id,name,aliases,kind,action_fields,part_of,inferred,note\n"
        for number, one in enumerate(self.initiatives):
            fields = self.pick(ACTION_FIELDS) if self.chance(0.92) else ""
            if fields and self.chance(0.2):
                fields += " | " + ACTION_FIELDS[(ACTION_FIELDS.index(fields) + 1) % 5]
            part = self.initiatives[number // 8].slug if number > 8 and self.chance(0.1) else ""
            yield f"{one.slug},{one.name},,{self.pick(INITIATIVE_KINDS)},{fields},{part},,\n"

    def _event(self, number: int, wanted: int) -> tuple[str, str]:
        """Return an event as its organiser reports it and, now and then, as the press does."""
        year = 2018 + int(self.random() * 8)
        day = f"{year}-{1 + int(self.random() * 12):02}-{1 + int(self.random() * 28):02}"
        slug = f"kongress-{number:05}"
        city = self.pick(self.cities).name
        title = f"{city}er {self.pick(TOPICS)}-Kongress {number}"
        guests = 20 + int(self.random() * 300)
        host = self.organisations[int(self.random() ** 3 * len(self.organisations))]
        place = self.pick(self.venues).slug
        status = "held" if year < 2025 or self.chance(0.6) else "announced"
        if self.chance(0.02):
            status = "planned"
        page = [
            _source(f"event-{number:05}", title, "event-page", "full", day),
            f"events:\n  - id: {slug}\n    name: {title}\n    date: {self._partial(day)}\n",
            f"    place: {place}\n    organisers: [{host.slug}]\n    attendance: {guests} Gäste\n",
            f"    status: {status}\n    anchor: {title}\n",
        ]
        if self.chance(0.5):
            page.append(f"    in_series: {self.pick(self.series).slug}\n")
        guests_there: dict[str, str] = {}
        for _ in range(int(self.random() * 4)):
            guests_there[self.often(self.organisations).slug] = self.pick(PARTICIPATIONS)
        if guests_there:
            page.append("    participations:\n")
        for organisation, role in guests_there.items():
            page.append(f"      - participant: {organisation}\n        role: {role}\n")
        page.append("    sessions:\n")
        contributions, talk = 0, 0
        while contributions < wanted:
            if talk % 5 == 0:
                page.append(
                    f"      - id: {slug}-block-{talk // 5 + 1}\n"
                    f"        name: Block {talk // 5 + 1} {self.pick(TOPICS)}\n"
                    f"        start: {9 + talk // 5 % 12:02}:00\n        talks:\n"
                )
            talk += 1
            page.append(self._talk(slug, talk))
            several = 2 if wanted - contributions > 1 and self.chance(0.1) else 1
            speakers = {self.often(self.people, 1.4) for _ in range(several)}
            for person in sorted(speakers, key=lambda one: one.slug):
                contributions += 1
                page.append(self._contribution(person, year))
        if number <= len(self.series):
            series = self.series[number - 1]
            page.append(f"series:\n  - id: {series.slug}\n    name: {series.name}\n")
        press = self._press(number, slug, title, day, guests) if self.chance(1 / 6) else ""
        return "".join(page), press

    def _talk(self, event: str, number: int) -> str:
        name = f"{self.pick(TOPICS)} und {self.pick(TOPICS)} {self.pick(STEPS)} {number}"
        about = ""
        if self.chance(0.35):
            about = f"            about: [{self.often(self.initiatives[: self.spoken_of]).slug}]\n"
        status = "            status: requested\n" if self.chance(0.01) else ""
        return (
            f"          - id: {event}-{number:02}\n            name: {name}\n"
            f"            format: {self.pick(FORMATS)}\n{about}{status}"
            f"            anchor: {name}\n            contributions:\n"
        )

    def _contribution(self, person: Person, year: int) -> str:
        organisation = self.organisations[person.employer_in(year)]
        role = self.pick(ROLES)
        said = "" if role == "speaker" else f"                role: {role}\n"
        if self.chance(0.5):
            said += f"                function: {self.pick(FUNCTIONS)}\n"
        if self.chance(0.03):
            said += "                inferred: [on_behalf_of]\n"
        return (
            f"              - person: {person.slug}\n"
            f"                on_behalf_of: {organisation.slug}\n{said}"
            f"                name_as_written: {person.name}\n"
            f"                organisation_as_written: {organisation.name}\n"
            f"                anchor: {person.name}, {organisation.name}\n"
        )

    def _press(self, number: int, event: str, title: str, day: str, guests: int) -> str:
        """Return a second report of an event: other words, at times another date or number."""
        date = day if self.chance(0.7) else day[:7]
        if self.chance(0.2):
            date = day[:8] + f"{1 + int(self.random() * 28):02}"
        told = guests if self.chance(0.5) else guests // 10 * 10
        return (
            _source(f"press-{number:05}", f"Bericht über {title}", "press", "excerpt", day)
            + f"events:\n  - id: {event}\n    as_written: [{title} (Bericht)]\n    date: {date}\n"
            + f"    place: {self.pick(self.venues).slug}\n    attendance: {told} Gäste\n"
            + f"    anchor: {title}\n"
        )

    def _profile(self, number: int, first: int) -> Iterator[str]:
        slug = f"profile-{number:05}"
        yield _source(slug, f"Vorhaben {number}", "project-profile", "full", "2024-05-06")
        yield "initiatives:\n"
        for position in range(first, min(first + 5, len(self.initiatives))):
            one = self.initiatives[position]
            start = 2018 + int(self.random() * 6)
            yield (
                f"  - id: {one.slug}\n    valid_from: {self._partial(f'{start}-07-01')}\n"
                f"    anchor: {one.name}\n"
            )
            if self.chance(0.8):
                yield f"    valid_until: {start + 1 + int(self.random() * 3)}-06\n"
            if position > 20 and self.chance(0.08):
                yield f"    successor_of: [{self.initiatives[position - 1].slug}]\n"
            involved: dict[str, str] = {}
            if position == 0:
                # One initiative is the region's own, carried by a consortium.
                involved = {one.slug: "consortium-partner" for one in self.organisations[:5]}
                involved[self.organisations[0].slug] = "consortium-lead"
            for _ in range(2 + int(self.random() * 3)):
                involved[self.often(self.organisations, 3).slug] = self.pick(INVOLVEMENTS)
            yield "    involvements:\n"
            for organisation, role in involved.items():
                yield (
                    f"      - organisation: {organisation}\n        role: {role}\n"
                    f"        valid_from: {start}\n        anchor: {one.name}\n"
                )
            if self.chance(0.15):
                amount = 50000 * (1 + int(self.random() * 60))
                yield (
                    f"    grants:\n      - funder: {self.organisations[position % 5].slug}\n"
                    f"        amount: {amount}\n        currency: EUR\n"
                    f"        amount_as_written: {amount} Euro\n"
                )

    def _partial(self, day: str) -> str:
        """Return a date as precisely as a source might: mostly the day, else month or year."""
        draw = self.random()
        return day[:4] if draw < 0.02 else day[:7] if draw < 0.1 else day


SETTINGS = """\
title_de: Erfundenes Netzwerk
title_en: Invented network
description_de: Erfundene Einträge für Messungen.
description_en: Invented records for measurements.
licence: CC0 1.0
licence_url: https://creativecommons.org/publicdomain/zero/1.0/
as_of: 2025-12-31
"""


def _source(slug: str, title: str, kind: str, coverage: str, day: str) -> str:
    return (
        f"id: {slug}\ntitle: {title}\nurl: https://quelle.example/{slug}\n"
        f"publisher: Erfundene Redaktion\npublished: {day}\nlanguage: de\nsource_kind: {kind}\n"
        f"coverage: {coverage}\n"
    )


def write(data: Path, contributions: int, seed: int = SEED) -> int:
    """Write the data folder for `contributions` contributions; return how many files it holds."""
    (data / "sources").mkdir(parents=True, exist_ok=True)
    count = 0
    for name, text in Generator(contributions, seed).files():
        (data / name).write_text(text, "utf-8", newline="\n")
        count += 1
    return count


def main() -> None:
    """Write a data folder from the command line."""
    parser = argparse.ArgumentParser(description=write.__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("-n", "--contributions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    print(f"{write(given.data, given.contributions, given.seed)} files in {given.data}")


if __name__ == "__main__":
    main()
