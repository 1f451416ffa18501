"""A built workspace -> network and measure through the command line, beside igraph and networkx.

The peers read the same lines from a table and give them no names, sentences or errors; what they
take is theirs alone, ours includes asking the store. networkx follows the paths of 16 sources, as
igraph does of 1,024.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from sys import executable

from benchmarks.scale.processes import command, run

_NETWORK = "organisation-initiative"
_SHARED = "organisation-organisation"
_MEASURES = (
    *("degree", "betweenness", "closeness", "pagerank", "eigenvector", "core", "articulation"),
    *("bridges", "communities"),
)
_LIMITS = ("--timeout", "300", "--lang", "en")
_READ = """
import csv, sys, random
with open(sys.argv[1], encoding="utf-8", newline="") as stream:
    rows = [(row["source"], row["target"], int(row["relations"])) for row in csv.DictReader(stream)]
number = {}
edges = [(number.setdefault(a, len(number)), number.setdefault(b, len(number))) for a, b, _ in rows]
weights = [count for _, _, count in rows]
"""
_IGRAPH = """
import igraph
graph = igraph.Graph(n=len(number), edges=edges)
largest = graph.induced_subgraph(max(graph.connected_components(), key=len))
sources = random.Random(1).sample(range(largest.vcount()), min(1024, largest.vcount()))
"""
_NETWORKX = """
import networkx
graph = networkx.Graph(edges)
largest = graph.subgraph(max(networkx.connected_components(graph), key=len)).copy()
"""
_PEERS = {
    "igraph, reading": _IGRAPH,
    "igraph, betweenness (1,024 sources)": _IGRAPH
    + "largest.betweenness(directed=False, sources=sources)",
    "igraph, communities": _IGRAPH
    + "graph.community_leiden(objective_function='modularity', weights=weights, n_iterations=-1)",
    "networkx, reading": _NETWORKX,
    "networkx, betweenness (16 sources)": _NETWORKX
    + "networkx.betweenness_centrality(largest, k=16, seed=1)",
    "networkx, communities (Louvain)": _NETWORKX
    + "networkx.community.louvain_communities(graph, seed=1)",
}


def table(root: Path, _: argparse.Namespace) -> Iterator[str]:
    """Measure the networks of the workspace `root`; yield the lines of a table in Markdown."""
    yield "| | s | processor s | peak MB |"
    yield "|---|---:|---:|---:|"
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines.csv"
        write = ("network", _NETWORK, "--edge-list", "-o", str(lines))
        yield _ours(root, "itas-graph network --edge-list", *write)
        for name in _MEASURES:
            yield _ours(root, f"itas-graph measure, {name}", "measure", "--measure", name)
        yield _ours(root, "itas-graph measure, all", "measure")
        for bound in ((), ("--shared-by-at-most", "150")):
            name = " ".join(("itas-graph measure", _SHARED, *bound))
            yield _ours(root, name, "measure", _SHARED, *bound)
        for name, work in _PEERS.items():
            yield run(name, [executable, "-c", _READ + work, str(lines)]).row


def _ours(root: Path, name: str, *arguments: str) -> str:
    form = () if "network" in arguments else ("--format", "table")
    with tempfile.TemporaryFile() as answer:
        try:
            asked = ["--root", str(root), *arguments, *form, *_LIMITS]
            return command(name, asked, answer).row
        except subprocess.CalledProcessError as error:
            return f"| {name} | {error.stderr.strip().splitlines()[-1]} | | |"
