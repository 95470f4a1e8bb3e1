"""Selective decoding: what is heard and counted is as if all were decoded, and claims that lie do little harm."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import AudioReceiver, Codec, Conference, Leg, LegStats, codecs, level_dbov
from mixminus.apps.voices import read_clips, room_noise
from tests.support.sender import FRAME_NS, Sender, l16, read, tone

Frame = NDArray[np.int16]
Frames = Callable[[int], Frame]
LEVEL_ID = 1
JOIN_SAMPLES = 240  # 5 ms

needs_opus = pytest.mark.skipif("opus" not in codecs(), reason="a build without Opus")


def noise(seed: int) -> Frames:
    """Return a quiet room."""
    samples = room_noise(1.0, -65.0, 48_000, seed).reshape(-1, 960)
    return lambda index: samples[index % len(samples)]


def spurts(frequency_hz: float, spans: Sequence[range], seed: int) -> Frames:
    """Return a tone that sounds in these frames, and a quiet room in the others."""
    loud, quiet = tone(frequency_hz, 6000), noise(seed)
    return lambda index: (loud if any(index in span for span in spans) else quiet)(index)


def truth(frame: Frame) -> int | None:
    return max(-127, min(0, round(level_dbov(frame))))


class Site:
    """A leg, what its site sends, how loud it says that is, and what it has been sent."""

    def __init__(
        self,
        conf: Conference,
        frames: Frames,
        claim: Callable[[Frame], int | None] = truth,
        codec: str = "l16",
        **settings: Any,
    ) -> None:
        self.leg: Leg = conf.add_leg(codec, payload_type=96, audio_level_id=LEVEL_ID, **settings)
        self.sender = Sender(ssrc=1000 + self.leg.slot)
        self.frames, self.claim = frames, claim
        self.encode = l16 if codec == "l16" else Codec(codec).encode
        self.lost: Callable[[int], bool] = lambda _: False
        self.payloads: list[bytes] = []
        self.decoded: list[bool] = []

    def send(self, index: int, now_ns: int) -> None:
        frame = self.frames(index)
        packet = self.sender.packet(self.encode(frame), level_dbov=self.claim(frame))
        if not self.lost(index):
            self.leg.receive(packet, now_ns)

    def take(self) -> None:
        while packet := self.leg.take_packet():
            self.payloads.append(read(packet).payload)
        self.decoded.append(self.leg.stats().is_decoded)

    def heard(self) -> Frame:
        return np.frombuffer(b"".join(self.payloads), ">i2").astype(np.int16)


def conference(**settings: Any) -> Conference:
    return Conference(**dict[str, Any](capacity=16, loudest=2, threads=1, seed=1) | settings)


def run(conf: Conference, sites: Sequence[Site], ticks: int, start: int = 0) -> list[int]:
    """Return how many were decoded in each tick."""
    decodes = []
    for index in range(start, start + ticks):
        now_ns = index * FRAME_NS
        for site in sites:
            site.send(index, now_ns + 1_000_000)
        conf.tick(now_ns + FRAME_NS)
        decodes.append(conf.decodes)
        for site in sites:
            site.take()
    return decodes


def meeting(conf: Conference, claim: Callable[[Frame], int | None] = truth) -> list[Site]:
    """Eight sites of which three talk, in turns and at once."""
    talk = [
        spurts(400, [range(20, 60), range(150, 200)], 1),
        spurts(700, [range(50, 120)], 2),
        spurts(1100, [range(130, 210)], 3),
    ]
    return [Site(conf, frames, claim) for frames in [*talk, *(noise(s) for s in range(4, 9))]]


def without_levels(_: Frame) -> None:
    return None


def test_who_is_silent_is_not_decoded() -> None:
    conf = conference()
    sites = meeting(conf)
    decodes = run(conf, sites, 250)
    assert np.mean(decodes[10:]) < 4
    silent = sites[-1].leg.stats()
    assert silent.frames_not_decoded > 240
    assert sites[0].leg.stats().frames_not_decoded < 150
    assert silent.level_dbov == pytest.approx(-65, abs=3)


def test_a_room_below_the_margin_stays_undecoded_after_a_probe() -> None:
    conf = conference()
    hum = [Site(conf, tone(100 + site, level=58)) for site in range(6)]  # -58 dBov
    decodes = run(conf, hum, 450)
    assert max(decodes[2:]) == 1
    assert sum(decodes[2:]) <= 2 * 2 * len(hum)


def test_legs_without_levels_are_decoded_always() -> None:
    conf = conference()
    sites = [Site(conf, noise(1)), Site(conf, noise(2))]
    old = conf.add_leg("l16", payload_type=96)
    run(conf, sites, 100)
    assert old.stats().is_decoded
    assert old.stats().frames_not_decoded == 0
    assert conf.decodes == 1


def test_a_packet_that_does_not_say_its_level_is_decoded() -> None:
    conf = conference()
    sites = meeting(conf, without_levels)
    assert run(conf, sites, 60) == [len(sites)] * 60


def test_all_are_decoded_when_all_are_mixed() -> None:
    conf = conference(loudest=0)
    sites = meeting(conf)
    assert run(conf, sites, 60) == [len(sites)] * 60


def test_what_is_heard_is_what_would_be_heard() -> None:
    """Room noise of a leg that enters may differ for the 5 ms of its join, and nothing else."""
    listeners = []
    for claims in (False, True):
        conf = conference(loudest=3)
        sites = meeting(conf, truth if claims else without_levels)
        run(conf, sites, 250)
        listeners.append(sites[-1].heard())
    difference = np.flatnonzero(listeners[0] != listeners[1])
    frames = set(difference // 960)
    assert len(frames) <= 6  # three sites enter, and the limiter delays
    assert len(difference) <= 3 * JOIN_SAMPLES


def test_an_onset_is_heard_from_its_first_frame() -> None:
    conf = conference()
    sites = [
        Site(conf, spurts(500, [range(100, 140)], 1)),
        *(Site(conf, noise(s)) for s in range(2, 5)),
    ]
    run(conf, sites, 140)
    heard = sites[1].heard().reshape(-1, 960)
    first = next(i for i, frame in enumerate(heard) if level_dbov(frame) > -40)
    reference = conference()
    witness = [
        Site(reference, spurts(500, [range(100, 140)], 1), without_levels),
        *(Site(reference, noise(s), without_levels) for s in range(2, 5)),
    ]
    run(reference, witness, 140)
    unselected = witness[1].heard().reshape(-1, 960)
    assert first == next(i for i, frame in enumerate(unselected) if level_dbov(frame) > -40)
    assert np.array_equal(heard[first + 1 :], unselected[first + 1 :])
    assert not any(sites[0].decoded[50:95])


@needs_opus
def test_opus_resumes_near_where_it_would_be() -> None:
    speech = np.concatenate(read_clips(None, 48_000))
    frames = speech[: len(speech) // 960 * 960].reshape(-1, 960)
    quiet = noise(3)
    sound = [quiet(i) for i in range(100)] + [frame + quiet(0) for frame in frames[:100]]
    whole, selected = AudioReceiver(), AudioReceiver(audio_level_id=LEVEL_ID)
    sender, codec = Sender(ssrc=1, payload_type=111), Codec("opus")
    for index, frame in enumerate(sound):
        packet = sender.packet(codec.encode(frame), level_dbov=truth(frame))
        now_ns = index * FRAME_NS
        whole.insert(packet, now_ns)
        selected.insert(packet, now_ns)
        expected = whole.pull(now_ns + FRAME_NS).astype(float)
        if 20 <= index < 100:
            selected.skip(now_ns + FRAME_NS)
            continue
        difference = selected.pull(now_ns + FRAME_NS) - expected
        if index > 101:
            assert np.sum(difference**2) < 0.01 * np.sum(expected**2) + 960


def test_a_leg_that_resumes_fades_in() -> None:
    rx = AudioReceiver("l16", payload_type=96, audio_level_id=LEVEL_ID)
    sender, frames = Sender(ssrc=1), tone(300, 20_000)
    pulled = []
    for index in range(30):
        rx.insert(sender.packet(l16(frames(index)), level_dbov=-7), index * FRAME_NS)
        if index < 20:
            rx.skip(index * FRAME_NS + FRAME_NS)
        else:
            pulled.append(rx.pull(index * FRAME_NS + FRAME_NS))
    got = np.concatenate(pulled).astype(float)
    want = np.concatenate([frames(index) for index in range(20, 30)])
    assert abs(got[0]) < 5
    assert np.max(np.abs(np.diff(got, 2))) < 60  # 31 for the tone alone: no click
    assert np.array_equal(got[JOIN_SAMPLES:], want[JOIN_SAMPLES:])


@pytest.mark.parametrize("frames_a_packet", [2, 3])
def test_the_rest_of_a_long_packet_is_there_after_a_skip(frames_a_packet: int) -> None:
    rx = AudioReceiver("l16", payload_type=96, audio_level_id=LEVEL_ID)
    sender = Sender(ssrc=1, step=960 * frames_a_packet)
    want = tone(300)
    pulled = {}
    for index in range(40):
        if index % frames_a_packet == 0:
            payload = b"".join(l16(want(i)) for i in range(index, index + frames_a_packet))
            rx.insert(sender.packet(payload, level_dbov=-15), index * FRAME_NS)
        now_ns = index * FRAME_NS + 15_000_000
        if index < 19:  # in the middle of a packet for both
            rx.skip(now_ns)
        else:
            pulled[index] = rx.pull(now_ns)
    got = np.concatenate(list(pulled.values()))[JOIN_SAMPLES:]
    all_of_it = np.concatenate([want(i) for i in range(42)])
    windows = np.lib.stride_tricks.sliding_window_view(all_of_it, len(got))
    assert any(np.array_equal(window, got) for window in windows)


FRAMES = 2500  # until a bad start is forgotten


@pytest.mark.parametrize("losing", [False, True])
def test_statistics_are_those_of_decoding_all(losing: bool) -> None:
    found: list[list[LegStats]] = []
    for claims in (False, True):
        conf = conference()
        sites = meeting(conf, truth if claims else without_levels)
        for number, site in enumerate(sites):
            rng = np.random.default_rng(number)
            losses = rng.random(250) < (0.1 if losing else 0)
            site.lost = set(np.flatnonzero(losses)).__contains__
        run(conf, sites, 250)
        found.append([site.leg.stats() for site in sites])
    for whole, selected in zip(*found, strict=True):
        same = replace(
            selected,
            is_decoded=whole.is_decoded,
            frames_not_decoded=whole.frames_not_decoded,
            level_dbov=whole.level_dbov,
        )
        assert asdict(same) == asdict(whole)
    assert not losing or found[1][-1].concealment_events > 5


@pytest.mark.parametrize("codec", [name for name in ("opus", "g722", "pcmu") if name in codecs()])
def test_delay_is_steered_while_nothing_is_decoded(codec: str) -> None:
    rate_hz = {"opus": 48_000, "g722": 16_000, "pcmu": 8_000}[codec]
    samples, step = rate_hz // 50, 960 if codec == "opus" else 160
    receivers = [AudioReceiver(codec, audio_level_id=LEVEL_ID, payload_type=96) for _ in range(2)]
    sender = Sender(ssrc=1, step=step)
    encoder = Codec(codec, sample_rate_hz=rate_hz)
    quiet = room_noise(1.0, -66.0, rate_hz, 1).reshape(-1, samples)
    rng = np.random.default_rng(5)
    jitter_ns = np.where(rng.random(FRAMES) < 0.2, rng.integers(0, 70_000_000, FRAMES), 0)
    jitter_ns[60:] = 0
    waiting: list[tuple[int, bytes]] = []
    for index in range(FRAMES):
        payload = encoder.encode(quiet[index % 50])
        packet = sender.packet(payload, level_dbov=-66)
        waiting.append((index * FRAME_NS + int(jitter_ns[index]), packet))
        now_ns = index * FRAME_NS + 12_000_000
        for arrival_ns, arrived in sorted(w for w in waiting if w[0] <= now_ns):
            for receiver in receivers:
                receiver.insert(arrived, arrival_ns)
        waiting = [w for w in waiting if w[0] > now_ns]
        receivers[0].pull(now_ns)
        receivers[1].skip(now_ns)
    whole, skipped = (receiver.stats() for receiver in receivers)
    assert whole == skipped
    assert whole.removed_samples_for_acceleration > 0


def test_a_claim_that_is_too_high_is_capped() -> None:
    conf = conference()
    liar = Site(conf, noise(1), lambda _: -10)
    sites = [liar, *(Site(conf, noise(s)) for s in range(2, 6))]
    run(conf, sites, 300)
    stats = liar.leg.stats()
    assert stats.levels_overstated == 1
    assert not stats.is_decoded
    assert stats.frames_not_decoded > 120


def test_a_liar_keeps_nobody_out_and_is_heard_when_it_speaks() -> None:
    conf = conference(loudest=1)
    liars = [Site(conf, spurts(600, [range(500, 900)], s), lambda _: 0) for s in range(5)]
    honest = Site(conf, spurts(300, [range(20, 80)], 9))
    run(conf, [*liars, honest], 60)
    assert conf.talkers == [honest.leg]
    run(conf, [*liars, honest], 840, start=60)
    assert conf.talkers[0] in [liar.leg for liar in liars]


def test_a_claim_that_is_too_low_is_found_and_the_leg_decoded_always() -> None:
    conf = conference()
    shy = Site(conf, tone(400), lambda _: -127)
    sites = [shy, *(Site(conf, noise(s)) for s in range(2, 6))]
    run(conf, sites, 450)
    assert shy.leg.stats().levels_understated == 1
    assert conf.talkers == [shy.leg]
    assert all(shy.decoded[-40:])
    assert all(site.leg.stats().levels_understated == 0 for site in sites[1:])


def test_who_is_muted_or_only_listens_is_not_decoded() -> None:
    conf = conference()
    talker, listener = Site(conf, tone(400)), Site(conf, tone(500), role="listener")
    run(conf, [talker, listener], 30)
    assert talker.decoded[-1]
    assert not listener.decoded[-1]
    talker.leg.set_muted(True)
    run(conf, [talker, listener], 10, start=30)
    assert not talker.decoded[-1]
    talker.leg.set_muted(False)
    run(conf, [talker, listener], 5, start=40)
    assert talker.decoded[-5:] == [True] * 5
    assert conf.talkers == [talker.leg]


def test_more_loud_ones_than_places_are_decoded_within_the_margin_only() -> None:
    conf = conference(loudest=2)
    levels = [8000, 8000, 6000, 6000, 6000, 1000, 800, 700, 600]
    sites = [Site(conf, tone(200 + 50 * i, level)) for i, level in enumerate(levels)]
    decodes = run(conf, sites, 200)
    assert max(decodes[100:]) < len(levels)
    assert all(site.decoded[-1] for site in sites[:5])
    assert not any(site.decoded[-1] for site in sites[6:])


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_sends_the_same_bytes(threads: int) -> None:
    def payloads(count: int) -> list[list[bytes]]:
        conf = conference(threads=count)
        sites = meeting(conf)
        run(conf, sites, 220)
        return [site.payloads for site in sites]

    assert payloads(threads) == payloads(1)


@pytest.mark.parametrize("wrong", [-1, 256])
def test_level_ids_are_those_of_rfc_8285(wrong: int) -> None:
    with pytest.raises(ValueError, match="audio_level_id"):
        conference().add_leg(audio_level_id=wrong)
