"""identities: what may be the same, a unit, a successor or two, and the decisions on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import Call, Command, is_terminal, language_option, say
from itas_graph.errors import Finding, Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.decisions import Decided
    from itas_graph.records import Records


@click.command(
    cls=Command,
    help=say(
        "Vorschlagen, was dasselbe meinen, eine Einheit oder Nachfolgerin sein oder für zwei "
        "stehen kann; mit --decide entscheiden, mit --undo zurücknehmen.",
        "Propose what may mean the same, be a unit or successor or stand for two; decide with "
        "--decide, take back with --undo.",
    ),
)
@click.option(
    "--format",
    "name",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    help=say("Form der Ausgabe.", "Form of the output."),
)
@click.option(
    "--kind",
    type=click.Choice(["organisations", "people"]),
    help=say("Nur Organisationen oder nur Personen.", "Organisations only, or people only."),
)
@click.option(
    "--all",
    "show_all",
    is_flag=True,
    help=say(
        "Auch zeigen, was durch Register, Schreibweise oder Entscheidung geklärt ist.",
        "Also show what registers, spellings or decisions have settled.",
    ),
)
@click.option(
    "--decide",
    nargs=3,
    metavar=say("ENTSCHEIDUNG EINS ANDERES", "DECISION ONE OTHER"),
    help=say(
        "same, different, successor oder unit: ANDERES ist … von EINS (Kürzel).",
        "same, different, successor or unit: OTHER is … of ONE (slugs).",
    ),
)
@click.option("--reason", help=say("Begründung der Entscheidung.", "Reason for the decision."))
@click.option(
    "--who",
    help=say("Wer entscheidet: eine Stelle oder Rolle.", "Who decides: an office or role."),
)
@click.option("--date", help=say("Tag der Entscheidung, 2026-01-31.", "Day of the decision."))
@click.option(
    "--undo",
    nargs=2,
    metavar=say("EINS ANDERES", "ONE OTHER"),
    help=say("Die Entscheidung über zwei Kürzel löschen.", "Delete the decision on two slugs."),
)
@language_option
@click.pass_obj
def identities(
    call: Call,
    name: str,
    kind: str | None,
    show_all: bool,
    decide: tuple[str, str, str] | None,
    reason: str | None,
    who: str | None,
    date: str | None,
    undo: tuple[str, str] | None,
    lang: Language | None,
) -> None:
    """List proposals of identity, or enter or delete a decision."""
    from itas_graph import proposals, records, report

    call.language = lang or call.language
    here = call.find()
    read = records.load_with(here.data, "organisations")
    decided = _decided(read)
    if decide and undo:
        raise UsageError(
            Message("--decide und --undo gehen nicht zugleich.", "Not --decide and --undo at once.")
        )
    if decide:
        _decide(call, here.data, read, kind, decide, {"reason": reason, "date": date, "who": who})
        return
    if reason or who or date:
        raise UsageError(
            Message(
                "--reason, --who und --date gehören zu --decide.",
                "--reason, --who and --date belong to --decide.",
            )
        )
    if undo:
        _undo(call, here.data, decided, kind, undo)
        return
    wrong = [*read.findings, *decided.findings]
    if wrong:
        shown = report.findings(wrong, "text", call.language, colour=is_terminal(err=True))
        click.echo(shown, err=True)
    found = proposals.propose(read, decided, (kind,) if kind else proposals.KINDS)
    kept = [one for one in found if show_all or one.settled is None]
    click.echo(report.proposals(kept, name, call.language, hidden=len(found) - len(kept)))


def _decided(read: Records) -> Decided:
    from itas_graph import decisions, identity

    return decisions.read(read.decisions, identity.entities(read))


def _decide(
    call: Call,
    data: Path,
    read: Records,
    kind: str | None,
    decide: tuple[str, str, str],
    given: dict[str, str | None],
) -> None:
    """Enter a decision; it must hold together with those that are there."""
    from itas_graph import decisions, identity, placement, records

    missing = [f"--{name}" for name, value in given.items() if not value]
    if missing:
        raise UsageError(
            Message(
                f"Zu einer Entscheidung gehört: {', '.join(missing)}.",
                f"A decision needs: {', '.join(missing)}.",
            )
        )
    before = _sound(_decided(read))
    word, one, other = decide
    known = identity.entities(read)
    row = decisions.Decision(
        kind=kind or _kind(known, one, other),
        one=one,
        other=other,
        decision=word,
        reason=str(given["reason"]),
        date=str(given["date"]),
        who=str(given["who"]),
    )
    text = decisions.to_csv([*before.decisions, row])
    findings: list[Finding] = []
    rows = records.read_csv(text, records.DECISIONS, decisions.FILE, findings)
    after = decisions.read(rows, known)
    if findings or after.findings:
        wrong = [*findings, *after.findings][0]
        raise UsageError(
            Message(
                f"{wrong.problem.de} {wrong.remedy.de}", f"{wrong.problem.en} {wrong.remedy.en}"
            )
        )
    placement.write(data / Path(decisions.FILE).name, text)
    call.note(
        f"Eingetragen in {decisions.FILE}: {word} {one} {other}.",
        f"Entered in {decisions.FILE}: {word} {one} {other}.",
    )


def _undo(
    call: Call, data: Path, decided: Decided, kind: str | None, undo: tuple[str, str]
) -> None:
    """Delete the decisions on a pair."""
    from itas_graph import decisions, placement

    pair = frozenset(undo)
    rows = _sound(decided).decisions
    kept = [one for one in rows if one.pair != pair or (kind and one.kind != kind)]
    if len(kept) == len(rows):
        raise UsageError(
            Message(
                f"Über „{undo[0]}“ und „{undo[1]}“ ist nichts entschieden.",
                f"Nothing is decided on “{undo[0]}” and “{undo[1]}”.",
            )
        )
    path = data / Path(decisions.FILE).name
    if kept:
        placement.write(path, decisions.to_csv(kept))
    else:
        path.unlink(missing_ok=True)
    call.note(
        f"Zurückgenommen: {undo[0]} {undo[1]}.",
        f"Taken back: {undo[0]} {undo[1]}.",
    )


def _sound(decided: Decided) -> Decided:
    """Return decisions without a fault: a file with faults is not rewritten."""
    if decided.findings:
        wrong = decided.findings[0]
        raise UsageError(
            Message(
                f"In {wrong.file}, Zeile {wrong.line}, stimmt etwas nicht: {wrong.problem.de} "
                "Berichtigen Sie das zuerst.",
                f"Something is wrong in {wrong.file}, line {wrong.line}: {wrong.problem.en} "
                "Correct that first.",
            )
        )
    return decided


def _kind(known: Mapping[str, Mapping[str, object]], one: str, other: str) -> str:
    """Return the kind of two slugs: that which knows them, else organisations."""
    fits = [
        kind
        for kind in ("organisations", "people")
        if one in known.get(kind, {}) or other in known.get(kind, {})
    ]
    if len(fits) > 1:
        raise UsageError(
            Message(
                "Organisationen und Personen heißen so; wählen Sie mit --kind.",
                "Organisations and people are called so; choose with --kind.",
            )
        )
    return fits[0] if fits else "organisations"
