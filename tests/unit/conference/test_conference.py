"""Conference: who hears whom, how streams are numbered, who joins and leaves, what bad input does."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import Conference, Leg
from tests.support.sender import FRAME_NS, Packet, Sender, l16, read, tone

Frames = Callable[[int], NDArray[np.int16]]


def conference(**settings: Any) -> Conference:
    return Conference(**dict[str, Any](capacity=8, threads=1, seed=1) | settings)


class Site:
    """A leg, what its site sends, and what it has been sent."""

    def __init__(self, conf: Conference, frames: Frames, **settings: Any) -> None:
        self.leg: Leg = conf.add_leg(**dict[str, Any](codec="l16", payload_type=96) | settings)
        self.sender = Sender(ssrc=1000 + self.leg.slot)
        self.frames = frames
        self.heard: list[Packet] = []

    def send(self, index: int, now_ns: int) -> None:
        self.leg.receive(self.sender.packet(l16(self.frames(index))), now_ns)

    def take(self) -> None:
        while packet := self.leg.take_packet():
            self.heard.append(read(packet))

    def pcm(self, packets: int) -> NDArray[np.int16]:
        return np.frombuffer(b"".join(p.payload for p in self.heard[-packets:]), ">i2").astype(
            np.int16
        )


def run(conf: Conference, sites: Sequence[Site], ticks: int, start: int = 0) -> None:
    for index in range(start, start + ticks):
        now_ns = index * FRAME_NS
        for site in sites:
            site.send(index, now_ns + 1_000_000)
        conf.tick(now_ns + FRAME_NS)
        for site in sites:
            site.take()


def level_of(pcm: NDArray[np.int16], frequency_hz: float) -> float:
    t = np.arange(len(pcm)) / 48_000
    return float(np.abs(np.mean(pcm * np.exp(-2j * np.pi * frequency_hz * t))) * 2)


def test_everybody_hears_all_others_and_nobody_himself() -> None:
    conf = conference(loudest=0)
    tones = (500.0, 1000.0, 1500.0)
    sites = [Site(conf, tone(f)) for f in tones]
    run(conf, sites, 50)
    for site, own in zip(sites, tones, strict=True):
        for frequency in tones:
            expected = 0 if frequency == own else 8000
            assert level_of(site.pcm(20), frequency) == pytest.approx(expected, abs=4)


def test_packets_are_numbered_without_a_gap() -> None:
    conf = conference()
    sites = [Site(conf, tone(500)), Site(conf, tone(700))]
    run(conf, sites, 30)
    for site in sites:
        heard = site.heard
        assert len(heard) == 30
        assert {p.ssrc for p in heard} == {site.leg.ssrc}
        assert {p.payload_type for p in heard} == {96}
        for before, after in pairwise(heard):
            assert after.sequence_number == (before.sequence_number + 1) & 0xFFFF
            assert after.timestamp == (before.timestamp + 960) & 0xFFFF_FFFF
        assert [p.marker for p in heard] == [True] + [False] * 29


def test_listeners_share_one_encode_and_each_talker_has_his_own() -> None:
    conf = conference(loudest=2)
    talkers = [Site(conf, tone(400)), Site(conf, tone(600))]
    listeners = [Site(conf, lambda _: np.zeros(960, np.int16)) for _ in range(4)]
    run(conf, talkers + listeners, 40)
    assert conf.distinct_mixes == 3
    assert conf.encodes == 3
    assert [leg.slot for leg in conf.talkers] == [site.leg.slot for site in talkers]
    assert {conf.mix_of(site.leg) for site in listeners} == {0}
    assert len({conf.mix_of(site.leg) for site in talkers} | {0}) == 3
    payloads = [[p.payload for p in site.heard[-10:]] for site in listeners]
    assert all(p == payloads[0] for p in payloads)
    assert len({site.leg.ssrc for site in listeners}) == 4


def test_without_sharing_each_leg_is_encoded_for() -> None:
    conf = conference(loudest=2, share_encodes=False)
    sites = [Site(conf, tone(400)), *(Site(conf, tone(1, level=0)) for _ in range(4))]
    run(conf, sites, 30)
    assert conf.encodes == 5
    shared = [p.payload for p in sites[1].heard[-5:]]
    assert [p.payload for p in sites[2].heard[-5:]] == shared


def test_each_codec_of_the_listeners_is_one_more_encode() -> None:
    conf = conference(loudest=1)
    talker = Site(conf, tone(400))
    for codec in ("pcmu", "pcmu", "pcma", "pcma"):
        conf.add_leg(codec=codec, role="listener")
    run(conf, [talker], 30)
    assert conf.encodes == 3


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_sends_the_same_bytes(threads: int) -> None:
    def packets(count: int) -> list[bytes]:
        conf = conference(threads=count, loudest=2)
        sites = [Site(conf, tone(300 + 100 * i)) for i in range(5)]
        legs = [conf.add_leg(codec="opus", role="listener") for _ in range(3)]
        out = []
        for index in range(25):
            for site in sites:
                site.send(index, index * FRAME_NS)
            conf.tick(index * FRAME_NS)
            out += [p for leg in conf.legs if (p := leg.take_packet())]
        assert len(legs) == 3
        return out

    assert packets(threads) == packets(1)


def test_a_listener_is_never_heard() -> None:
    conf = conference(loudest=0)
    loud = Site(conf, tone(500), role="listener")
    other = Site(conf, tone(700))
    run(conf, [loud, other], 30)
    assert not np.any(other.pcm(10))
    assert level_of(loud.pcm(20), 700) == pytest.approx(8000, abs=4)


def test_a_leg_joins_and_leaves_while_the_conference_goes_on() -> None:
    conf = conference(loudest=0)
    first, second = Site(conf, tone(500)), Site(conf, tone(700))
    run(conf, [first, second], 20)
    third = Site(conf, tone(900))
    run(conf, [first, second, third], 30, start=20)
    assert level_of(first.pcm(10), 900) == pytest.approx(8000, abs=4)
    conf.remove_leg(third.leg)
    run(conf, [first, second], 20, start=50)
    assert level_of(first.pcm(10), 900) == pytest.approx(0, abs=4)
    assert level_of(first.pcm(10), 700) == pytest.approx(8000, abs=4)
    assert [p.sequence_number for p in first.heard] == [
        (first.heard[0].sequence_number + i) & 0xFFFF for i in range(70)
    ]


def test_a_leg_removed_in_the_middle_of_a_tick_loop_disturbs_nobody() -> None:
    conf = conference()
    sites = [Site(conf, tone(500)), Site(conf, tone(700)), Site(conf, tone(900))]
    run(conf, sites, 10)
    sites[0].send(10, 10 * FRAME_NS)
    conf.remove_leg(sites[1].leg)
    sites[1].send(10, 10 * FRAME_NS)
    conf.tick(11 * FRAME_NS)
    assert sites[1].leg.take_packet() is None
    assert sites[0].leg.take_packet() is not None
    assert conf.packets_for_nobody == 1
    assert not sites[1].leg.is_in_conference
    for call in (sites[1].leg.stats, lambda: conf.remove_leg(sites[1].leg)):
        with pytest.raises(mixminus.UnknownLegError):
            call()


def test_a_slot_given_away_does_not_answer_to_its_former_leg() -> None:
    conf = conference(capacity=1)
    old = conf.add_leg(codec="pcmu")
    conf.remove_leg(old)
    new = conf.add_leg(codec="pcmu")
    assert new.slot == old.slot
    conf.tick(0)
    assert old.take_packet() is None
    assert new.take_packet() is not None


def test_a_full_conference_says_so_and_goes_on() -> None:
    conf = conference(capacity=2)
    for _ in range(2):
        conf.add_leg(codec="pcmu")
    with pytest.raises(mixminus.CapacityError):
        conf.add_leg(codec="pcmu")
    conf.tick(0)
    assert all(leg.take_packet() for leg in conf.legs)


def test_packets_nobody_takes_are_counted() -> None:
    conf = conference()
    leg = conf.add_leg(codec="pcmu")
    for index in range(10):
        conf.tick(index * FRAME_NS)
    assert leg.stats().packets_overwritten == 6
    assert len([1 for _ in iter(leg.take_packet, None)]) == 4


def test_garbage_of_one_site_disturbs_no_other() -> None:
    random = np.random.default_rng(1)
    expected: list[bytes] = []
    heard: list[bytes] = []
    for has_garbage, out in ((False, expected), (True, heard)):
        conf = conference(loudest=0)
        sites = [Site(conf, tone(500)), Site(conf, tone(700))]
        bad = conf.add_leg(codec="opus", role="talker")
        for index in range(40):
            for site in sites:
                site.send(index, index * FRAME_NS)
            if has_garbage:
                for _ in range(20):
                    size = int(random.integers(0, 300))
                    bad.receive(random.bytes(size), index * FRAME_NS)
            conf.tick(index * FRAME_NS)
            out += [p for site in sites if (p := site.leg.take_packet())]
        if has_garbage:
            assert bad.stats().packets_malformed > 0
    assert heard == expected


@pytest.mark.parametrize(
    "bad",
    [
        {"sample_rate_hz": 11025},
        {"sample_rate_hz": 22050},  # whole samples in a frame, but no leg could be resampled to it
        {"frame_ms": 15},
        {"capacity": 0},
        {"capacity": 4097},
        {"loudest": -1},
        {"threads": 0},
        {"threads": 65},
        {"unix_offset_ns": 1 << 62},
    ],
)
def test_parameters_out_of_range_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        Conference(**bad)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"codec": "mp3"}, mixminus.UnsupportedCodecError),
        ({"role": "boss"}, ValueError),
        ({"payload_type": 128}, mixminus.OutOfRangeError),
        ({"payload_type": 64}, mixminus.OutOfRangeError),  # RFC 5761 section 4
        ({"payload_type": 95}, mixminus.OutOfRangeError),
        ({"red_payload_type": 72}, mixminus.OutOfRangeError),
        ({"payload_type": 96, "red_payload_type": 96}, mixminus.OutOfRangeError),
        ({"ssrc": 1 << 32}, mixminus.OutOfRangeError),
        ({"gain_db": 99.0}, mixminus.OutOfRangeError),
        ({"cname": "x" * 256}, mixminus.OutOfRangeError),
    ],
)
def test_a_leg_that_cannot_be_is_refused(bad: dict[str, Any], error: type[Exception]) -> None:
    conf = conference()
    with pytest.raises(error):
        conf.add_leg(**bad)
    assert conf.legs == []


def test_a_leg_is_not_made_by_hand() -> None:
    with pytest.raises(TypeError, match="add_leg"):
        Leg()
    with pytest.raises(AttributeError):
        Leg.__new__(Leg).take_packet()


def test_contributors_are_listed_on_request() -> None:
    conf = conference(loudest=0)
    sites = [Site(conf, tone(500)), Site(conf, tone(700))]
    tap = conf.add_leg(codec="pcmu", role="tap", list_contributors=True)
    run(conf, sites, 10)
    for _ in range(4):
        packet = tap.take_packet()
    assert packet is not None
    assert packet[0] & 0xF == 2
    assert packet[12:20] == b"".join(s.sender.ssrc.to_bytes(4, "big") for s in sites)


def test_who_never_sent_is_no_contributor() -> None:
    conf = conference(loudest=0)
    tap = conf.add_leg(codec="pcmu", role="tap", list_contributors=True)
    conf.add_leg(codec="pcmu")
    conf.tick(0)
    packet = tap.take_packet()
    assert packet is not None
    assert packet[0] & 0xF == 0


@pytest.mark.parametrize("jump_ns", [-3_600_000_000_000, 3_600_000_000_000, -(1 << 62), 1 << 62])
def test_a_clock_that_jumps_is_survived(jump_ns: int) -> None:
    conf = conference(loudest=0)
    sites = [Site(conf, tone(500)), Site(conf, tone(700))]
    run(conf, sites, 30)
    for index in range(30, 130):
        now_ns = index * FRAME_NS + jump_ns
        for site in sites:
            site.send(index, now_ns)
        conf.tick(now_ns)
        for site in sites:
            site.take()
    assert [len(site.heard) for site in sites] == [130, 130]
    for site, frequency in zip(sites, (700, 500), strict=True):
        assert level_of(site.pcm(20), frequency) == pytest.approx(8000, abs=40)


def test_a_python_object_is_a_codec_too() -> None:
    class Raw:
        """L8: the upper byte of each sample."""

        sample_rate_hz, rtp_clock_hz, channels = 48_000, 48_000, 1

        def duration(self, payload: bytes) -> int:
            return len(payload)

        def decode(self, payload: bytes) -> NDArray[np.int16]:
            return np.frombuffer(payload, np.int8).astype(np.int16) << 8

        def encode(self, pcm: NDArray[np.int16]) -> bytes:
            return (pcm >> 8).astype(np.int8).tobytes()

    conf = conference(loudest=0, threads=2)
    site = Site(conf, tone(500))
    other = conf.add_leg(Raw(), payload_type=97)
    sender = Sender(ssrc=7, payload_type=97)
    heard: list[bytes] = []
    for index in range(60):
        site.send(index, index * FRAME_NS)
        other.receive(sender.packet(Raw().encode(tone(900)(index))), index * FRAME_NS)
        conf.tick(index * FRAME_NS)
        site.take()
        packet = other.take_packet()
        assert packet is not None
        heard.append(read(packet).payload)
    assert level_of(site.pcm(20), 900) == pytest.approx(8000, rel=0.05)
    pcm = np.concatenate([Raw().decode(payload) for payload in heard[-20:]])
    assert level_of(pcm, 500) == pytest.approx(8000, rel=0.05)


def test_a_codec_of_the_caller_needs_a_payload_type() -> None:
    class Silent:
        sample_rate_hz, rtp_clock_hz, channels = 48_000, 48_000, 1

        def duration(self, _: bytes) -> int:
            return 960

        def decode(self, _: bytes) -> NDArray[np.int16]:
            return np.zeros(960, np.int16)

        def encode(self, _: NDArray[np.int16]) -> bytes:
            return b""

    with pytest.raises(mixminus.OutOfRangeError, match="payload_type"):
        conference().add_leg(Silent())
