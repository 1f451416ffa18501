"""A build is whole or not there, the same everywhere, and never destroys what is not its own."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from itas_graph import build as pipeline
from itas_graph import placement
from itas_graph.errors import EngineError, UsageError

FILES = {"index.html", "layout.json", "itas.jsonld", "itas.nq", "itas.trig", "itas.ttl"}


def snapshot(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Name, inode, time and hash of every file in a folder."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_ino,
            path.stat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def hashes(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def assert_whole(folder: Path) -> dict:
    """The files are those of the manifest and the store holds what the manifest counts."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert set(manifest["files"]) == FILES
    assert hashes(folder) == manifest["files"]
    endpoint, _ = pipeline.open_store(folder)
    count = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    ((number,),) = endpoint.ask(count).rows
    assert int(number.value) == manifest["statements"]
    return manifest


def leftovers(folder: Path) -> list[Path]:
    return [path for path in folder.parent.iterdir() if path.name.startswith(f".{folder.name}-")]


def test_a_build_has_everything_and_says_so(small, itas):
    done = itas("--root", small.root, "build", "--lang", "de")
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.startswith("Fertig: ")
    assert done.stderr.count("\n") == 1, "no progress when piped"
    folder = small.root / "build"
    assert {path.name for path in folder.iterdir()} == FILES | {"manifest.json", "store"}
    manifest = assert_whole(folder)
    assert manifest["profile"] == "public"
    assert manifest["questions"] >= 24
    assert "Jörg Kößler" in (folder / "index.html").read_text("utf-8")
    assert leftovers(folder) == []


def test_an_unchanged_workspace_is_not_built_again(small, itas):
    folder = small.root / "build"
    itas("--root", small.root, "build")
    before = snapshot(folder)
    assert len(before) > 6
    for path in small.root.rglob("*.yaml"):
        os.utime(path)  # a new date is no new content
    done = itas("--root", small.root, "build", "--lang", "en")
    assert "up to date" in done.stderr
    assert snapshot(folder) == before
    done = itas("--root", small.root, "build", "--force", "--lang", "en")
    assert done.stderr.startswith("Done: ")
    after = snapshot(folder)
    assert {name: after[name][2] for name in FILES} == {name: before[name][2] for name in FILES}
    assert after["itas.nq"][0] != before["itas.nq"][0]


def add_a_remark(path: Path) -> None:
    path.write_text(path.read_text("utf-8") + "\n# neu\n", "utf-8")


CHANGES = {
    "data": lambda root: add_a_remark(root / "data" / "sources" / "netz.yaml"),
    "suppression": lambda root: (root / "data" / "suppressed.txt").write_text("ida-intern\n"),
    "question": lambda root: add_a_remark(next((root / "queries").glob("*.rq"))),
    "derivation": lambda root: add_a_remark(next((root / "queries" / "derive").glob("*.rq"))),
    "shapes": lambda root: add_a_remark(root / "ontology" / "shapes.ttl"),
    "missing file": lambda root: (root / "build" / "itas.ttl").unlink(),
    "changed file": lambda root: (root / "build" / "index.html").write_text("x"),
    "no store": lambda root: shutil.rmtree(root / "build" / "store"),
}


def test_every_kind_of_change_is_built(small):
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    for name, change in CHANGES.items():
        change(small.root)
        assert pipeline.build(small.workspace, folder).fresh, name
        assert_whole(folder)
    assert pipeline.build(small.workspace, folder, "internal").fresh
    assert assert_whole(folder)["profile"] == "internal"
    assert not pipeline.build(small.workspace, folder, "internal").fresh


def test_another_program_version_builds_anew(small, monkeypatch):
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    monkeypatch.setattr(pipeline, "program_digest", lambda: "another")
    assert pipeline.build(small.workspace, folder).fresh


def test_errors_in_the_data_leave_the_old_build_as_it_is(small, itas):
    folder = small.root / "build"
    itas("--root", small.root, "build")
    before = snapshot(folder)
    small.edit("sources/tagung-2024.yaml", "date: 2024-06-06", "date: Juni 2024")
    done = itas("--root", small.root, "build", "--lang", "de")
    assert done.returncode == 1
    assert "data/sources/tagung-2024.yaml:12: Fehler" in done.stderr
    assert "1 Fehler in den Daten; es wurde nichts gebaut." in done.stderr
    assert snapshot(folder) == before
    done = itas("--root", small.root, "build", "-o", small.root / "neu")
    assert done.returncode == 1
    assert not (small.root / "neu").exists()
    assert leftovers(small.root / "neu") == []


