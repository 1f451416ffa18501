"""report: a dossier of the network, or of one actor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import (
    Call,
    Command,
    answering_options,
    limits,
    put,
    say,
    with_option,
    without_option,
    write,
)
from itas_graph.errors import Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.dossier import Dossier, Inquiry, Section
    from itas_graph.guard import Limits
    from itas_graph.scenario import Scenario

_FORMS = ("html", "md")
#: So many MB a report on a country's network may take.
_LARGE_MEMORY = 6000


@click.command(
    cls=Command,
    help=say(
        "Einen Bericht schreiben: über das Netz (wer vermittelt, was an einem hängt, was dünn ist, "
        "was sich änderte), oder über einen Akteur. Jede Zahl führt zu ihrer Frage.",
        "Write a report: on the network (who brokers, what hangs on one, what is thin, what "
        "changed), or on one actor. Each figure leads to its question.",
    ),
)
@click.argument("name", metavar=say("[AKTEUR]", "[ACTOR]"), required=False)
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
    type=click.Choice(_FORMS),
    help=say(
        "Form (sonst nach der Endung von -o, sonst md).",
        "Form (else by the ending of -o, else md).",
    ),
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help=say("So viele Zeilen einer langen Antwort.", "So many rows of a long answer."),
)
@click.option(
    "--page",
    default="",
    metavar="URL",
    help=say(
        "Adresse der Seite, in der man die Fragen stellen kann, etwa index.html.",
        "Address of the page in which the questions can be asked, such as index.html.",
    ),
)
@without_option
@with_option
@answering_options
@click.pass_obj
def report(
    call: Call,
    name: str | None,
    target: Path | None,
    form: str | None,
    top: int,
    page: str,
    without: tuple[str, ...],
    planned: tuple[Path, ...],
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Write a dossier of the network, or of one actor."""
    from itas_graph import dossier, dossier_pages

    call.language = lang or call.language
    here = call.find()
    form = form or _form(target)
    allowed = limits(timeout, memory)
    if without or planned:
        _refuse_page(page)
        scenario = call.imagine(here, folder, url, allowed, without, planned)
        made = _imagined(scenario, name, call.language, top)
    else:
        endpoint, _ = call.open(here, folder, url, allowed, of_networks=True)
        _refuse_large(endpoint, here.queries, allowed)
        inquiry = dossier.Inquiry(endpoint, here.queries, call.language, top)
        made = _compiled(inquiry, name)
    text = (dossier_pages.html if form == "html" else dossier_pages.markdown)(made, page)
    if target is None:
        write([text.encode()])
        return
    put(target, text.encode())
    call.note(f"Der Bericht steht in {target}.", f"The report is in {target}.")


def _compiled(
    inquiry: Inquiry,
    name: str | None,
    premises: Sequence[str] = (),
    opening: Sequence[Section] = (),
) -> Dossier:
    from itas_graph import actor_dossier, network_dossier

    if name is None:
        return network_dossier.compiled(inquiry, premises, opening)
    return actor_dossier.compiled(inquiry, name, premises)


def _imagined(scenario: Scenario, name: str | None, language: Language, top: int) -> Dossier:
    """Return the dossier of an imagined network, which says what would change first of all."""
    from itas_graph import dossier, scenario_dossier, scenario_report

    now, then = (
        dossier.Inquiry(endpoint, scenario.queries, language, top)
        for endpoint in (scenario.present_endpoint, scenario.endpoint)
    )
    premises = [one.text(language) for one in scenario_report.premises(scenario)]
    premises.append(
        Message(
            "Die Befehle am Ende fragen den Bestand, nicht das Gedankenspiel.",
            "The commands at the end ask the present state, not the imagined one.",
        ).text(language)
    )
    opening = [] if name else [scenario_dossier.compared(scenario, now, then)]
    return _compiled(then, name, premises, opening)


def _refuse_large(endpoint: Endpoint, questions: Path, allowed: Limits) -> None:
    """Refuse a network that takes minutes and gigabytes, unless so much is allowed."""
    from itas_graph import vicinity

    if allowed.memory >= _LARGE_MEMORY << 20 or not vicinity.is_worth_it(endpoint, questions):
        return
    number = f"{vicinity.LARGE:,}"
    raise UsageError(
        Message(
            f"Ein Bericht liest das ganze Netzwerk; dieses hat über {number.replace(',', ' ')} "
            "Akteure und braucht dafür Minuten und mehrere GB. Erlauben Sie es mit "
            f"--memory {_LARGE_MEMORY} --timeout 300, oder fragen Sie nach weniger: "
            "„itas-graph explain AKTEUR“ sagt, womit einer verbunden ist, „itas-graph query "
            "evidence -p subject=AKTEUR“, wer es sagt.",
            f"A report reads the whole network; this one has more than {number} actors and takes "
            "minutes and several GB for it. Allow it by "
            f"--memory {_LARGE_MEMORY} --timeout 300, or ask for less: “itas-graph explain ACTOR” "
            "says what one is connected to, “itas-graph query evidence -p subject=ACTOR” who says "
            "so.",
        )
    )


def _refuse_page(page: str) -> None:
    if page:
        raise UsageError(
            Message(
                "Die Seite zeigt den Bestand und kann ein Gedankenspiel nicht befragen. Lassen Sie "
                "--page weg.",
                "The page shows the present state and cannot ask an imagined one. Leave out "
                "--page.",
            )
        )


def _form(target: Path | None) -> str:
    ending = target.suffix.lower().removeprefix(".") if target else "md"
    ending = {"htm": "html", "markdown": "md"}.get(ending, ending)
    if ending not in _FORMS:
        raise UsageError(
            Message(
                f"Die Endung von {target} nennt keine Form; es gibt .html und .md. Oder nennen Sie "
                "sie mit --format.",
                f"The ending of {target} names no form; there are .html and .md. Or name it by "
                "--format.",
            )
        )
    return ending
