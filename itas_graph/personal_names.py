"""Text -> the personal names in it: where each begins and ends, with title and office before it."""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from itas_graph import lexicon
from itas_graph.functions import is_body, is_function

#: Whose given names are known: the languages that speakers in Germany have theirs from.
_LOCALES = (
    *("de_DE", "de_AT", "de_CH", "en_GB", "en_US", "tr_TR", "pl_PL", "fr_FR", "it_IT", "es_ES"),
    *("nl_NL", "cs_CZ", "sv_SE", "da_DK", "no_NO", "fi_FI", "hu_HU", "ro_RO", "vi_VN", "pt_PT"),
    *("hr_HR", "sl_SI", "sk_SK", "lt_LT", "lv_LV", "en_IN", "fr_BE", "nl_BE", "ga_IE"),
)
_PLAIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "’": "'"})
#: Given names that are commoner as something else at the head of a phrase.
_WORDS_TOO = lexicon.words("words-too")
_HONORIFIC = lexicon.any_of("honorifics")
_AFTER = lexicon.any_of("suffixes")
_SALUTATION = r"(?:Herrn?|Frau|Mrs?|Ms|Mx|Miss|Sir|Lady|Dame)\b\.?(?:\s+und\s+Herrn?)?"
_PARTICLES = [
    "von",
    "vom",
    "van",
    "de",
    "der",
    "den",
    "zu",
    "zur",
    "zum",
    "del",
    "della",
    "di",
    "da",
    "das",
    "dos",
    "du",
    "el",
    "al",
    "la",
    "le",
    "bin",
    "ibn",
    "ter",
    "ten",
    "af",
    "av",
    "of",
    "y",
    "auf",
    "und",
]
_UPPER = "A-ZÄÖÜÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽȘȚ"
_WORD = rf"(?:[{_UPPER}]['’])?[{_UPPER}][\w]*(?:['’][\w]+)?(?:[-‐‑][\w'’]+)*"
_INITIAL = rf"[{_UPPER}](?:h|hr|t)?\.(?:[ -]?[{_UPPER}]\.)*"
_TOKEN = re.compile(rf"\s*(?:(?P<initial>{_INITIAL})(?!\w)|(?P<word>{_WORD})(?!\w|[-‐](?:\s|$)))")
_LINK = re.compile(
    rf"\s+((?:(?:{'|'.join(_PARTICLES[:-1])})\s+){{1,3}}|(?:(?:AUF|VON|VAN|DER|DEN|DE|ZU|ZUR|EL|AL|DI|DA)\s+){{1,3}}|(?:al|el|d|l|O)['’-])(?=[{_UPPER}])"
)
_PARTICLE_FIRST = re.compile(r"(?:(?:von|van|de|zu|zur)\s+(?:der\s+|den\s+|dem\s+)?)")
_TITLES = re.compile(
    rf"(?:(?P<salutation>{_SALUTATION})\s+)?(?P<honorific>(?:{_HONORIFIC}[\s,]*)*)"
)
_SUFFIXES = re.compile(rf"(?:,?\s*(?:{_AFTER})(?!\w))+")
_ENDS = re.compile(r"\s*(?:$|[,;:|()/\[\]•·‧▪—=»>]|[–-](?=\s)|\.(?:\s|$))")
_AND = re.compile(
    r"\s+(?:und|and|sowie|bzw\.|et|with|mit|im|in|&|\+|vs\.?|von|vom|bei|beim|aus|from|at|of|der|des|als|für)\s"
)
_COMMON = re.compile(rf"{lexicon.any_of('common-words')}$", re.I)
_PREPOSITION = re.compile(r"\bvon\s+$")
#: No surname ends like this, unless it is short: „Hartung“.
_ABSTRACT = re.compile(r"\w{5,}(?:ung|ungen|heit|keit|keiten|schaft|tion|tionen|tät|ismus)$", re.I)
#: „Theoretische Physik“
_ADJECTIVE = re.compile(r"(?:\w+-)?\w{3,}(?:[iäö]sche|liche|ierte|ielle|ale)[nrs]?$")
#: „Rathaus Musterstadt“
_BUILDING = re.compile(rf"\w*{lexicon.any_of('buildings')}$", re.I)
_NO_NAMES = lexicon.words("no-names")
_SURNAMES_TOO = lexicon.words("surnames-too")
#: What begins a body or a part of one right behind a name: „Dr. Eva Muster Lehrstuhl …“.
_UNIT = re.compile(rf"{lexicon.any_of('units')}$", re.I)
#: „Eva Muster von der Beispielklinik“: nobody has a surname before and behind „von der“ …
_OF = re.compile(r"\b(?:vom|von\s+(?:der|den|dem))\s+$")
#: … but for titles of nobility.
_NOBLE = frozenset({"graf", "gräfin", "freiherr", "freifrau", "baron", "baronin", "prinz", "fürst"})


