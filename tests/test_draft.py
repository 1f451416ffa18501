"""draft: a programme page becomes a file of drafts; what cannot be a page is refused at once."""

import json
import os
import stat
import time

import pytest

from benchmarks import damaged_pages
from itas_graph import documents, programme
from itas_graph.documents import Line
from itas_graph.errors import UsageError

#: In the layout of a review: prose above, then parts with bulleted items.
PAGE = """\
Beispielkongress 2031 / Rückblick

Am 6. Juni 2031 kamen im Hotel Beispielhof über 60 Gäste zum 2. Beispielkongress zusammen, um sich
über die Zukunft der Region auszutauschen.

Programmrückblick

Wir heute hier

Wir starteten mit einem Blick ins Hier und Jetzt. Von dieser Basis aus sahen wir nach vorn.

In dieser Stunde hörten Sie:

• Lage der Region | Dr. Eva Muster, Beispiel GmbH
• Trends und Technik | Jan Muster, Netzwerk Beispiel
• Input: Jugend fragt | Rosa Beispiel, 1. Bevollmächtigte IG X und Jan Probe, Betriebsrat Werk

Die Zukunft im Blick

• Wasserstoff in der Region | Prof. Dr. Ida Probe, Hochschule Beispielstadt
"""
NAMES = ["Eva Muster", "Jan Muster", "Rosa Beispiel", "Jan Probe", "Ida Probe"]


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "rueckblick.txt"
    path.write_text(PAGE, "utf-8")
    return path


@pytest.fixture
def draft(small, itas):
    def run(*arguments, **rest):
        return itas("--root", small.root, "draft", *arguments, "--lang", "en", **rest)

    return run


def test_a_page_becomes_a_file_of_drafts_that_the_check_understands(page, draft, small, itas):
    done = draft(page, "--url", "https://www.example.org/termine/kongress-2031.html")
    assert done.returncode == 0, done.stderr
    text = small.text("sources/example-kongress-2031.yaml")
    assert "url: https://www.example.org/termine/kongress-2031.html" in text
    assert text.count("status: draft") >= 18
    assert "date: 2031-06-06" in text
    assert "heading: Die Zukunft im Blick" in text
    assert "Read: 4 items, 5 appearances" in done.stderr
    checked = itas("--root", small.root, "check", "--lang", "en")
    assert checked.returncode == 0, checked.stdout
    assert "drafts; none of it appears in public" in checked.stdout


def test_json_holds_each_speaker_and_each_line_that_was_not_read(page, draft):
    done = draft(page, "--format", "json")
    shown = json.loads(done.stdout)
    assert set(shown) == {"event", "sessions", "contributions", "unread"}
    speakers = [one for item in shown["contributions"] for one in item["speakers"]]
    assert [one["name"] for one in speakers] == NAMES
    assert speakers[0]["honorific"] == "Dr."
    assert speakers[2]["role"] == "1. Bevollmächtigte"
    assert [one["name"] for one in shown["sessions"]] == ["Wir heute hier", "Die Zukunft im Blick"]
    lines = PAGE.split("\n")
    assert all(lines[one["line"] - 1] == one["text"] and one["why"] for one in shown["unread"])
    assert any("Hier und Jetzt" in one["text"] for one in shown["unread"])


def test_standard_input_is_read_and_yaml_is_only_shown(page, draft, small):
    before = sorted(small.root.rglob("*.yaml"))
    from_file = draft(page, "--format", "yaml")
    piped = draft("-", "--format", "yaml", stdin=PAGE.encode())
    assert piped.returncode == 0, piped.stderr
    assert piped.stdout.replace("beispielkongress-2031", "x").count("\n") == (
        from_file.stdout.count("\n")
    )
    assert sorted(small.root.rglob("*.yaml")) == before


def test_the_event_and_the_target_may_be_named(page, draft, tmp_path):
    target = tmp_path / "anders.yaml"
    done = draft(page, "--event", "kongress-x", "-o", target)
    assert done.returncode == 0, done.stderr
    text = target.read_text("utf-8")
    assert text.startswith("id: anders\n")
    assert "- id: kongress-x\n" in text
    assert "The address of the page is missing" in done.stderr
    again = draft(page, "-o", target)
    assert again.returncode == 2
    assert "is there already; nothing was written" in again.stderr
    assert target.read_text("utf-8") == text
    wrong = draft(page, "--event", "Kongress X")
    assert wrong.returncode == 2
    assert "Write kongress-x" in wrong.stderr


