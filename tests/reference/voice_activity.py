"""Voice activity straight from its rules: a pitch that is there, that stays, and that is louder than the room."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

PITCH_RATE_HZ = 4000
WINDOW_S = 0.025
HIGHEST_PITCH_HZ, LOWEST_PITCH_HZ = 400, 61
HISTORY = 512


def rise(value: float, low: float, high: float) -> float:
    """Return 0 at ``low``, 1 at ``high``."""
    return min(max((value - low) / (high - low), 0.0), 1.0)


def is_near(lag: int, other: int, tolerance: float) -> bool:
    return abs(lag - other) < tolerance * min(lag, other)


def level_dbov(frame: NDArray[np.int16]) -> float:
    power = float(np.mean((frame / 32768.0) ** 2))
    return max(10 * np.log10(power), -127.0) if power > 0 else -127.0


@dataclass
class VoiceActivity:
    """What mixminus.VoiceActivity says, in float64, frames of 10 or 20 ms."""

    sample_rate_hz: int
    frame_ms: int
    noise_dbov: float | None = None
    lag: int = 0
    last_voicing: float = 0.0
    levels: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Work at about 4 kHz."""
        self.step = round(self.sample_rate_hz / PITCH_RATE_HZ)
        rate_hz = self.sample_rate_hz / self.step
        self.window = int(rate_hz * WINDOW_S)
        self.lags = range(int(rate_hz / HIGHEST_PITCH_HZ), int(rate_hz / LOWEST_PITCH_HZ))
        self.history = np.zeros(HISTORY, np.int64)

    def update(self, frame: NDArray[np.int16]) -> tuple[float, float, float]:
        """Return level, noise and probability of one frame."""
        level = level_dbov(frame)
        noise = self._track_noise(level)
        self._append(frame)
        above = rise(level - noise, 6, 12)
        earlier_lag, earlier_voicing = self.lag, self.last_voicing
        self.lag, self.last_voicing = 0, 0.0
        if above == 0 or level <= -58:
            return level, noise, 0.0
        self.last_voicing = rise(self._voicing(), 0.6, 0.85) * above
        stays = earlier_voicing > 0.2 and self._keeps_pitch(earlier_lag)
        return level, noise, self.last_voicing if stays else 0.0

    def _track_noise(self, level_dbov: float) -> float:
        level = max(level_dbov, -90.0)
        noise = level if self.noise_dbov is None else self.noise_dbov
        rising = noise + 3.0 * self.frame_ms / 1000
        noise = noise + (level - noise) / 2 if level < noise else min(level, rising)
        self.levels.append(level)
        if len(self.levels) == 1000 // self.frame_ms:
            if max(self.levels) - min(self.levels) < 6:
                noise = max(noise, min(self.levels))
            self.levels.clear()
        self.noise_dbov = noise
        return noise

    def _append(self, frame: NDArray[np.int16]) -> None:
        whole = frame[: len(frame) // self.step * self.step].astype(np.int64)
        sums = whole.reshape(-1, self.step).sum(axis=1)
        means = np.sign(sums) * (np.abs(sums) // self.step)  # C rounds to zero
        self.history = np.concatenate([self.history, means])[-HISTORY:]

    def _voicing(self) -> float:
        now = self.history[-self.window :].astype(np.float64)
        best = -1.0
        for lag in self.lags:
            earlier = self.history[-self.window - lag : len(self.history) - lag].astype(np.float64)
            product = float(now @ earlier)
            match = product * product / (float(earlier @ earlier) + 1) if product > 0 else -1.0
            if match > best:
                best, self.lag = match, lag
        return float(np.sqrt(best / (float(now @ now) + 1))) if best > 0 else 0.0

    def _keeps_pitch(self, lag: int) -> bool:
        if lag == 0 or self.lag == 0:
            return False
        same = is_near(self.lag, lag, 0.2)
        return same or is_near(self.lag, 2 * lag, 0.1) or is_near(2 * self.lag, lag, 0.1)
