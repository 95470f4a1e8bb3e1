"""Resampling and level, straight from their definitions, and the tones that measure a resampler."""

import numpy as np
from numpy.typing import NDArray

DELAY_SAMPLES = 17
KAISER_BETA = 8.0


def resample(pcm: NDArray[np.int16], input_hz: int, output_hz: int) -> NDArray[np.float64]:
    """Return each output as a windowed-sinc sum over the inputs around its instant, not yet rounded."""
    lower_hz = min(input_hz, output_hz)
    outputs = np.empty(-(-len(pcm) * output_hz // input_hz))
    for n in range(len(outputs)):
        newest = n * input_hz // output_hz
        span = 2 * DELAY_SAMPLES * input_hz // lower_hz + 2
        inputs = np.arange(newest - span, newest + 1)
        u = (inputs / input_hz - n / output_hz) * lower_hz + DELAY_SAMPLES
        inside = 1 - (u / DELAY_SAMPLES) ** 2
        taps = np.sinc(u) * np.i0(KAISER_BETA * np.sqrt(inside.clip(0))) * (inside > 0)
        heard = (inputs >= 0) & (inputs < len(pcm))
        outputs[n] = (taps / taps.sum())[heard] @ pcm[inputs[heard]].astype(np.float64)
    return outputs


def filter_run(rows: NDArray[np.float32], inputs: NDArray[np.float32]) -> NDArray[np.int16]:
    """Return the rounded and saturated sums, each added up in the order of the inputs."""
    sums = np.zeros((len(inputs), rows.shape[1]), np.float32)
    for j, row in enumerate(rows):
        sums += inputs[:, j : j + 1] * row
    return np.asarray(np.rint(sums).clip(-32768, 32767), np.int16)


def level_dbov(frame: NDArray[np.int16]) -> float:
    """Return the RMS level against a full-scale square wave, at least -127 (RFC 6464 section 3)."""
    mean = np.mean(frame.astype(np.float64) ** 2)
    return max(-127.0, 10 * float(np.log10(mean / 32768**2))) if mean else -127.0


def sine(rate_hz: int, frequency_hz: float, seconds: float = 1.25) -> NDArray[np.int16]:
    """Return a sine of amplitude 30000."""
    t = np.arange(round(rate_hz * seconds)) / rate_hz
    return np.asarray(np.rint(30000 * np.sin(2 * np.pi * frequency_hz * t)), np.int16)


def spectrum(pcm: NDArray[np.int16], rate_hz: int) -> NDArray[np.complex128]:
    """Return the lines of one second after the first 0.2 s, one per Hz; a sine of 30000 has magnitude 1."""
    second = pcm[rate_hz // 5 : rate_hz // 5 + rate_hz]
    return np.asarray(np.fft.rfft(second) / (rate_hz / 2 * 30000), np.complex128)
