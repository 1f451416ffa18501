"""Measures of a projection -> RDF in a named graph of its own, for questions to use.

One node for each measurement (measure, network, definition, parameters, date of the data), and one
for each value. No clock is read and nothing is a blank node: same data, same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from itas_graph.dataset import dump, narrowed_date
from itas_graph.errors import Message, UsageError
from itas_graph.readings import Measured
from itas_graph.vocab import BASE, NS, PREFIXES, RDF_TYPE, XSD

GRAPH = "measurements"
FORMATS = {".trig": "itas.trig", ".nq": "itas.nq"}

#: Who defined each measure as it is computed here, and when; docs/measures.md has the titles.
PROCEDURES = {
    "degree": "degree centrality (Freeman 1978)",
    "betweenness": "shortest-path betweenness (Freeman 1977; Brandes 2001)",
    "closeness": "closeness centrality (Freeman 1978; Wasserman and Faust 1994)",
    "pagerank": "PageRank (Page et al. 1999)",
    "eigenvector": "eigenvector centrality of the largest component (Bonacich 1987)",
    "constraint": "constraint (Burt 1992)",
    "core": "core number (Seidman 1983; Batagelj and Zaveršnik 2003)",
    "bipartite-degree": "bipartite degree centrality (Borgatti and Halgin 2011)",
    "bipartite-betweenness": "bipartite betweenness centrality (Borgatti and Halgin 2011)",
    "bipartite-closeness": "bipartite closeness centrality (Borgatti and Halgin 2011)",
    "articulation": "articulation points (Hopcroft and Tarjan 1973): number of parts",
    "bridges": "bridges (Tarjan 1974): number of bridges at the node",
    "communities": "Leiden communities by modularity (Traag et al. 2019): number of the community",
}


def refuse_ending(ending: str) -> None:
    """Refuse a file name whose `ending` stands for no form that can hold a named graph.

    Raises:
        UsageError: it cannot; the message names those that can.
    """
    if ending not in FORMATS:
        raise UsageError(
            Message(
                f"„{ending}“ kann keinen benannten Graphen enthalten; nehmen Sie .trig oder .nq.",
                f"“{ending}” cannot hold a named graph; take .trig or .nq.",
            )
        )


def written(graph: Any, found: Iterable[Measured], ending: str) -> bytes:  # noqa: ANN401  # networkx is untyped
    """Return measurements of the projection `graph` as a file whose name ends in `ending`."""
    refuse_ending(ending)
    return dump(quads(graph, found), FORMATS[ending])


def quads(graph: Any, found: Iterable[Measured]) -> list[ox.Quad]:  # noqa: ANN401  # networkx is untyped
    """Return measurements as sorted quads of one graph, `…/measurements`."""
    base = graph.graph["base"] or BASE
    home = ox.NamedNode(base + GRAPH)
    made = [
        ox.Quad(subject, predicate, value, home)
        for one in found
        for subject, predicate, value in _measurement(graph.graph, base, one)
    ]
    return sorted(made, key=str)


def parameters(one: Measured) -> dict[str, str]:
    """Return how a measure was computed; where it was estimated, from how much and how well.

    `margin` is how far the worst of the true values is off, in 95 of 100 cases.
    """
    said = dict(one.measure.parameters)
    if one.estimate is not None:
        worst = max((margin for margin in one.estimate.margins if margin), default=0.0)
        said |= {
            "sources": str(one.estimate.sources),
            "sources_of": str(one.estimate.nodes),
            "margin": f"{worst:.3g}",
        }
    return said


Statement = tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]


def _measurement(about: dict[str, Any], base: str, one: Measured) -> Iterator[Statement]:
    name = "--".join(part for part in (about["name"], one.measure.name, about["as_of"]) if part)
    node = ox.NamedNode(f"{base}measurement/{name}")
    said = parameters(one)
    if about["as_of"]:
        said["as_of"] = about["as_of"]
    if about.get("shared_by_at_most") is not None:
        said["shared_by_at_most"] = str(about["shared_by_at_most"])
    yield node, _term("rdf:type"), _term("itas:Measurement")
    yield node, _term("itas:measure"), ox.Literal(one.measure.name)
    yield node, _term("itas:projection"), ox.Literal(about["name"])
    yield node, _term("itas:procedure"), ox.Literal(PROCEDURES[one.measure.name])
    for parameter, text in sorted(said.items()):
        yield node, _term("itas:parameter"), ox.Literal(f"{parameter}={text}")
    if about["stand"]:
        yield node, _term("itas:asOf"), narrowed_date(about["stand"])
    yield node, _term("prov:used"), ox.NamedNode(base + "dataset")
    ranks = {finding.nodes[0]: finding.rank for finding in one.findings if len(finding.nodes) == 1}
    for key, value in one.values.items():
        if value is not None:
            yield from _value(base, node, name, key, value, ranks.get(key))
            if one.names:
                label = one.names[int(value)]
                subject = ox.NamedNode(f"{base}measured-value/{name}--{key.replace('/', '-')}")
                yield subject, _term("rdfs:label"), ox.Literal(label.de, language="de")
                yield subject, _term("rdfs:label"), ox.Literal(label.en, language="en")


def _value(
    base: str, node: ox.NamedNode, name: str, key: str, value: float, rank: int | None
) -> Iterator[Statement]:
    subject = ox.NamedNode(f"{base}measured-value/{name}--{key.replace('/', '-')}")
    yield subject, _term("rdf:type"), _term("itas:MeasuredValue")
    yield subject, _term("prov:wasGeneratedBy"), node
    yield subject, _term("itas:measuredResource"), ox.NamedNode(base + key)
    # The last digits differ from machine to machine.
    number = ox.Literal(repr(round(float(value), 12)), datatype=ox.NamedNode(XSD + "double"))
    yield subject, _term("rdf:value"), number
    if rank is not None:
        place = ox.Literal(str(rank), datatype=ox.NamedNode(XSD + "integer"))
        yield subject, _term("schema:position"), place


def _term(name: str) -> ox.NamedNode:
    if name == "rdf:type":
        return ox.NamedNode(RDF_TYPE)
    prefix, _, local = name.partition(":")
    return ox.NamedNode((NS if prefix == "itas" else PREFIXES[prefix]) + local)
