"""The clips that come with the package."""

from pathlib import Path

import numpy as np
import pytest

from mixminus.apps.audio_files import find_audio, read_audio
from mixminus.apps.voices import OWN_SPEECH, read_clips, room_noise
from mixminus.speech.make_clips import CLIPS, active_level_dbov

PATHS = find_audio(OWN_SPEECH)


def test_every_clip_of_the_script_is_there_and_no_other() -> None:
    assert [path.stem for path in PATHS] == sorted(clip.name for clip in CLIPS)


def test_all_of_them_are_small() -> None:
    assert sum(path.stat().st_size for path in PATHS) < 500_000


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_clip_has_the_level_of_telephony_tests_and_does_not_clip(path: Path) -> None:
    samples = read_audio(path, 48_000)
    assert 5 <= len(samples) / 48_000 <= 10
    assert active_level_dbov(samples) == pytest.approx(-26, abs=1.0)
    assert np.abs(samples.astype(int)).max() < 0.7 * 32768


def test_clips_come_in_any_rate() -> None:
    lengths = {
        rate_hz: sum(map(len, read_clips(None, rate_hz))) / rate_hz for rate_hz in (8000, 48000)
    }
    assert lengths[8000] == pytest.approx(lengths[48000], rel=0.001)


def test_room_noise_has_its_level_and_falls_with_frequency() -> None:
    noise = room_noise(4.0, -50.0, 16_000, seed=1)
    assert 10 * np.log10(np.mean((noise / 32768) ** 2)) == pytest.approx(-50, abs=0.1)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    assert spectrum[: len(spectrum) // 8].mean() > 10 * spectrum[len(spectrum) // 2 :].mean()


def test_room_noise_is_that_of_its_seed() -> None:
    first, again, other = (room_noise(1.0, -60.0, 8_000, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
