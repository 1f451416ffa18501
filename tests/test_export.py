"""All records as a workbook and back: nothing is lost, nobody appears who must not."""

import html
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from itas_graph import (
    build,
    cells,
    cli,
    context,
    dataset,
    exporting,
    headings,
    intake,
    mapping,
    publication,
    record_files,
    records,
    sheet_rows,
    tables,
    workbook,
)
from itas_graph.records import Record, Records, Value

ROOT = Path(__file__).parent.parent


@pytest.fixture
def here(small, capfd):
    """Run a command on the small workspace, in this process: code, answer, errors."""

    def run(*arguments, lang="en"):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small.root), *map(str, arguments), "--lang", lang])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code or 0, out, err

    return run


def files(root):
    folder = root / "data"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def said(record):
    """What a record says, without lines and without the order of its fields."""
    fields = {name: [value.text for value in values] for name, values in record.fields.items()}
    children = {name: [said(child) for child in some] for name, some in record.children.items()}
    return fields, children


def edit(path, sheet, row, heading, text):
    """Change one cell as a person does in a spreadsheet program."""
    book = openpyxl.load_workbook(path)
    headings_of_sheet = [cell.value for cell in book[sheet][1]]
    cell = book[sheet].cell(row, headings_of_sheet.index(heading) + 1)
    old = cell.value
    cell.value = text
    book.save(path)
    return old


def row_of(path, sheet, heading, text):
    book = openpyxl.load_workbook(path)
    column = [cell.value for cell in book[sheet][1]].index(heading)
    return next(row[0].row for row in book[sheet].iter_rows() if row[column].value == text)


# There and back


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_shipped_data_come_back_unchanged(tmp_path, make_small, itas, lang):
    root = tmp_path / "shipped"
    small = make_small(root)
    for path in small.path("sources").glob("*"):
        path.unlink()
    for path in (ROOT / "data").rglob("*"):
        if path.is_file():
            small.write(path.relative_to(ROOT / "data").as_posix(), path.read_bytes())
    before = files(root)
    target = tmp_path / "all.xlsx"
    options = ("--profile", "internal", "--lang", lang)
    assert itas("--root", root, "export", "xlsx", "-o", target, *options).returncode == 0
    done = itas("--root", root, "import", target, "--lang", "en")
    assert done.returncode == 0
    assert " 0 new, 0 changed," in " " + done.stdout.split("\n")[-3]
    assert files(root) == before


def test_a_workspace_is_rebuilt_from_its_export(tmp_path, small, here, make_small, itas):
    target = tmp_path / "all.xlsx"
    assert here("export", "xlsx", "-o", target, "--profile", "internal")[0] == 0
    other = make_small(tmp_path / "other")
    for name in ("organisations", "people", "initiatives", "places"):
        other.path(f"{name}.csv").unlink()
    for path in other.path("sources").glob("*"):
        path.unlink()
    done = itas("--root", other.root, "import", target)
    assert done.returncode == 0, done.stdout
    old, new = (records.load(one.root / "data") for one in (small, other))
    assert [said(one) for one in new.sources] == [said(one) for one in old.sources]
    assert [said(one) for one in new.register] == [said(one) for one in old.register]
    assert other.check().errors == 0


def test_an_edit_arrives_where_it_belongs(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target, "--profile", "internal")
    before = files(small.root)
    row = row_of(target, "Contributions", "Person", "joerg-koessler")
    edit(target, "Contributions", row, "Function", "Leiter")
    row = row_of(target, "Organisations", "Slug", "linde")
    edit(target, "Organisations", row, "Aliases", "LV | Lindenverband")
    code, out, _ = here("import", target)
    assert code == 0
    assert "~ contributions/joerg-koessler · function: – → Leiter" in out
    assert "~ organisations/linde · aliases: – → LV | Lindenverband" in out
    after = files(small.root)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["organisations.csv", "sources/tagung-2024.yaml"]
    text = after["sources/tagung-2024.yaml"].decode()
    new = [line for line in text.splitlines()
           if line not in before["sources/tagung-2024.yaml"].decode().splitlines()]  # fmt: skip
    assert new == ["            function: Leiter"]
    assert small.check().errors == 0


def test_an_emptied_cell_is_emptied_in_the_record(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target, "--profile", "internal")
    row = row_of(target, "Events", "Slug", "tagung-2024")
    assert edit(target, "Events", row, "End date", None) == "2024-06-07"
    code, out, _ = here("import", target)
    assert code == 0
    assert "end_date: 2024-06-07 → –" in out
    assert "end_date" not in small.text("sources/tagung-2024.yaml")


