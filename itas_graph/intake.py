"""Rows of tables + records -> records with the rows taken in; each row ends in one place."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from itas_graph import cells
from itas_graph.cells import Concepts, Names, Reader
from itas_graph.context import Context, Kind
from itas_graph.errors import DataError, Finding, Message
from itas_graph.headings import RECORD, SOURCE, Headings, parents
from itas_graph.mapping import Mapped
from itas_graph.publication import REDACTED
from itas_graph.records import REGISTERS, Record, Records, Value, has_control
from itas_graph.tables import letter
from itas_graph.vocab import SLUG

_ROUNDS = 50
_EMPTY = ("null", "~")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands."""

    file: str
    sheet: str
    row: int

    @property
    def label(self) -> str:
        """Return what stands for the sheet in findings."""
        return f"{self.file}[{self.sheet}]"


@dataclass(frozen=True, slots=True)
class Refused:
    """What is wrong with a row: in which column (empty: with the row), and what to do."""

    place: Place
    column: str
    problem: Message
    remedy: Message


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of a known record that a row changes."""

    place: Place
    record: str
    field: str
    old: str
    new: str


@dataclass(slots=True)
class Entry:
    """One row as it was read: texts by field, with the headings and faults of its cells."""

    kind: str
    place: Place
    texts: dict[str, str]
    headings: dict[str, str]
    exact: frozenset[str] = frozenset()
    faults: tuple[tuple[str, Message, Message], ...] = ()
    #: The slug, where it is known before the row is taken in.
    slug: str = ""


@dataclass
class Outcome:
    """What became of the rows: the records with them, what was added, changed or refused."""

    records: Records
    added: list[tuple[Place, str]] = field(default_factory=list)
    changed: list[tuple[Place, str]] = field(default_factory=list)
    unchanged: list[tuple[Place, str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    #: The records that rows are about, changed or not, as they stand in `records`.
    taken: list[Record] = field(default_factory=list)
    #: Registers and sources (by slug) that differ from before.
    touched: set[tuple[str, str]] = field(default_factory=set)

    @property
    def refused_rows(self) -> int:
        """How many rows were refused; one row may have several faults."""
        return len({one.place for one in self.refused})


class _RefusedError(Exception):
    """A row cannot be taken in."""

    def __init__(self, name: str, problem: Message, remedy: Message) -> None:
        super().__init__(problem.en)
        self.name = name
        self.problem = problem
        self.remedy = remedy


Check = Callable[[Records], Sequence[Finding]]


def entries(mapped: Mapped) -> Iterator[Entry]:
    """Yield the rows of a sheet, one at a time; empty rows are none."""
    names = {column.position: column.field for column in mapped.columns if column.field}
    headings = {
        column.field: f"{column.letter} ({column.heading})"
        for column in mapped.columns
        if column.field
    }
    titled = {column.position for column in mapped.columns}
    for row in mapped.rows:
        if not any(row.cells):
            continue
        texts = dict.fromkeys(names.values(), "")
        for position, text in enumerate(row.cells):
            if position in names:
                texts[names[position]] = text
        faults = [
            (names[position], problem, remedy)
            for position, problem, remedy in row.faults
            if position in names
        ]
        beyond = [
            position for position, text in enumerate(row.cells) if text and position not in titled
        ]
        if beyond:
            faults.append(("", *_beyond(beyond)))
        yield Entry(
            mapped.kind,
            Place(mapped.sheet.file, mapped.sheet.name, row.number),
            _named(mapped.kind, texts),
            headings,
            frozenset(names[position] for position in row.exact if position in names),
            tuple(faults),
        )


def take(
    given: Iterable[Entry],
    records: Records,
    context: Context,
    headings: Headings,
    concepts: Concepts,
    check: Check,
    source: str | None = None,
) -> Outcome:
    """Take rows into a copy of `records`; `check` objects to what the rules forbid.

    A row is refused if a cell of it cannot be read, if it does not say what it belongs to, or if
    `check` objects to what it would become. What depends on a refused row is refused with it.

    Raises:
        DataError: the rules object to something that is in no single row.
    """
    rows = sorted(given, key=lambda one: _depth(context, one.kind))
    refused: dict[Place, list[Refused]] = {}
    before: frozenset[tuple[str, str, Message]] | None = None
    for _ in range(_ROUNDS):
        desk = _Desk(copy.deepcopy(records), context, headings, concepts, source)
        outcome = desk.take([row for row in rows if row.place not in refused])
        found = []
        if outcome.touched:
            found = [one for one in check(outcome.records) if one.severity == "error"]
        if found and before is None:
            before = frozenset(map(_key, check(copy.deepcopy(records))))
        new = [one for one in found if _key(one) not in (before or frozenset())]
        again = _objections(new, rows, desk)
        for one in outcome.refused:
            refused.setdefault(one.place, []).append(one)
        if not again and new:
            raise DataError(
                Message(
                    "Die Tabelle passt nicht zu den vorhandenen Einträgen; nichts wurde "
                    "geschrieben.",
                    "The table does not fit the records there are; nothing was written.",
                ),
                tuple(new),
            )
        for one in again:
            refused.setdefault(one.place, []).append(one)
        if not again:
            outcome.refused = [one for place in refused for one in refused[place]]
            outcome.refused.sort(key=lambda one: (one.place.file, one.place.sheet, one.place.row))
            return outcome
    raise DataError(
        Message(
            "Zu viele Zeilen hängen an Zeilen, die nicht stimmen; nichts wurde geschrieben. "
            "Berichtigen Sie zuerst die obersten Einträge.",
            "Too many rows depend on rows that are wrong; nothing was written. Correct the "
            "topmost records first.",
        )
    )


def needs_source(kind: str) -> bool:
    """Say whether records of a kind stand in a source alone: registers hold the others."""
    return kind not in (*REGISTERS, SOURCE)


def fingerprint(record: Record, kind: Kind, hidden: Iterable[str] = ()) -> str:
    """Return a mark of what a record says, without the fields in `hidden`."""
    left_out = set(hidden)
    texts = [f"{name}={cell_text(record, name)}" for name in kind.fields if name not in left_out]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:8]


def cell_text(record: Record, name: str) -> str:
    """Return field `name` of a record as the text of one cell."""
    return cells.joined([value.text for value in record.fields.get(name, [])])


def slug(record: Record, kind: Kind, parent: str) -> str:
    """Return the slug of a record: its own, or the one made from its parent and its fields."""
    own = record.first("id")
    if own is not None:
        return own
    fields = {name: record.first(name) for name in kind.id_from}
    return kind.derived_slug(parent, {name: text for name, text in fields.items() if text})


@dataclass(slots=True)
class _Known:
    """A record of a source or register, and what it stands under."""

    record: Record
    parent: Record | None
    parent_slug: str


class _Desk:
    """Takes rows into records; one round of `take`."""

    def __init__(
        self,
        records: Records,
        context: Context,
        headings: Headings,
        concepts: Concepts,
        source: str | None,
    ) -> None:
        self.records = records
        self.context = context
        self.headings = headings
        self.source = source
        self.names = Names()
        self.reader = Reader(context, headings, concepts, self.names)
        self.outcome = Outcome(records)
        #: Records by source (empty: register), kind and slug.
        self.known: dict[tuple[str, str, str], list[_Known]] = {}
        #: Where a thing has its name: source (empty: register) and name.
        self.named: dict[tuple[str, str], tuple[str, str]] = {}
        self.sources: dict[str, Record] = {}
        #: The row that a changed or new record comes from, by what findings call it.
        self.places: dict[tuple[str, int], Place] = {}
        #: Slugs by source, kind and what a record may be called in a column for parents.
        self._called: dict[tuple[str, str, str], list[str]] = {}
        self._said: dict[int, dict[str, Place]] = {}
        self._mentions: list[tuple[str, str, str]] = []
        self.rows_about: dict[str, list[Place]] = {}
        self._unsafe = {finding.file for finding in records.findings if finding.severity == "error"}
        for row in records.register:
            self._index(row, context.kinds[row.kind], "", None, "")
        for document in records.sources:
            self._index_source(document)

    # What there is

    def _index_source(self, document: Record) -> None:
        name = _stem(document)
        self.sources[name] = document
        self.names.add(self.context.base, name, document.first("title") or "", 0)
        self.known.setdefault((name, SOURCE, name), []).append(_Known(document, None, ""))
        self._index_children(document, self.context.kinds[SOURCE], name, "")

    def _index_children(self, record: Record, kind: Kind, source: str, own: str) -> None:
        for name, children in record.children.items():
            if name in self.context.kinds and name in kind.children:
                for child in children:
                    self._index(child, self.context.kinds[name], source, record, own)

    def _index(
        self, record: Record, kind: Kind, source: str, parent: Record | None, above: str
    ) -> None:
        own = slug(record, kind, above)
        self.known.setdefault((source, kind.name, own), []).append(_Known(record, parent, above))
        if "id" in kind.fields:
            self._name(kind, own, record)
            name = record.first("name")
            label = name or record.first("topic")
            if label:
                slugs = self._called.setdefault((source, kind.name, _plain(label)), [])
                slugs += [own] if own not in slugs else []
            if name:
                self.named.setdefault((kind.name, own), (source, name))
        self._index_children(record, kind, source, own)

    def _name(self, kind: Kind, own: str, record: Record) -> None:
        base = self.context.folder(kind)
        self.names.add(base, own, record.first("name") or "", 0)
        for name in ("aliases", "as_written"):
            for value in record.fields.get(name, []):
                self.names.add(base, own, value.text, 1)

    # Rows

    def take(self, rows: Sequence[Entry]) -> Outcome:
        """Take rows in, those of a kind before those that stand under it."""
        for entry in rows:
            self._announce(entry)
        for entry in rows:
            self._mentions = []
            try:
                self._take(entry)
            except _RefusedError as refusal:
                self._withdraw_mentions()
                self._refuse(entry, refusal.name, refusal.problem, refusal.remedy)
        self._drop_empty_source()
        return self.outcome

    def _withdraw_mentions(self) -> None:
        """Take back what a row would have stood under, if the row is refused."""
        for source, kind, own in self._mentions:
            (one,) = self.known.pop((source, kind, own))
            document = self.sources[source]
            document.children[kind].remove(one.record)
            if not document.children[kind]:
                del document.children[kind]

    def _drop_empty_source(self) -> None:
        """Leave out the source that the call describes if no row came into it."""
        for name, document in self.sources.items():
            place = self.places.get((document.file, document.line))
            if place is not None and not place.file and not document.children:
                self.records.sources.remove(document)
                self.outcome.touched.discard((SOURCE, name))
                self.outcome.added = [one for one in self.outcome.added if one[0] != place]

    def _announce(self, entry: Entry) -> None:
        """Let other rows refer to what this row is about, in whichever order they stand."""
        kind = self.context.kinds[entry.kind]
        entry.slug = ""
        if "id" not in kind.fields or parents(self.context, kind):
            return
        base = self.context.base if kind.name == SOURCE else self.context.folder(kind)
        label = entry.texts.get("title" if kind.name == SOURCE else "name", "")
        given = entry.texts.get("id", "")
        found = self.names.find(base, label) if label and not given else []
        if len(found) == 1:
            entry.slug = found[0]
        elif not found:
            entry.slug = given or cells.slug_of(label)
        if SLUG.fullmatch(entry.slug or ""):
            self.names.add(base, entry.slug, label, 0)
            for alias in cells.split(entry.texts.get("aliases", "")):
                self.names.add(base, entry.slug, alias, 1)

    def _refuse(self, entry: Entry, name: str, problem: Message, remedy: Message) -> None:
        column = entry.headings.get(name, name)
        self.outcome.refused.append(Refused(entry.place, column, problem, remedy))

    def _take(self, entry: Entry) -> None:
        kind = self.context.kinds[entry.kind]
        if REDACTED in entry.texts.get(RECORD, "") + entry.texts.get("id", ""):
            self.outcome.unchanged.append((entry.place, kind.name))
            return
        if entry.faults:
            for fault in entry.faults[1:]:
                self._refuse(entry, *fault)
            raise _RefusedError(*entry.faults[0])
        source = self._source_of(entry, kind)
        parent, above = self._parent_of(entry, kind, source)
        known = self._known(entry, kind, source, above)
        if known is not None and parent is not None and known.parent is not parent:
            raise _RefusedError("", *_moved(known.parent_slug))
        values, wrong = self._values(entry, kind, source, known.record if known else None)
        if wrong:
            for fault in wrong[1:]:
                self._refuse(entry, *fault)
            raise _RefusedError(*wrong[0])
        if known is None:
            self._add(entry, kind, source, parent, above, values)
        else:
            self._change(entry, kind, source, known.record, values)

    def _source_of(self, entry: Entry, kind: Kind) -> str:
        """Return the source that a row belongs to, or nothing for a register."""
        given = entry.texts.get(SOURCE, "")
        if kind.name == SOURCE:
            return ""
        if not given and kind.name in REGISTERS:
            return ""
        name = given or self.source or ""
        if not name:
            raise _RefusedError(
                SOURCE,
                Message(
                    "Es fehlt, welche Quelle das sagt.", "It is not said which source says so."
                ),
                Message(
                    "Füllen Sie die Spalte „Quelle“ oder nennen Sie die Quelle mit --source.",
                    "Fill in the column “Source” or name the source by --source.",
                ),
            )
        found = self.names.find(self.context.base, name)
        if len(found) != 1 or found[0] not in self.sources:
            near = self.names.nearest(self.context.base, name)
            raise _RefusedError(SOURCE, *cells.unknown(name, near, self.reader.what(SOURCE)))
        return found[0]

    def _parent_of(self, entry: Entry, kind: Kind, source: str) -> tuple[Record | None, str]:
        """Return what a row stands under, and its slug: the nearest thing that a column names."""
        above = parents(self.context, kind)
        if not source:
            return None, ""
        if not above:
            return self.sources[source], ""
        given = [(name, other) for name, other in above.items() if entry.texts.get(name)]
        if not given:
            titles = Message(*(self._titles(kind, above, one) for one in ("de", "en")))
            raise _RefusedError(
                "",
                Message(
                    "Es fehlt, wozu diese Zeile gehört.", "It is not said what this row belongs to."
                ),
                Message(
                    f"Füllen Sie eine dieser Spalten: {titles.de}.",
                    f"Fill in one of these columns: {titles.en}.",
                ),
            )
        column, other = given[0]
        text = entry.texts[column]
        inside = [
            self._parent_slugs(source, self.context.kinds[upper], entry.texts[name])
            for name, upper in given[1:]
        ]
        return self._parent(entry, column, self.context.kinds[other], source, text, inside)

    def _titles(self, kind: Kind, above: Iterable[str], language: str) -> str:
        return ", ".join(
            f"„{self.headings.title(kind.name, name, 'de')}“"
            if language == "de"
            else f"“{self.headings.title(kind.name, name, 'en')}”"
            for name in above
        )

    def _parent_slugs(self, source: str, kind: Kind, text: str) -> list[str]:
        if (source, kind.name, text) in self.known:
            return [text]
        return self._called.get((source, kind.name, _plain(text)), [])

    def _parent(
        self,
        entry: Entry,
        column: str,
        kind: Kind,
        source: str,
        text: str,
        inside: Sequence[Sequence[str]],
    ) -> tuple[Record, str]:
        base = self.context.folder(kind)
        known = self.names.find(base, text)
        slugs = self._parent_slugs(source, kind, text) or known
        found = [
            (own, one)
            for own in slugs
            for one in self.known.get((source, kind.name, own), [])
            if all(self._is_below(source, one, upper) for upper in inside if upper)
        ]
        if len(found) > 1:
            raise _RefusedError(column, *cells.ambiguous(text, sorted({own for own, _ in found})))
        if found:
            return found[0][1].record, found[0][0]
        if len(known) == 1 and not parents(self.context, kind):
            # Another source or the register has introduced it: this one only mentions it.
            record = self._stub(entry, kind, source, known[0])
            return record, known[0]
        if len(known) == 1:
            others = sorted({where for where, name, own in self.known if own == known[0]})
            raise _RefusedError(column, *_elsewhere(text, source, others))
        if known:
            raise _RefusedError(column, *cells.ambiguous(text, known))
        raise _RefusedError(
            column,
            *cells.unknown(
                text, self.names.nearest(base, text), self.reader.what(kind.type.lower())
            ),
        )

    def _is_below(self, source: str, one: _Known, upper: Sequence[str]) -> bool:
        """Say whether a record stands under one of the slugs in `upper`, at any depth."""
        parent, above = one.parent, one.parent_slug
        for _ in range(len(self.context.kinds)):
            if above in upper:
                return True
            if parent is None or not above:
                return False
            candidates = self.known.get((source, parent.kind, above), [])
            parent, above = next(
                ((known.parent, known.parent_slug) for known in candidates), (None, "")
            )
        return False

    def _stub(self, entry: Entry, kind: Kind, source: str, own: str) -> Record:
        record = self._new_record(kind, entry.place)
        record.fields["id"] = [Value(own, entry.place.row)]
        document = self.sources[source]
        document.children.setdefault(kind.name, []).append(record)
        self.known[source, kind.name, own] = [_Known(record, document, "")]
        self._mentions.append((source, kind.name, own))
        self.outcome.touched.add((SOURCE, source))
        return record

    # Which record

    def _known(self, entry: Entry, kind: Kind, source: str, above: str) -> _Known | None:
        """Return the record that a row is about, or None if it is a new one."""
        given = entry.texts.get(RECORD, "").partition("#")[0]
        own = entry.texts.get("id", "")
        where = source if kind.name != SOURCE else (own or given or entry.slug)
        if given:
            if own and own != given:
                raise _RefusedError("id", *_renamed(given, own))
            return self._only(self.known.get((where, kind.name, given), []), above)
        if "id" not in kind.fields:
            return self._by_fields(entry, kind, source, above)
        if own:
            return self._only(self.known.get((where, kind.name, own), []), above)
        return self._by_name(entry, kind, where, above)

    def _only(self, found: Sequence[_Known], above: str) -> _Known | None:
        below = [one for one in found if one.parent_slug == above]
        return next(iter(below or found), None)

    def _by_fields(self, entry: Entry, kind: Kind, source: str, above: str) -> _Known | None:
        fields: dict[str, str] = {}
        for name in kind.id_from:
            found, refusal = self.reader.values(kind, name, entry.texts.get(name, ""))
            if refusal:
                raise _RefusedError(name, *refusal)
            if found:
                fields[name] = found[0]
        own = kind.derived_slug(above, fields)
        return self._only(self.known.get((source, kind.name, own), []), above)

    def _by_name(self, entry: Entry, kind: Kind, source: str, above: str) -> _Known | None:
        label = entry.texts.get("name") or entry.texts.get("topic") or entry.texts.get("title", "")
        if not label:
            raise _RefusedError("id", *_nameless())
        if parents(self.context, kind):
            found = [
                one
                for own in self._parent_slugs(source, kind, label)
                for one in self.known[source, kind.name, own]
                if one.parent_slug == above
            ]
            if found:
                entry.slug = slug(found[0].record, kind, above)
                return found[0]
            entry.slug = cells.slug_of(above, label)
            if (source, kind.name, entry.slug) in self.known:
                raise _RefusedError("id", *_taken(entry.slug, self._label(kind, entry.slug)))
            return None
        base = self.context.base if kind.name == SOURCE else self.context.folder(kind)
        known = self.names.find(base, label)
        if len(known) > 1:
            raise _RefusedError("name", *cells.ambiguous(label, known))
        entry.slug = known[0] if known else cells.slug_of(label)
        one = self._only(self.known.get((source, kind.name, entry.slug), []), above)
        if one is not None and not self._is_called(kind, one.record, entry.slug, label):
            raise _RefusedError("id", *_taken(entry.slug, self._label(kind, entry.slug)))
        return one

    def _label(self, kind: Kind, own: str) -> str:
        return self.named.get((kind.name, own), ("", own))[1]

    def _is_called(self, kind: Kind, record: Record, own: str, label: str) -> bool:
        """Say whether a record found by its slug is the one that `label` names."""
        texts = [
            value.text
            for name in ("name", "aliases", "as_written", "title")
            for value in record.fields.get(name, [])
        ]
        texts += [self.named[kind.name, own][1]] if (kind.name, own) in self.named else []
        return _plain(label) in map(_plain, texts)

    # What it says

    def _values(
        self, entry: Entry, kind: Kind, source: str, known: Record | None
    ) -> tuple[dict[str, list[str]], list[tuple[str, Message, Message]]]:
        """Return the values of the cells that say something new, and what is wrong with others."""
        values: dict[str, list[str]] = {}
        wrong: list[tuple[str, Message, Message]] = []
        own = known.first("id") if known else None
        in_register = not source and kind.name != SOURCE
        for name in kind.fields:
            text = entry.texts.get(name)
            same = known is not None and text == cell_text(known, name)
            if text is None or same or (name == "id" and own is not None):
                continue
            if _is_redacted(text, known, name):
                if known is None or not _hides(text, cell_text(known, name)):
                    wrong.append((name, *_redacted()))
                continue
            if not text:
                # What was exported and then emptied goes; what a table never had, stays.
                values |= {name: []} if known is not None and entry.texts.get(RECORD) else {}
                continue
            found, refusal = self.reader.values(kind, name, text, exact=name in entry.exact)
            refusal = refusal or self._unwritable(found, in_register=in_register)
            if refusal:
                wrong.append((name, *refusal))
            elif known is None or found != [one.text for one in known.fields.get(name, [])]:
                values[name] = found
        self._drop_known_name(entry, kind, source, known, values)
        if known is None:
            wrong += self._missing(entry, kind, values)
        elif values and not wrong:
            wrong += self._stale(entry, kind, known)
        return values, wrong

    def _drop_known_name(
        self,
        entry: Entry,
        kind: Kind,
        source: str,
        known: Record | None,
        values: dict[str, list[str]],
    ) -> None:
        """Leave a name out by which the row was found, or that stands elsewhere already."""
        if "name" not in values or entry.texts.get(RECORD):
            return
        by_name = not entry.texts.get("id")
        own = entry.texts.get("id") or entry.slug or (known.first("id") if known else "") or ""
        name = self.named.get((kind.name, own), ("", ""))[1]
        if known is not None:
            if by_name or (name in values["name"] and not known.first("name")):
                del values["name"]
        elif values["name"] == [name]:
            del values["name"]
        elif by_name and name and source and "as_written" in kind.fields:
            # Found by another of its names: that is how this source writes it.
            values.setdefault("as_written", values.pop("name"))

    def _unwritable(self, found: Sequence[str], *, in_register: bool) -> cells.Refusal | None:
        for value in found:
            if has_control(value):
                return (
                    Message(
                        "Die Zelle enthält ein unsichtbares Steuerzeichen.",
                        "The cell holds an invisible control character.",
                    ),
                    Message("Schreiben Sie die Zelle neu.", "Write the cell anew."),
                )
            if (in_register and "|" in value) or (not in_register and value in _EMPTY):
                return (
                    Message(
                        f"„{value}“ kann in den Dateien nicht als Text stehen.",
                        f"“{value}” cannot stand in the files as a text.",
                    ),
                    Message(
                        "Schreiben Sie es anders, etwa mit „/“.",
                        "Write it in another way, such as with “/”.",
                    ),
                )
        return None

    def _missing(
        self, entry: Entry, kind: Kind, values: dict[str, list[str]]
    ) -> Iterator[tuple[str, Message, Message]]:
        for name in kind.required:
            has_default = name in dict(kind.defaults)
            if name == "id" or has_default or values.get(name) or entry.texts.get(name):
                continue
            title_de = self.headings.title(kind.name, name, "de")
            title_en = self.headings.title(kind.name, name, "en")
            yield (
                name,
                Message(f"„{title_de}“ fehlt.", f"“{title_en}” is missing."),
                Message("Füllen Sie die Zelle.", "Fill in the cell."),
            )

    def _stale(
        self, entry: Entry, kind: Kind, known: Record
    ) -> Iterator[tuple[str, Message, Message]]:
        mark = entry.texts.get(RECORD, "").partition("#")[2]
        if not mark or not set(kind.fields) <= set(entry.texts):
            return
        if id(known) in self._said:
            return
        hidden = [name for name in kind.fields if _is_redacted(entry.texts[name], known, name)]
        if fingerprint(known, kind, hidden) != mark:
            yield (
                RECORD,
                Message(
                    "Der Eintrag hat sich geändert, seit die Tabelle ausgegeben wurde.",
                    "The record has changed since the table was exported.",
                ),
                Message(
                    "Geben Sie die Tabelle neu aus und ändern Sie dort.",
                    "Export the table again and change it there.",
                ),
            )

    # Into the records

    def _new_record(self, kind: Kind, place: Place) -> Record:
        file = place.label
        self.places[file, place.row] = place
        return Record(kind.name, file, place.row)

    def _add(
        self,
        entry: Entry,
        kind: Kind,
        source: str,
        parent: Record | None,
        above: str,
        values: dict[str, list[str]],
    ) -> None:
        record = self._new_record(kind, entry.place)
        row = entry.place.row
        own = entry.texts.get("id") or entry.slug
        if "id" in kind.fields:
            if not own or not SLUG.fullmatch(own):
                raise _RefusedError("id", *_nameless())
            record.fields["id"] = [Value(own, row)]
        for name in kind.fields:
            if values.get(name) and name != "id":
                record.fields[name] = [Value(text, row) for text in values[name]]
        record.lines = dict.fromkeys(record.fields, row)
        if kind.name == SOURCE:
            self._add_source(record, own, entry.place)
        elif source and parent is not None:
            self._safe(f"data/sources/{source}.yaml")
            parent.children.setdefault(kind.name, []).append(record)
            self.outcome.touched.add((SOURCE, source))
        else:
            self._safe(f"data/{kind.name}.csv")
            self.records.register.append(record)
            self.outcome.touched.add(("register", kind.name))
        self._remember(entry, record)
        self._index(record, kind, own if kind.name == SOURCE else source, parent, above)
        self.outcome.added.append((entry.place, f"{kind.name}/{slug(record, kind, above)}"))
        self.outcome.taken.append(record)

    def _add_source(self, record: Record, own: str, place: Place) -> None:
        record.file = f"data/sources/{own}.yaml"
        self.places[record.file, record.line] = place
        self.records.sources.append(record)
        self.sources[own] = record
        self.outcome.touched.add((SOURCE, own))

    def _change(
        self, entry: Entry, kind: Kind, source: str, record: Record, values: dict[str, list[str]]
    ) -> None:
        for name, found in values.items():
            said = self._said.get(id(record), {}).get(name)
            if said is not None and [one.text for one in record.fields.get(name, [])] != found:
                raise _RefusedError(name, *_said_already(said))
            if not found and name in kind.required:
                raise _RefusedError(name, *_required())
        own = record.first("id") or record.label
        self.outcome.taken.append(record)
        if not values:
            self.outcome.unchanged.append((entry.place, f"{kind.name}/{own}"))
            return
        file = f"data/{kind.name}.csv" if not source else f"data/sources/{source}.yaml"
        self._safe(record.file if kind.name == SOURCE else file)
        label = record.label
        for name, found in values.items():
            self.outcome.changes.append(
                Change(entry.place, label, name, cell_text(record, name), cells.joined(found))
            )
            if found:
                record.fields[name] = [Value(text, entry.place.row) for text in found]
            else:
                record.fields.pop(name, None)
        self._remember(entry, record)
        self._claim(record, entry.place, is_source=kind.name == SOURCE)
        if kind.name == SOURCE:
            self.outcome.touched.add((SOURCE, _stem(record)))
        else:
            self.outcome.touched.add((SOURCE, source) if source else ("register", kind.name))
        self.outcome.changed.append((entry.place, label))

    def _claim(self, record: Record, place: Place, *, is_source: bool) -> None:
        """Let findings about a changed record name the row that changed it."""
        row = place.row
        if not is_source:
            record.file = place.label
        record.line = row
        record.lines = dict.fromkeys(record.fields, row)
        record.fields = {
            name: [Value(value.text, row) for value in values]
            for name, values in record.fields.items()
        }
        self.places[record.file, row] = place

    def _remember(self, entry: Entry, record: Record) -> None:
        self.rows_about.setdefault(record.label, []).append(entry.place)
        said = self._said.setdefault(id(record), {})
        said.update((name, entry.place) for name, text in entry.texts.items() if text)

    def _safe(self, file: str) -> None:
        if file in self._unsafe:
            raise _RefusedError(
                "",
                Message(
                    f"{file} ist nicht ganz lesbar und wird nicht geändert.",
                    f"{file} cannot be read as a whole and is not changed.",
                ),
                Message(
                    "Berichtigen Sie zuerst, was „itas-graph check“ dort nennt.",
                    "First correct what “itas-graph check” names there.",
                ),
            )


def _is_redacted(text: str, known: Record | None, name: str) -> bool:
    """Say whether a cell hides something: a text that holds “[…]” itself may say so, too."""
    return REDACTED in text and (known is None or REDACTED not in cell_text(known, name))


def _hides(text: str, whole: str) -> bool:
    """Say whether a redacted text is what export gave for the whole one, or was edited since."""
    pattern = ".*".join(re.escape(part) for part in text.split(REDACTED))
    return re.fullmatch(pattern, whole, re.DOTALL) is not None


def _named(kind: str, texts: dict[str, str]) -> dict[str, str]:
    """Join first and last name to the name, if a table of people keeps them apart."""
    first, last = texts.pop("first_name", ""), texts.pop("last_name", "")
    if kind == "people" and (first or last) and not texts.get("name"):
        texts["name"] = f"{first} {last}".strip()
    return texts


def _depth(context: Context, kind: str) -> int:
    """Return how deep records of a kind may stand: a source 0, what it holds 1, and so on."""
    if kind == SOURCE:
        return 0
    above = parents(context, context.kinds[kind]).values()
    return 1 + max((_depth(context, other) for other in above), default=0)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _stem(document: Record) -> str:
    return document.file.rpartition("/")[2].removesuffix(".yaml")


def _key(finding: Finding) -> tuple[str, str, Message]:
    return finding.record, finding.field, finding.problem


def _objections(found: Sequence[Finding], rows: Sequence[Entry], desk: _Desk) -> list[Refused]:
    """Return what the rules object to, each with the row that it comes from.

    A finding may stand elsewhere: what two sources say of one thing may not fit together. It then
    comes from the rows about that thing.
    """
    by_place = {row.place: row for row in rows}
    refused = []
    for one in found:
        place = desk.places.get((one.file, one.line))
        for where in [place] if place is not None else desk.rows_about.get(one.record, []):
            column = by_place[where].headings.get(one.field, one.field)
            refused.append(Refused(where, column, one.problem, one.remedy))
    return refused


def _beyond(positions: Sequence[int]) -> cells.Refusal:
    first = letter(positions[0])
    return (
        Message(
            f"{len(positions)} Zellen stehen in Spalten ohne Überschrift (ab {first}).",
            f"{len(positions)} cells stand in columns without a heading (from {first} on).",
        ),
        Message(
            "Geben Sie den Spalten Überschriften oder leeren Sie die Zellen; in CSV gehört Text "
            "mit Trennzeichen in Anführungszeichen.",
            "Give the columns headings or empty the cells; in CSV, text that holds the separator "
            "belongs in quotation marks.",
        ),
    )


def _moved(above: str) -> cells.Refusal:
    return (
        Message(
            f"Der Eintrag steht unter „{above}“ und lässt sich nicht verschieben.",
            f"The record stands under “{above}” and cannot be moved.",
        ),
        Message(
            "Legen Sie ihn dort neu an (Spalte „Eintrag“ leer) und löschen Sie den alten in der "
            "Quelldatei.",
            "Add it there anew (column “Record” empty) and delete the old one in the source file.",
        ),
    )


def _renamed(given: str, own: str) -> cells.Refusal:
    return (
        Message(
            f"Das Kürzel „{given}“ bleibt; „{own}“ wäre ein anderer Eintrag.",
            f"The slug “{given}” stays; “{own}” would be another record.",
        ),
        Message(
            "Für einen neuen Eintrag lassen Sie die Spalte „Eintrag“ leer.",
            "For a new record, leave the column “Record” empty.",
        ),
    )


def _elsewhere(text: str, source: str, others: Sequence[str]) -> cells.Refusal:
    listing = ", ".join(others)
    return (
        Message(
            f"„{text}“ steht nicht in der Quelle {source}, sondern in {listing}.",
            f"“{text}” is not in the source {source} but in {listing}.",
        ),
        Message(
            "Nennen Sie diese Quelle oder legen Sie den Eintrag hier auf einem eigenen Blatt an.",
            "Name that source, or add the record here on a sheet of its own.",
        ),
    )


def _nameless() -> cells.Refusal:
    return (
        Message("Es fehlen Name und Kürzel.", "Name and slug are missing."),
        Message("Füllen Sie wenigstens den Namen.", "Fill in the name at least."),
    )


def _taken(own: str, label: str) -> cells.Refusal:
    return (
        Message(
            f"Das Kürzel „{own}“ hat schon „{label}“.",
            f"“{label}” has the slug “{own}” already.",
        ),
        Message(
            "Ist es dasselbe, schreiben Sie den Namen wie dort; sonst ein eigenes Kürzel.",
            "If it is the same, write the name as there; else give a slug of its own.",
        ),
    )


def _redacted() -> cells.Refusal:
    return (
        Message(
            f"„{REDACTED}“ steht für etwas, das nicht erscheinen darf, und ist kein Wert.",
            f"“{REDACTED}” stands for what must not appear, and is no value.",
        ),
        Message(
            "Lassen Sie die Zelle, wie sie ausgegeben wurde; in einer neuen Zeile leeren Sie sie.",
            "Leave the cell as it was exported; in a new row, empty it.",
        ),
    )


def _said_already(place: Place) -> cells.Refusal:
    return (
        Message(
            f"Zeile {place.row} („{place.sheet}“) sagt über denselben Eintrag etwas anderes.",
            f"Row {place.row} (“{place.sheet}”) says something else about the same record.",
        ),
        Message(
            "Führen Sie beide Zeilen zusammen; sind es zwei, geben Sie jeder ein Kürzel.",
            "Join both rows; if they are two things, give each a slug.",
        ),
    )


def _required() -> cells.Refusal:
    return (
        Message("Diese Angabe ist Pflicht.", "This is required."),
        Message("Füllen Sie die Zelle wieder.", "Fill in the cell again."),
    )
