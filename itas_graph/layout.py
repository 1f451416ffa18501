"""Network -> where everything is drawn: action fields as sectors, no label on another, no chance.

The drawing is a rectangle of paper around (0, 0). From its middle go as many sectors as there are
action fields in use (and one for "not stated"), as large as what they hold. The middle belongs to
the consortium and to what concerns all fields. Every node is a box (its shape with its label);
boxes are put on a grid one after the other at the cheapest free place, then taken up and put down
again a few times. Cheap is: near what one is linked to, within one's own sector. So nothing ever
overlaps, and the same network gives the same drawing on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Side = Literal["left", "right", "inside"]

FONT = 11.5
LINE = 14
CELL = 8
WIDE = 1.66
TALL = 0.8
MAX_LABEL = 132.0
EMPTY = 1100
DENSITY = 0.5
ROUNDS = 4
OUTWARD = 60
GAP_X = 2
GAP_Y = 1
# Beyond this many nodes the search for the best place gives way to plain rows in each sector.
SEARCHED = 400

STRIPE = 16
PAD_X = 8
PAD_Y = 6
TITLE_FONT = 12.5
TITLE_LINE = 16
CENTRE = "*"
UNSTATED = ""

# Width of a character in thousandths of the font size: the widest of the usual system typefaces.
_NARROW = dict.fromkeys("ijlI.,:;'|!’‘`", 280) | dict.fromkeys('ftr()[]-–/ „“"', 370)
_WIDE = dict.fromkeys("mwMW@%—", 890) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZÄÖÜ&+", 700)
_WIDTHS = {**dict.fromkeys("csxyzkvJ", 530), **_NARROW, **_WIDE}


class Graph(Protocol):
    """What is needed of a networkx graph here; networkx itself stays behind its own door."""

    @property
    def graph(self) -> dict[str, Any]:
        """Return what is said of the graph as a whole."""

    @property
    def nodes(self) -> Any:  # noqa: ANN401  # networkx is untyped
        """Return the view of nodes: iterable, and data by key."""

    @property
    def edges(self) -> Any:  # noqa: ANN401  # networkx is untyped
        """Return the view of edges: callable."""


@dataclass(frozen=True, slots=True)
class Place:
    """One drawn node: its point (disc or box centre), the box it fills with its label, the label.

    `left`, `top`, `width`, `height` are the box; `radius` is 0 for an initiative.
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


