"""Tables handed in by colleagues: each row becomes a record or a refusal that says what to do."""

import csv
import datetime
import io
import shutil
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itas_graph import cells, cli, records, tables

SOURCE = ("--source", "muster", "--title", "Muster", "--url", "https://example.org/m",
          "--source-kind", "event-page")  # fmt: skip


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


@pytest.fixture
def table(tmp_path):
    """Write a table and return its path; `sheets` are lists of rows by name."""

    def write(name="table.xlsx", **sheets):
        path = tmp_path / name
        if path.suffix == ".xlsx":
            book = openpyxl.Workbook()
            book.remove(book.active)
            for title, rows in sheets.items():
                sheet = book.create_sheet(title)
                for row in rows:
                    sheet.append(row)
            book.save(path)
        else:
            (rows,) = sheets.values()
            separator = "\t" if path.suffix == ".tsv" else ","
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, delimiter=separator).writerows(rows)
        return path

    return write


def register(small, kind):
    return {row["id"]: row for row in csv.DictReader(io.StringIO(small.text(f"{kind}.csv")))}


def accepted(small):
    """What was written passes the check."""
    return [one for one in small.findings() if one.severity == "error"] == []


# Registers


def test_new_organisations_and_changed_ones(here, small, table):
    before = small.text("organisations.csv").splitlines()
    path = table(Firmen=[
        ["Firmenname", "Art", "Ort", "Gehört zu", "Telefon"],
        ["Beispiel GmbH", "Unternehmen", "Musterstadt", "", "0371 1234"],
        ["Ahorn GmbH", "", "Musterstadt", "", ""],
        ["Beispiel Tochter", "Unternehmen", "", "Beispiel GmbH", ""],
    ])  # fmt: skip
    code, out, _ = here("import", path)
    assert code == 0
    assert "2 new, 1 changed, 0 unchanged, 0 refused." in out
    assert "~ organisations/ahorn · seat: – → musterstadt (“Firmen”, row 3)" in out
    assert "Telefon" in out
    assert "not recognised, not read" in out
    rows = register(small, "organisations")
    assert rows["beispiel-gmbh"]["kind"] == "company"
    assert rows["beispiel-tochter"]["unit_of"] == "beispiel-gmbh"
    assert rows["ahorn"]["seat"] == "musterstadt"
    assert rows["ahorn"]["aliases"] == "AHG"
    # The other lines only gain the empty cell of the new column.
    after = small.text("organisations.csv").splitlines()
    assert after[-1] == before[-1] + ","
    assert after[0] == before[0] + ",seat"
    assert accepted(small)


def test_a_line_that_does_not_change_stays_as_it_is_written(here, small, table):
    odd = 'birke,"Birke Institut","BI | Birkeninstitut",research-institute,\r\n'
    text = small.text("organisations.csv").replace("\n", "\r\n")
    small.write("organisations.csv", text.replace(odd.replace('"', ""), odd))
    path = table(Organisationen=[["Name", "Art"], ["Neu GmbH", "company"]])
    code, _, _ = here("import", path)
    assert code == 0
    text = small.path("organisations.csv").read_bytes().decode()
    assert odd in text
    assert "neu-gmbh,Neu GmbH,,company,\r\n" in text


def test_people_with_first_and_last_names(here, small, table):
    path = table(Kontakte=[["Vorname", "Nachname", "Titel"], ["Eva", "Beispiel", "Dr."]])
    code, out, _ = here("import", path)
    assert code == 0, out
    assert register(small, "people")["eva-beispiel"]["name"] == "Eva Beispiel"
    assert register(small, "people")["eva-beispiel"]["honorific"] == "Dr."


def test_a_name_that_two_people_have_is_refused(here, small, table):
    before = small.text("people.csv")
    path = table(Personen=[["Name", "Titel"], ["Eva Muster", "Dr."]])
    code, out, _ = here("import", path)
    assert code == 1
    assert "“Eva Muster” may stand for several: eva-muster, eva-muster-linde." in out
    assert "Write the slug." in out
    assert small.text("people.csv") == before


def test_an_alias_names_the_record_and_does_not_rename_it(here, small, table):
    path = table(Organisationen=[["Name", "Website"], ["AHG", "https://www.example.org/"]])
    code, _, _ = here("import", path)
    assert code == 0
    assert register(small, "organisations")["ahorn"]["name"] == "Ahorn GmbH"
    assert register(small, "organisations")["ahorn"]["homepage"] == "https://www.example.org/"


