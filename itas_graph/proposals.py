"""Records -> proposals which of them may mean the same, be a unit or a successor, or be two.

Names are compared only within blocks of those that have something in common, so that the work grows
with the number of names and not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise

from itas_graph import decisions, likeness
from itas_graph.decisions import Decided
from itas_graph.errors import Message
from itas_graph.identity import ORGANISATIONS, PEOPLE, Entity, entities, fold, index
from itas_graph.likeness import SAME, STRONG, UNIT, WEAK, Form, Likeness, alike
from itas_graph.records import Record, Records

#: What a proposal may suggest, beside `same` and `unit`.
SUCCESSOR, TWO, MEANT, SPELLING = "successor", "two", "meant", "spelling"
KINDS = (ORGANISATIONS, PEOPLE)

_ORGANISATION_FIELDS = ("on_behalf_of", "participant", "organisation", "funder", "employer")
# Who is compared with whom in a block: all with all in a small one, else the neighbours.
_SMALL_BLOCK = 8
_WINDOW = 6
# A name that stands in so many others says nothing about them.
_MOST_UNITS = 40

Place = tuple[str, int]


@dataclass(frozen=True, order=True)
class Party:
    """One side of a proposal: a slug (or none), its name, and where it stands."""

    slug: str
    name: str
    file: str
    line: int


@dataclass(frozen=True)
class Proposal:
    """One proposal. `other` may be … of `one`; `settled` says by what it is decided already.

    `relation` is same, unit, successor, two (the name may stand for two people), meant (a wording
    of a source may mean `other` instead of `one`) or spelling (of `one`).
    """

    kind: str
    relation: str
    strength: str
    one: Party
    other: Party
    reasons: tuple[Message, ...]
    places: tuple[Place, ...]
    settled: Message | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """What proposals are sorted by: open ones first, strong ones first."""
        return (
            self.settled is not None,
            self.kind,
            self.strength != STRONG,
            self.one,
            self.other,
            self.relation,
            self.reasons,
        )


@dataclass(frozen=True, slots=True)
class Use:
    """One record in which a person or organisation is named: in which words, when, where."""

    person: str
    organisation: str
    name: str
    wording: str
    event: str
    initiative: str
    date: str
    file: str
    line: int
    wording_line: int


@dataclass
class Facts:
    """What records say of each slug: where it is named, and what is recorded between two."""

    uses: list[Use] = field(default_factory=list)
    events: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    initiatives: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    people: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    employers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dates: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    units: dict[str, tuple[str, Place, bool]] = field(default_factory=dict)
    changes: dict[tuple[str, str], tuple[Place, bool]] = field(default_factory=dict)


def propose(records: Records, decided: Decided, kinds: Sequence[str] = KINDS) -> list[Proposal]:
    """Return all proposals for records, also those that are settled; always in one order."""
    return _Proposer(records, decided).all(kinds)


def facts(records: Records) -> Facts:
    """Return what records say beside names."""
    found = Facts()
    dates: dict[str, str] = {}
    for source in records.sources:
        for event in source.children.get("events", ()):
            slug, date = event.first("id"), event.first("date")
            if slug and date:
                dates[slug] = date
    for row in [*records.register, *_members(records, "organisations")]:
        unit, whole = row.first("id"), row.first("unit_of")
        if row.kind == ORGANISATIONS and unit and whole:
            place = (row.file, row.fields["unit_of"][0].line)
            found.units.setdefault(unit, (whole, place, _is_inferred(row, "unit_of")))
    for change in _members(records, "changes"):
        original, resulting = change.first("original"), change.first("resulting")
        if original and resulting:
            inferred = _is_inferred(change, "original") or _is_inferred(change, "resulting")
            found.changes.setdefault((original, resulting), ((change.file, change.line), inferred))
    for source in records.sources:
        for members in source.children.values():
            for record in members:
                found.uses += _uses(record, {}, dates)
    _gather(found)
    return found


def _members(records: Records, kind: str) -> Iterator[Record]:
    for source in records.sources:
        yield from source.children.get(kind, ())


def _is_inferred(record: Record, name: str) -> bool:
    marks = {value.text for value in record.fields.get("inferred", ())}
    return record.first("certainty") == "inferred" or name in marks


def _uses(record: Record, around: Mapping[str, str], dates: Mapping[str, str]) -> Iterator[Use]:
    """Yield the record's own use and those of the records in it; `around` is what it stands in."""
    slug = record.first("id") or ""
    inside = dict(around)
    if record.kind in ("events", "initiatives", "people"):
        inside[record.kind] = slug
    organisation = next((text for name in _ORGANISATION_FIELDS if (text := record.first(name))), "")
    person = record.first("person") or inside.get("people", "")
    wording, name = record.first("organisation_as_written"), record.first("name_as_written")
    event, initiative = inside.get("events", ""), inside.get("initiatives", "")
    when = record.first("as_of") or record.first("valid_from") or dates.get(event, "")

    def use(body: str) -> Use:
        line = record.lines.get("organisation_as_written", record.line)
        return Use(
            person if record.kind != "people" else "",
            body,
            name or "",
            wording or "",
            event,
            initiative,
            when,
            record.file,
            record.line,
            line,
        )

    if organisation or wording or name or record.first("person"):
        yield use(organisation)
    for organiser in record.fields.get("organisers", ()):
        yield replace(use(organiser.text), wording="", name="", person="")
    for members in record.children.values():
        for child in members:
            yield from _uses(child, inside, dates)


