"""A question, a deadline and a memory limit -> an answer or a clear refusal; never a hang.

Every query runs in a process of its own, which is killed when it goes over a limit, when the user
presses Ctrl-C and when nobody takes the answer any more. On Linux the operating system itself keeps
that process from taking more memory than it may and from opening any connection.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol, cast

import pyoxigraph as ox

from itas_graph import answers, confinement, errors
from itas_graph.answers import GRAPH_FORMATS, TABLE_FORMATS, Answer, Results
from itas_graph.errors import EngineError, ItasError, LimitError, Message, QueryError

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess


MEGABYTE = 1 << 20
_PIECE = 1 << 16
_LOOK = 0.2
_SYSTEM_LIMITS_MEMORY = sys.platform == "linux"
_OUT_OF_MEMORY = (-6, -9)  # SIGABRT from the engine's allocator, SIGKILL from the system
_OUT_OF_STACK = (-11, 0xC00000FD)  # SIGSEGV; on Windows STATUS_STACK_OVERFLOW
# Whenever one process is started, multiprocessing looks after all others: one thread at a time may.
# Again and again, as the end of a worker may come while another one is started, and in its copy.
_PROCESSES = threading.RLock()
# What a worker sends begins with one of these: a whole answer; one that goes on, some more of it,
# its end; an error.
_WHOLE, _BEGIN, _MORE, _END, _ERROR = b"w", b"b", b"m", b"e", b"x"


@dataclass(frozen=True)
class Limits:
    """What one query may take: seconds until its whole answer is there, bytes of memory and answer.

    `memory` is what the process that answers may take, some 60 MB of which are the engine's own.
    """

    seconds: float = 30
    memory: int = 1024 * MEGABYTE
    size: int | None = None


@dataclass(frozen=True)
class Task:
    """A query, and the names of the formats its answer may have.

    `tables` is of TABLE_FORMATS, for SELECT and ASK, `graphs` of GRAPH_FORMATS, for CONSTRUCT and
    DESCRIBE; None says that such an answer is not taken. `default_graphs` and `named_graphs` are
    IRIs as in the SPARQL Protocol; `base` is what relative IRIs begin with, if the query has no
    BASE.
    """

    query: str
    tables: str | None
    graphs: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str | None = None

    def to_bytes(self) -> bytes:
        """Return the task as it goes to a worker."""
        forms, graphs = (self.tables, self.graphs), (self.default_graphs, self.named_graphs)
        return json.dumps((self.query, *forms, *graphs, self.base)).encode()

    @classmethod
    def from_bytes(cls, text: bytes) -> Task:
        """Return the task that a worker was sent."""
        query, tables, graphs, default_graphs, named_graphs, base = json.loads(text)
        return cls(query, tables, graphs, tuple(default_graphs), tuple(named_graphs), base)


class Answering(Protocol):
    """An embedded store, as far as a worker needs it."""

    def run(
        self,
        query: str,
        default_graphs: tuple[str, ...],
        named_graphs: tuple[str, ...],
        base: str | None,
    ) -> Results:
        """Begin to answer a query; the engine goes on while the results are taken."""


Opener = Callable[[], Answering]


class Channel:
    """Whole messages over a stream socket: the length of one in four bytes, then the message."""

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream
        self._held = bytearray()

    def send(self, message: bytes) -> None:
        """Send a message; raise OSError if nobody is there any more."""
        self.stream.sendall(len(message).to_bytes(4, "big") + message)

    def receive(self, seconds: float | None = None) -> bytes:
        """Return the next message.

        Raises:
            TimeoutError: it did not come in so many seconds.
            EOFError: none will come.
        """
        if seconds != self.stream.gettimeout():
            self.stream.settimeout(seconds)
        while (message := self.whole()) is None:
            self.fill()
        return message

    def fill(self) -> None:
        """Read what has come; raise EOFError if nothing more will."""
        try:
            more = self.stream.recv(_PIECE)
        except ConnectionError:
            more = b""
        if not more:
            raise EOFError
        self._held += more

    def whole(self) -> bytes | None:
        """Return the next message if all of it has come."""
        end = 4 + int.from_bytes(self._held[:4], "big")
        if len(self._held) < max(end, 4):
            return None
        message = bytes(self._held[4:end])
        del self._held[:end]
        return message


class Guarded:
    """An endpoint whose queries run in processes of their own, under limits.

    `opener` opens the store there. It is called once per process; where processes are not forked
    (Windows, macOS, a program with threads) it must be picklable.

    >>> from functools import partial
    >>> from itas_graph import store
    >>> guarded = Guarded(partial(store.of_quads, []), Limits(seconds=20))
    >>> guarded.ask("ASK {}").truth
    True
    >>> guarded.ask("ASK { SERVICE <http://example.org/> {} }")
    Traceback (most recent call last):
        ...
    itas_graph.errors.ForbiddenError: SERVICE http://example.org/ would ask another server. ...
    """

    def __init__(self, opener: Opener, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._opener = opener
        self._idle: list[Worker] = []
        weakref.finalize(self, _kill_all, self._idle)

    def ask(self, query: str) -> Answer:
        """Answer a SELECT, ASK, CONSTRUCT or DESCRIBE query.

        Raises:
            QueryError: the query does not parse; as ForbiddenError: it would reach outside.
            LimitError: it went over a limit; while rows are taken, this may come late.
            EngineError: the store cannot be read.
        """
        pieces = self._pieces(Task(query, "json", "nt"))
        name = next(pieces).decode()
        return answers.of_results(answers.parsed(cast("IO[bytes]", _Pieces(pieces)), name))

    def serialised(self, query: str, name: str) -> Iterator[bytes]:
        """Answer a query in a format, as the engine itself writes it, in pieces.

        Raises:
            QueryError: the query does not parse, or its kind of answer has no such format.
            LimitError: it went over a limit.
            EngineError: the store cannot be read.
        """
        task = Task(
            query, name if name in TABLE_FORMATS else None, name if name in GRAPH_FORMATS else None
        )
        pieces = self._pieces(task)
        next(pieces)
        return pieces

    def _pieces(self, task: Task) -> Iterator[bytes]:
        """Yield the name of the format, then the answer."""
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive():
                break
        else:
            worker = Worker(self._opener, self.limits, _context())
        done = False
        try:
            yield from worker.answer(task, self.limits)
            done = True
        except (QueryError, EngineError) as error:
            done = worker.is_alive() and not isinstance(error, LimitError)
            raise
        finally:
            # An answer that nobody takes any more, and one that broke a limit, end the process.
            if done:
                self._idle.append(worker)
            else:
                worker.kill()


class Worker:
    """One process with the store open; it answers one task at a time."""

    def __init__(self, opener: Opener, limits: Limits, context: BaseContext) -> None:
        own, theirs = socket.socketpair()
        self.channel = Channel(own)
        make = context.Process  # type: ignore[attr-defined]  # each context has it
        self.process: BaseProcess = make(
            target=_work, args=(theirs, opener, limits.memory, limits.size), daemon=True
        )
        self._over = False
        self._owner = os.getpid()
        with _PROCESSES:
            self.process.start()
        theirs.close()

    def answer(self, task: Task, limits: Limits) -> Iterator[bytes]:
        """Yield the name of the answer's format, then the answer in pieces.

        Raises:
            QueryError, LimitError, EngineError: as `Guarded.ask`.
        """
        until = time.monotonic() + limits.seconds
        try:
            self.channel.send(task.to_bytes())
        except OSError:
            raise self.ended(limits) from None
        last = False
        while not last:
            name, piece, last = opened(self._received(until, limits))
            if name is not None:
                yield name.encode()
            if piece:
                yield piece

    def _received(self, until: float, limits: Limits) -> bytes:
        while True:
            try:
                return self.channel.receive(min(max(until - time.monotonic(), 0.001), _LOOK))
            except TimeoutError:
                if time.monotonic() >= until:
                    self.kill()
                    raise too_slow(limits) from None
                if self.is_too_big(limits):
                    self.kill()
                    raise too_big(limits) from None
            except EOFError:
                raise self.ended(limits) from None

    def is_too_big(self, limits: Limits) -> bool:
        """Say whether the process takes more memory than it may; on Linux the system sees to it."""
        if _SYSTEM_LIMITS_MEMORY:
            return False
        import psutil

        try:
            taken: int = psutil.Process(self.process.pid).memory_info().rss
        except psutil.Error:
            return False
        return taken > limits.memory

    def ended(self, limits: Limits) -> EngineError:
        """Return why the process is no more, as an error."""
        code = self._code(5)
        self.kill()
        if code in _OUT_OF_MEMORY:
            return too_big(limits)
        if code in _OUT_OF_STACK:
            return too_wide()
        return EngineError(
            Message(
                "Die Abfrage hat den Prozess zum Absturz gebracht, der sie beantwortete "
                f"(Code {code}). Vereinfachen Sie sie.",
                f"The query crashed the process that was answering it (code {code}). Simplify it.",
            )
        )

    def is_alive(self) -> bool:
        """Say whether the process can take a task."""
        if self._over:
            return False
        with _PROCESSES:
            return self.process.is_alive()

    def stop(self) -> None:
        """End the process, whatever it does, without waiting for it."""
        with contextlib.suppress(ValueError):  # it is over and done with
            self.process.kill()

    def kill(self) -> None:
        """End the process at once, whatever it does, and leave nothing of it."""
        if os.getpid() != self._owner:
            return  # A worker that was forked later has a copy of this, and no say in it.
        self._over = True
        self.stop()
        with contextlib.suppress(ValueError):
            self._code(None)
            with _PROCESSES:
                self.process.close()
        self.channel.stream.close()

    def _code(self, seconds: float | None) -> int | None:
        """Return the exit code of the process, if it ends within so many seconds."""
        if not multiprocessing.connection.wait([self.process.sentinel], seconds):
            return None
        with _PROCESSES:
            self.process.join()
            return self.process.exitcode


def opened(message: bytes) -> tuple[str | None, bytes, bool]:
    """Return what a worker sent: the name of the format if this begins the answer, text, the end?

    Raises:
        ItasError: the worker sent an error.
    """
    kind, text = message[:1], message[1:]
    if kind == _ERROR:
        said = json.loads(text)
        made = getattr(errors, said["kind"])
        raise made(Message(said["de"], said["en"]), *said["more"])
    name = None
    if kind in (_WHOLE, _BEGIN):
        first, _, text = text.partition(b"\0")
        name = first.decode()
    return name, text, kind in (_WHOLE, _END)


def too_slow(limits: Limits) -> LimitError:
    """Return the error of a query that was ended at its deadline."""
    return LimitError(
        Message(
            f"Die Abfrage wurde nach {limits.seconds:g} s beendet. Fragen Sie nach weniger "
            "(LIMIT, engere Muster, keine unverbundenen Muster) oder geben Sie mehr Zeit.",
            f"The query was ended after {limits.seconds:g} s. Ask for less (LIMIT, narrower "
            "patterns, no unconnected patterns) or give it more time.",
        ),
        "time",
    )


def too_big(limits: Limits) -> LimitError:
    """Return the error of a query that was ended for its memory."""
    megabytes = limits.memory // MEGABYTE
    return LimitError(
        Message(
            f"Die Abfrage wurde beendet: Sie brauchte mehr als {megabytes} MB Speicher. Fragen Sie "
            "nach weniger (LIMIT, kein ORDER BY oder DISTINCT über sehr viele Zeilen).",
            f"The query was ended: it took more than {megabytes} MB of memory. Ask for less "
            "(LIMIT, no ORDER BY or DISTINCT over very many rows).",
        ),
        "memory",
    )


def too_wide() -> LimitError:
    """Return the error of a query whose parts are more than the engine can hold at a time."""
    return LimitError(
        Message(
            "Die Abfrage hat mehr Teile, als sich auf einmal verarbeiten lassen (Tausende, die mit "
            "UNION, ||, / oder dergleichen aneinanderhängen). Nehmen Sie VALUES oder IN, oder "
            "teilen Sie sie auf.",
            "The query has more parts than the engine can hold at a time (thousands, joined by "
            "UNION, ||, / or the like). Use VALUES or IN, or split it up.",
        ),
        "memory",
    )


def too_long(size: int) -> LimitError:
    """Return the error of a query whose answer is longer than it may be."""
    return LimitError(
        Message(
            f"Die Antwort ist länger als {size:,} Bytes. Fragen Sie mit LIMIT und OFFSET nach "
            "Teilen.".replace(",", "."),
            f"The answer is longer than {size:,} bytes. Ask for parts with LIMIT and OFFSET.",
        ),
        "size",
    )


def _work(stream: socket.socket, opener: Opener, memory: int, size: int | None) -> None:
    """Answer tasks, one after another, until nobody asks any more; the body of a worker."""
    confinement.confine(memory)
    channel = Channel(stream)
    store: Answering | ItasError
    try:
        store = opener()
    except ItasError as error:
        store = error
    while True:
        try:
            task = Task.from_bytes(channel.receive())
            if isinstance(store, ItasError):
                raise store
            _answer(store, task, channel, size)
        except ItasError as error:
            _send_error(channel, error)
        except MemoryError:
            os.kill(os.getpid(), signal.SIGABRT)  # as the engine itself does
        except (EOFError, BrokenPipeError):
            return


def _answer(store: Answering, task: Task, channel: Channel, size: int | None) -> None:
    results = store.run(task.query, task.default_graphs, task.named_graphs, task.base)
    is_table = isinstance(results, ox.QuerySolutions | ox.QueryBoolean)
    name = task.tables if is_table else task.graphs
    if name is None:
        raise answers.no_such_format(
            task.graphs or task.tables or "", TABLE_FORMATS if is_table else GRAPH_FORMATS
        )
    output = _Output(channel, name, size)
    answers.write(results, cast("IO[bytes]", output), name)
    output.finish()


class _Output:
    """A file to write an answer into; it sends what is written, in pieces."""

    def __init__(self, channel: Channel, name: str, size: int | None) -> None:
        self._channel = channel
        self._name = name.encode()
        self._size = size
        self._written = 0
        self._begun = False
        self._waiting = bytearray()

    def write(self, text: bytes) -> int:
        """Take text; send it when there is enough."""
        self._waiting += text
        self._written += len(text)
        if self._size is not None and self._written > self._size:
            raise too_long(self._size)
        if len(self._waiting) >= _PIECE:
            self._send(_MORE if self._begun else _BEGIN)
        return len(text)

    def flush(self) -> None:
        """Wait for more."""

    def finish(self) -> None:
        """Send the rest and say that this is all."""
        self._send(_END if self._begun else _WHOLE)

    def _send(self, kind: bytes) -> None:
        head = kind if self._begun else kind + self._name + b"\0"
        self._channel.send(head + self._waiting)
        self._begun = True
        self._waiting.clear()


class _Pieces:
    """A file to read an answer from that comes in pieces."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        if not self._left:
            self._left = next(self._pieces, b"")
        text, self._left = self._left[:size], self._left[size:]
        return text


def _send_error(channel: Channel, error: ItasError) -> None:
    more: list[object] = []
    if isinstance(error, QueryError):
        more = [error.line, error.column]
    elif isinstance(error, LimitError):
        more = [error.limit]
    said = {
        "kind": type(error).__name__,
        "de": error.message.de,
        "en": error.message.en,
        "more": more,
    }
    with contextlib.suppress(OSError):
        channel.send(_ERROR + json.dumps(said).encode())


def _context() -> BaseContext:
    """Return how processes are made: by fork where that is safe, as it takes a millisecond."""
    alone = threading.active_count() == 1
    return multiprocessing.get_context("fork" if sys.platform == "linux" and alone else "spawn")


def _kill_all(workers: list[Worker]) -> None:
    while workers:
        workers.pop().kill()
