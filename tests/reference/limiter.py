"""The look-ahead limiter, block by block, straight from its rules; float32 as in the core."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

F32 = np.float32
ONE, ZERO = F32(1), F32(0)
CEILING = 29204
SIGHT_WITHOUT_LOOK_AHEAD_MS = 10
HOLD_MS, DENSITY_MS = 30, 2000


def block_samples(sample_rate_hz: int, frame: int) -> int:
    """Return the longest block of up to 1 ms that divides the frame."""
    return max(n for n in range(1, sample_rate_hz // 1000 + 1) if frame % n == 0)


@dataclass
class Limiter:
    """Same bits as the limiter of one mix of mixminus.Mixer."""

    sample_rate_hz: int
    frame: int
    look_ahead_ms: int = 5
    release_ms: int = 150
    gain: np.float32 = ONE
    density: np.float32 = ZERO
    calm_blocks: int = 1 << 30
    waiting: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        """Work in blocks."""
        self.block = block_samples(self.sample_rate_hz, self.frame)
        self.delay = int(self._blocks_in(self.look_ahead_ms))
        self.waiting = np.zeros(self.delay * self.block, np.int64)

    def _blocks_in(self, ms: int) -> np.float32:
        return F32(self.sample_rate_hz) * F32(ms) / (F32(1000) * F32(self.block))

    def process(self, sums: NDArray[np.int64]) -> NDArray[np.int16]:
        """Return the frame that has waited long enough, limited."""
        seen = np.append(self.waiting, sums)
        required = [self._required(block) for block in seen.reshape(-1, self.block)]
        knots = self._knots(required)
        out, self.waiting = seen[: self.frame], seen[self.frame :]
        if all(knot == 1 for knot in knots):
            return out.astype(np.int16)
        ramp = np.arange(1, self.block + 1, dtype=F32) / F32(self.block)
        gains = np.concatenate([a + (b - a) * ramp for a, b in pairwise(knots)])
        limited: NDArray[np.int16] = np.rint(out.astype(F32) * gains).astype(np.int16)
        return limited

    @staticmethod
    def _required(block: NDArray[np.int64]) -> np.float32:
        peak = int(np.abs(block).max())
        return F32(CEILING - 1) / max(F32(peak), F32(CEILING - 1))

    def _knots(self, required: list[np.float32]) -> list[np.float32]:
        sight = self.delay + 1 if self.delay else int(self._blocks_in(SIGHT_WITHOUT_LOOK_AHEAD_MS))
        blocks = self.frame // self.block
        recovery = self._learn(required[:blocks])
        knots = [min(self.gain, required[0])]
        for b in range(blocks):
            self.calm_blocks = 0 if required[b] < 1 else self.calm_blocks + 1
            gain = knots[b]
            if self.calm_blocks >= int(self._blocks_in(HOLD_MS)):
                gain = gain + (ONE - gain) * recovery
                gain = gain if gain < F32(0.999) else ONE
            ahead = required[b : b + sight]
            if min(ahead) < gain:
                lines = [
                    knots[b] + (low - knots[b]) / F32(distance)
                    for distance, low in enumerate(ahead[2:], 2)
                ]
                gain = min(gain, *ahead[:2], *lines)
            knots.append(gain)
        self.gain = knots[-1]
        return knots

    def _learn(self, required: list[np.float32]) -> np.float32:
        blocks = F32(len(required))
        share = F32(sum(gain < 1 for gain in required)) / blocks
        self.density += (share - self.density) * (blocks / self._blocks_in(DENSITY_MS))
        if self.density < F32(1e-4):
            self.density = ZERO
        slowing = ONE + F32(60) * min(self.density, F32(0.5))
        return ONE / (self._blocks_in(self.release_ms) * slowing)
