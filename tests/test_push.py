"""A dataset arrives on a server whole, unchanged parts untouched, and an interruption shows."""

import re
import signal
import subprocess
import sys
import time

import pyoxigraph as ox
import pytest

from itas_graph import build, dataset, graph_writers, push
from itas_graph.errors import EngineError, UsageError
from itas_graph.remote import Names, RemoteEndpoint
from itas_graph.workspace import Credentials

BASE = "https://w3id.org/itas-graph/id/"
NETZ, TAGUNG = f"{BASE}source/netz", f"{BASE}source/tagung-2024"
FOREIGN = ox.Triple(*[ox.NamedNode("http://example.org/foreign")] * 3)


class Counting:
    """Writes through another writer and remembers what; may break off."""

    def __init__(self, writer, at_most=1000):
        self.writer = writer
        self.replaced = []
        self.left = at_most

    def _count(self):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

    def replace(self, graph, triples):
        self._count()
        self.replaced.append(graph)
        self.writer.replace(graph, triples)

    def add(self, graph, triples):
        self._count()
        self.writer.add(graph, triples)

    def remove(self, graph):
        self._count()
        self.replaced.append(graph)
        self.writer.remove(graph)


@pytest.fixture(params=["oxigraph-store", "oxigraph-update", "virtuoso-store", "virtuoso-update"])
def server(request, tmp_path, servers):
    """Return a server with something foreign on it, and a function that makes writers."""
    name, way = request.param.split("-")
    start = {"oxigraph": servers.oxigraph, "virtuoso": servers.virtuoso}[name]
    with start(tmp_path) as running:
        credentials = Credentials(running.user, running.password)

        def writer(at_most=1000):
            if way == "store":
                return Counting(push.GraphStore(running.graphs, credentials, 60), at_most)
            return Counting(push.Updates(running.update, credentials, 60), at_most)

        writer().add("http://example.org/foreign", [FOREIGN])
        yield RemoteEndpoint(running.query, timeout=60), writer


@pytest.fixture
def built(small):
    """Return a function that gives the quads of the small workspace as it is now."""

    def quads():
        folder = small.root / "build"
        build.build(small.workspace, folder, sparql=False)
        return dataset.read(folder / "itas.nq")

    return quads


def kinds(pushed):
    return {change.graph: change.kind for change in pushed.changes}


def held(endpoint):
    """Return all that the server holds in graphs of ours, and in the foreign one."""
    fresh = RemoteEndpoint(endpoint.url, timeout=60)
    quads = fresh.quads()
    union = fresh.graph(Names().union)
    foreign = fresh.graph("http://example.org/foreign")
    return dataset.canonical(quads), union, foreign


def test_a_push_brings_what_has_changed_and_nothing_else(server, built, small):
    endpoint, writer = server
    first = built()
    dry = push.push(endpoint, writer(0), first, dry_run=True)
    assert set(kinds(dry).values()) == {"added"}
    assert not dry.written
    assert endpoint.read_catalogue() is None

    done = push.push(endpoint, writer(), first)
    assert done.written
    assert done.changes == dry.changes
    union = {quad.triple for quad in first}
    assert held(endpoint) == (first, union, {FOREIGN})
    assert endpoint.catalogue.complete
    assert endpoint.warning is None

    again = push.push(endpoint, writer(0), first)
    assert not again.written
    assert set(kinds(again).values()) == {"kept"}

    small.edit("sources/netz.yaml", "role: client", "role: contractor")
    small.path("sources/tagung-2024.yaml").rename(small.path("sources/tagung-2025.yaml"))
    small.edit("sources/tagung-2025.yaml", "id: tagung-2024\ntitle", "id: tagung-2025\ntitle")
    second = built()
    counting = writer()
    done = push.push(endpoint, counting, second)
    found = kinds(done)
    assert (found[NETZ], found[TAGUNG]) == ("changed", "removed")
    assert found[f"{BASE}source/tagung-2025"] == "added"
    assert found["https://w3id.org/itas-graph/ns"] == "kept"
    assert "https://w3id.org/itas-graph/ns" not in counting.replaced
    assert held(endpoint) == (second, {quad.triple for quad in second}, {FOREIGN})


