"""One tick of 162 legs beside the codecs alone, and what a packet and an empty tick cost from Python."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mixminus

LEGS, TALKERS = 162, 4
FRAME_NS = 20_000_000
HEADER = struct.Struct("!BBHII")
LEVEL = struct.Struct("!HHBBH")  # RFC 6464 in RFC 8285
LOOP = 50  # frames that talkers repeat


def voices() -> list[list[bytes]]:
    """Return the payloads of each leg: modulated tones of the talkers, faint noise of all others."""
    t = np.arange(LOOP * 960) / 48_000
    rng = np.random.default_rng(1)
    signals = [
        8000 * np.sin(2 * np.pi * (200 + 90 * i) * t) * (1 + np.sin(2 * np.pi * 4 * t)) / 2
        for i in range(TALKERS)
    ]
    signals.append(30 * rng.standard_normal(len(t)))
    coded = []
    for signal in signals:
        codec = mixminus.Codec("opus", bitrate_bps=32_000, application="voip")
        frames = signal.astype(np.int16).reshape(-1, 960)
        coded.append([codec.encode(frame) for frame in frames])
    return [coded[min(leg, TALKERS)] for leg in range(LEGS)]


class Talk:
    """A conference whose legs all send; one call is one tick."""

    def __init__(self, threads: int, audio_level_id: int = 0) -> None:
        self.conference = mixminus.Conference(threads=threads, loudest=TALKERS, seed=1)
        self.voices = voices()
        self.legs = [self.conference.add_leg(audio_level_id=audio_level_id) for _ in range(LEGS)]
        self.frame = 0

    def receive(self) -> None:
        for ssrc, (leg, payloads) in enumerate(zip(self.legs, self.voices, strict=True)):
            header = HEADER.pack(0x90, 111, self.frame & 0xFFFF, self.frame * 960, ssrc)
            level = LEVEL.pack(0xBEDE, 1, 1 << 4, 15 if ssrc < TALKERS else 60, 0)
            leg.receive(header + level + payloads[self.frame % LOOP], self.frame * FRAME_NS)

    def tick(self) -> None:
        self.conference.tick(self.frame * FRAME_NS + FRAME_NS // 2)
        for leg in self.legs:
            leg.take_packet()
        self.frame += 1

    def __call__(self) -> None:
        self.receive()
        self.tick()


class CodecsAlone:
    """The same decodes and encodes, without a conference around them."""

    def __init__(self) -> None:
        self.voices = voices()
        self.decoders = [mixminus.Codec() for _ in range(LEGS)]
        self.encoders = [mixminus.Codec() for _ in range(TALKERS + 1)]
        self.frame = 0

    def __call__(self) -> None:
        pcm = np.zeros(960, np.int16)
        for decoder, payloads in zip(self.decoders, self.voices, strict=True):
            pcm = decoder.decode(payloads[self.frame % LOOP])
            if decoder is self.decoders[0]:
                mix = pcm
        for encoder in self.encoders:
            encoder.encode(mix)
        self.frame += 1


@pytest.mark.parametrize("impl", ["mixminus", "mixminus with levels", "codecs alone"])
def bench_tick(benchmark: BenchmarkFixture, impl: str) -> None:
    benchmark.group = f"conference: {LEGS} Opus legs, {TALKERS} talk, one thread"
    level_id = int(impl == "mixminus with levels")
    talk: Callable[[], None] = CodecsAlone() if impl == "codecs alone" else Talk(1, level_id)
    benchmark.pedantic(talk, rounds=150, warmup_rounds=30)  # type: ignore[no-untyped-call]
    if isinstance(talk, Talk):
        assert talk.conference.distinct_mixes == TALKERS + 1
        assert talk.conference.encodes == TALKERS + 1
        assert talk.conference.decodes < (20 if level_id else LEGS + 1)
        assert all(leg.stats().packets_sent == talk.frame for leg in talk.legs)
        assert sum(leg.stats().packets_discarded for leg in talk.legs) == 0


@pytest.mark.parametrize("impl", ["mixminus", "struct.unpack"])
def bench_receive(benchmark: BenchmarkFixture, impl: str) -> None:
    benchmark.group = "conference: 1000 packets from the call to parsed and buffered"
    conference = mixminus.Conference(threads=1, seed=1)
    leg = conference.add_leg("pcmu")
    payload = bytes(160)

    def packets() -> tuple[tuple[list[bytes]], dict[str, object]]:
        first = leg.stats().packets_received
        return (
            [HEADER.pack(0x80, 0, i & 0xFFFF, i * 160, 1) + payload for i in range(first, first + 1000)],
        ), {}  # fmt: skip

    def receive(datagrams: list[bytes]) -> None:
        put = leg.receive
        for datagram in datagrams:
            put(datagram, 0)

    def unpack(datagrams: list[bytes]) -> None:
        get = HEADER.unpack_from
        for datagram in datagrams:
            get(datagram)

    run = receive if impl == "mixminus" else unpack
    benchmark.pedantic(run, setup=packets, rounds=200)  # type: ignore[no-untyped-call]
    if impl == "mixminus":
        assert leg.stats().packets_received == 200 * 1000


def bench_empty_tick(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "conference: crossing into a tick of nobody"
    conference = mixminus.Conference(threads=1)
    benchmark(conference.tick, 0)
    assert conference.distinct_mixes == 1
