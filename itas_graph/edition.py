"""A build -> one edition of what is served: its files, its graphs, and processes that answer."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from itas_graph import answers, build, linked_data, reconciliation, snapshot
from itas_graph.answers import GRAPH_FORMATS
from itas_graph.guard import Limits, Task
from itas_graph.pool import Pool

if TYPE_CHECKING:
    from itas_graph.linked_data import Row
    from itas_graph.reconciliation import Names
    from itas_graph.snapshot import Snapshot

_GRAPHS = "SELECT DISTINCT ?graph { GRAPH ?graph {} }"
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
# How long requests may still take from an edition that another one has followed.
_DRAIN = 60


@dataclass(frozen=True)
class Page:
    """The page of a build: its text, the same compressed, and its content security policy."""

    text: bytes
    compressed: bytes
    policy: str


class Edition:
    """One build as it is served, from its start until nobody reads it any more."""

    def __init__(self, taken: Snapshot, limits: Limits, workers: int, waiting: int) -> None:
        self._taken = taken
        self.manifest = taken.manifest
        self.digest: str = taken.manifest["digest"]
        self.base: str = taken.manifest["base"]
        self.statements: int = taken.manifest["statements"]
        self.graphs: frozenset[str] = frozenset()
        self.page = Page(b"", b"", "")
        self.pool = Pool(taken.opener, limits, workers, waiting)
        self._names: asyncio.Task[Names] | None = None
        self._readers = 0
        self._unread = asyncio.Event()
        self._unread.set()

    async def start(self) -> None:
        """Start the processes and read what is kept at hand.

        Raises:
            EngineError: the build cannot be read.
        """
        await self.pool.start()
        self.page = await asyncio.to_thread(_page, self._taken.folder / build.PAGE)
        found = await self.rows(_GRAPHS)
        self.graphs = frozenset(getattr(row[0], "value", "") for row in found)

    async def answer(self, task: Task, output: IO[bytes]) -> str:
        """Write the whole answer to `output`; as `Pool.answer`."""
        return await self.pool.answer(task, output)

    async def rows(self, query: str) -> list[Row]:
        """Answer a SELECT query of ours."""
        output = io.BytesIO()
        await self.pool.answer(Task(query, "json", None), output)
        answer = answers.of_results(answers.parsed(output.getvalue(), "json"))
        return linked_data.iterate(answer.rows)

    async def truth(self, query: str) -> bool:
        """Answer an ASK query of ours."""
        output = io.BytesIO()
        await self.pool.answer(Task(query, "json", None), output)
        return bool(answers.of_results(answers.parsed(output.getvalue(), "json")).truth)

    async def graph(self, query: str, name: str) -> bytes:
        """Answer a CONSTRUCT query of ours in a format of GRAPH_FORMATS."""
        output = io.BytesIO()
        await self.pool.answer(Task(query, None, name if name in GRAPH_FORMATS else "ttl"), output)
        return output.getvalue()

    async def names(self) -> Names:
        """Return all names, which are gathered when they are asked for first, beside all else."""
        if self._names is None or (self._names.done() and self._names.exception()):
            work = asyncio.to_thread(reconciliation.gather, self.file("itas.nq"), self.base)
            self._names = asyncio.ensure_future(work)
        # Whoever waits may leave; the others still wait for the same.
        return await asyncio.shield(self._names)

    def file(self, name: str) -> Path:
        """Return where a file of the build lies."""
        return self._taken.folder / name

    def enter(self) -> None:
        """Count a reader more."""
        self._readers += 1
        self._unread.clear()

    def leave(self) -> None:
        """Count a reader less."""
        self._readers -= 1
        if not self._readers:
            self._unread.set()

    async def retire(self, patience: float = _DRAIN) -> None:
        """Wait until nobody reads, at most `patience` seconds, then end and remove everything."""
        try:
            async with asyncio.timeout(patience):
                await self._unread.wait()
        except TimeoutError:
            pass
        finally:
            await asyncio.shield(self._close())

    async def _close(self) -> None:
        if self._names is not None:
            await asyncio.wait([self._names])
        await self.pool.close()
        await asyncio.to_thread(self._taken.remove)


async def publish(folder: Path, limits: Limits, workers: int, waiting: int) -> Edition:
    """Return the build in `folder` as an edition that has started.

    Raises:
        UsageError: there is no build in `folder`.
        EngineError: it cannot be read.
    """
    taken = await asyncio.to_thread(snapshot.take, folder)
    edition = Edition(taken, limits, workers, waiting)
    try:
        await edition.start()
    except BaseException:
        await asyncio.shield(edition.retire(0))
        raise
    return edition


def _page(path: Path) -> Page:
    text = path.read_bytes()
    # The same policy in a header also holds for what stands before it in the text.
    found = _POLICY.search(text[:4096].decode("utf-8", "replace"))
    policy = found[1].replace("&#39;", "'") if found else "default-src 'none'"
    return Page(
        text, gzip.compress(text, 6, mtime=0), policy.rstrip("; ") + "; frame-ancestors 'none'"
    )
