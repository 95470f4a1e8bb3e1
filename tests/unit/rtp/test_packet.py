"""RTP packets, RFC 3550 section 5.1."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixminus
from mixminus import rtp
from mixminus._core import rtp as core
from tests.reference import rtp as reference

FIXED = bytes.fromhex("80e0 1234 89abcdef deadbeef")  # V=2, marker, type 96
PAYLOAD = b"hello"


def words(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


@st.composite
def packets(draw: st.DrawFn) -> rtp.Packet:
    marker = draw(st.booleans())
    payload_types = words(7).filter(lambda number: not (marker and 64 <= number <= 95))
    extension = draw(st.binary(max_size=64).map(lambda body: body[: len(body) // 4 * 4]))
    return rtp.Packet(
        ssrc=draw(words(32)),
        sequence_number=draw(words(16)),
        rtp_timestamp=draw(words(32)),
        payload_type=draw(payload_types),
        payload=draw(st.binary(max_size=64)),
        marker=marker,
        csrcs=tuple(draw(st.lists(words(32), max_size=15))),
        extension_profile=draw(words(16)),
        extension=extension,
    )


def test_fixed_header_is_read_field_by_field() -> None:
    assert rtp.parse(FIXED + PAYLOAD) == rtp.Packet(
        ssrc=0xDEADBEEF,
        sequence_number=0x1234,
        rtp_timestamp=0x89ABCDEF,
        payload_type=96,
        marker=True,
        payload=PAYLOAD,
    )


def test_csrcs_extension_and_padding_are_taken_off_the_payload() -> None:
    datagram = bytes.fromhex(
        "b2 00 0001 00000002 00000003"  # padding, extension, two CSRCs
        "0000000a 0000000b"
        "bede 0001 10ff0000"
        "cafe 000003"
    )
    packet = rtp.parse(datagram)
    assert packet.csrcs == (10, 11)
    assert packet.extension_profile == 0xBEDE
    assert packet.extension == bytes.fromhex("10ff0000")
    assert packet.payload == bytes.fromhex("cafe")


def test_a_packet_may_be_all_padding() -> None:
    assert rtp.parse(bytes([FIXED[0] | 0x20]) + FIXED[1:] + b"\0\0\3").payload == b""


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        FIXED[:-1],
        b"\x40" + FIXED[1:],  # version 1
        b"\xc0" + FIXED[1:],  # version 3
        b"\x81" + FIXED[1:] + b"abc",  # one CSRC, cut short
        b"\x8f" + FIXED[1:] + bytes(59),  # fifteen CSRCs, cut short
        b"\x90" + FIXED[1:] + b"\xbe\xde\0",  # extension header cut short
        b"\x90" + FIXED[1:] + b"\xbe\xde\0\2abcdefg",  # extension body cut short
        b"\x90" + FIXED[1:] + b"\xbe\xde\xff\xffabcdefg",
        b"\xa0" + FIXED[1:],  # padding, but no byte that counts it
        b"\xa0" + FIXED[1:] + b"\0",  # a count of 0
        b"\xa0" + FIXED[1:] + b"ab\4",  # more padding than packet
        b"\x80\xc8" + FIXED[2:],  # RTCP, sender report
        b"\x80\xcb" + FIXED[2:],  # RTCP, BYE
    ],
    ids=lambda datagram: datagram.hex() or "empty",
)
def test_what_is_no_rtp_packet_is_malformed(datagram: bytes) -> None:
    with pytest.raises(mixminus.MalformedError, match="no RTP packet"):
        rtp.parse(datagram)


@pytest.mark.parametrize(
    ("second_byte", "expected"),
    [(0, False), (96, False), (191, False), (192, True), (200, True), (223, True), (224, False)],
)
def test_rtcp_is_told_apart_by_its_second_byte(second_byte: int, expected: bool) -> None:
    assert rtp.is_rtcp(bytes([0x80, second_byte, 0, 1])) is expected


def test_neither_other_versions_nor_nothing_is_rtcp() -> None:
    assert not rtp.is_rtcp(b"\x40\xc8\0\1")
    assert not rtp.is_rtcp(b"\x80")


@given(st.binary(max_size=80), words(6))
def test_any_bytes_are_read_as_the_reference_reads_them(noise: bytes, first: int) -> None:
    datagram = bytes([2 << 6 | first]) + noise
    expected = reference.parse(datagram)
    if expected is None:
        with pytest.raises(mixminus.MalformedError):
            rtp.parse(datagram)
    else:
        assert rtp.parse(datagram) == expected


@given(packets())
def test_what_was_built_is_read_back(packet: rtp.Packet) -> None:
    datagram = rtp.build(packet)
    assert datagram == reference.build(packet)
    assert rtp.parse(datagram) == packet
    assert core.rewrite(datagram, 2) == datagram


@given(packets(), st.integers(1, 255))
def test_padding_is_written_and_taken_off(packet: rtp.Packet, padding_bytes: int) -> None:
    datagram = rtp.build(packet, padding_bytes)
    assert len(datagram) == len(rtp.build(packet)) + padding_bytes
    assert datagram[-padding_bytes:] == bytes(padding_bytes - 1) + bytes([padding_bytes])
    assert rtp.parse(datagram) == packet


@pytest.mark.parametrize(
    "wrong",
    [
        {"ssrc": 1 << 32},
        {"ssrc": -1},
        {"sequence_number": 1 << 16},
        {"rtp_timestamp": 1 << 32},
        {"payload_type": 128},
        {"payload_type": 72, "marker": True},
        {"csrcs": (1,) * 16},
        {"csrcs": (1 << 32,)},
        {"extension": b"abc"},
        {"extension": bytes(4 * 65536)},
        {"extension_profile": 1 << 16},
    ],
    ids="-".join,
)
def test_what_no_header_can_say_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        rtp.build(rtp.Packet(1, 2, 3, 4)._replace(**wrong))


def test_padding_of_more_than_a_byte_can_count_is_refused() -> None:
    with pytest.raises(mixminus.OutOfRangeError, match="padding_bytes"):
        rtp.build(rtp.Packet(1, 2, 3, 4), 256)


@pytest.mark.parametrize("wrong", ["12", 1.0, None])
def test_a_field_that_is_no_integer_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError):
        rtp.build(rtp.Packet(1, 2, 3, 4)._replace(ssrc=wrong))


@pytest.mark.parametrize("wrong", ["text", bytearray(12), None])
def test_what_is_not_bytes_is_a_type_error(wrong: bytes) -> None:
    with pytest.raises(TypeError):
        rtp.parse(wrong)
