"""What the load generator demands of what comes back from a bridge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mixminus import Codec, rtp
from mixminus.apps.hearing import HEARD, find_voice
from mixminus.apps.rtp_sender import FORMATS, Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mixminus.apps.audio_files import Samples
    from mixminus.apps.load_endpoints import Endpoint

__all__ = ["Heard", "StreamFaults", "check_stream", "listen", "listening_rate_hz", "on_wall_clock"]


class StreamFaults(NamedTuple):
    """What is wrong with the packets of one stream."""

    ssrcs: int  # that were seen; 1 is right
    sequence_gaps: int
    timestamp_steps: int  # that are not one frame

    @property
    def is_right(self) -> bool:
        """Whether there is one unbroken stream."""
        return self == StreamFaults(1, 0, 0)


@dataclass
class Heard:
    """Whom one endpoint hears."""

    own_strength: float  # of the own voice, below `HEARD` is right; 0.0 for one who is silent
    other_strengths: list[float]
    delays_ms: list[float]  # of the others that are heard

    @property
    def hears_itself(self) -> bool:
        """Whether its own voice came back."""
        return self.own_strength >= HEARD

    @property
    def missing(self) -> int:
        """How many of the others are not heard."""
        return sum(strength < HEARD for strength in self.other_strengths)


def listening_rate_hz(kind: str) -> int:
    """Rate at which what comes back is decoded: telephone band is enough to know a voice."""
    return 16_000 if kind == "g722" else 8_000


def check_stream(packets: Sequence[bytes], form: Format) -> StreamFaults:
    """Compare the headers of one endpoint's packets, in order of arrival."""
    headers = [rtp.parse(packet) for packet in packets]
    numbers = np.array([header.sequence_number for header in headers], np.uint16)
    stamps = np.array([header.rtp_timestamp for header in headers], np.uint32)
    return StreamFaults(
        ssrcs=len({header.ssrc for header in headers}),
        sequence_gaps=int(np.count_nonzero(np.diff(numbers) != 1)),
        timestamp_steps=int(np.count_nonzero(np.diff(stamps) != form.frame_ticks)),
    )


def on_wall_clock(samples: Samples, start_ns: float, sample_rate_hz: int, length: int) -> Samples:
    """Return ``length`` samples from time 0 on; ``samples`` begin at ``start_ns``."""
    first = round(start_ns * sample_rate_hz / 1e9)
    samples = samples[max(0, -first) :]
    padded = np.concatenate([np.zeros(max(0, first), np.int16), samples])[:length]
    return np.pad(padded, (0, length - len(padded)))


def decode(endpoint: Endpoint, kind: str, start_ns: int, length: int) -> Samples:
    """Return what came back to ``endpoint`` by the clock of arrivals, ``start_ns`` is sample 0."""
    form, rate_hz = FORMATS[kind], listening_rate_hz(kind)
    frame_samples = rate_hz * form.frame_ticks // form.clock_hz
    codec = Codec(kind, sample_rate_hz=rate_hz)
    headers = [rtp.parse(packet) for _, packet in endpoint.arrivals]
    arrivals_ns = np.array([arrival_ns for arrival_ns, _ in endpoint.arrivals]) - start_ns
    first = headers[0].rtp_timestamp
    # steps from the first packet, right over the wrap of 32 bits as long as they are short
    ticks = np.array([(h.rtp_timestamp - first + 2**31) % 2**32 - 2**31 for h in headers])
    samples = np.zeros((int(ticks.max()) // form.frame_ticks + 1) * frame_samples, np.int16)
    for tick, header in zip(ticks, headers, strict=True):
        place = int(tick) // form.frame_ticks * frame_samples
        if place >= 0:
            samples[place : place + frame_samples] = codec.decode(header.payload)[:frame_samples]
    begin_ns = float(np.median(arrivals_ns - ticks * (1e9 / form.clock_hz)))
    return on_wall_clock(samples, begin_ns, rate_hz, length)


def listen(heard: Samples, own: int, voices: Mapping[int, Samples], sample_rate_hz: int) -> Heard:
    """Look for every talker in what endpoint ``own`` heard.

    Parameters
    ----------
    heard : int16 array, shape (n,)
        By the clock of arrivals.
    own : int
        Number of the endpoint.
    voices : mapping of int to int16 array, shape (n,)
        What each talker sent, by the clock of sending.
    sample_rate_hz : int
        Of all of them.
    """
    found = {who: find_voice(voice, heard, sample_rate_hz) for who, voice in voices.items()}
    others = [trace for who, trace in found.items() if who != own]
    return Heard(
        own_strength=found[own].strength if own in found else 0.0,
        other_strengths=[trace.strength for trace in others],
        delays_ms=[trace.delay_ms for trace in others if trace.strength >= HEARD],
    )
