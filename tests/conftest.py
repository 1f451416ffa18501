"""Shared parts of the tests: the shipped workspace, a small one to damage, the command line."""

import gc
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from itas_graph import build as pipeline
from itas_graph import context, dataset, records, workspace

REPO = Path(__file__).parent.parent
SPEC = importlib.util.spec_from_file_location("servers", REPO / "tests" / "servers.py")
servers = importlib.util.module_from_spec(SPEC)
sys.modules["servers"] = servers
SPEC.loader.exec_module(servers)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

ORGANISATIONS = """\
id,name,aliases,kind,unit_of
ahorn,Ahorn GmbH,AHG,company,
birke,Birke Institut,BI | Birkeninstitut,research-institute,
birke-nord,Birke Institut Nord,BI,research-institute,birke
linde,Linde Verband,,association,
"""
PEOPLE = """\
id,name,honorific,aliases,visibility,note
eva-muster,Eva Muster,,,public,
eva-muster-linde,Eva Muster,,,public,
ida-intern,Ida Intern,,,internal,
joerg-koessler,Jörg Kößler,Dr.,,public,
"""
INITIATIVES = """\
id,name,aliases,kind
holzstudie,Studie Holz,,study
testnetz,Testnetz,TN,network-project
"""
PLACES = """\
id,name,aliases,kind,within
halle-eins,Halle Eins,,venue,musterstadt
musterstadt,Musterstadt,,city,
"""
DATASET = """\
title_de: Testnetz
title_en: Test network
description_de: Ein Netz zum Prüfen.
description_en: A network to test with.
licence: CC BY 4.0
licence_url: https://creativecommons.org/licenses/by/4.0/
as_of: 2025-01-01
"""
TAGUNG = """\
id: tagung-2024
title: Tagung 2024
url: https://example.org/tagung
published: 2024-06
language: de
source_kind: event-page
coverage: full

events:
  - id: tagung-2024
    name: Tagung 2024
    date: 2024-06-06
    end_date: 2024-06-07
    place: halle-eins
    organisers: [linde]
    status: held
    anchor: Tagung 2024 in der Halle Eins
    talks:
      - id: tagung-2024-holz
        name: Holz und Wald
        about: [holzstudie]
        contributions:
          - person: joerg-koessler
            on_behalf_of: birke
            name_as_written: Dr. Jörg Kößler
            anchor: Dr. Jörg Kößler, Birke Institut
      - id: tagung-2024-netz
        name: Das Netz
        about: [testnetz]
        contributions:
          - person: eva-muster
            on_behalf_of: ahorn
            anchor: Eva Muster, Ahorn GmbH
          - person: ida-intern
            role: moderator
            on_behalf_of: linde
            anchor: Moderation Ida Intern
"""
NETZ = """\
id: netz
title: Das Testnetz stellt sich vor
url: https://example.org/netz
source_kind: project-profile
coverage: excerpt

initiatives:
  - id: testnetz
    valid_from: 2022-07
    valid_until: 2025-06
    involvements:
      - organisation: ahorn
        role: consortium-lead
        anchor: Ahorn GmbH
      - organisation: linde
        role: consortium-partner
  - id: holzstudie
    involvements:
      - organisation: birke
        role: contractor
      - organisation: ahorn
        role: client

people:
  - id: eva-muster-linde
    affiliations:
      - employer: linde
        function: Vorstand
"""
FILES = {
    "organisations.csv": ORGANISATIONS,
    "people.csv": PEOPLE,
    "initiatives.csv": INITIATIVES,
    "places.csv": PLACES,
    "dataset.yaml": DATASET,
    "sources/tagung-2024.yaml": TAGUNG,
    "sources/netz.yaml": NETZ,
}


