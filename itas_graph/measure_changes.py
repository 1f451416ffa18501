"""Measures of two states -> who moved, who changed community, what alone holds two parts.

Both states are measured as `itas-graph measure` does it, network by network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from itas_graph.errors import Message
from itas_graph.measures import Lines, Measure, fitting
from itas_graph.readings import Measured

#: Nodes times lines: beyond, measures that follow all shortest paths would take seconds.
QUICK = 40_000_000
# The last digits depend on what else is in the network, not on who moved.
_DIGITS = 9


@dataclass(frozen=True)
class Measurement:
    """One network of a state as it was measured; `left_out` would have taken too long."""

    title: Message
    measured: Sequence[Measured]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class MeasureChange:
    """A measure of an actor in a network, before and after; None where it has no value.

    `ranks` are the places it takes among all, the most telling one being 1.
    """

    drawing: str
    measure: str
    key: str
    old: float | None
    new: float | None
    ranks: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True)
class CommunityChange:
    """An actor that is in another community than before, and what both are called."""

    drawing: str
    key: str
    old: Message
    new: Message


@dataclass(frozen=True)
class BridgeChange:
    """A line that now alone holds two parts of a network, or no longer does."""

    drawing: str
    kind: Literal["new", "gone"]
    ends: tuple[str, str]


@dataclass(frozen=True)
class Movements:
    """All that moved; `titles` name the networks, `left_out` what was not compared in each."""

    values: tuple[MeasureChange, ...] = ()
    communities: tuple[CommunityChange, ...] = ()
    bridges: tuple[BridgeChange, ...] = ()
    titles: Mapping[str, Message] = field(default_factory=dict)
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values or self.communities or self.bridges)


def quick(on: Lines, limit: int = QUICK) -> tuple[list[Measure], list[Measure]]:
    """Return the measures that fit a network: those that are done at once, and the others."""
    every = fitting(on)
    if len(on.keys) * len(on.pairs) <= limit:
        return every, []
    return [one for one in every if not one.paths], [one for one in every if one.paths]


def compare(
    old: Mapping[str, Measurement], new: Mapping[str, Measurement], common: Collection[str]
) -> Movements:
    """Return what moved between two states, whose networks go by their names.

    Values and communities are compared of `common` actors, which both states know; who came or
    went is no move. Where an actor joins what is linked only now, or is alone now, it has no value
    on one side. Greatest moves come first.
    """
    names = [name for name in new if name in old]
    moved: list[MeasureChange] = []
    regrouped: list[CommunityChange] = []
    bridges: list[BridgeChange] = []
    for name in names:
        before = {one.measure.name: one for one in old[name].measured}
        for after in new[name].measured:
            measure = after.measure.name
            if measure not in before:
                continue
            if measure == "communities":
                regrouped += _regrouped(name, before[measure], after, common)
            elif measure == "bridges":
                bridges += _bridged(name, before[measure], after)
            else:
                moved += _moved(name, before[measure], after, common)
    left_out = {name: old[name].left_out or new[name].left_out for name in names}
    return Movements(
        tuple(moved),
        tuple(regrouped),
        tuple(bridges),
        {name: new[name].title for name in names},
        {name: some for name, some in left_out.items() if some},
    )


def _moved(
    name: str, before: Measured, after: Measured, common: Collection[str]
) -> list[MeasureChange]:
    ranks = _ranks(before), _ranks(after)
    # What breaks if somebody leaves is told of newcomers, too.
    is_of_all = after.measure.name == "articulation"
    found = []
    for key in sorted({*before.values, *after.values}):
        one, other = _value(before, key), _value(after, key)
        if is_of_all:
            one, other = one or 0, other or 0
        if one != other and (is_of_all or key in common):
            both = ranks[0].get(key), ranks[1].get(key)
            found.append(MeasureChange(name, after.measure.name, key, one, other, both))
    return sorted(found, key=lambda one: (-abs((one.new or 0) - (one.old or 0)), one.key))


def _value(measured: Measured, key: str) -> float | None:
    """Return a value without its last digits; of the degree, the number of neighbours.

    As a share of all others a degree changes with everyone who comes or goes.
    """
    value = measured.values.get(key)
    if measured.measure.name == "degree" and value is not None:
        return round(value * (len(measured.values) - 1))
    return value if value is None or isinstance(value, int) else round(value, _DIGITS)


def _ranks(measured: Measured) -> dict[str, int]:
    return {
        one.nodes[0]: one.rank for one in measured.findings if one.value is not None and one.value
    }


def _bridged(name: str, before: Measured, after: Measured) -> Iterator[BridgeChange]:
    sides = [
        {(one.nodes[0], one.nodes[1]) for one in measured.findings} for measured in (before, after)
    ]
    for ends in sorted(sides[1] - sides[0]):
        yield BridgeChange(name, "new", ends)
    for ends in sorted(sides[0] - sides[1]):
        yield BridgeChange(name, "gone", ends)


def _regrouped(
    name: str, before: Measured, after: Measured, common: Collection[str]
) -> Iterator[CommunityChange]:
    old = {key: int(value or 0) for key, value in before.values.items() if key in common}
    new = {key: int(value or 0) for key, value in after.values.items() if key in common}
    same = matched(old, new)
    for key in sorted(old.keys() & new.keys()):
        if same.get(new[key]) != old[key]:
            yield CommunityChange(name, key, before.names[old[key]], after.names[new[key]])


def matched(old: Mapping[str, int], new: Mapping[str, int]) -> dict[int, int]:
    """Return which old community each new one continues: that with which it shares most of both.

    Overlap is measured by Jaccard's index (Greene, Doyle and Cunningham 2010); each old community
    continues in one new one at most.

    >>> matched({"a": 1, "b": 1, "c": 2}, {"a": 2, "b": 2, "c": 1})
    {1: 2, 2: 1}
    >>> matched({"a": 1, "b": 1}, {"c": 1})
    {}
    """
    both = Counter((new[key], old[key]) for key in new.keys() & old.keys())
    sizes = Counter(old.values()), Counter(new.values())
    likeness = {
        (after, before): count / (sizes[0][before] + sizes[1][after] - count)
        for (after, before), count in both.items()
    }
    found: dict[int, int] = {}
    continued: set[int] = set()
    for after, before in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
        if after not in found and before not in continued:
            found[after] = before
            continued.add(before)
    return found
