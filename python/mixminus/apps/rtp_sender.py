"""The sending half of an RTP endpoint, as cheap as a load generator needs it."""

from __future__ import annotations

import random
import struct
from typing import NamedTuple

__all__ = ["FORMATS", "FRAME_MS", "Format", "RtpSender"]

FRAME_MS = 20
VERSION = 0x80  # RTP version 2, no padding, no extension, no CSRC
MARKER = 0x80
HEADER = struct.Struct("!BBHII")  # RFC 3550 section 5.1
EXTENSION = 0x10
LEVEL = struct.Struct("!HHBBH")  # one element of one byte, RFC 8285 section 4.2, padded
ONE_BYTE_ELEMENTS = 0xBEDE
VOICE_ABOVE_DBOV = -50


class Format(NamedTuple):
    """How one codec appears in RTP."""

    sample_rate_hz: int  # of the audio
    clock_hz: int  # of the time stamps; differs for G.722, RFC 3551 section 4.5.2
    payload_type: int

    @property
    def frame_samples(self) -> int:
        """Samples in one packet."""
        return self.sample_rate_hz * FRAME_MS // 1000

    @property
    def frame_ticks(self) -> int:
        """Distance of time stamps."""
        return self.clock_hz * FRAME_MS // 1000


FORMATS = {
    "opus": Format(48_000, 48_000, 111),
    "g722": Format(16_000, 8_000, 9),
    "pcma": Format(8_000, 8_000, 8),
    "pcmu": Format(8_000, 8_000, 0),
}


class RtpSender:
    """Numbers and stamps the payloads of one source, one call every 20 ms.

    Parameters
    ----------
    frame_ticks : int
        Distance of time stamps.
    payload_type : int
        0..127.
    ssrc : int
        Identifies the source.
    seed : int or str
        Chooses where sequence number and time stamp start, RFC 3550 section 5.1.
    audio_level_id : int
        Of the element that says how loud a packet is, RFC 6464, 1..14; 0: it is not said.
    """

    def __init__(
        self,
        frame_ticks: int,
        payload_type: int,
        ssrc: int,
        seed: int | str,
        *,
        audio_level_id: int = 0,
    ) -> None:
        rng = random.Random(seed)
        self.ssrc = ssrc
        self._payload_type = payload_type
        self._frame_ticks = frame_ticks
        self._sequence_number = rng.getrandbits(16)
        self._timestamp = rng.getrandbits(32)
        self._is_silent = True
        self._audio_level_id = audio_level_id

    def packet(self, payload: bytes, level_dbov: int = -127) -> bytes | None:
        """Return the packet of the next 20 ms; None when the payload is empty: nothing is sent."""
        timestamp = self._timestamp
        self._timestamp = (timestamp + self._frame_ticks) & 0xFFFFFFFF
        if not payload:
            self._is_silent = True
            return None
        # the marker bit begins a talk spurt, RFC 3551 section 4.1
        marker = MARKER if self._is_silent else 0
        self._is_silent = False
        number = self._sequence_number
        self._sequence_number = (number + 1) & 0xFFFF
        second = marker | self._payload_type
        if not self._audio_level_id:
            return HEADER.pack(VERSION, second, number, timestamp, self.ssrc) + payload
        voice = 0x80 if level_dbov > VOICE_ABOVE_DBOV else 0
        return (
            HEADER.pack(VERSION | EXTENSION, second, number, timestamp, self.ssrc)
            + LEVEL.pack(ONE_BYTE_ELEMENTS, 1, self._audio_level_id << 4, voice | -level_dbov, 0)
            + payload
        )
