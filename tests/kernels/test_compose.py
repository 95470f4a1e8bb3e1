"""The scaler is close to exact area and bilinear scaling, and gives the bytes of the reference everywhere."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import kernels
from tests.reference import compose as reference

LEAST_PSNR_DB = 57.0
PICTURE = (1280, 720)
DOWNWARDS = [1.02, 7 / 6, 1.2, 4 / 3, 1.5, 5 / 3, 1.9, 2, 2.2, 2.5, 3, 10 / 3, 3.9, 4, 5, 6.3, 7, 8]
UPWARDS = [1 / 1.01, 3 / 4, 2 / 3, 1 / 2, 1 / 3, 1 / 4]
SIZES = [
    ((320, 180), (128, 72)),  # 5:2
    ((320, 180), (274, 154)),
    ((640, 360), (480, 270)),  # 4:3, whole blocks
    ((124, 40), (93, 30)),  # and what is left of them
    ((132, 8), (66, 4)),
    ((266, 12), (133, 6)),
    ((268, 16), (67, 4)),
    ((400, 300), (50, 38)),
    ((64, 9), (48, 20)),  # 4:3 across only
    ((33, 17), (33, 17)),
    ((4000, 2), (3, 2)),
    ((1, 1), (40, 30)),
    ((40, 30), (1, 1)),
    ((3, 5), (200, 7)),
    ((7680, 16), (70, 3)),
    ((16384, 2), (2, 1)),
    ((31, 7), (97, 50)),
]

every_isa = pytest.mark.parametrize("isa", kernels.available())


def picture(width: int, height: int) -> NDArray[np.uint8]:
    """Slopes, edges and fine noise, as a camera gives them."""
    random = np.random.default_rng(width)
    x, y = np.linspace(0, 12, width), np.linspace(0, 5, height)[:, None]
    blocks = np.kron(
        random.integers(-20, 21, (height // 16 + 1, width // 16 + 1)), np.ones((16, 16))
    )
    noise = 6 * random.standard_normal((height, width))
    plane = 128 + 60 * np.sin(x + y) + blocks[:height, :width] + noise
    return np.asarray(np.clip(plane, 16, 235), np.uint8)


def extremes(width: int, height: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(width * height)
    plane = random.integers(0, 256, (height, width), np.uint8)
    plane[::2, ::3] = 255
    plane[1::3, ::2] = 0
    return plane


@pytest.mark.parametrize("ratio", DOWNWARDS + UPWARDS)
def test_every_ratio_is_close_to_the_exact_result(ratio: float) -> None:
    width, height = round(PICTURE[0] / ratio), round(PICTURE[1] / ratio)
    plane = picture(*PICTURE)
    scaled = kernels.scale(kernels.available()[-1], plane, width, height)
    exact = reference.scale_exact(plane, width, height)
    assert reference.psnr_db(scaled, exact) >= LEAST_PSNR_DB


@every_isa
@pytest.mark.parametrize(("source", "size"), SIZES)
def test_the_bytes_are_those_of_the_reference(
    isa: str, source: tuple[int, int], size: tuple[int, int]
) -> None:
    plane = extremes(*source)
    np.testing.assert_array_equal(kernels.scale(isa, plane, *size), reference.scale(plane, *size))


@every_isa
@pytest.mark.parametrize("seed", range(40))
def test_any_sizes_give_the_bytes_of_the_reference(isa: str, seed: int) -> None:
    width, height, *size = np.random.default_rng(seed).integers(1, 200, 4).tolist()
    plane = extremes(width, height)
    np.testing.assert_array_equal(kernels.scale(isa, plane, *size), reference.scale(plane, *size))


@every_isa
@pytest.mark.parametrize("value", [0, 1, 127, 128, 254, 255])
@pytest.mark.parametrize("size", [(160, 90), (137, 77), (80, 45), (200, 120), (3, 3)])
def test_flat_areas_stay_flat(isa: str, value: int, size: tuple[int, int]) -> None:
    plane = np.full((90, 160), value, np.uint8)
    assert (kernels.scale(isa, plane, *size) == value).all()


@every_isa
@pytest.mark.parametrize("bands", [2, 3, 7, 77])
@pytest.mark.parametrize("size", [(137, 77), (120, 90), (80, 60), (40, 30), (160, 120), (300, 200)])
def test_bands_change_no_byte(isa: str, size: tuple[int, int], bands: int) -> None:
    plane = extremes(160, 120)
    whole = kernels.scale(isa, plane, *size)
    np.testing.assert_array_equal(kernels.scale(isa, plane, *size, bands=bands), whole)


SHARP_SIZES = [
    ((160, 90), (137, 77)),
    ((160, 90), (53, 31)),
    ((97, 61), (201, 133)),
    ((640, 48), (20, 40)),
    ((520, 9), (260, 9)),
    ((3, 2), (7, 1)),
    ((1, 1), (5, 5)),
    ((33, 17), (33, 17)),
    ((4000, 2), (3, 2)),
]


@every_isa
@pytest.mark.parametrize(("source", "size"), SHARP_SIZES)
def test_the_sharp_bytes_are_those_of_the_reference(
    isa: str, source: tuple[int, int], size: tuple[int, int]
) -> None:
    plane = extremes(*source)
    sharp = kernels.scale(isa, plane, *size, sharp=True)
    np.testing.assert_array_equal(sharp, reference.sharpen(plane, *size))
    np.testing.assert_array_equal(kernels.scale(isa, plane, *size, bands=5, sharp=True), sharp)


@pytest.mark.parametrize("ratio", [1.2, 1.5, 2, 3.3, 0.6])
def test_sharp_is_nearer_to_lanczos_than_area_is(ratio: float) -> None:
    width, height = round(PICTURE[0] / ratio), round(PICTURE[1] / ratio)
    plane = picture(*PICTURE)
    rows, columns = (
        reference.lanczos(*sizes) for sizes in ((PICTURE[1], height), (PICTURE[0], width))
    )
    exact = np.clip(rows @ plane.astype(float) @ columns.T, 0, 255)
    by_area, by_sharp = (
        kernels.scale(kernels.available()[-1], plane, width, height, sharp=sharp)
        for sharp in (False, True)
    )
    assert reference.psnr_db(by_sharp, exact) >= LEAST_PSNR_DB
    assert reference.psnr_db(by_sharp, exact) > reference.psnr_db(by_area, exact) + 10


@every_isa
@pytest.mark.parametrize("size", [(137, 77), (53, 31), (200, 120), (3, 3)])
def test_flat_areas_stay_flat_where_it_is_sharp(isa: str, size: tuple[int, int]) -> None:
    for value in (0, 1, 128, 255):
        plane = np.full((90, 160), value, np.uint8)
        assert (kernels.scale(isa, plane, *size, sharp=True) == value).all()


@pytest.mark.parametrize("size", [(0, 1), (1, 0), (-4, 4), (16385, 1), (1, 16385)])
def test_sizes_out_of_range_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="range"):
        kernels.scale("scalar", extremes(4, 4), *size)
