"""A drawing too large to be drawn whole -> its communities, as discs that open on demand.

Communities are what is more linked within than without (Louvain; Blondel et al. 2008), none larger
than what can be drawn. Each is named by its best linked member and its most frequent action field.
What is linked to few others stays together in groups of many, in the order of names.
"""

from __future__ import annotations

import heapq
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from itas_graph.drawings import Drawing
from itas_graph.labels import text_width

if TYPE_CHECKING:
    import networkx

#: No community of a drawing has more members; nor are there more, if they can be joined.
MEMBERS = 600
COMMUNITIES = 28
#: What more communities than these share joins none of them: it says little, and their pairs are
#: millions.
_AROUND = 300
SEED = 2022
#: Letters of a name that tell where a group of small communities begins and ends.
SPINE = 28

GAP = 26
MARGIN = 40
LABEL = 220.0
TURNS = 36


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large communities may be, and how many.

    Fewer members than `few` are no community of their own, nor fewer than `many` when there are
    enough already.
    """

    members: int = MEMBERS
    communities: int = COMMUNITIES
    few: int = 8
    many: int = 150


@dataclass(frozen=True, slots=True)
class Cluster:
    """One community: its name, what it holds and how many of each group, and where it stands."""

    key: str
    label: dict[str, str]
    counts: dict[str, int]
    members: tuple[str, ...]
    field: str
    x: int
    y: int
    radius: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Communities on a sheet around (0, 0), and how many lines lead from one to another."""

    width: int
    height: int
    clusters: tuple[Cluster, ...]
    links: tuple[tuple[str, str, int], ...]


@dataclass(slots=True)
class _Community:
    members: list[int]
    key: str = ""
    label: dict[str, str] = field(default_factory=dict)
    topic: str = ""
    x: float = 0.0
    y: float = 0.0

    @property
    def radius(self) -> int:
        # Room for a name, and more the more there is.
        return round(46 + 2.9 * math.sqrt(len(self.members)))


def overview(
    drawing: Drawing, fields: Mapping[str, Mapping[str, Any]], bounds: Bounds | None = None
) -> Overview:
    """Return the communities of `drawing`.

    Args:
        drawing: its nodes carry `group`, `label`, `aliases`, `action_fields`.
        fields: the action fields with their names by language.
        bounds: how large communities may be; as a page can draw them, if nothing else is said.
    """
    bounds = bounds or Bounds(members=MEMBERS, communities=COMMUNITIES)
    # Whole numbers instead of names: their order does not change from process to process.
    names = list(drawing.nodes)
    graph = _graph(drawing, names)
    communities = _communities(graph, drawing, names, bounds)
    links = _links(drawing, names, communities)
    for number, community in enumerate(communities):
        _name(community, drawing, names, graph, fields, number)
    _place(communities, links)
    left, right, top, bottom = _extent(communities)
    shift_x, shift_y = (left + right) / 2, (top + bottom) / 2
    clusters = tuple(
        Cluster(
            one.key,
            one.label,
            dict(sorted(Counter(drawing.nodes[names[i]]["group"] for i in one.members).items())),
            tuple(names[i] for i in sorted(one.members)),
            one.topic,
            round(one.x - shift_x),
            round(one.y - shift_y),
            one.radius,
        )
        for one in communities
    )
    named = tuple(
        (communities[one].key, communities[other].key, count)
        for (one, other), count in sorted(links.items())
    )
    width, height = (round(side) + 2 * MARGIN for side in (right - left, bottom - top))
    return Overview(width, height, clusters, named)


def _graph(drawing: Drawing, names: Sequence[str]) -> networkx.Graph:
    """Return the drawing with numbers for names; what many share is a node between them."""
    import networkx

    number = {key: index for index, key in enumerate(names)}
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(names)))
    if drawing.lines:
        for (one, other), count in drawing.lines.items():
            graph.add_edge(number[one], number[other], weight=count)
    else:
        for hub, group in enumerate(drawing.shared, start=len(names)):
            graph.add_edges_from((number[key], hub) for key in group)
    return graph


def _communities(
    graph: networkx.Graph, drawing: Drawing, names: Sequence[str], bounds: Bounds
) -> list[_Community]:
    """Return the communities, the largest first; groups of small ones come last."""
    found: list[list[int]] = []
    for members in _louvain(graph, 1.0):
        found.extend(_cut(graph, members, len(names), bounds.members))
    found = _joined(graph, found, bounds)
    found.sort(key=lambda members: (-len(members), members[0]))
    kept = [
        _Community(sorted(members))
        for number, members in enumerate(found)
        if len(members) >= (bounds.few if number < bounds.communities else bounds.many)
    ]
    small = []
    for members in found[len(kept) :]:
        key = names[_best(members, drawing, names, graph)]
        small.append((str(drawing.nodes[key].get("label") or key), members))
    small.sort(key=lambda one: (_folded(one[0]), one[1]))
    return [*kept, *_gathered(small, bounds.members)]


