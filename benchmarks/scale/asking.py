"""A built workspace -> all ready questions through the command line, with time, rows and memory."""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.scale.processes import command
from itas_graph import record_tables

_LIMIT = "30"


def table(root: Path, given: argparse.Namespace) -> Iterator[str]:
    """Ask each question of the workspace `root`; yield the lines of a table in Markdown.

    A question about an organisation or initiative is asked for the one in `given`, too, or for
    one with many links. Processor seconds are the engine's and the command's.
    """
    from itas_graph import queries

    known = examples(root, given)
    asked: list[tuple[str, tuple[str, ...]]] = []
    for path in sorted([*(root / "queries").glob("*.rq"), *(root / "queries/report").glob("*.rq")]):
        name = path.relative_to(root / "queries").with_suffix("").as_posix()
        asked.append((name, ()))
        asked += [
            (name, ("-p", f"{one.name}={known[one.kind]}"))
            for one in queries.read(path).parameters[:1]
            if one.kind in known
        ]
    yield "| question | rows | s | processor s | peak MB |"
    yield "|---|---:|---:|---:|---:|"
    for name, values in asked:
        yield _line(root, name, values)


def examples(root: Path, given: argparse.Namespace) -> dict[str, str]:
    """Return an organisation and an initiative with many links, or those in `given`, by kind."""
    known = _most_linked(root)
    known |= {kind: vars(given)[kind] for kind in known if vars(given)[kind]}
    known["any"] = known["organisation"]
    return known


def _most_linked(root: Path) -> dict[str, str]:
    """Return the organisation and the initiative with the most links in the first part."""
    part = next(one for one in record_tables.parts(root / "data") if one.kind == "involvements")
    found: dict[str, Counter[str]] = {"organisation": Counter(), "initiative": Counter()}
    for _, row in record_tables.records(part):
        for kind, count in found.items():
            count[row[kind]] += 1
    return {kind: max(count, key=lambda one: (count[one], one)) for kind, count in found.items()}


def _line(root: Path, name: str, values: tuple[str, ...]) -> str:
    shown = " ".join((f"`{name}`", *values[1:]))
    with tempfile.TemporaryFile() as answer:
        try:
            found = command(
                name,
                ["--root", str(root), "query", name, *values, "--timeout", _LIMIT],
                answer,
            )
        except subprocess.CalledProcessError as error:
            return f"| {shown} | | {error.stderr.strip().splitlines()[-1]} | | |"
        answer.seek(0)
        rows = max(sum(1 for _ in answer) - 1, 0)
    return f"| {shown} | {rows:,} | {found.figures} |"
