"""Layouts cover the canvas without gaps or overlaps, in even pixels; who stands where; motion; JSON."""

import json
from fractions import Fraction
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixminus import Compositor, Tile, layouts

SIZES = [(1920, 1080), (1280, 720), (640, 360), (362, 218)]
CELLS = {
    "1+0": 1,
    "2+8": 10,
    "2+21": 23,
    "3+4": 7,
    "15x11": 165,
    "strip": 6,
    "strip8": 9,
    "lecture": 6,
    "lecture4": 5,
    "6x4": 24,
    **{f"1+{others}": others + 1 for others in (3, 5, 7, 9, 12, 16, 20, 21, 33)},
    **{f"{side}x{side}": side * side for side in range(2, 12)},
}


def covered(tiles: list[Tile], width: int, height: int) -> np.ndarray:
    """Count the tiles over each pixel."""
    count = np.zeros((height, width), int)
    for tile in tiles:
        assert not any(side % 2 for side in (tile.x, tile.y, tile.width, tile.height))
        assert 0 <= tile.x < tile.x + tile.width <= width
        assert 0 <= tile.y < tile.y + tile.height <= height
        count[tile.y : tile.y + tile.height, tile.x : tile.x + tile.width] += 1
    return count


@pytest.mark.parametrize("name", CELLS)
def test_every_pixel_is_of_one_tile(name: str) -> None:
    layout = layouts.named(name)
    assert len(layout.cells) == CELLS[name]
    for width, height in SIZES:
        tiles = layout.tiles(width, height, range(len(layout.cells)))
        assert (covered(tiles, width, height) == 1).all()


def test_every_name_that_is_offered_is_understood() -> None:
    assert set(layouts.names()) - {"pip"} <= set(CELLS)
    for name in ("", "1+4", "2+9", "0x3", "4x4 ", "1+99999999999", "9999x9999", "wall", "1+\u0667"):
        with pytest.raises(ValueError, match=r"\w"):
            layouts.named(name)


@pytest.mark.parametrize("gap", [2, 6])
def test_gaps_lie_between_tiles_only(gap: int) -> None:
    tiles = layouts.grid(5, 3).tiles(1280, 720, range(15), gap=gap, border=2, radius=8)
    count = covered(tiles, 1280, 720)
    assert count.max() == 1
    assert (count[0] == 0).sum() == 4 * gap
    assert (count[:, 0] == 0).sum() == 2 * gap
    assert count[0, -1] == count[-1, 0] == 1
    assert {(tile.border, tile.radius, tile.fit) for tile in tiles} == {(2, 8, "crop")}
    with pytest.raises(ValueError, match="too few"):
        layouts.grid(15, 11).tiles(32, 32, range(165), gap=gap)


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
    for columns, rows in ((0, 1), (1, 0), (-1, 2), (1, 9000)):
        with pytest.raises(ValueError, match="at least"):
            layouts.grid(columns, rows)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (320, 240)])
def test_auto_wastes_least_and_centres_the_last_row(size: tuple[int, int]) -> None:
    width, height = size
    for count in range(1, 166):
        layout = layouts.auto(count, width, height)
        assert len(layout.cells) == count
        tiles = layout.tiles(width, height, range(count))
        assert covered(tiles, width, height).max() == 1
        per_row = sum(tile.y == 0 for tile in tiles)
        # no other grid shows larger pictures
        assert whole_picture(per_row, count, size) == max(
            whole_picture(columns, count, size) for columns in range(1, count + 1)
        )
        last = [tile for tile in tiles if tile.y == tiles[-1].y]
        assert abs(last[0].x - (width - last[-1].x - last[-1].width)) <= 4
    assert layouts.auto(4) == layouts.named("2x2")


