"""A whole canvas in numpy: everything drawn again each time, in order, pixel by pixel."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mixminus import Tile
from tests.reference.compose import scale

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]
Colour = tuple[int, int, int]


@dataclass
class Bitmap:
    """What an overlay was made of."""

    planes: Planes
    alpha: Plane


@dataclass
class Scene:
    """All that a canvas depends on."""

    width: int
    height: int
    background: Planes
    tiles: list[Tile] = field(default_factory=list)
    shown: dict[int, Planes] = field(default_factory=dict)
    """Pictures of those sources that show one."""
    bitmaps: dict[int, Bitmap] = field(default_factory=dict)
    """Of overlays, by their id()."""
    overlays: list[tuple[object, int, int]] = field(default_factory=list)
    framed: int | None = None
    frame: tuple[Colour, int] = ((173, 42, 26), 6)


def blended(below: NDArray[np.uint8], above: Plane | int, alpha: Plane) -> Plane:
    """Return the mean, weighted by alpha / 255, halves upwards."""
    weight = alpha.astype(np.int64)
    doubled = 2 * (below * (255 - weight) + above * weight)
    return np.asarray((doubled + 255) // 510, np.uint8)


def mean_of_four(plane: Plane) -> Plane:
    height, width = plane.shape
    sums = plane.reshape(height // 2, 2, width // 2, 2).sum((1, 3), dtype=np.int64)
    return np.asarray((sums + 2) // 4, np.uint8)


def outside(width: int, height: int, radius: int) -> Plane:
    """Return how much of each pixel lies outside a rectangle with round corners."""
    x = np.maximum(radius - np.minimum(np.arange(width), np.arange(width)[::-1]) - 0.5, 0)
    y = np.maximum(radius - np.minimum(np.arange(height), np.arange(height)[::-1]) - 0.5, 0)
    distance = np.hypot(x[None, :], y[:, None])
    away = np.clip(distance - radius + 0.5, 0, 1) * ((x[None, :] > 0) & (y[:, None] > 0))
    return np.floor(255 * away + 0.5).astype(np.uint8)


def middle(outer: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the largest even rectangle of that shape in the middle."""
    width, height = outer
    if shape[0] * height < width * shape[1]:
        width = min(max(2 * ((height * shape[0] + shape[1]) // (2 * shape[1])), 2), width)
    elif shape[0] * height > width * shape[1]:
        height = min(max(2 * ((width * shape[1] + shape[0]) // (2 * shape[0])), 2), height)
    return (outer[0] - width) // 4 * 2, (outer[1] - height) // 4 * 2, width, height


def part(plane: Plane, rect: tuple[int, int, int, int]) -> Plane:
    x, y, width, height = rect
    return plane[y : y + height, x : x + width]


def halved(rect: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    return rect[0] // 2, rect[1] // 2, (rect[2] + 1) // 2, (rect[3] + 1) // 2


def draw(scene: Scene, hidden: int | None = None) -> Planes:
    """Return the canvas, or what is seen of it without one source."""
    canvas = tuple(plane.copy() for plane in scene.background)
    for tile in scene.tiles:
        _draw_tile(scene, canvas, tile, tile.source == hidden)
    for overlay, x, y in scene.overlays:
        _blend(canvas, scene.bitmaps[id(overlay)], x, y)
    y_plane, u_plane, v_plane = canvas
    return y_plane, u_plane, v_plane


def _draw_tile(scene: Scene, canvas: tuple[Plane, ...], tile: Tile, is_hidden: bool) -> None:
    area = tile.x, tile.y, tile.width, tile.height
    alphas = outside(tile.width, tile.height, tile.radius)
    planes = tuple(
        part(plane, area if index == 0 else halved(area)).copy()
        for index, plane in enumerate(scene.background)
    )
    if not is_hidden:
        if (picture := scene.shown.get(tile.source)) is not None:
            _draw_picture(planes, tile, picture)
        for overlay, x, y in tile.overlays:
            _blend(planes, scene.bitmaps[id(overlay)], x, y)
        if tile.source == scene.framed:
            _draw_frame(planes, tile, *scene.frame)
    for index, plane in enumerate(planes):
        below = part(canvas[index], area if index == 0 else halved(area))
        below[:] = blended(plane, below, alphas if index == 0 else mean_of_four(alphas))


def _draw_picture(planes: tuple[Plane, ...], tile: Tile, picture: Planes) -> None:
    edge = tile.border
    framed = edge, edge, tile.width - 2 * edge, tile.height - 2 * edge
    height, width = picture[0].shape
    inner, crop = framed, (0, 0, width, height)
    if tile.fit == "fit":
        x, y, *size = middle(framed[2:], (width, height))
        inner = edge + x, edge + y, size[0], size[1]
    if tile.fit == "crop":
        crop = middle((width, height), framed[2:])
    for index, plane in enumerate(planes):
        in_plane = halved if index else lambda rect: rect
        bordered = np.full_like(plane, tile.border_colour[index])
        part(bordered, in_plane(framed))[:] = part(plane, in_plane(framed))
        to = part(bordered, in_plane(inner))
        to[:] = scale(part(picture[index], in_plane(crop)), to.shape[1], to.shape[0])
        plane[:] = bordered


def _draw_frame(planes: tuple[Plane, ...], tile: Tile, colour: Colour, width: int) -> None:
    inner = tile.width - 2 * width, tile.height - 2 * width
    alpha = np.full((tile.height, tile.width), 255, np.uint8)
    alpha[width:-width, width:-width] = outside(*inner, max(tile.radius - width, 0))
    for index, plane in enumerate(planes):
        weight = alpha if index == 0 else mean_of_four(alpha)
        plane[:] = blended(plane, colour[index], weight)


def _blend(planes: tuple[Plane, ...], bitmap: Bitmap, x: int, y: int) -> None:
    alphas = bitmap.alpha, mean_of_four(bitmap.alpha)
    for index, (plane, above) in enumerate(zip(planes, bitmap.planes, strict=True)):
        left, top = (x, y) if index == 0 else (x // 2, y // 2)
        rows = slice(max(top, 0), max(min(top + above.shape[0], plane.shape[0]), 0))
        columns = slice(max(left, 0), max(min(left + above.shape[1], plane.shape[1]), 0))
        cut = (
            slice(rows.start - top, rows.stop - top),
            slice(columns.start - left, columns.stop - left),
        )
        if rows.start >= rows.stop or columns.start >= columns.stop:
            continue
        alpha = alphas[min(index, 1)][cut]
        plane[rows, columns] = blended(plane[rows, columns], above[cut], alpha)
