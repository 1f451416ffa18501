"""The command line as a user meets it: answers on one stream, notes on the other, exit codes."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET

import pyoxigraph as ox
import pytest
import rdflib

from itas_graph import cli

ID = "https://w3id.org/itas-graph/id/"
QUESTION = "initiatives-by-organisation"


@pytest.fixture
def ask(itas, small_built):
    """Run a command on the built small workspace."""

    def run(*arguments, **options):
        return itas("--root", small_built.root, *arguments, **options)

    return run


@pytest.fixture
def here(small_built, capfd):
    """Run a command in this process, which is quicker: code, answer, errors."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small_built.root), *arguments])
        return ended.value.code or 0, *capfd.readouterr()

    return run


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    "name",
    [
        "ahorn",
        f"{ID}organisation/ahorn",
        "Ahorn GmbH",
        "ahorn gmbh",
        "AHORN GMBH",
        "AHG",
        "ahg",
        " AHG ",
    ],
)
def test_a_parameter_may_be_slug_iri_name_or_alias(ask, name):
    done = ask("query", QUESTION, "-p", f"organisation={name}", "--format", "csv")
    assert done.returncode == 0
    assert done.stderr == ""
    rows = table(done.stdout)
    assert {row["initiative"] for row in rows} == {"Studie Holz", "Testnetz"}
    assert {row["organisation"] for row in rows} == {"Ahorn GmbH"}


def test_an_alias_works_on_the_shipped_data(itas, shipped, tmp_path):
    itas("--root", shipped.root, "build", "-o", tmp_path / "b")
    done = itas(
        "--root", shipped.root, "query", QUESTION, "-b", tmp_path / "b",
        "-p", "organisation=CWE", "--format", "csv",
    )  # fmt: skip
    assert done.returncode == 0
    assert {row["organisation_id"].rsplit("/", 1)[1] for row in table(done.stdout)} == {"cwe"}


@pytest.mark.parametrize(
    ("arguments", "german", "english"),
    [
        (
            [QUESTION, "-p", "organisation=BI"],
            "„BI“ kann mehreres heißen: birke (BI), birke-nord (BI). Geben Sie das Kürzel an.",
            "“BI” may mean several things: birke (BI), birke-nord (BI). Give the slug.",
        ),
        (
            [QUESTION, "-p", "organisation=Ahorm"],
            "Nichts heißt hier „Ahorm“. Meinten Sie: Ahorn GmbH",
            "No name “Ahorm”. Did you mean: Ahorn GmbH",
        ),
        (
            [QUESTION, "-p", f"organisation={ID}organisation/ahorm"],
            "Nichts heißt hier „ahorm“. Meinten Sie: Ahorn GmbH",
            "No name “ahorm”. Did you mean: Ahorn GmbH",
        ),
        (
            [QUESTION, "-p", f"organisation={ID}initiative/testnetz"],
            "Nichts heißt hier „testnetz“.",
            "No name “testnetz”.",
        ),
        (
            ["consortium-partner"],
            "Eine Frage „consortium-partner“ gibt es nicht. Meinten Sie: consortium-partners",
            "No question “consortium-partner”. Did you mean: consortium-partners",
        ),
        (
            ["programme", "-p", "evnt=x"],
            "Einen Parameter „evnt“ gibt es nicht. Meinten Sie: event?",
            "No parameter “evnt”. Did you mean: event?",
        ),
        (
            ["programme", "-p", "event"],
            "„event“ hat nicht die Form NAME=WERT.",
            "“event” is not of the form NAME=VALUE.",
        ),
        (
            ["newcomers", "-p", "year=vorletztes"],
            "„vorletztes“ passt nicht zu year; schreiben Sie etwa 2024.",
            "“vorletztes” does not fit year; write something like 2024.",
        ),
        (
            ["ended-without-successor", "-p", "date=30.6.2024"],
            "„30.6.2024“ passt nicht zu date; schreiben Sie etwa 2024-06-30.",
            "write something like 2024-06-30.",
        ),
        (
            ["-e", "SELECT ?s WHERE {\n  ?s ?p\n}"],
            "Zeile 3, Spalte 2: hier ist die Abfrage nicht lesbar",
            "line 3, column 2: the query cannot be read here",
        ),
        (
            ["-e", "SELECT ?s WHERE { ?s foo:bar ?o }"],
            "unbekanntes Präfix; vordefiniert sind itas,",
            "unknown prefix; pre-bound are itas,",
        ),
        (["-e", ""], "Zeile 1, Spalte 1", "line 1, column 1"),
        (["-e", "ASK {}", "--format", "ttl"], "nicht als ttl, sondern als: csv", "as: csv"),
        (
            ["-e", "CONSTRUCT WHERE { ?s ?p ?o }", "--format", "csv"],
            "nicht als csv, sondern als: jsonld, nt, rdf, ttl, xml.",
            "does not come as csv but as: jsonld, nt, rdf, ttl, xml.",
        ),
        (["fehlt.rq"], "Die Datei fehlt.rq gibt es nicht.", "There is no file fehlt.rq."),
        (["/"], "/ ist nicht lesbar: Is a directory.", "/ cannot be read: Is a directory."),
        ([], "Nennen Sie eine Frage", "Name a question"),
        (["funding", "-e", "ASK {}"], "Nennen Sie eine Frage", "Name a question"),
        (["funding", "--format", "xlsx"], "Möglich sind: table, csv", "table"),
        (["funding", "--fromat", "csv"], "gibt es nicht. Meinten Sie --format?", "--format"),
        (["funding", "zwei", "drei"], "Zu viele Angaben: zwei drei.", "unexpected extra"),
        (["funding", "-b"], "Die Option -b braucht einen Wert.", "requires an argument"),
    ],
)  # fmt: skip
def test_wrong_use_is_explained_in_both_languages(here, arguments, german, english):
    for language, words in (("de", german), ("en", english)):
        code, answer, errors = here("--lang", language, "query", *arguments)
        assert code == 2, errors
        assert answer == ""
        assert words in errors
        assert errors.startswith("Fehler: " if language == "de" else "Error: ")


