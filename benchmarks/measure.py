"""One measurement in a process of its own: prints one line of JSON for each result.

Started by `benchmarks.run`; what is not to be counted (imports, earlier stages) is not timed.
"""

from __future__ import annotations

import csv
import gc
import hashlib
import io
import json
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TypeVar

from itas_graph.vocab import NS, RDF_TYPE

if TYPE_CHECKING:
    from itas_graph.dataset import Dataset

T = TypeVar("T")


class _Late(BaseException):
    """A question took longer than its deadline; no `except Exception` may swallow it."""


def _late(number: int, frame: FrameType | None) -> None:
    raise _Late


def _memory() -> int:
    """Return the peak resident memory of this process in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _say(name: str, seconds: float | None, **more: object) -> None:
    print(json.dumps({"name": name, "seconds": seconds, "memory": _memory(), **more}), flush=True)


def _timed(name: str, stage: Callable[[], T]) -> T:
    start = time.perf_counter()
    result = stage()
    _say(name, time.perf_counter() - start)
    return result


def pipeline(folder: Path) -> None:
    """Run the stages of a build one after another, without the check of the shapes."""
    from itas_graph import build, context, dataset, publication, records, store
    from itas_graph.workspace import Workspace

    here = Workspace(folder)
    read = _timed("records", lambda: records.load(here.data))
    mapping = context.load(here.ontology / "context.jsonld")
    full = _timed("dataset", lambda: dataset.build(read, mapping, build.vocabularies(here)))
    public = _timed("publication", lambda: publication.publish(full, "public", read.suppressed))
    rules = [path.read_text("utf-8") for path in sorted(here.queries.glob("derive/*.rq"))]
    links = _timed(
        "derive", _timed("store-memory", lambda: partial(store.in_memory(public).derive, rules))
    )
    complete = public.with_graph(dataset.DERIVED, links)
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    _timed("store", lambda: store.write(complete, out / build.STORE))

    def dump() -> None:
        for name in dataset.FORMATS:
            (out / name).write_bytes(complete.dump(name))

    _timed("dumps", dump)
    _say("size", None, statements=len(complete), contributions=_contributions(complete))


def drawing(folder: Path, page: str) -> None:
    """Make the network from the store, and the page from the network."""
    from itas_graph import network, store
    from itas_graph import page as sheet

    endpoint = store.read(folder / "out" / "store")
    graph = _timed("network", lambda: network.load(endpoint, folder / "queries", None))
    if page == "page":
        _timed("page", lambda: sheet.render(graph))


def _contributions(complete: Dataset) -> int:
    """Return how many contributions the dataset holds."""
    said = [quad for quad in complete.quads if quad.predicate.value == RDF_TYPE]
    return len({quad.subject for quad in said if str(quad.object) == f"<{NS}Contribution>"})


def shapes(folder: Path, limit: str) -> None:
    """Validate the dataset against the shapes, for at most `limit` seconds."""
    from itas_graph import build, context, dataset, records
    from itas_graph import shapes as rules
    from itas_graph.workspace import Workspace

    here = Workspace(folder)
    read = records.load(here.data)
    mapping = context.load(here.ontology / "context.jsonld")
    full = dataset.build(read, mapping, build.vocabularies(here))
    signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, float(limit))
    try:
        found = _timed("shapes", lambda: rules.check(full, here.ontology / "shapes.ttl"))
    except _Late:
        _say("shapes", None, text=f"> {float(limit):.0f} s")
        return
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    errors = [*read.findings, *full.findings, *found]
    if errors:
        raise SystemExit(f"the generated records are at fault: {errors[0]}")


def asked(folder: Path, values: str) -> None:
    """Write each question with a value for its parameters into asked/."""
    from itas_graph import queries, store
    from itas_graph.commands import call

    rows = call.rows(store.read(folder / "out" / "store"))
    given = json.loads(values)
    (folder / "asked").mkdir(exist_ok=True)
    for name, question in queries.load(folder / "queries").items():
        known = {one.name: given[one.name] for one in question.parameters if one.name in given}
        text = queries.bind(question, known, "de", rows)
        (folder / "asked" / f"{name}.rq").write_text(text, "utf-8")


def embedded(folder: Path, queries: Path, repeats: str) -> None:
    """Open the store and answer one question as CSV, several times."""
    from itas_graph import store

    text = queries.read_text("utf-8")
    times: list[float] = []
    opening: list[float] = []
    answer = b""
    for run in range(int(repeats) + 1):
        start = time.perf_counter()
        endpoint = store.read(folder / "out" / "store")
        opened = time.perf_counter()
        answer = b"".join(endpoint.serialised(text, "csv"))
        taken = time.perf_counter() - start
        del endpoint
        # The first answer warms up; a slow one is counted itself.
        if run or taken > 2:
            times.append(taken)
            opening.append(opened - start)
        if sum(times) > 5:
            break
    memory = _memory()
    print(
        json.dumps(
            {
                "name": queries.stem,
                "times": times,
                "opening": opening,
                "memory": memory,
                **_fingerprint(answer),
            }
        )
    )


def plain(folder: Path, queries: Path, repeats: str, deadline: str) -> None:
    """Load the same N-Quads into rdflib and answer every question there."""
    import rdflib

    def load() -> rdflib.Dataset:
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(folder / "out" / "itas.nq", format="nquads")
        return dataset

    dataset = _timed("load", load)
    # What is loaded stays: the collector need not look at it during each question.
    gc.collect()
    gc.freeze()

    signal.signal(signal.SIGALRM, _late)
    for path in sorted(queries.glob("*.rq")):
        text = path.read_text("utf-8")
        times: list[float] = []
        answer: bytes | None = b""
        error = ""
        signal.setitimer(signal.ITIMER_REAL, float(deadline))
        try:
            # One answer to warm up; a slow one is counted itself.
            for run in range(int(repeats) + 1):
                start = time.perf_counter()
                answer = dataset.query(text).serialize(format="csv")
                taken = time.perf_counter() - start
                if run or taken > 1:
                    times.append(taken)
                if sum(times) > 5:
                    break
        except _Late:
            pass
        except Exception as problem:  # noqa: BLE001  # one question rdflib cannot answer
            error = f"{type(problem).__name__}: {problem}"[:200]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        _say(path.stem, None, times=times, error=error, **_fingerprint(answer if times else b""))


def shipped(folder: Path) -> None:
    """Time the parts of a build of the shipped data, warm: each a second time."""
    from itas_graph import build, dataset, network, page, queries, store
    from itas_graph.workspace import Workspace

    here = Workspace(folder)
    checked = build.check(here)
    build.assemble(here, checked, "public")
    texts = [
        queries.bind(one, {}, "de", lambda _: []) for one in queries.load(here.queries).values()
    ]
    _timed("check", lambda: build.check(here))
    complete, endpoint = _timed("derive", lambda: build.assemble(here, checked, "public"))
    out = folder / "parts"
    shutil.rmtree(out, ignore_errors=True)
    _timed("store", lambda: store.write(complete, out))
    stored = store.read(out)
    _timed("questions", lambda: [b"".join(stored.serialised(text, "csv")) for text in texts])
    _timed("dumps", lambda: [complete.dump(name) for name in dataset.FORMATS])
    graph = _timed(
        "network", lambda: network.load(endpoint, here.queries, checked.records.settings)
    )
    _timed("page", lambda: page.render(graph))


def lookup(folder: Path, name: str, kind: str) -> None:
    """Find out what a name given as a parameter means."""
    from itas_graph import queries, store
    from itas_graph.commands import call

    rows = call.rows(store.read(folder / "out" / "store"))
    _timed("lookup", lambda: queries.resolve(name, kind, rows))


def _fingerprint(answer: bytes | None) -> dict[str, object]:
    """Return the number of rows and a hash of the rows without their order."""
    rows = sorted(csv.reader(io.StringIO((answer or b"").decode(), newline="")))
    digest = hashlib.sha256("\n".join("\t".join(row) for row in rows).encode()).hexdigest()
    return {"rows": max(0, len(rows) - 1), "digest": digest}


def main() -> None:
    """Run the measurement named by the first argument."""
    what, folder, *rest = sys.argv[1:]
    if what == "pipeline":
        pipeline(Path(folder))
    elif what == "drawing":
        drawing(Path(folder), *rest)
    elif what == "shapes":
        shapes(Path(folder), *rest)
    elif what == "asked":
        asked(Path(folder), *rest)
    elif what == "embedded":
        embedded(Path(folder), Path(rest[0]), rest[1])
    elif what == "plain":
        plain(Path(folder), Path(rest[0]), rest[1], rest[2])
    elif what == "shipped":
        shipped(Path(folder))
    else:
        lookup(Path(folder), *rest)


if __name__ == "__main__":
    main()
