"""The compositor draws what the layout says, once, and only what has changed."""

import numpy as np
import pytest

from mixminus import Compositor, OutOfRangeError, Tile, layouts
from tests.reference import compose as reference
from tests.support.compose import BLACK, assert_same, flat, i420, part, scaled

WIDTH, HEIGHT = 320, 180
RED = (81, 90, 240)


def quarters(**options: object) -> tuple[Compositor, list[int]]:
    compositor = Compositor(WIDTH, HEIGHT, capacity=4, **options)  # type: ignore[arg-type]
    sources = [compositor.add_source() for _ in range(4)]
    compositor.set_layout(layouts.grid(2, 2))
    return compositor, sources


def test_a_new_canvas_is_background() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1, background=RED)
    assert compositor.compose(0) == [(0, 0, WIDTH, HEIGHT)]
    assert compositor.compose(1) == []
    assert_same(compositor.canvas, flat(WIDTH, HEIGHT, RED))


def test_each_source_is_scaled_into_its_tile() -> None:
    compositor, sources = quarters()
    pictures = [i420(640, 360, seed) for seed in sources]
    for source, picture in zip(sources, pictures, strict=True):
        compositor.push(source, *picture)
    compositor.compose(0)
    for source, picture in zip(sources, pictures, strict=True):
        place = source % 2 * 160, source // 2 * 90, 160, 90
        assert_same(part(compositor.canvas, *place), scaled(picture, 160, 90))


def test_a_sharp_compositor_draws_all_canvases_sharply() -> None:
    compositor, sources = quarters(filter="sharp")
    small = compositor.add_output(96, 54)
    small.set_layout([Tile(sources[0], 0, 0, 96, 54)])
    picture = i420(640, 360)
    compositor.push(sources[0], *picture)
    compositor.compose(0)
    for got, width, height in (
        (part(compositor.canvas, 0, 0, 160, 90), 160, 90),
        (small.canvas, 96, 54),
    ):
        sizes = ((width, height), (width // 2, height // 2), (width // 2, height // 2))
        sharp = [
            reference.sharpen(plane, *size) for plane, size in zip(picture, sizes, strict=True)
        ]
        assert_same(got, sharp)
    with pytest.raises(OutOfRangeError, match="filter"):
        quarters(filter="bilinear")


def test_only_what_was_pushed_is_drawn_again() -> None:
    compositor, sources = quarters()
    assert compositor.compose(0) == [(0, 0, WIDTH, HEIGHT)]
    compositor.push(sources[1], *i420(64, 36))
    compositor.push(sources[1], *i420(64, 36, 1))
    compositor.push(sources[2], *i420(64, 36))
    assert compositor.compose(1) == [(160, 0, 160, 90), (0, 90, 160, 90)]
    assert compositor.compose(2) == []


def test_the_whole_picture_has_bars_where_shapes_differ() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT)])
    picture = i420(120, 90)
    compositor.push(source, *picture)
    compositor.compose(0)
    assert_same(part(compositor.canvas, 40, 0, 240, 180), scaled(picture, 240, 180))
    assert_same(part(compositor.canvas, 0, 0, 40, 180), flat(40, 180))
    assert_same(part(compositor.canvas, 280, 0, 40, 180), flat(40, 180))


def test_a_cropped_picture_fills_its_tile_from_the_middle() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT, fit="crop")])
    picture = i420(160, 120)
    compositor.push(source, *picture)
    compositor.compose(0)
    assert_same(compositor.canvas, scaled(part(picture, 0, 14, 160, 90), WIDTH, HEIGHT))


def test_a_stretched_picture_is_whole_and_fills() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT, fit="stretch")])
    picture = i420(77, 121)  # odd
    compositor.push(source, *picture)
    compositor.compose(0)
    assert_same(compositor.canvas, scaled(picture, WIDTH, HEIGHT))


def test_a_border_lies_inside_the_tile() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1)
    source = compositor.add_source()
    compositor.set_layout(
        [Tile(source, 10, 20, 100, 80, fit="stretch", border=4, border_colour=RED)]
    )
    picture = i420(64, 64)
    compositor.push(source, *picture)
    compositor.compose(0)
    expected = flat(WIDTH, HEIGHT)
    for place, content in (
        ((10, 20, 100, 80), flat(100, 80, RED)),
        ((14, 24, 92, 72), scaled(picture, 92, 72)),
    ):
        for to, plane in zip(part(expected, *place), content, strict=True):
            to[:] = plane
    assert_same(compositor.canvas, expected)


def test_what_lies_above_is_drawn_again_with_what_is_below() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=2)
    below, above = compositor.add_source(), compositor.add_source()
    tiles = [Tile(below, 0, 0, WIDTH, HEIGHT, "stretch"), Tile(above, 200, 100, 80, 44, "stretch")]
    compositor.set_layout(tiles)
    small = i420(160, 88, 1)
    compositor.push(above, *small)
    compositor.compose(0)
    compositor.push(below, *i420(64, 36))
    assert compositor.compose(1) == [(0, 0, WIDTH, HEIGHT), (200, 100, 80, 44)]
    assert_same(part(compositor.canvas, 200, 100, 80, 44), scaled(small, 80, 44))


