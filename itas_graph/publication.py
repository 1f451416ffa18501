"""Dataset + profile + suppression list -> what may be published; persons are removed here only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote

import pyoxigraph as ox

from itas_graph import drafts
from itas_graph.dataset import Dataset, canonical
from itas_graph.errors import Finding, Message
from itas_graph.records import Record, Value
from itas_graph.vocab import ALT_LABEL, CONCEPT, NS, PREF_LABEL, PREFIXES, RDF_TYPE, slugify

Profile = Literal["public", "internal"]

REDACTED = "[…]"
_PERSON = PREFIXES["foaf"] + "Person"
_NAMES = (PREF_LABEL, ALT_LABEL, NS + "nameAsWritten")
_LINKS = (NS + "contributor", PREFIXES["org"] + "member")
_REFERENCE = NS + "referenceEntity"
_COMPARED = NS + "comparedEntity"
_ADDRESSES = (PREFIXES["schema"] + "url", PREFIXES["schema"] + "archivedAt")
_ANCHOR = NS + "anchor"
#: Slugs of these kinds are the author's wording and may hold a surname alone.
_WORDED = ("session/", "source/", "talk/")
_TITLES = r"(?:Herrn?|Frau|Dr\.|Prof\.|Professor(?:in)?|Mr\.?|Mrs\.?|Ms\.?)"
_BEFORE_NAME = re.compile(rf"(?:[^\W\d_][\w.-]+\.|h\.\s*c\.|{_TITLES}(?!\w))\s*", re.I)
_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_SPELLINGS = {
    "ae": "(?:ae|ä|a\u0308)",
    "oe": "(?:oe|ö|o\u0308)",
    "ue": "(?:ue|ü|u\u0308)",
    "ss": "(?:ss|ß|ẞ)",
}


@dataclass(frozen=True)
class _Removed:
    """One person to leave out: IRI (if there is one), slugs and every form of the name.

    There are several slugs where a decision reads several records as this person.
    """

    iri: str
    slugs: frozenset[str]
    names: frozenset[str]


def publish(dataset: Dataset, profile: Profile, suppressed: Iterable[Value]) -> Dataset:
    """Return the dataset without the persons who must not appear, whatever graph names them.

    Suppressed persons are left out of every profile; those with `visibility: internal` and
    drafts of the public one only. Their nodes, appearances and every mention of their name go:
    an evidence anchor or address that holds the name is dropped, other text is redacted.
    """
    people = _people(dataset)
    removed, _ = _removed(dataset, profile, suppressed, people)
    if profile == "public":
        dataset = drafts.without(dataset)
    if not removed:
        return dataset
    gone = {person.iri for person in removed}
    quads = _without(dataset, removed, set(people) - gone)
    return replace(dataset, quads=canonical(quads))


def check(dataset: Dataset, suppressed: Iterable[Value]) -> list[Finding]:
    """Return a warning for each entry of the suppression list that matches no person, and drafts.

    Drafts are named by file: what is left out of the public profile is never left out silently.
    """
    _, unmatched = _removed(dataset, "internal", suppressed, _people(dataset))
    return [*(_matches_nobody(entry) for entry in unmatched), *drafts.check(dataset)]


def patterns(
    dataset: Dataset, profile: Profile, suppressed: Iterable[Value]
) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Return what matches the names and the slugs that must not appear, or None if all may."""
    removed, _ = _removed(dataset, profile, suppressed, _people(dataset))
    return (_name_pattern(removed), _slug_pattern(removed)) if removed else None


def publish_settings(
    settings: Record | None, dataset: Dataset, profile: Profile, suppressed: Iterable[Value]
) -> Record | None:
    """Return the settings of a workspace with the same persons redacted from every text."""
    removed, _ = _removed(dataset, profile, suppressed, _people(dataset))
    if settings is None or not removed:
        return settings
    return _redacted(settings, _name_pattern(removed), _slug_pattern(removed))


def _redacted(record: Record, names: re.Pattern[str], slugs: re.Pattern[str]) -> Record:
    fields = {
        field: [
            replace(value, text=slugs.sub(REDACTED, names.sub(REDACTED, value.text)))
            for value in values
        ]
        for field, values in record.fields.items()
    }
    children = {
        field: [_redacted(child, names, slugs) for child in some]
        for field, some in record.children.items()
    }
    return replace(record, fields=fields, children=children)


