"""Requests that were served -> a log and figures, neither of which says who asked what."""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import logging.handlers
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
)
from prometheus_client import generate_latest as _generate_latest

from itas_graph.errors import Message, UsageError

METRICS_TYPE = CONTENT_TYPE_LATEST
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)


@dataclass
class Served:
    """What is kept of one request: nothing that tells who asked, or what."""

    route: str = "other"
    method: str = ""
    status: int = 0
    size: int = 0
    form: str = ""
    query: str = ""
    error: str = ""
    begun: float = 0

    @property
    def age(self) -> float:
        """Seconds since the request began."""
        return time.monotonic() - self.begun

    def note_query(self, text: str) -> None:
        """Keep the hash of a query, by which equal ones are known."""
        self.query = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Monitor:
    """Writes one line of JSON for each request, and counts."""

    def __init__(self, log: Path | None) -> None:
        self._log = _logger(log)
        self._waiting: list[tuple[float, Served, float]] = []
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library types it not
        self._figures = CollectorRegistry()
        self._requests = Counter(
            "itas_graph_requests",
            "Requests by route and status.",
            ["route", "status"],
            registry=self._figures,
        )
        self._seconds = Histogram(
            "itas_graph_request_duration_seconds",
            "Seconds from a request to the end of its answer.",
            ["route"],
            registry=self._figures,
            buckets=_BUCKETS,
        )
        self._ended = Counter(
            "itas_graph_queries_ended",
            "Queries that were ended: for time, memory or size, or because the client left.",
            ["reason"],
            registry=self._figures,
        )
        self._busy = Gauge(
            "itas_graph_workers_busy", "Processes that work on a query.", registry=self._figures
        )
        self._statements = Gauge(
            "itas_graph_statements", "Statements in the dataset.", registry=self._figures
        )
        self._editions = Counter(
            "itas_graph_editions", "Builds that were taken up.", registry=self._figures
        )
        for reason in ("time", "memory", "size", "left"):
            self._ended.labels(reason)
        self._counter = functools.cache(
            lambda route, status: self._requests.labels(route, str(status))
        )
        self._duration = functools.cache(self._seconds.labels)

    def begin(self, method: str) -> Served:
        """Return the notes for a request that begins now."""
        return Served(method=method, begun=time.monotonic())

    def end(self, served: Served) -> None:
        """Write down a request that has ended."""
        seconds = time.monotonic() - served.begun
        self._counter(served.route, served.status).inc()
        self._duration(served.route).observe(seconds)
        self._waiting.append((time.time(), served, seconds))

    def flush(self) -> None:
        """Write the lines of the requests that have ended since the last time."""
        if self._waiting:
            ended, self._waiting = self._waiting, []
            self._log.info("\n".join(_line(*one) for one in ended))

    def note(self, event: str, **more: object) -> None:
        """Write down what happened beside the requests."""
        self.flush()
        self._log.info(json.dumps({"time": _text(time.time()), "event": event, **more}))

    def query_ended(self, reason: str) -> None:
        """Count a query that was ended: "time", "memory", "size" or "left"."""
        self._ended.labels(reason).inc()

    def edition(self, statements: int) -> None:
        """Count a build that was taken up."""
        self._editions.inc()
        self._statements.set(statements)

    def figures(self, busy: int) -> bytes:
        """Return all figures as Prometheus reads them."""
        self._busy.set(busy)
        return _generate_latest(self._figures)


def _logger(path: Path | None) -> logging.Logger:
    """Return what writes lines to `path`, or to standard error.

    Raises:
        UsageError: the file cannot be written.
    """
    handler: logging.Handler
    if path is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        try:
            # If the file is moved away (logrotate), a new one is begun.
            handler = logging.handlers.WatchedFileHandler(path, encoding="utf-8")
        except OSError as error:
            raise UsageError(
                Message(
                    f"{path} lässt sich nicht schreiben: {error.strerror}.",
                    f"{path} cannot be written: {error.strerror}.",
                )
            ) from error
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.Logger("itas_graph.access", logging.INFO)
    logger.addHandler(handler)
    return logger


def _line(moment: float, served: Served, seconds: float) -> str:
    said: dict[str, object] = {
        "time": _text(moment),
        "method": served.method,
        "route": served.route,
        "status": served.status,
        "ms": round(seconds * 1000, 1),
        "bytes": served.size,
    }
    more = {"format": served.form, "query": served.query, "error": served.error}
    return json.dumps(said | {name: value for name, value in more.items() if value})


def _text(moment: float) -> str:
    return f"{_second(int(moment))}.{int(moment % 1 * 1000):03}Z"


@functools.lru_cache(maxsize=2)
def _second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
