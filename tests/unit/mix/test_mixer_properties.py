"""Any sequence of calls: below the limiter the mixer's bits are the reference's; nobody hears himself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mixminus import Mixer
from tests.reference import mix as reference

CAPACITY = 6
CEILING = 29204
FAINT_BITS, LOUD_BITS = 8.5, 15.0  # the sum of all faint legs at any gain is below the ceiling
Call = tuple[str, int, Any]


@dataclass
class Step:
    """Some calls, then frames of steady levels."""

    calls: list[Call]
    ticks: int
    seed: int


gains = st.sampled_from([0.0, 0.0, -6.0, 3.7, 20.0, -70.0])
slots = st.integers(0, CAPACITY - 1)
roles = st.sampled_from(["talker", "talker", "talker", "listener", "tap", "trunk", "announcer"])
groups = st.sampled_from([(0,), (0,), (0,), (1,), (0, 1), (1, 2), ()])
calls = st.one_of(
    st.tuples(st.just("add"), slots, st.tuples(roles, gains, groups, groups, st.integers(0, 1))),
    st.tuples(st.just("add_via"), slots, st.tuples(gains, groups)),
    st.tuples(st.just("remove"), slots, st.none()),
    st.tuples(st.just("set_gain_db"), slots, gains),
    st.tuples(st.just("set_muted"), slots, st.booleans()),
    st.tuples(st.just("set_voice"), slots, st.booleans()),
    st.tuples(st.just("set_role"), slots, roles),
    st.tuples(st.just("set_priority"), slots, st.integers(0, 2)),
    st.tuples(st.just("set_speaks_to"), slots, groups),
    st.tuples(st.just("set_hears"), slots, groups),
    st.tuples(st.just("except"), slots, st.tuples(slots, gains)),
    st.tuples(st.just("clear"), slots, slots),
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
look_aheads = st.sampled_from([0, 5, 10])


@dataclass
class Session:
    """Two mixers that get the same calls; `mirrored` gets its samples with the other sign."""

    mixer: Mixer
    twin: Mixer | reference.Mixer
    bits: float = LOUD_BITS
    mirrored: int = -1
    taken: set[int] = field(default_factory=set)
    exceptions: set[tuple[int, int]] = field(default_factory=set)
    via: dict[int, int] = field(default_factory=dict)

    def run(self, script: list[Step]) -> Iterator[int]:
        """Stop after each tick of the mixer, for the twin's."""
        for _ in range(CAPACITY - 1):
            self.call("add", 0, ("talker", 0.0, (0,), (0,), 0))
        for step in script:
            for call in step.calls:
                self.call(*call)
            random = np.random.default_rng(step.seed)
            peaks = np.exp2(random.uniform(0, self.bits, (CAPACITY, 1)))
            for _ in range(step.ticks):
                self.speak(random.uniform(-peaks, peaks, self.mixer.frames.shape))
                yield self.mixer.tick()

    def call(self, name: str, slot: int, value: Any) -> None:
        """Do the same to both, if the slot allows it."""
        is_free = len(self.taken) < CAPACITY
        if name == "add" and is_free:
            role, gain_db, spoken, heard, priority = value
            self.add(role, gain_db, speaks_to=spoken, hears=heard, priority=priority)
        elif name == "add_via" and is_free and slot in self.taken and slot != self.mirrored:
            added = self.add("talker", value[0], speaks_to=value[1], via=slot)
            self.via[added] = slot
        elif slot not in self.taken:
            return
        elif name == "remove" and slot != self.mirrored:
            self.taken.remove(slot)
            self.exceptions = {pair for pair in self.exceptions if slot not in pair}
            self.via = {a: b for a, b in self.via.items() if slot not in (a, b)}
            self.both("remove", slot)
        elif name == "except" and value[0] in self.taken - {slot}:
            if self.via.get(value[0]) != slot:
                self.exceptions.add((slot, value[0]))
                self.both("set_exception", slot, *value)
        elif name == "clear" and (slot, value) in self.exceptions:
            self.exceptions.remove((slot, value))
            self.both("clear_exception", slot, value)
        elif name.startswith("set"):
            self.both(name, slot, value)

    def add(self, *settings: Any, **more: Any) -> int:
        """Add to both."""
        added = self.mixer.add(*settings, **more)
        assert added == self.twin.add(*settings, **more)
        self.taken.add(added)
        return added

    def both(self, name: str, *arguments: Any) -> None:
        """Call both."""
        getattr(self.mixer, name)(*arguments)
        getattr(self.twin, name)(*arguments)

    def speak(self, spoken: reference.Wave) -> None:
        """Write a frame for each leg."""
        is_taken = np.isin(np.arange(CAPACITY), list(self.taken))[:, None]
        self.mixer.frames[:] = np.where(is_taken, spoken, 0)
        self.twin.frames[:] = self.mixer.frames
        if self.mirrored >= 0:
            self.twin.frames[self.mirrored] *= -1


