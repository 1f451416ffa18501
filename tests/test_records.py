"""Reading: every way to write the same table is equal, and damaged bytes never pass in silence."""

import random
import shutil

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from itas_graph import records

PEOPLE = (
    "id,name,honorific,note\n"
    "eva-muster,Eva Muster,Dr.,\n"
    'joerg-koessler,Jörg Kößler,,"Komma, Semikolon; Strich"\n'
    "ida-intern,Ida Intern,,\n"
)


def rows(text: str):
    findings = []
    read = records.read_csv(text, "people", "people.csv", findings)
    assert findings == []
    return [
        ({name: [value.text for value in values] for name, values in row.fields.items()}, row.line)
        for row in read
    ]


def rewritten(separator: str) -> str:
    # The same cells, quoted throughout, as a spreadsheet might write them.
    lines = [
        ["id", "name", "honorific", "note"],
        ["eva-muster", "Eva Muster", "Dr.", ""],
        ["joerg-koessler", "Jörg Kößler", "", "Komma, Semikolon; Strich"],
        ["ida-intern", "Ida Intern", "", ""],
    ]
    return "".join(separator.join(f'"{cell}"' for cell in line) + "\n" for line in lines)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_tables_are_equal_whatever_the_separator_mark_and_line_end(
    tmp_path, separator, mark, ending
):
    data = tmp_path / "data"
    data.mkdir()
    text = mark + rewritten(separator).replace("\n", ending)
    (data / "people.csv").write_bytes(text.encode())
    read = records.load(data)
    assert read.findings == []
    assert [row.line for row in read.register] == [2, 3, 4]
    assert rows(PEOPLE) == [
        ({name: [value.text for value in values] for name, values in row.fields.items()}, row.line)
        for row in read.register
    ]


def test_lines_of_a_table_are_those_of_the_editor():
    text = 'id,note\na,"zwei\nZeilen"\n\n\nb,x\n'
    assert [line for _, line in rows(text)] == [2, 6]


def test_several_values_and_blank_cells():
    assert rows("id,aliases\na, x |y| | z \nb,\n") == [
        ({"id": ["a"], "aliases": ["x", "y", "z"]}, 2),
        ({"id": ["b"]}, 3),
    ]


def test_a_blank_first_line_is_no_heading():
    assert rows("\n\nid,name\na,A\n") == [({"id": ["a"], "name": ["A"]}, 4)]


def test_yaml_scalars_stay_text():
    text = "id: a\ncountry: NO\nstart: 12:30\ndate: 2024-06-06\nx: 0x1F\ny: 1_000\nz: 1e3\nw: yes\n"
    findings = []
    record = records.read_yaml(text, "source", "a.yaml", findings)
    assert findings == []
    assert {name: values[0].text for name, values in record.fields.items()} == {
        "id": "a",
        "country": "NO",
        "start": "12:30",
        "date": "2024-06-06",
        "x": "0x1F",
        "y": "1_000",
        "z": "1e3",
        "w": "yes",
    }
    assert [values[0].line for values in record.fields.values()] == list(range(1, 9))


def test_yaml_line_ends_and_mark_make_no_difference(tmp_path, small):
    plain = records.load(small.root / "data")
    for name in ("sources/netz.yaml", "sources/tagung-2024.yaml"):
        small.write(name, "\ufeff" + small.text(name).replace("\n", "\r\n"))
    again = records.load(small.root / "data")
    assert again.findings == plain.findings == []
    assert again.sources == plain.sources
    assert len(plain.sources) == 2


def test_suppressed_lines_lose_their_remarks(small):
    small.write("suppressed.txt", "# nur Bemerkung\n\n  eva-muster  # Brief\r\nIda Intern\n")
    entries = records.load(small.root / "data").suppressed
    assert [(entry.text, entry.line) for entry in entries] == [("eva-muster", 3), ("Ida Intern", 4)]


def values_of(record):
    """Every text a record holds, with those nested in it."""
    found = [value.text for values in record.fields.values() for value in values]
    for children in record.children.values():
        for child in children:
            found += values_of(child)
    return found


