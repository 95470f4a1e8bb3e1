"""What a receiver costs per packet and per pull, beside the plainest Python that only parses or copies."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import mixminus

PTIME_NS = 20_000_000
PACKETS = 2000
HEADER = struct.Struct("!BBHII")


def packets() -> list[bytes]:
    rng = np.random.default_rng(1)
    return [HEADER.pack(0x80, 0, i & 0xFFFF, i * 160, 1) + rng.bytes(160) for i in range(PACKETS)]


def insert_all(datagrams: list[bytes]) -> mixminus.AudioReceiver:
    rx = mixminus.AudioReceiver("pcmu", 8000, 20)
    insert = rx.insert
    for i, datagram in enumerate(datagrams):
        insert(datagram, i * PTIME_NS)
    return rx


def parse_all(datagrams: list[bytes]) -> list[tuple[int, ...]]:
    unpack = HEADER.unpack_from
    return [unpack(datagram) for datagram in datagrams]


@pytest.mark.parametrize("impl", ["mixminus", "struct.unpack"])
def bench_insert(benchmark: BenchmarkFixture, impl: str) -> None:
    datagrams = packets()
    run: Callable[[list[bytes]], object] = insert_all if impl == "mixminus" else parse_all
    benchmark.group = f"receiver: insert {PACKETS} packets"
    result = benchmark(run, datagrams)
    if isinstance(result, mixminus.AudioReceiver):
        assert result.stats().packets_received == PACKETS
    else:
        assert isinstance(result, list)
        assert len(result) == PACKETS


@pytest.mark.parametrize("rate_hz", [8000, 48000])
@pytest.mark.parametrize("impl", ["mixminus", "numpy copy"])
def bench_pull(benchmark: BenchmarkFixture, impl: str, rate_hz: int) -> None:
    datagrams = packets()
    out = np.zeros(rate_hz // 50, np.int16)
    source = np.ones_like(out)

    def receive() -> int:
        rx = mixminus.AudioReceiver("pcmu", rate_hz, 20)
        for i, datagram in enumerate(datagrams):
            rx.insert(datagram, i * PTIME_NS)
            rx.pull(i * PTIME_NS, out)
        return rx.stats().total_samples_received

    def copy() -> int:
        for _ in datagrams:
            out[:] = source
        return PACKETS * out.size

    benchmark.group = f"receiver: insert and pull {PACKETS} frames of G.711 at {rate_hz} Hz"
    assert benchmark(receive if impl == "mixminus" else copy) == PACKETS * out.size
