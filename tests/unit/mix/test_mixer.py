"""Mixer: who hears what, roles, slots, views and errors."""

import gc
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import Mixer

Role = Literal["talker", "listener", "trunk", "tap", "announcer"]
CEILING = 29204
AUDIENCES = 16


def speech(legs: int, samples: int, peak: int = 32767, seed: int = 1) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-peak - 1, peak + 1, (legs, samples), np.int16)


def filled(roles: list[Role], **config: int) -> Mixer:
    mixer = Mixer(**{"capacity": len(roles), "look_ahead_ms": 0} | config)
    for role in roles:
        mixer.add(role)
    return mixer


def heard_by(mixer: Mixer, slot: int) -> NDArray[np.int16]:
    mix: NDArray[np.int16] = mixer.mixes[mixer.mix_of[slot]]
    return mix


@pytest.mark.parametrize("legs", [1, 2, 3, 16, 162])
@pytest.mark.parametrize(("rate", "frame_ms"), [(8000, 10), (44100, 20), (48000, 20), (48000, 60)])
def test_each_talker_hears_the_exact_sum_of_the_others(legs: int, rate: int, frame_ms: int) -> None:
    mixer = filled(["talker"] * legs, sample_rate_hz=rate, frame_ms=frame_ms)
    mixer.frames[:] = speech(legs, rate * frame_ms // 1000, CEILING // legs - 1)
    assert mixer.tick() == legs + 1
    total = mixer.frames.sum(axis=0, dtype=np.int64)
    np.testing.assert_array_equal(mixer.mixes[0], total)
    np.testing.assert_array_equal(mixer.mixes[mixer.mix_of], total - mixer.frames)


@pytest.mark.parametrize("look_ahead_ms", [0, 5, 10])
@pytest.mark.parametrize("frame_ms", [10, 20])
def test_the_mix_is_heard_later_by_the_look_ahead(look_ahead_ms: int, frame_ms: int) -> None:
    mixer = filled(["talker"] * 3, frame_ms=frame_ms, look_ahead_ms=look_ahead_ms)
    samples = mixer.frames.shape[1]
    assert mixer.delay_samples == 48 * look_ahead_ms
    spoken = speech(3, 8 * samples, 9000)
    heard = []
    for frame in np.split(spoken, 8, axis=1):
        mixer.frames[:] = frame
        mixer.tick()
        heard.append(mixer.mixes[mixer.mix_of])
    expected = spoken.sum(axis=0) - spoken
    late = np.concatenate(heard, axis=1)[:, mixer.delay_samples :]
    np.testing.assert_array_equal(late, expected[:, : late.shape[1]])


@pytest.mark.parametrize("level", [-32768, 32767])
@pytest.mark.parametrize("gain_db", [0.0, 20.0])
@pytest.mark.parametrize("look_ahead_ms", [0, 5])
def test_loud_sums_neither_wrap_nor_pass_the_ceiling(
    level: int, gain_db: float, look_ahead_ms: int
) -> None:
    mixer = Mixer(8000, 10, 4096, look_ahead_ms=look_ahead_ms)
    for _ in range(4096):
        mixer.add(gain_db=gain_db)
    mixer.frames[:] = level
    for _ in range(50):
        mixer.tick()
        peak = int(np.abs(mixer.mixes.astype(int)).max())
        assert peak <= CEILING
    assert (mixer.mixes[:4097] * np.sign(level) > 0.9 * CEILING).all()


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
    mixer = Mixer(capacity=2, look_ahead_ms=0)
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
    expected = [0, -20, -127, floor, -127]
    np.testing.assert_allclose(mixer.levels_dbov, expected, atol=0.001)


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
    assert mixer.mixes.shape == (7 + AUDIENCES, 160)
    assert mixer.mixes.dtype == np.int16
    assert mixer.mix_of.shape == (7,)
    assert mixer.mix_of.dtype == np.int32
    assert mixer.levels_dbov.shape == (7,)
    assert mixer.levels_dbov.dtype == np.float32
    assert mixer.frames.flags.c_contiguous
    assert mixer.heard.dtype == np.int32
    assert Mixer(16000, 10, 7, channels=2, audiences=2, solos=3).mixes.shape == (12, 160, 2)


@pytest.mark.parametrize("name", ["mixes", "mix_of", "solo_of", "levels_dbov"])
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
    mixer = Mixer(16000, 10, 7, 3, 10, channels=2)
    assert (mixer.sample_rate_hz, mixer.frame_ms) == (16000, 10)
    assert (mixer.capacity, mixer.loudest) == (7, 3)
    assert (mixer.look_ahead_ms, mixer.delay_samples, mixer.channels) == (10, 160, 2)


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
        {"look_ahead_ms": 4},
        {"look_ahead_ms": -5},
        {"channels": 0},
        {"channels": 3},
        {"hold_ms": -1},
        {"idle_ms": -1},
        {"hysteresis_db": -0.1},
        {"hysteresis_db": float("nan")},
        {"gate_dbov": 1.0},
        {"gate_dbov": float("nan")},
        {"release_ms": 19},
        {"level_dbov": 0.5},
        {"level_dbov": float("nan")},
        {"audiences": 0},
        {"audiences": 65},
        {"exceptions": -1},
        {"solos": -1},
    ],
)
def test_parameters_out_of_range_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(mixminus.OutOfRangeError, match="sample_rate_hz must be in 8000"):
        Mixer(**bad)


