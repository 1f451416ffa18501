"""A question gets the same answer from every engine, and a server's faults never pass for one."""

import base64
import contextlib
import csv
import gzip
import io
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import click
import pyoxigraph as ox
import pytest

from itas_graph import (
    answers,
    dataset,
    exchange,
    guard,
    projections,
    push,
    queries,
    remote,
    store,
    workspace,
)
from itas_graph.commands.call import Call
from itas_graph.errors import EngineError, ForbiddenError, LimitError, QueryError, UsageError
from itas_graph.remote import RemoteEndpoint, form_of
from itas_graph.workspace import Credentials

pytestmark = pytest.mark.usefixtures("rubbish_is_collected_here")

ROOT = Path(__file__).parent.parent
QUESTIONS = queries.load(ROOT / "queries")
#: Questions that rdflib needs ten seconds and more for, once a value narrows them.
SLOW_ON_RDFLIB = {"evidence", "funding", "organisations-by-initiative"}
NOT_ON = {"on_oxigraph": set(), "on_virtuoso": set(), "on_rdflib": SLOW_ON_RDFLIB}
WITH_PARAMETERS = [
    (name, server)
    for name, question in QUESTIONS.items()
    for server, left_out in NOT_ON.items()
    if question.parameters and name not in left_out
]
SECRET = "Geheim&Wort-42"  # noqa: S105  # for servers of these tests
ONE_ROW = {
    "head": {"vars": ["a"]},
    "results": {"bindings": [{"a": {"type": "uri", "value": "x:a"}}]},
}
JSON = "application/sparql-results+json"


@pytest.fixture(scope="session")
def quads(shipped_build):
    return dataset.read(shipped_build / "itas.nq")


@pytest.fixture(scope="session")
def embedded(quads):
    return store.of_quads(quads)


@pytest.fixture(scope="session")
def pushed(quads):
    """Return a function that publishes the shipped dataset on a server and opens it."""

    def opened(server):
        credentials = Credentials(server.user, server.password)
        endpoint = RemoteEndpoint(server.query, timeout=60)
        push.push(endpoint, push.GraphStore(server.graphs, credentials, 60), quads)
        return endpoint

    return opened


@pytest.fixture(scope="session")
def on_oxigraph(oxigraph_server, pushed):
    return pushed(oxigraph_server)


@pytest.fixture(scope="session")
def on_virtuoso(virtuoso_server, pushed):
    return pushed(virtuoso_server)


@pytest.fixture(scope="session")
def on_rdflib(rdflib_server):
    return RemoteEndpoint(rdflib_server.query, timeout=120)


def text_of(name):
    # The evidence of everything takes rdflib minutes.
    question = QUESTIONS[name]
    subject = "https://w3id.org/itas-graph/id/organisation/ihk-chemnitz"
    names = [(subject, "IHK Chemnitz", "1")]
    values = {"subject": subject} if name == "evidence" else {}
    return queries.bind(question, values, "de", lambda _: names)


NETWORKS = [
    path.relative_to(ROOT / "queries").as_posix()
    for folder in ("nodes", "edges", "lines")
    for path in sorted((ROOT / "queries" / folder).glob("*.rq"))
]


def test_there_are_networks_to_ask_for():
    assert len(NETWORKS) >= 20


# Virtuoso refuses some of edges and loses values in others: commands do not ask it those.
@pytest.mark.parametrize(
    ("server", "name"),
    [
        *(("on_oxigraph", name) for name in NETWORKS),
        *(("on_virtuoso", name) for name in NETWORKS if not name.startswith("edges/")),
    ],
)
def test_networks_are_the_same_everywhere(server, name, embedded, request):
    # Virtuoso writes dates and numbers otherwise: what is related, and how surely, is compared.
    telling = re.compile(r"_id$|^(role|certainty|action_field|status|kind)$")

    def related(endpoint):
        answer = endpoint.ask((ROOT / "queries" / name).read_text("utf-8"))
        told = [number for number, one in enumerate(answer.columns) if telling.search(one)]
        rows = ([row[number] for number in told] for row in answer.rows)
        return sorted(tuple(one.value if one else "" for one in row) for row in rows)

    there = related(request.getfixturevalue(server))
    assert there == related(embedded)


