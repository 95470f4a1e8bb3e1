"""Frames of PyAV are shown where they lie, as what they say they are, and canvases become frames."""

import gc
import weakref
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import Compositor, ShapeMismatchError, Tile
from tests.reference import compose as reference
from tests.support.compose import assert_same, flat, i420

av = pytest.importorskip("av", reason="needs mixminus[av]")
from mixminus.av import push_frame, to_video_frame

WIDTH, HEIGHT = 132, 96  # rows of a frame are longer than this


def one_tile(**options: Any) -> tuple[Compositor, int]:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1, **options)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT, "stretch")])
    return compositor, source


def frame_of(name: str, *planes: NDArray[Any]) -> Any:
    height, width = planes[0].shape[:2]
    frame = av.VideoFrame(width, height, name)
    for plane, pixels in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        row_bytes = pixels.reshape(len(pixels), -1).view(np.uint8)
        rows[: len(row_bytes), : row_bytes.shape[1]] = row_bytes
    return frame


def shown(compositor: Compositor, source: int, frame: Any) -> tuple[NDArray[np.uint8], ...]:
    push_frame(compositor, source, frame)
    compositor.compose(0)
    return compositor.canvas


def test_formats_are_shown_as_they_lie() -> None:
    y, u, v = i420(WIDTH, HEIGHT)
    uv = np.stack([u, v], axis=2)
    words = [plane.astype(np.uint16) << 8 for plane in (y, uv)]
    for name, planes in (("yuv420p", (y, u, v)), ("nv12", (y, uv)), ("p010le", tuple(words))):
        assert_same(shown(*one_tile(), frame_of(name, *planes)), (y, u, v))
    bgra = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    expected = reference.from_bgra(bgra, (709, False))
    assert_same(shown(*one_tile(), frame_of("bgra", bgra)), expected)
    assert_same(shown(*one_tile(), frame_of("rgba", bgra[:, :, [2, 1, 0, 3]])), expected)


def test_a_frame_says_what_its_colours_are() -> None:
    planes = i420(WIDTH, HEIGHT)
    for name, colorspace, color_range, space in (
        ("yuv420p", 2, 0, (709, False)),  # says nothing
        ("yuv420p", 1, 1, (709, False)),
        ("yuv420p", 6, 1, (601, False)),
        ("yuv420p", 5, 2, (601, True)),
        ("yuvj420p", 1, 0, (709, True)),
    ):
        frame = frame_of(name, *planes)
        frame.colorspace, frame.color_range = colorspace, color_range
        expected = reference.recolour(planes, space, (709, False))
        got = shown(*one_tile(), frame)
        assert_same(got, planes if space == (709, False) else expected)


def test_other_formats_come_by_way_of_pyav() -> None:
    grey = flat(WIDTH, HEIGHT, (100, 90, 160))
    for name, made in (("yuv444p", "yuv420p"), ("yuv422p", "yuv420p")):
        frame = frame_of(made, *grey).reformat(format=name)
        assert_same(shown(*one_tile(), frame), grey)
    odd = np.full((35, 33, 4), 255, np.uint8)
    assert int(shown(*one_tile(), frame_of("bgra", odd))[0].min()) == 235


def test_a_frame_is_held_until_the_next() -> None:
    compositor, source = one_tile()
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    push_frame(compositor, source, frame)
    canary = np.frombuffer(frame.planes[0], np.uint8)
    canary[:] = 77  # no copy was made
    del frame, canary
    gc.collect()
    compositor.compose(0)
    assert int(compositor.canvas[0].min()) == 77


def test_a_turned_frame_is_upright() -> None:
    class Turned:
        """A frame with a display matrix, which PyAV cannot write."""

        def __init__(self, frame: Any, degrees: int) -> None:
            self.frame, self.rotation = frame, degrees

        def __getattr__(self, name: str) -> Any:
            return getattr(self.frame, name)

    planes = i420(WIDTH, HEIGHT)
    for degrees in (90, -180, 180):  # counterclockwise
        compositor, source = one_tile()
        turned, plain = one_tile(), one_tile()
        push_frame(*turned, Turned(frame_of("yuv420p", *planes), degrees))  # type: ignore[arg-type]
        plain[0].push(plain[1], *planes, rotation=-degrees % 360)
        for compositor, source in (turned, plain):
            assert compositor.compose(source)
        assert_same(turned[0].canvas, plain[0].canvas)


def test_frames_have_bounds() -> None:
    with pytest.raises(ShapeMismatchError):
        push_frame(*one_tile(), av.VideoFrame(16386, 2, "yuv420p"))


@pytest.mark.parametrize("name", ["i420", "nv12"])
@pytest.mark.parametrize("height", [96, 90])
def test_a_canvas_becomes_a_frame(name: Any, height: int) -> None:
    compositor = Compositor(WIDTH, height, capacity=1, format=name, colour="bt601", full_range=True)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, WIDTH, height, "stretch")])
    compositor.push(source, *i420(64, 48))
    compositor.compose(0)
    for copy in (False, True):
        frame = to_video_frame(compositor, 7, Fraction(1, 25), copy=copy)
        assert (frame.width, frame.height, frame.pts) == (WIDTH, height, 7)
        assert frame.time_base == Fraction(1, 25)
        assert (int(frame.colorspace), int(frame.color_range)) == (6, 2)
        np.testing.assert_array_equal(frame.to_ndarray(), compositor.picture)


def test_a_frame_is_the_canvas_unless_it_is_a_copy() -> None:
    compositor, source = one_tile()
    compositor.push(source, *flat(8, 8, (50, 128, 128)))
    compositor.compose(0)
    same, copy = to_video_frame(compositor), to_video_frame(compositor, copy=True)
    compositor.push(source, *flat(8, 8, (60, 128, 128)))
    compositor.compose(1)
    assert (int(same.to_ndarray()[0, 0]), int(copy.to_ndarray()[0, 0])) == (60, 50)
    alive = weakref.ref(compositor.picture)
    del compositor
    assert alive() is not None
    assert int(same.to_ndarray()[0, 0]) == 60
