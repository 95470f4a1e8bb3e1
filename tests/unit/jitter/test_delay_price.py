"""The delay that is chosen is the cheapest one, or all but that."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import jitter
from tests.reference.delay_price import BIN_MS, PACES_MS_PER_S, costs

MS = 1_000_000
PTIME_MS = 20
Delays = NDArray[np.float64]


def chosen_ms(delays_ms: Delays, ms_per_percent: float = 116) -> float:
    price = jitter.DelayPrice(ms_per_percent=ms_per_percent)
    for delay_ms in delays_ms:
        price.observe(PTIME_MS * MS, int(delay_ms * MS))
    return price.delay_ns / MS


def network(seed: int) -> Delays:
    """Return half a minute of jitter with stalls, then a calm second."""
    rng = np.random.default_rng(seed)
    delays = rng.gamma(2, rng.uniform(0.5, 8), 1500)
    for start in np.flatnonzero(rng.random(1500) < rng.uniform(0, 0.02)):
        height = rng.pareto(1.4) * 40
        stall = np.maximum(height - PTIME_MS * np.arange(30), 0)[: 1500 - start]
        delays[start : start + len(stall)] = np.maximum(
            delays[start : start + len(stall)], stall.clip(max=400)
        )
    return np.concatenate([delays, np.zeros(50)])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("ms_per_percent", [20, 100, 400])
def test_no_delay_would_have_cost_much_less(seed: int, ms_per_percent: float) -> None:
    delays = network(seed)
    tables = [costs(delays, PTIME_MS, ms_per_percent, pace) for pace in PACES_MS_PER_S]
    chosen = round(chosen_ms(delays, ms_per_percent) / BIN_MS)
    least = min(table.min() for table in tables)
    here = min(table[min(chosen, len(table) - 1)] for table in tables)
    assert here <= 1.05 * least + 4 * BIN_MS


def test_dearer_concealment_waits_longer() -> None:
    delays = network(3)
    waits = [chosen_ms(delays, price) for price in (5, 50, 500)]
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]


def test_nothing_late_costs_nothing() -> None:
    assert chosen_ms(np.zeros(1000)) == 0


def test_hours_of_weights_do_not_overflow() -> None:
    price = jitter.DelayPrice()
    for minute in range(0, 300, 6):
        for packet in range(2000):
            price.observe(180 * MS, (packet % 10 == 0) * 30 * MS)
        assert 26 * MS <= price.delay_ns <= 34 * MS, minute
