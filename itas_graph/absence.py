"""Dataset + organisations -> the dataset as if they had never been, and what that takes away.

What says nothing without an organisation goes with it: its involvements, grants, participations and
the memberships in it. What says something else as well stays and loses the mention: the appearance
of a person on its behalf, an event that it held, its units.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from itas_graph import queries
from itas_graph.dataset import Dataset, labels
from itas_graph.drafts import ESSENTIAL
from itas_graph.errors import Message, UsageError
from itas_graph.vocab import ALT_LABEL, NS, PREF_LABEL, PREFIXES, RDF_TYPE

_ORGANISATION = PREFIXES["org"] + "Organization"
_OTHERS = {
    PREFIXES["foaf"] + "Person": Message("eine Person", "a person"),
    NS + "Initiative": Message("eine Initiative", "an initiative"),
    PREFIXES["schema"] + "Event": Message("eine Veranstaltung", "an event"),
}
_ON_BEHALF_OF = NS + "onBehalfOf"
_AS_WRITTEN = NS + "organisationAsWritten"
_INFERRED = NS + "inferredProperty"
#: What an organisation takes away, or leaves without its name, by property.
_COUNTED = {
    NS + "involvedOrganisation": "involvements",
    PREFIXES["schema"] + "funder": "grants",
    NS + "participant": "participations",
    PREFIXES["org"] + "organization": "affiliations",
    _ON_BEHALF_OF: "appearances",
    PREFIXES["schema"] + "organizer": "events",
}


@dataclass(frozen=True)
class Removed:
    """An organisation that is thought away: its key in networks, its name, what goes with it.

    `involvements`, `grants`, `participations` and `affiliations` are gone with it; `appearances`
    of people on its behalf and `events` that it held stay, without it, and so do its `units`, whose
    names are given.
    """

    key: str
    label: str
    involvements: int = 0
    grants: int = 0
    participations: int = 0
    affiliations: int = 0
    appearances: int = 0
    events: int = 0
    units: tuple[str, ...] = ()


def named(dataset: Dataset, name: str) -> str:
    """Return the IRI of the organisation that a slug, key, IRI, name or alias means.

    Raises:
        UsageError: none or several bear the name, or something that is no organisation does.
    """
    kinds = _kinds(dataset)
    names = [row for row in _names(dataset, kinds) if kinds[row[0]] == _ORGANISATION]
    wanted = name.rstrip("/").removeprefix("organisation/")
    bearers = queries.bearers_of(wanted, names)
    if len(bearers) == 1:
        return next(iter(bearers))
    if bearers:
        slugs = {iri.rpartition("/")[2]: label for iri, label in bearers.items()}
        raise queries.ambiguous(name, slugs)
    plain = re.sub("^(person|initiative|event)/", "", name.rstrip("/"))
    others = queries.bearers_of(plain, _names(dataset, kinds))
    for iri, label in others.items():
        raise _no_organisation(label, kinds[iri])
    raise queries.unknown_name(wanted, dict.fromkeys(label for _, label, _ in names))


def without(dataset: Dataset, organisations: Iterable[str]) -> tuple[Dataset, list[Removed]]:
    """Return the dataset without organisations, given by their IRIs, and what goes with each.

    Derived links are not touched: derive them anew.
    """
    away = list(dict.fromkeys(organisations))
    if not away:
        return dataset, []
    known = labels(dataset)
    removed = [_removed(dataset, iri, known) for iri in away]
    absent: set[object] = {ox.NamedNode(iri) for iri in away}
    fallen = _fallen(dataset, absent)
    left = {
        quad.subject
        for quad in dataset.quads
        if quad.predicate.value == RDF_TYPE and (quad.subject, quad.graph_name) not in fallen
    }
    gone = absent | {subject for subject, _ in fallen if subject not in left}
    lost = _lost(dataset, gone, fallen)
    kept = [
        quad
        for quad in dataset.quads
        if quad.subject not in gone
        and quad.object not in gone
        and (quad.subject, quad.graph_name) not in fallen
        and not _speaks_of(quad, lost)
    ]
    return replace(dataset, quads=kept), removed


_Key = tuple[object, object]


def _fallen(dataset: Dataset, absent: set[object]) -> set[_Key]:
    """Return which resource, in which graph, says nothing once some are absent."""
    values: dict[tuple[object, object, str], list[bool]] = {}
    for quad in dataset.quads:
        if quad.predicate.value in ESSENTIAL:
            key = (quad.subject, quad.graph_name, quad.predicate.value)
            values.setdefault(key, []).append(quad.object in absent)
    return {(subject, graph) for (subject, graph, _), is_gone in values.items() if all(is_gone)}


def _lost(dataset: Dataset, gone: set[object], fallen: set[_Key]) -> dict[_Key, set[str]]:
    """Return which properties of what stays name somebody who is gone, by resource and graph."""
    lost: dict[_Key, set[str]] = {}
    for quad in dataset.quads:
        key = (quad.subject, quad.graph_name)
        if quad.object in gone and quad.subject not in gone and key not in fallen:
            names = lost.setdefault(key, set())
            names.add(quad.predicate.value)
            if quad.predicate.value == _ON_BEHALF_OF:
                names.add(_AS_WRITTEN)  # it may be the name of the one who is gone
    for quad in dataset.quads:
        names = lost.get((quad.subject, quad.graph_name), set())
        if quad.predicate.value != _AS_WRITTEN and quad.object not in gone:
            names.discard(quad.predicate.value)  # somebody else is still named
    return lost


def _speaks_of(quad: ox.Quad, lost: Mapping[_Key, set[str]]) -> bool:
    """Say whether a statement is about a property that has lost its value."""
    names = lost.get((quad.subject, quad.graph_name))
    if not names:
        return False
    if quad.predicate.value == _AS_WRITTEN:
        return _AS_WRITTEN in names
    return quad.predicate.value == _INFERRED and str(quad.object)[1:-1] in names


def _removed(dataset: Dataset, iri: str, known: Mapping[str, Sequence[str]]) -> Removed:
    node = ox.NamedNode(iri)
    about: dict[str, set[object]] = {}
    for quad in dataset.quads:
        if quad.object == node:
            about.setdefault(quad.predicate.value, set()).add(quad.subject)
    counts = Counter({name: len(about.get(prop, ())) for prop, name in _COUNTED.items()})
    units = {str(one)[1:-1] for one in about.get(PREFIXES["org"] + "unitOf", ())}
    return Removed(
        "/".join(iri.rsplit("/", 2)[-2:]),
        label_of(known, iri),
        **counts,
        units=tuple(sorted(label_of(known, one) for one in units)),
    )


def label_of(known: Mapping[str, Sequence[str]], iri: str) -> str:
    """Return the first of the known names of a resource, or its slug."""
    return next(iter(known.get(iri, ())), iri.rpartition("/")[2])


def _kinds(dataset: Dataset) -> dict[str, str]:
    known = {_ORGANISATION, *_OTHERS}
    return {
        str(quad.subject)[1:-1]: str(quad.object)[1:-1]
        for quad in dataset.quads
        if quad.predicate.value == RDF_TYPE and str(quad.object)[1:-1] in known
    }


def _names(dataset: Dataset, kinds: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [
        (subject, quad.object.value, "1" if quad.predicate.value == PREF_LABEL else "")
        for quad in dataset.quads
        if quad.predicate.value in (PREF_LABEL, ALT_LABEL)
        and isinstance(quad.object, ox.Literal)
        and (subject := str(quad.subject)[1:-1]) in kinds
    ]


def _no_organisation(label: str, kind: str) -> UsageError:
    what = _OTHERS[kind]
    if kind.endswith("Person"):
        return UsageError(
            Message(
                f"„{label}“ ist {what.de}. Was ohne eine Person wäre, wird nicht gerechnet: Das "
                "wäre ein Urteil über sie, und wer geht, dessen Organisation schickt jemand "
                "anderen. Nennen Sie eine Organisation.",
                f"“{label}” is {what.en}. What would be without a person is not computed: that "
                "would be a judgement on them, and an organisation whose person leaves sends "
                "somebody else. Name an organisation.",
            )
        )
    return UsageError(
        Message(
            f"„{label}“ ist {what.de}; --without denkt Organisationen weg.",
            f"“{label}” is {what.en}; --without thinks organisations away.",
        )
    )
