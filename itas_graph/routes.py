"""What the service answers under which path: page, SPARQL, resources, dumps, reconciliation."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import re
import tempfile
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, TypeVar

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
)
from itas_graph.guard import Task
from itas_graph.monitoring import METRICS_TYPE, Monitor, Served
from itas_graph.protocol import RequestError
from itas_graph.vocab import CONCEPT, NS

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from itas_graph.queries import Question
#: Bytes of a request's content.
LONGEST_REQUEST = 1 << 20
#: Bytes of an answer that are kept in memory; more go to a file until they are sent.
_IN_MEMORY = 1 << 20
_PIECE = 1 << 16
# Letters of the header Accept; what stands behind them is not read, as choices are remembered.
_LONGEST_ACCEPT = 4096
_GRACE = 0.5
_MOMENT = 0.05
_DUMPS = {
    "itas.ttl": "text/turtle",
    "itas.nq": "application/n-quads",
    "itas.trig": "application/trig",
    "itas.jsonld": "application/ld+json",
}
# A preview stands in a page of the tool that reconciles.
_PREVIEW_POLICY = "default-src 'none'; base-uri 'none'"
_READ = ["GET", "HEAD"]
# Their answers differ each time, so no client may be told that nothing has changed.
_CHANGING = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
One = TypeVar("One")


class Routes:
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
        if name not in current.manifest["files"]:
            raise HTTPException(404)  # a build from large tables has one dump alone
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
        output: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the answer closes it when it is sent
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


def application(routes: Routes, origins: Sequence[str]) -> ASGIApp:
    """Return the ASGI application of these routes, open to scripts of `origins`."""
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


def _iri(path: str, rest: str, base: str) -> str:
    if path.startswith("/id/"):
        return base + rest
    return CONCEPT + rest if path.startswith("/concept/") else NS.rstrip("#")


def _tag(*parts: str) -> str:
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'
