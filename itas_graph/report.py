"""Findings, questions and answers -> text for people: terminal, Markdown, JSON, CI annotations."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from itas_graph.errors import Finding, Language, Message
from itas_graph.vocab import PREFIXES

if TYPE_CHECKING:
    from itas_graph.answers import Answer
    from itas_graph.drafting import Draft
    from itas_graph.programme import Programme
    from itas_graph.programme_items import Unread
    from itas_graph.proposals import Party, Proposal
    from itas_graph.push import Change
    from itas_graph.queries import Question
    from itas_graph.review import Step

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_RELATIONS = {
    "same": Message("dasselbe?", "the same?"),
    "unit": Message("das Zweite eine Einheit des Ersten?", "the second a unit of the first?"),
    "successor": Message("das Zweite Nachfolger des Ersten?", "the second successor of the first?"),
    "two": Message("eine Person oder zwei?", "one person or two?"),
    "meant": Message("ist mit dem Ersten das Zweite gemeint?", "does the first mean the second?"),
    "spelling": Message("andere Schreibweise", "another spelling"),
}
_STRENGTHS = {"strong": Message("stark", "strong"), "weak": Message("schwach", "weak")}
# What is proposed about two records can be decided by one command.
_DECIDABLE = {"same": "same", "unit": "unit", "successor": "successor", "two": "same|different"}
_LONGEST = 600
#: More findings of one kind than this are told as one, with some of them as examples.
_OF_ONE_KIND = 5
_FURTHER = 3
_VALUE = re.compile(r" \(“.*”\)$", re.DOTALL)
_EXAMPLES = 10


def number(value: int, language: Language) -> str:
    """Return a whole number with the thousands mark of the language.

    >>> number(12345, "de"), number(12345, "en")
    ('12.345', '12,345')
    """
    text = f"{value:,}"
    return text.replace(",", ".") if language == "de" else text


def findings(
    found: Sequence[Finding],
    name: str,
    language: Language,
    *,
    colour: bool = False,
    brief: bool = False,
) -> str:
    """Return findings as `text` (with a count), `json` or `github` annotations.

    A `brief` text tells many findings of one kind as one, with a few of them as examples, and how
    to see all.
    """
    if name == "json":
        return json.dumps(_as_json(found, language), ensure_ascii=False, indent=2)
    if name == "github":
        return "\n".join(_annotation(finding, language) for finding in found) or _count(
            found, language
        )
    if brief:
        return "\n\n".join([*_brief(found, language, colour), _count(found, language)])
    blocks = [_block(finding, language, colour) for finding in found]
    return "\n\n".join([*blocks, _count(found, language)])


def _brief(found: Sequence[Finding], language: Language, colour: bool) -> Iterator[str]:
    """Yield a block for each finding, or one for all of a kind where there are many."""
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in found:
        kinds.setdefault(_kind(finding), []).append(finding)
    shortened = False
    for finding in found:
        same = kinds[_kind(finding)]
        if len(same) <= _OF_ONE_KIND:
            yield _block(finding, language, colour)
        elif finding is same[0]:
            shortened = True
            block = _block(finding, language, colour)
            yield f"{block}\n{_further(same, language)}"
    if shortened:
        yield Message(
            "Alle Funde einzeln: itas-graph check --format json",
            "All findings one by one: itas-graph check --format json",
        ).text(language)


def _kind(finding: Finding) -> tuple[str, str, str]:
    """Return what findings have in common that say the same of other records."""
    return finding.severity, finding.field, _VALUE.sub("", finding.problem.en)


def _further(same: Sequence[Finding], language: Language) -> str:
    rest = len(same) - 1
    others = [
        f"{one.file}:{one.line} ({one.record})" if one.record else f"{one.file}:{one.line}"
        for one in same[1 : 1 + _FURTHER]
    ]
    said = Message(
        f"Dasselbe {number(rest, 'de')} weitere Male, zuerst:",
        f"The same {number(rest, 'en')} more times, first:",
    ).text(language)
    return "\n".join([f"  {said}", *(f"    {_safe(one)}" for one in others)])


def proposals(found: Sequence[Proposal], name: str, language: Language, *, hidden: int = 0) -> str:
    """Return proposals of identity as `text` (with a count), `json` or `csv`.

    `hidden` is how many are settled and not among them.
    """
    if name == "json":
        shown = [_proposal_as_json(one) for one in found]
        return json.dumps({"proposals": shown, "hidden": hidden}, ensure_ascii=False, indent=2)
    if name == "csv":
        return _proposals_as_csv(found, language)
    open_ = sum(one.settled is None for one in found)
    settled = len(found) - open_
    last = Message(
        f"{number(open_, 'de')} offen, {number(settled + hidden, 'de')} entschieden"
        + (" (zeigt --all)." if hidden else "."),
        f"{number(open_, 'en')} open, {number(settled + hidden, 'en')} settled"
        + (" (shown by --all)." if hidden else "."),
    )
    return "\n\n".join([*(_proposal(one, language) for one in found), last.text(language)])


def _proposal(one: Proposal, language: Language) -> str:
    title = Message(
        f"{one.kind} · {_RELATIONS[one.relation].de} · {_STRENGTHS[one.strength].de}",
        f"{one.kind} · {_RELATIONS[one.relation].en} · {_STRENGTHS[one.strength].en}",
    )
    lines = [title.text(language)]
    sides = [one.one] if one.relation == "two" and not one.other.slug else [one.one, one.other]
    for party in sides:
        slug = party.slug or "–"
        lines.append(_safe(f"  {slug}  „{party.name}“  {party.file}:{party.line}"))
    lines += [_safe(f"  – {reason.text(language)}") for reason in one.reasons]
    if one.settled is not None:
        lines.append(_safe(f"  ✓ {one.settled.text(language)}"))
    elif one.relation in _DECIDABLE:
        other = one.other.slug or one.one.slug
        word = _DECIDABLE[one.relation] if one.other.slug else "same"
        lines.append(f"  → itas-graph identities --decide {word} {one.one.slug} {other} …")
    else:
        file, line = one.places[0]
        lines.append(
            _safe(
                Message(
                    f"  → Prüfen Sie die Verknüpfung in {file}, Zeile {line}.",
                    f"  → Check the link in {file}, line {line}.",
                ).text(language)
            )
        )
    return "\n".join(lines)


def _proposal_as_json(one: Proposal) -> dict[str, object]:
    def party(side: Party) -> dict[str, object]:
        return {"slug": side.slug, "name": side.name, "file": side.file, "line": side.line}

    def both(text: Message) -> dict[str, str]:
        return {"de": text.de, "en": text.en}

    return {
        "kind": one.kind,
        "relation": one.relation,
        "strength": one.strength,
        "status": "open" if one.settled is None else "settled",
        "one": party(one.one),
        "other": party(one.other),
        "reasons": [both(reason) for reason in one.reasons],
        "settled_by": both(one.settled) if one.settled else None,
        "places": [{"file": file, "line": line} for file, line in one.places],
    }


def _proposals_as_csv(found: Sequence[Proposal], language: Language) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(
        [
            *("status", "kind", "relation", "strength", "one", "one_name", "one_place"),
            *("other", "other_name", "other_place", "reasons", "settled_by"),
        ]
    )
    for one in found:
        row = ["open" if one.settled is None else "settled", one.kind, one.relation, one.strength]
        for party in (one.one, one.other):
            row += [party.slug, party.name, f"{party.file}:{party.line}"]
        row.append(" · ".join(reason.text(language) for reason in one.reasons))
        row.append(one.settled.text(language) if one.settled else "")
        writer.writerow([_safe(cell) for cell in row])
    return output.getvalue().rstrip("\n")


def questions(
    known: Sequence[Question],
    language: Language,
    width: int,
    counts: Mapping[str, int | None] | None = None,
) -> str:
    """Return the list of questions: name, title and parameters, wrapped to `width` columns.

    `counts` says how many rows answer a question; None where that could not be found out.
    """
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    if counts is not None:
        table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for question in known:
        parameters = [parameter.name for parameter in question.parameters]
        hint = f"  (-p {'=… -p '.join(parameters)}=…)" if parameters else ""
        count = counts.get(question.name) if counts is not None else None
        shown = ["–" if count is None else number(count, language)] if counts is not None else []
        table.add_row(question.name, *shown, question.title.text(language) + hint)
    return _rendered(table, width)


def drafted(read: Programme, made: Draft, language: Language) -> str:
    """Return what a draft holds, what is new in it, and each line that became no record."""
    people, organisations = (len(made.new.get(kind, [])) for kind in ("people", "organisations"))
    said = Message(
        f"Gelesen: {_counted(made.items, 'Programmpunkt', 'Programmpunkte')}, "
        f"{_counted(made.speakers, 'Auftritt', 'Auftritte')}; neu: "
        f"{_counted(people, 'Person', 'Personen')}, "
        f"{_counted(organisations, 'Organisation', 'Organisationen')}.",
        f"Read: {_counted(made.items, 'item', 'items')}, "
        f"{_counted(made.speakers, 'appearance', 'appearances')}; new: "
        f"{_counted(people, 'person', 'people')}, "
        f"{_counted(organisations, 'organisation', 'organisations')}.",
    )
    lines = [said.text(language)]
    lines += [
        Message(f"Nicht eindeutig: {one}", f"Ambiguous: {one}").text(language)
        for one in made.unclear
    ]
    if made.breaks:
        lines.append(Message("Kein Eintrag (Pausen):", "No record (breaks):").text(language))
        lines += [f"  {line:>5}  {_clipped(text)}" for line, text in made.breaks]
    by_reason: dict[str, list[Unread]] = {}
    for one in read.unread:
        by_reason.setdefault(one.why.text(language), []).append(one)
    if read.unread:
        count = len(read.unread)
        lines.append(
            Message(
                f"Nicht gelesen: {_counted(count, 'Zeile', 'Zeilen')}.",
                f"Not read: {_counted(count, 'line', 'lines')}.",
            ).text(language)
        )
    for why, unread in by_reason.items():
        lines.append(f"  {why}:")
        lines += [f"  {one.line:>5}  {_clipped(one.text)}" for one in unread]
    return "\n".join(lines)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def step(one: Step, block: str, language: Language, width: int, left: int) -> str:
    """Return one draft for review: what the page says on the left, the record on the right."""
    half = max(24, (width - 3) // 2)
    shown = [f"{line.number}: {line.text}" for line in one.passages] or [
        one.record.first("anchor") or Message("(keine Zeile)", "(no line)").text(language)
    ]
    before = [part for text in shown for part in textwrap.wrap(_safe(text), half)]
    after = [
        part
        for text in textwrap.dedent(block).split("\n")
        for part in textwrap.wrap(_safe(text), half, subsequent_indent="    ") or [""]
    ]
    rows = itertools.zip_longest(before, after, fillvalue="")
    head = Message(
        f"── {one.record.label} · noch {left} ", f"── {one.record.label} · {left} left "
    ).text(language)
    return "\n".join(
        [head.ljust(width, "─"), *(f"{old:<{half}} │ {new}".rstrip() for old, new in rows)]
    )


def changes(found: Sequence[Change], language: Language) -> str:
    """Return what a push does to each graph, and how many stay as they are."""
    signs = {"added": "+", "changed": "~", "removed": "-"}
    lines = []
    for one in found:
        if one.kind in signs:
            before, after = number(one.before, language), number(one.after, language)
            sizes = {"added": after, "removed": before}.get(one.kind, f"{before} → {after}")
            lines.append(f"{signs[one.kind]} {one.graph} ({sizes})")
    kinds: list[str] = [one.kind for one in found]
    total = {kind: number(kinds.count(kind), language) for kind in (*signs, "kept")}
    last = Message(
        "{added} Graphen neu, {changed} geändert, {removed} entfernt, {kept} unverändert.",
        "{added} graphs added, {changed} changed, {removed} removed, {kept} unchanged.",
    )
    return "\n".join([*lines, last.text(language).format(**total)])


def altered(found: Sequence[tuple[object, str]], language: Language) -> str:
    """Return which statements a server keeps in another form than it was given."""
    lines = [
        Message(
            f"Hinweis: {number(len(found), 'de')} Werte hält der Server in anderer Form:",
            f"Note: the server keeps {number(len(found), 'en')} values in another form:",
        ).text(language)
    ]
    lines += [_safe(f"  {triple} → {kept}") for triple, kept in found[:_EXAMPLES]]
    if len(found) > _EXAMPLES:
        more = number(len(found) - _EXAMPLES, language)
        lines.append(Message(f"  und {more} weitere", f"  and {more} more").text(language))
    return "\n".join(lines)


def question(one: Question, language: Language) -> str:
    """Return title, description, parameters, columns and SPARQL of one question."""
    lines = [one.title.text(language), "", one.description.text(language), ""]
    lines += [
        f"  -p {parameter.name}=…  {parameter.label.text(language)}" for parameter in one.parameters
    ]
    body = "\n".join(line for line in one.text.split("\n") if not line.startswith("#+"))
    return "\n".join([*lines, "", body.strip()])


def answer(
    given: Answer, asked: Question, language: Language, form: str, *, width: int, base: str
) -> tuple[str, int | None]:
    """Return an answer as a terminal table or Markdown, and its number of rows, if it has rows.

    Columns that only hold IRIs (`…_id`) are left out when the question has others.
    """
    if given.truth is not None:
        word = Message("ja", "yes") if given.truth else Message("nein", "no")
        return word.text(language), None
    if given.triples is not None:
        lines = sorted({f"{triple} ." for triple in given.triples})
        return "\n".join(lines), None
    headings = dict(asked.columns)
    shown = [name for name in given.columns if not name.endswith("_id")] or given.columns
    wanted = [given.columns.index(name) for name in shown]
    titles = [headings[name].text(language) if name in headings else name for name in shown]
    rows = [[_cell(row[index], base) for index in wanted] for row in given.rows or ()]
    if form == "md":
        return markdown(titles, rows), len(rows)
    if not rows:
        return Message("Keine Zeile passt.", "No row matches.").text(language), 0
    return table(titles, rows, width), len(rows)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Lay rows out for a terminal.

    What is the same in all rows stands once above the table; a value that the row above has too
    is not repeated in the leading columns.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    same = [
        len(rows) > 1 and len({row[index] for row in rows}) == 1 for index in range(len(titles))
    ]
    if all(same):
        same = [False] * len(titles)
    kept = [index for index in range(len(titles)) if not same[index]]
    above = [
        f"{title}: {cell}"
        for title, cell, one in zip(titles, rows[0], same, strict=True)
        if one and cell
    ]
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    columns = [[titles[index], *(row[index] for row in rows)] for index in kept]
    for column, wide in zip(columns, _widths(columns, width), strict=True):
        figures = all(re.fullmatch(r"-?[\d.,]*", cell) for cell in column[1:])
        justify: Literal["left", "right"] = "right" if figures else "left"
        table.add_column(column[0], overflow="fold", justify=justify, width=wide)
    before: Sequence[str] = ()
    for row in rows:
        shown = [row[index] for index in kept]
        repeated = 0
        while before and repeated < len(shown) - 1 and shown[repeated] == before[repeated]:
            repeated += 1
        cells = ["" if index < repeated else cell for index, cell in enumerate(shown)]
        table.add_row(*(Text(cell) for cell in cells))
        before = shown
    return "\n".join([*above, *([""] if above else []), _rendered(table, width)])


def _widths(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """Share `width` among columns: the widest give first, words stay whole while that works."""
    wide = [max(1, *(len(cell) for cell in column)) for column in columns]
    words = [
        max([1, *(len(word) for cell in column for word in cell.split())]) for column in columns
    ]
    while sum(wide) + 3 * (len(wide) - 1) > width and max(wide) > 1:
        spare = [one if one > min(word, 24) else 0 for one, word in zip(wide, words, strict=True)]
        widest = max(spare) or max(wide)
        wide[(spare if any(spare) else wide).index(widest)] -= 1
    return wide


def _rendered(table: object, width: int) -> str:
    from rich.console import Console

    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip("\n").split("\n"))


def markdown(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows as a Markdown table; what would be markup in a cell is text."""

    def line(cells: Sequence[str]) -> str:
        escaped = (re.sub(r"([\\|*_`<>\[\]])", r"\\\1", cell) for cell in cells)
        return "| " + " | ".join(cell.replace("\n", " ") for cell in escaped) + " |"

    return "\n".join([line(titles), "|" + " --- |" * len(titles), *(line(row) for row in rows)])


