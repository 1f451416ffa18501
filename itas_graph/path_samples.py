"""Lines too many for all shortest paths -> betweenness and closeness from a sample, with its error.

Paths are followed from randomly drawn nodes only (Brandes and Pich 2007; for distances Eppstein and
Wang 2004), always the same ones. Connected parts that are small enough are exact. The drawn nodes
fall into groups, each of which gives an estimate of its own; how far these lie apart says how far
their mean may lie from the true value (the method of random groups; Wolter 2007), and for
betweenness, whose paths are spread unevenly, at least so far as in the most uneven case, a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import add
from typing import TYPE_CHECKING

from itas_graph.measures import SEED, Lines, Values, most_between

if TYPE_CHECKING:
    import igraph

#: Nodes times lines of a connected part: beyond, all its shortest paths take more than half a
#: minute.
EXACT = 500_000_000
#: From so many nodes of each larger part paths are followed.
SOURCES = 1024
GROUPS = 16
#: Student's t for 16 groups: in 95 of 100 samples the true value is not farther away.
T95 = 2.131
#: So many rows of distances are held at a time.
_ROWS = 8

Margins = Sequence[float]
_Follow = Callable[["igraph.Graph", list[int]], list[float]]


@dataclass(frozen=True)
class Estimate:
    """Values of a sample: of each, how far at most the true one is off, in 95 of 100 cases.

    A margin is 0 where the value is exact, and larger than the value where that is too small to
    say more. `sources` nodes were drawn of the `nodes` that the larger parts have.
    """

    values: Values
    margins: Margins
    sources: int
    nodes: int


class PathSample:
    """The shortest paths of a network from some of its nodes, followed when first needed."""

    def __init__(self, on: Lines, sources: int = SOURCES, exact: int = EXACT) -> None:
        self._on = on
        self._sources = sources
        parts = on.graph.connected_components()
        home = parts.membership  # each look at it makes a copy
        sizes = [0] * len(parts)
        for start, _ in on.pairs:
            sizes[home[start]] += 1
        self._large: list[list[int]] = []
        self._small: list[int] = []
        for members, lines in zip(parts, sizes, strict=True):
            if len(members) * lines > exact and len(members) > sources:
                self._large.append(list(members))
            else:
                self._small += members

    @property
    def is_needed(self) -> bool:
        """Say whether any part is too large to follow all its shortest paths."""
        return bool(self._large)

    def estimate(self, name: str) -> Estimate | None:
        """Return a measure by its name, or None if it follows no paths."""
        if name not in _MEASURES:
            return None
        values, margins = _MEASURES[name](self)
        nodes = sum(map(len, self._large))
        return Estimate(values, margins, self._sources * len(self._large), nodes)

    @cached_property
    def _between(self) -> tuple[list[float], Margins]:
        """Return through each node how many shortest paths lead, and the margin."""

        def paths(part: igraph.Graph, sources: list[int]) -> list[float]:
            return list(part.betweenness(directed=False, sources=sources))

        values, margins = self._estimated(paths)
        self._allow_for_dead_ends(values, margins)
        inside = self._on.graph.induced_subgraph(sorted(self._small))
        for index, value in zip(
            sorted(self._small), inside.betweenness(directed=False), strict=True
        ):
            values[index] = value
        for index, count in enumerate(self._on.degrees):
            if count < 2:  # no path leads through the end of a single line
                margins[index] = 0.0
        return values, margins

    def _allow_for_dead_ends(self, values: Sequence[float], margins: list[float]) -> None:
        """Widen the margins to what they are where a node alone leads to a few others.

        Half of its paths begin at these few. Where the sample has some, their number is off by its
        root. Where it expects less than three, it may have none (in 5 of 100 cases): then nothing
        is known but that the value is below what three would give.
        """
        for members in self._large:
            size = len(members)
            pairs = (size - 1) * (size - 2) / 2
            rest = max(0.0, 1 - self._sources / size) ** 0.5
            least = 3 * 2 / self._sources * pairs
            for index in members:
                value = values[index]
                expected = value / pairs * self._sources / 2
                doubt = value / expected**0.5 if expected >= 3 else least
                margins[index] = max(margins[index], doubt * rest)

    @cached_property
    def _distances(self) -> tuple[list[float], list[float]]:
        """Return the sum of the distances from each node to all it reaches, and the margin."""

        def steps(part: igraph.Graph, sources: list[int]) -> list[float]:
            found = [0.0] * part.vcount()
            for start in range(0, len(sources), _ROWS):
                for row in part.distances(source=sources[start : start + _ROWS]):
                    found = list(map(add, found, row))
            return found

        values, margins = self._estimated(steps)
        small = sorted(self._small)
        near = self._on.graph.induced_subgraph(small).closeness(normalized=True)
        for index, value in zip(small, near, strict=True):
            reached = self._on.reached[index]
            values[index] = reached / value if reached else 0.0
        return values, margins

    def _estimated(self, follow: _Follow) -> tuple[list[float], list[float]]:
        """Return what follows from the sources of the large parts, and 0 for all others."""
        nodes = len(self._on.keys)
        values, margins = [0.0] * nodes, [0.0] * nodes
        for number, members in enumerate(self._large):
            part = self._on.graph.induced_subgraph(members)
            total, squares = [0.0] * len(members), [0.0] * len(members)
            for group in self._groups(number, len(members)):
                scale = len(members) / len(group)
                one = [value * scale for value in follow(part, group)]
                total = list(map(add, total, one))
                squares = [
                    before + value * value for before, value in zip(squares, one, strict=True)
                ]
            # Drawn without putting back: who draws all knows all.
            rest = max(0.0, 1 - self._sources / len(members))
            for index, sum_, square in zip(members, total, squares, strict=True):
                mean = sum_ / GROUPS
                spread = max(0.0, square - GROUPS * mean * mean) / (GROUPS * (GROUPS - 1))
                values[index], margins[index] = mean, T95 * (spread * rest) ** 0.5
        return values, margins

    def _groups(self, number: int, size: int) -> Iterator[list[int]]:
        from networkx.utils import create_py_random_state

        drawn = create_py_random_state(SEED + number).sample(range(size), self._sources)
        for group in range(GROUPS):
            yield drawn[group::GROUPS]

    def betweenness(self) -> tuple[Values, Margins]:
        """Return the estimate of `measures.betweenness_shares`."""
        nodes = len(self._on.keys)
        pairs = (nodes - 1) * (nodes - 2) / 2
        return self._scaled([pairs] * nodes)

    def bipartite_betweenness(self) -> tuple[Values, Margins]:
        """Return the estimate of `measures.bipartite_betweenness`."""
        most = most_between(self._on)
        return self._scaled([most[side] for side in self._on.sides])

    def _scaled(self, most: Sequence[float]) -> tuple[Values, Margins]:
        values, margins = self._between
        return (
            [value / one if one else 0.0 for value, one in zip(values, most, strict=True)],
            [margin / one if one else 0.0 for margin, one in zip(margins, most, strict=True)],
        )

    def closeness(self) -> tuple[Values, Margins]:
        """Return the estimate of `measures.closeness`."""
        others = len(self._on.keys) - 1
        return self._near([count * count / others for count in self._on.reached])

    def bipartite_closeness(self) -> tuple[Values, Margins]:
        """Return the estimate of `measures.bipartite_closeness`."""
        nodes = len(self._on.keys)
        least = [opposite + 2 * (nodes - opposite - 1) for opposite in self._on.opposite]
        reached = self._on.reached
        return self._near(
            [best * count / (nodes - 1) for best, count in zip(least, reached, strict=True)]
        )

    def _near(self, shares: Sequence[float]) -> tuple[Values, Margins]:
        sums, spreads = self._distances
        values = [share / sum_ if sum_ else 0.0 for share, sum_ in zip(shares, sums, strict=True)]
        # What is divided by is off by so many per cent, and so is the quotient.
        margins = [
            value * spread / sum_ if sum_ else 0.0
            for value, spread, sum_ in zip(values, spreads, sums, strict=True)
        ]
        return values, margins


_MEASURES = {
    "betweenness": PathSample.betweenness,
    "closeness": PathSample.closeness,
    "bipartite-betweenness": PathSample.bipartite_betweenness,
    "bipartite-closeness": PathSample.bipartite_closeness,
}
