"""Workspace + profile -> what is handed out of the records: a workbook, templates, a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from itas_graph import build, calendars, headings, intake, known_records, publication, workbook
from itas_graph.build import Progress
from itas_graph.cells import Concepts, concepts, joined
from itas_graph.context import Context, Kind, Term
from itas_graph.dataset import REGISTER, Dataset
from itas_graph.errors import DataError, Language, Message, UsageError
from itas_graph.headings import RECORD, SOURCE, Headings
from itas_graph.mapping import EXPLANATION
from itas_graph.publication import REDACTED, Profile
from itas_graph.vocab import PARTIAL_DATE, PREF_LABEL, XSD
from itas_graph.workbook import Column, Page
from itas_graph.workspace import Workspace

if TYPE_CHECKING:
    from itas_graph.records import Record, Records

#: Fields that only a practised person fills in stand at the end of a template.
_LAST = ("as_written", "anchor", "heading", "note", "certainty", "inferred", "id", SOURCE)
_EXAMPLES = {
    "organisation": Message("Beispiel GmbH", "Beispiel GmbH"),
    "person": Message("Eva Muster", "Eva Muster"),
    "place": Message("Musterstadt", "Musterstadt"),
    "event": Message("Mustertagung 2027", "Mustertagung 2027"),
    "initiative": Message("Musterprojekt", "Musterprojekt"),
    "session": Message("Podium", "Panel"),
    "talk": Message("Die Zukunft der Muster", "The future of samples"),
    "series": Message("Mustertagung", "Mustertagung"),
    "source": Message("mustertagung-2027", "mustertagung-2027"),
}
_WORDS = {
    "column": Message("Spalte", "Column"),
    "required": Message("Pflicht", "Required"),
    "meaning": Message("Was hineingehört", "What it holds"),
    "allowed": Message("Wie", "How"),
    "example": Message("Beispiel", "Example"),
    "yes": Message("ja", "yes"),
}


@dataclass
class _Row:
    """One published record: where it stands and the texts of its cells."""

    record: Record
    kind: Kind
    source: str
    slug: str
    parent: Kind | None
    parent_slug: str
    texts: dict[str, str] = field(default_factory=dict)
    #: Fields of which not all may be published.
    hidden: list[str] = field(default_factory=list)


def table(
    workspace: Workspace, profile: Profile, language: Language, progress: Progress = build.silent
) -> tuple[bytes, list[Message]]:
    """Return all published records as a workbook: one sheet for each kind.

    Raises:
        DataError: the check found errors, or a text is too long for a cell.
    """
    checked, published = _published(workspace, profile, progress)
    titles = headings.load(workspace.ontology / "headings.csv", published.context)
    reader = Published(published, _as_written(checked, profile), checked.read_as)
    found, left_out = pages(checked.records, reader, titles, language)
    notes = []
    if checked.records.large_tables:
        notes.append(
            Message(
                "Zeilen großer Tabellen stehen nicht darin; sie liegen als CSV in data/tables/.",
                "Rows of large tables are not in it; they lie as CSV in data/tables/.",
            )
        )
    if left_out:
        notes.append(
            Message(
                f"{left_out} Einträge fehlen: Sie dürfen in dieser Ausgabe nicht erscheinen.",
                f"{left_out} records are left out: they must not appear in this output.",
            )
        )
    return workbook.data(found), notes


def pages(
    records: Records, reader: Published, titles: Headings, language: Language
) -> tuple[list[Page], int]:
    """Return what is published of records as one sheet for each kind, and how many are left out."""
    by_kind: dict[str, list[_Row]] = {}
    for row in reader.rows(records):
        by_kind.setdefault(row.kind.name, []).append(row)
    kinds = reader.context.kinds
    found = [
        _page(kind, by_kind[name], titles, language)
        for name, kind in kinds.items()
        if name in by_kind
    ]
    return found, reader.left_out


def calendar(
    workspace: Workspace, profile: Profile, language: Language, progress: Progress = build.silent
) -> tuple[bytes, list[Message]]:
    """Return the published events as an iCalendar, and which have no day.

    Raises:
        DataError: the check found errors.
    """
    checked, published = _published(workspace, profile, progress)
    reader = Published(published, _as_written(checked, profile), checked.read_as)
    events = [row for row in reader.rows(checked.records) if row.kind.name == "events"]
    names = _names(published)
    context = published.context
    addresses = {
        Path(one.file).stem: one.first("url") or ""
        for one in checked.records.sources
        if REDACTED not in reader.text(one, context.kinds[SOURCE], "url")
    }
    found: dict[str, list[_Row]] = {}
    for row in events:
        found.setdefault(row.slug, []).append(row)
    described = []
    for slug, said in sorted(found.items()):
        # The source that gives an event its name goes before those that only mention it.
        said.sort(key=lambda row: (not row.texts.get("name"), row.source))
        described.append(_described(slug, said, context, names, addresses))
    as_of = (checked.records.settings.first("as_of") if checked.records.settings else "") or ""
    title = checked.records.settings.first(f"title_{language}") if checked.records.settings else ""
    return calendars.text(described, as_of, title or "")


def kinds(workspace: Workspace, language: Language) -> list[tuple[str, str, str]]:
    """Return the kinds of records: name, title and meaning."""
    context = build.vocabulary(workspace).context
    titles = headings.load(workspace.ontology / "headings.csv", context)
    return [
        (
            kind,
            titles.kind_title(kind, language),
            titles.entries[kind, ""].meaning.text(language) if (kind, "") in titles.entries else "",
        )
        for kind in context.kinds
    ]


def template(workspace: Workspace, names: Sequence[str], language: Language) -> tuple[bytes, str]:
    """Return an empty workbook to fill in with records of some kinds, and a name for the file.

    Raises:
        UsageError: there is no such kind of record.
    """
    checked, published = _published(workspace, "public", build.silent, strict=False)
    context = published.context
    titles = headings.load(workspace.ontology / "headings.csv", context)
    chosen = list(dict.fromkeys(_kind(titles, name) for name in names))
    lists = concepts(checked.dataset.quads)
    known = _choices(published)
    pages, explained = [], []
    for kind in chosen:
        columns = []
        for name in _template_columns(context, kind):
            title = titles.title(kind.name, name, language)
            choices = _column_choices(context, kind, name, lists, known, language)
            required = _is_required(context, kind, name)
            columns.append(Column(title, max(14, min(30, len(title) + 6)), required, choices))
            explained.append(_explained(context, titles, kind, name, lists, language))
        pages.append(Page(_title(titles, kind.name, language), columns))
    words = ("column", "required", "meaning", "allowed", "example")
    shape = [
        Column(_WORDS[word].text(language), width)
        for word, width in zip(words, (34, 10, 60, 60, 34), strict=True)
    ]
    pages.append(Page(EXPLANATION.text(language), shape, explained, wraps=True))
    file = "-".join(_title(titles, kind.name, language).lower() for kind in chosen)
    return workbook.data(pages), f"{file.replace(' ', '-')}.xlsx"


def _published(
    workspace: Workspace, profile: Profile, progress: Progress, *, strict: bool = True
) -> tuple[build.Checked, Dataset]:
    checked = build.check(workspace, progress)
    if checked.errors and strict:
        raise DataError(
            Message(
                f"{checked.errors} Fehler in den Daten; es wurde nichts ausgegeben.",
                f"{checked.errors} errors in the data; nothing was exported.",
            ),
            checked.findings,
        )
    return checked, publication.publish(checked.dataset, profile, checked.records.suppressed)


def _as_written(checked: build.Checked, profile: Profile) -> Dataset:
    if not checked.read_as:
        return publication.publish(checked.dataset, profile, checked.records.suppressed)
    return publication.publish(checked.written, profile, checked.records.suppressed)


class Published:
    """Reads from records what may be published of them, and in what words.

    Decisions on identity rename things: what is written goes out under its own name, and only if
    it may appear both as it is written and as it is read.
    """

    def __init__(
        self, published: Dataset, written: Dataset, read_as: Mapping[str, str] | None = None
    ) -> None:
        self.context = written.context
        self.left_out = 0
        self._read_as = read_as or {}
        self._said = _statements(written)
        self._read = _statements(published) if self._read_as else self._said

    def rows(self, records: Records) -> Iterator[_Row]:
        """Yield the published records, each source as it stands in its file."""
        for row in records.register:
            yield from self._rows(row, self.context.kinds[row.kind], "", None, "")
        for document in records.sources:
            yield from self._rows(document, self.context.kinds[SOURCE], "", None, "")

    def _rows(
        self, record: Record, kind: Kind, source: str, parent: Kind | None, above: str
    ) -> Iterator[_Row]:
        own = (
            Path(record.file).stem
            if kind.name == SOURCE
            else known_records.slug(record, kind, above)
        )
        inside = own if kind.name == SOURCE else source
        graph = self.context.base + (inside or REGISTER)
        subject = (self.context.base if kind.name == SOURCE else self.context.folder(kind)) + own
        if (graph, subject) in self._said and (graph, self._root(subject)) in self._read:
            row = _Row(record, kind, source, own, parent, above)
            for name in kind.fields:
                row.texts[name] = self._text(record, kind, name, graph, subject)
                if row.texts[name] != known_records.cell_text(record, name) and name != "id":
                    row.hidden.append(name)
            yield row
        else:
            self.left_out += 1
        for name, children in record.children.items():
            for child in children:
                nested = None if kind.name == SOURCE else kind
                under = "" if kind.name == SOURCE else own
                yield from self._rows(child, self.context.kinds[name], inside, nested, under)

    def text(self, record: Record, kind: Kind, name: str) -> str:
        """Return what is published of a field of a source."""
        iri = self.context.base + Path(record.file).stem
        return self._text(record, kind, name, iri, iri)

    def _text(self, record: Record, kind: Kind, name: str, graph: str, subject: str) -> str:
        term = self.context.term(kind, name)
        values = [value.text for value in record.fields.get(name, [])]
        if term is None or name in ("id", "inferred"):
            return joined(values)
        said = self._said.get((graph, subject), set())
        kept = {text for text in values if (term.iri, (term.base or "") + text) in said}
        if self._read_as and term.base is None:
            kept &= {text for _, text in self._read.get((graph, self._root(subject)), set())}
        return joined([text if text in kept else REDACTED for text in values])

    def _root(self, subject: str) -> str:
        return self._read_as.get(subject, subject)


def _statements(dataset: Dataset) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Return properties and values by graph and subject."""
    said: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for quad in dataset.quads:
        key = (_plain(quad.graph_name), _plain(quad.subject))
        said.setdefault(key, set()).add((quad.predicate.value, _plain(quad.object)))
    return said


