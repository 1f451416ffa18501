"""A dataset -> the same graphs on a SPARQL server, one by one, checked; a catalogue beside them.

The catalogue is a graph of its own: which graphs belong to the dataset, each with its digest and
size, and whether the last push came to its end. It is written first and last, so that readers see
what is under way, and an interrupted push goes on where it was. It names no time: equal datasets
leave equal graphs.
"""

from __future__ import annotations

import hashlib
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal, Protocol
from urllib.parse import urlencode

import pyoxigraph as ox

from itas_graph.errors import EngineError, Message, UsageError
from itas_graph.exchange import AGENT, Exchange, RefusalError
from itas_graph.remote import ACTIVE, COMPLETED, SCHEMA, Catalogue, Listed, Names, RemoteEndpoint
from itas_graph.vocab import PREFIXES, RDF_TYPE, VOID, XSD
from itas_graph.workspace import Credentials

#: How many triples, and how many bytes of them, travel in one request.
PORTION = {"graph store": (20_000, 4_000_000), "update": (200, 30_000)}
_IDENTIFIER = PREFIXES["dcterms"] + "identifier"

Kind = Literal["added", "changed", "removed", "kept"]
Progress = Callable[[Message], None]


@dataclass(frozen=True)
class Change:
    """What a push does to one graph: how many triples it held, and will hold."""

    graph: str
    kind: Kind
    before: int
    after: int


@dataclass
class Pushed:
    """What a push did, or would do; `altered` are statements the server keeps in another form."""

    changes: list[Change]
    written: bool
    altered: list[tuple[ox.Triple, str]] = field(default_factory=list)

    def count(self, kind: Kind) -> int:
        """Return how many graphs were treated so."""
        return sum(change.kind == kind for change in self.changes)


