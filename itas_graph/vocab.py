"""Namespaces and IRIs: the prefixes every query may use, and how a slug becomes an IRI."""

from __future__ import annotations

import re

NS = "https://w3id.org/itas-graph/ns#"
CONCEPT = "https://w3id.org/itas-graph/concept/"
BASE = "https://w3id.org/itas-graph/id/"

PREFIXES: dict[str, str] = {
    "itas": NS,
    "concept": CONCEPT,
    "certainty": CONCEPT + "certainty/",
    "role": CONCEPT + "role/",
    "status": CONCEPT + "status/",
    "visibility": CONCEPT + "visibility/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

RDF_TYPE = PREFIXES["rdf"] + "type"
XSD = PREFIXES["xsd"]
VOID = "http://rdfs.org/ns/void#"
PREF_LABEL = PREFIXES["skos"] + "prefLabel"
ALT_LABEL = PREFIXES["skos"] + "altLabel"
PARTIAL_DATE = NS + "partialDate"

SLUG = re.compile(r"[a-z0-9]+(?:-+[a-z0-9]+)*")

_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slugify(text: str) -> str:
    """Return the slug a curator would write for `text`.

    >>> slugify("Westsächsische Hochschule Zwickau (WHZ)")
    'westsaechsische-hochschule-zwickau-whz'
    """
    lowered = text.lower().translate(_TRANSLITERATION)
    return re.sub(r"[^a-z0-9]+", "-", lowered).strip("-")
