"""Every damage is named with its file, line, record, field and a remedy, in both languages."""
# ruff: noqa: E501  # the table of damages reads best with one row a line

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap

import pytest

T = "sources/tagung-2024.yaml"
N = "sources/netz.yaml"
P = "people.csv"
O = "organisations.csv"  # noqa: E741  # one letter for each file of the table
D = "dataset.yaml"

# file, old text, new text, line after `old`, record, field, in the problem (de, en), in the remedy
DAMAGE = {
    "bracket": (T, "e: halle-eins", "e: [halle-eins", 1, "", "", "kein gültiges YAML", "no valid YAML", "bracket"),
    "colon": (T, "Holz und", "Holz: und", 0, "", "", "Holz: und Wald", "no valid YAML", "quotation marks"),
    "tab": (T, "    place:", "\tplace:", 0, "", "", "kein gültiges YAML", "no valid YAML", "not with tabs"),
    "second document": (N, "\npeople:", "\n---\npeople:", 1, "", "", "YAML", "another document", "Check"),
    "unknown field": (T, "place:", "plaec:", 0, "events/tagung-2024", "plaec", "„plaec“ gibt es bei events nicht", "no field “plaec”", "“place”"),
    "merge key": (T, "place: halle-eins", "<<: {place: halle-eins}", 0, "events/tagung-2024", "<<", "gibt es bei events nicht", "no field “<<”", "Known are: id, name"),
    "JSON-LD keyword": (T, "place:", '"@id":', 0, "events/tagung-2024", "@id", "„@id“", "no field “@id”", "“id”"),
    "missing title": (N, "title: Das Testnetz stellt sich vor\n", "", -1, "source/netz", "title", "„title“ fehlt", "“title” is missing", "title: …"),
    "missing role": (N, "        role: contractor\n", "", -1, "involvements/birke", "role", "„role“ fehlt", "“role” is missing", "role: …"),
    "null id": (T, "id: tagung-2024-netz", "id: ~", 0, "talks/Das Netz", "id", "„id“ fehlt", "“id” is missing", "id: …"),
    "dangling place": (T, "place: halle-eins", "place: halle-ein", 0, "events/tagung-2024", "place", "Dieser Ort ist nicht bekannt („halle-ein“)", "halle-ein", "Did you mean “halle-eins”?"),
    "dangling organisation": (T, "on_behalf_of: birke", "on_behalf_of: birk", 0, "contributions/joerg-koessler", "on_behalf_of", "Organisation ist nicht bekannt („birk“)", "“birk”", "Did you mean “birke”?"),
    "dangling person": (T, "person: eva-muster", "person: eva-mustr", 0, "contributions/eva-mustr", "person", "Person ist nicht bekannt", "“eva-mustr”", "Did you mean “eva-muster”?"),
    "dangling initiative": (T, "[testnetz]", "[tesnetz]", 0, "talks/tagung-2024-netz", "about", "„tesnetz“", "“tesnetz”", "Did you mean “testnetz”?"),
    "duplicate person": (P, "ida-intern,Ida", "eva-muster,Ida", 0, "people/eva-muster", "id", "„eva-muster“ ist schon vergeben (data/people.csv, Zeile 2)", "taken already (data/people.csv, line 2)", "slug of its own"),
    "duplicate talk": (T, "id: tagung-2024-netz", "id: tagung-2024-holz", 0, "talks/tagung-2024-holz", "id", "schon vergeben (data/sources/tagung-2024.yaml, Zeile 19)", "line 19", "Join both"),
    "no such day": (T, "date: 2024-06-06", "date: 2024-02-30", 0, "events/tagung-2024", "date", "Diesen Tag gibt es nicht: „2024-02-30“", "no such day: “2024-02-30”", "YYYY-MM-DD"),
    "spelled month": (T, "date: 2024-06-06", "date: Juni 2024", 0, "events/tagung-2024", "date", "„Juni 2024“ ist keine Datumsangabe", "“Juni 2024” is no date", "Write 2024-06."),
    "German order": (T, "date: 2024-06-06", "date: 6.6.2024", 0, "events/tagung-2024", "date", "„6.6.2024“", "“6.6.2024” is no date", "Write 2024-06-06."),
    "Arabic digits": (T, "date: 2024-06-06", "date: ٢٠٢٤", 0, "events/tagung-2024", "date", "keine Datumsangabe", "is no date", "2024-06"),
    "end before start": (T, "end_date: 2024-06-07", "end_date: 2024-06-05", 0, "events/tagung-2024", "end_date", "endet, bevor sie beginnt", "before", "end_date"),
    "period backwards": (N, "valid_until: 2025-06", "valid_until: 2021", 0, "initiatives/testnetz", "valid_until", "endet, bevor er beginnt", "before", "valid_from"),
    "no such hour": (T, "status: held", "start: 25:00", 0, "events/tagung-2024", "start", "keine Uhrzeit („25:00“)", "“25:00”", "14:00"),
    "unknown role": (N, "role: contractor", "role: contracter", 0, "involvements/birke", "role", "„contracter“", "“contracter”", "Did you mean “contractor”?"),
    "unknown kind": (O, ",company,", ",compny,", 0, "organisations/ahorn", "kind", "„compny“", "“compny”", "Did you mean “company”?"),
    "unknown status": (T, "status: held", "status: hold", 0, "events/tagung-2024", "status", "„hold“", "“hold”", "Did you mean “held”?"),
    "nobody": (P, "Ida Intern", "N.N.", 0, "people/ida-intern", "name", "Platzhalter und keine Person („N.N.“)", "“N.N.”", "until a name is settled"),
    "nobody as written": (T, "Dr. Jörg Kößler", "N.N.", 0, "contributions/joerg-koessler", "name_as_written", "Platzhalter und keine Person", "“N.N.”", "until a name is settled"),
    "nobody speaks": (T, "person: ida-intern", "person: N.N.", 0, "contributions/N.N.", "person", "Platzhalter und keine Person", "placeholder and no person", "until a name is settled"),
    "no slug": (T, "person: ida-intern", "person: Ida Intern", 0, "contributions/Ida Intern", "person", "„Ida Intern“ ist kein Kürzel", "is no slug", "Write ida-intern."),
    "id is not the file": (N, "id: netz", "id: nezt", 0, "source/nezt", "id", "Die Datei heißt netz", "file is called netz", "“id: netz”"),
    "no address": (N, "https://example.org/netz", "example.org/netz", 0, "source/netz", "url", "keine Webadresse", "no web address", "https://"),
    "space in address": (N, "org/netz", "org/ne tz", 0, "source/netz", "url", "keine Webadresse", "no web address", "https://"),
    "number in words": (T, "status: held", "edition: zwei", 0, "events/tagung-2024", "edition", "„zwei“ ist keine Zahl", "is no number", "such as 3"),
    "decimal edition": (T, "status: held", 'edition: "1.0"', 0, "events/tagung-2024", "edition", "„1.0“ ist keine Zahl", "is no number", "digits only"),
    "exponent": (T, "status: held", "edition: 1e3", 0, "events/tagung-2024", "edition", "„1e3“ ist keine Zahl", "is no number", "digits only"),
    "Arabic number": (T, "status: held", "edition: ٣", 0, "events/tagung-2024", "edition", "ist keine Zahl", "is no number", "digits only"),
    "two names": (T, "name: Das Netz", "name: [Das, Netz]", 0, "talks/tagung-2024-netz", "name", "zwei verschiedene Namen", "names", "as_written"),
    "record for a value": (T, "name: Das Netz", "name: {a: b}", 0, "talks/tagung-2024-netz", "name", "nimmt Werte auf, keine Einträge", "takes values, not records", "name: value"),
    "list in a list": (T, "[linde]", "[[linde]]", 0, "", "organisers", "Liste in der Liste", "list inside a list", "[a, b]"),
    "values and records": (T, "    talks:\n", "    talks:\n      - nichts\n", 1, "", "talks", "mischen sich Werte und Einträge", "mixed under “talks”", "“- ”"),
    "duplicate key": (T, "place: halle-eins\n", "place: halle-eins\n    place: musterstadt\n", 1, "", "place", "„place“ steht hier zweimal", "stands here twice", "several values"),
    "NUL": (T, "Das Netz", "Das\0Netz", 0, "", "", "Steuerzeichen (U+0000)", "control character (U+0000)", "anew"),
    "bell": (T, "Das Netz", "Das\aNetz", 0, "", "", "Steuerzeichen (U+0007)", "control character (U+0007)", "anew"),
    "escaped control": (T, "Das Netz", '"Das\\e[31mNetz"', 0, "", "", "Steuerzeichen (U+001B)", "control character (U+001B)", "anew"),
    "lone surrogate": (T, "Das Netz", '"Das \\ud800 Netz"', 0, "", "", "kein gültiges YAML", "no valid YAML", "Check"),
    "NUL in a table": (P, "Ida Intern", "Ida\0Intern", 0, "", "", "Steuerzeichen (U+0000)", "control character", "anew"),
    "python tag": (T, "place: halle-eins", "place: !!python/object/apply:os.abort []", 0, None, None, "", "", ""),
    "long row": (P, ",,,internal,", ",,,internal,,x,y", 0, "people/ida-intern", "", "Die Zeile hat 8 Spalten, die Überschrift nur 6", "8 columns, the heading only 6", "quotation marks"),
    "open quote": (P, "Ida Intern", '"Ida Intern', 0, "", "", "nicht lesbar", "cannot be read", 'each " needs'),
    "unknown column": (P, "honorific", "honorfic", 0, "people", "honorfic", "„honorfic“ gibt es bei people nicht", "no field “honorfic”", "“honorific”"),
    "column twice": (P, "honorific", "name", 0, "", "name", "Spalte 3 hat keinen eigenen Namen", "Column 3", "only once"),
    "unknown setting": (D, "as_of:", "as_off:", 0, "dataset", "as_off", "„as_off“ gibt es bei dataset nicht", "no field “as_off”", "“as_of”"),
    "setting no date": (D, "2025-01-01", "Januar 2025", 0, "dataset", "as_of", "keine Datumsangabe", "is no date", "Write 2025-01."),
    "unknown role of a link": (D, "as_of:", "links:\n  - role: imprnt\n    url: https://example.org/\nas_of:", 1, "links", "role", "„imprnt“ gibt es für Links nicht", "no role “imprnt”", "“imprint”"),
    "mailbox of no contact": (D, "as_of:", "links:\n  - role: imprint\n    url: mailto:amt@example.org\nas_of:", 2, "links", "url", "nur beim Kontakt", "only the contact", "role: contact"),
    "no mailbox": (D, "as_of:", "links:\n  - role: contact\n    url: mailto:amt@example.org?subject=x\nas_of:", 2, "links", "url", "kein Postfach", "no mailbox", "mailto:office@example.org"),
    "link no address": (D, "as_of:", "links:\n  - role: privacy\n    url: javascript:alert(1)\nas_of:", 2, "links", "url", "keine Webadresse", "no web address", "https://"),
    "licence no node": (D, "https://creativecommons.org/licenses/by/4.0/", "https://example.org/a\\b", 0, "dataset", "licence_url", "keine Webadresse", "no web address", "https://"),
    "licence no address": (D, "https://creativecommons.org/licenses/by/4.0/", "frei <für> alle", 0, "dataset", "licence_url", "keine Webadresse", "no web address", "https://"),
}  # fmt: skip


