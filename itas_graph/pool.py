"""Many questions at once -> a few warm processes that answer them, each under the guard's limits.

Nobody waits behind a question that takes its time: who stood in line there goes elsewhere. One that
takes long leaves the lane of the quick ones for good: it gets lower priority from the system, and a
fresh process takes its place, as long as there are not too many of them.
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

#: Seconds after which nobody waits behind a question, and after which it counts as long.
PATIENCE, LONG = 0.02, 0.1
_NICE = 10
#: Seconds until a process that could not be started is tried again.
_AGAIN = 0.5
#: How many questions a process may have, with the one it works on.
_LINE = 4
_SHORT = 1 << 14
_PRELOADED = [
    "itas_graph.guard",
    "itas_graph.store",
    "itas_graph.cli",
    "rdflib.plugins.sparql.parser",
]
_WARM = Task("ASK {}", "json", None)


class _Job:
    """A task, where its answer goes, and the future that its end settles."""

    def __init__(self, task: Task, output: IO[bytes], done: asyncio.Future[str]) -> None:
        self.text = task.to_bytes()
        self.output = output
        self.done = done
        self.form = ""
        self.began = False
        self.timer: asyncio.TimerHandle | None = None

    @property
    def is_wanted(self) -> bool:
        """Say whether somebody waits for the answer."""
        return not self.done.done()

    def stop_timer(self) -> None:
        """Wait in line no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def take(self, message: bytes) -> bool:
        """Take a message of the worker; say whether it was the last."""
        try:
            name, text, last = guard.opened(message)
            if self.is_wanted:
                self.output.write(text)
        except (ItasError, OSError) as error:
            self.fail(error)
            return True
        self.form = name or self.form
        if last and self.is_wanted:
            self.done.set_result(self.form)
        return last

    def fail(self, error: Exception) -> None:
        """Settle the future with an error."""
        if self.is_wanted:
            self.done.set_exception(error)


class _Moved:
    """What stands in the place of a job that another worker does; its answer is thrown away."""

    began = False
    is_wanted = False

    def take(self, message: bytes) -> bool:
        """Take a message of the worker; say whether it was the last."""
        try:
            return guard.opened(message)[2]
        except ItasError:
            return True

    def fail(self, error: Exception) -> None:
        """Leave it to the other worker."""


