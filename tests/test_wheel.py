"""The wheel alone, in an empty environment and an empty folder, does the main job."""

import csv
import io
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

REPO = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory, user_environment):
    """Wheel and sdist, made as a packager would."""
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--outdir", out, REPO],
        env=user_environment(PYTHONPATH=None),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = out.glob("*.whl")
    (sdist,) = out.glob("*.tar.gz")
    return wheel, sdist


@pytest.fixture(scope="module")
def command(built, tmp_path_factory, user_environment):
    """Run the installed command in an empty folder."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    done = subprocess.run(
        [scripts / "python", "-m", "pip", "install", "--quiet", built[0]],
        env=user_environment(PYTHONPATH=None),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    empty = tmp_path_factory.mktemp("leer")

    def run(*arguments):
        done = subprocess.run(
            [scripts / "itas-graph", *arguments],
            cwd=empty,
            env=user_environment(PYTHONPATH=None),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done

    run.folder = empty
    return run


def test_the_wheel_holds_what_is_needed_and_no_more(built):
    with zipfile.ZipFile(built[0]) as archive:
        names = archive.namelist()
    for folder in ("ontology", "data", "queries"):
        files = [path for path in (REPO / folder).rglob("*") if path.is_file()]
        inside = {name for name in names if name.startswith(f"itas_graph/shipped/{folder}/")}
        wanted = {
            f"itas_graph/shipped/{path.relative_to(REPO).as_posix()}"
            for path in files
            if "examples" not in path.parts and not path.name.startswith(".")
        }
        assert len(wanted) > 10
        assert wanted <= inside
    for path in (REPO / "itas_graph").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(REPO).as_posix() in names
    # What the git-ignored scripts of the page are made of stays behind.
    assert {"itas_graph/bundle/page.js", "itas_graph/bundle/licences.json"} <= set(names)
    assert not [name for name in names if "node_modules" in name or "frontend" in name]
    tops = {name.split("/")[0] for name in names}
    assert {top.split("-")[0] for top in tops} == {"itas_graph"}
    assert not [name for name in names if "test" in name.lower() or "/build/" in name]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_sdist_can_be_built_from_and_carries_no_build(built):
    with tarfile.open(built[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "ontology/context.jsonld", "data/people.csv"} <= names
    assert {"hatch_build.py", "frontend/package-lock.json", "frontend/src/page.js"} <= names
    assert not [name for name in names if name.startswith(("build/", "tests/", "dist/", ".ci"))]
    assert not [name for name in names if "node_modules" in name or "itas_graph/bundle" in name]


def test_the_main_job_from_an_empty_folder(command):
    assert command("--version").stdout.startswith("itas-graph ")
    done = command("check")
    assert (done.returncode, done.stdout) == (0, "All is well: no findings.\n")
    assert list(command.folder.iterdir()) == []
    done = command("query", "consortium-partners", "--format", "csv")
    assert done.returncode == 2
    assert "itas-graph build" in done.stderr
    done = command("build")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in command.folder.iterdir()] == ["build"]
    page = (command.folder / "build" / "index.html").read_text("utf-8")
    assert "AMZ Sachsen" in page
    assert "itasPage" in page
    done = command("query", "consortium-partners", "--format", "csv", "--lang", "de")
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len({row["organisation"] for row in rows}) >= 5
    assert "AMZ Sachsen" in {row["organisation"] for row in rows}
    assert "up to date" in command("build").stderr
    done = command("report", "-o", "bericht.html", "--lang", "de")
    assert (done.returncode, done.stderr) == (0, "Der Bericht steht in bericht.html.\n")
    report = (command.folder / "bericht.html").read_text("utf-8")
    assert "<h1>Bericht: ITAS-Netzwerk Südwestsachsen</h1>" in report
    done = command("report", "CTM", "--without", "CWE", "--lang", "de")
    assert done.stdout.startswith("# Bericht: CTM\n\n> Gedankenspiel")
    done = command("query", "report/at-a-glance", "--format", "csv", "--lang", "de")
    assert "Organisation," in done.stdout
