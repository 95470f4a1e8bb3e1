"""What is known after a simulation, apart from the objects that ran it: it crosses processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mixminus import LegStats, TalkerId
    from mixminus.apps.province import Site
    from mixminus.apps.turns import Turn

__all__ = ["Counts", "EndOutcome", "Outcome", "merge"]


@dataclass
class Counts:
    """Sums over the frames of a simulation."""

    frames: int = 0
    packets_back: int = 0
    distinct_mixes: list[int] = field(default_factory=list)
    heard: list[frozenset[TalkerId]] = field(default_factory=list)
    speakers: list[list[TalkerId | None]] = field(default_factory=list)  # of each conference
    server_cpu_ns: int = 0
    server_wall_ns: int = 0
    slowest_tick_ns: int = 0

    def turns(self) -> int:
        """Return how often the floor went over, as all conferences saw it."""
        agreed = [one[0] for one in self.speakers if len(set(one)) == 1 and one[0] is not None]
        return max(0, len(list(groupby(agreed))) - 1)

    def longest_disagreement(self) -> int:
        """Return for how many frames in a row conferences had different active speakers."""
        runs = groupby(len(set(one)) > 1 for one in self.speakers)
        return max((len(list(run)) for differs, run in runs if differs), default=0)


@dataclass
class EndOutcome:
    """One site, and its line to the conference."""

    site: Site
    stats: LegStats
    offered_packets: int
    lost_packets: int
    delay_sum_ns: int


@dataclass
class Outcome:
    """Of some conferences, or of all."""

    counts: Counts
    ends: list[EndOutcome]
    trunks: dict[tuple[str, str], LegStats]  # what came to (conference, from conference)
    posts: list[tuple[Site, Path]]
    deciders: set[int]
    wall_s: float
    turns: list[Turn]  # of all sites, by their places
    places: dict[TalkerId, int]
    recording: Path | None  # of all that was said


def merge(parts: list[Outcome]) -> Outcome:
    """Return the outcome of all processes that shared a simulation."""
    whole = parts[0]
    for part in parts[1:]:
        a, b = whole.counts, part.counts
        whole.counts = Counts(
            frames=min(a.frames, b.frames),
            packets_back=a.packets_back + b.packets_back,
            distinct_mixes=[
                x + y for x, y in zip(a.distinct_mixes, b.distinct_mixes, strict=False)
            ],
            heard=[x | y for x, y in zip(a.heard, b.heard, strict=False)],
            speakers=[x + y for x, y in zip(a.speakers, b.speakers, strict=False)],
            server_cpu_ns=a.server_cpu_ns + b.server_cpu_ns,
            server_wall_ns=max(a.server_wall_ns, b.server_wall_ns),
            slowest_tick_ns=max(a.slowest_tick_ns, b.slowest_tick_ns),
        )
        whole.ends += part.ends
        whole.trunks |= part.trunks
        whole.posts += part.posts
        whole.deciders |= part.deciders
        whole.wall_s = max(whole.wall_s, part.wall_s)
        whole.places |= part.places
        whole.recording = whole.recording or part.recording
    return whole
