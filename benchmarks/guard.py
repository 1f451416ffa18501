"""`python -m benchmarks.guard`: what the guard costs, beside the same store asked directly.

Each round is a program of its own that opens the store of a build and asks; its first question and
those that follow are timed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from itas_graph import store
from itas_graph.guard import Guarded

QUESTION = "SELECT ?s ?p { ?s ?p ?o } LIMIT 10"
FURTHER = 200


def ask(folder: Path, *, guarded: bool) -> tuple[float, float]:
    """Return the milliseconds of a first question, the opening included, and of a further one."""
    start = time.perf_counter()
    opener = partial(store.read, folder)
    endpoint = Guarded(opener) if guarded else opener()

    def one() -> None:
        assert len(list(endpoint.ask(QUESTION).rows or ())) == 10  # noqa: S101  # a benchmark of a wrong answer is none

    one()
    first = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(FURTHER):
        one()
    return first * 1000, (time.perf_counter() - start) / FURTHER * 1000


def main() -> None:
    """Measure by turns and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--one", choices=["guarded", "direct"])
    given = parser.parse_args()
    folder = given.build / "store"
    if given.one:
        print(json.dumps(ask(folder, guarded=given.one == "guarded")))
        return
    taken: dict[str, list[list[float]]] = {"direct": [], "guarded": []}
    for _ in range(given.rounds):
        for how, figures in taken.items():
            command = [sys.executable, "-m", "benchmarks.guard", "--one", how]
            command += ["--build", str(given.build)]
            figures.append(json.loads(subprocess.check_output(command)))
    rows = [
        [statistics.median(one[place] for one in taken[how]) for how in ("direct", "guarded")]
        for place in (0, 1)
    ]
    print("| question | direct | guarded | the guard's part |")
    print("| --- | --- | --- | --- |")
    for name, (direct, guarded) in zip(("first", "further"), rows, strict=True):
        print(f"| {name} | {direct:.2f} ms | {guarded:.2f} ms | {guarded - direct:.2f} ms |")


if __name__ == "__main__":
    main()
