"""How long measures take: our own way, igraph alone, networkx. `python -m benchmarks.measures`.

The network is that of `large_network`: 14,000 nodes, 49,000 relations between invented actors. All
ratios are of one run. networkx follows the shortest paths from a sample of the nodes only; what it
would take for all is that time, scaled up: each node takes about as long as any other.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks import large_network
from itas_graph import measures


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def betweenness(nodes: int, relations: int, sample: int, rounds: int) -> dict[str, float]:
    """Return the seconds of processor time that each way takes, the best of `rounds`."""
    import igraph
    import networkx

    network = large_network.build(nodes, relations)
    simple = networkx.Graph(network)
    simple.remove_edges_from(list(networkx.selfloop_edges(simple)))
    on = measures.lines(network)
    bare = igraph.Graph(n=len(on.keys), edges=on.pairs)
    best = {"ours": float("inf"), "igraph": float("inf"), "networkx": float("inf")}
    for _ in range(rounds):
        alone, expected = _timed(lambda: bare.betweenness(directed=False))
        own, found = _timed(lambda: measures.betweenness_shares(measures.lines(network)))
        sampled, _ = _timed(
            lambda: networkx.betweenness_centrality(simple, k=sample, seed=measures.SEED)
        )
        pairs = (len(on.keys) - 1) * (len(on.keys) - 2) / 2
        same = max(abs(one - other / pairs) for one, other in zip(found, expected, strict=True))
        if same > 1e-9:
            sys.exit(f"the values differ by {same}")
        times = {"ours": own, "igraph": alone, "networkx": sampled * len(simple) / sample}
        best = {name: min(best[name], seconds) for name, seconds in times.items()}
    return best


def all_measures(nodes: int, relations: int) -> dict[str, float]:
    """Return the seconds of processor time of each measure that follows no paths."""
    on = measures.lines(large_network.build(nodes, relations))
    return {
        one.name: _timed(partial(one.compute, on))[0]
        for one in measures.fitting(on)
        if not one.paths
    }


def main() -> None:
    """Print one line of JSON for each result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=14_000)
    parser.add_argument("--relations", type=int, default=49_000)
    parser.add_argument("--sample", type=int, default=48, help="sources networkx starts from")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    found = betweenness(given.nodes, given.relations, given.sample, given.rounds)
    for name, seconds in found.items():
        print(json.dumps({"measure": "betweenness", "by": name, "seconds": round(seconds, 2)}))
    ratios = {
        "ours / igraph": found["ours"] / found["igraph"],
        "networkx (scaled from a sample) / ours": found["networkx"] / found["ours"],
    }
    for name, ratio in ratios.items():
        print(json.dumps({"ratio": name, "is": round(ratio, 2)}))
    for name, seconds in all_measures(given.nodes, given.relations).items():
        print(json.dumps({"measure": name, "by": "ours", "seconds": round(seconds, 2)}))


if __name__ == "__main__":
    main()
