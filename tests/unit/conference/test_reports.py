"""RTCP of a leg: when reports are made, what they say, and what is learned from those of the site."""

import itertools

import numpy as np
import pytest

from mixminus import Codec, Conference, Leg, rtp
from tests.support.sender import FRAME_NS, Sender

S = 1_000_000_000
UNIX_OFFSET_NS = 1_700_000_000 * S


def run(conf: Conference, leg: Leg, ticks: range, sender: Sender) -> list[tuple[int, bytes]]:
    """Tick, with a packet of the site before each; return (now_ns, report)."""
    reports = []
    for index in ticks:
        now_ns = index * FRAME_NS
        leg.receive(sender.packet(bytes(160)), now_ns)
        conf.tick(now_ns)
        leg.take_packet()
        if report := leg.take_report():
            reports.append((now_ns, report))
    return reports


def conference() -> tuple[Conference, Leg, Sender]:
    conf = Conference(threads=1, seed=1, unix_offset_ns=UNIX_OFFSET_NS)
    leg = conf.add_leg("pcmu", ssrc=0xABCD, cname="mcu@province")
    return conf, leg, Sender(ssrc=77, payload_type=0, step=160)


def test_reports_come_every_five_seconds_more_or_less() -> None:
    conf, leg, sender = conference()
    times = [now_ns for now_ns, _ in run(conf, leg, range(5000), sender)]
    assert times[0] <= 0.75 * 2.5 * S / 0.6
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert all(2.5 * S / 1.22 <= gap <= 7.5 * S / 1.21 + FRAME_NS for gap in gaps)  # RFC 3550 6.3.1
    assert len(set(gaps)) > 5


def test_a_report_says_what_was_sent_and_what_came() -> None:
    conf, leg, sender = conference()
    ((now_ns, report), *_) = run(conf, leg, range(400), sender)
    sent, cname = rtp.parse_rtcp(report)
    assert isinstance(sent, rtp.Report)
    assert isinstance(cname, rtp.Cname)
    ticks = now_ns // FRAME_NS + 1
    assert sent.ssrc == 0xABCD
    assert sent.sender is not None
    assert sent.sender.packet_count == ticks
    assert sent.sender.octet_count == ticks * 160
    assert rtp.unix_ns_from_ntp(sent.sender.ntp) == now_ns + UNIX_OFFSET_NS
    (block,) = sent.reports
    assert (block.ssrc, block.cumulative_lost, block.fraction_lost) == (77, 0, 0)
    assert cname.name == b"mcu@province"


def test_a_report_says_nothing_about_a_stream_that_has_not_begun() -> None:
    conf, leg, _ = conference()
    events = Sender(ssrc=77, payload_type=101, step=160)  # telephone-event, RFC 4733
    (_, report), *_ = run(conf, leg, range(400), events)
    sent, _ = rtp.parse_rtcp(report)
    assert isinstance(sent, rtp.Report)
    assert sent.reports == ()


def test_lost_packets_are_reported() -> None:
    conf, leg, sender = conference()
    run(conf, leg, range(10), sender)
    for _ in range(40):
        sender.packet(b"")  # numbered, but never sent
    reports = run(conf, leg, range(10, 400), sender)
    sent = rtp.parse_rtcp(reports[0][1])[0]
    assert isinstance(sent, rtp.Report)
    assert sent.reports[0].cumulative_lost == 40
    assert sent.reports[0].fraction_lost > 0
    assert leg.stats().packets_lost == 40


def test_the_site_tells_its_loss_and_the_round_trip() -> None:
    conf, leg, sender = conference()
    ((sent_ns, report), *_) = run(conf, leg, range(400), sender)
    sent = rtp.parse_rtcp(report)[0]
    assert isinstance(sent, rtp.Report)
    assert sent.sender is not None
    block = rtp.ReceptionReport(
        ssrc=0xABCD,
        fraction_lost=64,
        cumulative_lost=12,
        extended_highest_sequence=500,
        jitter=80,
        last_sr=rtp.ntp_middle(sent.sender.ntp),
        delay_since_last_sr=rtp.short_from_ns(2 * S),
    )
    answer = rtp.build_rtcp([rtp.Report(77, None, (block,)), rtp.Cname(77, b"hall")])
    assert leg.stats().round_trip_time is None
    leg.receive(answer, sent_ns + 2 * S + 180_000_000)
    stats = leg.stats()
    assert (stats.remote_packets_lost, stats.fraction_lost, stats.remote_jitter) == (12, 0.25, 80)
    assert stats.round_trip_time == pytest.approx(0.18, abs=1e-4)
    assert stats.reports_received == 1


def test_a_block_about_somebody_else_is_not_ours() -> None:
    _, leg, _ = conference()
    block = rtp.ReceptionReport(1, 255, 999, 1, 1, 0, 0)
    leg.receive(rtp.build_rtcp([rtp.Report(77, None, (block,)), rtp.Cname(77, b"hall")]), 0)
    assert leg.stats().remote_packets_lost == 0


@pytest.mark.parametrize("fraction_lost", [0, 64])
def test_reported_loss_brings_in_band_fec(fraction_lost: int) -> None:
    conf = Conference(threads=1, seed=1)
    tone = (8000 * np.sin(np.arange(960) * 0.05)).astype(np.int16)
    talker = conf.add_leg("pcmu")
    settings = Codec(in_band_fec=True, bitrate_bps=32_000, application="voip")
    listeners = [conf.add_leg(settings, ssrc=ssrc) for ssrc in (1, 2)]
    block = rtp.ReceptionReport(1, fraction_lost, 5, 50, 1, 0, 0)
    listeners[0].receive(
        rtp.build_rtcp([rtp.Report(77, None, (block,)), rtp.Cname(77, b"hall")]), 0
    )
    mouth, sender = Codec("pcmu"), Sender(ssrc=3, payload_type=0, step=160)
    copies = 0
    for index in range(100):
        talker.receive(sender.packet(mouth.encode(tone[:160])), index * FRAME_NS)
        conf.tick(index * FRAME_NS)
        for leg in listeners:
            packet = leg.take_packet()
            assert packet is not None
            copies += settings.has_fec(packet[12:])
    assert copies > 60 if fraction_lost else copies == 0


def test_bye_is_noticed() -> None:
    _, leg, _ = conference()
    assert not leg.has_said_bye
    leg.receive(
        rtp.build_rtcp([rtp.Report(77, None, ()), rtp.Cname(77, b"hall"), rtp.Goodbye((77,))]), 0
    )
    assert leg.has_said_bye


def test_broken_reports_are_counted() -> None:
    _, leg, _ = conference()
    leg.receive(bytes([0x80, 200, 0, 40]) + bytes(20), 0)
    stats = leg.stats()
    assert (stats.reports_malformed, stats.reports_received, stats.packets_received) == (1, 0, 0)
