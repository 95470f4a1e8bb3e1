"""Whatever a picture comes as, the canvas shows it upright, in its own colours."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import Compositor, OutOfRangeError, ShapeMismatchError, Tile
from tests.reference import compose as reference
from tests.support.compose import Planes, assert_same, flat, i420, part, scaled

WIDTH, HEIGHT = 128, 96
ROTATIONS = (0, 90, 180, 270)


def one_tile(**options: Any) -> tuple[Compositor, int]:
    fit = options.pop("fit", "stretch")
    compositor = Compositor(WIDTH, HEIGHT, capacity=1, **options)
    source = compositor.add_source()
    compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT, fit)])
    return compositor, source


def pairs(u: NDArray[Any], v: NDArray[Any]) -> NDArray[Any]:
    return np.stack([u, v], axis=2)


def as_format(planes: Planes, name: str) -> tuple[list[NDArray[Any]], Planes]:
    """Return a picture of another format and the I420 that it is."""
    y, u, v = planes
    if name == "i420":
        return [y, u, v], planes
    if name == "nv12":
        return [y, pairs(u, v)], planes
    if name == "p010":
        words = [plane.astype(np.uint16) << 8 for plane in planes]
        return [words[0], pairs(*words[1:])], planes
    height, width = y.shape
    bgra = np.random.default_rng(5).integers(0, 256, (height, width, 4), np.uint8)
    one, two, three = reference.from_bgra(bgra, (709, False))
    return [bgra], (one, two, three)


@pytest.mark.parametrize("name", ["i420", "nv12", "p010", "bgra"])
def test_every_format_on_every_side(name: str) -> None:
    compositor, source = one_tile()
    picture, planes = as_format(i420(192, 112), name)
    for now, rotation in enumerate(ROTATIONS):
        compositor.push(source, *picture, format=name, rotation=rotation)  # type: ignore[arg-type]
        assert compositor.compose(now)
        y, u, v = (np.rot90(plane, -rotation // 90) for plane in planes)
        assert_same(compositor.canvas, scaled((y, u, v), WIDTH, HEIGHT))


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_turned_picture_is_fitted_as_it_is_seen(rotation: int) -> None:
    y, u, v = i420(160, 90)
    upright = tuple(np.ascontiguousarray(np.rot90(plane, -rotation // 90)) for plane in (y, u, v))
    for fit in ("fit", "crop"):
        turned, plain = one_tile(fit=fit), one_tile(fit=fit)
        turned[0].push(turned[1], y, u, v, rotation=rotation)
        plain[0].push(plain[1], *upright)
        for compositor, _ in (turned, plain):
            compositor.compose(0)
        assert_same(turned[0].canvas, plain[0].canvas)


def test_size_and_format_may_change_in_mid_stream() -> None:
    compositor, source = one_tile()
    sizes = [(64, 48), (640, 360), (34, 18), (33, 17), (1, 1), (18, 34)]
    for now in range(24):
        size, name = sizes[now % len(sizes)], ("i420", "nv12", "p010")[now % 3]
        picture, (y, u, v) = as_format(i420(*size, now), name)
        rotation = ROTATIONS[now // 3 % 4]
        compositor.push(source, *picture, format=name, rotation=rotation)  # type: ignore[arg-type]
        compositor.compose(now)
        upright = [np.rot90(plane, -rotation // 90) for plane in (y, u, v)]
        assert_same(compositor.canvas, scaled((upright[0], upright[1], upright[2]), WIDTH, HEIGHT))


def test_a_picture_is_drawn_as_often_as_needed() -> None:
    compositor, source = one_tile()
    y, u, v = i420(WIDTH, HEIGHT)
    compositor.push(source, y, pairs(u, v), format="nv12", rotation=180)
    for now in range(3):
        compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT)])
        compositor.compose(now)
        assert_same(compositor.canvas, (y[::-1, ::-1], u[::-1, ::-1], v[::-1, ::-1]))


def test_padded_read_only_and_flat_planes() -> None:
    compositor, source = one_tile()
    y, u, v = i420(WIDTH, HEIGHT)
    wide = np.zeros((HEIGHT // 2, WIDTH + 20), np.uint8)
    wide[:, :WIDTH] = pairs(u, v).reshape(HEIGHT // 2, WIDTH)
    wide.flags.writeable = False
    compositor.push(source, np.pad(y, ((0, 0), (0, 7)))[:, :-7], wide[:, :WIDTH], format="nv12")
    compositor.compose(0)
    assert_same(compositor.canvas, (y, u, v))


def test_colours_of_another_space_are_converted_on_the_canvas() -> None:
    compositor, source = one_tile(colour="bt709")
    for planes in (i420(WIDTH, HEIGHT), i420(200, 150)):
        for colour, full_range in (("bt601", False), ("bt709", True), (None, True), (None, None)):
            compositor.push(source, *planes, colour=colour, full_range=full_range)  # type: ignore[arg-type]
            compositor.compose(0)
            space = (601 if colour == "bt601" else 709, bool(full_range))
            drawn = scaled(planes, WIDTH, HEIGHT)
            if space != (709, False):
                drawn = tuple(reference.recolour(drawn, space, (709, False)))
            assert_same(compositor.canvas, drawn)


def test_only_the_picture_is_converted_and_twins_are_not_twice() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1, background=(81, 90, 240))
    source = compositor.add_source()
    compositor.set_layout([Tile(source, x, 8, 40, 40, border=4) for x in (0, 60)])
    compositor.push(source, *flat(64, 32, (81, 90, 240)), colour="bt601")
    compositor.compose(0)
    for x in (0, 60):
        shown = part(compositor.canvas, x + 4, 20, 32, 16)
        assert [int(plane.min()) for plane in shown] == [int(plane.max()) for plane in shown]
        assert np.abs(np.array([plane[0, 0] for plane in shown], int) - (63, 102, 240)).max() <= 1
        assert_same(part(compositor.canvas, x + 4, 12, 32, 8), flat(32, 8, (81, 90, 240)))


def test_bgra_on_a_canvas_of_full_range() -> None:
    compositor, source = one_tile(colour="bt601", full_range=True)
    bgra = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
    compositor.push(source, bgra, format="bgra", colour="bt709")
    compositor.compose(0)
    assert_same(compositor.canvas, reference.from_bgra(bgra, (601, True)))
    assert compositor.colour == "bt601"
    assert compositor.full_range


def test_a_canvas_in_nv12_is_the_same_in_pairs() -> None:
    options: dict[str, Any] = {"background": (40, 90, 160)}
    canvases = [
        Compositor(WIDTH, HEIGHT, capacity=2, format=f, **options) for f in ("i420", "nv12")
    ]
    for compositor in canvases:
        assert_pairs(*canvases)
        for source in (compositor.add_source(), compositor.add_source()):
            compositor.push(source, *i420(64, 36, source))
        compositor.set_layout([Tile(0, 0, 0, 100, 80), Tile(1, 62, 30, 60, 40)])
    for now in range(3):
        for compositor in canvases:
            compositor.push(now % 2, *i420(64, 36, now))
            compositor.compose(now)
        assert_pairs(*canvases)
        plain, in_pairs = (compositor.view(exclude=0) for compositor in canvases)
        with plain, in_pairs:
            assert_pairs(*canvases)
        assert_pairs(*canvases)


def assert_pairs(plain: Compositor, in_pairs: Compositor) -> None:
    y, u, v = plain.canvas
    assert_same(in_pairs.canvas, (y, pairs(u, v)))
    assert_same([in_pairs.picture], [np.concatenate([y, pairs(u, v).reshape(HEIGHT // 2, WIDTH)])])
    assert_same(
        [plain.picture.ravel()], [np.concatenate([plane.ravel() for plane in plain.canvas])]
    )


@pytest.mark.parametrize(
    "options",
    [
        {"format": "yuy2"},
        {"format": None},
        {"format": ["nv12"]},
        {"rotation": 45},
        {"rotation": -90},
        {"rotation": 360},
        {"colour": "bt2020"},
    ],
)
def test_what_is_not_known_is_refused(options: dict[str, Any]) -> None:
    compositor, source = one_tile()
    with pytest.raises(OutOfRangeError, match="must be one of"):
        compositor.push(source, *i420(8, 8), **options)


@pytest.mark.parametrize("options", [{"format": "p010"}, {"format": "bgra"}, {"colour": "bt2020"}])
def test_canvases_have_two_formats_and_two_matrices(options: dict[str, Any]) -> None:
    with pytest.raises(OutOfRangeError, match="must be"):
        Compositor(WIDTH, HEIGHT, **options)


def bytes_of(*shape: int) -> NDArray[np.uint8]:
    return np.zeros(shape, np.uint8)


def words_of(*shape: int) -> NDArray[np.uint16]:
    return np.zeros(shape, np.uint16)


@pytest.mark.parametrize(
    ("name", "planes"),
    [
        ("nv12", [bytes_of(8, 8)]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 4), bytes_of(4, 4)]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 4)]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 3, 2)]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 4, 3)]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 4, 4)[:, :, :2]]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 4, 2)[::-1]]),
        ("nv12", [bytes_of(8, 8), bytes_of(4, 4, 2)[:, ::-1]]),
        ("nv12", [bytes_of(9, 7), bytes_of(4, 3, 2)]),
        ("p010", [words_of(8, 8), words_of(8, 4, 2)]),
        ("p010", [bytes_of(133)[1:129].view(np.uint16).reshape(8, 8), words_of(4, 4, 2)]),
        ("bgra", [bytes_of(8, 8)]),
        ("bgra", [bytes_of(8, 32)]),
        ("bgra", [bytes_of(8, 8, 3)]),
        ("bgra", [bytes_of(7, 8, 4)]),
        ("bgra", [bytes_of(8, 7, 4)]),
        ("bgra", [bytes_of(0, 8, 4)]),
        ("bgra", [bytes_of(8, 8, 4)[:, :, ::-1]]),
        ("bgra", [bytes_of(8, 8, 4), bytes_of(4, 4)]),
    ],
)
def test_planes_of_other_shapes_are_refused(name: Any, planes: list[NDArray[Any]]) -> None:
    compositor, source = one_tile()
    compositor.push(source, *flat(8, 8, (200, 1, 2)))
    with pytest.raises(ShapeMismatchError):
        compositor.push(source, *planes, format=name)
    compositor.compose(0)
    assert int(compositor.canvas[0].min()) == 200


@pytest.mark.parametrize(
    ("name", "planes"),
    [
        ("nv12", [words_of(8, 8), words_of(4, 4, 2)]),
        ("nv12", [bytes_of(8, 8).view(np.int8), bytes_of(4, 4, 2)]),
        ("p010", [bytes_of(8, 8), bytes_of(4, 4, 2)]),
        ("p010", [words_of(8, 8).view(np.int16), words_of(4, 4, 2)]),
        ("p010", [words_of(8, 8).astype(">u2"), words_of(4, 4, 2)]),
        ("p010", [words_of(8, 8).view(np.float16), words_of(4, 4, 2)]),
        ("bgra", [words_of(8, 8, 4)]),
    ],
)
def test_other_numbers_are_refused(name: Any, planes: list[NDArray[Any]]) -> None:
    compositor, source = one_tile()
    with pytest.raises(TypeError, match="without a sign"):
        compositor.push(source, *planes, format=name)


def test_further_canvases_and_bands_show_the_same() -> None:
    compositor = Compositor(WIDTH, HEIGHT, capacity=1, format="nv12")
    source, small = compositor.add_source(), compositor.add_output(64, 48)
    compositor.set_layout([Tile(source, 0, 0, WIDTH, HEIGHT, "stretch")])
    small.set_layout([Tile(source, 0, 0, 64, 48, "stretch")])
    bgra = np.random.default_rng(2).integers(0, 256, (60, 90, 4), np.uint8)
    y, u, v = reference.from_bgra(bgra, (709, False))
    nv12 = i420(90, 60)
    for bands in (1, 3):
        compositor.push(source, bgra, format="bgra")
        compositor.compose(0)
        for canvas, size in ((compositor.canvas, (WIDTH, HEIGHT)), (small.canvas, (64, 48))):
            luma, *chroma = scaled((y, u, v), *size)
            assert_same(canvas, (luma, pairs(*chroma)))
        compositor.push(source, nv12[0], pairs(*nv12[1:]), format="nv12", colour="bt601")
        for band in range(compositor.start(1, bands)):
            compositor.draw(band)
        compositor.finish()
        for canvas, size in ((compositor.canvas, (WIDTH, HEIGHT)), (small.canvas, (64, 48))):
            drawn = reference.recolour(scaled(nv12, *size), (601, False), (709, False))
            assert_same(canvas, (drawn[0], pairs(*drawn[1:])))
