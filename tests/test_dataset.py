"""Records become the quads they mean, and every dump says the same."""

import json

import pyoxigraph as ox
import pytest
import rdflib

from itas_graph import context, dataset, records
from itas_graph.dataset import FORMATS
from itas_graph.errors import EngineError

ID = "https://w3id.org/itas-graph/id/"
NS = "https://w3id.org/itas-graph/ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DUMPS = list(FORMATS)


@pytest.fixture(scope="module")
def small_dataset(small_built):
    read = records.load(small_built.root / "data")
    mapping = context.load(small_built.root / "ontology" / "context.jsonld")
    built = dataset.build(read, mapping)
    assert built.findings == []
    return built


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(ID + name)


def in_graph(built, source: str) -> set[ox.Triple]:
    return {quad.triple for quad in built.quads if quad.graph_name == node(f"source/{source}")}


def test_each_source_is_a_graph_of_its_own(small_dataset):
    graphs = {quad.graph_name.value.removeprefix(ID) for quad in small_dataset.quads}
    assert graphs == {"source/register", "source/netz", "source/tagung-2024", "dataset"}


def test_a_record_says_what_it_means(small_dataset):
    said = in_graph(small_dataset, "tagung-2024")
    event, talk = node("event/tagung-2024"), node("talk/tagung-2024-holz")
    speech = node("contribution/tagung-2024-holz--joerg-koessler--speaker")
    day = ox.Literal("2024-06-06", datatype=ox.NamedNode(XSD + "date"))
    schema = "https://schema.org/"
    expected = [
        (event, schema + "startDate", day),
        (event, schema + "location", node("place/halle-eins")),
        (event, SKOS + "prefLabel", ox.Literal("Tagung 2024")),
        (talk, schema + "superEvent", event),
        (talk, schema + "about", node("initiative/holzstudie")),
        (talk, schema + "position", ox.Literal("1", datatype=ox.NamedNode(XSD + "integer"))),
        (speech, NS + "contributionTo", talk),
        (speech, NS + "contributor", node("person/joerg-koessler")),
        (speech, NS + "onBehalfOf", node("organisation/birke")),
        (speech, NS + "role", ox.NamedNode("https://w3id.org/itas-graph/concept/role/speaker")),
        (speech, NS + "nameAsWritten", ox.Literal("Dr. Jörg Kößler")),
        (node("source/tagung-2024"), schema + "mentions", event),
    ]  # fmt: skip
    for subject, prop, value in expected:
        assert ox.Triple(subject, ox.NamedNode(prop), value) in said


def test_dates_keep_their_precision(small_dataset):
    kinds = {
        quad.object.value: quad.object.datatype.value.removeprefix(XSD)
        for quad in small_dataset.quads
        if quad.predicate.value in (NS + "validFrom", "https://schema.org/startDate")
    }
    assert kinds == {"2022-07": "gYearMonth", "2024-06-06": "date"}


def test_two_sources_that_differ_are_two_statements(small):
    small.edit(
        "sources/tagung-2024.yaml",
        "\nevents:",
        "\ninitiatives:\n  - id: testnetz\n    valid_until: 2025-12\n\nevents:",
    )
    built = small.check().dataset
    until = {
        (quad.graph_name.value.rsplit("/", 1)[1], quad.object.value)
        for quad in built.quads
        if quad.predicate.value == NS + "validUntil"
    }
    assert until == {("netz", "2025-06"), ("tagung-2024", "2025-12")}


def test_the_origin_of_every_resource_is_known(shipped_checked):
    full = shipped_checked.dataset
    typed = {
        quad.subject.value
        for quad in full.quads
        if quad.predicate.value.endswith("#type") and quad.subject.value.startswith(ID)
        and "/action-field" not in quad.subject.value
        and quad.subject.value not in (ID + "source/register", ID + "dataset")
    }  # fmt: skip
    assert len(typed) > 500
    assert sorted(typed - set(full.origins)) == []


