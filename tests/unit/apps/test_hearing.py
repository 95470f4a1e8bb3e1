"""Finding voices in a mix."""

import numpy as np
import pytest

from mixminus.apps.audio_files import Samples
from mixminus.apps.hearing import HEARD, find_voice
from mixminus.apps.voices import read_clips

RATE_HZ = 8_000
LENGTH = 10 * RATE_HZ
TALKERS = 4


@pytest.fixture(scope="module")
def voices() -> list[Samples]:
    loop = np.concatenate(read_clips(None, RATE_HZ))
    return [np.roll(loop, -k * len(loop) // TALKERS)[:LENGTH] for k in range(TALKERS)]


def mix(voices: list[Samples], gains: list[float], delay_samples: int = 0) -> Samples:
    """Sum with gains and faint noise, late."""
    noise = np.random.default_rng(1).standard_normal(LENGTH) * 10
    total = sum((gain * voice for gain, voice in zip(gains, voices, strict=True)), noise)
    late = np.concatenate([np.zeros(delay_samples), total])[:LENGTH]
    samples: Samples = np.clip(np.rint(late), -32768, 32767).astype(np.int16)
    return samples


@pytest.mark.parametrize("own", range(TALKERS))
def test_others_are_heard_and_an_absent_voice_is_not(voices: list[Samples], own: int) -> None:
    heard = mix(voices, [float(k != own) for k in range(TALKERS)])
    found = [find_voice(voice, heard, RATE_HZ).strength >= HEARD for voice in voices]
    assert found == [k != own for k in range(TALKERS)]


@pytest.mark.parametrize("leak_db", [0, -10, -20])
def test_a_leak_of_the_own_voice_is_heard(voices: list[Samples], leak_db: float) -> None:
    heard = mix(voices, [10 ** (leak_db / 20), 1, 1, 1])
    assert find_voice(voices[0], heard, RATE_HZ).strength >= HEARD


@pytest.mark.parametrize("delay_ms", [0, 1, 20, 43, 400, 1400])
def test_delay_is_found_to_the_sample(voices: list[Samples], delay_ms: int) -> None:
    heard = mix(voices, [1, 1, 0, 0], delay_ms * RATE_HZ // 1000)
    assert find_voice(voices[0], heard, RATE_HZ).delay_ms == pytest.approx(delay_ms, abs=0.2)


def test_a_soft_voice_is_heard_through_a_limiter(voices: list[Samples]) -> None:
    loud = np.tanh(mix(voices, [0.3, 1, 1, 1]) / 4000.0) * 8000
    assert find_voice(voices[0], loud.astype(np.int16), RATE_HZ).strength >= HEARD


def test_silence_and_too_short_pieces_hold_no_voice(voices: list[Samples]) -> None:
    silence = np.zeros(LENGTH, np.int16)
    assert find_voice(voices[0], silence, RATE_HZ).strength < HEARD
    assert find_voice(silence, voices[0], RATE_HZ).strength == 0.0
    assert find_voice(voices[0][:RATE_HZ], voices[0][:RATE_HZ], RATE_HZ).strength == 0.0
