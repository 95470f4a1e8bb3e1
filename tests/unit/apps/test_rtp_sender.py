"""Packets of the load side."""

import itertools
import struct

import pytest

from mixminus import rtp
from mixminus.apps.rtp_sender import FORMATS, RtpSender


def header(packet: bytes | None) -> tuple[int, int, int, int, int]:
    """First byte, second byte, sequence number, time stamp, SSRC."""
    assert packet is not None
    return struct.unpack_from("!BBHII", packet)


def sender(seed: int = 1) -> RtpSender:
    return RtpSender(frame_ticks=960, payload_type=111, ssrc=0x1234, seed=seed)


def test_packets_are_rtp_and_carry_the_payload() -> None:
    packet = sender().packet(b"speech")
    first, second, _, _, ssrc = header(packet)
    assert (first, second & 0x7F, ssrc) == (0x80, 111, 0x1234)
    assert packet is not None
    assert packet[12:] == b"speech"


def test_numbers_and_stamps_go_on_and_wrap() -> None:
    source = sender()
    headers = [header(source.packet(b"x")) for _ in range(70_000)]
    for before, after in itertools.pairwise(headers):
        assert (after[2] - before[2]) % 2**16 == 1
        assert (after[3] - before[3]) % 2**32 == 960


def test_marker_begins_a_talk_spurt_only() -> None:
    source = sender()
    packets = [source.packet(payload) for payload in (b"x", b"x", b"", b"", b"x", b"x")]
    assert [packet and packet[1] >> 7 for packet in packets] == [1, 0, None, None, 1, 0]


def test_silence_takes_time_but_no_number() -> None:
    source = sender()
    before, _, after = source.packet(b"x"), source.packet(b""), source.packet(b"x")
    assert (header(after)[2] - header(before)[2]) % 2**16 == 1
    assert (header(after)[3] - header(before)[3]) % 2**32 == 2 * 960


def test_seed_chooses_where_numbers_start() -> None:
    assert sender(1).packet(b"x") == sender(1).packet(b"x") != sender(2).packet(b"x")


@pytest.mark.parametrize("kind", FORMATS)
def test_formats_hold_20_ms(kind: str) -> None:
    form = FORMATS[kind]
    assert form.frame_samples * 50 == form.sample_rate_hz
    assert form.frame_ticks * 50 == form.clock_hz


def test_g722_has_the_clock_of_rfc_3551() -> None:
    assert (FORMATS["g722"].sample_rate_hz, FORMATS["g722"].clock_hz) == (16_000, 8_000)


def test_levels_are_said_as_rfc_6464_says_them() -> None:
    source = RtpSender(frame_ticks=960, payload_type=111, ssrc=1, seed=1, audio_level_id=3)
    for level, voice in ((-20, True), (-127, False)):
        packet = source.packet(b"speech", level)
        assert packet is not None
        found = rtp.audio_level(packet, 3)
        assert found == rtp.AudioLevel(level_dbov=level, voice=voice)
        assert rtp.parse(packet).payload == b"speech"
