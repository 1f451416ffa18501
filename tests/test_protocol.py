"""The SPARQL 1.1 Protocol and linked data as a client sees them: one row per request."""

import json
import xml.etree.ElementTree as ET
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest

ID = "https://w3id.org/itas-graph/id/"
SELECT = "SELECT ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?n"
ASK = "ASK { ?o a org:Organization }"
CONSTRUCT = "CONSTRUCT { ?o a org:Organization } WHERE { ?o a org:Organization }"
DESCRIBE = f"DESCRIBE <{ID}organisation/ahorn>"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
CSV = "text/csv; charset=utf-8"
TSV = "text/tab-separated-values; charset=utf-8"
TURTLE = "text/turtle; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
PROBLEM = "application/problem+json"
HTML = "text/html; charset=utf-8"
NETZ = f"{ID}source/netz"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def get(query, accept=None, **more):
    return ("GET", "/sparql?query=" + quote(query), accept, None, b"", more)


def post(kind, content, accept=None, address="/sparql", **more):
    return ("POST", address, accept, kind, content.encode(), more)


def form(query, accept=None, **more):
    return post(FORM, "query=" + quote(query), accept, **more)


def plain(method, address, accept=None, kind=None, **more):
    return (method, address, accept, kind, b"", more)


def is_table(text):
    return json.loads(text)["results"]["bindings"][0]["n"]["value"] == "Ahorn GmbH"


def is_xml_table(text):
    return ET.fromstring(text).tag.endswith("}sparql")  # noqa: S314  # our own answer


def is_graph(rdf_format):
    return lambda text: len(list(ox.parse(text, format=rdf_format))) >= 4


def holds(*words):
    return lambda text: all(word.encode() in text for word in words)


def is_problem(status, **more):
    def check(text):
        told = json.loads(text)
        return told["status"] == status and told["detail"] and more.items() <= told.items()

    return check


