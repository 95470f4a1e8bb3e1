"""Many RTP endpoints in one process: each has its socket, all are paced over the 20 ms."""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mixminus.apps.errors import CommandError
from mixminus.apps.network import InFlight, Network
from mixminus.apps.rtp_sender import FRAME_MS, RtpSender

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["WARM_UP_S", "Endpoint", "exercise", "open_endpoints"]

FRAME_NS = FRAME_MS * 1_000_000
WARM_UP_S = 1.0  # nothing counts: the bridge gets to know its participants
DATAGRAM_BYTES = 2048
BYE = 203  # RTCP packet type, RFC 3550 section 6.6
RTCP_TYPES = range(192, 224)  # second byte of RTCP beside RTP, RFC 5761 section 4


@dataclass
class Endpoint:
    """One participant: what it sends, and what came back."""

    sender: RtpSender
    payloads: Sequence[bytes]  # sent in a circle
    first_payload: int
    network: Network | None
    socket: socket.socket
    is_recorded: bool = False
    levels_dbov: Sequence[int] = (-127,)  # of the payloads, RFC 6464; sent if the sender does
    packets_sent: int = 0
    packets_received: int = 0
    arrivals: list[tuple[int, bytes]] = field(default_factory=list)  # (ns, datagram), if recorded

    def next_packet(self, frame: int) -> bytes | None:
        """Return the packet of this 20 ms."""
        index = (self.first_payload + frame) % len(self.payloads)
        return self.sender.packet(
            self.payloads[index], self.levels_dbov[index % len(self.levels_dbov)]
        )

    def receive(self, datagram: bytes, arrival_ns: int) -> None:
        """Count an RTP packet, and keep it for the checks."""
        if len(datagram) < 12 or datagram[1] in RTCP_TYPES:
            return
        self.packets_received += 1
        if self.is_recorded:
            self.arrivals.append((arrival_ns, datagram))

    def leave(self) -> None:
        """Send an RTCP BYE where the bridge may know the endpoint by it, and close the socket."""
        with self.socket, suppress(OSError):  # whoever has gone needs no farewell
            self.socket.send(struct.pack("!BBHI", 0x81, BYE, 1, self.sender.ssrc))


def open_endpoints(target: tuple[str, int], senders: Sequence[RtpSender]) -> list[socket.socket]:
    """Return one connected UDP socket for each sender: it hears the bridge and nobody else.

    Raises
    ------
    CommandError
        The machine has no sockets left, or no way to the bridge.
    """
    family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
    sockets: list[socket.socket] = []
    try:
        for _ in senders:
            sockets.append(socket.socket(family, socket.SOCK_DGRAM))
            sockets[-1].setblocking(False)
            sockets[-1].connect(target)
    except OSError as error:
        for opened in sockets:
            opened.close()
        raise CommandError(
            f"no {len(senders)} sockets to {target[0]} ({error.strerror})"
        ) from error
    return sockets


class _Exercise:
    """State of one run."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self.start_ns = time.monotonic_ns()
        self._count_from_ns = self.start_ns + round(WARM_UP_S * 1e9)
        self._in_flight: InFlight[tuple[Endpoint, bytes]] = InFlight()
        self._poll = select.poll()
        self._by_fd = {endpoint.socket.fileno(): endpoint for endpoint in endpoints}
        for descriptor in self._by_fd:
            self._poll.register(descriptor, select.POLLIN)

    def send_frame(self, endpoint: Endpoint, frame: int, now_ns: int) -> None:
        packet = endpoint.next_packet(frame)
        if packet is None:
            return
        if endpoint.network is None:
            self._send(endpoint, packet)
        else:
            self._in_flight.offer((endpoint, packet), endpoint.network, now_ns)

    def send_delayed(self, now_ns: int) -> None:
        for _, (endpoint, packet) in self._in_flight.arrived(now_ns):
            self._send(endpoint, packet)

    def receive_until(self, due_ns: int) -> None:
        """Wait for packets until something is to be sent."""
        wake_ns = min(due_ns, self._in_flight.next_arrival_ns() or due_ns)
        wait_ms = max(0.0, (wake_ns - time.monotonic_ns()) / 1e6)
        for descriptor, _ in self._poll.poll(min(wait_ms, 5.0)):
            self._drain(self._by_fd[descriptor])

    @staticmethod
    def _send(endpoint: Endpoint, packet: bytes) -> None:
        endpoint.socket.send(packet)
        endpoint.packets_sent += 1

    def _drain(self, endpoint: Endpoint) -> None:
        try:
            while True:
                datagram = endpoint.socket.recv(DATAGRAM_BYTES)
                arrival_ns = time.monotonic_ns()
                if arrival_ns >= self._count_from_ns:
                    endpoint.receive(datagram, arrival_ns)
        except BlockingIOError:
            return


def exercise(
    endpoints: Sequence[Endpoint], seconds: float, each_second: Callable[[int], None]
) -> int:
    """Let all endpoints send and receive for ``seconds``.

    Parameters
    ----------
    endpoints : sequence of Endpoint
        Endpoint i sends its packets at i/n of the 20 ms, so that they come evenly.
    seconds : float
        How long; nothing is sent or received after it.
    each_second : callable
        Told the seconds that have passed.

    Returns
    -------
    int
        ``time.monotonic_ns()`` when the first packet was due.

    Raises
    ------
    CommandError
        Nobody listens.
    """
    state = _Exercise(endpoints)
    count = len(endpoints)
    total = int(seconds * 1000 / FRAME_MS) * count
    start_ns = state.start_ns
    sent = 0
    try:
        while sent < total:
            now_ns = time.monotonic_ns()
            while sent < total and start_ns + sent * FRAME_NS // count <= now_ns:
                frame, place = divmod(sent, count)
                state.send_frame(endpoints[place], frame, now_ns)
                sent += 1
                if sent % (count * 50) == 0:
                    each_second(sent // (count * 50))
            state.send_delayed(now_ns)
            state.receive_until(start_ns + sent * FRAME_NS // count)
    except ConnectionRefusedError as error:
        raise CommandError("nobody listens at that port") from error
    return start_ns
