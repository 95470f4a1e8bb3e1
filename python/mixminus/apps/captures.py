"""RTP streams in captured network traffic (pcap, pcapng), read through dpkt."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mixminus.apps.errors import CommandError, require
from mixminus.apps.traces import Arrival
from mixminus.errors import MalformedError
from mixminus.rtp import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

__all__ = ["Stream", "is_capture", "read_streams"]

# magic numbers of pcap in both byte orders, with us and with ns, and of pcapng
MAGIC = ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "0a0d0d0a")
STATIC_CODECS = {0: "pcmu", 8: "pcma", 9: "g722", 111: "opus"}  # RFC 3551; 111 by custom
LEAST_PACKETS = 10  # fewer are something else that looks like RTP


class Stream(NamedTuple):
    """Packets of one SSRC and payload type, in order of arrival."""

    ssrc: int
    payload_type: int
    arrivals: list[Arrival]

    @property
    def codec(self) -> str | None:
        """Name by the payload type, None where that does not say."""
        return STATIC_CODECS.get(self.payload_type)


def is_capture(path: Path) -> bool:
    """Whether the file begins as a capture does."""
    with path.open("rb") as file:
        return file.read(4).hex() in MAGIC


def read_streams(path: Path) -> list[Stream]:
    """Return every RTP stream of a capture, by its most frequent payload type.

    Raises
    ------
    CommandError
        It is damaged, or dpkt is not installed.
    """
    found: dict[tuple[int, int], list[Arrival]] = {}
    for arrival_ns, datagram in _datagrams(path):
        try:
            packet = parse(datagram)
        except MalformedError:
            continue
        key = packet.ssrc, packet.payload_type
        found.setdefault(key, []).append(Arrival(arrival_ns, datagram))
    streams: dict[int, Stream] = {}
    for (ssrc, payload_type), arrivals in found.items():
        known = streams.get(ssrc)
        if len(arrivals) >= LEAST_PACKETS and (
            known is None or len(known.arrivals) < len(arrivals)
        ):
            streams[ssrc] = Stream(ssrc, payload_type, arrivals)
    return list(streams.values())


def _datagrams(path: Path) -> Iterator[tuple[int, bytes]]:
    dpkt: Any = require("dpkt", "replay")
    links = {
        1: dpkt.ethernet.Ethernet,
        12: dpkt.ip.IP,
        101: dpkt.ip.IP,
        113: dpkt.sll.SLL,
        276: dpkt.sll2.SLL2,
    }
    with path.open("rb") as file:
        try:
            reader = dpkt.pcap.UniversalReader(file)
            link = links.get(reader.datalink())
            if link is None:
                raise CommandError(f"{path}: link type {reader.datalink()} is not read")
            for seconds, frame in reader:
                layer = _udp(dpkt, link, frame)
                if layer is not None:
                    yield round(seconds * 1_000_000_000), bytes(layer.data)
        except (ValueError, dpkt.Error) as error:
            raise CommandError(f"{path} is no capture: {error}") from error


def _udp(dpkt: Any, link: Any, frame: bytes) -> Any:
    try:
        layer = link(frame)
    except (dpkt.Error, IndexError, ValueError):
        return None
    while layer is not None and not isinstance(layer, dpkt.udp.UDP):
        layer = layer.data if isinstance(layer, dpkt.Packet) else None
    return layer
