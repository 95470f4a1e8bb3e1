"""The conferences of a province: each district's, the province's and the centre's, joined by trunks."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mixminus import Conference, codecs
from mixminus.apps.network import InFlight, NetworkProfile, SimulatedNetwork

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from mixminus import Leg
    from mixminus.apps.province import Site

__all__ = [
    "CENTRE",
    "PROVINCE",
    "Line",
    "Trunk",
    "UdpTrunk",
    "add_end",
    "best_codec",
    "conference_of",
    "lay_trunk",
    "make_conferences",
    "trunk_pairs",
]

CENTRE = "Trung ương"
PROVINCE = "Ninh Bình (tỉnh)"
LANES = 6
RECORDERS = 1  # taps

# between two machine rooms; made up, in the range of a leased line
BACKBONE = NetworkProfile(delay_ms=4, jitter_ms=1, loss_probability=0.0005, loss_burst_packets=2)


def conference_of(site: Site) -> str:
    """Return the name of the conference where ``site`` is a leg."""
    if site.tier == "centre":
        return CENTRE
    return site.district or PROVINCE


def make_conferences(
    sites: Sequence[Site], here: Collection[str], seed: int, **settings: Any
) -> dict[str, Conference]:
    """Make the conferences ``here``, from the top; those above decide who has the floor.

    Parameters
    ----------
    sites : sequence of Site
        All of the province.
    here : collection of str
        Names of conferences.
    seed : int
        Of the first; those that follow have the next ones.
    settings
        As for `Conference`.
    """
    legs = dict.fromkeys((CENTRE, PROVINCE), 0)
    for site in sites:
        legs[conference_of(site)] = legs.get(conference_of(site), 0) + 1
    trunks = {CENTRE: 1, PROVINCE: len(legs) - 1}
    return {
        name: Conference(
            capacity=count + RECORDERS + trunks.get(name, 1) * (1 + LANES),
            conference_id=place + 1,
            rank={CENTRE: 2, PROVINCE: 1}.get(name, 0),
            trunk_lanes=LANES,
            seed=seed + place,
            **settings,
        )
        for place, (name, count) in enumerate(legs.items())
        if name in here
    }


def trunk_pairs(names: Collection[str]) -> list[tuple[str, str]]:
    """Return (upper, lower) of each trunk: the centre to the province, that to each district."""
    return [(CENTRE if n == PROVINCE else PROVINCE, n) for n in names if n != CENTRE]


def best_codec() -> str:
    """Return the best codec that this build has."""
    return "opus" if "opus" in codecs() else "pcma"


def add_end(conference: Conference, far: str) -> Leg:
    """Add the end of a trunk to the conference named ``far``."""
    return conference.add_leg(codec=best_codec(), name=far, role="trunk")


class Line(Protocol):
    """One trunk, as a simulation sees it."""

    def send(self, now_ns: int) -> None:
        """Take from the ends what they have for each other."""

    def deliver(self, now_ns: int) -> None:
        """Hand over what has arrived."""


def _taken(end: Leg) -> Iterator[bytes]:
    for take in (end.take_packet, end.take_report):
        while datagram := take():
            yield datagram


@dataclass
class Trunk:
    """Both ends in this process, with a simulated line between them."""

    ends: tuple[Leg, Leg]  # of the upper conference, of the lower one
    lines: tuple[SimulatedNetwork, SimulatedNetwork]  # from each end

    def __post_init__(self) -> None:
        self._in_flight: InFlight[tuple[Leg, bytes]] = InFlight()

    def send(self, now_ns: int) -> None:
        """See `Line`."""
        for end, far, line in zip(self.ends, self.ends[::-1], self.lines, strict=True):
            for datagram in _taken(end):
                self._in_flight.offer((far, datagram), line, now_ns)

    def deliver(self, now_ns: int) -> None:
        """See `Line`."""
        for arrival_ns, (end, datagram) in self._in_flight.arrived(now_ns):
            end.receive(datagram, arrival_ns)


def lay_trunk(conferences: dict[str, Conference], pair: tuple[str, str], seed: int) -> Trunk:
    """Join two of ``conferences``, the upper one named first."""
    ends = [add_end(conferences[at], far) for at, far in zip(pair, pair[::-1], strict=True)]
    lines = [SimulatedNetwork(BACKBONE, f"{seed} {pair[1]} {way}") for way in ("down", "up")]
    return Trunk((ends[0], ends[1]), (lines[0], lines[1]))


@dataclass
class UdpTrunk:
    """One end; the other is behind a socket."""

    end: Leg
    sock: socket.socket  # connected, does not block

    def send(self, now_ns: int) -> None:  # noqa: ARG002 - the kernel has a clock of its own
        """See `Line`."""
        for datagram in _taken(self.end):
            try:
                self.sock.send(datagram)
            except OSError:  # the far side has ended: as if the line had lost it
                return

    def deliver(self, now_ns: int) -> None:
        """See `Line`."""
        while True:
            try:
                datagram = self.sock.recv(2048)
            except OSError:
                return
            self.end.receive(datagram, now_ns)
