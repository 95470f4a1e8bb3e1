"""G.711 sample by sample, in the words of ITU-T G.191 (2019) sections 11.1 and 11.2; what an Opus packet says."""

import numpy as np
from numpy.typing import NDArray


def encode_mu_law(sample: int) -> int:
    """Compress 16-bit linear to mu-law: 14 bits count, negative ones as one's complement."""
    magnitude = min(((-sample - 1 if sample < 0 else sample) >> 2) + 33, 0x1FFF)
    segment = 1
    rest = magnitude >> 6
    while rest:
        segment += 1
        rest >>= 1
    code = (8 - segment) << 4 | (15 - (magnitude >> segment & 15))
    return code if sample < 0 else code | 128


def decode_mu_law(code: int) -> int:
    """Expand mu-law to 16-bit linear."""
    exponent = 7 - (code >> 4 & 7)
    mantissa = 15 - (code & 15)
    step = 4 << (exponent + 1)
    magnitude = (128 << exponent) + step * mantissa + step // 2 - 4 * 33
    return magnitude if code >= 128 else -magnitude


def encode_a_law(sample: int) -> int:
    """Compress 16-bit linear to A-law: 12 bits and a sign count, negative ones as one's complement."""
    code = (-sample - 1 if sample < 0 else sample) >> 4
    if code > 15:
        exponent = 1
        while code > 31:
            code >>= 1
            exponent += 1
        code = code - 16 + (exponent << 4)
    return (code if sample < 0 else code | 128) ^ 0x55


def decode_a_law(code: int) -> int:
    """Expand A-law to 16-bit linear."""
    bits = (code ^ 0x55) & 127
    exponent, mantissa = bits >> 4, bits & 15
    magnitude = (mantissa + 16 * (exponent > 0)) * 16 + 8
    if exponent > 1:
        magnitude <<= exponent - 1
    return magnitude if code >= 128 else -magnitude


def snr_db(clean: NDArray[np.int16], heard: NDArray[np.int16]) -> float:
    """Level of `clean` over that of the difference."""
    wanted = np.square(clean, dtype=float).sum()
    error = np.square(clean.astype(float) - heard).sum()
    return float(10 * np.log10((wanted + 1e-9) / (error + 1e-9)))


def voice(
    sample_rate_hz: int, frames: int, pitch_hz: float = 140, seed: int = 1
) -> NDArray[np.int16]:
    """Make something voiced: harmonics of a gliding pitch in syllables; shape (frames, samples of 20 ms)."""
    time = np.arange(frames * sample_rate_hz // 50) / sample_rate_hz
    phase = 2 * np.pi * pitch_hz * (time + 0.05 * np.sin(2 * np.pi * 1.3 * time))
    harmonics = sum(np.sin(n * phase + seed * n) / n for n in range(1, 12))
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * time)
    breath = np.random.default_rng(seed).standard_normal(time.size)
    sound = syllables * (4000 * harmonics + 150 * breath)
    return np.asarray(sound, np.int16).reshape(frames, -1)
