"""The command line: parse, call one stage after another, print; no logic."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import click

from itas_graph import __version__, workspace
from itas_graph.errors import (
    DataError,
    EngineError,
    ItasError,
    Language,
    Message,
    UsageError,
)

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.build import Progress
    from itas_graph.guard import Limits
    from itas_graph.publication import Profile
    from itas_graph.queries import Question, Rows
    from itas_graph.remote import RemoteEndpoint

OUTPUT_FORMATS = ("table", "csv", "tsv", "json", "xml", "md", "ttl", "nt", "jsonld", "rdf")


def _language_of_call(arguments: Sequence[str]) -> Language:
    """Return --lang if the call names one, else the language of the locale."""
    for position, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=")
        if argument == "--lang" and position + 1 < len(arguments):
            value = arguments[position + 1]
        if value in ("de", "en") and argument.startswith("--lang"):
            return "de" if value == "de" else "en"
    return workspace.language()


_HELP: Language = _language_of_call(sys.argv[1:])


def _say(de: str, en: str) -> str:
    """Return a help text in the language of this call; click fixes help texts at import."""
    return Message(de, en).text(_HELP)


class _HelpText(click.HelpFormatter):
    """Writes help pages with headings in the language of this call."""

    _words: ClassVar = {"Options": "Optionen", "Commands": "Befehle", "Arguments": "Angaben"}

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or _say("Aufruf: ", "Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        super().write_heading(_say(self._words.get(heading, heading), heading))


class _Context(click.Context):
    """A call whose help pages are bilingual."""

    formatter_class = _HelpText


class _Command(click.Command):
    """A command whose `--help` explains itself in the language of this call."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's option with our words."""
        return _with_words(super().get_help_option(ctx))


class _Group(click.Group):
    """A group of such commands."""

    context_class = _Context
    command_class = _Command

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's option with our words."""
        return _with_words(super().get_help_option(ctx))


def _with_words(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = _say("Diese Hilfe.", "This help.")
    return option


class _Call:
    """What all commands share: the language and the workspace."""

    def __init__(self, language: Language, root: Path | None) -> None:
        self.language = language
        self._root = root

    def find(self) -> workspace.Workspace:
        return workspace.find(self._root)

    def text(self, de: str, en: str) -> str:
        return Message(de, en).text(self.language)

    def note(self, de: str, en: str) -> None:
        click.echo(self.text(de, en), err=True)

    def remote(
        self, here: workspace.Workspace, folder: Path | None, url: str | None, timeout: float
    ) -> RemoteEndpoint | None:
        """Open the endpoint that is to answer, or return None if a build is to.

        That is the endpoint at `url`, else the build in `folder`, else the endpoint that the
        environment or the workspace names, else the workspace's own build.
        """
        from itas_graph import build as pipeline

        if url is not None and folder is not None:
            raise UsageError(
                Message(
                    "Nennen Sie mit -b einen Build oder mit --endpoint einen Endpunkt, nicht "
                    "beides.",
                    "Name a build with -b or an endpoint with --endpoint, not both.",
                )
            )
        if folder is None and url is None:
            url = workspace.endpoint() or pipeline.endpoint_setting(here)
        if url is None:
            return None
        endpoint = pipeline.open_endpoint(here, url, workspace.credentials(), timeout)
        if endpoint.warning is not None:
            self.note(endpoint.warning.de, endpoint.warning.en)
        return endpoint

    def open(
        self, here: workspace.Workspace, folder: Path | None, url: str | None, limits: Limits
    ) -> tuple[Endpoint, str]:
        """Open what is to answer, as `remote` says, and name the base of its resources."""
        from itas_graph import build as pipeline

        endpoint = self.remote(here, folder, url, limits.seconds)
        if endpoint is not None:
            return endpoint, endpoint.names.base
        target = folder or here.default_build
        embedded, manifest = pipeline.open_guarded(target, limits)
        if target.is_dir() and pipeline.is_old(here, manifest):
            self.note(
                f"Hinweis: Seit dem Build in {target}/ haben sich Dateien geändert; "
                "die Antwort ist die alte. Neu bauen: itas-graph build",
                f"Note: files have changed since the build in {target}/; "
                "this is the old answer. Build again: itas-graph build",
            )
        return embedded, manifest.get("base", "")


_language = click.option(
    "--lang",
    type=click.Choice(["de", "en"]),
    default=None,
    help=_say("Sprache (sonst die des Systems).", "Language (else the system's)."),
)
_build_folder = click.option(
    "-b",
    "--build",
    "folder",
    type=click.Path(path_type=Path),
    help=_say(
        "Ordner des Builds (sonst build/) oder eine Seite (.html).",
        "Folder of the build (else build/) or a page (.html).",
    ),
)
_timeout = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    help=_say(
        "Höchstens so viele Sekunden (sonst ITAS_TIMEOUT oder 30).",
        "At most so many seconds (else ITAS_TIMEOUT or 30).",
    ),
)
_memory = click.option(
    "--memory",
    type=click.FloatRange(min=0, min_open=True),
    help=_say(
        "Höchstens so viel Speicher in MB (sonst ITAS_MEMORY oder 1024).",
        "At most so much memory in MB (else ITAS_MEMORY or 1024).",
    ),
)
_endpoint = click.option(
    "--endpoint",
    "url",
    metavar="URL",
    help=_say(
        "SPARQL-Endpunkt, der antwortet (sonst ITAS_ENDPOINT oder „endpoint“ in "
        "data/dataset.yaml, sonst der Build).",
        "SPARQL endpoint that answers (else ITAS_ENDPOINT or “endpoint” in data/dataset.yaml, "
        "else the build).",
    ),
)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_say(
        "Wer wirkt woran mit? Aus Einträgen wird ein Wissensgraph, aus Fragen werden Antworten.",
        "Who works on what? Records become a knowledge graph, questions become answers.",
    ),
)
@click.option(
    "--root",
    type=click.Path(path_type=Path),
    help=_say(
        "Arbeitsbereich: der Ordner mit ontology/, data/ und queries/.",
        "Workspace: the folder with ontology/, data/ and queries/.",
    ),
)
@click.option(
    "--lang",
    type=click.Choice(["de", "en"]),
    default=None,
    hidden=True,
    help=_say("Sprache.", "Language."),
)
@click.version_option(
    __version__,
    "-V",
    "--version",
    message="%(prog)s %(version)s",
    help=_say("Die Version.", "The version."),
)
@click.pass_context
def cli(context: click.Context, root: Path | None, lang: Language | None) -> None:
    """Hold what all commands share."""
    context.obj = _Call(lang or _language_of_call(sys.argv[1:]), root)


