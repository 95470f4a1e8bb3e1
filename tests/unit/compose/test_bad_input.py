"""What a compositor refuses, and that it goes on as before."""

import numpy as np
import pytest

from mixminus import CapacityError, Compositor, OutOfRangeError, ShapeMismatchError, Tile, layouts
from tests.support.compose import flat, i420


def compositor_of(capacity: int = 2) -> tuple[Compositor, int]:
    compositor = Compositor(64, 48, capacity=capacity)
    return compositor, compositor.add_source()


@pytest.mark.parametrize(
    "parameters",
    [
        {"width": 0},
        {"width": 63},
        {"height": 47},
        {"height": -2},
        {"width": 16386},
        {"capacity": 0},
        {"capacity": 4097},
        {"hold_ms": -1},
        {"avatar_ms": -1},
        {"background": (0, 256, 0)},
        {"background": (0, -1, 0)},
        {"background": (0, 0)},
    ],
)
def test_parameters_out_of_range(parameters: dict[str, int]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        Compositor(**parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "tile",
    [
        Tile(1, 0, 0, 8, 8),
        Tile(-2, 0, 0, 8, 8),
        Tile(0, 1, 0, 8, 8),
        Tile(0, 0, 0, 7, 8),
        Tile(0, 0, 0, 0, 8),
        Tile(0, -2, 0, 8, 8),
        Tile(0, 60, 0, 8, 8),
        Tile(0, 0, 2, 8, 48),
        Tile(0, 2**31 - 2, 0, 8, 8),
        Tile(0, 0, 0, 2**31 - 2, 8),
        Tile(0, 0, 0, 8, 8, border=3),
        Tile(0, 0, 0, 8, 8, border=4),
        Tile(0, 0, 0, 8, 8, border=-2),
        Tile(0, 0, 0, 8, 8, radius=3),
        Tile(0, 0, 0, 8, 8, radius=-2),
        Tile(0, 0, 0, 16, 8, radius=6),
        Tile(0, 0, 0, 8, 8, fit="zoom"),
        Tile(0, 0, 0, 8, 8, border_colour=(0, 0, 300)),
    ],
)
def test_a_bad_tile_leaves_the_layout_before(tile: Tile) -> None:
    compositor, source = compositor_of()
    compositor.set_layout([Tile(source, 0, 0, 64, 48)])
    compositor.compose(0)
    with pytest.raises(OutOfRangeError):
        compositor.set_layout([Tile(source, 0, 0, 8, 8), tile])
    assert compositor.compose(1) == []
    compositor.push(source, *flat(64, 48))
    assert compositor.compose(2) == [(0, 0, 64, 48)]


def test_what_is_no_tile_is_refused() -> None:
    compositor, _ = compositor_of()
    with pytest.raises(TypeError, match="tiles"):
        compositor.set_layout([(0, 0, 0, 8, 8)])  # type: ignore[list-item]


def test_sources_are_counted_and_known() -> None:
    compositor, source = compositor_of()
    compositor.add_source()
    with pytest.raises(CapacityError):
        compositor.add_source()
    for unknown in (-1, 2, 10**6):
        with pytest.raises(OutOfRangeError):
            compositor.push(unknown, *i420(8, 8))
        with pytest.raises(OutOfRangeError):
            compositor.remove_source(unknown)
        with pytest.raises(OutOfRangeError):
            compositor.view(exclude=unknown)
    assert compositor.sources == [source, 1]


def test_planes_must_belong_together() -> None:
    compositor, source = compositor_of()
    y, u, v = i420(9, 7)
    for planes in (
        (y, u[:-1], v),
        (y, u, v[:, :-1]),
        (y, y, y),
        (y.ravel(), u, v),
        (y[None], u, v),
    ):
        with pytest.raises(ShapeMismatchError):
            compositor.push(source, *planes)
    for whole in (
        np.zeros((7, 8), np.uint8),
        np.zeros((9, 7), np.uint8),
        np.zeros((9, 8), np.uint8)[:, :6],
    ):
        with pytest.raises(ShapeMismatchError):
            compositor.push(source, whole)


def test_rows_must_lie_in_memory_as_pictures_do() -> None:
    compositor, source = compositor_of()
    y, u, v = i420(8, 8)
    wide = np.zeros((8, 16), np.uint8)
    short = np.lib.stride_tricks.as_strided(y, (8, 8), (4, 1))
    for plane in (y[::-1], y[:, ::-1], y.T, wide[:, ::2], short, np.broadcast_to(y[:1], (8, 8))):
        with pytest.raises(ShapeMismatchError):
            compositor.push(source, plane, u, v)


@pytest.mark.parametrize("size", [(0, 8), (8, 0), (16386, 2), (2, 16386)])
def test_pictures_have_bounds(size: tuple[int, int]) -> None:
    compositor, source = compositor_of()
    with pytest.raises(ShapeMismatchError):
        compositor.push(source, *flat(*size))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.float32, np.bool_])
