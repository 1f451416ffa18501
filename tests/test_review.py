"""Drafts are reviewed in a terminal: what is decided is written, and nothing else changes."""

import os
import pty
import select
import sys
import time

import pytest

from itas_graph import documents, records, review

PAGE = """\
Forum Beispiel 2025
12. Mai 2025, Halle Eins

10:00 Uhr | Auftakt zum Holz | Rosa Beispiel, Leiterin Ahorn GmbH
10:30 Uhr | Wer zahlt den Umbau? | Dr. Jan Probe, Referent Eiche AG
11:00 Uhr | Ende
"""
ADDRESS = "https://example.org/forum"


@pytest.fixture
def drafted(small, itas, tmp_path):
    """A page, and the file of drafts made of it."""
    page = tmp_path / "forum.txt"
    page.write_text(PAGE, "utf-8")
    done = itas("--root", small.root, "draft", page, "--url", ADDRESS, "--lang", "en")
    assert done.returncode == 0, done.stderr
    return page, small.path("sources/example-forum.yaml")


@pytest.fixture
def terminal(small):
    """Run draft --review in a terminal of its own, answering each prompt with the next key."""

    def run(file, keys, lang="en", editor="true"):
        process, screen = pty.fork()
        if process == 0:
            os.environ.update(EDITOR=editor, VISUAL=editor, COLUMNS="110", TERM="dumb")
            arguments = ["--root", str(small.root), "draft", str(file), "--review"]
            arguments += ["--url", ADDRESS, "--lang", lang]
            command = [sys.executable, "-m", "itas_graph", *arguments]
            os.execv(sys.executable, command)  # noqa: S606  # no shell is wanted
        shown, waiting = b"", list(keys)
        end = time.monotonic() + 90
        while time.monotonic() < end and select.select([screen], [], [], 60)[0]:
            try:
                piece = os.read(screen, 65536)
            except OSError:  # Linux says so when the other side has ended
                break
            shown += piece
            if shown.endswith(b" > "):
                if not waiting:
                    break
                shown += b"\n"
                os.write(screen, waiting.pop(0).encode() + b"\n")
        os.close(screen)
        _, status = os.waitpid(process, 0)
        text = shown.decode().replace("\r\n", "\n")
        assert "Traceback" not in text
        assert waiting == [], text
        assert os.waitstatus_to_exitcode(status) == 0, text
        return text

    return run


def test_one_key_accepts_all_and_the_page_shows_it(drafted, terminal, small, itas):
    page, file = drafted
    before = file.read_text("utf-8")
    shown = terminal(page, ["w"])
    assert "0 still drafts" in shown
    assert "[w]hole (" in shown
    after = file.read_text("utf-8")
    kept = [line for line in before.split("\n") if line.strip() != "status: draft"]
    assert after.split("\n") == kept
    checked = itas("--root", small.root, "check", "--lang", "en")
    assert checked.returncode == 0, checked.stdout
    assert "draft" not in checked.stdout
    built = itas("--root", small.root, "build", "--without-sparql")
    assert built.returncode == 0, built.stderr
    public = "".join(path.read_text("utf-8") for path in (small.root / "build").glob("*.nq"))
    assert "Wer zahlt den Umbau?" in public
    assert "Jan Probe" in public


@pytest.mark.parametrize(
    ("lang", "keys", "words"),
    [
        ("en", "aasrq", ("[a]ccept", "[e]dit, [s]kip, [r]emove, [q]uit", "still drafts")),
        ("de", "üüsle", ("[ü]bernehmen", "über[s]pringen, [l]öschen, [e]nde", "noch Entwurf")),
    ],
)
def test_each_decision_changes_its_own_lines_alone(drafted, terminal, lang, keys, words):
    _, file = drafted
    text = file.read_text("utf-8").replace("id: example-forum", "id: example-forum # von mir", 1)
    text = text.replace("    talks:", "    # Reihenfolge wie im Heft\n    talks:", 1)
    file.write_text(text, "utf-8")
    shown = terminal(file, keys, lang)
    assert all(word in shown for word in words), shown
    after = file.read_text("utf-8")
    assert "id: example-forum # von mir" in after
    assert "# Reihenfolge wie im Heft" in after
    # Source and event are accepted, the first talk is passed over, its contribution removed.
    findings = []
    record = records.read_yaml(after, "source", "a.yaml", findings)
    assert findings == []
    (event,) = record.children["events"]
    talk = event.children["talks"][0]
    assert not review.is_draft(record)
    assert not review.is_draft(event)
    assert review.is_draft(talk)
    assert "contributions" not in talk.children
    gone = set(text.split("\n")) - set(after.split("\n"))
    assert all("Rosa" in line or "rosa" in line or ":" in line for line in gone)
    assert after.count("\n") < text.count("\n")


def test_a_record_is_edited_in_the_editor_of_the_user(drafted, terminal, tmp_path):
    _, file = drafted
    editor = tmp_path / "editor"
    editor.write_text(
        '#!/bin/sh\nsed -i "s/name: Forum Beispiel 2025/name: Holzforum 2025/" "$1"\n'
    )
    editor.chmod(0o755)
    before = file.read_text("utf-8")
    terminal(file, ["a", "e", "q"], editor=str(editor))
    after = file.read_text("utf-8")
    assert "    name: Holzforum 2025\n" in after
    # The source is accepted, one line of the event is another; all else is as it was.
    assert len(before.split("\n")) == len(after.split("\n")) + 1
    assert len(set(after.split("\n")) - set(before.split("\n"))) == 1


def test_an_edit_that_cannot_be_read_is_not_taken(drafted, terminal, tmp_path):
    _, file = drafted
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "  : [ broken" >> "$1"\n')
    editor.chmod(0o755)
    before = file.read_text("utf-8")
    assert "Not taken" in terminal(file, ["e", "q"], editor=str(editor))
    assert file.read_text("utf-8") == before


def test_the_passage_of_the_page_stands_on_the_left(drafted, terminal):
    page, _ = drafted
    shown = terminal(page, ["s", "s", "s", "q"])
    left = [line.split("│")[0] for line in shown.split("\n") if "│" in line]
    assert any("4: 10:00 Uhr | Auftakt zum Holz" in line for line in left), shown
    assert "On the left stands what the page says" in shown


def test_without_a_terminal_it_says_so(drafted, small, itas):
    done = itas("--root", small.root, "draft", drafted[1], "--review", "--lang", "en")
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_what_stands_beneath_is_accepted_and_nothing_beside_it(drafted):
    _, file = drafted
    text = file.read_text("utf-8")
    steps = review.steps(records.read_yaml(text, "source", "a.yaml", []), documents.read(b"x", "a"))
    talk = next(one for one in steps if one.record.kind == "talks")
    after = review.accepted_with_all(text, talk)
    assert text.count("status: draft") - after.count("status: draft") == 2
    assert review.beneath(talk) == 1
