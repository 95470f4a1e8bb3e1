"""Resampler: the response it promises, and the bits it keeps."""

import hashlib
import itertools
import os
import subprocess
import sys

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import mixminus
from mixminus import Resampler
from mixminus._core import kernels
from tests.reference import dsp as reference

RATES_HZ = [8000, 12000, 16000, 24000, 32000, 44100, 48000]
PAIRS = list(itertools.permutations(RATES_HZ, 2))
# 1.15 times the Nyquist frequency of 44.1 kHz is above that of 48 kHz: no stop band
STOPPING_PAIRS = [pair for pair in PAIRS if 1.15 * min(pair) < max(pair)]
FEW_PAIRS = [(8000, 48000), (48000, 8000), (12000, 8000), (44100, 48000), (48000, 44100)]


def db(ratio: float) -> float:
    return 20 * float(np.log10(max(ratio, 1e-9)))


def noise(samples: int, seed: int, peak: int = 32768) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-peak, peak, samples, dtype=np.int16)


def response(input_hz: int, output_hz: int, tone_hz: int) -> NDArray[np.complex128]:
    out = Resampler(input_hz, output_hz).process(reference.sine(input_hz, tone_hz))
    return reference.spectrum(out, output_hz)


@pytest.mark.parametrize(("input_hz", "output_hz"), PAIRS)
def test_pass_band_is_flat(input_hz: int, output_hz: int) -> None:
    nyquist_hz = min(input_hz, output_hz) // 2
    for tone_hz in np.linspace(50, 0.85 * nyquist_hz, 12).astype(int):
        assert abs(db(abs(response(input_hz, output_hz, tone_hz)[tone_hz]))) <= 0.1


@pytest.mark.parametrize(("input_hz", "output_hz"), [p for p in STOPPING_PAIRS if p[0] < p[1]])
def test_images_are_80_db_down(input_hz: int, output_hz: int) -> None:
    stop_hz = int(np.ceil(1.15 * input_hz / 2))
    for tone_hz in np.linspace(50, 0.999 * input_hz / 2, 15).astype(int):
        assert db(np.abs(response(input_hz, output_hz, tone_hz)[stop_hz:]).max()) <= -80


@pytest.mark.parametrize(("input_hz", "output_hz"), [p for p in STOPPING_PAIRS if p[0] > p[1]])
def test_aliases_are_80_db_down(input_hz: int, output_hz: int) -> None:
    stop_hz = int(np.ceil(1.15 * output_hz / 2))
    for tone_hz in np.linspace(stop_hz, 0.999 * input_hz / 2, 15).astype(int):
        assert db(np.abs(response(input_hz, output_hz, tone_hz)).max()) <= -80


@pytest.mark.parametrize(("input_hz", "output_hz"), PAIRS)
def test_delay_is_the_documented_one_and_short(input_hz: int, output_hz: int) -> None:
    tone_hz = 100
    delay_ms = Resampler(input_hz, output_hz).delay_ms
    line = response(input_hz, output_hz, tone_hz)[tone_hz]
    phase = np.angle(line * 1j)  # a sine at second 0.2 has phase 0 again
    assert -phase / (2 * np.pi * tone_hz) * 1000 == pytest.approx(delay_ms, abs=0.001)
    assert delay_ms <= 2.5 * 8000 / min(input_hz, output_hz)


