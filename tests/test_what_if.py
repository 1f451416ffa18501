"""What if: the same as if the records had been written so, and told so that nobody takes it for
real."""

import csv
import io
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
import yaml

from itas_graph import build, queries, scenario, scenario_report, workspace
from itas_graph.errors import UsageError

REPO = Path(__file__).parent.parent
BASE = "https://w3id.org/itas-graph/id/"

#: Who can be told apart on paper: Nord - A - Mitte - C - Süd - E - Ost, and D hangs on Mitte alone.
CHAIN = {
    "dataset.yaml": "title_de: Kette\ntitle_en: Chain\nas_of: 2025-01-01\n",
    "organisations.csv": """\
id,name,aliases,kind,unit_of
mitte,Mitte GmbH,MG,company,
mitte-werk,Mitte Werk,,company,mitte
nord,Nord GmbH,,company,
ost,Ost e. V.,,association,
sued,Süd GmbH,,company,
""",
    "people.csv": "id,name,honorific,aliases,visibility,note\n"
    "eva-muster,Eva Muster,,,public,\nida-intern,Ida Intern,,,internal,\n",
    "initiatives.csv": """\
id,name,aliases,kind
a,Projekt A,,study
c,Projekt C,,study
d,Projekt D,,study
e,Projekt E,,study
""",
    "sources/kette.yaml": """\
id: kette
title: Die Kette
url: https://example.org/kette
source_kind: overview
coverage: full
initiatives:
  - id: a
    involvements:
      - {organisation: nord, role: contractor}
      - {organisation: mitte, role: contractor}
  - id: c
    involvements:
      - {organisation: mitte, role: contractor}
      - {organisation: sued, role: contractor}
  - id: d
    involvements:
      - {organisation: mitte, role: contractor}
      - {organisation: ost, role: contractor, status: planned}
  - id: e
    involvements:
      - {organisation: sued, role: contractor}
      - {organisation: ost, role: contractor}
events:
  - id: treff
    name: Treffen
    date: 2024-05-05
    organisers: [mitte]
    status: held
    talks:
      - id: treff-d
        name: Über D
        about: [d]
        contributions:
          - {person: eva-muster, on_behalf_of: mitte}
people:
  - id: eva-muster
    affiliations:
      - {employer: mitte, function: Leitung}
""",
}

PLAN = """\
id: plan
title: Was werden soll
url: https://example.org/plan
source_kind: overview
coverage: full
status: draft
organisations:
  - id: west
    name: West GmbH
    kind: company
initiatives:
  - id: a
    involvements:
      - {organisation: west, role: contractor, status: planned}
  - id: d
    involvements:
      - {organisation: ost, role: contractor, status: requested}
events:
  - id: tagung-2027
    name: Tagung 2027
    date: 2027-03
    status: planned
    organisers: [west]
    talks:
      - id: tagung-2027-e
        name: Über E
        about: [e]
        status: requested
        contributions:
          - {person: eva-muster, on_behalf_of: west, status: planned}
"""
#: The same, as it will be written once it has come true.
COME_TRUE = (
    PLAN.replace("status: draft\n", "")
    .replace(", status: planned", "")
    .replace(", status: requested", "")
    .replace("status: planned", "status: held")
    .replace("status: requested", "status: held")
)

#: What stands beside the shipped test records: everything that can hang on an organisation.
MORE = """\
id: mehr
title: Mehr
url: https://example.org/mehr
source_kind: overview
coverage: full
organisations:
  - id: alpha
    homepage: https://example.org/alpha
  - id: beta
    as_written: Institut Beta
people:
  - id: clara-cohn
    affiliations:
      - {employer: alpha, function: Rat}
      - {employer: beta, function: Rat}
changes:
  - {id: wandel, original: [alpha, delta], resulting: [zeta], date: "2020"}
  - {id: wende, original: beta, resulting: gamma}
events:
  - id: doppelt
    name: Doppelt
    date: 2024-09-01
    organisers: [alpha, gamma]
    status: held
    inferred: [organisers]
    participations:
      - {participant: alpha, role: attendee}
      - {participant: epsilon, role: attendee}
    talks:
      - id: doppelt-netz
        name: Zu zweit
        about: [netz]
        contributions:
          - person: dora-dahl
            on_behalf_of: [beta, epsilon]
            organisation_as_written: Beta und Epsilon
            inferred: [on_behalf_of]
          - person: emil-ernst
            on_behalf_of: delta
            organisation_as_written: Delta GmbH
            inferred: [on_behalf_of]
"""