def _gathered(small: Sequence[tuple[str, Sequence[int]]], most: int) -> Iterable[_Community]:
    """Yield small communities together, as even as can be; each stays whole."""
    left = sum(len(members) for _, members in small)
    groups: list[list[tuple[str, Sequence[int]]]] = []
    size = share = 0
    for one in small:
        more = len(one[1])
        if not groups or size + more > most or size >= share:
            share = math.ceil(left / math.ceil(left / most))
            groups.append([])
            size = 0
        groups[-1].append(one)
        size += more
        left -= more
    for number, group in enumerate(groups):
        first, last = group[0][0], group[-1][0]
        before = groups[number - 1][-1][0] if number else ""
        after = groups[number + 1][0][0] if number + 1 < len(groups) else ""
        ends = f" · {_begins(first, before)} – {_begins(last, after)}" if len(groups) > 1 else ""
        members = sorted(one for _, some in group for one in some)
        label = {"de": f"Weitere{ends}", "en": f"Others{ends}"}
        yield _Community(members, key="others", label=label)


def _begins(name: str, other: str) -> str:
    """Return as many words of a name as tell it from another one, as on the spine of a lexicon.

    >>> (
    ...     _begins("Öko-Werk AG", "Ofen AG"),
    ...     _begins("Werk Nord GmbH", "Werk Nord AG"),
    ...     _begins("B", ""),
    ... )
    ('Öko-Werk', 'Werk Nord GmbH', 'B')
    """
    pair = zip(_folded(name), _folded(other), strict=False)
    same = next((at for at, (one, two) in enumerate(pair) if one != two), 0)
    words = name.split()
    shown = next(
        (
            text
            for end in range(1, len(words))
            if len(_folded(text := " ".join(words[:end]))) > same
        ),
        " ".join(words),
    )
    return shown if len(shown) <= SPINE else shown[: SPINE - 1] + "…"