def _gather(found: Facts) -> None:
    for use in found.uses:
        if use.organisation and use.event:
            found.events[ORGANISATIONS, use.organisation].add(use.event)
        if use.organisation and use.initiative:
            found.initiatives[use.organisation].add(use.initiative)
        if use.person and use.event:
            found.events[PEOPLE, use.person].add(use.event)
        if use.person and use.organisation:
            found.people[use.organisation].add(use.person)
            found.employers[use.person].add(use.organisation)
            if use.date:
                found.dates[use.person, use.organisation].add(use.date)


@dataclass(frozen=True)
class _Node:
    """One thing that is compared: an entity, or the wording of a source with what it links to."""

    kind: str
    slug: str
    text: str
    place: Place
    is_wording: bool = False


class _Proposer:
    """Compares what has something in common and says what it may mean."""

    def __init__(self, records: Records, decided: Decided) -> None:
        self._decided = decided
        self._entities = entities(records)
        self._index = index(records)
        self._facts = facts(records)
        self._places = frozenset(
            fold(name.text)
            for entity in self._entities.get("places", {}).values()
            for name in entity.names
        )

    def all(self, kinds: Sequence[str]) -> list[Proposal]:
        """Return the proposals for these kinds, each pair and relation once."""
        found: list[Proposal] = []
        for kind in kinds:
            found += self._by_name(kind)
        if ORGANISATIONS in kinds:
            found += self._successions()
            found += self._units()
        if PEOPLE in kinds:
            found += self._people_of_many()
        return sorted(_best_meant(_joined(found)), key=lambda one: one.order)

    # What names say

    def _by_name(self, kind: str) -> Iterator[Proposal]:
        nodes, parts = self._nodes(kind)
        found: dict[tuple[int, int], dict[str, Likeness]] = defaultdict(dict)
        for first, second in _candidates(parts):
            one, other = parts[first], parts[second]
            pair = (one[0], other[0]) if one[0] <= other[0] else (other[0], one[0])
            if pair[0] == pair[1] or not _is_worth(nodes[pair[0]], nodes[pair[1]]):
                continue
            like = alike(one[1], other[1])
            if like is None:
                continue
            key = like.relation
            if like.relation == UNIT:
                longer = max(one, other, key=lambda part: len(part[1].words))[0]
                key = f"{UNIT} {pair.index(longer)}"
            best = found[pair].get(key)
            found[pair][key] = like if best is None else min(like, best)
        for pair in sorted(found):
            likes = found[pair]
            # What may be the same need not be told to be a unit as well.
            key = min(likes, key=lambda one: (likes[one].strength != STRONG, one))
            units = [one for one in likes if one.startswith(UNIT)]
            key = min(units) if units and likes[key].strength == WEAK else key
            yield from self._of_pair(nodes[pair[0]], nodes[pair[1]], key, likes[key])
        yield from self._spellings(kind)

    def _nodes(self, kind: str) -> tuple[list[_Node], list[tuple[int, Form]]]:
        nodes: list[_Node] = []
        parts: list[tuple[int, Form]] = []
        places = self._places if kind == ORGANISATIONS else frozenset()
        for slug, entity in self._entities.get(kind, {}).items():
            nodes.append(_Node(kind, slug, entity.name, entity.place))
            texts = dict.fromkeys(name.text for name in entity.names)
            parts += [
                (len(nodes) - 1, form)
                for text in texts
                for form in likeness.forms(kind, text, places)
            ]
        for node in self._wordings(kind):
            nodes.append(node)
            parts += [(len(nodes) - 1, form) for form in likeness.forms(kind, node.text, places)]
        return nodes, parts

    def _wordings(self, kind: str) -> list[_Node]:
        """Return the wordings of sources that are no name of what they are linked to."""
        found: dict[tuple[str, str], _Node] = {}
        for use in self._facts.uses:
            text, slug = (
                (use.wording, use.organisation) if kind == ORGANISATIONS else (use.name, use.person)
            )
            if text and slug not in self._index.known(kind, text):
                place = (use.file, use.wording_line if kind == ORGANISATIONS else use.line)
                node = _Node(kind, slug, text, place, is_wording=True)
                key = (slug, fold(text))
                found[key] = min(found.get(key, node), node, key=lambda one: one.place)
        return [found[key] for key in sorted(found)]

    def _of_pair(self, one: _Node, other: _Node, key: str, like: Likeness) -> Iterator[Proposal]:
        if one.is_wording or other.is_wording:
            wording, entity = (one, other) if one.is_wording else (other, one)
            yield from self._of_wording(wording, entity, like)
            return
        relation, first, second = like.relation, one, other
        if key == f"{UNIT} 0":
            first, second = other, one
        if one.kind == PEOPLE and fold(one.text, PEOPLE) == fold(other.text, PEOPLE):
            relation = TWO
        reasons, strength = self._beside(one, other, like)
        yield Proposal(
            one.kind,
            relation,
            strength,
            self._party(first),
            self._party(second),
            reasons,
            (first.place, second.place),
            self._settled(relation, first, second),
        )

    def _of_wording(self, wording: _Node, entity: _Node, like: Likeness) -> Iterator[Proposal]:
        if wording.slug == entity.slug:
            yield self._spelling(wording, entity.slug, like, by_link=True)
        elif like.relation == SAME and not self._related(wording.slug, entity.slug):
            linked = self._entities.get(wording.kind, {}).get(wording.slug)
            if linked and self._resembles(wording, linked, like):
                return
            yield Proposal(
                wording.kind,
                MEANT,
                like.strength,
                Party(wording.slug, wording.text, *wording.place),
                self._party(entity),
                (like.reason,),
                (wording.place, entity.place),
                self._settled(MEANT, wording, entity),
            )

    def _resembles(self, wording: _Node, linked: Entity, like: Likeness) -> bool:
        """Say whether a wording is as like what it is linked to as it is like another thing."""
        mine = self._forms(wording.kind, [wording.text])
        found = [
            (own.relation != SAME, own.strength != STRONG)
            for form in self._forms(wording.kind, [name.text for name in linked.names])
            for written in mine
            if (own := alike(form, written)) is not None
        ]
        return bool(found) and min(found) <= (like.relation != SAME, like.strength != STRONG)

    def _forms(self, kind: str, texts: Iterable[str]) -> list[Form]:
        places = self._places if kind == ORGANISATIONS else frozenset()
        return [form for text in texts for form in likeness.forms(kind, text, places)]

    def _spellings(self, kind: str) -> Iterator[Proposal]:
        """Yield the aliases that are another spelling of the name, by which they are settled."""
        for slug, entity in self._entities.get(kind, {}).items():
            preferred = self._forms(kind, [entity.name])
            for name in sorted(set(entity.names)):
                if fold(name.text) == fold(entity.name) or name.field == "name":
                    continue
                found = [
                    like
                    for form in self._forms(kind, [name.text])
                    for own in preferred
                    if (like := alike(own, form)) is not None
                ]
                if found:
                    node = _Node(kind, slug, name.text, (name.file, name.line))
                    yield self._spelling(node, slug, min(found, key=_rank), by_link=False)

    def _spelling(self, node: _Node, slug: str, like: Likeness, *, by_link: bool) -> Proposal:
        file, line = node.place
        entity = self._entities[node.kind][slug]
        if by_link:
            settled = Message(
                f"so verknüpft in {file}, Zeile {line}",
                f"linked in this way in {file}, line {line}",
            )
        else:
            settled = Message(
                f"als weiterer Name eingetragen in {file}, Zeile {line}",
                f"entered as another name in {file}, line {line}",
            )
        return Proposal(
            node.kind,
            SPELLING,
            like.strength,
            Party(slug, entity.name, *entity.place),
            Party("", node.text, file, line),
            (like.reason,),
            (entity.place, node.place),
            settled,
        )

    # What else is recorded

    def _beside(self, one: _Node, other: _Node, like: Likeness) -> tuple[tuple[Message, ...], str]:
        """Return all reasons for a pair, and how strong they are together."""
        reasons, strength = [like.reason], like.strength
        events = self._facts.events
        shared = sorted(events[one.kind, one.slug] & events[other.kind, other.slug])
        if one.kind == ORGANISATIONS:
            people = sorted(self._facts.people[one.slug] & self._facts.people[other.slug])
            if people:
                listed = self._listed(PEOPLE, people)
                reasons.append(
                    Message(f"beide vertritt: {listed}", f"both are represented by: {listed}")
                )
                strength = STRONG if like.relation == SAME else strength
        else:
            employers = self._facts.employers
            bodies = sorted(employers[one.slug] & employers[other.slug])
            if bodies:
                listed = self._listed(ORGANISATIONS, bodies)
                reasons.append(
                    Message(f"beide sprechen für: {listed}", f"both speak for: {listed}")
                )
                strength = STRONG
            else:
                # Many bear the same name: that alone says little.
                strength = WEAK
                if employers[one.slug] and employers[other.slug]:
                    reasons.append(self._apart(one.slug, other.slug))
        if shared:
            listed = self._listed("events", shared)
            reasons.append(Message(f"beide bei: {listed}", f"both at: {listed}"))
        return tuple(reasons), strength

    def _apart(self, one: str, other: str) -> Message:
        mine = self._listed(ORGANISATIONS, sorted(self._facts.employers[one]))
        theirs = self._listed(ORGANISATIONS, sorted(self._facts.employers[other]))
        return Message(
            f"für verschiedene Organisationen: {mine}; {theirs}",
            f"for different organisations: {mine}; {theirs}",
        )

    def _successions(self) -> Iterator[Proposal]:
        """Yield successions that are recorded, and those that a change of people suggests."""
        found: dict[tuple[str, str], list[Message]] = defaultdict(list)
        places: dict[tuple[str, str], list[Place]] = defaultdict(list)
        for pair, (place, inferred) in sorted(self._facts.changes.items()):
            found[pair].append(_by_record("Nachfolge", "a succession", place, inferred))
            places[pair].append(place)
            found[pair] += [
                _by_decision(each.decision, each.line)
                for each in self._decided.of(ORGANISATIONS, *pair)
                if each.decision == decisions.DIFFERENT
            ]
        for person in sorted(self._facts.employers):
            for one, other in self._moves(person):
                shared = self._facts.initiatives[one] & self._facts.initiatives[other]
                if shared and other != self._unit_of(one) and one != self._unit_of(other):
                    found[one, other].append(self._move(person, one, other))
                    listed = self._listed("initiatives", sorted(shared))
                    found[one, other].append(
                        Message(f"beide wirken mit an: {listed}", f"both work on: {listed}")
                    )
        for (one, other), reasons in sorted(found.items()):
            known = self._entities.get(ORGANISATIONS, {})
            if one in known and other in known:
                first, second = (self._node(ORGANISATIONS, slug) for slug in (one, other))
                yield Proposal(
                    ORGANISATIONS,
                    SUCCESSOR,
                    WEAK,
                    self._party(first),
                    self._party(second),
                    tuple(dict.fromkeys(reasons)),
                    (*places[one, other], first.place, second.place),
                    self._settled(SUCCESSOR, first, second),
                )

    def _moves(self, person: str) -> Iterator[tuple[str, str]]:
        """Yield (before, after) for the organisations a person has spoken for in turn."""
        spans = sorted(
            (min(dates), max(dates), body)
            for body in sorted(self._facts.employers[person])
            if (dates := self._facts.dates[person, body])
        )
        for (_, last, one), (first, _, other) in pairwise(spans):
            if last < first:
                yield one, other

    def _move(self, person: str, one: str, other: str) -> Message:
        last = max(self._facts.dates[person, one])
        first = min(self._facts.dates[person, other])
        name = self._listed(PEOPLE, [person])
        return Message(
            f"{name} spricht bis {last} für die eine, ab {first} für die andere",
            f"{name} speaks for the one until {last}, for the other from {first}",
        )

    def _units(self) -> Iterator[Proposal]:
        known = self._entities.get(ORGANISATIONS, {})
        for unit, (whole, place, inferred) in sorted(self._facts.units.items()):
            if unit in known and whole in known:
                first, second = (self._node(ORGANISATIONS, slug) for slug in (whole, unit))
                yield Proposal(
                    ORGANISATIONS,
                    UNIT,
                    WEAK if inferred else STRONG,
                    self._party(first),
                    self._party(second),
                    (_by_record("Einheit", "a unit", place, inferred),),
                    (place,),
                    self._settled(UNIT, first, second),
                )

    def _people_of_many(self) -> Iterator[Proposal]:
        """Yield the people who speak for organisations that have nothing to do with each other."""
        known = self._entities.get(PEOPLE, {})
        for person, bodies in sorted(self._facts.employers.items()):
            if person not in known:
                continue
            apart = [
                pair
                for pair in combinations(sorted(bodies), 2)
                if not self._related(*pair) and not self._followed(*pair)
            ]
            if not apart:
                continue
            node = self._node(PEOPLE, person)
            listed = self._listed(ORGANISATIONS, sorted({body for pair in apart for body in pair}))
            places = sorted(
                {(use.file, use.line) for use in self._facts.uses if use.person == person}
            )
            yield Proposal(
                PEOPLE,
                TWO,
                WEAK,
                self._party(node),
                Party("", node.text, *node.place),
                (Message(f"spricht für: {listed}", f"speaks for: {listed}"),),
                tuple(places),
                next(
                    (
                        _by_decision(made.decision, made.line)
                        for made in self._decided.of(PEOPLE, person, person)
                    ),
                    None,
                ),
            )

    def _followed(self, one: str, other: str) -> bool:
        return (one, other) in self._facts.changes or (other, one) in self._facts.changes

    # What is settled

    def _settled(self, relation: str, one: _Node, other: _Node) -> Message | None:
        """Say by what a proposal is settled already, or None."""
        made = [*self._decided.of(one.kind, one.slug, other.slug), *self._by_merging(one, other)]
        if relation == SUCCESSOR and self._is_recorded(one, other):
            # Two bodies may be different, and it may still be open whether one follows the other.
            made = [each for each in made if each.decision != decisions.DIFFERENT]
        if made:
            return _by_decision(made[0].decision, made[0].line)
        return self._settled_by_record(relation, one, other) if one.kind == ORGANISATIONS else None

    def _is_recorded(self, one: _Node, other: _Node) -> bool:
        return (one.slug, other.slug) in self._facts.changes

    def _settled_by_record(self, relation: str, one: _Node, other: _Node) -> Message | None:
        """Say which record settles a proposal; what a record only infers is still open."""
        for first, second in ((one.slug, other.slug), (other.slug, one.slug)):
            whole, place, inferred = self._facts.units.get(first, ("", ("", 0), False))
            if whole == second:
                is_open = inferred and relation == UNIT
                return None if is_open else _by_record("Einheit", "a unit", place, inferred)
            change = self._facts.changes.get((first, second))
            if change:
                is_open = change[1] and relation == SUCCESSOR
                return None if is_open else _by_record("Nachfolge", "a succession", *change)
        if relation in (UNIT, SAME) and self._related(one.slug, other.slug):
            return Message("als Einheiten eines Hauses eingetragen", "entered as units of one body")
        return None

    def _by_merging(self, one: _Node, other: _Node) -> list[decisions.Decision]:
        roots = {
            self._decided.merged.get((one.kind, slug), slug) for slug in (one.slug, other.slug)
        }
        if len(roots) > 1:
            return self._decided.of(one.kind, *sorted(roots))
        return [
            each
            for each in self._decided.decisions
            if each.decision == SAME
            and each.kind == one.kind
            and each.other in (one.slug, other.slug)
        ]

    def _unit_of(self, slug: str) -> str:
        return self._facts.units.get(slug, ("", ("", 0), False))[0]

    def _related(self, one: str, other: str) -> bool:
        """Say whether two organisations belong to one body."""
        return bool(self._chain(one) & self._chain(other))

    def _chain(self, slug: str) -> set[str]:
        found: set[str] = set()
        while slug and slug not in found:
            found.add(slug)
            slug = self._unit_of(slug)
        return found

    # How things are shown

    def _node(self, kind: str, slug: str) -> _Node:
        entity = self._entities[kind][slug]
        return _Node(kind, slug, entity.name, entity.place)

    def _party(self, node: _Node) -> Party:
        return Party(node.slug, node.text, *node.place)

    def _listed(self, kind: str, slugs: Sequence[str]) -> str:
        known = self._entities.get(kind, {})
        names = [known[slug].name if slug in known else slug for slug in slugs[:3]]
        return ", ".join(names) + (" …" if len(slugs) > 3 else "")


