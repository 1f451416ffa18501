"""Boxes -> free places on a sheet: nothing ever on another, each near what it is linked to.

Boxes are put on a grid one after the other at the cheapest free place, then taken up and put down
again a few times. Cheap is: near what one is linked to, within one's own sector.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from itas_graph.labels import LINE, text_width
from itas_graph.places import Place, Side
from itas_graph.sectors import CENTRE, UNSTATED, Ground

CELL = 8
GAP_X = 2
GAP_Y = 1
ROUNDS = 4
# With more items than this only one round is made: half a minute is too long for a drawing.
QUICK = 250
OUTWARD = 60

STRIPE = 16
PAD_X = 8
PAD_Y = 6

Box = tuple[int, int, int, int]


@dataclass(slots=True)
class Item:
    """A node on its way to a place: `x`, `y` are the left top corner of its box, once placed.

    `anchored` items are drawn to their sector, the others to what they are linked to; `order` is
    the rank of an anchored one in its sector, 0 to 1. An item without a `side` has not yet been
    told on which its label stands.
    """

    key: str
    group: str
    consortium: bool
    lines: tuple[str, ...]
    radius: int
    links: list[tuple[str, int]]
    home: str | None = None
    anchored: bool = False
    order: float = 0.5
    width: int = 0
    height: int = 0
    x: int = 0
    y: int = 0
    side: Side | None = None
    placed: bool = False

    def __post_init__(self) -> None:
        self.measure(self.radius)

    @property
    def boxed(self) -> bool:
        """Whether the name stands inside the shape."""
        return self.group == "initiative"

    @property
    def ring(self) -> int:
        """How far the shape reaches from its middle."""
        return self.radius + (5 if self.consortium else 1)

    def measure(self, radius: int) -> None:
        """Set the radius, and the size of the box that holds shape and label."""
        self.radius = radius
        bold = self.consortium or self.boxed
        text = max(text_width(line, bold=bold) for line in self.lines)
        if self.boxed:
            width, height = STRIPE + text + 2 * PAD_X, float(len(self.lines) * LINE + 2 * PAD_Y)
        else:
            width = 2 * self.ring + 5 + text
            height = float(max(2 * self.ring, len(self.lines) * LINE))
        self.width, self.height = math.ceil(width), math.ceil(height)

    def middle(self) -> tuple[float, float]:
        """Return the middle of the box."""
        return self.x + self.width / 2, self.y + self.height / 2

    def box(self) -> Box:
        """Return left, top, width, height."""
        return self.x, self.y, self.width, self.height

    def put(self, x: int, y: int, side: Side) -> None:
        """Put the point of the shape at (x, y), its label on `side`."""
        self.side = side
        self.y = y - self.height // 2
        if side == "inside":
            self.x = x - self.width // 2
        else:
            self.x = x - self.ring if side == "right" else x + self.ring - self.width

    def place(self, items: Mapping[str, Item]) -> Place:
        """Return where this is drawn; its label is turned towards what it is linked to."""
        centre_x = self.middle()[0]
        side: Side = "inside"
        x = self.x + self.width // 2
        if not self.boxed:
            if self.side is None:
                neighbours = [items[other].middle()[0] for other, _ in self.links]
                towards = sum(neighbours) / len(neighbours) if neighbours else 0.0
                self.side = "right" if towards <= centre_x else "left"
            side = self.side
            x = self.x + self.ring if side == "right" else self.x + self.width - self.ring
        return Place(
            x,
            self.y + self.height // 2,
            self.x,
            self.y,
            self.width,
            self.height,
            self.radius,
            side,
            self.lines,
            self.home,
        )


def overlap(one: Box, other: Box) -> bool:
    """Say whether two boxes (left, top, width, height) cover each other somewhere."""
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


class Board:
    """A sheet with its cells taken or free, and the search for places on it."""

    def __init__(self, ground: Ground, items: Mapping[str, Item]) -> None:
        self.ground = ground
        self.columns = ground.width // CELL
        self.row_count = ground.height // CELL
        self.width = self.columns * CELL
        self.height = self.row_count * CELL
        self.items = items
        self.taken = [0] * self.row_count
        # Whose sector each cell is in, five cells and two rows beyond the rim as well.
        self.owners = [
            [
                ground.owner(column * CELL - self.width / 2, row * CELL - self.height / 2)
                for column in range(-5, self.columns + 6)
            ]
            for row in range(-2, self.row_count + 3)
        ]
        self._costs: dict[tuple[str | None, bool], list[list[float]]] = {}
        self._lows: dict[tuple[str | None, bool], list[float]] = {}
        self._full = (1 << self.columns) - 1
        self._every_other = sum(1 << column for column in range(2, self.columns, 2))

    def costs(self, item: Item) -> list[list[float]]:
        """Return what a box centred on a cell pays for lying there, by row and column."""
        home, anchored = key = self._cost_key(item)
        if key not in self._costs:
            self._costs[key] = self._static_costs(home, anchored=anchored)
        return self._costs[key]

    def _cost_key(self, item: Item) -> tuple[str | None, bool]:
        home = item.home if item.home in self.ground.bounds or item.home == CENTRE else None
        return home, item.anchored

    def _least(self, item: Item) -> list[float]:
        """Return the least that a box pays in each row."""
        key = self._cost_key(item)
        if key not in self._lows:
            self._lows[key] = [min(line) for line in self.costs(item)]
        return self._lows[key]

    def _static_costs(self, home: str | None, *, anchored: bool) -> list[list[float]]:
        costs: list[list[float]] = []
        hollow = self.ground.middle != (0.0, 0.0)
        inner_x, inner_y = (max(one, 1.0) for one in self.ground.middle)
        owners = self.owners
        for row in range(self.row_count):
            y = row * CELL - self.height / 2
            line: list[float] = []
            for column in range(self.columns):
                x = column * CELL - self.width / 2
                rho = math.hypot(x / inner_x, y / inner_y)
                if home == CENTRE:
                    line.append(rho * 220 if anchored else abs(rho - 0.8) * 260)
                    continue
                cost = max(0.0, 1.3 - rho) * 900 if hollow else 0.0
                if not anchored:
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

    def mark(self, box: Box, *, taken: bool) -> None:
        """Take the cells of a box, with a gap to its right and below, or free them."""
        left, top, width, height = box
        column = (left + self.width // 2) // CELL
        row = (top + self.height // 2) // CELL
        wide = math.ceil((left + self.width // 2 + width) / CELL) - column
        high = math.ceil((top + self.height // 2 + height) / CELL) - row
        mask = ((1 << (wide + GAP_X)) - 1) << max(0, column)
        for index in range(max(0, row), min(row + high + GAP_Y, self.row_count)):
            self.taken[index] = self.taken[index] | mask if taken else self.taken[index] & ~mask

    def free(self, width: int, height: int, step: int = 1) -> Iterator[tuple[int, int]]:
        """Yield the column and row of every corner at which a box of this size is free."""
        for row in self._tried(height, step):
            for column in self._free_in(row, width, height):
                yield column, row

    def _tried(self, height: int, step: int) -> range:
        high = math.ceil(height / CELL) + GAP_Y
        return range(1, self.row_count - high + GAP_Y, step)

    def _free_in(self, row: int, width: int, height: int) -> Iterator[int]:
        """Yield the columns of a row at which a box of this size is free."""
        wide = math.ceil(width / CELL) + GAP_X
        high = math.ceil(height / CELL) + GAP_Y
        blocked = 0
        for index in range(row, min(row + high, self.row_count)):
            blocked |= self.taken[index]
        # Past the rim there is room enough: only the gap reaches out there.
        free = ~blocked & (self._full | ((1 << GAP_X) - 1) << self.columns)
        reach = 1
        while reach < wide:
            more = min(reach, wide - reach)
            free &= free >> more
            reach += more
        # Every other column will do, and halves the work.
        free &= ((1 << max(0, self.columns - wide + GAP_X)) - 1) & self._every_other
        while free:
            lowest = free & -free
            yield lowest.bit_length() - 1
            free ^= lowest

    # -- search --------------------------------------------------------------------------------

    def search(self) -> bool:
        """Place everything; false if the sheet is too small."""
        order = self._order()
        for item in order:
            if not (self.settle(item, 2) or self.settle(item)):
                return False
        rounds = ROUNDS if len(order) <= QUICK else 1
        for count in range(rounds):
            # Initiatives move with those who work on nothing else; then each for itself, and in
            # the last round down to the single row.
            last = count == ROUNDS - 1
            for item in order:
                group = [item, *(self._only(item) if item.anchored else ())]
                self._resettle([item] if last else group, 1 if last else 2)
        return True

    def _only(self, item: Item) -> list[Item]:
        """Return what is linked to `item` alone."""
        linked = (self.items[other] for other, _ in item.links)
        return [
            one for one in linked if len(one.links) == 1 and not one.consortium and not one.anchored
        ]

    def _resettle(self, group: Sequence[Item], step: int) -> None:
        """Take up `group` and put it down again at the best places; where it was, if need be."""
        before = [(item.x, item.y) for item in group]
        for item in group:
            self.mark(item.box(), taken=False)
            item.placed = False
        for item in group:
            if not (self.settle(item, step) or self.settle(item)):
                break
        else:
            return
        for item in group:
            if item.placed:
                self.mark(item.box(), taken=False)
        for item, (x, y) in zip(group, before, strict=True):
            item.x, item.y, item.placed = x, y, True
            self.mark(item.box(), taken=True)

    def _order(self) -> list[Item]:
        """Return the items as they are placed: the middle first, then each anchored with its own.

        What is not anchored comes right after the first it is linked to, while there is still room
        beside it.
        """
        ranked = sorted(
            self.items.values(),
            key=lambda item: (
                not (item.anchored and item.home == CENTRE),
                item.home != CENTRE,
                not item.anchored,
                -len(item.links),
                item.key,
            ),
        )
        order: dict[str, Item] = {}
        for item in ranked:
            order.setdefault(item.key, item)
            if item.anchored and item.home != CENTRE:
                for other, _ in sorted(item.links, key=lambda link: (-link[1], link[0])):
                    if self.items[other].home != CENTRE:
                        order.setdefault(other, self.items[other])
        return list(order.values())

    def _target(self, item: Item) -> tuple[float, float, float]:
        """Return the point `item` is drawn to, and how strongly."""
        x = y = weight = 0.0
        for other, count in item.links:
            neighbour = self.items[other]
            if neighbour.placed:
                # What has many links is near to everything already; the rare link counts more.
                pull = count / math.sqrt(len(neighbour.links))
                at_x, at_y = neighbour.middle()
                x, y, weight = x + at_x * pull, y + at_y * pull, weight + pull
        if item.home == CENTRE and item.anchored:
            return 0.0, 0.0, 0.5
        if item.home in self.ground.bounds and item.anchored:
            to_x, to_y = self.ground.anchor(item.home, item.order)
            # What is in no field has no place of its own to be drawn to, unless nothing else draws.
            anchor = max(0.15, weight * 0.8) if item.home != UNSTATED else 0.1 * (not weight)
            if item.group == "event":
                anchor = 1 + weight * 3
            x, y, weight = x + to_x * anchor, y + to_y * anchor, weight + anchor
        if not weight:
            return 0.0, self.height * 0.3, 0.2
        return x / weight, y / weight, 1.0

    def settle(self, item: Item, step: int = 1) -> bool:
        """Put `item` at the cheapest free place; false if there is none."""
        x, y, strength = self._target(item)
        costs, least = self.costs(item), self._least(item)
        half_w, half_h = item.width / 2, item.height / 2
        shift_c, shift_r = round(half_w / CELL), round(half_h / CELL)
        left, top = half_w - self.width / 2 - x, half_h - self.height / 2 - y
        # A row costs no less than this, wherever in it: most need not be looked at.
        lowest = sorted(
            (
                abs((row * CELL + top) * 1.25) * strength
                + least[min(row + shift_r, self.row_count - 1)],
                row,
            )
            for row in self._tried(item.height, step)
        )
        looked: dict[int, list[tuple[float, int]]] = {}
        bound = math.inf
        for low, row in lowest:
            if low > bound + 1e-3:
                break
            line, down = costs[min(row + shift_r, self.row_count - 1)], (row * CELL + top) * 1.25
            looked[row] = [
                (
                    math.hypot(column * CELL + left, down) * strength
                    + line[min(column + shift_c, self.columns - 1)],
                    column,
                )
                for column in self._free_in(row, item.width, item.height)
            ]
            bound = min([bound, *(cost for cost, _ in looked[row])])
        best: tuple[float, int, int] | None = None
        for row, found in sorted(looked.items()):
            for cost, column in found:
                if best is None or cost < best[0] - 1e-6:
                    best = (cost, column, row)
        if best is None:
            return False
        self._put(item, best[1], best[2])
        return True

    def _put(self, item: Item, column: int, row: int) -> None:
        item.x = column * CELL - self.width // 2
        item.y = row * CELL - self.height // 2
        item.side = None
        item.placed = True
        self.mark(item.box(), taken=True)

    def title(self, slug: str, width: int, height: int) -> Box | None:
        """Put a sector's title at the rim, where nothing will lie on it."""
        goal_x, goal_y = self.ground.title_at(slug)
        best: tuple[float, int, int] | None = None
        for column, row in self.free(width, height):
            x = column * CELL - self.width / 2 + width / 2
            y = row * CELL - self.height / 2 + height / 2
            cost = math.hypot(x - goal_x, (y - goal_y) * 1.6)
            corners = sum(
                not self.ground.inside(slug, x + sx * width / 2, y + sy * height / 2)
                for sx in (-1, 1)
                for sy in (-1, 1)
            )
            cost += corners * 150
            if best is None or cost < best[0] - 1e-6:
                best = (cost, column, row)
        if best is None:
            return None
        box = best[1] * CELL - self.width // 2, best[2] * CELL - self.height // 2, width, height
        self.mark(box, taken=True)
        return box

    def rows(self, homes: Iterable[str]) -> bool:
        """Place everything in plain rows, sector after sector: for networks too large to search."""
        rank = {home: index for index, home in enumerate(homes)}
        order = sorted(
            self.items.values(),
            key=lambda item: (
                item.home != CENTRE,
                rank.get(item.home or "", len(rank)),
                not item.anchored,
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
        return True
