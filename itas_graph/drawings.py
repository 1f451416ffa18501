"""Network -> its three drawings: which nodes are on each, and which of them a line joins.

`organisation-initiative`: who works on what. `organisation-organisation`: who shares an initiative
or an event with whom. `event-person-organisation`: who came where, and for whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any, Literal, Protocol, cast, get_args

Name = Literal["organisation-initiative", "organisation-organisation", "event-person-organisation"]
NAMES: tuple[Name, ...] = get_args(Name)

#: Above this many nodes and lines together a drawing starts as an overview.
LARGE = 1500


class Graph(Protocol):
    """What is needed of a networkx graph here; networkx itself stays behind its own door."""

    @property
    def graph(self) -> dict[str, Any]:
        """Return what is said of the graph as a whole."""

    @property
    def nodes(self) -> Any:  # noqa: ANN401  # networkx is untyped
        """Return the view of nodes: iterable, and data by key."""

    @property
    def edges(self) -> Any:  # noqa: ANN401  # networkx is untyped
        """Return the view of edges: callable."""


@dataclass(frozen=True)
class Drawing:
    """The nodes of one drawing, sorted, with what is said of them, and the lines between them.

    `lines` counts the relations between two nodes, by their sorted keys; `shared` are the groups of
    nodes that are all joined with each other because they share something (`lines` then has their
    pairs, unless the drawing is large: a congress of 500 would make 125,000 of them).
    """

    name: Name
    nodes: Mapping[str, Mapping[str, Any]]
    lines: Mapping[tuple[str, str], int]
    shared: Sequence[tuple[str, ...]] = field(default=())
    large: bool = False


def relations(network: Graph) -> Iterator[tuple[str, str, str, str, Mapping[str, Any]]]:
    """Yield (type, from, to, key, data) of every relation, in no order.

    An edge without a type is an involvement; one without `ends` goes from the organisation.
    """
    for one, other, key, data in network.edges(keys=True, data=True):
        start, end = data.get("ends") or sorted((str(one), str(other)), reverse=True)
        yield str(data.get("type") or "involvement"), str(start), str(end), str(key), data


def ordered(network: Graph) -> list[tuple[str, str, str, Mapping[str, Any]]]:
    """Return (id, from, to, data) of every relation, sorted by id.

    A networkx key tells edges between the same two nodes apart; what joins several pairs (a talk
    on behalf of two organisations) gets the names of both ends into its id as well.
    """
    found = [(key, one, other, data) for _, one, other, key, data in relations(network)]
    times = Counter(edge[0] for edge in found)
    named = [
        (key if times[key] == 1 else f"{key}--{_slug(one)}--{_slug(other)}", one, other, data)
        for key, one, other, data in found
    ]
    return sorted(named, key=lambda edge: edge[:3])


def _slug(key: str) -> str:
    return key.rpartition("/")[2]


def drawing(network: Graph, name: Name) -> Drawing:
    """Return one drawing of `network`; what has no line on it is left out."""
    if name == "organisation-organisation":
        return _shared(network)
    kinds = {
        "organisation-initiative": ("involvement",),
        "event-person-organisation": ("contribution", "affiliation"),
    }[name]
    lines: dict[tuple[str, str], int] = {}
    for kind, start, end, _, _ in relations(network):
        if kind in kinds and start != end:
            pair = cast("tuple[str, str]", tuple(sorted((start, end))))
            lines[pair] = lines.get(pair, 0) + 1
    return _drawing(network, name, lines, (), sum(lines.values()))


def _shared(network: Graph) -> Drawing:
    members: dict[str, set[str]] = {}
    for kind, start, end, _, data in relations(network):
        if kind == "involvement":
            members.setdefault(end, set()).add(start)
        elif kind == "contribution":
            organisation = str((data.get("via") or {}).get("organisation"))
            if organisation in network.nodes:
                members.setdefault(end, set()).add(organisation)
    groups = [tuple(sorted(group)) for _, group in sorted(members.items()) if len(group) > 1]
    lines: dict[tuple[str, str], int] = {}
    # What ten thousand share makes fifty million pairs: they are not made to be counted.
    is_large = any(comb(len(group), 2) > LARGE for group in groups)
    for group in () if is_large else groups:
        for pair in combinations(group, 2):
            lines[pair] = lines.get(pair, 0) + 1
        if len(lines) > LARGE:
            lines = {}
            break
    count = len(lines) if lines or not groups else LARGE
    return _drawing(network, "organisation-organisation", lines, groups, count)


def _drawing(
    network: Graph,
    name: Name,
    lines: Mapping[tuple[str, str], int],
    groups: Sequence[tuple[str, ...]],
    count: int,
) -> Drawing:
    keys = {key for pair in lines for key in pair} | {key for group in groups for key in group}
    nodes = {key: network.nodes[key] for key in sorted(keys)}
    large = len(nodes) + count > LARGE
    return Drawing(name, nodes, dict(sorted(lines.items())), groups, large)
