"""What a SPARQL endpoint answers, whichever engine it is: terms, or text in a standard format."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Protocol, TypeVar

import pyoxigraph as ox

from itas_graph.errors import EngineError, Message, NotAcceptableError
from itas_graph.vocab import PREFIXES

TABLE_FORMATS = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "xml": ox.RdfFormat.RDF_XML,
    # By a name that no table has: where both are possible, it says which of them an answer is.
    "rdf": ox.RdfFormat.RDF_XML,
}
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples | Iterator[ox.Triple]
One = TypeVar("One")


@dataclass
class Answer:
    """What an endpoint answers; exactly one of `rows`, `truth`, `triples` is not None."""

    columns: list[str]
    rows: Iterator[tuple[Term | None, ...]] | None = None
    truth: bool | None = None
    triples: Iterator[ox.Triple] | None = None


class Endpoint(Protocol):
    """Anything that answers SPARQL queries over the dataset."""

    def ask(self, query: str) -> Answer:
        """Answer a SELECT, ASK, CONSTRUCT or DESCRIBE query."""

    def serialised(self, query: str, name: str) -> Iterator[bytes]:
        """Answer a query in the format `name` of TABLE_FORMATS or GRAPH_FORMATS, in pieces."""


def of_results(results: Results) -> Answer:
    """Return what an engine found, or what was read from text, as an answer.

    The engine works, and may fail, only while rows and triples are taken: then EngineError.
    """
    if isinstance(results, ox.QuerySolutions):
        columns = [variable.value for variable in results.variables]
        return Answer(columns, rows=guarded(tuple(row) for row in results))
    if isinstance(results, ox.QueryBoolean):
        return Answer([], truth=bool(results))
    return Answer([], triples=guarded(iter(results)))


def parsed(text: IO[bytes] | bytes, name: str) -> Results:
    """Read an answer in the format `name`: tables in json, xml or tsv, graphs in nt or ttl.

    Raises:
        EngineError: the text breaks off or is no such answer. Rows are read while they are taken,
            so this may come late.

    >>> of_results(parsed(b'{"head": {}, "boolean": true}', "json")).truth
    True
    >>> list(
    ...     of_results(parsed(b'{"head": {"vars": ["a"]}, "results": {"bindings": [', "json")).rows
    ... )
    Traceback (most recent call last):
        ...
    itas_graph.errors.EngineError: The query failed: ...
    """
    try:
        if name in ("nt", "ttl"):
            quads = ox.parse(text, format=GRAPH_FORMATS[name])
            return (quad.triple for quad in quads)
        return ox.parse_query_results(text, format=TABLE_FORMATS[name])
    except (OSError, RuntimeError, SyntaxError) as error:
        raise broke_off(error) from error


def write(results: Results, output: IO[bytes], name: str) -> None:
    """Write what an engine found to `output` in the format `name`.

    Triples are written once each and sorted, rows as they come.

    Raises:
        NotAcceptableError: this kind of answer has no such format.
        EngineError: the engine failed half way.
    """
    try:
        if isinstance(results, ox.QuerySolutions):
            results.serialize(output, format=_format(TABLE_FORMATS, name))
        elif isinstance(results, ox.QueryBoolean):
            table = _format(TABLE_FORMATS, name)
            if name in ("csv", "tsv"):
                output.write(b"true\n" if results else b"false\n")
            else:
                results.serialize(output, format=table)
        else:
            rdf = _format(GRAPH_FORMATS, name)
            prefixes = PREFIXES if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML) else None
            triples = sorted(set(guarded(results)), key=str)
            ox.serialize(triples, output, format=rdf, prefixes=prefixes)
    except (OSError, RuntimeError, SyntaxError) as error:
        raise broke_off(error) from error


def serialised(results: Results, name: str) -> Iterator[bytes]:
    """Yield what `write` would write, as one piece."""
    whole = io.BytesIO()
    write(results, whole, name)
    yield whole.getvalue()


def guarded(results: Iterable[One]) -> Iterator[One]:
    """Yield results; the engine works, and may fail, only while they are read."""
    try:
        yield from results
    except (OSError, RuntimeError, SyntaxError) as error:
        raise broke_off(error) from error


def broke_off(error: Exception) -> EngineError:
    """Return the error of a query that an engine began and could not end."""
    return EngineError(Message(f"Die Abfrage brach ab: {error}", f"The query failed: {error}"))


def _format(known: dict[str, One], name: str) -> One:
    if name in known:
        return known[name]
    raise no_such_format(name, known)


def no_such_format(name: str, known: Iterable[str]) -> NotAcceptableError:
    """Return the error of an answer that does not come in the format `name`."""
    names = ", ".join(sorted(known))
    return NotAcceptableError(
        Message(
            f"Diese Antwort gibt es nicht als {name}, sondern als: {names}.",
            f"This answer does not come as {name} but as: {names}.",
        )
    )
