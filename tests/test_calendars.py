"""Events as iCalendar, out and in."""

import datetime
from pathlib import Path

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itas_graph import calendars, cli

ID = "https://w3id.org/itas-graph/id/event/"
SOURCE = ("--source", "kalender", "--title", "Kalender", "--url", "https://example.org/k",
          "--source-kind", "event-page")  # fmt: skip
HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Muster//DE\r\n"


@pytest.fixture
def here(small, capfd):
    """Run a command on the small workspace, in this process: code, answer, errors."""

    def run(*arguments, lang="en"):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small.root), *map(str, arguments), "--lang", lang])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code or 0, out, err

    return run


def events(path):
    calendar = icalendar.Calendar.from_ical(Path(path).read_bytes())
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def calendar(*components):
    body = "".join(f"BEGIN:VEVENT\r\n{text}\r\nEND:VEVENT\r\n" for text in components)
    return (HEAD + body + "END:VCALENDAR\r\n").encode()


def test_whole_days_end_on_the_day_after(tmp_path, here):
    target = tmp_path / "a.ics"
    assert here("export", "ics", "-o", target)[0] == 0
    event = events(target)[ID + "tagung-2024"]
    assert str(event["SUMMARY"]) == "Tagung 2024"
    assert event["DTSTART"].dt == datetime.date(2024, 6, 6)
    assert event["DTEND"].dt == datetime.date(2024, 6, 8)
    assert str(event["LOCATION"]) == "Halle Eins"
    assert str(event["URL"]) == "https://example.org/tagung"
    assert str(event["STATUS"]) == "CONFIRMED"
    # The time stamp is the day for which the data hold: there is no clock.
    assert event["DTSTAMP"].dt.date() == datetime.date(2025, 1, 1)


def test_a_start_makes_it_an_hour_of_the_region(tmp_path, small, here):
    small.edit("sources/tagung-2024.yaml", "    end_date: 2024-06-07",
               "    start: 14:00\n    end: 16:30")  # fmt: skip
    target = tmp_path / "a.ics"
    here("export", "ics", "-o", target)
    event = events(target)[ID + "tagung-2024"]
    assert event["DTSTART"].to_ical() == b"20240606T140000"
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert event["DTSTART"].dt.utcoffset() == datetime.timedelta(hours=2)
    assert event["DTEND"].to_ical() == b"20240606T163000"
    assert b"BEGIN:VTIMEZONE" in target.read_bytes()


def test_an_event_without_a_day_is_left_out_and_named(tmp_path, small, here):
    small.edit("sources/tagung-2024.yaml", "date: 2024-06-06", "date: 2024-06")
    small.edit("sources/tagung-2024.yaml", "    end_date: 2024-06-07\n", "")
    target = tmp_path / "a.ics"
    code, _, err = here("export", "ics", "-o", target)
    assert code == 0
    assert "Has no day, so it is not in the calendar: Tagung 2024 (2024-06)" in err
    assert events(target) == {}


def test_equal_records_give_equal_bytes(tmp_path, here):
    for name in ("one.ics", "two.ics"):
        here("export", "ics", "-o", tmp_path / name)
    assert (tmp_path / "one.ics").read_bytes() == (tmp_path / "two.ics").read_bytes()


def test_a_calendar_becomes_a_draft(tmp_path, small, here):
    path = tmp_path / "a.ics"
    path.write_bytes(calendar(
        "UID:1@example.org\r\nSUMMARY:Mustertagung\r\nDTSTART:20270312T130000Z\r\n"
        "DTEND:20270312T150000Z\r\nLOCATION:Halle Zwei\\, Musterstadt\r\n"
        "URL:https://www.example.org/\r\nATTENDEE:mailto:eva@example.org\r\n"
        "DESCRIPTION:Wir freuen uns.",
        "UID:2@example.org\r\nSUMMARY:Messe\r\nDTSTART;VALUE=DATE:20270601\r\n"
        "DTEND;VALUE=DATE:20270603",
    ))  # fmt: skip
    code, out, _ = here("import", path, *SOURCE)
    assert code == 0, out
    text = small.text("sources/kalender.yaml")
    assert (
        "  - id: mustertagung\n    name: Mustertagung\n    date: 2027-03-12\n    start: 14:00\n"
        "    end: 16:00\n    place_as_written: Halle Zwei, Musterstadt\n    status: draft\n"
        "    homepage: https://www.example.org/\n"
    ) in text
    assert "    date: 2027-06-01\n    end_date: 2027-06-02\n" in text
    # No mail addresses and no prose: it is said that they were left.
    assert "eva@example.org" not in text
    assert "Not taken over from the calendar: ATTENDEE, DESCRIPTION" in out
    assert small.check().errors == 0


