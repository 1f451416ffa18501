"""Two names -> whether they may stand for the same, a unit or nothing in common, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from itas_graph.errors import Message
from itas_graph.identity import ORGANISATIONS, PEOPLE, fold

SAME, UNIT = "same", "unit"
STRONG, WEAK = "strong", "weak"

_SMALL_WORDS = frozenset(
    {
        *("und", "der", "die", "das", "des", "dem", "den", "fuer", "von", "vom", "zu", "zur"),
        *("zum", "am", "an", "im", "in", "bei", "beim", "of", "the", "for", "at", "de", "la"),
    }
)
# Words that name a part of a body.
_UNIT_WORDS = re.compile(
    r"abteilung|amt|aussenstelle|bezirk\w*|buero|dezernat|fachbereich|fakultaet|filiale|"
    r"geschaeftsstelle|\w*institut|\w*kammer|landes\w+|lehrstuhl|niederlassung|referat|"
    r"regional\w*|sektion|standort|(?!netz)\w*werk|zentrum|\w+zentrum|zweigstelle|germany|deutschland"
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SHORTEST_TYPO = 6
_LONGEST_ACRONYM = 6


@dataclass(frozen=True)
class Form:
    """One name in the forms in which it is compared; `places` are the folded names of places."""

    kind: str
    text: str
    places: frozenset[str] = frozenset()

    @cached_property
    def whole(self) -> str:
        """The folded name with legal form and titles."""
        return fold(self.text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The folded words without legal form and titles."""
        return tuple(fold(self.text, self.kind).split())

    @cached_property
    def joined(self) -> str:
        """The words without spaces: compounds are written in more than one way."""
        return "".join(self.words)

    @cached_property
    def bag(self) -> tuple[str, ...]:
        """The words that carry meaning, sorted."""
        return tuple(sorted(word for word in self.words if word not in _SMALL_WORDS))

    @cached_property
    def core(self) -> tuple[str, ...]:
        """The words without a place at the beginning or the end; all of them if none is left."""
        return self._parts[0]

    @cached_property
    def place(self) -> str:
        """The place that stands at the beginning or the end, or an empty text."""
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[tuple[str, ...], str]:
        for length in (3, 2, 1):
            if len(self.words) > length:
                for part, rest in (
                    (self.words[-length:], self.words[:-length]),
                    (self.words[:length], self.words[length:]),
                ):
                    if " ".join(part) in self.places:
                        return rest, " ".join(part)
        return self.words, ""

    @cached_property
    def has_legal_form(self) -> bool:
        """Say whether a legal form stands in the name."""
        return self.kind == ORGANISATIONS and len(self.whole) > len(" ".join(self.words))

    @cached_property
    def acronym(self) -> str:
        """The name itself if it is an abbreviation in capitals, else an empty text.

        >>> Form("organisations", "WHZ").acronym, Form("organisations", "VDI/VDE-IT").acronym
        ('whz', '')
        """
        bare = self.text.strip()
        capitals = sum(letter.isupper() for letter in bare)
        is_one = len(self.words) == 1 and 2 <= len(self.joined) <= _LONGEST_ACRONYM
        return self.joined if is_one and capitals >= max(2, len(bare) - 1) else ""

    @cached_property
    def initials(self) -> str:
        """The first letters of the words that carry meaning, of three words or more.

        >>> Form("organisations", "Beispieler Wirtschafts- und Entwicklungsgesellschaft").initials
        'bwe'
        """
        meant = [word for word in self.words if word not in _SMALL_WORDS]
        return "".join(word[0] for word in meant) if len(meant) >= 3 else ""

    @cached_property
    def is_place(self) -> bool:
        """Say whether the name is nothing but the name of a place."""
        return " ".join(self.words) in self.places


