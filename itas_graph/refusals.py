"""Why a row is not taken in, and what to do: the words for each reason."""

from __future__ import annotations

from collections.abc import Sequence

from itas_graph import cells
from itas_graph.errors import Message
from itas_graph.publication import REDACTED
from itas_graph.sheet_rows import Place


class RefusedError(Exception):
    """A row cannot be taken in."""

    def __init__(self, name: str, problem: Message, remedy: Message) -> None:
        super().__init__(problem.en)
        self.name = name
        self.problem = problem
        self.remedy = remedy


def moved(above: str) -> cells.Refusal:
    """Refuse what stands below another thing than the row says."""
    return (
        Message(
            f"Der Eintrag steht unter „{above}“ und lässt sich nicht verschieben.",
            f"The record stands under “{above}” and cannot be moved.",
        ),
        Message(
            "Legen Sie ihn dort neu an (Spalte „Eintrag“ leer) und löschen Sie den alten in der "
            "Quelldatei.",
            "Add it there anew (column “Record” empty) and delete the old one in the source file.",
        ),
    )


def renamed(given: str, own: str) -> cells.Refusal:
    """Refuse a row that gives a record another slug."""
    return (
        Message(
            f"Das Kürzel „{given}“ bleibt; „{own}“ wäre ein anderer Eintrag.",
            f"The slug “{given}” stays; “{own}” would be another record.",
        ),
        Message(
            "Für einen neuen Eintrag lassen Sie die Spalte „Eintrag“ leer.",
            "For a new record, leave the column “Record” empty.",
        ),
    )


def elsewhere(text: str, source: str, others: Sequence[str]) -> cells.Refusal:
    """Refuse what another source holds."""
    listing = ", ".join(others)
    return (
        Message(
            f"„{text}“ steht nicht in der Quelle {source}, sondern in {listing}.",
            f"“{text}” is not in the source {source} but in {listing}.",
        ),
        Message(
            "Nennen Sie diese Quelle oder legen Sie den Eintrag hier auf einem eigenen Blatt an.",
            "Name that source, or add the record here on a sheet of its own.",
        ),
    )


def nameless() -> cells.Refusal:
    """Refuse a row without name and slug."""
    return (
        Message("Es fehlen Name und Kürzel.", "Name and slug are missing."),
        Message("Füllen Sie wenigstens den Namen.", "Fill in the name at least."),
    )


def taken(own: str, label: str) -> cells.Refusal:
    """Refuse a slug that something else has."""
    return (
        Message(
            f"Das Kürzel „{own}“ hat schon „{label}“.",
            f"“{label}” has the slug “{own}” already.",
        ),
        Message(
            "Ist es dasselbe, schreiben Sie den Namen wie dort; sonst ein eigenes Kürzel.",
            "If it is the same, write the name as there; else give a slug of its own.",
        ),
    )


def redacted() -> cells.Refusal:
    """Refuse what hides something and is no value."""
    return (
        Message(
            f"„{REDACTED}“ steht für etwas, das nicht erscheinen darf, und ist kein Wert.",
            f"“{REDACTED}” stands for what must not appear, and is no value.",
        ),
        Message(
            "Lassen Sie die Zelle, wie sie ausgegeben wurde; in einer neuen Zeile leeren Sie sie.",
            "Leave the cell as it was exported; in a new row, empty it.",
        ),
    )


def said_already(place: Place) -> cells.Refusal:
    """Refuse what another row contradicts."""
    return (
        Message(
            f"Zeile {place.row} („{place.sheet}“) sagt über denselben Eintrag etwas anderes.",
            f"Row {place.row} (“{place.sheet}”) says something else about the same record.",
        ),
        Message(
            "Führen Sie beide Zeilen zusammen; sind es zwei, geben Sie jeder ein Kürzel.",
            "Join both rows; if they are two things, give each a slug.",
        ),
    )


def required() -> cells.Refusal:
    """Refuse a required field that was emptied."""
    return (
        Message("Diese Angabe ist Pflicht.", "This is required."),
        Message("Füllen Sie die Zelle wieder.", "Fill in the cell again."),
    )
