"""ReceiverBank: the same as its receivers one by one."""

from __future__ import annotations

import numpy as np
import pytest

import mixminus
from tests.network.model import MS, Network, Sender
from tests.network.play import voice

RATE_HZ = 16000
COUNT = 5


def receivers(count: int = COUNT, frame_ms: int = 20) -> list[mixminus.AudioReceiver]:
    return [mixminus.AudioReceiver("l16", RATE_HZ, frame_ms, payload_type=96) for _ in range(count)]


def test_many_give_what_each_gives() -> None:
    singles, bank = receivers(), mixminus.ReceiverBank(receivers())
    arrivals = sorted(
        (when_ns, index, packet)
        for index in range(COUNT)
        for when_ns, packet in Network(seed=index, jitter_ms=8, loss_ratio=0.05).carry(
            Sender().packets(voice(4, RATE_HZ, index))
        )
    )
    out = np.zeros((COUNT, bank.frame_samples), np.int16)
    for now_ns in range(0, 3900 * MS, 20 * MS):
        due = [arrival for arrival in arrivals if now_ns - 20 * MS < arrival[0] <= now_ns]
        bank.insert_many([d[1] for d in due], [d[2] for d in due], [d[0] for d in due])
        for when_ns, index, packet in due:
            singles[index].insert(packet, when_ns)
        assert bank.pull_many(now_ns, out) is out
        np.testing.assert_array_equal(out, [single.pull(now_ns) for single in singles])
    assert [r.stats() for r in bank.receivers] == [r.stats() for r in singles]
    assert [r.last_playout for r in bank.receivers] == [r.last_playout for r in singles]
    assert [r.last_shift_samples for r in bank.receivers] == [r.last_shift_samples for r in singles]


def test_without_out_a_new_array_is_made() -> None:
    frames = mixminus.ReceiverBank(receivers(2)).pull_many(0)
    assert frames.shape == (2, 320)
    assert frames.dtype == np.int16


def test_an_empty_bank_gives_nothing() -> None:
    bank = mixminus.ReceiverBank([])
    assert len(bank) == 0
    assert bank.pull_many(0).shape[0] == 0


@pytest.mark.parametrize("index", [-1, 2])
def test_an_index_that_is_none_is_an_error(index: int) -> None:
    bank = mixminus.ReceiverBank(receivers(2))
    with pytest.raises(IndexError):
        bank.insert_many([0, index], [b"x", b"y"], [0, 0])
    assert bank.receivers[0].stats().packets_malformed == 1


def test_lengths_must_agree() -> None:
    bank = mixminus.ReceiverBank(receivers(2))
    with pytest.raises(mixminus.ShapeMismatchError):
        bank.insert_many([0, 1], [b"x"], [0])
    with pytest.raises(mixminus.ShapeMismatchError):
        bank.pull_many(0, np.zeros((3, 320), np.int16))
    with pytest.raises(TypeError):
        bank.pull_many(0, np.zeros((2, 320), np.float32))


def test_what_does_not_fit_together_is_refused() -> None:
    (one,) = receivers(1)
    with pytest.raises(ValueError, match="twice"):
        mixminus.ReceiverBank([one, one])
    with pytest.raises(mixminus.ShapeMismatchError):
        mixminus.ReceiverBank([one, *receivers(1, 40)])
    with pytest.raises(TypeError):
        mixminus.ReceiverBank(["receiver"])  # type: ignore[list-item]
