"""The page in a real browser: sealed, readable, searchable, by keyboard, the same each time."""

import hashlib
import importlib.util
import itertools
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import networkx as nx
import pytest

from itas_graph import page

HERE = Path(__file__).parent
SCRIPTS = HERE.parent / "frontend" / "src"
SPEC = importlib.util.spec_from_file_location("sample_network", HERE / "sample_network.py")
sample_network = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sample_network)

INJECTIONS = (
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    '"><img src=x onerror="window.pwned=1">',
    "<svg/onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "<!--<script>",
    "{{7*7}}{% raw %}",
    "\u2028window.pwned=1\u2029",
    "'-window.pwned=1-'",
    "<iframe srcdoc='<script>parent.pwned=1</script>'>",
    "<style>*{display:none}</style>",
    "&lt;b&gt;",
)


@pytest.fixture(scope="module")
def html():
    return page.render(sample_network.build())


@pytest.fixture
def opened(open_page, html):
    """Return a function that opens the sample, or another page."""

    def opened(fragment="", text=html, **options):
        return open_page(text, fragment, **options)

    return opened


def involvements(network):
    """Keys of the relations between organisations and initiatives: what the first drawing shows."""
    edges = network.edges(keys=True, data=True)
    return [key for *_, key, edge in edges if edge.get("type", "involvement") == "involvement"]


def drawn(network):
    """Keys of the nodes that have such a relation."""
    edges = network.edges(data=True)
    return {end for *_, edge in edges if edge["type"] == "involvement" for end in edge["ends"]}


def count(tab):
    return tab.locator("#count").inner_text()


def switch(tab, facet, name):
    return tab.locator(f".facet-{facet} label", has_text=name).first


# -- without a browser -------------------------------------------------------------------------


def test_page_refers_to_nothing_outside(html):
    chrome = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"""(src|href|action|data)\s*=\s*["']?(https?:)?//""", chrome)
    assert "url(" not in chrome
    assert "@import" not in chrome
    assert not re.search(r"<[^>]+\son\w+\s*=", chrome)
    assert not re.search(r"<[^>]+\sstyle\s*=", chrome)


def test_policy_lets_only_these_scripts_run(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1].replace("&#39;", "'")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    assert len(scripts) == len(rules["script-src"].split()) == 2


def test_render_leaves_the_network_as_it_was_and_writes_no_file(tmp_path, monkeypatch):
    network = sample_network.build()
    before = nx.node_link_data(network, edges="links")
    monkeypatch.chdir(tmp_path)
    page.render(network)
    assert nx.node_link_data(network, edges="links") == before
    assert list(tmp_path.iterdir()) == []


def test_same_bytes_in_every_process():
    code = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]); import sample_network;"
        "from itas_graph import page;"
        "print(hashlib.sha256(page.render(sample_network.build()).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", code, str(HERE)],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": zone},
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("0", "UTC"), ("31", "Asia/Tokyo"))
    }
    assert seen == {hashlib.sha256(page.render(sample_network.build()).encode()).hexdigest()}


def test_every_text_is_there_in_both_languages_and_used():
    texts = page.texts_of_the_page()
    assert all(set(words) == {"de", "en"} and all(words.values()) for words in texts.values())
    code = "".join(path.read_text("utf-8") for path in sorted(SCRIPTS.rglob("*.js")))
    code += (page.TEMPLATES / "page.html.j2").read_text("utf-8")
    asked = set(re.findall(r'\b(?:t|counted)\("([\w.]+)"', code))
    asked |= set(re.findall(r'data-t(?:-label|-placeholder)?="([\w.]+)"', code))
    assert asked - set(texts) == set()
    made = (
        "facet.",
        "phase.",
        "certainty.",
        "change.",
        "table.",
        "search.",
        "n.",
        "zoom.",
        "theme.",
        "drawing.",
        "size.",
        "role.",
        "questions.save.",
        "take.",
        "connection.",
        "link.",
    )
    assert [key for key in texts if f'"{key}"' not in code and not key.startswith(made)] == []


# -- sealed ------------------------------------------------------------------------------------


@pytest.mark.browser
def test_opens_without_a_request_an_error_or_a_breach_of_the_policy(opened):
    tab = opened()
    for view in ("table", "about", "network"):
        tab.locator(f"a[data-view={view}]").click()
    tab.wait_for_timeout(200)


