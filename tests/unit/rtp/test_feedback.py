"""RTCP feedback: generic NACK and PLI (RFC 4585), FIR (RFC 5104)."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixminus
from mixminus import rtp

# RFC 4585 figures 3 and 4: version 2, FMT 1, PT 205, length 4; PID 1000 and bits 1 and 16 of BLP, then PID 65535
NACK = bytes.fromhex("81 cd 0004 11111111 22222222 03e8 8001 ffff 0001")
# figure 3 alone: FMT 1, PT 206, length 2
PICTURE_LOSS = bytes.fromhex("81 ce 0002 11111111 22222222")
# RFC 5104 figure 7: FMT 4, PT 206, length 2 + 2 * 2; the media source of the header is 0
FULL_INTRA = bytes.fromhex("84 ce 0006 11111111 00000000 22222222 07000000 33333333 ff000000")

WORDS = st.integers(0, 2**32 - 1)


def parsed(datagram: bytes) -> rtp.RtcpPacket:
    (packet,) = rtp.parse_rtcp(datagram, reduced_size=True)
    return packet


def body(packet: rtp.RtcpPacket) -> bytes:
    return rtp.build_rtcp([packet])[12:]


def test_a_nack_written_by_hand() -> None:
    nack = rtp.Nack(0x11111111, 0x22222222, (1000, 1001, 1016, 65535, 0))
    assert parsed(NACK) == nack
    assert rtp.build_rtcp([nack]) == NACK


def test_a_picture_loss_written_by_hand() -> None:
    loss = rtp.PictureLoss(0x11111111, 0x22222222)
    assert parsed(PICTURE_LOSS) == loss
    assert rtp.build_rtcp([loss]) == PICTURE_LOSS


def test_a_full_intra_request_written_by_hand() -> None:
    requests = (rtp.IntraRequest(0x22222222, 7), rtp.IntraRequest(0x33333333, 255))
    request = rtp.FullIntraRequest(0x11111111, requests)
    assert parsed(FULL_INTRA) == request
    assert rtp.build_rtcp([request]) == FULL_INTRA


@pytest.mark.parametrize(
    ("numbers", "entries"),
    [
        ((5,), "0005 0000"),
        (tuple(range(5, 22)), "0005 ffff"),
        (tuple(range(5, 23)), "0005 ffff 0016 0000"),
        ((65530, 9, 10, 11), "fffa c000 000b 0000"),  # 15, 16 and 17 above, over the wrap
        ((8, 7), "0008 0000 0007 0000"),
        ((8, 8, 9), "0008 0001"),
    ],
)
def test_numbers_share_entries(numbers: tuple[int, ...], entries: str) -> None:
    assert body(rtp.Nack(1, 2, numbers)) == bytes.fromhex(entries)


@given(WORDS, WORDS, st.sets(st.integers(0, 65535), min_size=1, max_size=200))
def test_missing_numbers_are_read_back(ssrc: int, media_ssrc: int, missing: set[int]) -> None:
    nack = rtp.Nack(ssrc, media_ssrc, tuple(sorted(missing)))
    assert parsed(rtp.build_rtcp([nack])) == nack


@given(WORDS, st.lists(st.builds(rtp.IntraRequest, WORDS, st.integers(0, 255)), min_size=1))
def test_intra_requests_are_read_back(ssrc: int, requests: list[rtp.IntraRequest]) -> None:
    request = rtp.FullIntraRequest(ssrc, tuple(requests))
    assert parsed(rtp.build_rtcp([request])) == request


def test_feedback_stands_behind_a_report() -> None:
    said: list[rtp.RtcpPacket] = [
        rtp.Report(1),
        rtp.Cname(1, b"a"),
        rtp.PictureLoss(1, 2),
        rtp.Nack(1, 2, (3,)),
    ]
    assert rtp.parse_rtcp(rtp.build_rtcp(said)) == said


@pytest.mark.parametrize(
    ("kind", "form", "words"),
    [(205, 1, 2), (205, 1, 0), (206, 1, 1), (206, 4, 2), (206, 4, 3)],
)
def test_what_is_cut_short_is_malformed(kind: int, form: int, words: int) -> None:
    datagram = struct.pack("!BBH", 0x80 | form, kind, words) + bytes(4 * words)
    with pytest.raises(mixminus.MalformedError, match="cut short"):
        rtp.parse_rtcp(datagram, reduced_size=True)


@pytest.mark.parametrize(("kind", "form"), [(205, 0), (205, 15), (206, 2), (206, 15)])
def test_other_feedback_is_skipped(kind: int, form: int) -> None:
    datagram = struct.pack("!BBH", 0x80 | form, kind, 3) + bytes(12)
    assert rtp.parse_rtcp(datagram, reduced_size=True) == []


@pytest.mark.parametrize(
    "impossible",
    [
        rtp.Nack(1, 2, ()),
        rtp.Nack(1, 2, (65536,)),
        rtp.Nack(1 << 32, 2, (1,)),
        rtp.Nack(1, 2, tuple(range(0, 65536, 17)) * 5),
        rtp.PictureLoss(1, -1),
        rtp.FullIntraRequest(1, ()),
        rtp.FullIntraRequest(1, (rtp.IntraRequest(2, 256),)),
    ],
    ids=lambda packet: repr(packet)[:60],
)
def test_what_feedback_cannot_say_is_refused(impossible: rtp.RtcpPacket) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        rtp.build_rtcp([impossible])
