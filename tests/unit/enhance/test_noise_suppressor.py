"""NoiseSuppressor: noise goes, speech stays, and nothing that comes in disturbs what follows."""

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import NoiseSuppressor, OutOfRangeError, ShapeMismatchError
from mixminus.apps.voices import read_clips, room_noise
from tests.reference import noise_suppressor as reference

RATES_HZ = [8000, 16000, 32000, 48000]
Wave = NDArray[np.float64]

needs_opus = pytest.mark.skipif("opus" not in mixminus.codecs(), reason="a build without Opus")


def run(pcm: NDArray[np.int16], rate_hz: int, suppression_db: float = 15.0) -> NDArray[np.int16]:
    """Return what comes out, without the delay."""
    suppressor = NoiseSuppressor(rate_hz, suppression_db)
    frames = pcm[: len(pcm) // (rate_hz // 100) * (rate_hz // 100)].reshape(-1, rate_hz // 100)
    return np.concatenate([suppressor.process(frame) for frame in frames])[rate_hz // 100 :]


def level_db(wave: NDArray[np.int16]) -> float:
    return mixminus.level_dbov(np.ascontiguousarray(wave))


def hiss(seconds: float, rate_hz: int, level: float = 300.0) -> NDArray[np.int16]:
    samples = np.random.default_rng(1).standard_normal(round(seconds * rate_hz)) * level
    return np.rint(samples).astype(np.int16)


def talk(rate_hz: int) -> Wave:
    """Return half a second of pause and then speech."""
    speech = np.concatenate(read_clips(None, rate_hz)[:3]).astype(np.float64)
    return np.concatenate([np.zeros(rate_hz // 2), speech])


def noise(kind: str, like: Wave, rate_hz: int, snr_db: float) -> Wave:
    seconds = len(like) / rate_hz
    if kind == "white":
        wave = np.random.default_rng(2).standard_normal(len(like))
    elif kind == "room":
        wave = room_noise(seconds + 0.1, -30, rate_hz, 3)[: len(like)].astype(np.float64)
    else:  # a crowd
        others = np.concatenate(read_clips(None, rate_hz)[3:]).astype(np.float64)
        wave = sum(
            (np.resize(np.roll(others, -k * len(others) // 16), len(like)) for k in range(16)),
            np.zeros(len(like)),
        )
    scale = np.sqrt(np.mean(like**2) / np.mean(wave**2)) * 10 ** (-snr_db / 20)
    return np.asarray(wave * scale)


def segmental_snr_db(clean: Wave, heard: NDArray[np.generic], rate_hz: int) -> float:
    """Return the mean over the blocks of 20 ms with speech, each -10..35 dB."""
    block = rate_hz // 50
    whole = min(len(clean), len(heard)) // block * block
    said = clean[:whole].reshape(-1, block)
    wrong = said - heard[:whole].astype(np.float64).reshape(-1, block)
    power = (said**2).sum(axis=1)
    snr_db = 10 * np.log10((power + 1) / ((wrong**2).sum(axis=1) + 1))
    return float(snr_db[power > power.max() * 1e-3].clip(-10, 35).mean())


@needs_opus
@pytest.mark.parametrize("rate_hz", [16000, 48000])
@pytest.mark.parametrize(("kind", "gain_db"), [("white", 3.5), ("room", 2.5), ("crowd", 0.3)])
def test_speech_stands_out_from_noise(rate_hz: int, kind: str, gain_db: float) -> None:
    clean = talk(rate_hz)
    mixed = np.rint(clean + noise(kind, clean, rate_hz, 10)).clip(-32768, 32767).astype(np.int16)
    before = segmental_snr_db(clean, mixed, rate_hz)
    assert segmental_snr_db(clean, run(mixed, rate_hz), rate_hz) > before + gain_db


@needs_opus
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_clean_speech_passes_nearly_unharmed(rate_hz: int) -> None:
    clean = talk(rate_hz)
    heard = run(clean.astype(np.int16), rate_hz)
    assert abs(level_db(heard) - level_db(clean.astype(np.int16))) < 0.3
    assert segmental_snr_db(clean, heard, rate_hz) > 17


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("suppression_db", [6.0, 15.0, 30.0])
def test_noise_alone_falls_by_what_was_asked(rate_hz: int, suppression_db: float) -> None:
    pcm = hiss(4, rate_hz, 1000)
    fall_db = level_db(pcm[3 * rate_hz :]) - level_db(
        run(pcm, rate_hz, suppression_db)[3 * rate_hz :]
    )
    assert suppression_db * 0.8 - 5 * (suppression_db > 20) < fall_db < suppression_db + 0.5


def test_a_fan_that_is_switched_on_is_found() -> None:
    pcm = np.concatenate([hiss(3, 16000, 20), hiss(6, 16000, 2000)])
    fall_db = level_db(pcm[-16000:]) - level_db(run(pcm, 16000)[-16000:])
    assert fall_db > 10


def test_what_is_left_of_noise_does_not_ring() -> None:
    """Musical noise is bins that stand out: their powers spread wider than those of noise do."""

    def spread(pcm: NDArray[np.int16]) -> float:
        frames = pcm[16000:].astype(np.float64)[: 16000 * 4].reshape(-1, 320)
        power = np.abs(np.fft.rfft(frames * np.hanning(320)))[:, 2:-2] ** 2
        return float(np.percentile(power, 99.9) / np.mean(power))

    pcm = hiss(6, 16000, 1000)
    assert spread(run(pcm, 16000)) < 2.5 * spread(pcm)


def test_estimates_are_those_of_the_noise() -> None:
    suppressor = NoiseSuppressor(16000)
    assert suppressor.noise_dbov == -127
    for frame in hiss(3, 16000, 1000).reshape(-1, 160):
        suppressor.process(frame)
    assert suppressor.noise_dbov == pytest.approx(-31.3, abs=1)  # it is -30.3
    assert suppressor.speech_probability < 0.35
    for frame in hiss(0.02, 16000, 12000).reshape(-1, 160):
        suppressor.process(frame)
    assert suppressor.speech_probability > 0.9


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_it_is_the_reference(rate_hz: int) -> None:
    rhythm = np.sin(2 * np.pi * 3 * np.arange(2 * rate_hz) / rate_hz) > 0
    buzz = 4000 * np.sin(2 * np.pi * 440 * np.arange(2 * rate_hz) / rate_hz) * rhythm
    pcm = (buzz + hiss(2, rate_hz)).astype(np.int16)
    expected = reference.suppress(pcm, rate_hz)[rate_hz // 100 :]
    assert np.abs(run(pcm, rate_hz).astype(int) - expected).max() <= 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_no_suppression_is_a_delay(rate_hz: int) -> None:
    pcm = np.random.default_rng(4).integers(-32768, 32768, rate_hz, np.int16)
    heard = run(pcm, rate_hz, 0)
    assert np.abs(heard.astype(int) - pcm[: len(heard)]).max() <= 1


def test_floats_are_treated_as_integers_are() -> None:
    pcm = hiss(1, 16000, 3000)
    of_floats = NoiseSuppressor(16000)
    floats = (pcm / 32768).astype(np.float32).reshape(-1, 160)
    heard = np.concatenate([of_floats.process(frame) for frame in floats])[160:]
    np.testing.assert_allclose(heard * 32768, run(pcm, 16000), atol=0.51)


def test_silence_stays_silence_and_teaches_nothing() -> None:
    suppressor = NoiseSuppressor(16000)
    for frame in hiss(2, 16000, 1000).reshape(-1, 160):
        suppressor.process(frame)
    silence = np.zeros(160, np.int16)
    for _ in range(2):
        suppressor.process(silence)  # the rest of the noise
    known = suppressor.noise_dbov
    assert not any(suppressor.process(silence).any() for _ in range(300))
    assert suppressor.noise_dbov == known
    assert suppressor.speech_probability == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38, 1e-42], ids=str)
def test_no_value_spoils_what_follows(bad: float) -> None:
    suppressor, pcm = NoiseSuppressor(16000), (hiss(6, 16000, 1000) / 32768).astype(np.float32)
    frames = pcm.reshape(-1, 160)
    frames[100, ::7] = bad
    frames[101] = bad
    heard = np.array([suppressor.process(frame) for frame in frames])
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 16
    assert np.sqrt(np.mean(heard[-50:] ** 2)) < 0.4 * np.sqrt(np.mean(frames[-50:] ** 2))


def test_full_scale_saturates_and_does_not_wrap() -> None:
    square = np.where(np.arange(16000) // 40 % 2, 32767, -32768).astype(np.int16)
    heard = run(square, 16000, 0).astype(int)
    assert np.abs(heard - square[: len(heard)]).max() <= 1
    heard = run(square, 16000).astype(
        int
    )  # a steady tone is noise: less of it, and of the same signs
    assert np.abs(heard[-8000:]).max() < 8000
    assert (heard * square[: len(heard)] > 0).mean() > 0.95


def test_reset_forgets_all() -> None:
    suppressor, pcm = NoiseSuppressor(8000), hiss(1, 8000).reshape(-1, 80)
    first = [suppressor.process(frame).copy() for frame in pcm]
    suppressor.reset()
    assert suppressor.noise_dbov == -127
    np.testing.assert_array_equal([suppressor.process(frame) for frame in pcm], first)


def test_out_may_be_the_frame_itself() -> None:
    in_place, apart = NoiseSuppressor(8000), NoiseSuppressor(8000)
    for frame in hiss(0.2, 8000).reshape(-1, 80):
        expected = apart.process(frame)
        same = frame.copy()
        assert in_place.process(same, same) is same
        np.testing.assert_array_equal(same, expected)


@pytest.mark.parametrize(
    "config", [(44100, 15), (0, 15), (48000, -1), (48000, 41), (48000, np.nan)]
)
def test_other_configurations_are_refused(config: tuple[int, float]) -> None:
    with pytest.raises(OutOfRangeError):
        NoiseSuppressor(*config)


def test_other_arrays_are_refused() -> None:
    suppressor = NoiseSuppressor(16000)
    assert (suppressor.sample_rate_hz, suppressor.suppression_db) == (16000, 15)
    assert suppressor.delay_ms == 10
    for shape in [(159,), (320,), (0,), (1, 160)]:
        with pytest.raises(ShapeMismatchError):
            suppressor.process(np.zeros(shape, np.int16))
    with pytest.raises(TypeError):
        suppressor.process(np.zeros(160, np.float64))
    with pytest.raises(TypeError):
        suppressor.process(np.zeros(160, np.int16), np.zeros(160, np.float32))
    with pytest.raises(TypeError):
        suppressor.process([0] * 160)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        suppressor.process(np.zeros(320, np.int16)[::2])
