"""A number of statements -> N-Quads in the model of this project, with a known number of faults.

Organisations, initiatives and involvements with role, dates and evidence, 500 involvements to a
source graph. Nothing is drawn by lot: the same numbers give the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from itas_graph.vocab import NS, PREFIXES

ID = "https://w3id.org/itas-graph/id/"
CONCEPT = PREFIXES["concept"]
TYPE = f"<{PREFIXES['rdf']}type>"
LABEL = f"<{PREFIXES['skos']}prefLabel>"
XSD = PREFIXES["xsd"]

#: Statements that a link brings along, with its share of organisation, initiative and source.
EACH = 12.0
PER_SOURCE = 500
ROLES = ("consortium-partner", "contractor", "client", "cooperation-partner", "involved")
KINDS = ("company", "university", "authority", "association", "network")
WORDS = ("Wald", "Holz", "Strom", "Wasser", "Bahn", "Werk", "Licht", "Stahl", "Faser", "Daten")
FORMS = ("GmbH", "AG", "e. V.", "Verbund", "Stiftung")

#: The rule that each kind of fault breaks, once. In this order, link after link.
FAULTS = (
    "involvement-role",
    "period-end-after-start",
    "involved-organisation-known",
    "involvement-role-known",
    "initiative-name",
    "name-once",
    "anchor-length",
    "valid-from-form",
    "slug",
    "anchor-mail",
    "organisation-kind-given",
    "term-declared",
)


def expected(faults: int) -> Counter[str]:
    """Return how often each rule is broken in data with so many faults."""
    return Counter(FAULTS[number % len(FAULTS)] for number in range(faults))


def quads(statements: int, faults: int = 0) -> Iterator[str]:
    """Yield lines of N-Quads, about `statements` of them, with exactly so many broken rules.

    Raises:
        ValueError: there are not six links for each fault, so two might meet in one record.
    """
    links = max(1, int(statements / EACH))
    if faults * 6 > links:
        raise ValueError(f"{links} links are too few for {faults} faults")
    step = links // faults if faults else links + 1
    for number in range(links):
        broken = number % step == 0 and number // step < faults
        fault = FAULTS[number // step % len(FAULTS)] if broken else ""
        yield from _link(number, fault)


def _iri(text: str) -> str:
    return f"<{text}>"


def _lines(subject: str, graph: str, *pairs: tuple[str, str]) -> Iterator[str]:
    for prop, value in pairs:
        yield f"{subject} {prop} {value} {graph} .\n"


def _own(name: str) -> str:
    return _iri(NS + name)


def _name(number: int) -> str:
    words = [WORDS[number // 10**place % 10] for place in range(6)]
    return f"{''.join(words[:3])}-{''.join(words[3:])} {FORMS[number % 5]}"


def _link(number: int, fault: str) -> Iterator[str]:
    """Yield an involvement; each third one brings an organisation, each second an initiative."""
    source = _iri(f"{ID}source/liste-{number // PER_SOURCE:05}")
    # A fault brings records of its own, so that each breaks one rule only.
    mark = "-x" if fault else ""
    host = number if fault else number // 3
    slug = f"traeger-{host:07}{mark}"
    organisation = _iri(f"{ID}organisation/{slug}")
    initiative = _iri(f"{ID}initiative/vorhaben-{number if fault else number // 2:07}{mark}")
    if number % PER_SOURCE == 0:
        yield from _source(source, number // PER_SOURCE)
    if number % 3 == 0:
        usual = _iri(f"{ID}organisation/traeger-{number // 3:07}")
        yield from _organisation(usual, source, number // 3, "")
    if number % 2 == 0:
        usual = _iri(f"{ID}initiative/vorhaben-{number // 2:07}")
        yield from _initiative(usual, source, number, "")
    if fault:
        yield from _organisation(organisation, source, host, fault)
        yield from _initiative(initiative, source, number, fault)
    yield from _involvement(number, organisation, initiative, source, fault)


def _source(source: str, number: int) -> Iterator[str]:
    yield from _lines(
        source,
        source,
        (TYPE, _own("Source")),
        (_iri(PREFIXES["dcterms"] + "title"), f'"Liste {number}"'),
        (_iri(PREFIXES["dcterms"] + "type"), _iri(CONCEPT + "source-kind/project-profile")),
        (_iri(PREFIXES["dcterms"] + "language"), '"de"'),
        (
            _iri(PREFIXES["schema"] + "url"),
            f'"https://liste.example/{number}"^^<{XSD}anyURI>',
        ),
        (_own("coverage"), _iri(CONCEPT + "coverage/full")),
    )


def _organisation(node: str, source: str, number: int, fault: str) -> Iterator[str]:
    name = _name(number)
    kind = _iri(f"{CONCEPT}organisation-kind/{KINDS[number % 5]}")
    pairs = [(TYPE, _iri(PREFIXES["org"] + "Organization")), (LABEL, f'"{name}"')]
    if fault == "name-once":
        pairs.append((LABEL, f'"{name} (zuvor)"'))
    if fault != "organisation-kind-given":
        pairs.append((_iri(PREFIXES["org"] + "classification"), kind))
    yield from _lines(node, source, *pairs)


def _initiative(node: str, source: str, number: int, fault: str) -> Iterator[str]:
    pairs = [
        (TYPE, _own("Initiative")),
        (_iri(PREFIXES["dcterms"] + "type"), _iri(CONCEPT + "initiative-kind/project")),
        (_own("asOf"), f'"{2010 + number % 15}"^^<{XSD}gYear>'),
    ]
    if fault != "initiative-name":
        pairs.append((LABEL, f'"Vorhaben {_name(number)[:-5]} {number}"'))
    yield from _lines(node, source, *pairs)


def _involvement(
    number: int, organisation: str, initiative: str, source: str, fault: str
) -> Iterator[str]:
    name = _name(number // 3)
    # The number at the end stands for what tells two links of the same two apart.
    slug = f"{'N' if fault == 'slug' else 'n'}-{number:07}"
    start, end = 2010 + number % 10, 2012 + number % 10
    if fault == "period-end-after-start":
        start, end = end, start
    began = f'"{start}-0{1 + number % 9}-15"^^<{XSD}date>'
    if fault == "valid-from-form":
        began = f'"{start}-13"^^<{XSD}gYearMonth>'
    role = _iri(f"{CONCEPT}role/{ROLES[number % 5]}")
    if fault == "involvement-role-known":
        role = _iri(CONCEPT + "role/speaker")
    whom = organisation[:-1] + "-fehlt>" if fault == "involved-organisation-known" else organisation
    anchor = name
    if fault == "anchor-length":
        anchor = " ".join(WORDS + WORDS[:3])
    elif fault == "anchor-mail":
        anchor = "post@beispiel.example"
    pairs = [
        (TYPE, _own("Involvement")),
        (_own("involvedOrganisation"), whom),
        (_own("involvementIn"), initiative),
        (_own("organisationAsWritten"), f'"{name}"'),
        (_own("anchor"), f'"{anchor}"'),
        (_own("validFrom"), began),
        (_own("validUntil"), f'"{end}"^^<{XSD}gYear>'),
        (_own("fundingProgramme"), f'"Programm {number % 40}"'),
    ]
    if fault != "involvement-role":
        pairs.append((_own("role"), role))
    if fault == "term-declared":
        pairs.append((_own(f"nirgendsErklaert{number}"), '"x"'))
    yield from _lines(_iri(f"{ID}involvement/{slug}"), source, *pairs)
