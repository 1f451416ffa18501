"""A sheet and what is on it -> its sectors: slices around the middle, or bands side by side.

Both say in which sector a point lies, where a sector draws its own to, and how it is outlined.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

Bounds = dict[str, tuple[float, float]]
Outline = tuple[tuple[int, int], ...]

CENTRE = "*"
UNSTATED = ""


class Ground(Protocol):
    """A sheet of paper around (0, 0), cut into sectors."""

    width: int
    height: int
    bounds: Bounds
    middle: tuple[float, float]

    def owner(self, x: float, y: float) -> str | None:
        """Return the sector in which a point lies."""

    def inside(self, slug: str, x: float, y: float) -> bool:
        """Say whether a point lies in a sector."""

    def anchor(self, slug: str, order: float) -> tuple[float, float]:
        """Return the point a sector draws its own to; `order` is their rank in it, 0 to 1."""

    def title_at(self, slug: str) -> tuple[float, float]:
        """Return the point at the rim near which the title of a sector belongs."""

    def outline(self, slug: str) -> Outline:
        """Return the corners of a sector."""


class Fan:
    """Sectors as slices around the middle, which belongs to what concerns all of them."""

    def __init__(
        self, width: int, height: int, bounds: Bounds, middle: tuple[float, float]
    ) -> None:
        self.width = width
        self.height = height
        self.bounds = bounds
        self.middle = middle

    @classmethod
    def cut(cls, width: int, height: int, weights: Mapping[str, float], centre: float) -> Fan:
        """Share the sheet out: angles by what each sector has to hold, not less than a tenth.

        Args:
            width: of the sheet.
            height: of the sheet.
            weights: the area of what each sector holds, in the order of the sectors.
            centre: the area of what is in the middle.
        """
        # An ellipse for what is in the middle, shaped like the sheet, at most a good third across.
        across = math.sqrt(centre * 2.7 / math.pi) if centre else 0.0
        flat = max(0.75, min(1.38, math.sqrt(width / height)))
        middle = (
            min(width * 0.36, across / 1.41 * flat),
            min(height * 0.36, across / 1.41 / flat),
        )
        bounds: Bounds = {}
        if weights:
            total = sum(weights.values())
            floor = total * min(0.13, 0.9 / len(weights))
            weights = {slug: max(weight, floor) for slug, weight in weights.items()}
            total = sum(weights.values())
            share = weights.get(UNSTATED, 0.0) / total
            # "Not stated" lies at the foot, the others follow from left to right above it.
            start = _angle_at(0.25 + share / 2, width, height)
            done = _area_until(start, width, height)
            for slug, weight in weights.items():
                low = _angle_at(done, width, height)
                done += weight / total
                bounds[slug] = (low, _angle_at(done, width, height))
            if len(bounds) == 1:
                bounds = dict.fromkeys(bounds, (0.0, 2 * math.pi))
        return cls(width, height, bounds, middle)

    def inside(self, slug: str, x: float, y: float) -> bool:
        """Say whether a point lies in a sector."""
        low, high = self.bounds[slug]
        if high - low >= 2 * math.pi - 1e-6:
            return True
        angle = round(math.atan2(y, x), 6)
        return (angle - low) % (2 * math.pi) <= (high - low)

    def owner(self, x: float, y: float) -> str | None:
        """Return the sector in which a point lies."""
        if not self.bounds:
            return None
        angle = round(math.atan2(y, x), 6)
        first = next(iter(self.bounds.values()))[0]
        turned = (angle - first) % (2 * math.pi)
        owner = None
        for slug, (low, _) in self.bounds.items():
            if low - first <= turned:
                owner = slug
        return owner

    def anchor(self, slug: str, order: float) -> tuple[float, float]:
        """Return the point a sector draws its own to, whatever their rank."""
        del order
        x, y = self.title_at(slug)
        return x * 0.62, y * 0.62

    def title_at(self, slug: str) -> tuple[float, float]:
        """Return the point at the rim near which the title of a sector belongs."""
        low, high = self.bounds[slug]
        angle = (low + high) / 2
        reach = _reach(angle, self.width, self.height)
        return math.cos(angle) * reach, math.sin(angle) * reach

    def outline(self, slug: str) -> Outline:
        """Return the corners of a sector, the middle first."""
        low, high = self.bounds[slug]
        return _outline(low, high, self.width, self.height)


class Bands:
    """Sectors as bands across the long side of the sheet, one after the other."""

    middle = (0.0, 0.0)

    def __init__(self, width: int, height: int, bounds: Bounds) -> None:
        self.width = width
        self.height = height
        self.bounds = bounds
        self.lying = width >= height

    @classmethod
    def cut(cls, width: int, height: int, weights: Mapping[str, float], least: float) -> Bands:
        """Share the long side out by what each band has to hold, no band narrower than `least`."""
        long = max(width, height)
        total = sum(weights.values()) or 1.0
        shares = {slug: max(weight / total, least / long) for slug, weight in weights.items()}
        total = sum(shares.values()) or 1.0
        bounds: Bounds = {}
        done = -long / 2
        for slug, share in shares.items():
            bounds[slug] = (round(done, 1), round(done + share / total * long, 1))
            done = bounds[slug][1]
        return cls(width, height, bounds)

    def _along(self, x: float, y: float) -> float:
        return x if self.lying else y

    def inside(self, slug: str, x: float, y: float) -> bool:
        """Say whether a point lies in a band; the outer ones reach to the rim and beyond."""
        return self.owner(x, y) == slug

    def owner(self, x: float, y: float) -> str | None:
        """Return the band in which a point lies."""
        at = self._along(x, y)
        slugs = list(self.bounds)
        return next(
            (slug for slug in slugs if at < self.bounds[slug][1]), slugs[-1:][0] if slugs else None
        )

    def anchor(self, slug: str, order: float) -> tuple[float, float]:
        """Return the point in the middle of the band, further along the later something comes."""
        low, high = self._stretch(slug)
        at = low + (high - low) * (0.15 + 0.7 * order)
        return (at, 0.0) if self.lying else (0.0, at)

    def title_at(self, slug: str) -> tuple[float, float]:
        """Return the point at the rim near which the title of a band belongs."""
        low, high = self._stretch(slug)
        return ((low + high) / 2, -self.height / 2) if self.lying else (-self.width / 2, low)

    def _stretch(self, slug: str) -> tuple[float, float]:
        """Return from where to where a band goes on this sheet."""
        half = max(self.width, self.height) / 2
        slugs = list(self.bounds)
        low, high = self.bounds[slug]
        return (-half if slug == slugs[0] else low), (half if slug == slugs[-1] else high)

    def outline(self, slug: str) -> Outline:
        """Return the corners of a band."""
        low, high = (round(end) for end in self._stretch(slug))
        if self.lying:
            half = round(self.height / 2)
            return ((low, -half), (high, -half), (high, half), (low, half))
        half = round(self.width / 2)
        return ((-half, low), (half, low), (half, high), (-half, high))


def starts(years: Mapping[str, float], least: float) -> Sequence[str]:
    """Return the first years of the periods: neighbouring years together until they weigh enough.

    >>> starts({"2017": 1, "2021": 1, "2022": 4, "2023": 9, "2024": 20, "2025": 15}, 0.1)
    ['2017', '2023', '2024', '2025']
    """
    total = sum(years.values()) or 1.0
    found: list[str] = []
    weight = math.inf
    for year in sorted(years):
        if weight >= total * least:
            found.append(year)
            weight = 0.0
        weight += years[year]
    if len(found) > 1 and weight < total * least:
        found.pop()
    return found


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
