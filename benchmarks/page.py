"""`python -m benchmarks.page`: our page, pyvis's default page and sigma.js on one large network.

All three show the same nodes and relations in headless Chromium with software rendering. Time to
interact is the time until the page has drawn and answers a frame again; a pan frame is the time
between two frames while the drawing is dragged by real mouse events.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import large_network
from itas_graph import page
from itas_graph.drawings import Graph

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from playwright.sync_api import Page

HERE = Path(__file__).parent
SIGMA = HERE / "sigma"
FRAMES = 40
PAN_SECONDS = 30

READY = {
    "itas-graph": "window.itasPage",
    "pyvis": "window.drawn",
    "sigma.js": "window.drawn",
}


def ours(network: Graph) -> str:
    """Return our page of `network`."""
    return page.render(network)


def by_pyvis(network: Graph) -> str:
    """Return the page that pyvis makes of `network` by its defaults, physics included."""
    import pyvis.network

    drawing = pyvis.network.Network(cdn_resources="in_line", directed=True)
    for key, data in network.nodes(data=True):
        drawing.add_node(key, label=str(data.get("label") or key))
    for one, other in network.edges():
        drawing.add_edge(one, other)
    html: str = drawing.generate_html(notebook=False)
    mark = "network = new vis.Network(container, data, options);"
    watch = "network.once('afterDrawing', () => { window.drawn = true; });"
    if mark not in html:
        raise SystemExit("pyvis writes its page differently now: mend benchmarks/page.py")
    return html.replace(mark, mark + watch)


def by_sigma(network: Graph, places: dict[str, tuple[float, float]]) -> str:
    """Return a page that draws `network` with sigma.js at the given places."""
    if not (SIGMA / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=SIGMA, check=True)  # noqa: S607  # the npm of the machine
    made = subprocess.run(
        ["node_modules/.bin/esbuild", "draw.js", "--bundle", "--minify", "--format=iife"],  # noqa: S607  # the npm of the machine
        cwd=SIGMA,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    nodes = [
        [key, str(data.get("label") or key), *places[key]] for key, data in network.nodes(data=True)
    ]
    edges = [[str(i), one, other] for i, (one, other) in enumerate(network.edges())]
    data = json.dumps({"nodes": nodes, "edges": edges}).replace("<", "\\u003c")
    return (
        '<!doctype html><meta charset="utf-8"><style>#drawing{position:absolute;inset:0}</style>'
        f'<div id="drawing"></div><script type="application/json" id="data">{data}</script>'
        f"<script>{made}</script>"
    )


def measure(name: str, html: str, deadline: float) -> dict[str, Any]:
    """Open `html` and return its size in MB, seconds to interact and milliseconds per pan frame."""
    from playwright.sync_api import Error, sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(html, "utf-8")
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--enable-unsafe-swiftshader",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ],
        )
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.set_default_timeout(deadline * 1000)
        result: dict[str, Any] = {"name": name, "megabytes": len(html.encode()) / 1e6}
        started = time.perf_counter()
        try:
            tab.goto(file.as_uri(), wait_until="commit")
            # Asked from outside: the page's policy forbids what waiting inside it would need.
            while not tab.evaluate(f"Boolean({READY[name]})"):
                if time.perf_counter() - started > deadline:
                    raise Error("deadline")
                time.sleep(0.02)
            tab.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            result["seconds"] = time.perf_counter() - started
            result["frames"] = pan(tab)
        except Error:
            result.setdefault("seconds", None)
            result.setdefault("frames", None)
        browser.close()
    return result


def bounded(name: str, html: str, deadline: float) -> dict[str, Any]:
    """Measure in a process of its own: a page that never answers would hold this one up."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_send, args=(theirs, name, html, deadline))
    process.start()
    found: dict[str, Any] = {"name": name, "megabytes": len(html.encode()) / 1e6}
    if ours.poll(deadline + 2 * PAN_SECONDS):
        found = ours.recv()
    process.kill()
    process.join()
    return {"seconds": None, "frames": None, **found}


def _send(pipe: Connection, name: str, html: str, deadline: float) -> None:
    pipe.send(measure(name, html, deadline))


def pan(tab: Page) -> list[float]:
    """Drag the drawing by real mouse events and return the milliseconds of each frame.

    Panning ends after `FRAMES` moves of the mouse or `PAN_SECONDS`, whichever is first.
    """
    tab.evaluate(
        """() => { window.frames_ = []; let last = performance.now();
        const tick = (now) => { window.frames_.push(now - last); last = now;
          if (!window.panned) requestAnimationFrame(tick); };
        requestAnimationFrame(tick); }"""
    )
    tab.mouse.move(700, 500)
    tab.mouse.down()
    until = time.perf_counter() + PAN_SECONDS
    for step in range(FRAMES):
        if time.perf_counter() > until:
            break
        tab.mouse.move(700 + 5 * step, 500 + 3 * step)
        tab.evaluate("new Promise((done) => requestAnimationFrame(done))")
    tab.mouse.up()
    frames: list[float] = tab.evaluate("() => { window.panned = true; return window.frames_; }")
    return frames[2:]


def main() -> None:
    """Measure all three and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=20_000)
    parser.add_argument("--relations", type=int, default=60_000)
    parser.add_argument("--deadline", type=float, default=60, help="seconds for each page")
    given = parser.parse_args()
    network = large_network.build(given.nodes, given.relations)
    places = large_network.places(network)
    pages = {
        "itas-graph": ours(network),
        "sigma.js": by_sigma(network, places),
        "pyvis": by_pyvis(network),
    }
    print("| page | MB | s to interact | ms per pan frame, median | 95 % |")
    print("| --- | --- | --- | --- | --- |")
    for name, html in pages.items():
        found = bounded(name, html, given.deadline)
        seconds = f"{found['seconds']:.2f}" if found["seconds"] else f"> {given.deadline:.0f}"
        frames = found["frames"]
        middle = f"{statistics.median(frames):.0f}" if frames else "–"
        slow = f"{statistics.quantiles(frames, n=20)[-1]:.0f}" if frames else "–"
        print(f"| {name} | {found['megabytes']:.1f} | {seconds} | {middle} | {slow} |", flush=True)


if __name__ == "__main__":
    main()
