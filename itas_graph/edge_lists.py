"""One query of queries/edges -> an edge list: who is related to whom, and nothing else.

What is measured needs neither evidence nor roles. Where `queries/lines` holds a short form of the
query, that is asked: it says the same relations without them, in a fraction of time and memory.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itas_graph import network as networks
from itas_graph import projections
from itas_graph.errors import LimitError, Message, UsageError
from itas_graph.measures import Lines, lines_between

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.projections import LeftOut, Projection

#: More relations than this fill the memory of the program itself.
RELATIONS = 2_000_000

_SHORT = re.compile(r"^#\+ shortens: (\S+)", re.M)
_GROUPS = {
    "Organization": "organisation",
    "Initiative": "initiative",
    "Person": "person",
    "Event": "event",
}
_ORDER = tuple(_GROUPS.values())
_LAST = re.compile("[/#]")
_CELL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@[\w-]+|\^\^<[^>]*>)?')
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_FIELDS = "organisation-initiative"
_NAMES, _BEGINNINGS = "names.rq", "beginnings.rq"
_Ends = tuple[str, str]


@dataclass
class EdgeList:
    """Who is related to whom, without evidence: as much of a projection as is measured.

    `graph` and `nodes` say what those of a networkx graph say; of a node: `group`, `label` and,
    asked for when first wanted, `action_fields`.
    """

    graph: dict[str, Any]
    nodes: Mapping[str, Mapping[str, Any]]
    lines: Lines
    relations: int

    def number_of_edges(self) -> int:
        """Return how many relations there are, several between the same two included."""
        return self.relations


def read(
    endpoint: Endpoint,
    folder: Path,
    projection: Projection,
    as_of: str = "",
    most: int | None = None,
) -> EdgeList:
    """Return what `projections.counted` leaves of a projection, as an edge list.

    Args:
        endpoint: what answers.
        folder: the queries folder.
        projection: one of its queries.
        as_of: what surely began later (a date, or part of one) is left out.
        most: things that more than so many share relate nobody.

    Raises:
        EngineError: the endpoint failed, or the query went over a limit.
        UsageError: too much is shared by too many, or there are too many relations.
    """
    about = projections.describe(endpoint, folder, projection, as_of)
    names = _Names(endpoint, folder, about["concepts"])
    found = _Relations(projection, about["concepts"].get("status", {}))
    dates = _Dates(endpoint, folder, projection) if as_of else None
    found.add(_rows(endpoint, folder, projection, found.columns), names, dates)
    if dates is not None:
        found.drop_after(projections.last_day(as_of), dates)
    about["first"] = projection.ends[0].removesuffix("_id")
    about |= {"shared_by_at_most": most if projection.folded else None, "left_out": ()}
    if projection.folded:
        weights, about["left_out"] = _folded(found.kept(), projection, names, most)
    else:
        weights = Counter((one, other) for one, other, _ in found.kept())
    keys = sorted({key for pair in weights for key in pair})
    groups = [names.group(key) for key in keys]
    number = {key: index for index, key in enumerate(keys)}
    pairs: Counter[tuple[int, int]] = Counter()
    for (one, other), count in weights.items():
        start, end = number[one], number[other]
        if start != end:
            pairs[(start, end) if start < end else (end, start)] += count
    return EdgeList(
        about,
        _Nodes(names, keys, lambda: _topics(endpoint, folder, names, about["concepts"])),
        lines_between(keys, pairs, groups),
        sum(weights.values()),
    )


def short_form(folder: Path, projection: Projection) -> str | None:
    """Return the query of `queries/lines` that stands for a projection's own, if it still does."""
    path = folder / "lines" / f"{projection.name}.rq"
    beside = (folder / "nodes" / name for name in (_NAMES, _BEGINNINGS))
    if not path.is_file() or not all(one.is_file() for one in beside):
        return None
    text = path.read_text("utf-8-sig")
    said = _SHORT.search(text)
    return text if said and said[1] == digest(projection.question.text) else None


def digest(text: str) -> str:
    r"""Return by what a query is known again, whatever its header, comments and spaces.

    >>> digest("#+ title@en: All\nSELECT *  { ?s ?p ?o }\n") == digest("SELECT * { ?s ?p ?o }")
    True
    """
    lines = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    return hashlib.sha256(" ".join(" ".join(lines).split()).encode()).hexdigest()[:16]


