"""draft: from the page of an event to records that a person reviews."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import Call, Command, is_terminal, language_option, say, width
from itas_graph.errors import DataError, Finding, Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.documents import Line
    from itas_graph.drafting import Draft
    from itas_graph.programme import Programme
    from itas_graph.records import Record
    from itas_graph.review import Step
    from itas_graph.workspace import Workspace


@click.command(
    cls=Command,
    help=say(
        "Die Programmseite einer Veranstaltung (.txt, .html, .pdf; „-“: Eingabe) lesen und daraus "
        "Entwürfe machen. Sie erscheinen nicht öffentlich, bis jemand sie geprüft hat.",
        "Read the programme page of an event (.txt, .html, .pdf; “-”: standard input) and make "
        "drafts of it. They do not appear in public until somebody has reviewed them.",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--url",
    default="",
    help=say("Unter welcher Adresse die Seite steht.", "At which address the page stands."),
)
@click.option(
    "--event",
    default="",
    metavar="SLUG",
    help=say(
        "Kürzel der Veranstaltung (sonst aus ihrem Namen).",
        "Slug of the event (else made of its name).",
    ),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say(
        "Zieldatei (sonst data/sources/KÜRZEL.yaml).",
        "Target file (else data/sources/SLUG.yaml).",
    ),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["file", "yaml", "json"]),
    default="file",
    help=say(
        "file schreibt die Datei; yaml und json zeigen nur, was gelesen wurde.",
        "file writes the file; yaml and json only show what was read.",
    ),
)
@click.option(
    "--review",
    "reviewing",
    is_flag=True,
    help=say(
        "Die Entwürfe gleich prüfen, Zeile neben Eintrag; FILE darf auch eine .yaml sein.",
        "Review the drafts right away, line beside record; FILE may be a .yaml, too.",
    ),
)
@language_option
@click.pass_obj
def draft(
    call: Call,
    file: Path,
    url: str,
    event: str,
    output: Path | None,
    form: str,
    reviewing: bool,
    lang: Language | None,
) -> None:
    """Draft records from a programme page."""
    from itas_graph import documents

    call.language = lang or call.language
    here = call.find()
    if reviewing and file.suffix == ".yaml":
        _review(call, here, file, ())
        return
    raw = _content(file)
    notes: list[Message] = []
    lines = documents.read(raw, file.name, notes)
    for one in notes:
        call.note(one.de, one.en)
    url = url or documents.address(raw, file.name)
    read, made = _drafted(here, lines, file, url, event, output)
    if form == "json":
        from itas_graph import drafting

        shown = drafting.as_json(read, call.language)
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    text = _yaml(here, made)
    if form == "yaml":
        click.echo(text, nl=False)
        _report(call, read, made)
        return
    target = output or _target(here, made.slug)
    if not read.items:
        _report(call, read, made)
        raise DataError(
            Message(
                "Hier ist kein Programm zu erkennen; es wurde nichts geschrieben. Steht es in "
                "einem Bild oder in einem anderen Dokument?",
                "No programme can be made out here; nothing was written. Does it stand in a "
                "picture or in another document?",
            )
        )
    if not url:
        call.note(
            "Die Adresse der Seite fehlt: mit --url angeben oder als „url: …“ nachtragen.",
            "The address of the page is missing: give it by --url or add it as “url: …”.",
        )
    if not (reviewing and target.is_file()):
        _write(target, text)
        _report(call, read, made)
        call.note(f"Geschrieben: {target}", f"Written: {target}")
    if reviewing:
        _review(call, here, target, lines)


def _content(file: Path) -> bytes:
    """Return what a file, or standard input, holds; no more than `documents` would take."""
    from itas_graph import documents

    if str(file) != "-" and file.exists() and not file.is_file():
        raise UsageError(
            Message(
                f"{file} ist keine Datei. Nennen Sie die gespeicherte Seite; was ein anderes "
                "Programm ausgibt, nimmt „-“ entgegen.",
                f"{file} is no file. Name the saved page; what another program writes is taken "
                "by “-”.",
            )
        )
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as stream:
            return stream.read(documents.MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UsageError(Message(f"{file} gibt es nicht.", f"There is no {file}.")) from error
    except OSError as error:
        raise UsageError(
            Message(
                f"{file} lässt sich nicht öffnen: {error.strerror}.",
                f"{file} cannot be opened: {error.strerror}.",
            )
        ) from error


def _drafted(
    here: Workspace, lines: list[Line], file: Path, url: str, event: str, output: Path | None
) -> tuple[Programme, Draft]:
    from itas_graph import drafting, identity, programme, records
    from itas_graph.vocab import SLUG, slugify

    if event and not SLUG.fullmatch(event):
        raise UsageError(
            Message(
                f"„{event}“ ist kein Kürzel. Schreiben Sie {slugify(event) or 'forum-2025'}.",
                f"“{event}” is no slug. Write {slugify(event) or 'forum-2025'}.",
            )
        )
    known = records.load(here.data)
    entities = identity.entities(known)
    read = programme.read(lines, drafting.known_people(entities))
    slug = slugify(output.stem) if output else _slug(url, file, read.event.name)
    made = drafting.draft(read, entities, identity.index(known), slug=slug, url=url, event=event)
    return read, made


def _slug(url: str, file: Path, name: str) -> str:
    """Return the slug of a source: of its address, else of its file, else of the event."""
    from urllib.parse import urlsplit

    from itas_graph.vocab import slugify

    address = urlsplit(url)
    path = slugify(Path(address.path).stem)
    host = address.netloc.removeprefix("www.").split(".")[0]
    stem = "" if str(file) == "-" else slugify(file.stem)
    return (slugify(f"{host}-{path}") if path else "") or stem or slugify(name) or "programm"


def _yaml(here: Workspace, made: Draft) -> str:
    from itas_graph import canonical_form, context

    mapping = context.load(here.ontology / "context.jsonld")
    return canonical_form.yaml_text(made.record, "source", mapping)


def _target(here: Workspace, slug: str) -> Path:
    return Path(f"{slug}.yaml") if here.shipped else here.data / "sources" / f"{slug}.yaml"


def _write(target: Path, text: str) -> None:
    try:
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError as error:
        raise UsageError(
            Message(
                f"{target} gibt es schon; es wurde nichts geschrieben. Mit -o anders benennen, "
                "oder mit --review weiterprüfen.",
                f"{target} is there already; nothing was written. Name another by -o, or go on "
                "reviewing by --review.",
            )
        ) from error
    except OSError as error:
        raise UsageError(
            Message(
                f"{target} lässt sich nicht schreiben: {error.strerror}.",
                f"{target} cannot be written: {error.strerror}.",
            )
        ) from error


def _report(call: Call, read: Programme, made: Draft) -> None:
    """Say on standard error what was read, what is new, and which lines were not read."""
    from itas_graph import report

    click.echo(report.drafted(read, made, call.language), err=True)


def _review(call: Call, here: Workspace, file: Path, page: Sequence[Line]) -> None:
    """Go through the drafts of a file; each decision is written at once."""
    if not (is_terminal() and sys.stdin.isatty()):
        raise UsageError(
            Message(
                "Geprüft wird am Bildschirm; Ein- und Ausgabe sind hier umgeleitet.",
                "Reviewing needs a terminal; input and output are redirected here.",
            )
        )
    from itas_graph import report, review

    call.note(
        "Links steht, was die Seite sagt, rechts, was daraus wurde. Jede Entscheidung wird sofort "
        "gespeichert. „alles“ übernimmt auch, was darunter steht; neue Organisationen und Personen "
        "kommen am Ende einzeln. Was Sie überspringen, bleibt Entwurf.",
        "On the left stands what the page says, on the right what was made of it. Each decision is "
        "saved at once. “whole” also accepts all that stands beneath; new organisations and people "
        "come one by one at the end. What you skip stays a draft.",
    )
    passed: set[str] = set()
    accepted = 0
    while True:
        text = _text(file)
        record = _record(text, file)
        left = [one for one in review.steps(record, page) if _key(one) not in passed]
        if not left:
            break
        step = left[0]
        click.echo(report.step(step, review.block(text, step), call.language, width(), len(left)))
        answer = _answer(call, review.beneath(step))
        if answer == "q":
            break
        if answer == "a" and review.accepted(text, step) == text:
            call.note(
                "„status“ steht hier nicht in einer Zeile für sich: mit „bearbeiten“ herausnehmen.",
                "“status” does not stand in a line of its own here: take it out by “edit”.",
            )
            passed.add(_key(step))
        elif answer == "a":
            _save(file, review.accepted(text, step), text)
            accepted += 1
        elif answer == "w":
            _save(file, review.accepted_with_all(text, step), text)
            accepted += 1 + review.beneath(step)
        elif answer == "r":
            _save(file, review.removed(text, step), text)
        elif answer == "e":
            _edit(call, file, text, step)
        else:
            passed.add(_key(step))
    rest = len(review.steps(_record(_text(file), file)))
    call.note(
        f"{accepted} übernommen, {rest} noch Entwurf: {file}",
        f"{accepted} accepted, {rest} still drafts: {file}",
    )


def _answer(call: Call, beneath: int) -> str:
    """Ask what is to happen with a draft: a, w (with all beneath it), e, s, r or q."""
    all_de, all_en = (
        (f", [a]lles ({beneath + 1})", f", [w]hole ({beneath + 1})") if beneath else ("", "")
    )
    prompt = call.text(
        f"[ü]bernehmen{all_de}, [b]earbeiten, über[s]pringen, [l]öschen, [e]nde",
        f"[a]ccept{all_en}, [e]dit, [s]kip, [r]emove, [q]uit",
    )
    keys = {"ü": "a", "u": "a", "a": "w", "b": "e", "s": "s", "l": "r", "e": "q"}
    while True:
        given = click.prompt(prompt, prompt_suffix=" > ").strip().lower()[:1]
        answer = keys.get(given, "") if call.language == "de" else given
        if answer in ("a", "e", "s", "r", "q") or (answer == "w" and beneath):
            return answer


def _key(step: Step) -> str:
    """Return what tells a draft from others while lines move."""
    record = step.record
    return "|".join([record.kind, record.label, record.first("anchor") or "", str(step.depth)])


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Message(f"{file} ist nicht lesbar.", f"{file} cannot be read.")) from error


def _record(text: str, file: Path) -> Record:
    from itas_graph import records

    findings: list[Finding] = []
    record = records.read_yaml(text, "source", str(file), findings)
    if record is None or findings:
        raise DataError(
            Message(
                f"{file} ist nicht lesbar: {findings[0].problem.de if findings else 'leer'}",
                f"{file} cannot be read: {findings[0].problem.en if findings else 'empty'}",
            ),
            tuple(findings),
        )
    return record


def _save(file: Path, text: str, before: str) -> None:
    from itas_graph import canonical_form

    canonical_form.replace(file, text.encode(), before.encode())


def _edit(call: Call, file: Path, text: str, step: Step) -> None:
    """Let the record's lines be edited; what cannot be read again is not taken."""
    from itas_graph import review

    given = click.edit(review.block(text, step) + "\n", extension=".yaml")
    if given is None or not given.strip():
        return
    changed = review.replaced(text, step, given)
    try:
        _record(changed, file)
    except DataError as error:
        call.note(f"Nicht übernommen: {error.message.de}", f"Not taken: {error.message.en}")
        return
    _save(file, changed, text)
