"""``mixminus demo``: the conferences of a province in one process, faster than real time."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mixminus import codecs
from mixminus.apps.arguments import number, whole_number
from mixminus.apps.demo_report import report
from mixminus.apps.errors import require
from mixminus.apps.progress import progress_bar
from mixminus.apps.province import TIERS, centre_site, province_sites
from mixminus.apps.rtp_sender import FRAME_MS
from mixminus.apps.simulation import RATE_HZ, Post, Simulation, SiteEnd, prepare_materials
from mixminus.apps.topology import conference_of, join_all, make_conferences
from mixminus.apps.turns import turn_schedule

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from mixminus import Conference
    from mixminus.apps.province import Site
    from mixminus.apps.simulation import Material

LOUDEST = 4
LANES = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus demo`` takes."""
    parser.add_argument("--sites", type=whole_number(3, 162), default=162, metavar="N")
    parser.add_argument("--seconds", type=number(1, 3600), default=20.0, metavar="S")
    parser.add_argument("--speech", type=Path, metavar="DIR", help="recordings to talk with")
    parser.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="for the WAVs"
    )
    parser.add_argument("--threads", type=whole_number(1, 64), default=2, metavar="N")
    parser.add_argument("--seed", type=whole_number(0, 2**31), default=0, metavar="N")


def run(arguments: argparse.Namespace) -> int:
    """Hold the conferences, write what one site of each tier hears, and report."""
    require("rich", "demo")
    rooms = [*province_sites(arguments.sites), centre_site()]
    sites = [_with_codec(site, codecs()) for site in rooms]
    materials = prepare_materials({site.codec for site in sites}, arguments.speech)
    arguments.out.mkdir(parents=True, exist_ok=True)
    conferences = make_conferences(
        sites,
        sample_rate_hz=RATE_HZ,
        frame_ms=FRAME_MS,
        loudest=LOUDEST,
        trunk_lanes=LANES,
        threads=arguments.threads,
        seed=arguments.seed,
    )
    trunks = join_all(conferences, arguments.seed)
    ends = _join(conferences, sites, materials, arguments.seed)
    frames = round(arguments.seconds * 1000 / FRAME_MS)
    _give_turns(ends, materials, frames, arguments.seed)
    posts = _posts(ends, arguments.out, arguments.seed)
    simulation = Simulation(list(conferences.values()), trunks, ends, posts)
    wall_s = _hold(simulation, frames)
    for post in posts:
        post.close()
    print(report(simulation, conferences, trunks, ends, posts, wall_s))
    return 0


def _with_codec(site: Site, built: Sequence[str]) -> Site:
    """Fall back to G.711, which every build has."""
    return site if site.codec in built else replace(site, codec="pcma")


def _join(
    conferences: Mapping[str, Conference],
    sites: Sequence[Site],
    materials: Mapping[str, Material],
    seed: int,
) -> list[SiteEnd]:
    ends = []
    for site in sites:
        leg = conferences[conference_of(site)].add_leg(codec=site.codec, name=site.name)
        ends.append(
            SiteEnd(site, leg, materials[site.codec], f"{seed} {site.district} {site.name}")
        )
    return ends


def _give_turns(
    ends: Sequence[SiteEnd], materials: Mapping[str, Material], frames: int, seed: int
) -> None:
    """Hand out the schedule; a clip has the same length in all codecs but for rounding."""
    lengths = [
        min(len(material.clips[clip]) for material in materials.values())
        for clip in range(len(next(iter(materials.values())).clips))
    ]
    for turn in turn_schedule([end.site.tier for end in ends], lengths, frames, seed):
        ends[turn.site].turns.append(turn)


def _posts(ends: Sequence[SiteEnd], folder: Path, seed: int) -> list[Post]:
    """Let the first site of each tier listen."""
    first = {tier: next(end for end in ends if end.site.tier == tier) for tier in TIERS}
    return [Post(end, folder / f"{tier}.wav", f"{seed} {tier}") for tier, end in first.items()]


def _hold(simulation: Simulation, frames: int) -> float:
    """Run all frames and return how long it took in seconds."""
    start_s = time.perf_counter()
    with progress_bar("conference", frames) as moved:
        for frame in range(frames):
            simulation.run_frame()
            if frame % 10 == 0:
                moved(frame)
        moved(frames)
    return time.perf_counter() - start_s
