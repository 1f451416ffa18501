"""Drawing -> where everything stands: meaning before force, no label on another, no chance.

The drawing is a rectangle of paper around (0, 0), cut into sectors: slices around a middle that is
the consortium's (by action field or by kind of organisation), or bands of time. Every node is a box
(its shape with its label) near what it is linked to, in its own sector; see `board`. The same
drawing gives the same places on every machine. With a previous layout, what was there stays there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from itas_graph.board import CELL, Board, Box, Item, overlap
from itas_graph.drawings import Drawing
from itas_graph.labels import FONT, short_name, text_width, wrap
from itas_graph.places import Layout, Place, Sector
from itas_graph.sectors import CENTRE, UNSTATED, Bands, Fan, Ground, starts

WIDE = 1.66
TALL = 0.8
EMPTY = 1100
DENSITY = 0.5
# Beyond this many nodes the search for the best place gives way to plain rows in each sector.
SEARCHED = 800
# With more than this share of nodes that were not there before, everything is laid out afresh.
NEW = 1 / 3
# Neighbouring years with less than this share of what there is form one band.
PERIOD = 0.12

TITLE_FONT = 12.5
TITLE_LINE = 16
TITLE_WIDTH = 170

Titles = Mapping[str, Mapping[str, Any]]

#: The sectors of organisations, with the kinds each holds, in their order around the middle.
CIRCLES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "chambers-associations": (
        ("chamber", "association"),
        {"de": "Kammern und Verbände", "en": "Chambers and associations"},
    ),
    "networks-agencies": (
        ("network", "development-agency", "consortium"),
        {"de": "Netzwerke und Wirtschaftsförderung", "en": "Networks and development agencies"},
    ),
    "companies": (("company",), {"de": "Unternehmen", "en": "Companies"}),
    "science-education": (
        ("university", "research-institute", "education-provider"),
        {"de": "Wissenschaft und Bildung", "en": "Science and education"},
    ),
    "public-bodies": (("authority",), {"de": "Öffentliche Hand", "en": "Public bodies"}),
    "workers": (("union",), {"de": "Beschäftigte", "en": "Workers' side"}),
    UNSTATED: ((), {"de": "Weitere", "en": "Others"}),
}


def positions(drawing: Drawing, titles: Titles | None = None) -> dict[str, tuple[int, int]]:
    """Return the point of every node of `drawing`; see `arrange` for the boxes around them."""
    places = arrange(drawing, titles).places
    return {key: (place.x, place.y) for key, place in places.items()}


def arrange(
    drawing: Drawing,
    titles: Titles | None = None,
    *,
    aspect: float = WIDE,
    previous: Layout | None = None,
) -> Layout:
    """Give every node of `drawing` its place.

    Args:
        drawing: its nodes carry `group`, `label`, `aliases`, `action_fields`, `kind`, `date`,
            `consortium`.
        titles: the action fields in their order with their names by language; without it the
            slugs in use, sorted.
        aspect: width by height of the sheet; `TALL` is for a screen held upright.
        previous: a layout of an earlier state. What was there stays where it was, what is new gets
            the nearest free place; unless more than a third is new, or a sector.
    """
    items = _items(drawing)
    if not items:
        return Layout(EMPTY, round(EMPTY / aspect), {}, (), (0, 0), (EMPTY, round(EMPTY / aspect)))
    if titles is None:
        used = {slug for data in drawing.nodes.values() for slug in data.get("action_fields") or ()}
        titles = {slug: {"de": slug, "en": slug} for slug in sorted(used)}
    colours = {slug: index for index, slug in enumerate(titles, start=1)}
    match drawing.name:
        case "organisation-initiative":
            _home_by_field(items, drawing, list(titles))
            titles = {**titles, UNSTATED: {"de": "ohne Handlungsfeld", "en": "no field stated"}}
        case "organisation-organisation":
            _home_by_kind(items, drawing)
            titles, colours = {slug: words for slug, (_, words) in CIRCLES.items()}, {}
        case _:
            known = [one.slug for one in previous.sectors] if previous else []
            titles, colours = _home_by_time(items, drawing, known), {}
    sketch = _Sketch(drawing, items, titles, colours)
    return (previous and sketch.kept(previous)) or sketch.fresh(aspect)


def _items(drawing: Drawing) -> dict[str, Item]:
    links: dict[str, dict[str, int]] = {key: {} for key in sorted(drawing.nodes)}
    for (one, other), count in drawing.lines.items():
        links[one][other] = links[other][one] = count
    items: dict[str, Item] = {}
    for key, linked in links.items():
        data = drawing.nodes[key]
        group = str(data.get("group"))
        consortium = bool(data.get("consortium"))
        label = str(data.get("label") or key)
        bold = consortium or group == "initiative"
        lines = short_name(label, list(data.get("aliases") or ()), bold=bold)
        radius = {"initiative": 0, "person": 6, "event": 9}.get(group)
        if radius is None:
            radius = min(19, round(8 + 2 * math.sqrt(len(linked)))) + (2 if consortium else 0)
        items[key] = Item(key, group, consortium, tuple(lines), radius, sorted(linked.items()))
    return items


def _home_by_field(items: Mapping[str, Item], drawing: Drawing, fields: Sequence[str]) -> None:
    """Say in which sector each item belongs: its field, the middle, or wherever it is drawn."""
    for item in items.values():
        if item.group != "initiative":
            continue
        item.anchored = True
        stated = drawing.nodes[item.key].get("action_fields") or ()
        known = [field for field in stated if field in fields]
        everything = len(known) > 2 and len(known) >= len(fields) - 1
        hub = len(item.links) >= 5 and sum(items[key].consortium for key, _ in item.links) >= 3
        if everything or (hub and not known):
            item.home = CENTRE
        else:
            item.home = known[0] if known else UNSTATED
    for item in items.values():
        if not item.anchored:
            homes = {items[other].home for other, _ in item.links if items[other].anchored}
            alone = homes.pop() if len(homes) == 1 else CENTRE
            item.home = CENTRE if item.consortium else None if alone == CENTRE else alone


def _home_by_kind(items: Mapping[str, Item], drawing: Drawing) -> None:
    """Every organisation belongs to those of its kind, the consortium to the middle."""
    circle = {kind: slug for slug, (kinds, _) in CIRCLES.items() for kind in kinds}
    for item in items.values():
        item.anchored = not item.consortium
        kind = str(drawing.nodes[item.key].get("kind"))
        item.home = CENTRE if item.consortium else circle.get(kind, UNSTATED)


def _home_by_time(
    items: Mapping[str, Item], drawing: Drawing, known: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Every event belongs to its period, with those who were at no other; return the titles.

    A period goes by the year it begins with, so that later events do not rename it.
    """
    dates = {
        item.key: str(drawing.nodes[item.key].get("date") or "")
        for item in items.values()
        if item.group == "event"
    }
    years: dict[str, float] = {}
    for key, date in dates.items():
        if date:
            years[date[:4]] = years.get(date[:4], 0.0) + 1 + len(items[key].links)
    first = [slug for slug in known if slug] or starts(years, PERIOD)
    spans: dict[str, list[str]] = {slug: [] for slug in first}
    for key in sorted(dates, key=lambda key: (dates[key], key)):
        item, year = items[key], dates[key][:4]
        item.anchored = True
        item.home = UNSTATED
        if year:
            item.home = max((slug for slug in first if slug <= year), default=first[0])
            spans[item.home].append(year)
    for slug in [*first, UNSTATED]:
        row = sorted((dates[key], key) for key in dates if items[key].home == slug)
        for index, (_, key) in enumerate(row):
            items[key].order = (index + 0.5) / len(row)
    for group in ("person", "organisation"):
        for item in items.values():
            if item.group == group:
                # The events say when; where only a membership is known there is no date.
                linked = [items[other] for other, _ in item.links]
                told = (
                    [one for one in linked if one.group == "event"] if group == "person" else linked
                )
                homes = {one.home for one in told} or {UNSTATED}
                item.home = homes.pop() if len(homes) == 1 else None
    titles = {slug: "–".join(sorted({span[0], span[-1]})) for slug, span in spans.items() if span}
    titles |= {slug: slug for slug in first if slug not in titles}
    words = {slug: {"de": titles[slug], "en": titles[slug]} for slug in sorted(titles)}
    return {**words, UNSTATED: {"de": "ohne Datum", "en": "undated"}}