def test_a_slug_that_another_has_is_not_taken_over(here, small, table):
    path = table(Firmen=[["Firma", "Art"], ["Linde", "company"], ["Ä B", ""], ["AE B", ""]])
    code, out, _ = here("import", path)
    assert code == 1
    assert "“Linde Verband” has the slug “linde” already." in out
    assert "“Ä B” has the slug “ae-b” already." in out
    assert register(small, "organisations")["linde"]["name"] == "Linde Verband"


def test_a_name_on_two_lines_stands_in_one(here, small, table):
    path = table(Firmen=[["Firma", "Anmerkung"], ["Lange\nFirma GmbH", "erstens\nzweitens"]])
    assert here("import", path)[0] == 0
    row = register(small, "organisations")["lange-firma-gmbh"]
    assert (row["name"], row["note"]) == ("Lange Firma GmbH", "erstens\nzweitens")


def test_a_title_that_stands_twice_needs_its_event(here, small, table):
    path = table(
        Termine=[["Name"], ["Eins"], ["Zwei"]],
        Programm=[["Veranstaltung", "Titel"], ["Eins", "Begrüßung"], ["Zwei", "Begrüßung"]],
        Mitwirkungen=[
            ["Vortrag", "Veranstaltung", "Person"],
            ["Begrüßung", "Zwei", "Jörg Kößler"],
            ["Begrüßung", "", "Jörg Kößler"],
        ],
    )
    code, out, _ = here("import", path, *SOURCE)
    assert code == 1
    assert "+ contributions/zwei-begruessung--joerg-koessler--speaker" in out
    assert "“Begrüßung” may stand for several: eins-begruessung, zwei-begruessung." in out
    assert accepted(small)


def test_an_empty_cell_takes_nothing_away(here, small, table):
    path = table(Organisationen=[["id", "aliases", "kind"], ["ahorn", "", ""]])
    code, out, _ = here("import", path)
    assert code == 0
    assert "1 unchanged" in out
    assert register(small, "organisations")["ahorn"]["aliases"] == "AHG"


def test_two_rows_must_not_contradict_each_other(here, small, table):
    path = table(Orte=[["Name", "Art"], ["Neustadt", "city"], ["Neustadt", "region"]])
    code, out, _ = here("import", path)
    assert code == 1
    assert "Row 2 (“Orte”) says something else about the same record." in out
    assert register(small, "places")["neustadt"]["kind"] == "city"


def test_the_second_time_nothing_changes(here, small, table):
    path = table(Firmen=[["Firma", "Art"], ["Beispiel GmbH", "Unternehmen"]])
    assert here("import", path)[0] == 0
    text = small.text("organisations.csv")
    code, out, _ = here("import", path)
    assert code == 0
    assert "0 new, 0 changed, 1 unchanged" in out
    assert "No file changes." in out
    assert small.text("organisations.csv") == text


# Sources


def test_events_talks_and_speakers_become_a_source(here, small, table):
    path = table(
        Veranstaltungen=[
            ["Veranstaltung", "Datum", "Beginn", "Ort", "Veranstalter", "Stand"],
            ["Mustertagung", datetime.date(2027, 3, 12), datetime.time(14, 0), "Halle Eins",
             "Linde Verband | Ahorn GmbH", "angekündigt"],
        ],
        Vorträge=[
            ["Veranstaltung", "Titel", "Beginn"],
            ["Mustertagung", "Alles über Holz", "14.30 Uhr"],
        ],
        Referenten=[
            ["Vortrag", "Name", "Organisation", "Rolle"],
            ["Alles über Holz", "Jörg Kößler", "Birke Institut", "Moderation"],
            ["Alles über Holz", "N.N.", "", ""],
        ],
    )  # fmt: skip
    code, out, _ = here("import", path, *SOURCE)
    assert code == 1
    assert "“N.N.” is a placeholder and no person." in out
    text = small.text("sources/muster.yaml")
    assert text.startswith("id: muster\ntitle: Muster\nurl: https://example.org/m\n")
    for line in (
        "    date: 2027-03-12\n    start: 14:00\n    place: halle-eins\n",
        "    organisers: [linde, ahorn]\n",
        "      - id: mustertagung-alles-ueber-holz\n        name: Alles über Holz\n",
        "          - person: joerg-koessler\n            role: moderator\n",
    ):
        assert line in text
    assert accepted(small)


