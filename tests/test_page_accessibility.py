"""For everyone: axe-core on every view, all by real keys, zoom, contrast of the system."""

import pytest

pytestmark = pytest.mark.browser

STATES = {
    "network": "#view=network&select=organisation/ihk-chemnitz",
    "organisations": "#view=network&show=organisation-organisation",
    "events": "#view=network&show=event-person-organisation&select=event/itas-kongress-2024",
    "neighbourhood": "#view=network&show=neighbourhood&of=organisation/cwe",
    "question": "#view=questions&question=bridging-organisations",
    "form": "#view=questions&question=organisations-by-initiative&with-initiative=ITAS",
    "editor": "#view=questions&sparql=SELECT ?s WHERE { ?s a itas:Initiative } LIMIT 3",
    "table": "#view=table&select=initiative/itas",
    "matrix": "#view=matrix",
    "timeline": "#view=timeline&date=2024-06",
    "list": "#view=list",
    "about": "#view=about",
}


def settled(tab, state):
    if state in ("question", "form", "editor"):
        tab.locator("#answer .n").wait_for()
    tab.wait_for_timeout(150)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(open_shipped, axe, state, scheme, size):
    tab = open_shipped(STATES[state], color_scheme=scheme, size=size)
    settled(tab, state)
    tab.evaluate(axe)
    result = tab.evaluate("axe.run(document)")
    assert [
        (one["id"], [node["html"][:200] for node in one["nodes"][:4]])
        for one in result["violations"]
    ] == []


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("state", STATES)
def test_nothing_needs_sideways_scrolling(open_shipped, state, width, language):
    tab = open_shipped(f"{STATES[state]}&lang={language}", size=(width, 700))
    settled(tab, state)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def walk(tab, steps):
    """Press Tab and return what has the focus after each press, until it comes round."""
    seen = []
    for _ in range(steps):
        tab.keyboard.press("Tab")
        here = tab.evaluate(
            """() => { const e = document.activeElement;
            const name = e.id || e.textContent.trim().slice(0, 40);
            return [e.tagName, name, e.getBoundingClientRect().width > 0]; }"""
        )
        if here[0] == "BODY":
            break
        seen.append(here)
    return seen


@pytest.mark.parametrize("state", ["network", "matrix", "timeline", "table", "question", "about"])
def test_tab_leads_through_the_view_and_out_of_it(open_shipped, state):
    tab = open_shipped(STATES[state].replace("&select=organisation/ihk-chemnitz", ""))
    settled(tab, state)
    tab.evaluate("document.activeElement.blur()")
    seen = walk(tab, 400)
    assert len(seen) > 12
    assert all(visible for _, _, visible in seen)
    names = [name for _, name, _ in seen]
    assert "search" in names
    # The drawing is one stop, however many nodes it has.
    if state == "network":
        assert names.count("drawing") == 1
        assert len(seen) < 110


def test_the_network_by_keys(open_shipped):
    tab = open_shipped()
    drawing = tab.locator("#drawing")
    drawing.focus()
    drawing.press("ArrowRight")
    first = tab.locator("#live").inner_text()
    assert "Beziehung" in first
    drawing.press("n")
    assert tab.locator("#live").inner_text() != first
    drawing.press("Enter")
    assert tab.locator("#details-title").is_visible()
    tab.keyboard.press("Escape")
    assert not tab.locator("#details").is_visible()


def test_focus_is_seen(open_shipped):
    tab = open_shipped()
    for selector in ("#search", ".choice", "#take summary", "#asof-slider", "a[data-view=matrix]"):
        one = tab.locator(selector).first
        one.focus()
        tab.keyboard.press("Shift")
        outline = one.evaluate(
            "e => getComputedStyle(e).outlineStyle + getComputedStyle(e).outlineWidth"
        )
        assert outline not in ("none0px", "solid0px"), selector


def test_at_twice_the_size_everything_is_still_there(open_shipped):
    """1280 pixels at 200 % are 640 CSS pixels (WCAG 1.4.4, 1.4.10)."""
    tab = open_shipped("#view=network", size=(640, 450))
    assert tab.evaluate("document.documentElement.scrollWidth") <= 640
    for view in ("questions", "table", "matrix", "timeline", "about"):
        tab.locator(f"a[data-view={view}]").click()
        assert tab.locator(f"#view-{view}").is_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 640


def test_in_the_contrast_of_the_system_signs_stay(open_shipped):
    tab = open_shipped("#view=network&select=organisation/cwe", forced_colors="active")
    for selector in (".choice[aria-pressed=true]", ".sign.kind .disc", "#asof-slider"):
        assert tab.locator(selector).first.is_visible()
    chosen = tab.locator(".choice[aria-pressed=true]").first
    assert chosen.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_names_are_german_and_the_rest_english(open_shipped):
    tab = open_shipped("#view=network&lang=en&select=initiative/itas")
    assert tab.evaluate("document.documentElement.lang") == "en"
    assert tab.locator("#details-title").evaluate("e => e.closest('[lang]').lang") == "de"
    assert tab.locator("#details h3").first.evaluate("e => e.closest('[lang]').lang") == "en"
