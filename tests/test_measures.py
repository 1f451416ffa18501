"""Measures: by hand on small graphs, by networkx on all others; and their readings are true."""

import math
import random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.algorithms import bipartite

# networkx.pagerank wants scipy; this is its own plain version of the same.
from networkx.algorithms.link_analysis.pagerank_alg import _pagerank_python

from itas_graph import measures, readings
from itas_graph.errors import UsageError

CLOSE = 1e-9


def measured(graph, name):
    on = measures.lines(graph)
    return dict(zip(on.keys, measures.MEASURES[name].compute(on), strict=True))


def named(edges, groups=None, fields=None):
    """A projection as the commands hand it on, of nodes called by their keys."""
    graph = nx.MultiGraph(
        name="test",
        concepts={
            "action-field": {
                "bildung": {"de": "Bildung", "en": "Education"},
                "arbeit": {"de": "Arbeit", "en": "Work"},
            }
        },
    )
    for key in sorted({end for edge in edges for end in edge}):
        group = (groups or {}).get(key[0], "organisation")
        topics = (fields or {}).get(key, [])
        graph.add_node(key, group=group, label=key, action_fields=topics)
    graph.add_edges_from(edges)
    return graph


def read(graph, name):
    on = measures.lines(graph)
    (one,) = readings.measure(graph, on, [measures.MEASURES[name]])
    return one


# By hand

PATH = named(["AB", "BC", "CD"])


def test_on_a_path_of_four():
    # B is linked with 2 of 3 others.
    assert measured(PATH, "degree") == pytest.approx(
        {"A": 1 / 3, "B": 2 / 3, "C": 2 / 3, "D": 1 / 3}
    )
    # The others of B are A, C, D: of their three pairs A–C and A–D lead through B.
    assert measured(PATH, "betweenness") == pytest.approx({"A": 0, "B": 2 / 3, "C": 2 / 3, "D": 0})
    # From B it is 1 + 1 + 2 steps to 3 others; from A 1 + 2 + 3.
    assert measured(PATH, "closeness") == pytest.approx(
        {"A": 3 / 6, "B": 3 / 4, "C": 3 / 4, "D": 3 / 6}
    )
    # A puts all into B: 1². B puts a half into each of two that do not know each other: ¼ + ¼.
    assert measured(PATH, "constraint") == pytest.approx({"A": 1, "B": 0.5, "C": 0.5, "D": 1})
    assert measured(PATH, "core") == {"A": 1, "B": 1, "C": 1, "D": 1}
    # Without B there are A, and C with D.
    assert measured(PATH, "articulation") == {"A": 0, "B": 2, "C": 2, "D": 0}
    assert measured(PATH, "bridges") == {"A": 1, "B": 2, "C": 2, "D": 1}


def test_in_a_triangle_everyone_is_constrained_and_nothing_breaks():
    triangle = named(["AB", "BC", "CA"])
    # A puts ½ into B, and reaches B by C with ½ · ½ as well: (½ + ¼)², twice.
    assert measured(triangle, "constraint") == pytest.approx(dict.fromkeys("ABC", 1.125))
    assert set(measured(triangle, "articulation").values()) == {0}
    assert read(triangle, "bridges").findings == []


def test_a_star_by_hand():
    star = named(["MA", "MB", "MC"])
    # x(M) = 3 y / λ and y = x(M) / λ give λ² = 3; with squares that add up to 1, x² = ½, y² = ⅙.
    found = measured(star, "eigenvector")
    assert found == pytest.approx({"M": 2**-0.5, **dict.fromkeys("ABC", 6**-0.5)})
    # m = 0.15/4 + 0.85 · 3 l and l = 0.15/4 + 0.85 · m/3 give m = 0.133125 / 0.2775.
    found = measured(star, "pagerank")
    assert found["M"] == pytest.approx(0.133125 / 0.2775)
    assert found["A"] == pytest.approx((1 - 0.133125 / 0.2775) / 3)
    assert measured(star, "articulation")["M"] == 3


