"""A projection -> a file that others read: GEXF, GraphML, node-link JSON or a table of relations.

Lists become texts joined by ` | `, concepts stand in both languages, dates as they are known. GEXF
wants whole days: there a relation lasts from the first day it may have begun to the last it may
have ended, and the dates as known stand beside.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from itas_graph.projections import began, first_day, last_day, left_out

#: XML 1.0 has no place for these; what reads tables and JSON is better off without them, too.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BETWEEN = " | "
_LANGUAGES = ("de", "en")
_GEXF = "http://gexf.net/1.3"
_KINDS = {"organisation": "organisation-kind", "initiative": "initiative-kind"}

Value = str | int | bool
Flat = dict[str, Value]
Graph = Any  # networkx is untyped


def nodes(graph: Graph) -> Iterator[tuple[str, Flat]]:
    """Yield each node of a projection with what is said of it as typed values, never a list."""
    concepts = graph.graph["concepts"]
    degrees = dict(graph.degree)
    for key, node in graph.nodes(data=True):
        names = node.get("names") or dict.fromkeys(_LANGUAGES, node["label"] or key)
        fields = concepts.get("action-field", {})
        flat: Flat = {"group": node["group"], "label": names["de"]}
        for language in _LANGUAGES:
            kind = concepts.get(_KINDS.get(node["group"], ""), {}).get(node["kind"], {})
            flat |= {
                f"label_{language}": names[language],
                f"group_{language}": _GROUPS[language].get(node["group"], node["group"]),
                f"kind_{language}": kind.get(language, node["kind"]),
                f"action_fields_{language}": _BETWEEN.join(
                    fields.get(slug, {}).get(language, slug) for slug in node["action_fields"]
                ),
            }
        flat |= {
            "kind": node["kind"],
            "action_fields": _BETWEEN.join(node["action_fields"]),
            "aliases": _BETWEEN.join(node["aliases"]),
            "status": node["status"],
            "valid_from": node.get("date") or node["valid_from"],
            "valid_until": node.get("until") or node["valid_until"],
            "homepage": node["homepage"],
            "consortium": bool(node["consortium"]),
            "relations": int(degrees[key]),
            **_evidence(graph, node),
        }
        yield key, {name: _clean(value) for name, value in flat.items()}


_GROUPS = {
    "de": {
        "organisation": "Organisation",
        "initiative": "Initiative",
        "person": "Person",
        "event": "Veranstaltung",
        "action-field": "Handlungsfeld",
    },
    "en": {
        "organisation": "organisation",
        "initiative": "initiative",
        "person": "person",
        "event": "event",
        "action-field": "action field",
    },
}


def relations(graph: Graph) -> Iterator[tuple[str, str, str, Flat]]:
    """Yield each relation (from, to, key) with what is said of it as typed values."""
    concepts = graph.graph["concepts"]
    told = graph.graph["told"]
    for _, _, key, edge in graph.edges(keys=True, data=True):
        flat: Flat = {"type": edge["type"]}
        for name, scheme in (("role", "role"), ("status", "status"), ("certainty", "certainty")):
            slug = edge[name]
            flat[name] = slug
            for language in _LANGUAGES:
                word = _concept(concepts, scheme, slug).get(language, slug)
                flat[f"{name}_{language}"] = word
        flat |= {name: (edge["via"] or {}).get(name, "") for name in told}
        flat |= {name: edge[name] for name in ("date", "valid_from", "valid_until", "as_of")}
        flat |= {"began": began(graph, edge), "weight": 1, **_evidence(graph, edge)}
        yield *edge["ends"], key, {name: _clean(value) for name, value in flat.items()}


def _concept(
    concepts: Mapping[str, Mapping[str, Any]], scheme: str, slug: str
) -> Mapping[str, Any]:
    """Return the names of a concept; roles are spread over several schemes."""
    for name, members in concepts.items():
        if (name == scheme or name.endswith(f"-{scheme}")) and slug in members:
            found: Mapping[str, Any] = members[slug]
            return found
    return {}


def _evidence(graph: Graph, thing: Mapping[str, Any]) -> Flat:
    """Return sources, addresses and passages in the same order, so that they can be matched."""
    pieces = thing["evidence"]
    known = graph.graph["sources"]
    return {
        "sources": _BETWEEN.join(piece["source"] or "" for piece in pieces),
        "source_urls": _BETWEEN.join(
            known.get(piece["source"], {}).get("url", "") for piece in pieces
        ),
        "anchors": _BETWEEN.join(piece["anchor"] or "" for piece in pieces),
    }


def _clean(value: Value) -> Value:
    return _CONTROL.sub("�", value) if isinstance(value, str) else value


def written(graph: Graph, form: str) -> bytes:
    """Return a projection as `gexf`, `graphml`, `json` or `csv`; equal input, equal bytes."""
    return _WRITERS[form](graph)


def gexf(graph: Graph) -> bytes:
    """Return a projection as GEXF 1.3 with the days on which relations begin and end."""
    ET.register_namespace("", _GEXF)
    root = ET.Element(f"{{{_GEXF}}}gexf", version="1.3")

    def add(parent: ET.Element, name: str, **attributes: str) -> ET.Element:
        kept = {key.rstrip("_"): text for key, text in attributes.items() if text}
        return ET.SubElement(parent, f"{{{_GEXF}}}{name}", kept)

    def values(
        parent: ET.Element, flat: Flat, declared: dict[str, str], skip: tuple[str, ...]
    ) -> None:
        holder = add(parent, "attvalues")
        for name, value in flat.items():
            if name not in skip and value != "":
                declared.setdefault(name, _gexf_type(value))
                add(holder, "attvalue", for_=name, value=_text(value))

    meta = add(root, "meta", lastmodifieddate=last_day(graph.graph["stand"]))
    add(meta, "creator").text = "itas-graph"
    described = [graph.graph["dataset_title"]["de"], graph.graph["question"]["de"]]
    missing = left_out(graph.graph)
    described += [missing.de] if missing else []
    add(meta, "description").text = str(_clean(" – ".join(text for text in described if text)))
    network = add(
        root,
        "graph",
        mode="dynamic",
        timeformat="date",
        timerepresentation="interval",
        defaultedgetype="undirected",
    )
    tables: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
    lists = {
        owner: add(network, "attributes", class_=owner, mode="static") for owner in ("node", "edge")
    }
    holder = add(network, "nodes")
    for key, flat in nodes(graph):
        start, end = _days(str(flat["valid_from"]), str(flat["valid_until"]))
        one = add(holder, "node", id=key, label=str(flat["label"]), start=start, end=end)
        values(one, flat, tables["node"], ("label",))
    holder = add(network, "edges")
    seen: Counter[tuple[str, str, str]] = Counter()
    for number, (one_end, other, key, flat) in enumerate(relations(graph)):
        start, end = _days(str(flat["began"]), str(flat["valid_until"]))
        # GEXF takes two edges between the same nodes for one unless they differ in kind.
        kind = str(flat["role"] or flat["type"])
        seen[one_end, other, kind] += 1
        times = seen[one_end, other, kind]
        edge = add(
            holder,
            "edge",
            id=str(number),
            source=one_end,
            target=other,
            kind=f"{kind} {times}" if times > 1 else kind,
            label=str(flat["role_de"]),
            weight=str(flat["weight"]),
            start=start,
            end=end,
        )
        values(edge, {"relation": key, **flat}, tables["edge"], ("weight",))
    for owner, table in tables.items():
        for name, kind in table.items():
            add(lists[owner], "attribute", id=name, title=name, type=kind)
    ET.indent(root)
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _gexf_type(value: Value) -> str:
    return {bool: "boolean", int: "integer"}.get(type(value), "string")


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _days(start: str, end: str) -> tuple[str, str]:
    """Return whole days; an end before the beginning says nothing that can be drawn."""
    first, last = first_day(start), last_day(end)
    return first, "" if first and last and last < first else last


def graphml(graph: Graph) -> bytes:
    """Return a projection as GraphML with typed attributes; empty ones are left out."""
    import networkx

    missing = left_out(graph.graph)
    plain = networkx.MultiGraph(**{"left_out": missing.de} if missing else {})
    for key, flat in nodes(graph):
        plain.add_node(key, **_filled(flat))
    for number, (one, other, key, flat) in enumerate(relations(graph)):
        plain.add_edge(one, other, number, relation=key, **_filled(flat))
    output = io.BytesIO()
    networkx.readwrite.graphml.write_graphml_xml(plain, output)
    return output.getvalue() + b"\n"


def _filled(flat: Flat) -> Flat:
    return {name: value for name, value in flat.items() if value != ""}


def node_link(graph: Graph) -> bytes:
    """Return a projection as node-link JSON, as `networkx.node_link_graph(…, edges="edges")`."""
    about = graph.graph
    missing = left_out(about)
    block = {
        "directed": False,
        "multigraph": True,
        "graph": {
            "name": about["name"],
            "question": about["question"],
            "dataset": about["dataset_title"],
            "modified": about["stand"],
            "as_of": about["as_of"],
            **({"left_out": {"de": missing.de, "en": missing.en}} if missing else {}),
        },
        "nodes": [{"id": key, **flat} for key, flat in nodes(graph)],
        "edges": [
            {"source": one, "target": other, "key": key, **flat}
            for one, other, key, flat in relations(graph)
        ],
    }
    return (json.dumps(block, ensure_ascii=False, indent=1) + "\n").encode()


def table(graph: Graph) -> bytes:
    """Return the relations of a projection as CSV: one row each, both ends with their names."""
    labels = dict(nodes(graph))
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    columns: list[str] = []
    for one, other, key, flat in relations(graph):
        if not columns:
            columns = list(flat)
            ends = ("source", "source_label_de", "source_label_en")
            others = ("target", "target_label_de", "target_label_en")
            writer.writerow([*ends, *others, "relation", *columns])
        named = [
            part
            for end in (one, other)
            for part in (end, labels[end]["label_de"], labels[end]["label_en"])
        ]
        writer.writerow([*named, key, *(_text(flat[name]) for name in columns)])
    return output.getvalue().encode()


_WRITERS: dict[str, Callable[[Graph], bytes]] = {
    "gexf": gexf,
    "graphml": graphml,
    "json": node_link,
    "csv": table,
}
FORMATS = tuple(_WRITERS)
