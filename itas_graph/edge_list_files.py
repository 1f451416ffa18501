"""An edge list -> a file that others read, piece by piece: GEXF, GraphML, node-link JSON, CSV.

Nodes have their name and group, lines the number of relations behind them; nothing else. Equal
input gives equal bytes, and no more than a piece is held in memory.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from itas_graph.edge_lists import EdgeList
from itas_graph.errors import Message, UsageError
from itas_graph.projections import last_day

_PIECE = 1 << 16
#: XML 1.0 has no place for these; what reads tables and JSON is better off without them, too.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def refuse_form(form: str) -> None:
    """Refuse a form in which there is no edge list.

    Raises:
        UsageError: it is a picture; the message names what to do.

    >>> refuse_form("csv")
    >>> refuse_form("svg")
    Traceback (most recent call last):
        ...
    itas_graph.errors.UsageError: An edge list comes as gexf, graphml, json, csv, not as svg. ...
    """
    if form in _WRITERS:
        return
    forms = ", ".join(_WRITERS)
    raise UsageError(
        Message(
            f"Eine Kantenliste gibt es als {forms}, nicht als {form}. Für ein Bild nehmen Sie "
            "einen Ausschnitt, etwa mit --as-of, oder zeichnen Sie die GEXF-Datei mit Gephi.",
            f"An edge list comes as {forms}, not as {form}. For a picture take a part of the "
            "network, such as by --as-of, or draw the GEXF file by Gephi.",
        )
    )


def written(edges: EdgeList, form: str, note: Message | None) -> Iterator[bytes]:
    """Yield an edge list in a form, in pieces; `note` is what its reader has to know."""
    held: list[str] = []
    size = 0
    for text in _WRITERS[form](edges, note):
        held.append(text)
        size += len(text)
        if size > _PIECE:
            yield "".join(held).encode()
            held, size = [], 0
    yield "".join(held).encode()


def _gexf(edges: EdgeList, note: Message | None) -> Iterator[str]:
    about = edges.graph
    day = last_day(about["stand"])
    said = " – ".join([text for text in _described(about) if text] + ([note.de] if note else []))
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
        f"  <meta{f' lastmodifieddate={quoteattr(day)}' if day else ''}>\n"
        "    <creator>itas-graph</creator>\n"
        f"    <description>{escape(_clean(said))}</description>\n"
        '  </meta>\n  <graph mode="static" defaultedgetype="undirected">\n'
        '    <attributes class="node" mode="static">\n'
        '      <attribute id="group" title="group" type="string" />\n    </attributes>\n'
        "    <nodes>\n"
    )
    for key, node in _nodes(edges):
        yield (
            f"      <node id={quoteattr(key)} label={quoteattr(node['label'])}><attvalues>"
            f'<attvalue for="group" value={quoteattr(node["group"])} /></attvalues></node>\n'
        )
    yield "    </nodes>\n    <edges>\n"
    for number, (one, other, relations) in enumerate(_lines(edges)):
        yield (
            f'      <edge id="{number}" source={quoteattr(one)} target={quoteattr(other)} '
            f'weight="{relations}" />\n'
        )
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _graphml(edges: EdgeList, note: Message | None) -> Iterator[str]:
    said = [*_described(edges.graph), *([note.de] if note else [])]
    description = " – ".join(text for text in said if text)
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        '  <key id="description" for="graph" attr.name="description" attr.type="string" />\n'
        '  <key id="label" for="node" attr.name="label" attr.type="string" />\n'
        '  <key id="group" for="node" attr.name="group" attr.type="string" />\n'
        '  <key id="weight" for="edge" attr.name="weight" attr.type="int" />\n'
        '  <graph edgedefault="undirected">\n'
        f'    <data key="description">{escape(_clean(description))}</data>\n'
    )
    for key, node in _nodes(edges):
        yield (
            f'    <node id={quoteattr(key)}><data key="label">{escape(node["label"])}</data>'
            f'<data key="group">{node["group"]}</data></node>\n'
        )
    for one, other, relations in _lines(edges):
        yield (
            f"    <edge source={quoteattr(one)} target={quoteattr(other)}>"
            f'<data key="weight">{relations}</data></edge>\n'
        )
    yield "  </graph>\n</graphml>\n"


def _node_link(edges: EdgeList, note: Message | None) -> Iterator[str]:
    about = edges.graph
    graph = {
        "name": about["name"],
        "question": about["question"],
        "dataset": about["dataset_title"],
        "modified": about["stand"],
        "as_of": about["as_of"],
        "note": {"de": note.de, "en": note.en} if note else None,
    }
    yield (
        '{\n "directed": false,\n "multigraph": false,\n "graph": '
        + _json(graph)
        + ',\n "nodes": ['
    )
    yield from _joined({"id": key, **node} for key, node in _nodes(edges))
    yield '\n ],\n "edges": ['
    yield from _joined(
        {"source": one, "target": other, "weight": relations}
        for one, other, relations in _lines(edges)
    )
    yield "\n ]\n}\n"


def _table(edges: EdgeList, _: Message | None) -> Iterator[str]:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["source", "source_label", "target", "target_label", "relations"])
    for one, other, relations in _lines(edges):
        labels = [_clean(str(edges.nodes[key]["label"])) for key in (one, other)]
        writer.writerow([one, labels[0], other, labels[1], relations])
        yield output.getvalue()
        output.seek(0)
        output.truncate()
    yield output.getvalue()


def _described(about: Mapping[str, Any]) -> list[str]:
    return [about["dataset_title"]["de"], about["question"]["de"]]


def _nodes(edges: EdgeList) -> Iterator[tuple[str, dict[str, str]]]:
    for key in edges.lines.keys:
        node = edges.nodes[key]
        yield key, {"label": _clean(str(node["label"] or key)), "group": str(node["group"])}


def _lines(edges: EdgeList) -> Iterator[tuple[str, str, int]]:
    keys = edges.lines.keys
    for (one, other), relations in zip(edges.lines.pairs, edges.lines.weights, strict=True):
        if edges.lines.sides and edges.nodes[keys[one]]["group"] != edges.graph["first"]:
            one, other = other, one  # the first column of the query comes first
        yield keys[one], keys[other], relations


def _joined(values: Iterable[dict[str, Any]]) -> Iterator[str]:
    between = ""
    for value in values:
        yield f"{between}\n  {_json(value)}"
        between = ","


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _clean(text: str) -> str:
    return _CONTROL.sub("�", text)


_WRITERS: dict[str, Callable[[EdgeList, Message | None], Iterator[str]]] = {
    "gexf": _gexf,
    "graphml": _graphml,
    "json": _node_link,
    "csv": _table,
}
