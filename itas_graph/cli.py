"""The command line: the group of all commands, and every failure as a message and a code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from itas_graph import __version__, workspace
from itas_graph.commands import (
    asking_questions,
    beginning,
    building,
    comparing,
    drafting_pages,
    exchanging_tables,
    explaining,
    formatting,
    measuring,
    publishing,
    reporting,
)
from itas_graph.commands import identities as identifying
from itas_graph.commands.call import Call, Group, fall_silent, language_of_call, say
from itas_graph.errors import ItasError, Language, Message, UsageError


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=say(
        "Wer wirkt woran mit? Aus Einträgen wird ein Wissensgraph, aus Fragen werden Antworten.",
        "Who works on what? Records become a knowledge graph, questions become answers.",
    ),
)
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    help=say(
        "Arbeitsbereich: der Ordner mit ontology/, data/ und queries/.",
        "Workspace: the folder with ontology/, data/ and queries/.",
    ),
)
@click.option(
    "--lang",
    type=click.Choice(["de", "en"]),
    default=None,
    hidden=True,
    help=say("Sprache.", "Language."),
)
@click.version_option(
    __version__,
    "-V",
    "--version",
    message="%(prog)s %(version)s",
    help=say("Die Version.", "The version."),
)
@click.pass_context
def cli(context: click.Context, root: Path | None, lang: Language | None) -> None:
    """Hold what all commands share."""
    context.obj = Call(lang or language_of_call(sys.argv[1:]), root)


for _command in (
    beginning.init,
    building.check,
    building.build,
    asking_questions.questions,
    asking_questions.query,
    measuring.network,
    measuring.measure,
    explaining.explain,
    comparing.diff,
    reporting.report,
    publishing.serve,
    building.page,
    publishing.push,
    building.extract,
    drafting_pages.draft,
    formatting.fmt,
    identifying.identities,
    exchanging_tables.import_,
    exchanging_tables.template,
    exchanging_tables.export,
):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; every failure is one message and an exit code, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of_call(given)
    try:
        code = cli.main(given, prog_name="itas-graph", standalone_mode=False)
    except ItasError as error:
        _fail(error.message.text(language), error.exit_code, language)
    except click.Abort:
        _fail(Message("Abgebrochen.", "Interrupted.").text(language), 130, language)
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # click 8.2: the help, not an objection
            click.echo(error.format_message(), err=True)
            sys.exit(UsageError.exit_code)
        _fail(_click_text(error, language), UsageError.exit_code, language)
    except BrokenPipeError:
        fall_silent()
        sys.exit(0)
    except MemoryError:
        _fail(Message("Der Speicher reicht nicht.", "Out of memory.").text(language), 3, language)
    except Exception as error:  # the last door: no traceback reaches a user
        if workspace.wants_traceback():
            raise
        kind = type(error).__name__
        text = Message(
            f"Unerwarteter Fehler im Programm ({kind}: {error}). Bitte melden Sie ihn; "
            "ITAS_DEBUG=1 zeigt die Stelle.",
            f"Unexpected error in the program ({kind}: {error}). Please report it; "
            "ITAS_DEBUG=1 shows the place.",
        )
        _fail(text.text(language), 3, language)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(text: str, code: int, language: Language) -> NoReturn:
    word = Message("Fehler", "Error").text(language)
    click.echo(f"{word}: {text}", err=True)
    sys.exit(code)


def _click_text(error: click.ClickException, language: Language) -> str:
    """Return click's own objections in the user's language, with the nearest names."""
    if language == "en":
        return error.format_message()
    name = getattr(error, "option_name", None)
    if isinstance(error, click.NoSuchOption):
        near = ", ".join(error.possibilities or [])
        return f"Die Option {name} gibt es nicht." + (f" Meinten Sie {near}?" if near else "")
    if isinstance(error, click.MissingParameter):
        return f"Es fehlt: {error.param.opts[0] if error.param else '?'}."
    if isinstance(error, click.BadParameter) and error.param is not None:
        choices = getattr(error.param.type, "choices", None)
        hint = f" Möglich sind: {', '.join(choices)}." if choices else f" {error.message}"
        return f"Der Wert für {error.param.opts[0]} ist nicht gültig.{hint}"
    text = error.format_message()
    known = ", ".join(sorted(cli.commands))
    if text.startswith("Missing command"):
        return f"Es fehlt ein Befehl. Es gibt: {known}."
    if text.startswith("No such command"):
        return f"Den Befehl {text.split(chr(39))[1]} gibt es nicht. Es gibt: {known}."
    if "requires an argument" in text:
        return f"Die Option {name} braucht einen Wert."
    if "unexpected extra argument" in text:
        return f"Zu viele Angaben: {text.partition('(')[2].rstrip(')')}."
    return text
