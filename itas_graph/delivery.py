"""One graph after the other -> the server, each verified; a large one part by part, each noted.

What is noted of a large graph stands in a graph of its own: its parts that have arrived, with
digests. So a change sends the parts it touches, and an interrupted push goes on behind the last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

import pyoxigraph as ox

from itas_graph import arrival
from itas_graph.errors import EngineError, Message
from itas_graph.graph_writers import Writer
from itas_graph.remote import PAGE, ListedPart, RemoteEndpoint
from itas_graph.sorted_graphs import Part, SortedGraph, subject
from itas_graph.vocab import PREFIXES, VOID, XSD

#: So many statements of a large graph are sent, verified and noted together.
LOAD = 20_000
#: What is to be looked for is at most this share of what the server holds; else all is sent anew.
FEW = 0.25
#: So many subjects are named in one query.
SUBJECTS = 1000
#: The server looks through a whole graph for each gap between the parts that are there.
GAPS = 12

Progress = Callable[[Message], None]
Noted = dict[str, ListedPart]


class Delivery:
    """Brings graphs; `altered` is what the server writes otherwise, `sent` how much was sent."""

    def __init__(self, endpoint: RemoteEndpoint, writer: Writer, progress: Progress) -> None:
        self._endpoint = endpoint
        self._writer = writer
        self._progress = progress
        self._name = endpoint.names.parts
        #: The parts of large graphs that lie on the server, by digest.
        self._noted: dict[str, Noted] = {}
        #: What was noted before this push, which may be there no more.
        self._before: dict[str, tuple[ListedPart, ...]] = {}
        self._has_notes = False
        self.altered: list[tuple[ox.Triple, str]] = []
        self.sent = 0

    def begin(
        self,
        graphs: Mapping[str, SortedGraph],
        kept: Collection[str],
        held: Mapping[str, int],
    ) -> None:
        """Note which parts stay; of those in `held` the server holds so many triples by now."""
        self._before = self._endpoint.read_parts()
        self._has_notes = bool(self._before)
        for name, graph in graphs.items():
            known = {one.digest: one for one in self._before.get(name, ())}
            noted = {one.digest: known[one.digest] for one in graph.parts if one.digest in known}
            if name in kept or (name in held and self._is_worth_it(name, noted, held[name])):
                self._noted[name] = noted
        self._write_notes()

    def _is_worth_it(self, name: str, noted: Noted, held: int) -> bool:
        """Say whether it is less to look for what differs than to send all anew."""
        rest = held - sum(one.triples for one in noted.values())
        return bool(noted) and 0 <= rest <= max(FEW * held, LOAD)

    def bring(self, name: str, graph: SortedGraph, check: Callable[[], None]) -> int:
        """Make the server hold a graph and return how many triples it says it holds.

        `check` is called after something was written first.

        Raises:
            EngineError: a statement is missing or foreign, not only written otherwise.
        """
        if not graph.parts:
            lines = list(graph.lines())
            self._writer.replace(name, lines)
            self.sent += len(lines)
            check()
            return self._verified(name, lines, self._endpoint.graph(name))
        if self._noted.get(name):
            size = self._fill_gaps(name, graph)
            if size is not None:
                check()
                return size
            # Something is otherwise than it was noted.
            self._noted.pop(name)
            self._write_notes()
        self._writer.remove(name)
        self._noted[name] = {}
        return self._bring(name, graph, graph.parts, None, check)

    def forget(self) -> None:
        """Take all notes back."""
        if self._has_notes:
            self._writer.remove(self._name)

    def _fill_gaps(self, name: str, graph: SortedGraph) -> int | None:
        """Change what differs between the parts that are there; None if that did not do."""
        noted = self._noted[name]
        gaps = list(_gaps(graph.parts, self._before.get(name, ()), noted))
        if len(gaps) > GAPS:
            return None
        rest = self._count(name) - sum(one.triples for one in noted.values())
        for first, end, parts in gaps:
            there = self._endpoint.between(name, first, end, rest) if rest else set()
            left = {str(one): one for one in there}
            for line in graph.lines(parts):
                left.pop(line, None)
            strange = _strange(graph.lines(parts), there, left.values()) if left else []
            if strange and not self._writer.take_out(name, strange):
                return None
            self._bring(name, graph, parts, {str(one) for one in there}, lambda: None)
        size = sum(one.triples for one in self._noted[name].values())
        return size if self._count(name) == size else None

    def _count(self, name: str) -> int:
        return self._endpoint.count([name]).get(name, 0)

    def _bring(
        self,
        name: str,
        graph: SortedGraph,
        parts: Sequence[Part],
        there: set[str] | None,
        check: Callable[[], None],
    ) -> int:
        """Send parts, but for what is there, verify them and note them; return their size there."""
        total = 0
        for load in _loads(parts):
            share = f"{load[0].start / max(graph.parts[-1].end, 1):.0%}"
            self._progress(
                Message(f"schreiben: {name} ({share})", f"writing {name} ({share})"),
            )
            lines = list(graph.lines(load))
            new = [line for line in lines if line not in there] if there else lines
            if new:
                self._writer.add(name, new)
                self.sent += len(new)
            check()
            check = _nothing
            found = []
            for part in load:
                size = self._verified_part(name, graph.lines([part]))
                found.append(ListedPart(part.first, part.digest, size))
                total += size
            self._noted[name] |= {one.digest: one for one in found}
            self._writer.add(self._name, [line for one in found for line in _note(name, one)])
            self._has_notes = True
        return total

    def _verified_part(self, name: str, lines: Iterable[str]) -> int:
        size = 0
        for subjects, some in _by_subjects(lines):
            held = self._endpoint.of_subjects(name, subjects, len(some))
            size += self._verified(name, some, held)
        return size

    def _verified(self, name: str, lines: Sequence[str], held: set[ox.Triple]) -> int:
        """Compare what the server holds with what it was given; return how many triples it holds.

        Raises:
            EngineError: a statement is missing or foreign, not only written otherwise.
        """
        found = arrival.compare(_triples(lines), held)
        if found.lost or found.strange:
            example = (found.lost or found.strange)[0]
            lost, strange = len(found.lost), len(found.strange)
            raise EngineError(
                Message(
                    f"Der Graph {name} ist nicht angekommen, wie er ist: {lost} Sätze "
                    f"fehlen, {strange} sind fremd, etwa {example}",
                    f"The graph {name} did not arrive as it is: {lost} statements are "
                    f"missing, {strange} are foreign, such as {example}",
                )
            )
        self.altered += found.altered
        return len(held)

    def _write_notes(self) -> None:
        """Note nothing but what is there."""
        lines = [
            line
            for name, parts in sorted(self._noted.items())
            for one in sorted(parts.values())
            for line in _note(name, one)
        ]
        if lines:
            self._writer.replace(self._name, lines)
        elif self._has_notes:
            self._writer.remove(self._name)
        self._has_notes = bool(lines)


def _nothing() -> None:
    """See nothing amiss."""


def _gaps(
    parts: Sequence[Part], before: Sequence[ListedPart], noted: Noted
) -> Iterator[tuple[str, str, list[Part]]]:
    """Yield where parts are missing, or are too many: first subject, next one that is there, parts.

    Sorted as the statements are: a subject ends by its bracket.
    """
    wanted = {one.digest: one for one in parts}
    first, missing = "", list[Part]()
    both = {**{one.digest: one.first for one in before}, **{one.digest: one.first for one in parts}}
    for digest, start in sorted(both.items(), key=lambda one: one[1] + ">"):
        if digest in noted:
            if first:
                yield first, start, missing
            first, missing = "", []
            continue
        first = first or start
        if digest in wanted:
            missing.append(wanted[digest])
    if first:
        yield first, "", missing


def _strange(
    lines: Iterable[str], there: set[ox.Triple], left: Iterable[ox.Triple]
) -> list[ox.Triple]:
    """Return what is `left` of what is there, but for other forms of what is to be there."""
    meant = {str(one.subject) for one in left}
    given = [line for line in lines if subject(line) in meant]
    held = {one for one in there if str(one.subject) in meant}
    return arrival.compare(_triples(given), held).strange


def _loads(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Yield parts that follow one another, together about LOAD statements, at least one part."""
    load: list[Part] = []
    size = 0
    for one in parts:
        if load and (size + one.triples > LOAD or load[-1].end != one.start):
            yield load
            load, size = [], 0
        load.append(one)
        size += one.triples
    if load:
        yield load


def _by_subjects(lines: Iterable[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield subjects with all their statements, about PAGE statements at a time."""
    subjects: list[str] = []
    held: list[str] = []
    for one, some in groupby(lines, key=subject):
        more = list(some)
        if held and (len(held) + len(more) > PAGE or len(subjects) == SUBJECTS):
            yield subjects, held
            subjects, held = [], []
        subjects.append(one)
        held += more
    if held:
        yield subjects, held


def _triples(lines: Iterable[str]) -> list[ox.Triple]:
    text = "".join(f"{line} .\n" for line in lines)
    return [one.triple for one in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]


def _note(graph: str, part: ListedPart) -> Iterator[str]:
    """Yield what is noted of a part: VoID, as the catalogue."""
    key = hashlib.sha256(f"{graph} {part.digest}".encode()).hexdigest()[:32]
    node = f"<{graph}/part/{key}>"
    yield f"<{graph}> <{VOID}subset> {node}"
    yield f"{node} <{VOID}exampleResource> <{part.first}>"
    yield f'{node} <{PREFIXES["dcterms"]}identifier> "{part.digest}"'
    yield f'{node} <{VOID}triples> "{part.triples}"^^<{XSD}integer>'