def _removed(
    dataset: Dataset,
    profile: Profile,
    suppressed: Iterable[Value],
    people: Mapping[str, _Removed],
) -> tuple[list[_Removed], list[Value]]:
    """Return who is to be left out, and the entries that match nobody."""
    removed: dict[str, _Removed] = {}
    unmatched = []
    for entry in suppressed:
        matches = _matching(entry.text, people.values())
        removed.update((person.iri, person) for person in matches)
        if not matches:
            unmatched.append(entry)
            names = {name for name in _orders(entry.text) if " " in name}
            slug = slugify(_bare(entry.text))
            # One word alone may be a place or a common word: it is not erased everywhere.
            if names or "-" in slug:
                removed[entry.text] = _Removed("", frozenset({slug}), frozenset(names))
    if profile == "public":
        internal = ox.NamedNode(CONCEPT + "visibility/internal")
        for quad in dataset.quads:
            iri = str(quad.subject)[1:-1]
            if quad.object == internal and iri in people:
                removed[iri] = people[iri]
    return list(removed.values()), unmatched


def _people(dataset: Dataset) -> dict[str, _Removed]:
    persons = {
        str(quad.subject)[1:-1]
        for quad in dataset.quads
        if quad.predicate.value == RDF_TYPE and str(quad.object)[1:-1] == _PERSON
    }
    persons |= {str(quad.object)[1:-1] for quad in dataset.quads if quad.predicate.value in _LINKS}
    owner = {
        str(quad.subject)[1:-1]: str(quad.object)[1:-1]
        for quad in dataset.quads
        if quad.predicate.value in _LINKS
    }
    names: dict[str, set[str]] = {iri: set() for iri in persons}
    for quad in dataset.quads:
        if quad.predicate.value in _NAMES and isinstance(quad.object, ox.Literal):
            subject = str(quad.subject)[1:-1]
            person = subject if subject in persons else owner.get(subject)
            if person:
                names[person].add(_bare(quad.object.value))
    merged = _merged(dataset, persons)
    return {
        iri: _Removed(iri, frozenset({_slug(iri), *merged.get(iri, ())}), frozenset(forms))
        for iri, forms in names.items()
    }


def _merged(dataset: Dataset, persons: Iterable[str]) -> dict[str, set[str]]:
    """Return the slugs that decisions read as a person, by the person's IRI."""
    known = set(persons)
    reference = {
        quad.subject: str(quad.object)[1:-1]
        for quad in dataset.quads
        if quad.predicate.value == _REFERENCE
    }
    found: dict[str, set[str]] = {}
    for quad in dataset.quads:
        compared = str(quad.object)[1:-1]
        person = reference.get(quad.subject)
        if quad.predicate.value == _COMPARED and person in known and compared not in known:
            found.setdefault(person, set()).add(_slug(compared))
    return found


