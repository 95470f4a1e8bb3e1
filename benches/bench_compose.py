"""The compositor against libyuv and against itself in numpy: one picture of each source onto 1080p."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

from mixminus import Compositor, Overlay, Tile, layouts
from tests.reference import compose as reference
from tests.support.compose import Picture, Planes, flat, i420, part, scaled

WIDTH, HEIGHT = 1920, 1080
BOX = 3  # libyuv::kFilterBox
# columns and rows of the grid, size of the pictures
WALLS = {
    "4 x 720p, 4:3": (2, (1280, 720)),
    "49 x 180p, 7:6": (7, (320, 180)),
    "25 x 360p, 5:3": (5, (640, 360)),
    "225 x 180p, 5:2": (15, (320, 180)),
}

Compose = Callable[[], Planes]


@dataclass
class Label:
    """A dim plate with what could be letters, 60 % by 12 % of a tile, at its bottom."""

    planes: Picture
    alpha: NDArray[np.uint8]
    tile: Tile

    @classmethod
    def of(cls, tile: Tile) -> Label:
        width, height = int(tile.width * 0.6) & ~1, max(8, int(tile.height * 0.12) & ~1)
        y, u, v = flat(width, height, (24, 128, 128))
        alpha = np.full((height, width), 110, np.uint8)
        random = np.random.default_rng(tile.source)
        glyphs = np.kron(random.integers(0, 2, (height // 2, width // 2)), np.ones((2, 2))) > 0
        glyphs[: height // 4] = glyphs[-(height // 4) :] = False
        y[glyphs], alpha[glyphs] = 230, 255
        return cls((y, u, v), alpha, tile)

    @property
    def top(self) -> int:
        return self.tile.height - len(self.alpha)


def tiles_of(side: int) -> list[Tile]:
    return layouts.grid(side, side).tiles(WIDTH, HEIGHT, range(side * side), fit="stretch")


def by_mixminus(side: int, pictures: list[Picture], labels: list[Label] | None = None) -> Compose:
    compositor = Compositor(WIDTH, HEIGHT, capacity=side * side)
    sources = [compositor.add_source() for _ in pictures]
    tiles = tiles_of(side)
    for index, label in enumerate(labels or []):
        overlay = Overlay(*label.planes, label.alpha)
        tiles[index] = replace(tiles[index], overlays=((overlay, 0, label.top),))
    compositor.set_layout(tiles)

    def compose() -> Planes:
        for source, picture in zip(sources, pictures, strict=True):
            compositor.push(source, *picture)
        compositor.compose(0)
        return compositor.canvas

    return compose


def by_libyuv(side: int, pictures: list[Picture], labels: list[Label] | None = None) -> Compose:
    name = ctypes.util.find_library("yuv")
    if name is None:
        pytest.skip("no libyuv")
    library = ctypes.CDLL(name)
    i420_scale, i420_blend = library.I420Scale, library.I420Blend
    canvas = empty_canvas()
    tiles = layouts.grid(side, side).tiles(WIDTH, HEIGHT, range(side * side))
    calls = []
    for tile, picture in zip(tiles, pictures, strict=True):
        target = part(canvas, tile.x, tile.y, tile.width, tile.height)
        height, width = picture[0].shape
        to = [*addresses(target), tile.width, tile.height]
        calls.append([*addresses(picture), width, height, *to, BOX])
    blends = []
    for label in labels or []:
        height, width = label.alpha.shape
        to = addresses(part(canvas, label.tile.x, label.tile.y + label.top, width, height))
        given = [*addresses(label.planes), *to, *addresses((label.alpha,))]
        blends.append([*given, *to, width, height])

    def compose() -> Planes:
        for call in calls:
            i420_scale(*call)
        for call in blends:
            i420_blend(*call)
        return canvas

    return compose


def by_numpy(side: int, pictures: list[Picture]) -> Compose:
    canvas = empty_canvas()
    tiles = layouts.grid(side, side).tiles(WIDTH, HEIGHT, range(side * side))

    def compose() -> Planes:
        for tile, picture in zip(tiles, pictures, strict=True):
            target = part(canvas, tile.x, tile.y, tile.width, tile.height)
            for to, plane in zip(target, scaled(picture, tile.width, tile.height), strict=True):
                to[:] = plane
        return canvas

    return compose


def empty_canvas() -> Planes:
    return planes_of(WIDTH, HEIGHT)


def addresses(planes: tuple[NDArray[np.uint8], ...]) -> list[ctypes.c_void_p | int]:
    """Return address and stride of each plane."""
    return [
        field
        for plane in planes
        for field in (ctypes.c_void_p(plane.ctypes.data), plane.strides[0])
    ]


IMPLEMENTATIONS: dict[str, Callable[[int, list[Picture]], Compose]] = {
    "mixminus": by_mixminus,
    "libyuv": by_libyuv,
    "numpy": by_numpy,
}


@pytest.mark.parametrize("impl", IMPLEMENTATIONS)
@pytest.mark.parametrize("wall", WALLS)
def bench_compositor(benchmark: BenchmarkFixture, wall: str, impl: str) -> None:
    benchmark.group = f"compositor, {wall} onto 1080p"
    side, size = WALLS[wall]
    pictures = [i420(*size, seed) for seed in range(side * side)]
    compose = IMPLEMENTATIONS[impl](side, pictures)
    canvas = benchmark(compose)
    if impl == "mixminus":
        assert_first_tile(canvas[0], pictures[0][0], WIDTH // side & ~1, HEIGHT // side & ~1)


def assert_first_tile(
    canvas: NDArray[np.uint8], picture: NDArray[np.uint8], width: int, height: int
) -> None:
    np.testing.assert_array_equal(canvas[:height, :width], reference.scale(picture, width, height))


@pytest.mark.parametrize("changed", [0, 3])
def bench_damage(benchmark: BenchmarkFixture, changed: int) -> None:
    benchmark.group = "compositor, 25 x 360p onto 1080p, some of which change"
    pictures = [i420(640, 360, seed) for seed in range(25)]
    compositor = Compositor(WIDTH, HEIGHT, capacity=25)
    sources = [compositor.add_source() for _ in pictures]
    compositor.set_layout(layouts.grid(5, 5))
    for source, picture in zip(sources, pictures, strict=True):
        compositor.push(source, *picture)
    compositor.compose(0)

    def compose() -> int:
        for source in sources[:changed]:
            compositor.push(source, *pictures[source])
        return len(compositor.compose(0))

    assert benchmark(compose) == changed


def intake_by_mixminus(format: str, rotation: int, size: tuple[int, int]) -> Compose:
    compositor = Compositor(*size, capacity=1)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, *size, "stretch")])
    picture = picture_of(format)

    def take_in() -> Planes:
        compositor.push(source, *picture, format=format, rotation=rotation)  # type: ignore[arg-type]
        compositor.compose(0)
        return compositor.canvas

    return take_in


def intake_by_libyuv(format: str, rotation: int, size: tuple[int, int]) -> Compose:
    name = ctypes.util.find_library("yuv")
    if name is None:
        pytest.skip("no libyuv")
    yuv = ctypes.CDLL(name)
    width, height = size[0] * 2, size[1] * 2
    upright, canvas = planes_of(width, height), planes_of(*size)
    turn = [rotation] if format == "i420" else []
    convert = {"nv12": yuv.NV12ToI420, "bgra": yuv.ARGBToI420, "i420": yuv.I420Rotate}[format]
    picture = picture_of(format)
    conversion = [*addresses(picture), *addresses(upright), 1280, 720, *turn]
    scaling = [*addresses(upright), width, height, *addresses(canvas), *size, BOX]

    def take_in(_held: object = (picture, upright)) -> Planes:  # of which only addresses are passed
        convert(*conversion)
        yuv.I420Scale(*scaling)
        return canvas

    return take_in


def planes_of(width: int, height: int) -> Planes:
    y = np.zeros((height, width), np.uint8)
    u, v = np.zeros((2, height // 2, width // 2), np.uint8)
    return y, u, v


def picture_of(format: str) -> tuple[NDArray[np.uint8], ...]:
    y, u, v = i420(1280, 720)
    if format == "bgra":
        return (np.random.default_rng(0).integers(0, 256, (720, 1280, 4), np.uint8),)
    return (y, np.stack([u, v], axis=2)) if format == "nv12" else (y, u, v)


INTAKES = {"mixminus": intake_by_mixminus, "libyuv": intake_by_libyuv}


@pytest.mark.parametrize("impl", INTAKES)
@pytest.mark.parametrize(
    ("format", "rotation"), [("nv12", 0), ("bgra", 0), ("i420", 90), ("i420", 180)]
)
def bench_intake(benchmark: BenchmarkFixture, format: str, rotation: int, impl: str) -> None:
    benchmark.group = f"720p in {format}, turned by {rotation}, made half as large"
    size = (360, 640) if rotation == 90 else (640, 360)
    got = benchmark(INTAKES[impl](format, rotation, size))
    if impl == "mixminus" and format != "bgra":
        y = np.rot90(picture_of(format)[0], -rotation // 90)
        np.testing.assert_array_equal(got[0], reference.scale(y, *size))


@pytest.mark.parametrize("has_labels", [False, True], ids=["bare", "labels"])
@pytest.mark.parametrize("impl", ["mixminus", "libyuv"])
@pytest.mark.parametrize("wall", WALLS)
def bench_labels(benchmark: BenchmarkFixture, wall: str, impl: str, has_labels: bool) -> None:
    benchmark.group = f"labels, {wall} onto 1080p"
    side, size = WALLS[wall]
    pictures = [i420(*size, seed) for seed in range(side * side)]
    labels = [Label.of(tile) for tile in tiles_of(side)] if has_labels else None
    compose = (by_mixminus if impl == "mixminus" else by_libyuv)(side, pictures, labels)
    canvas = benchmark(compose)
    if labels:
        first = labels[0]
        opaque = first.alpha[4] == 255
        assert (canvas[0][first.top + 4, : opaque.size][opaque] == 230).all()
