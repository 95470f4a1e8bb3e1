"""RTP and RTCP for tests, tools and servers: bytes to named tuples and back.

The engine reads packets in place by the same C++ code; this module copies, and raises where the
engine counts. Integers that do not fit their field raise ``OutOfRangeError``.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from mixminus._core import rtp as _rtp
from mixminus._core.rtp import (
    Arrival,
    ElementWriter,
    is_rtcp,
    ns_from_short,
    ntp_from_unix_ns,
    ntp_middle,
    round_trip_ns,
    short_from_ns,
    unix_ns_from_ntp,
    wire_level_dbov,
)

__all__ = [
    "Application",
    "Arrival",
    "AudioLevel",
    "Block",
    "Cname",
    "Element",
    "ElementWriter",
    "FullIntraRequest",
    "Goodbye",
    "IntraRequest",
    "Nack",
    "Packet",
    "PictureLoss",
    "ReceptionReport",
    "ReceptionStatistics",
    "Report",
    "RtcpPacket",
    "SenderInfo",
    "SourceLevel",
    "audio_level",
    "build",
    "build_red",
    "build_rtcp",
    "elements",
    "is_rtcp",
    "mixer_levels",
    "ns_from_short",
    "ntp_from_unix_ns",
    "ntp_middle",
    "parse",
    "parse_red",
    "parse_rtcp",
    "round_trip_ns",
    "short_from_ns",
    "unix_ns_from_ntp",
    "wire_level_dbov",
]


class Packet(NamedTuple):
    """An RTP packet, RFC 3550 section 5.1.

    ``extension_profile`` is 0xBEDE or 0x1000 for the elements of RFC 8285, ``extension`` the body,
    whole 32-bit words; without them both are empty. Padding is no part of it.
    """

    ssrc: int
    sequence_number: int
    rtp_timestamp: int
    payload_type: int
    payload: bytes = b""
    marker: bool = False
    csrcs: tuple[int, ...] = ()
    extension_profile: int = 0
    extension: bytes = b""


def parse(datagram: bytes) -> Packet:
    """Return the fields of an RTP packet.

    Raises
    ------
    MalformedError
        Not version 2, a part reaches beyond the datagram, or it is RTCP (see ``is_rtcp``).
    """
    return Packet._make(_rtp.parse(datagram))


def build(packet: Packet, padding_bytes: int = 0) -> bytes:
    """Return the datagram of ``packet``, which ``parse`` reads back.

    Parameters
    ----------
    packet : Packet
        What to send.
    padding_bytes : int
        Bytes behind the payload, 0..255; their count is the last of them.

    Raises
    ------
    OutOfRangeError
        A field does not fit, there are more than 15 CSRCs, or a payload type of 64..95 has the
        marker, which RFC 5761 section 4 leaves to RTCP.
    """
    return _rtp.build(packet, padding_bytes)


class Element(NamedTuple):
    """A header extension element, RFC 8285 section 4; ``ElementWriter`` writes them."""

    id: int
    data: bytes


def elements(datagram: bytes) -> list[Element]:
    """Return the header extension elements of an RTP packet, in order.

    Raises
    ------
    MalformedError
        No RTP packet, or an element reaches beyond the extension.
    """
    return [Element._make(element) for element in _rtp.elements(datagram)]


class AudioLevel(NamedTuple):
    """How loud a client says its packet is, RFC 6464: 0..-127 dBov and whether it holds voice."""

    level_dbov: int
    voice: bool


def audio_level(datagram: bytes, id: int) -> AudioLevel | None:
    """Return the client-to-mixer level in the element ``id``; None when there is none."""
    found = _rtp.audio_level(datagram, id)
    return None if found is None else AudioLevel._make(found)


class SourceLevel(NamedTuple):
    """A contributing source and its level in a mix, RFC 6465: 0..-127 dBov."""

    ssrc: int
    level_dbov: int


def mixer_levels(datagram: bytes, id: int) -> list[SourceLevel]:
    """Return the mixer-to-client levels in the element ``id``, one for each CSRC.

    Empty when there is no such element, or when it does not hold one level for each CSRC.
    """
    return [SourceLevel._make(level) for level in _rtp.mixer_levels(datagram, id)]


class Block(NamedTuple):
    """One frame of a RED payload, RFC 2198 section 3; the offset is in RTP clock units, back."""

    payload_type: int
    timestamp_offset: int
    payload: bytes
    primary: bool = False


def parse_red(payload: bytes) -> list[Block]:
    """Return the blocks of a RED payload: oldest first, the primary last.

    Raises
    ------
    MalformedError
        A header or a redundant block is cut short, or there are more than 16 blocks.
    """
    return [Block._make(block) for block in _rtp.parse_red(payload)]


def build_red(blocks: Iterable[Block]) -> bytes:
    """Return the RED payload of ``blocks``; the last of them becomes the primary.

    Raises
    ------
    OutOfRangeError
        No block, or a redundant one with more than 1023 bytes or an offset above 16383.
    """
    return _rtp.build_red(blocks)


class SenderInfo(NamedTuple):
    """What a sender says about its stream, RFC 3550 section 6.4.1.

    ``ntp`` has 64 bits, see ``ntp_from_unix_ns``; ``octet_count`` is of payload.
    """

    ntp: int
    rtp_timestamp: int
    packet_count: int
    octet_count: int


class ReceptionReport(NamedTuple):
    """What a receiver says about one source, RFC 3550 section 6.4.1.

    ``fraction_lost`` is in 1/256 since the report before, ``jitter`` in RTP clock units,
    ``delay_since_last_sr`` in 1/65536 s.
    """

    ssrc: int
    fraction_lost: int
    cumulative_lost: int
    extended_highest_sequence: int
    jitter: int
    last_sr: int
    delay_since_last_sr: int


class Report(NamedTuple):
    """SR when ``sender`` is given, else RR; RFC 3550 section 6.4."""

    ssrc: int
    sender: SenderInfo | None = None
    reports: tuple[ReceptionReport, ...] = ()


class Cname(NamedTuple):
    """The canonical name of a source, RFC 3550 section 6.5.1; UTF-8, not decoded."""

    ssrc: int
    name: bytes


class Goodbye(NamedTuple):
    """Sources that leave, RFC 3550 section 6.6; the reason is UTF-8, not decoded."""

    ssrcs: tuple[int, ...]
    reason: bytes = b""


class Application(NamedTuple):
    """What one application says to another of its kind, RFC 3550 section 6.7.

    ``name`` has 4 bytes of ASCII, ``data`` whole 32-bit words, ``subtype`` is in 0..31.
    """

    ssrc: int
    name: bytes
    data: bytes = b""
    subtype: int = 0


class Nack(NamedTuple):
    """Packets to send again, RFC 4585 section 6.2.1; ``ssrc`` asks ``media_ssrc``.

    Built shortest when ``sequence_numbers`` ascend; parsed they ascend within each entry of 17.
    """

    ssrc: int
    media_ssrc: int
    sequence_numbers: tuple[int, ...]


class PictureLoss(NamedTuple):
    """Pictures of ``media_ssrc`` were lost (PLI), RFC 4585 section 6.3.1."""

    ssrc: int
    media_ssrc: int


class IntraRequest(NamedTuple):
    """The stream that shall send a key frame, RFC 5104 section 4.3.1.1.

    ``command_number`` (8 bits) is one more for each new request, the same when one is repeated.
    """

    ssrc: int
    command_number: int


class FullIntraRequest(NamedTuple):
    """Key frames are needed as soon as possible (FIR), RFC 5104 section 4.3.1."""

    ssrc: int
    requests: tuple[IntraRequest, ...]


RtcpPacket: TypeAlias = (
    Report | Cname | Goodbye | Application | Nack | PictureLoss | FullIntraRequest
)


def parse_rtcp(datagram: bytes, *, reduced_size: bool = False) -> list[RtcpPacket]:
    """Return what an RTCP compound packet says, in order. Other packets and items are skipped.

    Parameters
    ----------
    datagram : bytes
        The whole compound.
    reduced_size : bool
        Also take one that does not begin with a report (RFC 5506).

    Raises
    ------
    MalformedError
        It fails the checks of RFC 3550 appendix A.2, or a packet in it is cut short.
    """
    makers = (_report, Cname, Goodbye, Application, Nack, PictureLoss, _full_intra_request)
    return _rtp.parse_rtcp(datagram, makers, reduced_size)


def _report(
    ssrc: int,
    sender: tuple[int, int, int, int] | None,
    reports: list[tuple[int, int, int, int, int, int, int]],
) -> Report:
    info = None if sender is None else SenderInfo._make(sender)
    return Report(ssrc, info, tuple(ReceptionReport._make(report) for report in reports))


def _full_intra_request(ssrc: int, requests: list[tuple[int, int]]) -> FullIntraRequest:
    return FullIntraRequest(ssrc, tuple(IntraRequest._make(request) for request in requests))


def build_rtcp(packets: Iterable[RtcpPacket]) -> bytes:
    """Return the compound of ``packets``; one that ``parse_rtcp`` takes begins with a ``Report``.

    Raises
    ------
    OutOfRangeError
        A field does not fit, there are more than 31 reports or sources, or 255 bytes of text, or the
        data of an ``Application`` is not whole words, or feedback is about nothing.
    """
    writer = _rtp.RtcpWriter()
    for packet in packets:
        match packet:
            case Report():
                writer.report(*packet)
            case Cname():
                writer.cname(*packet)
            case Goodbye():
                writer.goodbye(*packet)
            case Application():
                writer.application(*packet)
            case Nack():
                writer.nack(*packet)
            case PictureLoss():
                writer.picture_loss(*packet)
            case FullIntraRequest():
                writer.full_intra_request(*packet)
    return writer.written()


class ReceptionStatistics(_rtp.ReceptionStatistics):
    """Loss and jitter of one source, RFC 3550 appendices A.1, A.3 and A.8.

    Parameters
    ----------
    clock_hz : int
        RTP clock of the stream, 1000..192000.

    Raises
    ------
    OutOfRangeError
        No such clock.
    """

    def report(self, ssrc: int, now_ns: int) -> ReceptionReport:
        """Return the block to send about ``ssrc`` at ``now_ns``.

        This closes an interval: ``fraction_lost`` covers the time since the last call. All else
        covers the time since the sender started, or restarted.
        """
        return ReceptionReport._make(super().report(ssrc, now_ns))
