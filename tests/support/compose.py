"""Pictures for the compositor, and what it should make of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tests.reference import compose as reference

Plane = NDArray[np.uint8]
Planes = tuple[Plane, ...]
Picture = tuple[Plane, Plane, Plane]
BLACK = (16, 128, 128)


def i420(width: int, height: int, seed: int = 0) -> Picture:
    random = np.random.default_rng(seed)
    half = (height + 1) // 2, (width + 1) // 2
    y, u, v = (random.integers(0, 256, size, np.uint8) for size in ((height, width), half, half))
    return y, u, v


def flat(width: int, height: int, colour: tuple[int, int, int] = BLACK) -> Picture:
    half = (height + 1) // 2, (width + 1) // 2
    y, u, v = (
        np.full(size, value, np.uint8)
        for size, value in zip(((height, width), half, half), colour, strict=True)
    )
    return y, u, v


def part(planes: Planes, x: int, y: int, width: int, height: int) -> Planes:
    """Return views of an even rectangle."""
    luma, *chroma = planes
    right, bottom = (x + width + 1) // 2, (y + height + 1) // 2
    u, v = (plane[y // 2 : bottom, x // 2 : right] for plane in chroma)
    return luma[y : y + height, x : x + width], u, v


def scaled(planes: Planes, width: int, height: int) -> Planes:
    y, u, v = planes
    half = width // 2, height // 2
    return reference.scale(y, width, height), reference.scale(u, *half), reference.scale(v, *half)


def assert_same(got: Sequence[Plane], expected: Sequence[Plane]) -> None:
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other)
