"""A request -> the server's whole reply over HTTP, with a deadline, credentials and repetition."""

from __future__ import annotations

import base64
import email.utils
import html
import http.client
import io
import json
import re
import socket
import ssl
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.message import Message as Headers
from typing import IO, Any, cast
from urllib.parse import urlsplit

from itas_graph import __version__
from itas_graph.errors import EngineError, LimitError, Message, UsageError
from itas_graph.workspace import Credentials

AGENT = f"itas-graph/{__version__}"
#: The longest reply that is read, in bytes; what is longer than `_IN_MEMORY` waits on the disk.
LARGEST = 2**30
_IN_MEMORY = 2**23
_PIECE = 2**16
_PAUSES = (0.5, 1.0, 2.0)
_LONGEST_PAUSE = 15.0
_BUSY = (429, 502, 503)
_EXCERPT = 300
_LOST = (ConnectionError, http.client.IncompleteRead, http.client.BadStatusLine)


@dataclass
class Traffic:
    """What has gone to and fro between this program and servers; `most` is the bound, if any."""

    most: float | None = None
    requests: int = 0
    sent: int = 0
    received: int = 0
    #: Replies may come to several threads at a time.
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def total(self) -> int:
        """How many bytes have moved, both ways together."""
        return self.sent + self.received

    def add(self, requests: int, sent: int, received: int) -> None:
        """Count bytes.

        Raises:
            LimitError: that is more than may move.

        >>> Traffic(1000).add(1, 800, 300)
        Traceback (most recent call last):
            ...
        itas_graph.errors.LimitError: More than 1,000 bytes would move between here and the ...
        """
        with self._lock:
            self.requests += requests
            self.sent += sent
            self.received += received
        if self.most is not None and self.total > self.most:
            german = f"{self.most:,.0f}".replace(",", ".")
            raise LimitError(
                Message(
                    f"Zwischen hier und dem Endpunkt gingen mehr als {german} Bytes hin und her. "
                    "Fragen Sie nach weniger, oder erlauben Sie mehr: --max-bytes",
                    f"More than {self.most:,.0f} bytes would move between here and the endpoint. "
                    "Ask for less, or allow more: --max-bytes",
                ),
                "size",
            )


@dataclass
class Reply:
    """A whole reply. `framed` says whether HTTP itself told where the body ends."""

    headers: Headers
    body: IO[bytes]
    framed: bool

    @property
    def media_type(self) -> str:
        """The media type without parameters, or an empty text."""
        given = self.headers.get("Content-Type", "")
        return given.partition(";")[0].strip().lower()