class Small:
    """A small workspace of invented people and bodies that a test may damage."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / "data" / name

    def text(self, name: str) -> str:
        return self.path(name).read_text("utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace the first `old` in a data file and return its line number."""
        text = self.text(name)
        assert old in text, f"{old!r} is not in {name}"
        self.write(name, text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1

    @property
    def workspace(self) -> workspace.Workspace:
        return workspace.find(self.root)

    def check(self):
        return pipeline.check(self.workspace)

    def findings(self):
        return list(self.check().findings)

    def dataset_before_rules(self):
        """The dataset with the findings of reading, without asking the rules of shapes.ttl."""
        read = records.load(self.root / "data")
        mapping = context.load(self.root / "ontology" / "context.jsonld")
        built = dataset.build(read, mapping)
        return replace(built, findings=[*read.findings, *built.findings])

    def findings_before_rules(self):
        return self.dataset_before_rules().findings


def copy_program_data(target: Path, source: Path = REPO) -> None:
    """Copy ontology/ (without examples) and queries/ of the repository into `target`."""
    ignore = shutil.ignore_patterns("examples")
    shutil.copytree(source / "ontology", target / "ontology", ignore=ignore)
    shutil.copytree(source / "queries", target / "queries")


def small_workspace(root: Path) -> Small:
    copy_program_data(root)
    small = Small(root)
    for name, text in FILES.items():
        small.write(name, text)
    return small


@pytest.fixture
def small(tmp_path) -> Small:
    return small_workspace(tmp_path / "small")


@pytest.fixture(scope="session")
def program_data():
    return copy_program_data


@pytest.fixture(scope="session")
def make_small():
    return small_workspace


@pytest.fixture(scope="session")
def small_built(tmp_path_factory) -> Small:
    """The small workspace with a build; for tests that change nothing."""
    small = small_workspace(tmp_path_factory.mktemp("built") / "small")
    pipeline.build(small.workspace, small.root / "build")
    return small


@pytest.fixture(scope="session")
def shipped() -> workspace.Workspace:
    return workspace.find(REPO)


@pytest.fixture(scope="session")
def shipped_checked(shipped):
    return pipeline.check(shipped)


@pytest.fixture(scope="session")
def shipped_dataset(shipped, shipped_checked):
    complete, _ = pipeline.assemble(shipped, shipped_checked, "public")
    return complete


def environment(**extra: str | None) -> dict[str, str]:
    """Return the environment of a user without settings of ours, changed by `extra`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ITAS_", "LC_")) and name not in ("LANG", "LANGUAGE", "COLUMNS")
    }
    kept |= {"PYTHONPATH": str(REPO), "LC_ALL": "C.UTF-8"}
    for name, value in extra.items():
        kept.pop(name, None)
        if value is not None:
            kept[name] = value
    return kept


@pytest.fixture(scope="session")
def user_environment():
    return environment


@pytest.fixture(scope="session")
def itas():
    """Run `python -m itas_graph` as a user does; no traceback may ever reach them."""

    def run(*arguments, cwd=None, stdin=None, env=None, text=True, timeout=120):
        done = subprocess.run(
            [sys.executable, "-m", "itas_graph", *map(str, arguments)],
            cwd=cwd,
            input=stdin,
            env=environment(**(env or {})),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        assert b"Traceback" not in done.stderr + done.stdout, done.stderr.decode()
        if text:
            done.stdout = done.stdout.decode("utf-8")
            done.stderr = done.stderr.decode("utf-8")
        return done

    return run


class Served:
    """A running `itas-graph serve`: its address, its process, what it has said."""

    def __init__(self, root: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "itas_graph", "--root", root, "serve", "--port", "0",
             "--lang", "en", *arguments],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._ready = threading.Event()
        self._reader.start()
        self._ready.wait(60)
        found = re.search(r"http://[^/]+:\d+", "".join(self.said))
        if not found:
            self.process.kill()
            self.stop()
            raise AssertionError(self.said)
        self.url = found[0]
        self.port = int(self.url.rpartition(":")[2])

    def _read(self) -> None:
        for line in self.process.stderr:
            self.said.append(line.decode())
            self._ready.set()
        self._ready.set()

    def wait_for(self, text: str, seconds: float = 20) -> None:
        """Wait until the service has said `text`."""
        until = time.monotonic() + seconds
        while not any(text in line for line in self.said):
            assert time.monotonic() < until, f"{text} is not in {self.said[-20:]}"
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End the service as its operator does and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(10)
        self.process.stdout.close()
        self.process.stderr.close()
        assert "Traceback" not in "".join(self.said)
        return code


@pytest.fixture(scope="session")
def start_service():
    """Return a function that starts `itas-graph serve`; all are stopped at the end."""
    started = []

    def start(root, *arguments):
        started.append(Served(root, *map(str, arguments)))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def service(start_service, small_built):
    """Return a service with the built small workspace, for tests that leave it as it is."""
    return start_service(small_built.root)


@pytest.fixture
def rubbish_is_collected_here():
    """Keep the threads of servers in this process from freeing what only this one may."""
    gc.disable()
    yield
    gc.enable()
    gc.collect()


@pytest.fixture(scope="session")
def apart():
    """Run a function in a thread of its own: the browser keeps an event loop in this one."""

    def run(work):
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(work).result()

    return run


@pytest.fixture(scope="session")
def browser():
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        reason = "no Chromium found (apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def axe():
    """Return the text of axe-core, which the packages of the front end bring along."""
    path = REPO / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        reason = "axe-core is missing: cd frontend && npm ci --ignore-scripts"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def shipped_build(shipped, tmp_path_factory):
    """Return the build of the shipped workspace."""
    folder = tmp_path_factory.mktemp("shipped") / "build"
    pipeline.build(shipped, folder)
    return folder


@pytest.fixture
def open_page(browser, tmp_path):
    """Return a function that opens an HTML text or file; nothing may go wrong or go out meanwhile.

    Every error, every warning and every request but for the page itself fails the test.
    """
    windows, troubles = [], []

    def opened(page, fragment="", size=(1440, 900), **options):
        file = page
        if isinstance(page, str):
            file = tmp_path / f"page-{len(windows)}.html"
            file.write_text(page, "utf-8")
        width, height = size
        window = browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        windows.append(window)
        tab = window.new_page()
        tab.set_default_timeout(15_000)
        tab.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        tab.on(
            "console",
            lambda message: (
                troubles.append(f"console: {message.text}")
                if message.type in ("error", "warning")
                else None
            ),
        )
        own = (file.as_uri(), "data:", "blob:null/")
        tab.on(
            "request",
            lambda request: (
                None if request.url.startswith(own) else troubles.append(f"request: {request.url}")
            ),
        )
        tab.goto(file.as_uri() + fragment)
        tab.wait_for_function("window.itasPage")
        return tab

    yield opened
    for window in windows:
        window.close()
    assert troubles == []


@pytest.fixture
def open_shipped(open_page, shipped_build):
    """Return a function that opens the shipped page at a fragment."""

    def opened(fragment="", **options):
        return open_page(shipped_build / "index.html", fragment, **options)

    return opened


@pytest.fixture(scope="session", name="servers")
def real_servers():
    """Return what starts servers for a test of its own."""
    return servers


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory):
    """Return Oxigraph's own server, empty at first."""
    with servers.oxigraph(tmp_path_factory.mktemp("oxigraph")) as server:
        yield server


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory):
    """Return Virtuoso 7, which cuts tables at 1000 rows, so that small data shows it."""
    with servers.virtuoso(tmp_path_factory.mktemp("virtuoso"), rows=1000) as server:
        yield server


@pytest.fixture(scope="session")
def rdflib_server(tmp_path_factory, shipped_build):
    """Return rdflib-endpoint on the dump of the shipped dataset."""
    folder = tmp_path_factory.mktemp("rdflib")
    with servers.rdflib_endpoint(folder, shipped_build / "itas.nq") as server:
        yield server
