"""What every command shares: language, workspace, options, and how it speaks."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click

from itas_graph import workspace
from itas_graph.errors import DataError, Language, LimitError, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.build import Progress as Report
    from itas_graph.dataset import Dataset
    from itas_graph.exchange import Traffic
    from itas_graph.guard import Limits
    from itas_graph.publication import Profile
    from itas_graph.queries import Rows
    from itas_graph.remote import RemoteEndpoint
    from itas_graph.scenario import Scenario


Answering = TypeVar("Answering", bound=Callable[..., Any])

#: What may move to and from an endpoint, in bytes; and from where on it is worth a word.
MOST_BYTES, WORTH_A_WORD = 1_000_000_000, 1_000_000
_MAX_BYTES = "itas_graph.max_bytes"

#: A year, a month or a day.
PARTIAL = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"


def language_of_call(arguments: Sequence[str]) -> Language:
    """Return --lang if the call names one, else the language of the locale."""
    for position, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=")
        if argument == "--lang" and position + 1 < len(arguments):
            value = arguments[position + 1]
        if value in ("de", "en") and argument.startswith("--lang"):
            return "de" if value == "de" else "en"
    return workspace.language()


_HELP: Language = language_of_call(sys.argv[1:])


def say(de: str, en: str) -> str:
    """Return a help text in the language of this call; click fixes help texts at import."""
    return Message(de, en).text(_HELP)


class _HelpText(click.HelpFormatter):
    """Writes help pages with headings in the language of this call."""

    _words: ClassVar = {"Options": "Optionen", "Commands": "Befehle", "Arguments": "Angaben"}

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or say("Aufruf: ", "Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        super().write_heading(say(self._words.get(heading, heading), heading))


class _Context(click.Context):
    """A call whose help pages are bilingual."""

    formatter_class = _HelpText


class Command(click.Command):
    """A command whose `--help` explains itself in the language of this call."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's option with our words."""
        return _with_words(super().get_help_option(ctx))


class Group(click.Group):
    """A group of such commands."""

    context_class = _Context
    command_class = Command

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's option with our words."""
        return _with_words(super().get_help_option(ctx))


