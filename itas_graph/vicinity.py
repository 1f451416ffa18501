"""Names of one or two actors -> as much of the network as tells how they are connected.

What is told is the same as of the whole network; of a country's, little needs to be read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from itas_graph import explanation, network, paths, queries
from itas_graph.actors import FIELD, Actors
from itas_graph.errors import Message, UsageError
from itas_graph.explanation import Component, Connection, Portrait

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint

#: With so many names and more, a part is read: a small network is read faster as a whole.
LARGE = 20_000
#: More actors than these between two are not read.
MOST = 30_000
_KINDS = ("organisation", "initiative", "person", "event", FIELD)
#: A group of so many is read with all its relations, to see whether they hold.
_FEW = 5_000


def is_worth_it(endpoint: Endpoint, folder: Path) -> bool:
    """Say whether to read a part: the whole is large, and the workspace has the question for it."""
    if not (folder / "nodes" / "neighbours.rq").is_file():
        return False
    rows = endpoint.ask("SELECT (COUNT(*) AS ?n) WHERE { ?one skos:prefLabel ?name }").rows or ()
    return any(int(getattr(number, "value", 0)) > LARGE for (number,) in rows)


class Vicinity:
    """The surroundings of actors at an endpoint, read as far as they are needed."""

    def __init__(self, endpoint: Endpoint, folder: Path) -> None:
        self._endpoint = endpoint
        self._folder = folder
        self._around: dict[str, set[str]] = {}
        self._seen: dict[str, set[str]] = {}

    def named(self, name: str) -> str:
        """Return the IRI of the actor or action field that a slug, key, IRI or name means.

        Raises:
            UsageError: nothing or several things bear the name; the message lists candidates.
        """
        plain = name.rstrip("/")
        group, _, slug = plain.rpartition("/")
        kind = group.rpartition("/")[2].replace("action-field", FIELD)
        if kind in _KINDS and (":" in group or kind == group):
            kind = "action-field" if kind == FIELD else kind
            bearers, _ = queries.found(slug, kind, self._texts)
            ends = [iri for iri in bearers if iri.endswith(f"/{kind}/{slug}")]
            if ends:
                return ends[0]
        wanted = slug if "://" in plain else plain
        bearers, known = queries.found(wanted, "actor", self._texts)
        if len(bearers) == 1:
            return next(iter(bearers))
        if bearers:
            raise queries.ambiguous(wanted, {_key(iri): label for iri, label in bearers.items()})
        raise queries.unknown_name(wanted, dict.fromkeys(label for _, label, _ in known))

    def portray(self, name: str, as_of: str, *, is_strict: bool) -> tuple[Actors, Portrait]:
        """Return all relations of one actor, as `explanation.portray` does.

        Raises:
            UsageError: as for `named`.
        """
        iri = self.named(name)
        known = self._part([iri], self.neighbours([iri])[iri])
        return known, explanation.portray(known, _key(iri), as_of, is_strict=is_strict)

    def connect(
        self, name: str, other: str, as_of: str, limit: int, *, is_strict: bool
    ) -> tuple[Actors, Connection]:
        """Return how two actors are connected, as `explanation.connect` does.

        Raises:
            UsageError: as for `named` and `explanation.connect`; or too many are between the two.
        """
        one, far = self.named(name), self.named(other)
        ends = _key(one), _key(far)
        if one == far or all(key.startswith(f"{FIELD}/") for key in ends):
            # Refused, with the words for it.
            known = self._part([one, far], ())
            return known, explanation.connect(known, *ends)
        between = _Between(self, one, far)
        before: set[str] = set()
        while between.deepen():
            members = between.members()
            if len(members) > MOST:
                raise _too_many(len(members), as_of, is_strict=is_strict)
            if members != before:
                before = members
                known = self._part([one, far], members)
                found = explanation.connect(known, *ends, as_of, limit, is_strict=is_strict)
            ways = [way for way in found.ways if len(way.hops) <= between.length]
            shortest = len(found.ways[0].hops) if found.ways else between.length
            if len(ways) >= limit or (ways and between.length >= shortest + paths.SLACK):
                return known, found
        return self._apart(one, far, as_of, limit, is_strict=is_strict)

    def _apart(
        self, one: str, far: str, as_of: str, limit: int, *, is_strict: bool
    ) -> tuple[Actors, Connection]:
        """Return what there is to say of two when all that is connected with them was seen."""
        ends = _key(one), _key(far)
        groups = [self._component(iri) for iri in (one, far)]
        small = groups[0] | groups[1] if len(groups[0] | groups[1]) <= _FEW else set()
        if groups[0] == groups[1] and not small:
            raise _too_many(len(groups[0]), as_of, is_strict=is_strict)
        names = small or {key for group in groups if len(group) <= _FEW for key in group}
        known = self._part([one, far], names)
        found = explanation.connect(known, *ends, as_of, limit, is_strict=is_strict)
        if small or found.why != "ever":
            return known, found
        components = [
            Component(key, sorted(_key(iri) for iri in group))
            for key, group in zip(ends, groups, strict=True)
        ]
        return known, Connection(*ends, as_of, is_strict, [], "ever", components=components)

    def _component(self, start: str) -> set[str]:
        group, layer = {start}, {start}
        while layer:
            found = self.neighbours(sorted(layer))
            layer = {other for others in found.values() for other in others} - group
            layer = {iri for iri in layer if not _is_field(iri)}
            group |= layer
        return {iri for iri in group if not _is_field(iri)}

    def _part(self, ends: Iterable[str], others: Collection[str]) -> Actors:
        # Involvements are read from the side of the organisation, which has fewer of them.
        centres = {*ends, *(iri for iri in others if not _key(iri).startswith("initiative/"))}
        centres = {iri for iri in centres if not _is_field(iri)}
        named = {iri for iri in others if not _is_field(iri)}
        return Actors(network.load_around(self._endpoint, self._folder, centres, named))

    def neighbours(self, iris: Collection[str]) -> Mapping[str, set[str]]:
        """Return the neighbours of each; more may be named than have a relation that is told."""
        new = [iri for iri in iris if iri not in self._around]
        self._around.update((iri, set()) for iri in new)
        path = self._folder / "nodes" / "neighbours.rq"
        for row in network.rows(self._endpoint, path, "node_id", sorted(new)):
            one, other = row["node_id"], row["other_id"]
            if _key(other).split("/")[0] in _KINDS:
                self._around[one].add(other)
        return {iri: self._around[iri] for iri in iris}

    def _texts(self, text: str) -> list[tuple[str, ...]]:
        answer = self._endpoint.ask(text)
        return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows or ()]


class _Between:
    """The actors on chains of up to `length` relations between two, one relation more each time."""

    def __init__(self, vicinity: Vicinity, one: str, far: str) -> None:
        self.length = 0
        self._vicinity = vicinity
        self._ends = one, far
        self._reached = ({one: 0}, {far: 0})
        self._layers = [{one}, {far}]
        self._links: dict[str, set[str]] = {}

    def deepen(self) -> bool:
        """Look one step further from the side that has fewer ahead; False if all has been seen."""
        for _ in iter(lambda: any(self._layers), False):
            self.length += 1
            self._step(self._side())
            if any(iri in self._reached[1] for iri in self._reached[0]):
                return True
        return False

    def _side(self) -> int:
        sizes = [len(layer) for layer in self._layers]
        if not all(sizes):
            return 0 if sizes[0] else 1
        return 0 if sizes[0] <= sizes[1] else 1

    def _step(self, side: int) -> None:
        reached = self._reached[side]
        depth = max(reached.values()) + 1
        # From a field one comes to its initiatives, but through none to others.
        layer = {iri for iri in self._layers[side] if not _is_field(iri) or iri in self._ends}
        ahead: set[str] = set()
        for iri, others in self._vicinity.neighbours(sorted(layer)).items():
            for other in others:
                if _is_field(other) and other not in self._ends:
                    continue
                self._links.setdefault(iri, set()).add(other)
                self._links.setdefault(other, set()).add(iri)
                if other not in reached:
                    ahead.add(other)
        reached.update(dict.fromkeys(ahead, depth))
        self._layers[side] = ahead

    def members(self) -> set[str]:
        """Return who is on a chain of at most `length` relations, with the two ends."""
        one, far = self._ends
        near, rest = self._distances(one), self._distances(far)
        left = {
            iri for iri, steps in near.items() if steps + rest.get(iri, self.length) <= self.length
        }
        left |= {one, far}
        # Who hangs on a single other one is on no chain that passes nobody twice.
        ends = [iri for iri in left if self._is_end(iri, left)]
        while ends:
            left.difference_update(ends)
            around = {other for iri in ends for other in self._links.get(iri, ())} & left
            ends = [iri for iri in around if self._is_end(iri, left)]
        return left

    def _is_end(self, iri: str, left: Collection[str]) -> bool:
        return (
            iri not in self._ends and sum(other in left for other in self._links.get(iri, ())) < 2
        )

    def _distances(self, start: str) -> dict[str, int]:
        found, layer, steps = {start: 0}, {start}, 0
        while layer and steps < self.length:
            steps += 1
            around = {other for iri in layer for other in self._links.get(iri, ())}
            layer = around - found.keys()
            found.update(dict.fromkeys(layer, steps))
        return found


def _key(iri: str) -> str:
    return network.node_key(iri).replace("action-field/", f"{FIELD}/")


def _is_field(iri: str) -> bool:
    return _key(iri).startswith(f"{FIELD}/")


def _too_many(number: int, as_of: str, *, is_strict: bool) -> UsageError:
    shown = f"{number:,}"
    if as_of or is_strict:
        return UsageError(
            Message(
                f"Mit dieser Einschränkung wären {shown.replace(',', ' ')} Akteure durchzusehen. "
                "Fragen Sie ohne --as-of und --only-stated.",
                f"Under this restriction {shown} actors would have to be looked through. Ask "
                "without --as-of and --only-stated.",
            )
        )
    return UsageError(
        Message(
            f"Zwischen den beiden stehen {shown.replace(',', ' ')} Akteure, zu viele, um alle Wege "
            "zu prüfen. Fragen Sie nach weniger Wegen (--limit 1).",
            f"There are {shown} actors between the two, too many to examine all ways. Ask for "
            "fewer ways (--limit 1).",
        )
    )
