"""``mixminus demo``: the conferences of a province, joined by trunks, faster than real time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mixminus.apps.arguments import number, picture_size, whole_number
from mixminus.apps.demo_report import report, report_pictures
from mixminus.apps.errors import require
from mixminus.apps.holding import Plan, hold, names_of, sites_of
from mixminus.apps.mosaic import write_mosaic
from mixminus.apps.processes import hold_in_processes

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus demo`` takes."""
    parser.add_argument("--sites", type=whole_number(3, 162), default=162, metavar="N")
    parser.add_argument("--seconds", type=number(1, 3600), default=20.0, metavar="S")
    parser.add_argument("--speech", type=Path, metavar="DIR", help="recordings to talk with")
    parser.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="for what is heard and seen"
    )
    parser.add_argument("--threads", type=whole_number(1, 64), default=2, metavar="N")
    parser.add_argument(
        "--processes",
        type=whole_number(1, 10),
        default=1,
        metavar="N",
        help="share the conferences out, join them over loopback UDP, and keep to real time",
    )
    parser.add_argument("--no-video", action="store_true", help="no mosaic of the sites")
    parser.add_argument("--video-size", type=picture_size, default=(1920, 1080), metavar="WxH")
    parser.add_argument("--seed", type=whole_number(0, 2**31), default=0, metavar="N")


def run(arguments: argparse.Namespace) -> int:
    """Hold the conferences, write what one site of each tier hears and a mosaic, and report."""
    require("rich", "demo")
    if not arguments.no_video:
        require("PIL", "demo")
    arguments.out.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        arguments.sites,
        arguments.seconds,
        arguments.speech,
        arguments.out,
        arguments.threads,
        arguments.seed,
        records=not arguments.no_video,
    )
    sites = sites_of(plan)
    several = arguments.processes > 1
    outcome = (
        hold_in_processes(plan, arguments.processes) if several else hold(plan, names_of(sites))
    )
    print(report(outcome))
    if not arguments.no_video:
        mosaic = write_mosaic(outcome, sites, plan.speech, plan.out, arguments.video_size)
        print("\n" + report_pictures(mosaic))
    return 0
