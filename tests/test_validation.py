"""Shapes asked as queries find what pySHACL finds, at once and after a change."""

import itertools
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import many_statements
from itas_graph import shape_queries, shapes_graph, validation
from itas_graph.dataset import rdflib_term
from itas_graph.errors import EngineError
from itas_graph.vocab import PREFIXES

ONTOLOGY = Path(__file__).parent.parent / "ontology"
BASE = "https://w3id.org/itas-graph/id/"
EXAMPLES = sorted(
    [*ONTOLOGY.glob("examples/invalid/*.ttl"), *ONTOLOGY.glob("examples/valid/*.ttl")]
)
SH, RDF, XSD = PREFIXES["sh"], PREFIXES["rdf"], PREFIXES["xsd"]
SHAPES = shapes_graph.read(ONTOLOGY / "shapes.ttl")
TRANSLATION = shape_queries.translate(SHAPES)


def triples_of(path):
    return [
        ox.Triple(one.subject, one.predicate, one.object)
        for one in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=BASE)
    ]


VOCABULARY = [
    triple
    for name in ("itas", "labels", "alignments")
    for triple in triples_of(ONTOLOGY / f"{name}.ttl")
] + [triple for path in sorted(ONTOLOGY.glob("schemes/*.ttl")) for triple in triples_of(path)]


def asked(triples, shapes=SHAPES):
    return {key(one) for one in validation.validate(validation.store_of(triples), shapes)}


def reference(triples, shapes=SHAPES):
    data = rdflib.Graph()
    for one in triples:
        data.add(tuple(rdflib_term(term) for term in (one.subject, one.predicate, one.object)))
    return {key(one) for one in validation.by_pyshacl(data, shapes)}


def key(one):
    return (one.shape, one.component, one.focus, one.path, one.value, one.severity, one.constraint)


def shapes_of(tmp_path, text):
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    file = tmp_path / "shapes.ttl"
    file.write_text(f"{prefixes}@prefix : <urn:x:> .\n{text}", "utf-8")
    return shapes_graph.read(file)


# The shipped shapes


def test_every_shipped_constraint_has_a_query():
    assert TRANSLATION.left == {}
    assert TRANSLATION.unread == []
    assert len(TRANSLATION.queries) >= 160
    assert len(EXAMPLES) >= 60


def test_the_shipped_data_gives_the_same_results(shipped_checked):
    triples = shipped_checked.dataset.triples()
    assert asked(triples) == reference(triples) == set()


def as_rdflib_writes(results):
    """rdflib writes -8400000 anew as -8400000.0 when it reads it; the query keeps the text."""
    return {(*one[:4], one[4].removesuffix(".0"), *one[5:]) for one in results}


def test_examples_give_the_same_results():
    triples = [*VOCABULARY, *(one for file in EXAMPLES for one in triples_of(file))]
    found = asked(triples)
    assert as_rdflib_writes(found) == as_rdflib_writes(reference(triples))
    in_sparql = {query.shape.value for query in TRANSLATION.queries if query.constraint}
    assert len(in_sparql) == 9
    assert in_sparql <= {one[0] for one in found}


