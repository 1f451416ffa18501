"""Network -> who stands where in it, and what breaks: measures as networkx defines them, by igraph.

What is measured is who is related to whom: several relations between two count as one line, and a
relation of something with itself as none. Only communities weigh a line by its relations.
docs/measures.md says what each measure means and where it comes from.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from itas_graph.drawings import Drawing
from itas_graph.errors import Message, UsageError

if TYPE_CHECKING:
    import igraph

# Up to this many nodes every shortest path counts; beyond, those from a sample of nodes.
EXACT = 1000
SAMPLE = 48
SEED = 2022
DIGITS = 4
DAMPING = 0.85
#: Nodes times lines: beyond, all shortest paths take more than some minutes.
PATHS = 4_000_000_000

Values = Sequence[float | None]


@dataclass(frozen=True)
class Lines:
    """Who is related to whom: `keys` in their order, `pairs` of their numbers, each pair once.

    `weights` says how many relations are behind each pair; `sides` on which of the two sides of a
    two-mode network each node stands, or is empty where all nodes are of one kind.
    """

    keys: Sequence[str]
    pairs: Sequence[tuple[int, int]]
    weights: Sequence[int]
    sides: Sequence[int] = ()

    @cached_property
    def graph(self) -> igraph.Graph:
        """Return the lines as igraph holds them."""
        import igraph

        return igraph.Graph(n=len(self.keys), edges=self.pairs)

    @cached_property
    def degrees(self) -> Sequence[int]:
        """Return with how many others each is related."""
        return list(self.graph.degree())

    @cached_property
    def reached(self) -> Sequence[int]:
        """Return how many others each can reach."""
        parts = self.graph.connected_components()
        sizes = parts.sizes()
        return [sizes[part] - 1 for part in parts.membership]

    @cached_property
    def between(self) -> Sequence[float]:
        """Return through each how many of the shortest paths between two others lead."""
        return list(self.graph.betweenness(directed=False))

    @cached_property
    def connected(self) -> bool:
        """Say whether each can reach all others."""
        return all(count == len(self.keys) - 1 for count in self.reached)

    @cached_property
    def linked_around(self) -> Sequence[float]:
        """Return which share of the pairs of others around each are related themselves."""
        return list(self.graph.transitivity_local_undirected(mode="zero"))

    @cached_property
    def opposite(self) -> Sequence[int]:
        """Return how many stand on the other side of a two-mode network, for each node."""
        sizes = Counter(self.sides)
        return [len(self.keys) - sizes[side] for side in self.sides]


def lines(graph: Any) -> Lines:  # noqa: ANN401  # networkx is untyped
    """Return who is related to whom in a networkx graph, whose nodes may have a `group`.

    It is two-mode if there are two groups and every relation is between them.
    """
    keys = sorted(graph.nodes)
    number = {key: index for index, key in enumerate(keys)}
    groups = [graph.nodes[key].get("group") for key in keys]
    found: Counter[tuple[int, int]] = Counter()
    for one, other in graph.edges():
        start, end = number[one], number[other]
        if start != end:
            found[(start, end) if start < end else (end, start)] += 1
    return lines_between([str(key) for key in keys], found, groups)


def lines_between(
    keys: Sequence[str], found: Mapping[tuple[int, int], int], groups: Sequence[str | None]
) -> Lines:
    """Return lines by the numbers of their ends, the lower first, and how many relations each is.

    They are two-mode if there are two `groups` and every line is between them.
    """
    pairs = sorted(found)
    names = sorted({str(group) for group in groups if group})
    sides: list[int] = []
    if len(names) == 2 and all(groups):
        sides = [names.index(str(group)) for group in groups]
        if any(sides[start] == sides[end] for start, end in pairs):
            sides = []
    return Lines(keys, pairs, [found[pair] for pair in pairs], sides)


# Each measure: lines -> one value per node, in the order of the keys.


def degree(on: Lines) -> Values:
    """Return the share of all others with whom each is related."""
    others = len(on.keys) - 1
    return [count / others for count in on.degrees] if others > 0 else [1.0] * len(on.keys)


def betweenness_shares(on: Lines) -> Values:
    """Return the mean share of the shortest paths between two others that lead through each."""
    nodes = len(on.keys)
    pairs = (nodes - 1) * (nodes - 2) / 2
    return [value / pairs for value in on.between] if pairs > 0 else [0.0] * nodes


def closeness(on: Lines) -> Values:
    """Return how near each is to those it can reach, times the share of all whom it can reach."""
    others = len(on.keys) - 1
    near = on.graph.closeness(normalized=True)
    return [
        value * count / others if count else 0.0
        for value, count in zip(near, on.reached, strict=True)
    ]


def pagerank(on: Lines) -> Values:
    """Return the share of time at each when walking line by line, at random, with fresh starts."""
    if not on.keys:
        return []
    return list(on.graph.pagerank(directed=False, damping=DAMPING))


def eigenvector(on: Lines) -> Values:
    """Return how well each is related to the well related, within the largest connected part.

    Several parts have no common answer: nodes outside the largest (of equal ones that of the first
    key) get 0. The squares add up to 1.
    """
    parts = on.graph.connected_components()
    if not len(parts):
        return []
    members = max(parts, key=lambda part: (len(part), -min(part)))
    found = [0.0] * len(on.keys)
    if len(members) == 1:
        return found if len(on.keys) > 1 else [1.0]
    with warnings.catch_warnings():
        # Values near zero make igraph suspect several parts; this is one.
        warnings.simplefilter("ignore", RuntimeWarning)
        inside = on.graph.induced_subgraph(members).eigenvector_centrality()
    length = sum(value * value for value in inside) ** 0.5
    for index, value in zip(members, inside, strict=True):
        found[index] = value / length
    return found


def constraint(on: Lines) -> Values:
    """Return how much each one's others are related among themselves; None for whom has none."""
    found = on.graph.constraint()
    return [value if count else None for value, count in zip(found, on.degrees, strict=True)]