class Writer(Protocol):
    """Anything that writes graphs on a server; whatever it sends may be sent twice."""

    def replace(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Make a graph hold these triples and no others."""

    def add(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Add triples to a graph."""

    def remove(self, graph: str) -> None:
        """Remove a graph, which may be gone already."""


class GraphStore:
    """Writes by SPARQL 1.1 Graph Store Protocol."""

    def __init__(self, url: str, credentials: Credentials, timeout: float) -> None:
        self._url = url
        self._exchange = Exchange(url, credentials, timeout)

    def replace(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Put the first portion, which replaces, and post the others, which add."""
        method = "PUT"
        for portion in _portions(triples, *PORTION["graph store"]):
            self._send(method, graph, portion)
            method = "POST"

    def add(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Post the triples."""
        for portion in _portions(triples, *PORTION["graph store"]):
            self._send("POST", graph, portion)

    def remove(self, graph: str) -> None:
        """Delete the graph."""
        try:
            self._send("DELETE", graph, None)
        except RefusalError as refusal:
            if refusal.status != 404:
                raise

    def _send(self, method: str, graph: str, text: str | None) -> None:
        request = urllib.request.Request(  # noqa: S310  # the address was checked
            f"{self._url}{'&' if '?' in self._url else '?'}{urlencode({'graph': graph})}",
            None if text is None else text.encode(),
            {"User-Agent": AGENT, "Accept": "*/*"},
            method=method,
        )
        if text is not None:
            request.add_header("Content-Type", "application/n-triples")
        self._exchange.send(request, follow=False)


class Updates:
    """Writes by SPARQL 1.1 Update, in requests of bounded size."""

    def __init__(self, url: str, credentials: Credentials, timeout: float) -> None:
        self._url = url
        self._exchange = Exchange(url, credentials, timeout)

    def replace(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Drop the graph and insert the triples."""
        self.remove(graph)
        self.add(graph, triples)

    def add(self, graph: str, triples: Sequence[ox.Triple]) -> None:
        """Insert the triples."""
        for portion in _portions(triples, *PORTION["update"]):
            self._send(f"INSERT DATA {{ GRAPH <{graph}> {{\n{portion}}} }}")

    def remove(self, graph: str) -> None:
        """Drop the graph."""
        self._send(f"DROP SILENT GRAPH <{graph}>")

    def _send(self, update: str) -> None:
        request = urllib.request.Request(  # noqa: S310  # the address was checked
            self._url,
            urlencode({"update": update}).encode("ascii"),
            {
                "User-Agent": AGENT,
                "Accept": "*/*",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        self._exchange.send(request, follow=False)


def push(
    endpoint: RemoteEndpoint,
    writer: Writer,
    quads: Iterable[ox.Quad],
    *,
    dry_run: bool = False,
    progress: Progress = lambda _: None,
) -> Pushed:
    """Make the server hold exactly these graphs of the dataset, and touch no others.

    A graph whose digest the catalogue lists and whose size fits is left as it is; graphs that only
    the catalogue knows are removed. Without anything to do nothing is written.

    Raises:
        UsageError: the dataset cannot be published so.
        EngineError: the server failed, or holds something else than it was given.
    """
    graphs = _graphs(quads, endpoint.names)
    found = endpoint.read_catalogue()
    before = found.graphs if found else {}
    counts = endpoint.count({*graphs, *before})
    changes = _plan(graphs, endpoint.names.union, before, counts)
    target = _digest(line for graph in sorted(graphs) for line in (graph, graphs[graph].digest))
    whole = found is not None and found.complete and found.digest == target
    if dry_run or (whole and all(change.kind == "kept" for change in changes)):
        return Pushed(changes, written=False)
    publisher = _Publisher(endpoint, writer, graphs, target, progress)
    try:
        publisher.begin(before, changes, is_new=found is None)
    except RefusalError as refusal:
        raise _unwritable(refusal) from refusal
    for change in changes:
        publisher.carry_out(change)
    publisher.end()
    return Pushed(changes, written=True, altered=publisher.altered)


@dataclass(frozen=True)
class _Graph:
    """The triples of one graph, sorted, with the digest of their text."""

    triples: tuple[ox.Triple, ...]
    digest: str


class _Publisher:
    """Carries out a plan and keeps the catalogue true meanwhile."""

    def __init__(
        self,
        endpoint: RemoteEndpoint,
        writer: Writer,
        graphs: Mapping[str, _Graph],
        target: str,
        progress: Progress,
    ) -> None:
        self._endpoint = endpoint
        self._names = endpoint.names
        self._writer = writer
        self._graphs = graphs
        self._target = target
        self._progress = progress
        self._sizes: dict[str, int] = {}
        self._is_new = False
        self._tried: list[str] = []
        self.altered: list[tuple[ox.Triple, str]] = []

    def begin(
        self, before: Mapping[str, Listed], changes: Sequence[Change], *, is_new: bool
    ) -> None:
        """Say in the catalogue what is under way; what will be kept keeps its digest."""
        self._is_new = is_new
        listed = dict.fromkeys([*before, *self._graphs], Listed())
        for change in changes:
            if change.kind == "kept":
                listed[change.graph] = before[change.graph]
                self._sizes[change.graph] = before[change.graph].triples
        self._write_catalogue(Catalogue(listed, self._target, complete=False))

    def carry_out(self, change: Change) -> None:
        """Write or remove one graph and note it in the catalogue."""
        if change.kind == "removed":
            self._progress(Message(f"entfernen: {change.graph}", f"removing {change.graph}"))
            self._writer.remove(change.graph)
        elif change.kind != "kept":
            self._progress(Message(f"schreiben: {change.graph}", f"writing {change.graph}"))
            graph = self._graphs[change.graph]
            self._writer.replace(change.graph, graph.triples)
            if not self._tried:
                self._refuse_mixing(change.graph)
            self._tried.append(change.graph)
            size = self._verify(change.graph, graph)
            self._sizes[change.graph] = size
            listed = _listed(change.graph, Listed(graph.digest, size))
            self._writer.add(self._names.catalogue, list(listed))

    def end(self) -> None:
        """Count everything once more and say in the catalogue that it is complete."""
        self._progress(Message("prüfen", "verifying"))
        counts = self._endpoint.count(self._graphs)
        for graph, size in sorted(self._sizes.items()):
            if counts.get(graph, 0) != size:
                raise EngineError(
                    Message(
                        f"Der Graph {graph} hat {counts.get(graph, 0)} Sätze statt {size}; "
                        "schreibt noch jemand? Veröffentlichen Sie noch einmal.",
                        f"The graph {graph} holds {counts.get(graph, 0)} statements instead of "
                        f"{size}; is somebody else writing? Push again.",
                    )
                )
        listed = {
            graph: Listed(one.digest, self._sizes[graph]) for graph, one in self._graphs.items()
        }
        self._write_catalogue(Catalogue(listed, self._target, complete=True))
        left = self._endpoint.read_catalogue()
        if left is None or not left.complete or left.graphs != listed:
            raise EngineError(
                Message(
                    "Der Server gibt das Verzeichnis der Graphen anders zurück, als es geschrieben "
                    "wurde. Veröffentlichen Sie noch einmal.",
                    "The server returns the catalogue of graphs otherwise than it was written. "
                    "Push again.",
                )
            )

    def _write_catalogue(self, catalogue: Catalogue) -> None:
        triples = sorted(_catalogue_triples(catalogue, self._names), key=str)
        self._writer.replace(self._names.catalogue, triples)

    def _refuse_mixing(self, first: str) -> None:
        """Take the first graph back where the server cannot tell graphs apart for readers."""
        try:
            self._endpoint.read_catalogue()
        except EngineError:
            if self._is_new:
                self._writer.remove(first)
                self._writer.remove(self._names.catalogue)
            raise

    def _verify(self, name: str, graph: _Graph) -> int:
        """Compare what the server holds with what it was given; return how many triples it holds.

        Raises:
            EngineError: a statement is missing or foreign, not only written otherwise.
        """
        held = self._endpoint.graph(name)
        given = set(graph.triples)
        missing = sorted(given - held, key=str)
        foreign = held - given
        spared = {one: _kin(one, held) for one in missing}
        strange = sorted(
            foreign - {kin for found in spared.values() for kin in found},
            key=str,
        )
        lost = [one for one, found in spared.items() if not found]
        if lost or strange:
            example = (lost or strange)[0]
            raise EngineError(
                Message(
                    f"Der Graph {name} ist nicht angekommen, wie er ist: {len(lost)} Sätze "
                    f"fehlen, {len(strange)} sind fremd, etwa {example}",
                    f"The graph {name} did not arrive as it is: {len(lost)} statements are "
                    f"missing, {len(strange)} are foreign, such as {example}",
                )
            )
        for one, found in spared.items():
            self.altered.append((one, str(sorted(found, key=str)[0].object)))
        return len(held)


def writer(
    url: str, graph_store: str | None, update: str | None, credentials: Credentials, timeout: float
) -> Writer:
    """Return what writes: the graph store if one is named, else updates, at `url` if need be.

    Raises:
        UsageError: an address is none.
    """
    if graph_store:
        return GraphStore(graph_store, credentials, timeout)
    return Updates(update or url, credentials, timeout)


def _unwritable(refusal: RefusalError) -> EngineError:
    """Return the error of a server that takes no changes, with where it may take them."""
    return EngineError(
        Message(
            f"{refusal.message.de}\nWo ein Server schreibt, nennen --graph-store oder --update: "
            "bei Oxigraph …/store und …/update, bei Virtuoso …/sparql-graph-crud-auth und "
            "…/sparql-auth, bei Fuseki …/data und …/update, bei GraphDB …/rdf-graphs/service und "
            "…/statements.",
            f"{refusal.message.en}\nName by --graph-store or --update where the server writes: "
            "for Oxigraph …/store and …/update, for Virtuoso …/sparql-graph-crud-auth and "
            "…/sparql-auth, for Fuseki …/data and …/update, for GraphDB …/rdf-graphs/service and "
            "…/statements.",
        )
    )


def _graphs(quads: Iterable[ox.Quad], names: Names) -> dict[str, _Graph]:
    """Return the named graphs of a dataset and their union.

    Raises:
        UsageError: there are blank nodes, or graphs by the names that a push needs itself.
    """
    named: dict[str, set[ox.Triple]] = {}
    for quad in quads:
        triple = quad.triple
        if isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode):
            raise UsageError(
                Message(
                    f"Der Graph {quad.graph_name} hat namenlose Knoten; sie ließen sich auf dem "
                    "Server nicht wiedererkennen. Geben Sie ihnen in ontology/ Namen.",
                    f"The graph {quad.graph_name} has blank nodes; they could not be recognised on "
                    "the server. Give them names in ontology/.",
                )
            )
        named.setdefault(str(quad.graph_name)[1:-1], set()).add(triple)
    for own in (names.catalogue, names.union):
        if own in named:
            raise UsageError(
                Message(
                    f"Ein Graph heißt {own}; diesen Namen braucht die Veröffentlichung selbst.",
                    f"A graph is called {own}; the push needs that name itself.",
                )
            )
    named[names.union] = {triple for triples in named.values() for triple in triples}
    result = {}
    for graph, triples in named.items():
        ordered = tuple(sorted(triples, key=str))
        result[graph] = _Graph(ordered, _digest(f"{triple} ." for triple in ordered))
    return result


def _plan(
    graphs: Mapping[str, _Graph],
    union: str,
    before: Mapping[str, Listed],
    counts: Mapping[str, int],
) -> list[Change]:
    """Return what is to be done: source graphs first, then their union, then what is gone."""
    changes = []
    for graph in sorted(graphs, key=lambda name: (name == union, name)):
        wanted, listed, held = graphs[graph], before.get(graph), counts.get(graph, 0)
        kind: Kind = "changed"
        if listed is None and not held:
            kind = "added"
        elif listed is not None and (listed.digest, listed.triples) == (wanted.digest, held):
            kind = "kept"
        changes.append(Change(graph, kind, held, len(wanted.triples)))
    gone = sorted(set(before) - set(graphs))
    return [*changes, *(Change(graph, "removed", counts.get(graph, 0), 0) for graph in gone)]


def _catalogue_triples(catalogue: Catalogue, names: Names) -> Iterator[ox.Triple]:
    """Describe the dataset by VoID and its push as an activity (PROV) and action (schema.org)."""
    deed, dataset, here = (
        ox.NamedNode(iri) for iri in (names.push, names.dataset, names.catalogue)
    )

    def of(subject: ox.NamedNode, prop: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(prop), value)

    yield of(here, RDF_TYPE, ox.NamedNode(VOID + "DatasetDescription"))
    yield of(here, PREFIXES["foaf"] + "primaryTopic", dataset)
    yield of(dataset, RDF_TYPE, ox.NamedNode(VOID + "Dataset"))
    yield of(dataset, PREFIXES["prov"] + "wasGeneratedBy", deed)
    yield of(deed, RDF_TYPE, ox.NamedNode(PREFIXES["prov"] + "Activity"))
    yield of(deed, RDF_TYPE, ox.NamedNode(SCHEMA + "UpdateAction"))
    yield of(deed, _IDENTIFIER, ox.Literal(catalogue.digest))
    status = COMPLETED if catalogue.complete else ACTIVE
    yield of(deed, SCHEMA + "actionStatus", ox.NamedNode(status))
    for graph, listed in catalogue.graphs.items():
        yield of(dataset, VOID + "subset", ox.NamedNode(graph))
        yield from _listed(graph, listed)


def _listed(graph: str, listed: Listed) -> Iterator[ox.Triple]:
    if not listed.digest:
        return
    node = ox.NamedNode(graph)
    yield ox.Triple(node, ox.NamedNode(_IDENTIFIER), ox.Literal(listed.digest))
    size = ox.Literal(str(listed.triples), datatype=ox.NamedNode(XSD + "integer"))
    yield ox.Triple(node, ox.NamedNode(VOID + "triples"), size)


def _portions(triples: Sequence[ox.Triple], most: int, longest: int) -> Iterator[str]:
    """Yield N-Triples texts of at most so many triples and, but for single ones, bytes."""
    lines: list[str] = []
    size = 0
    for triple in triples:
        line = f"{triple} .\n"
        length = len(line.encode())
        if lines and (len(lines) >= most or size + length > longest):
            yield "".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += length
    yield "".join(lines)


def _digest(lines: Iterable[str]) -> str:
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode() + b"\n")
    return f"sha256:{total.hexdigest()}"


def _kin(lost: ox.Triple, held: set[ox.Triple]) -> set[ox.Triple]:
    """Return the triples that say the same as `lost` in another form of its literal."""
    if not isinstance(lost.object, ox.Literal):
        return set()
    return {
        one
        for one in held
        if one.subject == lost.subject
        and one.predicate == lost.predicate
        and isinstance(one.object, ox.Literal)
        and _value(one.object) == _value(lost.object)
    }


def _value(literal: ox.Literal) -> object:
    """Return what a literal means, so far as servers differ in writing it.

    >>> _value(ox.Literal("8.20", datatype=ox.NamedNode(XSD + "decimal"))) == _value(
    ...     ox.Literal(8.2)
    ... )
    True
    >>> _value(ox.Literal(True)) == _value(ox.Literal(1))
    True
    """
    text, kind = literal.value, literal.datatype.value.removeprefix(XSD)
    if literal.language:
        return text, literal.language.lower()
    if kind in ("gYear", "gYearMonth", "date", "dateTime"):
        # Virtuoso takes a month for its first day.
        day = text.removesuffix("Z").partition("T")[0]
        return day + "-01" * (2 - day.lstrip("-").count("-"))
    if kind == "boolean":
        return Decimal(text in ("true", "1"))
    try:
        return Decimal(text) if kind != "string" else (text, "")
    except InvalidOperation:
        return text, ""
