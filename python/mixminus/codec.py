"""What an object needs to be a codec of :class:`mixminus.Conference` and :class:`mixminus.AudioReceiver`."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["AnyCodec"]


class AnyCodec(Protocol):
    """The methods of :class:`mixminus.Codec` that every codec has.

    ``has_fec(next_payload)``, ``decode_fec(next_payload, samples)``, ``conceal(samples)``, ``reset_decoder()`` and
    ``expect_loss(percent)`` are called as well where they exist. A payload that is none raises
    :class:`mixminus.MalformedError`: it is counted. Whatever else is raised goes to ``sys.unraisablehook`` too.
    """

    @property
    def sample_rate_hz(self) -> int:
        """Of the samples, 8000..48000."""

    @property
    def rtp_clock_hz(self) -> int:
        """Of RTP timestamps."""

    @property
    def channels(self) -> int:
        """1 or 2, interleaved."""

    def duration(self, payload: bytes, /) -> int:
        """Return the samples per channel that decode() would give."""

    def decode(self, payload: bytes, /) -> NDArray[np.int16]:
        """Return the samples of one payload."""

    def encode(self, pcm: NDArray[np.int16], /) -> bytes:
        """Return the payload of one frame; empty: nothing needs to be sent."""
