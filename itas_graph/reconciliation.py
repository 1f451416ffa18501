"""A build -> its names, and answers by the Reconciliation Service API 0.2 that spreadsheets ask.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import asyncio
import json
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from itas_graph import pages
from itas_graph.errors import Language, Message
from itas_graph.identity import fold
from itas_graph.likeness import SAME, STRONG, Form, alike
from itas_graph.linked_data import Row, is_iri, shortened
from itas_graph.protocol import RequestError
from itas_graph.vocab import ALT_LABEL, NS, PREF_LABEL, PREFIXES, RDF_TYPE

VERSION = "0.2"
PATH = "/reconcile"
#: The kinds of thing that can be asked for: their class and their name.
TYPES = {
    "organisations": (PREFIXES["org"] + "Organization", Message("Organisation", "Organisation")),
    "people": (PREFIXES["foaf"] + "Person", Message("Person", "Person")),
    "initiatives": (NS + "Initiative", Message("Initiative", "Initiative")),
    "events": (PREFIXES["schema"] + "Event", Message("Veranstaltung", "Event")),
    "places": (PREFIXES["schema"] + "Place", Message("Ort", "Place")),
}
MOST_QUERIES = 100
MOST_IDS = 200
MOST_PROPERTIES = 20
LONGEST_TEXT = 500
MOST_CANDIDATES = 50
PREVIEW = (400, 200)

_CONTRIBUTOR, _ON_BEHALF_OF = NS + "contributor", NS + "onBehalfOf"
#: What tells two things of the same name apart.
_TELLING = {
    PREFIXES["org"] + "classification",
    PREFIXES["org"] + "unitOf",
    PREFIXES["dcterms"] + "type",
    PREFIXES["schema"] + "startDate",
    PREFIXES["schema"] + "containedInPlace",
}
_READ = {RDF_TYPE, PREF_LABEL, ALT_LABEL, _CONTRIBUTOR, _ON_BEHALF_OF, *_TELLING}
_TITLE = Message("itas-graph: Akteure und Vorhaben", "itas-graph: actors and initiatives")
_BATCH = 5000
_DEFAULT_LIMIT = 5
_MOST_TOLD = 4
_CERTAIN = 95
_LEAST = 50
# A group of three letters that so many names have says little.
_COMMON = 3000
_COMPARED = 60

Rows = Callable[[str], Awaitable[list[Row]]]


@dataclass(slots=True)
class Thing:
    """One thing that can be found: its identifier, its names, and what tells it apart.

    `links` are the identifiers of the things that `about` names.
    """

    id: str
    kind: str
    names: list[str] = field(default_factory=list)
    about: dict[Language, list[str]] = field(default_factory=dict)
    links: frozenset[str] = frozenset()

    def description(self, language: Language) -> str:
        """Return what tells it from others of the same name."""
        return " · ".join(self.about.get(language, [])[:_MOST_TOLD])


@dataclass(frozen=True)
class Candidate:
    """A thing that a name may mean: how well it fits from 0 to 100, and whether it is equal."""

    thing: Thing
    score: int
    equal: bool


class Names:
    """All names of a build, in the forms in which they are looked up."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self.things = sorted(things, key=lambda one: one.id)
        self.by_id = {one.id: one for one in self.things}
        self._places = frozenset(
            fold(name) for one in self.things if one.kind == "places" for name in one.names
        )
        self._equal: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._grams: dict[str, array[int]] = defaultdict(lambda: array("L"))
        starts = []
        for place, thing in enumerate(self.things):
            keys: dict[tuple[str, str], None] = {}
            grams: dict[str, None] = {}
            for name in thing.names:
                folded = fold(name)
                starts.append((folded, place))
                for form in (folded, fold(name, thing.kind)):
                    keys[thing.kind, form] = None
                    grams.update(dict.fromkeys(_grams(form)))
                written = Form(thing.kind, name)
                short = (written.acronym, written.initials)
                grams.update(dict.fromkeys(f"={one}" for one in short if one))
            for key in keys:
                self._equal[key].append(place)
            for gram in grams:
                self._grams[gram].append(place)
        self._starts = sorted(starts)

    def find(self, text: str, kinds: Sequence[str]) -> list[Candidate]:
        """Return what a name may mean, the best first."""
        places: dict[int, None] = {}
        for kind in kinds:
            for form in (fold(text), fold(text, kind)):
                places.update(dict.fromkeys(self._equal.get((kind, form), ())))
        places.update(dict.fromkeys(self._similar(text, kinds)))
        found = [self._compared(text, self.things[place]) for place in places]
        kept = [one for one in found if one.score >= _LEAST]
        return sorted(kept, key=lambda one: (-one.score, one.thing.names[0], one.thing.id))

    def starting(self, text: str, kinds: Sequence[str], limit: int) -> list[Thing]:
        """Return the things of which a name begins with `text`; then those like it."""
        start = fold(text)
        found: dict[int, None] = {}
        place = bisect_left(self._starts, (start, -1))
        while place < len(self._starts) and len(found) < limit:
            name, one = self._starts[place]
            if not start or not name.startswith(start):
                break
            if self.things[one].kind in kinds:
                found[one] = None
            place += 1
        things = [self.things[one] for one in found]
        if len(things) < limit and start:
            things += [one.thing for one in self.find(text, kinds) if one.thing not in things]
        return things[:limit]

    def _similar(self, text: str, kinds: Sequence[str]) -> list[int]:
        folded = fold(text)
        form = Form(kinds[0] if kinds else "", text)
        wanted = [*dict.fromkeys(_grams(folded))]
        wanted += [f"={one}" for one in (form.acronym, form.initials) if one]
        lists = [self._grams[one] for one in wanted if one in self._grams]
        rare = [one for one in lists if len(one) <= _COMMON] or sorted(lists, key=len)[:2]
        counted = Counter(place for one in rare for place in one)
        fitting = (
            (-count, place) for place, count in counted.items() if self.things[place].kind in kinds
        )
        short = [
            place
            for one in wanted
            if one.startswith("=")
            for place in self._grams.get(one, ())
            if self.things[place].kind in kinds
        ]
        return [*short[:_COMPARED], *(place for _, place in sorted(fitting)[:_COMPARED])]

    def _compared(self, text: str, thing: Thing) -> Candidate:
        from rapidfuzz.fuzz import token_sort_ratio

        folded, bare = fold(text), fold(text, thing.kind)
        asked = Form(thing.kind, text, self._places)
        best = 0
        for name in thing.names:
            if fold(name) == folded:
                score = 100
            elif fold(name, thing.kind) == bare:
                score = _CERTAIN
            else:
                like = alike(asked, Form(thing.kind, name, self._places)) if bare else None
                score = int(token_sort_ratio(bare, fold(name, thing.kind)) * 0.75)
                if like is not None:
                    ranked = {(SAME, True): 90, (SAME, False): 80}
                    score = max(score, ranked.get((like.relation, like.strength == STRONG), 60))
            best = max(best, score)
        return Candidate(thing, best, best >= _CERTAIN)


