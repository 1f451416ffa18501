"""Edge lists say what whole projections say; large networks are measured, bounded or refused."""

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from xml.etree import ElementTree as ET

import networkx as nx
import pytest

from itas_graph import build as pipeline
from itas_graph import edge_lists, measures, path_samples, projections, readings, store


@pytest.fixture(scope="module")
def shipped_endpoint(shipped_dataset):
    return store.in_memory(shipped_dataset)


def same(endpoint, folder, projection, as_of, most=None):
    whole = projections.project(endpoint, folder, projection, as_of, most=most)
    graph = projections.counted(whole)
    lines = measures.lines(graph)
    found = edge_lists.read(endpoint, folder, projection, as_of, most)
    assert list(found.lines.keys) == list(lines.keys)
    assert list(found.lines.pairs) == list(lines.pairs)
    assert list(found.lines.weights) == list(lines.weights)
    assert list(found.lines.sides) == list(lines.sides)
    assert found.number_of_edges() == graph.number_of_edges()
    assert found.graph["left_out"] == graph.graph.get("left_out", ())
    for key in lines.keys:
        for what in ("group", "label", "action_fields"):
            assert found.nodes[key][what] == graph.nodes[key][what], (key, what)
    for name in ("question", "stand", "dataset_title", "base", "as_of"):
        assert found.graph[name] == whole.graph[name]
    return found, graph


@pytest.mark.parametrize("as_of", ["", "2022", "2023-06", "2024-06-05"])
def test_an_edge_list_is_the_projection_without_its_evidence(shipped, shipped_endpoint, as_of):
    known = projections.load(shipped.queries)
    assert len(known) >= 6
    for projection in known.values():
        found, _ = same(shipped_endpoint, shipped.queries, projection, as_of)
        assert len(found.lines.pairs) > (0 if as_of else 30), projection.name


def test_its_measures_read_alike(shipped, shipped_endpoint):
    for projection in projections.load(shipped.queries).values():
        found, graph = same(shipped_endpoint, shipped.queries, projection, "")
        on = measures.lines(graph)
        wanted = [one for one in measures.fitting(on) if one.name != "constraint"]
        old, new = (readings.measure(one, on, wanted) for one in (graph, found))
        for before, after in zip(old, new, strict=True):
            for one, other in zip(before.findings, after.findings, strict=True):
                # The last digits are those of the arithmetic.
                assert one.value == pytest.approx(other.value, abs=1e-12)
                assert replace(one, value=0) == replace(other, value=0)


def test_each_short_form_stands_for_the_query_that_is_there(shipped):
    """After a change of queries/edges: look whether queries/lines still says the same."""
    known = projections.load(shipped.queries)
    for name, projection in known.items():
        now = edge_lists.digest(projection.question.text)
        short = edge_lists.short_form(shipped.queries, projection)
        assert short, f"queries/lines/{name}.rq: see that it fits, then “#+ shortens: {now}”"
        assert "anchor" not in short


def test_a_changed_query_is_asked_itself(small):
    _, endpoint = pipeline.assemble(small.workspace, small.check(), "public")
    folder = small.workspace.queries
    path = folder / "edges" / "organisation-initiative.rq"
    before = path.read_text("utf-8")
    path.write_text(before + "LIMIT 1\n", "utf-8")
    projection = projections.load(folder)["organisation-initiative"]
    assert edge_lists.short_form(folder, projection) is None
    found, _ = same(endpoint, folder, projection, "")
    assert found.relations == 1
    # A title is no change.
    path.write_text(before.replace("#+ title@en: ", "#+ title@en: New: "), "utf-8")
    projection = projections.load(folder)["organisation-initiative"]
    assert edge_lists.short_form(folder, projection)


@pytest.mark.parametrize("as_of", ["", "2023-06"])
def test_a_workspace_with_older_queries_is_measured_as_well(
    shipped, shipped_endpoint, tmp_path, as_of
):
    folder = tmp_path / "queries"
    shutil.copytree(shipped.queries, folder)
    shutil.rmtree(folder / "lines")
    for name in ("names", "beginnings"):
        (folder / "nodes" / f"{name}.rq").unlink()
    for projection in projections.load(folder).values():
        same(shipped_endpoint, folder, projection, as_of)


# A table of some thousand links, through the command line


