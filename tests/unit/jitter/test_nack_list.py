"""NackList: what is asked for, when, and when no longer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixminus._core.jitter import NackList

MS = 1_000_000
ROUND_TRIP = 40 * MS


def with_gap(missing: range, *, patience_ms: int = 1000) -> NackList:
    """Return a list that has seen what is before and behind `missing`, at time 0."""
    nacks = NackList(patience_ms * MS)
    nacks.observe(missing.start - 1, 0)
    nacks.observe(missing.stop, 0)
    return nacks


def asked_at(nacks: NackList, until_ms: int) -> list[int]:
    """Return the milliseconds at which the first missing number is asked for."""
    return [ms for ms in range(until_ms) if nacks.take(ms * MS, ROUND_TRIP)]


def test_nothing_is_missing_in_an_unbroken_stream() -> None:
    nacks = NackList(1000 * MS)
    for number in range(1000, 3000):
        assert not nacks.observe(number, number * MS)
    assert nacks.take(5000 * MS) == []


def test_a_gap_is_asked_for_at_once_and_in_order() -> None:
    assert with_gap(range(70000, 70003)).take(0, ROUND_TRIP) == [4464, 4465, 4466]  # 70000 - 65536


def test_it_is_asked_for_again_after_a_round_trip_each_time_later() -> None:
    # 1.25, 1.875, 2.8125, 4.21875 round trips; the next would be answered too late
    assert asked_at(with_gap(range(5, 6)), 2000) == [0, 50, 125, 238, 407, 661]


def test_what_would_come_too_late_is_not_asked_for() -> None:
    assert asked_at(with_gap(range(5, 6), patience_ms=200), 2000) == [0, 50, 125]


def test_no_more_than_six_times() -> None:
    assert len(asked_at(with_gap(range(5, 6), patience_ms=60_000), 60_000)) == 6


def test_what_has_come_is_not_asked_for_again() -> None:
    nacks = with_gap(range(5, 7))
    assert nacks.take(0, ROUND_TRIP) == [5, 6]
    assert nacks.observe(5, ROUND_TRIP)
    assert not nacks.observe(5, ROUND_TRIP)
    assert nacks.take(60 * MS, ROUND_TRIP) == [6]


def test_what_can_no_longer_be_used_is_forgotten() -> None:
    nacks = with_gap(range(5, 10))
    nacks.forget_before(8)
    assert nacks.take(0, ROUND_TRIP) == [8, 9]
    nacks.forget_before(100)
    nacks.observe(102, MS)
    assert nacks.take(MS, ROUND_TRIP) == [100, 101]


def test_little_room_takes_the_oldest_first() -> None:
    nacks = with_gap(range(5, 10))
    assert nacks.take(0, ROUND_TRIP, room=2) == [5, 6]
    assert nacks.take(0, ROUND_TRIP, room=2) == [7, 8]


def test_where_packets_overtake_each_other_it_waits_as_long() -> None:
    nacks = NackList(1000 * MS)
    nacks.observe(1, 0)
    nacks.observe(3, 0)
    assert not nacks.observe(2, 8 * MS)
    assert nacks.reordering_ns == 10 * MS
    nacks.observe(5, 20 * MS)
    assert nacks.take(29 * MS, ROUND_TRIP) == []
    assert nacks.take(30 * MS, ROUND_TRIP) == [4]


def test_an_answer_is_no_overtaking_but_what_comes_sooner_is() -> None:
    answered = with_gap(range(5, 6))
    answered.take(0, ROUND_TRIP)
    answered.observe(5, ROUND_TRIP)
    assert answered.reordering_ns == 0
    overtaken = with_gap(range(5, 6))
    overtaken.take(0, ROUND_TRIP)
    overtaken.observe(5, 8 * MS)
    assert overtaken.reordering_ns == 10 * MS


def test_the_wait_shrinks_where_nothing_overtakes_any_more() -> None:
    nacks = NackList(10_000 * MS)
    nacks.observe(1, 0)
    nacks.observe(3, 0)
    nacks.observe(2, 80 * MS)
    for i in range(2, 60):
        nacks.observe(2 * i + 1, i * 1000 * MS)
        nacks.take((i * 1000 + 150) * MS, ROUND_TRIP)
        nacks.observe(2 * i, (i * 1000 + 200) * MS)
    assert nacks.reordering_ns < 5 * MS


def test_a_missing_packet_is_expected_while_asking_may_help() -> None:
    nacks = with_gap(range(5, 6), patience_ms=100)
    assert not nacks.is_expected(5, 0)  # nobody asks, and nothing overtook
    nacks.take(0, ROUND_TRIP)
    assert nacks.is_expected(5, 60 * MS)
    nacks.take(60 * MS, ROUND_TRIP)
    assert nacks.is_expected(5, 134 * MS)
    assert not nacks.is_expected(5, 135 * MS)  # 1.875 round trips after the last time
    assert not nacks.is_expected(4, 0)


def test_a_larger_gap_needs_a_key_frame() -> None:
    nacks = with_gap(range(1000, 1256))
    assert len(nacks) == 256
    assert not nacks.take_overflow()
    nacks.observe(1258, 0)
    assert len(nacks) == 0
    assert nacks.take_overflow()
    assert not nacks.take_overflow()
    assert nacks.take(0) == []


def test_another_stream_begins_anew_and_knows_the_network() -> None:
    nacks = NackList(1000 * MS)
    for number, at in [(1, 0), (3, 0), (2, 8 * MS), (7, 8 * MS)]:
        nacks.observe(number, at)
    nacks.reset()
    assert len(nacks) == 0
    nacks.observe(50_000, 9 * MS)
    assert len(nacks) == 0
    assert nacks.reordering_ns == 10 * MS


@settings(max_examples=50)
@given(st.sets(st.integers(0, 150), max_size=60), st.integers(0, 200))
def test_exactly_what_is_missing_is_asked_for(lost: set[int], round_trip_ms: int) -> None:
    nacks = NackList(1000 * MS)
    nacks.observe(-1, 0)
    for number in range(151):
        if number not in lost:
            nacks.observe(number, 0)
    nacks.observe(151, 0)
    assert nacks.take(0, round_trip_ms * MS) == sorted(lost)


@pytest.mark.parametrize("time_ns", [-4 * 10**18, 4 * 10**18])
def test_times_at_the_ends_of_the_range(time_ns: int) -> None:
    nacks = with_gap(range(5, 7))
    nacks.take(0, ROUND_TRIP)
    nacks.take(time_ns, 2**62)
    nacks.observe(5, time_ns)
    nacks.observe(9, -time_ns)
    nacks.take(-time_ns, ROUND_TRIP)
    assert not nacks.is_expected(6, time_ns) or time_ns < 0
