"""Texts of the page, names of concepts and dates in one language: what words.js is to the page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from itas_graph.errors import Language

TEXTS = Path(__file__).parent / "templates" / "texts"

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "de": (
        *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September"),
        *("Oktober", "November", "Dezember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
        *("October", "November", "December"),
    ),
}
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_ROLE_SCHEMES = ("role", "involvement-role", "contribution-role", "participation-role")


def texts_of_the_page() -> dict[str, dict[str, str]]:
    """Return every text of the page by its key, in German (`de`) and English (`en`)."""
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(TEXTS.glob("*.json")):
        texts.update(json.loads(path.read_text("utf-8")))
    return texts


class Words:
    """The page's texts in one language, with the names that a dataset gives its concepts.

    >>> words = Words("de", {"status": {"held": {"de": "durchgeführt", "en": "held"}}})
    >>> words.date("2024-06-06"), words.concept("status", "held")
    ('6. Juni 2024', 'durchgeführt')
    >>> words.text("connection.wey")
    Traceback (most recent call last):
        ...
    KeyError: 'connection.wey'
    """

    def __init__(
        self, language: Language, concepts: Mapping[str, Mapping[str, Mapping[str, Any]]]
    ) -> None:
        self.language = language
        self._texts = texts_of_the_page()
        self._concepts = concepts

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def text(self, key: str, **values: str) -> str:
        """Return the text of `key` with `values` in the place of their names in braces."""
        template = self._texts[key][self.language]
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)

    def counted(self, key: str, n: int) -> str:
        """Return the text for one or for many, with the number in it."""
        one, many = self._texts[key][self.language].split("|")
        return (one if n == 1 else many).replace("{n}", self.number(n))

    def number(self, n: int) -> str:
        """Return a whole number with the thousands mark of the language."""
        text = f"{n:,}"
        return text.replace(",", ".") if self.language == "de" else text

    def date(self, value: str) -> str:
        """Return a year, month or day as precise as it is known; other text as it is.

        >>> Words("en", {}).date("2024-06")
        'June 2024'
        """
        parts = _DATE.match(value)
        if not parts:
            return value
        year, month, day = parts.groups()
        if not month:
            return str(year)
        number = int(month)
        name = _MONTHS[self.language][number - 1] if 1 <= number <= 12 else month
        if not day:
            return f"{name} {year}"
        point = "." if self.language == "de" else ""
        return f"{int(day)}{point} {name} {year}"

    def period(self, start: str, end: str) -> str:
        """Return a time from `start` to `end`, either of which may be empty."""
        if start and start == end:
            return self.date(start)
        if start and end:
            return self.text("date.range", **{"from": self.date(start), "until": self.date(end)})
        if start:
            return self.text("date.from", date=self.date(start))
        return self.text("date.until", date=self.date(end)) if end else ""

    def concept(self, scheme: str, slug: str) -> str:
        """Return the name of a concept; a slug that nobody has named is shown as words."""
        if not slug:
            return ""
        found = self._concepts.get(scheme, {}).get(slug)
        if found is None:
            return slug.replace("-", " ")
        return str(found.get(self.language) or found.get("de") or slug)

    def role(self, slug: str) -> str:
        """Return the name of a role, whichever list it stands in."""
        if slug in ("affiliation", "presentation"):
            return self.text(f"role.{slug}")
        scheme = next((one for one in _ROLE_SCHEMES if slug in self._concepts.get(one, {})), "role")
        return self.concept(scheme, slug)

    def field(self, slug: str) -> str:
        """Return the name of an action field."""
        return self.concept("action-field", slug) if slug else self.text("field.none")
