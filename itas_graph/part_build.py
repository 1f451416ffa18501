"""Record tables + the dataset of all else -> dump and store, part by part, or what changed alone.

Processes turn parts into N-Quads while the store loads those that are done; what is in memory is a
few parts. The dump holds the parts one after another, each sorted, so that a later build takes
over those that have not changed and changes the store by the difference.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import multiprocessing
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import IO, Any

from itas_graph import context, record_tables, row_quads, store
from itas_graph.dataset import DERIVED, Dataset, Quads
from itas_graph.decisions import Reading
from itas_graph.errors import DataError, Finding, Message
from itas_graph.record_tables import Fields, Part
from itas_graph.vocab import NS, PREF_LABEL

DUMP = "itas.nq"
_REST = "rest"
_DERIVED = "derived"
_BATCHES = 8
#: So many files wait on the disk to be loaded.
_AHEAD = 6
#: More changed parts than this share of all are a new build.
_FEW = 0.2
_MOST_FINDINGS = 1000
#: Rules that derive of a link what they derive from the statements of this link in one source, by
#: the SHA-256 of their text. With any other rule the store is asked, and every build is whole.
LOCAL_RULES: frozenset[str] = frozenset(
    {
        "aa6db20a926cca2b47676bb3b1e73abc62551efae4fdc508c85ca976ef1d3323",
        "3d54cb9c06b4410427382a6d91d9d32147178478e78c8307c816abe8eaf387a9",
        "6751a6b13c7d143e0103f01289793b4f1759d0c4fa56010cb2129715d117df82",
        "dd41428118ec13ad50d20a4156bb790a49ffbc0dd68ea2aa4499d65b6d3a11ae",
        "79db28faab447fa50adaffa1216895080bccd17ace75bb1afcac3e25711b15bb",
        "f27fd911134b1a24ddbe07122723163751ff4fb392334c7c5bd32777cb344f13",
    }
)

Progress = Callable[[Message, float | None], None]


@dataclass(frozen=True)
class Hidden:
    """What must not appear of a row: whose names, whose slugs, and which organisations."""

    names: re.Pattern[str]
    slugs: re.Pattern[str]
    redacted: str
    public: bool
    #: Slugs of organisations that are left out with all their links.
    gone: frozenset[str] = frozenset()

    def touches(self, text: str) -> bool:
        """Say whether a text holds a name or a slug that must not appear."""
        return bool(self.names.search(text) or self.slugs.search(text))


@dataclass(frozen=True, slots=True)
class Unit:
    """Parts whose statements belong together: no other part of their table makes one of them."""

    name: str
    parts: tuple[Part, ...]

    def digest(self) -> str:
        """Return one SHA-256 over the parts as they lie there."""
        total = hashlib.sha256()
        for part in self.parts:
            with part.path.open("rb") as stream:
                total.update(part.kind.encode() + b"\0")
                total.update(hashlib.file_digest(stream, "sha256").digest())
        return total.hexdigest()


def units(parts: Iterable[Part]) -> tuple[Unit, ...]:
    """Put parts together that belong together: initiatives and the links to them."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        above = record_tables.PARENTS[part.kind]
        found.setdefault(f"{part.table}/{above[1] if above else part.kind}/{part.number:04}", [])
        found[f"{part.table}/{above[1] if above else part.kind}/{part.number:04}"].append(part)
    return tuple(Unit(name, tuple(found[name])) for name in sorted(found))


@dataclass(frozen=True)
class Plan:
    """What a build at size is made of."""

    context: Path
    resources: str
    base: str
    rules: tuple[str, ...]
    #: The dataset of all that is in no table, as it is published, with what is derived of it; None
    #: if it has not changed.
    rest: Dataset | None
    #: What the rest, the program and the settings are, as one digest.
    rest_digest: str
    units: tuple[Unit, ...]
    hidden: Hidden | None
    public: bool
    processes: int
    #: Rows are to be judged: of one that has a fault all that is right is stated.
    judged: bool = False
    #: How decisions on identity read what rows state.
    reading: Reading | None = None

    def parts(self) -> list[Part]:
        """Return all parts of all units."""
        return [part for unit in self.units for part in unit.parts]

    @property
    def is_local(self) -> bool:
        """Say whether what is derived of a row can be told from this row alone."""
        return {hashlib.sha256(rule.encode()).hexdigest() for rule in self.rules} <= LOCAL_RULES