def scalars_of(text: str) -> list[str]:
    """Every value the YAML parser sees: the measure of what may not be lost."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    found = []

    def walk(node):
        if isinstance(node, yaml.ScalarNode):
            if node.value.strip() not in ("", "null", "~"):
                found.append(node.value.strip())
        elif isinstance(node, yaml.SequenceNode):
            for one in node.value:
                walk(one)
        elif isinstance(node, yaml.MappingNode):
            for _, value in node.value:
                walk(value)

    node = yaml.compose(text, Loader=loader)
    if node is not None:
        walk(node)
    return found


@pytest.fixture(scope="module")
def originals(shipped):
    """The shipped files small enough to be mutated often."""
    files = sorted((shipped.data / "sources").glob("*.yaml"))
    chosen = [path for path in files if path.stat().st_size < 4000]
    assert len(chosen) >= 10
    return [path.read_bytes() for path in chosen]


def mutated(original: bytes, seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311  # damage, not secrets
    raw = bytearray(original)
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(raw) or 1)
        match chance.randrange(7):
            case 0:
                raw[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[place : place + chance.randint(1, 40)]
            case 2:
                raw[place:place] = chance.choice(
                    [b"[", b"]", b"{", b"}", b"- ", b": ", b"\t", b"\n", b"\0", b"#", b"&a ", b"*a"]
                )
            case 3:
                raw[place:place] = raw[place : place + chance.randint(1, 200)]
            case 4:
                raw[place:] = raw[place:].replace(b"  ", b" ", 1)
            case 5:
                raw[place:place] = chance.choice([b'"', b"'", b"|", b">", b"%", b"@", b"`", b"!"])
            case _:
                raw[place:place] = chance.choice(["\u0085", "\u2028", "ß", "\ufeff", "𝄞"]).encode()
    return bytes(raw)


@settings(
    max_examples=400,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_mutated_sources_are_read_whole_or_objected_to(originals, tmp_path, seed):
    data = tmp_path / "data"
    (data / "sources").mkdir(parents=True, exist_ok=True)
    raw = mutated(originals[seed % len(originals)], seed)
    (data / "sources" / "a.yaml").write_bytes(raw)
    read = records.load(data)
    if read.findings:
        assert all(one.file == "data/sources/a.yaml" for one in read.findings)
        lines = raw.count(b"\n") + raw.count(b"\r") + 1
        assert all(0 <= one.line <= lines for one in read.findings)
        return
    (record,) = read.sources
    assert sorted(values_of(record)) == sorted(scalars_of(raw.decode("utf-8-sig")))


@settings(
    max_examples=300,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_mutated_tables_are_read_whole_or_objected_to(shipped, tmp_path, seed):
    data = tmp_path / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    name = records.REGISTERS[seed % len(records.REGISTERS)]
    original = (shipped.data / f"{name}.csv").read_bytes()[:3000].rpartition(b"\n")[0] + b"\n"
    raw = mutated(original, seed)
    (data / f"{name}.csv").write_bytes(raw)
    read = records.load(data)
    if read.findings:
        return
    text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    heading = next(line for line in text.split("\n") if line)
    separator = max(",;\t", key=lambda mark: (heading.count(mark), mark == ","))
    # Read anew with no knowledge of quoting: nothing but separators and marks may be gone.
    kept = [value for row in read.register for value in values_of(row)]
    strip = str.maketrans("", "", separator + '"| \n\u0085\u2028\ufeff\u00a0\t')
    body = text.partition(heading)[2]
    assert sorted("".join(kept).translate(strip)) == sorted(body.translate(strip))


@settings(
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(raw=st.binary(max_size=300))
def test_any_bytes_at_all_are_survived(tmp_path, raw):
    data = tmp_path / "data"
    (data / "sources").mkdir(parents=True, exist_ok=True)
    for name in ("sources/a.yaml", "people.csv", "dataset.yaml", "suppressed.txt"):
        (data / name).write_bytes(raw)
    read = records.load(data)
    assert read.findings or (read.sources and read.register is not None)