def test_a_saved_page_says_its_address_itself(draft, small, tmp_path):
    page = tmp_path / "gespeichert.html"
    head = '<link rel="canonical" href="https://example.org/forum?a=1&amp;b=2">'
    rows = "".join(f"<li>{line[2:]}</li>" for line in PAGE.split("\n") if line.startswith("•"))
    page.write_text(
        f"<html><head>{head}</head><body><h1>Forum Beispiel 2031</h1><p>6. Juni 2031</p>"
        f"<h2>Programm</h2><ul>{rows}</ul></body></html>",
        "utf-8",
    )
    done = draft(page)
    assert done.returncode == 0, done.stderr
    assert "url: https://example.org/forum?a=1&b=2" in small.text("sources/example-forum.yaml")


def test_a_pdf_is_read_and_one_that_is_damaged_in_part_is_said(draft, tmp_path):
    page = tmp_path / "programm.pdf"
    whole = damaged_pages.pdf(PAGE.replace("•", "-").split("\n"))
    page.write_bytes(whole)
    done = draft(page, "--format", "json")
    assert "Dr. Eva Muster" in done.stdout or "Eva Muster" in done.stdout
    assert "not quite right" not in done.stderr
    page.write_bytes(whole.replace(b"startxref\n", b"startxref\n9"))
    done = draft(page, "--format", "json")
    assert done.returncode == 0
    assert "not quite right as a PDF; text may be missing" in done.stderr


def test_a_break_becomes_no_record_and_is_named(draft, tmp_path):
    page = tmp_path / "tag.txt"
    page.write_text(
        "Forum 2031\n6. Juni 2031\n10:00 Uhr Auftakt | Eva Muster, X GmbH\n11:00 Uhr Kaffeepause\n",
        "utf-8",
    )
    done = draft(page, "--format", "yaml")
    assert "Kaffeepause" not in done.stdout
    assert "No record (breaks):\n      4  Kaffeepause" in done.stderr


# What is no page.

