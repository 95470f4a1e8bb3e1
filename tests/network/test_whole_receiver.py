"""A whole receiver behind bad networks: what is heard, and how late."""

from __future__ import annotations

import numpy as np
import pytest

import mixminus
from tests.network.model import Network, Sender
from tests.network.play import play, voice

RATE_HZ = 16000
SECONDS = 30

NETWORKS = {
    # network, most concealment, most mean delay in the buffer
    "lan": (Network(seed=1, delay_ms=1, jitter_ms=0.3), 0.0, 0.026),
    "wan": (Network(seed=2, jitter_ms=4), 0.012, 0.060),
    "loss": (Network(seed=3, jitter_ms=1, loss_ratio=0.05), 0.065, 0.032),
    "bursty loss": (Network(seed=4, jitter_ms=1, loss_ratio=0.05, burst_packets=3), 0.090, 0.032),
    "stalls": (Network(seed=5, jitter_ms=4, stall_every_s=3, stall_ms=150), 0.050, 0.180),
    "reordering": (Network(seed=6, reorder_ratio=0.05), 0.030, 0.090),
    "duplicates": (Network(seed=7, jitter_ms=1, duplicate_ratio=0.5), 0.0, 0.032),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_concealment_and_delay_stay_low(name: str) -> None:
    network, most_concealed, most_delay_s = NETWORKS[name]
    rx = mixminus.AudioReceiver("l16", RATE_HZ, 20, payload_type=96)
    arrivals = network.carry(Sender().packets(voice(SECONDS, RATE_HZ)))
    play(rx, arrivals, SECONDS * 1000 - 200)
    stats = rx.stats()
    assert stats.concealed_samples <= most_concealed * stats.total_samples_received
    assert stats.jitter_buffer_delay / stats.jitter_buffer_emitted_count <= most_delay_s


def test_what_arrives_is_what_is_heard() -> None:
    rx = mixminus.AudioReceiver("l16", RATE_HZ, 20, payload_type=96)
    pcm = voice(SECONDS, RATE_HZ)
    out = play(
        rx, Network(seed=8, jitter_ms=2, loss_ratio=0.03).carry(Sender().packets(pcm)), 29_800
    )
    heard = 0
    spoken = [
        start
        for start in range(0, len(pcm) - 8000, 320)
        if np.abs(pcm[start : start + 320]).max() > 2000
    ]
    for start in spoken:
        window = out[start : start + 320 + 1600].astype(float)
        packet = pcm[start : start + 320].astype(float)
        match = np.correlate(window, packet, "valid").max() / (packet @ packet)
        heard += match > 0.8
    assert heard / len(spoken) > 0.95


def test_loss_is_reported_as_it_was() -> None:
    rx = mixminus.AudioReceiver("l16", RATE_HZ, 20, payload_type=96)
    sent = Sender().packets(voice(SECONDS, RATE_HZ))
    arrived = Network(seed=9, loss_ratio=0.1).carry(sent)
    play(rx, arrived, SECONDS * 1000 + 200)
    assert rx.stats().packets_received == len(arrived)
    assert rx.stats().packets_lost == pytest.approx(len(sent) - len(arrived), abs=3)


def test_delay_of_a_route_that_becomes_faster_is_given_up_soon() -> None:
    rx = mixminus.AudioReceiver("l16", RATE_HZ, 10, payload_type=96)
    sent = Sender().packets(voice(12, RATE_HZ))
    arrivals = sorted(
        (when + (100 if when < 8_000_000_000 else 20) * 1_000_000, packet) for when, packet in sent
    )
    play(rx, arrivals, 8100, frame_ms=10)
    play(rx, [a for a in arrivals if a[0] > 8_090_000_000], 9500, from_ms=8100, frame_ms=10)
    assert rx.stats().playout_delay <= 0.020
    assert rx.stats().concealed_samples == 0


def test_an_outage_leaves_no_delay_behind() -> None:
    rx = mixminus.AudioReceiver("l16", RATE_HZ, 10, payload_type=96)
    sent = Network(seed=10, jitter_ms=1).carry(Sender().packets(voice(12, RATE_HZ)))
    arrivals = [a for a in sent if not 6_000_000_000 <= a[0] < 8_000_000_000]
    play(rx, arrivals, 6000, frame_ms=10)
    before = rx.stats().playout_delay
    play(rx, [a for a in arrivals if a[0] > 5_990_000_000], 8300, from_ms=6000, frame_ms=10)
    concealed = rx.stats().concealed_samples
    play(rx, [a for a in arrivals if a[0] > 8_290_000_000], 8500, from_ms=8300, frame_ms=10)
    assert rx.stats().playout_delay <= before + 0.010
    assert rx.stats().concealed_samples == concealed
