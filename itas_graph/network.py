"""Answers of queries/edges and queries/nodes -> a networkx graph with evidence on each edge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pyoxigraph as ox

from itas_graph import queries as questions
from itas_graph.vocab import CONCEPT

if TYPE_CHECKING:
    import networkx

    from itas_graph.answers import Endpoint
    from itas_graph.records import Record

Row = dict[str, str]
#: The name of a query, such as `edges/person-event`, to its rows.
Ask = Callable[[str], Iterable[Row]]
#: So many IRIs go into one query.
_AT_ONCE = 1000

#: What is a node, and which query of queries/nodes lists it.
FILES = {
    "organisation": "organisations",
    "initiative": "initiatives",
    "person": "people",
    "event": "events",
}
_DATES = ("valid_from", "valid_until", "as_of")
_CONSORTIUM = ("consortium-partner", "consortium-lead")


def load(endpoint: Endpoint, queries: Path, settings: Record | None) -> networkx.MultiGraph:
    """Return organisations, initiatives, persons and events, and all relations between them.

    Nodes are `organisation/<slug>`, `initiative/<slug>`, `person/<slug>` and `event/<slug>`, told
    apart by their `group`. Edges have a `type`:

    - `involvement`, organisation to initiative;
    - `contribution`, person to event;
    - `affiliation`, person to organisation: who stood for whom, once or by membership;
    - `presentation`, event to initiative.

    Each edge names its ends in that order as `ends`; its key tells parallel relations apart;
    `statements` are the records it was made from. Every source that states a relation is one entry
    of its `evidence`.
    """
    import networkx

    network = networkx.MultiGraph()
    ask = partial(_whole, endpoint, queries)
    _describe(network, ask, settings)
    _add_all(network, ask)
    _add_conflicts(network, endpoint, queries)
    return _settled(network)


def load_around(
    endpoint: Endpoint, queries: Path, centres: Iterable[str], others: Iterable[str] = ()
) -> networkx.MultiGraph:
    """Return a part of what `load` returns: all relations of some actors, and both their ends.

    `centres` and `others` are IRIs; `others` are there with or without a relation. What sources
    state differently is not put side by side.
    """
    import networkx

    network = networkx.MultiGraph()
    _describe(network, partial(_whole, endpoint, queries), None)
    _add_all(network, _Part(endpoint, queries, sorted(centres), sorted(others)))
    return _settled(network)


def rows(
    endpoint: Endpoint, path: Path, variable: str = "", iris: Sequence[str] = ()
) -> Iterator[Row]:
    """Answer the query in `path`; each row maps its bound columns to text.

    With a `variable`, only the rows in which it is one of `iris`; the query says where.
    """
    text = path.read_text("utf-8")
    if not variable:
        yield from _answered(endpoint, text)
    for start in range(0, len(iris), _AT_ONCE):
        values = " ".join(f"<{iri}>" for iri in iris[start : start + _AT_ONCE])
        yield from _answered(endpoint, _narrowed(text, variable, values))


def _narrowed(text: str, variable: str, values: str) -> str:
    def put(match: re.Match[str]) -> str:
        known = f"?{variable}" in match[1].split()
        return f"VALUES ?{variable} {{ {values} }}" if known else match[0]

    return re.sub(r"# Narrowed to:(.*)", put, text)


def _whole(endpoint: Endpoint, queries: Path, name: str) -> Iterator[Row]:
    return rows(endpoint, queries / f"{name}.rq")


class _Part:
    """Answers the queries of a network as far as they tell of some actors and their relations."""

    #: By which columns the relations of an actor are found.
    _ENDS: ClassVar = {
        "edges/organisation-initiative": ("organisation", "initiative"),
        "edges/person-event": ("person", "event"),
        "edges/person-organisation": ("person", "organisation"),
        "edges/event-initiative": ("event", "initiative"),
    }

    def __init__(
        self, endpoint: Endpoint, queries: Path, centres: Sequence[str], others: Sequence[str]
    ) -> None:
        self._endpoint = endpoint
        self._queries = queries
        self._relations = {name: self._around(name, centres) for name in self._ENDS}
        self._actors = dict.fromkeys([*centres, *others])
        for found in self._relations.values():
            for row in found:
                names = ("organisation_id", "initiative_id", "person_id", "event_id")
                self._actors.update(dict.fromkeys(row[name] for name in names if name in row))
        # An actor is told with the name of what it is a part of.
        wholes = [
            row for group in ("organisation", "initiative", "event") for row in self._nodes(group)
        ]
        self._actors.update(
            dict.fromkeys(
                row[name] for row in wholes for name in ("unit_of", "part_of") if name in row
            )
        )

    def __call__(self, name: str) -> Iterable[Row]:
        if name in self._relations:
            return self._relations[name]
        group = next((one for one, file in FILES.items() if name == f"nodes/{file}"), "")
        if group:
            return self._nodes(group)
        column = "initiative" if name == "nodes/action-fields" else "node"
        group = "initiative" if column == "initiative" else ""
        return self._ask(name, column, self._of(group, self._actors))

    def _nodes(self, group: str) -> Iterator[Row]:
        return self._ask(f"nodes/{FILES[group]}", group, self._of(group, self._actors))

    def _around(self, name: str, centres: Sequence[str]) -> list[Row]:
        first, second = self._ENDS[name]
        found = [
            *self._ask(name, first, self._of(first, centres)),
            *self._ask(name, second, self._of(second, centres)),
        ]
        if name == "edges/person-organisation":
            # A person's affiliations go by the first relation that says so.
            found += self._ask(name, first, sorted({row["person_id"] for row in found}))
        else:
            # Of an involvement there is one; an appearance may join several pairs.
            shared = {row["relation_id"] for row in found}
            shared = {one for one in shared if not node_key(one).startswith("involvement/")}
            found += self._ask(name, "relation", sorted(shared))
        order = re.findall(r"\?(\w+)", self._text(name).rpartition("ORDER BY")[2])
        once = {tuple(sorted(row.items())): row for row in found}
        return sorted(once.values(), key=lambda row: [row.get(column, "") for column in order])

    def _ask(self, name: str, column: str, iris: Sequence[str]) -> Iterator[Row]:
        return rows(self._endpoint, self._queries / f"{name}.rq", f"{column}_id", iris)

    def _text(self, name: str) -> str:
        return (self._queries / f"{name}.rq").read_text("utf-8")

    def _of(self, group: str, iris: Iterable[str]) -> list[str]:
        return [one for one in iris if not group or node_key(one).startswith(f"{group}/")]


def _add_all(network: networkx.MultiGraph, ask: Ask) -> None:
    _add_nodes(network, ask)
    _add_involvements(network, ask)
    _add_contributions(network, ask)
    _add_affiliations(network, ask)
    _add_presentations(network, ask)


def _answered(endpoint: Endpoint, text: str) -> Iterator[Row]:
    answer = endpoint.ask(text)
    for values in answer.rows or ():
        yield {
            column: term.value
            for column, term in zip(answer.columns, values, strict=True)
            if term is not None and not isinstance(term, ox.Triple)
        }


def _describe(network: networkx.MultiGraph, ask: Ask, settings: Record | None) -> None:
    def setting(name: str) -> str:
        return (settings.first(name) if settings else None) or ""

    sources = {
        last_part(row["source_id"]): {
            name: row.get(name, "")
            for name in ("title", "url", "publisher", "published", "language")
        }
        | {"coverage": last_part(row.get("coverage", ""))}
        for row in ask("nodes/sources")
    }
    links = settings.children.get("links", []) if settings else []
    network.graph.update(
        title={"de": setting("title_de"), "en": setting("title_en")},
        description={"de": setting("description_de"), "en": setting("description_en")},
        stand=setting("as_of"),
        licence=setting("licence"),
        licence_url=setting("licence_url"),
        contact=setting("contact"),
        contact_note={"de": setting("contact_note_de"), "en": setting("contact_note_en")},
        links=[
            {
                "label": {"de": link.first("label_de"), "en": link.first("label_en")},
                "url": link.first("url"),
                "role": link.first("role"),
            }
            for link in links
        ],
        concepts=_concepts(ask("nodes/concepts")),
        sources=sources,
    )


def concepts(endpoint: Endpoint, queries: Path) -> dict[str, dict[str, Any]]:
    """Return all concepts by scheme and slug: their names in both languages and their order."""
    return _concepts(_whole(endpoint, queries, "nodes/concepts"))


def _concepts(given: Iterable[Row]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in given:
        scheme, slug = row["concept"].rsplit("/", 2)[-2:]
        found.setdefault(scheme, {})[slug] = {
            "de": row.get("label_de", slug),
            "en": row.get("label_en", slug),
            "order": int(row.get("notation", 0)),
        }
    return found


def _add_nodes(network: networkx.MultiGraph, ask: Ask) -> None:
    for group, file in FILES.items():
        for row in ask(f"nodes/{file}"):
            key = node_key(row[f"{group}_id"])
            if key not in network:
                network.add_node(key, **_node(group, row))
            node = network.nodes[key]
            node["status"] = _furthest(network, node["status"], last_part(row.get("status", "")))
    for row in ask("nodes/aliases"):
        node = network.nodes.get(node_key(row["node_id"]))
        if node is not None and row["alias"] != node["label"]:
            node["aliases"].append(row["alias"])
    for row in ask("nodes/action-fields"):
        node = network.nodes[node_key(row["initiative_id"])]
        node["action_fields"].append(last_part(row["action_field"]))
        if last_part(row["certainty"]) == "inferred":
            node["inferred_fields"].append(last_part(row["action_field"]))
    for row in ask("nodes/evidence"):
        network.nodes[node_key(row["node_id"])]["evidence"].append(_evidence(row))


def _node(group: str, row: Row) -> dict[str, Any]:
    node: dict[str, Any] = {
        "group": group,
        "label": row.get("label", ""),
        "kind": last_part(row.get("kind", "")),
        "status": last_part(row.get("status", "")),
        "valid_from": row.get("valid_from", ""),
        "valid_until": row.get("valid_until", ""),
        "period_as_written": row.get("period", ""),
        "homepage": row.get("homepage", ""),
        "unit_of": node_key(row["unit_of"]) if "unit_of" in row else None,
        "part_of": node_key(row["part_of"]) if "part_of" in row else None,
        "consortium": False,
        "aliases": [],
        "action_fields": [],
        "inferred_fields": [],
        "conflicts": [],
        "evidence": [],
    }
    if group == "event":
        node |= {name: row.get(name, "") for name in ("date", "until", "place", "series")}
        node["url"] = node["homepage"]
    elif group == "person":
        node["title"] = row.get("title", "")
    return node


def _add_involvements(network: networkx.MultiGraph, ask: Ask) -> None:
    for row in ask("edges/organisation-initiative"):
        relate(
            network,
            "involvement",
            (row["organisation_id"], row["initiative_id"]),
            node_key(row["relation_id"]),
            row,
            {name: row.get(name, "") for name in ("person", "function", "talk", "event", "date")}
            if row.get("person") or row.get("talk")
            else {},
        )


def _add_contributions(network: networkx.MultiGraph, ask: Ask) -> None:
    for row in ask("edges/person-event"):
        via = {name: row.get(name, "") for name in ("function", "talk")}
        if "organisation_id" in row:
            via["organisation"] = node_key(row["organisation_id"])
        ends = (row["person_id"], row["event_id"])
        # An involvement already goes by the name of the contribution it follows from.
        key = f"appearance/{last_part(row['relation_id'])}"
        relate(network, "contribution", ends, key, row, via)


def _add_affiliations(network: networkx.MultiGraph, ask: Ask) -> None:
    """One relation per person, organisation, function and occasion, however many talks there."""
    named: dict[tuple[str, ...], str] = {}
    for row in ask("edges/person-organisation"):
        ends = (row["person_id"], row["organisation_id"])
        same = (*ends, row.get("function", ""), row.get("occasion_id", row["relation_id"]))
        key = named.setdefault(same, f"affiliation/{last_part(row['relation_id'])}")
        via = {name: row.get(name, "") for name in ("function", "event")}
        relate(network, "affiliation", ends, key, row, via)


def _add_presentations(network: networkx.MultiGraph, ask: Ask) -> None:
    for row in ask("edges/event-initiative"):
        ends = (row["event_id"], row["initiative_id"])
        key = f"presentation/{last_part(row['relation_id'])}"
        relate(network, "presentation", ends, key, row, {"talk": row.get("talk", "")})


def relate(
    network: networkx.MultiGraph,
    kind: str,
    ends: tuple[str, str],
    key: str,
    row: Row,
    via: dict[str, str],
) -> None:
    """Add what one source says of a relation: as a new edge, or to the one that is there."""
    one, other = node_key(ends[0]), node_key(ends[1])
    if one not in network or other not in network:
        return
    status = last_part(row.get("status", ""))
    if not network.has_edge(one, other, key):
        network.add_edge(
            one,
            other,
            key,
            type=kind,
            ends=(one, other),
            role=last_part(row.get("role", "")),
            **{name: row.get(name, "") for name in _DATES},
            date="" if kind == "involvement" else row.get("date", ""),
            status=status,
            certainty=last_part(row.get("certainty", "")) or "stated",
            via={name: text for name, text in via.items() if text} or None,
            statements=[],
            conflicts=[],
            evidence=[],
        )
    edge = network.edges[one, other, key]
    _append(edge["statements"], node_key(row["relation_id"]))
    for name in _DATES:
        edge[name] = edge[name] or row.get(name, "")
    for name, text in via.items():
        if text and not (edge["via"] or {}).get(name):
            edge["via"] = {**(edge["via"] or {}), name: text}
    edge["status"] = _furthest(network, edge["status"], status)
    # One source that states a relation outweighs another that suggests it.
    if last_part(row.get("certainty", "")) != "inferred":
        edge["certainty"] = "stated"
    _append(edge["evidence"], _evidence(row))


def _add_conflicts(network: networkx.MultiGraph, endpoint: Endpoint, queries: Path) -> None:
    """Put side by side, in both languages, what sources state differently of a node or relation."""
    things: dict[str, list[dict[str, Any]]] = {
        key: [node] for key, node in network.nodes(data=True)
    }
    for _, _, edge in network.edges(data=True):
        for statement in edge["statements"]:
            things.setdefault(statement, []).append(edge)
    question = questions.read(queries / "conflicting-statements.rq")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for language in ("de", "en"):
        text = questions.bind(question, {}, language, lambda _: [])
        for row in _answered(endpoint, text):
            subject = node_key(row["subject_id"])
            if subject not in things:
                continue
            same = subject, row["property_id"]
            conflict = found.setdefault(same, {"property": {}, "values": {}})
            conflict["property"][language] = row["property"]
            # The same thing may be stated for several days, which its text says in brackets.
            day = row["value"].partition(" (")[2] if "/" in row["value_id"] else ""
            value = conflict["values"].setdefault(
                (row["value_id"], day), {"value": {}, "sources": []}
            )
            value["value"][language] = row["value"]
            _append(value["sources"], last_part(row["source_id"]))
    for (key, _), conflict in sorted(found.items()):
        values = [value for _, value in sorted(conflict["values"].items())]
        for thing in things[key]:
            thing["conflicts"].append({"property": conflict["property"], "values": values})


def _settled(network: networkx.MultiGraph) -> networkx.MultiGraph:
    """Add what follows from the relations; sort all lists."""
    for _, _, edge in network.edges(data=True):
        edge["evidence"].sort(key=in_order)
        if edge["type"] != "involvement":
            continue
        organisation, initiative = (network.nodes[key] for key in edge["ends"])
        if edge["role"] in _CONSORTIUM and edge["certainty"] == "stated":
            organisation["consortium"] = True
        for field in initiative["action_fields"]:
            _append(organisation["action_fields"], field)
    for _, node in network.nodes(data=True):
        node["action_fields"].sort()
    return network


def _furthest(network: networkx.MultiGraph, one: str, other: str) -> str:
    return furthest(network.graph["concepts"].get("status", {}), one, other)


def furthest(known: Mapping[str, Mapping[str, Any]], one: str, other: str) -> str:
    """Return the later of two statuses: one source may announce what another already reports."""
    return max((one, other), key=lambda slug: known.get(slug, {}).get("order", -1))


def _evidence(row: Row) -> dict[str, str | None]:
    return {
        "source": last_part(row["source_id"]),
        "anchor": row.get("anchor"),
        "heading": row.get("heading"),
    }


def in_order(evidence: dict[str, str | None]) -> tuple[str, str, str]:
    """Return the place of a piece of evidence among others: by source, anchor and heading."""
    return (evidence["source"] or "", evidence["anchor"] or "", evidence["heading"] or "")


def _append(values: list[Any], value: object) -> None:
    if value not in values:
        values.append(value)


def node_key(iri: str) -> str:
    """Return `<kind>/<slug>`, by which the network knows the resource `iri`."""
    return "/".join(iri.rsplit("/", 2)[-2:])


def last_part(iri: str) -> str:
    """Return the slug of a concept or resource."""
    return iri.removeprefix(CONCEPT).rsplit("/", 1)[-1]
