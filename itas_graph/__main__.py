"""`python -m itas_graph` is the command `itas-graph`."""

from itas_graph.cli import main

main()
