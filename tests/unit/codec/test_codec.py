"""Codec: what all kinds have in common."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import mixminus
from mixminus import (
    Codec,
    MalformedError,
    OutOfRangeError,
    ShapeMismatchError,
    UnsupportedCodecError,
)
from tests.reference import codec as reference

NATIVE = {
    "opus": (48000, 48000, 111),
    "pcmu": (8000, 8000, 0),
    "pcma": (8000, 8000, 8),
    "g722": (16000, 8000, 9),
    "l16": (48000, 48000, None),
}
KINDS = mixminus.codecs()
STATIC = [kind for kind in KINDS if kind != "opus"]


def frame_of(codec: Codec) -> NDArray[np.int16]:
    mono = reference.voice(codec.sample_rate_hz, 1)[0]
    return mono if codec.channels == 1 else np.stack([mono, mono[::-1]], axis=1)


def test_what_needs_no_library_is_in_every_build() -> None:
    assert {"pcmu", "pcma", "l16"} <= set(KINDS)


def test_a_build_with_libopus_prefers_opus() -> None:
    assert (KINDS[0] == "opus") == (mixminus.opus_version() is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_rates_clocks_and_payload_types_are_those_of_the_standards(kind: str) -> None:
    codec = Codec(kind)
    found = (codec.sample_rate_hz, codec.rtp_clock_hz, codec.payload_type)
    assert (codec.kind, codec.channels, found) == (kind, 1, NATIVE[kind])


@pytest.mark.parametrize(("channels", "payload_type"), [(1, 11), (2, 10)])
def test_l16_of_44100_hz_has_static_payload_types(channels: int, payload_type: int) -> None:
    assert Codec("l16", sample_rate_hz=44100, channels=channels).payload_type == payload_type


@pytest.mark.parametrize("kind", ["g729", "", "OPUS"])
def test_an_unknown_codec_is_refused_with_the_known_ones(kind: str) -> None:
    with pytest.raises(UnsupportedCodecError, match=r"there are .*pcmu, pcma"):
        Codec(kind)


@pytest.mark.parametrize(
    ("kind", "rate", "channels"),
    [
        ("pcmu", 16000, 1),
        ("pcma", 8000, 2),
        ("g722", 8000, 1),
        ("g722", 16000, 2),
        ("opus", 44100, 1),
        ("opus", 48000, 3),
        ("l16", 48000, 3),
        ("l16", 48000, 0),
    ],
)
def test_rates_and_channels_that_a_codec_lacks_are_refused(
    kind: str, rate: int, channels: int
) -> None:
    with pytest.raises(UnsupportedCodecError):
        Codec(kind, sample_rate_hz=rate, channels=channels)


@pytest.mark.parametrize("rate", [0, 7999, 48001, 2**40])
def test_a_rate_of_no_codec_is_out_of_range(rate: int) -> None:
    with pytest.raises(OutOfRangeError, match="sample_rate_hz"):
        Codec("l16", sample_rate_hz=rate)


@pytest.mark.parametrize("kind", KINDS)
def test_out_gets_the_same_bytes_and_samples(kind: str) -> None:
    codec, same = Codec(kind), Codec(kind)
    frame = frame_of(codec)
    payload, room = codec.encode(frame), bytearray(4000)
    assert room[: same.encode(frame, room)] == payload
    pcm, more = codec.decode(payload), np.full(6000, 7, np.int16)
    assert same.decode(payload, more) == frame.size
    np.testing.assert_array_equal(more[: frame.size], pcm)
    assert (more[frame.size :] == 7).all()


@pytest.mark.parametrize("kind", KINDS)
def test_duration_is_what_decode_gives(kind: str) -> None:
    codec = Codec(kind)
    payload = codec.encode(frame_of(codec))
    assert codec.duration(payload) == codec.decode(payload).shape[0] == codec.sample_rate_hz // 50


@pytest.mark.parametrize("kind", KINDS)
@given(payload=st.binary(max_size=1500))
def test_any_bytes_are_decoded_or_refused(kind: str, payload: bytes) -> None:
    codec = Codec(kind)
    try:
        samples = codec.duration(payload)
    except MalformedError:
        with pytest.raises(MalformedError):
            codec.decode(payload)
    else:
        assert codec.decode(payload).shape == (samples,)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_payload_is_malformed(kind: str) -> None:
    with pytest.raises(MalformedError, match="0 bytes"):
        Codec(kind).decode(b"")


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_frame_is_refused(kind: str) -> None:
    with pytest.raises(ShapeMismatchError, match="no frame of 0 samples"):
        Codec(kind).encode(np.empty(0, np.int16))


@pytest.mark.parametrize("kind", KINDS)
def test_payloads_may_be_any_bytes(kind: str) -> None:
    codec = Codec(kind)
    payload = codec.encode(frame_of(codec))
    for same in (bytearray(payload), memoryview(payload), np.frombuffer(payload, np.uint8)):
        assert codec.duration(same) == codec.duration(payload)


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_arrays_are_refused_not_converted(kind: str) -> None:
    codec = Codec(kind)
    frame = frame_of(codec)
    for wrong in (frame.astype(np.int32), np.repeat(frame, 2)[::2], frame.byteswap().view(">i2")):
        with pytest.raises(TypeError, match="C-contiguous int16"):
            codec.encode(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="not list"):
        codec.encode([0] * frame.size)  # type: ignore[call-overload]
    with pytest.raises(ShapeMismatchError, match="shape"):
        codec.encode(np.stack([frame, frame], axis=1))


@pytest.mark.parametrize("kind", KINDS)
def test_out_must_be_large_enough_and_writeable(kind: str) -> None:
    codec = Codec(kind)
    frame = frame_of(codec)
    payload = codec.encode(frame)
    with pytest.raises(ShapeMismatchError, match="no room"):
        codec.encode(frame, bytearray(1))
    with pytest.raises(BufferError):
        codec.encode(frame, bytes(4000))
    with pytest.raises(ShapeMismatchError, match="out holds"):
        codec.decode(payload, np.empty(frame.size - 1, np.int16))
    locked = np.empty(frame.size, np.int16)
    locked.flags.writeable = False
    with pytest.raises(TypeError, match="writeable"):
        codec.decode(payload, locked)


@pytest.mark.parametrize("kind", STATIC)
def test_only_opus_conceals_and_carries_copies(kind: str) -> None:
    codec = Codec(kind)
    payload = codec.encode(frame_of(codec))
    assert not codec.has_fec(payload)
    with pytest.raises(MalformedError, match="no copy"):
        codec.decode_fec(payload, 160)
    with pytest.raises(OutOfRangeError, match="cannot conceal 160"):
        codec.conceal(160)


@pytest.mark.parametrize("kind", KINDS)
def test_an_encoder_goes_on_only_where_its_like_stands(kind: str) -> None:
    codec = Codec(kind)
    others = [Codec(other) for other in KINDS if other != kind]
    assert codec.continue_from(Codec(kind))
    assert not any(codec.continue_from(other) for other in others)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reset_decoder_is_like_a_new_one(kind: str) -> None:
    codec, fresh = Codec(kind), Codec(kind)
    payloads = [codec.encode(frame) for frame in reference.voice(codec.sample_rate_hz, 5)]
    for payload in payloads:
        codec.decode(payload)
    codec.reset_decoder()
    np.testing.assert_array_equal(codec.decode(payloads[2]), fresh.decode(payloads[2]))


@given(pcm=st.lists(st.integers(-32768, 32767), min_size=2, max_size=400))
@pytest.mark.parametrize("channels", [1, 2])
def test_l16_returns_what_it_was_given(channels: int, pcm: list[int]) -> None:
    codec = Codec("l16", channels=channels)
    frame = np.array(pcm[: len(pcm) // 2 * 2], np.int16)
    frame = frame if channels == 1 else frame.reshape(-1, 2)
    payload = codec.encode(frame)
    assert payload == frame.astype(">i2").tobytes()
    np.testing.assert_array_equal(codec.decode(payload), frame)


@pytest.mark.parametrize(("channels", "size"), [(1, 3), (2, 2), (2, 6)])
def test_half_a_sample_of_l16_is_malformed(channels: int, size: int) -> None:
    with pytest.raises(MalformedError):
        Codec("l16", channels=channels).duration(bytes(size))


def test_encode_and_decode_without_python_memory_take_no_new_arrays() -> None:
    codec, frame = Codec("pcmu"), np.zeros(160, np.int16)
    payload, pcm = bytearray(160), np.empty(160, np.int16)
    assert (codec.encode(frame, payload), codec.decode(payload, pcm)) == (160, 160)
    assert payload == b"\xff" * 160
