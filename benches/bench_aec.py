"""The echo canceller: 10 ms of it, alone and 162 times in a row.

Beside it the filter alone in numpy, in the same run; and, printed with -s and kept as extra_info, what others were
measured at for 10 ms with an echo, on another machine: AEC3 of WebRTC and SpeexDSP with the same tail.
"""

from collections.abc import Callable, Iterator
from itertools import cycle

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from mixminus import EchoCanceller
from tests.reference.aec import KalmanFilter
from tests.support.echo import delayed, echo_of, noise, part, power_db, process, speech

OTHERS_US = {
    16000: {"AEC3": (69, 83), "SpeexDSP": (77, 77)},
    48000: {"AEC3": (78, 107), "SpeexDSP": (201, 201)},
}
SECONDS = 6
LEGS = 162

Ends = NDArray[np.float32]  # (2, frames, samples): near and far


def ends(rate_hz: int) -> Ends:
    far = speech(SECONDS, rate_hz=rate_hz)
    near = echo_of(far, 40, rate_hz) + noise(SECONDS, rate_hz=rate_hz)
    return np.stack([near, far]).astype(np.float32).reshape(2, -1, rate_hz // 100)


def learned(frames: Ends, rate_hz: int) -> EchoCanceller:
    """Return a canceller that has reduced this echo."""
    canceller = EchoCanceller(rate_hz)
    near, far = (end.ravel().astype(np.float64) for end in frames)
    out = process(canceller, near, far)
    near, out = (part(wave, 3, SECONDS, rate_hz) for wave in (delayed(near, canceller), out))
    assert power_db(near) - power_db(out) >= 20
    return canceller


def one_second(canceller: EchoCanceller, frames: Ends) -> Callable[[], None]:
    near, far = frames[:, -100:]
    out = np.empty_like(near)

    def run() -> None:
        for heard, played, clean in zip(near, far, out, strict=True):
            canceller.process(heard, played, clean)

    return run


def filter_in_numpy(frames: Ends) -> Callable[[], None]:
    """Return a second of the filter, of the band up to 8 kHz."""
    near, far = frames[:, -100:, :160].astype(np.float64)
    answer = KalmanFilter(26, 160)

    def run() -> None:
        for heard, played in zip(near, far, strict=True):
            answer.push(np.concatenate([played, played]))
            answer.adapt(heard - answer.predict(), 0.0001)

    return run


def compare(benchmark: BenchmarkFixture, rate_hz: int) -> None:
    """Say what others take; a round is a second."""
    if benchmark.stats is None:
        return
    ours_us = benchmark.stats.stats.mean * 1e4
    benchmark.extra_info["us per 10 ms"] = ours_us
    for name, (least, most) in OTHERS_US[rate_hz].items():
        benchmark.extra_info[name] = f"{least}..{most} us"
        print(f"\n{rate_hz} Hz: {ours_us:.1f} us, {name} {least}..{most} us", end="")


@pytest.mark.parametrize("impl", ["mixminus", "filter in numpy"])
@pytest.mark.parametrize("rate_hz", OTHERS_US)
def bench_an_echo(benchmark: BenchmarkFixture, rate_hz: int, impl: str) -> None:
    benchmark.group = f"echo canceller, 100 frames at {rate_hz} Hz"
    frames = ends(rate_hz)
    if impl == "mixminus":
        benchmark(one_second(learned(frames, rate_hz), frames))
        compare(benchmark, rate_hz)
    else:
        benchmark(filter_in_numpy(frames))


@pytest.mark.parametrize("impl", ["mixminus", "numpy copy"])
@pytest.mark.parametrize("rate_hz", OTHERS_US)
def bench_no_echo(benchmark: BenchmarkFixture, rate_hz: int, impl: str) -> None:
    """While the far end is silent."""
    benchmark.group = f"echo canceller, bypassed, 100 frames at {rate_hz} Hz"
    frames = ends(rate_hz)
    frames[1] = 0
    canceller = EchoCanceller(rate_hz)
    if impl == "mixminus":
        benchmark(one_second(canceller, frames))
        assert canceller.metrics().is_bypassed
    else:
        near = frames[0, -100:]
        benchmark(lambda: [frame.copy() for frame in near])


@pytest.mark.parametrize("impl", ["mixminus", "filter in numpy"])
def bench_every_leg(benchmark: BenchmarkFixture, impl: str) -> None:
    """Run a tick of 10 ms in which each of 162 sites has an echo."""
    benchmark.group = f"echo canceller, {LEGS} of them, 10 ms at 16000 Hz"
    frames = ends(16000)
    if impl != "mixminus":
        filters = [KalmanFilter(26, 160) for _ in range(LEGS)]
        heard, played = frames[:, -1].astype(np.float64)

        def by_numpy() -> None:
            for answer in filters:
                answer.push(np.concatenate([played, played]))
                answer.adapt(heard - answer.predict(), 0.0001)

        benchmark(by_numpy)
        return
    legs = [learned(frames, 16000) for _ in range(LEGS)]
    pairs: Iterator[Ends] = cycle(frames[:, -100:].swapaxes(0, 1))
    out = np.empty(160, np.float32)

    def tick() -> None:
        near, far = next(pairs)
        for leg in legs:
            leg.process(near, far, out)

    benchmark(tick)
    assert all(not leg.metrics().is_bypassed for leg in legs)