def test_the_person_of_a_contribution_can_be_corrected(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target, "--profile", "internal")
    row = row_of(target, "Contributions", "Person", "joerg-koessler")
    edit(target, "Contributions", row, "Person", "eva-muster-linde")
    code, out, _ = here("import", target)
    assert code == 0, out
    assert "person: eva-muster-linde" in small.text("sources/tagung-2024.yaml")
    assert "joerg-koessler" not in small.text("sources/tagung-2024.yaml")


def test_a_slug_stays(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target, "--profile", "internal")
    row = row_of(target, "Organisations", "Slug", "linde")
    edit(target, "Organisations", row, "Slug", "linde-verband")
    code, out, _ = here("import", target)
    assert code == 1
    assert "The slug “linde” stays; “linde-verband” would be another record." in out


def test_what_changed_meanwhile_is_not_overwritten(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target, "--profile", "internal")
    small.edit("sources/tagung-2024.yaml", "status: held", "status: announced")
    row = row_of(target, "Events", "Slug", "tagung-2024")
    edit(target, "Events", row, "Motto", "Mut")
    code, out, _ = here("import", target)
    assert code == 1
    assert "The record has changed since the table was exported." in out
    assert "status: announced" in small.text("sources/tagung-2024.yaml")
    assert "Mut" not in small.text("sources/tagung-2024.yaml")


def test_a_row_that_is_missing_deletes_nothing(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target, "--profile", "internal")
    before = files(small.root)
    book = openpyxl.load_workbook(target)
    book["Contributions"].delete_rows(2, 2)
    del book["People"]
    book.save(target)
    assert here("import", target)[0] == 0
    assert files(small.root) == before


# Who must not appear


def everything(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    return html.unescape("\n".join(texts))


def test_the_public_export_leaves_internal_people_out(tmp_path, small, here):
    target = tmp_path / "all.xlsx"
    code, _, err = here("export", "xlsx", "-o", target)
    assert code == 0
    assert "2 records are left out" in err
    text = everything(target.read_bytes())
    assert "Eva Muster" in text
    assert "Intern" not in text
    assert "ida-intern" not in text
    # What is left out stays in the records, whatever else is edited.
    row = row_of(target, "Events", "Slug", "tagung-2024")
    edit(target, "Events", row, "Motto", "Mut")
    assert here("import", target)[0] == 0
    assert "person: ida-intern" in small.text("sources/tagung-2024.yaml")


@pytest.mark.parametrize("profile", ["public", "internal"])
def test_suppressed_people_are_in_no_export(tmp_path, small, here, profile):
    small.write("suppressed.txt", "joerg-koessler\n")
    small.edit("sources/tagung-2024.yaml", "    status: held",
               "    status: held\n    note: Jörg Kößler war da.\n    motto: Mut")  # fmt: skip
    before = files(small.root)
    target = tmp_path / "all.xlsx"
    assert here("export", "xlsx", "-o", target, "--profile", profile)[0] == 0
    text = everything(target.read_bytes())
    assert "Kößler" not in text
    assert "koessler" not in text
    assert "[…]" in text
    # The place of the name is no value: the record keeps what it says.
    code, out, _ = here("import", target)
    assert (code, "0 new, 0 changed" in out) == (0, True)
    assert files(small.root) == before
    row = row_of(target, "Events", "Slug", "tagung-2024")
    edit(target, "Events", row, "Motto", "Neugier")
    assert here("import", target)[0] == 0
    assert "note: Jörg Kößler war da." in small.text("sources/tagung-2024.yaml")
    assert "motto: Neugier" in small.text("sources/tagung-2024.yaml")


def test_what_is_decided_to_be_the_same_is_exported_as_it_is_written(tmp_path, small, here):
    small.write(
        "identities.csv",
        "decision,one,other,kind,reason,date,who\n"
        "same,eva-muster,eva-muster-linde,people,gleiches Amt,2025-01-01,Redaktion\n",
    )
    before = files(small.root)
    target = tmp_path / "all.xlsx"
    code, _, err = here("export", "xlsx", "-o", target, "--profile", "internal")
    assert code == 0, err
    assert "left out" not in err
    assert row_of(target, "People", "Slug", "eva-muster-linde")
    code, out, _ = here("import", target)
    assert (code, "0 new, 0 changed" in out) == (0, True)
    assert files(small.root) == before
    # Who is suppressed under one name is under the other.
    small.write("suppressed.txt", "eva-muster\n")
    here("export", "xlsx", "-o", target, "--profile", "internal")
    assert "Eva Muster" not in everything(target.read_bytes())
    assert "eva-muster" not in everything(target.read_bytes())


def test_what_is_hidden_cannot_be_edited_and_an_ellipsis_can(tmp_path, small, here):
    small.write("suppressed.txt", "joerg-koessler\n")
    more = "    note: Jörg Kößler war da.\n    motto: Mut […] Neugier"
    small.edit("sources/tagung-2024.yaml", "    status: held", "    status: held\n" + more)
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target)
    row = row_of(target, "Events", "Slug", "tagung-2024")
    assert edit(target, "Events", row, "Note", "Frau […] war da.") == "[…]"
    code, out, _ = here("import", target)
    assert code == 1
    assert "stands for what must not appear" in out
    edit(target, "Events", row, "Note", "[…]")
    assert edit(target, "Events", row, "Motto", "Mut und Neugier") == "Mut […] Neugier"
    code, out, _ = here("import", target)
    assert code == 0, out
    assert "motto: Mut und Neugier" in small.text("sources/tagung-2024.yaml")
    assert "note: Jörg Kößler war da." in small.text("sources/tagung-2024.yaml")


