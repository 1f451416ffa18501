"""ontology/context.jsonld -> kinds and terms: which fields there are, what they may hold."""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from itas_graph.errors import EngineError, Message
from itas_graph.vocab import BASE, PARTIAL_DATE, SLUG, XSD, slugify

MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "januar jänner january jan",
            "februar february feb",
            "märz maerz march mär mar",
            "april apr",
            "mai may",
            "juni june jun",
            "juli july jul",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ],
        1,
    )
    for name in names.split()
}
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_PLACEHOLDER = re.compile(r"n\.?\s*n\.?", re.I)


@dataclass(frozen=True)
class Kind:
    """What context.jsonld says about one kind of record."""

    name: str
    type: str
    fields: tuple[str, ...]
    children: tuple[str, ...]
    required: tuple[str, ...]
    id_from: tuple[str, ...]
    defaults: tuple[tuple[str, str], ...]
    numbered: str | None

    def derived_slug(self, parent: str, fields: Mapping[str, str]) -> str:
        """Return the slug of a record that needs none of its own: its parent's and its fields'."""
        values = {**dict(self.defaults), **fields}
        parts = (slugify(values.get(name, "")) for name in self.id_from)
        return "--".join([parent, *(part for part in parts if part)])


@dataclass(frozen=True)
class Term:
    """What context.jsonld says about a field: its property, datatype and, for slugs, their base."""

    iri: str
    datatype: str | None
    base: str | None
    reverse: bool

    @property
    def is_reference(self) -> bool:
        """Say whether values are slugs of other resources."""
        return self.base is not None


