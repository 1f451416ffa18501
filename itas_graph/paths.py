"""The shortest ways between two nodes: the same ways, in the same order, as paths.js finds them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

#: One hop outweighs all doubts of a way, one doubt all missing evidence.
HOP = 1_000_000
DOUBT = 1_000
SLACK = 3

#: The neighbours of a node and what the hop to each costs: `HOP` and, for what makes it weaker,
#: less than `HOP` on top; the same both ways.
Hops = Callable[[str], Mapping[str, int]]
Way = tuple[str, ...]


@dataclass(frozen=True)
class _Found:
    """A way, its cost, and where it left the way that it was found from."""

    way: Way
    cost: int
    since: int


def shortest_ways(
    start: str, end: str, hops: Hops, most: int = 5, slack: int = SLACK
) -> tuple[Way, ...]:
    """Return the shortest simple ways between two nodes, cheapest first; none if there is none.

    After Yen (1971, “Finding the k shortest loopless paths in a network”) with Lawler's (1972)
    shortcut. Ways of more than `slack` hops over the shortest are left out.

    >>> hops = {
    ...     "a": {"b": HOP, "c": HOP + DOUBT},
    ...     "b": {"a": HOP, "d": HOP},
    ...     "c": {"a": HOP + DOUBT, "d": HOP},
    ...     "d": {"b": HOP, "c": HOP},
    ...     "e": {},
    ... }
    >>> shortest_ways("a", "d", hops.__getitem__)
    (('a', 'b', 'd'), ('a', 'c', 'd'))
    >>> shortest_ways("a", "e", hops.__getitem__)
    ()
    """
    rest = _costs_to(start, end, hops, slack)
    if start == end or start not in rest:
        return ()
    limit = (rest[start] // HOP + slack + 1) * HOP
    first = _way_on(start, end, hops, rest, (), (), limit)
    found: list[_Found] = []
    candidates: dict[Way, _Found] = {}
    following = _Found(*first, 0) if first else None
    while following is not None:
        found.append(following)
        if len(found) == most:
            break
        for one in _spurs(following, found, end, hops, rest, limit):
            candidates[one.way] = one
        best = min(candidates.values(), key=lambda one: (one.cost, " ".join(one.way)), default=None)
        following = candidates.pop(best.way) if best else None
    return tuple(one.way for one in found)


def _spurs(
    last: _Found,
    found: list[_Found],
    end: str,
    hops: Hops,
    rest: Mapping[str, int],
    limit: int,
) -> list[_Found]:
    """Return the cheapest ways that leave the last one at each of its nodes."""
    made = []
    root = 0
    for at, spur in enumerate(last.way[:-1]):
        if at >= last.since:
            trunk = last.way[: at + 1]
            banned = {one.way[at + 1] for one in found if one.way[: at + 1] == trunk}
            on = _way_on(spur, end, hops, rest, set(trunk[:-1]), banned, limit - root)
            if on is not None:
                made.append(_Found((*trunk[:-1], *on[0]), root + on[1], at))
        root += hops(spur)[last.way[at + 1]]
    return made


def _costs_to(start: str, end: str, hops: Hops, slack: int) -> dict[str, int]:
    """Return what it costs at least to reach `end`, breadth first, `slack` hops beyond `start`."""
    costs = {end: 0}
    layer = [end]
    last = math.inf
    done = 0
    while layer and done < last:
        done += 1
        following: dict[str, int] = {}
        for key in layer:
            for other, hop in hops(key).items():
                cost = costs[key] + hop
                if other not in costs and cost < following.get(other, math.inf):
                    following[other] = cost
        costs.update(following)
        if start in following:
            last = done + slack
        layer = list(following)
    return costs


def _way_on(
    start: str,
    end: str,
    hops: Hops,
    rest: Mapping[str, int],
    blocked: Collection[str],
    banned: Collection[str],
    most: int,
) -> tuple[Way, int] | None:
    """Return one cheapest way on by A* (Hart, Nilsson and Raphael 1968), around `blocked` nodes.

    `banned` are nodes that may not come right after `start`.
    """
    heap = [(rest[start], start, 0)]
    best = {start: 0}
    before: dict[str, str] = {}
    done: set[str] = set()
    while heap:
        _, key, cost = heappop(heap)
        if key in done:
            continue
        done.add(key)
        if key == end:
            way = [end]
            while way[-1] != start:
                way.append(before[way[-1]])
            return tuple(reversed(way)), cost
        for other, hop in hops(key).items():
            if other in done or other in blocked or other not in rest:
                continue
            total = cost + hop
            is_banned = key == start and other in banned
            if is_banned or total + rest[other] >= most or best.get(other, math.inf) <= total:
                continue
            best[other] = total
            before[other] = key
            heappush(heap, (total + rest[other], other, total))
    return None
