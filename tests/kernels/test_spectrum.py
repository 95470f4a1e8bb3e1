"""Transforms agree with numpy; all kernels over spectra return the bits of the reference on every instruction set."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus._core import kernels
from tests.reference import fft, noise_suppressor, spectrum

SIZES = [2, 4, 6, 10, 16, 18, 30, 50, 64, 90, 128, 160, 162, 240, 250, 320, 480, 512, 640, 900, 960]
BINS = [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 81, 161, 241, 481]
FACTORS = (0.998, 0.5, 0.002)

every_isa = pytest.mark.parametrize("isa", kernels.available())
every_size = pytest.mark.parametrize("size", SIZES)
every_count = pytest.mark.parametrize("bins", BINS)


def noise(shape: int | tuple[int, ...], seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


@every_isa
@every_size
def test_forward_is_the_transform_of_numpy(isa: str, size: int) -> None:
    samples = noise(size)
    bins = kernels.fft_forward(isa, samples)
    expected = fft.forward(samples)
    np.testing.assert_allclose(bins, expected, rtol=0, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_array_equal(bins, kernels.fft_forward("scalar", samples))


@every_isa
@every_size
def test_inverse_is_the_transform_of_numpy(isa: str, size: int) -> None:
    bins = noise((2, size // 2 + 1))
    samples = kernels.fft_inverse(isa, bins)
    expected = fft.inverse(bins)
    np.testing.assert_allclose(samples, expected, rtol=0, atol=1e-6 * np.abs(expected).max())
    np.testing.assert_array_equal(samples, kernels.fft_inverse("scalar", bins))


@every_isa
@every_size
def test_inverse_undoes_forward(isa: str, size: int) -> None:
    samples = noise(size)
    back = kernels.fft_inverse(isa, kernels.fft_forward(isa, samples))
    np.testing.assert_allclose(back, samples, rtol=0, atol=1e-6 * np.abs(samples).max())


@every_isa
def test_imaginary_parts_that_a_real_signal_has_not_are_ignored(isa: str) -> None:
    bins = noise((2, 161))
    silent = bins.copy()
    silent[1, [0, -1]] = 0
    np.testing.assert_array_equal(kernels.fft_inverse(isa, bins), kernels.fft_inverse(isa, silent))


@every_isa
@pytest.mark.parametrize("size", [0, 1, 7, 14, 22, 321, 962, 1920])
def test_other_sizes_are_refused(isa: str, size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        kernels.fft_forward(isa, noise(size))


@every_isa
@every_count
def test_complex_mac_adds_the_product(isa: str, bins: int) -> None:
    a, b, total = noise((3, 2, bins))
    expected = total + spectrum.times(a, b)
    kernels.complex_mac(isa, a, b, total)
    np.testing.assert_array_equal(total, expected)


@every_isa
@every_count
def test_accumulate_correlation_sums_in_one_order(isa: str, bins: int) -> None:
    x, d, c = noise((3, 2, bins))
    expected = np.float32(0.9) * c + spectrum.correlation(x, d)
    total = kernels.accumulate_correlation(isa, x, d, 0.9, c)
    np.testing.assert_array_equal(c, expected)
    assert np.float32(total) == spectrum.folded_sum(spectrum.power(expected))


@every_isa
@every_count
def test_kalman_step_is_that_of_the_reference(isa: str, bins: int) -> None:
    x, error, w = noise((3, 2, bins))
    inverse, p = np.abs(noise((2, bins), 2)) + np.float32(0.1)
    new_w, new_p = spectrum.kalman_step(x, error, inverse, FACTORS, w, p)
    kernels.kalman_step(isa, x, error, inverse, FACTORS, w, p)
    np.testing.assert_array_equal(w, new_w)
    np.testing.assert_array_equal(p, new_p)


@every_isa
@every_count
def test_power_mac_weighs_powers(isa: str, bins: int) -> None:
    x, (p, total) = noise((2, bins)), noise((2, bins), 2)
    expected = total + spectrum.power(x) * p
    kernels.power_mac(isa, x, p, total)
    np.testing.assert_array_equal(total, expected)


@every_isa
@every_count
@pytest.mark.parametrize("tap_count", [1, 25, 32])
def test_fir_sums_in_order(isa: str, bins: int, tap_count: int) -> None:
    taps, samples = noise((tap_count,)), noise((bins + tap_count - 1,))
    expected = np.zeros(bins, np.float32)
    for t, tap in enumerate(taps):
        expected = tap * samples[t : t + bins] + (expected if t else np.float32(0))
    np.testing.assert_array_equal(kernels.fir(isa, taps, samples), expected)


@every_isa
@every_count
def test_noise_is_followed_and_suppressed_as_in_the_reference(
    isa: str, bins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_suppressor, "VOICED_BINS", bins)
    noise_rows = np.abs(noise((4, bins), 3)) * np.float32(1e5) + np.float32(1)
    known = noise_suppressor.Bins(*np.vstack([noise_rows, np.zeros((1, bins), np.float32)]))
    for learn in (1.0, 0.5, 0.0, 0.0):
        spectra = noise((2, bins), round(4 * learn)) * np.float32(300)
        speech = noise_suppressor.follow(known, spectra[0], spectra[1], learn)
        assert kernels.follow_noise(isa, learn, noise_rows, spectra) == speech
        rows = [known.noise, known.smooth, known.lowest, known.lowest_before]
        np.testing.assert_array_equal(noise_rows, rows)
        gain_rows = np.stack([known.noise, known.smooth, known.clean])
        expected = spectra * noise_suppressor.gains(known, spectra[0], spectra[1], 2.5, 0.2)
        kernels.suppress_noise(isa, (2.5, 0.2), gain_rows, spectra)
        np.testing.assert_array_equal(spectra, expected)
        np.testing.assert_array_equal(gain_rows[2], known.clean)


@every_isa
def test_bins_that_do_not_match_are_refused(isa: str) -> None:
    with pytest.raises(ValueError, match="bins"):
        kernels.complex_mac(isa, noise((2, 5)), noise((2, 6)), noise((2, 6)))
    with pytest.raises(ValueError, match="shape"):
        kernels.complex_mac(isa, noise((3, 6)), noise((2, 6)), noise((2, 6)))