VALUES = [
    ox.NamedNode(BASE + "nirgends/nichts"),
    ox.NamedNode("https://w3id.org/itas-graph/concept/role/client"),
    ox.BlankNode("jemand"),
    ox.Literal("Eva Muster"),
    ox.Literal("N. N."),
    ox.Literal("eva@beispiel.example"),
    ox.Literal("ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn"),
    ox.Literal(" \t"),
    ox.Literal("Beispiel", language="de"),
    ox.Literal("EUR\n"),
    ox.Literal("2024-02-30", datatype=ox.NamedNode(XSD + "date")),
    ox.Literal("2024-02-29", datatype=ox.NamedNode(XSD + "date")),
    ox.Literal("2024-13", datatype=ox.NamedNode(XSD + "gYearMonth")),
    ox.Literal("2024", datatype=ox.NamedNode(XSD + "gYear")),
    ox.Literal("0", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("3", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("drei", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("-1.5", datatype=ox.NamedNode(XSD + "decimal")),
    ox.Literal("2.5", datatype=ox.NamedNode(XSD + "double")),
]


def everything_wrong():
    """For each shape with a target: a node with no value, with each of VALUES, and with two."""
    rdf_type = ox.NamedNode(RDF + "type")
    number = itertools.count()
    for shape in SHAPES:
        path = SHAPES.first(shape, SH + "path")
        classes = SHAPES.objects(shape, SH + "targetClass")
        subjects = SHAPES.objects(shape, SH + "targetSubjectsOf")
        for values in [[], VALUES[:2], VALUES[3:5], *([value] for value in VALUES)]:
            node = ox.NamedNode(f"{BASE}wrong/n-{next(number)}")
            yield from (ox.Triple(node, rdf_type, kind) for kind in classes)
            yield from (ox.Triple(node, prop, VALUES[3]) for prop in subjects if prop != path)
            if path is not None:
                yield from (ox.Triple(node, path, value) for value in values)
        for kind in classes:
            yield ox.Triple(ox.NamedNode(BASE + "wrong/Ärger"), rdf_type, kind)
            yield ox.Triple(ox.BlankNode("niemand"), rdf_type, kind)
        if other := SHAPES.first(shape, SH + "disjoint"):
            yield ox.Triple(node, path, VALUES[0])
            yield ox.Triple(node, other, VALUES[0])


def test_every_constraint_broken_on_purpose_gives_the_same_results():
    triples = [*VOCABULARY, *everything_wrong()]
    found = asked(triples)
    assert as_rdflib_writes(found) == as_rdflib_writes(reference(triples))
    in_sparql = {query.shape.value for query in TRANSLATION.queries if query.constraint}
    broken = {(one[0], one[1]) for one in found}
    every = {(query.shape.value, query.component) for query in TRANSLATION.queries}
    # Those in SPARQL are broken by the examples above.
    assert {one for one in every - broken if one[0] not in in_sparql} == set()


def test_a_sample_of_large_data_gives_the_same_results_and_the_known_number():
    lines = "".join(many_statements.quads(6_000, 60)).encode()
    triples = [quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS)]
    found = asked([*VOCABULARY, *triples])
    assert found == reference([*VOCABULARY, *triples])
    names = Counter(one[0].rpartition("/")[2] for one in found)
    assert names == many_statements.expected(60)
    assert len(names) == len(many_statements.FAULTS)


# Shapes that others may write

P, Q, R = (ox.NamedNode(f"urn:x:{name}") for name in "pqr")
NODES = [ox.NamedNode(f"urn:x:n{number}") for number in range(5)]
LITERALS = [
    ox.Literal("Eva Muster"),
    ox.Literal("eva", language="de"),
    ox.Literal("7", datatype=ox.NamedNode(XSD + "integer")),
    ox.Literal("sieben", datatype=ox.NamedNode(XSD + "integer")),
]
CLASSES = [ox.NamedNode(f"urn:x:{name}") for name in ("Person", "Organisation")]
PATHS = (
    ":p",
    "[ sh:inversePath :p ]",
    "( :p :q )",
    "( [ sh:inversePath :q ] :p )",
    "[ sh:alternativePath ( :p :r ) ]",
    "[ sh:zeroOrMorePath :q ]",
    "[ sh:oneOrMorePath ( :p :q ) ]",
    "[ sh:inversePath ( :p [ sh:inversePath :q ] ) ]",
    "[ sh:zeroOrOnePath :r ]",
)
TARGETS = (
    "sh:targetClass :Person",
    "sh:targetSubjectsOf :p",
    "sh:targetObjectsOf :q",
    "sh:targetNode :n1 , :n4",
    "sh:targetClass :Organisation ; sh:targetObjectsOf :p",
)
OF_VALUES = (
    "sh:class :Person",
    "sh:nodeKind sh:IRI",
    "sh:nodeKind sh:BlankNodeOrLiteral",
    "sh:datatype xsd:integer",
    'sh:pattern "^[A-Z]" ; sh:flags "i"',
    "sh:minLength 4",
    "sh:maxLength 8",
    "sh:minInclusive 5",
    "sh:maxExclusive 7",
    "sh:in ( :n1 :n2 7 )",
    "sh:hasValue :n1",
    "sh:closed true",
)
OF_PATHS = (
    "sh:minCount 1",
    "sh:maxCount 1",
    "sh:minCount 2",
    "sh:disjoint :r",
    "sh:uniqueLang true",
)


WRAPS = (
    "",
    "sh:not [ {} ]",
    "sh:or ( [ {} ] [ {} ] )",
    "sh:and ( [ {} ] [ {} ] )",
    "sh:node [ {} ]",
    "sh:property [ {} ]",
)


@st.composite
def bodies(draw, depth=2, paths=(None, *PATHS)):
    """The inside of a shape: a path or none, and what must hold."""
    path = draw(st.sampled_from(paths))
    parts = draw(st.lists(st.sampled_from(OF_VALUES), min_size=1, max_size=2, unique=True))
    # Two of a kind would be malformed.
    parts = list({part.split()[0]: part for part in parts}.values())
    if path is not None:
        parts = [f"sh:path {path}", *parts, draw(st.sampled_from(OF_PATHS))]
    if depth:
        wrap = draw(st.sampled_from(WRAPS))
        allowed = {"sh:node": (None,), "sh:property": PATHS}.get(wrap.split(" ")[0], (None, *PATHS))
        inner = bodies(depth=depth - 1, paths=allowed)
        parts += [wrap.format(*(draw(inner) for _ in range(wrap.count("{}"))))] if wrap else []
    return " ; ".join(parts)


def statements():
    of_type = st.builds(
        ox.Triple, st.sampled_from(NODES), st.just(ox.NamedNode(RDF + "type")),
        st.sampled_from(CLASSES),
    )  # fmt: skip
    others = st.builds(
        ox.Triple, st.sampled_from(NODES), st.sampled_from([P, Q, R]),
        st.sampled_from([*NODES, *LITERALS]),
    )  # fmt: skip
    return st.lists(st.one_of(of_type, others), max_size=14)


SUBCLASS = ox.Triple(CLASSES[1], ox.NamedNode(PREFIXES["rdfs"] + "subClassOf"), CLASSES[0])
PROPERTY_TEST = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@PROPERTY_TEST
@given(body=bodies(), target=st.sampled_from(TARGETS), data=statements(), subclass=st.booleans())
def test_any_shape_gives_the_same_results(tmp_path, body, target, data, subclass):
    shapes = shapes_of(tmp_path, f":S {target} ; {body} .")
    triples = [*data, *([SUBCLASS] if subclass else [])]
    assert asked(triples, shapes) == reference(triples, shapes)


@PROPERTY_TEST
@given(
    body=bodies(),
    target=st.sampled_from(TARGETS),
    data=statements(),
    gone=st.sets(st.integers(0, 13), max_size=3),
    come=statements(),
    subclass=st.sampled_from(["", "before", "after", "both"]),
)
def test_judging_what_changed_gives_what_judging_all_gives(
    tmp_path, body, target, data, gone, come, subclass
):
    shapes = shapes_of(tmp_path, f":S {target} ; {body} .")
    before = {*data, *([SUBCLASS] if subclass in ("before", "both") else [])}
    after = {one for at, one in enumerate(data) if at not in gone} | set(come[:3])
    after |= {SUBCLASS} if subclass in ("after", "both") else set()
    first = validation.validate(validation.store_of(before), shapes)
    store = validation.store_of(after)
    changed = validation.changes(before, after)
    assert validation.revalidate(store, shapes, changed, first) == validation.validate(
        store, shapes
    )


@settings(PROPERTY_TEST, max_examples=25)
@given(gone=st.sets(st.integers(0, 900), max_size=4), other=st.integers(0, 900))
def test_a_change_of_large_data_is_judged_like_the_whole(gone, other):
    lines = "".join(many_statements.quads(800, 6)).encode()
    before = [quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS)]
    after = [one for at, one in enumerate(before) if at not in gone]
    changed_one = before[other % len(before)]
    after.append(ox.Triple(changed_one.subject, changed_one.predicate, ox.Literal("anders")))
    first = validation.validate(validation.store_of([*VOCABULARY, *before]), SHAPES)
    store = validation.store_of([*VOCABULARY, *after])
    changed = validation.changes(before, after)
    assert validation.revalidate(store, SHAPES, changed, first) == validation.validate(
        store, SHAPES
    )


def test_one_changed_record_is_judged_without_the_others():
    lines = "".join(many_statements.quads(3_000)).encode()
    before = [quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS)]
    role = ox.NamedNode(PREFIXES["itas"] + "role")
    lost = next(one for one in before if one.predicate == role)
    changed = validation.changes(before, [one for one in before if one != lost])
    store = validation.store_of([*VOCABULARY, *before])
    reached = validation.Reached(store, changed)
    nodes = {node for query in TRANSLATION.queries for node in reached.by(query)}
    # The involvement, and at most who refers to it: never the other involvements.
    assert lost.subject in nodes
    assert len(nodes) <= 3


