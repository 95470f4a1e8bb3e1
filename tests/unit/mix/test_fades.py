"""Nothing that changes what is heard makes a click: 20 ms of raised cosine."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import Mixer

RATE_HZ = 48000
TALKER, LISTENER = 0, 1
Change = Callable[[Mixer], object]
CHANGES: dict[str, tuple[Change, Change]] = {  # and back
    "gain": (
        lambda mixer: mixer.set_gain_db(TALKER, -6.0),
        lambda mixer: mixer.set_gain_db(TALKER, 0.0),
    ),
    "mute": (
        lambda mixer: mixer.set_muted(TALKER, True),
        lambda mixer: mixer.set_muted(TALKER, False),
    ),
    "role": (
        lambda mixer: mixer.set_role(TALKER, "tap"),
        lambda mixer: mixer.set_role(TALKER, "talker"),
    ),
    "groups heard": (
        lambda mixer: mixer.set_hears(LISTENER, 1),
        lambda mixer: mixer.set_hears(LISTENER, 0),
    ),
    "exception": (
        lambda mixer: mixer.set_exception(LISTENER, TALKER, -100.0),
        lambda mixer: mixer.clear_exception(LISTENER, TALKER),
    ),
    "voice lost": (
        lambda mixer: mixer.set_voice(TALKER, False),
        lambda mixer: mixer.set_voice(TALKER, True),
    ),
    "leave": (lambda mixer: mixer.remove(TALKER), lambda mixer: mixer.add()),
}


def tone(samples: int, phase: float = 0.7, frequency_hz: float = 1000.0) -> NDArray[np.int16]:
    """Return -20 dBFS."""
    time_s = np.arange(samples) / RATE_HZ
    wave = 3276.8 * np.sin(2 * np.pi * frequency_hz * time_s + phase)
    return np.round(wave).astype(np.int16)


def listen(
    changes: dict[int, Change], frame_ms: int, spoken: NDArray[np.int16]
) -> NDArray[np.int16]:
    """Return what the listener hears when each change comes before its frame."""
    mixer = Mixer(RATE_HZ, frame_ms, 3, loudest=1, look_ahead_ms=0, idle_ms=0)
    mixer.add()
    mixer.add("listener")
    heard = []
    for tick, frame in enumerate(spoken.reshape(-1, mixer.frames.shape[1])):
        if tick in changes:
            changes[tick](mixer)
        if mixer.mix_of[TALKER] >= 0:
            mixer.frames[TALKER] = frame
        mixer.tick()
        heard.append(mixer.mixes[mixer.mix_of[LISTENER]].copy())
    return np.concatenate(heard)


def splatter_dbc(heard: NDArray[np.int16], change_at: int, spoken: NDArray[np.int16]) -> float:
    """Return the energy outside 800..1200 Hz in the 40 ms around the change, against the tone's."""
    window = np.hanning(1920)
    power = np.abs(np.fft.rfft(heard[change_at - 480 :][:1920] * window, RATE_HZ)) ** 2
    tone_power = (np.abs(np.fft.rfft(spoken[:1920] * window, RATE_HZ)) ** 2).sum()
    power[800:1200] = 0
    return float(10 * np.log10(power.sum() / tone_power))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
