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
    MeasureChange,
    Value,
    snapshot,
)
from itas_graph.drawings import Graph
from itas_graph.errors import Language, Message
from itas_graph.evidence import passage
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
_DRAWINGS = {
    "organisation-initiative": Message(
        "Organisationen und Initiativen", "organisations and initiatives"
    ),
    "organisation-organisation": Message(
        "Organisationen untereinander", "organisations among each other"
    ),
}
_MEASURES = {
    "degree": Message("Nachbarn", "neighbours"),
    "betweenness": Message("Anteil der kürzesten Wege", "share of shortest paths"),
}
_MOST = 10


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

    def _field(self, section: str, field: FieldChange) -> str:
        """Return one field as it was and is; of a list, what came and went."""
        name = self._name(field.name)
        if isinstance(field.old, tuple) or isinstance(field.new, tuple):
            came = [one for one in field.new if one not in field.old]
            went = [one for one in field.old if one not in field.new]
            parts = [f"+ {self._item(self._new, section, field.name, one)}" for one in came]
            parts += [f"− {self._item(self._old, section, field.name, one)}" for one in went]
            return f"{name}: {'; '.join(parts)}"
        nothing = self._say("(nichts)", "(nothing)")
        old = self._old.value(section, field.name, field.old) if field.old else ""
        new = self._new.value(section, field.name, field.new) if field.new else ""
        if old == new:  # told apart by their keys alone
            old, new = field.old, field.new
        return f"{name}: {old or nothing} → {new or nothing}"

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
        groups: dict[tuple[str, str], list[MeasureChange]] = {}
        for one in found.measures:
            groups.setdefault((one.drawing, one.measure), []).append(one)
        plain = escaped if is_markdown else str
        for (drawing, measure), moves in groups.items():
            title = _MEASURES[measure].text(self._language)
            title += f" ({_DRAWINGS[drawing].text(self._language)})"
            changed = _KINDS["changed"].text(self._language)
            mark = "## " if is_markdown else ""
            yield f"{mark}{title}: {self._new.words.number(len(moves))} {changed}"
            if is_markdown:
                yield ""
            for move in moves[:_MOST]:
                label = plain(self._new.teller.label(move.key))
                numbers = f"{self._number(move.old)} → {self._number(move.new)}"
                yield f"{'- ' if is_markdown else '  ~ '}{label}: {numbers}"
            if len(moves) > _MOST:
                rest = self._new.words.number(len(moves) - _MOST)
                more = self._say(
                    f"und {rest} weitere (alle: --format json)",
                    f"and {rest} more (all: --format json)",
                )
                yield f"{'- ' if is_markdown else '  '}{more}"
            yield ""

    def _number(self, value: float) -> str:
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
                    "label": self._new.teller.label(one.key),
                    "old": one.old,
                    "new": one.new,
                }
                for one in found.measures
            ],
            "statements": {kind: list(some) for kind, some in found.statements.items()},
        }
