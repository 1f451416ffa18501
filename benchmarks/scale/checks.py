"""A workspace -> its rules asked of all rows, asked again, and after a change, beside pySHACL.

pySHACL gets the first statements of the dump alone, with the vocabulary: more take it hours.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from sys import executable

from benchmarks.scale import building
from benchmarks.scale.processes import command, run
from itas_graph.workspace import FOLDERS

#: So many statements pySHACL gets.
STATEMENTS = 50_000
_PYSHACL = """
import sys, rdflib
from pathlib import Path
from itas_graph import build, shapes_graph, validation, workspace
data = rdflib.Graph().parse(sys.argv[1], format="nt")
for triple in build.vocabulary(workspace.find(Path(sys.argv[2]))).triples():
    data.parse(data=f"{triple} .", format="nt")
validation.by_pyshacl(data, shapes_graph.read(Path(sys.argv[2]) / "ontology" / "shapes.ttl"))
"""


def table(root: Path, _: argparse.Namespace) -> Iterator[str]:
    """Check a copy of the workspace `root`; yield the lines of a table in Markdown."""
    yield "| | s | processor s | peak MB |"
    yield "|---|---:|---:|---:|"
    with tempfile.TemporaryDirectory(prefix="itas-checks-") as home:
        work = Path(home) / "workspace"
        for name in FOLDERS:
            shutil.copytree(root / name, work / name)
        yield _checked(work, "itas-graph check")
        yield _checked(work, "itas-graph check, nothing changed")
        building.change(work / "data")
        yield _checked(work, "itas-graph check, one record changed")
        sample = Path(home) / "sample.nt"
        building.without_graphs(root / "build" / "itas.nq", sample, STATEMENTS)
        name = f"pySHACL, {STATEMENTS:,} of the statements"
        yield run(name, [executable, "-c", _PYSHACL, str(sample), str(root)]).row


def _checked(work: Path, name: str) -> str:
    with tempfile.TemporaryFile() as answer:
        return command(name, ["--root", str(work), "check", "--lang", "en"], answer).row
