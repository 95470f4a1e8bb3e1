"""Who is heard in a mix, and how late: the sent signals are looked for in the received one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mixminus.apps.audio_files import Samples

__all__ = ["HEARD", "Trace", "find_voice"]

# A voice that is not there reaches about 5 (the highest of thousands of lags of noise);
# one of four talkers reaches 60 within 10 s, leaking 20 dB below the others 7 to 17.
HEARD = 7.0
BLOCK_S = 2.0
LATEST_S = 1.5  # longest delay that is looked for
EARLIEST_S = 0.1  # stamps of sending and arrival are not exact
LOWEST_HZ, HIGHEST_HZ = 150, 3600  # what all codecs carry
ACTIVE_DBOV = -50.0


class Trace(NamedTuple):
    """A voice found in a mix."""

    strength: float  # peak of the cross-correlation over its rms; `HEARD` or more: it is there
    delay_ms: float  # meaningless below `HEARD`


def find_voice(sent: Samples, heard: Samples, sample_rate_hz: int) -> Trace:
    """Look for ``sent`` in ``heard``.

    Parameters
    ----------
    sent, heard : int16 array, shape (n,)
        Sample i of both belongs to the same instant: when it was sent, when it arrived.
    sample_rate_hz : int
        At least 8000.

    Returns
    -------
    Trace
        Strength 0.0 when ``sent`` was never active.

    Notes
    -----
    Generalised cross-correlation with phase transform [1]_, summed over blocks of 2 s. Codecs,
    gains and limiters change magnitudes but hardly the phases of what is louder than their noise;
    whitening makes the peak narrow, so that one talker of several, or a leak 20 dB below them,
    stands out of thousands of other lags. A delay that drifts splits the peak but leaves it.

    .. [1] C. Knapp and G. Carter, "The generalized correlation method for estimation of time
       delay", IEEE Transactions on ASSP 24(4), 1976.
    """
    block, before = round(BLOCK_S * sample_rate_hz), round(LATEST_S * sample_rate_hz)
    after = round(EARLIEST_S * sample_rate_hz)
    total = np.zeros(before + after)
    for start in range(before, min(len(sent), len(heard)) - block - after + 1, block):
        piece = sent[start - before : start + block + after]
        if _level_dbov(piece) > ACTIVE_DBOV:
            # lag 0 of the result is the earliest delay, -after
            total += _whitened_correlation(piece, heard[start : start + block], sample_rate_hz)[
                : before + after
            ]
    rms = float(np.sqrt(np.mean(total**2)))
    if rms == 0.0:
        return Trace(0.0, 0.0)
    peak = int(np.argmax(total))
    return Trace(float(total[peak]) / rms, 1000 * (before - peak) / sample_rate_hz)


def _whitened_correlation(
    sent: Samples, heard: Samples, sample_rate_hz: int
) -> npt.NDArray[np.float64]:
    """Correlation of ``heard`` with ``sent[lag : lag + len(heard)]`` for each lag."""
    size = 1 << (len(sent) + len(heard) - 1).bit_length()
    cross = np.fft.rfft(sent, size) * np.conj(np.fft.rfft(heard, size))
    frequency_hz = np.fft.rfftfreq(size, 1 / sample_rate_hz)
    cross[(frequency_hz < LOWEST_HZ) | (frequency_hz > HIGHEST_HZ)] = 0
    return np.fft.irfft(cross / (np.abs(cross) + 1e-3))


def _level_dbov(samples: Samples) -> float:
    return float(10 * np.log10(np.mean((samples / 32768.0) ** 2) + 1e-12))
