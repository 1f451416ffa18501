"""Statements -> a graph on a SPARQL server, in requests of bounded size, by either protocol."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterable, Iterator
from typing import Protocol
from urllib.parse import urlencode

import pyoxigraph as ox

from itas_graph.exchange import AGENT, Exchange, RefusalError, Traffic
from itas_graph.workspace import Credentials

#: How many triples, and how many bytes of them, travel in one request.
PORTION = {"graph store": (20_000, 4_000_000), "update": (200, 30_000)}

#: A statement, or its text in N-Triples without the point.
Statement = ox.Triple | str


class Writer(Protocol):
    """Anything that writes graphs on a server; whatever it sends may be sent twice."""

    def replace(self, graph: str, triples: Iterable[Statement]) -> None:
        """Make a graph hold these triples and no others."""

    def add(self, graph: str, triples: Iterable[Statement]) -> None:
        """Add triples to a graph."""

    def remove(self, graph: str) -> None:
        """Remove a graph, which may be gone already."""

    def take_out(self, graph: str, triples: Iterable[Statement]) -> bool:
        """Take triples out of a graph; say whether this way of writing can."""


class GraphStore:
    """Writes by SPARQL 1.1 Graph Store Protocol; single triples are taken out by `updates`."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        timeout: float,
        traffic: Traffic | None = None,
        updates: Updates | None = None,
    ) -> None:
        self._url = url
        self._exchange = Exchange(url, credentials, timeout, traffic)
        self._updates = updates

    def replace(self, graph: str, triples: Iterable[Statement]) -> None:
        """Put the first portion, which replaces, and post the others, which add."""
        method = "PUT"
        for portion in portions(triples, *PORTION["graph store"]):
            self._send(method, graph, portion)
            method = "POST"

    def add(self, graph: str, triples: Iterable[Statement]) -> None:
        """Post the triples."""
        for portion in portions(triples, *PORTION["graph store"]):
            self._send("POST", graph, portion)

    def remove(self, graph: str) -> None:
        """Delete the graph."""
        try:
            self._send("DELETE", graph, None)
        except RefusalError as refusal:
            if refusal.status != 404:
                raise

    def take_out(self, graph: str, triples: Iterable[Statement]) -> bool:
        """Have the updates do it, as the protocol has no word for it."""
        return self._updates is not None and self._updates.take_out(graph, triples)

    def _send(self, method: str, graph: str, text: str | None) -> None:
        request = urllib.request.Request(  # noqa: S310  # the address was checked
            f"{self._url}{'&' if '?' in self._url else '?'}{urlencode({'graph': graph})}",
            None if text is None else text.encode(),
            {"User-Agent": AGENT, "Accept": "*/*"},
            method=method,
        )
        if text is not None:
            request.add_header("Content-Type", "application/n-triples")
        self._exchange.send(request, follow=False)


class Updates:
    """Writes by SPARQL 1.1 Update, in requests of bounded size."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        timeout: float,
        traffic: Traffic | None = None,
    ) -> None:
        self._url = url
        self._exchange = Exchange(url, credentials, timeout, traffic)

    def replace(self, graph: str, triples: Iterable[Statement]) -> None:
        """Drop the graph and insert the triples."""
        self.remove(graph)
        self.add(graph, triples)

    def add(self, graph: str, triples: Iterable[Statement]) -> None:
        """Insert the triples."""
        for portion in portions(triples, *PORTION["update"]):
            self._send(f"INSERT DATA {{ GRAPH <{graph}> {{\n{portion}}} }}")

    def remove(self, graph: str) -> None:
        """Drop the graph."""
        self._send(f"DROP SILENT GRAPH <{graph}>")

    def take_out(self, graph: str, triples: Iterable[Statement]) -> bool:
        """Delete the triples."""
        for portion in portions(triples, *PORTION["update"]):
            self._send(f"DELETE DATA {{ GRAPH <{graph}> {{\n{portion}}} }}")
        return True

    def _send(self, update: str) -> None:
        request = urllib.request.Request(  # noqa: S310  # the address was checked
            self._url,
            urlencode({"update": update}).encode("ascii"),
            {
                "User-Agent": AGENT,
                "Accept": "*/*",
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
        self._exchange.send(request, follow=False)


def writer(
    url: str,
    graph_store: str | None,
    update: str | None,
    credentials: Credentials,
    timeout: float,
    traffic: Traffic | None = None,
) -> Writer:
    """Return what writes: the graph store if one is named, else updates, at `url` if need be.

    Raises:
        UsageError: an address is none.
    """
    updates = Updates(update or url, credentials, timeout, traffic)
    if graph_store:
        beside = updates if update else None
        return GraphStore(graph_store, credentials, timeout, traffic, beside)
    return updates


def portions(triples: Iterable[Statement], most: int, longest: int) -> Iterator[str]:
    """Yield N-Triples texts of at most so many triples and, but for single ones, bytes."""
    lines: list[str] = []
    size = 0
    for triple in triples:
        line = f"{triple} .\n"
        length = len(line.encode())
        if lines and (len(lines) >= most or size + length > longest):
            yield "".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += length
    yield "".join(lines)
