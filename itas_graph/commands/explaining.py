"""explain: how two actors are connected, or all that one is connected to."""

from __future__ import annotations

from pathlib import Path

import click

from itas_graph.commands.call import (
    Call,
    Command,
    answering_options,
    as_of_value,
    limits,
    say,
)
from itas_graph.errors import Language


@click.command(
    cls=Command,
    help=say(
        "In Sätzen sagen, wie zwei Akteure verbunden sind, oder womit einer unmittelbar verbunden "
        "ist. Namen wie bei query -p: Kürzel, IRI, Name oder Abkürzung; der zweite darf ein "
        "Handlungsfeld sein.",
        "Say in sentences how two actors are connected, or what one is directly connected to. "
        "Names as for query -p: slug, IRI, name or alias; the second may be an action field.",
    ),
)
@click.argument("name", metavar=say("AKTEUR", "ACTOR"))
@click.argument("other", metavar=say("[AKTEUR]", "[ACTOR]"), required=False)
@click.option(
    "--as-of",
    "as_of",
    callback=as_of_value,
    default="",
    metavar=say("DATUM", "DATE"),
    help=say(
        "Ohne was sicher später begann (2024, 2024-06 oder 2024-06-30).",
        "Without what surely began later (2024, 2024-06 or 2024-06-30).",
    ),
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100),
    default=None,
    help=say("Höchstens so viele Wege (sonst 5).", "At most so many ways (else 5)."),
)
@click.option(
    "--only-stated",
    is_flag=True,
    help=say(
        "Nur was Quellen wörtlich sagen und was nicht bloß angekündigt war: der stärkste Weg.",
        "Only what sources state and what was not merely announced: the strongest way.",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "json"]),
    default="text",
    help=say("Form der Ausgabe.", "Form of the output."),
)
@answering_options
@click.pass_obj
def explain(
    call: Call,
    name: str,
    other: str | None,
    as_of: str,
    limit: int | None,
    only_stated: bool,
    form: str,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Say in sentences how actors are connected."""
    from itas_graph import actors, explanation, narration, network, report, vicinity

    call.language = lang or call.language
    here = call.find()
    endpoint, _ = call.open(here, folder, url, limits(timeout, memory), of_networks=True)
    ways = limit or explanation.WAYS
    if vicinity.is_worth_it(endpoint, here.queries):
        around = vicinity.Vicinity(endpoint, here.queries)
        if other is None:
            known, shown = around.portray(name, as_of, is_strict=only_stated)
        else:
            known, found = around.connect(name, other, as_of, ways, is_strict=only_stated)
    else:
        known = actors.Actors(network.load(endpoint, here.queries, None))
        one = explanation.named(known, name)
        if other is None:
            shown = explanation.portray(known, one, as_of, is_strict=only_stated)
        else:
            far = explanation.named(known, other)
            found = explanation.connect(known, one, far, as_of, ways, is_strict=only_stated)
    if other is None:
        text = narration.portrait(known, shown, form, call.language)
    else:
        text = narration.connection(known, found, form, call.language)
    click.echo(report.printable(text))
