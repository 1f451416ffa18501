"""What went wrong -> the HTTP answer that says it: a page, text, or problem details (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from itas_graph import negotiation, pages
from itas_graph.errors import (
    BusyError,
    ForbiddenError,
    ItasError,
    Language,
    LimitError,
    Message,
    NotAcceptableError,
    QueryError,
)
from itas_graph.protocol import RequestError

#: How the SPARQL endpoint may be asked, as the header Allow says it.
ASK_METHODS = "GET, HEAD, POST, OPTIONS"
_RETRY = 2
_WORDS = {
    404: Message("Das gibt es hier nicht.", "There is no such thing here."),
    405: Message(
        "So lässt sich diese Adresse nicht fragen.", "This address cannot be asked in this way."
    ),
    500: Message(
        "Im Dienst ist ein unerwarteter Fehler aufgetreten.",
        "An unexpected error has occurred in the service.",
    ),
    503: Message(
        "Der Dienst wird gerade beendet. Versuchen Sie es gleich wieder.",
        "The service is being stopped. Try again shortly.",
    ),
}


def refused(request: Request, error: Exception) -> Response:
    """Return an error of ours as HTTP says it."""
    assert isinstance(error, ItasError)  # noqa: S101  # tells the type checker
    status = 500
    headers: dict[str, str] = {}
    more: dict[str, object] = {}
    if isinstance(error, RequestError):
        status = error.status
    elif isinstance(error, ForbiddenError):
        status = 403
    elif isinstance(error, NotAcceptableError):
        status = 406
    elif isinstance(error, QueryError):
        status = 400
        more = {"line": error.line, "column": error.column}
    elif isinstance(error, LimitError):
        # A question that takes too much is the asker's to change; only time may be another's fault.
        status = 408 if error.limit == "time" else 422
        headers = {"retry-after": str(_RETRY)} if status == 408 else {}
        more = {"limit": error.limit}
    elif isinstance(error, BusyError):
        status = 503
        headers = {"retry-after": str(_RETRY)}
    return problem(request, status, error.message, headers, more)


def http_refused(request: Request, error: Exception) -> Response:
    """Return what Starlette refuses: an unknown path, a method."""
    assert isinstance(error, HTTPException)  # noqa: S101  # tells the type checker
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status_code == 405 and request.url.path == "/sparql":
        headers["allow"] = ASK_METHODS
    return problem(request, error.status_code, headers=headers)


def unexpected(request: Request, _: Exception) -> Response:
    """Return an error that nobody foresaw; it names nothing of the inside."""
    return problem(request, 500)


def problem(
    request: Request,
    status: int,
    message: Message | None = None,
    headers: dict[str, str] | None = None,
    more: dict[str, object] | None = None,
) -> Response:
    """Return an error as a page, text or problem details (RFC 9457), in the language asked for."""
    phrase = HTTPStatus(status).phrase
    spoken = language(request)
    text = (message or _WORDS.get(status) or Message(phrase, phrase)).text(spoken)
    said = {
        "cache-control": "no-store",
        "vary": "Accept, Accept-Language",
        "content-language": spoken,
        **(headers or {}),
    }
    chosen = negotiation.best(
        request.headers.get("accept", ""),
        ["text/plain", "application/problem+json", "application/json", negotiation.PAGE],
    )
    if chosen == negotiation.PAGE:
        query = request.query_params.get("query", "") if request.url.path == "/sparql" else ""
        root = "../" * (request.url.path.count("/") - 1)
        said["content-security-policy"] = pages.policy()
        return HTMLResponse(
            pages.problem_page(text, status, query, root, spoken), status, headers=said
        )
    if chosen in (None, "text/plain"):
        return Response(text + "\n", status, said, "text/plain")
    return JSONResponse(
        {"title": phrase, "status": status, "detail": text, **(more or {})},
        status,
        said,
        "application/problem+json",
    )


def language(request: Request) -> Language:
    """Return the language of an answer for people: by `lang=`, else by Accept-Language."""
    chosen = request.query_params.get("lang")
    if chosen in ("de", "en"):
        return "de" if chosen == "de" else "en"
    return negotiation.language(request.headers.get("accept-language", ""))