def test_an_interrupted_push_shows_and_is_completed_by_the_next(server, built, small):
    endpoint, writer = server
    first = built()
    push.push(endpoint, writer(), first)
    small.edit("sources/netz.yaml", "role: client", "role: contractor")
    small.edit("sources/tagung-2024.yaml", "Das Netz", "Das ganze Netz")
    second = built()
    with pytest.raises(KeyboardInterrupt):
        push.push(endpoint, writer(4), second)
    reader = RemoteEndpoint(endpoint.url, timeout=60)
    assert "may mix old and new" in reader.warning.en
    assert not reader.catalogue.complete
    assert list(reader.ask("SELECT ?o { ?o a org:Organization }").rows)

    counting = writer()
    done = push.push(endpoint, counting, second)
    # What the first attempt had finished is not written again.
    assert len([kind for kind in kinds(done).values() if kind == "changed"]) < 4
    assert held(endpoint) == (second, {quad.triple for quad in second}, {FOREIGN})
    assert RemoteEndpoint(endpoint.url).warning is None


def test_a_first_push_that_broke_off_is_completed(server, built):
    endpoint, writer = server
    quads = built()
    with pytest.raises(KeyboardInterrupt):
        push.push(endpoint, writer(5), quads)
    assert not RemoteEndpoint(endpoint.url).catalogue.complete
    done = push.push(endpoint, writer(), quads)
    assert "kept" in kinds(done).values()
    assert held(endpoint)[0] == quads


def test_what_somebody_damaged_is_repaired(server, built):
    endpoint, writer = server
    quads = built()
    push.push(endpoint, writer(), quads)
    writer().writer.add(NETZ, [FOREIGN])
    done = push.push(endpoint, writer(), quads)
    assert [graph for graph, kind in kinds(done).items() if kind != "kept"] == [NETZ]
    assert held(endpoint)[0] == quads


@pytest.fixture
def oxigraph(tmp_path, servers):
    with servers.oxigraph(tmp_path) as running:
        yield running


def quad(subject, value, graph="http://example.org/g"):
    return ox.Quad(
        ox.NamedNode(f"http://example.org/{subject}"),
        ox.NamedNode("http://example.org/p"),
        value,
        ox.NamedNode(graph),
    )


def test_equal_datasets_leave_equal_servers(tmp_path, servers, built):
    quads, states = built(), []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with servers.oxigraph(tmp_path / name) as running:
            endpoint = RemoteEndpoint(running.query)
            push.push(endpoint, push.GraphStore(running.graphs, Credentials(), 30), quads)
            states.append(endpoint.graph(Names().catalogue))
    assert states[0] == states[1]


def test_a_large_graph_travels_in_portions(virtuoso_server, monkeypatch):
    monkeypatch.setitem(push.PORTION, "graph store", (1000, 50_000))
    credentials = Credentials("dba", "dba")
    triples = [quad(number, ox.Literal("ä" * 20)).triple for number in range(3500)]
    writer = push.GraphStore(virtuoso_server.graphs, credentials, 60)
    writer.replace("http://example.org/large", triples)
    endpoint = RemoteEndpoint(virtuoso_server.query, timeout=60)
    assert endpoint.graph("http://example.org/large") == set(triples)
    writer.remove("http://example.org/large")


def test_values_that_a_server_keeps_otherwise_are_told(virtuoso_server, servers):
    endpoint = RemoteEndpoint(virtuoso_server.query, base="http://example.org/altered/", timeout=60)
    writer = push.GraphStore(virtuoso_server.graphs, Credentials("dba", "dba"), 60)
    kinds_ = "http://www.w3.org/2001/XMLSchema#"
    quads = [
        quad("a", ox.Literal("2022-07", datatype=ox.NamedNode(kinds_ + "gYearMonth"))),
        quad("a", ox.Literal("2022-07-01", datatype=ox.NamedNode(kinds_ + "date"))),
        quad("b", ox.Literal("plain")),
    ]
    done = push.push(endpoint, writer, quads)
    assert len(done.altered) >= 1
    assert {"2022-07", "2022-07-01"} >= {one.object.value for one, _ in done.altered}
    assert not push.push(endpoint, writer, quads).written


def test_what_did_not_arrive_is_no_completed_push(oxigraph):
    class Losing(push.GraphStore):
        def replace(self, graph, triples):
            lost = 1 if graph == "http://example.org/g" else 0
            super().replace(graph, list(triples)[lost:])

    endpoint = RemoteEndpoint(oxigraph.query)
    quads = [quad("a", ox.Literal("x")), quad("b", ox.Literal("y"))]
    with pytest.raises(EngineError, match=r"1 statements are missing.*example\.org/a"):
        push.push(endpoint, Losing(oxigraph.graphs, Credentials(), 30), quads)
    assert RemoteEndpoint(oxigraph.query).warning is not None


