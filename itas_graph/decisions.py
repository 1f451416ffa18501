"""data/identities.csv -> decisions on identity: read, checked, written, and applied to a dataset.

A row reads: `other` is … of `one`: the same thing, a different one, its successor, a unit of it.
The same slug twice and `same` says that this record stands for one thing and not for two.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import pyoxigraph as ox

from itas_graph.context import Context, Kind, Term, narrow, objection, slug_objection
from itas_graph.dataset import IDENTITIES, Dataset, Origin, canonical, unknown_field
from itas_graph.errors import Finding, Message
from itas_graph.records import Record
from itas_graph.vocab import (
    ALT_LABEL,
    CONCEPT,
    NS,
    PARTIAL_DATE,
    PREF_LABEL,
    PREFIXES,
    RDF_TYPE,
    SLUG,
)

FILE = "data/identities.csv"
COLUMNS = ("decision", "one", "other", "kind", "reason", "date", "who")
SAME, DIFFERENT, SUCCESSOR, UNIT = "same", "different", "successor", "unit"
DECISIONS = (SAME, DIFFERENT, SUCCESSOR, UNIT)
KINDS = ("organisations", "people")

_TITLE = "Identitätsentscheidungen der Redaktion"
_REGISTER = "register"
_ORG = PREFIXES["org"]
_SCHEMA = PREFIXES["schema"]
_NOTE = PREFIXES["skos"] + "editorialNote"
_VISIBILITY = NS + "visibility"
_INTERNAL = CONCEPT + "visibility/internal"
_STATUS = NS + "status"
_DATE = Term("", PARTIAL_DATE, None, reverse=False)
# Of these a merged record may have several; of all others it keeps those of its first part.
_MANY = (ALT_LABEL, RDF_TYPE, _NOTE, NS + "inferredProperty")

Merged = Mapping[tuple[str, str], str]


@dataclass(frozen=True, order=True)
class Decision:
    """One decision; `line` is where it stands in identities.csv (0: nowhere yet)."""

    kind: str
    one: str
    other: str
    decision: str
    reason: str
    date: str
    who: str
    line: int = field(default=0, compare=False)

    @property
    def pair(self) -> frozenset[str]:
        """The two slugs it is about."""
        return frozenset((self.one, self.other))


@dataclass(frozen=True)
class Decided:
    """The decisions that hold, in canonical order; as whom each merged (kind, slug) is read."""

    decisions: tuple[Decision, ...] = ()
    merged: Merged = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def members(self, kind: str) -> frozenset[str]:
        """Return the slugs of a kind that are merged, and those they are read as."""
        pairs = [(slug, root) for (of, slug), root in self.merged.items() if of == kind]
        return frozenset(slug for pair in pairs for slug in pair)

    def of(self, kind: str, one: str, other: str) -> list[Decision]:
        """Return the decisions on a pair, whichever stands first."""
        pair = frozenset((one, other))
        return [each for each in self.decisions if each.kind == kind and each.pair == pair]


def read(rows: Sequence[Record], known: Mapping[str, Iterable[str]]) -> Decided:
    """Return what the rows of identities.csv decide; `known` are the slugs of each kind.

    A row that is wrong, or contradicts one before it, becomes a finding and is not applied.
    """
    reader = _Reader({kind: frozenset(slugs) for kind, slugs in known.items()})
    read_rows = [one for row in rows if (one := reader.decision(row)) is not None]
    kept = reader.consistent(read_rows)
    merged = {
        (one.kind, one.other): reader.root(one.kind, one.other)
        for one in kept
        if one.decision == SAME and one.one != one.other
    }
    return Decided(tuple(sorted(kept)), merged, tuple(reader.findings))


class _Reader:
    """Reads rows, remembers who is read as whom, and says what is wrong."""

    def __init__(self, known: Mapping[str, frozenset[str]]) -> None:
        self.findings: list[Finding] = []
        self._known = known
        self._parent: dict[tuple[str, str], str] = {}
        self._headings: set[str] = set()

    def root(self, kind: str, slug: str) -> str:
        while (kind, slug) in self._parent:
            slug = self._parent[kind, slug]
        return slug

    def decision(self, row: Record) -> Decision | None:
        before = len(self.findings)
        for name in row.fields:
            if name not in COLUMNS and name not in self._headings:
                self._headings.add(name)
                heading = Record(row.kind, row.file, 1)
                self._find(heading, name, *unknown_field(name, COLUMNS, row.kind))
        # A register splits its cells at |, which in a reason is only a mark.
        given = {
            name: " | ".join(value.text for value in row.fields.get(name, ())) for name in COLUMNS
        }
        for name, text in given.items():
            if not text:
                self._find(
                    row,
                    name,
                    Message(f"Das Feld „{name}“ fehlt.", f"The field “{name}” is missing."),
                    Message(f"Füllen Sie die Spalte „{name}“.", f"Fill the column “{name}”."),
                )
        made = Decision(
            given["kind"],
            given["one"],
            given["other"],
            given["decision"],
            given["reason"],
            given["date"],
            given["who"],
            row.line,
        )
        self._check_words(row, made)
        for name in ("one", "other"):
            self._check_slug(row, name, given[name], made.kind)
        if made.date and (wrong := objection(made.date, _DATE)):
            self._find(row, "date", *wrong)
        if made.one and made.one == made.other and made.decision != SAME:
            self._find(
                row,
                "other",
                Message("Hier steht zweimal dasselbe Kürzel.", "The same slug stands here twice."),
                Message("Nennen Sie zwei verschiedene.", "Name two different ones."),
            )
        return made if len(self.findings) == before else None

    def _check_words(self, row: Record, made: Decision) -> None:
        for name, text, choices in (
            ("decision", made.decision, DECISIONS),
            ("kind", made.kind, KINDS),
        ):
            if text and text not in choices:
                listing = ", ".join(choices)
                self._find(
                    row,
                    name,
                    Message(f"„{text}“ gibt es hier nicht.", f"There is no “{text}” here."),
                    Message(f"Möglich sind: {listing}.", f"Possible are: {listing}."),
                )
        if made.decision in (SUCCESSOR, UNIT) and made.kind == "people":
            self._find(
                row,
                "decision",
                Message(
                    f"„{made.decision}“ gibt es nur zwischen Organisationen.",
                    f"“{made.decision}” exists between organisations only.",
                ),
                Message("Für Personen: same, different.", "For people: same, different."),
            )

    def _check_slug(self, row: Record, name: str, slug: str, kind: str) -> None:
        if not slug or kind not in KINDS:
            return
        if not SLUG.fullmatch(slug):
            self._find(row, name, *slug_objection(slug))
        elif slug not in self._known.get(kind, frozenset()):
            near = difflib.get_close_matches(slug, sorted(self._known.get(kind, ())), 1, 0.6)
            self._find(
                row,
                name,
                Message(
                    f"Das Kürzel „{slug}“ gibt es in {kind} nicht.",
                    f"There is no slug “{slug}” in {kind}.",
                ),
                Message(f"Meinten Sie „{near[0]}“?", f"Did you mean “{near[0]}”?")
                if near
                else Message("Prüfen Sie die Schreibweise.", "Check the spelling."),
            )

    def consistent(self, given: Sequence[Decision]) -> list[Decision]:
        """Return the decisions that do not contradict others before them."""
        kept: list[Decision] = []
        for one in sorted(given, key=lambda one: one.decision != SAME):
            against = self._contradiction(one, kept)
            if against is None:
                kept.append(one)
                if one.decision == SAME and one.one != one.other:
                    self._parent[one.kind, one.other] = one.one
            else:
                row = Record("identities", FILE, one.line)
                self._find(row, "decision", *against)
        return kept

    def _contradiction(
        self, one: Decision, kept: Sequence[Decision]
    ) -> tuple[Message, Message] | None:
        first, second = self.root(one.kind, one.one), self.root(one.kind, one.other)
        remedy = Message(
            "Streichen Sie eine der Zeilen.",
            "Delete one of the rows.",
        )
        directed = one.decision in (SUCCESSOR, UNIT)
        for other in kept:
            is_same_pair = other.pair == one.pair and (not directed or other.one == one.one)
            if is_same_pair and (other.kind, other.decision) == (one.kind, one.decision):
                return (
                    Message(
                        f"Über „{one.one}“ und „{one.other}“ ist in Zeile {other.line} schon so "
                        "entschieden.",
                        f"“{one.one}” and “{one.other}” are decided on in this way in line "
                        f"{other.line} already.",
                    ),
                    remedy,
                )
        if one.one == one.other:
            return None
        if one.decision == SAME:
            if (one.kind, one.other) in self._parent:
                before = self._parent[one.kind, one.other]
                return (
                    Message(
                        f"„{one.other}“ wird schon als „{before}“ gelesen.",
                        f"“{one.other}” is read as “{before}” already.",
                    ),
                    remedy,
                )
            if first == second:
                return (
                    Message(
                        f"„{one.one}“ und „{one.other}“ werden im Kreis als einander gelesen.",
                        f"“{one.one}” and “{one.other}” are read as each other in a circle.",
                    ),
                    remedy,
                )
            return None
        if first == second:
            return (
                Message(
                    f"„{one.one}“ und „{one.other}“ sind nach einer anderen Zeile dasselbe.",
                    f"“{one.one}” and “{one.other}” are the same by another row.",
                ),
                remedy,
            )
        if one.decision in (SUCCESSOR, UNIT) and self._leads(second, first, one, kept):
            return (
                Message(
                    f"„{one.other}“ wäre damit, auf Umwegen, „{one.decision}“ seiner selbst.",
                    f"“{one.other}” would thereby be, by a detour, “{one.decision}” of itself.",
                ),
                remedy,
            )
        return None

    def _leads(self, start: str, end: str, like: Decision, kept: Sequence[Decision]) -> bool:
        """Say whether decisions of the same sort lead from `start` to `end`."""
        steps: dict[str, set[str]] = {}
        for one in kept:
            if one.decision == like.decision:
                step = self.root(one.kind, one.other)
                steps.setdefault(self.root(one.kind, one.one), set()).add(step)
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            here = ahead.pop()
            if here == end:
                return True
            if here not in seen:
                seen.add(here)
                ahead += steps.get(here, ())
        return False

    def _find(self, row: Record, name: str, problem: Message, remedy: Message) -> None:
        values = row.fields.get("one", []) + row.fields.get("other", [])
        label = "--".join(value.text for value in values)
        label = f"{row.kind}/{label}" if label else row.kind
        self.findings.append(Finding(row.file, row.line, label, name, problem, remedy))


def to_csv(decisions: Iterable[Decision]) -> str:
    r"""Return the text of identities.csv: canonical order, one row for each decision.

    >>> text = to_csv([Decision("people", "eva", "eva-m", "same", "eine", "2026-01-02", "Büro")])
    >>> text.split("\n")[1]
    'same,eva,eva-m,people,eine,2026-01-02,Büro'
    """
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in sorted(decisions):
        writer.writerow([getattr(one, name) for name in COLUMNS])
    return output.getvalue()


def slugs(dataset: Dataset) -> dict[str, frozenset[str]]:
    """Return the slugs that records of a dataset declare, by kind."""
    found: dict[str, frozenset[str]] = {}
    for kind in KINDS:
        folder = _folder(dataset.context, kind)
        found[kind] = frozenset(
            iri.removeprefix(folder) for iri in dataset.origins if iri.startswith(folder)
        )
    return found


@dataclass(frozen=True)
class Reading:
    """How statements are read by decisions: what is renamed, and what holds of merged things."""

    renamed: Mapping[str, str]
    register: str
    kept: _Kept

    def of(self, quads: Iterable[ox.Quad]) -> list[ox.Quad]:
        """Return quads with each merged thing read as the one that is kept."""
        return [read for quad in quads if (read := self._read(quad)) is not None]

    def _read(self, quad: ox.Quad) -> ox.Quad | None:
        subject, predicate, value = quad.subject, quad.predicate, quad.object
        before = _address(subject)
        after = self.renamed.get(before, before)
        if after in self.kept.names:
            if predicate.value == PREF_LABEL and value != self.kept.names[after]:
                predicate = ox.NamedNode(ALT_LABEL)
            elif (
                predicate.value == ALT_LABEL and before != after and value == self.kept.names[after]
            ):
                return None
        if _address(quad.graph_name) == self.register and self.kept.drops(
            before, after, quad.predicate.value
        ):
            return None
        object_after = (
            self.renamed.get(_address(value)) if isinstance(value, ox.NamedNode) else None
        )
        return ox.Quad(
            ox.NamedNode(after) if after != before else subject,
            predicate,
            ox.NamedNode(object_after) if object_after else value,
            quad.graph_name,
        )

    def merged(self) -> re.Pattern[str]:
        """Return what finds merged things in N-Quads."""
        return _named(frozenset({*self.renamed, *self.renamed.values()}))


@lru_cache(maxsize=4)
def _named(iris: frozenset[str]) -> re.Pattern[str]:
    return re.compile("<(?:" + "|".join(map(re.escape, sorted(iris))) + ")>")


def reading(context: Context, decided: Decided, quads: Iterable[ox.Quad]) -> Reading | None:
    """Return how statements are read by decisions; None if all are read as they are written.

    `quads` are at least those whose subject is merged with another.
    """
    if not decided.merged:
        return None
    renamed = {
        _iri(context, kind, slug): _iri(context, kind, root)
        for (kind, slug), root in sorted(decided.merged.items())
    }
    graph = context.base + _REGISTER
    return Reading(renamed, graph, _kept(quads, renamed, graph))


def apply(dataset: Dataset, decided: Decided, beside: Sequence[ox.Quad] = ()) -> Dataset:
    """Return the dataset as it is read by the decisions, which stand in a graph of their own.

    Whatever refers to a merged thing refers to the one it is read as; each source keeps its
    statements and its wording, and the name becomes another name. Without decisions nothing
    changes. `beside` are statements on merged things that stand elsewhere.
    """
    if not decided.decisions:
        return dataset
    context = dataset.context
    known = [*dataset.quads, *beside]
    names = {
        _address(quad.subject): quad.object.value
        for quad in known
        if quad.predicate.value == PREF_LABEL and isinstance(quad.object, ox.Literal)
    }
    read_by = reading(context, decided, known)
    quads = dataset.quads
    origins = dict(dataset.origins)
    if read_by is not None:
        quads = read_by.of(quads)
        for other, one in read_by.renamed.items():
            origins[one] = [*origins.get(one, []), *origins.pop(other, [])]
    added, written = _stated(context, decided, names)
    return replace(dataset, quads=canonical([*quads, *added]), origins={**origins, **written})


@dataclass(frozen=True)
class _Kept:
    """Of each merged group the name that stays the preferred one, and whose properties hold.

    `reviewed` are those of which the register calls one part a draft and another not.
    """

    names: Mapping[str, ox.Literal]
    owner: Mapping[tuple[str, str], str]
    reviewed: frozenset[str]

    def drops(self, before: str, after: str, prop: str) -> bool:
        """Say whether what the register states of a part does not hold for the whole."""
        if prop in (PREF_LABEL, *_MANY):
            return False
        is_draft = prop == _STATUS and before in self.reviewed
        return is_draft or self.owner.get((after, prop), before) != before


def _kept(quads: Iterable[ox.Quad], renamed: Mapping[str, str], graph: str) -> _Kept:
    groups = {root: [root] for root in renamed.values()}
    for other in sorted(renamed):
        groups[renamed[other]].append(other)
    rank = {one: (place, root) for root, all_ in groups.items() for place, one in enumerate(all_)}
    listed: set[str] = set()
    drafts: set[str] = set()
    names: dict[str, tuple[int, str, ox.Literal]] = {}
    owner: dict[tuple[str, str], tuple[int, str]] = {}
    for quad in quads:
        subject, prop = _address(quad.subject), quad.predicate.value
        if subject not in rank:
            continue
        place, root = rank[subject]
        if prop == PREF_LABEL and isinstance(quad.object, ox.Literal):
            name = (place, quad.object.value, quad.object)
            names[root] = min(names.get(root, name), name, key=lambda one: one[:2])
        elif _address(quad.graph_name) == graph:
            (drafts if prop == _STATUS else listed).add(subject)
            if prop == _VISIBILITY and _address(quad.object) == _INTERNAL:
                place = -1  # whoever asked not to be shown is not shown
            found = (place, subject)
            owner[root, prop] = min(owner.get((root, prop), found), found)
    return _Kept(
        {root: name[2] for root, name in names.items()},
        {key: subject for key, (_, subject) in owner.items()},
        frozenset(one for group in groups.values() if listed & {*group} - drafts for one in group),
    )


def _stated(
    context: Context, decided: Decided, names: Mapping[str, str]
) -> tuple[list[ox.Quad], dict[str, list[Origin]]]:
    """Return the graph of the decisions, and where each was written."""
    graph = ox.NamedNode(context.base + IDENTITIES)
    concept = CONCEPT + "source-kind/" + _REGISTER
    triples: list[tuple[str, str, ox.NamedNode | ox.Literal]] = [
        (graph.value, RDF_TYPE, ox.NamedNode(NS + "Source")),
        (graph.value, PREFIXES["dcterms"] + "title", ox.Literal(_TITLE)),
        (graph.value, PREFIXES["dcterms"] + "type", ox.NamedNode(concept)),
        (graph.value, NS + "coverage", ox.NamedNode(CONCEPT + "coverage/full")),
    ]
    kind = Kind("identities", "", (), (), (), (), (), None)
    origins = {graph.value: [Origin(Record("identities", FILE, 1), kind)]}
    for one in decided.decisions:
        node, found = _decision(context, decided, one, names)
        triples += found
        triples.append((graph.value, _SCHEMA + "mentions", ox.NamedNode(node)))
        row = Record("identities", FILE, one.line)
        for subject, prop, _ in found:
            if prop == RDF_TYPE:
                origins[subject] = [Origin(row, kind)]
    quads = [
        ox.Quad(ox.NamedNode(subject), ox.NamedNode(prop), value, graph)
        for subject, prop, value in triples
    ]
    return quads, origins


def _decision(
    context: Context, decided: Decided, one: Decision, names: Mapping[str, str]
) -> tuple[str, list[tuple[str, str, ox.NamedNode | ox.Literal]]]:
    def iri(slug: str) -> ox.NamedNode:
        return ox.NamedNode(_iri(context, one.kind, decided.merged.get((one.kind, slug), slug)))

    minted = f"{one.kind}--{one.decision}--{one.one}--{one.other}"
    node = f"{context.resources}identity/{minted}"
    first, second = iri(one.one), iri(one.other)
    written = ox.NamedNode(_iri(context, one.kind, one.other))
    kind = ox.NamedNode(CONCEPT + "identity-decision/" + one.decision)
    date = ox.Literal(one.date, datatype=ox.NamedNode(narrow(one.date)))
    triples: list[tuple[str, str, ox.NamedNode | ox.Literal]] = [
        (node, RDF_TYPE, ox.NamedNode(NS + "IdentityDecision")),
        (node, PREFIXES["dcterms"] + "type", kind),
        (node, NS + "referenceEntity", first),
        (node, NS + "comparedEntity", written if one.decision == SAME else second),
        (node, _NOTE, ox.Literal(one.reason)),
        (node, PREFIXES["dcterms"] + "date", date),
        (node, PREFIXES["dc"] + "creator", ox.Literal(one.who)),
    ]
    name = names.get(written.value)
    if one.decision == SAME and name and one.one != one.other:
        triples.append((node, NS + "comparedName", ox.Literal(name)))
    elif one.decision == UNIT:
        triples.append((second.value, _ORG + "unitOf", first))
    elif one.decision == SUCCESSOR:
        change = f"{context.resources}change/identity--{one.one}--{one.other}"
        triples += [
            (change, RDF_TYPE, ox.NamedNode(_ORG + "ChangeEvent")),
            (change, _ORG + "originalOrganization", first),
            (change, _ORG + "resultingOrganization", second),
            (change, _NOTE, ox.Literal(one.reason)),
        ]
    return node, triples


def _folder(context: Context, kind: str) -> str:
    return context.folder(context.kinds[kind])


def _iri(context: Context, kind: str, slug: str) -> str:
    return _folder(context, kind) + slug


def _address(term: object) -> str:
    """Return the IRI of a named node; an empty text of anything else."""
    return term.value if isinstance(term, ox.NamedNode) else ""