@dataclass(frozen=True, slots=True)
class Sector:
    """The area of one action field: its outline and where its title stands."""

    slug: str
    outline: tuple[tuple[int, int], ...]
    title: tuple[int, int, int, int]
    titles: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing: size, places by node, sectors, and the middle as (x radius, y radius)."""

    width: int
    height: int
    places: dict[str, Place]
    sectors: tuple[Sector, ...]
    middle: tuple[int, int]


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


def positions(
    network: Graph, titles: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, tuple[int, int]]:
    """Return the point of every node of `network`; see `arrange` for the boxes around them."""
    places = arrange(network, titles).places
    return {key: (place.x, place.y) for key, place in places.items()}


def arrange(
    network: Graph,
    titles: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    aspect: float = WIDE,
) -> Layout:
    """Give every node of `network` its place.

    Args:
        network: a networkx graph; nodes carry `group`, `label`, `aliases`, `action_fields`,
            `consortium`.
        titles: the action fields in their order with their names by language; without it the
            slugs in use, sorted.
        aspect: width by height of the sheet; `TALL` is for a screen held upright.
    """
    items = _items(network)
    if titles is None:
        slugs = sorted({slug for item in items.values() for slug in item.fields})
        titles = {slug: {"de": slug, "en": slug} for slug in slugs}
    if not items:
        return Layout(EMPTY, round(EMPTY / aspect), {}, (), (0, 0))
    _assign_homes(items, list(titles))
    area = sum((item.width + 14) * (item.height + 10) for item in items.values())
    width = max(420.0, math.sqrt(area / DENSITY * aspect))
    while True:
        board = _Board(round(width), round(width / aspect), items, titles)
        done = board.rows() if len(items) > SEARCHED else board.search()
        if done:
            return board.layout()
        width *= 1.05


@dataclass(slots=True)
class _Item:
    """A node on its way to a place: `x`, `y` are the left top corner of its box, once placed."""

    key: str
    initiative: bool
    consortium: bool
    fields: tuple[str, ...]
    lines: tuple[str, ...]
    width: int
    height: int
    radius: int
    links: list[tuple[str, int]]
    home: str | None = None
    x: int = 0
    y: int = 0
    placed: bool = False

    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def _items(network: Graph) -> dict[str, _Item]:
    items: dict[str, _Item] = {}
    counts: dict[str, dict[str, int]] = {str(key): {} for key in sorted(network.nodes)}
    for one, other in sorted((str(u), str(v)) for u, v in network.edges()):
        if one != other:
            counts[one][other] = counts[one].get(other, 0) + 1
            counts[other][one] = counts[other].get(one, 0) + 1
    for key in sorted(counts):
        data = network.nodes[key]
        initiative = data.get("group") == "initiative"
        consortium = bool(data.get("consortium"))
        label = str(data.get("label") or key)
        lines = short_name(label, list(data.get("aliases") or ()), bold=consortium or initiative)
        text = max(text_width(line, bold=consortium or initiative) for line in lines)
        radius = 0
        if initiative:
            width, height = STRIPE + text + 2 * PAD_X, len(lines) * LINE + 2 * PAD_Y
        else:
            radius = min(19, round(8 + 2 * math.sqrt(len(counts[key])))) + (2 if consortium else 0)
            ring = radius + (5 if consortium else 1)
            width, height = 2 * ring + 5 + text, max(2 * ring, len(lines) * LINE)
        items[key] = _Item(
            key,
            initiative,
            consortium,
            tuple(data.get("action_fields") or ()),
            tuple(lines),
            math.ceil(width),
            math.ceil(height),
            radius,
            sorted(counts[key].items()),
        )
    return items


def _assign_homes(items: dict[str, _Item], fields: Sequence[str]) -> None:
    """Say in which sector each item belongs: its field, the middle, or wherever it is drawn."""
    for item in items.values():
        if item.initiative:
            known = [field for field in item.fields if field in fields]
            everything = len(known) > 2 and len(known) >= len(fields) - 1
            hub = (
                len(item.links) >= 5
                and sum(items[other].consortium for other, _ in item.links) >= 3
            )
            item.home = (
                CENTRE if everything or (hub and not known) else (known[0] if known else UNSTATED)
            )
    for item in items.values():
        if item.initiative:
            continue
        homes = {items[other].home for other, _ in item.links if items[other].initiative}
        if item.consortium:
            item.home = CENTRE
        elif len(homes) == 1 and CENTRE not in homes:
            item.home = homes.pop()
        else:
            item.home = None


class _Board:
    """A sheet of a certain size, its cells taken or free, and the search for places on it."""

    def __init__(
        self,
        width: int,
        height: int,
        items: dict[str, _Item],
        titles: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.columns = width // CELL
        self.row_count = height // CELL
        self.width = self.columns * CELL
        self.height = self.row_count * CELL
        self.items = items
        self.titles = titles
        self.taken = [0] * self.row_count
        self.sectors: list[Sector] = []
        self.bounds: dict[str, tuple[float, float]] = {}
        for item in items.values():
            item.placed = False
        self._cut()
        # Whose sector each cell is in, five cells and two rows beyond the rim as well.
        self.owners = [
            [self._owner(column * CELL, row * CELL) for column in range(-5, self.columns + 6)]
            for row in range(-2, self.row_count + 3)
        ]
        self.costs = {
            (home, initiative): self._static_costs(home, initiative=initiative)
            for home in [*self.bounds, CENTRE, None]
            for initiative in (True, False)
        }

    # -- sectors -------------------------------------------------------------------------------

    def _cut(self) -> None:
        """Share the sheet out: angles by what each sector has to hold, not less than a tenth."""
        weights: dict[str, float] = {}
        for slug in [*self.titles, UNSTATED]:
            held = [i for i in self.items.values() if i.home == slug]
            if any(item.initiative for item in held):
                weights[slug] = float(sum(item.width * item.height for item in held))
        centre = sum(
            (i.width + 20) * (i.height + 20) for i in self.items.values() if i.home == CENTRE
        )
        # An ellipse for what is in the middle, shaped like the sheet, at most a good third across.
        across = math.sqrt(centre * 2.7 / math.pi) if centre else 0.0
        flat = max(0.75, min(1.38, math.sqrt(self.width / self.height)))
        self.middle = (
            min(self.width * 0.36, across / 1.41 * flat),
            min(self.height * 0.36, across / 1.41 / flat),
        )
        if not weights:
            return
        total = sum(weights.values())
        floor = total * min(0.13, 0.9 / len(weights))
        weights = {slug: max(weight, floor) for slug, weight in weights.items()}
        total = sum(weights.values())
        share = weights.get(UNSTATED, 0.0) / total
        # "Not stated" lies at the foot, the fields follow each other from left to right above it.
        start = _angle_at(0.25 + share / 2, self.width, self.height)
        done = _area_until(start, self.width, self.height)
        for slug, weight in weights.items():
            low = _angle_at(done, self.width, self.height)
            done += weight / total
            self.bounds[slug] = (low, _angle_at(done, self.width, self.height))
        if len(self.bounds) == 1:
            only = next(iter(self.bounds))
            self.bounds[only] = (0.0, 2 * math.pi)

    def _inside(self, home: str, x: float, y: float) -> bool:
        low, high = self.bounds[home]
        if high - low >= 2 * math.pi - 1e-6:
            return True
        angle = round(math.atan2(y, x), 6)
        return (angle - low) % (2 * math.pi) <= (high - low)

    def _owner(self, right: int, down: int) -> str | None:
        """Return the sector in which a point lies, given from the left top corner of the sheet."""
        if not self.bounds:
            return None
        angle = round(math.atan2(down - self.height / 2, right - self.width / 2), 6)
        first = next(iter(self.bounds.values()))[0]
        turned = (angle - first) % (2 * math.pi)
        owner = None
        for slug, (low, _) in self.bounds.items():
            if low - first <= turned:
                owner = slug
        return owner

    def _static_costs(self, home: str | None, *, initiative: bool) -> list[list[float]]:
        """Return what a box centred on a cell pays for lying there, by row and column."""
        costs: list[list[float]] = []
        inner_x, inner_y = max(self.middle[0], 1.0), max(self.middle[1], 1.0)
        owners = self.owners
        for row in range(self.row_count):
            line: list[float] = []
            y = row * CELL - self.height / 2
            for column in range(self.columns):
                x = column * CELL - self.width / 2
                rho = math.hypot(x / inner_x, y / inner_y)
                if home == CENTRE:
                    line.append(rho * 220 if initiative else abs(rho - 0.8) * 260)
                    continue
                cost = max(0.0, 1.3 - rho) * 900
                if not initiative:
                    # Organisations stand outside of what they work on, where there is room.
                    rim = max(abs(x) / self.width, abs(y) / self.height) * 2
                    cost += (1 - rim) * OUTWARD
                if home is not None:
                    if owners[row + 2][column + 5] != home:
                        cost += 700
                    elif any(
                        owners[row + down][column + right] != home
                        for down, right in ((0, 0), (0, 10), (4, 0), (4, 10))
                    ):
                        cost += 220
                line.append(cost)
            costs.append(line)
        return costs

    # -- cells ---------------------------------------------------------------------------------

    def _cells(self, x: float, y: float, width: int, height: int) -> tuple[int, int, int, int]:
        column = round((x + self.width / 2) / CELL)
        row = round((y + self.height / 2) / CELL)
        return column, row, math.ceil(width / CELL), math.ceil(height / CELL)

    def _mark(self, item: _Item, *, taken: bool) -> None:
        column, row, wide, high = self._cells(item.x, item.y, item.width, item.height)
        mask = ((1 << (wide + GAP_X)) - 1) << column
        for index in range(row, min(row + high + GAP_Y, self.row_count)):
            self.taken[index] = self.taken[index] | mask if taken else self.taken[index] & ~mask

    def _free(self, width: int, height: int, step: int = 1) -> Iterator[tuple[int, int]]:
        """Yield the column and row of every corner at which a box of this size is free."""
        wide = math.ceil(width / CELL) + GAP_X
        high = math.ceil(height / CELL) + GAP_Y
        full = (1 << self.columns) - 1
        every_other = sum(1 << column for column in range(2, self.columns, 2))
        allowed = (1 << max(0, self.columns - wide + GAP_X)) - 1
        for row in range(1, self.row_count - high + GAP_Y, step):
            blocked = 0
            for index in range(row, min(row + high, self.row_count)):
                blocked |= self.taken[index]
            # Past the rim there is room enough: only the gap reaches out there.
            free = ~blocked & (full | ((1 << GAP_X) - 1) << self.columns)
            reach = 1
            while reach < wide:
                more = min(reach, wide - reach)
                free &= free >> more
                reach += more
            # Every other column will do, and halves the work.
            free &= allowed & every_other
            while free:
                lowest = free & -free
                yield lowest.bit_length() - 1, row
                free ^= lowest

    # -- search --------------------------------------------------------------------------------

    def search(self) -> bool:
        """Place everything; false if the sheet is too small."""
        self._place_titles()
        order = self._order()
        for item in order:
            if not (self._settle(item, 2) or self._settle(item)):
                return False
        for count in range(ROUNDS):
            # Initiatives move with those who work on nothing else; then each for itself, and in
            # the last round down to the single row.
            for item in order:
                group = [item, *(self._only(item) if item.initiative else ())]
                self._resettle(group if count < ROUNDS - 1 else [item], count)
        return True

    def _only(self, initiative: _Item) -> list[_Item]:
        """Return the organisations that are linked to `initiative` alone."""
        linked = (self.items[other] for other, _ in initiative.links)
        return [item for item in linked if len(item.links) == 1 and not item.consortium]

    def _resettle(self, group: list[_Item], count: int) -> None:
        """Take up `group` and put it down again at the best places; where it was, if need be."""
        before = [(item.x, item.y) for item in group]
        for item in group:
            self._mark(item, taken=False)
            item.placed = False
        for item in group:
            if not (self._settle(item, 1 if count == ROUNDS - 1 else 2) or self._settle(item)):
                break
        else:
            return
        for item in group:
            if item.placed:
                self._mark(item, taken=False)
        for item, (x, y) in zip(group, before, strict=True):
            item.x, item.y, item.placed = x, y, True
            self._mark(item, taken=True)

    def _order(self) -> list[_Item]:
        """Return the items as they are placed: the middle first, then each initiative with its own.

        An organisation comes right after the first of its initiatives, while there is still room
        beside it.
        """
        ranked = sorted(
            self.items.values(),
            key=lambda item: (
                not (item.initiative and item.home == CENTRE),
                not item.consortium,
                not item.initiative,
                -len(item.links),
                item.key,
            ),
        )
        order: dict[str, _Item] = {}
        for item in ranked:
            order.setdefault(item.key, item)
            if item.initiative and item.home != CENTRE:
                for other, _ in sorted(item.links, key=lambda link: (-link[1], link[0])):
                    if not self.items[other].consortium:
                        order.setdefault(other, self.items[other])
        return list(order.values())

    def _target(self, item: _Item) -> tuple[float, float, float]:
        """Return the point `item` is drawn to, and how strongly."""
        x = y = weight = 0.0
        for other, count in item.links:
            neighbour = self.items[other]
            if neighbour.placed:
                # What has many links is near to everything already; the rare link counts more.
                pull = count / math.sqrt(len(neighbour.links))
                at_x, at_y = neighbour.middle()
                x, y, weight = x + at_x * pull, y + at_y * pull, weight + pull
        if item.home == CENTRE and item.initiative:
            return 0.0, 0.0, 0.5
        if item.home in self.bounds and item.initiative:
            low, high = self.bounds[item.home]
            angle = (low + high) / 2
            reach = _reach(angle, self.width, self.height) * 0.62
            # What is in no field has no place of its own to be drawn to, unless nothing else draws.
            anchor = max(0.15, weight * 0.8) if item.home != UNSTATED else 0.1 * (not weight)
            x += math.cos(angle) * reach * anchor
            y += math.sin(angle) * reach * anchor
            weight += anchor
        if not weight:
            return 0.0, self.height * 0.3, 0.2
        return x / weight, y / weight, 1.0

    def _settle(self, item: _Item, step: int = 1) -> bool:
        x, y, strength = self._target(item)
        costs = self.costs[item.home if (item.home, True) in self.costs else None, item.initiative]
        best: tuple[float, int, int] | None = None
        half_w, half_h = item.width / 2, item.height / 2
        shift_c, shift_r = round(half_w / CELL), round(half_h / CELL)
        left, top = half_w - self.width / 2 - x, half_h - self.height / 2 - y
        for column, row in self._free(item.width, item.height, step):
            away = math.hypot(column * CELL + left, (row * CELL + top) * 1.25)
            cost = (
                away * strength
                + costs[min(row + shift_r, self.row_count - 1)][
                    min(column + shift_c, self.columns - 1)
                ]
            )
            if best is None or cost < best[0] - 1e-6:
                best = (cost, column, row)
        if best is None:
            return False
        self._put(item, best[1], best[2])
        return True

    def _put(self, item: _Item, column: int, row: int) -> None:
        item.x = column * CELL - self.width // 2
        item.y = row * CELL - self.height // 2
        item.placed = True
        self._mark(item, taken=True)

    def _place_titles(self) -> None:
        """Put each sector's title at the rim, where nothing will lie on it."""
        for slug, (low, high) in self.bounds.items():
            names = self.titles.get(slug, {"de": "ohne Handlungsfeld", "en": "no field stated"})
            lines = {
                language: tuple(wrap(names[language], 170, 2, bold=True))
                for language in ("de", "en")
            }
            scale = TITLE_FONT / FONT
            wide = (
                math.ceil(
                    max(text_width(line, bold=True) for text in lines.values() for line in text)
                    * scale
                )
                + 26
            )
            high_px = max(len(text) for text in lines.values()) * TITLE_LINE + 4
            angle = (low + high) / 2
            reach = _reach(angle, self.width, self.height)
            goal_x = math.cos(angle) * reach
            goal_y = math.sin(angle) * reach
            title = _Item(slug, False, False, (), (), wide, high_px, 0, [])
            best: tuple[float, int, int] | None = None
            for column, row in self._free(wide, high_px):
                x = column * CELL - self.width / 2 + wide / 2
                y = row * CELL - self.height / 2 + high_px / 2
                cost = math.hypot(x - goal_x, (y - goal_y) * 1.6)
                corners = sum(
                    not self._inside(slug, x + sx * wide / 2, y + sy * high_px / 2)
                    for sx in (-1, 1)
                    for sy in (-1, 1)
                )
                cost += corners * 150
                if best is None or cost < best[0] - 1e-6:
                    best = (cost, column, row)
            if best is None:
                continue
            self._put(title, best[1], best[2])
            self.sectors.append(
                Sector(
                    slug,
                    _outline(low, high, self.width, self.height),
                    (title.x, title.y, wide, high_px),
                    lines,
                )
            )

    def rows(self) -> bool:
        """Place everything in plain rows, sector after sector: for networks too large to search."""
        self._place_titles()
        order = sorted(
            self.items.values(),
            key=lambda item: (
                item.home != CENTRE,
                item.home is None,
                item.home or "",
                not item.initiative,
                -len(item.links),
                item.key,
            ),
        )
        x, y, deepest = -self.width // 2, -self.height // 2 + 60, 0
        for item in order:
            if x + item.width > self.width // 2:
                x, y, deepest = -self.width // 2, y + deepest + 10, 0
            if y + item.height > self.height // 2:
                return False
            item.x, item.y, item.placed = x, y, True
            x += item.width + 12
            deepest = max(deepest, item.height)
        self.sectors = []
        return True

    def layout(self) -> Layout:
        places = {key: self._place(item) for key, item in sorted(self.items.items())}
        return Layout(
            self.width,
            self.height,
            places,
            tuple(self.sectors),
            (round(self.middle[0]), round(self.middle[1])) if self.sectors else (0, 0),
        )

    def _place(self, item: _Item) -> Place:
        centre_x, centre_y = item.middle()
        side: Side = "inside"
        x = round(centre_x)
        if not item.initiative:
            neighbours = [self.items[other].middle()[0] for other, _ in item.links]
            towards = sum(neighbours) / len(neighbours) if neighbours else 0.0
            side = "right" if towards <= centre_x else "left"
            ring = item.radius + (5 if item.consortium else 1)
            x = item.x + ring if side == "right" else item.x + item.width - ring
        return Place(
            x,
            round(centre_y),
            item.x,
            item.y,
            item.width,
            item.height,
            item.radius,
            side,
            item.lines,
        )