def _rows(
    endpoint: Endpoint, folder: Path, projection: Projection, wanted: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """Yield the wanted columns of a projection's rows; a missing one is empty."""
    short = short_form(folder, projection)
    try:
        yield from _table(endpoint, short or projection.question.text, wanted)
    except LimitError as error:
        if short is not None:
            raise
        file = f"queries/edges/{projection.name}.rq"
        raise LimitError(
            Message(
                f"{file}: {error.message.de} Relativ kurz bleibt die Antwort, wenn ihre zweite "
                "Spalte „shared_id“ heißt (was geteilt wird) statt jedes Paar zu nennen, und ohne "
                "GROUP BY und ORDER BY.",
                f"{file}: {error.message.en} The answer stays short if its second column is "
                "“shared_id” (what is shared) instead of naming each pair, and without GROUP BY "
                "and ORDER BY.",
            ),
            error.limit,
        ) from error


def _table(endpoint: Endpoint, text: str, wanted: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Answer a SELECT query as rows of text; what the engine wrote is read line by line."""
    lines = _lines(endpoint.serialised(text, "tsv"))
    columns = [cell.removeprefix("?") for cell in next(lines, "").split("\t")]
    places = [columns.index(one) if one in columns else len(columns) for one in wanted]
    for line in lines:
        cells = [*line.split("\t"), ""]
        yield tuple(
            [cells[at][1:-1] if cells[at][:1] == "<" else _literal(cells[at]) for at in places]
        )


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode().removesuffix("\r")
    if rest:
        yield rest.decode()


def _literal(cell: str) -> str:
    """Return the text of a literal in TSV: in quotes, or a number as it stands."""
    literal = _CELL.fullmatch(cell) if cell else None
    if not literal:
        return cell
    return _ESCAPED.sub(_unescaped, literal[1]) if "\\" in literal[1] else literal[1]


def _unescaped(found: re.Match[str]) -> str:
    text = found[1]
    return chr(int(text[1:], 16)) if text[0] in "uU" and text[1:] else _ESCAPES.get(text, text)


class _Names:
    """All nodes there are, with their group and what they are called."""

    def __init__(
        self, endpoint: Endpoint, folder: Path, concepts: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self._fields = concepts.get("action-field", {})
        self._known: dict[str, tuple[str, str]] = {}
        path = folder / "nodes" / _NAMES
        if path.is_file():
            rows: Iterable[tuple[str, ...]] = (
                (iri, _GROUPS[_LAST.split(kind)[-1]], label)
                for iri, kind, label in _table(
                    endpoint, path.read_text("utf-8-sig"), ("node_id", "class", "label")
                )
            )
        else:
            rows = _named_in_full(endpoint, folder)
        for iri, group, label in rows:
            key = networks.node_key(iri)
            before = self._known.get(key)
            # Of several classes the first counts, of several names the first in the alphabet.
            if before is None or self._order(group, label) < self._order(*before):
                self._known[key] = group, label

    @staticmethod
    def _order(group: str, label: str) -> tuple[int, bool, str]:
        return _ORDER.index(group), not label, label

    def __contains__(self, key: str) -> bool:
        return key in self._known or self._field(key) is not None

    def group(self, key: str) -> str:
        return self._known[key][0] if key in self._known else "action-field"

    def node(self, key: str) -> dict[str, Any]:
        concept = self._field(key)
        if concept is not None and key not in self._known:
            names = {"de": concept["de"], "en": concept["en"]}
            return {"group": "action-field", "label": concept["de"], "names": names}
        group, label = self._known[key]
        return {"group": group, "label": label}

    def _field(self, key: str) -> Mapping[str, Any] | None:
        kind, _, slug = key.partition("/")
        return self._fields.get(slug) if kind == "action-field" else None


def _named_in_full(endpoint: Endpoint, folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield (IRI, group, name) as the queries say that the network is made from."""
    for group, file in networks.FILES.items():
        text = (folder / "nodes" / f"{file}.rq").read_text("utf-8-sig")
        for iri, label in _table(endpoint, text, (f"{group}_id", "label")):
            yield iri, group, label


class _Nodes(Mapping[str, Mapping[str, Any]]):
    """The nodes of an edge list; their action fields are asked for when first wanted."""

    def __init__(
        self, names: _Names, keys: list[str], topics: Callable[[], Mapping[str, list[str]]]
    ) -> None:
        self._names = names
        self._keys = dict.fromkeys(keys)
        self._ask = topics

    @cached_property
    def _topics(self) -> Mapping[str, list[str]]:
        return self._ask()

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        if key not in self._keys:
            raise KeyError(key)
        return _Node(self._names.node(key), key, self)

    def topics(self, key: str) -> list[str]:
        return self._topics.get(key, [])

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


class _Node(dict[str, Any]):
    """What is said of a node; its action fields only if somebody asks."""

    def __init__(self, said: dict[str, Any], key: str, all_nodes: _Nodes) -> None:
        super().__init__(said)
        self._key, self._all = key, all_nodes

    def __missing__(self, name: str) -> list[str]:
        if name != "action_fields":
            raise KeyError(name)
        return self._all.topics(self._key)


def _topics(
    endpoint: Endpoint, folder: Path, names: _Names, concepts: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Return the action fields of initiatives, and of the organisations related with them."""
    found = {f"action-field/{slug}": [slug] for slug in concepts.get("action-field", {})}
    text = (folder / "nodes" / "action-fields.rq").read_text("utf-8-sig")
    own: dict[str, list[str]] = {}
    for iri, topic in _table(endpoint, text, ("initiative_id", "action_field")):
        own.setdefault(networks.node_key(iri), []).append(networks.last_part(topic))
    known = projections.load(folder)
    if own and _FIELDS in known:
        ends = known[_FIELDS].ends
        theirs: dict[str, set[str]] = {}
        for one, other in _rows(endpoint, folder, known[_FIELDS], ends):
            initiative = networks.node_key(other)
            if initiative in own and initiative in names:
                theirs.setdefault(networks.node_key(one), set()).update(own[initiative])
        found |= {key: sorted(topics) for key, topics in theirs.items()}
    return found | {key: sorted(topics) for key, topics in own.items()}


@dataclass
class _Relations:
    """The relations of a projection: each with how far it is, and from when, if that is asked."""

    projection: Projection
    statuses: Mapping[str, Mapping[str, Any]]
    status: dict[tuple[str, str, str], str] = field(default_factory=dict)
    began: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are wanted of each row."""
        extra = ("relation_id", "function", "occasion_id", "status")
        return (*self.projection.ends, *extra, "valid_from", "date", "dated_id")

    def add(self, rows: Iterable[tuple[str, ...]], names: _Names, dates: _Dates | None) -> None:
        """Take rows in; several rows may say the same relation."""
        named: dict[tuple[str, ...], str] = {}
        text: dict[str, str] = {}
        for first, second, relation, function, occasion, status, *said in rows:
            one, other = networks.node_key(first), networks.node_key(second)
            if not first or not second or one not in names or other not in names:
                continue
            key = networks.node_key(relation or second)
            if occasion:
                key = named.setdefault((one, other, function, occasion), key)
            same = text.setdefault(one, one), text.setdefault(other, other), key
            before = self.status.get(same)
            stand = networks.last_part(status)
            if before is None and len(self.status) >= RELATIONS:
                raise _too_many_relations(self.projection)
            self.status[same] = stand if before is None else self._furthest(before, stand)
            if dates is not None:
                dates.note(same, before is None, relation, *said)

    def _furthest(self, one: str, other: str) -> str:
        if one == other:
            return one
        return networks.furthest(self.statuses, one, other)

    def drop_after(self, day: str, dates: _Dates) -> None:
        """Leave out what surely began after a day."""
        for same in list(self.status):
            if projections.first_day(dates.began(same)) > day:
                del self.status[same]

    def kept(self) -> Iterator[tuple[str, str, str]]:
        """Yield the relations that relate somebody already."""
        return (same for same, stand in self.status.items() if stand not in projections.OPEN)


class _Dates:
    """When relations began: by their own word, else when what they are about did."""

    def __init__(self, endpoint: Endpoint, folder: Path, projection: Projection) -> None:
        columns = {name for name, _ in projection.question.columns}
        self._has_own, self._has_date = "valid_from" in columns, "date" in columns
        self._own: dict[tuple[str, str, str], str] = {}
        self._date: dict[tuple[str, str, str], str] = {}
        self._stated: dict[str, list[tuple[str, str, bool]]] = {}
        self._short = short_form(folder, projection) is not None
        for iri, source, begin, status in _beginnings(endpoint, folder):
            key = networks.node_key(iri)
            self._stated.setdefault(key, []).append((source, begin, bool(status)))

    def note(
        self,
        same: tuple[str, str, str],
        is_new: bool,  # one of the values of a row
        relation: str,
        valid_from: str,
        date: str,
        dated: str,
    ) -> None:
        """Take in what a row says of the time of a relation."""
        if self._short:
            stated = self._stated.get(networks.node_key(relation), ()) if self._has_own else ()
            valid_from = min(stated)[1] if stated else ""
            date = self._of_occasion(networks.node_key(dated)) if dated and self._has_date else ""
        if valid_from and not self._own.get(same):
            self._own[same] = valid_from
        if date and (is_new or self._short):
            before = self._date.get(same)
            self._date[same] = min(date, before, key=_precise) if before else date

    def began(self, same: tuple[str, str, str]) -> str:
        """Return when a relation began, or nothing if nobody says."""
        own = self._own.get(same) or self._date.get(same)
        if own:
            return own
        return next((date for key in (same[1], same[0]) if (date := self._of_node(key))), "")

    def _of_node(self, key: str) -> str:
        stated = self._stated.get(key, ())
        if key.startswith("event/"):
            return min((begin for _, begin, _ in stated), key=_precise, default="")
        if not key.startswith("initiative/"):
            return ""
        firm = [begin for _, begin, is_open in stated if not is_open]
        return min(firm or [begin for _, begin, _ in stated], default="")

    def _of_occasion(self, key: str) -> str:
        if key.startswith("event/"):
            return self._of_node(key)
        return min((begin for _, begin, _ in self._stated.get(key, ())), default="")


def _beginnings(endpoint: Endpoint, folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield (IRI, source, date, status) of what has a date; at least of initiatives and events."""
    path = folder / "nodes" / _BEGINNINGS
    if path.is_file():
        columns = ("thing_id", "source_id", "begin", "status")
        yield from _table(endpoint, path.read_text("utf-8-sig"), columns)
        return
    for file, ends in (
        ("initiatives.rq", ("initiative_id", "valid_from")),
        ("events.rq", ("event_id", "date")),
    ):
        text = (folder / "nodes" / file).read_text("utf-8-sig")
        for iri, begin in _table(endpoint, text, ends):
            if begin:
                yield iri, "", begin, ""


def _precise(date: str) -> tuple[int, str]:
    """Return the place of a date among others: the most precise first, then the earliest."""
    return 10 - len(date), date


def _folded(
    kept: Iterable[tuple[str, str, str]],
    projection: Projection,
    names: _Names,
    most: int | None,
) -> tuple[Counter[_Ends], tuple[LeftOut, ...]]:
    """Relate any two that share a thing, once for each thing; return what too many share, too."""
    holders: dict[str, set[str]] = {}
    for one, thing, _ in kept:
        holders.setdefault(thing, set()).add(one)
    sizes = {thing: len(group) for thing, group in holders.items()}

    def label(thing: str) -> str:
        return str(names.node(thing)["label"])

    left_out = projections.shared_by_more(sizes, most, label)
    for thing, _, _ in left_out:
        del holders[thing], sizes[thing]
    projections.refuse_too_many_pairs(projection, sizes, label)
    weights: Counter[_Ends] = Counter()
    for group in holders.values():
        weights.update(combinations(sorted(group), 2))
    return weights, left_out


def _too_many_relations(projection: Projection) -> UsageError:
    german, english = f"{RELATIONS:,}".replace(",", "."), f"{RELATIONS:,}"
    file = f"queries/edges/{projection.name}.rq"
    return UsageError(
        Message(
            f"{file} nennt mehr als {german} Beziehungen; so viele hält der Speicher nicht. Nennt "
            "die Abfrage jedes Paar derer, die etwas teilen, dann geben Sie ihr als zweite Spalte "
            "„shared_id“, das Geteilte, und begrenzen Sie mit --shared-by-at-most; sonst schränken "
            "Sie sie ein, etwa auf ein Gebiet oder einen Zeitraum.",
            f"{file} names more than {english} relations; memory does not hold so many. If the "
            "query names each pair of those who share something, give it “shared_id”, what is "
            "shared, as second column, and set a bound by --shared-by-at-most; else restrict it, "
            "such as to an area or a period.",
        )
    )
