"""The verdict on a bridge after a load."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mixminus.apps.hearing import HEARD
from mixminus.apps.load_checks import (
    Heard,
    check_stream,
    decode,
    listen,
    listening_rate_hz,
    on_wall_clock,
)
from mixminus.apps.load_endpoints import WARM_UP_S, Endpoint
from mixminus.apps.rtp_sender import FORMATS, FRAME_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mixminus.apps.audio_files import Samples

__all__ = ["Row", "Run", "judge"]

PACKETS_PER_S = 1000 / FRAME_MS
RATE_TOLERANCE = 0.02


@dataclass(frozen=True)
class Run:
    """What was done to the bridge, and by whom."""

    endpoints: Sequence[Endpoint]  # the first ones talk
    talkers: int
    kind: str  # codec
    seconds: float
    start_ns: int
    speech: Samples  # the loop that talkers play, at `listening_rate_hz`
    max_delay_ms: float


class Row(NamedTuple):
    """One demand and what was measured."""

    what: str
    measured: str
    demanded: str
    verdict: str  # ok or WRONG


def judge(run: Run) -> list[Row]:
    """Compare what came back with what a bridge has to do."""
    heard = _everybody(run)
    return [_rate(run), _streams(run), _own_voice(heard), _other_voices(heard), _delay(run, heard)]


def _row(what: str, measured: str, demanded: str, *, is_right: bool) -> Row:
    return Row(what, measured, demanded, "ok" if is_right else "WRONG")


def _rate(run: Run) -> Row:
    seconds = run.seconds - WARM_UP_S
    rates = sorted(endpoint.packets_received / seconds for endpoint in run.endpoints)
    return _row(
        "packets/s to each site: least, median, most",
        f"{rates[0]:.1f}  {statistics.median(rates):.1f}  {rates[-1]:.1f}",
        f"{PACKETS_PER_S:g} within {RATE_TOLERANCE:.0%}",
        is_right=all(abs(rate / PACKETS_PER_S - 1) <= RATE_TOLERANCE for rate in rates),
    )


def _streams(run: Run) -> Row:
    faults = [
        check_stream([packet for _, packet in endpoint.arrivals], FORMATS[run.kind])
        for endpoint in run.endpoints
        if endpoint.is_recorded
    ]
    broken = sum(not fault.is_right for fault in faults)
    return _row(
        "streams with a gap, a jump or two SSRCs",
        f"{broken} of {len(faults)}",
        "0",
        is_right=not broken,
    )


def _own_voice(heard: Sequence[Heard]) -> Row:
    strongest = max((one.own_strength for one in heard), default=0.0)
    return _row(
        "own voice, strongest trace of it",
        f"{strongest:.1f}",
        f"< {HEARD:g}",
        is_right=strongest < HEARD,
    )


def _other_voices(heard: Sequence[Heard]) -> Row:
    strengths = [strength for one in heard for strength in one.other_strengths]
    weakest = min(strengths, default=0.0)
    found = sum(strength >= HEARD for strength in strengths)
    return _row(
        f"other voices, {found} of {len(strengths)} found, the weakest",
        f"{weakest:.1f}",
        f">= {HEARD:g}",
        is_right=weakest >= HEARD,
    )


def _delay(run: Run, heard: Sequence[Heard]) -> Row:
    delays_ms = sorted(delay for one in heard for delay in one.delays_ms) or [float("inf")]
    median_ms = statistics.median(delays_ms)
    return _row(
        "delay, packet in to packet out, ms: least, median, most",
        f"{delays_ms[0]:.1f}  {median_ms:.1f}  {delays_ms[-1]:.1f}",
        f"median <= {run.max_delay_ms:g}",
        is_right=median_ms <= run.max_delay_ms,
    )


def _everybody(run: Run) -> list[Heard]:
    """Find out whom each recorded endpoint hears."""
    rate_hz = listening_rate_hz(run.kind)
    length = round(run.seconds * rate_hz)
    voices = {talker: _sent(run, talker, length) for talker in range(run.talkers)}
    return [
        listen(decode(endpoint, run.kind, run.start_ns, length), site, voices, rate_hz)
        for site, endpoint in enumerate(run.endpoints)
        if endpoint.arrivals
    ]


def _sent(run: Run, talker: int, length: int) -> Samples:
    """Return what a talker said, by the clock of sending."""
    rate_hz = listening_rate_hz(run.kind)
    endpoint = run.endpoints[talker]
    first_sample = endpoint.first_payload * rate_hz * FRAME_MS // 1000
    # the loop of payloads is whole frames long, so is this one
    loop = run.speech[: len(endpoint.payloads) * rate_hz * FRAME_MS // 1000]
    start_ns = talker * FRAME_MS * 1e6 / len(run.endpoints)
    told = np.resize(np.roll(loop, -first_sample), length)
    return on_wall_clock(told, start_ns, rate_hz, length)
