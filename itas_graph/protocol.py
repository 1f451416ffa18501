"""A request as HTTP brings it -> what it asks of a SPARQL endpoint (SPARQL 1.1 Protocol)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from itas_graph.errors import Message, UsageError

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_MOST_PARAMETERS = 100
# What is longer names no format. It may be as long as a request, and choices are remembered.
_LONGEST_FORM = 100
_OF_UPDATES = {"update", "using-graph-uri", "using-named-graph-uri"}


class RequestError(UsageError):
    """A request that is not served: `status` is that of HTTP."""

    def __init__(self, status: int, message: Message) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Asked:
    """What a request asks: a query, the graphs it is asked of, `form` if it names a format."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    form: str = ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The same as parameters of an address, without `form`."""
        return [
            ("query", self.query),
            *(("default-graph-uri", graph) for graph in self.default_graphs),
            *(("named-graph-uri", graph) for graph in self.named_graphs),
        ]


def read(address: bytes, content_type: str | None, body: bytes) -> Asked | None:
    """Return what a request asks, or None if it asks for the service description.

    `address` is what stands behind the question mark; `content_type` is None for GET, which has no
    body.

    Raises:
        RequestError: it is not one query in one of the three forms of the protocol (400, 415), or
            an update (403).

    >>> read(b"query=ASK%20%7B%7D", None, b"").query
    'ASK {}'
    >>> read(b"", "application/sparql-query", b"ASK {}").query
    'ASK {}'
    """
    pairs = _pairs(address)
    if content_type is not None:
        kind, _, parameters = content_type.partition(";")
        kind = kind.strip().lower()
        _refuse_charset(parameters)
        if kind == FORM:
            pairs += _pairs(body)
        elif kind in (QUERY, UPDATE):
            pairs.append((kind.rpartition("-")[2], _text(body)))
        else:
            raise RequestError(
                415,
                Message(
                    f"Als Inhalt einer Anfrage geht {FORM} (mit query=…) oder {QUERY}.",
                    f"A request may contain {FORM} (with query=…) or {QUERY}.",
                ),
            )
    return _asked(pairs, needs_query=content_type is not None)


def parameters(address: bytes, content_type: str | None, body: bytes) -> dict[str, str]:
    """Return the parameters of a request, in its address or as a form; of each the last one.

    Raises:
        RequestError: they cannot be read (400), or the content is no form (415).

    >>> parameters(b"a=1&a=2", "application/x-www-form-urlencoded", b"b=%C3%A4")
    {'a': '2', 'b': 'ä'}
    """
    pairs = _pairs(address)
    if content_type is not None:
        kind, _, rest = content_type.partition(";")
        _refuse_charset(rest)
        if kind.strip().lower() != FORM:
            raise RequestError(
                415,
                Message(
                    f"Als Inhalt der Anfrage geht hier nur {FORM}.",
                    f"A request may only contain {FORM} here.",
                ),
            )
        pairs += _pairs(body)
    return dict(pairs)


def _asked(pairs: list[tuple[str, str]], *, needs_query: bool) -> Asked | None:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    if not _OF_UPDATES.isdisjoint(given):
        raise RequestError(
            403,
            Message(
                "Hier wird nur gelesen: Änderungen (SPARQL Update) nimmt dieser Dienst nicht an.",
                "This service only reads: it takes no changes (SPARQL Update).",
            ),
        )
    found = given.get("query", [])
    if len(found) > 1:
        raise RequestError(
            400,
            Message(
                "Die Anfrage enthält query mehr als einmal; stellen Sie eine Frage je Anfrage.",
                "The request holds query more than once; ask one question per request.",
            ),
        )
    if not found:
        if needs_query:
            raise RequestError(
                400, Message("Der Anfrage fehlt query=…", "The request lacks query=…")
            )
        return None
    form = given.get("format", [""])[0]
    return Asked(
        found[0],
        tuple(given.get("default-graph-uri", ())),
        tuple(given.get("named-graph-uri", ())),
        form.lower() if len(form) <= _LONGEST_FORM else "",
    )


def _pairs(text: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except UnicodeDecodeError as error:
        raise _not_utf8() from error
    except ValueError as error:
        raise RequestError(
            400,
            Message(
                f"Die Anfrage hat mehr als {_MOST_PARAMETERS} Parameter.",
                f"The request has more than {_MOST_PARAMETERS} parameters.",
            ),
        ) from error


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> RequestError:
    return RequestError(
        400, Message("Die Anfrage ist kein UTF-8-Text.", "The request is no UTF-8 text.")
    )


def _refuse_charset(parameters: str) -> None:
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in (
            "utf-8",
            "utf8",
            "us-ascii",
        ):
            raise RequestError(
                415, Message("Die Anfrage muss UTF-8-Text sein.", "The request must be UTF-8 text.")
            )
