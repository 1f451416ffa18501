"""The annotated programme pages keep their rules, and the scorer counts as it says."""

import copy
import html
import json
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from benchmarks.capture import scorer

ROOT = Path(__file__).parent.parent
PARTS = {part: scorer.load(scorer.PAGES / part) for part in scorer.PARTS}
PAGES = [page for pages in PARTS.values() for page in pages]
EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path.stem)


def plain(page):
    """What a person reads on the page, without line breaks and without words broken at them."""
    text = page.path.read_text("utf-8")
    if page.path.suffix == ".html":
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<!--.*?-->", "", text)
        text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    text = unicodedata.normalize("NFC", text).replace("\u00ad", "")
    text = re.sub(r"-\n\s*(?=[a-zäöüß])", "", text)
    return " ".join(text.split()).casefold()


# --- the pages


def test_there_are_enough_pages_in_enough_layouts():
    assert len(PAGES) >= 70
    assert {part: len(pages) >= 35 for part, pages in PARTS.items()} == dict.fromkeys(PARTS, True)
    assert len({page.layout for page in PAGES if not page.negative}) >= 25
    for pages in PARTS.values():
        assert sum(page.negative for page in pages) >= 6
    share = sum(page.path.suffix == ".html" for page in PAGES) / len(PAGES)
    assert 0.3 <= share <= 0.5


def test_no_page_is_in_both_parts():
    texts = [page.path.read_bytes() for page in PAGES]
    assert len(set(texts)) == len(texts)
    names = [page.path.name for page in PAGES]
    assert len(set(names)) == len(names)
    invented = [
        {one["name"] for page in pages for one in scorer.speakers(page.gold)}
        for pages in PARTS.values()
    ]
    # What was learnt by heart on one part must not help on the other.
    assert invented[0] & invented[1] == set()


def test_no_annotation_stands_without_a_page():
    annotated = {path.with_suffix("") for path in scorer.PAGES.rglob("*.yaml")}
    assert annotated == {page.path.with_suffix("") for page in PAGES}


@EACH_PAGE
def test_names_organisations_and_roles_stand_on_the_page(page):
    text = plain(page)
    for speaker in scorer.speakers(page.gold):
        for key in ("name", "honorific", "role", "organisation"):
            if speaker[key]:
                assert " ".join(speaker[key].split()).casefold() in text, speaker


@EACH_PAGE
def test_titles_stand_on_the_page(page):
    # Word by word: a column may stand between them, and a broken word is whole again.
    text = plain(page).replace(" ", "")
    for talk in page.gold["contributions"]:
        for word in talk["title"].casefold().split():
            assert word in text or talk["title"] == "Moderation", talk["title"]


@EACH_PAGE
def test_an_annotation_has_the_form_of_the_readme(page):
    gold = page.gold
    assert set(gold) == {"layout", "event", "sessions", "contributions"}
    assert re.fullmatch(r"[a-z0-9-]+", gold["layout"])
    if page.negative:
        assert gold["event"] == {}
        assert gold["layout"].startswith("negative-")
        return
    assert list(gold["event"]) == ["name", "date", "end_date", "place", "attendance"]
    for key in ("date", "end_date"):
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", gold["event"][key] or "2020-01-01")
    for talk in gold["contributions"]:
        assert {"title", "start", "session", "speakers"} <= set(talk)
        assert set(talk) <= {"title", "also", "start", "session", "speakers"}
        assert re.fullmatch(r"\d\d:\d\d", talk["start"] or "00:00")
        assert talk["session"] is None or talk["session"] in gold["sessions"]
        assert not re.match(r"(?:\d\d?[:.]\d|[•–-] |Input:|Impuls:|Keynote)", talk["title"])
    for speaker in scorer.speakers(gold):
        assert {"name", "honorific", "role", "organisation"} <= set(speaker)
        assert set(speaker) <= {
            "name", "honorific", "role", "organisation", "moderator", "requested", "also",
        }  # fmt: skip
        assert not re.match(r"(?:Herrn?|Frau|Mr|Ms|Dr\.?|Prof\.?|Dipl)\b", speaker["name"])
        assert not re.match(r"(?:der|des|die|im|am|bei|at|of|von)\b", speaker["organisation"] or "")
        assert (speaker["role"] or "").casefold() not in {"moderation", "moderator"}


