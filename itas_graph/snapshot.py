"""A build folder -> the same build under a name of its own, which later builds do not touch.

A build replaces the one before as a whole and removes it. Processes that open a store again and
again, while others still answer from it, need one that stays.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from itas_graph import build, placement, store
from itas_graph.errors import EngineError, Message, UsageError
from itas_graph.store import EmbeddedStore

_LOCK = "lock"
_ATTEMPTS = 5
_NEEDED = {"base", "digest", "files", "profile", "statements"}


@dataclass(frozen=True)
class Snapshot:
    """A build that stays until `remove` is called: its folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]
    lock: IO[bytes]

    @property
    def opener(self) -> Callable[[], EmbeddedStore]:
        """What opens the store, here or in another process."""
        return partial(store.read, self.folder / build.STORE)

    def remove(self) -> None:
        """Remove the folder; what is open stays readable."""
        self.lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def take(folder: Path) -> Snapshot:
    """Return the build in `folder` as it is now, by hard links beside it or as a copy.

    Snapshots that processes left behind which are no more are removed.

    Raises:
        UsageError: there is no build in `folder`.
        EngineError: it cannot be read, or it keeps changing.
    """
    folder = folder.resolve()
    placement.recover(folder)
    sweep(folder)
    for _ in range(_ATTEMPTS):
        manifest = build.read_manifest(folder)
        if manifest is None:
            raise UsageError(
                Message(
                    f"In {folder} liegt kein Build. Bauen Sie ihn mit: itas-graph build",
                    f"There is no build in {folder}. Make it with: itas-graph build",
                )
            )
        if not manifest.keys() >= _NEEDED:
            raise EngineError(
                Message(
                    f"Den Build in {folder} hat eine andere Version gemacht. "
                    "Bauen Sie ihn neu: itas-graph build --force",
                    f"The build in {folder} was made by another version. "
                    "Build it again: itas-graph build --force",
                )
            )
        taken = _new(folder, manifest)
        try:
            _fill(folder, taken.folder, manifest)
        except OSError as error:
            taken.remove()
            if build.read_manifest(folder) == manifest:
                raise _unreadable(folder, error) from error
            continue
        if build.read_manifest(folder) == manifest and taken.folder.is_dir():
            return taken
        taken.remove()
    raise EngineError(
        Message(
            f"{folder} ändert sich fortwährend; versuchen Sie es noch einmal.",
            f"{folder} keeps changing; try again.",
        )
    )


def sweep(folder: Path) -> None:
    """Remove the snapshots of `folder` whose processes are no more."""
    for left in folder.parent.glob(_prefix(folder) + "*"):
        lock = left / _LOCK
        try:
            if sys.platform == "win32":
                lock.unlink()  # refused while it is open
            else:
                with lock.open("rb") as stream:
                    _lock(stream, wait=False)
        except OSError:
            continue
        shutil.rmtree(left, ignore_errors=True)


def _new(folder: Path, manifest: dict[str, Any]) -> Snapshot:
    try:
        made = tempfile.mkdtemp(prefix=_prefix(folder), dir=folder.parent)
    except OSError:
        made = tempfile.mkdtemp(prefix=_prefix(folder).lstrip("."))
    lock = (Path(made) / _LOCK).open("wb")
    _lock(lock, wait=True)
    return Snapshot(Path(made), manifest, lock)


def _fill(folder: Path, target: Path, manifest: dict[str, Any]) -> None:
    for name in manifest["files"]:
        _link(folder / name, target / name)
    (target / build.STORE).mkdir()
    for path in (folder / build.STORE).iterdir():
        if path.is_file():
            _link(path, target / build.STORE / path.name)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)  # another disk, or one without hard links


def _lock(stream: IO[bytes], *, wait: bool) -> None:
    """Hold a file, which the system lets go when this process ends; raise OSError if it is held."""
    if sys.platform == "win32":
        return
    import fcntl

    fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _prefix(folder: Path) -> str:
    return f".{folder.name}-served-"


def _unreadable(folder: Path, error: OSError) -> EngineError:
    return EngineError(
        Message(
            f"Der Build in {folder} lässt sich nicht lesen: {error.strerror}. "
            "Bauen Sie ihn neu: itas-graph build --force",
            f"The build in {folder} cannot be read: {error.strerror}. "
            "Build it again: itas-graph build --force",
        )
    )