@pytest.mark.browser
def test_record_text_is_shown_as_text(opened):
    network = sample_network.build()
    for index, text in enumerate(INJECTIONS):
        one, other = f"organisation/evil-{index}", f"initiative/evil-{index}"
        fields = {"aliases": [], "action_fields": [text]}
        rest = {"kind": text, "status": text, "valid_from": text, "people": [], "evidence": []}
        network.add_node(
            one, **{**rest, "group": "organisation", "label": text, "aliases": [text + " alias"]}
        )
        network.nodes[one]["people"] = [
            {"name": text, "function": text, "event": text, "date": text}
        ]
        network.add_node(
            other,
            **{**rest, **fields, "group": "initiative", "label": text},
        )
        network.add_edge(
            one,
            other,
            key=f"involvement/evil-{index}",
            role=text,
            via={"person": text, "talk": text, "event": text, "date": text},
            evidence=[{"source": f"evil-{index}", "anchor": text, "heading": text}],
        )
        network.graph["sources"][f"evil-{index}"] = {
            "title": text,
            "url": text,
            "publisher": text,
            "published": text,
        }
    network.graph["title"] = {"de": INJECTIONS[1], "en": INJECTIONS[1]}
    network.graph["links"].append({"label": {"de": "x", "en": "x"}, "url": "javascript:alert(1)"})
    tab = opened(text=page.render(network))
    assert tab.title() == INJECTIONS[1]
    for view in ("table", "list", "about", "network"):
        for index, text in enumerate(INJECTIONS):
            tab.goto(tab.url.split("#")[0] + f"#view={view}&select=organisation/evil-{index}")
            tab.wait_for_function(
                "key => document.getElementById('details-title')?.textContent === key", arg=text
            )
    tab.locator("#search").fill("<script>")
    tab.locator("a[data-view=about]").click()
    assert tab.evaluate("window.pwned") is None
    assert tab.locator("a[href^='javascript']").count() == 0
    assert tab.locator("main img, main iframe, main style, main script").count() == 0


# -- first view --------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (768, 1024), (390, 844)])
def test_labels_at_first_view_are_readable_and_none_covers_another(opened, size):
    tab = opened("#view=network", size=size)
    boxes = tab.evaluate("itasPage.labelBoxes()")
    if size == (1440, 900):
        assert len(boxes) == len(drawn(sample_network.build()))
    assert len(boxes) > 10
    assert min(box["font"] for box in boxes) >= 10
    for one, other in itertools.combinations(boxes, 2):
        apart = (
            one["left"] + one["width"] <= other["left"] + 0.5
            or other["left"] + other["width"] <= one["left"] + 0.5
            or one["top"] + one["height"] <= other["top"] + 0.5
            or other["top"] + other["height"] <= one["top"] + 0.5
        )
        assert apart, (one["key"], other["key"])


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_needs_sideways_scrolling(opened, width):
    tab = opened(size=(width, 800))
    for view in ("list", "network", "table", "about"):
        tab.goto(tab.url.split("#")[0] + f"#view={view}&select=organisation/cwe")
        tab.wait_for_timeout(50)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_a_phone_starts_with_search_and_cards(opened):
    tab = opened(size=(390, 844), has_touch=True)
    assert tab.locator("#view-list").is_visible()
    assert not tab.locator("#view-network").is_visible()
    tab.get_by_role("button", name="AMZ Sachsen").first.tap()
    assert tab.locator("#details-title").inner_text() == "AMZ Sachsen"
    tab.get_by_role("button", name="Einzelheiten schließen").tap()
    tab.locator("a[data-view=network]").tap()
    assert tab.locator("#drawing canvas").is_visible()


# -- search ------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("CWE", "Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH"),
        ("atene", "aconium GmbH"),
        ("Müßig", "Lena Müßig"),
        ("muessig", "Lena Müßig"),
        ("mussig", "Lena Müßig"),
        ("buergerdialog", "Bürgerdialog zur Zukunft der Mobilität"),
        ("Bürgerdialog", "Bürgerdialog zur Zukunft der Mobilität"),
        ("individuellen Tempo", "Westsächsische Hochschule Zwickau"),
    ],
)
def test_search_finds_names_aliases_people_and_talks(opened, query, name):
    tab = opened()
    box = tab.locator("#search")
    box.fill(query)
    assert tab.get_by_role("option").first.locator("strong").inner_text() == name
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == "hit-0"
    box.press("Enter")
    assert tab.locator("#details-title").inner_text() == name
    assert box.get_attribute("aria-expanded") == "false"


@pytest.mark.browser
def test_search_without_result_says_so(opened):
    tab = opened()
    tab.locator("#search").fill("Xylophon")
    assert "Nichts gefunden für „Xylophon“" in tab.locator("#hits").inner_text()


