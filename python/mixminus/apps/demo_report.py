"""The tables at the end of ``mixminus demo``."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from mixminus.apps.province import TIERS
from mixminus.apps.rtp_sender import FRAME_MS
from mixminus.apps.simulation import RATE_HZ
from mixminus.apps.table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mixminus import LegStats
    from mixminus.apps.mosaic import Mosaic
    from mixminus.apps.outcome import Counts, EndOutcome, Outcome

__all__ = ["report", "report_pictures"]

TRUNK_HEADER = ("trunk from", "to", "packets", "missed %", "jitter buffer ms", "round trip ms")
TIER_HEADER = (
    "tier",
    "sites",
    "lost on the line %",
    "missed %",
    "concealed %",
    "line ms",
    "jitter buffer ms",
)


def report(outcome: Outcome) -> str:
    """Return all that is worth knowing after a simulation, as text."""
    counts, ends = outcome.counts, outcome.ends
    tiers = [_tier(tier, [end for end in ends if end.site.tier == tier]) for tier in TIERS]
    return "\n\n".join(
        [
            table(TIER_HEADER, tiers),
            table(TRUNK_HEADER, _trunks(outcome.trunks)),
            table(("conferences", "mean", "most"), _activity(counts)),
            table(("the floor", ""), _floor(outcome)),
            table(("servers", ""), _cost(counts, len(ends), outcome.wall_s)),
            table(
                ("what was heard at", "codec", "is in"),
                [(site.name, site.codec, path) for site, path in outcome.posts],
            ),
        ]
    )


def report_pictures(mosaic: Mosaic) -> str:
    """Return what is worth knowing of the mosaic, as text."""
    width, height = mosaic.size
    delays = mosaic.voice_delays_ms
    late = f"{statistics.median(delays):.0f} ms after it was spoken" if delays else "not found"
    rows = [
        ("mosaic", f"{mosaic.tiles} sites, {mosaic.pictures} pictures of {width}x{height}"),
        ("to compose a picture", f"{mosaic.compose_ms:.2f} ms"),
        ("to draw, encode and write a picture", f"{mosaic.write_ms:.1f} ms"),
        ("a voice is heard, and its picture seen", late),
        ("is in", str(mosaic.movie)),
        ("and beside it", f"{len(mosaic.snapshots)} layouts as PNG"),
    ]
    if not mosaic.has_names:
        rows.append(("names", "none without a font: install fonts-dejavu-core"))
    return table(("pictures", ""), rows)


def _tier(tier: str, ends: Sequence[EndOutcome]) -> list[object]:
    stats = [end.stats for end in ends]
    offered = sum(end.offered_packets for end in ends)
    lost = sum(end.lost_packets for end in ends)
    arrived = max(1, offered - lost)
    received = sum(one.packets_received for one in stats)
    missed = sum(one.packets_lost for one in stats)
    samples = max(1, sum(one.total_samples_received for one in stats))
    concealed = sum(one.concealed_samples for one in stats)
    emitted = max(1, sum(one.jitter_buffer_emitted_count for one in stats))
    return [
        tier,
        len(ends),
        100 * lost / max(1, offered),
        100 * missed / max(1, received + missed),
        100 * concealed / samples,
        sum(end.delay_sum_ns for end in ends) / arrived / 1e6,
        sum(one.jitter_buffer_delay for one in stats) / emitted * 1e3,
    ]


def _trunks(trunks: Mapping[tuple[str, str], LegStats]) -> list[list[object]]:
    return [
        [
            far,
            near,
            stats.packets_received,
            100 * stats.packets_lost / max(1, stats.packets_received + stats.packets_lost),
            1e3 * stats.jitter_buffer_delay / max(1, stats.jitter_buffer_emitted_count),
            stats.round_trip_time and 1e3 * stats.round_trip_time,
        ]
        for (near, far), stats in trunks.items()
        if stats.packets_received
    ]


def _activity(counts: Counts) -> list[tuple[str, float, int]]:
    heard = [len(talkers) for talkers in counts.heard]
    return [
        ("talkers heard", statistics.fmean(heard), max(heard)),
        ("distinct mixes", statistics.fmean(counts.distinct_mixes), max(counts.distinct_mixes)),
    ]


def _floor(outcome: Outcome) -> list[tuple[str, object]]:
    late_ms = outcome.counts.longest_disagreement() * FRAME_MS
    return [
        ("conferences", len(outcome.counts.speakers[-1])),
        ("that decide", len(outcome.deciders)),
        ("went over", f"{outcome.counts.turns()} times"),
        ("until all conferences knew", f"at most {late_ms} ms"),
    ]


def _cost(counts: Counts, sites: int, wall_s: float) -> list[tuple[str, str]]:
    seconds = counts.frames * FRAME_MS / 1000
    cpu_s, server_s = counts.server_cpu_ns / 1e9, counts.server_wall_ns / 1e9
    return [
        ("conference", f"{seconds:.1f} s of {sites} sites at {RATE_HZ} Hz"),
        ("packets back to each site", f"{counts.packets_back / sites / seconds:.2f} a second"),
        (
            "faster than real time",
            f"{seconds / server_s:.1f} times (all of it {seconds / wall_s:.1f})",
        ),
        ("CPU", f"{cpu_s / seconds:.3f} cores"),
        ("CPU for one site", f"{1000 * cpu_s / seconds / sites:.3f} ms a second"),
        ("slowest tick", f"{counts.slowest_tick_ns / 1e6:.1f} ms of {FRAME_MS}"),
    ]
