"""A table of links becomes record tables, and these a build: the same as by YAML, part by part."""

import csv
import gzip
import random
import subprocess
import sys

import pyoxigraph as ox
import pytest

from itas_graph import (
    build,
    cli,
    context,
    dataset,
    links,
    part_build,
    record_tables,
    records,
    row_quads,
    store,
    table_import,
)

HEAD = "organisation,project,role,start,end,city,county,fund,source"
ROWS = """\
Beispiel GmbH,„Muster|Probe“,beneficiary,2014-01-01,2015,Musterstadt,Musterkreis,EFRE,listen/a.csv
BEISPIEL GmbH,„Muster|Probe“,beneficiary,01.02.2016,,Musterstadt,Musterkreis,EFRE,listen/a.csv
Eva Muster,Kurs,beneficiary,01-Jul-12,30-Jun-14,,,ESF,listen/b.csv
"Muster ""und"" Söhne \\ KG",Kurs,beneficiary,,,,,ESF,listen/b.csv
"Muster ""und"" Söhne \\ KG",Kurs,beneficiary,,,,,ESF,listen/b.csv
Beispiel GmbH,Kurs,beneficiary,2013,,Musterstadt,Musterkreis,ESF,listen/a.csv
,Kurs,beneficiary,,,,,ESF,listen/b.csv
N.N.,Kurs,beneficiary,,,,,ESF,listen/b.csv
Beispiel AG,Kurs,hero,,,,,ESF,listen/b.csv
"""
GIVEN = (
    *("--as", "involvements", "--table", "muster"),
    *("--map", "fund=initiative.programme", "--map", "city=organisation.place"),
    *("--map", "county=organisation.county", "--value", "role:beneficiary=involved"),
    *("--url", "https://example.org/listen", "--source-kind", "overview"),
)


@pytest.fixture
def here(small, tmp_path, capfd):
    """Run a command on the small workspace, in this process: code, answer, errors."""

    def run(*arguments, lang="en"):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small.root), *map(str, arguments), "--lang", lang])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code or 0, out, err

    run.root = small.root
    run.small = small
    return run


@pytest.fixture
def taken(here, tmp_path):
    """The small workspace with the rows above as a table."""
    path = tmp_path / "links.csv"
    path.write_text(f"{HEAD}\n{ROWS}", "utf-8")
    assert here("import", path, *GIVEN, "--report", tmp_path / "refused.csv")[0] == 1
    return here


@pytest.fixture
def large(monkeypatch):
    """Let every table be a large one."""
    monkeypatch.setattr(record_tables, "LARGE", 0)


def rows_of(root, kind):
    found = [part for part in record_tables.parts(root / "data") if part.kind == kind]
    return [row for part in found for _, row in record_tables.records(part)]


def many(count, seed=7):
    """Return links of invented organisations, with repeated titles and other dirt."""
    draw = random.Random(seed)  # noqa: S311  # invented rows need no secrets
    for number in range(count):
        name = f"Beispiel {draw.randrange(count // 2)} GmbH"
        title = "Bildungsscheck" if draw.random() < 0.2 else f"Vorhaben {draw.randrange(count)}"
        start = f"{2007 + draw.randrange(9)}-{1 + draw.randrange(12):02}"
        yield [name, title, "beneficiary", start, "", "", "", "ESF", f"listen/{number % 3}.csv"]


def write_many(path, count, seed=7):
    with gzip.open(path, "wt", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEAD.split(","), *many(count, seed)])
    return path


# The import


def test_each_row_is_taken_in_or_refused_with_row_column_and_reason(taken, tmp_path):
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        refused = list(csv.DictReader(stream))
    assert [(one["row"], one["column"]) for one in refused] == [
        ("8", "organisation"),
        ("9", "organisation"),
        ("10", "role"),
    ]
    assert "consortium-lead" in refused[2]["remedy"]
    assert {row["name"] for row in rows_of(taken.root, "organisations")} == {
        "Beispiel GmbH",
        "Eva Muster",
        'Muster "und" Söhne \\ KG',
    }
    assert len(rows_of(taken.root, "involvements")) == 5


def test_names_stay_as_written_and_other_spellings_beside_them(taken):
    (one,) = [row for row in rows_of(taken.root, "organisations") if "aliases" in row]
    assert one["name"], one["aliases"] == ("Beispiel GmbH", "BEISPIEL GmbH")


