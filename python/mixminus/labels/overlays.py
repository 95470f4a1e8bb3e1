"""The same pictures as overlays of a compositor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

import mixminus
from mixminus.labels.icons import icon_rgba
from mixminus.labels.memory import kept
from mixminus.labels.plates import BANNER, PLAIN, Style, clock_rgba, label_rgba, title_rgba
from mixminus.labels.watermark import picture_rgba

__all__ = ["clock", "icon", "label", "picture", "title"]


@kept(1024)
def label(  # noqa: PLR0913, the last two are the canvas's
    text: str,
    *,
    height: int,
    max_width: int,
    style: Style = PLAIN,
    icons: tuple[str, ...] = (),
    colour: str = "bt709",
    full_range: bool = False,
) -> Any:
    """Return a name as an `Overlay`; see `label_rgba`, and for the colour of the canvas `i420_from_rgb`."""
    rgba = label_rgba(text, height=height, max_width=max_width, style=style, icons=icons)
    return _overlay(rgba, colour, full_range)


@kept(64)
def title(
    text: str,
    *,
    width: int,
    height: int,
    style: Style = BANNER,
    colour: str = "bt709",
    full_range: bool = False,
) -> Any:
    """Return a title as an `Overlay`; see `title_rgba`."""
    return _overlay(title_rgba(text, width=width, height=height, style=style), colour, full_range)


@kept(64)
def clock(
    time: str,
    *,
    height: int,
    style: Style = PLAIN,
    colour: str = "bt709",
    full_range: bool = False,
) -> Any:
    """Return a time as an `Overlay`; see `clock_rgba`."""
    return _overlay(clock_rgba(time, height=height, style=style), colour, full_range)


@kept(256)
def icon(name: str, size: int, *, colour: str = "bt709", full_range: bool = False) -> Any:
    """Return an icon as an `Overlay`; see `icon_rgba`."""
    return _overlay(icon_rgba(name, size), colour, full_range)


def picture(
    source: str | Path | Image.Image,
    opacity: float = 1.0,
    *,
    height: int | None = None,
    colour: str = "bt709",
    full_range: bool = False,
) -> Any:
    """Return a watermark as an `Overlay`, a new one each time; see `picture_rgba`."""
    return _overlay(picture_rgba(source, opacity, height=height), colour, full_range)


def _overlay(rgba: npt.NDArray[np.uint8], colour: str, full_range: bool) -> Any:
    return vars(mixminus)["Overlay"].from_rgba(rgba, colour=colour, full_range=full_range)
