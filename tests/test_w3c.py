"""Query evaluation and protocol over HTTP, case by case: an own suite, and that of the W3C.

The own suite is in tests/evaluation. That of the W3C is not in this repository: set ITAS_W3C_TESTS
to a checkout of https://github.com/w3c/rdf-tests. Both run through the service itself, with its
guard and its processes: for each dataset a build takes the place of the one before.
"""

import asyncio
import csv
import io
import os
import re
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import httpx
import pyoxigraph as ox
import pytest
import rdflib
import uvicorn
from rdflib.collection import Collection

from itas_graph import clients, reach
from itas_graph.edition import Edition
from itas_graph.guard import MEGABYTE, Limits
from itas_graph.monitoring import Monitor
from itas_graph.service import Service, Settings
from itas_graph.snapshot import Snapshot
from itas_graph.vocab import PREFIXES

pytestmark = pytest.mark.usefixtures("rubbish_is_collected_here")

OWN = Path(__file__).parent / "evaluation"
W3C = os.environ.get("ITAS_W3C_TESTS", "")
PUBLISHED = "https://w3c.github.io/rdf-tests/"
#: Fewer would mean that cases are lost on the way.
FEWEST_OWN, FEWEST_REFUSED = 40, 7

#: What the own suite must have in it.
WORDS = """
    OPTIONAL UNION MINUS VALUES BIND EXISTS GRAPH FROM ORDER DISTINCT REDUCED HAVING CONSTRUCT ASK
    DESCRIBE COUNT SUM AVG MIN MAX SAMPLE GROUP_CONCAT LANG LANGMATCHES REGEX REPLACE STRDT YEAR TZ
    IF COALESCE IN OFFSET STRAFTER ENCODE_FOR_URI SHA256 isIRI sameTerm UNDEF
"""
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")
RDFS = rdflib.RDFS
EVALUATED = {
    "sparql/sparql10/manifest-evaluation.ttl": 250,
    "sparql/sparql11/manifest-sparql11-query.ttl": 200,
    "sparql/sparql11/manifest-sparql11-results.ttl": 8,
}
FEDERATED = "sparql/sparql11/manifest-sparql11-fed.ttl"
PROTOCOL = "sparql/sparql11/protocol/manifest.ttl"
RDF_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".trig": ox.RdfFormat.TRIG,
}
RESULT_FORMATS = {
    ".srx": ox.QueryResultsFormat.XML,
    ".srj": ox.QueryResultsFormat.JSON,
    ".tsv": ox.QueryResultsFormat.TSV,
}
#: How an answer is asked for, and read.
TABLES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}

w3c = pytest.mark.skipif(not W3C, reason="set ITAS_W3C_TESTS to a checkout of w3c/rdf-tests")


