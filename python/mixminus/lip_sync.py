"""LipSync: sound and pictures of one sender, shown together."""

from __future__ import annotations

from typing import Final

from mixminus import rtp
from mixminus._tick import AudioReceiver, VideoFrame, VideoReceiver

__all__ = ["LipSync"]

_NS_PER_MS: Final = 1_000_000


class LipSync:
    """Keep the voice and the pictures of one sender together, by the reports of both streams.

    Whichever is earlier waits for the other: its least delay is raised step by step, and lowered again when the
    other has become quicker. Both receivers go there in their own way, the voice by time-scaling. Up to 45 ms of sound
    before and 125 ms after its picture nobody notices (ITU-R BT.1359), so within half of that nothing is moved.

    Parameters
    ----------
    audio : AudioReceiver
    video : VideoReceiver
        Both with the reports of their streams (`receive_report`) and the same clock for arrivals.
    max_step_ms : int
        By which a least delay is moved at a time.
    max_delay_ms : int
        Least delays are not raised above it; at most the `max_delay_ms` of both receivers.
    """

    def __init__(
        self,
        audio: AudioReceiver,
        video: VideoReceiver,
        *,
        max_step_ms: int = 80,
        max_delay_ms: int = 1000,
    ) -> None:
        self._audio = audio
        self._video = video
        self._max_step_ms = max_step_ms
        self._max_delay_ms = max_delay_ms
        self._least_ms = {"audio": 0, "video": 0}
        self._last_frame: VideoFrame | None = None

    def show(self, frame: VideoFrame) -> None:
        """Take a frame that `VideoReceiver.pull` gave."""
        self._last_frame = frame

    def offset_ms(self, now_ns: int) -> float | None:
        """Return by how much the voice is later than the picture, or None while that is not known."""
        frame, audio_ntp = self._last_frame, self._audio.playout_ntp(now_ns)
        if frame is None or frame.playout_ntp is None or audio_ntp is None:
            return None
        voice_ns = now_ns - rtp.unix_ns_from_ntp(audio_ntp)
        picture_ns = frame.release_ns - rtp.unix_ns_from_ntp(frame.playout_ntp)
        return (voice_ns - picture_ns) / _NS_PER_MS

    def update(self, now_ns: int) -> float | None:
        """Move the least delays and return `offset_ms`; call it about once a second.

        Parameters
        ----------
        now_ns : int
            On the clock of both receivers.
        """
        offset_ms = self.offset_ms(now_ns)
        if offset_ms is None or -22 <= offset_ms <= 62:
            return offset_ms
        early, late = ("video", "audio") if offset_ms > 0 else ("audio", "video")
        step_ms = min(round(abs(offset_ms)), self._max_step_ms)
        # who waited without need gives that back first
        given_back_ms = min(self._least_ms[late], step_ms)
        self._set(late, self._least_ms[late] - given_back_ms)
        self._set(early, min(self._least_ms[early] + step_ms - given_back_ms, self._max_delay_ms))
        return offset_ms

    def _set(self, who: str, least_ms: int) -> None:
        if least_ms == self._least_ms[who]:
            return
        # the first time it is raised from what the network costs anyway
        if least_ms > self._least_ms[who] == 0:
            least_ms = min(least_ms + round(self._target_ms(who)), self._max_delay_ms)
        self._least_ms[who] = least_ms
        receiver = self._audio if who == "audio" else self._video
        receiver.set_min_delay_ms(least_ms)

    def _target_ms(self, who: str) -> float:
        receiver = self._audio if who == "audio" else self._video
        return receiver.stats().target_delay * 1000
