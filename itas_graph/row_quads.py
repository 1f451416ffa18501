"""Rows of record tables -> N-Quads text, by templates that the JSON-LD context itself fills in.

What a field means stands in `ontology/context.jsonld` alone. For each kind of record one specimen
with placeholders goes the way of all records, through JSON-LD; the quads that come out are the
template, and a row is written by putting its cells where the placeholders stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from itas_graph.context import Context, Kind, Term, narrow, objection, slug_objection
from itas_graph.dataset import REGISTER
from itas_graph.errors import EngineError, Message
from itas_graph.record_tables import PARENTS, SOURCE, values
from itas_graph.vocab import PARTIAL_DATE, SLUG

#: What stands in a template where the row's own slug, its parent, its source and a value go.
_ID, _ABOVE, _GRAPH, _VALUE = "qidq", "qaboveq", "qsourceq", "qvalueq"
_HOLES = re.compile(f"({_ID}|{_ABOVE}|{_GRAPH}|{_VALUE})")
# What N-Quads writes by an escape; the engine knows how.
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f-\x9f\ufffe\uffff]')
_CACHED = 20_000

#: What is wrong with a row: in which column, why, and what to do.
Fault = tuple[str, Message, Message]


@dataclass(frozen=True, slots=True)
class _Template:
    """Text with holes: pieces, and between them the names of what goes there."""

    pieces: tuple[str, ...]
    holes: tuple[str, ...]

    def filled(self, row: Mapping[str, str]) -> str:
        """Return the text for a row."""
        text = self.pieces[0]
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            text += row[hole] + piece
        return text

    def pattern(self, names: Mapping[str, str]) -> str:
        """Return the template for `%`, with what `names` calls each hole."""
        text = _percent(self.pieces[0])
        for hole, piece in zip(self.holes, self.pieces[1:], strict=True):
            text += f"%({names[hole]})s{_percent(piece)}"
        return text


@dataclass(frozen=True, slots=True)
class _Shape:
    """All lines of rows that have the same cells, as one pattern; and what is to be judged."""

    pattern: str
    slugs: tuple[str, ...]
    fields: tuple[tuple[str, _Field], ...]


@dataclass
class _Field:
    """One field of a kind: its term, and the statements that one value makes."""

    term: Term | None
    statements: list[_Template]
    #: Values seen before: as they are written, or what is wrong with them.
    seen: dict[str, str | tuple[Message, Message]] = field(default_factory=dict)


@dataclass
class Templates:
    """The templates of one kind of record, for the rows of its tables."""

    kind: Kind
    context: Context
    statements: list[_Template]
    fields: dict[str, _Field]
    above: str
    _ids: dict[str, bool] = field(default_factory=dict)
    _shapes: dict[tuple[str, ...], _Shape | None] = field(default_factory=dict)

    def lines_of(self, row: Mapping[str, str]) -> tuple[str, list[Fault]]:
        """Return a row's N-Quads, without the end of the last line, and what is wrong with it."""
        names = tuple(row)
        if names not in self._shapes:
            self._shapes[names] = self._shape(names)
        shape = self._shapes[names]
        if shape is not None:
            cells = {SOURCE: REGISTER, **row}
            if self._written_into(cells, shape):
                return shape.pattern % cells, []
        # Several values in a cell, or something that is wrong.
        graph, statements, faults = self.statements_of(row)
        return "\n".join(f"{one} <{self.context.base}{graph}> ." for one in statements), faults

    def _shape(self, names: tuple[str, ...]) -> _Shape | None:
        """Return the shape of rows with these cells; None if such rows are wrong."""
        own = ("id", SOURCE, self.above)
        given = {name: self.fields.get(name) for name in names if name not in own}
        fields = tuple((name, one) for name, one in given.items() if one is not None)
        if len(fields) < len(given) or any(self._missing(dict.fromkeys(names, ""))):
            return None
        holes = {_ID: "id", _ABOVE: self.above, _GRAPH: SOURCE}
        patterns = [one.pattern(holes) for one in self.statements]
        for name, known in fields:
            patterns += [one.pattern({**holes, _VALUE: name}) for one in known.statements]
        end = f" <{_percent(self.context.base)}%({SOURCE})s> ."
        slugs = tuple(name for name in own if name in names)
        return _Shape("\n".join(one + end for one in patterns), slugs, fields)

    def _written_into(self, cells: dict[str, str], shape: _Shape) -> bool:
        """Put cells into the spelling of N-Quads; False if they have no single right value."""
        for name, known in shape.fields:
            text = cells[name]
            written = known.seen.get(text)
            if written is None:
                if "|" in text:
                    return False
                written = self._written(known, text)
            if isinstance(written, tuple):
                return False
            cells[name] = written
        return all(map(self._is_slug, [cells[name] for name in shape.slugs]))

    def statements_of(self, row: Mapping[str, str]) -> tuple[str, list[str], list[Fault]]:
        """Return a row's graph, its statements without it, and what is wrong with the row.

        Each statement is subject, predicate and object in the spelling of N-Quads.
        """
        faults = list(self._missing(row))
        if faults:
            return "", [], faults
        graph = row.get(SOURCE, REGISTER)
        slots = {_ID: row["id"], _ABOVE: row.get(self.above, ""), _GRAPH: graph, _VALUE: ""}
        for column in ("id", self.above, SOURCE):
            text = row.get(column, "")
            if text and not self._is_slug(text):
                faults.append((column, *slug_objection(text)))
        if faults:
            return "", [], faults
        found = [one.filled(slots) for one in self.statements]
        for name, cell in row.items():
            if name in ("id", SOURCE, self.above):
                continue
            known = self.fields.get(name)
            if known is None:
                faults.append((name, *_no_field(name, self.kind)))
                continue
            for text in values(cell):
                written = known.seen.get(text) or self._written(known, text)
                if isinstance(written, tuple):
                    faults.append((name, *written))
                    continue
                slots[_VALUE] = written
                found += [one.filled(slots) for one in known.statements]
        return graph, found, faults

    def _missing(self, row: Mapping[str, str]) -> Iterator[Fault]:
        needed = ["id", *self.kind.required, *([self.above, SOURCE] if self.above else [])]
        for name in dict.fromkeys(needed):
            if name not in row:
                yield (
                    name,
                    Message(f"Das Feld „{name}“ fehlt.", f"The field “{name}” is missing."),
                    Message(f"Ergänzen Sie „{name}“.", f"Add “{name}”."),
                )

    def _is_slug(self, text: str) -> bool:
        known = self._ids.get(text)
        if known is None:
            if len(self._ids) > _CACHED:
                self._ids.clear()
            known = self._ids[text] = bool(SLUG.fullmatch(text))
        return known

    def _written(self, known: _Field, text: str) -> str | tuple[Message, Message]:
        """Return a value in the spelling of N-Quads, or what is wrong with it."""
        term = known.term
        wrong = objection(text, term) if term else None
        result: str | tuple[Message, Message]
        if wrong:
            result = wrong
        elif term is not None and term.datatype == PARTIAL_DATE:
            result = f'"{text}"^^<{narrow(text)}>'
        elif _ESCAPED.search(text):
            result = str(ox.Literal(text))[1:-1]
        else:
            result = text
        if len(known.seen) > _CACHED:
            known.seen.clear()
        known.seen[text] = result
        return result


