"""One line of a programme -> what stands in it: time, label, title, persons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from itas_graph import event_facts, functions, lexicon, personal_names
from itas_graph.documents import LONGEST, Line
from itas_graph.functions import Affiliation
from itas_graph.personal_names import PersonalName

_BULLET = re.compile(
    r"^(?:[•●▪■◦‣∙·*➢➤►▶→✓✔○◆\uf0b7\uf0a7\uf0d8]|[-–—»›](?=\s)|o(?=\s\s*[A-ZÄÖÜ„]))\s*"
)
_NUMBER = re.compile(
    r"^(?:[a-z]\)|\(?\d{1,2}[.)]\)?(?=\s)(?!\s*(?:Uhr|Bevollm|Vorsitz|Bürgerm|Beigeord|Stellv|\d))|[IVX]{1,4}\.(?=\s))\s*"
)
_CLOCK = (
    r"(?P<{0}h>[01]?\d|2[0-4])(?:\s?[:.]\s?(?P<{0}m>[0-5]\d)(?![\d.]*\.\d))?\s*"
    r"(?P<{0}u>Uhr|h\b|[ap]\.?\s?m\b\.?)?"
)
_TIME = re.compile(
    r"^(?:(?:Uhr)?zeit:\s*|time:\s*)?(?:ca\.\s*|ab\s+|um\s+|from\s+)?"
    + _CLOCK.format("a")
    + r"(?:\s*(?:[-–—‑]|bis|to|until)\s*(?:ca\.\s*)?"
    + _CLOCK.format("b")
    + r")?(?!\d|\.\d|\s*(?:%|€|Jahre\b|Euro))",
    re.I,
)
_AFTER_TIME = re.compile(r"^(?:\s*(?://|[|:,;·•➡➜►]|[-–—](?=\s)|I(?=\s)|l(?=\s)|/(?=\s)))+\s*")
_MODERATES = re.compile(
    r"^(?:(?:Gesamt|Tages|Ko-?|Co-?)?[Mm]oderation(?: de[rs] \w+)?|"
    r"Moderator(?:in|:in|\*in)?|Moderiert|Gesprächsleitung|"
    r"(?:Sitzungs|Sektions|Session|Panel)leitung|Vorsitz|(?:Session |Panel )chair|"
    r"Diskussionsleitung|Chair(?:ed|person|man|woman)?|Hosts?|Hosted|Moderated|Facilitat(?:ion|or|ed))$",
    re.I,
)
_PERSONS = lexicon.any_of("persons")
#: „Zahlen, Referentin: …“ vouches for what follows.
_CALLED = re.compile(rf"(?:^|[\s(,;–|-])(?:Moderation|{_PERSONS})\s*:\s*$", re.I)
_FORMAT = (
    rf"{lexicon.any_of('format-prefixes')}?-?{lexicon.any_of('formats')}"
    r"(?:\s+(?:[IVX]{1,4}|\d{1,2}|[A-H])\b)?"
)
_LABEL = re.compile(
    rf"^(?P<label>(?:Moderated|Moderiert|Hosted|Chaired|Facilitated|Moderation(?: de[rs] \w+)?|"
    rf"Moderator(?:in|:in|\*in)?|(?:Gesamt|Tages|Ko-?|Co-?)moderation|Gesprächsleitung|"
    rf"Diskussionsleitung|(?:Session |Panel )?Chair|Hosts?|Facilitators?|Vorsitz(?=:)|"
    rf"(?:Sitzungs|Sektions|Session|Panel)leitung|{_PERSONS}|{_FORMAT})"
    rf"(?:\s+und\s+(?:Moderation|Leitung|Einführung|Diskussion))?)"
    rf"\s*(?:\([^)]{{1,40}}\))?\s*(?::|\s[–|](?=\s))\s*",
    re.I,
)
_BY = re.compile(
    rf"(?:^|[\s(;,–|-])(?P<label>moderiert|moderated|Moderation|Moderator(?:in|:in)?|Chair|Host(?:ed)?|{_PERSONS}|{_FORMAT})"
    r"\s*(?::|\bdurch\b|\bvon\b|\bmit\b|\bby\b|\bwith\b|\s)\s*$",
    re.I,
)
_FORMAT_PHRASE = re.compile(rf"^(?:{_FORMAT}|{lexicon.any_of('occasions')})\b", re.I)
_START = (
    re.compile(r"[,;|:(/•·\t]\s*"),
    re.compile(r"\s[-–—]\s+"),
    re.compile(r"[“”\"»?!]\s+(?=[A-ZÄÖÜ])"),
    re.compile(r"\s(?:und|and|sowie|&|\+|vs\.|mit|with|by|von|durch|vom|im Gespräch mit)\s+"),
)
_TOGETHER = re.compile(r"\b(?:zusammen|gemeinsam|together) (?:mit|with)\s*$", re.I)
_JOINT = re.compile(
    r"(?:\s*(?:[,;|/•·–—-]|(?:\b(?:und|and|sowie|mit|vs\.?)|(?<=\s)[&+])(?=\s|$))\s*)+$"
)
_BREAK = re.compile(
    rf"^(?:(?:kurze|kleine|große|gemeinsame[rs]?|individuelle)\s+)?{lexicon.any_of('breaks')}\b",
    re.I,
)
_PLACEHOLDER = re.compile(
    r"^(?:N\.?\s?N\.?|tba|t\.b\.a\.|tbd|wird noch bekannt gegeben|to be announced)\b", re.I
)
#: A cell or a tail that only says that somebody is still to be named.
_PENDING = re.compile(r"\s*[|,–-]\s*(?:N\.?\s?N\.?|tba|tbd|t\.b\.a\.)(?:\s*[(|,].*)?\s*$", re.I)
_VERBS = re.compile(rf"\b{lexicon.any_of('verbs')}\b")
#: From so many words on, what follows a time may be prose.
_LONG_TITLE = 22
_ADDRESS = re.compile(
    r"\b(?:[Ww]ir|Sie|Ihnen|uns|[Uu]nsere[rnms]?|Ihre[rnms]?|[Ww]e|[Oo]ur|[Yy]ou|[Yy]our|sich)\b"
)
_SENTENCE = re.compile(r"[a-zäöüß\d)“\"»]{2,}[.!](?:\s+[A-ZÄÖÜ„\"»]|$)")
_ABBREVIATED = re.compile(rf"\b{lexicon.any_of('abbreviations')}\.")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody a programme names, as written, and the passage that does."""

    name: str
    honorific: str
    affiliation: Affiliation
    anchor: str
    said: str = ""
    office: str = ""

    @property
    def has_affiliation(self) -> bool:
        """Say whether function or organisation is known."""
        return bool(self.affiliation.function or self.affiliation.organisation)