def test_enough_damages_are_tried():
    assert len(DAMAGE) >= 50


def test_the_small_workspace_is_fine(small):
    assert small.findings() == []


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_with_its_place_and_remedy(small, name):
    file, old, new, offset, record, field, german, english, remedy = DAMAGE[name]
    line = small.edit(file, old, new) + offset
    found = small.findings_before_rules()  # quick; most damages show themselves here
    if not any((one.line, one.field) == (line, field) for one in found):
        found = small.findings()
    if record is None:  # a YAML tag is text to us: nothing is called, nothing comes of it
        assert not found
        return
    fitting = [
        one
        for one in found
        if (one.file, one.line, one.field) == (f"data/{file}", line, field)
        and one.record == record
        and german in one.problem.de
    ]
    assert len(fitting) == 1, "\n".join(map(str, found))
    assert fitting[0].severity == "error"
    assert english in fitting[0].problem.en
    assert remedy in fitting[0].remedy.en
    assert fitting[0].remedy.de
    assert fitting[0].remedy.de != fitting[0].remedy.en


ENCODINGS = {
    "cp1252": (T, "cp1252", "Windows-1252"),
    "cp1252 table": (P, "cp1252", "Windows-1252"),
    "UTF-16": (T, "utf-16", "UTF-16"),
    "UTF-16 without mark": (T, "utf-16-le", "UTF-16"),
    "UTF-16 big": (N, "utf-16-be", "UTF-16"),
    "UTF-16 table": (P, "utf-16", "UTF-16"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_wrong_encoding_is_named(small, name):
    file, encoding, guess = ENCODINGS[name]
    text = small.text(file)
    small.write(file, text.encode(encoding))
    (finding,) = small.findings_before_rules()
    assert finding.file == f"data/{file}"
    if encoding == "cp1252":
        assert finding.line == next(
            number for number, line in enumerate(text.split("\n"), 1) if not line.isascii()
        )
    assert guess in finding.problem.de
    assert guess in finding.problem.en
    assert "UTF-8" in finding.remedy.de


@pytest.mark.parametrize("file", [T, P, D])
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_empty_file_is_named(small, file, content):
    small.write(file, content)
    (finding,) = (one for one in small.findings_before_rules() if one.file == f"data/{file}")
    assert finding.problem.de == "Die Datei ist leer."
    assert finding.severity == "error"


def test_an_unreadable_register_is_one_fault_not_one_for_each_reference(small):
    small.write(P, small.text(P).encode("utf-16"))
    assert [one.file for one in small.findings()] == [f"data/{P}"]


@pytest.mark.parametrize("content", ["- a\n- b\n", "hallo\n", '"x"\n'])
def test_yaml_without_fields_is_named(small, content):
    small.write(N, content)
    finding = next(one for one in small.findings_before_rules() if one.file == f"data/{N}")
    assert (finding.line, finding.problem.en) == (1, "The file is no list of fields.")


BOMBS = {
    "brackets": "id: " + "[" * 100_000,
    "closed brackets": "id: " + "[" * 5000 + "]" * 5000,
    "maps": "{a: " * 20_000 + "}" * 20_000,
    "dashes": "- " * 20_000,
    "questions": "? " * 20_000,
    "indentation": "".join("  " * depth + "events:\n" for depth in range(400)),
    "itself": "id: netz\nevents: &e\n  - id: x\n    talks: *e\n",
    "laughs": "a: &a [x, x, x, x]\n"
    + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
        for before, name in zip("abcdefghijklm", "bcdefghijklmn", strict=True)
    ),
    "record laughs": "events: &a\n  - id: x\n"
    + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 10)}]\n"
        for before, name in zip("abcdefghijklm", "bcdefghijklmn", strict=True)
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_defused(small, itas, name):
    # In a process of its own: a parser that recurses takes the whole process with it.
    small.write(N, BOMBS[name])
    done = itas("--root", small.root, "check", "--format", "json", timeout=20)
    assert done.returncode == 1, done.stderr
    assert any(one["file"] == f"data/{N}" for one in json.loads(done.stdout)["findings"])