def _grams(text: str) -> list[str]:
    joined = f" {text.replace(' ', '')} "
    return [joined[place : place + 3] for place in range(len(joined) - 2)]


def gather(dump: Path, base: str) -> Names:
    """Return the names in the N-Quads dump of a build; `base` begins the IRIs of resources."""
    found = _Gathered()
    for subject, prop, value in _triples(dump):
        if isinstance(value, ox.Literal):
            found.take_text(subject, prop, value)
        else:
            found.take_link(subject, prop, value)
    return Names(found.things(base))


class _Gathered:
    """What is read of a dump, line by line."""

    def __init__(self) -> None:
        self._types = {iri: kind for kind, (iri, _) in TYPES.items()}
        self._kinds: dict[str, str] = {}
        self._preferred: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._others: dict[str, dict[str, None]] = defaultdict(dict)
        self._telling: dict[str, dict[ox.NamedNode | ox.Literal, None]] = defaultdict(dict)
        self._person: dict[str, str] = {}
        self._body: dict[str, ox.NamedNode] = {}

    def take_text(self, subject: str, prop: str, value: ox.Literal) -> None:
        if prop == PREF_LABEL:
            self._preferred[subject].append((value.language or "", value.value))
        elif prop == ALT_LABEL:
            self._others[subject][value.value] = None
        elif prop in _TELLING:
            self._telling[subject][value] = None

    def take_link(self, subject: str, prop: str, value: ox.NamedNode) -> None:
        if prop == RDF_TYPE and value.value in self._types:
            self._kinds[subject] = self._types[value.value]
        elif prop == _CONTRIBUTOR:
            self._person[subject] = value.value
        elif prop == _ON_BEHALF_OF:
            self._body[subject] = value
        elif prop in _TELLING:
            self._telling[subject][value] = None

    def things(self, base: str) -> Iterable[Thing]:
        """Yield what has a name; a person is told by the organisations she or he spoke for."""
        for appearance, person in sorted(self._person.items()):
            if appearance in self._body:
                self._telling[person][self._body[appearance]] = None
        for iri, kind in sorted(self._kinds.items()):
            names = [text for _, text in sorted(self._preferred.get(iri, ()))]
            names += sorted(self._others.get(iri, ()))
            if names and iri.startswith(base):
                telling = self._telling.get(iri, {})
                about: dict[Language, list[str]] = {
                    language: _told(telling, self._preferred, language) for language in ("de", "en")
                }
                links = frozenset(
                    value.value.removeprefix(base)
                    for value in telling
                    if isinstance(value, ox.NamedNode)
                )
                yield Thing(iri.removeprefix(base), kind, [*dict.fromkeys(names)], about, links)


