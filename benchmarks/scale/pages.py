"""A page -> how long a reader waits for it: opening, search, a community, the list, the table.

In headless Chromium with software rendering, from `file://`, at the widths of a desk, a tablet and
a phone. Times are from the act until the page answers a frame again.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = ((1440, 900), (768, 1024), (390, 844))
_DEADLINE = 60.0
_FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
_OPTIONS = ("--no-sandbox", "--enable-unsafe-swiftshader", "--host-resolver-rules=MAP * ~NOTFOUND")


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
