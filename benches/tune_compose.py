"""What a canvas of 1080p costs: by bands and threads, by the size of its tiles, and by how many sources there are.

python -m benches.tune_compose [--png compose.png] [--seconds 8]

`ms` is the time from start() to finish(), the least of many, because whatever else runs only adds to it; pixels are
those of luma that are drawn. Every source has pushed: *hot* is the same picture again, which caches hold while there
are few sources, *cold* the next one of a ring that no cache holds, as a decoder on another core leaves it.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from mixminus import Compositor, layouts
from mixminus.apps.progress import progress_bar
from mixminus.apps.table import table
from tests.support.compose import Planes, i420

WIDTH, HEIGHT = 1920, 1080
RING_BYTES = 64 << 20
BANDS = (1, 2, 3, 4, 6, 8, 16)
THREADS = (1, 2, 4)
SIDES = (1, 2, 3, 4, 5, 7, 9, 12, 15)
PICTURES = ((320, 180), (640, 360), (1280, 720))
SOURCES = (1, 2, 4, 8, 16, 32, 64, 128, 225)
STATES = ("hot", "cold")


class Case(NamedTuple):
    """One point of one of the pictures."""

    sweep: str
    curve: str
    value: int
    side: int
    picture: tuple[int, int]
    sources: int
    is_cold: bool
    bands: int = 1
    threads: int = 1


class Row(NamedTuple):
    """What it took."""

    sweep: str
    curve: str
    value: int
    ms: float
    ns_per_pixel: float


def cases() -> Iterator[Case]:
    """Yield all sweeps."""
    for threads in THREADS:
        for bands in BANDS:
            curve = f"{threads} thread{'s' * (threads > 1)}"
            yield Case("bands", curve, bands, 5, (640, 360), 25, True, bands, threads)
    for width, height in PICTURES:
        for side in SIDES:
            size = width, height
            yield Case("tiles in a row", f"of {height}p", side, side, size, side * side, False)
    for state in STATES:
        for sources in SOURCES:
            is_cold = state == "cold"
            yield Case("sources", state, sources, 15, (320, 180), sources, is_cold)


class Wall:
    """A grid with as many tiles as there are sources."""

    def __init__(self, case: Case) -> None:
        self.compositor = Compositor(WIDTH, HEIGHT, capacity=case.sources)
        self.sources = [self.compositor.add_source() for _ in range(case.sources)]
        grid = layouts.grid(case.side, case.side)
        tiles = grid.tiles(WIDTH, HEIGHT, self.sources, fit="stretch")
        self.compositor.set_layout(tiles)
        self.pixels = sum(tile.width * tile.height for tile in tiles)
        self.bands = case.bands
        width, height = case.picture
        held = case.sources * width * height * 3 // 2
        of_each = max(2, -(-RING_BYTES // held)) if case.is_cold else 1
        one = i420(width, height)
        self.rings = [[copied(one) for _ in range(of_each)] for _ in self.sources]

    def push(self, turn: int) -> None:
        """Give all sources their next picture."""
        for source, ring in zip(self.sources, self.rings, strict=True):
            self.compositor.push(source, *ring[turn % len(ring)])

    def compose(self, run: Callable[[Callable[[int], None], range], Any]) -> float:
        """Return how long it took, in seconds."""
        began = perf_counter()
        bands = self.compositor.start(0, self.bands)
        run(self.compositor.draw, range(bands))
        self.compositor.finish()
        return perf_counter() - began


def copied(planes: Planes) -> Planes:
    """Return other memory."""
    return tuple(plane.copy() for plane in planes)


def measure(case: Case, seconds: float, pool: ThreadPoolExecutor) -> Row:
    """Compose until the time is over, and take the fastest."""
    wall = Wall(case)

    def by_pool(draw: Callable[[int], None], bands: range) -> None:
        list(pool.map(draw, bands))

    def alone(draw: Callable[[int], None], bands: range) -> None:
        for band in bands:
            draw(band)

    least, turn, end = np.inf, 0, perf_counter() + seconds
    while turn < 4 or perf_counter() < end:
        wall.push(turn)
        taken = wall.compose(by_pool if case.threads > 1 else alone)
        least, turn = min(least, taken if turn else np.inf), turn + 1
    return Row(case.sweep, case.curve, case.value, least * 1e3, least * 1e9 / wall.pixels)


def measured(seconds: float) -> list[Row]:
    """Return a row for each case; one thread more is ready than is asked for at a time."""
    every = list(cases())
    pools = {threads: ThreadPoolExecutor(threads) for threads in THREADS}
    rows = []
    with progress_bar("walls", len(every)) as moved:
        for done, case in enumerate(every):
            rows.append(measure(case, seconds / len(every), pools[case.threads]))
            moved(done + 1)
    for pool in pools.values():
        pool.shutdown()
    return rows


def draw(rows: list[Row], path: Path) -> None:
    """Write a panel a sweep, a line a curve."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    titles = {
        "bands": f"25 x 360p, cold, {os.cpu_count()} processors",
        "tiles in a row": "grids, hot",
        "sources": "180p, 5:2, one tile each",
    }
    figure = Figure(figsize=(4.6 * len(titles), 4.2), layout="constrained")
    panels = figure.subplots(1, len(titles))
    for panel, (sweep, title) in zip(panels, titles.items(), strict=True):
        own = [row for row in rows if row.sweep == sweep]
        values = list(dict.fromkeys(row.value for row in own))
        for curve in dict.fromkeys(row.curve for row in own):
            points = [
                (values.index(row.value), row.ns_per_pixel) for row in own if row.curve == curve
            ]
            panel.plot(*zip(*points, strict=True), "o-", label=curve, alpha=0.8)
        panel.set(title=title, xlabel=sweep, xticks=range(len(values)), ylabel="ns a pixel")
        panel.set_xticklabels(values)
        if sweep == "tiles in a row":
            panel.set_yscale("log")
        else:
            panel.set_ylim(bottom=0)
        panel.grid(alpha=0.3)
        panel.legend(fontsize="small")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print the table, and draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else ""
    )
    parser.add_argument("--png", type=Path, help="for the picture; needs matplotlib")
    parser.add_argument("--seconds", type=float, default=8.0, help="to compose for, in all")
    arguments = parser.parse_args()
    rows = measured(arguments.seconds)
    print(table(("sweep", "curve", "value", "ms", "ns a pixel"), rows))
    if arguments.png:
        draw(rows, arguments.png)


if __name__ == "__main__":
    main()
