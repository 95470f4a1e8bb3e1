"""Switchboard: datagrams of real loopback sockets find their legs, and nobody else's find any.

A datagram to loopback is in the receiver's buffer when sendto() returns, so nothing here waits.
"""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from mixminus import Conference, Leg, UnknownLegError
from mixminus._tick import Switchboard
from tests.support.sender import Sender, read

PCMU = 0
SILENCE = b"\xff" * 160
SO_TIMESTAMPNS = 35
LONGEST = 2048


def udp(family: socket.AddressFamily = socket.AF_INET) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def waiting(sock: socket.socket) -> list[bytes]:
    """Take all datagrams that a socket holds."""
    found = []
    while True:
        try:
            found.append(sock.recv(LONGEST))
        except BlockingIOError:
            return found


@dataclass
class Exchange:
    """A switchboard on a socket, and sites that send to it."""

    family: socket.AddressFamily = socket.AF_INET
    capacity: int = 8
    sockets: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.conference = Conference(capacity=self.capacity, threads=1, seed=1)
        self.socket = self.site()
        self.switchboard = Switchboard(self.socket, self.conference, self.capacity)

    def site(self) -> socket.socket:
        return self.sockets.enter_context(udp(self.family))

    def send(self, site: socket.socket, *datagrams: bytes) -> None:
        for datagram in datagrams:
            site.sendto(datagram, self.socket.getsockname())

    def receive(self, now_ns: int = 1) -> list[tuple[str, int, int, int]]:
        return self.switchboard.receive(now_ns, 0)

    def introduce(self, site: socket.socket, ssrc: int) -> list[tuple[str, int, int, int]]:
        sender = Sender(ssrc=ssrc, payload_type=PCMU, step=160)
        self.send(site, sender.packet(SILENCE), sender.packet(SILENCE))
        return self.receive()

    def join(self, site: socket.socket, ssrc: int, now_ns: int = 0) -> Leg:
        leg = self.conference.add_leg(codec="pcmu")
        address, port = site.getsockname()[:2]
        self.switchboard.connect(address, port, ssrc, leg, now_ns)
        return leg

    def tick(self, now_ns: int = 0) -> None:
        self.conference.tick(now_ns)
        self.switchboard.send()


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    try:
        made = Exchange(request.param)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with made.sockets:
        yield made


@pytest.fixture
def ipv4() -> Iterator[Exchange]:
    made = Exchange()
    with made.sockets:
        yield made


def rtp(ssrc: int, sequence_number: int = 0, payload: bytes = SILENCE) -> bytes:
    sender = Sender(ssrc=ssrc, payload_type=PCMU, step=160, sequence_number=sequence_number)
    return sender.packet(payload)


def received(leg: Leg) -> int:
    return leg.stats().packets_received


def receiver_report(ssrc: int) -> bytes:
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc)


def test_a_stranger_is_announced_with_where_it_is_and_what_it_sends(exchange: Exchange) -> None:
    site = exchange.site()
    address, port = site.getsockname()[:2]
    assert exchange.introduce(site, ssrc=7) == [(address, port, 7, PCMU)]
    assert exchange.receive() == []
    assert exchange.switchboard.stats()["datagrams_from_strangers"] == 2


def test_two_packets_in_sequence_make_a_stranger_worth_announcing(ipv4: Exchange) -> None:
    site = ipv4.site()
    for number in (5, 7, 9, 8):
        ipv4.send(site, rtp(1, number))
        assert ipv4.receive() == []
    ipv4.send(site, rtp(1, 9), rtp(2, 10))
    assert [ssrc for _, _, ssrc, _ in ipv4.receive()] == [1]


def test_the_sequence_may_wrap(ipv4: Exchange) -> None:
    site = ipv4.site()
    ipv4.send(site, rtp(1, 0xFFFF), rtp(1, 0))
    assert len(ipv4.receive()) == 1


def test_many_packets_of_one_stranger_are_one_announcement(ipv4: Exchange) -> None:
    ipv4.send(ipv4.site(), *(rtp(1, number) for number in range(100)))
    assert len(ipv4.receive()) == 1


def test_at_most_eight_strangers_are_announced_at_a_time_and_the_rest_later(ipv4: Exchange) -> None:
    site = ipv4.site()
    everyone = set(range(1, 21))
    found: set[int] = set()
    for number in range(4):
        ipv4.send(site, *(rtp(ssrc, number) for ssrc in everyone - found))
        announced = [ssrc for _, _, ssrc, _ in ipv4.receive()]
        assert len(announced) <= 8
        found |= set(announced)
    assert found == everyone


def test_a_connected_site_is_answered_where_it_sent_from(exchange: Exchange) -> None:
    site, other = exchange.site(), exchange.site()
    leg = exchange.join(site, ssrc=7)
    exchange.send(site, rtp(7))
    assert exchange.receive() == []
    exchange.tick()
    (answer,) = waiting(site)
    assert read(answer).ssrc == leg.ssrc
    assert received(leg) == 1
    assert waiting(other) == []


