"""Pictures and sound to one file: H.264 and AAC through PyAV."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Self

from mixminus.apps.audio_files import Samples
from mixminus.apps.errors import MediaFileError, require

if TYPE_CHECKING:
    from pathlib import Path

    from mixminus import Compositor

__all__ = ["CONTAINERS", "MovieWriter"]

# suffix: container in the words of FFmpeg
CONTAINERS = {"mp4": "mp4", "mov": "mov", "mkv": "matroska"}
BT709 = 1  # ITU-T H.273: colour primaries, transfer characteristics and matrix have the same number
LIMITED = 1  # in the words of FFmpeg: AVCOL_RANGE_MPEG
SOUND_BIT_RATE_BPS = 96_000


class MovieWriter:
    """The canvas of a compositor, picture by picture, and mono sound beside it.

    Parameters
    ----------
    path : Path
        Ends in ``.mp4``, ``.mov`` or ``.mkv``; overwritten.
    size : tuple of int
        Width and height of the pictures, even.
    rate : Fraction
        Pictures a second.
    sample_rate_hz : int
        Of the sound.
    preset : str
        Of x264: from ``"ultrafast"`` to ``"veryslow"``.

    Raises
    ------
    MediaFileError
        Unknown suffix, or the file cannot be created.
    CommandError
        PyAV is not installed.

    Notes
    -----
    Picture i is shown at i / `rate` and sample i heard at i / `sample_rate_hz`, both from the same
    beginning. Tagged as BT.709 in limited range.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        rate: Fraction,
        sample_rate_hz: int,
        *,
        preset: str = "veryfast",
    ) -> None:
        self._av = require("av", "av")
        from mixminus.av import to_video_frame  # noqa: PLC0415 - PyAV is there

        self._to_frame = to_video_frame
        self._path = path
        self._size = size
        self._sample_rate_hz = sample_rate_hz
        self.pictures = 0
        self.samples = 0
        kind = path.suffix.removeprefix(".").lower()
        if kind not in CONTAINERS:
            raise MediaFileError(f"{path}: no such format, use {', '.join(CONTAINERS)}")
        try:
            self._container = self._av.open(str(path), "w", format=CONTAINERS[kind])
            self._video = self._add_video(rate, preset)
            self._audio = self._container.add_stream("aac", rate=sample_rate_hz, layout="mono")
            self._audio.bit_rate = SOUND_BIT_RATE_BPS
            self._container.start_encoding()
        except (self._av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write_picture(self, compositor: Compositor) -> None:
        """Append what is on the canvas, I420 of BT.709 in limited range; it is not kept."""
        frame = self._to_frame(compositor, self.pictures, self._video.codec_context.time_base)
        self.pictures += 1
        self._write(self._video, frame)

    def write_sound(self, samples: Samples) -> None:
        """Append ``samples``, int16 of shape ``(n,)``."""
        frame = self._av.AudioFrame.from_ndarray(
            samples.reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = self._sample_rate_hz
        frame.pts, frame.time_base = self.samples, Fraction(1, self._sample_rate_hz)
        self.samples += len(samples)
        self._write(self._audio, frame)

    def close(self) -> None:
        """Write what the encoders still hold and finish the file."""
        try:
            for stream in (self._video, self._audio):
                self._write(stream, None)
        finally:
            self._container.close()

    def _write(self, stream: Any, frame: Any) -> None:
        try:
            self._container.mux(stream.encode(frame))
        except (self._av.FFmpegError, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Any) -> MediaFileError:
        return MediaFileError(f"{self._path} cannot be written ({error.strerror or error})")

    def _add_video(self, rate: Fraction, preset: str) -> Any:
        stream = self._container.add_stream("libx264", rate=rate, options={"preset": preset})
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED
        return stream
