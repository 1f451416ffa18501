"""A build -> the page, a read-only SPARQL endpoint and linked data over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import gc
import hashlib
import ipaddress
import logging
import mmap
import re
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from itas_graph import (
    __version__,
    answers,
    build,
    clients,
    edition,
    linked_data,
    negotiation,
    pages,
    problems,
    protocol,
    reconciliation,
    result_page,
    service_description,
)
from itas_graph.dataset import FORMATS
from itas_graph.edition import Edition
from itas_graph.errors import (
    BusyError,
    ItasError,
    Language,
    LimitError,
    Message,
    UsageError,
)
from itas_graph.guard import Limits, Task
from itas_graph.monitoring import METRICS_TYPE, Monitor, Served
from itas_graph.protocol import RequestError
from itas_graph.vocab import CONCEPT, NS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.types import Message as Event

    from itas_graph.queries import Question

#: Bytes of a request's content.
LONGEST_REQUEST = 1 << 20
#: Bytes of an answer that are kept in memory; more go to a file until they are sent.
_IN_MEMORY = 1 << 20
_PIECE = 1 << 16
# Letters of the header Accept; what stands behind them is not read, as choices are remembered.
_LONGEST_ACCEPT = 4096
_MOST_CONNECTIONS = 1000
_LOOK = 1.0
_GRACE = 0.5
_MOMENT = 0.05
# By how many bytes the service may grow until it gives back to the system what it does not use.
_GROWTH = 8 << 20
# How often the access log is written.
_WRITE = 0.2
_DUMPS = {
    "itas.ttl": "text/turtle",
    "itas.nq": "application/n-quads",
    "itas.trig": "application/trig",
    "itas.jsonld": "application/ld+json",
}
_SEEN = {"/": "/", "/index.html": "/", "/sparql": "/sparql", "/ns": "/ns"}
# A preview stands in a page of the tool that reconciles.
_PREVIEW_POLICY = "default-src 'none'; base-uri 'none'"
_READ = ["GET", "HEAD"]
# Their answers differ each time, so no client may be told that nothing has changed.
_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
_PORT = re.compile(r":\d*$")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?|https?://\[[0-9a-f:]+\](?::\d{1,5})?")

One = TypeVar("One")
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
        self._routes = _Routes(questions, monitor, address)
        self._app = _application(self._routes, settings.origins)

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


class _Routes:
    """What is answered under which path."""

    def __init__(self, questions: Sequence[Question], monitor: Monitor, address: str) -> None:
        self._questions = questions
        self._monitor = monitor
        self._address = address
        self._endpoint = f"{address}/sparql"

    async def page(self, request: Request) -> Response:
        """Answer with the page of the build."""
        current: Edition = request.state.edition
        compressed = negotiation.takes_gzip(request.headers.get("accept-encoding", ""))
        tag = _tag(current.manifest["files"][build.PAGE], "gzip" if compressed else "")
        headers = {
            "etag": tag,
            "vary": "Accept-Encoding",
            "cache-control": "no-cache",
            "content-security-policy": current.page.policy,
        }
        if negotiation.matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        if compressed:
            headers["content-encoding"] = "gzip"
        text = current.page.compressed if compressed else current.page.text
        return HTMLResponse(text, headers=headers)

    async def dump(self, request: Request) -> Response:
        """Answer with a dump of the build."""
        name = request.url.path.rpartition("/")[2]
        current: Edition = request.state.edition
        tag = _tag(current.manifest["files"][name])
        headers = {"etag": tag, "cache-control": "no-cache"}
        if negotiation.matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        return FileResponse(current.file(name), media_type=_DUMPS[name], headers=headers)

    async def health(self, request: Request) -> Response:
        """Say that the service is well, and what it serves."""
        current: Edition = request.state.edition
        return JSONResponse(
            {"ok": True, "digest": current.digest, "statements": current.statements},
            headers={"cache-control": "no-store"},
        )

    async def metrics(self, request: Request) -> Response:
        """Give the figures to Prometheus."""
        current: Edition = request.state.edition
        return Response(
            self._monitor.figures(current.pool.busy),
            headers={"content-type": METRICS_TYPE, "cache-control": "no-store"},
        )

    async def sparql(self, request: Request) -> Response:
        """Answer a query, or describe the service."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": problems.ASK_METHODS})
        content = await _content(request) if request.method == "POST" else b""
        kind = request.headers.get("content-type", "") if request.method == "POST" else None
        if request.headers.get("content-encoding", "identity") != "identity":
            raise RequestError(
                415,
                Message("Eine Anfrage darf nicht gepackt sein.", "A request must not be packed."),
            )
        asked = protocol.read(request.scope["query_string"], kind, content)
        if asked is None:
            return self._description(request)
        return await self._answer(request, asked)

    async def _answer(self, request: Request, asked: protocol.Asked) -> Response:
        current: Edition = request.state.edition
        served: Served = request.state.served
        served.note_query(asked.query)
        accept = request.headers.get("accept", "")[:_LONGEST_ACCEPT]
        is_page = negotiation.wants_page(accept, asked.form)
        types = _PAGE if is_page else _Types.chosen(accept, asked.form)
        for graph in (*asked.default_graphs, *asked.named_graphs):
            if graph not in current.graphs:
                raise _unknown_graph(graph)
        task = Task(
            asked.query,
            types.table,
            types.graph,
            asked.default_graphs,
            asked.named_graphs,
            current.base,
        )
        language = problems.language(request) if is_page else "en"
        vary = "Accept, Accept-Language" if is_page else "Accept"
        headers = {"vary": vary, "cache-control": "no-cache"}
        if not _CHANGING.search(asked.query):
            graphs = (*asked.default_graphs, "|", *asked.named_graphs)
            kinds = (types.table_type, types.graph_type, language)
            parts = (current.digest, __version__, *kinds, *graphs, asked.query)
            headers["etag"] = "W/" + _tag(*parts)
            if negotiation.matches(request.headers.get("if-none-match", ""), headers["etag"]):
                return Response(status_code=304, headers=headers)
        output: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        try:
            name = await self._guarded(request, current.answer(task, output))
        except BaseException:
            output.close()
            raise
        media_type = types.of(name)
        served.form = media_type
        if is_page:
            with contextlib.closing(output):
                output.seek(0)
                answer = answers.of_results(answers.parsed(output, name))
                shown = result_page.page(
                    answer, asked.parameters, asked.query, current.base, language
                )
            return _html(shown, language, headers)
        return _Spooled(output, request.method != "HEAD", headers, media_type)

    async def _guarded(self, request: Request, work: Coroutine[Any, Any, One]) -> One:
        """Do work for a client that stays; count what was ended before its end.

        All work of a request, and its waiting, must be done soon after the time of one query.
        """
        patience = request.state.edition.pool.limits.seconds + _GRACE - request.state.served.age
        try:
            with _Stays(request.receive, patience):
                return await work
        except LimitError as error:
            self._monitor.query_ended(error.limit)
            raise
        except ClientDisconnect:
            self._monitor.query_ended("left")
            raise

    def _description(self, request: Request) -> Response:
        formats = {**negotiation.GRAPHS, "html": ("text/html",)}
        name, media_type = _chosen(request, formats)
        served: Served = request.state.served
        served.form = media_type
        headers = {"vary": "Accept, Accept-Language", "cache-control": "no-cache"}
        if name == "html":
            language = problems.language(request)
            shown = pages.endpoint_page(self._endpoint, self._questions, "", language)
            return _html(shown, language, headers)
        current: Edition = request.state.edition
        text = service_description.describe(
            self._endpoint, sorted(current.graphs), current.statements, name
        )
        return Response(text, media_type=media_type, headers=headers)

    async def resource(self, request: Request) -> Response:
        """Answer with what is stated of a resource of the dataset, a concept, the ontology."""
        current: Edition = request.state.edition
        iri = _iri(request.url.path, request.path_params.get("path", ""), current.base)
        if not linked_data.is_iri(iri):
            raise HTTPException(404)
        name, media_type = _chosen(request, {"html": ("text/html",), **negotiation.GRAPHS})
        served: Served = request.state.served
        served.form = media_type
        language = problems.language(request)
        tag = _tag(current.digest, __version__, iri, media_type, language)
        headers = {
            "vary": "Accept, Accept-Language",
            "cache-control": "no-cache",
            "etag": tag,
        }
        if not await self._guarded(request, current.truth(linked_data.exists(iri))):
            raise HTTPException(404)
        if negotiation.matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        if name == "html":
            text = await self._guarded(request, self._resource_page(request, iri, language))
            return _html(text, language, headers)
        content = await self._guarded(request, current.graph(linked_data.triples(iri), name))
        return Response(content, media_type=media_type, headers=headers)

    async def reconcile(self, request: Request) -> Response:
        """Answer by the Reconciliation Service API: who may be meant by a name."""
        current: Edition = request.state.edition
        content = await _content(request) if request.method == "POST" else b""
        kind = request.headers.get("content-type", "") if request.method == "POST" else None
        given = protocol.parameters(request.scope["query_string"], kind, content)
        language = problems.language(request)
        asked = reconciliation.Service(
            await self._guarded(request, current.names()),
            current.rows,
            current.base,
            self._address,
            language,
        )
        headers = {"vary": "Accept-Language", "cache-control": "no-cache"}
        path = request.path_params.get("path", "")
        if path == "preview":
            text = asked.preview(given.get("id", ""))
            headers |= {"content-language": language, "content-security-policy": _PREVIEW_POLICY}
            return HTMLResponse(text, headers=headers)
        answer = await self._guarded(request, asked.answer(path, given))
        return JSONResponse(answer, headers=headers)

    async def _resource_page(self, request: Request, iri: str, language: Language) -> str:
        current: Edition = request.state.edition
        found = await current.rows(linked_data.rows(iri))
        named = await current.rows(linked_data.names(iri, found))
        path = request.url.path
        root = "../" * (path.count("/") - 1)
        shown = linked_data.resource(iri, found, named, current.base, root, language)
        address = linked_data.local(iri, current.base) or "ns"
        return linked_data.page(shown, address.rpartition("/")[2], root, language)


