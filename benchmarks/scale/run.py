"""All that is said of scale, measured anew: one part after another, each beside its peers.

Each measurement is a process of its own: its time, the processor time and the peak memory of it
and all it starts. Only ratios of one run say something; the tables show them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.scale import asking, building, checks, networks, pages, remote
from benchmarks.scale.processes import REPO

#: Of each part, what measures a built workspace.
TABLES = {
    "checks": checks.table,
    "questions": asking.table,
    "networks": networks.table,
    "pages": pages.tables,
    "remote": remote.tables,
}
PAGE = REPO / "docs" / "performance.md"
PARTS = ("build", *TABLES)


def main() -> None:
    """Measure and print, or write into docs/performance.md, the tables of each part."""
    given = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="itas-scale-"))
    try:
        for part in given.part or PARTS:
            shown = []
            for line in _lines(part, given, folder):
                print(line, flush=True)  # the result
                shown.append(line)
            print(flush=True)  # between two parts
            if given.write:
                _write(part, shown)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lines(part: str, given: argparse.Namespace, folder: Path) -> Iterator[str]:
    sizes = given.links or building.SIZES
    if part == "build":
        yield from building.tables(sizes, given, folder)
        return
    root = given.root or building.workspace(max(sizes), given, folder / str(max(sizes)))
    yield from TABLES[part](root, given)
    if part == "pages" and given.data and not given.root:
        yield ""
        place = argparse.Namespace(**{**vars(given), "place": given.place or "Zwickau"})
        yield from pages.tables(building.region(given, folder / "region"), place)


def _write(part: str, lines: list[str]) -> None:
    """Put the tables of a part in the place of those before."""
    page = PAGE.read_text("utf-8")
    begin, end = f"<!-- scale {part}: begin -->\n", f"<!-- scale {part}: end -->\n"
    before, _, rest = page.partition(begin)
    after = rest.partition(end)[2]
    text = "\n".join(lines).strip("\n")
    PAGE.write_text(f"{before}{begin}{text}\n{end}{after}", "utf-8", newline="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append", help="only this (repeatable)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--links", type=int, action="append", help="so many links (repeatable)")
    parser.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("ITAS_SCALE_DATA"),
        help=f"folder with {building.TABLE}; without it links of the same shape are invented",
    )
    parser.add_argument("--root", type=Path, help="a built workspace for all parts but the build")
    parser.add_argument("--organisation", help="whom to ask for")
    parser.add_argument("--initiative", help="what to ask for")
    parser.add_argument("--place", help="whose page to draw")
    parser.add_argument("--morph-kgc", type=Path, help="Python that has morph-kgc installed")
    parser.add_argument("--without-rdflib", action="store_true", help="rdflib takes minutes")
    return parser.parse_args()