class Body:
    """Bytes that wait to be read: a few in memory, many in a file that nobody else sees."""

    def __init__(self) -> None:
        self._file: IO[bytes] = io.BytesIO()
        self._is_large = False

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        if not self._is_large and self._file.tell() + len(piece) > _IN_MEMORY:
            self._is_large = True
            small, self._file = self._file, tempfile.TemporaryFile()  # noqa: SIM115 - see __del__
            small.seek(0)
            self._file.write(small.read())
        self._file.write(piece)

    def tell(self) -> int:
        """Return how many bytes come before the next."""
        return self._file.tell()

    def seek(self, place: int) -> int:
        """Go to a place."""
        return self._file.seek(place)

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, or all that are left."""
        return self._file.read(size)

    def __del__(self) -> None:
        """Give the file back: whoever reads an answer may stop in the middle."""
        self._file.close()


class RefusalError(EngineError):
    """The server answered with a status that is no success; `said` is an excerpt of its text."""

    def __init__(self, message: Message, status: int, said: str) -> None:
        super().__init__(message)
        self.status = status
        self.said = said


class Exchange:
    """Sends requests to the host of one address and no other, unless that redirects a read."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        timeout: float,
        traffic: Traffic | None = None,
    ) -> None:
        """Prepare for `url`; all that happens for one request takes at most `timeout` seconds.

        What is sent and received is counted in `traffic`.

        Raises:
            UsageError: the address is none, or holds a password.
        """
        check(url)
        self.timeout = timeout
        self.traffic = traffic or Traffic()
        self._credentials = credentials
        self._call = _Call()
        self._opener = urllib.request.OpenerDirector()
        # Nothing but HTTP: no file, no FTP, no data address, wherever a redirect leads.
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.UnknownHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
            _Redirects(self._call),
            _Plain(self._call),
            _Secured(self._call, _trusted(credentials)),
            *_authentication(url, credentials),
        ):
            self._opener.add_handler(handler)

    def send(self, request: urllib.request.Request, *, follow: bool = True) -> Reply:
        """Send a request that may be sent twice, and read the whole reply.

        It is sent again after 429, 502, 503 and a lost connection, each time after a longer pause.
        With `follow` it goes where redirects lead: what reads may, what writes may not.

        Raises:
            RefusalError: the server said no.
            LimitError: the time is over, or the reply too long.
            EngineError: the server cannot be reached, or its reply broke off.
        """
        self._call.begin(self.timeout, follow=follow)
        pauses = iter(_PAUSES)
        while True:
            try:
                return self._once(request)
            except urllib.error.HTTPError as error:
                with error:
                    pause = next(pauses, None) if error.code in _BUSY else None
                    wanted = _retry_after(error.headers)
                    pause = pause if pause is None else max(pause, wanted)
                    if pause is None or not self._call.has(pause) or wanted > _LONGEST_PAUSE:
                        raise self._refusal(error, wanted) from None
            except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
                cause = error.reason if isinstance(error, urllib.error.URLError) else error
                pause = next(pauses, None) if _was_lost(cause) else None
                if pause is None or not self._call.has(pause):
                    # What urllib says may hold the request's headers: it is not passed on.
                    raise self._failure(request, cause) from None
            time.sleep(pause)

    def _once(self, request: urllib.request.Request) -> Reply:
        data = request.data if isinstance(request.data, bytes) else b""
        self.traffic.add(1, len(request.full_url) + len(data), 0)
        with self._opener.open(request, timeout=self._call.left()) as response:
            headers: Headers = response.headers
            framed = "Content-Length" in headers or "chunked" in headers.get(
                "Transfer-Encoding", ""
            )
            body = Body()
            arriving = self._counted(_pieces(response))
            for piece in _inflated(arriving, headers.get("Content-Encoding", "")):
                if body.tell() + len(piece) > LARGEST:
                    raise LimitError(
                        Message(
                            f"Die Antwort ist größer als {LARGEST >> 20} MiB. Schränken Sie die "
                            "Frage ein, etwa mit LIMIT.",
                            f"The answer is larger than {LARGEST >> 20} MiB. Narrow the question, "
                            "for instance by LIMIT.",
                        ),
                        "size",
                    )
                body.write(piece)
            body.seek(0)
            return Reply(headers, cast("IO[bytes]", body), framed)

    def _counted(self, pieces: Iterable[bytes]) -> Iterable[bytes]:
        for piece in pieces:
            self.traffic.add(0, 0, len(piece))
            yield piece

    def _refusal(self, error: urllib.error.HTTPError, wanted: float) -> RefusalError:
        said = self.excerpt(error)
        shown = f": {said}" if said else "."
        place = address(error.filename)
        known = _MEANINGS.get(error.code)
        if error.code == 401 and self._credentials.secrets:
            known = _WRONG_CREDENTIALS
        if wanted > _LONGEST_PAUSE:
            known = Message(
                f"bittet um {wanted:.0f} s Geduld; fragen Sie dann noch einmal",
                f"asks for {wanted:.0f} s of patience; ask again then",
            )
        if known is None and re.search(r"permission|forbidden|not allowed|SECURITY", said, re.I):
            known = _MEANINGS[403]
        if known is None and "estimated execution time" in said:
            known = _TOO_DEAR
        if known is None and re.search(r"Virtuoso \w+ Error SQ\d", said):
            known = _NOT_COMPILED
        meaning = known or Message("kann nicht antworten", "cannot answer")
        return RefusalError(
            Message(
                f"{place} {meaning.de} (HTTP {error.code}){shown}",
                f"{place} {meaning.en} (HTTP {error.code}){shown}",
            ),
            error.code,
            said,
        )

    def _failure(self, request: urllib.request.Request, cause: object) -> EngineError:
        place = address(request.full_url)
        if isinstance(cause, EngineError):
            return cause
        if isinstance(cause, TimeoutError) or not self._call.has(0):
            return LimitError(
                Message(
                    f"{place} hat nach {self.timeout:g} s nicht zu Ende geantwortet. "
                    "Mehr Zeit gibt --timeout SEKUNDEN.",
                    f"{place} has not answered in full after {self.timeout:g} s. "
                    "--timeout SECONDS gives more time.",
                ),
                "time",
            )
        reason = _reason(cause)
        return EngineError(
            Message(f"{place} {reason.de}", f"{place} {reason.en}"),
        )

    def excerpt(self, reply: IO[bytes] | urllib.error.HTTPError) -> str:
        """Return the beginning of what a server wrote: plain text on one line, without secrets."""
        try:
            read: bytes | str = reply.read(_PIECE)
            # An error that urllib makes itself may hold text (Python before 3.12).
            raw = read if isinstance(read, str) else read.decode("utf-8", "replace")
        except (OSError, http.client.HTTPException, ValueError):
            return ""
        text = _plain(raw)
        for secret in self._credentials.secrets:
            pair = f"{self._credentials.user}:{secret}".encode()
            for shown in (base64.b64encode(pair).decode(), secret):
                text = text.replace(shown, "…")
        return text if len(text) <= _EXCERPT else text[:_EXCERPT].rstrip() + " …"


