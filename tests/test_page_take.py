"""What one takes along: pictures, tables, the network for Gephi, paper."""

import csv
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import networkx as nx
import pytest

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"


def take(tab, kind, menu="#take"):
    tab.locator(f"{menu} summary").click()
    with tab.expect_download() as taken:
        tab.locator(f"{menu} [data-take={kind}]").click()
    return taken.value.path().read_bytes()


def count(tab):
    return tab.locator("#count").inner_text()


def test_svg_has_the_names_as_text_with_title_date_and_legend(open_shipped):
    tab = open_shipped()
    svg = ET.fromstring(take(tab, "svg"))  # noqa: S314  # our own file
    texts = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
    assert "ITAS-Netzwerk Südwestsachsen" in texts
    assert "IHK Chemnitz" in texts
    assert any("Stand: 21. November 2026" in text for text in texts)
    assert any(text.startswith("Organisationen und Initiativen · 31 Initiativen") for text in texts)
    assert {"Kammer", "Konsortialpartner", "Industriepolitik"} <= set(texts)
    assert len(list(svg.iter(f"{SVG}path"))) > 100
    assert not [name for name in svg.iter() if name.get("style")]


def test_svg_shows_what_is_on_the_screen(open_shipped, browser, tmp_path):
    tab = open_shipped("#view=network&show=event-person-organisation")
    file = tmp_path / "bild.svg"
    file.write_bytes(take(tab, "svg"))
    texts = [
        "".join(text.itertext())
        for text in ET.parse(file).getroot().iter(f"{SVG}text")  # noqa: S314  # our own file
    ]
    assert "Boris Kaiser" in texts


def picture_texts(tab):
    svg = ET.fromstring(take(tab, "svg"))  # noqa: S314  # our own file
    return ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]


def test_pictures_say_what_is_filtered_and_explain_what_they_use_alone(open_shipped):
    whole = picture_texts(open_shipped())
    assert any(re.search(r"· \d+ Quellen$", text) for text in whole)
    assert not [text for text in whole if "ausgeblendet" in text]
    tab = open_shipped("#view=network&hide-role=speaker&hide-kind=education-provider&date=2024-06")
    texts = picture_texts(tab)
    assert "Rolle, ausgeblendet: Vortrag" in texts
    assert "Art der Organisation, ausgeblendet: Bildungsträger" in texts
    assert any(text.startswith("Zum Ende von: Juni 2024 · Stand:") for text in texts)
    assert "Bildungsträger" in whole
    assert not {"Vortrag", "Bildungsträger", "Person", "Veranstaltung"} & set(texts)
    events = picture_texts(open_shipped("#view=network&show=event-person-organisation&lang=en"))
    assert {"Person", "Event", "Consortium partner"} <= set(events)


def test_taking_along_twice_gives_the_same_and_leaves_the_screen_alone(open_shipped):
    tab = open_shipped(size=(900, 900))
    before = tab.locator("#drawing").screenshot()
    assert take(tab, "svg") == take(tab, "svg")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#print-picture > svg").count() == 2
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("#print-picture > svg").count() == 0
    tab.mouse.move(2, 2)
    tab.wait_for_timeout(300)
    assert tab.locator("#drawing").screenshot() == before


def test_png_is_twice_as_fine(open_shipped):
    data = take(open_shipped(), "png")
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20], "big") > 2 * 1100


def test_csv_is_what_the_count_says_and_no_formula(open_shipped):
    tab = open_shipped()
    text = take(tab, "csv").decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["Von", "Rolle", "Zu"]
    assert len(rows) - 1 == int(re.search(r"(\d+) Beziehungen", count(tab))[1])
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_table_is_taken_along_as_it_is_filtered_and_sorted(open_shipped):
    tab = open_shipped("#view=table&lang=en")
    tab.locator("#search").fill("Charta")
    tab.locator("#view-table tbody tr").first.wait_for()
    tab.locator("[data-column=organisation], [data-column=one]").first.click()
    shown = tab.locator("#view-table tbody th").all_inner_texts()
    rows = rows_of(take(tab, "csv", ".table-tools"))
    assert rows[0][:3] == ["From", "Role", "To"]
    assert [row[0] for row in rows[1:]] == [name.strip() for name in shown]
    assert 0 < len(shown) < 20


def gexf_faults(root):
    """Say what the rules of GEXF 1.3 that reading alone does not try would object to."""
    gexf, viz = "{http://gexf.net/1.3}", "{http://gexf.net/1.3/viz}"
    inside = {
        "gexf": ["meta", "graph"],
        "meta": ["creator", "description"],
        "graph": ["attributes", "attributes", "nodes", "edges"],
    }
    for name, children in inside.items():
        found = [child.tag.removeprefix(gexf) for child in next(root.iter(gexf + name))]
        if found != children:
            yield name, found
    declared = {
        one.get("class"): {attribute.get("id") for attribute in one}
        for one in root.iter(f"{gexf}attributes")
    }
    ids = [node.get("id") for node in root.iter(f"{gexf}node")]
    day = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
    kinds = set()
    for kind in ("node", "edge"):
        for one in root.iter(gexf + kind):
            used = {value.get("for") for value in one.iter(f"{gexf}attvalue")}
            if used - declared[kind]:
                yield one.get("id"), used
            times = [one.get(name) for name in ("start", "end") if one.get(name)]
            if times != sorted(times) or not all(map(day.fullmatch, times)):
                yield one.get("id"), times
            if kind == "edge":
                ends = one.get("source"), one.get("target"), one.get("kind")
                if ends in kinds or not {*ends[:2]} <= set(ids):
                    yield one.get("id"), ends
                kinds.add(ends)
            for colour in one.iter(f"{viz}color"):
                if not all(0 <= int(colour.get(part)) <= 255 for part in "rgb"):
                    yield one.get("id"), colour.attrib
    if len(ids) != len(set(ids)):
        yield "ids", len(ids)


