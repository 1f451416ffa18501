"""Damaged record files: no crash, and each line is in a record or in a finding."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from benchmarks import damaged
from itas_graph import documents, programme, records, sheet_rows

FILES = 300


def test_damaged_record_files_are_read_or_named_and_break_nothing():
    ends = Counter()
    for number, name, outcome in damaged.run("records", range(FILES)):
        assert not outcome.crash, f"{number} ({name}): {outcome.crash}"
        assert outcome.losses == [], f"{number} ({name})"
        ends[outcome.end] += 1
        ends["formatted"] += outcome.formatted
    # The damage is neither so slight nor so great that nothing is tried.
    assert all(ends[one] > FILES // 20 for one in ("read", "objected", "refused", "formatted"))


def test_damaged_tables_and_calendars_lose_no_row():
    ends = Counter()
    for number, name, outcome in damaged.run("tables", range(140)):
        assert not outcome.crash, f"{number} ({name}): {outcome.crash}"
        assert outcome.losses == [], f"{number} ({name})"
        ends[outcome.end] += 1
    assert all(ends[one] > 3 for one in ("read", "objected", "refused"))


def test_a_row_that_vanishes_is_found_out(monkeypatch):
    whole = sheet_rows.entries
    monkeypatch.setattr(sheet_rows, "entries", lambda mapped: list(whole(mapped))[1:])
    assert any(outcome.losses for _, _, outcome in damaged.run("tables", range(30)))


def test_the_same_number_is_the_same_damage():
    samples = damaged.record_files()
    assert len(samples) >= 60
    assert damaged.damaged(7, samples) == damaged.damaged(7, samples)
    assert damaged.damaged(7, samples) != damaged.damaged(21, samples)


def without_last_value(made):
    for record in [made] if isinstance(made, records.Record) else made or ():
        if record.fields:
            record.fields.popitem()
    return made


@pytest.mark.parametrize("reader", ["read_yaml", "read_csv"])
def test_a_reader_that_loses_values_is_found_out(monkeypatch, reader):
    whole = getattr(records, reader)
    monkeypatch.setattr(records, reader, lambda *given: without_last_value(whole(*given)))
    assert any(outcome.losses for _, _, outcome in damaged.run("records", range(60)))


@pytest.mark.parametrize(
    ("kind", "count"),
    [("page.txt", 84), ("page.html", 84), ("page.pdf", 42), ("exports", 56), ("workbooks", 28)],
)
def test_damaged_pages_and_exports_lose_nothing(kind, count):
    ends = Counter()
    for number, name, outcome in damaged.run(kind, range(count)):
        assert not outcome.crash, f"{number} ({name}): {outcome.crash}"
        assert outcome.losses == [], f"{number} ({name})"
        ends[outcome.end] += 1
    assert ends["read"] > count // 10


@pytest.mark.parametrize("number", range(0, 35, 5))
def test_a_damaged_page_ends_in_an_answer_or_an_objection(number, small, itas, tmp_path):
    kind = ("page.txt", "page.html", "page.pdf")[number % 3]
    _, sample = damaged.damaged(number, damaged.INPUTS[kind].samples())
    page = tmp_path / sample.name
    page.write_bytes(sample.raw)
    done = itas("--root", small.root, "draft", page, "--format", "json", "--lang", "en")
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode == 0:
        assert set(json.loads(done.stdout)) == {"event", "sessions", "contributions", "unread"}
    else:
        assert done.stderr.startswith("Error: ")


def without_last(whole):
    return lambda *given: whole(*given)[:-2]


@pytest.mark.parametrize("kind", ["page.txt", "page.html"])
def test_a_line_that_a_document_loses_is_found_out(monkeypatch, kind):
    monkeypatch.setattr(documents, "read", without_last(documents.read))
    assert any(outcome.losses for _, _, outcome in damaged.run(kind, range(8)))


def test_a_line_that_no_report_names_is_found_out(monkeypatch):
    whole = programme.read
    monkeypatch.setattr(programme, "read", lambda *given: replace(whole(*given), unread=()))
    assert any(outcome.losses for _, _, outcome in damaged.run("page.html", range(8)))