def _told(
    values: Iterable[ox.NamedNode | ox.Literal],
    names: Mapping[str, list[tuple[str, str]]],
    language: Language,
) -> list[str]:
    texts = set()
    for value in values:
        if isinstance(value, ox.Literal):
            texts.add(value.value)
        elif known := dict(names.get(value.value, ())):
            texts.add(known.get(language) or known.get("") or min(known.values()))
    return sorted(texts)


def _triples(dump: Path) -> Iterable[tuple[str, str, ox.NamedNode | ox.Literal]]:
    """Yield the statements that names are read from, without parsing all others."""
    wanted = tuple(f"> <{prop}> ".encode() for prop in sorted(_READ))
    with dump.open("rb") as stream:
        lines: list[bytes] = []
        for line in stream:
            if any(prop in line for prop in wanted):
                lines.append(line)
            if len(lines) >= _BATCH:
                yield from _parsed(lines)
                lines = []
        yield from _parsed(lines)


def _parsed(lines: list[bytes]) -> Iterable[tuple[str, str, ox.NamedNode | ox.Literal]]:
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.NamedNode) and isinstance(value, ox.NamedNode | ox.Literal):
            yield subject.value, quad.predicate.value, value


@dataclass(frozen=True)
class Service:
    """What an answer is made from: the names and graph of a build, where it is served, for whom.

    `rows` answers a SPARQL query; `address` is where others reach the service.
    """

    names: Names
    rows: Rows
    base: str
    address: str
    language: Language

    async def answer(self, path: str, given: Mapping[str, str]) -> dict[str, Any]:
        """Answer a request: `path` is what follows /reconcile, `given` its parameters.

        Raises:
            RequestError: it is none of the protocol (400), too much (413), or of nothing (404).
        """
        parts = [part for part in path.split("/") if part]
        if not parts:
            if "queries" in given:
                queries = _object(given["queries"], "queries")
                return await asyncio.to_thread(self.reconciled, queries)
            if "extend" in given:
                return await self.extended(_object(given["extend"], "extend"))
            return self.manifest()
        if parts == ["properties"]:
            return await self.proposed(given)
        if len(parts) == 2 and parts[0] == "suggest" and parts[1] in ("entity", "type", "property"):
            return await self.suggested(parts[1], given)
        if parts == ["flyout", "entity"]:
            return {"id": given.get("id", ""), "html": self.preview(given.get("id", ""))}
        raise RequestError(404, Message("Das gibt es hier nicht.", "There is no such thing here."))

    def manifest(self) -> dict[str, Any]:
        """Return what the service can do."""
        root = f"{self.address}{PATH}"
        width, height = PREVIEW

        def at(path: str) -> dict[str, str]:
            return {"service_url": root, "service_path": path}

        return {
            "versions": [VERSION],
            "name": _TITLE.text(self.language),
            "identifierSpace": self.base,
            "schemaSpace": NS,
            "documentation": f"{self.address}/sparql",
            "view": {"url": f"{self.address}/id/{{{{id}}}}"},
            "defaultTypes": [self._type(kind) for kind in TYPES],
            "preview": {
                "url": f"{root}/preview?id={{{{id}}}}",
                "width": width,
                "height": height,
            },
            "suggest": {
                "entity": {
                    **at("/suggest/entity"),
                    "flyout_service_url": root,
                    "flyout_service_path": "/flyout/entity?id=${id}",
                },
                "property": at("/suggest/property"),
                "type": at("/suggest/type"),
            },
            "extend": {"propose_properties": at("/properties"), "property_settings": []},
        }

    def reconciled(self, queries: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a batch of queries, each with its candidates."""
        _limit(len(queries), MOST_QUERIES, "queries")
        return {key: {"result": self._candidates(query)} for key, query in queries.items()}

    def _candidates(self, query: object) -> list[dict[str, Any]]:
        if not isinstance(query, dict):
            raise _malformed("queries")
        text = query.get("query", "")
        if not isinstance(text, str) or not isinstance(query.get("limit", 1), int | float):
            raise _malformed("queries")
        _limit(len(text), LONGEST_TEXT, "query")
        kinds = _kinds(query.get("type"))
        wanted = _wanted(query.get("properties"))
        found = self.names.find(text, kinds) if fold(text) else []
        shares = {one.thing.id: _share(one.thing, wanted) for one in found}
        found.sort(key=lambda one: -_score(one, shares, wanted))
        best = max((shares[one.thing.id] for one in found if one.equal), default=0)
        equal = [one for one in found if one.equal and shares[one.thing.id] == best]
        # Several of one name, or one of which something else is known: a person must say.
        certain = equal[0] if len(equal) == 1 and (best or not wanted) else None
        most = int(query.get("limit", _DEFAULT_LIMIT)) or _DEFAULT_LIMIT
        return [
            {
                **self._shown(one.thing),
                "type": [self._type(one.thing.kind)],
                "score": _score(one, shares, wanted),
                "match": one is certain,
                "features": [
                    {"id": "equal-name", "value": one.equal},
                    {"id": "equal-values", "value": shares[one.thing.id]},
                ],
            }
            for one in found[: max(1, min(most, MOST_CANDIDATES))]
        ]

    async def suggested(self, what: str, given: Mapping[str, str]) -> dict[str, Any]:
        """Return what may be meant by the beginning of a name of a thing, type or property."""
        prefix = given.get("prefix", "")
        _limit(len(prefix), LONGEST_TEXT, "prefix")
        first = _number(given.get("cursor", "0"))
        if what == "entity":
            found = self.names.starting(prefix, tuple(TYPES), first + 10)[first:]
            return {
                "result": [{**self._shown(one), "notable": [self._type(one.kind)]} for one in found]
            }
        choices = (
            [self._type(kind) for kind in TYPES]
            if what == "type"
            else await self._properties(tuple(TYPES))
        )
        start = fold(prefix)
        fitting = [one for one in choices if start in fold(f"{one['name']} {one['id']}")]
        return {"result": fitting[first : first + 20]}

    async def proposed(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the properties that things of a type have."""
        kinds = _kinds(given.get("type") or None)
        found = await self._properties(kinds)
        most = _number(given.get("limit", "0")) or len(found)
        answer: dict[str, Any] = {"properties": found[:most]}
        if given.get("type"):
            answer["type"] = given["type"]
        if given.get("limit"):
            answer["limit"] = most
        return answer

    async def _properties(self, kinds: Sequence[str]) -> list[dict[str, str]]:
        classes = " ".join(f"<{TYPES[kind][0]}>" for kind in kinds)
        rows = await self.rows(
            "SELECT DISTINCT ?property ?label { VALUES ?class { "
            f"{classes} }} ?thing a ?class ; ?property ?value . ?property rdfs:label ?label "
            f'FILTER(LANG(?label) = "{self.language}") }}'
        )
        found = {shortened(_text(one), self.base): _text(label) for one, label in rows}
        return [
            {"id": name, "name": found[name]}
            for name in sorted(found, key=lambda one: (found[one].casefold(), one))
        ]

    async def extended(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of properties of things."""
        ids, properties = asked.get("ids"), asked.get("properties")
        if not isinstance(ids, list) or not isinstance(properties, list):
            raise _malformed("extend")
        _limit(len(ids), MOST_IDS, "ids")
        _limit(len(properties), MOST_PROPERTIES, "properties")
        if not all(isinstance(one, str) for one in ids):
            raise _malformed("extend")
        names = [one.get("id") if isinstance(one, dict) else None for one in properties]
        if not all(isinstance(one, str) for one in names):
            raise _malformed("extend")
        wanted = {name: _property(name) for name in names if isinstance(name, str)}
        cells: dict[str, dict[str, list[dict[str, Any]]]] = {
            one: {name: [] for name in wanted} for one in ids
        }
        labels = dict.fromkeys(wanted, "")
        known = [one for one in cells if one in self.names.by_id]
        used = {iri: name for name, iri in wanted.items() if iri}
        if used:
            for one, prop, value, label in await self.rows(self._values(known, used)):
                name = used[_text(prop)]
                if label is not None:
                    labels[name] = _text(label)
                if value is not None and one is not None:
                    cells[_text(one).removeprefix(self.base)][name].append(self._cell(value))
        meta = [{"id": name, "name": labels[name] or name} for name in wanted]
        return {"meta": meta, "rows": cells}

    def _values(self, ids: Sequence[str], properties: Iterable[str]) -> str:
        things = " ".join(f"<{self.base}{one}>" for one in ids)
        listed = " ".join(f"<{one}>" for one in properties)
        return (
            "SELECT DISTINCT ?thing ?property ?value ?label { "
            f"VALUES ?property {{ {listed} }} "
            f"OPTIONAL {{ VALUES ?thing {{ {things} }} ?thing ?property ?value }} "
            "OPTIONAL { ?property rdfs:label ?label "
            f'FILTER(LANG(?label) = "{self.language}") }} }} ORDER BY ?thing ?property ?value'
        )

    def _cell(self, value: object) -> dict[str, Any]:
        if isinstance(value, ox.NamedNode):
            thing = self.names.by_id.get(value.value.removeprefix(self.base))
            if thing is not None:
                return {"id": thing.id, "name": thing.names[0]}
            return {"str": shortened(value.value, self.base)}
        text = _text(value)
        kind = value.datatype.value.rpartition("#")[2] if isinstance(value, ox.Literal) else ""
        if kind == "integer":
            return {"int": int(text)}
        if kind == "decimal":
            return {"float": float(text)}
        return {"str": text}

    def preview(self, id_: str) -> str:
        """Return a small page on a thing.

        Raises:
            RequestError: there is no such thing (404).
        """
        thing = self.names.by_id.get(id_)
        if thing is None:
            raise RequestError(
                404, Message("Das gibt es hier nicht.", "There is no such thing here.")
            )
        return pages.rendered(
            "preview.html.j2",
            f"{self.address}/",
            self.language,
            thing=thing,
            kind=TYPES[thing.kind][1].text(self.language),
            about=thing.description(self.language),
        )

    def _shown(self, thing: Thing) -> dict[str, str]:
        shown = {"id": thing.id, "name": thing.names[0]}
        about = thing.description(self.language)
        return {**shown, "description": about} if about else shown

    def _type(self, kind: str) -> dict[str, str]:
        return {"id": kind, "name": TYPES[kind][1].text(self.language)}


def _wanted(properties: object) -> list[str]:
    """Return the values that a query gives beside the name; whose they are is not looked at."""
    if properties is None:
        return []
    if not isinstance(properties, list):
        raise _malformed("properties")
    _limit(len(properties), MOST_PROPERTIES, "properties")
    found: list[str] = []
    for one in properties:
        values = one.get("v") if isinstance(one, dict) else None
        for value in values if isinstance(values, list) else [values]:
            text = value.get("id") if isinstance(value, dict) else value
            if text is None or not isinstance(text, str | int | float):
                raise _malformed("properties")
            found.append(str(text))
    _limit(len(found), MOST_PROPERTIES, "properties")
    return [text for text in found if text.strip()]


def _share(thing: Thing, wanted: Sequence[str]) -> float:
    """Return how many of the values are known of a thing, from 0 to 1."""
    if not wanted:
        return 0
    known = {fold(text, "organisations") for texts in thing.about.values() for text in texts}
    fitting = [one for one in wanted if one in thing.links or fold(one, "organisations") in known]
    return len(fitting) / len(wanted)


def _score(one: Candidate, shares: Mapping[str, float], wanted: Sequence[str]) -> int:
    if not wanted:
        return one.score
    return round(one.score * 0.8 + 20 * shares[one.thing.id])


def _kinds(given: object) -> tuple[str, ...]:
    """Return the types that are asked for; all if none is named, none if all are unknown.

    >>> _kinds("people"), _kinds([{"id": "places"}]), _kinds("plants"), len(_kinds(None))
    (('people',), ('places',), (), 5)
    """
    if not given:
        return tuple(TYPES)
    named = given if isinstance(given, list) else [given]
    texts = [one.get("id") if isinstance(one, dict) else one for one in named]
    if not all(isinstance(one, str) for one in texts):
        raise _malformed("type")
    return tuple(one for one in texts if one in TYPES)


def _property(name: str) -> str:
    """Return the IRI of a property by its short name; an empty text if it is none."""
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES and re.fullmatch(r"[A-Za-z][\w-]*", local):
        return PREFIXES[prefix] + local
    return name if is_iri(name) and name.startswith(("http:", "https:")) else ""


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        # An escape may stand for half a character, and a number for infinity.
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise _malformed(name) from error
    if not isinstance(found, dict):
        raise _malformed(name)
    return found


def _malformed(name: str) -> RequestError:
    return RequestError(
        400,
        Message(
            f"„{name}“ hat nicht die Form, die die Reconciliation API 0.2 vorsieht.",
            f"“{name}” is not of the form that the Reconciliation API 0.2 lays down.",
        ),
    )


def _limit(size: int, most: int, name: str) -> None:
    if size > most:
        raise RequestError(
            413,
            Message(
                f"„{name}“ ist zu lang: {size} statt höchstens {most}.",
                f"“{name}” is too long: {size} instead of at most {most}.",
            ),
        )


def _number(text: str) -> int:
    return min(int(text), 10_000) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))
