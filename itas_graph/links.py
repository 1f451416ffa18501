"""Rows of a table of links -> records: who, in what, in which role, since when, says who.

A link becomes an organisation, an initiative, an involvement and, if the table says so, a place.
Each gets its slug from the row alone, so that no other row can change it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from itas_graph.cells import Concepts, date
from itas_graph.context import Context, is_placeholder, objection
from itas_graph.errors import Message, UsageError
from itas_graph.headings import SOURCE, Headings, folded
from itas_graph.identity import fold
from itas_graph.record_tables import Fields
from itas_graph.vocab import SLUG, slugify

KIND = "involvements"
#: Who and in what; `<kind>.<field>` says more of either.
ORGANISATION, INITIATIVE, ROLE = "organisation", "initiative", "role"
_OF = {ORGANISATION: "organisations", INITIATIVE: "initiatives"}
_PLACE, _COUNTY = "organisation.place", "organisation.county"
_IDS = ("organisation.id", "initiative.id")
_DATES = ("valid_from", "valid_until")
#: A period that is no date, as the source has it.
AS_WRITTEN = "period_as_written"
_LONGEST = {ORGANISATION: 60, INITIATIVE: 40}
_CACHED = 50_000
_CONTROL = dict.fromkeys([*range(32), *range(127, 160), 0xFFFE, 0xFFFF], " ")

#: What is wrong with a row: in which column, why, and what to do.
Fault = tuple[str, Message, Message]


@dataclass(frozen=True)
class Meaning:
    """What the columns of a table of links are: fields by heading, and values by field and text."""

    columns: tuple[tuple[str, str], ...]
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Linked:
    """The records of one row, by kind."""

    places: tuple[Fields, ...]
    organisation: Fields
    initiative: Fields
    involvement: Fields


class Refusal(Exception):  # noqa: N818  # it is no error of the program but what becomes of a row
    """A row that is no link: in which field, why, and what to do."""

    def __init__(self, name: str, problem: Message, remedy: Message) -> None:
        super().__init__(problem.en)
        self.name = name
        self.problem = problem
        self.remedy = remedy


def known(name: str, context: Context) -> bool:
    """Say whether a column of a table of links may be this field."""
    of, dot, own = name.partition(".")
    if dot:
        allowed = of in _OF and own in {"id", *context.kinds[_OF[of]].fields}
        return allowed or name in (_PLACE, _COUNTY)
    return name in {*context.kinds[KIND].fields, INITIATIVE, SOURCE} - {"inferred", "anchor"}


def recognise(headings: Headings, cells: Sequence[str], said: Mapping[str, str]) -> tuple[str, ...]:
    """Return the field of each column, empty if there is none; `said` goes before headings.

    Raises:
        UsageError: `said` names no field, or there is neither organisation nor initiative.
    """
    found = []
    for cell in cells:
        name = said.get(folded(cell))
        if name is None:
            name = headings.field(KIND, cell) or ""
            if not name and headings.field("organisations", cell) == "seat":
                name = _PLACE
            name = name if name in (_PLACE, "") or known(name, headings.context) else ""
        elif name and not known(name, headings.context):
            raise UsageError(_no_field(name, headings.context))
        found.append(name)
    for name in (ORGANISATION, INITIATIVE):
        if name not in found and f"{name}.id" not in found:
            raise UsageError(
                Message(
                    f"Keine Spalte ist als „{name}“ erkannt. Nennen Sie sie mit "
                    f"--map „Spalte={name}“. Es gibt: {', '.join(cell for cell in cells if cell)}.",
                    f"No column is recognised as “{name}”. Name it by --map “column={name}”. "
                    f"There are: {', '.join(cell for cell in cells if cell)}.",
                )
            )
    return tuple(found)


def is_undated(involvement: Mapping[str, str]) -> bool:
    """Say whether the period of a link could not be read as dates, and stands as it is written.

    >>> is_undated({"period_as_written": "2014-2020"})
    True
    >>> is_undated({"period_as_written": "2014-2020", "valid_from": "2015-03-25"})
    False
    """
    return AS_WRITTEN in involvement and not any(involvement.get(name) for name in _DATES)


class Linker:
    """Reads the rows of one table of links."""

    def __init__(
        self,
        context: Context,
        concepts: Concepts,
        fields: Sequence[str],
        meaning: Meaning,
        source: Callable[[str], str],
    ) -> None:
        self._context = context
        self._concepts = concepts
        self._meaning = meaning
        self._source = source
        self._places: dict[str, list[int]] = {}
        for position, name in enumerate(fields):
            if name:
                self._places.setdefault(name, []).append(position)
        self._headings = {
            name: meaning.columns[positions[0]][0] for name, positions in self._places.items()
        }
        self._read: dict[tuple[str, str], str | Refusal] = {}
        self._slugs: dict[tuple[str, str, str], str] = {}

    def column(self, name: str) -> str:
        """Return what the table calls a field."""
        return self._headings.get(name, name)

    def link(self, cells: Sequence[str]) -> Linked:
        """Return the records of a row.

        Raises:
            Refusal: the row is no link, or a value of it cannot be read.
        """
        row = self._row(cells)
        source = self._source(row.pop(SOURCE, ""))
        places = self._seat(row)
        organisation = self._organisation(row, places)
        initiative = self._initiative(row, source)
        involvement = self._involvement(row, organisation["id"], initiative["id"], source)
        return Linked(places, organisation, initiative, involvement)

    def _row(self, cells: Sequence[str]) -> Fields:
        row: Fields = {}
        width = len(cells)
        for name, positions in self._places.items():
            texts = [cells[position] for position in positions if position < width]
            text = " ".join(" ".join(texts).translate(_CONTROL).split())
            if text:
                row[name] = text
        return row

    def _seat(self, row: Fields) -> tuple[Fields, ...]:
        town, county = row.pop(_PLACE, ""), row.pop(_COUNTY, "")
        found: list[Fields] = []
        above = {}
        if fold(county):
            found.append({"id": _slug("place", fold(county)), "name": county, "kind": "district"})
            above = {"within": found[0]["id"]}
        if fold(town):
            own = _slug("place", fold(town))
            # A town within a county of its own name is another place than the county.
            same = above and found[0]["id"] == own
            slug = f"{own}-stadt" if same else "--".join([own, *above.values()])
            found.append({"id": slug, "name": town, "kind": "city", **above})
        return tuple(found)

    def _organisation(self, row: Fields, places: Sequence[Fields]) -> Fields:
        name = row.pop(ORGANISATION, "")
        given = row.pop("organisation.id", "")
        seat = {"seat": places[-1]["id"]} if places else {}
        if is_placeholder(name):
            raise _placeholder(name)
        key = ("", "") if given else (fold(name), seat.get("seat", ""))
        slug = self._slug(ORGANISATION, given, key[0], key[1])
        return {"id": slug, "name": name or given, **seat, **self._more(row, ORGANISATION)}

    def _initiative(self, row: Fields, source: str) -> Fields:
        title = row.pop(INITIATIVE, "")
        given = row.pop("initiative.id", "")
        # A title is no key: the same one in another list is another initiative.
        key = ("", "") if given else (fold(title), source)
        slug = self._slug(INITIATIVE, given, key[0], key[1])
        more = {"kind": "project", **self._more(row, INITIATIVE)}
        return {"id": slug, SOURCE: source, "name": title or given, **more}

    def _involvement(self, row: Fields, organisation: str, initiative: str, source: str) -> Fields:
        role = self._value(KIND, ROLE, row.pop(ROLE, "involved"))
        period = [row.get(name, "") for name in _DATES]
        fields: Fields = {INITIATIVE: initiative, "id": "", SOURCE: source}
        fields |= {ORGANISATION: organisation, ROLE: role}
        for name in [*_DATES, *row]:
            if name in row and name not in fields:
                try:
                    fields[name] = self._value(KIND, name, row[name])
                except Refusal:
                    if name not in _DATES:
                        raise
                    # What cannot be read as a date stays as the source has it.
                    fields[AS_WRITTEN] = " – ".join(period) if all(period) else "".join(period)
        if AS_WRITTEN in fields and AS_WRITTEN not in row:
            for name in _DATES:
                fields.pop(name, None)
        fields["id"] = _involvement_slug(fields)
        return fields

    def _more(self, row: Fields, of: str) -> Fields:
        """Return further fields of the organisation or the initiative."""
        prefix = of + "."
        return {
            name.removeprefix(prefix): self._value(
                _OF[of], name.removeprefix(prefix), row.pop(name)
            )
            for name in [name for name in row if name.startswith(prefix)]
        }

    def _value(self, kind: str, name: str, text: str) -> str:
        """Return a value as the records write it.

        Raises:
            Refusal: it cannot be read.
        """
        column = name if kind == KIND else f"{kind[:-1]}.{name}"
        key = (column, text)
        if key not in self._read:
            if len(self._read) > _CACHED:
                self._read.clear()
            self._read[key] = self._value_of(kind, name, column, text)
        found = self._read[key]
        if isinstance(found, Refusal):
            raise found
        return found

    def _value_of(self, kind: str, name: str, column: str, text: str) -> str | Refusal:
        said = self._meaning.values.get((column, folded(text)))
        own = self._context.kinds[kind]
        term = self._context.term(own, name)
        if term is None:
            return text
        if term.is_reference:
            allowed = self._concepts.scheme(own, name, term)
            found = [said] if said else self._concepts.names.find(term.base or "", text)
            found = [slug for slug in found if slug in allowed] if allowed else found
            if len(found) == 1:
                return found[0]
            if not allowed and SLUG.fullmatch(text):
                return text
            return _no_value(column, text, allowed)
        value = said or text
        if term.datatype:
            value, unclear = date(value) if name in (*_DATES, "as_of") else (value, None)
            wrong = unclear or objection(value, term)
            if wrong:
                return Refusal(column, *wrong)
        return value.replace("|", "\\|")

    def _slug(self, of: str, given: str, name: str, more: str) -> str:
        key = (given or name, more, of + ("!" if given else ""))
        if key not in self._slugs:
            if len(self._slugs) > _CACHED:
                self._slugs.clear()
            self._slugs[key] = self._new_slug(of, given, name, more)
        return self._slugs[key]

    def _new_slug(self, of: str, given: str, name: str, more: str) -> str:
        if given:
            slug = slugify(given)
            heading = slugify(self.column(f"{of}.id"))
            if slug and slug == given.lower():
                return f"{heading or 'id'}-{slug}" if slug.isdigit() else slug
            return _slug(of, given)
        if not name:
            raise Refusal(
                of,
                Message("Der Name fehlt oder besteht nur aus Zeichen.", "There is no name."),
                Message(
                    "Tragen Sie den Namen ein, oder ordnen Sie eine Spalte mit einer Kennung zu: "
                    f"--map „Spalte={of}.id“.",
                    f"Enter the name, or map a column with an identifier: --map “column={of}.id”.",
                ),
            )
        return _slug(of, name, more)


def _slug(of: str, name: str, more: str = "") -> str:
    """Return a slug that can be read, and that no other name (with no other `more`) has.

    A short name of plain letters can be read back from its slug; any other gets a few letters of a
    hash behind it.

    >>> _slug("organisation", "beispiel gmbh")
    'beispiel-gmbh'
    >>> _slug("organisation", "beispiel gmbh", "musterstadt")
    'beispiel-gmbh-eo5uwiiy'
    """
    readable = slugify(name)
    longest = _LONGEST.get(of, 60)
    if not more and readable.replace("-", " ") == name and len(readable) <= longest:
        return readable
    if len(readable) > longest:
        readable = readable[:longest].rpartition("-")[0] or readable[:longest]
    return "-".join(part for part in (readable.strip("-"), _letters(name, more)) if part)


def _letters(*texts: str) -> str:
    """Return eight letters and digits that stand for texts."""
    number = int.from_bytes(hashlib.sha256("\0".join(texts).encode()).digest()[:5], "big")
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(digits[number >> shift & 31] for shift in range(0, 40, 5))


def _involvement_slug(fields: Mapping[str, str]) -> str:
    """Return the slug of an involvement: initiative, organisation, role, and what tells two apart.

    >>> _involvement_slug({"initiative": "a", "organisation": "b", "role": "involved"})
    'a--b--involved'
    """
    parts = [fields[name] for name in (INITIATIVE, ORGANISATION, ROLE)]
    parts += [fields[name] for name in _DATES if name in fields]
    used = (INITIATIVE, ORGANISATION, ROLE, SOURCE, "id", *_DATES)
    rest = [f"{name}={text}" for name, text in sorted(fields.items()) if name not in used]
    if "valid_until" in fields and "valid_from" not in fields:
        parts.insert(3, "x")
    return "--".join([*parts, *([_letters(*rest)] if rest else [])])


def _placeholder(text: str) -> Refusal:
    return Refusal(
        ORGANISATION,
        Message(
            f"„{text}“ ist ein Platzhalter und keine Organisation.",
            f"“{text}” is a placeholder and no organisation.",
        ),
        Message(
            "Lassen Sie die Zeile weg, bis ein Name feststeht.",
            "Leave the row out until a name is settled.",
        ),
    )


def _no_value(column: str, text: str, allowed: Sequence[str]) -> Refusal:
    listing = ", ".join(allowed) or "a–z, 0–9, „-“"
    return Refusal(
        column,
        Message(f"„{text}“ steht nicht in der Liste.", f"“{text}” is not in the list."),
        Message(
            f"Sagen Sie, was es bedeutet, etwa --value „{column}:{text}=…“. Möglich sind: "
            f"{listing}.",
            f"Say what it means, such as --value “{column}:{text}=…”. Possible are: {listing}.",
        ),
    )


def _no_field(name: str, context: Context) -> Message:
    plain = ", ".join(one for one in context.kinds[KIND].fields if known(one, context))
    dotted = f"{INITIATIVE}, {SOURCE}, {', '.join(_IDS)}, {_PLACE}, {_COUNTY}"
    return Message(
        f"Das Feld „{name}“ gibt es in einer Tabelle von Verbindungen nicht. Es gibt: {dotted}, "
        f"{plain}; dazu organisation.… und initiative.… mit deren Feldern.",
        f"There is no field “{name}” in a table of links. There are: {dotted}, {plain}; and "
        "organisation.… and initiative.… with their fields.",
    )