@dataclass
class Segments:
    """The dump of a build: for each part in order its name, its digest and its length in bytes."""

    parts: list[tuple[str, str, int]] = field(default_factory=list)
    lines: int = 0
    #: Whether names came or went since the build before, or who is linked to what.
    relinked: bool = True

    def to_manifest(self) -> dict[str, Any]:
        """Return what the manifest of a build keeps."""
        return {"lines": self.lines, "parts": [list(one) for one in self.parts]}

    @classmethod
    def from_manifest(cls, manifest: dict[str, Any]) -> Segments | None:
        """Return what a manifest keeps, or None if its build was none at size."""
        kept = manifest.get("tables")
        if not isinstance(kept, dict):
            return None
        parts = [(str(name), str(sum_), int(length)) for name, sum_, length in kept["parts"]]
        return cls(parts, int(kept["lines"]))

    def tag(self) -> str:
        """Return one digest over all parts."""
        return hashlib.sha256(json.dumps(self.parts).encode()).hexdigest()

    def place(self, name: str) -> tuple[int, int]:
        """Return where a part begins and how long it is; nothing if there is none."""
        start = 0
        for one, _, length in self.parts:
            if one == name:
                return start, length
            start += length
        return start, 0


@dataclass
class Batch:
    """What a process made of some parts: their lengths, what they refer to and what is wrong."""

    lengths: list[int] = field(default_factory=list)
    lines: int = 0
    declared: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    #: Sources that rows name, each with the first row that does: part, line, record.
    sources: dict[str, tuple[str, int, str]] = field(default_factory=dict)
    #: No more than a person would read.
    findings: list[Finding] = field(default_factory=list)
    #: How many findings there are besides.
    more: int = 0
    #: Kinds of record of which a part could not be read to its end.
    damaged: set[str] = field(default_factory=set)

    def find(self, found: Iterable[Finding]) -> None:
        """Keep findings, or count them where there are enough."""
        for one in found:
            if len(self.findings) < _MOST_FINDINGS:
                self.findings.append(one)
            else:
                self.more += 1

    def add(self, other: Batch) -> None:
        """Take in what another process found and saw."""
        self.find(other.findings)
        self.more += other.more
        self.damaged |= other.damaged
        self.declared |= other.declared
        self.used |= other.used
        for slug, place in other.sources.items():
            self.sources.setdefault(slug, place)


def whole(
    plan: Plan,
    staging: Path,
    folder: str,
    progress: Progress,
    when_written: Callable[[], None] = lambda: None,
) -> Segments:
    """Write dump and store anew; the dump is written first, which is told to `when_written`.

    Raises:
        DataError: rows are wrong; `findings` says which.
        EngineError: the store cannot be written.
    """
    if plan.rest is None:
        raise ValueError("a whole build needs the rest")
    work = staging / ".work"
    work.mkdir()
    loading = store.Loading(staging / folder)
    segments = Segments()
    published = plan.rest
    plan = _without_hidden(plan)
    with (staging / DUMP).open("wb") as dump:
        rest = work / "rest.nq"
        rest.write_bytes(published.dump(DUMP))
        union = work / "union.nt"
        union.write_text("".join(f"{one} .\n" for one in published.triples()), "utf-8")
        loading.load(rest)
        loading.load(union)
        segments.parts.append((_REST, plan.rest_digest, rest.stat().st_size))
        segments.lines += len(published)
        _append(rest, dump)
        _load_tables(plan, work, loading, segments, dump, progress, when_written)
        if not plan.is_local:
            progress(Message("Verbindungen ableiten", "deriving links"), None)
            derived = work / "derived.nq"
            derived.touch()
            lines = loading.derive(plan.rules, plan.base + DERIVED, derived, union)
            segments.parts.append((_DERIVED, "", derived.stat().st_size))
            segments.lines += len(lines)
            _append(derived, dump)
            dump.flush()
            when_written()
    progress(Message("Speicher ordnen", "ordering the store"), None)
    loading.finish(optimise=True)
    shutil.rmtree(work)
    return segments


