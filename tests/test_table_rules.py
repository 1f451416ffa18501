"""Rows of large tables are judged and read like records: by the shapes, by decisions."""

import gc
import shutil

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itas_graph import build, check_cache, cli, part_check, record_tables
from itas_graph.errors import DataError

BASE = "https://w3id.org/itas-graph/id/organisation/"
SOURCES = ("liste-a", "liste-b")
SOURCE = """\
id: {0}
title: Liste {0}
url: https://example.org/{0}
source_kind: overview
coverage: excerpt
"""
ORGANISATIONS = [
    {"id": "beispiel-gmbh", "name": "Beispiel GmbH", "kind": "company"},
    {"id": "muster-ev", "name": "Muster e. V.", "kind": "association", "aliases": "Muster"},
    {"id": "probe-institut", "name": "Institut für Probe", "unit_of": "beispiel-gmbh"},
    {"id": "probe-ag", "name": "Probe AG", "seat": "musterstadt"},
]
INITIATIVES = [
    {"id": "kurs", "source": "liste-a", "name": "Kurs", "kind": "project"},
    {"id": "netz", "source": "liste-a", "name": "Netz", "kind": "project", "part_of": "kurs"},
    {"id": "studie", "source": "liste-b", "name": "Studie", "kind": "study"},
]
INVOLVEMENTS = [
    ("kurs", "beispiel-gmbh", "liste-a"),
    ("kurs", "muster-ev", "liste-a"),
    ("netz", "probe-ag", "liste-a"),
    ("studie", "probe-institut", "liste-b"),
    ("studie", "beispiel-gmbh", "liste-b"),
]


def rows():
    """Return a table without faults, by kind."""
    involved = [
        {
            "initiative": initiative,
            "id": f"{initiative}--{organisation}--contractor",
            "source": source,
            "organisation": organisation,
            "role": "contractor",
            "valid_from": "2020-01",
            "valid_until": "2021",
        }
        for initiative, organisation, source in INVOLVEMENTS
    ]
    return {
        "organisations": [dict(one) for one in ORGANISATIONS],
        "initiatives": [dict(one) for one in INITIATIVES],
        "involvements": involved,
    }


def write(small, table, parts=2):
    """Write a table into a workspace, as an import does."""
    for name in SOURCES:
        small.write(f"sources/{name}.yaml", SOURCE.format(name))
    for kind, some in table.items():
        header = list(dict.fromkeys([*record_tables.columns(kind), *(n for r in some for n in r)]))
        above = record_tables.PARENTS[kind]
        for number in range(parts):
            own = [
                [row.get(name, "") for name in header]
                for row in some
                if record_tables.number_of(row[above[0] if above else "id"], parts) == number
            ]
            part = record_tables.place(small.root / "data", "muster", kind, number)
            part.path.parent.mkdir(parents=True, exist_ok=True)
            part.path.write_bytes(record_tables.packed(header, own))


def both(small, monkeypatch):
    """Return the findings of the same workspace as records, and as a large table."""
    as_records = build.check(small.workspace).findings
    with monkeypatch.context() as only:
        only.setattr(record_tables, "LARGE", 0)
        return as_records, build.check(small.workspace).findings


@pytest.fixture
def large(monkeypatch):
    """Let every table be a large one."""
    monkeypatch.setattr(record_tables, "LARGE", 0)


