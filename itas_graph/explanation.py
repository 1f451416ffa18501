"""Network + two actors -> how they are connected; network + one -> all it is connected to.

Which hops count, how many ways there are and in which order is as connection.js has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from itas_graph import paths, queries
from itas_graph.actors import FIELD, Actors, Relation
from itas_graph.errors import Message, UsageError
from itas_graph.vocab import slugify

#: As many ways as the page tells.
WAYS = 5

Counts = Callable[[Relation], bool]
Why = Literal["", "alone", "ever", "date", "filters", "both"]
_EVIDENCE = 9


@dataclass(frozen=True)
class Hop:
    """One step of a way: the strongest relation between the two, and the others."""

    one: str
    other: str
    relation: Relation
    others: Sequence[Relation]


@dataclass(frozen=True)
class Way:
    """A chain of actors, and the relations that link each to the next."""

    keys: tuple[str, ...]
    hops: Sequence[Hop]

    @property
    def between(self) -> tuple[str, ...]:
        """The actors on the way, without its ends."""
        return self.keys[1:-1]


@dataclass(frozen=True)
class Component:
    """The group of actors that chains of relations link with one actor; itself included."""

    key: str
    members: Sequence[str]


@dataclass(frozen=True)
class Connection:
    """How two actors are connected as of a date (empty: at any), by all or by what is stated.

    Without `ways`, `why` says why, `alone` who has no relation at all, `otherwise` how many steps
    there are without date and restriction (0: none), `components` to which groups the two belong.
    """

    one: str
    other: str
    as_of: str
    is_strict: bool
    ways: Sequence[Way]
    why: Why = ""
    alone: str = ""
    otherwise: int = 0
    components: Sequence[Component] = ()

    @property
    def between(self) -> tuple[str, ...]:
        """All actors on the ways, each once, in their order."""
        return tuple(dict.fromkeys(key for way in self.ways for key in way.between))


@dataclass(frozen=True)
class Portrait:
    """An actor and its relations in groups; each group goes by the key of its heading's text.

    Without `groups`, `why` says why.
    """

    key: str
    as_of: str
    is_strict: bool
    groups: Mapping[str, Sequence[Relation]]
    why: Why = ""


def connect(
    actors: Actors,
    one: str,
    other: str,
    as_of: str = "",
    limit: int = WAYS,
    *,
    is_strict: bool = False,
) -> Connection:
    """Return the shortest ways between two actors; of as many steps, the better evidenced first.

    One of the two may be an action field (`field/<slug>`), which is then the far end. With `as_of`
    what surely began later does not count; with `is_strict`, what is inferred or only announced.

    Raises:
        UsageError: both are the same, or both are action fields.
    """
    if one == other:
        raise UsageError(
            Message(
                "Beide Namen meinen dasselbe; nennen Sie zwei verschiedene.",
                "Both names mean the same; give two different ones.",
            )
        )
    if actors.group(one) == FIELD:
        one, other = other, one
    if actors.group(one) == FIELD:
        raise UsageError(
            Message(
                "Eine Verbindung beginnt bei einem Akteur: nennen Sie höchstens ein Handlungsfeld.",
                "A connection begins at an actor: name one action field at most.",
            )
        )
    surroundings = _Surroundings(actors, other)
    counts = _counting(actors, as_of, is_strict=is_strict)
    found = paths.shortest_ways(one, other, surroundings.hops(counts), limit)
    ways = [_way(keys, surroundings, counts) for keys in found]
    if ways:
        return Connection(one, other, as_of, is_strict, ways)
    alone, why, steps = _why_not(actors, surroundings, one, other, as_of, is_strict=is_strict)
    components = _components(actors, one, other) if why == "ever" else []
    return Connection(one, other, as_of, is_strict, [], why, alone, steps, components)


def portray(actors: Actors, key: str, as_of: str = "", *, is_strict: bool = False) -> Portrait:
    """Return all relations of an actor or an action field, in the groups of the page's details."""
    counts = _counting(actors, as_of, is_strict=is_strict)
    left = [relation for relation in actors.around(key) if counts(relation)]
    groups: dict[str, list[Relation]] = {}
    for kind, heading in _HEADINGS[actors.group(key)].items():
        members = [relation for relation in left if relation.type == kind]
        if kind == "affiliation" and actors.group(key) == "person":
            members = _without_appearances(actors, members, left)
        if members:
            groups[heading] = _in_order(actors, key, members)
    why: Why = ""
    if not groups:
        why = _restriction(as_of, is_strict=is_strict) if actors.around(key) else "alone"
    return Portrait(key, as_of, is_strict, groups, why)


def named(actors: Actors, name: str) -> str:
    """Return the key of the actor or action field that a slug, key, IRI, name or alias means.

    Raises:
        UsageError: nothing or several things bear the name; the message lists candidates.
    """
    if "://" in name:
        group, _, slug = name.rstrip("/").rpartition("/")
        kind = group.rpartition("/")[2].replace("action-field", FIELD)
        if f"{kind}/{slug}" in actors:
            return f"{kind}/{slug}"
        name = slug
    known = _names(actors)
    bearers = queries.bearers_of(name, known)
    if len(bearers) == 1:
        return next(iter(bearers))
    if bearers:
        raise queries.ambiguous(name, bearers)
    raise queries.unknown_name(name, dict.fromkeys(label for _, label, _ in known))


