"""between: tiles on their way from one layout to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mixminus.layouts.tile import Tile

__all__ = ["between"]


def between(before: Sequence[Tile], after: Sequence[Tile], t: float) -> list[Tile]:
    """Return tiles at a moment of a smooth change.

    Sources that are in both move and grow; those only in one shrink into, or grow out of, the middle of their tile.
    Who leaves lies below. A source with several tiles goes from its first to its first, and so on.

    Parameters
    ----------
    before, after : sequence of Tile
        On one canvas.
    t : float
        0 or less: exactly `before`; 1 or more: exactly `after`. Between them motion starts and ends gently
        (3 t² - 2 t³).

    Raises
    ------
    ValueError
        `t` is not a number.
    """
    if t != t:  # noqa: PLR0124, only NaN differs from itself
        raise ValueError("t must be a number")
    if t <= 0 or t >= 1:
        return list(before if t <= 0 else after)
    eased = t * t * (3 - 2 * t)
    old, new = _by_source(before), _by_source(after)
    leaving = [_scaled(tile, 1 - eased) for key, tile in old.items() if key not in new]
    staying = [
        _moved(old[key], tile, eased) if key in old else _scaled(tile, eased)
        for key, tile in new.items()
    ]
    return [tile for tile in leaving + staying if tile is not None]


def _by_source(tiles: Iterable[Tile]) -> dict[tuple[int, int], Tile]:
    """Key tiles by source and by how many of it there were before."""
    counts: Counter[int] = Counter()
    keyed = {}
    for tile in tiles:
        keyed[tile.source, counts[tile.source]] = tile
        counts[tile.source] += 1
    return keyed


def _moved(a: Tile, b: Tile, share: float) -> Tile:
    # edges, not sides, so that neighbours keep touching
    left, top = _mix(a.x, b.x, share), _mix(a.y, b.y, share)
    right = _mix(a.x + a.width, b.x + b.width, share)
    bottom = _mix(a.y + a.height, b.y + b.height, share)
    y, cb, cr = (
        round(old + (new - old) * share)
        for old, new in zip(a.border_colour, b.border_colour, strict=True)
    )
    moved = replace(
        a if share < 0.5 else b,
        border=_mix(a.border, b.border, share),
        border_colour=(y, cb, cr),
        radius=_mix(a.radius, b.radius, share),
    )
    return _sized(moved, left, top, right, bottom)


def _scaled(tile: Tile, share: float) -> Tile | None:
    """Return the tile around its middle, or None when nothing is left of it."""
    margin_x, margin_y = _mix(tile.width / 2, 0, share), _mix(tile.height / 2, 0, share)
    if tile.width - 2 * margin_x < 2 or tile.height - 2 * margin_y < 2:
        return None
    right, bottom = tile.x + tile.width - margin_x, tile.y + tile.height - margin_y
    return _sized(tile, tile.x + margin_x, tile.y + margin_y, right, bottom)


def _sized(tile: Tile, left: int, top: int, right: int, bottom: int) -> Tile:
    width, height = right - left, bottom - top
    # a border leaves something of the picture, and corners do not overlap
    border = min(tile.border, (min(width, height) - 1) // 4 * 2)
    radius = min(tile.radius, min(width, height) // 4 * 2)
    return replace(tile, x=left, y=top, width=width, height=height, border=border, radius=radius)


def _mix(before: float, after: float, share: float) -> int:
    """Return an even number between two."""
    return round((before + (after - before) * share) / 2) * 2
