"""Imprint, privacy, licence and contact: named in the workspace, found in every view."""

import pytest

from itas_graph import build as pipeline

pytestmark = pytest.mark.browser

LINKS = """\
contact_note_de: Antwort binnen vier Wochen.
links:
  - role: imprint
    url: https://example.org/impressum
  - role: privacy
    label_de: Datenschutz
    label_en: Data protection
    url: https://example.org/datenschutz
  - role: accessibility
    url: https://example.org/barrierefrei
  - role: contact
    url: mailto:stelle@example.org
"""
VIEWS = ("list", "network", "questions", "table", "matrix", "timeline", "about")


@pytest.fixture(scope="module")
def linked(tmp_path_factory, make_small):
    small = make_small(tmp_path_factory.mktemp("linked") / "small")
    small.write("dataset.yaml", small.text("dataset.yaml") + LINKS)
    pipeline.build(small.workspace, small.root / "build")
    return small.root / "build" / "index.html"


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_leads_to_them(open_page, linked, view):
    tab = open_page(linked, f"#view={view}")
    named = {"Impressum": "impressum", "Datenschutz": "datenschutz"}
    for name, path in {**named, "Barrierefreiheit": "barrierefrei"}.items():
        link = tab.locator("header").get_by_role("link", name=name)
        assert link.is_visible()
        assert link.get_attribute("href") == f"https://example.org/{path}"
    contact = tab.locator("header").get_by_role("link", name="Kontakt")
    assert contact.get_attribute("href") == "mailto:stelle@example.org"


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_about_names_them_in_both_languages(open_page, linked, size):
    tab = open_page(linked, "#view=about", size=size)
    about = tab.locator("#view-about")
    for name in ("Impressum", "Datenschutz", "Barrierefreiheit", "Kontakt", "CC BY 4.0"):
        assert about.get_by_role("link", name=name).first.is_visible()
    assert "Antwort binnen vier Wochen." in about.inner_text()
    tab.locator("[data-language=en]").click()
    for name in ("Legal notice", "Data protection", "Accessibility", "Contact"):
        assert about.get_by_role("link", name=name).first.is_visible()


def test_the_shipped_workspace_says_that_nobody_is_named_yet(open_shipped):
    about = open_shipped("#view=about").locator("#view-about")
    assert "Noch keine Stelle benannt." in about.inner_text()
    assert about.locator("a[href^=mailto]").count() == 0
