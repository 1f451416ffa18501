"""`python -m benchmarks.hostile`: requests that mean no good, sent to one `itas-graph serve`.

Sixteen at a time, those of slow clients beside them, while an honest client goes on asking. What is
measured: how each ends, how soon, and what the service holds before and after (Linux).
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from benchmarks import service as benchmark
from benchmarks.hostile_requests import DEADLINE, ENDED, QUICK, Hostile, requests
from itas_graph import build, workspace
from tests import servers

ORGANISATIONS = 2000
MEMORY = 256
AT_ONCE = 16
SERVE = ("--timeout", str(DEADLINE), "--memory", str(MEMORY), "--workers", "4")
#: How often a question is asked again that was told to come back later.
_AGAIN = 40
#: How many requests may be late in the crowd.
_MOST_LATE = 10
_PAUSE = 0.3
_SIP = 512
#: Seconds a client stays beyond the time that its request may take.
_REST = 3
_POINT = "SELECT ?n { <ADDRESS> <http://www.w3.org/2004/02/skos/core#prefLabel> ?n }"


@dataclass(frozen=True)
class Outcome:
    """How a request ended: `fault` says what is wrong with that, if anything is."""

    request: Hostile
    status: int
    seconds: float
    busy: int
    fault: str
    is_late: bool = False


@dataclass
class Honest:
    """What a client met who only ever asks for one thing at a time."""

    right: int = 0
    busy: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Holdings:
    """What a process and all below it hold."""

    memory: int
    processes: int
    files: int


def fill(built: Path) -> None:
    """Give a build a store with 20,000 statements instead of its own."""
    data = built.parent / "statements.nt"
    benchmark.fill(built, data, benchmark.statements(data, ORGANISATIONS))


def attack(port: int, hostile: Sequence[Hostile]) -> tuple[list[Outcome], Honest]:
    """Send all requests; return how they ended, and what an honest client met meanwhile.

    The few that take too long in the crowd, on whatever machine, are sent again one by one: then
    they must end in time.
    """
    slow = [one for one in hostile if one.is_slow]
    quick = [one for one in hostile if not one.is_slow]
    honest, over = Honest(), threading.Event()
    asker = threading.Thread(target=_ask_honestly, args=(port, honest, over))
    with ThreadPoolExecutor(len(slow) or 1) as patient, ThreadPoolExecutor(AT_ONCE) as threads:
        waiting = [patient.submit(_send, port, one) for one in slow]
        time.sleep(QUICK)
        asker.start()
        try:
            ended = list(threads.map(lambda one: _send(port, one), quick))
            ended += [one.result() for one in waiting]
        finally:
            over.set()
            asker.join()
    late = [place for place, one in enumerate(ended) if one.is_late]
    if len(late) <= _MOST_LATE:
        for place in late:
            ended[place] = _send(port, ended[place].request)
    return ended, honest


def ask(port: int, number: int) -> tuple[int, str, bool]:
    """Ask for the name of one organisation: status, text, and whether that is as it should be."""
    query = _POINT.replace("ADDRESS", f"{benchmark.BASE}organisation/{number}")
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        text = answer.read().decode()
        if answer.status == 503:
            return 503, text, answer.getheader("retry-after") is not None
        return answer.status, text, text == f"n\r\nOrganisation {number}\r\n"


def _ask_honestly(port: int, honest: Honest, over: threading.Event) -> None:
    number = 0
    while not over.is_set():
        number += 1
        begun = time.monotonic()
        try:
            status, text, is_right = ask(port, number % ORGANISATIONS)
        except (OSError, http.client.HTTPException) as error:
            honest.faults.append(repr(error))
            over.wait(_PAUSE)
            continue
        seconds = time.monotonic() - begun
        if not is_right or status not in (200, 503) or seconds > QUICK:
            honest.faults.append(f"{status} after {seconds:.1f} s: {text[:200]}")
        elif status == 503:
            honest.busy += 1
        else:
            honest.right += 1
            honest.seconds.append(seconds)
        over.wait(0.05)


def _send(port: int, one: Hostile) -> Outcome:
    """Send a request, again if the house was full, and judge its end."""
    slowest = 0.0
    for busy in range(_AGAIN):
        begun = time.monotonic()
        answer = _converse(port, one, begun + one.within + _REST)
        seconds = time.monotonic() - begun
        slowest = max(slowest, seconds)
        status, fault = _judged(one, answer)
        if seconds > one.within + (_REST if one.family == "slow to read" else 0) and not fault:
            return Outcome(one, status, slowest, busy, f"took {seconds:.1f} s", is_late=True)
        if status != 503 or fault:
            return Outcome(one, status, slowest, busy, fault)
        time.sleep(_PAUSE)
    return Outcome(one, 503, slowest, _AGAIN, "the house was always full")


def _converse(port: int, one: Hostile, until: float) -> bytes:
    """Do what the client does; return what it was sent, as far as it took it."""
    taken = bytearray()
    pieces = list(one.pieces)
    left = memoryview(pieces.pop(0))
    after = time.monotonic() + one.pause
    # Who took nothing, or little, looks at the end what there is: it must not be all.
    end = until - _REST
    takes_time = one.client in ("reads nothing", "sips")
    writes = reads = True
    with closing(socket.socket()) as client:
        if takes_time:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 14)
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        client.setblocking(False)
        while reads and (now := time.monotonic()) < until:
            if not left and pieces and now >= after:
                left, after = memoryview(pieces.pop(0)), now + one.pause
            if not left and not pieces and writes:
                writes = False
                if one.client == "is gone":
                    break
                if one.client == "half":
                    client.shutdown(socket.SHUT_WR)
            listens = now >= end or one.client != "reads nothing"
            sips = now < end and one.client == "sips"
            can_read, can_write, _ = select.select(
                [client] if listens else [], [client] if left else [], [], 0.1
            )
            try:
                if can_read:
                    part = client.recv(_SIP if sips else 1 << 18)
                    taken += part
                    reads = bool(part)
                    if sips:
                        time.sleep(0.5)
                if can_write:
                    left = left[client.send(left[: 1 << 18]) :]
            except BlockingIOError:
                pass
            except OSError:
                # What came before may still be read.
                left, pieces = memoryview(b""), []
                reads = bool(can_read and not taken) and one.client != "half"
    return bytes(taken)


class _Bytes:
    """Bytes that http.client reads as from a socket."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def makefile(self, _: str) -> io.BytesIO:
        """Return the bytes as a file."""
        return io.BytesIO(self._text)