def test_a_known_event_is_mentioned_by_its_slug_alone(here, small, table):
    path = table(Termine=[["Veranstaltung", "Teilnehmerzahl"], ["Tagung 2024", "rund 100"]])
    assert here("import", path, *SOURCE)[0] == 0
    text = small.text("sources/muster.yaml")
    assert "  - id: tagung-2024\n    attendance: rund 100\n" in text
    assert "name" not in text
    assert accepted(small)


def test_involvements_and_grants_under_an_initiative_of_the_register(here, small, table):
    path = table(
        Beteiligungen=[
            ["Vorhaben", "Organisation", "Rolle", "Seit"],
            ["Testnetz", "Birke Institut", "Wissenschaftlicher Partner", "Juli 2024"],
        ],
        Förderungen=[
            ["Vorhaben", "Mittelgeber", "Betrag", "Währung", "Betrag laut Quelle"],
            ["TN", "Linde Verband", "1.234.567,89 €", "EUR", "rund 1,2 Mio Euro"],
        ],
    )
    code, out, _ = here("import", path, *SOURCE)
    assert code == 0, out
    text = small.text("sources/muster.yaml")
    assert text.count("id: testnetz") == 1
    assert "valid_from: 2024-07\n" in text
    assert "amount: 1234567.89\n" in text
    assert accepted(small)


def test_a_refused_row_leaves_no_mention_behind(here, small, table):
    path = table(
        Beteiligungen=[["Vorhaben", "Organisation", "Rolle"], ["TN", "Nirgends", "Partner"]]
    )
    before = small.text("sources/tagung-2024.yaml")
    assert here("import", path, "--source", "tagung-2024")[0] == 1
    assert small.text("sources/tagung-2024.yaml") == before


def test_comments_and_form_of_a_changed_source_survive(here, small, table):
    small.edit("sources/tagung-2024.yaml", "    status: held", "    status: held # so sagt es Eva")
    before = small.text("sources/tagung-2024.yaml").splitlines()
    path = table(Veranstaltungen=[["id", "Teilnehmerzahl"], ["tagung-2024", "rund 100"]])
    assert here("import", path, "--source", "tagung-2024")[0] == 0
    after = small.text("sources/tagung-2024.yaml").splitlines()
    assert [line for line in after if line not in before] == ["    attendance: rund 100"]
    assert [line for line in before if line not in after] == []
    assert accepted(small)


def test_what_the_rules_forbid_is_refused_with_its_row(here, small, table):
    path = table(
        Veranstaltungen=[
            ["Name", "Datum", "Enddatum"],
            ["Gute Tagung", "1.3.2027", "2.3.2027"],
            ["Verkehrte Tagung", "5.3.2027", "4.3.2027"],
        ],
        Vorträge=[["Veranstaltung", "Titel"], ["Verkehrte Tagung", "Rückwärts"]],
    )
    code, out, _ = here("import", path, *SOURCE)
    assert code == 1
    assert "“Veranstaltungen”, row 3" in out
    assert "“Vorträge”, row 2" in out  # it would stand under the refused event
    assert "1 new" not in out
    assert "gute-tagung" in small.text("sources/muster.yaml")
    assert "verkehrte" not in small.text("sources/muster.yaml")
    assert accepted(small)


def test_what_does_not_fit_the_records_there_are_is_refused(here, small, table):
    # The register says that Birke Institut Nord is a unit of Birke Institut.
    path = table(Firmen=[
        ["Kürzel", "Name", "Gehört zu"],
        ["birke", "Birke Institut", "birke-nord"],
        ["ahorn", "", "Linde Verband"],
    ])  # fmt: skip
    code, out, _ = here("import", path)
    assert code == 1
    assert "“Firmen”, row 2" in out
    assert "0 new, 1 changed, 0 unchanged, 1 refused." in out
    assert register(small, "organisations")["ahorn"]["unit_of"] == "linde"
    assert accepted(small)


def test_faults_that_were_there_before_are_no_fault_of_the_table(here, small, table):
    small.edit("sources/netz.yaml", "organisation: birke", "organisation: brike")
    path = table(Firmen=[["Firma", "Art"], ["Neu GmbH", "company"]])
    assert here("import", path)[0] == 0
    assert "neu-gmbh" in register(small, "organisations")