def test_a_title_is_no_key_across_lists(taken):
    titles = [row["name"] for row in rows_of(taken.root, "initiatives")]
    assert sorted(titles) == ["Kurs", "Kurs", r"„Muster\|Probe“"]


def test_a_period_that_is_no_date_stays_as_it_is_written(taken):
    found = [row["period_as_written"] for row in rows_of(taken.root, "involvements")
             if "period_as_written" in row]  # fmt: skip
    assert found == ["01-Jul-12 – 30-Jun-14"]


def test_a_second_import_of_the_same_changes_no_byte(taken, tmp_path):
    def files():
        return {path: path.read_bytes() for path in taken.root.rglob("*") if path.is_file()}

    before = files()
    code, out, _ = taken("import", tmp_path / "links.csv", "--as", "involvements", "--table",
                         "muster", "--report", tmp_path / "refused.csv")  # fmt: skip
    assert code == 1
    assert "New: 0 initiatives, 0 involvements" in out
    assert files() == before


def test_slugs_stay_when_rows_are_added_or_come_in_another_order(here, small, make_small, tmp_path):
    table = list(many(200))
    for order, count in (("one", 200), ("two", 120)):
        path = tmp_path / f"{order}.csv"
        kept = table[:count] if order == "two" else table[::-1]
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([HEAD.split(","), *kept])
        arguments = [one if one != "muster" else order for one in GIVEN]
        assert here("import", path, *arguments)[0] == 0
    slugs = {
        name: {(row["id"], row["name"]) for row in rows_of(here.root, "organisations")}
        for name in ("all",)
    }["all"]
    parts = record_tables.parts(here.root / "data")
    by_table = {
        name: {
            row["id"]: row["name"]
            for part in parts
            if part.table == name and part.kind == "organisations"
            for _, row in record_tables.records(part)
        }
        for name in ("one", "two")
    }
    assert by_table["two"].items() <= by_table["one"].items()
    assert len(slugs) == len(by_table["one"])


def test_different_names_never_share_a_slug():
    names = ["beispiel gmbh", "beispiel", "x" * 90, "x" * 91, "東京", "大阪"]
    slugs = {links._slug("organisation", name) for name in names}
    slugs |= {links._slug("organisation", name, "ort") for name in names}
    assert len(slugs) == 2 * len(names)


def test_an_import_that_was_broken_off_goes_on(here, tmp_path, monkeypatch):
    path = write_many(tmp_path / "viele.csv.gz", 3000)
    monkeypatch.setattr(table_import, "_STEP", 500)
    taken_up = links.Linker.link
    count = 0

    def stop(self, cells):
        nonlocal count
        count += 1
        if count == 1700:
            raise KeyboardInterrupt
        return taken_up(self, cells)

    monkeypatch.setattr(links.Linker, "link", stop)
    assert here("import", path, *GIVEN)[0] == 130
    monkeypatch.setattr(links.Linker, "link", taken_up)
    code, out, _ = here("import", path, *GIVEN)
    assert code == 0
    assert "Went on from row 1,500." in out
    again = {part.name: part.path.read_bytes() for part in record_tables.parts(here.root / "data")}
    for part in record_tables.parts(here.root / "data"):
        part.path.unlink()
    assert here("import", path, *GIVEN)[0] == 0
    parts = record_tables.parts(here.root / "data")
    assert {part.name: part.path.read_bytes() for part in parts} == again


def test_a_file_that_ends_in_the_middle_is_said_to(here, tmp_path):
    path = write_many(tmp_path / "viele.csv.gz", 3000)
    path.write_bytes(path.read_bytes()[:-4000])
    report = tmp_path / "refused.csv"
    code, out, _ = here("import", path, *GIVEN, "--report", report)
    assert code == 1
    assert "rest of the file is missing" in report.read_text("utf-8-sig")
    assert "1 refused" in out


def test_what_the_import_of_links_does_not_do_is_refused(here, tmp_path):
    path = write_many(tmp_path / "viele.csv.gz", 10)
    assert here("import", path, "--as", "people")[0] == 2
    assert here("import", path, *GIVEN, "--dry-run")[0] == 2
    assert here("import", path, "--table", "Keine Tabelle")[0] == 2
    code, _, err = here("import", path, "--as", "involvements", "--table", "viele",
                        "--value", "role:beneficiary=involved")  # fmt: skip
    assert code == 2
    assert "--source-kind" in err