def _cell(term: object, base: str) -> str:
    """Return a term as a person reads it: text, or an IRI shortened by base or prefix."""
    if term is None:
        return ""
    value = str(getattr(term, "value", term))
    if type(term).__name__ == "NamedNode":
        if value.startswith(base):
            return value.removeprefix(base)
        for prefix, namespace in PREFIXES.items():
            local = value.removeprefix(namespace)
            if local != value and re.fullmatch(r"[\w-]+", local):
                return f"{prefix}:{local}"
    return _CONTROL.sub("�", value)


def _block(finding: Finding, language: Language, colour: bool) -> str:
    import click

    place = _safe(f"{finding.file}:{finding.line}" if finding.line else finding.file)
    word = {
        "error": Message("Fehler", "error"),
        "warning": Message("Warnung", "warning"),
    }[finding.severity].text(language)
    about = _safe(" · ".join(part for part in (finding.record, finding.field) if part))
    if colour:
        place = click.style(place, bold=True)
        word = click.style(word, fg="red" if finding.severity == "error" else "yellow")
    lines = [f"{place}: {word}" + (f" · {about}" if about else "")]
    lines.append("  " + _safe(finding.problem.text(language)))
    remedy = finding.remedy.text(language)
    if remedy:
        lines.append("  → " + _safe(remedy))
    return "\n".join(lines)


