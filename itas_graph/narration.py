"""Explanation -> text, Markdown or JSON: the page's sentences, with the way to each passage."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from itas_graph.actors import FIELD, Actors, Relation
from itas_graph.errors import Language, Message
from itas_graph.evidence import passage
from itas_graph.explanation import Connection, Hop, Portrait, Way
from itas_graph.telling import Teller, Told
from itas_graph.words import Words

FORMATS = ("text", "md", "json")
_FEW = 12
_STRICT = Message(
    "Nur was belegt ist und nicht bloß angekündigt war.",
    "Only what is stated and was not merely announced.",
)


def connection(actors: Actors, found: Connection, form: str, language: Language) -> str:
    """Return how two actors are connected as `text`, `md` or `json`."""
    narrator = _Narrator(actors, language)
    if form == "json":
        return _json(narrator.connection_data(found))
    lines = narrator.connection_lines(found, is_markdown=form == "md")
    return "\n".join(lines)


def portrait(actors: Actors, found: Portrait, form: str, language: Language) -> str:
    """Return who an actor is and all it is connected to as `text`, `md` or `json`."""
    narrator = _Narrator(actors, language)
    if form == "json":
        return _json(narrator.portrait_data(found))
    return "\n".join(narrator.portrait_lines(found, is_markdown=form == "md"))


def escaped(text: str) -> str:
    r"""Return a text as Markdown that shows it as it is.

    >>> print(escaped("<b>Netz</b> [1]"))
    \<b\>Netz\</b\> \[1\]
    """
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", text)


def linked(told: Told) -> str:
    """Return a sentence as Markdown, its source as a link.

    >>> print(linked(Told("Es sprach Eva (Quelle: ", "Netz", "https://example.org/a_(b)", ").")))
    Es sprach Eva (Quelle: [Netz](<https://example.org/a_(b)>)).
    """
    source = escaped(told.source)
    if told.url:
        address = re.sub(r"[<>\s]", "", told.url)
        source = f"[{source}](<{address}>)"
    return escaped(told.before) + source + escaped(told.after)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)


class _Narrator:
    """Puts explanations into words of one language."""

    def __init__(self, actors: Actors, language: Language) -> None:
        self._actors = actors
        self._language = language
        self._words = Words(language, actors.concepts)
        self._teller = Teller(actors, self._words)
        self._label = self._teller.label

    def _say(self, de: str, en: str) -> str:
        return Message(de, en).text(self._language)

    # ---- two actors

    def question(self, found: Connection) -> str:
        words = self._words
        return (
            f"{words.text('connection.question.before')} {self._label(found.one)} "
            f"{words.text('connection.question.and')} {self._label(found.other)}"
            f"{words.text('connection.question.after')}"
        )

    def _conditions(self, as_of: str, *, is_strict: bool = False) -> list[str]:
        words = self._words
        date = words.text("date.asOf", date=words.date(as_of)) if as_of else ""
        return [
            one
            for one in (f"{date}." if date else "", _STRICT.text(words.language) * is_strict)
            if one
        ]

    def _summary(self, found: Connection) -> list[str]:
        words = self._words
        if not found.ways:
            return self._why_not(found)
        count = words.counted("connection.n.ways", len(found.ways))
        lines = [f"{count} {words.text('connection.order')}"]
        organisations = [
            self._label(key) for key in found.between if self._actors.group(key) == "organisation"
        ]
        if organisations:
            lines.append(f"{words.text('connection.between')} {', '.join(organisations)}")
        return lines

    def _why_not(self, found: Connection) -> list[str]:
        words = self._words
        if found.why == "alone":
            return [words.text("connection.none.alone", name=self._label(found.alone))]
        if found.why == "ever":
            return [
                words.text("connection.none.ever"),
                *(self._component(one.key, one.members) for one in found.components),
            ]
        otherwise = words.counted("connection.none.else", found.otherwise)
        return [f"{words.text(f'connection.none.{found.why}')} {otherwise}"]

    def _component(self, key: str, members: Sequence[str]) -> str:
        others = [self._label(one) for one in members if one != key]
        name, listed = self._label(key), ", ".join(others)
        if len(others) == 1:
            return self._say(
                f"Mit {name} hängt nur {listed} zusammen.",
                f"Only {listed} is connected with {name}.",
            )
        number = self._words.number(len(others))
        named = f": {listed}" if len(others) <= _FEW else ""
        return self._say(
            f"Mit {name} hängen {number} andere zusammen{named}.",
            f"{number} others are connected with {name}{named}.",
        )

    def _heading(self, way: Way, number: int) -> str:
        words = self._words
        title = words.text("connection.way", n=str(number))
        if not way.between:
            return f"{title} – {words.text('connection.direct')}"
        stops = " → ".join(self._label(key) for key in way.between)
        return f"{title} {words.text('connection.over')} {stops}"

    def connection_lines(self, found: Connection, *, is_markdown: bool) -> Iterator[str]:
        plain = escaped if is_markdown else str
        yield f"{'# ' if is_markdown else ''}{plain(self.question(found))}"
        yield ""
        yield from map(plain, self._conditions(found.as_of, is_strict=found.is_strict))
        yield from map(plain, self._summary(found))
        for number, way in enumerate(found.ways, 1):
            yield ""
            yield f"{'## ' if is_markdown else ''}{plain(self._heading(way, number))}"
            if is_markdown:
                yield ""
            for step, hop in enumerate(way.hops, 1):
                yield from self._hop(hop, step, is_markdown=is_markdown)

    def _hop(self, hop: Hop, step: int, *, is_markdown: bool) -> Iterator[str]:
        indent = "   " if is_markdown else "     "
        mark = f"{step}. " if is_markdown else f"  {step}. "
        yield from self._relation(hop.relation, mark, indent, is_markdown=is_markdown)
        if hop.others:
            yield f"{indent}{self._words.counted('connection.n.also', len(hop.others))}:"
            if is_markdown:
                yield ""
            for relation in hop.others:
                inner = f"{indent}  "
                yield from self._relation(relation, f"{indent}- ", inner, is_markdown=is_markdown)

    def _relation(
        self, relation: Relation, mark: str, indent: str, *, is_markdown: bool
    ) -> Iterator[str]:
        """Yield a sentence and, where there is one, the passage that says so."""
        told = self._teller.told(relation)
        if is_markdown:
            yield f"{mark}{linked(told)}"
            return
        yield f"{mark}{told.text}"
        anchor = relation.evidence[0].get("anchor") if relation.evidence else None
        yield from self._passage(anchor, told.url, indent)

    def _passage(self, anchor: str | None, url: str | None, indent: str) -> Iterator[str]:
        quoted = Message(f"„{anchor}“", f"“{anchor}”").text(self._language) if anchor else ""
        line = " – ".join(part for part in (quoted, url) if part)
        if line:
            yield f"{indent}{line}"

    def connection_data(self, found: Connection) -> dict[str, Any]:
        return {
            "question": self.question(found),
            "language": self._language,
            "from": self._actor(found.one),
            "to": self._actor(found.other),
            "as_of": found.as_of or None,
            "only_stated": found.is_strict,
            "summary": self._summary(found),
            "organisations_between": [
                self._actor(key)
                for key in found.between
                if self._actors.group(key) == "organisation"
            ],
            "ways": [
                {
                    "heading": self._heading(way, number),
                    "steps": len(way.hops),
                    "doubts": sum(hop.relation.doubts for hop in way.hops),
                    "between": [self._actor(key) for key in way.between],
                    "hops": [self._hop_data(hop) for hop in way.hops],
                }
                for number, way in enumerate(found.ways, 1)
            ],
            "components": [
                {"of": self._actor(one.key), "members": list(one.members)}
                for one in found.components
            ],
        }

    def _hop_data(self, hop: Hop) -> dict[str, Any]:
        return {
            "from": hop.one,
            "to": hop.other,
            **self.relation_data(hop.relation),
            "also": [self.relation_data(relation) for relation in hop.others],
        }

    def _actor(self, key: str) -> dict[str, str]:
        return {"key": key, "label": self._label(key), "group": self._actors.group(key)}

    def relation_data(self, relation: Relation) -> dict[str, Any]:
        """Return a relation with its sentence and all its evidence, as plain values."""
        names = ("date", "valid_from", "valid_until", "as_of", "status")
        return {
            "sentence": self._teller.told(relation).text,
            "relation": relation.key,
            "type": relation.type,
            "role": relation.role or None,
            "role_label": self._words.role(relation.role) if relation.role else None,
            **{name: getattr(relation, name) or None for name in names},
            "certainty": relation.certainty,
            "announced": relation.is_planned,
            **{name: relation.via.get(name) for name in ("person", "function", "talk", "event")},
            "on_behalf_of": relation.via.get("organisation"),
            "evidence": [self._evidence(piece) for piece in relation.evidence],
        }

    def _evidence(self, piece: Any) -> dict[str, Any]:  # noqa: ANN401  # what a source says
        source = self._actors.sources.get(piece["source"], {})
        return {
            "source": piece["source"],
            "title": source.get("title") or piece["source"],
            "publisher": source.get("publisher") or None,
            "published": source.get("published") or None,
            "url": source.get("url") or None,
            "anchor": piece.get("anchor"),
            "heading": piece.get("heading"),
            "passage": passage(piece, self._actors.sources),
        }

    # ---- one actor

    def _kind(self, key: str) -> str:
        words, node = self._words, self._actors.nodes.get(key, {})
        group = self._actors.group(key)
        if group == FIELD:
            return words.text("facet.field")
        if group in ("person", "event"):
            return words.text(f"kind.{group}")
        kind = words.concept(f"{group}-kind", node.get("kind") or "")
        kind = kind or words.text(f"kind.{group}")
        return f"{kind} · {words.text('details.consortium')}" if node.get("consortium") else kind

    def _facts(self, key: str) -> list[tuple[str, str]]:
        """Return what is known of an actor by itself, as name and value."""
        words, node = self._words, self._actors.nodes.get(key, {})
        group = self._actors.group(key)
        fields = [words.field(slug) for slug in node.get("action_fields") or ()]
        period = (
            (node.get("date") or "", node.get("until") or "")
            if group == "event"
            else (node.get("valid_from") or "", node.get("valid_until") or "")
        )
        one_day = group == "event" and not period[1]
        when = words.date(period[0]) if one_day else words.period(*period)
        facts = [
            ("details.also", ", ".join(node.get("aliases") or ())),
            ("facet.field", ", ".join(fields)),
            ("details.when" if group == "event" else "details.period", when),
            ("details.where", node.get("place") or ""),
            ("details.series", node.get("series") or ""),
            ("details.status", words.concept("status", node.get("status") or "")),
            ("details.unitOf", self._named(node.get("unit_of"))),
            ("details.partOf", self._named(node.get("part_of"))),
            ("details.homepage", node.get("homepage") or ""),
        ]
        return [(words.text(name), value) for name, value in facts if value]

    def _named(self, key: str | None) -> str:
        return self._label(key) if key in self._actors.nodes and key else ""

    def portrait_lines(self, found: Portrait, *, is_markdown: bool) -> Iterator[str]:
        plain = escaped if is_markdown else str
        bullet = "- " if is_markdown else "  "
        yield f"{'# ' if is_markdown else ''}{plain(self._label(found.key))}"
        yield ""
        yield plain(self._kind(found.key))
        if is_markdown:
            yield ""
        for name, value in self._facts(found.key):
            yield f"{bullet}{plain(name)}: {plain(value)}"
        yield from map(plain, self._conditions(found.as_of, is_strict=found.is_strict))
        if found.why:
            yield ""
            name = self._label(found.key)
            yield plain(self._words.text(f"connection.none.{found.why}", name=name))
        for heading, relations in found.groups.items():
            yield ""
            count = self._words.counted("n.relations", len(relations))
            yield f"{'## ' if is_markdown else ''}{plain(self._words.text(heading))} ({count})"
            if is_markdown:
                yield ""
            for relation in relations:
                mark = "- " if is_markdown else "  – "
                yield from self._relation(relation, mark, "    ", is_markdown=is_markdown)
        yield from self._named_in(found.key, is_markdown=is_markdown)

    def _named_in(self, key: str, *, is_markdown: bool) -> Iterator[str]:
        pieces = self._actors.nodes.get(key, {}).get("evidence") or ()
        if not pieces:
            return
        yield ""
        yield f"{'## ' if is_markdown else ''}{self._words.text('details.evidence.node')}"
        if is_markdown:
            yield ""
        for piece in pieces:
            data = self._evidence(piece)
            source = Told("", data["title"], data["passage"])
            if is_markdown:
                yield f"- {linked(source)}"
                continue
            yield f"  – {data['title']}"
            yield from self._passage(data["anchor"], data["passage"], "    ")

    def portrait_data(self, found: Portrait) -> dict[str, Any]:
        pieces = self._actors.nodes.get(found.key, {}).get("evidence") or ()
        return {
            **self._actor(found.key),
            "kind": self._kind(found.key),
            "language": self._language,
            "as_of": found.as_of or None,
            "only_stated": found.is_strict,
            "facts": dict(self._facts(found.key)),
            "groups": [
                {
                    "heading": self._words.text(heading),
                    "relations": [self.relation_data(relation) for relation in relations],
                }
                for heading, relations in found.groups.items()
            ],
            "evidence": [self._evidence(piece) for piece in pieces],
        }
