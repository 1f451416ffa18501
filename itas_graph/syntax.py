"""What a SPARQL parser objects to -> an error with line, column, the line itself and a mark."""

from __future__ import annotations

import re

from itas_graph.errors import Message, QueryError
from itas_graph.vocab import PREFIXES

_UNSAID = Message("", "")


def objection(query: str, text: str) -> QueryError:
    """Return what Oxigraph's parser said of a query (`text`) as an error with its place."""
    place = re.search(r"at (\d+):(\d+)", text)
    line, column = (int(place[1]), int(place[2])) if place else (1, 1)
    return unreadable(query, line, column, _reason(text))


def unreadable(query: str, line: int, column: int, reason: Message = _UNSAID) -> QueryError:
    """Return the error of a query that cannot be read at a line and column (from 1)."""
    lines = query.split("\n")
    line = min(line, len(lines))
    while line > 1 and not lines[line - 1].strip():
        # What is missing at the end is missed on the last line that says something.
        line -= 1
        column = len(lines[line - 1]) + 1
    shown = lines[line - 1]
    mark = shown.expandtabs(1) + "\n" + " " * (column - 1) + "^"
    return QueryError(
        Message(
            f"Zeile {line}, Spalte {column}: hier ist die Abfrage nicht lesbar{reason.de}.\n{mark}",
            f"line {line}, column {column}: the query cannot be read here{reason.en}.\n{mark}",
        ),
        line,
        column,
    )


def _reason(text: str) -> Message:
    if "Prefix not found" in text:
        return Message(
            " (unbekanntes Präfix; vordefiniert sind " + ", ".join(PREFIXES) + ")",
            " (unknown prefix; pre-bound are " + ", ".join(PREFIXES) + ")",
        )
    if "unbound" in text:
        return Message(
            " (SELECT nennt eine Variable, die weder im Muster noch in GROUP BY steht)",
            " (SELECT names a variable that neither the pattern nor GROUP BY binds)",
        )
    words = [
        word
        for word in re.findall(r"\b[A-Z]{3,}\b", text.partition("expected")[2])
        # LATERAL is no SPARQL 1.1, SERVICE is refused, the others are the hexadecimal ends of
        # ranges of characters.
        if word not in ("LATERAL", "SERVICE") and not set(word) <= set("ABCDEF")
    ]
    if words:
        expected = ", ".join(dict.fromkeys(words))
        return Message(f" (möglich wäre: {expected})", f" (possible: {expected})")
    return _UNSAID
