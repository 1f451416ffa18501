"""Measures of a projection -> findings: values in order, each read as a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, overload

from itas_graph import measures
from itas_graph.errors import Message
from itas_graph.measures import Lines, Measure
from itas_graph.path_samples import Estimate, PathSample

One = TypeVar("One")

_NAMED = 5
_NOTHING = Message("", "")


@dataclass(frozen=True)
class Finding:
    """What a measure finds: of one node, of both ends of a bridge, or of a whole community.

    `value` is None where the measure is not defined. Equal values share a `rank`. `reading` says in
    a sentence what the value means; it is empty where there is nothing to say. `margin` is how far
    the true value may be off where this one is estimated.
    """

    nodes: tuple[str, ...]
    label: Message
    value: float | None
    rank: int
    reading: Message
    margin: float | None = None


@dataclass(frozen=True)
class Measured:
    """One measure of one projection: a value for each node, and what it finds, the telling first.

    `names` says what the communities are called, by their number; `estimate` from how much the
    values were estimated, where they are not exact.
    """

    measure: Measure
    values: Mapping[str, float | None]
    findings: Sequence[Finding]
    names: Mapping[int, Message]
    estimate: Estimate | None = None


def measure(
    graph: Any,  # noqa: ANN401  # networkx is untyped
    on: Lines,
    wanted: Iterable[Measure],
    sample: PathSample | None = None,
) -> list[Measured]:
    """Measure the projection `graph`, whose lines are `on`, by the `wanted` measures.

    What follows paths is estimated from `sample`, if there is one and it is needed.
    """
    named = _Names(graph, on)
    found = []
    for one in wanted:
        estimate = sample.estimate(one.name) if sample and sample.is_needed else None
        values = estimate.values if estimate else one.compute(on)
        by_key = dict(zip(on.keys, values, strict=True))
        names: dict[int, Message] = {}
        findings: Sequence[Finding]
        if one.name == "communities":
            findings, names = _communities(named, values)
        elif one.name == "bridges":
            findings = _bridges(named)
        else:
            findings = _OfNodes(named, one, values, estimate)
        found.append(Measured(one, by_key, findings, names, estimate))
    return found


class _Names:
    """A projection with its lines, and what its nodes are called."""

    def __init__(self, graph: Any, on: Lines) -> None:  # noqa: ANN401  # networkx is untyped
        self.on = on
        self.nodes = graph.nodes
        self.fields: Mapping[str, Mapping[str, Any]] = graph.graph["concepts"].get(
            "action-field", {}
        )
        self._kept: dict[str, Any] = {}

    @cached_property
    def last(self) -> list[list[str]]:
        """Who would be left with nobody if a node left, by its number."""
        return measures.last_of(self.on)

    @cached_property
    def topics(self) -> Counter[str]:
        """How many of all nodes have each action field."""
        return self.topics_of(self.on.keys)

    def once(self, name: str, compute: Callable[[], One]) -> One:
        """Return what is computed for all nodes at once when the first of them is read."""
        if name not in self._kept:
            self._kept[name] = compute()
        found: One = self._kept[name]
        return found

    def topics_of(self, keys: Iterable[str]) -> Counter[str]:
        """Count how many of some nodes have each action field."""
        return Counter(
            topic
            for key in keys
            for topic in set(self.nodes[key]["action_fields"])
            if topic in self.fields
        )

    def label(self, number: int) -> Message:
        return self.of_key(self.on.keys[number])

    def of_key(self, key: str) -> Message:
        return label(self.nodes[key], key)

    def group(self, number: int) -> str:
        return str(self.nodes[self.on.keys[number]]["group"])

    def listed(self, keys: Sequence[str]) -> Message:
        return listed([self.of_key(key) for key in keys])


def label(node: Mapping[str, Any], key: str) -> Message:
    """Return what a node of a projection is called; without a name, its key."""
    names = node.get("names") or {}
    plain = node["label"] or key
    return Message(names.get("de", plain), names.get("en", plain))


def listed(names: Sequence[Message]) -> Message:
    """Return up to five names as in a sentence, and how many more there are.

    >>> listed([Message("Ahorn", "Maple"), Message("Linde", "Lime")]).de
    '„Ahorn“ und „Linde“'
    """
    shown, more = names[:_NAMED], len(names) - _NAMED
    german, english = [f"„{one.de}“" for one in shown], [f"“{one.en}”" for one in shown]
    if more > 0:
        german.append(f"{more} weitere")
        english.append(f"{more} more")
    return Message(_joined(german, "und"), _joined(english, "and"))


def _joined(parts: Sequence[str], word: str) -> str:
    return " ".join([", ".join(parts[:-1]), word, parts[-1]]) if len(parts) > 1 else "".join(parts)


class _OfNodes(Sequence[Finding]):
    """One finding for each node, in their order; its sentence is made when it is looked at."""

    def __init__(
        self, named: _Names, one: Measure, values: measures.Values, estimate: Estimate | None
    ) -> None:
        def order(number: int) -> tuple[bool, float, str]:
            value = values[number]
            # Equal but for the last digits of the arithmetic is equal: then the key decides.
            rounded = round(value or 0, 12)
            return value is None, rounded if one.low else -rounded, named.on.keys[number]

        self._named, self._values, self._estimate = named, values, estimate
        self._read = _READINGS[one.name]
        self._order = sorted(range(len(values)), key=order)
        self._ranks: list[int] = []
        for place, number in enumerate(self._order, start=1):
            alike = place > 1 and same(values[self._order[place - 2]], values[number])
            self._ranks.append(self._ranks[-1] if alike else place)

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, at: int) -> Finding: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Finding]: ...
    def __getitem__(self, at: int | slice) -> Finding | Sequence[Finding]:
        if isinstance(at, slice):
            return [self[place] for place in range(len(self))[at]]
        number, rank = self._order[at], self._ranks[at]
        named, value = self._named, self._values[number]
        says = self._read(named, number, value, self._values) if value else _NOTHING
        margin = self._estimate.margins[number] if self._estimate else None
        key = named.on.keys[number]
        return Finding((key,), named.label(number), value, rank, says, margin)


def same(one: float | None, other: float | None) -> bool:
    """Say whether two values are equal but for the last digits of the arithmetic."""
    return one is other or (one is not None and other is not None and abs(one - other) < 1e-12)


def percentage(value: float) -> Message:
    """Return a share as per cent: whole ones, but not 0 for what is more than nothing."""
    per_cent = 100 * value
    digits = 0 if per_cent >= 10 or not per_cent else 1 if per_cent >= 0.1 else 2
    text = f"{per_cent:.{digits}f}"
    return Message(text.replace(".", ",") + "\u00a0%", f"{text}%")


def number(value: float | None) -> Message:
    """Return a value as people write it: whole, or with four digits."""
    if value is None:
        return Message("–", "–")
    text = str(value) if isinstance(value, int) else f"{value:.4f}"
    return Message(text.replace(".", ","), text)


_Read = Callable[[_Names, int, float, measures.Values], Message]


def _degree(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, count, all_ = named.label(at), named.on.degrees[at], len(named.on.keys) - 1
    part = percentage(value)
    return Message(
        f"{name.de} ist mit {count} von {all_} anderen unmittelbar verbunden ({part.de}).",
        f"{name.en} is directly linked with {count} of {all_} others ({part.en}).",
    )


def _betweenness(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, share = named.label(at), percentage(value)
    return Message(
        f"{name.de} steht im Mittel auf {share.de} der kürzesten Wege zwischen zwei anderen: Wer "
        "im "
        "Netz zueinander will, kommt so oft hier vorbei.",
        f"{name.en} stands on {share.en} of the shortest paths between two others, on average: "
        "that "
        "is how often those who look for each other pass by here.",
    )


def _closeness(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, reached = named.label(at), named.on.reached[at]
    steps = number(round(reached / (len(named.on.keys) - 1) / value, 1))
    steps = Message(f"{float(steps.en):.1f}".replace(".", ","), f"{float(steps.en):.1f}")
    others = len(named.on.keys) - 1
    return Message(
        f"{name.de} erreicht {reached} von {others} anderen, im Mittel in {steps.de} Schritten.",
        f"{name.en} reaches {reached} of {others} others, in {steps.en} steps on average.",
    )


def _pagerank(named: _Names, at: int, value: float, values: measures.Values) -> Message:
    name, share, mean = named.label(at), percentage(value), percentage(1 / len(values))
    return Message(
        f"Wer auf gut Glück von Verbindung zu Verbindung geht, ist {share.de} der Zeit bei "
        f"{name.de}; gleich verteilt wären es {mean.de}.",
        f"Whoever walks from link to link at random spends {share.en} of the time with {name.en}; "
        f"evenly spread it would be {mean.en}.",
    )


def _eigenvector(named: _Names, at: int, value: float, values: measures.Values) -> Message:
    name = named.label(at)
    best = named.once("eigenvector", lambda: max(one or 0.0 for one in values))
    share = percentage(value / best)
    if same(value, best):
        return Message(
            f"{name.de} ist am stärksten mit denen verbunden, die selbst gut verbunden sind.",
            f"{name.en} is linked most with those who are well linked themselves.",
        )
    return Message(
        f"{name.de} ist mit gut Verbundenen verbunden, {share.de} so stark wie die Spitze.",
        f"{name.en} is linked with the well linked, {share.en} as much as the top.",
    )


def _constraint(named: _Names, at: int, _: float, __: measures.Values) -> Message:
    name, count = named.label(at), named.on.degrees[at]
    if count == 1:
        return Message(
            f"{name.de} hängt an einem einzigen anderen.",
            f"{name.en} hangs on a single other.",
        )
    linked = named.on.linked_around[at]
    share, rest = percentage(linked), percentage(1 - linked)
    if linked == 1:
        return Message(
            f"Die {count} anderen um {name.de} sind alle auch untereinander verbunden: "
            "Sie brauchen dort niemanden dazwischen.",
            f"The {count} others around {name.en} are all linked with each other, too: they "
            "need nobody between them.",
        )
    if not linked:
        return Message(
            f"Die {count} anderen um {name.de} sind gar nicht untereinander verbunden: "
            f"{name.de} kann zwischen allen vermitteln.",
            f"The {count} others around {name.en} are not linked with each other at all: "
            f"{name.en} can broker between all of them.",
        )
    return Message(
        f"Von den Paaren unter den {count} anderen um {name.de} sind {share.de} unmittelbar "
        f"verbunden; zwischen den übrigen {rest.de} kann {name.de} vermitteln.",
        f"Of the pairs among the {count} others around {name.en}, {share.en} are directly "
        f"linked; between the remaining {rest.en}, {name.en} can broker.",
    )


def _core(named: _Names, at: int, value: float, values: measures.Values) -> Message:
    name, depth = named.label(at), int(value)
    members = named.once("core", lambda: _sizes_of_cores(values))[depth]
    return Message(
        f"{name.de} gehört zum {depth}-Kern: {members} Knoten, jeder mit mindestens {depth} der "
        "anderen darin verbunden.",
        f"{name.en} belongs to the {depth}-core: {members} nodes, each linked with at least "
        f"{depth} "
        "of the others in it.",
    )


def _sizes_of_cores(values: measures.Values) -> dict[int, int]:
    """Return how many nodes belong to the core of each depth that occurs."""
    counts = Counter(int(one or 0) for one in values)
    found, members = {}, 0
    for depth in sorted(counts, reverse=True):
        members += counts[depth]
        found[depth] = members
    return found


def _bipartite_degree(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, count, all_ = named.label(at), named.on.degrees[at], named.on.opposite[at]
    return Message(
        f"{name.de} ist mit {count} von {all_} auf der anderen Seite verbunden "
        f"({percentage(value).de}).",
        f"{name.en} is linked with {count} of {all_} on the other side ({percentage(value).en}).",
    )


def _bipartite_betweenness(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, share = named.label(at), percentage(value)
    return Message(
        f"{name.de} vermittelt {share.de} dessen, was auf dieser Seite des Netzes höchstens "
        "möglich "
        "ist.",
        f"{name.en} brokers {share.en} of what is possible at most on this side of the network.",
    )


def _bipartite_closeness(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, share, reached = named.label(at), percentage(value), named.on.reached[at]
    others = len(named.on.keys) - 1
    return Message(
        f"{name.de} erreicht {reached} von {others} anderen und ist ihnen so nah, wie es "
        f"{share.de} "
        "der größtmöglichen Nähe entspricht.",
        f"{name.en} reaches {reached} of {others} others, with {share.en} of the greatest "
        "closeness "
        "that is possible.",
    )


# What a group is called: one and several (German), the last of them; one, several (English).
_WORDS = {
    "organisation": ("diese Organisation", "diese Organisationen", "e letzte Organisation"),
    "initiative": ("diese Initiative", "diese Initiativen", "e letzte Initiative"),
    "person": ("diese Person", "diese Personen", "e letzte Person"),
    "event": ("diese Veranstaltung", "diese Veranstaltungen", "e letzte Veranstaltung"),
    "action-field": ("dieses Handlungsfeld", "diese Handlungsfelder", " letztes Handlungsfeld"),
}
_ENGLISH = {
    "organisation": ("this organisation", "these organisations", "last organisation"),
    "initiative": ("this initiative", "these initiatives", "last initiative"),
    "person": ("this person", "these people", "last person"),
    "event": ("this event", "these events", "last event"),
    "action-field": ("this action field", "these action fields", "last action field"),
}


def _articulation(named: _Names, at: int, value: float, _: measures.Values) -> Message:
    name, parts, alone = named.label(at), int(value), named.last[at]
    broken = Message(
        f"Fällt {name.de} weg, zerfällt, was dort verbunden ist, in {parts} Teile",
        f"If {name.en} leaves, what is linked there falls into {parts} parts",
    )
    if not alone:
        return Message(f"{broken.de}.", f"{broken.en}.")
    listed = named.listed(alone)
    own, lost = named.group(at), str(named.nodes[alone[0]]["group"])
    many = len(alone) > 1
    if named.on.sides and own in _WORDS and lost in _WORDS:
        whose = "sein" if lost == "action-field" and not many else "ihr"
        german = (
            f"{_WORDS[lost][many]} {'verlieren' if many else 'verliert'} {whose}{_WORDS[own][2]}"
        )
        verb = "lose their" if many else "loses its"
        english = f"{_ENGLISH[lost][many]} {verb} {_ENGLISH[own][2]}"
        return Message(
            f"{broken.de}; {german}: {listed.de}.", f"{broken.en}; {english}: {listed.en}."
        )
    return Message(
        f"{broken.de}; niemanden mehr {'haben' if many else 'hat'} dann {listed.de}.",
        f"{broken.en}; {listed.en} {'are' if many else 'is'} then left with nobody.",
    )


_READINGS: dict[str, _Read] = {
    "degree": _degree,
    "betweenness": _betweenness,
    "closeness": _closeness,
    "pagerank": _pagerank,
    "eigenvector": _eigenvector,
    "constraint": _constraint,
    "core": _core,
    "bipartite-degree": _bipartite_degree,
    "bipartite-betweenness": _bipartite_betweenness,
    "bipartite-closeness": _bipartite_closeness,
    "articulation": _articulation,
}


def _bridges(named: _Names) -> list[Finding]:
    found: list[Finding] = []
    for place, (one, other, part) in enumerate(measures.bridging_lines(named.on), start=1):
        ends = named.label(one), named.label(other)
        rank = found[-1].rank if found and found[-1].value == part else place
        nodes = "1 Knoten" if part == 1 else f"{part} Knoten"
        reading = Message(
            f"Nur die Verbindung von {ends[0].de} mit {ends[1].de} hält {nodes} am Übrigen.",
            f"Only the link between {ends[0].en} and {ends[1].en} holds {part} "
            f"{'node' if part == 1 else 'nodes'} to the rest.",
        )
        label = Message(f"{ends[0].de} – {ends[1].de}", f"{ends[0].en} – {ends[1].en}")
        found.append(
            Finding((named.on.keys[one], named.on.keys[other]), label, part, rank, reading)
        )
    return found


def _communities(
    named: _Names, values: measures.Values
) -> tuple[list[Finding], dict[int, Message]]:
    members: dict[int, list[int]] = {}
    for at, value in enumerate(values):
        members.setdefault(int(value or 0), []).append(at)
    found, names = [], {}
    rank: dict[int, int] = {}
    for place, size in enumerate(sorted(map(len, members.values()), reverse=True), start=1):
        rank.setdefault(size, place)
    for community, inside in sorted(members.items()):
        names[community], reading = _community(named, community, inside)
        keys = tuple(named.on.keys[at] for at in inside)
        found.append(Finding(keys, names[community], len(inside), rank[len(inside)], reading))
    return found, names


def _community(named: _Names, number: int, inside: Sequence[int]) -> tuple[Message, Message]:
    """Return the name of a community, by its best linked member and field, and its reading."""
    best = min(inside, key=lambda at: (named.group(at) == "person", -named.on.degrees[at], at))
    name = named.label(best)
    topics = named.topics_of(named.on.keys[at] for at in inside)
    around = Message(f"Gemeinschaft {number} um {name.de}", f"Community {number} around {name.en}")
    size = len(inside)
    members = Message(
        "1 Mitglied" if size == 1 else f"{size} Mitglieder",
        "1 member" if size == 1 else f"{size} members",
    )
    topic = _topic(topics, named.topics)
    if topic is None:
        fields = Message("in mehreren Handlungsfeldern gleich oft", "as often in several fields")
        if not topics:
            fields = Message("keines mit einem Handlungsfeld", "none with an action field")
        return name, Message(
            f"{around.de}: {members.de}, {fields.de}.", f"{around.en}: {members.en}, {fields.en}."
        )
    field, count = named.fields[topic], topics[topic]
    label = Message(f"{field['de']} · {name.de}", f"{field['en']} · {name.en}")
    if field["de"] == name.de:
        label = name
    return label, Message(
        f"{around.de}: {members.de}, davon {count} mit dem Handlungsfeld „{field['de']}“.",
        f"{around.en}: {members.en}, {count} of them with the action field “{field['en']}”.",
    )


def _topic(inside: Mapping[str, int], overall: Mapping[str, int]) -> str | None:
    """Return the most frequent field; of equal ones the rarest elsewhere, if there is one."""
    ranked = sorted(inside, key=lambda slug: (-inside[slug], overall[slug], slug))
    score = [(inside[slug], overall[slug]) for slug in ranked]
    return ranked[0] if ranked and score[0] not in score[1:] else None
