"""A build -> the page, a read-only SPARQL endpoint and linked data over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import ipaddress
import logging
import mmap
import re
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn
from starlette.requests import ClientDisconnect, Request

from itas_graph import (
    build,
    clients,
    edition,
    problems,
    reconciliation,
)
from itas_graph.dataset import FORMATS
from itas_graph.edition import Edition
from itas_graph.errors import (
    ItasError,
    LimitError,
    Message,
    UsageError,
)
from itas_graph.guard import Limits
from itas_graph.monitoring import Monitor, Served
from itas_graph.routes import Routes, application

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.types import Message as Event

    from itas_graph.queries import Question

_MOST_CONNECTIONS = 1000
_LOOK = 1.0
# By how many bytes the service may grow until it gives back to the system what it does not use.
_GROWTH = 8 << 20
# How often the access log is written.
_WRITE = 0.2
_SEEN = {"/": "/", "/index.html": "/", "/sparql": "/sparql", "/ns": "/ns"}
_PORT = re.compile(r":\d*$")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")

Say = Callable[[Message], None]


@dataclass(frozen=True)
class Settings:
    """How a build is served; `address` is where others reach the service, if not where it listens.

    `origins` are the web sites whose scripts may ask ("*": all), `log` is the access log, if not
    standard error.
    """

    limits: Limits
    workers: int
    host: str = "127.0.0.1"
    port: int = 8000
    waiting: int = 64
    origins: tuple[str, ...] = ()
    log: Path | None = None
    address: str = ""


def serve(folder: Path, questions: Sequence[Question], settings: Settings, say: Say) -> None:
    """Serve the build in `folder` until SIGINT or SIGTERM; `say` is told when it listens.

    Raises:
        UsageError: there is no build, the address cannot be used, a setting is wrong.
        EngineError: the build cannot be read.
    """
    _check(settings)
    monitor = Monitor(settings.log)
    with contextlib.closing(_listener(settings.host, settings.port)) as listener:
        address = settings.address.rstrip("/") or _address(listener)
        service = Service(folder, questions, settings, monitor, address)
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        config = uvicorn.Config(
            service,
            http=clients.PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
        )
        server = uvicorn.Server(config)

        def end(*_: object) -> None:
            # Once it runs, the server itself minds the signals, and repeats them at its end.
            if not server.started:
                raise KeyboardInterrupt

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        with (
            contextlib.suppress(KeyboardInterrupt),
            asyncio.Runner(loop_factory=config.get_loop_factory()) as runner,
        ):
            runner.run(_run(service, server, listener, say))


async def _run(service: Service, server: uvicorn.Server, listener: socket.socket, say: Say) -> None:
    async with service:
        for message in _greeting(service, _address(listener), listener):
            say(message)
        await server.serve(sockets=[listener])


def _greeting(service: Service, address: str, listener: socket.socket) -> list[Message]:
    said = [
        Message(
            f"Der Dienst läuft: {address}/ (SPARQL: {address}/sparql). Beenden mit Strg+C.",
            f"The service is running: {address}/ (SPARQL: {address}/sparql). Stop with Ctrl+C.",
        )
    ]
    if not ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback:
        said.append(
            Message(
                "Achtung: Der Dienst ist von anderen Rechnern aus erreichbar, ohne Anmeldung und "
                "ohne Verschlüsselung. Stellen Sie einen Webserver mit HTTPS davor.",
                "Warning: the service can be reached from other machines, without login and "
                "without encryption. Put a web server with HTTPS in front of it.",
            )
        )
    if service.edition.manifest["profile"] != "public":
        said.append(
            Message(
                "Achtung: Dieser Build enthält auch Internes (--profile internal).",
                "Warning: this build also holds what is internal (--profile internal).",
            )
        )
    return said


class Service:
    """The ASGI application: it gives each request the edition of the moment and notes its end."""

    def __init__(
        self,
        folder: Path,
        questions: Sequence[Question],
        settings: Settings,
        monitor: Monitor,
        address: str,
    ) -> None:
        self.edition: Edition
        self._folder = folder
        self._settings = settings
        self._monitor = monitor
        self._seen: object = None
        self._names = _names(settings)
        self._tasks: set[asyncio.Task[None]] = set()
        self._routes = Routes(questions, monitor, address)
        self._app = application(self._routes, settings.origins)

    async def __aenter__(self) -> Service:
        self._seen = _stamp(self._folder)
        self.edition = await self._publish()
        # What is there now stays: it need not be looked through for what is garbage.
        gc.freeze()
        self._later(self._watch())
        self._later(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.edition.retire(0)
        self._monitor.flush()

    async def _write(self) -> None:
        while True:
            await asyncio.sleep(_WRITE)
            self._monitor.flush()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        current = self.edition
        served = self._monitor.begin(scope["method"])
        served.route = _route(scope["path"])
        scope["state"] = {"edition": current, "served": served}
        application = self._application(scope)

        async def noted(event: Event) -> None:
            if event["type"] == "http.response.start":
                served.status = event["status"]
                event["headers"] = [*event["headers"], *_SAFE]
            elif event["type"] == "http.response.body":
                served.size += len(event.get("body", b""))
            await send(event)

        current.enter()
        try:
            await application(scope, receive, noted)
        except ClientDisconnect:
            served.status = 499
        except asyncio.CancelledError:
            await self._failed(scope, receive, noted, 503, "stopped")
        except Exception as error:  # noqa: BLE001 - the last door: no traceback, no open end
            await self._failed(scope, receive, noted, 500, type(error).__name__)
        finally:
            current.leave()
            self._monitor.end(served)

    def _application(self, scope: Scope) -> ASGIApp:
        if not self._is_meant(scope):
            return _elsewhere
        # The way to the endpoint is the short one, as most requests go there.
        quick = scope["path"] == "/sparql" and scope["method"] in ("GET", "POST")
        return self._ask if quick and not self._settings.origins else self._app

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._routes.sparql(request)
        except ItasError as error:
            response = problems.refused(request, error)
        await response(scope, receive, send)

    async def _failed(
        self, scope: Scope, receive: Receive, send: Send, status: int, why: str
    ) -> None:
        served: Served = scope["state"]["served"]
        served.error = why
        if not served.status:
            await problems.problem(Request(scope), status)(scope, receive, send)

    def _is_meant(self, scope: Scope) -> bool:
        """Say whether a request calls the service by a name it has.

        A service on loopback has few. Without this, a page from anywhere could have its own name
        lead here and read what is meant for this machine alone.
        """
        if not self._names:
            return True
        named = next((value for name, value in scope["headers"] if name == b"host"), b"")
        return _PORT.sub("", named.decode("latin-1")).lower() in self._names

    async def _publish(self) -> Edition:
        settings = self._settings
        try:
            made = await edition.publish(
                self._folder, settings.limits, settings.workers, settings.waiting
            )
        except LimitError as error:
            raise UsageError(
                Message(
                    "Mit so wenig Speicher öffnet sich der Graph nicht; geben Sie mehr: --memory",
                    "The graph does not open with so little memory; give it more: --memory",
                )
            ) from error
        self._monitor.edition(made.statements)
        return made

    async def _watch(self) -> None:
        """Take up each new build; requests that have begun end with the old one."""
        refused: object = None
        size = _resident()
        while True:
            await asyncio.sleep(_LOOK)
            if _resident() > size + _GROWTH:
                _give_back()
                size = _resident()
            stamp = _stamp(self._folder)
            if stamp in (self._seen, None):
                continue
            try:
                new = await self._publish()
            except Exception as error:  # noqa: BLE001 - whatever it is, the old build still answers
                if stamp != refused:
                    self._monitor.note("build-refused", error=type(error).__name__)
                refused = stamp
                continue
            self._seen = stamp
            old, self.edition = self.edition, new
            self._monitor.note("build-taken-up", digest=new.digest)
            self._later(old.retire())

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_SAFE = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]


async def _elsewhere(scope: Scope, receive: Receive, send: Send) -> None:
    message = Message(
        "Dieser Dienst antwortet nur unter der Adresse seines Rechners. Steht ein Webserver davor, "
        "nennen Sie dessen Adresse: --public-url",
        "This service only answers at the address of its machine. If a web server stands in front "
        "of it, name that server's address: --public-url",
    )
    await problems.problem(Request(scope), 421, message)(scope, receive, send)


def _names(settings: Settings) -> frozenset[str]:
    """Return the names by which the service may be called; none if that is open."""
    try:
        is_loopback = ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        is_loopback = settings.host == "localhost"
    if not is_loopback:
        return frozenset()
    public = urlsplit(settings.address).hostname
    own = {settings.host, "localhost", "127.0.0.1", "[::1]", ""}
    return frozenset(own | ({public} if public else set()))


def _route(path: str) -> str:
    """Return the route of a path, which says nothing about what was asked."""
    if path == reconciliation.PATH or path.startswith(f"{reconciliation.PATH}/"):
        return reconciliation.PATH
    for start in ("/id/", "/concept/"):
        if path.startswith(start):
            return start + "{path}"
    name = path[1:]
    if name in FORMATS or path in ("/health", "/metrics"):
        return path
    return _SEEN.get(path, "other")


def _stamp(folder: Path) -> object:
    """Return what changes when another build takes its place; None while there is none."""
    try:
        found = (folder / build.MANIFEST).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def _resident() -> int:
    """Return how many bytes of this process are in memory; 0 where that is not known."""
    if sys.platform != "linux":
        return 0
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * mmap.PAGESIZE


def _give_back() -> None:
    """Return memory to the system: long requests leave holes that its library would keep."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _check(settings: Settings) -> None:
    for origin in settings.origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise UsageError(
                Message(
                    f"„{origin}“ ist kein Ursprung; schreiben Sie etwa https://example.org oder *.",
                    f"“{origin}” is no origin; write something like https://example.org or *.",
                )
            )
    if settings.address:
        parts = urlsplit(settings.address)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
            raise UsageError(
                Message(
                    f"„{settings.address}“ ist keine Adresse; schreiben Sie etwa "
                    "https://graph.example.org/.",
                    f"“{settings.address}” is no address; write something like "
                    "https://graph.example.org/.",
                )
            )


def _listener(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        UsageError: the address is taken, not this machine's, or not allowed.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        raise UsageError(
            Message(
                f"Unter {host}:{port} kann der Dienst nicht laufen: {error.strerror}. "
                "Wählen Sie mit --port einen anderen Anschluss (0: irgendeinen freien).",
                f"The service cannot run at {host}:{port}: {error.strerror}. "
                "Choose another port with --port (0: any that is free).",
            )
        ) from error
    clients.patience(listener)
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - no address to call
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
