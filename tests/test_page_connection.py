"""How two are connected, and the details, as a reader uses them: by typing, reading, going back."""

import re

import pytest

from itas_graph import page

pytestmark = pytest.mark.browser

PATHS = "#details .way"


def choose(tab, name):
    """Choose somebody or something by the search box."""
    box = tab.locator("#search")
    box.click()
    box.press_sequentially(name)
    box.press("Enter")


def ask(tab, name):
    """Ask in the details for the connection to `name`."""
    box = tab.locator("#connect-to")
    box.click()
    box.press_sequentially(name)
    tab.locator("#connect-to-hits [role=option]").first.wait_for()
    box.press("Enter")


def title(tab):
    return " ".join(tab.locator("#details-title").inner_text().split())


def sentences(tab, way=0):
    return [
        " ".join(text.split())
        for text in tab.locator(PATHS).nth(way).locator(".hops > li > p").all_inner_texts()
    ]


def test_which_organisations_link_the_ihk_to_qualification_since_when_and_who_says_so(open_shipped):
    tab = open_shipped()
    choose(tab, "IHK Chemnitz")
    ask(tab, "Qualifizierung")
    assert title(tab) == "Wie hängen IHK Chemnitz und Qualifizierung und Weiterbildung zusammen?"
    between = tab.locator("#details .between").inner_text()
    assert "AMZ Sachsen" in between
    told = sentences(tab)
    # Since when ...
    assert told[0].startswith("IHK Chemnitz ist Konsortialpartner von „Initiative Transformation")
    assert "seit 2022" in told[0]
    assert any(re.search(r"am 6\. Juni 2024", one) for one in told)
    # ... and who says so: every hop between actors leads to a passage.
    assert all("Quelle" in one and one.endswith(").") for one in told)
    links = tab.locator(PATHS).first.locator(".hops > li > p a[target=_blank]")
    assert links.count() == len(told) - 1
    assert all(link.get_attribute("href").startswith("http") for link in links.all())
    assert told[-1].startswith("„Circular Cars“ gehört zum Handlungsfeld Qualifizierung")


def test_up_to_five_ways_shortest_first_and_all_different(open_shipped):
    tab = open_shipped()
    choose(tab, "Boris Kaiser")
    ask(tab, "IHK Chemnitz")
    ways = tab.locator(PATHS)
    assert 2 <= ways.count() <= 5
    steps = [len(sentences(tab, way)) for way in range(ways.count())]
    assert steps == sorted(steps)
    heads = ways.locator("h3").all_inner_texts()
    assert len({head.split(" ", 2)[2] for head in heads}) == len(heads)
    told = " ".join(sentences(tab))
    assert "Boris Kaiser" in told
    assert "IHK Chemnitz" in told


def test_a_way_is_lit_alone_and_the_address_leads_back(open_shipped):
    tab = open_shipped()
    choose(tab, "Boris Kaiser")
    ask(tab, "IHK Chemnitz")
    lit = tab.locator(".highlighted")
    assert "Verbindung zwischen Boris Kaiser und IHK Chemnitz" in lit.inner_text()
    assert "connect=person/boris-kaiser,organisation/ihk-chemnitz" in tab.url
    tab.get_by_role("button", name="Nur diesen Weg hervorheben").nth(1).click()
    assert tab.url.endswith(",2") or ",2&" in tab.url
    assert tab.locator(".way.on h3").inner_text().startswith("Weg 2")
    assert tab.get_by_role("button", name="Alle Wege hervorheben").evaluate(
        "one => one === document.activeElement"
    )
    permalink = tab.url.split("#")[1]
    again = open_shipped(f"#{permalink}")
    assert again.locator(".way.on h3").inner_text().startswith("Weg 2")
    assert "Verbindung zwischen" in again.locator(".highlighted").inner_text()
    tab.go_back()
    assert tab.locator(".way.on").count() == 0
    assert tab.locator(PATHS).count() >= 2
    tab.go_back()
    assert title(tab) == "Boris Kaiser"
    assert tab.locator(".highlighted").count() == 0
    tab.go_forward()
    assert title(tab).startswith("Wie hängen Boris Kaiser")


def test_a_stop_on_the_way_opens_and_leads_back(open_shipped):
    tab = open_shipped("#connect=person/boris-kaiser,organisation/ihk-chemnitz&view=network")
    tab.locator(PATHS).first.get_by_role("link", name="CWE", exact=True).first.click()
    assert title(tab) == "CWE"
    tab.get_by_role("button", name="Zurück zur Verbindung").click()
    assert title(tab).startswith("Wie hängen")
    tab.keyboard.press("Escape")
    assert tab.locator("#details").is_hidden()
    assert "connect=" not in tab.url
    assert tab.locator(".highlighted").count() == 0


