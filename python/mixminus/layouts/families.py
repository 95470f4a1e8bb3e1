"""The layouts that conference servers are known for, by function and by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mixminus.layouts.tile import MAX_CELLS, Cell, Layout

__all__ = [
    "grid",
    "lecture",
    "named",
    "names",
    "one_plus",
    "picture_in_picture",
    "strip",
    "three_plus_four",
    "two_plus",
]

# Where columns are as many as rows, a square cell has the shape of the canvas, so its picture is whole.


def grid(columns: int, rows: int) -> Layout:
    """Return equal tiles, row by row; 15 by 11 is a wall for 162 sites."""
    _require(columns, rows)
    return Layout(columns, rows, _block(0, 0, columns, rows))


def one_plus(others: int) -> Layout:
    """Return one large tile and small ones right of it and below, all in the shape of the canvas.

    Parameters
    ----------
    others : int
        Odd and at least 3 (1+5, 1+7, 1+21, 1+33), or a multiple of four from 12 on. Small tiles lie as many deep as
        leaves the large one twice as wide as they are: one row in 1+7, two in 1+12, three in 1+33.

    Raises
    ------
    ValueError
        So many cannot surround a square.
    """
    if others == 3:
        return grid(2, 2)
    for depth in range(max(others, 0), 0, -1):
        # side * side - large * large = others, in whole numbers
        side, rest = divmod(others // depth + depth, 2)
        if others % depth == 0 and rest == 0 and side - depth >= 2:
            return _surrounded(side, side - depth)
    raise ValueError("others must be odd and at least 3, or 12, 16, 20 and so on")


def two_plus(others: int) -> Layout:
    """Return two large tiles above 8 small ones (two rows of four) or 21 (three rows of seven).

    Raises
    ------
    ValueError
        Others are neither 8 nor 21.
    """
    if others == 8:
        return Layout(4, 4, ((0, 0, 2, 2), (2, 0, 2, 2), *_block(0, 2, 4, 2)))
    if others == 21:
        large = ((0, 0, 7, 4), (7, 0, 7, 4))
        return Layout(14, 7, (*large, *((2 * x, y, 2, 1) for x, y, _, _ in _block(0, 4, 7, 3))))
    raise ValueError("others must be 8 or 21")


def three_plus_four() -> Layout:
    """Return three quarters of the canvas, and four small tiles in the last one."""
    large = ((0, 0, 2, 2), (2, 0, 2, 2), (0, 2, 2, 2))
    return Layout(4, 4, (*large, *_block(2, 2, 2, 2)))


def strip(others: int) -> Layout:
    """Return a presenter above a strip of others, which takes a fifth of the height."""
    _require(others, 1)
    return Layout(others, 5, ((0, 0, others, 4), *_block(0, 4, others, 1)))


def lecture(listeners: int) -> Layout:
    """Return a lecturer, and right of him a column of listeners, which takes a fifth of the width.

    He himself sees `lecturer_view`.
    """
    _require(listeners, 1)
    return Layout(5, listeners, ((0, 0, 4, listeners), *_block(4, 0, 1, listeners)))


def picture_in_picture() -> Layout:
    """Return one that fills the canvas and one in its lower right corner, a quarter as wide."""
    return Layout(16, 16, ((0, 0, 16, 16), (11, 11, 4, 4)))


_NUMBERED: Final[dict[str, Callable[..., Layout]]] = {
    r"1\+0": lambda: grid(1, 1),
    r"1\+(\d+)": one_plus,
    r"2\+(\d+)": two_plus,
    r"3\+4": three_plus_four,
    r"(\d+)x(\d+)": grid,
    r"strip": lambda: strip(5),
    r"strip(\d+)": strip,
    r"lecture": lambda: lecture(5),
    r"lecture(\d+)": lecture,
    r"pip": picture_in_picture,
}

_NAMES: Final = (
    *("1+0", "1+5", "1+7", "1+9", "1+12", "1+16", "1+21", "1+33", "2+8", "2+21", "3+4"),
    *(f"{side}x{side}" for side in range(2, 12)),
    *("15x11", "strip", "lecture", "pip"),
)


def named(name: str) -> Layout:
    """Return a layout by its name.

    Parameters
    ----------
    name : str
        One of `names`, or with other numbers: ``"1+7"``, ``"2+21"``, ``"6x4"`` (columns by rows), ``"strip8"`` (a
        strip of eight), ``"lecture4"``.

    Raises
    ------
    ValueError
        Nothing is called that.
    """
    for pattern, family in _NUMBERED.items():
        match = re.fullmatch(pattern, name, re.ASCII)
        if match:
            numbers = [min(int(number[:5]), MAX_CELLS + 1) for number in match.groups()]
            return family(*numbers)
    raise ValueError(f"no layout is called {name!r}; some are {', '.join(_NAMES)}")


def names() -> tuple[str, ...]:
    """Return the names of layouts that are offered to a person; `named` understands more."""
    return _NAMES


def _block(left: int, top: int, columns: int, rows: int) -> tuple[Cell, ...]:
    return tuple((left + x, top + y, 1, 1) for y in range(rows) for x in range(columns))


def _surrounded(side: int, large: int) -> Layout:
    right = _block(large, 0, side - large, large)
    return Layout(side, side, ((0, 0, large, large), *right, *_block(0, large, side, side - large)))


def _require(columns: int, rows: int) -> None:
    if columns < 1 or rows < 1 or columns * rows > MAX_CELLS:
        raise ValueError(
            f"a layout has at least one column and one row, and at most {MAX_CELLS} cells"
        )
