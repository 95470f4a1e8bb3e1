"""Where pictures stand on a canvas: tiles, layouts that fit any canvas, and who stands where in them."""

from mixminus.layouts.choice import auto, lecturer_view
from mixminus.layouts.families import (
    grid,
    lecture,
    named,
    names,
    one_plus,
    picture_in_picture,
    strip,
    three_plus_four,
    two_plus,
)
from mixminus.layouts.motion import between
from mixminus.layouts.stage import Stage, promote, roll_call
from mixminus.layouts.text import from_json, to_json
from mixminus.layouts.tile import NOBODY, Layout, Tile

__all__ = [
    "NOBODY",
    "Layout",
    "Stage",
    "Tile",
    "auto",
    "between",
    "from_json",
    "grid",
    "lecture",
    "lecturer_view",
    "named",
    "names",
    "one_plus",
    "picture_in_picture",
    "promote",
    "roll_call",
    "strip",
    "three_plus_four",
    "to_json",
    "two_plus",
]