def _judged(one: Hostile, text: bytes) -> tuple[int, str]:
    """Return the status of an answer, and what is wrong with it."""
    # Before the answer itself there may be an invitation to go on.
    text = text.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    if not text:
        return ENDED, "" if ENDED in one.may else "no answer"
    answer = http.client.HTTPResponse(_Bytes(text))  # type: ignore[arg-type]  # reads like a socket
    try:
        answer.begin()
        content = answer.read()
    except (http.client.HTTPException, ValueError) as error:
        if one.client in ("sips", "reads nothing") and isinstance(
            error, http.client.IncompleteRead
        ):
            return ENDED, ""
        return ENDED, f"broken: {error!r} {text[:200]!r}"
    said = content.decode("utf-8", "replace")
    fault = ""
    if answer.status == 503:
        fault = "" if answer.getheader("retry-after") else "503 without Retry-After"
    elif answer.status not in one.may:
        fault = f"{answer.status}: {said[:300]}"
    elif one.client in ("sips", "reads nothing") and answer.status == 200:
        fault = "it was sent the whole answer"
    elif "Traceback" in said or answer.getheader("x-evil") is not None:
        fault = f"says too much: {said[:300]}"
    elif answer.status >= 400 and answer.status != 408 and not said.strip():
        fault = "" if answer.status in (416, 431) else f"{answer.status} without a word"
    elif answer.status == 200 and "json" in answer.getheader("content-type", ""):
        json.loads(content)
    return answer.status, fault


