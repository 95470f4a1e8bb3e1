"""Halls that return what they hear: nobody else hears that, it takes no place and no floor, and who speaks there does.

A hall plays the packets that it is sent through a simulated room into those that it sends.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import (
    Codec,
    Conference,
    Leg,
    LegStats,
    OutOfRangeError,
    Resampler,
    codecs,
    level_dbov,
)
from mixminus.apps.voices import read_clips, room_noise
from tests.support.hall import hall_response
from tests.support.sender import FRAME_NS, Sender, l16, rtp_payload

RATE_HZ = 16_000
SAMPLES = RATE_HZ // 50
LEVEL_ID = 1
HALL_DELAY_MS = 180  # network and buffers of the site, before its loudspeaker
SECOND = 50  # frames

Pcm = NDArray[np.int16]
Frames = Callable[[int], Pcm]


@cache
def speech(clip: int) -> Pcm:
    """Return half a minute of somebody: 16 kHz, his own clips first."""
    clips = read_clips(None, RATE_HZ)
    spoken = np.concatenate([clips[(clip + k) % len(clips)] for k in range(5)])
    return np.resize(spoken, 30 * RATE_HZ)


def speaking(clip: int, *spans: range, noise_dbov: float = -70.0) -> Frames:
    """Return a microphone in whose quiet room somebody speaks in these frames."""
    voice = speech(clip).reshape(-1, SAMPLES)
    room = room_noise(1.0, noise_dbov, RATE_HZ, clip).reshape(-1, SAMPLES)

    def frame(index: int) -> Pcm:
        heard: Pcm = room[index % len(room)]
        return heard + voice[index] if any(index in span for span in spans) else heard

    return frame


class Site:
    """A leg, what its site's microphone hears, and what its loudspeaker is given."""

    def __init__(
        self,
        conf: Conference,
        frames: Frames,
        *,
        says_level: bool = False,
        claim_dbov: int | None = None,
        codec: str = "l16",
        **settings: Any,
    ) -> None:
        level_id = LEVEL_ID if says_level or claim_dbov is not None else 0
        self.leg: Leg = conf.add_leg(codec, payload_type=96, audio_level_id=level_id, **settings)
        self.sender = Sender(ssrc=1000 + self.leg.slot, step=SAMPLES)
        self.frames, self.says_level, self.claim_dbov = frames, says_level, claim_dbov
        self.lateness_ns: Callable[[int], int] = lambda _: 1_000_000
        self.under_way: list[tuple[int, bytes]] = []
        self.packets: list[bytes] = []
        self.heard = np.zeros(0)

    def microphone(self, index: int) -> Pcm:
        return self.frames(index)

    def send(self, index: int) -> None:
        """Send frame `index`, and let arrive what arrives before the tick."""
        frame = self.microphone(index)
        claim = max(-127, round(level_dbov(frame))) if self.says_level else self.claim_dbov
        packet = self.sender.packet(self.encode(frame), level_dbov=claim)
        self.under_way.append((index * FRAME_NS + self.lateness_ns(index), packet))
        tick_ns = (index + 1) * FRAME_NS
        while self.under_way and self.under_way[0][0] < tick_ns:
            arrival_ns, arrived = self.under_way.pop(0)
            self.leg.receive(arrived, arrival_ns)

    def take(self) -> None:
        while packet := self.leg.take_packet():
            self.packets.append(packet)
            self.heard = np.concatenate([self.heard, self.decode(rtp_payload(packet))])

    def encode(self, frame: Pcm) -> bytes:
        return l16(frame)

    def decode(self, payload: bytes) -> Pcm:
        return np.frombuffer(payload, ">i2").astype(np.int16)

    def heard_in(self, frames: range) -> Pcm:
        part = self.heard[frames.start * SAMPLES : frames.stop * SAMPLES]
        return part.astype(np.int16)