def _clipped(text: str) -> str:
    """Return what a person can read of a text; a value may be a megabyte long."""
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def printable(text: str) -> str:
    r"""Return lines of text without characters that would steer a terminal.

    >>> printable("Netz\x1b[2J")
    'Netz�[2J'
    """
    return _CONTROL.sub("�", text)


def _safe(text: str) -> str:
    return _CONTROL.sub("�", _clipped(text).replace("\n", " "))


def _count(found: Sequence[Finding], language: Language) -> str:
    errors = sum(finding.severity == "error" for finding in found)
    warnings = len(found) - errors
    if not found:
        return Message("Alles in Ordnung: keine Funde.", "All is well: no findings.").text(language)
    files = len({finding.file for finding in found})
    return Message(
        f"{number(errors, 'de')} Fehler, {number(warnings, 'de')} "
        f"{'Warnung' if warnings == 1 else 'Warnungen'} in {files} "
        f"{'Datei' if files == 1 else 'Dateien'}.",
        f"{number(errors, 'en')} {'error' if errors == 1 else 'errors'}, "
        f"{number(warnings, 'en')} {'warning' if warnings == 1 else 'warnings'} in {files} "
        f"{'file' if files == 1 else 'files'}.",
    ).text(language)


def _as_json(found: Sequence[Finding], language: Language) -> dict[str, object]:
    errors = sum(finding.severity == "error" for finding in found)
    return {
        "errors": errors,
        "warnings": len(found) - errors,
        "findings": [
            {
                "file": finding.file,
                "line": finding.line,
                "record": _clipped(finding.record),
                "field": _clipped(finding.field),
                "severity": finding.severity,
                "problem": _clipped(finding.problem.text(language)),
                "remedy": _clipped(finding.remedy.text(language)),
            }
            for finding in found
        ],
    }


def _annotation(finding: Finding, language: Language) -> str:
    def escaped(text: str, *, inside: bool = False) -> str:
        text = _clipped(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        return text.replace(":", "%3A").replace(",", "%2C") if inside else text

    place = f"file={escaped(finding.file, inside=True)},line={finding.line or 1}"
    text = f"{finding.problem.text(language)} {finding.remedy.text(language)}".strip()
    about = " ".join(part for part in (finding.record, finding.field) if part)
    title = f",title={escaped(about, inside=True)}" if about else ""
    return f"::{finding.severity} {place}{title}::{escaped(text)}"
