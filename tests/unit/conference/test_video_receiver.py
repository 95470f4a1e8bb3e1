"""VideoReceiver: what comes out when packets are lost, late, twice, or no packets at all."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mixminus
from mixminus import rtp
from tests.support import pictures
from tests.support.pictures import Camera, Descriptor

MS = 1_000_000
FRAME_MS = 40
Arrivals = list[tuple[int, bytes]]
Codec = Literal["h264", "vp8", "h265"]
CODECS: list[Codec] = ["h264", "vp8", "h265"]


def unit(codec: Codec, *, key: bool, size: int = 3000) -> tuple[list[bytes], bytes]:
    """Return the payloads of one access unit and what a decoder wants to have of it."""
    if codec == "vp8":
        frame = pictures.vp8_frame(size, key=key)
        return pictures.vp8(frame), frame
    if codec == "h264":
        units, cut = pictures.h264_frame(size, key=key), pictures.h264
    else:
        units, cut = pictures.h265_frame(size, key=key), pictures.h265
    return cut(units), pictures.annex_b(units)


def video(
    codec: Codec, frames: int, keys: set[int] | None = None, camera: Camera | None = None
) -> tuple[list[Arrivals], list[bytes]]:
    """Return the packets of each frame, and each frame; the first is a key frame, and `keys`."""
    camera = camera or Camera()
    units = [unit(codec, key=i == 0 or i in (keys or ()), size=3000 + i) for i in range(frames)]
    return [camera.send(payloads) for payloads, _ in units], [frame for _, frame in units]


def flat(frames: list[Arrivals]) -> Arrivals:
    return [arrival for frame in frames for arrival in frame]


def play(
    rx: mixminus.VideoReceiver,
    arrivals: Arrivals,
    until_ms: int,
    *,
    each_ms: Callable[[int], None] = lambda _: None,
    from_ms: int = 0,
) -> list[tuple[int, mixminus.VideoFrame]]:
    """Insert what has come, then pull all that is due, each ms; return (ms, frame)."""
    shown = []
    waiting = sorted(arrivals, key=lambda arrival: arrival[0])
    for ms in range(from_ms, until_ms):
        while waiting and waiting[0][0] <= ms * MS:
            when, datagram = waiting.pop(0)
            rx.insert(datagram, when)
        each_ms(ms)
        while (frame := rx.pull(ms * MS)) is not None:
            shown.append((ms, frame))
    return shown


def asking(rx: mixminus.VideoReceiver) -> Callable[[int], None]:
    """Ask for what is missing; nobody answers."""

    def ask(ms: int) -> None:
        rx.take_nacks(ms * MS)

    return ask


def data(shown: list[tuple[int, mixminus.VideoFrame]]) -> list[bytes]:
    return [frame.data for _, frame in shown]


def receiver(codec: Codec = "h264", **settings: Any) -> mixminus.VideoReceiver:
    return mixminus.VideoReceiver(codec, **settings)


@pytest.mark.parametrize("codec", CODECS)
def test_an_undisturbed_stream_comes_out_as_it_went_in(codec: Codec) -> None:
    rx = receiver(codec)
    frames, wanted = video(codec, 100, {50})
    shown = play(rx, flat(frames), 4100)
    assert data(shown) == wanted
    assert [i for i, (_, frame) in enumerate(shown) if frame.is_key_frame] == [0, 50]
    assert not any(frame.is_after_loss for _, frame in shown)
    stats = rx.stats()
    assert (stats.frames_received, stats.key_frames_received, stats.frames_dropped) == (100, 2, 0)
    assert stats.packets_received == len(flat(frames))
    assert stats.packets_lost == stats.nack_count == stats.pli_count == stats.freeze_count == 0
    assert not rx.take_key_frame_request(4100 * MS)


def test_timestamps_wrap_and_say_when() -> None:
    rx = receiver()
    frames, _ = video("h264", 20)
    shown = play(rx, flat(frames), 900)
    first = 2**32 - 9000
    assert [frame.rtp_timestamp for _, frame in shown] == [
        (first + i * 3600) % 2**32 for i in range(20)
    ]
    # 3 packets, the last 2 ms after the first, one more in a key frame; at first the delay is 8 ms
    assert [ms - FRAME_MS * i for i, (ms, _) in enumerate(shown)] == [11] + [10] * 19
    assert [frame.release_ns for _, frame in shown] == [ms * MS for ms, _ in shown]


@pytest.mark.parametrize("codec", CODECS)
def test_reordering_and_duplicates_change_nothing(codec: Codec) -> None:
    rx = receiver(codec, min_delay_ms=60)
    frames, wanted = video(codec, 40)
    arrivals = [
        (when + (7 * MS if i % 4 == 1 else 0), d) for i, (when, d) in enumerate(flat(frames))
    ]
    twice = arrivals + [(when + 3 * MS, d) for when, d in arrivals[::3]]
    assert data(play(rx, twice, 1800)) == wanted
    assert rx.stats().packets_duplicated == len(arrivals[::3])
    assert rx.stats().frames_dropped == 0


@pytest.mark.parametrize("codec", CODECS)
def test_after_a_loss_nothing_comes_until_the_next_key_frame(codec: Codec) -> None:
    rx = receiver(codec)
    frames, wanted = video(codec, 30, {20})
    del frames[10][1]
    shown = play(rx, flat(frames), 1300)
    assert data(shown) == wanted[:10] + wanted[20:]
    assert [frame.is_after_loss for _, frame in shown] == [i == 10 for i in range(20)]
    assert rx.stats().frames_dropped == 10
    assert rx.stats().packets_lost == 1
    assert rx.stats().freeze_count == 1
    assert rx.stats().total_freezes_duration == pytest.approx(11 * 0.04, abs=0.01)


@pytest.mark.parametrize("codec", CODECS)
def test_a_whole_frame_that_is_lost_is_noticed(codec: Codec) -> None:
    rx = receiver(codec)
    frames, wanted = video(codec, 30, {20})
    frames[10] = []
    assert data(play(rx, flat(frames), 1300)) == wanted[:10] + wanted[20:]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_packet_that_is_sent_again_repairs_its_frame(codec: Codec, place: int) -> None:
    rx = receiver(codec)
    camera = Camera()
    frames, wanted = video(codec, 40, camera=camera)
    del frames[10][place]
    rx.set_round_trip_ns(30 * MS)
    answers: dict[int, list[bytes]] = {}

    def ask(ms: int) -> None:
        for number in rx.take_nacks(ms * MS):
            answers.setdefault(ms + 30, []).append(camera.sent[number])
        for datagram in answers.pop(ms, []):
            rx.insert(datagram, ms * MS)

    shown = play(rx, flat(frames), 1800, each_ms=ask)
    assert data(shown) == wanted
    stats = rx.stats()
    assert (stats.retransmitted_packets_received, stats.nack_count) == (1, 1)
    assert (stats.packets_lost, stats.frames_dropped, stats.pli_count) == (0, 0, 0)
    late_ms = max(ms - FRAME_MS * i for i, (ms, _) in enumerate(shown))
    assert 30 <= late_ms <= 75


def test_a_retransmission_stream_repairs_as_well() -> None:
    rx = receiver()
    camera = Camera()
    frames, wanted = video("h264", 20, camera=camera)
    _, lost = frames[10].pop(1)

    def ask(ms: int) -> None:
        for number in rx.take_nacks(ms * MS):
            assert number == struct.unpack_from("!H", lost, 2)[0]
            rx.insert_retransmission(camera.again(number), ms * MS)

    assert data(play(rx, flat(frames), 900, each_ms=ask)) == wanted
    assert rx.stats().retransmitted_packets_received == 1
    assert rx.stats().packets_lost == 1  # of the stream itself


def test_what_is_no_retransmission_of_this_stream_is_counted() -> None:
    rx = receiver()
    camera = Camera()
    frames, wanted = video("h264", 10, camera=camera)
    padding = camera.again(65_500)[:12]
    rx.insert_retransmission(camera.again(65_500), 0)  # before the stream
    for ms, datagram in [(100, padding), (100, b"no rtp"), (150, camera.again(65_500))]:
        frames[0].append((ms * MS, b""))
        rx.insert_retransmission(datagram, ms * MS)
    assert data(play(rx, flat(frames), 500)) == wanted
    assert rx.stats().packets_discarded == 2
    assert rx.stats().packets_malformed == 4


@pytest.mark.parametrize("max_delay_ms", [50, 200, 1000])
def test_one_lost_packet_never_blocks_beyond_the_maximum(max_delay_ms: int) -> None:
    rx = receiver(max_delay_ms=max_delay_ms)
    frames, wanted = video("h264", 60, {11})
    del frames[10][1]

    def ask(ms: int) -> None:  # and nobody answers
        rx.take_nacks(ms * MS)

    # without the key frame behind it, which would end the wait
    delta = [*frames[:11], [], *frames[12:]]
    shown = play(rx, flat(delta), 2500, each_ms=ask)
    assert data(shown) == wanted[:10]
    asked_at = [ms for ms in range(400, 2500) if rx.take_key_frame_request(ms * MS)]
    assert asked_at
    assert rx.stats().frames_dropped == 49


def test_the_wait_for_a_repair_ends_when_no_answer_can_come_in_time() -> None:
    rx = receiver(max_delay_ms=200)
    frames, _ = video("h264", 30)
    del frames[10][1]
    requests = []

    def ask(ms: int) -> None:
        rx.take_nacks(ms * MS)
        if rx.take_key_frame_request(ms * MS):
            requests.append(ms)

    play(rx, flat(frames), 1200, each_ms=ask)
    # once, at 2 ms, with 125 ms for the answer; that to another would come after 225 ms
    assert requests[0] - 10 * FRAME_MS == pytest.approx(127, abs=2)


def test_without_anybody_who_asks_a_lost_packet_is_not_waited_for() -> None:
    rx = receiver()
    frames, _ = video("h264", 20)
    del frames[10][1]
    asked = []

    def ask(ms: int) -> None:
        if rx.take_key_frame_request(ms * MS):
            asked.append(ms)

    play(
        rx,
        flat(frames),
        800,
        each_ms=ask,
    )
    assert asked[0] - 10 * FRAME_MS <= 12


def test_a_key_frame_that_is_due_ends_the_wait_for_a_repair() -> None:
    rx = receiver()
    frames, wanted = video("h264", 30, {13})
    del frames[10][1]
    shown = play(rx, flat(frames), 1300, each_ms=asking(rx))
    assert data(shown) == wanted[:10] + wanted[13:]
    assert shown[10][0] - 13 * FRAME_MS <= 12


def test_a_frame_under_way_is_waited_for_while_nothing_follows_it() -> None:
    rx = receiver()
    frames, wanted = video("h264", 20)
    stalled = [(when + (when >= 10 * FRAME_MS * MS + MS) * 300 * MS, d) for when, d in flat(frames)]
    shown = play(rx, stalled, 1500)
    assert data(shown) == wanted
    assert rx.stats().frames_dropped == 0


@pytest.mark.parametrize("codec", CODECS)
def test_a_lost_marker_loses_nothing(codec: Codec) -> None:
    rx = receiver(codec)
    camera = Camera()
    units = [unit(codec, key=i == 0) for i in range(20)]
    frames = [camera.send(payloads, marker=i % 3 == 0) for i, (payloads, _) in enumerate(units)]
    shown = play(rx, flat(frames), 1000)
    assert data(shown) == [frame for _, frame in units][: len(shown)]
    assert len(shown) >= 19  # of the last one the end is not known


def test_a_burst_after_a_stall_comes_out_whole() -> None:
    rx = receiver()
    frames, wanted = video("h264", 60)
    stalled = [(max(when, 900 * MS) if when > 400 * MS else when, d) for when, d in flat(frames)]
    shown = play(rx, stalled, 2700)
    assert data(shown) == wanted
    assert rx.stats().freeze_count == 1
    assert shown[-1][0] - 59 * FRAME_MS < 520  # bounded, and what is later is shown at once


def test_late_frames_teach_to_wait_and_are_counted() -> None:
    rx = receiver(ms_per_percent=1000)
    frames, wanted = video("h264", 400)
    late = [
        (when + (30 * MS if i % 10 == 5 else 0), d) for i, f in enumerate(frames) for when, d in f
    ]
    shown = play(rx, late, 16_300)
    assert data(shown) == wanted
    assert 0.028 <= rx.stats().target_delay <= 0.045
    assert max(ms - FRAME_MS * i for i, (ms, _) in enumerate(shown) if i > 200) <= 50


def test_minimum_delay_may_change_in_the_call() -> None:
    rx = receiver(max_delay_ms=300)
    frames, wanted = video("h264", 30)

    def hold(ms: int) -> None:
        if ms == 400:
            rx.set_min_delay_ms(120)

    shown = play(
        rx,
        flat(frames),
        1400,
        each_ms=hold,
    )
    assert data(shown) == wanted
    assert shown[5][0] - 5 * FRAME_MS == 10
    assert shown[25][0] - 25 * FRAME_MS == 122
    with pytest.raises(mixminus.OutOfRangeError):
        rx.set_min_delay_ms(301)


def test_a_join_in_mid_stream_waits_for_a_key_frame_and_asks_for_it() -> None:
    rx = receiver()
    frames, wanted = video("h264", 30, {20})
    requests = []

    def ask(ms: int) -> None:
        if rx.take_key_frame_request(ms * MS):
            requests.append(ms)

    shown = play(rx, flat(frames[5:]), 1300, each_ms=ask)
    assert data(shown) == wanted[20:]
    # the first is dropped when it is due; then after 100 ms of an assumed round trip and 200 ms
    assert requests[0] - 5 * FRAME_MS <= 8
    assert requests[1] - requests[0] == 300
    assert len(requests) == 2
    assert rx.stats().pli_count == 2


def test_key_frames_are_not_asked_for_while_one_is_under_way() -> None:
    rx = receiver()
    frames, wanted = video("h264", 10, {5})
    del frames[3][1]
    frames[5][3] = (frames[5][3][0] + 400 * MS, frames[5][3][1])
    frames[6:] = []
    requests = []

    def ask(ms: int) -> None:
        if rx.take_key_frame_request(ms * MS):
            requests.append(ms)

    shown = play(rx, flat(frames), 800, each_ms=ask)
    assert data(shown) == [*wanted[:3], wanted[5]]
    assert [ms < 5 * FRAME_MS for ms in requests] == [True]


def test_a_gap_too_large_to_ask_for_needs_a_key_frame() -> None:
    rx = receiver()
    camera = Camera()
    frames, wanted = video("h264", 20, camera=camera)
    camera.sequence += 300
    more, wanted_more = video("h264", 10, camera=camera)
    assert data(play(rx, flat(frames) + flat(more[1:]), 1210)) == wanted
    assert rx.take_nacks(1210 * MS) == []
    assert rx.take_key_frame_request(1210 * MS)
    last, wanted_last = video("h264", 1, camera=camera)
    assert data(play(rx, flat(last), 1300, from_ms=1211)) == wanted_last
    assert not rx.take_key_frame_request(2000 * MS)
    assert wanted_more


def layered(codec: Codec, layers: list[int], camera: Camera) -> list[Arrivals]:
    """Frames of temporal layers; VP8 without picture ids, so the base index is all there is."""
    base_index, frames = 0, []
    for i, layer in enumerate(layers):
        base_index += layer == 0
        if codec == "vp8":
            said = Descriptor(base_index=base_index, layer=layer, sync=layer == 1)
            payloads = pictures.vp8(pictures.vp8_frame(key=i == 0), descriptor=said)
        else:
            payloads = pictures.h265(pictures.h265_frame(key=i == 0, layer=layer))
        frames.append(camera.send(payloads))
    return frames


def shown_numbers(rx: mixminus.VideoReceiver, frames: list[Arrivals]) -> list[int]:
    first = 2**32 - 9000
    shown = play(rx, flat(frames), len(frames) * FRAME_MS + 100)
    return [(frame.rtp_timestamp - first) % 2**32 // 3600 for _, frame in shown]


def test_a_lost_higher_layer_of_h265_leaves_the_lower_ones() -> None:
    frames = layered("h265", [0, 2, 1, 2, 0, 2, 1, 2, 0], Camera())
    del frames[2][1]
    rx = receiver("h265")
    assert shown_numbers(rx, frames) == [0, 1, 4, 8]
    assert not rx.take_key_frame_request(500 * MS)


@pytest.mark.parametrize("is_whole_frame", [True, False])
def test_a_lost_higher_layer_of_vp8_leaves_the_base_and_what_syncs_to_it(
    is_whole_frame: bool,
) -> None:
    frames = layered("vp8", [0, 2, 1, 2, 0, 2, 1, 2, 0], Camera())
    del frames[1][0 if is_whole_frame else 1 :]
    rx = receiver("vp8")
    assert shown_numbers(rx, frames) == [0, 2, 4, 6, 8]
    assert not rx.take_key_frame_request(500 * MS)


def test_a_lost_base_layer_of_vp8_ends_all() -> None:
    frames = layered("vp8", [0, 1, 0, 1, 0, 1, 0], Camera())
    frames[2] = []
    rx = receiver("vp8")
    assert shown_numbers(rx, frames) == [0, 1]
    assert rx.take_key_frame_request(500 * MS)


@pytest.mark.parametrize("place", [0, 1, 2, None])
@pytest.mark.parametrize("first_id", [5, 0x7FFE])
def test_a_picture_to_which_none_refers_is_no_loss_where_numbers_prove_it(
    place: int | None, first_id: int
) -> None:
    camera = Camera()
    frames = [
        camera.send(
            pictures.vp8(
                pictures.vp8_frame(key=i == 0),
                descriptor=Descriptor(
                    (first_id + i) & 0x7FFF if first_id > 127 else first_id + i, discardable=i == 3
                ),
            )
        )
        for i in range(8)
    ]
    if place is None:
        frames[3] = []
    else:
        del frames[3][place]
    rx = receiver("vp8")
    assert shown_numbers(rx, frames) == ([0, 1, 2] if place is None else [0, 1, 2, 4, 5, 6, 7])


def test_an_h264_picture_to_which_none_refers_is_no_loss() -> None:
    camera = Camera()
    frames = [
        camera.send(pictures.h264(pictures.h264_frame(key=i == 0, reference=i != 3)))
        for i in range(8)
    ]
    del frames[3][1]
    assert shown_numbers(receiver(), frames) == [0, 1, 2, 4, 5, 6, 7]


def test_padding_and_other_payload_types_only_explain_their_numbers() -> None:
    rx = receiver()
    camera = Camera()
    frames, wanted = [], []
    for i in range(20):
        payloads, frame = unit("h264", key=i == 0)
        arrivals = camera.send(payloads)
        camera.timestamp -= 3600  # padding has the time of the frame before it
        when = arrivals[-1][0] + MS
        arrivals += [(when, camera.packet(b"")), (when, camera.packet(b"fec", payload_type=100))]
        camera.timestamp += 3600
        frames.append(arrivals)
        wanted.append(frame)
    assert data(play(rx, flat(frames), 1000)) == wanted
    assert rx.stats().packets_of_other_payload_type == 20
    assert rx.stats().frames_dropped == 0
    assert rx.stats().frames_received == 20


def test_parameter_sets_of_their_own_are_given_too() -> None:
    rx = receiver()
    camera = Camera()
    sets, picture = pictures.h264_frame(key=True)[:2], pictures.h264_frame(key=True)[2:]
    frames = [camera.send(pictures.h264(units)) for units in (sets, picture)]
    assert data(play(rx, flat(frames), 200)) == [pictures.annex_b(sets), pictures.annex_b(picture)]


def test_a_new_source_is_followed_when_two_packets_agree() -> None:
    rx = receiver()
    frames, wanted = video("h264", 10)
    camera = Camera(ssrc=2, first_sequence=7, first_timestamp=1)
    camera.sent_ms = 400
    others, wanted_others = video("h264", 10, camera=camera)
    stray = Camera(ssrc=3).packet(b"\x41\x9a")
    assert data(play(rx, [*flat(frames), (200 * MS, stray), *flat(others)], 900)) == (
        wanted + wanted_others
    )
    assert rx.remote_ssrc == 2
    assert rx.stats().stream_changes == 1
    assert rx.stats().packets_lost == 0


def test_a_sender_that_begins_anew_is_followed() -> None:
    rx = receiver()
    frames, wanted = video("h264", 10)
    camera = Camera(first_sequence=1000, first_timestamp=2**31)
    camera.sent_ms = 400
    others, wanted_others = video("h264", 10, camera=camera)
    assert data(play(rx, flat(frames) + flat(others), 900)) == wanted + wanted_others
    assert rx.stats().stream_changes == 1


def test_refused_payloads_are_counted_and_lose_their_frame() -> None:
    rx = receiver()
    frames, wanted = video("h264", 10, {6})
    when, datagram = frames[3][1]
    frames[3][1] = when, datagram[:12] + b"\x79" + datagram[13:]  # STAP-B
    assert data(play(rx, flat(frames), 500)) == wanted[:3] + wanted[6:]
    assert rx.stats().packets_malformed == 1


def test_reports_say_when_frames_were_captured() -> None:
    rx = receiver()
    frames, _ = video("h264", 20)
    captured = rtp.ntp_from_unix_ns(1_700_000_000 * 1000 * MS)

    def report(ms: int) -> None:
        if ms == 100:
            rx.receive_report(
                rtp.SenderInfo(captured, (2**32 - 9000 + 90 * 50) % 2**32, 0, 0), ms * MS
            )

    shown = [frame.playout_ntp for _, frame in play(rx, flat(frames), 900, each_ms=report)]
    assert shown[:2] == [None, None]
    for i, ntp in enumerate(shown[3:], start=3):
        assert ntp is not None
        since_ns = rtp.unix_ns_from_ntp(ntp) - 1_700_000_000 * 1000 * MS
        assert since_ns == pytest.approx((FRAME_MS * i - 50) * MS, abs=2)


def test_a_frame_larger_than_the_ring_is_dropped_and_the_next_key_frame_comes() -> None:
    rx = receiver(capacity_packets=64)
    camera = Camera()
    large = camera.send(pictures.h264(pictures.h264_frame(200_000, key=True)))
    frames, wanted = video("h264", 5, camera=camera)
    assert len(large) > 64
    shown = play(rx, [(when // 10, d) for when, d in large] + flat(frames), 400)
    assert data(shown) == wanted
    assert rx.stats().packets_discarded > 0


def test_a_receiver_that_nobody_pulls_drops_the_oldest() -> None:
    rx = receiver(capacity_packets=128)
    frames, wanted = video("h264", 400, {390})
    for when, datagram in flat(frames):
        rx.insert(datagram, when)
    shown = play(rx, [], 16_020, from_ms=16_010)
    assert data(shown) == wanted[390:]
    assert rx.stats().frames_dropped == 390


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_is_given_is_whole_and_in_order_whatever_the_network_does(
    data_: st.DataObject,
) -> None:
    codec = data_.draw(st.sampled_from(CODECS))
    rx = receiver(codec, max_delay_ms=data_.draw(st.integers(0, 300)))
    frames, wanted = video(codec, 40, data_.draw(st.sets(st.integers(1, 39), max_size=4)))
    arrivals: Arrivals = []
    for when, datagram in flat(frames):
        fate = data_.draw(st.sampled_from([0] * 12 + [1, 2, 30, 400, -1]))
        if fate >= 0:
            arrivals.append((when + fate * MS, datagram))
    shown = play(rx, arrivals, 2200, each_ms=asking(rx))
    order = [wanted.index(frame.data) for _, frame in shown]
    assert order == sorted(set(order))
    for before, (i, (_, frame)) in zip([-1, *order], zip(order, shown, strict=True), strict=False):
        assert frame.is_key_frame or before == i - 1
    stats = rx.stats()
    assert stats.jitter_buffer_emitted_count == len(shown)
    assert stats.frames_received >= len(shown)


@given(st.lists(st.binary(max_size=60), max_size=30), st.sampled_from(CODECS))
def test_garbage_is_counted(garbage: list[bytes], codec: Codec) -> None:
    rx = receiver(codec)
    for i, datagram in enumerate(garbage):
        rx.insert(datagram, i * MS)
        rx.insert_retransmission(datagram, i * MS)
        rx.pull(i * MS)
        rx.take_nacks(i * MS)
    counted = dataclasses.astuple(rx.stats())
    assert all(count >= 0 for count in counted)


@pytest.mark.parametrize(
    "wrong",
    [
        {"payload_type": 128},
        {"payload_type": -1},
        {"min_delay_ms": -1},
        {"min_delay_ms": 200, "max_delay_ms": 100},
        {"max_delay_ms": 2001},
        {"ms_per_percent": 0.5},
        {"capacity_packets": 100},
        {"capacity_packets": 32},
        {"capacity_packets": 1 << 15},
        {"rtp_clock_hz": 0},
    ],
    ids=repr,
)
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        receiver(**wrong)


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(mixminus.UnsupportedCodecError, match="h264, vp8, h265"):
        receiver("av1")  # type: ignore[arg-type]


def test_frames_come_from_receivers_only() -> None:
    with pytest.raises(TypeError, match="pull"):
        mixminus.VideoFrame()
