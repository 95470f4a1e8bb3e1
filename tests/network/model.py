"""A seeded network between a sender of RTP packets and a receiver, both simulated."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MS = 1_000_000
Arrivals = list[tuple[int, bytes]]


def rtp(
    sequence: int,
    timestamp: int,
    payload: bytes,
    *,
    ssrc: int = 1,
    payload_type: int = 96,
    marker: bool = False,
) -> bytes:
    """Return an RTP packet without extensions (RFC 3550 section 5.1)."""
    second = payload_type | marker << 7
    return (
        struct.pack("!BBHII", 0x80, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
        + payload
    )


def red(blocks: list[tuple[int, bytes]], payload_type: int = 96) -> bytes:
    """Return an RFC 2198 payload of (timestamp offset, data) blocks; the last one is the primary."""
    headers = b"".join(
        struct.pack("!BBH", 0x80 | payload_type, offset >> 6, (offset & 0x3F) << 10 | len(data))
        for offset, data in blocks[:-1]
    )
    return headers + bytes([payload_type]) + b"".join(data for _, data in blocks)


@dataclass
class Sender:
    """Cuts a signal into L16 packets (RFC 3551 section 4.5.11)."""

    sample_rate_hz: int = 16000
    ptime_ms: float = 20
    first_sequence: int = 65_500
    first_timestamp: int = 2**32 - 16_000
    ssrc: int = 1

    def packets(self, pcm: NDArray[np.int16], start_ms: float = 0) -> Arrivals:
        """Return (time when a packet is complete, packet) in order."""
        samples = int(self.sample_rate_hz * self.ptime_ms / 1000)
        return [
            (
                int((start_ms + (i + 1) * self.ptime_ms) * MS),
                rtp(
                    self.first_sequence + i,
                    self.first_timestamp + i * samples,
                    pcm[i * samples : (i + 1) * samples].astype(">i2").tobytes(),
                    ssrc=self.ssrc,
                    marker=i == 0,
                ),
            )
            for i in range(len(pcm) // samples)
        ]


@dataclass(frozen=True)
class Network:
    """Delay, exponential jitter, stalls, Gilbert-Elliott loss, reordering and duplication."""

    seed: int
    delay_ms: float = 20
    jitter_ms: float = 0
    stall_every_s: float = 0
    stall_ms: float = 0
    loss_ratio: float = 0
    burst_packets: float = 1
    reorder_ratio: float = 0
    duplicate_ratio: float = 0

    def carry(self, sent: Arrivals) -> Arrivals:
        """Return what arrives and when, in order of arrival."""
        rng = np.random.default_rng(self.seed)
        lost = self._losses(rng, len(sent))
        stalled_until = next_stall = 0.0
        if self.stall_every_s:
            next_stall = rng.exponential(self.stall_every_s * 1000)
        arrivals: Arrivals = []
        newest_ms = 0.0
        for (sent_ns, packet), is_lost in zip(sent, lost, strict=True):
            sent_ms = sent_ns / MS
            if self.stall_every_s and sent_ms >= next_stall:
                stalled_until = sent_ms + self.stall_ms
                next_stall = sent_ms + self.stall_ms + rng.exponential(self.stall_every_s * 1000)
            arrival_ms = (
                max(sent_ms, stalled_until)
                + self.delay_ms
                + rng.exponential(self.jitter_ms or 1e-9)
            )
            if rng.random() < self.reorder_ratio:
                arrival_ms += rng.uniform(20, 60)
            else:
                newest_ms = arrival_ms = max(newest_ms, arrival_ms)
            copies = 1 + (rng.random() < self.duplicate_ratio)
            if not is_lost:
                arrivals += [(int((arrival_ms + k) * MS), packet) for k in range(copies)]
        return sorted(arrivals, key=lambda arrival: arrival[0])

    def _losses(self, rng: np.random.Generator, count: int) -> list[bool]:
        if not self.loss_ratio:
            return [False] * count
        leave = 1 / self.burst_packets
        enter = self.loss_ratio * leave / (1 - self.loss_ratio)
        losses, is_bad = [], False
        for uniform in rng.random(count):
            is_bad = uniform >= leave if is_bad else uniform < enter
            losses.append(is_bad)
        return losses
