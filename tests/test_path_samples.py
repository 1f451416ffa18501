"""Estimates of betweenness and closeness: near the truth, as near as they say, always the same."""

import networkx as nx
import pytest

from itas_graph import measures, readings
from itas_graph.path_samples import PathSample

#: 600 nodes in one part, and a path of three and a pair apart.
LARGE = nx.barabasi_albert_graph(600, 2, seed=7)


@pytest.fixture(scope="module")
def network():
    graph = nx.MultiGraph(name="test", concepts={})
    graph.add_nodes_from(
        (f"organisation/{number:03}" for number in range(605)),
        group="organisation",
        label="Beispiel",
        action_fields=[],
    )
    edges = [*LARGE.edges(), (600, 601), (601, 602), (603, 604)]
    graph.add_edges_from((f"organisation/{a:03}", f"organisation/{b:03}") for a, b in edges)
    return graph


@pytest.mark.parametrize("name", ["betweenness", "closeness"])
def test_nineteen_of_twenty_true_values_lie_within_what_is_said(network, name):
    on = measures.lines(network)
    true = measures.MEASURES[name].compute(on)
    found = PathSample(on, 128, exact=1000).estimate(name)
    assert (found.sources, found.nodes) == (128, 600)
    order = sorted(range(600), key=lambda number: -true[number])
    for nodes in (order, order[:100]):
        inside = [abs(found.values[at] - true[at]) <= found.margins[at] + 1e-12 for at in nodes]
        assert sum(inside) >= 0.95 * len(nodes)
    # It says something, too: within half of the value for those at the top.
    assert all(found.margins[number] < true[number] / 2 for number in order[:5])


@pytest.mark.parametrize("name", ["betweenness", "closeness"])
def test_small_parts_are_exact_and_say_so(network, name):
    on = measures.lines(network)
    true = measures.MEASURES[name].compute(on)
    found = PathSample(on, 64, exact=1000).estimate(name)
    for number in range(600, 605):
        assert found.values[number] == pytest.approx(true[number])
        assert found.margins[number] == 0


def test_whoever_draws_all_knows_all(network):
    on = measures.lines(network)
    for name in ("betweenness", "closeness"):
        found = PathSample(on, 599, exact=0).estimate(name)
        true = measures.MEASURES[name].compute(on)
        assert found.values == pytest.approx(true, rel=0.05, abs=3e-4)


def test_two_sides_are_estimated_by_the_same_paths():
    graph = nx.MultiGraph()
    tree = nx.random_labeled_tree(400, seed=3)
    side = nx.bipartite.color(tree)
    for node in tree:
        graph.add_node(f"{side[node]}/{node:03}", group="event" if side[node] else "person")
    graph.add_edges_from((f"{side[a]}/{a:03}", f"{side[b]}/{b:03}") for a, b in tree.edges())
    on = measures.lines(graph)
    for name in ("bipartite-betweenness", "bipartite-closeness"):
        true = measures.MEASURES[name].compute(on)
        found = PathSample(on, 200, exact=0).estimate(name)
        first = max(range(400), key=lambda number: true[number])
        assert found.values[first] == pytest.approx(true[first], rel=0.2)
        assert 0 < found.margins[first] < true[first]


def test_the_same_sample_each_time_and_none_where_none_is_needed(network):
    on = measures.lines(network)
    one, other = (PathSample(on, 64, exact=1000).estimate("betweenness") for _ in range(2))
    assert (one.values, one.margins) == (other.values, other.margins)
    assert not PathSample(on).is_needed
    wanted = [measures.MEASURES["betweenness"]]
    (exact,) = readings.measure(network, on, wanted, PathSample(on))
    assert exact.estimate is None
    assert list(exact.values.values()) == measures.betweenness_shares(on)
