"""What a page needs to answer questions by itself; and the dataset read back out of a page.

The published dataset stands in the page as it is in `itas.trig`, in a script block of that media
type, so that other tools read it too; beside it the questions and Oxigraph as WebAssembly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from itas_graph.dataset import DERIVED, Dataset, canonical
from itas_graph.errors import EngineError, Message, UsageError
from itas_graph.queries import Question
from itas_graph.vocab import PREFIXES

BLOCK = "dataset"
MEDIA_TYPE = "application/trig"
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')


@dataclass(frozen=True, slots=True)
class Asking:
    """What the page's engine works on.

    `dataset` is the TriG text of the block, `rules` are the derive queries in their order, `later`
    is the query for what began when, `derived` the IRI of the graph of derived links.
    """

    dataset: str
    statements: int
    questions: Mapping[str, Question]
    rules: tuple[str, ...]
    later: str
    derived: str
    deadline: int = 30

    def data(self) -> dict[str, Any]:
        """Return what the page's data block says of it."""
        return {
            "prefixes": PREFIXES,
            "engine": {
                "derive": list(self.rules),
                "later": self.later,
                "derived": self.derived,
                "deadline": self.deadline,
            },
            "questions": [_question(one) for one in self.questions.values()],
        }


def gather(dataset: Dataset, queries: Path, questions: Mapping[str, Question]) -> Asking:
    """Return what a page needs to answer questions on `dataset`, by the folder `queries`.

    Raises:
        EngineError: the folder lacks the query for what began when.
    """
    try:
        later = (queries / "as-of" / "later.rq").read_text("utf-8")
    except OSError as error:
        raise EngineError(
            Message(
                f"{queries / 'as-of' / 'later.rq'} ist nicht lesbar: {error.strerror}.",
                f"{queries / 'as-of' / 'later.rq'} cannot be read: {error.strerror}.",
            )
        ) from error
    rules = tuple(path.read_text("utf-8") for path in sorted(queries.glob("derive/*.rq")))
    text = block(dataset.dump("itas.trig").decode())
    derived = dataset.context.base + DERIVED
    return Asking(text, len(dataset), questions, rules, later, derived)


def block(trig: str) -> str:
    r"""Return TriG that may stand inside a script element and still says the same.

    Only quoted text can hold a `<` that HTML would read; what TriG writes around IRIs is followed
    by a scheme.

    >>> print(block('<a:b> <a:c> "</script><!--" .'))
    <a:b> <a:c> "\u003C/script>\u003C!--" .
    """
    return _QUOTED.sub(lambda found: found[0].replace("<", "\\u003C"), trig)


def read(path: Path) -> list[ox.Quad]:
    """Return the quads of the dataset inside the page at `path`, sorted as in a dump.

    Raises:
        UsageError: the file cannot be read, or holds no dataset.
    """
    try:
        html = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            Message(f"{path} ist nicht lesbar: {error}.", f"{path} cannot be read: {error}.")
        ) from error
    finder = _Finder()
    finder.feed(html)
    if not finder.found:
        raise UsageError(
            Message(
                f"In {path} steht kein Datensatz. Seiten tragen ihn, wenn sie ohne "
                "--without-sparql gebaut sind.",
                f"There is no dataset in {path}. Pages carry one unless they were built with "
                "--without-sparql.",
            )
        )
    try:
        quads = list(ox.parse("".join(finder.found), format=ox.RdfFormat.TRIG))
    except SyntaxError as error:
        raise UsageError(
            Message(
                f"Der Datensatz in {path} ist beschädigt: {error}.",
                f"The dataset in {path} is damaged: {error}.",
            )
        ) from error
    return canonical(quads)


def description(dataset: Mapping[str, Any], statements: int) -> str:
    """Return a JSON-LD description of the dataset (schema.org Dataset) for generic readers.

    `dataset` carries title, description, stand, licence_url as the page's data block does.
    """
    about = {
        # Written out: a reader needs no network to understand it.
        "@context": {"@vocab": "https://schema.org/", "license": {"@type": "@id"}},
        "@type": "Dataset",
        "name": _texts(dataset.get("title")),
        "description": _texts(dataset.get("description")),
        "dateModified": dataset.get("stand") or None,
        "license": dataset.get("licence_url") or None,
        "size": f"{statements} statements",
        "distribution": {
            "@type": "DataDownload",
            "encodingFormat": MEDIA_TYPE,
            "contentUrl": f"#{BLOCK}",
        },
    }
    return json.dumps(
        {name: value for name, value in about.items() if value},
        ensure_ascii=False,
        sort_keys=True,
    )


def _texts(words: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [
        {"@language": language, "@value": text}
        for language, text in sorted((words or {}).items())
        if text
    ]


def _question(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "title": {"de": question.title.de, "en": question.title.en},
        "description": {"de": question.description.de, "en": question.description.en},
        "parameters": [
            {
                "name": one.name,
                "kind": one.kind,
                "label": {"de": one.label.de, "en": one.label.en},
                "default": one.default,
                "variable": one.variable,
            }
            for one in question.parameters
        ],
        "columns": {name: {"de": label.de, "en": label.en} for name, label in question.columns},
        "text": question.text,
    }


class _Finder(HTMLParser):
    """Keeps the text of the dataset's block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and dict(attrs).get("id") == BLOCK

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)
