"""Audio files in and out, block by block, through PyAV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from mixminus.apps.errors import AudioFileError, require

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.stream import AudioStream
    from av.container import InputContainer

__all__ = ["FORMATS", "AudioReader", "AudioWriter", "find_audio", "read_audio", "write_audio"]

Samples = npt.NDArray[np.int16]

# suffix: (container, encoder) in the words of FFmpeg
FORMATS = {"wav": ("wav", "pcm_s16le"), "flac": ("flac", "flac"), "opus": ("opus", "libopus")}
READABLE = {".wav", ".flac", ".opus", ".ogg", ".oga", ".mp3", ".m4a", ".aiff"}
EXACT = {"wav", "flac", "ogg"}  # containers that know how long they are
OPUS_RATES_HZ = {8000, 12000, 16000, 24000, 48000}
BLOCK_SAMPLES = 4800


class AudioReader:
    """Blocks of one file as mono int16, whatever its codec, channels and rate.

    Parameters
    ----------
    path : Path
        Any file that FFmpeg can decode; its first audio stream is read.
    sample_rate_hz : int, optional
        Rate of what is read; the file's own when it is left out.
    block_samples : int
        Length of every block but the last.

    Raises
    ------
    AudioFileError
        Missing, not audio, or damaged; also while reading.
    CommandError
        PyAV is not installed.
    """

    def __init__(
        self, path: Path, sample_rate_hz: int | None = None, block_samples: int = BLOCK_SAMPLES
    ) -> None:
        self._av = _pyav()
        self._path = path
        self._block_samples = block_samples
        self._container = self._open()
        self._stream: AudioStream = self._first_stream()
        self.sample_rate_hz = sample_rate_hz or self._stream.rate

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    @property
    def duration_s(self) -> float:
        """Length that the file claims, in seconds; 0.0 when it claims none."""
        return (self._container.duration or 0) / 1_000_000  # AV_TIME_BASE

    def __iter__(self) -> Iterator[Samples]:
        count = 0
        try:
            for block in self._blocks():
                count += len(block)
                yield block
        except self._av.FFmpegError as error:
            raise self._failed("is damaged", error) from error
        self._expect(count / self.sample_rate_hz)

    def _blocks(self) -> Iterator[Samples]:
        resampler = self._av.AudioResampler(
            format="s16", layout="mono", rate=self.sample_rate_hz, frame_size=self._block_samples
        )
        for frame in self._container.decode(self._stream):
            frame.pts = None  # gaps in damaged time stamps are not ours to fill
            for block in resampler.resample(frame):
                yield block.to_ndarray()[0]
        for block in resampler.resample(None):
            yield block.to_ndarray()[0]

    def _expect(self, read_s: float) -> None:
        """Refuse a file with holes: FFmpeg steps over what it cannot decode."""
        if self._container.format.name in EXACT and read_s < 0.99 * self.duration_s - 0.1:
            raise AudioFileError(
                f"{self._path} is damaged (only {read_s:.1f} of {self.duration_s:.1f} s are there)"
            )

    def _open(self) -> InputContainer:
        try:
            container: InputContainer = self._av.open(str(self._path))
        except (self._av.FFmpegError, OSError) as error:
            raise self._failed("cannot be read as audio", error) from error
        return container

    def _first_stream(self) -> AudioStream:
        streams = self._container.streams.audio
        if not streams or not streams[0].rate:
            self._container.close()
            raise AudioFileError(f"{self._path} holds no audio")
        return streams[0]

    def _failed(self, what: str, error: Exception) -> AudioFileError:
        return AudioFileError(f"{self._path} {what} ({getattr(error, 'strerror', None) or error})")


class AudioWriter:
    """Mono int16 blocks to one file; its suffix chooses WAV, FLAC or Opus.

    Parameters
    ----------
    path : Path
        Ends in ``.wav``, ``.flac`` or ``.opus``; overwritten.
    sample_rate_hz : int
        Rate of the blocks. Opus has no 32 or 44.1 kHz: those are stored at 48 kHz.
    bit_rate_bps : int
        For Opus.

    Raises
    ------
    AudioFileError
        Unknown suffix, or the file cannot be created.
    CommandError
        PyAV is not installed.
    """

    def __init__(self, path: Path, sample_rate_hz: int, bit_rate_bps: int = 32_000) -> None:
        self._av = _pyav()
        self._rate_hz = sample_rate_hz
        kind = path.suffix.removeprefix(".").lower()
        if kind not in FORMATS:
            raise AudioFileError(f"{path}: no such format, use {', '.join(FORMATS)}")
        container, encoder = FORMATS[kind]
        stored_hz = (
            48_000 if kind == "opus" and sample_rate_hz not in OPUS_RATES_HZ else sample_rate_hz
        )
        # bitexact: no version, no date, no random serial number, so that equal input is equal bytes
        try:
            self._container = self._av.open(
                str(path), "w", format=container, container_options={"fflags": "+bitexact"}
            )
            self._stream: AudioStream = self._container.add_stream(
                encoder, rate=stored_hz, layout="mono"
            )
            if kind == "opus":
                self._stream.bit_rate = bit_rate_bps
            self._container.start_encoding()
        except (self._av.FFmpegError, OSError) as error:
            reason = error.strerror or error
            raise AudioFileError(f"{path} cannot be written ({reason})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, samples: Samples) -> None:
        """Append ``samples``, int16 of shape ``(n,)``."""
        frame = self._av.AudioFrame.from_ndarray(
            samples.reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = self._rate_hz
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder still holds and finish the file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()


def read_audio(path: Path, sample_rate_hz: int) -> Samples:
    """Return a whole file as mono int16, shape ``(samples,)``; errors of `AudioReader`."""
    with AudioReader(path, sample_rate_hz) as reader:
        return np.concatenate([np.zeros(0, np.int16), *reader])


def write_audio(path: Path, samples: Samples, sample_rate_hz: int) -> None:
    """Write mono int16 of shape ``(samples,)`` as a whole file; errors of `AudioWriter`."""
    with AudioWriter(path, sample_rate_hz) as writer:
        writer.write(samples)


def find_audio(folder: Path) -> list[Path]:
    """Return the audio files directly in ``folder``, sorted.

    Raises
    ------
    AudioFileError
        No such folder, or none in it.
    """
    if not folder.is_dir():
        raise AudioFileError(f"{folder} is no folder")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in READABLE)
    if not found:
        raise AudioFileError(f"{folder} holds no audio files")
    return found


def _pyav() -> Any:
    return require("av", "av")