def test_tiles_that_show_the_same_are_the_same() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, x, y, 100, 56) for x in (0, 102, 204) for y in (0, 60)])
    picture = i420(200, 112)
    for seed in range(2):
        picture = i420(200, 112, seed)
        compositor.push(source, *picture)
        compositor.compose(seed)
    for x in (0, 102, 204):
        assert_same(part(compositor.canvas, x, 60, 100, 56), scaled(picture, 100, 56))


def test_pictures_may_change_size() -> None:
    compositor, sources = quarters()
    for size in ((64, 36), (640, 360), (33, 17), (1, 1), (160, 90), (2, 500), (7680, 4320)):
        picture = flat(*size, RED)
        compositor.push(sources[0], *picture)
        assert compositor.compose(0)
        assert_same(part(compositor.canvas, 0, 0, 160, 90), flat(160, 90, RED))


def test_an_old_picture_becomes_background() -> None:
    compositor, sources = quarters(hold_ms=500)
    compositor.push(sources[3], *flat(64, 36, RED))
    compositor.compose(0)
    assert compositor.compose(500_000_000) == []
    assert compositor.compose(500_000_001) == [(160, 90, 160, 90)]
    assert_same(compositor.canvas, flat(WIDTH, HEIGHT))
    compositor.push(sources[3], *flat(64, 36, RED))
    assert compositor.compose(600_000_000) == [(160, 90, 160, 90)]
    assert_same(part(compositor.canvas, 160, 90, 160, 90), flat(160, 90, RED))


def test_who_has_left_is_not_seen_and_his_number_is_nobody_elses_picture() -> None:
    compositor, sources = quarters()
    for source in sources:
        compositor.push(source, *flat(64, 36, RED))
    compositor.compose(0)
    compositor.remove_source(sources[0])
    assert compositor.compose(1) == [(0, 0, 160, 90)]
    assert compositor.add_source() == sources[0]
    compositor.push(sources[0], *flat(64, 36, RED))
    assert compositor.compose(2) == []
    assert_same(part(compositor.canvas, 0, 0, 160, 90), flat(160, 90))


def test_a_view_leaves_out_one_and_puts_him_back() -> None:
    compositor, sources = quarters()
    for source in sources:
        compositor.push(source, *i420(64, 36, source))
    compositor.compose(0)
    luma, u, v = (plane.copy() for plane in compositor.canvas)
    for source in sources:
        with compositor.view(exclude=source) as planes:
            place = source % 2 * 160, source // 2 * 90, 160, 90
            assert_same(part(planes, *place), flat(160, 90))
            expected = luma.copy()
            part((expected, u, v), *place)[0][:] = BLACK[0]
            np.testing.assert_array_equal(planes[0], expected)
        assert_same(compositor.canvas, (luma, u, v))
    assert compositor.compose(1) == []


def test_a_view_keeps_what_lies_above() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=2)
    big, small = compositor.add_source(), compositor.add_source()
    compositor.set_layout([Tile(big, 20, 20, 200, 100), Tile(small, 180, 90, 100, 60)])
    compositor.push(big, *flat(64, 36, RED))
    compositor.push(small, *i420(100, 60))
    compositor.compose(0)
    before = part(compositor.canvas, 180, 90, 100, 60)
    kept = before[0].copy(), before[1].copy(), before[2].copy()
    with compositor.view(exclude=big) as planes:
        assert_same(part(planes, 180, 90, 100, 60), kept)
        assert_same(part(planes, 20, 20, 160, 70), flat(160, 70))


def test_padded_rows_and_whole_pictures_are_taken_without_a_copy() -> None:
    compositor, sources = quarters()
    y, u, v = i420(64, 36)
    padded = [np.pad(plane, ((0, 0), (0, 13))) for plane in (y, u, v)]
    whole = np.concatenate([plane.ravel() for plane in (y, u, v)]).reshape(54, 64)
    whole.flags.writeable = False
    compositor.push(sources[0], y, u, v)
    compositor.push(sources[1], *[plane[:, :-13] for plane in padded])
    compositor.push(sources[2], whole)
    compositor.push(sources[3], *(memoryview(plane) for plane in (y, u, v)))  # type: ignore[arg-type]
    compositor.compose(0)
    first = part(compositor.canvas, 0, 0, 160, 90)
    for x, top in ((160, 0), (0, 90), (160, 90)):
        assert_same(part(compositor.canvas, x, top, 160, 90), first)


def test_the_canvas_outlives_the_compositor_and_is_read_only() -> None:
    canvas = Compositor(WIDTH, HEIGHT, capacity=1).canvas
    assert canvas[0].shape == (HEIGHT, WIDTH)
    assert canvas[1].shape == canvas[2].shape == (HEIGHT // 2, WIDTH // 2)
    assert int(canvas[0].max()) == BLACK[0]
    with pytest.raises(ValueError, match="read-only"):
        canvas[0][0, 0] = 1


def test_the_narrowest_tile_is_drawn_in_all_planes() -> None:
    compositor = Compositor(8, 16, capacity=1)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 2, 0, 2, 16, "stretch")])
    picture = i420(155, 61)
    compositor.push(source, *picture)
    compositor.compose(0)
    assert_same(part(compositor.canvas, 2, 0, 2, 16), scaled(picture, 2, 16))