def core(on: Lines) -> Values:
    """Return the largest k for which each is in a group whose members have k others in it."""
    return list(on.graph.coreness())


def bipartite_degree(on: Lines) -> Values:
    """Return the share of the other side with whom each is related."""
    return [
        count / opposite if opposite else 0.0
        for count, opposite in zip(on.degrees, on.opposite, strict=True)
    ]


def bipartite_closeness(on: Lines) -> Values:
    """Return closeness where the other side is at least one step away, one's own at least two."""
    nodes = len(on.keys)
    near = on.graph.closeness(normalized=True)
    return [
        # The mean distance times the number reached is the sum of the distances.
        (opposite + 2 * (nodes - opposite - 1)) * value / count * (count / (nodes - 1))
        if count
        else 0.0
        for value, count, opposite in zip(near, on.reached, on.opposite, strict=True)
    ]


def bipartite_betweenness(on: Lines) -> Values:
    """Return betweenness as a share of the most that a node of this side can have."""
    most = most_between(on)
    return [
        value / most[side] if most[side] else 0.0
        for value, side in zip(on.between, on.sides, strict=True)
    ]


def most_between(on: Lines) -> tuple[float, float]:
    """Return the most paths that can lead through a node of either side."""
    sizes = Counter(on.sides)
    first, second = (_most_between(sizes[side], sizes[1 - side]) for side in (0, 1))
    return first, second


def _most_between(own: int, other: int) -> float:
    """Return the highest betweenness in a side of `own` nodes (Borgatti and Halgin 2011)."""
    whole, rest = divmod(own - 1, other) if other else (0, 0)
    most = (
        other**2 * (whole + 1) ** 2
        + other * (whole + 1) * (2 * rest - whole - 1)
        - rest * (2 * whole - rest + 3)
    )
    return most / 2


def bridges(on: Lines) -> Values:
    """Return how many of each one's lines are the only way from one part to another."""
    counts = Counter(end for line in on.graph.bridges() for end in on.pairs[line])
    return [counts[index] for index in range(len(on.keys))]


def articulation(on: Lines) -> Values:
    """Return into how many parts what is connected falls without each; 0 if it stays in one."""
    blocks = Counter(node for block in on.graph.biconnected_components() for node in block)
    return [blocks[index] if blocks[index] > 1 else 0 for index in range(len(on.keys))]


@dataclass(frozen=True)
class Measure:
    """One measure: how it is computed, and in which networks it says something.

    `mode` is 1 or 2 where it only makes sense in a one-mode or two-mode network; `paths` says that
    all shortest paths are followed, `low` that the lowest value is the most telling one,
    `connected` that it only makes sense where each can reach all others.
    """

    name: str
    label: Message
    compute: Callable[[Lines], Values]
    mode: int = 0
    paths: bool = False
    low: bool = False
    connected: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)


