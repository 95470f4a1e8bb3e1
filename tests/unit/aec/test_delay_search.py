"""DelaySearch scores as the slow one in double precision does, and elects the delay that stands out."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import aec
from tests.reference.aec import Bins, scores
from tests.support.echo import echo_of, noise, speech

BLOCKS, LAGS = 200, 60


def spectra(rate_hz: int, delay_blocks: int, blocks: int = BLOCKS) -> tuple[Bins, Bins]:
    """Return those of a far end and of its echo, of two blocks every block."""
    block, seconds = rate_hz // 100, (blocks + 1) / 100
    far = speech(seconds, rate_hz=rate_hz)
    near = echo_of(far, 10 * delay_blocks, rate_hz) + noise(seconds, rate_hz=rate_hz)
    window = np.hanning(2 * block)
    views = (
        np.lib.stride_tricks.sliding_window_view(end, 2 * block)[::block] for end in (far, near)
    )
    far_spectra, near_spectra = (np.fft.rfft(view * window) for view in views)
    return far_spectra, near_spectra


def rows(spectrum: Bins) -> NDArray[np.float32]:
    return np.stack([spectrum.real, spectrum.imag]).astype(np.float32)


def searched(far: Bins, near: Bins) -> aec.DelaySearch:
    search = aec.DelaySearch(LAGS, far.shape[1])
    for of_far, of_near in zip(far, near, strict=True):
        search.update(rows(of_far), rows(of_near))
    return search


@pytest.mark.parametrize("delay_blocks", [0, 33, 59])
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_it_agrees_with_the_reference(rate_hz: int, delay_blocks: int) -> None:
    far, near = spectra(rate_hz, delay_blocks)
    search, slow = searched(far, near), scores(far, near, LAGS)
    np.testing.assert_allclose(search.scores, slow, rtol=1e-3, atol=1e-6)
    assert abs(int(np.argmax(slow)) - delay_blocks) <= 1
    assert abs(search.best - delay_blocks) <= 1


def test_what_does_not_belong_together_elects_nothing() -> None:
    parts = np.random.default_rng(1).standard_normal((4, BLOCKS, 161))
    search = searched(parts[0] + 1j * parts[1], parts[2] + 1j * parts[3])
    assert search.best == -1
    assert search.scores.max() < 0.15  # chance: one over the averages


@pytest.mark.parametrize("blocks", [7, -7, 1000, -1000])
def test_what_it_found_moves_with_the_near_end(blocks: int) -> None:
    search = searched(*spectra(16000, 20))
    best, before = search.best, search.scores
    search.move(blocks)
    assert search.best == np.clip(best + blocks, 0, LAGS - 1)
    if abs(blocks) < LAGS:
        np.testing.assert_array_equal(search.scores[20 + blocks], before[20])


def test_a_silent_far_end_changes_no_score() -> None:
    far, near = spectra(16000, 20)
    search = searched(far, near)
    before = search.scores
    for of_near in near[:20]:
        search.update(rows(np.zeros_like(of_near)), rows(of_near), is_far_active=False)
    np.testing.assert_array_equal(search.scores, before)


def test_reset_forgets() -> None:
    search = searched(*spectra(16000, 20))
    search.reset()
    assert search.best == -1
    assert not search.scores.any()