CASES = {
    # Three ways to ask.
    "get": (get(SELECT), 200, JSON, is_table),
    "post form": (form(SELECT), 200, JSON, is_table),
    "post direct": (post(QUERY, SELECT), 200, JSON, is_table),
    "post form with charset": (post(FORM + "; charset=UTF-8", "query=" + quote(SELECT)), 200, JSON, is_table),
    "post direct with charset": (post(QUERY + ";charset=utf-8", SELECT), 200, JSON, is_table),
    "plus is a space": (post(FORM, "query=ASK+%7B%7D"), 200, JSON, holds("true")),
    "umlauts in get": (get("ASK { ?p skos:prefLabel 'Jörg Kößler' }"), 200, JSON, holds("true")),
    "umlauts in post": (post(QUERY, "ASK { ?p skos:prefLabel 'Jörg Kößler' }"), 200, JSON, holds("true")),
    "relative addresses begin like those of the dataset": (get("SELECT ?n FROM <source/tagung-2024> { <event/tagung-2024> skos:prefLabel ?n }"), 200, JSON, holds("Tagung 2024")),
    # Forms of a table.
    "json": (get(SELECT, JSON), 200, JSON, is_table),
    "application/json": (get(SELECT, "application/json"), 200, "application/json", is_table),
    "xml": (get(SELECT, XML), 200, XML, is_xml_table),
    "application/xml": (get(SELECT, "application/xml"), 200, "application/xml", is_xml_table),
    "csv": (get(SELECT, "text/csv"), 200, CSV, holds("n\r\nAhorn GmbH\r\n")),
    "tsv": (get(SELECT, "text/tab-separated-values"), 200, TSV, holds('?n\n"Ahorn GmbH"')),
    "everything": (get(SELECT, "*/*"), 200, JSON, is_table),
    "q values": (get(SELECT, "text/csv;q=0.3, application/sparql-results+xml;q=0.9"), 200, XML, is_xml_table),
    "q of zero": (get(SELECT, "application/sparql-results+json;q=0, text/csv"), 200, CSV, holds("Ahorn")),
    "text of any kind": (get(SELECT, "text/*"), 200, CSV, holds("Ahorn")),
    "named before any": (get(SELECT, "text/csv, */*"), 200, CSV, holds("Ahorn")),
    "unknown, then any": (get(SELECT, "image/png, */*;q=0.1"), 200, JSON, is_table),
    "tables and graphs": (get(SELECT, "text/turtle, application/sparql-results+xml"), 200, XML, is_xml_table),
    "a browser": (get(SELECT, BROWSER), 200, HTML, holds("<td>Ahorn GmbH</td>", "4 rows", "format=csv")),
    "a browser that asks in german": (get(SELECT, BROWSER, **{"Accept-Language": "de"}), 200, HTML, holds('lang="de"', "4 Zeilen")),
    "a browser, of a form": (plain("GET", "/sparql?lang=de&format=html&query=" + quote(ASK), BROWSER), 200, HTML, holds("<strong>Ja</strong>")),
    "a browser that wants a file": (plain("GET", "/sparql?format=csv&query=" + quote(SELECT), BROWSER), 200, CSV, holds("Ahorn")),
    "a page for a graph": (get(CONSTRUCT, BROWSER), 200, HTML, holds('<a href="id/organisation/ahorn">organisation/ahorn</a>', "format=ttl", ">subject<")),
    "a page for nothing": (get("SELECT * { ?s ?p <a:nothing> }", BROWSER), 200, HTML, holds("Nothing in the dataset")),
    "a page for what is not all shown": (get("SELECT * { ?s ?p ?o . ?a a org:Organization }", BROWSER), 200, HTML, holds("first 500 rows")),
    "a page with what looks like one": (get("SELECT ('<script>alert(1)</script>' AS ?x) (IRI('javascript:alert(1)') AS ?y) ('\"><b>'@de AS ?z) {} # </textarea><script>", BROWSER), 200, HTML, lambda text: b"<script" not in text and b'href="javascript' not in text and b"<b>" not in text and b"&lt;/textarea&gt;" in text),
    "a page for a bad query": (get("SELECT * {\n ?s ?p <script> }}", BROWSER), 400, HTML, lambda text: b"line 2, column" in text and b"<script" not in text and b"&lt;script&gt;" in text),
    "a page for what is not there": (plain("GET", "/id/organisation/eiche", BROWSER), 404, HTML, holds("no such thing", "../../sparql")),
    "a page is never for programs": (get(SELECT, "application/json, text/html;q=0.9"), 200, "application/json", is_table),
    "format": (plain("GET", "/sparql?format=csv&query=" + quote(SELECT), JSON), 200, CSV, holds("Ahorn")),
    "format as media type": (plain("GET", "/sparql?format=text%2Fcsv&query=" + quote(SELECT)), 200, CSV, holds("Ahorn")),
    "format nobody knows": (plain("GET", "/sparql?format=odt&query=" + quote(SELECT)), 200, JSON, is_table),
    "ask": (get(ASK), 200, JSON, holds('"boolean":true')),
    "ask xml": (get(ASK, XML), 200, XML, holds("<boolean>true</boolean>")),
    "ask csv": (get(ASK, "text/csv"), 200, CSV, holds("true")),
    # Forms of a graph.
    "construct": (get(CONSTRUCT), 200, TURTLE, is_graph(ox.RdfFormat.TURTLE)),
    "construct any": (get(CONSTRUCT, "*/*"), 200, TURTLE, is_graph(ox.RdfFormat.TURTLE)),
    "turtle": (form(CONSTRUCT, "text/turtle"), 200, TURTLE, is_graph(ox.RdfFormat.TURTLE)),
    "n-triples": (get(CONSTRUCT, "application/n-triples"), 200, "application/n-triples", is_graph(ox.RdfFormat.N_TRIPLES)),
    "json-ld": (get(CONSTRUCT, "application/ld+json"), 200, "application/ld+json", is_graph(ox.RdfFormat.JSON_LD)),
    "rdf/xml": (get(CONSTRUCT, "application/rdf+xml"), 200, "application/rdf+xml", is_graph(ox.RdfFormat.RDF_XML)),
    "tables and graphs of one name": (get(CONSTRUCT, "application/sparql-results+xml, application/rdf+xml"), 200, "application/rdf+xml", is_graph(ox.RdfFormat.RDF_XML)),
    "a table where a graph has its name": (get(SELECT, "application/rdf+xml, application/sparql-results+xml"), 200, XML, is_xml_table),
    "graph by the short name of a table": (plain("GET", "/sparql?format=xml&query=" + quote(CONSTRUCT)), 200, "application/rdf+xml", is_graph(ox.RdfFormat.RDF_XML)),
    "describe": (get(DESCRIBE), 200, TURTLE, holds("Ahorn GmbH")),
    # The dataset of a question.
    "default graph": (plain("GET", f"/sparql?default-graph-uri={quote(NETZ)}&query=" + quote("SELECT (COUNT(*) AS ?n) { ?s a org:Organization }")), 200, JSON, holds('"value":"0"')),
    "named graph": (plain("GET", f"/sparql?named-graph-uri={quote(NETZ)}&query=" + quote("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")), 200, JSON, holds("source/netz")),
    "graphs in a form": (post(FORM, f"default-graph-uri={quote(NETZ)}&query=" + quote("ASK { ?s a org:Organization }")), 200, JSON, holds("false")),
    "graphs beside a direct query": (post(QUERY, "ASK { ?s a org:Organization }", address=f"/sparql?default-graph-uri={quote(NETZ)}"), 200, JSON, holds("false")),
    "from": (get(f"ASK FROM <{NETZ}> {{ ?s a org:Organization }}"), 200, JSON, holds("false")),
    "the default graph is the union": (get("ASK { ?s a org:Organization . ?i itas:validFrom ?d }"), 200, JSON, holds("true")),
    "unknown default graph": (plain("GET", "/sparql?default-graph-uri=http%3A%2F%2F127.0.0.1%3A1%2F&query=ASK%7B%7D"), 400, TEXT, holds("http://127.0.0.1:1/", "nothing is fetched")),
    "unknown named graph": (plain("GET", "/sparql?named-graph-uri=file%3A%2F%2F%2Fetc%2Fpasswd&query=ASK%7B%7D"), 400, TEXT, holds("file:///etc/passwd")),
    "from outside": (get("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"), 403, TEXT, holds("file:///etc/passwd")),
    "service": (get("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"), 403, TEXT, holds("SERVICE")),
    # What is refused.
    "syntax": (get("SELECT * {\n ?s ?p }"), 400, TEXT, holds("line 2, column 9")),
    "syntax as a problem": (get("SELECT * {\n ?s ?p }", f"{JSON}, {PROBLEM}"), 400, PROBLEM, is_problem(400, line=2, column=9)),
    "syntax for who takes json": (get("SELECT", "application/json"), 400, PROBLEM, is_problem(400)),
    "syntax for who takes tables alone": (get("SELECT", JSON), 400, TEXT, holds("line 1")),
    "syntax in german": (get("SELECT", **{"Accept-Language": "de-DE, en;q=0.5"}), 400, TEXT, holds("Zeile 1, Spalte 7")),
    "nested too deeply": (post(QUERY, "ASK " + "{" * 20_000 + "}" * 20_000), 400, TEXT, holds("line 1, column 205", "nested too deeply")),
    "nested too deeply, in german": (post(QUERY, "ASK " + "{" * 20_000, **{"Accept-Language": "de"}), 400, TEXT, holds("zu tief verschachtelt")),
    "more parts than fit": (post(QUERY, "ASK { " + " UNION ".join(["{ ?s ?p ?o }"] * 50_000) + " }"), 422, TEXT, holds("more parts")),
    "many values": (post(QUERY, "ASK { VALUES (?x ?y) {" + " (1 2)" * 20_000 + "} }"), 200, JSON, holds("true")),
    "no query": (post(FORM, "question=1"), 400, TEXT, holds("lacks query")),
    "empty query": (get(""), 400, TEXT, holds("line 1")),
    "two queries": (plain("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D"), 400, TEXT, holds("more than once")),
    "query in address and form": (post(FORM, "query=ASK%7B%7D", address="/sparql?query=ASK%7B%7D"), 400, TEXT, holds("more than once")),
    "query in address and content": (post(QUERY, "ASK{}", address="/sparql?query=ASK%7B%7D"), 400, TEXT, holds("more than once")),
    "not utf-8": (("POST", "/sparql", None, QUERY, "ASK { 'é' }".encode("latin-1"), {}), 400, TEXT, holds("UTF-8")),
    "not utf-8 in the address": (plain("GET", "/sparql?query=ASK%20%7B%20'%E9'%20%7D"), 400, TEXT, holds("UTF-8")),
    "utf-16": (("POST", "/sparql", None, QUERY + "; charset=UTF-16", "ASK {}".encode("utf-16"), {}), 415, TEXT, holds("UTF-8")),
    "packed": (post(QUERY, "ASK {}", **{"Content-Encoding": "gzip"}), 415, TEXT, holds("packed")),
    "content of no type": (("POST", "/sparql", None, None, b"query=ASK%7B%7D", {}), 415, TEXT, holds(QUERY)),
    "content as text": (post("text/plain", "ASK {}"), 415, TEXT, holds(QUERY)),
    "update in a form": (post(FORM, "update=" + quote("CLEAR ALL")), 403, TEXT, holds("only reads")),
    "update, direct": (post(UPDATE, "CLEAR ALL"), 403, TEXT, holds("only reads")),
    "update in the address": (plain("GET", "/sparql?update=CLEAR%20ALL"), 403, TEXT, holds("only reads")),
    "update as a query": (get("INSERT DATA { <a:a> <a:b> <a:c> }"), 403, TEXT, holds("change")),
    "put": (plain("PUT", "/sparql"), 405, TEXT, holds("cannot")),
    "delete": (plain("DELETE", "/sparql"), 405, TEXT, holds("cannot")),
    "patch the page": (plain("PATCH", "/"), 405, TEXT, holds("cannot")),
    "a picture": (get(SELECT, "image/png"), 406, TEXT, holds("text/csv")),
    "a table as turtle": (get(SELECT, "text/turtle"), 406, TEXT, holds("ttl")),
    "a graph as csv": (get(CONSTRUCT, "text/csv"), 406, TEXT, holds("csv")),
    "a graph as csv by format": (plain("GET", "/sparql?format=csv&query=" + quote(CONSTRUCT)), 406, TEXT, holds("csv")),
    "a long request": (post(QUERY, "#" * (1 << 20) + "\nASK {}"), 413, TEXT, holds("1048576")),
    "many parameters": (plain("GET", "/sparql?" + "a=b&" * 200 + "query=ASK%7B%7D"), 400, TEXT, holds("100")),
    # The description of the service.
    "description": (plain("GET", "/sparql"), 200, TURTLE, holds("sd:UnionDefaultGraph", "source/netz")),
    "description n-triples": (plain("GET", "/sparql", "application/n-triples"), 200, "application/n-triples", is_graph(ox.RdfFormat.N_TRIPLES)),
    "description rdf/xml": (plain("GET", "/sparql", "application/rdf+xml"), 200, "application/rdf+xml", is_graph(ox.RdfFormat.RDF_XML)),
    "description json-ld": (plain("GET", "/sparql", "application/ld+json"), 200, "application/ld+json", is_graph(ox.RdfFormat.JSON_LD)),
    "description in a browser": (plain("GET", "/sparql", BROWSER), 200, HTML, holds("<form", "#view=questions&amp;question=funding")),
    "description as a picture": (plain("GET", "/sparql", "image/png"), 406, TEXT, holds("text/turtle")),
    # Linked data.
    "resource in a browser": (plain("GET", "/id/organisation/ahorn", BROWSER), 200, HTML, holds("<h1>Ahorn GmbH</h1>", "select=organisation/ahorn", "../../id/source/netz")),
    "resource for anybody": (plain("GET", "/id/organisation/ahorn"), 200, HTML, holds("Ahorn GmbH")),
    "resource in german": (plain("GET", "/id/organisation/ahorn", **{"Accept-Language": "de"}), 200, HTML, holds('lang="de"', "Aussagen")),
    "resource turtle": (plain("GET", "/id/organisation/ahorn", "text/turtle"), 200, TURTLE, is_graph(ox.RdfFormat.TURTLE)),
    "resource json-ld": (plain("GET", "/id/person/joerg-koessler", "application/ld+json"), 200, "application/ld+json", holds("K\u00f6\u00dfler")),
    "resource n-triples": (plain("GET", "/id/event/tagung-2024?format=nt"), 200, "application/n-triples", holds("Tagung 2024")),
    "resource with double hyphens": (plain("GET", "/id/involvement/testnetz--ahorn--consortium-lead", "text/turtle"), 200, TURTLE, holds("consortium-lead")),
    "a source": (plain("GET", "/id/source/netz"), 200, HTML, holds("All statements of this source")),
    "the dataset": (plain("GET", "/id/dataset", "text/turtle"), 200, TURTLE, holds("Test network")),
    "a concept": (plain("GET", "/concept/role/contractor"), 200, HTML, holds("<h1>")),
    "a scheme": (plain("GET", "/concept/certainty", "text/turtle"), 200, TURTLE, holds("ConceptScheme")),
    "the ontology": (plain("GET", "/ns", "text/turtle"), 200, TURTLE, holds("itas:involvedIn")),
    "the ontology in a browser": (plain("GET", "/ns", BROWSER), 200, HTML, holds("ns#Initiative")),
    "no such resource": (plain("GET", "/id/organisation/eiche"), 404, TEXT, holds("no such thing")),
    "no such kind": (plain("GET", "/id/", "text/turtle"), 404, TEXT, holds("no such thing")),
    "a resource with a query in it": (plain("GET", "/id/%3E%20%7D%20%23"), 404, TEXT, holds("no such thing")),
    "resource as a picture": (plain("GET", "/id/organisation/ahorn", "image/png"), 406, TEXT, holds("text/turtle")),
    "post to a resource": (plain("POST", "/id/organisation/ahorn"), 405, TEXT, holds("cannot")),
    # Files.
    "the page": (plain("GET", "/"), 200, HTML, holds("<!doctype html>")),
    "the page by name": (plain("GET", "/index.html"), 200, HTML, holds("<!doctype html>")),
    "turtle file": (plain("GET", "/itas.ttl"), 200, TURTLE, holds("@prefix")),
    "n-quads file": (plain("GET", "/itas.nq"), 200, "application/n-quads", holds("source/netz")),
    "trig file": (plain("GET", "/itas.trig"), 200, "application/trig", holds("source/netz")),
    "json-ld file": (plain("GET", "/itas.jsonld"), 200, "application/ld+json", holds("source/netz")),
    "health": (plain("GET", "/health"), 200, "application/json", holds('"ok":true')),
    "no manifest": (plain("GET", "/manifest.json"), 404, TEXT, holds("no such")),
    "no store": (plain("GET", "/store/CURRENT"), 404, TEXT, holds("no such")),
    "no way up": (plain("GET", "/%2e%2e/%2e%2e/etc/passwd"), 404, TEXT, holds("no such")),
    "no way up by id": (plain("GET", "/id/..%2f..%2fetc/passwd"), 404, TEXT, holds("no such")),
}  # fmt: skip


