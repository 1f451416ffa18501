"""Dataset -> an endpoint that answers SPARQL, in memory or from a folder on disk (Oxigraph)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from itas_graph import answers, reach
from itas_graph.answers import Answer, Results
from itas_graph.dataset import Dataset
from itas_graph.errors import EngineError, ForbiddenError, Message, QueryError
from itas_graph.vocab import PREFIXES

_MARKS = [(name, f"{name}:", iri) for name, iri in PREFIXES.items()]
Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


class EmbeddedStore:
    """An Oxigraph store; its default graph is the union of the named graphs, each triple once.

    Oxigraph's own union default graph repeats a triple for each graph that holds it, so counts
    would differ from other engines: the union is written out instead.
    """

    def __init__(self, store: ox.Store) -> None:
        self._store = store

    def ask(self, query: str) -> Answer:
        """Answer a SELECT, ASK, CONSTRUCT or DESCRIBE query.

        Raises:
            QueryError: the query does not parse.
            EngineError: the store cannot be read.
        """
        return answers.of_results(self.run(query))

    def serialised(self, query: str, name: str) -> Iterator[bytes]:
        """Answer a query as the engine itself writes it, without Python objects in between.

        Raises:
            QueryError: the query does not parse, or its kind of answer has no such format.
            EngineError: the store cannot be read.
        """
        return answers.serialised(self.run(query), name)

    def about(self, iri: str) -> list[ox.Quad]:
        """Return what the named graphs state of a resource."""
        return _named(self._store.quads_for_pattern(ox.NamedNode(iri), None, None, None))

    def users_of(self, iri: str) -> list[str]:
        """Return what refers to a resource, each once, sorted."""
        union = ox.DefaultGraph()
        found = self._store.quads_for_pattern(None, None, ox.NamedNode(iri), union)
        return sorted({str(quad.subject)[1:-1] for quad in found})

    def graph(self, iri: str) -> list[ox.Quad]:
        """Return all that a named graph states."""
        return list(self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))

    def derive(self, rules: Iterable[str]) -> list[ox.Triple]:
        """Add what CONSTRUCT queries derive, each building on those before; return it, sorted.

        Raises:
            QueryError: a rule does not parse.
        """
        derived: set[ox.Triple] = set()
        for rule in rules:
            found = set(self.ask(rule).triples or ())
            self._store.extend(ox.Quad(one.subject, one.predicate, one.object) for one in found)
            derived |= found
        return sorted(derived, key=str)

    def run(
        self,
        query: str,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        base: str | None = None,
    ) -> Results:
        """Begin to answer a query; the engine goes on while the results are taken.

        `default_graphs` and `named_graphs` are IRIs of graphs of this dataset, as the SPARQL
        Protocol gives them; they take the place of what the query names by FROM. `base` is what
        relative IRIs begin with, if the query has no BASE.

        Raises:
            ForbiddenError: the query would write, ask another server or fetch a graph.
            QueryError: the query does not parse.
            EngineError: the store cannot be read.
        """
        try:
            asked = reach.clause(query, base)
            if default_graphs or named_graphs:
                asked = reach.DatasetClause(tuple(default_graphs), tuple(named_graphs))
            if asked == reach.DatasetClause():
                return self._store.query(query, base_iri=base, prefixes=_prefixes(query))
            return self._query_graphs(query, asked, base)
        except SyntaxError as error:
            raise reach.objection(query, error) from error
        except UnicodeEncodeError as error:
            raise QueryError(
                Message("Die Abfrage ist kein UTF-8-Text.", "The query is no UTF-8 text.")
            ) from error
        except (OSError, RuntimeError) as error:
            raise answers.broke_off(error) from error

    def _query_graphs(self, query: str, asked: reach.DatasetClause, base: str | None) -> Results:
        default: list[Graph] = [self._graph(iri) for iri in asked.default]
        named = [self._graph(iri) for iri in asked.named]
        if len(default) < 2:
            return self._store.query(
                query,
                base_iri=base,
                prefixes=_prefixes(query),
                default_graph=default,
                named_graphs=[*named],
            )
        # Oxigraph would repeat a triple for each of the graphs that hold it.
        merged = ox.Store()
        for graph in default:
            merged.extend(
                ox.Quad(one.subject, one.predicate, one.object)
                for one in self._store.quads_for_pattern(None, None, None, graph)
            )
        for graph in named:
            merged.extend(self._store.quads_for_pattern(None, None, None, graph))
        return merged.query(
            query,
            base_iri=base,
            prefixes=_prefixes(query),
            default_graph=ox.DefaultGraph(),
            named_graphs=[*named],
        )

    def _graph(self, iri: str) -> ox.NamedNode:
        try:
            graph = ox.NamedNode(iri)
        except ValueError:
            graph = None
        if graph is None or not self._store.contains_named_graph(graph):
            raise ForbiddenError(
                Message(
                    f"Den Graphen <{iri}> gibt es in diesem Datensatz nicht, und von außen wird "
                    "nichts geholt. Was es gibt: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
                    f"There is no graph <{iri}> in this dataset, and nothing is fetched from "
                    "outside. What there is: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
                )
            )
        return graph


def _named(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    return [quad for quad in quads if isinstance(quad.graph_name, ox.NamedNode)]


def _prefixes(query: str) -> dict[str, str]:
    """Return the pre-bound prefixes that a query may use; the engine takes its time with each."""
    return {name: iri for name, mark, iri in _MARKS if mark in query}


def in_memory(dataset: Dataset) -> EmbeddedStore:
    """Return a store that holds the dataset in memory."""
    return of_quads(dataset.quads)


def of_quads(quads: Sequence[ox.Quad]) -> EmbeddedStore:
    """Return a store in memory whose default graph is the union of all graphs of `quads`."""
    store = ox.Store()
    store.bulk_extend(_with_union(quads))
    return EmbeddedStore(store)


def write(dataset: Dataset, folder: Path) -> None:
    """Write the dataset as a store into `folder`, which must not exist yet."""
    with _writing(folder):
        store = ox.Store(str(folder))
        store.bulk_extend(_with_union(dataset.quads))
        # In one level instead of several: a large store answers more than twice as fast.
        store.optimize()
        store.flush()


def read(folder: Path) -> EmbeddedStore:
    """Open the store in `folder` for reading; any number of processes may.

    Raises:
        EngineError: there is none, or it is damaged.
    """
    try:
        return EmbeddedStore(ox.Store.read_only(str(folder)))
    except (OSError, RuntimeError, ValueError) as error:
        raise EngineError(
            Message(
                f"Der Speicher {folder} ist nicht lesbar ({error}). "
                "Bauen Sie ihn neu: itas-graph build --force",
                f"The store {folder} cannot be read ({error}). "
                "Build it again: itas-graph build --force",
            )
        ) from error


def _with_union(quads: Sequence[ox.Quad]) -> Iterator[ox.Quad]:
    yield from quads
    for triple in dict.fromkeys(quad.triple for quad in quads):
        yield ox.Quad(triple.subject, triple.predicate, triple.object)


class Loading:
    """A store on disk that is filled from files of N-Quads, or changed by a few quads.

    The default graph is filled from files, too: the union of the named graphs, written out.
    """

    def __init__(self, folder: Path) -> None:
        with _writing(folder):
            self._store = ox.Store(str(folder))
        self._folder = folder

    def load(self, path: Path) -> None:
        """Load a file that the program itself wrote; its terms are not judged again."""
        with _writing(self._folder):
            self._store.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)

    def derive(self, rules: Iterable[str], graph: str, named: Path, union: Path) -> list[str]:
        """Add what CONSTRUCT queries derive as `graph`, each building on those before.

        The files `named` and `union` are in between. Returned are the N-Quads, sorted.

        Raises:
            QueryError: a rule does not parse.
        """
        found: set[str] = set()
        for rule in rules:
            text = b"".join(answers.serialised(EmbeddedStore(self._store).run(rule), "nt"))
            fresh = set(text.decode().split("\n")) - found - {""}
            if fresh:
                found |= fresh
                union.write_text("\n".join(sorted(fresh)) + "\n", "utf-8", newline="\n")
                self.load(union)
        # N-Triples ends each triple by “ .”; the graph goes before the point.
        lines = sorted(f"{line[:-1].rstrip()} <{graph}> ." for line in found)
        if lines:
            named.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
            self.load(named)
        return lines

    def change(self, removed: Sequence[ox.Quad], added: Sequence[ox.Quad]) -> None:
        """Take quads out of their graphs and put others in; the union follows."""
        with _writing(self._folder):
            for quad in removed:
                self._store.remove(quad)
            self._store.extend(added)
            for quad in removed:
                triple = quad.subject, quad.predicate, quad.object
                if all(
                    isinstance(one.graph_name, ox.DefaultGraph)
                    for one in self._store.quads_for_pattern(*triple, None)
                ):
                    self._store.remove(ox.Quad(*triple))
            self._store.extend(ox.Quad(one.subject, one.predicate, one.object) for one in added)

    def has(self, subject: str, predicate: str) -> bool:
        """Say whether a resource has a property."""
        nodes = ox.NamedNode(subject), ox.NamedNode(predicate)
        return next(self._store.quads_for_pattern(*nodes, None, None), None) is not None

    def finish(self, *, optimise: bool) -> None:
        """Bring everything to the disk, in one level if it is to be read a lot."""
        with _writing(self._folder):
            if optimise:
                self._store.optimize()
            self._store.flush()


def quads(lines: Iterable[str]) -> list[ox.Quad]:
    """Return lines of N-Quads as quads."""
    return list(ox.parse("\n".join(lines), format=ox.RdfFormat.N_QUADS))


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise EngineError(
            Message(
                f"Der Speicher {folder} lässt sich nicht schreiben: {error}",
                f"The store {folder} cannot be written: {error}",
            )
        ) from error
