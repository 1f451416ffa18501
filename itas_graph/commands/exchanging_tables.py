"""import, template and export: spreadsheets and calendars in and out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from itas_graph.commands.call import (
    Bar,
    Call,
    Command,
    Progress,
    language_option,
    say,
)
from itas_graph.errors import DataError, EngineError, Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.importing import Imported
    from itas_graph.mapping import Mapped
    from itas_graph.publication import Profile
    from itas_graph.sheet_rows import Refused
    from itas_graph.table_import import Taken

_SHOWN = 20


@click.command(
    name="import",
    cls=Command,
    help=say(
        "Zeilen aus Tabellen (.xlsx, .csv, .tsv) oder einem Kalender (.ics) übernehmen: "
        "Organisationen, Personen, Vorhaben und Orte in die Register, alles andere in die Quelle, "
        "die es sagt. Jede Zeile wird ein Eintrag oder mit Begründung abgelehnt; was in der "
        "Tabelle fehlt, wird nie gelöscht.",
        "Take in rows of tables (.xlsx, .csv, .tsv) or of a calendar (.ics): organisations, "
        "people, initiatives and places into the registers, all else into the source that says "
        "so. Each row becomes a record or is refused with the reason; what a table does not hold "
        "is never deleted.",
    ),
)
@click.argument(
    "tables", nargs=-1, required=True, metavar="TABLE...", type=click.Path(path_type=Path)
)
@click.option(
    "--as",
    "kind",
    metavar="KIND",
    help=say(
        "Was in den Zeilen steht, etwa organisations; sonst sagen es Blattname und Überschriften.",
        "What the rows are, such as organisations; else sheet names and headings tell.",
    ),
)
@click.option(
    "--map",
    "options",
    multiple=True,
    metavar="COLUMN=FIELD",
    help=say(
        "Eine Spalte (Überschrift oder Buchstabe) ist dieses Feld; ohne Feld bleibt sie weg. "
        "Mehrfach möglich; „Blatt!Spalte=feld“ gilt für ein Blatt.",
        "A column (heading or letter) is this field; without a field it is left out. May be "
        "repeated; “sheet!column=field” is for one sheet.",
    ),
)
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=say(
        "Zuordnung der Spalten aus dieser Datei (CSV).", "Mapping of columns from this file (CSV)."
    ),
)
@click.option(
    "--save-mapping",
    "save",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        "Die gezeigte Zuordnung in diese Datei schreiben.",
        "Write the mapping shown into this file.",
    ),
)
@click.option(
    "--source",
    metavar="SLUG",
    help=say(
        "Quelle, die das sagt (Kürzel); eine neue braucht --title, --url und --source-kind.",
        "Source that says so (slug); a new one needs --title, --url and --source-kind.",
    ),
)
@click.option("--title", help=say("Titel der neuen Quelle.", "Title of the new source."))
@click.option("--url", help=say("Adresse der neuen Quelle.", "Address of the new source."))
@click.option(
    "--source-kind",
    help=say(
        "Art der neuen Quelle, etwa event-page.", "Kind of the new source, such as event-page."
    ),
)
@click.option(
    "--coverage",
    default="excerpt",
    show_default=True,
    help=say(
        "full: die neue Quelle wurde ganz gelesen.", "full: the new source was read as a whole."
    ),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=say("Nur zeigen, was geschähe.", "Only show what would be done."),
)
@click.option(
    "--strict",
    is_flag=True,
    help=say(
        "Nichts schreiben, wenn eine Zeile abgelehnt wird.", "Write nothing if a row is refused."
    ),
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        "Abgelehnte Zeilen in diese Datei schreiben (CSV).", "Write refused rows to this CSV file."
    ),
)
@click.option(
    "--table",
    "table",
    metavar="NAME",
    help=say(
        "Verbindungen (--as involvements) als Tabelle data/tables/NAME/ aufnehmen, mit allem, was "
        "sie nennen; so auch .csv.gz.",
        "Keep links (--as involvements) as the table data/tables/NAME/, with all that they name; "
        "so does .csv.gz.",
    ),
)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="FIELD:TEXT=VALUE",
    help=say(
        "Mit --table: was ein Text in einem Feld bedeutet, etwa role:coordinator=consortium-lead.",
        "With --table: what a text means in a field, such as role:coordinator=consortium-lead.",
    ),
)
@language_option
@click.pass_obj
def import_(
    call: Call,
    tables: tuple[Path, ...],
    kind: str | None,
    options: tuple[str, ...],
    mapping_file: Path | None,
    save: Path | None,
    source: str | None,
    title: str | None,
    url: str | None,
    source_kind: str | None,
    coverage: str,
    dry_run: bool,
    strict: bool,
    report_file: Path | None,
    table: str | None,
    values: tuple[str, ...],
    lang: Language | None,
) -> None:
    """Take rows of tables into the records."""
    from itas_graph import importing, mapping, report

    call.language = lang or call.language
    described = {"title": title, "url": url, "source_kind": source_kind}
    given = tuple((name, text) for name, text in described.items() if text)
    if table is not None or any(path.suffix == ".gz" for path in tables):
        _refuse_for_tables(kind, save, dry_run=dry_run, strict=strict, files=len(tables))
        _import_links(
            call,
            tables[0],
            table,
            (options, values, mapping_file, source, (*given, ("coverage", coverage))),
            report_file,
        )
        return
    if values:
        raise UsageError(Message("--value gilt mit --table.", "--value goes with --table."))
    settings = importing.Settings(
        kind,
        options,
        mapping_file,
        source,
        (*given, ("coverage", coverage)) if given else (),
        dry_run,
        strict,
    )
    try:
        with Progress(call.language) as progress:
            done = importing.run(call.find(), tables, settings, progress)
    except DataError as error:
        if error.findings:
            click.echo(report.findings(error.findings, "text", call.language), err=True)
        raise
    if save is not None:
        _write(save, mapping.text(done.mapped).encode())
    if report_file is not None:
        text = importing.report(done.outcome.refused, call.language)
        _write(report_file, text.encode("utf-8-sig"))
    for one in done.mapped:
        click.echo(_mapping(call, one))
    for sheet, note in done.notes:
        click.echo(f"{sheet}: {note.text(call.language)}")
    _show_outcome(call, done, dry_run=dry_run)
    if done.outcome.refused:
        sys.exit(DataError.exit_code)


@click.command(
    cls=Command,
    help=say(
        "Eine leere Tabelle (.xlsx) zum Ausfüllen schreiben, mit Auswahllisten und Erläuterung. "
        "Ohne KIND: die Arten von Einträgen zeigen.",
        "Write an empty table (.xlsx) to fill in, with drop-down lists and an explanation. "
        "Without KIND: list the kinds of records.",
    ),
)
@click.argument("kinds", nargs=-1, metavar="[KIND]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Zieldatei (sonst nach der Art benannt).", "Target file (else named by the kind)."),
)
@language_option
@click.pass_obj
def template(
    call: Call, kinds: tuple[str, ...], output: Path | None, lang: Language | None
) -> None:
    """Write an empty table to fill in."""
    from itas_graph import exporting

    call.language = lang or call.language
    here = call.find()
    if not kinds:
        for name, title, meaning in exporting.kinds(here, call.language):
            click.echo(f"{name:15} {title:22} {meaning}")
        return
    data, name = exporting.template(here, kinds, call.language)
    target = output or Path(name)
    if target.exists():
        raise UsageError(
            Message(
                f"{target} gibt es schon und kann ausgefüllt sein; nennen Sie mit -o eine andere "
                "Datei.",
                f"{target} exists and may have been filled in; name another file by -o.",
            )
        )
    _write(target, data)
    call.note(f"Fertig: {target}", f"Done: {target}")


@click.command(
    cls=Command,
    help=say(
        "Alle Einträge als Tabelle (xlsx) oder die Veranstaltungen als Kalender (ics) ausgeben. "
        "Die Tabelle lässt sich ändern und mit „itas-graph import“ zurückgeben; Zeilen, die darin "
        "fehlen, werden dabei nicht gelöscht.",
        "Write all records as a table (xlsx) or the events as a calendar (ics). The table can be "
        "edited and handed back by “itas-graph import”; rows that are missing in it are not "
        "deleted then.",
    ),
)
@click.argument("form", metavar="xlsx|ics", type=click.Choice(["xlsx", "ics"]))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Zieldatei (sonst itas.xlsx, itas.ics).", "Target file (else itas.xlsx, itas.ics)."),
)
@click.option(
    "--profile",
    type=click.Choice(["public", "internal"]),
    default="public",
    help=say(
        "public lässt Personen mit „visibility: internal“ weg.",
        "public leaves out persons with “visibility: internal”.",
    ),
)
@language_option
@click.pass_obj
def export(
    call: Call,
    form: Literal["xlsx", "ics"],
    output: Path | None,
    profile: Profile,
    lang: Language | None,
) -> None:
    """Write records as a spreadsheet or a calendar."""
    from itas_graph import exporting, report

    call.language = lang or call.language
    target = output or Path(f"itas.{form}")
    write = exporting.table if form == "xlsx" else exporting.calendar
    try:
        with Progress(call.language) as progress:
            data, notes = write(call.find(), profile, call.language, progress)
    except DataError as error:
        if error.findings:
            click.echo(report.findings(error.findings, "text", call.language), err=True)
        raise
    _write(target, data)
    for note in notes:
        call.note(note.de, note.en)
    call.note(f"Fertig: {target}", f"Done: {target}")


def _refuse_for_tables(
    kind: str | None, save: Path | None, *, dry_run: bool, strict: bool, files: int
) -> None:
    """Refuse what the import of a table of links does not do.

    Raises:
        UsageError: it was asked for.
    """
    if kind not in (None, "involvements"):
        raise UsageError(
            Message(
                f"Als Tabelle werden Verbindungen aufgenommen: --as involvements, nicht {kind}.",
                f"Links are kept as a table: --as involvements, not {kind}.",
            )
        )
    if files > 1:
        raise UsageError(
            Message(
                "Nennen Sie mit --table eine Datei nach der anderen.",
                "With --table name one file after the other.",
            )
        )
    if dry_run or strict or save is not None:
        raise UsageError(
            Message(
                "--dry-run, --strict und --save-mapping gibt es mit --table nicht; die Zuordnung "
                "steht danach in data/tables/NAME/mapping.yaml.",
                "There is no --dry-run, --strict or --save-mapping with --table; the mapping "
                "stands in data/tables/NAME/mapping.yaml afterwards.",
            )
        )


def _import_links(
    call: Call,
    path: Path,
    table: str | None,
    said: tuple[
        tuple[str, ...], tuple[str, ...], Path | None, str | None, tuple[tuple[str, str], ...]
    ],
    report_file: Path | None,
) -> None:
    """Take a table of links into a record table."""
    from itas_graph import table_import
    from itas_graph.vocab import slugify

    name = table or slugify(path.name.partition(".")[0])
    refused = report_file or Path(f"{name}-refused.csv")
    options, values, mapping_file, source, described = said
    settings = table_import.Settings(name, options, values, mapping_file, source, described)
    with Bar(call.language) as progress:
        done = table_import.run(call.find(), path, settings, refused, call.language, progress)
    _show_links(call, done, refused)
    if done.counted.refused:
        sys.exit(DataError.exit_code)


def _show_links(call: Call, done: Taken, refused: Path) -> None:
    from itas_graph import report

    counted = done.counted

    def number(count: int) -> str:
        return report.number(count, call.language)

    for column, name in done.columns:
        not_read = call.text("– (wird nicht gelesen)", "– (not read)")
        click.echo(f"  {_safe(column):20} → {name or not_read}")
    for note in done.notes:
        click.echo(f"  {note.text(call.language)}")
    if done.resumed:
        click.echo(
            call.text(
                f"Fortgesetzt ab Zeile {number(done.resumed)}.",
                f"Went on from row {number(done.resumed)}.",
            )
        )
    new = ", ".join(f"{number(count)} {kind}" for kind, count in sorted(counted.added.items()))
    click.echo(
        call.text(
            f"{number(counted.rows)} Zeilen: {number(counted.taken)} übernommen (davon "
            f"{number(counted.repeated)} schon bekannte Verbindungen), "
            f"{number(counted.refused)} abgelehnt.",
            f"{number(counted.rows)} rows: {number(counted.taken)} taken in (of which "
            f"{number(counted.repeated)} were known links), {number(counted.refused)} refused.",
        )
    )
    click.echo(call.text(f"Neu: {new or 'nichts'}", f"New: {new or 'nothing'}"))
    if counted.undated:
        click.echo(
            call.text(
                f"{number(counted.undated)} Zeiträume sind kein Datum und stehen im Wortlaut.",
                f"{number(counted.undated)} periods are no dates and stand as they are written.",
            )
        )
    if counted.shared:
        title, times = counted.shared[0]
        click.echo(
            call.text(
                f"{len(counted.shared)} Titel teilen sich je mehr als 100 Organisationen, am "
                f"meisten „{_safe(title)}“ ({number(times)}): Das sind eher Programme als "
                "Vorhaben. Gibt es eine Kennung, ordnen Sie sie zu: --map „Spalte=initiative.id“.",
                f"{len(counted.shared)} titles are each shared by more than 100 organisations, "
                f"most of all “{_safe(title)}” ({number(times)}): these are programmes rather "
                "than projects. If there is an identifier, map it: --map "
                "“column=initiative.id”.",
            )
        )
    click.echo(
        call.text(
            f"Geschrieben: data/tables/{done.table}/"
            + (f", {len(done.sources)} Quellen" if done.sources else ""),
            f"Written: data/tables/{done.table}/"
            + (f", {len(done.sources)} sources" if done.sources else ""),
        )
    )
    if counted.refused:
        call.note(f"Abgelehnte Zeilen: {refused}", f"Refused rows: {refused}")


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise EngineError(
            Message(
                f"{path} lässt sich nicht schreiben: {error.strerror}.",
                f"{path} cannot be written: {error.strerror}.",
            )
        ) from error


def _mapping(call: Call, one: Mapped) -> str:
    """Return which column of a sheet is which field, and how that was recognised."""
    how = {
        "heading": Message("an der Überschrift erkannt", "recognised by its heading"),
        "name": Message("heißt so", "is called so"),
        "option": Message("laut --map", "said by --map"),
        "file": Message("laut --mapping", "said by --mapping"),
        "none": Message("nicht erkannt, wird nicht gelesen", "not recognised, not read"),
    }
    lines = [
        call.text(
            f"{one.sheet.file}, „{one.sheet.name}“ → {one.kind}, "
            f"Überschriften in Zeile {one.header}",
            f"{one.sheet.file}, “{one.sheet.name}” → {one.kind}, headings in row {one.header}",
        )
    ]
    if one.above:
        skipped = ", ".join(str(row.number) for row in one.above)
        lines.append(
            call.text(
                f"  Zeilen darüber werden nicht gelesen: {skipped}",
                f"  rows above are not read: {skipped}",
            )
        )
    wide = max(len(_safe(column.heading)) for column in one.columns)
    for column in one.columns:
        shown = f"{column.letter:>3}  {_safe(column.heading):{wide}}  → {column.field or '–':20}"
        lines.append(f"{shown} {how[column.how].text(call.language)}")
    return "\n".join(lines)


def _show_outcome(call: Call, done: Imported, *, dry_run: bool) -> None:
    outcome = done.outcome
    for place, label in outcome.added[:_SHOWN]:
        click.echo(f"+ {label} ({_where(call, place.sheet, place.row)})")
    _more(call, len(outcome.added))
    for change in outcome.changes[:_SHOWN]:
        where = _where(call, change.place.sheet, change.place.row)
        old, new = (_safe(text) or "–" for text in (change.old, change.new))
        click.echo(f"~ {change.record} · {change.field}: {old} → {new} ({where})")
    _more(call, len(outcome.changes))
    for one in outcome.refused[:_SHOWN]:
        click.echo(_refusal(call, one))
    _more(call, len(outcome.refused))
    click.echo(
        call.text(
            f"{len(outcome.added)} neu, {len(outcome.changed)} geändert, "
            f"{len(outcome.unchanged)} unverändert, {outcome.refused_rows} abgelehnt.",
            f"{len(outcome.added)} new, {len(outcome.changed)} changed, "
            f"{len(outcome.unchanged)} unchanged, {outcome.refused_rows} refused.",
        )
    )
    files = ", ".join(done.files[:_SHOWN])
    if len(done.files) > _SHOWN:
        more = len(done.files) - _SHOWN
        files += call.text(f" … und {more} weitere", f" … and {more} more")
    if done.written:
        click.echo(call.text(f"Geschrieben: {files}", f"Written: {files}"))
    elif files and dry_run:
        click.echo(
            call.text(f"Würde geschrieben (--dry-run): {files}", f"Would be written: {files}")
        )
    elif files:
        click.echo(call.text("Nichts geschrieben (--strict).", "Nothing was written (--strict)."))
    else:
        click.echo(call.text("Keine Datei ändert sich.", "No file changes."))


def _more(call: Call, count: int) -> None:
    if count > _SHOWN:
        more = count - _SHOWN
        click.echo(call.text(f"  … und {more} weitere", f"  … and {more} more"))


def _refusal(call: Call, one: Refused) -> str:
    place = ", ".join(
        part
        for part in (
            one.place.file,
            _where(call, one.place.sheet, one.place.row),
            call.text(f"Spalte {one.column}", f"column {one.column}") if one.column else "",
        )
        if part
    )
    return (
        f"✗ {_safe(place)}\n  {_safe(one.problem.text(call.language))}\n"
        f"  → {_safe(one.remedy.text(call.language))}"
    )


def _where(call: Call, sheet: str, row: int) -> str:
    line = call.text(f", Zeile {row}", f", row {row}") if row else ""
    return call.text(f"„{sheet}“{line}", f"“{sheet}”{line}")


def _safe(text: str) -> str:
    """Return a text from a table as one printable line."""
    shown = "".join(mark if mark.isprintable() else " " for mark in text)
    return shown if len(shown) <= 300 else shown[:300] + " …"
