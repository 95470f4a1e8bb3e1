"""Which packet is played when, and what stands in for the others."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixminus._core import jitter

MS = 1_000_000
PTIME = 960


class Player:
    """Sends numbered packets and pulls 10 ms frames; payloads are the numbers as text."""

    def __init__(
        self, first_sequence: int = 100, first_timestamp: int = 5000, **config: int
    ) -> None:
        self.buffer = jitter.JitterBuffer(**config)
        self.sequence = first_sequence
        self.timestamp = first_timestamp
        self.now_ms = 0.0
        self.left_ticks = 0
        self.steps: list[jitter.Step] = []
        self.played: list[int] = []

    def send(self, number: int, at_ms: float, *, ssrc: int = 1, shift: int = 0) -> jitter.Insertion:
        """Insert packet `number` as of `at_ms`."""
        return self.buffer.insert(
            str(number).encode(),
            int(at_ms * MS),
            sequence_number=(self.sequence + number) & 0xFFFF,
            rtp_timestamp=(self.timestamp + number * PTIME + shift) & 0xFFFFFFFF,
            ssrc=ssrc,
        )

    def pull(self) -> list[jitter.Step]:
        """Return the steps of the next 10 ms."""
        steps = []
        while self.left_ticks < 480:
            ahead_ns = self.left_ticks * 1_000_000_000 // 48000
            step = self.buffer.next(int(self.now_ms * MS) + ahead_ns, 480 - self.left_ticks)
            steps.append(step)
            self.left_ticks += step.ticks
            if step.action is jitter.Action.play:
                self.played.append(int(step.payload))
        self.left_ticks -= 480
        self.now_ms += 10
        self.steps += steps
        return steps

    def run(self, arrivals: dict[int, float], until_ms: float) -> None:
        """Play `arrivals` (number -> ms) on the 10 ms grid."""
        waiting = sorted((at_ms, number) for number, at_ms in arrivals.items())
        while self.now_ms < until_ms:
            while waiting and waiting[0][0] <= self.now_ms:
                at_ms, number = waiting.pop(0)
                self.send(number, at_ms)
            self.pull()

    def count(self, action: jitter.Action) -> int:
        """Return how many steps of a running stream were of a kind."""
        return sum(step.action is action and step.is_playing for step in self.steps)


def regular(count: int, skip: tuple[int, ...] = ()) -> dict[int, float]:
    return {i: 20.0 * i for i in range(count) if i not in skip}


def test_nothing_sent_is_nothing_played() -> None:
    (step,) = Player().pull()
    assert (step.action, step.ticks, step.is_playing) == (jitter.Action.wait, 480, False)


def test_playout_starts_when_the_first_packet_has_waited_for_the_target() -> None:
    player = Player()
    player.run(regular(5), 50)
    first = next(step for step in player.steps if step.action is jitter.Action.play)
    assert first.delay_ns == 10 * MS  # the first pull that is not before the target
    assert player.buffer.target_delay_ns == 8 * MS  # nothing is known of the network
    assert first.is_new_stream


def test_the_target_of_a_regular_stream_comes_down_after_a_second() -> None:
    player = Player()
    player.run(regular(60), 1200)
    assert player.buffer.target_delay_ns == 4 * MS


@pytest.mark.parametrize("sequence", [100, 65530, 0])
@pytest.mark.parametrize("timestamp", [5000, 2**32 - 3 * PTIME])
def test_packets_are_played_once_and_in_order_across_wraps(sequence: int, timestamp: int) -> None:
    player = Player(sequence, timestamp)
    player.run(regular(50), 990)
    assert player.played == list(range(49))
    assert player.count(jitter.Action.conceal) == player.count(jitter.Action.wait) == 0


def test_reordered_packets_are_put_in_order() -> None:
    player = Player(min_delay_ms=80)
    arrivals = regular(50)
    for i in range(5, 45, 5):
        arrivals[i] += 45
    player.run(arrivals, 1000)
    assert player.played == sorted(player.played)
    assert len(player.played) == 46
    assert player.count(jitter.Action.conceal) == 0


def test_lost_packet_is_concealed_and_costs_no_delay() -> None:
    player = Player()
    player.run(regular(50, skip=(20,)), 1000)
    assert player.played == [i for i in range(50) if i != 20]
    concealed = sum(
        s.ticks
        for s in player.steps
        if s.action in {jitter.Action.wait, jitter.Action.conceal} and s.is_playing
    )
    assert concealed == PTIME
    assert [s.delay_ns for s in player.steps if s.action is jitter.Action.play][-1] == 10 * MS


def test_what_was_bridged_while_waiting_counts_for_the_lost_packet() -> None:
    player = Player()
    player.run(regular(50, skip=(20,)), 1000)
    (lost,) = [step for step in player.steps if step.action is jitter.Action.conceal]
    assert lost.bridged_ticks == 480
    assert lost.ticks == 480


def test_successor_of_a_lost_packet_is_handed_out_for_its_fec() -> None:
    player = Player(min_delay_ms=60)
    player.run(regular(20, skip=(10,)), 400)
    (lost,) = [step for step in player.steps if step.action is jitter.Action.conceal]
    assert lost.payload == b"11"
    assert lost.ticks == PTIME


def test_late_packet_is_played_when_its_time_was_only_bridged() -> None:
    player = Player()
    player.run(regular(50) | {20: 415.0}, 1000)
    assert 20 in player.played
    assert player.buffer.discarded == 0


def test_packet_that_comes_after_its_concealment_is_discarded() -> None:
    player = Player()
    player.run(regular(50) | {20: 505.0}, 1000)
    assert 20 not in player.played
    assert player.buffer.discarded == 1


def test_duplicates_are_counted_and_the_first_copy_wins() -> None:
    player = Player()
    for i in range(20):
        assert player.send(i, 20 * i) is jitter.Insertion.stored
        assert player.send(i, 20 * i + 1) is jitter.Insertion.duplicate
        player.pull()
        player.pull()
    assert player.played == list(range(20))
    assert player.send(5, 400) is jitter.Insertion.duplicate
    assert player.buffer.duplicated == 21


def test_two_packets_of_another_source_open_a_new_stream() -> None:
    player = Player()
    player.run(regular(20), 400)
    assert player.send(700, 400, ssrc=2) is jitter.Insertion.suspicious
    assert player.send(701, 420, ssrc=2) is jitter.Insertion.stored
    assert player.buffer.stream_changes == 1
    while not any(step.is_new_stream for step in player.steps[10:]):
        player.pull()
    assert player.played[-1] == 700


def test_strays_of_another_source_do_not_disturb() -> None:
    player = Player()
    for i in range(50):
        player.send(i, 20 * i)
        if i % 3 == 0:
            assert player.send(700 + i, 20 * i, ssrc=2) is jitter.Insertion.suspicious
        player.pull()
        player.pull()
    assert player.played == list(range(50))
    assert player.buffer.stream_changes == 0
    assert player.buffer.discarded == 17


@pytest.mark.parametrize("shift", [48000 * 10, -48000 * 10, 2**31 - 1])
def test_timestamp_jump_is_a_new_stream(shift: int) -> None:
    player = Player()
    player.run(regular(20), 400)
    for i in range(20, 40):
        player.send(i, 20 * i, shift=shift)
        player.pull()
        player.pull()
    assert player.buffer.stream_changes == 1
    assert player.played[-10:] == sorted(player.played[-10:])
    assert player.played[-1] >= 38


def test_restart_with_another_sequence_number_is_a_new_stream() -> None:
    player = Player()
    player.run(regular(20), 400)
    for i in range(20, 40):
        player.buffer.insert(
            str(i).encode(),
            20 * i * MS,
            sequence_number=40000 + i,
            rtp_timestamp=7 + i * PTIME,
            ssrc=1,
        )
        player.pull()
        player.pull()
    assert player.buffer.stream_changes == 1
    assert player.played[-1] >= 38


def test_gap_in_time_without_a_gap_in_sequence_is_a_pause() -> None:
    player = Player()
    player.run(regular(10), 200)
    for now_ms in range(200, 1000, 10):
        if now_ms >= 600 and now_ms % 20 == 0:
            number = (now_ms - 600) // 20 + 10
            player.send(number, now_ms, shift=PTIME * 20)
        player.pull()
    spurt = next(s for s in player.steps if s.ends_silence)
    assert spurt.delay_ns == 10 * MS
    assert player.count(jitter.Action.conceal) == 0
    assert player.played == list(range(30))


def test_event_packets_hold_their_place_and_are_not_played() -> None:
    player = Player()
    for i in range(30):
        if 10 <= i < 15:
            player.buffer.insert(
                b"event",
                20 * i * MS,
                sequence_number=player.sequence + i,
                rtp_timestamp=player.timestamp + 10 * PTIME,
                content=jitter.Content.other,
                duration_ticks=0,
            )
        else:
            player.send(i, 20 * i)
        player.pull()
        player.pull()
    assert player.played == [*range(10), *range(15, 30)]
    assert player.count(jitter.Action.conceal) == 0


def test_delay_is_soon_back_after_an_outage_of_two_seconds() -> None:
    player = Player()
    player.run({i: 20.0 * i for i in range(200) if not 50 <= i < 150}, 3900)
    after = [
        s.delay_ns for s in player.steps if s.action is jitter.Action.play and int(s.payload) >= 155
    ]
    assert max(after) <= 20 * MS


def test_backlog_of_a_stall_is_played_as_far_as_the_bound_allows() -> None:
    player = Player(max_delay_ms=500)
    player.run({i: 20.0 * i if not 50 <= i < 100 else 2000.0 for i in range(200)}, 3900)
    assert player.buffer.discarded == pytest.approx(25, abs=2)
    assert len(player.played) + player.buffer.discarded >= 170
    delays = [s.delay_ns for s in player.steps if s.action is jitter.Action.play]
    assert 400 * MS <= max(delays) <= 500 * MS


def test_pulls_that_stop_and_come_back_find_the_present() -> None:
    player = Player()
    player.run(regular(50), 1000)
    for i in range(50, 150):
        player.send(i, 20 * i)
    player.now_ms = 3000
    player.pull()
    player.pull()
    assert player.played[-1] >= 145


def test_copies_fill_gaps_and_are_marked() -> None:
    player = Player(min_delay_ms=40)
    for i in range(30):
        if i != 10:
            player.buffer.insert_copy(
                str(i - 1).encode(),
                20 * i * MS,
                1,
                PTIME,
                sequence_number=player.sequence + i,
                rtp_timestamp=player.timestamp + i * PTIME,
            )
            player.send(i, 20 * i)
        player.pull()
        player.pull()
    assert player.played == list(range(28))
    (copy,) = [s for s in player.steps if s.is_redundant]
    assert copy.payload == b"10"


def test_payload_that_is_too_long_is_refused() -> None:
    assert jitter.JitterBuffer().insert(b"x" * 1501, 0) is jitter.Insertion.refused


def test_sixty_seconds_without_a_packet_end_at_once() -> None:
    player = Player()
    player.run(regular(50), 1000)
    player.run({3000 + i: 60_000.0 + 20 * i for i in range(20)}, 60_400)
    assert player.played[-18:] == list(range(3002, 3020))
    assert player.buffer.stream_changes == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_no_order_of_packets_breaks_the_bound_of_the_delay(seed: int, max_delay_ms: int) -> None:
    rng = random.Random(seed)
    player = Player(rng.randrange(2**16), rng.randrange(2**32), max_delay_ms=max_delay_ms * 10)
    for _ in range(400):
        for _ in range(rng.choice([0, 1, 1, 2, 30])):
            number = int(player.now_ms / 20) - rng.choice([0, 0, 0, 1, 5, 40, 600])
            player.send(number, player.now_ms, ssrc=rng.choice([1, 1, 1, 1, 2]))
        for step in player.pull():
            if step.action is jitter.Action.play:
                assert step.delay_ns <= max_delay_ms * 10 * MS
    assert player.buffer.waiting_packets <= 512