@dataclass(frozen=True, slots=True)
class PersonalName:
    """A name in a text: where it begins and ends there, its parts, and how sure it is one.

    `sure` says that a title, a known given name or a known person stands for it; without, only
    the shape of the words does.
    """

    start: int
    end: int
    name: str
    honorific: str
    office: str
    sure: bool


@cache
def given_names() -> frozenset[str]:
    """Return the given names that are known, folded; Faker's lists by country."""
    from faker.providers import person

    names: set[str] = set()
    for locale in _LOCALES:
        provider = importlib.import_module(f".{locale}", person.__name__).Provider
        for attribute in dir(provider):
            values = getattr(provider, attribute)
            if attribute.startswith("first_names") and not callable(values):
                names.update(fold(name) for name in values if len(name) > 1)
    return frozenset(names - _WORDS_TOO)


def fold(name: str) -> str:
    """Return a name in lower case without accents.

    >>> fold("Ayşe ÖZGÜR")
    'ayse ozgur'
    """
    plain = unicodedata.normalize("NFD", name.casefold().translate(_PLAIN))
    return "".join(mark for mark in plain if not unicodedata.combining(mark))


def match(text: str, start: int, known: Collection[str] = ()) -> PersonalName | None:
    """Return the personal name that begins at `start`, or None.

    Args:
        text: One line.
        start: Where the name, with its titles, would begin.
        known: Full names of persons already on record, folded.

    >>> found = match("Prof. Dr. Eva Muster-Mai, Rektorin", 0)
    >>> found.name, found.honorific, found.end
    ('Eva Muster-Mai', 'Prof. Dr.', 24)
    >>> match("Digitale Zukunft, Zwickau", 0) is None
    True
    """
    titles = _TITLES.match(text, start)
    at = titles.end() if titles else start
    honorific = _written(titles)
    office, at = _office(text, at)
    if office and not honorific:
        titles = _TITLES.match(text, at)
        honorific = _written(titles)
        at = titles.end() if titles else at
    addressed = bool(honorific or (titles and titles["salutation"]))
    if addressed and (link := _PARTICLE_FIRST.match(text, at)):
        at = link.end()
    tokens = list(_tokens(text, at))
    if addressed and link and tokens:
        tokens[0] = (link.start(), tokens[0][1], tokens[0][2])
    count, sure = _extent(text, tokens, known, addressed=addressed or bool(_STYLED.match(office)))
    if not count:
        return None
    first, last = tokens[0], tokens[count - 1]
    name = " ".join(text[first[0] : last[1]].split())
    if name.isupper() and len(name) > 4:
        name = _capitalised(name)
    suffix = _SUFFIXES.match(text, last[1])
    end = suffix.end() if suffix else last[1]
    after = " ".join(suffix[0].strip(" ,").split()) if suffix else ""
    if office and not (sure and (count > 1 or addressed)):
        return None
    return PersonalName(
        start, end, name, " ".join(part for part in (honorific, after) if part), office, sure
    )


def _written(titles: re.Match[str] | None) -> str:
    said = " ".join((titles["honorific"] if titles else "").replace(",", " ").split())
    return said.title() if said.isupper() else said


