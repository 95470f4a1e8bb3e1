"""Any sequence of calls: the mixer's bits are the reference's, and nobody hears himself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mixminus import Mixer
from tests.reference import mix as reference

CAPACITY = 6
Call = tuple[str, int, Any]


@dataclass
class Step:
    """Some calls, then frames of steady levels."""

    calls: list[Call]
    ticks: int
    seed: int


gains = st.sampled_from([0.0, 0.0, -6.0, 3.7, 20.0, -70.0])
slots = st.integers(0, CAPACITY - 1)
roles = st.sampled_from(["talker", "talker", "talker", "listener", "tap"])
calls = st.one_of(
    st.tuples(st.just("add"), slots, st.tuples(roles, gains)),
    st.tuples(st.just("remove"), slots, st.none()),
    st.tuples(st.just("set_gain_db"), slots, gains),
    st.tuples(st.just("set_muted"), slots, st.booleans()),
    st.tuples(st.just("set_role"), slots, roles),
)
steps = st.builds(
    Step,
    st.lists(calls, max_size=3),
    st.sampled_from([1, 1, 1, 2, 3, 20, 60]),
    st.integers(0, 2**32 - 1),
)
scripts = st.lists(steps, min_size=4, max_size=12)
formats = st.sampled_from([(8000, 10), (8000, 10), (8000, 20), (8000, 60), (44100, 10)])
places = st.integers(0, 3)


@dataclass
class Session:
    """Two mixers that get the same calls; `mirrored` gets its samples with the other sign."""

    mixer: Mixer
    twin: Mixer | reference.Mixer
    mirrored: int = -1

    def run(self, script: list[Step]) -> Iterator[int]:
        """Stop after each tick of the mixer, for the twin's."""
        for _ in range(CAPACITY - 1):
            self.call("add", 0, ("talker", 0.0))
        for step in script:
            for call in step.calls:
                self.call(*call)
            random = np.random.default_rng(step.seed)
            peaks = np.exp2(random.uniform(0, 15, (CAPACITY, 1)))
            for _ in range(step.ticks):
                self.speak(random.uniform(-peaks, peaks, self.mixer.frames.shape))
                yield self.mixer.tick()

    def call(self, name: str, slot: int, value: Any) -> None:
        """Do the same to both, if the slot allows it."""
        is_taken = self.mixer.mix_of[slot] >= 0
        if name == "add" and (self.mixer.mix_of < 0).any():
            assert self.mixer.add(*value) == self.twin.add(*value)
        elif name == "remove" and is_taken and slot != self.mirrored:
            self.mixer.remove(slot)
            self.twin.remove(slot)
        elif name.startswith("set") and is_taken:
            getattr(self.mixer, name)(slot, value)
            getattr(self.twin, name)(slot, value)

    def speak(self, spoken: reference.Wave) -> None:
        """Write a frame for each leg."""
        self.mixer.frames[:] = np.where(self.mixer.mix_of[:, None] >= 0, spoken, 0)
        self.twin.frames[:] = self.mixer.frames
        if self.mirrored >= 0:
            self.twin.frames[self.mirrored] *= -1


@settings(max_examples=200, deadline=None, derandomize=True)
@given(formats, places, scripts)
def test_every_bit_is_the_reference_s(
    audio: tuple[int, int], loudest: int, script: list[Step]
) -> None:
    mixer, twin = Mixer(*audio, CAPACITY, loudest), reference.Mixer(*audio, CAPACITY, loudest)
    for count in Session(mixer, twin).run(script):
        expected = twin.tick()
        assert count == len(expected)
        np.testing.assert_array_equal(mixer.mixes[:count], expected)
        np.testing.assert_array_equal(mixer.mix_of, twin.mix_of)
        assert mixer.heard.tolist() == twin.heard


@settings(max_examples=200, deadline=None, derandomize=True)
@given(formats, places, scripts)
def test_what_a_leg_says_changes_no_bit_of_what_it_hears(
    audio: tuple[int, int], loudest: int, script: list[Step]
) -> None:
    mixer, twin = Mixer(*audio, CAPACITY, loudest), Mixer(*audio, CAPACITY, loudest)
    for _ in Session(mixer, twin, mirrored=0).run(script):
        twin.tick()
        np.testing.assert_array_equal(mixer.mix_of, twin.mix_of)
        np.testing.assert_array_equal(mixer.mixes[mixer.mix_of[0]], twin.mixes[twin.mix_of[0]])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(formats, places, scripts)
def test_the_same_calls_give_the_same_bits(
    audio: tuple[int, int], loudest: int, script: list[Step]
) -> None:
    mixer, twin = Mixer(*audio, CAPACITY, loudest), Mixer(*audio, CAPACITY, loudest)
    for count in Session(mixer, twin).run(script):
        assert twin.tick() == count
        assert mixer.mixes[:count].tobytes() == twin.mixes[:count].tobytes()
        assert mixer.levels_dbov.tobytes() == twin.levels_dbov.tobytes()