def test_without_a_source_it_is_not_said_who_says_so(here, small, table):
    path = table(Veranstaltungen=[["Name", "Datum"], ["Mustertagung", "2027"]])
    code, out, _ = here("import", path, lang="de")
    assert code == 1
    assert "Es fehlt, welche Quelle das sagt." in out
    assert "--source" in out
    assert not small.path("sources/muster.yaml").exists()


def test_a_new_source_that_is_not_described_is_wrong_use(here, small, table):
    path = table(Veranstaltungen=[["Name", "Datum"], ["Mustertagung", "2027"]])
    code, _, err = here("import", path, "--source", "muster", "--title", "Muster")
    assert code == 2
    assert "--url" in err
    assert "--source-kind" in err


def test_a_file_that_cannot_be_read_is_not_changed(here, small, table):
    small.edit("sources/tagung-2024.yaml", "status: held", "status: held\n    status: planned")
    before = small.text("sources/tagung-2024.yaml")
    path = table(Veranstaltungen=[["id", "Teilnehmerzahl"], ["tagung-2024", "rund 100"]])
    code, out, _ = here("import", path, "--source", "tagung-2024")
    assert code == 1
    assert "First correct what “itas-graph check” names there." in out
    assert small.text("sources/tagung-2024.yaml") == before


# Cells


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("Datum", "nächste Woche", "“nächste Woche” is no date."),
        ("Datum", "31.2.2024", "“31.2.2024” is no date."),
        ("Datum", "06/12/2024", "“06/12/2024” may mean two days."),
        ("Beginn", "mittags", "This is not a time of day"),
        ("Ort", "Musterstat", "“Musterstat” is not known (Place)."),
        ("Stand", "vielleicht", "“vielleicht” is not in the list."),
        ("Auflage", "drei", "“drei” is no number."),
        ("Internetseite", "www.example.org", "“www.example.org” is no web address."),
        ("Kürzel", "Große Tagung", "“Große Tagung” is no slug"),
        ("Motto", "un\u0084sichtbar", "invisible control character"),
        ("Motto", "null", "“null” cannot stand in the files as a text."),
        ("Motto", "[…]", "is no value"),
        ("Erschlossen", "Farbe", "“Farbe” is no field."),
        ("Belegstelle", "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn",
         "longer than twelve words"),
        ("Quelle", "gibt-es-nicht", "“gibt-es-nicht” is not known (Source)."),
    ],
)  # fmt: skip
def test_each_kind_of_bad_cell_is_refused(here, small, table, column, cell, problem):
    path = table("events.csv", events=[["Name", column], ["Mustertagung", cell]])
    code, out, _ = here("import", path, *SOURCE)
    assert code == 1
    assert problem in out
    assert "row 2" in out
    assert f"B ({column})" in out
    assert "1 refused." in out
    assert not small.path("sources/muster.yaml").exists()


def test_the_nearest_name_is_offered(here, table):
    path = table(Organisationen=[["Name", "Sitz"], ["Neu GmbH", "Musterstat"]])
    assert "Did you mean “Musterstadt”?" in here("import", path)[1]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31.12.2024", "2024-12-31"),
        ("12. Juni 2024", "2024-06-12"),
        ("Mittwoch, 12. Juni 2024", "2024-06-12"),
        ("Juni 2024", "2024-06"),
        ("06/2024", "2024-06"),
        ("2024", "2024"),
        ("2024-12-31 00:00:00", "2024-12-31"),
        ("June 12, 2024", "2024-06-12"),
    ],
)
def test_dates_keep_their_precision(cell, day):
    assert cells.date(cell) == (day, None)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("8,4", "8.4"),
        ("1.234.567,89", "1234567.89"),
        ("8.400.000 €", "8400000"),
        ("EUR 12,50", "12.50"),
        ("1,234,567.89", "1234567.89"),
        ("0,125", "0.125"),
        ("-3", "-3"),
        ("8 400 000", "8400000"),
    ],
)
def test_german_numbers(cell, number):
    assert cells.number(cell, whole=False) == (number, None)


def test_numbers_that_may_mean_two_are_refused_as_text_and_read_as_numbers(here, small, table):
    heading = ["Name", "Gilt für", "Wert laut Quelle", "Wert"]
    row = ["Dichte", "Musterstadt", "rund 1,2"]
    text = table("text.xlsx", Kennzahlen=[heading, [*row, "1.234"]])
    code, out, _ = here("import", text, *SOURCE)
    assert code == 1
    assert "“1.234” may mean two numbers." in out
    number = table("number.xlsx", Kennzahlen=[heading, [*row, 1.234]])
    code, out, _ = here("import", number, *SOURCE)
    assert code == 0, out
    assert "value: 1.234\n" in small.text("sources/muster.yaml")