# -- filters and table -------------------------------------------------------------------------


@pytest.mark.browser
def test_legend_is_the_filter(opened):
    tab = opened()
    assert count(tab) == "29 Initiativen · 46 Organisationen · 102 Beziehungen"
    row = switch(tab, "kind", "Unternehmen")
    assert row.locator(".n").inner_text() == "15"
    row.click()
    # 15 of 46 are companies; what only they worked on stays, without a line.
    assert "31 Organisationen" in count(tab) or "30 Organisationen" in count(tab)
    assert not row.get_by_role("switch").is_checked()
    assert "hide-kind=company" in tab.url
    tab.get_by_role("button", name="Alle Filter zurücksetzen").click()
    assert count(tab) == "29 Initiativen · 46 Organisationen · 102 Beziehungen"
    assert "hide" not in tab.url


@pytest.mark.browser
def test_only_one_entry(opened):
    tab = opened("#view=table")
    tab.get_by_role("button", name="Nur „Fördermittelgeber“ zeigen").click()
    assert tab.locator("tbody tr").count() == 1
    assert count(tab) == "1 von 102 Beziehungen"
    assert "Bundesministerium" in tab.locator("tbody tr").inner_text()


@pytest.mark.browser
def test_filters_that_leave_nothing_say_so_and_lead_back(opened):
    tab = opened("#view=table&hide-certainty=stated,inferred")
    assert "bleibt nichts übrig" in tab.locator("#view-table").inner_text()
    tab.get_by_role("button", name="Filter und Suche zurücksetzen").click()
    assert tab.locator("tbody tr").count() == 102


@pytest.mark.browser
def test_table_has_every_relation_and_sorts(opened):
    tab = opened("#view=table")
    assert tab.locator("tbody tr").count() == len(involvements(sample_network.build()))
    assert tab.locator("table caption").count() == 1
    assert tab.locator("thead th[scope=col]").count() == 7
    assert tab.locator("tbody th[scope=row]").count() == 102
    tab.get_by_role("button", name="Organisation", exact=True).click()
    names = tab.locator("tbody th").all_inner_texts()
    assert names[0].strip() == "aconium GmbH"
    assert tab.locator("th[aria-sort=ascending]").inner_text().startswith("Organisation")
    tab.get_by_role("button", name="Organisation", exact=True).click()
    assert tab.locator("th[aria-sort=descending]").count() == 1
    tab.locator("#search").fill("Resilienz-Studie")
    tab.locator("#search").press("Escape")
    assert tab.locator("tbody tr").count() == 4
    tab.locator("tbody tr").first.locator("td").nth(2).click()
    assert tab.locator("#details").is_visible()


# -- details -----------------------------------------------------------------------------------


@pytest.mark.browser
def test_details_show_each_relation_with_its_evidence(opened):
    tab = opened("#view=network&select=initiative/circular-cars")
    # Two roles, a talk about it, and the event where it was presented.
    assert tab.locator(".relation").count() == 4
    link = tab.locator(".relation .evidence a[href$=Kreislaufwirtschaft]").first
    address = link.get_attribute("href")
    assert address.startswith("https://itas-projekt.de/itas-kongress-2024-rueckblick#:~:text=")
    assert unquote(address.split("text=")[1]) == "Circular Cars – Trainings für Kreislaufwirtschaft"
    assert "-" not in address.split("text=")[1]
    assert "noopener" in link.get_attribute("rel")
    shown = tab.locator("#details").inner_text()
    assert "erschlossen" in shown
    assert "6. Juni 2024" in shown
    assert "seit 30. September 2023" in shown
    tab.locator(".relation .role").first.click()
    assert tab.locator("#details-title").inner_text() == "verantwortlicher Partner"
    assert tab.locator(".ends button").count() == 2
    assert "select=involvement/" in tab.url
    tab.go_back()
    assert tab.locator("#details-title").inner_text() == "Circular Cars"


@pytest.mark.browser
def test_one_talk_on_behalf_of_two_organisations_is_two_relations(opened):
    network = sample_network.build()
    for organisation in ("gkn", "dgb"):
        network.add_edge(
            f"organisation/{organisation}",
            "initiative/bruecken",
            key="contribution/both",
            role="speaker",
            evidence=[],
        )
    tab = opened("#view=table", text=page.render(network))
    assert tab.locator("tbody tr").count() == len(involvements(network)) == 104
    tab.locator("a[data-view=network]").click()