def check(url: str) -> None:
    """Refuse an address that is none, is not HTTP, or holds a password.

    Raises:
        UsageError: with what to do instead.

    >>> check("https://eva:geheim@example.org/sparql")
    Traceback (most recent call last):
        ...
    itas_graph.errors.UsageError: The address of the endpoint holds a user or password. ...
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
        ok = parts.scheme in ("http", "https") and parts.hostname and url.isprintable()
    except ValueError:
        parts, ok = urlsplit(""), False
    if "@" in parts.netloc:
        raise UsageError(
            Message(
                "Die Adresse des Endpunkts enthält Benutzer oder Passwort. Nennen Sie beides mit "
                "ITAS_ENDPOINT_USER und ITAS_ENDPOINT_PASSWORD und lassen Sie es in der Adresse "
                "weg.",
                "The address of the endpoint holds a user or password. Give both by "
                "ITAS_ENDPOINT_USER and ITAS_ENDPOINT_PASSWORD and leave them out of the address.",
            )
        )
    if not ok or " " in url:
        raise UsageError(
            Message(
                f"„{url}“ ist keine Adresse eines Endpunkts; sie beginnt mit http:// oder https://.",
                f"“{url}” is no address of an endpoint; it begins with http:// or https://.",
            )
        )


def address(url: str) -> str:
    """Return an address as it may be shown: without query, fragment and user.

    >>> address("https://eva@example.org:8890/sparql?key=geheim#x")
    'https://example.org:8890/sparql'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