def _with_words(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = say("Diese Hilfe.", "This help.")
    return option


class Call:
    """What all commands share: the language and the workspace."""

    def __init__(self, language: Language, root: Path | None) -> None:
        self.language = language
        self._root = root

    def find(self) -> workspace.Workspace:
        """Return the workspace that this call is about."""
        return workspace.find(self._root)

    def text(self, de: str, en: str) -> str:
        """Return the text in the language of this call."""
        return Message(de, en).text(self.language)

    def note(self, de: str, en: str) -> None:
        """Say something beside the answer, on standard error."""
        click.echo(self.text(de, en), err=True)

    def traffic(self, most: float | None) -> Traffic:
        """Return what counts the bytes that move; a call that moved many says so at its end.

        The bound is that of --max-bytes or ITAS_MAX_BYTES, else `most`.
        """
        from itas_graph import exchange

        context = click.get_current_context()
        bound = context.meta.get(_MAX_BYTES) or workspace.limit("ITAS_MAX_BYTES", most or 1e18)
        counted = exchange.Traffic(bound)
        context.call_on_close(lambda: self._tell(counted))
        return counted

    def _tell(self, counted: Traffic) -> None:
        if counted.total < WORTH_A_WORD:
            return
        from itas_graph.report import number

        def shown(size: int, language: Language) -> str:
            return number(round(size / 1_000_000), language) + " MB"

        texts = {
            language: [shown(one, language) for one in (counted.sent, counted.received)]
            for language in ("de", "en")
        }
        self.note(
            f"Mit dem Endpunkt: {number(counted.requests, 'de')} Anfragen, {texts['de'][0]} "
            f"gesendet, {texts['de'][1]} empfangen.",
            f"With the endpoint: {number(counted.requests, 'en')} requests, {texts['en'][0]} "
            f"sent, {texts['en'][1]} received.",
        )

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
        endpoint = pipeline.open_endpoint(
            here, url, workspace.credentials(), timeout, self.traffic(MOST_BYTES)
        )
        if endpoint.warning is not None:
            self.note(endpoint.warning.de, endpoint.warning.en)
        return endpoint

    def open(
        self,
        here: workspace.Workspace,
        folder: Path | None,
        url: str | None,
        limits: Limits,
        beside: Path | None = None,
        *,
        of_networks: bool = False,
    ) -> tuple[Endpoint, str]:
        """Open what is to answer, as `remote` says, and name the base of its resources.

        `beside` is a file of graphs that is asked together with a build. `of_networks` says that
        the questions will be those that networks are made of: of a server that answers them
        otherwise than they are meant, the dataset is fetched and asked here.
        """
        from itas_graph import build as pipeline

        endpoint = self.remote(here, folder, url, limits.seconds)
        if endpoint is not None and beside is not None:
            raise UsageError(
                Message(
                    f"Ein Endpunkt kennt {beside} nicht; laden Sie die Datei dort, oder nennen Sie "
                    "mit -b einen Build.",
                    f"An endpoint does not know {beside}; load the file there, or name a build by "
                    "-b.",
                )
            )
        if endpoint is not None and of_networks and not endpoint.is_faithful:
            return self._fetched(here, endpoint, limits), endpoint.names.base
        if endpoint is not None:
            return endpoint, endpoint.names.base
        target = folder or here.default_build
        embedded, manifest = pipeline.open_guarded(target, limits, beside)
        self._note_if_old(here, target, manifest)
        return embedded, manifest.get("base", "")

    def _fetched(
        self, here: workspace.Workspace, endpoint: RemoteEndpoint, limits: Limits
    ) -> Endpoint:
        from itas_graph import build as pipeline

        try:
            with Progress(self.language) as progress:
                progress(Message("Daten holen", "fetching the data"))
                given = pipeline.received(here, endpoint)
        except LimitError as error:
            raise LimitError(
                Message(
                    "Fragen, aus denen Netzwerke bestehen, beantwortet Virtuoso nicht verlässlich; "
                    f"darum würden die Daten geholt und hier befragt. {error.message.de} Oder "
                    "fragen Sie den Build (-b) oder einen anderen Server.",
                    "Virtuoso does not answer reliably the questions that networks are made of, "
                    f"so the data would be fetched and asked here. {error.message.en} Or ask the "
                    "build (-b) or another server.",
                ),
                error.limit,
            ) from error
        self.note(
            "Hinweis: Fragen, aus denen Netzwerke bestehen, beantwortet Virtuoso nicht "
            "verlässlich; die Daten wurden geholt und hier befragt.",
            "Note: Virtuoso does not answer reliably the questions that networks are made of; the "
            "data was fetched and asked here.",
        )
        return pipeline.answering(given, limits)

    def state(
        self, here: workspace.Workspace, folder: Path | None, url: str | None, seconds: float
    ) -> tuple[Dataset, Profile]:
        """Return all statements of what is to answer, as `remote` says, and for whom they are.

        The graphs of an endpoint are fetched.
        """
        from itas_graph import build as pipeline

        endpoint = self.remote(here, folder, url, seconds)
        if endpoint is not None:
            return pipeline.received(here, endpoint), "public"
        target = folder or here.default_build
        given = pipeline.published(here, target)
        self._note_if_old(here, target, pipeline.read_manifest(target) or {})
        return given, pipeline.profile_of(target)

    def imagine(
        self,
        here: workspace.Workspace,
        folder: Path | None,
        url: str | None,
        limits: Limits,
        without: Sequence[str],
        planned: Sequence[Path],
    ) -> Scenario:
        """Return what the state that is to answer would be without organisations or with plans.

        What is wrong with planned records is shown before the error is raised.
        """
        from itas_graph import report, scenario

        try:
            with Progress(self.language) as progress:
                state, profile = self.state(here, folder, url, limits.seconds)
                return scenario.imagine(
                    here,
                    state,
                    without=without,
                    planned=planned,
                    profile=profile,
                    limits=limits,
                    progress=progress,
                )
        except DataError as error:
            if error.findings:
                colour = is_terminal(err=True)
                shown = report.findings(error.findings, "text", self.language, colour=colour)
                click.echo(shown, err=True)
            raise

    def _note_if_old(
        self, here: workspace.Workspace, target: Path, manifest: Mapping[str, Any]
    ) -> None:
        from itas_graph import build as pipeline

        if target.is_dir() and pipeline.is_old(here, manifest):
            self.note(
                f"Hinweis: Seit dem Build in {target}/ haben sich Dateien geändert; "
                "die Antwort ist die alte. Neu bauen: itas-graph build",
                f"Note: files have changed since the build in {target}/; "
                "this is the old answer. Build again: itas-graph build",
            )


language_option = click.option(
    "--lang",
    type=click.Choice(["de", "en"]),
    default=None,
    help=say("Sprache (sonst die des Systems).", "Language (else the system's)."),
)
build_option = click.option(
    "-b",
    "--build",
    "folder",
    type=click.Path(path_type=Path),
    help=say(
        "Ordner des Builds (sonst build/) oder eine Seite (.html).",
        "Folder of the build (else build/) or a page (.html).",
    ),
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    help=say(
        "Höchstens so viele Sekunden (sonst ITAS_TIMEOUT oder 30).",
        "At most so many seconds (else ITAS_TIMEOUT or 30).",
    ),
)
memory_option = click.option(
    "--memory",
    type=click.FloatRange(min=0, min_open=True),
    help=say(
        "Höchstens so viel Speicher in MB (sonst ITAS_MEMORY oder 1024).",
        "At most so much memory in MB (else ITAS_MEMORY or 1024).",
    ),
)
without_option = click.option(
    "--without",
    multiple=True,
    metavar="ORGANISATION",
    help=say(
        "Gedankenspiel: als hätte es diese Organisation nie gegeben (Kürzel, Name oder "
        "Abkürzung); mehrfach möglich.",
        "What if: as if this organisation had never been (slug, name or alias); may be repeated.",
    ),
)
with_option = click.option(
    "--with",
    "planned",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar=say("DATEI", "FILE"),
    help=say(
        "Gedankenspiel: als wäre eingetreten, was diese Datei plant (.yaml wie in data/sources, "
        "oder eine Tabelle .csv, .xlsx wie für import); mehrfach möglich.",
        "What if: as if what this file plans had come true (.yaml as in data/sources, or a table "
        ".csv, .xlsx as for import); may be repeated.",
    ),
)


def _keep_max_bytes(context: click.Context, _: click.Parameter, value: int | None) -> None:
    context.meta[_MAX_BYTES] = value


max_bytes_option = click.option(
    "--max-bytes",
    type=click.IntRange(min=1),
    expose_value=False,
    callback=_keep_max_bytes,
    help=say(
        "Höchstens so viele Bytes mit dem Endpunkt austauschen (sonst ITAS_MAX_BYTES oder "
        "1 000 000 000; push ohne Grenze).",
        "Exchange at most so many bytes with the endpoint (else ITAS_MAX_BYTES or 1,000,000,000; "
        "push without a bound).",
    ),
)
_endpoint_option = click.option(
    "--endpoint",
    "url",
    metavar="URL",
    help=say(
        "SPARQL-Endpunkt, der antwortet (sonst ITAS_ENDPOINT oder „endpoint“ in "
        "data/dataset.yaml, sonst der Build).",
        "SPARQL endpoint that answers (else ITAS_ENDPOINT or “endpoint” in data/dataset.yaml, "
        "else the build).",
    ),
)


def endpoint_option(command: Answering) -> Answering:
    """Add which endpoint answers, and how much may move to and from it."""
    return _endpoint_option(max_bytes_option(command))


def answering_options(command: Answering) -> Answering:
    """Add what every command that asks offers: what answers, its limits, the language."""
    for option in (language_option, memory_option, timeout_option, endpoint_option, build_option):
        command = option(command)
    return command


def as_of_value(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return a partial date as given.

    Raises:
        UsageError: it is none.
    """
    if value and not re.fullmatch(PARTIAL, value):
        raise UsageError(
            Message(
                f"„{value}“ ist kein Datum; schreiben Sie etwa 2024, 2024-06 oder 2024-06-30.",
                f"“{value}” is no date; write something like 2024, 2024-06 or 2024-06-30.",
            )
        )
    return value


def standard_input() -> str:
    """Return what stands on standard input.

    Raises:
        UsageError: it is no UTF-8.
    """
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            Message("Die Eingabe ist kein UTF-8-Text.", "Standard input is no UTF-8 text.")
        ) from error


def write(pieces: Iterable[bytes]) -> None:
    """Write bytes to standard output, until its reader has seen enough."""
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        fall_silent()


def put(target: Path, data: bytes | Iterable[bytes]) -> None:
    """Write a file in one step: it is the old one or the new one, never half of it.

    `data` is all of it, or comes in pieces.

    Raises:
        UsageError: it cannot be written there.
    """
    beside = target.with_name(f".{target.name}-new-{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            stream.writelines([data] if isinstance(data, bytes) else data)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(
            Message(
                f"{target} lässt sich nicht schreiben: {error.strerror}.",
                f"{target} cannot be written: {error.strerror}.",
            )
        ) from error


def fall_silent() -> None:
    """Let what is still to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def limits(timeout: float | None, memory: float | None) -> Limits:
    """Return the limits a question runs under: seconds and MB as given, else as set."""
    from itas_graph import guard

    return guard.Limits(
        timeout or workspace.limit("ITAS_TIMEOUT", 30),
        int((memory or workspace.limit("ITAS_MEMORY", 1024)) * guard.MEGABYTE),
    )


def rows(endpoint: Endpoint) -> Rows:
    """Return a function that asks `endpoint` and gives the rows as texts."""

    def ask(text: str) -> list[tuple[str, ...]]:
        answer = endpoint.ask(text)
        return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows or ()]

    return ask


def is_terminal(*, err: bool = False) -> bool:
    """Say whether a person reads standard output (or standard error)."""
    return (sys.stderr if err else sys.stdout).isatty()


def width() -> int:
    """Return how many characters a line of the terminal holds."""
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


class Progress:
    """Shows the stage at work on a terminal, nothing when piped."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._status: Any = None

    def __enter__(self) -> Report:
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


class Bar:
    """Shows the stage at work and how far it is on a terminal, nothing when piped."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._bar: Any = None

    def __enter__(self) -> Callable[[Message, float | None], None]:
        task: Any = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress as Shown

            self._bar = Shown(console=Console(stderr=True), transient=True)
            self._bar.start()
            task = self._bar.add_task("", total=None)

        def show(message: Message, share: float | None) -> None:
            if self._bar is not None:
                total = None if share is None else 1
                text = message.text(self._language)
                self._bar.update(task, description=text, total=total, completed=share or 0)

        return show

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
