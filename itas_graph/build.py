"""Workspace -> build folder: runs the stages in order and puts the result in place in one step."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itas_graph import (
    __version__,
    asking,
    check_cache,
    communities,
    context,
    dataset,
    decisions,
    overview_page,
    part_build,
    part_check,
    placement,
    places,
    publication,
    queries,
    record_tables,
    records,
    revisions,
    shapes,
    store,
)
from itas_graph.asking import Asking
from itas_graph.dataset import DERIVED, FORMATS, Dataset
from itas_graph.decisions import Reading
from itas_graph.errors import DataError, EngineError, Finding, Message, UsageError
from itas_graph.guard import Guarded, Limits
from itas_graph.places import Sheets
from itas_graph.publication import Profile
from itas_graph.records import Record, Records, Value
from itas_graph.store import EmbeddedStore
from itas_graph.workspace import Credentials, Workspace, cores

if TYPE_CHECKING:
    import networkx

    from itas_graph.exchange import Traffic
    from itas_graph.push import Pushed
    from itas_graph.remote import RemoteEndpoint

MANIFEST = "manifest.json"
PAGE = "index.html"
LAYOUT = "layout.json"
STORE = "store"

Progress = Callable[[Message], None]


@dataclass(frozen=True)
class Checked:
    """What reading and checking a workspace gave: its records, its full dataset, all findings.

    The dataset is as the decisions on identity read it.
    """

    records: Records
    dataset: Dataset
    findings: tuple[Finding, ...]
    #: The dataset as it is written, and how the decisions read it if otherwise.
    written: Dataset
    reading: Reading | None
    #: One digest over what rows of large tables state of merged things.
    merged_rows: str = ""

    @property
    def read_as(self) -> Mapping[str, str]:
        """What the decisions read otherwise: IRI by IRI."""
        return self.reading.renamed if self.reading is not None else {}

    @property
    def errors(self) -> int:
        """How many findings forbid a build."""
        return sum(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class Target:
    """A SPARQL server to publish on: where it answers, stores graphs and takes updates."""

    url: str
    graph_store: str | None
    update: str | None
    credentials: Credentials
    timeout: float
    traffic: Traffic | None = None


@dataclass(frozen=True)
class Built:
    """A build folder: its manifest, whether it was made just now, and with what warnings."""

    folder: Path
    manifest: dict[str, Any]
    fresh: bool
    findings: tuple[Finding, ...] = ()

    @property
    def has_unjudged_rows(self) -> bool:
        """Say whether rows of large tables are in it, which no build judges by the shapes."""
        return "tables" in self.manifest


def silent(_: Message) -> None:
    """Report no progress."""


def check(workspace: Workspace, progress: Progress = silent) -> Checked:
    """Read all records of a workspace and validate them; all findings at once, sorted.

    Rows of tables that are too large to be held in memory are judged by the same rules as all
    other records; of each kind of finding the first few are told, and how many there are.
    """
    progress(Message("Einträge lesen", "reading records"))
    read = records.load(workspace.data)
    if not read.large_tables:
        return check_records(workspace, read, progress)
    stated = _stated(workspace, read)
    plan = _plan(workspace, "internal", None, "", stated.reading)
    judged = part_check.check(plan, stated.dataset, _rules(workspace, stated), _staged(progress))
    return _with_findings(stated, judged.ruled, judged.rows)


def _rules(workspace: Workspace, stated: Checked) -> part_check.Rules:
    """Return by what rows are judged: the shapes, and all that makes statements of rows."""
    path = workspace.ontology / "shapes.ttl"
    total = hashlib.sha256(program_digest().encode() + stated.merged_rows.encode())
    decided = workspace.data / "identities.csv"
    for one in (path, workspace.ontology / "context.jsonld", decided):
        total.update(one.read_bytes() if one.is_file() else b"")
        total.update(b"\0")
    kept = None if workspace.shipped else check_cache.folder_in(workspace.root)
    unreadable = tuple(stated.records.unreadable)
    return part_check.Rules(path, unreadable, total.hexdigest(), kept)


def check_records(workspace: Workspace, read: Records, progress: Progress = silent) -> Checked:
    """Validate records by the rules of a workspace, whether its files hold them yet or not.

    Rows of large tables are read as far as records refer to them, and not judged.
    """
    stated = _stated(workspace, read)
    progress(Message("Regeln prüfen", "checking rules"))
    shapes_file = workspace.ontology / "shapes.ttl"
    if read.large_tables:
        plan = _plan(workspace, "internal", None, "", stated.reading)
        found = part_check.check_rest(plan, stated.dataset, shapes_file, read.unreadable)
    else:
        found = shapes.check(stated.dataset, shapes_file, read.unreadable)
    return _with_findings(stated, found)


def _stated(workspace: Workspace, read: Records) -> Checked:
    """Return what records state and how decisions read it, with what is wrong before any rule."""
    mapping = context.load(workspace.ontology / "context.jsonld")
    written = dataset.build(read, mapping, vocabularies(workspace))
    known = decisions.slugs(written)
    beside: dataset.Quads = []
    if read.large_tables and read.decisions:
        plan = _plan(workspace, "internal", None, "")
        known = {kind: known[kind] | part_build.slugs(plan, kind) for kind in known}
        decided = decisions.read(read.decisions, known)
        for kind in known:
            beside += part_build.stated_in(plan, kind, decided.members(kind))
    else:
        decided = decisions.read(read.decisions, known)
    full = decisions.apply(written, decided, beside)
    direct = [*read.findings, *full.findings, *decided.findings]
    direct += publication.check(full, read.suppressed)
    reading = decisions.reading(mapping, decided, [*written.quads, *beside])
    rows = hashlib.sha256("\n".join(sorted(map(str, beside))).encode()).hexdigest()
    return Checked(read, full, tuple(direct), written, reading, rows if beside else "")


def _with_findings(
    stated: Checked, ruled: Iterable[Finding], rows: Iterable[Finding] = ()
) -> Checked:
    direct = [*stated.findings, *rows]
    known = {(one.file, one.record, one.field) for one in direct if one.field}
    # A rule that objects to a field which could not be read objects to the same fault.
    kept = [one for one in ruled if (one.file, one.record, one.field) not in known]
    return replace(stated, findings=tuple(sorted({*direct, *kept})))


def vocabulary(workspace: Workspace) -> Dataset:
    """Return the terms and lists of values of a workspace alone, without records."""
    mapping = context.load(workspace.ontology / "context.jsonld")
    return dataset.build(Records(), mapping, vocabularies(workspace))


def vocabularies(workspace: Workspace) -> list[Path]:
    """Return the Turtle files of a workspace's ontology, without the shapes."""
    folder = workspace.ontology
    files = [*folder.glob("*.ttl"), *folder.glob("schemes/*.ttl")]
    return sorted(path for path in files if path.name != "shapes.ttl")


