"""Network -> its actors and their relations, read as the page reads them (model.js, dates.js)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from itas_graph import drawings
from itas_graph.drawings import Graph

Standing = Literal["later", "unsure", "undated", "ended", "begun"]

FIELD = "field"
_PLANNED = ("announced", "planned", "requested")


@dataclass(frozen=True, eq=False)
class Relation:
    """What sources say of two actors, `one` and `other` by their keys.

    A relation of type `field` says that an initiative belongs to an action field; it stands in no
    source of its own.
    """

    key: str
    type: str
    one: str
    other: str
    role: str = ""
    valid_from: str = ""
    valid_until: str = ""
    as_of: str = ""
    date: str = ""
    status: str = ""
    certainty: str = "stated"
    via: Mapping[str, str] = field(default_factory=dict)
    evidence: Sequence[Mapping[str, Any]] = ()

    @property
    def is_planned(self) -> bool:
        """Whether it was only announced, planned or asked for."""
        return self.status in _PLANNED

    @property
    def doubts(self) -> int:
        """How many things make it weaker: inferred, not held."""
        return (self.certainty == "inferred") + self.is_planned

    def beyond(self, key: str) -> str:
        """Return the other end."""
        return self.other if self.one == key else self.one


class Actors:
    """The nodes of a network by key, and the relations of each."""

    def __init__(self, network: Graph) -> None:
        self.concepts: Mapping[str, Mapping[str, Mapping[str, Any]]] = network.graph.get(
            "concepts", {}
        )
        self.sources: Mapping[str, Mapping[str, Any]] = network.graph.get("sources") or {}
        self.nodes: dict[str, Mapping[str, Any]] = {
            str(key): network.nodes[key] for key in sorted(network.nodes)
        }
        self.relations: dict[str, Relation] = {}
        self._around: dict[str, list[Relation]] = {key: [] for key in self.nodes}
        for key, one, other, data in drawings.ordered(network):
            relation = relation_of(key, one, other, data)
            self.relations[key] = relation
            self._around[one].append(relation)
            self._around[other].append(relation)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The action fields by slug."""
        return tuple(sorted(self.concepts.get("action-field", {})))

    def __contains__(self, key: str) -> bool:
        return key in self.nodes or key in self._field_relations

    def group(self, key: str) -> str:
        """Return `organisation`, `initiative`, `person`, `event` or `field`."""
        return str(self.nodes[key]["group"]) if key in self.nodes else FIELD

    def around(self, key: str) -> Sequence[Relation]:
        """Return the relations of an actor, or those of an action field to its initiatives."""
        return self._around[key] if key in self._around else self._field_relations[key]

    @cached_property
    def _field_relations(self) -> dict[str, list[Relation]]:
        found: dict[str, list[Relation]] = {f"{FIELD}/{slug}": [] for slug in self.fields}
        for key, node in self.nodes.items():
            slugs = node.get("action_fields") or ()
            # One of all fields would link everybody to everything.
            if node["group"] != "initiative" or self._has_all_fields(slugs):
                continue
            for end in (f"{FIELD}/{slug}" for slug in slugs if f"{FIELD}/{slug}" in found):
                inferred = end.removeprefix(f"{FIELD}/") in (node.get("inferred_fields") or ())
                found[end].append(
                    Relation(
                        f"{end}/{key}",
                        FIELD,
                        key,
                        end,
                        certainty="inferred" if inferred else "stated",
                    )
                )
        return found

    def _has_all_fields(self, slugs: Sequence[str]) -> bool:
        return len(self.fields) > 2 and len(slugs) >= len(self.fields)

    def components(self) -> Iterator[frozenset[str]]:
        """Yield the groups of actors that chains of relations hold together."""
        seen: set[str] = set()
        for start in self.nodes:
            if start in seen:
                continue
            group, layer = {start}, [start]
            while layer:
                around = {one.beyond(key) for key in layer for one in self._around[key]}
                layer = sorted(around - group)
                group.update(layer)
            seen |= group
            yield frozenset(group)

    def time_of(self, relation: Relation, date: str) -> Standing:
        """Return how a relation stands to a date: by its own time, else by that of its ends."""
        began = (
            relation.valid_from
            or relation.date
            or relation.via.get("date")
            or self._start(relation.other)
            or self._start(relation.one)
        )
        return standing(began, relation.valid_until, relation.as_of, date)

    def _start(self, key: str) -> str:
        node = self.nodes.get(key, {})
        name = {"event": "date", "initiative": "valid_from"}.get(node.get("group", ""), "")
        return str(node.get(name) or "")


def earliest(date: str) -> str:
    """Return the first day that a partial date may mean.

    >>> earliest("2024-06")
    '2024-06-01'
    """
    return f"{date}-01-01"[:10]


def latest(date: str) -> str:
    """Return the last day that a partial date may mean; every month has 31 days here.

    >>> latest("2024-06")
    '2024-06-31'
    """
    return f"{date}{'-12-31' if len(date) == 4 else '-31' if len(date) == 7 else ''}"[:10]


def standing(began: str, until: str, known: str, date: str) -> Standing:
    """Return how a time stands to a date; `known` is a day on which it held.

    `later` if it surely had not begun, `unsure` if it may not have, `undated` if nothing is known,
    `ended` if it was surely over, else `begun`.

    >>> standing("2024", "", "", "2024-06"), standing("2022-07", "2023", "", "2024")
    ('unsure', 'ended')
    """
    day = latest(date)
    if began and earliest(began) > day:
        return "later"
    if until and latest(until) < day:
        return "ended"
    if began:
        return "unsure" if latest(began) > day else "begun"
    if known:
        return "begun" if latest(known) <= day else "unsure"
    return "undated"


def relation_of(key: str, one: str, other: str, data: Mapping[str, Any]) -> Relation:
    """Return what an edge of a network says."""
    kind = str(data.get("type") or "involvement")
    role = str(data.get("role") or "")
    names = ("valid_from", "valid_until", "as_of", "date", "status")
    return Relation(
        key,
        kind,
        one,
        other,
        role=role or (kind if kind in ("affiliation", "presentation") else ""),
        **{name: str(data.get(name) or "") for name in names},
        certainty=str(data.get("certainty") or "stated"),
        via={name: text for name, text in (data.get("via") or {}).items() if text},
        evidence=tuple(data.get("evidence") or ()),
    )
