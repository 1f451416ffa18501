"""Large graphs go part by part: little memory, little traffic, and no half passes for a whole."""

import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest

from itas_graph import delivery, exchange, graph_writers, push, sorted_graphs
from itas_graph.errors import EngineError, LimitError
from itas_graph.remote import RemoteEndpoint
from itas_graph.workspace import Credentials

pytestmark = pytest.mark.usefixtures("rubbish_is_collected_here", "small_steps")

LIST, OTHER = "http://example.org/large/list", "http://example.org/large/other"
LINKS = 1200


@pytest.fixture
def small_steps(monkeypatch):
    """Make everything that is large small, so that a few thousand statements meet every bound."""
    monkeypatch.setattr(sorted_graphs, "LARGE", 500)
    monkeypatch.setattr(sorted_graphs, "SUBJECTS", 16)
    monkeypatch.setattr(sorted_graphs, "WAITING", 50_000)
    monkeypatch.setattr(delivery, "LOAD", 300)
    monkeypatch.setattr(delivery, "PAGE", 70)
    monkeypatch.setitem(graph_writers.PORTION, "graph store", (150, 20_000))


@pytest.fixture(params=["oxigraph", "virtuoso"])
def running(request, tmp_path, servers):
    start = {"oxigraph": servers.oxigraph, "virtuoso": servers.virtuoso}[request.param]
    options = {"rows": 400} if request.param == "virtuoso" else {}
    with start(tmp_path, **options) as server:
        yield server


def opened(server, *, update=True):
    """Return an endpoint, what writes to it, and what counts the bytes of both."""
    traffic = exchange.Traffic()
    credentials = Credentials(server.user, server.password)
    endpoint = RemoteEndpoint(server.query, timeout=60, base="http://example.org/large/",
                              traffic=traffic)  # fmt: skip
    where = server.update if update else None
    writer = graph_writers.writer(server.query, server.graphs, where, credentials, 60, traffic)
    return endpoint, writer, traffic


def quads(changes=None, links=LINKS):
    """Invented links: each three statements, of a list and once more of another."""
    changes = changes or {}
    found = []
    for number in range(links):
        node = ox.NamedNode(f"http://example.org/large/id/link-{number}")
        told = {
            "name": ox.Literal(changes.get(number, f"Beispiel {number} GmbH · Prüfstelle")),
            "of": ox.NamedNode(f"http://example.org/large/id/vorhaben-{number % 90}"),
            "since": ox.Literal(
                f"2016-{number % 12 + 1:02}",
                datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#gYearMonth"),
            ),
        }
        for name, value in told.items():
            made = ox.NamedNode(f"http://example.org/large/ns#{name}")
            found.append(ox.Quad(node, made, value, ox.NamedNode(LIST)))
            if number % 3 == 0:
                found.append(ox.Quad(node, made, value, ox.NamedNode(OTHER)))
    # One that is spoken of far more often than fits into a page.
    many = ox.NamedNode("http://example.org/large/id/liste")
    said = ox.NamedNode("http://example.org/large/ns#mentions")
    found += [ox.Quad(many, said, ox.Literal(str(one)), ox.NamedNode(LIST)) for one in range(600)]
    return found


def rows(endpoint, graph):
    """Return subject, predicate and text of all that a graph holds."""
    return {
        (one.subject.value, one.predicate.value, one.object.value.removesuffix("-01"))
        for one in endpoint.graph(graph)
    }


def meant(given, graph):
    return {
        (one.subject.value, one.predicate.value, one.object.value.removesuffix("-01"))
        for one in given
        if graph in (None, one.graph_name.value)
    }


def assert_holds(endpoint, given):
    assert rows(endpoint, LIST) == meant(given, LIST)
    assert rows(endpoint, OTHER) == meant(given, OTHER)
    assert rows(endpoint, endpoint.names.union) == meant(given, None)
    assert endpoint.read_catalogue().complete


def test_a_push_of_a_large_graph_arrives_and_the_next_sends_nothing(running):
    endpoint, writer, traffic = opened(running)
    given = quads()
    done = push.push(endpoint, writer, given)
    assert done.sent == len(given) + len(meant(given, None))
    assert_holds(endpoint, given)
    sent = traffic.sent
    again = push.push(endpoint, writer, given)
    assert not again.written
    assert again.sent == 0
    assert traffic.sent - sent < 10_000


def test_a_change_sends_what_it_touches(running):
    endpoint, writer, traffic = opened(running)
    push.push(endpoint, writer, quads())
    before = traffic.sent
    changed = quads({7: "Muster 7 GmbH", 600: "Muster 600 GmbH"})
    changed = [one for one in changed if one.subject.value != "http://example.org/large/id/link-9"]
    done = push.push(endpoint, writer, changed)
    assert_holds(endpoint, changed)
    # Link 600 is in both graphs and in their union, link 7 in one and the union.
    assert done.sent <= 5
    # What says which parts are there goes with it.
    assert traffic.sent - before < 400_000
    assert not push.push(endpoint, writer, changed).written