def templates(context: Context, name: str) -> Templates:
    """Return the templates for rows of the kind `name`.

    Raises:
        EngineError: the context is no valid JSON-LD, or a field has no fixed form.
    """
    kind = context.kinds[name]
    parent = PARENTS[name]
    bare = set(_quads(context, name, None))
    whole = [quad for quad in _quads(context, name, {}) if quad not in bare]
    known = bare | set(whole)
    fields = {}
    for one in kind.fields:
        if one in ("id", "inferred"):
            continue
        added = [quad for quad in _quads(context, name, {one: _VALUE}) if quad not in known]
        term = context.term(kind, one)
        typed = term is not None and term.datatype == PARTIAL_DATE
        fields[one] = _Field(term, [_template(quad, typed=typed) for quad in added])
    statements = [_template(quad) for quad in whole]
    return Templates(kind, context, statements, fields, parent[0] if parent else "")


def _quads(context: Context, name: str, more: Mapping[str, str] | None) -> list[ox.Quad]:
    """Return the quads of a source with one specimen of a kind; None: of the source alone."""
    kind = context.kinds[name]
    node: dict[str, Any] = {"id": _GRAPH, "type": "Source"}
    if more is not None:
        record = {"id": _ID, "type": kind.type, **dict(kind.defaults), **more}
        parent = PARENTS[name]
        if parent is None:
            node[name] = [record]
        else:
            above = context.kinds[parent[1]]
            node[parent[1]] = [{"id": _ABOVE, "type": above.type, name: [record]}]
    document = {
        "@context": context.document,
        "@graph": [{"@id": _GRAPH, "@graph": [node]}],
    }
    try:
        text = json.dumps(document)
        return sorted(ox.parse(text, format=ox.RdfFormat.JSON_LD, base_iri=context.base), key=str)
    except SyntaxError as error:
        raise EngineError(
            Message(
                f"ontology/context.jsonld ist kein gültiger JSON-LD-Kontext: {error}",
                f"ontology/context.jsonld is no valid JSON-LD context: {error}",
            )
        ) from error


def _template(quad: ox.Quad, *, typed: bool = False) -> _Template:
    value = str(quad.object)
    if typed and isinstance(quad.object, ox.Literal):
        value = _VALUE  # the value decides its datatype, too
    parts = _HOLES.split(f"{quad.subject} {quad.predicate} {value}")
    return _Template(tuple(parts[0::2]), tuple(parts[1::2]))


def _percent(text: str) -> str:
    return text.replace("%", "%%")


def _no_field(name: str, kind: Kind) -> tuple[Message, Message]:
    return (
        Message(
            f"Das Feld „{name}“ gibt es bei {kind.name} in Tabellen nicht.",
            f"There is no field “{name}” for {kind.name} in tables.",
        ),
        Message("Entfernen Sie die Spalte.", "Remove the column."),
    )
