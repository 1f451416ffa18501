"""queries/*.rq -> named questions; a question with values -> SPARQL text for any engine."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from itas_graph.errors import EngineError, Language, Message, UsageError
from itas_graph.vocab import PREFIXES, SLUG, slugify

#: Parameters of these kinds are plain text; all others name a resource.
LITERAL_KINDS = ("year", "date", "text")
_FORMS = {
    "year": ("[0-9]{4}", "2024"),
    "date": ("[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", "2024-06-30"),
}
_CLASSES = {
    "organisation": PREFIXES["org"] + "Organization",
    "person": PREFIXES["foaf"] + "Person",
    "initiative": PREFIXES["itas"] + "Initiative",
    "event": PREFIXES["schema"] + "Event",
    "action-field": PREFIXES["skos"] + "Concept",
}
_MANY = 20_000
_IRI = r'https?://[^\s<>"{}|\\^`]+'
_HEADER = re.compile(r"#\+\s*([a-z]+)(?:@(de|en))?:\s*(.*)")
_DEFAULT = r"^([ \t]*VALUES[ \t]+\?{name}[ \t]*\{{)(.*)(\}}[ \t]*#\+.*)$"

Rows = Callable[[str], Iterable[tuple[str, ...]]]
#: IRI, name and whether that is the preferred one ("1" or "").
Named = Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Parameter:
    """One value a question may be given; `default` is the text that stands in the query, if any."""

    name: str
    kind: str
    label: Message
    default: str | None

    @property
    def variable(self) -> str:
        """The query variable that carries the value."""
        return self.name if self.kind in LITERAL_KINDS else f"{self.name}_id"


@dataclass(frozen=True)
class Question:
    """One .rq file: title, description, parameters, columns and plain SPARQL."""

    name: str
    title: Message
    description: Message
    parameters: tuple[Parameter, ...]
    columns: tuple[tuple[str, Message], ...]
    text: str

    def parameter(self, name: str) -> Parameter:
        """Return the parameter called `name`.

        Raises:
            UsageError: there is none; the message names the nearest.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = [parameter.name for parameter in self.parameters]
        raise _unknown("Parameter", "parameter", name, known)


def load(folder: Path) -> dict[str, Question]:
    """Read all questions of a queries folder, sorted by name.

    Raises:
        EngineError: a header is incomplete.
    """
    return {path.stem: read(path) for path in sorted(folder.glob("*.rq"))}


