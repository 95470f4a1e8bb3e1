"""The conferences of a province: each district's, the province's and the centre's, joined by trunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mixminus import Conference, codecs
from mixminus.apps.network import InFlight, NetworkProfile, SimulatedNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mixminus import Leg
    from mixminus.apps.province import Site

__all__ = ["CENTRE", "PROVINCE", "Trunk", "conference_of", "join_all", "make_conferences"]

CENTRE = "Trung ương"
PROVINCE = "Ninh Bình (tỉnh)"

# between two machine rooms; made up, in the range of a leased line
BACKBONE = NetworkProfile(delay_ms=4, jitter_ms=1, loss_probability=0.0005, loss_burst_packets=2)


def conference_of(site: Site) -> str:
    """Return the name of the conference where ``site`` is a leg."""
    if site.tier == "centre":
        return CENTRE
    return site.district or PROVINCE


def make_conferences(sites: Sequence[Site], **settings: Any) -> dict[str, Conference]:
    """Make each conference that has a site, from the top; those above decide who has the floor.

    Parameters
    ----------
    sites : sequence of Site
        All of them.
    settings
        As for `Conference`; ``seed`` is that of the first.
    """
    seed = settings.pop("seed")
    legs: dict[str, int] = {CENTRE: 0, PROVINCE: 0}
    for site in sites:
        legs[conference_of(site)] = legs.get(conference_of(site), 0) + 1
    conferences = {}
    for place, (name, count) in enumerate(legs.items()):
        trunks = {CENTRE: 1, PROVINCE: len(legs) - 1}.get(name, 1)
        conferences[name] = Conference(
            capacity=count + trunks * (1 + settings["trunk_lanes"]),
            conference_id=place + 1,
            rank={CENTRE: 2, PROVINCE: 1}.get(name, 0),
            seed=seed + place,
            **settings,
        )
    return conferences


@dataclass
class Trunk:
    """Two legs that are each other's far side, and the line between them."""

    name: str
    ends: tuple[Leg, Leg]  # of the upper conference, of the lower one
    lines: tuple[SimulatedNetwork, SimulatedNetwork]  # from each end

    def __post_init__(self) -> None:
        self._in_flight: InFlight[tuple[Leg, bytes]] = InFlight()

    def send(self, now_ns: int) -> None:
        """Put what both ends have for each other on the line."""
        for end, far, line in zip(self.ends, self.ends[::-1], self.lines, strict=True):
            for take in (end.take_packet, end.take_report):
                while datagram := take():
                    self._in_flight.offer((far, datagram), line, now_ns)

    def deliver(self, now_ns: int) -> None:
        """Hand over what has arrived."""
        for arrival_ns, (end, datagram) in self._in_flight.arrived(now_ns):
            end.receive(datagram, arrival_ns)


def join_all(conferences: dict[str, Conference], seed: int) -> list[Trunk]:
    """Lay the trunks: the centre to the province, the province to each district."""
    codec = "opus" if "opus" in codecs() else "pcma"
    trunks = []
    for name in conferences:
        if name == CENTRE:
            continue
        upper = CENTRE if name == PROVINCE else PROVINCE
        ends = [
            conferences[at].add_leg(codec=codec, name=far, role="trunk")
            for at, far in ((upper, name), (name, upper))
        ]
        lines = [SimulatedNetwork(BACKBONE, f"{seed} {name} {way}") for way in ("down", "up")]
        trunks.append(Trunk(f"{upper} - {name}", (ends[0], ends[1]), (lines[0], lines[1])))
    return trunks