class Running:
    """The service on a free port of this machine; its build can be exchanged for any dataset.

    Service and client take turns in one thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._served: list | None = None
        self._limits = Limits(seconds=20, memory=512 * MEGABYTE, size=1 << 24)
        self._listener = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        settings = Settings(self._limits, workers=1)
        self._service = Service(folder, [], settings, Monitor(None), address)
        config = uvicorn.Config(
            self._service, http=clients.PatientProtocol, ws="none", lifespan="off",
            log_config=None, access_log=False,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._runner = asyncio.Runner(loop_factory=config.get_loop_factory())
        # The browser's driver keeps an event loop in the thread of the tests.
        self._thread = ThreadPoolExecutor(1)
        self._client = httpx.AsyncClient(base_url=address, timeout=60)
        self._run(self._start())

    def _run(self, work):
        return self._thread.submit(self._runner.run, work).result()

    def exchange(self, quads) -> None:
        """Serve a dataset instead of the one before."""
        if quads is not self._served:
            self._run(self._exchange(quads))
            self._served = quads

    def ask(self, query: str, accept: str) -> httpx.Response:
        kind = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.send("POST", "/sparql", content=query.encode(), headers=kind)

    def send(self, method: str, address: str, **request) -> httpx.Response:
        return self._run(self._client.request(method, address, **request))

    def stop(self) -> None:
        self._run(self._stop())
        self._thread.submit(self._runner.close).result()
        self._thread.shutdown()
        self._listener.close()

    async def _start(self) -> None:
        self._service.edition = self._edition([])
        await self._service.edition.start()
        self._serving = asyncio.ensure_future(self._server._serve([self._listener]))

    async def _stop(self) -> None:
        await self._client.aclose()
        self._server.should_exit = True
        await self._serving
        await self._service.edition.retire(0)

    async def _exchange(self, quads) -> None:
        new = self._edition(quads)
        await new.start()
        old, self._service.edition = self._service.edition, new
        await old.retire(5)

    def _edition(self, quads) -> Edition:
        self._number += 1
        folder = self._folder / f"{self._number}"
        folder.mkdir()
        (folder / "index.html").write_text("<!doctype html>")
        store = ox.Store(str(folder / "store"))
        fill(store, quads)
        store.flush()
        del store
        manifest = {"base": "https://example.org/id/", "digest": folder.name, "profile": "public",
                    "files": {}, "statements": 0}  # fmt: skip
        taken = Snapshot(folder, manifest, (folder / "lock").open("wb"))
        return Edition(taken, self._limits, 1, 8)


def fill(store: ox.Store, quads) -> None:
    """Put quads, and graphs by their names, into a store."""
    for one in quads:
        if isinstance(one, ox.NamedNode):
            store.add_graph(one)
        else:
            store.add(one)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    started = Running(tmp_path_factory.mktemp("served"))
    yield started
    started.stop()


@dataclass
class Case:
    """One query, its dataset and the answer to expect."""

    name: str
    query: str
    base: str
    quads: list
    expected: Path

    @property
    def text(self) -> str:
        """The query as it is sent: the protocol has no field for the base IRI."""
        return f"BASE <{self.base}>\n{self.query}"


# Answers as values that can be compared.


def table(results) -> tuple:
    """Return an answer as a value: the truth, or columns and rows."""
    if isinstance(results, ox.QueryBoolean):
        return ("truth", bool(results))
    columns = [one.value for one in results.variables]
    rows = [
        frozenset((c, value(t)) for c, t in zip(columns, row, strict=True) if t) for row in results
    ]
    return ("rows", frozenset(columns), rows)


def csv_table(text: str) -> tuple:
    columns, *rows = csv.reader(io.StringIO(text))

    def term(value):
        return ox.BlankNode(value[2:]) if value.startswith("_:") else ox.Literal(value)

    return ("rows", frozenset(columns), [
        frozenset((c, term(v)) for c, v in zip(columns, row, strict=False) if v) for row in rows
    ])  # fmt: skip


def graph(triples) -> tuple:
    return ("graph", frozenset(ox.Triple(*map(value, one)) for one in triples))


def value(term):
    """Return a term with a number as numbers are counted: 1.0 and 1.00 are one decimal."""
    kind = term.datatype.value.partition("XMLSchema#")[2] if isinstance(term, ox.Literal) else ""
    try:
        if kind in ("decimal", "integer"):
            return ox.Literal(str(Decimal(term.value).normalize()), datatype=term.datatype)
        if kind in ("double", "float"):
            return ox.Literal(repr(float(term.value)), datatype=term.datatype)
    except (ArithmeticError, ValueError):
        return term
    return term


def has_blank(term) -> bool:
    if isinstance(term, ox.Triple):
        return any(map(has_blank, term))
    return isinstance(term, ox.BlankNode)


def isomorphic(one, other) -> bool:
    """Say whether two sets of triples are equal but for the names of blank nodes."""
    if one == other:
        return True
    sets = []
    for triples in (one, other):
        dataset = ox.Dataset(ox.Quad(*triple) for triple in triples)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        sets.append(set(dataset))
    return sets[0] == sets[1]


def rows_as_triples(rows) -> set:
    """Return rows with blank nodes as a graph: a node for each row that differs, and how often."""
    triples = set()
    for number, (row, times) in enumerate(Counter(rows).items()):
        node = ox.BlankNode(f"row{number}")
        triples.add(ox.Triple(node, ox.NamedNode("x:times"), ox.Literal(times)))
        triples |= {ox.Triple(node, ox.NamedNode("x:column/" + c), t) for c, t in row}
    return triples


def equal(one: tuple, other: tuple) -> bool:
    """Say whether two answers are equal: bags of rows, blank nodes by any name."""
    if one[0] != other[0]:
        return False
    if one[0] == "graph":
        return isomorphic(one[1], other[1])
    if one[0] == "truth":
        return one == other
    if one[1] != other[1]:
        return False
    bags = []
    for rows in (one[2], other[2]):
        blank = [row for row in rows if any(has_blank(t) for _, t in row)]
        ground = Counter(row for row in rows if not any(has_blank(t) for _, t in row))
        bags.append((ground, rows_as_triples(blank)))
    return bags[0][0] == bags[1][0] and isomorphic(bags[0][1], bags[1][1])


def expected(case: Case) -> tuple:
    """Return the answer that a case expects."""
    path = case.expected
    if path.suffix == ".csv":
        return csv_table(path.read_text("utf-8"))
    if path.suffix in RESULT_FORMATS:
        return table(ox.parse_query_results(path=path, format=RESULT_FORMATS[path.suffix]))
    base = case.base.rpartition("/")[0] + "/" + path.name
    quads = ox.parse(path=path, format=RDF_FORMATS[path.suffix], base_iri=base)
    return result_set(frozenset(quad.triple for quad in quads))


def result_set(triples) -> tuple:
    """Return a graph as it is, or the table that it describes (the result set vocabulary)."""
    found = {}
    for one in triples:
        found.setdefault(one.subject, {}).setdefault(one.predicate.value, []).append(one.object)
    heads = [node for node, said in found.items() if ox.NamedNode(RS + "ResultSet") in
             said.get("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", [])]  # fmt: skip
    if not heads:
        return graph(triples)
    head = found[heads[0]]
    if RS + "boolean" in head:
        return ("truth", head[RS + "boolean"][0].value == "true")
    rows = []
    for solution in head.get(RS + "solution", []):
        bindings = [found[one] for one in found.get(solution, {}).get(RS + "binding", [])]
        rows.append(
            frozenset(
                (one[RS + "variable"][0].value, value(one[RS + "value"][0])) for one in bindings
            )
        )
    columns = frozenset(one.value for one in head.get(RS + "resultVariable", []))
    return ("rows", columns, rows)


# The engine alone, and the engine behind the service.


def of_engine(case: Case) -> tuple:
    """Return what the engine itself answers."""
    store = ox.Store()
    fill(store, case.quads)
    clause = reach.clause(case.text)
    graphs = {}
    if clause != reach.DatasetClause():
        graphs["default_graph"] = list(map(ox.NamedNode, clause.default))
        graphs["named_graphs"] = list(map(ox.NamedNode, clause.named))
    results = store.query(case.text, prefixes=PREFIXES, **graphs)
    if isinstance(results, ox.QueryTriples):
        return graph(results)
    if case.expected.suffix == ".csv" and not isinstance(results, ox.QueryBoolean):
        return csv_table(results.serialize(format=ox.QueryResultsFormat.CSV).decode())
    return table(results)


def over_http(running: Running, case: Case):
    """Yield what the service answers, in each format, with the format's media type."""
    suffix = case.expected.suffix
    is_graph = expected(case)[0] == "graph"
    kinds = [*GRAPHS] if is_graph else [*TABLES]
    kinds += {".csv": ["text/csv"], ".tsv": ["text/tab-separated-values"]}.get(suffix, [])
    for kind in kinds:
        answer = running.ask(case.text, kind)
        if answer.status_code != 200:
            yield kind, ("status", answer.status_code, answer.text)
        elif kind in GRAPHS:
            yield kind, graph(quad.triple for quad in ox.parse(answer.content, format=GRAPHS[kind]))
        elif kind == "text/csv":
            yield kind, csv_table(answer.text)
        else:
            rdf = TABLES.get(kind, ox.QueryResultsFormat.TSV)
            yield kind, table(ox.parse_query_results(answer.content, format=rdf))


