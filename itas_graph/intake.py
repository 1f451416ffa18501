"""Rows of tables + records -> records with the rows taken in; each row ends in one place."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from itas_graph import cells, refusals
from itas_graph.cells import Concepts, Reader
from itas_graph.context import Context, Kind
from itas_graph.errors import DataError, Finding, Message
from itas_graph.headings import RECORD, SOURCE, Headings, parents
from itas_graph.known_records import (
    Known,
    KnownRecords,
    cell_text,
    fingerprint,
    slug,
    stem,
)
from itas_graph.publication import REDACTED
from itas_graph.records import REGISTERS, Record, Records, Value, has_control
from itas_graph.refusals import RefusedError
from itas_graph.sheet_rows import Entry, Place, Refused
from itas_graph.vocab import SLUG

_ROUNDS = 50
_EMPTY = ("null", "~")


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of a known record that a row changes."""

    place: Place
    record: str
    field: str
    old: str
    new: str


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


Check = Callable[[Records], Sequence[Finding]]


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
        self.there = KnownRecords(records, context)
        self.reader = Reader(context, headings, concepts, self.there.names)
        self.outcome = Outcome(records)
        #: The row that a changed or new record comes from, by what findings call it.
        self.places: dict[tuple[str, int], Place] = {}
        self._said: dict[int, dict[str, Place]] = {}
        self._mentions: list[tuple[str, str, str]] = []
        self.rows_about: dict[str, list[Place]] = {}
        self._unsafe = {finding.file for finding in records.findings if finding.severity == "error"}

    # Rows

    def take(self, rows: Sequence[Entry]) -> Outcome:
        """Take rows in, those of a kind before those that stand under it."""
        for entry in rows:
            self._announce(entry)
        for entry in rows:
            self._mentions = []
            try:
                self._take(entry)
            except RefusedError as refusal:
                self._withdraw_mentions()
                self._refuse(entry, refusal.name, refusal.problem, refusal.remedy)
        self._drop_empty_source()
        return self.outcome

    def _withdraw_mentions(self) -> None:
        """Take back what a row would have stood under, if the row is refused."""
        for source, kind, own in self._mentions:
            (one,) = self.there.known.pop((source, kind, own))
            document = self.there.sources[source]
            document.children[kind].remove(one.record)
            if not document.children[kind]:
                del document.children[kind]

    def _drop_empty_source(self) -> None:
        """Leave out the source that the call describes if no row came into it."""
        for name, document in self.there.sources.items():
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
        found = self.there.names.find(base, label) if label and not given else []
        if len(found) == 1:
            entry.slug = found[0]
        elif not found:
            entry.slug = given or cells.slug_of(label)
        if SLUG.fullmatch(entry.slug or ""):
            self.there.names.add(base, entry.slug, label, 0)
            for alias in cells.split(entry.texts.get("aliases", "")):
                self.there.names.add(base, entry.slug, alias, 1)

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
            raise RefusedError(*entry.faults[0])
        source = self._source_of(entry, kind)
        parent, above = self._parent_of(entry, kind, source)
        known = self.there.about(entry, kind, source, above, self.reader)
        if known is not None and parent is not None and known.parent is not parent:
            raise RefusedError("", *refusals.moved(known.parent_slug))
        values, wrong = self._values(entry, kind, source, known.record if known else None)
        if wrong:
            for fault in wrong[1:]:
                self._refuse(entry, *fault)
            raise RefusedError(*wrong[0])
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
            raise RefusedError(
                SOURCE,
                Message(
                    "Es fehlt, welche Quelle das sagt.", "It is not said which source says so."
                ),
                Message(
                    "Füllen Sie die Spalte „Quelle“ oder nennen Sie die Quelle mit --source.",
                    "Fill in the column “Source” or name the source by --source.",
                ),
            )
        found = self.there.names.find(self.context.base, name)
        if len(found) != 1 or found[0] not in self.there.sources:
            near = self.there.names.nearest(self.context.base, name)
            raise RefusedError(SOURCE, *cells.unknown(name, near, self.reader.what(SOURCE)))
        return found[0]

    def _parent_of(self, entry: Entry, kind: Kind, source: str) -> tuple[Record | None, str]:
        """Return what a row stands under, and its slug: the nearest thing that a column names."""
        above = parents(self.context, kind)
        if not source:
            return None, ""
        if not above:
            return self.there.sources[source], ""
        given = [(name, other) for name, other in above.items() if entry.texts.get(name)]
        if not given:
            titles = Message(*(self._titles(kind, above, one) for one in ("de", "en")))
            raise RefusedError(
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
            self.there.slugs_called(source, self.context.kinds[upper], entry.texts[name])
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
        known = self.there.names.find(base, text)
        slugs = self.there.slugs_called(source, kind, text) or known
        found = [
            (own, one)
            for own in slugs
            for one in self.there.known.get((source, kind.name, own), [])
            if all(self.there.is_below(source, one, upper) for upper in inside if upper)
        ]
        if len(found) > 1:
            raise RefusedError(column, *cells.ambiguous(text, sorted({own for own, _ in found})))
        if found:
            return found[0][1].record, found[0][0]
        if len(known) == 1 and not parents(self.context, kind):
            # Another source or the register has introduced it: this one only mentions it.
            record = self._stub(entry, kind, source, known[0])
            return record, known[0]
        if len(known) == 1:
            others = sorted({where for where, name, own in self.there.known if own == known[0]})
            raise RefusedError(column, *refusals.elsewhere(text, source, others))
        if known:
            raise RefusedError(column, *cells.ambiguous(text, known))
        raise RefusedError(
            column,
            *cells.unknown(
                text, self.there.names.nearest(base, text), self.reader.what(kind.type.lower())
            ),
        )

    def _stub(self, entry: Entry, kind: Kind, source: str, own: str) -> Record:
        record = self._new_record(kind, entry.place)
        record.fields["id"] = [Value(own, entry.place.row)]
        document = self.there.sources[source]
        document.children.setdefault(kind.name, []).append(record)
        self.there.known[source, kind.name, own] = [Known(record, document, "")]
        self._mentions.append((source, kind.name, own))
        self.outcome.touched.add((SOURCE, source))
        return record

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
                    wrong.append((name, *refusals.redacted()))
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
        name = self.there.named.get((kind.name, own), ("", ""))[1]
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
                raise RefusedError("id", *refusals.nameless())
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
        self.there.add(record, kind, own if kind.name == SOURCE else source, parent, above)
        self.outcome.added.append((entry.place, f"{kind.name}/{slug(record, kind, above)}"))
        self.outcome.taken.append(record)

    def _add_source(self, record: Record, own: str, place: Place) -> None:
        record.file = f"data/sources/{own}.yaml"
        self.places[record.file, record.line] = place
        self.records.sources.append(record)
        self.there.sources[own] = record
        self.outcome.touched.add((SOURCE, own))

    def _change(
        self, entry: Entry, kind: Kind, source: str, record: Record, values: dict[str, list[str]]
    ) -> None:
        for name, found in values.items():
            said = self._said.get(id(record), {}).get(name)
            if said is not None and [one.text for one in record.fields.get(name, [])] != found:
                raise RefusedError(name, *refusals.said_already(said))
            if not found and name in kind.required:
                raise RefusedError(name, *refusals.required())
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
            self.outcome.touched.add((SOURCE, stem(record)))
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
            raise RefusedError(
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


def _depth(context: Context, kind: str) -> int:
    """Return how deep records of a kind may stand: a source 0, what it holds 1, and so on."""
    if kind == SOURCE:
        return 0
    above = parents(context, context.kinds[kind]).values()
    return 1 + max((_depth(context, other) for other in above), default=0)


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
