"""`python -m benchmarks.capture`: what a reader of programme pages finds, beside what is there.

Each page in `pages/` has its annotation beside it; README.md has the rules. A reader is any
function from a path to a dictionary in the form of `itas-graph draft --format json`; the command
itself is the default.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

PAGES = Path(__file__).parent / "pages"
PARTS = ("development", "held-out")
SUFFIXES = (".html", ".txt")
#: A title that holds the other one and is not longer than this share allows is nearly right.
NEARLY = 0.8

Answer = Mapping[str, Any]
Reader = Callable[[Path], Answer]
#: What is compared: a title or a name alone, or a name with what it goes with.
Item = tuple[str, ...]

QUOTES = dict.fromkeys(map(ord, "\"'„“”‚‘’«»‹›`´"))
DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))

#: Items of the day that are no contribution unless somebody speaks.
ORGANISATIONAL = re.compile(
    r"""\b(?:kaffee\w*|\w*pause|mittag\w*|imbiss|\w*imbiss|buffet|\w*buffet|\w*essen
    |einlass|anmeldung|registrierung|ankommen|ankunft|anreise|abreise|check-in
    |ausklang|get-together|get\ together|empfang|sektempfang|stehempfang|netzwerken|vernetzung
    |ende|schluss|brunch|frühstück
    |break|coffee|lunch|dinner|registration|reception|networking|drinks|doors|close|end)\b""",
    re.VERBOSE,
)


def fold(text: object) -> str:
    """Return the text without what two careful writers may do differently.

    >>> fold("„Das Werk“  – heute")
    'das werk - heute'
    """
    plain = unicodedata.normalize("NFC", str(text or ""))
    plain = plain.translate(INVISIBLE).translate(QUOTES).translate(DASHES)
    return " ".join(plain.split()).casefold().strip(" .:;,|")


def fold_name(text: object) -> str:
    """Return a name in one spelling; quotes and dashes in it stay.

    >>> fold_name("EVA  Muster-Beispiel")
    'eva muster-beispiel'
    """
    plain = unicodedata.normalize("NFC", str(text or "")).translate(INVISIBLE)
    return " ".join(plain.split()).casefold()


@dataclass
class Wanted:
    """One annotated item: the answers that are right, and whether giving none is right, too."""

    accepted: list[Item]
    shown: str
    may_be_missing: bool = False
    #: Nothing is what the annotation has; the others are right, too.
    optional: bool = False


@dataclass
class Tally:
    """How many items are right, how many were given and how many were wanted."""

    right: int = 0
    given: int = 0
    wanted: int = 0
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add the figures of another page."""
        self.right += other.right
        self.given += other.given
        self.wanted += other.wanted

    @property
    def precision(self) -> float:
        """The share of the given items that is right; 1 where nothing was given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """The share of the wanted items that was given; 1 where nothing was wanted."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.given + self.wanted
        return 2 * self.right / both if both else 1.0

    def figures(self) -> dict[str, float | int]:
        """Return what `--json` writes."""
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "right": self.right,
            "given": self.given,
            "wanted": self.wanted,
        }


def tally(wanted: list[Wanted], given: Iterable[Item], bare: Iterable[Item] = ()) -> Tally:
    """Compare as multisets: the same name in two talks is two items.

    `bare` are the items that were given without their second half: they excuse a wanted pair that
    may be missing.

    >>> found = tally([Wanted([("a",)], "A"), Wanted([("a",)], "A")], [("a",), ("b",)])
    >>> found.right, found.missing, found.wrong
    (1, ['A'], ['b'])
    """
    left = Counter(given)
    without = Counter(bare)
    figures = Tally(given=left.total())
    open_: list[Wanted] = []
    # First what is right to the letter, so that an alternative takes nothing away from it.
    for rank in (slice(0, 1), slice(1, None)):
        rest = open_ if rank.start else wanted
        open_ = []
        for one in rest:
            hit = next((item for item in one.accepted[rank] if left[item]), None)
            if hit is None:
                open_.append(one)
            else:
                left[hit] -= 1
                figures.right += 1
    for one in (one for one in open_ if not one.optional):
        name = one.accepted[0][:1]
        if one.may_be_missing and without[name]:
            without[name] -= 1
        else:
            figures.missing.append(one.shown)
    figures.wanted = figures.right + len(figures.missing)
    figures.wrong = sorted(" · ".join(item) for item in left.elements())
    return figures