def made(root, files):
    """Return the workspace of some data files."""
    shutil.copytree(REPO / "ontology", root / "ontology", ignore=shutil.ignore_patterns("examples"))
    shutil.copytree(REPO / "queries", root / "queries")
    for name, text in files.items():
        path = root / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return workspace.Workspace(root)


def state_of(here, profile="public"):
    checked = build.check(here)
    assert not checked.errors, checked.findings
    return build.assemble(here, checked, profile)[0]


def lines(dataset):
    return [str(quad) for quad in dataset.quads]


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    here = made(tmp_path_factory.mktemp("chain") / "chain", CHAIN)
    build.build(here, here.root / "build", sparql=False)
    return here


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("plan") / "plan.yaml"
    path.write_text(PLAN, "utf-8")
    return path


@pytest.fixture
def measure(itas, chain):
    def run(*arguments, lang="en", code=0):
        done = itas("--root", chain.root, "measure", "--lang", lang, *arguments)
        assert done.returncode == code, done.stderr
        return done

    return run


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


# By hand


def test_the_first_sentence_says_what_would_happen(measure):
    told = measure("--without", "mitte", "--format", "table").stdout
    assert told.split("\n")[0] == (
        "Without “Mitte GmbH”, the initiative “Projekt D” would lose its last organisation, the "
        "network would fall into 2 parts (now 1) and “Süd GmbH” would broker most (now “Mitte "
        "GmbH”)."
    )
    german = measure("--without", "Mitte GmbH", "--format", "md", lang="de").stdout
    assert german.split("\n")[2] == (
        "Ohne „Mitte GmbH“ verlöre die Initiative „Projekt D“ ihre letzte Organisation, zerfiele "
        "das Netzwerk in 2 Teile (jetzt 1) und vermittelte „Süd GmbH“ am meisten (jetzt „Mitte "
        "GmbH“)."
    )


def test_values_and_ranks_stand_beside_each_other_by_hand(measure):
    told = measure("--without", "MG", "--measure", "degree", "--format", "csv").stdout
    found = {row["node"]: row for row in rows(told)}
    assert {row["imagined"] for row in found.values()} == {"without “Mitte GmbH”"}
    # Now 4 organisations and 4 initiatives, then 3 and 3: Süd has 2 of 7, then 2 of 5 others.
    sued = found["organisation/sued"]
    assert float(sued["value_now"]) == pytest.approx(2 / 7)
    assert float(sued["value_then"]) == pytest.approx(2 / 5)
    assert float(sued["change"]) == pytest.approx(2 / 5 - 2 / 7)
    # Mitte has 3 lines; A, C, E and Süd have 2; then Süd and E have 2.
    assert (sued["rank_now"], sued["rank_then"]) == ("2", "1")
    assert (found["initiative/c"]["rank_now"], found["initiative/c"]["rank_then"]) == ("2", "3")
    gone = found["initiative/d"]
    assert (gone["value_then"], gone["rank_then"]) == ("", "")
    assert found["organisation/mitte"]["value_then"] == ""
    changes = [abs(float(row["change"])) for row in rows(told)]
    assert changes == sorted(changes, reverse=True)


def test_what_goes_and_what_stays_is_said(measure):
    done = measure("--without", "mitte", "--format", "json")
    block = json.loads(done.stdout)
    assert block["imagined"] is True
    assert block["without"] == [
        {
            "key": "organisation/mitte",
            "label": "Mitte GmbH",
            "involvements": 3,
            "grants": 0,
            "participations": 0,
            "affiliations": 1,
            "appearances": 1,
            "events": 1,
            "units": ["Mitte Werk"],
        }
    ]
    assert block["forsaken"] == [{"node": "initiative/d", "label": "Projekt D"}]
    assert block["parts"] == {"now": 1, "then": 2}
    assert "its units stay: Mitte Werk" in done.stderr
    assert "appearance on its behalf" in done.stderr


def test_what_is_planned_counts_as_if_it_had_come_true(measure, plan):
    told = measure("--with", plan, "--format", "table").stdout
    assert told.startswith(
        "With plan.yaml, “West GmbH” would join, the network would stay connected"
    )
    assert "count as if they had come true; 6 of them were only planned" in " ".join(told.split())
    block = json.loads(measure("--with", plan, "--measure", "degree", "--format", "json").stdout)
    assert block["nodes"] == {"now": 8, "then": 9}
    # Ost in D as well; West in A and, by its talk, in E.
    assert block["lines"] == {"now": 7, "then": 10}


