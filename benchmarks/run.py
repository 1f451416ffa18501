"""Measure everything and show, or write into docs/performance.md, one table per part."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import generate

ROOT = Path(__file__).parent.parent
WORK = Path(__file__).parent / "work"
RESULTS = WORK / "results.json"
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
RESOURCE = "https://w3id.org/itas-graph/id/"
LIBRARIES = ("pyoxigraph", "rdflib", "pyshacl", "PyYAML", "click", "networkx", "pyvis")
STAGES = {
    "records": "Einträge lesen · reading records",
    "dataset": "Datensatz · dataset",
    "shapes": "Regeln prüfen · checking shapes (pySHACL)",
    "publication": "Veröffentlichung · publication",
    "store-memory": "Speicher im RAM · store in memory",
    "derive": "Ableiten · deriving",
    "store": "Speicher schreiben · writing the store",
    "dumps": "Abzüge · dumps",
    "network": "Netzwerk · network",
    "page": "Seite · page",
    "build": "**`itas-graph build`**",
}
PARTS = {
    "check": "Lesen und prüfen · reading and checking (`check`)",
    "derive": "Ableiten, Speicher im RAM · deriving, store in memory (`derive`)",
    "store": "Speicher schreiben · writing the store (`store`)",
    "dumps": "Abzüge · dumps (`dumps`)",
    "network": "Fragen des Netzwerks · the network's questions (`network`)",
    "page": "Seite · page (`page`)",
    "questions": "nicht Teil davon: alle 24 Fragen · not part of it: all 24 questions",
}
Result = dict[str, Any]


class StoppedError(Exception):
    """A measurement reached its limit or failed; the text says which."""


def child(arguments: Sequence[str], limit: float | None = None, cwd: Path = ROOT) -> list[Result]:
    """Run one measurement in its own process and return what it printed.

    Raises:
        StoppedError: it took longer than `limit` seconds or failed.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.measure", *arguments],
            cwd=cwd,
            env=_environment(),
            stdout=subprocess.PIPE,
            timeout=limit,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise StoppedError(f"> {limit:.0f} s") from error
    except subprocess.CalledProcessError as error:
        raise StoppedError(f"– (exit {error.returncode})") from error
    return [json.loads(line) for line in done.stdout.splitlines()]


def command(arguments: Sequence[str], cwd: Path) -> tuple[float, int]:
    """Run a command to its end; return its time and its peak memory in bytes."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return taken, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _environment() -> dict[str, str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "ITAS_LANG": "en"}


def workspace(size: int) -> Path:
    """Generate the workspace for `size` contributions, with our ontology and questions."""
    folder = WORK / str(size)
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("ontology", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    generate.write(folder / "data", size)
    return folder


def bound(folder: Path, size: int) -> Path:
    """Write each question with values for its parameters, as it is asked, into asked/."""
    made = generate.Generator(size)
    often, other = made.organisations[0].slug, made.organisations[1].slug
    values = {
        "organisation": f"{RESOURCE}organisation/{often}",
        "organisation_a": f"{RESOURCE}organisation/{often}",
        "organisation_b": f"{RESOURCE}organisation/{other}",
        "initiative": f"{RESOURCE}initiative/{made.initiatives[0].slug}",
        "event": f"{RESOURCE}event/kongress-00001",
        "person": f"{RESOURCE}person/{made.people[0].slug}",
        "subject": f"{RESOURCE}organisation/{often}",
        "action_field": f"{RESOURCE}action-field/{generate.ACTION_FIELDS[0]}",
        "year": "2022",
        "date": "2024-06-30",
    }
    child(["asked", str(folder), json.dumps(values)])
    return folder / "asked"


def stages(folder: Path, size: int, limit: float, page_up_to: int) -> dict[str, Result]:
    """Measure every stage of a build at one size."""
    found: dict[str, Result] = {}
    runs: dict[str, list[Result]] = {}
    repeats = 5 if size <= 1000 else 3 if size <= 10_000 else 1
    for _ in range(repeats):
        for one in child(["pipeline", str(folder)]):
            runs.setdefault(one["name"], []).append(one)
    found["size"] = runs.pop("size")[0]
    for name, given in runs.items():
        found[name] = _summary(given)
    try:
        for one in child(["drawing", str(folder), "page" if size <= page_up_to else "-"], limit):
            found[one["name"]] = _summary([one])
    except StoppedError as stop:
        found["network"] = {"text": str(stop)}
    checked = child(["shapes", str(folder), str(limit)])
    found["shapes"] = checked[0] if "text" in checked[0] else _summary(checked)
    if "text" not in found["shapes"] and size <= page_up_to:
        arguments = ["-m", "itas_graph", "--root", str(folder), "build", "-f", "-o"]
        times = [command([*arguments, str(folder / "build")], folder) for _ in range(repeats)]
        found["build"] = _summary([{"seconds": t, "memory": m} for t, m in times])
    return found


def questions(folder: Path, size: int, deadline: float) -> tuple[dict[str, Result], Result]:
    """Answer every question on the embedded store and in rdflib, at one size."""
    asked = bound(folder, size)
    repeats = 7 if size <= 10_000 else 5
    found: dict[str, Result] = {}
    opening: list[float] = []
    for path in sorted(asked.glob("*.rq")):
        try:
            own = child(["embedded", str(folder), str(path), str(repeats)], 300)[0]
            opening += own["opening"]
        except StoppedError as stop:
            own = {"times": [], "text": str(stop), "rows": 0, "digest": "", "memory": 0}
        found[path.stem] = {"own": own}
        _note(f"  {path.stem}: {_seconds(own['times'])}, {own['rows']} rows")
    arguments = ["plain", str(folder), str(asked), str(3 if size <= 10_000 else 1), str(deadline)]
    load, *plain = child(arguments)
    for one in plain:
        one["text"] = one["error"] or (f"> {deadline:.0f} s" if not one["times"] else "")
        found[one["name"]]["plain"] = one
    peak = max(one["memory"] for one in plain)
    made = generate.Generator(size)
    look = child(["lookup", str(folder), made.organisations[-1].name, "organisation"])[0]
    summary = {"load": load, "memory": peak, "opening": opening, "lookup": look}
    return found, summary


def shipped() -> dict[str, Any]:
    """Build the shipped data warm, and time its store and questions."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name in ("ontology", "queries", "data"):
            shutil.copytree(ROOT / name, folder / name)
        arguments = ["-m", "itas_graph", "--root", scratch, "build", "-f", "-o", scratch + "/build"]
        times = [command(arguments, folder) for _ in range(7)][1:]
        parts = [
            {one["name"]: one["seconds"] for one in child(["shipped", scratch])} for _ in range(5)
        ]
        stage = {name: median(one[name] for one in parts) for name in parts[0]}
    return {"build": _summary([{"seconds": t, "memory": m} for t, m in times]), "parts": stage}