def test_the_core_is_what_holds_together_when_the_loose_ends_fall_off():
    # A tail D hangs on a triangle: it falls off first, and the triangle stays with two each.
    assert measured(named(["AB", "BC", "CA", "AD"]), "core") == {"A": 2, "B": 2, "C": 2, "D": 1}


def test_two_modes_by_hand():
    # Organisations A, B; initiatives 1, 2: 1 – A – 2 – B.
    graph = named(["A1", "A2", "B2"], {"1": "initiative", "2": "initiative"})
    # A takes part in 2 of 2 initiatives, B in 1 of 2.
    assert measured(graph, "bipartite-degree") == {"A": 1, "B": 0.5, "1": 0.5, "2": 1}
    # From A: 1 + 1 to the initiatives, 2 to B, which is the least there can be. From B: 1, 2, 3
    # where the least is 1 + 1 + 2.
    found = measured(graph, "bipartite-closeness")
    assert found == pytest.approx({"A": 1, "B": 4 / 6, "1": 4 / 6, "2": 1})
    # Two pairs lead through A (1–2 and 1–B), and no node of two by two can have more.
    assert measured(graph, "bipartite-betweenness") == pytest.approx(
        {"A": 1, "B": 0, "1": 0, "2": 1}
    )


def test_several_relations_are_one_line_and_a_loop_is_none():
    thick = named(["AB", "AB", "AB", "BC", "CD", "DD"])
    for name in ("degree", "betweenness", "closeness", "constraint", "core", "pagerank", "bridges"):
        assert measured(thick, name) == pytest.approx(measured(PATH, name)), name


def test_communities_are_what_is_linked_within_and_weigh_relations():
    halves = ["AB", "BC", "CA", "CD", "DE", "EF", "FD"]
    found = measured(named(halves), "communities")
    assert found == {"A": 1, "B": 1, "C": 1, "D": 2, "E": 2, "F": 2}
    # On a path of four the thick line in the middle keeps its ends together.
    assert measured(PATH, "communities")["B"] != measured(PATH, "communities")["C"]
    thick = measured(named(["AB", *["BC"] * 9, "CD"]), "communities")
    assert thick["B"] == thick["C"]


def test_the_same_communities_however_often_and_whatever_else_draws_numbers():
    graph = nx.relabel_nodes(nx.karate_club_graph(), str)
    nx.set_node_attributes(graph, "organisation", "group")
    first = measured(graph, "communities")
    random.seed(7)
    assert all(measured(graph, "communities") == first for _ in range(3))
    assert 3 <= len(set(first.values())) <= 5


def test_nobody_and_one_alone():
    for name in measures.MEASURES:
        assert measured(nx.MultiGraph(), name) == {}
    alone = nx.MultiGraph()
    alone.add_node("A", group="organisation")
    assert measured(alone, "constraint") == {"A": None}
    assert measured(alone, "degree") == nx.degree_centrality(alone)
    for name in ("betweenness", "closeness", "core", "articulation", "bridges"):
        assert measured(alone, name) == {"A": 0}, name


# By networkx

GRAPHS = st.integers(1, 11).flatmap(
    lambda nodes: st.tuples(
        st.just(nodes),
        st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), max_size=24),
    )
)
SIDES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda sizes: st.tuples(
        st.just(sizes),
        st.lists(
            st.tuples(st.integers(0, sizes[0] - 1), st.integers(0, sizes[1] - 1)), max_size=20
        ),
    )
)


def same(found, expected):
    assert set(found) == set(expected)
    for key, value in expected.items():
        if math.isnan(value):
            assert found[key] is None
        else:
            assert abs(found[key] - value) < CLOSE, key


def multigraph(made):
    graph = nx.MultiGraph()
    graph.add_nodes_from("abcdefghijk"[: made[0]])
    graph.add_edges_from(("abcdefghijk"[one], "abcdefghijk"[other]) for one, other in made[1])
    return graph


def simple(graph):
    plain = nx.Graph(graph)
    plain.remove_edges_from(list(nx.selfloop_edges(plain)))
    return plain