def whole_picture(columns: int, count: int, size: tuple[int, int]) -> Fraction:
    """Return the height of 16:9 pictures in so many columns."""
    rows = -(-count // columns)
    return min(Fraction(size[0] * 9, columns * 16), Fraction(size[1], rows))


def test_auto_with_a_speaker_takes_the_next_family() -> None:
    sizes = [len(layouts.auto(count, speaker=True).cells) for count in (1, 2, 6, 7, 9, 22, 23, 165)]
    assert sizes == [1, 6, 6, 8, 10, 22, 34, 34]
    for count in (0, -1, 5000):
        with pytest.raises(ValueError, match="count"):
            layouts.auto(count)


def test_a_speaker_changes_places_with_one_other() -> None:
    stage = layouts.Stage(layouts.named("1+5"))
    assert stage.show(range(4)) == [0, 1, 2, 3, -1, -1]
    assert stage.show(range(4), active=2) == [2, 1, 0, 3, -1, -1]
    assert stage.show(range(4), active=2) == [2, 1, 0, 3, -1, -1]
    assert stage.show(range(4), active=99) == [2, 1, 0, 3, -1, -1]
    assert stage.show([0, 2, 3, 7]) == [2, 7, 0, 3, -1, -1]


def test_who_spoke_last_stays_when_cells_are_few() -> None:
    stage = layouts.Stage(layouts.named("1+3"))
    everybody = range(10)
    stage.layout = layouts.named("1+5")
    assert stage.show(everybody) == [0, 1, 2, 3, 4, 5]
    for speaker in (9, 8, 7):
        seen = stage.show(everybody, active=speaker)
        assert seen[0] == speaker
    assert {9, 8, 7} < set(seen)
    for speaker in (6, 5, 4):
        seen = stage.show(everybody, active=speaker)
    assert set(seen) == {4, 5, 6, 7, 8, 9}
    stage.layout = layouts.named("2x1")
    assert set(stage.show(everybody)) == {4, 5}


def test_in_a_grid_only_who_is_not_seen_comes_in() -> None:
    stage = layouts.Stage(layouts.grid(2, 2))
    assert stage.show(range(6), active=3) == [0, 1, 2, 3]
    assert stage.show(range(6), active=0) == [0, 1, 2, 3]
    seen = stage.show(range(6), active=5)
    assert (seen[0], seen[3]) == (0, 3)
    assert 5 in seen[1:3]


def test_two_who_talk_keep_two_large_cells() -> None:
    stage = layouts.Stage(layouts.named("2+8"))
    stage.show(range(10), active=6)
    first = stage.show(range(10), active=7)
    assert set(first[:2]) == {6, 7}
    assert stage.show(range(10), active=6) == first


def test_the_pinned_stay() -> None:
    stage = layouts.Stage(layouts.named("1+7"))
    stage.pin(5)
    assert stage.show(range(20), active=1)[0] == 5
    assert stage.show(range(20), active=15)[0] == 5
    assert 15 in stage.show(range(20))
    assert stage.show([1, 2], active=2)[0] == 2
    assert stage.show([1, 2, 5], active=2)[0] == 5
    stage.unpin(5)
    assert stage.show([1, 2, 5], active=2)[0] == 2
    with pytest.raises(ValueError, match="no cell"):
        stage.pin(1, 8)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["1+5", "2+8", "3x3"]),
    st.lists(st.tuples(st.sets(st.integers(0, 20)), st.integers(0, 20)), max_size=12),
    st.dictionaries(st.integers(0, 20), st.integers(0, 5), max_size=3),
)
def test_a_stage_shows_everybody_once_and_moves_few(
    name: str, turns: list[tuple[set[int], int]], pins: dict[int, int]
) -> None:
    stage = layouts.Stage(layouts.named(name))
    for source, cell in pins.items():
        stage.pin(source, cell)
    before = stage.show([])
    for present, active in turns:
        seen = stage.show(sorted(present), active)
        shown = [source for source in seen if source != layouts.NOBODY]
        assert len(set(shown)) == len(shown) == min(len(present), len(seen))
        assert set(shown) <= present
        assert active in shown or active not in present
        again = stage.show(sorted(present), active)
        assert again == seen
        if not pins:
            stayed = [who for who in seen if who in before and who in present]
            assert sum(seen.index(who) != before.index(who) for who in stayed) <= 2
        before = seen


def test_promotion_is_a_swap() -> None:
    assert layouts.promote([1, 2, 3, 4], 3) == [3, 2, 1, 4]
    assert layouts.promote([1, 2, 3, 4], 4, [3, 2, 1, 4]) == [4, 2, 1, 3]
    assert layouts.promote([1, 3, 4], None, [3, 2, 1, 4]) == [3, 4, 1]
    assert layouts.promote([1, 3, 4, 9], None, [3, 2, 1, 4]) == [3, 9, 1, 4]
    assert layouts.promote([], 3, [3]) == []


