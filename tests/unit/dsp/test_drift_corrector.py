"""Fractional resampling: what it does to time, and what it leaves of the signal."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import jitter

RATE_HZ = 48000
FRAME = 960
DELAY = 12  # samples


def sine(frequency_hz: float, samples: int, ppm: float = 0.0) -> NDArray[np.float64]:
    t = np.arange(samples) / (1 + ppm * 1e-6)
    return np.asarray(20000 * np.sin(2 * np.pi * frequency_hz / RATE_HZ * t), np.float64)


def corrected(pcm: NDArray[np.int16], ppm: float, frame: int = FRAME) -> NDArray[np.int16]:
    corrector = jitter.DriftCorrector(frame)
    corrector.set_stretch_ppm(ppm)
    return np.concatenate(
        [corrector.process(pcm[i : i + frame]) for i in range(0, len(pcm), frame)]
    )


def test_without_drift_nothing_is_changed() -> None:
    pcm = np.random.default_rng(1).integers(-32768, 32768, 9600).astype(np.int16)
    np.testing.assert_array_equal(corrected(pcm, 0.0), pcm)


@pytest.mark.parametrize("ppm", [-1000.0, -200.0, 80.0, 200.0, 1000.0])
def test_it_lasts_as_much_longer_as_it_should(ppm: float) -> None:
    pcm = np.zeros(10 * RATE_HZ, np.int16)
    assert len(corrected(pcm, ppm)) == pytest.approx(len(pcm) * (1 + ppm * 1e-6), abs=1)


@pytest.mark.parametrize("ppm", [-200.0, 200.0])
@pytest.mark.parametrize("frequency_hz", [300.0, 3000.0, 12000.0])
def test_a_tone_is_that_tone_on_the_other_clock(ppm: float, frequency_hz: float) -> None:
    samples = 5 * RATE_HZ
    out = corrected(sine(frequency_hz, samples).astype(np.int16), ppm).astype(float)[RATE_HZ:]
    want = sine(frequency_hz, samples + 2000, ppm)
    delay = DELAY * (1 + ppm * 1e-6)
    at = RATE_HZ - delay + np.arange(len(out) - 2000)
    exact = 20000 * np.sin(2 * np.pi * frequency_hz / RATE_HZ * at / (1 + ppm * 1e-6))
    error = out[: len(exact)] - exact
    limit_db = -60 if frequency_hz < 10_000 else -45
    assert 10 * np.log10(np.mean(error**2) / np.mean(want**2)) < limit_db


@pytest.mark.parametrize("frame", [1, 7, 160, 959, 4800])
def test_cuts_do_not_change_how_many_come_out(frame: int) -> None:
    pcm = sine(440, 9600).astype(np.int16)
    assert abs(len(corrected(pcm, 321.0, frame)) - len(corrected(pcm, 321.0))) <= 1


def test_skipping_counts_as_processing_does() -> None:
    made, skipped = jitter.DriftCorrector(FRAME), jitter.DriftCorrector(FRAME)
    frame = np.zeros(FRAME, np.int16)
    for i in range(500):
        for corrector in (made, skipped):
            corrector.set_stretch_ppm(-300.0 + i)
        assert len(made.process(frame)) == skipped.skip(FRAME)


def test_it_sets_in_without_a_click() -> None:
    corrector = jitter.DriftCorrector(FRAME)
    pcm = sine(300, 3 * FRAME).astype(np.int16)
    out = [corrector.process(pcm[:FRAME])]
    corrector.set_stretch_ppm(200.0)
    out += [corrector.process(pcm[i : i + FRAME]) for i in (FRAME, 2 * FRAME)]
    steps = np.abs(np.diff(np.concatenate(out).astype(int)))
    assert steps.max() <= 1.1 * np.abs(np.diff(pcm.astype(int))).max()


def test_full_scale_does_not_wrap() -> None:
    pcm = np.where(np.arange(9600) % 64 < 32, 32767, -32768).astype(np.int16)
    out = corrected(pcm, 500.0)[FRAME:]
    changes = np.count_nonzero(np.diff(np.sign(out.astype(int) * 2 + 1)))
    assert changes == pytest.approx((len(pcm) - FRAME) / 32, abs=1)


@pytest.mark.parametrize("wrong", [0, -1, 2**20 + 1])
def test_sizes_out_of_range_are_refused(wrong: int) -> None:
    with pytest.raises(ValueError, match="max_input_samples"):
        jitter.DriftCorrector(wrong)
