"""Plays recordings in step, on one canvas and into one mix."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from mixminus import Compositor, Mixer
from mixminus.apps.errors import CommandError, MediaFileError
from mixminus.apps.movie_writer import MovieWriter
from mixminus.apps.progress import progress_bar
from mixminus.apps.recordings import PictureTrack, SoundTrack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Self

    from mixminus.apps.audio_files import Samples
    from mixminus.apps.movie_writer import Plane
    from mixminus.layouts import Layout, Tile

__all__ = ["ENDINGS", "Composed", "Look", "compose_files"]

RATE_HZ = 48_000
FRAME_MS = 20
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
SMALLEST_AVATAR = 16  # pixels
ENDINGS = ("hold", "avatar", "slate")


@dataclass(frozen=True)
class Look:
    """How the files are shown."""

    layout: Layout
    size: tuple[int, int]
    rate: Fraction
    fit: str = "crop"
    labels: bool = False
    ended: str = "hold"
    preset: str = "veryfast"


@dataclass
class Composed:
    """What was written."""

    pictures: int = 0
    seconds: float = 0.0
    compose_ns: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def compose_ms(self) -> float:
        """Time that the compositor took for a picture, on average."""
        return self.compose_ns / max(1, self.pictures) / 1e6


class Player:
    """One file: what it shows on its source of the compositor, and what it says.

    Raises
    ------
    MediaFileError
        It cannot be read, or holds neither pictures nor sound.
    """

    def __init__(self, path: Path, compositor: Compositor, *, holds: bool) -> None:
        self.path = path
        self.source = compositor.add_source()
        self.complaint = ""
        self._compositor = compositor
        self._has_ended = False
        self._holds = holds  # its last picture, after its end
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

    def is_over(self, time_s: float) -> bool:
        """Whether nothing of it is left at ``time_s``."""
        if not self.complaint and self._pictures.is_over(time_s) and self._sound.is_over:
            self._has_ended = True
            self._expect_all()
        return self._has_ended or bool(self.complaint)

    def _expect_all(self) -> None:
        """Complain of a file that was cut off."""
        if self._pictures.claims_more and self._sound.claims_more:
            read_s = max(self._pictures.read_s, self._sound.read_s)
            self.complaint = (
                f"{self.path} is damaged (only {read_s:.1f} of {self.duration_s:.1f} s are there)"
            )

    def put_in_place(self, picture: tuple[Plane, Plane, Plane]) -> None:
        """Show ``picture`` where the file has none of its own."""
        self._compositor.set_avatar(self.source, *picture)
        self._compositor.set_muted(self.source, not self._pictures.exists)

    def show(self, before_s: float) -> None:
        """Push the last picture before that time, if it is a new one."""
        if self.complaint:
            return
        try:
            picture = self._pictures.picture_at(before_s)
            if picture is not None:
                self._push_frame(self._compositor, self.source, picture)
            elif self._pictures.is_over(before_s):
                self._leave()
        except MediaFileError as error:
            self._give_up(str(error))
        except ValueError as error:
            self._give_up(f"{self.path} cannot be shown ({error})")

    def hear(self) -> Samples | None:
        """Return the next 20 ms; None after its end."""
        if self.complaint or self._sound.is_over:
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
        if not self._holds:
            self._compositor.set_muted(self.source, True)


def compose_files(
    paths: Sequence[Path],
    out: Path,
    look: Look,
    longest_s: float | None = None,
    complain: Callable[[str], None] = print,
) -> Composed:
    """Show the files in step and write it; each that ends or is damaged leaves the rest alone.

    Parameters
    ----------
    paths : sequence of Path
        Files; those for which the layout has no cell are heard only.
    out : Path
        What is written, as for `MovieWriter`.
    look : Look
        How it shall look.
    longest_s : float, optional
        Where to stop; without it when the last file is over.
    complain : callable
        Is told of files that go no further.

    Raises
    ------
    MediaFileError
        A file cannot be read at all, or `out` not be written.
    """
    compositor = Compositor(*look.size, capacity=len(paths))
    with ExitStack() as stack:
        players = [
            stack.enter_context(Player(path, compositor, holds=look.ended == "hold"))
            for path in paths
        ]
        _arrange(compositor, players, look)
        writer = stack.enter_context(
            MovieWriter(out, look.size, look.rate, RATE_HZ, preset=look.preset)
        )
        claimed_s = min(max(one.duration_s for one in players), longest_s or float("inf"))
        moved = stack.enter_context(progress_bar("composing", claimed_s))
        composition = Composition(compositor, players, writer, look.rate)
        while not composition.is_over(longest_s, complain):
            composition.advance()
            moved(composition.time_s)
        return composition.made


class Composition:
    """Players in step with what is written of them."""

    def __init__(
        self,
        compositor: Compositor,
        players: Sequence[Player],
        writer: MovieWriter,
        rate: Fraction,
    ) -> None:
        self.made = Composed()
        self._compositor = compositor
        self._players = players
        self._writer = writer
        self._rate = rate
        # a look-ahead would make the sound late
        self._mixer = Mixer(RATE_HZ, FRAME_MS, len(players), look_ahead_ms=0)
        self._slots = [self._mixer.add(role="talker") for _ in players]

    @property
    def time_s(self) -> float:
        """Of the next picture."""
        return float(self.made.pictures / self._rate)

    def is_over(self, longest_s: float | None, complain: Callable[[str], None]) -> bool:
        """Whether nothing is left to be seen or heard, or it is long enough."""
        are_over = [player.is_over(self.time_s) for player in self._players]
        self._pass_on_complaints(complain)
        return all(are_over) or (longest_s is not None and self.time_s >= longest_s)

    def advance(self) -> None:
        """Write the next picture, and the sound until its end."""
        middle_s = float((self.made.pictures + Fraction(1, 2)) / self._rate)  # the nearest is shown
        for player in self._players:
            player.show(middle_s)
        began_ns = time.perf_counter_ns()
        self._compositor.compose(round(self.time_s * 1e9))
        self.made.compose_ns += time.perf_counter_ns() - began_ns
        self._writer.write_picture(self._compositor.canvas)
        self.made.pictures += 1
        while self._writer.samples < self.time_s * RATE_HZ:
            self._mix()
        self.made.seconds = self.time_s

    def _pass_on_complaints(self, complain: Callable[[str], None]) -> None:
        for player in self._players:
            if player.complaint and player.complaint not in self.made.complaints:
                self.made.complaints.append(player.complaint)
                complain(player.complaint)

    def _mix(self) -> None:
        for slot, player in zip(self._slots, self._players, strict=True):
            block = player.hear()
            self._mixer.frames[slot] = 0 if block is None else block
        self._mixer.tick()
        self._writer.write_sound(self._mixer.mixes[0])  # row 0 is the whole sum


def _arrange(compositor: Compositor, players: Sequence[Player], look: Look) -> None:
    """Place the tiles, and what is seen where there is no picture."""
    sources = [player.source for player in players]
    try:
        tiles = look.layout.tiles(*look.size, sources, look.fit)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if look.labels:
        from mixminus.captions import captioned  # noqa: PLC0415 - Pillow is not always there

        tiles = [
            captioned(tile, player.path.stem) for tile, player in zip(tiles, players, strict=False)
        ]
    compositor.set_layout(tiles)
    for player, tile in zip(players, tiles, strict=False):
        player.put_in_place(_substitute(player.path.stem, tile, look.ended))


def _substitute(name: str, tile: Tile, ended: str) -> tuple[Plane, Plane, Plane]:
    """Return what stands for a file without pictures, and for one that has ended."""
    if find_spec("PIL") is None:
        return _plain(tile.width, tile.height)
    from mixminus import captions, labels  # noqa: PLC0415 - Pillow is not always there

    if not captions.has_font() or min(tile.width, tile.height) < SMALLEST_AVATAR:
        return _plain(tile.width, tile.height)
    if ended == "slate":
        return labels.slate(name, tile.width, tile.height)
    return labels.avatar(name, tile.width, tile.height)


def _plain(width: int, height: int) -> tuple[Plane, Plane, Plane]:
    grey = [np.full((height // n, width // n), level, np.uint8) for n, level in ((1, 60), (2, 128))]
    return grey[0], grey[1], grey[1]
