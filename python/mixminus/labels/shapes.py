"""Shapes with smooth edges: drawn larger, then made small."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

__all__ = ["SMOOTH", "as_array", "rounded_mask"]

SMOOTH: Final = 8
"""How many times larger shapes are drawn."""


def rounded_mask(size: tuple[int, int], radius: float) -> Image.Image:
    """Return the opacity, 0..255, of a rectangle with round corners that fills a picture."""
    width, height = size
    scale = 4 if radius else 1
    mask = Image.new("L", (width * scale, height * scale))
    area = (0, 0, width * scale - 1, height * scale - 1)
    ImageDraw.Draw(mask).rounded_rectangle(area, radius * scale, fill=255)
    return mask.reduce(scale)


def as_array(picture: Image.Image) -> npt.NDArray[np.uint8]:
    """Return RGBA pixels that nobody can change, since they are kept for the next who asks."""
    pixels = np.array(picture, np.uint8)
    pixels.setflags(write=False)
    return pixels
