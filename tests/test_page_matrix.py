"""The matrix and the tables of every drawing, as a reader uses them."""

import re

import pytest

pytestmark = pytest.mark.browser

FIELDS = (
    "Industriepolitik",
    "Innovation und Technologietransformation",
    "Arbeit und Beschäftigung",
    "Qualifizierung und Weiterbildung",
    "Resiliente Gesellschaft",
)


def row(tab, name):
    return tab.locator("#view-matrix tbody tr").filter(
        has=tab.get_by_role("rowheader", name=name, exact=True)
    )


def numbers(line):
    return [int(text) for text in line.locator("td").all_inner_texts()]


def contrast(one, other):
    def luminance(colour):
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_matrix_is_a_table_with_numbers_and_totals(open_shipped):
    tab = open_shipped("#view=matrix")
    table = tab.locator("#view-matrix table")
    assert all(name in " ".join(table.locator("thead").inner_text().split()) for name in FIELDS)
    assert table.locator("thead th[scope=col]").count() == len(FIELDS) + 4
    names = [name.strip() for name in table.locator("tbody th[scope=row]").all_inner_texts()]
    assert len(names) == int(re.match(r"\d+", tab.locator("#count").inner_text())[0])
    # The consortium first, each part by its total.
    assert set(names[:3]) <= {"IHK Chemnitz", "AMZ Sachsen", "CWE", "CTM"}
    totals = [numbers(line)[-1] for line in table.locator("tbody tr").all()]
    assert totals[:3] == sorted(totals[:3], reverse=True)
    last = numbers(table.locator("tfoot tr"))
    # What has all fields is counted apart, not five times.
    assert "Spalte „alle“" in table.locator("caption").inner_text()
    assert sum(last[:-1]) >= last[-1] > max(last[:-1])


def test_a_number_leads_to_its_initiatives_and_stands_in_the_address(open_shipped):
    tab = open_shipped("#view=matrix")
    cell = tab.get_by_role("button", name="AMZ Sachsen, Innovation und Technologietransformation: ")
    number = int(cell.inner_text())
    cell.focus()
    cell.press("Enter")
    listed = tab.locator(".cell-list")
    assert listed.locator("li").count() == number
    assert "AMZ Sachsen – Innovation und Technologietransformation" in listed.inner_text()
    cell = tab.locator("[aria-pressed=true].number")
    assert cell.evaluate("one => one === document.activeElement")
    assert "cell=organisation/amz," in tab.url
    name = listed.locator("li button").first.inner_text().split("\n")[-1]
    listed.locator("li button").first.click()
    assert tab.locator("#details-title").inner_text() == name
    tab.go_back()
    tab.go_back()
    assert tab.locator(".cell-list").count() == 0
    tab.go_forward()
    tab.get_by_role("button", name="Liste schließen").click()
    assert tab.locator(".cell-list").count() == 0
    assert tab.evaluate("document.activeElement.dataset.cell").startswith("organisation/amz,")


def test_matrix_follows_filters_and_date(open_shipped):
    tab = open_shipped("#view=matrix")
    everything = numbers(tab.locator("#view-matrix tfoot tr"))[-1]
    tab.get_by_role("button", name="Nur „Auftraggeber“ zeigen").click()
    clients = numbers(tab.locator("#view-matrix tfoot tr"))[-1]
    assert 0 < clients < everything
    tab.get_by_role("button", name="Alle Filter zurücksetzen").click()
    assert numbers(tab.locator("#view-matrix tfoot tr"))[-1] == everything
    early = open_shipped("#view=matrix&date=2022-06&undated=no")
    assert numbers(early.locator("#view-matrix tfoot tr"))[-1] < everything
    none = open_shipped("#view=matrix&hide-certainty=stated,inferred")
    assert "bleibt nichts übrig" in none.locator("#view-matrix").inner_text()
    none.get_by_role("button", name="Filter und Suche zurücksetzen").click()
    assert numbers(none.locator("#view-matrix tfoot tr"))[-1] == everything