def test_changes_splatter_less_than_60_dbc(change: str, frame_ms: int) -> None:
    there, back = CHANGES[change]
    spoken = tone(RATE_HZ * 48 // 100)
    heard = listen({2: there, 5: back}, frame_ms, spoken)
    frame = frame_ms * RATE_HZ // 1000
    np.testing.assert_array_equal(heard[: 2 * frame], spoken[: 2 * frame])
    assert splatter_dbc(heard, 2 * frame, spoken) < -60
    assert splatter_dbc(heard, 5 * frame, spoken) < -60
    np.testing.assert_array_equal(heard[7 * frame :], spoken[7 * frame :])


def test_speaking_to_others_fades_out_here_and_then_in_there() -> None:
    spoken = tone(RATE_HZ * 32 // 100)
    there: Change = lambda mixer: mixer.set_speaks_to(TALKER, 1)
    back: Change = lambda mixer: mixer.set_speaks_to(TALKER, 0)
    here = listen({2: there, 8: back}, 20, spoken)
    follow: Change = lambda mixer: mixer.set_hears(LISTENER, 1)
    over_there = listen({0: follow, 2: there, 8: back}, 20, spoken)
    assert splatter_dbc(here, 2 * 960, spoken) < -60
    assert splatter_dbc(over_there, 3 * 960, spoken) < -60
    assert splatter_dbc(over_there, 8 * 960, spoken) < -60
    assert splatter_dbc(here, 9 * 960, spoken) < -60
    assert not here[3 * 960 : 9 * 960].any()
    np.testing.assert_array_equal(over_there[4 * 960 : 8 * 960], spoken[4 * 960 : 8 * 960])
    assert not over_there[9 * 960 :].any()
    np.testing.assert_array_equal(here[10 * 960 :], spoken[10 * 960 :])


@pytest.mark.parametrize("frequency_hz", [130.0, 417.3, 1000.0])
@pytest.mark.parametrize("phase", np.arange(4) * np.pi / 4)
def test_leaving_goes_on_with_the_voice_it_had(frequency_hz: float, phase: float) -> None:
    spoken = tone(RATE_HZ * 12 // 100, phase, frequency_hz)
    heard = listen({2: CHANGES["leave"][0]}, 20, spoken)
    steepest = np.abs(np.diff(spoken.astype(int))).max()
    assert np.abs(np.diff(heard.astype(int))).max() < 1.6 * steepest
    assert not heard[3 * 960 :].any()


@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
def test_a_fade_takes_20_ms_whatever_the_frame(frame_ms: int) -> None:
    spoken = np.full(RATE_HZ * 24 // 100, 10000, np.int16)
    heard = listen({2: CHANGES["mute"][0]}, frame_ms, spoken)
    at = 2 * frame_ms * RATE_HZ // 1000
    assert heard[at + 480] == pytest.approx(5000, abs=20)
    assert (np.diff(heard[at : at + 960].astype(int)) <= 0).all()
    assert not heard[at + 960 :].any()


def half_faded_out() -> tuple[Mixer, int]:
    """Return a mixer between the two frames of a fade from 10000, and the last sample heard."""
    mixer = Mixer(frame_ms=10, capacity=2, look_ahead_ms=0)
    mixer.add()
    mixer.add("listener")
    mixer.frames[0] = 10000
    mixer.tick()
    mixer.set_muted(0, True)
    mixer.tick()
    return mixer, int(mixer.mixes[0, -1])


def test_a_change_during_a_fade_goes_on_from_there() -> None:
    mixer, half_way = half_faded_out()
    assert half_way == pytest.approx(5000, abs=20)
    mixer.set_muted(0, False)
    mixer.tick()
    assert mixer.mixes[0, 0] == pytest.approx(half_way, abs=2)
    assert (np.diff(mixer.mixes[0].astype(int)) >= 0).all()


def test_who_leaves_while_he_fades_out_goes_on_from_there() -> None:
    mixer, half_way = half_faded_out()
    mixer.remove(0)
    mixer.tick()
    assert mixer.mixes[0, 0] == pytest.approx(half_way, abs=20)
    assert (np.diff(mixer.mixes[0].astype(int)) <= 0).all()
    assert mixer.mixes[0, -1] == pytest.approx(0, abs=1)
    mixer.tick()
    assert not mixer.mixes[0].any()


def test_legs_that_are_there_before_the_first_tick_start_at_once() -> None:
    spoken = tone(4800)
    np.testing.assert_array_equal(listen({}, 20, spoken), spoken)


def test_nobody_hears_himself_while_he_fades_out() -> None:
    mixer = Mixer(frame_ms=10, capacity=2, look_ahead_ms=0)
    mixer.add()
    mixer.add()
    mixer.frames[:] = [[1000], [0]]
    mixer.tick()
    mixer.set_muted(0, True)
    counts = []
    for _ in range(3):
        counts.append(mixer.tick())
        assert not mixer.mixes[mixer.mix_of[0]].any()
    assert counts == [3, 3, 2]


def test_a_leaving_leg_is_heard_by_all_who_stay() -> None:
    mixer = Mixer(capacity=3, look_ahead_ms=0)
    for _ in range(3):
        mixer.add()
    mixer.frames[:] = [[1000], [20], [3]]
    mixer.tick()
    mixer.remove(0)
    mixer.tick()
    assert mixer.mixes[mixer.mix_of[[1, 2]], 0].tolist() == [1003, 1020]
    assert mixer.mixes[mixer.mix_of[[1, 2]], -1].tolist() == [3, 20]
