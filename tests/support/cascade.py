"""Conferences joined by trunks, tick by tick, in one process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mixminus import Conference, Leg
from tests.support.sender import FRAME_NS, Sender, l16, rtp_payload

RATE_HZ = 48_000
MS = 1_000_000


@dataclass
class Site:
    """A leg with L16, what it says (silence behind the end), and what it hears."""

    leg: Leg
    says: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))
    heard: list[NDArray[np.int16]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sender = Sender(ssrc=self.leg.ssrc ^ 1)

    def send(self, index: int, arrival_ns: int) -> None:
        """Send frame ``index``."""
        frame = np.zeros(960, np.int16)
        part = self.says[index * 960 : (index + 1) * 960]
        frame[: len(part)] = part
        self.leg.receive(self._sender.packet(l16(frame)), arrival_ns)

    def take(self) -> None:
        """Take what it is sent."""
        while packet := self.leg.take_packet():
            self.heard.append(np.frombuffer(rtp_payload(packet), ">i2").astype(np.int16))

    def pcm(self) -> NDArray[np.int16]:
        """Return all that was heard."""
        return np.concatenate(self.heard)


@dataclass
class Trunk:
    """Two legs that are each other's far side."""

    ends: tuple[Leg, Leg]
    is_up: bool = True
    packets: int = 0

    def carry(self, arrival_ns: int) -> None:
        """Bring over what both ends have for each other."""
        crossing = [(self._taken(a), b) for a, b in (self.ends, self.ends[::-1])]
        for datagrams, to in crossing:
            for datagram in datagrams if self.is_up else ():
                to.receive(datagram, arrival_ns)
                self.packets += 1

    @staticmethod
    def _taken(end: Leg) -> list[bytes]:
        datagrams = []
        while packet := end.take_packet():
            datagrams.append(packet)
        while report := end.take_report():
            datagrams.append(report)
        return datagrams


class Cascade:
    """All conferences tick at the same time; what a trunk carries arrives 1 ms later."""

    def __init__(self, conferences: Sequence[Conference]) -> None:
        self.conferences = list(conferences)
        self.sites: list[Site] = []
        self.trunks: list[Trunk] = []
        self.ticks = 0

    def site(self, conference: Conference, says: NDArray[np.int16] | None = None) -> Site:
        """Let a site into one of the conferences."""
        leg = conference.add_leg(codec="l16", payload_type=96)
        site = Site(leg) if says is None else Site(leg, says)
        self.sites.append(site)
        return site

    def join(self, a: Conference, b: Conference, codec: str = "l16") -> Trunk:
        """Lay a trunk between two of them."""
        payload_type = 97 if codec == "l16" else None
        ends = [c.add_leg(codec=codec, payload_type=payload_type, role="trunk") for c in (a, b)]
        trunk = Trunk((ends[0], ends[1]))
        self.trunks.append(trunk)
        return trunk

    def run(self, ticks: int, after: Callable[[], None] = lambda: None) -> None:
        """Let time pass; ``after`` is called behind each tick."""
        for _ in range(ticks):
            now_ns = self.ticks * FRAME_NS
            for site in self.sites:
                site.send(self.ticks, now_ns + 10 * MS)
            for conference in self.conferences:
                conference.tick(now_ns + FRAME_NS)
            for site in self.sites:
                site.take()
            for trunk in self.trunks:
                trunk.carry(now_ns + FRAME_NS + MS)
            self.ticks += 1
            after()


def chain(count: int, **settings: object) -> Cascade:
    """Return that many conferences in a row, the first with the lowest id."""
    made = [
        Conference(
            capacity=40,
            threads=1,
            seed=n,
            conference_id=n + 1,
            rank=n == 0,
            **settings,  # type: ignore[arg-type]
        )
        for n in range(count)
    ]
    cascade = Cascade(made)
    for a, b in pairwise(made):
        cascade.join(a, b)
    return cascade


def voice(seconds: float, seed: int, level: float = 6000.0) -> NDArray[np.int16]:
    """Return syllables of a hoarse sawtooth: speech, as far as a voice activity detector can tell."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch_hz = rng.uniform(100, 200) * (1 + 0.05 * np.sin(2 * np.pi * rng.uniform(0.4, 0.8) * t))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE_HZ
    harmonics = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in range(1, 15))
    syllables = np.clip(1.3 * np.sin(np.pi * 4 * t + rng.uniform(0, 3)) ** 2, 0.02, 1)
    hoarse = harmonics + 0.05 * rng.standard_normal(len(t))
    return np.round(level * syllables * hoarse / 2).astype(np.int16)
