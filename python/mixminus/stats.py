"""What the parts tell of themselves: frozen records, named as W3C webrtc-stats in snake_case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "AudioReceiverStats",
    "CompositorStats",
    "EchoCancellerStats",
    "LegStats",
    "PathStats",
    "TalkerId",
    "TrunkStats",
    "VideoReceiverStats",
]


class PathStats(NamedTuple):
    """One of the ways by which copies of the same packets come (RFC 7198)."""

    packets_received: int
    """Of the stream that is followed."""
    packets_first: int
    """Of them, no copy had come before."""
    packets_lost: int
    """On this way, RFC 3550 appendix A.3."""
    jitter: float
    """Seconds, RFC 3550 appendix A.8."""


@dataclass(frozen=True, slots=True)
class AudioReceiverStats:
    """Counters of one `AudioReceiver` since it was made.

    The first block has the names, meanings and units of RTCInboundRtpStreamStats: samples at the
    receiver's own rate, times in seconds. `jitter_buffer_delay` and `jitter_buffer_target_delay` are
    sums over emitted samples: divide by `jitter_buffer_emitted_count` for a mean. An interruption is 150 ms
    of concealment or more.
    """

    packets_received: int
    packets_lost: int
    packets_discarded: int
    bytes_received: int
    jitter: float
    jitter_buffer_delay: float
    jitter_buffer_target_delay: float
    jitter_buffer_minimum_delay: float
    jitter_buffer_emitted_count: int
    total_samples_received: int
    concealed_samples: int
    silent_concealed_samples: int
    concealment_events: int
    inserted_samples_for_deceleration: int
    removed_samples_for_acceleration: int
    interruption_count: int
    total_interruption_duration: float
    nack_count: int
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
    """Seconds at which playout should run now, above the fastest packets of the last half second."""
    playout_delay: float
    """Seconds at which it ran when the last packet was played."""
    clock_drift_ppm: float
    """By which the sender's clock is slower than ours; 0 while it is below 75 or not known."""
    burst_density: float
    """Share of the packets in bursts of loss that was not there to be played, 0..1 (RFC 3611 section 4.7.2)."""
    gap_density: float
    """The same between bursts."""
    burst_duration: float
    """Seconds, mean."""
    gap_duration: float
    """Seconds, mean."""
    paths: tuple[PathStats, ...]
    """By path, as far as one was used."""


@dataclass(frozen=True, slots=True)
class EchoCancellerStats:
    """What one `EchoCanceller` has found since it was made or reset.

    The first block has the names, meanings and units of RTCAudioSourceStats.
    """

    echo_return_loss: float
    """dB from the far end to its echo."""
    echo_return_loss_enhancement: float
    """dB by which the echo is less, while the far end speaks alone."""

    delay_ms: float | None
    """From the far end to its strongest echo; None while none was found."""
    drift_ppm: float
    """How much faster the microphone's clock runs than ours."""
    echo_likelihood: float
    """0..1: that an echo is in the near end now."""
    has_converged: bool
    is_bypassed: bool
    """The last frame passed untouched."""
    divergences: int
    """How often the filter was worse than none."""
    path_changes: int
    """How often the room was found changed."""
    delay_changes: int
    """Jumps of the delay that nobody told."""
    invalid_samples: int
    """NaN, infinite or beyond full scale; limited to it."""