@dataclass(frozen=True)
class _Types:
    """The formats that a client takes, and the media types they go by."""

    table: str | None
    table_type: str
    graph: str | None
    graph_type: str

    @classmethod
    @functools.lru_cache(maxsize=256)
    def chosen(cls, accept: str, form: str) -> _Types:
        """Return what the header Accept or the parameter `format` asks for; raise RequestError."""
        if form in negotiation.FORMATS:
            table, graph = negotiation.FORMATS[form]
            return cls(
                table,
                negotiation.TABLES[table][0] if table else "",
                graph,
                negotiation.GRAPHS[graph][0] if graph else "",
            )
        accept = form if "/" in form else accept
        chosen = cls(
            *negotiation.media_type(accept, negotiation.TABLES),
            *negotiation.media_type(accept, negotiation.GRAPHS),
        )
        if chosen.table is None and chosen.graph is None:
            raise _not_acceptable([*negotiation.TABLES.values(), *negotiation.GRAPHS.values()])
        return chosen

    def of(self, name: str) -> str:
        """Return the media type of an answer in the format `name`."""
        return self.table_type if name == self.table and self.table_type else self.graph_type


#: What a page is made of.
_PAGE = _Types("json", "text/html", "nt", "text/html")


class _Spooled(Response):
    """An answer that is whole, and waits in memory or in a file to be sent."""

    def __init__(
        self, output: IO[bytes], with_body: bool, headers: dict[str, str], media_type: str
    ) -> None:
        self._output = output
        self._left = output.seek(0, 2)
        super().__init__(
            headers={**headers, "content-length": str(self._left)}, media_type=media_type
        )
        output.seek(0)
        self._left *= with_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, in pieces."""
        with contextlib.closing(self._output):
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            more = True
            while more:
                piece = self._output.read(min(_PIECE, self._left))
                self._left -= len(piece)
                more = self._left > 0
                await send({"type": "http.response.body", "body": piece, "more_body": more})


def _application(routes: _Routes, origins: Sequence[str]) -> ASGIApp:
    middleware = []
    if origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(origins),
                allow_methods=["GET", "HEAD", "POST"],
                allow_headers=["*"],
                expose_headers=["ETag", "Retry-After"],
                max_age=86400,
            )
        )
    application = Starlette(
        routes=[
            Route("/sparql", routes.sparql, methods=[*_READ, "POST", "OPTIONS"]),
            Route("/", routes.page, methods=_READ),
            Route("/index.html", routes.page, methods=_READ),
            *(Route(f"/{name}", routes.dump, methods=_READ) for name in FORMATS),
            Route(reconciliation.PATH, routes.reconcile, methods=[*_READ, "POST"]),
            Route(f"{reconciliation.PATH}/{{path:path}}", routes.reconcile, methods=_READ),
            Route("/health", routes.health, methods=_READ),
            Route("/metrics", routes.metrics, methods=_READ),
            Route("/ns", routes.resource, methods=_READ),
            Route("/id/{path:path}", routes.resource, methods=_READ),
            Route("/concept/{path:path}", routes.resource, methods=_READ),
        ],
        middleware=middleware,
        exception_handlers={
            ItasError: problems.refused,
            HTTPException: problems.http_refused,
            Exception: problems.unexpected,
        },
    )
    # A redirect would name the host that the client named.
    application.router.redirect_slashes = False
    return application


def _html(text: str, language: Language, headers: dict[str, str]) -> Response:
    return HTMLResponse(
        text,
        headers={
            **headers,
            "content-language": language,
            "content-security-policy": pages.policy(),
        },
    )


def _chosen(request: Request, formats: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Return the format a client asks for and its media type; raise RequestError if there is none.

    Both by `format=` and by Accept.
    """
    form = request.query_params.get("format", "").lower()
    short = form if form == "html" else negotiation.FORMATS.get(form, (None, None))[1]
    if short in formats and short is not None:
        return short, formats[short][0]
    name, media_type = negotiation.media_type(request.headers.get("accept", ""), formats)
    if name is None:
        raise _not_acceptable(list(formats.values()))
    return name, media_type


