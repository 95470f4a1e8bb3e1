"""How the mixer's limiter and its choice of the loudest trade off, over a folder of speech.

python -m benches.tune_mix [FOLDER] [--png mix.png] [--seconds 8]

Limiter: eight talkers at full scale, each setting judged against the mix that no limiter has touched. PESQ-WB
(ITU-T P.862.2) where `pesq` is installed, STOI where `pystoi` is, minus the log-spectral distance in dB, and the
scale-invariant SDR; higher is better. `gain` is how far it turns down on average, `pumping` how much that moves.
Selection: a meeting of twelve who often speak at once. `missed` is the share of speech that was not in the mix,
`changes` how often a minute somebody enters it, `mixes` what has to be encoded. Without FOLDER the package's own
speech is used; it is made by a machine, so listen to yours.
"""

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from benches.tune_opus import Metric, metrics
from mixminus import Mixer
from mixminus.apps.progress import progress_bar
from mixminus.apps.table import table
from mixminus.apps.voices import read_clips

RATE_HZ, QUALITY_HZ, FRAME = 48_000, 16_000, 960
LOUD_TALKERS, LEGS = 8, 12
PEAK = 29_490  # -0.9 dBFS

Pcm = NDArray[np.int16]
Wave = NDArray[np.float64]


class LimiterRow(NamedTuple):
    """One setting of the limiter."""

    look_ahead_ms: int
    release_ms: int
    qualities: tuple[float, ...]
    gain_db: float
    pumping_db: float


class SelectionRow(NamedTuple):
    """One setting of the choice."""

    loudest: int
    hold_ms: int
    hysteresis_db: float
    missed: float  # per cent
    changes: float  # a minute
    mixes: float


def si_sdr_db(clean: Wave, heard: Wave) -> float:
    """Return the scale-invariant SDR (Le Roux et al., ICASSP 2019)."""
    target = clean * (heard @ clean) / (clean @ clean)
    return float(10 * np.log10((target @ target) / np.sum((heard - target) ** 2)))


def loops(clips: list[Pcm], count: int, samples: int, rng: np.random.Generator) -> list[Wave]:
    """Return ``count`` voices that never end, each from a place of its own."""
    return [
        np.resize(np.roll(clips[n % len(clips)], rng.integers(RATE_HZ)), samples).astype(np.float64)
        for n in range(count)
    ]


def limited(spoken: Pcm, look_ahead_ms: int, release_ms: int) -> Wave:
    """Return what a listener hears of all, with the look-ahead taken out."""
    mixer = Mixer(capacity=len(spoken) + 1, look_ahead_ms=look_ahead_ms, release_ms=release_ms)
    for _ in spoken:
        mixer.add()
    listener = mixer.add(role="listener")
    heard = []
    for start in range(0, spoken.shape[1], FRAME):
        mixer.frames[: len(spoken)] = spoken[:, start : start + FRAME]
        mixer.tick()
        heard.append(mixer.mixes[mixer.mix_of[listener]].astype(np.float64))
    delay = mixer.delay_samples
    return np.concatenate(heard)[delay:]