OF_NETWORKS = [
    *(["measure", name] for name in projections.load(ROOT / "queries")),
    ["network", "organisation-organisation", "--edge-list"],
    ["network", "organisation-initiative", "--format", "csv"],
    ["network", "person-event", "--format", "gexf"],
    ["explain", "CWE"],
    ["explain", "IHK Chemnitz", "IG Metall Zwickau"],
    ["report", "--lang", "en"],
    ["query", "report/district-coverage"],
    ["query", "report/field-assignments"],
]


@pytest.mark.parametrize("command", OF_NETWORKS, ids=" ".join)
def test_commands_on_networks_say_the_same_on_virtuoso(
    command, itas, shipped_build, virtuoso_server, on_virtuoso
):
    here = itas("--root", ROOT, *command, "-b", shipped_build)
    there = itas("--root", ROOT, *command, "--endpoint", virtuoso_server.query)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert here.stdout
    assert there.stdout == here.stdout
    # Where the server was not asked itself, that is said.
    asked_there = command[0] == "measure" or "--edge-list" in command
    assert ("Virtuoso" in there.stderr) is not asked_there


def test_a_dataset_too_large_to_fetch_from_virtuoso_is_refused_with_other_ways(
    on_virtuoso, monkeypatch, virtuoso_server, shipped
):
    monkeypatch.setattr(remote, "MOST_TRIPLES", 100)
    call = Call("en", None)
    with click.Context(click.Command("network")), pytest.raises(LimitError) as refused:
        call.open(shipped, None, virtuoso_server.query, guard.Limits(30, 1 << 30), of_networks=True)
    text = refused.value.message.en
    assert all(one in text for one in ("Virtuoso", "at most 100", "network --edge-list", "-b"))


@pytest.mark.parametrize("server", ["on_oxigraph", "on_rdflib"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_the_same_rows_everywhere(name, server, embedded, request):
    endpoint = request.getfixturevalue(server)
    text = text_of(name)
    ours, theirs = embedded.ask(text), endpoint.ask(text)
    assert ours.columns == theirs.columns
    wanted = Counter(ours.rows)
    assert wanted
    assert Counter(theirs.rows) == wanted


@pytest.mark.parametrize(("name", "server"), WITH_PARAMETERS)
def test_a_value_that_fits_nothing_finds_nothing_anywhere(name, server, request):
    fits_nothing = {"year": "1900", "date": "1900-01-01"}
    for one in QUESTIONS[name].parameters:
        value = fits_nothing.get(one.kind, "http://example.org/nothing")
        text = queries.bind(
            QUESTIONS[name], {one.name: value}, "de", lambda _, iri=value: [(iri, "x", "1")]
        )
        assert list(request.getfixturevalue(server).ask(text).rows) == []


def as_text(rows_):
    return Counter(
        tuple(unquote(getattr(term, "value", "")) for term in row) for row in rows_.elements()
    )


@pytest.mark.parametrize(("name", "server"), WITH_PARAMETERS)
def test_a_parameter_narrows_the_answer_alike_everywhere(name, server, embedded, request):
    question = QUESTIONS[name]
    answer = embedded.ask(text_of(name))
    row = dict(zip(answer.columns, sorted(answer.rows, key=str)[0], strict=True))
    values = {
        one.name: row[one.variable].value for one in question.parameters if one.variable in row
    }
    names = [(value, value, "1") for value in values.values()]
    text = queries.bind(question, values or {"date": "2030-01-01"}, "en", lambda _: names)
    wanted = Counter(embedded.ask(text).rows)
    found = Counter(request.getfixturevalue(server).ask(text).rows)
    assert wanted
    if server == "on_virtuoso":
        wanted, found = as_text(wanted), as_text(found)
    assert found == wanted


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_the_same_rows_on_virtuoso(name, embedded, on_virtuoso):
    text = text_of(name)
    ours, theirs = embedded.ask(text), on_virtuoso.ask(text)
    assert ours.columns == theirs.columns
    wanted, found = Counter(ours.rows), Counter(theirs.rows)
    assert wanted
    if name == "evidence":
        # ENCODE_FOR_URI leaves umlauts, and what VALUES binds in each branch of a UNION is text.
        wanted, found = as_text(wanted), as_text(found)
    assert found == wanted


@pytest.mark.parametrize("server", ["on_oxigraph", "on_virtuoso", "on_rdflib"])
@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(!ISLITERAL(?o)) }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT DISTINCT ?g { GRAPH ?g { ?s a org:Organization } }",
        "SELECT ?o ?name { ?o a org:Organization ; skos:prefLabel ?name }",
        "SELECT ?a ?of { ?a skos:altLabel ?alias OPTIONAL { ?a org:unitOf ?of } }",
        "SELECT ?s ?date { ?s schema:startDate ?date FILTER(DATATYPE(?date) = xsd:gYearMonth) }",
        "ASK { ?s a org:Organization }",
        "ASK { ?s a <http://example.org/Nothing> }",
        "CONSTRUCT { ?s skos:prefLabel ?o } WHERE { ?s a org:Organization ; skos:prefLabel ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s a <http://example.org/Nothing> ; ?p ?o }",
    ],
)
def test_every_form_of_query_is_answered_alike(text, server, embedded, request):
    endpoint = request.getfixturevalue(server)
    ours, theirs = embedded.ask(text), endpoint.ask(text)
    assert ours.columns == theirs.columns
    assert ours.truth == theirs.truth
    assert Counter(ours.rows or ()) == Counter(theirs.rows or ())
    assert set(ours.triples or ()) == set(theirs.triples or ())


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_formats_are_written_by_the_same_hand(form, embedded, on_oxigraph):
    text = "SELECT ?n ?m { ?o skos:prefLabel ?n OPTIONAL { ?o itas:validFrom ?m } } ORDER BY ?n ?m"
    assert list(on_oxigraph.serialised(text, form)) == list(embedded.serialised(text, form))


