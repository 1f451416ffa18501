"""questions and query: what is asked of a build or an endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph import workspace
from itas_graph.commands.call import (
    Call,
    Command,
    answering_options,
    is_terminal,
    language_option,
    limits,
    max_bytes_option,
    rows,
    say,
    standard_input,
    timeout_option,
    width,
    write,
)
from itas_graph.errors import EngineError, Language, LimitError, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.queries import Question


#: Where the questions are that networks and reports are made of.
_OF_NETWORKS = ("edges/", "nodes/", "report/")
OUTPUT_FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "ttl", "nt", "jsonld", "rdf")


@click.command(
    cls=Command,
    help=say("Die fertigen Fragen auflisten.", "List the ready questions."),
)
@click.argument("name", required=False)
@click.option(
    "--endpoint",
    "url",
    metavar="URL",
    help=say(
        "Neben jeder Frage sagen, wie viele Zeilen dieser SPARQL-Endpunkt antwortet.",
        "Say beside each question how many rows this SPARQL endpoint answers.",
    ),
)
@max_bytes_option
@timeout_option
@language_option
@click.pass_obj
def questions(
    call: Call, name: str | None, url: str | None, timeout: float | None, lang: Language | None
) -> None:
    """List the ready questions, or show one with its parameters."""
    from itas_graph import queries, report

    language = call.language = lang or call.language
    here = call.find()
    known = queries.load(here.queries)
    if name is None:
        counts = None
        if url is not None:
            endpoint, _ = call.open(here, None, url, limits(timeout, None))
            counts = {one.name: _count(call, endpoint, one) for one in known.values()}
        click.echo(report.questions(list(known.values()), language, width(), counts))
    else:
        click.echo(report.question(queries.find(known, name), language))


@click.command(
    cls=Command,
    help=say(
        "Eine Frage stellen: mit Namen, als Datei (.rq), „-“ für die Eingabe, oder -e 'SELECT …'.",
        "Ask a question: by name, as a file (.rq), “-” for standard input, or -e 'SELECT …'.",
    ),
)
@click.argument("name", required=False)
@click.option("-e", "expression", help=say("SPARQL auf der Befehlszeile.", "SPARQL as given."))
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar=say("NAME=WERT", "NAME=VALUE"),
    help=say(
        "Parameter: Kürzel, IRI, Name oder Abkürzung (-p organisation=CWE).",
        "Parameter: slug, IRI, name or alias (-p organisation=CWE).",
    ),
)
@click.option(
    "--format",
    "output",
    type=click.Choice(OUTPUT_FORMATS),
    help=say(
        "Form der Antwort (am Bildschirm table, sonst csv).",
        "Form of the answer (table on a terminal, else csv).",
    ),
)
@click.option(
    "--measurements",
    "beside",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        "Auch befragen, was „itas-graph measure --as-rdf“ in diese Datei schrieb.",
        "Also ask what “itas-graph measure --as-rdf” wrote into this file.",
    ),
)
@answering_options
@click.pass_obj
def query(
    call: Call,
    name: str | None,
    expression: str | None,
    params: tuple[str, ...],
    output: str | None,
    beside: Path | None,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    memory: float | None,
    lang: Language | None,
) -> None:
    """Answer a question from the built graph or an endpoint."""
    from itas_graph import queries, report

    call.language = lang or call.language
    here = call.find()
    question = _question(here, name, expression)
    endpoint, base = call.open(
        here,
        folder,
        url,
        limits(timeout, memory),
        beside,
        of_networks=name is not None and name.startswith(_OF_NETWORKS),
    )
    text = queries.bind(question, _values(params), call.language, rows(endpoint))
    form = output or ("table" if is_terminal() else "csv")
    try:
        if form in ("table", "md"):
            answer = endpoint.ask(text)
            shown, count = report.answer(
                answer, question, call.language, form, width=width(), base=base
            )
            click.echo(shown)
            if form == "table" and count is not None:
                call.note(
                    f"{count} {'Zeile' if count == 1 else 'Zeilen'}",
                    f"{count} {'row' if count == 1 else 'rows'}",
                )
        else:
            write(endpoint.serialised(text, form))
    except LimitError as error:
        raise _bounded(question, _values(params), error) from error


def _count(call: Call, endpoint: Endpoint, question: Question) -> int | None:
    """Return how many rows an endpoint answers, or None, with a note, where it fails."""
    from itas_graph import queries

    try:
        answer = endpoint.ask(queries.bind(question, {}, call.language, lambda _: ()))
        return sum(1 for _ in answer.rows or ())
    except EngineError as error:
        call.note(f"{question.name}: {error.message.de}", f"{question.name}: {error.message.en}")
        return None


def _bounded(question: Question, given: Mapping[str, str], error: LimitError) -> LimitError:
    """Return the error with the values that would have made the answer smaller, if there are."""
    left = [f"-p {one.name}=…" for one in question.parameters if one.name not in given]
    if not left or len(left) < len(question.parameters):
        return error
    names = ", ".join(left)
    return LimitError(
        Message(
            f"{error.message.de} Diese Frage lässt sich auch eingrenzen: {names}",
            f"{error.message.en} This question can be narrowed down, too: {names}",
        ),
        error.limit,
    )


def _question(here: workspace.Workspace, name: str | None, expression: str | None) -> Question:
    from itas_graph import queries

    if (name is None) == (expression is None):
        raise UsageError(
            Message(
                "Nennen Sie eine Frage (Namen zeigt „itas-graph questions“), "
                "eine Datei, „-“ oder -e 'SELECT …'.",
                "Name a question (see “itas-graph questions”), a file, “-” or -e 'SELECT …'.",
            )
        )
    if expression is not None:
        return queries.parse("-e", expression)
    if name is None or name == "-":
        return queries.parse("-", standard_input())
    inside = here.queries / f"{name}.rq"
    if "/" in name and inside.is_file():
        # One that reports and networks are made of, such as report/at-a-glance.
        return queries.read(inside)
    if name.endswith(".rq") or "/" in name:
        return queries.read(Path(name))
    return queries.find(queries.load(here.queries), name)


def _values(params: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise UsageError(
                Message(
                    f"„{param}“ hat nicht die Form NAME=WERT.",
                    f"“{param}” is not of the form NAME=VALUE.",
                )
            )
        values[name.strip()] = value.strip()
    return values