def test_all_can_leave(measure):
    told = measure(
        *("--without", "mitte", "--without", "nord", "--without", "sued", "--without", "ost"),
        *("--format", "table", "--lang", "de"),
    ).stdout
    assert "bliebe von diesem Netzwerk nichts" in told.split("\n")[0]
    assert "verlören 4 Initiativen ihre letzte Organisation" in told.split("\n")[0]


def test_who_is_in_no_relation_changes_nothing(measure):
    told = measure("--without", "mitte-werk", "--format", "table").stdout
    assert told.startswith("Without “Mitte Werk”, nothing would change in this network.")


def test_in_a_one_mode_network_others_are_left_alone(measure):
    told = measure("organisation-organisation", "--without", "mitte", "--format", "table").stdout
    assert "“Nord GmbH” would be left alone in this network" in told.split("\n")[0]


# As if it had been written so


def _is_about(value, gone):
    return value == gone or (isinstance(value, list) and gone in value)


ESSENTIAL = ("organisation", "funder", "participant", "employer", "original", "resulting")
MENTIONING = ("on_behalf_of", "organisers", "unit_of")


def deleted(record, gone):
    """Return a record as somebody leaves it who deletes all that is said of an organisation."""
    if isinstance(record, list):
        return [one for one in (deleted(each, gone) for each in record) if one is not None]
    if not isinstance(record, dict):
        return record
    left = {}
    lost = set()
    for name, value in record.items():
        if name in (*ESSENTIAL, *MENTIONING) and _is_about(value, gone):
            rest = [one for one in value if one != gone] if isinstance(value, list) else []
            if rest:
                left[name] = rest
            elif name in ESSENTIAL:
                return None
            else:
                lost.add(name)
            if name == "on_behalf_of":
                lost.add("organisation_as_written")
        elif name == "organisations":
            kept = [one for one in value if one["id"] != gone]
            left[name] = deleted(kept, gone)
        else:
            left[name] = deleted(value, gone)
    for name in lost:
        left.pop(name, None)
    if "inferred" in left:
        left["inferred"] = [name for name in left["inferred"] if name not in lost]
    return {name: value for name, value in left.items() if value != []}


def without_records(data, gone):
    """Delete an organisation from every file of a data folder."""
    for path in (data / "sources").glob("*.yaml"):
        record = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # all text
        path.write_text(yaml.safe_dump(deleted(record, gone), allow_unicode=True), "utf-8")
    path = data / "organisations.csv"
    kept = [
        ",".join("" if cell == gone else cell for cell in row)
        for row in csv.reader(io.StringIO(path.read_text("utf-8")))
        if row[0] != gone
    ]
    path.write_text("\n".join(kept) + "\n", "utf-8")


@pytest.fixture(scope="module")
def land(tmp_path_factory):
    root = tmp_path_factory.mktemp("land") / "land"
    here = made(root, {})
    shutil.copytree(REPO / "tests" / "workspace" / "data", here.data)
    (here.data / "sources" / "mehr.yaml").write_text(MORE, "utf-8")
    return here, state_of(here)


LAND = ("alpha", "alpha-werk", "beta", "delta", "epsilon", "gamma", "zeta")


@pytest.mark.parametrize("gone", LAND)
def test_without_is_as_if_it_had_never_been_recorded(gone, land, tmp_path):
    here, state = land
    imagined = scenario.imagine(here, state, without=[gone])
    other = made(tmp_path / "other", {})
    shutil.copytree(here.data, other.data)
    without_records(other.data, gone)
    rebuilt = state_of(other)
    assert lines(imagined.dataset) == lines(rebuilt)
    assert not any(f"/organisation/{gone}>" in line for line in lines(imagined.dataset))
    assert lines(imagined.present) == lines(state)


def test_several_leave_as_if_none_had_been_recorded(land, tmp_path):
    here, state = land
    imagined = scenario.imagine(here, state, without=["beta", "epsilon", "BI"])
    assert [one.key for one in imagined.removed] == ["organisation/beta", "organisation/epsilon"]
    other = made(tmp_path / "other", {})
    shutil.copytree(here.data, other.data)
    for gone in ("beta", "epsilon"):
        without_records(other.data, gone)
    assert lines(imagined.dataset) == lines(state_of(other))


