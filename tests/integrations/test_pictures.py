"""Real pictures: encoded, packetised, lost and repaired, decoded without an error."""

from fractions import Fraction

import numpy as np
import pytest

import mixminus
from tests.support import pictures

av = pytest.importorskip("av", reason="PyAV is not installed")

MS = 1_000_000
PICTURES = 60


def encoded(encoder: str) -> list[bytes]:
    """Return the access units of a moving ramp of 160 x 96."""
    try:
        context = av.CodecContext.create(encoder, "w")
    except av.codec.codec.UnknownCodecError:
        pytest.skip(f"this PyAV has no {encoder}")
    context.width, context.height, context.pix_fmt = 160, 96, "yuv420p"
    context.time_base = Fraction(1, 25)
    context.gop_size, context.max_b_frames = PICTURES, 0
    fast = {"deadline": "realtime", "lag-in-frames": "0"}
    context.options = {"tune": "zerolatency"} if encoder == "libx264" else fast
    packets = []
    for i in range(PICTURES):
        plane = (np.add.outer(np.arange(96), np.arange(160)) * 3 + 9 * i).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(np.stack([plane] * 3, axis=-1), format="rgb24")
        packets += context.encode(frame.reformat(format="yuv420p"))
    return [bytes(packet) for packet in [*packets, *context.encode(None)]]


@pytest.mark.parametrize(
    ("codec", "encoder", "decoder"), [("h264", "libx264", "h264"), ("vp8", "libvpx", "vp8")]
)
def test_lost_packets_are_repaired_and_every_picture_decodes(
    codec: str, encoder: str, decoder: str
) -> None:
    rx = mixminus.VideoReceiver(codec)  # type: ignore[arg-type]
    rx.set_round_trip_ns(20 * MS)
    camera = pictures.Camera()
    arrivals = []
    for unit in encoded(encoder):
        units = pictures.split_annex_b(unit)
        arrivals += camera.send(
            pictures.h264(units, 300) if codec == "h264" else pictures.vp8(unit, 300)
        )
    lost = {i for i in range(len(arrivals)) if i % 7 == 3}
    assert len(lost) > 5
    answers: list[tuple[int, bytes]] = []
    decoding = av.CodecContext.create(decoder, "r")
    shown = 0
    for ms in range(PICTURES * 40 + 500):
        for i, (when, datagram) in enumerate(arrivals):
            if when == ms * MS and i not in lost:
                rx.insert(datagram, when)
        answers += [(ms + 20, camera.sent[number]) for number in rx.take_nacks(ms * MS)]
        for _, datagram in [answer for answer in answers if answer[0] == ms]:
            rx.insert(datagram, ms * MS)
        while (frame := rx.pull(ms * MS)) is not None:
            shown += len(decoding.decode(av.Packet(frame.data)))
    shown += len(decoding.decode(None))
    assert rx.stats().retransmitted_packets_received > 5
    assert rx.stats().frames_dropped == 0
    assert shown >= PICTURES - 1  # where the last packet is lost, nothing tells of it
