"""Recorded files as tests need them, made and read with PyAV alone."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
WHITE, BLACK = 235, 16
FLASH_S = 0.1


class Movie(NamedTuple):
    """A file that was read."""

    times_s: NDArray[np.float64]
    """Of each picture."""
    lumas: list[NDArray[np.uint8]]
    sound: NDArray[np.float64]
    """At 48 kHz, full scale is 1, from time 0."""

    def beep_s(self, tone_hz: float) -> float:
        """Return when a tone begins."""
        block = RATE_HZ // 200
        levels = [loudness(part, tone_hz) for part in self.sound.reshape(-1, block)]
        return float(np.argmax(np.array(levels) > 0.02)) * block / RATE_HZ

    def flash_s(self, place: tuple[slice, slice]) -> float:
        """Return the time of the first picture that is white in one place."""
        bright = [float(luma[place].mean()) > 120 for luma in self.lumas]
        return float(self.times_s[bright.index(True)])


def tone(seconds: float, frequency_hz: float, begin_s: float = 0.0) -> NDArray[np.int16]:
    """Return a tone at a quarter of full scale, silent until it begins."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sine = np.sin(2 * np.pi * frequency_hz * t) * (t >= begin_s)
    return np.round(8192 * sine).astype(np.int16)


def loudness(sound: NDArray[np.float64], frequency_hz: float) -> float:
    """Return the amplitude of one frequency."""
    t = np.arange(len(sound)) / RATE_HZ
    return float(2 * abs(np.mean(sound * np.exp(-2j * np.pi * frequency_hz * t))))


def write_movie(
    path: Path,
    seconds: float,
    *,
    rate: Fraction | int | None = 25,
    size: tuple[int, int] = (64, 48),
    flash_at_s: float = 1e9,
    sound: NDArray[np.int16] | None = None,
) -> Path:
    """Write black pictures with one white flash, and sound beside them; None: no such stream."""
    with av.open(str(path), "w") as container:
        if rate is not None:
            video: Any = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast"})
            video.width, video.height = size
            video.pix_fmt = "yuv420p"
        if sound is not None:
            audio: Any = container.add_stream("aac", rate=RATE_HZ, layout="mono")
            audio.bit_rate = 96_000
        for index in range(round(seconds * rate) if rate is not None else 0):
            time_s = float(index / Fraction(rate or 1))
            white = flash_at_s <= time_s < flash_at_s + FLASH_S
            container.mux(video.encode(_flat(size, WHITE if white else BLACK)))
        if rate is not None:
            container.mux(video.encode(None))
        if sound is not None:
            frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
            container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
    return path


def read_movie(path: Path) -> Movie:
    """Return all pictures and the sound of a file."""
    pictures = list(_decode(path, "video"))
    resampler = av.AudioResampler("s16", "mono", RATE_HZ)
    blocks = [b.to_ndarray()[0] for f in _decode(path, "audio") for b in resampler.resample(f)]
    sound = np.concatenate([np.zeros(0, np.int16), *blocks]) / 32768
    return Movie(
        np.array([frame.time for frame in pictures]),
        [frame.to_ndarray(format="gray") for frame in pictures],
        sound[: len(sound) // 240 * 240],
    )


def _decode(path: Path, kind: str) -> Iterator[Any]:
    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        yield from container.decode(stream)


def _flat(size: tuple[int, int], luma: int) -> av.VideoFrame:
    planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    planes[: size[1]] = luma
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")
