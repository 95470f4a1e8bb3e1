"""NTP time in RTCP, RFC 3550 sections 4 and 6.4.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixminus import rtp

SECOND_NS = 1_000_000_000
# the era that the top bit tells: 1968-01-20 to 2104-02-26
FIRST_NS = ((1 << 31) - 2_208_988_800) * SECOND_NS
LAST_NS = ((3 << 31) - 2_208_988_800) * SECOND_NS - 1


def test_1970_is_2208988800_seconds_after_1900() -> None:
    assert rtp.ntp_from_unix_ns(0) == 2_208_988_800 << 32


def test_half_a_second_is_half_of_the_fraction() -> None:
    assert rtp.ntp_from_unix_ns(SECOND_NS // 2) & 0xFFFF_FFFF == 1 << 31


def test_times_before_1970_are_taken() -> None:
    assert rtp.ntp_from_unix_ns(-SECOND_NS // 2) == (2_208_988_799 << 32) + (1 << 31)


def test_the_seconds_wrap_in_2036() -> None:
    wrap_ns = ((1 << 32) - 2_208_988_800) * SECOND_NS
    assert rtp.ntp_from_unix_ns(wrap_ns) == 0
    assert rtp.unix_ns_from_ntp(0) == wrap_ns


@given(st.integers(FIRST_NS, LAST_NS))
def test_nanoseconds_are_exact_there_and_back(unix_ns: int) -> None:
    assert rtp.unix_ns_from_ntp(rtp.ntp_from_unix_ns(unix_ns)) == unix_ns


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_any_time_has_an_ntp_time(unix_ns: int) -> None:
    exact = (unix_ns << 32) // SECOND_NS + (2_208_988_800 << 32)
    assert (rtp.ntp_from_unix_ns(unix_ns) - exact) % (1 << 64) in {0, 1}


def test_the_middle_is_16_bits_of_seconds_and_16_of_fraction() -> None:
    assert rtp.ntp_middle(0x1234_5678_9ABC_DEF0) == 0x5678_9ABC


@given(st.integers(0, 65535 * SECOND_NS))
def test_short_time_is_off_by_less_than_half_a_unit(duration_ns: int) -> None:
    back_ns = rtp.ns_from_short(rtp.short_from_ns(duration_ns))
    assert abs(back_ns - duration_ns) <= SECOND_NS // 65536 // 2 + 1


@pytest.mark.parametrize(
    ("duration_ns", "expected"), [(-1, 0), (-(1 << 63), 0), ((1 << 63) - 1, 0xFFFF_FFFF)]
)
def test_short_time_is_clamped(duration_ns: int, expected: int) -> None:
    assert rtp.short_from_ns(duration_ns) == expected


def test_round_trip_of_the_example_of_section_6_4_1() -> None:
    # A = b710:8000, LSR = b705:2000, DLSR = 5:4000 seconds give 6:2000, that is 6.125 s
    assert rtp.round_trip_ns(0xB710_8000, 0xB705_2000, 0x0005_4000) == 6_125_000_000


def test_round_trip_crosses_the_wrap_of_the_middle() -> None:
    assert rtp.round_trip_ns(0x0000_8000, 0xFFFF_8000, 0x8000) == SECOND_NS // 2


def test_round_trip_is_unknown_before_the_first_sender_report() -> None:
    assert rtp.round_trip_ns(0x1_0000, 0, 0) == -1


def test_round_trip_is_never_negative() -> None:
    assert rtp.round_trip_ns(0x1_0000, 0xFFFF, 2) == 0
