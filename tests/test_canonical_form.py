"""fmt: one spelling for each record; no value and no comment is lost, and none moves elsewhere."""

import os
import random
import re
import shutil
import stat
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itas_graph import canonical_form, cli, context, records
from itas_graph.errors import DataError

REPO = Path(__file__).parent.parent
CONTEXT = context.load(REPO / "ontology" / "context.jsonld")
SHIPPED = [
    *canonical_form.files(REPO / "data"),
    *canonical_form.files(REPO / "tests" / "workspace" / "data"),
]
many = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def source(text: str) -> str:
    return canonical_form.canonical(text, "a.yaml", "source", CONTEXT)


def table(text: str, kind: str = "people") -> str:
    return canonical_form.canonical(text, f"{kind}.csv", kind, CONTEXT)


def meaning(record: records.Record):
    """All that a record says, without lines."""
    fields = {name: [value.text for value in values] for name, values in record.fields.items()}
    children = {name: list(map(meaning, made)) for name, made in record.children.items()}
    return record.kind, fields, children, set(record.lines)


def read(text: str, kind: str = "source"):
    findings = []
    record = records.read_yaml(text, kind, "a.yaml", findings)
    assert findings == []
    return meaning(record)


@pytest.fixture
def fmt(small, capfd):
    """Run `itas-graph fmt` in this process: code, answer, notes."""

    def run(*arguments, lang="en"):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(small.root), "fmt", "--lang", lang, *map(str, arguments)])
        return ended.value.code or 0, *capfd.readouterr()

    return run


# The form itself.


def test_fields_stand_in_the_order_of_their_kind_and_nested_records_after_them():
    text = """\
events:
- talks:
  - {contributions: [{anchor: Eva, person: eva-muster}], name: 'Holz: ein Stoff', id: t}
  sonst: unbekannt
  name: "Tagung"
  id: e
  date: 2024-06-06
  about:
  - holz
  - wald
title:   Tagung
id: a
unbekannt: NO
"""
    assert (
        source(text)
        == """\
id: a
title: Tagung
unbekannt: NO

events:
  - id: e
    name: Tagung
    date: 2024-06-06
    about: [holz, wald]
    sonst: unbekannt
    talks:
      - id: t
        name: "Holz: ein Stoff"
        contributions:
          - person: eva-muster
            anchor: Eva
"""
    )


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("NO", "NO"),
        ("'12:30'", "12:30"),
        ('"1.0"', "1.0"),
        ("'2024-06-06'", "2024-06-06"),
        ('"yes"', "yes"),
        ("'Eins: zwei'", '"Eins: zwei"'),
        ("'Er sagt \"ja\": gut'", "'Er sagt \"ja\": gut'"),
        ("'- kein Punkt'", '"- kein Punkt"'),
        ("'[eckig]'", '"[eckig]"'),
        ("'#1'", '"#1"'),
        ("C#", "C#"),
        ("'Satz #1'", '"Satz #1"'),
        ("''", '""'),
        ("", '""'),
        ('"  außen  "', "außen"),
        ('"eins\\nzwei"', "|-\n  eins\n  zwei"),
        (">-\n  gefaltet\n  ist", "gefaltet ist"),
        ("[a,  b]", "[a, b]"),
        ("\n- a\n- b", "[a, b]"),
        ("['a, b', c]", "\n  - a, b\n  - c"),
        ("[]", "[]"),
        ('"\\u2028"', '""'),
        ('"a\\u2028b"', '"a\\Lb"'),
        ('"a\\tb"', '"a\\tb"'),
        ("'@wir'", '"@wir"'),
    ],
)
def test_quotation_marks_stand_only_where_yaml_needs_them(written, canonical):
    made = source(f"motto: {written}\n")
    separator = "" if canonical.startswith("\n") else " "
    assert made == f"motto:{separator}{canonical}\n"
    assert read(made) == read(f"motto: {written}\n")


def test_remarks_are_broken_into_lines_and_evidence_never():
    long = "Wort " * 40
    made = source(f"note: {long}\ntitle: {long}\n")
    title, note, *rest = made.split("\n")
    assert title == f"title: {long.strip()}"
    assert note == "note: >-"
    assert all(len(line) <= 132 for line in rest)
    assert read(made)[1] == {"note": [long.strip()], "title": [long.strip()]}


def test_a_long_list_has_one_value_in_each_line():
    made = source(f"also: [{', '.join(['https://example.org/seite'] * 6)}]\n")
    assert made.split("\n")[:2] == ["also:", "  - https://example.org/seite"]


