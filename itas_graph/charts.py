"""Numbers to compare -> a bar as SVG for each, and the same in words.

The words stand beside the bar, so that nothing is told by length or colour alone and a long label
wraps. Colours are those of the classes `part-0`, `part-1`, `part-2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from itas_graph.errors import Language
from itas_graph.readings import percentage
from itas_graph.report import number

_SVG = "http://www.w3.org/2000/svg"
_HEIGHT = 12


def bars(
    parts: Sequence[str],
    rows: Sequence[tuple[str, Sequence[float]]],
    language: Language,
    *,
    is_share: bool = False,
) -> list[tuple[str, str]]:
    """Return a row of a bar chart for each label: all it says in words, and its bar as SVG text.

    Args:
        parts: what the numbers of a row are, in their order.
        rows: labels with their numbers; the largest sum fills the width.
        language: of the numbers.
        is_share: whether the numbers are shares of 1, to be written as per cent.

    >>> [(text, "50.0%" in bar) for text, bar in bars(["n"], [("A", [2]), ("B", [1])], "de")]
    [('A: 2', False), ('B: 1', True)]
    """
    ET.register_namespace("", _SVG)
    most = max((sum(values) for _, values in rows), default=0) or 1
    return [
        (f"{label}: {_told(parts, values, language, is_share=is_share)}", _bar(values, most))
        for label, values in rows
    ]


def numbers(values: Sequence[float], language: Language, *, is_share: bool = False) -> list[str]:
    """Return numbers as people write them; shares of 1 as per cent.

    >>> numbers([12000], "de"), numbers([0.182], "en", is_share=True)
    (['12.000'], ['18%'])
    """
    if is_share:
        return [percentage(value).text(language) for value in values]
    return [number(int(value), language) for value in values]


def _bar(values: Sequence[float], most: float) -> str:
    root = ET.Element(
        f"{{{_SVG}}}svg", {"width": "100%", "height": str(_HEIGHT), "aria-hidden": "true"}
    )
    left = 0.0
    for part, value in enumerate(values):
        wide = 100 * value / most
        if wide > 0:
            shape = {"x": f"{left:.1f}%", "width": f"{wide:.1f}%", "height": str(_HEIGHT)}
            ET.SubElement(root, f"{{{_SVG}}}rect", {**shape, "class": f"part-{part}"})
        left += wide
    return ET.tostring(root, "unicode")


def _told(
    parts: Sequence[str], values: Sequence[float], language: Language, *, is_share: bool
) -> str:
    written = numbers(values, language, is_share=is_share)
    if len(parts) == 1:
        return written[0]
    return ", ".join(f"{number} {part}" for number, part in zip(written, parts, strict=True))