def _load_tables(
    plan: Plan,
    work: Path,
    loading: store.Loading,
    segments: Segments,
    dump: IO[bytes],
    progress: Progress,
    when_written: Callable[[], None],
) -> None:
    some = batches(plan)
    task = replace(plan, rest=None, units=())
    every = Batch()
    loaded: list[tuple[Path, Future[None]]] = []
    # Not by fork: the store has threads of its own. One file of named graphs and one of the union
    # are loaded at a time: two of a kind keep each other waiting, and take twice as long.
    with (
        ProcessPoolExecutor(
            min(plan.processes, len(some) or 1), multiprocessing.get_context("spawn")
        ) as pool,
        ThreadPoolExecutor(1) as of_graphs,
        ThreadPoolExecutor(1) as of_union,
    ):
        waiting = [
            pool.submit(write_batch, task, batch, work / f"{number:04}")
            for number, batch in enumerate(some)
        ]
        for number, (batch, future) in enumerate(zip(some, waiting, strict=True)):
            done = future.result()
            every.add(done)
            named, union = work / f"{number:04}.nq", work / f"{number:04}.nt"
            if not every.findings:
                _take_off(loaded, _AHEAD)
                loaded.append((named, of_graphs.submit(loading.load, named)))
                loaded.append((union, of_union.submit(loading.load, union)))
                for unit, length in zip(batch, done.lengths, strict=True):
                    segments.parts.append((unit.name, unit.digest(), length))
                segments.lines += done.lines
                _append(named, dump)
            share = (number + 1) / len(some)
            progress(Message("Tabellen laden", "loading tables"), share)
        if plan.is_local and not every.findings:
            dump.flush()
            when_written()
        _take_off(loaded, 0)
    missing = {
        slug
        for slug in every.used - every.declared
        if not every.findings
        and not loading.has(plan.resources + "organisation/" + slug, PREF_LABEL)
    }
    every.find(_unknown(plan, missing))
    if every.findings:
        raise _wrong(every)


def _take_off(loaded: list[tuple[Path, Future[None]]], left: int) -> None:
    """Wait until no more than `left` files are being loaded, and remove those that are done."""
    while len(loaded) > left:
        path, future = loaded.pop(0)
        future.result()
        path.unlink()


def changed(
    plan: Plan, old: Path, segments: Segments, staging: Path, folder: str
) -> Segments | None:
    """Write dump and store from those of an earlier build and what has changed since.

    None says that what changed needs a whole build.

    Raises:
        DataError: rows are wrong; `findings` says which.
        EngineError: the store cannot be written.
    """
    before = {name: sum_ for name, sum_, _ in segments.parts}
    now = {unit.name: unit.digest() for unit in plan.units}
    tables = before.keys() - {_REST, _DERIVED}
    touched = sorted(
        name for name in tables | now.keys() if before.get(name, "") != now.get(name, "")
    )
    if (
        before.get(_REST) != plan.rest_digest
        or not plan.is_local
        or _DERIVED in before
        or len(touched) > max(1, _FEW * len(before))
        or not (old / DUMP).is_file()
        or (old / DUMP).stat().st_size != sum(length for _, _, length in segments.parts)
    ):
        return None
    plan = _without_hidden(plan)
    with (
        (old / DUMP).open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
    ):
        return _differing(plan, old, segments, staging, folder, touched, text, now)


def _differing(
    plan: Plan,
    old: Path,
    segments: Segments,
    staging: Path,
    folder: str,
    touched: Sequence[str],
    text: mmap.mmap,
    now: Mapping[str, str],
) -> Segments:
    named = {unit.name: unit for unit in plan.units}
    replaced: dict[str, bytes] = {}
    removed: set[str] = set()
    added: set[str] = set()
    batch = Batch()
    for name in touched:
        before = _lines(text, segments, name)
        after = unit_lines(plan, named[name], batch) if name in named else set()
        replaced[name] = _joined(sorted(after))
        removed |= before - after
        added |= after - before
    if batch.findings:
        raise _wrong(batch)
    removed = _stated_here_alone(segments, touched, text, removed - added)
    result = _write_dump(plan, segments, replaced, text, staging, now)
    telling = f" <{PREF_LABEL}> ", f" <{NS}involvedIn> "
    result.relinked = any(one in line for line in removed | added for one in telling)
    _copy_store(old / folder, staging / folder)
    loading = store.Loading(staging / folder)
    loading.change(store.quads(sorted(removed)), store.quads(sorted(added)))
    missing = {
        slug
        for slug in batch.used
        if not loading.has(plan.resources + "organisation/" + slug, PREF_LABEL)
    }
    if missing:
        batch.find(_unknown(plan, missing))
        raise _wrong(batch)
    loading.finish(optimise=False)
    return result


def _stated_here_alone(
    segments: Segments, touched: Sequence[str], text: mmap.mmap, lines: set[str]
) -> set[str]:
    """Return the lines that neither records nor another table state, too."""
    tables = {name.split("/")[0] for name in touched}
    left = set(lines)
    for name, _, _ in segments.parts:
        if name != _REST and name.split("/")[0] in tables and len(tables) == 1:
            continue
        if name in touched or not left:
            continue
        start, length = segments.place(name)
        piece = text[start : start + length]
        left = {line for line in left if line.encode() + b"\n" not in piece}
    return left


