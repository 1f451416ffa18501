"""itas-graph network and measure, as a user calls them; what they write is read by others."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pypdf
import pyshacl
import pytest
import rdflib

from itas_graph import build as pipeline
from itas_graph import measures, network_files, projections

GEXF = "{http://gexf.net/1.3}"
BASE = "https://w3id.org/itas-graph/id/"


@pytest.fixture
def call(itas, small_built):
    """Run a command on the built small workspace, in English, and expect it to work."""

    def run(*arguments, text=True):
        done = itas("--root", small_built.root, *arguments, "--lang", "en", text=text)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def fails(itas, small_built):
    """Run a command that has to fail, and return its exit code and what it says."""

    def run(*arguments, lang="en"):
        done = itas("--root", small_built.root, *arguments, "--lang", lang)
        return done.returncode, done.stderr

    return run


@pytest.fixture(scope="module")
def shipped_projections(shipped, shipped_dataset):
    from itas_graph import store

    endpoint = store.in_memory(shipped_dataset)
    known = projections.load(shipped.queries)
    return {
        name: projections.project(endpoint, shipped.queries, one) for name, one in known.items()
    }


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


# Networks


def test_without_a_name_the_networks_are_listed(call):
    listed = call("network")
    for name in ("organisation-initiative", "organisation-organisation", "person-organisation"):
        assert re.search(rf"^{name} ", listed, re.M)
    assert "Which organisations are linked by a shared initiative or event?" in re.sub(
        r"\s+", " ", listed
    )


def test_a_table_of_relations_has_both_ends_role_dates_and_evidence(call):
    found = rows(call("network", "organisation-initiative"))
    lead = next(row for row in found if row["role"] == "consortium-lead")
    assert lead["source"] == "organisation/ahorn"
    assert lead["source_label_en"] == "Ahorn GmbH"
    assert lead["target_label_de"] == "Testnetz"
    assert (lead["role_de"], lead["role_en"]) == ("Konsortialführung", "Consortium lead")
    assert lead["sources"] == "netz"
    assert lead["source_urls"] == "https://example.org/netz"
    assert lead["anchors"] == "Ahorn GmbH"
    talk = next(row for row in found if row["talk"] == "Das Netz")
    assert (talk["person"], talk["began"]) == ("Eva Muster", "2024-06-06")
    # Two relations of the same two stay two.
    both = [
        row for row in found if (row["source"], row["target"]) == (lead["source"], lead["target"])
    ]
    assert len(both) == 2


@pytest.mark.parametrize("form", ["gexf", "graphml", "json"])
def test_what_is_written_is_read_by_networkx_with_nothing_lost(form, shipped_projections):
    for name, graph in shipped_projections.items():
        data = network_files.written(graph, form)
        if form == "gexf":
            found = nx.read_gexf(io.BytesIO(data), version="1.3")
        elif form == "graphml":
            found = nx.read_graphml(io.BytesIO(data), force_multigraph=True)
        else:
            found = nx.node_link_graph(json.loads(data), edges="edges")
        assert set(found) == set(graph), name
        assert found.number_of_edges() == graph.number_of_edges() > 30, name
        for key, node in found.nodes(data=True):
            assert node["relations"] == graph.degree[key]
            assert node["consortium"] in (True, False)
        assert all(edge["sources"] for *_, edge in found.edges(data=True)), name


def test_gexf_has_whole_days_for_gephi_and_the_dates_as_known_beside(small, itas):
    small.edit("sources/netz.yaml", "        role: consortium-partner\n",
               "        role: consortium-partner\n        valid_from: 2023\n"
               "        valid_until: 2024-02\n")  # fmt: skip
    itas("--root", small.root, "build")
    done = itas("--root", small.root, "network", "organisation-initiative", "--format", "gexf")
    root = ET.fromstring(done.stdout.encode())  # noqa: S314  # our own
    graph = root.find(f"{GEXF}graph")
    assert (graph.get("mode"), graph.get("timeformat")) == ("dynamic", "date")
    (edge,) = [one for one in root.iter(f"{GEXF}edge") if one.get("source") == "organisation/linde"]
    assert (edge.get("start"), edge.get("end")) == ("2023-01-01", "2024-02-29")
    known = {one.get("for"): one.get("value") for one in edge.iter(f"{GEXF}attvalue")}
    assert (known["valid_from"], known["valid_until"]) == ("2023", "2024-02")
    declared = {one.get("id"): one.get("type") for one in root.iter(f"{GEXF}attribute")}
    assert (declared["relations"], declared["consortium"]) == ("integer", "boolean")
    assert root.find(f"{GEXF}meta").get("lastmodifieddate") == "2025-01-01"


def test_parallel_edges_differ_in_kind_so_that_gephi_keeps_them(shipped_projections):
    for graph in shipped_projections.values():
        root = ET.fromstring(network_files.gexf(graph))  # noqa: S314  # our own
        kinds = [
            (one.get("source"), one.get("target"), one.get("kind"))
            for one in root.iter(f"{GEXF}edge")
        ]
        assert len(kinds) == len(set(kinds)) == graph.number_of_edges()
        for one in root.iter(f"{GEXF}edge"):
            days = [one.get(name) for name in ("start", "end") if one.get(name)]
            assert days == sorted(days)
            assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in days)


def test_no_name_breaks_a_file(shipped_projections):
    graph = shipped_projections["organisation-initiative"].copy()
    rude = "A\x00\x1b[31m \"<&>' 🚗 \ud800 ]]> \ufffe\u202e Ž"
    graph.nodes["organisation/ihk-chemnitz"]["label"] = rude
    for form in ("gexf", "graphml", "json", "csv"):
        data = network_files.written(graph, form)
        assert b"\x00" not in data
        assert "🚗" in data.decode("utf-8")
    found = nx.read_gexf(io.BytesIO(network_files.gexf(graph)), version="1.3")
    label = found.nodes["organisation/ihk-chemnitz"]["label"]
    assert label.startswith("A��[31m \"<&>' 🚗 � ]]> �")
    found = nx.read_graphml(io.BytesIO(network_files.graphml(graph)), force_multigraph=True)
    assert found.nodes["organisation/ihk-chemnitz"]["label"] == label


def test_equal_calls_give_equal_bytes(itas, small_built, tmp_path):
    for form in ("gexf", "graphml", "json", "csv", "svg", "pdf"):
        for seed in ("1", "2"):
            target = tmp_path / f"{seed}.{form}"
            done = itas("--root", small_built.root, "network", "organisation-organisation", "-o",
                        target, env={"PYTHONHASHSEED": seed})  # fmt: skip
            assert done.returncode == 0, done.stderr
        assert (tmp_path / f"1.{form}").read_bytes() == (tmp_path / f"2.{form}").read_bytes()


def test_who_shares_something_is_linked_once_for_each_thing(call):
    found = rows(call("network", "organisation-organisation"))
    pairs = {(row["source"], row["target"], row["shared"]) for row in found}
    assert ("organisation/ahorn", "organisation/birke", "Studie Holz") in pairs
    assert ("organisation/ahorn", "organisation/birke", "Tagung 2024") in pairs
    assert ("organisation/ahorn", "organisation/linde", "Testnetz") in pairs
    assert len(pairs) == len(found)
    study = next(row for row in found if row["shared"] == "Studie Holz")
    assert "netz" in study["sources"].split(" | ")


def test_the_pairs_are_those_of_the_derived_links(shipped_dataset, shipped_projections):
    from itas_graph import store

    text = """SELECT DISTINCT ?a ?b { VALUES ?p { itas:involvedIn itas:representedAt }
      ?a ?p ?x . ?b ?p ?x . FILTER(STR(?a) < STR(?b)) }"""
    answer = store.in_memory(shipped_dataset).ask(text)
    derived = {(row[0].value, row[1].value) for row in answer.rows}
    graph = shipped_projections["organisation-organisation"]
    assert {tuple(sorted((BASE + one, BASE + other))) for one, other in graph.edges()} == derived


def test_a_field_is_linked_with_those_who_work_in_it(shipped_dataset, shipped_projections):
    from itas_graph import store

    text = "SELECT DISTINCT ?o ?f { ?o itas:involvedIn ?i . ?i itas:actionField ?f }"
    answer = store.in_memory(shipped_dataset).ask(text)
    derived = {(row[0].value, row[1].value) for row in answer.rows}
    graph = shipped_projections["organisation-action-field"]
    drawn = {tuple(BASE + end for end in edge["ends"]) for *_, edge in graph.edges(data=True)}
    assert drawn == derived
    field = graph.nodes["action-field/industriepolitik"]
    assert field["names"]["en"] == "Industrial policy"


def test_a_new_network_is_a_new_file(small, itas):
    (small.root / "queries" / "edges" / "place-event.rq").write_text(
        "#+ title@de: Was fand wo statt?\n#+ title@en: What took place where?\n"
        "#+ column: person_id | Person | Person\n#+ column: event_id | Tagung | Event\n"
        "#+ column: source_id | Quelle | Source\n"
        "SELECT ?person_id ?event_id ?source_id { GRAPH ?source_id {"
        " ?x itas:contributor ?person_id } ?x itas:appearedAt ?event_id } ORDER BY ?person_id\n",
        "utf-8",
    )
    itas("--root", small.root, "build")
    done = itas("--root", small.root, "network", "place-event", "--lang", "en")
    assert {row["source_label_en"] for row in rows(done.stdout)} == {"Eva Muster", "Jörg Kößler"}
    assert "What took place where?" in itas("--root", small.root, "network", "--lang", "en").stdout
    measured = itas("--root", small.root, "measure", "place-event", "--measure", "degree")
    assert rows(measured.stdout)[0]["node"] == "event/tagung-2024"


def test_as_of_leaves_out_what_surely_began_later(call):
    until = rows(call("network", "organisation-initiative", "--as-of", "2023"))
    assert [row["talk"] for row in until if row["talk"]] == []
    assert "organisation/ahorn" in {row["source"] for row in until}
    # In June 2024, some day, the talk of 6 June may have been given.
    later = rows(call("network", "organisation-initiative", "--as-of", "2024-06"))
    assert {row["talk"] for row in later} >= {"Das Netz", "Holz und Wald"}
    assert len(rows(call("network", "organisation-initiative", "--as-of", "2024-06-05"))) == len(
        until
    )


def test_a_picture_for_print_holds_every_name(call, tmp_path):
    call("network", "organisation-initiative", "-o", tmp_path / "n.svg")
    call("network", "organisation-initiative", "-o", tmp_path / "n.pdf")
    root = ET.parse(tmp_path / "n.svg").getroot()  # noqa: S314  # our own
    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    page = pypdf.PdfReader(tmp_path / "n.pdf").pages[0].extract_text()
    for name in ("Ahorn GmbH", "Birke Institut", "Linde Verband", "Studie Holz", "Testnetz"):
        assert name in texts
        assert name in page
    assert any("data of 2025-01-01" in text for text in texts)
    assert "http" not in ET.tostring(root, "unicode").replace("http://www.w3.org/2000/svg", "")


def test_what_pdf_cannot_show_is_said(small, itas, tmp_path):
    small.edit("organisations.csv", "Linde Verband", "Łinde 林 Verband")
    itas("--root", small.root, "build")
    done = itas("--root", small.root, "network", "organisation-initiative", "-o",
                tmp_path / "n.pdf", "--lang", "en")  # fmt: skip
    assert done.returncode == 0
    assert "PDF does not show “Łinde 林 Verband” with all characters; SVG does." in done.stderr


# Refusals


def test_a_wrong_call_is_told_what_would_be_right(fails, tmp_path):
    for arguments, code, said in (
        (["network", "organisation-initative"], 2, "Did you mean: organisation-initiative"),
        (["measure", "organisation-initiativ"], 2, "No network “organisation-initiativ”."),
        (["measure", "--measure", "betweeness"], 2, "Did you mean: betweenness"),
        (["measure", "--measure", "constraint"], 2, "Take organisation-organisation."),
        (["measure", "organisation-organisation", "--measure", "bipartite-degree"], 2, "“degree”"),
        (["network", "organisation-initiative", "--as-of", "Juni"], 2, "2024-06-30"),
        (["network", "organisation-initiative", "--as-of", "2024-13"], 2, "2024-06-30"),
        (["network", "organisation-initiative", "-o", tmp_path / "n.docx"], 2, ".gexf, .graphml"),
        (["network", "organisation-initiative", "-o", tmp_path / "no" / "n.csv"], 2, "be written"),
        (["measure", "--as-rdf", tmp_path / "m.ttl"], 2, "take .trig or .nq"),
        (["network", "organisation-action-field"], 1, "the data names no relation of this kind"),
        (["measure", "person-event", "--as-of", "1990"], 1, "began until 1990"),
    ):
        found, text = fails(*arguments)
        assert (found, said in text) == (code, True), (arguments, text)
    assert "Meinten Sie: betweenness" in fails("measure", "--measure", "betweeness", lang="de")[1]


def test_too_many_pairs_are_refused_before_they_are_written_out(small, monkeypatch):
    _, endpoint = pipeline.assemble(small.workspace, small.check(), "public")
    one = projections.load(small.workspace.queries)["organisation-organisation"]
    monkeypatch.setattr(projections, "PAIRS", 2)
    with pytest.raises(projections.UsageError, match="“Tagung 2024” alone is shared by 3"):
        projections.project(endpoint, small.workspace.queries, one)


def test_a_query_without_ends_is_named(small, itas):
    (small.root / "queries" / "edges" / "half.rq").write_text("SELECT * { ?s ?p ?o }\n", "utf-8")
    done = itas("--root", small.root, "network", "--lang", "en")
    assert done.returncode == 3
    assert "queries/edges/half.rq: the header lacks the two ends" in done.stderr


# Measures


def test_measures_of_a_small_network_by_hand(call):
    # Linde – Testnetz – Ahorn – Studie Holz – Birke: four of six pairs lead through Ahorn.
    found = rows(call("measure", "--measure", "betweenness", "--measure", "articulation"))
    ahorn = next(row for row in found if row["node"] == "organisation/ahorn")
    assert (ahorn["rank"], float(ahorn["value"])) == ("1", pytest.approx(4 / 6))
    assert ahorn["reading"].startswith("Ahorn GmbH stands on 67% of the shortest paths")
    lost = {row["name"]: row["reading"] for row in found if row["measure"] == "articulation"}
    assert lost["Testnetz"].endswith(
        "this organisation loses its last initiative: “Linde Verband”."
    )
    assert lost["Linde Verband"] == ""


def test_a_table_reads_each_measure_that_fits(call):
    shown = call("measure", "--format", "table", "--top", "1")
    assert "5 nodes, 4 lines made of 6 relations; data of 2025-01-01." in shown
    assert "(betweenness)" in shown
    assert "(bipartite-degree)" in shown
    assert "(constraint)" not in shown
    plain = " ".join(shown.split())
    assert "Ahorn GmbH stands on 67% of the" in plain
    for name in ("(degree)", "(closeness)", "(pagerank)", "(core)", "(communities)", "(bridges)"):
        assert name in shown


def test_markdown_and_json_say_the_same(call):
    shown = call("measure", "--measure", "betweenness", "--format", "md")
    assert shown.startswith("# ")
    assert "| 1 | Ahorn GmbH | 0.6667 | Ahorn GmbH stands on" in shown
    block = json.loads(
        call("measure", "--measure", "betweenness", "--format", "json", "--top", "1")
    )
    (one,) = block["measures"]
    assert (block["nodes"], block["lines"], block["relations"]) == (5, 4, 6)
    assert one["values"]["organisation/ahorn"] == pytest.approx(4 / 6)
    assert len(one["findings"]) == 1
    assert one["findings"][0]["reading"]["de"].startswith(
        "Ahorn GmbH steht im Mittel auf 67\u00a0%"
    )
    assert "Brandes 2001" in one["procedure"]


def test_what_is_only_asked_for_relates_nobody(small, itas):
    person = "          - person: eva-muster\n            on_behalf_of: ahorn\n"
    small.edit("sources/tagung-2024.yaml", person, person + "            status: requested\n")
    itas("--root", small.root, "build")
    everything = itas("--root", small.root, "network", "person-organisation").stdout
    assert "person/eva-muster," in everything
    counted = itas("--root", small.root, "measure", "person-organisation").stdout
    assert "person/eva-muster," not in counted
    assert "person/eva-muster-linde," in counted


def test_as_rdf_is_a_graph_of_its_own_that_the_shapes_accept(call, shipped, tmp_path):
    call("measure", "--as-rdf", tmp_path / "m.trig", "--as-of", "2024-07")
    call("measure", "--as-rdf", tmp_path / "m.nq", "--as-of", "2024-07")
    store = ox.Store()
    store.load(path=str(tmp_path / "m.trig"), format=ox.RdfFormat.TRIG)
    quads = set(ox.parse(path=str(tmp_path / "m.nq"), format=ox.RdfFormat.N_QUADS))
    assert set(ox.parse(path=str(tmp_path / "m.trig"), format=ox.RdfFormat.TRIG)) == quads
    assert {quad.graph_name.value for quad in quads} == {BASE + "measurements"}
    found = store.query(
        """PREFIX itas: <https://w3id.org/itas-graph/ns#> PREFIX prov: <http://www.w3.org/ns/prov#>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?node ?value ?date ?cut { GRAPH ?g {
          ?run itas:measure "betweenness" ; itas:projection "organisation-initiative" ;
            itas:asOf ?date ; itas:parameter ?cut .
          ?one prov:wasGeneratedBy ?run ; itas:measuredResource ?node ; rdf:value ?value
        } } ORDER BY DESC(?value) LIMIT 1"""
    )
    (row,) = list(found)
    assert row["node"].value == BASE + "organisation/ahorn"
    assert float(row["value"].value) == pytest.approx(4 / 6)
    assert (row["date"].value, row["cut"].value) == ("2025-01-01", "as_of=2024-07")
    assert row["date"].datatype.value.endswith("#date")
    data = rdflib.Dataset(default_union=True)
    data.parse(tmp_path / "m.nq", format="nquads")
    union = rdflib.Graph()
    for triple in data.triples((None, None, None)):
        union.add(triple[:3])
    shapes = rdflib.Graph().parse(shipped.ontology / "shapes.ttl", format="turtle")
    # With the terms of the ontology, as the shapes are asked about a dataset.
    for file in ("itas.ttl", "labels.ttl", "alignments.ttl"):
        union.parse(shipped.ontology / file, format="turtle", publicID=BASE)
    conforms, _, text = pyshacl.validate(union, shacl_graph=shapes, inference="none")
    assert conforms, text


def test_a_question_can_ask_for_what_was_measured(call, fails, tmp_path):
    call("measure", "--measure", "betweenness", "--as-rdf", tmp_path / "m.trig")
    question = """SELECT ?name ?value { ?run itas:measure "betweenness" .
      ?one prov:wasGeneratedBy ?run ; itas:measuredResource ?node ; rdf:value ?value .
      ?node a org:Organization ; skos:prefLabel ?name } ORDER BY DESC(?value)"""
    found = rows(call("query", "-e", question, "--measurements", tmp_path / "m.trig"))
    assert found[0]["name"] == "Ahorn GmbH"
    assert float(found[0]["value"]) == pytest.approx(4 / 6)
    assert rows(call("query", "-e", question)) == []
    code, text = fails("query", "-e", question, "--measurements", tmp_path / "m.txt")
    assert (code, "is no file of graphs (.trig or .nq)" in text) == (2, True)
    (tmp_path / "bad.nq").write_text("<a> oops", "utf-8")
    code, text = fails("query", "-e", question, "--measurements", tmp_path / "bad.nq")
    assert (code, "bad.nq cannot be read" in text) == (3, True)


def test_an_endpoint_gives_the_same_figures_as_the_build(itas, small, servers, tmp_path):
    itas("--root", small.root, "build")
    (tmp_path / "server").mkdir()
    with servers.oxigraph(tmp_path / "server") as server:
        pushed = itas("--root", small.root, "push", "--endpoint", server.query,
                      "--graph-store", server.graphs)  # fmt: skip
        assert pushed.returncode == 0, pushed.stderr
        for command in (["measure"], ["network", "organisation-organisation", "--format", "gexf"]):
            here = itas("--root", small.root, *command)
            there = itas("--root", small.root, *command, "--endpoint", server.query)
            assert (here.returncode, there.returncode) == (0, 0), there.stderr
            assert there.stdout == here.stdout


def test_the_readings_on_the_shipped_data_are_true(shipped_projections):
    """Each sentence on who is lost is checked by taking the actor out."""
    from itas_graph import readings

    graph = projections.counted(shipped_projections["organisation-initiative"])
    on = measures.lines(graph)
    (found,) = readings.measure(graph, on, [measures.MEASURES["articulation"]])
    telling = [one for one in found.findings if one.value]
    assert len(telling) > 8
    for one in telling:
        (key,) = one.nodes
        part = nx.node_connected_component(graph, key)
        left = graph.subgraph(part - {key})
        assert nx.number_connected_components(left) == one.value
        alone = [node for node, degree in left.degree if not degree]
        if alone and len(alone) <= 5:
            quoted = set(re.findall(r"„(.+?)“", one.reading.de))
            assert quoted == {graph.nodes[node]["label"] for node in alone}