def _names(actors: Actors) -> list[tuple[str, str, str]]:
    rows = []
    for key, node in actors.nodes.items():
        rows.append((key, str(node.get("label", "")), "1"))
        rows += [(key, str(alias), "") for alias in node.get("aliases") or ()]
    concepts = actors.concepts.get("action-field", {})
    for slug in actors.fields:
        labels = dict.fromkeys(concepts[slug].get(language, slug) for language in ("de", "en"))
        rows += [(f"{FIELD}/{slug}", str(label), "1") for label in labels]
    return rows


_HEADINGS: Mapping[str, Mapping[str, str]] = {
    "organisation": {"involvement": "details.initiatives", "affiliation": "details.people"},
    "initiative": {
        "involvement": "details.organisations",
        "presentation": "details.presentedAt",
    },
    "person": {"contribution": "details.appearances", "affiliation": "details.affiliations"},
    "event": {
        "contribution": "details.programme",
        "presentation": "details.initiatives.presented",
    },
    FIELD: {FIELD: "details.initiatives"},
}


def _in_order(actors: Actors, key: str, members: list[Relation]) -> list[Relation]:
    """Return relations with the latest first; of one day, or where days say little, by name."""

    def label(relation: Relation) -> tuple[str, str]:
        node = actors.nodes.get(relation.beyond(key), {})
        return slugify(str(node.get("label", ""))), relation.key

    members = sorted(members, key=label)
    if any(one.type in ("involvement", FIELD) for one in members):
        return members
    return sorted(members, key=lambda one: one.date or one.as_of or one.valid_from, reverse=True)


def _without_appearances(
    actors: Actors, affiliations: list[Relation], left: list[Relation]
) -> list[Relation]:
    """Leave out the affiliations that an appearance says already."""
    said = {
        (one.via.get("organisation"), actors.nodes[one.other].get("label"))
        for one in left
        if one.type == "contribution"
    }
    return [one for one in affiliations if (one.other, one.via.get("event")) not in said]


def _counting(actors: Actors, as_of: str, *, is_strict: bool) -> Counts:
    """Return which relations count; what action field an initiative has holds at any date."""

    def counts(relation: Relation) -> bool:
        if is_strict and relation.doubts:
            return False
        if not as_of or relation.type == FIELD:
            return True
        return actors.time_of(relation, as_of) != "later"

    return counts


class _Surroundings:
    """The relations of every actor, those to the action field at the far end among them."""

    def __init__(self, actors: Actors, far: str) -> None:
        self._actors = actors
        self._fields: dict[str, list[Relation]] = {}
        if actors.group(far) == FIELD:
            for relation in actors.around(far):
                self._fields.setdefault(relation.one, []).append(relation)

    def of(self, key: str) -> Sequence[Relation]:
        return [*self._actors.around(key), *self._fields.get(key, ())]

    def hops(self, counts: Counts) -> paths.Hops:
        @cache
        def around(key: str) -> Mapping[str, int]:
            costs: dict[str, int] = {}
            for relation in filter(counts, self.of(key)):
                other, cost = relation.beyond(key), _cost(relation)
                costs[other] = min(cost, costs.get(other, cost))
            return costs

        return around


def _cost(relation: Relation) -> int:
    evidence = min(_EVIDENCE, len(relation.evidence))
    return paths.HOP + paths.DOUBT * relation.doubts + _EVIDENCE - evidence


def _way(keys: tuple[str, ...], surroundings: _Surroundings, counts: Counts) -> Way:
    hops = []
    for one, other in pairwise(keys):
        # Stated before inferred, held before announced, more evidence first.
        first, *others = sorted(
            (
                relation
                for relation in surroundings.of(one)
                if counts(relation) and relation.beyond(one) == other
            ),
            key=lambda relation: (relation.doubts, -len(relation.evidence), relation.key),
        )
        hops.append(Hop(one, other, first, others))
    return Way(keys, hops)


def _why_not(
    actors: Actors,
    surroundings: _Surroundings,
    one: str,
    other: str,
    as_of: str,
    *,
    is_strict: bool,
) -> tuple[str, Why, int]:
    """Return who has no relation at all, why there is no way, and how many steps there are else."""
    alone = next((key for key in (one, other) if not actors.around(key)), "")
    if alone:
        return alone, "alone", 0
    ways = paths.shortest_ways(one, other, surroundings.hops(lambda _: True), 1)
    if not ways:
        return "", "ever", 0
    return "", _restriction(as_of, is_strict=is_strict), len(ways[0]) - 1


def _restriction(as_of: str, *, is_strict: bool) -> Why:
    return "both" if as_of and is_strict else "date" if as_of else "filters"


def _components(actors: Actors, one: str, other: str) -> list[Component]:
    groups = list(actors.components())
    found = []
    for key in (one, other):
        # A field belongs to the groups of its initiatives.
        is_field = actors.group(key) == FIELD
        held = {relation.one for relation in actors.around(key)} if is_field else {key}
        members = {member for group in groups if held & group for member in group}
        found.append(Component(key, sorted(members)))
    return found
