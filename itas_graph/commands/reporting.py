"""report: a dossier of the network, or of one actor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import (
    Call,
    Command,
    build_option,
    endpoint_option,
    language_option,
    limits,
    memory_option,
    put,
    say,
    timeout_option,
    write,
)
from itas_graph.errors import Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.dossier import Dossier

_FORMS = ("html", "md")


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
    default=10,
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
@build_option
@endpoint_option
@timeout_option
@memory_option
@language_option
@click.pass_obj
def report(
    call: Call,
    name: str | None,
    target: Path | None,
    form: str | None,
    top: int,
    page: str,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Write a dossier of the network, or of one actor."""
    from itas_graph import actor_dossier, dossier, dossier_pages, network_dossier

    call.language = lang or call.language
    here = call.find()
    form = form or _form(target)
    endpoint, _ = call.open(here, folder, url, limits(timeout, memory))
    inquiry = dossier.Inquiry(endpoint, here.queries, call.language, top)
    made: Dossier
    if name is None:
        made = network_dossier.compiled(inquiry)
    else:
        made = actor_dossier.compiled(inquiry, name)
    text = (dossier_pages.html if form == "html" else dossier_pages.markdown)(made, page)
    if target is None:
        write([text.encode()])
        return
    put(target, text.encode())
    call.note(f"Der Bericht steht in {target}.", f"The report is in {target}.")


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
