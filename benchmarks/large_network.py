"""Size -> a network of invented actors in the shape of a large region, as `network.load` gives it.

Same size, same network, on every machine: only `Random.random()` is drawn from.
"""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx

SEED = 2022
# How many nodes belong together, and how many of their relations stay among them.
CIRCLE = 300
WITHIN = 0.85

SHARES = {"organisation": 0.4, "initiative": 0.2, "person": 0.3, "event": 0.1}
RELATIONS = {
    "involvement": (0.5, "organisation", "initiative"),
    "contribution": (0.25, "person", "event"),
    "affiliation": (0.2, "person", "organisation"),
    "presentation": (0.05, "event", "initiative"),
}
NAMES = {
    "organisation": "Beispielwerk {} GmbH",
    "initiative": "Vorhaben Nummer {}",
    "person": "Mira Muster-{}",
    "event": "Fachtag {}",
}
FIELDS = {
    "industriepolitik": ("Industriepolitik", "Industrial policy"),
    "innovation": ("Innovation und Technologie", "Innovation and technology"),
    "arbeit": ("Arbeit und Beschäftigung", "Work and employment"),
    "bildung": ("Qualifizierung und Weiterbildung", "Skills and training"),
    "gesellschaft": ("Resiliente Gesellschaft", "Resilient society"),
}
KINDS = {
    "company": ("Unternehmen", "company"),
    "university": ("Hochschule", "university"),
    "authority": ("Behörde", "public authority"),
    "chamber": ("Kammer", "chamber"),
    "union": ("Gewerkschaft", "trade union"),
}
ROLES = {
    "responsible-partner": ("verantwortlicher Partner", "responsible partner"),
    "contractor": ("Auftragnehmer", "contractor"),
    "involved": ("beteiligt", "involved"),
    "speaker": ("Vortrag", "speaker"),
}


def build(nodes: int, relations: int) -> networkx.MultiGraph:
    """Return a network of about `nodes` nodes and exactly `relations` relations."""
    import networkx

    draw = Random(SEED)  # noqa: S311  # the same network each time
    network = networkx.MultiGraph()
    network.graph.update(
        title={"de": "Ein großes Netzwerk", "en": "A large network"},
        description={"de": "Erfundene Akteure.", "en": "Invented actors."},
        stand="2026-11-21",
        concepts={
            "action-field": _concepts(FIELDS),
            "organisation-kind": _concepts(KINDS),
            "role": _concepts(ROLES),
        },
        sources={
            f"source-{number}": {
                "title": f"Quelle {number}",
                "url": f"https://example.org/{number}",
            }
            for number in range(20)
        },
    )
    keys: dict[str, list[str]] = {}
    for group, share in SHARES.items():
        count = max(2, round(nodes * share))
        keys[group] = [f"{group}/{number:05}" for number in range(count)]
        for number, key in enumerate(keys[group]):
            network.add_node(key, **_node(group, number, draw))
    circles = max(1, nodes // CIRCLE)
    for number in range(relations):
        kind, start, end = _kind(draw.random())
        one = _of(keys[start], draw, None, circles)
        own = int(one.rpartition("/")[2]) % circles if draw.random() < WITHIN else None
        other = _of(keys[end], draw, own, circles)
        network.add_edge(one, other, f"{kind}/{number:06}", **_relation(kind, (one, other), draw))
        if kind == "involvement":
            fields = network.nodes[one]["action_fields"]
            fields.extend(set(network.nodes[other]["action_fields"]) - set(fields))
    return network


def places(network: networkx.MultiGraph) -> dict[str, tuple[float, float]]:
    """Return a point for every node: its circle's place among the circles, its own within it."""
    keys = sorted(network.nodes)
    circles = max(1, len(keys) // CIRCLE)
    found: dict[str, tuple[float, float]] = {}
    members: dict[int, int] = {}
    for key in keys:
        circle = int(key.rpartition("/")[2]) % circles
        rank = members[circle] = members.get(circle, 0) + 1
        x, y = _sunflower(circle + 1, 700.0)
        away_x, away_y = _sunflower(rank, 18.0)
        found[key] = (round(x + away_x, 1), round(y + away_y, 1))
    return found


def _sunflower(rank: int, distance: float) -> tuple[float, float]:
    angle = rank * math.pi * (3 - math.sqrt(5))
    reach = distance * math.sqrt(rank)
    return reach * math.cos(angle), reach * math.sin(angle)


def _concepts(words: dict[str, tuple[str, str]]) -> dict[str, dict[str, Any]]:
    return {
        slug: {"de": de, "en": en, "order": order}
        for order, (slug, (de, en)) in enumerate(words.items(), start=1)
    }


def _node(group: str, number: int, draw: Random) -> dict[str, Any]:
    node: dict[str, Any] = {
        "group": group,
        "label": NAMES[group].format(number),
        "kind": _pick(list(KINDS), draw) if group == "organisation" else "",
        "consortium": group == "organisation" and number < 6,
        "aliases": [],
        "action_fields": [_pick(list(FIELDS), draw)] if group == "initiative" else [],
        "evidence": [],
        "conflicts": [],
    }
    if group == "event":
        node["date"] = f"{2010 + int(draw.random() * 17)}-{1 + int(draw.random() * 12):02}"
    return node


def _kind(drawn: float) -> tuple[str, str, str]:
    for kind, (share, start, end) in RELATIONS.items():
        if drawn < share:
            return kind, start, end
        drawn -= share
    return "involvement", "organisation", "initiative"


def _of(keys: list[str], draw: Random, circle: int | None, circles: int) -> str:
    """Return one of `keys`, the first more often; of one circle, if that is given."""
    number = int(len(keys) * draw.random() ** 2)
    if circle is not None:
        number = number // circles * circles + circle
    return keys[number % len(keys)]


def _relation(kind: str, ends: tuple[str, str], draw: Random) -> dict[str, Any]:
    year = 2010 + int(draw.random() * 17)
    role = {"involvement": _pick(list(ROLES)[:3], draw), "contribution": "speaker"}.get(kind, "")
    return {
        "type": kind,
        "ends": ends,
        "role": role,
        "valid_from": str(year) if kind == "involvement" else "",
        "date": f"{year}-06" if kind != "involvement" else "",
        "certainty": "stated",
        "evidence": [{"source": f"source-{int(draw.random() * 20)}", "anchor": None}],
    }


def _pick(words: list[str], draw: Random) -> str:
    return words[int(draw.random() * len(words))]
