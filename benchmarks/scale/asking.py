"""A built workspace -> all ready questions through the command line, with time, rows and memory."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.scale.run import command

_LIMIT = "30"


def table(root: Path, given: dict[str, str]) -> Iterator[str]:
    """Ask each question of the workspace `root`; yield the lines of a table in Markdown.

    `given` has values of parameters by kind (`organisation`, `initiative`, …); a question that
    takes such a value is asked with it, too. Processor seconds are the engine's and the command's.
    """
    from itas_graph import queries

    asked: list[tuple[str, tuple[str, ...]]] = []
    for path in sorted([*(root / "queries").glob("*.rq"), *(root / "queries/report").glob("*.rq")]):
        name = path.relative_to(root / "queries").with_suffix("").as_posix()
        asked.append((name, ()))
        asked += [
            (name, ("-p", f"{one.name}={given[one.kind]}"))
            for one in queries.read(path).parameters[:1]
            if one.kind in given
        ]
    yield "| question | rows | s | processor s | peak MB |"
    yield "|---|---:|---:|---:|---:|"
    for name, values in asked:
        yield _line(root, name, values)


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
    figures = f"{found.seconds:.1f} | {found.processor:.1f} | {found.memory >> 20}"
    return f"| {shown} | {rows:,} | {figures} |"
