"""Runs a receiver over arrivals on a simulated clock."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

import mixminus
from tests.network.model import MS, Arrivals


def play(
    receiver: mixminus.AudioReceiver,
    arrivals: Arrivals,
    until_ms: float,
    *,
    from_ms: float = 0,
    frame_ms: int = 20,
) -> NDArray[np.int16]:
    """Return everything that is pulled from `from_ms` until `until_ms`."""
    waiting = iter(arrivals)
    following = next(waiting, None)
    frames = []
    for now_ns in range(int(from_ms * MS), int(until_ms * MS), frame_ms * MS):
        while following is not None and following[0] <= now_ns:
            receiver.insert(following[1], following[0])
            following = next(waiting, None)
        frames.append(receiver.pull(now_ns))
    return np.concatenate(frames)


def voice(seconds: float, sample_rate_hz: int, seed: int = 1) -> NDArray[np.int16]:
    """Return something like speech: a gliding pitch with harmonics, in syllables with pauses."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * sample_rate_hz)) / sample_rate_hz
    pitch_hz = 120 + 30 * np.sin(2 * np.pi * 0.4 * t + rng.uniform(0, 6))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / sample_rate_hz
    wave = sum(np.sin(k * phase) / k for k in range(1, 12))
    syllables = np.clip(3 * np.sin(2 * np.pi * 1.7 * t), 0, 1)
    pauses = (np.sin(2 * np.pi * 0.35 * t) > -0.6).astype(float)
    noise = rng.normal(0, 3, len(t))
    return np.asarray(wave * syllables * pauses * 5000 + noise).astype(np.int16)


def position(needle: NDArray[np.int16], signal: NDArray[np.int16]) -> int:
    """Return where `needle` begins in `signal`, exactly, or -1."""
    starts = np.flatnonzero(signal[: len(signal) - len(needle) + 1] == needle[0])
    return next((int(i) for i in starts if np.array_equal(signal[i : i + len(needle)], needle)), -1)


def largest_step(signal: Iterable[int]) -> int:
    """Return the largest difference between two neighbouring samples."""
    return int(np.abs(np.diff(np.asarray(list(signal), int))).max())
