"""A projection -> a picture for print: SVG, or PDF with its texts as text.

Places come from the page's own layout: every name is legible and none lies on another.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from xml.etree import ElementTree as ET

from itas_graph import layout
from itas_graph.drawings import LARGE, Drawing
from itas_graph.errors import Language, Message, UsageError
from itas_graph.labels import FONT, LINE
from itas_graph.places import Layout, Place

_INK = "#1c2126"
_PALE = "#b9c2ca"
_GROUND = "#f3f5f7"
# One colour per action field, told apart by colour-blind people, too; as in the page.
_FIELDS = ("#6b7580", "#0072b2", "#a86a00", "#00795a", "#98428a", "#c2402a")
_SVG = "http://www.w3.org/2000/svg"
_HEAD = 58
_MARGIN = 24
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Picture:
    """What is drawn: the nodes and lines, where they stand, and title and date in one language."""

    drawing: Drawing
    layout: Layout
    fields: tuple[str, ...]
    title: str
    note: str
    language: Language

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the sheet with its head."""
        return self.layout.width + 2 * _MARGIN, self.layout.height + 2 * _MARGIN + _HEAD

    @cached_property
    def unprintable(self) -> list[str]:
        """Return the texts that the typeface of PDF cannot show as they are."""
        texts = [line for place in self.layout.places.values() for line in place.lines]
        return sorted(
            {text for text in [self.title, self.note, *texts] if _printable(text) != text}
        )

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the layout, whose middle is (0, 0), as a point of the sheet."""
        return (
            round(x + self.layout.width / 2 + _MARGIN, 1),
            round(y + self.layout.height / 2 + _MARGIN + _HEAD, 1),
        )

    def colour(self, key: str) -> str:
        """Return the colour of a node: that of its action field if it is an initiative or one."""
        node = self.drawing.nodes[key]
        fields = [slug for slug in node["action_fields"] if slug in self.fields]
        if node["group"] in ("initiative", "action-field") and fields:
            return _FIELDS[1 + self.fields.index(fields[0]) % (len(_FIELDS) - 1)]
        return {"organisation": _INK, "event": "#c2402a"}.get(node["group"], _FIELDS[0])


def draw(graph: Any, language: Language) -> Picture:  # noqa: ANN401  # networkx is untyped
    """Return a projection as a picture.

    Raises:
        UsageError: it is too large to be legible; the message says what to take instead.
    """
    lines = _lines_of(graph)
    _refuse_too_large(graph.number_of_nodes(), len(lines))
    groups = {node["group"] for _, node in graph.nodes(data=True)}
    keys = sorted({key for pair in lines for key in pair})
    drawing = Drawing(
        _sheet(groups), {key: graph.nodes[key] for key in keys}, dict(sorted(lines.items()))
    )
    fields = graph.graph["concepts"].get("action-field", {})
    titles = {slug: {"de": one["de"], "en": one["en"]} for slug, one in fields.items()}
    about = graph.graph
    data = Message("Stand der Daten", "data of").text(language)
    parts = [about["dataset_title"][language], f"{data} {about['stand']}" if about["stand"] else ""]
    if about["as_of"]:
        parts.append(
            Message(f"was bis {about['as_of']} begann", f"what began until {about['as_of']}").text(
                language
            )
        )
    return Picture(
        drawing,
        layout.arrange(drawing, titles or None),
        tuple(fields),
        _CONTROL.sub("�", about["question"][language]),
        _CONTROL.sub("�", " · ".join(part for part in parts if part)),
        language,
    )


def is_legible(graph: Any) -> bool:  # noqa: ANN401  # networkx is untyped
    """Say whether a picture of a projection would be legible, so that `draw` will draw it."""
    size: int = graph.number_of_nodes() + len(_lines_of(graph))
    return size <= LARGE


def _lines_of(graph: Any) -> Counter[tuple[str, str]]:  # noqa: ANN401  # networkx is untyped
    """Return who is linked with whom, by how many relations."""
    lines: Counter[tuple[str, str]] = Counter()
    for one, other in graph.edges():
        if one != other:
            lines[min(one, other), max(one, other)] += 1
    return lines


def _refuse_too_large(nodes: int, lines: int) -> None:
    if nodes + lines <= LARGE:
        return
    raise UsageError(
        Message(
            f"{nodes} Knoten und {lines} Linien wären auf Papier nicht zu lesen. Nehmen Sie mit "
            "--as-of einen früheren Stand, oder --format gexf und Gephi.",
            f"{nodes} nodes and {lines} lines would not be legible on paper. Take an earlier state "
            "by --as-of, or --format gexf and Gephi.",
        )
    )


def _sheet(
    groups: set[str],
) -> Literal["organisation-initiative", "organisation-organisation", "event-person-organisation"]:
    """Return the page's drawing whose order of the sheet suits these groups of nodes."""
    if groups == {"organisation"}:
        return "organisation-organisation"
    if groups & {"initiative", "action-field"} and not groups & {"event"}:
        return "organisation-initiative"
    return "event-person-organisation"