@pytest.fixture(scope="module")
def client(service):
    with httpx.Client(base_url=service.url, timeout=30) as opened:
        yield opened


def send(client, request):
    method, address, accept, kind, content, more = request
    headers = {"Accept": accept, "Content-Type": kind, **more}
    sent = client.build_request(
        method,
        httpx.URL(str(client.base_url).rstrip("/") + address),
        content=content or None,
        headers={name: value for name, value in headers.items() if value},
    )
    if accept is None:
        del sent.headers["accept"]
    return client.send(sent)


@pytest.mark.parametrize("name", CASES)
def test_a_request_is_answered_as_the_protocol_says(client, name):
    request, status, media_type, check = CASES[name]
    answer = send(client, request)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == media_type
    assert check(answer.content), answer.text[:2000]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    if request[0] == "GET" and not request[1].startswith(("/itas", "/health", "/%", "/man")):
        assert "Accept" in answer.headers.get("vary", "Accept" if status == 200 else "")


def test_there_are_enough_cases():
    assert len(CASES) >= 100


@pytest.mark.parametrize(
    "name", ["get", "csv", "construct", "description", "resource turtle", "the page", "turtle file"]
)
def test_head_is_get_without_the_content(client, name):
    (_, address, accept, *rest), *_ = CASES[name]
    whole = send(client, ("GET", address, accept, *rest))
    head = send(client, ("HEAD", address, accept, *rest))
    assert head.status_code == 200
    assert head.content == b""
    kept = {"content-type", "content-length", "etag", "vary"}
    for field in kept:
        assert head.headers.get(field) == whole.headers.get(field), field


