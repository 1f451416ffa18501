"""Large networks: communities that together hold everything, apart from each other, no chance."""

import itertools
import math
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from benchmarks import large_network
from itas_graph import drawings, measures, overview, page

ROOT = Path(__file__).parent.parent
FIELDS = large_network.build(10, 10).graph["concepts"]["action-field"]


@pytest.fixture(scope="module")
def network():
    return large_network.build(6000, 18000)


@pytest.fixture(scope="module", params=drawings.NAMES)
def drawing(network, request):
    return drawings.drawing(network, request.param)


@pytest.fixture(scope="module")
def survey(drawing):
    return overview.overview(drawing, FIELDS)


def test_only_what_is_large_gets_an_overview(network):
    small = large_network.build(300, 600)
    assert set(page.arranged(small)) == set(drawings.NAMES)
    assert page.arranged(network) == {}


def test_every_node_is_in_one_community_that_can_be_drawn(drawing, survey):
    members = [key for one in survey.clusters for key in one.members]
    assert sorted(members) == list(drawing.nodes)
    assert max(len(one.members) for one in survey.clusters) <= overview.MEMBERS
    assert all(sum(one.counts.values()) == len(one.members) for one in survey.clusters)
    assert 4 < len(survey.clusters) < 40


def test_communities_lie_apart_and_on_the_sheet_the_larger_the_more_there_is(survey):
    for one, other in itertools.combinations(survey.clusters, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) > one.radius + other.radius
        assert (one.radius >= other.radius) == (len(one.members) >= len(other.members))
    for one in survey.clusters:
        assert 2 * (abs(one.x) + one.radius) <= survey.width
        assert 2 * (abs(one.y) + one.radius) <= survey.height


def test_each_community_has_a_name_of_its_own_in_both_languages(survey):
    names = [one.label["de"] for one in survey.clusters if not one.key.startswith("others")]
    assert len(set(names)) == len(names)
    assert len({one.key for one in survey.clusters}) == len(survey.clusters)
    one = next(one for one in survey.clusters if one.field)
    assert one.label["de"].endswith(FIELDS[one.field]["de"])
    assert one.label["en"].endswith(FIELDS[one.field]["en"])


def test_more_is_linked_within_than_by_chance(drawing, survey):
    home = {key: one.key for one in survey.clusters for key in one.members}
    within = sum(n for (a, b), n in drawing.lines.items() if home[a] == home[b])
    between = sum(n for (a, b), n in drawing.lines.items() if home[a] != home[b])
    assert sum(count for *_, count in survey.links) >= between
    if drawing.lines:
        assert within > between


def test_a_node_between_two_halves_stands_most_between_the_others():
    graph = nx.MultiGraph()
    for half in "ab":
        for number in range(4):
            graph.add_node(f"organisation/{half}{number}", group="organisation")
            graph.add_edge(f"organisation/{half}{number}", f"initiative/{half}", number)
    for half in "ab":
        graph.nodes[f"initiative/{half}"]["group"] = "initiative"
        graph.add_edge("organisation/bridge", f"initiative/{half}", half)
    shares = measures.betweenness(drawings.drawing(graph, "organisation-initiative"))
    assert shares["initiative/a"] == shares["initiative/b"]
    assert (
        max(shares, key=lambda key: ("organisation" in key, shares[key])) == "organisation/bridge"
    )
    assert "organisation/a1" not in shares


def test_the_same_in_every_process():
    code = (
        "import hashlib; from benchmarks import large_network; from itas_graph import page;"
        "text = page.render(large_network.build(3000, 9000));"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "7")
    }
    assert len(seen) == 1
