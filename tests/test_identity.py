"""Who may be the same: proposals with reasons, decisions that can be taken back, privacy."""

import csv
import io
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itas_graph import build as pipeline
from itas_graph import decisions, identity, proposals, records
from itas_graph.identity import fold

HEADER = "decision,one,other,kind,reason,date,who\n"
MERGE = "same,ahorn,birke,organisations,Ein Haus | zwei Namen,2026-01-02,Redaktion\n"
# The spellings and bodies of the issue, before anybody has entered an alias or a unit.
ORGANISATIONS = """\
id,name,aliases,kind
amz,AMZ Sachsen,AMZ,network
chemnitzer-wfg,Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH,,
ctm,CTM GmbH,,development-agency
cwe,CWE,,development-agency
ihk-chemnitz,IHK Chemnitz,IHK,chamber
ihk-mittelsachsen,IHK Regionalkammer Mittelsachsen,,chamber
ihk-zwickau,IHK Chemnitz Regionalkammer Zwickau,,chamber
imreg,IMREG GmbH,,research-institute
imreg-dresden,IMREG Dresden,,research-institute
lennardt-birner,Lennardt & Birner,,company
lennardtundbirner,LennardtundBirner GmbH,,company
mobilitaetswerk,Mobilitätswerk GmbH,,company
mobiltaetswerk,Mobiltätswerk GmbH Dresden,,company
stadt-chemnitz,Stadt Chemnitz,,authority
stadt-zwickau,Stadt Zwickau,,authority
werk-1,Beispielwerk 1,,company
werk-2,Beispielwerk 2,,company
"""
PLACES = """\
id,name,aliases,kind,within
chemnitz,Chemnitz,,city,
dresden,Dresden,,city,
zwickau,Zwickau,,city,
"""
PEOPLE = """\
id,name,honorific,aliases,visibility,note
eva-muster,Eva Muster,,,public,
eva-muster-2,Dr. Eva Muster,,,public,
e-muster,E. Muster,,,public,
jan-beispiel,Jan Beispiel,,,public,
jan-beispeil,Jan Beispeil,,,public,
kim-wechsel,Kim Wechsel,,,public,
"""
SOURCE = """\
id: tagungen
title: Tagungen
url: https://example.org/tagungen
source_kind: event-page
coverage: full

events:
  - id: erste
    name: Erste Tagung
    date: 2024-06-06
    contributions:
      - {person: kim-wechsel, on_behalf_of: cwe}
      - {person: eva-muster, on_behalf_of: amz}
      - {person: jan-beispiel, on_behalf_of: imreg}
      - {person: jan-beispeil, on_behalf_of: imreg}
      - person: e-muster
        on_behalf_of: stadt-zwickau
        organisation_as_written: Mobilitaetswerk
  - id: zweite
    name: Zweite Tagung
    date: 2025-06-18
    contributions:
      - {person: kim-wechsel, on_behalf_of: ctm}
      - {person: eva-muster-2, on_behalf_of: stadt-zwickau}

initiatives:
  - id: netz
    name: Netz
    involvements:
      - {organisation: cwe, role: consortium-partner}
      - {organisation: ctm, role: consortium-partner}
"""


@pytest.fixture
def wild(small):
    """A workspace with the spellings as sources write them, each a record of its own."""
    for name in ("netz", "tagung-2024"):
        small.path(f"sources/{name}.yaml").unlink()
    small.write("organisations.csv", ORGANISATIONS)
    small.write("places.csv", PLACES)
    small.write("people.csv", PEOPLE)
    small.write("initiatives.csv", "id,name,aliases,kind\n")
    small.write("sources/tagungen.yaml", SOURCE)
    return small


def proposed(workspace, kinds=proposals.KINDS):
    read = records.load(workspace.root / "data")
    decided = decisions.read(read.decisions, identity.entities(read))
    return proposals.propose(read, decided, kinds)


