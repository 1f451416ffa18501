"""Records -> which of them a row of a table is about, and what it stands under."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from itas_graph import cells, refusals
from itas_graph.cells import Names, Reader
from itas_graph.context import Context, Kind
from itas_graph.headings import RECORD, SOURCE, parents
from itas_graph.records import Record, Records
from itas_graph.refusals import RefusedError
from itas_graph.sheet_rows import Entry


@dataclass(slots=True)
class Known:
    """A record of a source or register, and what it stands under."""

    record: Record
    parent: Record | None
    parent_slug: str


class KnownRecords:
    """Records by source and slug, and by the names that a table may call them by."""

    def __init__(self, records: Records, context: Context) -> None:
        self.context = context
        self.names = Names()
        #: Records by source (empty: register), kind and slug.
        self.known: dict[tuple[str, str, str], list[Known]] = {}
        #: Where a thing has its name: source (empty: register) and name.
        self.named: dict[tuple[str, str], tuple[str, str]] = {}
        self.sources: dict[str, Record] = {}
        #: Slugs by source, kind and what a record may be called in a column for parents.
        self._called: dict[tuple[str, str, str], list[str]] = {}
        for row in records.register:
            self.add(row, context.kinds[row.kind], "", None, "")
        for document in records.sources:
            self._add_source(document)

    def _add_source(self, document: Record) -> None:
        name = stem(document)
        self.sources[name] = document
        self.names.add(self.context.base, name, document.first("title") or "", 0)
        self.known.setdefault((name, SOURCE, name), []).append(Known(document, None, ""))
        self._add_children(document, self.context.kinds[SOURCE], name, "")

    def _add_children(self, record: Record, kind: Kind, source: str, own: str) -> None:
        for name, children in record.children.items():
            if name in self.context.kinds and name in kind.children:
                for child in children:
                    self.add(child, self.context.kinds[name], source, record, own)

    def add(
        self, record: Record, kind: Kind, source: str, parent: Record | None, above: str
    ) -> None:
        """Take up a record and all that stands under it."""
        own = slug(record, kind, above)
        self.known.setdefault((source, kind.name, own), []).append(Known(record, parent, above))
        if "id" in kind.fields:
            self._name(kind, own, record)
            name = record.first("name")
            label = name or record.first("topic")
            if label:
                slugs = self._called.setdefault((source, kind.name, _plain(label)), [])
                slugs += [own] if own not in slugs else []
            if name:
                self.named.setdefault((kind.name, own), (source, name))
        self._add_children(record, kind, source, own)

    def _name(self, kind: Kind, own: str, record: Record) -> None:
        base = self.context.folder(kind)
        self.names.add(base, own, record.first("name") or "", 0)
        for name in ("aliases", "as_written"):
            for value in record.fields.get(name, []):
                self.names.add(base, own, value.text, 1)

    def slugs_called(self, source: str, kind: Kind, text: str) -> list[str]:
        """Return the slugs in a source of what is called, or has the slug, `text`."""
        if (source, kind.name, text) in self.known:
            return [text]
        return self._called.get((source, kind.name, _plain(text)), [])

    def is_below(self, source: str, one: Known, upper: Sequence[str]) -> bool:
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

    def about(
        self, entry: Entry, kind: Kind, source: str, above: str, reader: Reader
    ) -> Known | None:
        """Return the record that a row is about, or None if it is a new one.

        Raises:
            RefusedError: the row does not say it, or says two things.
        """
        given = entry.texts.get(RECORD, "").partition("#")[0]
        own = entry.texts.get("id", "")
        where = source if kind.name != SOURCE else (own or given or entry.slug)
        if given:
            if own and own != given:
                raise RefusedError("id", *refusals.renamed(given, own))
            return _only(self.known.get((where, kind.name, given), []), above)
        if "id" not in kind.fields:
            return self._by_fields(entry, kind, source, above, reader)
        if own:
            return _only(self.known.get((where, kind.name, own), []), above)
        return self._by_name(entry, kind, where, above)

    def _by_fields(
        self, entry: Entry, kind: Kind, source: str, above: str, reader: Reader
    ) -> Known | None:
        fields: dict[str, str] = {}
        for name in kind.id_from:
            found, refusal = reader.values(kind, name, entry.texts.get(name, ""))
            if refusal:
                raise RefusedError(name, *refusal)
            if found:
                fields[name] = found[0]
        own = kind.derived_slug(above, fields)
        return _only(self.known.get((source, kind.name, own), []), above)

    def _by_name(self, entry: Entry, kind: Kind, source: str, above: str) -> Known | None:
        label = entry.texts.get("name") or entry.texts.get("topic") or entry.texts.get("title", "")
        if not label:
            raise RefusedError("id", *refusals.nameless())
        if parents(self.context, kind):
            found = [
                one
                for own in self.slugs_called(source, kind, label)
                for one in self.known[source, kind.name, own]
                if one.parent_slug == above
            ]
            if found:
                entry.slug = slug(found[0].record, kind, above)
                return found[0]
            entry.slug = cells.slug_of(above, label)
            if (source, kind.name, entry.slug) in self.known:
                raise RefusedError("id", *refusals.taken(entry.slug, self._label(kind, entry.slug)))
            return None
        base = self.context.base if kind.name == SOURCE else self.context.folder(kind)
        known = self.names.find(base, label)
        if len(known) > 1:
            raise RefusedError("name", *cells.ambiguous(label, known))
        entry.slug = known[0] if known else cells.slug_of(label)
        one = _only(self.known.get((source, kind.name, entry.slug), []), above)
        if one is not None and not self._is_called(kind, one.record, entry.slug, label):
            raise RefusedError("id", *refusals.taken(entry.slug, self._label(kind, entry.slug)))
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


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def stem(document: Record) -> str:
    """Return the slug of a source: the name of its file."""
    return document.file.rpartition("/")[2].removesuffix(".yaml")


def _only(found: Sequence[Known], above: str) -> Known | None:
    below = [one for one in found if one.parent_slug == above]
    return next(iter(below or found), None)