def nearly(one: str, other: str) -> bool:
    """Say whether a title holds the other and is hardly longer.

    >>> nearly("arbeit im wandel", "die arbeit im wandel"), nearly("arbeit", "arbeit im wandel")
    (True, False)
    """
    short, long = sorted((one, other), key=len)
    return bool(short) and short in long and len(short) >= NEARLY * len(long)


def tally_nearly(wanted: list[Wanted], given: Iterable[Item]) -> Tally:
    """Compare titles, where what is nearly right counts as right."""
    strict = tally(wanted, given)
    left = list(strict.wrong)
    right = strict.right
    missing = Counter(strict.missing)
    for one in wanted:
        if not missing[one.shown]:
            continue
        hit = next((t for t in left if any(nearly(t, a[0]) for a in one.accepted)), None)
        if hit is not None:
            left.remove(hit)
            missing[one.shown] -= 1
            right += 1
    return Tally(right, strict.given, strict.wanted, sorted(missing.elements()), left)


def talks(record: Answer) -> list[Mapping[str, Any]]:
    """Return the contributions of an annotation or an answer."""
    found = record.get("contributions") or []
    return [one for one in found if isinstance(one, Mapping)]


def speakers(record: Answer) -> Iterator[Mapping[str, Any]]:
    """Yield the speakers of all contributions, one for each slot."""
    for talk in talks(record):
        yield from (one for one in talk.get("speakers") or [] if isinstance(one, Mapping))


def counts_as_title(talk: Mapping[str, Any]) -> bool:
    """Say whether the title is compared: no break, and not the moderation of a day."""
    title = fold(talk.get("title"))
    if not title or title in {"moderation", "moderator", "gesamtmoderation", "tagesmoderation"}:
        return False
    return bool(talk.get("speakers")) or not ORGANISATIONAL.search(title)


def headings(gold: Answer) -> set[str]:
    """Return the sessions of a page that are no titles: reading one as an item is no fault.

    >>> sorted(headings({"sessions": ["Forum 1: Holz"], "contributions": []}))
    ['forum 1: holz', 'holz']
    """
    names = gold.get("sessions") or []
    found = {title for name in names for title in titles_of(name)}
    return found - {title for talk in talks(gold) for title in accepted_titles(talk)}


def titles_of(text: object) -> set[str]:
    """Return a title and what stands behind its colon, folded."""
    return {fold(text), fold(str(text).partition(": ")[2] or text)}


def accepted_titles(talk: Mapping[str, Any]) -> list[str]:
    """Return the annotated title and those that are right as well, folded."""
    return [fold(title) for title in (talk["title"], *talk.get("also", ()))]


def wanted_pair(speaker: Mapping[str, Any], key: str) -> Wanted | None:
    """Return the pair of a name and an organisation or a role, if the annotation has one."""
    values = [speaker.get(key), *(speaker.get("also") or {}).get(key, [])]
    name = fold_name(speaker["name"])
    accepted: list[Item] = [(name, fold(value)) for value in values if value]
    if not accepted:
        return None
    shown = f"{speaker['name']} · {values[0] or values[1]}"
    return Wanted(accepted, shown, None in values, optional=not values[0])


def compare_pairs(gold: Answer, answer: Answer, key: str) -> Tally:
    """Compare (name, organisation) or (name, role), where one of both sides gives it."""
    pairs = [(fold_name(one.get("name")), fold(one.get(key))) for one in speakers(answer)]
    wanted = [pair for one in speakers(gold) if (pair := wanted_pair(one, key))]
    return tally(
        wanted,
        [pair for pair in pairs if pair[1]],
        [pair[:1] for pair in pairs if not pair[1]],
    )


def compare_names(gold: Answer, answer: Answer, *, moderators: bool = False) -> Tally:
    """Compare the names of all slots, or of those who moderate."""

    def chosen(record: Answer) -> list[Mapping[str, Any]]:
        return [one for one in speakers(record) if not moderators or one.get("moderator")]

    wanted = [Wanted([(fold_name(one["name"]),)], str(one["name"])) for one in chosen(gold)]
    return tally(wanted, [(fold_name(one.get("name")),) for one in chosen(answer)])