def test_a_roll_call_shows_everybody_once_in_order() -> None:
    pages = [layouts.roll_call(range(162), page, 49) for page in range(4)]
    assert [*chain(*pages)] == [*range(162), *[layouts.NOBODY] * 34]
    assert layouts.roll_call(range(162), 4, 49) == pages[0]
    assert layouts.roll_call([], 7, 2) == [layouts.NOBODY] * 2


BEFORE = layouts.named("1+5").tiles(640, 360, [0, 1, 2, 3, 4, 5], border=2, radius=8)
AFTER = layouts.named("3x3").tiles(
    640, 360, [3, 1, 0, 7, 8], border=6, border_colour=(235, 128, 128)
)


def test_a_change_begins_and_ends_exactly() -> None:
    assert layouts.between(BEFORE, AFTER, 0) == BEFORE == layouts.between(BEFORE, AFTER, -1)
    assert layouts.between(BEFORE, AFTER, 1) == AFTER == layouts.between(BEFORE, AFTER, 2.5)
    with pytest.raises(ValueError, match="number"):
        layouts.between(BEFORE, AFTER, float("nan"))


def test_a_change_can_be_drawn_at_every_moment_and_has_no_leaps() -> None:
    compositor = Compositor(640, 360, capacity=16)
    for _ in range(9):
        compositor.add_source()
    last = {tile.source: tile for tile in BEFORE}
    for step in range(101):
        tiles = layouts.between(BEFORE, AFTER, step / 100)
        compositor.set_layout(tiles)
        now = {tile.source: tile for tile in tiles}
        for source in now.keys() & last.keys():
            assert abs(now[source].x - last[source].x) <= 10
            assert abs(now[source].width - last[source].width) <= 10
        for source in now.keys() ^ last.keys():  # it comes and goes when it is tiny
            gone = (now | last)[source]
            assert min(gone.width, gone.height) <= 8
        last = now


def test_what_stands_still_does_not_move() -> None:
    assert layouts.between(BEFORE, BEFORE, 0.3) == BEFORE


even = st.integers(0, 2000).map(lambda half: half * 2)
tiles_strategy = st.builds(
    Tile,
    source=st.integers(-1, 4095),
    x=even,
    y=even,
    width=even.map(lambda side: side + 64),
    height=even.map(lambda side: side + 64),
    fit=st.sampled_from(["fit", "crop", "stretch"]),
    border=st.sampled_from([0, 2, 8]),
    border_colour=st.tuples(*[st.integers(0, 255)] * 3),
    radius=st.integers(0, 32),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(tiles_strategy, max_size=4))
def test_tiles_survive_json(tiles: list[Tile]) -> None:
    assert layouts.from_json(layouts.to_json(tiles)) == tiles


def test_layouts_survive_json() -> None:
    for name in layouts.names():
        layout = layouts.named(name)
        assert layouts.from_json(layouts.to_json(layout)) == layout


TILE: dict[str, object] = {"source": 0, "x": 0, "y": 0, "width": 8, "height": 8}
WRONG: list[dict[str, object]] = [
    {"z": 1},
    {"source": -2},
    {"source": "0"},
    {"x": -2},
    {"x": 1},
    {"width": 0},
    {"width": 20000},
    {"fit": "zoom"},
    {"fit": []},
    {"border": 4},
    {"border": 1},
    {"border_colour": [0, 0]},
    {"border_colour": [0, 0, 256]},
    {"radius": -1},
    {"overlays": []},
]


@pytest.mark.parametrize(
    "value",
    [
        7,
        None,
        {},
        {"columns": 1, "rows": 1, "cells": [], "name": "x"},
        {"columns": True, "rows": 1, "cells": []},
        {"columns": 1, "rows": 1, "cells": {}},
        {"columns": 1, "rows": 1, "cells": [[0, 0, 1]]},
        {"columns": 1, "rows": 1, "cells": [[0, 0, 2, 1]]},
        {"columns": 1, "rows": 1, "cells": [[0, 0, 1, 1.0]]},
        [7],
        [{"source": 0}],
        *([TILE | wrong] for wrong in WRONG),
    ],
)
def test_other_json_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"must|unknown|lacks|raster|at most|at least"):
        layouts.from_json(json.dumps(value))


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, '{"rows": 1, "rows": 1}', b"\xff"])
def test_what_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        layouts.from_json(text)


def test_pictures_have_no_json() -> None:
    with pytest.raises(ValueError, match="overlays"):
        layouts.to_json([Tile(0, 0, 0, 8, 8, overlays=((object(), 0, 0),))])  # type: ignore[arg-type]
