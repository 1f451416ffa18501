"""Relation -> a sentence, with when, how sure and who says so: word for word as telling.js has it.

The sentences stand in templates/texts/connection.json, by type and role; what stands there in
[brackets] is left out when a value in it is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from itas_graph.actors import FIELD, Actors, Relation
from itas_graph.evidence import passage
from itas_graph.words import Words

_QUOTABLE = ("initiative", "event")
_INNER = {"de": str.maketrans("„“", "‚‘"), "en": str.maketrans("„“", "‘’")}


@dataclass(frozen=True)
class Told:
    """A sentence; where it names a source, the name stands apart, with the address if any."""

    before: str
    source: str = ""
    url: str | None = None
    after: str = ""

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.before}{self.source}{self.after}"


def filled(template: str, values: Mapping[str, str]) -> str:
    """Put values into a template of the page's texts; those that are "" count as not known.

    >>> filled(
    ...     "{one} sprach[ am {day}][ für {body}].", {"one": "Eva Muster", "body": "Linde e. V."}
    ... )
    'Eva Muster sprach für Linde e. V..'
    """

    def put(text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], ""), text)

    parts = re.split(r"\[([^\]]*)\]", template)
    return "".join(
        put(part)
        for at, part in enumerate(parts)
        if at % 2 == 0 or all(values.get(name) for name in re.findall(r"\{(\w+)\}", part))
    )


class Teller:
    """Tells the relations of some actors in one language."""

    def __init__(self, actors: Actors, words: Words) -> None:
        self._actors = actors
        self._words = words

    def label(self, key: str) -> str:
        """Return the name of an actor or an action field."""
        if key not in self._actors.nodes:
            return self._words.field(key.removeprefix(f"{FIELD}/"))
        return str(self._actors.nodes[key].get("label", ""))

    def told(self, relation: Relation) -> Told:
        """Return a relation in a full sentence: who did what, when, how sure, who says so."""
        words = self._words
        remarks = self._since_when(relation)
        if relation.is_planned:
            status = words.concept("status", relation.status)
            remarks.append(status or words.text("phase.planned"))
        if relation.certainty == "inferred":
            remarks.append(words.text("certainty.inferred.long"))
        before = f"{self.statement(relation)} ({''.join(f'{one}; ' for one in remarks)}"
        source = self._source(relation)
        return Told(before + source.before, source.source, source.url, f"{source.after}).")

    def statement(self, relation: Relation) -> str:
        """Return what a relation says, without its full stop."""
        via = relation.via
        other = self.label(relation.other)
        organisation = via.get("organisation", "")
        talk = via.get("talk", "")
        quoted = {name: self._nested(via.get(name, "")) for name in ("person", "function", "event")}
        return filled(
            self._template(relation),
            {
                **quoted,
                "one": self._quotable(relation.one),
                "other": self._quotable(relation.other),
                "organisation": (
                    self.label(organisation) if organisation in self._actors.nodes else ""
                ),
                "role": self._words.role(relation.role),
                "talk": self._nested(talk) if talk != other else "",
                "when": self._when(relation.date or via.get("date", "")),
            },
        )

    def _template(self, relation: Relation) -> str:
        """Return the most particular sentence there is for a relation."""
        kind = f"connection.{relation.type}"
        if relation.type == "affiliation" and not relation.via.get("event"):
            kind = "connection.affiliation.member"
        is_nobody = relation.type == "involvement" and not relation.via.get("person")
        nobody = ".nobody" if is_nobody else ""
        opened = ".open" if relation.is_planned else ""
        keys = (
            f"{kind}.{relation.role}{nobody}{opened}",
            f"{kind}.{relation.role}{opened}",
            f"{kind}{opened}",
        )
        return self._words.text(next((key for key in keys if key in self._words), kind))

    def _when(self, date: str) -> str:
        """Return a day, month or year with its preposition."""
        if not date:
            return ""
        kind = "day" if len(date) > 7 else "month" if len(date) > 4 else "year"
        return self._words.text(f"connection.when.{kind}", date=self._words.date(date))

    def _nested(self, text: str) -> str:
        """Return what may stand in quotation marks: with inner ones, and none at its ends."""
        bare = re.sub(r"\A„([^„“]*)“\Z", r"\1", text)
        return bare.translate(_INNER[self._words.language])

    def _quotable(self, key: str) -> str:
        label = self.label(key)
        return self._nested(label) if self._actors.group(key) in _QUOTABLE else label

    def _since_when(self, relation: Relation) -> list[str]:
        """Return when a relation held, as far as anything says so."""
        words = self._words
        parts = [words.period(relation.valid_from, relation.valid_until)]
        if relation.as_of:
            parts.append(words.text("date.asOf", date=words.date(relation.as_of)))
        known = [part for part in parts if part]
        if known or relation.type == FIELD or relation.date or relation.via.get("date"):
            return known
        whole = ""
        if relation.type == "involvement":
            node = self._actors.nodes[relation.other]
            whole = words.period(node.get("valid_from") or "", node.get("valid_until") or "")
        if whole:
            return [words.text("connection.period.initiative", period=whole)]
        return [words.text("date.undated")]

    def _source(self, relation: Relation) -> Told:
        """Return the first source by name, with the way to the passage; how many more there are."""
        words = self._words
        if relation.type == FIELD:
            return Told(words.text("connection.source.initiative"))
        if not relation.evidence:
            return Told(words.text("details.evidence.none"))
        first = relation.evidence[0]
        source = self._actors.sources.get(first["source"], {"title": first["source"]})
        published = words.date(source.get("published") or "")
        about = ", ".join(part for part in (source.get("publisher"), published) if part)
        more = len({piece["source"] for piece in relation.evidence}) - 1
        before, _, after = words.text("connection.source").partition("{source}")
        return Told(
            before,
            source.get("title") or first["source"],
            passage(first, self._actors.sources),
            after
            + (f", {about}" if about else "")
            + (f" {words.counted('connection.source.more', more)}" if more else ""),
        )