_MEANINGS = {
    400: Message("versteht die Anfrage nicht", "does not understand the request"),
    401: Message(
        "verlangt eine Anmeldung: ITAS_ENDPOINT_USER und ITAS_ENDPOINT_PASSWORD oder "
        "ITAS_ENDPOINT_TOKEN",
        "wants a login: ITAS_ENDPOINT_USER and ITAS_ENDPOINT_PASSWORD or ITAS_ENDPOINT_TOKEN",
    ),
    403: Message("verbietet das", "forbids this"),
    404: Message("gibt es nicht; stimmt die Adresse?", "does not exist; is the address right?"),
    405: Message("ist kein SPARQL-Endpunkt", "is no SPARQL endpoint"),
    408: Message("hat die Frage abgebrochen", "ended the question"),
    413: Message("findet die Anfrage zu lang", "finds the request too long"),
    414: Message("findet die Adresse zu lang", "finds the address too long"),
    429: Message("will gerade nicht mehr Fragen", "wants no more questions for now"),
    502: Message("ist gerade nicht erreichbar", "cannot be reached for now"),
    503: Message("ist gerade überlastet", "is overloaded for now"),
    504: Message("hat die Frage abgebrochen", "ended the question"),
}
#: Virtuoso judges a query by statistics before it begins.
_TOO_DEAR = Message(
    "hält die Frage für zu teuer; schränken Sie sie ein (-p), oder lassen Sie die Grenze des "
    "Servers erhöhen (bei Virtuoso: MaxQueryCostEstimationTime)",
    "takes the question for too expensive; narrow it (-p), or have the server's limit raised (of "
    "Virtuoso: MaxQueryCostEstimationTime)",
)
#: Virtuoso 7 makes no SQL of some valid queries.
_NOT_COMPILED = Message(
    "kann diese Frage nicht stellen, so gültig sie sein mag; schreiben Sie sie anders (etwa mit "
    "OPTIONAL statt EXISTS in einem Ausdruck), oder fragen Sie den Build (-b)",
    "cannot ask this question, valid as it may be; write it in another way (such as with OPTIONAL "
    "instead of EXISTS in an expression), or ask the build (-b)",
)
_WRONG_CREDENTIALS = Message(
    "nimmt diese Anmeldung nicht an; prüfen Sie ITAS_ENDPOINT_USER und ITAS_ENDPOINT_PASSWORD "
    "oder ITAS_ENDPOINT_TOKEN",
    "does not accept this login; check ITAS_ENDPOINT_USER and ITAS_ENDPOINT_PASSWORD or "
    "ITAS_ENDPOINT_TOKEN",
)


class _Call(threading.local):
    """What holds for the request under way: until when, and whether it follows redirects."""

    end = 0.0
    follow = False

    def begin(self, seconds: float, *, follow: bool) -> None:
        self.end = time.monotonic() + seconds
        self.follow = follow

    def left(self) -> float:
        """Return the seconds left.

        Raises:
            TimeoutError: there are none.
        """
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def has(self, seconds: float) -> bool:
        return self.end - time.monotonic() > seconds


class _Timed(io.RawIOBase):
    """A socket's bytes; each read waits no longer than the time that is left for the whole."""

    def __init__(self, connection: socket.socket, call: _Call) -> None:
        self._connection = connection
        self._raw = connection.makefile("rb", buffering=0)
        self._call = call

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  # as io.RawIOBase has it
        self._connection.settimeout(self._call.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _timed(call: _Call) -> type[http.client.HTTPResponse]:
    """Return a response class that reads status, headers and body within the time left."""

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # as http.client's
            super().__init__(sock, *arguments, **options)
            self.fp.close()
            self.fp = io.BufferedReader(_Timed(sock, call))

    return Response


class _Plain(urllib.request.HTTPHandler):
    """HTTP with a deadline."""

    def __init__(self, call: _Call) -> None:
        super().__init__()

        class Connection(http.client.HTTPConnection):
            response_class = _timed(call)

        self._connection = Connection

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, request)


