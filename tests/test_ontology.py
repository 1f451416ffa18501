"""The ontology kept like software: all declared, named in both languages, each rule at work."""

import json
import re
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

from itas_graph.vocab import PREFIXES

ROOT = Path(__file__).parent.parent
ONTOLOGY = ROOT / "ontology"
BASE = "https://w3id.org/itas-graph/id/"

CONCEPT = "https://w3id.org/itas-graph/concept/"
DCTERMS = Namespace("http://purl.org/dc/terms/")
ITAS = Namespace("https://w3id.org/itas-graph/ns#")
SH = Namespace("http://www.w3.org/ns/shacl#")
SHAPE = Namespace("https://w3id.org/itas-graph/shape/")

SCHEMES = sorted(ONTOLOGY.glob("schemes/*.ttl"))
VALID = sorted(ONTOLOGY.glob("examples/valid/*.ttl"))
INVALID = sorted(ONTOLOGY.glob("examples/invalid/*.ttl"))
TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)

CONTEXT = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))["@context"]


def read(*files):
    graph = Graph()
    for file in files:
        graph.parse(file, format="turtle", publicID=BASE)
    return graph


def absolute(name):
    prefix, _, local = name.partition(":")
    return URIRef(CONTEXT[prefix] + local) if prefix in CONTEXT and local else None


def definitions(node=CONTEXT):
    """Every term definition of the context, scoped ones too."""
    for name, value in node.items():
        if isinstance(value, dict):
            if name != "@context":
                yield name, value
            yield from definitions(value)


ITAS_TTL = read(ONTOLOGY / "itas.ttl")
LABELS = read(ONTOLOGY / "labels.ttl")
ALIGNMENTS = read(ONTOLOGY / "alignments.ttl")
CONCEPTS = read(*SCHEMES)
VOCABULARY = ITAS_TTL + LABELS + ALIGNMENTS + CONCEPTS
# Parsed before pySHACL sees them: shapes that do not parse would leave rdflib broken for all tests.
SHAPES = read(ONTOLOGY / "shapes.ttl")

TERMS = sorted(set(ITAS_TTL.subjects(RDFS.isDefinedBy, None)))
RULES = sorted(
    {*SHAPES.subjects(RDF.type, SH.NodeShape), *SHAPES.subjects(RDF.type, SH.PropertyShape)}
)
TARGETED = [rule for rule in RULES if any((rule, target, None) in SHAPES for target in TARGETS)]


def short(node):
    return re.split(r"[/#]", str(node))[-1]


def in_both_languages(graph, node, prop):
    """Exactly one text each in German and English."""
    texts = list(graph.objects(node, prop))
    languages = sorted(str(text.language) for text in texts)
    return languages == ["de", "en"] and all(str(text).strip() for text in texts)


def ours(text):
    return text.startswith((str(ITAS), CONCEPT))


def declared():
    return {str(term) for term in TERMS} | {
        str(node)
        for kind in (SKOS.Concept, SKOS.ConceptScheme)
        for node in CONCEPTS.subjects(RDF.type, kind)
    }


