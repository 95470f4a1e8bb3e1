"""The noise suppressor against that of libspeexdsp and against itself in numpy: 10 ms of speech in noise."""

import ctypes
import ctypes.util
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from mixminus import NoiseSuppressor, level_dbov
from tests.reference import noise_suppressor as reference
from tests.support.cascade import voice

RATES_HZ = [8000, 16000, 48000]
SECONDS = 3.0
SPEEX_SET_DENOISE = 0

Process = Callable[[NDArray[np.int16]], NDArray[np.int16]]


def speech_in_noise(rate_hz: int) -> NDArray[np.int16]:
    """Return frames of noise, and of a voice with it."""
    said = voice(SECONDS, seed=1)[:: 48000 // rate_hz].astype(np.float64)
    said[: len(said) // 2] = 0
    noise = np.random.default_rng(1).standard_normal(len(said)) * 300
    return np.rint(said + noise).astype(np.int16).reshape(-1, rate_hz // 100)


def by_speex(rate_hz: int) -> Process:
    name = ctypes.util.find_library("speexdsp")
    if name is None:
        pytest.skip("no libspeexdsp")
    speex = ctypes.CDLL(name)
    speex.speex_preprocess_state_init.restype = ctypes.c_void_p
    state = ctypes.c_void_p(speex.speex_preprocess_state_init(rate_hz // 100, rate_hz))
    speex.speex_preprocess_ctl(state, SPEEX_SET_DENOISE, ctypes.byref(ctypes.c_int(1)))

    def process(frame: NDArray[np.int16]) -> NDArray[np.int16]:
        out = frame.copy()
        speex.speex_preprocess_run(state, out.ctypes.data_as(ctypes.c_void_p))
        return out

    return process


IMPLEMENTATIONS: dict[str, Callable[[int], Process]] = {
    "mixminus": lambda rate_hz: NoiseSuppressor(rate_hz).process,
    "speexdsp": by_speex,
    "numpy": lambda rate_hz: lambda frame: reference.suppress(frame, rate_hz),
}


@pytest.mark.parametrize("impl", IMPLEMENTATIONS)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def bench_noise_suppressor(benchmark: BenchmarkFixture, rate_hz: int, impl: str) -> None:
    benchmark.group = f"noise suppressor, 10 ms at {rate_hz} Hz"
    frames = speech_in_noise(rate_hz)
    process = IMPLEMENTATIONS[impl](rate_hz)
    heard = np.concatenate([process(frame) for frame in frames])
    benchmark(process, frames[-1])
    if impl != "numpy":  # which was given single frames, for the time that they take
        pause = slice(rate_hz // 2, rate_hz)
        assert level_dbov(heard[pause]) < level_dbov(frames.ravel()[pause]) - 8