def start_up(runs: int = 25) -> tuple[float, float]:
    """Return the median times of `itas-graph --version` and of importing click, in turn."""
    own, bare = [], []
    for _ in range(runs):
        own.append(command(["-m", "itas_graph", "--version"], ROOT)[0])
        bare.append(command(["-c", "import click"], ROOT)[0])
    return median(own), median(bare)


def _summary(runs: Sequence[Mapping[str, Any]]) -> Result:
    times = [run["seconds"] for run in runs]
    return {
        "min": min(times),
        "median": median(times),
        "memory": max(run["memory"] for run in runs),
        "runs": len(times),
    }


def _seconds(times: Sequence[float]) -> str:
    return _time(median(times)) if times else "–"


def _time(seconds: float) -> str:
    """Return a time with two meaningful digits or so."""
    if seconds < 0.1:
        return f"{seconds * 1000:.1f} ms" if seconds < 0.01 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def _memory(amount: int) -> str:
    return f"{amount / 2**20:,.0f} MB"


def _cell(result: Result | None) -> str:
    if result is None:
        return "–"
    if "text" in result:
        return str(result["text"])
    fastest = f" (min {_time(result['min'])})" if result["runs"] > 1 else ""
    return f"{_time(result['median'])}{fastest}, {_memory(result['memory'])}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def ratio(own: Result, plain: Result, deadline: float) -> tuple[float, bool] | None:
    """Return how many times faster the store is, and whether that is only a lower bound."""
    if not own["times"] or plain.get("error"):
        return None
    mine = median(own["times"])
    if plain["times"]:
        return median(plain["times"]) / mine, False
    return deadline / mine, True


def question_rows(
    found: Mapping[str, Result], deadline: float
) -> tuple[list[list[str]], float, bool]:
    """Return the table of one size, the median ratio, and whether that is only a lower bound."""
    rows, ratios, bounds = [], [], []
    for name, both in found.items():
        own, plain = both["own"], both["plain"]
        times = ratio(own, plain, deadline)
        shown = "–"
        if times is not None:
            ratios.append(times[0])
            bounds += [times[0]] if times[1] else []
            shown = f"{'≥ ' if times[1] else ''}{times[0]:.0f}×"
        same = "" if not plain["times"] or own["digest"] == plain["digest"] else " ≠"
        rows.append(
            [
                name,
                f"{own['rows']:,}{same}",
                _seconds(own["times"]) if own["times"] else own["text"],
                _memory(own["memory"]),
                _seconds(plain["times"]) if plain["times"] else plain["text"],
                shown,
            ]
        )
    middle = median(ratios) if ratios else 0.0
    # A bound above the median cannot move it; one at or below it may.
    return rows, middle, any(bound <= middle for bound in bounds)


def machine() -> str:
    """Describe the machine without naming it."""
    cores = os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return (
        f"{cores} Kerne · cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}; {versions}"
    )


