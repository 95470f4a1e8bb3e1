"""Blending is exact to the rounding, on every instruction set."""

import numpy as np
import pytest

from mixminus._core import kernels
from tests.reference.canvas import blended

every_isa = pytest.mark.parametrize("isa", kernels.available())


@every_isa
def test_every_pixel_and_alpha_over_what_may_round_otherwise(isa: str) -> None:
    source, alpha = (plane.ravel() for plane in np.indices((256, 256)).astype(np.uint8))
    for below in (0, 1, 127, 128, 254, 255):
        target = np.full_like(source, below)
        got = kernels.blend(isa, source, alpha, target)
        np.testing.assert_array_equal(got, blended(target, source, alpha))


@every_isa
@pytest.mark.parametrize("pixels", [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 65, 100])
def test_rows_of_any_length(isa: str, pixels: int) -> None:
    random = np.random.default_rng(pixels)
    source, alpha, target = random.integers(0, 256, (3, pixels), np.uint8)
    got = kernels.blend(isa, source, alpha, target)
    np.testing.assert_array_equal(got, blended(target, source, alpha))
