"""diff: what is new, gone and changed between two builds, revisions or dates."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import (
    Call,
    Command,
    Progress,
    as_of_value,
    language_option,
    say,
)
from itas_graph.errors import Language, Message, UsageError

if TYPE_CHECKING:
    import networkx

    from itas_graph.build import Progress as Report
    from itas_graph.comparison import Comparison
    from itas_graph.dataset import Dataset
    from itas_graph.measure_changes import Measurement, Movements
    from itas_graph.publication import Profile
    from itas_graph.records import Value
    from itas_graph.store import EmbeddedStore
    from itas_graph.workspace import Workspace

_REVISION = "git:"


def _dates(
    context: click.Context, parameter: click.Parameter, value: tuple[str, str] | None
) -> tuple[str, str] | None:
    for date in value or ():
        as_of_value(context, parameter, date)
    return value


@click.command(
    cls=Command,
    help=say(
        "Sagen, was zwischen zwei Ständen neu, weg und geändert ist. Ein Stand ist ein Build "
        "(Ordner), eine Seite (.html) oder git:REV; mit --as-of sind es zwei Tage eines "
        "Datensatzes (sonst der Build).",
        "Say what is new, gone and changed between two states. A state is a build (folder), a "
        "page (.html) or git:REV; with --as-of they are two days of one dataset (else the build).",
    ),
)
@click.argument("states", nargs=-1, metavar=say("ALT NEU", "OLD NEW"))
@click.option(
    "--as-of",
    "dates",
    nargs=2,
    callback=_dates,
    metavar=say("DATUM DATUM", "DATE DATE"),
    help=say("Zwei Tage eines Datensatzes vergleichen.", "Compare two days of one dataset."),
)
@click.option(
    "--profile",
    type=click.Choice(["public", "internal"]),
    default="public",
    help=say(
        "public lässt auf beiden Seiten weg, was intern ist.",
        "public leaves out on both sides what is internal.",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "json"]),
    default="text",
    help=say("Form der Ausgabe.", "Form of the output."),
)
@click.option(
    "--page",
    "page_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar=say("DATEI.html", "FILE.html"),
    help=say(
        "Auch als Seite zeichnen: beide Stände übereinander, was neu, weg und geändert ist, in "
        "Farbe und Strichart.",
        "Draw a page, too: both states in one, what is new, gone and changed by colour and line.",
    ),
)
@click.option(
    "--exit-code",
    is_flag=True,
    help=say("Mit 1 enden, wenn sich etwas geändert hat.", "End with 1 if anything changed."),
)
@language_option
@click.pass_obj
def diff(
    call: Call,
    states: tuple[str, ...],
    dates: tuple[str, str] | None,
    profile: Profile,
    form: str,
    page_file: Path | None,
    exit_code: bool,
    lang: Language | None,
) -> None:
    """Say what is new, gone and changed between two states."""
    from itas_graph import change_report, comparison, report

    call.language = lang or call.language
    here = call.find()
    with Progress(call.language) as progress:
        if dates is not None:
            given = _only(states, str(here.default_build))
            names = dates
            (one,) = _read(here, [given], profile, progress)
            sides = comparison.as_of(one.network, dates[0]), comparison.as_of(one.network, dates[1])
            quads: tuple[list[str], list[str]] = [], []
            both: tuple[_State, ...] = one, one
        else:
            names = _two(states)
            both = _read(here, names, profile, progress)
            sides = both[0].network, both[1].network
            quads = both[0].statements, both[1].statements
        progress(Message("messen und vergleichen", "measuring and comparing"))
        found = comparison.compare(*sides, quads, _movements(here, both, sides, dates or ("", "")))
        if page_file is not None:
            progress(Message("Seite zeichnen", "drawing the page"))
            _draw(here, page_file, found, both, sides, (names, call.language))
    text = change_report.written(found, sides, names, form, call.language)
    click.echo(report.printable(text))
    if exit_code and found:
        sys.exit(1)


def _only(states: tuple[str, ...], default: str) -> str:
    if len(states) > 1:
        raise UsageError(
            Message(
                "Mit --as-of wird ein Datensatz mit sich selbst verglichen: nennen Sie höchstens "
                "einen.",
                "With --as-of one dataset is compared with itself: name one at most.",
            )
        )
    return states[0] if states else default


def _two(states: tuple[str, ...]) -> tuple[str, str]:
    if len(states) != 2:
        raise UsageError(
            Message(
                "Nennen Sie zwei Stände, den alten zuerst: Ordner, Seite (.html) oder git:REV; "
                "oder zwei Tage mit --as-of.",
                "Name two states, the old one first: folder, page (.html) or git:REV; "
                "or two days with --as-of.",
            )
        )
    return states[0], states[1]


@dataclass(frozen=True)
class _State:
    """A state as it may be published today: its network, what answers questions of it.

    `statements` are those behind the network, derived ones apart; `hidden` is whom its own records
    hide, `folder` where it was built.
    """

    given: Dataset
    hidden: Sequence[Value]
    folder: Path | None
    network: networkx.MultiGraph
    store: EmbeddedStore
    statements: list[str]


def _read(
    here: Workspace, names: Sequence[str], profile: Profile, progress: Report
) -> tuple[_State, ...]:
    """Return states by their names; whom one of them hides is left out of all."""
    from itas_graph import build, dataset, network

    given: list[tuple[Dataset, Path | None]] = []
    hidden: list[Value] = []
    for name in names:
        progress(Message(f"{name} lesen", f"reading {name}"))
        if name.startswith(_REVISION):
            one, hides = build.at_revision(here, name.removeprefix(_REVISION), profile)
            given.append((one, None))
            hidden += hides
        else:
            given.append((build.published(here, Path(name)), Path(name)))
    settings = build.described(here, [one for one, _ in given], profile, hidden)
    states = []
    for one, folder in given:
        complete, store = build.released(here, one, profile, hidden)
        stated = complete.without_graph(dataset.DERIVED)
        drawn = network.load(store, here.queries, settings)
        statements = [f"{quad} ." for quad in stated.quads]
        states.append(_State(one, hidden, folder, drawn, store, statements))
    return tuple(states)


def _movements(
    here: Workspace,
    states: tuple[_State, ...],
    sides: tuple[networkx.MultiGraph, networkx.MultiGraph],
    dates: tuple[str, str],
) -> Movements:
    """Measure every network of both sides as `measure` does, and compare."""
    from itas_graph import measure_changes

    old, new = (_measured(here, state, date) for state, date in zip(states, dates, strict=True))
    both = set(sides[0].nodes) & set(sides[1].nodes)
    both |= {key for key in _fields(sides[0]) if key in _fields(sides[1])}
    return measure_changes.compare(old, new, both)


def _fields(side: networkx.MultiGraph) -> list[str]:
    return [f"action-field/{slug}" for slug in side.graph["concepts"].get("action-field", {})]


def _measured(here: Workspace, state: _State, date: str) -> dict[str, Measurement]:
    from itas_graph import measure_changes, measures, projections, readings
    from itas_graph.measure_changes import Measurement

    found = {}
    for name, projection in projections.load(here.queries).items():
        title = Message(projection.question.title.de, projection.question.title.en)
        try:
            whole = projections.project(
                state.store, here.queries, projection, date, whole=state.network, lasting=True
            )
        except UsageError:  # too many pairs to write out
            found[name] = Measurement(title, (), tuple(measures.MEASURES))
            continue
        graph = projections.counted(whole)
        on = measures.lines(graph)
        done, left_out = measure_changes.quick(on)
        names = tuple(one.name for one in left_out)
        found[name] = Measurement(title, readings.measure(graph, on, done), names)
    return found


def _draw(
    here: Workspace,
    file: Path,
    found: Comparison,
    states: tuple[_State, ...],
    sides: tuple[networkx.MultiGraph, networkx.MultiGraph],
    how: tuple[tuple[str, str], Language],
) -> None:
    """Write the page of both sides in one."""
    from itas_graph import build, change_report, page, placement, union

    names, language = how
    words = change_report.fields_in_words(found, sides)
    both = union.union(sides, found.changes, words, names)
    folders = [state.folder for state in reversed(states) if state.folder and state.folder.is_dir()]
    layouts = [one for folder in folders if (one := build.earlier_layout(folder))]
    sheets = page.arranged(both, layouts[0] if layouts else None)
    placement.write(file, page.render(both, page.PageSettings(language), sheets))