def assemble(
    workspace: Workspace, checked: Checked, profile: Profile
) -> tuple[Dataset, EmbeddedStore]:
    """Return what `profile` may publish, with the derived links, and a store that answers it."""
    published = publication.publish(checked.dataset, profile, checked.records.suppressed)
    return _complete(workspace, published)


def read(workspace: Workspace) -> Records:
    """Return the records of a workspace, unchecked."""
    return records.load(workspace.data)


def stated(workspace: Workspace, given: Records, profile: Profile) -> Dataset:
    """Return what records state as `profile` may publish it, unchecked and without derived links.

    Raises:
        EngineError: the ontology is damaged.
    """
    mapping = context.load(workspace.ontology / "context.jsonld")
    written = dataset.build(given, mapping, vocabularies(workspace))
    full = decisions.apply(written, decisions.read(given.decisions, decisions.slugs(written)))
    return publication.publish(full, profile, given.suppressed)


def released(
    workspace: Workspace, given: Dataset, profile: Profile, hidden: Iterable[Value] = ()
) -> tuple[Dataset, EmbeddedStore]:
    """Return a dataset, whenever it was made, as the workspace would publish it today.

    Whom the workspace suppresses today, or keeps internal in the public profile, is left out, and
    so is who is `hidden` besides; links are derived anew.
    """
    hides = [*_hidden(records.load(workspace.data), profile), *hidden]
    stated = given.without_graph(DERIVED)
    return _complete(workspace, publication.publish(stated, profile, hides))