@dataclass(slots=True)
class Row:
    """One line, taken apart.

    `number` counts from 1; `gap` says that a blank line stands before it; `start` and `end` are
    times as HH:MM, `day` the date they follow in the line; `label` is what stands before a colon
    („Moderation“, „Keynote“); `title` what is neither time nor label nor person, `person_first`
    says that it follows the person; `body` is all but time and bullet; `placeholder` says that
    somebody is still to be named.
    """

    number: int
    text: str
    gap: bool = False
    level: int = 0
    aside: bool = False
    bullet: bool = False
    numbered: bool = False
    day: str = ""
    start: str = ""
    end: str = ""
    label: str = ""
    title: str = ""
    speakers: list[Speaker] = field(default_factory=list)
    placeholder: bool = False
    prose: bool = False
    person_first: bool = False
    body: str = ""

    @property
    def only_people(self) -> bool:
        """Say whether the line, but for a label, holds persons and nothing else."""
        return bool(self.speakers) and not self.title

    @property
    def names_moderators(self) -> bool:
        """Say whether the label is that of moderators."""
        return bool(_MODERATES.match(self.label))

    @property
    def names_persons(self) -> bool:
        """Say whether the label announces persons („Referentin“, „Mit“) and no title."""
        return bool(re.fullmatch(_PERSONS, self.label, re.I))


def read(
    line: Line,
    known: Collection[str] = (),
    *,
    gap: bool = False,
    trusting: bool = False,
    year: str = "",
) -> Row:
    """Take one line apart.

    Args:
        line: The line.
        known: Full names of persons on record, folded.
        gap: Whether a blank line stands before it.
        trusting: Whether its place in the page vouches for names that only their shape shows.
        year: The year of the page, for days without one.

    >>> row = read(Line(1, "14.00 Uhr: Eröffnung, Minister Jan Muster"))
    >>> row.start, row.title, row.speakers[0].name, row.speakers[0].affiliation.function
    ('14:00', 'Eröffnung', 'Jan Muster', 'Minister')
    """
    row = Row(line.number, line.text, gap, line.level, line.aside)
    text = line.text.strip(" |")
    if len(text) > LONGEST:
        row.prose, row.body = True, text
        return row
    if bullet := _BULLET.match(text):
        row.bullet, text = True, text[bullet.end() :]
    text = _take_last_time(row, _take_time(row, _take_day(row, text, year)))
    text = _take_time_in_brackets(row, text)
    if row.start and (bullet := _BULLET.match(text)):
        text = text[bullet.end() :]
    if not row.start and (number := _NUMBER.match(text)):
        row.numbered, text = True, text[number.end() :]
    row.body = text = text.strip(" |")
    row.prose = is_prose(text)
    if row.prose and row.start and len(text.split()) < _LONG_TITLE:
        row.prose = False
    if row.prose and (row.bullet or row.start) and (head := _without_description(text)):
        row.prose, text = False, head
    if _PLACEHOLDER.match(text):
        row.placeholder = True
    elif not row.prose:
        _take_apart(row, text, known, trusting=trusting)
    return row


def is_break(title: str) -> bool:
    """Say whether an item is a break, an arrival or a farewell."""
    return bool(_BREAK.match(title))


