"""Names -> the lines they are drawn in, and how wide those are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

FONT = 11.5
LINE = 14
MAX_LABEL = 132.0

# Width of a character in thousandths of the font size: the widest of the usual system typefaces.
_NARROW = dict.fromkeys("ijlI.,:;'|!’‘`", 280) | dict.fromkeys('ftr()[]-–/ „“"', 370)
_WIDE = dict.fromkeys("mwMW@%—", 890) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZÄÖÜ&+", 700)
_WIDTHS = {**dict.fromkeys("csxyzkvJ", 530), **_NARROW, **_WIDE}


def text_width(text: str, size: float = FONT, *, bold: bool = False) -> float:
    """Estimate the width of `text` in pixels, rather too wide than too narrow.

    >>> text_width("will") < text_width("WILL")
    True
    """
    width = sum(_WIDTHS.get(character, 590) for character in text) * size / 1000
    return width * 1.07 if bold else width


def wrap(text: str, width: float = MAX_LABEL, lines: int = 3, *, bold: bool = False) -> list[str]:
    """Break `text` into at most `lines` lines of about the same length; `…` says something is cut.

    >>> wrap("Entwicklungskonzept Gewerbegebiete Erzgebirgskreis")
    ['Entwicklungskonzept', 'Gewerbegebiete', 'Erzgebirgskreis']
    >>> wrap("AMZ Sachsen")
    ['AMZ Sachsen']
    """
    pieces = list(_pieces(text, width, bold))
    broken = _fill(pieces, width, bold)
    if len(broken) > lines:
        kept = broken[:lines]
        last = kept[-1].rstrip(" -–")
        while last and text_width(last + " …", bold=bold) > width:
            last = last[:-1].rstrip()
        return [*kept[:-1], last + " …"]
    narrow = width
    while narrow > 40:
        tighter = _fill(pieces, narrow - 6, bold)
        if len(tighter) > len(broken) or any(
            text_width(line, bold=bold) > narrow for line in tighter
        ):
            break
        broken, narrow = tighter, narrow - 6
    return broken


def _pieces(text: str, width: float, bold: bool) -> Iterator[str]:
    """Yield the unbreakable parts of `text`, each with the blank or hyphen that ends it."""
    for word in text.split():
        parts = word.replace("-", "-\0").replace("/", "/\0").split("\0")
        for index, part in enumerate(parts):
            rest = part
            while text_width(rest, bold=bold) > width * 1.25:
                cut = len(rest) - 1
                while cut > 4 and text_width(rest[:cut] + "-", bold=bold) > width:
                    cut -= 1
                yield rest[:cut] + "-"
                rest = rest[cut:]
            if rest:
                yield rest + (" " if index == len(parts) - 1 else "")


def _fill(pieces: Iterable[str], width: float, bold: bool) -> list[str]:
    lines: list[str] = []
    current = ""
    for piece in pieces:
        if current and text_width((current + piece).rstrip(), bold=bold) > width:
            lines.append(current.rstrip())
            current = ""
        current += piece
    if current.strip():
        lines.append(current.rstrip())
    return lines or [""]


def short_name(label: str, aliases: Sequence[str], *, bold: bool = False) -> list[str]:
    """Return the lines to draw: the name, or an abbreviation among the aliases if it is too long.

    >>> short_name("Chemnitzer Wirtschaftsförderungs- und Entwicklungsgesellschaft mbH", ["CWE"])
    ['CWE']
    """
    lines = wrap(label, bold=bold)
    if not lines[-1].endswith("…"):
        return lines
    shorter = sorted(
        (alias for alias in aliases if 2 <= len(alias) <= 32), key=lambda alias: (len(alias), alias)
    )
    return wrap(shorter[0], bold=bold) if shorter else lines
