"""EchoCanceller at the border to Python: shapes, dtypes, bounds, and whose memory is written."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mixminus import EchoCanceller, EchoCancellerStats, OutOfRangeError, ShapeMismatchError

RATES_HZ = (8000, 16000, 32000, 48000)
DTYPES = (np.int16, np.float32)
Frame = NDArray[Any]


def frames(dtype: type, rate_hz: int = 16000, seed: int = 1) -> tuple[Frame, Frame]:
    """Return near end and far end of 10 ms, which have nothing in common."""
    noise = np.random.default_rng(seed).uniform(-0.1, 0.1, (2, rate_hz // 100))
    near, far = (noise * (32768 if dtype == np.int16 else 1)).astype(dtype)
    return near, far


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_frame_of_10_ms_gives_one_of_its_kind(rate_hz: int, dtype: type) -> None:
    canceller = EchoCanceller(rate_hz)
    near, far = frames(dtype, rate_hz)
    out = canceller.process(near, far)
    assert out.shape == (rate_hz // 100,)
    assert out.dtype == dtype
    assert canceller.sample_rate_hz == rate_hz


@pytest.mark.parametrize("dtype", DTYPES)
def test_out_is_written_and_returned(dtype: type) -> None:
    near, far = frames(dtype)
    given, fresh = EchoCanceller(), EchoCanceller()
    for _ in range(5):
        out = np.full_like(near, 1)
        assert given.process(near, far, out) is out
        assert np.array_equal(out, fresh.process(near, far))


@pytest.mark.parametrize("dtype", DTYPES)
def test_out_may_be_the_near_end(dtype: type) -> None:
    apart, in_place = EchoCanceller(), EchoCanceller()
    for seed in range(20):
        near, far = frames(dtype, seed=seed)
        wanted = apart.process(near, far)
        assert in_place.process(near, far, out=near) is near
        assert np.array_equal(near, wanted)


def test_what_is_only_read_may_be_read_only() -> None:
    near, far = frames(np.int16)
    near.flags.writeable = far.flags.writeable = False
    EchoCanceller().process(near, far)
    with pytest.raises(TypeError, match="writeable"):
        EchoCanceller().process(near, far, out=near)


@pytest.mark.parametrize("place", ["near_end", "far_end", "out"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(0,), (159,), (161,), (320,), (1, 160), (160, 1), ()])
def test_other_shapes_are_refused(place: str, dtype: type, shape: tuple[int, ...]) -> None:
    near, far = frames(dtype)
    given = {"near_end": near, "far_end": far, "out": near} | {place: np.zeros(shape, dtype)}
    with pytest.raises(ShapeMismatchError):
        EchoCanceller().process(**given)


@pytest.mark.parametrize("place", ["near_end", "far_end", "out"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", [np.int16, np.float32, np.float64, np.int32, np.uint16, ">i2"])
def test_other_dtypes_are_refused(place: str, dtype: type, other: str) -> None:
    if np.dtype(other) == dtype:
        pytest.skip("the same")
    near, far = frames(dtype)
    given = {"near_end": near, "far_end": far, "out": near.copy()}
    given[place] = np.zeros(160, other)
    with pytest.raises(TypeError):
        EchoCanceller().process(**given)


@pytest.mark.parametrize("wrong", [None, [0] * 160, bytes(320), memoryview(bytes(320)), 0])
def test_what_is_no_array_is_refused(wrong: Any) -> None:
    near, far = frames(np.int16)
    with pytest.raises(TypeError):
        EchoCanceller().process(wrong, far)
    with pytest.raises(TypeError):
        EchoCanceller().process(near, wrong)
    with pytest.raises(TypeError):
        EchoCanceller().skip(wrong)


def test_strided_arrays_are_refused() -> None:
    near, far = frames(np.int16)
    with pytest.raises(TypeError):
        EchoCanceller().process(np.zeros(320, np.int16)[::2], far)
    with pytest.raises(TypeError):
        EchoCanceller().process(near, far, np.zeros(320, np.int16)[::2])


def test_a_refused_frame_leaves_out_as_it_was() -> None:
    near, far = frames(np.int16)
    out = np.full(160, 7, np.int16)
    with pytest.raises(ShapeMismatchError):
        EchoCanceller().process(near, far[:80].copy(), out)
    assert (out == 7).all()


def test_skip_takes_10_ms_of_int16() -> None:
    canceller = EchoCanceller()
    _, far = frames(np.int16)
    canceller.skip(far)
    with pytest.raises(ShapeMismatchError):
        canceller.skip(far[:80].copy())
    with pytest.raises(TypeError):
        canceller.skip(far.astype(np.float32))


@pytest.mark.parametrize("wrong", [-1, 0, 160, 11025, 12000, 22050, 24000, 44100, 96000, 2**31 - 1])
def test_other_rates_are_refused(wrong: int) -> None:
    with pytest.raises(OutOfRangeError, match="sample_rate_hz"):
        EchoCanceller(wrong)
    with pytest.raises(OutOfRangeError, match="sample_rate_hz"):
        EchoCanceller(sample_rate_hz=wrong)


BOUNDS: dict[str, tuple[float, float, float]] = {  # lowest, highest, the least beyond
    "tail_length_ms": (50, 500, 1),
    "max_delay_ms": (0, 2500, 1),
    "process_noise": (0.0, 0.1, 1e-6),
    "suppression_db": (0.0, 60.0, 1e-4),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_settings_have_bounds(name: str) -> None:
    low, high, step = BOUNDS[name]
    for allowed in (low, high):
        EchoCanceller(**{name: allowed})  # type: ignore[arg-type]
    for beyond in (low - step, high + step):
        with pytest.raises(OutOfRangeError, match=name):
            EchoCanceller(**{name: beyond})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["process_noise", "suppression_db"])
@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_settings_are_numbers(name: str, wrong: float) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        EchoCanceller(**{name: wrong})  # type: ignore[arg-type]


def test_settings_are_named() -> None:
    with pytest.raises(TypeError):
        EchoCanceller(16000, 256)  # type: ignore[call-arg]


def test_metrics_are_a_frozen_record_of_plain_values() -> None:
    metrics = EchoCanceller().metrics()
    assert isinstance(metrics, EchoCancellerStats)
    assert metrics.delay_ms is None
    assert not metrics.has_converged
    assert metrics.is_bypassed
    assert 0 <= metrics.echo_likelihood <= 1
    counts = (metrics.divergences, metrics.path_changes, metrics.delay_changes)
    assert counts == (0, 0, 0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        metrics.divergences = 1  # type: ignore[misc]


def test_samples_that_are_no_numbers_are_counted_and_not_given_on() -> None:
    canceller = EchoCanceller()
    near, far = frames(np.float32)
    near[3], near[5], far[7] = np.nan, np.inf, 4.0
    for _ in range(10):
        out = canceller.process(near, far)
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 1
    assert canceller.metrics().invalid_samples == 30


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_output_is_as_late_as_it_says(rate_hz: int) -> None:
    """And, as the far end is silent, the near end bit for bit."""
    canceller = EchoCanceller(rate_hz)
    assert 10 <= canceller.delay_ms < 30
    late = round(canceller.delay_ms * rate_hz / 1000)
    rng = np.random.default_rng(3)
    near = rng.integers(-8000, 8000, rate_hz // 2).astype(np.int16)
    far = np.zeros(rate_hz // 100, np.int16)
    out = np.concatenate([canceller.process(f, far) for f in near.reshape(-1, rate_hz // 100)])
    assert np.array_equal(out[late:], near[:-late])
    assert not out[:late].any()


def test_reset_makes_it_as_new() -> None:
    used, new = EchoCanceller(), EchoCanceller()
    for seed in range(30):
        used.process(*frames(np.int16, seed=seed))
    used.near_end_shifted(40)
    used.reset()
    assert used.metrics() == new.metrics()
    for seed in range(30):
        near, far = frames(np.int16, seed=100 + seed)
        assert np.array_equal(used.process(near, far), new.process(near, far))


@pytest.mark.parametrize("samples", [0, 1, -1, 10**6, -(10**6), 2**63 - 1, -(2**63)])
def test_any_shift_is_survived(samples: int) -> None:
    canceller = EchoCanceller()
    canceller.process(*frames(np.int16))
    canceller.near_end_shifted(samples)
    canceller.process(*frames(np.int16))


@pytest.mark.parametrize("delay_ms", [0.0, 60.0, 1e9, -5.0, float("nan"), float("inf")])
def test_any_prior_is_survived(delay_ms: float) -> None:
    canceller = EchoCanceller()
    canceller.set_delay_prior_ms(delay_ms)
    canceller.process(*frames(np.int16))
