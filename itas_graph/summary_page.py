"""Counts of a build that is too large to be drawn -> a small page that says how to go on."""

from __future__ import annotations

import html
from collections.abc import Sequence

_HEAD = """\
<!doctype html>
<html lang="de">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto }}
main {{ padding: 0 1rem }}
td {{ padding: 0 1.5rem 0 0 }} td + td {{ text-align: right }} code {{ white-space: nowrap }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
"""
_SAID = {
    "de": (
        "Dieser Datensatz ist zu groß, um auf einer Seite gezeichnet zu werden.",
        "Fragen beantworten",
        "der Dienst mit SPARQL und verlinkten Daten",
        "ein Netzwerk messen oder ausgeben",
    ),
    "en": (
        "This dataset is too large to be drawn on a page.",
        "Answer questions:",
        "the service with SPARQL and linked data:",
        "measure or write a network:",
    ),
}


def render(titles: tuple[str, str], counts: Sequence[tuple[str, str, int]]) -> str:
    """Return the page: its titles, and what there is how often, in German and English."""
    parts = [_HEAD.format(title=html.escape(titles[0]))]
    for position, language in enumerate(("de", "en")):
        too_large, ask, serve, network = _SAID[language]
        parts.append(f'<section lang="{language}">\n')
        if position:
            parts.append(f"<h2>{html.escape(titles[1])}</h2>\n")
        parts.append(f"<p>{too_large}</p>\n<table>\n")
        for de, en, count in counts:
            what = html.escape(de if language == "de" else en)
            number = f"{count:,}".replace(",", "." if language == "de" else ",")
            parts.append(f"<tr><td>{what}</td><td>{number}</td></tr>\n")
        colon = ":" if language == "de" else ""
        parts.append(
            f"</table>\n<p>{ask}{colon} <code>itas-graph query</code>; "
            f"{serve}{colon} <code>itas-graph serve</code>; "
            f"{network}{colon} <code>itas-graph measure</code>, "
            "<code>itas-graph network</code></p>\n</section>\n"
        )
    parts.append("</main>\n</body>\n</html>\n")
    return "".join(parts)