@dataclass(frozen=True, slots=True)
class LegStats(AudioReceiverStats):
    """Both directions of one leg since it joined; what comes in is described by the base class.

    ``packets_sent`` and ``bytes_sent`` are those of RTCOutboundRtpStreamStats. What the site reports about the
    stream that it is sent has the meaning of RTCRemoteInboundRtpStreamStats.
    """

    packets_sent: int
    bytes_sent: int
    """Payload only."""
    packets_overwritten: int
    """Not taken within four ticks."""
    encode_failures: int
    remote_packets_lost: int
    fraction_lost: float
    """0..1, of the last report."""
    remote_jitter: int
    """Units of the codec's RTP clock."""
    round_trip_time: float | None
    """Seconds, of the last report; None before the first."""
    reports_received: int
    reports_malformed: int
    level_dbov: float
    """Of the last frame, -127..0, without its echo; not decoded, what the site claims (RFC 6464), smoothed."""
    is_decoded: bool
    """In the last tick. False only where the site sends levels and none that would be heard."""
    frames_not_decoded: int
    levels_overstated: int
    """How often it was found much quieter than it claims; then its claims are worth what was measured."""
    levels_understated: int
    """1: it was found much louder than it claims, and is decoded always from then on."""
    is_heard: bool
    """In the mix of the last tick."""
    echo_return_loss: float | None
    """dB, as RTCAudioSourceStats has it; None without ``echo_cancellation``, as the next two."""
    echo_return_loss_enhancement: float | None
    echo: EchoCancellerStats | None
    """These two, and what else its canceller has found."""


class TalkerId(NamedTuple):
    """Who somebody is, wherever in a cascade of conferences he is heard."""

    conference: int
    """``conference_id`` of where he is a leg."""
    number: int
    """Of the leg; given to nobody else there."""


@dataclass(frozen=True, slots=True)
class TrunkStats:
    """What a trunk that carries talkers has met since it was made. Its streams are counted in `LegStats`."""

    neighbour: int | None
    """``conference_id`` of the far side; None while it has not been heard for a second."""
    packets_looped: int
    """Came back to a conference where they had been: the trunks form a ring. Not played."""
    packets_too_far: int
    """Had passed more than four trunks. Not played."""
    packets_without_origin: int
    """No RTP, or they do not say whose voice they carry. Not played."""
    packets_without_lane: int
    """Of more streams than there are lanes. Not played."""
    duplicates: int
    """How often a talker came on a longer way as well, which was not mixed."""
    hellos_received: int


@dataclass(frozen=True, slots=True)
class VideoReceiverStats:
    """Counters of one `VideoReceiver` since it was made.

    The first block has the names, meanings and units of RTCInboundRtpStreamStats, times in seconds.
    `jitter_buffer_delay` and `jitter_buffer_target_delay` are sums over emitted frames: divide by
    `jitter_buffer_emitted_count` for a mean.
    """

    packets_received: int
    packets_lost: int
    packets_discarded: int
    bytes_received: int
    retransmitted_packets_received: int
    jitter: float
    frames_received: int
    frames_dropped: int
    """Of which packets came, but which `pull` did not give: incomplete, or what they refer to was left out."""
    key_frames_received: int
    nack_count: int
    pli_count: int
    """Key frames asked for, by PLI or FIR."""
    jitter_buffer_delay: float
    jitter_buffer_target_delay: float
    jitter_buffer_emitted_count: int
    freeze_count: int
    total_freezes_duration: float

    packets_duplicated: int
    """Second copies; the first one was used."""
    packets_malformed: int
    """No RTP, or no payload of this format."""
    packets_of_other_payload_type: int
    stream_changes: int
    """New SSRC, sender restart, or timestamp jump."""
    target_delay: float
    """Seconds after the fastest frames of the last half second at which frames are given now."""


@dataclass(frozen=True, slots=True)
class CompositorStats:
    """Counters of one `Compositor` since it was made, over all canvases; and how its sources are now."""

    pictures_composed: int
    """Calls of compose()."""
    tiles_drawn: int
    tiles_shared: int
    """Of those, copied from a tile that shows the same rather than scaled."""
    pixels_drawn: int
    """Of luma, what lies above each other counted as often as it was drawn."""
    late_sources: int
    """Live, but nothing was pushed between the last two compose()."""
    frozen_sources: int
    """Of those, for a second or more."""
    avatar_sources: int
    """Their avatar is seen, because they are muted or send nothing."""
    slate_sources: int
    """The slate is seen instead."""
