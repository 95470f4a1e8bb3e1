"""What delay buys in concealment: our receiver at several prices, beside the bound that knows the future.

python -m benches.tune_jitter [FOLDER] [--png jitter.png] [--seconds 60]

FOLDER holds traces, ``seq,ts_ms,send_ms,arrival_ms`` (.csv or .csv.gz); without it seeded networks are simulated.
`delay` is from capture to playout, `late` what was concealed beyond what the network lost, in per cent of the time.
The bound is the least sum of both for a playout that knows all arrivals beforehand, moves its delay by up to a
quarter of a packet a packet for free, and pays for the rest as concealment.
"""

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mixminus import AudioReceiver
from mixminus.apps.progress import progress_bar
from mixminus.apps.table import table
from mixminus.apps.traces import Times, Trace, arrivals_of, play, read_trace
from mixminus.apps.voices import read_clips
from tests.network.model import MS, Network

RATE_HZ = 16_000
PTIME_MS = 20
PRICES = (20.0, 50.0, 100.0, 200.0, 400.0)
BOUND_PRICES = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0, 50.0, 200.0)
GRID_MS = 2.0
NETWORKS = {
    "lan": Network(seed=1, delay_ms=1, jitter_ms=0.3),
    "wan": Network(seed=2, delay_ms=20, jitter_ms=4),
    "bursty loss": Network(seed=3, delay_ms=20, jitter_ms=2, loss_ratio=0.05, burst_packets=3),
    "rare stalls": Network(seed=4, delay_ms=10, jitter_ms=3, stall_every_s=15, stall_ms=150),
    "frequent stalls": Network(seed=5, delay_ms=10, jitter_ms=4, stall_every_s=3, stall_ms=120),
    "reordering": Network(seed=6, delay_ms=20, jitter_ms=1, reorder_ratio=0.05),
}


class Row(NamedTuple):
    """One trace at one price."""

    trace: str
    ms_per_percent: float
    delay_ms: float
    late_percent: float
    scaled_percent: float


def simulated(seconds: float) -> Iterator[Trace]:
    """Yield what the networks do to packets of PTIME_MS."""
    count = int(seconds * 1000 / PTIME_MS)
    sent_ms: Times = np.arange(1, count + 1, dtype=np.float64) * PTIME_MS
    for name, network in NETWORKS.items():
        sent = [(int(when * MS), i.to_bytes(4, "big")) for i, when in enumerate(sent_ms)]
        arrival_ms = np.full(count, np.nan)
        for arrival_ns, packet in network.carry(sent):
            arrival_ms[int.from_bytes(packet, "big")] = arrival_ns / MS
        numbers = np.arange(count)
        yield Trace(name, PTIME_MS, numbers, sent_ms - PTIME_MS, sent_ms, arrival_ms)


def judge(trace: Trace, payloads: list[bytes], ms_per_percent: float) -> Row:
    """Run a receiver over a trace."""
    receiver = AudioReceiver("l16", RATE_HZ, 10, payload_type=96, ms_per_percent=ms_per_percent)
    ticks = int(trace.ptime_ms * RATE_HZ / 1000)
    moments = list(play(receiver, arrivals_of(trace, payloads, ticks), RATE_HZ))
    stats = receiver.stats()
    held_ms = 1000 * stats.jitter_buffer_delay / max(stats.jitter_buffer_emitted_count, 1)
    network_ms = float(np.nanmean(trace.arrival_ms - trace.sent_ms))
    played_ms = moments[-1].now_ms - moments[0].now_ms
    late = moments[-1].concealed_ms / played_ms - trace.lost_share
    scaled = (moments[-1].inserted_ms + moments[-1].removed_ms) / played_ms
    delay_ms = trace.ptime_ms + network_ms + held_ms
    return Row(trace.name, ms_per_percent, delay_ms, 100 * late, 100 * scaled)