def _slug(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


def _matching(text: str, people: Iterable[_Removed]) -> list[_Removed]:
    slug = text.strip().lower()
    bearer = [person for person in people if slug in person.slugs]
    if bearer:
        return bearer
    wanted = {_folded(name) for name in _orders(text)}
    return [person for person in people if wanted & {_folded(name) for name in person.names}]


def _without(dataset: Dataset, removed: list[_Removed], others: set[str]) -> list[ox.Quad]:
    gone, theirs = _belongings(dataset, {person.iri for person in removed if person.iri})
    theirs |= others
    patterns = _name_pattern(removed), _slug_pattern(removed), _surname_pattern(removed)
    names, slugs, surnames = patterns
    base = dataset.context.resources

    def anonymous(iri: ox.NamedNode) -> ox.NamedNode:
        """Take the removed out of an IRI that was minted or written with their slug."""
        local = iri.value.removeprefix(base)
        if local == iri.value or iri.value in theirs:
            return iri
        local = slugs.sub("x", local)
        if local.startswith(_WORDED):
            local = surnames.sub("x", local)
        return ox.NamedNode(base + local)

    kept = []
    for quad in dataset.quads:
        subject, value = str(quad.subject)[1:-1], quad.object
        if subject in gone or (isinstance(value, ox.NamedNode) and value.value in gone):
            continue
        # Somebody else may bear the same name: it stays theirs.
        own_name = subject in theirs and quad.predicate.value in _NAMES
        if isinstance(value, ox.Literal) and not own_name:
            text = slugs.sub(REDACTED, names.sub(REDACTED, value.value))
            if quad.predicate.value in _ADDRESSES and _is_named_in(value.value, patterns):
                continue
            if text != value.value:
                if quad.predicate.value == _ANCHOR:
                    continue
                value = _relabelled(value, text)
        kept.append(
            ox.Quad(
                anonymous(quad.subject),  # type: ignore[arg-type]  # no blank nodes here
                quad.predicate,
                anonymous(value) if isinstance(value, ox.NamedNode) else value,
                anonymous(quad.graph_name),  # type: ignore[arg-type]  # no blank nodes here
            )
        )
    return kept


def _belongings(dataset: Dataset, persons: set[str]) -> tuple[set[str], set[str]]:
    """Return what goes with persons, themselves included, and the appearances of others."""
    gone: set[str] = set(persons)
    theirs: set[str] = set()
    for quad in dataset.quads:
        owner, subject = str(quad.object)[1:-1], str(quad.subject)[1:-1]
        if quad.predicate.value in _LINKS:
            (gone if owner in persons else theirs).add(subject)
        elif quad.predicate.value in (_REFERENCE, _COMPARED) and owner in persons:
            gone.add(subject)
    return gone, theirs


def _is_named_in(address: str, patterns: tuple[re.Pattern[str], ...]) -> bool:
    """Say whether a web address holds a name; in its path a surname is enough."""
    names, slugs, surnames = patterns
    plain = unquote(address)
    path = plain.partition("://")[2].partition("/")[2]
    spaced = re.sub(r"[_+./]", " ", plain)
    return bool(names.search(spaced) or slugs.search(plain) or surnames.search(path))


def _name_pattern(removed: Iterable[_Removed]) -> re.Pattern[str]:
    """Match the written forms of names: full, reversed, initial, title + surname."""
    gap = r"[\s\u00a0-]+"
    initials = r"(?:\w\.[\s\u00a0]*)*"
    forms = []
    for name in sorted({name for person in removed for name in person.names}):
        words = [_spelled(word) for word in name.split()]
        if len(words) < 2:
            continue
        first, last = gap.join(words[:-1]), words[-1]
        forms += [
            first + gap + initials + last,
            last + r",?[\s\u00a0]*" + first,
            _spelled(name[0]) + r"\.[\s\u00a0]*" + initials + last,
            rf"{_TITLES}[\s\u00a0]+{last}",
        ]
    return re.compile("|".join(rf"(?<!\w)(?:{form})(?!\w)" for form in forms) or "(?!)", re.I)


def _slug_pattern(removed: Iterable[_Removed]) -> re.Pattern[str]:
    return _segments({slug for person in removed for slug in person.slugs})


def _surname_pattern(removed: Iterable[_Removed]) -> re.Pattern[str]:
    return _segments(
        {
            slugify(name.split()[-1])
            for person in removed
            for name in person.names
            if len(name.split()) > 1
        }
    )


def _segments(slugs: set[str]) -> re.Pattern[str]:
    listed = "|".join(re.escape(slug) for slug in sorted(slugs) if slug)
    return re.compile(rf"(?<![a-z0-9])(?:{listed})(?![a-z0-9])" if listed else "(?!)", re.I)


def _spelled(word: str) -> str:
    """Return a pattern for a word in all its spellings: ö or oe, ß or ss, é or e, decomposed."""
    plain = unicodedata.normalize("NFC", word).casefold().translate(_DIGRAPHS)
    return "".join(
        _SPELLINGS.get(part) or (re.escape(part) if part.isascii() else _accented(part))
        for part in re.findall("ae|oe|ue|ss|.", plain)
    )


def _accented(mark: str) -> str:
    whole = unicodedata.normalize("NFD", mark)
    return f"(?:{mark}|{whole}|{whole[0]})"


def _relabelled(literal: ox.Literal, text: str) -> ox.Literal:
    if literal.language:
        return ox.Literal(text, language=literal.language)
    return ox.Literal(text, datatype=literal.datatype)


def _orders(text: str) -> set[str]:
    """Return a name as written and, if there is a comma, with the parts the other way round."""
    last, comma, first = text.partition(",")
    return {_bare(text), _bare(f"{first.strip()} {last.strip()}")} if comma else {_bare(text)}


def _bare(name: str) -> str:
    """Return a name without titles: „Prof. Dr.-Ing. Eva Muster“ is Eva Muster."""
    name = name.strip()
    while (match := _BEFORE_NAME.match(name)) and match.end() < len(name):
        name = name[match.end() :]
    return name


def _folded(name: str) -> str:
    return slugify(unicodedata.normalize("NFC", name)).replace("-", " ")


def _matches_nobody(entry: Value) -> Finding:
    return Finding(
        "data/suppressed.txt",
        entry.line,
        "",
        "",
        Message(
            "Dieser Eintrag trifft auf keine Person der Daten zu.",
            "This entry matches no person in the data.",
        ),
        Message(
            "Prüfen Sie die Schreibweise; ist die Person nicht mehr in den Daten, bleibt er.",
            "Check the spelling; if the person has left the data already, it may stay.",
        ),
        "warning",
    )