def test_matrix_sorts_by_any_column(open_shipped):
    tab = open_shipped("#view=matrix")
    head = tab.locator("#view-matrix thead th", has_text="Qualifizierung")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    column = [numbers(line)[3] for line in tab.locator("#view-matrix tbody tr").all()]
    assert column == sorted(column, reverse=True)
    assert head.get_by_role("button").evaluate("one => one === document.activeElement")
    tab.locator("#view-matrix thead th").first.get_by_role("button").click()
    names = [name.strip() for name in tab.locator("#view-matrix tbody th").all_inner_texts()]
    assert names[0].startswith(("Agentur", "aconium"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_are_readable_on_every_shade(open_shipped, scheme):
    tab = open_shipped("#view=matrix", color_scheme=scheme)
    shades = tab.evaluate(
        """() => {
          const line = document.querySelector("#view-matrix tbody tr");
          return ["zero", "sum", "heat-1", "heat-2", "heat-3", "heat-4", "heat-5"].map((name) => {
            const cell = document.createElement("td");
            cell.className = name;
            cell.textContent = "3";
            line.append(cell);
            const style = getComputedStyle(cell);
            const paint = (colour) => {
              const canvas = document.createElement("canvas").getContext("2d");
              canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
              canvas.fillRect(0, 0, 1, 1);
              canvas.fillStyle = colour;
              canvas.fillRect(0, 0, 1, 1);
              return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).join(" ");
            };
            const pair = [name, paint(style.color), paint(style.backgroundColor)];
            cell.remove();
            return pair;
          });
        }"""
    )
    for name, ink, ground in shades:
        assert contrast(ink, ground) >= 4.5, (name, ink, ground)
    assert len({ground for _, _, ground in shades}) >= 6


def test_matrix_on_a_phone_scrolls_inside_its_own_frame(open_shipped):
    tab = open_shipped("#view=matrix", size=(390, 844))
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    region = tab.locator("#view-matrix .scroll")
    assert region.evaluate("one => one.scrollWidth > one.clientWidth")
    region.evaluate("one => one.scrollTo(400, 0)")
    first = row(tab, "IHK Chemnitz").locator("th")
    assert first.bounding_box()["x"] >= 0
    assert first.bounding_box()["x"] < 10


def test_matrix_in_english(open_shipped):
    tab = open_shipped("#view=matrix&lang=en")
    text = " ".join(tab.locator("#view-matrix").inner_text().split())
    assert "Organisations and action fields" in text
    assert not re.search(r"\b(Handlungsfeld|Summe|ohne Angabe|alle)\b", text)
    assert row(tab, "IHK Chemnitz").locator("th [lang=de]").count() == 1


@pytest.mark.parametrize(
    ("drawing", "columns"),
    [
        ("organisation-organisation", ["Organisation", "Mit", "Initiativen", "Veranstaltungen"]),
        ("event-person-organisation", ["Veranstaltung", "Datum", "Person", "Als", "Funktion"]),
        ("neighbourhood&of=organisation/amz", ["Wer oder was", "Beziehung", "Zu", "Wann"]),
    ],
)
def test_each_drawing_has_its_table(open_shipped, drawing, columns):
    tab = open_shipped(f"#view=table&show={drawing}")
    shown = tab.locator("#view-table thead th").all_inner_texts()
    assert [name.strip() for name in shown][: len(columns)] == columns
    rows = tab.locator("#view-table tbody tr")
    assert rows.count() > 20
    assert tab.locator("#view-table tbody th[scope=row]").count() == rows.count()
    # Every name of the drawing stands in the table.
    tab.get_by_role("button", name=columns[0], exact=True).click()
    names = [text.strip() for text in tab.locator("#view-table tbody th").all_inner_texts()]
    collated = tab.evaluate("names => [...names].sort((a, b) => a.localeCompare(b, 'de'))", names)
    filled = [name for name in names if name != "–"]
    assert filled == [name for name in collated if name != "–"]
    rows.first.locator("td").last.click(position={"x": 2, "y": 2})
    assert tab.locator("#details").is_visible()


def test_table_of_events_says_who_stood_for_whom_and_when(open_shipped):
    tab = open_shipped("#view=table&show=event-person-organisation")
    tab.locator("#search").press_sequentially("Boris Kaiser")
    tab.locator("#search").press("Escape")
    lines = tab.locator("#view-table tbody tr").all_inner_texts()
    assert lines
    assert all("Boris Kaiser" in line for line in lines)
    assert any("6. Juni 2024" in line and "CWE" in line for line in lines)


def test_table_and_drawing_agree_on_how_much_there_is(open_shipped):
    for drawing in ("organisation-initiative", "organisation-organisation"):
        tab = open_shipped(f"#view=network&show={drawing}")
        count = re.search(r"(\d+) Beziehungen", tab.locator("#count").inner_text())[1]
        tab.locator("a[data-view=table]").click()
        assert tab.locator("#count").inner_text() == f"{count} Beziehungen"
        assert tab.locator("#view-table tbody tr").count() == int(count)


def test_long_tables_begin_with_some_rows_and_show_all_on_request(open_page):
    from benchmarks import large_network
    from itas_graph import page

    html = page.render(large_network.build(1500, 4000))
    tab = open_page(html, "#view=table")
    rows = tab.locator("#view-table tbody tr")
    assert rows.count() == 500
    assert "Gezeigt sind die ersten 500 von" in tab.locator("#view-table .more").inner_text()
    tab.locator("#view-table").get_by_role("button", name="Alle zeigen").click()
    assert rows.count() > 1500
    tab.locator("a[data-view=matrix]").click()
    assert tab.locator("#view-matrix tbody tr").count() == 200
    tab.locator("#view-matrix").get_by_role("button", name="Alle zeigen").click()
    assert tab.locator("#view-matrix tbody tr").count() > 400