def pairs(found):
    return {(one.relation, one.one.slug, one.other.slug): one for one in found}


def dump(small, profile="public"):
    checked = small.check()
    assert not checked.errors, checked.findings
    complete, _ = pipeline.assemble(small.workspace, checked, profile)
    return complete.dump("itas.nq").decode()


def quick_dump(small):
    """The same without derived links and without asking the rules, many times over."""
    built = small.dataset_before_rules()
    read = records.load(small.root / "data")
    decided = decisions.read(read.decisions, decisions.slugs(built))
    assert not decided.findings
    return decisions.apply(built, decided).dump("itas.nq")


# Folding and looking up


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Müller & Söhne", "MUELLER UND SOEHNE", ""),
        ("Straße  Nord", "strasse-nord", ""),
        ("Beispiel e. V.", "Beispiel eV", "organisations"),
        ("Beispiel GmbH & Co. KG", "Beispiel", "organisations"),
        ("Beispielkammer K.d.ö.R.", "Beispielkammer KdöR", "organisations"),
        ("Beispiel gGmbH", "BEISPIEL GMBH", "organisations"),
        ("Prof. Dr. h. c. Eva Muster", "Muster, Eva", "people"),
        ("Dr.-Ing. Jan Café", "Jan Cafe", "people"),
    ],
)
def test_what_differs_in_writing_only_is_equal(one, other, kind):
    assert fold(one, kind) == fold(other, kind) != ""


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("AG Muster", "Muster", "organisations"),
        ("Beispielwerk 1", "Beispielwerk 2", "organisations"),
        ("Eva Muster", "Ida Muster", "people"),
        ("Beispiel GmbH", "Beispiel AG", ""),
    ],
)
def test_what_differs_in_meaning_stays_apart(one, other, kind):
    assert fold(one, kind) != fold(other, kind)


@given(st.text(max_size=40), st.sampled_from(["", "organisations", "people"]))
def test_folding_a_folded_name_changes_nothing_and_never_fails(text, kind):
    once = fold(text)
    assert fold(once) == once
    assert bool(fold(text, kind)) == bool(once)


def test_the_index_knows_names_aliases_and_wordings_and_says_when_several_bear_one(shipped):
    found = identity.index(records.load(shipped.data))
    assert found.known("organisations", "Mobiltätswerk GmbH Dresden") == ("mobilitaetswerk",)
    assert found.known("organisations", "lennardt und birner") == ("lennardt-und-birner",)
    assert found.known("organisations", "Beispiel, das es nicht gibt") == ()
    assert len(found.known("people", "Karsten Schulze")) == 2
    assert found.known("people", "…") == ()


def test_the_index_reads_merged_slugs_as_the_one_that_is_kept(small):
    small.write("identities.csv", HEADER + MERGE)
    read = records.load(small.root / "data")
    decided = decisions.read(read.decisions, identity.entities(read))
    found = identity.index(read, decided.merged)
    assert found.known("organisations", "Birke Institut") == ("ahorn",)


# Proposals


def test_spellings_are_proposed_for_the_right_organisation(wild):
    found = pairs(proposed(wild))
    for one, other, strength in [
        ("mobilitaetswerk", "mobiltaetswerk", "weak"),
        ("lennardt-birner", "lennardtundbirner", "strong"),
        ("imreg", "imreg-dresden", "weak"),
        ("chemnitzer-wfg", "cwe", "strong"),
    ]:
        proposal = found["same", one, other]
        assert proposal.settled is None
        assert proposal.strength == strength, (one, other)
        assert all(
            reason.de and reason.en and reason.de != reason.en for reason in proposal.reasons
        )
        lines = (wild.root / proposal.places[0][0]).read_text("utf-8").split("\n")
        assert lines[proposal.places[0][1] - 1].startswith(f"{one},")


