"""A git revision of a workspace -> a folder with its files as they were."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from itas_graph.errors import EngineError, Message, UsageError


def unpack(root: Path, revision: str, folders: tuple[str, ...], target: Path) -> None:
    """Write `folders` of the workspace at `root` into `target` as they were at a revision.

    The workspace may be a part of its repository; its files of today are left alone.

    Raises:
        UsageError: there is no such revision, or no workspace in it.
        EngineError: git is missing.
    """
    commit = _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise UsageError(
            Message(
                f"git kennt in {root} keinen Stand „{revision}“. Zeigen lassen sich die Stände "
                "mit: git log --oneline",
                f"git knows no revision “{revision}” in {root}. See the revisions with: "
                "git log --oneline",
            )
        )
    archive = _git(root, "archive", "--format=tar", commit.decode().strip(), "--", *folders)
    if archive is None:
        listed = ", ".join(f"{name}/" for name in folders)
        raise UsageError(
            Message(
                f"Im Stand „{revision}“ fehlt {listed} oder eines davon.",
                f"Revision “{revision}” lacks {listed} or one of them.",
            )
        )
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            stream = files.extractfile(member) if member.isfile() else None
            if stream is not None:
                path = target / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(stream.read())


def _git(root: Path, *arguments: str) -> bytes | None:
    """Return what git answers, or None if it refuses."""
    try:
        done = subprocess.run(  # noqa: S603  # a list of arguments; the revision is resolved first
            ["git", "-C", str(root), *arguments],  # noqa: S607  # git as the user has it
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise EngineError(
            Message(
                "git ist nicht installiert; ohne lassen sich frühere Stände nicht lesen.",
                "git is not installed; without it no earlier revision can be read.",
            )
        ) from error
    return done.stdout if done.returncode == 0 else None
