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
from mixminus.apps.errors import CommandError
from mixminus.apps.movie_writer import MovieWriter
from mixminus.apps.player import FRAME_MS, RATE_HZ, Player
from mixminus.apps.progress import progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mixminus.labels.colour import I420
    from mixminus.layouts import Layout, Tile

__all__ = ["ENDINGS", "Composed", "Look", "compose_files"]

SMALLEST_CARD = 16  # pixels
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
        players = [stack.enter_context(Player(path, compositor)) for path in paths]
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
        self._writer.write_picture(self._compositor)
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
        cards = {card: _card(card, player.path.stem, tile) for card in ("avatar", "slate")}
        player.put_in_place(cards["avatar"], cards.get(look.ended))


def _card(kind: str, name: str, tile: Tile) -> I420:
    """Draw what is seen instead of pictures; without Pillow or a font it is grey."""
    if find_spec("PIL") is None or min(tile.width, tile.height) < SMALLEST_CARD:
        return _plain(tile.width, tile.height)
    from mixminus import captions, labels  # noqa: PLC0415 - Pillow is not always there

    if not captions.has_font():
        return _plain(tile.width, tile.height)
    draw = labels.slate if kind == "slate" else labels.avatar
    return draw(name, tile.width, tile.height)


def _plain(width: int, height: int) -> I420:
    grey = [np.full((height // n, width // n), level, np.uint8) for n, level in ((1, 60), (2, 128))]
    return grey[0], grey[1], grey[1]