@settings(max_examples=150, deadline=None, derandomize=True)
@given(formats, places, look_aheads, scripts)
def test_every_bit_is_the_reference_s(
    audio: tuple[int, int], loudest: int, look_ahead_ms: int, script: list[Step]
) -> None:
    mixer = Mixer(*audio, CAPACITY, loudest, look_ahead_ms, gate_dbov=-70.0)
    twin = reference.Mixer(*audio, CAPACITY, loudest, look_ahead_ms, gate_dbov=-70.0)
    for _ in Session(mixer, twin, FAINT_BITS).run(script):
        expected = twin.tick()
        assert mixer.heard.tolist() == twin.heard
        assert set(np.flatnonzero(mixer.mix_of >= 0)) == set(expected)
        for slot, mix in expected.items():
            np.testing.assert_array_equal(mixer.mixes[mixer.mix_of[slot]], mix)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(formats, places, look_aheads, scripts)
def test_what_a_leg_says_changes_no_bit_of_what_it_hears(
    audio: tuple[int, int], loudest: int, look_ahead_ms: int, script: list[Step]
) -> None:
    mixer, twin = (Mixer(*audio, CAPACITY, loudest, look_ahead_ms) for _ in range(2))
    for _ in Session(mixer, twin, FAINT_BITS, mirrored=0).run(script):
        twin.tick()
        np.testing.assert_array_equal(mixer.mix_of, twin.mix_of)
        if mixer.mix_of[0] >= 0:
            np.testing.assert_array_equal(mixer.mixes[mixer.mix_of[0]], twin.mixes[twin.mix_of[0]])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(formats, look_aheads, scripts)
def test_not_even_in_overload_while_it_keeps_its_place(
    audio: tuple[int, int], look_ahead_ms: int, script: list[Step]
) -> None:
    mixer, twin = (Mixer(*audio, CAPACITY, 0, look_ahead_ms) for _ in range(2))
    for step in script:
        step.calls = [call for call in step.calls if call[1] != 0]
    for count in Session(mixer, twin, mirrored=0).run(script):
        twin.tick()
        peak = int(np.abs(mixer.mixes[:count].astype(int)).max())
        assert peak <= CEILING
        np.testing.assert_array_equal(mixer.mixes[mixer.mix_of[0]], twin.mixes[twin.mix_of[0]])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(formats, places, look_aheads, scripts)
def test_the_same_calls_give_the_same_bits(
    audio: tuple[int, int], loudest: int, look_ahead_ms: int, script: list[Step]
) -> None:
    mixer, twin = (
        Mixer(*audio, CAPACITY, loudest, look_ahead_ms, channels=2, level_dbov=-20, solos=2)
        for _ in range(2)
    )
    for count in Session(mixer, twin).run(script):
        assert twin.tick() == count
        assert mixer.mixes[:count].tobytes() == twin.mixes[:count].tobytes()
        assert mixer.levels_dbov.tobytes() == twin.levels_dbov.tobytes()
