"""The cameras of simulated sites on a compositor, with the sites' names."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mixminus import Compositor, layouts
from mixminus.apps.site_pictures import SitePicture, hues, mouths
from mixminus.captions import captioned, has_font

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mixminus.apps.province import Site
    from mixminus.layouts import Layout

__all__ = ["SiteWall"]

SILENT_DBOV = -127.0
BORDER = 2  # pixels of each tile
HIGHLIGHT = (210, 16, 146)  # yellow


class SiteWall:
    """Sites are sources 0, 1, ... of its compositor.

    Parameters
    ----------
    sites : sequence of Site
    size : tuple of int
        Width and height of the canvas.

    Raises
    ------
    CommandError
        Pillow or PyAV is not installed.
    """

    def __init__(self, sites: Sequence[Site], size: tuple[int, int]) -> None:
        self.compositor = Compositor(*size, capacity=len(sites))
        self.compose_ns = 0
        self.has_names = has_font()
        self._names = [site.name.removeprefix("UBND ") for site in sites]
        self._everybody = [self.compositor.add_source() for _ in sites]
        shared = mouths()
        self._pictures = [
            SitePicture(number, hue, shared) for number, hue in enumerate(hues(sites), start=1)
        ]

    def show(self, layout: Layout, first: Iterable[int] = ()) -> int:
        """Arrange as many sites as ``layout`` has cells, some of them first; return how many."""
        order = list(dict.fromkeys([*first, *self._everybody]))
        tiles = layout.tiles(self.compositor.width, self.compositor.height, order, border=BORDER)
        if self.has_names:
            tiles = [captioned(tile, self._names[tile.source]) for tile in tiles]
        self.compositor.set_layout(tiles)
        return len(tiles)

    def show_all(self) -> int:
        """Arrange all sites, and return how many there are."""
        size = self.compositor.width, self.compositor.height
        return self.show(layouts.auto(len(self._everybody), *size))

    def draw(self, time_s: float, levels_dbov: Mapping[int, float], speaker: int | None) -> None:
        """Let cameras and compositor make the picture of that time.

        Parameters
        ----------
        time_s : float
        levels_dbov : mapping
            How loud sites are who speak.
        speaker : int, optional
            Who has the floor, and a frame around his picture.
        """
        for source, picture in enumerate(self._pictures):
            planes = picture.at(time_s, levels_dbov.get(source, SILENT_DBOV))
            if planes is not None:
                self.compositor.push(source, *planes)
        self.compositor.highlight(speaker, colour=HIGHLIGHT)
        self.compose(time_s)

    def compose(self, time_s: float) -> None:
        """Let the compositor draw, and take its time."""
        began_ns = time.perf_counter_ns()
        self.compositor.compose(round(time_s * 1e9))
        self.compose_ns += time.perf_counter_ns() - began_ns
