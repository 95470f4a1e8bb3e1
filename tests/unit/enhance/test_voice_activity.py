"""VoiceActivity: level, noise floor and probability of speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import VoiceActivity

RATE_HZ = 48000
FRAME = 960


def tone(seconds: float, frequency_hz: float, amplitude: float) -> NDArray[np.float64]:
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return amplitude * np.sin(2 * np.pi * frequency_hz * time_s)


def run(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return level, noise and probability of each frame."""
    activity = VoiceActivity(RATE_HZ, 20)
    frames = wave.clip(-32768, 32767).astype(np.int16)[: len(wave) // FRAME * FRAME]
    return np.array([activity.update(frame) for frame in frames.reshape(-1, FRAME)])


def test_levels_are_rms_in_dbov() -> None:
    levels = run(tone(1, 1000, 32767 / 10))[:, 0]
    np.testing.assert_allclose(levels, -23.01, atol=0.01)


def test_a_buzz_in_syllables_is_speech_and_noise_is_not() -> None:
    random = np.random.default_rng(1)
    time_s = np.arange(RATE_HZ * 3) / RATE_HZ
    rhythm = time_s % 0.25 < 0.18
    buzz = sum(tone(3, 130 * n, 3000 / n) for n in range(1, 10)) * rhythm
    hiss = random.standard_normal(len(time_s)) * 3000 * rhythm
    faint = random.standard_normal(len(time_s)) * 10
    assert run(buzz + faint)[:, 2].mean() > 0.5
    assert run(hiss + faint)[:, 2].mean() < 0.02


def test_a_steady_sound_becomes_the_noise_floor_within_two_seconds() -> None:
    silence = np.zeros(RATE_HZ)
    rows = run(np.concatenate([silence, tone(4, 100, 3000)]))
    level = rows[-1, 0]
    assert rows[150:, 1] == pytest.approx(level, abs=1)
    assert rows[150:, 2].max() == 0


def test_the_floor_falls_at_once_and_rises_by_3_db_per_s() -> None:
    random = np.random.default_rng(1)
    gains = np.repeat([1000.0, 30.0], RATE_HZ * 2)
    rows = run(random.standard_normal(len(gains)) * gains)
    assert rows[105, 1] == pytest.approx(rows[105, 0], abs=2)
    waves = (
        random.standard_normal(RATE_HZ * 4)
        * np.tile(np.repeat([30.0, 3000.0], FRAME * 5), 21)[: RATE_HZ * 4]
    )
    assert run(waves)[:, 1].max() < rows[190, 0] + 2


@pytest.mark.parametrize(
    ("rate_hz", "frame_ms"), [(7999, 20), (48001, 20), (16000, 30), (11025, 10)]
)
def test_parameters_out_of_range_are_refused(rate_hz: int, frame_ms: int) -> None:
    with pytest.raises(mixminus.OutOfRangeError, match="sample_rate_hz"):
        VoiceActivity(rate_hz, frame_ms)


def test_wrong_frames_are_refused() -> None:
    activity = VoiceActivity(16000, 20)
    with pytest.raises(mixminus.ShapeMismatchError, match="320"):
        activity.update(np.zeros(160, np.int16))
    with pytest.raises(TypeError, match="int16"):
        activity.update(np.zeros(320, np.int32))