def test_settings_keep_their_order_and_blank_lines():
    text = "title_en: T\ntitle_de: T\n\nlinks:\n  - url: https://example.org\n    role: imprint\n"
    assert canonical_form.canonical(text, "dataset.yaml", "dataset", CONTEXT) == text


def test_line_ends_marks_and_blanks_are_those_of_the_form():
    assert source("\ufeffid: a  \r\n\r\n\r\ntitle: b\r\n\r\n") == "id: a\ntitle: b\n"


@pytest.mark.parametrize(
    "text",
    [
        "id;name;note\nb;B;\na;A;x, y\n",
        "\ufeffid\tnote\tname\r\na\tx, y\tA\r\nb\t\tB\r\n",
        '"id","note","name"\n"b","","B"\n\n"a"," x, y ","A"',
    ],
)
def test_tables_have_commas_few_marks_known_columns_first_and_sorted_rows(text):
    assert table(text) == 'id,name,note\na,A,"x, y"\nb,B,\n'


def test_unknown_columns_stay_and_so_do_rows_of_equal_slug():
    assert table("neu,id,name\n2,b,B\n1,a,A|AA\n0,a,zweite\n") == (
        "id,name,neu\na,A | AA,1\na,zweite,0\nb,B,2\n"
    )


def test_a_table_of_another_kind_keeps_columns_and_rows():
    text = "b,a,decision\nx,y,same\nc,d,different\n"
    assert table(text, "identities") == text


def test_the_list_of_the_suppressed_keeps_remarks_and_lines():
    text = "\ufeff# Warum  \r\n\r\n  eva-muster   # Notiz \r\n\r\n"
    made = canonical_form.canonical(text, "suppressed.txt", "suppressed", CONTEXT)
    assert made == "# Warum\n\neva-muster   # Notiz\n"


# Comments.


def test_each_comment_stays_with_what_it_is_about():
    text = """\
# Über der Datei

# Über dem Titel
title: T # neben dem Titel
id: a
# Über den Veranstaltungen
events: # neben den Veranstaltungen
  # Über e
  - date: 2024 # neben dem Datum
    # Über dem Kürzel
    id: e
    about: [x, # neben x
      y]
    # Am Ende von e
  # Am Ende der Liste
people:
  # Noch niemand
"""
    assert (
        source(text)
        == """\
# Über der Datei

id: a
# Über dem Titel
title: T # neben dem Titel

# Über den Veranstaltungen
events: # neben den Veranstaltungen
  # Über e
  # Über dem Kürzel
  - id: e
    date: 2024 # neben dem Datum
    about:
      - x # neben x
      - y
    # Am Ende von e
  # Am Ende der Liste
people: ""
  # Noch niemand
"""
    )


WORD = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=12
)
TEXT = st.one_of(
    WORD,
    st.sampled_from(
        [
            "NO",
            "12:30",
            "1.0",
            "a: b",
            "a #b",
            "- a",
            "[a",
            "it's",
            'a "b": c',
            "é\\",
            "%a",
            "x" * 150,
        ]
    ),
    st.lists(st.sampled_from(["Wort", "ß", "a:", "#b", '"c"', "d,"]), min_size=30).map(" ".join),
    st.text(st.sampled_from("ab \n\t:#-'\"\\,[]{}&*!|>%@`\x85\u2028\ufeff\xa0😀"), max_size=12),
)
VALUE = TEXT.map(str.strip).filter(lambda text: text and text not in ("null", "~"))
FIELDS = {
    kind: sorted({*entry.fields, "unbekannt", "zwei worte", "x: y", "#"})
    for kind, entry in CONTEXT.kinds.items()
}


@st.composite
def record(draw, kind="source", depth=0):
    names = draw(st.lists(st.sampled_from(FIELDS[kind]), unique=True, min_size=1, max_size=5))
    made = {name: draw(st.one_of(VALUE, st.lists(VALUE, min_size=1, max_size=4))) for name in names}
    children = CONTEXT.kinds[kind].children
    if children and depth < 3:
        for child in draw(st.lists(st.sampled_from(children), unique=True, max_size=2)):
            made[child] = draw(st.lists(record(child, depth + 1), min_size=1, max_size=2))
    return dict(draw(st.permutations(list(made.items()))))


def plain_meaning(made: dict, kind: str):
    fields, children = {}, {}
    for name, value in made.items():
        parts = value if isinstance(value, list) else [value]
        if isinstance(parts[0], dict):
            children[name] = [plain_meaning(part, name) for part in parts]
        else:
            fields[name] = parts
    return kind, fields, children, set(made)


