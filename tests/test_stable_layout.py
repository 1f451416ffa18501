"""New data moves old nodes little: a build starts from where the last one drew everything."""

import itertools
import json
import math
import shutil
import statistics
from dataclasses import replace

import pytest

from itas_graph import build as pipeline
from itas_graph import drawings, network, page, places, workspace
from itas_graph.board import overlap

NEW_EVENT = """\
id: ihk-werkstattgespraech-2027
title: Werkstattgespräch Batterie am 12. März 2027
url: https://www.example.org/werkstattgespraech-2027
publisher: IHK Chemnitz
published: 2027-02-01
language: de
source_kind: event-page
coverage: full

events:
  - id: werkstattgespraech-2027
    name: Werkstattgespräch Batterie
    date: 2027-03-12
    place: freiberg
    organisers: [ihk-chemnitz]
    status: announced
    talks:
      - id: werkstattgespraech-2027-zellen
        name: "Batteriezellen aus der Region: Chancen für Zulieferer"
        about: [trendscouting]
        contributions:
          - person: erika-beispiel
            function: Projektleiterin
            on_behalf_of: amz
          - person: max-mustermann
            on_behalf_of: neue-zellen
          - person: boris-kaiser
            on_behalf_of: ctm
"""
NEW_PEOPLE = "erika-beispiel,Erika Beispiel,Dr.,,public,\nmax-mustermann,Max Mustermann,,,public,\n"
EVERYTHING = list(itertools.product(drawings.NAMES, ("wide", "tall")))


@pytest.fixture(scope="module")
def shipped_copy(tmp_path_factory, shipped):
    root = tmp_path_factory.mktemp("stable") / "workspace"
    for name in ("data", "ontology", "queries"):
        shutil.copytree(shipped.root / name, root / name)
    return workspace.find(root)


def load(here):
    checked = pipeline.check(here)
    assert checked.errors == 0, checked.findings
    _, endpoint = pipeline.assemble(here, checked, "public")
    return network.load(endpoint, here.queries, checked.records.settings)


def add_event(here):
    data = here.root / "data"
    (data / "sources" / "ihk-werkstattgespraech-2027.yaml").write_text(NEW_EVENT, "utf-8")
    people = data / "people.csv"
    people.write_text(people.read_text("utf-8") + NEW_PEOPLE, "utf-8")
    organisations = data / "organisations.csv"
    text = organisations.read_text("utf-8")
    columns = text.splitlines()[0].split(",")
    row = ["neue-zellen", "Neue Zellen GmbH", "", "company"] + [""] * (len(columns) - 4)
    organisations.write_text(text + ",".join(row) + "\n", "utf-8")


@pytest.fixture(scope="module")
def story(shipped_copy):
    """The layouts before an event was recorded, with it, and after it was taken out again."""
    before_network = load(shipped_copy)
    before = page.arranged(before_network)
    data = shipped_copy.root / "data"
    kept = {name: (data / name).read_text("utf-8") for name in ("people.csv", "organisations.csv")}
    add_event(shipped_copy)
    with_network = load(shipped_copy)
    (data / "sources" / "ihk-werkstattgespraech-2027.yaml").unlink()
    for name, text in kept.items():
        (data / name).write_text(text, "utf-8")
    # What the next build reads is what this one wrote.
    during = page.arranged(with_network, read_back(before))
    after = page.arranged(before_network, read_back(during))
    return {"before": before, "during": during, "after": after, "network": with_network}


def read_back(sheets):
    return places.from_text(places.to_text(sheets))


@pytest.mark.parametrize(("name", "shape"), EVERYTHING)
def test_an_added_event_moves_hardly_anything(story, name, shape):
    before, during = story["before"][name][shape], story["during"][name][shape]
    assert set(before.places) <= set(during.places)
    moves = [
        math.dist((place.x, place.y), (during.places[key].x, during.places[key].y))
        for key, place in before.places.items()
    ]
    assert statistics.median(moves) < 0.05 * before.width
    # In fact nothing moves at all: what is new finds room between what is there.
    assert sum(move > 0 for move in moves) <= 0.05 * len(moves)