@settings(deadline=None, max_examples=150)
@given(GRAPHS)
def test_any_graph_has_the_values_of_networkx(made):
    graph = multigraph(made)
    plain = simple(graph)
    same(measured(graph, "degree"), nx.degree_centrality(plain))
    same(measured(graph, "betweenness"), nx.betweenness_centrality(plain))
    same(measured(graph, "closeness"), nx.closeness_centrality(plain))
    same(measured(graph, "constraint"), nx.constraint(plain))
    same(measured(graph, "core"), nx.core_number(plain))
    same(measured(graph, "pagerank"), _pagerank_python(plain, tol=1e-13, max_iter=9999))


@settings(deadline=None, max_examples=100)
@given(GRAPHS)
def test_the_eigenvector_is_that_of_the_largest_part(made):
    plain = simple(multigraph(made))
    found = measured(plain, "eigenvector")
    part = min(nx.connected_components(plain), key=lambda part: (-len(part), min(part)))
    assert all(found[key] == 0 for key in set(plain) - part)
    if len(part) > 1:
        inside = plain.subgraph(sorted(part))
        expected = nx.eigenvector_centrality(inside, max_iter=99999, tol=1e-13)
        same({key: found[key] for key in part}, expected)


@settings(deadline=None, max_examples=100)
@given(GRAPHS)
def test_what_breaks_is_what_networkx_says(made):
    graph = multigraph(made)
    plain, on = simple(graph), measures.lines(graph)
    parts = measured(graph, "articulation")
    assert {key for key, value in parts.items() if value} == set(nx.articulation_points(plain))
    for key, value in parts.items():
        around = nx.node_connected_component(plain, key) - {key}
        if value:
            assert nx.number_connected_components(plain.subgraph(around)) == value
    cut = {}
    for one, other, size in measures.bridging_lines(on):
        left = plain.copy()
        ends = on.keys[one], on.keys[other]
        left.remove_edge(*ends)
        assert size == min(len(nx.node_connected_component(left, end)) for end in ends)
        cut[ends] = size
    assert {frozenset(ends) for ends in cut} == {frozenset(ends) for ends in nx.bridges(plain)}


@settings(deadline=None, max_examples=100)
@given(SIDES)
def test_two_sides_have_the_values_of_networkx(made):
    (left, right), edges = made
    graph = nx.MultiGraph()
    top = [f"o{number}" for number in range(left)]
    graph.add_nodes_from(top, group="organisation")
    graph.add_nodes_from((f"i{number}" for number in range(right)), group="initiative")
    graph.add_edges_from((f"o{one}", f"i{other}") for one, other in edges)
    plain = nx.Graph(graph)
    same(measured(graph, "bipartite-degree"), bipartite.degree_centrality(plain, top))
    same(measured(graph, "bipartite-closeness"), bipartite.closeness_centrality(plain, top))
    if left > 1 or right > 1:
        try:
            expected = bipartite.betweenness_centrality(plain, top)
        except ZeroDivisionError:  # where nobody can be between
            assert (left, right) in {(1, 1)} or 1 in (left, right)
        else:
            same(measured(graph, "bipartite-betweenness"), expected)


# Readings


def test_a_reading_says_what_the_value_means_in_both_languages():
    first = read(PATH, "betweenness").findings[0]
    assert (first.label.de, first.rank) == ("B", 1)
    assert first.reading.de.startswith("B steht im Mittel auf 67\u00a0% der kürzesten Wege")
    assert first.reading.en.startswith("B stands on 67% of the shortest paths")
    assert [one.rank for one in read(PATH, "betweenness").findings] == [1, 1, 3, 3]


def test_the_mean_number_of_steps_is_told_for_those_whom_one_can_reach():
    graph = named(["AB", "BC", "CD", "XY"])
    reading = {one.label.en: one.reading.en for one in read(graph, "closeness").findings}
    assert reading["B"] == "B reaches 3 of 5 others, in 1.3 steps on average."
    assert reading["X"] == "X reaches 1 of 5 others, in 1.0 steps on average."