def described(
    workspace: Workspace, given: Iterable[Dataset], profile: Profile, hidden: Iterable[Value] = ()
) -> Record | None:
    """Return what the workspace says of itself, without whom `released` leaves out of `given`."""
    read = records.load(workspace.data)
    hides = [*_hidden(read, profile), *hidden]
    settings = read.settings
    for one in given:
        settings = publication.publish_settings(settings, one, profile, hides)
    return settings


def _hidden(read: Records, profile: Profile) -> list[Value]:
    """Return who must not appear by these records: a suppressed person by every slug and name.

    A dataset made earlier may know the person by a slug that a decision reads otherwise since, or
    by one of its own. A name that others bear, too, hides nobody.
    """
    people = [one for one in read.register if one.kind == "people"]
    people += [one for source in read.sources for one in source.children.get("people", ())]
    hidden = list(read.suppressed)
    if profile == "public":
        internal = [one for one in people if one.first("visibility") == "internal"]
        hidden += [value for one in internal for value in one.fields.get("id", ())]
    slugs = {value.text.strip().lower() for value in hidden}
    merged = [
        {value.text for name in ("one", "other") for value in row.fields.get(name, ())}
        for row in read.decisions
        if row.first("kind") == "people" and row.first("decision") == decisions.SAME
    ]
    while more := {slug for pair in merged if pair & slugs for slug in pair - slugs}:
        slugs |= more
    names: dict[str, set[str]] = {}
    for one in people:
        names.setdefault(one.first("name") or "", set()).add(one.first("id") or "")
    wanted = {
        name for name, bearers in names.items() if name and bearers <= slugs and " " in name.strip()
    }
    known = {value.text for value in hidden}
    return [*hidden, *(Value(text, 0) for text in sorted((slugs | wanted) - known))]


def _complete(workspace: Workspace, published: Dataset) -> tuple[Dataset, EmbeddedStore]:
    rules = [path.read_text("utf-8") for path in sorted(workspace.queries.glob("derive/*.rq"))]
    derived = store.in_memory(published).derive(rules)
    complete = published.with_graph(DERIVED, derived)
    return complete, store.in_memory(complete)


def build(
    workspace: Workspace,
    folder: Path,
    profile: Profile = "public",
    *,
    force: bool = False,
    sparql: bool = True,
    fresh_layout: bool = False,
    progress: Progress = silent,
) -> Built:
    """Build store, dumps and page into `folder`; nothing is done if the inputs are unchanged.

    `sparql` puts dataset, questions and engine into the page. What an earlier build into `folder`
    drew stays where it was, unless `fresh_layout` asks for a new drawing. The old build stays whole
    until the new one takes its place in one step.

    Raises:
        DataError: the check found errors.
        UsageError: `folder` holds something that is no build.
        EngineError: a stage or the disk failed.
    """
    folder = folder.resolve()  # a link to a build stays one
    placement.recover(folder)
    _refuse_foreign(folder)
    digest = fingerprint(workspace, profile, sparql=sparql)
    if not (force or fresh_layout) and (manifest := _unchanged(folder, digest)):
        return Built(folder, manifest, fresh=False)
    findings: tuple[Finding, ...] = ()
    try:
        with placement.staged(folder) as place:
            if record_tables.is_large(workspace.data):
                earlier = None if force else folder
                manifest, findings = _fill_large(
                    workspace, place, earlier, profile, digest, progress
                )
            else:
                previous = None if fresh_layout else earlier_layout(folder)
                checked = check(workspace, progress)
                findings = checked.findings
                _refuse_errors(checked)
                manifest = _fill(
                    workspace, place, checked, profile, digest, progress, sparql, previous
                )
    except OSError as error:
        raise EngineError(
            Message(
                f"{error.filename or folder} lässt sich nicht schreiben: {error.strerror}. "
                "Ist dort Platz, und dürfen Sie dort schreiben?",
                f"{error.filename or folder} cannot be written: {error.strerror}. "
                "Is there space, and may you write there?",
            )
        ) from error
    return Built(folder, manifest, fresh=True, findings=findings)


