"""What others wrote and the page carries -> a list, with the licence texts that must travel."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from importlib import metadata
from typing import Any

MIT = "MIT"


def of_parts(listed: Mapping[str, Any], scripts: Collection[str], vis: str) -> dict[str, Any]:
    """Return `packages` (sorted by name) and `texts` (each once, by the name packages refer to).

    Args:
        listed: what the front end's build lists: its npm packages and their texts.
        scripts: the bundles that the page carries; packages of others are left out.
        vis: vis-network's script, whose header states version and rights.
    """
    packages = [
        {key: value for key, value in package.items() if key != "bundles"}
        for package in listed["packages"]
        if set(package["bundles"]) & set(scripts)
    ]
    pyvis, wording = _pyvis()
    texts = {**listed["texts"], **wording}
    packages = sorted([*packages, _vis_network(vis), pyvis], key=lambda package: package["name"])
    used = {name for package in packages for name in package["texts"]}
    return {"packages": packages, "texts": {name: texts[name] for name in sorted(used)}}


def _vis_network(script: str) -> dict[str, Any]:
    r"""Read the header of vis-network, which leaves the choice between two licences.

    >>> _vis_network("/* @version 9.1\n * @copyright (c) 2011 A */ copyright:'x'")["notice"]
    ['Copyright (c) 2011 A']
    """
    version = re.search(r"@version\s+(\S+)", script)
    rights = re.findall(r"@copyright\s+(.*?)\s*(?:\*/.*)?$", script, re.MULTILINE)
    # core-js is part of that file, and says so in a string.
    inside = re.findall(r'copyright:"(©[^"]*)"', script)
    return {
        "name": "vis-network",
        "version": version[1] if version else "",
        "licence": "Apache-2.0 OR MIT",
        "notice": [f"Copyright {line}" for line in rights] + inside,
        "texts": [MIT],
    }


def _pyvis() -> tuple[dict[str, Any], dict[str, str]]:
    """Return pyvis, which writes what vis-network reads, and the licence text it came with."""
    installed = metadata.distribution("pyvis")
    files = [file for file in installed.files or () if file.name.upper().startswith("LICENSE")]
    texts = {f"pyvis ({file.name})": file.read_text("utf-8").strip() for file in files}
    part = {
        "name": "pyvis",
        "version": installed.version,
        "licence": "BSD-3-Clause",
        "notice": [],
        "texts": sorted(texts),
    }
    return part, texts
