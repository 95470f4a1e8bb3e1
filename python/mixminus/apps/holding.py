"""Holds the conferences of a province, or some of them, from joining to the outcome."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mixminus import codecs
from mixminus.apps.outcome import EndOutcome, Outcome
from mixminus.apps.progress import progress_bar
from mixminus.apps.province import TIERS, Site, centre_site, province_sites
from mixminus.apps.rtp_sender import FRAME_MS
from mixminus.apps.simulation import (
    RATE_HZ,
    Post,
    Recorder,
    Simulation,
    SiteEnd,
    prepare_materials,
)
from mixminus.apps.topology import (
    CENTRE,
    UdpTrunk,
    add_end,
    best_codec,
    conference_of,
    lay_trunk,
    make_conferences,
    trunk_pairs,
)
from mixminus.apps.turns import turn_schedule

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from mixminus import Conference
    from mixminus.apps.simulation import Material
    from mixminus.apps.topology import Line
    from mixminus.apps.turns import Turn

__all__ = ["Plan", "hold", "names_of", "sites_of"]

LOUDEST = 4


@dataclass(frozen=True)
class Plan:
    """All that decides what happens."""

    sites: int
    seconds: float
    speech: Path | None
    out: Path
    threads: int
    seed: int
    records: bool = False  # all that is said, at the centre

    @property
    def frames(self) -> int:
        """Ticks."""
        return round(self.seconds * 1000 / FRAME_MS)


def sites_of(plan: Plan) -> list[Site]:
    """Return the rooms of the province and that of the centre, with codecs that this build has."""
    rooms = [*province_sites(plan.sites), centre_site()]
    return [room if room.codec in codecs() else replace(room, codec="pcma") for room in rooms]


def names_of(sites: Sequence[Site]) -> list[str]:
    """Return the names of all conferences, those with the most sites first."""
    names = [conference_of(site) for site in sites]
    return sorted(set(names), key=lambda name: (-names.count(name), name))


def hold(
    plan: Plan,
    here: Collection[str],
    sockets: Mapping[tuple[str, str], socket.socket] | None = None,
    start: Callable[[], int] | None = None,
) -> Outcome:
    """Hold the conferences ``here``.

    Parameters
    ----------
    plan : Plan
        Of the whole province.
    here : collection of str
        Names of conferences.
    sockets : mapping, optional
        For each trunk that leaves, as (conference here, far conference), one that is connected.
    start : callable, optional
        Called when all is ready; returns when the first frame begins on the monotonic clock,
        in ns. Without it time is simulated.
    """
    sites = sites_of(plan)
    materials = prepare_materials({site.codec for site in sites}, plan.speech)
    conferences = make_conferences(
        sites,
        here,
        plan.seed,
        sample_rate_hz=RATE_HZ,
        frame_ms=FRAME_MS,
        loudest=LOUDEST,
        threads=plan.threads,
    )
    trunks = _trunks(conferences, names_of(sites), plan.seed, sockets or {})
    ends = _join(conferences, sites, materials, plan.seed)
    turns = _turns(sites, materials, plan)
    for turn in turns:
        if turn.site in ends:
            ends[turn.site].turns.append(turn)
    posts = _posts(sites, ends, plan)
    recorders = _recorders(conferences, plan)
    simulation = Simulation(
        list(conferences.values()), trunks, list(ends.values()), posts, recorders
    )
    wall_s = _run(simulation, plan.frames, start() if start else None)
    for post in posts:
        post.close()
    for recorder in recorders:
        recorder.close()
    return Outcome(
        simulation.counts,
        [_end_outcome(end) for end in ends.values()],
        {
            (name, leg.name): leg.stats()
            for name, conference in conferences.items()
            for leg in conference.legs
            if leg.trunk_stats() is not None
        },
        [(post.end.site, post.path) for post in posts],
        {conference.decider for conference in conferences.values()},
        wall_s,
        turns,
        {end.leg.talker: place for place, end in ends.items()},
        next((recorder.path for recorder in recorders), None),
    )


def _trunks(
    conferences: dict[str, Conference],
    names: Sequence[str],
    seed: int,
    sockets: Mapping[tuple[str, str], socket.socket],
) -> list[Line]:
    trunks: list[Line] = [
        UdpTrunk(add_end(conferences[near], far), sock) for (near, far), sock in sockets.items()
    ]
    for pair in trunk_pairs(names):
        if set(pair) <= set(conferences):
            trunks.append(lay_trunk(conferences, pair, seed))
    return trunks


def _join(
    conferences: Mapping[str, Conference],
    sites: Sequence[Site],
    materials: Mapping[str, Material],
    seed: int,
) -> dict[int, SiteEnd]:
    """Let the sites in whose conference is here; by their place in ``sites``."""
    ends = {}
    for place, site in enumerate(sites):
        if conference_of(site) not in conferences:
            continue
        leg = conferences[conference_of(site)].add_leg(codec=site.codec, name=site.name)
        ends[place] = SiteEnd(
            site, leg, materials[site.codec], f"{seed} {site.district} {site.name}"
        )
    return ends


def _turns(sites: Sequence[Site], materials: Mapping[str, Material], plan: Plan) -> list[Turn]:
    """Return the schedule; a clip has the same length in all codecs but for rounding."""
    lengths = [
        min(len(material.clips[clip]) for material in materials.values())
        for clip in range(len(next(iter(materials.values())).clips))
    ]
    return turn_schedule([site.tier for site in sites], lengths, plan.frames, plan.seed)


def _posts(sites: Sequence[Site], ends: Mapping[int, SiteEnd], plan: Plan) -> list[Post]:
    """Let the first site of each tier listen."""
    first = {tier: next(n for n, s in enumerate(sites) if s.tier == tier) for tier in TIERS}
    return [
        Post(ends[place], plan.out / f"{tier}.wav", f"{plan.seed} {tier}")
        for tier, place in first.items()
        if place in ends
    ]


def _recorders(conferences: Mapping[str, Conference], plan: Plan) -> list[Recorder]:
    """Tap the centre's conference, if it is here."""
    if not plan.records or CENTRE not in conferences:
        return []
    tap = conferences[CENTRE].add_leg(codec=best_codec(), name="recorder", role="tap")
    return [Recorder(tap, best_codec(), plan.out / "meeting.wav")]


def _run(simulation: Simulation, frames: int, start_ns: int | None) -> float:
    """Run all frames and return how long it took in seconds."""
    start_s = time.perf_counter()
    with progress_bar("conferences", frames) as moved:
        for frame in range(frames):
            if start_ns is not None:
                end_ns = start_ns + (frame + 1) * FRAME_MS * 1_000_000
                time.sleep(max(0, end_ns - time.monotonic_ns()) / 1e9)
            simulation.run_frame()
            if frame % 10 == 0:
                moved(frame)
        moved(frames)
    return time.perf_counter() - start_s


def _end_outcome(end: SiteEnd) -> EndOutcome:
    line = end.uplink
    return EndOutcome(
        end.site, end.leg.stats(), line.offered_packets, line.lost_packets, line.delay_sum_ns
    )