#: Offices that stand before a name as a title does.
_STYLED = re.compile(rf"{lexicon.any_of('offices')}$")


#: „OKR Eva Muster“, „MR Jan Muster“
_SHORT_OFFICE = re.compile(
    r"(?P<office>[A-ZÄÖÜ]{2,4}) (?P<given>[A-ZÄÖÜ][a-zäöüß]+)(?= [A-ZÄÖÜ][a-zäöüß])"
)
_DESCRIBED = re.compile(r"[A-ZÄÖÜ]\w+(?:isch|lich)e[rn]?\s+(?=[A-ZÄÖÜ])")
_OFFICE_WORD = re.compile(r"(?:stellv\.\s+)?[\w:*/()-]{1,60}\s+")


def _office(text: str, at: int) -> tuple[str, int]:
    """Return the office that stands before a name („Ministerin Eva Muster“), and where it ends."""
    office, here = "", at
    if (short := _SHORT_OFFICE.match(text, at)) and is_given(short["given"]):
        return short["office"], short.start("given")
    if described := _DESCRIBED.match(text, at):
        here = described.end()  # „Bildungspolitischer Sprecher Jan Muster“
    while token := _OFFICE_WORD.match(text, here):
        word = token[0].strip()
        joins = bool(office) and word == "und"
        if not (joins or (is_function(word) and word[:1].isupper())) or len(office) > 60:
            break
        here = token.end()
        office = office if joins else text[at:here].strip()
    return (office, here) if office else ("", at)


def _tokens(text: str, at: int) -> Iterator[tuple[int, int, str]]:
    """Yield the words that a name beginning at `at` could have: where, until where, which."""
    here = at
    while len(text) > here and (found := _TOKEN.match(text, here)):
        word = found["initial"] or found["word"]
        yield found.end() - len(word), found.end(), word
        here = found.end()
        if link := _LINK.match(text, here):
            here = link.end() if link[1][-1].isspace() else link.start(1)
            if not link[1][-1].isspace():
                break
        elif not text[here : here + 1].isspace():
            break


def _extent(
    text: str, tokens: list[tuple[int, int, str]], known: Collection[str], *, addressed: bool
) -> tuple[int, bool]:
    """Say how many of the words are the name, and whether it surely is one."""
    words = _leading(text, tokens)
    if not words:
        return 0, False
    for count in range(min(len(words), 5), 1, -1):
        if fold(" ".join(text[tokens[0][0] : tokens[count - 1][1]].split())) in known:
            return count, True
    if addressed or len(words) > 1:
        return _shaped(text, tokens, words, addressed=addressed)
    return 0, False


#: „Muster, Dr. Eva“
_SURNAME_FIRST = re.compile(r"(?:^|\s)[A-ZÄÖÜ][\w-]+,\s+\S*\.\s*$")


def _shaped(
    text: str, tokens: list[tuple[int, int, str]], words: list[str], *, addressed: bool
) -> tuple[int, bool]:
    """Say by the given names, and by where marks stand, how many of the words are the name."""
    given = 0
    while given < len(words) and is_given(words[given]):
        given += 1
    initials = words[0].endswith(".")
    if not (given or addressed) and (_ADJECTIVE.match(words[0]) or _BUILDING.match(words[0])):
        return 0, False
    closed = [n for n in range(1, len(words) + 1) if _closes(text, tokens, n)]
    longest = max((n for n in closed if n <= 4), default=0)
    if addressed:
        if longest == 1 and given and _SURNAME_FIRST.search(text[: tokens[0][0]]):
            return 0, False
        if longest:
            return longest, True
        return (min(len(words), max(2, given + 1)), True) if len(words) > 1 else (0, False)
    if given and not initials:
        if any(_ABSTRACT.search(word) for word in words[given : given + 1]):
            return 0, False
        if 2 <= longest <= given + 3:
            return _before_body(text, tokens, longest, given)
        # No mark ends it: what follows the first surname is somebody's function or body.
        return (given + 1, True) if 2 <= given + 1 <= len(words) else (min(given, len(words)), True)
    if initials and longest >= 2:
        return longest, False
    between = text[tokens[0][1] : tokens[max(longest, 1) - 1][0]]
    if re.search(r"\b(?:der|des|den|und|auf|zu|zur|zum|of)\b", between):
        return 0, False  # „Eintreffen der Gäste“
    if 2 <= longest <= 3 and not any(_COMMON.search(word) for word in words[:longest]):
        return longest, False
    return 0, False


