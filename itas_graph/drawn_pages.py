"""A build, a dataset or a part of one -> the page that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itas_graph import (
    build,
    communities,
    context,
    excerpt,
    overview_page,
    placement,
    publication,
    records,
    store,
)
from itas_graph.dataset import Dataset
from itas_graph.errors import Message, UsageError
from itas_graph.records import Record, Value
from itas_graph.store import EmbeddedStore
from itas_graph.workspace import Workspace

_FOLDER = "communities"


@dataclass(frozen=True)
class Part:
    """Which part of a dataset a page shows: its name, and what belongs to it."""

    name: Message
    said: Message


def place_part(
    workspace: Workspace, folder: Path, given: Dataset | None, wanted: Sequence[str]
) -> tuple[Dataset, str]:
    """Return the part of a build about the organisations seated in places, and their names.

    `given` is the dataset that is asked instead of the build, if there is one.

    Raises:
        UsageError: there is no build or no such place, nobody has a seat there, or the part is too
            large for a page.
        EngineError: the build cannot be read.
    """
    if given is None:
        endpoint, _ = build.open_store(folder)
    else:
        endpoint = store.in_memory(given)
    mapping = context.load(workspace.ontology / "context.jsonld")
    found = [excerpt.find_place(endpoint, one) for one in wanted]
    part = excerpt.of(endpoint, mapping, excerpt.seated(endpoint, found))
    return part, ", ".join(dict.fromkeys(one.name for one in found))


def draw_community(workspace: Workspace, folder: Path, wanted: str) -> str:
    """Return the page of a community of a build at size.

    Raises:
        UsageError: the build has no communities, or no such one.
        EngineError: a stage failed.
    """
    found = _communities_of(folder)
    opened, _ = build.open_store(folder)
    return _community_page(workspace, opened, communities.named(found, wanted))


def write_communities(
    workspace: Workspace, folder: Path, target: Path, progress: build.Progress
) -> int:
    """Write the overview of a build at size into a folder, with the page of each community.

    Returned is how many communities there are. What is there of an earlier call is replaced.

    Raises:
        UsageError: the build has no communities, or `target` holds something else.
        EngineError: a stage or the disk failed.
    """
    found = _communities_of(folder)
    own = {build.PAGE, _FOLDER, ".DS_Store", "Thumbs.db"}
    if target.is_file() or (target.is_dir() and {one.name for one in target.iterdir()} - own):
        raise UsageError(
            Message(
                f"{target} enthält anderes und wird nicht überschrieben. Nennen Sie mit -o einen "
                "neuen oder leeren Ordner.",
                f"{target} holds something else and will not be overwritten. Name a new or empty "
                "folder with -o.",
            )
        )
    opened, manifest = build.open_store(folder)
    with placement.staged(target.resolve()) as staging:
        (staging / _FOLDER).mkdir()
        for number, one in enumerate(found.found, 1):
            said = f"{number}/{len(found.found)}"
            progress(Message(f"Gemeinschaften zeichnen {said}", f"drawing communities {said}"))
            text = _community_page(workspace, opened, one)
            path = staging / _FOLDER / f"{one.key}.html"
            path.write_text(text, "utf-8", newline="\n")
        counts = build.large_counts(manifest["statements"], found)
        html = overview_page.render(build.titles(workspace), counts, found, linked=True)
        (staging / build.PAGE).write_text(html, "utf-8", newline="\n")
    return len(found.found)


def _communities_of(folder: Path) -> communities.Communities:
    manifest = build.read_manifest(folder)
    if manifest is None:
        raise build.no_build(folder)
    found = communities.Communities(0, 0)
    if "tables" in manifest:
        found = build.communities_in(folder, manifest["base"], folder / communities.FILE)
    if not found.found:
        raise UsageError(
            Message(
                f"Der Build in {folder} steht ganz auf einer Seite; die zeichnet itas-graph page "
                "-o seite.html.",
                f"The build in {folder} stands on one page as a whole, drawn by itas-graph page "
                "-o page.html.",
            )
        )
    return found


def _community_page(workspace: Workspace, opened: EmbeddedStore, one: communities.Community) -> str:
    mapping = context.load(workspace.ontology / "context.jsonld")
    chosen = [mapping.resources + key for key in one.members]
    said = Message(
        "Eine Gemeinschaft: eine Gruppe mit mehr Verbindungen untereinander als nach außen, "
        "errechnet und kein Bündnis. Verbindungen zu anderen stehen hier nicht.",
        "A community: a group with more links within than to others, computed and no alliance. "
        "Links to others are not shown here.",
    )
    return draw(workspace, excerpt.of(opened, mapping, chosen), Part(one.label, said))


def draw(workspace: Workspace, given: Dataset, part: Part | None = None) -> str:
    """Return a page of a published dataset, wherever it comes from.

    Texts and questions are the workspace's; whom it suppresses today is left out again. `part` says
    which part of a dataset `given` is.

    Raises:
        EngineError: a stage failed.
    """
    from itas_graph import page

    read = records.load(workspace.data)
    complete = publication.publish(given, "internal", read.suppressed)
    settings = publication.publish_settings(read.settings, given, "internal", read.suppressed)
    settings = _titled(settings, part) if part is not None else settings
    drawn, inside = build.network_and_questions(
        workspace, complete, store.in_memory(complete), settings, sparql=True
    )
    return page.render(drawn, sheets=page.arranged(drawn, None), asking=inside)


def _titled(settings: Record | None, part: Part) -> Record:
    """Return the settings of a workspace for a page of a part of its dataset."""
    fields = dict(settings.fields) if settings else {}
    for language, said in (("de", part.said.de), ("en", part.said.en)):
        whole = (settings.first(f"title_{language}") if settings else None) or "ITAS"
        name = part.name.de if language == "de" else part.name.en
        fields[f"title_{language}"] = [Value(f"{whole}: {name}", 0)]
        fields[f"description_{language}"] = [Value(said, 0)]
    if settings is None:
        return Record("settings", "", 0, fields)
    return replace(settings, fields=fields)


def refuse_large(folder: Path) -> None:
    """Object to drawing a build that is too large for one page.

    Raises:
        UsageError: it is.
    """
    manifest = build.read_manifest(folder)
    if manifest is not None and "tables" in manifest:
        raise UsageError(
            Message(
                f"Der Build in {folder} ist zu groß für eine Seite. Fragen Sie ihn mit "
                "itas-graph query, messen Sie ihn mit itas-graph measure, bieten Sie ihn mit "
                "itas-graph serve an, oder zeichnen Sie einen Ort (--place „Name“), eine "
                "Gemeinschaft (--community „Name“) oder alle (--communities).",
                f"The build in {folder} is too large for a page. Ask it by itas-graph query, "
                "measure it by itas-graph measure, offer it by itas-graph serve, or draw a place "
                "(--place “name”), a community (--community “name”) or all of them "
                "(--communities).",
            )
        )
