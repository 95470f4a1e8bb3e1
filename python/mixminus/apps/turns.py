"""Who speaks when: a seeded schedule of a conference with its pauses and interruptions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Turn", "turn_schedule"]

# gaps between turns of conversations spread around zero; negative ones are overlaps
# (Levinson and Torreira, "Timing in turn-taking", Frontiers in Psychology 6, 2015)
GAP_MEAN_FRAMES = 10
GAP_DEVIATION_FRAMES = 20
INTERRUPTION_PROBABILITY = 0.12


@dataclass(frozen=True)
class Turn:
    """One site plays one clip."""

    site: int
    clip: int
    start_frame: int
    end_frame: int


def turn_schedule(
    tiers: Sequence[str], clip_frames: Sequence[int], total_frames: int, seed: int
) -> list[Turn]:
    """Let the sites of all tiers take turns, nobody twice at a time.

    Parameters
    ----------
    tiers : sequence of str
        Tier of each site; all tiers speak equally often, however many sites they have.
    clip_frames : sequence of int
        Length of each clip; they are used in turn.
    total_frames : int
        Turns start before it; the last ones may end after it.
    seed : int
        Chooses sites, gaps and interruptions.

    Returns
    -------
    list of Turn
        In order of start.
    """
    rng = random.Random(seed)
    turns: list[Turn] = []
    start = 0
    while start < total_frames:
        turn = _turn(rng, tiers, clip_frames, turns, start)
        if turn is None:
            start += 1
            continue
        turns.append(turn)
        middle = (turn.start_frame + turn.end_frame) // 2
        if rng.random() < INTERRUPTION_PROBABILITY:
            turns += filter(None, [_turn(rng, tiers, clip_frames, turns, middle)])
        gap = round(rng.gauss(GAP_MEAN_FRAMES, GAP_DEVIATION_FRAMES))
        start = max(start + 1, turn.end_frame + gap)
    return sorted((turn for turn in turns if turn.start_frame < total_frames), key=_start)


def _turn(
    rng: random.Random,
    tiers: Sequence[str],
    clip_frames: Sequence[int],
    turns: Sequence[Turn],
    start: int,
) -> Turn | None:
    busy = {turn.site for turn in turns if turn.end_frame >= start}
    free = [site for site in range(len(tiers)) if site not in busy]
    if not free:
        return None
    tier = rng.choice(sorted({tiers[site] for site in free}))
    site = rng.choice([site for site in free if tiers[site] == tier])
    clip = len(turns) % len(clip_frames)
    return Turn(site, clip, start, start + clip_frames[clip])


def _start(turn: Turn) -> int:
    return turn.start_frame
