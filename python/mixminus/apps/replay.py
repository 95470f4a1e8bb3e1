"""``mixminus replay``: what our receiver makes of a captured or measured stream, over time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mixminus import AudioReceiver
from mixminus.apps.arguments import whole_number
from mixminus.apps.audio_files import AudioWriter
from mixminus.apps.captures import Stream, is_capture, read_streams
from mixminus.apps.errors import CommandError, require
from mixminus.apps.table import table
from mixminus.apps.traces import Arrival, Moment, arrivals_of, play, read_trace
from mixminus.apps.voices import read_clips

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

SPEECH_HZ = 16_000
TRACE_SUFFIXES = (".csv", ".csv.gz")
ROWS = 20


class Source(NamedTuple):
    """What is replayed."""

    arrivals: list[Arrival]
    codec: str
    payload_type: int
    sample_rate_hz: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus replay`` takes."""
    parser.add_argument(
        "file", type=Path, metavar="CAPTURE.pcap|TRACE.csv", help="seq,ts_ms,send_ms,arrival_ms"
    )
    parser.add_argument("--ssrc", type=lambda text: int(text, 0), help="of a capture's stream")
    parser.add_argument("--codec", help="of a capture, where its payload type does not say")
    parser.add_argument("--ms-per-percent", type=float, default=116.0, metavar="MS")
    parser.add_argument("--min-delay", type=whole_number(0, 2000), default=0, metavar="MS")
    parser.add_argument("--max-delay", type=whole_number(0, 2000), default=1000, metavar="MS")
    parser.add_argument("--png", type=Path, help="draw delay, target and what was concealed")
    parser.add_argument("--wav", type=Path, help="write what would have been heard")


def run(arguments: argparse.Namespace) -> int:
    """Replay the file, print a table over time, and draw it."""
    source = _source(arguments)
    receiver = AudioReceiver(
        source.codec,
        source.sample_rate_hz,
        10,
        payload_type=source.payload_type,
        min_delay_ms=arguments.min_delay,
        max_delay_ms=arguments.max_delay,
        ms_per_percent=arguments.ms_per_percent,
    )
    frames: list[np.ndarray] | None = [] if arguments.wav else None
    moments = list(play(receiver, source.arrivals, source.sample_rate_hz, frames))
    if len(moments) < 2:
        raise CommandError(f"{arguments.file} holds less than two frames")
    print(_report(moments))
    stats = receiver.stats()
    seconds = (moments[-1].now_ms - moments[0].now_ms) / 1000
    print(
        f"{seconds:.1f} s, {stats.packets_received} packets, {stats.packets_lost} lost, "
        f"{stats.packets_duplicated} twice, {stats.packets_discarded} too late; concealed "
        f"{moments[-1].concealed_ms / seconds / 10:.2f} %, drift {stats.clock_drift_ppm:.0f} ppm"
    )
    if arguments.png:
        _draw(moments, arguments.file.name, arguments.png)
    if frames is not None:
        with AudioWriter(arguments.wav, source.sample_rate_hz) as writer:
            for frame in frames:
                writer.write(frame)
    return 0


def _source(arguments: argparse.Namespace) -> Source:
    if arguments.file.name.endswith(TRACE_SUFFIXES):
        trace = read_trace(arguments.file)
        samples = max(round(trace.ptime_ms * SPEECH_HZ / 1000), 1)
        speech = np.concatenate(read_clips(None, SPEECH_HZ))
        whole = speech[: len(speech) // samples * samples].reshape(-1, samples)
        payloads = [frame.astype(">i2").tobytes() for frame in whole]
        return Source(arrivals_of(trace, payloads, samples), "l16", 96, SPEECH_HZ)
    if not is_capture(arguments.file):
        raise CommandError(f"{arguments.file} is neither a capture nor a .csv trace")
    stream = _chosen(read_streams(arguments.file), arguments.ssrc)
    codec = arguments.codec or stream.codec
    if codec is None:
        raise CommandError(f"payload type {stream.payload_type} does not say the codec: --codec")
    return Source(stream.arrivals, codec, stream.payload_type, 48_000)


def _chosen(streams: Sequence[Stream], ssrc: int | None) -> Stream:
    found = [stream for stream in streams if ssrc in {None, stream.ssrc}]
    if not found:
        raise CommandError("no RTP stream" if ssrc is None else f"no RTP stream of SSRC {ssrc:#x}")
    best = max(found, key=lambda stream: len(stream.arrivals))
    others = ", ".join(f"{stream.ssrc:#x} ({len(stream.arrivals)})" for stream in found)
    print(f"SSRC {best.ssrc:#x} of {others}")
    return best


def _report(moments: Sequence[Moment]) -> str:
    edges = np.linspace(0, len(moments) - 1, min(ROWS, len(moments) - 1) + 1).astype(int)
    rows = []
    for begin, end in pairwise(edges):
        first, last = moments[begin], moments[end]
        delays = [moment.delay_ms for moment in moments[begin:end]]
        rows.append(
            (
                f"{(first.now_ms - moments[0].now_ms) / 1000:.1f}",
                float(np.mean(delays)),
                float(np.max(delays)),
                last.target_ms,
                last.concealed_ms - first.concealed_ms,
                last.inserted_ms - first.inserted_ms,
                last.removed_ms - first.removed_ms,
            )
        )
    header = ("from s", "delay ms", "most", "target", "concealed", "put in", "taken out")
    return table(header, rows)


def _draw(moments: Sequence[Moment], title: str, path: Path) -> None:
    figures = require("matplotlib.figure", "replay")
    figure = figures.Figure(figsize=(11, 5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    seconds = [(moment.now_ms - moments[0].now_ms) / 1000 for moment in moments]
    above.plot(seconds, [moment.delay_ms for moment in moments], label="delay", lw=0.9)
    above.plot(seconds, [moment.target_ms for moment in moments], label="target", lw=0.9)
    above.set(ylabel="ms above the fastest", title=title)
    above.legend(loc="upper right")
    sums = {
        "concealed": [moment.concealed_ms for moment in moments],
        "put in": [moment.inserted_ms for moment in moments],
        "taken out": [moment.removed_ms for moment in moments],
    }
    for name, values in sums.items():
        below.plot(seconds, np.asarray(values) - values[0], label=name, lw=0.9)
    below.set(xlabel="s", ylabel="ms in all")
    below.legend(loc="upper left", fontsize="small")
    for panel in (above, below):
        panel.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
