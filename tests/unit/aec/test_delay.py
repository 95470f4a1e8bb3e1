"""Where the echo is found, and that it is kept when it moves: told, untold, or little by little."""

import numpy as np
import pytest

from mixminus import EchoCanceller
from tests.support.echo import (
    RATE_HZ,
    Wave,
    delayed,
    echo_of,
    noise,
    part,
    power_db,
    process,
    resample,
    speech,
)

FRAME = RATE_HZ // 100


def found_after_s(canceller: EchoCanceller, delay_ms: float, first_clip: int = 0) -> float:
    """Return after how much of the far end's speech metrics say where the echo is, and go on saying so."""
    far = speech(6, first_clip)
    spoken_s = np.cumsum([power_db(frame) > -55 for frame in far.reshape(-1, FRAME)]) / 100
    found = []

    def look() -> None:
        now_ms = canceller.metrics().delay_ms
        found.append(now_ms is not None and abs(now_ms - delay_ms) <= 15)

    near = echo_of(far, delay_ms) + noise(6)
    process(canceller, near, far, dict.fromkeys(range(600), look))
    assert found[-1]
    return float(spoken_s[len(found) - int(np.argmin(found[::-1]))]) if not all(found) else 0.0


@pytest.mark.parametrize("first_clip", [0, 5])
@pytest.mark.parametrize("delay_ms", [0, 100, 500, 1000, 2000])
def test_any_delay_is_found_without_a_hint(delay_ms: float, first_clip: int) -> None:
    assert found_after_s(EchoCanceller(), delay_ms, first_clip) <= 3


def test_a_hint_is_quicker() -> None:
    hinted = EchoCanceller()
    hinted.set_delay_prior_ms(1000.0)
    assert found_after_s(hinted, 1010) < found_after_s(EchoCanceller(), 1010) - 0.2


def test_a_hint_that_is_repeated_takes_nothing_back() -> None:
    far = speech(2)
    near = echo_of(far, 150) + noise(2)
    outputs = []
    for frames in ([0], range(0, 200, 10)):
        canceller = EchoCanceller()
        hints = {frame: lambda: canceller.set_delay_prior_ms(140.0) for frame in frames}  # noqa: B023
        outputs.append(process(canceller, near, far, hints))
    np.testing.assert_array_equal(outputs[0], outputs[1])


def test_a_wrong_hint_does_no_lasting_harm() -> None:
    misled = EchoCanceller()
    misled.set_delay_prior_ms(1500.0)
    assert found_after_s(misled, 60) <= 3.5


@pytest.mark.parametrize(
    ("tail_length_ms", "max_delay_ms", "delay_ms"),
    [(50, 2000, 300), (500, 2000, 300), (256, 0, 0), (256, 2500, 2490)],
)
def test_and_at_the_bounds_of_the_settings(
    tail_length_ms: int, max_delay_ms: int, delay_ms: float
) -> None:
    canceller = EchoCanceller(tail_length_ms=tail_length_ms, max_delay_ms=max_delay_ms)
    assert found_after_s(canceller, delay_ms) <= 3


# Jumps ------------------------------------------------------------------------------------------

JUMP_S, END_S = 6, 10


def moved(far: Wave, by_samples: int) -> Wave:
    """Return an echo, 200 ms late, that is later by so much from JUMP_S on; negative: earlier."""
    echo = echo_of(far, 200)
    at = JUMP_S * RATE_HZ
    if by_samples >= 0:
        whole = np.concatenate([echo[:at], np.zeros(by_samples), echo[at:]])
    else:
        whole = np.concatenate([echo[:at], echo[at - by_samples :], np.zeros(-by_samples)])
    return whole[: len(far)] + noise(END_S)


def taken_db(near: Wave, out: Wave, canceller: EchoCanceller) -> Wave:
    """Return by how much the echo is less, in steps of 100 ms."""
    steps = [wave.reshape(-1, RATE_HZ // 10) for wave in (delayed(near, canceller), out)]
    return np.array([power_db(a) - power_db(b) for a, b in zip(*steps, strict=True)])


@pytest.mark.parametrize("by_ms", [160, -10])
def test_an_untold_jump_is_found(by_ms: int) -> None:
    far = speech(END_S)
    near = moved(far, by_ms * FRAME // 10)
    canceller = EchoCanceller()
    out = process(canceller, near, far)
    settled = (JUMP_S + 1.5, END_S)
    assert power_db(part(near, *settled)) - power_db(part(out, *settled)) >= 20
    assert canceller.metrics().delay_ms == pytest.approx(200 + by_ms, abs=15)
    assert canceller.metrics().delay_changes >= 1


@pytest.mark.parametrize("by_samples", [2560, -160, 37, -53])
def test_a_told_jump_costs_little(by_samples: int) -> None:
    """Against the same echo that does not jump."""
    far = speech(END_S)
    losses = []
    for by in (0, by_samples):
        near = moved(far, by)
        canceller = EchoCanceller()
        told = {JUMP_S * 100: lambda by=by, canceller=canceller: canceller.near_end_shifted(by)}
        out = process(canceller, near, far, told)
        losses.append(taken_db(near, out, canceller))
        assert canceller.metrics().delay_changes == 0
    gap = max(by_samples, 0) * 10 // RATE_HZ + 1  # steps without an echo
    begin = JUMP_S * 10 + gap + 1  # 100 ms later
    for end in (begin + 3, begin + 20):
        stayed, jumped = (float(np.mean(loss[begin:end])) for loss in losses)
        assert jumped > stayed - 6


@pytest.mark.parametrize("ppm", [100, -100])
def test_clocks_that_drift_are_followed(ppm: float) -> None:
    far = speech(24)
    near = resample(np.concatenate([echo_of(far, 60), np.zeros(RATE_HZ)]), ppm)[: len(far)] + noise(
        24
    )
    canceller = EchoCanceller()
    out = process(canceller, near, far)
    assert canceller.metrics().drift_ppm == pytest.approx(ppm, abs=15)
    assert power_db(part(near, 18, 24)) - power_db(part(out, 18, 24)) >= 20
