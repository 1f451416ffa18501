"""`python -m benchmarks.service`: point questions to our service, Oxigraph's server and Virtuoso.

All three hold the same million statements and answer the same questions in the same run, on
loopback, each client on a connection that stays open (wrk). Then one client more sends a runaway
question all the time, and the others are measured again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from itas_graph import build, workspace
from tests import servers

BASE = "https://w3id.org/itas-graph/id/"
CLIENTS = (1, 8, 32)
QUESTION = "SELECT ?p ?o WHERE { <https://w3id.org/itas-graph/id/organisation/NUMBER> ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
#: What the servers are told a question may take, in seconds.
DEADLINE = 10
LUA = """
local text = "%s"
local encoded = text:gsub("[^%%w]", function(c) return string.format("%%%%%%02X", c:byte()) end)
local head, tail = encoded:match("^(.*)NUMBER(.*)$")
math.randomseed(7)
request = function()
  local path = "%s?query=" .. head .. math.random(0, %d) .. tail
  return wrk.format("GET", path, { Accept = "application/sparql-results+json" })
end
"""


@dataclass(frozen=True)
class Figure:
    """What one measurement gave: answers in a second, milliseconds of the slowest in a hundred."""

    per_second: float
    p99: float
    refused: int


def statements(path: Path, organisations: int) -> int:
    """Write ten statements on each of so many organisations as N-Triples; return how many."""
    names = {
        "type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "label": "http://www.w3.org/2004/02/skos/core#prefLabel",
        "alias": "http://www.w3.org/2004/02/skos/core#altLabel",
        "kind": "http://www.w3.org/ns/org#classification",
        "involved": "https://w3id.org/itas-graph/ns#involvedIn",
        "home": "http://xmlns.com/foaf/0.1/homepage",
    }
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number in range(organisations):
            one = f"<{BASE}organisation/{number}>"
            file.write(f"{one} <{names['type']}> <http://www.w3.org/ns/org#Organization> .\n")
            file.write(f'{one} <{names["label"]}> "Organisation {number}"@de .\n')
            file.write(f'{one} <{names["alias"]}> "O{number}" .\n')
            file.write(f"{one} <{names['kind']}> <{BASE}kind/{number % 12}> .\n")
            file.write(f"{one} <{names['home']}> <https://example.org/{number}> .\n")
            for step in range(5):
                initiative = (number * 31 + step * 7919) % (organisations // 2)
                file.write(f"{one} <{names['involved']}> <{BASE}initiative/{initiative}> .\n")
    return organisations * 10


def fill(built: Path, data: Path, count: int) -> None:
    """Put the statements of `data` into the store of a build, in the place of its own."""
    shutil.rmtree(built / build.STORE)
    store = ox.Store(str(built / build.STORE))
    for graph in (ox.NamedNode(BASE + "source/all"), ox.DefaultGraph()):
        store.bulk_load(path=str(data), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
    store.optimize()
    store.flush()
    del store
    manifest = json.loads((built / build.MANIFEST).read_text("utf-8"))
    (built / build.MANIFEST).write_text(json.dumps({**manifest, "statements": count}), "utf-8")


@contextmanager
def ours(folder: Path, data: Path, count: int) -> Iterator[str]:
    """Serve the statements by `itas-graph serve`: a build whose store holds them instead."""
    built = folder / "build"
    build.build(workspace.find(), built)
    fill(built, data, count)
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "itas_graph", "serve", "-b", str(built), "--port", str(port)]
    command += ["--access-log", str(folder / "access.log"), "--timeout", str(DEADLINE)]
    with servers.running(command, servers.answers_at(url + "/health"), folder / "log.txt"):
        yield url + "/sparql"


@contextmanager
def oxigraph(folder: Path, data: Path, count: int) -> Iterator[str]:
    """Serve the statements by Oxigraph's own server.

    Without its `--timeout-s`: that begins a thread for each query, which stays until the deadline,
    so that some thousand questions in a second end the server.
    """
    program = servers.command("oxigraph")
    location = str(folder / "store")
    subprocess.run(
        [program, "load", "--location", location, "--file", str(data)],
        check=True,
        capture_output=True,
    )
    with servers.oxigraph(folder) as server:
        yield server.query


@contextmanager
def virtuoso(folder: Path, data: Path, count: int) -> Iterator[str]:
    """Serve the statements by Virtuoso."""
    (folder / data.name).hardlink_to(data)
    with servers.virtuoso(folder, buffers=170_000, seconds=DEADLINE) as server:
        ini = (folder / "virtuoso.ini").read_text("utf-8")
        port = re.search(r"ServerPort = (127.0.0.1:\d+)", ini)
        load = f"ld_dir('{folder}','{data.name}','{BASE}source/all'); rdf_loader_run(); checkpoint;"
        subprocess.run(
            ["isql-vt", port[1] if port else "", "dba", "dba", f"exec={load}"],  # noqa: S607  # the peer on the machine
            check=True,
            capture_output=True,
        )
        yield server.query


SERVERS = {"itas-graph": ours, "Oxigraph": oxigraph, "Virtuoso": virtuoso}


def load(url: str, clients: int, organisations: int, seconds: int, folder: Path) -> Figure:
    """Let so many clients ask for so many seconds, each again as soon as it is answered."""
    parts = urllib.parse.urlsplit(url)
    script = folder / "ask.lua"
    script.write_text(LUA % (QUESTION, parts.path, organisations - 1), "utf-8")
    options = ["-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "--timeout", "30s"]
    run = subprocess.run(
        ["wrk", *options, "-s", str(script), url],  # noqa: S607  # the peer on the machine
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise SystemExit(f"wrk: {run.stdout}{run.stderr}")
    said = run.stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", said)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    if not rate or not slow:
        raise SystemExit(f"wrk says something else now: {said}")
    unit = {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]
    return Figure(float(rate[1]), float(slow[1]) * unit, int(refused[1]) if refused else 0)


@contextmanager
def runaway(url: str) -> Iterator[list[str]]:
    """Send a runaway question again and again; yield what it was answered."""
    over = threading.Event()
    ends: list[str] = []

    def ask() -> None:
        address = f"{url}?query={urllib.parse.quote(RUNAWAY)}"
        while not over.is_set():
            try:
                with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  # a loopback address
                    ends.append(f"{answer.status}, {len(answer.read())} bytes")
            except urllib.error.HTTPError as error:
                ends.append(str(error.code))
            except OSError as error:
                ends.append(type(error).__name__)
                over.wait(0.2)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    over.wait(1)
    try:
        yield ends
    finally:
        over.set()


def main() -> None:
    """Measure all three and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10, help="of each measurement")
    parser.add_argument("--only", choices=list(SERVERS), action="append")
    given = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing (apt install wrk)")
    organisations = given.statements // 10
    rows: list[str] = []
    beside: list[str] = []
    base: dict[int, Figure] = {}
    with tempfile.TemporaryDirectory() as home:
        data = Path(home) / "data.nt"
        count = statements(data, organisations)
        for name in given.only or SERVERS:
            folder = Path(home) / name.lower()
            folder.mkdir()
            with SERVERS[name](folder, data, count) as url:
                load(url, 8, organisations, 3, folder)  # warm
                figures = {
                    clients: load(url, clients, organisations, given.seconds, folder)
                    for clients in CLIENTS
                }
                base = base or figures
                for clients, figure in figures.items():
                    ratio = base[clients].per_second / figure.per_second
                    rows.append(
                        f"| {name} | {clients} | {figure.per_second:,.0f} | {figure.p99:.1f} ms "
                        f"| {ratio:.2f} | {figure.refused} |"
                    )
                    print(rows[-1], file=sys.stderr, flush=True)
                with contextlib.suppress(Exception), runaway(url) as ends:
                    with_one = load(url, 8, organisations, 2 * given.seconds, folder)
                    before = figures[8]
                    beside.append(
                        f"| {name} | {before.p99:.1f} ms | {with_one.p99:.1f} ms "
                        f"| {with_one.p99 / before.p99:.1f} | {with_one.per_second:,.0f} "
                        f"| {', '.join(dict.fromkeys(ends)) or 'none ended'} |"
                    )
                    print(beside[-1], file=sys.stderr, flush=True)
            shutil.rmtree(folder, ignore_errors=True)
    print("| server | clients | answers/s | p99 | ours / its | refused |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    print()
    print("| server | p99, 8 clients | beside a runaway | times | answers/s | the runaway got |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("\n".join(beside))


if __name__ == "__main__":
    main()
