"""A voice and its pictures come together, whichever is the later one."""

from __future__ import annotations

import itertools

import pytest

import mixminus
from mixminus import rtp
from tests.network.model import MS, Sender
from tests.network.play import voice
from tests.support.pictures import Camera
from tests.unit.conference.test_video_receiver import unit

RATE_HZ = 16000
FRAME_MS = 40
CAPTURED_NS = 1_790_000_000_000_000_000


def meeting(
    audio_late_ms: int, video_late_ms: int, seconds: int = 25
) -> tuple[list[float], mixminus.AudioReceiver]:
    """Return the offsets, one a second, when the streams come so late."""
    audio = mixminus.AudioReceiver("l16", RATE_HZ, 20, payload_type=96)
    video = mixminus.VideoReceiver("vp8", payload_type=96)
    sync = mixminus.LipSync(audio, video)
    sound = [
        (at + audio_late_ms * MS, packet)
        for at, packet in Sender().packets(voice(seconds, RATE_HZ))
    ]
    camera = Camera()
    pictures = []
    for i in range(seconds * 1000 // FRAME_MS):
        for at, packet in camera.send(unit("vp8", key=i == 0)[0]):
            pictures.append((at + video_late_ms * MS, packet))
    ntp = rtp.ntp_from_unix_ns(CAPTURED_NS)
    offsets: list[float] = []
    for now_ms in range(0, seconds * 1000, 20):
        now_ns = now_ms * MS
        while sound and sound[0][0] <= now_ns:
            audio.insert(sound[0][1], sound.pop(0)[0])
        while pictures and pictures[0][0] <= now_ns:
            video.insert(pictures[0][1], pictures.pop(0)[0])
        if now_ms == 1000:
            audio.receive_report(
                rtp.SenderInfo(ntp, Sender().first_timestamp % 2**32, 0, 0), now_ns
            )
            video.receive_report(rtp.SenderInfo(ntp, (2**32 - 9000) % 2**32, 0, 0), now_ns)
        audio.pull(now_ns)
        while (frame := video.pull(now_ns)) is not None:
            sync.show(frame)
        if now_ms % 1000 == 0 and (offset_ms := sync.update(now_ns)) is not None:
            offsets.append(offset_ms)
    return offsets, audio


@pytest.mark.parametrize(("audio_ms", "video_ms"), [(0, 300), (300, 0), (20, 20), (0, 700)])
def test_they_come_together(audio_ms: int, video_ms: int) -> None:
    offsets, _ = meeting(audio_ms, video_ms)
    assert offsets[0] == pytest.approx(audio_ms - video_ms, abs=60)
    assert all(-45 <= offset <= 125 for offset in offsets[-5:])


def test_the_voice_is_moved_in_steps_of_80_ms_at_most() -> None:
    offsets, audio = meeting(0, 300)
    assert max(abs(b - a) for a, b in itertools.pairwise(offsets)) <= 140
    assert audio.stats().concealed_samples == 0


def test_without_reports_nothing_is_known_and_nothing_is_moved() -> None:
    audio = mixminus.AudioReceiver("l16", RATE_HZ, 20, payload_type=96)
    sync = mixminus.LipSync(audio, mixminus.VideoReceiver("vp8"))
    assert sync.update(0) is None
    assert audio.stats().target_delay < 0.02