@cli.command(
    help=_say(
        "Alle Einträge prüfen; jeder Fund mit Datei, Zeile und Abhilfe.",
        "Check all records; each finding with file, line and remedy.",
    )
)
@click.option(
    "--format",
    "name",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help=_say("Form der Ausgabe.", "Form of the output."),
)
@_language
@click.pass_obj
def check(call: _Call, name: str, lang: Language | None) -> None:
    """Check all records and say what is wrong."""
    from itas_graph import build as pipeline
    from itas_graph import report

    language = lang or call.language
    with _Progress(language) as progress:
        checked = pipeline.check(call.find(), progress)
    click.echo(report.findings(checked.findings, name, language, colour=_is_terminal()))
    if checked.errors:
        sys.exit(DataError.exit_code)


@cli.command(
    help=_say(
        "Graph, Abzüge und Seite bauen (Unverändertes wird nicht neu gebaut).",
        "Build graph, dumps and page (unchanged inputs are not built again).",
    )
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    help=_say("Zielordner (sonst build/).", "Target folder (else build/)."),
)
@click.option(
    "--profile",
    type=click.Choice(["public", "internal"]),
    default="public",
    help=_say(
        "public lässt Personen mit „visibility: internal“ weg.",
        "public leaves out persons with “visibility: internal”.",
    ),
)
@click.option(
    "-f",
    "--force",
    is_flag=True,
    help=_say("Auch Unverändertes neu bauen.", "Build unchanged inputs too."),
)
@click.option(
    "--without-sparql",
    is_flag=True,
    help=_say(
        "Die Seite ohne Fragen, Datensatz und SPARQL-Maschine: kleiner.",
        "The page without questions, dataset and SPARQL engine: smaller.",
    ),
)
@click.option(
    "--fresh-layout",
    is_flag=True,
    help=_say(
        "Neu zeichnen, statt alles zu lassen, wo es im letzten Build stand.",
        "Draw anew instead of leaving everything where the last build had it.",
    ),
)
@_language
@click.pass_obj
def build(
    call: _Call,
    folder: Path | None,
    profile: Profile,
    force: bool,
    without_sparql: bool,
    fresh_layout: bool,
    lang: Language | None,
) -> None:
    """Build graph, dumps and page."""
    from itas_graph import build as pipeline
    from itas_graph import report

    call.language = lang or call.language
    here = call.find()
    target = folder or here.default_build
    try:
        with _Progress(call.language) as progress:
            built = pipeline.build(
                here,
                target,
                profile,
                force=force,
                sparql=not without_sparql,
                fresh_layout=fresh_layout,
                progress=progress,
            )
    except DataError as error:
        click.echo(
            report.findings(error.findings, "text", call.language, colour=_is_terminal(err=True)),
            err=True,
        )
        raise
    if built.findings:
        click.echo(
            report.findings(built.findings, "text", call.language, colour=_is_terminal(err=True)),
            err=True,
        )
    statements = built.manifest["statements"]
    if built.fresh:
        call.note(
            f"Fertig: {report.number(statements, 'de')} Aussagen in {target}/, "
            f"die Seite ist {target / pipeline.PAGE}",
            f"Done: {report.number(statements, 'en')} statements in {target}/, "
            f"the page is {target / pipeline.PAGE}",
        )
    else:
        call.note(
            f"{target}/ ist aktuell (nichts hat sich geändert).",
            f"{target}/ is up to date (nothing has changed).",
        )


