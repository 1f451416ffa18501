"""An imagined network beside the present one -> text: table, Markdown, CSV, JSON.

Every form says that it is imagined, CSV in each row: no figure of it is to pass for a real one.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from itas_graph import shifts
from itas_graph.absence import Removed
from itas_graph.errors import Language, Message
from itas_graph.measurements import PROCEDURES
from itas_graph.measures import Lines
from itas_graph.plans import Added
from itas_graph.readings import listed, number
from itas_graph.report import markdown, table
from itas_graph.scenario import Scenario
from itas_graph.shifts import Outlook, Shift, Shifted, Side

#: So many shifts of each measure does a person read.
TOP = 5

_GONE = (
    ("involvements", "Beteiligung", "Beteiligungen", "involvement", "involvements"),
    ("grants", "Förderung", "Förderungen", "grant", "grants"),
    ("participations", "Teilnahme", "Teilnahmen", "participation", "participations"),
    ("affiliations", "Zugehörigkeit", "Zugehörigkeiten", "affiliation", "affiliations"),
)
_KEPT = (
    ("appearances", "Auftritt", "Auftritte", "appearance on its behalf", "appearances on its "
     "behalf"),
    ("events", "Veranstaltung", "Veranstaltungen", "event", "events"),
)  # fmt: skip


def shown(
    scenario: Scenario,
    sides: tuple[Side, Side],
    form: str,
    language: Language,
    *,
    top: int | None,
    width: int,
) -> str:
    """Return what would be beside what is, as `table`, `md`, `csv` or `json`.

    Args:
        scenario: what is imagined.
        sides: the measured projection as it is and as it would be.
        form: which of the forms.
        language: of table, Markdown and CSV; JSON has both.
        top: how many shifts of each measure; without it 5 for people and all for programs.
        width: how many characters a line of the table holds.
    """
    now, then = sides
    away = [one.key for one in scenario.removed]
    # At an earlier date only those can lose somebody who were there.
    known = set(now.on.keys) if now.graph.graph["as_of"] else {one.key for one in scenario.forsaken}
    lost = [(one.key, one.label) for one in scenario.forsaken if one.key in known]
    found = shifts.compare(now, then)
    seen = shifts.outlook(now, then, away, lost)
    if form == "json":
        block = _block(scenario, sides, seen, lost, found, top)
        return json.dumps(block, ensure_ascii=False, indent=1) + "\n"
    if form == "csv":
        return _csv(scenario, now, found, top, language)
    lines = _opening(scenario, sides, seen, language, form)
    for one in found:
        label = f"{one.measure.label.text(language)} ({one.measure.name})"
        lines += ["", f"## {label}" if form == "md" else label, ""]
        titles, rows = _rows(one, away, top or TOP, language)
        if not rows:
            lines.append(
                Message("Hier ändert sich nichts.", "Nothing changes here.").text(language)
            )
        else:
            lines.append(markdown(titles, rows) if form == "md" else table(titles, rows, width))
    return "\n".join(lines) + "\n"


def premises(scenario: Scenario) -> list[Message]:
    """Return what has to stand above anything that is said of an imagined network."""
    condition, lost = scenario.condition, [one.label for one in scenario.forsaken]
    names = listed([Message(label, label) for label in lost])
    said = [
        Message(
            f"Gedankenspiel, nicht der Bestand: {condition.de}.",
            f"Imagined, not the present state: {condition.en}.",
        ),
        *notes(scenario),
    ]
    if lost:
        said.append(
            Message(
                f"Ohne eine letzte Organisation wäre dann: {names.de}.",
                f"Left without a last organisation would be: {names.en}.",
            )
        )
    return said


def notes(scenario: Scenario) -> list[Message]:
    """Return what is gone with each organisation, what stays without it, and what came true."""
    return [*map(_absence, scenario.removed), *map(_arrival, scenario.added)]


def _absence(one: Removed) -> Message:
    gone = [_counted(getattr(one, name), *words) for name, *words in _GONE if getattr(one, name)]
    kept = [_counted(getattr(one, name), *words) for name, *words in _KEPT if getattr(one, name)]
    german, english = [f"„{one.label}“ fehlt"], [f"“{one.label}” is missing"]
    if gone:
        german.append("mit ihr " + ", ".join(text.de for text in gone))
        english.append("with it " + ", ".join(text.en for text in gone))
    if kept:
        german.append("ohne sie bleiben " + ", ".join(text.de for text in kept))
        english.append("what stays without it: " + ", ".join(text.en for text in kept))
    if one.units:
        german.append("ihre Teile bleiben: " + ", ".join(one.units))
        english.append("its units stay: " + ", ".join(one.units))
    return Message("; ".join(german) + ".", "; ".join(english) + ".")


def _counted(count: int, one: str, many: str, single: str, several: str) -> Message:
    return Message(
        f"{count} {one if count == 1 else many}", f"{count} {single if count == 1 else several}"
    )


def _arrival(one: Added) -> Message:
    name = Path(one.file).name
    entries = Message(
        "1 Eintrag" if one.records == 1 else f"{one.records} Einträge",
        "1 record" if one.records == 1 else f"{one.records} records",
    )
    return Message(
        f"{name}: {entries.de} zählen, als wären sie eingetreten; {one.come_true} davon waren nur "
        "geplant, angefragt oder Entwurf.",
        f"{name}: {entries.en} count as if they had come true; {one.come_true} of them were only "
        "planned, requested or a draft.",
    )


def _opening(
    scenario: Scenario, sides: tuple[Side, Side], seen: Outlook, language: Language, form: str
) -> list[str]:
    now, then = sides
    about = now.graph.graph
    title = f"{about['question'][language]} ({about['name']})"
    sentence = shifts.sentence(seen, scenario.condition)
    counts = Message(
        f"Gedankenspiel, nicht der Bestand: {_size(now.on).de} jetzt, {_size(then.on).de} dann; "
        f"Stand der Daten {about['stand'] or 'unbekannt'}",
        f"Imagined, not the present state: {_size(now.on).en} now, {_size(then.on).en} then; "
        f"data of {about['stand'] or 'unknown date'}",
    )
    cut = Message(f", was bis {about['as_of']} begann", f", what began until {about['as_of']}")
    text = counts.text(language) + (cut.text(language) if about["as_of"] else "") + "."
    told = [one.text(language) for one in notes(scenario)]
    if form == "md":
        return [
            f"# {title}",
            "",
            sentence.text(language),
            "",
            text,
            "",
            *(f"- {one}" for one in told),
        ]
    return [sentence.text(language), "", title, text, *told]


def _size(on: Lines) -> Message:
    nodes, pairs = len(on.keys), len(on.pairs)
    return Message(f"{nodes} Knoten, {pairs} Linien", f"{nodes} nodes, {pairs} lines")


def _rows(
    one: Shifted, away: Sequence[str], top: int, language: Language
) -> tuple[list[str], list[list[str]]]:
    titles = [
        Message("Wer", "Who"),
        Message("Wert jetzt → dann", "Value now → then"),
        Message("Änderung", "Change"),
        Message("Rang jetzt → dann", "Rank now → then"),
    ]
    telling = [shift for shift in one.shifts if shift.change and shift.key not in away]
    rows = [
        [
            shift.label.text(language),
            f"{number(shift.now).text(language)} → {number(shift.then).text(language)}",
            _signed(shift).text(language),
            f"{shift.rank_now or '–'} → {shift.rank_then or '–'}",
        ]
        for shift in telling[:top]
    ]
    return [title.text(language) for title in titles], rows


def _signed(shift: Shift) -> Message:
    is_whole = isinstance(shift.now or 0, int) and isinstance(shift.then or 0, int)
    size = number(int(abs(shift.change)) if is_whole else abs(shift.change))
    sign = "+" if shift.change > 0 else "\u2212"
    return Message(sign + size.de, sign + size.en)


def _csv(
    scenario: Scenario, now: Side, found: Sequence[Shifted], top: int | None, language: Language
) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(
        [
            *("imagined", "network", "measure", "node", "name"),
            *("value_now", "value_then", "change", "rank_now", "rank_then"),
        ]
    )
    condition = scenario.condition.text(language)
    for one in found:
        for shift in one.shifts[:top]:
            writer.writerow(
                [
                    *(condition, now.graph.graph["name"], one.measure.name, shift.key),
                    shift.label.text(language),
                    *("" if value is None else value for value in _values(shift)),
                    *(rank or "" for rank in (shift.rank_now, shift.rank_then)),
                ]
            )
    return output.getvalue()


def _values(shift: Shift) -> list[float | None]:
    return [_rounded(shift.now), _rounded(shift.then), shift.change]


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, shifts.DIGITS)


def _block(
    scenario: Scenario,
    sides: tuple[Side, Side],
    seen: Outlook,
    lost: Sequence[tuple[str, str]],
    found: Sequence[Shifted],
    top: int | None,
) -> dict[str, Any]:
    now, then = sides
    about = now.graph.graph
    return {
        "imagined": True,
        "condition": _both(scenario.condition),
        "sentence": _both(shifts.sentence(seen, scenario.condition)),
        "without": [asdict(one) for one in scenario.removed],
        "with": [asdict(one) for one in scenario.added],
        "notes": [_both(one) for one in notes(scenario)],
        "network": about["name"],
        "question": about["question"],
        "modified": about["stand"],
        "as_of": about["as_of"],
        "nodes": {"now": len(now.on.keys), "then": len(then.on.keys)},
        "lines": {"now": len(now.on.pairs), "then": len(then.on.pairs)},
        "parts": {"now": seen.parts[0], "then": seen.parts[1]},
        "forsaken": [{"node": key, "label": label} for key, label in lost],
        "alone": [_both(one) for one in seen.alone],
        "joining": [_both(one) for one in seen.joining],
        "measures": [
            {
                "measure": one.measure.name,
                "label": _both(one.measure.label),
                "procedure": PROCEDURES[one.measure.name],
                "parameters": dict(one.measure.parameters),
                "shifts": [
                    {
                        "node": shift.key,
                        "label": _both(shift.label),
                        "now": _rounded(shift.now),
                        "then": _rounded(shift.then),
                        "change": shift.change,
                        "rank_now": shift.rank_now,
                        "rank_then": shift.rank_then,
                    }
                    for shift in one.shifts[:top]
                ],
            }
            for one in found
        ],
    }


def _both(text: Message) -> dict[str, str]:
    return {"de": text.de, "en": text.en}