def _not_acceptable(formats: Sequence[Sequence[str]]) -> RequestError:
    known = ", ".join(names[0] for names in formats)
    return RequestError(
        406,
        Message(
            f"Keine der Formen, die Sie annehmen (Accept), gibt es hier. Es gibt: {known}.",
            f"None of the forms that you accept (Accept) exists here. There are: {known}.",
        ),
    )


def _unknown_graph(iri: str) -> RequestError:
    return RequestError(
        400,
        Message(
            f"Den Graphen <{iri}> gibt es in diesem Datensatz nicht, und von außen wird nichts "
            "geholt.",
            f"There is no graph <{iri}> in this dataset, and nothing is fetched from outside.",
        ),
    )


async def _content(request: Request) -> bytes:
    """Return what a request contains; raise RequestError if that is too much."""
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LONGEST_REQUEST:
            raise RequestError(
                413,
                Message(
                    f"Die Anfrage ist länger als {LONGEST_REQUEST} Bytes.",
                    f"The request is longer than {LONGEST_REQUEST} bytes.",
                ),
            )
        parts.append(part)
    return b"".join(parts)


class _Stays:
    """While work is done for a client: if the client leaves, or time is up, the work is cancelled.

    Whether it does is looked at after a moment only, as most work is done by then.
    """

    def __init__(self, receive: Receive, patience: float) -> None:
        self._receive = receive
        self._patience = patience
        self._worker = asyncio.current_task()
        self._watch: asyncio.Task[None] | None = None
        self._why: Exception | None = None

    def __enter__(self) -> _Stays:
        loop = asyncio.get_running_loop()
        self._later = loop.call_later(min(_MOMENT, self._patience), self._look)
        return self

    def __exit__(self, kind: object, error: object, _: object) -> None:
        self._later.cancel()
        if self._watch is not None:
            self._watch.cancel()
        worker, self._worker = self._worker, None
        if self._why is not None and isinstance(error, asyncio.CancelledError):
            if worker is not None:
                worker.uncancel()
            try:
                raise self._why
            finally:
                # The error holds this frame; what the frame holds would not be freed at once.
                del self, error

    def _look(self) -> None:
        self._watch = asyncio.ensure_future(self._end())

    async def _end(self) -> None:
        try:
            async with asyncio.timeout(self._patience - _MOMENT):
                while (await self._receive())["type"] != "http.disconnect":
                    pass
        except TimeoutError:
            self._why = BusyError(
                Message(
                    "Die Frage musste so lange warten, dass ihr keine Zeit blieb. Versuchen Sie "
                    "es in ein paar Sekunden wieder.",
                    "The question had to wait so long that no time was left for it. Try again in "
                    "a few seconds.",
                )
            )
        else:
            self._why = ClientDisconnect()
        if self._worker is not None:
            self._worker.cancel()


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


def _iri(path: str, rest: str, base: str) -> str:
    if path.startswith("/id/"):
        return base + rest
    return CONCEPT + rest if path.startswith("/concept/") else NS.rstrip("#")


def _tag(*parts: str) -> str:
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


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
