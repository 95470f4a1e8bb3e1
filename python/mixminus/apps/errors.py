"""Failures that the command line reports in one line."""

import importlib
from types import ModuleType

__all__ = ["AudioFileError", "CommandError", "MediaFileError", "require"]


class CommandError(Exception):
    """A command cannot do what was asked; the text is for the person who typed it."""


class AudioFileError(CommandError, ValueError):
    """A file cannot be read or written as audio."""


class MediaFileError(CommandError, ValueError):
    """A file of pictures and sound cannot be read or written."""


def require(module: str, extra: str) -> ModuleType:
    """Import an optional dependency.

    Parameters
    ----------
    module : str
        Name to import.
    extra : str
        Extra of this package that brings it.

    Raises
    ------
    CommandError
        It is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise CommandError(f"{module} is missing: pip install mixminus[{extra}]") from error
