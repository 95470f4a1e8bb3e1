"""Layouts and tiles as JSON, read strictly."""

# ruff: noqa: TRY004, whatever is wrong with a text is a ValueError

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from mixminus.layouts.tile import FITS, MAX_CELLS, NOBODY, Cell, Layout, Tile

__all__ = ["from_json", "to_json"]

_MAX_SIDE: Final = 16384
_TILE_NEEDS: Final = ("source", "x", "y", "width", "height")
_TILE_MAY: Final = ("fit", "border", "border_colour", "radius")


def to_json(value: Layout | Iterable[Tile]) -> str:
    """Return a layout as an object of columns, rows and cells, or tiles as a list of objects.

    Raises
    ------
    ValueError
        A tile has overlays: they are pictures, for which there is no JSON.
    """
    if isinstance(value, Layout):
        return json.dumps(asdict(value))
    return json.dumps([_tile_to_object(tile) for tile in value])


def from_json(text: str | bytes) -> Layout | list[Tile]:
    """Return what `to_json` wrote: an object is a layout, a list is tiles.

    What has a default in `Tile` may be left out.

    Raises
    ------
    ValueError
        No JSON, an unknown, doubled or missing key, a value of another type (``true`` is no number), or one that no
        canvas takes; the text says which.
    """
    try:
        value = json.loads(text, object_pairs_hook=_no_doubles)
    except RecursionError as error:
        raise ValueError("JSON is nested too deeply") from error
    if isinstance(value, dict):
        return _layout(value)
    if not isinstance(value, list):
        raise ValueError("JSON must be an object (a layout) or a list (tiles)")
    if len(value) > MAX_CELLS:
        raise ValueError(f"there may be at most {MAX_CELLS} tiles")
    return [_tile(item, f"tile {index}") for index, item in enumerate(value)]


def _tile_to_object(tile: Tile) -> dict[str, Any]:
    if tile.overlays:
        raise ValueError("overlays are pictures, for which there is no JSON")
    return {key: getattr(tile, key) for key in _TILE_NEEDS + _TILE_MAY}


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError(f"a key is there twice: {[key for key, _ in pairs]}")
    return value


def _layout(value: Mapping[str, Any]) -> Layout:
    _keys(value, "layout", needs=("columns", "rows", "cells"))
    if not isinstance(value["cells"], list):
        raise ValueError("cells must be a list")
    cells = tuple(_cell(item, f"cell {index}") for index, item in enumerate(value["cells"]))
    return Layout(_whole(value["columns"], "columns"), _whole(value["rows"], "rows"), cells)


def _cell(value: object, where: str) -> Cell:
    x, y, width, height = _numbers(value, 4, where)
    return x, y, width, height


def _tile(value: object, where: str) -> Tile:
    if not isinstance(value, dict):
        raise ValueError(f"{where} must be an object")
    _keys(value, where, _TILE_NEEDS, _TILE_MAY)
    fields = {key: _field(key, item, f"{key} of {where}") for key, item in value.items()}
    tile = Tile(**fields)
    _check(tile, where)
    return tile


def _field(key: str, value: object, where: str) -> Any:
    if key == "fit":
        return value
    return tuple(_numbers(value, 3, where)) if key == "border_colour" else _whole(value, where)


def _check(tile: Tile, where: str) -> None:
    shorter = min(tile.width, tile.height)
    for is_right, what in (
        (tile.source >= NOBODY, "source must be a number of one, or -1"),
        (min(tile.x, tile.y) >= 0, "x and y must not be negative"),
        (shorter >= 2, "width and height must be at least 2"),
        (tile.x + tile.width <= _MAX_SIDE, f"x + width must be at most {_MAX_SIDE}"),
        (tile.y + tile.height <= _MAX_SIDE, f"y + height must be at most {_MAX_SIDE}"),
        (
            not any(n % 2 for n in (tile.x, tile.y, tile.width, tile.height)),
            "sides and places must be even",
        ),
        (tile.fit in FITS, f"fit must be one of {', '.join(FITS)}"),
        (
            tile.border % 2 == 0 and 0 <= 2 * tile.border < shorter,
            "border must be even and leave something",
        ),
        (all(0 <= n <= 255 for n in tile.border_colour), "border_colour must be in 0..255"),
        (0 <= tile.radius <= _MAX_SIDE, f"radius must be in 0..{_MAX_SIDE}"),
    ):
        if not is_right:
            raise ValueError(f"{where}: {what}")


def _keys(
    value: Mapping[str, Any], where: str, needs: tuple[str, ...], may: tuple[str, ...] = ()
) -> None:
    unknown = [key for key in value if key not in needs + may]
    missing = [key for key in needs if key not in value]
    if unknown:
        raise ValueError(f"{where} has unknown keys: {', '.join(map(repr, unknown))}")
    if missing:
        raise ValueError(f"{where} lacks {', '.join(missing)}")


def _numbers(value: object, count: int, where: str) -> list[int]:
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"{where} must be a list of {count} whole numbers")
    return [_whole(number, where) for number in value]


def _whole(value: object, where: str) -> int:
    if type(value) is not int:  # a bool is an int, but not here
        raise ValueError(f"{where} must be a whole number, not {value!r}")
    return value