def test_who_is_no_speaker_is_annotated_nowhere():
    # Contacts, footers and captions of these pages, one of each.
    names = {one["name"] for page in PAGES for one in scorer.speakers(page.gold)}
    for other in ("Torsten Adomeit", "Josefine Arndt", "Yvonne Lemke", "Hubert Zeisig", "N.N."):
        assert any(other.casefold() in plain(page) for page in PAGES), other
        assert other not in names


# --- the scorer

GOLD = {
    "layout": "hand-made",
    "event": {"name": "Tag", "date": "2024-05-01"},
    "sessions": ["Impulse"],
    "contributions": [
        {
            "title": "Mut",
            "start": "09:00",
            "session": None,
            "speakers": [
                {"name": "Eva Muster", "role": "Ministerin", "organisation": "Land X"},
                {"name": "Jan Muster", "role": None, "organisation": "Beispiel GmbH"},
            ],
        },
        {"title": "Kaffeepause", "start": "10:00", "session": None, "speakers": []},
        {
            "title": "Lernen",
            "also": ["Workshop 1: Lernen"],
            "start": None,
            "session": "Impulse",
            "speakers": [
                {
                    "name": "Eva Muster",
                    "role": None,
                    "organisation": "Land X",
                    "moderator": True,
                    "also": {"organisation": ["Landes X", None]},
                }
            ],
        },
    ],
}


def scores(answer):
    return {name: one.figures() for name, one in scorer.compare(GOLD, answer).items()}


def changed(change):
    answer = copy.deepcopy(GOLD)
    change(answer["contributions"])
    return scores(answer)


def test_the_annotation_itself_is_a_perfect_answer():
    assert {one["f1"] for one in scores(GOLD).values()} == {1.0}
    assert scores(GOLD)["names"]["wanted"] == 3
    assert scores(GOLD)["titles"]["wanted"] == 2


def test_nothing_read_has_nothing_wrong_and_nothing_found():
    empty = scores({})
    assert (empty["names"]["precision"], empty["names"]["recall"]) == (1.0, 0.0)
    assert empty["names"]["f1"] == 0.0


def test_a_wrong_name_costs_precision_and_recall():
    def change(talks):
        talks[0]["speakers"][1]["name"] = "Foto"

    names = changed(change)["names"]
    assert (names["precision"], names["recall"]) == (0.6667, 0.6667)


def test_a_missing_speaker_costs_recall_alone():
    names = changed(lambda talks: talks[0]["speakers"].pop())["names"]
    assert (names["precision"], names["recall"]) == (1.0, 0.6667)


def test_a_name_in_two_talks_is_two_slots():
    once = changed(lambda talks: talks[2]["speakers"].clear())["names"]
    assert (once["right"], once["given"], once["wanted"]) == (2, 2, 3)
    thrice = changed(lambda talks: talks[0]["speakers"].append(talks[0]["speakers"][0]))["names"]
    assert (thrice["right"], thrice["given"], thrice["wanted"]) == (3, 4, 3)


def test_an_organisation_nobody_wrote_is_wrong_and_a_missing_one_is_missing():
    def invent(talks):
        talks[0]["speakers"][0]["role"] = None
        talks[0]["speakers"][1]["role"] = "Chef"

    roles = changed(invent)["(name, role)"]
    assert (roles["right"], roles["given"], roles["wanted"]) == (0, 1, 1)


def test_spelling_does_not_count():
    def change(talks):
        talks[0]["title"] = "„MUT“"
        talks[0]["speakers"][1]["name"] = "JAN\u00a0Muster"
        talks[0]["speakers"][1]["organisation"] = "beispiel  GmbH"

    assert {one["f1"] for one in changed(change).values()} == {1.0}


