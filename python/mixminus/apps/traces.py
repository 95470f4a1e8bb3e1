"""When packets were sent and when they came: traces, and receivers that are run over them."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mixminus.apps.errors import CommandError
from mixminus.rtp import Packet, build

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mixminus import AudioReceiver

__all__ = ["Arrival", "Moment", "Trace", "arrivals_of", "play", "read_trace"]

Times = NDArray[np.float64]
NS_PER_MS = 1_000_000
COLUMNS = 4


@dataclass(frozen=True)
class Trace:
    """One row a packet, in the order of sending; a copy on a second path is a row of its own."""

    name: str
    ptime_ms: float
    sequence: NDArray[np.int64]
    media_ms: Times
    """Of the first sample, on the sender's clock."""
    sent_ms: Times
    """On the receiver's clock."""
    arrival_ms: Times
    """On the receiver's clock; NaN: lost."""

    @property
    def lost_share(self) -> float:
        """Share of sequence numbers of which no copy came."""
        came = np.unique(self.sequence[np.isfinite(self.arrival_ms)])
        return 1 - len(came) / max(len(np.unique(self.sequence)), 1)


class Arrival(NamedTuple):
    """A packet that came."""

    arrival_ns: int
    packet: bytes


class Moment(NamedTuple):
    """What a receiver says of itself after a pull; times in ms, of which three are sums."""

    now_ms: float
    delay_ms: float
    target_ms: float
    concealed_ms: float
    inserted_ms: float
    removed_ms: float


def read_trace(path: Path) -> Trace:
    """Read a CSV file of ``seq,ts_ms,send_ms,arrival_ms``, the last empty where a packet was lost.

    A first line that starts with ``#`` may say ``ptime=`` in ms; else it is the step of ``ts_ms``.

    Raises
    ------
    CommandError
        It cannot be read so.
    """
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        lines = [line for line in text.splitlines() if line.strip()]
        notes = dict(
            word.split("=", 1)
            for line in lines
            if line.startswith("#")
            for word in line.split()
            if "=" in word
        )
        rows = [line.split(",") for line in lines if line[0].isdigit()]
        cells = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])
        if cells.ndim != 2 or cells.shape[1] != COLUMNS or len(cells) < 2:
            raise CommandError(f"{path} has not two rows or more of {COLUMNS} columns")
        steps = np.diff(cells[:, 1])
        ptime_ms = float(notes.get("ptime", np.median(steps[steps > 0])))
    except (OSError, ValueError, EOFError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is no trace: {error}") from error
    return Trace(
        path.name.split(".")[0],
        ptime_ms,
        cells[:, 0].astype(np.int64),
        cells[:, 1],
        cells[:, 2],
        cells[:, 3],
    )


def arrivals_of(trace: Trace, payloads: Sequence[bytes], ticks: int) -> list[Arrival]:
    """Return what arrives, in that order; packet ``i`` carries ``payloads[i]``, used in turn.

    Parameters
    ----------
    trace : Trace
    payloads : sequence of bytes
    ticks : int
        Of the RTP clock, in a packet; the payload type is 96.
    """
    arrivals = []
    for sequence, media_ms, arrival_ms in zip(
        trace.sequence.tolist(), trace.media_ms, trace.arrival_ms, strict=True
    ):
        if np.isnan(arrival_ms):
            continue
        timestamp = round(media_ms / trace.ptime_ms * ticks)
        packet = build(
            Packet(
                payload_type=96,
                sequence_number=sequence & 0xFFFF,
                rtp_timestamp=timestamp & 0xFFFFFFFF,
                ssrc=1,
                payload=payloads[sequence % len(payloads)],
            )
        )
        arrivals.append(Arrival(int(arrival_ms * NS_PER_MS), packet))
    return sorted(arrivals, key=lambda arrival: arrival.arrival_ns)


def play(
    receiver: AudioReceiver,
    arrivals: Sequence[Arrival],
    sample_rate_hz: int,
    frames: list[NDArray[np.int16]] | None = None,
) -> Iterator[Moment]:
    """Pull frames from the first arrival until the last one is in, and yield what the receiver says.

    Parameters
    ----------
    receiver : AudioReceiver
    arrivals : sequence of Arrival
        In that order.
    sample_rate_hz : int
        Of the receiver.
    frames : list, optional
        Every frame is appended to it.
    """
    if not arrivals:
        return
    frame_ns = receiver.frame_samples * 1_000_000_000 // sample_rate_hz
    out = np.zeros(receiver.frame_samples, np.int16)
    following = 0
    end_ns = arrivals[-1].arrival_ns + frame_ns
    for now_ns in range(arrivals[0].arrival_ns, end_ns, frame_ns):
        while following < len(arrivals) and arrivals[following].arrival_ns <= now_ns:
            receiver.insert(arrivals[following].packet, arrivals[following].arrival_ns)
            following += 1
        receiver.pull(now_ns, out)
        if frames is not None:
            frames.append(out.copy())
        stats = receiver.stats()
        samples_a_ms = sample_rate_hz / 1000
        yield Moment(
            now_ns / NS_PER_MS,
            stats.playout_delay * 1000,
            stats.target_delay * 1000,
            stats.concealed_samples / samples_a_ms,
            stats.inserted_samples_for_deceleration / samples_a_ms,
            stats.removed_samples_for_acceleration / samples_a_ms,
        )
