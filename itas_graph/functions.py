"""What stands beside a name -> function and organisation, as written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from itas_graph import lexicon

_GENDERED = re.compile(r"(?:[:*_/]-?innen|[:*_/]-?in|\(in\)|/r|\(r\)|:r|\*r)$")
#: How German and English words end that name what somebody is.
_FUNCTION = re.compile(rf"{lexicon.any_of('functions')}$", re.I)
#: Words that end like a function and are none.
_NO_FUNCTION = lexicon.words("no-functions")
_SHORT = frozenset({"RA", "RAin", "StB", "WP", "OB", "BR", "GF", "GBR", "KBR"})
_BODY = re.compile(
    rf"^(?:{lexicon.any_of('legal-forms', 'bodies')}s?|\w*{lexicon.any_of('body-endings')})$", re.I
)
_ACRONYM = re.compile(r"(?:[A-ZÄÖÜ][A-ZÄÖÜ0-9&+-]{1,}|[A-Z]{2,}[\w-]*)$")
#: Parts of a body that belong to the function: the body comes after them.
_UNIT = re.compile(rf"^{lexicon.any_of('units')}$", re.I)
_DEPARTMENT = re.compile(rf"^{lexicon.any_of('departments')}$", re.I)
_CONNECTOR = re.compile(
    r"^(?:der|des|dem|den|die|das|bei|beim|im|in|am|an|vom|von|zur|zum|für|at|of|for|from|the|with|"
    r"bei der|@|und|&|sowie|and)$",
    re.I,
)
_AT = frozenset({"bei", "beim", "at", "@", "von", "vom", "from"})
_JOINING = frozenset({"und", "&", "and", "sowie", "für", "for"})
_ARTICLE = re.compile(r"^(?:(?:der|die|das|dem|den|des|the)\s+)+")
_BEFORE_BODY = re.compile(
    r"^(?:(?:von|vom|bei|beim|im|in|am|an|aus|für|at|from|of|for|with|@)\s+)(?:(?:der|die|das|dem|den|"
    r"des|the)\s+)?(?=(?-i:[^a-zäöüß]))",
    re.I,
)
_REQUESTED = re.compile(
    r"[(\[]?\s*\b(?:angefragt|angefr\.|requested|tbc|t\.b\.c\.|to be confirmed|invited|eingeladen)"
    r"\b\.?\s*[)\]]?",
    re.I,
)
_MODERATION = re.compile(
    r"[(\[]?\s*\b(?:Moderation|Moderator(?:[:*]?in)?|Mod\.|Moderatorin|moderated|Chair(?=\s*(?:[)\]]|$))|Gastgeber(?:in)?|Host)\b\s*[)\]]?"
)
#: The commas of „für Wirtschaft, Arbeit und Verkehr“ divide nothing.
_ENUMERATION = re.compile(
    r"\b(?:für|of|for|Abteilung|Referat|Bereich)\s+(?:[A-ZÄÖÜ][\w-]*(?:\s[\w-]+){0,2},\s+)+[A-ZÄÖÜ][\w-]*(?:\s\w+)?\s+(?:und|and|&)\s"
)
_COMMA = "\ue000"
#: „a. D.“, „i. R.“: the blank within parts nothing.
_RETIRED = re.compile(r"\b([ai]\.)\s(?=[DR]\.)")
_BLANK = "\ue001"
_WEB = re.compile(r"(?:https?://|www\.)\S+")
#: „Eva Muster, MdB, …“: it belongs to the name; „(2012–2017)“: years are no body.
_NOTHING = re.compile(rf"{lexicon.any_of('suffixes')}|\d{{4}}\s?[-–]\s?(?:\d{{4}})?")
#: What such a person presides over, in the genitive, is a body: „Sprecherin des Bündnisses“.
_PRESIDES = re.compile(rf"{lexicon.any_of('presiding')}$", re.I)
_GENITIVE = frozenset({"der", "des", "of"})
#: A point that ends the line, and no abbreviation.
_FULL_STOP = re.compile(r"(?<=[a-zäöüß]{3})(?<!Corp)(?<!Univ)(?<!Inst)(?<!Dept)\.$")


@dataclass(frozen=True, slots=True)
class Affiliation:
    """What a programme says of a person beside the name, as written."""

    function: str = ""
    organisation: str = ""
    moderator: bool = False
    requested: bool = False


@lru_cache(maxsize=20_000)
def is_function(word: str) -> bool:
    """Say whether one word names what somebody is: „Betriebsrätin“, „Referent:in“, “CEO”."""
    plain = _GENDERED.sub("", word.strip(" ,.;()")).split("-")[-1] if word else ""
    if not plain or plain.casefold() in _NO_FUNCTION:
        return False
    if word.strip(" ,;()") in _SHORT:
        return True
    if "/" in plain and plain.isupper():
        return False  # „FDP/DVP“
    return bool(_FUNCTION.search(plain)) and not plain[:1].isdigit()


@lru_cache(maxsize=20_000)
def is_body(word: str) -> bool:
    """Say whether one word marks the name of an organisation: “GmbH”, „Landkreis“, „IHK“."""
    plain = word.strip(' ,;()„“"')
    return any(
        _BODY.match(part) for part in {plain, plain.rstrip("."), plain.split("-")[-1]} if part
    )


def looks_like_body(text: str) -> bool:
    """Say whether a phrase is, by one of its words, the name of an organisation."""
    words = text.split()
    return any(is_body(word) or _ACRONYM.match(word.strip("(),")) for word in words[:8])


def looks_like_function(text: str) -> bool:
    """Say whether a phrase begins, but for a few words before it, with a function."""
    return any(is_function(word) for word in text.split()[:5])


def read(text: str) -> Affiliation:
    """Return function and organisation that `text`, what stands beside a name, gives.

    >>> said = read("1. Bevollmächtigter IG Metall Zwickau")
    >>> said.function, said.organisation
    ('1. Bevollmächtigter', 'IG Metall Zwickau')
    >>> read("Staatssekretärin im Ministerium für A, B und C").organisation
    'Ministerium für A, B und C'
    >>> read("(Uni Musterstadt, Moderation)").moderator
    True
    """
    requested = bool(_REQUESTED.search(text))
    text = _RETIRED.sub(rf"\1{_BLANK}", _REQUESTED.sub(" ", text))
    text = _ENUMERATION.sub(lambda found: found[0].replace(",", _COMMA), text)
    moderator = bool(_MODERATION.search(text))
    if moderator and not re.search(
        r"Moderator(?:in)? (?:der|des|bei|beim)|Chair (?:of|for)|Host of", text
    ):
        text = _MODERATION.sub(" ", text)
    functions: list[str] = []
    bodies: list[str] = []
    parts = [part.replace(_COMMA, ",") for part in _parts(_WEB.sub(" ", text))]
    parts = [part for part in parts if not _NOTHING.fullmatch(part)]
    if len(parts) > 2 and text.lstrip().startswith("(") and any(map(is_function, parts[1].split())):
        del parts[0]  # „(Council), Manager, Firm“: the firm employs
    only_bodies = [n for n, one in enumerate(parts) if _is_only_body(one)]
    last_body = only_bodies[-1] if only_bodies else -1
    for place, part in enumerate(parts):
        function, body = _divided(part, is_first=not functions and not bodies)
        later = place < last_body
        if function and body and later and not looks_like_body(body):
            function, body = part, ""  # „Bereichsleiter Firmenkunden, Volksbank“
        if function and body and bodies and not looks_like_body(body):
            function, body = part, ""  # „Sprecherin der IHK, Vertreterin Wirtschaft“
        if function and not (bodies and not body and _continues(part)):
            functions.append(function)
        elif function:
            bodies.append(part)
        if body:
            bodies.append(body)
    function = ", ".join(functions).replace(_BLANK, " ")
    organisation = ", ".join(_joined(bodies)).replace(_BLANK, " ")
    return Affiliation(function, organisation, moderator, requested)


def _is_only_body(part: str) -> bool:
    return looks_like_body(part) and not looks_like_function(part)


def _continues(part: str) -> bool:
    """Say whether a part only goes on with an enumeration: „A, B und C“."""
    return bool(re.search(r"\s(?:und|and|&)\s", part)) and not looks_like_function(part.split()[0])


def _joined(bodies: list[str]) -> list[str]:
    return list(dict.fromkeys(bodies))


def _parts(text: str) -> list[str]:
    """Split at commas, bars and brackets; brackets behind a body are part of its name."""
    parts: list[str] = []
    depth, current = 0, ""
    for mark in _trimmed(text):
        depth += (mark in "([") - (mark in ")]")
        if depth <= 0 and (mark in ",|;\t\n"):
            parts.append(current)
            current = ""
        else:
            current += mark
    parts.append(current)
    return [part for part in (_trimmed(part) for part in parts) if part]


def _trimmed(part: str) -> str:
    part = " ".join(part.replace("\u00a0", " ").split()).strip(" -–—:;•·|/,")
    if part.endswith(")."):
        part = part[:-1]
    if part.startswith("(") and part.endswith(")") and part.count("(") == 1:
        part = part[1:-1].strip()
    if part.count("(") != part.count(")"):
        part = part.strip("()")
    return _FULL_STOP.sub("", part.strip(" -–—:;•·|/,"))


def _divided(part: str, *, is_first: bool) -> tuple[str, str]:
    """Return (function, body) of one part; either may be empty."""
    if " (" in part and part.endswith(")"):
        head, _, inner = part.partition(" (")
        if looks_like_function(inner) and not looks_like_function(head):
            return inner.rstrip(")"), _body(head)
        if looks_like_function(head) and not looks_like_function(inner):
            function, body = _divided(head, is_first=is_first)
            return (function, f"{body} ({inner}") if body else (function, inner.rstrip(")"))
    dash = re.split(r"\s+[–—-]\s+", part)
    if len(dash) == 2 and any(looks_like_function(piece) for piece in dash):
        function, body = _divided(dash[0], is_first=is_first)
        other, rest = _divided(dash[1], is_first=False)
        return ", ".join(one for one in (function, other) if one), ", ".join(
            one for one in (body, rest) if one
        )
    words = part.split()
    at = next((n for n, word in enumerate(words[:7]) if is_function(word)), None)
    if at is None or _is_all_body(words, at):
        return "", _body(part)
    before = words[:at]
    if any(is_body(word) for word in before):
        # „Beispiel GmbH Geschäftsführer“
        return " ".join(words[at:]), _body(" ".join(before))
    return _after_function(words, at)


def _is_all_body(words: list[str], at: int) -> bool:
    """Say whether the word only sounds like a function: „Verband der Ingenieure“, „Partner AG“."""
    rest = words[at + 1 :]
    return bool(
        (at and words[at - 1] in ("&", "und", "+", "u.") and words[at].startswith("Partner"))
        or (at and is_body(words[0]) and not is_function(words[0]))
        or (rest and is_body(rest[0]) and at == 0 and rest[0].rstrip(".").casefold() in _LEGAL)
        or (
            rest
            and rest[0] in ("&", "+")
            and len(rest) > 1
            and not is_function(rest[1])
            and at == 0
        )
    )


_LEGAL = frozenset(
    ["gmbh", "ag", "kg", "mbb", "mbh", "ev", "e.v", "ug", "se", "ltd", "inc", "gbr", "ohg"]
)


def _after_function(words: list[str], at: int) -> tuple[str, str]:
    """Divide what follows the function at word `at`: units belong to it, a body does not."""
    end = at + 1
    while end < len(words):
        word = words[end].strip(",")
        if _CONNECTOR.match(word):
            following = end + 1
            while following < len(words) and _CONNECTOR.match(words[following]):
                following += 1
            if following >= len(words):
                break
            head = words[following]
            is_unit = _UNIT.match(head) or is_function(head) or _DEPARTMENT.match(head)
            rest = words[following:]
            divides = not is_unit and word.casefold() not in _JOINING
            presides = word.casefold() in _GENITIVE and _presides(words[at], rest)
            if divides and (_is_body_head(rest) or word.casefold() in _AT or presides):
                return " ".join(words[:end]), _body(" ".join(words[end:]))
            end = following + 1
        elif end == len(words) - 1 and word.isalpha() and word.islower():
            return " ".join(words[:end]), word  # „Vorstand vhw“
        elif _DEPARTMENT.match(word) or is_function(word) or not word[:1].isupper():
            end += 1
        elif not _is_body_head(words[end:]) and _body_follows(words[end + 1 :]):
            end += 1  # „Geschäftsführer Grundsatzfragen der IHK“
        elif _UNIT.match(word) and end + 1 < len(words):
            end += 2
        elif any(_CONNECTOR.match(one) for one in words[at + 1 : end]) and not _is_body_head(
            words[end:]
        ):
            end += 1
        else:
            return " ".join(words[:end]), _body(" ".join(words[end:]))
    return " ".join(words), ""


def _presides(function: str, rest: list[str]) -> bool:
    """Say whether what follows must be a body, for only a body has such a person."""
    plain = _GENDERED.sub("", function.strip(",.;()"))
    return bool(_PRESIDES.search(plain)) and rest[0][:1].isupper()


def _body_follows(words: list[str]) -> bool:
    """Say whether a body follows behind „der“, „des“ or „bei“."""
    return any(
        word in ("der", "des", "bei", "beim", "of", "at") and _is_body_head(words[n + 1 :])
        for n, word in enumerate(words[:-1])
    )


def _is_body_head(words: list[str]) -> bool:
    reach = 4 if words[0].endswith("-") or re.search("(?:en|er|es)$", words[0]) else 2
    return any(is_body(word) for word in words[:reach]) or bool(
        _ACRONYM.match(words[0].strip("(),"))
        or any(word.strip(".,").casefold() in _LEGAL for word in words[:6])
    )


def _body(text: str) -> str:
    return _ARTICLE.sub("", _BEFORE_BODY.sub("", text.strip())).strip(" ,;:–-")