def test_each_source_of_one_address_has_its_own_leg(ipv4: Exchange) -> None:
    site = ipv4.site()
    legs = [ipv4.join(site, ssrc) for ssrc in (1, 2, 3)]
    ipv4.send(site, rtp(1), rtp(2), rtp(2, 1), rtp(3))
    assert ipv4.receive() == []
    assert [received(leg) for leg in legs] == [1, 2, 1]
    ipv4.tick()
    assert {read(p).ssrc for p in waiting(site)} == {leg.ssrc for leg in legs}


def test_the_same_source_at_another_address_is_a_stranger(ipv4: Exchange) -> None:
    site, thief = ipv4.site(), ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    assert [port for _, port, _, _ in ipv4.introduce(thief, ssrc=1)] == [thief.getsockname()[1]]
    assert received(leg) == 0
    ipv4.tick()
    assert waiting(thief) == []


def test_a_disconnected_site_is_a_stranger_again(ipv4: Exchange) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    ipv4.switchboard.disconnect(leg)
    assert len(ipv4.introduce(site, ssrc=1)) == 1
    ipv4.tick()
    assert waiting(site) == []
    assert ipv4.switchboard.last_arrival_ns(leg) == -1
    ipv4.switchboard.disconnect(leg)  # as before


def test_reports_go_to_legs_by_the_sender_in_them_and_never_announce(ipv4: Exchange) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    goodbye = struct.pack("!BBHI", 0x81, 203, 1, 1)
    ipv4.send(site, receiver_report(2), receiver_report(2), receiver_report(1) + goodbye)
    assert ipv4.receive() == []
    assert leg.has_said_bye
    assert ipv4.switchboard.stats()["datagrams_from_strangers"] == 2


def test_reports_are_sent_only_to_who_sends_reports(ipv4: Exchange) -> None:
    sites = [ipv4.site(), ipv4.site()]
    for site in sites:
        ipv4.join(site, ssrc=1)
    ipv4.send(sites[1], receiver_report(1))
    ipv4.receive()
    reports = []
    for second in range(12):  # the interval of RFC 3550 is five seconds, randomised
        ipv4.tick(second * 1_000_000_000)
        reports.append([sum(200 <= p[1] <= 204 for p in waiting(site)) for site in sites])
    without, with_reports = map(sum, zip(*reports, strict=True))
    assert without == 0
    assert with_reports >= 1


def test_arrival_is_when_the_kernel_had_it(ipv4: Exchange) -> None:
    ipv4.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    before_ns = time.time_ns()
    ipv4.send(site, rtp(1))
    after_ns = time.time_ns()
    offset_ns = 5_000
    ipv4.switchboard.receive(after_ns + 3_600_000_000_000, offset_ns)
    arrival_ns = ipv4.switchboard.last_arrival_ns(leg) - offset_ns
    assert before_ns - 1_000_000 <= arrival_ns <= after_ns + 1_000_000


def test_nothing_arrives_after_now(ipv4: Exchange) -> None:
    ipv4.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    ipv4.send(site, rtp(1))
    ipv4.receive(now_ns=42)
    assert ipv4.switchboard.last_arrival_ns(leg) == 42


def test_without_kernel_times_arrival_is_now(ipv4: Exchange) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1, now_ns=7)
    assert ipv4.switchboard.last_arrival_ns(leg) == 7
    ipv4.send(site, rtp(1))
    ipv4.receive(now_ns=99)
    assert ipv4.switchboard.last_arrival_ns(leg) == 99


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x80",
        rtp(1)[:11],
        b"\x00" * 40,
        b"\x40" + rtp(1)[1:],
        b"\x8f" + rtp(1, payload=b"")[1:],
        receiver_report(1)[:7],
        rtp(1, payload=bytes(LONGEST - 11)),
        rtp(1, payload=bytes(60_000)),
    ],
    ids=["empty", "one byte", "short", "zeros", "version 1", "no room for CSRCs", "short report",
         "one byte too long", "60 kB"],
)  # fmt: skip
def test_what_is_no_rtp_is_counted_and_goes_nowhere(ipv4: Exchange, datagram: bytes) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    ipv4.send(site, datagram, rtp(1))
    assert ipv4.receive() == []
    stats = ipv4.switchboard.stats()
    assert (stats["datagrams_received"], stats["datagrams_malformed"]) == (2, 1)
    assert received(leg) == 1


def test_the_longest_datagram_is_heard_whole(ipv4: Exchange) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    ipv4.send(site, rtp(1, payload=bytes(LONGEST - 12)))
    ipv4.receive()
    assert ipv4.switchboard.stats()["datagrams_malformed"] == 0
    assert received(leg) == 1


def test_port_0_cannot_be_answered_and_is_no_stranger(ipv4: Exchange) -> None:
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        pytest.skip("raw sockets need a privilege")
    with raw:
        to = ipv4.socket.getsockname()
        for number in range(2):
            header = struct.pack("!HHHH", 0, to[1], 8 + len(rtp(1)), 0)
            raw.sendto(header + rtp(1, number), to)
    assert ipv4.receive() == []
    assert ipv4.switchboard.stats()["datagrams_malformed"] == 2