@pytest.mark.parametrize("form", ["ttl", "nt", "xml", "jsonld"])
def test_graphs_are_written_by_the_same_hand(form, embedded, on_virtuoso):
    text = "CONSTRUCT { ?s skos:prefLabel ?o } WHERE { ?s a org:Organization ; skos:prefLabel ?o }"
    assert list(on_virtuoso.serialised(text, form)) == list(embedded.serialised(text, form))


@pytest.mark.parametrize("server", ["on_oxigraph", "on_virtuoso", "on_rdflib"])
def test_the_data_can_be_taken_back_whole(server, quads, request):
    endpoint = request.getfixturevalue(server)
    assert dataset.canonical(endpoint.quads()) == quads


@pytest.mark.parametrize("server", ["on_oxigraph", "on_virtuoso", "on_rdflib"])
def test_a_fault_is_shown_where_it_is(server, request):
    endpoint = request.getfixturevalue(server)
    with pytest.raises(QueryError, match="line 2, column 13") as caught:
        endpoint.ask("SELECT * {\n  ?s skos:x }")
    assert (caught.value.line, caught.value.column) == (2, 13)
    with pytest.raises(QueryError, match="unknown prefix"):
        endpoint.ask("SELECT * { ?s foo:bar ?o }")
    with pytest.raises(ForbiddenError, match="DELETE"):
        endpoint.ask("PREFIX x: <x:> DELETE WHERE { ?s ?p ?o }")


# Virtuoso


def test_a_table_that_virtuoso_cuts_is_fetched_in_pages(on_virtuoso, embedded):
    text = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o FILTER(ISIRI(?o)) } } ORDER BY ?s ?p ?o"
    wanted = list(embedded.ask(text).rows)
    assert len(wanted) > 3000
    assert list(on_virtuoso.ask(text).rows) == wanted


def test_a_table_of_exactly_the_limit_is_whole(on_virtuoso):
    rows = list(on_virtuoso.ask("SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p LIMIT 1000").rows)
    assert len(rows) == 1000


