"""The echo canceller's filter and its search for the delay, block by block in double precision."""

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]
Bins = NDArray[np.complex128]

# as in aec/kalman_filter.cpp
PRIOR, PRIOR_BLOCKS = 1.2, 4.0
NEAR_STEP, NEAR_WEIGHT = 0.4, 3.0
STEP_TAKEN = 0.25
LEAST_POWER = 1e-6
CONSTRAINED = 2
WHOLE_PARTITIONS, LATE_BINS = 16, 88

# as in aec/delay_search.cpp
FIRST_BIN, MOST_BINS = 4, 40
SLICES = 4
KEEP = 1 - 1 / 15
MEAN_STEP = 0.1
SILENCE = 1e-4


def power(bins: Bins) -> Wave:
    return np.asarray(np.abs(bins) ** 2)


class KalmanFilter:
    """Overlap-save over partitions of a block; each bin of each partition has an uncertainty of its own."""

    def __init__(self, partitions: int, block: int) -> None:
        self.partitions, self.block = partitions, block
        shape = (partitions, block + 1)
        self.far: Bins = np.zeros(shape, complex)
        self.weights: Bins = np.zeros(shape, complex)
        of_partition = PRIOR * np.exp(-np.arange(partitions) / PRIOR_BLOCKS)
        self.uncertainty_of_weights: Wave = np.tile(of_partition[:, None], (1, block + 1))
        self.near_power: Wave = np.zeros(block + 1)
        self.uncertainty: Wave = np.zeros(block + 1)
        self.constrained = 0

    def push(self, far: Wave) -> None:
        """Take the newest two blocks of the far end."""
        self.far = np.vstack([np.fft.rfft(far), self.far[:-1]])
        self.far[WHOLE_PARTITIONS:, LATE_BINS:] = 0

    def predict(self) -> Wave:
        """Return the echo: of the circular convolution, the half that did not wrap."""
        return np.fft.irfft(np.sum(self.far * self.weights, axis=0))[self.block :]

    def adapt(self, error: Wave, process_noise: float) -> None:
        spectrum = np.fft.rfft(np.concatenate([np.zeros(self.block), error]))
        self.uncertainty = np.sum(power(self.far) * self.uncertainty_of_weights, axis=0)
        self.near_power += NEAR_STEP * (power(spectrum) - self.near_power)
        near = NEAR_WEIGHT * np.maximum(self.near_power, 0.5 * power(spectrum))
        gain = self.uncertainty_of_weights / (self.uncertainty + near + LEAST_POWER)
        self.weights += gain * np.conj(self.far) * spectrum
        keep = (1 - process_noise) ** 2
        learned = STEP_TAKEN * gain * power(self.far)
        self.uncertainty_of_weights = keep * self.uncertainty_of_weights * (1 - learned)
        self.uncertainty_of_weights += (1 - keep) * power(self.weights)
        for _ in range(CONSTRAINED):
            self.constrained = (self.constrained + 1) % self.partitions
            answer = np.fft.irfft(self.weights[self.constrained])
            answer[self.block :] = 0
            self.weights[self.constrained] = np.fft.rfft(answer)
        self.weights[WHOLE_PARTITIONS:, LATE_BINS:] = 0


class Whitening:
    """Spectra over the square root of their smoothed powers."""

    def __init__(self, bins: int) -> None:
        self.band = slice(FIRST_BIN, FIRST_BIN + min(MOST_BINS, bins - 1 - FIRST_BIN))
        self.mean: Wave = np.zeros(self.band.stop - self.band.start)

    def __call__(self, spectrum: Bins) -> Bins:
        band = spectrum[self.band]
        self.mean += MEAN_STEP * (power(band) - self.mean)
        return np.asarray(band / np.sqrt(np.maximum(self.mean, power(band) / 4) + SILENCE))


def scores(far: Bins, near: Bins, lags: int) -> Wave:
    """Return the coherence at each lag after blocks of these spectra, of shape (blocks, bins), all with speech.

    In block n, counted from one, the lags with lag % SLICES == n % SLICES are averaged.
    """
    whiten_far, whiten_near = Whitening(far.shape[1]), Whitening(near.shape[1])
    fars: Bins = np.array([whiten_far(spectrum) for spectrum in far])
    nears: Bins = np.array([whiten_near(spectrum) for spectrum in near])
    found = np.zeros(lags)
    for lag in range(lags):
        mean, weight = np.zeros(fars.shape[1], complex), 0.0
        for block in range(len(nears)):
            if (block + 1) % SLICES != lag % SLICES:
                continue
            heard = fars[block - lag] if block >= lag else np.zeros_like(mean)
            mean = KEEP * mean + np.conj(heard) * nears[block]
            weight = KEEP * weight + 1
        if weight:
            found[lag] = np.mean(power(mean)) / weight**2
    return found
