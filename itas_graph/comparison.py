"""Two networks -> what is new, gone and changed between them, with the measures that moved.

What is compared is what sources state. What only follows from something else (the date of an
appearance from that of its event, the fields of an organisation from its initiatives) is not
listed a second time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

from itas_graph import drawings
from itas_graph.actors import Actors, relation_of, standing
from itas_graph.drawings import Graph
from itas_graph.measure_changes import Movements

if TYPE_CHECKING:
    import networkx

Kind = Literal["new", "gone", "changed"]
Evidence = tuple[str, str, str]
Value = str | tuple[str, ...] | tuple[Evidence, ...]

#: What is compared, in the order it is listed.
SECTIONS = (
    *("organisation", "person", "initiative", "event"),
    *("involvement", "contribution", "affiliation", "presentation"),
)

_NODE = (
    *("label", "title", "kind", "status", "valid_from", "valid_until", "period_as_written"),
    *("homepage", "unit_of", "part_of", "date", "until", "place", "series", "aliases"),
)
_INITIATIVE = ("action_fields", "inferred_fields")
_RELATION = ("role", "valid_from", "valid_until", "as_of", "certainty")
_VIA = ("function", "talk", "organisation")


@dataclass(frozen=True)
class Entry:
    """An actor or a relation with the fields that are not empty; `key` is its key in the network.

    The ends of a relation, `one` and `other`, are fields as well. `records` are the keys of the
    records that it is read from.
    """

    section: str
    fields: Mapping[str, Value]
    key: str = ""
    records: tuple[str, ...] = ()


Snapshot = Mapping[str, Entry]


@dataclass(frozen=True, order=True)
class FieldChange:
    """What a field said and says now; empty: nothing."""

    name: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Change:
    """Something new, gone or changed, with all fields that differ."""

    section: str
    id: str
    kind: Kind
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class Comparison:
    """Everything that differs; `statements` are RDF statements, as far as they were compared."""

    changes: tuple[Change, ...]
    movements: Movements
    statements: Mapping[Literal["new", "gone"], Sequence[str]]

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """The sources of the statements that differ, by the key of the record they are of."""
        found: dict[str, set[str]] = {}
        for statement in (*self.statements.get("new", ()), *self.statements.get("gone", ())):
            subject, *_, graph = statement.removesuffix(" .").split(" ")
            key = "/".join(subject.strip("<>").rsplit("/", 2)[-2:])
            found.setdefault(key, set()).add(_slug(graph.strip("<>")))
        return {key: tuple(sorted(slugs)) for key, slugs in found.items()}

    def __bool__(self) -> bool:
        return bool(self.changes or self.movements or any(self.statements.values()))


def compare(
    old: networkx.MultiGraph,
    new: networkx.MultiGraph,
    quads: tuple[Iterable[str], Iterable[str]] = ((), ()),
    movements: Movements | None = None,
) -> Comparison:
    """Return all that differs between two networks, and between the statements behind them.

    Statements are compared by their text; without `quads` they are not. What moved in measures is
    `movements`.
    """
    before, after = set(quads[0]), set(quads[1])
    return Comparison(
        differences(snapshot(old), snapshot(new)),
        movements or Movements(),
        {"new": sorted(after - before), "gone": sorted(before - after)},
    )


def as_of(network: networkx.MultiGraph, date: str) -> networkx.MultiGraph:
    """Return what there was at a date, as far as is known; `network` is left as it is.

    Relations that surely began later or were surely over are left out, and so are events and
    initiatives by their own time. Other actors are left out with the last of their relations.
    What has no date is there at any time.
    """
    actors = Actors(network)
    kept = network.copy()
    for key, node in network.nodes(data=True):
        if _time(node, date) in ("later", "ended"):
            kept.remove_node(key)
    for kind, one, other, key, data in drawings.relations(network):
        relation = relation_of(f"{kind}/{key}", one, other, data)
        over = actors.time_of(relation, date) in ("later", "ended")
        if over and kept.has_edge(one, other, key):
            kept.remove_edge(one, other, key)
    for key in network.nodes:
        had = network.degree(key) > 0
        if key in kept and had and not kept.degree(key) and network.nodes[key]["group"] != "event":
            kept.remove_node(key)
    return kept


def _time(node: Mapping[str, Any], date: str) -> str:
    if node["group"] == "event":
        return standing(node.get("date") or "", "", "", date)
    began, until = node.get("valid_from") or "", node.get("valid_until") or ""
    return standing(began, until, "", date)


def snapshot(network: Graph) -> dict[str, Entry]:
    """Return every actor and relation of a network with its fields, by an id that lasts.

    The id of a relation names its ends; that of an affiliation its occasion as well.
    """
    found = {
        str(key): Entry(str(node["group"]), _node_fields(node), str(key), (str(key),))
        for key, node in ((key, network.nodes[key]) for key in network.nodes)
    }
    events = {
        str(network.nodes[key].get("label")): str(key)
        for key in sorted(network.nodes, reverse=True)
        if network.nodes[key]["group"] == "event"
    }
    times: Counter[str] = Counter()
    for key, one, other, data in sorted(drawings.ordered(network), key=_by_function):
        kind = str(data.get("type") or "involvement")
        event = events.get(str((data.get("via") or {}).get("event")))
        ends = f"--{_slug(one)}--{_slug(other)}"
        is_occasion = kind == "affiliation" and event is not None
        name = f"affiliation/{_slug(event or '')}" if is_occasion else key.removesuffix(ends)
        times[name + ends] += 1
        number = f"--{times[name + ends]}" if times[name + ends] > 1 else ""
        fields = _relation_fields(network, kind, one, other, data)
        records = tuple(sorted(data.get("statements") or ()))
        found[name + ends + number] = Entry(kind, fields, key, records)
    return found


def _by_function(relation: tuple[str, str, str, Mapping[str, Any]]) -> tuple[str, ...]:
    key, one, other, data = relation
    return one, other, str((data.get("via") or {}).get("function") or ""), key


def _slug(key: str) -> str:
    return key.rpartition("/")[2]


def _node_fields(node: Mapping[str, Any]) -> dict[str, Value]:
    names = (*_NODE, *(_INITIATIVE if node["group"] == "initiative" else ()))
    return _filled({name: node.get(name) for name in names}, node)


def _relation_fields(
    network: Graph, kind: str, one: str, other: str, data: Mapping[str, Any]
) -> dict[str, Value]:
    via = data.get("via") or {}
    status = data.get("status") or ""
    # The status of what happens at an event is the event's, unless it has one of its own.
    ends = {network.nodes[end].get("status") for end in (one, other) if end.startswith("event/")}
    fields = {
        "one": one,
        "other": other,
        **{name: data.get(name) for name in _RELATION},
        "status": "" if kind == "affiliation" or status in ends else status,
        **{name: via.get(name) for name in _VIA},
    }
    return _filled(fields, data)


def _filled(fields: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Value]:
    """Return the fields that say something, lists sorted, and the evidence."""
    pieces = {
        (piece["source"], piece.get("anchor") or "", piece.get("heading") or "")
        for piece in data.get("evidence") or ()
    }
    said = {
        name: tuple(sorted(value)) if isinstance(value, list) else str(value)
        for name, value in fields.items()
        if value
    }
    return {**said, **({"evidence": tuple(sorted(pieces))} if pieces else {})}


def differences(old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """Return what leads from one snapshot to another: sections in order, then new, gone, changed.

    >>> old = {"organisation/linde": Entry("organisation", {"label": "Linde"})}
    >>> new = {"organisation/linde": Entry("organisation", {"label": "Linde e. V."})}
    >>> differences(old, new)[0].fields
    (FieldChange(name='label', old='Linde', new='Linde e. V.'),)
    >>> differences(old, old)
    ()
    """
    changes = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        one: Mapping[str, Value] = before.fields if before else {}
        other: Mapping[str, Value] = after.fields if after else {}
        names = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
        fields = tuple(FieldChange(name, one.get(name, ""), other.get(name, "")) for name in names)
        if before is None or after is None:
            entry = cast("Entry", after or before)
            changes.append(Change(entry.section, key, "gone" if before else "new", fields))
        elif fields:
            changes.append(Change(after.section, key, "changed", fields))
    kinds = ("new", "gone", "changed")
    return tuple(
        sorted(
            changes,
            key=lambda one: (SECTIONS.index(one.section), kinds.index(one.kind), one.id),
        )
    )


def applied(old: Snapshot, changes: Iterable[Change]) -> dict[str, Entry]:
    """Return what a snapshot becomes by the changes listed, and by nothing else."""
    result = dict(old)
    for change in changes:
        if change.kind == "gone":
            del result[change.id]
            continue
        before = result.get(change.id)
        fields = dict(before.fields) if before else {}
        for field in change.fields:
            fields[field.name] = field.new
            if not field.new:
                del fields[field.name]
        key, records = (before.key, before.records) if before else (change.id, ())
        result[change.id] = Entry(change.section, fields, key, records)
    return result
