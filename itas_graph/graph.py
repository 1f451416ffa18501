"""For Python users: a workspace as an rdflib dataset, a question as rows, a networkx graph."""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from itas_graph import asking, build, context, network, queries, workspace
from itas_graph.answers import Endpoint
from itas_graph.dataset import Dataset
from itas_graph.errors import DataError, Message
from itas_graph.guard import Guarded
from itas_graph.publication import Profile
from itas_graph.store import EmbeddedStore, of_quads

if TYPE_CHECKING:
    import networkx
    import rdflib

__all__ = ["Graph", "open"]


class Graph:
    """One workspace, read, checked and held in memory.

    >>> import itas_graph
    >>> graph = itas_graph.open()
    >>> graph.rows("consortium-partners")[0]["organisation"]
    'AMZ Sachsen'
    """

    def __init__(self, source: workspace.Workspace, dataset: Dataset, store: EmbeddedStore) -> None:
        self._workspace = source
        self._dataset = dataset
        self._store = store
        self._endpoint = Guarded(_Held(store, dataset))

    @property
    def endpoint(self) -> Endpoint:
        """The embedded store, guarded: `endpoint.ask(sparql)` gives terms, not text.

        Each query has 30 seconds and 1 GB of memory.
        """
        return self._endpoint

    @cached_property
    def questions(self) -> dict[str, queries.Question]:
        """The ready questions by name."""
        return queries.load(self._workspace.queries)

    def rows(
        self, question: str, language: Literal["de", "en"] = "de", **parameters: str
    ) -> list[dict[str, str]]:
        """Answer a ready question, or a SELECT text, as rows of text by column.

        Unbound cells are left out of their row.

        Raises:
            UsageError: unknown question or parameter, or an ambiguous name.
            QueryError: the SPARQL text does not parse, or would reach outside.
            LimitError: it takes too long or too much memory.

        >>> import itas_graph
        >>> graph = itas_graph.open()
        >>> [row["organisation"] for row in graph.rows("single-organisation-initiatives")][:1]
        ['AMZ Sachsen']
        >>> graph.rows("consortium-partner")
        Traceback (most recent call last):
            ...
        itas_graph.errors.UsageError: No question “consortium-partner”. Did you mean: ...
        """
        text = question
        if "{" not in question:
            asked = queries.find(self.questions, question)
            text = queries.bind(asked, parameters, language, self._names)
        answer = self._endpoint.ask(text)
        return [
            {
                column: getattr(term, "value", str(term))
                for column, term in zip(answer.columns, row, strict=True)
                if term is not None
            }
            for row in answer.rows or ()
        ]

    def to_rdflib(self) -> rdflib.Dataset:
        """Return all named graphs as an `rdflib.Dataset` whose default graph is their union.

        >>> import itas_graph
        >>> len(itas_graph.open().to_rdflib()) > 1000
        True
        """
        return self._dataset.to_rdflib()

    def to_networkx(self) -> networkx.MultiGraph:
        """Return organisations, initiatives and their relations, with evidence on each edge.

        >>> import itas_graph
        >>> network = itas_graph.open().to_networkx()
        >>> network.nodes["organisation/amz"]["label"]
        'AMZ Sachsen'
        """
        return network.load(self._store, self._workspace.queries, None)

    def _names(self, text: str) -> list[tuple[str, ...]]:
        answer = self._endpoint.ask(text)
        return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows or ()]


class _Held:
    """Opens the store that is already there; for another process, by the dataset it holds."""

    def __init__(self, store: EmbeddedStore, dataset: Dataset) -> None:
        self._store = store
        self._dataset = dataset

    def __call__(self) -> EmbeddedStore:
        return self._store

    def __reduce__(self) -> tuple[object, ...]:
        return partial, (of_quads, list(self._dataset.quads))


def open(root: Path | str | None = None, profile: Profile = "public") -> Graph:
    """Read, check and load a workspace: `root`, else the one the command line would take.

    `root` may also be a page (`index.html`): the dataset inside it, as it was published.

    Raises:
        UsageError: `root` is no workspace, or a page without a dataset.
        DataError: the check found errors; its `findings` list them.
    """
    if root is not None and Path(root).is_file():
        here = workspace.find()
        quads = asking.read(Path(root))
        mapping = context.load(here.ontology / "context.jsonld")
        return Graph(here, Dataset(quads, mapping), of_quads(quads))
    here = workspace.find(Path(root) if root is not None else None)
    checked = build.check(here)
    if checked.errors:
        first = next(finding for finding in checked.findings if finding.severity == "error")
        raise DataError(
            Message(
                f"{checked.errors} Fehler in den Daten, der erste in {first.file}:{first.line}: "
                f"{first.problem.de}",
                f"{checked.errors} errors in the data, the first in {first.file}:{first.line}: "
                f"{first.problem.en}",
            ),
            checked.findings,
        )
    dataset, store = build.assemble(here, checked, profile)
    return Graph(here, dataset, store)
