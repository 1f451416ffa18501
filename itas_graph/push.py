"""A dataset -> the same graphs on a SPARQL server, one by one, checked; a catalogue beside them.

The catalogue is a graph of its own: which graphs belong to the dataset, each with its digest and
size, and whether the last push came to its end. It is written first and last, so that readers see
what is under way, and an interrupted push goes on where it was. It names no time: equal datasets
leave equal graphs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import pyoxigraph as ox

from itas_graph import sorted_graphs
from itas_graph.delivery import Delivery
from itas_graph.errors import EngineError, Message, UsageError
from itas_graph.exchange import RefusalError
from itas_graph.graph_writers import PORTION, GraphStore, Updates, Writer, writer
from itas_graph.remote import ACTIVE, COMPLETED, SCHEMA, Catalogue, Listed, Names, RemoteEndpoint
from itas_graph.sorted_graphs import SortedGraph
from itas_graph.vocab import PREFIXES, RDF_TYPE, VOID, XSD

__all__ = ["PORTION", "Change", "GraphStore", "Pushed", "Updates", "Writer", "push", "writer"]

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
    #: How many statements of the dataset were sent.
    sent: int = 0

    def count(self, kind: Kind) -> int:
        """Return how many graphs were treated so."""
        return sum(change.kind == kind for change in self.changes)


def push(
    endpoint: RemoteEndpoint,
    writer: Writer,
    quads: Iterable[ox.Quad],
    *,
    dry_run: bool = False,
    progress: Progress = lambda _: None,
) -> Pushed:
    """Make the server hold exactly these graphs of the dataset, and touch no others.

    A graph whose digest the catalogue lists and whose size fits is left as it is, of a large one
    each such part; graphs that only the catalogue knows are removed. Without anything to do nothing
    is written. What waits to be sent lies on the disk.

    Raises:
        UsageError: the dataset cannot be published so.
        EngineError: the server failed, or holds something else than it was given.
    """
    with tempfile.TemporaryDirectory(prefix="itas-push-") as folder:
        progress(Message("sortieren", "sorting"))
        graphs = _sorted(quads, endpoint.names, Path(folder))
        found = endpoint.read_catalogue()
        before = found.graphs if found else {}
        progress(Message("vergleichen", "comparing"))
        counts = endpoint.count({*graphs, *before})
        changes = _plan(graphs, endpoint.names.union, before, counts)
        target = sorted_graphs.digest(
            line for graph in sorted(graphs) for line in (graph, graphs[graph].digest)
        )
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
        delivery = publisher.delivery
        return Pushed(changes, True, delivery.altered, delivery.sent)


class _Publisher:
    """Carries out a plan and keeps the catalogue true meanwhile."""

    def __init__(
        self,
        endpoint: RemoteEndpoint,
        writer: Writer,
        graphs: Mapping[str, SortedGraph],
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
        self.delivery = Delivery(endpoint, writer, progress)

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
        kept = {change.graph for change in changes if change.kind == "kept"}
        held = {change.graph: change.before for change in changes if change.kind == "changed"}
        self.delivery.begin(self._graphs, kept, held)

    def carry_out(self, change: Change) -> None:
        """Write or remove one graph and note it in the catalogue."""
        if change.kind == "removed":
            self._progress(Message(f"entfernen: {change.graph}", f"removing {change.graph}"))
            self._writer.remove(change.graph)
        elif change.kind != "kept":
            self._progress(Message(f"schreiben: {change.graph}", f"writing {change.graph}"))
            graph = self._graphs[change.graph]
            first = None if self._tried else partial(self._refuse_mixing, change.graph)
            size = self.delivery.bring(change.graph, graph, first or _nothing)
            self._tried.append(change.graph)
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
                self.delivery.forget()
            raise


def _nothing() -> None:
    """See nothing amiss."""


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


def _sorted(quads: Iterable[ox.Quad], names: Names, folder: Path) -> dict[str, SortedGraph]:
    """Return the named graphs of a dataset and their union.

    Raises:
        UsageError: there are blank nodes, or graphs by the names that a push needs itself.
    """
    graphs, union = sorted_graphs.sort(quads, folder)
    for own in (names.catalogue, names.union, names.parts):
        if own in graphs:
            raise UsageError(
                Message(
                    f"Ein Graph heißt {own}; diesen Namen braucht die Veröffentlichung selbst.",
                    f"A graph is called {own}; the push needs that name itself.",
                )
            )
    return {**graphs, names.union: union}


def _plan(
    graphs: Mapping[str, SortedGraph],
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
        changes.append(Change(graph, kind, held, wanted.triples))
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
