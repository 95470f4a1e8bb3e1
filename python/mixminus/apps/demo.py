"""``mixminus demo``: the conferences of a province, joined by trunks, faster than real time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mixminus.apps.arguments import number, whole_number
from mixminus.apps.demo_report import report
from mixminus.apps.errors import require
from mixminus.apps.holding import Plan, hold, names_of, sites_of
from mixminus.apps.processes import hold_in_processes

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus demo`` takes."""
    parser.add_argument("--sites", type=whole_number(3, 162), default=162, metavar="N")
    parser.add_argument("--seconds", type=number(1, 3600), default=20.0, metavar="S")
    parser.add_argument("--speech", type=Path, metavar="DIR", help="recordings to talk with")
    parser.add_argument(
        "--out", type=Path, default=Path("demo"), metavar="DIR", help="for the WAVs"
    )
    parser.add_argument("--threads", type=whole_number(1, 64), default=2, metavar="N")
    parser.add_argument(
        "--processes",
        type=whole_number(1, 10),
        default=1,
        metavar="N",
        help="share the conferences out, join them over loopback UDP, and keep to real time",
    )
    parser.add_argument("--seed", type=whole_number(0, 2**31), default=0, metavar="N")


def run(arguments: argparse.Namespace) -> int:
    """Hold the conferences, write what one site of each tier hears, and report."""
    require("rich", "demo")
    arguments.out.mkdir(parents=True, exist_ok=True)
    plan = Plan(
        arguments.sites,
        arguments.seconds,
        arguments.speech,
        arguments.out,
        arguments.threads,
        arguments.seed,
    )
    names = names_of(sites_of(plan))
    several = arguments.processes > 1
    print(report(hold_in_processes(plan, arguments.processes) if several else hold(plan, names)))
    return 0
