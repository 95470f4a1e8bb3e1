"""What the kernels over spectra compute, one rounding a step; a spectrum has rows of real and imaginary parts."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def times(a: Floats, b: Floats) -> Floats:
    """Return a * b."""
    return np.stack([a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]])


def correlation(x: Floats, d: Floats) -> Floats:
    """Return conj(x) * d."""
    return np.stack([x[0] * d[0] + x[1] * d[1], x[0] * d[1] - x[1] * d[0]])


def power(x: Floats) -> Floats:
    """Return |x|^2."""
    return np.asarray(x[0] * x[0] + x[1] * x[1], np.float32)


def folded_sum(values: Floats) -> np.float32:
    """Return 16 sums of every 16th value, each in order, folded by halves."""
    sums = np.zeros(16, np.float32)
    for start in range(0, len(values), 16):
        part = values[start : start + 16]
        sums[: len(part)] += part
    while len(sums) > 1:
        sums = sums[: len(sums) // 2] + sums[len(sums) // 2 :]
    return np.float32(sums[0])


def kalman_step(
    x: Floats,
    error: Floats,
    inverse: Floats,
    factors: tuple[float, float, float],
    w: Floats,
    p: Floats,
) -> tuple[Floats, Floats]:
    """Return the weights and their uncertainty after a step; `factors` are keep, half and noise."""
    keep, half, noise = (np.float32(factor) for factor in factors)
    mu = p * inverse
    new_w = w + mu * correlation(x, error)
    known = half * (mu * power(x))
    return new_w, np.asarray(keep * p * (np.float32(1) - known) + noise * power(new_w), np.float32)