class Hall(Site):
    """Its loudspeaker reaches its microphone."""

    response = hall_response(RATE_HZ)
    delay_samples = HALL_DELAY_MS * RATE_HZ // 1000

    def microphone(self, index: int) -> Pcm:
        end = (index + 1) * SAMPLES - self.delay_samples
        reach = SAMPLES + len(self.response) - 1
        played = self.heard[max(end - reach, 0) : max(end, 0)]
        played = np.concatenate([np.zeros(reach - len(played)), played])
        echo = np.convolve(played, self.response, "valid")
        return np.clip(np.rint(self.frames(index) + echo), -32768, 32767).astype(np.int16)


class CodedHall(Hall):
    """Its packets, both ways, are of a codec that loses something."""

    def __init__(self, conf: Conference, frames: Frames, codec: str, **settings: Any) -> None:
        super().__init__(conf, frames, codec=codec, **settings)
        self.decoder, self.encoder = Codec(codec), Codec(codec)
        rate_hz = self.decoder.sample_rate_hz
        self.to_room = Resampler(rate_hz, RATE_HZ)
        self.from_room = Resampler(RATE_HZ, rate_hz)
        self.sender.step = self.decoder.rtp_clock_hz // 50

    def encode(self, frame: Pcm) -> bytes:
        return self.encoder.encode(self.from_room.process(frame))

    def decode(self, payload: bytes) -> Pcm:
        return self.to_room.process(self.decoder.decode(payload))


class Watched:
    """What was so in each tick."""

    def __init__(self) -> None:
        self.talkers: list[list[Leg]] = []
        self.speakers: list[Leg | None] = []


def conference(**settings: Any) -> Conference:
    return Conference(
        **dict[str, Any](sample_rate_hz=RATE_HZ, capacity=12, threads=1, seed=1) | settings
    )


def run(conf: Conference, sites: Sequence[Site], frames: range) -> Watched:
    watched = Watched()
    for index in frames:
        for site in sites:
            site.send(index)
        conf.tick((index + 1) * FRAME_NS)
        for site in sites:
            site.take()
        watched.talkers.append(conf.talkers)
        watched.speakers.append(conf.active_speaker)
    return watched


def likeness(heard: Pcm, said: Pcm) -> tuple[float, float]:
    """Return gain and correlation of `said` in `heard`, where they fit best."""
    size = len(heard) + len(said)
    spectrum = np.fft.rfft(heard.astype(float), size) * np.conj(
        np.fft.rfft(said.astype(float), size)
    )
    fit = float(np.max(np.fft.irfft(spectrum, size)))
    said_energy = float(np.sum(said.astype(float) ** 2))
    heard_energy = float(np.sum(heard.astype(float) ** 2))
    return fit / said_energy, fit / np.sqrt(said_energy * heard_energy)


# What one talks (A), a hall returns, and all others hear ------------------------------------------

ALONE = range(12 * SECOND)
CONVERGED = range(8 * SECOND, 12 * SECOND)
ANSWER = range(13 * SECOND, 16 * SECOND)
BOTH = range(17 * SECOND, 21 * SECOND)


class Scene:
    """A speaks alone, then somebody in the hall, then both."""

    def __init__(self, *, cancels: bool, mixes_all: bool) -> None:
        self.conf = conference(loudest=0, noise_gate=False) if mixes_all else conference(loudest=3)
        self.far = Site(self.conf, speaking(0, ALONE, BOTH))
        self.hall = Hall(self.conf, speaking(5, ANSWER, BOTH), echo_cancellation=cancels)
        self.quiet = [Site(self.conf, speaking(9)), Site(self.conf, speaking(10))]
        self.watched = run(self.conf, [self.far, self.hall, *self.quiet], range(BOTH.stop + SECOND))

    def said_in_hall(self, frames: range) -> Pcm:
        return np.concatenate([self.hall.frames(index) for index in frames])


@cache
def scene(*, cancels: bool = True, mixes_all: bool = False) -> Scene:
    return Scene(cancels=cancels, mixes_all=mixes_all)


