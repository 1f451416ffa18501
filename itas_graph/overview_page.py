"""Counts and communities of a build too large for one page -> the page that gives an overview.

It can be read without script, by keyboard and screen reader: the discs are drawn for the eye, the
table below says the same, and more. The script seeks in the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from itas_graph import sealed_html
from itas_graph.communities import Communities, Community
from itas_graph.errors import Language, Message
from itas_graph.labels import text_width

TEMPLATES = Path(__file__).parent / "templates" / "overview"
_FONT = 13.0
_LINES = 4
_SAID: Mapping[str, Mapping[Language, str]] = {
    "large": {
        "de": "Dieser Datensatz ist zu groß, um auf einer Seite gezeichnet zu werden.",
        "en": "This dataset is too large to be drawn on a page.",
    },
    "ask": {"de": "Fragen beantwortet", "en": "Questions are answered by"},
    "serve": {
        "de": "SPARQL und verlinkte Daten bietet",
        "en": "SPARQL and linked data are offered by",
    },
    "measure": {"de": "Netzwerke misst", "en": "networks are measured by"},
    "place": {"de": "einen Ort zeichnet", "en": "a place is drawn by"},
    "communities": {"de": "Gemeinschaften", "en": "Communities"},
    "group": {
        "de": "Eine Gemeinschaft ist eine Gruppe mit mehr Verbindungen untereinander als nach "
        "außen, errechnet (Verfahren von Louvain) und benannt nach dem, was darin am besten "
        "verbunden ist: kein Bündnis, und keine Quelle sagt, dass sie zusammengehört. Was mit "
        "wenigen verbunden ist, steht unter „Weitere“ in der Reihenfolge der Namen.",
        "en": "A community is a group with more links within than to others, computed (Louvain "
        "method) and named after what is best linked in it: no alliance, and no source says that "
        "it belongs together. What is linked to few stands under “Others” in the order of names.",
    },
    "seek": {"de": "In der Tabelle suchen:", "en": "Seek in the table:"},
    "told": {"de": "Gefunden: {n}", "en": "Found: {n}"},
    "draw": {
        "de": "Die Seite einer Gemeinschaft, mit allen Mitgliedern und Belegen, zeichnet",
        "en": "The page of a community, with all members and evidence, is drawn by",
    },
    "all": {"de": "alle zeichnet", "en": "all are drawn by"},
    "name": {"de": "KÜRZEL", "en": "SLUG"},
    "file": {"de": "seite.html", "en": "page.html"},
    "folder": {"de": "ordner", "en": "folder"},
    "community": {"de": "Gemeinschaft", "en": "Community"},
    "organisations": {"de": "Organisationen", "en": "Organisations"},
    "initiatives": {"de": "Initiativen", "en": "Initiatives"},
    "best": {"de": "Am besten verbunden", "en": "Best linked"},
}


def render(
    titles: Message,
    counts: Sequence[tuple[Message, int]],
    communities: Communities,
    *,
    linked: bool = False,
) -> str:
    """Return the page.

    Args:
        titles: what the dataset is called.
        counts: what there is how often.
        communities: there may be none.
        linked: the page of each community lies in the folder `communities` beside this page.
    """
    from markupsafe import Markup

    style = (TEMPLATES / "overview.css").read_text("utf-8").strip()
    script = (TEMPLATES / "overview.js").read_text("utf-8").strip()
    own = (sealed_html.digest(text) for text in (script, style))
    policy = "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'"
    return sealed_html.rendered(
        TEMPLATES / "overview.html.j2",
        titles={"de": titles.de, "en": titles.en},
        counts=[({"de": label.de, "en": label.en}, count) for label, count in counts],
        communities=communities,
        lines=_lines(communities),
        discs={
            language: [_disc(one, language, linked=linked) for one in communities.found]
            for language in ("de", "en")
        },
        linked=linked,
        said=_SAID,
        number=_number,
        policy=policy.format(*own),
        style=Markup(style),  # noqa: S704  # our own file
        script=Markup(script),  # noqa: S704  # our own file
    )


def _number(count: int, language: Language) -> str:
    text = f"{count:,}"
    return text.replace(",", ".") if language == "de" else text


def _lines(communities: Communities) -> list[dict[str, float]]:
    places = {one.key: one for one in communities.found}
    return [
        {
            **{"x1": places[one].x, "y1": places[one].y},
            **{"x2": places[other].x, "y2": places[other].y},
            "width": min(40, round(1 + count**0.5, 1)),
        }
        for one, other, count in communities.links
    ]


def _disc(one: Community, language: Language, *, linked: bool) -> dict[str, Any]:
    """Return a disc with what fits into it: its name, cut if need be, and how many it has."""
    size = max(18, round(one.radius / 5))
    room = 1.5 * one.radius * _FONT / size
    names = _wrapped(one.label.text(language), room)
    most = max(1, min(_LINES, int(1.5 * one.radius / (size * 1.25)) - 1))
    if len(names) > most:
        names = [*names[: most - 1], names[most - 1].rstrip(" ·") + " …"]
    texts = [(name, False) for name in names]
    texts.append((_number(one.organisations + one.initiatives, language), True))
    top = one.y + size * 0.35 - (len(texts) - 1) * size * 0.625
    return {
        "href": f"communities/{one.key}.html" if linked else f"#{language}-{one.key}",
        "x": one.x,
        "y": one.y,
        "radius": one.radius,
        "size": size,
        "texts": [
            {"words": words, "count": count, "y": round(top + number * size * 1.25)}
            for number, (words, count) in enumerate(texts)
        ],
    }


def _wrapped(text: str, room: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, bold=True) <= room:
            lines[-1] = longer
        else:
            lines.append(_clipped(word, room))
    return lines


def _clipped(word: str, room: float) -> str:
    if text_width(word, bold=True) <= room:
        return word
    while len(word) > 1 and text_width(word + "…", bold=True) > room:
        word = word[:-1]
    return word + "…"
