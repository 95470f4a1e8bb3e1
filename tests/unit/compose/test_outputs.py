"""Several canvases, several threads, and layouts of which only what differs is drawn."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mixminus import CapacityError, Compositor, Overlay, Tile, layouts
from tests.support.compose import assert_same, flat, i420, part

WIDTH, HEIGHT = 320, 180


def wall() -> Compositor:
    compositor = Compositor(WIDTH, HEIGHT, capacity=16)
    for _ in range(16):
        source = compositor.add_source()
        compositor.push(source, *i420(96, 54, source))
    compositor.set_layout(layouts.grid(4, 4))
    return compositor


def label() -> Overlay:
    return Overlay(*flat(40, 10, (230, 128, 128)), np.full((10, 40), 110, np.uint8))


def test_a_layout_draws_only_what_differs() -> None:
    compositor = wall()
    tiles = layouts.grid(4, 4).tiles(WIDTH, HEIGHT, range(16))
    compositor.set_layout(tiles)
    compositor.compose(0)
    compositor.set_layout(tiles)
    assert compositor.compose(1) == []
    compositor.set_layout([*tiles[:5], *tiles[6:]])
    assert compositor.compose(2) == [(80, 44, 80, 46)]  # is background now
    compositor.set_layout([*tiles[:5], *tiles[6:], tiles[5]])
    assert compositor.compose(3) == [(80, 44, 80, 46)]
    other = Tile(15, 0, 0, 80, 44)
    compositor.set_layout([other, *tiles[1:5], *tiles[6:], tiles[5]])
    assert set(compositor.compose(4)) == {(0, 0, 80, 44)}


def test_what_lay_above_leaves_what_was_below() -> None:
    compositor = wall()
    tiles = layouts.grid(4, 4).tiles(WIDTH, HEIGHT, range(16))
    compositor.set_layout(tiles)
    compositor.compose(0)
    before = part(compositor.canvas, 0, 0, WIDTH, HEIGHT)
    expected = before[0].copy(), before[1].copy(), before[2].copy()
    compositor.set_layout([*tiles, Tile(3, 60, 30, 40, 20)])
    assert compositor.compose(1) == [(60, 30, 40, 20)]
    compositor.set_layout(tiles)
    damage = compositor.compose(2)
    assert set(damage) == {
        (60, 30, 40, 20),
        *((x, y, 80, 44 + y // 44 * 2) for x in (0, 80) for y in (0, 44)),
    }
    assert_same(compositor.canvas, expected)


@pytest.mark.parametrize("bands", [2, 3, 64, 1000])
def test_threads_give_the_bytes_of_one(bands: int) -> None:
    alone, shared = wall(), wall()
    tiles = [
        *layouts.grid(4, 4).tiles(WIDTH, HEIGHT, range(16)),
        Tile(0, 100, 30, 120, 100, radius=20, overlays=((label(), 4, 80),)),
        Tile(0, 20, 60, 120, 100, radius=20, overlays=((label(), 4, 80),)),
    ]
    clock = [(label(), 270, 0)]
    with ThreadPoolExecutor(4) as pool:
        for compositor in (alone, shared):
            compositor.set_layout(tiles)
            compositor.set_overlays(clock)
            compositor.highlight(0)
        for tick in range(3):
            for source in range(0, 16, tick + 1):
                picture = i420(96, 54, 100 * tick + source)
                alone.push(source, *picture)
                shared.push(source, *picture)
            count = shared.start(tick, bands)
            assert count == min(bands, 64)
            list(pool.map(shared.draw, range(count)))
            assert shared.finish() == alone.compose(tick)
            assert_same(shared.canvas, alone.canvas)


def test_between_start_and_finish_nothing_else_is_called() -> None:
    compositor = wall()
    compositor.start(0, 2)
    for action in (
        lambda: compositor.push(0, *i420(8, 8)),
        lambda: compositor.compose(1),
        lambda: compositor.start(1, 1),
        lambda: compositor.set_layout([]),
        lambda: compositor.set_avatar(0, None),
        lambda: compositor.highlight(0),
        lambda: compositor.remove_source(0),
        lambda: compositor.view(exclude=0).__enter__(),
    ):
        with pytest.raises(RuntimeError, match="drawn"):
            action()
    compositor.draw(-1)
    compositor.draw(2)
    compositor.finish()
    with pytest.raises(RuntimeError, match="start"):
        compositor.finish()


def test_a_further_canvas_has_a_layout_overlays_damage_and_views_of_its_own() -> None:
    compositor = wall()
    small = compositor.add_output(160, 90)
    assert (small.width, small.height) == (160, 90)
    small.set_layout([Tile(2, 0, 0, 80, 44, "crop"), Tile(3, 80, 0, 80, 90, "stretch")])
    small.set_overlays([(label(), 0, 80)])
    assert compositor.compose(0) == [(0, 0, WIDTH, HEIGHT)]
    assert small.damage == [(0, 0, 160, 90)]
    assert_same(part(small.canvas, 0, 0, 80, 44), part(compositor.canvas, 160, 0, 80, 44))
    assert compositor.stats().tiles_shared == 1  # it has the size of a tile of the wall
    compositor.push(3, *i420(32, 18))
    assert compositor.compose(1) == [(240, 0, 80, 44)]
    assert small.damage == [(80, 0, 80, 90)]
    with small.view(exclude=2) as seen:
        assert int(seen[0][:44, :80].max()) == 16
        with pytest.raises(RuntimeError, match="view"):
            compositor.compose(2)
    compositor.push(0, *i420(32, 18))
    compositor.compose(3)
    assert small.damage == []


def test_canvases_are_counted() -> None:
    compositor = Compositor(16, 16, capacity=1)
    for _ in range(63):
        compositor.add_output(2, 2)
    with pytest.raises(CapacityError):
        compositor.add_output(2, 2)


def test_an_output_outlives_its_compositor() -> None:
    output = Compositor(16, 16, capacity=1).add_output(4, 4)
    output.set_layout(layouts.grid(1, 1))
    assert output.canvas[0].shape == (4, 4)


def test_who_is_not_shown_sees_the_canvas_itself() -> None:
    compositor = wall()
    half = compositor.add_output(160, 90)
    compositor.set_layout(layouts.grid(2, 2).tiles(WIDTH, HEIGHT, range(4)))
    assert [compositor.shows(source) for source in (0, 3, 4, 99)] == [True, True, False, False]
    assert not half.shows(0)
    compositor.compose(0)
    seen = [plane.copy() for plane in compositor.canvas]
    with compositor.view(exclude=4) as canvas:
        assert_same(canvas, seen)