def test_parts_are_proposed_as_units(wild):
    found = pairs(proposed(wild))
    assert found["unit", "ihk-chemnitz", "ihk-mittelsachsen"].strength == "strong"
    assert found["unit", "ihk-chemnitz", "ihk-zwickau"].strength == "strong"


def test_a_change_of_people_suggests_a_successor_but_no_identity(wild):
    found = pairs(proposed(wild))
    successor = found["successor", "cwe", "ctm"]
    said = " ".join(reason.de for reason in successor.reasons)
    assert "Kim Wechsel spricht bis 2024-06-06 für die eine, ab 2025-06-18" in said
    assert "Netz" in said
    assert ("same", "ctm", "cwe") not in found
    assert ("same", "cwe", "ctm") not in found


def test_what_differs_on_purpose_is_not_proposed(wild):
    about = {frozenset((one.one.slug, one.other.slug)) for one in proposed(wild)}
    assert frozenset(("werk-1", "werk-2")) not in about
    assert frozenset(("stadt-chemnitz", "stadt-zwickau")) not in about
    assert frozenset(("ihk-mittelsachsen", "ihk-zwickau")) not in about


def test_a_wording_that_is_like_another_organisation_is_told(wild):
    (found,) = [one for one in proposed(wild) if one.relation == "meant"]
    assert (found.one.slug, found.one.name) == ("stadt-zwickau", "Mobilitaetswerk")
    assert found.other.slug == "mobilitaetswerk"
    file, line = found.places[0]
    assert "Mobilitaetswerk" in (wild.root / file).read_text("utf-8").split("\n")[line - 1]


def test_people_of_one_name_may_be_two_and_are_never_merged(wild):
    found = pairs(proposed(wild, ["people"]))
    namesakes = found["two", "eva-muster", "eva-muster-2"]
    assert namesakes.strength == "weak"
    assert "AMZ Sachsen; Stadt Zwickau" in namesakes.reasons[1].en
    assert found["same", "jan-beispeil", "jan-beispiel"].strength == "strong"
    assert found["same", "e-muster", "eva-muster"].strength == "weak"
    text = dump(wild)
    assert "person/eva-muster>" in text
    assert "person/eva-muster-2>" in text


def test_the_shipped_data_is_settled_where_the_registers_say_so(shipped):
    read = records.load(shipped.data)
    found = proposals.propose(read, decisions.read(read.decisions, identity.entities(read)))
    by_pair = pairs(found)
    assert by_pair["successor", "cwe", "ctm"].settled is None
    assert "different" in " ".join(one.en for one in by_pair["successor", "cwe", "ctm"].reasons)
    assert ("same", "cwe", "ctm") not in by_pair
    for unit in ("ihk-regionalkammer-mittelsachsen", "ihk-regionalkammer-zwickau"):
        assert "data/organisations.csv" in by_pair["unit", "ihk-chemnitz", unit].settled.en
    namesakes = by_pair["two", "karsten-schulze-adac", "karsten-schulze-fdtech"]
    assert namesakes.settled is None
    spellings = {
        (one.one.slug, one.other.name): one.settled for one in found if one.relation == "spelling"
    }
    for slug, name in [
        ("mobilitaetswerk", "Mobiltätswerk GmbH Dresden"),
        ("lennardt-und-birner", "Lennardt & Birner"),
        ("imreg", "IMREG Dresden"),
    ]:
        assert spellings[slug, name] is not None
    assert sum(one.settled is None for one in found) <= 15, "few enough to be read"


def test_the_work_grows_with_the_number_of_names(monkeypatch):
    """Each comparison is counted: with all names against all there would be four times as many."""
    counted = {}
    real = proposals.alike
    for size in (2000, 4000):
        chance = random.Random(size)  # noqa: S311  # no secret
        read = records.Records()
        for number in range(size):
            word = "".join(chance.choice("abdegiklmnorstu") for _ in range(8)).title()
            fields = {
                "id": [records.Value(f"x{number}", number)],
                "name": [records.Value(f"Stadtwerke {word} GmbH", number)],
            }
            read.register.append(records.Record("organisations", "o.csv", number, fields))
        calls = []
        monkeypatch.setattr(
            proposals, "alike", lambda one, other, calls=calls: calls.append(1) or real(one, other)
        )
        proposals.propose(read, decisions.Decided())
        counted[size] = len(calls)
    assert 2000 < counted[2000] < 60 * 2000
    assert counted[4000] < 2.5 * counted[2000]


