"""A large network on a page: what a reader can do with it on a phone and at a desk."""

import json
import time

import pytest

from benchmarks import large_network
from itas_graph import drawings, overview, page


@pytest.fixture(scope="module")
def network():
    """Some that belong together, and many pairs that belong to nobody else."""
    made = large_network.build(1500, 4000)
    for number in range(700):
        organisation, initiative = f"organisation/z{number:03}", f"initiative/z{number:03}"
        made.add_node(organisation, **_node("organisation", f"Einzelwerk {number:03} GmbH"))
        made.add_node(initiative, **_node("initiative", f"Einzelvorhaben {number:03}"))
        made.add_edge(
            organisation,
            initiative,
            f"involvement/z{number:03}",
            type="involvement",
            ends=(organisation, initiative),
            role="involved",
            certainty="stated",
            evidence=[{"source": "source-1", "anchor": None}],
        )
    return made


def _node(group, label):
    empty = {"aliases": [], "action_fields": [], "evidence": [], "conflicts": []}
    return {"group": group, "label": label, "kind": "", "consortium": False, **empty}


@pytest.fixture(scope="module")
def text(network):
    return page.render(network)


def test_what_belongs_to_nobody_else_stays_together_in_the_order_of_names(network):
    drawing = drawings.drawing(network, "organisation-initiative")
    found = overview.overview(drawing, {}).clusters
    home = {key: one.key for one in found for key in one.members}
    for number in range(700):
        assert home[f"organisation/z{number:03}"] == home[f"initiative/z{number:03}"]
    others = [one for one in found if one.key.startswith("others")]
    assert len(others) > 1
    assert max(len(one.members) for one in others) <= overview.MEMBERS
    assert min(len(one.members) for one in others) >= overview.MEMBERS / 2
    assert len(found) < overview.COMMUNITIES + len(others) + 3
    assert len({one.label["de"] for one in found}) == len(found)
    assert all(one.label["de"].startswith("Weitere · ") for one in others)


@pytest.mark.browser
@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1440, 900)])
def test_the_list_leads_into_a_community_and_out_again(open_page, text, size):
    tab = open_page(text, "#view=list", size=size)
    cards = tab.locator("#view-list .card")
    assert 3 < cards.count() < 60
    assert "kein Bündnis" in tab.locator("#view-list .lead").inner_text()
    name = cards.first.locator("strong").inner_text()
    cards.first.click()
    assert name in tab.locator("#view-list .lead").inner_text()
    assert "Beziehung" in cards.first.inner_text()
    tab.get_by_role("button", name="Zurück zur Übersicht").first.click()
    assert cards.first.locator("strong").inner_text() == name


#: How much more there is to a picture than to an empty one.
PAINTED = """() => {
    const canvas = document.querySelector("#view-network canvas");
    const empty = document.createElement("canvas");
    [empty.width, empty.height] = [canvas.width, canvas.height];
    return canvas.toDataURL().length / empty.toDataURL().length;
}"""


@pytest.mark.browser
def test_each_drawing_of_a_large_network_shows_its_communities(open_page, text):
    tab = open_page(text)
    for name in ("Organisationen untereinander", "Organisationen und Initiativen"):
        tab.get_by_role("button", name=name).click()
        tab.wait_for_timeout(300)
        assert tab.evaluate(PAINTED) > 5, name


@pytest.mark.browser
def test_the_list_of_a_large_network_finds_whom_one_seeks(open_page, text):
    tab = open_page(text, "#view=list", size=(390, 844))
    tab.locator("#search").fill("Einzelwerk")
    assert "Die ersten 100" in tab.locator("#view-list").inner_text().replace("Gezeigt sind d", "D")
    tab.locator("#search").fill("Einzelwerk 650")
    tab.locator("#search").press("Escape")
    tab.locator("#view-list .card").click()
    assert tab.locator("#details-title").inner_text() == "Einzelwerk 650 GmbH"


def test_many_findings_of_one_kind_are_told_as_one_and_listed_on_request(small, itas):
    rows = "".join(f"werk-{number:02},Werk {number} GmbH,,,\n" for number in range(40))
    small.write("organisations.csv", small.text("organisations.csv") + rows)
    told = itas("--root", str(small.root), "check", "--lang", "de").stdout
    assert told.count("welche Art von Organisation") == 1
    assert "Dasselbe 39 weitere Male" in told
    assert "organisations/werk-01" in told
    assert "organisations/werk-20" not in told
    assert "check --format json" in told
    assert "40 Warnungen" in told
    told = itas("--root", str(small.root), "check", "--format", "json", "--lang", "en").stdout
    assert len(json.loads(told)["findings"]) == 40
    built = itas("--root", str(small.root), "build", "--lang", "en").stderr
    assert built.count("which kind of organisation") == 1
    assert "The same 39 more times" in built


def test_a_source_that_mentions_thousands_is_checked_soon(small):
    rows = "".join(f"v-{number:04},Vorhaben {number},,study\n" for number in range(5000))
    small.write("initiatives.csv", small.text("initiatives.csv") + rows)
    listed = "".join(f"  - id: v-{number:04}\n" for number in range(5000))
    small.write(
        "sources/liste.yaml",
        "id: liste\ntitle: Liste\nurl: https://example.org/liste\nsource_kind: overview\n"
        f"coverage: full\n\ninitiatives:\n{listed}",
    )
    started = time.process_time()
    assert small.findings() == []
    # Each mention beside each other one would be 25 million.
    assert time.process_time() - started < 20