def holdings(pid: int) -> Holdings:
    """Return what a process and all below it hold at the moment."""
    below = [pid, *servers.processes_below(pid)]
    page = os.sysconf("SC_PAGE_SIZE")
    memory = files = 0
    for one in below:
        try:
            memory += int(Path(f"/proc/{one}/statm").read_text("ascii").split()[1]) * page
            files += len(list(Path(f"/proc/{one}/fd").iterdir()))
        except OSError:
            continue
    return Holdings(memory, len(below), files)


def settled(pid: int, before: Holdings, seconds: float = 10) -> Holdings:
    """Return what it holds once that is no more than before, or after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        now = holdings(pid)
        is_back = now.processes == before.processes and now.files <= before.files
        if (is_back and now.memory <= before.memory * 1.1) or time.monotonic() > until:
            return now
        time.sleep(0.2)


def warm(pid: int, port: int) -> Holdings:
    """Ask as honest people do until nothing grows any more; return what is held then."""
    for path in ("/", "/itas.nq", "/health", "/metrics", "/sparql", "/id/organisation/1"):
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", path, headers={"Accept": "text/html"})
            connection.getresponse().read()
    with ThreadPoolExecutor(8) as threads:
        for status, text, is_right in threads.map(lambda i: ask(port, i), range(400)):
            if status != 200 or not is_right:
                raise RuntimeError(f"{status}: {text}")
    time.sleep(1)
    return holdings(pid)


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the rows of a Markdown table: one for each family."""
    yield "| family | requests | answers | slowest |"
    yield "| --- | --- | --- | --- |"
    families: dict[str, list[Outcome]] = {}
    for one in outcomes:
        families.setdefault(one.request.family, []).append(one)
    for name, ended in families.items():
        counts = Counter(one.status for one in ended)
        counts[503] += sum(one.busy for one in ended)
        answers = ", ".join(
            f"{count} × {status or 'ended'}" for status, count in sorted(counts.items()) if count
        )
        slowest = max(one.seconds for one in ended)
        yield f"| {name} | {len(ended)} | {answers} | {slowest:.1f} s |"


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, int]]:
    built = folder / "build"
    build.build(workspace.find(), built)
    fill(built)
    port = servers.free_port()
    command = [sys.executable, "-m", "itas_graph", "serve", "-b", str(built), "--port", str(port)]
    command += ["--access-log", str(folder / "access.log"), *SERVE]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None:
                with closing(socket.socket()) as client:
                    if not client.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.1)
            yield process.pid, port
        finally:
            process.terminate()


def main() -> None:
    """Attack and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", help="a family")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, closing(servers.Listener()) as outside:
        hostile = requests(outside.address)
        if given.only:
            hostile = [one for one in hostile if one.family in given.only]
        with _served(Path(home)) as (pid, port):
            before = warm(pid, port)
            begun = time.monotonic()
            ended, honest = attack(port, hostile)
            seconds = time.monotonic() - begun
            after = settled(pid, before)
        visits = outside.visits
    print("\n".join(table(ended)))
    print(f"\n{len(ended)} requests in {seconds:.0f} s; visits elsewhere: {visits}.")
    print(
        f"Memory {before.memory >> 20} MB before, {after.memory >> 20} MB after; processes "
        f"{before.processes}, {after.processes}; files {before.files}, {after.files}."
    )
    quickness = statistics.median(honest.seconds) if honest.seconds else 0
    print(
        f"An honest client was answered {honest.right} times (median {quickness:.3f} s), "
        f"{honest.busy} times asked to come again."
    )
    for one in ended:
        if one.fault:
            print(f"{one.request.family}, {one.request.name}: {one.fault}", file=sys.stderr)
    for fault in honest.faults:
        print(f"honest: {fault}", file=sys.stderr)


if __name__ == "__main__":
    main()