def test_a_graph_that_virtuoso_cuts_is_refused(on_virtuoso):
    with pytest.raises(EngineError, match=r"cuts answers after 100.*ResultSetMaxRows"):
        on_virtuoso.ask("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    few = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 900"
    assert len(list(on_virtuoso.ask(few).triples)) == 900


def test_virtuosos_login_is_a_digest(virtuoso_server):
    def ask(credentials):
        return RemoteEndpoint(virtuoso_server.update, credentials).ask("ASK {}").truth

    assert ask(Credentials("dba", "dba")) is True
    with pytest.raises(EngineError, match="wants a login: ITAS_ENDPOINT_USER"):
        ask(Credentials())
    with pytest.raises(EngineError, match="does not accept this login") as caught:
        ask(Credentials("dba", SECRET))
    assert SECRET not in str(caught.value)


def test_a_long_query_travels_as_a_form(on_virtuoso, on_oxigraph):
    values = " ".join(f"<http://example.org/{number}>" for number in range(2000))
    text = f"SELECT ?s {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"
    for endpoint in (on_virtuoso, on_oxigraph):
        assert list(endpoint.ask(text).rows) == []


# Oxigraph


def test_an_answer_that_oxigraph_ends_half_way_is_an_error(tmp_path, servers, quads):
    with servers.oxigraph(tmp_path, "--timeout-s", "1") as server:
        endpoint = RemoteEndpoint(server.query, timeout=30)
        writer = push.GraphStore(server.graphs, Credentials(), 30)
        push.push(endpoint, writer, quads)
        with pytest.raises(EngineError):
            list(endpoint.ask("SELECT ?a ?x { ?a ?b ?c . ?x ?y ?z }").rows)


def test_an_empty_default_graph_is_told(tmp_path, servers):
    with servers.oxigraph(tmp_path) as server:
        writer = push.GraphStore(server.graphs, Credentials(), 30)
        writer.replace("x:g", [ox.Triple(*[ox.NamedNode("x:a")] * 3)])
        assert "its default graph is empty" in RemoteEndpoint(server.query).warning.en


# The form of a query


@pytest.mark.parametrize("name", QUESTIONS)
def test_our_questions_are_tables(name):
    assert form_of(text_of(name)).word == "SELECT"


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("select * {}", "SELECT"),
        ("# CONSTRUCT\n#ASK\rBASE <x:ASK#>\nPREFIX ask: <x:SELECT>PREFIX :<y:>ASK{}", "ASK"),
        ("PREFIX a.b-c: <x:#> construct where { a.b-c:d ?p 'SELECT' }", "CONSTRUCT"),
        ("DESCRIBE <x:ADD>", "DESCRIBE"),
        ("PREFIX x: <x:> INSERT DATA {}", "INSERT"),
        ("WITH <x:g> DELETE {} WHERE {}", "WITH"),
        ("", ""),
    ],
)
def test_the_form_is_read_not_guessed(query, word):
    assert form_of(query).word == word


@pytest.mark.parametrize(
    ("query", "dataset"),
    [
        ("SELECT * FROM <x:g> { ?s ?p ?o }", True),
        ("SELECT * from named <x:g> { ?s ?p ?o }", True),
        ("SELECT ?FROM { ?s ?p 'FROM' }", False),
        ('SELECT * { ?s x:FROM """ } FROM """ # } FROM\n }', False),
    ],
)
def test_a_dataset_of_its_own_is_seen(query, dataset):
    assert form_of(query).dataset is dataset


def test_scanning_a_hostile_query_takes_no_time():
    begun = time.monotonic()
    for text in (
        '"' * 100_000,
        "{" * 100_000,
        "'''" + '\\"' * 100_000,
        "a:" * 100_000,
        "<" * 100_000,
        "a." * 100_000,
    ):
        form_of("SELECT " + text)
    assert time.monotonic() - begun < 5


# Rude servers


class Rude:
    """A server that answers as a test tells it to, and remembers what it was asked."""

    def __init__(self):
        self.requests = []
        self.answer = None

    def json(self, handler, data=ONE_ROW, kind=JSON, status=200, **headers):
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        rude = self.server.rude
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        asked = parse_qs(body or urlsplit(self.path).query)
        self.close_connection = True
        query = asked.get("query", [""])[0]
        if "actionStatus" in query:  # the catalogue: none here
            rude.json(self, {"head": {"vars": []}, "results": {"bindings": []}})
            return
        if query == "ASK { ?s ?p ?o }":
            rude.json(self, {"head": {}, "boolean": True})
            return
        rude.requests.append((self.command, self.path, dict(self.headers), asked))
        with contextlib.suppress(OSError):  # the client has gone
            rude.answer(self)

    do_POST = do_GET  # noqa: N815  # http.server's name

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(wrap=lambda server: None):
    rude = Rude()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.rude = rude
    wrap(server)
    rude.url = f"http://127.0.0.1:{server.server_port}/sparql"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield rude
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def rude():
    with serving() as server:
        yield server