def _plain(term: object) -> str:
    return str(getattr(term, "value", term))


def _page(kind: Kind, rows: Sequence[_Row], titles: Headings, language: Language) -> Page:
    names = headings.columns(titles.context, kind)
    columns = [
        Column(titles.title(kind.name, name, language), _width(name, kind, titles.context))
        for name in names
    ]
    return Page(_title(titles, kind.name, language), columns, [_cells(row, names) for row in rows])


def _cells(row: _Row, names: Sequence[str]) -> list[str]:
    texts = dict(row.texts)
    if row.kind.name != SOURCE:
        texts[SOURCE] = row.source
    else:
        texts["id"] = row.slug
    if row.parent is not None:
        texts[row.parent.type.lower()] = row.parent_slug
    mark = known_records.fingerprint(row.record, row.kind, row.hidden)
    texts[RECORD] = f"{row.slug}#{mark}"
    return [texts.get(name, "") for name in names]


def _width(name: str, kind: Kind, context: Context) -> int:
    if name in ("name", "title", "note", "anchor", "url"):
        return 40
    term = context.term(kind, name)
    return 14 if term is not None and term.datatype is not None else 24


def _title(titles: Headings, kind: str, language: Language) -> str:
    return titles.kind_title(kind, language)[:31]


# Templates