def test_other_types_are_refused(dtype: type[np.generic]) -> None:
    compositor, source = compositor_of()
    y, u, v = (plane.astype(dtype) for plane in i420(8, 8))
    with pytest.raises(TypeError):
        compositor.push(source, y, u, v)
    with pytest.raises(TypeError):
        compositor.push(source, None, u, v)  # type: ignore[arg-type]


def test_a_refused_picture_leaves_the_one_before() -> None:
    compositor, source = compositor_of()
    compositor.set_layout([Tile(source, 0, 0, 64, 48)])
    compositor.push(source, *flat(64, 48, (200, 1, 2)))
    with pytest.raises(ShapeMismatchError):
        compositor.push(source, *i420(64, 48)[:1], *i420(8, 8)[1:])
    compositor.compose(0)
    assert int(compositor.canvas[0].min()) == 200


def test_nothing_else_happens_in_a_view() -> None:
    compositor, source = compositor_of()
    compositor.set_layout(layouts.grid(1, 1))
    with compositor.view(exclude=source):
        for action in (
            lambda: compositor.compose(0),
            lambda: compositor.set_layout([]),
            lambda: compositor.remove_source(source),
            lambda: compositor.view(exclude=source).__enter__(),
        ):
            with pytest.raises(RuntimeError, match="view"):
                action()
    compositor.compose(0)


def test_frames_and_backgrounds_have_bounds() -> None:
    compositor, source = compositor_of()
    for width in (0, 3, -2, 16386):
        with pytest.raises(OutOfRangeError):
            compositor.highlight(source, width=width)
    for unknown in (-1, 1, 10**6):
        with pytest.raises(OutOfRangeError):
            compositor.highlight(unknown)
        with pytest.raises(OutOfRangeError):
            compositor.set_avatar(unknown, *flat(8, 8))
        with pytest.raises(OutOfRangeError):
            compositor.set_muted(unknown, is_muted=True)
    with pytest.raises(OutOfRangeError):
        compositor.set_background((0, 0, 256))
    with pytest.raises(ShapeMismatchError):
        compositor.set_background((*flat(8, 8)[:2], flat(8, 8)[0]))
    with pytest.raises(ShapeMismatchError):
        compositor.set_slate(*flat(0, 8))
    with pytest.raises(OutOfRangeError):
        compositor.start(0, 0)
    for size in ((0, 2), (3, 2), (2, 16386)):
        with pytest.raises(OutOfRangeError):
            compositor.add_output(*size)


def test_a_frame_wider_than_its_tile_fills_it() -> None:
    compositor, source = compositor_of()
    compositor.set_layout([Tile(source, 0, 0, 10, 6, radius=2)])
    compositor.highlight(source, colour=(99, 1, 2), width=16384)
    compositor.compose(0)
    assert int(compositor.canvas[0][3, 0]) == 99


def test_who_leaves_while_he_is_shown_takes_all_of_himself_along() -> None:
    compositor, source = compositor_of()
    compositor.set_layout([Tile(source, 0, 0, 64, 48), Tile(source, 8, 8, 16, 16, radius=8)])
    compositor.push(source, *flat(64, 48, (200, 1, 2)))
    compositor.highlight(source)
    compositor.compose(0)
    compositor.remove_source(source)
    compositor.compose(1)
    assert int(compositor.canvas[0].max()) == 16
