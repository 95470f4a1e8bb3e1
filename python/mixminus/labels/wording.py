"""What people call themselves, made fit to be shown on one line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from mixminus.labels.fonts import REPLACEMENT

__all__ = ["initials", "one_line", "shortened"]

_LONGEST: Final = 400
_JOINERS: Final = "\u200c\u200d"
ELLIPSIS: Final = "…"


def one_line(text: str) -> str:
    """Return the text composed (NFC), its white space as single spaces, and nothing in it that is not seen.

    Marks that turn the direction of text go too: with them a name could pass for another.
    """
    text = unicodedata.normalize("NFC", " ".join(text[: 4 * _LONGEST].split()))
    return "".join(map(_visible, text))[:_LONGEST]


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":  # half of a surrogate pair, which no font can draw
        return REPLACEMENT
    is_hidden = category in ("Cc", "Cf") and character not in _JOINERS
    return "" if is_hidden or "\ufe00" <= character <= "\ufe0f" else character


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """Return the text, or as much of it as fits with an ellipsis; no letter loses its marks."""
    if fits(text):
        return text
    cuts = [place for place in range(len(text)) if not _belongs_to_the_one_before(text[place])]
    while cuts:
        middle = len(cuts) // 2
        # what is known to fit is at the left end of the list
        if fits(text[: cuts[middle]].rstrip() + ELLIPSIS):
            if middle == 0:
                return text[: cuts[0]].rstrip() + ELLIPSIS
            cuts = cuts[middle:]
        else:
            cuts = cuts[:middle]
    return ""


def initials(name: str) -> str:
    """Return the first letters of the first and the last word, in capitals; "?" where there is none."""
    words = [word for word in one_line(name).split() if word[0].isalnum()]
    ends = words if len(words) < 2 else [words[0], words[-1]]
    return unicodedata.normalize("NFC", "".join(map(_first_letter, ends)).upper()) or "?"


def _first_letter(word: str) -> str:
    end = 1
    while end < len(word) and _belongs_to_the_one_before(word[end]):
        end += 1
    return word[:end]


def _belongs_to_the_one_before(character: str) -> bool:
    return unicodedata.category(character).startswith("M") or character in _JOINERS
