"""The limiter of each mix: its ceiling, its gain, and how it lets go."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import Mixer
from tests.reference.limiter import CEILING, Limiter

FORMATS = [(48000, 20), (48000, 10), (44100, 10), (16000, 20), (8000, 60)]
every_format = pytest.mark.parametrize(("rate", "frame_ms"), FORMATS)
every_look_ahead = pytest.mark.parametrize("look_ahead_ms", [0, 5, 10])


def limited(
    talkers: NDArray[np.int16], rate: int = 48000, frame_ms: int = 20, look_ahead_ms: int = 5
) -> NDArray[np.int16]:
    """Return what a listener hears, without the delay."""
    mixer = Mixer(rate, frame_ms, len(talkers) + 1, look_ahead_ms=look_ahead_ms)
    for _ in talkers:
        mixer.add()
    listener = mixer.add("listener")
    heard = []
    for frame in np.split(talkers, talkers.shape[1] // mixer.frames.shape[1], axis=1):
        mixer.frames[:-1] = frame
        mixer.tick()
        heard.append(mixer.mixes[mixer.mix_of[listener]].copy())
    return np.concatenate(heard)[mixer.delay_samples :]


def gain_of(heard: NDArray[np.int16], talkers: NDArray[np.int16]) -> NDArray[np.float64]:
    """Return the gain where there is enough to tell."""
    total = talkers.sum(axis=0, dtype=np.int64)[: len(heard)]
    is_loud = np.abs(total) > 3000
    return np.asarray(heard[is_loud] / total[is_loud])


def bursts(talkers: int, samples: int, seed: int = 3) -> NDArray[np.int16]:
    """Return noise whose level jumps up and down."""
    random = np.random.default_rng(seed)
    levels = np.exp2(random.uniform(4, 15, (talkers, samples // 400 + 1))).repeat(400, axis=1)
    noise = random.uniform(-1, 1, (talkers, samples)) * levels[:, :samples]
    return noise.astype(np.int16)


@every_format
@every_look_ahead
def test_every_bit_is_the_reference_s(rate: int, frame_ms: int, look_ahead_ms: int) -> None:
    frame = rate * frame_ms // 1000
    talkers = bursts(5, frame * (4000 // frame_ms))
    reference = Limiter(rate, frame, look_ahead_ms)
    total = talkers.sum(axis=0, dtype=np.int64)
    expected = np.concatenate([reference.process(part) for part in total.reshape(-1, frame)])
    heard = limited(talkers, rate, frame_ms, look_ahead_ms)
    np.testing.assert_array_equal(heard, expected[len(expected) - len(heard) :])


@every_format
@every_look_ahead
@pytest.mark.parametrize("talkers", [2, 8, 200])
def test_nothing_is_above_the_ceiling(
    rate: int, frame_ms: int, look_ahead_ms: int, talkers: int
) -> None:
    spoken = bursts(talkers, rate * 6 // 5, seed=talkers)
    spoken[:, rate // 2 :: 997] = -32768
    peak = np.abs(limited(spoken, rate, frame_ms, look_ahead_ms).astype(int)).max()
    assert 0.9 * CEILING < peak <= CEILING


@pytest.mark.parametrize("look_ahead_ms", [5, 10])
def test_the_gain_is_continuous(look_ahead_ms: int) -> None:
    tone = 16000 * np.sin(2 * np.pi * 997 * np.arange(96000) / 48000)
    talkers = np.stack([tone, tone * (np.arange(96000) > 40123)]).astype(np.int16)
    gain_db = 20 * np.log10(gain_of(limited(talkers, look_ahead_ms=look_ahead_ms), talkers))
    assert gain_db.min() == pytest.approx(-0.8, abs=0.1)
    assert np.abs(np.diff(gain_db)).max() < 0.05


def test_without_look_ahead_it_jumps_only_at_the_border_of_a_frame() -> None:
    talkers = np.full((2, 9600), 12000, np.int16)
    talkers[:, 4810:] = 30000
    gain = gain_of(limited(talkers, look_ahead_ms=0), talkers)
    steps = np.abs(np.diff(gain))
    assert steps.argmax() + 1 == 4800
    steps[4799] = 0
    assert steps.max() < 1e-3


@every_look_ahead
def test_a_lone_peak_is_over_within_a_second(look_ahead_ms: int) -> None:
    talkers = np.full((2, 48000 * 4), 5000, np.int16)
    talkers[:, 48000 : 48000 + 4800] = 32767
    heard = limited(talkers, look_ahead_ms=look_ahead_ms)
    second_after = 48000 + 4800 + 48000
    assert gain_of(heard, talkers).min() == pytest.approx(CEILING / 65534, abs=0.001)
    assert heard[second_after] > 10000 * 10 ** (-1 / 20)
    np.testing.assert_array_equal(heard[-4800:], 10000)


def test_after_minutes_of_overload_it_lets_go_within_seconds() -> None:
    talkers = np.full((2, 48000 * 40), 2000, np.int16)
    talkers[:, : 48000 * 20] = 32767
    heard = limited(talkers)
    assert heard[48000 * 25] > 4000 * 10 ** (-1 / 20)
    np.testing.assert_array_equal(heard[-4800:], 4000)


def test_dense_peaks_are_heard_at_a_steady_level() -> None:
    spoken = bursts(8, 48000 * 8)
    gain_db = 20 * np.log10(gain_of(limited(spoken), spoken)[48000 * 4 :])
    assert gain_db.max() - gain_db.min() < 2
    assert gain_db.max() < -6


def spectrum_ratio_db(heard: NDArray[np.int16], tones_hz: tuple[int, ...]) -> float:
    """Return what is beside the tones, against them; one second, 1 Hz per bin."""
    power = np.abs(np.fft.rfft(heard[24000:72000] * np.hanning(48000))) ** 2
    is_tone = np.zeros(len(power), bool)
    for tone_hz in tones_hz:
        is_tone[tone_hz - 3 : tone_hz + 4] = True
    power[:20] = 0
    return float(10 * np.log10(power[~is_tone].sum() / power[is_tone].sum()))


@every_look_ahead
@pytest.mark.parametrize(
    ("tones_hz", "level", "limit_db"), [((997,), 0.25, -85), ((1000, 1300), 0.5, -80)]
)
def test_loud_tones_stay_clean(
    look_ahead_ms: int, tones_hz: tuple[int, ...], level: float, limit_db: float
) -> None:
    time_s = np.arange(96000) / 48000
    waves = [np.sin(2 * np.pi * tone * time_s) * level * 32767 for tone in tones_hz]
    talkers = np.array(waves * (8 // len(waves))).round().astype(np.int16)
    assert spectrum_ratio_db(limited(talkers, look_ahead_ms=look_ahead_ms), tones_hz) < limit_db


def test_one_leg_stuck_at_full_scale_leaves_the_others_audible() -> None:
    time_s = np.arange(48000 * 4) / 48000
    voice = (8000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)
    stuck = np.full_like(voice, 32767)
    heard = limited(np.stack([voice, stuck])).astype(float)[96000:]
    tone = np.abs(np.fft.rfft(heard[:48000]))[440] / 24000
    assert 5000 < tone < 8000
    assert np.abs(heard).max() <= CEILING