class _Desk:
    """A worker and the jobs it has been given; it is at the first of them."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.jobs: deque[_Job | _Moved] = deque()
        self.timer: asyncio.TimerHandle | None = None
        #: It has a long question, or is no more: it gets no new one and ends with this.
        self.closed = False
        #: It has a place among the long ones.
        self.passed = False
        self.late = False

    def stop_timer(self) -> None:
        """Measure no more."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class Pool:
    """`workers` processes for quick questions, as many for long ones, a queue of `waiting`.

    Each process may have a few questions waiting in line. If the one it is at takes its time, those
    behind it go to others: a question only reads, so it may be answered twice.
    """

    def __init__(self, opener: Opener, limits: Limits, workers: int = 4, waiting: int = 64) -> None:
        self.limits = limits
        self.workers = workers
        self.waiting = waiting
        #: How many queries have been ended, by limit ("time", "memory", "size") or "left".
        self.ended: dict[str, int] = {}
        self._opener = opener
        self._context = _context()
        self._loop: asyncio.AbstractEventLoop
        self._desks: set[_Desk] = set()
        self._open: list[_Desk] = []
        self._long = 0
        #: How many processes are being started.
        self._filling = 0
        self._queue: deque[_Job] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def start(self) -> None:
        """Start the processes and wait until each has the store open.

        Raises:
            EngineError: the store cannot be read.
        """
        self._loop = asyncio.get_running_loop()
        self._filling = self.workers
        try:
            await asyncio.gather(*(self._add() for _ in range(self.workers)))
        except BaseException:
            await self.close()
            raise

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
        job = _Job(task, output, self._loop.create_future())
        if not self._assign(job):
            if len(self._queue) >= self.waiting or self._closed:
                raise _busy()
            self._line_up(job, first=False)
        try:
            return await job.done
        except asyncio.CancelledError:
            self._count("left")
            self._abandon(job)
            raise
        except LimitError as error:
            self._count(error.limit)
            raise
        finally:
            # An error holds this frame, the frame the job, the job the error: all of them, and a
            # long query with them, would stay until the garbage collector comes by.
            del job

    async def close(self) -> None:
        """End all processes; whoever still waits is told that the house is full."""
        self._closed = True
        for job in self._queue:
            job.fail(_busy())
        self._queue.clear()
        for desk in list(self._desks):
            for begun in desk.jobs:
                begun.fail(_busy())
            self._end(desk)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return sum(1 for desk in self._desks if desk.jobs)

    def _line_up(self, job: _Job, *, first: bool) -> None:
        if first:
            self._queue.appendleft(job)
        else:
            self._queue.append(job)
        job.timer = self._loop.call_later(self.limits.seconds, self._give_up, job)

    def _give_up(self, job: _Job) -> None:
        if job in self._queue:
            self._queue.remove(job)
            job.fail(_busy())

    def _assign(self, job: _Job) -> bool:
        """Give a job to the worker that has least to do; say whether one has room."""
        if not self._open:
            return False
        desk = min(self._open, key=_load)
        # A long text could fill the way to a worker that is not reading just now.
        if len(desk.jobs) >= (_LINE if len(job.text) < _SHORT else 1):
            return False
        job.stop_timer()
        desk.jobs.append(job)
        try:
            desk.worker.channel.send(job.text)
        except OSError:
            self._lost(desk)
            return True
        if len(desk.jobs) == 1:
            self._begin(desk)
        return True

    def _begin(self, desk: _Desk) -> None:
        desk.jobs[0].began = True
        desk.timer = self._loop.call_later(
            min(PATIENCE, self.limits.seconds), self._step_aside, desk
        )

    def _hear(self, desk: _Desk) -> None:
        """Take in what a worker sends."""
        channel = desk.worker.channel
        try:
            channel.fill()
        except (EOFError, OSError):
            self._lost(desk)
            return
        while (message := channel.whole()) is not None and desk.jobs:
            if desk.jobs[0].take(message):
                self._next(desk)

    def _next(self, desk: _Desk) -> None:
        """Go on after the first job of a worker has ended."""
        desk.jobs.popleft()
        desk.stop_timer()
        if desk.closed:
            self._hand_over(desk)
            self._replace(desk)
        elif desk.jobs:
            self._begin(desk)
        if not desk.closed and desk not in self._open:
            self._open.append(desk)
        self._serve_line()

    def _serve_line(self) -> None:
        while self._queue:
            job = self._queue.popleft()
            if job.is_wanted and not self._assign(job):
                self._queue.appendleft(job)
                return

    def _step_aside(self, desk: _Desk) -> None:
        """Give those behind a question that takes its time to others."""
        rest = min(LONG, self.limits.seconds) - PATIENCE
        desk.timer = self._loop.call_later(max(rest, 0), self._let_pass, desk)
        self._open.remove(desk)
        moved = len(desk.jobs) - 1
        self._hand_over(desk, keep=1)
        desk.jobs.extend(_Moved() for _ in range(moved))

    def _let_pass(self, desk: _Desk) -> None:
        """Give a long question a place aside if there is one."""
        desk.timer = self._loop.call_later(max(self.limits.seconds - LONG, 0), self._too_late, desk)
        self._close_desk(desk)
        if not desk.jobs[0].is_wanted:
            desk.worker.stop()
        elif self._long < self.workers and not self._closed:
            desk.passed = True
            self._long += 1
            pid = desk.worker.process.pid
            if hasattr(os, "setpriority") and pid:
                with contextlib.suppress(OSError):
                    own = os.getpriority(os.PRIO_PROCESS, 0)
                    os.setpriority(os.PRIO_PROCESS, pid, own + _NICE)
            self._keep_full()

    def _hand_over(self, desk: _Desk, keep: int = 0) -> None:
        """Put the jobs that a worker has not begun at the head of the line."""
        while len(desk.jobs) > keep:
            if isinstance(job := desk.jobs.pop(), _Job):
                self._line_up(job, first=True)
        self._serve_line()

    def _too_late(self, desk: _Desk) -> None:
        desk.late = True
        desk.worker.stop()

    def _lost(self, desk: _Desk) -> None:
        """Go on after a worker has ended by itself, or was ended at its deadline."""
        if desk not in self._desks:
            return
        self._loop.remove_reader(desk.worker.channel.stream)
        self._close_desk(desk)
        if desk.jobs and desk.jobs[0].began:
            error = guard.too_slow if desk.late else desk.worker.ended
            desk.jobs.popleft().fail(error(self.limits))
        self._replace(desk)
        self._hand_over(desk)

    def _abandon(self, job: _Job) -> None:
        """End the work on a job for which nobody waits."""
        if job in self._queue:
            self._queue.remove(job)
        for desk in self._desks:
            if desk.jobs and desk.jobs[0] is job:
                desk.worker.stop()

    def _close_desk(self, desk: _Desk) -> None:
        desk.closed = True
        if desk in self._open:
            self._open.remove(desk)

    def _replace(self, desk: _Desk) -> None:
        passed, desk.passed = desk.passed, False
        self._end(desk)
        if passed:
            self._long -= 1
        self._keep_full()

    def _end(self, desk: _Desk) -> None:
        self._close_desk(desk)
        desk.stop_timer()
        self._desks.discard(desk)
        if desk.worker.channel.stream.fileno() >= 0:
            self._loop.remove_reader(desk.worker.channel.stream)
        desk.worker.stop()
        # The system takes a while to free what a large process had.
        self._later(asyncio.to_thread(desk.worker.kill))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _keep_full(self) -> None:
        """Begin to add what is missing: as many as are wanted, beside those at long questions.

        It counts instead of adding one for one: whatever costs a process, the next look finds it.
        """
        aside = sum(desk.passed for desk in self._desks)
        missing = self.workers + aside - len(self._desks) - self._filling
        for _ in range(0 if self._closed else missing):
            self._filling += 1
            self._later(self._fill_up())

    async def _fill_up(self) -> None:
        """Add a process; if the system has none to give just now, try again until it has."""
        while not self._closed:
            try:
                await self._add()
            except Exception:  # noqa: BLE001 - whatever it is, it must not cost a process for good
                await asyncio.sleep(_AGAIN)
            else:
                return

    async def _add(self) -> None:
        worker = await asyncio.to_thread(Worker, self._opener, self.limits, self._context)
        desk = _Desk(worker)
        self._desks.add(desk)
        self._filling -= 1
        try:
            await asyncio.to_thread(lambda: list(worker.answer(_WARM, Limits(seconds=60))))
        except BaseException:
            self._end(desk)
            self._filling += 1
            raise
        if self._closed:
            self._end(desk)
            return
        stream = worker.channel.stream
        stream.settimeout(None)
        self._loop.add_reader(stream, self._hear, desk)
        # uvloop makes it non-blocking, but what is sent to it must all go.
        stream.setblocking(True)
        self._open.append(desk)
        self._serve_line()

    def _count(self, why: str) -> None:
        self.ended[why] = self.ended.get(why, 0) + 1


def _load(desk: _Desk) -> int:
    return len(desk.jobs)


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