#: What is changed in which row, and a word of what is then found.
FAULTS = {
    "kind": ("organisations", 0, {"kind": "koenigreich"}, "kind of organisation is not known"),
    "no kind": ("organisations", 1, {"kind": ""}, "which kind of organisation"),
    "homepage": ("organisations", 0, {"homepage": "beispiel"}, ""),
    "anchor": ("organisations", 2, {"anchor": "ein Wort " * 9}, "longer than twelve"),
    "status": ("organisations", 1, {"status": "vielleicht"}, "status is not known"),
    "unit": ("organisations", 2, {"unit_of": "beispel-gmbh"}, "Did you mean “beispiel-gmbh”"),
    "own unit": ("organisations", 2, {"unit_of": "probe-institut"}, "unit of itself"),
    "no name": ("organisations", 0, {"name": ""}, "nowhere introduced by name"),
    "two names": ("organisations", 3, {"name": "Probe AG | Probe SE"}, "Two different names"),
    "certainty": ("organisations", 3, {"certainty": "ganz"}, "certainty"),
    "initiative kind": ("initiatives", 0, {"kind": "oper"}, "kind of initiative is not known"),
    "part of itself": ("initiatives", 0, {"part_of": "netz"}, "part of itself"),
    "before itself": ("initiatives", 2, {"successor_of": "studie"}, "own predecessor"),
    "builds on": ("initiatives", 2, {"builds_on": "nichts"}, "initiative is not known"),
    "presented": ("initiatives", 0, {"presented_at": "nirgends"}, "event is not known"),
    "place": ("initiatives", 0, {"place": "nirgendwo"}, "place is not known"),
    "field": ("initiatives", 1, {"action_fields": "zauberei"}, "action field"),
    "no date": ("initiatives", 1, {"valid_from": "2014-13"}, ""),
    "own period": ("initiatives", 1, {"valid_from": "2014", "valid_until": "2013"}, "ends before"),
    "unnamed initiative": ("initiatives", 2, None, "nowhere introduced by name"),
    "role": ("involvements", 0, {"role": "held"}, "role does not exist"),
    "two roles": ("involvements", 0, {"role": "client | contractor"}, "exactly one role"),
    "organisation": ("involvements", 1, {"organisation": "muster-eva"}, "“muster-ev”"),
    "two of them": ("involvements", 3, {"organisation": "probe-ag | muster-ev"}, "exactly one"),
    "period": ("involvements", 2, {"valid_until": "2019-12"}, "ends before"),
    "horizon": ("initiatives", 0, {"horizon": "bald"}, ""),
    "source": ("involvements", 4, {"source": "liste-c"}, "no source “liste-c”"),
    "slug": ("organisations", 3, {"id": "Probe AG"}, ""),
}


def broken(name):
    table = rows()
    kind, number, cells, _ = FAULTS[name]
    if cells is None:
        del table[kind][number]
    else:
        table[kind][number] |= cells
    return table


def test_rows_without_fault_have_the_findings_of_records(small, monkeypatch):
    write(small, rows())
    as_records, as_rows = both(small, monkeypatch)
    assert as_rows == as_records
    assert not [one for one in as_rows if one.severity == "error"]
    assert [one for one in as_rows if "tables" in one.file]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_row_is_found_as_in_a_record(small, monkeypatch, name):
    write(small, broken(name))
    as_records, as_rows = both(small, monkeypatch)
    assert as_rows == as_records
    said = [f"{one.problem.en} {one.remedy.en}" for one in as_rows if "tables" in one.file]
    assert [text for text in said if FAULTS[name][3] in text]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(names=st.sets(st.sampled_from(sorted(FAULTS)), min_size=2, max_size=5))
def test_several_faults_at_once_are_found_as_in_records(
    make_small, tmp_path_factory, monkeypatch, names
):
    small = make_small(tmp_path_factory.mktemp("several"))
    table = rows()
    for kind, number, cells, _ in [FAULTS[name] for name in sorted(names)]:
        if cells is not None:
            table[kind][number] |= cells
    write(small, table)
    as_records, as_rows = both(small, monkeypatch)
    assert as_rows == as_records


# Decisions on identity


def decide(small, *decisions):
    lines = [
        f"{word},{one},{other},organisations,weil,2026-01-02,Büro" for word, one, other in decisions
    ]
    small.write(
        "identities.csv", "\n".join(["decision,one,other,kind,reason,date,who", *lines, ""])
    )


def statements(folder):
    """Return all quads of a build's store, those of its union too."""
    return {str(quad) for quad in ox.Store.read_only(str(folder / build.STORE))}