def test_a_burst_is_read_in_few_calls_and_answered_in_few() -> None:
    capacity = 130
    exchange = Exchange(capacity=capacity)
    with exchange.sockets:
        site = exchange.site()
        for ssrc in range(capacity):
            exchange.join(site, ssrc)
            exchange.send(site, rtp(ssrc))
        exchange.receive()
        exchange.tick()
        stats = exchange.switchboard.stats()
        assert stats["datagrams_received"] == stats["datagrams_sent"] == capacity
        assert stats["receive_calls"] == stats["send_calls"] == 3


def test_a_site_that_cannot_be_reached_keeps_nobody_waiting(ipv4: Exchange) -> None:
    site = ipv4.site()
    lost = ipv4.conference.add_leg(codec="pcmu")
    ipv4.switchboard.connect("240.0.0.1", 9, 1, lost, 0)  # reserved, RFC 1112 section 4
    ipv4.join(site, ssrc=2)
    ipv4.tick()
    assert len(waiting(site)) == 1
    assert sum(ipv4.switchboard.stats()[k] for k in ("datagrams_sent", "datagrams_not_sent")) == 2


def test_a_leg_that_left_the_conference_is_sent_nothing(ipv4: Exchange) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1)
    ipv4.conference.remove_leg(leg)
    ipv4.send(site, rtp(1))
    ipv4.receive()
    ipv4.tick()
    assert waiting(site) == []
    assert ipv4.conference.packets_for_nobody == 1


def test_sites_come_and_go_many_times_in_the_place_of_one() -> None:
    exchange = Exchange(capacity=1)
    with exchange.sockets:
        site = exchange.site()
        for ssrc in range(300):
            leg = exchange.join(site, ssrc)
            exchange.send(site, rtp(ssrc))
            exchange.receive()
            assert received(leg) == 1
            exchange.switchboard.disconnect(leg)
            exchange.conference.remove_leg(leg)


def test_connecting_what_cannot_be_connected_is_refused(ipv4: Exchange) -> None:
    leg = ipv4.conference.add_leg(codec="pcmu")
    for address, port in (("::1", 5004), ("127.0.0.1", 0), ("127.0.0.1", 65_536), ("here", 5004)):
        with pytest.raises(ValueError, match=r"reach|port|address"):
            ipv4.switchboard.connect(address, port, 1, leg, 0)


def test_a_leg_that_moves_to_another_address_is_sent_there_alone(ipv4: Exchange) -> None:
    before, after = ipv4.site(), ipv4.site()
    leg = ipv4.join(before, ssrc=1)
    ipv4.switchboard.connect("127.0.0.1", after.getsockname()[1], 1, leg, 0)
    ipv4.send(before, rtp(1))
    ipv4.send(after, rtp(1))
    ipv4.receive()
    ipv4.tick()
    assert received(leg) == 1
    assert (len(waiting(before)), len(waiting(after))) == (0, 1)


def test_a_source_given_to_another_leg_is_that_leg_s_alone(ipv4: Exchange) -> None:
    site = ipv4.site()
    former = ipv4.join(site, ssrc=1)
    leg = ipv4.conference.add_leg(codec="pcmu")
    ipv4.switchboard.connect("127.0.0.1", site.getsockname()[1], 1, leg, 0)
    ipv4.switchboard.disconnect(former)
    ipv4.send(site, rtp(1))
    ipv4.receive()
    ipv4.tick()
    assert (received(former), received(leg)) == (0, 1)
    assert len(waiting(site)) == 1


def test_the_next_leg_in_a_slot_does_not_inherit_a_source(ipv4: Exchange) -> None:
    gone, site = ipv4.site(), ipv4.site()
    ipv4.conference.remove_leg(ipv4.join(gone, ssrc=1))  # and nobody said disconnect()
    leg = ipv4.join(site, ssrc=2)
    ipv4.send(gone, rtp(1))
    ipv4.receive()
    assert received(leg) == 0


def test_a_leg_of_another_conference_or_of_none_is_not_connected(ipv4: Exchange) -> None:
    stranger = Conference(capacity=1, threads=1).add_leg(codec="pcmu")
    gone = ipv4.conference.add_leg(codec="pcmu")
    ipv4.conference.remove_leg(gone)
    for leg in (stranger, gone):
        with pytest.raises(UnknownLegError):
            ipv4.switchboard.connect("127.0.0.1", 5004, 1, leg, 0)


def test_a_leg_of_another_conference_is_not_taken_for_one_of_ours(ipv4: Exchange) -> None:
    site = ipv4.site()
    leg = ipv4.join(site, ssrc=1, now_ns=5)
    other = Conference(capacity=1, threads=1).add_leg(codec="pcmu")  # of the same number
    ipv4.switchboard.disconnect(other)
    assert ipv4.switchboard.last_arrival_ns(other) == -1
    assert ipv4.switchboard.last_arrival_ns(leg) == 5


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_switchboard_holds_at_least_one(ipv4: Exchange, capacity: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Switchboard(ipv4.socket, ipv4.conference, capacity)