def test_drafts_are_in_the_internal_export_alone(tmp_path, small, here):
    small.edit("sources/tagung-2024.yaml", "        name: Holz und Wald",
               "        name: Holz und Wald\n        status: draft")  # fmt: skip
    target = tmp_path / "all.xlsx"
    here("export", "xlsx", "-o", target)
    assert "Holz und Wald" not in everything(target.read_bytes())
    here("export", "xlsx", "-o", target, "--profile", "internal")
    assert "Holz und Wald" in everything(target.read_bytes())


def test_templates_offer_only_whom_the_public_may_see(tmp_path, small, here):
    small.write("suppressed.txt", "joerg-koessler\n")
    target = tmp_path / "t.xlsx"
    assert here("template", "contributions", "-o", target)[0] == 0
    text = everything(target.read_bytes())
    assert "Kößler" not in text
    assert "Ida Intern" not in text
    assert "eva-muster-linde" in text  # two have that name: the slug is offered


def test_nothing_is_exported_from_data_with_errors(tmp_path, small, here):
    small.edit("sources/tagung-2024.yaml", "2024-06-06", "2024-06-31")
    code, _, err = here("export", "xlsx", "-o", tmp_path / "all.xlsx")
    assert code == 1
    assert "nothing was exported" in err
    assert not (tmp_path / "all.xlsx").exists()


# The file


