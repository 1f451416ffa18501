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


def take(tab, kind):
    tab.locator("#take summary").click()
    with tab.expect_download() as taken:
        tab.locator(f"[data-take={kind}]").click()
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
        for text in ET.parse(file).getroot().iter(f"{SVG}text")  # noqa: S314
    ]
    assert "Boris Kaiser" in texts


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


def test_gexf_is_read_by_others_with_times_and_parallel_edges(open_shipped, tmp_path):
    tab = open_shipped()
    file = tmp_path / "netz.gexf"
    file.write_bytes(take(tab, "gexf"))
    read = nx.read_gexf(file, version="1.2draft")
    assert read.number_of_edges() == int(re.search(r"(\d+) Beziehungen", count(tab))[1])
    assert read.nodes["organisation/ihk-chemnitz"]["label"] == "IHK Chemnitz"
    assert read.nodes["organisation/ihk-chemnitz"]["kind"] == "Kammer"
    root = ET.parse(file).getroot()  # noqa: S314
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
    assert "Organisation" in pages[0]
    # The last row of the screen stands on paper too.
    last = tab.locator("#view-table tbody tr").last.locator("th").inner_text()
    assert last.split()[0] in pages[-1]
