"""Bridge: who is let in, who leaves when, and what happens when a tick is late. Time is an argument."""

import argparse
import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest

from mixminus.apps import serve
from mixminus.apps.bridge import Bridge, format_address
from mixminus.apps.errors import CommandError
from tests.support.sender import Sender, read

MS = 1_000_000
FRAME_NS = 20 * MS
SILENCE = b"\xff" * 160
PCMU, PCMA, OPUS = 0, 8, 111


def bridge_on(sock: socket.socket, *words: str) -> Bridge:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    return Bridge(sock, parser.parse_args(words))


class Site:
    """A socket that sends silence to the bridge."""

    def __init__(self, rig: "Rig", ssrc: int = 1, payload_type: int = PCMU) -> None:
        self.rig = rig
        self.sender = Sender(ssrc=ssrc, payload_type=payload_type, step=160)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.name = format_address(*self.socket.getsockname())

    def send(self, count: int = 1) -> None:
        for _ in range(count):
            self.socket.sendto(self.sender.packet(SILENCE), self.rig.address)

    def say_goodbye(self) -> None:
        report = struct.pack(
            "!BBHIBBHI", 0x80, 201, 1, self.sender.ssrc, 0x81, 203, 1, self.sender.ssrc
        )
        self.socket.sendto(report, self.rig.address)

    def taken(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.socket.recv(2048))
            except BlockingIOError:
                return found


class Rig:
    """A bridge on loopback whose clock is ours."""

    def __init__(self, *words: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self.bridge = bridge_on(self.socket, *words)
        self.now_ns = 1_000 * MS
        self.sites: list[Site] = []

    def step(self, after_ns: int = FRAME_NS) -> int:
        """Let time pass, then do what is due; return how long until the bridge wants to be called."""
        self.now_ns += after_ns
        return self.bridge.step(self.now_ns, 0) - self.now_ns

    def site(self, ssrc: int = 1, payload_type: int = PCMU) -> Site:
        self.sites.append(Site(self, ssrc, payload_type))
        return self.sites[-1]

    def join(self, ssrc: int = 1, payload_type: int = PCMU) -> Site:
        site = self.site(ssrc, payload_type)
        site.send(2)
        self.step()
        return site

    @property
    def legs(self) -> int:
        return len(self.bridge.conference.legs)

    @property
    def names(self) -> list[str]:
        return [leg.name for leg in self.bridge.conference.legs]

    def close(self) -> None:
        for site in self.sites:
            site.socket.close()
        self.socket.close()


RigMaker = Callable[..., Rig]


@pytest.fixture
def make() -> Iterator[RigMaker]:
    rigs: list[Rig] = []

    def rig(*words: str) -> Rig:
        rigs.append(Rig(*words))
        return rigs[-1]

    yield rig
    for one in rigs:
        one.close()


def test_who_sends_becomes_a_leg_and_is_answered_each_tick(make: RigMaker) -> None:
    rig = make()
    site = rig.join()
    for _ in range(4):
        site.send()
        rig.step()
    answers = [read(p) for p in site.taken()]
    assert len(answers) == 5
    assert {(p.payload_type, len(p.payload)) for p in answers} == {(PCMU, 160)}
    assert rig.bridge.stats()["legs"] == rig.legs == 1


@pytest.mark.parametrize(
    ("payload_type", "codec"), [(0, "pcmu"), (8, "pcma"), (9, "g722"), (111, "opus")]
)
def test_the_payload_type_tells_the_codec(make: RigMaker, payload_type: int, codec: str) -> None:
    rig = make()
    if payload_type not in rig.bridge.codec_of:
        pytest.skip(f"this build has no {codec}")
    site = rig.join(payload_type=payload_type)
    assert rig.bridge.codec_of[payload_type] == codec
    assert [read(p).payload_type for p in site.taken()] == [payload_type]


def test_an_unknown_payload_type_is_refused_and_counted(make: RigMaker) -> None:
    rig = make()
    rig.join(payload_type=96)
    assert (rig.legs, rig.bridge.stats()["refused"]) == (0, 1)


def test_codecs_that_are_not_admitted_are_refused(make: RigMaker) -> None:
    rig = make("--codec", "pcmu")
    rig.join(payload_type=PCMA)
    rig.join(payload_type=OPUS)
    rig.join(payload_type=PCMU)
    assert (rig.legs, rig.bridge.stats()["refused"]) == (1, 2)


def test_a_codec_may_have_another_number(make: RigMaker) -> None:
    rig = make("--payload-type", "pcma=100", "--payload-type", "l16=97")
    rig.join(payload_type=PCMA)
    assert rig.legs == 0
    site = rig.join(payload_type=100)
    assert [read(p).payload_type for p in site.taken()] == [100]
    assert rig.bridge.codec_of[97] == "l16"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--payload-type", "pcmu=8"], "payload type 8 is both"),
        (["--codec", "l16"], "--payload-type l16=N"),
    ],
)
def test_ambiguous_numbers_are_refused(words: list[str], complaint: str) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
        pytest.raises(CommandError, match=complaint),
    ):
        bridge_on(sock, *words)


