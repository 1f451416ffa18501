"""The drawing's places: nothing on top of anything, meaning kept, the same every time."""

import importlib.util
import itertools
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from itas_graph import drawings, labels, layout, places

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("sample_network", HERE / "sample_network.py")
sample_network = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sample_network)


@pytest.fixture(scope="module")
def network():
    return sample_network.build()


def fields(network):
    return network.graph["concepts"]["action-field"]


def drawn(network, name="organisation-initiative"):
    return drawings.drawing(network, name)


@pytest.fixture(scope="module")
def placed(network):
    return layout.arrange(drawn(network), fields(network))


@pytest.fixture(scope="module", params=drawings.NAMES)
def drawing(network, request):
    return drawn(network, request.param)


@pytest.fixture(scope="module", params=[layout.WIDE, layout.TALL], ids=["wide", "tall"])
def sheet(network, drawing, request):
    return layout.arrange(drawing, fields(network), aspect=request.param)


def overlap(one, other):
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.top < other.top + other.height
        and other.top < one.top + one.height
    )


def test_no_box_covers_another_and_all_lie_on_the_sheet(sheet):
    covered = [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(sheet.places.items(), 2)
        if overlap(a, b)
    ]
    assert covered == []
    for place in sheet.places.values():
        assert abs(place.left) <= sheet.width / 2
        assert place.left + place.width <= sheet.width / 2
        assert abs(place.top) <= sheet.height / 2
        assert place.top + place.height <= sheet.height / 2


def test_no_box_covers_the_title_of_a_sector(sheet):
    for sector in sheet.sectors:
        left, top, width, height = sector.title
        title = places.Place(0, 0, left, top, width, height, 0, "inside", ())
        assert not [key for key, place in sheet.places.items() if overlap(place, title)]


def test_everything_has_a_place_of_whole_numbers(network, drawing):
    placed = layout.arrange(drawing, fields(network))
    assert set(placed.places) == set(drawing.nodes)
    positions = layout.positions(drawing, fields(network))
    assert positions == {key: (place.x, place.y) for key, place in placed.places.items()}
    assert all(isinstance(value, int) for point in positions.values() for value in point)


def test_the_middle_is_for_the_consortium(network, placed):
    def far(key):
        place = placed.places[key]
        return abs(place.x) / placed.width + abs(place.y) / placed.height

    consortium = [far(key) for key, data in network.nodes(data=True) if data["consortium"]]
    others = [
        far(key)
        for key, data in network.nodes(data=True)
        if data["group"] == "organisation" and not data["consortium"]
    ]
    assert max(consortium) < sum(others) / len(others)
    assert far("initiative/itas") < 0.1


def test_initiatives_of_one_field_lie_in_its_sector(network, placed):
    """Most lie wholly inside; the sheet being full may push one over the line, not two."""
    outlines = {sector.slug: sector.outline for sector in placed.sectors}
    astray = [
        key
        for key, data in network.nodes(data=True)
        if data["group"] == "initiative"
        and len(data["action_fields"]) == 1
        and not inside(outlines[data["action_fields"][0]], placed.places[key])
    ]
    assert len(astray) <= 1


def inside(outline, place):
    """Say whether the middle of `place` is inside the polygon, by counting crossings."""
    hits = 0
    for (x1, y1), (x2, y2) in itertools.pairwise((*outline, outline[0])):
        if (y1 > place.y) != (y2 > place.y):
            hits += place.x < (x2 - x1) * (place.y - y1) / (y2 - y1) + x1
    return hits % 2 == 1


def test_the_network_is_left_as_it_was(network):
    before = nx.node_link_data(network, edges="links")
    for name in drawings.NAMES:
        layout.arrange(drawn(network, name), fields(network))
    assert nx.node_link_data(network, edges="links") == before


def test_order_of_nodes_and_edges_does_not_matter(network, drawing):
    turned = nx.MultiGraph()
    turned.graph.update(network.graph)
    turned.add_nodes_from(reversed(list(network.nodes(data=True))))
    turned.add_edges_from(reversed(list(network.edges(keys=True, data=True))))
    placed = layout.arrange(drawing, fields(network))
    assert layout.arrange(drawn(turned, drawing.name), fields(network)) == placed


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_networks(count):
    nodes = {
        f"organisation/{index}": {"group": "organisation", "label": f"Nummer {index}"}
        for index in range(count)
    }
    for name in drawings.NAMES:
        assert len(layout.arrange(drawings.Drawing(name, nodes, {})).places) == count


def test_large_networks_are_placed_in_reasonable_time():
    graph = nx.MultiGraph()
    for index in range(1500):
        graph.add_node(f"organisation/{index:04}", group="organisation", label=f"Nummer {index}")
        graph.add_node(f"initiative/{index:04}", group="initiative", label="Eine Initiative")
        graph.add_edge(f"organisation/{index:04}", f"initiative/{index * 7 % 1500:04}")
    found = layout.arrange(drawn(graph)).places
    assert len({(place.x, place.y) for place in found.values()}) == 3000


def test_the_same_in_every_process():
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import sample_network;"
        "from itas_graph import page, places;"
        "text = places.to_text(page.arranged(sample_network.build()));"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code, str(HERE)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(seen) == 1


def test_labels_break_at_blanks_and_hyphens_and_say_when_cut():
    assert labels.wrap("Bundesministerium für Wirtschaft und Klimaschutz") == [
        "Bundesministerium",
        "für Wirtschaft und",
        "Klimaschutz",
    ]
    long = labels.wrap("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3)
    assert len(long) == 3
    assert long[-1].endswith("…")
    assert all(labels.text_width(line) < labels.MAX_LABEL * 1.3 for line in long)
