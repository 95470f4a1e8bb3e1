"""ComfortNoise: level, envelope, the RFC 3389 payload, and its repeatability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import mixminus
from mixminus import ComfortNoise, level_dbov

POLES = {"white": [1.0], "low": [1.0, -0.9], "high": [1.0, 0.8], "formant": [1.0, -1.6, 0.95]}


def background(poles: list[float], level: float, samples: int, seed: int) -> NDArray[np.int16]:
    """Return stationary coloured noise of a level in dBov."""
    white = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    noise = np.fft.irfft(white / np.fft.rfft(poles, samples))
    noise /= np.sqrt(np.mean(noise**2))
    return np.rint(noise * 32768 * 10 ** (level / 20)).clip(-32768, 32767).astype(np.int16)


def band_powers(pcm: NDArray[np.int16]) -> NDArray[np.float64]:
    """Return the mean power in 31 bands."""
    blocks = pcm.reshape(-1, 64) * np.hanning(64)
    return np.asarray(np.mean(np.abs(np.fft.rfft(blocks)[:, 1:-1]) ** 2, axis=0))


def generated(noise: ComfortNoise, samples: int = 48000) -> NDArray[np.int16]:
    return noise.generate(np.empty(samples, np.int16))


@pytest.mark.parametrize("colour", POLES)
@pytest.mark.parametrize("level", [-60, -45, -30])
def test_level_is_that_of_the_background(colour: str, level: int) -> None:
    noise = ComfortNoise()
    heard = background(POLES[colour], level, 48000, seed=3)
    for frame in heard.reshape(-1, 960):
        noise.observe(frame)
    assert level_dbov(generated(noise)) == pytest.approx(level, abs=1.0)


@pytest.mark.parametrize("colour", POLES)
def test_one_frame_is_enough(colour: str) -> None:
    noise = ComfortNoise()
    heard = background(POLES[colour], -40, 960, seed=4)
    noise.observe(heard)
    assert level_dbov(generated(noise)) == pytest.approx(level_dbov(heard), abs=1.0)


@pytest.mark.parametrize("colour", POLES)
def test_envelope_is_that_of_the_background(colour: str) -> None:
    noise = ComfortNoise()
    heard = background(POLES[colour], -30, 96000, seed=5)
    for frame in heard.reshape(-1, 960):
        noise.observe(frame)
    bands = [band_powers(pcm) for pcm in (heard, generated(noise, 96000))]
    assert np.abs(10 * np.log10(bands[0] / bands[1])).max() < 4  # of up to 30 dB between the bands


def test_background_that_grows_is_followed() -> None:
    noise = ComfortNoise()
    noise.observe(background([1.0], -60, 960, seed=6))
    for seed in range(20):
        noise.observe(background([1.0], -35, 960, seed=seed))
    assert level_dbov(generated(noise)) == pytest.approx(-35, abs=1.0)


def test_silent_until_it_has_heard_something() -> None:
    assert not generated(ComfortNoise()).any()


def test_digital_silence_gives_silence() -> None:
    noise = ComfortNoise()
    noise.observe(np.zeros(960, np.int16))
    assert not generated(noise).any()


def test_full_scale_background_never_wraps() -> None:
    noise = ComfortNoise()
    noise.observe(np.full(960, -32768, np.int16))
    steps = np.abs(np.diff(generated(noise).astype(np.int32)))
    assert steps.max() < 20000  # a wrap would be a step of 65535


@pytest.mark.parametrize("samples", [0, 1, 12])
def test_frames_too_short_for_the_model_are_ignored(samples: int) -> None:
    noise = ComfortNoise()
    noise.observe(np.full(samples, 1000, np.int16))
    assert not generated(noise).any()


def test_same_seed_and_calls_give_the_same_samples() -> None:
    outs = []
    for seed in (7, 7, 8):
        noise = ComfortNoise(seed)
        noise.describe(bytes([40, 60, 140]))
        outs.append(generated(noise))
    np.testing.assert_array_equal(outs[0], outs[1])
    assert (outs[0] != outs[2]).any()


def test_frames_may_be_cut_in_any_way() -> None:
    whole, cut = ComfortNoise(), ComfortNoise()
    for noise in (whole, cut):
        noise.describe(bytes([40, 60, 140]))
    pieces = [generated(cut, samples) for samples in (1, 159, 160, 640)]
    np.testing.assert_array_equal(np.concatenate(pieces), generated(whole, 960))


def test_reset_starts_again() -> None:
    noise = ComfortNoise()
    noise.observe(background([1.0, -0.9], -40, 960, seed=1))
    first = generated(noise)
    noise.reset()
    assert not generated(noise).any()
    noise.reset()
    noise.observe(background([1.0, -0.9], -40, 960, seed=1))
    np.testing.assert_array_equal(generated(noise), first)


def test_no_click_where_the_model_changes() -> None:
    noise = ComfortNoise()
    noise.describe(bytes([40, 20]))
    before = generated(noise)
    noise.describe(bytes([41, 24]))
    after = generated(noise)
    usual = np.abs(np.diff(before.astype(np.int32))).max()
    assert abs(int(after[0]) - int(before[-1])) <= usual


@pytest.mark.parametrize("level", [20, 50, 70])
def test_payload_of_one_byte_is_white_noise_of_that_level(level: int) -> None:
    noise = ComfortNoise()
    noise.describe(bytes([level]))
    out = generated(noise)
    assert level_dbov(out) == pytest.approx(-level, abs=0.5)
    assert abs(np.corrcoef(out[1:], out[:-1])[0, 1]) < 0.05


def test_coefficients_have_the_sign_of_rfc_3389() -> None:
    noise = ComfortNoise()
    noise.describe(bytes([40, 127 - 100]))  # 258 * -100 / 32768 = -0.787: low frequencies
    out = generated(noise).astype(np.float64)
    assert np.corrcoef(out[1:], out[:-1])[0, 1] == pytest.approx(0.787, abs=0.02)
    assert level_dbov(out.astype(np.int16)) == pytest.approx(-40, abs=0.5)


def test_written_payload_describes_the_same_noise() -> None:
    heard, told = ComfortNoise(), ComfortNoise()
    heard.observe(background([1.0, -1.6, 0.95], -42, 960, seed=2))
    told.describe(heard.write_payload())
    assert told.write_payload() == heard.write_payload()
    assert level_dbov(generated(told)) == pytest.approx(level_dbov(generated(heard)), abs=1.0)


def test_written_payload_has_as_many_coefficients_as_asked_for() -> None:
    noise = ComfortNoise()
    noise.describe(bytes([33, 100, 150, 127, 130]))
    assert noise.write_payload(order=3) == bytes([33, 100, 150, 127])
    for order in (-1, 13):
        with pytest.raises(mixminus.OutOfRangeError):
            noise.write_payload(order)


@given(st.binary(max_size=40))
def test_any_payload_is_survived(payload: bytes) -> None:
    noise = ComfortNoise()
    noise.describe(payload)
    assert generated(noise, 480).shape == (480,)
    assert len(noise.write_payload()) == 13


def test_bit_8_of_the_level_is_ignored() -> None:
    noise = ComfortNoise()
    noise.describe(bytes([0x80 | 40]))
    assert noise.write_payload(order=0) == bytes([40])


@pytest.mark.parametrize("byte", [0, 1, 20, 64, 190, 234, 253, 254, 255])
@pytest.mark.parametrize("other", [0, 127, 255])
def test_extreme_coefficients_do_not_run_away(byte: int, other: int) -> None:
    noise = ComfortNoise()
    noise.describe(bytes([50]) + bytes([byte, other]) * 6)
    generated(noise)
    assert level_dbov(generated(noise, 480_000)) < -45