@pytest.mark.parametrize(("name", "shape"), EVERYTHING)
def test_what_is_new_has_a_place_of_its_own(story, name, shape):
    during = story["during"][name][shape]
    expected = set(drawings.drawing(story["network"], name).nodes)
    assert set(during.places) == expected
    boxes = [(one.left, one.top, one.width, one.height) for one in during.places.values()]
    boxes += [sector.title for sector in during.sectors]
    assert not [pair for pair in itertools.combinations(boxes, 2) if overlap(*pair)]
    for left, top, width, height in boxes:
        assert abs(2 * left) <= during.width
        assert 2 * (left + width) <= during.width
        assert abs(2 * top) <= during.height
        assert 2 * (top + height) <= during.height


def test_the_new_event_and_its_people_are_drawn_in_the_band_of_their_time(story):
    during = story["during"]["event-person-organisation"]["wide"]
    assert {"event/werkstattgespraech-2027", "person/erika-beispiel"} <= set(during.places)
    last = [sector for sector in during.sectors if sector.slug][-1]
    assert during.places["event/werkstattgespraech-2027"].home == last.slug
    assert last.titles["de"][0].endswith("–2027")


@pytest.mark.parametrize(("name", "shape"), EVERYTHING)
def test_taking_it_out_again_leads_back(story, name, shape):
    assert story["after"][name][shape] == story["before"][name][shape]


def test_the_same_data_from_its_own_layout_is_the_same_layout(story):
    text = places.to_text(story["during"])
    again = page.arranged(story["network"], places.from_text(text))
    assert again == story["during"]
    assert places.to_text(again) == text


def test_more_than_a_third_of_new_nodes_is_a_new_drawing(story):
    name = "organisation-initiative"
    old = story["before"][name]["wide"]
    few = dict(sorted(old.places.items())[: len(old.places) // 2])
    again = page.arranged(story["network"], {name: {"wide": replace(old, places=few)}})
    assert again[name]["wide"] == page.arranged(story["network"])[name]["wide"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"version": 0}', '{"version": 1, "organisation-initiative": {"wide": 3}}'],
)
def test_what_is_no_layout_is_none(text):
    assert not places.from_text(text)


def test_places_beyond_the_sheet_are_not_believed(story):
    text = places.to_text(story["before"])
    block = json.loads(text)
    block["organisation-initiative"]["wide"]["places"]["organisation/ctm"] = "900000 0 10 left *"
    again = page.arranged(story["network"], places.from_text(json.dumps(block)))
    one = again["organisation-initiative"]["wide"]
    assert abs(one.places["organisation/ctm"].x) < one.width


# -- by way of the build folder ----------------------------------------------------------------


def built(small, **options):
    pipeline.build(small.workspace, small.root / "build", sparql=False, **options)
    return (small.root / "build" / "layout.json").read_text("utf-8")


def test_a_build_starts_from_the_last_one_and_a_fresh_layout_does_not(small):
    first = built(small)
    block = json.loads(first)
    drawn = block["organisation-initiative"]["wide"]["places"]
    x, y, *rest = drawn["organisation/birke"].split(" ")
    drawn["organisation/birke"] = " ".join([str(int(x) + 1), y, *rest])
    moved = json.dumps(block, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    (small.root / "build" / "layout.json").write_text(moved, "utf-8")
    # A place set by hand is kept by this build and every one after it.
    assert built(small) == moved
    assert built(small, force=True) == moved
    assert built(small, fresh_layout=True) == first


def test_the_fresh_layout_is_asked_for_by_name(small, itas):
    itas("--root", small.root, "build", "--without-sparql")
    done = itas("--root", small.root, "build", "--without-sparql", "--fresh-layout", "--lang", "en")
    assert done.returncode == 0
    assert done.stderr.startswith("Done: ")


def test_a_broken_layout_is_replaced(small):
    first = built(small)
    (small.root / "build" / "layout.json").write_bytes(b"\xff{")
    assert built(small) == first


def test_who_is_suppressed_later_is_in_the_layout_no_more(small):
    assert "joerg-koessler" in built(small)
    (small.root / "data" / "suppressed.txt").write_text("joerg-koessler\n", "utf-8")
    assert "koessler" not in built(small)
