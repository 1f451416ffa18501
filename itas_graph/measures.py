"""Drawing -> how much each of its nodes stands between the others."""

from __future__ import annotations

from itas_graph.drawings import Drawing

# Up to this many nodes every shortest path counts; beyond, those from a sample of nodes.
EXACT = 1000
SAMPLE = 48
SEED = 2022
DIGITS = 4


def betweenness(drawing: Drawing) -> dict[str, float]:
    """Return the share of shortest paths that lead through each node, where it is not 0.

    Exact (Brandes 2001) for up to `EXACT` nodes; beyond, estimated from `SAMPLE` of them, always
    the same ones. Organisations that share something are joined by way of it if there are too many
    pairs to join them directly.
    """
    import networkx

    # Whole numbers instead of names: their order does not change from process to process.
    names = list(drawing.nodes)
    number = {key: index for index, key in enumerate(names)}
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(names)))
    graph.add_edges_from((number[one], number[other]) for one, other in drawing.lines)
    if not drawing.lines:
        for hub, group in enumerate(drawing.shared, start=len(names)):
            graph.add_edges_from((number[key], hub) for key in group)
    sample = None if len(graph) <= EXACT else min(SAMPLE, len(graph))
    found = networkx.betweenness_centrality(graph, k=sample, seed=SEED)
    rounded = {key: round(found[index], DIGITS) for index, key in enumerate(names)}
    return {key: share for key, share in rounded.items() if share}