def test_every_question_and_the_network_are_answered_anew(land, tmp_path):
    here, state = land
    imagined = scenario.imagine(here, state, without=["alpha"])
    other = made(tmp_path / "other", {})
    shutil.copytree(here.data, other.data)
    without_records(other.data, "alpha")
    rebuilt = build.assemble(other, build.check(other), "public")[1]
    asked = [one for one in queries.load(here.queries).values() if not one.parameters]
    assert len(asked) >= 10
    for one in asked:
        found = imagined.endpoint.ask(one.text)
        assert list(map(str, found.rows)) == list(map(str, rebuilt.ask(one.text).rows)), one.name
    assert "organisation/alpha" not in imagined.network
    assert imagined.network.number_of_edges() > 5


def test_measured_without_is_what_a_build_without_measures(itas, chain, tmp_path):
    other = made(tmp_path / "other", {})
    shutil.copytree(chain.data, other.data)
    without_records(other.data, "mitte")
    build.build(other, other.root / "build", sparql=False)
    for name in ("organisation-initiative", "organisation-organisation"):
        asked = ("measure", name, "--format", "csv", "--lang", "en")
        then = rows(itas("--root", chain.root, *asked, "--without", "mitte").stdout)
        real = rows(itas("--root", other.root, *asked).stdout)
        plain = {
            (row["measure"], row["node"]): (row["value"], row["rank"])
            for row in real
            if row["measure"] not in ("communities", "bridges") and row["value"]
        }
        assert len(plain) >= 6
        told = {
            (row["measure"], row["node"]): (row["value_then"], row["rank_then"])
            for row in then
            if row["value_then"] and row["measure"] != "bridges"
        }
        # What does not fit both networks is not compared.
        known = {measure for measure, _ in told}
        assert told == {key: value for key, value in plain.items() if key[0] in known}
        assert {"degree", "betweenness", "articulation"} <= known


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_with_is_as_if_the_file_had_come_true(profile, chain, plan, tmp_path):
    imagined = scenario.imagine(chain, state_of(chain, profile), planned=[plan], profile=profile)
    other = made(tmp_path / "other", {**CHAIN, "sources/plan.yaml": COME_TRUE})
    assert lines(imagined.dataset) == lines(state_of(other, profile))
    assert imagined.added[0].come_true == 6


def test_with_and_without_together(chain, plan, tmp_path):
    imagined = scenario.imagine(chain, state_of(chain), without=["mitte"], planned=[plan])
    other = made(tmp_path / "other", {**CHAIN, "sources/plan.yaml": COME_TRUE})
    without_records(other.data, "mitte")
    assert lines(imagined.dataset) == lines(state_of(other))
    # Ost keeps D alive now.
    assert imagined.forsaken == ()


def test_a_source_of_the_workspace_can_come_true(chain):
    known = chain.data / "sources" / "kette.yaml"
    imagined = scenario.imagine(chain, state_of(chain), planned=[known])
    assert imagined.added[0].come_true == 1
    link = (
        f"<{BASE}organisation/ost> <https://w3id.org/itas-graph/ns#involvedIn> <{BASE}initiative/d>"
    )
    assert any(line.startswith(link) for line in lines(imagined.dataset))
    assert not any(line.startswith(link) for line in lines(imagined.present))


def test_who_speaks_at_what_others_only_plan_is_counted(chain, tmp_path):
    files = {**CHAIN, "sources/vorhaben.yaml": COME_TRUE.replace("held", "planned")}
    files["sources/vorhaben.yaml"] = files["sources/vorhaben.yaml"].replace(
        "id: plan\n", "id: vorhaben\n"
    )
    here = made(tmp_path / "here", files)
    more = tmp_path / "mehr.yaml"
    more.write_text(
        "id: mehr\ntitle: Mehr\nurl: https://example.org/mehr\nsource_kind: overview\n"
        "coverage: full\nevents:\n  - id: tagung-2027\n    participations:\n"
        "      - {participant: nord, role: attendee}\n",
        "utf-8",
    )
    imagined = scenario.imagine(here, state_of(here), planned=[more])
    attended = f"<{BASE}organisation/nord> <https://w3id.org/itas-graph/ns#representedAt>"
    assert any(line.startswith(attended) for line in lines(imagined.dataset))


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in sheets.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    book.save(path)


