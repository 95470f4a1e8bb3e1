"""Progress bar for people who watch; silence for pipes and logs."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["progress_bar"]


@contextmanager
def progress_bar(title: str, total: float) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal, when rich is installed, and yield what moves it.

    Parameters
    ----------
    title : str
        Shown before the bar.
    total : float
        Value at which the bar is full.

    Yields
    ------
    callable
        Takes how far the work has come, in the unit of ``total``.
    """
    if not sys.stderr.isatty() or importlib.util.find_spec("rich") is None:
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.update(task, completed=done)
