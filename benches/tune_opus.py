"""Which Opus settings a conference should encode with: CPU and quality over a folder of speech.

python benches/tune_opus.py FOLDER > table.txt

Every setting encodes single voices and mixes of two and three at the same bit rates. Quality is PESQ-WB
(ITU-T P.862.2) where the package `pesq` is installed, else minus the log-spectral distance in dB, and
STOI where `pystoi` is; higher is better. CPU is the least of several passes, ms per second of one stream.
"""

import argparse
import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

import mixminus
from mixminus.apps.audio_files import read_audio

RATE_HZ = 48000
SECONDS = 8
LOOK_AHEAD_SAMPLES = {"voip": 312, "audio": 312, "low_delay": 120}  # of libopus, at 48 kHz
QUALITY_HZ = 16000

Pcm = NDArray[np.int16]
Metric = Callable[[NDArray[np.float64], NDArray[np.float64]], float]


def voices(folder: Path) -> list[NDArray[np.float64]]:
    """Read every recording that is long enough: 48 kHz, mono, the same level, first SECONDS."""
    found = []
    for path in sorted(folder.iterdir()):
        wave = read_audio(path, RATE_HZ)[: SECONDS * RATE_HZ] / 32768
        if wave.size == SECONDS * RATE_HZ:
            found.append(wave * (0.05 / np.sqrt(np.mean(wave**2))))  # -26 dBov, ITU-T P.56
    return found


def signals(spoken: list[NDArray[np.float64]], count: int) -> dict[int, list[Pcm]]:
    """Talkers at once -> `count` frames x samples of each, no voice twice in a mix."""
    mixes = {}
    for talkers in (1, 2, 3):
        waves = (
            sum(spoken[(start + step) % len(spoken)] for step in range(talkers))
            for start in range(0, count * talkers, talkers)
        )
        mixes[talkers] = [
            np.clip(np.rint(32768 * np.asarray(wave)), -32768, 32767)
            .astype(np.int16)
            .reshape(-1, 960)
            for wave in waves
        ]
    return mixes


def log_spectral_distance(clean: NDArray[np.float64], heard: NDArray[np.float64]) -> float:
    """Mean over 32 ms frames of the rms difference of log spectra, dB, negated."""

    def spectra(wave: NDArray[np.float64]) -> NDArray[np.float64]:
        frames = np.lib.stride_tricks.sliding_window_view(wave, 512)[::256] * np.hanning(512)
        return 10 * np.log10(np.abs(np.fft.rfft(frames)) ** 2 + 1e-4)

    difference = spectra(clean) - spectra(heard)
    return -float(np.sqrt((difference**2).mean(axis=1)).mean())


def metrics() -> dict[str, Metric]:
    """Name the metrics that are installed."""
    found: dict[str, Metric] = {"-LSD": log_spectral_distance}
    try:
        from pesq import pesq  # noqa: PLC0415 - optional

        found = {"PESQ": lambda clean, heard: float(pesq(QUALITY_HZ, clean, heard, "wb"))}
    except ImportError:
        pass
    try:
        from pystoi import stoi  # noqa: PLC0415 - optional

        found["STOI"] = lambda clean, heard: float(stoi(clean, heard, QUALITY_HZ))
    except ImportError:
        pass
    return found


def cpu_ms_per_second(settings: dict[str, object], frames: Pcm, passes: int) -> float:
    """Encode `frames` several times with fresh encoders; the least CPU time counts."""
    spent = []
    room = bytearray(1500)
    for _ in range(passes):
        codec = mixminus.Codec(**settings)  # type: ignore[arg-type]
        begin = time.process_time_ns()
        for frame in frames:
            codec.encode(frame, room)
        spent.append(time.process_time_ns() - begin)
    return float(min(spent) / 1e6 / (frames.shape[0] / 50))


def qualities(
    settings: dict[str, object], frames: Pcm, measured_by: dict[str, Metric]
) -> tuple[list[float], float]:
    """Return what the metrics say of one stream, and its bit rate."""
    codec = mixminus.Codec(**settings)  # type: ignore[arg-type]
    payloads = [codec.encode(frame) for frame in frames]
    heard = np.concatenate([codec.decode(payload) for payload in payloads])
    delay = LOOK_AHEAD_SAMPLES[str(settings["application"])]
    pair = (frames.reshape(-1)[: heard.size - delay], heard[delay:])
    clean, coded = (soxr.resample(wave / 32768, RATE_HZ, QUALITY_HZ) for wave in pair)
    bits_per_second = 8 * sum(map(len, payloads)) * 50 / len(payloads)
    return [metric(clean, coded) for metric in measured_by.values()], bits_per_second


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="speech, WAV or FLAC")
    parser.add_argument("--bitrates", type=int, nargs="+", default=[24000, 32000, 48000])
    parser.add_argument("--complexities", type=int, nargs="+", default=[0, 2, 4, 6, 9])
    parser.add_argument("--applications", nargs="+", default=["voip", "audio", "low_delay"])
    parser.add_argument("--signals", type=int, default=3, help="of each number of talkers")
    parser.add_argument("--passes", type=int, default=3)
    args = parser.parse_args()
    mixes = signals(voices(args.folder), args.signals)
    measured_by = metrics()
    columns = " ".join(
        f"{'CPU':>6s} {' '.join(f'{name:>6s}' for name in measured_by)}" for _ in mixes
    )
    sys.stdout.write(f"{mixminus.opus_version()}; 1, 2 and 3 talkers; CPU in ms per second\n")
    sys.stdout.write(f"{'bit/s':>6s} {'mode':10s}{'cx':>2s} {columns}  sent\n")
    for bitrate, application, complexity in itertools.product(
        args.bitrates, args.applications, args.complexities
    ):
        settings: dict[str, object] = {
            "bitrate_bps": bitrate,
            "application": application,
            "complexity": complexity,
        }
        row, sent = f"{bitrate:6d} {application:10s}{complexity:2d}", []
        for streams in mixes.values():
            cpu = np.mean([cpu_ms_per_second(settings, frames, args.passes) for frames in streams])
            scores = [qualities(settings, frames, measured_by) for frames in streams]
            means = np.mean([score for score, _ in scores], axis=0)
            sent += [rate for _, rate in scores]
            row += f" {cpu:6.2f} " + " ".join(f"{mean:6.3f}" for mean in means)
        sys.stdout.write(f"{row} {np.mean(sent):6.0f}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