def test_the_light_ended_ends_the_connection_and_closing_leads_to_the_first(open_shipped):
    tab = open_shipped("#view=network&connect=person/boris-kaiser,organisation/ihk-chemnitz")
    tab.get_by_role("button", name="Verbindung schließen").click()
    assert title(tab) == "Boris Kaiser"
    assert tab.locator(".highlighted").count() == 0
    ask(tab, "AMZ Sachsen")
    tab.get_by_role("button", name="Hervorhebung beenden").click()
    assert tab.locator("#details").is_hidden()
    assert "connect=" not in tab.url


def test_completion_is_tolerant_and_by_keyboard(open_shipped):
    tab = open_shipped("#view=network&select=organisation/ihk-chemnitz")
    box = tab.locator("#connect-to")
    box.focus()
    box.press_sequentially("waechtler")
    options = tab.locator("#connect-to-hits [role=option]")
    assert "Andreas Wächtler" in options.first.inner_text()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert options.first.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    assert title(tab) == "IHK Chemnitz"
    box.fill("Kongress 2024")
    assert "ITAS-Kongress 2024" in options.first.inner_text()
    box.press("Enter")
    assert title(tab) == "Wie hängen IHK Chemnitz und ITAS-Kongress 2024 zusammen?"
    assert tab.locator("#details-title").evaluate("one => one === document.activeElement")
    box = tab.locator("#connect-to")
    box.fill("Xyzzy")
    assert "Nichts gefunden" in tab.locator("#connect-to-hits").inner_text()


def test_no_connection_says_why_and_leads_back(open_shipped):
    tab = open_shipped(
        "#view=network&connect=organisation/ihk-chemnitz,organisation/amz&hide-certainty=stated"
    )
    details = tab.locator("#details")
    assert "Mit den gesetzten Filtern gibt es keine Verbindung." in details.inner_text()
    assert "in 2 Schritten" in details.inner_text()
    details.get_by_role("button", name="Alle Filter zurücksetzen").click()
    assert tab.locator(PATHS).count() == 5
    tab = open_shipped(
        "#view=network&connect=person/boris-kaiser,organisation/amz&date=2018-12&undated=no"
    )
    assert "Zu diesem Zeitpunkt gibt es keine Verbindung." in tab.locator("#details").inner_text()
    tab.get_by_role("button", name="Alle Zeitpunkte zeigen").click()
    assert "date=" not in tab.url
    assert tab.locator(PATHS).count() > 0
    tab = open_shipped("#view=network&connect=organisation/ihk-chemnitz,organisation/volkswagen")
    assert "In den Daten gibt es keine Kette" in tab.locator("#details").inner_text()


def test_several_relations_of_a_hop_are_counted_and_told_on_request(open_shipped):
    tab = open_shipped("#view=network&connect=organisation/amz,initiative/itas")
    first = tab.locator(PATHS).first.locator(".hops > li").first
    assert first.locator(":scope > p").count() == 1
    summary = first.locator("summary")
    number = int(re.search(r"und (\d+) weitere", summary.inner_text())[1])
    summary.click()
    told = first.locator("details li").all_inner_texts()
    assert len(told) == number
    assert all("Quelle:" in one for one in told)


def test_inferred_and_announced_are_said_to_be_so(open_shipped):
    tab = open_shipped("#view=network&connect=person/jan-spies,event/amz-lounge-2021")
    told = sentences(tab)[0]
    assert "sollte am 12. Oktober 2021" in told
    assert "angekündigt" in told
    assert "erschlossen, nicht wörtlich belegt" in told


