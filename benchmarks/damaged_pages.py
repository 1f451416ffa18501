"""Damaged programme pages: each line is in a record or in the report, and nothing breaks."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from benchmarks.damage import Outcome, Sample
from itas_graph import canonical_form, context, documents, drafting, identity, programme, records
from itas_graph.documents import Line
from itas_graph.programme import Programme

REPO = Path(__file__).parent.parent
PAGES = Path(__file__).parent / "capture" / "pages" / "development"
_WORD = re.compile(r"\w+")
_CONTEXT = context.load(REPO / "ontology" / "context.jsonld")
_KNOWN = records.load(REPO / "tests" / "workspace" / "data")
_ENTITIES = identity.entities(_KNOWN)
_INDEX = identity.index(_KNOWN)
_PEOPLE = drafting.known_people(_ENTITIES)


def texts() -> list[Sample]:
    """Return the pages that are plain text."""
    return [Sample(path.name, path.read_bytes()) for path in sorted(PAGES.glob("*.txt"))]


def markup() -> list[Sample]:
    """Return the saved web pages."""
    return [Sample(path.name, path.read_bytes()) for path in sorted(PAGES.glob("*.html"))]


def prints() -> list[Sample]:
    """Return pages as PDF."""
    return [
        Sample(f"{Path(one.name).stem}.pdf", pdf(one.raw.decode().splitlines())) for one in texts()
    ]


def pdf(lines: Iterable[str]) -> bytes:
    """Return a PDF of one page that shows some lines."""
    shown = (re.sub(r"([\\()])", r"\\\1", line) for line in lines)
    content = "BT /F1 9 Tf 12 TL 40 800 Td " + "".join(f"({line}) Tj T*\n" for line in shown) + "ET"
    stream = content.encode("cp1252", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
        b" /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def attempt(_: Path, sample: Sample) -> Outcome:
    """Read and draft one damaged page, and look for what became of each line of it."""
    lines = documents.read(sample.raw, sample.name)
    documents.address(sample.raw, sample.name)
    read = programme.read(lines, _PEOPLE)
    outcome = Outcome("read" if read.items else "objected")
    if sample.name.endswith(".txt"):
        outcome.losses += lost_of_text(sample.raw, lines)
    elif sample.name.endswith(".html"):
        outcome.losses += lost_of_html(sample.raw, lines)
    outcome.losses += lost_lines(lines, read)
    outcome.losses += _lost_in_draft(read)
    return outcome


def lost_of_text(raw: bytes, lines: list[Line]) -> list[str]:
    """Return what letters of a text file are in none of its lines."""
    whole = "".join(mark for line in lines for mark in line.text if mark.isalnum())
    wanted = (_letters(raw, coding) for coding in ("utf-8", "cp1252", "utf-16", "utf-32"))
    known = [*wanted, _letters(raw, "utf-16-le")]
    return [] if whole in known else [f"letters lost: {len(whole)} of {len(known[0])}"]


def _letters(raw: bytes, coding: str) -> str:
    return "".join(mark for mark in raw.decode(coding, "replace") if mark.isalnum())


#: A comment ends at its end or with the page; a tag that the page's end cuts off, or whose
#: quotation mark is never closed, shows nothing.
_UNSHOWN = re.compile(
    r"<!--.*?(?:--!?>|\Z)|<[!/]?[a-z][^<>]*\Z|<[a-z][^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*\"[^\"]*\Z",
    re.I | re.S,
)


class _Shown(HTMLParser):
    """Collects the text of a page that is not in an element of which a browser shows nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag in ("script", "style", "title", "noscript", "svg", "select", "button"):
            self._hidden.append(tag)
        self.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in self._hidden:
            self._hidden = self._hidden[: self._hidden.index(tag)]
        self.texts.append(" ")

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self._hidden:
            self.texts.append(data)


def lost_of_html(raw: bytes, lines: list[Line]) -> list[str]:
    """Return which words of a web page are in none of its lines."""
    letters = "".join(mark for line in lines for mark in line.text if mark.isalnum())
    lost: list[list[str]] = []
    wide = ("utf-16", "utf-16-le", "utf-16-be", "utf-32") if b"\0" in raw else ()
    for coding in ("utf-8", "cp1252", *wide):
        page = _Shown()
        page.feed(_UNSHOWN.sub(" ", raw.decode(coding, "replace").replace("\0", "")))
        page.close()
        words = ("".join(filter(str.isalnum, one)) for one in _words(["".join(page.texts)]))
        lost.append([word for word in words if word not in letters])
    return [] if [] in lost else [f"not shown: {lost[0][:8]}"]


def lost_lines(lines: list[Line], read: Programme) -> list[str]:
    """Return which lines are neither in a record nor reported as unread."""
    unread = Counter((one.line, one.text) for one in read.unread)
    numbers = {number for item in read.items for number in item.lines}
    numbers |= {one.line for one in read.sessions} | set(read.event.used)
    said = " ".join(_said(read))  # halves of words that a line divided are parts of words there
    lost = []
    for line in lines:
        if not line.text:
            continue
        if unread[line.number, line.text]:
            unread[line.number, line.text] -= 1
            continue
        words = _words([line.text])
        kept = sum(count for word, count in words.items() if word in said)
        if line.number not in numbers and kept < words.total():
            lost.append(f"line {line.number} is nowhere: {line.text[:80]!r}")
        elif kept * 3 < words.total():
            lost.append(f"line {line.number} is not told: {line.text[:80]!r}")
    if any(unread.values()):
        lost.append("a line is reported that is none")
    return lost[:5]


def _said(read: Programme) -> Iterator[str]:
    yield json.dumps(drafting.as_json(read), ensure_ascii=False)
    for item in read.items:
        yield item.anchor
        yield from (speaker.anchor for speaker in item.speakers)
        yield from (speaker.said for speaker in item.speakers)
    event = read.event
    for day in (event.date, event.end_date, *(item.day for item in read.items)):
        yield day.replace("-", " ")
        yield re.sub(r"\b0", "", day.replace("-", " "))
    yield from (f"{one.start} {one.day}" for one in read.sessions)
    yield from _UNITS


_UNITS = (
    "Uhr Moderation moderiert Moderator Moderatorin von bis mit und am vom durch by with h",
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Referent Referentin Leitung",
)


def _lost_in_draft(read: Programme) -> list[str]:
    """Return which titles and names of a programme are not in the record file made of it."""
    made = drafting.draft(read, _ENTITIES, _INDEX, slug="seite", url="")
    text = canonical_form.yaml_text(made.record, "source", _CONTEXT)
    findings: list[records.Finding] = []
    again = records.read_yaml(text, "source", "seite.yaml", findings)
    if again is None or findings:
        return [f"the draft cannot be read: {[one.problem.en for one in findings][:2]}"]
    told = Counter([*_names(again), *(text for _, text in made.breaks)])
    wanted = Counter(one.title for one in read.items)
    return [f"not drafted: {sorted(wanted - told)[:3]}"] if wanted - told else []


def _names(record: records.Record) -> Iterator[str]:
    yield record.first("name") or ""
    for made in record.children.values():
        for one in made:
            yield from _names(one)


def _words(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in _WORD.findall(text))
