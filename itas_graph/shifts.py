"""Measures of two projections, as it is and as it would be -> what moves, greatest first.

What becomes of the network as a whole is said in one sentence: who would lose whom, into how many
parts it would fall, who would broker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itas_graph import readings
from itas_graph.errors import Message, UsageError
from itas_graph.measures import Lines, Measure
from itas_graph.readings import Measured

#: Their values are names and not amounts: they neither rise nor fall.
NAMING = ("communities",)
_BROKERAGE = ("betweenness", "bipartite-betweenness")
# The last digits differ from machine to machine.
DIGITS = 12


@dataclass(frozen=True)
class Side:
    """A projection with its lines and what was measured of it."""

    graph: Any
    on: Lines
    found: Sequence[Measured]

    @property
    def parts(self) -> int:
        """How many connected parts it has."""
        return len(self.on.graph.connected_components()) if self.on.keys else 0

    def label(self, key: str) -> Message:
        """Return what a node is called."""
        return readings.label(self.graph.nodes[key], key)

    def values(self, measure: Measure) -> Mapping[str, float | None]:
        """Return what a measure gave, by node; nothing where it was not taken."""
        return next((one.values for one in self.found if one.measure.name == measure.name), {})


@dataclass(frozen=True)
class Shift:
    """A value of a node as it is and as it would be; None: it is not there, or has none."""

    key: str
    label: Message
    now: float | None
    then: float | None
    rank_now: int | None
    rank_then: int | None

    @property
    def change(self) -> float:
        """By how much the value would rise; what is not there counts as 0."""
        return round((self.then or 0) - (self.now or 0), DIGITS)


@dataclass(frozen=True)
class Shifted:
    """One measure of all nodes on either side, the greatest shifts first."""

    measure: Measure
    shifts: Sequence[Shift]


@dataclass(frozen=True)
class Outlook:
    """What would become of a network: its parts and brokers before and after, and who is affected.

    `forsaken` are initiatives that would lose their last organisation, `alone` are others who would
    drop out of this network because they would be linked with nobody, `joining` who would be new
    in it. Brokers are those with the highest betweenness, organisations where there are any; they
    are empty unless it was measured.
    """

    parts: tuple[int, int]
    forsaken: tuple[Message, ...]
    alone: tuple[Message, ...]
    joining: tuple[Message, ...]
    brokers: tuple[tuple[Message, ...], tuple[Message, ...]]
    is_brokerage_measured: bool
    is_same: bool


def refuse_naming(wanted: Sequence[Measure]) -> None:
    """Refuse measures whose values cannot be compared.

    Raises:
        UsageError: one of them cannot; the message says why.
    """
    for one in wanted:
        if one.name in NAMING:
            raise UsageError(
                Message(
                    f"„{one.name}“ teilt jedes Netzwerk neu ein; die Nummern lassen sich nicht "
                    "vergleichen. Wie viele Teile es gäbe, sagt der erste Satz.",
                    f"“{one.name}” divides each network anew; its numbers cannot be compared. The "
                    "first sentence says how many parts there would be.",
                )
            )


def compare(now: Side, then: Side) -> list[Shifted]:
    """Return how each measure shifts; a side without any relation has no values."""
    return [_shifted(now, then, one.measure) for one in now.found or then.found]


def _shifted(now: Side, then: Side, measure: Measure) -> Shifted:
    before, after = now.values(measure), then.values(measure)
    ranks = _ranks(before, measure), _ranks(after, measure)
    shifts = [
        Shift(
            key,
            (then if key in then.graph else now).label(key),
            before.get(key),
            after.get(key),
            ranks[0].get(key),
            ranks[1].get(key),
        )
        for key in sorted({*before, *after})
    ]
    return Shifted(measure, sorted(shifts, key=lambda one: (-abs(one.change), one.key)))


def _ranks(values: Mapping[str, float | None], measure: Measure) -> dict[str, int]:
    """Return the place of each value; equal ones share it."""
    known = {key: round(value, DIGITS) for key, value in values.items() if value is not None}
    best: dict[float, int] = {}
    for place, value in enumerate(sorted(known.values(), reverse=not measure.low), start=1):
        best.setdefault(value, place)
    return {key: best[value] for key, value in known.items()}


def outlook(
    now: Side, then: Side, away: Sequence[str], forsaken: Sequence[tuple[str, str]]
) -> Outlook:
    """Return what would become of the network.

    Args:
        now: as it is.
        then: as it would be.
        away: the keys of those who are thought away.
        forsaken: key and name of each initiative that would lose its last organisation.
    """
    keys = set(now.on.keys), set(then.on.keys)
    lost = {key for key, _ in forsaken}
    alone = sorted(keys[0] - keys[1] - set(away) - lost)
    joining = sorted(keys[1] - keys[0])
    shifts = compare(now, then)
    moves = any(one.change for each in shifts for one in each.shifts)
    same_lines = keys[0] == keys[1] and list(now.on.pairs) == list(then.on.pairs)
    return Outlook(
        (now.parts, then.parts),
        tuple(Message(name, name) for _, name in forsaken),
        tuple(now.label(key) for key in alone),
        tuple(then.label(key) for key in joining),
        (_brokers(now), _brokers(then)),
        any(one.measure.name in _BROKERAGE for one in now.found or then.found),
        same_lines and not moves and not forsaken,
    )


def _brokers(side: Side) -> tuple[Message, ...]:
    """Return who stands most between the others, organisations where there are any."""
    found = next((one for one in side.found if one.measure.name in _BROKERAGE), None)
    values = {key: value or 0 for key, value in found.values.items()} if found else {}
    own = {key: value for key, value in values.items() if key.startswith("organisation/")} or values
    most = max(own.values(), default=0)
    return tuple(
        side.label(key)
        for key, value in sorted(own.items())
        if most and readings.same(float(value), float(most))
    )


def sentence(seen: Outlook, condition: Message) -> Message:
    """Return in one sentence what would happen under a condition (“without X”).

    >>> seen = Outlook((1, 2), (Message("A", "A"),), (), (), ((), ()), False, False)
    >>> sentence(seen, Message("ohne „X“", "without “X”")).en
    'Without “X”, the initiative “A” would lose its last organisation and the network would fall ...
    """
    if seen.is_same:
        parts = [
            Message(
                "änderte sich in diesem Netzwerk nichts", "nothing would change in this network"
            )
        ]
    else:
        parts = [*_losses(seen), *_shape(seen.parts), *_brokerage(seen)]
    german, english = [one.de for one in parts], [one.en for one in parts]
    opening = condition.de[:1].upper() + condition.de[1:], condition.en[:1].upper()
    return Message(
        f"{opening[0]} {_joined(german, 'und')}.",
        f"{opening[1]}{condition.en[1:]}, {_joined(english, 'and')}.",
    )


def _losses(seen: Outlook) -> list[Message]:
    found = []
    if seen.forsaken:
        names, count = readings.listed(seen.forsaken), len(seen.forsaken)
        found.append(
            Message(
                f"verlöre die Initiative {names.de} ihre letzte Organisation",
                f"the initiative {names.en} would lose its last organisation",
            )
            if count == 1
            else Message(
                f"verlören {count} Initiativen ihre letzte Organisation ({names.de})",
                f"{count} initiatives would lose their last organisation ({names.en})",
            )
        )
    if seen.alone:
        names, many = readings.listed(seen.alone), len(seen.alone) > 1
        verb = "stünden" if many else "stünde"
        found.append(
            Message(
                f"{verb} in diesem Netzwerk {names.de} allein",
                f"{names.en} would be left alone in this network",
            )
        )
    if seen.joining:
        names, many = readings.listed(seen.joining), len(seen.joining) > 1
        verb = "kämen" if many else "käme"
        found.append(Message(f"{verb} {names.de} hinzu", f"{names.en} would join"))
    return found


def _shape(parts: tuple[int, int]) -> list[Message]:
    now, then = parts
    if not then:
        return [
            Message("bliebe von diesem Netzwerk nichts", "nothing of this network would be left")
        ]
    pieces = Message(f"{then} Teile", f"{then} parts")
    if then == 1:
        pieces = Message("einen Teil", "one part")
    if then > now:
        return [
            Message(
                f"zerfiele das Netzwerk in {pieces.de} (jetzt {now})",
                f"the network would fall into {pieces.en} (now {now})",
            )
        ]
    if then < now:
        return [
            Message(
                f"hätte das Netzwerk {pieces.de} (jetzt {now})",
                f"the network would have {pieces.en} (now {now})",
            )
        ]
    if then == 1:
        return [Message("hinge das Netzwerk weiter zusammen", "the network would stay connected")]
    return [
        Message(f"bliebe das Netzwerk in {then} Teilen", f"the network would stay in {then} parts")
    ]


def _brokerage(seen: Outlook) -> list[Message]:
    now, then = seen.brokers
    if not seen.is_brokerage_measured or not seen.parts[1]:
        return []
    before = readings.listed(now) if now else Message("niemand", "nobody")
    if not then:
        if not now:
            return []
        return [
            Message(
                f"vermittelte niemand (jetzt {before.de})", f"nobody would broker (now {before.en})"
            )
        ]
    names, verb = readings.listed(then), "vermittelten" if len(then) > 1 else "vermittelte"
    if now == then:
        return [
            Message(f"{verb} weiter {names.de} am meisten", f"{names.en} would still broker most")
        ]
    return [
        Message(
            f"{verb} {names.de} am meisten (jetzt {before.de})",
            f"{names.en} would broker most (now {before.en})",
        )
    ]


def _joined(parts: Sequence[str], word: str) -> str:
    return f" {word} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
