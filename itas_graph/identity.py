"""Records -> the names that stand for each organisation, person or other thing, and who bears one.

A name is compared in its folded form: what differs in writing only is equal in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from itas_graph.records import Record, Records

ORGANISATIONS = "organisations"
PEOPLE = "people"
#: The fields that hold names, the preferred one first.
NAME_FIELDS = ("name", "aliases", "as_written")

_LETTERS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "æ": "ae",
        "ø": "oe",
        "œ": "oe",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "&": " und ",
        "+": " und ",
    }
)
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff'’ʼ`´]")
_WORD = re.compile(r"[^\W_]+")
_SAME_WORD = {"and": "und", "u": "und"}
# Words before a name that are no part of it.
_TITLES = frozenset(
    {
        *("dr", "drs", "prof", "professor", "professorin", "dipl", "ing", "mag", "univ", "apl"),
        *("med", "rer", "nat", "phil", "jur", "pol", "oec", "habil", "em", "pd", "doz"),
        *("herr", "herrn", "frau", "mr", "mrs", "ms"),
    }
)
_TITLE_PAIRS = frozenset({("h", "c"), ("e", "h"), ("priv", "doz")})
_AFTER_NAME = _TITLES | {"mdb", "mdl", "mdep", "msc", "bsc", "mba", "ma", "ba", "llm", "phd", "fh"}
# cleanco knows eleven German forms, but neither gGmbH nor “e. V.” nor KdöR: the list is our own.
_FORMS = (
    *("GmbH", "gGmbH", "G.m.b.H.", "gemeinnützige GmbH", "mbH", "AG", "gAG", "A.G.", "SE"),
    *("KG", "OHG", "OG", "GbR", "KGaA", "e. K.", "e. U.", "e. G.", "eG", "e. V.", "eV", "i. L."),
    *("GmbH & Co. KG", "GmbH & Co. KGaA", "GmbH & Co. OHG", "AG & Co. KG", "mbH & Co. KG"),
    *("UG", "gUG", "UG (haftungsbeschränkt)", "PartG", "PartG mbB", "PartGmbB", "mbB"),
    *("KdöR", "K. d. ö. R.", "KöR", "AdöR", "AöR"),
    *("Ltd.", "Limited", "Inc.", "LLC", "PLC", "Corp.", "S.A.", "SARL", "B.V.", "s.r.o.", "a.s."),
)
# Of these no other word is spelled alike, so they may also stand in the middle of a name.
_CLEAR = frozenset(
    {
        ("gmbh",),
        ("ggmbh",),
        ("mbh",),
        ("e", "v"),
        ("kgaa",),
        ("gmbh", "und", "co", "kg"),
        ("kdoer",),
    }
)


@lru_cache(maxsize=1 << 17)
def fold(name: str, kind: str = "") -> str:
    """Return what stays equal when a name is written in another way.

    Case, umlauts, accents, punctuation, spaces, and „und“, & or + make no difference. For an
    organisation (`kind` "organisations") its legal form is left out too, for a person ("people")
    titles, and the surname may stand first, before a comma. A name of nothing else stays whole.

    >>> fold("Lennardt & Birner GmbH"), fold("LENNARDT und  Birner GmbH")
    ('lennardt und birner gmbh', 'lennardt und birner gmbh')
    >>> fold("Mobilitätswerk GmbH Dresden", "organisations")
    'mobilitaetswerk dresden'
    >>> fold("Prof. Dr. Eva Muster", "people"), fold("MUSTER, Eva", "people")
    ('eva muster', 'eva muster')
    >>> fold("GmbH", "organisations"), fold("…")
    ('gmbh', '')
    """
    if kind == PEOPLE:
        return " ".join(_person(name))
    words = _words(name)
    return " ".join(_without_form(words) if kind == ORGANISATIONS else words)


def _words(text: str) -> tuple[str, ...]:
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    plain = "".join(
        mark for mark in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(mark)
    )
    found = _WORD.findall(_INVISIBLE.sub("", plain))
    return tuple(_SAME_WORD.get(word, word) for word in found)


def _person(name: str) -> tuple[str, ...]:
    before, comma, after = name.partition(",")
    first, last = _words(before), _words(after)
    if comma and last and not set(last) <= _AFTER_NAME:
        first = last + first
    first = first or last
    while len(first) > 1:
        if len(first) > 2 and first[:2] in _TITLE_PAIRS:
            first = first[2:]
        elif first[0] in _TITLES:
            first = first[1:]
        else:
            break
    return first


@lru_cache(maxsize=1)
def _legal_forms() -> frozenset[tuple[str, ...]]:
    return frozenset(_words(form) for form in _FORMS)


def _without_form(words: tuple[str, ...]) -> tuple[str, ...]:
    forms = _legal_forms()
    kept = list(words)
    place = len(kept)
    while place > 0 and len(kept) > 1:
        for length in range(min(5, place), 0, -1):
            part = tuple(kept[place - length : place])
            ends = place == len(kept)
            if len(kept) > length and part in (forms if ends and place > length else _CLEAR):
                del kept[place - length : place]
                place -= length
                break
        else:
            place -= 1
    return tuple(kept)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One name as written, in which field, and where it stands."""

    text: str
    field: str
    file: str
    line: int


