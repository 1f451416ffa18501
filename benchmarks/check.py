"""How long judging by the shapes takes, beside pySHACL and others. `python -m benchmarks.check`.

Each way judges the same invented statements (`many_statements`, with a known number of faults) by
ontology/shapes.ttl, in a process of its own, from a file of N-Triples: loading is told apart.
Peers that are not installed are left out. Ratios are of one run, in processor time, as other work
may run beside it. After `--limit` seconds of processor time a way is ended and stands as “>”.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from benchmarks import many_statements
from itas_graph import build, shapes_graph, validation, workspace
from itas_graph.shapes_graph import ShapesGraph
from itas_graph.vocab import NS

if TYPE_CHECKING:
    import rdflib

FAULTS = 240
#: What each way needs besides what this project brings.
WAYS = {
    "itas-graph": "",
    "itas-graph, one changed": "",
    "pySHACL": "pyshacl",
    "pySHACL on Oxigraph": "oxrdflib",
    "pyshacl-turbo": "pyshacl_turbo",
    "shifty": "shifty",
    "shacl": "shacl",
    "rudof": "pyrudof",
}


def write(file: Path, statements: int, faults: int) -> int:
    """Write statements and vocabulary as N-Triples; return how many."""
    number = 0
    with file.open("w", encoding="utf-8") as output:
        for triple in build.vocabulary(workspace.find()).triples():
            output.write(f"{triple} .\n")
            number += 1
        for line in many_statements.quads(statements, faults):
            output.write(line.rpartition(" <")[0] + " .\n")
            number += 1
    return number


def _load(file: Path) -> ox.Store:
    store = ox.Store()
    store.bulk_load(path=str(file), format=ox.RdfFormat.N_TRIPLES)
    return store


def _ours(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    store, graph = _load(file), shapes_graph.read(shapes)
    return lambda: validation.validate(store, graph), len


def _one_changed(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    store, graph = _load(file), shapes_graph.read(shapes)
    before = validation.validate(store, graph)
    return lambda: validation.revalidate(store, graph, _lost_role(store), before), len


def _lost_role(store: ox.Store) -> validation.Changes:
    """Take the role from one involvement."""
    lost = min(store.quads_for_pattern(None, ox.NamedNode(NS + "role"), None, None), key=str)
    store.remove(lost)
    return validation.changes([lost.triple], [])


def _pyshacl(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    import rdflib

    data = rdflib.Graph().parse(file, format="nt")
    return _by_pyshacl(data, shapes_graph.read(shapes))


def _on_oxigraph(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    import rdflib

    data = rdflib.Graph(store="Oxigraph").parse(file, format="nt")
    return _by_pyshacl(data, shapes_graph.read(shapes))


def _by_pyshacl(
    data: rdflib.Graph, graph: ShapesGraph
) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    return lambda: validation.by_pyshacl(data, graph), len


def _turbo(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    import pyshacl_turbo
    import rdflib

    store, rules = _load(file), rdflib.Graph().parse(shapes)
    result = rdflib.URIRef("http://www.w3.org/ns/shacl#result")
    return (
        lambda: pyshacl_turbo.validate(store, shacl_graph=rules, inference="none"),
        lambda made: sum(1 for _ in made[1].subject_objects(result)),
    )


def _shifty(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    import rdflib
    import shifty

    result = rdflib.URIRef("http://www.w3.org/ns/shacl#result")
    return (
        lambda: shifty.validate(str(file), str(shapes), graph_mode="data", infer=False),
        lambda made: sum(1 for _ in made[1].subject_objects(result)),
    )


def _shacl(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    import shacl

    compiled = shacl.Shapes.from_file(str(shapes))
    return lambda: compiled.validate_file(str(file)), len


def _rudof(file: Path, shapes: Path) -> tuple[Callable[[], Any], Callable[[Any], int]]:
    import pyrudof

    session = pyrudof.Rudof(pyrudof.RudofConfig())
    session.read_data(str(file), format=pyrudof.RDFFormat.NTriples)
    session.read_shacl(str(shapes))
    return session.validate_shacl, len


_OPENERS = dict(
    zip(
        WAYS,
        (_ours, _one_changed, _pyshacl, _on_oxigraph, _turbo, _shifty, _shacl, _rudof),
        strict=True,
    )
)


def one(way: str, file: Path, shapes: Path) -> dict[str, Any]:
    """Return the figures of one way: seconds of processor time, wall time, peak, results."""
    start = time.process_time()
    work, count = _OPENERS[way](file, shapes)
    loaded, clock = time.process_time(), time.perf_counter()
    made = work()
    return {
        "load": round(loaded - start, 2),
        "judge": round(time.process_time() - loaded, 3),
        "wall": round(time.perf_counter() - clock, 3),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "results": count(made),
    }


def measured(
    ways: Sequence[str], file: Path, shapes: Path, limit: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the figures of every way that is installed, each from a process of its own."""
    for way in ways:
        if WAYS[way] and find_spec(WAYS[way]) is None:
            continue
        command = [sys.executable, "-m", "benchmarks.check", "--one", way, str(file), str(shapes)]
        done = subprocess.run([*command, str(limit)], capture_output=True, text=True)
        if done.returncode == -signal.SIGXCPU:
            yield way, {"load and judge": f"> {limit}"}
        elif done.returncode:
            yield way, {"failed": done.stderr.strip()[-200:]}
        else:
            yield way, json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Print one line of JSON for each way and size, and the ratios to pySHACL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 500_000, 2_000_000])
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--one", nargs=4, metavar=("WAY", "DATA", "SHAPES", "LIMIT"))
    given = parser.parse_args()
    if given.one:
        way, file, shapes, limit = given.one
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 5))
        print(json.dumps(one(way, Path(file), Path(shapes))))
        return
    shapes = workspace.find().ontology / "shapes.ttl"
    with tempfile.TemporaryDirectory() as folder:
        for size in given.sizes:
            file = Path(folder) / f"{size}.nt"
            statements = write(file, size, FAULTS)
            expected: Counter[str] = many_statements.expected(FAULTS)
            found = {}
            for way, figures in measured(given.ways, file, shapes, given.limit):
                found[way] = figures
                print(json.dumps({"statements": statements, "way": way, **figures}), flush=True)
            ours, theirs = found.get("itas-graph", {}), found.get("pySHACL", {})
            if ours and ours.get("results") != expected.total():
                sys.exit(f"{ours.get('results')} results instead of {expected.total()}")
            if "judge" in theirs and "judge" in ours:
                ratio = round(theirs["judge"] / ours["judge"], 1)
                print(json.dumps({"statements": statements, "pySHACL / ours": ratio}), flush=True)
            file.unlink()


if __name__ == "__main__":
    main()