#: A body that is named after a person: „Max Planck Institut“, „Robert Bosch GmbH“.
_NAMED_AFTER = re.compile(
    r"(?:.*(?:institut|stiftung|museum|schule|gymnasium|forum|haus|halle|preis|platz|straße|str\.|saal|"
    r"campus|universität|akademie|klinik|zentrum|center|foundation|institute|school|theater|bibliothek)|"
    r"g?gmbh|mbh|ag|kg|se|ltd|inc|gruppe|group|werke?|consulting|holding|kolleg)$",
    re.I,
)


def _before_body(
    text: str, tokens: list[tuple[int, int, str]], longest: int, given: int
) -> tuple[int, bool]:
    """Keep the name of a body, which follows without a mark, apart from the name of a person."""
    following = text[tokens[longest - 1][1] :].split()[:1]
    apart = _ENDS.match(text, tokens[longest - 1][1])
    if apart or not following or not _NAMED_AFTER.match(following[0].strip(",;)")):
        return longest, True
    return (given + 1, True) if longest > given + 1 else (0, False)


def _leading(text: str, tokens: list[tuple[int, int, str]]) -> list[str]:
    """Return the words up to the first that no name holds."""
    words: list[str] = []
    for start, _, word in tokens[:7]:
        if (
            len(words) == 1
            and not is_given(words[0])
            and is_given(word)
            and _PREPOSITION.search(text[:start])
        ):
            break  # „Lesezeit von Eva Muster“
        surname = bool(words) and all(map(is_given, words))  # „Dieter Kaufmann“
        if len(words) > 1 and _ends_before(words, word, text[:start]):
            break
        if surname and word.casefold() in _SURNAMES_TOO:
            words.append(word)
            continue
        if word.casefold() in _NO_NAMES or is_body(word) or (is_function(word) and not surname):
            break
        if re.fullmatch(_AFTER, word):
            break
        if any(mark.isdigit() for mark in word) or (len(word) == 1 and not word.endswith(".")):
            break
        words.append(word)
    return words


def _ends_before(words: list[str], word: str, lead: str) -> bool:
    """Say whether a word behind given name and surname begins what somebody belongs to."""
    if _UNIT.match(word):
        return True
    own = is_given(words[-1]) or words[-1].casefold() in _NOBLE or words[-1].endswith(".")
    return not own and bool(_OF.search(lead))


@lru_cache(maxsize=20_000)
def is_given(word: str) -> bool:
    """Say whether a word is a given name."""
    first = word.split("-")[0]
    if first.isupper() and 1 < len(first) < 4:  # an abbreviation: „US-Amerikanisch“
        return False
    return any(part in given_names() for part in (fold(word), fold(word).split("-")[0]))


def is_abstract(word: str) -> bool:
    """Say whether a word names a subject: „Forschung“, “Transformation”."""
    return bool(_ABSTRACT.search(word))


def _closes(text: str, tokens: list[tuple[int, int, str]], count: int) -> bool:
    """Say whether a mark, a link word, or a function ends the name after `count` words."""
    end = tokens[count - 1][1]
    if _ENDS.match(text, end) or _AND.match(text, end) or _SUFFIXES.match(text, end):
        return True
    following = tokens[count][2] if count < len(tokens) else ""
    return is_function(following) or is_body(following) or bool(_UNIT.match(following))


def _capitalised(name: str) -> str:
    words = re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), name).split()
    return " ".join(word.lower() if word.lower() in _PARTICLES else word for word in words)
