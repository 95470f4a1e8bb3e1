"""What the parts tell of themselves: frozen records, named as W3C webrtc-stats in snake_case."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AudioReceiverStats"]


@dataclass(frozen=True, slots=True)
class AudioReceiverStats:
    """Counters of one `AudioReceiver` since it was made.

    The first block has the names, meanings and units of RTCInboundRtpStreamStats: samples at the
    receiver's own rate, times in seconds. `jitter_buffer_delay` and `jitter_buffer_target_delay` are
    sums over emitted samples: divide by `jitter_buffer_emitted_count` for a mean.
    """

    packets_received: int
    packets_lost: int
    packets_discarded: int
    bytes_received: int
    jitter: float
    jitter_buffer_delay: float
    jitter_buffer_target_delay: float
    jitter_buffer_emitted_count: int
    total_samples_received: int
    concealed_samples: int
    silent_concealed_samples: int
    concealment_events: int
    inserted_samples_for_deceleration: int
    removed_samples_for_acceleration: int
    fec_packets_received: int
    fec_packets_discarded: int

    packets_duplicated: int
    """Second copies; the first one was used."""
    packets_malformed: int
    """No RTP, or refused by the codec."""
    packets_of_other_payload_type: int
    stream_changes: int
    """New SSRC, sender restart, or timestamp jump."""
    target_delay: float
    """Seconds at which playout should run now, above the fastest packets of the last 4 s."""
    playout_delay: float
    """Seconds at which it ran when the last packet was played."""