def report(results: Mapping[int, Result], ship: Result, start: tuple[float, float]) -> str:
    """Return all tables as Markdown."""
    lines = [f"{machine()}.", "", "### Ziele · Targets", ""]
    staged = {size: one for size, one in results.items() if "stages" in one}
    asked = {size: one for size, one in results.items() if "questions" in one}
    lines += _table(["Ziel · target", "gemessen · measured", ""], targets(asked, ship, start))
    lines += ["", "### Mitgelieferte Daten · Shipped data", ""]
    lines += _table(
        ["Schritt · step", "Median"],
        [["`itas-graph build -f`", _cell(ship["build"])]]
        + [[label, _time(ship["parts"][name])] for name, label in PARTS.items()],
    )
    if staged:
        lines += ["", "### Stufen · Stages", ""]
        head = ["Stufe · stage"]
        for size, one in staged.items():
            count = one["stages"]["size"]
            head.append(f"{size:,} ({count['statements']:,} quads)")
        rows = [
            [label, *(_cell(one["stages"].get(name)) for one in staged.values())]
            for name, label in STAGES.items()
        ]
        lines += _table(head, rows)
    for size, one in asked.items():
        rows, middle, least = question_rows(one["questions"], one["deadline"])
        summary = one["summary"]
        lines += ["", f"### Fragen · Questions: {size:,}", ""]
        lines.append(
            f"Speicher öffnen · opening the store {_seconds(summary['opening'])}; "
            f"Namen nachschlagen · looking up a name {_time(summary['lookup']['seconds'])}; "
            f"rdflib (`--deadline {one['deadline']:.0f}`): Laden · loading "
            f"{_time(summary['load']['seconds'])}, "
            f"{_memory(summary['memory'])}. Median: **{'≥ ' if least else ''}{middle:.0f}×**."
        )
        lines += ["", *_table(HEAD, rows)]
    return "\n".join(lines) + "\n"


HEAD = ["Frage · question", "Zeilen · rows", "itas-graph", "RAM", "rdflib", "×"]


def targets(
    results: Mapping[int, Result], ship: Result, start: tuple[float, float]
) -> list[list[str]]:
    """Return one row for each target: what it is, what was measured, whether it is met."""

    def row(name: str, measured: str, met: bool) -> list[str]:
        return [name, measured, "erreicht · met" if met else "**verfehlt · missed**"]

    share = start[0] / start[1]
    parts = ship["parts"]
    quick = sum(parts[name] for name in ("store", "derive", "network"))
    all_24 = parts["store"] + parts["questions"]
    rows = [
        row(
            "`--version` ≤ 1.5 × `import click`",
            f"{share:.2f}× ({_time(start[0])} / {_time(start[1])})",
            share <= 1.5,
        ),
        row("build < 3 s", _time(ship["build"]["median"]), ship["build"]["median"] < 3),
        # The target can be read two ways: what a build asks itself, or all ready questions.
        row("davon · of which `store` + `derive` + `network` < 0.3 s", _time(quick), quick < 0.3),
        row("`store` + alle 24 Fragen · all 24 questions < 0.3 s", _time(all_24), all_24 < 0.3),
    ]
    if results:
        largest = max(results)
        one = results[largest]
        _, middle, least = question_rows(one["questions"], one["deadline"])
        name = f"Fragen · questions ({largest:,}) ≥ 10× rdflib"
        shown = f"{'≥ ' if least else ''}{middle:.0f}×"
        rows.append(
            [name, shown, "offen, nur untere Grenze · open, a lower bound only"]
            if least and middle < 10
            else row(name, shown, middle >= 10)
        )
    return rows


def _earlier() -> dict[int, Result]:
    """Return what earlier runs found at other sizes."""
    if not RESULTS.exists():
        return {}
    return {int(size): one for size, one in json.loads(RESULTS.read_text("utf-8")).items()}


def _keep(results: Mapping[int, Result]) -> None:
    RESULTS.write_text(json.dumps(results), "utf-8")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="contributions, by comma")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--deadline", type=float, default=60, help="rdflib: seconds a question")
    parser.add_argument(
        "--limit", type=float, default=600, help="seconds for pySHACL or the network"
    )
    parser.add_argument("--page-up-to", type=int, default=10_000, help="largest size with a page")
    parser.add_argument("--fresh", action="store_true", help="forget earlier runs' other sizes")
    parser.add_argument(
        "--only", choices=["stages", "questions"], help="questions: on the store of a run before"
    )
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",") if size]
    _note("start-up and shipped data")
    start, ship = start_up(), shipped()
    results = {} if given.fresh else _earlier()
    for size in sizes:
        one = results.setdefault(size, {})
        folder = WORK / str(size)
        if given.only != "questions":
            _note(f"{size}: stages")
            folder = workspace(size)
            one["stages"] = stages(folder, size, given.limit, given.page_up_to)
            _keep(results)
        if given.only != "stages":
            _note(f"{size}: questions")
            one["questions"], one["summary"] = questions(folder, size, given.deadline)
            one["deadline"] = given.deadline
            _keep(results)
            shutil.rmtree(folder, ignore_errors=True)
    text = report(dict(sorted(results.items())), ship, start)
    if given.write:
        page = PAGE.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        _, _, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n{text}{END}{after}", "utf-8", newline="\n")
    print(text)
