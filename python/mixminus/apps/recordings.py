"""Recorded files, whatever is in them: pictures and sound by time, decoded as far as is asked for."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mixminus.apps.audio_files import Samples
from mixminus.apps.errors import MediaFileError, require

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av import AudioFrame, AudioResampler, VideoFrame

__all__ = ["PictureTrack", "SoundTrack", "Track"]

MOST_DAMAGED = 25  # packets in a row that are left out before the file is given up
BACKWARDS_S, FORWARDS_S = 1.0, 60.0  # time stamps that jump further say nothing about time
EXACT = {"mp4", "matroska", "avi", "wav", "flac", "ogg"}  # containers that know how long they are
DECODING_THREADS = 2  # of each file: there may be hundreds
GAP_S = 0.02  # sound is moved when its time stamps say that it is off by more


class Track:
    """Frames of one stream of a file, with their times since the file's beginning.

    Each track opens its file for itself: so pictures and sound can be read at their own pace with
    one frame of each in memory, however the file interleaves them.

    Parameters
    ----------
    path : Path
        Any file that FFmpeg can decode.

    Raises
    ------
    MediaFileError
        Missing, or its first frame cannot be decoded; also while reading, when it is damaged.
    """

    kind = ""

    def __init__(self, path: Path) -> None:
        self._av = require("av", "av")
        self._path = path
        self._container = self._open()
        self._stream = self._first_stream()
        self._zero_s = (self._container.start_time or 0) / 1_000_000  # AV_TIME_BASE
        self._due_s = 0.0  # when the next frame begins, if its time stamp does not say
        self._frames = self._decode() if self._stream is not None else iter(())

    @property
    def exists(self) -> bool:
        """Whether the file has such a stream."""
        return self._stream is not None

    @property
    def duration_s(self) -> float:
        """Length that the file claims, in seconds; 0.0 when it claims none."""
        return (self._container.duration or 0) / 1_000_000

    @property
    def claims_more(self) -> bool:
        """Whether the file says it is longer than what was read, and should know."""
        is_exact = not EXACT.isdisjoint(self._container.format.name.split(","))
        return is_exact and self._due_s < 0.99 * self.duration_s - 0.5

    @property
    def read_s(self) -> float:
        """How far it was read."""
        return self._due_s

    def close(self) -> None:
        """Close the file."""
        self._container.close()

    def _open(self) -> Any:
        try:
            return self._av.open(str(self._path), metadata_errors="replace")
        except (self._av.FFmpegError, OSError) as error:
            reason = error.strerror or error
            raise MediaFileError(f"{self._path} cannot be read ({reason})") from error

    def _first_stream(self) -> Any:
        streams = getattr(self._container.streams, self.kind)
        return next((stream for stream in streams if stream.codec_context is not None), None)

    def _decode(self) -> Iterator[tuple[float, Any]]:
        damaged = 0
        try:
            for packet in self._container.demux(self._stream):
                try:
                    frames = packet.decode()
                    damaged = 0
                except self._av.InvalidDataError:
                    damaged += 1
                    if damaged > MOST_DAMAGED:
                        raise
                    continue
                for frame in frames:
                    yield self._time_s(frame), frame
        except self._av.FFmpegError as error:
            where = f"at {self._due_s:.1f} s" if self._due_s else "from the beginning"
            raise MediaFileError(f"{self._path} is damaged {where} ({error.strerror})") from error

    def _time_s(self, frame: Any) -> float:
        time_s = self._due_s if frame.time is None else frame.time - self._zero_s
        if not -BACKWARDS_S <= time_s - self._due_s <= FORWARDS_S:
            self._zero_s += time_s - self._due_s
            time_s = self._due_s
        self._due_s = time_s + self._length_s(frame)
        return time_s

    def _length_s(self, frame: Any) -> float:
        raise NotImplementedError


class PictureTrack(Track):
    """The pictures of a file: its first video stream, or the cover of a song."""

    kind = "video"

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._rate = 25.0
        if self._stream is not None:
            self._stream.thread_type = "AUTO"
            self._stream.codec_context.thread_count = DECODING_THREADS
            self._rate = float(self._stream.guessed_rate or self._stream.average_rate or 25)
        self._next: tuple[float, VideoFrame] | None = next(self._frames, None)

    def picture_at(self, time_s: float) -> VideoFrame | None:
        """Return the last picture before ``time_s``; None: still the one of the call before."""
        picture = None
        while self._next is not None and self._next[0] < time_s:
            picture = self._next[1]
            self._next = next(self._frames, None)
        return picture

    def is_over(self, time_s: float) -> bool:
        """Whether the last picture has been seen for its time."""
        return self._next is None and time_s >= self._due_s

    def _length_s(self, frame: VideoFrame) -> float:  # noqa: ARG002 - few containers say it
        return 1 / self._rate


class SoundTrack(Track):
    """The sound of a file as mono int16; its first audio stream.

    Parameters
    ----------
    path : Path
        As for `Track`.
    sample_rate_hz : int
        Of what is read.
    """

    kind = "audio"

    def __init__(self, path: Path, sample_rate_hz: int) -> None:
        super().__init__(path)
        self._rate_hz = sample_rate_hz
        self._placed = 0.0  # samples before the next frame, at that rate
        self._silence = 0  # samples of a gap that come before the block
        self._block: Samples = np.zeros(0, np.int16)
        self._form: tuple[object, ...] = ()
        self._resampler: AudioResampler | None = None
        self._is_over = not self._refill()

    @property
    def is_over(self) -> bool:
        """Whether there are no more samples."""
        return self._is_over

    def read(self, count: int) -> Samples:
        """Return the next ``count`` samples, int16; zeros in gaps and after the end."""
        samples = np.zeros(count, np.int16)
        filled = 0
        while filled < count and not self._is_over:
            silent = min(self._silence, count - filled)
            self._silence -= silent
            filled += silent
            taken = self._block[: count - filled]
            samples[filled : filled + len(taken)] = taken
            self._block = self._block[len(taken) :]
            filled += len(taken)
            if not self._silence and not len(self._block):
                self._is_over = not self._refill()
        return samples

    def _refill(self) -> bool:
        for time_s, frame in self._frames:
            gap = round(time_s * self._rate_hz - self._placed)
            if self._form and abs(gap) < GAP_S * self._rate_hz:
                gap = 0
            block = self._resampled(frame)
            self._silence, skipped = max(0, gap), min(max(0, -gap), len(block))
            self._block = block[skipped:]
            self._placed += self._silence - skipped
            self._placed += frame.samples * self._rate_hz / frame.sample_rate
            if self._silence or len(self._block):
                return True
        return False

    def _resampled(self, frame: AudioFrame) -> Samples:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._resampler is None or form != self._form:
            self._form = form
            self._resampler = self._av.AudioResampler("s16", "mono", self._rate_hz)
        frame.pts = None  # its place is known
        blocks = [block.to_ndarray()[0] for block in self._resampler.resample(frame)]
        return np.concatenate([np.zeros(0, np.int16), *blocks])

    def _length_s(self, frame: AudioFrame) -> float:
        return float(Fraction(frame.samples, frame.sample_rate))