REFUSED = {
    "a.txt": (b"x" * 21_000_000, "larger than 20 MB"),
    "lines.txt": (b"10:00 Uhr A | Eva Muster, B\n" * 6_000, "longer than any programme page"),
    "blank.txt": (b"Forum\n" + b"\n" * 1_000_000, "longer than any programme page"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 50, "is no text file"),
    "nothing.txt": (b"\0" * 1_000_000, "is no text file"),
    "empty.html": (b"", "no text in"),
    "deep.html": (b"<html><body>" + b"<div>x" * 100_000, "nested too deeply"),
    "wide.html": (
        b"<html><body><p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">x",
        "no readable HTML",
    ),
    "page.html": (b"%PDF-1.4\nrubbish", "cannot be read as PDF"),
    "text.pdf": (PAGE.encode(), "cannot be read as PDF"),
    "office.pdf.txt": (b"PK\x03\x04rubbish", "is an office document"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_programme_page_is_refused_at_once(draft, tmp_path, name):
    content, words = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    done = draft(path, timeout=30)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr


def test_what_is_no_file_is_refused_and_not_waited_for(draft, tmp_path):
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        done = draft(path, timeout=30)
        assert done.returncode == 2
        assert "is no file" in done.stderr
    assert draft(tmp_path / "missing.txt").returncode == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(draft, page):
    page.chmod(stat.S_IWUSR)
    assert "cannot be opened" in draft(page).stderr


def test_a_password_is_named(tmp_path):
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("geheim", algorithm="RC4-128")
    path = tmp_path / "a.pdf"
    writer.write(path)
    with pytest.raises(UsageError, match="protected by a password"):
        documents.read(path.read_bytes(), "a.pdf")


# Nothing vanishes.


def unread(lines):
    return [(one.line, one.text) for one in programme.read(lines).unread]


def test_lines_that_share_a_number_are_told_one_by_one():
    lines = documents.read(
        b"<h1>Forum</h1><p>10:00 Uhr Auftakt</p><p>Bitte anmelden.</p><p>11:00 Uhr Ende</p>",
        "a.html",
    )
    assert {line.number for line in lines} == {1}
    assert (1, "Bitte anmelden.") in unread(lines)


def test_a_caption_behind_an_item_and_a_line_behind_the_date_are_told():
    page = [
        "Forum 2031",
        "6. Juni 2031",
        "und noch etwas",
        "10:00 Uhr Auftakt | Eva Muster, X GmbH",
    ]
    page += ["Foto: Jan Muster", "11:00 Uhr Ende"]
    told = unread([Line(number, text) for number, text in enumerate(page, 1)])
    assert told == [(3, "und noch etwas"), (5, "Foto: Jan Muster")]


@pytest.mark.parametrize("mark", ["x", "ä", "[", ",", "- ", '"', " x", "1"])
def test_a_line_too_long_costs_no_time(mark):
    page = [Line(1, "Programm des Forums 2031"), Line(2, "6. Juni 2031" + mark * 140_000)]
    page += [Line(3, "Titel eins | Eva Muster, X GmbH"), Line(4, "Titel zwei | Jan Muster, Y AG")]
    started = time.process_time()
    read = programme.read(page)
    assert time.process_time() - started < 2
    assert len(read.items) == 2
    assert [one.line for one in read.unread if len(one.text) > documents.LONGEST] == [2]


def test_a_line_too_long_for_an_item_is_told():
    long = "11:00 Uhr " + "Eva Muster, " * 100_000
    page = [Line(1, "10:00 Uhr Auftakt"), Line(2, long), Line(3, "12:00 Uhr Ende")]
    (one,) = programme.read(page).unread
    assert (one.line, one.text, one.why.en) == (2, long, "too long for an item of a programme")


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b"<html><head><p>oben</p></head><body>B</body></html> unten", ["oben", "B", "unten"]),
        (b"<div>" * 300 + b"tief", ["tief"]),
        ("Größe ist ein Wort – ja".encode() + b"\xff", ["Größe ist ein Wort – ja\ufffd"]),
        ("Größe – ja, ein Wort".encode("utf-16-le"), ["Größe – ja, ein Wort"]),
        ("Größe – ja".encode("utf-32"), ["Größe – ja"]),
        ("Größe".encode("cp1252"), ["Größe"]),
    ],
)  # fmt: skip
def test_what_a_browser_or_an_editor_shows_is_read(raw, texts):
    name = "a.html" if raw.startswith(b"<") else "a.txt"
    assert [line.text for line in documents.read(raw, name)] == texts


@pytest.mark.parametrize("piece", ["a,", "A ", "(", "(:", "Dr. ", "12:00 ", "1) ", ":a", "12.12."])
def test_no_line_takes_long_to_read(piece):
    line = "11:00 Uhr " + piece * ((documents.LONGEST - 20) // len(piece))
    page = [Line(1, "10:00 Uhr Auftakt"), Line(2, line), Line(3, line), Line(4, "12:00 Uhr Ende")]
    started = time.process_time()
    assert programme.read(page).items
    assert time.process_time() - started < 2


def test_a_page_without_a_programme_is_told_and_nothing_is_written(small, itas, tmp_path):
    page = tmp_path / "team.txt"
    page.write_text("Unser Team\nEva Muster\nGeschäftsführerin\n", "utf-8")
    done = itas("--root", small.root, "draft", page, "--lang", "de")
    assert done.returncode == 1
    assert "kein Programm" in done.stderr
    assert "3  Geschäftsführerin" in done.stderr
    assert not small.path("sources/team.yaml").exists()


@pytest.mark.parametrize(
    "text", ["2)", "n)", "Vortrag von Eva Muster, , X", "Input von Eva Muster, ,"]
)
def test_marks_with_nothing_behind_them_break_nothing(text):
    page = [
        Line(1, "10:00 Uhr Auftakt | Eva Muster, X GmbH"),
        Line(2, text),
        Line(3, "11:00 Uhr Ende | Jan Muster, Y AG"),
    ]
    read = programme.read(page)
    assert {1, 3} <= {number for item in read.items for number in item.lines}
    assert 2 in {number for item in read.items for number in item.lines} | {
        one.line for one in read.unread
    }
