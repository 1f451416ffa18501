"""A built workspace -> what its pages cost to make, and how long a reader waits for them.

Of a build at size: the communities, the page of the largest and of one in the middle; of another:
its page. Then each page is opened: search, a community, the list, the table.

In headless Chromium with software rendering, from `file://`, at the widths of a desk, a tablet and
a phone. Times are from the act until the page answers a frame again.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.scale.processes import Measured, command, run
from itas_graph import communities

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_FIND = """
from pathlib import Path
from itas_graph import build, communities
folder = Path({build!r})
communities.find(folder / "itas.nq", build.read_manifest(folder)["base"])
"""
SIZES = ((1440, 900), (768, 1024), (390, 844))
_DEADLINE = 60.0
_FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
_OPTIONS = ("--no-sandbox", "--enable-unsafe-swiftshader", "--host-resolver-rules=MAP * ~NOTFOUND")


def tables(root: Path, given: argparse.Namespace) -> Iterator[str]:
    """Measure the pages of the workspace `root`; yield the lines of tables in Markdown.

    `given.place` is a place whose page is drawn as well.
    """
    build = root / "build"
    kept = build / communities.FILE
    with tempfile.TemporaryDirectory() as folder:
        drawn: list[tuple[str, list[str]]] = []
        measured: list[Measured] = []
        if kept.is_file():
            script = _FIND.format(build=str(build))
            measured.append(run("communities", [sys.executable, "-c", script]))
            found = communities.from_text(kept.read_text("utf-8")).found
            several = found[0], found[len(found) // 2]
            drawn += [(f"community-{one.key[:40]}", ["--community", one.key]) for one in several]
        else:
            drawn.append(("whole", []))
        if given.place:
            drawn.append((f"place-{given.place}", ["--place", given.place]))
        for name, options in drawn:
            asked = ["--root", str(root), "page", *options, "-o", f"{folder}/{name}.html"]
            with tempfile.TemporaryFile() as answer:
                measured.append(command(f"page of {name}", asked, answer))
        yield "| | s | processor s | peak MB |"
        yield "|---|---:|---:|---:|"
        for one in measured:
            yield one.row
        for name, _ in drawn:
            yield ""
            yield from table(Path(folder) / f"{name}.html", "GmbH")


def table(file: Path, query: str, shots: Path | None = None) -> Iterator[str]:
    """Measure the page in `file`; yield the lines of a table in Markdown.

    `query` is typed into the search. With `shots` what was seen is kept there.
    """
    from playwright.sync_api import sync_playwright

    yield f"{file.name}: {file.stat().st_size / 1e6:.1f} MB"
    yield ""
    yield "| width | s to open | search | first community | list | table | heap MB |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=[*_OPTIONS, "--enable-precise-memory-info"],
        )
        for size in SIZES:
            yield _line(browser, file, size, query, shots)
        browser.close()


def _line(
    browser: Browser, file: Path, size: tuple[int, int], query: str, shots: Path | None
) -> str:
    tab = browser.new_page(viewport={"width": size[0], "height": size[1]})
    tab.set_default_timeout(_DEADLINE * 1000)

    def seen(name: str) -> None:
        if shots is not None:
            tab.screenshot(path=shots / f"{file.stem}-{name}-{size[0]}.png")

    started = time.perf_counter()
    tab.goto(file.as_uri(), wait_until="commit")
    # Asked from outside: the page's policy forbids what waiting inside it would need.
    while not tab.evaluate("Boolean(window.itasPage)"):
        if time.perf_counter() - started > _DEADLINE:
            return f"| {size[0]} | > {_DEADLINE:.0f} | | | | | |"
        time.sleep(0.02)
    tab.evaluate(_FRAME)
    figures = [time.perf_counter() - started]
    seen("open")
    figures.append(_timed(tab, lambda: tab.locator("#search").fill(query)))
    seen("search")
    tab.locator("#search").fill("")
    _timed(tab, lambda: _go(tab, "network"))
    seen("network")
    figures.append(_timed(tab, lambda: _open_first(tab)))
    seen("community")
    _timed(tab, tab.go_back)
    for view in ("list", "table"):
        figures.append(_timed(tab, partial(_go, tab, view)))
        seen(view)
    heap = tab.evaluate("performance.memory ? performance.memory.usedJSHeapSize : 0")
    tab.close()
    shown = " | ".join(f"{figure:.2f}" for figure in figures)
    return f"| {size[0]} | {shown} | {heap / 1e6:.0f} |"


def _timed(tab: Page, act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    tab.evaluate(_FRAME)
    return time.perf_counter() - started


def _go(tab: Page, view: str) -> None:
    """Go to a view; a wide page hides the link to its list."""
    tab.locator(f"a[data-view={view}]").dispatch_event("click")


def _open_first(tab: Page) -> None:
    """Open the community in the middle by the keyboard, as the pointer would."""
    tab.locator("#drawing").focus()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