def test_the_import_takes_little_memory_however_long_the_table(small, tmp_path):
    peaks = []
    for count in (2_000, 40_000):
        path = write_many(tmp_path / f"viele-{count}.csv.gz", count)
        arguments = [one if one != "muster" else f"t{count}" for one in GIVEN]
        program = (
            "import resource, sys; from itas_graph import cli\n"
            "try: cli.main(sys.argv[1:])\n"
            "except SystemExit as end: code = end.code\n"
            "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, "--root", str(small.root), "import", str(path),
             *arguments],
            capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
        code, peak = done.stdout.splitlines()[-1].split()
        assert code in ("0", "None")
        peaks.append(int(peak))
    assert peaks[1] < 2 * peaks[0]


# The same quads


def test_rows_make_the_quads_that_the_same_records_make_as_yaml(taken):
    read = records.load(taken.root / "data")
    mapping = context.load(taken.root / "ontology" / "context.jsonld")
    by_records = {str(quad) for quad in dataset.build(read, mapping).quads}
    without = records.load(taken.root / "data")
    by_rows = set()
    for part in record_tables.parts(taken.root / "data"):
        made = row_quads.templates(mapping, part.kind)
        for _, row in record_tables.records(part):
            graph, statements, faults = made.statements_of(row)
            assert not faults
            by_rows |= {f"{one} <{mapping.base}{graph}>" for one in statements}
    assert len(by_rows) > 50
    assert by_rows <= by_records
    tabled = {record.file for record in without.register if "tables" in record.file}
    assert tabled
    left = by_records - by_rows
    for slug in ("beispiel-gmbh", "eva-muster>", "/involvement/kurs"):
        assert not [
            quad for quad in left if f"/organisation/{slug}" in quad and "person" not in quad
        ]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"id": "a--b"}, "initiative"),
        ({"id": "A b"}, "id"),
        ({"valid_from": "2014-13"}, "valid_from"),
        ({"farbe": "rot"}, "farbe"),
    ],
)
def test_a_row_that_is_wrong_says_in_which_column(taken, row, column):
    mapping = context.load(taken.root / "ontology" / "context.jsonld")
    good = {"id": "a--b", "initiative": "a", "source": "s", "organisation": "b", "role": "involved"}
    given = {**good, **row}
    if column == "initiative":
        del given["initiative"]
    faults = row_quads.templates(mapping, "involvements").statements_of(given)[2]
    assert column in [fault[0] for fault in faults]


# The build


def contents(folder):
    """Return all quads of a build's store, those of its union too."""
    return {str(quad) for quad in ox.Store.read_only(str(folder / build.STORE))}


def test_a_build_part_by_part_holds_what_the_ordinary_one_holds(taken, monkeypatch):
    assert taken("build", "-o", taken.root / "ordinary")[0] == 0
    monkeypatch.setattr(record_tables, "LARGE", 0)
    code, _, err = taken("build", "-o", taken.root / "large")
    assert code == 0, err
    assert contents(taken.root / "large") == contents(taken.root / "ordinary")
    both = [set((taken.root / name / "itas.nq").read_text("utf-8").split("\n"))
            for name in ("large", "ordinary")]  # fmt: skip
    assert both[0] == both[1]


def test_rules_of_a_workspace_s_own_are_asked_of_the_store(taken, monkeypatch):
    rule = taken.root / "queries" / "derive" / "7-own.rq"
    rule.write_text(
        "#+ title@de: Eigene\n#+ title@en: Own\n"
        "PREFIX itas: <https://w3id.org/itas-graph/ns#>\n"
        "CONSTRUCT { ?one itas:representedAt ?two } WHERE {\n"
        "  ?one itas:involvedIn ?it . ?two itas:involvedIn ?it . FILTER(?one != ?two) }\n",
        "utf-8",
    )
    assert taken("build", "-o", taken.root / "ordinary")[0] == 0
    monkeypatch.setattr(record_tables, "LARGE", 0)
    assert taken("build", "-o", taken.root / "large")[0] == 0
    assert contents(taken.root / "large") == contents(taken.root / "ordinary")


