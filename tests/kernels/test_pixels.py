"""Formats, colours and rotations: close to floats, and the bytes of the reference on every instruction set."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import kernels
from tests.reference import compose as reference
from tests.support.compose import assert_same, i420

SPACES = [(601, False), (601, True), (709, False), (709, True)]
SIZES = [(2, 2), (14, 6), (16, 16), (34, 18), (126, 34), (130, 96), (648, 46)]
I420, NV12, P010, BGRA = range(4)
NONE = np.zeros((0, 0), np.uint8)

every_isa = pytest.mark.parametrize("isa", kernels.available())


def upright(
    isa: str,
    planes: tuple[NDArray[np.uint8], ...],
    size: tuple[int, int],
    format: int,
    turns: int = 0,
    canvas: tuple[int, bool] = (709, False),
) -> list[NDArray[np.uint8]]:
    rows = [np.ascontiguousarray(plane).reshape(len(plane), -1) for plane in planes]
    return kernels.upright(isa, [*rows, NONE, NONE][:3], size, format, turns, canvas)


def bgra_of(width: int, height: int) -> NDArray[np.uint8]:
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 4), np.uint8)
    pixels[::3, ::2] = 255
    pixels[1::3, ::3] = 0
    pixels[::2, 1::2, 0] = 255  # saturated blue, above all
    return pixels


@every_isa
@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("size", [*SIZES, (1, 1), (17, 33), (15, 200), (333, 65)])
def test_planes_are_turned_clockwise(isa: str, size: tuple[int, int], turns: int) -> None:
    planes = i420(*size)
    expected = [np.rot90(plane, -turns) for plane in planes]
    assert_same(upright(isa, planes, size, I420, turns), expected)


@every_isa
@pytest.mark.parametrize("size", [*SIZES, (1, 1), (33, 17), (2051, 3)])
def test_pairs_and_words_become_planes(isa: str, size: tuple[int, int]) -> None:
    y, u, v = i420(*size)
    assert_same(upright(isa, (y, np.stack([u, v], 2)), size, NV12), (y, u, v))
    random = np.random.default_rng(1)
    words = [random.integers(0, 65536, p.shape, np.uint16) & np.uint16(0xFFC0) for p in (y, u, v)]
    for plane in words:
        plane.ravel()[:1] = 0xFFC0  # does not fit when it is rounded
    planes = words[0].view(np.uint8), np.stack(words[1:], 2).view(np.uint8)
    assert_same(upright(isa, planes, size, P010), [reference.narrow(plane) for plane in words])


@every_isa
@pytest.mark.parametrize("count", [1, 15, 33, 640])
def test_planes_become_pairs(isa: str, count: int) -> None:
    _, first, second = i420(2 * count, 2)
    pairs = kernels.join_pairs(isa, first, second)
    np.testing.assert_array_equal(pairs, np.stack([first[0], second[0]], 1).ravel())


@every_isa
@pytest.mark.parametrize("canvas", SPACES)
@pytest.mark.parametrize("size", SIZES)
def test_bgra_gets_the_colours_of_the_canvas(
    isa: str, size: tuple[int, int], canvas: tuple[int, bool]
) -> None:
    pixels = bgra_of(*size)
    got = upright(isa, (pixels,), size, BGRA, canvas=canvas)
    assert_same(got, reference.from_bgra(pixels, canvas))
    for plane, exact in zip(got, reference.from_bgra_exact(pixels, canvas), strict=True):
        assert np.abs(plane - exact).max() < 0.6


@every_isa
@pytest.mark.parametrize("source", SPACES)
@pytest.mark.parametrize("canvas", SPACES)
@pytest.mark.parametrize("size", [(2, 2), (34, 18), (300, 66)])
def test_colours_change_their_space(
    isa: str, source: tuple[int, bool], canvas: tuple[int, bool], size: tuple[int, int]
) -> None:
    planes = i420(*size)
    got = [plane.copy() for plane in planes]
    kernels.recolour(isa, got, source, canvas)
    assert_same(got, reference.recolour(planes, source, canvas) if source != canvas else planes)
    for plane, exact in zip(got, reference.recolour_exact(planes, source, canvas), strict=True):
        assert np.abs(plane - exact).max() < 0.6


@every_isa
def test_known_colours(isa: str) -> None:
    grey = np.arange(256, dtype=np.uint8)[None].repeat(2, 0)
    middle = np.full((2, 1, 128), 128, np.uint8)
    limited = [np.clip(np.round(16 + grey * (219 / 255)), 0, 255).astype(np.uint8), *middle]
    for source, canvas, before, after in (
        ((601, False), (709, False), red(81, 90, 240), red(63, 102, 240)),
        ((709, False), (601, False), red(63, 102, 240), red(81, 90, 240)),
        ((709, True), (709, False), [grey, *middle], limited),
        ((709, False), (601, True), limited, [grey, *middle]),
    ):
        got = [plane.copy() for plane in before]
        kernels.recolour(isa, got, source, canvas)
        for plane, expected in zip(got, after, strict=True):
            assert np.abs(plane.astype(int) - expected).max() <= 1


def red(y: int, cb: int, cr: int) -> list[NDArray[np.uint8]]:
    return [
        np.full(shape, value, np.uint8)
        for shape, value in (((2, 2), y), ((1, 1), cb), ((1, 1), cr))
    ]