@pytest.mark.browser
def test_a_click_on_a_node_opens_it_and_one_beside_it_closes(opened):
    tab = opened()
    point = tab.evaluate("itasPage.point('organisation/gkn')")
    tab.mouse.click(point["x"], point["y"])
    tab.wait_for_timeout(100)
    assert tab.locator("#details-title").inner_text() == "GKN"
    tab.keyboard.press("Escape")
    assert not tab.locator("#details").is_visible()


# -- language, keyboard, colours ---------------------------------------------------------------


@pytest.mark.browser
def test_german_first_english_by_a_switch(opened):
    tab = opened("#view=network&select=initiative/buergerdialog")
    assert tab.locator("html").get_attribute("lang") == "de"
    tab.get_by_role("button", name="English").click()
    assert tab.locator("html").get_attribute("lang") == "en"
    assert count(tab) == "29 initiatives · 46 organisations · 102 relations"
    assert tab.title() == "ITAS – who works on what?"
    assert tab.locator("#details-title").get_attribute("lang") == "de"
    assert "8 June 2024" in tab.locator("#details").inner_text()
    assert "dialogue format" in tab.locator("#details").inner_text()
    assert tab.locator("#search").get_attribute("aria-label").startswith("Search")
    assert "lang=en" in tab.url
    tab.reload()
    tab.wait_for_function("window.itasPage")
    assert "As of 21 November 2026" in tab.locator(".stand").inner_text()


@pytest.mark.browser
def test_network_by_keyboard(opened):
    tab = opened()
    drawing = tab.locator("#drawing")
    assert tab.locator("#drawing [tabindex='0']").count() == 0
    for _ in range(120):
        tab.keyboard.press("Tab")
        if drawing.evaluate("one => one === document.activeElement"):
            break
    else:
        pytest.fail("Tab does not reach the network")
    tab.keyboard.press("ArrowRight")
    first = tab.evaluate("itasPage.cursor()")
    assert first is not None
    live = tab.locator("#live")
    assert "Beziehung" in live.inner_text()
    tab.keyboard.press("ArrowDown")
    second = tab.evaluate("itasPage.cursor()")
    assert second != first
    tab.keyboard.press("n")
    assert tab.evaluate("itasPage.cursor()") != second
    name = live.inner_text().split(",")[0]
    tab.keyboard.press("Enter")
    assert tab.locator("#details-title").inner_text().startswith(name.split(" (")[0])
    assert tab.locator("#details-title").evaluate("one => one === document.activeElement")
    tab.keyboard.press("Escape")
    assert not tab.locator("#details").is_visible()
    assert drawing.evaluate("one => one === document.activeElement")
    tab.keyboard.press("Tab")
    assert not drawing.evaluate("one => one === document.activeElement")


@pytest.mark.browser
def test_dark_by_system_and_by_button(opened):
    tab = opened(color_scheme="dark")
    assert tab.locator("html").get_attribute("data-theme") == "dark"
    tab.locator("#theme").click()
    assert tab.locator("html").get_attribute("data-theme") == "light"


CHECKS = """() => {
  const named = (one) => one.getAttribute('aria-label') || one.textContent.trim()
    || (one.labels && one.labels.length && one.labels[0].textContent.trim());
  const seen = [...document.querySelectorAll('*')].filter((one) => one.getClientRects().length);
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  return {
    unnamed: seen.filter((one) => one.matches('a, button, input, [role=application]'))
      .filter((one) => !named(one))
      .map((one) => one.outerHTML.slice(0, 120)),
    twice: ids.filter((id, at) => ids.indexOf(id) !== at),
    small: seen.filter((one) => one.matches('button, input') && one.type !== 'checkbox')
      .filter((one) => Math.min(one.getBoundingClientRect().width,
        one.getBoundingClientRect().height) < 24).map((one) => one.outerHTML.slice(0, 120)),
    headings: [...document.querySelectorAll('h1')].length,
  };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("view", ["network", "table", "list", "about"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(opened, view, scheme):
    """Names, ids and sizes always; all of axe-core where AXE_PATH leads to its axe.min.js."""
    tab = opened(f"#view={view}&select=organisation/amz-sachsen", color_scheme=scheme)
    found = tab.evaluate(CHECKS)
    assert found == {"unnamed": [], "twice": [], "small": [], "headings": 1}
    axe = os.environ.get("AXE_PATH")
    if axe:
        tab.evaluate(Path(axe).read_text("utf-8"))
        result = tab.evaluate("axe.run(document)")
        assert [
            (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in result["violations"]
        ] == []
