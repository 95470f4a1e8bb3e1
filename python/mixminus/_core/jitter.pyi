import enum
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

class _Fields(TypedDict, total=False):
    sequence_number: int
    rtp_timestamp: int
    ssrc: int
    content: Content
    duration_ticks: int
    has_fec: bool

class Action(enum.Enum):
    wait = 0
    play = 1
    conceal = 2
    comfort_noise = 3

class Content(enum.Enum):
    audio = 0
    comfort_noise = 1
    other = 2

class Insertion(enum.Enum):
    stored = 0
    duplicate = 1
    too_late = 2
    refused = 3
    suspicious = 4

class Step:
    @property
    def action(self) -> Action: ...
    @property
    def ticks(self) -> int: ...
    @property
    def bridged_ticks(self) -> int: ...
    @property
    def is_playing(self) -> bool: ...
    @property
    def is_new_stream(self) -> bool: ...
    @property
    def is_splice(self) -> bool: ...
    @property
    def ends_silence(self) -> bool: ...
    @property
    def is_redundant(self) -> bool: ...
    @property
    def delay_ns(self) -> int: ...
    @property
    def step_ns(self) -> int: ...
    @property
    def phase_ns(self) -> int: ...
    @property
    def excess_ns(self) -> int: ...
    @property
    def payload(self) -> bytes: ...

class JitterBuffer:
    def __init__(
        self,
        *,
        rtp_clock_hz: int = ...,
        frame_ms: int = ...,
        min_delay_ms: int = ...,
        max_delay_ms: int = ...,
    ) -> None: ...
    def insert(
        self, payload: bytes, arrival_ns: int, /, **fields: Unpack[_Fields]
    ) -> Insertion: ...
    def insert_copy(
        self,
        payload: bytes,
        arrival_ns: int,
        distance: int,
        offset_ticks: int,
        /,
        **fields: Unpack[_Fields],
    ) -> Insertion: ...
    def next(self, when_ns: int, room_ticks: int) -> Step: ...
    @property
    def target_delay_ns(self) -> int: ...
    @property
    def waiting_packets(self) -> int: ...
    @property
    def duplicated(self) -> int: ...
    @property
    def discarded(self) -> int: ...
    @property
    def stream_changes(self) -> int: ...

class DelayEstimator:
    def __init__(self, *, min_delay_ms: int = ..., max_delay_ms: int = ...) -> None: ...
    def observe(self, arrival_ns: int, media_ns: int) -> None: ...
    def delay_ns(self, when_ns: int, media_ns: int) -> int: ...
    @property
    def target_delay_ns(self) -> int: ...

class Concealment:
    def __init__(self, sample_rate_hz: int) -> None: ...
    def observe(self, frame: NDArray[np.int16]) -> None: ...
    def conceal(self, noise: NDArray[np.int16]) -> None: ...
    def peek(self, noise: NDArray[np.int16]) -> None: ...
    @property
    def period_samples(self) -> int: ...

def cross_fade(tail: NDArray[np.int16], frame: NDArray[np.int16]) -> None: ...
