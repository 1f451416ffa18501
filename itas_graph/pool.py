"""Many questions at once -> a few warm processes that answer them, each under the guard's limits.

Questions that take long leave the lane of the quick ones: they get lower priority from the system,
and a fresh process takes their place, as long as there are not too many of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import sys
from collections import deque
from typing import IO, TYPE_CHECKING

from itas_graph import guard
from itas_graph.errors import BusyError, ItasError, LimitError, Message
from itas_graph.guard import Limits, Opener, Task, Worker

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from multiprocessing.context import BaseContext

#: Seconds after which a question counts as long.
LONG = 0.1
_NICE = 10
_PARSER = "rdflib.plugins.sparql.parser"
_PRELOADED = [
    "itas_graph.guard",
    "itas_graph.store",
    "itas_graph.cli",
    "rdflib.plugins.sparql.parser",
]
_WARM = Task("ASK {}", "json", None)


class Pool:
    """`workers` processes for quick questions, as many for long ones, a queue of `waiting`."""

    def __init__(self, opener: Opener, limits: Limits, workers: int = 4, waiting: int = 64) -> None:
        self.limits = limits
        self.workers = workers
        self.waiting = waiting
        #: How many queries have been ended, by limit ("time", "memory", "size") or "left".
        self.ended: dict[str, int] = {}
        self._opener = opener
        self._context = _context()
        self._idle: deque[Worker] = deque()
        self._all: set[Worker] = set()
        self._long = 0
        self._queue: deque[asyncio.Future[Worker]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the processes and wait until each has the store open.

        Raises:
            EngineError: the store cannot be read.
        """
        await asyncio.gather(*(self._add() for _ in range(self.workers)))

    async def answer(self, task: Task, output: IO[bytes]) -> str:
        """Write the whole answer to `output` and return the name of its format.

        Cancelling this ends the process that works on it.

        Raises:
            QueryError: the text does not parse; ForbiddenError: it would reach outside;
                NotAcceptableError: its answer has no format that the task takes.
            LimitError: it went over a limit.
            BusyError: nothing is free and enough are waiting, or nothing became free in time.
            EngineError: else.
        """
        worker = await self._take()
        slow = asyncio.get_running_loop().call_later(LONG, self._let_pass, worker)
        whole = False
        try:
            async with asyncio.timeout(self.limits.seconds):
                name = await self._exchange(worker, task, output)
            whole = True
        except TimeoutError:
            self._count("time")
            raise guard.too_slow(self.limits) from None
        except asyncio.CancelledError:
            self._count("left")
            raise
        except LimitError as error:
            self._count(error.limit)
            raise
        except ItasError:
            whole = True
            raise
        finally:
            slow.cancel()
            self._give_back(worker, whole=whole)
        return name

    async def close(self) -> None:
        """End all processes; whoever still waits is told that the house is full."""
        self._closed = True
        for turn in self._queue:
            turn.set_exception(_busy())
        for worker in list(self._all):
            self._end(worker)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self._all) - len(self._idle)

    async def _take(self) -> Worker:
        while self._idle:
            worker = self._idle.popleft()
            if worker.is_alive():
                return worker
            self._replace(worker)
        if len(self._queue) >= self.waiting or self._closed:
            raise _busy()
        turn: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await turn
        except TimeoutError:
            raise _busy() from None
        finally:
            with contextlib.suppress(ValueError):
                self._queue.remove(turn)

    def _give_back(self, worker: Worker, *, whole: bool) -> None:
        if worker.passed:
            self._long -= 1
            self._end(worker)
        elif whole and not self._closed and worker.is_alive():
            self._offer(worker)
        else:
            self._replace(worker)

    def _offer(self, worker: Worker) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    def _let_pass(self, worker: Worker) -> None:
        """Let quick questions pass a long one, if there is room beside."""
        if self._long >= self.workers or self._closed:
            return
        worker.passed = True
        self._long += 1
        if hasattr(os, "setpriority") and worker.process.pid:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, worker.process.pid, _NICE)
        self._later(self._add())

    def _replace(self, worker: Worker) -> None:
        self._end(worker)
        if not self._closed:
            self._later(self._add())

    def _end(self, worker: Worker) -> None:
        self._all.discard(worker)
        worker.process.kill()
        # The system takes a while to free what a large process had.
        self._later(asyncio.to_thread(worker.kill))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _add(self) -> None:
        worker = await asyncio.to_thread(Worker, self._opener, self.limits, self._context)
        self._all.add(worker)
        try:
            await asyncio.to_thread(lambda: list(worker.answer(_WARM, Limits(seconds=60))))
        except BaseException:
            self._end(worker)
            raise
        if self._closed:
            self._end(worker)
        else:
            self._offer(worker)

    def _count(self, why: str) -> None:
        self.ended[why] = self.ended.get(why, 0) + 1

    async def _exchange(self, worker: Worker, task: Task, output: IO[bytes]) -> str:
        worker.send(task, self.limits)
        chosen = ""
        last = False
        while not last:
            try:
                name, text, last = guard.opened(await _received(worker))
            except (EOFError, ConnectionError):
                raise worker.ended(self.limits) from None
            chosen = name or chosen
            output.write(text)
        return chosen


_CAN_WATCH = sys.platform != "win32"


async def _received(worker: Worker) -> bytes:
    """Return the next message of a worker."""
    connection = worker.connection
    if not _CAN_WATCH:
        return await asyncio.to_thread(connection.recv_bytes)
    if not connection.poll(0):
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(connection.fileno(), ready.set)
        # uvloop makes it non-blocking, but a long message does not come in one go.
        os.set_blocking(connection.fileno(), True)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(connection.fileno())
    return connection.recv_bytes()


def _context() -> BaseContext:
    """Return how processes are made: from one small process that has all code loaded."""
    if sys.platform == "win32":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _busy() -> BusyError:
    return BusyError(
        Message(
            "Gerade sind zu viele Fragen in Arbeit. Versuchen Sie es in ein paar Sekunden wieder.",
            "Too many questions are at work just now. Try again in a few seconds.",
        )
    )