def test_only_allowed_networks_are_let_in(make: RigMaker) -> None:
    rig = make("--allow", "10.0.0.0/8", "--allow", "fd00::/8")
    rig.join()
    assert (rig.legs, rig.bridge.stats()["refused"]) == (0, 1)
    allowed = make("--allow", "10.0.0.0/8", "--allow", "127.0.0.1")
    allowed.join()
    assert allowed.legs == 1


@pytest.mark.parametrize(
    ("address", "is_allowed"), [("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("::2", False)]
)  # fmt: skip
def test_on_loopback_nobody_else_is_allowed(make: RigMaker, address: str, is_allowed: bool) -> None:
    assert make().bridge.is_allowed(address) == is_allowed


def test_listening_to_all_allows_all() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", 0))
        bridge = bridge_on(sock)
    assert bridge.is_allowed("203.0.113.9")
    assert bridge.is_allowed("2001:db8::1")


def test_a_full_bridge_refuses_and_serves_those_inside(make: RigMaker) -> None:
    rig = make("--max-legs", "2")
    inside = [rig.join(1), rig.join(2)]
    outside = rig.join(3)
    for site in inside:
        site.taken()
    rig.step()
    assert [len(site.taken()) for site in (*inside, outside)] == [1, 1, 0]
    assert (rig.legs, rig.bridge.stats()["refused"]) == (2, 1)


def test_a_place_that_falls_free_is_given_away(make: RigMaker) -> None:
    rig = make("--max-legs", "1")
    rig.join(1).say_goodbye()
    rig.step(500 * MS)
    site = rig.join(2)
    assert len(site.taken()) == 1
    assert rig.bridge.stats()["legs"] == 2


def test_goodbye_ends_a_leg(make: RigMaker) -> None:
    rig = make()
    leaving, staying = rig.join(1), rig.join(2)
    leaving.say_goodbye()
    rig.step(500 * MS)
    assert rig.names == [staying.name]
    leaving.taken()
    rig.step()
    assert leaving.taken() == []


def test_ten_seconds_of_silence_end_a_leg_and_not_less(make: RigMaker) -> None:
    rig = make()
    rig.join(1)
    speaking = rig.join(2)
    for _ in range(19):
        speaking.send()
        rig.step(500 * MS)
    assert rig.legs == 2
    for _ in range(2):
        speaking.send()
        rig.step(500 * MS)
    assert rig.names == [speaking.name]


def test_who_was_silent_may_come_back(make: RigMaker) -> None:
    rig = make()
    site = rig.join()
    rig.step(11_000 * MS)
    assert rig.legs == 0
    site.send(2)
    rig.step()
    assert (rig.legs, rig.bridge.stats()["legs"]) == (1, 2)


def test_listeners_share_one_encode_unless_told_otherwise(make: RigMaker) -> None:
    for words, encodes in (((), 1), (("--no-shared-encode",), 3)):
        rig = make(*words)
        for ssrc in (1, 2, 3):
            rig.join(ssrc)
        for _ in range(10):
            rig.step()
        assert rig.bridge.conference.encodes == encodes


def test_contributors_are_listed_on_demand(make: RigMaker) -> None:
    loud = b"\x00\x80" * 80
    for words, ssrcs in (((), []), (("--csrc",), [7])):
        rig = make(*words)
        talker, listener = rig.join(7), rig.join(8)
        for _ in range(20):
            talker.socket.sendto(talker.sender.packet(loud), rig.address)
            listener.send()
            rig.step()
        last = listener.taken()[-1]
        assert (
            list(struct.unpack(f"!{last[0] & 0xF}I", last[12 : 12 + 4 * (last[0] & 0xF)])) == ssrcs
        )


def test_a_bitrate_is_for_opus_alone(make: RigMaker) -> None:
    rig = make("--bitrate", "12000")
    rig.join(1, payload_type=PCMU)
    rig.join(2, payload_type=OPUS)
    assert rig.legs == 2


@pytest.mark.parametrize("words", [(), ("--echo-cancellation",)])
def test_echo_is_cancelled_on_demand(make: RigMaker, words: tuple[str, ...]) -> None:
    rig = make(*words)
    rig.join()
    (leg,) = rig.bridge.conference.legs
    assert (leg.stats().echo is not None) == bool(words)


def test_it_asks_to_be_called_for_the_next_tick_and_for_reading_before(make: RigMaker) -> None:
    rig = make()
    assert rig.step() == 5 * MS
    assert rig.step(17 * MS) == 3 * MS
    assert rig.step(3 * MS) == 5 * MS
    assert rig.bridge.stats()["ticks"] == 2


def test_a_late_tick_is_caught_up_with_one_at_a_time(make: RigMaker) -> None:
    rig = make()
    site = rig.join()
    site.taken()
    waits_ms = [rig.step(after_ns) // MS for after_ns in (5 * FRAME_NS, 0, 0, 0, 0)]
    assert waits_ms == [-60, -40, -20, 0, 5]
    assert len(site.taken()) == 5
    stats = rig.bridge.stats()
    assert (stats["late_ticks"], stats["skipped_ticks"], stats["ticks"]) == (4, 0, 6)


def test_a_long_stop_is_skipped_and_counted(make: RigMaker) -> None:
    rig = make()
    site = rig.join()
    site.taken()
    assert rig.step(101 * FRAME_NS + 3 * MS) == 5 * MS
    assert len(site.taken()) == 1
    stats = rig.bridge.stats()
    assert (stats["late_ticks"], stats["skipped_ticks"], stats["ticks"]) == (0, 100, 2)
    assert rig.step(17 * MS) == 5 * MS, "the beat is kept"
    assert rig.bridge.stats()["ticks"] == 3


def test_reports_tell_unix_time(make: RigMaker) -> None:
    rig = make()
    site = rig.join()
    site.socket.sendto(struct.pack("!BBHI", 0x80, 201, 1, 1), rig.address)
    rig.now_ns = time.monotonic_ns()
    for _ in range(500):
        rig.step()
    reports = [p for p in site.taken() if p[1] == 200]
    (seconds,) = struct.unpack("!I", reports[0][8:12])
    assert abs(seconds - 2_208_988_800 - time.time()) < 60


def test_a_flood_of_strangers_fills_it_no_faster_than_it_can_admit(make: RigMaker) -> None:
    rig = make("--max-legs", "64")
    site = rig.site()
    for ssrc in range(200):
        site.sender = Sender(ssrc=ssrc, payload_type=PCMU, step=160)
        site.send(2)
    rig.step()
    assert rig.legs == 8


def test_random_datagrams_make_no_leg(make: RigMaker) -> None:
    rig = make()
    site = rig.site()
    state = 12345
    for _ in range(3000):
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        header = struct.pack("!BBQH", 0x80, PCMU, state, state >> 20 & 0xFFFF)
        site.socket.sendto(header + SILENCE, rig.address)
        rig.step(MS)
    stats = rig.bridge.stats()
    assert (rig.legs, stats["refused"], stats["datagrams_from_strangers"]) == (0, 0, 3000)
