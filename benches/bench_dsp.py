"""The tools of `dsp` against soxr and numpy: one 20 ms frame of a stream."""

from collections.abc import Callable

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

import mixminus
from mixminus._core import isa, kernels
from tests.reference import dsp as reference
from tests.reference import fft

PAIRS = [
    (8000, 48000),
    (48000, 8000),
    (16000, 48000),
    (48000, 16000),
    (44100, 48000),
    (48000, 44100),
]
FRAMES = 50  # a second a round: soxr works in bursts, one frame would measure its luck

Resample = Callable[[NDArray[np.int16]], NDArray[np.int16]]


def resampler(impl: str, input_hz: int, output_hz: int) -> Resample:
    if impl == "mixminus":
        ours = mixminus.Resampler(input_hz, output_hz)
        out = np.empty(output_hz // 50, np.int16)
        return lambda frame: ours.process(frame, out)
    quality = impl.removeprefix("soxr ")
    peer = soxr.ResampleStream(input_hz, output_hz, 1, dtype="int16", quality=quality)

    def by_soxr(frame: NDArray[np.int16]) -> NDArray[np.int16]:
        return np.asarray(peer.resample_chunk(frame))

    return by_soxr


@pytest.mark.parametrize("impl", ["mixminus", "soxr MQ", "soxr HQ"])
@pytest.mark.parametrize(("input_hz", "output_hz"), PAIRS)
def bench_resample(benchmark: BenchmarkFixture, input_hz: int, output_hz: int, impl: str) -> None:
    benchmark.group = f"resample {input_hz} -> {output_hz}"
    frames = list(reference.sine(input_hz, 1000, 1.0).reshape(FRAMES, -1))
    resample = resampler(impl, input_hz, output_hz)
    heard = np.concatenate([resample(frame).copy() for frame in frames])
    tone = np.abs(np.fft.rfft(heard[-output_hz // 2 :]))[500] / (output_hz / 4)
    assert tone == pytest.approx(30000, rel=0.01)

    def one_second() -> None:
        for frame in frames:
            resample(frame)

    benchmark(one_second)


@pytest.mark.parametrize("impl", ["mixminus", "numpy"])
def bench_level(benchmark: BenchmarkFixture, impl: str) -> None:
    benchmark.group = "level of 960 samples"
    frame = reference.sine(48000, 1000, 0.02)
    meter = mixminus.level_dbov if impl == "mixminus" else reference.level_dbov
    assert benchmark(meter, frame) == pytest.approx(-3.78, abs=0.01)


@pytest.mark.parametrize("impl", ["mixminus", "numpy"])
def bench_comfort_noise(benchmark: BenchmarkFixture, impl: str) -> None:
    benchmark.group = "960 samples of noise"
    out = np.empty(960, np.int16)
    ours, peer = mixminus.ComfortNoise(), np.random.default_rng(1)
    ours.describe(bytes([40, 60]))

    def white() -> NDArray[np.int16]:
        out[:] = peer.standard_normal(960, np.float32) * 328  # without an envelope
        return out

    noise = benchmark(ours.generate, out) if impl == "mixminus" else benchmark(white)
    assert mixminus.level_dbov(noise) == pytest.approx(-40, abs=1.5)


@pytest.mark.parametrize("size", [160, 320, 960])
@pytest.mark.parametrize("impl", ["mixminus", "numpy"])
def bench_transform(benchmark: BenchmarkFixture, impl: str, size: int) -> None:
    benchmark.group = f"transform of {size} samples"
    samples = np.random.default_rng(1).standard_normal(size, np.float32)
    if impl == "mixminus":
        bins = benchmark(kernels.fft_forward, isa(), samples)
        assert bins == pytest.approx(fft.forward(samples), abs=1e-4)
    else:
        benchmark(np.fft.rfft, samples)