def test_proposals_do_not_depend_on_the_order_of_rows(wild):
    before = proposed(wild)
    head, *rows = wild.text("people.csv").strip().split("\n")
    wild.write("people.csv", "\n".join([head, *reversed(rows)]) + "\n")
    shape = [(one.relation, one.strength, one.one.slug, one.other.slug) for one in before]
    after = proposed(wild)
    assert sorted(shape) == sorted(
        (one.relation, one.strength, one.one.slug, one.other.slug) for one in after
    )
    assert len(shape) > 8


# The command


def test_the_command_lists_what_is_open_and_counts_the_rest(itas, wild):
    done = itas("--root", wild.root, "identities", "--lang", "de")
    assert done.returncode == 0
    assert "mobiltaetswerk  „Mobiltätswerk GmbH Dresden“  data/organisations.csv:14" in done.stdout
    assert "→ itas-graph identities --decide same imreg imreg-dresden" in done.stdout
    assert " offen, " in done.stdout.strip().split("\n")[-1]
    assert done.stdout == itas("--root", wild.root, "identities", "--lang", "de").stdout


def test_the_command_writes_json_and_csv(itas, wild):
    done = itas("--root", wild.root, "identities", "--format", "json", "--kind", "people")
    found = json.loads(done.stdout)["proposals"]
    assert {one["kind"] for one in found} == {"people"}
    assert {"de", "en"} == set(found[0]["reasons"][0])
    assert found[0]["status"] == "open"
    done = itas("--root", wild.root, "identities", "--format", "csv", "--all", "--lang", "en")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {"open", "settled"} >= {row["status"] for row in rows}
    assert any(row["one"] == "imreg" and row["other"] == "imreg-dresden" for row in rows)


def test_a_decision_is_entered_and_taken_back(itas, wild):
    before = dump(wild)
    decide = ("--reason", "Ein Haus, zwei „Namen“", "--date", "2026-01-02", "--who", "Projektbüro")
    for other in ("imreg-dresden",):
        done = itas(
            "--root", wild.root, "identities", "--lang", "de",
            "--decide", "same", "imreg", other, *decide,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "data/identities.csv" in done.stderr
    done = itas(
        "--root", wild.root, "identities",
        "--decide", "different", "e-muster", "eva-muster", *decide,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert wild.text("identities.csv").split("\n")[1:3] == [
        "same,imreg,imreg-dresden,organisations,"
        "\"Ein Haus, zwei „Namen“\",2026-01-02,Projektbüro",
        "different,e-muster,eva-muster,people,"
        "\"Ein Haus, zwei „Namen“\",2026-01-02,Projektbüro",
    ]  # fmt: skip
    open_ = {
        (one["one"]["slug"], one["other"]["slug"])
        for one in json.loads(itas("--root", wild.root, "identities", "--format", "json").stdout)[
            "proposals"
        ]
    }
    assert ("imreg", "imreg-dresden") not in open_
    assert ("e-muster", "eva-muster") not in open_
    assert dump(wild) != before
    for pair in (("imreg-dresden", "imreg"), ("e-muster", "eva-muster")):
        assert itas("--root", wild.root, "identities", "--undo", *pair).returncode == 0
    assert dump(wild) == before
    assert not wild.path("identities.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--decide", "same", "imreg", "imreg-dresden"], "--reason"),
        (["--decide", "alike", "imreg", "imreg-dresden", "FULL"], "same, different"),
        (["--decide", "same", "imreg", "imreg-dresten", "FULL"], "imreg-dresden"),
        (["--decide", "successor", "e-muster", "eva-muster", "FULL"], "organisations only"),
        (["--decide", "same", "cwe", "ctm", "--reason", "a", "--who", "b", "--date", "1.5.26"],
         "no date"),
        (["--undo", "cwe", "ctm"], "Nothing is decided"),
        (["--who", "b"], "--decide"),
    ],
)  # fmt: skip
def test_a_wrong_call_changes_nothing_and_says_what_to_do(itas, wild, arguments, said):
    if arguments[-1] == "FULL":
        arguments = [*arguments[:-1], "--reason", "a", "--who", "b", "--date", "2026-01-01"]
    done = itas("--root", wild.root, "identities", "--lang", "en", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert not wild.path("identities.csv").exists()


# Decisions in the graph


def ask(small, query):
    checked = small.check()
    _, endpoint = pipeline.assemble(small.workspace, checked, "public")
    prefixes = (
        "PREFIX itas: <https://w3id.org/itas-graph/ns#> PREFIX org: <http://www.w3.org/ns/org#> "
        "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
        "PREFIX dc: <http://purl.org/dc/elements/1.1/> PREFIX dcterms: <http://purl.org/dc/terms/> "
    )
    answer = endpoint.ask(prefixes + query)
    return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows]


