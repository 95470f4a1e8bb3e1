"""Exceptions: one per value of ``mixminus::Status``, each also the builtin one would expect."""

__all__ = [
    "CapacityError",
    "MalformedError",
    "MixminusError",
    "NotConfiguredError",
    "OutOfRangeError",
    "ShapeMismatchError",
    "UnknownLegError",
    "UnsupportedCodecError",
]


class MixminusError(Exception):
    """Any failure reported by the core."""


class NotConfiguredError(MixminusError, RuntimeError):
    """A stage was run before it was given what it needs."""


class OutOfRangeError(MixminusError, ValueError):
    """A parameter is outside its documented interval."""


class ShapeMismatchError(MixminusError, ValueError):
    """An array does not have exactly the documented shape."""


class CapacityError(MixminusError, ValueError):
    """Every slot that was asked for at construction is taken."""


class UnsupportedCodecError(MixminusError, ValueError):
    """No such codec in this build, or not at this sample rate or channel count."""


class UnknownLegError(MixminusError, ValueError):
    """The leg has left the conference, or never was in it."""


class MalformedError(MixminusError, ValueError):
    """The bytes are no packet of the kind that was asked for."""