@cli.command(
    help=_say("Die fertigen Fragen auflisten.", "List the ready questions."),
)
@click.argument("name", required=False)
@click.option(
    "--endpoint",
    "url",
    metavar="URL",
    help=_say(
        "Neben jeder Frage sagen, wie viele Zeilen dieser SPARQL-Endpunkt antwortet.",
        "Say beside each question how many rows this SPARQL endpoint answers.",
    ),
)
@_timeout
@_language
@click.pass_obj
def questions(
    call: _Call, name: str | None, url: str | None, timeout: float | None, lang: Language | None
) -> None:
    """List the ready questions, or show one with its parameters."""
    from itas_graph import queries, report

    language = call.language = lang or call.language
    here = call.find()
    known = queries.load(here.queries)
    if name is None:
        counts = None
        if url is not None:
            endpoint, _ = call.open(here, None, url, _limits(timeout, None))
            counts = {one.name: _count(call, endpoint, one) for one in known.values()}
        click.echo(report.questions(list(known.values()), language, _width(), counts))
    else:
        click.echo(report.question(queries.find(known, name), language))


@cli.command(
    help=_say(
        "Eine Frage stellen: mit Namen, als Datei (.rq), „-“ für die Eingabe, oder -e 'SELECT …'.",
        "Ask a question: by name, as a file (.rq), “-” for standard input, or -e 'SELECT …'.",
    )
)
@click.argument("name", required=False)
@click.option("-e", "expression", help=_say("SPARQL auf der Befehlszeile.", "SPARQL as given."))
@click.option(
    "-p",
    "--param",
    "params",
    multiple=True,
    metavar="NAME=WERT" if _HELP == "de" else "NAME=VALUE",
    help=_say(
        "Parameter: Kürzel, IRI, Name oder Abkürzung (-p organisation=CWE).",
        "Parameter: slug, IRI, name or alias (-p organisation=CWE).",
    ),
)
@click.option(
    "--format",
    "output",
    type=click.Choice(OUTPUT_FORMATS),
    help=_say(
        "Form der Antwort (am Bildschirm table, sonst csv).",
        "Form of the answer (table on a terminal, else csv).",
    ),
)
@_build_folder
@_endpoint
@_timeout
@_memory
@_language
@click.pass_obj
def query(
    call: _Call,
    name: str | None,
    expression: str | None,
    params: tuple[str, ...],
    output: str | None,
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
    endpoint, base = call.open(here, folder, url, _limits(timeout, memory))
    text = queries.bind(question, _values(params), call.language, _rows(endpoint))
    form = output or ("table" if _is_terminal() else "csv")
    if form in ("table", "md"):
        answer = endpoint.ask(text)
        shown, count = report.answer(
            answer, question, call.language, form, width=_width(), base=base
        )
        click.echo(shown)
        if form == "table" and count is not None:
            call.note(
                f"{count} {'Zeile' if count == 1 else 'Zeilen'}",
                f"{count} {'row' if count == 1 else 'rows'}",
            )
    else:
        _write(endpoint.serialised(text, form))


@cli.command(
    help=_say(
        "Den Datensatz aus einer Seite herausholen (eine index.html, die jemand geschickt hat).",
        "Take the dataset out of a page (an index.html that somebody sent).",
    )
)
@click.argument("page", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--format",
    "output",
    type=click.Choice(["trig", "nq", "ttl", "jsonld"]),
    default="trig",
    help=_say("Format der Ausgabe.", "Format of the output."),
)
@_language
@click.pass_obj
def extract(call: _Call, page: Path, output: str, lang: Language | None) -> None:
    """Write the dataset inside a page to standard output."""
    from itas_graph import asking, dataset

    call.language = lang or call.language
    _write([dataset.dump(asking.read(page), f"itas.{output}")])


@cli.command(
    help=_say(
        "Seite, SPARQL-Endpunkt und verlinkte Daten anbieten (HTTP), bis Strg+C.",
        "Serve page, SPARQL endpoint and linked data (HTTP), until Ctrl+C.",
    )
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=_say(
        "Wo der Dienst erreichbar ist (0.0.0.0: von überall).",
        "Where the service can be reached (0.0.0.0: from everywhere).",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help=_say("Anschluss (0: irgendein freier).", "Port (0: any that is free)."),
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10,
    show_default=True,
    help=_say("Höchstens so viele Sekunden je Frage.", "At most so many seconds for a question."),
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help=_say("Höchstens so viel Speicher je Frage in MB.", "At most so many MB for a question."),
)
@click.option(
    "--max-bytes",
    type=click.IntRange(min=1),
    default=100_000_000,
    show_default=True,
    help=_say("Höchstens so lang ist eine Antwort.", "An answer is at most so long."),
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help=_say(
        "So viele Prozesse antworten (sonst so viele, wie es Kerne gibt).",
        "So many processes answer (else as many as there are cores).",
    ),
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help=_say(
        "Skripte dieser Website dürfen fragen (*: aller); mehrfach möglich.",
        "Scripts of this web site may ask (*: of all); may be repeated.",
    ),
)
@click.option(
    "--access-log",
    "log",
    type=click.Path(path_type=Path, dir_okay=False),
    help=_say(
        "Zugriffe in diese Datei schreiben (sonst auf die Fehlerausgabe).",
        "Log requests to this file (else to standard error).",
    ),
)
@click.option(
    "--public-url",
    "address",
    default="",
    metavar="URL",
    help=_say(
        "Unter welcher Adresse andere den Dienst erreichen, wenn ein Webserver davor steht.",
        "At which address others reach the service, if a web server stands in front of it.",
    ),
)
@_build_folder
@_language
@click.pass_obj
def serve(
    call: _Call,
    host: str,
    port: int,
    timeout: float,
    memory: int,
    max_bytes: int,
    workers: int | None,
    origins: tuple[str, ...],
    log: Path | None,
    address: str,
    folder: Path | None,
    lang: Language | None,
) -> None:
    """Serve a build over HTTP."""
    from itas_graph import guard, queries, service

    call.language = lang or call.language
    here = call.find()
    settings = service.Settings(
        guard.Limits(timeout, memory * guard.MEGABYTE, max_bytes),
        workers or max(2, workspace.cores()),
        host,
        port,
        origins=origins,
        log=log,
        address=address,
    )
    service.serve(
        folder or here.default_build,
        list(queries.load(here.queries).values()),
        settings,
        lambda message: call.note(message.de, message.en),
    )


@cli.command(
    help=_say(
        "Die Seite zeichnen, aus einem Build oder aus den Daten eines SPARQL-Endpunkts.",
        "Draw the page, from a build or from the data of a SPARQL endpoint.",
    )
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=_say("Zieldatei (.html).", "Target file (.html)."),
)
@_build_folder
@_endpoint
@_timeout
@_language
@click.pass_obj
def page(
    call: _Call,
    output: Path,
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    lang: Language | None,
) -> None:
    """Draw the page from a build or an endpoint."""
    from itas_graph import build as pipeline

    call.language = lang or call.language
    here = call.find()
    endpoint = call.remote(here, folder, url, _limits(timeout, None).seconds)
    with _Progress(call.language) as progress:
        if endpoint is None:
            given = pipeline.published(here, folder or here.default_build)
        else:
            progress(Message("Daten holen", "fetching the data"))
            given = pipeline.received(here, endpoint)
        progress(Message("Seite zeichnen", "drawing the page"))
        text = pipeline.draw(here, given)
    pipeline.write_page(output, text)
    call.note(f"Fertig: die Seite ist {output}", f"Done: the page is {output}")


@cli.command(
    help=_say(
        "Den gebauten Datensatz auf einem SPARQL-Server veröffentlichen: nur Geändertes, "
        "geprüft, nach einem Abbruch fortsetzbar.",
        "Publish the built dataset on a SPARQL server: only what has changed, verified, resumable "
        "after an interruption.",
    )
)
@_build_folder
@_endpoint
@click.option(
    "--graph-store",
    metavar="URL",
    help=_say(
        "Wo der Server Graphen speichert (SPARQL 1.1 Graph Store Protocol).",
        "Where the server stores graphs (SPARQL 1.1 Graph Store Protocol).",
    ),
)
@click.option(
    "--update",
    metavar="URL",
    help=_say(
        "Sonst: wo er Änderungen annimmt (SPARQL 1.1 Update; sonst der Endpunkt selbst).",
        "Else: where it takes changes (SPARQL 1.1 Update; else the endpoint itself).",
    ),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=_say("Nur zeigen, was sich ändern würde.", "Only show what would change."),
)
@_timeout
@_language
@click.pass_obj
def push(
    call: _Call,
    folder: Path | None,
    url: str | None,
    graph_store: str | None,
    update: str | None,
    dry_run: bool,
    timeout: float | None,
    lang: Language | None,
) -> None:
    """Publish the built dataset on a SPARQL server."""
    from itas_graph import build as pipeline
    from itas_graph import report

    call.language = lang or call.language
    here = call.find()
    url = url or workspace.endpoint() or pipeline.endpoint_setting(here)
    if url is None:
        raise UsageError(
            Message(
                "Nennen Sie mit --endpoint, wo der Server Fragen beantwortet.",
                "Name by --endpoint where the server answers questions.",
            )
        )
    seconds = _limits(timeout, None).seconds
    target = pipeline.Target(url, graph_store, update, workspace.credentials(), seconds)
    with _Progress(call.language) as progress:
        pushed = pipeline.push(
            here, folder or here.default_build, target, dry_run=dry_run, progress=progress
        )
    shown = report.changes(pushed.changes, call.language)
    if dry_run:
        click.echo(shown)
    elif pushed.written:
        click.echo(shown, err=True)
    else:
        call.note("Nichts hat sich geändert.", "Nothing has changed.")
    if pushed.altered:
        click.echo(report.altered(pushed.altered, call.language), err=True)


def _count(call: _Call, endpoint: Endpoint, question: Question) -> int | None:
    """Return how many rows an endpoint answers, or None, with a note, where it fails."""
    from itas_graph import queries

    try:
        answer = endpoint.ask(queries.bind(question, {}, call.language, lambda _: ()))
        return sum(1 for _ in answer.rows or ())
    except EngineError as error:
        call.note(f"{question.name}: {error.message.de}", f"{question.name}: {error.message.en}")
        return None


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
        return queries.parse("-", _standard_input())
    if name.endswith(".rq") or "/" in name:
        return queries.read(Path(name))
    return queries.find(queries.load(here.queries), name)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            Message("Die Eingabe ist kein UTF-8-Text.", "Standard input is no UTF-8 text.")
        ) from error


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


def _write(pieces: Iterable[bytes]) -> None:
    """Write bytes to standard output, until its reader has seen enough."""
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _fall_silent()


def _fall_silent() -> None:
    """Let what is still to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _limits(timeout: float | None, memory: float | None) -> Limits:
    from itas_graph import guard

    return guard.Limits(
        timeout or workspace.limit("ITAS_TIMEOUT", 30),
        int((memory or workspace.limit("ITAS_MEMORY", 1024)) * guard.MEGABYTE),
    )


def _rows(endpoint: Endpoint) -> Rows:
    def ask(text: str) -> list[tuple[str, ...]]:
        answer = endpoint.ask(text)
        return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows or ()]

    return ask


def _is_terminal(*, err: bool = False) -> bool:
    return (sys.stderr if err else sys.stdout).isatty()


def _width() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


class _Progress:
    """Shows the stage at work on a terminal, nothing when piped."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._status: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("")
            self._status.start()

        def show(message: Message) -> None:
            if self._status is not None:
                self._status.update(message.text(self._language) + " …")

        return show

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; every failure is one message and an exit code, never a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _language_of_call(given)
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
        _fall_silent()
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
