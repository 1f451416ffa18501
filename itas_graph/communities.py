"""A dump of a country's size -> its communities: who is more linked with each other than outward.

Organisations and initiatives are put together by who takes part in what (Louvain; Blondel et al.
2008), none larger than a page can show. A community is a group in the statistics of links: no
source says that its members belong together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from itas_graph import overview, store
from itas_graph.drawings import Drawing
from itas_graph.errors import Message, UsageError
from itas_graph.queries import nearest
from itas_graph.vocab import NS, PREF_LABEL

FILE = "communities.json"
#: As large as a page opens in a couple of seconds; as many as can be looked over.
BOUNDS = overview.Bounds(members=8000, communities=40, few=8, many=1000)
_BEST = 12


@dataclass(frozen=True)
class Community:
    """One community: what it is called, how many it has, its best linked, and where its disc is."""

    key: str
    label: Message
    organisations: int
    initiatives: int
    best: tuple[str, ...]
    members: tuple[str, ...]
    x: int
    y: int
    radius: int


@dataclass(frozen=True)
class Communities:
    """All communities of a dataset, on a sheet around (0, 0), and how many links join two."""

    width: int
    height: int
    found: tuple[Community, ...] = ()
    links: tuple[tuple[str, str, int], ...] = ()


def find(dump: Path, resources: str, bounds: overview.Bounds | None = None) -> Communities:
    """Return the communities of the dataset in a dump (N-Quads); the same gives the same.

    `resources` begins the IRIs of resources, `bounds` is how large communities may be.

    Raises:
        OSError: the dump cannot be read.
    """
    lines: Counter[tuple[str, str]] = Counter()
    degrees: Counter[str] = Counter()
    start = len(resources)
    links, labels = _stated(dump)
    for one, other in links:
        if one.startswith(resources) and other.startswith(resources):
            first, last = sorted((one[start:], other[start:]))
            lines[first, last] = 1
            degrees.update((first, last))
    # Of several names the first, as everywhere.
    names = {iri[start:]: name for iri, name in sorted(labels, reverse=True)}
    nodes = {
        key: {"group": key.partition("/")[0], "label": names.get(key, key)}
        for key in sorted(degrees)
    }
    drawing = Drawing("organisation-initiative", nodes, dict(sorted(lines.items())), large=True)
    made = overview.overview(drawing, {}, bounds or BOUNDS)
    found = [_community(one, degrees, names) for one in made.clusters]
    times = Counter(one.label.de for one in found)
    told_apart = [_told_apart(one) if times[one.label.de] > 1 else one for one in found]
    return Communities(made.width, made.height, tuple(told_apart), made.links)


def _told_apart(one: Community) -> Community:
    """Return a community by the name of its best linked organisation as well."""
    more = f" · {one.best[0]}" if one.best else ""
    return replace(one, label=Message(one.label.de + more, one.label.en + more))


def _community(
    cluster: overview.Cluster, degrees: Counter[str], names: dict[str, str]
) -> Community:
    organisations = [key for key in cluster.members if key.startswith("organisation/")]
    best = sorted(organisations, key=lambda key: (-degrees[key], key))[:_BEST]
    return Community(
        cluster.key,
        Message(cluster.label["de"], cluster.label["en"]),
        len(organisations),
        len(cluster.members) - len(organisations),
        tuple(dict.fromkeys(names.get(key, key) for key in best)),
        cluster.members,
        cluster.x,
        cluster.y,
        cluster.radius,
    )


def named(given: Communities, wanted: str) -> Community:
    """Return the community of this key or name, or the one that holds a member of this slug.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    folded = wanted.strip().casefold()
    for one in given.found:
        if folded in (one.key, one.label.de.casefold(), one.label.en.casefold()):
            return one
    for one in given.found:
        if {wanted, f"organisation/{wanted}", f"initiative/{wanted}"} & set(one.members):
            return one
    hint = nearest(wanted, [one.key for one in given.found])
    raise UsageError(
        Message(
            f"Eine Gemeinschaft „{wanted}“ gibt es nicht. {hint.de}",
            f"No community “{wanted}”. {hint.en}",
        )
    )


def _stated(dump: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return who takes part in what, and what resources are called, each once."""
    found: tuple[set[tuple[str, str]], set[tuple[str, str]]] = (set(), set())
    marks = f" <{NS}involvedIn> ".encode(), f" <{PREF_LABEL}> ".encode()
    with dump.open("rb") as file:
        telling = [line for line in file if marks[0] in line or marks[1] in line]
    for quad in store.quads(line.decode() for line in telling):
        if quad.predicate.value in (NS + "involvedIn", PREF_LABEL):
            pair = str(quad.subject)[1:-1], getattr(quad.object, "value", "")
            found[quad.predicate.value == PREF_LABEL].add(pair)
    return found


def to_text(given: Communities) -> str:
    """Return communities as the build keeps them."""
    # Not by asdict, which would copy each of the hundred thousand names.
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"), default=_fields) + "\n"


def _fields(one: Communities | Community | Message) -> dict[str, Any]:
    return {each.name: getattr(one, each.name) for each in fields(one)}


def from_text(text: str) -> Communities:
    """Return communities as a build keeps them.

    Raises:
        ValueError: the text is none.
    """
    try:
        kept: dict[str, Any] = json.loads(text)
        found = [_read(one) for one in kept["found"]]
        links: Sequence[Any] = kept["links"]
        return Communities(
            kept["width"], kept["height"], tuple(found), tuple((a, b, n) for a, b, n in links)
        )
    except (KeyError, TypeError) as error:
        raise ValueError(FILE) from error


def _read(kept: dict[str, Any]) -> Community:
    label = Message(kept["label"]["de"], kept["label"]["en"])
    lists = {name: tuple(kept[name]) for name in ("best", "members")}
    return Community(**{**kept, **lists, "label": label})
