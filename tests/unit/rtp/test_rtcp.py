"""RTCP compounds, RFC 3550 section 6."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixminus
from mixminus import rtp

SENDER_REPORT = bytes.fromhex(
    "81 c8 000c 11111111"  # one block, 12 words
    "e0000001 80000000 00000100 00000032 00001f40"
    "22222222 40 ffffff 00010005 00000017 00018000 00010000"
)
RECEIVER_REPORT = bytes.fromhex("80 c9 0001 11111111")
CNAME = bytes.fromhex("81 ca 0003 11111111 01 03") + b"a@b" + bytes(3)
GOODBYE = bytes.fromhex("82 cb 0004 11111111 22222222 05") + b"tired" + bytes(2)

SENDER = rtp.SenderInfo(0xE0000001_80000000, 0x100, 50, 8000)
BLOCK = rtp.ReceptionReport(0x22222222, 64, -1, 0x10005, 23, 0x18000, 65536)


def words(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


SENDERS = st.builds(rtp.SenderInfo, words(64), words(32), words(32), words(32))
BLOCKS = st.builds(
    rtp.ReceptionReport,
    words(32),
    words(8),
    st.integers(-(1 << 23), (1 << 23) - 1),
    *[words(32)] * 4,
)
REPORTS = st.builds(
    rtp.Report,
    words(32),
    st.none() | SENDERS,
    st.lists(BLOCKS, max_size=31).map(tuple),
)
CNAMES = st.builds(rtp.Cname, words(32), st.binary(max_size=255))
GOODBYES = st.builds(
    rtp.Goodbye, st.lists(words(32), max_size=31).map(tuple), st.binary(max_size=255)
)
APPLICATIONS = st.builds(
    rtp.Application,
    words(32),
    st.binary(min_size=4, max_size=4),
    st.binary(max_size=64).map(lambda data: data * 4),
    words(5),
)
COMPOUNDS = st.builds(
    lambda report, others: [report, *others],
    REPORTS,
    st.lists(REPORTS | CNAMES | GOODBYES | APPLICATIONS, max_size=4),
)


def packet(type_: int, count: int, body: bytes, *, flags: int = 0x80) -> bytes:
    return struct.pack("!BBH", flags | count, type_, len(body) // 4) + body


def test_a_sender_report_written_by_hand() -> None:
    assert rtp.parse_rtcp(SENDER_REPORT) == [rtp.Report(0x11111111, SENDER, (BLOCK,))]
    assert rtp.build_rtcp([rtp.Report(0x11111111, SENDER, (BLOCK,))]) == SENDER_REPORT


def test_a_compound_is_read_in_order() -> None:
    assert rtp.parse_rtcp(RECEIVER_REPORT + CNAME + GOODBYE) == [
        rtp.Report(0x11111111),
        rtp.Cname(0x11111111, b"a@b"),
        rtp.Goodbye((0x11111111, 0x22222222), b"tired"),
    ]


def test_a_compound_is_written_to_the_same_bytes() -> None:
    written = rtp.build_rtcp(rtp.parse_rtcp(RECEIVER_REPORT + CNAME + GOODBYE))
    assert written == RECEIVER_REPORT + CNAME + GOODBYE


@given(COMPOUNDS)
def test_what_was_built_is_read_back(compound: list[rtp.RtcpPacket]) -> None:
    assert rtp.parse_rtcp(rtp.build_rtcp(compound)) == compound


def test_an_application_packet_written_by_hand() -> None:
    written = bytes.fromhex("83 cc 0003 11111111") + b"MEET" + bytes.fromhex("01020304")
    said = rtp.Application(0x11111111, b"MEET", bytes([1, 2, 3, 4]), 3)
    assert rtp.parse_rtcp(written, reduced_size=True) == [said]
    assert rtp.build_rtcp([said]) == written
    with pytest.raises(mixminus.MalformedError, match=r"6\.7"):
        rtp.parse_rtcp(written[:2] + b"\0\1" + written[4:8], reduced_size=True)


def test_an_empty_bye_is_read() -> None:
    assert rtp.parse_rtcp(RECEIVER_REPORT + packet(203, 0, b"")) == [
        rtp.Report(0x11111111),
        rtp.Goodbye(()),
    ]


def test_other_packets_and_items_are_skipped() -> None:
    feedback = packet(205, 0, bytes(8))
    tool = packet(202, 1, b"\0\0\0\1" + b"\6\2ab" + b"\1\1c\0")
    assert rtp.parse_rtcp(RECEIVER_REPORT + feedback + tool)[1:] == [rtp.Cname(1, b"c")]


def test_every_chunk_of_a_description_is_read() -> None:
    two = packet(202, 2, b"\0\0\0\1\1\1a\0" + b"\0\0\0\2\1\2bc\0\0\0\0")
    assert rtp.parse_rtcp(RECEIVER_REPORT + two)[1:] == [rtp.Cname(1, b"a"), rtp.Cname(2, b"bc")]


def test_a_chunk_may_hold_no_item() -> None:
    two = packet(202, 2, b"\0\0\0\1\0\0\0\0" + b"\0\0\0\2\1\1a\0")
    assert rtp.parse_rtcp(RECEIVER_REPORT + two)[1:] == [rtp.Cname(2, b"a")]


def test_profile_specific_rest_of_a_report_is_ignored() -> None:
    longer = packet(201, 0, b"\0\0\0\1" + bytes(8))
    assert rtp.parse_rtcp(longer) == [rtp.Report(1)]


def test_padding_of_the_last_packet_is_taken_off() -> None:
    padded = packet(203, 1, b"\0\0\0\1" + b"\0\0\0\4", flags=0xA0)
    assert rtp.parse_rtcp(RECEIVER_REPORT + padded)[1:] == [rtp.Goodbye((1,))]


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x80\xc9\0",
        CNAME,  # begins with no report
        b"\x40" + RECEIVER_REPORT[1:],  # version 1
        RECEIVER_REPORT + b"\x40" + CNAME[1:],
        RECEIVER_REPORT[:-1],  # shorter than it says
        RECEIVER_REPORT + b"\0",  # longer than it says
        RECEIVER_REPORT + CNAME[:-4],
        packet(201, 0, b"\0\0\0\1" + b"\0\0\0\4", flags=0xA0),  # padding on the first
        RECEIVER_REPORT + packet(203, 0, b"\0\0\0\4", flags=0xA0) + CNAME,  # not on the last
        RECEIVER_REPORT + packet(203, 0, b"\0\0\0\0", flags=0xA0),  # counts of 0, 3, 8
        RECEIVER_REPORT + packet(203, 0, b"\0\0\0\3", flags=0xA0),
        RECEIVER_REPORT + packet(203, 0, b"\0\0\0\x08", flags=0xA0),
        RECEIVER_REPORT + packet(203, 0, b"", flags=0xA0),
        packet(201, 0, b""),  # no source
        packet(201, 1, b"\0\0\0\1"),  # no block
        packet(200, 0, b"\0\0\0\1" + bytes(16)),  # sender info cut short
        RECEIVER_REPORT + packet(202, 1, b""),  # no chunk
        RECEIVER_REPORT + packet(202, 1, b"\0\0\0\1"),  # no end of chunk
        RECEIVER_REPORT + packet(202, 1, b"\0\0\0\1\1\2ab"),  # the same behind an item
        RECEIVER_REPORT + packet(202, 1, b"\0\0\0\1\1\5ab"),  # item cut short
        RECEIVER_REPORT + packet(202, 1, b"\0\0\0\1\1\1a\1"),  # item without a length
        RECEIVER_REPORT + packet(203, 2, b"\0\0\0\1"),  # sources cut short
        RECEIVER_REPORT + packet(203, 1, b"\0\0\0\1\4abc"),  # reason cut short
    ],
    ids=lambda datagram: datagram.hex() or "empty",
)
def test_what_is_no_compound_is_malformed(datagram: bytes) -> None:
    with pytest.raises(mixminus.MalformedError):
        rtp.parse_rtcp(datagram)


def test_reduced_size_is_read_when_asked_for() -> None:
    assert rtp.parse_rtcp(CNAME, reduced_size=True) == [rtp.Cname(0x11111111, b"a@b")]
    with pytest.raises(mixminus.MalformedError, match="cut short"):
        rtp.parse_rtcp(CNAME + b"\x80", reduced_size=True)


@given(st.binary(max_size=120))
def test_noise_is_read_or_malformed(noise: bytes) -> None:
    body = noise[: len(noise) // 4 * 4]
    for type_ in (200, 201, 202, 203):
        try:
            found = rtp.parse_rtcp(packet(type_, len(noise) % 8, body), reduced_size=True)
        except mixminus.MalformedError:
            continue
        assert rtp.parse_rtcp(rtp.build_rtcp(found), reduced_size=True) == found


def test_loss_is_clamped_to_24_bits() -> None:
    for lost, expected in [(1 << 24, (1 << 23) - 1), (-(1 << 24), -(1 << 23))]:
        (report,) = rtp.parse_rtcp(
            rtp.build_rtcp([rtp.Report(1, None, (BLOCK._replace(cumulative_lost=lost),))])
        )
        assert isinstance(report, rtp.Report)
        assert report.reports[0].cumulative_lost == expected


@pytest.mark.parametrize(
    "too_much",
    [
        rtp.Report(1, None, (BLOCK,) * 32),
        rtp.Report(1, SENDER, (BLOCK,) * 32),
        rtp.Report(1 << 32),
        rtp.Report(1, SENDER._replace(ntp=1 << 64)),
        rtp.Report(1, None, (BLOCK._replace(fraction_lost=256),)),
        rtp.Cname(1, bytes(256)),
        rtp.Goodbye((1,) * 32),
        rtp.Goodbye((1,), bytes(256)),
        rtp.Goodbye((-1,)),
        rtp.Application(1, b"four", bytes(3)),
        rtp.Application(1, b"three"),
        rtp.Application(1, b"four", subtype=32),
    ],
    ids=repr,
)
def test_what_one_packet_cannot_say_is_refused(
    too_much: rtp.RtcpPacket,
) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        rtp.build_rtcp([too_much])


def test_a_compound_larger_than_a_datagram_is_refused() -> None:
    with pytest.raises(mixminus.OutOfRangeError, match="65507"):
        rtp.build_rtcp([rtp.Report(1, None, (BLOCK,) * 31)] * 100)