def test_equal_records_give_equal_bytes(tmp_path, here):
    for name in ("one.xlsx", "two.xlsx"):
        assert here("export", "xlsx", "-o", tmp_path / name)[0] == 0
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.parametrize("text", ["=1+1", "+49 371", "-3", "@SUM(A1)", '=HYPERLINK("x")', "'a"])
def test_no_text_is_a_formula(tmp_path, text):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook.data([workbook.Page("S", [workbook.Column("Name")], [[text]])]))
    cell = openpyxl.load_workbook(path)["S"]["A2"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == (text[0] in "=+-@")
    assert "<f>" not in everything(path.read_bytes())


def test_a_text_that_no_cell_can_hold_is_refused(tmp_path, small, here):
    small.edit(
        "sources/tagung-2024.yaml", "status: held", "status: held\n    note: " + "x" * 40_000
    )
    code, _, err = here("export", "xlsx", "-o", tmp_path / "all.xlsx")
    assert code == 1
    assert "is longer than the 32767 characters a cell can hold" in err


def test_a_template_looks_decent_and_explains_itself(tmp_path, here):
    target = tmp_path / "t.xlsx"
    code, _, _ = here("template", "Veranstaltungen", "people", "-o", target, lang="de")
    assert code == 0
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Veranstaltungen", "Personen", "Erläuterung", "_lists"]
    assert book["_lists"].sheet_state == "hidden"
    events = book["Veranstaltungen"]
    header = [cell.value for cell in events[1]]
    assert header[0] == "Name *"
    assert "Quelle *" in header
    assert events["A1"].font.bold
    assert events.freeze_panes == "A2"
    assert events.max_row == 1  # the example is in the explanation
    lists = {
        str(rule.sqref).rstrip("0123456789")[:1]: rule.formula1
        for rule in events.data_validations.dataValidation
    }
    status = openpyxl.utils.get_column_letter(header.index("Stand") + 1)
    offered = lists[status].split("!")[1].replace("$", "")
    labels = [cell.value for (cell,) in book["_lists"][offered]]
    assert {"angefragt", "geplant", "angekündigt", "stattgefunden"} <= set(labels)
    explained = {row[0]: row for row in book["Erläuterung"].iter_rows(values_only=True)}
    assert explained["Veranstaltungen: Datum"][3:] == ("Tag, Monat oder Jahr", "12. Juni 2027")
    assert explained["Personen: Name"][4] == "Eva Muster"


def test_a_filled_template_is_understood(tmp_path, small, here):
    target = tmp_path / "t.xlsx"
    here("template", "contributions", "organisations", "-o", target, lang="de")
    book = openpyxl.load_workbook(target)
    header = [cell.value for cell in book["Mitwirkungen"][1]]
    row = {"Programmpunkt": "Holz und Wald", "Person *": "eva-muster", "Rolle": "Moderation",
           "Im Namen von": "Ahorn GmbH", "Quelle *": "Tagung 2024"}  # fmt: skip
    for heading, text in row.items():
        book["Mitwirkungen"].cell(2, header.index(heading) + 1, text)
    book.save(target)
    code, out, _ = here("import", target)
    assert code == 0, out
    assert "+ contributions/tagung-2024-holz--eva-muster--moderator" in out
    assert "role: moderator" in small.text("sources/tagung-2024.yaml")


def test_a_template_overwrites_no_file(tmp_path, here):
    target = tmp_path / "t.xlsx"
    target.write_bytes(b"filled in")
    code, _, err = here("template", "people", "-o", target)
    assert code == 2
    assert "may have been filled in" in err
    assert target.read_bytes() == b"filled in"


def test_template_without_kind_lists_the_kinds(here):
    code, out, _ = here("template")
    assert code == 0
    assert len(out.splitlines()) == len(CONTEXT.kinds)
    assert "organisations" in out
    code, _, err = here("template", "Farben")
    assert code == 2
    assert "“Farben” is no kind of record." in err


# Headings

CONTEXT = context.load(ROOT / "ontology" / "context.jsonld")
TITLES = headings.load(ROOT / "ontology" / "headings.csv", CONTEXT)


@pytest.mark.parametrize("kind", CONTEXT.kinds.values(), ids=lambda kind: kind.name)
def test_each_kind_and_each_column_has_a_heading_of_its_own_in_both_languages(kind):
    assert TITLES.entries[kind.name, ""].meaning.de
    for language in ("de", "en"):
        assert TITLES.kind(TITLES.kind_title(kind.name, language)) == kind.name
        for name in headings.columns(CONTEXT, kind):
            entry = TITLES.heading(kind.name, name)
            assert entry.meaning.text(language), name
            assert TITLES.field(kind.name, entry.title(language)) == name


def test_meanings_are_those_of_the_data_guide():
    text = (ROOT / "data" / "README.md").read_text("utf-8").replace("`", "")
    fields = {name for kind in CONTEXT.kinds.values() for name in kind.fields}
    for name in fields:
        entry = TITLES.heading("", name)
        assert f"| {name} | {entry.meaning.de} |" in text
        assert f"| {name} | {entry.meaning.en} |" in text


# Any records

VOCABULARY = build.vocabulary(build.Workspace(ROOT))
LISTS = cells.concepts(VOCABULARY.quads)
TEXT = (
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text and text not in ("null", "~") and "[…]" not in text)
    .filter(lambda text: not text.startswith("\ufeff") and not records.has_control(text))
)
SLUGS = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4})?", fullmatch=True)
DATES = st.sampled_from(["2024", "2024-06", "2024-06-12"])


def value(kind, name):
    term = CONTEXT.term(kind, name)
    if term is None or name == "inferred":
        return st.sampled_from(kind.fields)
    allowed = LISTS.scheme(kind, name, term) if term.base else ()
    if allowed:
        return st.sampled_from(allowed)
    if term.base:
        return st.nothing()
    kinds = {"decimal": ["8.4", "1.234", "8400000"], "integer": ["3", "12"],
             "anyURI": ["https://www.example.org/a?b=c"]}  # fmt: skip
    datatype = (term.datatype or "").rpartition("#")[2]
    if datatype == "partialDate":
        return DATES
    if datatype in kinds:
        return st.sampled_from(kinds[datatype])
    if term.iri in cells._TIMES:
        return st.sampled_from(["14:00", "9:30"])
    return TEXT