@dataclass(slots=True)
class Entity:
    """One thing that records name: its kind, its slug, its names in the order they were read."""

    kind: str
    slug: str
    names: list[Name] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The preferred name, else the first one, else the slug."""
        chosen = min(self.names, key=lambda one: NAME_FIELDS.index(one.field), default=None)
        return chosen.text if chosen else self.slug

    @property
    def place(self) -> tuple[str, int]:
        """File and line of the record that gives the preferred name, else of the first."""
        for record in self.records:
            if record.first("name"):
                return record.file, record.line
        return (self.records[0].file, self.records[0].line) if self.records else ("", 0)


def entities(records: Records) -> dict[str, dict[str, Entity]]:
    """Return what records name, by kind and slug; sorted.

    That is each row of a register and each record of these kinds that a source declares.
    """
    found: dict[str, dict[str, Entity]] = {}
    for kind, record in _declared(records):
        slug = record.first("id")
        if not slug:
            continue
        entity = found.setdefault(kind, {}).setdefault(slug, Entity(kind, slug))
        entity.records.append(record)
        for one in NAME_FIELDS:
            for value in record.fields.get(one, ()):
                entity.names.append(Name(value.text, one, record.file, value.line))
    return {
        kind: {slug: found[kind][slug] for slug in sorted(found[kind])} for kind in sorted(found)
    }


def _declared(records: Records) -> Iterator[tuple[str, Record]]:
    for row in records.register:
        yield row.kind, row
    for source in records.sources:
        for kind, members in source.children.items():
            for record in members:
                yield kind, record


class Index:
    """Who bears a name: `known("organisations", "CWE Chemnitz")`.

    >>> index = Index([("people", "eva-muster", "Dr. Eva Muster"), ("people", "em", "E. Muster")])
    >>> index.known("people", "Eva MUSTER"), index.known("people", "Ida Muster")
    (('eva-muster',), ())
    """

    def __init__(
        self, names: Iterable[tuple[str, str, str]], merged: Mapping[tuple[str, str], str] = {}
    ) -> None:
        self._exact: dict[tuple[str, str], set[str]] = {}
        self._bare: dict[tuple[str, str], set[str]] = {}
        for kind, slug, text in names:
            bearer = merged.get((kind, slug), slug)
            self._exact.setdefault((kind, fold(text)), set()).add(bearer)
            self._bare.setdefault((kind, fold(text, kind)), set()).add(bearer)

    def known(self, kind: str, text: str) -> tuple[str, ...]:
        """Return the slugs of this kind that bear a name, sorted; several: the name is ambiguous.

        First whoever bears it with this very legal form or title, else whoever bears it without.
        """
        if not fold(text):
            return ()
        exact = self._exact.get((kind, fold(text)))
        if exact and kind != PEOPLE:
            return tuple(sorted(exact))
        return tuple(sorted(self._bare.get((kind, fold(text, kind)), ())))


def index(records: Records, merged: Mapping[tuple[str, str], str] = {}) -> Index:
    """Return an index of all names in records; `merged` says as whom a (kind, slug) is read."""
    return Index(
        (
            (kind, slug, name.text)
            for kind, members in entities(records).items()
            for slug, entity in members.items()
            for name in entity.names
        ),
        merged,
    )
