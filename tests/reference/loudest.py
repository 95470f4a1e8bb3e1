"""Who has a place among the loudest, straight from the rules."""

from dataclasses import dataclass, field

import numpy as np

F32 = np.float32
POWER_FLOOR = F32(1e-13)
ZERO = F32(0)
DECAY_IN_10_MS = F32(np.exp(-10 / 300))


@dataclass
class Seat:
    """What is known of one leg."""

    power: np.float32 = POWER_FLOOR
    rank: np.float32 = ZERO
    priority: int = 0
    room: int = 1
    hold_ticks: int = 0
    idle_ticks: int = 0
    is_active: bool = False
    is_chosen: bool = False

    @property
    def order(self) -> tuple[int, np.float32]:
        """Priority first."""
        return self.priority, self.rank


@dataclass
class Loudest:
    """Same choice as the core, with a fresh look at everybody for each place."""

    places: int
    frame_ms: int
    gate_dbov: float = -50.0
    hysteresis_db: float = 3.0
    hold_ms: int = 500
    idle_ms: int = 3000
    seats: dict[int, Seat] = field(default_factory=dict)

    def update(
        self, slot: int, power: np.float32, gain: np.float32, priority: int, room: int, voice: bool
    ) -> None:
        """Take in one leg's newest frame."""
        decay = F32(1)
        for _ in range(self.frame_ms // 10):
            decay *= DECAY_IN_10_MS
        seat = self.seats.setdefault(slot, Seat())
        seat.power = max(power, seat.power * decay, POWER_FLOOR)
        seat.rank = seat.power * (gain * gain)
        seat.priority, seat.room = priority, room
        seat.is_active = bool(
            voice and seat.rank > 0 and seat.power >= F32(10 ** (F32(self.gate_dbov) / 10))
        )
        seat.idle_ticks = 0 if seat.is_active else seat.idle_ticks + 1
        if seat.rank == 0 or seat.idle_ticks >= -(-self.idle_ms // self.frame_ms):
            seat.is_chosen = False

    def choose(self) -> None:
        """Give the places of each room."""
        for room in {seat.room for seat in self.seats.values()}:
            ordered = [seat for _, seat in sorted(self.seats.items()) if seat.room == room]
            while waiting := [s for s in ordered if s.is_active and not s.is_chosen]:
                if not self._seat(max(waiting, key=lambda s: s.order), ordered):
                    break
        for seat in self.seats.values():
            if seat.is_chosen and seat.hold_ticks > 0:
                seat.hold_ticks -= 1

    def _seat(self, newcomer: Seat, room: list[Seat]) -> bool:
        members = [seat for seat in room if seat.is_chosen]
        if len(members) >= self.places:
            free = [m for m in members if m.hold_ticks == 0 or m.priority < newcomer.priority]
            if not free:
                return False
            weakest = min(free, key=lambda seat: seat.order)
            if not self._may_replace(newcomer, weakest):
                return False
            weakest.is_chosen, weakest.hold_ticks = False, 0
        newcomer.is_chosen = True
        newcomer.hold_ticks = -(-self.hold_ms // self.frame_ms)
        return True

    def _may_replace(self, newcomer: Seat, member: Seat) -> bool:
        if newcomer.priority != member.priority:
            return newcomer.priority > member.priority
        return bool(newcomer.rank > F32(10 ** (F32(self.hysteresis_db) / 10)) * member.rank)
