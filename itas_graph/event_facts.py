"""The head of a page -> what event it is about: name, dates, place, attendance."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from itas_graph import lexicon
from itas_graph.context import MONTHS
from itas_graph.documents import Line

WEEKDAYS = lexicon.any_of("weekdays")
_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_NUMERIC = re.compile(
    r"(?<![\d.])(?:(?P<d0>\d{1,2})\.(?:(?P<m0>\d{1,2})\.)?\s*(?:[-–/+&]|bis|und)\s*)?(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>20\d\d|\d\d)(?!\d)"
)
_ISO = re.compile(r"(?<!\d)(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)")
_WORDS = re.compile(
    rf"(?<!\d)(?:(?P<d0>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:(?P<m0>{_NAMES})\.?\s*)?(?:[-–/+&]|bis(?:\s+zum)?|und|and|to)\s*(?:{WEEKDAYS},?\s*(?:den\s*)?)?)?"
    rf"(?P<d>\d{{1,2}})(?:\.|st|nd|rd|th)?\s*(?:of\s+)?(?P<m>{_NAMES})\.?(?:,?\s+(?P<y>20\d\d))?(?!\w)",
    re.I,
)
_AMERICAN = re.compile(
    rf"(?<!\w)(?P<m>{_NAMES})\.?\s+(?P<d0>\d{{1,2}})?(?:\s*[-–]\s*)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>20\d\d)",
    re.I,
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_ATTENDANCE = re.compile(
    rf"(?P<words>(?:{lexicon.any_of('estimates')}\s+)?(?:\d{{1,3}}(?:[.\s]\d{{3}})+|\d{{2,6}})\s+"
    rf"(?:[a-zäöüß]+\s+)?{lexicon.any_of('attendants')})"
)
_PLACE = re.compile(
    r"^(?:Veranstaltungsort|Tagungsort|Ort|Wo|Location|Venue|Where|Treffpunkt|Place)\s*[:|]\s*(?P<place>\S.+)$",
    re.I,
)
_BUILDING = rf"\w*{lexicon.any_of('buildings')}"
_PROPER = r"[A-ZÄÖÜ„][\w“&.-]*"
_VENUE = re.compile(
    r"\b(?:[Ii](?:m|n der|n den|n)|[Aa](?:uf dem|uf der|m|n der|t))\s+(?:the\s+)?"
    rf"(?P<place>(?:{_PROPER}\s+){{0,4}}?(?:[A-ZÄÖÜ]\w*)?(?i:{_BUILDING})\b"
    rf"(?:\s+(?:(?:der|des|am|an der|im|of|in)\s+)?{_PROPER}){{0,4}})"
)
_ADDED = re.compile(
    r"\s*(?:[/–—|:(-]|\s)\s*(?:Rückblick|Nachbericht|Programm(?:übersicht)?|Agenda|Ablauf|Bericht|"
    r"Review|(?:Conference )?Programme?)\s*\)?(?=$|\s*\()"
)
_EVENT_WORD = re.compile(rf"{lexicon.any_of('events')}(?:s|es|e|en)?\b", re.I)


#: A line of more words says more than when and where.
_SHORT = 16


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the page says of its event, as far as it says so plainly.

    Dates are YYYY-MM-DD; `used` are the numbers of the lines that say nothing else.
    """

    name: str = ""
    date: str = ""
    end_date: str = ""
    place: str = ""
    attendance: str = ""
    used: tuple[int, ...] = ()


def dates(text: str, year: str = "") -> list[tuple[str, str, int, int]]:
    """Return the dates in a text: first day, last day (or the same), where it ends and begins.

    Args:
        text: Any text.
        year: The year to take where a day and a month stand alone.

    >>> dates("am 6. und 7. Juni 2024")
    [('2024-06-06', '2024-06-07', 22, 3)]
    >>> dates("am 31. Februar 2024")
    []
    """
    found: dict[int, tuple[str, str, int, int]] = {}
    taken: set[int] = set()
    for pattern in (_ISO, _NUMERIC, _WORDS, _AMERICAN):
        for match in pattern.finditer(text):
            if match.start() in taken:
                continue
            if read := _dates(match, year):
                found[match.start()] = (*read, match.end(), match.start())
                taken.update(range(*match.span()))
    return [found[start] for start in sorted(found)]


def _dates(match: re.Match[str], year: str) -> tuple[str, str] | None:
    parts = match.groupdict()
    stated = parts.get("y") or year
    if not stated:
        return None
    full = stated if len(stated) == 4 else f"20{stated}"
    month = _month(parts["m"])
    last = _iso(full, month, parts["d"])
    first = last
    if parts.get("d0"):
        first = _iso(full, _month(parts["m0"]) if parts.get("m0") else month, parts["d0"])
    return (first, last) if first and last and first <= last else None


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS[text.lower().rstrip(".")]