@pytest.mark.parametrize(
    "content", ["a file", "other files", "an own file in a build", "a file there"]
)
def test_what_is_no_build_is_not_overwritten(small, itas, tmp_path, content):
    folder = tmp_path / "ziel"
    match content:
        case "a file":
            folder.write_text("meins", "utf-8")
        case "other files":
            folder.mkdir()
            (folder / "brief.txt").write_text("meins", "utf-8")
        case "an own file in a build":
            pipeline.build(small.workspace, folder)
            (folder / "CNAME").write_text("example.org", "utf-8")
            small.edit("people.csv", "Kößler", "Kessler")
        case _:
            folder.mkdir()
            (folder / "manifest.json").write_text('{"name": "eine andere App"}', "utf-8")
    before = snapshot(tmp_path)
    done = itas("--root", small.root, "build", "-o", folder, "--lang", "de")
    assert done.returncode == 2
    assert "wird nicht überschrieben" in done.stderr
    assert "-o" in done.stderr
    assert snapshot(tmp_path) == before


def test_an_empty_folder_is_taken_and_parents_are_made(small, tmp_path):
    (tmp_path / "leer").mkdir()
    for folder in (tmp_path / "leer", tmp_path / "a" / "b" / "c"):
        pipeline.build(small.workspace, folder)
        assert_whole(folder)


def test_a_link_to_a_build_stays_a_link(small, tmp_path):
    real = tmp_path / "platte" / "build"
    real.mkdir(parents=True)
    link = tmp_path / "build"
    link.symlink_to(real)
    for old, new in (("Kößler", "Kessler"), ("Kessler", "Keßler")):
        small.edit("people.csv", old, new)
        assert pipeline.build(small.workspace, link).fresh
        assert link.is_symlink()
        assert_whole(link)
    assert leftovers(link) == leftovers(real) == []


def test_a_target_that_cannot_be_written_is_one_sentence(small, itas, tmp_path):
    if os.geteuid() == 0:
        folder = Path("/proc/itas/build")  # nobody may write there, not even root
        if not Path("/proc/self").exists():
            pytest.skip("root may write everywhere here")
    else:
        locked = tmp_path / "zu"
        locked.mkdir(mode=0o555)
        folder = locked / "build"
    for language, words in (("de", "lässt sich nicht schreiben"), ("en", "cannot be written")):
        done = itas("--root", small.root, "build", "-o", folder, "--lang", language)
        assert done.returncode == 3
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_parent_that_is_a_file_is_one_sentence(small, itas, tmp_path):
    (tmp_path / "datei").write_text("x", "utf-8")
    done = itas("--root", small.root, "build", "-o", tmp_path / "datei" / "build")
    assert done.returncode in (2, 3)
    assert "datei" in done.stderr
    assert "Unexpected" not in done.stderr


