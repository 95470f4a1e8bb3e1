"""ActiveSpeaker: the floor goes to who speaks, and to nothing else."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import ActiveSpeaker, VoiceActivity
from tests.reference.speaker import ActiveSpeaker as Reference

RATE_HZ = 16000
FRAME = RATE_HZ // 50
Wave = NDArray[np.float64]


def voice(seconds: float, pitch_hz: float = 120.0, seed: int = 1) -> Wave:
    """Return a buzz with moving pitch in syllables of 150 ms with gaps of 50 ms: what a throat does."""
    random = np.random.default_rng(seed)
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time_s))) / RATE_HZ
    buzz = sum(np.sin(phase * n + random.uniform(0, 6)) / n for n in range(1, 12))
    return np.asarray(buzz * (time_s % 0.2 < 0.15) * 4000)


def noise(seconds: float, rms: float, seed: int = 2) -> Wave:
    return np.random.default_rng(seed).standard_normal(int(seconds * RATE_HZ)) * rms


def cough(seconds: float) -> Wave:
    """Return bursts of noise of 200 ms, every 400 ms."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return noise(seconds, 8000) * np.exp(-(time_s % 0.4) * 20)


def clicks(seconds: float) -> Wave:
    wave = np.zeros(int(seconds * RATE_HZ))
    for at in range(0, len(wave) - 800, 2400):
        wave[at : at + 60] = noise(60 / RATE_HZ, 9000, seed=at)
    return wave


def slam(seconds: float) -> Wave:
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    low = np.convolve(noise(seconds, 60000), np.ones(40) / 40, "same")
    return np.asarray(low * np.exp(-(time_s % 1.0) * 16))


def hum(seconds: float) -> Wave:
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(3000 * np.sin(2 * np.pi * 100 * time_s) + noise(seconds, 100))


def run(speaker: ActiveSpeaker, *legs: Wave) -> list[int]:
    """Return who had the floor in each frame."""
    length = max(map(len, legs))
    waves = np.stack([np.pad(leg, (0, length - len(leg))) for leg in legs])
    waves += np.random.default_rng(9).standard_normal(waves.shape) * 10
    frames = waves.clip(-32768, 32767).astype(np.int16)
    return [
        speaker.update(frames[:, at : at + FRAME]) for at in range(0, length - FRAME + 1, FRAME)
    ]


def silence(seconds: float) -> Wave:
    return np.zeros(int(seconds * RATE_HZ))


def after(seconds: float, wave: Wave) -> Wave:
    return np.concatenate([silence(seconds), wave])


def test_nobody_has_the_floor_until_somebody_speaks() -> None:
    speaker = ActiveSpeaker(capacity=3)
    assert set(run(speaker, silence(1), silence(1))) == {-1}
    assert speaker.ranking == []
    assert speaker.confidence == 0


@pytest.mark.parametrize("pitch_hz", [90.0, 150.0, 240.0, 330.0])
def test_who_speaks_gets_it_within_300_ms(pitch_hz: float) -> None:
    floor = run(ActiveSpeaker(capacity=2), silence(2.5), after(1, voice(1.5, pitch_hz)))
    assert floor[: 50 + 2] == [-1] * 52
    assert floor.index(1) <= 50 + 15


@pytest.mark.parametrize("disturb", [cough, clicks, slam, hum, lambda s: noise(s, 3000)])
def test_noise_never_takes_it(disturb: Any) -> None:
    floor = run(ActiveSpeaker(capacity=2), voice(6), after(2, disturb(8)))
    assert set(floor[20:]) == {0}
    assert set(run(ActiveSpeaker(capacity=2), silence(4), disturb(4))) == {-1}


def test_a_new_turn_is_seen_within_300_ms() -> None:
    floor = run(ActiveSpeaker(capacity=2), voice(3), after(3.4, voice(2, 200)))
    assert floor[165] == 0
    assert 170 <= floor.index(1) <= 170 + 15


def test_a_nod_does_not_take_it() -> None:
    floor = run(ActiveSpeaker(capacity=2), voice(6), after(2.03, voice(0.6, 200)))
    assert set(floor[20:]) == {0}


def test_who_goes_on_talking_over_the_holder_gets_it_when_he_stops() -> None:
    floor = run(ActiveSpeaker(capacity=2), voice(4), after(3.5, voice(3, 200)))
    assert floor[190] == 0
    assert floor.index(1) <= 200 + 20


def test_the_chair_decides_until_he_lets_go() -> None:
    speaker = ActiveSpeaker(capacity=3)
    speaker.set_floor(2)
    assert set(run(speaker, voice(3), silence(3))) == {2}
    assert speaker.ranking[0] == 2
    speaker.clear_floor()
    assert run(speaker, voice(2), silence(2))[-1] == 0


def test_the_floor_is_held_for_the_minimum() -> None:
    speaker = ActiveSpeaker(capacity=2, min_hold_ms=5000)
    floor = run(speaker, voice(1), after(1.5, voice(8, 200)))
    taken = floor.index(0)
    assert 250 <= floor.index(1) - taken <= 251


