"""Labels, icons, clocks, avatars and slates as pictures: drawn once, outside the hot path, then only blended.

Needs Pillow: ``pip install 'mixminus[labels]'``. What ends in ``_rgba`` returns an array of shape (height, width, 4),
uint8, both sides even, straight alpha (not premultiplied), read-only; of the others those of the same names return it as
an `Overlay`, the same object for the same arguments, so that a tile that keeps its label is not drawn again.
"""

import importlib.util

if importlib.util.find_spec("PIL") is None:
    raise ImportError("Pillow is missing: pip install 'mixminus[labels]'")

from mixminus.labels.cards import avatar, slate
from mixminus.labels.colour import i420_from_rgb
from mixminus.labels.fonts import Font, find_font
from mixminus.labels.icons import ICONS, icon_rgba
from mixminus.labels.overlays import clock, icon, label, picture, title
from mixminus.labels.plates import Style, clock_rgba, label_rgba, title_rgba
from mixminus.labels.watermark import picture_rgba

__all__ = [
    "ICONS",
    "Font",
    "Style",
    "avatar",
    "clock",
    "clock_rgba",
    "find_font",
    "i420_from_rgb",
    "icon",
    "icon_rgba",
    "label",
    "label_rgba",
    "picture",
    "picture_rgba",
    "slate",
    "title",
    "title_rgba",
]
