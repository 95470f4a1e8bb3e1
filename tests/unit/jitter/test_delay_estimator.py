"""The target delay follows what the network does, at a price."""

import numpy as np
import pytest

from mixminus._core import jitter

MS = 1_000_000
MARGIN = 4 * MS


def feed(estimator: jitter.DelayEstimator, delays_ms: list[float], start: int = 0) -> None:
    for i, delay_ms in enumerate(delays_ms, start):
        estimator.observe(int((i * 20 + delay_ms) * MS), i * 20 * MS)


def test_regular_stream_gets_the_margin_alone() -> None:
    estimator = jitter.DelayEstimator()
    feed(estimator, [30.0] * 500)
    assert estimator.target_delay_ns == MARGIN


def test_little_jitter_adds_little() -> None:
    estimator = jitter.DelayEstimator()
    jitter_ms = 30 + np.abs(np.random.default_rng(1).normal(0, 0.5, 500))
    feed(estimator, list(jitter_ms))
    assert MARGIN <= estimator.target_delay_ns <= MARGIN + 2 * MS


def test_common_delays_are_waited_for() -> None:
    estimator = jitter.DelayEstimator()
    feed(estimator, [30.0 + 40 * (i % 10 == 0) for i in range(500)])
    assert 40 * MS <= estimator.target_delay_ns <= 40 * MS + MARGIN


def test_a_stall_a_minute_is_not_worth_its_delay() -> None:
    estimator = jitter.DelayEstimator()
    stall = [30.0 + 200 * (i == 1500) for i in range(3000)]
    feed(estimator, stall)
    assert estimator.target_delay_ns == MARGIN


def test_one_stall_counts_once_however_many_packets_queue() -> None:
    burst = jitter.DelayEstimator()
    single = jitter.DelayEstimator()
    queue = [float(max(0, 200 - 20 * (i % 250))) for i in range(1500)]
    feed(burst, queue)
    feed(single, [float(200 * (i % 250 == 0)) for i in range(1500)])
    assert burst.target_delay_ns == single.target_delay_ns


def test_slower_route_is_the_new_normal_after_half_a_second() -> None:
    estimator = jitter.DelayEstimator()
    feed(estimator, [30.0] * 200 + [110.0] * 27)
    assert estimator.delay_ns((226 * 20 + 110) * MS, 226 * 20 * MS) == 0


def test_faster_route_is_seen_at_once() -> None:
    estimator = jitter.DelayEstimator()
    feed(estimator, [110.0] * 200 + [30.0])
    assert estimator.delay_ns((200 * 20 + 30) * MS, 200 * 20 * MS) == 0


@pytest.mark.parametrize(("least", "most"), [(60, 1000), (0, 25)])
def test_target_stays_within_its_bounds(least: int, most: int) -> None:
    estimator = jitter.DelayEstimator(min_delay_ms=least, max_delay_ms=most)
    feed(estimator, [30.0 + 40 * (i % 10 == 0) for i in range(500)])
    assert least * MS <= estimator.target_delay_ns <= most * MS


def test_bounds_that_contradict_are_refused() -> None:
    with pytest.raises(ValueError, match="min above max"):
        jitter.DelayEstimator(min_delay_ms=2, max_delay_ms=1)