def is_format(title: str) -> bool:
    """Say whether a title only names the format of an item: „Begrüßung“, “Panel discussion”."""
    return bool(re.fullmatch(rf"{_FORMAT}s?(?:\s+und\s+{_FORMAT})?", title.strip(" :"), re.I))


def is_prose(text: str) -> bool:
    """Say whether a line is a sentence that tells something and no entry of a programme.

    >>> is_prose("Im Anschluss diskutierten Vertreter der Partner über die Zukunft der Region.")
    True
    >>> is_prose("Wer zahlt den Umbau? | Dr. Eva Muster, Beispiel GmbH")
    False
    """
    words = text.split()
    plain = _ABBREVIATED.sub(lambda found: found[0].replace(".", ""), text)
    plain = re.sub(r"\)\.\s*$", ")", plain)  # the end of a list of persons
    sentences = len(_SENTENCE.findall(plain))
    verbs = len(_VERBS.findall(text))
    if sentences and plain.rstrip().endswith((".", "!")):
        verbs += len(_ADDRESS.findall(text))
    if len(words) > 60 and "|" not in text and text.count(";") < 3:
        return True
    if len(words) > 11 and sentences and plain.rstrip().endswith(".") and "|" not in text:
        return True
    if len(words) < 7:
        return bool(sentences and verbs and plain.rstrip().endswith((".", "!")))
    return bool((sentences and verbs) or sentences > 1 or (verbs > 1 and len(words) > 16))


def is_statement(text: str) -> bool:
    """Say whether what follows a name and a colon is what somebody said, and no title."""
    ends = len(text.split()) > 12 and text.rstrip('“”"«»').endswith(".")
    return bool(ends or _VERBS.search(text) or _ADDRESS.search(text))


def _without_description(text: str) -> str:
    """Return the title before the sentences that describe it, or an empty text."""
    sentences = re.split(r"(?<=[a-zäöüß\d“\"»?!][.?!])\s+(?=[A-ZÄÖÜ„\"])|(?<=[“\"»]\.)\s+", text)
    count = 0
    while count < len(sentences) - 1 and len(sentences[count].split()) <= 9:
        if is_prose(sentences[count]):
            break
        count += 1
    head = " ".join(sentences[:count])
    return head.rstrip(".") if count == 1 else head


def people(
    text: str, known: Collection[str] = (), *, trusting: bool = False, timed: bool = False
) -> list[tuple[PersonalName, str]]:
    """Return the persons in a line, each with what stands beside the name.

    Names in brackets, and those that a title only mentions („Das Erbe von Eva Muster“), are left
    out. With `trusting`, the place in the page vouches for names that only their shape shows; with
    `timed`, the line begins with a time.
    """
    found: list[PersonalName] = []
    whole, text = text, _before_title(text, known)
    for start in _starts(text):
        if found and start < found[-1].end:
            continue
        name = personal_names.match(text, start, known)
        if found and name and not name.sure and _has_place_first(name):
            # „…, Mainz Eva Muster“: the place belongs to what stands before
            name = personal_names.match(text, start + len(name.name.split()[0]) + 1, known)
        if name and found and _is_place_of_office(text, name, found[-1]):
            continue
        if name and _is_meant(text, name, found, trusting=trusting, timed=timed):
            found.append(name)
    # „Autonome Schiffe | Eva Muster, Hafen“: the words before the bar are the title.
    while (
        len(found) > 1 and not found[0].sure and found[1].sure and "|" in text[found[0].end :][:2]
    ):
        del found[0]
    found = sorted([*found, *_run_on(text, found, known)], key=lambda name: name.start)
    ends = [*(name.start for name in found[1:]), len(whole)]
    return [(name, whole[name.end : end]) for name, end in zip(found, ends, strict=False)]


def _before_title(text: str, known: Collection[str]) -> str:
    """Return „Eva Muster (Org)“ of „Eva Muster (Org): Titel“: the title names nobody else."""
    first = personal_names.match(text, 0, known)
    if not first or not first.sure or ";" in text:
        return text
    colon = re.match(r"(?:\s*\([^()]*\))?(?=:\s)", text[first.end :])
    return text[: first.end + colon.end()] if colon else text


#: „… Hannover Dr. Eva Muster, Beispiel GmbH“: a title begins another person.
_TITLED = re.compile(r"(?<=[\w).“”\"] )(?:Prof\.|Dr\.)")


