"""RTP and RTCP by struct and arithmetic on whole lists, straight from the definitions."""

import struct
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from mixminus.rtp import Block, Element, Packet

SEQUENCE_NUMBERS = 1 << 16


def split(data: bytes, size: int) -> tuple[bytes, bytes]:
    """Return the first ``size`` bytes and the rest, or raise."""
    if size > len(data):
        raise EOFError
    return data[:size], data[size:]


def parse(datagram: bytes) -> Packet | None:
    """RFC 3550 section 5.1; None when it is no such packet."""
    try:
        return _parse(datagram)
    except EOFError:
        return None


def _parse(datagram: bytes) -> Packet | None:
    fixed, rest = split(datagram, 12)
    first, second, sequence_number, rtp_timestamp, ssrc = struct.unpack("!BBHII", fixed)
    if first >> 6 != 2 or 192 <= second <= 223:
        return None
    csrcs, rest = split(rest, 4 * (first & 15))
    profile, extension = 0, b""
    if first & 16:
        head, rest = split(rest, 4)
        profile, words = struct.unpack("!HH", head)
        extension, rest = split(rest, 4 * words)
    if first & 32:
        if not rest or not 1 <= rest[-1] <= len(rest):
            return None
        rest = rest[: -rest[-1]]
    return Packet(
        ssrc,
        sequence_number,
        rtp_timestamp,
        second & 127,
        rest,
        bool(second >> 7),
        struct.unpack(f"!{first & 15}I", csrcs),
        profile,
        extension,
    )


def build(packet: Packet) -> bytes:
    """Return the datagram that parse() reads."""
    has_extension = packet.extension_profile != 0 or packet.extension != b""
    datagram = struct.pack(
        "!BBHII",
        2 << 6 | has_extension << 4 | len(packet.csrcs),
        packet.marker << 7 | packet.payload_type,
        packet.sequence_number,
        packet.rtp_timestamp,
        packet.ssrc,
    ) + struct.pack(f"!{len(packet.csrcs)}I", *packet.csrcs)
    if has_extension:
        datagram += struct.pack("!HH", packet.extension_profile, len(packet.extension) // 4)
    return datagram + packet.extension + packet.payload


def elements(profile: int, body: bytes) -> list[Element] | None:
    """RFC 8285 sections 4.2 and 4.3; None when an element is cut short."""
    found = []
    while body := body.lstrip(b"\0"):
        if profile == 0xBEDE:
            id_, size, body = body[0] >> 4, (body[0] & 15) + 1, body[1:]
            if id_ in {0, 15}:
                break
        else:
            if len(body) < 2:
                return None
            id_, size, body = body[0], body[1], body[2:]
        if size > len(body):
            return None
        found.append(Element(id_, body[:size]))
        body = body[size:]
    return found


def parse_red(payload: bytes) -> list[Block] | None:
    """RFC 2198 section 3; None when it is no such payload."""
    heads = []
    while payload and payload[0] & 128:
        if len(payload) < 4:
            return None
        (word,) = struct.unpack("!I", payload[:4])
        heads.append((word >> 24 & 127, word >> 10 & 0x3FFF, word & 0x3FF))
        payload = payload[4:]
    if not payload or len(heads) > 15:
        return None
    primary, payload = payload[0], payload[1:]
    blocks = []
    for payload_type, offset, size in heads:
        if size > len(payload):
            return None
        blocks.append(Block(payload_type, offset, payload[:size]))
        payload = payload[size:]
    return [*blocks, Block(primary, 0, payload, primary=True)]


def build_red(blocks: Sequence[Block]) -> bytes:
    """Return the payload that parse_red() reads."""
    heads = b"".join(
        struct.pack(
            "!I",
            1 << 31 | block.payload_type << 24 | block.timestamp_offset << 10 | len(block.payload),
        )
        for block in blocks[:-1]
    )
    head = bytes([blocks[-1].payload_type])
    return heads + head + b"".join(block.payload for block in blocks)


def unwrap(values: Sequence[int], modulus: int) -> list[int]:
    """Each value as the one nearest to the largest before it; ties go down."""
    extended = [values[0]]
    for value in values[1:]:
        newest = max(extended)
        candidates = [newest // modulus * modulus + value + k * modulus for k in (-1, 0, 1)]
        extended.append(min(candidates, key=lambda candidate: (abs(candidate - newest), candidate)))
    return extended


def jitter(transits: Sequence[int]) -> Fraction:
    """RFC 3550 section 6.4.1, exactly: J += (|D| - J) / 16, D between transit times."""
    estimate = Fraction(0)
    for before, after in pairwise(transits):
        estimate += (abs(after - before) - estimate) / 16
    return estimate
