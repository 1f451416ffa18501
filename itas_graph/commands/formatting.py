"""fmt: the record files in canonical form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import Call, Command, is_terminal, language_option, say
from itas_graph.errors import DataError, Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.canonical_form import Formatted


@click.command(
    "fmt",
    cls=Command,
    help=say(
        "Einträge in die kanonische Form bringen; Werte und Kommentare bleiben.",
        "Put records into canonical form; values and comments stay.",
    ),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help=say(
        "Nichts schreiben; 1, wenn eine Datei nicht kanonisch ist.",
        "Write nothing; 1 if a file is not canonical.",
    ),
)
@click.option(
    "--diff",
    is_flag=True,
    help=say("Nichts schreiben; die Änderungen zeigen.", "Write nothing; show the changes."),
)
@language_option
@click.pass_obj
def fmt(
    call: Call, files: tuple[Path, ...], only_check: bool, diff: bool, lang: Language | None
) -> None:
    """Put record files into canonical form, or say which are not."""
    from itas_graph import canonical_form, context, report

    call.language = lang or call.language
    here = call.find()
    mapping = context.load(here.ontology / "context.jsonld")
    paths = _named(files) if files else canonical_form.files(here.data)
    found = [
        canonical_form.formatted(path, _shown(path, here.root), mapping)
        for path in dict.fromkeys(paths)
    ]
    changed = [one for one in found if one.changes]
    for one in changed:
        if diff:
            click.echo(_difference(one), nl=False)
        else:
            click.echo(one.name)
        if not (diff or only_check):
            canonical_form.write(one)
    problems = [finding for one in found for finding in one.findings]
    if problems:
        shown = report.findings(problems, "text", call.language, colour=is_terminal(err=True))
        click.echo(shown, err=True)
    _sum_up(call, len(changed), len(found), written=not (diff or only_check))
    if problems or (only_check and changed):
        sys.exit(DataError.exit_code)


def _named(given: tuple[Path, ...]) -> list[Path]:
    """Return the record files that are named, and those below named folders.

    Raises:
        UsageError: there is no such file, or it is no record file.
    """
    from itas_graph import canonical_form

    paths: list[Path] = []
    for path in given:
        if path.is_dir():
            paths += canonical_form.files(path)
        elif not path.is_file():
            raise UsageError(
                Message(f"Eine Datei {path} gibt es nicht.", f"There is no file {path}.")
            )
        elif canonical_form.kind_of(path.absolute()) is None:
            raise UsageError(
                Message(
                    f"{path} ist keine Datei mit Einträgen. Das sind sources/NAME.yaml, NAME.csv, "
                    "dataset.yaml und suppressed.txt.",
                    f"{path} is no record file. These are sources/NAME.yaml, NAME.csv, "
                    "dataset.yaml and suppressed.txt.",
                )
            )
        else:
            paths.append(path)
    return paths


def _shown(path: Path, root: Path) -> str:
    """Return the path as findings show it: inside the workspace relative to it."""
    absolute = path.absolute()
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else path).as_posix()


def _difference(one: Formatted) -> str:
    import difflib

    before = one.before.decode("utf-8", "replace").splitlines(keepends=True)
    after = (one.after or b"").decode().splitlines(keepends=True)
    lines = difflib.unified_diff(before, after, one.name, one.name)
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _sum_up(call: Call, changed: int, total: int, *, written: bool) -> None:
    de = f"{changed} von {total} {'Datei' if total == 1 else 'Dateien'}"
    en = f"{changed} of {total} {'file' if total == 1 else 'files'}"
    if written:
        call.note(f"{de} geändert.", f"{en} changed.")
    else:
        call.note(f"{de} nicht kanonisch.", f"{en} not canonical.")
        if changed:
            call.note("In Form bringen: itas-graph fmt", "Put into form: itas-graph fmt")
