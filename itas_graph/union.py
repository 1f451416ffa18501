"""Two networks and what differs -> one network that holds both, with what is new, gone or changed.

What is on both sides is as the new one has it; what is gone is as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from itas_graph import drawings
from itas_graph.comparison import Change, snapshot

if TYPE_CHECKING:
    import networkx

_GONE = "--gone"


def union(
    sides: tuple[networkx.MultiGraph, networkx.MultiGraph],
    changes: Iterable[Change],
    words: Mapping[str, Sequence[Mapping[str, Any]]],
    names: tuple[str, str],
) -> networkx.MultiGraph:
    """Return both `sides` in one network; they are left as they are.

    Args:
        sides: the old and the new network.
        changes: what differs between them.
        words: of each change, by its id, what its fields said and say.
        names: what the two sides are called.

    Each node and each relation that is not the same on both sides has a `change`: its `kind` (new,
    gone or changed) and its `fields`. What is said of the graph as a whole has a `difference`, with
    the names of both sides and how many of a kind there are.
    """
    old, new = sides
    listed = {change.id: change for change in changes}
    both = new.copy()
    gone = {key for key, change in listed.items() if change.kind == "gone"}
    for key, node in old.nodes(data=True):
        if key in gone:
            both.add_node(key, **node)
    for key in both.nodes:
        if key in listed:
            both.nodes[key]["change"] = _told(listed[key], words)
    # Nothing that is gone is in it yet: relations go by the same keys as in the new network.
    after = {key: cast("dict[str, Any]", data) for key, _, _, data in drawings.ordered(both)}
    for id_, entry in snapshot(new).items():
        if id_ in listed and entry.key in after:
            after[entry.key]["change"] = _told(listed[id_], words)
    before = {key: (one, other, data) for key, one, other, data in drawings.ordered(old)}
    for id_, entry in snapshot(old).items():
        if id_ in gone and entry.key in before:
            one, other, data = before[entry.key]
            # Something else may go by the same key now.
            both.add_edge(
                one, other, f"{entry.key}{_GONE}", **data, change=_told(listed[id_], words)
            )
    counts = Counter(change.kind for change in listed.values())
    both.graph.update(
        _described(old.graph, new.graph),
        difference={
            "old": names[0],
            "new": names[1],
            "counts": {kind: counts[kind] for kind in ("new", "gone", "changed")},
        },
    )
    return both


def _told(change: Change, words: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    return {"kind": change.kind, "fields": list(words.get(change.id, ()))}


def _described(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of the whole: concepts and sources of both, and a title that says so."""
    schemes = {*old["concepts"], *new["concepts"]}
    title = new.get("title") or {}
    return {
        "title": {
            "de": ": ".join(text for text in ("Was sich geändert hat", title.get("de")) if text),
            "en": ": ".join(text for text in ("What has changed", title.get("en")) if text),
        },
        "concepts": {
            scheme: {**old["concepts"].get(scheme, {}), **new["concepts"].get(scheme, {})}
            for scheme in sorted(schemes)
        },
        "sources": {**old["sources"], **new["sources"]},
    }