def test_tables_of_planned_records_count_too(chain, tmp_path):
    path = tmp_path / "plan.xlsx"
    workbook(
        path,
        {
            "organisations": [["id", "name", "kind"], ["west", "West GmbH", "company"]],
            "involvements": [
                ["initiative", "organisation", "role", "status", "source"],
                ["a", "West GmbH", "contractor", "planned", "kette"],
                ["d", "ost", "contractor", "planned", "kette"],
            ],
        },
    )
    imagined = scenario.imagine(chain, state_of(chain), planned=[path])
    text = CHAIN["sources/kette.yaml"].replace(", status: planned", "").replace(
        "      - {organisation: mitte, role: contractor}\n  - id: c",
        "      - {organisation: mitte, role: contractor}\n"
        "      - {organisation: west, role: contractor}\n  - id: c",
    )  # fmt: skip
    other = made(
        tmp_path / "other",
        {
            **CHAIN,
            "organisations.csv": CHAIN["organisations.csv"] + "west,West GmbH,,company,\n",
            "sources/kette.yaml": text,
        },
    )
    assert lines(imagined.dataset) == lines(state_of(other))


def test_a_register_of_planned_organisations(measure, tmp_path):
    path = tmp_path / "organisations.csv"
    path.write_text("id;name;kind\nwest;West GmbH;company\n", "utf-8")
    told = measure("--with", path, "--format", "table").stdout
    assert told.startswith("With organisations.csv, nothing would change in this network.")


def test_what_is_said_above_an_imagined_network(chain):
    imagined = scenario.imagine(chain, state_of(chain), without=["mitte"])
    told = [one.en for one in scenario_report.premises(imagined)]
    assert told[0] == "Imagined, not the present state: without “Mitte GmbH”."
    assert told[-1] == "Left without a last organisation would be: “Projekt D”."
    assert "3 involvements, 1 affiliation" in told[1]


# What may not be


def test_an_unknown_name_is_told_the_nearest(measure):
    done = measure("--without", "Mite GmbH", code=2)
    assert "Mitte GmbH" in done.stderr
    assert done.stdout == ""


def test_what_is_no_organisation_is_refused_with_the_reason(measure, chain):
    assert "judgement" in measure("--without", "Eva Muster", code=2).stderr
    state = state_of(chain)
    for name, reason in (
        (f"{BASE}person/eva-muster", "a person"),
        ("person/eva-muster", "a person"),
        ("Projekt A", "an initiative"),
        ("event/treff", "an event"),
        ("Mite", "Did you mean: Mitte"),
    ):
        with pytest.raises(UsageError, match=reason):
            scenario.imagine(chain, state, without=[name])


def test_an_organisation_goes_by_slug_key_address_name_and_alias(chain):
    state = state_of(chain)
    for name in ("mitte", "organisation/mitte", f"{BASE}organisation/mitte/", "mitte gmbh", "MG"):
        imagined = scenario.imagine(chain, state, without=[name])
        assert [one.key for one in imagined.removed] == ["organisation/mitte"], name


def test_who_is_not_shown_is_not_named_by_a_refusal(measure):
    assert "Ida Intern" not in measure("--without", "ida-intern", code=2).stderr


def test_imagined_figures_are_not_written_as_rdf(measure, tmp_path):
    target = tmp_path / "masse.trig"
    done = measure("--without", "mitte", "--as-rdf", target, code=2)
    assert "Imagined figures" in done.stderr
    assert not target.exists()


def test_numbers_that_are_names_are_not_compared(measure):
    done = measure("--without", "mitte", "--measure", "communities", code=2)
    assert "cannot be compared" in done.stderr
    assert "communities" not in measure("--without", "mitte", "--format", "md").stdout


def test_wrong_plans_name_file_line_and_field(measure, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.replace("organisation: ost", "organisation: osten"), "utf-8")
    line = PLAN.split("requested}")[0].count("\n") + 1
    done = measure("--with", path, code=1)
    assert f"plan.yaml:{line}" in done.stderr
    assert "osten" in done.stderr
    path.write_text(PLAN.replace("date: 2027-03", "date: 2027-13"), "utf-8")
    done = measure("--with", path, lang="de", code=1)
    assert "2027-13" in done.stderr
    assert "nichts gerechnet" in done.stderr
    path.write_text("id: plan\n  title: [", "utf-8")
    assert "plan.yaml:2" in measure("--with", path, code=1).stderr
    path.write_text("", "utf-8")
    assert "plan.yaml" in measure("--with", path, code=1).stderr


