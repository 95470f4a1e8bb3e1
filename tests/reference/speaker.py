"""The floor straight from its rules: evidence that leaks away, and what it takes to win."""

from dataclasses import dataclass, field
from math import exp

RECENT_MS, LASTING_MS = 600.0, 1200.0
PAUSE_MS, TURN_END_MS = 200.0, 680.0
PAUSE_EVIDENCE_MS, TURN_EVIDENCE_MS = 460.0, 110.0

Voice = tuple[float, float, float]  # level and noise in dBov, probability of speech


@dataclass
class Evidence:
    """Time that leaks away."""

    memory_ms: float
    audible_ms: float = 0.0
    voiced_ms: float = 0.0

    def add(self, frame_ms: float, is_audible: bool, probability: float) -> None:
        decay = exp(-frame_ms / self.memory_ms)
        self.audible_ms = self.audible_ms * decay + frame_ms * is_audible
        self.voiced_ms = self.voiced_ms * decay + frame_ms * probability

    def ms(self) -> float:
        return min(self.audible_ms, self.voiced_ms / 0.4)


@dataclass
class Leg:
    """What is known of one."""

    recent: Evidence = field(default_factory=lambda: Evidence(RECENT_MS))
    lasting: Evidence = field(default_factory=lambda: Evidence(LASTING_MS))
    speech_dbov: float = -90.0
    silent_ms: float = 1e6

    def take_in(self, voice: Voice, frame_ms: float) -> None:
        level, noise, probability = voice
        if probability > 0.5:
            rate = 0.3 if level > self.speech_dbov else 0.02
            self.speech_dbov += (level - self.speech_dbov) * rate
        is_audible = level > noise + 8 and level > self.speech_dbov - 20
        self.silent_ms = 0.0 if is_audible else self.silent_ms + frame_ms
        for evidence in (self.recent, self.lasting):
            evidence.add(frame_ms, is_audible, probability)


class ActiveSpeaker:
    """Who has the floor, as mixminus.ActiveSpeaker decides it, in float64."""

    def __init__(self, legs: int, frame_ms: float = 20.0, min_hold_ms: float = 0.0) -> None:
        self.legs = [Leg() for _ in range(legs)]
        self.frame_ms, self.min_hold_ms = frame_ms, min_hold_ms
        self.holder, self.held_ms = -1, 0.0

    def update(self, voices: list[Voice]) -> int:
        """Take in one frame; return the holder."""
        for leg, voice in zip(self.legs, voices, strict=True):
            leg.take_in(voice, self.frame_ms)
        self.held_ms += self.frame_ms
        winner = self._winner()
        if winner not in (-1, self.holder):
            self.holder, self.held_ms = winner, 0.0
        return self.holder

    def _strongest(self, which: str) -> tuple[int, float]:
        """Return the other leg that talks now and has the most evidence, and how much."""
        best = (-1, 0.0)
        for slot, leg in enumerate(self.legs):
            ms = getattr(leg, which).ms()
            if slot != self.holder and leg.silent_ms < 40 and ms > best[1]:
                best = (slot, ms)
        return best

    def _winner(self) -> int:
        holder = self.legs[self.holder] if self.holder >= 0 else None
        if holder and self.held_ms < self.min_hold_ms:
            return -1
        slot, ms = self._strongest("recent")
        if holder is None:
            return slot if ms > TURN_EVIDENCE_MS else -1
        share = min(max((holder.silent_ms - PAUSE_MS) / (TURN_END_MS - PAUSE_MS), 0.0), 1.0)
        needed = PAUSE_EVIDENCE_MS + (TURN_EVIDENCE_MS - PAUSE_EVIDENCE_MS) * share
        if holder.silent_ms >= PAUSE_MS and slot >= 0 and ms > needed:
            return slot
        slot, ms = self._strongest("lasting")
        return slot if ms > max(900.0, 1.5 * holder.lasting.ms()) else -1
