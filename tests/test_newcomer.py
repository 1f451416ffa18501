"""A newcomer with data/README.md alone: add an event, be told of a mistake, find it in the page."""

import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "data" / "README.md").read_text("utf-8")
PEOPLE = re.search(r"```csv\n(.*?)```", GUIDE, re.S)[1]
SOURCE = re.search(r"```yaml\n(.*?)```", GUIDE, re.S)[1]


@pytest.fixture
def copied(tmp_path):
    """The shipped workspace with the guide's example added as the guide says."""
    for folder in ("ontology", "data", "queries"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    with (tmp_path / "data" / "people.csv").open("a", encoding="utf-8") as stream:
        stream.write(PEOPLE)
    slug = re.search(r"^id: (\S+)", SOURCE)[1]
    (tmp_path / "data" / "sources" / f"{slug}.yaml").write_text(SOURCE, "utf-8")
    return tmp_path, tmp_path / "data" / "sources" / f"{slug}.yaml"


def test_a_mistake_is_named_with_its_line_and_mended(copied, itas):
    root, source = copied
    lines = SOURCE.split("\n")
    day = next(number for number, line in enumerate(lines, 1) if line.strip().startswith("date:"))
    source.write_text(SOURCE.replace("2027-03-12", "12. März 2027", 1), "utf-8")
    wrong = itas("--root", root, "check", "--lang", "de")
    assert wrong.returncode == 1
    assert f"data/sources/{source.name}:{day}: Fehler" in wrong.stdout
    assert "Schreiben Sie 2027-03-12." in wrong.stdout
    source.write_text(SOURCE, "utf-8")
    right = itas("--root", root, "check", "--lang", "de")
    assert (right.returncode, right.stdout.strip()) == (0, "Alles in Ordnung: keine Funde.")


@pytest.mark.browser
def test_the_event_is_found_by_question_and_in_the_page(copied, itas, browser):
    root, _ = copied
    assert itas("--root", root, "build").returncode == 0
    asked = itas("--root", root, "query", "programme", "-p", "event=Werkstattgespräch Batterie")
    assert "Erika Beispiel" in asked.stdout
    assert "Max Mustermann" in asked.stdout
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto((root / "build" / "index.html").as_uri())
    box = tab.get_by_role("combobox", name="suchen")
    box.fill("Werkstattgespraech")
    hits = tab.locator("#hits").get_by_role("option").all_inner_texts()
    assert len(hits) >= 3
    assert all("Werkstattgespräch Batterie" in hit for hit in hits)
    tab.get_by_role("option", name="ITAS Technologie- und Trendscouting").click()
    details = tab.locator("#details").inner_text()
    for text in ("Erika Beispiel", "Max Mustermann", "Werkstattgespräch Batterie, 12. März 2027"):
        assert text in details
    tab.close()
