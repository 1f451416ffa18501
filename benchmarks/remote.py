"""`python -m benchmarks.remote`: our questions to Oxigraph's server, beside plain HTTP.

Both send the same text to the same graphs of the same server, by turns. Plain HTTP means Python's
`urllib`, which reads the answer and does nothing with it; ours reads every term and makes sure that
the answer is whole.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from itas_graph import build, push, queries, remote, workspace
from tests import servers


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure each question and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    here = workspace.find()
    print("| question | rows | bytes | plain HTTP | ours | ours / plain |")
    print("| --- | --- | --- | --- | --- | --- |")
    ratios = []
    with tempfile.TemporaryDirectory() as home, servers.oxigraph(Path(home)) as server:
        built = Path(home) / "build"
        build.build(here, built)
        quads = list(ox.parse(path=str(built / "itas.nq")))
        endpoint = remote.RemoteEndpoint(server.query)
        push.push(endpoint, push.GraphStore(server.graphs, workspace.Credentials(), 60), quads)
        graphs = urllib.parse.urlencode(endpoint.graphs)
        headers = {"Accept": "application/sparql-results+json"}
        for name, question in queries.load(here.queries).items():
            text = queries.bind(question, {}, "de", lambda _: [])
            sent = remote.with_prefixes(text, remote.form_of(text))

            def plain(sent: str = sent) -> int:
                content = f"{urllib.parse.urlencode({'query': sent})}&{graphs}".encode()
                request = urllib.request.Request(server.query, content, headers)  # noqa: S310  # a loopback address
                with urllib.request.urlopen(request) as reply:  # noqa: S310 - loopback
                    return len(reply.read())

            def ours(text: str = text) -> int:
                return sum(1 for _ in endpoint.ask(text).rows or ())

            size, rows = plain(), ours()
            taken = [(milliseconds(plain), milliseconds(ours)) for _ in range(rounds)]
            theirs, own = (statistics.median(one) for one in zip(*taken, strict=True))
            ratios.append(own / theirs)
            print(
                f"| `{name}` | {rows} | {size} | {theirs:.1f} ms | {own:.1f} ms "
                f"| {own / theirs:.2f} |"
            )
    print(f"| median | | | | | {statistics.median(ratios):.2f} |")


if __name__ == "__main__":
    main()