@pytest.mark.parametrize("mixes_all", [True, False])
def test_nobody_hears_the_echo_of_a_hall(mixes_all: bool) -> None:
    """He whose echo it is hears nothing else; what others hear of it lies below his voice."""
    with_echo, without = (scene(cancels=c, mixes_all=mixes_all) for c in (False, True))
    echo_dbov = level_dbov(with_echo.far.heard_in(CONVERGED))
    assert echo_dbov > -45
    assert level_dbov(without.far.heard_in(CONVERGED)) < echo_dbov - 30


def test_others_hear_the_talker_as_if_there_were_no_hall() -> None:
    voice = np.concatenate([speaking(0, ALONE)(index) for index in CONVERGED])
    of_echo, of_voice = (
        likeness(scene(cancels=c, mixes_all=True).quiet[0].heard_in(CONVERGED), voice)[1]
        for c in (False, True)
    )
    assert of_echo < 0.95
    assert of_voice > 0.99


@pytest.mark.parametrize("codec", [name for name in ("opus", "g722", "pcmu") if name in codecs()])
def test_codecs_on_both_ways_do_not_bring_the_echo_back(codec: str) -> None:
    """What the hall plays is not quite what it was sent, nor is what comes what it recorded."""
    heard_dbov = []
    for cancels in (False, True):
        conf = conference(loudest=0, noise_gate=False)
        far = Site(conf, speaking(0, ALONE))
        hall = CodedHall(conf, speaking(5), codec, echo_cancellation=cancels)
        run(conf, [far, hall, Site(conf, speaking(9))], ALONE)
        heard_dbov.append(level_dbov(far.heard_in(CONVERGED)))
    assert heard_dbov[1] < heard_dbov[0] - 25


def test_an_echo_takes_neither_place_nor_floor() -> None:
    with_echo, without = scene(cancels=False), scene()
    assert any(with_echo.hall.leg in with_echo.watched.talkers[index] for index in CONVERGED)
    for index in CONVERGED:
        assert without.hall.leg not in without.watched.talkers[index]
        assert without.watched.speakers[index] is without.far.leg


def test_who_speaks_in_the_hall_is_heard() -> None:
    meeting = scene()
    for listener in (meeting.far, meeting.quiet[0]):
        gain, correlation = likeness(listener.heard_in(ANSWER), meeting.said_in_hall(ANSWER))
        assert gain == pytest.approx(1, abs=0.15)
        assert correlation > 0.95
    late = range(ANSWER.start + SECOND, ANSWER.stop)
    assert all(meeting.watched.speakers[index] is meeting.hall.leg for index in late)


def test_who_speaks_in_the_hall_is_heard_while_others_speak() -> None:
    """The one in the hall is all that the other hears, but for what is left of his own voice."""
    meeting = scene()
    gain, correlation = likeness(meeting.far.heard_in(BOTH), meeting.said_in_hall(BOTH))
    assert gain > 0.7
    assert correlation > 0.8


def test_a_leg_tells_what_its_canceller_found() -> None:
    meeting = scene()
    stats = meeting.hall.leg.stats()
    assert stats.echo is not None
    assert stats.echo_return_loss == stats.echo.echo_return_loss == pytest.approx(6, abs=3)
    assert stats.echo_return_loss_enhancement == stats.echo.echo_return_loss_enhancement
    assert stats.echo.echo_return_loss_enhancement > 20
    assert stats.echo.has_converged
    assert stats.echo.delay_ms is not None
    # its packets wait for nothing, our far end is a frame late, and the sound has some metres to go
    way_ms = HALL_DELAY_MS - 20 + 1000 * np.argmax(Hall.response) / RATE_HZ
    assert stats.echo.delay_ms == pytest.approx(way_ms, abs=4)
    assert abs(stats.echo.drift_ppm) < 20
    assert stats.echo.invalid_samples == 0


