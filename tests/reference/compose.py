"""Scaling of one plane, colours and formats: the exact float result, and the fixed point that the core promises."""

import numpy as np
from numpy.typing import NDArray

ROW_ONE, COLUMN_ONE = 32768, 128
SHARP_ONE = 16384


def area(source: int, size: int) -> NDArray[np.float64]:
    """Return the (size, source) weights of exact area scaling: what of each pixel an output covers."""
    edges = np.arange(size + 1)[:, None] * (source / size)
    covered = np.clip(edges - np.arange(source), 0, 1)
    return np.asarray(np.diff(covered, axis=0) * (size / source))


def bilinear(source: int, size: int) -> NDArray[np.float64]:
    """Return the (size, source) weights of bilinear scaling with aligned centres."""
    centre = np.clip((np.arange(size) + 0.5) * source / size - 0.5, 0, source - 1)
    return np.asarray(np.clip(1 - np.abs(centre[:, None] - np.arange(source)), 0, 1))


def weights(source: int, size: int) -> NDArray[np.float64]:
    """Return what the scaler approximates: area downwards, bilinear upwards."""
    return bilinear(source, size) if source < size else area(source, size)


def fixed_point(source: int, size: int, one: int) -> NDArray[np.int64]:
    """Return integer weights that sum to `one`: what is covered so far is rounded, halves upwards."""
    if source < size:
        # the right neighbour is rounded, so the sum is taken from the right; 2 size is a common denominator
        centre = np.clip((2 * np.arange(size) + 1) * source - size, 0, 2 * size * (source - 1))
        first, fraction = np.divmod(centre, 2 * size)
        right = (fraction * one + size) // (2 * size)
        table = np.zeros((size, source + 1), np.int64)
        rows = np.arange(size)
        table[rows, first] = one - right
        table[rows, first + 1] += right
        return table[:, :source]
    begin = np.arange(size)[:, None] * source
    covered = np.clip(np.arange(source + 1) * size - begin, 0, source)
    return np.asarray(np.diff((2 * covered * one + source) // (2 * source), axis=1))


def scale_exact(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.float64]:
    """Return the scaled plane, not rounded."""
    rows, columns = weights(plane.shape[0], height), weights(plane.shape[1], width)
    return np.asarray(rows @ plane.astype(np.float64) @ columns.T)


def scale(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return the bytes of the scaler: columns exactly, rows with 7 bits of fraction, halves upwards."""
    columns = fixed_point(plane.shape[1], width, COLUMN_ONE)
    rows = np.minimum(fixed_point(plane.shape[0], height, ROW_ONE), ROW_ONE - 1)
    # floats hold these integers exactly, and multiply faster
    sums = (plane.astype(np.float64) @ columns.T.astype(np.float64)).astype(np.int64)
    total = np.full((height, width), COLUMN_ONE // 2)
    for weight, line in zip(rows.T, sums, strict=True):
        used = weight > 0
        total[used] += (weight[used, None] * line + ROW_ONE // 2) // ROW_ONE
    return np.asarray(np.minimum(total // COLUMN_ONE, 255), np.uint8)


def lanczos(source: int, size: int) -> NDArray[np.float64]:
    """Return the (size, source) weights of Lanczos with three lobes, wider where the picture becomes smaller."""
    width = np.clip(source / size, 1, 128)
    centre = (np.arange(size) + 0.5) * (source / size)
    places = (np.arange(source) + 0.5 - centre[:, None]) / width
    table = np.where(np.abs(places) < 3, np.sinc(places) * np.sinc(places / 3), 0)
    return np.asarray(table / table.sum(1, keepdims=True))


def sharp_fixed_point(source: int, size: int) -> NDArray[np.int64]:
    """Return integer weights that sum to `SHARP_ONE`: their sum so far is rounded."""
    sums = np.cumsum(lanczos(source, size), axis=1) * SHARP_ONE
    rounded = np.floor(sums + 0.5).astype(np.int64)
    return np.asarray(np.diff(rounded, axis=1, prepend=0))


def sharpen(plane: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Return the bytes of the sharp scaler: rows first, to 6 bits of fraction, then columns."""
    if plane.shape == (height, width):
        return plane
    rows = sharp_fixed_point(plane.shape[0], height) @ plane.astype(np.int64)
    sums = (rows + 128) >> 8
    columns = sums @ sharp_fixed_point(plane.shape[1], width).T
    return np.asarray(np.clip((columns + (1 << 19)) >> 20, 0, 255), np.uint8)


def psnr_db(got: NDArray[np.uint8], exact: NDArray[np.float64]) -> float:
    """Return the peak signal-to-noise ratio of bytes against what is exact."""
    return float(10 * np.log10(255**2 / np.mean((got - exact) ** 2)))


Space = tuple[int, bool]
"""601 or 709 (ITU-R BT), full range."""

RED_BLUE = {601: (0.299, 0.114), 709: (0.2126, 0.0722)}


def to_ycc(matrix: int) -> NDArray[np.float64]:
    """Return what red, green and blue of 0..1 weigh in Y of 0..1, Cb and Cr of -0.5..0.5."""
    red, blue = RED_BLUE[matrix]
    luma = np.array([red, 1 - red - blue, blue])
    cb = (np.array([0, 0, 1]) - luma) / (2 - 2 * blue)
    return np.stack([luma, cb, (np.array([1, 0, 0]) - luma) / (2 - 2 * red)])


def steps(space: Space) -> NDArray[np.float64]:
    return np.array([255.0, 255.0, 255.0] if space[1] else [219.0, 224.0, 224.0])


def black(space: Space) -> NDArray[np.float64]:
    return np.array([0.0 if space[1] else 16.0, 128.0, 128.0])


def recolour_weights(source: Space, canvas: Space) -> NDArray[np.float64]:
    turn = to_ycc(canvas[0]) @ np.linalg.inv(to_ycc(source[0]))
    return np.asarray(steps(canvas)[:, None] * turn / steps(source))


def doubled(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return plane.repeat(2, axis=0).repeat(2, axis=1)


def recolour_exact(
    planes: tuple[NDArray[np.uint8], ...], source: Space, canvas: Space
) -> list[NDArray[np.float64]]:
    """Return planes in other colours, not rounded; luma sees the chroma of its block."""
    y, u, v = planes
    pixels = np.stack([y, doubled(u), doubled(v)]) - black(source)[:, None, None]
    turned = np.tensordot(recolour_weights(source, canvas), pixels, 1)
    turned = np.clip(turned + black(canvas)[:, None, None], 0, 255)
    return [turned[0], turned[1, ::2, ::2], turned[2, ::2, ::2]]


def rounded(value: NDArray[np.float64]) -> NDArray[np.int64]:
    """Halves away from zero."""
    return np.trunc(value + np.copysign(0.5, value)).astype(np.int64)


def recolour(
    planes: tuple[NDArray[np.uint8], ...], source: Space, canvas: Space
) -> list[NDArray[np.uint8]]:
    """Return the bytes of the core: products cut to 6 bits after the point, sums rounded."""
    weights = recolour_weights(source, canvas)
    gain, luma, chroma = weights[0, 0], rounded(weights[0] * 2**14), rounded(weights * 2**14)
    y, u, v = (plane.astype(np.int64) for plane in planes)
    cb, cr = (u - 128) << 8, (v - 128) << 8
    begin = rounded((black(canvas)[0] - gain * black(source)[0] + 0.5) * 64)
    sums = begin + (cb * luma[1] >> 16) + (cr * luma[2] >> 16)
    in_y = (y << 6) + doubled(sums) + ((y << 7) * rounded((gain - 1) * 2**15) >> 16)
    others = [(257 << 5) + (cb * row[1] >> 16) + (cr * row[2] >> 16) for row in chroma[1:]]
    return [np.clip(plane >> 6, 0, 255).astype(np.uint8) for plane in (in_y, *others)]


def bgra_weights(canvas: Space) -> NDArray[np.float64]:
    """Return what red, green and blue of 0..255 weigh in Y, Cb and Cr."""
    return np.asarray(steps(canvas)[:, None] / 255 * to_ycc(canvas[0]))


def from_bgra_exact(bgra: NDArray[np.uint8], canvas: Space) -> list[NDArray[np.float64]]:
    """Return Y, Cb and Cr, not rounded; chroma is of the mean of each block."""
    rgb = np.moveaxis(bgra[:, :, 2::-1], 2, 0).astype(np.float64)
    turned = np.tensordot(bgra_weights(canvas), rgb, 1) + black(canvas)[:, None, None]
    height, width = turned.shape[1:]
    means = turned.reshape(3, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    return [turned[0], means[1], means[2]]


def from_bgra(bgra: NDArray[np.uint8], canvas: Space) -> list[NDArray[np.uint8]]:
    """Return the bytes of the core: products cut to 8 bits after the point, sums rounded."""
    weights = rounded(np.abs(bgra_weights(canvas)) * 2**16)
    weights[1:] = np.minimum(weights[1:], 32767)
    rgb = np.moveaxis(bgra[:, :, 2::-1], 2, 0).astype(np.int64)
    height, width = rgb.shape[1:]
    blocks = rgb.reshape(3, height // 2, 2, width // 2, 2).sum(axis=(2, 4))
    y = ((rgb << 8) * weights[0][:, None, None] >> 16).sum(axis=0)
    y += (int(black(canvas)[0]) << 8) + 0x80
    chroma = [(blocks << 6) * row[:, None, None] >> 16 for row in weights[1:]]
    sums = [
        0x8080 + 2 * parts[own] - parts.sum(axis=0)
        for parts, own in zip(chroma, (2, 0), strict=True)
    ]
    return [(plane >> 8).astype(np.uint8) for plane in (y, *sums)]


def narrow(words: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return words rounded to their upper 8 bits."""
    return np.asarray(np.minimum((words.astype(np.int64) + 128) >> 8, 255), np.uint8)