def test_a_full_disk_leaves_the_old_build(small, user_environment):
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    before = snapshot(folder)
    small.edit("people.csv", "Kößler", "Kessler")
    limited = (
        "import resource, signal, sys, runpy;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "sys.argv = ['itas-graph', *sys.argv[1:]];"
        "runpy.run_module('itas_graph', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "--root", small.root, "build"],
        env=user_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr or "failed" in done.stderr
    assert snapshot(folder) == before
    assert leftovers(folder) == []


def start(small, environment, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "itas_graph", "--root", small.root, "build", *arguments],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_a_killed_build_leaves_the_old_one_or_the_new_one(small, user_environment):
    folder = small.root / "build"
    begun = time.monotonic()
    pipeline.build(small.workspace, folder)
    process = start(small, user_environment, "--force")
    process.communicate()
    assert process.returncode == 0
    takes = (time.monotonic() - begun) / 2
    seen, killed, left = set(), 0, 0
    for step in range(14):
        small.edit("sources/netz.yaml", " stellt sich", f" {step} stellt sich")
        process = start(small, user_environment)
        if step < 10:
            time.sleep(takes * (0.3 + step * 0.07))
        else:  # kill it as soon as it writes
            limit = time.monotonic() + 20
            while not leftovers(folder) and process.poll() is None and time.monotonic() < limit:
                time.sleep(0.001)
            time.sleep(random.Random(step).random() * 0.1)  # noqa: S311  # no secret
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        left += bool(leftovers(folder))
        seen.add(assert_whole(folder)["digest"])
    assert killed >= 4
    assert left >= 1, "at least one build was killed while it wrote"
    pipeline.build(small.workspace, folder)
    assert_whole(folder)
    assert leftovers(folder) == []


def test_leftovers_are_swept_even_when_nothing_is_built(small):
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    (small.root / ".build-new-999999999-abc").mkdir()
    mine = small.root / f".build-new-{os.getpid()}-abc"
    mine.mkdir()
    assert not pipeline.build(small.workspace, folder).fresh
    assert leftovers(folder) == [mine], "a running build keeps its folder"


def test_a_build_that_stopped_half_way_comes_back(small):
    # Where folders cannot be exchanged in one step, the old one steps aside first.
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    folder.rename(small.root / ".build-old")
    endpoint, _ = pipeline.open_store(folder)
    assert endpoint.ask("ASK { ?s ?p ?o }").truth
    assert_whole(folder)


def test_folders_change_places_without_an_atomic_exchange(small, monkeypatch):
    monkeypatch.setattr(placement, "_exchange", lambda one, other: False)
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    small.edit("people.csv", "Kößler", "Kessler")
    assert pipeline.build(small.workspace, folder).fresh
    assert_whole(folder)
    assert leftovers(folder) == []


def read_once(folder: Path) -> tuple[dict, dict[str, bytes]] | None:
    """Read a build through one handle, or None if it was replaced meanwhile."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    given = {}
    try:
        for name in ("manifest.json", *FILES):
            with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=handle), "rb") as stream:
                given[name] = stream.read()
    except FileNotFoundError:
        return None
    finally:
        os.close(handle)
    return json.loads(given.pop("manifest.json")), given


class Reader(threading.Thread):
    """Reads a build over and over until told to stop."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.stopped = threading.Event()
        self.problems: list[str] = []
        self.digests: set[str] = set()

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self.look()
            except (UsageError, EngineError, OSError, RuntimeError) as error:
                self.problems.append(repr(error))


class FileReader(Reader):
    def look(self) -> None:
        seen = read_once(self.folder)
        if seen:
            manifest, given = seen
            self.digests.add(manifest["digest"])
            if manifest["files"] != {
                name: hashlib.sha256(raw).hexdigest() for name, raw in given.items()
            }:
                self.problems.append("mixture")


class Asker(Reader):
    def look(self) -> None:
        endpoint, manifest = pipeline.open_store(self.folder)
        question = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        ((number,),) = endpoint.ask(question).rows
        self.digests.add(manifest["digest"])
        if int(number.value) != manifest["statements"]:
            self.problems.append("store and manifest differ")


@pytest.mark.skipif(sys.platform != "linux", reason="reads by folder handle")
def test_a_reader_never_sees_a_mixture(small):
    folder = small.root / "build"
    pipeline.build(small.workspace, folder)
    readers = [FileReader(folder), Asker(folder)]
    for reader in readers:
        reader.start()
    try:
        for step in range(5):
            small.edit("sources/netz.yaml", " stellt sich", f" {step} stellt sich")
            assert pipeline.build(small.workspace, folder).fresh
    finally:
        for reader in readers:
            reader.stopped.set()
        for reader in readers:
            reader.join()
    for reader in readers:
        assert reader.problems == []
        assert len(reader.digests) >= 3


def test_two_builds_at_once_both_succeed(small, user_environment):
    folder = small.root / "build"
    processes = [start(small, user_environment, "--force") for _ in range(3)]
    for process in processes:
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
    assert_whole(folder)
    assert leftovers(folder) == []


@pytest.fixture(scope="module")
def variants(tmp_path_factory, user_environment, shipped):
    """Builds of the shipped data under different seeds, locales, zones, places and file orders."""
    base = tmp_path_factory.mktemp("same")
    elsewhere = base / "ganz woanders" / "kopie ä"
    for name in ("ontology", "data", "queries"):
        files = [path for path in (shipped.root / name).rglob("*") if path.is_file()]
        for number, path in enumerate(sorted(files, reverse=True)):
            target = elsewhere / path.relative_to(shipped.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            os.utime(target, (1_000_000_000 + number, 1_000_000_000 + number))
    settings = [
        (shipped.root, {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"}),
        (shipped.root, {"PYTHONHASHSEED": "1", "LC_ALL": "de_DE.UTF-8", "TZ": "Asia/Kolkata"}),
        (
            elsewhere,
            {"PYTHONHASHSEED": "2", "LC_ALL": "C", "TZ": "America/Lima", "PYTHONUTF8": "0"},
        ),
    ]
    folders = []
    for number, (root, changed) in enumerate(settings):
        folders.append(base / f"build-{number}")
        subprocess.run(
            [sys.executable, "-m", "itas_graph", "--root", root, "build", "-o", folders[-1]],
            env=user_environment(**changed),
            capture_output=True,
            check=True,
            cwd=base,
        )
    return folders


def test_dumps_and_page_are_the_same_everywhere(variants):
    assert len(variants) == 3
    first = hashes(variants[0])
    assert len(first) == len(FILES)
    for folder in variants[1:]:
        assert hashes(folder) == first
        assert json.loads((folder / "manifest.json").read_text("utf-8"))["files"] == first


def test_nothing_of_the_machine_is_in_a_build(variants, shipped):
    for name in (*FILES, "manifest.json"):
        text = (variants[2] / name).read_text("utf-8")
        for trace in ("ganz woanders", str(shipped.root), "/tmp/", "/home/", "/root/"):  # noqa: S108  # is looked for, not used
            assert trace not in text, (name, trace)