def forms(kind: str, text: str, places: frozenset[str]) -> list[Form]:
    """Return the forms of a name: as written and, if something stands in brackets, without it.

    >>> [form.text for form in forms("organisations", "Haus am Platz (HAP)", frozenset())]
    ['Haus am Platz (HAP)', 'Haus am Platz', 'HAP']
    """
    texts = [text]
    inside = _BRACKETS.findall(text)
    if inside and kind == ORGANISATIONS:
        texts += [_BRACKETS.sub(" ", text).strip(), *(one for one in inside if one.isupper())]
    made = (Form(kind, one, places) for one in texts)
    return [form for form in made if form.words]


@dataclass(frozen=True, order=True)
class Likeness:
    """How two names are alike: what that suggests, how strongly, and the reason in words."""

    relation: str
    strength: str
    reason: Message


def alike(one: Form, other: Form) -> Likeness | None:
    """Say how two names of the same kind are alike, or None; of a unit the name is the longer one.

    >>> first = Form("organisations", "Beispielwerk GmbH", frozenset({"dresden"}))
    >>> found = alike(first, Form("organisations", "Beispelwerk Dresden", frozenset({"dresden"})))
    >>> found.relation, found.strength
    ('same', 'weak')
    >>> alike(first, Form("organisations", "Musterwerk GmbH")) is None
    True
    """
    if one.kind == PEOPLE:
        return _alike_people(one, other)
    return (
        _equal(one, other)
        or _abbreviated(one, other)
        or _placed(one, other)
        or _contained(one, other)
        or _misspelt(one, other)
    )


def _said(one: Form, other: Form, de: str, en: str) -> Message:
    return Message(
        f"„{one.text}“ und „{other.text}“: {de}", f"“{one.text}” and “{other.text}”: {en}"
    )


def _equal(one: Form, other: Form) -> Likeness | None:
    if one.joined == other.joined:
        if one.whole == other.whole:
            said = "derselbe Name", "the same name"
        elif one.words == other.words:
            said = "gleich bis auf die Rechtsform", "equal but for the legal form"
        else:
            said = "gleich bis auf Getrennt- und Zusammenschreibung", "equal but for spaces"
        return Likeness(SAME, STRONG, _said(one, other, *said))
    if one.bag == other.bag and len(one.bag) > 1:
        said = "dieselben Wörter in anderer Folge", "the same words in another order"
        return Likeness(SAME, STRONG, _said(one, other, *said))
    return None


def _abbreviated(one: Form, other: Form) -> Likeness | None:
    for short, long in ((one, other), (other, one)):
        if short.acronym and short.acronym == long.initials:
            strength = STRONG if len(short.acronym) > 2 else WEAK
            said = (
                "die Anfangsbuchstaben ergeben die Abkürzung",
                "the initials are the abbreviation",
            )
            return Likeness(SAME, strength, _said(short, long, *said))
    return None


def _placed(one: Form, other: Form) -> Likeness | None:
    """Compare names of which one has a place more: the same with its seat, or a site of it."""
    if bool(one.place) == bool(other.place):
        return None
    bare, placed = (other, one) if one.place else (one, other)
    if "".join(placed.core) != bare.joined:
        if not _is_typo("".join(placed.core), bare.joined) or _differs_in_small(placed.core, bare):
            return None
        said = (
            "ein Tippfehler und ein Ort als Unterschied",
            "a misspelling and a place make the difference",
        )
        return Likeness(SAME, WEAK, _said(bare, placed, *said))
    # A legal form has one seat, which may be named with it; a site of it has none of its own.
    if bare.has_legal_form and (not placed.has_legal_form or _form(bare) == _form(placed)):
        said = "nur der Ort kommt hinzu, wohl der Sitz", "only a place is added, probably the seat"
        return Likeness(SAME, WEAK, _said(bare, placed, *said))
    said = (
        "nur der Ort kommt hinzu: ein Standort, oder dasselbe mit seinem Sitz",
        "only a place is added: a site, or the same with its seat",
    )
    return Likeness(UNIT, WEAK, _said(bare, placed, *said))


def _form(one: Form) -> frozenset[str]:
    return frozenset(one.whole.split()) - frozenset(one.words)


