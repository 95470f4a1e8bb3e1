"""How much of an echo is left, how soon, and what that costs who talks near it."""

from functools import cache

import numpy as np
import pytest

from mixminus import EchoCanceller
from tests.support.echo import (
    RATE_HZ,
    Wave,
    delayed,
    echo_of,
    noise,
    other_response,
    part,
    power_db,
    process,
    sdr_db,
    speech,
)

RATES_HZ = (8000, 16000, 32000, 48000)


def reductions_db(near: Wave, out: Wave, rate_hz: int = RATE_HZ, step_s: float = 0.1) -> Wave:
    """Return by how much each step is less; where nothing is to be heard, not a number."""
    samples = round(step_s * rate_hz)
    pairs = zip(
        *(w[: len(w) // samples * samples].reshape(-1, samples) for w in (near, out)), strict=True
    )
    return np.array([power_db(a) - power_db(b) if power_db(a) > -50 else np.nan for a, b in pairs])


@cache
def echo_alone(rate_hz: int) -> tuple[Wave, Wave]:
    """Return near end, as late as the output, and output."""
    far = speech(8, rate_hz=rate_hz)
    near = echo_of(far, 40, rate_hz) + noise(8, rate_hz=rate_hz)
    canceller = EchoCanceller(rate_hz)
    return delayed(near, canceller), process(canceller, near, far)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_an_echo_is_reduced(rate_hz: int) -> None:
    near, out = (part(wave, 5, 8, rate_hz) for wave in echo_alone(rate_hz))
    assert power_db(near) - power_db(out) >= 25


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_and_that_within_a_second(rate_hz: int) -> None:
    reduction = reductions_db(*echo_alone(rate_hz), rate_hz)
    begun = int(np.argmax(np.isfinite(reduction)))
    assert np.nanmax(reduction[begun : begun + 10]) >= 10


def test_the_filter_alone_reduces_it_too() -> None:
    far = speech(8)
    near = echo_of(far, 40) + noise(8)
    canceller = EchoCanceller(suppression_db=0, comfort_noise=False)
    out = process(canceller, near, far)
    assert power_db(part(delayed(near, canceller), 5, 8)) - power_db(part(out, 5, 8)) >= 15


@pytest.mark.parametrize("talker", [4, 7, 10])
@pytest.mark.parametrize("echo_db", [0, -6])
def test_who_talks_near_an_echo_keeps_his_voice(talker: int, echo_db: float) -> None:
    """Both talk from the fifth second on, the echo as loud as he is, or less so."""
    far, talk = speech(9), speech(9, talker, level_dbov=-27.0 - echo_db)
    talk = np.where(np.arange(len(talk)) < 5 * RATE_HZ, 0, talk)
    echo = echo_of(far, 40)
    echo = echo * 10 ** ((-27.0 - power_db(echo)) / 20)
    canceller = EchoCanceller()
    out = part(process(canceller, echo + talk + noise(9), far), 5, 9)
    wanted = part(delayed(talk, canceller), 5, 9)
    assert abs(power_db(out) - power_db(wanted)) < 1
    assert sdr_db(out, wanted) >= 12


def test_a_loud_talker_makes_nothing_forgotten() -> None:
    """For ten seconds he is 10 dB above the echo; a second after he ends, it is as little as before."""
    far, talk = speech(20), np.zeros(20 * RATE_HZ)
    talk[6 * RATE_HZ : 16 * RATE_HZ] = speech(10, 4, level_dbov=-20.0)
    near = echo_of(far, 100) + talk + noise(20)
    canceller = EchoCanceller()
    out = process(canceller, near, far)
    assert power_db(part(near, 17, 20)) - power_db(part(out, 17, 20)) >= 25
    assert canceller.metrics().has_converged
    assert canceller.metrics().delay_changes == 0


def test_another_room_is_learned() -> None:
    far = speech(11)
    rooms = [echo_of(far, 40), echo_of(far, 40, response=other_response())]
    near = np.concatenate([part(rooms[0], 0, 6), part(rooms[1], 6, 11)]) + noise(11)
    canceller = EchoCanceller()
    out = process(canceller, near, far)
    reduction = reductions_db(delayed(near, canceller), out)
    assert np.nanmin(reduction[60:75]) < np.nanmean(reduction[40:60]) - 6  # it is another one
    assert np.nanmean(reduction[75:]) >= 20
    assert canceller.metrics().path_changes >= 1


def test_metrics_tell_what_was_reduced() -> None:
    far = speech(8)
    near = echo_of(far, 40) + noise(8)
    canceller = EchoCanceller()
    process(canceller, near, far)
    metrics = canceller.metrics()
    assert metrics.echo_return_loss == pytest.approx(6, abs=3)
    assert metrics.echo_return_loss_enhancement > 25
    assert metrics.has_converged
    assert not metrics.is_bypassed
    assert metrics.echo_likelihood > 0.5


def test_reset_gives_the_same_bits_again() -> None:
    far = speech(4)
    near = echo_of(far, 300) + noise(4)
    canceller = EchoCanceller()
    first = process(canceller, near, far)
    canceller.reset()
    np.testing.assert_array_equal(process(canceller, near, far), first)


def test_two_cancellers_do_not_disturb_each_other() -> None:
    scenes = [(echo_of(far, 40) + noise(2), far) for far in (speech(2), speech(2, 5))]
    alone = [process(EchoCanceller(), *scene) for scene in scenes]
    pair = [EchoCanceller(), EchoCanceller()]
    frames = [np.stack(scene).astype(np.float32).reshape(2, -1, 160) for scene in scenes]
    for index in range(200):
        for canceller, ends, wanted in zip(pair, frames, alone, strict=True):
            out = canceller.process(ends[0, index], ends[1, index])
            np.testing.assert_array_equal(out, wanted[index * 160 : (index + 1) * 160])
