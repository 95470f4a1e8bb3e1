"""KalmanFilter does what the slow one in double precision does, and what it learned stays in its place."""

import numpy as np
import pytest

from mixminus._core import aec
from tests.reference.aec import KalmanFilter
from tests.support.echo import Wave, echo_of, noise, speech

BLOCKS = 200


def windows(wave: Wave, block: int) -> Wave:
    """Return the newest two blocks, at each block."""
    padded = np.concatenate([np.zeros(block), wave])
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * block)[::block]


@pytest.mark.parametrize("process_noise", [0.0001, 0.02])
@pytest.mark.parametrize(("rate_hz", "partitions"), [(16000, 26), (16000, 5), (8000, 26)])
def test_it_agrees_with_the_reference(rate_hz: int, partitions: int, process_noise: float) -> None:
    block = rate_hz // 100
    far = speech(2, rate_hz=rate_hz)
    near = echo_of(far, rate_hz=rate_hz) + noise(2, rate_hz=rate_hz)
    ours, slow = aec.KalmanFilter(partitions, block), KalmanFilter(partitions, block)
    echoes = np.zeros((2, BLOCKS, block))
    for i, (seen, heard) in enumerate(
        zip(windows(far, block), near.reshape(-1, block), strict=True)
    ):
        ours.push(seen.astype(np.float32))
        slow.push(seen)
        echoes[0, i], echoes[1, i] = ours.predict(), slow.predict()
        ours.adapt((heard - echoes[0, i]).astype(np.float32), process_noise)
        slow.adapt(heard - echoes[1, i], process_noise)
        np.testing.assert_allclose(ours.uncertainty, slow.uncertainty, rtol=1e-2, atol=1e-6)
    assert np.linalg.norm(echoes[0] - echoes[1]) <= 1e-3 * np.linalg.norm(echoes[1])
    assert np.linalg.norm(near[-8000:] - echoes[1].ravel()[-8000:]) < 0.5 * np.linalg.norm(
        near[-8000:]
    )


def learned(delay_ms: float = 30) -> aec.KalmanFilter:
    far = np.random.default_rng(1).standard_normal(16000) / 10
    near = echo_of(far, delay_ms)
    filter_ = aec.KalmanFilter(26, 160)
    for seen, heard in zip(windows(far, 160), near.reshape(-1, 160), strict=True):
        filter_.push(seen.astype(np.float32))
        filter_.adapt((heard - filter_.predict()).astype(np.float32), 0.0001)
    return filter_


def test_the_strongest_of_the_answer_is_where_it_is() -> None:
    assert learned(30).strongest == 480
    assert learned(0).strongest == 0


@pytest.mark.parametrize("by", [1, 2, -1, -4])
def test_what_it_learned_stays_in_its_place_when_it_moves(by: int) -> None:
    moved = learned()
    moved.move(by)
    assert moved.strongest == 480 - by * 160


def test_what_it_forgot_it_does_not_predict() -> None:
    filter_ = learned()
    assert np.any(filter_.predict())
    filter_.forget()
    assert not np.any(filter_.predict())


def test_wrong_sizes_are_refused() -> None:
    for wrong in ((0, 160), (26, 161), (26, 1), (101, 160)):
        with pytest.raises(ValueError, match=r"\d\.\.\d"):
            aec.KalmanFilter(*wrong)
    with pytest.raises(ValueError, match="number of samples"):
        aec.KalmanFilter(4, 160).push(np.zeros(160, np.float32))
