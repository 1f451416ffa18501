"""Damaged record files: no crash, and each line is in a record or in a finding."""

from collections import Counter

import pytest

from benchmarks import damaged
from itas_graph import intake, records

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
    whole = intake.entries
    monkeypatch.setattr(intake, "entries", lambda mapped: list(whole(mapped))[1:])
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
