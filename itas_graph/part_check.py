"""Record tables + the dataset of all else -> findings: rows judged by the shapes, like records.

Processes turn parts into statements; a store holds the union of all, which the shapes are asked of.
Of each kind of finding the first few are told with their rows, and how many there are besides.
"""

from __future__ import annotations

import contextlib
import gzip
import multiprocessing
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pyoxigraph as ox

from itas_graph import (
    check_cache,
    part_build,
    record_tables,
    row_origins,
    shapes,
    shapes_graph,
    validation,
)
from itas_graph.dataset import Dataset, Origin
from itas_graph.errors import EngineError, Finding, Message
from itas_graph.part_build import Batch, Plan, Unit
from itas_graph.shapes import Explainer
from itas_graph.shapes_graph import ShapesGraph
from itas_graph.validation import Result

#: So many findings of one kind are told with their rows.
SHOWN = 10
#: Packed bytes of tables whose statements are judged in memory; those of more lie on the disk.
IN_MEMORY = 20_000_000
#: Rows that records refer to are judged with them, and rows that these refer to.
_STEPS = 2
#: More changed units than this share of all are a whole check.
_FEW = 0.1
_NAMED = re.compile(r"<([^>]*)>")

Progress = Callable[[Message, float | None], None]


@dataclass(frozen=True)
class Judged:
    """What is wrong with rows by themselves, and what the shapes find in all statements."""

    rows: tuple[Finding, ...]
    ruled: tuple[Finding, ...]


@dataclass(frozen=True)
class Rules:
    """By what rows are judged, and where a check is kept.

    `key` is one digest over all that makes statements of rows and judges them; `kept` is a folder,
    or None.
    """

    shapes: Path
    unreadable: tuple[str, ...]
    key: str
    kept: Path | None


_Found = tuple[ox.Store, Batch, list[Result]]


def check(plan: Plan, rest: Dataset, rules: Rules, progress: Progress) -> Judged:
    """Judge the rows of tables, and all else with them, by shapes.

    What an earlier check has found is taken over, if little has changed since.

    Raises:
        EngineError: the shapes do not parse, the validator or the disk failed.
    """
    plan = _judging(plan)
    graph = shapes_graph.read(rules.shapes)
    found = _changed(plan, rest, rules, graph, progress)
    with tempfile.TemporaryDirectory(dir=rules.kept and rules.kept.parent) as folder:
        store, batch, results = found or _whole(plan, rest, rules, graph, progress, Path(folder))
        hidden = sorted({*rules.unreadable, *batch.damaged})
        explained = _Explained(plan, rest, Explainer(rest, graph, store, hidden))
        ruled = explained.findings(results)
        ruled += shapes.unjudged(graph, rules.shapes, len(store))
    batch.find(row_origins.unknown_sources(batch.sources, _sources(plan)))
    return Judged(tuple(part_build.all_findings(batch)), tuple(sorted(set(ruled))))


def _whole(
    plan: Plan, rest: Dataset, rules: Rules, graph: ShapesGraph, progress: Progress, folder: Path
) -> _Found:
    """Judge everything; keep it if rows have no fault of their own."""
    new = folder / "check"
    new.mkdir()
    store, batch = _filled(plan, rest, new, progress, keep=rules.kept is not None)
    progress(Message("Regeln prüfen", "checking rules"), None)
    results = validation.validate(store, graph)
    sound = not batch.findings and not rules.unreadable
    if rules.kept is not None and sound and _are_described(plan, batch.sources):
        units = {unit.name: unit for unit in plan.units}
        with contextlib.suppress(OSError):  # the disk is full, or another check keeps its own
            check_cache.save_rest(new, sorted(map(str, rest.triples())))
            for name, unit in units.items():
                check_cache.save_unit(new, name, unit)
            digests = {name: unit.digest() for name, unit in units.items()}
            kept = check_cache.Kept(rules.key, digests, batch.sources, results)
            check_cache.save(new, kept)
            shutil.rmtree(rules.kept, ignore_errors=True)
            new.rename(rules.kept)
    return store, batch, results


