"""init: a workspace of another region."""

from __future__ import annotations

from pathlib import Path

import click

from itas_graph.commands.call import Call, Command, language_option, say
from itas_graph.errors import Language


@click.command(
    cls=Command,
    help=say(
        "Den Arbeitsbereich einer anderen Region anlegen: Regeln und Fragen wie hier, noch ohne "
        "Einträge.",
        "Begin the workspace of another region: rules and questions as here, no record yet.",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--title",
    required=True,
    metavar="TEXT",
    help=say("Wie der Datensatz heißt.", "What the dataset is called."),
)
@click.option(
    "--title-en",
    metavar="TEXT",
    help=say("Wie er auf Englisch heißt (sonst ebenso).", "Its title in English (else the same)."),
)
@click.option(
    "--base",
    metavar="IRI",
    help=say(
        "Womit die Adressen aller Dinge beginnen, mit „/“ am Ende (sonst wie hier).",
        "What the addresses of all things begin with, “/” at the end (else as here).",
    ),
)
@language_option
@click.pass_obj
def init(
    call: Call,
    folder: Path,
    title: str,
    title_en: str | None,
    base: str | None,
    lang: Language | None,
) -> None:
    """Begin a workspace."""
    from itas_graph import new_workspace

    call.language = lang or call.language
    made = new_workspace.begin(folder, call.find(), {"de": title, "en": title_en or title}, base)
    click.echo(
        call.text(
            f"Angelegt: {made.root}. Weiter dort mit einer Tabelle (itas-graph import …), einer "
            "Programmseite (itas-graph draft …) oder von Hand in data/; die Handlungsfelder stehen "
            "in ontology/schemes/action-fields.ttl.",
            f"Begun: {made.root}. Go on there with a table (itas-graph import …), a programme page "
            "(itas-graph draft …) or by hand in data/; the action fields are in "
            "ontology/schemes/action-fields.ttl.",
        )
    )
