"""network and measure: who is related to whom, as a file for others and in figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from itas_graph import workspace
from itas_graph.commands.call import (
    Call,
    Command,
    answering_options,
    is_terminal,
    limits,
    put,
    say,
    width,
    with_option,
    without_option,
    write,
)
from itas_graph.errors import DataError, Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.measures import Lines, Measure
    from itas_graph.projections import Projection
    from itas_graph.scenario import Scenario
    from itas_graph.shifts import Side

FORMATS = ("gexf", "graphml", "json", "csv", "svg", "pdf")
DEFAULT = "organisation-initiative"

_as_of = click.option(
    "--as-of",
    "as_of",
    default="",
    metavar=say("DATUM", "DATE"),
    help=say(
        "Weglassen, was sicher später begann (2024, 2024-06 oder 2024-06-06).",
        "Leave out what surely began later (2024, 2024-06 or 2024-06-06).",
    ),
)


@click.command(
    cls=Command,
    help=say(
        "Ein Netzwerk für Gephi, Python, Tabelle oder Druck ausgeben; ohne Namen: welche es gibt.",
        "Write a network for Gephi, Python, a spreadsheet or print; without a name: which there "
        "are.",
    ),
)
@click.argument("name", required=False)
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Wohin (sonst auf die Ausgabe).", "Where to (else to standard output)."),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help=say(
        "Form (sonst nach der Endung von -o, sonst csv).",
        "Form (else by the ending of -o, else csv).",
    ),
)
@_as_of
@answering_options
@click.pass_obj
def network(
    call: Call,
    name: str | None,
    target: Path | None,
    form: str | None,
    as_of: str,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Write a projection of the graph as a file for others."""
    from itas_graph import network_files, picture, projections

    call.language = lang or call.language
    here = call.find()
    known = projections.load(here.queries)
    if name is None:
        click.echo(_listing(call, list(known.values())))
        return
    projection = projections.find(known, name)
    form = form or _form(target)
    if form == "pdf" and target is None and is_terminal():
        raise UsageError(
            Message("Nennen Sie für PDF mit -o eine Datei.", "Name a file by -o for PDF.")
        )
    graph = _projected(call, here, projection, as_of, (folder, url, timeout, memory))
    if form in ("svg", "pdf"):
        drawn = picture.draw(graph, call.language)
        data = picture.svg(drawn) if form == "svg" else picture.pdf(drawn)
        for text in drawn.unprintable if form == "pdf" else ():
            call.note(
                f"Hinweis: PDF zeigt „{text}“ nicht mit allen Zeichen; SVG tut es.",
                f"Note: PDF does not show “{text}” with all characters; SVG does.",
            )
    else:
        data = network_files.written(graph, form)
    if target is None:
        write([data])
        return
    put(target, data)
    nodes, relations = graph.number_of_nodes(), graph.number_of_edges()
    call.note(
        f"{target}: {nodes} Knoten, {relations} Beziehungen.",
        f"{target}: {nodes} nodes, {relations} relations.",
    )