def _communities_of(on: Lines) -> Values:
    return [number + 1 for number in communities(on)]


MEASURES = {
    one.name: one
    for one in (
        Measure("degree", Message("Grad", "degree"), degree),
        Measure("betweenness", Message("Vermittlung", "betweenness"), betweenness_shares, 0, True),
        Measure("closeness", Message("Nähe", "closeness"), closeness, 0, True),
        Measure(
            "pagerank",
            Message("PageRank", "PageRank"),
            pagerank,
            parameters={"damping": str(DAMPING)},
        ),
        Measure("eigenvector", Message("Eigenvektor", "eigenvector"), eigenvector),
        Measure("constraint", Message("Einschränkung", "constraint"), constraint, mode=1, low=True),
        Measure("core", Message("Kern", "core"), core),
        Measure(
            "bipartite-degree",
            Message("Grad (zweiseitig)", "degree (two-mode)"),
            bipartite_degree,
            mode=2,
        ),
        Measure(
            "bipartite-betweenness",
            Message("Vermittlung (zweiseitig)", "betweenness (two-mode)"),
            bipartite_betweenness,
            mode=2,
            paths=True,
        ),
        Measure(
            "bipartite-closeness",
            Message("Nähe (zweiseitig)", "closeness (two-mode)"),
            bipartite_closeness,
            mode=2,
            paths=True,
            connected=True,
        ),
        Measure("articulation", Message("Gelenke", "articulation points"), articulation),
        Measure("bridges", Message("Brücken", "bridges"), bridges),
        Measure(
            "communities",
            Message("Gemeinschaften", "communities"),
            _communities_of,
            parameters={"seed": str(SEED), "resolution": "1", "weight": "relations"},
        ),
    )
}


def fitting(on: Lines) -> list[Measure]:
    """Return the measures that say something about a network of this kind, in their order."""
    mode = 2 if on.sides else 1
    return [
        one
        for one in MEASURES.values()
        if one.mode in (0, mode) and (on.connected or not one.connected)
    ]


def refuse_misleading(on: Lines, wanted: Iterable[Measure]) -> None:
    """Refuse measures that would mislead in a network of this kind.

    Raises:
        UsageError: one of them would; the message says why and what to take.
    """
    for one in wanted:
        if one.mode == 1 and on.sides:
            raise UsageError(
                Message(
                    f"„{one.name}“ sagt in einem zweiseitigen Netzwerk nichts: Seine Linien bilden "
                    "nie ein Dreieck. Nehmen Sie organisation-organisation.",
                    f"“{one.name}” says nothing in a two-mode network: its lines never form a "
                    "triangle. Take organisation-organisation.",
                )
            )
        if one.mode == 2 and not on.sides:
            plain = one.name.removeprefix("bipartite-")
            raise UsageError(
                Message(
                    f"„{one.name}“ gibt es nur in zweiseitigen Netzwerken; hier heißt es "
                    f"„{plain}“.",
                    f"“{one.name}” is for two-mode networks only; here it is “{plain}”.",
                )
            )
        if one.connected and not on.connected:
            raise UsageError(
                Message(
                    f"„{one.name}“ führt irre, wo nicht alle einander erreichen: Wer nur einen "
                    "Nachbarn und sonst niemanden erreicht, stünde vorn. Nehmen Sie „closeness“.",
                    f"“{one.name}” misleads where not all can reach each other: whoever reaches "
                    "one "
                    "neighbour and nobody else would come first. Take “closeness”.",
                )
            )


def refuse_too_large(on: Lines, wanted: Iterable[Measure], limit: int = PATHS) -> None:
    """Refuse measures that would follow too many paths.

    Raises:
        UsageError: one of them would; the message proposes others.
    """
    size = len(on.keys) * len(on.pairs)
    slow = [one.name for one in wanted if one.paths]
    if not slow or size <= limit:
        return
    quick = ", ".join(one.name for one in fitting(on) if not one.paths)
    names = ", ".join(slow)
    raise UsageError(
        Message(
            f"{len(on.keys)} Knoten und {len(on.pairs)} Linien sind zu viel für {names}: Dafür "
            "wären "
            "alle kürzesten Wege zu gehen. Nehmen Sie mit --measure eines von "
            f"{quick}, oder mit --as-of einen früheren Stand.",
            f"{len(on.keys)} nodes and {len(on.pairs)} lines are too many for {names}: all "
            "shortest "
            f"paths would have to be followed. Take one of {quick} by --measure, or an earlier "
            "state by --as-of.",
        )
    )


