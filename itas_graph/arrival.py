"""What a server was given, and what it holds -> what is lost, strange or written otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyoxigraph as ox

from itas_graph.vocab import XSD


@dataclass(frozen=True)
class Arrival:
    """How statements arrived: which are lost, which nobody sent, which the server writes anew."""

    lost: list[ox.Triple]
    strange: list[ox.Triple]
    #: Statements with the form in which the server keeps their literal.
    altered: list[tuple[ox.Triple, str]]


def compare(given: Iterable[ox.Triple], held: set[ox.Triple]) -> Arrival:
    """Tell how statements arrived, all lists sorted.

    >>> made = [ox.Triple(*[ox.NamedNode("x:a")] * 2, ox.Literal(text)) for text in "ab"]
    >>> arrived = compare(made[:1], set(made[1:]))
    >>> arrived.lost == made[:1], arrived.strange == made[1:]
    (True, True)
    """
    wanted = set(given)
    missing = sorted(wanted - held, key=str)
    foreign = held - wanted
    if not missing:
        return Arrival([], sorted(foreign, key=str), [])
    near: dict[tuple[object, object], list[ox.Triple]] = {}
    for one in held:
        near.setdefault((one.subject, one.predicate), []).append(one)
    lost, altered = [], []
    for one in missing:
        kin = _kin(one, near.get((one.subject, one.predicate), ()))
        foreign -= set(kin)
        if kin:
            altered.append((one, str(kin[0].object)))
        else:
            lost.append(one)
    return Arrival(lost, sorted(foreign, key=str), altered)


def _kin(lost: ox.Triple, near: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return those that say the same as `lost` in another form of its literal, sorted."""
    if not isinstance(lost.object, ox.Literal):
        return []
    value = _value(lost.object)
    found = [
        one for one in near if isinstance(one.object, ox.Literal) and _value(one.object) == value
    ]
    return sorted(found, key=str)


def _value(literal: ox.Literal) -> object:
    """Return what a literal means, so far as servers differ in writing it.

    >>> _value(ox.Literal("8.20", datatype=ox.NamedNode(XSD + "decimal"))) == _value(
    ...     ox.Literal(8.2)
    ... )
    True
    >>> _value(ox.Literal(True)) == _value(ox.Literal(1))
    True
    """
    text, kind = literal.value, literal.datatype.value.removeprefix(XSD)
    if literal.language:
        return text, literal.language.lower()
    if kind in ("gYear", "gYearMonth", "date", "dateTime"):
        # Virtuoso takes a month for its first day.
        day = text.removesuffix("Z").partition("T")[0]
        return day + "-01" * (2 - day.lstrip("-").count("-"))
    if kind == "boolean":
        return Decimal(text in ("true", "1"))
    try:
        return Decimal(text) if kind != "string" else (text, "")
    except InvalidOperation:
        return text, ""