def test_what_is_right_as_well_is_right():
    def change(talks):
        talks[2]["title"] = "Workshop 1: Lernen"
        talks[2]["speakers"][0]["organisation"] = "Landes X"

    assert {one["f1"] for one in changed(change).values()} == {1.0}


def test_an_organisation_that_may_be_missing_is_not_missed_unless_the_person_is():
    def without(talks):
        talks[2]["speakers"][0]["organisation"] = None

    pair = changed(without)["(name, organisation)"]
    assert (pair["right"], pair["given"], pair["wanted"]) == (2, 2, 2)
    pair = changed(lambda talks: talks[2]["speakers"].clear())["(name, organisation)"]
    assert (pair["right"], pair["given"], pair["wanted"]) == (2, 2, 3)


def test_breaks_and_headings_are_no_titles_on_either_side():
    def change(talks):
        talks.pop(1)
        talks.append({"title": "Get-together", "speakers": []})
        talks.append({"title": "Impulse", "speakers": []})

    assert {one["f1"] for one in changed(change).values()} == {1.0}
    titles = changed(lambda talks: talks.append({"title": "Impressum", "speakers": []}))["titles"]
    assert (titles["right"], titles["given"], titles["wanted"]) == (2, 3, 2)


def test_a_title_that_is_nearly_right_has_a_row_of_its_own():
    gold = {"contributions": [{"title": "Arbeit im Wandel der Zeit", "speakers": []}]}
    answer = {"contributions": [{"title": "Arbeit im Wandel der Zeiten", "speakers": []}]}
    found = scorer.compare(gold, answer)
    assert found["titles"].right == 0
    assert found["titles, nearly"].right == 1
    answer["contributions"][0]["title"] = "Arbeit"
    assert scorer.compare(gold, answer)["titles, nearly"].right == 0


def test_what_was_read_on_a_page_without_a_programme_is_counted():
    pages = [page for page in PARTS["development"] if page.negative]
    invented = {
        "contributions": [
            {"title": "Vorstand", "speakers": [{"name": "Eva Muster"}]},
            {"title": "Impressum", "speakers": []},
        ]
    }
    report = scorer.measure(pages, lambda path: invented if path == pages[0].path else {})
    assert report.negative() == (len(pages), 2, 1)
    assert report.total()["names"].precision == 0.0


# --- the command


def as_annotated(path):
    """A reader that knows the answer: for the command below."""
    return next(page.gold for page in PAGES if page.path.name == path.name)


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.capture", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=300,
    )


def test_the_command_prints_a_table_and_writes_figures(tmp_path, monkeypatch, capsys):
    wanted = tmp_path / "figures.json"
    monkeypatch.setattr(scorer, "named_reader", {"this:as_annotated": as_annotated}.__getitem__)
    given = ["--part", "held-out", "--reader", "this:as_annotated", "--json", str(wanted)]
    scorer.main([*given, "--by-layout", "--show"])
    printed = capsys.readouterr().out
    assert "| names | 1.000 | 1.000 | 1.000 |" in printed
    assert "contributions read on them: 0, with speakers: 0" in printed
    assert "| layout | pages |" in printed
    figures = json.loads(wanted.read_text("utf-8"))
    assert figures["measures"]["(name, organisation)"]["f1"] == 1.0
    assert figures["pages"] == len(PARTS["held-out"])


def test_a_reader_that_gives_no_answer_is_named_and_counts_as_empty():
    report = scorer.measure(PAGES[:1], refuse)
    assert report.failures == {PAGES[0].path.name: "exit code 1: nothing"}
    assert report.total()["names"].right == 0


def test_the_command_that_writes_no_json_is_no_answer(tmp_path):
    with pytest.raises(scorer.Unread, match="exit code 2"):
        scorer.ask_command(tmp_path / "no-such-page.txt")


def refuse(path):
    raise scorer.Unread("exit code 1: nothing")


def test_a_layout_nobody_has_is_refused():
    done = run("--layout", "no-such-layout")
    assert done.returncode == 2
    assert "no annotated page" in done.stderr
