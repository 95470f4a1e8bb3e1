"""What each delay would have cost: every one of them is played, packet by packet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BIN_MS = 2
PACES_MS_PER_S = (200, 80)
HALF_LIFE_S = 45
LEAST_OBSERVED_S = 30
SPLICE_MS = 8


def costs(
    delays_ms: NDArray[np.float64], every_ms: float, ms_per_percent: float, pace_ms_per_s: float
) -> NDArray[np.float64]:
    """Return the cost in ms of each delay from 0 on in steps of BIN_MS, and with it where playout stands."""
    weights = 2 ** (-every_ms / 1000 / HALF_LIFE_S * np.arange(len(delays_ms))[::-1])
    observed_ms = max(weights.sum() * every_ms, LEAST_OBSERVED_S * 1000)
    price = 100 * ms_per_percent / observed_ms
    grid = np.arange(0, delays_ms.max() + 2 * BIN_MS, BIN_MS)
    cost = grid.copy()
    pushed = 0.0
    for weight, delay in zip(weights, delays_ms, strict=True):
        before, pushed = pushed, max(pushed - pace_ms_per_s * every_ms / 1000, 0.0)
        above = np.maximum((before + pushed) / 2 - grid, 0)
        cost += weight * every_ms * above / observed_ms
        if delay > pushed:
            begin, end = (x // BIN_MS * BIN_MS for x in (pushed + BIN_MS, delay))
            late = np.maximum(end - np.maximum(grid, begin), 0)
            cost += price * weight * (late + SPLICE_MS * (late > 0))
            pushed = delay
    return cost
