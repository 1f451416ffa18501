"""The text of one cell -> the values of a field: German dates, numbers, labels and names read."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from itas_graph.context import (
    Context,
    Kind,
    Term,
    is_placeholder,
    objection,
    slug_objection,
    spelled_date,
)
from itas_graph.errors import Message
from itas_graph.headings import Headings
from itas_graph.vocab import CONCEPT, PARTIAL_DATE, PREFIXES, SLUG, XSD, slugify

Refusal = tuple[Message, Message]

_PART = re.compile(r"(?<!\\)\|")
_LINE_BREAK = re.compile(r"\s*\n\s*")
_TIMES = {PREFIXES["schema"] + name for name in ("startTime", "endTime", "doorTime")}
_TIME = re.compile(r"(?:ab\s+)?([01]?[0-9]|2[0-3])(?:[:.]([0-5][0-9])(?::00)?)?\s*(?:uhr|h)?", re.I)
_MIDNIGHT = re.compile(r"(.*\d)[ T]00:00(?::00)?(?:\.0+)?")
_WEEKDAY = re.compile(
    r"(?:mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|"
    r"mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    r"\.?,?\s+(?:den\s+)?(?=\w)",
    re.I,
)
_AMERICAN = re.compile(r"([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_CURRENCY = re.compile(r"^(?:€|EUR|Euro)\s*|\s*(?:€|EUR|Euro)$", re.I)
_GERMAN_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[.\s\u00a0\u202f]\d{3})+|\d+)(?:,\d+)?")
_ENGLISH_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|[+-]?\d{1,3},\d{3}\.\d+")
#: One mark and three digits behind it: a thousand for one reader, decimals for the other.
_EITHER_NUMBER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_MAX_HINTS = 500


@dataclass
class Names:
    """Slugs by base IRI, with the names under which they are known."""

    #: For each base: the names, best first (slug, name, alias), each with its slugs.
    known: dict[str, tuple[dict[str, set[str]], ...]] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)
    _hints: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, base: str, slug: str, name: str, rank: int) -> None:
        """Let `name` stand for `slug`: as its preferred name (rank 0) or another one (1)."""
        tiers = self.known.setdefault(base, ({}, {}, {}))
        tiers[2].setdefault(slug, set()).add(slug)
        if name:
            plain = _plain(name)
            tiers[rank].setdefault(plain, set()).add(slug)
            self._written.setdefault(plain, name)

    def has(self, base: str, slug: str) -> bool:
        """Say whether there is something with this slug."""
        return base in self.known and slug in self.known[base][2]

    def find(self, base: str, text: str) -> list[str]:
        """Return the slugs that a text may stand for, the best kind of match only."""
        tiers = self.known.get(base, ({}, {}, {}))
        if text in tiers[2]:
            return [text]
        for tier in tiers[:2]:
            if found := tier.get(_plain(text)):
                return sorted(found)
        return []

    def nearest(self, base: str, text: str) -> str:
        """Return the known name that is spelled most like a text, or nothing."""
        key = (base, text)
        if key not in self._hints:
            if len(self._hints) > _MAX_HINTS:
                return ""  # thousands of unknown names: the table is for another workspace
            tiers = self.known.get(base, ({}, {}, {}))
            names = {name: name for tier in tiers for name in tier}
            near = difflib.get_close_matches(_plain(text), names, n=1, cutoff=0.6)
            self._hints[key] = self._written.get(near[0], near[0]) if near else ""
        return self._hints[key]


@dataclass(frozen=True)
class Concepts:
    """The lists of values of a workspace: each with its slugs and labels."""

    names: Names
    #: Slugs by the IRI of the list, in the order of the list.
    schemes: dict[str, tuple[str, ...]]
    #: Labels by base + slug: German, English.
    labels: dict[str, tuple[str, str]]

    def scheme(self, kind: Kind, name: str, term: Term) -> tuple[str, ...]:
        """Return the slugs that field `name` of `kind` may hold, in their order."""
        own = self.schemes.get(f"{CONCEPT}{kind.type.lower()}-{name}")
        return own or self.schemes.get((term.base or "").rstrip("/"), ())


def concepts(quads: Iterable[object]) -> Concepts:
    """Collect the lists of values from the quads of the vocabularies."""
    skos = PREFIXES["skos"]
    members: dict[str, list[tuple[float, str]]] = {}
    order: dict[str, float] = {}
    texts: list[tuple[str, str, str, str]] = []
    for quad in quads:
        subject, prop, value = (
            str(getattr(getattr(quad, part), "value", ""))
            for part in ("subject", "predicate", "object")
        )
        if prop == skos + "inScheme":
            members.setdefault(value, []).append((0, subject))
        elif prop == skos + "notation":
            order[subject] = float(value) if value.isdigit() else 0
        elif prop in (skos + "prefLabel", skos + "altLabel"):
            language = str(getattr(quad.object, "language", "") or "")  # type: ignore[attr-defined]  # a quad of pyoxigraph, which has one door
            texts.append((subject, prop, value, language))
    listed = {subject for subjects in members.values() for _, subject in subjects}
    names, labels = Names(), dict[str, tuple[str, str]]()
    for subject in sorted(listed):
        base, slug = _split(subject)
        names.add(base, slug, "", 0)
        labels[subject] = (slug, slug)
    for subject, prop, value, language in sorted(texts):
        if subject in listed:
            base, slug = _split(subject)
            names.add(base, slug, value, 0 if prop.endswith("prefLabel") else 1)
            if prop.endswith("prefLabel"):
                de, en = labels[subject]
                labels[subject] = (value, en) if language == "de" else (de, value)
    schemes = {
        scheme: tuple(
            _split(subject)[1]
            for _, subject in sorted((order.get(subject, 0), subject) for _, subject in found)
        )
        for scheme, found in members.items()
    }
    return Concepts(names, schemes, labels)


@dataclass
class Reader:
    """Reads cells as the mapping, the lists of values and the known records ask for."""

    context: Context
    headings: Headings
    concepts: Concepts
    names: Names

    def values(
        self, kind: Kind, name: str, text: str, *, exact: bool = False
    ) -> tuple[list[str], Refusal | None]:
        r"""Return the values a cell of field `name` holds, or why it holds none.

        Several values are separated by “ | ”; a “|” that belongs to a value is written “\|”. A cell
        that holds a number and not its spelling is `exact`.
        """
        found: list[str] = []
        for part in split(text):
            if name != "note":
                part = _LINE_BREAK.sub(" ", part)  # a name stands in one line
            value, refusal = self.value(kind, name, part, exact=exact)
            if refusal:
                return [], refusal
            found.append(value)
        return list(dict.fromkeys(found)), None

    def value(
        self, kind: Kind, name: str, text: str, *, exact: bool = False
    ) -> tuple[str, Refusal | None]:
        """Return the one value that a text stands for in field `name`, or why there is none."""
        term = self.context.term(kind, name)
        if name == "inferred":
            known = text if text in kind.fields else self.headings.field(kind.name, text)
            if known in kind.fields:
                return str(known), None
            return text, (
                Message(f"„{text}“ ist kein Feld.", f"“{text}” is no field."),
                Message("Nennen Sie eine Spalte dieser Tabelle.", "Name a column of this table."),
            )
        if term is None or name == "id":
            refused = None if SLUG.fullmatch(text) else objection(text, _SLUG_TERM)
            return text, refused
        if term.is_reference:
            return self.reference(kind, name, term, text)
        if exact and objection(text, term) is None:
            return text, None
        value, refusal = _typed(text, term)
        return value, refusal or objection(value, term)

    def reference(self, kind: Kind, name: str, term: Term, text: str) -> tuple[str, Refusal | None]:
        """Return the slug that a name or label stands for, or why it stands for none."""
        base = term.base or ""
        allowed = self.concepts.scheme(kind, name, term)
        names = self.concepts.names if allowed else self.names
        found = names.find(base, text)
        if allowed:
            found = [slug for slug in found if slug in allowed]
        if len(found) == 1:
            return found[0], None
        if found:
            return text, ambiguous(text, found)
        if allowed:
            labels = [f"{self._label(base, slug)} ({slug})" for slug in allowed]
            return text, _no_concept(text, labels)
        if is_placeholder(text):
            return text, slug_objection(text)
        return text, unknown(text, names.nearest(base, text), self.what(folder(base)))

    def what(self, name: str) -> Message:
        """Return what people call the things that column `name` refers to."""
        found = self.headings.heading("", name)
        return Message(found.title("de"), found.title("en"))

    def _label(self, base: str, slug: str) -> str:
        return self.concepts.labels.get(base + slug, (slug, slug))[0]


_SLUG_TERM = Term("", None, "", reverse=False)


def split(text: str) -> list[str]:
    r"""Return the parts of a cell.

    >>> split(r"AMZ | AMZ Sachsen"), split(r"A \| B")
    (['AMZ', 'AMZ Sachsen'], ['A | B'])
    """
    parts = (part.strip().replace("\\|", "|") for part in _PART.split(text))
    return [unicodedata.normalize("NFC", part) for part in parts if part]


def joined(values: Sequence[str]) -> str:
    r"""Return the text of a cell that holds several values; `split` reads it back.

    >>> joined(["AMZ", "A | B"])
    'AMZ | A \\| B'
    """
    return " | ".join(value.replace("|", "\\|") for value in values)


def folder(base: str) -> str:
    """Return the last part of a base IRI: `person` of `…/person/`."""
    return base.rstrip("/").rpartition("/")[2]


def unknown(text: str, near: str, what: Message) -> Refusal:
    """Say that a name stands for nothing known."""
    hint = Message("", "")
    if near:
        hint = Message(f"Meinten Sie „{near}“? ", f"Did you mean “{near}”? ")
    return (
        Message(f"„{text}“ ist nicht bekannt ({what.de}).", f"“{text}” is not known ({what.en})."),
        Message(
            f"{hint.de}Berichtigen Sie den Namen oder nehmen Sie ihn in das Register oder ein "
            "eigenes Blatt dieser Datei auf.",
            f"{hint.en}Correct the name, or add it to the register or to a sheet of its own in "
            "this file.",
        ),
    )


def ambiguous(text: str, found: Sequence[str]) -> Refusal:
    """Say that a name stands for several."""
    listing = ", ".join(found[:8])
    return (
        Message(
            f"„{text}“ ist mehrdeutig: {listing}.", f"“{text}” may stand for several: {listing}."
        ),
        Message("Schreiben Sie das Kürzel.", "Write the slug."),
    )


def _no_concept(text: str, labels: Sequence[str]) -> Refusal:
    near = difflib.get_close_matches(text, [label.split(" (")[0] for label in labels], n=1)
    listing = ", ".join(labels)
    hint = Message(f"Meinten Sie „{near[0]}“? ", f"Did you mean “{near[0]}”? ") if near else None
    return (
        Message(f"„{text}“ steht nicht in der Liste.", f"“{text}” is not in the list."),
        Message(
            f"{hint.de if hint else ''}Möglich sind: {listing}.",
            f"{hint.en if hint else ''}Possible are: {listing}.",
        ),
    )


def _typed(text: str, term: Term) -> tuple[str, Refusal | None]:
    """Return a text in the form the records have: ISO dates, point decimals, HH:MM."""
    if term.datatype == PARTIAL_DATE:
        return date(text)
    if term.datatype in (XSD + "decimal", XSD + "integer"):
        return number(text, whole=term.datatype.endswith("integer"))
    if term.iri in _TIMES:
        match = _TIME.fullmatch(text)
        return (f"{int(match[1]):02}:{match[2] or '00'}" if match else text), None
    return text, None


def date(text: str) -> tuple[str, Refusal | None]:
    """Return a date as the records write it, as precise as it was written.

    >>> date("Mittwoch, 12. Juni 2024")[0], date("31.12.2024")[0], date("June 12, 2024")[0]
    ('2024-06-12', '2024-12-31', '2024-06-12')
    >>> date("06/12/2024")[1][0].en
    '“06/12/2024” may mean two days.'
    """
    plain = _WEEKDAY.sub("", text.strip(), count=1)
    match = _MIDNIGHT.fullmatch(plain)
    plain = match[1] if match else plain
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}", plain):
        return text, (
            Message(
                f"„{text}“ kann zwei Tage bedeuten.",
                f"“{text}” may mean two days.",
            ),
            Message("Schreiben Sie 31.12.2024 oder 2024-12-31.", "Write 31.12.2024 or 2024-12-31."),
        )
    american = _AMERICAN.fullmatch(plain)
    plain = f"{american[2]} {american[1]} {american[3]}" if american else plain
    return spelled_date(plain) or plain, None


def number(text: str, *, whole: bool) -> tuple[str, Refusal | None]:
    """Return a number as the records write it.

    >>> number("1.234.567,89", whole=False)[0], number("8,4", whole=False)[0]
    ('1234567.89', '8.4')
    >>> number("1.234", whole=False)[1][0].en
    '“1.234” may mean two numbers.'
    """
    plain = _CURRENCY.sub("", text.strip()).strip()
    if _EITHER_NUMBER.fullmatch(plain) and not (whole and "." in plain):
        digits = re.sub(r"[.,]", "", plain)
        point = plain.replace(",", ".") + "0"
        return text, (
            Message(f"„{text}“ kann zwei Zahlen bedeuten.", f"“{text}” may mean two numbers."),
            Message(f"Schreiben Sie {digits} oder {point}.", f"Write {digits} or {point}."),
        )
    if _ENGLISH_NUMBER.fullmatch(plain):
        return plain.replace(",", ""), None
    if _GERMAN_NUMBER.fullmatch(plain):
        return re.sub(r"[.\s\u00a0\u202f]", "", plain).replace(",", "."), None
    return plain, None


def slug_of(*texts: str) -> str:
    """Return a slug for texts, cut at a word so that it can be read.

    >>> slug_of("tagung-2024", "Begrüßung der Gäste")
    'tagung-2024-begruessung-der-gaeste'
    """
    slug = "-".join(slugify(text) for text in texts if slugify(text))
    if len(slug) <= 80:
        return slug
    return slug[:80].rpartition("-")[0] or slug[:80]


def _plain(text: str) -> str:
    """Return a name so that case, spaces and composed letters do not matter; umlauts do."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _split(iri: str) -> tuple[str, str]:
    base, slash, slug = iri.rpartition("/")
    return base + slash, slug
