"""Pictures in RGB as I420."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mixminus.colours import i420_of

__all__ = ["I420", "i420_from_rgb"]

Plane = npt.NDArray[np.uint8]
I420 = tuple[Plane, Plane, Plane]


def i420_from_rgb(
    rgb: npt.NDArray[np.uint8], *, colour: str = "bt709", full_range: bool = False
) -> I420:
    """Return the planes of a picture.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (height, width, 3)
        Both sides even.
    colour : str
        ``"bt709"`` or ``"bt601"``: the matrix of ITU-R BT.709-6 (section 3) or BT.601-7 (section 2.5).
    full_range : bool
        0..255 in all planes instead of 16..235 in Y and 16..240 in Cb and Cr.

    Returns
    -------
    tuple of ndarray of uint8
        y of shape (height, width), u and v of shape (height / 2, width / 2), each the mean of four pixels.

    Raises
    ------
    ValueError
        Another shape, or no such colour.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.shape[0] % 2 or rgb.shape[1] % 2:
        raise ValueError("rgb must have shape (height, width, 3), both even")
    planes = np.ascontiguousarray(np.moveaxis(rgb, 2, 0), np.float32) / 255
    mean = (planes[:, ::2] + planes[:, 1::2]) / 4
    return i420_of(planes, mean[..., ::2] + mean[..., 1::2], colour, full_range)