def _refuse_errors(checked: Checked) -> None:
    if checked.errors:
        raise DataError(
            Message(
                f"{checked.errors} Fehler in den Daten; es wurde nichts gebaut.",
                f"{checked.errors} errors in the data; nothing was built.",
            ),
            checked.findings,
        )


def open_store(folder: Path) -> tuple[EmbeddedStore, dict[str, Any]]:
    """Open the store of a build, whole even while another process replaces the build.

    `folder` may also be a page (`index.html`): the dataset inside it then answers.

    Raises:
        UsageError: there is no build in `folder`.
        EngineError: the store is damaged.
    """
    if folder.is_file():
        quads = asking.read(folder)
        return store.of_quads(quads), {"statements": len(quads)}
    placement.recover(folder)
    for attempt in range(5):
        manifest = read_manifest(folder)
        if manifest is None:
            raise no_build(folder)
        try:
            opened = store.read(folder / STORE)
        except EngineError:
            if attempt == 4 or read_manifest(folder) == manifest:
                raise
            continue
        if read_manifest(folder) == manifest:
            return opened, manifest
    raise EngineError(
        Message(
            f"{folder} ändert sich fortwährend; versuchen Sie es noch einmal.",
            f"{folder} keeps changing; try again.",
        )
    )


def open_guarded(
    folder: Path, limits: Limits, beside: Path | None = None
) -> tuple[Guarded, dict[str, Any]]:
    """Return an endpoint for the build in `folder`, each query under `limits`, and its manifest.

    `folder` may also be a page (`index.html`), whose manifest is empty. `beside` is a file of quads
    (.trig, .nq) that is asked together with the build; both are then held in memory.

    Raises:
        UsageError: there is no build in `folder`, or no file `beside` it.
        EngineError: the file cannot be read.
    """
    opener = partial(_opened, folder)
    if beside is not None:
        opener = partial(_opened_with, folder, dataset.read_beside(beside))
    if folder.is_file():
        return Guarded(opener, limits), {}
    placement.recover(folder)
    manifest = read_manifest(folder)
    if manifest is None:
        raise no_build(folder)
    return Guarded(opener, limits), manifest


def _opened(folder: Path) -> EmbeddedStore:
    return open_store(folder)[0]


def _opened_with(folder: Path, more: dataset.Quads) -> EmbeddedStore:
    quads = asking.read(folder) if folder.is_file() else dataset.read(folder / "itas.nq")
    return store.of_quads([*quads, *more])


def endpoint_setting(workspace: Workspace) -> str | None:
    """Return the address of the SPARQL endpoint that data/dataset.yaml names, if any."""
    settings = records.settings(workspace.data)
    return (settings.first("endpoint") if settings else None) or None


def open_endpoint(
    workspace: Workspace,
    url: str,
    credentials: Credentials,
    timeout: float | None = None,
    traffic: Traffic | None = None,
) -> RemoteEndpoint:
    """Open the SPARQL endpoint at `url` for the dataset of a workspace; nothing is sent yet.

    What will move is counted in `traffic`.

    Raises:
        UsageError: the address is none.
        EngineError: the mapping of the workspace is damaged.
    """
    from itas_graph import remote

    mapping = context.load(workspace.ontology / "context.jsonld")
    seconds = timeout or remote.TIMEOUT
    return remote.RemoteEndpoint(url, credentials, seconds, mapping.resources, traffic)


