"""Records + context -> quads, one named graph per source; dumps; the way back to file and line."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from itas_graph.context import Context, Kind, Term, narrow, objection, slug_objection
from itas_graph.errors import EngineError, Finding, Message, UsageError
from itas_graph.records import Record, Records, Value
from itas_graph.vocab import (
    ALT_LABEL,
    NS,
    PARTIAL_DATE,
    PREF_LABEL,
    PREFIXES,
    SLUG,
    XSD,
    slugify,
)

if TYPE_CHECKING:
    import rdflib

REGISTER = "register"
DERIVED = "derived"
IDENTITIES = "identities"
VOCABULARY = NS.rstrip("#")
FORMATS = {
    "itas.trig": ox.RdfFormat.TRIG,
    "itas.nq": ox.RdfFormat.N_QUADS,
    "itas.ttl": ox.RdfFormat.TURTLE,
    "itas.jsonld": ox.RdfFormat.JSON_LD,
}
#: Statements with the graph each stands in.
Quads = list[ox.Quad]
_BATCH = 200
_SETTINGS = (
    *(f"{name}_{language}" for name in ("title", "description") for language in ("de", "en")),
    *("licence", "licence_url", "as_of", "region", "region_short"),
    *("contact", "contact_note_de", "contact_note_en", "endpoint"),
)
_LINK = ("role", "label_de", "label_en", "url")
_LINK_ROLES = ("imprint", "privacy", "accessibility", "contact", "source")
_MAILBOX = re.compile(r"mailto:[^\s@:/?#<>\"]+@[^\s@:/?#<>\"]+")
_URL = Term("", XSD + "anyURI", None, reverse=False)
_TYPED_SETTINGS = {
    "licence_url": _URL,
    "url": _URL,
    "endpoint": _URL,
    "as_of": Term("", PARTIAL_DATE, None, reverse=False),
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a resource was written: the record and the kind it is read as."""

    record: Record
    kind: Kind


@dataclass
class Dataset:
    """The quads of a workspace, sorted, with the context and the origin of each resource."""

    quads: list[ox.Quad]
    context: Context
    origins: dict[str, list[Origin]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.quads)

    def triples(self) -> list[ox.Triple]:
        """Return the union of all graphs: each triple once, in the order of the quads."""
        return list(dict.fromkeys(quad.triple for quad in self.quads))

    def with_graph(self, name: str, triples: Iterable[ox.Triple]) -> Dataset:
        """Return a dataset that has `triples` as graph `name` beside its own."""
        graph = ox.NamedNode(self.context.base + name)
        added = [ox.Quad(one.subject, one.predicate, one.object, graph) for one in triples]
        return replace(self, quads=canonical([*self.quads, *added]))

    def without_graph(self, name: str) -> Dataset:
        """Return a dataset that lacks graph `name`."""
        graph = ox.NamedNode(self.context.base + name)
        return replace(self, quads=[quad for quad in self.quads if quad.graph_name != graph])

    def dump(self, name: str) -> bytes:
        """Return the dataset in the format of the dump file `name`; equal input, equal bytes."""
        return dump(self.quads, name)

    def to_rdflib(self) -> rdflib.Dataset:
        """Return the same quads as an `rdflib.Dataset` whose default graph is the union."""
        import rdflib

        target = rdflib.Dataset(default_union=True)
        for prefix, namespace in PREFIXES.items():
            target.bind(prefix, namespace)
        for quad in self.quads:
            graph = target.graph(rdflib_term(quad.graph_name))
            graph.add(tuple(rdflib_term(term) for term in quad.triple))
        return target