def test_a_leg_without_a_canceller_tells_nothing() -> None:
    stats = scene(cancels=False).hall.leg.stats()
    assert (stats.echo_return_loss, stats.echo_return_loss_enhancement, stats.echo) == (None,) * 3


# The buffer on the way back ---------------------------------------------------------------------


def test_a_buffer_that_stretches_tells_its_canceller() -> None:
    """The hall's route becomes slower: playout there waits, and the filter moves with it."""
    conf = conference(loudest=0, noise_gate=False)
    moved, slower_ms = 8 * SECOND, 120
    far = Site(conf, speaking(0, range(20 * SECOND)))
    hall = Hall(conf, speaking(5), echo_cancellation=True)
    hall.lateness_ns = lambda index: 1_000_000 * (1 + slower_ms * (index >= moved))
    sites = [far, hall, Site(conf, speaking(9))]

    def now() -> LegStats:
        return hall.leg.stats()

    run(conf, sites, range(moved))
    before = now()
    run(conf, sites, range(moved, moved + 6 * SECOND))
    after = now()
    assert before.echo is not None
    assert after.echo is not None
    assert before.echo.delay_ms is not None
    assert after.echo.delay_ms is not None
    later_ms = slower_ms + 1000 * (after.playout_delay - before.playout_delay)
    assert later_ms > 60
    assert after.echo.delay_ms - before.echo.delay_ms == pytest.approx(later_ms, abs=6)
    assert after.echo.delay_changes == before.echo.delay_changes
    settled = range(moved + 2 * SECOND, moved + 6 * SECOND)
    said = np.concatenate([far.frames(index) for index in settled])
    assert level_dbov(far.heard_in(settled)) < level_dbov(said) - 6 - 30


# Sites that say how loud they are ---------------------------------------------------------------


def test_a_hall_that_claims_the_level_of_its_echo_is_heard_when_somebody_speaks_there() -> None:
    conf = conference(loudest=2)
    talk, answer = range(14 * SECOND), range(14 * SECOND, 18 * SECOND)
    far = Site(conf, speaking(0, talk), says_level=True)
    hall = Hall(conf, speaking(5, answer), says_level=True, echo_cancellation=True)
    sites = [far, hall, *(Site(conf, speaking(k), says_level=True) for k in range(8, 11))]
    run(conf, sites, range(9 * SECOND))  # a place that was taken early is given back
    watched = run(conf, sites, range(9 * SECOND, talk.stop))
    assert not any(hall.leg in talkers for talkers in watched.talkers)
    assert hall.leg.stats().levels_overstated == 0
    watched = run(conf, sites, answer)
    said = np.array([level_dbov(hall.frames(index)) for index in answer])
    begun = int(np.argmax(said > -40))
    heard = [hall.leg in talkers for talkers in watched.talkers]
    assert heard.index(True) <= begun + 10
    assert np.mean(heard[begun + 10 : begun + 2 * SECOND]) > 0.95


def test_claims_of_a_leg_with_cancellation_are_no_lies() -> None:
    """Whatever it claims, it is listened to, and heard from the first frame."""
    conf = conference(loudest=2)
    silent, spoken = range(8 * SECOND), range(8 * SECOND, 10 * SECOND)
    hall = Site(conf, speaking(5, spoken), claim_dbov=-20, echo_cancellation=True)
    sites = [hall, *(Site(conf, speaking(k), says_level=True) for k in range(7, 11))]
    run(conf, sites, silent)
    stats = hall.leg.stats()
    assert (stats.levels_overstated, stats.frames_not_decoded) == (0, 0)
    watched = run(conf, sites, spoken)
    assert hall.leg in watched.talkers[25]


