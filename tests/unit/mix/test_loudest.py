"""Which talkers have a place: level, hysteresis, hold, gate."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import Mixer

TICKS_PER_HOLD = 25  # of 20 ms


def noise(level_dbov: float, samples: int = 960, seed: int = 1) -> NDArray[np.int16]:
    wave = np.random.default_rng(seed).standard_normal(samples)
    rms = np.sqrt((wave**2).mean())
    scaled = wave / rms * 32768 * 10 ** (level_dbov / 20)
    return np.asarray(np.round(scaled), np.int16)


def conference(legs: int, loudest: int, frame_ms: int = 20, **more: Any) -> Mixer:
    mixer = Mixer(48000, frame_ms, legs, loudest, look_ahead_ms=0, **more)
    for _ in range(legs):
        mixer.add()
    return mixer


def run(mixer: Mixer, levels_dbov: list[float], ticks: int = 1) -> list[int]:
    """Return who is heard after `ticks` frames of these levels."""
    samples = mixer.frames.shape[1]
    for _ in range(ticks):
        for slot, level_dbov in enumerate(levels_dbov):
            mixer.frames[slot] = noise(level_dbov, samples, seed=slot)
        mixer.tick()
    return [int(slot) for slot in mixer.heard]


def test_the_loudest_are_in_the_mix() -> None:
    assert run(conference(5, 2), [-40, -20, -30, -25, -45]) == [1, 3]


def test_nobody_has_more_than_his_share_of_mixes() -> None:
    mixer = conference(162, 5)
    run(mixer, [-30.0] * 162)
    assert mixer.tick() == 6
    assert (mixer.mix_of == 0).sum() == 157


def test_ties_go_to_the_lower_slot() -> None:
    mixer = conference(4, 2)
    mixer.frames[:] = 1000
    mixer.tick()
    np.testing.assert_array_equal(mixer.heard, [0, 1])


def test_an_onset_is_heard_in_its_own_frame() -> None:
    mixer = conference(3, 1)
    run(mixer, [-30, -90, -90], TICKS_PER_HOLD)
    assert 1 in run(mixer, [-30, -20, -90])
    assert mixer.mixes[mixer.mix_of[2]].any()
    assert np.abs(mixer.mixes[mixer.mix_of[0]].astype(int)).max() > 1000


def test_silent_and_humming_legs_do_not_enter() -> None:
    assert run(conference(3, 2), [-61, -52, -127], 100) == []
    assert run(conference(3, 2), [-61, -48, -127]) == [1]


def test_noise_never_displaces_a_pausing_talker() -> None:
    mixer = conference(3, 1)
    run(mixer, [-26, -61, -61])
    assert run(mixer, [-90, -61, -61], 100) == [0]


def test_a_member_stays_until_a_louder_leg_needs_its_place() -> None:
    mixer = conference(3, 2)
    run(mixer, [-26, -26, -90])
    assert run(mixer, [-90, -26, -90], 100) == [0, 1]
    run(mixer, [-90, -26, -40])
    assert run(mixer, [-90, -26, -40]) == [1, 2]


@pytest.mark.parametrize(("louder_db", "heard"), [(2.8, [0]), (3.2, [1])])
def test_a_newcomer_must_be_3_db_louder(louder_db: float, heard: list[int]) -> None:
    mixer = conference(2, 1)
    run(mixer, [-30, -90], TICKS_PER_HOLD)
    assert run(mixer, [-30, -30 + louder_db], 10) == heard


@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
def test_a_place_is_held_for_half_a_second(frame_ms: int) -> None:
    mixer = conference(2, 1, frame_ms)
    held = -(-500 // frame_ms)
    run(mixer, [-30, -90])
    for tick in range(1, held):
        assert run(mixer, [-30, -10]) == [0], f"after {tick * frame_ms} ms"
    assert 1 in run(mixer, [-30, -10])


def test_a_gap_between_words_costs_nobody_the_place() -> None:
    mixer = conference(2, 1)
    run(mixer, [-26, -29], TICKS_PER_HOLD)
    assert run(mixer, [-90, -29], 10) == [0]


@pytest.mark.parametrize("act", ["mute", "listen", "leave", "turn down"])
def test_who_cannot_be_heard_gives_the_place_back_at_once(act: str) -> None:
    mixer = conference(2, 1)
    run(mixer, [-20, -40])
    {
        "mute": lambda: mixer.set_muted(0, True),
        "listen": lambda: mixer.set_role(0, "listener"),
        "leave": lambda: mixer.remove(0),
        "turn down": lambda: mixer.set_gain_db(0, -100.0),
    }[act]()
    assert 1 in run(mixer, [-20, -40])


def test_gain_counts_for_the_rank_but_not_for_the_gate() -> None:
    mixer = Mixer(capacity=3, loudest=1, look_ahead_ms=0)
    for gain_db in (0.0, 10.0, 20.0):
        mixer.add(gain_db=gain_db)
    assert run(mixer, [-30, -35, -55]) == [1]


def test_a_new_leg_does_not_inherit_the_level_of_its_slot() -> None:
    mixer = conference(2, 1)
    run(mixer, [-90, -10], TICKS_PER_HOLD)
    mixer.remove(1)
    mixer.add()
    assert run(mixer, [-90, -60], 5) == []


def test_a_swap_is_heard_on_both_sides_for_the_length_of_the_fade() -> None:
    mixer = conference(3, 1)
    run(mixer, [-30, -90, -90], TICKS_PER_HOLD)
    assert run(mixer, [-30, -10, -90]) == [0, 1]
    assert run(mixer, [-30, -10, -90]) == [1]


def test_the_remaining_voice_is_exact_when_all_fades_are_over() -> None:
    mixer = conference(20, 5)
    run(mixer, [-60.0] * 10 + [-30.0] * 10, 3)
    heard = mixer.heard
    np.testing.assert_array_equal(mixer.mixes[0], mixer.frames[heard].sum(axis=0, dtype=np.int64))
    assert len(heard) == 5


@pytest.mark.parametrize("idle_ms", [0, 1000, 3000])
def test_a_silent_member_gives_its_place_back(idle_ms: int) -> None:
    mixer = conference(2, 2, idle_ms=idle_ms)
    run(mixer, [-30, -30])
    decay_ticks = 69  # from -30 to below the gate of -50 dBov at 14.5 dB/s
    assert run(mixer, [-30, -127], decay_ticks - 1 + idle_ms // 20) == [0, 1]
    assert run(mixer, [-30, -127], 3) == [0]
    assert mixer.mix_of[1] == 0


def test_a_humming_hall_is_not_heard_while_it_says_nothing() -> None:
    mixer = conference(2, 2, idle_ms=400)
    mixer.set_voice(1, False)
    assert run(mixer, [-30, -30], 10) == [0]
    mixer.set_voice(1, True)
    assert run(mixer, [-30, -30]) == [0, 1]
    mixer.set_voice(1, False)
    assert run(mixer, [-30, -30], 19) == [0, 1]
    assert run(mixer, [-30, -30], 2) == [0]


def test_a_chair_takes_a_place_at_once_and_is_not_talked_down() -> None:
    mixer = conference(3, 1)
    run(mixer, [-20, -90, -90])
    mixer.set_priority(1, 1)
    assert 1 in run(mixer, [-20, -40, -90])
    assert run(mixer, [-20, -40, -10], 100) == [1]


def test_rooms_have_places_of_their_own() -> None:
    mixer = Mixer(capacity=6, loudest=1, look_ahead_ms=0)
    for room in (0, 0, 0, 1, 1, 1):
        mixer.add(speaks_to=room, hears=room)
    assert run(mixer, [-20, -30, -40, -45, -35, -30]) == [0, 5]


def test_announcements_need_no_place() -> None:
    mixer = Mixer(capacity=3, loudest=1, look_ahead_ms=0)
    mixer.add()
    mixer.add("announcer")
    assert run(mixer, [-20, -30]) == [0, 1]
    assert mixer.mix_of.tolist() == [1, -1, -1]
    np.testing.assert_array_equal(mixer.mixes[1], mixer.frames[1])


@pytest.mark.parametrize(("gate_dbov", "heard"), [(-41.0, [0]), (-39.0, [])])
def test_the_gate_is_a_setting(gate_dbov: float, heard: list[int]) -> None:
    assert run(conference(2, 1, gate_dbov=gate_dbov), [-40, -90]) == heard
