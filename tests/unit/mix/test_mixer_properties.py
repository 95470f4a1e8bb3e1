"""Any sequence of calls: the mixer's bits are the reference's, and nobody hears himself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mixminus import Mixer
from tests.reference import mix as reference

CAPACITY = 6
LEVELS = [0, 3, 100, 900, 3000, 32768]
Action = tuple[str, int, Any]

gains = st.sampled_from([0.0, -6.0, 3.7, 20.0, -70.0])
slots = st.integers(0, CAPACITY - 1)
roles = st.sampled_from(["talker", "talker", "listener", "tap"])
actions = st.one_of(
    st.tuples(st.just("add"), slots, st.tuples(roles, gains)),
    st.tuples(st.just("remove"), slots, st.none()),
    st.tuples(st.just("set_gain_db"), slots, gains),
    st.tuples(st.just("set_muted"), slots, st.booleans()),
    st.tuples(st.just("set_role"), slots, roles),
    st.tuples(st.just("tick"), slots, st.integers(0, 2**32 - 1)),
    st.tuples(st.just("ticks"), slots, st.integers(0, 2**32 - 1)),
)
formats = st.sampled_from([(8000, 10), (8000, 20), (8000, 60), (44100, 10)])
scripts = st.lists(actions, min_size=1, max_size=25)
places = st.integers(0, 3)


@dataclass
class Session:
    """Two mixers that get the same calls; `mirrored` gets one slot's samples with the other sign."""

    mixer: Mixer
    twin: Mixer | reference.Mixer
    mirrored: int = -1

    def apply(self, action: Action) -> Iterator[int]:
        """Act on both; stop after each tick of the mixer, for the twin's."""
        name, slot, value = action
        is_taken = self.mixer.mix_of[slot] >= 0
        if name == "add" and (self.mixer.mix_of < 0).any():
            assert self.mixer.add(*value) == self.twin.add(*value)
        elif name in {"tick", "ticks"}:
            for tick in range(1 if name == "tick" else 30):
                self.speak(np.random.default_rng([value, tick]))
                yield self.mixer.tick()
        elif name == "remove" and is_taken and slot != self.mirrored:
            self.mixer.remove(slot)
            self.twin.remove(slot)
        elif name.startswith("set") and is_taken:
            getattr(self.mixer, name)(slot, value)
            getattr(self.twin, name)(slot, value)

    def speak(self, random: np.random.Generator) -> None:
        """Write a frame for each leg."""
        taken = self.mixer.mix_of >= 0
        peaks = random.choice(LEVELS, (CAPACITY, 1))
        spoken = random.integers(-peaks, peaks, self.mixer.frames.shape, endpoint=True)
        spoken[~taken] = 0
        self.mixer.frames[:] = spoken.clip(-32767, 32767)
        self.twin.frames[:] = self.mixer.frames
        if self.mirrored >= 0:
            self.twin.frames[self.mirrored] *= -1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(formats, places, scripts)
def test_every_bit_is_the_reference_s(
    audio: tuple[int, int], loudest: int, script: list[Action]
) -> None:
    twin = reference.Mixer(*audio, CAPACITY, loudest)
    session = Session(Mixer(*audio, CAPACITY, loudest), twin)
    for action in script:
        for count in session.apply(action):
            expected = twin.tick()
            assert count == len(expected)
            np.testing.assert_array_equal(session.mixer.mixes[:count], expected)
            np.testing.assert_array_equal(session.mixer.mix_of, twin.mix_of)
            assert session.mixer.heard.tolist() == twin.heard


@settings(max_examples=60, deadline=None, derandomize=True)
@given(formats, places, scripts)
def test_what_a_leg_says_changes_no_bit_of_what_it_hears(
    audio: tuple[int, int], loudest: int, script: list[Action]
) -> None:
    twin = Mixer(*audio, CAPACITY, loudest)
    session = Session(Mixer(*audio, CAPACITY, loudest), twin, mirrored=0)
    script = [("add", 0, ("talker", 0.0)), *script]
    for action in script:
        for _ in session.apply(action):
            twin.tick()
            np.testing.assert_array_equal(session.mixer.mix_of, twin.mix_of)
            np.testing.assert_array_equal(heard_by_0(session.mixer), heard_by_0(twin))


def heard_by_0(mixer: Mixer) -> NDArray[np.int16]:
    (mix,) = mixer.mixes[mixer.mix_of[:1]]
    return np.asarray(mix)


def test_the_same_calls_give_the_same_bits() -> None:
    def record() -> list[bytes]:
        mixer = Mixer(8000, 20, CAPACITY, 2)
        session = Session(mixer, Mixer(8000, 20, CAPACITY, 2))
        random = np.random.default_rng(5)
        played = []
        for _ in range(200):
            role = str(random.choice(["talker", "listener"]))
            slot, muted = int(random.integers(CAPACITY)), bool(random.integers(2))
            name = random.choice(["add", "remove", "set_muted", "ticks"])
            value = {"add": (role, 0.0), "set_muted": muted}.get(str(name), slot)
            for count in session.apply((str(name), slot, value)):
                played.append(mixer.mixes[:count].tobytes() + mixer.levels_dbov.tobytes())
        return played

    first = record()
    assert len(first) > 300
    assert first == record()
