"""ffmpeg, GStreamer and baresip join ``mixminus serve`` and hear the others.

Each client sends a tone of 1000 Hz; a peer of ours sends 440 Hz. The peer must hear the client, and what
the client recorded must hold 440 Hz and not its own tone. Runs in real time, a few seconds each.
"""

import shutil
import signal
import struct
import subprocess
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from tests.support.bridge import (
    Peer,
    Relay,
    Speaking,
    eventually,
    free_port,
    serving,
    tone_level,
)
from tests.support.sip import SipAnswerer

PEER_HZ, CLIENT_HZ = 440.0, 1000.0
RECORDED_SECONDS = 2.0
# codec: payload type, SDP name, what ffmpeg is told
FFMPEG = {
    "pcma": (8, "PCMA/8000", ("-c:a", "pcm_alaw", "-ar", "8000")),
    "g722": (9, "G722/8000", ("-c:a", "g722", "-ar", "16000")),
    "opus": (111, "opus/48000/2", ("-c:a", "libopus", "-ar", "48000", "-payload_type", "111")),
}


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@contextmanager
def running(*words: object, log: Path) -> Iterator[None]:
    """Run a client, then let it close its files."""
    with log.open("wb") as out:
        client = subprocess.Popen(
            [str(w) for w in words], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        yield
    finally:
        client.send_signal(signal.SIGINT)
        try:
            client.wait(10)
        except subprocess.TimeoutExpired:
            client.kill()
            client.wait()


def recorded(path: Path) -> tuple[NDArray[np.float64], int]:
    """Return what the client has heard until now, mono. The sizes in the header are unfinished."""
    data = path.read_bytes() if path.is_file() else b""
    if len(data) < 44:
        return np.empty(0), 1
    channels, rate_hz = struct.unpack_from("<HI", data, 22)
    frames = (len(data) - 44) // (2 * channels)
    samples = np.frombuffer(data, "<i2", frames * channels, 44)
    return samples.reshape(-1, channels).mean(axis=1), rate_hz


def wait_for_audio(peer: Peer, recording: Callable[[], Path]) -> None:
    """Until the peer hears the client and the client has recorded the peer for a while."""

    def is_recorded() -> bool:
        pcm, rate_hz = recorded(recording())
        return len(pcm) > RECORDED_SECONDS * rate_hz

    assert eventually(lambda: peer.hears(CLIENT_HZ)), "our peer does not hear the client"
    assert eventually(is_recorded), "the client recorded nothing"
    pcm, rate_hz = recorded(recording())
    last = pcm[-rate_hz:]
    assert tone_level(last, PEER_HZ, rate_hz) > 3000, "the client does not hear our peer"
    assert tone_level(last, CLIENT_HZ, rate_hz) < 50, "the client hears itself"
    assert tone_level(peer.heard(), PEER_HZ, 8000) < 50, "our peer hears itself"


@needs("ffmpeg")
@pytest.mark.parametrize("codec", [c for c in FFMPEG if c in mixminus.codecs()])
def test_ffmpeg_joins(codec: str, tmp_path: Path) -> None:
    payload_type, name, options = FFMPEG[codec]
    port, session, heard = free_port(), tmp_path / "in.sdp", tmp_path / "heard.wav"
    session.write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=audio {port} RTP/AVP {payload_type}\na=rtpmap:{payload_type} {name}\n"
    )
    listen = ("-protocol_whitelist", "file,udp,rtp", "-i", session, "-flush_packets", "1", heard)
    source = f"sine=frequency={CLIENT_HZ}:sample_rate=48000"
    with serving() as bridge, Relay(bridge, port) as relay:
        peer = Peer(bridge, PEER_HZ, ssrc=1)
        talk = ("-re", "-f", "lavfi", "-i", source, *options, "-f", "rtp")
        with (
            Speaking(peer),
            running("ffmpeg", "-y", *listen, log=tmp_path / "listen.log"),
            running("ffmpeg", *talk, f"rtp://127.0.0.1:{relay.port}", log=tmp_path / "talk.log"),
        ):
            wait_for_audio(peer, lambda: heard)


@needs("gst-launch-1.0")
def test_gstreamer_joins_with_opus(tmp_path: Path) -> None:
    port, heard = free_port(), tmp_path / "heard.wav"
    caps = "application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=111"
    with serving() as bridge, Relay(bridge, port) as relay:
        peer = Peer(bridge, PEER_HZ, ssrc=1)
        pipeline = (
            f"audiotestsrc is-live=true freq={CLIENT_HZ} volume=0.1 ! audioconvert ! audioresample ! opusenc ! "
            f"rtpopuspay pt=111 ! udpsink host=127.0.0.1 port={relay.port} "
            f"udpsrc port={port} caps={caps} ! rtpjitterbuffer ! rtpopusdepay ! opusdec ! audioconvert ! "
            f"audio/x-raw,format=S16LE,channels=1 ! wavenc ! "
            f"filesink async=false buffer-mode=unbuffered location={heard}"
        )  # fmt: skip
        with (
            Speaking(peer),
            running("gst-launch-1.0", "-e", *pipeline.split(), log=tmp_path / "gst.log"),
        ):
            wait_for_audio(peer, lambda: heard)


@needs("baresip")
def test_baresip_joins_with_g711(tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    samples = 8000 * np.sin(2 * np.pi * CLIENT_HZ * np.arange(8000 * 30) / 8000)
    with wave.open(str(tone), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        file.writeframes(samples.astype("<i2").tobytes())
    (tmp_path / "accounts").write_text("<sip:hall@127.0.0.1>;regint=0;audio_codecs=PCMU/8000/1\n")
    (tmp_path / "config").write_text(
        "module_path /usr/lib/baresip/modules\nmodule stdio.so\nmodule g711.so\nmodule aufile.so\n"
        "module account.so\nmodule sndfile.so\nmodule menu.so\nmodule_app account.so\nmodule_app menu.so\n"
        f"audio_source aufile,{tone}\naudio_player aufile,{tmp_path / 'player.wav'}\n"
        f"net_interface 127.0.0.1\nsip_listen 127.0.0.1:0\nsnd_path {tmp_path}\n"
    )
    with serving() as bridge, SipAnswerer(bridge) as answerer:
        peer = Peer(bridge, PEER_HZ, ssrc=1)
        call = ("-f", tmp_path, "-4", "-e", f"/dial sip:mcu@127.0.0.1:{answerer.port}")
        with Speaking(peer), running("baresip", *call, log=tmp_path / "baresip.log"):
            wait_for_audio(peer, lambda: next(tmp_path.glob("dump-*-dec.wav"), tmp_path))
    assert answerer.calls == 1