def test_a_canceller_that_slept_knows_its_hall() -> None:
    """In the pause the hall claims little, so it is not decoded; what then comes back is cancelled at once."""
    conf = conference(loudest=2)
    talk, again = range(8 * SECOND), range(12 * SECOND, 14 * SECOND)
    far = Site(conf, speaking(0, talk, again), says_level=True)
    hall = Hall(conf, speaking(5), says_level=True, echo_cancellation=True)
    sites = [far, hall, *(Site(conf, speaking(k), says_level=True) for k in range(8, 11))]
    run(conf, sites, talk)
    before = hall.leg.stats().frames_not_decoded
    run(conf, sites, range(talk.stop, again.start))
    assert hall.leg.stats().frames_not_decoded > before + SECOND
    watched = run(conf, sites, again)
    assert not any(hall.leg in talkers for talkers in watched.talkers)
    said = np.concatenate([far.frames(index) for index in again])
    assert level_dbov(far.heard_in(again)) < level_dbov(said) - 6 - 30


# Set-up, and what holds for all ------------------------------------------------------------------


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_sends_the_same_bytes(threads: int) -> None:
    def packets(count: int) -> list[list[bytes]]:
        conf = conference(threads=count, loudest=2)
        far = [Site(conf, speaking(k, range(k, 100)), says_level=True) for k in range(2)]
        halls = [
            Hall(conf, speaking(k), says_level=k % 2 == 0, echo_cancellation=True)
            for k in (4, 5, 6)
        ]
        run(conf, [*far, *halls], range(100))
        return [site.packets for site in (*far, *halls)]

    assert packets(threads) == packets(1)


@pytest.mark.parametrize("frame_ms", [10, 20, 40, 60])
@pytest.mark.parametrize("rate_hz", [8000, 16_000, 32_000, 48_000])
def test_every_frame_is_cut_into_10_ms(rate_hz: int, frame_ms: int) -> None:
    """Nothing is heard by the leg, so what it says passes; later by what the canceller takes."""
    conf = Conference(sample_rate_hz=rate_hz, frame_ms=frame_ms, loudest=0, threads=1, seed=1)
    samples = rate_hz * frame_ms // 1000
    leg = conf.add_leg("l16", payload_type=96, echo_cancellation=True)
    other = conf.add_leg("l16", payload_type=96)
    sender = Sender(ssrc=1, step=samples)
    rng = np.random.default_rng(1)
    said = rng.integers(-3000, 3000, (40, samples)).astype(np.int16)
    heard = b""
    for index, frame in enumerate(said):
        leg.receive(sender.packet(l16(frame)), index * frame_ms * 1_000_000)
        conf.tick((index + 1) * frame_ms * 1_000_000)
        while packet := other.take_packet():
            heard += rtp_payload(packet)
    pcm = np.frombuffer(heard, ">i2").astype(np.int16)
    windows = np.lib.stride_tricks.sliding_window_view(pcm, samples)
    assert any(np.array_equal(window, said[20]) for window in windows)


@pytest.mark.parametrize("rate_hz", [24_000, 44_100])
def test_echo_is_not_cancelled_at_other_rates(rate_hz: int) -> None:
    conf = Conference(sample_rate_hz=rate_hz, threads=1)
    conf.add_leg("pcmu")
    with pytest.raises(OutOfRangeError, match="echo is cancelled at 8, 16, 32 or 48 kHz"):
        conf.add_leg("pcmu", echo_cancellation=True)
    assert len(conf.legs) == 1


@pytest.mark.parametrize("tail_ms", [49, 501, -1])
def test_the_tail_has_bounds(tail_ms: int) -> None:
    conf = conference()
    with pytest.raises(OutOfRangeError, match="echo_tail_ms"):
        conf.add_leg("pcmu", echo_cancellation=True, echo_tail_ms=tail_ms)
    assert conf.legs == []


def test_a_trunk_that_carries_talkers_has_no_echo_to_cancel() -> None:
    conf = conference()
    with pytest.raises(OutOfRangeError, match="trunk"):
        conf.add_leg("pcmu", role="trunk", echo_cancellation=True)
    assert conf.legs == []
    conf.add_leg("pcmu", role="trunk", carries="mix", echo_cancellation=True)
