"""A dossier: sentences, tables and charts in sections, each with the question it comes from.

What a dossier says is asked of an endpoint by `Inquiry`, which keeps every question it was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itas_graph import measures, projections, queries, readings
from itas_graph import network as networks
from itas_graph.errors import EngineError, Language, Message, UsageError
from itas_graph.words import Words

if TYPE_CHECKING:
    from itas_graph.answers import Endpoint
    from itas_graph.readings import Finding

#: The networks that a dossier measures.
NETWORK, PAIRS = "organisation-initiative", "organisation-organisation"

Row = Mapping[str, str]
#: What a field of a table holds: a text, or a text with the address it leads to.
Cell = str | tuple[str, str]


@dataclass(frozen=True)
class Origin:
    """Where figures come from: a question, or a measure of a network.

    `command` asks it again, `sparql` is what is asked, `values` are the parameters it was given;
    `is_ready` says whether it is one of the ready questions, which a page knows by name.
    """

    name: str
    title: str
    description: str
    command: str
    sparql: str
    values: Mapping[str, str] = field(default_factory=dict)
    is_ready: bool = False


@dataclass(frozen=True)
class Sentence:
    """Something true in words; `origin` is the name of where it comes from, or empty."""

    text: str
    origin: str = ""
    #: Who says so: title of each source, and the address of the passage, if it has one.
    sources: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Table:
    """Rows under `columns`; `more` is how many rows there are beyond those shown."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    origin: str
    more: int = 0


@dataclass(frozen=True)
class Bars:
    """Numbers to compare: a label for each bar, and a number for each part of it.

    `parts` names the parts; the numbers are whole, or shares (of 1) if `is_share`.
    """

    title: str
    parts: Sequence[str]
    rows: Sequence[tuple[str, Sequence[float]]]
    origin: str
    is_share: bool = False


@dataclass(frozen=True)
class Matrix:
    """Numbers of two things together: a row for each of one, a column for each of the other."""

    title: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]
    origin: str


@dataclass(frozen=True)
class Picture:
    """A part of a network to be drawn, with what the drawing shows in words."""

    title: str
    network: Any
    origin: str


Block = Sentence | Table | Bars | Matrix | Picture


@dataclass(frozen=True)
class Section:
    """Blocks under a heading; `slug` is its address within the dossier."""

    slug: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Dossier:
    """The whole: what it is about, its sections, and the origins of its figures by their names.

    `premises` say what is imagined; without any, all is as the sources have it.
    """

    title: str
    about: Sequence[str]
    language: Language
    sections: Sequence[Section]
    origins: Mapping[str, Origin]
    premises: Sequence[str] = ()


