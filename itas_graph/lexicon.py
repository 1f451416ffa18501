"""The word lists in `lexicon/` -> parts of regular expressions, to read programme pages by."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "lexicon"


@cache
def entries(name: str) -> tuple[str, ...]:
    """Return the lines of a list, without remarks.

    >>> "gmbh" in entries("legal-forms")
    True
    """
    lines = (_FOLDER / f"{name}.txt").read_text("utf-8").split("\n")
    return tuple(line for line in lines if line and not line.startswith("#"))


def words(name: str) -> frozenset[str]:
    """Return the entries of a list of plain words."""
    return frozenset(entries(name))


def any_of(*names: str) -> str:
    """Return a group of a regular expression that matches any entry of the lists.

    >>> any_of("format-prefixes").startswith("(?:Eröffnungs|")
    True
    """
    return "(?:" + "|".join(entry for name in names for entry in entries(name)) + ")"
