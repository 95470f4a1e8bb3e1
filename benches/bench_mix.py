"""One tick of the mixer: ours against numpy without allocations, in one run."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from mixminus import Mixer

FRAME_SAMPLES = 960  # 20 ms at 48 kHz
DELAY_SAMPLES = 240  # of the limiter's look-ahead
Mixes = NDArray[np.int16]
Tick = Callable[[], Mixes]


def mixminus_tick(spoken: NDArray[np.int16], loudest: int) -> Tick:
    mixer = Mixer(capacity=len(spoken), loudest=loudest, look_ahead_ms=5)
    for _ in spoken:
        mixer.add()
    mixer.frames[:] = spoken

    def tick() -> Mixes:
        return mixer.mixes[: mixer.tick()]

    return tick


def numpy_tick(spoken: NDArray[np.int16], loudest: int) -> Tick:
    legs = loudest or len(spoken)
    wide = np.empty((legs + 1, FRAME_SAMPLES), np.int32)
    mixes = np.empty(wide.shape, np.int16)

    def select() -> NDArray[np.int16]:
        if loudest == 0:
            return spoken
        power = np.einsum("ij,ij->i", spoken, spoken, dtype=np.float32, casting="unsafe")
        return spoken[np.sort(np.argpartition(power, len(spoken) - legs)[-legs:])]

    def tick() -> Mixes:
        heard = select()
        np.sum(heard, axis=0, dtype=np.int32, out=wide[0])
        np.subtract(wide[0], heard, out=wide[1:])
        np.clip(wide, -32768, 32767, out=wide)
        np.copyto(mixes, wide, casting="unsafe")
        return mixes

    return tick


TICKS = {"mixminus": mixminus_tick, "numpy": numpy_tick}


@pytest.mark.parametrize(
    ("legs", "loudest"), [(3, 0), (16, 0), (162, 0), (1000, 0), (16, 5), (162, 5), (1000, 5)]
)
@pytest.mark.parametrize("impl", TICKS)
def bench_mix(benchmark: BenchmarkFixture, legs: int, loudest: int, impl: str) -> None:
    random = np.random.default_rng(1)
    peaks = 250 + random.permutation(legs)[:, None] // 4  # the sum of all is below the limiter
    spoken = random.integers(-peaks, peaks, (legs, FRAME_SAMPLES), np.int16)
    tick = TICKS[impl](spoken, loudest)
    benchmark.group = f"mix {legs} legs, " + (f"loudest {loudest}" if loudest else "all")
    mixes = benchmark(tick)
    power = (spoken.astype(np.int64) ** 2).sum(axis=1)
    heard = spoken[np.sort(np.argsort(power)[-loudest:])]
    total = heard.sum(axis=0, dtype=np.int64)
    expected = np.vstack((total, total - heard))
    delay = DELAY_SAMPLES if impl == "mixminus" else 0  # of the same frame again and again
    np.testing.assert_array_equal(mixes, np.roll(expected, delay, axis=1))
