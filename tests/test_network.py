"""The network drawn from the answers: what is linked to what, and on what evidence."""

from pathlib import Path

import pytest

from itas_graph import build, network, workspace

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def assembled():
    here = workspace.Workspace(ROOT)
    checked = build.check(here)
    dataset, endpoint = build.assemble(here, checked, "public")
    return dataset, endpoint, checked.records.settings


@pytest.fixture(scope="module")
def drawn(assembled):
    return network.load(assembled[1], ROOT / "queries", assembled[2])


def edges_between(drawn, organisation, initiative):
    pair = f"organisation/{organisation}", f"initiative/{initiative}"
    return list((drawn.get_edge_data(*pair) or {}).values())


def test_the_five_consortium_partners_of_the_overview_are_linked_to_itas(drawn):
    partners = ["amz", "ihk-chemnitz", "ig-metall-chemnitz-zwickau", "bundesagentur-fuer-arbeit"]
    for partner in [*partners, "cwe"]:
        (edge,) = [
            edge
            for edge in edges_between(drawn, partner, "itas")
            if edge["role"] == "consortium-partner"
        ]
        assert "itas-ueberblick" in {piece["source"] for piece in edge["evidence"]}
        assert drawn.nodes[f"organisation/{partner}"]["consortium"]


def test_a_role_that_is_only_inferred_makes_no_consortium_partner(drawn):
    edges = edges_between(drawn, "landkreis-zwickau", "itas")
    assert {edge["certainty"] for edge in edges} == {"inferred"}
    assert not drawn.nodes["organisation/landkreis-zwickau"]["consortium"]


def test_a_talk_links_the_organisation_it_was_given_for_with_person_and_day(drawn):
    talks = {
        (edge["via"]["person"], edge["via"]["event"], edge["via"]["date"])
        for edge in edges_between(drawn, "gherzi", "textiles-interieur")
        if edge["via"]
    }
    assert ("Anton Schumann", "ITAS-Kongress 2024", "2024-06-06") in talks


def test_each_edge_has_evidence_and_each_source_is_known(drawn):
    assert drawn.number_of_edges() > 70
    for _, _, edge in drawn.edges(data=True):
        assert edge["evidence"]
        for piece in edge["evidence"]:
            assert drawn.graph["sources"][piece["source"]]["url"].startswith("http")


def test_the_drawn_pairs_are_the_derived_links(assembled, drawn):
    text = "SELECT ?o ?i { ?o itas:involvedIn ?i }"
    derived = {(row[0].value, row[1].value) for row in assembled[1].ask(text).rows}
    base = "https://w3id.org/itas-graph/id/"
    pairs = {tuple(sorted((base + one, base + other))) for one, other in drawn.edges()}
    assert pairs == {tuple(sorted(pair)) for pair in derived}


def test_aliases_and_inferred_fields_reach_the_nodes(drawn):
    assert (
        "Industrie- und Handelskammer Chemnitz"
        in drawn.nodes["organisation/ihk-chemnitz"]["aliases"]
    )
    circular = drawn.nodes["initiative/circular-cars"]
    assert (
        circular["action_fields"] == circular["inferred_fields"] == ["qualifizierung-weiterbildung"]
    )
    labs = drawn.nodes["initiative/policy-labs"]
    assert (labs["action_fields"], labs["inferred_fields"]) == (["industriepolitik"], [])
