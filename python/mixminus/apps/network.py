"""Networks to send packets through: a seeded model, and the replay of a measured trace."""

from __future__ import annotations

import csv
import gzip
import heapq
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from mixminus.apps.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "InFlight",
    "Network",
    "NetworkProfile",
    "SimulatedNetwork",
    "TraceNetwork",
    "read_trace",
]

NS_PER_MS = 1_000_000

Item = TypeVar("Item")
Fates = list[tuple[int, ...]]  # for each packet the delays of its copies, in ns


class Network(Protocol):
    """One direction of one line: says what becomes of each packet."""

    def arrivals_ns(self, sent_ns: int) -> tuple[int, ...]:
        """Return when the copies of the next packet arrive; empty: it is lost."""


class InFlight(Generic[Item]):
    """Packets on their way over any number of lines, given out in the order of arrival."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Item]] = []
        self._count = 0  # keeps packets of one instant in the order they were sent

    def offer(self, item: Item, network: Network, sent_ns: int) -> None:
        """Send ``item`` over ``network``; for one network the times never decrease."""
        for arrival_ns in network.arrivals_ns(sent_ns):
            heapq.heappush(self._heap, (arrival_ns, self._count, item))
            self._count += 1

    def arrived(self, now_ns: int) -> Iterator[tuple[int, Item]]:
        """Take what has arrived by ``now_ns``, as (arrival_ns, item)."""
        while self._heap and self._heap[0][0] <= now_ns:
            arrival_ns, _, item = heapq.heappop(self._heap)
            yield arrival_ns, item

    def next_arrival_ns(self) -> int | None:
        """Return when the next one arrives; None: nothing is on its way."""
        return self._heap[0][0] if self._heap else None


@dataclass(frozen=True)
class NetworkProfile:
    """What a line does to packets; all off by default."""

    delay_ms: float = 0.0  # the least any packet takes
    jitter_ms: float = 0.0  # mean of the gamma-distributed rest
    jitter_shape: float = 2.0  # of that gamma distribution; 1: exponential
    spike_probability: float = 0.0  # per packet: a stall begins and everything queues behind it
    spike_ms: float = 0.0  # median of the log-normal length of a stall
    loss_probability: float = 0.0  # in the long run, in bursts
    loss_burst_packets: float = 1.0  # mean length of a burst
    reorder_probability: float = 0.0  # per packet: takes a detour, others overtake
    reorder_ms: float = 30.0  # how much longer the detour is
    duplicate_probability: float = 0.0


class SimulatedNetwork:
    """A line after ``profile``: the same seed gives the same fate to the same packets.

    Losses follow the two-state model of Gilbert [1]_. Packets keep their order, as in one queue,
    except those that take a detour.

    .. [1] E. N. Gilbert, "Capacity of a burst-noise channel", Bell System Technical Journal 39(5),
       1960; in the simple form of ITU-T G.191.
    """

    def __init__(self, profile: NetworkProfile, seed: int | str) -> None:
        self._profile = profile
        self._random = random.Random(seed)
        self._is_losing = False
        self._queue_free_ns = 0
        self.offered_packets = 0
        self.lost_packets = 0
        self.delay_sum_ns = 0  # of the packets that arrived

    def arrivals_ns(self, sent_ns: int) -> tuple[int, ...]:
        """See `Network`."""
        self.offered_packets += 1
        arrival_ns = self._arrival_ns(sent_ns)
        if self._loses():
            self.lost_packets += 1
            return ()
        self.delay_sum_ns += arrival_ns - sent_ns
        if self._random.random() < self._profile.duplicate_probability:
            return arrival_ns, arrival_ns + NS_PER_MS
        return (arrival_ns,)

    def _loses(self) -> bool:
        loss, leave = self._profile.loss_probability, 1 / self._profile.loss_burst_packets
        enter = min(1.0, leave * loss / (1 - loss)) if loss < 1 else 1.0
        draw = self._random.random()
        self._is_losing = draw >= leave if self._is_losing and loss < 1 else draw < enter
        return self._is_losing

    def _arrival_ns(self, sent_ns: int) -> int:
        profile, rng = self._profile, self._random
        delay_ms = profile.delay_ms
        if profile.jitter_ms:
            delay_ms += rng.gammavariate(
                profile.jitter_shape, profile.jitter_ms / profile.jitter_shape
            )
        if rng.random() < profile.spike_probability:
            delay_ms += profile.spike_ms * rng.lognormvariate(0, 0.5)
        in_order_ns = max(self._queue_free_ns, sent_ns + round(delay_ms * NS_PER_MS))
        self._queue_free_ns = in_order_ns
        if rng.random() < profile.reorder_probability:
            return in_order_ns + round(profile.reorder_ms * NS_PER_MS)
        return in_order_ns


class TraceNetwork:
    """Replays the fates of `read_trace`, one for each packet offered, and starts over at the end.

    ``first`` is the fate of the first packet, so that many lines can share one trace.
    """

    def __init__(self, fates: Fates, first: int = 0) -> None:
        self._fates = fates
        self._next = first % len(fates)

    def arrivals_ns(self, sent_ns: int) -> tuple[int, ...]:
        """See `Network`."""
        fate = self._fates[self._next]
        self._next = (self._next + 1) % len(self._fates)
        return tuple(sent_ns + delay_ns for delay_ns in fate)


def read_trace(path: Path) -> Fates:
    """Read a delay trace: CSV, possibly gzipped, of ``seq,ts_ms,send_ms,arrival_ms``.

    Rows are in the order of sending; ``arrival_ms`` is empty for a lost packet and a duplicated
    one has a row for each copy. Lines that start with ``#`` are skipped.

    Returns
    -------
    list of tuple of int
        For each packet the delays of its copies in nanoseconds; empty: lost.

    Raises
    ------
    CommandError
        Unreadable, or not such a table.
    """
    fates: dict[int, tuple[int, ...]] = {}
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for row in csv.reader(line for line in lines if not line.startswith("#")):
                number, _, send_ms, arrival_ms = row
                copies = fates.setdefault(int(number), ())
                if arrival_ms:
                    fates[int(number)] = (*copies, _delay_ns(float(send_ms), float(arrival_ms)))
    except (OSError, EOFError, ValueError) as error:
        raise CommandError(
            f"{path} is no trace of seq,ts_ms,send_ms,arrival_ms ({error})"
        ) from error
    if not fates:
        raise CommandError(f"{path} is an empty trace")
    return list(fates.values())


def _delay_ns(send_ms: float, arrival_ms: float) -> int:
    delay_ms = arrival_ms - send_ms
    if not 0 <= delay_ms < 60_000:
        raise ValueError(f"a delay of {delay_ms} ms")
    return round(delay_ms * NS_PER_MS)