def _write_dump(
    plan: Plan,
    segments: Segments,
    replaced: dict[str, bytes],
    text: mmap.mmap,
    staging: Path,
    now: Mapping[str, str],
) -> Segments:
    """Write the dump with what was replaced; the rest is copied as it is."""
    result = Segments(lines=segments.lines)
    places: dict[str, tuple[int, int]] = {}
    start = 0
    for name, _, length in segments.parts:
        places[name] = (start, length)
        start += length
    with (staging / DUMP).open("wb") as dump:
        run = [0, 0]

        def copy() -> None:
            if run[1] > run[0]:
                dump.write(memoryview(text)[run[0] : run[1]])

        for name, sum_ in [(_REST, plan.rest_digest), *sorted(now.items())]:
            old_start, old_length = places.get(name, (0, 0))
            if name in replaced:
                copy()
                run = [0, 0]
                dump.write(replaced[name])
                result.lines += replaced[name].count(b"\n")
                result.lines -= text[old_start : old_start + old_length].count(b"\n")
                length = len(replaced[name])
            else:
                length = old_length
                if run[1] != old_start:
                    copy()
                    run = [old_start, old_start]
                run[1] = old_start + old_length
            result.parts.append((name, sum_, length))
        copy()
        for name in places.keys() - {name for name, _, _ in result.parts}:
            first, length = places[name]
            result.lines -= text[first : first + length].count(b"\n")
    return result


def _copy_store(old: Path, new: Path) -> None:
    """Give a store a second folder; what never changes is there twice without being copied."""
    new.mkdir()
    for path in old.iterdir():
        target = new / path.name
        if path.name in ("LOCK", "LOG") or path.name.startswith("LOG.old"):
            continue
        if path.suffix == ".sst":
            try:
                os.link(path, target)
                continue
            except OSError:
                pass  # another disk, or one without hard links
        shutil.copyfile(path, target)


# Parts


