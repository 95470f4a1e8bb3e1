"""Packetisers of H.264 (RFC 6184), VP8 (RFC 7741) and H.265 (RFC 7798), and coded pictures without content.

Each returns the payloads of one access unit in order; the last one has the marker.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

START_CODE = b"\0\0\0\1"


def chunks(data: bytes, size: int) -> list[bytes]:
    """Cut `data` into pieces of at most `size` bytes."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def annex_b(units: list[bytes]) -> bytes:
    """Return the byte stream of NAL units."""
    return b"".join(START_CODE + unit for unit in units)


def split_annex_b(stream: bytes) -> list[bytes]:
    """Return the NAL units of a byte stream, whose start codes have three or four bytes."""
    return [unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1") if unit.rstrip(b"\0")]


def aggregate(units: list[bytes]) -> bytes:
    """Return units behind their sizes, the body of a STAP-A or an aggregation packet."""
    return b"".join(struct.pack("!H", len(unit)) + unit for unit in units)


def fragments(body: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Cut a unit: start and end bits in their places, and the piece."""
    pieces = chunks(body, size)
    for i, piece in enumerate(pieces):
        yield (i == 0) << 7 | (i == len(pieces) - 1) << 6, piece


def h264(units: list[bytes], limit: int = 1200) -> list[bytes]:
    """Small units that follow each other share a STAP-A, large ones become FU-A."""
    return _packets(units, limit, _stap_a, lambda unit: _fu_a(unit, limit - 2))


def _stap_a(units: list[bytes]) -> bytes:
    importance = max(unit[0] & 0x60 for unit in units)
    return bytes([importance | 24]) + aggregate(units)


def _fu_a(unit: bytes, size: int) -> list[bytes]:
    indicator, kind = unit[0] & 0xE0 | 28, unit[0] & 0x1F
    return [bytes([indicator, bits | kind]) + piece for bits, piece in fragments(unit[1:], size)]


def h265(units: list[bytes], limit: int = 1200) -> list[bytes]:
    """Small units that follow each other share an aggregation packet, large ones become FUs."""
    return _packets(units, limit, _aggregation, lambda unit: _fu(unit, limit - 3))


def _aggregation(units: list[bytes]) -> bytes:
    temporal_id = min(unit[1] & 7 for unit in units)
    return bytes([48 << 1, temporal_id]) + aggregate(units)


def _fu(unit: bytes, size: int) -> list[bytes]:
    header = bytes([unit[0] & 0x81 | 49 << 1, unit[1]])
    kind = unit[0] >> 1 & 0x3F
    return [header + bytes([bits | kind]) + piece for bits, piece in fragments(unit[2:], size)]


def _packets(
    units: list[bytes],
    limit: int,
    together: Callable[[list[bytes]], bytes],
    apart: Callable[[bytes], list[bytes]],
) -> list[bytes]:
    payloads: list[bytes] = []
    small: list[bytes] = []

    def flush() -> None:
        if small:
            payloads.append(small[0] if len(small) == 1 else together(small))
            small.clear()

    for unit in units:
        if sum(len(each) + 2 for each in [*small, unit]) + 2 > limit:
            flush()
        if len(unit) > limit:
            payloads.extend(apart(unit))
        else:
            small.append(unit)
    flush()
    return payloads


class Descriptor(NamedTuple):
    """The optional fields of a VP8 payload descriptor; a `picture_id` above 127 takes 15 bits."""

    picture_id: int | None = None
    base_index: int | None = None
    layer: int | None = None
    sync: bool = False
    discardable: bool = False

    def extension(self) -> bytes:
        """Return what X announces; nothing when there is nothing to say."""
        said = [self.picture_id is not None, self.base_index is not None, self.layer is not None]
        parts = [bytes([said[0] << 7 | said[1] << 6 | said[2] << 5])] if any(said) else []
        if self.picture_id is not None:
            is_long = self.picture_id > 127
            form, value = ("!H", 0x8000 | self.picture_id) if is_long else ("!B", self.picture_id)
            parts.append(struct.pack(form, value))
        if self.base_index is not None:
            parts.append(bytes([self.base_index & 0xFF]))
        if self.layer is not None:
            parts.append(bytes([self.layer << 6 | self.sync << 5]))
        return b"".join(parts)


PLAIN = Descriptor()


def vp8(frame: bytes, limit: int = 1200, descriptor: Descriptor = PLAIN) -> list[bytes]:
    """Return one partition, cut anywhere."""
    extension = descriptor.extension()
    first = bool(extension) << 7 | descriptor.discardable << 5
    return [
        bytes([first | (i == 0) << 4]) + extension + piece
        for i, piece in enumerate(chunks(frame, limit - 1 - len(extension)))
    ]


def h264_frame(size: int = 3000, *, key: bool = False, reference: bool = True) -> list[bytes]:
    """Return the units of a picture of about `size` bytes: parameter sets before a key picture."""
    importance = 0x60 if reference else 0
    slice_ = bytes([importance | (5 if key else 1), 0x88]) + bytes(i % 251 + 1 for i in range(size))
    return [b"\x67\x42\x00\x1f", b"\x68\xce\x3c\x80", slice_] if key else [slice_]


def h265_frame(
    size: int = 3000, *, key: bool = False, layer: int = 0, kind: int = 1
) -> list[bytes]:
    """Return the units of a picture: VPS, SPS, PPS and IDR_W_RADL, or a slice of type `kind`."""
    second = layer + 1
    body = b"\x80" + bytes(i % 251 + 1 for i in range(size))
    sets = [bytes([type_ << 1, 1, 7, 7]) for type_ in (32, 33, 34)]
    return [*sets, bytes([19 << 1, 1]) + body] if key else [bytes([kind << 1, second]) + body]


def vp8_frame(size: int = 3000, *, key: bool = False) -> bytes:
    """Return a frame whose first bit says whether it is one of a key picture (RFC 7741 section 4.3)."""
    return bytes([0x10 if key else 0x11]) + bytes(i % 251 + 1 for i in range(size))


class Camera:
    """Sends access units as RTP (RFC 3550 section 5.1), `interval_ms` apart, and keeps what it sent."""

    def __init__(
        self, first_sequence: int = 65_500, first_timestamp: int = 2**32 - 9000, ssrc: int = 1
    ) -> None:
        self.sequence, self.timestamp, self.ssrc = first_sequence, first_timestamp, ssrc
        self.interval_ms = 40
        self.sent_ms = 0
        self.sent: dict[int, bytes] = {}

    def send(self, payloads: list[bytes], *, marker: bool = True) -> list[tuple[int, bytes]]:
        """Return (time in ns, datagram) of one access unit, packets 1 ms apart."""
        datagrams = [
            self.packet(payload, marker=marker and i == len(payloads) - 1)
            for i, payload in enumerate(payloads)
        ]
        times = [(self.sent_ms + i) * 1_000_000 for i in range(len(payloads))]
        self.sent_ms += self.interval_ms
        self.timestamp += self.interval_ms * 90
        return list(zip(times, datagrams, strict=True))

    def packet(self, payload: bytes, *, marker: bool = False, payload_type: int = 96) -> bytes:
        """Return one datagram of the access unit under way."""
        number = self.sequence & 0xFFFF
        header = (0x80, marker << 7 | payload_type, number, self.timestamp & 0xFFFFFFFF, self.ssrc)
        self.sent[number] = struct.pack("!BBHII", *header) + payload
        self.sequence += 1
        return self.sent[number]

    def again(self, number: int, ssrc: int = 99) -> bytes:
        """Return a packet of the retransmission stream (RFC 4588 section 4)."""
        first, second, _, timestamp, _ = struct.unpack_from("!BBHII", self.sent[number])
        header = struct.pack("!BBHII", first, second & 0x80 | 97, number ^ 0x5A5A, timestamp, ssrc)
        return header + struct.pack("!H", number) + self.sent[number][12:]
