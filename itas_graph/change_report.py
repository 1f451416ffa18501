"""Comparison -> text, Markdown or JSON: what is new, gone and changed, each with its source."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from itas_graph.actors import Actors
from itas_graph.comparison import (
    SECTIONS,
    Change,
    Comparison,
    Entry,
    Evidence,
    FieldChange,
    Value,
    snapshot,
)
from itas_graph.drawings import Graph
from itas_graph.errors import Language, Message
from itas_graph.evidence import passage
from itas_graph.measure_changes import MeasureChange
from itas_graph.measures import MEASURES
from itas_graph.narration import escaped, linked
from itas_graph.telling import Teller, Told
from itas_graph.words import Words

_TITLES = {
    "organisation": Message("Organisationen", "Organisations"),
    "person": Message("Personen", "People"),
    "initiative": Message("Initiativen", "Initiatives"),
    "event": Message("Veranstaltungen", "Events"),
    "involvement": Message("Beteiligungen an Initiativen", "Involvements in initiatives"),
    "contribution": Message("Mitwirkungen an Veranstaltungen", "Contributions to events"),
    "affiliation": Message("Zugehörigkeiten", "Affiliations"),
    "presentation": Message("Vorstellungen von Initiativen", "Presentations of initiatives"),
}
_KINDS = {
    "new": Message("neu", "new"),
    "gone": Message("weg", "gone"),
    "changed": Message("geändert", "changed"),
}
_SIGNS = {"new": "+", "gone": "−", "changed": "~"}
_FIELDS = {
    "action_fields": Message("Handlungsfelder", "action fields"),
    "aliases": Message("weitere Namen", "other names"),
    "as_of": Message("Stand vom", "as of"),
    "certainty": Message("Sicherheit", "certainty"),
    "date": Message("Beginn", "beginning"),
    "evidence": Message("Belege", "evidence"),
    "function": Message("Funktion", "function"),
    "homepage": Message("Netzseite", "website"),
    "inferred_fields": Message("erschlossene Handlungsfelder", "inferred action fields"),
    "kind": Message("Art", "kind"),
    "label": Message("Name", "name"),
    "one": Message("von", "from"),
    "organisation": Message("im Namen von", "on behalf of"),
    "other": Message("zu", "to"),
    "part_of": Message("Teil von", "part of"),
    "period_as_written": Message("Zeitraum laut Quelle", "period as written"),
    "place": Message("Ort", "place"),
    "role": Message("Rolle", "role"),
    "series": Message("Reihe", "series"),
    "status": Message("Stand", "status"),
    "talk": Message("Programmpunkt", "programme item"),
    "title": Message("Titel", "title"),
    "unit_of": Message("Einheit von", "unit of"),
    "until": Message("Ende", "end"),
    "valid_from": Message("gilt ab", "valid from"),
    "valid_until": Message("gilt bis", "valid until"),
}
#: What the editors say themselves stands in graphs of their own.
_EDITORIAL = {
    "register": Message("Register der Redaktion", "register of the editors"),
    "identities": Message(
        "Identitätsentscheidungen der Redaktion", "identity decisions of the editors"
    ),
}
_DATES = ("as_of", "date", "until", "valid_from", "valid_until")
#: So many of each measure does a person read; programs get all.
_MOST = 3


def written(
    found: Comparison,
    sides: tuple[Graph, Graph],
    names: tuple[str, str],
    form: str,
    language: Language,
) -> str:
    """Return a comparison of two sides, called by their `names`, as `text`, `md` or `json`."""
    reporter = _Reporter(found, sides, language)
    if form == "json":
        data = reporter.data(found, names)
        return json.dumps(data, ensure_ascii=False, indent=2)
    return "\n".join(reporter.lines(found, names, is_markdown=form == "md"))


def fields_in_words(
    found: Comparison, sides: tuple[Graph, Graph]
) -> dict[str, list[dict[str, Any]]]:
    """Return of each change, by its id, what its fields said and say, in both languages.

    Each field has a `name`, what it no longer says (`old`) and what it says now (`new`), both
    lists. Of what is new or gone there is nothing to tell: all of it is.
    """
    reporters = [_Reporter(found, sides, language) for language in ("de", "en")]
    told: dict[str, list[dict[str, Any]]] = {}
    for change in found.changes:
        if change.kind != "changed":
            continue
        for field in change.fields:
            german, english = (one.field_in_words(change.section, field) for one in reporters)
            told.setdefault(change.id, []).append(
                {
                    "name": {"de": german[0], "en": english[0]},
                    "old": [
                        {"de": de, "en": en} for de, en in zip(german[1], english[1], strict=True)
                    ],
                    "new": [
                        {"de": de, "en": en} for de, en in zip(german[2], english[2], strict=True)
                    ],
                }
            )
    return told


class _Side:
    """One of the two networks: its entries and who tells of them."""

    def __init__(
        self, network: Graph, sources: Mapping[str, tuple[str, ...]], language: Language
    ) -> None:
        self.actors = Actors(network)
        self._sources = sources
        self.entries: Mapping[str, Entry] = snapshot(network)
        self.words = Words(language, self.actors.concepts)
        self.teller = Teller(self.actors, self.words)

    def told(self, change: Change) -> Told:
        """Return the sentence of a relation, or an actor's name and source."""
        entry = self.entries[change.id]
        if entry.key in self.actors.relations:
            return self.teller.told(self.actors.relations[entry.key])
        label = self.teller.label(entry.key)
        kind = self.kind(entry)
        source = self.source(change)
        before = f"{label} ({kind})" if kind else label
        if source is None:
            return Told(f"{before}.")
        opening, _, _ = self.words.text("connection.source").partition("{source}")
        return Told(f"{before}; {opening}", source["title"], source["passage"], ".")

    def kind(self, entry: Entry) -> str:
        scheme = f"{entry.section}-kind"
        if entry.section == "event":
            return self.words.date(str(entry.fields.get("date", "")))
        return self.words.concept(scheme, str(entry.fields.get("kind", "")))

    def source(self, change: Change) -> dict[str, Any] | None:
        """Return a source of a change: by the evidence that differs, else by the statements."""
        entry = self.entries.get(change.id)
        if entry is None:
            return None
        pieces = _pieces(entry.fields.get("evidence", ()))
        if change.kind == "changed":
            pieces = self._of_change(change, entry, pieces)
        elif not pieces:
            pieces = self._of_relations(entry) or self._of_statements(entry)
        if not pieces:
            return None
        slug, anchor, heading = pieces[0]
        source = self.actors.sources.get(slug, {})
        return {
            "source": slug,
            "title": self.title(slug),
            "url": source.get("url") or None,
            "anchor": anchor or None,
            "heading": heading or None,
            "passage": passage({"source": slug, "anchor": anchor}, self.actors.sources),
        }

    def _of_change(self, change: Change, entry: Entry, pieces: list[Evidence]) -> list[Evidence]:
        """Return the evidence of what changed; where it has no passage, the source alone."""
        moved = next((one for one in change.fields if one.name == "evidence"), None)
        known = _pieces(moved.old) if moved else pieces
        came = [one for one in pieces if one not in known]
        if came:
            return came
        stated = self._of_statements(entry)
        slugs = [one[0] for one in stated]
        return [one for one in pieces if one[0] in slugs] or stated

    def _of_statements(self, entry: Entry) -> list[Evidence]:
        """Return the sources of the statements that differ, those of others before our own."""
        slugs = {slug for record in entry.records for slug in self._sources.get(record, ())}
        return [
            (slug, "", "") for slug in sorted(slugs, key=lambda slug: (slug in _EDITORIAL, slug))
        ]

    def _of_relations(self, entry: Entry) -> list[Evidence]:
        """Return what sources say of an actor that none describes by itself: by its relations."""
        if entry.key not in self.actors.nodes:
            return []
        return [
            (piece["source"], piece.get("anchor") or "", piece.get("heading") or "")
            for relation in self.actors.around(entry.key)
            for piece in relation.evidence
        ]

    def title(self, slug: str) -> str:
        """Return the name of a source."""
        own = _EDITORIAL.get(slug)
        known = self.actors.sources.get(slug, {}).get("title")
        return str(known or (own.text(self.words.language) if own else slug))

    def value(self, section: str, name: str, value: str) -> str:
        """Return a value as a reader knows it."""
        words = self.words
        schemes = {"status": "status", "action_fields": "action-field"}
        schemes |= {"inferred_fields": "action-field", "kind": f"{section}-kind"}
        if name in _DATES:
            return words.date(value)
        if name in schemes:
            return words.concept(schemes[name], value)
        if name == "role":
            return words.role(value)
        if name == "certainty":
            return words.text(f"certainty.{value}")
        is_actor = name in ("one", "other", "organisation", "unit_of", "part_of")
        return self.teller.label(value) if is_actor and value in self.actors.nodes else value


