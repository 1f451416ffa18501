"""Record tables + the dataset of all else -> findings: rows judged by the shapes, like records.

Processes turn parts into statements; a store holds the union of all, which the shapes are asked of.
Of each kind of finding the first few are told with their rows, and how many there are besides.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from itas_graph import (
    part_build,
    record_tables,
    row_origins,
    shapes,
    shapes_graph,
    validation,
)
from itas_graph.dataset import Dataset, Origin
from itas_graph.errors import Finding, Message
from itas_graph.part_build import Batch, Plan
from itas_graph.shapes import Explainer
from itas_graph.validation import Result

#: So many findings of one kind are told with their rows.
SHOWN = 10
#: Packed bytes of tables whose statements are judged in memory; those of more lie on the disk.
IN_MEMORY = 20_000_000
#: Rows that records refer to are judged with them, and rows that these refer to.
_STEPS = 2

Progress = Callable[[Message, float | None], None]


@dataclass(frozen=True)
class Judged:
    """What is wrong with rows by themselves, and what the shapes find in all statements."""

    rows: tuple[Finding, ...]
    ruled: tuple[Finding, ...]


def check(
    plan: Plan, rest: Dataset, path: Path, unreadable: Sequence[str], progress: Progress
) -> Judged:
    """Judge the rows of tables, and all else with them, by the shapes in `path`.

    Raises:
        EngineError: the shapes do not parse, the validator or the disk failed.
    """
    graph = shapes_graph.read(path)
    with tempfile.TemporaryDirectory(prefix="itas-check-") as folder:
        store, batch = _filled(_judging(plan), rest, Path(folder), progress)
        progress(Message("Regeln prüfen", "checking rules"), None)
        results = validation.validate(store, graph)
        hidden = sorted({*unreadable, *batch.damaged})
        explained = _Explained(plan, rest, Explainer(rest, graph, store, hidden))
        ruled = [*explained.findings(results), *shapes.unjudged(graph, path, len(store))]
        del store
    sources = plan.context.parent.parent / "data" / "sources"
    batch.find(row_origins.unknown_sources(batch.sources, sources))
    return Judged(tuple(part_build.all_findings(batch)), tuple(sorted(set(ruled))))


def check_rest(plan: Plan, rest: Dataset, path: Path, unreadable: Sequence[str]) -> list[Finding]:
    """Judge what is in no table alone, with the rows that it refers to.

    Raises:
        EngineError: the shapes do not parse or the validator fails.
    """
    graph = shapes_graph.read(path)
    quads = list(rest.quads)
    seen: set[str] = set()
    for _ in range(_STEPS):
        named = _resources(quads, rest.context.resources) - seen
        seen |= named
        for part, _, row in row_origins.rows_of(plan.parts(), rest.context, named):
            quads += part_build.quads_of(_judging(plan), part, row)
    store = validation.store_of(quads)
    results = validation.validate(store, graph)
    explainer = Explainer(rest, graph, store, unreadable)
    found = {
        finding
        for result in results
        if result.focus in rest.origins or result.value in rest.origins
        for finding in explainer.findings(result)
    }
    return sorted(found.union(shapes.unjudged(graph, path, len(store))))


def _resources(quads: Iterable[ox.Quad], base: str) -> set[str]:
    """Return the resources that statements speak of."""
    terms = {term for quad in quads for term in (quad.subject, quad.object)}
    return {
        term.value
        for term in terms
        if isinstance(term, ox.NamedNode) and term.value.startswith(base)
    }


def _judging(plan: Plan) -> Plan:
    return replace(plan, rest=None, rules=(), judged=True, hidden=None, public=False)


def _filled(plan: Plan, rest: Dataset, folder: Path, progress: Progress) -> tuple[ox.Store, Batch]:
    """Return a store with the union of all statements, and what is wrong with rows."""
    size = sum(part.path.stat().st_size for unit in plan.units for part in unit.parts)
    store = validation.store_of(rest.quads, None if size <= IN_MEMORY else folder / "store")
    batches = part_build.batches(plan)
    task = replace(plan, units=())
    every = Batch()
    # Not by fork: a store has threads of its own.
    with ProcessPoolExecutor(
        min(plan.processes, len(batches) or 1), multiprocessing.get_context("spawn")
    ) as pool:
        waiting = [
            pool.submit(part_build.write_union, task, batch, folder / f"{number:04}")
            for number, batch in enumerate(batches)
        ]
        for number, future in enumerate(waiting):
            every.add(future.result())
            union = folder / f"{number:04}.nt"
            validation.add_triples(store, union)
            union.unlink()
            share = (number + 1) / len(batches)
            progress(Message("Tabellen prüfen", "checking tables"), share)
    return store, every


class _Explained:
    """Turns results into findings: all on records, and of each kind the first few on rows."""

    def __init__(self, plan: Plan, rest: Dataset, explainer: Explainer) -> None:
        self._plan = plan
        self._rest = rest
        self._explainer = explainer
        self._resources = rest.context.resources

    def findings(self, results: Iterable[Result]) -> list[Finding]:
        shown: list[Result] = []
        rows: dict[tuple[str, str, str], list[Result]] = {}
        for one in results:
            if self._explainer.is_hidden(one):
                continue
            if self._about(one) in self._rest.origins:
                shown.append(one)
            else:
                rows.setdefault((one.shape, one.component, one.constraint), []).append(one)
        for some in rows.values():
            shown += some[:SHOWN]
        self._locate(map(self._about, shown))
        found = [finding for one in shown for finding in self._explainer.findings(one)]
        return found + [self._more(some) for some in rows.values() if len(some) > SHOWN]

    def _about(self, result: Result) -> str:
        """Return which resource a result is about; rules over all data name it as their value."""
        return result.focus if result.focus.startswith(self._resources) else result.value

    def _locate(self, wanted: Iterable[str]) -> None:
        """Tell the explainer where rows state resources, or who refers to those nobody states."""
        iris = set(wanted)
        origins = self._rows(iris)
        known = self._rest.origins.keys() | origins.keys()
        users = {user for iri in iris - known for user in self._explainer.users(iri)[:SHOWN]}
        for iri, some in self._rows(users - known).items():
            origins.setdefault(iri, []).extend(some)
        merged = dict(self._rest.origins)
        for iri, some in origins.items():
            merged[iri] = [*merged.get(iri, []), *some]
        self._explainer.dataset = replace(self._rest, origins=merged)

    def _rows(self, iris: set[str]) -> dict[str, list[Origin]]:
        renamed = self._plan.reading.renamed if self._plan.reading else {}
        return row_origins.origins(self._plan.parts(), self._rest, iris, renamed)

    def _more(self, some: Sequence[Result]) -> Finding:
        """Say how many rows besides those that are told break the same rule."""
        problem, remedy, severity = self._explainer.rule(some[0])
        number = len(some) - SHOWN
        many = f"{number:,}"
        dotted = many.replace(",", ".")
        more = Message(
            f"{problem.de}: ebenso bei {dotted} weiteren Einträgen der Tabellen",
            f"{problem.en}: likewise with {many} more records of tables",
        )
        return Finding(f"data/{record_tables.FOLDER}", 0, "", "", more, remedy, severity)
