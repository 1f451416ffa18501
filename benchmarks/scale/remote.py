"""A built workspace -> Oxigraph's server and Virtuoso: pushed, asked, beside what needs no push.

The peers are Oxigraph's own loader, which has the dump as a file on the same disk, and the build
itself, which answers without a server.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO

from benchmarks.scale import asking
from benchmarks.scale.processes import Measured, command, run
from tests import servers

#: So long a push may wait for one reply, and a question for its answer.
_SECONDS, _PATIENCE = "300", "120"
_MEMORY = "6000"
_MOVED = re.compile(r"With the endpoint: ([\d,]+) requests, ([\d,]+) MB sent, ([\d,]+) MB")
_ERROR = re.compile(r"^Error: (.*)$", re.MULTILINE)


def tables(root: Path, given: argparse.Namespace) -> Iterator[str]:
    """Push the build of the workspace `root` to both servers and ask everything of them.

    Yields the lines of two tables in Markdown. Less than 1 MB that moved is not told apart.
    """
    with tempfile.TemporaryDirectory(prefix="itas-remote-") as home, ExitStack() as running:
        asked = []
        for name, start in (("oxigraph", servers.oxigraph), ("virtuoso-t", _virtuoso)):
            if servers.command(name):
                folder = Path(home) / name
                folder.mkdir()
                asked.append(running.enter_context(start(folder)))
        yield "| | s | processor s | peak MB | requests | MB sent | MB received |"
        yield "|---|---:|---:|---:|---:|---:|---:|"
        for server in asked:
            yield _pushed(root, server, f"push to {server.name}")
            yield _pushed(root, server, f"push to {server.name}, nothing changed")
        yield _loaded(root, Path(home) / "loaded")
        yield ""
        yield from _asked(root, given, asked)


def _virtuoso(folder: Path) -> AbstractContextManager[servers.Server]:
    return servers.virtuoso(folder, buffers=100_000, seconds=300)


def _pushed(root: Path, server: servers.Server, name: str) -> str:
    arguments = ["--root", str(root), "push", "--lang", "en", "--timeout", _SECONDS]
    arguments += ["--endpoint", server.query, "--graph-store", server.graphs]
    with tempfile.TemporaryFile() as answer:
        found = _call(name, [*arguments, "--update", server.update], server, answer)
    moved = _MOVED.search(found.said)
    return f"| {name} | {found.figures} | {' | '.join(moved.groups() if moved else '···')} |"


def _loaded(root: Path, folder: Path) -> str:
    arguments = [servers.command("oxigraph"), "load", "--location", str(folder)]
    found = run("load", [*arguments, "--file", str(root / "build" / "itas.nq")])
    return f"| `oxigraph load` of the dump, without union | {found.figures} | | | |"


def _asked(root: Path, given: argparse.Namespace, asked: list[servers.Server]) -> Iterator[str]:
    from itas_graph import queries

    known = asking.examples(root, given)
    yield (
        "| | rows | build s | peak MB "
        + "".join(f"| {one.name} s | peak MB | MB moved " for one in asked)
        + "| equal |"
    )
    yield "|---|---:|---:|---:|" + "---:|---:|---:|" * len(asked) + "---|"
    refused: list[str] = []
    for path in sorted((root / "queries").glob("*.rq")):
        takes = [one for one in queries.read(path).parameters if one.kind in known][:1]
        values = [f"{one.name}={known[one.kind]}" for one in takes]
        narrowed = [part for value in values for part in ("-p", value)]
        name = " ".join([path.stem, *values])
        yield _row(root, name, ["query", path.stem, *narrowed], asked, refused)
    network = "organisation-initiative"
    for name, arguments in (
        (f"network {network} --edge-list", ["network", network, "--edge-list"]),
        ("measure degree", ["measure", network, "--measure", "degree"]),
        ("explain", ["explain", known["organisation"]]),
    ):
        yield _row(root, name, arguments, asked, refused)
    yield ""
    yield from refused


def _row(
    root: Path,
    name: str,
    arguments: list[str],
    asked: list[servers.Server],
    refused: list[str],
) -> str:
    """Return the line of a question; what a server says instead of an answer goes to `refused`."""
    answers: list[list[bytes]] = []
    cells = []
    form = [] if arguments[0] == "explain" else ["--format", "csv"]
    for server in (None, *asked):
        call = ["--root", str(root), *arguments, *form, "--lang", "en", "--timeout", _PATIENCE]
        call += ["--endpoint", server.query] if server else ["--memory", _MEMORY]
        with tempfile.TemporaryFile() as answer:
            try:
                found = _call(name, call, server, answer)
            except subprocess.CalledProcessError as error:
                said = _ERROR.search(error.stderr)
                shown = said[1] if said else "no answer"
                if server:
                    shown = shown.replace(server.query, server.name)
                refused.append(f"- {name}, {server.name if server else 'build'}: {shown}")
                cells.append("none | | " if server else "none | ")
                continue
            answer.seek(0)
            answers.append(sorted(answer))
        moved = _MOVED.search(found.said)
        total = sum(int(one.replace(",", "")) for one in moved.groups()[1:]) if moved else "< 1"
        shown = f"{found.seconds:.1f} | {found.memory >> 20}"
        cells.append(f"{shown} | {total}" if server else shown)
    rows = f"{max(len(answers[0]) - 1, 0):,}" if answers else ""
    same = len(answers) > 1 and all(one == answers[0] for one in answers)
    return f"| {name} | {rows} | {' | '.join(cells)} | {'yes' if same else 'no'} |"


def _call(
    name: str, arguments: list[str], server: servers.Server | None, answer: IO[bytes]
) -> Measured:
    """Measure `itas-graph` as a user of this server."""
    secrets = {}
    if server is not None and server.user:
        secrets = {"ITAS_ENDPOINT_USER": server.user, "ITAS_ENDPOINT_PASSWORD": server.password}
    os.environ.update(secrets)
    try:
        return command(name, arguments, answer)
    finally:
        for one in secrets:
            del os.environ[one]
