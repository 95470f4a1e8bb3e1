"""What a receiver knows of the sender's clock, of the ways by which packets come, and what it asks for."""

from __future__ import annotations

import numpy as np
import pytest

import mixminus
from mixminus import rtp as wire
from tests.network.model import MS, Arrivals, Sender, rtp
from tests.network.play import play, voice
from tests.unit.conference.test_audio_receiver import RATE_HZ, receiver, tone, without

CAPTURE_UNIX_NS = (
    1_790_000_000_000_000_000  # of the first sample of `Sender`, on the sender's clock
)


def report_at(media_ms: float) -> wire.SenderInfo:
    """Return what the sender says when it has captured so much."""
    ntp = wire.ntp_from_unix_ns(CAPTURE_UNIX_NS + int(media_ms * MS))
    timestamp = (Sender().first_timestamp + int(media_ms * RATE_HZ / 1000)) % 2**32
    return wire.SenderInfo(ntp, timestamp, 0, 0)


def played_ms(rx: mixminus.AudioReceiver, now_ns: int) -> float:
    ntp = rx.playout_ntp(now_ns)
    assert ntp is not None
    return (wire.unix_ns_from_ntp(ntp) - CAPTURE_UNIX_NS) / MS


def test_playout_time_is_unknown_without_a_report_and_before_the_first_packet() -> None:
    rx = receiver()
    assert rx.playout_ntp(0) is None
    rx.receive_report(report_at(0), 0)
    assert rx.playout_ntp(0) is None
    without_report = receiver()
    play(without_report, Sender().packets(tone(0.5)), 500)
    assert without_report.playout_ntp(500 * MS) is None


