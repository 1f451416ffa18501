"""An answer -> a page that shows it to people: a table, or yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from itas_graph import linked_data, pages
from itas_graph.answers import Answer
from itas_graph.errors import Language

#: More rows than these are not shown; the files hold all.
MOST_ROWS = 500
#: Nor more than these: a page is made by the service itself, while others wait.
_MOST_CELLS = 20_000
_MOST_COLUMNS = 200
#: Letters of one cell; a longer address leads nowhere.
_LONGEST = 5000
_TABLE_FILES = ("csv", "tsv", "json", "xml")
_GRAPH_FILES = ("ttl", "jsonld", "nt", "rdf")


@dataclass(frozen=True)
class Cell:
    """One term as a page shows it: its text, where it leads, its language if it has one."""

    text: str
    link: str
    tongue: str


def page(
    answer: Answer, asked: Sequence[tuple[str, str]], query: str, base: str, language: Language
) -> str:
    """Return the page of an answer to `query`.

    `asked` are the parameters of the request (query and graphs), for links to the same answer in
    other forms; `base` begins the IRIs of resources. No more rows are taken than are shown.
    """
    columns = answer.columns
    found: Iterable[Sequence[object]] = answer.rows or ()
    if answer.triples is not None:
        columns = ["subject", "predicate", "object"]
        found = (tuple(triple) for triple in answer.triples)
    most = min(MOST_ROWS, max(_MOST_CELLS // max(len(columns), 1), 1))
    rows = [[_cell(term, base) for term in row[:_MOST_COLUMNS]] for row in islice(found, most + 1)]
    return pages.rendered(
        "result.html.j2",
        "",
        language,
        query=query,
        columns=columns[:_MOST_COLUMNS],
        rows=rows[:most],
        cut=len(rows) > most,
        narrowed=len(columns) > _MOST_COLUMNS,
        truth=answer.truth,
        again=urlencode(asked),
        forms=_TABLE_FILES if answer.triples is None else _GRAPH_FILES,
    )


def _cell(term: object, base: str) -> Cell:
    if term is None:
        return Cell("", "", "")
    text = str(getattr(term, "value", term))
    if len(text) > _LONGEST:
        return Cell(text[:_LONGEST] + "…", "", "")
    link = linked_data.link(term, base, "")
    is_literal = hasattr(term, "datatype")
    return Cell(
        text if is_literal else linked_data.shortened(text, base),
        link,
        getattr(term, "language", None) or "",
    )
