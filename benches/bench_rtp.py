"""One packet parsed and built again, in the core and by calls from Python, against struct."""

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from mixminus import rtp
from mixminus._core import rtp as core
from tests.reference import rtp as reference

PACKETS = 200
LEVEL = rtp.ElementWriter()
LEVEL.add_audio_level(1, -30, voice=True)
SHAPES = {
    "plain": rtp.Packet(0xDEADBEEF, 1000, 48000, 111, bytes(range(160))),
    "with extension and CSRCs": rtp.Packet(
        0xDEADBEEF,
        1000,
        48000,
        111,
        bytes(range(160)),
        csrcs=(1, 2, 3, 4),
        extension_profile=LEVEL.profile,
        extension=LEVEL.body,
    ),
}


def core_loop(datagram: bytes) -> bytes:
    return core.rewrite(datagram, PACKETS)


def call_each(datagram: bytes) -> bytes:
    for _ in range(PACKETS):
        again = rtp.build(rtp.parse(datagram))
    return again


def struct_each(datagram: bytes) -> bytes:
    for _ in range(PACKETS):
        packet = reference.parse(datagram)
        assert packet is not None
        again = reference.build(packet)
    return again


Rewrite = Callable[[bytes], bytes]
IN_CORE: dict[str, Rewrite] = {"mixminus": core_loop, "struct": struct_each}
BY_CALLS: dict[str, Rewrite] = {"mixminus": call_each, "struct": struct_each}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("impl", IN_CORE)
def bench_rtp_in_core(benchmark: BenchmarkFixture, shape: str, impl: str) -> None:
    datagram = rtp.build(SHAPES[shape])
    benchmark.group = f"rtp in the core, {PACKETS} packets {shape}"
    assert benchmark(IN_CORE[impl], datagram) == datagram


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("impl", BY_CALLS)
def bench_rtp_by_calls(benchmark: BenchmarkFixture, shape: str, impl: str) -> None:
    datagram = rtp.build(SHAPES[shape])
    benchmark.group = f"rtp by calls from Python, {PACKETS} packets {shape}"
    assert benchmark(BY_CALLS[impl], datagram) == datagram
