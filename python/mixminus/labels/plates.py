"""Text on a dark, rounded, translucent plate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from mixminus.labels.fonts import VIETNAMESE, Font, font_for
from mixminus.labels.icons import draw_icon
from mixminus.labels.memory import kept
from mixminus.labels.shapes import as_array, rounded_mask
from mixminus.labels.wording import one_line, shortened

__all__ = ["Line", "Style", "clock_rgba", "label_rgba", "title_rgba"]

# whatever is written, it is not cut off and stands on one line; hinting decides which mark is the highest
_TALL: Final = VIETNAMESE + "(|gjpq"


@dataclass(frozen=True, slots=True)
class Style:
    """How text looks.

    Attributes
    ----------
    font : str or Path, optional
        A font file; None: what `find_font` finds.
    bold : bool
        Of the fonts that are found, a bold one.
    text : tuple of int
        Red, green, blue, 0..255.
    plate : tuple of int
        Red, green, blue and opacity behind the text, 0..255.
    radius_ratio : float
        Of the corners, to the height of the plate: 0 (square) to 0.5 (round).
    """

    font: str | Path | None = None
    bold: bool = False
    text: tuple[int, int, int] = (255, 255, 255)
    plate: tuple[int, int, int, int] = (16, 20, 28, 184)
    radius_ratio: float = 0.25


PLAIN: Final = Style()
BANNER: Final = Style(radius_ratio=0)


@kept(1024)
def label_rgba(
    text: str, *, height: int, max_width: int, style: Style = PLAIN, icons: tuple[str, ...] = ()
) -> npt.NDArray[np.uint8]:
    """Draw a name, as wide as it needs.

    Parameters
    ----------
    text : str
        Composed and decomposed letters (NFC, NFD) look alike. What is too long ends in an ellipsis; a character that
        no font has becomes a visible sign, control characters are left out. From right to left where libraqm is.
    height, max_width : int
        In pixels; height even, 8..1024.
    style : Style
    icons : tuple of str
        Of `ICONS`, left of the text.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue, alpha; width even and not above `max_width`.

    Raises
    ------
    ValueError
        A side is out of range, or there is no such icon.
    FileNotFoundError
        There is no font; see `find_font`.
    """
    line = Line(text, height, _even_width(max_width), style, icons)
    return as_array(line.draw(line.width))


@kept(64)
def title_rgba(
    text: str, *, width: int, height: int, style: Style = BANNER
) -> npt.NDArray[np.uint8]:
    """Draw a title in the middle of a plate of that width; otherwise like `label_rgba`."""
    line = Line(text, height, _even_width(width), style)
    return as_array(line.draw(line.max_width))


@kept(64)
def clock_rgba(time: str, *, height: int, style: Style = PLAIN) -> npt.NDArray[np.uint8]:
    """Draw a time such as ``"14:05:09"``; the plate is as wide for any other digits."""
    font = font_for(time, style.font, bold=style.bold).sized(height)
    widest = max("0123456789", key=font.getlength)
    usual = "".join(widest if character.isdigit() else character for character in time)
    width = Line(usual, height, 1 << 14, style).width
    return as_array(Line(time, height, width, style).draw(width))


class Line:
    """One line of text that fits a plate."""

    def __init__(
        self, text: str, height: int, max_width: int, style: Style, icons: tuple[str, ...] = ()
    ) -> None:
        if height % 2 or not 8 <= height <= 1024:
            raise ValueError("height must be even, 8..1024")
        self.height, self.max_width, self.style = height, max_width, style
        self.padding = height * 3 // 10
        self.icons = [draw_icon(name, height * 3 // 4) for name in icons]
        text = one_line(text)
        font = font_for(text, style.font, bold=style.bold)
        self.font, self.baseline = fitting(font, height)
        self.text = shortened(
            font.replaced(text), lambda shorter: self._needs(shorter) <= max_width
        )

    @property
    def width(self) -> int:
        """Return what the plate needs, even."""
        return min(_round_up(self._needs(self.text)), self.max_width)

    def draw(self, width: int) -> Image.Image:
        """Return the plate with the text in its middle."""
        red, green, blue, opacity = self.style.plate
        # the colour is there where nothing is seen too, so that no other shines in at the corners
        plate = Image.new("RGBA", (width, self.height), (red, green, blue, 0))
        radius = self.height * self.style.radius_ratio
        plate.putalpha(rounded_mask(plate.size, radius).point(lambda alpha: alpha * opacity // 255))
        x = (width - self._needs(self.text)) // 2 + self.padding
        for icon in self.icons:
            plate.alpha_composite(icon, (max(x, 0), (self.height - icon.height) // 2))
            x += icon.width + self.padding // 2
        ink = Image.new("L", plate.size)
        ImageDraw.Draw(ink).text((x, self.baseline), self.text, 255, self.font, anchor="ls")
        letters = Image.new("RGBA", plate.size, self.style.text)
        letters.putalpha(ink)
        plate.alpha_composite(letters)
        return plate

    def _needs(self, text: str) -> int:
        beside = sum(icon.width + self.padding // 2 for icon in self.icons)
        return int(np.ceil(self.font.getlength(text))) + beside + 2 * self.padding


@kept(256)
def fitting(font: Font, height: int) -> tuple[ImageFont.FreeTypeFont, int]:
    """Return the largest glyphs that are not cut off, and where their line is."""
    room = height - height // 24 * 2
    for pixels in range(height, 3, -1):
        sized = font.sized(pixels)
        _, top, _, bottom = sized.getbbox(_TALL, anchor="ls")
        if bottom - top <= room:
            break
    return sized, round((height - bottom - top) / 2)


def _even_width(width: int) -> int:
    if not 2 <= width <= 1 << 14:
        raise ValueError(f"a label is 2..{1 << 14} pixels wide")
    return width // 2 * 2


def _round_up(pixels: int) -> int:
    return (pixels + 1) // 2 * 2