class _Secured(urllib.request.HTTPSHandler):
    """HTTPS with a deadline."""

    def __init__(self, call: _Call, context: ssl.SSLContext | None) -> None:
        super().__init__()
        self._trust = context

        class Connection(http.client.HTTPSConnection):
            response_class = _timed(call)

        self._connection = Connection

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        if self._trust is None:  # the system's, read when first needed
            self._trust = ssl.create_default_context()
        return self.do_open(self._connection, request, context=self._trust)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects of reads, a form included; never from https to http."""

    max_redirections = 5

    def __init__(self, call: _Call) -> None:
        self._call = call

    def redirect_request(
        self,
        request: urllib.request.Request,
        reply: IO[bytes],
        code: int,
        message: str,
        headers: http.client.HTTPMessage,
        url: str,
    ) -> urllib.request.Request:
        try:
            self._check(request, url)
        except BaseException:
            reply.close()
            raise
        data = None if code == 303 else request.data
        kept = {
            name: value
            for name, value in request.headers.items()
            if data is not None or not name.lower().startswith("content-")
        }
        return urllib.request.Request(url, data, kept, unverifiable=True)  # noqa: S310  # checked

    def _check(self, request: urllib.request.Request, url: str) -> None:
        target = address(url)
        if request.type == "https" and not url.startswith("https:"):
            raise EngineError(
                Message(
                    f"{address(request.full_url)} verweist auf {target}, also auf eine "
                    "unverschlüsselte Verbindung; das wird nicht befolgt.",
                    f"{address(request.full_url)} redirects to {target}, a connection without "
                    "encryption; that is not followed.",
                )
            )
        if not self._call.follow:
            raise EngineError(
                Message(
                    f"{address(request.full_url)} verweist auf {target}; nennen Sie beim Schreiben "
                    "diese Adresse selbst.",
                    f"{address(request.full_url)} redirects to {target}; name that address itself "
                    "for writing.",
                )
            )
        check(url)


class _Bearer(urllib.request.BaseHandler):
    """Shows a token to the one host it is meant for."""

    def __init__(self, url: str, token: str) -> None:
        self._origin = _origin(url)
        self._token = token

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if _origin(request.full_url) == self._origin:
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        return request

    https_request = http_request


class _Tidy(urllib.request.BaseHandler):
    """Closes the reply that asked who is there, once it is answered or answering failed."""

    def http_error_401(
        self,
        request: urllib.request.Request,
        reply: IO[bytes],
        code: int,
        message: str,
        headers: http.client.HTTPMessage,
    ) -> http.client.HTTPResponse | None:
        better: http.client.HTTPResponse | None = None
        answered = True
        try:
            better = super().http_error_401(request, reply, code, message, headers)  # type: ignore[misc]  # of the handler beside
            answered = better is not None
        finally:
            if answered:
                reply.close()
        return better


class _Digest(_Tidy, urllib.request.HTTPDigestAuthHandler):
    """Answers a challenge, and the same one at once with each later request.

    Else a long body would be sent twice, and a server that refuses it unread ends the connection.
    """

    def __init__(self, known: urllib.request.HTTPPasswordMgr) -> None:
        super().__init__(known)
        self._challenge: dict[str, str] = {}

    def retry_http_digest_auth(
        self, request: urllib.request.Request, challenge: str
    ) -> http.client.HTTPResponse | None:
        parts = urllib.request.parse_http_list(challenge.partition(" ")[2])
        self._challenge = urllib.request.parse_keqv_list([part for part in parts if part])
        return super().retry_http_digest_auth(request, challenge)

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        answer = self.get_authorization(request, self._challenge) if self._challenge else None
        if answer:
            request.add_unredirected_header("Authorization", f"Digest {answer}")
        return request

    https_request = http_request


class _Basic(_Tidy, urllib.request.HTTPBasicAuthHandler):
    """Answers a challenge, and the next request before it is asked again."""


def _authentication(url: str, credentials: Credentials) -> Iterable[urllib.request.BaseHandler]:
    """Return what answers a server that asks who is there; nobody else hears a password.

    A password goes out by the method the server names, so that Digest never becomes Basic, and only
    to the host of `url`.
    """
    if credentials.token:
        return [_Bearer(url, credentials.token)]
    if not credentials.user:
        return []
    known = urllib.request.HTTPPasswordMgrWithPriorAuth()
    parts = urlsplit(url)
    known.add_password(
        None, f"{parts.scheme}://{parts.netloc}/", credentials.user, credentials.password
    )
    return [
        _Digest(known),
        _Basic(known),
    ]


def _trusted(credentials: Credentials) -> ssl.SSLContext | None:
    if credentials.ca is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(credentials.ca))
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            Message(
                f"ITAS_ENDPOINT_CA: {credentials.ca} enthält keine lesbaren Zertifikate (PEM).",
                f"ITAS_ENDPOINT_CA: {credentials.ca} holds no readable certificates (PEM).",
            )
        ) from error


def _origin(url: str) -> tuple[str, str | None, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _pieces(response: http.client.HTTPResponse) -> Iterable[bytes]:
    """Yield the body.

    Raises:
        IncompleteRead: it ended before the length that was announced.
    """
    while piece := response.read(_PIECE):
        yield piece
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)


def _inflated(pieces: Iterable[bytes], encoding: str) -> Iterable[bytes]:
    """Yield the bytes behind a content encoding, in pieces of bounded size."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        yield from pieces
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise EngineError(
            Message(
                f"Der Endpunkt antwortet in einer unbekannten Kodierung ({name[:40]}).",
                f"The endpoint answers in an unknown encoding ({name[:40]}).",
            )
        )
    inflate = zlib.decompressobj(wbits=47)  # gzip or zlib, as the header says
    for piece in pieces:
        rest = piece
        while rest and not inflate.eof:
            yield inflate.decompress(rest, _PIECE)
            rest = inflate.unconsumed_tail
    if not inflate.eof:
        raise http.client.IncompleteRead(b"")