def troubles(running: Running, case: Case) -> list[str]:
    """Return what differs over HTTP from what a case expects."""
    running.exchange(case.quads)
    wanted = expected(case)
    found = []
    for kind, got in over_http(running, case):
        here = wanted
        if case.expected.suffix == ".csv" and kind != "text/csv":
            continue  # such a table has lost the kinds of its terms
        if not equal(got, here):
            found.append(f"{case.name} as {kind}: {got} instead of {here}")
    return found


# The own suite: NAME.rq and its answer in NAME.tsv (SELECT, ASK) or NAME.ttl (CONSTRUCT).


def own_cases() -> dict[str, Path]:
    return {path.stem: path for path in sorted(OWN.glob("*.rq"))}


@pytest.fixture(scope="module")
def own_data():
    return list(ox.parse(path=OWN / "data.trig", format=ox.RdfFormat.TRIG))


@pytest.mark.parametrize("name", own_cases())
def test_a_query_of_the_own_suite_is_answered(running, own_data, name):
    query = own_cases()[name]
    answer = next(path for path in OWN.glob(f"{name}.*") if path.suffix != ".rq")
    case = Case(name, query.read_text("utf-8"), "http://example.org/", own_data, answer)
    assert troubles(running, case) == []
    if name.startswith(("order", "limit")):
        for _, got in over_http(running, case):
            assert got[2] == expected(case)[2]


