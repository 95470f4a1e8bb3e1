"""Layouts cover the canvas without gaps or overlaps, in even pixels."""

import numpy as np
import pytest

from mixminus import Compositor, Layout, Tile, layouts

COVERING = [
    layouts.grid(1, 1),
    layouts.grid(4, 4),
    layouts.grid(15, 11),
    *(layouts.one_plus(others) for others in (3, 5, 7, 9)),
    layouts.strip(6),
]


@pytest.mark.parametrize("layout", COVERING)
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (362, 218)])
def test_every_pixel_is_of_one_tile(layout: Layout, size: tuple[int, int]) -> None:
    width, height = size
    covered = np.zeros((height, width), int)
    for tile in layout.tiles(width, height, range(len(layout.cells))):
        assert not any(side % 2 for side in (tile.x, tile.y, tile.width, tile.height))
        covered[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] += 1
    assert (covered == 1).all()


def test_the_first_is_the_largest() -> None:
    for layout in (layouts.one_plus(5), layouts.one_plus(7), layouts.strip(4)):
        areas = [width * height for _, _, width, height in layout.cells]
        assert areas[0] == max(areas) > areas[1]
    assert len(layouts.one_plus(7).cells) == 8
    assert len(layouts.strip(4).cells) == 5


def test_sources_fill_the_cells_in_order() -> None:
    tiles = layouts.grid(2, 1).tiles(64, 32, [7, layouts.NOBODY, 3], fit="fit")
    assert tiles == [Tile(7, 0, 0, 32, 32), Tile(layouts.NOBODY, 32, 0, 32, 32)]


def test_a_picture_in_a_picture_lies_above() -> None:
    compositor = Compositor(640, 360, capacity=2)
    compositor.add_source()
    compositor.add_source()
    compositor.set_layout(layouts.picture_in_picture())
    assert layouts.picture_in_picture().tiles(640, 360, [0, 1])[1] == Tile(
        1, 440, 246, 160, 90, "crop"
    )


@pytest.mark.parametrize("others", [0, 1, 2, 4, -1])
def test_only_what_surrounds_a_square_goes_around(others: int) -> None:
    with pytest.raises(ValueError, match="odd"):
        layouts.one_plus(others)


def test_empty_layouts_are_refused() -> None:
    for columns, rows in ((0, 1), (1, 0), (-1, 2)):
        with pytest.raises(ValueError, match="at least"):
            layouts.grid(columns, rows)
