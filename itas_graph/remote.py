"""A SPARQL server somewhere else -> an endpoint whose answers equal those of the embedded store.

What is asked for is always the same: JSON for tables, N-Triples for graphs; one decoder reads both,
as it reads what the embedded store says. What servers get wrong is met here: rows cut off without a
word, errors inside an answer that began well, pages of HTML, default graphs that differ.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import IO, Any, cast

import pyoxigraph as ox
import SPARQLWrapper

from itas_graph import answers, store
from itas_graph.answers import Answer, Results
from itas_graph.errors import EngineError, ForbiddenError, LimitError, Message, QueryError
from itas_graph.exchange import AGENT, Body, Exchange, RefusalError, Reply, Traffic, address
from itas_graph.vocab import BASE, PREFIXES, VOID
from itas_graph.workspace import Credentials

TIMEOUT = 30.0
#: The longest query that travels in an address, in characters as they are sent.
LONGEST_ADDRESS = 2000
#: How many triples are asked for at a time; where each page costs the server a look through all.
PAGE, RANGE = 5000, 50_000
#: More than this is not fetched as a whole: it would be held here.
MOST_TRIPLES = 500_000
_JSON = "application/sparql-results+json"
_XML = "application/sparql-results+xml"
_TRIPLES = "application/n-triples"
_TABLES = {_JSON: "json", "application/json": "json", _XML: "xml", "application/xml": "xml"}
_GRAPHS = (_TRIPLES, "text/plain", "text/turtle", "application/n-quads")
_READS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_WRITES = {
    *("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"),
}
_TOKEN = re.compile(
    r"""
    (?P<skip>\s++|\#[^\n\r]*+)
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
    | (?P<text>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*+(?:\"{3}|\Z)
        | '{3}(?:'{0,2}(?:[^'\\]|\\.))*+(?:'{3}|\Z)
        | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?)
    | (?P<variable>[?$@]\w*+)
    | (?P<word>[\w.\-]++(?!:))
    | (?P<name>[\w.\-]*+:(?:[\w.\-:%]|\\.)*+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
SCHEMA = PREFIXES["schema"]
ACTIVE = SCHEMA + "ActiveActionStatus"
COMPLETED = SCHEMA + "CompletedActionStatus"


@dataclass(frozen=True)
class Names:
    """The IRIs by which a dataset with the base `base` is kept on a server.

    `catalogue` is the graph that lists all others, `union` the graph that holds each of their
    triples once, `push` the deed that brought them there.
    """

    base: str = BASE

    @property
    def catalogue(self) -> str:
        """The graph that lists all graphs of the dataset and says how the last push went."""
        return self.base + "catalogue"

    @property
    def union(self) -> str:
        """The graph that holds each triple of the dataset once."""
        return self.base + "union"

    @property
    def parts(self) -> str:
        """The graph that lists the parts of large graphs which are on the server, with digests."""
        return self.base + "parts"

    @property
    def dataset(self) -> str:
        """The dataset itself."""
        return self.base + "dataset"

    @property
    def push(self) -> str:
        """The last push."""
        return self.base + "push"


@dataclass(frozen=True)
class Listed:
    """What a catalogue says about one graph: its digest, and how many triples it holds."""

    digest: str = ""
    triples: int = -1


@dataclass(frozen=True)
class Catalogue:
    """What a push left behind: all graphs by IRI, the digest it worked towards, and if it ended."""

    graphs: dict[str, Listed]
    digest: str
    complete: bool


@dataclass(frozen=True, order=True)
class ListedPart:
    """A part of a graph that a push has brought: its first subject, digest and size."""

    first: str
    digest: str
    triples: int


@dataclass(frozen=True)
class Form:
    """What can be told of a query without an engine: its form, and where that begins.

    `names` are the prefixes it uses and does not declare; `dataset` says whether it has FROM.
    """

    word: str
    start: int
    names: frozenset[str]
    dataset: bool


_EMPTY = Message(
    "Hinweis: Fragen ohne GRAPH finden auf diesem Endpunkt nichts: Sein Standardgraph ist leer. "
    "Abhilfe: den Datensatz mit itas-graph push veröffentlichen, oder den Server so einstellen, "
    "dass der Standardgraph alle Graphen vereint.",
    "Note: questions without GRAPH find nothing on this endpoint: its default graph is empty. "
    "Remedy: publish the dataset by itas-graph push, or set the server up so that the default "
    "graph unites all graphs.",
)


class RemoteEndpoint:
    """A SPARQL endpoint reached over HTTP.

    If the server holds a dataset that `itas-graph push` brought there, a question is asked of its
    graphs and of their union, whatever else the server holds; else of what the server itself takes
    for its default graph.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        timeout: float = TIMEOUT,
        base: str = BASE,
        traffic: Traffic | None = None,
    ) -> None:
        """Prepare to ask the endpoint at `url`; nothing is sent yet.

        What moves is counted in `traffic`, and refused above its bound.

        Raises:
            UsageError: the address is none.
        """
        self._exchange = Exchange(url, credentials or Credentials(), timeout, traffic)
        self.url = url
        self.names = Names(base)
        self._uncut = 0
        self._server = ""

    def ask(self, query: str) -> Answer:
        """Answer a SELECT, ASK, CONSTRUCT or DESCRIBE query.

        Raises:
            QueryError: the query does not parse, or would write.
            LimitError: the answer takes too long, or is too long.
            EngineError: the server cannot answer, or its answer is not whole.
        """
        return answers.of_results(self._results(query, self.graphs))

    def serialised(self, query: str, name: str) -> Iterator[bytes]:
        """Answer a query in the format `name`, as the embedded store would write it.

        Raises:
            QueryError: the query does not parse, or its kind of answer has no such format.
            EngineError: as for `ask`.
        """
        return answers.serialised(self._results(query, self.graphs), name)

    @cached_property
    def catalogue(self) -> Catalogue | None:
        """What a push says it left here, or None where there was none; asked once.

        Raises:
            EngineError: the server cannot answer, or mixes the catalogue with other graphs.
        """
        return self.read_catalogue()

    @property
    def graphs(self) -> tuple[tuple[str, str], ...]:
        """The parameters that name the graphs to ask, as SPARQL 1.1 Protocol has them."""
        if self.catalogue is None:
            return ()
        named = sorted(set(self.catalogue.graphs) - {self.names.union})
        return (
            ("default-graph-uri", self.names.union),
            *(("named-graph-uri", graph) for graph in named),
        )

    @property
    def is_faithful(self) -> bool:
        """Say whether long questions are answered as they are meant.

        Virtuoso 7 refuses some valid queries and loses values in others, without a word.
        """
        if not self._server:
            _ = self.catalogue
        return not self._server.startswith("Virtuoso")

    @property
    def warning(self) -> Message | None:
        """What readers should know of the dataset's state, if anything."""
        if self.catalogue is None:
            return None if self._has_default_graph() else _EMPTY
        if self.catalogue.complete:
            return None
        return Message(
            "Hinweis: Auf diesem Endpunkt wird gerade ein neuer Stand veröffentlicht, oder das "
            "wurde abgebrochen; die Antwort kann alt und neu mischen. Vollenden: itas-graph push",
            "Note: a new state is being published on this endpoint, or that was broken off; the "
            "answer may mix old and new. Complete it: itas-graph push",
        )

    def _has_default_graph(self) -> bool:
        return bool(answers.of_results(self._results("ASK { ?s ?p ?o }", ())).truth)

    def read_catalogue(self) -> Catalogue | None:
        """Return what the catalogue says now.

        Raises:
            EngineError: as for `catalogue`.
        """
        names = self.names
        query = (
            "SELECT ?graph ?digest ?triples ?status ?mixed WHERE { "
            f"{{ <{names.push}> <{SCHEMA}actionStatus> ?status "
            f"OPTIONAL {{ <{names.push}> <{PREFIXES['dcterms']}identifier> ?digest }} }} "
            f"UNION {{ <{names.dataset}> <{VOID}subset> ?graph "
            f"OPTIONAL {{ ?graph <{PREFIXES['dcterms']}identifier> ?digest }} "
            f"OPTIONAL {{ ?graph <{VOID}triples> ?triples }} }} "
            "UNION { SELECT ?mixed WHERE { GRAPH ?mixed { ?s ?p ?o } "
            f"FILTER(?mixed != <{names.catalogue}>) }} LIMIT 1 }} }}"
        )
        only = (("default-graph-uri", names.catalogue), ("named-graph-uri", names.catalogue))
        try:
            rows = answers.of_results(self._results(query, only)).rows or ()
        except QueryError:
            # Some servers refuse a graph that they do not hold, instead of taking it for empty.
            return None
        graphs: dict[str, Listed] = {}
        status, target, mixed = "", "", False
        for graph, digest, triples, state, other in rows:
            mixed = mixed or other is not None
            if state is not None:
                status, target = _text(state), _text(digest)
            elif graph is not None:
                count = _text(triples)
                graphs[_text(graph)] = Listed(_text(digest), int(count) if count.isdigit() else -1)
        if not status:
            return None
        if mixed:
            raise EngineError(
                Message(
                    f"{address(self.url)} beachtet nicht, welche Graphen eine Frage meint "
                    "(default-graph-uri), und hält jeden Satz doppelt: Antworten wären falsch. "
                    "Nehmen Sie einen anderen Server oder laden Sie dort allein build/itas.nq.",
                    f"{address(self.url)} ignores which graphs a question means "
                    "(default-graph-uri) and holds each statement twice: answers would be wrong. "
                    "Take another server, or load build/itas.nq alone there.",
                )
            )
        return Catalogue(graphs, target, status == COMPLETED)

    def count(self, graphs: Iterable[str]) -> dict[str, int]:
        """Return how many triples the server holds in each of `graphs`, the empty ones left out."""
        found: dict[str, int] = {}
        wanted = sorted(graphs)
        for start in range(0, len(wanted), 100):
            values = " ".join(f"<{graph}>" for graph in wanted[start : start + 100])
            query = (
                "SELECT ?g (COUNT(*) AS ?n) WHERE { "
                f"VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
            )
            for graph, number in answers.of_results(self._results(query, ())).rows or ():
                # rdflib groups nothing into one group without a name.
                if graph is not None:
                    found[_text(graph)] = int(_text(number))
        return {graph: number for graph, number in found.items() if number}

    def read_parts(self) -> dict[str, tuple[ListedPart, ...]]:
        """Return the parts that the server holds of each large graph, as pushes have noted them."""
        dcterms = PREFIXES["dcterms"]
        query = (
            "SELECT ?graph ?first ?digest ?triples WHERE { "
            f"?graph <{VOID}subset> ?part . ?part <{VOID}exampleResource> ?first ; "
            f"<{dcterms}identifier> ?digest ; <{VOID}triples> ?triples }}"
        )
        try:
            rows = answers.of_results(
                self._results(query, (("default-graph-uri", self.names.parts),))
            ).rows
        except QueryError:
            return {}  # a server that refuses a graph which it does not hold
        found: dict[str, list[ListedPart]] = {}
        for graph, first, digest, triples in rows or ():
            part = ListedPart(_text(first), _text(digest), int(_text(triples)))
            found.setdefault(_text(graph), []).append(part)
        return {graph: tuple(sorted(parts)) for graph, parts in found.items()}

    def graph(self, graph: str, size: int = PAGE) -> set[ox.Triple]:
        """Return the triples of one graph, read in pages of `size`, or of what the server gives.

        Raises:
            EngineError: the server gave fewer than it counts.
        """
        total = self.count([graph]).get(graph, 0)
        found: set[ox.Triple] = set()
        for page in self._pages(f"GRAPH <{graph}> {{ ?s ?p ?o }}", total, size):
            found.update(page)
        if len(found) < total:
            raise self._cut(len(found))
        return found

    def of_subjects(self, graph: str, subjects: Iterable[str], wanted: int) -> set[ox.Triple]:
        """Return what a graph says of `subjects` (IRIs in brackets), where `wanted` is expected.

        Raises:
            EngineError: as for `ask`.
        """
        pattern = f"VALUES ?s {{ {' '.join(subjects)} }} GRAPH <{graph}> {{ ?s ?p ?o }}"
        return {one for page in self._pages(pattern, wanted) for one in page}

    def between(self, graph: str, first: str, end: str, most: int) -> set[ox.Triple]:
        """Return what a graph says of the subjects from `first` on and before `end`, if any.

        The server looks through the whole graph for that. `most` triples are more than enough.

        Raises:
            EngineError: as for `ask`.
        """
        name = 'CONCAT(STR(?s), ">")'
        until = f' && {name} < "{end}>"' if end else ""
        pattern = f'GRAPH <{graph}> {{ ?s ?p ?o }} FILTER({name} >= "{first}>"{until})'
        return {one for page in self._pages(pattern, most + 1, RANGE) for one in page}

    def _pages(self, pattern: str, most: int, size: int = PAGE) -> Iterator[list[ox.Triple]]:
        """Yield what a pattern finds in pages, until there is no more, or `most` are passed."""
        offset = 0
        while offset < most:
            query = (
                f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ SELECT ?s ?p ?o WHERE {{ {pattern} }} "
                f"LIMIT {size} OFFSET {offset} }} }}"
            )
            page = self._triples(query, ())
            if not page:
                return
            yield page
            offset += min(size, len(page))

    def quads(self) -> list[ox.Quad]:
        """Return what all named graphs hold; of a pushed dataset, without union and catalogue.

        Raises:
            LimitError: that is too much to be held here.
            EngineError: as for `ask`.
        """
        self._refuse_many()
        if self.catalogue is not None:
            names = sorted(set(self.catalogue.graphs) - {self.names.union})
        else:
            query = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
            rows = answers.of_results(self._results(query, ())).rows or ()
            names = sorted(_text(graph) for (graph,) in rows)
        return [
            ox.Quad(one.subject, one.predicate, one.object, ox.NamedNode(name))
            for name in names
            for one in sorted(self.graph(name), key=str)
        ]

    def _refuse_many(self) -> None:
        if self.catalogue is not None:
            sizes = {**self.catalogue.graphs, self.names.union: Listed(triples=0)}
            size = sum(max(one.triples, 0) for one in sizes.values())
        else:
            query = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
            size = self._number(query, ())
        if size > MOST_TRIPLES:
            there, most = (f"{one:,}".replace(",", ".") for one in (size, MOST_TRIPLES))
            raise LimitError(
                Message(
                    f"Auf {address(self.url)} liegen {there} Sätze; geholt werden höchstens "
                    f"{most}. Fragen Sie dort mit query, measure oder network --edge-list nach "
                    "dem, was Sie brauchen.",
                    f"{address(self.url)} holds {size:,} statements; at most {MOST_TRIPLES:,} are "
                    "fetched. Ask there for what you need, by query, measure or network "
                    "--edge-list.",
                ),
                "size",
            )

    def _results(self, query: str, graphs: Sequence[tuple[str, str]]) -> Results:
        form = form_of(query)
        if form.word not in _READS:
            raise _no_question(query, form)
        if form.dataset:
            graphs = ()
        if form.word in ("SELECT", "ASK"):
            return self._table(query, form, graphs)
        found = self._triples(query, graphs)
        if not self.is_faithful:
            self._refuse_cut_graph(len(found))
        return iter(found)

    def _table(self, query: str, form: Form, graphs: Sequence[tuple[str, str]]) -> Results:
        reply = self._send(query, form, graphs)
        name = self._table_format(reply)
        if form.word == "SELECT" and "X-SPARQL-MaxRows" in reply.headers and name == "json":
            reply.body = self._all_rows(query, form, graphs, reply)
        results = answers.parsed(reply.body, name)
        if isinstance(results, ox.QueryBoolean) != (form.word == "ASK"):
            raise self._no_answer(form.word)
        return results

    def _triples(self, query: str, graphs: Sequence[tuple[str, str]]) -> list[ox.Triple]:
        reply = self._send(query, form_of(query), graphs)
        if reply.media_type and reply.media_type not in _GRAPHS:
            raise self._no_graph(reply)
        if not reply.framed:
            raise EngineError(
                Message(
                    f"{address(self.url)} sagt nicht, wie lang seine Antwort ist; ob sie ganz ist, "
                    "lässt sich so nicht wissen. Stellen Sie die Frage mit SELECT.",
                    f"{address(self.url)} does not say how long its answer is, so nobody can know "
                    "whether it is whole. Ask by SELECT instead.",
                )
            )
        name = "ttl" if reply.media_type == "text/turtle" else "nt"
        found = answers.of_results(answers.parsed(reply.body, name)).triples
        return list(found or ())

    def _send(self, query: str, form: Form, graphs: Sequence[tuple[str, str]]) -> Reply:
        try:
            reply = _Wrapper(self._exchange, self.url, with_prefixes(query, form), form).asked(
                graphs
            )
        except RefusalError as refusal:
            if refusal.status == 400 or "syntax" in refusal.said.lower():
                raise _refused_query(query, refusal) from refusal
            raise
        self._server = reply.headers.get("Server", "")
        return reply

    def _table_format(self, reply: Reply) -> str:
        if reply.media_type in _TABLES:
            return _TABLES[reply.media_type]
        if not reply.media_type:
            return "json"
        said = self._exchange.excerpt(reply.body)
        raise EngineError(
            Message(
                f"{address(self.url)} antwortet nicht mit Ergebnissen, sondern mit "
                f"{reply.media_type[:60]}; ist das die Adresse des SPARQL-Endpunkts? {said}",
                f"{address(self.url)} does not answer with results but with "
                f"{reply.media_type[:60]}; is that the address of the SPARQL endpoint? {said}",
            )
        )

    def _no_graph(self, reply: Reply) -> EngineError:
        said = self._exchange.excerpt(reply.body)
        return EngineError(
            Message(
                f"{address(self.url)} gibt Graphen nicht als N-Triples, sondern als "
                f"{reply.media_type[:60]}. Stellen Sie die Frage mit SELECT. {said}",
                f"{address(self.url)} does not give graphs as N-Triples but as "
                f"{reply.media_type[:60]}. Ask by SELECT instead. {said}",
            )
        )

    def _no_answer(self, word: str) -> EngineError:
        return EngineError(
            Message(
                f"{address(self.url)} antwortet auf {word} mit etwas anderem.",
                f"{address(self.url)} answers {word} with something else.",
            )
        )

    def _all_rows(
        self, query: str, form: Form, graphs: Sequence[tuple[str, str]], first: Reply
    ) -> IO[bytes]:
        """Return the whole table in JSON where a server stopped at its own limit.

        Virtuoso cuts with status 200. Its pages are asked for around the query; that they are all,
        and none twice, is checked against two counts.
        """
        table = _loaded(first.body)
        rows: list[Any] = table["results"]["bindings"]
        inner = query[form.start :]
        prologue = query[: form.start]
        total = self._number(
            f"{prologue}SELECT (COUNT(*) AS ?n) WHERE {{ {{ {inner}\n}} }}", graphs
        )
        if total <= len(rows):
            first.body.seek(0)
            return first.body
        size = len(rows)
        columns = " ".join(f"?{name}" for name in table["head"]["vars"])
        whole = Body()
        whole.write(f'{{"head": {json.dumps(table["head"])}, "results": {{"bindings": ['.encode())
        count, seen = 0, set[bytes]()
        for offset in range(0, total, size):
            page = (
                f"{prologue}SELECT {columns} WHERE {{ {{ {inner}\n}} }} "
                f"LIMIT {size} OFFSET {offset}"
            )
            for row in self._bindings(page, graphs):
                text = json.dumps(row, sort_keys=True).encode()
                whole.write(b"," + text if count else text)
                seen.add(hashlib.sha256(text).digest()[:16])
                count += 1
        whole.write(b"]}}")
        whole.seek(0)
        different = self._number(
            f"{prologue}SELECT (COUNT(*) AS ?n) WHERE "
            f"{{ {{ SELECT DISTINCT {columns} WHERE {{ {{ {inner}\n}} }} }} }}",
            graphs,
        )
        if count != total or len(seen) != different:
            raise self._cut(size)
        return cast("IO[bytes]", whole)

    def _bindings(self, query: str, graphs: Sequence[tuple[str, str]]) -> list[Any]:
        try:
            reply = self._send(query, form_of(query), graphs)
        except QueryError as error:
            raise self._cut(0) from error
        table = _loaded(reply.body)
        rows: list[Any] = table["results"]["bindings"]
        return rows

    def _number(self, query: str, graphs: Sequence[tuple[str, str]]) -> int:
        try:
            return int(self._bindings(query, graphs)[0]["n"]["value"])
        except (LookupError, TypeError, ValueError) as error:
            raise self._cut(0) from error

    def _refuse_cut_graph(self, size: int) -> None:
        """Refuse a graph that Virtuoso may have cut, which it does without any sign.

        Whether its limit lies above `size` is asked by a table, where it does give a sign.
        """
        if size < self._uncut or not size:
            return
        wanted = max(size + 1, 1000)
        query = f"SELECT ?p WHERE {{ ?s ?p ?o . ?x ?y ?z }} LIMIT {wanted}"
        reply = self._send(query, form_of(query), ())
        if "X-SPARQL-MaxRows" in reply.headers:
            limit = reply.headers["X-SPARQL-MaxRows"]
            if limit.isdigit() and int(limit) > size:
                return
            raise self._cut(size)
        self._uncut = wanted

    def _cut(self, size: int) -> EngineError:
        after = Message(f" nach {size} ab" if size else " ab", f" after {size}" if size else "")
        return EngineError(
            Message(
                f"{address(self.url)} schneidet Antworten{after.de}, ohne es zu sagen; die Antwort "
                "wäre unvollständig. Schränken Sie die Frage ein, oder lassen Sie die Grenze des "
                "Servers erhöhen (bei Virtuoso: ResultSetMaxRows).",
                f"{address(self.url)} cuts answers{after.en} without saying so; the answer would "
                "be incomplete. Narrow the question, or have the server's limit raised (of "
                "Virtuoso: ResultSetMaxRows).",
            )
        )


class _Wrapper(SPARQLWrapper.SPARQLWrapper):
    """One query as SPARQLWrapper puts it on the wire, sent by our own exchange.

    SPARQLWrapper guesses the form of a query from its words, comments included, and finds ADD in
    “address”; here it is told.
    """

    def __init__(self, exchange: Exchange, url: str, query: str, form: Form) -> None:
        self._exchange = exchange
        self._form = form
        super().__init__(url, agent=AGENT)
        self.setOnlyConneg(True)
        self.setQuery(query)
        accept = _JSON if form.word in ("SELECT", "ASK") else _TRIPLES
        self.addCustomHttpHeader("Accept", accept)

    def asked(self, graphs: Sequence[tuple[str, str]]) -> Reply:
        """Return the server's reply to the query on `graphs`."""
        self._sent = urllib.parse.urlencode({"query": self.queryString}) + _encoded(tuple(graphs))
        short = len(self.endpoint) + len(self._sent) <= LONGEST_ADDRESS
        self.setMethod(SPARQLWrapper.GET if short else SPARQLWrapper.POST)
        return self._exchange.send(self._createRequest())

    def _getRequestEncodedParameters(self, _: object = None) -> str:  # noqa: N802  # SPARQLWrapper's name
        # SPARQLWrapper would encode some hundred graphs anew for each question.
        return self._sent

    def _parseQueryType(self, _: str) -> str:  # noqa: N802  # SPARQLWrapper's own name
        return self._form.word

    def _createRequest(self) -> urllib.request.Request:  # noqa: N802  # SPARQLWrapper's name
        request = super()._createRequest()
        if "?" in self.endpoint and request.data is None:
            # The address has parameters of its own.
            request.full_url = request.full_url.replace(self.endpoint + "?", self.endpoint + "&", 1)
        return request


@lru_cache(maxsize=8)
def _encoded(graphs: tuple[tuple[str, str], ...]) -> str:
    return "&" + urllib.parse.urlencode(graphs) if graphs else ""


def form_of(query: str) -> Form:
    r"""Tell the form of a query; what comes before it has a regular grammar and needs no parser.

    >>> form_of("# ASK\nPREFIX select: <x:ask#> CONSTRUCT WHERE { ?s org:x 'FROM' }").word
    'CONSTRUCT'
    >>> form_of("ASK FROM <x:g> { ?s org:unitOf ?o }")
    Form(word='ASK', start=0, names=frozenset({'org'}), dataset=True)
    """
    word, start, depth, dataset = "", 0, 0, False
    used: set[str] = set()
    declared: set[str] = set()
    before = ""
    for token in _TOKEN.finditer(query):
        kind, text = token.lastgroup, token[0]
        if kind == "skip":
            continue
        if kind == "word" and not depth:
            upper = text.upper()
            if not word and upper not in ("BASE", "PREFIX"):
                word, start = upper, token.start()
            dataset = dataset or (upper == "FROM" and bool(word))
        elif kind == "name" and text[0] != "_":
            prefix = text.partition(":")[0]
            (declared if before == "PREFIX" else used).add(prefix)
        elif text in "{}":
            depth += 1 if text == "{" else -1
        before = text.upper() if kind == "word" else ""
    return Form(word, start, frozenset(used - declared), dataset)


def with_prefixes(query: str, form: Form) -> str:
    """Return a query with those pre-bound prefixes declared that it uses; its lines stay lines."""
    known = sorted(form.names & set(PREFIXES))
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in known) + query


def _no_question(query: str, form: Form) -> QueryError:
    if form.word in _WRITES:
        return ForbiddenError(
            Message(
                f"Das ist keine Frage, sondern eine Änderung ({form.word}); hier wird nur gelesen.",
                f"This is no question but a change ({form.word}); here one only reads.",
            )
        )
    return _local_error(query) or QueryError(
        Message(
            "Die Abfrage beginnt nicht mit SELECT, ASK, CONSTRUCT oder DESCRIBE.",
            "The query does not begin with SELECT, ASK, CONSTRUCT or DESCRIBE.",
        )
    )


def _refused_query(query: str, refusal: RefusalError) -> QueryError:
    """Return the error of a query that the server did not understand: ours, if we see it too."""
    return _local_error(query) or QueryError(refusal.message)


def _local_error(query: str) -> QueryError | None:
    """Return what the embedded engine finds wrong with the text; it has no data to work on."""
    if "service" in query.lower():
        return None  # the one thing that could reach out, should the text be sound
    try:
        store.of_quads([]).run(query)
    except QueryError as error:
        return error
    except EngineError:
        return None
    return None


def _loaded(body: IO[bytes]) -> Any:  # noqa: ANN401  # JSON
    try:
        return json.load(body)
    except ValueError as error:
        raise answers.broke_off(error) from error


def _text(term: object) -> str:
    return str(getattr(term, "value", "") or "")