@pytest.fixture(scope="module")
def large(tmp_path_factory, program_data, itas):
    """A workspace with 3,000 invented links; three initiatives are shared by very many."""
    root = tmp_path_factory.mktemp("large")
    program_data(root)
    (root / "data" / "sources").mkdir(parents=True)
    (root / "data" / "dataset.yaml").write_text("title_de: Probe\ntitle_en: Sample\n", "utf-8")
    links = root / "links.csv"
    with links.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["organisation", "project", "role", "source"])
        for number in range(3000):
            shared = {0: "Gutschein", 1: "Beratung", 2: "Messe"}.get(number % 10)
            project = shared or f"Vorhaben {number % 500}"
            writer.writerow([f"Beispiel {number // 2} GmbH", project, "beneficiary", "liste.csv"])
    arguments = ["import", links, "--as", "involvements", "--table", "links", "--report"]
    arguments += [root / "no.csv", "--value", "role:beneficiary=involved", "--source-kind"]
    arguments += ["overview", "--url", "https://example.org/liste"]
    for command in (arguments, ["build"]):
        done = itas("--root", root, *command)
        assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def call(itas, large):
    """Run a command on the large workspace; return its exit code, output and what it says."""

    def run(*arguments, lang="en", code=0):
        done = itas("--root", large, *arguments, "--lang", lang)
        assert done.returncode == code, done.stderr
        return done.stdout, done.stderr

    return run


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_bound_on_sharing_is_kept_and_said_in_each_form(call, tmp_path):
    asked = ["measure", "organisation-organisation", "--measure", "degree"]
    bounded = [*asked, "--shared-by-at-most", "20"]
    whole, _ = call(*asked, "--format", "json")
    found, _ = call(*bounded, "--format", "json")
    whole, found = json.loads(whole), json.loads(found)
    assert found["shared_by_at_most"] == 20
    assert [(one["label"], one["shared_by"]) for one in found["left_out"]] == [
        ("Beratung", 300),
        ("Gutschein", 300),
        ("Messe", 300),
    ]
    assert "left_out" not in whole
    assert whole["relations"] - found["relations"] == 3 * 300 * 299 // 2
    sentence = "Not counted as shared, because more than 20 share them: 3 things (“Beratung” 300"
    assert sentence in call(*bounded, "--format", "md")[0]
    text, said = call(*bounded, "--format", "csv")
    assert {row["shared_by_at_most"] for row in rows(text)} == {"20"}
    assert sentence in said
    call(*bounded, "--format", "md", "--as-rdf", tmp_path / "m.trig")
    assert '"shared_by_at_most=20"' in (tmp_path / "m.trig").read_text("utf-8")
    written, said = call("network", "organisation-organisation", "--shared-by-at-most", "20")
    assert len(rows(written)) == found["relations"]
    assert sentence in said
    _, said = call(*bounded[:-1], "1", code=1)
    assert "nothing is shared by two to 1" in said
    _, said = call("measure", "--shared-by-at-most", "20", code=2)
    assert "organisation-initiative names each relation itself" in said


def test_too_many_pairs_are_refused_with_a_bound_that_works(large, monkeypatch):
    folder = large / "queries"
    one = projections.load(folder)["organisation-organisation"]
    endpoint = store.read(large / "build" / "store")
    monkeypatch.setattr(projections, "PAIRS", 20_000)
    for read in (edge_lists.read, projections.project):
        with pytest.raises(projections.UsageError) as refused:
            read(endpoint, folder, one)
        said = refused.value.message
        assert "“Beratung” alone is shared by 300, “Gutschein” is shared by 300" in said.en
        assert "(3 of 353 shared things are too large)" in said.en
        assert "Allein „Beratung“ teilen 300" in said.de
    bound = int(said.en.split("--shared-by-at-most ")[1].split(",")[0])
    kept = edge_lists.read(endpoint, folder, one, most=bound)
    assert f"{kept.relations:,} pairs are left" in said.en
    monkeypatch.setattr(projections, "PAIRS", 2)
    with pytest.raises(projections.UsageError, match="Take the network that says who takes part"):
        edge_lists.read(endpoint, folder, one)


def test_a_query_that_names_each_pair_is_refused_with_its_name(large, monkeypatch):
    folder = large / "queries"
    path = folder / "edges" / "together.rq"
    path.write_text(
        "#+ title@en: Who works with whom?\n"
        "#+ column: organisation_id | Organisation | Organisation\n"
        "#+ column: partner_id | Partner | Partner\n"
        "SELECT ?organisation_id ?partner_id { ?organisation_id itas:involvedIn ?what ."
        " ?partner_id itas:involvedIn ?what }\n",
        "utf-8",
    )
    endpoint = store.read(large / "build" / "store")
    try:
        one = projections.load(folder)["together"]
        monkeypatch.setattr(edge_lists, "RELATIONS", 1000)
        with pytest.raises(projections.UsageError) as refused:
            edge_lists.read(endpoint, folder, one)
        assert "queries/edges/together.rq names more than 1,000 relations" in str(refused.value)
        assert "“shared_id”" in refused.value.message.en
    finally:
        path.unlink()


