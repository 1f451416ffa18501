"""What moves between the command line and an endpoint is told, and never more than was allowed."""

import re

import pyoxigraph as ox
import pytest
import servers

from itas_graph import exchange, graph_writers, remote
from itas_graph.errors import LimitError
from itas_graph.remote import RemoteEndpoint
from itas_graph.workspace import Credentials

pytestmark = pytest.mark.usefixtures("rubbish_is_collected_here")

GRAPH = "http://example.org/traffic"
EVERYTHING = f"SELECT * {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Return an endpoint with 6,000 invented statements, some 2 MB as an answer.

    It is a server of its own: on one that a dataset was pushed to, questions name its graphs alone.
    """
    made = [
        ox.Triple(
            ox.NamedNode(f"http://example.org/beispiel-{number}"),
            ox.NamedNode("http://example.org/name"),
            ox.Literal(f"Beispiel {number} GmbH " + "ä" * 60),
        )
        for number in range(6000)
    ]
    with servers.oxigraph(tmp_path_factory.mktemp("traffic")) as server:
        graph_writers.GraphStore(server.graphs, Credentials(), 30).add(GRAPH, made)
        yield server.query


def test_a_call_that_moved_much_says_so(itas, small, filled):
    call = ("--root", small.root, "--lang", "en", "query", "--endpoint", filled, "--format", "csv")
    done = itas(*call, "-e", EVERYTHING)
    assert len(done.stdout.splitlines()) == 6001
    assert re.search(r"^With the endpoint: \d+ requests, 0 MB sent, [12] MB received\.$",
                     done.stderr, re.M)  # fmt: skip
    done = itas("--root", small.root, "--lang", "de", "query", "--endpoint", filled, "-e",
                EVERYTHING)  # fmt: skip
    assert re.search(r"^Mit dem Endpunkt: \d+ Anfragen, 0 MB gesendet", done.stderr, re.M)
    done = itas(*call, "-e", EVERYTHING + " LIMIT 3")
    assert done.stderr == "" or "Note:" in done.stderr
    assert "With the endpoint" not in done.stderr


@pytest.mark.parametrize("way", ["option", "environment"])
def test_more_than_allowed_is_refused(itas, small, filled, way):
    given = ("--max-bytes", "300000") if way == "option" else ()
    env = {} if given else {"ITAS_MAX_BYTES": "300000"}
    call = ("--root", small.root, "--lang", "en", "query", "--endpoint", filled, *given)
    done = itas(*call, "-e", EVERYTHING, env=env)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "More than 300,000 bytes would move" in done.stderr
    assert "--max-bytes" in done.stderr


def test_a_bound_that_is_none_is_wrong_use(itas, small, filled):
    call = ("--root", small.root, "query", "--endpoint", filled, "-e", EVERYTHING)
    assert itas(*call, "--max-bytes", "0").returncode == 2
    done = itas(*call, "--lang", "en", env={"ITAS_MAX_BYTES": "much"})
    assert (done.returncode, "ITAS_MAX_BYTES" in done.stderr) == (2, True)


def test_what_is_sent_again_counts_again():
    counted = exchange.Traffic()
    counted.add(1, 100, 0)
    counted.add(1, 100, 50)
    assert (counted.requests, counted.sent, counted.received, counted.total) == (2, 200, 50, 250)


def test_a_long_answer_waits_on_the_disk_and_is_the_same(filled, monkeypatch):
    in_memory = list(RemoteEndpoint(filled).ask(EVERYTHING).rows)
    monkeypatch.setattr(exchange, "_IN_MEMORY", 1000)
    assert list(RemoteEndpoint(filled).ask(EVERYTHING).rows) == in_memory
    # Who stops in the middle leaves nothing open.
    rows = RemoteEndpoint(filled).ask(EVERYTHING).rows
    assert next(rows) == in_memory[0]
    del rows


def test_a_dataset_that_is_too_large_is_not_fetched(filled, monkeypatch):
    monkeypatch.setattr(remote, "MOST_TRIPLES", 5000)
    endpoint = RemoteEndpoint(filled)
    with pytest.raises(LimitError, match=r"at most 5,000 are fetched.*query") as caught:
        endpoint.quads()
    assert "höchstens 5.000" in caught.value.message.de
