"""Scaling of one plane: the exact float result, and the fixed point that the core promises to the bit."""

import numpy as np
from numpy.typing import NDArray

ROW_ONE, COLUMN_ONE = 32768, 128


def area(source: int, size: int) -> NDArray[np.float64]:
    """Return the (size, source) weights of exact area scaling: what of each pixel an output covers."""
    edges = np.arange(size + 1)[:, None] * (source / size)
    covered = np.clip(edges - np.arange(source), 0, 1)
    return np.asarray(np.diff(covered, axis=0) * (size / source))


def bilinear(source: int, size: int) -> NDArray[np.float64]:
    """Return the (size, source) weights of bilinear scaling with aligned centres."""
    centre = np.clip((np.arange(size) + 0.5) * source / size - 0.5, 0, source - 1)
    return np.asarray(np.clip(1 - np.abs(centre[:, None] - np.arange(source)), 0, 1))


def weights(source: int, size: int) -> NDArray[np.float64]:
    """Return what the scaler approximates: area downwards, bilinear upwards."""
    return bilinear(source, size) if source < size else area(source, size)


def fixed_point(source: int, size: int, one: int) -> NDArray[np.int64]:
    """Return integer weights that sum to `one`: what is covered so far is rounded, halves upwards."""
    if source < size:
        # the right neighbour is rounded, so the sum is taken from the right; 2 size is a common denominator
        centre = np.clip((2 * np.arange(size) + 1) * source - size, 0, 2 * size * (source - 1))
        first, fraction = np.divmod(centre, 2 * size)
        right = (fraction * one + size) // (2 * size)
        table = np.zeros((size, source + 1), np.int64)
        rows = np.arange(size)
        table[rows, first] = one - right
        table[rows, first + 1] += right
        return table[:, :source]
    begin = np.arange(size)[:, None] * source
    covered = np.clip(np.arange(source + 1) * size - begin, 0, source)
    return np.asarray(np.diff((2 * covered * one + source) // (2 * source), axis=1))


def scale_exact(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float64]:
    """Return the scaled plane, not rounded."""
    rows, columns = weights(plane.shape[0], height), weights(plane.shape[1], width)
    return np.asarray(rows @ plane.astype(np.float64) @ columns.T)


def scale(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return the bytes of the scaler: columns exactly, rows with 7 bits of fraction, halves upwards."""
    columns = fixed_point(plane.shape[1], width, COLUMN_ONE)
    rows = np.minimum(fixed_point(plane.shape[0], height, ROW_ONE), ROW_ONE - 1)
    # floats hold these integers exactly, and multiply faster
    sums = (plane.astype(np.float64) @ columns.T.astype(np.float64)).astype(np.int64)
    total = np.full((height, width), COLUMN_ONE // 2)
    for weight, line in zip(rows.T, sums, strict=True):
        used = weight > 0
        total[used] += (weight[used, None] * line + ROW_ONE // 2) // ROW_ONE
    return np.asarray(np.minimum(total // COLUMN_ONE, 255), np.uint8)


def psnr_db(got: NDArray[np.uint8], exact: NDArray[np.float64]) -> float:
    """Return the peak signal-to-noise ratio of bytes against what is exact."""
    return float(10 * np.log10(255**2 / np.mean((got - exact) ** 2)))