def _run_on(text: str, found: list[PersonalName], known: Collection[str]) -> Iterator[PersonalName]:
    """Yield persons whom no mark parts from the one before: „…, Stadt X Eva Muster, Leiterin“."""
    taken = [range(name.start, name.end) for name in found]
    for title in _TITLED.finditer(text) if found else ():
        name = personal_names.match(text, title.start(), known)
        if not name or name.start < found[0].end or not re.match(r"\s*[,(]", text[name.end :]):
            continue
        lead = text[: name.start].split()[-1]
        if not any(name.start in one for one in taken) and (
            lead[:1].isupper() or lead[-1] in ").“"
        ):
            taken.append(range(name.start, name.end))
            yield name
    for word in re.finditer(
        r"(?<=[\w.] )[A-ZÄÖÜ][\w-]+(?= (?:[A-ZÄÖÜ]\. )?[A-ZÄÖÜ][\w-]+, )", text
    ):
        if not found or word.start() < found[0].end or any(word.start() in one for one in taken):
            continue
        name = personal_names.match(text, word.start(), known)
        if name and name.sure and personal_names.is_given(word[0]):
            said = text[name.end :].lstrip(", ").split(",")[0]
            if said and functions.is_function(said.split()[0]):
                yield name


def _is_place_of_office(text: str, name: PersonalName, before: PersonalName) -> bool:
    """Say whether a person before holds the office: „Jan Muster, Bürgermeister Innenstadt X“."""
    at_once = not text[before.end : name.start].strip(" ,")
    known = bool(name.honorific) or personal_names.is_given(name.name.split()[0])
    following = text[name.end :].split(maxsplit=1)
    known = known and not (following and functions.is_body(following[0]))
    return bool(name.office and at_once and not known)


def _has_place_first(name: PersonalName) -> bool:
    words = name.name.split()
    return len(words) > 2 and personal_names.is_given(words[1])


def _starts(text: str) -> list[int]:
    """Return where a name could begin: at the start, after a mark, after a label."""
    places = {0} if text else set()
    depth = 0
    inside = []
    aside = _of_persons(text)
    for position, mark in enumerate(text):
        depth += (mark in "([") - (mark in ")]")
        if depth > 0 and not aside <= position:
            inside.append(position)
    within = set(inside)
    for found in (one for pattern in _START for one in pattern.finditer(text)):
        if found.end() in within and not _announces(text, found.end()):
            continue
        places.add(found.end())
    for found in re.finditer(
        rf"(?:Moderation|Moderator(?:in|:in)?|Leitung|Referent(?:in|:in)?|{_FORMAT}|Chair|Host)\s*:?\s+",
        text,
        re.I,
    ):
        if found.start() not in within and (
            found.start() == 0 or not text[found.start() - 1].isalnum()
        ):
            places.add(found.end())
    return sorted(place for place in places if place < len(text))


def _announces(text: str, end: int) -> bool:
    """Say whether brackets that are open at `end` lead to persons: „(Moderation “, „(Podium: “."""
    opened = text[max(text.rfind("(", 0, end), text.rfind(")", 0, end), 0) : end]
    return opened.startswith("(") and (":" in opened or bool(_LEADS.fullmatch(opened)))


_LEADS = re.compile(r"\((?:[Mm]oderation|mit|Moderator\w*|[Ll]eitung)\s*")


def _of_persons(text: str) -> int:
    """Return where the last brackets begin, if they hold nothing but persons, else the end."""
    last = re.search(r"\s\(([^()]*)\)\s*$", text)
    if not last:
        return len(text)
    name = personal_names.match(text, last.start(1))
    closed = name and re.match(r"\s*(?:[,;)–-]|und\b|$)", text[name.end :])
    two = name is not None and len(name.name.split()) > 1
    return last.start() if name and name.sure and closed and two and last.start() > 5 else len(text)


def _is_meant(
    text: str, name: PersonalName, before: list[PersonalName], *, trusting: bool, timed: bool
) -> bool:
    lead = text[: name.start]
    rest = text[name.end :]
    if before and name.sure and _TOGETHER.search(lead):
        return True
    if preposition := re.search(r"\b(von|vom|durch|mit|by|with)\s+$", lead, re.I):
        head = lead[: preposition.start()].strip(" :|–-")
        last = re.split(r"[;|–]|\. ", head)[-1].strip()
        last = re.sub(r"^(?:an?|eine?)\s+", "", last)
        gives = _FORMAT_PHRASE.match(last) and len(last.split()) <= 6
        behind = re.match(r"\s*,\s*([^\s,][^,]*)", rest)
        acts = name.sure and behind and functions.is_function(behind[1].split()[0])
        if (
            not before
            and head
            and not (gives or acts or (name.sure and _brings(head, lead, rest, timed=timed)))
        ):
            return False
        between = text[before[-1].end : name.start] if before else ""
        if before and not re.search(r"[;|)]|moderier|im Gespräch mit", between, re.I):
            return False
    if _VERBS.search(rest[:60]) and not re.match(r"\s*[,(|]", rest):
        return False
    if (not name.sure and is_break(name.name)) or (not lead and _NEWS.match(rest)):
        return False
    return _has_signs(text, name, before, trusting=trusting)