class Inquiry:
    """Asks an endpoint on behalf of a dossier in one language, and keeps what was asked.

    `folder` is the folder of the questions. `top` is how many rows of a long answer a reader wants.
    """

    def __init__(
        self, endpoint: Endpoint, folder: Path, language: Language, top: int, suffix: str = ""
    ) -> None:
        self.language = language
        self.top = top
        self._endpoint = endpoint
        self._folder = folder
        self._suffix = suffix
        self._origins: dict[str, Origin] = {}
        self._networks: dict[str, Any] = {}

    def say(self, de: str, en: str) -> str:
        """Return the text in the language of the dossier."""
        return Message(de, en).text(self.language)

    def told(self, count: int, de: str, en: str, **values: str) -> str:
        """Return the text for none, one or many.

        The three stand in each text in this order, between bars, with `{n}` for the number and
        the names of `values` in braces.
        """
        text = Message(de, en).text(self.language).split("|")[min(count, 2)]
        return text.format(n=self.words.number(count), **values)

    @cached_property
    def words(self) -> Words:
        """Return the names of concepts, and how dates and numbers are written."""
        return Words(self.language, self.whole.graph["concepts"])

    def ask(self, name: str, **values: str) -> list[Row]:
        """Return the answer to the question `name`, each row by its columns.

        Raises:
            EngineError: the endpoint failed, or there is no such question.
            UsageError: a value fits nothing.
        """
        question = self.question(name)
        text = queries.bind(question, values, self.language, self._texts)
        given = "".join(f" -p {key}={_quoted(value)}" for key, value in values.items())
        self._origins.setdefault(
            name,
            Origin(
                name,
                question.title.text(self.language),
                question.description.text(self.language),
                f"itas-graph query {name}{given}",
                _body(text),
                values,
                is_ready="/" not in name,
            ),
        )
        answer = self._endpoint.ask(text)
        return [
            {
                column: str(getattr(term, "value", "") or "")
                for column, term in zip(answer.columns, row, strict=True)
            }
            for row in answer.rows or ()
        ]

    def question(self, name: str) -> queries.Question:
        """Return the question of the workspace called `name`, such as `report/at-a-glance`."""
        path = self._folder / f"{name}.rq"
        if not path.is_file():
            raise EngineError(
                Message(
                    f"Dem Arbeitsordner fehlt die Frage {path}; ein Bericht braucht sie. "
                    "Kopieren Sie den Ordner queries/report aus itas-graph dorthin.",
                    f"The workspace lacks the question {path}; a report needs it. "
                    "Copy the folder queries/report of itas-graph there.",
                )
            )
        return queries.read(path)

    def titles(self, name: str, columns: Iterable[str]) -> list[str]:
        """Return what columns of a question are called."""
        known = dict(self.question(name).columns)
        return [known[column].text(self.language) for column in columns]

    def network(self, name: str) -> Any:  # noqa: ANN401  # networkx is untyped
        """Return a projection of the graph without what is only planned; it may be empty."""
        if name not in self._networks:
            projection = projections.find(projections.load(self._folder), name)
            drawn = projections.project(self._endpoint, self._folder, projection, whole=self.whole)
            self._networks[name] = projections.counted(drawn)
        return self._networks[name]

    @cached_property
    def whole(self) -> Any:  # noqa: ANN401  # networkx is untyped
        """Return the network of all actors and relations."""
        return networks.load(self._endpoint, self._folder, None)

    @property
    def base(self) -> str:
        """Return how the addresses of all actors begin."""
        return str(self.network(NETWORK).graph["base"])

    def measured(self, name: str, measure: str, group: str = "") -> list[Finding]:
        """Return what a measure finds of the nodes of a projection, the most telling first.

        Only those of `group`, if one is given. Nothing, where the measure would mislead or take
        too long, or where there is nobody to measure.
        """
        one = measures.MEASURES[measure]
        try:
            graph = self.network(name)
            on = measures.lines(graph)
            measures.refuse_misleading(on, [one])
            measures.refuse_too_large(on, [one])
        except UsageError:
            return []
        found = readings.measure(graph, on, [one])[0].findings
        return [
            finding
            for finding in found
            if finding.value
            and finding.reading.de
            and (not group or graph.nodes[finding.nodes[0]]["group"] == group)
        ]

    def measure_origin(self, name: str, measure: str) -> str:
        """Return the name of the origin of a measure's figures, which from now on is known."""
        question = projections.find(projections.load(self._folder), name).question
        label = measures.MEASURES[measure].label.text(self.language)
        key = f"{name}-{measure}"
        self._origins.setdefault(
            key,
            Origin(
                key,
                f"{label}: {question.title.text(self.language)}",
                self.say(
                    f"Das Maß „{measure}“ über dem Netzwerk {name}; was es heißt und wer es "
                    "definiert hat, steht in docs/measures.md.",
                    f"The measure “{measure}” of the network {name}; docs/measures.md says what it "
                    "means and who defined it.",
                ),
                f"itas-graph measure {name} --measure {measure}{self._suffix}",
                _body(question.text),
            ),
        )
        return key

    def network_origin(self, name: str) -> str:
        """Return the name of the origin of a network's own figures, which from now on is known."""
        question = projections.find(projections.load(self._folder), name).question
        key = f"edges/{name}"
        self._origins.setdefault(
            key,
            Origin(
                key,
                question.title.text(self.language),
                question.description.text(self.language),
                f"itas-graph network {name}",
                _body(question.text),
            ),
        )
        return key

    def origins(self, sections: Iterable[Section]) -> dict[str, Origin]:
        """Return the origins that sections name, in the order in which they first do."""
        named = [block.origin for section in sections for block in section.blocks if block.origin]
        return {name: self._origins[name] for name in named}

    def _texts(self, text: str) -> list[tuple[str, ...]]:
        answer = self._endpoint.ask(text)
        return [tuple(getattr(term, "value", "") for term in row) for row in answer.rows or ()]


def table(
    inquiry: Inquiry, name: str, rows: Sequence[Row], columns: Sequence[str], title: str = ""
) -> Table:
    """Return the first rows of an answer as a table of some of its columns."""
    shown = [[row[column] for column in columns] for row in rows[: inquiry.top]]
    return Table(
        title or inquiry.question(name).title.text(inquiry.language),
        inquiry.titles(name, columns),
        shown,
        name,
        len(rows) - len(shown),
    )


def listed(names: Sequence[str]) -> str:
    """Return names one after another, or a dash for none."""
    return ", ".join(names) if names else "–"


def slug(iri: str) -> str:
    """Return what an address ends in."""
    return iri.rpartition("/")[2]


def _body(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not line.startswith("#+")).strip()


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
