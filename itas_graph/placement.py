"""A folder or file made beside its place -> there in one step, whole or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from itas_graph.errors import Message, UsageError


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give an empty folder to fill, which takes the place of `folder` if nothing is raised.

    Raises:
        OSError: the disk is full, or may not be written to.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp("", f"{_beside(folder)}{os.getpid()}-", folder.parent))
    try:
        yield staging
        staging.chmod(0o755)
        _flush(staging)
        put_in_place(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def put_in_place(new: Path, folder: Path) -> None:
    """Make `new` appear as `folder` in one step; afterwards `new` is the old one or gone.

    Linux and macOS exchange two folders atomically. Elsewhere the old one steps aside first;
    `recover` brings it back if the machine stops between the two steps.
    """
    if not folder.exists():
        new.rename(folder)
    elif not _exchange(new, folder):
        aside = _aside(folder)
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        new.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)


def write(path: Path, text: str) -> None:
    """Write a text file in one step.

    Raises:
        UsageError: it cannot be written there.
    """
    beside = path.with_name(f".{path.name}-new-{os.getpid()}")
    try:
        beside.write_text(text, "utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UsageError(
            Message(
                f"{path} lässt sich nicht schreiben: {error.strerror}.",
                f"{path} cannot be written: {error.strerror}.",
            )
        ) from error


def recover(folder: Path) -> None:
    """Put right what was ended half way.

    An old folder that a new one was just replacing is back; what was still being filled is gone.
    """
    aside = _aside(folder)
    if aside.is_dir() and not folder.exists():
        aside.rename(folder)
    for left in folder.parent.glob(_beside(folder) + "*"):
        pid = left.name.removeprefix(_beside(folder)).split("-")[0]
        if pid.isdigit() and not _is_running(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-old")


def _beside(folder: Path) -> str:
    return f".{folder.name}-new-"


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders by renameat2(2) or renamex_np(2); say whether that was possible."""
    swap = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
    here = -100  # AT_FDCWD
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = libc.renamex_np(os.fsencode(one), os.fsencode(other), swap)
        else:
            failed = libc.renameat2(here, os.fsencode(one), here, os.fsencode(other), swap)
    except (OSError, AttributeError, TypeError):
        return False
    return int(failed) == 0


def _is_running(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _flush(folder: Path) -> None:
    """Bring every file to the disk before the build takes its place."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                try:
                    os.fsync(stream.fileno())
                except OSError:
                    return  # some file systems cannot; the build is whole all the same
