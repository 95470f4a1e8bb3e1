"""VoiceActivity: level, noise floor and probability of speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import VoiceActivity
from tests.reference.voice_activity import VoiceActivity as Reference
from tests.support.cascade import voice

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


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("frame_ms", [10, 20])
def test_it_follows_its_rules(rate_hz: int, frame_ms: int) -> None:
    random = np.random.default_rng(rate_hz + frame_ms)
    spoken = voice(4.0, seed=frame_ms).astype(np.float64)
    times = np.arange(int(4.0 * rate_hz)) / rate_hz
    wave = np.interp(times, np.arange(len(spoken)) / 48_000, spoken)
    wave[:rate_hz] *= 0.02
    wave += random.standard_normal(len(wave)) * np.where(times > 2.5, 300, 20)
    samples = rate_hz * frame_ms // 1000
    frames = wave.clip(-32768, 32767).astype(np.int16)[: len(wave) // samples * samples]
    ours, reference = VoiceActivity(rate_hz, frame_ms), Reference(rate_hz, frame_ms)
    rows = [(ours.update(frame), reference.update(frame)) for frame in frames.reshape(-1, samples)]
    said, expected = (np.array([row[which] for row in rows]) for which in (0, 1))
    np.testing.assert_allclose(said, expected, atol=1e-3)
    assert said[:, 2].max() > 0.9
