"""What the settings of the echo canceller buy: each setting alone, the others as they are by default.

python -m benches.tune_aec [--scenes DIR] [--png aec.png] [--seconds 12]

DIR holds recordings of one scene by name: NAME_far, NAME_mic and, where somebody near talks, NAME_near, what of
him is in NAME_mic; WAV, FLAC or what else FFmpeg reads. Without it halls are simulated. `reduction` is that of the
echo in the last half, while nobody near talks; `10 dB after` when the filter alone first gave that for 300 ms, as
all is suppressed while the room is unknown; `near SDR` is that of who talks near, in the last half.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mixminus import EchoCanceller
from mixminus.apps.audio_files import find_audio, read_audio
from mixminus.apps.progress import progress_bar
from mixminus.apps.table import table
from tests.support.echo import (
    RATE_HZ,
    Wave,
    delayed,
    echo_of,
    noise,
    other_response,
    power_db,
    process,
    sdr_db,
    speech,
)

SETTINGS: dict[str, tuple[float, ...]] = {
    "tail_length_ms": (50, 100, 150, 200, 256, 350, 500),
    "process_noise": (0.0, 0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01),
    "suppression_db": (0, 6, 12, 20, 30, 40, 60),
}
STEP = RATE_HZ // 10
QUIET_DB = -55.0


class Scene(NamedTuple):
    """Both ends of a site, and what of `mic` is a talker near it."""

    name: str
    far: Wave
    mic: Wave
    near: Wave


class Row(NamedTuple):
    """One setting in one scene, or the mean of all."""

    scene: str
    setting: str
    value: float
    reduction_db: float
    after_s: float
    near_sdr_db: float


def simulated(seconds: float) -> Iterator[Scene]:
    """Yield halls: alone, with a talker near in the last third, and changed in the middle."""
    far, near = speech(seconds), speech(seconds, 6)
    third = np.arange(len(far)) * 3 // len(far)
    silence = np.zeros(len(far))
    mic = echo_of(far, 60) + noise(seconds)
    yield Scene("hall", far, mic, silence)
    talk = np.where(third == 2, near, 0)
    yield Scene("double talk", far, mic + talk, talk)
    other = echo_of(far, 60, response=other_response())
    yield Scene("room changes", far, np.where(third == 0, mic, other + noise(seconds)), silence)
    yield Scene("far away", far, echo_of(far, 700) + noise(seconds), silence)


def recorded(folder: Path) -> Iterator[Scene]:
    """Yield the scenes of a folder."""
    paths = {path.stem: path for path in find_audio(folder)}
    for name in sorted(stem.removesuffix("_mic") for stem in paths if stem.endswith("_mic")):
        waves = [
            read_audio(paths[stem], RATE_HZ) / 32768 if stem in paths else np.zeros(0)
            for stem in (f"{name}_far", f"{name}_mic", f"{name}_near")
        ]
        samples = min(len(waves[0]), len(waves[1])) // STEP * STEP
        far, mic, near = (
            np.pad(wave, (0, max(0, samples - len(wave))))[:samples] for wave in waves
        )
        yield Scene(name, far, mic, near)


def steps_db(wave: Wave) -> Wave:
    """Return the power of each step."""
    return np.array([power_db(step) for step in wave[: len(wave) // STEP * STEP].reshape(-1, STEP)])


def reductions_db(scene: Scene, mic: Wave, **settings: Any) -> tuple[Wave, Wave]:
    """Return by how much each step of `mic`, as late as it is, is less, and the output."""
    out = process(EchoCanceller(RATE_HZ, **settings), scene.mic, scene.far)
    return steps_db(mic) - steps_db(out), out


def judge(scene: Scene, setting: str, value: Any) -> Row:
    """Run a canceller over a scene, and its filter alone."""
    mic, near = (delayed(wave, EchoCanceller(RATE_HZ)) for wave in (scene.mic, scene.near))
    talks = steps_db(near) > QUIET_DB
    has_echo = ~talks & (steps_db(mic) > QUIET_DB)
    late = np.arange(len(talks)) >= len(talks) // 2
    reduction, out = reductions_db(scene, mic, **{setting: value})
    of_filter, _ = reductions_db(scene, mic, **{setting: value} | {"suppression_db": 0})
    heard = np.flatnonzero(has_echo)
    enough = [i for i in range(len(heard) - 2) if np.all(of_filter[heard[i : i + 3]] >= 10)]
    while_both = np.repeat(talks & late, STEP)
    return Row(
        scene.name,
        setting,
        value,
        float(np.mean(reduction[has_echo & late])),
        float(heard[enough[0]] - heard[0]) / 10 if enough else np.inf,
        sdr_db(out[while_both], near[while_both]) if while_both.any() else np.nan,
    )


def mean_of(rows: list[Row], setting: str, value: float) -> Row:
    """Return the mean of all scenes; the median where one may have failed."""
    own = [row for row in rows if (row.setting, row.value) == (setting, value)]
    sdrs = [row.near_sdr_db for row in own if np.isfinite(row.near_sdr_db)]
    return Row(
        "mean",
        setting,
        value,
        float(np.mean([row.reduction_db for row in own])),
        float(np.median([row.after_s for row in own])),
        float(np.mean(sdrs)) if sdrs else np.nan,
    )


def draw(rows: list[Row], path: Path) -> None:
    """Write a column a setting, a row a measure, a line a scene."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional

    figure = Figure(figsize=(4.2 * len(SETTINGS), 8.4), layout="constrained")
    panels = figure.subplots(3, len(SETTINGS), squeeze=False, sharey="row", sharex="col")
    labels = ("echo reduction, dB", "10 dB after, s", "near SDR, dB")
    for column, (setting, values) in enumerate(SETTINGS.items()):
        for scene in dict.fromkeys(row.scene for row in rows):
            own = [row for row in rows if (row.scene, row.setting) == (scene, setting)]
            style: dict[str, Any] = (
                {"color": "black", "lw": 2} if scene == "mean" else {"alpha": 0.8}
            )
            for panel, at in zip(panels[:, column], range(3), strict=True):
                panel.plot(
                    range(len(own)), [row[3 + at] for row in own], "o-", label=scene, **style
                )
        panels[2, column].set(xlabel=setting, xticks=range(len(values)))
        panels[2, column].set_xticklabels([f"{value:g}" for value in values], rotation=30)
    for panel, label in zip(panels[:, 0], labels, strict=True):
        panel.set_ylabel(label)
    for panel in panels.flat:
        panel.grid(alpha=0.3)
    panels[0, 0].legend(fontsize="small")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print the table, and draw it."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else ""
    )
    parser.add_argument("--scenes", type=Path, help="folder of recordings")
    parser.add_argument("--png", type=Path, help="for the picture; needs matplotlib")
    parser.add_argument("--seconds", type=float, default=12.0, help="of simulated halls")
    arguments = parser.parse_args()
    scenes = list(recorded(arguments.scenes) if arguments.scenes else simulated(arguments.seconds))
    rows: list[Row] = []
    with progress_bar("settings", sum(map(len, SETTINGS.values()))) as moved:
        for done, (setting, value) in enumerate(
            (setting, value) for setting, values in SETTINGS.items() for value in values
        ):
            rows += [judge(scene, setting, value) for scene in scenes]
            rows.append(mean_of(rows, setting, value))
            moved(done + 1)
    cells = [(r.scene, r.setting, f"{r.value:g}", *r[3:]) for r in rows]
    print(
        table(("scene", "setting", "value", "reduction dB", "10 dB after s", "near SDR dB"), cells)
    )
    if arguments.png:
        draw(rows, arguments.png)


if __name__ == "__main__":
    main()
