"""Real SPARQL servers for the tests: on free loopback ports, in temporary folders, ended by pid."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

VIRTUOSO = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
Striping = 0
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
Striping = 0
[Parameters]
ServerPort = 127.0.0.1:{port}
LiteMode = 0
DisableUnixSocket = 1
DisableTcpSocket = 0
ServerThreads = 10
CheckpointInterval = 0
O_DIRECT = 0
CaseMode = 2
MaxStaticCursorRows = 5000
CheckpointAuditTrail = 0
AllowOSCalls = 0
SchedulerInterval = 10
DirsAllowed = {folder}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 8
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryCostEstimationTime = 400
MaxQueryExecutionTime = {seconds}
"""


@dataclass(frozen=True)
class Server:
    """A running server: where it answers queries, takes updates and keeps graphs."""

    name: str
    query: str
    update: str = ""
    graphs: str = ""
    user: str = ""
    password: str = ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def processes_below(pid: int) -> list[int]:
    """Return the ids of all processes that a process has begun, and those they have (Linux)."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(children.get(pid, []))
    for one in found:
        found += children.get(one, [])
    return found


class Listener:
    """A server on loopback that counts its visitors and never answers."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/sparql"
        self._visits = 0

    @property
    def visits(self) -> int:
        """How many have come so far."""
        try:
            while True:
                self._socket.accept()[0].close()
                self._visits += 1
        except BlockingIOError:
            return self._visits

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


def missing(reason: str) -> None:
    """Skip with a reason; fail where everything has to be there."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def command(name: str) -> str:
    """Return the path of a program, of this environment first."""
    here = Path(sys.executable).parent / name
    return str(here) if here.is_file() else shutil.which(name) or ""


@contextmanager
def running(
    arguments: Sequence[str], answers: Callable[[], bool], log: Path, patience: float = 60
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until the block ends; the block begins when `answers` says yes."""
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, stdout=output, stderr=output, cwd=log.parent)
    try:
        end = time.monotonic() + patience
        while not answers():
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"{arguments[0]} does not start: {log.read_text('utf-8')[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def answers_at(url: str) -> Callable[[], bool]:
    def asked() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  # loopback
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return True
        except OSError:
            return False

    return asked


@contextmanager
def oxigraph(folder: Path, *options: str) -> Iterator[Server]:
    program = command("oxigraph") or missing("no Oxigraph server found (pip install oxigraph)")
    address = f"127.0.0.1:{free_port()}"
    url = f"http://{address}"
    arguments = [program, "serve", "--location", str(folder / "store"), "--bind", address, *options]
    with running(arguments, answers_at(url + "/query"), folder / "log.txt"):
        yield Server("oxigraph", url + "/query", url + "/update", url + "/store")


@contextmanager
def virtuoso(
    folder: Path, rows: int = 10_000, buffers: int = 10_000, seconds: int = 60
) -> Iterator[Server]:
    program = command("virtuoso-t") or missing(
        "no Virtuoso found (apt install virtuoso-opensource-7-bin virtuoso-opensource-7-common)"
    )
    http = free_port()
    ini = folder / "virtuoso.ini"
    text = VIRTUOSO.format(
        folder=folder,
        port=free_port(),
        http=http,
        rows=rows,
        buffers=buffers,
        dirty=buffers * 3 // 5,
        seconds=seconds,
    )
    ini.write_text(text, "utf-8")
    url = f"http://127.0.0.1:{http}"
    # In the foreground, so that the process we started is the server itself.
    arguments = [program, "+foreground", "+configfile", str(ini)]
    with running(arguments, answers_at(url + "/sparql?query=ASK%20%7B%7D"), folder / "log.txt"):
        yield Server(
            "virtuoso",
            url + "/sparql",
            url + "/sparql-auth",
            url + "/sparql-graph-crud-auth",
            "dba",
            "dba",
        )


@contextmanager
def rdflib_endpoint(folder: Path, *files: Path) -> Iterator[Server]:
    program = command("rdflib-endpoint") or missing(
        "no rdflib-endpoint found (pip install 'rdflib-endpoint[cli,oxigraph]')"
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    arguments = [program, "serve", "--host", "127.0.0.1", "--port", str(port), "--enable-update"]
    arguments += map(str, files)
    with running(arguments, answers_at(url + "?query=ASK%20%7B%7D"), folder / "log.txt"):
        yield Server("rdflib-endpoint", url, url)
