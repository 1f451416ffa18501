"""Where everything is drawn, as values, and as the text a later build starts from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

Side = Literal["left", "right", "inside"]
#: The layouts of a page: drawing -> shape of the sheet -> layout.
Sheets = Mapping[str, Mapping[str, "Layout"]]

_VERSION = 1
# A sheet read back is neither nothing nor absurdly large.
_SMALLEST = 64
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """One drawn node: its point (disc or box centre), the box it fills with its label, the label.

    `left`, `top`, `width`, `height` are the box; `radius` is 0 for an initiative. `home` is the
    sector the node belongs to, if it belongs to one.
    """

    x: int
    y: int
    left: int
    top: int
    width: int
    height: int
    radius: int
    side: Side
    lines: tuple[str, ...]
    home: str | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """An area of the sheet with a meaning: its outline and where its title stands.

    `bounds` are the angles, or the stretch of the long side, between which it lies; `colour` is the
    number of its action field, or 0.
    """

    slug: str
    outline: tuple[tuple[int, int], ...]
    title: tuple[int, int, int, int]
    titles: dict[str, tuple[str, ...]]
    colour: int = 0
    bounds: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing: size, places by node, sectors, and the middle as (x radius, y radius).

    `first` is the size the sheet had when it was laid out afresh.
    """

    width: int
    height: int
    places: dict[str, Place]
    sectors: tuple[Sector, ...]
    middle: tuple[int, int]
    first: tuple[int, int] = field(default=(0, 0))


def to_text(sheets: Sheets) -> str:
    """Write the layouts as JSON, one node a line, sorted: what a later build starts from."""
    block: dict[str, Any] = {"version": _VERSION}
    for name, shapes in sheets.items():
        block[name] = {shape: _written(one) for shape, one in shapes.items()}
    return json.dumps(block, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def from_text(text: str) -> dict[str, dict[str, Layout]] | None:
    """Read what `to_text` wrote; None if it is anything else."""
    try:
        block = json.loads(text)
        if block.pop("version") != _VERSION:
            return None
        return {
            name: {shape: _read(one) for shape, one in shapes.items()}
            for name, shapes in block.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _written(layout: Layout) -> dict[str, Any]:
    return {
        "size": _line(layout.width, layout.height, *layout.first, *layout.middle),
        # In their order, which is that around the middle or along the sheet.
        "sectors": [_line(*sector.title, *sector.bounds, sector.slug) for sector in layout.sectors],
        "places": {
            key: _line(place.x, place.y, place.radius, place.side)
            + ("" if place.home is None else f" {place.home}")
            for key, place in layout.places.items()
        },
    }


def _line(*values: object) -> str:
    return " ".join(str(value) for value in values)


def _read(block: Mapping[str, Any]) -> Layout:
    width, height, first_width, first_height, inner_x, inner_y = map(int, block["size"].split())
    if not (_SMALLEST < first_width < _LARGEST and _SMALLEST < first_height < _LARGEST):
        raise ValueError(block["size"])
    sectors = []
    for line in block["sectors"]:
        left, top, wide, high, start, end, slug = line.split(" ")
        title = (int(left), int(top), int(wide), int(high))
        sectors.append(Sector(slug, (), title, {}, 0, (float(start), float(end))))
    places = {}
    for key, line in block["places"].items():
        x, y, radius, side, *home = line.split(" ")
        if side not in ("left", "right", "inside"):
            raise ValueError(side)
        where = (int(x), int(y), 0, 0, 0, 0, int(radius), cast("Side", side))
        places[str(key)] = Place(*where, (), home[0] if home else None)
    return Layout(
        width, height, places, tuple(sectors), (inner_x, inner_y), (first_width, first_height)
    )
