"""Dataset -> an endpoint that answers SPARQL, in memory or from a folder on disk (Oxigraph)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from itas_graph import answers
from itas_graph.answers import Answer, Results
from itas_graph.dataset import Dataset
from itas_graph.errors import EngineError, Message, QueryError
from itas_graph.vocab import PREFIXES


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

    def run(self, query: str) -> Results:
        """Begin to answer a query; the engine goes on while the results are taken.

        Raises:
            QueryError: the query does not parse.
            EngineError: the store cannot be read.
        """
        try:
            return self._store.query(query, prefixes=PREFIXES)
        except SyntaxError as error:
            raise _syntax_error(query, str(error)) from error
        except UnicodeEncodeError as error:
            raise QueryError(
                Message("Die Abfrage ist kein UTF-8-Text.", "The query is no UTF-8 text.")
            ) from error
        except (OSError, RuntimeError) as error:
            raise answers.broke_off(error) from error


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
    try:
        store = ox.Store(str(folder))
        store.bulk_extend(_with_union(dataset.quads))
        # In one level instead of several: a large store answers more than twice as fast.
        store.optimize()
        store.flush()
    except RuntimeError as error:
        raise EngineError(
            Message(
                f"Der Speicher {folder} lässt sich nicht schreiben: {error}",
                f"The store {folder} cannot be written: {error}",
            )
        ) from error


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


def _syntax_error(query: str, text: str) -> QueryError:
    """Return the error with line, column, the line itself and a mark under the place."""
    place = re.search(r"at (\d+):(\d+)", text)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    lines = query.split("\n")
    line = min(line, len(lines))
    while line > 1 and not lines[line - 1].strip():
        # What is missing at the end is missed on the last line that says something.
        line -= 1
        column = len(lines[line - 1]) + 1
    shown = lines[line - 1]
    mark = shown.expandtabs(1) + "\n" + " " * (column - 1) + "^"
    reason = _reason(text)
    return QueryError(
        Message(
            f"Zeile {line}, Spalte {column}: hier ist die Abfrage nicht lesbar{reason.de}.\n{mark}",
            f"line {line}, column {column}: the query cannot be read here{reason.en}.\n{mark}",
        ),
        line,
        column,
    )


def _reason(text: str) -> Message:
    if "Prefix not found" in text:
        return Message(
            " (unbekanntes Präfix; vordefiniert sind " + ", ".join(PREFIXES) + ")",
            " (unknown prefix; pre-bound are " + ", ".join(PREFIXES) + ")",
        )
    if "unbound" in text:
        return Message(
            " (SELECT nennt eine Variable, die weder im Muster noch in GROUP BY steht)",
            " (SELECT names a variable that neither the pattern nor GROUP BY binds)",
        )
    words = [
        word
        for word in re.findall(r"\b[A-Z]{3,}\b", text.partition("expected")[2])
        # LATERAL is no SPARQL 1.1; the others are the hexadecimal ends of ranges of characters.
        if word != "LATERAL" and not set(word) <= set("ABCDEF")
    ]
    if words:
        expected = ", ".join(dict.fromkeys(words))
        return Message(f" (möglich wäre: {expected})", f" (possible: {expected})")
    return Message("", "")
