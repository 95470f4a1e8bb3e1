"""auto: the layout that shows so many sites best."""

from __future__ import annotations

from fractions import Fraction

from mixminus.layouts.families import grid, one_plus
from mixminus.layouts.tile import MAX_CELLS, Layout

__all__ = ["auto", "lecturer_view"]


def auto(
    count: int,
    width: int = 16,
    height: int = 9,
    *,
    picture: tuple[int, int] = (16, 9),
    speaker: bool = False,
) -> Layout:
    """Return the layout for a number of sites.

    Parameters
    ----------
    count : int
        Sites, 1..4096.
    width, height : int
        Of the canvas, in pixels or as a ratio.
    picture : tuple of int
        Ratio of the pictures.
    speaker : bool
        One of them is to be large: 1+0, 1+5, 1+7 and so on to 1+33, which shows the first 34 of more.

    Returns
    -------
    Layout
        Without `speaker`: rows of equal cells in which whole pictures are largest, with as few cells as that allows;
        a last row that is not full stands in the middle. There are exactly `count` cells.

    Raises
    ------
    ValueError
        A number is not positive, or there are too many sites.
    """
    if not 1 <= count <= MAX_CELLS:
        raise ValueError(f"count must be in 1..{MAX_CELLS}")
    if min(width, height, *picture) < 1:
        raise ValueError("canvas and picture must have sides")
    if speaker:
        return _with_speaker(count)
    columns = max(
        range(1, count + 1), key=lambda columns: _merit(columns, count, width, height, picture)
    )
    return _centred(columns, count)


def lecturer_view(listeners: int, width: int = 16, height: int = 9) -> Layout:
    """Return what a lecturer sees: his listeners, all alike, and not himself."""
    return auto(listeners, width, height)


def _merit(
    columns: int, count: int, width: int, height: int, picture: tuple[int, int]
) -> tuple[Fraction, int, int]:
    rows = -(-count // columns)
    scale = min(Fraction(width, columns * picture[0]), Fraction(height, rows * picture[1]))
    return scale, -columns * rows, columns


def _centred(columns: int, count: int) -> Layout:
    rows = -(-count // columns)
    missing = columns * rows - count
    if missing == 0:
        return grid(columns, rows)
    # half columns, so that the last row can stand in the middle
    cells = tuple(
        (
            2 * (index % columns) + (missing if index // columns == rows - 1 else 0),
            index // columns,
            2,
            1,
        )
        for index in range(count)
    )
    return Layout(2 * columns, rows, cells)


def _with_speaker(count: int) -> Layout:
    for others in (5, 7, 9, 12, 16, 21):
        if 1 < count <= others + 1:
            return one_plus(others)
    return grid(1, 1) if count == 1 else one_plus(33)