def _changed(
    plan: Plan, rest: Dataset, rules: Rules, graph: ShapesGraph, progress: Progress
) -> _Found | None:
    """Judge what has changed since a check that is kept; None if that needs a whole one."""
    kept = check_cache.load(rules.kept) if rules.kept is not None else None
    if rules.kept is None or kept is None or kept.key != rules.key or rules.unreadable:
        return None
    units = {unit.name: unit for unit in plan.units}
    now = {name: unit.digest() for name, unit in units.items()}
    names = kept.units.keys() | now.keys()
    touched = sorted(name for name in names if kept.units.get(name) != now.get(name))
    if len(touched) > max(1, _FEW * len(now)) or not _are_described(plan, kept.sources):
        return None
    progress(Message("Änderungen prüfen", "checking changes"), None)
    batch = Batch()
    before: set[str] = set()
    after: set[str] = set()
    for name in touched:
        before |= _union(plan, check_cache.load_unit(rules.kept, name), Batch())
        after |= _union(plan, units.get(name), batch)
    old_rest, new_rest = check_cache.load_rest(rules.kept), set(map(str, rest.triples()))
    gone = (before - after - new_rest) | (old_rest - new_rest - after)
    stays = _stated_by(plan, _others(plan, touched, old_rest != new_rest), gone)
    if batch.findings or stays is None:
        return None
    came = (after - before) | (new_rest - old_rest)
    changed = validation.Changes(validation.triples(came), validation.triples(gone - stays))
    try:
        store = validation.opened(rules.kept / check_cache.STORE)
    except EngineError:
        return None  # another check has it open
    if not touched and old_rest == new_rest:
        return store, batch, list(kept.results)
    check_cache.begin(rules.kept)
    validation.change(store, changed)
    results = validation.revalidate(store, graph, changed, kept.results)
    for name in touched:
        check_cache.save_unit(rules.kept, name, units.get(name))
    check_cache.save_rest(rules.kept, sorted(new_rest))
    sources = {**kept.sources, **batch.sources}
    check_cache.save(rules.kept, check_cache.Kept(rules.key, now, sources, results))
    return store, batch, results


def _union(plan: Plan, unit: Unit | None, batch: Batch) -> set[str]:
    if unit is None:
        return set()
    return set(part_build.union_of(part_build.unit_lines(plan, unit, batch)))


def _others(plan: Plan, touched: Sequence[str], rest_changed: bool) -> list[Unit]:
    """Return the units that may state what went: of one table each statement is in one unit."""
    tables = {name.split("/")[0] for name in touched}
    if rest_changed or len(tables) > 1:
        tables = set()
    return [
        unit
        for unit in plan.units
        if unit.name not in touched and unit.name.split("/")[0] not in tables
    ]


def _stated_by(plan: Plan, units: Sequence[Unit], lines: Set[str]) -> set[str] | None:
    """Return which of these statements units make, too; None if too many would have to be read."""
    named = {iri.rpartition("/")[2] for line in lines for iri in _NAMED.findall(line)[:1]}
    if not named or not units:
        return set()
    if plan.reading is not None:
        return None  # rows may name what they state by another slug
    pattern = re.compile("|".join(map(re.escape, sorted(named))).encode())
    near = [unit for unit in units if any(_holds(part.path, pattern) for part in unit.parts)]
    if len(near) > max(1, _FEW * len(plan.units)):
        return None
    return {line for unit in near for line in _union(plan, unit, Batch()) & lines}


def _holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    return bool(pattern.search(gzip.decompress(path.read_bytes())))


def _are_described(plan: Plan, sources: Mapping[str, object]) -> bool:
    return all((_sources(plan) / f"{slug}.yaml").is_file() for slug in sources)


def _sources(plan: Plan) -> Path:
    return plan.context.parent.parent / "data" / "sources"


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


def _filled(
    plan: Plan, rest: Dataset, folder: Path, progress: Progress, *, keep: bool
) -> tuple[ox.Store, Batch]:
    """Return a store with the union of all statements, and what is wrong with rows.

    To be kept, the statements are on the disk, too.
    """
    in_memory = sum(part.path.stat().st_size for part in plan.parts()) <= IN_MEMORY
    on_disk = folder / check_cache.STORE
    store = validation.store_of(rest.quads, None if in_memory else on_disk)
    stores = [store]
    if keep and in_memory:
        stores.append(validation.store_of(rest.quads, on_disk))
    batches = part_build.batches(plan)
    task = replace(plan, units=())
    every = Batch()
    # Not by fork: a store has threads of its own.
    with (
        ProcessPoolExecutor(
            min(plan.processes, len(batches) or 1), multiprocessing.get_context("spawn")
        ) as pool,
        ThreadPoolExecutor(len(stores)) as loader,
    ):
        waiting = [
            pool.submit(part_build.write_union, task, batch, folder / f"{number:04}")
            for number, batch in enumerate(batches)
        ]
        for number, future in enumerate(waiting):
            every.add(future.result())
            union = folder / f"{number:04}.nt"
            list(loader.map(validation.add_triples, stores, [union] * len(stores)))
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
