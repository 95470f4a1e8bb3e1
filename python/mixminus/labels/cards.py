"""Pictures in the place of a source: an avatar for who sends none, a slate for who is lost."""

from __future__ import annotations

import colorsys
import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mixminus.labels.colour import I420, i420_from_rgb
from mixminus.labels.fonts import font_for
from mixminus.labels.plates import Line, Style, label_rgba
from mixminus.labels.shapes import rounded_mask
from mixminus.labels.wording import initials, one_line

__all__ = ["avatar", "slate"]

# 75 % bars, in the order of their brightness (SMPTE EG 1)
_BARS: Final = (
    *((191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0)),
    *((191, 0, 191), (191, 0, 0), (0, 0, 191)),
)
_DARK: Final = (26, 28, 32)
_CARD: Final = Style(plate=(16, 18, 22, 235), radius_ratio=0.2)


def avatar(
    name: str,
    width: int,
    height: int,
    *,
    colour: str = "bt709",
    full_range: bool = False,
) -> I420:
    """Return a picture for who sends none: initials on a disc, in a colour that always is that name's.

    Parameters
    ----------
    name : str
    width, height : int
        In pixels, even, 16..4096.
    colour, full_range
        See `i420_from_rgb`.

    Returns
    -------
    tuple of ndarray of uint8
        y, u and v, for `Compositor.set_avatar`.

    Raises
    ------
    ValueError
        A side is odd or out of range.
    """
    _require(width, height)
    disc, around = _colours(name)
    picture = Image.new("RGB", (width, height), around)
    diameter = min(width, height) * 5 // 8 // 2 * 2
    corner = (width - diameter) // 2, (height - diameter) // 2
    picture.paste(disc, corner, rounded_mask((diameter, diameter), diameter / 2))
    _write(picture, initials(name), diameter)
    return i420_from_rgb(np.asarray(picture), colour=colour, full_range=full_range)


def slate(
    text: str,
    width: int,
    height: int,
    *,
    colour: str = "bt709",
    full_range: bool = False,
) -> I420:
    """Return a card such as "No signal": the text before faint colour bars.

    Parameters are those of `avatar`, with a text in the place of a name.
    """
    _require(width, height)
    picture = Image.new("RGB", (width, height), _DARK)
    bars = Image.new("RGB", (len(_BARS), 1))
    bars.putdata(_BARS)
    wide = bars.resize((width, height), Image.Resampling.NEAREST)
    picture = Image.blend(picture, wide, 0.16)
    ramp = Image.linear_gradient("L").rotate(90).resize((width, height // 10))
    picture.paste(
        Image.blend(Image.new("L", ramp.size, 28), ramp, 0.25).convert("RGB"),
        (0, height - ramp.height),
    )
    card = Image.fromarray(_card(text, width * 9 // 10, min(width, height) // 8))
    picture.paste(card, ((width - card.width) // 2, (height - card.height) // 2), card)
    return i420_from_rgb(np.asarray(picture), colour=colour, full_range=full_range)


def _write(picture: Image.Image, letters: str, diameter: int) -> None:
    """Write letters in the middle, as large as a disc of that diameter allows."""
    font = font_for(letters, bold=True)
    letters = font.replaced(letters)
    per_em = font.sized(100).getlength(letters) / 100
    pixels = max(4, round(diameter * min(0.41, 0.75 / per_em)))
    # capitals are 0.73 of an em high
    place = picture.width / 2, picture.height / 2 + pixels * 0.365
    ImageDraw.Draw(picture).text(place, letters, (255, 255, 255), font.sized(pixels), anchor="ms")


def _card(text: str, max_width: int, height: int) -> npt.NDArray[np.uint8]:
    """Return a plate with the whole text, or with what there is room for at two thirds of the height."""
    for share in (1, 0.85, 0.75, 0.67):
        size = max(12, round(height * share) // 2 * 2)
        if Line(text, size, 1 << 14, _CARD).width <= max_width:
            break
    return label_rgba(text, height=size, max_width=max_width, style=_CARD)


def _colours(name: str) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return the colour of the disc and of what is around it."""
    digest = hashlib.blake2b(one_line(name).casefold().encode(), digest_size=2).digest()
    hue = int.from_bytes(digest, "big") / 65536
    return _rgb(hue, 0.40, 0.45), _rgb(hue, 0.14, 0.30)


def _rgb(hue: float, lightness: float, saturation: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _require(width: int, height: int) -> None:
    if width % 2 or height % 2 or not (16 <= width <= 4096 and 16 <= height <= 4096):
        raise ValueError("width and height must be even, 16..4096")
