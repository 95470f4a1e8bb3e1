"""Colours between RGB and Y'CbCr; for set-up, not for moving pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mixminus.errors import OutOfRangeError, ShapeMismatchError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    _Floats = NDArray[np.floating[Any]]

__all__ = ["yuva_of"]

RED_AND_BLUE = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}
"""Their shares of luma, ITU-R BT.601 and BT.709."""


def yuva_of(
    rgba: NDArray[np.uint8], colour: str = "bt709", full_range: bool = False
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return planes y, u, v and alpha of (height, width, 4) straight RGBA, both sides even.

    Of the colours of four pixels each counts as much as it is opaque.
    """
    rgba = np.asarray(rgba)
    if rgba.dtype != np.uint8:
        raise TypeError("rgba must hold bytes without a sign")
    if rgba.ndim != 3 or rgba.shape[2] != 4 or rgba.shape[0] % 2 or rgba.shape[1] % 2:
        raise ShapeMismatchError("rgba must have shape (height, width, 4), both sides even")
    if colour not in RED_AND_BLUE:
        raise OutOfRangeError("colour must be 'bt709' or 'bt601'")
    r, g, b = (rgba[..., channel].astype(np.float32) / 255 for channel in range(3))
    alpha = np.ascontiguousarray(rgba[..., 3])
    red, blue = RED_AND_BLUE[colour]
    y = red * r + (1 - red - blue) * g + blue * b
    offset, luma, chroma = (0, 255, 255) if full_range else (16, 219, 224)
    weight = alpha.astype(np.float32) + 1e-3  # the plain mean where all is transparent
    u, v = (
        _bytes(128 + chroma * _mean((c - y) / (2 * (1 - share)), weight))
        for c, share in ((b, blue), (r, red))
    )
    return _bytes(offset + luma * y), u, v, alpha


def _mean(values: _Floats, weight: _Floats) -> _Floats:
    """Return the weighted mean of every 2 x 2 values."""
    return np.asarray(_sum(values * weight) / _sum(weight))


def _sum(values: _Floats) -> _Floats:
    height, width = values.shape
    return np.asarray(values.reshape(height // 2, 2, width // 2, 2).sum((1, 3)))


def _bytes(values: _Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
