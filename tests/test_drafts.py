"""What nobody has reviewed does not appear in public, nor does what says nothing without it."""

import subprocess

import pytest

DRAFT = """\
id: forum-2025
title: Forum 2025
url: https://example.org/forum
source_kind: event-page
coverage: full
{source}
events:
  - id: forum-2025
    name: Forum 2025
    date: 2025-05-05
{event}    talks:
      - id: forum-2025-auftakt
        name: Auftakt mit Zukunft
{talk}        contributions:
          - person: rosa-entwurf
            on_behalf_of: entwurfswerk
            function: Leiterin
{contribution}people:
  - id: rosa-entwurf
    name: Rosa Entwurf
{person}organisations:
  - id: entwurfswerk
    name: Entwurfswerk GmbH
    kind: company
{organisation}"""
PLACES = {
    "source": "",
    "event": "    ",
    "talk": "        ",
    "contribution": "            ",
    "person": "    ",
    "organisation": "    ",
}
ALL = tuple(PLACES)


def text(*drafts: str) -> str:
    return DRAFT.format(
        **{
            name: f"{indent}status: draft\n" if name in drafts else ""
            for name, indent in PLACES.items()
        }
    )


def public(small, itas, *drafts: str, profile: str = "public") -> str:
    small.write("sources/forum-2025.yaml", text(*drafts))
    done = itas("--root", small.root, "build", "--profile", profile, "--without-sparql")
    assert done.returncode == 0, done.stderr + done.stdout
    return "".join(
        path.read_text("utf-8")
        for path in (small.root / "build").iterdir()
        if path.suffix in (".nq", ".ttl", ".trig", ".jsonld", ".html")
    )


def test_a_draft_appears_in_no_public_output_but_in_the_internal_one(small, itas):
    shown = public(small, itas, *ALL)
    for word in ("Forum 2025", "forum-2025", "Rosa", "Entwurfswerk", "Auftakt mit Zukunft"):
        assert word not in shown, word
    assert "Rosa Entwurf" in public(small, itas, *ALL, profile="internal")


def test_what_stands_beneath_a_draft_goes_with_it(small, itas):
    shown = public(small, itas, "source")
    assert "Rosa" not in shown
    assert "Auftakt mit Zukunft" not in shown
    shown = public(small, itas, "event")
    assert "Auftakt mit Zukunft" not in shown
    assert "Entwurfswerk GmbH" in shown


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_the_appearance_of_a_draft_person_says_nothing(small, itas, profile):
    shown = public(small, itas, "person", profile=profile)
    assert ("Leiterin" in shown) is (profile == "internal")
    assert "Auftakt mit Zukunft" in shown


def test_an_appearance_stays_without_the_organisation_that_is_a_draft(small, itas):
    shown = public(small, itas, "organisation")
    assert "Rosa Entwurf" in shown
    assert "Leiterin" in shown
    assert "Entwurfswerk" not in shown


def test_what_another_source_has_reviewed_stays(small, itas):
    small.write(
        "sources/bericht.yaml",
        "id: bericht\ntitle: Bericht\nurl: https://example.org/bericht\n"
        "source_kind: event-page\ncoverage: full\nevents:\n  - id: forum-2025\n"
        "    name: Forum 2025\n    date: 2025-05-05\n",
    )
    shown = public(small, itas, *ALL)
    assert "Forum 2025" in shown
    assert "Auftakt mit Zukunft" not in shown


def test_reviewed_records_are_published_and_drafts_are_named(small, itas):
    assert "Rosa Entwurf" in public(small, itas)
    small.write("sources/forum-2025.yaml", text(*ALL))
    done: subprocess.CompletedProcess[str] = itas("--root", small.root, "check", "--lang", "de")
    assert done.returncode == 0, done.stdout
    assert "data/sources/forum-2025.yaml:6: Warnung" in done.stdout
    assert "6 Entwürfe" in done.stdout
