"""The package as a Python user has it: open, rows, rdflib, networkx; and a light import."""

import inspect
import subprocess
import sys

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib

import itas_graph
from itas_graph.errors import DataError, ItasError, QueryError, UsageError

HEAVY = ("rdflib", "networkx", "click", "pyoxigraph", "pyshacl", "yaml", "rich", "jinja2", "pyvis")


@pytest.fixture(scope="module")
def graph(small_built):
    return itas_graph.open(small_built.root)


def loaded_after(statement: str, environment) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)"],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_loads_nothing_heavy(user_environment):
    loaded = loaded_after("import itas_graph", user_environment)
    assert "itas_graph" in loaded
    assert not loaded & set(HEAVY)
    assert "itas_graph.graph" not in loaded


def test_the_command_shows_its_version_without_the_engine(user_environment):
    loaded = loaded_after("import itas_graph.cli", user_environment)
    assert "click" in loaded
    assert not loaded & (set(HEAVY) - {"click"})


def test_asking_loads_neither_validator_nor_page(user_environment):
    loaded = loaded_after("from itas_graph import build, queries, report, store", user_environment)
    assert not loaded & {"rdflib", "pyshacl", "networkx", "pyvis", "jinja2"}


def test_public_names(graph):
    assert set(itas_graph.__all__) == {"Graph", "__version__", "open"}
    assert isinstance(graph, itas_graph.Graph)
    with pytest.raises(AttributeError, match="shut"):
        _ = itas_graph.shut
    for name, member in inspect.getmembers(itas_graph.Graph):
        if not name.startswith("_"):
            assert inspect.getdoc(member), name


def test_rows_are_text_by_column(graph):
    rows = graph.rows("consortium-partners")
    assert [(row["organisation"], row["role"]) for row in rows] == [
        ("Ahorn GmbH", "Konsortialführung"),
        ("Linde Verband", "Konsortialpartner"),
    ]
    english = graph.rows("consortium-partners", language="en")
    assert english[0]["role"] != rows[0]["role"]
    (one,) = graph.rows("SELECT (COUNT(*) AS ?n) { ?s a org:Organization }")
    assert one == {"n": "4"}
    some = graph.rows("initiatives-by-organisation", organisation="AHG")
    assert {row["initiative"] for row in some} == {"Studie Holz", "Testnetz"}


def test_wrong_questions_are_exceptions_of_one_family(graph):
    with pytest.raises(UsageError, match="consortium-partners"):
        graph.rows("consortium-partner")
    with pytest.raises(UsageError, match="event"):
        graph.rows("programme", evnt="x")
    with pytest.raises(UsageError, match="birke-nord"):
        graph.rows("initiatives-by-organisation", organisation="BI")
    with pytest.raises(QueryError) as caught:
        graph.rows("SELECT ?s {\n ?s ?p }")
    assert (caught.value.line, caught.value.column > 0) == (2, True)
    assert issubclass(QueryError, ItasError)


def test_rdflib_has_the_triples_of_the_dumps(graph, small_built):
    given = graph.to_rdflib()
    assert isinstance(given, rdflib.Dataset)
    nquads = (small_built.root / "build" / "itas.nq").read_bytes()
    dumped = rdflib.Dataset(default_union=True)
    dumped.parse(data=nquads, format="nquads")

    def named(one):
        return {
            (*(term.n3() for term in quad[:3]), str(getattr(quad[3], "identifier", quad[3])))
            for quad in one.quads()
            if quad[3] is not None
        }

    assert named(given) == named(dumped)
    assert len(named(given)) == len(set(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))) > 1000
    names = given.query("SELECT ?n { ?o a org:Organization ; skos:prefLabel ?n }")
    assert {str(row.n) for row in names} >= {"Ahorn GmbH", "Linde Verband"}


def test_networkx_has_relations_with_evidence(graph):
    network = graph.to_networkx()
    assert isinstance(network, nx.MultiGraph)
    assert {"organisation/ahorn", "initiative/testnetz"} <= set(network)
    assert network.nodes["organisation/ahorn"]["label"] == "Ahorn GmbH"
    roles = {
        edge["role"]: edge
        for edge in network.get_edge_data("organisation/ahorn", "initiative/testnetz").values()
    }
    assert {"consortium-lead", "speaker"} <= set(roles)
    assert roles["consortium-lead"]["evidence"] == [
        {"source": "netz", "anchor": "Ahorn GmbH", "heading": None}
    ]
    assert roles["speaker"]["via"]["person"] == "Eva Muster"


def test_public_is_the_default_and_internal_shows_more(small_built):
    asked = "SELECT ?n { ?p a foaf:Person ; skos:prefLabel ?n }"
    public = {row["n"] for row in itas_graph.open(small_built.root).rows(asked)}
    internal = {row["n"] for row in itas_graph.open(small_built.root, "internal").rows(asked)}
    assert internal - public == {"Ida Intern"}


def test_faults_in_the_data_are_an_exception_with_findings(small, tmp_path):
    small.edit("sources/tagung-2024.yaml", "date: 2024-06-06", "date: Juni 2024")
    with pytest.raises(DataError, match=r"tagung-2024\.yaml:12") as caught:
        itas_graph.open(small.root)
    assert [one.line for one in caught.value.findings] == [12]
    with pytest.raises(UsageError, match="no workspace"):
        itas_graph.open(tmp_path)
    with pytest.raises(UsageError, match="no workspace"):
        itas_graph.open(str(tmp_path / "nirgends"))


def test_one_network_does_not_change_the_next(graph):
    network = graph.to_networkx()
    for _, node in network.nodes(data=True):
        node.clear()
    assert graph.to_networkx().nodes["organisation/ahorn"]["label"] == "Ahorn GmbH"
