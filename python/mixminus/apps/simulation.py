"""Conferences with their sites, lines and trunks in one process, in simulated time."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mixminus import AudioReceiver
from mixminus.apps.audio_files import AudioWriter
from mixminus.apps.network import InFlight, SimulatedNetwork
from mixminus.apps.outcome import Counts
from mixminus.apps.province import LINES, Site
from mixminus.apps.rtp_sender import FORMATS, FRAME_MS, RtpSender
from mixminus.apps.voices import encode, read_clips, room_noise

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mixminus import Conference, Leg
    from mixminus.apps.topology import Line
    from mixminus.apps.turns import Turn

__all__ = [
    "RATE_HZ",
    "Material",
    "Post",
    "Recorder",
    "Simulation",
    "SiteEnd",
    "prepare_materials",
]

RATE_HZ = 48_000
FRAME_NS = FRAME_MS * 1_000_000
ROOM_DBOV = -68.0
ROOM_S = 4.0


class Material(NamedTuple):
    """Payloads of one codec."""

    clips: list[Sequence[bytes]]
    room: Sequence[bytes]  # noise of a room with an open microphone
    silence: Sequence[bytes]  # the same with DTX where the codec has it


def prepare_materials(kinds: set[str], folder: Path | None) -> dict[str, Material]:
    """Encode every clip and the noise once for each codec; ``folder`` as for `read_clips`."""
    materials = {}
    for kind in sorted(kinds):
        rate_hz = FORMATS[kind].sample_rate_hz
        noise = room_noise(ROOM_S, ROOM_DBOV, rate_hz, seed=0)
        materials[kind] = Material(
            [encode(kind, clip) for clip in read_clips(folder, rate_hz)],
            encode(kind, noise),
            encode(kind, noise, dtx=kind == "opus"),
        )
    return materials


class SiteEnd:
    """The far end of one leg: what it sends, and the line to the conference."""

    def __init__(self, site: Site, leg: Leg, material: Material, seed: str) -> None:
        form = FORMATS[site.codec]
        self.site = site
        self.leg = leg
        self.turns: deque[Turn] = deque()
        self.uplink = SimulatedNetwork(LINES[site.operator], f"{seed} up")
        self.sender = RtpSender(form.frame_ticks, form.payload_type, leg.ssrc ^ 1, seed)
        self._clips = material.clips
        # every third room uses DTX
        self._idle = material.silence if _number_of(seed) % 3 == 0 else material.room
        self._first_idle = _number_of(seed) % len(self._idle)

    def packet(self, frame: int) -> bytes | None:
        """Return the packet of this frame: speech in a turn of the site, else its room."""
        while self.turns and self.turns[0].end_frame <= frame:
            self.turns.popleft()
        if self.turns and self.turns[0].start_frame <= frame:
            turn = self.turns[0]
            return self.sender.packet(self._clips[turn.clip][frame - turn.start_frame])
        return self.sender.packet(self._idle[(self._first_idle + frame) % len(self._idle)])


def _number_of(text: str) -> int:
    """Return a number that is the same in every process, unlike ``hash()``."""
    return sum(place * byte for place, byte in enumerate(text.encode(), start=1))


class Post:
    """Somebody who listens at a site: what comes back goes over its line, is decoded and written."""

    def __init__(self, end: SiteEnd, path: Path, seed: str) -> None:
        self.end = end
        self.path = path
        self._downlink = SimulatedNetwork(LINES[end.site.operator], f"{seed} down")
        self._in_flight: InFlight[bytes] = InFlight()
        self._receiver = AudioReceiver(
            codec=end.site.codec, sample_rate_hz=RATE_HZ, frame_ms=FRAME_MS
        )
        self._writer = AudioWriter(path, RATE_HZ)
        self._frame = np.zeros(RATE_HZ * FRAME_MS // 1000, np.int16)

    def hear(self, packet: bytes | None, now_ns: int) -> None:
        """Send ``packet`` over the line and play what has arrived."""
        if packet is not None:
            self._in_flight.offer(packet, self._downlink, now_ns)
        for arrival_ns, arrived in self._in_flight.arrived(now_ns):
            self._receiver.insert(arrived, arrival_ns)
        self._receiver.pull(now_ns, out=self._frame)
        self._writer.write(self._frame)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


class Recorder:
    """Beside the mixer of a conference: what everybody says there, as a file.

    Parameters
    ----------
    leg : Leg
        A tap, in Opus or whatever `codec` says.
    path : Path
        As for `AudioWriter`.
    """

    def __init__(self, leg: Leg, codec: str, path: Path) -> None:
        self.path = path
        self._leg = leg
        self._receiver = AudioReceiver(codec=codec, sample_rate_hz=RATE_HZ, frame_ms=FRAME_MS)
        self._writer = AudioWriter(path, RATE_HZ)
        self._frame = np.zeros(RATE_HZ * FRAME_MS // 1000, np.int16)

    def hear(self, now_ns: int) -> None:
        """Write the next frame; there is no line on the way."""
        while packet := self._leg.take_packet():
            self._receiver.insert(packet, now_ns)
        self._receiver.pull(now_ns, out=self._frame)
        self._writer.write(self._frame)

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


class Simulation:
    """Sites, lines, conferences and trunks, frame by frame.

    Parameters
    ----------
    conferences : sequence of Conference
        Hold the legs of ``ends`` and ``trunks`` and no others.
    trunks : sequence of Line
        Between them, and to others.
    ends : sequence of SiteEnd
        Site i sends its packets at i/n of every frame.
    posts : sequence of Post
        Where somebody listens.
    recorders : sequence of Recorder
        Their taps are legs of the conferences, too.
    """

    def __init__(
        self,
        conferences: Sequence[Conference],
        trunks: Sequence[Line],
        ends: Sequence[SiteEnd],
        posts: Sequence[Post],
        recorders: Sequence[Recorder] = (),
    ) -> None:
        self.counts = Counts()
        self._conferences = conferences
        self._trunks = trunks
        self._ends = ends
        self._posts = posts
        self._recorders = recorders
        self._in_flight: InFlight[tuple[Leg, bytes]] = InFlight()

    def run_frame(self) -> None:
        """Pass 20 ms: sites send, lines carry, the conference ticks, posts hear."""
        start_ns = self.counts.frames * FRAME_NS
        now_ns = start_ns + FRAME_NS
        self._send(start_ns)
        arrived = list(self._in_flight.arrived(now_ns))
        packets = self._serve(arrived, now_ns)
        for post in self._posts:
            post.hear(packets[post.end.leg], now_ns)
        for recorder in self._recorders:
            recorder.hear(now_ns)
        self.counts.frames += 1
        self.counts.packets_back += sum(packet is not None for packet in packets.values())
        self.counts.distinct_mixes.append(sum(one.distinct_mixes for one in self._conferences))
        self.counts.heard.append(frozenset().union(*(one.heard for one in self._conferences)))
        self.counts.speakers.append([one.active_talker for one in self._conferences])

    def _send(self, start_ns: int) -> None:
        for place, end in enumerate(self._ends):
            packet = end.packet(self.counts.frames)
            if packet is not None:
                sent_ns = start_ns + place * FRAME_NS // len(self._ends)
                self._in_flight.offer((end.leg, packet), end.uplink, sent_ns)

    def _serve(
        self, arrived: Sequence[tuple[int, tuple[Leg, bytes]]], now_ns: int
    ) -> dict[Leg, bytes | None]:
        """Do what a server does; nothing else is timed."""
        wall_ns, cpu_ns = time.perf_counter_ns(), time.process_time_ns()
        for arrival_ns, (leg, packet) in arrived:
            leg.receive(packet, arrival_ns)
        for trunk in self._trunks:
            trunk.deliver(now_ns)
        for conference in self._conferences:
            conference.tick(now_ns)
        for trunk in self._trunks:
            trunk.send(now_ns)
        packets = {end.leg: end.leg.take_packet() for end in self._ends}
        took_ns = time.perf_counter_ns() - wall_ns
        self.counts.server_cpu_ns += time.process_time_ns() - cpu_ns
        self.counts.server_wall_ns += took_ns
        self.counts.slowest_tick_ns = max(self.counts.slowest_tick_ns, took_ns)
        return packets
