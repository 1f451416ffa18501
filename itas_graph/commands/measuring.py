"""network and measure: who is related to whom, as a file for others and in figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from itas_graph.answers import Endpoint
    from itas_graph.measures import Lines, Measure
    from itas_graph.path_samples import PathSample
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


_most = click.option(
    "--shared-by-at-most",
    "most",
    type=click.IntRange(min=1),
    metavar=say("ANZAHL", "NUMBER"),
    help=say(
        "Was mehr als so viele teilen, verbindet niemanden (in Netzwerken aus Geteiltem, etwa "
        "organisation-organisation); was fehlt, steht im Ergebnis.",
        "What more than so many share relates nobody (in networks of what is shared, such as "
        "organisation-organisation); the result says what is missing.",
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
@click.option(
    "--edge-list",
    "bare",
    is_flag=True,
    help=say(
        "Nur wer mit wem und wie oft, ohne Rollen und Belege: auch für Hunderttausende.",
        "Only who with whom and how often, without roles and evidence: for hundreds of "
        "thousands, too.",
    ),
)
@_most
@_as_of
@answering_options
@click.pass_obj
def network(
    call: Call,
    name: str | None,
    target: Path | None,
    form: str | None,
    bare: bool,
    most: int | None,
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
    _refuse_bound(projection, most)
    source = (folder, url, timeout, memory)
    if bare:
        _write_edge_list(call, here, projection, form, target, as_of, most, source)
        return
    graph = _projected(call, here, projection, as_of, most, source)
    _note_left_out(call, graph.graph)
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
@click.option(
    "--sample",
    type=click.IntRange(min=32),
    metavar=say("ANZAHL", "NUMBER"),
    help=say(
        "Kürzesten Wegen von so vielen Knoten aus folgen und sagen, wie genau das ist (sonst von "
        "allen, in sehr großen Teilen von 1024).",
        "Follow shortest paths from so many nodes and say how exact that is (else from all, in "
        "very large parts from 1024).",
    ),
)
@click.option(
    "--exact",
    is_flag=True,
    help=say(
        "Allen kürzesten Wegen folgen, auch wenn es Minuten dauert.",
        "Follow all shortest paths, even if that takes minutes.",
    ),
)
@_most
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
    sample: int | None,
    exact: bool,
    most: int | None,
    as_of: str,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Measure a projection of the graph."""
    from itas_graph import (
        edge_lists,
        measure_report,
        measurements,
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
    _refuse_bound(projection, most)
    if without or planned:
        _refuse_as_rdf(rdf)
        _refuse_sample(sample, most)
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
    endpoint = _opened(call, here, as_of, (folder, url, timeout, memory))
    graph = edge_lists.read(endpoint, here.queries, projection, as_of, most)
    _refuse_empty(graph, projection, as_of, most)
    paths = _paths(graph.lines, sample, exact=exact)
    chosen = _fitting(graph.lines, chosen, paths)
    found = readings.measure(graph, graph.lines, chosen, paths)
    if rdf is not None:
        put(rdf, measurements.written(graph, found, rdf.suffix))
    shown = measure_report.shown(
        graph, graph.lines, found, form, call.language, top=top, width=width()
    )
    write(piece.encode() for piece in shown)
    if form == "csv":
        _note_left_out(call, graph.graph)


def _note_left_out(call: Call, about: Mapping[str, Any]) -> None:
    from itas_graph import projections

    missing = projections.left_out(about)
    if missing is not None:
        call.note(missing.de, missing.en)


def _paths(on: Lines, sample: int | None, *, exact: bool) -> PathSample | None:
    """Return the sample of paths to estimate from where all are too many; None if all are wanted.

    Raises:
        UsageError: both a sample and all are wanted.
    """
    from itas_graph.path_samples import PathSample

    if exact and sample is not None:
        raise UsageError(
            Message(
                "--exact folgt allen Wegen, --sample nur einigen; nehmen Sie eines von beiden.",
                "--exact follows all paths, --sample only some; take one of the two.",
            )
        )
    if exact:
        return None
    return PathSample(on) if sample is None else PathSample(on, sample, exact=0)


def _refuse_bound(projection: Projection, most: int | None) -> None:
    if most is not None and not projection.folded:
        raise UsageError(
            Message(
                f"--shared-by-at-most gilt für Netzwerke aus Geteiltem; {projection.name} nennt "
                "jede Beziehung selbst. Lassen Sie es weg, oder nehmen Sie "
                "organisation-organisation.",
                f"--shared-by-at-most is for networks of what is shared; {projection.name} names "
                "each relation itself. Leave it out, or take organisation-organisation.",
            )
        )


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


def _refuse_sample(sample: int | None, most: int | None) -> None:
    if sample is not None or most is not None:
        raise UsageError(
            Message(
                "Was wäre, wenn: Verglichen werden genaue Werte des ganzen Netzes. Lassen Sie "
                "--sample und --shared-by-at-most weg.",
                "What if: exact values of the whole network are compared. Leave out --sample and "
                "--shared-by-at-most.",
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


def _fitting(
    on: Lines, chosen: Sequence[Measure], paths: PathSample | None = None
) -> list[Measure]:
    from itas_graph import measures

    measures.refuse_misleading(on, chosen)
    fitting = list(chosen) or measures.fitting(on)
    if paths is None:
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
    most: int | None,
    source: tuple[Path | None, str | None, float | None, float | None],
) -> Any:  # noqa: ANN401  # networkx is untyped
    from itas_graph import projections

    endpoint = _opened(call, here, as_of, source, of_networks=True)
    projections.refuse_too_many_nodes(endpoint)
    graph = projections.project(endpoint, here.queries, projection, as_of, most=most)
    _refuse_empty(graph, projection, as_of, most)
    return graph


def _write_edge_list(
    call: Call,
    here: workspace.Workspace,
    projection: Projection,
    form: str,
    target: Path | None,
    as_of: str,
    most: int | None,
    source: tuple[Path | None, str | None, float | None, float | None],
) -> None:
    from itas_graph import edge_list_files, edge_lists, projections

    edge_list_files.refuse_form(form)
    edges = edge_lists.read(
        _opened(call, here, as_of, source), here.queries, projection, as_of, most
    )
    _refuse_empty(edges, projection, as_of, most)
    pieces = edge_list_files.written(edges, form, projections.left_out(edges.graph))
    if target is None:
        write(pieces)
    else:
        put(target, pieces)
        nodes, lines = len(edges.lines.keys), len(edges.lines.pairs)
        call.note(
            f"{target}: {nodes} Knoten, {lines} Linien aus {edges.relations} Beziehungen.",
            f"{target}: {nodes} nodes, {lines} lines made of {edges.relations} relations.",
        )
    _note_left_out(call, edges.graph)


def _opened(
    call: Call,
    here: workspace.Workspace,
    as_of: str,
    source: tuple[Path | None, str | None, float | None, float | None],
    *,
    of_networks: bool = False,
) -> Endpoint:
    from itas_graph import queries

    if as_of:
        queries.refuse_no_date(as_of, "--as-of")
    folder, url, timeout, memory = source
    return call.open(here, folder, url, limits(timeout, memory), of_networks=of_networks)[0]


def _refuse_empty(
    graph: Any,  # noqa: ANN401  # networkx is untyped
    projection: Projection,
    as_of: str,
    most: int | None = None,
) -> None:
    if graph.number_of_edges():
        return
    if most is not None:
        raise DataError(
            Message(
                f"Das Netzwerk {projection.name} ist leer: Nichts teilen zwei bis {most}. Nehmen "
                "Sie bei --shared-by-at-most mehr.",
                f"The network {projection.name} is empty: nothing is shared by two to {most}. Take "
                "more by --shared-by-at-most.",
            )
        )
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
