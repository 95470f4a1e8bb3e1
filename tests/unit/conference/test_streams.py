"""A leg that starts or stops to talk changes encoders, and its site hears no splice."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import Codec, Conference, Leg
from tests.support.sender import FRAME_NS, Sender, read

TICKS = 120
TALKS = range(40, 80)
WARM_FRAMES = 5  # of EncoderBank


def speechlike(seed: int, frames: int) -> NDArray[np.int16]:
    """Return a voice: harmonics whose pitch and loudness wander, shape (frames, 960)."""
    random = np.random.default_rng(seed)
    t = np.arange(frames * 960) / 48_000
    pitch_hz = 120 + 40 * seed + 10 * np.sin(2 * np.pi * 0.7 * t + seed)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / 48_000
    voice = sum(np.sin(k * phase + random.uniform(0, 6)) / k for k in range(1, 20))
    loudness = 0.55 + 0.45 * np.sin(2 * np.pi * (3 + seed) * t)
    return np.round(2500 * voice * loudness).astype(np.int16).reshape(frames, 960)


def heard_by_listeners(*, shares: bool = True) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Decode what the second site, who talks for a while, and the silent third one are sent."""
    conf = Conference(threads=1, loudest=2, seed=3, share_encodes=shares)
    voices = speechlike(0, TICKS), speechlike(1, TICKS)
    legs = [conf.add_leg("opus") for _ in range(3)]
    mouths = [Codec(bitrate_bps=64_000) for _ in range(2)]
    senders = [Sender(ssrc=i, payload_type=111) for i in range(2)]
    ears = [Codec(), Codec()]
    heard = np.zeros((2, TICKS, 960))
    for index in range(TICKS):
        frames = voices[0][index], voices[1][index] * (index in TALKS)
        for leg, mouth, sender, frame in zip(legs, mouths, senders, frames, strict=False):
            leg.receive(sender.packet(mouth.encode(frame)), index * FRAME_NS)
        if index == TALKS.stop:
            legs[1].set_muted(is_muted=True)  # or he would keep his place among the loudest
        conf.tick(index * FRAME_NS)
        assert conf.mix_of(legs[1]) > 0 or index not in TALKS[2:]
        for ear, leg, frames_heard in zip(ears, legs[1:], heard, strict=True):
            frames_heard[index] = ear.decode(packet_of(leg))
    assert conf.encodes == (2 if shares else 3)
    return heard[0], heard[1]


def packet_of(leg: Leg) -> bytes:
    packet = leg.take_packet()
    assert packet is not None
    return read(packet).payload


def test_going_over_to_the_own_stream_is_exact() -> None:
    """The own encoder takes over the state of the shared one, so it might have run from the start."""
    moved, _ = heard_by_listeners()
    alone, _ = heard_by_listeners(shares=False)
    np.testing.assert_array_equal(moved[: TALKS.stop], alone[: TALKS.stop])


def test_coming_back_to_the_shared_stream_is_hardly_heard() -> None:
    moved, shared = heard_by_listeners()
    noise = np.mean((moved - shared) ** 2, axis=1) / np.mean(shared**2)
    back = TALKS.stop + 1 + WARM_FRAMES  # the fade of the mute is heard for one tick more
    assert np.median(noise[TALKS.start + 5 : TALKS.stop]) > 0.1  # it was another mix
    assert 10 * np.log10(noise[back]) < -20
    assert 10 * np.log10(noise[back + 2 : back + 20].max()) < -35
    assert 10 * np.log10(noise[back + 5 : back + 20].max()) < -50


def test_a_talker_is_encoded_apart_only_while_he_talks_and_a_little_after() -> None:
    conf = Conference(threads=1, loudest=1, seed=3)
    talker = conf.add_leg("l16", payload_type=96)
    others = [conf.add_leg("opus") for _ in range(3)]
    sender = Sender(ssrc=9)
    encodes = []
    for index in range(80):
        level = 3000 if 20 <= index < 40 else 0
        frame = np.full(960, level, ">i2")
        talker.receive(sender.packet(frame.tobytes()), index * FRAME_NS)
        if index == 40:
            talker.set_muted(is_muted=True)
        conf.tick(index * FRAME_NS)
        encodes.append(conf.encodes)
    assert len(others) == 3
    assert encodes[10] == 2  # one for each codec
    assert encodes[35] == 2  # L16 of the talker's own mix, Opus of the shared one
    assert encodes[79] == 2


@pytest.mark.parametrize("rate_hz", [16_000, 44_100, 48_000])
def test_every_codec_hears_every_other(rate_hz: int) -> None:
    conf = Conference(sample_rate_hz=rate_hz, threads=1, loudest=0, seed=1)
    kinds = {"opus": 48_000, "g722": 16_000, "pcmu": 8_000, "pcma": 8_000}
    legs = {kind: conf.add_leg(kind) for kind in kinds}
    mouth = Codec("pcmu")
    sender = Sender(ssrc=5, payload_type=0, step=160)
    ears = {kind: Codec(kind) for kind in kinds}
    heard: dict[str, list[NDArray[np.int16]]] = {kind: [] for kind in kinds}
    for index in range(60):
        t = (np.arange(160) + 160 * index) / 8_000
        frame = np.round(8000 * np.sin(2 * np.pi * 700 * t)).astype(np.int16)
        legs["pcmu"].receive(sender.packet(mouth.encode(frame)), index * FRAME_NS)
        conf.tick(index * FRAME_NS)
        for kind, leg in legs.items():
            heard[kind].append(ears[kind].decode(packet_of(leg)))
    for kind, clock_hz in kinds.items():
        pcm = np.concatenate(heard[kind][20:]).astype(np.float64)
        t = np.arange(len(pcm)) / clock_hz
        amplitude = 2 * np.abs(np.mean(pcm * np.exp(-2j * np.pi * 700 * t)))
        assert amplitude == pytest.approx(0 if kind == "pcmu" else 8000, abs=400)
