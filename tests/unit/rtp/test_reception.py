"""Reception statistics, RFC 3550 appendices A.1, A.3 and A.8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixminus
from mixminus import rtp
from mixminus.rtp import Arrival, ReceptionStatistics
from tests.reference import rtp as reference

CLOCK_HZ = 8000
STEP = 160
FRAME_NS = 20_000_000
UNIT_NS = 125_000  # of the RTP clock


def received(*sequence_numbers: int) -> ReceptionStatistics:
    statistics = ReceptionStatistics(CLOCK_HZ)
    receive(statistics, *sequence_numbers)
    return statistics


def receive(statistics: ReceptionStatistics, *sequence_numbers: int) -> list[Arrival]:
    """Feed packets without jitter."""
    return [
        statistics.receive(number % 65536, number * STEP % (1 << 32), number * FRAME_NS)
        for number in sequence_numbers
    ]


def test_before_the_first_packet_all_is_zero() -> None:
    statistics = ReceptionStatistics(CLOCK_HZ)
    assert statistics.report(7, 0) == rtp.ReceptionReport(7, 0, 0, 0, 0, 0, 0)
    assert (statistics.packets_expected, statistics.packets_received) == (0, 0)


def test_the_first_packet_counts() -> None:
    statistics = received(500)
    assert (statistics.packets_expected, statistics.packets_received) == (1, 1)
    assert statistics.extended_highest_sequence == 500


def test_a_gap_is_lost() -> None:
    statistics = received(10, 11, 14)
    assert statistics.packets_expected == 5
    assert statistics.packets_lost == 2
    assert statistics.report(7, 0) == rtp.ReceptionReport(7, 2 * 256 // 5, 2, 14, 0, 0, 0)


def test_duplicates_make_loss_negative_and_its_fraction_zero() -> None:
    report = received(10, 11, 11, 11).report(7, 0)
    assert report.cumulative_lost == -2
    assert report.fraction_lost == 0


def test_the_fraction_covers_the_interval_and_the_sum_everything() -> None:
    statistics = received(0, 1, 3)
    assert statistics.report(7, 0)[1:3] == (256 // 4, 1)
    assert statistics.report(7, 0)[1:3] == (0, 1)
    receive(statistics, 4, 5, 6, 7)
    assert statistics.report(7, 0)[1:3] == (0, 1)
    receive(statistics, 11)
    assert statistics.report(7, 0)[1:3] == (3 * 256 // 4, 4)


def test_a_late_packet_fills_its_gap() -> None:
    statistics = received(10, 12)
    assert receive(statistics, 11) == [Arrival.behind]
    assert statistics.packets_lost == 0


def test_the_extended_number_counts_cycles() -> None:
    statistics = received(65534, 65535, 65536, 65537)
    assert statistics.extended_highest_sequence == 65537
    assert receive(statistics, 65535) == [Arrival.behind]
    assert statistics.extended_highest_sequence == 65537
    assert statistics.packets_expected == 4


def test_reordering_before_the_first_packet_across_the_wrap() -> None:
    statistics = received(65536)  # sent as 0
    assert receive(statistics, 65535) == [Arrival.behind]
    assert statistics.packets_expected == 1
    assert statistics.packets_lost == -1


@pytest.mark.parametrize(
    ("jump", "expected"),
    [
        (2999, Arrival.ahead),
        (3000, Arrival.far_off),
        (-99, Arrival.behind),
        (-100, Arrival.far_off),
        (32767, Arrival.far_off),
        (32768, Arrival.far_off),
    ],
)
def test_how_far_off_is_too_far(jump: int, expected: Arrival) -> None:
    statistics = received(20000)
    assert receive(statistics, 20000 + jump) == [expected]
    assert statistics.packets_received == (1 if expected is Arrival.far_off else 2)


def test_a_stray_packet_changes_nothing() -> None:
    statistics = received(10, 11)
    before = statistics.report(7, 0)
    assert receive(statistics, 9000) == [Arrival.far_off]
    assert statistics.report(7, 0) == before
    assert receive(statistics, 12) == [Arrival.ahead]


def test_two_in_a_row_far_off_are_a_restart() -> None:
    statistics = received(10, 14)
    assert receive(statistics, 40000, 40001) == [Arrival.far_off, Arrival.restarted]
    assert (statistics.packets_expected, statistics.packets_lost) == (1, 0)
    assert statistics.extended_highest_sequence == 40001
    receive(statistics, 40003)
    assert statistics.report(7, 0)[1:3] == (256 // 3, 1)


def test_two_far_off_but_not_in_a_row_are_no_restart() -> None:
    statistics = received(10)
    assert receive(statistics, 40000, 50000, 40002) == [Arrival.far_off] * 3
    assert statistics.packets_expected == 1


def test_a_restart_is_confirmed_across_the_wrap() -> None:
    statistics = received(30000)
    assert receive(statistics, 65535, 65536) == [Arrival.far_off, Arrival.restarted]
    assert statistics.extended_highest_sequence == 0


def test_a_restart_brings_no_jitter() -> None:
    statistics = received(10, 11)
    statistics.receive(40000, 0, 12 * FRAME_NS)
    statistics.receive(40001, STEP, 13 * FRAME_NS)
    statistics.receive(40002, 2 * STEP, 14 * FRAME_NS)
    assert statistics.jitter == 0


@given(st.integers(0, 65535), st.lists(st.integers(-90, 200), max_size=60))
def test_loss_is_what_the_reference_counts(first: int, offsets: list[int]) -> None:
    true_numbers = [first]
    for offset in offsets:  # ahead of or behind the highest so far
        true_numbers.append(max(true_numbers) + offset)
    statistics = received(*true_numbers)
    extended = reference.unwrap([number % 65536 for number in true_numbers], 65536)
    assert statistics.packets_expected == max(extended) - extended[0] + 1
    assert statistics.packets_received == len(extended)


@given(st.lists(st.integers(0, 500), min_size=2, max_size=200))
def test_integer_jitter_stays_near_the_exact_value(delays_units: list[int]) -> None:
    statistics = ReceptionStatistics(CLOCK_HZ)
    for number, delay in enumerate(delays_units):
        statistics.receive(number, number * STEP, number * FRAME_NS + delay * UNIT_NS)
    # each step rounds by half a sixteenth, which sums up to half a unit; the report rounds down
    assert -1.5 <= statistics.jitter - reference.jitter(delays_units) <= 0.5
    assert statistics.jitter_ns == statistics.jitter * UNIT_NS


def test_jitter_survives_the_wrap_of_the_timestamp() -> None:
    statistics = ReceptionStatistics(CLOCK_HZ)
    for number in range(10):
        statistics.receive(number, ((1 << 32) - 800 + number * STEP) % (1 << 32), number * FRAME_NS)
    assert statistics.jitter == 0


def test_jitter_of_a_clock_that_jumps_stays_in_its_field() -> None:
    statistics = ReceptionStatistics(192_000)
    for number in range(2000):
        statistics.receive(number, 0, ((1 << 63) - 1) * (-1) ** number)
    assert 0 <= statistics.jitter < 1 << 31


def test_last_sr_and_the_delay_since_are_reported() -> None:
    statistics = received(1)
    statistics.receive_sender_report(0x1234_5678_9ABC_DEF0, 5_000_000_000)
    report = statistics.report(7, 6_500_000_000)
    assert report.last_sr == 0x5678_9ABC
    assert report.delay_since_last_sr == 3 * 65536 // 2


def test_a_report_before_the_sender_report_says_no_delay() -> None:
    statistics = received(1)
    statistics.receive_sender_report(1 << 32, 5_000_000_000)
    assert statistics.report(7, 4_000_000_000).delay_since_last_sr == 0


@pytest.mark.parametrize("clock_hz", [0, 999, 192_001, -1, 1 << 31])
def test_a_clock_out_of_range_is_refused(clock_hz: int) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        ReceptionStatistics(clock_hz)