def test_a_query_over_its_limit_is_named_with_what_to_do(large, itas):
    path = large / "queries" / "edges" / "endless.rq"
    path.write_text(
        "#+ title@en: Everything with everything\n"
        "#+ column: one_id | Eins | One\n#+ column: other_id | Zwei | Two\n"
        "SELECT ?one_id ?other_id { ?one_id ?a ?b . ?other_id ?c ?d . ?x ?y ?z }"
        " GROUP BY ?one_id ?other_id\n",
        "utf-8",
    )
    try:
        done = itas("--root", large, "measure", "endless", "--timeout", "2", "--lang", "de")
    finally:
        path.unlink()
    assert done.returncode == 3
    assert "queries/edges/endless.rq: Die Abfrage wurde nach 2 s beendet" in done.stderr
    assert "„shared_id“" in done.stderr


@pytest.mark.parametrize("form", ["gexf", "graphml", "json", "csv"])
def test_an_edge_list_is_read_by_others_with_all_lines(call, tmp_path, form):
    target = tmp_path / f"n.{form}"
    _, said = call("network", "organisation-initiative", "--edge-list", "-o", target)
    assert "lines made of 3000 relations" in said
    if form == "csv":
        found = rows(target.read_text("utf-8"))
        assert sum(int(row["relations"]) for row in found) == 3000
        assert {row["target_label"] for row in found} >= {"Gutschein", "Vorhaben 499"}
        return
    if form == "gexf":
        graph = nx.read_gexf(target, version="1.3")
    elif form == "graphml":
        graph = nx.read_graphml(target)
    else:
        graph = nx.node_link_graph(json.loads(target.read_text("utf-8")), edges="edges")
    assert sum(edge["weight"] for *_, edge in graph.edges(data=True)) == 3000
    assert {node["group"] for _, node in graph.nodes(data=True)} == {"organisation", "initiative"}
    assert "Beispiel 0 GmbH" in {node["label"] for _, node in graph.nodes(data=True)}


def test_names_with_any_character_are_written(call, small, itas, tmp_path):
    small.edit("organisations.csv", "Ahorn GmbH", '"Ahorn & ""Söhne"" <GmbH>"')
    itas("--root", small.root, "build")
    for form in ("gexf", "graphml"):
        target = tmp_path / f"n.{form}"
        done = itas("--root", small.root, "network", "organisation-initiative", "--edge-list", "-o",
                    target)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Ahorn &amp; " in target.read_text("utf-8")
        ET.parse(target)  # noqa: S314  # our own


def test_pictures_of_an_edge_list_and_networks_too_large_are_refused(call, large, monkeypatch):
    _, said = call("network", "organisation-initiative", "--edge-list", "--format", "svg", code=2)
    assert "An edge list comes as gexf, graphml, json, csv, not as svg" in said
    monkeypatch.setattr(projections, "NODES", 1000)
    with pytest.raises(projections.UsageError, match="Take --edge-list"):
        projections.refuse_too_many_nodes(store.read(large / "build" / "store"))


def test_a_sample_says_how_far_it_may_be_off(call, tmp_path):
    asked = ["measure", "--measure", "betweenness", "--measure", "degree", "--sample", "64"]
    text, _ = call(*asked, "--format", "md", "--top", "3", "--as-rdf", tmp_path / "m.nq")
    assert re.search(r"Estimated from the shortest paths of \d+ of the \d+ nodes", text)
    assert "| Rank | Who | Value | ± | That means |" in text
    found = json.loads(call(*asked, "--format", "json")[0])
    between, degree = found["measures"]
    assert int(between["parameters"]["sources"]) % 64 == 0
    first = between["findings"][0]
    assert 0 < first["margin"] == between["margins"][first["nodes"][0]] < first["value"]
    assert "margins" not in degree
    assert f'"sources={between["parameters"]["sources"]}"' in (tmp_path / "m.nq").read_text("utf-8")
    table = rows(call(*asked, "--format", "csv", "--top", "1")[0])
    assert [row["margin"] != "" for row in table] == [True, False]
    exact = json.loads(call(*asked[:3], "--exact", "--format", "json")[0])["measures"][0]
    off = abs(exact["values"][first["nodes"][0]] - first["value"])
    assert off <= first["margin"]
    assert "margins" not in exact
    _, said = call(*asked, "--exact", code=2)
    assert "take one of the two" in said


def test_what_if_compares_exact_values(call):
    _, said = call("measure", "--without", "beispiel-1-gmbh", "--sample", "64", code=2)
    assert "exact values of the whole network are compared" in said


def test_all_findings_of_a_large_network_come_in_pieces(large):
    """Sentences are made one by one as they are written, not for all nodes at once."""
    from itas_graph import measure_report

    folder = large / "queries"
    edges = edge_lists.read(
        store.read(large / "build" / "store"),
        folder,
        projections.load(folder)["organisation-initiative"],
    )
    wanted = [measures.MEASURES["core"], measures.MEASURES["articulation"]]
    found = readings.measure(edges, edges.lines, wanted, path_samples.PathSample(edges.lines))
    pieces = measure_report.shown(edges, edges.lines, found, "csv", "de", top=None, width=80)
    assert len(next(pieces)) < 200_000
    assert sum(1 for _ in pieces) >= 2