@many
@given(record())
def test_what_is_written_is_read_and_written_the_same(made):
    text = canonical_form.yaml_text(made, "source", CONTEXT)
    assert read(text) == plain_meaning(made, "source")
    assert source(text) == text


class Scrawl:
    """Writes a record as people might, with comments that name the value they belong to."""

    def __init__(self, draw) -> None:
        self.pick = lambda *options: draw(st.sampled_from(options))
        self.number = 0

    def comment(self, indent: int, about: str, place: str) -> list[str]:
        if self.pick(True, False, False, False):
            return [" " * indent + f"# {place} {about}"]
        return []

    def blank(self) -> list[str]:
        return self.pick([], [], [], [""])

    def mapping(self, kind: str, indent: int, depth: int) -> list[str]:
        self.number += 1
        names = ["id", *self.pick(["name", "note"], ["note", "anchor"], ["unbekannt"], [])]
        lines, mark = [], self.number
        for name in self.pick(names, names[::-1]):
            value = f"{name}-{mark}"
            spelled = self.pick(value, f"'{value}'", f'"{value}"', f"[{value}]", f"[ {value} , ]")
            beside = f" # beside {value}" if self.pick(True, False, False) else ""
            if self.pick(True, False, False, False):
                inner = " " * (indent + self.pick(1, 2, 4))
                spelled = f">-{beside}\n{inner}{value}"
                beside = ""
            lines += [
                *self.blank(),
                *self.comment(indent, value, "above"),
                f"{' ' * indent}{name}:{self.pick(' ', '   ')}{spelled}{beside}",
            ]
        nested = CONTEXT.kinds[kind].children if depth < 2 else ()
        for child in self.pick(nested[:2], nested[:1], ()) if nested else ():
            lines += self.items(child, indent, depth)
        position = self.pick(0, 0, len(lines))
        return lines if position == 0 else [*lines, *self.comment(indent, f"-{mark}", "end")]

    def items(self, kind: str, indent: int, depth: int) -> list[str]:
        lines = [" " * indent + f"{kind}:"]
        inner = indent + self.pick(0, 2, 3)
        for _ in range(self.pick(1, 2)):
            about = f"id-{self.number + 1}"
            lines += [*self.blank(), *self.comment(inner, about, "record")]
            first, *rest = self.mapping(kind, inner + 2, depth + 1)
            while not first.strip() or first.lstrip().startswith("#"):
                lines.append(" " * inner + first.strip() if first.strip() else "")
                first, *rest = rest
            lines += [" " * inner + "- " + first.lstrip(), *rest]
        return lines


@st.composite
def scrawl(draw):
    return "\n".join(Scrawl(draw).mapping("source", 0, 0)) + draw(
        st.sampled_from(["", "\n", "\n\n"])
    )


@many
@given(scrawl())
def test_comments_survive_at_their_record_however_it_was_written(text):
    made = source(text)
    assert read(made) == read(text)
    assert source(made) == made
    lines = made.split("\n")
    comments = re.findall(r"# (above|beside|record|end) (\S+)", text)
    assert sorted(re.findall(r"# (above|beside|record|end) (\S+)", made)) == sorted(comments)
    for number, line in enumerate(lines):
        for place, about in re.findall(r"# (above|beside|record|end) (\S+)", line):
            following = next(
                (one for one in lines[number + 1 :] if one and not one.lstrip().startswith("#")), ""
            )
            if place == "beside":
                block = line.split("#")[0].rstrip().endswith(">-")
                assert about in (lines[number + 1] if block else line.split("#")[0])
            elif place == "record":
                assert following.lstrip().startswith("- "), (about, made)
                assert about in following
            elif place == "above" and not following.lstrip().startswith("- "):
                assert about in following
            elif place == "above":
                # It stood above the first field, so it stands above the record.
                assert about.rpartition("-")[2] == following.rpartition("-")[2].rstrip("]")
            elif place == "end":
                before = "\n".join(lines[:number])
                assert f"id-{about[1:]}" in before


CELL = TEXT.filter(lambda text: "\x85" not in text and "\r" not in text)