def test_merged_references_are_read_as_the_kept_one_and_evidence_stays(small):
    small.edit("sources/tagung-2024.yaml", "on_behalf_of: birke", "on_behalf_of: birke\n"
               "            organisation_as_written: Birkeninst.")  # fmt: skip
    small.write("identities.csv", HEADER + MERGE)
    text = dump(small)
    about_birke = [line for line in text.split("\n") if "/organisation/birke>" in line]
    assert len(about_birke) == 1, "only the decision still knows the other slug"
    assert "comparedEntity" in about_birke[0]
    kept = "https://w3id.org/itas-graph/id/organisation/ahorn"
    names = {name for (name,) in ask(small, f"SELECT ?n {{ <{kept}> skos:altLabel ?n }}")}
    assert names == {"AHG", "BI", "Birke Institut", "Birkeninstitut"}
    ((body, wording),) = ask(
        small,
        "SELECT ?o ?w { GRAPH <https://w3id.org/itas-graph/id/source/tagung-2024> "
        "{ ?c itas:onBehalfOf ?o ; itas:organisationAsWritten ?w } }",
    )
    assert (body, wording) == (kept, "Birkeninst.")


def test_sparql_tells_which_names_were_merged_why_and_by_whom(small):
    small.write("identities.csv", HEADER + MERGE)
    rows = ask(
        small,
        "SELECT ?before ?after ?why ?when ?who ?what { ?d a itas:IdentityDecision ; "
        "itas:comparedName ?before ; itas:referenceEntity/skos:prefLabel ?after ; "
        "skos:editorialNote ?why ; dcterms:date ?when ; dc:creator ?who ; dcterms:type ?t . "
        '?t skos:prefLabel ?what FILTER(LANG(?what) = "de") }',
    )
    assert rows == [
        ("Birke Institut", "Ahorn GmbH", "Ein Haus | zwei Namen", "2026-01-02", "Redaktion",
         "dasselbe")
    ]  # fmt: skip


def test_a_chain_of_merges_ends_at_one(small):
    small.write(
        "identities.csv",
        HEADER + "same,birke,linde,organisations,a,2026-01-02,R\n"
        "same,ahorn,birke,organisations,b,2026-01-02,R\n",
    )
    query = "SELECT DISTINCT ?o { ?c itas:onBehalfOf|itas:involvedOrganisation ?o }"
    assert ask(small, query) == [("https://w3id.org/itas-graph/id/organisation/ahorn",)]