def test_a_change_without_updates_sends_the_graph_anew(running):
    endpoint, writer, _ = opened(running, update=False)
    push.push(endpoint, writer, quads())
    changed = quads({7: "Muster 7 GmbH"})
    done = push.push(endpoint, writer, changed)
    assert_holds(endpoint, changed)
    assert done.sent > LINKS


class Breaking:
    """Writes through another writer, and breaks off after so many of its calls."""

    def __init__(self, writer, left):
        self._writer = writer
        self._left = left

    def __getattr__(self, name):
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return getattr(self._writer, name)


@pytest.mark.parametrize("calls", [9, 30])
def test_a_push_that_broke_off_goes_on_behind_the_last_part(running, calls):
    endpoint, writer, _ = opened(running)
    given = quads()
    with pytest.raises(KeyboardInterrupt):
        push.push(endpoint, Breaking(writer, calls), given)
    half = endpoint.read_catalogue()
    assert not half.complete
    assert "" in {one.digest for one in half.graphs.values()}, "no half passes for a whole"
    done = push.push(endpoint, writer, given)
    assert_holds(endpoint, given)
    assert 0 < done.sent < len(given) + len(meant(given, None)) - 250


def test_what_was_cut_in_the_middle_of_a_part_is_completed(running):
    endpoint, writer, _ = opened(running)
    given = quads()
    push.push(endpoint, writer, given)
    changed = quads({number: f"Muster {number} GmbH" for number in range(40)})
    with pytest.raises(KeyboardInterrupt):
        push.push(endpoint, Breaking(writer, 6), changed)
    push.push(endpoint, writer, changed)
    assert_holds(endpoint, changed)


def test_what_somebody_wrote_into_a_large_graph_goes(running):
    endpoint, writer, _ = opened(running)
    given = quads()
    push.push(endpoint, writer, given)
    writer.add(LIST, [ox.Triple(*[ox.NamedNode("http://example.org/foreign")] * 3)])
    push.push(endpoint, writer, given)
    assert_holds(endpoint, given)


def test_a_graph_that_becomes_small_or_goes_leaves_no_notes(running):
    endpoint, writer, _ = opened(running)
    push.push(endpoint, writer, quads())
    assert LIST in endpoint.read_parts()
    few = [one for one in quads(links=20) if one.graph_name.value == OTHER]
    push.push(endpoint, writer, few)
    assert endpoint.read_parts() == {}
    assert rows(endpoint, OTHER) == meant(few, OTHER)
    assert endpoint.count([LIST]) == {}


def test_a_part_that_loses_a_statement_is_no_completed_push(oxigraph_server):
    class Losing(graph_writers.GraphStore):
        def add(self, graph, triples):
            super().add(graph, list(triples)[1:] if graph == LIST else triples)

    endpoint = RemoteEndpoint(oxigraph_server.query, base="http://example.org/large/")
    writer = Losing(oxigraph_server.graphs, Credentials(), 30)
    with pytest.raises(EngineError, match="statements are missing"):
        push.push(endpoint, writer, quads())
    assert not endpoint.read_catalogue().complete


def test_more_bytes_than_allowed_are_refused(oxigraph_server):
    traffic = exchange.Traffic(most=200_000)
    endpoint = RemoteEndpoint(oxigraph_server.query, base="http://example.org/most/",
                              traffic=traffic)  # fmt: skip
    writer = graph_writers.GraphStore(oxigraph_server.graphs, Credentials(), 30, traffic)
    with pytest.raises(LimitError, match="--max-bytes") as caught:
        push.push(endpoint, writer, quads())
    assert caught.value.exit_code == 3
    assert traffic.total < 400_000


# Sorting


def test_sorting_in_many_runs_gives_what_sorting_in_memory_gives(tmp_path, monkeypatch):
    given = [*quads(), *quads()]
    monkeypatch.setattr(sorted_graphs, "WAITING", 3_000)
    monkeypatch.setattr(sorted_graphs, "_FILES", 4)
    graphs, union = sorted_graphs.sort(given, tmp_path)
    for name, found in [*graphs.items(), (None, union)]:
        wanted = sorted({str(q.triple) for q in given if name in (None, q.graph_name.value)})
        assert list(found.lines()) == wanted
        assert found.triples == len(wanted)
        assert found.digest == sorted_graphs.digest(f"{line} ." for line in wanted)
        assert list(found.lines(found.parts)) == wanted
        assert sum(part.triples for part in found.parts) == len(wanted)
    assert len(union.parts) > 20


def test_a_change_leaves_the_other_parts_as_they_were():
    def parts(given):
        with tempfile.TemporaryDirectory() as folder:
            return {part.digest for part in sorted_graphs.sort(given, Path(folder))[1].parts}

    before, after = parts(quads()), parts(quads({77: "Muster 77 GmbH"}))
    assert len(before) > 20
    assert len(before - after) == 1
    assert len(after - before) == 1
