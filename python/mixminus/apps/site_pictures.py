"""What the cameras of simulated sites see: a person in a room, who moves, and opens the mouth to speak."""

from __future__ import annotations

import colorsys
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mixminus.apps.errors import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mixminus.apps.province import Site

__all__ = ["HEIGHT", "WIDTH", "Mouths", "SitePicture", "hues", "mouths"]

Plane = npt.NDArray[np.uint8]
Mouths = list[list[Plane]]

WIDTH, HEIGHT = 320, 180
SWAY = 8  # pixels to each side
MOUTHS = 6  # from shut to wide open
MOUTH_WIDTH, MOUTH_HEIGHT = 32, 24
MOUTH_X, MOUTH_Y = (WIDTH + 2 * SWAY - MOUTH_WIDTH) // 2, 76
QUIET_DBOV, LOUD_DBOV = -48.0, -18.0


class SitePicture:
    """The camera of one site, 320 x 180 in I420.

    Parameters
    ----------
    number : int
        Written on the wall of the room, and where the movement starts.
    hue : float
        Of the room, 0..1.
    mouths : list
        What `mouths` returns.

    Raises
    ------
    CommandError
        Pillow or PyAV is not installed.
    """

    def __init__(self, number: int, hue: float, mouths: Mouths) -> None:
        self._planes = _planes(_room(number, hue))
        self._mouths = mouths
        self._phase = number * 0.7
        self._slowness = 0.9 + 0.1 * (number % 7)
        self._shown: tuple[int, int] = (-1, -1)

    def at(self, time_s: float, level_dbov: float) -> Sequence[Plane] | None:
        """Return the planes y, u, v of that time; None where they are those of the call before.

        They are valid until the next call.
        """
        mouth = _openness(level_dbov)
        left = 2 * round(SWAY / 2 * (1 + math.sin(time_s / self._slowness + self._phase)))
        if (mouth, left) == self._shown:
            return None
        if mouth != self._shown[0]:
            self._open_mouth(mouth)
        self._shown = mouth, left
        y, u, v = self._planes
        half = slice(left // 2, (left + WIDTH) // 2)
        return y[:, left : left + WIDTH], u[:, half], v[:, half]

    def _open_mouth(self, mouth: int) -> None:
        for plane, part, step in zip(self._planes, self._mouths[mouth], (1, 2, 2), strict=True):
            top, left = MOUTH_Y // step, MOUTH_X // step
            plane[top : top + part.shape[0], left : left + part.shape[1]] = part


def hues(sites: Sequence[Site]) -> list[float]:
    """Return a hue for each site: that of its district; those above have one together."""
    districts = sorted({site.district for site in sites})
    return [districts.index(site.district) / len(districts) for site in sites]


def _openness(level_dbov: float) -> int:
    share = (level_dbov - QUIET_DBOV) / (LOUD_DBOV - QUIET_DBOV)
    return round(min(1.0, max(0.0, share)) * (MOUTHS - 1))


def _room(number: int, hue: float) -> Any:
    """Draw the room without what moves, as an image of Pillow."""
    image_module, draw_module = require("PIL.Image", "demo"), require("PIL.ImageDraw", "demo")
    width, middle = WIDTH + 2 * SWAY, WIDTH // 2 + SWAY
    image = image_module.new("RGB", (width, HEIGHT), _rgb(hue, 0.55, 0.42))
    draw = draw_module.Draw(image)
    for x in range(0, width, 48):  # panels of the wall, so that one sees it move
        draw.line((x, 0, x, HEIGHT), _rgb(hue, 0.55, 0.36), 2)
    draw.rectangle((0, HEIGHT - 30, width, HEIGHT), _rgb(hue, 0.5, 0.24))  # the table
    draw.ellipse((middle - 62, 112, middle + 62, 240), _rgb(hue + 0.5, 0.35, 0.5))  # shoulders
    draw.ellipse((middle - 36, 26, middle + 36, 116), SKIN)
    draw.chord((middle - 38, 20, middle + 38, 92), 180, 360, HAIR)
    for eye in (middle - 14, middle + 14):
        draw.ellipse((eye - 3, 62, eye + 3, 68), HAIR)
    font = require("PIL.ImageFont", "demo").load_default(44)
    draw.text((22, 8), str(number), (240, 240, 240), font)
    return image


def mouths() -> Mouths:
    """Draw a mouth from shut to wide open; all sites can share them."""
    return [_planes(_mouth(place / (MOUTHS - 1))) for place in range(MOUTHS)]


def _mouth(openness: float) -> Any:
    image = require("PIL.Image", "demo").new("RGB", (MOUTH_WIDTH, MOUTH_HEIGHT), SKIN)
    half = 1.5 + openness * (MOUTH_HEIGHT / 2 - 2.5)
    middle = MOUTH_HEIGHT / 2
    box = (4, middle - half, MOUTH_WIDTH - 5, middle + half)
    require("PIL.ImageDraw", "demo").Draw(image).ellipse(box, LIPS)
    return image


SKIN, HAIR, LIPS = (222, 176, 142), (44, 32, 28), (150, 30, 40)


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def _planes(image: Any) -> list[Plane]:
    """Return an image of Pillow in I420, BT.709."""
    rgb = require("av", "av").VideoFrame.from_image(image)
    frame = rgb.reformat(
        format="yuv420p", dst_colorspace="ITU709", src_color_range="JPEG", dst_color_range="MPEG"
    )
    return [
        np.frombuffer(plane, np.uint8)
        .reshape(plane.height, plane.line_size)[:, : plane.width]
        .copy()
        for plane in frame.planes
    ]
