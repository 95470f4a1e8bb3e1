"""The province on a wall: its sites' pictures and what all of them said, after the conference."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mixminus import layouts
from mixminus.apps import speaking
from mixminus.apps.audio_files import AudioReader, read_audio
from mixminus.apps.errors import require
from mixminus.apps.movie_writer import MovieWriter
from mixminus.apps.progress import progress_bar
from mixminus.apps.rtp_sender import FRAME_MS
from mixminus.apps.site_wall import SiteWall
from mixminus.apps.voices import read_clips

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mixminus.apps.outcome import Outcome
    from mixminus.apps.province import Site

__all__ = ["Mosaic", "write_mosaic"]

PICTURES_A_SECOND = 25
FRAMES_A_PICTURE = 1000 // PICTURES_A_SECOND // FRAME_MS
SOUND_HZ = 48_000
SPEAKING_DBOV = -30.0
SNAPSHOTS = {"1+7": "1+7", "4x4": "4x4", "presenter": "strip8", "picture-in-picture": "pip"}


@dataclass
class Mosaic:
    """What was written, and how long it took."""

    movie: Path
    size: tuple[int, int]
    tiles: int
    has_names: bool
    voice_delays_ms: list[float]
    """From being spoken to being heard in the recording, of each turn that was found there."""
    snapshots: list[Path] = field(default_factory=list)
    pictures: int = 0
    compose_ns: int = 0
    wall_s: float = 0.0

    @property
    def compose_ms(self) -> float:
        """Time that the compositor took for a picture, on average."""
        return self.compose_ns / max(1, self.pictures) / 1e6

    @property
    def write_ms(self) -> float:
        """The whole time for a picture, cameras and encoders included, on average."""
        return self.wall_s / max(1, self.pictures) * 1e3


def write_mosaic(
    outcome: Outcome,
    sites: Sequence[Site],
    speech: Path | None,
    out: Path,
    size: tuple[int, int],
) -> Mosaic:
    """Write ``mosaic.mp4`` and snapshots of five layouts as PNG.

    Parameters
    ----------
    outcome : Outcome
        With a recording.
    sites : sequence of Site
        Those of the simulation, in the same order.
    speech : Path, optional
        What they talked with, as for `read_clips`.
    out : Path
        Folder.
    size : tuple of int
        Width and height of the pictures.

    Raises
    ------
    CommandError
        Pillow or PyAV is not installed.
    """
    require("PIL", "demo")
    began_s = time.perf_counter()
    mosaic = _Film(outcome, sites, speech, size).shoot(out)
    mosaic.wall_s = time.perf_counter() - began_s
    return mosaic


class _Film:
    """Sites, voices and who has the floor, picture by picture."""

    def __init__(
        self, outcome: Outcome, sites: Sequence[Site], speech: Path | None, size: tuple[int, int]
    ) -> None:
        assert outcome.recording is not None
        self._recording = outcome.recording
        self._size = size
        self._wall = SiteWall(sites, size)
        clips = read_clips(speech, speaking.RATE_HZ)
        recording = read_audio(outcome.recording, speaking.RATE_HZ)
        self._speaking = speaking.Speaking(outcome.turns, clips, recording)
        talkers = [of_conferences[0] for of_conferences in outcome.counts.speakers]
        self._speakers = [
            None if talker is None else outcome.places.get(talker)
            for talker in talkers[::FRAMES_A_PICTURE]
        ]

    def shoot(self, out: Path) -> Mosaic:
        """Write the movie, and snapshots in its second half, while somebody speaks."""
        tiles = self._wall.show_all()
        mosaic = Mosaic(
            out / "mosaic.mp4",
            self._size,
            tiles,
            self._wall.has_names,
            self._speaking.delays_ms,
        )
        rate = Fraction(PICTURES_A_SECOND)
        with (
            AudioReader(self._recording, SOUND_HZ, SOUND_HZ // PICTURES_A_SECOND) as sounds,
            MovieWriter(mosaic.movie, self._size, rate, SOUND_HZ) as writer,
            progress_bar("mosaic", len(self._speakers)) as moved,
        ):
            for picture, sound in zip(range(len(self._speakers)), sounds, strict=False):
                self._wall.draw(picture / PICTURES_A_SECOND, *self._state(picture))
                writer.write_picture(self._wall.compositor)
                writer.write_sound(sound)
                if not mosaic.snapshots and self._is_time_to_snap(picture):
                    mosaic.snapshots = self._snap(out, picture)
                moved(picture)
        mosaic.pictures, mosaic.compose_ns = writer.pictures, self._wall.compose_ns
        return mosaic

    def _state(self, picture: int) -> tuple[dict[int, float], int | None]:
        """Return who is heard in a picture, how loud, and who has the floor."""
        middle = picture + 0.5  # of the time for which it is seen
        levels = self._speaking.levels_dbov(middle / PICTURES_A_SECOND)
        return levels, self._speakers[picture]

    def _is_time_to_snap(self, picture: int) -> bool:
        levels, speaker = self._state(picture)
        if 2 * picture < len(self._speakers):
            return False
        is_seen_speaking = speaker is not None and levels.get(speaker, -127.0) > SPEAKING_DBOV
        return is_seen_speaking or picture == len(self._speakers) - 1

    def _snap(self, out: Path, picture: int) -> list[Path]:
        """Write this picture in every layout; where not all can be seen, those who spoke last."""
        last = [one for one in self._speakers[picture::-1] if one is not None]
        paths = [self._save(out / "wall.png")]
        for name, layout in SNAPSHOTS.items():
            self._wall.show(layouts.named(layout), last)
            self._wall.compose(picture / PICTURES_A_SECOND)
            paths.append(self._save(out / f"{name}.png"))
        self._wall.show_all()
        return paths

    def _save(self, path: Path) -> Path:
        from mixminus.av import to_video_frame  # noqa: PLC0415 - PyAV is not always there

        frame: Any = to_video_frame(self._wall.compositor)
        frame.to_image().save(path)
        return path