def test_wrong_rows_name_sheet_row_and_column(measure, tmp_path):
    path = tmp_path / "involvements.csv"
    path.write_text("initiative,organisation,role,source\na,osten,contractor,kette\n", "utf-8")
    done = measure("--with", path, code=1)
    assert "involvements.csv" in done.stderr
    assert "osten" in done.stderr
    assert ":2" in done.stderr
    path.write_text("initiative,organisation,role\na,ost,contractor\n", "utf-8")
    told = measure("--with", path, code=1).stderr
    assert "column “Source”" in told
    assert "--source" not in told
    path = tmp_path / "plan.csv"
    path.write_text("id,name\nx,Etwas\n", "utf-8")
    told = measure("--with", path, code=1).stderr
    assert "such as “involvements”" in told
    assert "--as" not in told


def test_other_files_are_refused(measure, tmp_path):
    assert "no file" in measure("--with", tmp_path / "nichts.yaml", code=2).stderr
    path = tmp_path / "plan.docx"
    path.write_bytes(b"PK")
    assert ".yaml" in measure("--with", path, code=2).stderr


def test_a_plan_may_not_take_the_name_of_a_source(measure, tmp_path):
    path = tmp_path / "kette.yaml"
    path.write_text(PLAN.replace("id: plan", "id: kette"), "utf-8")
    assert "kette" in measure("--with", path, code=1).stderr


def test_nobody_who_is_not_shown_appears_by_way_of_a_plan(chain, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(
        PLAN.replace("person: eva-muster", "person: ida-intern").replace(
            "name: Über E", "name: Ida Intern über E"
        ),
        "utf-8",
    )
    public = "\n".join(lines(scenario.imagine(chain, state_of(chain), planned=[path]).dataset))
    assert "ida-intern" not in public
    assert "Ida Intern" not in public
    inside = scenario.imagine(
        chain, state_of(chain, "internal"), planned=[path], profile="internal"
    )
    assert "Ida Intern über E" in "\n".join(lines(inside.dataset))


# From where


def test_nothing_is_written_and_equal_calls_give_equal_bytes(measure, chain, plan):
    before = {path: path.read_bytes() for path in chain.root.rglob("*") if path.is_file()}
    asked = ("--without", "mitte", "--with", plan, "--format", "json")
    assert measure(*asked).stdout == measure(*asked).stdout
    after = {path: path.read_bytes() for path in chain.root.rglob("*") if path.is_file()}
    assert before == after


def test_a_page_is_enough(measure, chain, tmp_path):
    page = tmp_path / "netz.html"
    build.build(chain, tmp_path / "build")
    shutil.copyfile(tmp_path / "build" / "index.html", page)
    asked = ("--without", "mitte", "--measure", "degree", "--format", "json")
    assert measure("-b", page, *asked).stdout == measure(*asked).stdout


def test_an_endpoint_gives_the_same(itas, chain, servers, tmp_path):
    (tmp_path / "server").mkdir()
    with servers.oxigraph(tmp_path / "server") as server:
        pushed = itas("--root", chain.root, "push", "--endpoint", server.query,
                      "--graph-store", server.graphs)  # fmt: skip
        assert pushed.returncode == 0, pushed.stderr
        asked = ("--root", chain.root, "measure", "--without", "mitte", "--measure", "degree")
        there = itas(*asked, "--endpoint", server.query)
        assert there.returncode == 0, there.stderr
        assert there.stdout == itas(*asked).stdout


def test_as_of_holds_on_both_sides(measure, plan):
    asked = ("organisation-organisation", "--with", plan, "--as-of", "2025", "--format", "json")
    block = json.loads(measure(*asked).stdout)
    assert block["as_of"] == "2025"
    assert block["nodes"]["then"] >= block["nodes"]["now"]


def test_the_shipped_data_without_each_organisation_keeps_the_rest(shipped, shipped_dataset):
    imagined = scenario.imagine(shipped, shipped_dataset, without=["IHK Chemnitz"])
    key = imagined.removed[0].key
    assert not any(f"/{key}>" in line for line in lines(imagined.dataset))
    with pytest.raises(UsageError):
        scenario.imagine(shipped, imagined.dataset, without=["IHK Chemnitz"])
