"""What a client says it takes -> the format and the language of the answer (RFC 9110, part 12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from itas_graph.errors import Language

#: Of each format of a table (SELECT, ASK) its media type, then the other names it goes by.
TABLES = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}
#: The same of a graph (CONSTRUCT, DESCRIBE); rdflib asks for N-Triples as text/plain.
GRAPHS = {
    "ttl": ("text/turtle", "application/x-turtle"),
    "nt": ("application/n-triples", "text/plain"),
    "jsonld": ("application/ld+json", "application/json"),
    "rdf": ("application/rdf+xml", "application/xml", "text/xml"),
}
#: What goes to people.
PAGE = "text/html"
#: What `format=` may say: the table and the graph it stands for.
FORMATS: Mapping[str, tuple[str | None, str | None]] = {
    "json": ("json", "jsonld"),
    "xml": ("xml", "rdf"),
    "csv": ("csv", None),
    "tsv": ("tsv", None),
    "ttl": (None, "ttl"),
    "turtle": (None, "ttl"),
    "nt": (None, "nt"),
    "ntriples": (None, "nt"),
    "jsonld": (None, "jsonld"),
    "json-ld": (None, "jsonld"),
    "rdf": (None, "rdf"),
    "rdf+xml": (None, "rdf"),
}


def best(accept: str, offers: Sequence[str]) -> str | None:
    """Return the media type of `offers` that the header `accept` likes best, or None.

    An empty header takes everything. Of two that are liked alike the one called by its name goes
    before one that is only let pass (`*/*`), then the earlier one.

    >>> best("text/csv;q=0.5, application/json", ["text/csv", "application/json"])
    'application/json'
    >>> best("text/csv, */*", ["application/json", "text/csv"])
    'text/csv'
    >>> best("text/*;q=0.5, text/csv;q=0", ["text/csv"]) is None
    True
    """
    if not accept.strip():
        return offers[0]
    ranges = _weighted(accept)
    rated = []
    for place, offer in enumerate(offers):
        kind = offer.partition("/")[0]
        for exact, name in enumerate((offer, f"{kind}/*", "*/*")):
            if name in ranges:
                rated.append((-ranges[name], exact, place, offer))
                break
    liked = [one for one in rated if one[0] < 0]
    return min(liked)[-1] if liked else None


def media_type(accept: str, formats: Mapping[str, Sequence[str]]) -> tuple[str | None, str]:
    """Return the format (a key of `formats`) that `accept` likes best, and its media type.

    >>> media_type("application/json", TABLES)
    ('json', 'application/json')
    >>> media_type("image/png", TABLES)
    (None, '')
    """
    firsts = [names[0] for names in formats.values()]
    others = [name for names in formats.values() for name in names[1:]]
    chosen = best(accept, [*firsts, *others])
    for name, names in formats.items():
        if chosen in names:
            return name, chosen or ""
    return None, ""


@lru_cache(maxsize=256)
def wants_page(accept: str, form: str) -> bool:
    """Say whether an answer goes to a person: by `format=html`, else by what a browser accepts.

    >>> wants_page("text/html,application/xml;q=0.9,*/*;q=0.8", ""), wants_page("*/*", "")
    (True, False)
    >>> wants_page("text/html", "csv"), wants_page("*/*", "html")
    (False, True)
    """
    if form == "html" or form in FORMATS or "/" in form:
        return form in ("html", PAGE)
    others = [name for names in (*TABLES.values(), *GRAPHS.values()) for name in names]
    return bool(accept.strip()) and best(accept, [*others, PAGE]) == PAGE


def language(accept: str) -> Language:
    """Return German if the header Accept-Language likes it better than English, else English.

    >>> language("de-DE,de;q=0.9,en;q=0.8"), language("fr, en;q=0.5"), language("")
    ('de', 'en', 'en')
    """
    liked = {"de": 0.0, "en": 0.0}
    for name, weight in _weighted(accept).items():
        short = name.partition("-")[0]
        if short in liked:
            liked[short] = max(liked[short], weight)
    return "de" if liked["de"] > liked["en"] else "en"


def _weighted(header: str) -> dict[str, float]:
    """Return each range of a header with its weight; what is no number weighs nothing."""
    weights = {}
    for part in header.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = _number(value.strip())
        if name:
            weights[name] = weight
    return weights


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0
    return value if 0 <= value <= 1 else 0


def takes_gzip(header: str) -> bool:
    """Say whether the header Accept-Encoding takes gzip.

    >>> takes_gzip("gzip, br"), takes_gzip("gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    weights = _weighted(header)
    return weights.get("gzip", weights.get("*", 0)) > 0


def matches(header: str, tag: str) -> bool:
    """Say whether the header If-None-Match names the entity tag `tag`, weakly compared.

    >>> matches('"a", W/"b"', '"b"'), matches("*", '"b"'), matches("", '"b"')
    (True, True, False)
    """
    named = [one.strip().removeprefix("W/") for one in header.split(",")]
    return "*" in named or tag.removeprefix("W/") in named