def compare(gold: Answer, answer: Answer) -> dict[str, Tally]:
    """Compare an answer with the annotation of its page, measure by measure."""
    passed_over = headings(gold)
    asked = [talk for talk in talks(gold) if counts_as_title(talk)]
    found = [
        talk
        for talk in talks(answer)
        if counts_as_title(talk) and not titles_of(talk["title"]) & passed_over
    ]
    wanted = [Wanted([(t,) for t in accepted_titles(one)], str(one["title"])) for one in asked]
    given = [(fold(one["title"]),) for one in found]
    return {
        "titles": tally(wanted, given),
        "titles, nearly": tally_nearly(wanted, given),
        "names": compare_names(gold, answer),
        "(name, organisation)": compare_pairs(gold, answer, "organisation"),
        "(name, role)": compare_pairs(gold, answer, "role"),
        "moderators": compare_names(gold, answer, moderators=True),
        "(title, start)": compare_starts(asked, found),
        "event date": compare_date(gold, answer),
    }


def compare_starts(asked: list[Mapping[str, Any]], found: list[Mapping[str, Any]]) -> Tally:
    """Compare (title, start); the time of its block is no fault where an entry has none."""
    wanted = [
        Wanted([(t, str(one["start"])) for t in accepted_titles(one)], str(one["title"]))
        for one in asked
        if one.get("start")
    ]
    untimed = {t for one in asked if not one.get("start") for t in accepted_titles(one)}
    given = [(fold(one["title"]), str(one["start"])) for one in found if one.get("start")]
    return tally(wanted, [pair for pair in given if pair[0] not in untimed])


def compare_date(gold: Answer, answer: Answer) -> Tally:
    """Compare the first day of the event."""
    day = str((gold.get("event") or {}).get("date") or "")
    found = str((answer.get("event") or {}).get("date") or "")
    # A page that is no programme has no event to compare.
    if not day and not talks(gold):
        return Tally()
    return tally([Wanted([(day,)], day)] if day else [], [(found,)] if found else [])


@dataclass
class Page:
    """An annotated page."""

    path: Path
    gold: Answer

    @property
    def layout(self) -> str:
        """The name of its layout."""
        return str(self.gold["layout"])

    @property
    def negative(self) -> bool:
        """Whether the page is no programme."""
        return not self.gold["contributions"]


def load(folder: Path) -> list[Page]:
    """Read the annotated pages of a folder, in order of their names.

    Raises:
        FileNotFoundError: if a page has no annotation beside it.
    """
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    return [Page(path, read_annotation(path.with_suffix(".yaml"))) for path in paths]


def read_annotation(path: Path) -> Answer:
    """Read one annotation."""
    # Scalars is a SafeLoader.
    answer: Answer = yaml.load(path.read_text("utf-8"), Loader=Scalars)  # noqa: S506  # Scalars is a safe loader
    return answer


class Scalars(yaml.SafeLoader):
    """YAML whose times and dates stay text: PyYAML takes 12:30 for 750."""


