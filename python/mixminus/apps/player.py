"""Plays one recording on a source of a compositor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mixminus.apps.errors import MediaFileError
from mixminus.apps.recordings import PictureTrack, SoundTrack

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from mixminus import Compositor
    from mixminus.apps.audio_files import Samples
    from mixminus.labels.colour import I420

__all__ = ["FRAME_MS", "RATE_HZ", "Player"]

RATE_HZ = 48_000
FRAME_MS = 20
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000


class Player:
    """One file: what it shows on its source of the compositor, and what it says.

    Raises
    ------
    MediaFileError
        It cannot be read, or holds neither pictures nor sound.
    """

    def __init__(self, path: Path, compositor: Compositor) -> None:
        self.path = path
        self.source = compositor.add_source()
        self.complaint = ""
        self._compositor = compositor
        self._has_ended = False
        self._ending: I420 | None = None
        self._pictures = PictureTrack(path)
        self._sound = SoundTrack(path, RATE_HZ)
        if not self._pictures.exists and not self._sound.exists:
            raise MediaFileError(f"{path} holds neither pictures nor sound")
        from mixminus.av import push_frame  # noqa: PLC0415 - PyAV is there, as there is a track

        self._push_frame = push_frame

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pictures.close()
        self._sound.close()

    @property
    def duration_s(self) -> float:
        """Length that the file claims."""
        return self._pictures.duration_s

    def put_in_place(self, avatar: I420, ending: I420 | None) -> None:
        """Say what is seen of a file without pictures, and after its end; None: its last one."""
        self._ending = ending
        self._compositor.set_avatar(self.source, *avatar)
        self._compositor.set_muted(self.source, not self._pictures.exists)

    def is_over(self, time_s: float) -> bool:
        """Whether nothing of it is left at ``time_s``; then its ending is shown."""
        if not self._has_ended and self._pictures.is_over(time_s) and self._sound.is_over:
            self._leave()
            self._expect_all()
        return self._has_ended

    def _expect_all(self) -> None:
        """Complain of a file that was cut off."""
        if self._pictures.claims_more and self._sound.claims_more:
            read_s = max(self._pictures.read_s, self._sound.read_s)
            self.complaint = (
                f"{self.path} is damaged (only {read_s:.1f} of {self.duration_s:.1f} s are there)"
            )

    def show(self, before_s: float) -> None:
        """Push the last picture before that time, if it is a new one."""
        if self._has_ended:
            return
        try:
            picture = self._pictures.picture_at(before_s)
            if picture is not None:
                self._push_frame(self._compositor, self.source, picture)
        except MediaFileError as error:
            self._give_up(str(error))
        except ValueError as error:
            self._give_up(f"{self.path} cannot be shown ({error})")

    def hear(self) -> Samples | None:
        """Return the next 20 ms; None after its end."""
        if self._has_ended or self._sound.is_over:
            return None
        try:
            return self._sound.read(FRAME_SAMPLES)
        except MediaFileError as error:
            self._give_up(str(error))
            return None

    def _give_up(self, complaint: str) -> None:
        self.complaint = complaint
        self._leave()

    def _leave(self) -> None:
        self._has_ended = True
        if self._ending is not None:
            self._compositor.set_avatar(self.source, *self._ending)
            self._compositor.set_muted(self.source, True)