def test_a_full_mixer_takes_nobody() -> None:
    mixer = filled(["talker"] * 2)
    with pytest.raises(mixminus.CapacityError, match="all 2 slots"):
        mixer.add()
    mixer.remove(0)
    assert mixer.add() == 0


@pytest.mark.parametrize("role", ["chair", "", None, 1, []])
def test_unknown_roles_are_refused(role: Any) -> None:
    mixer = filled(["talker"])
    with pytest.raises(mixminus.OutOfRangeError, match="talker, listener, trunk, tap, announcer"):
        mixer.add(role)
    with pytest.raises(mixminus.OutOfRangeError, match="talker, listener, trunk, tap, announcer"):
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
    [
        ("remove", ()),
        ("set_gain_db", (0.0,)),
        ("set_pan", (0.0,)),
        ("set_muted", (True,)),
        ("set_role", ("tap",)),
        ("set_priority", (1,)),
        ("set_voice", (False,)),
        ("set_speaks_to", (1,)),
        ("set_hears", ((1, 2),)),
    ],
)
def test_empty_slots_are_unknown(slot: int, call: str, arguments: tuple[Any, ...]) -> None:
    mixer = filled(["talker"] * 3)
    mixer.remove(1)
    mixer.remove(2)
    with pytest.raises(mixminus.UnknownLegError, match="is empty"):
        getattr(mixer, call)(slot, *arguments)


@pytest.mark.parametrize("group", [-1, 32, 1.0, "0", True, None])
def test_groups_out_of_range_are_refused(group: Any) -> None:
    mixer = filled(["talker"])
    for call in ("set_hears", "set_speaks_to"):
        with pytest.raises((mixminus.OutOfRangeError, TypeError)):
            getattr(mixer, call)(0, [group])
    with pytest.raises((mixminus.OutOfRangeError, TypeError)):
        mixer.add(hears=[group])


def test_more_sets_of_groups_than_audiences_are_refused() -> None:
    mixer = Mixer(capacity=4, audiences=2)
    mixer.add(hears=1)
    with pytest.raises(mixminus.CapacityError, match="audiences"):
        mixer.add(hears=2)
    slot = mixer.add()
    with pytest.raises(mixminus.CapacityError, match="all 2 audiences are taken"):
        mixer.set_hears(slot, 2)
    mixer.remove(0)
    mixer.set_hears(slot, 2)


def test_exceptions_that_make_no_sense_are_refused() -> None:
    mixer = Mixer(capacity=4, exceptions=1)
    trunk, other = mixer.add("trunk"), mixer.add()
    far = mixer.add(via=trunk)
    for listener, talker in ((other, other), (trunk, far)):
        with pytest.raises(mixminus.OutOfRangeError, match="not of listener"):
            mixer.set_exception(listener, talker, 0.0)
    with pytest.raises(mixminus.OutOfRangeError, match="at most 20"):
        mixer.set_exception(other, far, float("nan"))
    for listener, talker in ((other, 3), (3, other)):
        with pytest.raises(mixminus.UnknownLegError, match="is empty"):
            mixer.set_exception(listener, talker, 0.0)
    with pytest.raises(mixminus.UnknownLegError, match="no exception"):
        mixer.clear_exception(other, far)
    mixer.set_exception(other, far, -6.0)
    with pytest.raises(mixminus.CapacityError, match="1 exceptions"):
        mixer.set_exception(far, other, 0.0)


def test_only_a_tap_follows_and_only_those_who_are_there() -> None:
    mixer = Mixer(capacity=4)
    talker = mixer.add()
    with pytest.raises(mixminus.OutOfRangeError, match="only a tap follows"):
        mixer.add(follows=talker)
    for bad in ({"follows": 3}, {"via": 3}, {"via": -7}):
        with pytest.raises(mixminus.UnknownLegError, match="empty slot"):
            mixer.add("tap", **bad)
    tap = mixer.add("tap", follows=talker)
    with pytest.raises(mixminus.OutOfRangeError, match="remains a tap"):
        mixer.set_role(tap, "talker")


@pytest.mark.parametrize("pan", [-1.1, 1.1, float("nan")])
def test_pans_out_of_range_are_refused(pan: float) -> None:
    mixer = Mixer(capacity=2, channels=2)
    slot = mixer.add()
    with pytest.raises(mixminus.OutOfRangeError, match="pan"):
        mixer.add(pan=pan)
    with pytest.raises(mixminus.OutOfRangeError, match="pan"):
        mixer.set_pan(slot, pan)
