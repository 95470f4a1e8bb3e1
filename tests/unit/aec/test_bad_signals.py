"""Signals that no site should send: the output stays one, and the next good seconds count."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from mixminus import EchoCanceller
from tests.support.echo import (
    RATE_HZ,
    Wave,
    delayed,
    echo_of,
    noise,
    part,
    power_db,
    process,
    speech,
)

BAD_S, GOOD_S = 3, 6


@cache
def good() -> tuple[Wave, Wave]:
    """Return near end and far end of a hall."""
    far = speech(GOOD_S)
    return echo_of(far, 100) + noise(GOOD_S), far


def square(period: int) -> Wave:
    return np.where(np.arange(BAD_S * RATE_HZ) % period < period // 2, 1.0, -1.0)


def loud_noise(seed: int) -> Wave:
    return np.clip(np.random.default_rng(seed).standard_normal(BAD_S * RATE_HZ), -1, 1)


def full_of(value: float) -> Wave:
    return np.full(BAD_S * RATE_HZ, value)


def now_and_then(value: float, seed: int) -> Wave:
    said = speech(BAD_S, 4 + 4 * seed).copy()
    said[::997] = value
    return said


BAD: dict[str, Callable[[int], Wave]] = {  # of a seed, where the ends have to differ
    "NaN": lambda _: full_of(np.nan),
    "infinity": lambda _: full_of(-np.inf),
    "NaN now and then": lambda seed: now_and_then(np.nan, seed),
    "infinity now and then": lambda seed: now_and_then(np.inf, seed),
    "denormals": lambda _: full_of(1e-40),
    "noise": loud_noise,
    "silence": lambda _: full_of(0.0),
    "beyond full scale": lambda _: full_of(3e38),
    "a constant": lambda _: full_of(1.0),
    "a square wave": lambda _: square(160),
    "a fast square wave": lambda _: square(2),
}
LIKE_ECHO = list(BAD)[-4:]  # at both ends: of any delay, which is believed for a while


def recovery_s(near: Wave, out: Wave) -> float:
    """Return when 10 dB are taken away, and on average stay so."""
    steps = (wave.reshape(-1, RATE_HZ // 10) for wave in (near, out))
    reduction = np.array([power_db(a) - power_db(b) for a, b in zip(*steps, strict=True)])
    heard = np.array([power_db(step) > -50 for step in near.reshape(-1, RATE_HZ // 10)])
    later = [np.mean(reduction[i:][heard[i:]][:10]) for i in range(len(heard) - 10)]
    return float(np.argmax(np.array(later) >= 10)) / 10 if max(later) >= 10 else np.inf


def fresh_recovery_s() -> float:
    canceller = EchoCanceller()
    out = process(canceller, *good())
    return recovery_s(delayed(good()[0], canceller), out)


def judge(before: list[tuple[Wave, Wave]], more_s: float = 1.0) -> EchoCanceller:
    """Run what came before, then a good hall: it is learned at most so much later than by a fresh canceller."""
    canceller = EchoCanceller()
    for near, far in [*before, good()]:
        out = process(canceller, near, far)
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 1
    near = delayed(good()[0], canceller)
    assert recovery_s(near, out) <= fresh_recovery_s() + more_s
    assert power_db(part(near, 5, 6)) - power_db(part(out, 5, 6)) >= 10
    return canceller


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("where", ["near", "far", "both"])
@pytest.mark.parametrize("is_first", [True, False])
def test_bad_seconds_are_survived(what: str, where: str, is_first: bool) -> None:
    near, far = (part(end, 0, BAD_S) for end in good())
    scene = (near if where == "far" else BAD[what](0), far if where == "near" else BAD[what](1))
    more_s = 4.0 if what in LIKE_ECHO and where != "near" else 1.0
    canceller = judge([scene] if is_first else [good(), scene], more_s)
    invalid = sum(int(np.sum(~(np.abs(end.astype(np.float32)) <= 1))) for end in scene)
    assert canceller.metrics().invalid_samples == invalid


def test_a_site_that_loops_back_and_then_does_not() -> None:
    """What was known of the room is lost, and found again."""
    loop = part(good()[1], 0, BAD_S)
    judge([good(), (loop, loop)], more_s=3.0)


def test_ends_that_were_swapped() -> None:
    near, far = good()
    judge([(far, near)])


def test_a_far_end_that_was_missing() -> None:
    near, far = good()
    judge([(near, far), (near, np.zeros_like(far))])


def test_long_silence() -> None:
    near, far = good()
    silence = np.zeros(60 * RATE_HZ)
    judge([(near, far), (silence, silence)])
    judge([(silence, silence)])
