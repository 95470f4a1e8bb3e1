"""The discrete Fourier transform of real samples in double precision, as rows of real and imaginary parts."""

import numpy as np
from numpy.typing import NDArray


def forward(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the bins 0 to half the size, shape (2, size // 2 + 1), not scaled."""
    bins = np.fft.rfft(samples.astype(np.float64))
    return np.stack([bins.real, bins.imag])


def inverse(bins: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the samples whose bins these are; the imaginary parts of the first and the last are ignored."""
    re, im = bins.astype(np.float64)
    return np.asarray(np.fft.irfft(re + 1j * im, 2 * len(re) - 2), np.float64)