def _iso(year: str, month: int, day: str) -> str:
    if not 1 <= month <= 12 or not 1 <= int(day) <= calendar.monthrange(int(year), month)[1]:
        return ""
    return f"{year}-{month:02}-{int(day):02}"


def read(lines: Sequence[Line], until: int) -> EventFacts:
    """Return the facts in the head of a page and, for the attendance, in all of it.

    Args:
        lines: The page.
        until: The number of the line where the programme begins.
    """
    shown = [line for line in lines if line.text and not line.aside and not line.caption]
    head = [line for line in shown if line.number < until] or shown[:8]
    head = head[-60:] if until < 10**9 else head[:60]
    name = _name(shown, head)
    year = next(iter(_YEAR.findall(name)), "") or next(iter(_years(head)), "")
    first, last, dated = _span(head, year)
    place = _place(head, dated)
    attendance = next(
        (found["words"] for line in shown if (found := _ATTENDANCE.search(line.text))), ""
    )
    used = [line.number for line in head if _is_told(line.text, name, place, dated == line.number)]
    return EventFacts(name, first, last if last != first else "", place, attendance, tuple(used))


def _is_told(text: str, name: str, place: str, dated: bool) -> bool:
    """Say whether a line holds the name, the place or the date of the event and little else."""
    plain = text.strip("• |")
    if len(plain.split()) > _SHORT:
        return False
    named = bool(name) and plain.startswith(name)
    return named or dated or bool(place and plain.removeprefix("Ort: ").startswith(place))


def _years(lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        yield from _YEAR.findall(line.text)


def _name(shown: Sequence[Line], head: Sequence[Line]) -> str:
    headings = [line for line in shown if line.level == 1] or [
        line for line in head if line.level == 2
    ]
    candidates = [*headings, *head[:6]]
    for line in candidates:
        text = line.text.split(" | ")[0].split(" · ")[0].strip("• ")
        if _may_name(text) and _EVENT_WORD.search(text):
            return _bare_name(text)
    first = candidates[0].text if candidates else ""
    return _bare_name(first) if _may_name(first) else ""


def _may_name(text: str) -> bool:
    """Say whether a line can be the name of an event: short, no sentence, no date or time first."""
    if not 3 < len(text) < 160:
        return False
    begins = re.match(
        rf"(?:{WEEKDAYS}\b|\d{{1,2}}[.:]\s?\d|\d{{1,2}}\.\s*(?:{_NAMES})\b|\d\d?\s?Uhr|[+(•-])",
        text,
    )
    ends = text[-1] in ":," or (text[-1] == "." and len(text.split()) > 7)
    return len(text.split()) < 18 and not begins and not ends


def _bare_name(text: str) -> str:
    """Return the name without what a page adds to it: „/ Rückblick“, „– Programm“, the date."""
    text = _ADDED.sub("", text)
    if (found := dates(text)) and found[0][3] > 12:
        text = re.sub(r"[\s,|–-]*(?:am|vom|on)?\s*$", "", text[: found[0][3]])
    text = re.sub(r"\s*\((?=[^)]*20\d\d)[^)]*\)\s*$", "", text)
    return text.strip(" -–|:").strip()


#: Dates beside these words are not those of the event.
_OTHER_DATE = re.compile(
    r"\b(?:Stand|Meldung|[Vv]eröffentlicht|[Ee]rstellt|bis zum|Anmeldeschluss|Anmeldung bis)\b"
)


def _span(head: Sequence[Line], year: str) -> tuple[str, str, int]:
    for line in head:
        if _OTHER_DATE.search(line.text):
            continue
        for first, last, *_ in dates(line.text, year):
            return first, last, line.number
    return "", "", 0


def _place(head: Sequence[Line], dated: int) -> str:
    for line in head:
        if found := _PLACE.match(line.text):
            return found["place"].strip(" .|")
    for line in head:
        if line.number == dated and (found := _VENUE.search(line.text)):
            return found["place"].strip(" .,„")
    for line in head:
        if line.number == dated:
            last = dates(line.text, "2000")
            rest = (
                re.split(r"\s*[|·]\s*|,\s+", line.text[last[-1][2] :], maxsplit=1) if last else []
            )
            said = rest[1] if len(rest) > 1 and not rest[0].strip(" ,") else ""
            said = said.split(" | ")[0].split(" · ")[0].strip(" .|")
            if (
                said
                and not re.search(r"\d{1,2}(?:[:.]\d\d)?\s*(?:Uhr|bis)|\d:\d", said)
                and len(said) < 80
            ):
                return said
    following = [line for line in head if line.number > dated][:2]
    for line in following:
        if (
            dated
            and re.search(rf"\b\w*{_BUILDING}\b", line.text, re.I)
            and len(line.text) < 90
            and not line.text.endswith((".", ":"))
        ):
            return line.text.strip(" .|")
    return ""
