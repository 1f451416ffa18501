"""What the documents say is what the program does."""

import json
import re
from pathlib import Path

import click
import pytest

from itas_graph import queries
from itas_graph.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DATA = (ROOT / "data" / "README.md").read_text("utf-8")
KINDS = json.loads((ROOT / "ontology" / "context.jsonld").read_text("utf-8"))["kinds"]


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_each_command_stands_in_the_readme(name):
    assert f"`itas-graph {name}" in README


def test_each_option_has_a_help_text():
    options = [
        (command, option)
        for command in cli.commands.values()
        for option in command.params
        if isinstance(option, click.Option)
    ]
    assert len(options) >= 12
    assert [option.name for _, option in options if not option.help] == []


def test_the_readme_names_only_questions_that_exist():
    named = set(re.findall(r"itas-graph query ([a-z][a-z-]+)(?:\s|$)", README + DATA))
    known = set(queries.load(ROOT / "queries"))
    assert len(named) >= 4
    assert named <= known


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_data_guide_lists_the_fields_of_each_kind_in_both_languages(kind):
    fields = " ".join(f"`{field}`" for field in KINDS[kind]["fields"])
    rows = [line for line in DATA.split("\n") if f"| {fields} |" in line]
    assert len(rows) >= 2, f"data/README.md does not list the fields of {kind} twice: {fields}"


def test_the_data_guide_explains_each_field_in_both_languages():
    fields = {field for kind in KINDS.values() for field in kind["fields"]}
    assert len(fields) > 60
    german, english = DATA.split("\n# The data", 1)
    for part in (german, english):
        explained = set(re.findall(r"^\| `([a-z_]+)`", part, re.M))
        explained |= set(re.findall(r"`([a-z_]+)`(?=[^|]*\| )", part))
        assert fields - explained == set()


def test_the_readme_names_as_many_questions_as_there_are():
    count = len(queries.load(ROOT / "queries"))
    assert f"die {count} fertigen Fragen" in README
    assert f"the {count} ready questions" in README


def test_decisions_are_numbered_without_a_gap():
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("0*.md"))
    assert len(names) >= 8
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_no_tracked_text_names_a_machine():
    for pattern in ("*.md", "*.toml", "*.py", "*.yaml", "*.csv", "*.rq", "*.ttl", "*.js"):
        for path in ROOT.rglob(pattern):
            if {".venv", "build", "node_modules", "benchmarks"} & set(path.parts):
                continue
            text = path.read_text("utf-8", errors="replace")
            assert not re.search(r"(?<![\w.])/(?:home|root|tmp|Users)/\w", text), path
