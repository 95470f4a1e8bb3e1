"""One second of 20 ms frames through each codec, beside a peer that does the same.

Peers: libopus itself through ctypes with the same settings (so: what our layer costs), the standard
library's audioop for G.711 (where Python still has it), FFmpeg's G.722 through PyAV, numpy for L16.
"""

import ctypes
import ctypes.util
import warnings
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture

import mixminus
from tests.reference import codec as reference

Frame = NDArray[np.int16]
Encode = Callable[[Frame], bytes]
Decode = Callable[[bytes], Frame]

COMPLEXITY, BITRATE_BPS = 5, 48000
OPUS_APPLICATION_AUDIO = 2049
OPUS_SET_BITRATE, OPUS_SET_COMPLEXITY = 4002, 4010  # opus_defines.h
PEERS = {"opus": "libopus", "pcmu": "audioop", "pcma": "audioop", "g722": "ffmpeg", "l16": "numpy"}
IMPLEMENTATIONS = [(kind, impl) for kind in mixminus.codecs() for impl in ("mixminus", PEERS[kind])]


def libopus() -> tuple[Encode, Decode]:
    name = ctypes.util.find_library("opus")
    if name is None:
        pytest.skip("libopus is not found by name")
    opus = ctypes.CDLL(name)
    opus.opus_encoder_create.restype = opus.opus_decoder_create.restype = ctypes.c_void_p
    encoder = ctypes.c_void_p(opus.opus_encoder_create(48000, 1, OPUS_APPLICATION_AUDIO, None))
    decoder = ctypes.c_void_p(opus.opus_decoder_create(48000, 1, None))
    opus.opus_encoder_ctl(encoder, OPUS_SET_BITRATE, ctypes.c_int(BITRATE_BPS))
    opus.opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY, ctypes.c_int(COMPLEXITY))
    room, pcm = ctypes.create_string_buffer(1500), np.empty(960, np.int16)
    address = ctypes.c_void_p(pcm.ctypes.data)

    def encode(frame: Frame) -> bytes:
        size = opus.opus_encode(encoder, ctypes.c_void_p(frame.ctypes.data), frame.size, room, 1500)
        return room.raw[:size]

    def decode(payload: bytes) -> Frame:
        opus.opus_decode(decoder, payload, len(payload), address, 960, 0)
        return pcm

    return encode, decode


def audioop(kind: str) -> tuple[Encode, Decode]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated since Python 3.11
        peer: Any = pytest.importorskip("audioop")
    law = {"pcmu": "ulaw", "pcma": "alaw"}[kind]
    compress, expand = getattr(peer, f"lin2{law}"), getattr(peer, f"{law}2lin")
    return (
        lambda frame: bytes(compress(frame, 2)),
        lambda payload: np.frombuffer(expand(payload, 2), np.int16),
    )


def ffmpeg() -> tuple[Encode, Decode]:
    encoder: Any = av.CodecContext.create("g722", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 16000, "mono", "s16"
    decoder: Any = av.CodecContext.create("g722", "r")
    decoder.sample_rate, decoder.layout = 16000, "mono"

    def encode(frame: Frame) -> bytes:
        audio = av.AudioFrame.from_ndarray(frame.reshape(1, -1), format="s16", layout="mono")
        audio.sample_rate = 16000
        return b"".join(map(bytes, encoder.encode(audio)))

    def decode(payload: bytes) -> Frame:
        return np.concatenate([f.to_ndarray()[0] for f in decoder.decode(av.Packet(payload))])

    return encode, decode


def codec_of(kind: str, impl: str) -> tuple[Encode, Decode]:
    if impl == "mixminus":
        codec = mixminus.Codec(kind)
        return codec.encode, codec.decode
    if kind == "l16":
        return lambda frame: frame.astype(">i2").tobytes(), lambda payload: np.frombuffer(
            payload, ">i2"
        ).astype(np.int16)
    return {"opus": libopus, "g722": ffmpeg}[kind]() if kind in ("opus", "g722") else audioop(kind)


def said(kind: str) -> list[Frame]:
    return list(reference.voice(mixminus.Codec(kind).sample_rate_hz, 50))


@pytest.mark.parametrize(("kind", "impl"), IMPLEMENTATIONS)
def bench_encode(benchmark: BenchmarkFixture, kind: str, impl: str) -> None:
    benchmark.group = f"encode 50 frames of {kind}"
    frames = said(kind)
    judge = mixminus.Codec(kind)
    encode, _ = codec_of(kind, impl)
    expected = np.concatenate([judge.decode(judge.encode(frame)) for frame in frames])
    judge.reset_decoder()
    heard = np.concatenate([judge.decode(encode(frame)) for frame in frames])
    assert reference.snr_db(expected, heard) > 30
    benchmark(lambda: [encode(frame) for frame in frames])


@pytest.mark.parametrize(("kind", "impl"), IMPLEMENTATIONS)
def bench_decode(benchmark: BenchmarkFixture, kind: str, impl: str) -> None:
    benchmark.group = f"decode 50 frames of {kind}"
    sender, judge = mixminus.Codec(kind), mixminus.Codec(kind)
    payloads = [sender.encode(frame) for frame in said(kind)]
    _, decode = codec_of(kind, impl)
    expected = np.concatenate([judge.decode(payload) for payload in payloads])
    heard = np.concatenate([decode(payload).copy() for payload in payloads])
    assert reference.snr_db(expected, heard) > 30
    benchmark(lambda: [decode(payload) for payload in payloads])
