"""ontology/headings.csv -> what columns are called in German and English, and what they mean."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from itas_graph.context import Context, Kind
from itas_graph.errors import EngineError, Language, Message

#: Columns beside the fields of a record: which source says it, and which record a row is.
SOURCE = "source"
RECORD = "record"
_COLUMNS = ("kind", "field", "de", "en", "meaning_de", "meaning_en")
_SPELLINGS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Heading:
    """The names of one column (or one kind of record), the first is written; what it means."""

    de: tuple[str, ...]
    en: tuple[str, ...]
    meaning: Message

    def title(self, language: Language) -> str:
        """Return the name that is written in `language`."""
        return (self.de if language == "de" else self.en)[0]


@dataclass(frozen=True)
class Headings:
    """All headings of a workspace: by kind and field; a kind's own names have no field."""

    context: Context
    entries: Mapping[tuple[str, str], Heading]
    _known: dict[str, dict[str, str]] = field(default_factory=dict, init=False, compare=False)

    def heading(self, kind: str, name: str) -> Heading:
        """Return the heading of field `name` in tables of `kind`; its own name if it has none."""
        found = self.entries.get((kind, name)) or self.entries.get(("", name))
        return found or Heading((name,), (name,), Message("", ""))

    def title(self, kind: str, name: str, language: Language) -> str:
        """Return what field `name` is called in tables of `kind`."""
        return self.heading(kind, name).title(language)

    def kind_title(self, kind: str, language: Language) -> str:
        """Return what a table of `kind` is called."""
        found = self.entries.get((kind, ""))
        return found.title(language) if found else kind

    def field(self, kind: str, text: str) -> str | None:
        """Return the field that a heading names in tables of `kind`, or None.

        Case, spaces, hyphens and the spelling of umlauts do not matter.
        """
        return self._fields(kind).get(folded(text))

    def kind(self, text: str) -> str | None:
        """Return the kind of record that a title names (of a sheet, a file), or None."""
        wanted = folded(text)
        words = {folded(word) for word in re.split(r"[\W_\d]+", text) if word}
        inside = {}
        for kind, names in self._kinds():
            if wanted in names:
                return kind
            if words & names:
                inside[kind] = True
        return next(iter(inside)) if len(inside) == 1 else None

    def _kinds(self) -> Iterator[tuple[str, set[str]]]:
        for kind in self.context.kinds:
            found = self.entries.get((kind, ""))
            names = (*found.de, *found.en) if found else ()
            yield kind, {folded(name) for name in (kind, *names)}

    def _fields(self, kind: str) -> dict[str, str]:
        if kind not in self._known:
            names: dict[str, str] = {}
            known = columns(self.context, self.context.kinds[kind])
            known += [name for one, name in self.entries if one == kind and name]
            headings = [(name, self.heading(kind, name)) for name in dict.fromkeys(known)]
            # What a field is called first goes before what another may be called, too.
            ranks: list[list[tuple[str, str]]] = [
                [(name, name) for name, _ in headings],
                [(one, name) for name, head in headings for one in (head.de[0], head.en[0])],
                [(one, name) for name, head in headings for one in (*head.de[1:], *head.en[1:])],
            ]
            for rank in ranks:
                for text, name in rank:
                    names.setdefault(folded(text), name)
            self._known[kind] = names
        return self._known[kind]


def folded(text: str) -> str:
    """Return a text so that its spellings are equal: case, umlauts, spaces and signs.

    >>> folded("Akademischer Grad*") == folded("akademischer-grad")
    True
    >>> folded("Träger") == folded("TRAEGER")
    True
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_SPELLINGS)
    return re.sub(r"[\W_]+", "", plain)


def parents(context: Context, kind: Kind) -> dict[str, str]:
    """Return the kinds under which records of `kind` stand, by the column that names them.

    The nearest comes first: a talk before the event it is part of.
    """
    found = [
        other
        for other in context.kinds.values()
        if kind.name in other.children and other.name != SOURCE
    ]
    found.sort(key=lambda other: (other.name in context.kinds[SOURCE].children, other.name))
    return {other.type.lower(): other.name for other in found}


def columns(context: Context, kind: Kind) -> list[str]:
    """Return the columns of a table of `kind`: what it belongs to, its fields, its source."""
    above = sorted(parents(context, kind), reverse=True)
    own = [] if kind.name == SOURCE else [SOURCE]
    names = [name for name in kind.fields if name != "id"]
    first = ["id"] if "id" in kind.fields else []
    return [*above, *first, *names, *own, RECORD]


def load(path: Path, context: Context) -> Headings:
    """Read headings.csv; without the file, columns are called as the fields are.

    Raises:
        EngineError: the file is damaged.
    """
    if not path.is_file():
        return Headings(context, {})
    entries: dict[tuple[str, str], Heading] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream, strict=True):
                kind, name, de, en, meaning_de, meaning_en = (row[one] for one in _COLUMNS)
                entries[kind, name] = Heading(
                    _names(de), _names(en), Message(meaning_de, meaning_en)
                )
    except (OSError, ValueError, KeyError, AttributeError, csv.Error) as error:
        raise EngineError(
            Message(
                f"{path} ist nicht lesbar: {error}. Stellen Sie die Datei wieder her.",
                f"{path} cannot be read: {error}. Restore the file.",
            )
        ) from error
    return Headings(context, entries)


def _names(cell: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in cell.split("|") if name.strip())
    if not names:
        raise ValueError("no name")  # becomes the message of load
    return names