def objections(data):
    graph = VOCABULARY + data
    _, report, _ = pyshacl.validate(
        graph, shacl_graph=SHAPES, inference="none", advanced=False, js=False, meta_shacl=False
    )
    return {
        short(report.value(result, SH.sourceShape))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


@pytest.fixture(autouse=True)
def rdflib_stays_whole():
    yield
    assert rdflib.NORMALIZE_LITERALS is True


# Own terms


def test_nothing_has_shrunk():
    assert len(TERMS) >= 60
    assert len(RULES) >= 150
    assert len(TARGETED) >= 130
    assert len(SCHEMES) >= 11
    assert len(VALID) >= 10
    assert len(INVALID) >= 50


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_each_term_is_named_and_explained_in_both_languages(term):
    assert in_both_languages(ITAS_TTL, term, RDFS.label)
    assert in_both_languages(ITAS_TTL, term, RDFS.comment)
    assert list(ITAS_TTL.objects(term, RDF.type))


def test_every_subject_in_our_namespace_is_a_declared_term():
    subjects = {node for node in ITAS_TTL.subjects() if str(node).startswith(str(ITAS))}
    assert subjects == set(TERMS)


def test_the_ontology_describes_itself():
    node = URIRef("https://w3id.org/itas-graph/ns")
    assert (node, RDF.type, OWL.Ontology) in ITAS_TTL
    assert in_both_languages(ITAS_TTL, node, DCTERMS.title)
    assert in_both_languages(ITAS_TTL, node, DCTERMS.description)
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert ITAS_TTL.value(node, DCTERMS.license) == licence


def test_everything_in_the_context_is_declared_or_labelled():
    used = {
        iri
        for text in re.findall(r'"([a-z]+:\w+)"', json.dumps(CONTEXT))
        if (iri := absolute(text)) is not None and not str(iri).startswith(str(XSD))
    }
    assert len(used) >= 90
    own = {iri for iri in used if str(iri).startswith(str(ITAS))}
    assert own <= set(TERMS)
    unnamed = {iri for iri in used - own if not in_both_languages(LABELS, iri, RDFS.label)}
    assert not unnamed


def test_labels_are_complete_and_for_standard_terms_only():
    nodes = set(LABELS.subjects())
    assert len(nodes) >= 50
    assert not [node for node in nodes if ours(str(node))]
    assert not [node for node in nodes if not in_both_languages(LABELS, node, RDFS.label)]


def test_only_properties_in_use_are_marked_as_single_valued():
    used = {absolute(value["@id"]) for _, value in definitions() if "@id" in value}
    used |= {absolute(value) for value in CONTEXT.values() if isinstance(value, str)}
    marked = set(ITAS_TTL.subjects(ITAS.singleValued))
    assert marked <= used
    assert set(ITAS_TTL.objects(None, ITAS.singleValued)) == {Literal(True)}
    assert {ITAS.validFrom, ITAS.validUntil, ITAS.attendance, ITAS.edition} <= marked


def test_sole_roles_are_roles():
    sole = set(CONCEPTS.subjects(ITAS.soleRole, Literal(True)))
    assert {short(role) for role in sole} >= {"consortium-lead", "client", "responsible-partner"}
    assert {CONCEPT + "role/" + short(role) for role in sole} == {str(role) for role in sole}


# Declared wherever used


@pytest.mark.parametrize("file", [ONTOLOGY / "shapes.ttl", *VALID], ids=lambda file: file.stem)
def test_terms_used_in_shapes_and_examples_are_declared(file):
    used = {str(node) for triple in read(file) for node in triple if isinstance(node, URIRef)}
    used |= {
        str(node.datatype)
        for node in read(file).objects()
        if isinstance(node, Literal) and node.datatype
    }
    assert {iri for iri in used if ours(iri)} <= declared()


def test_terms_used_in_the_vocabulary_are_declared():
    used = {str(node) for triple in VOCABULARY for node in triple if isinstance(node, URIRef)}
    assert {iri for iri in used if ours(iri)} <= declared()


def query_terms(text):
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    own = dict(re.findall(r"(?i)PREFIX\s+([\w-]*):\s*<([^>]*)>", text))
    text = re.sub(r"(?i)PREFIX\s+[\w-]*:\s*<[^>]*>", "", text)
    prefixes = {**PREFIXES, **own}
    whole = [iri for iri in re.findall(r"<([^<>\s]+)>", text) if ours(iri)]
    text = re.sub(r"<[^<>\s]+>|\"[^\"\n]*\"", " ", text)
    short_names = [
        prefixes[prefix] + local.replace("\\", "")
        for prefix, local in re.findall(r"(?<![\w:?$-])([a-z][\w-]*):((?:[\w-]|\\/)+)", text)
        if prefix in prefixes
    ]
    return {iri for iri in [*whole, *short_names] if ours(iri)}


def test_reading_terms_out_of_a_query():
    text = """#+ title: itas:notHere
    PREFIX r: <https://w3id.org/itas-graph/concept/role/>
    SELECT * { ?x itas:role r:speaker ; a <https://w3id.org/itas-graph/ns#Talk> . # "x"
      FILTER(?y != "itas:text") ?x ?itas:b status:held }"""
    assert query_terms(text) == {
        str(ITAS.role),
        str(ITAS.Talk),
        CONCEPT + "role/speaker",
        CONCEPT + "status/held",
    }


def test_terms_used_in_queries_are_declared():
    files = sorted((ROOT / "queries").rglob("*.rq"))
    assert len(files) >= 4
    unknown = {
        f"{file.name}: {iri}"
        for file in files
        for iri in query_terms(file.read_text("utf-8"))
        if iri not in declared() | {CONCEPT, str(ITAS)}
    }
    assert not unknown


# Schemes


@pytest.mark.parametrize("file", SCHEMES, ids=lambda file: file.stem)
def test_schemes_are_complete_in_both_languages(file):
    graph = read(file)
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    assert schemes
    for scheme in schemes:
        assert in_both_languages(graph, scheme, DCTERMS.title)
        assert in_both_languages(graph, scheme, DCTERMS.description)
        members = set(graph.subjects(SKOS.inScheme, scheme))
        assert len(members) >= 2
        order = Counter(graph.value(member, SKOS.notation) for member in members)
        assert None not in order
        assert set(order.values()) == {1}
        names = Counter(
            (str(name).casefold(), name.language)
            for member in members
            for prop in (SKOS.prefLabel, SKOS.altLabel)
            for name in graph.objects(member, prop)
        )
        assert not [name for name, times in names.items() if times > 1]
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        assert in_both_languages(graph, concept, SKOS.prefLabel)
        assert in_both_languages(graph, concept, SKOS.definition)
        assert set(graph.objects(concept, SKOS.inScheme)) <= schemes
        top = set(graph.objects(concept, SKOS.topConceptOf))
        assert top == set(graph.objects(concept, SKOS.inScheme))


def test_a_concept_lives_under_its_scheme():
    for concept, scheme in CONCEPTS.subject_objects(SKOS.inScheme):
        folder, _, slug = str(concept).rpartition("/")
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert folder == str(scheme) or (
            folder == CONCEPT + "role" and str(scheme).endswith("-role")
        )


def test_action_fields_follow_the_resource_base():
    file = ONTOLOGY / "schemes" / "action-fields.ttl"
    assert BASE not in file.read_text("utf-8")
    moved = Graph().parse(file, format="turtle", publicID="https://netz.example.org/id/")
    fields = set(moved.subjects(RDF.type, ITAS.ActionField))
    assert len(fields) == 5
    assert all(
        str(field).startswith("https://netz.example.org/id/action-field/") for field in fields
    )


# Shapes


@pytest.mark.parametrize("rule", RULES, ids=short)
def test_each_rule_says_what_is_wrong_and_what_to_do(rule):
    assert isinstance(rule, URIRef)
    assert str(rule).startswith(str(SHAPE))
    assert in_both_languages(SHAPES, rule, SH.message)
    assert in_both_languages(SHAPES, rule, ITAS.remedy)
    for message in SHAPES.objects(rule, SH.message):
        assert not str(message).endswith((".", "!")), "the value at fault is appended"
    for remedy in SHAPES.objects(rule, ITAS.remedy):
        assert str(remedy).endswith(".")
    if rule in TARGETED:
        assert SHAPES.value(rule, SH.severity) in (SH.Violation, SH.Warning)
    if (rule, RDF.type, SH.PropertyShape) in SHAPES:
        assert isinstance(SHAPES.value(rule, SH.path), URIRef)


def test_no_blank_nodes_but_lists():
    loose = {
        node
        for triple in SHAPES
        for node in triple
        if isinstance(node, BNode) and (node, RDF.first, None) not in SHAPES
    }
    assert not loose


def test_every_building_block_is_used():
    used = set(SHAPES.objects(None, RDF.first)) | set(SHAPES.objects(None, SH["not"]))
    assert set(RULES) - set(TARGETED) == used & set(RULES)


def test_the_shapes_are_valid_shacl():
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


def guarded(prop, *constraints):
    return any(
        (rule, constraint, None) in SHAPES
        for rule in SHAPES.subjects(SH.path, prop)
        if rule in TARGETED
        for constraint in constraints
    )


def test_every_reference_date_and_address_in_the_context_has_a_rule():
    by_type = {"@id": set(), "itas:partialDate": set(), "xsd:anyURI": set(), "@vocab": set()}
    numbers = set()
    for _, value in definitions():
        prop = absolute(value.get("@id", value.get("@reverse", "")))
        if prop is None:
            continue
        by_type.setdefault(value.get("@type", ""), set()).add(prop)
        if value.get("@type", "") in ("xsd:integer", "xsd:decimal"):
            numbers.add(prop)
    assert len(by_type["@id"]) >= 30
    references = by_type["@id"] | by_type["@vocab"]
    assert not [prop for prop in references if not guarded(prop, SH["class"], SH["and"], SH["or"])]
    assert not [prop for prop in by_type["itas:partialDate"] if not guarded(prop, SH["or"])]
    assert not [prop for prop in by_type["xsd:anyURI"] if not guarded(prop, SH.pattern)]
    assert not [prop for prop in numbers if not guarded(prop, SH.datatype)]


# Examples


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_valid_example_conforms(file):
    assert objections(read(file)) == set()


def promised(file):
    first = file.read_text("utf-8").partition("\n")[0]
    assert first.startswith("# objects: ")
    return set(first.removeprefix("# objects: ").split())


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_invalid_example_is_objected_to_by_the_named_rules_only(file):
    assert objections(read(file)) == promised(file)


def test_every_rule_is_shown_at_work():
    shown = {name for file in INVALID for name in promised(file)}
    assert shown == {short(rule) for rule in TARGETED}


# Alignments


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_each_term_is_aligned_or_says_why_not(term):
    matches = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch)
    ties = {
        str(other)
        for prop in (*matches, SKOS.relatedMatch)
        for other in ALIGNMENTS.objects(term, prop)
    }
    assert not [other for other in ties if ours(other)]
    if ties:
        assert not list(ALIGNMENTS.objects(term, ITAS.noAlignment))
    else:
        assert in_both_languages(ALIGNMENTS, term, ITAS.noAlignment)


def test_only_known_terms_are_aligned():
    known = declared() | {str(node) for node in LABELS.subjects()}
    assert {str(node) for node in ALIGNMENTS.subjects()} <= known


# README


def test_the_readme_lists_every_term_with_its_names():
    rows = set(
        re.findall(
            r"^\| `itas:(\w+)` \| (.+?) \| (.+?) \|$",
            (ONTOLOGY / "README.md").read_text("utf-8"),
            flags=re.MULTILINE,
        )
    )
    labels = {
        (short(term), text.language): str(text)
        for term in TERMS
        for text in ITAS_TTL.objects(term, RDFS.label)
    }
    assert rows == {
        (name, labels[name, "de"], labels[name, "en"]) for name in {short(term) for term in TERMS}
    }
