"""level_dbov: RFC 6464 section 3."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import mixminus
from mixminus import level_dbov
from tests.reference import dsp as reference


def test_full_scale_square_wave_is_0() -> None:
    assert level_dbov(np.full(960, -32768, np.int16)) == 0.0


def test_full_scale_sine_is_3_db_below() -> None:
    t = np.arange(4800)
    sine = np.rint(32767 * np.sin(2 * np.pi * t / 48)).astype(np.int16)
    assert level_dbov(sine) == pytest.approx(-3.01, abs=0.005)


@pytest.mark.parametrize("samples", [0, 1, 960])
def test_silence_is_the_floor(samples: int) -> None:
    assert level_dbov(np.zeros(samples, np.int16)) == -127.0


def test_one_bit_in_a_long_silence_is_not_below_the_floor() -> None:
    frame = np.zeros(10_000_000, np.int16)
    frame[0] = 1
    assert level_dbov(frame) == -127.0


@given(arrays(np.int16, st.integers(1, 300)))
def test_any_frame_has_the_level_of_the_reference(frame: NDArray[np.int16]) -> None:
    assert level_dbov(frame) == pytest.approx(reference.level_dbov(frame), abs=1e-4)


def test_only_one_dimension_of_int16_is_taken() -> None:
    with pytest.raises(TypeError):
        level_dbov(np.zeros(960, np.float32))
    with pytest.raises(mixminus.ShapeMismatchError):
        level_dbov(np.zeros((2, 480), np.int16))