def test_what_is_no_event_is_named(tmp_path, here):
    path = tmp_path / "a.ics"
    task = calendar("UID:1\r\nSUMMARY:Aufgabe").replace(b"VEVENT", b"VTODO")
    path.write_bytes(task)
    assert "Not taken over from the calendar: VTODO" in here("import", path, *SOURCE)[1]


def test_our_own_calendar_names_known_events(tmp_path, small, here):
    path = tmp_path / "a.ics"
    here("export", "ics", "-o", path)
    assert here("import", path, *SOURCE)[0] == 0
    text = small.text("sources/kalender.yaml")
    assert "  - id: tagung-2024\n    date: 2024-06-06\n    end_date: 2024-06-07\n" in text
    assert small.check().errors == 0


@pytest.mark.parametrize(
    ("component", "problem"),
    [
        ("SUMMARY:X\r\nDTSTART:20270312T130000\r\nRRULE:FREQ=WEEKLY", "The event recurs"),
        ("SUMMARY:X\r\nDTSTART:20270312T130000\r\nSTATUS:CANCELLED", "The event is cancelled."),
        ("DTSTART:20270312T130000", "Name and slug are missing."),
        ("SUMMARY:X\r\nDTSTART:20279999T130000", "The event cannot be read"),
        ("SUMMARY:X\r\nDTSTART:20270312T130000\r\nDTEND:morgen", "The event cannot be read"),
    ],
)
def test_events_that_are_no_record_are_refused(tmp_path, small, here, component, problem):
    path = tmp_path / "a.ics"
    path.write_bytes(calendar("UID:1\r\n" + component))
    code, out, _ = here("import", path, *SOURCE)
    assert code == 1
    assert problem in out
    assert "1 refused." in out
    assert not small.path("sources/kalender.yaml").exists()


@pytest.mark.parametrize(
    "content", [b"", b"Name,Art\n", b"\xff\xfe\0", HEAD.encode(), calendar("SUMMARY:X")[:-25]]
)
def test_what_is_no_calendar_is_refused(tmp_path, here, content):
    path = tmp_path / "a.ics"
    path.write_bytes(content)
    code, _, err = here("import", path, *SOURCE, lang="de")
    assert code == 1
    assert "ist kein lesbarer Kalender" in err


DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2060, 12, 31))
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"]), min_size=1
).map(lambda text: " ".join(text.split()))


@settings(max_examples=150, deadline=None)
@given(
    name=NAMES.filter(bool),
    day=DAYS,
    length=st.integers(0, 5),
    clock=st.none() | st.tuples(st.integers(0, 22), st.integers(0, 59)),
)
def test_days_and_hours_come_back(tmp_path_factory, name, day, length, clock):
    last = day + datetime.timedelta(days=length)
    event = {"uid": ID + "muster", "name": name, "date": day.isoformat()}
    if length:
        event["end_date"] = last.isoformat()
    if clock:
        event |= {
            "start": f"{clock[0]:02}:{clock[1]:02}",
            "end": f"{clock[0] + 1:02}:{clock[1]:02}",
        }
    data, notes = calendars.text([event], "2025", "Muster")
    assert notes == []
    path = tmp_path_factory.mktemp("ics") / "a.ics"
    path.write_bytes(data)
    header, row = calendars.read(path).rows
    found = {key: text for key, text in zip(header.cells, row.cells, strict=True) if text}
    assert found.pop("status") == "draft"
    assert found.pop("id") == "muster"
    assert found.pop("name").replace("\\|", "|") == name
    assert found == {key: text for key, text in event.items() if key not in ("uid", "name")}
