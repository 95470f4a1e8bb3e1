"""Opus: settings, concealment, redundancy, silence, and encoders that go on for each other."""

import ctypes
import ctypes.util
import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import Codec, MalformedError, OutOfRangeError, ShapeMismatchError
from tests.reference import codec as reference

pytestmark = pytest.mark.skipif("opus" not in mixminus.codecs(), reason="built without libopus")
RATES = [8000, 12000, 16000, 24000, 48000]
FRAME_MS = [2.5, 5, 10, 20, 40, 60, 80, 100, 120]


def stereo(frames: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.stack([frames, frames // 2], axis=-1)


@pytest.mark.parametrize("ms", FRAME_MS)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", RATES)
def test_every_frame_size_comes_back(rate: int, channels: int, ms: float) -> None:
    codec = Codec(sample_rate_hz=rate, channels=channels)
    samples = int(rate * ms / 1000)
    frame = np.zeros((samples, channels) if channels == 2 else samples, np.int16)
    payload = codec.encode(frame)
    assert codec.duration(payload) == samples
    assert codec.decode(payload).shape == frame.shape


@pytest.mark.parametrize("samples", [1, 959, 961, 1440, 6720])
def test_other_frame_sizes_are_refused(samples: int) -> None:
    with pytest.raises(ShapeMismatchError):
        Codec().encode(np.zeros(samples, np.int16))


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("application", ["voip", "audio", "low_delay"])
def test_a_voice_stays_what_it_was(application: str, channels: int) -> None:
    codec = Codec(application=application, channels=channels, bitrate_bps=128000)
    frames = reference.voice(48000, 40)
    said = stereo(frames) if channels == 2 else frames
    heard = np.concatenate([codec.decode(codec.encode(frame)) for frame in said])
    delay = 120 if application == "low_delay" else 312  # look-ahead of libopus: 2.5 or 6.5 ms
    flat = said.reshape(heard.shape)
    floor_db = (
        3 if application == "voip" else 15
    )  # voip has a high-pass filter, which shifts phases
    assert reference.snr_db(flat[:-delay], heard[delay:]) > floor_db


@pytest.mark.parametrize(
    "setting",
    [
        {"bitrate_bps": 5999},
        {"bitrate_bps": 510001},
        {"complexity": -1},
        {"complexity": 11},
        {"expected_loss_percent": -1},
        {"expected_loss_percent": 101},
        {"application": "music"},
    ],
)
def test_settings_out_of_range_are_refused(setting: dict[str, int | str]) -> None:
    with pytest.raises(OutOfRangeError):
        Codec("opus", **setting)  # type: ignore[arg-type]


def test_bitrate_is_what_was_asked_for() -> None:
    for bitrate in (16000, 48000, 96000):
        codec = Codec(bitrate_bps=bitrate)
        sizes = [len(codec.encode(frame)) for frame in reference.voice(48000, 100)]
        assert 8 * 50 * np.mean(sizes) == pytest.approx(bitrate, rel=0.2)


def test_dtx_sends_nothing_in_silence() -> None:
    silence = np.zeros(960, np.int16)
    quiet, steady = Codec(dtx=True, application="voip"), Codec(application="voip")
    voice = reference.voice(48000, 20)
    payloads = [quiet.encode(frame) for frame in [*voice, *[silence] * 100]]
    assert all(len(payload) > 2 for payload in payloads[:20])
    assert sum(payload == b"" for payload in payloads[20:]) > 80
    assert {len(payload) for payload in payloads} & {1, 2} == set()
    assert all(len(steady.encode(silence)) > 2 for _ in range(100))


# ---- loss


def test_concealment_goes_on_with_the_voice() -> None:
    codec = Codec()
    frames = reference.voice(48000, 20)
    for frame in frames[:10]:
        codec.decode(codec.encode(frame))
    concealed = codec.conceal(960)
    assert concealed.shape == (960,)
    assert 0.2 < concealed.std() / frames[9].std() < 2


@pytest.mark.parametrize("samples", [120, 240, 480, 1920, 5760])
def test_any_multiple_of_2_5_ms_is_concealed(samples: int) -> None:
    assert Codec().conceal(samples).shape == (samples,)
    assert Codec(channels=2).conceal(samples).shape == (samples, 2)


@pytest.mark.parametrize("samples", [-1, 0, 1, 119, 5880, 10**9])
def test_other_lengths_are_not_concealed(samples: int) -> None:
    with pytest.raises(OutOfRangeError):
        Codec().conceal(samples)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("ms", [10, 20, 40, 60])
def test_a_lost_frame_comes_back_from_the_copy_in_the_next(ms: int, channels: int) -> None:
    sender = Codec(
        sample_rate_hz=16000,
        channels=channels,
        application="voip",
        in_band_fec=True,
        expected_loss_percent=20,
        bitrate_bps=40000 * channels,
    )
    whole, lossy, blind = (Codec(sample_rate_hz=16000, channels=channels) for _ in range(3))
    said = reference.voice(16000, 120).reshape(-1, 16 * ms)
    payloads = [sender.encode(frame) for frame in (stereo(said) if channels == 2 else said)]
    copies = [index for index in range(5, len(payloads) - 1) if lossy.has_fec(payloads[index + 1])]
    assert len(copies) > len(payloads) // 4
    lost = copies[len(copies) // 2]
    for payload in payloads[:lost]:
        for decoder in (whole, lossy, blind):
            decoder.decode(payload)
    expected = whole.decode(payloads[lost])
    recovered, guessed = lossy.decode_fec(payloads[lost + 1], 16 * ms), blind.conceal(16 * ms)
    assert recovered.shape == expected.shape
    assert reference.snr_db(expected, recovered) > reference.snr_db(expected, guessed) + 1


def test_without_redundancy_there_is_no_copy() -> None:
    codec = Codec(sample_rate_hz=16000, application="voip")
    payloads = [codec.encode(frame) for frame in reference.voice(16000, 20)]
    assert not any(codec.has_fec(payload) for payload in payloads)
    with pytest.raises(MalformedError, match="no copy"):
        codec.decode_fec(payloads[-1], 320)


def toc(config: int, *, is_stereo: bool = False, code: int = 0) -> int:
    """Build the first byte of a packet: RFC 6716 section 3.1."""
    return config << 3 | is_stereo << 2 | code


SILK_MS = [10, 20, 40, 60]


@pytest.mark.parametrize("config", range(32))
@pytest.mark.parametrize("is_stereo", [False, True])
def test_the_flag_is_read_where_rfc_6716_puts_it(config: int, is_stereo: bool) -> None:
    """Section 4.2.3: each channel has a voice flag per 20 ms, then its LBRR flag, from the top bit down."""
    ms = SILK_MS[config % 4] if config < 12 else [10, 20][config % 2]
    flags = max(ms // 20, 1)
    expected = {7 - flags} | ({6 - 2 * flags} if is_stereo else set())
    codec = Codec()
    found = {
        bit
        for bit in range(8)
        if codec.has_fec(bytes([toc(config, is_stereo=is_stereo), 1 << bit, 0, 0]))
    }
    assert found == (expected if config < 16 else set())


@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_flag_is_that_of_the_first_frame(code: int) -> None:
    head = {1: b"", 2: bytes([2]), 3: bytes([2])}[
        code
    ]  # two frames: equal, of 2 bytes first, counted
    plain = bytes([toc(1, code=code)]) + head
    codec = Codec()
    assert codec.has_fec(plain + bytes([0x40, 0, 0, 0]))
    assert not codec.has_fec(plain + bytes([0, 0, 0x40, 0]))


def test_frames_of_no_bytes_and_broken_packets_carry_no_copy() -> None:
    codec = Codec()
    for payload in (b"", bytes([toc(1)]), bytes([toc(1, code=1), 0x40]), bytes([toc(1, code=3)])):
        assert not codec.has_fec(payload)


# ---- payloads


@pytest.mark.parametrize(
    "payload",
    [
        bytes([toc(31, code=1), 1, 2, 3]),  # two frames of equal size in an odd number of bytes
        bytes([toc(31, code=3)]),  # no frame count
        bytes([toc(31, code=3), 0]),  # no frames
        bytes([toc(3, code=3), 3, 1, 2, 3]),  # 180 ms
        bytes([toc(31, code=2), 200, 1]),  # a first frame longer than the packet
        bytes([toc(31)]) + bytes(1276),  # a frame of more than 1275 bytes
    ],
)
def test_broken_framing_is_malformed(payload: bytes) -> None:
    codec = Codec()
    with pytest.raises(MalformedError):
        codec.duration(payload)
    with pytest.raises(MalformedError):
        codec.decode(payload)


@pytest.mark.parametrize("rate", RATES)
def test_a_decoder_takes_what_was_encoded_at_any_rate(rate: int) -> None:
    for sender, channels in itertools.product(RATES, (1, 2)):
        encoder = Codec(sample_rate_hz=sender, channels=channels)
        frame = reference.voice(sender, 1)[0]
        payload = encoder.encode(stereo(frame) if channels == 2 else frame)
        assert Codec(sample_rate_hz=rate).decode(payload).shape == (rate // 50,)


def test_the_decoder_is_libopus_bit_by_bit() -> None:
    library = ctypes.util.find_library("opus")
    if library is None:
        pytest.skip("libopus is linked, but not found by name")
    opus = ctypes.CDLL(library)
    opus.opus_get_version_string.restype = ctypes.c_char_p
    if opus.opus_get_version_string().decode() != mixminus.opus_version():
        pytest.skip("another libopus than ours")
    opus.opus_decoder_create.restype = ctypes.c_void_p
    decoder = ctypes.c_void_p(opus.opus_decoder_create(48000, 1, None))
    codec, expected = Codec(), np.empty(960, np.int16)
    for frame in reference.voice(48000, 30):
        payload = codec.encode(frame)
        opus.opus_decode(
            decoder, payload, len(payload), expected.ctypes.data_as(ctypes.c_void_p), 960, 0
        )
        np.testing.assert_array_equal(codec.decode(payload), expected)
    opus.opus_decoder_destroy(decoder)


# ---- one encoder goes on for another


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("application", ["voip", "audio", "low_delay"])
def test_an_encoder_that_goes_on_sends_what_the_other_would_have(
    application: str, channels: int
) -> None:
    ours, theirs = (Codec(application=application, channels=channels) for _ in range(2))
    frames = reference.voice(48000, 80)
    said = stereo(frames) if channels == 2 else frames
    for frame in said[:50]:
        ours.encode(frame)
    assert theirs.continue_from(ours)
    assert [theirs.encode(frame) for frame in said[50:]] == [
        ours.encode(frame) for frame in said[50:]
    ]


def test_nobody_hears_a_receiver_move_to_an_encoder_that_goes_on() -> None:
    """The moved decoder hears what it would have heard, had one encoder sent both voices."""
    shared, own, cold = Codec(), Codec(), Codec()
    moved, spliced, whole = Codec(), Codec(), Codec()
    one, other = reference.voice(48000, 60), reference.voice(48000, 60, pitch_hz=210, seed=2)
    unspliced = Codec()
    for frame, unheard in zip(one[:50], other[:50], strict=True):
        payload = shared.encode(frame)
        assert payload == unspliced.encode(frame)
        cold.encode(unheard)
        for decoder in (moved, spliced, whole):
            decoder.decode(payload)
    assert own.continue_from(shared)
    good, bad = [], []
    for frame in other[50:]:
        expected = whole.decode(unspliced.encode(frame))
        good.append(reference.snr_db(expected, moved.decode(own.encode(frame))))
        bad.append(reference.snr_db(expected, spliced.decode(cold.encode(frame))))
    assert min(good) > 90  # to the bit
    assert bad[0] < 30  # what an encoder that was merely kept warm would cost


def test_an_encoder_of_other_settings_does_not_go_on() -> None:
    base = Codec()
    for other in (
        Codec(bitrate_bps=32000),
        Codec(channels=2),
        Codec(complexity=6),
        Codec(dtx=True),
    ):
        assert not base.continue_from(other)


def test_expected_loss_stays_with_its_encoder() -> None:
    ours, theirs, plain = (
        Codec(application="voip", sample_rate_hz=16000, in_band_fec=True) for _ in range(3)
    )
    theirs.expect_loss(30)
    frames = reference.voice(16000, 80)
    for frame in frames[:30]:
        ours.encode(frame)
        plain.encode(frame)
    assert theirs.continue_from(ours)
    assert not any(plain.has_fec(ours.encode(frame)) for frame in frames[30:])
    assert any(plain.has_fec(theirs.encode(frame)) for frame in frames[30:])


@pytest.mark.parametrize(("percent", "has_copies"), [(0, False), (5, False), (6, True), (20, True)])
def test_audio_carries_copies_when_more_than_5_percent_are_lost(
    percent: int, has_copies: bool
) -> None:
    codec = Codec(in_band_fec=True)
    codec.expect_loss(percent)
    payloads = [codec.encode(frame) for frame in reference.voice(48000, 60)]
    assert any(codec.has_fec(payload) for payload in payloads) == has_copies


def test_expected_loss_is_clamped() -> None:
    loud, louder = (
        Codec(application="voip", sample_rate_hz=16000, in_band_fec=True) for _ in range(2)
    )
    loud.expect_loss(100)
    louder.expect_loss(10**6)
    for frame in reference.voice(16000, 40):
        assert loud.encode(frame) == louder.encode(frame)
