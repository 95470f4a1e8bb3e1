"""mixminus: the media hot path of a conference MCU."""

from pathlib import Path

from mixminus import _core, layouts, rtp
from mixminus._core import isa
from mixminus._tick import (
    ActiveSpeaker,
    AudioReceiver,
    CanvasView,
    Codec,
    ComfortNoise,
    Compositor,
    CompositorOutput,
    Conference,
    EchoCanceller,
    Leg,
    Mixer,
    NoiseSuppressor,
    Overlay,
    ReceiverBank,
    Resampler,
    VideoFrame,
    VideoReceiver,
    VoiceActivity,
    codecs,
    level_dbov,
    opus_version,
)
from mixminus.errors import (
    CapacityError,
    MalformedError,
    MixminusError,
    NotConfiguredError,
    OutOfRangeError,
    ShapeMismatchError,
    UnknownLegError,
    UnsupportedCodecError,
)
from mixminus.layouts import Layout, Tile
from mixminus.lip_sync import LipSync
from mixminus.stats import (
    AudioReceiverStats,
    CompositorStats,
    EchoCancellerStats,
    LegStats,
    PathStats,
    TalkerId,
    TrunkStats,
    VideoReceiverStats,
)
from mixminus.wall import Wall

__all__ = [
    "ActiveSpeaker",
    "AudioReceiver",
    "AudioReceiverStats",
    "CanvasView",
    "CapacityError",
    "Codec",
    "ComfortNoise",
    "Compositor",
    "CompositorOutput",
    "CompositorStats",
    "Conference",
    "EchoCanceller",
    "EchoCancellerStats",
    "Layout",
    "Leg",
    "LegStats",
    "LipSync",
    "MalformedError",
    "Mixer",
    "MixminusError",
    "NoiseSuppressor",
    "NotConfiguredError",
    "OutOfRangeError",
    "Overlay",
    "PathStats",
    "ReceiverBank",
    "Resampler",
    "ShapeMismatchError",
    "TalkerId",
    "Tile",
    "TrunkStats",
    "UnknownLegError",
    "UnsupportedCodecError",
    "VideoFrame",
    "VideoReceiver",
    "VideoReceiverStats",
    "VoiceActivity",
    "Wall",
    "__version__",
    "codecs",
    "get_cmake_dir",
    "get_include",
    "isa",
    "layouts",
    "level_dbov",
    "opus_version",
    "rtp",
]

__version__ = _core.__version__


def get_include() -> str:
    """Return the folder of the C++ headers, for an include path."""
    return str(_installed() / "include")


def get_cmake_dir() -> str:
    """Return the folder of mixminus-config.cmake, for ``-Dmixminus_DIR=``."""
    return str(_installed() / "cmake")


def _installed() -> Path:
    # beside the extension: in an editable install this file stays in the source tree
    return Path(_core.__file__).parent
