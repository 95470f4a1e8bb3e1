"""What is heard in the place of lost samples."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import jitter

RATES_HZ = [8000, 16000, 44100, 48000]


def tone(rate_hz: int, samples: int, pitch_hz: float = 125.0) -> NDArray[np.int16]:
    t = np.arange(samples) / rate_hz
    wave = sum(np.sin(2 * np.pi * pitch_hz * k * t) / k for k in (1, 2, 3))
    return np.asarray(wave * 6000).astype(np.int16)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_periodic_signal_goes_on(rate_hz: int) -> None:
    samples = rate_hz // 50
    signal = tone(rate_hz, 6 * samples)
    concealment = jitter.Concealment(rate_hz)
    concealment.observe(signal[: 5 * samples])
    frame = np.zeros(samples, np.int16)
    concealment.conceal(frame)
    error = frame.astype(float) - signal[5 * samples :]
    assert np.sqrt(np.mean(error**2)) < 0.1 * np.sqrt(np.mean(signal.astype(float) ** 2))


@pytest.mark.parametrize("pitch_hz", [80.0, 125.0, 250.0])
def test_period_is_a_whole_number_of_pitch_periods(pitch_hz: float) -> None:
    concealment = jitter.Concealment(8000)
    concealment.observe(tone(8000, 800, pitch_hz))
    concealment.conceal(np.zeros(80, np.int16))
    periods = concealment.period_samples * pitch_hz / 8000
    assert abs(periods - round(periods)) < 0.05


def test_it_has_faded_into_the_noise_after_300_ms() -> None:
    concealment = jitter.Concealment(8000)
    concealment.observe(tone(8000, 800))
    concealment.conceal(np.zeros(2400, np.int16))
    noise = np.arange(160, dtype=np.int16)
    concealment.conceal(noise)
    np.testing.assert_array_equal(noise, np.arange(160))


def test_calls_go_on_where_the_last_one_ended() -> None:
    whole = np.zeros(480, np.int16)
    parts = np.zeros(480, np.int16)
    for frames in ([whole], np.split(parts, 6)):
        concealment = jitter.Concealment(8000)
        concealment.observe(tone(8000, 800))
        for frame in frames:
            concealment.conceal(frame)
    np.testing.assert_array_equal(whole, parts)


def test_peek_shows_what_comes_and_does_not_go_on() -> None:
    concealment = jitter.Concealment(8000)
    concealment.observe(tone(8000, 800))
    first, second = np.zeros(40, np.int16), np.zeros(40, np.int16)
    concealment.peek(first)
    concealment.conceal(second)
    np.testing.assert_array_equal(first, second)


def test_start_is_no_larger_a_step_than_the_signal_has() -> None:
    signal = np.random.default_rng(3).normal(0, 500, 8000).cumsum()
    signal = (signal - signal.mean()).clip(-30000, 30000).astype(np.int16)
    concealment = jitter.Concealment(8000)
    concealment.observe(signal)
    frame = np.zeros(80, np.int16)
    concealment.conceal(frame)
    largest = np.abs(np.diff(signal.astype(int))).max()
    assert abs(int(frame[0]) - int(signal[-1])) <= largest


def test_nothing_heard_gives_the_noise() -> None:
    frame = np.zeros(80, np.int16)
    jitter.Concealment(8000).conceal(frame)
    assert not frame.any()


def test_full_scale_does_not_wrap() -> None:
    signal = np.where(np.arange(800) % 64 < 32, 32767, -32768).astype(np.int16)
    concealment = jitter.Concealment(8000)
    concealment.observe(signal)
    frame = np.zeros(160, np.int16)
    concealment.conceal(frame)
    steps = np.abs(np.diff(frame.astype(int)))
    assert np.count_nonzero(steps > 40000) <= 6


def test_cross_fade_starts_with_the_tail_and_ends_with_the_frame() -> None:
    frame = np.full(100, 1000, np.int16)
    jitter.cross_fade(np.full(40, -1000, np.int16), frame)
    assert frame[0] < -900
    assert frame[39] > 900
    assert (np.diff(frame.astype(int)) >= 0).all()
    assert (frame[40:] == 1000).all()


def test_cross_fade_takes_a_frame_shorter_than_the_tail() -> None:
    frame = np.full(10, 1000, np.int16)
    jitter.cross_fade(np.full(40, -1000, np.int16), frame)
    assert frame[0] < -800
    assert frame[-1] > 800


def lasting(signal: NDArray[np.int16], rate_hz: int, seconds: float) -> NDArray[np.float64]:
    concealment = jitter.Concealment(rate_hz)
    concealment.observe(signal)
    frame = np.zeros(int(rate_hz * seconds), np.int16)
    concealment.conceal(frame)
    return frame.astype(np.float64)


def level_db(signal: NDArray[np.float64]) -> float:
    return float(10 * np.log10(np.mean(signal**2) + 1e-9))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_what_has_no_pitch_stays_without(rate_hz: int) -> None:
    signal = np.random.default_rng(5).normal(0, 2000, rate_hz // 2).astype(np.int16)
    frame = lasting(signal, rate_hz, 0.05)[: rate_hz // 50]
    assert level_db(frame) == pytest.approx(level_db(signal.astype(np.float64)), abs=3)
    correlation = np.correlate(frame, frame, "full")[len(frame) :] / (frame @ frame)
    assert np.abs(correlation[rate_hz // 400 :]).max() < 0.45


@pytest.mark.parametrize("rate_hz", [8000, 16000, 48000])
@pytest.mark.parametrize("formant_hz", [700, 1500, 3000])
def test_the_timbre_of_a_whisper_is_kept(rate_hz: int, formant_hz: float) -> None:
    pole = 0.98 * np.exp(2j * np.pi * formant_hz / rate_hz)
    signal, past = np.zeros(rate_hz // 2), [0.0, 0.0]
    for i, white in enumerate(np.random.default_rng(7).normal(0, 200, len(signal))):
        past = [white + 2 * pole.real * past[0] - abs(pole) ** 2 * past[1], past[0]]
        signal[i] = past[0]
    frame = lasting(signal.astype(np.int16), rate_hz, 0.06)
    spectrum = np.abs(np.fft.rfft(frame * np.hanning(len(frame)))) ** 2
    centre_hz = (spectrum @ np.fft.rfftfreq(len(frame), 1 / rate_hz)) / spectrum.sum()
    assert centre_hz == pytest.approx(formant_hz, rel=0.15)


def test_a_voice_that_falls_goes_on_to_fall() -> None:
    falling = (tone(8000, 800) * np.geomspace(10, 0.5, 800) / 10).astype(np.int16)
    steady = (tone(8000, 800) * 0.05).astype(np.int16)
    quarters = np.split(lasting(falling, 8000, 0.08), 4)
    kept = np.split(lasting(steady, 8000, 0.08), 4)
    assert level_db(quarters[0]) - level_db(quarters[1]) > 4
    assert level_db(kept[0]) - level_db(kept[1]) < 2
