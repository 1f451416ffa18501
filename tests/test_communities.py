"""A build too large for one page: its overview, and the pages of communities and of places."""

import json
import re

import pytest

from itas_graph import build, cli, communities, excerpt, overview, record_tables, store

HEAD = "organisation,project,role,start,city,county,source\n"
GIVEN = (
    *("--as", "involvements", "--table", "muster", "--value", "role:beneficiary=involved"),
    *("--map", "city=organisation.place", "--map", "county=organisation.county"),
    *("--url", "https://example.org/listen", "--source-kind", "overview"),
)


def rows():
    """Return three circles of twenty in a county each, and forty who work alone."""
    for circle, county in enumerate(("Nordkreis", "Südkreis", "Westkreis")):
        for number in range(20):
            for project in range(number % 3, 6, 2):
                yield (
                    f"Werk {county} {number} GmbH,Vorhaben {county} {project},beneficiary,"
                    f"2014-0{1 + circle},Ort {number % 2},{county},listen/{circle}.csv\n"
                )
    for number in range(40):
        yield f"Einzel {number:02} e. V.,Alleingang {number:02},beneficiary,2015,,,listen/0.csv\n"


@pytest.fixture
def here(small, tmp_path, capfd, monkeypatch):
    """Run a command on the small workspace with a table, in this process."""
    monkeypatch.setattr(communities, "BOUNDS", overview.Bounds(40, 6, 4, 10))

    def run(*arguments, lang="de"):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small.root), *map(str, arguments), "--lang", lang])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code or 0, out, err

    path = tmp_path / "links.csv"
    path.write_text(HEAD + "".join(rows()), "utf-8")
    assert run("import", path, *GIVEN, "--report", tmp_path / "refused.csv")[0] == 0
    run.small = small
    run.folder = small.root / "build"
    return run


@pytest.fixture
def large(here, monkeypatch):
    """The same, too large for a page, and built."""
    monkeypatch.setattr(record_tables, "LARGE", 0)
    assert here("build")[0] == 0
    return here


def kept(here):
    return communities.from_text((here.folder / communities.FILE).read_text("utf-8"))