def dump(quads: Sequence[ox.Quad], name: str) -> bytes:
    """Return sorted quads in the format of the dump file `name`; equal input, equal bytes.

    Turtle knows no named graphs: `itas.ttl` is their union.
    """
    if name == "itas.nq":
        return "".join(f"{quad} .\n" for quad in quads).encode()
    union = dict.fromkeys(quad.triple for quad in quads)
    data = sorted(union, key=str) if name == "itas.ttl" else quads
    written = ox.serialize(data, format=FORMATS[name], prefixes=_dump_prefixes())
    if written is None:
        raise EngineError(Message(f"{name} wurde nicht geschrieben", f"{name} was not written"))
    return written


def read(path: Path) -> list[ox.Quad]:
    """Return the quads of an N-Quads dump, as they stand there.

    Raises:
        EngineError: it cannot be read.
    """
    return list(quads_of(path))


def quads_of(path: Path) -> Iterator[ox.Quad]:
    """Yield the quads of an N-Quads dump one after the other, however many there are.

    Raises:
        EngineError: it cannot be read.
    """
    try:
        yield from ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
    except (OSError, SyntaxError) as error:
        raise EngineError(
            Message(f"{path} ist nicht lesbar: {error}.", f"{path} cannot be read: {error}.")
        ) from error