DECISIONS = [
    [("same", "beispiel-gmbh", "probe-ag")],
    [("same", "probe-ag", "beispiel-gmbh"), ("same", "muster-ev", "probe-ag")],
    [("same", "ahorn", "beispiel-gmbh"), ("different", "muster-ev", "probe-ag")],
    [("same", "muster-ev", "linde"), ("unit", "probe-ag", "probe-institut")],
    [("successor", "beispiel-gmbh", "probe-ag"), ("same", "probe-institut", "birke")],
]


@pytest.mark.parametrize("decisions", DECISIONS)
def test_decisions_hold_for_rows_as_for_records(small, monkeypatch, decisions):
    write(small, rows())
    decide(small, *decisions)
    build.build(small.workspace, small.root / "ordinary")
    as_records, as_rows = both(small, monkeypatch)
    assert as_rows == as_records
    monkeypatch.setattr(record_tables, "LARGE", 0)
    build.build(small.workspace, small.root / "large")
    assert statements(small.root / "large") == statements(small.root / "ordinary")
    merged = [other for word, _, other in decisions if word == "same"]
    text = (small.root / "large" / "itas.nq").read_text("utf-8")
    for slug in merged:
        assert not [line for line in text.split("\n") if line.startswith(f"<{BASE}{slug}>")]


def test_a_decision_on_a_slug_that_no_row_has_is_an_error_with_the_nearest(small, large):
    write(small, rows())
    decide(small, ("same", "beispiel-gmbh", "muster-eva"))
    (wrong,) = [one for one in build.check(small.workspace).findings if one.severity == "error"]
    assert (wrong.file, wrong.line) == ("data/identities.csv", 2)
    assert "muster-ev" in wrong.remedy.en


def test_a_changed_row_of_a_merged_organisation_builds_what_a_whole_build_does(small, large):
    table = rows()
    write(small, table)
    decide(small, ("same", "probe-ag", "beispiel-gmbh"))
    folder = small.root / "build"
    build.build(small.workspace, folder)
    table["organisations"][3]["name"] = "Probe SE"
    write(small, table)
    build.build(small.workspace, folder)
    changed, dump = statements(folder), (folder / "itas.nq").read_bytes()
    build.build(small.workspace, folder, force=True)
    assert statements(folder) == changed
    assert (folder / "itas.nq").read_bytes() == dump


def test_whoever_is_read_as_somebody_suppressed_is_in_no_build(small, large):
    table = rows()
    table["organisations"][3] |= {"id": "eva-muster", "name": "Eva Muster"}
    table["involvements"][2]["organisation"] = "eva-muster"
    write(small, table)
    small.write("suppressed.txt", "Eva Muster\n")
    decide(small, ("same", "beispiel-gmbh", "eva-muster"))
    build.build(small.workspace, small.root / "build")
    text = (small.root / "build" / "itas.nq").read_text("utf-8")
    assert "eva-muster" not in text
    assert "Eva Muster" not in text
    assert not [line for line in text.split("\n") if line.startswith(f"<{BASE}beispiel-gmbh>")]


def test_of_many_findings_of_a_kind_the_first_are_told_and_the_number_of_the_others(
    small, large, monkeypatch
):
    table = rows()
    table["organisations"] += [
        {"id": f"probe-{number}", "name": f"Probe {number}"} for number in range(30)
    ]
    write(small, table)
    found = [one for one in build.check(small.workspace).findings if "tables" in one.file]
    told = [one for one in found if one.field == "kind"]
    assert len(told) == part_check.SHOWN
    (more,) = [one for one in found if not one.record]
    assert "22 more records" in more.problem.en  # two of the table above lack it, too
    assert more.severity == "warning"


def test_records_that_refer_to_rows_build(small, large):
    write(small, rows())
    small.edit("sources/netz.yaml", "organisation: linde", "organisation: probe-ag")
    build.build(small.workspace, small.root / "build")
    small.edit("sources/netz.yaml", "organisation: probe-ag", "organisation: probe-agg")
    with pytest.raises(DataError) as refused:
        build.build(small.workspace, small.root / "build")
    (wrong,) = [one for one in refused.value.findings if one.severity == "error"]
    assert wrong.file == "data/sources/netz.yaml"