def test_methods_are_named(client):
    asked = client.options("/sparql")
    assert asked.status_code == 204
    assert asked.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert client.put("/sparql").headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert set(client.post("/").headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    ("address", "accept"),
    [
        ("/", "*/*"),
        ("/itas.ttl", "*/*"),
        ("/sparql?query=" + quote(SELECT), "text/csv"),
        ("/id/organisation/ahorn", "text/html"),
        ("/id/organisation/ahorn", "text/turtle"),
    ],
)
def test_what_has_not_changed_is_not_sent_again(client, address, accept):
    first = client.get(address, headers={"Accept": accept})
    tag = first.headers["etag"]
    again = client.get(address, headers={"Accept": accept, "If-None-Match": f'"x", {tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    other = client.get(address, headers={"Accept": accept, "If-None-Match": '"x"'})
    assert other.status_code == 200


def test_entity_tags_differ_by_form_and_query(client):
    def tag(query, accept):
        return client.get(
            "/sparql", params={"query": query}, headers={"Accept": accept}
        ).headers.get("etag")

    tags = [tag(SELECT, "text/csv"), tag(SELECT, JSON), tag(SELECT + " LIMIT 9", JSON)]
    assert None not in tags
    assert len(set(tags)) == 3
    assert tag("SELECT (NOW() AS ?now) {}", JSON) is None
    assert tag("SELECT (rand( ) AS ?x) {}", JSON) is None


def test_the_page_comes_packed_to_who_takes_it(client):
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    plain_text = client.get("/", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_text.headers
    assert packed.content == plain_text.content
    assert int(packed.headers["content-length"]) < int(plain_text.headers["content-length"])
    assert packed.headers["etag"] != plain_text.headers["etag"]
    assert packed.headers["vary"] == "Accept-Encoding"


def test_the_page_keeps_its_policy(client):
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "frame-ancestors 'none'" in policy


def test_a_part_of_a_file_can_be_had(client):
    part = client.get("/itas.ttl", headers={"Range": "bytes=0-6"})
    assert part.status_code == 206
    assert part.content == b"@prefix"


def test_no_script_of_another_site_may_read_unless_it_is_allowed(client):
    answer = client.get("/sparql", headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:1"])
def test_the_host_that_a_client_names_stands_in_no_answer(client, host):
    for address in ("/", "/sparql", "/id/organisation/ahorn", "/nowhere", "/id"):
        answer = client.get(address, headers={"Host": host, "Accept": "*/*"})
        assert answer.status_code == 421
        assert "evil" not in answer.text
        assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:9", "127.0.0.1", "[::1]:8000", "LocalHost"]
)
def test_names_of_this_machine_are_its_own(client, host):
    assert client.get("/health", headers={"Host": host}).status_code == 200


def test_links_of_a_resource_lead_somewhere(client):
    import re

    for address in ("/id/organisation/ahorn", "/id/source/netz", "/concept/role/contractor", "/ns"):
        page = client.get(address, headers={"Accept": "text/html"})
        links = {
            link.replace("&amp;", "&")
            for link in re.findall(r'href="([^"]+)"', page.text)
            if not link.startswith("http")
        }
        assert len(links) >= 6
        for link in sorted(links):
            followed = client.get(httpx.URL(client.base_url.join(address)).join(link))
            assert followed.status_code == 200, link


def test_texts_of_the_data_are_text_on_the_page(start_service, make_small, tmp_path):
    from itas_graph import build as pipeline

    small = make_small(tmp_path / "bad")
    small.edit("organisations.csv", "Ahorn GmbH", '<img src=x onerror=alert(1)>&amp; ""a')
    small.edit("organisations.csv", "AHG", "javascript:alert(1)")
    pipeline.build(small.workspace, small.root / "build")
    running = start_service(small.root)
    page = httpx.get(running.url + "/id/organisation/ahorn").text
    running.stop()
    assert "<img" not in page
    assert "&lt;img" in page
    assert 'href="javascript' not in page
