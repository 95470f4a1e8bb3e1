"""A tick takes no Python memory; tests/native/no_alloc_test.cpp says the same of malloc."""

import tracemalloc
from collections.abc import Callable

import pytest

from mixminus import Mixer


def mixer_tick() -> Callable[[], object]:
    mixer = Mixer(capacity=162, loudest=5)
    for _ in range(162):
        mixer.add()
    mixer.frames[:] = 1000
    return mixer.tick


TICKS = {"mix": mixer_tick}


@pytest.mark.parametrize("stage", TICKS)
def test_a_tick_allocates_nothing(stage: str) -> None:
    tick = TICKS[stage]()
    tick()
    tracemalloc.start()
    try:
        tick()
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        tick()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak == before