def rows(url, query="SELECT ?a { ?a ?b ?c }", credentials=None, timeout=5.0):
    endpoint = RemoteEndpoint(url, credentials, timeout)
    return [tuple(map(str, row)) for row in endpoint.ask(query).rows]


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_busy_server_is_asked_again(rude, status):
    def answer(handler):
        if len(rude.requests) < 3:
            rude.json(handler, b"busy", "text/plain", status)
        else:
            rude.json(handler)

    rude.answer = answer
    begun = time.monotonic()
    assert rows(rude.url) == [("<x:a>",)]
    assert 1.4 < time.monotonic() - begun < 4


def test_a_server_may_say_how_long_to_wait(rude):
    rude.answer = lambda handler: (
        rude.json(handler, b"", "text/plain", 503, Retry_After="2")
        if len(rude.requests) < 2
        else rude.json(handler)
    )
    begun = time.monotonic()
    assert rows(rude.url, timeout=10) == [("<x:a>",)]
    assert time.monotonic() - begun > 1.9


def test_nobody_waits_an_hour(rude):
    rude.answer = lambda handler: rude.json(handler, b"", "text/plain", 429, Retry_After="3600")
    with pytest.raises(EngineError, match=r"asks for 3600 s of patience.*429"):
        rows(rude.url)
    assert len(rude.requests) == 1


def test_a_lost_connection_is_tried_again(rude):
    def answer(handler):
        if len(rude.requests) < 2:
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            rude.json(handler)

    rude.answer = answer
    assert rows(rude.url) == [("<x:a>",)]


@pytest.mark.parametrize("short", ["length", "chunk", "gzip"])
def test_half_an_answer_is_none(rude, short):
    whole = json.dumps(ONE_ROW).encode()

    def answer(handler):
        if short == "length":
            rude.json(handler, whole, Content_Length=str(len(whole) + 10))
        elif short == "gzip":
            rude.json(handler, gzip.compress(whole)[:-12], Content_Encoding="gzip")
        else:
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(whole), whole))
            handler.connection.shutdown(socket.SHUT_RDWR)

    rude.answer = answer
    with pytest.raises(EngineError, match="closed the connection in the middle of the answer"):
        rows(rude.url, timeout=20)


def test_a_graph_of_unknown_length_is_refused(rude):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/n-triples")
        handler.end_headers()
        handler.wfile.write(b"<x:a> <x:a> <x:a> .\n")

    rude.answer = answer
    with pytest.raises(EngineError, match="does not say how long its answer is"):
        RemoteEndpoint(rude.url).ask("CONSTRUCT WHERE { ?s ?p ?o }")


@pytest.mark.parametrize("part", ["nothing", "status", "headers", "body"])
def test_a_server_that_hangs_or_drips_is_left_in_time(rude, part):
    def drip(handler, data):
        end = time.monotonic() + 6
        for byte in data * 1000:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
            if time.monotonic() > end:
                break

    def answer(handler):
        if part == "nothing":
            time.sleep(3)
        elif part == "status":
            drip(handler, b"H")
        elif part == "headers":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            drip(handler, b"X-A: b\r\n")
        else:
            handler.send_response(200)
            handler.send_header("Content-Type", JSON)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            drip(handler, b" ")

    rude.answer = answer
    begun = time.monotonic()
    with pytest.raises(LimitError, match="not answered in full after 1 s") as caught:
        rows(rude.url, timeout=1)
    assert caught.value.limit == "time"
    assert time.monotonic() - begun < 2


