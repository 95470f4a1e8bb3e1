"""Who has the floor among 162 legs: ours against the same rules in numpy and Python, in one run."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from mixminus import ActiveSpeaker, VoiceActivity
from tests.reference.speaker import ActiveSpeaker as Rules
from tests.reference.voice_activity import VoiceActivity as Activity
from tests.support.cascade import voice

RATE_HZ, FRAME = 48_000, 960
TALKERS = 4


def meeting(legs: int, seconds: float = 2.0) -> NDArray[np.int16]:
    """Return frames x legs x samples: a few talk, the others are rooms."""
    random = np.random.default_rng(1)
    frames = round(seconds * 50)
    said = random.integers(-8, 9, (legs, frames * FRAME), np.int16)
    for leg in range(min(TALKERS, legs)):
        said[leg] += voice(seconds, seed=leg, level=4000 + 500 * leg)
    return np.ascontiguousarray(said.reshape(legs, frames, FRAME).swapaxes(0, 1))


def ours(legs: int) -> Callable[[NDArray[np.int16]], int]:
    return ActiveSpeaker(capacity=legs, frame_ms=20).update


def rules(legs: int) -> Callable[[NDArray[np.int16]], int]:
    activities = [Activity(RATE_HZ, 20) for _ in range(legs)]
    floor = Rules(legs)
    return lambda frames: floor.update(
        [activity.update(frame) for activity, frame in zip(activities, frames, strict=True)]
    )


IMPLEMENTATIONS = {"mixminus": ours, "rules in numpy": rules}


@pytest.mark.parametrize("legs", [16, 162])
@pytest.mark.parametrize("impl", IMPLEMENTATIONS)
def bench_active_speaker(benchmark: BenchmarkFixture, legs: int, impl: str) -> None:
    frames = meeting(legs)
    update = IMPLEMENTATIONS[impl](legs)
    holders = [update(frame) for frame in frames]
    benchmark.group = f"active speaker, {legs} legs"
    benchmark(update, frames[-1])
    expected = rules(legs)
    assert holders[:50] == [expected(frame) for frame in frames[:50]]
    assert holders[-1] in range(TALKERS)


@pytest.mark.parametrize("impl", ["mixminus", "rules in numpy"])
def bench_voice_activity(benchmark: BenchmarkFixture, impl: str) -> None:
    activity = VoiceActivity(RATE_HZ, 20) if impl == "mixminus" else Activity(RATE_HZ, 20)
    frames = voice(1.0, seed=1).reshape(-1, FRAME)
    said = [activity.update(frame) for frame in frames]
    benchmark.group = "voice activity, a frame of speech"
    benchmark(activity.update, frames[-1])
    reference = Activity(RATE_HZ, 20)
    np.testing.assert_allclose(said, [reference.update(frame) for frame in frames], atol=1e-3)
