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
    assert drawn.number_of_edges() > 200
    for _, _, edge in drawn.edges(data=True):
        assert edge["evidence"]
        for piece in edge["evidence"]:
            assert drawn.graph["sources"][piece["source"]]["url"].startswith("http")


def test_the_drawn_pairs_are_the_derived_links(assembled, drawn):
    text = "SELECT ?o ?i { ?o itas:involvedIn ?i }"
    derived = {(row[0].value, row[1].value) for row in assembled[1].ask(text).rows}
    base = "https://w3id.org/itas-graph/id/"
    pairs = {
        tuple(sorted((base + one, base + other)))
        for one, other, edge in drawn.edges(data=True)
        if edge["type"] == "involvement"
    }
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


def of_type(drawn, kind):
    return [edge for *_, edge in drawn.edges(data=True) if edge["type"] == kind]


def test_all_four_kinds_of_nodes_are_there_and_each_edge_says_which_way_it_goes(drawn):
    groups = {data["group"] for _, data in drawn.nodes(data=True)}
    assert groups == {"organisation", "initiative", "person", "event"}
    ways = {
        "involvement": ("organisation", "initiative"),
        "contribution": ("person", "event"),
        "affiliation": ("person", "organisation"),
        "presentation": ("event", "initiative"),
    }
    for kind, groups in ways.items():
        edges = of_type(drawn, kind)
        assert edges
        for edge in edges:
            assert tuple(drawn.nodes[end]["group"] for end in edge["ends"]) == groups


def test_what_has_no_relation_is_a_node_all_the_same(drawn):
    """The list and the search find it; only the drawings leave it out."""
    assert drawn.degree("initiative/wir-machen-mobil") == 0


def test_events_have_their_most_precise_date_their_place_and_their_series(drawn):
    congress = drawn.nodes["event/kongress-2024"]
    assert congress["date"] == "2024-06-06"
    assert congress["series"] == "ITAS-Kongress"
    assert congress["status"] == "held"
    assert congress["place"]


def test_who_spoke_where_for_whom_on_what(drawn):
    (edge,) = drawn.get_edge_data("person/anton-schumann", "event/kongress-2024").values()
    assert (edge["role"], edge["status"], edge["date"]) == ("speaker", "held", "2024-06-06")
    assert edge["via"]["organisation"] == "organisation/gherzi"
    assert edge["via"]["talk"].startswith("Textiles Interieur")
    assert edge["evidence"][0]["source"] == "itas-kongress-2024-rueckblick"


def test_the_appearances_are_those_that_are_derived(assembled, drawn):
    """What is only asked for or planned is drawn too, but says so."""
    text = "SELECT DISTINCT ?p ?e { ?x itas:contributor ?p ; itas:appearedAt ?e }"
    base = "https://w3id.org/itas-graph/id/"
    derived = {(row[0].value, row[1].value) for row in assembled[1].ask(text).rows}
    fixed = {
        (base + edge["ends"][0], base + edge["ends"][1])
        for edge in of_type(drawn, "contribution")
        if edge["status"] not in ("planned", "requested")
    }
    assert fixed == derived


def test_a_person_stands_for_an_organisation_once_per_function_and_occasion(drawn):
    seen = [
        (*edge["ends"], (edge["via"] or {}).get("function"), (edge["via"] or {}).get("event"))
        for edge in of_type(drawn, "affiliation")
        if (edge["via"] or {}).get("event")
    ]
    assert len(seen) == len(set(seen)) > 20


def test_values_that_contradict_each_other_stand_side_by_side_in_both_languages(drawn):
    (conflict,) = drawn.nodes["event/policy-lab-wertschoepfung"]["conflicts"]
    assert conflict["property"] == {"de": "Beginn", "en": "Start"}
    assert [(value["value"]["de"], value["sources"]) for value in conflict["values"]] == [
        ("2024-10-29", ["itas-policy-labs"]),
        ("2024-10-30", ["autoland-unterstuetzung-automotive-kmu"]),
    ]


def test_a_conflict_about_a_relation_stands_at_the_relation(drawn):
    edges = drawn.get_edge_data(
        "organisation/bundesministerium-fuer-wirtschaft-und-klimaschutz", "initiative/itas"
    ) or drawn.get_edge_data("organisation/bmwk", "initiative/itas")
    amounts = [
        {value["value"]["de"] for value in conflict["values"]}
        for edge in edges.values()
        for conflict in edge["conflicts"]
    ]
    assert {"8200000", "8400000"} in amounts


def test_an_appearance_that_is_only_asked_for_says_so(small):
    small.edit(
        "sources/tagung-2024.yaml",
        "          - person: eva-muster\n            on_behalf_of: ahorn\n",
        "          - person: eva-muster\n            on_behalf_of: ahorn\n"
        "            status: requested\n",
    )
    checked = build.check(small.workspace)
    _, endpoint = build.assemble(small.workspace, checked, "public")
    drawn = network.load(endpoint, small.workspace.queries, None)
    (edge,) = drawn.get_edge_data("person/eva-muster", "event/tagung-2024").values()
    assert edge["status"] == "requested"
    (edge,) = drawn.get_edge_data("person/eva-muster", "organisation/ahorn").values()
    assert edge["status"] == "requested"


def test_who_may_not_be_shown_is_no_node_and_in_no_relation(small, assembled):
    drawn = network.load(
        build.assemble(small.workspace, build.check(small.workspace), "public")[1],
        small.workspace.queries,
        None,
    )
    assert "person/ida-intern" not in drawn
    assert "person/eva-muster" in drawn
    assert "Ida" not in repr(list(drawn.edges(data=True))) + repr(list(drawn.nodes(data=True)))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "queries").glob("[en]*/*.rq")), ids=lambda p: p.stem
)
def test_another_engine_gives_the_same_rows(assembled, path):
    columns, mine = _rows(assembled[1].ask(path.read_text("utf-8")))
    result = assembled[0].to_rdflib().query(path.read_text("utf-8"))
    other = [["" if row[name] is None else str(row[name]) for name in columns] for row in result]
    assert mine
    assert sorted(mine) == sorted(other)


def _rows(answer):
    rows = [["" if term is None else term.value for term in row] for row in answer.rows]
    return answer.columns, rows