def least_sum(late_ms: Times, ptime_ms: float, price: float) -> float:
    """Return the least sum over packets of the delay, plus `price` for each ms concealed or left out."""
    top = min(late_ms.max() + 2 * GRID_MS, 1500.0)
    delays = np.arange(0.0, top, GRID_MS)
    free = max(round(ptime_ms / 4 / GRID_MS), 1)
    ramp = price * delays
    cost = np.zeros(len(delays))
    for late in late_ms:
        padded = np.pad(cost, free, constant_values=np.inf)
        near = np.lib.stride_tricks.sliding_window_view(padded, 2 * free + 1).min(axis=1)
        upwards = np.minimum.accumulate(near - ramp) + ramp
        downwards = np.minimum.accumulate((near + ramp)[::-1])[::-1] - ramp
        cost = np.minimum(upwards, downwards) + delays + price * ptime_ms * (late > delays)
    return float(cost.min())


def bound(trace: Trace) -> list[tuple[float, float]]:
    """Return (delay ms, late %) of the bound, by the slope of its cost over the price."""
    transit = trace.arrival_ms - trace.media_ms
    came = np.isfinite(transit)
    first: dict[int, float] = {}
    for number, value in zip(trace.sequence[came].tolist(), transit[came].tolist(), strict=True):
        first[number] = min(value, first.get(number, np.inf))
    transits = np.array([first[number] for number in sorted(first)])
    floor, count = transits.min(), len(transits)
    prices = [100 * price / trace.ptime_ms for price in BOUND_PRICES]
    sums = [least_sum(transits - floor, trace.ptime_ms, price) for price in prices]
    points = []
    for (low, low_sum), (high, high_sum) in pairwise(zip(prices, sums, strict=True)):
        concealed_ms = (high_sum - low_sum) / (high - low)
        delay_ms = (low_sum - low * concealed_ms) / count
        points.append((floor + delay_ms, 100 * concealed_ms / (count * trace.ptime_ms)))
    return points


def draw(rows: list[Row], bounds: dict[str, list[tuple[float, float]]], path: Path) -> None:
    """Write one panel a trace."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    columns = 3
    lines = -(-len(bounds) // columns)
    figure = Figure(figsize=(4.2 * columns, 3.2 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).flat
    for panel, (name, points) in zip(panels, bounds.items(), strict=False):
        own = [row for row in rows if row.trace == name]
        panel.plot(*zip(*points, strict=True), "kx:", label="bound, knows the future")
        panel.plot(
            [row.delay_ms for row in own], [row.late_percent for row in own], "o-", label="mixminus"
        )
        for row, before in zip(own, [None, *own], strict=False):
            if before is None or before[2:4] != row[2:4]:
                panel.annotate(f" {row.ms_per_percent:g}", (row.delay_ms, row.late_percent))
        panel.set(title=name, xlabel="delay, ms", ylabel="late, %")
        panel.grid(alpha=0.3)
    next(iter(figure.axes)).legend()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print the table, and draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else ""
    )
    parser.add_argument("folder", type=Path, nargs="?", help="of traces")
    parser.add_argument("--png", type=Path, help="for the picture; needs matplotlib")
    parser.add_argument("--seconds", type=float, default=60.0, help="of simulated networks")
    arguments = parser.parse_args()
    if arguments.folder:
        traces = [read_trace(path) for path in sorted(arguments.folder.glob("*.csv*"))]
    else:
        traces = list(simulated(arguments.seconds))
    speech = np.concatenate(read_clips(None, RATE_HZ))
    rows, bounds = [], {}
    with progress_bar("traces", len(traces) * len(PRICES)) as moved:
        for trace in traces:
            samples = int(trace.ptime_ms * RATE_HZ / 1000)
            whole = speech[: len(speech) // samples * samples].reshape(-1, samples)
            payloads = [frame.astype(">i2").tobytes() for frame in whole]
            for price in PRICES:
                rows.append(judge(trace, payloads, price))
                moved(len(rows))
            bounds[trace.name] = bound(trace)
    print(table(("trace", "ms per %", "delay ms", "late %", "scaled %"), rows))
    for price in PRICES:
        own = [row for row in rows if row.ms_per_percent == price]
        print(
            f"mean at {price:g}: {np.mean([row.delay_ms for row in own]):.1f} ms, "
            f"{np.mean([row.late_percent for row in own]):.3f} % late"
        )
    if arguments.png:
        draw(rows, bounds, arguments.png)


if __name__ == "__main__":
    main()
