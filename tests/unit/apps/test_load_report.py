"""The verdict of the load generator, on streams that were made up without a network."""

import socket
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from mixminus import Codec
from mixminus.apps.audio_files import Samples
from mixminus.apps.load_endpoints import WARM_UP_S, Endpoint
from mixminus.apps.load_report import Row, Run, judge
from mixminus.apps.rtp_sender import FORMATS, RtpSender
from mixminus.apps.voices import encode, read_clips

KIND = "pcma"
RATE_HZ = 8_000
FRAME_SAMPLES = 160
SITES, TALKERS = 6, 3
SECONDS = 8.0
FRAMES = int(SECONDS * 50)
FRAME_NS = 20_000_000
BRIDGE_FRAMES = 2  # delay of the made-up bridge

Mixes = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@pytest.fixture(scope="module")
def loop() -> Samples:
    return np.concatenate(read_clips(None, RATE_HZ))


@pytest.fixture(scope="module")
def payloads(loop: Samples) -> Sequence[bytes]:
    return encode(KIND, loop)


@pytest.fixture
def endpoints(payloads: Sequence[bytes]) -> Iterator[list[Endpoint]]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(SITES)]
    yield [
        Endpoint(
            sender=RtpSender(160, 8, site, site),
            payloads=payloads,
            first_payload=site * len(payloads) // TALKERS,
            network=None,
            socket=opened,
            is_recorded=True,
        )
        for site, opened in enumerate(sockets)
    ]
    for opened in sockets:
        opened.close()


def said(loop: Samples, talker: int) -> Samples:
    """Return what a talker says, from its first frame on."""
    first = talker * (len(loop) // FRAME_SAMPLES) // TALKERS * FRAME_SAMPLES
    return np.resize(np.roll(loop[: len(loop) // 160 * 160], -first), FRAMES * FRAME_SAMPLES)


def deliver(endpoints: list[Endpoint], loop: Samples, leak: float = 0.0) -> None:
    """Let a perfect bridge, but for a leak, answer everybody."""
    voices = [said(loop, talker).astype(np.float64) for talker in range(TALKERS)]
    for site, endpoint in enumerate(endpoints):
        gains = [leak if talker == site else 1.0 for talker in range(TALKERS)]
        mixed = sum(gain * voice for gain, voice in zip(gains, voices, strict=True))
        frames = np.rint(mixed).astype(np.int16).reshape(FRAMES, FRAME_SAMPLES)
        sender, codec = RtpSender(160, 8, 99, site), Codec(KIND, sample_rate_hz=RATE_HZ)
        for number, frame in enumerate(frames):
            arrival_ns = (number + BRIDGE_FRAMES) * FRAME_NS
            packet = sender.packet(codec.encode(frame))
            if WARM_UP_S * 1e9 <= arrival_ns < SECONDS * 1e9 and packet is not None:
                endpoint.receive(packet, arrival_ns)


def verdicts(endpoints: list[Endpoint], loop: Samples) -> list[Row]:
    return judge(Run(endpoints, TALKERS, KIND, SECONDS, 0, loop, max_delay_ms=150))


def wrong(rows: Sequence[Row]) -> list[str]:
    return [row.what.split(",")[0].split(":")[0] for row in rows if row.verdict != "ok"]


def test_a_right_bridge_passes_and_its_delay_is_told(
    endpoints: list[Endpoint], loop: Samples
) -> None:
    deliver(endpoints, loop)
    rows = verdicts(endpoints, loop)
    assert wrong(rows) == []
    least, median, most = map(float, rows[-1].measured.split())
    # a site's frames leave up to 20 ms after the first one's, the made-up bridge ignores that
    assert 20 <= least <= median <= most <= 40.2


def test_own_voice_20_db_down_is_a_fault(endpoints: list[Endpoint], loop: Samples) -> None:
    deliver(endpoints, loop, leak=0.1)
    assert wrong(verdicts(endpoints, loop)) == ["own voice"]


def edit_loss(arrivals: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    return arrivals[:50] + arrivals[51:]


def edit_ssrc(arrivals: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    when, packet = arrivals[50]
    return [*arrivals[:50], (when, packet[:8] + b"ssrc" + packet[12:]), *arrivals[51:]]


def edit_order(arrivals: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    return [*arrivals[:50], arrivals[51], arrivals[50], *arrivals[52:]]


@pytest.mark.parametrize("edit", [edit_loss, edit_ssrc, edit_order])
def test_one_broken_packet_is_a_fault(
    endpoints: list[Endpoint],
    loop: Samples,
    edit: Callable[[list[tuple[int, bytes]]], list[tuple[int, bytes]]],
) -> None:
    deliver(endpoints, loop)
    endpoints[2].arrivals = edit(endpoints[2].arrivals)
    assert wrong(verdicts(endpoints, loop)) == ["streams with a gap"]


def test_too_few_packets_to_one_site_are_a_fault(endpoints: list[Endpoint], loop: Samples) -> None:
    deliver(endpoints, loop)
    endpoints[-1].packets_received -= 10
    assert wrong(verdicts(endpoints, loop)) == ["packets/s to each site"]


def test_a_missing_talker_is_a_fault(endpoints: list[Endpoint], loop: Samples) -> None:
    deliver(endpoints, loop)
    silent = said(loop, 0)[: len(loop)] * 0
    other = np.concatenate([silent, loop])[: len(loop)]
    assert "other voices" in wrong(verdicts(endpoints, other))[0]


def test_late_is_a_fault(endpoints: list[Endpoint], loop: Samples) -> None:
    deliver(endpoints, loop)
    for endpoint in endpoints:
        endpoint.arrivals = [(when + 200_000_000, packet) for when, packet in endpoint.arrivals]
    assert wrong(verdicts(endpoints, loop)) == ["delay"]


def test_nothing_back_is_three_faults(endpoints: list[Endpoint], loop: Samples) -> None:
    assert len(wrong(verdicts(endpoints, loop))) == 4


def test_reports_of_rtcp_are_no_packets(endpoints: list[Endpoint]) -> None:
    endpoints[0].receive(b"\x80\xc8" + bytes(26), 0)
    endpoints[0].receive(b"short", 0)
    assert endpoints[0].packets_received == 0


def test_formats_of_the_test_are_those_of_the_package() -> None:
    assert FORMATS[KIND].sample_rate_hz == RATE_HZ
    assert FORMATS[KIND].frame_samples == FRAME_SAMPLES