def test_a_date_cell_is_as_precise_as_it_is_shown(tmp_path):
    book = openpyxl.Workbook()
    for number, shown in enumerate(["DD.MM.YYYY", "MMM YY", "YYYY", "General"], 1):
        cell = book.active.cell(number, 1, datetime.datetime(2024, 6, 1))  # as Excel has it
        cell.number_format = shown
    book.save(tmp_path / "dates.xlsx")
    (sheet,) = tables.read(tmp_path / "dates.xlsx")
    assert [row.cells[0] for row in sheet.rows] == [
        "2024-06-01", "2024-06", "2024", "45444",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["A | B", r"A \| B", "|", r"\|", "a|b|c"])
def test_a_separator_inside_a_value_is_kept(text):
    assert cells.split(cells.joined([text, "z"])) == [text, "z"]


# Mapping


def test_headings_below_a_title(here, small, table):
    path = table(Firmen=[["Unsere Partner 2024"], [], ["Firma", "Art"], ["Neu GmbH", "company"]])
    code, out, _ = here("import", path)
    assert code == 0
    assert "headings in row 3" in out
    assert "rows above are not read: 1" in out
    assert "neu-gmbh" in register(small, "organisations")


def test_a_correction_is_shown_saved_and_read_again(here, small, table, tmp_path):
    path = table("partner.csv", p=[["Wer", "Was", "Tel"], ["Neu GmbH", "Unternehmen", "1"]])
    saved = tmp_path / "mapping.csv"
    code, out, _ = here(
        "import", path, "--as", "Organisationen", "--map", "Wer=name", "--map", "B=Art",
        "--save-mapping", saved, "--dry-run",
    )  # fmt: skip
    assert code == 0, out
    assert "said by --map" in out
    assert "Would be written: data/organisations.csv" in out
    assert "neu-gmbh" not in register(small, "organisations")
    assert list(csv.DictReader(io.StringIO(saved.read_text("utf-8")))) == [
        {"sheet": "partner", "kind": "organisations", "column": "Wer", "field": "name"},
        {"sheet": "partner", "kind": "organisations", "column": "Was", "field": "kind"},
        {"sheet": "partner", "kind": "organisations", "column": "Tel", "field": ""},
    ]
    code, out, _ = here("import", path, "--mapping", saved)
    assert code == 0
    assert "said by --mapping" in out
    assert register(small, "organisations")["neu-gmbh"]["kind"] == "company"


def test_a_sheet_that_is_not_understood_is_refused_as_a_whole(here, table):
    path = table(Tabelle1=[["Farbe", "Gewicht"], ["rot", "3"]])
    code, out, _ = here("import", path, lang="de")
    assert code == 1
    assert "Es ist nicht zu erkennen, was in „Tabelle1“ steht." in out
    assert "--as" in out


def test_two_columns_for_one_field_are_refused(here, table):
    path = table(Firmen=[["Name", "Firma", "Art"], ["Neu GmbH", "Alt GmbH", "company"]])
    code, out, _ = here("import", path)
    assert code == 1
    assert "The columns A “Name” and B “Firma” are both name." in out
    assert here("import", path, "--map", "B=")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--as", "Farben"), "“Farben” is no kind of record."),
        (("--map", "Name"), "“Name” is no mapping."),
        (("--map", "Name=farbe"), "There is no field “farbe” in organisations."),
        (("--map", "Nahme=name"), "No table has the column “nahme” of --map."),
    ],
)
def test_corrections_that_name_nothing_are_wrong_use(here, table, arguments, problem):
    path = table(Firmen=[["Name", "Art"], ["Neu GmbH", "company"]])
    code, _, err = here("import", path, *arguments)
    assert code == 2
    assert problem in err


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(here, small, tmp_path, encoding, separator):
    rows = [["Firma", "Abkürzung"], ["Öl & Söhne GmbH", "ÖSG"], ["Straße AG", "„SAG“"]]
    text = "".join(separator.join(row) + "\r\n" for row in rows)
    path = tmp_path / "firmen.csv"
    path.write_bytes(text.encode(encoding))
    code, out, _ = here("import", path)
    assert code == 0, out
    name = {"cp1252": "Windows-1252"}.get(encoding, encoding[:6].upper().rstrip("-"))
    assert f"read as {name}, separated by" in out
    assert register(small, "organisations")["strasse-ag"]["aliases"] == "„SAG“"