def test_levels_of_another_bridge_count_as_speech() -> None:
    speaker = ActiveSpeaker(capacity=4)
    frames = np.zeros((2, FRAME), np.int16)
    for _ in range(20):
        speaker.set_remote(3, -25.0, is_voice=True)
        speaker.set_remote(2, -10.0, is_voice=False)
        speaker.update(frames)
    assert speaker.dominant == 3
    assert speaker.ranking == [3]
    assert speaker.confidence == 1.0


def test_nonsense_from_another_bridge_is_silence() -> None:
    speaker = ActiveSpeaker(capacity=2)
    frames = np.zeros((1, FRAME), np.int16)
    for level in (float("nan"), float("inf"), float("-inf")) * 20:
        speaker.set_remote(1, level)
        assert speaker.update(frames) == -1


def test_the_ranking_follows_the_talking() -> None:
    speaker = ActiveSpeaker(capacity=3)
    run(speaker, voice(1), after(1, voice(1.5, 200)), after(2.8, voice(2, 160)))
    assert speaker.ranking[0] == 2
    assert speaker.ranking == [2, 1, 0]
    assert 0.5 < speaker.confidence <= 1


def test_a_reset_slot_is_nobody() -> None:
    speaker = ActiveSpeaker(capacity=2)
    assert run(speaker, voice(1), silence(1))[-1] == 0
    speaker.reset(0)
    assert speaker.dominant == -1
    assert speaker.ranking == []


@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
def test_any_rate_and_frame(rate_hz: int, frame_ms: int) -> None:
    samples = rate_hz * frame_ms // 1000
    time = np.arange(rate_hz * 2) * RATE_HZ / rate_hz
    wave = np.interp(time, np.arange(RATE_HZ * 2), voice(2)).astype(np.int16)
    speaker = ActiveSpeaker(capacity=2, frame_ms=frame_ms)
    frames = np.zeros((2, samples), np.int16)
    for at in range(0, len(wave) - samples, samples):
        frames[1] = wave[at : at + samples]
        speaker.update(frames)
    assert speaker.dominant == 1


def test_stuck_and_offset_legs_do_not_take_it() -> None:
    stuck, offset = np.full(RATE_HZ * 3, 32767.0), np.full(RATE_HZ * 3, -9000.0)
    assert set(run(ActiveSpeaker(capacity=2), stuck, offset)) == {-1}


@pytest.mark.parametrize(
    "bad", [{"capacity": 0}, {"capacity": 4097}, {"frame_ms": 30}, {"min_hold_ms": -1}]
)
def test_parameters_out_of_range_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(mixminus.OutOfRangeError, match="capacity must be in"):
        ActiveSpeaker(**bad)


def test_wrong_frames_are_refused() -> None:
    speaker = ActiveSpeaker(capacity=2)
    for bad in (
        np.zeros((3, 320), np.int16),
        np.zeros(320, np.int16),
        np.zeros((2, 100), np.int16),
    ):
        with pytest.raises(mixminus.ShapeMismatchError):
            speaker.update(bad)
    with pytest.raises(TypeError, match="int16"):
        speaker.update(np.zeros((2, 320), np.float32))
    with pytest.raises(TypeError, match="side by side"):
        speaker.update(np.zeros((2, 640), np.int16)[:, ::2])
    speaker.update(np.zeros((2, 320), np.int16))
    with pytest.raises(mixminus.ShapeMismatchError, match="as before"):
        speaker.update(np.zeros((2, 960), np.int16))


@pytest.mark.parametrize("slot", [-1, 2])
def test_unknown_slots_are_refused(slot: int) -> None:
    speaker = ActiveSpeaker(capacity=2)
    for call in (speaker.set_floor, speaker.reset, lambda s: speaker.set_remote(s, -20.0)):
        with pytest.raises(mixminus.UnknownLegError):
            call(slot)


@pytest.mark.parametrize("seed", range(4))
def test_it_follows_its_rules(seed: int) -> None:
    """Four legs talk, cough and fall silent as they like: the floor goes over when the rules say so."""
    random = np.random.default_rng(seed)
    legs = []
    for leg in range(4):
        sounds = [voice(20, 90 + 40 * leg, leg), noise(20, 20), cough(20), clicks(20), hum(20)]
        chosen = np.repeat(random.choice(5, 40, p=[0.4, 0.3, 0.1, 0.1, 0.1]), RATE_HZ // 2)
        legs.append(np.choose(chosen, sounds))
    frames = np.stack(legs).clip(-32768, 32767).astype(np.int16)
    speaker, reference = (
        ActiveSpeaker(capacity=4, min_hold_ms=100 * seed),
        Reference(4, 20.0, 100.0 * seed),
    )
    activities = [VoiceActivity(RATE_HZ, 20) for _ in legs]
    said, expected = [], []
    for start in range(0, frames.shape[1] - FRAME + 1, FRAME):
        part = np.ascontiguousarray(frames[:, start : start + FRAME])
        said.append(speaker.update(part))
        heard = [activity.update(row) for activity, row in zip(activities, part, strict=True)]
        expected.append(reference.update(heard))
    assert said == expected
    assert len(set(said)) > 2