def test_the_shipped_rules_are_known_to_be_local(shipped):
    rules = [path.read_text("utf-8") for path in sorted(shipped.queries.glob("derive/*.rq"))]
    plan = part_build.Plan(shipped.ontology, "", "", tuple(rules), None, "", (), None, True, 1)
    assert rules
    assert plan.is_local, "queries/derive has changed: see LOCAL_RULES"


def test_a_build_at_size_is_asked_measured_served_and_not_drawn(taken, large, start_service):
    assert taken("build")[0] == 0
    code, out, _ = taken("query", "organisations-by-initiative", "--format", "csv")
    assert code == 0
    assert "Eva Muster" in out
    code, _, err = taken("page", "-o", taken.root / "page.html")
    assert code == 2
    assert "too large" in err
    assert taken("check")[0] == 0
    assert taken("network", "--format", "json", "-o", taken.root / "n.json")[0] in (0, 2)
    code, out, err = taken("build")
    assert "up to date" in err


def change(root, kind, position, **cells):
    """Change one record of a table, or remove it."""
    found = [part for part in record_tables.parts(root / "data") if part.kind == kind]
    for part in found:
        header, rows = record_tables.read(part)
        kept = [list(row) for _, row in rows]
        if position < len(kept):
            break
        position -= len(kept)
    if cells:
        for name, text in cells.items():
            kept[position][header.index(name)] = text
    else:
        del kept[position]
    part.path.write_bytes(record_tables.packed(header, kept))


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("involvements", {"role": "contractor"}),
        ("involvements", {}),
        ("organisations", {"name": "Anders GmbH"}),
        ("initiatives", {"name": "Anderes Vorhaben"}),
    ],
)
def test_a_changed_record_gives_what_a_whole_build_gives(
    here, large, tmp_path, monkeypatch, kind, cells
):
    monkeypatch.setattr(table_import, "_ROWS_A_PART", 50)
    assert here("import", write_many(tmp_path / "viele.csv.gz", 2_000), *GIVEN)[0] == 0
    assert here("build")[0] == 0
    change(here.root, kind, 30, **cells)
    before = build.read_manifest(here.root / "build")
    assert len(before["tables"]["parts"]) > 10
    with monkeypatch.context() as only:
        only.setattr(part_build, "whole", None)  # nothing but the difference is built
        assert here("build")[0] == 0
    changed, dump = contents(here.root / "build"), (here.root / "build/itas.nq").read_bytes()
    after = build.read_manifest(here.root / "build")
    assert here("build", "--force")[0] == 0
    assert contents(here.root / "build") == changed
    assert (here.root / "build/itas.nq").read_bytes() == dump
    assert after == build.read_manifest(here.root / "build")


def test_whoever_is_suppressed_is_in_no_build_at_size(taken, large):
    (taken.root / "data/suppressed.txt").write_text("Eva Muster\n", "utf-8")
    assert taken("build")[0] == 0
    text = (taken.root / "build/itas.nq").read_text("utf-8")
    assert "organisation/eva-muster" not in text
    assert not [line for line in text.split("\n") if "Eva Muster" in line]
    assert "--eva-muster--" not in text


def test_an_error_in_a_table_names_file_row_and_column(taken, large):
    change(taken.root, "involvements", 0, role="Held")
    code, _, err = taken("build")
    assert code == 1
    assert ".csv.gz:2" in err
    assert "role" in err
    assert not (taken.root / "build").exists()


def test_a_link_to_an_organisation_that_is_nowhere_is_an_error(taken, large):
    change(taken.root, "involvements", 0, organisation="gibt-es-nicht")
    code, _, err = taken("build")
    assert code == 1
    assert "gibt-es-nicht" in err


def test_a_damaged_part_is_named(taken, large):
    part = record_tables.parts(taken.root / "data")[0]
    part.path.write_bytes(part.path.read_bytes()[:-20])
    code, _, err = taken("build")
    assert code == 1
    assert part.path.name in err


def test_the_store_of_the_old_build_stays_as_it_is(taken, large):
    assert taken("build")[0] == 0
    old = store.read(taken.root / "build" / "store")
    change(taken.root, "involvements", 0, role="contractor")
    assert taken("build")[0] == 0
    ask = (
        "ASK { ?i itas:role role:contractor ; itas:involvementIn ?x . ?x itas:fundingProgramme ?p }"
    )
    assert not old.ask(ask).truth
    assert store.read(taken.root / "build" / "store").ask(ask).truth
