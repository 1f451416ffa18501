"""Events -> iCalendar (RFC 5545), and an iCalendar file -> a sheet of events, like any table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from itas_graph.errors import DataError, Message, UsageError
from itas_graph.tables import Row, Sheet

ZONE = "Europe/Berlin"
COLUMNS = (
    "name",
    "date",
    "end_date",
    "start",
    "end",
    "place_as_written",
    "homepage",
    "status",
    "id",
)
_MAX_FILE = 50_000_000
_FOLDER = "/id/event/"
#: What of an event is taken over; the rest is named as unread.
_READ = {
    *("SUMMARY", "DTSTART", "DTEND", "DURATION", "LOCATION", "URL", "STATUS", "UID"),
    *("DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "TRANSP", "CLASS", "PRIORITY"),
}
#: Parts of a calendar that hold no event of their own.
_PARTS = {"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM"}
_TENTATIVE = ("requested", "planned", "draft")
# Written out, so that the file does not depend on the time zone data of a machine.
_TIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""


def text(
    events: Sequence[Mapping[str, str]], as_of: str, title: str
) -> tuple[bytes, list[Message]]:
    """Return events as an iCalendar, and a note for each that has no day.

    An event has `uid`, `name` and `date`, and may have `end_date`, `start`, `end`, `location`,
    `url` and `status`. Its time stamp is the day for which the data hold.
    """
    from icalendar import Calendar, Timezone

    calendar = Calendar()
    calendar.add("prodid", "-//itas-graph//itas-graph//DE")
    calendar.add("version", "2.0")
    if title:
        calendar.add("x-wr-calname", title)
    if any(event.get("start") for event in events):
        calendar.add_component(Timezone.from_ical(_TIMEZONE))
    notes = []
    for event in sorted(events, key=lambda one: (one.get("date", ""), one["uid"])):
        if len(event.get("date", "")) == 10:
            calendar.add_component(_component(event, as_of))
        else:
            given = event.get("date") or "–"
            notes.append(
                Message(
                    f"Ohne Tag, daher nicht im Kalender: {event['name']} ({given})",
                    f"Has no day, so it is not in the calendar: {event['name']} ({given})",
                )
            )
    return bytes(calendar.to_ical()), notes


def _component(event: Mapping[str, str], as_of: str) -> Any:  # noqa: ANN401  # a component of icalendar
    from icalendar import Event, prop

    # Untyped in icalendar; its values are dates, so that no clock is needed here.
    moment: Any = prop.vDatetime.from_ical
    whole: Any = prop.vDate.from_ical
    day, last = event["date"], event.get("end_date") or event["date"]
    start, end = event.get("start", ""), event.get("end", "")
    component = Event()
    component.add("uid", event["uid"])
    stamp = (as_of + "-01-01"[len(as_of) - 4 :])[:10] if as_of else "1970-01-01"
    component.add("dtstamp", moment(stamp.replace("-", "") + "T000000Z"))
    component.add("summary", event["name"])
    if start:
        component.add("dtstart", moment(_compact(day, start), ZONE))
        if end and len(last) == 10:
            component.add("dtend", moment(_compact(last, end), ZONE))
    else:
        component.add("dtstart", whole(day.replace("-", "")))
        if len(last) == 10 and last > day:
            # The end of a whole day is the day after it.
            final = whole(last.replace("-", ""))
            component.add("dtend", type(final).fromordinal(final.toordinal() + 1))
    for name in ("location", "url"):
        if event.get(name):
            component.add(name, event[name])
    tentative = event.get("status") in _TENTATIVE
    component.add("status", "TENTATIVE" if tentative else "CONFIRMED")
    return component


def _compact(day: str, time: str) -> str:
    return f"{day}T{time}00".replace("-", "").replace(":", "")


def read(path: Path) -> Sheet:
    """Read an iCalendar file as a sheet of draft events; times are those of Europe/Berlin.

    Raises:
        UsageError: there is no such file.
        DataError: it is no iCalendar.
    """
    from icalendar import Calendar

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            Message(
                f"{path} lässt sich nicht öffnen: {error.strerror}.",
                f"{path} cannot be opened: {error.strerror}.",
            )
        ) from error
    try:
        if len(raw) > _MAX_FILE:
            raise ValueError("> 50 MB")
        calendars = Calendar.from_ical(raw.decode("utf-8-sig"), multiple=True)
        events = [event for one in calendars for event in one.walk("VEVENT")]
        if not calendars or raw.upper().count(b"BEGIN:VEVENT") != len(events):
            raise ValueError("END:VCALENDAR?")
    except Exception as error:  # icalendar raises whatever a damaged file makes it stumble over
        raise DataError(
            Message(
                f"{path.name} ist kein lesbarer Kalender ({error}). Geben Sie ihn neu als .ics "
                "aus.",
                f"{path.name} is no readable calendar ({error}). Export it again as .ics.",
            )
        ) from error
    sheet = Sheet(path.name, "events", iter(()))
    others = {str(part.name) for one in calendars for part in one.walk()} - _PARTS
    sheet.rows = _rows(events, sheet, others)
    return sheet


def _rows(events: Sequence[Any], sheet: Sheet, others: set[str]) -> Iterator[Row]:
    unread = set(others)
    yield Row(0, COLUMNS)
    for number, event in enumerate(events, 1):
        unread |= {str(name) for name in event} - _READ
        cells, faults = _cells(event)
        yield Row(number, tuple(cells.get(name, "") for name in COLUMNS), faults)
    if unread:
        listing = ", ".join(sorted(unread))
        sheet.notes.append(
            Message(
                f"Aus dem Kalender nicht übernommen: {listing}",
                f"Not taken over from the calendar: {listing}",
            )
        )


def _cells(event: Any) -> tuple[dict[str, str], tuple[tuple[int, Message, Message], ...]]:  # noqa: ANN401  # see _component
    try:
        cells = _described(event)
    except Exception as error:  # noqa: BLE001  # icalendar parses values late and raises anything
        return {"name": str(event.get("SUMMARY", "?"))}, (
            (
                0,
                Message(
                    f"Der Termin ist nicht lesbar ({error}).",
                    f"The event cannot be read ({error}).",
                ),
                Message("Tragen Sie ihn von Hand ein.", "Enter it by hand."),
            ),
        )
    refused = None
    if "RRULE" in event or "RDATE" in event or "RECURRENCE-ID" in event:
        refused = Message(
            "Der Termin wiederholt sich; das kann ein Eintrag nicht.",
            "The event recurs, which a record cannot.",
        )
    elif str(event.get("STATUS", "")).upper() == "CANCELLED":
        refused = Message("Der Termin ist abgesagt.", "The event is cancelled.")
    remedy = Message(
        "Legen Sie einzelne Termine an oder lassen Sie ihn weg.",
        "Make single events of it, or leave it out.",
    )
    return cells, ((0, refused, remedy),) if refused else ()


def _described(event: Any) -> dict[str, str]:  # noqa: ANN401  # see _component
    if event.errors:
        raise ValueError(", ".join(f"{name}: {problem}" for name, problem in event.errors))
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    cells = {"name": " ".join(str(event.get("SUMMARY", "")).split()), "status": "draft"}
    cells["date"], cells["start"] = start
    if end[0]:
        cells["end_date"], cells["end"] = end if end[0] != start[0] else ("", end[1])
        if not end[1]:
            last = type(event["DTEND"].dt).fromordinal(event["DTEND"].dt.toordinal() - 1)
            cells["end_date"] = last.isoformat() if last.isoformat() > start[0] else ""
    elif "DURATION" in event and start[1]:
        until = _local(event["DTSTART"].dt + event["DURATION"].dt)
        cells["end_date"], cells["end"] = until if until[0] != start[0] else ("", until[1])
    cells["place_as_written"] = " ".join(str(event.get("LOCATION", "")).split())
    cells["homepage"] = str(event.get("URL", ""))
    uid = str(event.get("UID", ""))
    cells["id"] = uid.rpartition("/")[2] if _FOLDER in uid else ""
    return {name: cell.replace("|", "\\|") for name, cell in cells.items()}


def _moment(event: Any, name: str) -> tuple[str, str]:  # noqa: ANN401  # see _component
    """Return day and time of a property, the time empty for whole days."""
    return _local(event[name].dt) if name in event else ("", "")


def _local(moment: Any) -> tuple[str, str]:  # noqa: ANN401  # a date or a date with time
    if not hasattr(moment, "hour"):
        return moment.isoformat(), ""
    if moment.tzinfo is not None:
        from zoneinfo import ZoneInfo

        moment = moment.astimezone(ZoneInfo(ZONE))
    day, _, time = moment.isoformat("T", "minutes").partition("T")
    return day, time[:5]