class _Sketch:
    """The items of one drawing on their way onto a sheet."""

    def __init__(
        self,
        drawing: Drawing,
        items: dict[str, Item],
        titles: Titles,
        colours: Mapping[str, int],
    ) -> None:
        self.timed = drawing.name == "event-person-organisation"
        self.items = items
        self.titles = titles
        self.colours = colours

    # -- afresh --------------------------------------------------------------------------------

    def fresh(self, aspect: float) -> Layout:
        """Lay everything out on the smallest sheet that holds it."""
        area = sum((item.width + 14) * (item.height + 10) for item in self.items.values())
        width = max(420.0, math.sqrt(area / DENSITY * aspect))
        while True:
            board = Board(self._ground(round(width), round(width / aspect)), self.items)
            if layout := self._rows(board) if len(self.items) > SEARCHED else self._searched(board):
                return layout
            width *= 1.05

    def _ground(self, width: int, height: int) -> Ground:
        width, height = width // CELL * CELL, height // CELL * CELL
        weights: dict[str, float] = {}
        for slug in self.titles:
            held = [item for item in self.items.values() if item.home == slug]
            if any(item.anchored or self.timed for item in held):
                weights[slug] = float(sum(item.width * item.height for item in held))
        if self.timed:
            # Who was there in several periods stands among them.
            for item in self.items.values():
                homes = [self.items[other].home for other, _ in item.links]
                stated = [home for home in homes if home is not None]
                if item.home is None:
                    for home in stated:
                        weights[home] += item.width * item.height / len(stated)
            return Bands.cut(width, height, weights, 210 if width >= height else 120)
        centre = sum(
            (item.width + 20) * (item.height + 20)
            for item in self.items.values()
            if item.home == CENTRE
        )
        return Fan.cut(width, height, weights, centre)

    def _searched(self, board: Board) -> Layout | None:
        for item in self.items.values():
            item.placed = False
        titles: dict[str, Box] = {}
        for slug in board.ground.bounds:
            lines = self._lines(slug)
            wide = max(text_width(line, bold=True) for text in lines.values() for line in text)
            # A band's title may come to name two years.
            wide = max(wide, text_width("2025–2026", bold=True)) if self.timed else wide
            high = max(len(text) for text in lines.values()) * TITLE_LINE + 4
            box = board.title(slug, math.ceil(wide * TITLE_FONT / FONT) + 26, high)
            if box is not None:
                titles[slug] = box
        if not board.search():
            return None
        return self._layout(board.ground, titles, (board.width, board.height))

    def _rows(self, board: Board) -> Layout | None:
        if not board.rows(self.titles):
            return None
        size = board.width, board.height
        return Layout(*size, self._places(), (), (0, 0), size)

    # -- from the previous layout --------------------------------------------------------------

    def kept(self, previous: Layout) -> Layout | None:
        """Leave everything where it was, and add what is new; None if there is too much of it."""
        there = [key for key in self.items if key in previous.places]
        slugs = {sector.slug for sector in previous.sectors}
        needed = (item for item in self.items.values() if item.anchored or self.timed)
        homes = {item.home for item in needed} - {CENTRE, None}
        if len(self.items) - len(there) > NEW * len(self.items) or (slugs and homes - slugs):
            return None
        titles = {sector.slug: sector.title for sector in previous.sectors}
        if not all(_within(self._largest(previous), box) for box in titles.values()):
            return None
        staying = self._staying(previous, list(titles.values()))
        moving = {key: item for key, item in self.items.items() if key not in staying}
        steps = 0
        while True:
            ground = self._grown(previous, steps)
            if all(_within(ground, item.box()) for item in staying.values()):
                board = Board(ground, self.items)
                for item in self.items.values():
                    item.placed = item.key in staying
                for box in [*titles.values(), *(item.box() for item in staying.values())]:
                    board.mark(box, taken=True)
                if all(board.settle(item) for item in _linked_first(moving, self.items)):
                    break
            steps += 1
        # Not larger than what is on it needs: so that what comes and goes leaves no trace.
        steps = 0
        while not all(
            _within(self._grown(previous, steps), box)
            for box in [*titles.values(), *(item.box() for item in self.items.values())]
        ):
            steps += 1
        return self._layout(self._grown(previous, steps), titles, previous.first)

    def _staying(self, previous: Layout, titles: Sequence[Box]) -> dict[str, Item]:
        """Put back what still belongs where it was, as large as there is room for it."""
        staying: dict[str, Item] = {}
        wanted = {key: item.radius for key, item in self.items.items()}

        def covered(item: Item) -> bool:
            others = [one.box() for one in staying.values() if one is not item]
            return any(overlap(item.box(), box) for box in [*titles, *others])

        for key, item in self.items.items():
            old = previous.places.get(key)
            if old is None or old.home != item.home or (old.side == "inside") != item.boxed:
                continue
            item.measure(min(old.radius, wanted[key]))
            item.put(old.x, old.y, old.side)
            if covered(item) or not _within(self._largest(previous), item.box()):
                item.measure(wanted[key])
                item.side = None
            else:
                staying[key] = item
        first = self._grown(previous, 0)
        for key, item in staying.items():
            if wanted[key] > item.radius:
                place = item.place(self.items)
                item.measure(wanted[key])
                item.put(place.x, place.y, place.side)
                if covered(item) or not _within(first, item.box()):
                    item.measure(place.radius)
                    item.put(place.x, place.y, place.side)
        return staying

    def _grown(self, previous: Layout, steps: int) -> Ground:
        """Return the sheet as it was first laid out, larger by some steps on all sides."""
        width, height = previous.first
        more = 2 * CELL * steps
        size = width + more, height + more * height // width // (2 * CELL) * (2 * CELL)
        bounds = {sector.slug: sector.bounds for sector in previous.sectors}
        if self.timed:
            return Bands(*size, bounds)
        return Fan(*size, bounds, (float(previous.middle[0]), float(previous.middle[1])))

    def _largest(self, previous: Layout) -> Ground:
        """Return the sheet at twice its size: what lies beyond was not placed by us."""
        return self._grown(previous, previous.first[0] // (2 * CELL))

    # -- the result ----------------------------------------------------------------------------

    def _lines(self, slug: str) -> dict[str, tuple[str, ...]]:
        names = self.titles.get(slug, {"de": slug, "en": slug})
        return {
            language: tuple(wrap(names[language], TITLE_WIDTH, 2, bold=True))
            for language in ("de", "en")
        }

    def _places(self) -> dict[str, Place]:
        return {key: item.place(self.items) for key, item in sorted(self.items.items())}

    def _layout(self, ground: Ground, titles: Mapping[str, Box], first: tuple[int, int]) -> Layout:
        sectors = [
            Sector(
                slug,
                ground.outline(slug),
                titles[slug],
                self._lines(slug),
                self.colours.get(slug, 0),
                bounds,
            )
            for slug, bounds in ground.bounds.items()
            if slug in titles
        ]
        middle = (round(ground.middle[0]), round(ground.middle[1])) if sectors else (0, 0)
        size = ground.width, ground.height
        return Layout(*size, self._places(), tuple(sectors), middle, first)


def _within(ground: Ground, box: Box) -> bool:
    """Say whether a box lies on the sheet."""
    left, top, width, height = box
    return (
        -ground.width <= 2 * left
        and 2 * (left + width) <= ground.width
        and -ground.height <= 2 * top
        and 2 * (top + height) <= ground.height
    )


def _linked_first(moving: Mapping[str, Item], items: Mapping[str, Item]) -> list[Item]:
    """Return what has no place yet in the order in which each finds what it is linked to."""
    rank = {"event": 0, "initiative": 0, "person": 1, "organisation": 2}
    return sorted(
        moving.values(),
        key=lambda item: (
            rank.get(item.group, 3),
            -sum(items[other].placed for other, _ in item.links),
            item.key,
        ),
    )
