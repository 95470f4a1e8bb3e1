"""Font: a file of glyphs that knows which it lacks; find_font: one with all Vietnamese letters."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import ImageFont

from mixminus.labels.memory import kept

__all__ = ["REPLACEMENT", "VIETNAMESE", "Font", "find_font", "font_for"]

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

VIETNAMESE: Final = "ĂăĐđĨĩŨũƠơƯư" + "".join(map(chr, range(0x1EA0, 0x1EFA)))

# the best first; those of a second line have letters that the others lack
_REGULAR: Final = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSans[wght].ttf", "LiberationSans-Regular.ttf"),
    *("Roboto-Regular.ttf", "Roboto[wdth,wght].ttf", "arial.ttf", "Arial.ttf", "Arial Unicode.ttf"),
    *("NotoSansCJK-Regular.ttc", "NotoSansThai-Regular.ttf", "NotoSansArabic-Regular.ttf"),
)
_BOLD: Final = (
    *("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "LiberationSans-Bold.ttf", "Roboto-Bold.ttf"),
    *("arialbd.ttf", "Arial Bold.ttf", "NotoSansCJK-Bold.ttc"),
)


class Font:
    """A font file.

    Parameters
    ----------
    path : str or Path
        TrueType or OpenType.

    Raises
    ------
    OSError
        There is no such file, or it is no font.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self._probe = ImageFont.truetype(str(path), 40, layout_engine=ImageFont.Layout.BASIC)
        except OSError as error:
            raise OSError(f"{path} cannot be read as a font") from error
        self._known: dict[str, bool] = {}
        self._nothing = self._shape("\U0010ffff")  # no character, so what stands for missing ones

    def has(self, character: str) -> bool:
        """Tell whether there is a glyph for it."""
        if character not in self._known:
            is_drawn = self._shape(character) != self._nothing
            self._known[character] = is_drawn or character.isspace()
        return self._known[character]

    def covers(self, text: str) -> bool:
        """Tell whether there is a glyph for each character."""
        return all(map(self.has, text))

    def replaced(self, text: str) -> str:
        """Return the text with a visible sign for each character that has no glyph."""
        sign = REPLACEMENT if self.has(REPLACEMENT) else "?"
        return "".join(character if self.has(character) else sign for character in text)

    def sized(self, pixels: int) -> ImageFont.FreeTypeFont:
        """Return glyphs for an em of that many pixels; text from right to left needs libraqm."""
        return _sized(self.path, pixels)

    def _shape(self, character: str) -> tuple[tuple[int, int], bytes]:
        mask = self._probe.getmask(character)
        return mask.size, bytes(mask)


def find_font(*, bold: bool = False) -> Path:
    """Return the first font of this machine that has every Vietnamese letter.

    DejaVu Sans, Noto Sans, Liberation Sans, Roboto and Arial are looked for where Debian, Fedora, macOS and Windows
    keep fonts, and in matplotlib, which brings DejaVu Sans.

    Parameters
    ----------
    bold : bool
        A bold one if there is any.

    Raises
    ------
    FileNotFoundError
        There is none; the text says what to install.
    """
    for path in _installed(bold):
        if _font(path).covers(VIETNAMESE):
            return path
    raise FileNotFoundError(
        "no font with all Vietnamese letters was found: install fonts-dejavu-core (Debian, Ubuntu) or "
        "dejavu-sans-fonts (Fedora), or name a file: Style(font='...')"
    )


def font_for(text: str, path: str | Path | None = None, *, bold: bool = False) -> Font:
    """Return a font that has the whole text, or else the one that was asked for, or else the usual one."""
    usual = _font(Path(path) if path is not None else find_font(bold=bold))
    if usual.covers(text):
        return usual
    others = map(_font, _installed(bold) + _installed(False))
    return next((font for font in others if font.covers(text)), usual)


_font = kept(64)(Font)


@kept(256)
def _sized(path: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), pixels)


@kept(4)
def _installed(bold: bool) -> tuple[Path, ...]:
    """Return the known fonts that are here, the best first."""
    wanted = _BOLD + _REGULAR if bold else _REGULAR
    here: dict[str, Path] = {}
    for folder in _folders():
        for place, _, files in os.walk(folder):
            for name in files:
                if name in wanted:
                    here.setdefault(name, Path(place) / name)
    return tuple(here[name] for name in wanted if name in here)


def _folders() -> Iterator[Path]:
    home = Path.home()
    yield from map(Path, ("/usr/share/fonts", "/usr/local/share/fonts"))
    yield from (home / ".local/share/fonts", home / ".fonts", home / "Library/Fonts")
    yield from map(Path, ("/Library/Fonts", "/System/Library/Fonts"))
    for variable, folder in (("WINDIR", "Fonts"), ("LOCALAPPDATA", "Microsoft/Windows/Fonts")):
        if variable in os.environ:
            yield Path(os.environ[variable]) / folder
    matplotlib = importlib.util.find_spec("matplotlib")
    if matplotlib and matplotlib.origin:
        yield Path(matplotlib.origin).parent / "mpl-data/fonts/ttf"
