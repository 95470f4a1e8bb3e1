"""Mixer: who hears what, roles, slots, views and errors."""

import gc
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import Mixer
from tests.reference import mix as reference

Role = Literal["talker", "listener", "tap"]


def speech(legs: int, samples: int, peak: int = 32767, seed: int = 1) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-peak - 1, peak + 1, (legs, samples), np.int16)


def filled(roles: list[Role], **config: int) -> Mixer:
    mixer = Mixer(**{"capacity": len(roles)} | config)
    for role in roles:
        mixer.add(role)
    return mixer


def heard_by(mixer: Mixer, slot: int) -> NDArray[np.int16]:
    mix: NDArray[np.int16] = mixer.mixes[mixer.mix_of[slot]]
    return mix


@pytest.mark.parametrize("legs", [1, 2, 3, 16, 162])
@pytest.mark.parametrize(("rate", "frame_ms"), [(8000, 10), (44100, 20), (48000, 20), (48000, 60)])
def test_each_talker_hears_the_saturated_sum_of_the_others(
    legs: int, rate: int, frame_ms: int
) -> None:
    mixer = filled(["talker"] * legs, sample_rate_hz=rate, frame_ms=frame_ms)
    mixer.frames[:] = speech(legs, rate * frame_ms // 1000)
    assert mixer.tick() == legs + 1
    total = mixer.frames.sum(axis=0, dtype=np.int64)
    np.testing.assert_array_equal(mixer.mixes[0], reference.saturate(total))
    np.testing.assert_array_equal(
        mixer.mixes[mixer.mix_of], reference.saturate(total - mixer.frames)
    )


@pytest.mark.parametrize("level", [-32768, 32767])
@pytest.mark.parametrize("gain_db", [0.0, 20.0])
def test_loud_sums_saturate_and_do_not_wrap(level: int, gain_db: float) -> None:
    mixer = Mixer(sample_rate_hz=8000, frame_ms=10, capacity=4096)
    for _ in range(4096):
        mixer.add(gain_db=gain_db)
    mixer.frames[:] = level
    mixer.tick()
    assert (mixer.mixes == level).all()


def test_all_who_are_not_heard_share_mix_0() -> None:
    mixer = filled(["talker", "listener", "tap", "talker", "talker"])
    mixer.set_muted(4, True)
    mixer.frames[:] = [[1], [10], [100], [1000], [10000]]
    assert mixer.tick() == 3
    np.testing.assert_array_equal(mixer.mix_of, [1, 0, 0, 2, 0])
    np.testing.assert_array_equal(mixer.mixes[:3, 0], [1001, 1000, 1])
    np.testing.assert_array_equal(mixer.heard, [0, 3])


def test_a_lone_talker_hears_silence() -> None:
    mixer = filled(["talker"])
    mixer.frames[:] = 1000
    mixer.tick()
    assert not heard_by(mixer, 0).any()


def test_an_empty_conference_has_one_silent_mix() -> None:
    mixer = Mixer()
    assert mixer.tick() == 1
    assert not mixer.mixes.any()
    assert len(mixer.heard) == 0


def test_each_tick_reads_what_is_in_frames_now() -> None:
    mixer = filled(["talker", "listener"])
    for level in (1, 2, 3):
        mixer.frames[0] = level
        mixer.tick()
        assert (heard_by(mixer, 1) == level).all()


@pytest.mark.parametrize(("gain_db", "heard"), [(6.0, 1995), (-20.0, 100), (-60.0, 1), (-61.0, 0)])
def test_gain_is_applied_before_mixing(gain_db: float, heard: int) -> None:
    mixer = Mixer(capacity=2)
    talker, listener = mixer.add(gain_db=gain_db), mixer.add("listener")
    mixer.frames[talker] = 1000
    mixer.tick()
    assert (heard_by(mixer, listener) == heard).all()


def test_levels_are_rms_in_dbov_before_gain() -> None:
    mixer = Mixer(capacity=5)
    for level in (-32768, 3277, 0, 1):
        mixer.frames[mixer.add("listener", gain_db=-6.0)] = level
    mixer.tick()
    floor = 10 * np.log10(2.0**-30)
    np.testing.assert_allclose(mixer.levels_dbov, [0, -20, -127, floor, -127], atol=0.001)


def test_slots_are_reused_lowest_first() -> None:
    mixer = filled(["talker"] * 4)
    mixer.remove(2)
    mixer.remove(1)
    assert (mixer.add(), mixer.add()) == (1, 2)


def test_a_freed_slot_is_silent_and_hears_nothing() -> None:
    mixer = filled(["talker", "talker"])
    mixer.frames[:] = 1000
    mixer.tick()
    mixer.remove(1)
    assert not mixer.frames[1].any()
    assert mixer.mix_of[1] == -1
    assert mixer.levels_dbov[1] == -127
    np.testing.assert_array_equal(mixer.heard, [0])


def test_a_new_leg_in_an_old_slot_says_nothing_of_the_old_one() -> None:
    mixer = filled(["talker", "listener"], frame_ms=20)
    mixer.frames[0] = 1000
    mixer.tick()
    mixer.remove(0)
    mixer.add()
    mixer.tick()  # the old leg fades out
    mixer.tick()
    assert not heard_by(mixer, 1).any()


def test_views_are_bound_once_and_outlive_the_mixer() -> None:
    mixer = filled(["talker", "listener"])
    frames, mixes = mixer.frames, mixer.mixes
    assert frames is mixer.frames
    assert frames.ctypes.data % 64 == 0
    assert mixes.ctypes.data % 64 == 0
    del mixer
    gc.collect()
    frames[:] = 7
    assert (frames == 7).all()
    assert not mixes.any()


def test_shapes_and_types_of_the_views() -> None:
    mixer = Mixer(sample_rate_hz=16000, frame_ms=10, capacity=7)
    assert mixer.frames.shape == (7, 160)
    assert mixer.frames.dtype == np.int16
    assert mixer.mixes.shape == (8, 160)
    assert mixer.mixes.dtype == np.int16
    assert mixer.mix_of.shape == (7,)
    assert mixer.mix_of.dtype == np.int32
    assert mixer.levels_dbov.shape == (7,)
    assert mixer.levels_dbov.dtype == np.float32
    assert mixer.frames.flags.c_contiguous
    assert mixer.heard.dtype == np.int32


@pytest.mark.parametrize("name", ["mixes", "mix_of", "levels_dbov"])
def test_results_cannot_be_written(name: str) -> None:
    view = getattr(Mixer(), name)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.flags.writeable = True


def test_heard_is_a_copy_of_its_own() -> None:
    mixer = filled(["talker"])
    mixer.tick()
    before = mixer.heard
    mixer.remove(0)
    mixer.tick()
    np.testing.assert_array_equal(before, [0])


def test_reports_its_configuration() -> None:
    mixer = Mixer(16000, 10, 7, 3)
    assert (mixer.sample_rate_hz, mixer.frame_ms) == (16000, 10)
    assert (mixer.capacity, mixer.loudest) == (7, 3)


@pytest.mark.parametrize(
    "bad",
    [
        {"sample_rate_hz": 7999},
        {"sample_rate_hz": 48001},
        {"sample_rate_hz": 11025, "frame_ms": 10},
        {"frame_ms": 0},
        {"frame_ms": 30},
        {"capacity": 0},
        {"capacity": 4097},
        {"loudest": -1},
        {"loudest": 4097},
    ],
)
def test_parameters_out_of_range_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(mixminus.OutOfRangeError, match="sample_rate_hz must be in 8000"):
        Mixer(**bad)


def test_a_full_mixer_takes_nobody() -> None:
    mixer = filled(["talker"] * 2)
    with pytest.raises(mixminus.CapacityError, match="all 2 slots are taken"):
        mixer.add()
    mixer.remove(0)
    assert mixer.add() == 0


@pytest.mark.parametrize("role", ["chair", "", None, 1, []])
def test_unknown_roles_are_refused(role: Any) -> None:
    mixer = filled(["talker"])
    with pytest.raises(mixminus.OutOfRangeError, match="talker, listener, tap"):
        mixer.add(role)
    with pytest.raises(mixminus.OutOfRangeError, match="talker, listener, tap"):
        mixer.set_role(0, role)


@pytest.mark.parametrize("gain_db", [20.1, float("inf"), float("nan")])
def test_gains_out_of_range_are_refused(gain_db: float) -> None:
    mixer = Mixer(capacity=2)
    with pytest.raises(mixminus.OutOfRangeError, match="at most 20"):
        mixer.add(gain_db=gain_db)
    slot = mixer.add()
    with pytest.raises(mixminus.OutOfRangeError, match="at most 20"):
        mixer.set_gain_db(slot, gain_db)


def test_minus_infinity_is_silence() -> None:
    mixer = filled(["talker", "listener"])
    mixer.set_gain_db(0, float("-inf"))
    mixer.frames[0] = 1000
    assert mixer.tick() == 1
    assert not mixer.mixes.any()


@pytest.mark.parametrize("slot", [-1, 1, 2, 3, 2**31 - 1])
@pytest.mark.parametrize(
    ("call", "arguments"),
    [("remove", ()), ("set_gain_db", (0.0,)), ("set_muted", (True,)), ("set_role", ("tap",))],
)
def test_empty_slots_are_unknown(slot: int, call: str, arguments: tuple[Any, ...]) -> None:
    mixer = filled(["talker"] * 3)
    mixer.remove(1)
    mixer.remove(2)
    with pytest.raises(mixminus.UnknownLegError, match="is empty"):
        getattr(mixer, call)(slot, *arguments)