def _folded(name: str) -> str:
    """Return a name as a lexicon sorts it: without accents and leading signs.

    >>> _folded("„Öko“-Werk")
    'oko“-werk'
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    start = next((at for at, one in enumerate(plain) if one.isalnum()), 0)
    return plain[start:]


def _best(
    members: Iterable[int], drawing: Drawing, names: Sequence[str], graph: networkx.Graph
) -> int:
    """Return the best linked of some nodes, of equal ones an organisation."""

    def rank(one: int) -> tuple[bool, int, bool, int]:
        group = drawing.nodes[names[one]]["group"]
        return (group == "person", -graph.degree[one], group != "organisation", one)

    return min(members, key=rank)


def _joined(graph: networkx.Graph, found: list[list[int]], bounds: Bounds) -> list[list[int]]:
    """Join the smallest with what it is most linked to until there are few enough."""
    home = {one: number for number, members in enumerate(found) for one in members}
    links: list[Counter[int]] = [Counter() for _ in found]
    for one, other, weight in graph.edges(data="weight", default=1):
        # What is shared is no member itself: it links those who share it.
        ends = [home.get(end, -1) for end in (one, other)]
        if -1 not in ends and ends[0] != ends[1]:
            links[ends[0]][ends[1]] += weight
            links[ends[1]][ends[0]] += weight
    for hub in graph.nodes:
        if hub not in home:
            around = sorted(Counter(home[end] for end in graph[hub] if end in home).items())
            for index, (one_home, size) in enumerate(around if len(around) <= _AROUND else ()):
                for other_home, other_size in around[index + 1 :]:
                    links[one_home][other_home] += size * other_size
                    links[other_home][one_home] += size * other_size
    sizes = {number: len(members) for number, members in enumerate(found)}
    waiting = [(size, number) for number, size in sizes.items()]
    heapq.heapify(waiting)
    stuck: set[int] = set()
    while len(sizes) > bounds.communities and waiting:
        size, small = heapq.heappop(waiting)
        if sizes.get(small) != size or small in stuck:
            continue
        near = [other for other in links[small] if sizes[other] + size <= bounds.members]
        if not near:
            stuck.add(small)
            continue
        into = min(near, key=lambda other: (-links[small][other] / sizes[other], other))
        found[into].extend(found[small])
        sizes[into] += sizes.pop(small)
        heapq.heappush(waiting, (sizes[into], into))
        for other, weight in links[small].items():
            del links[other][small]
            if other != into:
                links[other][into] += weight
                links[into][other] += weight
        links[small].clear()
    return [found[number] for number in sorted(sizes)]


def _louvain(graph: networkx.Graph, resolution: float) -> list[list[int]]:
    import igraph
    from networkx.utils import create_py_random_state

    keys = sorted(graph.nodes)
    number = {key: index for index, key in enumerate(keys)}
    edges = sorted(
        (*sorted((number[one], number[other])), weight)
        for one, other, weight in graph.edges(data="weight", default=1)
    )
    lines = igraph.Graph(n=len(keys), edges=[edge[:2] for edge in edges])
    igraph.set_random_number_generator(create_py_random_state(SEED))
    try:
        parts = lines.community_multilevel([edge[2] for edge in edges], resolution=resolution)
    finally:
        igraph.set_random_number_generator(None)
    return sorted(sorted(keys[one] for one in part) for part in parts)


def _cut(graph: networkx.Graph, members: list[int], count: int, most: int) -> Iterable[list[int]]:
    """Yield the drawn ones among `members` in communities that are small enough."""
    drawn = [one for one in members if one < count]
    if len(drawn) <= most:
        if drawn:
            yield drawn
        return
    resolution = 1.0
    for _ in range(3):
        resolution *= 2
        parts = _louvain(_part(graph, members), resolution)
        if len(parts) > 1:
            for part in parts:
                yield from _cut(graph, part, count, most)
            return
    # What is all linked with each other is cut by number.
    for start in range(0, len(drawn), most):
        yield drawn[start : start + most]


def _part(graph: networkx.Graph, members: Sequence[int]) -> networkx.Graph:
    """Return the graph among `members`, its nodes in the order of their numbers."""
    part = graph.__class__()
    part.add_nodes_from(members)
    part.add_edges_from(graph.subgraph(members).edges(data=True))
    return part


def _links(
    drawing: Drawing, names: Sequence[str], communities: Sequence[_Community]
) -> dict[tuple[int, int], int]:
    """Count the lines between communities; within what is shared, the pairs."""
    home = {names[i]: number for number, one in enumerate(communities) for i in one.members}
    links: Counter[tuple[int, int]] = Counter()
    for (one, other), count in drawing.lines.items():
        if home[one] != home[other]:
            links[min(home[one], home[other]), max(home[one], home[other])] += count
    if not drawing.lines:
        for group in drawing.shared:
            sizes = sorted(Counter(home[key] for key in group).items())
            for index, (one_home, size) in enumerate(sizes):
                for other_home, other_size in sizes[index + 1 :]:
                    links[one_home, other_home] += size * other_size
    return dict(links)


def _name(
    community: _Community,
    drawing: Drawing,
    names: Sequence[str],
    graph: networkx.Graph,
    fields: Mapping[str, Mapping[str, Any]],
    number: int,
) -> None:
    if community.key == "others":
        community.key = f"others-{number}"
        return
    best = names[_best(community.members, drawing, names, graph)]
    node = drawing.nodes[best]
    shorter = [alias for alias in node.get("aliases") or () if 2 <= len(alias) <= 32]
    name = str(node.get("label") or best)
    if text_width(name) > LABEL and shorter:
        name = min(shorter, key=lambda alias: (len(alias), alias))
    topics = Counter(
        topic
        for i in community.members
        for topic in drawing.nodes[names[i]].get("action_fields") or ()
        if topic in fields
    )
    community.key = best.replace("/", "-")
    community.label = {"de": name, "en": name}
    if topics:
        order = list(fields)
        community.topic = min(topics, key=lambda topic: (-topics[topic], order.index(topic)))
        community.label = {
            language: f"{name} · {fields[community.topic][language]}" for language in ("de", "en")
        }


def _place(communities: Sequence[_Community], links: Mapping[tuple[int, int], int]) -> None:
    """Put the largest in the middle, each further one beside another, near what it is linked to."""
    weights: dict[int, dict[int, float]] = {number: {} for number in range(len(communities))}
    for (one, other), count in links.items():
        size = math.sqrt(len(communities[one].members) * len(communities[other].members))
        weights[one][other] = weights[other][one] = count / size
    placed: list[int] = []
    for number, community in enumerate(communities):
        best: tuple[float, float, float] | None = None
        for x, y in _beside([communities[i] for i in placed], community.radius):
            cost = math.hypot(x, y * 1.5) * 0.6
            for other, weight in weights[number].items():
                if other in placed:
                    near = communities[other]
                    cost += weight * math.hypot(x - near.x, (y - near.y) * 1.3)
            if best is None or cost < best[0] - 1e-6:
                best = (cost, x, y)
        if best is not None:
            community.x, community.y = best[1], best[2]
        placed.append(number)


def _beside(placed: Sequence[_Community], radius: int) -> Iterable[tuple[float, float]]:
    """Yield the points at which a disc touches another one, but for a gap, and covers none."""
    if not placed:
        yield 0.0, 0.0
    for near in placed:
        reach = near.radius + radius + GAP
        for turn in range(TURNS):
            angle = 2 * math.pi * turn / TURNS
            x = round(near.x + reach * math.cos(angle), 3)
            y = round(near.y + reach * math.sin(angle), 3)
            if all(
                math.hypot(x - one.x, y - one.y) >= one.radius + radius + GAP - 1 for one in placed
            ):
                yield x, y


def _extent(communities: Sequence[_Community]) -> tuple[float, float, float, float]:
    return (
        min((one.x - one.radius for one in communities), default=0.0),
        max((one.x + one.radius for one in communities), default=0.0),
        min((one.y - one.radius for one in communities), default=0.0),
        max((one.y + one.radius for one in communities), default=0.0),
    )
