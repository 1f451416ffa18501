"""An IRI of the dataset -> what is stated of it: queries for it, and a page for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pyoxigraph as ox

from itas_graph import pages
from itas_graph.errors import Language, Message
from itas_graph.vocab import CONCEPT, NS, PREFIXES

#: More rows than these are not shown on a page; the RDF holds all.
MOST_ROWS = 500
_IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]+")
_NAMES = "skos:prefLabel|rdfs:label|dcterms:title|itas:topic|schema:name"
#: What the page draws as a node, and can therefore be led to.
_DRAWN = ("organisation", "initiative", "person", "event", "action-field")
_DERIVED = Message("abgeleitet", "derived")
_FORMS = ("ttl", "jsonld", "nt", "xml")

Row = tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]


@dataclass(frozen=True)
class Statement:
    """One statement as a page shows it: texts, and links where there are any."""

    relation: str
    value: str
    link: str
    source: str
    source_link: str
    tongue: str = ""


@dataclass
class Resource:
    """What a page shows of one resource."""

    iri: str
    name: str
    kinds: list[str]
    drawn: str
    is_graph: bool
    own: list[Statement] = field(default_factory=list)
    others: list[Statement] = field(default_factory=list)
    cut: bool = False


def is_iri(text: str) -> bool:
    """Say whether `text` can stand between < and > in a query.

    >>> is_iri("https://example.org/id/a"), is_iri("https://example.org/> } #")
    (True, False)
    """
    return len(text) <= 2000 and bool(_IRI.fullmatch(text))


def exists(iri: str) -> str:
    """Return the query whether anything is stated of `iri`, or in it as a graph."""
    return (
        f"ASK {{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?p <{iri}> }} UNION "
        f"{{ GRAPH <{iri}> {{ ?s ?p ?o }} }} }}"
    )


def triples(iri: str) -> str:
    """Return the query for all statements of `iri`, and for those that refer to it.

    The namespace of the ontology stands for all its terms.
    """
    if iri + "#" == NS:
        return f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
    return (
        f"CONSTRUCT {{ <{iri}> ?p ?o . ?s ?q <{iri}> }} "
        f"{{ {{ <{iri}> ?p ?o }} UNION {{ ?s ?q <{iri}> }} }}"
    )


def rows(iri: str) -> str:
    """Return the query for the rows that `page` shows: direction, relation, other end, source.

    For the namespace of the ontology these are its terms and what each is.
    """
    most = MOST_ROWS + 1
    if iri + "#" == NS:
        return (
            "SELECT (true AS ?own) ?relation ?other ?source { VALUES ?source "
            f"{{ <{iri}> }} GRAPH ?source {{ ?other a ?relation }} "
            f'FILTER(STRSTARTS(STR(?other), "{NS}")) }} LIMIT {most}'
        )
    return (
        "SELECT ?own ?relation ?other ?source { "
        f"{{ SELECT (true AS ?own) ?relation ?other ?source {{ GRAPH ?source "
        f"{{ <{iri}> ?relation ?other }} }} LIMIT {most} }} UNION "
        f"{{ SELECT (false AS ?own) ?relation ?other ?source {{ GRAPH ?source "
        f"{{ ?other ?relation <{iri}> }} }} LIMIT {most} }} }}"
    )


def names(iri: str, found: Iterable[Row]) -> str:
    """Return the query for the names of all that stands in `found`."""
    iris = {iri} | {term.value for row in found for term in row if isinstance(term, ox.NamedNode)}
    listed = " ".join(f"<{one}>" for one in sorted(iris) if is_iri(one))
    return f"SELECT ?one ?name {{ VALUES ?one {{ {listed} }} ?one {_NAMES} ?name }} ORDER BY ?name"


def resource(
    iri: str, found: Sequence[Row], named: Iterable[Row], base: str, root: str, language: Language
) -> Resource:
    """Return what a page shows of `iri`.

    `found` and `named` answer `rows` and `names`; `base` begins the IRIs of resources, `root` leads
    from the page to the top of the service.
    """
    known = _names(named, language)
    known.setdefault(base + "source/derived", _DERIVED.text(language))

    def label(term: object) -> str:
        if isinstance(term, ox.NamedNode):
            return known.get(term.value) or shortened(term.value, base)
        return str(getattr(term, "value", term))

    shown: dict[bool, list[Statement]] = {True: [], False: []}
    kinds = []
    for own, relation, other, source in found:
        is_own = getattr(own, "value", "") == "true"
        if is_own and label(relation) and getattr(relation, "value", "").endswith("#type"):
            kinds.append(label(other))
        shown[is_own].append(
            Statement(
                label(relation),
                label(other),
                link(other, base, root),
                label(source),
                link(source, base, root),
                getattr(other, "language", None) or "",
            )
        )
    key = iri.removeprefix(base)
    return Resource(
        iri,
        known.get(iri) or shortened(iri, base),
        sorted(set(kinds)),
        key if iri.startswith(base) and key.partition("/")[0] in _DRAWN else "",
        any(getattr(row[3], "value", "") == iri for row in found) or "/source/" in iri,
        _sorted(shown[True])[:MOST_ROWS],
        _sorted(shown[False])[:MOST_ROWS],
        any(len(part) > MOST_ROWS for part in shown.values()),
    )


def page(shown: Resource, address: str, root: str, language: Language) -> str:
    """Return the page of a resource; `address` is its own, relative to itself."""
    return pages.rendered(
        "resource.html.j2",
        root,
        language,
        address=address,
        resource=shown,
        forms=_FORMS,
        whole=quote(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{shown.iri}> {{ ?s ?p ?o }} }}"),
        evidence=quote(shown.iri, safe=":/"),
        most=MOST_ROWS,
    )


def shortened(iri: str, base: str) -> str:
    """Return an IRI as people read it: without the base, or with a prefix.

    >>> shortened("https://example.org/id/person/ada", "https://example.org/id/")
    'person/ada'
    >>> shortened("http://www.w3.org/ns/org#unitOf", "https://example.org/id/")
    'org:unitOf'
    """
    if iri.startswith(base):
        return iri.removeprefix(base)
    fits = [(len(start), name, start) for name, start in PREFIXES.items() if iri.startswith(start)]
    if fits:
        _, name, start = max(fits)
        return f"{name}:{iri.removeprefix(start)}"
    return iri


def local(iri: str, base: str) -> str | None:
    """Return the path under which the service answers for an IRI, or None.

    >>> local("https://example.org/id/person/ada", "https://example.org/id/")
    'id/person/ada'
    >>> local("https://w3id.org/itas-graph/ns#role", "https://example.org/id/")
    'ns#role'
    """
    for start, path in ((base, "id/"), (CONCEPT, "concept/"), (NS, "ns#")):
        if iri.startswith(start):
            return path + quote(iri.removeprefix(start), safe="/:@!$&'()*+,;=~-._")
    return "ns" if iri + "#" == NS else None


def link(term: object, base: str, root: str) -> str:
    """Return where a term leads to: into the service, or out by http, or nowhere ("")."""
    text = getattr(term, "value", "")
    if isinstance(term, ox.NamedNode) and (path := local(text, base)):
        return root + path
    is_address = isinstance(term, ox.NamedNode) or (
        isinstance(term, ox.Literal) and term.datatype.value.endswith("#anyURI")
    )
    return text if is_address and re.match(r"https?://", text) else ""


def _names(named: Iterable[Row], language: Language) -> dict[str, str]:
    """Return one name for each IRI: in the language, else without one, else any."""
    rated: dict[str, tuple[int, str]] = {}
    for one, name in named:
        tongue = getattr(name, "language", None)
        rank = 0 if tongue == language else 1 if tongue is None else 2
        found = (rank, getattr(name, "value", ""))
        iri = getattr(one, "value", "")
        rated[iri] = min(rated.get(iri, found), found)
    return {iri: name for iri, (_, name) in rated.items()}


def _sorted(statements: list[Statement]) -> list[Statement]:
    return sorted(statements, key=lambda one: (one.relation, one.value, one.source, one.tongue))


def iterate(found: Iterator[Row] | None) -> list[Row]:
    """Return rows as a list; none of an answer without rows."""
    return list(found or ())