@pytest.mark.parametrize(
    ("value", "graph", "words"),
    [
        (ox.BlankNode("b"), "http://example.org/g", "has blank nodes"),
        (ox.Literal("x"), f"{BASE}union", "the push needs that name itself"),
    ],
)
def test_what_cannot_be_published_is_refused_before_writing(oxigraph, value, graph, words):
    endpoint = RemoteEndpoint(oxigraph.query)
    writer = push.GraphStore(oxigraph.graphs, Credentials(), 30)
    with pytest.raises(UsageError, match=words):
        push.push(endpoint, writer, [quad("a", value, graph)])
    assert endpoint.read_catalogue() is None


def test_a_server_that_mixes_graphs_is_refused_and_left_as_it_was(tmp_path, servers, built):
    with servers.rdflib_endpoint(tmp_path) as running:
        endpoint = RemoteEndpoint(running.query)
        writer = push.Updates(running.update, Credentials(), 30)
        with pytest.raises(EngineError, match="ignores which graphs a question means"):
            push.push(endpoint, writer, built())
        assert endpoint.ask("ASK { GRAPH ?g { ?s ?p ?o } }").truth is False


def test_portions_are_bounded_and_lose_nothing():
    triples = [quad(number, ox.Literal("ü" * number)).triple for number in range(300)]
    texts = list(graph_writers.portions(triples, 50, 4000))
    read = [one.triple for text in texts for one in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
    assert read == triples
    assert all(text.count("\n") <= 50 for text in texts)
    assert all(len(text.encode()) <= 4000 or text.count("\n") == 1 for text in texts)
    assert list(graph_writers.portions([], 50, 4000)) == [""]


# The command line


def test_the_command_publishes_the_build(itas, small, oxigraph):
    call = ("--root", small.root, "--lang", "en", "push", "--endpoint", oxigraph.query)
    store = ("--graph-store", oxigraph.graphs)
    done = itas(*call, *store)
    assert (done.returncode, "There is no graph in" in done.stderr) == (2, True)
    itas("--root", small.root, "build", "--without-sparql")
    done = itas(*call, *store, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^\+ {NETZ} \(\d+\)$", done.stdout, re.M)
    assert re.search(r"^\d+ graphs added, 0 changed, 0 removed, 0 unchanged\.$", done.stdout, re.M)
    done = itas(*call, *store)
    assert (done.returncode, done.stdout) == (0, "")
    assert f"+ {NETZ} (" in done.stderr
    assert itas(*call, *store).stderr == "Nothing has changed.\n"
    query = ("query", "-e", "SELECT (COUNT(*) AS ?n) { ?s a org:Organization }")
    answer = itas("--root", small.root, *query, env={"ITAS_ENDPOINT": oxigraph.query})
    assert answer.stdout.split() == ["n", "4"]


def test_where_a_server_writes_has_to_be_named(itas, small, oxigraph, virtuoso_server):
    itas("--root", small.root, "build", "--without-sparql")
    call = ("--root", small.root, "--lang", "en", "push")
    done = itas(*call)
    assert (done.returncode, "Name by --endpoint" in done.stderr) == (2, True)
    for endpoint in (oxigraph.query, virtuoso_server.query):
        done = itas(*call, "--endpoint", endpoint)
        assert done.returncode == 3
        assert "Name by --graph-store or --update where the server writes" in done.stderr


def test_internal_builds_are_not_published(itas, small, oxigraph):
    itas("--root", small.root, "build", "--without-sparql", "--profile", "internal")
    done = itas("--root", small.root, "--lang", "en", "push", "--endpoint", oxigraph.query)
    assert done.returncode == 2
    assert "shows internal matters" in done.stderr


def test_readers_are_warned_when_a_push_was_killed(
    itas, shipped, shipped_build, user_environment, oxigraph
):
    call = ["push", "-b", str(shipped_build), "--endpoint", oxigraph.query]
    call += ["--graph-store", oxigraph.graphs]
    started = subprocess.Popen(
        [sys.executable, "-m", "itas_graph", "--root", str(shipped.root), *call],
        env=user_environment(),
        stderr=subprocess.DEVNULL,
    )
    endpoint = RemoteEndpoint(oxigraph.query)
    end = time.monotonic() + 30
    while started.poll() is None and time.monotonic() < end:
        if len(endpoint.count([f"{BASE}derived", f"{BASE}dataset", f"{BASE}source/derived"])) > 0:
            break
    started.send_signal(signal.SIGKILL)
    started.wait(10)
    query = (
        "--root",
        shipped.root,
        "--lang",
        "en",
        "query",
        "funding",
        "--endpoint",
        oxigraph.query,
    )
    done = itas(*query)
    assert done.returncode == 0
    assert "a new state is being published" in done.stderr
    done = itas("--root", shipped.root, *call)
    assert done.returncode == 0, done.stderr
    done = itas(*query)
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 6