def test_excel_names_its_separator_in_the_first_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nName;Art\nNeu, GmbH;company\n", "utf-8")
    (sheet,) = tables.read(path)
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, ("Name", "Art")), (3, ("Neu, GmbH", "company")),
    ]  # fmt: skip


CELL = st.text(st.characters(codec="cp1252", exclude_categories=["Cc", "Cs"]), max_size=12).map(
    str.strip
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.lists(CELL, min_size=3, max_size=3).filter(any), min_size=1, max_size=8),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_the_same_rows_come_out_of_every_encoding(tmp_path, rows, separator, encoding, newline):
    path = tmp_path / "any.csv"
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator=newline)
    writer.writerow(["Name", "Ä", "ß"])
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    (sheet,) = tables.read(path)
    found = [row.cells for row in sheet.rows]
    if separator == "," or not any(mark in cell for row in rows for cell in row for mark in ",;\t"):
        assert found == [("Name", "Ä", "ß"), *(tuple(cell.strip() for cell in row) for row in rows)]
    assert sheet.broken == []


def test_a_quotation_mark_that_never_ends_is_named(here, small, tmp_path):
    path = tmp_path / "firmen.csv"
    path.write_text(
        'Firma,Art\nGut GmbH,company\n"Offen GmbH,company\nNach GmbH,company\n', "utf-8"
    )
    code, out, _ = here("import", path)
    assert code == 1
    assert "row 3" in out
    assert "From here on the table cannot be read" in out
    assert "gut-gmbh" in register(small, "organisations")


def ole(*, protected: bool) -> bytes:
    name = "EncryptedPackage" if protected else "Workbook"
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + name.encode("utf-16-le") + b"\0" * 600
    )