def test_connection_in_english_and_on_a_phone(open_shipped):
    tab = open_shipped("#view=network&select=person/boris-kaiser&lang=en", size=(390, 844))
    ask(tab, "IHK Chemnitz")
    assert title(tab) == "How are Boris Kaiser and IHK Chemnitz connected?"
    told = " ".join(sentences(tab))
    assert "source:" in told
    assert re.search(r"on \d+ \w+ 20\d\d", told)
    assert not re.search(r"\b(Quelle|erschlossen|Veranstaltung)\b", told)
    assert tab.locator("#details-title span").first.get_attribute("lang") == "de"
    width = tab.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    for link in tab.locator(".way .plain, #connect-to").all():
        assert link.bounding_box()["height"] >= 24


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_relation_is_told_in_a_whole_sentence(open_shipped, language):
    tab = open_shipped(f"#view=table&lang={language}")
    told = tab.evaluate(
        """() => {
          const { relations } = JSON.parse(document.getElementById("data").textContent);
          // One of each kind; every kind has its own sentence.
          const kindOf = ({ type, role, status, certainty, via }) =>
            [type, role, status, certainty, ...Object.keys(via || {})].join();
          const kinds = new Map(relations.map((one) => [kindOf(one), one]));
          return [...kinds.values()].map(({ key }) => {
            const { lang } = document.documentElement;
            location.replace(`#view=table&lang=${lang}&select=${encodeURI(key)}`);
            window.dispatchEvent(new PopStateEvent("popstate"));
            return document.querySelector(".told").innerText;
          });
        }"""
    )
    assert len(told) > 50
    for one in told:
        assert one.endswith(").")
        assert not re.search(r"[\[\]{}]|undefined|null|  |\( |„“|\(\)", one), one


def test_templates_ask_for_the_same_values_in_both_languages():
    texts = page.texts_of_the_page()
    for key, words in texts.items():
        if key.startswith("connection."):
            german, english = (set(re.findall(r"\{(\w+)\}", words[one])) for one in ("de", "en"))
            assert german == english, key


def test_details_of_an_event_tell_when_where_who_and_what(open_shipped):
    tab = open_shipped("#view=network&select=event/kongress-2024")
    details = tab.locator("#details")
    facts = details.locator("dl").inner_text()
    assert "6. Juni 2024" in facts
    assert "Hotel Chemnitzer Hof" in facts
    who = details.locator(".relation", has_text="Boris Kaiser").first
    assert "für CWE" in who.inner_text()
    assert who.locator(".evidence a").count() >= 1
    assert details.get_by_role("heading", name="Vorgestellte Initiativen").is_visible()
    who.get_by_role("button", name="Boris Kaiser").click()
    assert title(tab) == "Boris Kaiser"
    appearances = details.locator(".relation").all_inner_texts()
    assert any("2024" in one and "CWE" in one for one in appearances)


def test_sources_that_disagree_stand_side_by_side(open_shipped):
    tab = open_shipped("#view=network&select=event/zukunftsforum-2024")
    table = tab.locator("table.conflicts")
    assert table.locator("th[scope=rowgroup]").first.inner_text() == "Beginn"
    rows = table.locator("tbody tr").all_inner_texts()
    assert any("April 2024" in row for row in rows)
    assert any("13. Mai 2024" in row for row in rows)
    assert table.locator("a[href^=http]").count() >= 2


def test_a_number_leads_to_the_question_that_counts_it(open_shipped):
    tab = open_shipped("#view=network&select=organisation/amz")
    link = tab.locator("#details h3 a", has_text="Initiativen")
    number = int(link.inner_text().split()[0])
    link.click()
    tab.locator("#answer tbody tr").first.wait_for()
    assert "Woran wirkt eine Organisation mit?" in tab.locator("#asked-title").inner_text()
    answer = tab.locator("#answer tbody tr").all_inner_texts()
    head = tab.locator("#answer thead th").all_inner_texts()
    column = next(at for at, name in enumerate(head) if name.startswith("Initiative"))
    assert len({row.split("\t")[column].strip() for row in answer}) == number
    tab.go_back()
    assert title(tab) == "AMZ Sachsen"


def test_a_page_without_questions_has_plain_numbers(open_page):
    from networkx import MultiGraph

    network = MultiGraph(
        title={"de": "Netz", "en": "Net"}, concepts={}, sources={}, description={}, stand=""
    )
    common = {"consortium": False, "aliases": [], "action_fields": [], "evidence": []}
    network.add_node("organisation/a", group="organisation", label="Ahorn", **common)
    network.add_node("initiative/b", group="initiative", label="Testnetz", **common)
    network.add_edge(
        "organisation/a",
        "initiative/b",
        key="involvement/1",
        type="involvement",
        ends=("organisation/a", "initiative/b"),
        role="client",
        certainty="stated",
        evidence=[],
    )
    tab = open_page(page.render(network), "#view=network&select=organisation/a")
    assert "1 Initiative" in tab.locator("#details h3").first.inner_text()
    assert tab.locator("#details h3 a").count() == 0