def answering(given: Dataset, limits: Limits) -> Guarded:
    """Return an endpoint for a dataset in memory, each query under `limits`."""
    return Guarded(partial(store.of_quads, list(given.quads)), limits)


def profile_of(folder: Path) -> Profile:
    """Return for whom the build in `folder` was made; a page is for all."""
    manifest = None if folder.is_file() else read_manifest(folder)
    return "internal" if manifest and manifest.get("profile") == "internal" else "public"


def published(workspace: Workspace, folder: Path) -> Dataset:
    """Return the dataset of a build (`folder`, or a page) as it was published.

    Raises:
        UsageError: there is no build in `folder`.
        EngineError: the dump is damaged.
    """
    mapping = context.load(workspace.ontology / "context.jsonld")
    if folder.is_file():
        return Dataset(asking.read(folder), mapping)
    if read_manifest(folder) is None:
        raise no_build(folder)
    return Dataset(dataset.read(folder / "itas.nq"), mapping)


def at_revision(
    workspace: Workspace, revision: str, profile: Profile
) -> tuple[Dataset, list[Value]]:
    """Return the dataset of a git revision of a workspace, with the queries of today.

    The second is whom the records of that revision hide.

    Raises:
        DataError: its records have errors.
        UsageError: there is no such revision, or it holds large tables.
        EngineError: git is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        then = Workspace(Path(folder))
        revisions.unpack(workspace.root, revision, ("ontology", "data"), then.root)
        if record_tables.is_large(then.data):
            raise UsageError(
                Message(
                    f"Der Stand „{revision}“ enthält große Tabellen und lässt sich nicht als "
                    "Ganzes vergleichen. Was sich in data/tables/ geändert hat, zeigt: git diff",
                    f"Revision “{revision}” holds large tables and cannot be compared as a whole. "
                    "What has changed in data/tables/ is shown by: git diff",
                )
            )
        shutil.copytree(workspace.queries, then.queries)
        checked = check(then)
        if checked.errors:
            first = next(one for one in checked.findings if one.severity == "error")
            raise DataError(
                Message(
                    f"{checked.errors} Fehler in den Daten des Stands „{revision}“, der erste in "
                    f"{first.file}:{first.line}: {first.problem.de}",
                    f"{checked.errors} errors in the data of revision “{revision}”, the first in "
                    f"{first.file}:{first.line}: {first.problem.en}",
                ),
                checked.findings,
            )
        return assemble(then, checked, profile)[0], _hidden(checked.records, profile)


def received(workspace: Workspace, endpoint: RemoteEndpoint) -> Dataset:
    """Return the dataset that an endpoint holds.

    Raises:
        EngineError: the server cannot answer.
    """
    mapping = context.load(workspace.ontology / "context.jsonld")
    return Dataset(dataset.canonical(endpoint.quads()), mapping)


def push(
    workspace: Workspace,
    folder: Path,
    target: Target,
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Pushed:
    """Publish the build in `folder` (or the dataset in a page) on a SPARQL server.

    Raises:
        UsageError: there is no public build, or an address is none.
        EngineError: the server failed; the next push goes on from there.
    """
    from itas_graph import push as publisher

    manifest = read_manifest(folder)
    if manifest is not None and manifest.get("profile") != "public":
        raise UsageError(
            Message(
                f"Der Build in {folder} zeigt auch Internes. Veröffentlicht wird nur: "
                "itas-graph build --profile public",
                f"The build in {folder} shows internal matters too. Only this is published: "
                "itas-graph build --profile public",
            )
        )
    if not folder.is_file() and manifest is None:
        raise no_build(folder)
    quads = asking.read(folder) if folder.is_file() else dataset.quads_of(folder / part_build.DUMP)
    endpoint = open_endpoint(
        workspace, target.url, target.credentials, target.timeout, target.traffic
    )
    writer = publisher.writer(
        target.url,
        target.graph_store,
        target.update,
        target.credentials,
        target.timeout,
        target.traffic,
    )
    return publisher.push(endpoint, writer, quads, dry_run=dry_run, progress=progress)


def fingerprint(workspace: Workspace, profile: str, *, sparql: bool) -> str:
    """Return one SHA-256 over all that a build is made from."""
    return workspace.digest(program_digest(), profile, "sparql" if sparql else "")


def is_old(workspace: Workspace, manifest: Mapping[str, Any]) -> bool:
    """Say whether files have changed since the build of `manifest`."""
    now = fingerprint(workspace, manifest["profile"], sparql=manifest.get("sparql", True))
    return bool(manifest["digest"] != now)


def program_digest() -> str:
    """Return one SHA-256 over the program's own files, so that a new version builds anew."""
    total = hashlib.sha256(__version__.encode())
    package = Path(__file__).parent
    parts = [*package.glob("*.py"), *package.glob("templates/**/*"), *package.glob("bundle/*")]
    for path in sorted(path for path in parts if path.is_file()):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a build folder, or None if it is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and "digest" in manifest else None


