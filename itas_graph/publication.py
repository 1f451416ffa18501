"""Dataset + profile + suppression list -> what may be published; persons are removed here only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import pyoxigraph as ox

from itas_graph.dataset import Dataset, canonical
from itas_graph.errors import Finding, Message
from itas_graph.records import Value
from itas_graph.vocab import ALT_LABEL, CONCEPT, NS, PREF_LABEL, PREFIXES, RDF_TYPE, slugify

Profile = Literal["public", "internal"]

REDACTED = "[…]"
_PERSON = PREFIXES["foaf"] + "Person"
_NAMES = (PREF_LABEL, ALT_LABEL, NS + "nameAsWritten")
_LINKS = (NS + "contributor", PREFIXES["org"] + "member")
_DROPPED_WHOLE = (NS + "anchor", PREFIXES["schema"] + "url", PREFIXES["schema"] + "archivedAt")
_TITLES = r"(?:Herrn?|Frau|Dr\.|Prof\.|Professor(?:in)?|Mr\.?|Mrs\.?|Ms\.?)"


@dataclass(frozen=True)
class _Removed:
    """One person to leave out: IRI (if there is one), slug and every form of the name."""

    iri: str
    slug: str
    names: frozenset[str]


def publish(dataset: Dataset, profile: Profile, suppressed: Iterable[Value]) -> Dataset:
    """Return the dataset without the persons who must not appear, whatever graph names them.

    Suppressed persons are left out of every profile; those with `visibility: internal` and
    drafts of the public one only. Their nodes, appearances and every mention of their name go:
    an evidence anchor or address that holds the name is dropped, other text is redacted.
    """
    people = _people(dataset)
    removed: dict[str, _Removed] = {}
    findings = list(dataset.findings)
    for entry in suppressed:
        matches = _matching(entry.text, people)
        for person in matches:
            removed[person.iri] = person
        if not matches:
            name = frozenset([entry.text]) if " " in entry.text else frozenset[str]()
            removed[entry.text] = _Removed("", slugify(entry.text), name)
            findings.append(_matches_nobody(entry))
    if profile == "public":
        internal = ox.NamedNode(CONCEPT + "visibility/internal")
        for quad in dataset.quads:
            iri = str(quad.subject)[1:-1]
            if quad.object == internal and iri in people:
                removed[iri] = people[iri]
    if not removed:
        return replace(dataset, findings=findings)
    quads = _without(dataset, list(removed.values()), set(people) - set(removed))
    return replace(dataset, quads=canonical(quads), findings=findings)


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
    return {
        iri: _Removed(iri, iri.rsplit("/", 1)[1], frozenset(forms)) for iri, forms in names.items()
    }


def _matching(text: str, people: dict[str, _Removed]) -> list[_Removed]:
    wanted = _folded(_bare(text))
    return [
        person
        for person in people.values()
        if person.slug == text or wanted in {_folded(name) for name in person.names}
    ]


def _without(dataset: Dataset, removed: list[_Removed], others: set[str]) -> list[ox.Quad]:
    gone = {person.iri for person in removed if person.iri}
    theirs: set[str] = set(others)
    for quad in dataset.quads:
        if quad.predicate.value in _LINKS:
            (gone if str(quad.object)[1:-1] in gone else theirs).add(str(quad.subject)[1:-1])
    names = re.compile("|".join(p for person in removed for p in _patterns(person)), re.I)
    slugs = re.compile(
        r"(?<![a-z0-9])(?:" + "|".join(re.escape(p.slug) for p in removed) + r")(?![a-z0-9])", re.I
    )
    kept = []
    for quad in dataset.quads:
        subject, value = str(quad.subject)[1:-1], quad.object
        if subject in gone or (isinstance(value, ox.NamedNode) and value.value in gone):
            continue
        # Somebody else may bear the same name: it stays theirs.
        own_name = subject in theirs and quad.predicate.value in _NAMES
        if isinstance(value, ox.Literal) and not own_name:
            text = names.sub(REDACTED, value.value)
            hit = text != value.value or slugs.search(value.value)
            if hit and quad.predicate.value in _DROPPED_WHOLE:
                continue
            if hit:
                value = _relabelled(value, slugs.sub(REDACTED, text))
        kept.append(
            ox.Quad(
                _anonymous(quad.subject, slugs, theirs),  # type: ignore[arg-type]
                quad.predicate,
                _anonymous(value, slugs, theirs) if isinstance(value, ox.NamedNode) else value,
                _anonymous(quad.graph_name, slugs, theirs),  # type: ignore[arg-type]
            )
        )
    return kept


def _patterns(person: _Removed) -> list[str]:
    """Return patterns for the written forms of a name: full, reversed, initial, title + surname."""
    gap = r"[\s\u00a0\-]+"
    forms = []
    for name in sorted(person.names):
        for spelling in sorted({name, _folded(name)}):
            words = [re.escape(word) for word in spelling.split()]
            if len(words) < 2:
                continue
            forms.append(gap.join(words))
            forms.append(words[-1] + r",\s*" + gap.join(words[:-1]))
            forms.append(re.escape(spelling[0]) + r"\.\s*" + words[-1])
            forms.append(rf"{_TITLES}\s+{words[-1]}")
    return [rf"(?<!\w)(?:{form})(?!\w)" for form in forms] or [r"(?!)"]


def _anonymous(iri: ox.NamedNode, slugs: re.Pattern[str], theirs: set[str]) -> ox.NamedNode:
    """Take the slug of a removed person out of an IRI that was minted or written with it."""
    if iri.value in theirs:
        return iri
    return ox.NamedNode(slugs.sub("x", iri.value))


def _relabelled(literal: ox.Literal, text: str) -> ox.Literal:
    if literal.language:
        return ox.Literal(text, language=literal.language)
    return ox.Literal(text, datatype=literal.datatype)


def _bare(name: str) -> str:
    """Return a name without titles: „Prof. Dr. Eva Muster“ is Eva Muster."""
    return re.sub(rf"^(?:{_TITLES}\s*|sc\.\s*|tech\.\s*)+", "", name.strip())


def _folded(name: str) -> str:
    return slugify(name).replace("-", " ")


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
