"""mixminus replay: traces and captures, over time."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from mixminus.apps.audio_files import read_audio
from mixminus.apps.captures import read_streams
from mixminus.apps.errors import CommandError
from mixminus.apps.traces import read_trace
from mixminus.cli import main
from tests.network.model import MS, Network, Sender, rtp
from tests.network.play import voice

ROWS = [f"{i},{20 * i},{20 * i + 20},{20 * i + 45 + i % 3}" for i in range(200)]
LOST = {50, 51, 120}


def trace_file(folder: Path, *, note: str = "# made ptime=20 ppm=0", packed: bool = False) -> Path:
    rows = [row.rsplit(",", 1)[0] + "," if i in LOST else row for i, row in enumerate(ROWS)]
    text = "\n".join([note, *rows]) + "\n"
    path = folder / ("walk.csv.gz" if packed else "walk.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def capture_file(folder: Path, datagrams: list[tuple[int, bytes]]) -> Path:
    """Write Ethernet, IPv4 and UDP around each."""
    records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)]
    for when_ns, datagram in datagrams:
        udp = struct.pack("!HHHH", 5004, 5006, 8 + len(datagram), 0) + datagram
        ip = struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\n\0\0\1", b"\n\0\0\2"
        )
        frame = bytes(12) + b"\x08\x00" + ip + udp
        seconds, rest = divmod(when_ns, 1_000_000_000)
        records.append(struct.pack("<IIII", seconds, rest // 1000, len(frame), len(frame)) + frame)
    path = folder / "call.pcap"
    path.write_bytes(b"".join(records))
    return path


def call() -> list[tuple[int, bytes]]:
    """Return a call of L16, another of PCMU, and noise."""
    spoken = Network(seed=1, jitter_ms=3, loss_ratio=0.02).carry(
        Sender(sample_rate_hz=48_000, ptime_ms=5, ssrc=7).packets(voice(4, 48_000))
    )
    other = [
        ((i + 1) * 20 * MS, rtp(i, 160 * i, bytes([i % 200] * 160), ssrc=8, payload_type=0))
        for i in range(40)
    ]
    return sorted([*spoken, *other, (5 * MS, b"no RTP"), (6 * MS, b"")], key=lambda each: each[0])


@pytest.mark.parametrize("packed", [False, True])
def test_a_trace_is_read_as_it_was_written(tmp_path: Path, packed: bool) -> None:
    trace = read_trace(trace_file(tmp_path, packed=packed))
    assert (trace.name, trace.ptime_ms, len(trace.sequence)) == ("walk", 20, 200)
    assert trace.lost_share == pytest.approx(len(LOST) / 200)
    assert np.flatnonzero(np.isnan(trace.arrival_ms)).tolist() == sorted(LOST)


def test_without_a_note_the_packet_time_is_the_step(tmp_path: Path) -> None:
    assert read_trace(trace_file(tmp_path, note="# of nobody")).ptime_ms == 20


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4", "a,b\n1,2,x,4\n2,3,4,5", "\0\1\2"])
def test_what_is_no_trace_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(CommandError):
        read_trace(path)


def test_a_trace_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    heard = tmp_path / "heard.wav"
    assert main(["replay", str(trace_file(tmp_path)), "--wav", str(heard)]) == 0
    said = capsys.readouterr().out
    assert "197 packets, 3 lost, 0 twice, 0 too late" in said
    assert len(said.splitlines()) == 23
    assert len(read_audio(heard, 16_000)) == pytest.approx(16_000 * 4, abs=16_000 // 10)


def test_the_picture_is_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "replay.png"
    assert main(["replay", str(trace_file(tmp_path)), "--png", str(picture)]) == 0
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_streams_of_a_capture_are_found(tmp_path: Path) -> None:
    streams = {stream.ssrc: stream for stream in read_streams(capture_file(tmp_path, call()))}
    assert set(streams) == {7, 8}
    assert streams[8].codec == "pcmu"
    assert streams[7].codec is None
    assert len(streams[8].arrivals) == 40
    assert streams[8].arrivals[1].arrival_ns == pytest.approx(40 * MS, abs=1000)


def test_a_capture_is_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capture = str(capture_file(tmp_path, call()))
    assert main(["replay", capture, "--ssrc", "8"]) == 0
    assert "40 packets, 0 lost" in capsys.readouterr().out
    assert main(["replay", capture]) == 2
    assert "--codec" in capsys.readouterr().err
    assert main(["replay", capture, "--codec", "l16"]) == 0
    assert main(["replay", capture, "--ssrc", "0x99"]) == 2


@pytest.mark.parametrize("content", [b"", b"MThd\0\0\0\0", bytes.fromhex("d4c3b2a1") + b"\0" * 9])
def test_what_is_no_capture_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "bad.pcap"
    path.write_bytes(content)
    assert main(["replay", str(path)]) == 2
    assert capsys.readouterr().err.startswith("mixminus replay: error:")
