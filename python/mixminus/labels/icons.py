"""Signs beside a name, drawn as shapes on a square of 24 units."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mixminus.labels.memory import kept
from mixminus.labels.shapes import SMOOTH, as_array, rounded_mask

__all__ = ["ICONS", "draw_icon", "icon_rgba"]

Colour = tuple[int, int, int, int]

WHITE: Final = (255, 255, 255, 255)
FAINT: Final = (255, 255, 255, 80)
CLEAR: Final = (0, 0, 0, 0)
RED: Final = (255, 77, 79, 255)
AMBER: Final = (255, 200, 60, 255)
GREEN: Final = (64, 214, 120, 255)
PLATE: Final = (16, 20, 28, 184)


class _Pen:
    """Draws in units of an icon."""

    def __init__(self, size: int) -> None:
        self.scale = size * SMOOTH / 24
        self.picture = Image.new("RGBA", (size * SMOOTH, size * SMOOTH), CLEAR)
        self.draw = ImageDraw.Draw(self.picture)

    def box(self, area: tuple[float, ...], radius: float, colour: Colour) -> None:
        self.draw.rounded_rectangle(self._scaled(area), radius * self.scale, colour)

    def line(self, ends: tuple[float, ...], width: float, colour: Colour) -> None:
        """Draw a line with round ends."""
        self.draw.line(self._scaled(ends), colour, round(width * self.scale))
        for x, y in (ends[:2], ends[2:]):
            area = (x - width / 2, y - width / 2, x + width / 2, y + width / 2)
            self.draw.ellipse(self._scaled(area), colour)

    def arc(self, area: tuple[float, ...], width: float, colour: Colour) -> None:
        """Draw the lower half of a circle."""
        self.draw.arc(self._scaled(area), 0, 180, colour, round(width * self.scale))

    def shape(self, corners: tuple[float, ...], colour: Colour) -> None:
        self.draw.polygon(self._scaled(corners), colour)

    def _scaled(self, places: tuple[float, ...]) -> list[float]:
        return [place * self.scale for place in places]


def _slash(pen: _Pen) -> None:
    pen.line((5, 2.5, 21, 18.5), 2.2, CLEAR)
    pen.line((3.5, 3.5, 20.5, 20.5), 2.4, RED)


def _muted(pen: _Pen) -> None:
    pen.box((8.6, 2.5, 15.4, 14.5), 3.4, WHITE)
    pen.arc((5, 4, 19, 18), 1.9, WHITE)
    pen.line((12, 17.5, 12, 20.5), 1.9, WHITE)
    pen.line((8.8, 21, 15.2, 21), 1.9, WHITE)
    _slash(pen)


def _no_video(pen: _Pen) -> None:
    pen.box((2, 6.5, 15.5, 17.5), 2.2, WHITE)
    pen.shape((16.6, 10.6, 22, 7.2, 22, 16.8, 16.6, 13.4), WHITE)
    _slash(pen)


def _speaking(pen: _Pen) -> None:
    for left, half in ((3.5, 4), (10.1, 8.5), (16.7, 6)):
        pen.box((left, 12 - half, left + 3.8, 12 + half), 1.9, GREEN)


def _hand(pen: _Pen) -> None:
    for x, top in ((8.3, 5.4), (11.3, 3.4), (14.3, 4.2), (17.2, 6.6)):
        pen.line((x, top, x, 15), 2.3, AMBER)
    pen.box((7.15, 11.5, 18.35, 22), 4.6, AMBER)
    pen.line((4.6, 12.8, 8.8, 18), 2.5, AMBER)


def _quality(bars: int, colour: Colour, pen: _Pen) -> None:
    for bar, top in enumerate((14, 9, 3.5)):
        left = 3 + 6.7 * bar
        pen.box((left, top, left + 4.6, 20.5), 1.2, colour if bar < bars else FAINT)


_SHAPES: Final[dict[str, Callable[[_Pen], None]]] = {
    "muted": _muted,
    "speaking": _speaking,
    "hand": _hand,
    "quality_good": partial(_quality, 3, GREEN),
    "quality_fair": partial(_quality, 2, AMBER),
    "quality_poor": partial(_quality, 1, RED),
    "no_video": _no_video,
}

ICONS: Final = tuple(_SHAPES)
"""Names of the icons."""


@kept(256)
def icon_rgba(name: str, size: int, *, plate: Colour = PLATE) -> npt.NDArray[np.uint8]:
    """Draw an icon on a round plate.

    Parameters
    ----------
    name : str
        One of `ICONS`: ``"muted"``, ``"speaking"``, ``"hand"``, ``"quality_good"``, ``"quality_fair"``,
        ``"quality_poor"``, ``"no_video"``.
    size : int
        Of both sides in pixels, even, 8..1024.
    plate : tuple of int
        Red, green, blue and opacity behind it, 0..255.

    Returns
    -------
    ndarray of uint8, shape (size, size, 4)

    Raises
    ------
    ValueError
        There is no such icon, or not of that size.
    """
    if size % 2 or not 8 <= size <= 1024:
        raise ValueError("size must be even, 8..1024")
    *colour, opacity = plate
    picture = Image.new("RGBA", (size, size), (*colour, 0))
    mask = rounded_mask(picture.size, size / 2)
    picture.putalpha(mask.point(lambda alpha: alpha * opacity // 255))
    # the square in which the sign stands touches the circle with its corners
    sign = draw_icon(name, size * 11 // 16)
    margin = (size - sign.width) // 2
    picture.alpha_composite(sign, (margin, margin))
    return as_array(picture)


@kept(64)
def draw_icon(name: str, size: int) -> Image.Image:
    """Return an icon alone."""
    if name not in _SHAPES:
        raise ValueError(f"there is no icon {name!r}, but {', '.join(ICONS)}")
    pen = _Pen(size)
    _SHAPES[name](pen)
    return pen.picture.reduce(SMOOTH)