@pytest.mark.parametrize(
    "drawing", ["organisation-initiative", "organisation-organisation", "event-person-organisation"]
)
def test_gexf_keeps_to_the_rules(open_shipped, drawing):
    root = ET.fromstring(take(open_shipped(f"#view=network&show={drawing}"), "gexf"))  # noqa: S314  # our own file
    assert list(gexf_faults(root)) == []
    assert len(list(root.iter("{http://gexf.net/1.3/viz}color"))) > 30


def test_gexf_is_read_by_others_with_times_and_parallel_edges(open_shipped, tmp_path):
    tab = open_shipped()
    file = tmp_path / "netz.gexf"
    file.write_bytes(take(tab, "gexf"))
    read = nx.read_gexf(file, version="1.3")
    assert read.number_of_edges() == int(re.search(r"(\d+) Beziehungen", count(tab))[1])
    assert read.nodes["organisation/ihk-chemnitz"]["label"] == "IHK Chemnitz"
    assert read.nodes["organisation/ihk-chemnitz"]["kind"] == "Kammer"
    root = ET.parse(file).getroot()  # noqa: S314  # our own file
    assert root.tag == "{http://gexf.net/1.3}gexf"
    edges = list(root.iter("{http://gexf.net/1.3}edge"))
    assert [edge for edge in edges if re.fullmatch(r"\d{4}-\d\d-\d\d", edge.get("start", ""))]
    pairs = [(edge.get("source"), edge.get("target")) for edge in edges]
    assert len(pairs) > len(set(pairs))
    assert len(list(root.iter("{http://gexf.net/1.3/viz}position"))) > 50


def test_same_view_same_files(open_shipped):
    one, other = open_shipped(), open_shipped()
    for kind in ("csv", "gexf", "svg"):
        assert take(one, kind) == take(other, kind), kind


def test_menu_by_keyboard(open_shipped):
    tab = open_shipped()
    menu = tab.locator("#take summary")
    menu.focus()
    menu.press("Enter")
    assert tab.locator("[data-take=svg]").is_visible()
    tab.keyboard.press("Escape")
    assert not tab.locator("[data-take=svg]").is_visible()
    assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.parametrize("form", ["A4", "A3"])
@pytest.mark.parametrize("landscape", [True, False])
def test_the_network_prints_on_one_page_with_its_legend(open_shipped, tmp_path, form, landscape):
    tab = open_shipped()
    file = tmp_path / "druck.pdf"
    tab.pdf(path=file, format=form, landscape=landscape)
    text = subprocess.run(
        [shutil.which("pdftotext"), file, "-"], capture_output=True, check=True, text=True
    ).stdout
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) == 1
    assert "IHK Chemnitz" in text
    assert "Konsortialpartner" in text
    assert "Mitnehmen" not in text


def test_the_table_prints_whole(open_shipped, tmp_path):
    tab = open_shipped("#view=table")
    file = tmp_path / "tabelle.pdf"
    tab.pdf(path=file, format="A4")
    text = subprocess.run(
        [shutil.which("pdftotext"), "-layout", file, "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > 1
    # The head of the table stands on every page, sources are told, addresses are not.
    assert all(re.search(r"Organisation +Rolle +Initiative", page) for page in pages)
    assert re.search(r"\d+ Quellen", pages[-1])
    # What is folded on the screen is open on paper.
    assert "▶" not in text
    assert "http" not in text
    # The last row of the screen stands on paper too.
    last = tab.locator("#view-table tbody tr").last.locator("th").inner_text()
    assert last.split()[0] in pages[-1]


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        ("#view=matrix", ["Industriepolitik", "Summe", "IHK Chemnitz"]),
        ("#view=questions&question=bridging-organisations", ["3 Zeilen", "AMZ Sachsen"]),
        ("#view=list&select=organisation/ihk-chemnitz", ["Weitere Namen", "Patrick Korn"]),
        ("#view=timeline", ["ITAS-Kongress 2024"]),
        ("#view=about", ["Was das ist", "Noch keine Stelle benannt"]),
    ],
)
def test_each_view_prints_clean(open_shipped, tmp_path, fragment, told):
    tab = open_shipped(fragment, color_scheme="dark")
    if "question=" in fragment:
        tab.locator("#answer .n").wait_for()
    file = tmp_path / "druck.pdf"
    tab.pdf(path=file, format="A4")
    text = subprocess.run(
        [shutil.which("pdftotext"), "-layout", file, "-"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    pages = text.removesuffix("\f").split("\f")
    assert all(page.strip() for page in pages), "an empty page"
    assert [one for one in told if one not in text] == []
    assert "Stand: 21. November 2026" in pages[0]
    assert re.search(r"\d+ Quellen", pages[-1])
    assert "Mitnehmen" not in text
    assert not re.search(r"https?://\S{60}", text)
