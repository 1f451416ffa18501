"""SPARQL text -> the graphs it asks for by FROM; what reaches too far is refused.

That is: outside the dataset, or deeper than the engine can follow.

Two parsers read such a text: Oxigraph's, which answers it, and rdflib's, which gives the syntax
tree of the SPARQL 1.1 grammar. The second is asked only where the words SERVICE or FROM stand in
the text at all: without these letters there is no such clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from itas_graph import syntax
from itas_graph.errors import ForbiddenError, Message, QueryError
from itas_graph.vocab import PREFIXES

#: How many brackets may be open at a time. Oxigraph's parser calls itself for each; in a stack of
#: 8 MiB some 900 crash it, in a smaller one fewer.
DEEPEST = 200
_WORDS = ("service", "from")
_COMMENT = re.compile(r"^[ \t]*#[^\n\r]*", re.MULTILINE)
# What may hold brackets and words that are none: IRIs, strings, comments, escapes.
_OPAQUE = (
    r'<[^<>"{}|^`\\\x00-\x20]*>|'
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|'
    r"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    r'"(?:[^"\\\n\r]|\\.)*"|'
    r"'(?:[^'\\\n\r]|\\.)*'|"
    r"#[^\n\r]*|\\."
)
_BRACKETS = re.compile(_OPAQUE + r"|(?P<open>[{(\[])|(?P<close>[})\]])", re.DOTALL)
_SERVICES = re.compile(
    _OPAQUE + r"|(?P<service>(?<![\w:?$@.-])service(?![\w:.-]))", re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True)
class DatasetClause:
    """The graphs that a query names by FROM and FROM NAMED, as absolute IRIs."""

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def clause(query: str, base: str | None = None) -> DatasetClause:
    """Return the graphs a query asks for by FROM; `base` holds where it has no BASE of its own.

    Raises:
        ForbiddenError: it asks another server (SERVICE).
        QueryError: it cannot be read, or it is nested too deeply to be.

    >>> clause(
    ...     "SELECT * FROM <http://example.org/g> { ?s ?p 'from here, at your service' }"
    ... ).default
    ('http://example.org/g',)
    >>> clause("ASK { SERVICE <http://example.org/sparql> { ?s ?p ?o } }")
    Traceback (most recent call last):
        ...
    itas_graph.errors.ForbiddenError: SERVICE http://example.org/sparql would ask ...
    """
    _refuse_depth(query)
    long = '"""' in query or "'''" in query  # there a line that begins with # may be no comment
    lowered = (query if long else _COMMENT.sub("", query)).lower()
    if not any(word in lowered for word in _WORDS):
        return DatasetClause()
    prologue, body = _tree(query)
    from rdflib.plugins.sparql.algebra import translatePrologue

    names = translatePrologue(prologue, base, PREFIXES)
    for node in _nodes(body):
        if node.name == "ServiceGraphPattern":
            raise _service(" " + _iri(node.term, names))
    graphs: dict[str, list[str]] = {"default": [], "named": []}
    for one in body.datasetClause or ():
        for kind in graphs:
            if kind in one:
                graphs[kind].append(_iri(one[kind], names))
    return DatasetClause(tuple(graphs["default"]), tuple(graphs["named"]))


def is_update(text: str) -> bool:
    """Say whether a text is SPARQL Update, which changes data instead of asking.

    >>> is_update("LOAD <http://example.org/data.ttl>"), is_update("ASK {}")
    (True, False)
    """
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseUpdate

    names = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    try:
        return bool(parseUpdate(names + text).request)
    except (ParseException, RecursionError):
        return False


def objection(query: str, error: SyntaxError) -> QueryError:
    """Return what Oxigraph's parser said of a query; of an update, that nothing is changed here."""
    return _update() if is_update(query) else syntax.objection(query, str(error))


def _tree(query: str) -> tuple[Any, Any]:
    """Return prologue and body of a query's syntax tree (SPARQL 1.1 Query Language, 19.8)."""
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        prologue, body = parseQuery(query)
    except ParseException as error:
        if is_update(query):
            raise _update() from error
        raise syntax.unreadable(query, error.lineno, error.column) from error
    except RecursionError as error:
        # That parser also calls itself without end where one SERVICE stands in another.
        if any(found.lastgroup for found in _SERVICES.finditer(query)):
            raise _service() from error
        raise _too_deep() from error
    return prologue, body


def _refuse_depth(query: str) -> None:
    """Raise QueryError where more than DEEPEST brackets are open."""
    if sum(map(query.count, "{([")) <= DEEPEST:
        return
    depth = 0
    for found in _BRACKETS.finditer(query):
        if found.lastgroup == "open":
            depth += 1
            if depth > DEEPEST:
                before = query[: found.start()]
                raise _too_deep(before.count("\n") + 1, found.start() - before.rfind("\n"))
        elif found.lastgroup == "close":
            depth = max(depth - 1, 0)


def _too_deep(line: int = 0, column: int = 0) -> QueryError:
    place = (f"Zeile {line}, Spalte {column}: ", f"line {line}, column {column}: ")
    german, english = place if line else ("", "")
    return QueryError(
        Message(
            f"{german}Die Abfrage ist zu tief verschachtelt: Mehr als {DEEPEST} Klammern sind "
            "zugleich offen. Lösen Sie Klammern auf oder stellen Sie mehrere Fragen.",
            f"{english}The query is nested too deeply: more than {DEEPEST} brackets are open at a "
            "time. Use fewer brackets or ask several questions.",
        ),
        line,
        column,
    )


def _nodes(tree: Any) -> Iterator[Any]:  # noqa: ANN401 - pyparsing's results have no types
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif not isinstance(one, str) and hasattr(one, "__iter__"):
            waiting.extend(one)


def _iri(term: Any, names: Any) -> str:  # noqa: ANN401 - as above
    """Return a term of the syntax tree as an absolute IRI, a variable as it is written."""
    if getattr(term, "name", "") == "pname":
        prefix, local = term.prefix or "", term.localname or ""
        known = names.namespace_manager.store.namespace(prefix)
        return f"{prefix}:{local}" if known is None else known + local
    return str(names.absolutize(term))


def _service(server: str = "") -> ForbiddenError:
    return ForbiddenError(
        Message(
            f"SERVICE{server} würde einen anderen Server fragen. Abfragen verlassen diesen "
            "Datensatz nie; fragen Sie den anderen Server selbst (--endpoint).",
            f"SERVICE{server} would ask another server. Queries never leave this dataset; "
            "ask the other server itself (--endpoint).",
        )
    )


def _update() -> ForbiddenError:
    return ForbiddenError(
        Message(
            "Das ist eine Änderung (SPARQL Update). Der Graph entsteht aus den Einträgen in "
            "data/; ändern Sie diese und bauen Sie neu: itas-graph build",
            "This is a change (SPARQL Update). The graph is made from the records in data/; "
            "change those and build again: itas-graph build",
        )
    )
