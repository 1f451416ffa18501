"""A dossier -> one HTML page that needs nothing else, or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from itas_graph import charts, picture, report, sealed_html
from itas_graph.dossier import Bars, Block, Cell, Dossier, Matrix, Origin, Picture, Sentence, Table
from itas_graph.errors import Language, Message
from itas_graph.narration import escaped, linked
from itas_graph.telling import Told

TEMPLATES = Path(__file__).parent / "templates" / "dossier"
#: What a person sees at a glance in a matrix: so many steps from a little to the most.
_STEPS = 4


def html(dossier: Dossier, page: str = "") -> str:
    """Return the dossier as an HTML page without scripts that loads nothing.

    `page` is the address of a page of the same data, in which the questions can be asked again.
    """
    from markupsafe import Markup

    style = (TEMPLATES / "dossier.css").read_text("utf-8").strip()
    language = dossier.language
    return report.printable(
        sealed_html.rendered(
            TEMPLATES / "dossier.html.j2",
            dossier=dossier,
            language=language,
            t=lambda de, en: Message(de, en).text(language),
            style=Markup(style),  # noqa: S704  # our own file
            policy=f"default-src 'none'; style-src {sealed_html.digest(style)}; base-uri 'none'; "
            "form-action 'none'",
            kind=lambda block: type(block).__name__.lower(),
            numbers={name: place for place, name in enumerate(dossier.origins, start=1)},
            # Built by us from escaped text.
            bars=lambda block: [
                (said, Markup(bar))  # noqa: S704  # built by us
                for said, bar in charts.bars(
                    block.parts, block.rows, language, is_share=block.is_share
                )
            ],
            picture=lambda block: Markup(_drawing(block, language)),  # noqa: S704  # built by us
            step=_step,
            more=lambda block: more(block, language),
            link=lambda origin: page and page + fragment(origin, language),
        )
    )


def markdown(dossier: Dossier, page: str = "") -> str:
    """Return the dossier as Markdown, charts as tables; each figure leads to its question."""
    return report.printable("\n".join(_lines(dossier, page)).rstrip() + "\n")


def fragment(origin: Origin, language: Language) -> str:
    """Return where in a page the question of an origin is asked.

    >>> fragment(Origin("funding", "", "", "", "", {"initiative": "itas"}, True), "de")
    '#view=questions&question=funding&with-initiative=itas&lang=de'
    """
    if origin.is_ready:
        values = "".join(f"&with-{key}={quote(value)}" for key, value in origin.values.items())
        return f"#view=questions&question={origin.name}{values}&lang={language}"
    return f"#view=questions&sparql={quote(origin.sparql)}&lang={language}"


def _drawing(block: Picture, language: Language) -> str:
    """Return a drawing as SVG without the declaration that only a file has."""
    drawn = picture.svg(picture.draw(block.network, language)).decode()
    return drawn.partition("?>")[2].strip()


def _step(number: int, block: Matrix) -> int:
    """Return how dark a cell is: 0 for nothing, else 1 up to the number of steps."""
    most = max(max(numbers) for _, numbers in block.rows)
    return -(-number * _STEPS // most) if number else 0


def _lines(dossier: Dossier, page: str) -> Iterator[str]:
    language = dossier.language
    numbers = {name: place for place, name in enumerate(dossier.origins, start=1)}
    yield f"# {escaped(dossier.title)}"
    for text in dossier.premises:
        yield from ("", f"> {escaped(text)}")
    for text in dossier.about:
        yield from ("", escaped(text))
    for section in dossier.sections:
        yield from ("", f"## {escaped(section.title)}")
        for block in section.blocks:
            # A drawing says in Markdown what the tables say, too.
            if not isinstance(block, Picture):
                yield ""
                yield from _block(block, numbers, language)
    title = Message("Die Fragen hinter den Zahlen", "The questions behind the figures")
    yield from ("", f"## {title.text(language)}")
    for name, origin in dossier.origins.items():
        yield from (
            "",
            f'### <a id="q{numbers[name]}"></a>{numbers[name]}. {escaped(origin.title)}',
        )
        if origin.description:
            yield from ("", escaped(origin.description))
        yield from ("", f"    {origin.command}")
        if page:
            ask = Message("In der Seite stellen", "Ask in the page").text(language)
            yield from ("", f"[{ask}](<{page}{fragment(origin, language)}>)")


def _block(block: Block, numbers: Mapping[str, int], language: Language) -> Iterator[str]:
    number = numbers.get(block.origin)
    mark = f" [[{number}](#q{number})]" if number else ""
    if isinstance(block, Sentence):
        sources = ", ".join(linked(Told("", *source)) for source in block.sources)
        yield f"{escaped(block.text)}{mark}{f' ({sources})' if sources else ''}"
        return
    yield f"**{escaped(block.title)}**{mark}"
    yield ""
    if isinstance(block, Table):
        lines = [[_field(cell) for cell in row] for row in block.rows]
        yield report.markdown(block.columns, lines)
        if block.more:
            yield from ("", escaped(more(block, language)))
    elif isinstance(block, Matrix):
        rows = [[label, *(str(one or "–") for one in cells)] for label, cells in block.rows]
        yield report.markdown([block.corner, *block.columns], rows)
    elif isinstance(block, Bars):
        said = [
            [label, *charts.numbers(values, language, is_share=block.is_share)]
            for label, values in block.rows
        ]
        yield report.markdown(["", *block.parts], said)


def more(block: Table, language: Language) -> str:
    """Return what says how many rows a table does not show."""
    count = block.more
    return Message(
        f"… und {count} weitere {'Zeile' if count == 1 else 'Zeilen'}.",
        f"… and {count} more {'row' if count == 1 else 'rows'}.",
    ).text(language)


def _field(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]
