"""A command -> the time, the processor time and the memory that it and all it starts take."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

REPO = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Measured:
    """What one process took: seconds, seconds of the processors, bytes; and what it said."""

    name: str
    seconds: float
    processor: float
    memory: int
    said: str = ""

    @property
    def figures(self) -> str:
        """The cells of a table in Markdown: seconds, processor seconds, MB at the peak."""
        return f"{self.seconds:.1f} | {self.processor:.1f} | {self.memory >> 20}"

    @property
    def row(self) -> str:
        """A row of a table in Markdown: the name, and the figures."""
        return f"| {self.name} | {self.figures} |"


def command(name: str, arguments: list[str], answer: IO[bytes]) -> Measured:
    """Measure `itas-graph` with these arguments; what it writes goes to `answer`.

    Raises:
        subprocess.CalledProcessError: it failed; with what it said.
    """
    return run(name, [sys.executable, "-m", "itas_graph", *arguments], answer)


def run(name: str, command: list[str], answer: IO[bytes] | int = subprocess.DEVNULL) -> Measured:
    """Run a command; time, and peak of the memory that it and all it starts hold together."""
    import psutil

    environment = {**os.environ, "PYTHONPATH": str(REPO)}
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(  # commands of our own
        command, stdout=answer, stderr=subprocess.PIPE, env=environment
    )
    peak = 0
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            tree = [watched, *watched.children(recursive=True)]
            peak = max(peak, sum(_memory(one) for one in tree))
        except psutil.Error:
            pass  # it has just ended
        time.sleep(0.05)
    seconds = time.perf_counter() - start
    after = os.times()
    said = process.stderr.read().decode() if process.stderr else ""
    if process.returncode:
        if answer != subprocess.DEVNULL:
            raise subprocess.CalledProcessError(process.returncode, name, None, said)
        raise SystemExit(f"{name} failed: {said}")
    processor = after.children_user + after.children_system
    processor -= before.children_user + before.children_system
    return Measured(name, seconds, processor, peak, said)


def _memory(process: object) -> int:
    """Return the memory of a process, its share of what is shared where that can be told."""
    taken = process.memory_full_info()  # type: ignore[attr-defined]  # psutil ships no types
    return int(getattr(taken, "pss", taken.rss))
