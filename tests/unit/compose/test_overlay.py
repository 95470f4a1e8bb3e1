"""Overlays: what they are made of, and colours of RGB."""

import numpy as np
import pytest

from mixminus import Compositor, OutOfRangeError, Overlay, ShapeMismatchError, Tile
from tests.support.compose import flat, i420, part

ALPHA = np.full((8, 16), 128, np.uint8)


def test_sizes_are_told_and_what_was_given_may_change() -> None:
    planes, alpha = flat(16, 8, (235, 128, 128)), np.full((8, 16), 255, np.uint8)
    overlay = Overlay(*planes, alpha)
    assert (overlay.width, overlay.height) == (16, 8)
    alpha[:] = 0
    planes[0][:] = 0
    compositor = Compositor(32, 32, capacity=1)
    compositor.set_overlays([(overlay, 8, 4)])
    compositor.compose(0)
    assert (compositor.canvas[0][4:12, 8:24] == 235).all()
    assert int(np.sum(compositor.canvas[0] == 235)) == 16 * 8


def test_read_only_and_padded_planes_are_taken() -> None:
    y, u, v = (np.pad(plane, ((0, 0), (0, 5))) for plane in flat(16, 8))
    y.flags.writeable = False
    Overlay(y[:, :16], u[:, :8], v[:, :8], ALPHA)


@pytest.mark.parametrize("size", [(15, 8), (16, 7), (0, 2), (16386, 2)])
def test_odd_and_huge_sides_are_refused(size: tuple[int, int]) -> None:
    width, height = size
    with pytest.raises(OutOfRangeError):
        Overlay(*flat(width, height), np.zeros((height, width), np.uint8))


def test_planes_must_belong_together() -> None:
    y, u, v = flat(16, 8)
    for planes in ((y, u, v, ALPHA[1:]), (y, u[1:], v, ALPHA), (y, u, v, ALPHA[:, ::2])):
        with pytest.raises(ShapeMismatchError):
            Overlay(*planes)
    with pytest.raises(TypeError):
        Overlay(y, u, v, ALPHA.astype(np.float32))


@pytest.mark.parametrize("place", [(1, 0), (0, -1), (16386, 0), (0, -16386)])
def test_odd_and_far_places_are_refused_and_the_ones_before_stay(place: tuple[int, int]) -> None:
    overlay = Overlay(*flat(16, 8, (99, 1, 2)), ALPHA)
    compositor = Compositor(32, 32, capacity=1)
    compositor.set_overlays([(overlay, 0, 0)])
    compositor.compose(0)
    with pytest.raises(OutOfRangeError):
        compositor.set_overlays([(overlay, 2, 2), (overlay, *place)])
    with pytest.raises(OutOfRangeError):
        compositor.set_layout([Tile(-1, 0, 0, 8, 8, overlays=((overlay, *place),))])
    assert compositor.compose(1) == []
    with pytest.raises(TypeError):
        compositor.set_overlays([(ALPHA, 0, 0)])  # type: ignore[list-item]


def test_an_overlay_of_another_tile_is_cut_off() -> None:
    overlay = Overlay(*i420(16, 8), np.full((8, 16), 255, np.uint8))
    compositor = Compositor(32, 32, capacity=1)
    compositor.set_layout([Tile(-1, 8, 8, 8, 8, overlays=((overlay, 4, 4), (overlay, -40, 0)))])
    compositor.compose(0)
    y, u, v = part(compositor.canvas, 12, 12, 4, 4)
    for got, expected in zip((y, u, v), part(i420(16, 8), 0, 0, 4, 4), strict=True):
        np.testing.assert_array_equal(got, expected)
    assert int(np.sum(compositor.canvas[0] != 16)) <= 16


@pytest.mark.parametrize(
    ("colour", "full_range", "expected"),
    [
        ("bt709", False, (63, 102, 240)),
        ("bt601", False, (81, 90, 240)),
        ("bt601", True, (76, 85, 255)),
    ],
)
def test_pure_red(colour: str, full_range: bool, expected: tuple[int, int, int]) -> None:
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[...] = (0, 255, 0, 0)  # not seen, so no part of the mean
    rgba[::2, ::2] = (255, 0, 0, 255)
    overlay = Overlay.from_rgba(rgba, colour=colour, full_range=full_range)
    compositor = Compositor(4, 4, capacity=1, background=(0, expected[1], expected[2]))
    compositor.set_overlays([(overlay, 0, 0)])
    compositor.compose(0)
    assert int(compositor.canvas[0][0, 0]) == expected[0]
    assert [int(plane[0, 0]) for plane in compositor.canvas[1:]] == list(expected[1:])


def test_what_is_no_rgba_is_refused() -> None:
    with pytest.raises(ShapeMismatchError):
        Overlay.from_rgba(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ShapeMismatchError):
        Overlay.from_rgba(np.zeros((3, 4, 4), np.uint8))
    with pytest.raises(TypeError):
        Overlay.from_rgba(np.zeros((4, 4, 4), np.float32))
    with pytest.raises(OutOfRangeError):
        Overlay.from_rgba(np.zeros((4, 4, 4), np.uint8), colour="ntsc")
