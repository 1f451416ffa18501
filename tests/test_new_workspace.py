"""`init`: another region begins with the rules and questions there are, and no record."""

import subprocess
import sys

import pytest

from itas_graph import build, cli, workspace

LINKS = """\
organisation,project,role,start,source
Beispiel GmbH,Musterprojekt,involved,2014-01-01,liste
Muster e. V.,Musterprojekt,involved,,liste
"""


@pytest.fixture
def run(capsys):
    def ask(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(arguments))
        return (ended.value.code or 0, *capsys.readouterr())

    return ask


def test_a_region_begins_without_records_and_without_findings(run, tmp_path):
    there = tmp_path / "lausitz"
    code, said, _ = run("init", str(there), "--title", "Wandel: Lausitz", "--lang", "de")
    assert code == 0
    assert str(there) in said
    assert "action-fields.ttl" in said
    assert sorted(path.name for path in there.iterdir()) == ["data", "ontology", "queries"]
    for register in ("organisations", "people", "initiatives", "places"):
        header = (there / f"data/{register}.csv").read_text("utf-8")
        assert header.startswith("id,name,")
        assert header.count("\n") == 1
    assert list((there / "data/sources").iterdir()) == []
    # Nobody whom the pattern suppresses is named, nothing that it decided.
    assert len((there / "data/identities.csv").read_text("utf-8").splitlines()) == 1
    assert all(
        line.startswith("#")
        for line in (there / "data/suppressed.txt").read_text("utf-8").splitlines()
    )
    code, said, _ = run("--root", str(there), "check", "--lang", "en")
    assert (code, said.strip()) == (0, "All is well: no findings.")
    assert run("--root", str(there), "fmt", "--check")[0] == 0


def test_a_table_becomes_the_page_of_a_region_with_addresses_of_its_own(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    there = tmp_path / "neu"
    links = tmp_path / "links.csv"
    links.write_text(LINKS, "utf-8")
    base = "https://daten.example.org/neu/"
    titles = ("--title", "Neue Region", "--title-en", "New region")
    assert run("init", str(there), *titles, "--base", base)[0] == 0
    table = ("--table", "liste", "--source-kind", "overview", "--url", "https://example.org/")
    taken = run("--root", str(there), "import", str(links), "--as", "involvements", *table)
    assert taken[0] == 0
    assert run("--root", str(there), "fmt", "--check")[0] == 0
    # Nothing was refused: no list of it is left behind.
    assert not list(tmp_path.glob("*-refused.csv"))
    assert run("--root", str(there), "build")[0] == 0
    assert "<title>Neue Region" in (there / "build/index.html").read_text("utf-8")
    endpoint, _ = build.open_store(there / "build")

    def things(start: str) -> set[str]:
        asked = f"SELECT DISTINCT ?s {{ ?s a ?kind FILTER(STRSTARTS(STR(?s), '{start}')) }}"
        return {row[0].value for row in endpoint.ask(asked).rows}

    assert len(things(f"{base}organisation/")) == 2
    assert not things("https://w3id.org/itas-graph/id/")


@pytest.mark.parametrize("base", ["daten.example.org/", "https://example.org/id", 'https://a"b/'])
def test_an_address_that_is_none_is_refused_before_anything_is_written(run, tmp_path, base):
    code, _, said = run("init", str(tmp_path / "neu"), "--title", "Neu", "--base", base)
    assert code == 2
    assert base in said
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_not_overwritten(run, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    code, _, said = run("init", str(tmp_path), "--title", "Neu")
    assert code == 2
    assert str(tmp_path) in said
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_will_do(run, tmp_path):
    assert run("init", str(tmp_path), "--title", "Neu")[0] == 0
    assert workspace.is_workspace(tmp_path)


def test_a_full_disk_is_said(tmp_path):
    there = tmp_path / "neu"
    code = f"from itas_graph import cli; cli.main(['init', r'{there}', '--title', 'Neu'])"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9)); {code}"
    if sys.platform == "win32":
        pytest.skip("no such limit")
    ended = subprocess.run([sys.executable, "-c", limited], capture_output=True, text=True)
    assert ended.returncode == 3, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not there.exists()
