"""What simulated sites send: speech and the noise of rooms, encoded once and sent many times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mixminus import Codec, level_dbov
from mixminus.apps.audio_files import Samples, find_audio, read_audio
from mixminus.apps.rtp_sender import FORMATS
from mixminus.rtp import wire_level_dbov

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["encode", "levels_dbov", "read_clips", "room_noise"]

OWN_SPEECH = Path(__file__).parents[1] / "speech"


def read_clips(folder: Path | None, sample_rate_hz: int) -> list[Samples]:
    """Return the recordings in ``folder``, or those of the package, as mono int16.

    Raises
    ------
    AudioFileError
        No such folder, nothing in it, or something in it is damaged.
    """
    return [read_audio(path, sample_rate_hz) for path in find_audio(folder or OWN_SPEECH)]


def room_noise(seconds: float, level_dbov: float, sample_rate_hz: int, seed: int) -> Samples:
    """Return steady noise that falls with frequency as that of rooms does, int16."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal(round(seconds * sample_rate_hz)))
    frequency_hz = np.fft.rfftfreq(round(seconds * sample_rate_hz), 1 / sample_rate_hz)
    # Hoth noise, ITU-T P.800 annex B.3, falls by about 5 dB an octave
    noise = np.fft.irfft(spectrum * (1 + frequency_hz / 200) ** (-5 / 6))
    scale = 32768 * 10 ** (level_dbov / 20) / np.sqrt(np.mean(noise**2))
    samples: Samples = np.rint(noise * scale).astype(np.int16)
    return samples


def encode(kind: str, samples: Samples, *, dtx: bool = False) -> Sequence[bytes]:
    """Return the payloads of ``samples``, 20 ms each; empty where DTX sends nothing.

    Parameters
    ----------
    kind : str
        Codec, one of `FORMATS`.
    samples : int16 array, shape (n,)
        At the rate of that format; the last incomplete frame is left out.
    dtx : bool
        Discontinuous transmission, for Opus only.
    """
    form = FORMATS[kind]
    codec = Codec(kind, sample_rate_hz=form.sample_rate_hz, dtx=dtx)
    ends = range(form.frame_samples, len(samples) + 1, form.frame_samples)
    return [codec.encode(samples[end - form.frame_samples : end]) for end in ends]


def levels_dbov(samples: Samples, frame_samples: int) -> list[int]:
    """Return how loud each whole frame is, as RFC 6464 writes it: 0..-127."""
    whole = samples[: len(samples) // frame_samples * frame_samples]
    return [wire_level_dbov(level_dbov(frame)) for frame in whole.reshape(-1, frame_samples)]