@click.command(
    cls=Command,
    help=say(
        "Messen, wer in einem Netzwerk wo steht: wer vermittelt, was bricht, was zusammengehört.",
        "Measure who stands where in a network: who brokers, what breaks, what belongs together.",
    ),
)
@click.argument("name", default=DEFAULT)
@click.option(
    "--measure",
    "wanted",
    multiple=True,
    metavar=say("MASS", "MEASURE"),
    help=say(
        "Nur dieses Maß, etwa betweenness; mehrfach möglich (sonst alle passenden).",
        "Only this measure, such as betweenness; may be repeated (else all that fit).",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "md"]),
    help=say("Form (am Bildschirm table, sonst csv).", "Form (table on a terminal, else csv)."),
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    help=say(
        "So viele je Maß (in table und md sonst 5, in csv und json alle).",
        "So many of each measure (in table and md else 5, in csv and json all).",
    ),
)
@click.option(
    "--as-rdf",
    "rdf",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        "Auch als RDF in einem eigenen Graphen schreiben (.trig oder .nq).",
        "Also write as RDF in a graph of its own (.trig or .nq).",
    ),
)
@without_option
@with_option
@_as_of
@answering_options
@click.pass_obj
def measure(
    call: Call,
    name: str,
    wanted: tuple[str, ...],
    form: str | None,
    top: int | None,
    rdf: Path | None,
    without: tuple[str, ...],
    planned: tuple[Path, ...],
    as_of: str,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Measure a projection of the graph."""
    from itas_graph import (
        measure_report,
        measurements,
        measures,
        projections,
        readings,
        scenario_report,
    )

    call.language = lang or call.language
    here = call.find()
    projection = projections.find(projections.load(here.queries), name)
    chosen = [_measure(one) for one in wanted]
    if rdf is not None:
        measurements.refuse_ending(rdf.suffix)
    form = form or ("table" if is_terminal() else "csv")
    if without or planned:
        _refuse_as_rdf(rdf)
        scenario = call.imagine(here, folder, url, limits(timeout, memory), without, planned)
        sides = _sides(here, projection, as_of, scenario, chosen)
        write(
            [
                scenario_report.shown(
                    scenario, sides, form, call.language, top=top, width=width()
                ).encode()
            ]
        )
        if form in ("csv", "json"):
            for one in scenario_report.notes(scenario):
                call.note(one.de, one.en)
        return
    graph = projections.counted(
        _projected(call, here, projection, as_of, (folder, url, timeout, memory))
    )
    _refuse_empty(graph, projection, as_of)
    on = measures.lines(graph)
    chosen = _fitting(on, chosen)
    found = readings.measure(graph, on, chosen)
    if rdf is not None:
        put(rdf, measurements.written(graph, found, rdf.suffix))
    shown = measure_report.shown(graph, on, found, form, call.language, top=top, width=width())
    write([shown.encode()])


def _refuse_as_rdf(rdf: Path | None) -> None:
    if rdf is not None:
        raise UsageError(
            Message(
                "Gedachte Zahlen werden nicht als RDF geschrieben, damit sie niemand für gemessene "
                "hält. Lassen Sie --as-rdf weg; --format json sagt, dass sie gedacht sind.",
                "Imagined figures are not written as RDF, so that nobody takes them for measured "
                "ones. Leave out --as-rdf; --format json says that they are imagined.",
            )
        )


def _sides(
    here: workspace.Workspace,
    projection: Projection,
    as_of: str,
    scenario: Scenario,
    chosen: Sequence[Measure],
) -> tuple[Side, Side]:
    """Return the network as it is and as it would be, both by measures that fit both."""
    from itas_graph import measures, projections, queries, readings, shifts

    if as_of:
        queries.refuse_no_date(as_of, "--as-of")
    shifts.refuse_naming(chosen)
    graphs = [
        projections.counted(projections.project(endpoint, here.queries, projection, as_of))
        for endpoint in (scenario.present_endpoint, scenario.endpoint)
    ]
    if not any(graph.number_of_edges() for graph in graphs):
        _refuse_empty(graphs[0], projection, as_of)
    lines = [measures.lines(graph) for graph in graphs]
    there = [on for on in lines if on.pairs]
    fitting = [_fitting(on, chosen) for on in there]
    both = [one for one in fitting[0] if all(one in other for other in fitting)]
    wanted = [one for one in both if one.name not in shifts.NAMING]
    now, then = (
        shifts.Side(graph, on, readings.measure(graph, on, wanted) if on.pairs else [])
        for graph, on in zip(graphs, lines, strict=True)
    )
    return now, then


def _fitting(on: Lines, chosen: Sequence[Measure]) -> list[Measure]:
    from itas_graph import measures

    measures.refuse_misleading(on, chosen)
    fitting = list(chosen) or measures.fitting(on)
    measures.refuse_too_large(on, fitting)
    return fitting


def _measure(name: str) -> Measure:
    from itas_graph import measures, queries

    if name in measures.MEASURES:
        return measures.MEASURES[name]
    near = queries.nearest(name, list(measures.MEASURES))
    raise UsageError(
        Message(f"Ein Maß „{name}“ gibt es nicht. {near.de}", f"No measure “{name}”. {near.en}")
    )


def _listing(call: Call, known: Sequence[Projection]) -> str:
    from itas_graph import report

    return report.questions([one.question for one in known], call.language, width())


def _form(target: Path | None) -> str:
    ending = target.suffix.lower().removeprefix(".") if target else "csv"
    if ending not in FORMATS:
        names = ", ".join(f".{one}" for one in FORMATS)
        raise UsageError(
            Message(
                f"Die Endung von {target} nennt keine Form; es gibt {names}. Oder nennen Sie sie "
                "mit "
                "--format.",
                f"The ending of {target} names no form; there are {names}. Or name it by --format.",
            )
        )
    return ending


def _projected(
    call: Call,
    here: workspace.Workspace,
    projection: Projection,
    as_of: str,
    source: tuple[Path | None, str | None, float | None, float | None],
) -> Any:  # noqa: ANN401  # networkx is untyped
    from itas_graph import projections, queries

    if as_of:
        queries.refuse_no_date(as_of, "--as-of")
    folder, url, timeout, memory = source
    endpoint, _ = call.open(here, folder, url, limits(timeout, memory))
    graph = projections.project(endpoint, here.queries, projection, as_of)
    _refuse_empty(graph, projection, as_of)
    return graph


def _refuse_empty(graph: Any, projection: Projection, as_of: str) -> None:  # noqa: ANN401  # networkx is untyped
    if graph.number_of_edges():
        return
    until = Message(f" bis {as_of}", f" until {as_of}") if as_of else Message("", "")
    raise DataError(
        Message(
            f"Das Netzwerk {projection.name} ist leer: Keine Beziehung dieser Art "
            f"begann{until.de}. "
            "„itas-graph network“ zeigt die anderen.",
            f"The network {projection.name} is empty: no relation of this kind began{until.en}. "
            "“itas-graph network” shows the others.",
        )
        if as_of
        else Message(
            f"Das Netzwerk {projection.name} ist leer: Die Daten nennen keine Beziehung dieser "
            "Art. "
            "„itas-graph network“ zeigt die anderen.",
            f"The network {projection.name} is empty: the data names no relation of this kind. "
            "“itas-graph network” shows the others.",
        )
    )