def test_the_own_suite_is_all_there():
    assert len(own_cases()) >= FEWEST_OWN
    words = " ".join(path.read_text("utf-8") for path in own_cases().values())
    for word in WORDS.split():
        assert re.search(rf"\b{word}\b", words), word


# The suite of the W3C.


def manifest(name: str) -> tuple[rdflib.Graph, Path, rdflib.URIRef]:
    path = Path(W3C) / name
    iri = rdflib.URIRef(PUBLISHED + name)
    return rdflib.Graph().parse(path, publicID=str(iri)), path, iri


def local(iri) -> Path:
    return Path(W3C) / unquote(str(iri).removeprefix(PUBLISHED))


def loaded(iri, graph_name) -> list:
    """Return a file as quads of a graph, after the name of that graph."""
    path = local(iri)
    quads = ox.parse(path=path, format=RDF_FORMATS[path.suffix], base_iri=str(iri),
                     without_named_graphs=True, rename_blank_nodes=True)  # fmt: skip
    found = [ox.Quad(*quad.triple, graph_name) for quad in quads]
    return found if graph_name == ox.DefaultGraph() else [graph_name, *found]


def entries(name: str):
    """Yield each test of a manifest and of those it includes."""
    found, _, iri = manifest(name)
    for included in found.objects(iri, MF.include):
        for one in Collection(found, included):
            yield from entries(str(one).removeprefix(PUBLISHED))
    for listed in found.objects(iri, MF.entries):
        for one in Collection(found, listed):
            yield found, name, one


def case_of(found: rdflib.Graph, name: str, test) -> Case:
    action = found.value(test, MF.action)
    query = found.value(action, QT.query)
    text = local(query).read_text("utf-8")
    quads = []
    for one in found.objects(action, QT.data):
        quads += loaded(one, ox.DefaultGraph())
    for one in found.objects(action, QT.graphData):
        # By its own name, or by that of a label.
        named = found.value(one, QT.graph) or found.value(one, UT.graph) or one
        label = found.value(one, RDFS.label) or named
        quads += loaded(named, ox.NamedNode(str(label)))
    clause = reach.clause(f"BASE <{query}>\n{text}")
    for one in {*clause.default, *clause.named}:
        if ox.NamedNode(one) not in quads:
            quads += loaded(one, ox.NamedNode(one))
    label = f"{name.split('/')[-2]}/{str(test).rpartition('#')[2]}"
    return Case(label, text, str(query), quads, local(found.value(test, MF.result)))


EVALUATIONS = {MF.QueryEvaluationTest, MF.CSVResultFormatTest}


@w3c
@pytest.mark.parametrize("name", EVALUATED)
def test_what_the_engine_passes_the_service_passes(running, name):
    passed, left, wrong = [], [], []
    for found, where, test in entries(name):
        if found.value(test, rdflib.RDF.type) not in EVALUATIONS:
            continue
        case = case_of(found, where, test)
        try:
            passes = equal(of_engine(case), expected(case))
        except (SyntaxError, ValueError, RuntimeError):
            passes = False
        if passes:
            wrong += troubles(running, case)
            passed.append(case.name)
        else:
            left.append(case.name)
    print(name, len(passed), "passed by the engine; not:", *left)  # noqa: T201 - for pytest -s
    assert wrong == []
    assert len(passed) >= EVALUATED[name]


@w3c
def test_other_servers_are_not_asked(running):
    """Each query of the federation tests is refused, before its data would matter."""
    refused = []
    for found, _, test in entries(FEDERATED):
        query = found.value(found.value(test, MF.action), QT.query)
        if found.value(test, rdflib.RDF.type) in EVALUATIONS:
            answer = running.ask(local(query).read_text("utf-8"), "*/*")
            assert (answer.status_code, "SERVICE" in answer.text) == (403, True), query
            refused.append(query)
    assert len(refused) >= FEWEST_REFUSED


