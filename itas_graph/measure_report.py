"""Measurements of a projection -> text for people and programs: table, Markdown, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from itas_graph.errors import Language, Message
from itas_graph.measurements import PROCEDURES
from itas_graph.measures import Lines
from itas_graph.readings import Finding, Measured, number
from itas_graph.report import markdown, table

#: So many findings of each measure does a person read.
TOP = 5
# The last digits differ from machine to machine.
DIGITS = 12


def shown(
    graph: Any,  # noqa: ANN401  # networkx is untyped
    on: Lines,
    found: Sequence[Measured],
    form: str,
    language: Language,
    *,
    top: int | None,
    width: int,
) -> str:
    """Return measurements of a projection as `table`, `md`, `csv` or `json`, each ending a line.

    Args:
        graph: the projection, for what it is called and the date of its data.
        on: its lines, for their number.
        found: the measurements.
        form: which of the forms.
        language: of table, Markdown and the sentences in CSV; JSON has both.
        top: how many findings of each measure; without it 5 for people and all for programs.
        width: how many characters a line of the table holds.
    """
    if form == "json":
        block = _block(graph, on, found, top)
        return json.dumps(block, ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        return _csv(graph, found, top, language)
    lines = [_headline(graph, on, language, form)]
    for one in found:
        titles, rows = _rows(one, top or TOP, language)
        label = f"{one.measure.label.text(language)} ({one.measure.name})"
        lines += ["", f"## {label}" if form == "md" else label, ""]
        if not rows:
            lines.append(Message("Hier gibt es keine.", "There are none here.").text(language))
        elif form == "md":
            lines.append(markdown(titles, rows))
        else:
            lines.append(table(titles, rows, width))
    return "\n".join(lines) + "\n"


def _headline(graph: Any, on: Lines, language: Language, form: str) -> str:  # noqa: ANN401  # networkx is untyped
    about = graph.graph
    nodes, pairs, relations = len(on.keys), len(on.pairs), graph.number_of_edges()
    counts = Message(
        f"{nodes} Knoten, {pairs} Linien aus {relations} Beziehungen; Stand der Daten "
        f"{about['stand'] or 'unbekannt'}",
        f"{nodes} nodes, {pairs} lines made of {relations} relations; data of "
        f"{about['stand'] or 'unknown date'}",
    )
    cut = Message(f", was bis {about['as_of']} begann", f", what began until {about['as_of']}")
    text = counts.text(language) + (cut.text(language) if about["as_of"] else "") + "."
    title = f"{about['question'][language]} ({about['name']})"
    return f"# {title}\n\n{text}" if form == "md" else f"{title}\n{text}"


def _rows(one: Measured, top: int, language: Language) -> tuple[list[str], list[list[str]]]:
    titles = [
        Message("Rang", "Rank"),
        Message("Wer", "Who"),
        Message("Wert", "Value"),
        Message("Das heißt", "That means"),
    ]
    telling = [finding for finding in one.findings if finding.value and finding.reading.de]
    rows = [
        [
            str(finding.rank),
            finding.label.text(language),
            number(finding.value).text(language),
            finding.reading.text(language),
        ]
        for finding in telling[:top]
    ]
    return [title.text(language) for title in titles], rows


def _csv(graph: Any, found: Sequence[Measured], top: int | None, language: Language) -> str:  # noqa: ANN401  # networkx is untyped
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["network", "measure", "rank", "node", "other", "name", "value", "reading"])
    for one in found:
        for finding in one.findings[:top]:
            for node, other, value in _members(one, finding):
                writer.writerow(
                    [
                        *(graph.graph["name"], one.measure.name, finding.rank, node, other),
                        finding.label.text(language),
                        "" if value is None else round(value, DIGITS),
                        finding.reading.text(language),
                    ]
                )
    return output.getvalue()


def _members(one: Measured, finding: Finding) -> Iterator[tuple[str, str, float | None]]:
    """Yield what one finding is about: a node, both ends of a bridge, or a community's members."""
    if one.names:
        for node in finding.nodes:
            yield node, "", one.values[node]
    else:
        yield finding.nodes[0], "".join(finding.nodes[1:]), finding.value


def _block(graph: Any, on: Lines, found: Sequence[Measured], top: int | None) -> dict[str, object]:  # noqa: ANN401  # networkx is untyped
    about = graph.graph
    return {
        "network": about["name"],
        "question": about["question"],
        "modified": about["stand"],
        "as_of": about["as_of"],
        "nodes": len(on.keys),
        "lines": len(on.pairs),
        "relations": graph.number_of_edges(),
        "measures": [
            {
                "measure": one.measure.name,
                "label": _both(one.measure.label),
                "procedure": PROCEDURES[one.measure.name],
                "parameters": dict(one.measure.parameters),
                "values": {key: _rounded(value) for key, value in one.values.items()},
                "findings": [
                    {
                        "rank": finding.rank,
                        "nodes": list(finding.nodes),
                        "label": _both(finding.label),
                        "value": _rounded(finding.value),
                        "reading": _both(finding.reading),
                    }
                    for finding in one.findings[:top]
                ],
            }
            for one in found
        ],
    }


def _both(text: Message) -> dict[str, str]:
    return {"de": text.de, "en": text.en}


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, DIGITS)