@pytest.mark.parametrize("reported_ms", [-3000, 0, 900, 100_000])
@pytest.mark.parametrize("delay_ms", [0, 40, 200])
def test_playout_time_is_that_of_the_capture(reported_ms: int, delay_ms: int) -> None:
    rx = receiver(min_delay_ms=delay_ms)
    pcm = np.arange(RATE_HZ * 2, dtype=np.int16)
    out = play(rx, Sender().packets(pcm), 1500)
    rx.receive_report(report_at(reported_ms), 1500 * MS)
    # the last frame began at 1480 ms; a ramp tells what it held
    expected_ms = int(out[-RATE_HZ // 50]) / RATE_HZ * 1000
    assert played_ms(rx, 1480 * MS) == pytest.approx(expected_ms, abs=0.1)


def test_playout_time_is_unknown_again_with_another_sender() -> None:
    rx = receiver()
    rx.receive_report(report_at(0), 0)
    play(rx, Sender().packets(tone(0.5)), 500)
    assert rx.playout_ntp(500 * MS) is not None
    play(rx, Sender(ssrc=2).packets(tone(0.5), 500), 1000, from_ms=500)
    assert rx.playout_ntp(1000 * MS) is None


@pytest.mark.parametrize("wanted_ms", [0, 150, 400])
def test_least_delay_is_moved_without_a_jump(wanted_ms: int) -> None:
    rx = receiver(min_delay_ms=60)
    pcm = voice(12, RATE_HZ)
    arrivals = Sender().packets(pcm)
    play(rx, arrivals, 3000)
    rx.set_min_delay_ms(wanted_ms)
    shifts: list[int] = []
    for now_ms in range(3000, 11_000, 20):
        for at_ns, packet in arrivals:
            if (now_ms - 20) * MS < at_ns <= now_ms * MS:
                rx.insert(packet, at_ns)
        rx.pull(now_ms * MS)
        shifts.append(rx.last_shift_samples)
    delay_ms = rx.stats().playout_delay * 1000
    assert wanted_ms - 4 <= delay_ms <= max(wanted_ms, 10) + 20
    assert max(map(abs, shifts)) <= RATE_HZ * 0.125  # in a pause; a voice is moved by periods
    assert sum(shift != 0 for shift in shifts) >= (wanted_ms != 60)


@pytest.mark.parametrize("wrong_ms", [-1, 1001])
def test_least_delay_stays_within_its_bounds(wrong_ms: int) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        receiver().set_min_delay_ms(wrong_ms)


def test_delay_of_the_network_is_told_without_the_least_delay() -> None:
    rx = receiver(min_delay_ms=200)
    play(rx, Sender().packets(tone(4)), 4000)
    stats = rx.stats()
    emitted = stats.jitter_buffer_emitted_count
    assert stats.jitter_buffer_target_delay / emitted == pytest.approx(0.2, abs=0.01)
    assert stats.jitter_buffer_minimum_delay / emitted < 0.02


def two_paths(losses: tuple[set[int], set[int]], skew_ms: float) -> list[tuple[int, bytes, int]]:
    arrivals = Sender().packets(tone(4))
    both = [
        (int(at_ns + path * skew_ms * MS), packet, path)
        for path, lost in enumerate(losses)
        for at_ns, packet in without(arrivals, lost)
    ]
    return sorted(both, key=lambda each: (each[0], each[2]))


@pytest.mark.parametrize("skew_ms", [0, 3, 15])
def test_two_paths_lose_nothing_that_one_of_them_brings(skew_ms: float) -> None:
    rx = receiver(min_delay_ms=40)
    losses = ({20, 21, 22, 80}, {50, 81, 120})
    packets = two_paths(losses, skew_ms)
    index = 0
    for now_ms in range(0, 4000, 20):
        while index < len(packets) and packets[index][0] <= now_ms * MS:
            at_ns, packet, path = packets[index]
            rx.insert(packet, at_ns, path)
            index += 1
        rx.pull(now_ms * MS)
    stats = rx.stats()
    assert stats.concealed_samples == stats.packets_lost == 0
    first, second = stats.paths
    assert (first.packets_lost, second.packets_lost) == (4, 3)
    assert first.packets_received + second.packets_received == stats.packets_received == index
    assert (
        first.packets_first + second.packets_first == 199
    )  # the last packet comes after the last pull
    assert second.packets_first == 4
    assert stats.packets_duplicated == index - 199


def test_one_path_is_shown_when_one_is_used() -> None:
    rx = receiver()
    play(rx, Sender().packets(tone(0.5)), 500)
    (only,) = rx.stats().paths
    assert only.packets_first == only.packets_received == 24


@pytest.mark.parametrize("path", [-1, 4])
def test_paths_that_do_not_exist_are_refused(path: int) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        receiver().insert(rtp(1, 1, b"\0\0"), 0, path)
    with pytest.raises(mixminus.OutOfRangeError):
        mixminus.Conference().add_leg(codec="pcmu").receive(rtp(1, 1, b"\0\0"), 0, path)


def asked_for(
    rx: mixminus.AudioReceiver, arrivals: Arrivals, lost: set[int], round_trip_ms: int
) -> list[tuple[int, int]]:
    """Return (when in ms, index of the packet) of every request; nothing answers."""
    rx.set_round_trip_ns(round_trip_ms * MS)
    kept = without(arrivals, lost)
    asked, index = [], 0
    for now_ms in range(0, 2000, 10):
        while index < len(kept) and kept[index][0] <= now_ms * MS:
            rx.insert(kept[index][1], kept[index][0])
            index += 1
        if now_ms % 20 == 0:
            rx.pull(now_ms * MS)
        for number in rx.take_nacks(now_ms * MS):
            asked.append((now_ms, (number - Sender().first_sequence) % 2**16))
    return asked


def test_a_missing_packet_is_asked_for_at_once_and_again_after_a_round_trip() -> None:
    rx = receiver(min_delay_ms=300)
    asked = asked_for(rx, Sender().packets(tone(2)), {40}, 60)
    times = [at_ms for at_ms, number in asked if number == 40]
    assert {number for _, number in asked} == {40}
    assert times[0] == 840  # packet 41 came then
    gaps = np.diff(times)
    assert gaps[0] >= 60
    assert (np.diff(gaps) >= 0).all()
    assert rx.stats().nack_count == len(asked)
    assert times[-1] <= 1120  # when its time to be played has passed nobody asks


def test_an_answer_in_time_is_played() -> None:
    rx = receiver(min_delay_ms=200)
    arrivals = Sender().packets(tone(2))
    missing = arrivals[40]
    repaired = sorted([*without(arrivals, {40}), (missing[0] + 100 * MS, missing[1])])
    play(rx, repaired, 1900)
    stats = rx.stats()
    assert stats.concealed_samples == stats.packets_lost == stats.packets_discarded == 0


def test_an_answer_that_is_too_late_is_discarded() -> None:
    rx = receiver()
    arrivals = Sender().packets(tone(2))
    missing = arrivals[40]
    play(rx, sorted([*without(arrivals, {40}), (missing[0] + 300 * MS, missing[1])]), 1900)
    assert rx.stats().packets_discarded == 1
    assert rx.stats().packets_lost == 0


def test_nothing_is_asked_for_before_the_first_packet() -> None:
    assert receiver().take_nacks(0) == []


def test_interruptions_are_150_ms_and_more() -> None:
    rx = receiver()
    lost = set(range(50, 57)) | set(range(100, 109)) | set(range(150, 170))  # 140, 180 and 400 ms
    play(rx, without(Sender().packets(tone(4.5)), lost), 4400)
    stats = rx.stats()
    assert stats.interruption_count == 2
    assert stats.total_interruption_duration == pytest.approx(0.58, abs=0.03)
    assert stats.concealment_events == 3


def test_bursts_of_loss_are_told_from_single_losses() -> None:
    rx = receiver()
    lost = {30, 60, 90} | {120, 121, 123} | {160, 161, 162}
    play(rx, without(Sender().packets(tone(4.5)), lost), 4400)
    stats = rx.stats()
    assert stats.burst_duration == pytest.approx(0.07)  # 4 and 3 packets
    assert stats.burst_density == pytest.approx(6 / 7)
    assert stats.gap_density == pytest.approx(3 / 212, rel=0.05)
    assert stats.gap_duration == pytest.approx(212 / 3 * 0.02, rel=0.05)
