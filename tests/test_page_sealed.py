"""Nothing in the data runs, makes an element or goes out; whatever it says is shown as text."""

import csv
import importlib.util
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from itas_graph import build, workspace

HERE = Path(__file__).parent
SPEC = importlib.util.spec_from_file_location("injections", HERE / "injections.py")
injections = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(injections)
TEXTS = injections.INJECTIONS

VIEWS = ("list", "network", "questions", "table", "matrix", "timeline", "about")


def add_rows(path, rows):
    """Append rows to a register; each maps columns to text."""
    columns = next(csv.reader(io.StringIO(path.read_text("utf-8"))))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writerows(rows)
    path.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + text.getvalue(), "utf-8")


def source(index, text):
    """Return a source every text field of which says `text`."""
    said = {"anchor": text, "heading": text, "note": text}
    contribution = {
        "person": f"evil-person-{index}",
        "function": text,
        "on_behalf_of": f"evil-{index}",
        "organisation_as_written": text,
        "name_as_written": text,
        **said,
    }
    return {
        "id": f"evil-source-{index}",
        "title": text,
        "url": f"https://example.org/{index}",
        "publisher": text,
        "published": "2024-06-06",
        "language": "de",
        "source_kind": "press",
        "coverage": "excerpt",
        "note": text,
        "events": [
            {
                "id": f"evil-event-{index}",
                "name": text,
                "as_written": text,
                "date": "2024-06-06",
                "place": "musterstadt",
                "place_as_written": text,
                "attendance": text,
                "motto": text,
                "format": text,
                "status": "held",
                **said,
                "talks": [
                    {
                        "id": f"evil-talk-{index}",
                        "name": text,
                        "topic": text,
                        "format": text,
                        "about": [f"evil-initiative-{index}"],
                        **said,
                        "contributions": [contribution],
                    }
                ],
            }
        ],
        "initiatives": [
            {
                "id": f"evil-initiative-{index}",
                "period_as_written": text,
                "kind_as_written": text,
                **said,
                "involvements": [
                    {
                        "organisation": f"evil-{index}",
                        "role": "consortium-partner",
                        "valid_from": "2024",
                        "period_as_written": text,
                        "organisation_as_written": text,
                        **said,
                    }
                ],
            }
        ],
    }


@pytest.fixture(scope="module")
def evil(tmp_path_factory, make_small):
    """Return the page of a workspace whose every text field has said every text."""
    small = make_small(tmp_path_factory.mktemp("evil") / "small")
    data = small.root / "data"
    register = list(enumerate(TEXTS))
    add_rows(
        data / "organisations.csv",
        [{"id": f"evil-{i}", "name": text, "aliases": text + " alias"} for i, text in register],
    )
    add_rows(data / "people.csv", [{"id": f"evil-person-{i}", "name": t} for i, t in register])
    add_rows(
        data / "initiatives.csv",
        [{"id": f"evil-initiative-{i}", "name": t, "kind": "offer"} for i, t in register],
    )
    for i, text in register:
        file = data / "sources" / f"evil-source-{i}.yaml"
        file.write_text(yaml.safe_dump(source(i, text), allow_unicode=True), "utf-8")
    settings = data / "dataset.yaml"
    told = yaml.safe_load(settings.read_text("utf-8"))
    told |= {"title_de": TEXTS[1], "description_de": TEXTS[12], "licence": TEXTS[0]}
    told["contact_note_de"] = TEXTS[18]
    told["links"] = [{"label_de": TEXTS[3], "label_en": TEXTS[4], "url": "https://example.org/"}]
    settings.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    here = workspace.find(small.root)
    found = build.check(here).findings
    errors = [finding for finding in found if finding.severity == "error"]
    assert [(error.record, error.field, error.problem.de) for error in errors] == []
    build.build(here, small.root / "build")
    return small.root / "build" / "index.html"


def test_the_corpus_is_large_enough():
    assert len(set(TEXTS)) == len(TEXTS) >= 60


