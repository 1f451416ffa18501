"""The pages of the service for everyone: axe-core, keys, narrow windows."""

from urllib.parse import quote

import pytest

pytestmark = pytest.mark.browser

LONG = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
PAGES = {
    "resource": "/id/organisation/ahorn",
    "person": "/id/person/joerg-koessler",
    "source": "/id/source/netz",
    "concept": "/concept/role/contractor",
    "ontology": "/ns",
    "form": "/sparql",
    "result": "/sparql?format=html&query=" + quote("SELECT ?o ?n { ?o skos:prefLabel ?n } LIMIT 9"),
    "long result": "/sparql?format=html&query=" + quote(LONG),
    "graph": "/sparql?format=html&query=" + quote("CONSTRUCT WHERE { ?o a org:Organization }"),
    "truth": "/sparql?format=html&query=" + quote("ASK {}"),
    "nothing": "/sparql?format=html&query=" + quote("SELECT * { ?s ?p <a:nothing> }"),
    "problem": "/sparql?format=html&query=" + quote("SELECT * {\n  ?s ?p }"),
    "nowhere": "/id/organisation/eiche",
}


@pytest.fixture
def show(browser, service):
    """Return a function that opens a page of the service; nothing may go out meanwhile."""
    windows, troubles = [], []

    def shown(name, size=(1440, 900), **options):
        width, height = size
        window = browser.new_context(
            viewport={"width": width, "height": height}, locale="de-DE", **options
        )
        windows.append(window)
        tab = window.new_page()
        tab.set_default_timeout(15_000)
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on(
            "request",
            lambda one: None if one.url.startswith(service.url) else troubles.append(one.url),
        )
        tab.goto(service.url + PAGES[name])
        return tab

    yield shown
    for window in windows:
        window.close()
    assert troubles == []


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(show, axe, name, scheme, size):
    # The pages' policy lets no script run, not even that of the test.
    tab = show(name, size, color_scheme=scheme, bypass_csp=True)
    tab.evaluate(axe)
    result = tab.evaluate("axe.run(document)")
    assert [
        (one["id"], [node["html"][:200] for node in one["nodes"][:4]])
        for one in result["violations"]
    ] == []


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_needs_sideways_scrolling(show, name, width):
    tab = show(name, (width, 700))
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_a_question_is_asked_and_mended_by_keys(show):
    tab = show("form")
    tab.focus("#query")
    tab.keyboard.press("Control+A")
    tab.keyboard.type("SELECT ?n { ?o a org:Organization ; skos:prefLabel ?n ")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("h1:text-is('Das ging nicht')")
    assert "Zeile 1" in tab.inner_text("main")
    assert tab.inner_text("pre").rstrip().endswith("^")
    tab.focus("#query")
    tab.keyboard.press("Control+End")
    tab.keyboard.type("}")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("h1:text-is('Antwort')")
    assert tab.locator("tbody tr").count() == 4
    assert "4 Zeilen" in tab.inner_text("main")
    tab.click("text=English")
    assert "4 rows" in tab.inner_text("main")
