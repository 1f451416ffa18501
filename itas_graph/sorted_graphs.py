"""Quads -> each named graph and the union of all, sorted, in files: little memory, however many.

A graph is known by one digest over its sorted statements. A large one is cut into parts, each with
a digest of its own: where a part begins depends on its first subject alone, so a change in one
place leaves the other parts as they were.
"""

from __future__ import annotations

import hashlib
import heapq
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path

import pyoxigraph as ox

from itas_graph.errors import Message, UsageError

#: How many characters of statements wait in memory before they are sorted into files.
WAITING = 32_000_000
#: A graph of fewer statements is one piece.
LARGE = 20_000
#: About so many subjects are a part.
SUBJECTS = 512
#: How many files are read side by side.
_FILES = 100


@dataclass(frozen=True)
class Part:
    """Some statements of a graph that follow one another: from which subject on, and how many."""

    first: str
    digest: str
    triples: int
    #: Where they stand in the file.
    start: int
    end: int


@dataclass(frozen=True)
class SortedGraph:
    """The statements of one graph, each once and sorted, in a file; N-Triples without the point."""

    path: Path
    digest: str
    triples: int
    #: Empty for a graph that is one piece.
    parts: tuple[Part, ...] = field(default=(), repr=False)

    def lines(self, parts: Sequence[Part] | None = None) -> Iterator[str]:
        """Yield the statements of these parts, or all."""
        spans = [(one.start, one.end) for one in parts] if parts is not None else [(0, -1)]
        with self.path.open("rb") as stream:
            for start, end in spans:
                place = stream.seek(start)
                for line in stream:
                    if place == end:
                        break
                    place += len(line)
                    yield line[:-1].decode()


def sort(quads: Iterable[ox.Quad], folder: Path) -> tuple[dict[str, SortedGraph], SortedGraph]:
    """Sort quads into files in `folder`; return each named graph, and the union of all.

    Raises:
        UsageError: there are blank nodes.
    """
    runs: dict[str, list[Path]] = {}
    held: dict[str, list[str]] = {}
    size = 0
    for quad in quads:
        graph = str(quad.graph_name)[1:-1]
        line = _line(quad)
        held.setdefault(graph, []).append(line)
        size += len(line)
        if size > WAITING:
            _put_aside(held, runs, folder)
            held, size = {}, 0
    _put_aside(held, runs, folder)
    found = {
        graph: _settled(_merged(some, folder), folder / f"{number}.nt")
        for number, (graph, some) in enumerate(sorted(runs.items()))
    }
    every = [one.path for one in found.values()]
    return found, _settled(_merged(every, folder, keep=True), folder / "union.nt")


def subject(line: str) -> str:
    """Return the subject of a statement, with its brackets.

    >>> subject('<x:a> <x:p> "b c"')
    '<x:a>'
    """
    return line[: line.index(" ")]


def digest(lines: Iterable[str]) -> str:
    """Return one SHA-256 over lines."""
    total = hashlib.sha256()
    for line in lines:
        total.update(line.encode() + b"\n")
    return f"sha256:{total.hexdigest()}"


def _line(quad: ox.Quad) -> str:
    if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
        raise UsageError(
            Message(
                f"Der Graph {quad.graph_name} hat namenlose Knoten; sie ließen sich auf dem "
                "Server nicht wiedererkennen. Geben Sie ihnen in ontology/ Namen.",
                f"The graph {quad.graph_name} has blank nodes; they could not be recognised on "
                "the server. Give them names in ontology/.",
            )
        )
    return str(quad.triple)


def _put_aside(held: dict[str, list[str]], runs: dict[str, list[Path]], folder: Path) -> None:
    for graph, lines in held.items():
        known = runs.setdefault(graph, [])
        path = folder / f"run-{sum(map(len, runs.values()))}.nt"
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(f"{line}\n" for line in sorted(set(lines)))
        known.append(path)


def _merged(paths: list[Path], folder: Path, *, keep: bool = False) -> Iterator[bytes]:
    """Yield the lines of sorted files in order, each once; the files go, unless they are kept."""
    made: list[Path] = []
    left = list(paths)
    while len(left) > _FILES:
        path = folder / f"merged-{len(made)}-{paths[0].name}"
        with path.open("wb") as stream:
            stream.writelines(_side_by_side(left[:_FILES]))
        made.append(path)
        left = [*left[_FILES:], path]
    yield from _side_by_side(left)
    for path in [*made, *(() if keep else paths)]:
        path.unlink()


def _side_by_side(paths: list[Path]) -> Iterator[bytes]:
    with ExitStack() as opened:
        streams = [opened.enter_context(path.open("rb")) for path in paths]
        # A line ends where another may go on; what ends is before.
        for line, _ in groupby(heapq.merge(*streams)):
            yield line


def _settled(lines: Iterator[bytes], path: Path) -> SortedGraph:
    """Write lines to a file; return what it holds, with the parts it falls into."""
    total = hashlib.sha256()
    count = 0
    parts = _Parts()
    with path.open("wb") as stream:
        while some := list(islice(lines, 10_000)):
            for line in some:
                total.update(line[:-1] + b" .\n")
                parts.add(line)
            stream.writelines(some)
            count += len(some)
    cut = parts.finished() if count > LARGE else ()
    return SortedGraph(path, f"sha256:{total.hexdigest()}", count, cut)


class _Parts:
    """Cuts lines into parts as they come."""

    def __init__(self) -> None:
        self._found: list[Part] = []
        self._subject = b""
        self._first = ""
        self._start = self._place = 0
        self._count = 0
        self._sum = hashlib.sha256()

    def add(self, line: bytes) -> None:
        """Take the next line."""
        subject = line[: line.index(b" ")]
        if subject != self._subject:
            self._subject = subject
            if not self._first or zlib.crc32(subject) % SUBJECTS == 0:
                self._close()
                self._first = subject[1:-1].decode()
        self._sum.update(line)
        self._count += 1
        self._place += len(line)

    def finished(self) -> tuple[Part, ...]:
        """Return the parts."""
        self._close()
        return tuple(self._found)

    def _close(self) -> None:
        if self._count:
            name = f"sha256:{self._sum.hexdigest()}"
            self._found.append(Part(self._first, name, self._count, self._start, self._place))
        self._start, self._count, self._sum = self._place, 0, hashlib.sha256()
