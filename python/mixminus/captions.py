"""Names and signs on the tiles of a layout, each drawn once for its size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mixminus import Overlay
    from mixminus.layouts import Tile

__all__ = ["Captions"]

SHARE_OF_HEIGHT = 1 / 12  # of a tile, for its caption
LOWEST, HIGHEST = 14, 48  # pixels: below, nobody can read it; above, it hides too much
MARGIN = 4


class Captions:
    """Puts captions on tiles; needs Pillow (``pip install mixminus[labels]``)."""

    def __init__(self) -> None:
        from mixminus import labels  # noqa: PLC0415 - Pillow is not always there

        self._labels = labels
        self._drawn: dict[tuple[str, int, int], Overlay] = {}

    def on(self, tile: Tile, name: str, icons: Iterable[str] = ()) -> Tile:
        """Return ``tile`` with a name below, on the left, and icons above, on the right."""
        height = _even(min(HIGHEST, max(LOWEST, tile.height * SHARE_OF_HEIGHT)))
        width = _even(tile.width - 2 * MARGIN)
        overlays = list(tile.overlays)
        if name and width > height:
            label = self._once(name, height, width)
            overlays.append((label, MARGIN, tile.height - MARGIN - label.height))
        for place, icon in enumerate(icons, start=1):
            sign = self._once(f"\0{icon}", height, height)
            overlays.append((sign, tile.width - place * (MARGIN + sign.width), MARGIN))
        return replace(tile, overlays=tuple(overlays))

    def _once(self, text: str, height: int, width: int) -> Overlay:
        key = text, height, width
        if key not in self._drawn:
            self._drawn[key] = (
                self._labels.icon(text[1:], height=height)
                if text.startswith("\0")
                else self._labels.label(text, height=height, max_width=width)
            )
        return self._drawn[key]


def _even(pixels: float) -> int:
    return int(pixels) // 2 * 2