def test_every_value_of_every_shipped_record_is_in_the_graph(shipped_checked):
    full = shipped_checked.dataset
    kept = {quad.object.value for quad in full.quads} | {quad.subject.value for quad in full.quads}
    slugs = {value.rsplit("/", 1)[1] for value in kept if value.startswith("https://w3id.org/")}
    slugs |= {value.rpartition("#")[2] for value in kept if value.startswith(NS)}
    lost = []

    def walk(record):
        for name, values in record.fields.items():
            lost.extend(
                (record.file, value.line, name, value.text)
                for value in values
                if value.text not in kept and value.text not in slugs and name != "inferred"
            )
        for children in record.children.values():
            for child in children:
                walk(child)

    read = shipped_checked.records
    for record in [*read.sources, *read.register]:
        walk(record)
    assert lost == []


def parsed(built, name: str) -> set[ox.Quad]:
    return set(ox.parse(built.dump(name), format=FORMATS[name]))


def test_dumps_with_graphs_hold_the_same_quads(shipped_dataset):
    quads = set(shipped_dataset.quads)
    assert len(quads) == len(shipped_dataset.quads) > 5000
    for name in ("itas.nq", "itas.trig", "itas.jsonld"):
        assert parsed(shipped_dataset, name) == quads, name
    assert {quad.triple for quad in parsed(shipped_dataset, "itas.ttl")} == {
        quad.triple for quad in quads
    }


def test_no_dump_has_a_blank_node(shipped_dataset):
    for quad in shipped_dataset.quads:
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)
    for name in DUMPS:
        assert b"_:" not in shipped_dataset.dump(name).replace(b"_:~", b"")


def test_lines_of_the_quad_dump_are_sorted_and_unique(shipped_dataset):
    lines = shipped_dataset.dump("itas.nq").decode().splitlines()
    by_graph = [(line.rsplit(" ", 2)[1], line) for line in lines]
    assert len(set(lines)) == len(lines)
    assert [graph for graph, _ in by_graph] == sorted(graph for graph, _ in by_graph)


def strings(graph) -> set[str]:
    return {" ".join(term.n3() for term in triple) for triple in graph}


def test_plain_rdflib_reads_every_dump_alike(small_dataset):
    expected = {
        " ".join(dataset.rdflib_term(term).n3() for term in triple)
        for triple in small_dataset.triples()
    }
    assert len(expected) >= 140
    for name, form in (
        ("itas.ttl", "turtle"),
        ("itas.trig", "trig"),
        ("itas.nq", "nquads"),
        ("itas.jsonld", "json-ld"),
    ):
        read = rdflib.Dataset(default_union=True)
        read.parse(data=small_dataset.dump(name), format=form)
        assert strings(read.triples((None, None, None))) == expected, name


def test_json_ld_is_json(shipped_dataset):
    assert isinstance(json.loads(shipped_dataset.dump("itas.jsonld")), dict | list)


def test_text_survives_every_dump(small):
    nasty = 'A "B" \\ <c> & {d} \U0001d11e ä\u0301 \u2028 \\u0041 \\n %41 @de ^^x'
    quoted = json.dumps(nasty, ensure_ascii=False).replace("\u2028", "\\u2028")
    small.edit("sources/netz.yaml", "title: Das", f"note: {quoted}\ntitle: Das")
    checked = small.check()
    assert checked.findings == ()
    built = checked.dataset
    assert any(quad.object.value == nasty for quad in built.quads)
    for name in DUMPS:
        assert any(quad.object.value == nasty for quad in parsed(built, name)), name


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"kinds": {}}', '{"@context": {}}'])
def test_a_broken_mapping_is_one_sentence(tmp_path, content):
    path = tmp_path / "context.jsonld"
    path.write_text(content, "utf-8")
    with pytest.raises(EngineError, match=r"context\.jsonld"):
        context.load(path)