def _has_signs(
    text: str, name: PersonalName, before: list[PersonalName], *, trusting: bool
) -> bool:
    """Say whether a name, or what stands beside it, shows that it is one."""
    lead, rest = text[: name.start], text[name.end :]
    if name.sure or re.search(r"[“”\"»]\s*,\s*$", lead):
        return True
    if not before and re.search(r"\|\s*$", lead) and _before_another(rest):
        return True
    if trusting and not before and (not lead.strip() or re.search(r"[,|]\s*$", lead)):
        return True
    aside = re.match(r"\s*(?:\(([^)]*)\)?|[,|–-]\s*([^|;]*))", rest)
    said = (aside[1] or aside[2] or "") if aside else ""
    if re.match(r"\s*\((?:angefragt|requested|tbc)", rest, re.I) or _CALLED.search(lead):
        return True
    if (said.isupper() and text.isupper()) or said.rstrip().endswith(("?", "!")):
        return False  # shouting gives no sign of a body
    if before or re.search(r"(?:\||:)\s*$", lead) or not lead.strip():
        initials = bool(aside and aside[1]) and "." in name.name.split()[0]
        return initials or functions.looks_like_function(said) or (functions.looks_like_body(said))
    return functions.looks_like_function(said) and len(name.name.split()) > 1


#: „Stadtrat Jan Muster fordert mehr“: news, no entry.
_NEWS = re.compile(r"\s+(?!mit\b|seit\b|nicht\b)[a-zäöü]{3,}t\s+\w")


def _before_another(rest: str) -> bool:
    """Say whether a name that surely is one follows behind a comma or „und“."""
    joint = re.match(r"(?:\s*,|\s+(?:und|and|&))\s+", rest)
    other = personal_names.match(rest, joint.end()) if joint else None
    return bool(other and other.sure)


#: „„Titel“, anschließend Fragen mit “, „Titel, u. a. mit “
_AFTER_TITLE = re.compile(r"[“”\"»][^„“”\"«»]{0,60}$|\bu\.\s?a\.$")


def _brings(head: str, lead: str, rest: str, *, timed: bool) -> bool:
    """Say whether „mit“ leads from a title to who gives it: „Morgenlob mit Eva Muster“."""
    if not re.search(r"\b(?:mit|with)\s+$", lead):
        return False
    closed = bool(re.match(r"\s*(?:$|[,(]|und\s)", rest))
    return bool(_AFTER_TITLE.search(head)) or (timed and closed and len(head.split()) <= 2)


def _take_day(row: Row, text: str, year: str) -> str:
    """Take a date that a time follows from the start of a line."""
    weekday = re.match(rf"{event_facts.WEEKDAYS}\b[.,]?\s*(?:den\s+|,\s*)?", text, re.I)
    rest = text[weekday.end() :] if weekday else text
    found = event_facts.dates(rest, year)
    if not found or not re.match(r"\d|[A-Z]", rest) or found[0][3] > 0:
        return text
    behind = re.match(r"(?:\s*(?://|[|,·–-])\s*|\s+)(?:um\s+|ab\s+)?", rest[found[0][2] :])
    after = rest[found[0][2] + behind.end() :] if behind else ""
    if not _TIME.match(after):
        return text
    row.day = found[0][0]
    return after


#: „09:00 | 09:20 | Titel“
_END_IN_A_CELL = re.compile(
    r"\s*\|\s*(?P<h>[01]?\d|2[0-4])[.:](?P<m>[0-5]\d)(?:\s*Uhr)?\s*(?=\|)", re.I
)


def _take_time(row: Row, text: str) -> str:
    found = _TIME.match(text)
    if not found:
        return text
    has_minutes, unit = found["am"], found["au"] or found["bu"]
    if not (has_minutes or unit):
        return text
    if row.day and (place := re.match(r"[,|]?\s*[^„:|]{3,40}:\s*(?=[„“\"])", text[found.end() :])):
        text = text[: found.end()] + " " + text[found.end() + place.end() :]
    if not unit and re.match(
        r"\s*\.?\s*(?:\d|Januar|Februar|März|April|Mai|Ju[nl]i|August|September|Oktober|November|Dezember|Mio|Mrd|km|m²)",
        text[found.end() :],
    ):
        return text
    row.start = _clock(found["ah"], found["am"], found["au"] or "", found["bu"] or "")
    row.end = _clock(found["bh"], found["bm"], found["bu"] or "", "") if found["bh"] else ""
    rest = text[found.end() :]
    if not row.end and (end := _END_IN_A_CELL.match(rest)):
        row.end = _clock(end["h"], end["m"], "Uhr", "")
        rest = rest[end.end() :]
    mark = _AFTER_TIME.match(rest)
    return rest[mark.end() :].strip() if mark else rest.strip()


#: „Mittagspause ca. 12.30 Uhr“; „Beginn: 19.00 Uhr“ and „bis 12 Uhr“ open no item.
_TIME_LAST = re.compile(
    r"(?P<title>[A-ZÄÖÜ„][^\d:|]{4,60}?)[\s,–-]+(?:ca\.\s*|um\s+)?(?P<h>[01]?\d|2[0-4])[.:](?P<m>[0-5]\d)\s*Uhr"
)
_NO_ITEM = re.compile(
    rf"(?:Beginn|Ende|Einlass|Anmeld|Start|Treff|Öffnung|Dauer|geöffnet|{event_facts.WEEKDAYS})\b|"
    r"\b(?:von|bis|ab|zwischen|und|täglich|gegen)$",
    re.I,
)


