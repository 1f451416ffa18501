"""What the last check of large tables found, kept beside the data: a later check goes on there.

It holds the parts and the statements that were judged, the results, and a store of all statements.
It may be thrown away at any time, and is never what a check depends on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from itas_graph.part_build import Unit
from itas_graph.record_tables import Part
from itas_graph.validation import Result

FOLDER = ".itas-graph"
STORE = "store"
_STATE = "state.json"
_REST = "rest.nt"
_PARTS = "parts"
#: How tools say that a folder is a cache: https://bford.info/cachedir/
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"

Place = tuple[str, int, str]


@dataclass
class Kept:
    """One check: by what rules, of which units, the sources that rows name, and the results."""

    key: str
    units: dict[str, str]
    sources: dict[str, Place]
    results: list[Result] = field(default_factory=list)


def folder_in(root: Path) -> Path | None:
    """Return where a check is kept in a workspace; None if nothing can be written there."""
    cache = root / FOLDER
    try:
        cache.mkdir(exist_ok=True)
        (cache / ".gitignore").write_text("*\n", "utf-8")
        (cache / "CACHEDIR.TAG").write_text(_TAG, "utf-8")
    except OSError:
        return None
    return cache / "check"


def load(folder: Path) -> Kept | None:
    """Return the check that is kept in a folder; None if there is none that is whole."""
    try:
        given = json.loads((folder / _STATE).read_text("utf-8"))
        results = [
            Result(shape, component, focus, *rest)
            for shape, component, rest, nodes in given["results"]
            for focus in nodes
        ]
        sources = {
            slug: (file, line, record) for slug, (file, line, record) in given["sources"].items()
        }
        return Kept(given["key"], given["units"], sources, results)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save(folder: Path, kept: Kept) -> None:
    """Write what a check found; the last that is written."""
    nodes: dict[tuple[str, ...], list[str]] = {}
    for one in kept.results:
        rest = (one.path, one.value, one.severity, one.constraint, one.message)
        nodes.setdefault((one.shape, one.component, *rest), []).append(one.focus)
    results = [[key[0], key[1], key[2:], some] for key, some in nodes.items()]
    given = {"key": kept.key, "units": kept.units, "sources": kept.sources, "results": results}
    (folder / _STATE).write_text(json.dumps(given), "utf-8")


def begin(folder: Path) -> None:
    """Say that what is kept is being changed: broken off, it is whole no more."""
    (folder / _STATE).unlink(missing_ok=True)


def save_rest(folder: Path, lines: Iterable[str]) -> None:
    """Keep the statements of all that is in no table."""
    (folder / _REST).write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")


def load_rest(folder: Path) -> set[str]:
    """Return the statements that `save_rest` kept."""
    return set((folder / _REST).read_text("utf-8").split("\n")) - {""}


def save_unit(folder: Path, name: str, unit: Unit | None) -> None:
    """Keep the parts of a unit as they lie there; None: the unit is no more."""
    target = folder / _PARTS / name
    shutil.rmtree(target, ignore_errors=True)
    for part in unit.parts if unit is not None else ():
        place = target / part.kind / part.path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(part.path, place)


def load_unit(folder: Path, name: str) -> Unit | None:
    """Return a unit as it was kept; None if there was none."""
    table = name.split("/")[0]
    parts = [
        Part(table, path.parent.name, int(path.name.split(".")[0]), path)
        for path in sorted((folder / _PARTS / name).glob("*/*"))
    ]
    return Unit(name, tuple(sorted(parts))) if parts else None
