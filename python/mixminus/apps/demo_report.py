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

    from mixminus import Conference
    from mixminus.apps.simulation import Counts, Post, Simulation, SiteEnd
    from mixminus.apps.topology import Trunk

__all__ = ["report"]

TRUNK_HEADER = ("trunk", "packets up", "packets down", "missed %", "jitter buffer ms")
TIER_HEADER = (
    "tier",
    "sites",
    "lost on the line %",
    "missed %",
    "concealed %",
    "line ms",
    "jitter buffer ms",
)


def report(
    simulation: Simulation,
    conferences: Mapping[str, Conference],
    trunks: Sequence[Trunk],
    ends: Sequence[SiteEnd],
    posts: Sequence[Post],
    wall_s: float,
) -> str:
    """Return all that is worth knowing after a simulation, as text.

    Parameters
    ----------
    simulation : Simulation
        When it is over.
    conferences : mapping of str to Conference
        By name.
    trunks, ends, posts
        As given to it.
    wall_s : float
        How long it took, the sites, lines and files included, in seconds.
    """
    tiers = [_tier(tier, [end for end in ends if end.site.tier == tier]) for tier in TIERS]
    heard = [(post.end.site.name, post.end.site.codec, post.path) for post in posts]
    return "\n\n".join(
        [
            table(TIER_HEADER, tiers),
            table(TRUNK_HEADER, [_trunk(trunk) for trunk in trunks]),
            table(("all conferences", "mean", "most"), _activity(simulation.counts)),
            table(("the floor", ""), _floor(simulation.counts, conferences)),
            table(("server", ""), _cost(simulation.counts, len(ends), wall_s)),
            table(("what was heard at", "codec", "is in"), heard),
        ]
    )


def _tier(tier: str, ends: Sequence[SiteEnd]) -> list[object]:
    lines = [end.uplink for end in ends]
    stats = [end.leg.stats() for end in ends]
    offered = sum(line.offered_packets for line in lines)
    lost = sum(line.lost_packets for line in lines)
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
        sum(line.delay_sum_ns for line in lines) / arrived / 1e6,
        sum(one.jitter_buffer_delay for one in stats) / emitted * 1e3,
    ]


def _trunk(trunk: Trunk) -> list[object]:
    stats = [end.stats() for end in trunk.ends]
    emitted = [max(1, one.jitter_buffer_emitted_count) for one in stats]
    delays_ms = [1e3 * one.jitter_buffer_delay / n for one, n in zip(stats, emitted, strict=True)]
    received = sum(one.packets_received for one in stats)
    lost = sum(one.packets_lost for one in stats)
    return [
        trunk.name,
        stats[0].packets_received,
        stats[1].packets_received,
        100 * lost / max(1, received + lost),
        max(delays_ms),
    ]


def _floor(counts: Counts, conferences: Mapping[str, Conference]) -> list[tuple[str, object]]:
    decider = {one.conference_id: name for name, one in conferences.items()}
    decides = {decider.get(one.decider, "") for one in conferences.values()}
    return [
        ("is decided by", ", ".join(sorted(decides))),
        ("went over", f"{counts.turns} times"),
        ("until all conferences knew, at most", f"{counts.longest_disagreement * FRAME_MS} ms"),
    ]


def _activity(counts: Counts) -> list[tuple[str, float, int]]:
    return [
        ("talkers heard", statistics.fmean(counts.talkers), max(counts.talkers)),
        ("distinct mixes", statistics.fmean(counts.distinct_mixes), max(counts.distinct_mixes)),
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