def data_of(path):
    found = re.search(r'id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    return json.loads(found[1])


def test_a_large_build_has_an_overview_of_everybody_in_communities(large):
    found = kept(large)
    members = [key for one in found.found for key in one.members]
    assert len(members) == len(set(members))
    assert sum(one.organisations for one in found.found) == 100 + 3
    circles = [one for one in found.found if not one.key.startswith("others")]
    assert max(len(one.members) for one in found.found) <= 40
    for one in circles:
        counties = {
            county
            for key in one.members
            for county in ("nordkreis", "suedkreis", "westkreis")
            if county in key
        }
        assert len(counties) == 1, one.key
    text = (large.folder / build.PAGE).read_text("utf-8")
    assert "kein Bündnis" in text
    assert "no alliance" in text
    assert text.count("Am besten verbunden") == 1
    for one in found.found:
        assert text.count(one.key) >= 2
    assert "communities/" not in text


def test_the_same_data_have_the_same_communities(large):
    before = (
        (large.folder / communities.FILE).read_bytes(),
        (large.folder / build.PAGE).read_bytes(),
    )
    assert large("build", "--force")[0] == 0
    after = (large.folder / communities.FILE).read_bytes(), (large.folder / build.PAGE).read_bytes()
    assert before == after


def test_whoever_is_no_longer_there_is_in_no_community(large):
    gone = next(key for one in kept(large).found for key in one.members if "einzel-07" in key)
    parts = record_tables.parts(large.small.root / "data")
    for part in parts:
        header, cells = record_tables.read(part)
        left = [row for _, row in cells if gone.partition("/")[2] not in ",".join(row)]
        part.path.write_bytes(record_tables.packed(header, left))
    assert large("build")[0] == 0
    assert gone not in (large.folder / communities.FILE).read_text("utf-8")
    assert "Einzel 07" not in (large.folder / build.PAGE).read_text("utf-8")


def test_a_changed_role_leaves_the_communities_as_they_are(large, monkeypatch):
    part = next(
        one for one in record_tables.parts(large.small.root / "data") if one.kind == "involvements"
    )
    header, cells = record_tables.read(part)
    left = [row for _, row in cells]
    left[0][header.index("role")] = "contractor"
    part.path.write_bytes(record_tables.packed(header, left))
    monkeypatch.setattr(communities, "find", lambda *_: pytest.fail("found anew"))
    monkeypatch.setattr("itas_graph.part_build._FEW", 1.0)
    before = kept(large)
    assert large("build")[0] == 0
    assert kept(large) == before


def test_a_link_that_went_is_in_no_overview(large, monkeypatch):
    monkeypatch.setattr("itas_graph.part_build._FEW", 1.0)
    part = next(
        one for one in record_tables.parts(large.small.root / "data") if one.kind == "involvements"
    )
    header, cells = record_tables.read(part)
    part.path.write_bytes(record_tables.packed(header, [row for _, row in cells][1:]))
    before = kept(large)
    assert large("build")[0] == 0
    after = kept(large)
    assert after != before
    assert large("build", "--force")[0] == 0
    assert kept(large) == after


def test_the_page_of_a_community_has_its_members_and_their_evidence(large, tmp_path):
    one = next(one for one in kept(large).found if not one.key.startswith("others"))
    target = tmp_path / "eine.html"
    assert large("page", "--community", one.key, "-o", target)[0] == 0
    data = data_of(target)
    assert {node["key"] for node in data["nodes"]} == set(one.members)
    assert one.label.de in data["title"]["de"]
    assert one.label.en in data["title"]["en"]
    assert "kein Bündnis" in data["description"]["de"]
    assert data["relations"]
    assert all(relation["evidence"] for relation in data["relations"])
    assert {piece["source"] for it in data["relations"] for piece in it["evidence"]} <= set(
        data["sources"]
    )
    by_member = tmp_path / "selbe.html"
    slug = one.members[0].partition("/")[2]
    assert large("page", "--community", slug, "-o", by_member)[0] == 0
    assert by_member.read_bytes() == target.read_bytes()


def test_what_is_no_community_is_refused_with_a_word(large, tmp_path):
    target = tmp_path / "x.html"
    code, _, err = large("page", "--community", "vorhaben-nordkreis-1-x", "-o", target)
    assert code == 2
    assert "Eine Gemeinschaft „vorhaben-nordkreis-1-x“ gibt es nicht" in err
    code, _, err = large("page", "--community", "a", "--place", "b", "-o", target, lang="en")
    assert code == 2
    assert "Name only one of" in err
    code, _, err = large("page", "-o", target, lang="en")
    assert code == 2
    assert "--place" in err
    assert "--communities" in err
    assert not target.exists()


def test_a_small_build_has_no_communities_of_its_own(here, tmp_path):
    assert here("build")[0] == 0
    code, _, err = here("page", "--communities", "-o", tmp_path / "alle")
    assert code == 2
    assert "steht ganz auf einer Seite" in err


def test_a_folder_that_holds_something_else_is_left_alone(large, tmp_path):
    folder = tmp_path / "fremd"
    folder.mkdir()
    (folder / "brief.txt").write_text("Lieber Leser", "utf-8")
    code, _, err = large("page", "--communities", "-o", folder)
    assert code == 2
    assert "nicht überschrieben" in err
    assert (folder / "brief.txt").read_text("utf-8") == "Lieber Leser"


@pytest.mark.browser
def test_the_overview_leads_to_the_page_of_each_community(large, tmp_path, browser):
    folder = tmp_path / "alle"
    code, _, err = large("page", "--communities", "-o", folder)
    assert code == 0
    assert "Gemeinschaften" in err
    tab = browser.new_page(bypass_csp=True)
    tab.goto((folder / "index.html").as_uri())
    german = tab.locator("#table-de tbody tr")
    assert german.count() == len(kept(large).found)
    tab.get_by_label("In der Tabelle suchen:").fill("westkreis 3")
    assert german.locator("visible=true").count() == 1
    assert "Gefunden: 1" in tab.locator("#table-de-told").inner_text()
    german.locator("visible=true").get_by_role("link").click()
    tab.wait_for_function("window.itasPage")
    assert "Westkreis" in tab.locator("#title").inner_text()
    tab.close()


@pytest.mark.browser
def test_the_overview_can_be_used_by_everybody(large, browser, axe):
    for size in ((1440, 900), (390, 844)):
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, bypass_csp=True
        )
        tab = context.new_page()
        tab.goto((large.folder / build.PAGE).as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
        tab.evaluate(axe)
        found = tab.evaluate("axe.run(document)")["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
        context.close()
    without = browser.new_context(java_script_enabled=False)
    tab = without.new_page()
    tab.goto((large.folder / build.PAGE).as_uri())
    assert tab.locator("#table-en tbody tr").count() == len(kept(large).found)
    assert not tab.get_by_label("Seek in the table:").is_visible()
    without.close()


@pytest.mark.parametrize("size", ["small", "large"])
def test_the_page_of_a_place_is_about_who_is_seated_there(here, tmp_path, monkeypatch, size):
    if size == "large":
        monkeypatch.setattr(record_tables, "LARGE", 0)
    assert here("build")[0] == 0
    target = tmp_path / "ort.html"
    assert here("page", "--place", "südkreis", "-o", target)[0] == 0
    data = data_of(target)
    names = {node["label"] for node in data["nodes"] if node["group"] == "organisation"}
    assert names == {f"Werk Südkreis {number} GmbH" for number in range(20)}
    assert data["title"] == {"de": "Testnetz: Südkreis", "en": "Test network: Südkreis"}
    assert "Sitz in Südkreis" in data["description"]["de"]
    assert len(data["relations"]) == sum("Südkreis" in row for row in rows())
    assert all(relation["evidence"] for relation in data["relations"])
    text = target.read_text("utf-8")
    assert "Nordkreis" not in text
    assert "Ida Intern" not in text


def test_a_place_that_is_not_there_is_refused_with_a_proposal(here, tmp_path):
    assert here("build")[0] == 0
    code, _, err = here("page", "--place", "Nordkreiss", "-o", tmp_path / "x.html")
    assert code == 2
    assert "Meinten Sie: Nordkreis" in err
    code, _, err = here("page", "--place", "Ort 1", "-o", tmp_path / "x.html")
    assert code == 2
    assert "ort-1--nordkreis" in err
    code, _, err = here("page", "--place", "Halle Eins", "-o", tmp_path / "x.html")
    assert code == 2
    assert "Keine Organisation hat ihren Sitz in: Halle Eins" in err


def test_a_place_too_large_for_a_page_is_refused(here, tmp_path, monkeypatch):
    assert here("build")[0] == 0
    monkeypatch.setattr(excerpt, "NODES", 20)
    code, _, err = here("page", "--place", "Nordkreis", "-o", tmp_path / "x.html", lang="en")
    assert code == 2
    assert "too many for one page" in err
    assert "smaller place" in err


def give_a_seat(small) -> None:
    """Let one organisation of the test workspace be seated in a place."""
    small.edit("organisations.csv", "id,name,aliases,kind,unit_of", "id,name,aliases,kind,seat")
    small.edit(
        "organisations.csv", "birke-nord,Birke Institut Nord,BI,research-institute,birke\n", ""
    )
    small.edit(
        "organisations.csv",
        "birke,Birke Institut,BI | Birkeninstitut,research-institute,",
        "birke,Birke Institut,BI | Birkeninstitut,research-institute,musterstadt",
    )


def test_the_page_of_a_place_follows_people_and_events(small, here, tmp_path):
    """What an organisation did in person is told as well; others at the event are not."""
    give_a_seat(small)
    assert here("build")[0] == 0
    target = tmp_path / "ort.html"
    assert here("page", "--place", "Musterstadt", "-o", target)[0] == 0
    keys = {node["key"] for node in data_of(target)["nodes"]}
    assert {"organisation/birke", "person/joerg-koessler", "initiative/holzstudie"} <= keys
    assert "event/tagung-2024" in keys
    assert not keys & {"organisation/ahorn", "person/eva-muster", "organisation/linde"}


def test_a_person_suppressed_since_the_build_is_on_no_page(small, here, tmp_path):
    give_a_seat(small)
    assert here("build")[0] == 0
    small.write("suppressed.txt", "joerg-koessler\n")
    target = tmp_path / "ort.html"
    assert here("page", "--place", "Musterstadt", "-o", target)[0] == 0
    assert "Birke Institut" in target.read_text("utf-8")
    assert "Kößler" not in target.read_text("utf-8")


def test_a_part_states_nothing_that_the_whole_does_not(here):
    assert here("build")[0] == 0
    opened, _ = build.open_store(here.folder)
    whole = build.published(here.small.workspace, here.folder)
    place = excerpt.find_place(opened, "Westkreis")
    part = excerpt.of(opened, whole.context, excerpt.seated(opened, [place]))
    assert set(part.quads) < set(whole.quads)
    again = store.in_memory(whole)
    assert excerpt.of(again, whole.context, excerpt.seated(again, [place])).quads == part.quads
