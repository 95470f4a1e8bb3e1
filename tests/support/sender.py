"""A site's sender: plain RTP (RFC 3550 section 5.1) made with struct alone."""

import struct
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_NS = 20_000_000


def l16(frame: NDArray[np.int16]) -> bytes:
    """Payload of RFC 3551 section 4.5.11."""
    return frame.astype(">i2").tobytes()


@dataclass
class Sender:
    """Numbers packets; ``step`` is the timestamp advance of one."""

    ssrc: int
    payload_type: int = 96
    step: int = 960
    sequence_number: int = 65_500  # wraps soon
    timestamp: int = 0xFFFF_F000

    def packet(
        self, payload: bytes, *, marker: bool = False, level_dbov: int | None = None
    ) -> bytes:
        """Return the next packet; with a level it says that in header extension 1 (RFC 6464)."""
        header = struct.pack(
            "!BBHII",
            0x80 if level_dbov is None else 0x90,
            self.payload_type | marker << 7,
            self.sequence_number & 0xFFFF,
            self.timestamp & 0xFFFF_FFFF,
            self.ssrc,
        )
        self.sequence_number += 1
        self.timestamp += self.step
        if level_dbov is not None:
            header += struct.pack("!HHBBH", 0xBEDE, 1, 1 << 4, -level_dbov, 0)
        return header + payload


@dataclass(frozen=True)
class Packet:
    """Fields of a packet without CSRC, extension or padding."""

    payload_type: int
    marker: bool
    sequence_number: int
    timestamp: int
    ssrc: int
    payload: bytes


def read(packet: bytes) -> Packet:
    """Parse a packet that has only the fixed header."""
    first, second, sequence_number, timestamp, ssrc = struct.unpack("!BBHII", packet[:12])
    assert first == 0x80
    return Packet(second & 0x7F, bool(second >> 7), sequence_number, timestamp, ssrc, packet[12:])


def rtp_payload(packet: bytes) -> bytes:
    """Return what is behind fixed header, CSRCs and header extension."""
    start = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    return packet[start:]


def tone(
    frequency_hz: float, level: float = 8000.0, rate_hz: int = 48_000
) -> Callable[[int], NDArray[np.int16]]:
    """Return a function that gives frame k of 20 ms of a sine."""
    samples = rate_hz // 50

    def frame(index: int) -> NDArray[np.int16]:
        t = (np.arange(samples) + index * samples) / rate_hz
        return np.round(level * np.sin(2 * np.pi * frequency_hz * t)).astype(np.int16)

    return frame
