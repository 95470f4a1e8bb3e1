"""Where pictures stand on a canvas: single tiles, and layouts that fit any canvas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mixminus._tick import Overlay

__all__ = ["NOBODY", "Layout", "Tile", "grid", "one_plus", "picture_in_picture", "strip"]

NOBODY = -1
"""The source of a tile that stays background."""

Cell = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Tile:
    """Where on the canvas a source is seen, in pixels; all of them even."""

    source: int
    x: int
    y: int
    width: int
    height: int
    fit: str = "fit"
    """``"fit"``: whole picture, with bars; ``"crop"``: whole tile; ``"stretch"``: both, out of shape."""
    border: int = 0
    """Width in pixels, inside the tile."""
    border_colour: tuple[int, int, int] = (16, 128, 128)
    """Y, Cb, Cr."""
    radius: int = 0
    """Of the corners in pixels, even; beyond them what lies below is seen."""
    overlays: tuple[tuple[Overlay, int, int], ...] = ()
    """With x and y in the tile, even; what is outside it is cut off."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells on a raster of columns and rows, the most important first."""

    columns: int
    rows: int
    cells: tuple[Cell, ...]
    """x, y, width and height of each, in columns and rows; later ones lie above."""

    def tiles(
        self, width: int, height: int, sources: Iterable[int], fit: str = "crop"
    ) -> list[Tile]:
        """Return tiles of the first cells, one for each source, on a canvas of that many pixels."""
        across = [_even(column * width / self.columns) for column in range(self.columns + 1)]
        down = [_even(row * height / self.rows) for row in range(self.rows + 1)]
        return [
            Tile(source, across[x], down[y], across[x + w] - across[x], down[y + h] - down[y], fit)
            for source, (x, y, w, h) in zip(sources, self.cells, strict=False)
        ]


def grid(columns: int, rows: int) -> Layout:
    """Return equal tiles, row by row; 15 by 11 is a wall for 162 sites."""
    _require(columns, rows)
    cells = tuple((x, y, 1, 1) for y in range(rows) for x in range(columns))
    return Layout(columns, rows, cells)


def one_plus(others: int) -> Layout:
    """Return one large tile and small ones right of it and below: 1+3, 1+5, 1+7, 1+9 and so on."""
    if others < 3 or others % 2 == 0:
        raise ValueError("others must be odd and at least 3")
    side = (others + 1) // 2
    large = side - 1
    right = tuple((large, y, 1, 1) for y in range(large))
    below = tuple((x, large, 1, 1) for x in range(side))
    return Layout(side, side, ((0, 0, large, large), *right, *below))


def strip(others: int) -> Layout:
    """Return a presenter above a strip of others, which takes a fifth of the height."""
    _require(others, others)
    below = tuple((x, 4, 1, 1) for x in range(others))
    return Layout(others, 5, ((0, 0, others, 4), *below))


def picture_in_picture() -> Layout:
    """Return one that fills the canvas and one in its lower right corner, a quarter as wide."""
    return Layout(16, 16, ((0, 0, 16, 16), (11, 11, 4, 4)))


def _even(pixels: float) -> int:
    return int(pixels) // 2 * 2


def _require(columns: int, rows: int) -> None:
    if columns < 1 or rows < 1:
        raise ValueError("a layout has at least one column and one row")