def judge_limiter(
    clips: list[Pcm], seconds: float, judges: dict[str, Metric]
) -> Iterator[LimiterRow]:
    samples = int(seconds * RATE_HZ) // FRAME * FRAME
    waves = loops(clips, LOUD_TALKERS, samples, np.random.default_rng(0))
    spoken = np.stack([wave * (PEAK / np.abs(wave).max()) for wave in waves]).astype(np.int16)
    mix = spoken.sum(axis=0, dtype=np.float64)
    for look_ahead_ms, release_ms in itertools.product((0, 5, 10), (50, 150, 400, 1000)):
        heard = limited(spoken, look_ahead_ms, release_ms)
        clean = mix[: len(heard)]
        pair = [soxr.resample(wave / 32768, RATE_HZ, QUALITY_HZ) for wave in (clean, heard)]
        blocks = [wave[: len(wave) // 480 * 480].reshape(-1, 480) for wave in (clean, heard)]
        powers = [np.sqrt((block**2).mean(axis=1)) + 1 for block in blocks]
        gains_db = 20 * np.log10(powers[1] / powers[0])
        qualities = (
            *(judge(pair[0], pair[1]) for judge in judges.values()),
            si_sdr_db(clean, heard),
        )
        yield LimiterRow(
            look_ahead_ms, release_ms, qualities, float(gains_db.mean()), float(gains_db.std())
        )


def meeting(clips: list[Pcm], seconds: float) -> tuple[Pcm, NDArray[np.bool_]]:
    """Return legs x samples, and legs x frames: who is speaking; two at a time on average."""
    rng = np.random.default_rng(1)
    samples = int(seconds * RATE_HZ) // FRAME * FRAME
    loud = 10 ** rng.uniform(-0.4, 0, LEGS)[:, None]
    voices = np.stack(loops(clips, LEGS, samples, rng)) * loud / 4
    turns = rng.random((LEGS, int(seconds / 1.5) + 1)) < 2 / LEGS
    talks = np.repeat(turns, RATE_HZ * 3 // 2, axis=1)[:, :samples]
    rooms = rng.standard_normal((LEGS, samples)) * rng.uniform(5, 40, (LEGS, 1))
    levels = (voices * talks).reshape(LEGS, -1, FRAME).std(axis=2)
    speaks = levels > 0.1 * voices.std(axis=1, keepdims=True)
    return (voices * talks + rooms).clip(-32768, 32767).astype(np.int16), speaks


def judge_selection(clips: list[Pcm], seconds: float) -> Iterator[SelectionRow]:
    spoken, speaks = meeting(clips, seconds)
    settings = itertools.product((2, 3, 4, 6), (200, 500, 1000), (1.0, 3.0, 6.0))
    for loudest, hold_ms, hysteresis_db in settings:
        mixer = Mixer(capacity=LEGS, loudest=loudest, hold_ms=hold_ms, hysteresis_db=hysteresis_db)
        for _ in range(LEGS):
            mixer.add()
        heard = np.zeros(speaks.shape, bool)
        mixes = []
        for frame in range(speaks.shape[1]):
            mixer.frames[:] = spoken[:, frame * FRAME : (frame + 1) * FRAME]
            mixes.append(mixer.tick())
            heard[mixer.heard, frame] = True
        entries = int((heard[:, 1:] & ~heard[:, :-1]).sum())
        missed = 100 * float((speaks & ~heard).sum() / speaks.sum())
        yield SelectionRow(
            loudest, hold_ms, hysteresis_db, missed, 60 * entries / seconds, float(np.mean(mixes))
        )


def draw(limits: list[LimiterRow], choices: list[SelectionRow], path: Path) -> None:
    """Write both trade-offs as one picture."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for look_ahead_ms in (0, 5, 10):
        rows = [row for row in limits if row.look_ahead_ms == look_ahead_ms]
        pumping = [row.pumping_db for row in rows]
        marker = {0: "o-", 5: "s--", 10: "^:"}[look_ahead_ms]
        sdr_db = [row.qualities[-1] for row in rows]
        left.plot(pumping, sdr_db, marker, label=f"{look_ahead_ms} ms ahead")
    for row in limits[:4]:
        left.annotate(f"  release {row.release_ms} ms", (row.pumping_db, row.qualities[-1]))
    left.set(xlabel="how much the gain moves, dB", ylabel="SI-SDR, dB", title="limiter, eight loud")
    left.margins(x=0.3)
    right.margins(x=0.2)
    left.legend()
    for hold_ms, shape in zip((200, 500, 1000), "o^s", strict=True):
        held = [choice for choice in choices if choice.hold_ms == hold_ms]
        right.scatter(
            [choice.changes for choice in held],
            [choice.missed for choice in held],
            c=[choice.loudest for choice in held],
            s=[20 + 15 * choice.hysteresis_db for choice in held],
            marker=shape,
            label=f"hold {hold_ms} ms",
            cmap="viridis",
            vmin=2,
            vmax=6,
        )
    for loudest in (2, 3, 4, 6):
        busiest = max((c for c in choices if c.loudest == loudest), key=lambda c: c.changes)
        right.annotate(f"  {loudest} heard", (busiest.changes, busiest.missed))
    right.set(
        xlabel="entries into the mix, a minute",
        ylabel="speech that was not mixed, %",
        title="selection, twelve legs (larger: more hysteresis)",
    )
    right.legend()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print both tables, and draw them."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else ""
    )
    parser.add_argument("folder", type=Path, nargs="?", help="of recordings")
    parser.add_argument("--png", type=Path, help="for the picture; needs matplotlib")
    parser.add_argument("--seconds", type=float, default=8.0)
    arguments = parser.parse_args()
    clips = [np.asarray(clip) for clip in read_clips(arguments.folder, RATE_HZ)]
    judges = metrics()
    limits, choices = [], []
    with progress_bar("settings", 12 + 36) as moved:
        for row in judge_limiter(clips, arguments.seconds, judges):
            limits.append(row)
            moved(len(limits))
        for choice in judge_selection(clips, 5 * arguments.seconds):
            choices.append(choice)
            moved(len(limits) + len(choices))
    names = [*judges, "SI-SDR"]
    print(
        table(
            ("look-ahead ms", "release ms", *names, "gain dB", "pumping dB"),
            [
                (row.look_ahead_ms, row.release_ms, *row.qualities, row.gain_db, row.pumping_db)
                for row in limits
            ],
        )
    )
    print()
    print(
        table(
            ("loudest", "hold ms", "hysteresis dB", "missed %", "changes a minute", "mixes"),
            choices,
        )
    )
    if arguments.png:
        draw(limits, choices, arguments.png)


if __name__ == "__main__":
    main()
