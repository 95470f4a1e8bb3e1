"""Frames that become shorter or longer by a period, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import jitter
from tests.network.play import largest_step

RATES_HZ = [8000, 16000, 44100, 48000]
ANY = 1e9


def voiced(rate_hz: int, seconds: float, pitch_hz: float = 200.0) -> NDArray[np.int16]:
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    wave = sum(np.sin(2 * np.pi * pitch_hz * k * t + k) / k for k in range(1, 8))
    return np.asarray(wave * 5000).astype(np.int16)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("pitch_hz", [80.0, 160.0, 300.0])
def test_whole_periods_are_removed(rate_hz: int, pitch_hz: float) -> None:
    frame = voiced(rate_hz, 0.02, pitch_hz)
    shorter = jitter.TimeScale(rate_hz).shorten(frame, rate_hz * 15 // 1000, 0.1)
    periods = (len(frame) - len(shorter)) * pitch_hz / rate_hz
    assert periods == pytest.approx(round(periods), abs=0.06)
    assert periods > 0.9


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("change", ["shorten", "lengthen"])
def test_a_changed_frame_goes_on_where_the_last_one_ended(rate_hz: int, change: str) -> None:
    signal = voiced(rate_hz, 0.08)
    history, frame = signal[: len(signal) // 2], signal[len(signal) // 2 : len(signal) * 3 // 4]
    scale = jitter.TimeScale(rate_hz)
    most = rate_hz * 10 // 1000
    changed = (
        scale.shorten(frame, most, 0.1)
        if change == "shorten"
        else scale.lengthen(history, frame, most, 0.1)
    )
    assert (len(changed) < len(frame)) == (change == "shorten")
    assert len(changed) != len(frame)
    joined = np.concatenate([history, changed])
    assert largest_step(joined) <= 1.1 * largest_step(signal)
    rest = len(changed) // 2
    np.testing.assert_array_equal(changed[-rest:], frame[-rest:])


@pytest.mark.parametrize("most_ms", [3, 7, 15])
def test_no_more_is_moved_than_is_asked_for(most_ms: int) -> None:
    rng = np.random.default_rng(most_ms)
    scale = jitter.TimeScale(48000)
    for _ in range(20):
        frame = rng.integers(-3000, 3000, 960).astype(np.int16)
        history = rng.integers(-3000, 3000, 1500).astype(np.int16)
        assert 960 - len(scale.shorten(frame, 48 * most_ms, ANY)) <= 48 * most_ms
        assert len(scale.lengthen(history, frame, 48 * most_ms, ANY)) - 960 <= 48 * most_ms


def test_what_does_not_resemble_stays_as_it_is() -> None:
    rng = np.random.default_rng(2)
    frame = rng.integers(-9000, 9000, 960).astype(np.int16)
    history = rng.integers(-9000, 9000, 960).astype(np.int16)
    scale = jitter.TimeScale(48000)
    np.testing.assert_array_equal(scale.shorten(frame, 480, 0.2), frame)
    np.testing.assert_array_equal(scale.lengthen(history, frame, 480, 0.2), frame)


@pytest.mark.parametrize("samples", [1, 2, 20, 120, 5760])
def test_frames_of_any_length_are_taken(samples: int) -> None:
    frame = voiced(48000, 0.12)[:samples]
    scale = jitter.TimeScale(48000)
    assert len(scale.shorten(frame, 480, ANY)) <= samples
    assert len(scale.lengthen(voiced(48000, 0.03), frame, 480, ANY)) >= samples