@pytest.mark.parametrize(("input_hz", "output_hz"), FEW_PAIRS)
def test_ten_seconds_do_not_drift(input_hz: int, output_hz: int) -> None:
    resampler = Resampler(input_hz, output_hz)
    blocks = reference.sine(input_hz, 1000, 10.0).reshape(-1, input_hz // 50)
    out = np.concatenate([resampler.process(block) for block in blocks])
    assert len(out) == 10 * output_hz
    early = reference.spectrum(out[: 2 * output_hz], output_hz)[1000]
    late = reference.spectrum(out[-2 * output_hz :], output_hz)[1000]
    assert abs(np.angle(late / early)) < 1e-4


@pytest.mark.parametrize(("input_hz", "output_hz"), PAIRS)
def test_samples_are_those_of_the_reference(input_hz: int, output_hz: int) -> None:
    pcm = noise(input_hz // 40, seed=input_hz + output_hz)
    out = Resampler(input_hz, output_hz).process(pcm)
    expected = reference.resample(pcm, input_hz, output_hz).clip(-32768, 32767)
    np.testing.assert_allclose(out, expected, atol=0.51)


@pytest.mark.parametrize(("input_hz", "output_hz"), PAIRS)
def test_in_band_signal_agrees_with_soxr(input_hz: int, output_hz: int) -> None:
    lower_hz = min(input_hz, output_hz)
    wide = np.fft.rfft(noise(input_hz, seed=5).astype(np.float64))
    wide[int(0.4 * lower_hz) :] = 0  # 80 % of the lower Nyquist frequency
    pcm = np.rint(np.fft.irfft(wide) / 3).clip(-32768, 32767).astype(np.int16)
    up, down = (
        (17, 0) if input_hz < output_hz else (0, 17)
    )  # the delay, in whole samples of the lower rate
    peer = soxr.resample(np.pad(pcm, (up, 0)).astype(np.float64), input_hz, output_hz, "VHQ")
    ours = Resampler(input_hz, output_hz).process(pcm)
    middle = slice(output_hz // 10, output_hz * 8 // 10)
    difference = np.roll(ours, -down)[middle] - peer[middle]
    assert 10 * np.log10(np.mean(peer[middle] ** 2) / np.mean(difference**2)) >= 70


@pytest.mark.parametrize(("input_hz", "output_hz"), PAIRS)
def test_whole_10_ms_in_are_whole_10_ms_out(input_hz: int, output_hz: int) -> None:
    resampler = Resampler(input_hz, output_hz)
    for blocks in (1, 2, 1, 3, 6):
        assert (
            len(resampler.process(noise(blocks * input_hz // 100, 1))) == blocks * output_hz // 100
        )


@settings(max_examples=60, deadline=None)
@given(pair=st.sampled_from(PAIRS), cuts=st.lists(st.integers(0, 1500), max_size=12))
def test_bits_do_not_depend_on_the_cuts(pair: tuple[int, int], cuts: list[int]) -> None:
    pcm = noise(1500, seed=9)
    pieces = np.split(pcm, sorted(cuts))
    resampler = Resampler(*pair)
    out = np.concatenate([resampler.process(piece) for piece in pieces])
    np.testing.assert_array_equal(out, Resampler(*pair).process(pcm))


@pytest.mark.parametrize(("input_hz", "output_hz"), FEW_PAIRS)
def test_full_scale_square_wave_saturates(input_hz: int, output_hz: int) -> None:
    square = np.where(np.arange(input_hz // 10) // (input_hz // 200) % 2, -32768, 32767)
    out = Resampler(input_hz, output_hz).process(square.astype(np.int16))
    unlimited = reference.resample(square.astype(np.int16), input_hz, output_hz)
    assert unlimited.max() > 33500  # so that there is something to limit
    np.testing.assert_allclose(out, unlimited.clip(-32768, 32767), atol=0.51)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_equal_rates_copy(rate_hz: int) -> None:
    pcm = noise(777, seed=3)
    resampler = Resampler(rate_hz, rate_hz)
    np.testing.assert_array_equal(resampler.process(pcm), pcm)
    assert resampler.delay_ms == 0


@pytest.mark.parametrize("value", [-32768, -1, 0, 1, 32767])
@pytest.mark.parametrize(("input_hz", "output_hz"), FEW_PAIRS)
def test_a_constant_stays_constant(input_hz: int, output_hz: int, value: int) -> None:
    out = Resampler(input_hz, output_hz).process(np.full(input_hz // 10, value, np.int16))
    assert np.all(out[output_hz // 100 :] == value)


def test_reset_forgets_the_past() -> None:
    resampler = Resampler(44100, 48000)
    first = resampler.process(noise(1000, seed=1))
    resampler.reset()
    np.testing.assert_array_equal(resampler.process(noise(1000, seed=1)), first)


def test_out_is_written_and_returned() -> None:
    out = np.zeros(480, np.int16)
    assert Resampler(8000, 48000).process(noise(80, seed=1), out) is out
    assert out.any()


def test_no_samples_in_are_no_samples_out() -> None:
    assert Resampler(8000, 48000).process(np.empty(0, np.int16)).shape == (0,)


@pytest.mark.parametrize("rate_hz", [0, -8000, 11025, 22050, 96000])
def test_other_rates_are_refused(rate_hz: int) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        Resampler(rate_hz, 48000)
    with pytest.raises(mixminus.OutOfRangeError):
        Resampler(48000, rate_hz)


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(80, np.float32),
        np.zeros(80, np.uint16),
        np.zeros(160, np.int16)[::2],
        [0] * 80,
        b"\0" * 160,
    ],
)
def test_nothing_but_contiguous_int16_is_taken(pcm: NDArray[np.int16]) -> None:
    with pytest.raises(TypeError):
        Resampler(8000, 48000).process(pcm)


def test_two_dimensions_are_refused() -> None:
    with pytest.raises(mixminus.ShapeMismatchError):
        Resampler(8000, 48000).process(np.zeros((2, 80), np.int16))


@pytest.mark.parametrize("samples", [0, 479, 481])
def test_out_of_another_size_is_refused(samples: int) -> None:
    resampler = Resampler(8000, 48000)
    with pytest.raises(mixminus.ShapeMismatchError):
        resampler.process(np.zeros(80, np.int16), np.zeros(samples, np.int16))
    assert resampler.output_samples(80) == 480  # and nothing was taken in


def test_read_only_out_is_refused() -> None:
    out = np.zeros(480, np.int16)
    out.flags.writeable = False
    with pytest.raises(TypeError):
        Resampler(8000, 48000).process(np.zeros(80, np.int16), out)


ALL_PAIRS_DIGEST = """
import hashlib, itertools, numpy as np, mixminus
pcm = np.random.default_rng(2).integers(-32768, 32768, 4410, dtype=np.int16)
digest = hashlib.sha256()
for pair in itertools.permutations([8000, 12000, 16000, 24000, 32000, 44100, 48000], 2):
    digest.update(mixminus.Resampler(*pair).process(pcm))
print(digest.hexdigest())
"""


@pytest.mark.parametrize("isa", kernels.available())
def test_bits_do_not_depend_on_the_isa(isa: str) -> None:
    pcm = noise(4410, seed=2)
    digest = hashlib.sha256()
    for pair in PAIRS:
        digest.update(Resampler(*pair).process(pcm).tobytes())
    found = subprocess.run(
        [sys.executable, "-c", ALL_PAIRS_DIGEST],
        env=os.environ | {"MIXMINUS_ISA": isa},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == digest.hexdigest()
