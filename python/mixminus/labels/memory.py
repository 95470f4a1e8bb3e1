"""kept: what was drawn once is not drawn again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import ParamSpec, TypeVar, cast

__all__ = ["kept"]

P = ParamSpec("P")
R = TypeVar("R")


def kept(count: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Remember so many results: `functools.lru_cache`, but type checkers still see the parameters."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        return cast("Callable[P, R]", lru_cache(count)(function))

    return decorate