# -- angles on a rectangle ---------------------------------------------------------------------


def _reach(angle: float, width: float, height: float) -> float:
    """Return how far it is from the middle of a rectangle to its rim at `angle`."""
    cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
    return min(
        width / 2 / cosine if cosine > 1e-9 else math.inf,
        height / 2 / sine if sine > 1e-9 else math.inf,
    )


def _area_until(angle: float, width: float, height: float) -> float:
    """Return the share of the rectangle swept from angle 0 to `angle` (whole turns count)."""
    turns, rest = divmod(angle, 2 * math.pi)
    quarters, rest = divmod(rest, math.pi / 2)
    # In odd quarters the two sides swap, seen from where the quarter begins.
    wide, high = (width, height) if int(quarters) % 2 == 0 else (height, width)
    corner = math.atan2(high, wide)
    if rest <= corner:
        swept = (wide / 2) ** 2 * math.tan(rest) / 2
    else:
        swept = wide * high / 4 - (high / 2) ** 2 * math.tan(math.pi / 2 - rest) / 2
    return turns + (quarters * width * height / 4 + swept) / (width * height)


def _angle_at(share: float, width: float, height: float) -> float:
    """Return the angle at which `share` of the rectangle is swept: the inverse of `_area_until`."""
    low, high = 2 * math.pi * (math.floor(share) - 0.01), 2 * math.pi * (math.floor(share) + 1.01)
    for _ in range(48):
        middle = (low + high) / 2
        if _area_until(middle, width, height) < share:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 6)


def _outline(low: float, high: float, width: float, height: float) -> tuple[tuple[int, int], ...]:
    """Return the corners of the sector between two angles, the middle first."""
    corner = math.atan2(height, width)
    if high - low >= 2 * math.pi - 1e-6:
        x, y = round(width / 2), round(height / 2)
        return ((-x, -y), (x, -y), (x, y), (-x, y))
    corners = sorted(
        turn * 2 * math.pi + base
        for turn in range(-1, 3)
        for base in (corner, math.pi - corner, math.pi + corner, 2 * math.pi - corner)
    )
    angles = [low, *(angle for angle in corners if low + 1e-6 < angle < high - 1e-6), high]
    points = [
        (
            round(math.cos(angle) * _reach(angle, width, height)),
            round(math.sin(angle) * _reach(angle, width, height)),
        )
        for angle in angles
    ]
    return ((0, 0), *points)