def test_gzip_is_understood_and_does_not_explode(rude, monkeypatch):
    whole = json.dumps(ONE_ROW).encode()
    rude.answer = lambda handler: rude.json(handler, gzip.compress(whole), Content_Encoding="gzip")
    assert rows(rude.url) == [("<x:a>",)]
    monkeypatch.setattr(exchange, "LARGEST", 2**20)
    bomb = gzip.compress(b" " * 2**24)
    rude.answer = lambda handler: rude.json(handler, bomb, Content_Encoding="gzip")
    with pytest.raises(LimitError, match="larger than 1 MiB") as caught:
        rows(rude.url)
    assert caught.value.limit == "size"


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        (
            "text/html",
            b"<html><body><h1>Welcome</h1></body></html>",
            "text/html; is that.*Welcome$",
        ),
        ("text/csv", b"a\r\nx:a\r\n", "text/csv"),
        (JSON, b'{"head": {"vars": ["a"]}, "results": {"bindings": [', "The query failed"),
        (JSON, b"null", "The query failed"),
        (JSON, b'{"head": {}, "boolean": true}', "answers SELECT with something else"),
        (JSON, json.dumps(ONE_ROW).encode() + b"The operation was cancelled", "The query failed"),
    ],
)
def test_what_is_no_answer_is_an_error(rude, kind, body, words):
    rude.answer = lambda handler: rude.json(handler, body, kind)
    with pytest.raises(EngineError, match=words):
        rows(rude.url)


def test_xml_is_read_where_a_server_gives_nothing_else(rude):
    body = next(answers.serialised(answers.parsed(json.dumps(ONE_ROW).encode(), "json"), "xml"))
    rude.answer = lambda handler: rude.json(handler, body, "application/sparql-results+xml")
    assert rows(rude.url) == [("<x:a>",)]


@pytest.mark.parametrize(
    ("status", "kind", "body", "words"),
    [
        (
            400,
            "text/plain",
            "no such function\nSPARQL query:\nSELECT 1",
            r"HTTP 400\): no such function$",
        ),
        (400, "application/json", '{"message": "bad\\u0007"}', r"\(HTTP 400\): bad$"),
        (
            403,
            "text/html",
            "<p>No <b>entry</b> &amp; no way",
            r"forbids this \(HTTP 403\): No entry & no way",
        ),
        (404, "text/html", "<h1>Not found</h1>", "is the address right"),
        (500, "text/plain", "SR186: No permission to execute", "forbids this.*500.*SR186"),
        (
            500,
            "text/plain",
            "Virtuoso 42000 Error The estimated execution time 828 (sec) exceeds the limit of 400",
            r"too expensive; narrow it.*MaxQueryCostEstimationTime.*828",
        ),
        (
            500,
            "text/plain",
            "Virtuoso 37000 Error SQ074: Line 58:",
            "cannot ask this question.*in another way.*or ask the build.*SQ074",
        ),
        (500, "text/plain", "x" * 5000, r"cannot answer \(HTTP 500\): x{300} …$"),
    ],
)
def test_a_refusal_is_told_in_plain_words(rude, status, kind, body, words):
    rude.answer = lambda handler: rude.json(handler, body.encode(), kind, status)
    with pytest.raises((EngineError, QueryError), match=words) as caught:
        rows(rude.url)
    assert isinstance(caught.value, QueryError) == (status == 400)


# Secrets


def test_a_token_is_shown_and_never_told(rude):
    def answer(handler):
        said = f"no: {handler.headers['Authorization']}".encode()
        rude.json(handler, said, "text/plain", 500)

    rude.answer = answer
    with pytest.raises(EngineError) as caught:
        rows(rude.url, credentials=Credentials(token=SECRET))
    assert rude.requests[0][2]["Authorization"] == f"Bearer {SECRET}"
    assert "no: Bearer …" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_password_is_told_to_who_asks_and_never_repeated(rude):
    pair = base64.b64encode(f"eva:{SECRET}".encode()).decode()

    def answer(handler):
        if "Authorization" not in handler.headers:
            rude.json(handler, b"", "text/plain", 401, WWW_Authenticate='Basic realm="x"')
        elif len(rude.requests) < 3:
            rude.json(handler)
        else:
            said = f"{handler.headers['Authorization']} {SECRET}".encode()
            rude.json(handler, said, "text/plain", 500)

    rude.answer = answer
    endpoint = RemoteEndpoint(rude.url, Credentials("eva", SECRET))
    assert list(endpoint.ask("SELECT ?a { ?a ?b ?c }").rows)
    assert rude.requests[1][2]["Authorization"] == f"Basic {pair}"
    with pytest.raises(EngineError) as caught:
        endpoint.ask("SELECT ?a { ?a ?b ?c }")
    assert SECRET not in str(caught.value)
    assert pair not in str(caught.value)
    assert all(SECRET not in path for _, path, _, _ in rude.requests)
    assert SECRET not in repr(Credentials("eva", SECRET, SECRET))