def _pieces(value: Value | tuple[()]) -> list[Evidence]:
    return [one for one in value if isinstance(one, tuple)]


class _Reporter:
    """Puts a comparison into words of one language."""

    def __init__(self, found: Comparison, sides: tuple[Graph, Graph], language: Language) -> None:
        self._language = language
        self._old, self._new = (_Side(one, found.sources, language) for one in sides)

    def _say(self, de: str, en: str) -> str:
        return Message(de, en).text(self._language)

    def _side(self, kind: str) -> _Side:
        return self._old if kind == "gone" else self._new

    def _counts(self, found: Comparison, section: str) -> dict[str, int]:
        kinds = [str(change.kind) for change in found.changes if change.section == section]
        return {kind: kinds.count(kind) for kind in _KINDS}

    def lines(
        self, found: Comparison, names: tuple[str, str], *, is_markdown: bool
    ) -> Iterator[str]:
        plain = escaped if is_markdown else str
        mark = "# " if is_markdown else ""
        what = self._say("Was sich geändert hat", "What has changed")
        yield f"{mark}{what}: {plain(names[0])} → {plain(names[1])}"
        yield ""
        if not found:
            yield self._say("Nichts hat sich geändert.", "Nothing changed.")
            return
        if not found.changes:
            yield self._say(
                "An Akteuren und Beziehungen hat sich nichts geändert.",
                "Nothing changed in actors and relations.",
            )
        for section in SECTIONS:
            changes = [one for one in found.changes if one.section == section]
            if changes:
                yield from self._section(found, section, changes, is_markdown=is_markdown)
        yield from self._moves(found, is_markdown=is_markdown)
        yield from self._statements(found)

    def _section(
        self, found: Comparison, section: str, changes: list[Change], *, is_markdown: bool
    ) -> Iterator[str]:
        counts = self._counts(found, section)
        listed = ", ".join(
            f"{self._new.words.number(count)} {_KINDS[kind].text(self._language)}"
            for kind, count in counts.items()
            if count
        )
        yield f"{'## ' if is_markdown else ''}{_TITLES[section].text(self._language)}: {listed}"
        if is_markdown:
            yield ""
        for change in changes:
            yield from self._change(change, is_markdown=is_markdown)
        yield ""

    def _change(self, change: Change, *, is_markdown: bool) -> Iterator[str]:
        told = self._side(change.kind).told(change)
        word = _KINDS[change.kind].text(self._language)
        if is_markdown:
            yield f"- **{word}:** {linked(told)}"
        else:
            yield f"  {_SIGNS[change.kind]} {word}: {told.text}"
            if told.url:
                yield f"    {told.url}"
        if change.kind == "changed":
            for field in change.fields:
                mark = "  - " if is_markdown else "    "
                line = self._field(change.section, field)
                yield mark + (escaped(line) if is_markdown else line)

    def field_in_words(self, section: str, field: FieldChange) -> tuple[str, list[str], list[str]]:
        """Return the name of a field, what it no longer says and what it says now."""
        name = self._name(field.name)
        if isinstance(field.old, tuple) or isinstance(field.new, tuple):
            came = [one for one in field.new if one not in field.old]
            went = [one for one in field.old if one not in field.new]
            return (
                name,
                [self._item(self._old, section, field.name, one) for one in went],
                [self._item(self._new, section, field.name, one) for one in came],
            )
        old = self._old.value(section, field.name, field.old) if field.old else ""
        new = self._new.value(section, field.name, field.new) if field.new else ""
        if old == new:  # told apart by their keys alone
            old, new = field.old, field.new
        return name, [old] if old else [], [new] if new else []

    def _field(self, section: str, field: FieldChange) -> str:
        """Return one field as it was and is; of a list, what came and went."""
        name, old, new = self.field_in_words(section, field)
        if isinstance(field.old, tuple) or isinstance(field.new, tuple):
            parts = [f"+ {one}" for one in new] + [f"− {one}" for one in old]
            return f"{name}: {'; '.join(parts)}"
        nothing = self._say("(nichts)", "(nothing)")
        return f"{name}: {''.join(old) or nothing} → {''.join(new) or nothing}"

    def _item(self, side: _Side, section: str, name: str, item: str | Evidence) -> str:
        if isinstance(item, str):
            return side.value(section, name, item)
        source, anchor, _ = item
        return side.title(source) + (
            self._say(f" („{anchor}“)", f" (“{anchor}”)") if anchor else ""
        )

    def _name(self, field: str) -> str:
        return _FIELDS[field].text(self._language)

    def _moves(self, found: Comparison, *, is_markdown: bool) -> Iterator[str]:
        """Return what moved, network by network: a line for each measure, greatest moves first."""
        moved = found.movements
        for name, title in moved.titles.items():
            lines = [
                (label, items)
                for label, items in self._measures(found, name)
                if items  # what differs in the last digits alone is left to programs
            ]
            if not lines:
                continue
            what = self._say("Kennzahlen", "Measures")
            heading = f"{what}: {title.text(self._language)} ({name})"
            yield f"{'## ' if is_markdown else ''}{heading}"
            if is_markdown:
                yield ""
            for label, items in lines:
                rest = self._new.words.number(len(items) - _MOST)
                more = self._say(
                    f"; und {rest} weitere (alle: --format json)",
                    f"; and {rest} more (all: --format json)",
                )
                text = "; ".join(items[:_MOST]) + (more if len(items) > _MOST else "")
                yield f"- **{label}:** {escaped(text)}" if is_markdown else f"  ~ {label}: {text}"
            yield ""
        if moved.left_out:
            yield self._left_out(found)

    def _measures(self, found: Comparison, name: str) -> Iterator[tuple[str, list[str]]]:
        """Yield the label of each measure of a network, and all that moved in it, in words."""
        moved = found.movements
        for measure in MEASURES.values():
            label = measure.label.text(self._language)
            if measure.name == "degree":
                label = self._say("Nachbarn", "neighbours")
            if measure.name == "communities":
                some = [one for one in moved.communities if one.drawing == name]
                language = self._language
                yield (
                    label,
                    [
                        f"{self._label(one.key)} „{one.old.de}“ → „{one.new.de}“"
                        if language == "de"
                        else f"{self._label(one.key)} “{one.old.en}” → “{one.new.en}”"
                        for one in some
                    ],
                )
            elif measure.name == "bridges":
                yield (
                    label,
                    [
                        f"{_SIGNS[one.kind]} {_KINDS[one.kind].text(self._language)} "
                        f"{self._label(one.ends[0])} – {self._label(one.ends[1])}"
                        for one in moved.bridges
                        if one.drawing == name
                    ],
                )
            else:
                values = (one for one in moved.values if one.drawing == name)
                told = (self._move(one) for one in values if one.measure == measure.name)
                yield label, [text for text in told if text]

    def _move(self, move: MeasureChange) -> str:
        """Return a move in words, or nothing if a reader would see none."""
        old, new = self._number(move.old), self._number(move.new)
        ranks = tuple(self._new.words.number(rank) if rank else "–" for rank in move.ranks)
        if old == new:
            return ""
        if move.measure == "articulation":
            return self._joint(move)
        place = self._say("Rang", "rank")
        places = f"{place} {ranks[0]} → {ranks[1]}" if ranks[0] != ranks[1] else ""
        text = f"{self._label(move.key)} {old} → {new}"
        return f"{text} ({places})" if places else text

    def _joint(self, move: MeasureChange) -> str:
        """Return who holds parts together, or no longer does."""
        kind = "gone" if not move.new else "changed" if move.old else "new"
        parts = self._number(move.new or move.old)
        if kind == "changed":
            parts = f"{self._number(move.old)} → {parts}"
        word = self._say("Teile", "parts")
        said = f"{_SIGNS[kind]} {_KINDS[kind].text(self._language)}"
        return f"{said} {self._label(move.key)} ({parts} {word})"

    def _label(self, key: str) -> str:
        """Return the name of an actor of either side, or of an action field."""
        kind, _, slug = key.partition("/")
        if kind == "action-field":
            return self._new.words.concept(kind, slug)
        side = self._new if key in self._new.actors.nodes else self._old
        return side.teller.label(key)

    def _left_out(self, found: Comparison) -> str:
        names = "; ".join(
            f"{name}: {', '.join(some)}" for name, some in found.movements.left_out.items()
        )
        return self._say(
            f"Wegen der Größe nicht verglichen: {names}. Einzeln misst sie „itas-graph measure“.",
            f"Not compared because of the size: {names}. “itas-graph measure” does it one by one.",
        )

    def _number(self, value: float | None) -> str:
        if value is None:
            return "–"
        text = f"{value:.4f}".rstrip("0").rstrip(".")
        return text.replace(".", ",") if self._language == "de" else text

    def _statements(self, found: Comparison) -> Iterator[str]:
        new, gone = (len(found.statements.get(kind, ())) for kind in ("new", "gone"))
        if new or gone:
            count = self._new.words.number
            yield self._say(
                f"Im Datensatz sind damit {count(new)} Aussagen neu und {count(gone)} weg "
                "(einzeln: --format json).",
                f"In the dataset {count(new)} statements are new and {count(gone)} are gone "
                "(one by one: --format json).",
            )

    def data(self, found: Comparison, names: tuple[str, str]) -> dict[str, Any]:
        return {
            "old": names[0],
            "new": names[1],
            "language": self._language,
            "changed": bool(found),
            "counts": {section: self._counts(found, section) for section in SECTIONS},
            "changes": [
                {
                    "section": change.section,
                    "kind": change.kind,
                    "id": change.id,
                    "sentence": self._side(change.kind).told(change).text,
                    "fields": [
                        {
                            "name": field.name,
                            "label": self._name(field.name),
                            "old": field.old or None,
                            "new": field.new or None,
                        }
                        for field in change.fields
                    ],
                    "source": self._side(change.kind).source(change),
                }
                for change in found.changes
            ],
            "measures": [
                {
                    "drawing": one.drawing,
                    "measure": one.measure,
                    "key": one.key,
                    "label": self._label(one.key),
                    "old": one.old,
                    "new": one.new,
                    "old_rank": one.ranks[0],
                    "new_rank": one.ranks[1],
                }
                for one in found.movements.values
            ],
            "communities": [
                {
                    "drawing": one.drawing,
                    "key": one.key,
                    "label": self._label(one.key),
                    "old": {"de": one.old.de, "en": one.old.en},
                    "new": {"de": one.new.de, "en": one.new.en},
                }
                for one in found.movements.communities
            ],
            "bridges": [
                {
                    "drawing": one.drawing,
                    "kind": one.kind,
                    "ends": list(one.ends),
                    "labels": [self._label(end) for end in one.ends],
                }
                for one in found.movements.bridges
            ],
            "not_compared": {name: list(some) for name, some in found.movements.left_out.items()},
            "statements": {kind: list(some) for kind, some in found.statements.items()},
        }
