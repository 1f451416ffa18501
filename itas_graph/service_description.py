"""What a served dataset is -> its description in RDF (SPARQL 1.1 Service Description, VoID)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from itas_graph.answers import GRAPH_FORMATS
from itas_graph.vocab import PREFIXES, RDF_TYPE

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)


def describe(endpoint: str, graphs: Sequence[str], statements: int, name: str) -> bytes:
    """Return the description of the service at the address `endpoint`, in a format by its name.

    `graphs` are the IRIs of the named graphs, `statements` how many statements they hold.

    >>> text = describe("http://example.org/sparql", ["http://example.org/g"], 7, "ttl").decode()
    >>> "sd:endpoint <http://example.org/sparql>" in text
    True
    """
    triples = sorted(_triples(endpoint, graphs, statements), key=str)
    prefixes = {"sd": SD, "void": VOID, "rdf": PREFIXES["rdf"]}
    text = ox.serialize(
        triples,
        format=GRAPH_FORMATS[name],
        prefixes=prefixes if name in ("ttl", "rdf") else None,
    )
    return text or b""


def _triples(endpoint: str, graphs: Sequence[str], statements: int) -> Iterator[ox.Triple]:
    service = ox.NamedNode(endpoint)
    dataset = ox.NamedNode(f"{endpoint}#dataset")
    union = ox.NamedNode(f"{endpoint}#default-graph")
    kind = ox.NamedNode(RDF_TYPE)

    def sd(word: str) -> ox.NamedNode:
        return ox.NamedNode(SD + word)

    yield ox.Triple(service, kind, sd("Service"))
    yield ox.Triple(service, sd("endpoint"), service)
    yield ox.Triple(service, sd("supportedLanguage"), sd("SPARQL11Query"))
    yield ox.Triple(service, sd("feature"), sd("UnionDefaultGraph"))
    for word in _RESULT_FORMATS:
        yield ox.Triple(service, sd("resultFormat"), ox.NamedNode(_FORMATS + word))
    yield ox.Triple(service, sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, kind, sd("Dataset"))
    yield ox.Triple(dataset, kind, ox.NamedNode(VOID + "Dataset"))
    yield ox.Triple(dataset, ox.NamedNode(VOID + "triples"), ox.Literal(statements))
    yield ox.Triple(dataset, sd("defaultGraph"), union)
    yield ox.Triple(union, kind, sd("Graph"))
    for number, graph in enumerate(sorted(graphs)):
        named = ox.NamedNode(f"{endpoint}#graph-{number}")
        yield ox.Triple(dataset, sd("namedGraph"), named)
        yield ox.Triple(named, kind, sd("NamedGraph"))
        yield ox.Triple(named, sd("name"), ox.NamedNode(graph))