@st.composite
def record(draw, kind_name, slugs, depth=0):
    kind = CONTEXT.kinds[kind_name]
    made = Record(kind_name, "x", 1)
    if "id" in kind.fields:
        made.fields["id"] = [Value(next(slugs), 1)]
    for name in (*kind.id_from, *kind.required):
        if name != "id" and value(kind, name).is_empty:
            made.fields[name] = [Value(next(slugs), 1)]
    names = [name for name in kind.fields if name != "id" and not value(kind, name).is_empty]
    for name in draw(st.lists(st.sampled_from(names), max_size=5, unique=True)):
        several = draw(st.lists(value(kind, name), min_size=1, max_size=2, unique=True))
        made.fields[name] = [Value(text, 1) for text in several]
    for name in kind.required:
        if name not in made.fields and not value(kind, name).is_empty:
            made.fields[name] = [Value(draw(value(kind, name)), 1)]
    children = [name for name in kind.children if name in CONTEXT.kinds]
    if children and depth < 4:
        for name in draw(st.lists(st.sampled_from(children), max_size=3, unique=True)):
            some = [draw(record(name, slugs, depth + 1)) for _ in range(draw(st.integers(1, 2)))]
            made.children[name] = some
    return made


@st.composite
def sources(draw):
    numbers = iter(range(10_000))
    slugs = (f"{draw(SLUGS)}-{number}" for number in numbers)
    found = []
    for _ in range(draw(st.integers(1, 2))):
        made = draw(record("source", slugs))
        made.file = f"data/sources/{made.first('id')}.yaml"
        found.append(made)
    return Records(sources=found)


def exported(given):
    made = dataset.build(given, CONTEXT)
    assert made.findings == []
    published = publication.publish(made, "internal", [])
    reader = exporting.Published(published, published)
    found, left_out = exporting.pages(given, reader, TITLES, "de")
    assert left_out == 0
    return workbook.data(found)


def taken(path, into, language="de"):
    corrections = mapping.corrections(TITLES, None, [], None)
    mapped = [mapping.recognise(sheet, TITLES, corrections) for sheet in tables.read(path)]
    rows = [row for one in mapped for row in sheet_rows.entries(one)]
    return intake.take(rows, into, CONTEXT, TITLES, LISTS, lambda _: [])


@settings(max_examples=40, deadline=None)
@given(given=sources())
def test_any_records_come_back_from_the_workbook(tmp_path_factory, given):
    path = tmp_path_factory.mktemp("any") / "any.xlsx"
    path.write_bytes(exported(given))
    outcome = taken(path, given)
    assert (outcome.added, outcome.changed, outcome.refused) == ([], [], [])


@settings(max_examples=60, deadline=None)
@given(given=sources())
def test_any_records_can_be_written_and_read(given):
    for one in given.sources:
        text = record_files.source_text(None, None, one, CONTEXT)
        again = records.read_yaml(text, "source", one.file, problems := [])
        assert problems == []
        assert said(again) == said(one)
        assert record_files.source_text(text, again, one, CONTEXT) == text


ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": TEXT, "note": TEXT | st.just(""), "kind": st.sampled_from(["", "company"])}
    ),
    min_size=1,
    max_size=6,
)


def register(rows):
    made = []
    for number, row in enumerate(rows):
        one = Record("organisations", "data/organisations.csv", 1)
        texts = {"id": f"firma-{number}", **row}
        one.fields = {
            name: [Value(part, 1) for part in cells.split(text.replace("\\", "/"))]
            for name, text in texts.items()
            if text.strip("|\\ ")
        }
        made.append(one)
    return made


@settings(max_examples=150, deadline=None)
@given(
    rows=ROWS,
    number=st.integers(0, 5),
    text=TEXT,
    newline=st.sampled_from(["\n", "\r\n"]),
    separator=st.sampled_from(",;"),
)
def test_a_register_changes_where_a_row_changes(rows, number, text, newline, separator):
    after = register([*rows, {"name": text}])
    changed = register(rows)[number % len(rows)]
    changed.fields["aliases"] = [Value(text.replace("|", "/").strip() or "x", 1)]
    after[number % len(rows)] = changed
    given = record_files.register_text(None, [], register(rows), CONTEXT)
    if separator == ";":
        given = given.replace(",", ";") if not any(m in given for m in ';"') else given
    given = given.replace("\n", newline)
    before = records.read_csv(given, "organisations", "o.csv", problems := [])
    assert problems == []
    written = record_files.register_text(given, before, after, CONTEXT)
    again = records.read_csv(written, "organisations", "o.csv", problems)
    assert problems == []
    assert [said(one) for one in again] == [said(one) for one in after]
    assert written.count(newline) >= len(after)