def svg(picture: Picture) -> bytes:
    """Return a picture as an SVG that stands for itself: no script, no typeface, no address."""
    ET.register_namespace("", _SVG)
    width, height = picture.size
    root = ET.Element(
        f"{{{_SVG}}}svg",
        {
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
            "font-family": "Helvetica, Arial, sans-serif",
            "role": "img",
            "lang": picture.language,
        },
    )

    def add(name: str, text: str = "", **attributes: object) -> None:
        named = {key.replace("_", "-"): str(value) for key, value in attributes.items()}
        ET.SubElement(root, f"{{{_SVG}}}{name}", named).text = text or None

    add("title", picture.title)
    add("rect", width=width, height=height, fill="white")
    for sector in picture.layout.sectors:
        points = " ".join("{},{}".format(*picture.at(*point)) for point in sector.outline)
        add("polygon", points=points, fill=_GROUND, stroke="white", stroke_width=3)
    for (one, other), count in picture.drawing.lines.items():
        (x1, y1), (x2, y2) = (_point(picture, key) for key in (one, other))
        add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=_PALE, stroke_width=_stroke(count))
    for sector in picture.layout.sectors:
        for number, line in enumerate(sector.titles.get(picture.language, ())):
            x, y = picture.at(sector.title[0], sector.title[1])
            y += layout.TITLE_FONT + number * layout.TITLE_LINE
            add("text", line, x=x, y=y, font_size=layout.TITLE_FONT, fill="#4a545e")
    for key, place in picture.layout.places.items():
        x, y = _point(picture, key)
        if place.radius:
            add("circle", cx=x, cy=y, r=place.radius, fill=picture.colour(key))
        else:
            left, top = picture.at(place.left, place.top)
            add(
                "rect",
                x=left,
                y=top,
                width=place.width,
                height=place.height,
                rx=4,
                fill="white",
                stroke=picture.colour(key),
                stroke_width=1.6,
            )
        for line, (at_x, at_y, anchor) in zip(place.lines, _lines(picture, place), strict=True):
            add(
                "text",
                _CONTROL.sub("�", line),
                x=at_x,
                y=at_y,
                font_size=FONT,
                fill=_INK,
                text_anchor=anchor,
                **_halo(place),
            )
    add(
        "text",
        picture.title,
        x=_MARGIN,
        y=_MARGIN + 12,
        font_size=19,
        font_weight="bold",
        fill=_INK,
    )
    add("text", picture.note, x=_MARGIN, y=_MARGIN + 32, font_size=12, fill="#4a545e")
    return bytes(ET.tostring(root, "utf-8", xml_declaration=True)) + b"\n"


def _halo(place: Place) -> dict[str, object]:
    """Return what keeps the lines off the letters of a name that stands on the open ground."""
    if not place.radius:
        return {}
    return {"stroke": _GROUND, "stroke_width": 3, "paint_order": "stroke"}


def _point(picture: Picture, key: str) -> tuple[float, float]:
    place = picture.layout.places[key]
    return picture.at(place.x, place.y)


def _stroke(count: int) -> float:
    """Return how wide the line is that stands for `count` relations."""
    return round(0.7 + 0.5 * math.log2(count), 2)


def _lines(picture: Picture, place: Place) -> list[tuple[float, float, str]]:
    """Return where each line of a label starts or ends: beside its disc, or in its box."""
    height = len(place.lines) * LINE
    if place.side == "inside" or not place.radius:
        x, y = picture.at(place.left + place.width / 2, place.top + (place.height - height) / 2)
        anchor = "middle"
    else:
        right = place.side == "right"
        beside = place.x + (place.radius + 5) * (1 if right else -1)
        x, y = picture.at(beside, place.y - height / 2)
        anchor = "start" if right else "end"
    return [
        (x, round(y + FONT * 0.88 + number * LINE, 1), anchor) for number in range(len(place.lines))
    ]


