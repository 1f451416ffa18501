"""What can go wrong, said in German and English: messages, findings and the exception family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["de", "en"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """One text in both languages.

    >>> Message("Datei fehlt", "file is missing").text("en")
    'file is missing'
    """

    de: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.de if language == "de" else self.en


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong with the data, and where.

    `file` is relative to the workspace, `line` counts from 1 (0: the file as a whole), `record`
    is kind/slug or empty, `field` the name of the field or empty.
    """

    file: str
    line: int
    record: str
    field: str
    problem: Message
    remedy: Message
    severity: Severity = "error"


class ItasError(Exception):
    """Base of all errors a user may see; carries both languages and an exit code."""

    exit_code = 1

    def __init__(self, message: Message) -> None:
        super().__init__(message.en)
        self.message = message


class DataError(ItasError):
    """The records say no; `findings` lists why."""

    exit_code = 1

    def __init__(self, message: Message, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class UsageError(ItasError):
    """The call was wrong: unknown question, parameter, file or folder."""

    exit_code = 2


class QueryError(UsageError):
    """A SPARQL text that cannot be parsed; `line` and `column` count from 1."""

    def __init__(self, message: Message, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class EngineError(ItasError):
    """The store, the disk or an endpoint failed."""

    exit_code = 3


class LimitError(EngineError):
    """A query was ended because it went over a limit: `limit` is "time", "memory" or "size"."""

    def __init__(self, message: Message, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


class BusyError(EngineError):
    """All that could answer are busy, and enough are waiting."""


class ForbiddenError(QueryError):
    """A query that would write, or reach outside the dataset."""


class NotAcceptableError(QueryError):
    """A query whose kind of answer is none that the asker takes."""