def _take_last_time(row: Row, text: str) -> str:
    """Take a time that ends a short line, if none begins it."""
    found = None if row.start or row.bullet else _TIME_LAST.fullmatch(text)
    if not found or len(text.split()) > 8 or _NO_ITEM.search(found["title"].rstrip(" ,–-")):
        return text
    row.start = _clock(found["h"], found["m"], "Uhr", "")
    return found["title"].rstrip(" ,–-")


#: „Begrüßung (10:00–10:10 Uhr)“
_TIME_IN_BRACKETS = re.compile(
    rf"(?P<title>[^\d\s].{{2,150}}?)[\s,–-]*[(\[]\s*(?:{_CLOCK.format('a')}"
    rf"(?:\s*(?:[-–—‑]|bis|to)\s*{_CLOCK.format('b')})?)\s*[)\]]",
    re.I,
)


def _take_time_in_brackets(row: Row, text: str) -> str:
    """Take a time in brackets that ends a line, if none begins it."""
    plain = _NUMBER.sub("", text)
    found = None if row.start else _TIME_IN_BRACKETS.fullmatch(plain)
    if not found or not (found["am"] and (found["bm"] or found["au"])):
        return text
    if event_facts.dates(plain) or _NO_ITEM.search(found["title"]):
        return text
    row.start = _clock(found["ah"], found["am"], found["au"] or "", found["bu"] or "")
    row.end = _clock(found["bh"], found["bm"], found["bu"] or "", "") if found["bh"] else ""
    return found["title"]


def _clock(hours: str, minutes: str | None, unit: str, other: str) -> str:
    hour = int(hours)
    half = (unit or other).lower().replace(".", "").replace(" ", "")
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return f"{hour:02}:{minutes or '00'}"


#: „Moderated by Eva Muster“ at the head of a line is a label.
_LED = re.compile(
    r"^(?P<label>(?i:Moderated|Moderiert|Hosted|Chaired|Led|Geleitet|Facilitated)"
    r"(?=\s+(?:by|von|durch)\s)|"
    r"Es (?:spricht|sprechen|diskutieren|referier(?:t|en)|liest|lesen))"
    r"(?:\s+(?:by|von|durch))?\s+(?=[A-ZÄÖÜ])"
)


def _take_apart(row: Row, text: str, known: Collection[str], *, trusting: bool) -> None:
    """Divide what follows the time into label, title and persons."""
    text = re.sub(r"^(?:mit|von|durch|with|by)\s+(?=[A-ZÄÖÜ])", "", text)
    text = _LED.sub(r"\g<label>: ", text)
    if label := _LABEL.match(text):
        row.label, text = label["label"].strip(), text[label.end() :]
    if row.label and _PLACEHOLDER.match(text):
        row.placeholder = True
        return
    trusting = trusting or row.names_persons or row.names_moderators
    found = people(text, known, trusting=trusting, timed=bool(row.start))
    if not found:
        row.title = _title(_PENDING.sub("", text))
        return
    first = found[0][0]
    row.title = _title(_without_label(row, text[: first.start]))
    moderates = row.names_moderators and not row.title
    for position, (name, beside) in enumerate(found):
        lead = text[: name.start] if not position else found[position - 1][1]
        called = _BY.search(lead)
        moderates = (
            bool(called and _MODERATES.match(called["label"]))
            if called
            else (moderates and (position > 0 or row.names_moderators))
        )
        following = position + 1 < len(found)
        said = _LATER.sub("", _affiliation_text(beside, following=following))
        if not following:
            said, tail = _divided_tail(row, said)
            if tail:
                row.title = _title(tail)
        row.speakers.append(_speaker(name, said, text, moderates=moderates))
    _take_body_before(row, text[: first.start])


def _take_body_before(row: Row, lead: str) -> None:
    """Read „Gymnasium Ost: Eva Muster“ as a person and whose she is, not as an item."""
    alone = len(row.speakers) == 1 and not row.speakers[0].has_affiliation
    if not (alone and row.title and row.bullet) or row.start or row.label:
        return
    if lead.rstrip().endswith(":") and functions.looks_like_body(row.title):
        row.speakers[0] = replace(
            row.speakers[0], affiliation=Affiliation("", row.title), said=row.title
        )
        row.title = ""


def _divided_tail(row: Row, said: str) -> tuple[str, str]:
    """Take a title that follows the brackets („Jan Muster (Org, Role) Why now?“) from them."""
    behind = re.fullmatch(r"\s*(\([^()]*\))\s*[:–-]?\s*([^,;(|][^|]{5,})", said)
    called = row.label and not (row.title or row.names_persons or row.names_moderators)
    if column := _column(row, said):
        row.person_first = True
        row.day = row.day or next((day[0] for day in event_facts.dates(row.title)), "")
        return column
    if told := _told(row, said):
        row.person_first = True
        return told
    topic = re.match(r"(.{0,60}?)(?:\s+(?:zu:|zum Thema:?)|,\s+on(?=\s+[A-Z„“]))\s+(.{5,})", said)
    if topic and not (row.title and not is_format(row.title)):
        return topic[1], topic[2]
    if behind and called and not functions.looks_like_function(behind[2]):
        return behind[1], behind[2]
    return said, ""


