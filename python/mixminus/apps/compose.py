"""``mixminus compose``: recorded files side by side in one, with the sound of all."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mixminus import layouts
from mixminus.apps.arguments import number, picture_rate, picture_size
from mixminus.apps.composition import ENDINGS, Look, compose_files
from mixminus.apps.errors import CommandError, require

if TYPE_CHECKING:
    import argparse

MAX_FILES = 256
FITS = ("crop", "fit", "stretch")
PRESETS = ("ultrafast", "veryfast", "fast", "medium", "slow")  # of x264
LEFT_OUT = 1  # exit code: written, but not all of every file is in it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus compose`` takes."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="with pictures, sound or both"
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help=".mp4, .mov or .mkv"
    )
    parser.add_argument(
        "--layout", default="auto", metavar="NAME", help="auto, 2x2, 1+7, ...; default: auto"
    )
    parser.add_argument("--size", type=picture_size, default=(1280, 720), metavar="WxH")
    parser.add_argument("--fps", type=picture_rate, default=Fraction(25), metavar="N")
    parser.add_argument("--fit", choices=FITS, default="crop", help="default: crop")
    parser.add_argument("--labels", action="store_true", help="names of the files on their tiles")
    parser.add_argument(
        "--ended",
        choices=ENDINGS,
        default="hold",
        help="what is seen of a file that has ended; default: hold, its last picture",
    )
    parser.add_argument("--duration", type=number(0.1, 86400), metavar="S", help="at most so long")
    parser.add_argument("--preset", choices=PRESETS, default="veryfast", help="default: veryfast")


def run(arguments: argparse.Namespace) -> int:
    """Compose the files and say what was written; 1: some file is not in it to its end."""
    if len(arguments.files) > MAX_FILES:
        raise CommandError(f"at most {MAX_FILES} files are composed")
    if arguments.out.resolve() in {path.resolve() for path in arguments.files}:
        raise CommandError(f"{arguments.out} is one of the files, choose another name")
    if arguments.labels or arguments.ended != "hold":
        require("PIL", "labels")
    look = Look(
        _layout(arguments.layout, len(arguments.files), arguments.size),
        arguments.size,
        arguments.fps,
        arguments.fit,
        labels=arguments.labels,
        ended=arguments.ended,
        preset=arguments.preset,
    )
    made = compose_files(arguments.files, arguments.out, look, arguments.duration, _complain)
    width, height = arguments.size
    print(
        f"{made.seconds:.1f} s of {len(arguments.files)} files, {width}x{height}, "
        f"in {arguments.out}; {made.compose_ms:.2f} ms a picture to compose"
    )
    return LEFT_OUT if made.complaints else 0


def _layout(name: str, files: int, size: tuple[int, int]) -> layouts.Layout:
    try:
        return layouts.auto(files, *size) if name == "auto" else layouts.named(name)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _complain(text: str) -> None:
    print(f"mixminus compose: {text}", file=sys.stderr)