def test_a_syntax_error_shows_the_line_and_points_at_it(ask):
    done = ask("query", "-e", "SELECT *\nWHERE { ?s ?p ?o ?x }\n", "--lang", "en")
    assert done.returncode == 2
    assert "line 2, column" in done.stderr
    lines = done.stderr.splitlines()
    shown = lines.index("WHERE { ?s ?p ?o ?x }")
    assert re.fullmatch(r" *\^", lines[shown + 1])
    column = int(re.search(r"column (\d+)", done.stderr)[1])
    assert lines[shown + 1].index("^") == column - 1


@pytest.mark.parametrize(
    ("arguments", "german"),
    [
        (
            ["qeury"],
            "Den Befehl qeury gibt es nicht. Es gibt: build, check, diff, draft, explain, "
            "export, extract, fmt, identities, import, init, measure, network, page, push, "
            "query, questions, report, serve, template.",
        ),
        ([], "Aufruf: itas-graph"),
        (
            ["--lang", "de"],
            "Es fehlt ein Befehl. Es gibt: build, check, diff, draft, explain, "
            "export, extract, fmt, identities, import, init, measure, network, page, push, "
            "query, questions, report, serve, template.",
        ),
        (["check", "--format", "xml"], "Möglich sind: text, json, github."),
        (["build", "--profile", "geheim"], "Möglich sind: public, internal."),
        (["--wurzel"], "Die Option --wurzel gibt es nicht."),
        (["check", "zuviel"], "Zu viele Angaben: zuviel."),
    ],
)
def test_click_speaks_german(itas, arguments, german):
    done = itas(*arguments, env={"ITAS_LANG": "de"})
    assert done.returncode == 2
    assert german in done.stderr


def test_the_language_may_stand_before_or_after_the_command_or_in_the_locale(ask):
    german = "Eine Frage „x-x-x“ gibt es nicht."
    assert german in ask("--lang", "de", "query", "x-x-x").stderr
    assert german in ask("query", "x-x-x", "--lang", "de").stderr
    assert german in ask("query", "x-x-x", "--lang=de").stderr
    assert german in ask("query", "x-x-x", env={"LC_ALL": "de_DE.UTF-8"}).stderr
    assert german in ask("query", "x-x-x", env={"LC_ALL": None, "LANG": "de_AT.UTF-8"}).stderr
    assert "No question" in ask("query", "x-x-x", env={"LC_ALL": "fr_FR.UTF-8"}).stderr
    assert "No question" in ask(
        "--lang", "en", "query", "x-x-x", env={"LC_ALL": "de_DE.UTF-8"}
    ).stderr  # fmt: skip


