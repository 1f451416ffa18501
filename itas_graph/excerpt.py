"""A dataset -> the part of it that is about some organisations: who they are, where they take part.

What others do in the same initiatives is left out, as are links to them: the part says of the
chosen ones all that the whole says, and of nobody else anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from itas_graph.dataset import Dataset, canonical
from itas_graph.errors import Message, UsageError
from itas_graph.vocab import ALT_LABEL, NS, PREF_LABEL, PREFIXES

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.context import Context
    from itas_graph.store import EmbeddedStore

#: More nodes than this make a page that opens slowly.
NODES = 15_000
_DATASET = "dataset"
_PLACES = f"""\
SELECT ?place ?name WHERE {{
  ?place a <{PREFIXES["schema"]}Place> ; <{PREF_LABEL}>|<{ALT_LABEL}> ?name .
}} ORDER BY ?place ?name
"""
_SEATED = f"""\
SELECT DISTINCT ?organisation WHERE {{
  VALUES ?within {{ {{}} }}
  ?place <{PREFIXES["schema"]}containedInPlace>* ?within .
  ?organisation <{PREFIXES["schema"]}location> ?place ; a <{PREFIXES["org"]}Organization> .
}} ORDER BY ?organisation
"""


@dataclass(frozen=True)
class Place:
    """A place by its IRI, and what it is called."""

    iri: str
    name: str


def find_place(endpoint: Endpoint, wanted: str) -> Place:
    """Return the place of this slug or name.

    Raises:
        UsageError: there is none, or several places have this name; the message lists them.
    """
    from itas_graph import queries

    names: dict[str, list[str]] = {}
    for iri, name in _rows(endpoint, _PLACES):
        names.setdefault(iri, []).append(name)
    by_slug = [iri for iri in names if iri.rpartition("/")[2] == wanted]
    folded = wanted.strip().casefold()
    found = by_slug or [
        iri for iri, some in names.items() if folded in {one.casefold() for one in some}
    ]
    if len(found) > 1:
        listing = ", ".join(iri.rpartition("/")[2] for iri in found)
        raise UsageError(
            Message(
                f"„{wanted}“ heißen mehrere Orte. Nennen Sie einen mit seinem Kürzel: {listing}.",
                f"Several places are called “{wanted}”. Name one by its slug: {listing}.",
            )
        )
    if not found:
        if not names:
            hint = Message(
                "Die Daten nennen keine Orte; bei einer Tabelle ordnet import sie zu: "
                "--map „Spalte=organisation.county“.",
                "The data name no places; import maps those of a table: "
                "--map “column=organisation.county”.",
            )
        else:
            hint = queries.nearest(wanted, sorted({one for some in names.values() for one in some}))
        raise UsageError(
            Message(
                f"Einen Ort „{wanted}“ gibt es nicht. {hint.de}", f"No place “{wanted}”. {hint.en}"
            )
        )
    return Place(found[0], names[found[0]][0])


def seated(endpoint: Endpoint, places: Sequence[Place]) -> list[str]:
    """Return the organisations that have their seat in one of the places, or in a part of it.

    Raises:
        UsageError: there is none.
    """
    listed = " ".join(f"<{one.iri}>" for one in places)
    found = [row[0] for row in _rows(endpoint, _SEATED.replace("{}", listed))]
    if not found:
        names = ", ".join(one.name for one in places)
        raise UsageError(
            Message(
                f"Keine Organisation hat ihren Sitz in: {names}.",
                f"No organisation has its seat in: {names}.",
            )
        )
    return found


def of(store: EmbeddedStore, mapping: Context, chosen: Iterable[str]) -> Dataset:
    """Return the part of a dataset about the chosen organisations (and initiatives), by IRI.

    If initiatives are chosen as well, no others belong to the part.

    Raises:
        UsageError: that is more than one page can show.
    """
    found = _Part(store, mapping.resources, frozenset(chosen)).resources()
    nodes = sum(one.startswith(_nodes(mapping.resources)) for one in found)
    if nodes > NODES:
        raise _too_large(nodes)
    return Dataset(_quads(store, mapping, found), mapping)


def _nodes(resources: str) -> tuple[str, ...]:
    kinds = ("organisation", "initiative", "person", "event")
    return tuple(f"{resources}{kind}/" for kind in kinds)


class _Part:
    """The resources that belong to a part of a dataset."""

    def __init__(self, store: EmbeddedStore, resources: str, chosen: frozenset[str]) -> None:
        self._store = store
        self._resources = resources
        self._chosen = chosen
        self._bound = tuple(
            f"{resources}{kind}/"
            for kind in ("organisation", "initiative")
            if kind == "organisation" or any("/initiative/" in one for one in chosen)
        )
        self._sources = f"{resources}source/"
        self._involvements = f"{resources}involvement/"
        self._found: set[str] = set()

    def resources(self) -> set[str]:
        """Return their IRIs."""
        for one in sorted(self._chosen):
            self._add(one)
        for one in sorted(self._chosen):
            self._add_users(one, ())
        # What is told of initiatives, but for who else takes part in them.
        for one in sorted(self._found - self._chosen):
            if one.startswith(f"{self._resources}initiative/"):
                self._add_users(one, (self._involvements,))
        return self._found

    def _add_users(self, iri: str, without: tuple[str, ...]) -> None:
        """Add what refers to a resource, unless it is about somebody else as well."""
        for user in self._store.users_of(iri):
            own = user.startswith(self._resources) and not user.startswith(
                (*self._bound, self._sources, *without)
            )
            if own and user not in self._found and not self._is_of_others(user):
                self._add(user)

    def _is_of_others(self, iri: str) -> bool:
        return any(
            other.startswith(self._bound) and other not in self._chosen
            for other in self._named(iri)
        )

    def _add(self, iri: str) -> None:
        """Add a resource with all that it names."""
        waiting = [iri]
        while waiting:
            one = waiting.pop()
            if one in self._found:
                continue
            self._found.add(one)
            waiting += [
                other
                for other in self._named(one)
                if other.startswith(self._resources)
                and not other.startswith(self._sources)
                and (other in self._chosen or not other.startswith(self._bound))
            ]

    def _named(self, iri: str) -> list[str]:
        return [
            quad.object.value
            for quad in self._store.about(iri)
            if isinstance(quad.object, ox.NamedNode)
        ]


def _quads(store: EmbeddedStore, mapping: Context, found: set[str]) -> list[ox.Quad]:
    """Return what is stated of resources, of their sources and of the terms."""
    resources, sources = mapping.resources, f"{mapping.resources}source/"

    def stays(quad: ox.Quad) -> bool:
        value = quad.object.value if isinstance(quad.object, ox.NamedNode) else ""
        return not value.startswith(resources) or value in found or value.startswith(sources)

    quads = [quad for one in sorted(found) for quad in store.about(one) if stays(quad)]
    named = {quad.graph_name for quad in quads}
    for graph in named:
        if isinstance(graph, ox.NamedNode):
            quads += [quad for quad in store.about(graph.value) if stays(quad)]
    for graph_iri in (NS.rstrip("#"), resources + _DATASET):
        quads += store.graph(graph_iri)
    return canonical(quads)


def _rows(endpoint: Endpoint, text: str) -> list[tuple[str, ...]]:
    answer = endpoint.ask(text)
    return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows or ()]


def _too_large(nodes: int) -> UsageError:
    german, english = (f"{count:,}" for count in (nodes, nodes))
    german = german.replace(",", ".")
    return UsageError(
        Message(
            f"Das wären {german} Organisationen und Initiativen, zu viele für eine Seite. Nennen "
            "Sie einen kleineren Ort, oder einen der Teile.",
            f"That would be {english} organisations and initiatives, too many for one page. Name a "
            "smaller place, or one of its parts.",
        )
    )