def _retry_after(headers: Headers) -> float:
    """Return the seconds a server asks to wait: given as a number or as a date."""
    given = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", given):
        return float(given)
    date = email.utils.parsedate_tz(given)
    if date is None:
        return 0.0
    try:
        return max(0.0, email.utils.mktime_tz(date) - time.time())
    except (OverflowError, ValueError):
        return 0.0


def _was_lost(cause: object) -> bool:
    return isinstance(cause, _LOST) and not isinstance(cause, ConnectionRefusedError)


def _reason(cause: object) -> Message:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return Message(
            f"zeigt ein Zertifikat, dem nicht zu trauen ist ({cause.verify_message}). Ein eigenes "
            "Stammzertifikat nennt ITAS_ENDPOINT_CA.",
            f"shows a certificate that cannot be trusted ({cause.verify_message}). "
            "ITAS_ENDPOINT_CA names a root certificate of your own.",
        )
    if isinstance(cause, ConnectionRefusedError):
        return Message(
            "nimmt keine Verbindung an; läuft der Server?",
            "accepts no connection; is the server running?",
        )
    if isinstance(cause, socket.gaierror):
        return Message(
            "ist nicht zu finden; stimmt die Adresse?", "cannot be found; is the address right?"
        )
    if isinstance(cause, _LOST):
        return Message(
            "hat die Verbindung mitten in der Antwort beendet.",
            "closed the connection in the middle of the answer.",
        )
    if isinstance(cause, UnicodeError):
        return Message(
            "verlangt eine Anmeldung, die nur einfache Zeichen trägt; Benutzer oder Passwort haben "
            "andere.",
            "wants a login that carries plain characters only; user or password have others.",
        )
    if isinstance(cause, ValueError) and "scheme" in str(cause):
        return Message(
            "verlangt eine Art der Anmeldung, die hier niemand kennt.",
            "wants a kind of login that is not known here.",
        )
    name = cause.strerror if isinstance(cause, OSError) and cause.strerror else ""
    kind = name or type(cause).__name__
    return Message(f"antwortet nicht verständlich ({kind}).", f"does not answer sensibly ({kind}).")


def _plain(raw: str) -> str:
    """Return the message in a text, a JSON object or an HTML page.

    >>> _plain('{"message": "no such graph"}'), _plain("<h1>Not &lt;here&gt;</h1><p>Sorry</p>")
    ('no such graph', 'Not <here> Sorry')
    """
    text = raw.strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            found = {}
        named = [found[name] for name in ("message", "detail", "error") if name in found]
        text = str(named[0]) if named else text
    elif text.startswith("<"):
        text = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>|<[^>]*>", " ", text)
        text = html.unescape(text)
    # Virtuoso repeats the whole query.
    text = text.partition("SPARQL query:")[0]
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
