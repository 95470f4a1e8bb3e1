"""Tile: where one source is seen; Layout: cells that become tiles on any canvas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mixminus._tick import Overlay

__all__ = ["FITS", "MAX_CELLS", "NOBODY", "Cell", "Layout", "Tile"]

NOBODY: Final = -1
"""The source of a tile that stays background."""

FITS: Final = ("fit", "crop", "stretch")
MAX_CELLS: Final = 4096
"""As many tiles as a `Compositor` takes."""
MAX_RASTER: Final = 8192
"""Columns or rows, so that each may have two pixels of the largest canvas."""

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
    """Each an `Overlay` and its even place x, y in the tile, to which it is clipped; later ones lie above."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells on a raster of columns and rows, the most important first.

    Raises
    ------
    ValueError
        A cell is empty or leaves the raster, or there are more than 8192 columns or rows, or 4096 cells.
    """

    columns: int
    rows: int
    cells: tuple[Cell, ...]
    """x, y, width and height of each, in columns and rows; later ones lie above."""

    def __post_init__(self) -> None:
        if not (1 <= self.columns <= MAX_RASTER and 1 <= self.rows <= MAX_RASTER):
            raise ValueError(f"a layout has at least one column and one row, at most {MAX_RASTER}")
        if len(self.cells) > MAX_CELLS:
            raise ValueError(f"a layout has at most {MAX_CELLS} cells")
        for x, y, width, height in self.cells:
            is_inside = x >= 0 and y >= 0 and x + width <= self.columns and y + height <= self.rows
            if not is_inside or width < 1 or height < 1:
                raise ValueError(f"cell {(x, y, width, height)} is not in the raster")

    @property
    def large_cells(self) -> tuple[int, ...]:
        """Which cells have the largest area: the one in 1+7, two in 2+8, all in a grid."""
        areas = [width * height for _, _, width, height in self.cells]
        return tuple(index for index, area in enumerate(areas) if area == max(areas))

    def tiles(  # noqa: PLR0913, all but the first three are looks
        self,
        width: int,
        height: int,
        sources: Iterable[int],
        fit: str = "crop",
        *,
        gap: int = 0,
        border: int = 0,
        border_colour: tuple[int, int, int] = (16, 128, 128),
        radius: int = 0,
    ) -> list[Tile]:
        """Return tiles of the first cells, one for each source, on a canvas of that many pixels.

        Parameters
        ----------
        width, height : int
            Of the canvas in pixels, even.
        sources : iterable of int
            In the order of the cells; `NOBODY` leaves a cell as background, and those without a cell are not seen.
        fit, border, border_colour, radius
            Of every tile; see `Tile`.
        gap : int
            Pixels between neighbours, even. There is none at the edges of the canvas.

        Raises
        ------
        ValueError
            Sides or gap are odd, or a tile would have no pixels.
        """
        if width % 2 or height % 2 or gap % 2 or gap < 0:
            raise ValueError("sides of the canvas and gaps between tiles must be even")
        across, down = _edges(width + gap, self.columns), _edges(height + gap, self.rows)
        tiles = []
        for source, (x, y, w, h) in zip(sources, self.cells, strict=False):
            sides = across[x + w] - across[x] - gap, down[y + h] - down[y] - gap
            if min(sides) < 2:
                raise ValueError(f"{width} x {height} pixels are too few for this layout")
            tiles.append(
                Tile(source, across[x], down[y], *sides, fit, border, border_colour, radius)
            )
        return tiles


def _edges(pixels: int, parts: int) -> list[int]:
    """Return where each part begins, and where the last one ends; neighbours share the number."""
    return [pixels * part // parts // 2 * 2 for part in range(parts + 1)]