def _by_decision(word: str, line: int) -> Message:
    file = decisions.FILE
    return Message(
        f"entschieden ({word}) in {file}, Zeile {line}", f"decided ({word}) in {file}, line {line}"
    )


def _by_record(de: str, en: str, place: Place, inferred: bool) -> Message:
    file, line = place
    how = ("erschlossen", "inferred") if inferred else ("eingetragen", "entered")
    return Message(
        f"als {de} {how[0]} in {file}, Zeile {line}", f"{how[1]} as {en} in {file}, line {line}"
    )


def _is_worth(one: _Node, other: _Node) -> bool:
    return not (one.is_wording and other.is_wording)


def _rank(like: Likeness) -> tuple[bool, bool, Likeness]:
    return (like.relation != SAME, like.strength != STRONG, like)


def _joined(found: Iterable[Proposal]) -> list[Proposal]:
    """Return each proposal once; what is proposed for several reasons has them all."""
    joined: dict[tuple[object, ...], Proposal] = {}
    for one in found:
        key = (one.kind, one.relation, one.one, one.other)
        before = joined.get(key)
        if before is None:
            joined[key] = one
            continue
        joined[key] = replace(
            before,
            strength=min(before.strength, one.strength),
            reasons=tuple(dict.fromkeys((*before.reasons, *one.reasons))),
            places=tuple(dict.fromkeys((*before.places, *one.places))),
        )
    return list(joined.values())