def _fill(
    workspace: Workspace,
    staging: Path,
    checked: Checked,
    profile: Profile,
    digest: str,
    progress: Progress,
    sparql: bool,
    previous: Sheets | None,
) -> dict[str, Any]:
    from itas_graph import page

    progress(Message("Verbindungen ableiten", "deriving links"))
    complete, endpoint = assemble(workspace, checked, profile)
    progress(Message("Speicher und Abzüge schreiben", "writing store and dumps"))
    store.write(complete, staging / STORE)
    for name in FORMATS:
        (staging / name).write_bytes(complete.dump(name))
    progress(Message("Seite zeichnen", "drawing the page"))
    settings = publication.publish_settings(
        checked.records.settings, checked.dataset, profile, checked.records.suppressed
    )
    drawn, inside = network_and_questions(workspace, complete, endpoint, settings, sparql=sparql)
    sheets = page.arranged(drawn, previous)
    (staging / LAYOUT).write_text(places.to_text(sheets), "utf-8", newline="\n")
    html = page.render(drawn, sheets=sheets, asking=inside)
    (staging / PAGE).write_text(html, "utf-8", newline="\n")
    files = sorted([*FORMATS, LAYOUT, PAGE])
    manifest = {
        "base": complete.context.resources,
        "digest": digest,
        "files": {name: _sha256(staging / name) for name in files},
        "profile": profile,
        "questions": len(queries.load(workspace.queries)),
        "sparql": sparql,
        "statements": len(complete),
        "version": __version__,
    }
    _seal(staging, manifest)
    return manifest