@pytest.mark.parametrize("credentials", [Credentials("eva", SECRET), Credentials(token=SECRET)])
def test_credentials_stay_with_their_host(rude, credentials):
    with serving() as other:
        other.answer = lambda handler: other.json(
            handler, b"", "text/plain", 401, WWW_Authenticate='Basic realm="x"'
        )
        rude.answer = lambda handler: rude.json(handler, b"", "text/plain", 307, Location=other.url)
        with pytest.raises(EngineError, match="401"):
            rows(rude.url, credentials=credentials)
        assert other.requests
        assert all("Authorization" not in headers for _, _, headers, _ in other.requests)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirected_form_stays_a_form(rude, status):
    query = "SELECT ?a { ?a ?b ?c } #" + "x" * 3000

    def answer(handler):
        if handler.path == "/sparql":
            rude.json(handler, b"", "text/plain", status, Location="/new")
        else:
            rude.json(handler)

    rude.answer = answer
    assert rows(rude.url, query) == [("<x:a>",)]
    assert [(method, path) for method, path, _, _ in rude.requests] == [
        ("POST", "/sparql"),
        ("POST", "/new"),
    ]
    assert rude.requests[1][3]["query"] == [query]


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://u:p@127.0.0.1/"]
)
def test_redirects_lead_nowhere_but_to_http(rude, target):
    rude.answer = lambda handler: rude.json(handler, b"", "text/plain", 302, Location=target)
    with pytest.raises((EngineError, UsageError)):
        rows(rude.url)


def test_a_circle_of_redirects_ends(rude):
    rude.answer = lambda handler: rude.json(handler, b"", "text/plain", 302, Location="/sparql")
    with pytest.raises(EngineError):
        rows(rude.url)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [shutil.which("openssl") or "openssl",
         "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
         "-out", folder / "ca.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_an_own_root_certificate_is_trusted_when_named(certificate):
    def wrap(server):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate / "ca.pem", certificate / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # a client that does not trust us

    with serving(wrap) as server:
        url = server.url.replace("http:", "https:")
        server.answer = server.json
        assert rows(url, credentials=Credentials(ca=certificate / "ca.pem")) == [("<x:a>",)]
        with pytest.raises(EngineError, match=r"cannot be trusted.*ITAS_ENDPOINT_CA"):
            rows(url)
        server.answer = lambda handler: server.json(
            handler, b"", "text/plain", 302, Location=server.url
        )
        with pytest.raises(EngineError, match="without encryption; that is not followed"):
            rows(url, credentials=Credentials(ca=certificate / "ca.pem"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"USER": "eva"}, "belong together"),
        ({"USER": "eva", "PASSWORD": SECRET, "TOKEN": "x"}, "not both"),
        ({"TOKEN": f"{SECRET}\nX-Other: 1"}, "cannot be sent"),
        ({"CA": "/nowhere.pem"}, "no such file"),
    ],
)
def test_settings_that_do_not_fit_are_refused_without_repeating_them(given, words):
    with pytest.raises(UsageError, match=words) as caught:
        workspace.credentials({f"ITAS_ENDPOINT_{name}": value for name, value in given.items()})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sparql",
        "ftp://example.org/",
        "http:///x",
        "http://a b/",
        "http://example.org:x/",
        "http://[/",
    ],
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(UsageError, match="is no address of an endpoint"):
        RemoteEndpoint(url)


def test_an_address_with_a_password_is_refused_without_repeating_it():
    with pytest.raises(UsageError, match="ITAS_ENDPOINT_USER") as caught:
        RemoteEndpoint(f"https://eva:{SECRET}@example.org/")
    assert SECRET not in caught.value.message.de + caught.value.message.en