def _kind(titles: Headings, text: str) -> Kind:
    name = text if text in titles.context.kinds else titles.kind(text)
    if name is None:
        known = ", ".join(titles.context.kinds)
        raise UsageError(
            Message(
                f"„{text}“ ist keine Art von Eintrag. Es gibt: {known}.",
                f"“{text}” is no kind of record. There are: {known}.",
            )
        )
    return titles.context.kinds[name]


def _template_columns(context: Context, kind: Kind) -> list[str]:
    names = [name for name in headings.columns(context, kind) if name != RECORD]
    last = [name for name in _LAST if name in names]
    return [*(name for name in names if name not in last), *last]


def _is_required(context: Context, kind: Kind, name: str) -> bool:
    above = headings.parents(context, kind)
    if name == SOURCE:
        return intake.needs_source(kind.name)
    if name == "name":
        return True
    if name == "id":
        return kind.name == SOURCE or not {"name", "title"} & set(kind.fields)
    return name in kind.required or (name in above and len(above) == 1)


def _names(published: Dataset) -> dict[str, str]:
    return {
        _plain(quad.subject): _plain(quad.object)
        for quad in published.quads
        if quad.predicate.value == PREF_LABEL
    }


def _choices(published: Dataset) -> dict[str, tuple[str, ...]]:
    """Return the names to choose from by base IRI: the slug where two have the same name."""
    by_base: dict[str, dict[str, list[str]]] = {}
    for iri, name in _names(published).items():
        base, slash, slug = iri.rpartition("/")
        by_base.setdefault(base + slash, {}).setdefault(name, []).append(slug)
    return {
        base: tuple(
            sorted(
                one
                for name, slugs in names.items()
                for one in ([name] if len(slugs) == 1 and "|" not in name else slugs)
            )
        )
        for base, names in by_base.items()
    }


