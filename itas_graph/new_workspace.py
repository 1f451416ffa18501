"""The rules and questions of one workspace -> another region's, with no record in it yet."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from itas_graph import context, placement, yaml_form
from itas_graph.errors import EngineError, Message, UsageError
from itas_graph.records import REGISTERS
from itas_graph.workspace import FOLDERS, Workspace

_DECISIONS = "decision,one,other,kind,reason,date,who\n"
_SUPPRESSED = """\
# Personen, die in keiner Ausgabe erscheinen sollen: je Zeile Kürzel oder Name, ohne Gründe.
# Persons who must appear in no output: one slug or name per line, without reasons.
"""
_BASE = re.compile(r"https?://[^\s\"\\]+/")


def begin(
    folder: Path, pattern: Workspace, titles: dict[str, str], base: str | None = None
) -> Workspace:
    """Make a workspace in `folder`: rules and questions as in `pattern`, registers without rows.

    Args:
        folder: where; it must be empty, or not exist yet.
        pattern: whose ontology/ and queries/ are copied.
        titles: the title of the dataset by language (`de`, `en`).
        base: what the addresses of all things begin with, ending in a slash; else those of
            `pattern`.

    Raises:
        UsageError: the folder holds something, or `base` is no address.
        EngineError: the disk is full, or may not be written to.
    """
    folder = folder.resolve()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise UsageError(
            Message(
                f"{folder} ist nicht leer. Nennen Sie einen neuen oder leeren Ordner.",
                f"{folder} is not empty. Name a new or empty folder.",
            )
        )
    if base is not None and not _BASE.fullmatch(base):
        raise UsageError(
            Message(
                f"„{base}“ ist keine Adresse, die mit „/“ endet, wie https://daten.example.org/id/",
                f"“{base}” is no address that ends in “/”, such as https://data.example.org/id/",
            )
        )
    try:
        with placement.staged(folder) as place:
            for name in FOLDERS:
                if name != "data":
                    left = shutil.ignore_patterns("examples", ".*", "~*")
                    shutil.copytree(pattern.root / name, place / name, ignore=left)
            _readdress(place / "ontology" / "context.jsonld", base)
            _write_data(place, pattern, titles)
    except OSError as error:
        raise EngineError(
            Message(
                f"{error.filename or folder} lässt sich nicht schreiben: {error.strerror}.",
                f"{error.filename or folder} cannot be written: {error.strerror}.",
            )
        ) from error
    return Workspace(folder)


def _readdress(path: Path, base: str | None) -> None:
    if base is not None:
        before = json.dumps(context.load(path).resources)[1:-1]
        text = path.read_text("utf-8").replace(f'"{before}', f'"{base}')
        path.write_text(text, "utf-8", newline="\n")


def _write_data(place: Path, pattern: Workspace, titles: dict[str, str]) -> None:
    mapping = context.load(place / "ontology" / "context.jsonld")
    data = place / "data"
    (data / "sources").mkdir(parents=True)
    about = yaml_form.from_python({f"title_{one}": text for one, text in titles.items()})
    texts = {
        "dataset.yaml": yaml_form.text_of(about, "dataset", mapping),
        "identities.csv": _DECISIONS,
        "suppressed.txt": _SUPPRESSED,
    }
    for name in REGISTERS:
        register = pattern.data / f"{name}.csv"
        if register.is_file():
            with register.open(encoding="utf-8-sig") as lines:
                texts[register.name] = lines.readline().rstrip("\r\n") + "\n"
    for name, text in texts.items():
        (data / name).write_text(text, "utf-8", newline="\n")