def pdf(picture: Picture) -> bytes:
    """Return a picture as PDF on one sheet of its own size; its texts can be searched.

    Characters that the typeface lacks are shown by their base letter, or as `?`.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name, file in (("Vera", "Vera.ttf"), ("VeraBd", "VeraBd.ttf")):
        pdfmetrics.registerFont(TTFont(name, file))
    width, height = picture.size
    output = io.BytesIO()
    # Invariant: no date and no random identifier, so that equal input gives equal bytes.
    canvas = Canvas(output, pagesize=(width, height), invariant=1, pageCompression=1)
    canvas.setTitle(picture.title)
    canvas.setCatalogEntry("Lang", picture.language)
    # PDF counts upwards.
    for sector in picture.layout.sectors:
        _polygon(canvas, [picture.at(*point) for point in sector.outline], height)
    canvas.setStrokeColor(_PALE)
    for (one, other), count in picture.drawing.lines.items():
        (x1, y1), (x2, y2) = (_point(picture, key) for key in (one, other))
        canvas.setLineWidth(_stroke(count))
        canvas.line(x1, height - y1, x2, height - y2)
    _titles(canvas, picture, height)
    for key, place in picture.layout.places.items():
        _node(canvas, picture, key, place)
    canvas.setFillColor(_INK)
    canvas.setFont("VeraBd", 17)
    canvas.drawString(_MARGIN, height - _MARGIN - 12, _printable(picture.title))
    canvas.setFont("Vera", 11)
    canvas.drawString(_MARGIN, height - _MARGIN - 32, _printable(picture.note))
    canvas.save()
    return output.getvalue()


def _polygon(canvas: Any, points: list[tuple[float, float]], height: int) -> None:  # noqa: ANN401  # reportlab is untyped
    if len(points) < 3:
        return
    path = canvas.beginPath()
    path.moveTo(points[0][0], height - points[0][1])
    for x, y in points[1:]:
        path.lineTo(x, height - y)
    path.close()
    canvas.setFillColor(_GROUND)
    canvas.setStrokeColor("white")
    canvas.setLineWidth(3)
    canvas.drawPath(path, fill=1, stroke=1)


def _titles(canvas: Any, picture: Picture, height: int) -> None:  # noqa: ANN401  # reportlab is untyped
    canvas.setFillColor("#4a545e")
    canvas.setFont("Vera", layout.TITLE_FONT * 0.9)
    for sector in picture.layout.sectors:
        for number, line in enumerate(sector.titles.get(picture.language, ())):
            x, y = picture.at(sector.title[0], sector.title[1])
            y += layout.TITLE_FONT + number * layout.TITLE_LINE
            canvas.drawString(x, height - y, _printable(line))


def _node(canvas: Any, picture: Picture, key: str, place: Place) -> None:  # noqa: ANN401  # reportlab is untyped
    height = picture.size[1]
    x, y = _point(picture, key)
    canvas.setLineWidth(1.6)
    if place.radius:
        canvas.setFillColor(picture.colour(key))
        canvas.circle(x, height - y, place.radius, fill=1, stroke=0)
    else:
        left, top = picture.at(place.left, place.top)
        canvas.setFillColor("white")
        canvas.setStrokeColor(picture.colour(key))
        canvas.roundRect(
            left, height - top - place.height, place.width, place.height, 4, fill=1, stroke=1
        )
    canvas.setFillColor(_INK)
    # Vera is wider than what the layout reckons with.
    canvas.setFont("Vera", FONT * 0.88)
    write = {
        "start": canvas.drawString,
        "end": canvas.drawRightString,
        "middle": canvas.drawCentredString,
    }
    for line, (at_x, at_y, anchor) in zip(place.lines, _lines(picture, place), strict=True):
        if place.radius:
            canvas.setStrokeColor(_GROUND)
            canvas.setLineWidth(2.6)
            write[anchor](at_x, height - at_y, _printable(line), mode=1)
        write[anchor](at_x, height - at_y, _printable(line), mode=0)


def _printable(text: str) -> str:
    """Return `text` in the characters of Vera: Latin ones of Western Europe and typography."""
    return "".join(_substitute(character) for character in text)


def _substitute(character: str) -> str:
    if character in "–—„“”‚‘’…•€†‡‰‹›«»Œœ™":
        return character
    if " " <= character <= "~" or "\xa1" <= character <= "ÿ":
        return character
    if character == "\xa0":
        return " "
    base = unicodedata.normalize("NFKD", character)[0]
    return base if " " <= base <= "~" else "?"
