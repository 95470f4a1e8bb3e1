"""Names and signs on the tiles of a layout; needs Pillow (``pip install mixminus[labels]``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mixminus import labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mixminus.layouts import Tile

__all__ = ["captioned", "has_font"]

SHARE_OF_HEIGHT = 1 / 12  # of a tile, for its caption
LOWEST, HIGHEST = 16, 48  # pixels: below, nobody can read it; above, it hides too much
MARGIN = 6  # as wide as the frame of `Compositor.highlight`


def captioned(tile: Tile, name: str, icons: Sequence[str] = ()) -> Tile:
    """Return ``tile`` with a name in its lower left corner, and icons before it, see `labels.ICONS`.

    The same arguments give the same overlay, so that a tile that keeps its caption is not drawn again.
    """
    height = round(min(HIGHEST, max(LOWEST, tile.height * SHARE_OF_HEIGHT))) // 2 * 2
    width = tile.width - 2 * MARGIN
    if width < 2 * height or tile.height < 2 * height:
        return tile
    label = labels.label(name, height=height, max_width=width, icons=tuple(icons))
    place = (label, MARGIN, tile.height - MARGIN - height)
    return replace(tile, overlays=(*tile.overlays, place))


def has_font() -> bool:
    """Return whether this machine has a font to write names with, see `labels.find_font`."""
    try:
        labels.find_font()
    except FileNotFoundError:
        return False
    return True