@many
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), CELL, CELL), max_size=6),
    st.sampled_from([",", ";", "\t"]),
    st.permutations(["id", "name", "neu"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_tables_keep_every_cell(rows, separator, header, end):
    cells = [dict(zip(("id", "name", "neu"), row, strict=True)) for row in rows]
    lines = [separator.join(header)]
    for row in cells:
        quoted = ('"' + row[name].replace('"', '""') + '"' for name in header)
        lines.append(separator.join(quoted))
    text = end.join(lines) + end
    found = []
    before = records.read_csv(text.replace("\r\n", "\n"), "people", "people.csv", found)
    assert found == []
    made = table(text)
    after = records.read_csv(made, "people", "people.csv", found)
    assert found == []
    assert [meaning(row) for row in after] == [
        meaning(row) for row in sorted(before, key=lambda row: row.first("id") or "")
    ]
    assert table(made) == made


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(REPO).as_posix())
def test_the_shipped_records_are_canonical_and_stay_so_when_their_lines_are_shuffled(path):
    one = canonical_form.formatted(path, path.name, CONTEXT)
    assert one.findings == ()
    assert not one.changes
    if canonical_form.kind_of(path) == "source":
        text = one.before.decode()
        sections = re.split(r"\n\n(?=[a-z]+:\n)", text.rstrip("\n"))
        mixed = "\r\n".join("\n".join(sections[::-1]).split("\n")) + "\r\n\r\n"
        assert source(mixed) == text
    assert len(SHIPPED) >= 60


def test_all_shipped_files_take_less_than_three_seconds():
    start = time.process_time()
    for path in SHIPPED:
        canonical_form.formatted(path, path.name, CONTEXT)
    assert time.process_time() - start < 3


# What is left alone.


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("id: a\ntitle: &t T\nnote: *t\n", 2, "&t"),
        ("id: a\ntitle: !!str 1\n", 2, "tag:yaml.org,2002:str"),
        ("%YAML 1.1\n---\nid: a\n", 1, "%YAML"),
        ("id: a\nid: b\n", 2, "twice"),
        ("id: a\n  title: b: c\n", 2, "no valid YAML"),
        ("id: [a\n", 1, "no valid YAML"),
        ("id: a\n---\nid: b\n", 2, "no valid YAML"),
        ("- a\n- b\n", 1, "no list of fields"),
        ("events:\n  - id: a\n  - b\n", 3, "mixed"),
        ("about: [[a]]\n", 1, "list inside a list"),
        (f"? {'x' * 1100}\n: a\n", 0, "would read differently"),
    ],
)
def test_what_has_no_canonical_form_is_left_alone_and_named(small, fmt, text, line, says):
    small.write("sources/tagung-2024.yaml", text)
    before = small.path("sources/tagung-2024.yaml").stat().st_mtime_ns
    code, _, notes = fmt()
    assert code == 1
    place = f"data/sources/tagung-2024.yaml:{line}" if line else "data/sources/tagung-2024.yaml"
    assert place in notes
    assert says in notes
    assert small.text("sources/tagung-2024.yaml") == text
    assert small.path("sources/tagung-2024.yaml").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\na,\xfc\n",
        b'id,name\na,"b\n',
        b"id,id\na,b\n",
        b"id\na,b\n",
        b"",
        b"id\x00,name\n",
    ],
)
def test_damaged_tables_are_left_alone_and_named(small, fmt, content):
    small.write("people.csv", content)
    code, _, notes = fmt()
    assert code == 1
    assert "data/people.csv" in notes
    assert small.path("people.csv").read_bytes() == content


def test_a_record_that_cannot_be_written_is_refused():
    for value in ("null", "~", "a\x07b", "\ud800"):
        with pytest.raises(DataError):
            canonical_form.yaml_text({"id": "a", "title": value}, "source", CONTEXT)
    with pytest.raises(TypeError):
        canonical_form.yaml_text({"id": "a", "title": b"T"}, "source", CONTEXT)


def test_a_record_that_was_read_can_be_written():
    text = (REPO / "data" / "sources" / "itas-charta.yaml").read_text("utf-8")
    record = records.read_yaml(text, "source", "a.yaml", [])
    assert read(canonical_form.yaml_text(record, "source", CONTEXT)) == read(text)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/sources/w/data/people.csv", "people"),
        ("/sources/w/data/dataset.yaml", "dataset"),
        ("/data/w/data/sources/a.yaml", "source"),
        ("/w/data/sources/2024/a.yaml", "source"),
        ("/w/data/suppressed.txt", "suppressed"),
        ("/w/sources/a.yaml", "source"),
        ("/w/data/sources/a.csv", None),
        ("/w/data/a.yaml", None),
        ("/w/data/README.md", None),
    ],
)
def test_what_a_file_holds_is_told_by_its_place(path, kind):
    assert canonical_form.kind_of(Path(path)) == kind


# The command.

MESSY = "title: 'Netz'   # Titel\nid: netz\nurl: https://example.org/netz\n"
NEAT = "id: netz\ntitle: Netz # Titel\nurl: https://example.org/netz\n"