def _column(row: Row, said: str) -> tuple[str, str] | None:
    """Take a title from the last of the columns time or date, person, title."""
    found = re.fullmatch(r"([^|]*(?:\|[^|]*)?)\|\s*([^|]{5,})", said)
    dated = _is_date(row.title)
    if not found or row.label or not (dated or (row.start and not row.title)):
        return None
    title = found[2]
    belongs = functions.looks_like_function(title) or functions.looks_like_body(title)
    beside = found[1].replace("|", ",")
    return (beside, title) if len(title.split()) > 2 and not belongs else None


def _is_date(text: str) -> bool:
    found = event_facts.dates(text, "2000") if text else []
    return bool(found) and not text[found[0][2] :].strip(" ,.|")


_COLON = re.compile(r"((?:\s*\([^()]*\))?[^:()]{0,90}?):\s+(\S.{4,})$")
_QUOTE_LAST = re.compile(r"(.*?(?:[,:;–-]|\)))\s*([„“\"»][^„“”\"«»]{5,}[“”\"«])[.,;]?\s*$")


def _told(row: Row, said: str) -> tuple[str, str] | None:
    """Take the title from what stands beside a name: „(Org): Titel“, „, Org: Titel“, „„Titel““."""
    if row.title and not (_FORMAT_PHRASE.match(row.title) and len(row.title.split()) <= 4):
        return None
    if (quoted := _QUOTE_LAST.match(said)) and (row.title or row.start or row.label):
        return quoted[1], quoted[2]
    told = _COLON.match(said)
    if not told or _MODERATES.match(told[2].split()[0]):
        return None
    beside = told[1].strip()
    # The line begins with the name: „Jan Muster: Titel“, „Eva Muster (Org): Titel“.
    if beside and not (beside.startswith("(") or functions.looks_like_body(beside)):
        return None
    return told[1], told[2]


#: „Titel – ein Vortrag von …“
_BEARING = re.compile(rf"(?<=\S)\s*[,–-]\s+(?:an?|eine?)\s+{_FORMAT}$", re.I)


def _without_label(row: Row, lead: str) -> str:
    """Take the words that only lead to a name from the end of a title: „Input von“, „– mit“."""
    lead = re.sub(
        r"\s*\b(?:von|vom|durch|mit|by|with|im Gespräch mit)\s*$", "", lead.rstrip(" ("), flags=re.I
    )
    lead = _JOINT.sub("", _BEARING.sub("", lead))
    if called := re.search(
        rf"(?:^|[\s(;,–|.-])(?:Moderation|Moderator(?:in|:in)?|moderiert|{_PERSONS})\s*:?\s*$",
        lead,
        re.I,
    ):
        lead = lead[: called.start()]
        if not lead.strip(" |–-") and not row.label:
            row.label = called[0].strip(" :(;,–|-")
    if lead.count("(") > lead.count(")"):
        lead = lead[: lead.rindex("(")]
    lead = re.sub(r"\s+(?:durch|von|mit)(?:\s+(?:der|die|den|dem))?\s*$", "", lead)
    return _JOINT.sub("", lead)


def _title(text: str) -> str:
    text = _JOINT.sub("", text.strip(" |"))
    text = text.strip(" |;,–—-").rstrip(":").strip()
    text = re.sub(r"(?<=\S)\s+(?:mit|with|von|by)$", "", text)
    text = re.sub(r",?\s+u\.\s?a\.$", "", text)
    while (
        text
        and text[0] in "„“\"»«›‚'"
        and text[-1:] in "“”\"«»‹‘'"
        and not re.search('[„“”"«»]', text[1:-1])
    ):
        text = text[1:-1].strip()
    return text.replace("\u00a0", " ")


#: Another item in the same line: „…; 16.30 Uhr: Diskussion“.
_LATER = re.compile(r"[;,]\s*\d{1,2}[.:]\d\d\s*(?:[-–]\s*\d|Uhr).*$")


def _affiliation_text(beside: str, *, following: bool) -> str:
    if following:
        beside = _TOGETHER.sub("", beside)
        beside = re.sub(r"(?<=[,;)])\s*[^,;:()]{2,25}:\s*$", "", beside)
        if called := _BY.search(beside):
            beside = beside[: called.start()]
        beside = _JOINT.sub("", beside.rstrip(" ("))
        beside = re.sub(r"(?<=\))\s+(?:und|sowie)\b[^,;()]*$", "", beside)
    beside = _MORE.sub("", _TALKS.sub("", beside)).strip()
    return "" if re.match(r"(?:und|sowie|and)\s", beside) and "," not in beside else beside


