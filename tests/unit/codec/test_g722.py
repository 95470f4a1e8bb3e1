"""G.722 keeps 7 kHz of speech, and hears what other encoders send."""

import numpy as np
import pytest

import mixminus
from mixminus import Codec, ShapeMismatchError
from tests.reference import codec as reference

pytestmark = pytest.mark.skipif("g722" not in mixminus.codecs(), reason="built without spandsp")
DELAY_SAMPLES = 22  # of the two quadrature mirror filters of 24 taps, ITU-T G.722 section 3.1


def test_a_voice_keeps_its_wave() -> None:
    codec = Codec("g722")
    frames = reference.voice(16000, 50)
    heard = np.concatenate([codec.decode(codec.encode(frame)) for frame in frames])
    said = frames.reshape(-1)
    assert reference.snr_db(said[:-DELAY_SAMPLES], heard[DELAY_SAMPLES:]) > 20


@pytest.mark.parametrize("hz", [300, 3000, 5000, 6500])
def test_tones_of_both_bands_keep_their_level(hz: int) -> None:
    codec = Codec("g722")
    tone = np.asarray(8000 * np.sin(2 * np.pi * hz * np.arange(16000) / 16000), np.int16)
    heard = codec.decode(codec.encode(tone))[8000:]
    level = np.abs(np.fft.rfft(heard))[hz // 2] / (heard.size / 2)
    assert level == pytest.approx(8000, rel=0.1)


def test_a_byte_holds_two_samples() -> None:
    codec = Codec("g722")
    assert len(codec.encode(np.zeros(320, np.int16))) == 160
    with pytest.raises(ShapeMismatchError):
        codec.encode(np.zeros(321, np.int16))


def test_an_encoder_that_goes_on_sends_what_the_other_would_have() -> None:
    ours, theirs = Codec("g722"), Codec("g722")
    frames = reference.voice(16000, 60)
    for frame in frames[:50]:
        ours.encode(frame)
    assert theirs.encode(frames[50]) != ours.encode(frames[50])
    assert theirs.continue_from(ours)
    assert [theirs.encode(frame) for frame in frames[51:]] == [
        ours.encode(frame) for frame in frames[51:]
    ]