def test_fmt_writes_what_is_not_canonical_and_only_that(small, fmt):
    assert fmt()[0] == 0
    small.write("sources/netz.yaml", MESSY)
    others = {path: path.stat().st_mtime_ns for path in canonical_form.files(small.root / "data")}
    code, answer, notes = fmt()
    assert (code, answer) == (0, "data/sources/netz.yaml\n")
    assert notes == "1 of 7 files changed.\n"
    assert small.text("sources/netz.yaml") == NEAT
    changed = [path.name for path, then in others.items() if path.stat().st_mtime_ns != then]
    assert changed == ["netz.yaml"]
    assert fmt()[1:] == ("", "0 of 7 files changed.\n")


def test_fmt_check_writes_nothing_and_says_so_in_both_languages(small, fmt):
    fmt()
    assert fmt("--check")[0] == 0
    small.write("sources/netz.yaml", MESSY)
    code, answer, notes = fmt("--check")
    assert (code, answer) == (1, "data/sources/netz.yaml\n")
    assert notes == "1 of 7 files not canonical.\nPut into form: itas-graph fmt\n"
    _, _, notes = fmt("--check", lang="de")
    assert notes == "1 von 7 Dateien nicht kanonisch.\nIn Form bringen: itas-graph fmt\n"
    assert small.text("sources/netz.yaml") == MESSY


def test_fmt_diff_shows_what_would_change(small, fmt):
    small.write("sources/netz.yaml", MESSY)
    code, answer, _ = fmt("--diff", small.path("sources/netz.yaml"))
    assert code == 0
    assert "-title: 'Netz'   # Titel\n" in answer
    assert "+title: Netz # Titel\n" in answer
    assert small.text("sources/netz.yaml") == MESSY
    assert fmt("--diff", "--check", small.path("sources/netz.yaml"))[0] == 1


def test_fmt_takes_files_and_folders_and_refuses_others(small, fmt, tmp_path):
    small.write("sources/netz.yaml", MESSY)
    assert fmt(small.path("people.csv"))[2].endswith("of 1 file changed.\n")
    assert small.text("sources/netz.yaml") == MESSY
    assert fmt(small.path("sources"))[1] == "data/sources/netz.yaml\n"
    (tmp_path / "notes.md").write_text("x")
    code, _, notes = fmt(tmp_path / "notes.md", lang="de")
    assert code == 2
    assert "ist keine Datei mit Einträgen" in notes
    code, _, notes = fmt(tmp_path / "fehlt.yaml")
    assert code == 2
    assert "There is no file" in notes


def test_rights_and_links_stay(small, fmt):
    small.write("sources/netz.yaml", MESSY)
    real = small.root / "netz.yaml"
    link = small.path("sources/netz.yaml")
    shutil.move(link, real)
    real.chmod(0o640)
    link.symlink_to(real)
    assert fmt()[0] == 0
    assert link.is_symlink()
    assert real.read_text("utf-8") == NEAT
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in small.root.glob(".*")] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(small, fmt):
    small.write("sources/netz.yaml", MESSY)
    small.path("sources").chmod(0o500)
    code, _, notes = fmt()
    small.path("sources").chmod(0o700)
    assert code == 2
    assert "cannot be written" in notes


def test_a_file_that_changes_meanwhile_is_not_overwritten(small):
    small.write("sources/netz.yaml", MESSY)
    path = small.path("sources/netz.yaml")
    one = canonical_form.formatted(path, "netz.yaml", CONTEXT)
    small.write("sources/netz.yaml", "id: neu\n")
    with pytest.raises(Exception, match="has just changed"):
        canonical_form.write(one)
    assert path.read_text("utf-8") == "id: neu\n"


def test_the_records_of_a_workspace_are_the_same_after_fmt(tmp_path, fmt, small):
    shuffler = random.Random(5)  # noqa: S311  # the same disorder each time
    before = records.load(REPO / "data")
    shutil.rmtree(small.root / "data")
    shutil.copytree(REPO / "data", small.root / "data")
    for path in canonical_form.files(small.root / "data"):
        if path.suffix == ".csv":
            head, *rows = path.read_text("utf-8").splitlines()
            shuffler.shuffle(rows)
            path.write_text("\r\n".join([head, *rows]), "utf-8", newline="")
    assert fmt("--check")[0] == 1
    assert fmt()[0] == 0
    after = records.load(small.root / "data")
    assert list(map(meaning, after.sources)) == list(map(meaning, before.sources))
    assert list(map(meaning, after.register)) == list(map(meaning, before.register))
    for path in canonical_form.files(REPO / "data"):
        assert (
            path.read_bytes()
            == (small.root / "data" / path.relative_to(REPO / "data")).read_bytes()
        )
