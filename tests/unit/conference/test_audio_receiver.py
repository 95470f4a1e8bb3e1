"""AudioReceiver: what a production jitter buffer must survive, one behaviour a test."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import mixminus
from tests.network.model import MS, Arrivals, Network, Sender, red, rtp
from tests.network.play import largest_step, play, position, voice

RATE_HZ = 16000


def receiver(**settings: Any) -> mixminus.AudioReceiver:
    wanted: dict[str, Any] = {
        "sample_rate_hz": RATE_HZ,
        "frame_ms": 20,
        "payload_type": 96,
    } | settings
    return mixminus.AudioReceiver("l16", **wanted)


def ramp(samples: int) -> NDArray[np.int16]:
    """Each sample tells its place."""
    return (np.arange(samples) % 60000 - 30000).astype(np.int16)


def tone(seconds: float, rate_hz: int = RATE_HZ, pitch_hz: float = 200) -> NDArray[np.int16]:
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    return (8000 * np.sin(2 * np.pi * pitch_hz * t)).astype(np.int16)


def without(arrivals: Arrivals, lost: set[int]) -> Arrivals:
    return [arrival for i, arrival in enumerate(arrivals) if i not in lost]


def concealed_ms(rx: mixminus.AudioReceiver) -> float:
    return rx.stats().concealed_samples * 1000 / RATE_HZ


def test_silence_before_the_first_packet() -> None:
    rx = receiver()
    assert not rx.pull(0).any()
    assert rx.last_playout == "silence"
    assert rx.stats().concealed_samples == 0


@pytest.mark.parametrize("frame_ms", [5, 10, 20, 40, 60])
@pytest.mark.parametrize("ptime_ms", [2.5, 5, 10, 20, 30, 40, 60, 120])
def test_undisturbed_stream_comes_out_bit_exact(frame_ms: int, ptime_ms: float) -> None:
    rx = receiver(frame_ms=frame_ms)
    pcm = ramp(RATE_HZ * 2)
    out = play(rx, Sender(RATE_HZ, ptime_ms).packets(pcm), 1900, frame_ms=frame_ms)
    start = position(pcm[:100], out)
    assert start >= 0
    np.testing.assert_array_equal(out[start:], pcm[: len(out) - start])
    assert rx.stats().concealed_samples == 0


def test_packet_time_may_change_in_the_call() -> None:
    rx = receiver(min_delay_ms=80)
    pcm = ramp(RATE_HZ)
    arrivals: Arrivals = []
    timestamp = sequence = 0
    for ptime_ms in [20, 10, 60, 2.5, 2.5, 5, 40, 20] * 6:
        samples = int(ptime_ms * 16)
        payload = pcm[timestamp : timestamp + samples].astype(">i2").tobytes()
        arrivals.append(((timestamp + samples) * MS // 16, rtp(sequence, timestamp, payload)))
        timestamp, sequence = timestamp + samples, sequence + 1
    out = play(rx, arrivals, 900)
    settled = RATE_HZ // 4  # the short packets tell that the long ones are late
    start = position(pcm[settled : settled + 100], out)
    assert start >= 0
    np.testing.assert_array_equal(out[start:], pcm[settled : settled + len(out) - start])
    assert rx.stats().concealed_samples == 0


def test_regular_stream_waits_little_more_than_a_tick() -> None:
    rx = receiver(frame_ms=10)
    play(rx, Sender().packets(ramp(RATE_HZ * 5)), 4900, frame_ms=10)
    stats = rx.stats()
    assert stats.target_delay == pytest.approx(0.004)
    assert stats.jitter_buffer_delay / stats.jitter_buffer_emitted_count == pytest.approx(0.010)


def test_duplicates_and_reordering_change_no_sample() -> None:
    rx = receiver(min_delay_ms=100)
    pcm = ramp(RATE_HZ * 4)
    network = Network(seed=5, reorder_ratio=0.2, duplicate_ratio=0.3)
    out = play(rx, network.carry(Sender().packets(pcm)), 3900)
    start = position(pcm[:100], out)
    np.testing.assert_array_equal(out[start:], pcm[: len(out) - start])
    assert rx.stats().packets_duplicated > 30
    assert rx.stats().packets_discarded == 0


def test_lost_packet_is_concealed_without_a_click_and_counted() -> None:
    rx = receiver()
    pcm = tone(2)
    out = play(rx, without(Sender().packets(pcm), {30, 60, 61}), 1900)
    assert concealed_ms(rx) == 60
    assert rx.stats().concealment_events == 2
    assert largest_step(out[2000:]) < 2 * largest_step(pcm)
    assert rx.stats().packets_lost == 3


def test_late_packets_are_counted_and_not_played() -> None:
    rx = receiver()
    arrivals = Sender().packets(tone(2))
    late = [(when + 200 * MS * (i == 50), packet) for i, (when, packet) in enumerate(arrivals)]
    play(rx, sorted(late), 1900)
    assert rx.stats().packets_discarded == 1
    assert concealed_ms(rx) == 20


def test_concealment_fades_to_quiet_when_nothing_comes() -> None:
    rx = receiver()
    out = play(rx, Sender().packets(tone(1)), 2000)
    assert np.abs(out[-8000:].astype(int)).max() < 100
    assert rx.last_playout in {"concealment", "comfort_noise"}


@pytest.mark.parametrize("seconds", [2, 60])
def test_outage_ends_with_the_first_packets_after_it(seconds: int) -> None:
    rx = receiver()
    arrivals = Sender().packets(tone(seconds + 4))
    outage = set(range(50, 50 + 50 * seconds))
    play(rx, without(arrivals, outage), seconds * 1000 + 3900)
    assert concealed_ms(rx) == pytest.approx(seconds * 1000, abs=20)
    assert rx.stats().playout_delay <= 0.030


def test_burst_after_a_stall_does_not_leave_its_delay_behind() -> None:
    rx = receiver()
    arrivals = Sender().packets(voice(14, RATE_HZ))
    stalled = [
        (max(when, 3000 * MS) if when > 2000 * MS else when, packet) for when, packet in arrivals
    ]
    play(rx, stalled, 13_900)
    assert rx.stats().playout_delay <= 0.060


def test_new_source_is_followed_and_the_old_one_fades() -> None:
    rx = receiver()
    first = Sender(ssrc=1).packets(tone(1))
    second = Sender(ssrc=2, first_sequence=7, first_timestamp=9).packets(
        ramp(RATE_HZ), start_ms=1000
    )
    out = play(rx, first + second, 1900)
    assert rx.stats().stream_changes == 1
    assert position(ramp(RATE_HZ)[500:3000], out) >= 0


@pytest.mark.parametrize(
    ("sequence", "timestamp"), [(3, 9), (65_550, 2**31), (40_000, 2**32 - 16_000)]
)
def test_restarted_sender_is_followed(sequence: int, timestamp: int) -> None:
    rx = receiver()
    first = Sender().packets(tone(1))
    again = Sender(first_sequence=sequence, first_timestamp=timestamp).packets(
        ramp(RATE_HZ * 2), start_ms=1000
    )
    out = play(rx, first + again, 2900)
    assert position(ramp(RATE_HZ * 2)[-12000:-9000], out) >= 0


@pytest.mark.parametrize("ppm", [200, -200])
def test_drifting_clock_never_runs_the_buffer_dry_or_full(ppm: int) -> None:
    rx = receiver()
    arrivals = [
        (int(when * (1 + ppm * 1e-6)), packet)
        for when, packet in Sender().packets(voice(120, RATE_HZ))
    ]
    play(rx, arrivals, 119_900)
    assert concealed_ms(rx) <= 40
    assert rx.stats().playout_delay <= 0.045


@pytest.mark.parametrize("ppm", [-200, 150])
def test_drift_is_found_and_removed_without_a_splice(ppm: int) -> None:
    rx = receiver(frame_ms=10)
    rng = np.random.default_rng(1)
    sent = Sender().packets(voice(100, RATE_HZ))
    arrivals = [
        (int(when * (1 + ppm * 1e-6) + 20 * MS + abs(rng.normal(0, MS))), packet)
        for when, packet in sent
    ]
    play(rx, arrivals, 40_000, frame_ms=10)
    before = rx.stats()
    delays = []
    for now_ns in range(40_000 * MS, 99_000 * MS, 10 * MS):
        while arrivals and arrivals[0][0] <= now_ns:
            when_ns, packet = arrivals.pop(0)
            if when_ns > 40_000 * MS - 10 * MS:
                rx.insert(packet, when_ns)
        rx.pull(now_ns)
        delays.append(rx.stats().playout_delay)
    after = rx.stats()
    assert after.clock_drift_ppm == pytest.approx(ppm, abs=10)
    assert after.removed_samples_for_acceleration == before.removed_samples_for_acceleration
    assert after.inserted_samples_for_deceleration == before.inserted_samples_for_deceleration
    assert after.concealed_samples == before.concealed_samples
    assert max(delays) - min(delays) < 0.004


def test_shifts_add_up_to_the_change_of_the_delay() -> None:
    rx = receiver(frame_ms=10)
    network = Network(seed=11, jitter_ms=3, stall_every_s=2, stall_ms=120)
    waiting = iter(network.carry(Sender().packets(voice(20, RATE_HZ))))
    following = next(waiting)
    first_ns = None
    shifted = moved = 0
    for now_ns in range(0, 19_000 * MS, 10 * MS):
        while following[0] <= now_ns:
            rx.insert(following[1], following[0])
            following = next(waiting)
        rx.pull(now_ns)
        shifted += rx.last_shift_samples
        moved += abs(rx.last_shift_samples)
        stats = rx.stats()
        if first_ns is None and rx.last_playout == "speech":
            first_ns, floor = stats.playout_delay, shifted
    assert first_ns is not None
    assert moved > RATE_HZ // 5
    change_samples = (stats.playout_delay - first_ns) * RATE_HZ
    assert shifted - floor == pytest.approx(
        change_samples, abs=RATE_HZ * 0.008
    )  # the fastest differ


def test_a_dearer_concealment_waits_longer() -> None:
    network = Network(seed=12, jitter_ms=5, stall_every_s=3, stall_ms=100)
    arrivals = network.carry(Sender().packets(voice(30, RATE_HZ)))
    delays = []
    for ms_per_percent in (10.0, 1000.0):
        rx = receiver(ms_per_percent=ms_per_percent)
        play(rx, arrivals, 29_000)
        stats = rx.stats()
        delays.append(stats.jitter_buffer_delay / stats.jitter_buffer_emitted_count)
    assert delays[1] > 1.5 * delays[0]


@pytest.mark.skipif("opus" not in mixminus.codecs(), reason="a build without Opus")
def test_a_packet_that_was_only_late_leaves_no_trace_in_the_decoder() -> None:
    pcm = voice(4, 48_000)
    encoder = mixminus.Codec("opus")
    sent = [
        ((i + 1) * 20 * MS, rtp(i, i * 960, encoder.encode(pcm[i * 960 : (i + 1) * 960])))
        for i in range(199)
    ]
    late = [(when + 15 * MS * (i == 30), packet) for i, (when, packet) in enumerate(sent)]
    outputs = []
    for arrivals in (sent, sorted(late, key=lambda arrival: arrival[0])):
        rx = mixminus.AudioReceiver("opus", 48_000, 10, payload_type=96)
        outputs.append(play(rx, arrivals, 3900, frame_ms=10))
        assert rx.stats().packets_discarded == 0
    assert rx.stats().concealed_samples > 0
    exact, delayed = outputs
    loudest = 48_000 + 2400 * int(
        np.argmax([np.abs(f).max() for f in exact[48_000:].reshape(-1, 2400)])
    )
    assert (
        position(exact[loudest : loudest + 2400], delayed) >= loudest
    )  # the same bits, not earlier


def test_clock_that_steps_is_followed() -> None:
    rx = receiver()
    arrivals = Sender().packets(ramp(RATE_HZ * 6))
    play(rx, arrivals[:100], 2000)
    step_ms = 3_600_000
    stepped = [(when + step_ms * MS, packet) for when, packet in arrivals[100:]]
    out = play(rx, stepped, 5900 + step_ms, from_ms=2000 + step_ms)
    assert position(ramp(RATE_HZ * 6)[-20000:-18000], out) >= 0


def test_pulls_that_stop_and_come_back_find_the_present() -> None:
    rx = receiver()
    arrivals = Sender().packets(tone(6))
    play(rx, arrivals[:100], 2000)
    play(rx, arrivals[100:], 5900, from_ms=5000)
    assert rx.stats().playout_delay <= 0.040


def test_pause_of_the_sender_is_no_loss() -> None:
    rx = receiver()
    spurt = Sender().packets(voice(1, RATE_HZ)[: RATE_HZ // 2])
    sequence, samples = 65_500 + len(spurt), 320
    later = [
        (
            (2000 + 20 * (i + 1)) * MS,
            rtp(
                sequence + i, 2**32 - 16_000 + RATE_HZ * 2 + i * samples, bytes(640), marker=i == 0
            ),
        )
        for i in range(25)
    ]
    quiet = [(when, packet[:12] + bytes(640)) for when, packet in spurt[-5:]]
    play(rx, spurt[:-5] + quiet + later, 2400)
    assert rx.stats().concealed_samples == 0
    assert rx.stats().jitter_buffer_emitted_count > 0


def test_comfort_noise_payload_sets_the_level_of_the_pause() -> None:
    rx = receiver()
    spurt = Sender(first_sequence=0, first_timestamp=0).packets(tone(0.4))
    noise = (420 * MS, rtp(20, 20 * 320, bytes([40]), payload_type=13))
    out = play(rx, [*spurt, noise], 1400)
    assert rx.last_playout == "comfort_noise"
    assert mixminus.level_dbov(out[-RATE_HZ // 2 :]) == pytest.approx(-40, abs=2)
    assert rx.stats().concealed_samples == 0


def test_events_are_counted_and_leave_no_gap() -> None:
    rx = receiver()
    arrivals = Sender(first_sequence=0, first_timestamp=0).packets(tone(2))
    for i in range(40, 45):
        arrivals[i] = (arrivals[i][0], rtp(i, 40 * 320, b"\x01\x0a\x00\xa0", payload_type=101))
    play(rx, arrivals, 1900)
    assert rx.stats().packets_of_other_payload_type == 5
    assert rx.stats().packets_lost == 0


@pytest.mark.parametrize("packet", [b"", b"\x80", b"\x00" * 12, b"\xff" * 40, rtp(1, 1, b"odd")])
def test_malformed_packets_are_counted_and_do_no_harm(packet: bytes) -> None:
    rx = receiver()
    arrivals = Sender().packets(ramp(RATE_HZ))
    out = play(rx, sorted(arrivals + [(when, packet) for when, _ in arrivals[::7]]), 900)
    assert rx.stats().packets_malformed == len(arrivals[::7]) - (arrivals[-1][0] > 900 * MS)
    assert position(ramp(RATE_HZ)[:8000], out) >= 0


def test_redundancy_fills_losses_bit_exact() -> None:
    rx = receiver(red_payload_type=63, min_delay_ms=50)
    pcm = ramp(RATE_HZ)
    payloads = [pcm[i : i + 320].astype(">i2").tobytes() for i in range(0, len(pcm), 320)]
    arrivals = [
        (
            (i + 1) * 20 * MS,
            rtp(
                i,
                i * 320,
                red([(320, payloads[i - 1]), (0, data)] if i else [(0, data)]),
                payload_type=63,
            ),
        )
        for i, data in enumerate(payloads)
    ]
    out = play(rx, without(arrivals, {10, 20, 30}), 900)
    start = position(pcm[:100], out)
    np.testing.assert_array_equal(out[start:], pcm[: len(out) - start])
    assert rx.stats().fec_packets_received == 3
    assert rx.stats().fec_packets_discarded > 30
    assert rx.stats().concealed_samples == 0


def test_redundancy_that_ends_early_is_malformed() -> None:
    rx = receiver(red_payload_type=63)
    rx.insert(rtp(1, 1, b"\xe0\x05\x01", payload_type=63), 0)
    assert rx.stats().packets_malformed == 1


@pytest.mark.parametrize("rate_hz", [8000, 24000, 48000])
def test_output_rate_may_differ_from_the_codecs(rate_hz: int) -> None:
    rx = mixminus.AudioReceiver("pcmu", rate_hz, 20)
    payload = bytes(
        np.resize([0x80, 0x90, 0xFF, 0x10, 0x00, 0x10, 0x7F, 0x90], 160).astype(np.uint8)
    )
    arrivals = [((i + 1) * 20 * MS, rtp(i, i * 160, payload, payload_type=0)) for i in range(50)]
    out = play(rx, arrivals, 900)[rate_hz // 2 :].astype(float)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert spectrum.argmax() * rate_hz / len(out) == pytest.approx(1000, abs=5)
    assert rx.stats().total_samples_received == rate_hz * 900 // 1000


def test_delay_never_passes_its_maximum() -> None:
    rx = receiver(max_delay_ms=100)
    network = Network(seed=9, jitter_ms=40, stall_every_s=1, stall_ms=400)
    arrivals = network.carry(Sender().packets(tone(20)))
    waiting = iter(arrivals)
    following = next(waiting)
    for now_ns in range(0, 19_000 * MS, 20 * MS):
        while following[0] <= now_ns:
            rx.insert(following[1], following[0])
            following = next(waiting)
        rx.pull(now_ns)
        assert rx.stats().playout_delay <= 0.100


@pytest.mark.parametrize("packets", [10, 100])
def test_a_packet_that_is_overtaken_by_many_is_put_in_its_place(packets: int) -> None:
    rx = receiver(min_delay_ms=10 * packets + 40, max_delay_ms=2000)
    pcm = ramp(RATE_HZ * 6 // 2)
    arrivals = Sender(ptime_ms=10).packets(pcm)
    late = arrivals[150]
    moved = (arrivals[150 + packets][0] + 1, late[1])
    out = play(rx, sorted([*without(arrivals, {150}), moved]), 2900)
    start = position(pcm[:100], out)
    np.testing.assert_array_equal(out[start:], pcm[: len(out) - start])
    assert rx.stats().concealed_samples == rx.stats().packets_discarded == 0


@pytest.mark.parametrize("ptime_ms", [40, 60, 120])
def test_packets_of_several_opus_frames_are_played_whole(ptime_ms: int) -> None:
    encoder = mixminus.Codec("opus", sample_rate_hz=16000)
    pcm = voice(3, RATE_HZ)
    rx = mixminus.AudioReceiver("opus", RATE_HZ, 20, payload_type=96)
    samples = RATE_HZ * ptime_ms // 1000
    arrivals = []
    for i in range(len(pcm) // samples):
        payload = encoder.encode(pcm[i * samples : (i + 1) * samples])
        arrivals.append(((i + 1) * ptime_ms * MS, rtp(i, i * ptime_ms * 48, payload)))
    play(rx, arrivals, 2900)
    stats = rx.stats()
    assert stats.concealed_samples == stats.packets_discarded == stats.packets_malformed == 0
    assert stats.jitter_buffer_emitted_count > RATE_HZ * 2.6


def test_a_payload_type_that_was_not_agreed_is_not_decoded() -> None:
    rx = receiver()
    arrivals = Sender().packets(tone(2))
    changed = [
        (at, packet if i < 50 else packet[:1] + bytes([97]) + packet[2:])
        for i, (at, packet) in enumerate(arrivals)
    ]
    play(rx, changed, 1900)
    assert rx.stats().packets_of_other_payload_type == 44
    assert rx.stats().concealed_samples >= RATE_HZ * 0.7


def test_fifty_packets_within_a_millisecond_are_played() -> None:
    rx = receiver(min_delay_ms=0)
    pcm = tone(6)
    arrivals = Sender().packets(pcm)
    stalled = [
        (max(at, 2000 * MS + i * 20_000) if 1000 * MS < at <= 2000 * MS else at, packet)
        for i, (at, packet) in enumerate(arrivals)
    ]
    play(rx, stalled, 5900)
    assert rx.stats().packets_discarded <= 50
    assert rx.stats().playout_delay < 1.0
    assert rx.stats().packets_lost == 0


def test_same_packets_and_times_give_the_same_samples() -> None:
    network = Network(seed=3, jitter_ms=15, loss_ratio=0.1, burst_packets=3, reorder_ratio=0.1)
    arrivals = network.carry(Sender().packets(voice(10, RATE_HZ)))
    first, second = (play(receiver(), arrivals, 9900) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_is_a_packet(kind: type) -> None:
    rx = receiver()
    rx.insert(kind(rtp(1, 1, bytes(640))), 0)
    assert rx.stats().packets_received == 1


def test_text_is_no_packet() -> None:
    with pytest.raises(TypeError):
        receiver().insert("RTP", 0)  # type: ignore[arg-type]


def test_out_is_written_and_returned() -> None:
    out = np.ones(320, np.int16)
    assert receiver().pull(0, out) is out
    assert not out.any()


@pytest.mark.parametrize(
    "out", [np.zeros(320, np.float32), np.zeros(640, np.int16)[::2], np.zeros(320, ">i2")]
)
def test_out_of_another_kind_is_refused(out: NDArray[np.int16]) -> None:
    with pytest.raises(TypeError):
        receiver().pull(0, out)


def test_out_of_another_size_is_refused() -> None:
    with pytest.raises(mixminus.ShapeMismatchError):
        receiver().pull(0, np.zeros(319, np.int16))


def test_read_only_out_is_refused() -> None:
    out = np.zeros(320, np.int16)
    out.flags.writeable = False
    with pytest.raises(TypeError):
        receiver().pull(0, out)


@pytest.mark.parametrize(
    "wrong",
    [
        {"frame_ms": 30},
        {"frame_ms": 5, "sample_rate_hz": 44_100},
        {"sample_rate_hz": 7999},
        {"min_delay_ms": -1},
        {"min_delay_ms": 500, "max_delay_ms": 400},
        {"max_delay_ms": 2001},
        {"payload_type": 128},
        {"ms_per_percent": 0.5},
        {"ms_per_percent": float("nan")},
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        receiver(**wrong)


def test_unknown_codec_is_refused() -> None:
    with pytest.raises(mixminus.UnsupportedCodecError):
        mixminus.AudioReceiver("speex")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 65535),
            st.integers(0, 2**32 - 1),
            st.integers(1, 2),
            st.sampled_from([96, 13, 63, 101]),
            st.binary(max_size=64),
            st.integers(-(2**63), 2**63 - 1),
        ),
        max_size=60,
    )
)
def test_no_packets_break_it_and_counters_only_grow(
    packets: list[tuple[int, int, int, int, bytes, int]],
) -> None:
    rx = receiver(red_payload_type=63)
    before = dataclasses.asdict(rx.stats())
    moving = {"jitter", "target_delay", "playout_delay", "packets_lost", "jitter_buffer_delay"}
    moving |= {"burst_density", "gap_density", "burst_duration", "gap_duration", "paths"}
    for sequence, timestamp, ssrc, payload_type, payload, when_ns in packets:
        rx.insert(rtp(sequence, timestamp, payload, ssrc=ssrc, payload_type=payload_type), when_ns)
        assert rx.pull(when_ns).shape == (320,)
        after = dataclasses.asdict(rx.stats())
        assert all(after[name] >= before[name] for name in after if name not in moving)
        before = after