def test_a_key_in_the_address_is_sent_and_not_shown(rude):
    rude.answer = lambda handler: rude.json(handler)
    assert rows(rude.url + "?key=abc") == [("<x:a>",)]
    assert rude.requests[0][3]["key"] == ["abc"]
    rude.answer = lambda handler: rude.json(handler, b"no", "text/plain", 500)
    with pytest.raises(EngineError) as caught:
        rows(rude.url + "?key=abc")
    assert "abc" not in str(caught.value)


def test_who_is_not_there_is_told_at_once():
    with pytest.raises(EngineError, match="accepts no connection; is the server running"):
        rows("http://127.0.0.1:1/sparql")
    with pytest.raises(EngineError, match="cannot be found"):
        rows("http://nirgends.invalid/sparql")


# The command line


def test_option_environment_and_setting_name_the_endpoint_in_that_order(
    itas, small, oxigraph_server, on_oxigraph, rude
):
    rude.answer = lambda handler: rude.json(handler, b"nobody", "text/plain", 500)
    itas("--root", small.root, "build")
    question = ("query", "-e", "SELECT (COUNT(*) AS ?n) { ?s a org:Organization }")

    def ask(*arguments, **env):
        done = itas("--root", small.root, "--lang", "en", *question, *arguments, env=env)
        return done.returncode, done.stdout.split()[-1:], done.stderr

    here = ask()
    assert here == (0, ["4"], "")
    there = ask("--endpoint", oxigraph_server.query)
    assert (there[0], there[2]) == (0, "")
    assert int(there[1][0]) > 40
    assert ask(ITAS_ENDPOINT=oxigraph_server.query) == there
    assert ask("--endpoint", oxigraph_server.query, ITAS_ENDPOINT=rude.url) == there
    small.write("dataset.yaml", small.text("dataset.yaml") + f"endpoint: {rude.url}\n")
    assert ask(ITAS_ENDPOINT=oxigraph_server.query) == there
    assert "cannot answer (HTTP 500): nobody" in ask()[2]
    assert ask()[0] == 3
    build = small.root / "build"
    assert ask("-b", build)[:2] == ask("-b", build, ITAS_ENDPOINT=rude.url)[:2] == here[:2]
    assert "not both" in ask("-b", build, "--endpoint", rude.url)[2]


def test_questions_say_how_many_rows_an_endpoint_answers(
    itas, shipped, shipped_build, oxigraph_server, on_oxigraph
):
    command = ("--root", shipped.root, "questions")
    asked = ("query", "evidence", "-b", shipped_build, "--format", "csv")
    answer = itas("--root", shipped.root, *asked).stdout
    evidence = f"{len(list(csv.reader(io.StringIO(answer)))) - 1:,}"
    assert int(evidence.replace(",", "")) > 4000
    done = itas(*command, "--endpoint", oxigraph_server.query)
    counts = dict(line.split()[:2] for line in done.stdout.splitlines() if not line.startswith(" "))
    assert counts["consortium-partners"] == "15"
    assert counts["evidence"] == evidence
    plain = itas(*command, env={"ITAS_ENDPOINT": oxigraph_server.query}).stdout
    assert evidence not in plain


@pytest.mark.parametrize("server", ["oxigraph_server", "virtuoso_server", "rdflib_server"])
def test_the_page_of_an_endpoint_is_the_page_of_the_build(
    server, itas, shipped, shipped_build, on_oxigraph, on_virtuoso, tmp_path, request
):
    url = request.getfixturevalue(server).query
    done = itas("--root", shipped.root, "page", "--endpoint", url, "-o", tmp_path / "page.html")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "page.html").read_bytes() == (shipped_build / "index.html").read_bytes()


def test_a_timeout_is_an_option(itas, shipped, rude):
    rude.answer = lambda handler: time.sleep(3)
    done = itas(
        "--root", shipped.root, "--lang", "de", "query", "-e", "ASK {}",
        "--endpoint", rude.url, "--timeout", "0.5",
    )  # fmt: skip
    assert done.returncode == 3
    assert "hat nach 0.5 s nicht zu Ende geantwortet. Mehr Zeit gibt --timeout" in done.stderr


def test_remote_is_not_loaded_for_help(itas):
    assert remote.TIMEOUT == 30
    done = itas("query", "--help", env={"PYTHONVERBOSE": "1"}, text=False)
    assert b"SPARQLWrapper" not in done.stderr
