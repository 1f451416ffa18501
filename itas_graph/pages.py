"""What the service has to say to people -> its pages, all of one cast."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from itas_graph import sealed_html
from itas_graph.errors import Language

if TYPE_CHECKING:
    from itas_graph.queries import Question

TEMPLATES = Path(__file__).parent / "templates" / "service"
_EXAMPLE = """\
SELECT ?name
WHERE { ?organisation a org:Organization ; skos:prefLabel ?name }
ORDER BY ?name
LIMIT 100
"""


def endpoint_page(endpoint: str, asked: Sequence[Question], root: str, language: Language) -> str:
    """Return the page that a browser gets at the endpoint: its address, a form, ready questions."""
    return rendered(
        "sparql.html.j2", root, language, endpoint=endpoint, questions=asked, query=_EXAMPLE
    )


def problem_page(text: str, status: int, query: str, root: str, language: Language) -> str:
    """Return the page that says what went wrong, with the form to ask `query` in another way.

    What follows the first line of `text` shows the place, with a mark below it.
    """
    said, _, shown = text.partition("\n")
    return rendered(
        "problem.html.j2", root, language, said=said, shown=shown, status=status, query=query
    )


def rendered(template: str, root: str, language: Language, **values: Any) -> str:  # noqa: ANN401  # whatever a template shows; jinja2 is imported late
    """Return a page; `root` leads from it to the top of the service. Texts are escaped."""
    from markupsafe import Markup

    return sealed_html.rendered(
        TEMPLATES / template,
        root=root,
        language=language,
        other="en" if language == "de" else "de",
        t=lambda de, en: de if language == "de" else en,
        style=Markup(_style()),  # noqa: S704 - our own file
        **values,
    )


def policy() -> str:
    """Return the content security policy of these pages: their own style, nothing else."""
    return (
        f"default-src 'none'; style-src {sealed_html.digest(_style())}; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return (TEMPLATES / "service.css").read_text("utf-8").strip()
