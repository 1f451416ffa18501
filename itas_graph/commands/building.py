"""check, build, page and extract: from records to what is handed on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from itas_graph.commands.call import (
    Call,
    Command,
    Progress,
    build_option,
    endpoint_option,
    is_terminal,
    language_option,
    limits,
    say,
    timeout_option,
    write,
)
from itas_graph.errors import DataError, Finding, Language, Message, UsageError

if TYPE_CHECKING:
    from itas_graph.drawn_pages import Part
    from itas_graph.publication import Profile


@click.command(
    cls=Command,
    help=say(
        "Alle Einträge prüfen; jeder Fund mit Datei, Zeile und Abhilfe.",
        "Check all records; each finding with file, line and remedy.",
    ),
)
@click.option(
    "--format",
    "name",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help=say("Form der Ausgabe.", "Form of the output."),
)
@language_option
@click.pass_obj
def check(call: Call, name: str, lang: Language | None) -> None:
    """Check all records and say what is wrong."""
    from itas_graph import build as pipeline
    from itas_graph import report

    language = lang or call.language
    with Progress(language) as progress:
        checked = pipeline.check(call.find(), progress)
    shown = report.findings(checked.findings, name, language, colour=is_terminal(), brief=True)
    click.echo(shown)
    if checked.errors:
        sys.exit(DataError.exit_code)


@click.command(
    cls=Command,
    help=say(
        "Graph, Abzüge und Seite bauen (Unverändertes wird nicht neu gebaut).",
        "Build graph, dumps and page (unchanged inputs are not built again).",
    ),
)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    help=say("Zielordner (sonst build/).", "Target folder (else build/)."),
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
@click.option(
    "-f",
    "--force",
    is_flag=True,
    help=say("Auch Unverändertes neu bauen.", "Build unchanged inputs too."),
)
@click.option(
    "--without-sparql",
    is_flag=True,
    help=say(
        "Die Seite ohne Fragen, Datensatz und SPARQL-Maschine: kleiner.",
        "The page without questions, dataset and SPARQL engine: smaller.",
    ),
)
@click.option(
    "--fresh-layout",
    is_flag=True,
    help=say(
        "Neu zeichnen, statt alles zu lassen, wo es im letzten Build stand.",
        "Draw anew instead of leaving everything where the last build had it.",
    ),
)
@language_option
@click.pass_obj
def build(
    call: Call,
    folder: Path | None,
    profile: Profile,
    force: bool,
    without_sparql: bool,
    fresh_layout: bool,
    lang: Language | None,
) -> None:
    """Build graph, dumps and page."""
    from itas_graph import build as pipeline
    from itas_graph import report

    call.language = lang or call.language
    here = call.find()
    target = folder or here.default_build
    try:
        with Progress(call.language) as progress:
            built = pipeline.build(
                here,
                target,
                profile,
                force=force,
                sparql=not without_sparql,
                fresh_layout=fresh_layout,
                progress=progress,
            )
    except DataError as error:
        _tell(error.findings, call.language)
        raise
    if built.findings:
        _tell(built.findings, call.language)
    statements = built.manifest["statements"]
    if built.fresh:
        call.note(
            f"Fertig: {report.number(statements, 'de')} Aussagen in {target}/, "
            f"die Seite ist {target / pipeline.PAGE}",
            f"Done: {report.number(statements, 'en')} statements in {target}/, "
            f"the page is {target / pipeline.PAGE}",
        )
    else:
        call.note(
            f"{target}/ ist aktuell (nichts hat sich geändert).",
            f"{target}/ is up to date (nothing has changed).",
        )
    if built.has_unjudged_rows:
        call.note(
            "Die Zeilen der großen Tabellen wurden auf Form und Werte geprüft, nicht nach den "
            "Regeln in ontology/shapes.ttl; das tut: itas-graph check",
            "The rows of large tables were checked for form and values, not by the rules in "
            "ontology/shapes.ttl; that is done by: itas-graph check",
        )


def _tell(found: Sequence[Finding], language: Language) -> None:
    """Say on standard error what is wrong with the data."""
    from itas_graph import report

    colour = is_terminal(err=True)
    click.echo(report.findings(found, "text", language, colour=colour, brief=True), err=True)


@click.command(
    cls=Command,
    help=say(
        "Die Seite zeichnen, aus einem Build oder aus den Daten eines SPARQL-Endpunkts.",
        "Draw the page, from a build or from the data of a SPARQL endpoint.",
    ),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help=say(
        "Zieldatei (.html), mit --communities ein Ordner.",
        "Target file (.html), with --communities a folder.",
    ),
)
@click.option(
    "--community",
    metavar=say("KÜRZEL", "SLUG"),
    help=say(
        "Nur diese Gemeinschaft eines sehr großen Builds (Kürzel oder Name aus der Übersicht, "
        "oder Kürzel eines Mitglieds).",
        "Only this community of a very large build (slug or name in the overview, or slug of a "
        "member).",
    ),
)
@click.option(
    "--communities",
    is_flag=True,
    help=say(
        "Die Übersicht eines sehr großen Builds und daneben die Seite jeder Gemeinschaft.",
        "The overview of a very large build, and beside it the page of each community.",
    ),
)
@click.option(
    "--place",
    "places",
    multiple=True,
    metavar=say("ORT", "PLACE"),
    help=say(
        "Nur Organisationen mit Sitz an diesem Ort oder in einem Teil davon (Name oder Kürzel, "
        "etwa ein Landkreis), und woran sie beteiligt sind; mehrfach möglich.",
        "Only organisations seated in this place or a part of it (name or slug, such as a "
        "county), and what they take part in; may be repeated.",
    ),
)
@build_option
@endpoint_option
@timeout_option
@language_option
@click.pass_obj
def page(
    call: Call,
    output: Path,
    community: str | None,
    communities: bool,
    places: tuple[str, ...],
    folder: Path | None,
    url: str | None,
    timeout: float | None,
    lang: Language | None,
) -> None:
    """Draw the page from a build or an endpoint."""
    from itas_graph import build as pipeline
    from itas_graph import drawn_pages, placement

    call.language = lang or call.language
    here = call.find()
    target = folder or here.default_build
    _refuse_both(output, places, community, url, folder=communities)
    if communities:
        with Progress(call.language) as progress:
            count = drawn_pages.write_communities(here, target, output, progress)
        first = output / pipeline.PAGE
        call.note(
            f"Fertig: {count} Gemeinschaften in {output}/, die Übersicht ist {first}",
            f"Done: {count} communities in {output}/, the overview is {first}",
        )
        return
    if community is not None:
        with Progress(call.language) as progress:
            progress(Message("Seite zeichnen", "drawing the page"))
            text = drawn_pages.draw_community(here, target, community)
        placement.write(output, text)
        call.note(f"Fertig: die Seite ist {output}", f"Done: the page is {output}")
        return
    endpoint = call.remote(here, folder, url, limits(timeout, None).seconds)
    part = None
    with Progress(call.language) as progress:
        given = None
        if endpoint is not None:
            progress(Message("Daten holen", "fetching the data"))
            given = pipeline.received(here, endpoint)
        if places:
            progress(Message("Ausschnitt bilden", "taking the part"))
            given, name = drawn_pages.place_part(here, target, given, places)
            part = _part_of_places(name)
        elif given is None:
            drawn_pages.refuse_large(target)
            given = pipeline.published(here, target)
        progress(Message("Seite zeichnen", "drawing the page"))
        text = drawn_pages.draw(here, given, part)
    placement.write(output, text)
    call.note(f"Fertig: die Seite ist {output}", f"Done: the page is {output}")


def _refuse_both(
    output: Path, places: Sequence[str], community: str | None, url: str | None, *, folder: bool
) -> None:
    """Refuse what cannot be drawn together.

    Raises:
        UsageError: it was asked for.
    """
    if bool(places) + (community is not None) + folder > 1:
        raise UsageError(
            Message(
                "Nennen Sie nur eines von --place, --community und --communities.",
                "Name only one of --place, --community and --communities.",
            )
        )
    if url is not None and (community is not None or folder):
        raise UsageError(
            Message(
                "Gemeinschaften hat ein Build, kein Endpunkt.",
                "A build has communities, an endpoint has none.",
            )
        )
    if not folder and output.is_dir():
        raise UsageError(
            Message(
                f"{output} ist ein Ordner; nennen Sie eine Datei (.html).",
                f"{output} is a folder; name a file (.html).",
            )
        )


def _part_of_places(name: str) -> Part:
    """Return what a page says of itself that shows places alone."""
    from itas_graph.drawn_pages import Part

    return Part(
        Message(name, name),
        Message(
            f"Organisationen mit Sitz in {name} und woran sie beteiligt sind. Wer sonst daran "
            "beteiligt ist, steht hier nicht.",
            f"Organisations seated in {name}, and what they take part in. Who else takes part in "
            "it is not shown here.",
        ),
    )


@click.command(
    cls=Command,
    help=say(
        "Den Datensatz aus einer Seite herausholen (eine index.html, die jemand geschickt hat).",
        "Take the dataset out of a page (an index.html that somebody sent).",
    ),
)
@click.argument("page", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--format",
    "output",
    type=click.Choice(["trig", "nq", "ttl", "jsonld"]),
    default="trig",
    help=say("Format der Ausgabe.", "Format of the output."),
)
@language_option
@click.pass_obj
def extract(call: Call, page: Path, output: str, lang: Language | None) -> None:
    """Write the dataset inside a page to standard output."""
    from itas_graph import asking, dataset

    call.language = lang or call.language
    write([dataset.dump(asking.read(page), f"itas.{output}")])
