"""Who is heard speaking when in a recording of all, and how loud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mixminus.apps.hearing import HEARD, find_voice
from mixminus.apps.rtp_sender import FRAME_MS
from mixminus.apps.voices import levels_dbov

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mixminus.apps.audio_files import Samples
    from mixminus.apps.turns import Turn

__all__ = ["RATE_HZ", "Speaking"]

RATE_HZ = 16_000  # voices are found by what lies below 4 kHz
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
EARLIER_S, LATER_S = 2, 4  # what is searched around a turn


class Speaking:
    """How loud each site's voice is in a recording of all: turn by turn it is found there.

    Parameters
    ----------
    turns : sequence of Turn
        Who spoke when, of `clips`.
    clips : sequence of int16 array
        At 16 kHz.
    recording : int16 array, shape (n,)
        At 16 kHz, from frame 0 on.

    Attributes
    ----------
    delays_ms : list of float
        From being spoken to being heard, of each turn that was found.
    """

    def __init__(self, turns: Sequence[Turn], clips: Sequence[Samples], recording: Samples) -> None:
        self._turns = turns
        self._levels = [levels_dbov(clip, FRAME_SAMPLES) for clip in clips]
        found = [_delay_ms(turn, clips[turn.clip], recording) for turn in turns]
        self.delays_ms: list[float] = [delay for delay in found if delay is not None]
        usual_ms = float(np.median(self.delays_ms)) if self.delays_ms else 0.0
        self._late_s = [(usual_ms if delay is None else delay) / 1000 for delay in found]

    def levels_dbov(self, time_s: float) -> dict[int, float]:
        """Return who is heard at that time of the recording, and how loud."""
        levels: dict[int, float] = {}
        for turn, late_s in zip(self._turns, self._late_s, strict=True):
            frame = int((time_s - late_s) * 1000 / FRAME_MS) - turn.start_frame
            if 0 <= frame < min(len(self._levels[turn.clip]), turn.end_frame - turn.start_frame):
                levels[turn.site] = self._levels[turn.clip][frame]
        return levels


def _delay_ms(turn: Turn, clip: Samples, recording: Samples) -> float | None:
    """Return how long after it was spoken a turn is heard; None: it is not."""
    spoken = turn.start_frame * FRAME_SAMPLES
    first = max(0, spoken - EARLIER_S * RATE_HZ)
    heard = recording[first : turn.end_frame * FRAME_SAMPLES + LATER_S * RATE_HZ]
    start = spoken - first
    sent = np.zeros(max(len(heard), start + len(clip)), np.int16)
    sent[start : start + len(clip)] = clip
    trace = find_voice(sent, heard, RATE_HZ)
    return trace.delay_ms if trace.strength >= HEARD else None
