"""Measurements of a projection -> text for people and programs: table, Markdown, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from itas_graph import projections
from itas_graph.errors import Language, Message
from itas_graph.measurements import PROCEDURES, parameters
from itas_graph.measures import Lines
from itas_graph.path_samples import Estimate
from itas_graph.readings import Finding, Measured, number
from itas_graph.report import markdown, table

#: So many findings of each measure does a person read.
TOP = 5
# The last digits differ from machine to machine.
DIGITS = 12
_PIECE = 1 << 16


def shown(
    graph: Any,  # noqa: ANN401  # networkx is untyped
    on: Lines,
    found: Sequence[Measured],
    form: str,
    language: Language,
    *,
    top: int | None,
    width: int,
) -> Iterator[str]:
    """Yield measurements of a projection as `table`, `md`, `csv` or `json`, piece by piece.

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
        yield from _json(graph, on, found, top)
        return
    if form == "csv":
        yield from _csv(graph, found, top, language)
        return
    lines = [_headline(graph, on, language, form)]
    for one in found:
        titles, rows = _rows(one, top or TOP, language)
        label = f"{one.measure.label.text(language)} ({one.measure.name})"
        lines += ["", f"## {label}" if form == "md" else label, ""]
        if one.estimate is not None:
            lines += [*_folded_lines(_estimated(one.estimate).text(language), form, width), ""]
        if not rows:
            lines.append(Message("Hier gibt es keine.", "There are none here.").text(language))
        elif form == "md":
            lines.append(markdown(titles, rows))
        else:
            lines.append(table(titles, rows, width))
    yield "\n".join(lines) + "\n"


def _estimated(estimate: Estimate) -> Message:
    sources, nodes = f"{estimate.sources:,}", f"{estimate.nodes:,}"
    return Message(
        f"Geschätzt aus den kürzesten Wegen von {sources} der {nodes} Knoten der großen Teile, "
        "zufällig gezogen und immer dieselben. Der wahre Wert liegt in 95 von 100 Fällen höchstens "
        "um ± daneben; wo sich diese Bereiche überschneiden, ist die Reihenfolge "
        "offen.".replace(sources, sources.replace(",", ".")).replace(
            nodes, nodes.replace(",", ".")
        ),
        f"Estimated from the shortest paths of {sources} of the {nodes} nodes of the large parts, "
        "drawn at random and always the same. In 95 of 100 cases the true value is off by at most "
        "±; where these ranges overlap, the order is open.",
    )


def _folded_lines(text: str, form: str, width: int) -> list[str]:
    return [text] if form == "md" else textwrap.wrap(text, max(width, 40))


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
    missing = projections.left_out(about)
    if missing is not None:
        text += f"\n{missing.text(language)}"
    title = f"{about['question'][language]} ({about['name']})"
    return f"# {title}\n\n{text}" if form == "md" else f"{title}\n{text}"


def _rows(one: Measured, top: int, language: Language) -> tuple[list[str], list[list[str]]]:
    margin = [Message("±", "±")] if one.estimate else []
    titles = [
        Message("Rang", "Rank"),
        Message("Wer", "Who"),
        Message("Wert", "Value"),
        *margin,
        Message("Das heißt", "That means"),
    ]
    telling = islice(
        (finding for finding in one.findings if finding.value and finding.reading.de), top
    )
    rows = [
        [
            str(finding.rank),
            finding.label.text(language),
            number(finding.value).text(language),
            *([number(finding.margin).text(language)] if one.estimate else []),
            finding.reading.text(language),
        ]
        for finding in telling
    ]
    return [title.text(language) for title in titles], rows


def _csv(
    graph: Any,  # noqa: ANN401  # networkx is untyped
    found: Sequence[Measured],
    top: int | None,
    language: Language,
) -> Iterator[str]:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    bound = graph.graph.get("shared_by_at_most")
    columns = ["network", "measure", "rank", "node", "other", "name", "value", "reading"]
    has_margin = any(one.estimate for one in found)
    writer.writerow(
        [*columns, *["margin"] * has_margin, *["shared_by_at_most"] * (bound is not None)]
    )
    for one in found:
        for place in range(len(one.findings[:top]) if top else len(one.findings)):
            finding = one.findings[place]
            margin = "" if finding.margin is None else round(finding.margin, DIGITS)
            for node, other, value in _members(one, finding):
                writer.writerow(
                    [
                        *(graph.graph["name"], one.measure.name, finding.rank, node, other),
                        finding.label.text(language),
                        "" if value is None else round(value, DIGITS),
                        finding.reading.text(language),
                        *[margin] * has_margin,
                        *[bound] * (bound is not None),
                    ]
                )
            if output.tell() > _PIECE:
                yield output.getvalue()
                output.seek(0)
                output.truncate()
    yield output.getvalue()


def _members(one: Measured, finding: Finding) -> Iterator[tuple[str, str, float | None]]:
    """Yield what one finding is about: a node, both ends of a bridge, or a community's members."""
    if one.names:
        for node in finding.nodes:
            yield node, "", one.values[node]
    else:
        yield finding.nodes[0], "".join(finding.nodes[1:]), finding.value


def _json(
    graph: Any,  # noqa: ANN401  # networkx is untyped
    on: Lines,
    found: Sequence[Measured],
    top: int | None,
) -> Iterator[str]:
    """Yield the whole as one value in JSON, measure by measure."""
    about = graph.graph
    block: dict[str, object] = {
        "network": about["name"],
        "question": about["question"],
        "modified": about["stand"],
        "as_of": about["as_of"],
        "nodes": len(on.keys),
        "lines": len(on.pairs),
        "relations": graph.number_of_edges(),
    }
    if about.get("shared_by_at_most") is not None:
        block["shared_by_at_most"] = about["shared_by_at_most"]
        block["left_out"] = [
            {"node": key, "label": name, "shared_by": size} for key, name, size in about["left_out"]
        ]
    begin = json.dumps({**block, "measures": []}, ensure_ascii=False, indent=1)
    yield begin.removesuffix("[]\n}")
    between = "["
    for one in found:
        text = json.dumps(_measured(one, top), ensure_ascii=False, indent=1)
        yield between + "\n  " + text.replace("\n", "\n  ")
        between = ","
    yield "\n ]\n}\n" if found else "[]\n}\n"


def _measured(one: Measured, top: int | None) -> dict[str, object]:
    block: dict[str, object] = {
        "measure": one.measure.name,
        "label": _both(one.measure.label),
        "procedure": PROCEDURES[one.measure.name],
        "parameters": parameters(one),
        "values": {key: _rounded(value) for key, value in one.values.items()},
    }
    if one.estimate is not None:
        margins = zip(one.values, one.estimate.margins, strict=True)
        block["margins"] = {key: _rounded(margin) for key, margin in margins}
    block["findings"] = [
        {
            "rank": finding.rank,
            "nodes": list(finding.nodes),
            "label": _both(finding.label),
            "value": _rounded(finding.value),
            "reading": _both(finding.reading),
        }
        | ({} if one.estimate is None else {"margin": _rounded(finding.margin)})
        for finding in one.findings[:top]
    ]
    return block


def _both(text: Message) -> dict[str, str]:
    return {"de": text.de, "en": text.en}


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, DIGITS)