def _contained(one: Form, other: Form) -> Likeness | None:
    short, long = sorted((one, other), key=lambda form: len(form.words))
    if short.is_place or len(short.joined) < 3 or not contains(long.words, short.words):
        return None
    extra = [word for word in long.words if word not in short.words]
    unit = next((word for word in extra if _UNIT_WORDS.fullmatch(word)), "")
    if unit:
        said = (
            f"der eine Name steht im anderen, „{unit}“ benennt einen Teil",
            f"one name stands in the other, “{unit}” names a part",
        )
        return Likeness(UNIT, STRONG, _said(short, long, *said))
    said = "der eine Name steht im anderen", "one name stands in the other"
    return Likeness(UNIT, WEAK, _said(short, long, *said))


def contains(long: tuple[str, ...], short: tuple[str, ...]) -> bool:
    """Say whether the words of `short` stand side by side in `long`, which has more.

    >>> contains(("amt", "der", "stadt", "x"), ("stadt", "x")), contains(("a",), ("a",))
    (True, False)
    """
    length = len(short)
    return 0 < length < len(long) and any(
        long[start : start + length] == short for start in range(len(long) - length + 1)
    )


def _misspelt(one: Form, other: Form) -> Likeness | None:
    if not _is_typo(one.joined, other.joined) or _differs_in_small(one.words, other):
        return None
    said = "fast gleich geschrieben, wohl ein Tippfehler", "spelt almost alike, probably misspelt"
    return Likeness(SAME, STRONG, _said(one, other, *said))


def _is_typo(one: str, other: str) -> bool:
    """Say whether two texts differ by no more than a slip, and not in a number."""
    from rapidfuzz.distance import OSA

    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_TYPO or one == other:
        return False
    most = 1 if shorter < 12 else 2
    digits = [re.sub(r"\D", "", text) for text in (one, other)]
    return digits[0] == digits[1] and OSA.distance(one, other, score_cutoff=most) <= most


def _differs_in_small(words: Iterable[str], other: Form) -> bool:
    """Say whether the words that differ are short or places: those differ on purpose."""
    mine, theirs = set(words), set(other.words)
    differing = mine ^ theirs
    return any(len(word) <= 3 or word in other.places for word in differing) and bool(mine & theirs)


def _alike_people(one: Form, other: Form) -> Likeness | None:
    if one.words == other.words:
        said = "derselbe Name", "the same name"
        return Likeness(SAME, STRONG, _said(one, other, *said))
    if sorted(one.words) == sorted(other.words):
        said = "dieselben Wörter in anderer Folge", "the same words in another order"
        return Likeness(SAME, STRONG, _said(one, other, *said))
    if len(one.words) < 2 or len(other.words) < 2:
        return None
    if one.words[-1] == other.words[-1]:
        return _same_surname(one, other)
    if _is_typo(one.joined, other.joined) and one.words[0][0] == other.words[0][0]:
        said = "fast gleich geschrieben, vielleicht ein Tippfehler", "spelt almost alike"
        return Likeness(SAME, WEAK, _said(one, other, *said))
    return None


def _same_surname(one: Form, other: Form) -> Likeness | None:
    short, long = sorted((one, other), key=lambda form: len(form.joined))
    first, second = short.words[0], long.words[0]
    if first == second:
        said = "gleich bis auf einen weiteren Vornamen", "equal but for a further first name"
        return Likeness(SAME, WEAK, _said(short, long, *said))
    if len(first) == 1 and second.startswith(first):
        said = "der Vorname ist abgekürzt", "the first name is abbreviated"
        return Likeness(SAME, WEAK, _said(short, long, *said))
    if _is_typo(one.joined, other.joined) and min(len(first), len(second)) > 3:
        said = "fast gleich geschrieben, vielleicht ein Tippfehler", "spelt almost alike"
        return Likeness(SAME, WEAK, _said(one, other, *said))
    return None
