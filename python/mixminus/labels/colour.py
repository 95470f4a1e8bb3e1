"""Pictures in RGB as I420."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["I420", "i420_from_rgb"]

Plane = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating]
I420 = tuple[Plane, Plane, Plane]

_RED_AND_BLUE: Final[dict[str, tuple[float, float]]] = {
    "bt601": (0.299, 0.114),
    "bt709": (0.2126, 0.0722),
}


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
    if colour not in _RED_AND_BLUE:
        raise ValueError("colour must be 'bt709' or 'bt601'")
    y_scale, y_offset, c_scale = (255, 0, 255) if full_range else (219, 16, 224)
    planes = np.ascontiguousarray(np.moveaxis(rgb, 2, 0), np.float32) / 255
    mean = (planes[:, ::2] + planes[:, 1::2]) / 4
    mean = mean[..., ::2] + mean[..., 1::2]
    red, blue = _RED_AND_BLUE[colour]
    luma = _luma(mean, red, blue)
    u = (mean[2] - luma) / (2 - 2 * blue) * c_scale + 128
    v = (mean[0] - luma) / (2 - 2 * red) * c_scale + 128
    return _rounded(_luma(planes, red, blue) * y_scale + y_offset), _rounded(u), _rounded(v)


def _luma(planes: Floats, red: float, blue: float) -> Floats:
    luma: Floats = planes[0] * red + planes[1] * (1 - red - blue) + planes[2] * blue
    return luma


def _rounded(plane: Floats) -> Plane:
    rounded: Plane = np.clip(np.rint(plane), 0, 255).astype(np.uint8)
    return rounded
