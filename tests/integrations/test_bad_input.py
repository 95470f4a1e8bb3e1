"""Whatever one site sends to a running ``mixminus serve``, the others lose nothing and the server lives.

Two peers talk to each other all the time. Runs in real time, a few seconds each, on loopback alone.
"""

import random
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.bridge import PCMU, Peer, Server, Speaking, eventually, mu_law, tone_level
from tests.support.sender import Sender, read

TONES_HZ = (440.0, 700.0)
PER_SECOND = 10_000
SILENCE = b"\xff" * 160


class Room:
    """A server and two peers that hear each other."""

    def __init__(self, server: Server, peers: list[Peer]) -> None:
        self.server, self.peers = server, peers

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Check that no packet is missing and no sound is gone from here to a second after the block."""
        starts = [len(peer.packets) for peer in self.peers]
        sent = [peer.sent for peer in self.peers]
        yield
        goal = self.peers[0].sent + 50
        assert eventually(lambda: self.peers[0].sent >= goal)
        for i, peer in enumerate(self.peers):
            received, expected = len(peer.packets) - starts[i], peer.sent - sent[i]
            assert peer.missing(starts[i]) == 0
            assert received == pytest.approx(expected, abs=max(5, 0.05 * expected))
            other_hz, own_hz = TONES_HZ[1 - i], TONES_HZ[i]
            heard = peer.heard(received)
            assert tone_level(heard, other_hz, 8000) > 0.8 * 8000, "the other one is gone"
            assert tone_level(heard, own_hz, 8000) < 100, "an echo"

    def stranger(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        return sock

    def send(self, sock: socket.socket, datagrams: Iterable[bytes]) -> int:
        """Send 10 000 a second, as evenly as a thread can; return how many."""
        start, count = time.monotonic(), 0
        for count, datagram in enumerate(datagrams, 1):
            sock.sendto(datagram, self.server.address)
            if count % 50 == 0:
                time.sleep(max(0.0, start + count / PER_SECOND - time.monotonic()))
        return count


@contextmanager
def talking(*options: str) -> Iterator[Room]:
    with Server(*options) as server:
        peers = [Peer(server.address, hz, ssrc=i + 1) for i, hz in enumerate(TONES_HZ)]
        with Speaking(*peers):
            assert eventually(
                lambda: all(p.hears(hz) for p, hz in zip(peers, reversed(TONES_HZ), strict=True))
            )
            yield Room(server, peers)


def noise_like_rtp(source: random.Random) -> bytes:
    """Return a packet that parses, of a codec that is admitted, with everything else random."""
    return struct.pack("!BB", 0x80, PCMU) + source.randbytes(10 + 160)


def test_garbage_is_counted_and_does_no_harm() -> None:
    source = random.Random(1)
    truncated = [Sender(ssrc=1, payload_type=PCMU).packet(b"")[:n] for n in range(12)]
    no_rtp = [
        bytes([source.randrange(0x80)]) + source.randbytes(source.randrange(500))
        for _ in range(3000)
    ]
    reports = [struct.pack("!BB", 0x80 | source.randrange(64), source.randrange(192, 224))
               + source.randbytes(source.randrange(6, 500)) for _ in range(3000)]  # fmt: skip
    like_rtp = [noise_like_rtp(source) for _ in range(6000)]
    oversized = [bytes([0x80, PCMU]) + bytes(5000)] * 100
    with talking() as room, room.stranger() as sock, room.undisturbed():
        for datagrams in (truncated, no_rtp, reports, like_rtp, oversized):
            room.send(sock, datagrams)
    counters = room.server.counters
    assert counters["legs"] == 2
    assert counters["datagrams_malformed"] == len(truncated) + len(no_rtp) + len(oversized)
    assert counters["datagrams_from_strangers"] >= len(reports) + len(like_rtp)


def test_garbage_from_the_address_of_a_leg_does_no_harm_either() -> None:
    source = random.Random(2)
    with talking() as room:
        peer = room.peers[0]
        own_reports = [struct.pack("!BBHI", 0x80 | source.randrange(64), source.choice((200, 201, 202, 204, 205)),
                                   source.randrange(1 << 16), peer.sender.ssrc)
                       + source.randbytes(source.randrange(300)) for _ in range(2000)]  # fmt: skip
        others = [noise_like_rtp(source) for _ in range(2000)]
        with room.undisturbed():
            room.send(peer.socket, own_reports + others)
    assert room.server.counters["legs"] == 2


def test_ten_thousand_packets_a_second_of_one_leg_do_no_harm() -> None:
    with talking() as room, room.stranger() as sock:
        sender = Sender(ssrc=9, payload_type=PCMU, step=160)
        with room.undisturbed():
            sent = room.send(sock, (sender.packet(SILENCE) for _ in range(2 * PER_SECOND)))
    assert room.server.counters["legs"] == 3
    assert room.server.counters["datagrams_received"] >= 0.99 * sent


def test_another_source_at_the_address_of_a_leg_is_a_leg_of_its_own() -> None:
    with talking() as room:
        other = Sender(ssrc=99, payload_type=PCMU, step=160)
        with room.undisturbed():
            room.send(room.peers[0].socket, (other.packet(SILENCE) for _ in range(100)))
        assert len({read(packet).ssrc for packet in room.peers[0].foreign}) == 1
    assert room.server.counters["legs"] == 3


def replays(sender: Sender) -> Iterator[bytes]:
    old = [sender.packet(mu_law(square())) for _ in range(100)]
    for _ in range(50):
        yield from old


def jumps(sender: Sender) -> Iterator[bytes]:
    source = random.Random(3)
    for _ in range(300):
        sender.timestamp = source.getrandbits(32)
        yield sender.packet(SILENCE)
        yield sender.packet(SILENCE)


def restarts(sender: Sender) -> Iterator[bytes]:
    source = random.Random(4)
    for _ in range(300):
        sender.sequence_number = source.getrandbits(16)
        for _ in range(5):
            yield sender.packet(SILENCE)


def square() -> NDArray[np.int16]:
    return np.tile(np.repeat(np.array([300, -300], np.int16), 8), 10)


@pytest.mark.parametrize("packets", [replays, jumps, restarts])
def test_a_leg_that_sends_nonsense_is_heard_as_nonsense_by_itself_alone(
    packets: Callable[[Sender], Iterator[bytes]],
) -> None:
    with talking() as room, room.stranger() as sock, room.undisturbed():
        room.send(sock, packets(Sender(ssrc=9, payload_type=PCMU, step=160)))
    assert room.server.counters["legs"] == 3


def test_a_leg_that_never_reads_keeps_nobody_waiting() -> None:
    with talking() as room, room.stranger() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sender = Sender(ssrc=9, payload_type=PCMU, step=160)
        with room.undisturbed():
            for _ in range(100):
                sock.sendto(sender.packet(SILENCE), room.server.address)
                time.sleep(0.02)
    assert room.server.counters["legs"] == 3


class Visitor:
    """Sends until it is answered, then says goodbye."""

    def __init__(self, room: Room, ssrc: int) -> None:
        self.peer = Peer(room.server.address, 1000, ssrc)

    def is_answered(self) -> bool:
        self.peer.send()
        self.peer.receive()
        return len(self.peer.packets) > 0

    def leave(self) -> None:
        ssrc = self.peer.sender.ssrc
        goodbye = struct.pack("!BBHIBBHI", 0x80, 201, 1, ssrc, 0x81, 203, 1, ssrc)
        self.peer.socket.sendto(goodbye, self.peer.bridge)
        self.peer.socket.close()


def test_two_hundred_visits_leave_no_leg_behind() -> None:
    rounds, visitors = 5, 40
    with talking("--max-legs", str(2 + visitors)) as room, room.undisturbed():
        for i in range(rounds):
            guests = [Visitor(room, 100 + i * visitors + k) for k in range(visitors)]
            assert all(eventually(guest.is_answered) for guest in guests), "no place is free"
            for guest in guests:
                guest.leave()
    assert room.server.counters["legs"] == 2 + rounds * visitors


def test_a_full_server_refuses_many_and_serves_those_inside() -> None:
    with talking("--max-legs", "2") as room, room.stranger() as sock:
        crowd = [Sender(ssrc=ssrc, payload_type=PCMU, step=160) for ssrc in range(100, 200)]
        with room.undisturbed():
            room.send(sock, (sender.packet(SILENCE) for _ in range(100) for sender in crowd))
    counters = room.server.counters
    assert counters["legs"] == 2
    assert counters["refused"] > 0
    assert counters["datagrams_from_strangers"] >= 10_000
    assert read(room.peers[0].packets[-1]).payload_type == PCMU