# What has no query


@pytest.mark.parametrize(
    "wrong",
    [
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:minCount 1 .",
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:path :p ; sh:minCount 1 .",
        ":S a sh:PropertyShape ; sh:targetSubjectsOf :p ; sh:minCount 1 .",
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:node [ sh:path :p ] .",
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:property [ sh:minCount 1 ] .",
        ":S a sh:PropertyShape ; sh:targetSubjectsOf :p ; sh:path :p ; sh:minCount 1 , 2 .",
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:or :notalist .",
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:pattern '(' .",
    ],
)
def test_a_malformed_shape_is_refused_not_passed_over(tmp_path, wrong):
    shapes = shapes_of(tmp_path, wrong)
    with pytest.raises(EngineError, match="validation failed"):
        validation.validate(validation.store_of([ox.Triple(NODES[0], P, NODES[1])]), shapes)


def test_what_has_no_query_is_judged_by_pyshacl(tmp_path):
    shapes = shapes_of(
        tmp_path,
        ":A a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:closed true .\n"
        ":B a sh:PropertyShape ; sh:targetSubjectsOf :p ; sh:path :p ; sh:lessThan :q .\n"
        "[] a sh:PropertyShape ; sh:targetSubjectsOf :p ; sh:path :p ; sh:uniqueLang true .",
    )
    assert sorted(shape_queries.translate(shapes).left.values()) == [
        "closed",
        "lessThan",
        "uniqueLang",
    ]
    triples = [
        ox.Triple(NODES[0], P, text) for text in (LITERALS[1], ox.Literal("x", language="de"))
    ]
    assert len(asked(triples, shapes)) == 3
    assert asked(triples, shapes) == reference(triples, shapes)