def test_the_lowest_constraint_comes_first_and_says_between_whom_one_can_broker():
    graph = named(["MA", "MB", "MC", "AB"])
    first = read(graph, "constraint").findings[0]
    # Of the pairs A–B, A–C, B–C one is linked.
    assert first.label.en == "M"
    assert "Of the pairs among the 3 others around M, 33% are directly linked" in first.reading.en
    # A: (½ + ½ · ½)² by M and (½ + ½ · ⅓)² by B is more than the 1 of C, who has M alone.
    last = read(graph, "constraint").findings[1:]
    assert [(one.label.en, one.rank) for one in last] == [("C", 2), ("A", 3), ("B", 3)]
    assert last[0].value == 1
    assert last[1].value == pytest.approx(0.75**2 + (2 / 3) ** 2)
    assert "C hangs on a single other" in last[0].reading.en


def test_who_leaves_and_what_is_lost_with_them():
    groups = {"i": "initiative"}
    graph = named([("Ahorn", "i1"), ("Ahorn", "i2"), ("Birke", "i2"), ("Linde", "i3")], groups)
    found = {one.label.de: one for one in read(graph, "articulation").findings}
    assert found["Ahorn"].reading.de == (
        "Fällt Ahorn weg, zerfällt, was dort verbunden ist, in 2 Teile; diese Initiative verliert "
        "ihre letzte Organisation: „i1“."
    )
    assert found["Ahorn"].reading.en.endswith("this initiative loses its last organisation: “i1”.")
    assert "verliert ihre letzte Initiative: „Birke“" in found["i2"].reading.de
    assert found["Linde"].reading.de == ""


def test_more_than_five_are_counted_not_listed():
    graph = named([("Ahorn", f"i{number}") for number in range(8)], {"i": "initiative"})
    reading = read(graph, "articulation").findings[0].reading
    assert "„i3“, „i4“ und 3 weitere." in reading.de
    assert "in 8 Teile; diese Initiativen verlieren ihre letzte Organisation" in reading.de


def test_a_community_is_called_by_the_field_of_most_and_its_best_linked_member():
    graph = named(
        ["AB", "BC", "CA", "CD", "DE", "EF", "FD"],
        fields={"A": ["bildung"], "B": ["bildung", "arbeit"], "D": ["arbeit"], "E": ["arbeit"]},
    )
    one, other = read(graph, "communities").findings
    assert (one.label.de, other.label.en) == ("Bildung · C", "Work · D")
    assert one.reading.de == (
        "Gemeinschaft 1 um C: 3 Mitglieder, davon 2 mit dem Handlungsfeld „Bildung“."
    )


def test_fields_that_are_as_frequent_give_no_name():
    graph = named(["AB"], fields={"A": ["bildung"], "B": ["arbeit"]})
    (one,) = read(graph, "communities").findings
    assert one.label.de == "A"
    assert "in mehreren Handlungsfeldern gleich oft" in one.reading.de


# Refusals


def test_what_would_mislead_is_refused_with_a_better_way():
    two = measures.lines(named(["A1"], {"1": "initiative"}))
    apart = measures.lines(named(["A1", "B2"], {"1": "initiative", "2": "initiative"}))
    one = measures.lines(PATH)
    for on, name, hint in (
        (two, "constraint", "organisation-organisation"),
        (one, "bipartite-degree", "here it is “degree”"),
        (apart, "bipartite-closeness", "Take “closeness”"),
    ):
        assert measures.MEASURES[name] not in measures.fitting(on)
        with pytest.raises(UsageError, match=hint):
            measures.refuse_misleading(on, [measures.MEASURES[name]])
    assert "bipartite-closeness" in {found.name for found in measures.fitting(two)}


def test_what_would_take_for_ever_is_refused_and_what_would_not_is_proposed():
    on = measures.lines(PATH)
    with pytest.raises(UsageError, match="Take one of degree, pagerank") as refused:
        measures.refuse_too_large(on, measures.fitting(on), limit=11)
    assert "4 nodes and 3 lines" in refused.value.message.en
    measures.refuse_too_large(on, [measures.MEASURES["pagerank"]], limit=11)
    measures.refuse_too_large(on, measures.fitting(on), limit=12)
