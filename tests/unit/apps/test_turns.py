"""The schedule of who speaks."""

from itertools import pairwise

import pytest

from mixminus.apps.turns import Turn, turn_schedule

TIERS = ["province"] * 3 + ["district"] * 16 + ["commune"] * 143
CLIPS = [300, 350, 400, 450]
FRAMES = 50 * 600  # ten minutes


def schedule(seed: int = 1) -> list[Turn]:
    return turn_schedule(TIERS, CLIPS, FRAMES, seed)


def test_same_seed_gives_same_turns_and_another_gives_others() -> None:
    assert schedule(1) == schedule(1) != schedule(2)


def test_turns_are_in_order_and_as_long_as_their_clips() -> None:
    turns = schedule()
    assert all(a.start_frame <= b.start_frame for a, b in pairwise(turns))
    assert all(turn.end_frame - turn.start_frame == CLIPS[turn.clip] for turn in turns)
    assert all(turn.start_frame < FRAMES for turn in turns)


@pytest.mark.parametrize("tiers", [TIERS, ["province", "district", "commune"]])
def test_nobody_speaks_twice_at_a_time(tiers: list[str]) -> None:
    turns = turn_schedule(tiers, CLIPS, FRAMES, 3)
    for site in range(len(tiers)):
        own = [turn for turn in turns if turn.site == site]
        assert all(a.end_frame < b.start_frame for a, b in pairwise(own))


def test_somebody_speaks_nearly_always_and_some_overlap() -> None:
    speaking = [0] * FRAMES
    for turn in schedule():
        for frame in range(turn.start_frame, min(turn.end_frame, FRAMES)):
            speaking[frame] += 1
    assert speaking.count(0) < FRAMES * 0.1
    assert FRAMES * 0.05 < sum(count > 1 for count in speaking) < FRAMES * 0.5
    assert max(speaking) <= 4


def test_all_tiers_speak() -> None:
    assert {TIERS[turn.site] for turn in schedule()} == set(TIERS)