def attributes(html, pattern):
    """Return the attributes of all elements whose name fits a pattern."""
    found = []

    class Elements(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend((tag, name) for name, _ in attrs if re.fullmatch(pattern, name))

    Elements().feed(html)
    return found


def test_the_blocks_of_the_page_hold(evil):
    html = evil.read_text("utf-8")
    chrome = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    # Our own scripts and blocks are all there are, and nothing of the data stands outside them.
    assert len(re.findall(r"</script", html, re.IGNORECASE)) == 7
    assert injections.RUN not in chrome.replace("&lt;", "<").split("<body>")[1].split("<main")[1]
    assert attributes(html, r"on\w+|style|srcdoc|formaction") == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert re.findall(r"unsafe-\w+|wasm-unsafe-eval", policy.replace("&#39;", "'")) in (
        ["wasm-unsafe-eval"],
        ["unsafe-eval"],
    )
    assert "'unsafe-eval'" not in policy.replace("&#39;", "'")


@pytest.fixture
def opened(open_page, evil):
    def at(fragment="", **options):
        tab = open_page(evil, fragment, **options)
        tab.set_default_timeout(20_000)
        return tab

    return at


def unharmed(tab):
    assert tab.evaluate("window.pwned") is None
    assert tab.evaluate("({}).pwned") is None
    assert (
        tab.locator("a[href^='javascript' i], a[href^='data' i], a[href^='vbscript' i]").count()
        == 0
    )
    made = "img, iframe, object, embed, video, audio, math, marquee, base, template"
    assert tab.locator(f"main :is({made}), main style, main script").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_every_text_as_text(opened, view):
    tab = opened(f"#view={view}")
    assert tab.title() == TEXTS[1]
    tab.wait_for_timeout(300)
    unharmed(tab)
    if view in ("list", "table", "timeline"):
        shown = tab.locator(f"#view-{view}").evaluate("e => e.textContent")
        missing = [text for text in TEXTS if text not in shown]
        assert missing == []


@pytest.mark.browser
def test_details_show_every_text_as_text(opened):
    tab = opened("#view=list")
    for kind in ("evil", "evil-person", "evil-event", "evil-initiative"):
        group = {"evil": "organisation", "evil-person": "person"}.get(kind, kind[5:])
        for index, text in enumerate(TEXTS):
            tab.goto(f"{tab.url.split('#')[0]}#view=list&select={group}/{kind}-{index}")
            tab.wait_for_function(
                """text => document.getElementById("details-title")?.textContent === text""",
                arg=text,
            )
        unharmed(tab)


@pytest.mark.browser
def test_search_and_legend_show_text_as_text(opened):
    tab = opened("#view=network")
    for text in TEXTS:
        tab.locator("#search").fill(text)
        unharmed(tab)
    tab.locator("#search").fill("script")
    assert tab.locator("#hits li").count() > 3
    unharmed(tab)


@pytest.mark.browser
def test_answers_show_every_text_as_text(opened):
    tab = opened("#view=questions&question=events-timeline")
    tab.locator("#answer .n").wait_for()
    shown = tab.locator("#answer").evaluate("e => e.textContent")
    assert [text for text in TEXTS if text not in shown] == []
    unharmed(tab)
    tab.goto(f"{tab.url.split('#')[0]}#view=questions&question=evidence&with-subject=evil-5")
    tab.locator("#ask").click()
    tab.locator("#answer .n").wait_for()
    unharmed(tab)


@pytest.mark.browser
@pytest.mark.parametrize("drawing", ["organisation-initiative", "event-person-organisation"])
def test_pictures_and_tables_to_take_along_carry_text_as_text(opened, browser, tmp_path, drawing):
    tab = opened(f"#view=network&show={drawing}")
    for kind in ("svg", "gexf"):
        tab.locator("#take summary").click()
        with tab.expect_download() as taken:
            tab.locator(f"[data-take={kind}]").click()
        file = tmp_path / f"x.{kind}.xml"
        file.write_bytes(taken.value.path().read_bytes())
        other = browser.new_page()
        other.goto(file.as_uri())
        other.wait_for_timeout(100)
        assert other.evaluate("window.pwned") is None
        assert (
            other.evaluate("document.querySelectorAll('script, img, [onload], [onerror]').length")
            == 0
        )
        other.close()
    tab.locator("#take summary").click()
    with tab.expect_download() as taken:
        tab.locator("[data-take=csv]").click()
    rows = csv.reader(io.StringIO(taken.value.path().read_text("utf-8-sig")))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "-2"))]


@pytest.mark.browser
def test_this_test_would_notice_a_careless_page(browser, tmp_path):
    careless = tmp_path / "careless.html"
    careless.write_text(f"<!doctype html><main>{TEXTS[15]}</main>", "utf-8")
    tab = browser.new_page()
    tab.goto(careless.as_uri())
    tab.wait_for_function("window.pwned === 1")
    with pytest.raises(AssertionError):
        unharmed(tab)
    tab.close()