def test_help_is_there_in_both_languages(itas):
    for language, word in (("de", "Fragen auflisten"), ("en", "List the ready questions")):
        done = itas("--lang", language, "--help")
        assert done.returncode == 0
        assert word in done.stdout
    assert "Arbeitsbereich" in itas("--help", env={"ITAS_LANG": "de"}).stdout
    assert re.fullmatch(r"itas-graph \d+\.\d+\.\d+\n", itas("--version").stdout)


def test_questions_are_listed_and_shown(ask):
    listing = ask("questions", "--lang", "de").stdout
    assert "consortium-partners" in listing
    assert "Wer gehört zum Konsortium" in listing
    assert sum(bool(re.match(r"[a-z]", line)) for line in listing.splitlines()) >= 24
    one = ask("questions", "programme", "--lang", "en").stdout
    assert "-p event=" in one
    assert "SELECT" in one
    assert "#+" not in one.replace("} #+", "")


SELECT = "SELECT ?s ?n WHERE { ?s a org:Organization ; skos:prefLabel ?n } ORDER BY ?n"
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?n } WHERE { ?s a org:Organization ; skos:prefLabel ?n }"
ASK = "ASK { ?s a org:Organization }"


def test_tables_parse_in_every_format(ask):
    names = ["Ahorn GmbH", "Birke Institut", "Birke Institut Nord", "Linde Verband"]
    given = {
        name: ask("query", "-e", SELECT, "--format", name).stdout
        for name in ("csv", "tsv", "json", "xml")
    }
    assert [row["n"] for row in table(given["csv"])] == names
    lines = [line.split("\t") for line in given["tsv"].splitlines()]
    assert lines[0] == ["?s", "?n"]
    assert [json.loads(line[1]) for line in lines[1:]] == names
    bindings = json.loads(given["json"])["results"]["bindings"]
    assert [row["n"]["value"] for row in bindings] == names
    root = ET.fromstring(given["xml"])  # noqa: S314  # our own output
    assert [
        one.text for one in root.iter("{http://www.w3.org/2005/sparql-results#}literal")
    ] == names
    for name, form in (("json", "JSON"), ("xml", "XML"), ("tsv", "TSV")):
        parsed = ox.parse_query_results(
            given[name].encode(), format=getattr(ox.QueryResultsFormat, form)
        )
        assert [row["n"].value for row in parsed] == names