@w3c
def test_graphs_from_outside_are_not_fetched(running):
    """The dataset tests without their data: what they name by FROM is refused, not fetched."""
    running.exchange([])
    refused = []
    for found, where, test in entries("sparql/sparql10/dataset/manifest.ttl"):
        case = case_of(found, where, test)
        if reach.clause(case.text) != reach.DatasetClause():
            answer = running.ask(case.text, "*/*")
            assert (answer.status_code, "nothing is fetched" in answer.text) == (403, True)
            refused.append(case.name)
    assert len(refused) >= 10


#: What the protocol's tests expect of an update; this service permits none.
UPDATES_ARE_REFUSED = {
    "update_dataset_default_graph", "update_dataset_default_graphs", "update_dataset_named_graphs",
    "update_dataset_full", "update_post_form", "update_post_direct", "update_base_uri",
}  # fmt: skip
#: Graphs that the tests name and do not bring along; they are empty here.
EMPTY_GRAPHS = ["http://kasei.us/2009/09/sparql/data/data0.rdf"]
#: None is left out: the data of the others lies in the suite and is served under its foreign name.
LEFT_OUT: dict[str, str] = {}
MEDIA_TYPES = {
    "boolean": TABLES,
    "tabular": TABLES,
    "RDF": GRAPHS,
}


def protocol_dataset(found: rdflib.Graph) -> list:
    """Return the graphs of the protocol's tests under the names by which they are asked for."""
    quads = [ox.NamedNode(iri) for iri in EMPTY_GRAPHS]
    for one in found.objects(None, UT.graphData):
        name = ox.NamedNode(str(found.value(one, RDFS.label)))
        if name not in quads:
            quads += loaded(found.value(one, UT.graph), name)
    return quads


def messages(found: rdflib.Graph, test):
    """Yield each request of a test, with the response it expects."""
    for listed in found.objects(found.value(test, MF.action), HT.requests):
        for one in Collection(found, listed):
            headers = {}
            for named in found.objects(one, HT.headers):
                for header in Collection(found, named):
                    field = str(found.value(header, HT.fieldName))
                    headers[field] = str(found.value(header, HT.fieldValue))
            content, body = b"", found.value(one, HT.body)
            if body is not None:
                coding = str(found.value(body, CNT.characterEncoding) or "UTF-8")
                content = str(found.value(body, CNT.chars)).encode(coding)
            address = str(found.value(one, HT.absolutePath)).replace("/sparql/", "/sparql", 1)
            method = str(found.value(one, HT.methodName))
            yield method, address, headers, content, found.value(one, HT.resp)


@w3c
def test_the_protocol_is_kept(running):
    found, _, iri = manifest(PROTOCOL)
    running.exchange(protocol_dataset(found))
    counted, wrong = Counter(), []
    for listed in found.objects(iri, MF.entries):
        for test in Collection(found, listed):
            name = str(test).rpartition("#")[2]
            if name in LEFT_OUT:
                continue
            for method, address, headers, content, response in messages(found, test):
                answer = running.send(method, address, headers=headers, content=content)
                statuses = {str(one)[-3] for one in found.objects(response, MF.expectedStatus)}
                if name in UPDATES_ARE_REFUSED:
                    # What these ask afterwards, to see the change, has no meaning here.
                    is_update = "update" in headers["content-type"] or b"update=" in content
                    good = answer.status_code == 403 if is_update else True
                elif str(answer.status_code)[0] not in statuses:
                    good = False
                else:
                    good = answer.status_code >= 400 or is_answer(found, response, answer)
                counted["good" if good else "bad"] += 1
                if not good:
                    wrong.append((name, statuses, answer.status_code, answer.text))
            counted["tests"] += 1
    assert wrong == []
    assert counted["tests"] >= 34


def is_answer(found: rdflib.Graph, response, answer: httpx.Response) -> bool:
    """Say whether an answer has the form and the truth that a test expects."""
    form = found.value(response, MF.expectedFormat)
    kind = answer.headers["content-type"].partition(";")[0]
    if form is not None and kind not in MEDIA_TYPES[str(form)]:
        return False
    truth = found.value(response, MF.expectedBoolean)
    return truth is None or answer.json()["boolean"] is bool(truth.toPython())