@dataclass(frozen=True)
class Context:
    """The mapping from records to RDF: the JSON-LD context and the kinds of record."""

    document: dict[str, Any]
    kinds: dict[str, Kind]
    base: str
    # A term is asked for with every value of every record: it is worked out once.
    _terms: dict[tuple[str, str], Term | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def resources(self) -> str:
        """The base of all resources: `<resources><folder>/<slug>`."""
        return self.base.rsplit("/", 2)[0] + "/"

    def expand(self, name: str) -> str:
        """Turn a compact IRI such as `schema:about` into an absolute one."""
        prefix, colon, rest = name.partition(":")
        namespace = self.document.get(prefix)
        return namespace + rest if colon and isinstance(namespace, str) else name

    def term(self, kind: Kind, name: str) -> Term | None:
        """Return the term of field `name` as records of `kind` use it, or None."""
        key = (kind.type, name)
        if key not in self._terms:
            self._terms[key] = self._term(kind, name)
        return self._terms[key]

    def _term(self, kind: Kind, name: str) -> Term | None:
        scoped = self.document.get(kind.type)
        local = scoped.get("@context", {}) if isinstance(scoped, dict) else {}
        definition = local.get(name, self.document.get(name))
        if definition is None:
            return None
        if isinstance(definition, str):
            return Term(self.expand(definition), None, None, reverse=False)
        reverse = "@reverse" in definition
        iri = self.expand(definition["@reverse" if reverse else "@id"])
        datatype = definition.get("@type")
        base = None
        if datatype == "@id":
            base = urljoin(self.base, definition.get("@context", {}).get("@base", ""))
        expanded = None if datatype in (None, "@id") else self.expand(datatype)
        return Term(iri, expanded, base, reverse)

    def folder(self, kind: Kind) -> str:
        """Return the base IRI under which records of `kind` get their slugs."""
        if kind.name == "source":
            return self.base
        term = self.term(kind, kind.name)
        return term.base if term and term.base else self.base


def load(path: Path) -> Context:
    """Read context.jsonld.

    Raises:
        EngineError: the file is no JSON-LD context with a part "kinds".
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        kinds = {
            name: Kind(
                name,
                entry["type"],
                tuple(entry["fields"]),
                tuple(entry.get("children", ())),
                tuple(entry.get("required", ())),
                tuple(entry.get("id", ())),
                tuple(sorted(entry.get("default", {}).items())),
                entry.get("numbered"),
            )
            for name, entry in document["kinds"].items()
        }
        context: dict[str, Any] = document["@context"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EngineError(
            Message(
                f"{path} ist nicht lesbar: {error}. Stellen Sie die Datei wieder her.",
                f"{path} cannot be read: {error}. Restore the file.",
            )
        ) from error
    return Context(context, kinds, context.get("@base", BASE + "source/"))


def objection(text: str, term: Term) -> tuple[Message, Message] | None:
    """Say what is wrong with `text` as a value of `term` and what to write instead, or None.

    >>> date = Term("https://schema.org/startDate", PARTIAL_DATE, None, reverse=False)
    >>> objection("2024-06", date) is None
    True
    >>> objection("Juni 2024", date)[1].en
    'Write 2024-06.'
    >>> objection("2024-02-30", date)[0].en
    'There is no such day: “2024-02-30”.'
    """
    if term.is_reference:
        return None if SLUG.fullmatch(text) else slug_objection(text)
    if term.datatype == PARTIAL_DATE:
        return _date_objection(text)
    if term.datatype in (XSD + "integer", XSD + "decimal"):
        return _number_objection(text, whole=term.datatype.endswith("integer"))
    if term.datatype == XSD + "anyURI":
        return _url_objection(text)
    return None


def narrow(text: str) -> str:
    """Return the XSD datatype that keeps the precision of a partial date.

    >>> narrow("2024-06").rsplit("#")[1]
    'gYearMonth'
    """
    return XSD + {4: "gYear", 7: "gYearMonth"}.get(len(text), "date")


def is_placeholder(text: str) -> bool:
    """Say whether a text stands for a name that is not settled yet: N.N."""
    return bool(_PLACEHOLDER.fullmatch(text))


def slug_objection(text: str) -> tuple[Message, Message]:
    """Say what is wrong with `text` as a slug and what to write instead."""
    if _PLACEHOLDER.fullmatch(text):
        return (
            Message(
                f"„{text}“ ist ein Platzhalter und keine Person.",
                f"“{text}” is a placeholder and no person.",
            ),
            Message(
                "Lassen Sie den Eintrag weg, bis ein Name feststeht.",
                "Leave the entry out until a name is settled.",
            ),
        )
    hint = slugify(text) or "name-der-sache"
    return (
        Message(
            f"„{text}“ ist kein Kürzel: erlaubt sind a–z, 0–9 und „-“.",
            f"“{text}” is no slug: a–z, 0–9 and “-” are allowed.",
        ),
        Message(f"Schreiben Sie {hint}.", f"Write {hint}."),
    )


def _date_objection(text: str) -> tuple[Message, Message] | None:
    match = _DATE.fullmatch(text)
    if match:
        year, month, day = (int(part) if part else None for part in match.groups())
        if year and (month is None or 1 <= month <= 12):
            last = calendar.monthrange(year, month)[1] if month else 31
            if day is None or 1 <= day <= last:
                return None
        return (
            Message(f"Diesen Tag gibt es nicht: „{text}“.", f"There is no such day: “{text}”."),
            Message("Prüfen Sie Monat und Tag (JJJJ-MM-TT).", "Check month and day (YYYY-MM-DD)."),
        )
    hint = spelled_date(text)
    return (
        Message(f"„{text}“ ist keine Datumsangabe.", f"“{text}” is no date."),
        Message(f"Schreiben Sie {hint}.", f"Write {hint}.")
        if hint
        else Message(
            "Schreiben Sie 2024, 2024-06 oder 2024-06-06.",
            "Write 2024, 2024-06 or 2024-06-06.",
        ),
    )


def spelled_date(text: str) -> str | None:
    """Return the ISO spelling of a date written in words or in the German order, if it is clear.

    >>> spelled_date("12. Juni 2024"), spelled_date("31.12.2024"), spelled_date("Juni 2024")
    ('2024-06-12', '2024-12-31', '2024-06')
    >>> spelled_date("nächste Woche") is None
    True
    """
    plain = text.lower().replace(",", " ").strip()
    numeric = re.fullmatch(r"(?:(\d{1,2})[./]\s*)?(\d{1,2})[./]\s*(\d{4})", plain)
    words = re.fullmatch(r"(?:(\d{1,2})\.?\s+)?([a-zäöü]+)\.?\s+(\d{4})", plain)
    if numeric:
        day, month, year = numeric[1], int(numeric[2]), int(numeric[3])
    elif words and words[2] in MONTHS:
        day, month, year = words[1], MONTHS[words[2]], int(words[3])
    else:
        return None
    iso = f"{year:04}-{month:02}" + (f"-{int(day):02}" if day else "")
    return iso if _date_objection(iso) is None else None


def _number_objection(text: str, *, whole: bool) -> tuple[Message, Message] | None:
    if (_INTEGER if whole else _DECIMAL).fullmatch(text):
        return None
    bare = re.sub(r"[^0-9,.]", "", text)
    example = (
        bare.replace(".", "").replace(",", ".") if re.fullmatch(r"[\d.,]*\d[\d.,]*", bare) else ""
    )
    if whole:
        hint = bare if bare.isdecimal() and bare in text else "3"
    else:
        hint = example if example and example.count(".") <= 1 else "8400000"
    return (
        Message(f"„{text}“ ist keine Zahl.", f"“{text}” is no number."),
        Message(
            f"Schreiben Sie nur Ziffern, mit Punkt vor Nachkommastellen, etwa {hint}; "
            "die Schreibweise der Quelle gehört in das Feld „…_as_written“.",
            f"Write digits only, with a point before decimals, such as {hint}; "
            "the source's wording belongs in the field “…_as_written”.",
        ),
    )


def _url_objection(text: str) -> tuple[Message, Message] | None:
    try:
        parts = urlsplit(text)
        if parts.scheme in ("http", "https") and parts.netloc and not re.search(r'[\s<>"]', text):
            return None
    except ValueError:
        pass
    return (
        Message(f"„{text}“ ist keine Webadresse.", f"“{text}” is no web address."),
        Message(
            "Kopieren Sie die Adresse aus dem Browser, beginnend mit https://.",
            "Copy the address from the browser, beginning with https://.",
        ),
    )
