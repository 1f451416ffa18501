"""The drawings as a reader uses them: views, neighbourhood, date, timeline, address."""

import re

import pytest

pytestmark = pytest.mark.browser


def pressed(tab):
    return tab.locator(".choice[aria-pressed=true]").get_attribute("data-drawing")


def account(tab):
    return tab.locator("#asof .words").inner_text()


def number_of(word, text):
    found = re.search(rf"(\d+) {word}", text)
    return int(found[1]) if found else 0


def count(tab):
    return tab.locator("#count").inner_text()


def test_each_drawing_is_one_press_away_and_has_its_own_address(open_shipped):
    tab = open_shipped()
    assert pressed(tab) == "organisation-initiative"
    tab.get_by_role("button", name="Organisationen untereinander").click()
    assert "show=organisation-organisation" in tab.url
    assert "Initiative" not in count(tab)
    assert number_of("Organisationen", count(tab)) > 20
    tab.get_by_role("button", name="Veranstaltungen und Personen").click()
    assert number_of("Veranstaltungen", count(tab)) > 5
    assert number_of("Personen", count(tab)) > 30
    tab.go_back()
    assert pressed(tab) == "organisation-organisation"
    tab.go_back()
    assert pressed(tab) == "organisation-initiative"
    tab.go_forward()
    assert pressed(tab) == "organisation-organisation"


@pytest.mark.parametrize("drawing", ["organisation-organisation", "event-person-organisation"])
@pytest.mark.parametrize("size", [(1440, 900), (768, 1024), (390, 844)])
def test_labels_of_every_drawing_are_readable_and_apart(open_shipped, drawing, size):
    tab = open_shipped(f"#view=network&show={drawing}", size=size)
    boxes = tab.evaluate("itasPage.labelBoxes()")
    assert len(boxes) > 8
    assert min(box["font"] for box in boxes) >= 10
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert (
                one["left"] + one["width"] <= other["left"] + 0.5
                or other["left"] + other["width"] <= one["left"] + 0.5
                or one["top"] + one["height"] <= other["top"] + 0.5
                or other["top"] + other["height"] <= one["top"] + 0.5
            ), (one["key"], other["key"])


def test_neighbourhood_of_whom_one_has_chosen(open_shipped):
    tab = open_shipped()
    around = tab.locator(".choice[data-drawing=neighbourhood]")
    assert around.is_disabled()
    box = tab.locator("#search")
    box.fill("IHK Chemnitz")
    box.press("Enter")
    around.click()
    assert "show=neighbourhood&of=organisation/ihk-chemnitz" in tab.url
    assert "IHK Chemnitz" in tab.locator("#network-tools .lead").inner_text()
    assert 0 < number_of("Initiativen", count(tab)) < 40
    tab.go_back()
    assert pressed(tab) == "organisation-initiative"


def test_a_person_is_found_and_shown_where_persons_are_drawn(open_shipped):
    tab = open_shipped()
    box = tab.locator("#search")
    box.fill("Boris Kaiser")
    assert "Boris Kaiser" in tab.get_by_role("option").first.inner_text()
    box.press("Enter")
    assert tab.locator("#details-title").inner_text() == "Boris Kaiser"
    assert pressed(tab) in ("event-person-organisation", "neighbourhood")


def test_date_leaves_out_what_had_not_begun_and_says_what_is_unsure(open_shipped):
    tab = open_shipped()
    everything = number_of("Beziehungen", count(tab))
    slider = tab.get_by_role("slider", name="Zeitpunkt")
    slider.focus()
    slider.press("Home")
    first = slider.get_attribute("aria-valuetext")
    assert re.fullmatch(r"Zum Ende von: \w+ \d{4}", first)
    early = number_of("Beziehungen", count(tab))
    assert early < everything
    assert "noch nicht begonnen" in account(tab)
    assert "ohne Datum" in account(tab)
    tab.get_by_label("auch Undatiertes").uncheck()
    certain = number_of("Beziehungen", count(tab))
    assert certain < early
    assert "Undatiertes ist ausgeblendet" in account(tab)
    slider.focus()
    slider.press("End")
    assert "date=" not in tab.url
    tab.get_by_role("button", name="Alle Filter zurücksetzen").click()
    assert number_of("Beziehungen", count(tab)) == everything


def test_date_holds_for_table_and_timeline_and_stands_in_the_address(open_shipped):
    tab = open_shipped("#view=table&date=2023-07")
    in_table = number_of("von", count(tab))
    assert in_table > 0
    tab.locator("a[data-view=network]").click()
    assert "date=2023-07" in tab.url
    assert number_of("Beziehungen", count(tab)) < number_of("Beziehungen", count(open_shipped()))
    tab.locator("a[data-view=timeline]").click()
    times = tab.locator(".event time").all_inner_texts()
    assert times
    assert not [time for time in times if re.search(r"202[4-6]", time)]
    assert "später" in count(tab)


def test_timeline_tells_events_in_order_and_leads_to_each(open_shipped):
    tab = open_shipped("#view=timeline")
    years = [year for year in tab.locator(".timeline h2").all_inner_texts() if year.isdigit()]
    assert years == sorted(years, reverse=True)
    tab.get_by_role("button", name="1. ITAS-Kongress").first.click()
    assert "ITAS-Kongress" in tab.locator("#details-title").inner_text()
    assert "select=event/" in tab.url


def test_size_by_brokerage_on_request(open_shipped):
    tab = open_shipped()
    before = tab.locator("#drawing canvas").screenshot()
    tab.get_by_label("Größe der Kreise:").select_option("Vermittlung (Betweenness)")
    assert "size=betweenness" in tab.url
    tab.wait_for_timeout(100)
    assert tab.locator("#drawing canvas").screenshot() != before


def test_unknown_words_in_the_address_are_no_trap(open_shipped):
    tab = open_shipped(
        "#view=nonsense&show=nothing&of=x&group=y&date=2024-99&select=%E0%A4%A&hide-role=__proto__"
    )
    assert pressed(tab) == "organisation-initiative"
    assert number_of("Beziehungen", count(tab)) > 50
