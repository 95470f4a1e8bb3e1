"""Bursts and gaps of loss, against the definition of RFC 3611 section 4.7.2 read literally."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import rtp

GAP = 16


def bursts_of(lost: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return [first, last] of every burst: two losses or more, nowhere GAP received between them."""
    groups: list[list[int]] = []
    for index in np.flatnonzero(lost):
        if groups and index - groups[-1][-1] <= GAP:
            groups[-1].append(int(index))
        else:
            groups.append([int(index)])
    return [(group[0], group[-1]) for group in groups if len(group) > 1]


def counted(lost: NDArray[np.bool_]) -> rtp.BurstGap:
    counter = rtp.BurstGap()
    for is_lost in lost:
        if is_lost:
            counter.lose()
        else:
            counter.receive()
    return counter


@pytest.mark.parametrize("seed", range(20))
def test_counts_agree_with_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lost = rng.random(2000) < np.repeat(rng.choice([0.0, 0.02, 0.3], 100), 20)
    in_burst = np.zeros(len(lost), bool)
    bursts = bursts_of(lost)
    for first, last in bursts:
        in_burst[first : last + 1] = True
    counter = counted(lost)
    assert counter.burst_density == pytest.approx(lost[in_burst].mean() if bursts else 0)
    assert counter.gap_density == pytest.approx(lost[~in_burst].mean())
    assert counter.burst_packets == pytest.approx(in_burst.sum() / max(len(bursts), 1))
    assert counter.gap_packets == pytest.approx((~in_burst).sum() / (len(bursts) + 1))


def test_single_losses_are_gap() -> None:
    lost = np.arange(1000) % 17 == 16
    counter = counted(lost)
    assert counter.burst_packets == counter.burst_density == 0
    assert counter.gap_density == pytest.approx(lost.mean())


def test_before_the_first_packet_all_is_zero() -> None:
    counter = rtp.BurstGap()
    assert counter.burst_density == counter.gap_density == 0
    assert counter.burst_packets == counter.gap_packets == 0
