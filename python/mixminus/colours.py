"""Colours between RGB and Y'CbCr; for set-up, not for moving pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mixminus.errors import OutOfRangeError, ShapeMismatchError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    _Floats = NDArray[np.floating[Any]]

__all__ = ["i420_of", "yuva_of"]

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
    planes = np.moveaxis(rgba[..., :3], 2, 0).astype(np.float32) / 255
    alpha = np.ascontiguousarray(rgba[..., 3])
    weight = alpha.astype(np.float32) + 1e-3  # the plain mean where all is transparent
    mean = np.asarray(_sum(planes * weight) / _sum(weight))
    return *i420_of(planes, mean, colour, full_range), alpha


def i420_of(
    planes: _Floats, mean: _Floats, colour: str, full_range: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Return planes y, u and v of red, green and blue in 0..1, shape (3, height, width), and their mean of 2 x 2."""
    if colour not in RED_AND_BLUE:
        raise OutOfRangeError("colour must be 'bt709' or 'bt601'")
    red, blue = RED_AND_BLUE[colour]
    shares = np.array([red, 1 - red - blue, blue], np.float32)
    offset, luma, chroma = (0, 255, 255) if full_range else (16, 219, 224)
    of_mean = np.tensordot(shares, mean, 1)
    u, v = (
        _bytes(128 + chroma / (2 * (1 - share)) * (c - of_mean))
        for c, share in ((mean[2], blue), (mean[0], red))
    )
    return _bytes(offset + luma * np.tensordot(shares, planes, 1)), u, v


def _sum(values: _Floats) -> _Floats:
    """Return the sum of every 2 x 2 values of the last two axes."""
    rows = values[..., ::2, :] + values[..., 1::2, :]
    return rows[..., ::2] + rows[..., 1::2]


def _bytes(values: _Floats) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