def batches(plan: Plan) -> list[tuple[Unit, ...]]:
    """Cut the units into batches of about as many bytes."""
    sizes = [sum(part.path.stat().st_size for part in unit.parts) for unit in plan.units]
    before = [0, *accumulate(sizes)]
    share = before[-1] // _BATCHES + 1
    cut = groupby(zip(before, plan.units, strict=False), key=lambda one: one[0] // share)
    return [tuple(unit for _, unit in some) for _, some in cut]


def write_batch(plan: Plan, some: Sequence[Unit], target: Path) -> Batch:
    """Write units as N-Quads and, beside them, their union as N-Triples; runs in a process."""
    batch = Batch()
    with (
        target.with_suffix(".nq").open("wb") as named,
        target.with_suffix(".nt").open("wb") as union,
    ):
        for unit in some:
            lines = sorted(unit_lines(plan, unit, batch))
            text = _joined(lines)
            named.write(text)
            union.write(_union(lines))
            batch.lengths.append(len(text))
            batch.lines += len(lines)
    return batch


def write_union(plan: Plan, some: Sequence[Unit], target: Path) -> Batch:
    """Write the union of units alone, as N-Triples in no order; runs in a process."""
    batch = Batch()
    with target.with_suffix(".nt").open("wb") as union:
        for unit in some:
            lines = unit_lines(plan, unit, batch)
            union.write(_union(lines))
            batch.lines += len(lines)
    return batch


def union_of(lines: Iterable[str]) -> list[str]:
    """Return lines of N-Quads without their graphs, each once, without the ends of the lines."""
    # The graph is the last of a line: before it ends the triple.
    return list(dict.fromkeys([line[: line.rindex(" <")] for line in lines]))


def _union(lines: Iterable[str]) -> bytes:
    triples = union_of(lines)
    return (" .\n".join(triples) + " .\n").encode() if triples else b""


def unit_lines(plan: Plan, unit: Unit, batch: Batch) -> set[str]:
    """Return the N-Quads of a unit with what is derived of them, without the ends of the lines."""
    found: list[str] = []
    for part in unit.parts:
        try:
            found.extend(row_lines(plan, part, batch))
        except DataError as error:
            remedy = Message("Siehe dort.", "See there.")
            batch.damaged.add(part.kind)
            batch.find([Finding(part.name, 0, "", "", error.message, remedy)])
    return _read_by(plan.reading, "\n".join(found))


def quads_of(plan: Plan, part: Part, row: Fields) -> Quads:
    """Return what one row states, as decisions on identity read it."""
    made = _templates(plan, part.kind)
    return store.quads(sorted(_read_by(plan.reading, made.lines_of(row)[0])))


def slugs(plan: Plan, kind: str) -> frozenset[str]:
    """Return the slugs of all rows of one kind.

    Raises:
        DataError: a part is damaged.
    """
    return record_tables.slugs(plan.parts(), kind)


def stated_in(plan: Plan, kind: str, wanted: Set[str]) -> Quads:
    """Return what rows of one kind state of the records of these slugs, as it is written.

    Raises:
        DataError: a part is damaged.
    """
    if not wanted or kind not in record_tables.PARENTS:
        return []
    made = _templates(plan, kind)
    lines: list[str] = []
    for part in [part for part in plan.parts() if part.kind == kind]:
        for _, row in record_tables.records(part):
            if row.get("id") in wanted:
                lines += made.lines_of(row)[0].split("\n")
    return store.quads(lines)


def _read_by(reading: Reading | None, text: str) -> set[str]:
    """Return lines as decisions on identity read them, each once."""
    lines = _split(text)
    merged = reading.merged() if reading is not None else None
    if reading is None or merged is None or not merged.search(text):
        return lines
    written = {line for line in lines if merged.search(line)}
    read = reading.of(store.quads(sorted(written)))
    return lines - written | {f"{quad} ." for quad in read}


_COMPILED: dict[tuple[Path, str], row_quads.Templates] = {}


def _templates(plan: Plan, kind: str) -> row_quads.Templates:
    key = plan.context, kind
    if key not in _COMPILED:
        _COMPILED[key] = row_quads.templates(context.load(plan.context), kind)
    return _COMPILED[key]


def row_lines(plan: Plan, part: Part, batch: Batch) -> Iterator[str]:
    """Yield the N-Quads of each row of a part, without the end of the last line."""
    made = _templates(plan, part.kind)
    told = plan.rules and plan.is_local and part.kind == "involvements"
    deriving = _deriving(plan) if told else None
    for line, row in record_tables.records(part):
        shown = _shown(row, plan.hidden) if plan.hidden else row
        if shown is None or (plan.public and row.get("status") == "draft"):
            continue
        text, faults = made.lines_of(shown)
        if faults:
            label = f"{part.kind}/{row.get('id', '')}"
            batch.find(Finding(part.name, line, label, *fault) for fault in faults)
            if text and plan.judged:
                yield text
            continue
        source = shown.get(record_tables.SOURCE)
        if source is not None and source not in batch.sources:
            batch.sources[source] = (part.name, line, f"{part.kind}/{row['id']}")
        if part.kind == "organisations":
            batch.declared.add(shown["id"])
        elif part.kind == "involvements":
            batch.used.add(shown["organisation"])
        yield text
        if deriving is not None:
            yield deriving.of(shown)


class _Deriving:
    """What the rules derive of a link, found out by a specimen of each role and status."""

    def __init__(self, plan: Plan, made: row_quads.Templates) -> None:
        self._plan = plan
        self._made = made
        self._known: dict[tuple[str, ...], str] = {}

    def of(self, row: Fields) -> str:
        """Return what is derived of a row, as lines of N-Quads."""
        key = tuple(row.get(name, "") for name in _TELLING)
        pattern = self._known.get(key)
        if pattern is None:
            pattern = self._known[key] = self._found(dict(zip(_TELLING, key, strict=True)))
        return pattern % row

    def _found(self, telling: Fields) -> str:
        row = {name: slug for slug, name in _SPECIMEN.items()}
        row |= {name: text for name, text in telling.items() if text}
        lines = self._made.lines_of(row)[0].split("\n")
        derived = store.of_quads(store.quads(lines)).derive(self._plan.rules)
        text = "\n".join(f"{triple} <{self._plan.base}{DERIVED}> ." for triple in derived)
        return _HOLES.sub(lambda hole: f"%({_SPECIMEN[hole[0]]})s", text.replace("%", "%%"))


#: The values of a link that decide what is derived of it.
_TELLING = ("role", "status", "certainty")
#: The slugs of a specimen, with the columns they stand for.
_SPECIMEN = {
    "q1id": "id",
    "q2initiative": "initiative",
    "q3source": "source",
    "q4organisation": "organisation",
}
_HOLES = re.compile("(" + "|".join(_SPECIMEN) + ")")


@lru_cache(maxsize=4)
def _deriving_for(path: Path, base: str, rules: tuple[str, ...]) -> _Deriving:
    made = row_quads.templates(context.load(path), "involvements")
    plan = Plan(path, "", base, rules, None, "", (), None, public=False, processes=1)
    return _Deriving(plan, made)


def _deriving(plan: Plan) -> _Deriving:
    return _deriving_for(plan.context, plan.base, plan.rules)


def _shown(row: Fields, hidden: Hidden) -> Fields | None:
    """Return a row without what must not appear of it, or None if nothing of it may."""
    if row.get("id") in hidden.gone or row.get("organisation") in hidden.gone:
        return None
    if not any(hidden.touches(text) for text in row.values()):
        return row
    return {
        name: hidden.slugs.sub("x", text)
        if name in ("id", "initiative", "organisation", "seat", "within")
        else hidden.slugs.sub(hidden.redacted, hidden.names.sub(hidden.redacted, text))
        for name, text in row.items()
    }


def _without_hidden(plan: Plan) -> Plan:
    """Find which organisations bear a name that must not appear: they go with all their links."""
    if plan.hidden is None:
        return plan
    gone = set(plan.hidden.gone)  # a damaged part is named before anything is built
    for part in [part for unit in plan.units for part in unit.parts]:
        if part.kind == "organisations":
            for _, row in record_tables.records(part):
                names = " | ".join([row.get("name", ""), row.get("aliases", ""), row["id"]])
                if plan.hidden.touches(names):
                    gone.add(row["id"])
    if plan.reading is not None:
        # Who is read as somebody who must not appear is that somebody.
        folder = plan.resources + "organisation/"
        for other, one in plan.reading.renamed.items():
            pair = {other.removeprefix(folder), one.removeprefix(folder)}
            gone |= pair if pair & gone else set()
    return replace(plan, hidden=replace(plan.hidden, gone=frozenset(gone)))


def _lines(text: mmap.mmap, segments: Segments, name: str) -> set[str]:
    start, length = segments.place(name)
    return _split(text[start : start + length].decode())


def _split(text: str) -> set[str]:
    """Return the lines of a text; a literal may hold what Python takes for the end of a line."""
    return set(text.split("\n")) - {""}


def _joined(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _append(path: Path, stream: IO[bytes]) -> None:
    with path.open("rb") as source:
        shutil.copyfileobj(source, stream, 1 << 20)


def _unknown(plan: Plan, missing: set[str]) -> list[Finding]:
    """Return a finding for the first row of each organisation that is named nowhere."""
    found: list[Finding] = []
    for part in [part for unit in plan.units for part in unit.parts] if missing else ():
        if part.kind != "involvements":
            continue
        for line, row in record_tables.records(part):
            slug = row.get("organisation", "")
            if slug in missing and len(found) < _MOST_FINDINGS:
                missing.discard(slug)
                found.append(
                    Finding(
                        part.name,
                        line,
                        f"involvements/{row.get('id', '')}",
                        "organisation",
                        Message(
                            f"Die Organisation „{slug}“ hat nirgends einen Namen.",
                            f"The organisation “{slug}” has no name anywhere.",
                        ),
                        Message(
                            "Nehmen Sie sie in die Tabelle der Organisationen auf.",
                            "Add it to the table of organisations.",
                        ),
                    )
                )
    return found


def all_findings(batch: Batch) -> list[Finding]:
    """Return the findings of rows; the last says how many there are besides, if there are."""
    found = sorted(batch.findings)
    if batch.more:
        de, en = f"{batch.more:,}".replace(",", "."), f"{batch.more:,}"
        found.append(
            Finding(
                f"data/{record_tables.FOLDER}",
                0,
                "",
                "",
                Message(
                    f"{de} weitere Fehler in Zeilen sind hier nicht genannt.",
                    f"{en} more errors in rows are not named here.",
                ),
                Message(
                    "Berichtigen Sie die Tabelle und übernehmen Sie sie neu: itas-graph import",
                    "Correct the table and take it in anew: itas-graph import",
                ),
            )
        )
    return found


def _wrong(batch: Batch) -> DataError:
    count = len(batch.findings) + batch.more
    return DataError(
        Message(
            f"{count} Fehler in den Tabellen; es wurde nichts gebaut.",
            f"{count} errors in the tables; nothing was built.",
        ),
        tuple(all_findings(batch)),
    )
