"""``mixminus mix``: what each of several recordings would have heard of the others."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mixminus import Mixer
from mixminus.apps.arguments import whole_number
from mixminus.apps.audio_files import FORMATS, AudioReader, AudioWriter, Samples
from mixminus.apps.errors import CommandError
from mixminus.apps.progress import progress_bar

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

FRAME_MS = 20
MAX_FILES = 256
ALL = "all"  # stem of the full mix


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus mix`` takes."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="audio file")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="DIR", help="for the mixes"
    )
    parser.add_argument(
        "--rate",
        type=whole_number(8000, 48000),
        metavar="HZ",
        help="of the mixes; default: the highest of the files, at most 48000",
    )
    parser.add_argument("--format", choices=FORMATS, default="wav", help="default: wav")


def run(arguments: argparse.Namespace) -> int:
    """Mix the files, shorter ones padded with silence, and say what was written."""
    if not 2 <= len(arguments.files) <= MAX_FILES:
        raise CommandError(f"a mix needs 2 to {MAX_FILES} files")
    names = _distinct_names(arguments.files)
    rate_hz = arguments.rate or _highest_rate_hz(arguments.files)
    arguments.out.mkdir(parents=True, exist_ok=True)
    targets = [arguments.out / f"{name}.{arguments.format}" for name in [*names, ALL]]
    _refuse_overwriting(arguments.files, targets)
    seconds = mix_files(arguments.files, targets, rate_hz)
    print(f"{len(targets)} mixes of {seconds:.1f} s at {rate_hz} Hz in {arguments.out}")
    return 0


def mix_files(files: Sequence[Path], targets: Sequence[Path], rate_hz: int) -> float:
    """Write to each target the mix without the file of the same place; the last gets everything.

    Parameters
    ----------
    files, targets : sequence of Path
        One target more than files.
    rate_hz : int
        Of the mixer and the targets.

    Returns
    -------
    float
        Length of the mixes in seconds.
    """
    capacity = len(files)
    mixer = Mixer(
        rate_hz, FRAME_MS, capacity, look_ahead_ms=0
    )  # files stay in step with their mixes
    slots = [mixer.add(role="talker") for _ in files]
    frame_samples = mixer.frames.shape[1]
    frames = 0
    with ExitStack() as stack:
        readers = [stack.enter_context(AudioReader(path, rate_hz, frame_samples)) for path in files]
        writers = [stack.enter_context(AudioWriter(path, rate_hz)) for path in targets]
        moved = stack.enter_context(progress_bar("mixing", max(r.duration_s for r in readers)))
        for blocks in _padded([iter(reader) for reader in readers], frame_samples):
            for slot, block in zip(slots, blocks, strict=True):
                mixer.frames[slot] = block
            mixer.tick()
            heard = [mixer.mix_of[slot] for slot in slots] + [0]  # row 0 is the whole sum
            for writer, row in zip(writers, heard, strict=True):
                writer.write(mixer.mixes[row])
            frames += 1
            _show(moved, frames)
    return frames * FRAME_MS / 1000


def _padded(sources: list[Iterator[Samples]], frame_samples: int) -> Iterator[list[Samples]]:
    """One block of each source at a time until the longest ends, zeros where there is nothing."""
    nothing = np.zeros(0, np.int16)
    while True:
        blocks = [next(source, nothing) for source in sources]
        if not any(len(block) for block in blocks):
            return
        yield [np.pad(block, (0, frame_samples - len(block))) for block in blocks]


def _show(moved: Callable[[float], None], frames: int) -> None:
    if frames % 50 == 0:
        moved(frames * FRAME_MS / 1000)


def _highest_rate_hz(files: Sequence[Path]) -> int:
    rates = []
    for path in files:
        with AudioReader(path) as reader:
            rates.append(reader.sample_rate_hz)
    highest = min(max(rates), 48_000)
    return highest if highest in {8000, 16000, 24000, 32000, 44100, 48000} else 48_000


def _distinct_names(files: Sequence[Path]) -> list[str]:
    """Stems of the files, all numbered when two are the same or one is that of the full mix."""
    stems = [path.stem for path in files]
    if len({*stems, ALL}) == len(stems) + 1:
        return stems
    return [f"{place:03}_{stem}" for place, stem in enumerate(stems, start=1)]


def _refuse_overwriting(files: Sequence[Path], targets: Sequence[Path]) -> None:
    inputs = {path.resolve() for path in files}
    for target in targets:
        if target.resolve() in inputs:
            raise CommandError(f"{target} is one of the files to mix, choose another folder")