def test_graphs_parse_in_every_format(ask):
    sizes = set()
    for name, form in (("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("xml", "xml")):
        done = ask("query", "-e", CONSTRUCT, "--format", name)
        assert done.returncode == 0
        graph = rdflib.Graph().parse(data=done.stdout, format=form)
        sizes.add(len(graph))
        assert (
            rdflib.URIRef(ID + "organisation/ahorn"),
            rdflib.SKOS.prefLabel,
            rdflib.Literal("Ahorn GmbH"),
        ) in graph
    assert sizes == {4}
    described = ask("query", "-e", f"DESCRIBE <{ID}organisation/ahorn>", "--format", "nt").stdout
    assert "Ahorn GmbH" in described


def test_yes_and_no_come_in_every_format(ask):
    assert json.loads(ask("query", "-e", ASK, "--format", "json").stdout)["boolean"] is True
    assert "true" in ask("query", "-e", ASK, "--format", "xml").stdout
    assert ask("query", "-e", ASK, "--format", "csv").stdout == "true\n"
    assert ask("query", "-e", ASK, "--format", "table", "--lang", "de").stdout == "ja\n"
    assert ask("query", "-e", "ASK { <a:a> <a:b> <a:c> }", "--format", "md").stdout == "no\n"


def test_a_question_comes_as_table_and_markdown(ask):
    done = ask("query", "consortium-partners", "--format", "table", "--lang", "de")
    assert done.returncode == 0
    assert "Ahorn GmbH" in done.stdout
    assert "Konsortialführung" in done.stdout
    assert done.stderr == "2 Zeilen\n"
    lines = ask(
        "query", "consortium-partners", "--format", "md", "--lang", "de"
    ).stdout.splitlines()
    assert lines[1].replace(" ", "").strip("|").split("|") == ["---"] * 5
    assert len(lines) == 4
    one = ask("query", "-e", "SELECT (1 AS ?x) {}", "--format", "table", "--lang", "en")
    assert one.stderr == "1 row\n"
    none = ask("query", "-e", "SELECT ?x { ?x a <a:b> }", "--format", "table", "--lang", "de")
    assert none.stdout == "Keine Zeile passt.\n"


def test_piped_output_is_csv(ask):
    rows = table(ask("query", "consortium-partners").stdout)
    assert [row["organisation"] for row in rows] == ["Ahorn GmbH", "Linde Verband"]
    assert list(rows[0])[:5] == ["organisation", "role", "valid_from", "valid_until", "sources"]


def test_a_query_may_come_from_a_file_or_from_standard_input(ask, tmp_path):
    expected = ask("query", "-e", SELECT).stdout
    file = tmp_path / "frage.rq"
    file.write_bytes(b"\xef\xbb\xbf" + SELECT.encode().replace(b" WHERE", b"\r\nWHERE"))
    assert ask("query", file).stdout == expected
    assert ask("query", "-", stdin=SELECT.encode()).stdout == expected
    assert ask("query", "-", stdin=b"\xef\xbb\xbf" + SELECT.encode()).stdout == expected
    umlaut = 'SELECT ("Käse – 𝄞" AS ?x) {}'
    for env in ({"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}):
        assert "Käse – 𝄞" in ask("query", "-", stdin=umlaut.encode(), env=env).stdout
    done = ask("query", "-", stdin=b"\xff\xfe")
    assert (done.returncode, "no UTF-8 text" in done.stderr) == (2, True)
    file.write_bytes(b"SELECT \xff")
    done = ask("query", file, "--lang", "de")
    assert (done.returncode, "ist kein UTF-8-Text" in done.stderr) == (2, True)


def test_a_terminal_that_knows_no_umlauts_gets_an_answer(ask):
    for env in ({"LC_ALL": "C", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}):
        for arguments in (
            ["query", "programme", "--format", "table"],
            ["query", "programme", "--format", "md"],
            ["questions"],
            ["query", "x-x-x"],
            ["check"],
        ):
            done = ask("--lang", "de", *arguments, env=env, text=False)
            assert done.returncode in (0, 2), done.stderr
            assert b"Unerwarteter" not in done.stderr


def test_arguments_that_are_no_text_are_survived(ask):
    for arguments in (["-e", b"SELECT \xff"], [b"\xff"], [QUESTION, "-p", b"organisation=\xff"]):
        given = [one.decode("utf-8", "surrogateescape") if isinstance(one, bytes) else one
                 for one in arguments]  # fmt: skip
        done = ask("query", *given, text=False)
        assert done.returncode == 2, done.stderr
        assert b"Unexpected" not in done.stderr


@pytest.mark.parametrize(
    "value",
    ['"', "\\", "> } DROP ALL", 'x" } #', "{", "ahorn>", "http://a b", "'", "\n", "𝄞", "%s", "{0}"],
)
@pytest.mark.parametrize(
    ("question", "name"),
    [(QUESTION, "organisation"), ("newcomers", "year"), ("evidence", "subject")],
)
def test_parameter_values_cannot_break_out_of_the_query(here, question, name, value):
    code, answer, errors = here("--lang", "en", "query", question, "-p", f"{name}={value}")
    assert (code, answer) == (2, "")
    assert errors.startswith(("Error: No name", "Error: “"))


def test_what_fails_while_answering_is_one_sentence(ask):
    remote = "SELECT ?x WHERE { SERVICE <http://127.0.0.1:9/sparql> { ?x ?y ?z } }"
    for form in ("csv", "table"):
        done = ask("query", "-e", remote, "--format", form, "--lang", "de")
        assert done.returncode in (2, 3)
        assert "Unerwarteter" not in done.stderr


def test_local_files_cannot_be_read_by_a_query(ask, tmp_path):
    (tmp_path / "geheim.ttl").write_text('<a:a> <a:b> "geheim" .', "utf-8")
    address = (tmp_path / "geheim.ttl").as_uri()
    query = "SELECT * FROM <FILE> WHERE { ?s ?p ?o }".replace("FILE", address)
    assert "geheim" not in ask("query", "-e", query, "--format", "tsv").stdout


def test_a_query_cannot_change_the_graph(ask):
    for text in ("INSERT DATA { <a:a> <a:b> <a:c> }", "CLEAR ALL", "DROP ALL"):
        assert ask("query", "-e", text).returncode == 2
    assert json.loads(ask("query", "-e", ASK, "--format", "json").stdout)["boolean"] is True


def test_without_a_build_the_user_is_told_what_to_do(small, itas):
    for language, words in (("de", "Bauen Sie ihn mit: itas-graph build"), ("en", "Build it with")):
        done = itas("--root", small.root, "query", "funding", "--lang", language)
        assert done.returncode == 2
        assert words in done.stderr
    done = itas("--root", small.root, "query", "funding", "-b", small.root / "data")
    assert done.returncode == 2


def test_a_damaged_store_is_one_sentence(small_built, itas, tmp_path):
    folder = tmp_path / "build"
    shutil.copytree(small_built.root / "build", folder)
    for path in (folder / "store").iterdir():
        path.write_bytes(b"x" * 10)
    done = itas("--root", small_built.root, "query", "funding", "-b", folder)
    assert done.returncode == 3
    assert "itas-graph build --force" in done.stderr
    shutil.rmtree(folder / "store")
    done = itas("--root", small_built.root, "query", "funding", "-b", folder)
    assert done.returncode == 3
    assert "itas-graph build --force" in done.stderr


def test_an_old_answer_is_marked_on_the_other_stream(small, itas):
    itas("--root", small.root, "build")
    fresh = itas("--root", small.root, "query", "consortium-partners")
    assert fresh.stderr == ""
    small.edit("organisations.csv", "Ahorn GmbH", "Ahorn AG")
    stale = itas("--root", small.root, "query", "consortium-partners", "--lang", "de")
    assert stale.returncode == 0
    assert "Hinweis: Seit dem Build" in stale.stderr
    assert "itas-graph build" in stale.stderr
    assert "Ahorn GmbH" in stale.stdout


def test_a_reader_that_leaves_early_is_no_error(small_built, user_environment):
    for form in ("csv", "table", "md", "nt"):
        query = (
            "CONSTRUCT WHERE { ?s ?p ?o }" if form == "nt" else "SELECT * { ?s ?p ?o . ?a ?b ?s }"
        )
        with subprocess.Popen(
            [sys.executable, "-m", "itas_graph", "--root", small_built.root, "query", "-e", query,
             "--format", form],
            env=user_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stdout.readline()
            process.stdout.close()
            errors = process.stderr.read()
            process.wait(60)
        assert b"Broken" not in errors
        assert b"Traceback" not in errors
        assert b"Exception" not in errors
        assert process.returncode == 0


def test_the_workspace_is_found(small_built, itas, tmp_path, shipped):
    query = [
        "query",
        "-e",
        "SELECT ?n { ?o a org:Organization ; skos:prefLabel ?n }",
        "--format",
        "csv",
    ]
    inside = small_built.root / "data" / "sources"
    assert "Ahorn GmbH" in itas(*query, cwd=inside).stdout
    assert (
        "Ahorn GmbH" in itas(*query, cwd=tmp_path, env={"ITAS_ROOT": str(small_built.root)}).stdout
    )
    assert "Ahorn GmbH" in itas(
        "--root", small_built.root, *query, cwd=tmp_path, env={"ITAS_ROOT": str(tmp_path)}
    ).stdout  # fmt: skip
    for done in (
        itas("--root", tmp_path, "check", "--lang", "de"),
        itas("check", "--lang", "de", cwd=inside, env={"ITAS_ROOT": str(tmp_path)}),
    ):
        assert done.returncode == 2
        assert "ist kein Arbeitsbereich: es fehlt ontology/, data/, queries/" in done.stderr
    (tmp_path / "ontology").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "queries").mkdir()
    done = itas("--root", tmp_path, "check", "--lang", "de")
    assert done.returncode == 2
    assert "context.jsonld" in done.stderr


def test_a_broken_question_file_is_named(small, itas):
    path = small.root / "queries" / "funding.rq"
    path.write_text("#+ column: nur-eins\nSELECT * {}", "utf-8")
    done = itas("--root", small.root, "questions", "--lang", "de")
    assert done.returncode in (2, 3)
    assert "queries/funding.rq" in done.stderr
    assert "#+ column: nur-eins" in done.stderr
