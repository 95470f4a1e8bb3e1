"""Whatever was changed since the picture before, the canvas is what it would be if all were drawn anew."""

from collections.abc import Callable

import numpy as np
import pytest

from mixminus import Compositor, Overlay, Tile
from tests.reference.canvas import Bitmap, Scene, draw
from tests.support.compose import BLACK, Planes, assert_same, flat, i420

WIDTH, HEIGHT, SOURCES = 96, 72, 4
Random = np.random.Generator


class Stage:
    """A compositor and the scene that it should show, changed at random."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.compositor = Compositor(WIDTH, HEIGHT, capacity=SOURCES)
        self.scene = Scene(WIDTH, HEIGHT, flat(WIDTH, HEIGHT, BLACK))
        for _ in range(SOURCES):
            self.compositor.add_source()
        self.overlays = [self.overlay() for _ in range(3)]

    def overlay(self) -> Overlay:
        width, height = (2 * self.random.integers(1, 24, 2)).tolist()
        planes = i420(width, height, int(self.random.integers(1000)))
        alpha = self.random.choice(np.array([0, 0, 90, 255], np.uint8), (height, width))
        alpha[:, : width // 3] = 0
        overlay = Overlay(*planes, alpha)
        self.scene.bitmaps[id(overlay)] = Bitmap(planes, alpha)
        return overlay

    def even(self, low: int, high: int) -> int:
        return 2 * int(self.random.integers(low // 2, high // 2 + 1))

    def placed(self) -> tuple[Overlay, int, int]:
        overlay = self.overlays[int(self.random.integers(3))]
        return overlay, self.even(-20, 60), self.even(-20, 60)

    def tile(self) -> Tile:
        width, height = self.even(16, 64), self.even(16, 48)
        return Tile(
            source=int(self.random.integers(-1, SOURCES)),
            x=self.even(0, WIDTH - width),
            y=self.even(0, HEIGHT - height),
            width=width,
            height=height,
            fit=("fit", "crop", "stretch")[int(self.random.integers(3))],
            border=(0, 0, 2)[int(self.random.integers(3))],
            radius=(0, 4, 8)[int(self.random.integers(3))],
            overlays=tuple(self.placed() for _ in range(int(self.random.integers(3)))),
        )

    def change_layout(self) -> None:
        tiles = [tile for tile in self.scene.tiles if self.random.random() < 0.8]
        tiles += [self.tile() for _ in range(int(self.random.integers(3)))]
        if self.random.random() < 0.3:
            self.random.shuffle(tiles)
        self.scene.tiles = tiles[-7:]
        self.compositor.set_layout(self.scene.tiles)

    def change_overlays(self) -> None:
        kept = [placed for placed in self.scene.overlays if self.random.random() < 0.7]
        self.scene.overlays = [*kept, self.placed()][-3:]
        self.compositor.set_overlays(self.scene.overlays)  # type: ignore[arg-type]

    def push(self) -> None:
        source = int(self.random.integers(SOURCES))
        size = [(32, 18), (33, 17), (64, 48)][int(self.random.integers(3))]
        self.scene.shown[source] = i420(*size, int(self.random.integers(1000)))
        self.compositor.push(source, *self.scene.shown[source])

    def highlight(self) -> None:
        source = int(self.random.integers(-1, SOURCES))
        self.scene.framed = None if source < 0 else source
        self.scene.frame = (200, 90, 30), self.even(2, 6)
        colour, width = self.scene.frame
        self.compositor.highlight(self.scene.framed, colour=colour, width=width)

    def change_background(self) -> None:
        self.scene.background = i420(WIDTH, HEIGHT, int(self.random.integers(1000)))
        self.compositor.set_background(self.scene.background)

    def change(self) -> None:
        actions: list[tuple[float, Callable[[], None]]] = [
            (0.4, self.change_layout),
            (0.3, self.change_overlays),
            (0.6, self.push),
            (0.3, self.highlight),
            (0.05, self.change_background),
        ]
        for chance, action in actions:
            if self.random.random() < chance:
                action()

    def compose(self) -> list[tuple[int, int, int, int]]:
        bands = self.compositor.start(0, int(self.random.integers(1, 8)))
        for band in self.random.permutation(bands)[1:]:
            self.compositor.draw(int(band))
        return self.compositor.finish()


@pytest.mark.parametrize("seed", range(12))
def test_any_changes_give_what_drawing_all_gives(seed: int) -> None:
    stage = Stage(seed)
    before: Planes = flat(WIDTH, HEIGHT, BLACK)
    for _ in range(25):
        stage.change()
        damage = stage.compose()
        expected = draw(stage.scene)
        assert_same(stage.compositor.canvas, expected)
        assert_undamaged_is_as_before(before, expected, damage)
        before = expected


def assert_undamaged_is_as_before(
    before: Planes, after: Planes, damage: list[tuple[int, int, int, int]]
) -> None:
    changed = before[0] != after[0]
    for x, y, width, height in damage:
        changed[y : y + height, x : x + width] = False
    assert not changed.any()


@pytest.mark.parametrize("seed", range(6))
def test_a_view_is_a_canvas_without_one(seed: int) -> None:
    stage = Stage(100 + seed)
    for _ in range(10):
        stage.change()
        stage.compose()
        whole = draw(stage.scene)
        for source in range(SOURCES):
            with stage.compositor.view(exclude=source) as seen:
                assert_same(seen, draw(stage.scene, hidden=source))
            assert_same(stage.compositor.canvas, whole)


def test_a_view_of_what_was_pushed_but_not_composed_is_drawn_from_it() -> None:
    compositor = Compositor(64, 48, capacity=2)
    below, above = compositor.add_source(), compositor.add_source()
    compositor.set_layout([Tile(below, 0, 0, 64, 48), Tile(above, 8, 8, 32, 32, radius=8)])
    picture = np.full((48, 32), 90, np.uint8), np.full((24, 32), 128, np.uint8)
    for source in (below, above):
        compositor.push(source, *picture, format="nv12")
    compositor.compose(0)
    compositor.push(above, *picture, format="nv12", rotation=90)
    with compositor.view(exclude=below):
        pass
    compositor.compose(1)
    assert int(compositor.canvas[0][24, 24]) == 90