def _column_choices(
    context: Context,
    kind: Kind,
    name: str,
    lists: Concepts,
    known: dict[str, tuple[str, ...]],
    language: Language,
) -> tuple[str, ...]:
    above = headings.parents(context, kind)
    if name in above:
        return known.get(context.folder(context.kinds[above[name]]), ())
    term = context.term(kind, name)
    if term is None or term.base is None or name == "id":
        return ()
    allowed = lists.scheme(kind, name, term)
    if allowed:
        return tuple(_label(lists, term, slug, language) for slug in allowed)
    return known.get(term.base, ())


def _label(lists: Concepts, term: Term, slug: str, language: Language) -> str:
    de, en = lists.labels[(term.base or "") + slug]
    return de if language == "de" else en


def _explained(
    context: Context,
    titles: Headings,
    kind: Kind,
    name: str,
    lists: Concepts,
    language: Language,
) -> list[str]:
    how, example = _how(context, kind, name, lists, language)
    required = _is_required(context, kind, name)
    return [
        f"{titles.kind_title(kind.name, language)}: {titles.title(kind.name, name, language)}",
        _WORDS["yes"].text(language) if required else "",
        titles.heading(kind.name, name).meaning.text(language),
        how.text(language),
        example.text(language),
    ]


def _how(
    context: Context, kind: Kind, name: str, lists: Concepts, language: Language
) -> tuple[Message, Message]:
    """Return how a column is filled in, and an invented example."""
    above = headings.parents(context, kind)
    term = context.term(kind, name)
    by_name = Message(
        "Name oder Kürzel, mehrere mit „ | “ getrennt", "name or slug, several separated by “ | ”"
    )
    nothing = Message("", "")
    if name in above or name == SOURCE:
        return Message("Name oder Kürzel", "name or slug"), _EXAMPLES.get(name, nothing)
    if name == "id":
        return Message("entsteht sonst aus dem Namen", "is made from the name otherwise"), nothing
    if name == "name":
        return nothing, _EXAMPLES.get(kind.type.lower(), _EXAMPLES["organisation"])
    if term is None:
        return nothing, nothing
    if term.base is not None:
        allowed = lists.scheme(kind, name, term)
        if not allowed:
            folder = term.base.rstrip("/").rpartition("/")[2]
            return by_name, _EXAMPLES.get(folder, nothing)
        labels = [_label(lists, term, slug, language) for slug in allowed]
        return Message("aus der Liste", "from the list"), Message(labels[0], labels[0])
    if term.datatype == PARTIAL_DATE:
        return (
            Message("Tag, Monat oder Jahr", "day, month or year"),
            Message("12. Juni 2027", "2027-06-12"),
        )
    if term.datatype in (XSD + "decimal", XSD + "integer"):
        return Message("Zahl", "number"), Message("8,4", "8.4") if term.datatype.endswith(
            "decimal"
        ) else Message("3", "3")
    if term.datatype == XSD + "anyURI":
        web = "https://www.example.org/"
        return Message("beginnt mit https://", "begins with https://"), Message(web, web)
    return nothing, nothing


# Calendars


def _described(
    slug: str,
    said: Sequence[_Row],
    context: Context,
    names: dict[str, str],
    addresses: dict[str, str],
) -> dict[str, str]:
    """Return one event as its sources describe it together."""
    kind = said[0].kind

    def first(name: str) -> str:
        texts = (row.texts.get(name, "") for row in said)
        return next((text for text in texts if text and REDACTED not in text), "")

    iri = context.folder(kind) + slug
    term = context.term(kind, "place")
    place = names.get(((term.base if term else "") or "") + first("place"), "")
    event = {name: first(name) for name in ("date", "end_date", "start", "end", "status")}
    event["uid"] = iri
    event["name"] = names.get(iri, slug)
    event["location"] = place or first("place_as_written")
    event["url"] = first("homepage") or next(
        (addresses[row.source] for row in said if addresses.get(row.source)), ""
    )
    return event