def communities(on: Lines) -> list[int]:
    """Return the number of the community of each node (Leiden), the largest being 0.

    The same network gives the same communities: the generator of random numbers starts at a seed.
    """
    import igraph
    from networkx.utils import create_py_random_state

    if not on.pairs:
        return list(range(len(on.keys)))
    igraph.set_random_number_generator(create_py_random_state(SEED))
    try:
        found = on.graph.community_leiden(
            objective_function="modularity", weights=on.weights, n_iterations=-1
        )
    finally:
        igraph.set_random_number_generator(None)
    ranked = sorted(found, key=lambda members: (-len(members), min(members)))
    home = {node: number for number, members in enumerate(ranked) for node in members}
    return [home[node] for node in range(len(on.keys))]


def last_of(on: Lines) -> list[list[str]]:
    """Return for each node those who are related with it alone, and would be left with nobody."""
    return [
        [on.keys[other] for other in sorted(on.graph.neighbors(node)) if on.degrees[other] == 1]
        for node in range(len(on.keys))
    ]


def bridging_lines(on: Lines) -> list[tuple[int, int, int]]:
    """Return the lines (by the numbers of their ends) that alone join two parts of the network.

    The third number is how many nodes the smaller of the two parts has; the largest comes first.
    """
    cut = [on.pairs[line] for line in on.graph.bridges()]
    left = on.graph.copy()
    left.delete_edges(cut)
    home = left.connected_components().membership
    # Without the bridges each part is a point; the bridges join these points to trees.
    size = Counter(home)
    joined: dict[int, list[int]] = {}
    for one, other in cut:
        joined.setdefault(home[one], []).append(home[other])
        joined.setdefault(home[other], []).append(home[one])
    below: dict[tuple[int, int], int] = {}
    whole: dict[int, int] = {}
    for root in sorted(joined):
        if root not in whole:
            _weigh(root, joined, size, below, whole)
    found = []
    for one, other in cut:
        pair = home[one], home[other]
        part = below[pair] if pair in below else below[pair[1], pair[0]]
        found.append((one, other, min(part, whole[pair[0]] - part)))
    return sorted(found, key=lambda line: (-line[2], line[0], line[1]))


def _weigh(
    root: int,
    joined: Mapping[int, Sequence[int]],
    size: Mapping[int, int],
    below: dict[tuple[int, int], int],
    whole: dict[int, int],
) -> None:
    """Add up the tree of parts at `root`: what lies below each of its lines, and all of it."""
    order: list[tuple[int, int]] = [(-1, root)]
    for above, part in order:  # grows while it is read: breadth first
        order.extend((part, other) for other in joined[part] if other != above)
    weight = {part: size[part] for _, part in order}
    for above, part in reversed(order):
        if above >= 0:
            weight[above] += weight[part]
            below[above, part] = weight[part]
    for _, part in order:
        whole[part] = weight[root]


def betweenness(drawing: Drawing) -> dict[str, float]:
    """Return the share of shortest paths that lead through each node, where it is not 0.

    Exact (Brandes 2001) for up to `EXACT` nodes; beyond, estimated from `SAMPLE` of them, always
    the same ones. Organisations that share something are joined by way of it if there are too many
    pairs to join them directly.
    """
    import networkx

    # Whole numbers instead of names: their order does not change from process to process.
    names = list(drawing.nodes)
    number = {key: index for index, key in enumerate(names)}
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from((number[one], number[other]) for one, other in drawing.lines)
    if not drawing.lines:
        for hub, group in enumerate(drawing.shared, start=len(names)):
            graph.add_edges_from((number[key], hub) for key in group)
    if len(graph) <= EXACT:
        found: Any = betweenness_shares(lines(graph))
    else:
        found = networkx.betweenness_centrality(graph, k=min(SAMPLE, len(graph)), seed=SEED)
    rounded = {key: round(found[index], DIGITS) for index, key in enumerate(names)}
    return {key: share for key, share in rounded.items() if share}