def test_a_line_of_200_megabytes_costs_little(small, user_environment):
    path = small.path("sources/riese.yaml")
    with path.open("wb") as stream:
        stream.write(b"id: riese\ntitle: ")
        for _ in range(200):
            stream.write(b"x" * 1_000_000)
    probe = textwrap.dedent(
        """
        import resource, subprocess, sys, time
        start = time.monotonic()
        done = subprocess.run([sys.executable, "-m", "itas_graph", *sys.argv[1:]])
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        print(done.returncode, time.monotonic() - start, peak // 1024, sep="|")
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "--root", small.root, "check", "--lang", "en"],
        env=user_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    code, seconds, megabytes = done.stdout.strip().split("\n")[-1].split("|")
    assert code == "1"
    assert "data/sources/riese.yaml:2: error" in done.stdout
    assert "A line is longer than 1,000,000 characters" in done.stdout
    assert float(seconds) < 5
    assert int(megabytes) < 400


@pytest.mark.parametrize("name", ["sources/x.yaml", P, "suppressed.txt", D])
def test_a_folder_in_place_of_a_file_is_named(small, name):
    path = small.path(name)
    if path.exists():
        path.unlink()
    path.mkdir()
    (finding,) = small.findings()
    assert finding.file == f"data/{name}"
    assert "keine Datei" in finding.problem.de


@pytest.mark.parametrize("target", ["nirgends", "x.yaml"])
def test_a_link_that_leads_nowhere_is_named(small, target):
    small.path("sources/x.yaml").symlink_to(target)
    (finding,) = small.findings_before_rules()
    assert finding.file == "data/sources/x.yaml"
    assert "lässt sich nicht öffnen" in finding.problem.de


def test_a_link_to_a_folder_is_not_passed_over_in_silence(small, tmp_path):
    small.path("sources/mehr").symlink_to(tmp_path)
    (finding,) = small.findings_before_rules()
    assert finding.file == "data/sources/mehr"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_does_not_hang_the_check(small, itas):
    os.mkfifo(small.path("sources/x.yaml"))
    done = itas("--root", small.root, "check", timeout=20)
    assert done.returncode == 1
    assert "data/sources/x.yaml" in done.stdout


@pytest.mark.parametrize(
    "name", ["notizen.docx", "sources/x.yml", "sources/X.YAML", "Suppressed.txt", "people.xlsx"]
)
def test_a_file_nobody_reads_is_a_warning(small, name):
    small.write(name, "x")
    (finding,) = small.findings_before_rules()
    assert (finding.file, finding.severity) == (f"data/{name}", "warning")


def test_warnings_alone_are_no_failure(small, itas):
    small.write("notizen.docx", "x")
    done = itas("--root", small.root, "check", "--lang", "de")
    assert done.returncode == 0
    assert "data/notizen.docx: Warnung" in done.stdout
    assert done.stdout.endswith("0 Fehler, 1 Warnung in 1 Datei.\n")


def test_a_file_name_in_another_encoding_is_survived(small, itas):
    name = os.fsencode(small.path("sources")) + b"/m\xfcller.yaml"
    with open(name, "wb") as stream:  # noqa: PTH123  # a name of bytes
        stream.write(b"id: x\n")
    for form in ("text", "json", "github"):
        done = itas("--root", small.root, "check", "--format", form, text=False)
        assert done.returncode == 1, done.stderr
    assert itas("--root", small.root, "build", text=False).returncode == 1


def test_a_second_file_of_the_same_name_in_a_folder_is_a_duplicate(small):
    small.write("sources/mehr/netz.yaml", small.text(N))
    finding = next(
        one
        for one in small.findings_before_rules()
        if one.file == "data/sources/netz.yaml" or one.file == "data/sources/mehr/netz.yaml"
    )
    assert "schon vergeben" in finding.problem.de


@pytest.mark.parametrize("slug", ["register", "derived"])
def test_a_source_cannot_take_the_name_of_a_graph_of_ours(small, slug):
    small.write(f"sources/{slug}.yaml", small.text(N).replace("id: netz", f"id: {slug}"))
    assert any("schon vergeben" in one.problem.de for one in small.findings_before_rules())


def test_a_file_name_that_is_no_slug_is_named(small):
    small.write("sources/Mein Kongress.yaml", small.text(N))
    assert any("mein-kongress.yaml" in one.remedy.de for one in small.findings_before_rules())


def test_all_faults_are_reported_at_once(small):
    lines = {
        (T, small.edit(T, "place: halle-eins", "plaec: halle-eins")),
        (T, small.edit(T, "date: 2024-06-06", "date: Juni 2024")),
        (T, small.edit(T, "on_behalf_of: birke", "on_behalf_of: birk")),
        (N, small.edit(N, "role: contractor", "role: contracter")),
        (P, small.edit(P, "Ida Intern", "N.N.")),
        (O, small.edit(O, "company", "compny")),
    }
    small.write("sources/kaputt.yaml", "id: [\n")
    found = small.findings()
    places = {(one.file.removeprefix("data/"), one.line) for one in found}
    assert lines <= places
    assert any(file == "sources/kaputt.yaml" for file, _ in places)
    assert found == sorted(found)


def test_the_count_and_exit_code_follow_the_findings(small, itas):
    done = itas("--root", small.root, "check")
    assert (done.returncode, done.stdout) == (0, "All is well: no findings.\n")
    small.edit(T, "date: 2024-06-06", "date: Juni 2024")
    small.edit(N, "role: contractor", "role: contracter")
    small.write("x.txt", "x")
    done = itas("--root", small.root, "check", "--lang", "de")
    assert done.returncode == 1
    assert done.stdout.endswith("\n2 Fehler, 1 Warnung in 3 Dateien.\n")
    assert "data/sources/tagung-2024.yaml:12: Fehler · events/tagung-2024 · date" in done.stdout
    assert "  → Schreiben Sie 2024-06." in done.stdout
    done = itas("--root", small.root, "check", "--lang", "en")
    assert done.stdout.endswith("\n2 errors, 1 warning in 3 files.\n")
    assert done.stderr == ""


def test_json_findings_are_json_with_the_right_counts(small, itas):
    small.edit(T, "name: Das Netz", 'name: "Das \\"Netz\\" \\\\ {x}"\n        zz: 1')
    small.write("x.txt", "x")
    for language in ("de", "en"):
        done = itas("--root", small.root, "check", "--format", "json", "--lang", language)
        assert done.returncode == 1
        given = json.loads(done.stdout)
        assert (given["errors"], given["warnings"], len(given["findings"])) == (1, 1, 2)
        assert all(
            set(one) == {"file", "line", "record", "field", "severity", "problem", "remedy"}
            for one in given["findings"]
        )
        fault = next(one for one in given["findings"] if one["severity"] == "error")
        assert (fault["record"], fault["field"]) == ("talks/tagung-2024-netz", "zz")
    shutil.rmtree(small.root / "data" / "sources")
    small.path("x.txt").unlink()
    given = json.loads(itas("--root", small.root, "check", "--format", "json").stdout)
    assert given == {"errors": 0, "warnings": 0, "findings": []}


def test_github_annotations_are_escaped(small, itas):
    small.write("a,b:c%.txt", "x")
    small.edit(T, "status: held", 'status: "100%: ja\\n::error::b, c"')
    done = itas("--root", small.root, "check", "--format", "github")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    warning = next(line for line in lines if line.startswith("::warning "))
    assert warning.startswith("::warning file=data/a%2Cb%3Ac%25.txt,line=1::")
    error = next(line for line in lines if line.startswith("::error "))
    assert error.startswith(
        "::error file=data/sources/tagung-2024.yaml,line=16,title=events/tagung-2024 status::"
    )
    assert "100%25: ja%0A::error::b, c" in error


def test_terminal_commands_in_values_stay_harmless(small, itas):
    small.edit(T, "status: held", 'status: "a\\u202eb\\n\\x9b31m"')
    small.edit(T, "place: halle-eins", 'place: "a\\u202eb"')
    small.write("sources/\x1b[31m.yaml", "id: x")
    done = itas("--root", small.root, "check")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", done.stdout)


def test_a_value_of_a_megabyte_does_not_flood_the_screen(small, itas):
    small.edit(T, "place: halle-eins", "place: " + "a" * 900_000)
    small.edit(T, "status: held", "x" * 900 + ": held")
    for form in ("text", "json", "github"):
        done = itas("--root", small.root, "check", "--format", form)
        assert done.returncode == 1
        assert len(done.stdout) < 15_000


def test_a_broken_ontology_is_not_blamed_on_the_data(small, itas):
    shapes = small.root / "ontology" / "shapes.ttl"
    whole = shapes.read_text("utf-8")
    shapes.write_text(whole + "\n<a> <b> .", "utf-8")
    done = itas("--root", small.root, "check", "--lang", "de")
    assert done.returncode == 3
    assert "ontology/shapes.ttl ist nicht lesbar" in done.stderr
    shapes.write_text(whole, "utf-8")
    mapping = small.root / "ontology" / "context.jsonld"
    mapping.write_text("{", "utf-8")
    done = itas("--root", small.root, "check")
    assert done.returncode == 3
    assert "context.jsonld cannot be read" in done.stderr
    itself = small.root / "ontology" / "itas.ttl"
    mapping.write_bytes(b"")
    itself.write_bytes(b"\xff\xfe")
    assert itas("--root", small.root, "check").returncode == 3


def test_the_shipped_data_is_fine(shipped_checked):
    assert shipped_checked.findings == ()
    assert len(shipped_checked.records.sources) >= 50
    assert len(shipped_checked.records.register) >= 150
