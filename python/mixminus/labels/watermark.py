"""A logo or another picture that lies over the canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from mixminus.labels.shapes import as_array

__all__ = ["picture_rgba"]


def picture_rgba(
    source: str | Path | Image.Image, opacity: float = 1.0, *, height: int | None = None
) -> npt.NDArray[np.uint8]:
    """Return a picture as RGBA, for a watermark.

    Parameters
    ----------
    source : str, Path or PIL.Image.Image
        What Pillow can read; its own transparency is kept.
    opacity : float
        0 (nothing) to 1 (as it is).
    height : int, optional
        Scale it to this height, in pixels, even; otherwise it stays as large as it is.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        An odd side gets one transparent row or column more.

    Raises
    ------
    ValueError
        Opacity or height are out of range.
    OSError
        The file cannot be read as a picture.
    """
    if not 0 <= opacity <= 1:
        raise ValueError("opacity must be in 0..1")
    if height is not None and (height % 2 or not 2 <= height <= 4096):
        raise ValueError("height must be even, 2..4096")
    picture = _upright(source)
    if height is not None:
        width = max(2, round(picture.width * height / picture.height))
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    if opacity < 1:
        picture.putalpha(picture.getchannel("A").point(lambda alpha: round(alpha * opacity)))
    # what is outside of a picture is transparent when it is cropped
    even = picture.crop((0, 0, (picture.width + 1) // 2 * 2, (picture.height + 1) // 2 * 2))
    return as_array(even)


def _upright(source: str | Path | Image.Image) -> Image.Image:
    if isinstance(source, Image.Image):
        return ImageOps.exif_transpose(source).convert("RGBA")
    with Image.open(source) as opened:
        return ImageOps.exif_transpose(opened).convert("RGBA")
