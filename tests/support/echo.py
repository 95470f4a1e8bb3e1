"""What happens at a site with loudspeakers: who talks at either end, and what its canceller makes of it."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mixminus import EchoCanceller
from mixminus.apps.voices import read_clips, room_noise
from tests.support.hall import hall_response

Wave = NDArray[np.float64]  # full scale is one
RATE_HZ = 16_000


@cache
def clips(rate_hz: int) -> list[Wave]:
    return [clip / 32768 for clip in read_clips(None, rate_hz)]


@cache
def speech(
    seconds: float, first: int = 0, rate_hz: int = RATE_HZ, level_dbov: float = -24.0
) -> Wave:
    """Return the package's voices from clip `first` on, one after the other."""
    voices = clips(rate_hz)
    said = np.concatenate(voices[first:] + voices[:first])[: round(seconds * rate_hz)]
    return np.asarray(said * 10 ** (level_dbov / 20) / np.std(said))


@cache
def noise(seconds: float, level_dbov: float = -70.0, rate_hz: int = RATE_HZ, seed: int = 1) -> Wave:
    return np.asarray(room_noise(seconds, level_dbov, rate_hz, seed) / 32768)


@cache
def other_response(rate_hz: int = RATE_HZ) -> Wave:
    """Return a second room: the same direct sound, other reflections."""
    response = hall_response(rate_hz).copy()
    later = slice(int(np.argmax(np.abs(response))) + rate_hz // 400, None)
    signs = np.random.default_rng(2).choice([-1.0, 1.0], len(response))
    response[later] = (response * signs)[later]
    return response


def echo_of(
    far: Wave, delay_ms: float = 0.0, rate_hz: int = RATE_HZ, response: Wave | None = None
) -> Wave:
    """Return what the hall's microphone hears of `far`, the strongest of it `delay_ms` later."""
    answer = hall_response(rate_hz) if response is None else response
    answer = answer[int(np.argmax(np.abs(answer))) :]
    size = 1 << (len(far) + len(answer)).bit_length()
    heard = np.fft.irfft(np.fft.rfft(far, size) * np.fft.rfft(answer, size), size)
    late = round(delay_ms * rate_hz / 1000)
    return np.concatenate([np.zeros(late), heard])[: len(far)]


def resample(wave: Wave, ppm: float) -> Wave:
    """Return the wave as a clock that runs `ppm` faster samples it, by a windowed sinc of 64 taps."""
    at = np.arange(int((len(wave) - 65) * (1 + ppm * 1e-6))) / (1 + ppm * 1e-6) + 31
    whole = np.floor(at).astype(int)
    out = np.zeros(len(at))
    for tap in range(-31, 33):
        away = at - whole - tap
        out += wave[whole + tap] * np.sinc(away) * np.cos(np.pi * away / 66) ** 2
    return out


def process(
    canceller: EchoCanceller,
    near: Wave,
    far: Wave,
    before: Mapping[int, Callable[[], None]] | None = None,
) -> Wave:
    """Return the output, as late as it is; `before` has what to do before which frame."""
    frame = canceller.sample_rate_hz // 100
    count = min(len(near), len(far)) // frame
    ends = [
        np.asarray(end[: count * frame], np.float32).reshape(count, frame) for end in (near, far)
    ]
    out = np.empty((count, frame), np.float32)
    for index in range(count):
        if before and index in before:
            before[index]()
        canceller.process(ends[0][index], ends[1][index], out[index])
    return out.ravel().astype(np.float64)


def power_db(wave: Wave) -> float:
    return float(10 * np.log10(np.mean(np.square(wave)) + 1e-12))


def part(wave: Wave, begin_s: float, end_s: float, rate_hz: int = RATE_HZ) -> Wave:
    return wave[round(begin_s * rate_hz) : round(end_s * rate_hz)]


def sdr_db(out: Wave, wanted: Wave) -> float:
    return power_db(wanted) - power_db(out - wanted)


def delayed(wave: Wave, canceller: EchoCanceller) -> Wave:
    """Return the wave as late as the canceller's output is."""
    late = round(canceller.delay_ms * canceller.sample_rate_hz / 1000)
    return np.concatenate([np.zeros(late), wave])[: len(wave)]
