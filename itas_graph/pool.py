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
_PRELOADED = [
    "itas_graph.guard",
    "itas_graph.store",
    "itas_graph.cli",
    "rdflib.plugins.sparql.parser",
]
_WARM = Task("ASK {}", "json", None)


class _Desk:
    """A worker, what it has sent, and who waits for it."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.messages: deque[bytes] = deque()
        self.waiting: asyncio.Future[None] | None = None
        self.gone = False
        #: It works on a question that others were let pass.
        self.passed = False
        self.late = False

    def take_in(self) -> None:
        """Read what the worker sends."""
        try:
            self.messages.append(self.worker.connection.recv_bytes())
        except (EOFError, OSError):
            self.gone = True
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    async def message(self, loop: asyncio.AbstractEventLoop) -> bytes:
        """Return the next message; raise EOFError if none will come."""
        while not self.messages:
            if self.gone:
                raise EOFError
            self.waiting = loop.create_future()
            if _CAN_WATCH:
                await self.waiting
            else:
                await asyncio.to_thread(self.take_in)
        return self.messages.popleft()


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
        self._loop: asyncio.AbstractEventLoop
        self._idle: deque[_Desk] = deque()
        self._all: set[_Desk] = set()
        self._long = 0
        self._queue: deque[asyncio.Future[_Desk]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the processes and wait until each has the store open.

        Raises:
            EngineError: the store cannot be read.
        """
        self._loop = asyncio.get_running_loop()
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
        desk = self._idle.popleft() if self._idle else await self._turn()
        slow = self._loop.call_later(min(LONG, self.limits.seconds), self._let_pass, desk)
        deadline = self._loop.call_later(self.limits.seconds, self._too_late, desk)
        whole = False
        try:
            name = await self._exchange(desk, task, output)
            whole = True
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
            deadline.cancel()
            self._give_back(desk, whole=whole)
        return name

    async def close(self) -> None:
        """End all processes; whoever still waits is told that the house is full."""
        self._closed = True
        for turn in self._queue:
            if not turn.done():
                turn.set_exception(_busy())
        for desk in list(self._all):
            self._end(desk)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self._all) - len(self._idle)

    async def _turn(self) -> _Desk:
        if len(self._queue) >= self.waiting or self._closed:
            raise _busy()
        turn: asyncio.Future[_Desk] = self._loop.create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await turn
        except TimeoutError:
            raise _busy() from None
        finally:
            with contextlib.suppress(ValueError):
                self._queue.remove(turn)

    async def _exchange(self, desk: _Desk, task: Task, output: IO[bytes]) -> str:
        chosen = ""
        last = False
        try:
            desk.worker.send(task, self.limits)
            while not last:
                name, text, last = guard.opened(await desk.message(self._loop))
                chosen = name or chosen
                output.write(text)
        except EOFError:
            if desk.late:
                raise guard.too_slow(self.limits) from None
            raise desk.worker.ended(self.limits) from None
        return chosen

    def _give_back(self, desk: _Desk, *, whole: bool) -> None:
        if desk.passed:
            self._long -= 1
            self._end(desk)
        elif whole and not desk.gone and not self._closed:
            self._offer(desk)
        else:
            self._replace(desk)

    def _offer(self, desk: _Desk) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(desk)
                return
        self._idle.append(desk)

    def _let_pass(self, desk: _Desk) -> None:
        """Let quick questions pass a long one, if there is room beside."""
        if self._long >= self.workers or self._closed:
            return
        desk.passed = True
        self._long += 1
        pid = desk.worker.process.pid
        if hasattr(os, "setpriority") and pid:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, pid, _NICE)
        self._later(self._add())

    def _too_late(self, desk: _Desk) -> None:
        desk.late = True
        desk.worker.process.kill()

    def _replace(self, desk: _Desk) -> None:
        self._end(desk)
        if not self._closed:
            self._later(self._add())

    def _end(self, desk: _Desk) -> None:
        self._all.discard(desk)
        if _CAN_WATCH and not desk.worker.connection.closed:
            self._loop.remove_reader(desk.worker.connection.fileno())
        desk.worker.process.kill()
        # The system takes a while to free what a large process had.
        self._later(asyncio.to_thread(desk.worker.kill))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _add(self) -> None:
        worker = await asyncio.to_thread(Worker, self._opener, self.limits, self._context)
        desk = _Desk(worker)
        self._all.add(desk)
        try:
            await asyncio.to_thread(lambda: list(worker.answer(_WARM, Limits(seconds=60))))
        except BaseException:
            self._end(desk)
            raise
        if self._closed:
            self._end(desk)
            return
        if _CAN_WATCH:
            self._loop.add_reader(worker.connection.fileno(), self._hear, desk)
            # uvloop makes it non-blocking, but a long message does not come in one go.
            os.set_blocking(worker.connection.fileno(), True)
        self._offer(desk)

    def _hear(self, desk: _Desk) -> None:
        """Take in what a worker sends; one that ends while it has nothing to do is replaced."""
        desk.take_in()
        if desk.gone:
            self._loop.remove_reader(desk.worker.connection.fileno())
            if desk in self._idle:
                self._idle.remove(desk)
                self._replace(desk)

    def _count(self, why: str) -> None:
        self.ended[why] = self.ended.get(why, 0) + 1


_CAN_WATCH = sys.platform != "win32"


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