def test_successors_and_units_are_stated(small):
    small.write(
        "identities.csv",
        HEADER + "successor,ahorn,linde,organisations,a,2026-01-02,R\n"
        "unit,linde,birke,organisations,b,2026-01,R\n",
    )
    base = "https://w3id.org/itas-graph/id/organisation/"
    rows = ask(
        small,
        "SELECT ?a ?b { ?c a org:ChangeEvent ; org:originalOrganization ?a ; "
        "org:resultingOrganization ?b }",
    )
    assert rows == [(base + "ahorn", base + "linde")]
    units = ask(small, f"SELECT ?w {{ <{base}birke> org:unitOf ?w }}")
    assert units == [(base + "linde",)]


ROWS = [
    MERGE,
    "same,eva-muster,eva-muster-linde,people,dieselbe,2026-01-02,Redaktion\n",
    "different,ahorn,linde,organisations,zwei,2026-01-03,Redaktion\n",
    "successor,linde,ahorn,organisations,folgt,2026,Redaktion\n",
    "unit,linde,birke-nord,organisations,Teil,2026-01,Redaktion\n",
]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.permutations(ROWS).flatmap(lambda rows: st.integers(1, 5).map(lambda n: rows[:n])))
def test_decisions_are_taken_back_without_a_trace_and_their_order_does_not_matter(small, rows):
    small.path("identities.csv").unlink(missing_ok=True)
    before = quick_dump(small)
    small.write("identities.csv", HEADER + "".join(rows))
    decided = quick_dump(small)
    assert decided != before
    small.write("identities.csv", HEADER + "".join(sorted(rows)))
    assert quick_dump(small) == decided
    small.path("identities.csv").unlink()
    assert quick_dump(small) == before


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        ("same,ahorn,birk,organisations,a,2026-01-01,R\n", 2, "birke"),
        ("same,ahorn,birke,organisations,a,1. Mai,R\n", 2, "no date"),
        ("same,ahorn,birke,organisations,,2026-01-01,R\n", 2, "“reason” is missing"),
        ("equal,ahorn,birke,organisations,a,2026-01-01,R\n", 2, "There is no “equal”"),
        ("different,ahorn,ahorn,organisations,a,2026-01-01,R\n", 2, "same slug"),
        (MERGE + "different,birke,ahorn,organisations,a,2026-01-01,R\n", 3, "the same by another"),
        (MERGE + "same,linde,birke,organisations,a,2026-01-01,R\n", 3, "read as “ahorn” already"),
        (MERGE + "same,birke,linde,organisations,a,2026-01-01,R\n"
         "same,linde,ahorn,organisations,a,2026-01-01,R\n", 4, "circle"),
        ("unit,ahorn,birke,organisations,a,2026-01-01,R\n"
         "unit,birke,ahorn,organisations,a,2026-01-01,R\n", 3, "detour"),
        (MERGE + MERGE, 3, "already"),
        ("unit,eva-muster,eva-muster-linde,people,a,2026-01-01,R\n", 2, "organisations only"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_a_finding_with_file_and_line(small, rows, line, said):
    small.write("identities.csv", HEADER + rows)
    read = records.load(small.root / "data")
    found = decisions.read(read.decisions, decisions.slugs(small.dataset_before_rules())).findings
    assert {one.file for one in found} == {"data/identities.csv"}
    assert [one.line for one in found] == [line], found
    assert said in f"{found[0].problem.en} {found[0].remedy.en}"
    assert found[0].severity == "error"


def test_a_file_that_is_no_table_is_a_finding_not_a_failure(small, itas):
    small.write("identities.csv", b"\xff\xfe\x00")
    done = itas("--root", small.root, "check", "--lang", "en")
    assert done.returncode == 1
    assert "data/identities.csv" in done.stdout
    small.write("identities.csv", "what,ever\na,b\n")
    done = itas("--root", small.root, "check", "--lang", "en")
    assert "no field “what”" in done.stdout
    small.write("identities.csv", HEADER + MERGE.replace("birke", "birk"))
    done = itas("--root", small.root, "check", "--lang", "de")
    assert "data/identities.csv:2: Fehler · identities/ahorn--birk · other" in done.stdout
    assert "Meinten Sie „birke“?" in done.stdout


# Privacy


@pytest.mark.parametrize("entry", ["eva-muster", "eva-muster-linde", "Eva Muster"])
def test_a_suppressed_person_leaves_no_trace_in_decisions(small, entry):
    small.write(
        "identities.csv",
        HEADER + "same,eva-muster,eva-muster-linde,people,Eva Muster ist eine,2026-01-02,R\n"
        "different,eva-muster,joerg-koessler,people,Eva Muster ist nicht er,2026-01-02,R\n"
        "different,joerg-koessler,ida-intern,people,auch nicht Eva Muster,2026-01-02,R\n",
    )
    small.write("suppressed.txt", entry + "\n")
    for profile in ("public", "internal"):
        text = dump(small, profile).lower()
        assert not re.search(r"\beva\b|muster\b(?!stadt)", text)
        assert "identity/people--same" not in text
        assert "jörg kößler" in text


def test_an_internal_person_is_in_no_public_decision(small):
    small.write(
        "identities.csv",
        HEADER + "different,joerg-koessler,ida-intern,people,x,2026-01-02,R\n",
    )
    assert not re.search(r"\bida\b", dump(small), re.I)
    assert "comparedEntity" in dump(small, "internal")


def test_whoever_is_merged_with_an_internal_person_is_internal(small):
    small.write("identities.csv", HEADER + "same,eva-muster,ida-intern,people,eine,2026-01-02,R\n")
    text = dump(small)
    assert "person/eva-muster>" not in text
    assert "person/ida-intern>" not in text
    assert "person/eva-muster>" in dump(small, "internal")


# Drafts

DRAFT = """\
id: entwurf
title: Entwurf
url: https://example.org/entwurf
source_kind: press
coverage: full

organisations:
  - {id: birke-neu, name: Birke-Institut, status: draft}
"""


def test_decisions_on_drafts_are_not_published_and_hide_nothing_reviewed(small):
    small.write("sources/entwurf.yaml", DRAFT)
    small.write(
        "identities.csv",
        HEADER + "different,ahorn,birke-neu,organisations,geheimer Grund,2026-01-02,R\n"
        "unit,linde,birke-neu,organisations,geheimer Teil,2026-01-02,R\n",
    )
    text = dump(small)
    assert "birke-neu" not in text
    assert "geheim" not in text
    assert "birke-neu" in dump(small, "internal")
    small.write(
        "identities.csv",
        HEADER + "same,birke,birke-neu,organisations,derselbe,2026-01-02,R\n",
    )
    assert "Birke Institut" in dump(small)


@pytest.mark.parametrize("draft", ["ahorn", "linde"])
def test_a_draft_that_is_merged_with_a_reviewed_record_hides_nothing(small, draft):
    head, *rows = small.text("organisations.csv").strip().split("\n")
    marked = [f"{row},{'draft' if row.startswith(draft) else ''}" for row in rows]
    small.write("organisations.csv", "\n".join([f"{head},status", *marked]) + "\n")
    assert f"/organisation/{draft}>" not in dump(small)
    small.write("identities.csv", HEADER + MERGE.replace("birke", "linde"))
    text = dump(small)
    assert '"Ahorn GmbH"' in text
    assert '"Linde Verband"' in text


def test_shipped_decisions_hold(shipped_checked):
    assert shipped_checked.errors == 0
    rows = shipped_checked.records.decisions
    assert ("different", "cwe", "ctm") in [
        tuple(row.first(name) for name in ("decision", "one", "other")) for row in rows
    ]
    text = (Path(__file__).parent.parent / "data" / "identities.csv").read_text("utf-8")
    known = identity.entities(shipped_checked.records)
    assert decisions.to_csv(decisions.read(rows, known).decisions) == text