def read(path: Path) -> Question:
    """Read one question.

    Raises:
        EngineError: the file cannot be read or its header is incomplete.
        UsageError: there is no such file.
    """
    try:
        text = path.read_text("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError as error:
        raise UsageError(
            Message(f"Die Datei {path} gibt es nicht.", f"There is no file {path}.")
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            Message(f"{path} ist kein UTF-8-Text.", f"{path} is no UTF-8 text.")
        ) from error
    except OSError as error:
        reason = error.strerror
        raise UsageError(
            Message(f"{path} ist nicht lesbar: {reason}.", f"{path} cannot be read: {reason}.")
        ) from error
    return parse(path.stem, text)


def parse(name: str, text: str) -> Question:
    """Read a question from its text.

    Raises:
        EngineError: a header line has too few parts.
    """
    single: dict[tuple[str, str], str] = {}
    parameters: list[Parameter] = []
    columns: list[tuple[str, Message]] = []
    for line in text.split("\n"):
        match = _HEADER.match(line)
        if not match:
            continue
        key, language, value = match[1], match[2] or "", match[3].strip()
        parts = [part.strip() for part in value.split("|")]
        if key == "parameter" and len(parts) == 4:
            variable = parts[0] if parts[1] in LITERAL_KINDS else f"{parts[0]}_id"
            default = re.search(_DEFAULT.format(name=re.escape(variable)), text, re.M)
            parameters.append(
                Parameter(
                    parts[0],
                    parts[1],
                    Message(parts[2], parts[3]),
                    default[2].strip().strip('"') if default else None,
                )
            )
        elif key == "column" and len(parts) == 3:
            columns.append((parts[0], Message(parts[1], parts[2])))
        elif key in ("parameter", "column"):
            raise EngineError(
                Message(
                    f"queries/{name}.rq: die Kopfzeile „{line}“ ist unvollständig.",
                    f"queries/{name}.rq: the header line “{line}” is incomplete.",
                )
            )
        else:
            single[key, language] = value
    title = Message(single.get(("title", "de"), name), single.get(("title", "en"), name))
    description = Message(
        single.get(("description", "de"), ""), single.get(("description", "en"), "")
    )
    return Question(name, title, description, tuple(parameters), tuple(columns), text)


def find(questions: Mapping[str, Question], name: str) -> Question:
    """Return the question called `name`.

    Raises:
        UsageError: there is none; the message names the nearest.
    """
    if name in questions:
        return questions[name]
    raise _unknown("Frage", "question", name, list(questions))


def bind(question: Question, values: Mapping[str, str], language: Language, rows: Rows) -> str:
    """Return the SPARQL text of a question with its parameters bound.

    `values` maps parameter names to a slug, IRI, label or alias (resources) or plain text;
    `rows` answers a SELECT query as rows of text and is used to look up names. Values with a
    default line (`VALUES ?name { … } #+`) replace it; others are bound by a trailing VALUES
    clause, which every SPARQL 1.1 engine treats alike.

    Raises:
        UsageError: unknown parameter, or a name that fits nothing or several things.
    """
    text = _with_default(question.text, "lang", f'"{language}"')
    bound: list[tuple[str, str]] = []
    for name, value in values.items():
        parameter = question.parameter(name)
        _refuse_wrong_form(parameter, value)
        term = (
            _literal(value)
            if parameter.kind in LITERAL_KINDS
            else f"<{resolve(value, parameter.kind, rows)}>"
        )
        if parameter.default is not None:
            text = _with_default(text, parameter.variable, term)
        else:
            bound.append((parameter.variable, term))
    if bound:
        variables = " ".join(f"?{variable}" for variable, _ in bound)
        terms = " ".join(term for _, term in bound)
        text = f"{text.rstrip()}\nVALUES ({variables}) {{ ({terms}) }}\n"
    return text


def refuse_no_date(value: str, name: str) -> None:
    """Refuse what is no date, nor a year or month.

    Raises:
        UsageError: it is none; the message gives an example.
    """
    _refuse_wrong_form(Parameter(name, "date", Message(name, name), None), value)


def _refuse_wrong_form(parameter: Parameter, value: str) -> None:
    pattern, example = _FORMS.get(parameter.kind, ("", ""))
    if pattern and not re.fullmatch(pattern, value):
        raise UsageError(
            Message(
                f"„{value}“ passt nicht zu {parameter.name}; schreiben Sie etwa {example}.",
                f"“{value}” does not fit {parameter.name}; write something like {example}.",
            )
        )


def resolve(value: str, kind: str, rows: Rows) -> str:
    """Return the IRI that a slug, IRI, label or alias names.

    Raises:
        UsageError: nothing or several things bear the name; the message lists candidates.
    """
    is_iri = re.fullmatch(_IRI, value)
    if is_iri and kind not in _CLASSES:
        return value
    bearers, named = found(value, kind, rows)
    if len(bearers) == 1:
        return next(iter(bearers))
    if bearers:
        raise ambiguous(value, {iri.rsplit("/", 1)[1]: name for iri, name in bearers.items()})
    known = list({name: iri for iri, name, _ in named})
    raise unknown_name(value.rpartition("/")[2] if is_iri else value, known)


def found(value: str, kind: str, rows: Rows) -> tuple[dict[str, str], Named]:
    """Return what `bearers_of` finds among all names of a kind, and the names looked through.

    The engine looks for them. What is asked first is answered from an index; only a name that is
    written otherwise makes it go through all names, and only one that nothing bears brings them
    all here.
    """
    named: Named = []
    for query in _lookups(value, kind, rows):
        # Sorted here: an engine that looks up each text anew takes long over a country's names.
        named = sorted(rows(query))
        bearers = bearers_of(value, named)
        if bearers:
            return bearers, named
    return {}, named


def _lookups(value: str, kind: str, rows: Rows) -> Iterator[str]:
    """Yield queries for the rows of `bearers_of` that a value may mean, the likeliest first."""
    if re.fullmatch(_IRI, value):
        yield _names_query(kind, f"VALUES ?iri {{ <{value}> }}")
    elif SLUG.fullmatch(value) and (kind in _CLASSES or kind == "actor"):
        # Things of a kind share a folder: one of them tells where it is.
        kinds = [kind] if kind in _CLASSES else list(_CLASSES)
        named = [row for one in kinds for row in rows(_names_query(one) + " LIMIT 1")]
        folders = dict.fromkeys(iri.rpartition("/")[0] for iri, *_ in named)
        addresses = " ".join(f"<{folder}/{value}>" for folder in folders)
        yield _names_query(kind, f"VALUES ?iri {{ {addresses} }}")
    elif SLUG.fullmatch(value):
        yield _names_query(kind, condition=f"STRENDS(STR(?iri), {_literal('/' + value)})")
    written = _literal(value)
    yield _names_query(kind, f"VALUES ?name {{ {written} {written}@de {written}@en }}")
    if pattern := _written_alike(value):
        condition = f'REGEX(STR(?name), {_literal(pattern)}, "i")'
        yield _names_query(kind, condition=condition)
    yield _names_query(kind)


def _written_alike(name: str) -> str:
    """Return a pattern for the names that fold to the same slug.

    >>> re.fullmatch(_written_alike("muellers-strasse"), "Müllers Straße ", re.I) is not None
    True
    """
    folded = _folded(name)
    if not folded:
        return ""
    sign = "[^a-z0-9äöüß]"
    either = {"ae": "(ae|ä)", "oe": "(oe|ö)", "ue": "(ue|ü)", "ss": "(ss|ß)", "-": f"{sign}+"}
    inner = re.sub("|".join(either), lambda match: either[match[0]], folded)
    return f"^{sign}*{inner}{sign}*$"


def bearers_of(value: str, named: Named) -> dict[str, str]:
    """Return what a slug, IRI, label or alias names best, with the name it goes by there.

    `named` are rows of IRI, name and whether that is the preferred one ("1" or ""). A slug comes
    before a label, a label before an alias, an alias before a name that is written alike.

    >>> named = [("id/linde", "Linde e. V.", "1"), ("id/linde", "Lindenhaus", "")]
    >>> bearers_of("lindenhaus", named), bearers_of("Eiche", named)
    ({'id/linde': 'Lindenhaus'}, {})
    """
    candidates: dict[str, tuple[int, str]] = {}
    for iri, label, preferred in named:
        if iri == value:
            return {iri: label}
        if SLUG.fullmatch(value) and iri.endswith("/" + value):
            rank = 0
        elif label == value and preferred:
            rank = 1
        elif label == value:
            rank = 2
        else:
            continue
        candidates[iri] = min(candidates.get(iri, (9, "")), (rank, label))
    if not candidates:
        wanted = _folded(value)
        for iri, label, _ in named:
            if _folded(label) == wanted:
                candidates[iri] = min(candidates.get(iri, (9, "")), (3, label))
    best = min((rank for rank, _ in candidates.values()), default=9)
    return {iri: candidates[iri][1] for iri in sorted(candidates) if candidates[iri][0] == best}


def ambiguous(value: str, bearers: Mapping[str, str]) -> UsageError:
    """Return the objection to a name that several things bear, listed with their names."""
    listing = ", ".join(f"{slug} ({name})" for slug, name in bearers.items())
    return UsageError(
        Message(
            f"„{value}“ kann mehreres heißen: {listing}. Geben Sie das Kürzel an.",
            f"“{value}” may mean several things: {listing}. Give the slug.",
        )
    )


def unknown_name(value: str, known: Iterable[str]) -> UsageError:
    """Return the objection to a name that nothing bears, with the nearest of those `known`."""
    return _unknown("Name", "name", value, list(known))


def _names_query(kind: str, first: str = "", condition: str = "") -> str:
    """Return a query for IRI, name and rank of what is of a kind, narrowed down as far as given."""
    narrowed = f"FILTER({condition})" if condition else ""
    names = (
        f"{first} {{ ?iri skos:prefLabel ?name {narrowed} BIND('1' AS ?preferred) }} UNION "
        f"{{ ?iri skos:altLabel ?name {narrowed} BIND('' AS ?preferred) }}"
    )
    if first or condition:
        # Else an engine may look up the type of everything before it looks at any name.
        names = f"{{ SELECT ?iri ?name ?preferred WHERE {{ {names} }} }}"
    type_pattern = f"?iri a <{_CLASSES[kind]}> ." if kind in _CLASSES else ""
    if kind == "actor":
        classes = ", ".join(f"<{one}>" for one in _CLASSES.values())
        type_pattern = f"?iri a ?class . FILTER(?class IN ({classes}))"
    concept = f"?class != <{_CLASSES['action-field']}> || " if kind == "actor" else ""
    scheme = (
        f'FILTER({concept}CONTAINS(STR(?iri), "/action-field/"))'
        if kind in ("action-field", "actor")
        else ""
    )
    return (
        "SELECT DISTINCT (STR(?iri) AS ?i) (STR(?name) AS ?n) ?preferred WHERE { "
        f"{names} {type_pattern} {scheme} }}"
    )


def _with_default(text: str, name: str, term: str) -> str:
    pattern = re.compile(_DEFAULT.format(name=re.escape(name)), re.M)
    return pattern.sub(lambda match: f"{match[1]} {term} {match[3]}", text)


def _literal(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("\r", "\\r") + '"'


def _folded(name: str) -> str:
    return slugify(name)


def nearest(name: str, known: list[str]) -> Message:
    """Return a hint at what somebody who wrote `name` may have meant of what is `known`."""
    folded = {_folded(one): one for one in known}
    if len(folded) > _MANY:
        # To compare each of a country's names takes seconds; most begin no word alike.
        starts = [f"-{part[:3]}" for part in _folded(name).split("-")]
        folded = {
            key: one for key, one in folded.items() if any(start in f"-{key}" for start in starts)
        }
    near = [
        folded[match]
        for match in difflib.get_close_matches(_folded(name), list(folded), n=3, cutoff=0.5)
    ]
    near += [one for one in known if _folded(name) and _folded(name) in _folded(one)][:5]
    near = list(dict.fromkeys(near))[:5]
    if near:
        listing = ", ".join(near)
        return Message(f"Meinten Sie: {listing}?", f"Did you mean: {listing}?")
    if known and len(known) <= 30:
        listing = ", ".join(known)
        return Message(f"Es gibt: {listing}.", f"There are: {listing}.")
    if known:
        return Message("Nichts heißt ähnlich.", "Nothing has a similar name.")
    return Message("Es gibt hier keine.", "There are none here.")


def _unknown(de: str, en: str, name: str, known: list[str]) -> UsageError:
    hint = nearest(name, known)
    missing = {
        "Frage": f"Eine Frage „{name}“ gibt es nicht.",
        "Name": f"Nichts heißt hier „{name}“.",
        "Parameter": f"Einen Parameter „{name}“ gibt es nicht.",
    }[de]
    return UsageError(Message(f"{missing} {hint.de}", f"No {en} “{name}”. {hint.en}"))
