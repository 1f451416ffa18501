"""serve and push: offering a build to others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph import workspace
from itas_graph.commands.call import (
    Call,
    Command,
    Progress,
    build_option,
    endpoint_option,
    language_option,
    limits,
    say,
    timeout_option,
)
from itas_graph.errors import Language, Message, UsageError

if TYPE_CHECKING:
    pass


@click.command(
    cls=Command,
    help=say(
        "Seite, SPARQL-Endpunkt und verlinkte Daten anbieten (HTTP), bis Strg+C.",
        "Serve page, SPARQL endpoint and linked data (HTTP), until Ctrl+C.",
    ),
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help=say(
        "Wo der Dienst erreichbar ist (0.0.0.0: von überall).",
        "Where the service can be reached (0.0.0.0: from everywhere).",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help=say("Anschluss (0: irgendein freier).", "Port (0: any that is free)."),
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=10,
    show_default=True,
    help=say("Höchstens so viele Sekunden je Frage.", "At most so many seconds for a question."),
)
@click.option(
    "--memory",
    type=click.IntRange(min=1),
    default=512,
    show_default=True,
    help=say("Höchstens so viel Speicher je Frage in MB.", "At most so many MB for a question."),
)
@click.option(
    "--max-bytes",
    type=click.IntRange(min=1),
    default=100_000_000,
    show_default=True,
    help=say("Höchstens so lang ist eine Antwort.", "An answer is at most so long."),
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help=say(
        "So viele Prozesse antworten (sonst so viele, wie es Kerne gibt).",
        "So many processes answer (else as many as there are cores).",
    ),
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help=say(
        "Skripte dieser Website dürfen fragen (*: aller); mehrfach möglich.",
        "Scripts of this web site may ask (*: of all); may be repeated.",
    ),
)
@click.option(
    "--access-log",
    "log",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        "Zugriffe in diese Datei schreiben (sonst auf die Fehlerausgabe).",
        "Log requests to this file (else to standard error).",
    ),
)
@click.option(
    "--public-url",
    "address",
    default="",
    metavar="URL",
    help=say(
        "Unter welcher Adresse andere den Dienst erreichen, wenn ein Webserver davor steht.",
        "At which address others reach the service, if a web server stands in front of it.",
    ),
)
@build_option
@language_option
@click.pass_obj
def serve(
    call: Call,
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


@click.command(
    cls=Command,
    help=say(
        "Den gebauten Datensatz auf einem SPARQL-Server veröffentlichen: nur Geändertes, "
        "geprüft, nach einem Abbruch fortsetzbar.",
        "Publish the built dataset on a SPARQL server: only what has changed, verified, resumable "
        "after an interruption.",
    ),
)
@build_option
@endpoint_option
@click.option(
    "--graph-store",
    metavar="URL",
    help=say(
        "Wo der Server Graphen speichert (SPARQL 1.1 Graph Store Protocol).",
        "Where the server stores graphs (SPARQL 1.1 Graph Store Protocol).",
    ),
)
@click.option(
    "--update",
    metavar="URL",
    help=say(
        "Sonst: wo er Änderungen annimmt (SPARQL 1.1 Update; sonst der Endpunkt selbst). Neben "
        "--graph-store: so gehen von großen Graphen nur die Unterschiede hin.",
        "Else: where it takes changes (SPARQL 1.1 Update; else the endpoint itself). Beside "
        "--graph-store: so only what differs in large graphs is sent.",
    ),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=say("Nur zeigen, was sich ändern würde.", "Only show what would change."),
)
@timeout_option
@language_option
@click.pass_obj
def push(
    call: Call,
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
    seconds = limits(timeout, None).seconds
    traffic = call.traffic(None)
    target = pipeline.Target(url, graph_store, update, workspace.credentials(), seconds, traffic)
    with Progress(call.language) as progress:
        pushed = pipeline.push(
            here, folder or here.default_build, target, dry_run=dry_run, progress=progress
        )
    shown = report.changes(pushed.changes, call.language)
    if dry_run:
        click.echo(shown)
    elif pushed.written:
        click.echo(shown, err=True)
        call.note(
            f"{report.number(pushed.sent, 'de')} Sätze gesendet.",
            f"{report.number(pushed.sent, 'en')} statements sent.",
        )
    else:
        call.note("Nichts hat sich geändert.", "Nothing has changed.")
    if pushed.altered:
        click.echo(report.altered(pushed.altered, call.language), err=True)
