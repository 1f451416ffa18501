"""Answers of queries/edges and queries/nodes -> a networkx graph with evidence on each edge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from itas_graph.records import Record
from itas_graph.store import Endpoint
from itas_graph.vocab import CONCEPT

if TYPE_CHECKING:
    import networkx

Row = dict[str, str]

_EDGE_TEXT = ("valid_from", "valid_until", "as_of")
_VIA = ("person", "function", "talk", "event", "date")


def load(endpoint: Endpoint, queries: Path, settings: Record | None) -> networkx.MultiGraph:
    """Return organisations, initiatives and the relations between them, with their evidence.

    Nodes are `organisation/<slug>` and `initiative/<slug>`; the key of an edge is the IRI of the
    involvement, grant or contribution it shows, so that parallel relations stay apart. Every
    source that states a relation is one entry of its `evidence`.
    """
    import networkx

    network = networkx.MultiGraph()
    _describe(network, endpoint, queries, settings)
    _add_nodes(network, endpoint, queries)
    _add_edges(network, endpoint, queries)
    return _settled(network)


def rows(endpoint: Endpoint, path: Path) -> Iterator[Row]:
    """Answer the query in `path`; each row maps its bound columns to text."""
    answer = endpoint.ask(path.read_text("utf-8"))
    for values in answer.rows or ():
        yield {
            column: term.value
            for column, term in zip(answer.columns, values, strict=True)
            if term is not None and not isinstance(term, ox.Triple)
        }


def _describe(
    network: networkx.MultiGraph, endpoint: Endpoint, queries: Path, settings: Record | None
) -> None:
    def setting(name: str) -> str:
        return (settings.first(name) if settings else None) or ""

    concepts: dict[str, dict[str, Any]] = {}
    for row in rows(endpoint, queries / "nodes" / "concepts.rq"):
        scheme, slug = row["concept"].rsplit("/", 2)[-2:]
        concepts.setdefault(scheme, {})[slug] = {
            "de": row.get("label_de", slug),
            "en": row.get("label_en", slug),
            "order": row.get("notation", slug),
        }
    sources = {
        _slug(row["id"]): {
            name: row.get(name, "")
            for name in ("title", "url", "publisher", "published", "language")
        }
        | {"coverage": _slug(row.get("coverage", ""))}
        for row in rows(endpoint, queries / "nodes" / "sources.rq")
    }
    links = settings.children.get("links", []) if settings else []
    network.graph.update(
        title={"de": setting("title_de"), "en": setting("title_en")},
        description={"de": setting("description_de"), "en": setting("description_en")},
        stand=setting("as_of"),
        licence=setting("licence"),
        licence_url=setting("licence_url"),
        links=[
            {
                "label": {"de": link.first("label_de"), "en": link.first("label_en")},
                "url": link.first("url"),
            }
            for link in links
        ],
        concepts=concepts,
        sources=sources,
    )


def _add_nodes(network: networkx.MultiGraph, endpoint: Endpoint, queries: Path) -> None:
    for group in ("organisation", "initiative"):
        for row in rows(endpoint, queries / "nodes" / f"{group}s.rq"):
            key = _key(row["id"])
            if key not in network:
                network.add_node(
                    key,
                    group=group,
                    label=row.get("label", _slug(row["id"])),
                    aliases=[],
                    kind="",
                    action_fields=[],
                    consortium=False,
                    status="",
                    valid_from="",
                    valid_until="",
                    period_as_written="",
                    unit_of=None,
                    people=[],
                    evidence=[],
                )
            _merge(network.nodes[key], row)
    for row in rows(endpoint, queries / "nodes" / "people.rq"):
        key = _key(row["organisation_id"])
        if key in network:
            person = {
                "name": row.get("person", ""),
                **{name: row.get(name, "") for name in ("function", "event", "date")},
            }
            _append(network.nodes[key]["people"], person)


def _merge(node: dict[str, Any], row: Row) -> None:
    """Add what one row says to a node; several rows carry its several values."""
    for name in ("valid_from", "valid_until", "period_as_written"):
        # Sources differ: the later date, the longer wording; all of them stay in the evidence.
        node[name] = max(node[name], row.get(name, ""), key=lambda text: (len(text) > 0, text))
    node["kind"] = node["kind"] or _slug(row.get("kind", ""))
    node["status"] = node["status"] or _slug(row.get("status", ""))
    if "unit_of" in row:
        node["unit_of"] = _key(row["unit_of"])
    if row.get("alias") and row["alias"] != node["label"]:
        _append(node["aliases"], row["alias"])
    if "action_field" in row:
        _append(node["action_fields"], _slug(row["action_field"]))
    if "source_id" in row:
        _append(node["evidence"], _evidence(row))


def _add_edges(network: networkx.MultiGraph, endpoint: Endpoint, queries: Path) -> None:
    for row in rows(endpoint, queries / "edges" / "organisation-initiative.rq"):
        source, target = _key(row["organisation_id"]), _key(row["initiative_id"])
        if source not in network or target not in network:
            continue
        key = row["relation_id"]
        if not network.has_edge(source, target, key):
            via = {name: row.get(name, "") for name in _VIA}
            network.add_edge(
                source,
                target,
                key,
                role=_slug(row.get("role", "")),
                **{name: row.get(name, "") for name in _EDGE_TEXT},
                status=_slug(row.get("status", "")),
                certainty=_slug(row.get("certainty", "")) or "stated",
                via=via if via["person"] or via["talk"] else None,
                evidence=[],
            )
        edge = network.edges[source, target, key]
        for name in _EDGE_TEXT:
            edge[name] = edge[name] or row.get(name, "")
        # One source that states a relation outweighs another that suggests it.
        if _slug(row.get("certainty", "")) != "inferred":
            edge["certainty"] = "stated"
        _append(edge["evidence"], _evidence(row))


def _settled(network: networkx.MultiGraph) -> networkx.MultiGraph:
    """Keep what has a relation; add what follows from the relations; sort all lists."""
    network.remove_nodes_from([node for node in list(network) if network.degree(node) == 0])
    for source, target, edge in network.edges(data=True):
        organisation, initiative = sorted((source, target), reverse=True)
        if edge["role"] in ("consortium-partner", "consortium-lead"):
            network.nodes[organisation]["consortium"] = True
        for field in network.nodes[initiative]["action_fields"]:
            _append(network.nodes[organisation]["action_fields"], field)
        edge["evidence"].sort(key=_in_order)
    for _, node in network.nodes(data=True):
        for name in ("aliases", "action_fields"):
            node[name].sort()
        node["evidence"].sort(key=_in_order)
        node["people"].sort(key=lambda person: (person["name"], person["date"]))
    return network


def _evidence(row: Row) -> dict[str, str | None]:
    return {
        "source": _slug(row["source_id"]),
        "anchor": row.get("anchor"),
        "heading": row.get("heading"),
    }


def _in_order(evidence: dict[str, str | None]) -> tuple[str, str, str]:
    return (evidence["source"] or "", evidence["anchor"] or "", evidence["heading"] or "")


def _append(values: list[Any], value: object) -> None:
    if value not in values:
        values.append(value)


def _key(iri: str) -> str:
    return "/".join(iri.rsplit("/", 2)[-2:])


def _slug(iri: str) -> str:
    return iri.removeprefix(CONCEPT).rsplit("/", 1)[-1]