def test_a_component_of_ones_own_is_judged(tmp_path):
    shapes = shapes_of(
        tmp_path,
        ":C a sh:ConstraintComponent ; sh:parameter [ sh:path itas:begins ] ;\n"
        '  sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER STRSTARTS(STR($value), '
        '$begins) }" ] .\n'
        ':S a sh:PropertyShape ; sh:targetSubjectsOf :p ; sh:path :p ; itas:begins "A" .',
    )
    triples = [ox.Triple(NODES[0], P, LITERALS[0])]
    assert len(asked(triples, shapes)) == 1
    assert asked(triples, shapes) == reference(triples, shapes)


@pytest.mark.parametrize(
    "word", ["SERVICE <http://127.0.0.1:9/> { ?a ?b ?c }", "MINUS { ?a ?b 1 }"]
)
def test_a_constraint_that_reaches_out_is_refused(tmp_path, word):
    shapes = shapes_of(
        tmp_path,
        ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:sparql [\n"
        f'  sh:select "SELECT $this WHERE {{ $this ?p ?o . {word} }}" ] .',
    )
    with pytest.raises(EngineError, match="validation failed"):
        validation.validate(validation.store_of([ox.Triple(NODES[0], P, NODES[1])]), shapes)


@pytest.mark.parametrize("ends", ["sh:minCnt 1", "sh:js :f", "sh:rule :r", "sh:target :t"])
def test_what_nobody_judges_is_named(small, itas, ends):
    shapes = small.root / "ontology" / "shapes.ttl"
    name = ends.split()[0]
    own = "\nshape:mine a sh:PropertyShape ; sh:targetClass foaf:Person ;\n  sh:path foaf:age ;\n"
    shapes.write_text(
        f"{shapes.read_text('utf-8')}{own}  {ends.replace(' :', ' shape:')} .\n", "utf-8"
    )
    done = itas("--root", small.root, "check", "--lang", "en")
    line = len(shapes.read_text("utf-8").splitlines())
    assert done.returncode == 0
    assert f"ontology/shapes.ttl:{line}" in done.stdout
    assert f"“{name}” is not checked" in done.stdout
    assert (
        f"„{name}“ wird nicht geprüft" in itas("--root", small.root, "check", "--lang", "de").stdout
    )


def test_a_rule_that_only_pyshacl_judges_objects_with_file_and_line(small, itas):
    shapes = small.root / "ontology" / "shapes.ttl"
    own = (
        "\nshape:mine a sh:NodeShape ; sh:targetClass foaf:Person ;\n"
        "  sh:xone ( [ sh:path foaf:age ; sh:minCount 1 ]\n"
        "    [ sh:path foaf:nick ; sh:minCount 1 ] ) ;\n"
        '  sh:message "Alter oder Spitzname"@de , "Age or nickname"@en .\n'
    )
    shapes.write_text(shapes.read_text("utf-8") + own, "utf-8")
    done = itas("--root", small.root, "check", "--lang", "en")
    assert done.returncode == 1
    assert "data/people.csv:2" in done.stdout
    assert "Age or nickname" in done.stdout


def test_results_do_not_depend_on_the_hash_seed(tmp_path):
    text = "".join(many_statements.quads(3_000, 24))
    (tmp_path / "data.nq").write_text(text, "utf-8")
    program = (
        "import sys; from pathlib import Path; import pyoxigraph as ox\n"
        "from itas_graph import shapes_graph, validation\n"
        "data = ox.parse(path=sys.argv[1], format=ox.RdfFormat.N_QUADS)\n"
        "shapes = shapes_graph.read(Path(sys.argv[2]))\n"
        "print(validation.validate(validation.store_of(data), shapes))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program, tmp_path / "data.nq", ONTOLOGY / "shapes.ttl"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
    assert b"involvement-role" in told.pop()