def _fill_large(
    workspace: Workspace,
    staging: Path,
    earlier: Path | None,
    profile: Profile,
    digest: str,
    progress: Progress,
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Fill a build folder from tables that are too large for memory, and from all else.

    What an earlier build has is taken over, if only tables have changed since.
    """
    rest_digest = workspace.digest(
        program_digest(), profile, without=workspace.data / record_tables.FOLDER
    )
    before = read_manifest(earlier) if earlier is not None else None
    segments = part_build.Segments.from_manifest(before) if before is not None else None
    findings: tuple[Finding, ...] = ()
    done = None
    read = records.load(workspace.data)
    reading = None
    if read.decisions:
        stated = _stated(workspace, read)
        _refuse_errors(stated)
        reading, rest_digest = stated.reading, rest_digest + stated.merged_rows
    if earlier is not None and segments is not None:
        hidden = _hidden_rows(workspace, profile, None)
        plan = _plan(workspace, profile, hidden, rest_digest, reading)
        progress(Message("Änderungen übernehmen", "taking over changes"))
        done = part_build.changed(plan, earlier, segments, staging, STORE)
    if done is None:
        progress(Message("Einträge lesen", "reading records"))
        checked = check_records(workspace, read, progress)
        findings = checked.findings
        _refuse_errors(checked)
        hidden = _hidden_rows(workspace, profile, checked)
        rest = publication.publish(checked.dataset, profile, checked.records.suppressed)
        plan = _plan(workspace, profile, hidden, rest_digest, reading)
        if plan.is_local:
            rest = _complete(workspace, rest)[0]
        plan = replace(plan, rest=rest)
        done, found = _whole(plan, staging, progress)
    else:
        kept = earlier / communities.FILE if earlier is not None and not done.relinked else None
        progress(Message("Gemeinschaften bestimmen", "finding communities"))
        found = communities_in(staging, plan.resources, kept)
    (staging / communities.FILE).write_text(communities.to_text(found), "utf-8", newline="\n")
    counts = large_counts(done.lines, found)
    html = overview_page.render(titles(workspace), counts, found)
    (staging / PAGE).write_text(html, "utf-8", newline="\n")
    manifest = {
        "base": plan.resources,
        "digest": digest,
        "files": {
            part_build.DUMP: done.tag(),
            **{name: _sha256(staging / name) for name in (PAGE, communities.FILE)},
        },
        "profile": profile,
        "questions": len(queries.load(workspace.queries)),
        "sparql": True,
        "statements": done.lines,
        "tables": done.to_manifest(),
        "version": __version__,
    }
    _seal(staging, manifest)
    return manifest, findings


def _whole(
    plan: part_build.Plan, staging: Path, progress: Progress
) -> tuple[part_build.Segments, communities.Communities]:
    """Write dump and store; a process beside finds the communities as soon as the dump is whole."""
    found: list[Future[communities.Communities]] = []
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as beside:

        def seek() -> None:
            dump, bounds = staging / part_build.DUMP, communities.BOUNDS
            found.append(beside.submit(communities.find, dump, plan.resources, bounds))

        done = part_build.whole(plan, staging, STORE, _staged(progress), seek)
        progress(Message("Gemeinschaften bestimmen", "finding communities"))
        return done, found[0].result()


def communities_in(
    folder: Path, resources: str, kept: Path | None = None
) -> communities.Communities:
    """Return the communities of a build at size: those `kept`, else they are found anew."""
    if kept is not None:
        try:
            return communities.from_text(kept.read_text("utf-8"))
        except (OSError, ValueError):
            pass  # an earlier version of the program did not keep them
    return communities.find(folder / part_build.DUMP, resources)


def titles(workspace: Workspace) -> Message:
    """Return what the dataset of a workspace is called."""
    settings = records.settings(workspace.data)
    de, en = ((settings and settings.first(f"title_{one}")) or "ITAS" for one in ("de", "en"))
    return Message(de, en)


def large_counts(statements: int, found: communities.Communities) -> list[tuple[Message, int]]:
    """Return how much a build at size holds: what is counted, and how many there are."""
    counts = [(Message("Aussagen", "Statements"), statements)]
    if found.found:
        organisations = sum(one.organisations for one in found.found)
        initiatives = sum(one.initiatives for one in found.found)
        counts += [
            (Message("verbundene Organisationen", "Linked organisations"), organisations),
            (Message("ihre Initiativen", "Their initiatives"), initiatives),
            (Message("Gemeinschaften", "Communities"), len(found.found)),
        ]
    return counts


def _plan(
    workspace: Workspace,
    profile: Profile,
    hidden: part_build.Hidden | None,
    rest_digest: str,
    reading: Reading | None = None,
) -> part_build.Plan:
    path = workspace.ontology / "context.jsonld"
    mapping = context.load(path)
    rules = [one.read_text("utf-8") for one in sorted(workspace.queries.glob("derive/*.rq"))]
    return part_build.Plan(
        path,
        mapping.resources,
        mapping.base,
        tuple(rules),
        None,
        rest_digest,
        part_build.units(record_tables.parts(workspace.data)),
        hidden,
        profile == "public",
        cores(),
        reading=reading,
    )


def _hidden_rows(
    workspace: Workspace, profile: Profile, checked: Checked | None
) -> part_build.Hidden | None:
    """Return what must not appear of any row; None if there is nothing of the kind."""
    if checked is None:
        given = records.load(workspace.data)
        mapping = context.load(workspace.ontology / "context.jsonld")
        internal = any(
            one.first("visibility") == "internal"
            for one in [
                *given.register,
                *(row for source in given.sources for row in _people(source)),
            ]
        )
        if not given.suppressed and not internal:
            return None
        full, suppressed = dataset.build(given, mapping), given.suppressed
    else:
        full, suppressed = checked.dataset, checked.records.suppressed
    found = publication.patterns(full, profile, suppressed)
    if found is None:
        return None
    return part_build.Hidden(*found, publication.REDACTED, profile == "public")


def _people(source: Record) -> list[Record]:
    return source.children.get("people", [])


def _staged(progress: Progress) -> part_build.Progress:
    """Say how far a stage is behind its name."""

    def show(message: Message, share: float | None) -> None:
        part = "" if share is None else f" {share:.0%}"
        progress(Message(message.de + part, message.en + part))

    return show


def _seal(staging: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (staging / MANIFEST).write_text(text, "utf-8", newline="\n")


def network_and_questions(
    workspace: Workspace,
    complete: Dataset,
    endpoint: EmbeddedStore,
    settings: Record | None,
    *,
    sparql: bool,
) -> tuple[networkx.MultiGraph, Asking | None]:
    """Return the network of a dataset, and what a page needs to answer questions on it."""
    from itas_graph import network

    drawn = network.load(endpoint, workspace.queries, settings)
    asked = queries.load(workspace.queries)
    return drawn, asking.gather(complete, workspace.queries, asked) if sparql else None


def no_build(folder: Path) -> UsageError:
    """Return the objection that there is no build in a folder."""
    return UsageError(
        Message(
            f"In {folder} liegt kein Graph. Bauen Sie ihn mit: itas-graph build",
            f"There is no graph in {folder}. Build it with: itas-graph build",
        )
    )


def earlier_layout(folder: Path) -> Sheets | None:
    """Return where an earlier build drew everything, or None if that cannot be told."""
    try:
        return places.from_text((folder / LAYOUT).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None


def _unchanged(folder: Path, digest: str) -> dict[str, Any] | None:
    manifest = read_manifest(folder)
    if manifest is None or manifest["digest"] != digest or not (folder / STORE).is_dir():
        return None
    try:
        segments = part_build.Segments.from_manifest(manifest)
        if segments is not None:
            # Gigabytes are not read again to see that they are still the same.
            length = sum(length for _, _, length in segments.parts)
            return manifest if (folder / part_build.DUMP).stat().st_size == length else None
        same = all(_sha256(folder / name) == sum_ for name, sum_ in manifest["files"].items())
    except OSError:
        return None
    return manifest if same else None


def _refuse_foreign(folder: Path) -> None:
    own = {*FORMATS, LAYOUT, PAGE, STORE, MANIFEST, communities.FILE, ".DS_Store", "Thumbs.db"}
    manifest = read_manifest(folder)
    if folder.is_file() or (
        folder.is_dir()
        and any(manifest is None or path.name not in own for path in folder.iterdir())
    ):
        raise UsageError(
            Message(
                f"{folder} enthält anderes als einen Build und wird nicht überschrieben. "
                "Nennen Sie mit -o einen neuen oder leeren Ordner.",
                f"{folder} holds something that is no build and will not be overwritten. "
                "Name a new or empty folder with -o.",
            )
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