def test_a_build_says_that_rows_are_judged_by_check(small, large, capfd):
    write(small, rows())
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(small.root), "build", "--lang", "en"])
    assert not ended.value.code
    assert "itas-graph check" in capfd.readouterr().err


def test_an_export_says_that_rows_are_not_in_it(small, large, capfd):
    write(small, rows())
    target = small.root / "alles.xlsx"
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(small.root), "export", "xlsx", "-o", str(target), "--lang", "en"])
    assert not ended.value.code
    assert "large tables" in capfd.readouterr().err


def test_proposals_and_decisions_know_the_organisations_of_rows(small, large, capfd):
    table = rows()
    table["organisations"].append({"id": "beispiel", "name": "Beispiel", "kind": "company"})
    write(small, table)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small.root), "identities", *arguments, "--lang", "en"])
        assert not ended.value.code
        return capfd.readouterr().out

    assert "beispiel-gmbh" in run()
    given = ("--reason", "eine", "--who", "Büro", "--date", "2026-01-02")
    run("--decide", "same", "beispiel-gmbh", "beispiel", *given)
    assert "--decide same beispiel-gmbh beispiel" not in run()


# After a change

#: Faults that no row has by itself: what they break, only the shapes say.
RULED = sorted(set(FAULTS) - {"no date", "horizon", "homepage", "source", "slug", "no name"})


def judged(small, monkeypatch, *, whole):
    """Return the findings, and see to it that everything, or only what changed, is judged."""
    gc.collect()  # a store is open, and closed to others, as long as somebody holds it
    with monkeypatch.context() as only:
        if whole:
            shutil.rmtree(small.root / check_cache.FOLDER, ignore_errors=True)
        else:
            only.setattr(part_check, "_whole", None)
            only.setattr(part_check, "_FEW", 1.0)
        return build.check(small.workspace).findings


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.sampled_from([*RULED, ""]), min_size=1, max_size=4))
def test_what_changed_is_judged_as_the_whole_is(
    make_small, tmp_path_factory, monkeypatch, large, steps
):
    small = make_small(tmp_path_factory.mktemp("changes"))
    write(small, rows(), parts=4)
    judged(small, monkeypatch, whole=True)
    for name in steps:
        write(small, broken(name) if name else rows(), parts=4)
        found = judged(small, monkeypatch, whole=False)
        kept = small.root / check_cache.FOLDER
        kept.rename(small.root / "aside")
        assert judged(small, monkeypatch, whole=True) == found
        shutil.rmtree(kept)
        (small.root / "aside").rename(kept)


def test_a_changed_record_beside_tables_is_judged_as_the_whole_is(small, large, monkeypatch):
    write(small, rows())
    small.edit("organisations.csv", "linde,Linde Verband", "probe-ag,Probe AG\nlinde,Linde Verband")
    judged(small, monkeypatch, whole=True)
    # The table names it, too: its name stays.
    small.edit("organisations.csv", "probe-ag,Probe AG", "esche,Esche AG")
    small.edit("sources/netz.yaml", "organisation: birke", "organisation: probe-ag")
    found = judged(small, monkeypatch, whole=False)
    assert found == judged(small, monkeypatch, whole=True)
    assert not [one for one in found if one.severity == "error"]


def test_what_is_kept_of_a_check_may_be_damaged_or_thrown_away(small, large, monkeypatch):
    write(small, rows())
    found = judged(small, monkeypatch, whole=True)
    state = small.root / check_cache.FOLDER / "check" / "state.json"
    for text in ("", "{}", "[]", '{"key": 1, "units": {}, "sources": {}, "results": []}'):
        state.write_text(text, "utf-8")
        assert build.check(small.workspace).findings == found
    shapes = small.root / "ontology" / "shapes.ttl"
    shapes.write_text(shapes.read_text("utf-8").replace("sh:Warning", "sh:Violation"), "utf-8")
    assert [one for one in build.check(small.workspace).findings if one.severity == "error"]