def _best_meant(found: Sequence[Proposal]) -> list[Proposal]:
    """Leave out what a wording may mean less likely than something else."""
    best: dict[Party, str] = {}
    for one in found:
        if one.relation == MEANT:
            best[one.one] = min(best.get(one.one, one.strength), one.strength)
    return [one for one in found if one.relation != MEANT or one.strength == best[one.one]]


def _candidates(parts: Sequence[tuple[int, Form]]) -> Iterator[tuple[int, int]]:
    """Yield pairs of places in `parts` that have something in common."""
    seen: set[tuple[int, int]] = set()
    for members in _blocks(parts):
        for first, second in _near(members):
            pair = (min(first, second), max(first, second))
            if parts[first][0] != parts[second][0] and pair not in seen:
                seen.add(pair)
                yield pair


def _near(members: Sequence[int]) -> Iterator[tuple[int, int]]:
    if len(members) <= _SMALL_BLOCK:
        yield from combinations(members, 2)
        return
    for place, first in enumerate(members):
        for second in members[place + 1 : place + _WINDOW]:
            yield first, second


def _blocks(parts: Sequence[tuple[int, Form]]) -> Iterator[list[int]]:
    """Yield groups of places in `parts`: by equal keys, by neighbourhood, by names in names."""
    keyed: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place, (_, form) in enumerate(parts):
        for key in _keys(form):
            keyed[key].append(place)
    yield from (members for _, members in sorted(keyed.items()) if len(members) > 1)
    texts = [(form.joined, place) for place, (_, form) in enumerate(parts)]
    texts += [("".join(form.core), place) for place, (_, form) in enumerate(parts) if form.place]
    for ordered in (sorted(texts), sorted((text[::-1], place) for text, place in texts)):
        places = [place for _, place in ordered]
        for start in range(len(places) - 1):
            yield from ([places[start], other] for other in places[start + 1 : start + _WINDOW])
    yield from _containing(parts)


def _keys(form: Form) -> Iterator[tuple[str, str]]:
    yield "joined", form.joined
    yield "core", "".join(form.core)
    yield "bag", " ".join(form.bag)
    if form.kind == ORGANISATIONS:
        if form.acronym:
            yield "acronym", form.acronym
        if form.initials:
            yield "acronym", form.initials
    elif len(form.words) > 1:
        yield "surname", f"{form.words[-1]} {form.words[0][0]}"


def _containing(parts: Sequence[tuple[int, Form]]) -> Iterator[list[int]]:
    """Yield pairs of names of organisations of which one stands in the other."""
    whole: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, (_, form) in enumerate(parts):
        if form.kind == ORGANISATIONS and not form.is_place:
            whole[form.words].append(place)
    inside: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, (_, form) in enumerate(parts):
        words = form.words
        for length in range(1, len(words)):
            for start in range(len(words) - length + 1):
                if words[start : start + length] in whole:
                    inside[words[start : start + length]].append(place)
    for words, longer in sorted(inside.items()):
        if len(longer) <= _MOST_UNITS:
            yield from ([short, long] for short in whole[words][:_SMALL_BLOCK] for long in longer)
