"""Knowledge graph of the actors of a regional initiative: open a workspace, ask, draw.

Importing does nothing; the stages are loaded when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Graph", "__version__", "open"]

if TYPE_CHECKING:
    from itas_graph.graph import Graph, open


def __getattr__(name: str) -> object:
    if name in ("Graph", "open"):
        from itas_graph import graph

        return getattr(graph, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
