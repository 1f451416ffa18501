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
_CONSORTIUM = ("consortium-partner", "consortium-lead")
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
            "order": int(row.get("notation", 0)),
        }
    sources = {
        _slug(row["source_id"]): {
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
    nodes = queries / "nodes"
    for group in ("organisation", "initiative"):
        for row in rows(endpoint, nodes / f"{group}s.rq"):
            key = _key(row[f"{group}_id"])
            if key not in network:
                network.add_node(key, **_node(group, row))
    for row in rows(endpoint, nodes / "aliases.rq"):
        node = network.nodes.get(_key(row["node_id"]))
        if node is not None and row["alias"] != node["label"]:
            node["aliases"].append(row["alias"])
    for row in rows(endpoint, nodes / "action-fields.rq"):
        node = network.nodes[_key(row["initiative_id"])]
        node["action_fields"].append(_slug(row["action_field"]))
        if _slug(row["certainty"]) == "inferred":
            node["inferred_fields"].append(_slug(row["action_field"]))
    for row in rows(endpoint, nodes / "people.rq"):
        person = {name: row.get(name, "") for name in ("person", "function", "event", "date")}
        person["name"] = person.pop("person")
        network.nodes[_key(row["organisation_id"])]["people"].append(person)
    for row in rows(endpoint, nodes / "evidence.rq"):
        network.nodes[_key(row["node_id"])]["evidence"].append(_evidence(row))


def _node(group: str, row: Row) -> dict[str, Any]:
    return {
        "group": group,
        "label": row.get("label", ""),
        "kind": _slug(row.get("kind", "")),
        "status": _slug(row.get("status", "")),
        "valid_from": row.get("valid_from", ""),
        "valid_until": row.get("valid_until", ""),
        "period_as_written": row.get("period", ""),
        "homepage": row.get("homepage", ""),
        "unit_of": _key(row["unit_of"]) if "unit_of" in row else None,
        "part_of": _key(row["part_of"]) if "part_of" in row else None,
        "consortium": False,
        "aliases": [],
        "action_fields": [],
        "inferred_fields": [],
        "people": [],
        "evidence": [],
    }


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
        if edge["role"] in _CONSORTIUM and edge["certainty"] == "stated":
            network.nodes[organisation]["consortium"] = True
        for field in network.nodes[initiative]["action_fields"]:
            _append(network.nodes[organisation]["action_fields"], field)
        edge["evidence"].sort(key=_in_order)
    for _, node in network.nodes(data=True):
        node["action_fields"].sort()
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