def zipped(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("alt.xlsx", ole(protected=False), "has the old Excel format (.xls)"),
        ("alt.xls", ole(protected=False), "has the old Excel format (.xls)"),
        ("geheim.xlsx", ole(protected=True), "is protected by a password"),
        ("brief.xlsx", zipped(word__document_xml="<x/>"), "is a Word document (.docx)"),
        ("tabelle.xlsx", zipped(content_xml="<x/>"), "is a LibreOffice file (.ods)"),
        ("leer.xlsx", zipped(xl__workbook_xml="<x/>"), "is damaged"),
        ("halb.xlsx", b"PK\x03\x04halb", "is damaged"),
        ("seite.xls", b"<html><table><tr><td>Name</td></tr></table></html>", "is no table but PDF"),
        ("bild.csv", struct.pack("<200H", *range(200)) + b"\1\2\3\0", "holds NUL bytes"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(here, tmp_path, name, content, problem):
    path = tmp_path / name
    path.write_bytes(content)
    code, _, err = here("import", path)
    assert code == 1
    assert problem in err


def test_a_truncated_workbook_is_refused(here, table):
    path = table(Firmen=[["Firma", "Art"], *([f"Firma {n}", "company"] for n in range(200))])
    path.write_bytes(path.read_bytes()[:-300])
    code, _, err = here("import", path)
    assert code == 1
    assert "is damaged" in err


def test_a_workbook_whose_sheet_is_damaged_loses_nothing_silently(here, table):
    path = table(Firmen=[["Firma", "Art"], *([f"Firma {n}", "company"] for n in range(50))])
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text[: len(text) // 2] if "worksheets/" in name else text)
    path.write_bytes(stream.getvalue())
    code, out, _ = here("import", path)
    assert code == 1
    assert "From here on the sheet cannot be read" in out


def test_another_ending_does_not_matter(here, small, table):
    path = table(Firmen=[["Firma", "Art"], ["Neu GmbH", "company"]])
    code, out, _ = here("import", path.rename(path.with_suffix(".csv")))
    assert code == 0, out
    assert "neu-gmbh" in register(small, "organisations")


def test_no_such_file_is_wrong_use(here, tmp_path):
    code, _, err = here("import", tmp_path / "nirgends.xlsx")
    assert code == 2
    assert "cannot be opened" in err


def test_formulas_without_result_are_refused_and_results_are_read(here, small, table):
    path = table(Firmen=[["Firma", "Art"], ["=A9", "company"], ["Neu GmbH", "company"]])
    code, out, _ = here("import", path)
    assert code == 1
    assert "The formula =A9 has no stored result." in out
    assert "neu-gmbh" in register(small, "organisations")
    # The way Excel stores a formula with its result.
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if "worksheets/" in name:
                text = text.replace(
                    b'<c r="A2"><f>A9</f><v></v></c>',
                    b'<c r="A2" t="str"><f>A9</f><v>Formel GmbH</v></c>',
                )
                text = text.replace(
                    b'<c r="A2"><f>A9</f><v/></c>',
                    b'<c r="A2" t="str"><f>A9</f><v>Formel GmbH</v></c>',
                )
            new.writestr(name, text)
    path.write_bytes(stream.getvalue())
    code, out, _ = here("import", path)
    assert code == 0, out
    assert "1 cells are formulas; their results were read." in out
    assert "formel-gmbh" in register(small, "organisations")


def test_merged_cells_are_refused_where_they_hide_a_value(here, small, table):
    path = table(Firmen=[
        ["Partner"],
        ["Firma", "Sitz"],
        ["Eins GmbH", "Musterstadt"],
        ["Zwei GmbH", ""],
    ])  # fmt: skip
    book = openpyxl.load_workbook(path)
    book["Firmen"].merge_cells("A1:B1")
    book["Firmen"].merge_cells("B3:B4")
    book.save(path)
    code, out, _ = here("import", path)
    assert code == 1
    assert "The cells B3:B4 are merged; only the first has a value." in out
    assert "row 4, column B (Sitz)" in out
    assert "eins-gmbh" in register(small, "organisations")
    assert "zwei-gmbh" not in register(small, "organisations")


def test_hidden_and_empty_sheets_are_named(here, table):
    path = table(Firmen=[["Firma"], ["Neu GmbH"]], Leer=[], Versteckt=[["Firma"], ["Alt GmbH"]])
    book = openpyxl.load_workbook(path)
    book["Versteckt"].sheet_state = "hidden"
    book.save(path)
    code, out, _ = here("import", path)
    assert code == 0
    assert "Leer: The sheet is empty." in out
    assert "Versteckt: The sheet is hidden and is not read." in out


def test_a_row_with_ten_thousand_cells_is_refused(here, small, table):
    path = table("firmen.csv", f=[["Firma", "Art"], ["Lang GmbH", "company", *["x"] * 10_000],
                                  ["Neu GmbH", "company"]])  # fmt: skip
    code, out, _ = here("import", path)
    assert code == 1
    assert "10000 cells stand in columns without a heading (from C on)." in out
    assert "neu-gmbh" in register(small, "organisations")
    assert "lang-gmbh" not in register(small, "organisations")


# Writing


def test_strict_writes_nothing_if_a_row_is_refused(here, small, table, tmp_path):
    before = small.text("organisations.csv")
    path = table(Firmen=[["Firma", "Art"], ["Gut GmbH", "company"], ["Neu GmbH", "egal"]])
    report = tmp_path / "report.csv"
    code, out, _ = here("import", path, "--strict", "--report", report)
    assert code == 1
    assert "Nothing was written (--strict)." in out
    assert small.text("organisations.csv") == before
    (row,) = csv.DictReader(io.StringIO(report.read_text("utf-8-sig")))
    assert (row["file"], row["sheet"], row["row"]) == ("table.xlsx", "Firmen", "3")
    assert row["column"] == "B (Art)"
    assert row["problem"] == "“egal” is not in the list."


def test_every_row_ends_in_one_place(here, table):
    rows = [[f"Firma {n}", "company" if n % 3 else "egal"] for n in range(60)]
    path = table(Firmen=[["Firma", "Art"], *rows, ["Ahorn GmbH", "company"]])
    assert "40 new, 0 changed, 1 unchanged, 20 refused." in here("import", path)[1]


def test_the_shipped_copy_is_not_written_into(tmp_path, table, itas):
    path = table(Firmen=[["Firma"], ["Neu GmbH"]])
    shutil.copytree(Path(records.__file__).parent, tmp_path / "site" / "itas_graph")
    shipped = tmp_path / "site" / "itas_graph" / "shipped"
    for name in ("ontology", "data", "queries"):
        shutil.copytree(Path(__file__).parent.parent / name, shipped / name, dirs_exist_ok=True)
    done = itas("import", path, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})
    assert done.returncode == 2
    assert "cannot be changed" in done.stderr
