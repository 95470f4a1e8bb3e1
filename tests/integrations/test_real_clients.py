"""ffmpeg, GStreamer and baresip join ``mixminus serve`` and hear the others.

Each client sends a tone of 1000 Hz; a peer of ours sends 440 Hz. The peer must hear the client, and what
the client recorded must hold 440 Hz and not its own tone. Runs in real time, a few seconds each.
"""

import shutil
import signal
import subprocess
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.bridge import Peer, Relay, Speaking, free_port, serving, tone_level
from tests.support.sip import SipAnswerer

PEER_HZ, CLIENT_HZ = 440.0, 1000.0
SECONDS = 4.0


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def finish(*clients: subprocess.Popen[bytes]) -> None:
    """Let recorders close their files."""
    for client in clients:
        if client.poll() is None:
            client.send_signal(signal.SIGINT)
    for client in clients:
        try:
            client.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            client.kill()
            client.communicate()


def start(*words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(word) for word in words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def recorded(path: Path) -> tuple[NDArray[np.float64], int]:
    """Return the last second that the client heard, mono. Sizes in the header may be unfinished."""
    with wave.open(str(path)) as file:
        rate_hz, channels = file.getframerate(), file.getnchannels()
    data = path.read_bytes()
    samples = np.frombuffer(data[44 : len(data) & ~1], "<i2").astype(np.float64)
    mono = samples[: len(samples) // channels * channels].reshape(-1, channels).mean(axis=1)
    return mono[-int(1.2 * rate_hz) : -int(0.2 * rate_hz)], rate_hz


def check(peer: Peer, recording: Path) -> None:
    peer_heard = peer.heard()
    assert tone_level(peer_heard, CLIENT_HZ, 8000) > 300, "our peer does not hear the client"
    assert tone_level(peer_heard, PEER_HZ, 8000) < 50, "our peer hears itself"
    client_heard, rate_hz = recorded(recording)
    assert len(client_heard) > 0.9 * rate_hz, "the client recorded nothing"
    assert tone_level(client_heard, PEER_HZ, rate_hz) > 3000, "the client does not hear our peer"
    assert tone_level(client_heard, CLIENT_HZ, rate_hz) < 50, "the client hears itself"


@needs("ffmpeg")
def test_ffmpeg_joins_with_g711(tmp_path: Path) -> None:
    port = free_port()
    session = tmp_path / "in.sdp"
    session.write_text(
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n"
        f"m=audio {port} RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"
    )
    with serving() as bridge, Relay(bridge, port) as relay:
        peer = Peer(bridge, PEER_HZ, ssrc=1)
        with Speaking(peer):
            receiver = start(
                "ffmpeg", "-y", "-protocol_whitelist", "file,udp,rtp", "-i", session, tmp_path / "heard.wav"
            )  # fmt: skip
            sender = start(
                "ffmpeg", "-re", "-f", "lavfi", "-i", f"sine=frequency={CLIENT_HZ}:sample_rate=8000",
                "-c:a", "pcm_alaw", "-f", "rtp", f"rtp://127.0.0.1:{relay.port}",
            )  # fmt: skip
            time.sleep(SECONDS)
            finish(receiver, sender)
    check(peer, tmp_path / "heard.wav")


@needs("gst-launch-1.0")
def test_gstreamer_joins_with_opus(tmp_path: Path) -> None:
    port = free_port()
    caps = "application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload=111"
    with serving() as bridge, Relay(bridge, port) as relay:
        peer = Peer(bridge, PEER_HZ, ssrc=1)
        with Speaking(peer):
            client = start(
                "gst-launch-1.0", "-e",
                "audiotestsrc", "is-live=true", f"freq={CLIENT_HZ}", "volume=0.1", "!", "audioconvert", "!",
                "audioresample", "!", "opusenc", "!", "rtpopuspay", "pt=111", "!",
                "udpsink", "host=127.0.0.1", f"port={relay.port}",
                "udpsrc", f"port={port}", f"caps={caps}", "!", "rtpjitterbuffer", "!", "rtpopusdepay", "!",
                "opusdec", "!", "audioconvert", "!", "audio/x-raw,format=S16LE,channels=1", "!", "wavenc", "!",
                "filesink", f"location={tmp_path / 'heard.wav'}",
            )  # fmt: skip
            time.sleep(SECONDS)
            finish(client)
    check(peer, tmp_path / "heard.wav")


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
        with Speaking(peer):
            client = start(
                "baresip", "-f", tmp_path, "-4", "-t", int(SECONDS + 3), "-e", f"/dial sip:mcu@127.0.0.1:{answerer.port}"
            )  # fmt: skip
            time.sleep(SECONDS + 1)
            finish(client)
    assert answerer.calls == 1
    (heard,) = tmp_path.glob("dump-*-dec.wav")
    check(peer, heard)
