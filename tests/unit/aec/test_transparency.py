"""What has no echo passes bit for bit, as late as the output is."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import EchoCanceller
from tests.support.echo import (
    RATE_HZ,
    Wave,
    delayed,
    echo_of,
    noise,
    part,
    power_db,
    process,
    speech,
)

RATES_HZ = (8000, 16000, 32000, 48000)
FRAME = RATE_HZ // 100


@cache
def int16(seconds: float, first: int, rate_hz: int) -> NDArray[np.int16]:
    said = speech(seconds, first, rate_hz) + noise(seconds, rate_hz=rate_hz)
    return np.rint(said * 32768).astype(np.int16)


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_while_the_far_end_is_silent(rate_hz: int, dtype: type) -> None:
    """From the first frame on, whatever is said."""
    near = int16(2, 3, rate_hz)
    near = near if dtype is np.int16 else (near / 32768).astype(np.float32)
    canceller = EchoCanceller(rate_hz)
    silence: NDArray[Any] = np.zeros(rate_hz // 100, dtype)
    out = np.concatenate([canceller.process(f, silence) for f in near.reshape(-1, len(silence))])
    late = round(canceller.delay_ms * rate_hz / 1000)
    np.testing.assert_array_equal(out[late:], near[:-late])
    assert not out[:late].any()
    assert canceller.metrics().is_bypassed


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_where_there_is_a_headset(rate_hz: int) -> None:
    """Once the far end has spoken for five seconds and nothing of it came back."""
    seconds = 9
    far, near = int16(seconds, 0, rate_hz), int16(seconds, 6, rate_hz)
    frame = rate_hz // 100
    canceller = EchoCanceller(rate_hz)
    ends = zip(near.reshape(-1, frame), far.reshape(-1, frame), strict=True)
    out = np.concatenate([canceller.process(*pair) for pair in ends])
    late = round(canceller.delay_ms * rate_hz / 1000)
    spoken_s = np.cumsum([power_db(f / 32768) > -55 for f in far.reshape(-1, frame)]) / 100
    begin = frame * (int(np.searchsorted(spoken_s, 5.0)) + 5)
    assert begin < len(out) - rate_hz
    np.testing.assert_array_equal(out[begin:], near[begin - late : -late])
    assert canceller.metrics().delay_ms is None
    assert canceller.metrics().is_bypassed


def test_when_the_reverberation_has_died_away() -> None:
    """The far end stops, and a second later somebody answers."""
    far = np.concatenate([speech(6), np.zeros(4 * RATE_HZ)])
    answer = np.concatenate([np.zeros(8 * RATE_HZ), speech(2, 4)])
    near = echo_of(far, 40) + answer + noise(10)
    canceller = EchoCanceller()
    out = process(canceller, near, far)
    wanted = delayed(near, canceller).astype(np.float32).astype(np.float64)
    np.testing.assert_array_equal(part(out, 8.1, 10), part(wanted, 8.1, 10))


# While nobody takes the near end ----------------------------------------------------------------


def skipping(near: Wave, far: Wave, skipped: range) -> tuple[EchoCanceller, Wave]:
    """Return the canceller, and its output with silence where frames were skipped."""
    canceller = EchoCanceller()
    ends = np.rint(np.stack([near, far]) * 32768).astype(np.int16).reshape(2, -1, FRAME)
    out = np.zeros(ends[0].shape)
    for index in range(len(out)):
        if index in skipped:
            canceller.skip(ends[1, index])
        else:
            out[index] = canceller.process(ends[0, index], ends[1, index]) / 32768
    return canceller, out.ravel()


@pytest.mark.parametrize("skipped", [range(600, 601), range(600, 750)])
def test_skipped_frames_keep_the_alignment(skipped: range) -> None:
    far = speech(11)
    near = echo_of(far, 200) + noise(11)
    canceller, out = skipping(near, far, skipped)
    begin_s = skipped.stop / 100 + 0.05
    assert power_db(part(near, begin_s, 11)) - power_db(part(out, begin_s, 11)) >= 25
    assert canceller.metrics().delay_ms == pytest.approx(200, abs=1)
    assert canceller.metrics().delay_changes == 0
