"""What moves in the measures of two states, on graphs whose values can be worked out by hand."""

import networkx
import pytest

from itas_graph import measure_changes, measures, readings
from itas_graph.errors import Message
from itas_graph.measure_changes import Measurement

TITLE = Message("Wer mit wem?", "Who with whom?")


def measured(*lines, limit=measure_changes.QUICK):
    """Measure a network of people by their initials, each line two of them."""
    graph = networkx.MultiGraph(concepts={})
    for one, other in lines:
        for key in (one, other):
            graph.add_node(key, group="person", label=key.upper(), action_fields=[])
        graph.add_edge(one, other)
    on = measures.lines(graph)
    done, left_out = measure_changes.quick(on, limit)
    names = tuple(one.name for one in left_out)
    return {"people": Measurement(TITLE, readings.measure(graph, on, done), names)}


def moved(old, new, common="abcdefgh"):
    return measure_changes.compare(old, new, set(common))


PATH = ("ab", "bc", "cd")


def test_nothing_moves_where_nothing_changed():
    found = moved(measured(*PATH), measured(*PATH))
    assert not found
    assert found.titles == {"people": TITLE}


def test_every_measure_that_fits_is_compared():
    found = moved(measured(*PATH), measured(*PATH, "ad"))
    seen = {one.measure for one in found.values}
    one_mode = {one.name for one in measures.MEASURES.values() if one.mode != 2}
    # All four of a ring are alike: PageRank has moved, and so has all else but the communities.
    assert seen == one_mode - {"communities", "bridges"}
    values = {(one.measure, one.key): one for one in found.values}
    # On a path of four, b lies on the ways a–c and a–d: two of three; on the ring on half of one.
    between = values["betweenness", "b"]
    assert between.old == pytest.approx(2 / 3)
    assert between.new == pytest.approx(1 / 6)
    assert between.ranks == (1, 1)
    # The degree is told as neighbours.
    assert (values["degree", "a"].old, values["degree", "a"].new) == (1, 2)
    assert ("degree", "b") not in values


def test_who_joins_moves_no_degree_of_others():
    found = moved(measured(*PATH), measured(*PATH, "ef"), common="abcd")
    assert not [one for one in found.values if one.measure == "degree"]
    assert not {one.key for one in found.values} - set("abcd")


def test_what_breaks_is_new_or_gone():
    found = moved(measured(*PATH), measured(*PATH, "ad"))
    joints = {one.key: (one.old, one.new) for one in found.values if one.measure == "articulation"}
    assert joints == {"b": (2, 0), "c": (2, 0)}
    assert [(one.kind, one.ends) for one in found.bridges] == [
        ("gone", ("a", "b")),
        ("gone", ("b", "c")),
        ("gone", ("c", "d")),
    ]
    back = moved(measured(*PATH, "ad"), measured(*PATH))
    assert {one.kind for one in back.bridges} == {"new"}


def test_who_newly_holds_parts_together_is_told_though_it_was_not_there():
    found = moved(measured("ab"), measured("ab", "bx", "xy"), common="ab")
    joints = {one.key: (one.old, one.new) for one in found.values if one.measure == "articulation"}
    assert joints == {"b": (0, 2), "x": (0, 2)}


def test_who_changes_community_is_named_and_who_stays_is_not():
    left, right = ("ab", "bc", "ac"), ("ef", "fg", "eg")
    old = measured(*left, *right, "cd", "da", "de")
    new = measured(*left, *right, "de", "df", "dg", "da")
    found = moved(old, new)
    assert [one.key for one in found.communities] == ["d"]
    assert found.communities[0].old != found.communities[0].new


def test_greatest_moves_come_first():
    found = moved(measured(*PATH), measured(*PATH, "ad", "ac"))
    sizes = [abs((one.new or 0) - (one.old or 0)) for one in found.values if one.measure == "core"]
    assert sizes == sorted(sizes, reverse=True)


def test_what_would_take_long_is_named_instead():
    found = moved(measured(*PATH, limit=1), measured(*PATH, "ad"))
    assert found.left_out == {
        "people": tuple(
            one.name
            for one in measures.fitting(measures.lines(networkx.path_graph(4)))
            if one.paths
        )
    }
    assert "betweenness" not in {one.measure for one in found.values}
    assert "degree" in {one.measure for one in found.values}