# Whether a moderator speaks is a truth value, and null is nothing; all else is as written.
Scalars.yaml_implicit_resolvers = {
    first: [(tag, found) for tag, found in resolvers if tag.rsplit(":", 1)[1] in {"bool", "null"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Unread(Exception):  # noqa: N818 - an answer that is none, not a fault of this program
    """The reader gave no answer for a page."""


def ask_command(path: Path) -> Answer:
    """Ask `itas-graph draft`.

    Raises:
        Unread: if it writes no JSON object.
    """
    command = [sys.executable, "-m", "itas_graph", "draft", str(path), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Unread(f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return answer


def named_reader(name: str) -> Reader:
    """Return the reader of `module:function`."""
    module, _, function = name.partition(":")
    reader: Reader = getattr(importlib.import_module(module), function)
    return reader


@dataclass
class Report:
    """The figures of all pages."""

    pages: list[Page]
    tallies: list[dict[str, Tally]]
    answers: list[Answer]
    failures: dict[str, str]

    def total(self, layout: str | None = None) -> dict[str, Tally]:
        """Add up over all pages, or over those of a layout."""
        sums: dict[str, Tally] = {}
        for page, tallies in zip(self.pages, self.tallies, strict=True):
            if layout in (None, page.layout):
                for measure, one in tallies.items():
                    sums.setdefault(measure, Tally()).add(one)
        return sums

    def negative(self) -> tuple[int, int, int]:
        """Return the pages without a programme, and what was read on them: all, with speakers."""
        found = [
            talks(answer)
            for page, answer in zip(self.pages, self.answers, strict=True)
            if page.negative
        ]
        spoken = sum(bool(talk.get("speakers")) for one in found for talk in one)
        return len(found), sum(map(len, found)), spoken


def measure(pages: list[Page], reader: Reader) -> Report:
    """Ask the reader for all pages and compare; a page without an answer counts as empty."""
    failures: dict[str, str] = {}

    def ask(page: Page) -> Answer:
        try:
            return reader(page.path)
        except Unread as error:
            failures[page.path.name] = str(error)
            return {}

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        answers = list(pool.map(ask, pages))
    tallies = [compare(page.gold, answer) for page, answer in zip(pages, answers, strict=True)]
    return Report(pages, tallies, answers, dict(sorted(failures.items())))


def row(name: str, one: Tally) -> str:
    """Return a row of the table."""
    shares = " | ".join(f"{share:.3f}" for share in (one.precision, one.recall, one.f1))
    return f"| {name} | {shares} | {one.right} | {one.given} | {one.wanted} |"


HEAD = (
    "| precision | recall | F1 | right | given | wanted |",
    "|---:|---:|---:|---:|---:|---:|",
)


def table(report: Report) -> Iterator[str]:
    """Yield the lines of the table over all pages."""
    layouts = {page.layout for page in report.pages}
    yield f"{len(report.pages)} pages in {len(layouts)} layouts"
    yield ""
    yield f"| what {HEAD[0]}"
    yield f"|---{HEAD[1]}"
    for name, one in report.total().items():
        yield row(name, one)
    count, read, spoken = report.negative()
    yield ""
    yield (
        f"Pages without a programme: {count}; contributions read on them: {read}, "
        f"with speakers: {spoken}"
    )
    for name, why in report.failures.items():
        yield f"No answer for {name}: {why}"


def table_by_layout(report: Report) -> Iterator[str]:
    """Yield the names and the organisations, a row for each layout."""
    yield ""
    yield "| layout | pages | titles F1 | names P | names R | organisations F1 | roles F1 |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for layout, count in sorted(Counter(page.layout for page in report.pages).items()):
        sums = report.total(layout)
        names = sums["names"]
        shares = [
            sums["titles"].f1,
            names.precision,
            names.recall,
            sums["(name, organisation)"].f1,
            sums["(name, role)"].f1,
        ]
        yield f"| {layout} | {count} | " + " | ".join(f"{one:.2f}" for one in shares) + " |"


def listing(report: Report) -> Iterator[str]:
    """Yield what is missing and what is wrong, page by page."""
    for page, tallies in zip(report.pages, report.tallies, strict=True):
        lines = [
            f"  {sign} {name}: {item}"
            for name, one in tallies.items()
            for sign, items in (("-", one.missing), ("+", one.wrong))
            for item in items
        ]
        if lines:
            yield ""
            yield f"{page.path.parent.name}/{page.path.name} ({page.layout})"
            yield from lines


def figures(report: Report) -> dict[str, Any]:
    """Return all figures as one JSON object."""
    count, read, spoken = report.negative()
    return {
        "pages": len(report.pages),
        "layouts": len({page.layout for page in report.pages}),
        "measures": {name: one.figures() for name, one in report.total().items()},
        "negative": {"pages": count, "contributions": read, "with_speakers": spoken},
        "unanswered": sorted(report.failures),
    }


def main(arguments: list[str] | None = None) -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.capture", description=__doc__)
    parser.add_argument("--part", choices=PARTS, default="development")
    parser.add_argument("--pages", type=Path, help="another folder of annotated pages")
    parser.add_argument("--layout", action="append", help="only pages of this layout")
    parser.add_argument("--reader", type=named_reader, default=ask_command, help="module:function")
    parser.add_argument("--by-layout", action="store_true")
    parser.add_argument("--show", action="store_true", help="list what is missing and wrong")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args(arguments)
    pages = load(given.pages or PAGES / given.part)
    if given.layout:
        pages = [page for page in pages if page.layout in given.layout]
    if not pages:
        parser.error("no annotated page there")
    report = measure(pages, given.reader)
    lines = list(table(report))
    if given.by_layout:
        lines += table_by_layout(report)
    if given.show:
        lines += listing(report)
    print("\n".join(lines))
    if given.json:
        text = json.dumps(figures(report), ensure_ascii=False, indent=2)
        given.json.write_text(text + "\n", "utf-8")
