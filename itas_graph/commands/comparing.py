"""diff: what is new, gone and changed between two builds, revisions or dates."""

from __future__ import annotations

import sys
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
    from itas_graph.publication import Profile
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
            network, _ = _read(here, given, profile, progress)
            names = dates
            sides = comparison.as_of(network, dates[0]), comparison.as_of(network, dates[1])
            found = comparison.compare(*sides)
        else:
            names = _two(states)
            old, old_quads = _read(here, names[0], profile, progress)
            new, new_quads = _read(here, names[1], profile, progress)
            sides = old, new
            found = comparison.compare(old, new, (old_quads, new_quads))
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


def _read(
    here: Workspace, state: str, profile: Profile, progress: Report
) -> tuple[networkx.MultiGraph, list[str]]:
    """Return the network of a state and the statements behind it, derived ones apart."""
    from itas_graph import build, dataset, network

    progress(Message(f"{state} lesen", f"reading {state}"))
    if state.startswith(_REVISION):
        given = build.at_revision(here, state.removeprefix(_REVISION), profile)
    else:
        given = build.published(here, Path(state))
    complete, store = build.released(here, given, profile)
    stated = complete.without_graph(dataset.DERIVED)
    return network.load(store, here.queries, None), [f"{quad} ." for quad in stated.quads]
