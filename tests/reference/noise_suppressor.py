"""The suppressor of noise, frame by frame: transforms in double precision, the rest in single as in the core."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.reference.spectrum import folded_sum

Floats = NDArray[np.float32]

PRIOR_SNR = 10.0  # of speech, where there is any
FOLLOW = 0.03
SMOOTH = 0.3
INSTANT = 0.1
EXCESS = 1.2
LEAST_SNR = 0.01
LEARNED_FRAMES = 6
WINDOW_FRAMES = 150
VOICED_BINS = 161


def exp_minus(x: Floats) -> Floats:
    """Return exp(-x) for x >= 0, at least exp(-16), within 1 %: what powers and quotients alone can say."""
    t = np.minimum(x, np.float32(16)) * np.float32(1 / 32)
    power = t * np.float32(1 / 24) + np.float32(1 / 6)
    for coefficient in (0.5, 1.0, 1.0):
        power = power * t + np.float32(coefficient)
    for _ in range(5):
        power = power * power
    return np.asarray(np.float32(1) / power, np.float32)


@dataclass
class Bins:
    """What is known of each bin."""

    noise: Floats  # its power
    smooth: Floats  # power over some frames
    lowest: Floats  # of `smooth` in this window of time
    lowest_before: Floats  # and in the one before
    clean: Floats  # power of what was let through in the frame before

    @classmethod
    def of(cls, bins: int) -> "Bins":
        zeros, most = np.zeros(bins, np.float32), np.full(bins, 1e30, np.float32)
        return cls(zeros, zeros, most, most, zeros)


def follow(bins: Bins, re: Floats, im: Floats, learn: float) -> np.float32:
    """Follow the noise and return the sum of the probabilities of speech in the first VOICED_BINS."""
    one, f = np.float32(1), np.float32
    power = re * re + im * im + one
    noise = bins.noise + f(learn) * (power - bins.noise)
    kappa = f(PRIOR_SNR / (1 + PRIOR_SNR))
    speech = one / (
        one + f(1 + PRIOR_SNR) * exp_minus(np.asarray(power / noise * kappa, np.float32))
    )
    noise = noise + f(FOLLOW) * ((one - speech) * (power - noise))
    bins.smooth = bins.smooth + f(max(learn, SMOOTH)) * (power - bins.smooth)
    bins.lowest = np.minimum(bins.lowest, bins.smooth)
    bins.noise = np.maximum(noise, np.minimum(bins.lowest, bins.lowest_before))
    return folded_sum(np.asarray(speech[:VOICED_BINS], np.float32))


def gains(bins: Bins, re: Floats, im: Floats, trust: float, least_gain: float) -> Floats:
    """Return the gain of each bin."""
    one, f = np.float32(1), np.float32
    power = re * re + im * im + one
    inverse = one / (f(EXCESS) * bins.noise)
    lasting = f(trust) * np.maximum(bins.smooth * inverse - one, f(0))
    instant = np.minimum(np.maximum(power * inverse - one, f(0)), lasting)
    snr = (one - f(INSTANT)) * (bins.clean * inverse) + f(INSTANT) * instant
    snr = np.maximum(snr, f(LEAST_SNR))
    gain = snr / (one + snr)
    bins.clean = np.asarray(gain * gain * power, np.float32)
    return np.asarray(np.maximum(gain, f(least_gain)), np.float32)


def suppress(
    pcm: NDArray[np.int16], rate_hz: int, suppression_db: float = 15.0
) -> NDArray[np.int16]:
    """Return whole frames of 10 ms, 10 ms late."""
    hop = rate_hz // 100
    window = np.sqrt(0.5 - 0.5 * np.cos(np.pi * np.arange(2 * hop) / hop))
    bins = Bins.of(hop + 1)
    heard, overlap = np.zeros(2 * hop), np.zeros(hop)
    frames = []
    learned = counted = 0
    for frame in pcm.reshape(-1, hop):
        heard = np.concatenate([heard[hop:], frame])
        block = np.zeros(2 * hop)
        if heard.any():
            if counted == WINDOW_FRAMES:
                bins.lowest_before, bins.lowest, counted = bins.lowest, bins.smooth, 0
            counted += 1
            learned += 1
            spectrum = np.fft.rfft(heard * window)
            re, im = spectrum.real.astype(np.float32), spectrum.imag.astype(np.float32)
            learn = 1 / learned if learned <= LEARNED_FRAMES else 0.0
            speech = float(follow(bins, re, im, learn)) / min(len(re), VOICED_BINS)
            trust = 1 + 3 * min(max((speech - 0.33) * 10, 0.0), 1.0)
            gain = gains(bins, re, im, trust, 10 ** (-suppression_db / 20))
            block = np.fft.irfft(gain * spectrum) * window
        frames.append(overlap + block[:hop])
        overlap = block[hop:]
    return np.asarray(np.rint(np.concatenate(frames)).clip(-32768, 32767), np.int16)