def read_beside(path: Path) -> Quads:
    """Return the quads of a TriG or N-Quads file that somebody asks together with the dataset.

    Raises:
        UsageError: there is no such file, or its name ends differently.
        EngineError: it does not parse.
    """
    form = {".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS}.get(path.suffix.lower())
    if form is None or not path.is_file():
        raise UsageError(
            Message(
                f"{path} ist keine Datei mit Graphen (.trig oder .nq).",
                f"{path} is no file of graphs (.trig or .nq).",
            )
        )
    try:
        return list(ox.parse(path=str(path), format=form))
    except (OSError, SyntaxError) as error:
        raise EngineError(
            Message(f"{path} ist nicht lesbar: {error}.", f"{path} cannot be read: {error}.")
        ) from error


def build(records: Records, context: Context, vocabularies: Sequence[Path] = ()) -> Dataset:
    """Turn records into a dataset by way of JSON-LD; vocabularies are Turtle files.

    What cannot become RDF stands in `findings`; the rest is there all the same.

    Raises:
        EngineError: a vocabulary does not parse.
    """
    reader = _Reader(context)
    documents = [
        (slug, node)
        for record in records.sources
        for slug, node in [reader.document(record, "source")]
        if slug
    ]
    register = reader.register(records.register, needed=records.large_tables)
    if register["id"]:
        documents.append((REGISTER, register))
    quads = set(_parse_documents(documents, context))
    quads.update(_describe(records.settings, context, reader.findings))
    for path in vocabularies:
        quads.update(_parse_vocabulary(path, context.resources))
    return Dataset(canonical(quads), context, reader.origins, reader.findings)


def canonical(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Sort quads by graph, then by their N-Quads text, each once."""
    return sorted(set(quads), key=lambda quad: (str(quad.graph_name), str(quad)))


def locate(dataset: Dataset, subject: str, prop: str = "", value: str = "") -> list[Origin]:
    """Return where `subject` was written, those first that state `prop` (with `value`)."""
    origins = dataset.origins.get(subject, [])

    def rank(origin: Origin) -> tuple[int, str, int]:
        line, matched = line_of(dataset.context, origin, prop, value)
        return (-matched, origin.record.file, line)

    return sorted(origins, key=rank)


def line_of(context: Context, origin: Origin, prop: str, value: str = "") -> tuple[int, int]:
    """Return the line that states `prop` in a record, and how well it matches (0 to 2)."""
    record, kind = origin.record, origin.kind
    best = (record.line, 0)
    for name, values in record.fields.items():
        term = context.term(kind, name)
        if term is None or term.iri != prop:
            continue
        best = max(best, (record.lines.get(name, record.line), 1), key=lambda pair: pair[1])
        for one in values:
            if value in (one.text, (term.base or "") + one.text):
                return (one.line, 2)
    return best


def field_of(context: Context, kind: Kind, prop: str) -> str:
    """Return the field of `kind` that stands for the property `prop`, or an empty text."""
    for name in kind.fields:
        term = context.term(kind, name)
        if term is not None and term.iri == prop and not term.reverse:
            return name
    return ""


class _Reader:
    """Turns records into JSON-LD nodes and remembers origins and findings."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.origins: dict[str, list[Origin]] = {}
        self.findings: list[Finding] = []
        self._headings: dict[str, set[str]] = {}
        self._documents: dict[str, Record] = {}

    def document(self, record: Record, kind_name: str) -> tuple[str, dict[str, Any]]:
        stem = Path(record.file).stem
        slug = record.first("id")
        if slug is not None and slug != stem:
            self._find(
                record,
                "id",
                Message(
                    f"Die Datei heißt {stem}, ihr Kürzel aber {slug}.",
                    f"The file is called {stem}, but its slug is {slug}.",
                ),
                Message(f"Schreiben Sie „id: {stem}“.", f"Write “id: {stem}”."),
            )
        record.fields["id"] = [Value(stem, record.lines.get("id", record.line))]
        if not SLUG.fullmatch(stem):
            self._find(
                record,
                "id",
                Message(
                    f"Der Dateiname „{stem}“ taugt nicht als Kürzel.",
                    f"The file name “{stem}” is no slug.",
                ),
                Message(
                    f"Benennen Sie die Datei in {slugify(stem) or 'name'}.yaml um.",
                    f"Rename the file to {slugify(stem) or 'name'}.yaml.",
                ),
            )
            return "", {}
        if stem in self._documents or stem in (REGISTER, DERIVED, IDENTITIES):
            self._duplicate(record, stem, self._documents.get(stem))
            return "", {}
        self._documents[stem] = record
        return stem, self.node(record, self.context.kinds[kind_name], "")

    def register(self, rows: list[Record], *, needed: bool) -> dict[str, Any]:
        node: dict[str, Any] = {
            "id": REGISTER if rows or needed else "",
            "type": "Source",
            "title": "Register der Redaktion",
            "source_kind": REGISTER,
            "coverage": "full",
        }
        for kind_name in dict.fromkeys(row.kind for row in rows):
            members = [row for row in rows if row.kind == kind_name]
            node[kind_name] = self.members(members, self.context.kinds[kind_name], "")
        return node

    def members(self, records: list[Record], kind: Kind, parent: str) -> list[dict[str, Any]]:
        seen: dict[str, Record] = {}
        nodes = []
        for position, record in enumerate(records, 1):
            slug = self.slug(record, kind, parent)
            if slug in seen:
                self._duplicate(record, slug, seen[slug])
            elif slug:
                seen[slug] = record
                node = self.node(record, kind, slug)
                if kind.numbered and kind.numbered not in node:
                    node[kind.numbered] = str(position)
                nodes.append(node)
        return nodes

    def slug(self, record: Record, kind: Kind, parent: str) -> str:
        given = record.first("id")
        if given is not None:
            return given if SLUG.fullmatch(given) else self._bad_slug(record, given)
        missing = [name for name in kind.required if name == "id" or name in kind.id_from]
        missing = [name for name in missing if name not in record.fields]
        for name in missing:
            self._missing(record, name)
        if missing:
            return ""
        given_parts = {name: record.first(name) for name in kind.id_from}
        return kind.derived_slug(parent, {name: one for name, one in given_parts.items() if one})

    def node(self, record: Record, kind: Kind, slug: str) -> dict[str, Any]:
        slug = slug or record.first("id") or ""
        self.origins.setdefault(self.context.folder(kind) + slug, []).append(Origin(record, kind))
        node: dict[str, Any] = {"type": kind.type, **dict(kind.defaults)}
        for name in kind.required:
            if name not in record.fields and name != "id" and name not in kind.id_from:
                self._missing(record, name)
        for name, values in record.fields.items():
            if name not in kind.fields and name != "id":
                self._unknown(record, name, kind)
                continue
            kept = [value.text for value in values if self._accept(record, kind, name, value)]
            if kept:
                node[name] = kept if len(kept) > 1 else kept[0]
        node["id"] = slug
        for name, children in record.children.items():
            if name not in kind.children or name not in self.context.kinds:
                self._unknown(record, name, kind)
            else:
                node[name] = self.members(children, self.context.kinds[name], slug)
        return node

    def _accept(self, record: Record, kind: Kind, name: str, value: Value) -> bool:
        term = self.context.term(kind, name)
        if term is None or name == "id":
            return name == "id"
        if name == "inferred":
            if value.text in kind.fields:
                return True
            self._unknown(record, value.text, kind, value.line)
            return False
        wrong = objection(value.text, term)
        if wrong:
            self._find(record, name, *wrong, line=value.line)
        return wrong is None

    def _find(
        self, record: Record, name: str, problem: Message, remedy: Message, line: int = 0
    ) -> None:
        self.findings.append(
            Finding(
                record.file,
                line or record.lines.get(name, record.line),
                record.label,
                name,
                problem,
                remedy,
            )
        )

    def _unknown(self, record: Record, name: str, kind: Kind, line: int = 0) -> None:
        known = [*kind.fields, *kind.children]
        if name in known:
            self._wrong_form(record, name, nested=name in kind.children)
            return
        if record.file.endswith(".csv"):
            # A heading is wrong once, not in every row.
            heading = Record(kind.name, record.file, 1)
            if name in self._headings.setdefault(record.file, set()):
                return
            self._headings[record.file].add(name)
            record, line = heading, 1
        self._find(record, name, *unknown_field(name, known, kind.name), line=line)

    def _wrong_form(self, record: Record, name: str, *, nested: bool) -> None:
        if nested:
            problem = Message(
                f"Unter „{name}“ stehen Werte statt Einträgen.",
                f"Under “{name}” stand values instead of records.",
            )
            first = (self.context.kinds[name].required or ("id",))[0]
            remedy = Message(
                f"Beginnen Sie jeden Eintrag mit „- {first}: …“.",
                f"Begin each record with “- {first}: …”.",
            )
        else:
            problem = Message(
                f"Das Feld „{name}“ nimmt Werte auf, keine Einträge.",
                f"The field “{name}” takes values, not records.",
            )
            remedy = Message(
                f"Schreiben Sie „{name}: wert“ oder „{name}: [a, b]“.",
                f"Write “{name}: value” or “{name}: [a, b]”.",
            )
        self._find(record, name, problem, remedy)

    def _missing(self, record: Record, name: str) -> None:
        self._find(
            record,
            name,
            Message(f"Das Feld „{name}“ fehlt.", f"The field “{name}” is missing."),
            Message(f"Ergänzen Sie „{name}: …“.", f"Add “{name}: …”."),
        )

    def _bad_slug(self, record: Record, given: str) -> str:
        self._find(record, "id", *slug_objection(given))
        return ""

    def _duplicate(self, record: Record, slug: str, first: Record | None) -> None:
        place = (
            Message(f"{first.file}, Zeile {first.line}", f"{first.file}, line {first.line}")
            if first
            else Message("vom Programm selbst", "by the program itself")
        )
        self._find(
            record,
            "id",
            Message(
                f"Das Kürzel „{slug}“ ist schon vergeben ({place.de}).",
                f"The slug “{slug}” is taken already ({place.en}).",
            ),
            Message(
                "Führen Sie beide Einträge zusammen oder vergeben Sie ein eigenes Kürzel.",
                "Join both records or give a slug of its own.",
            ),
        )


def unknown_field(name: str, known: Sequence[str], kind: str) -> tuple[Message, Message]:
    """Say that records of `kind` have no field `name`, and which is meant."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    listing = ", ".join(known)
    return (
        Message(
            f"Das Feld „{name}“ gibt es bei {kind} nicht.",
            f"There is no field “{name}” in {kind}.",
        ),
        Message(f"Meinten Sie „{near[0]}“?", f"Did you mean “{near[0]}”?")
        if near
        else Message(f"Bekannt sind: {listing}", f"Known are: {listing}"),
    )


def _parse_documents(
    documents: list[tuple[str, dict[str, Any]]], context: Context
) -> Iterator[ox.Quad]:
    for start in range(0, len(documents), _BATCH):
        batch = documents[start : start + _BATCH]
        text = json.dumps(
            {
                "@context": context.document,
                "@graph": [{"@id": slug, "@graph": [node]} for slug, node in batch],
            },
            ensure_ascii=False,
        )
        try:
            for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD, base_iri=context.base):
                yield _narrowed(quad)
        except SyntaxError as error:
            raise EngineError(
                Message(
                    f"ontology/context.jsonld ist kein gültiger JSON-LD-Kontext: {error}",
                    f"ontology/context.jsonld is no valid JSON-LD context: {error}",
                )
            ) from error


def _narrowed(quad: ox.Quad) -> ox.Quad:
    value = quad.object
    if isinstance(value, ox.Literal) and value.datatype.value == PARTIAL_DATE:
        typed = ox.Literal(value.value, datatype=ox.NamedNode(narrow(value.value)))
        return ox.Quad(quad.subject, quad.predicate, typed, quad.graph_name)
    return quad


def narrowed_date(text: str) -> ox.Literal:
    """Return a date, or a part of one, as a literal of the datatype that is as precise as it is."""
    return ox.Literal(text, datatype=ox.NamedNode(narrow(text)))


def _parse_vocabulary(path: Path, base: str) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(VOCABULARY)
    try:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=base):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)
    except (SyntaxError, OSError) as error:
        raise EngineError(
            Message(
                f"ontology/{path.name} ist nicht lesbar: {error}",
                f"ontology/{path.name} cannot be read: {error}",
            )
        ) from error


def _describe(
    settings: Record | None, context: Context, findings: list[Finding]
) -> Iterator[ox.Quad]:
    """Describe the dataset itself by VoID and Dublin Core, from data/dataset.yaml."""
    if settings is None:
        return
    wrong = list(_settings_findings(settings))
    findings.extend(wrong)
    refused = {finding.field for finding in wrong}
    node = ox.NamedNode(context.resources + "dataset")

    def say(prop: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        prefix, _, name = prop.partition(":")
        return ox.Quad(node, ox.NamedNode(PREFIXES.get(prefix, prefix + ":") + name), value, node)

    yield say("rdf:type", ox.NamedNode("http://rdfs.org/ns/void#Dataset"))
    for name, prop in (("title", "dcterms:title"), ("description", "dcterms:description")):
        for language in ("de", "en"):
            text = settings.first(f"{name}_{language}")
            if text:
                yield say(prop, ox.Literal(text, language=language))
    licence = settings.first("licence_url")
    if licence and "licence_url" not in refused:
        yield say("dcterms:license", ox.NamedNode(licence))
    as_of = settings.first("as_of")
    if as_of and "as_of" not in refused:
        yield say("dcterms:modified", narrowed_date(as_of))


def _settings_findings(settings: Record) -> Iterator[Finding]:
    """Say which settings are unknown, given several times or not what they should be."""
    yield from _wrong_settings(settings, _SETTINGS, ("links",))
    for link in settings.children.get("links", ()):
        yield from _wrong_settings(link, _LINK, ())


def _wrong_settings(
    record: Record, fields: Sequence[str], children: Sequence[str]
) -> Iterator[Finding]:
    known = [*fields, *children]
    for name in [*record.fields, *record.children]:
        values = record.fields.get(name, [])
        line = record.lines.get(name, record.line)
        wrong: tuple[Message, Message] | None = None
        if name not in known:
            wrong = unknown_field(name, known, record.kind)
        elif (name in record.children) != (name in children) or len(values) > 1:
            wrong = (
                Message(
                    f"Das Feld „{name}“ hat hier die falsche Form.",
                    f"The field “{name}” has the wrong form here.",
                ),
                Message(
                    "Werte stehen einzeln, Links als „- label_de: …“.",
                    "Values stand alone, links as “- label_de: …”.",
                ),
            )
        elif name == "role" and values[0].text not in _LINK_ROLES:
            wrong = _unknown_link_role(values[0].text)
        elif name == "url" and values[0].text.startswith("mailto:"):
            wrong = _mailbox_objection(values[0].text, record.first("role"))
        elif name in _TYPED_SETTINGS:
            wrong = objection(values[0].text, _TYPED_SETTINGS[name])
            if name == "licence_url":
                wrong = wrong or _iri_objection(values[0].text)
        if wrong:
            yield Finding(record.file, line, record.kind, name, *wrong)


def _iri_objection(text: str) -> tuple[Message, Message] | None:
    """Say why an address cannot be a node of the graph, as the licence is."""
    try:
        ox.NamedNode(text)
    except ValueError as error:
        return (
            Message(
                f"„{text}“ ist keine Webadresse: ein Zeichen darin ist nicht erlaubt ({error}).",
                f"“{text}” is no web address: a character in it is not allowed ({error}).",
            ),
            Message(
                "Kopieren Sie die Adresse aus dem Browser, beginnend mit https://.",
                "Copy the address from the browser, beginning with https://.",
            ),
        )
    return None


def _unknown_link_role(text: str) -> tuple[Message, Message]:
    near = difflib.get_close_matches(text, _LINK_ROLES, n=1, cutoff=0.5)
    listing = ", ".join(_LINK_ROLES)
    return (
        Message(f"Die Rolle „{text}“ gibt es für Links nicht.", f"Links have no role “{text}”."),
        Message(f"Meinten Sie „{near[0]}“?", f"Did you mean “{near[0]}”?")
        if near
        else Message(f"Bekannt sind: {listing}", f"Known are: {listing}"),
    )


def _mailbox_objection(text: str, role: str | None) -> tuple[Message, Message] | None:
    if role != "contact":
        return (
            Message(
                f"„{text}“ ist ein Postfach; das gibt es nur beim Kontakt.",
                f"“{text}” is a mailbox, which only the contact has.",
            ),
            Message(
                "Eine Webadresse angeben oder „role: contact“ dazuschreiben.",
                "Give a web address or add “role: contact”.",
            ),
        )
    if _MAILBOX.fullmatch(text):
        return None
    return (
        Message(f"„{text}“ ist kein Postfach.", f"“{text}” is no mailbox."),
        Message(
            "So schreiben: mailto:stelle@beispiel.de, ohne Betreff und Zusätze.",
            "Write it so: mailto:office@example.org, without subject and additions.",
        ),
    )


def _dump_prefixes() -> dict[str, str]:
    return {name: iri for name, iri in PREFIXES.items() if name != "concept"}


def rdflib_term(term: object) -> Any:  # noqa: ANN401  # an rdflib term; rdflib is imported late
    """Return a pyoxigraph term as the equal rdflib term."""
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        if term.datatype.value == XSD + "string":
            return rdflib.Literal(term.value)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))
    return rdflib.BNode(term.value)  # type: ignore[attr-defined]  # only vocabularies have any


def labels(dataset: Dataset) -> dict[str, list[str]]:
    """Return preferred and other names by IRI, for messages and for name look-up."""
    found: dict[str, list[str]] = {}
    for quad in dataset.quads:
        if quad.predicate.value in (PREF_LABEL, ALT_LABEL) and isinstance(quad.object, ox.Literal):
            names = found.setdefault(str(quad.subject)[1:-1], [])
            if quad.predicate.value == PREF_LABEL:
                names.insert(0, quad.object.value)
            else:
                names.append(quad.object.value)
    return found