#: „Eva Muster im Gespräch mit …“: who else is there stands for itself.
_TALKS = re.compile(r"(?:^|\s+)im Gespräch mit\b.*$")
#: „…, und zwei weitere“
_MORE = re.compile(r",?\s+(?:und|sowie)\s+(?:zwei|drei|vier|weitere\w*|andere\w*|viele\w*)\b.*$")


def _speaker(name: PersonalName, said: str, text: str, *, moderates: bool) -> Speaker:
    end = name.end + len(said)
    anchor = " ".join(text[name.start : end].split()).strip(" ,;|–-")
    affiliation = _affiliation(name.office, said, moderates=moderates)
    return Speaker(name.name, name.honorific, affiliation, anchor, said, name.office)


def _affiliation(office: str, said: str, *, moderates: bool) -> Affiliation:
    read = functions.read(said)
    moderates = moderates or bool(re.match(r"Moderator(?:in)?$", office))
    function = ", ".join(part for part in (office, read.function) if part)
    return Affiliation(function, read.organisation, moderates or read.moderator, read.requested)


def is_name(text: str) -> bool:
    """Say whether a line has the shape of a name, and holds nothing more than one."""
    found = people(text, trusting=True)
    return len(found) == 1 and not found[0][1].strip(" ,") and found[0][0].start == 0


def trusted(text: str) -> list[Speaker]:
    """Return the persons in a line for which its place in the page vouches."""
    return [
        _speaker(name, beside.strip(), text, moderates=False)
        for name, beside in people(text, trusting=True)
    ]


_OPEN_END = re.compile(
    r"(?:(?<![\w.])(?:der|des|dem|den|die|das|für|von|vom|bei|beim|im|in|am|an|und|oder|zur|zum|mit|auf|of|at|"
    r"the|for|and|to|with|&)|[-(])$"
)


def goes_on(text: str) -> bool:
    """Say whether a line ends where no line ends: „Leiterin der“.

    >>> goes_on("Potenziale für"), goes_on("Potenziale")
    (True, False)
    """
    return bool(_OPEN_END.search(text))


def unbroken(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines, those joined that end within a phrase or within a name."""
    pending: Line | None = None
    for line in lines:
        if pending is not None and line.text and _continues(pending, line):
            joined = f"{pending.text} {line.text}"
            pending = Line(pending.number, joined, pending.level, pending.caption, pending.aside)
            continue
        if pending is not None:
            yield pending
        pending = line
    if pending is not None:
        yield pending


def _continues(above: Line, below: Line) -> bool:
    if above.level != below.level or _BULLET.match(below.text) or _TIME.match(below.text):
        return False
    if _is_open(above.text) and _closes_brackets(below.text):
        return True
    if goes_on(above.text) and len(above.text.split()) > 1 and not _LABEL.match(below.text):
        return not personal_names.match(below.text, 0) and above.text[-1] not in "-("
    last = re.search(r"(?:^|[,;:•–-] | (?:und|and|sowie|&) )([A-ZÄÖÜ]\w+)$", above.text)
    surname = re.match(r"[A-ZÄÖÜ][\w-]+(?=[,(]| [–|(]| (?:und|and|sowie|&) )", below.text)
    return bool(last and surname and personal_names.is_given(last[1]))


def _is_open(text: str) -> bool:
    """Say whether a line ends within brackets: „Stand der Forschung (Dr. Eva“."""
    return text.count("(") == text.count(")") + 1 and text.rfind("(") > text.rfind(")")


def _closes_brackets(text: str) -> bool:
    return len(text.split()) < 12 and text.count(")") == text.count("(") + 1


def with_affiliation(speaker: Speaker, text: str) -> Speaker:
    """Return a speaker with what the line below the name says."""
    begun = goes_on(speaker.said) or (speaker.said and re.match(r"[a-zäöü&]", text))
    said = f"{speaker.said} {text}" if begun else f"{speaker.said}, {text}".strip(", ")
    affiliation = _affiliation(speaker.office, said, moderates=speaker.affiliation.moderator)
    return replace(speaker, affiliation=affiliation, said=said)


def may_be_body(text: str) -> bool:
    """Say whether a line without any sign of it can be an organisation: short, and no subject.

    >>> may_be_body("Beispielwerk Nord"), may_be_body("Provenienzforschung")
    (True, False)
    """
    words = text.split()
    title = text.endswith(("?", "!")) or text[:1] in '„“»«"'
    return 0 < len(words) <= 6 and not title and not personal_names.is_abstract(words[-1])


def reads_as_affiliation(text: str) -> bool:
    """Say whether a line of its own can be what stands beside a name."""
    words = text.split()
    if (
        not words
        or len(words) > 18
        or is_prose(text)
        or re.search(r"[?!]|@|https?:|\bTel\b|\+\d", text)
    ):
        return False
    return functions.looks_like_function(text) or functions.looks_like_body(text)
