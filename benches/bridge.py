"""``mixminus serve`` under load beside the codecs alone: CPU time of the whole server per participant-second.

The floor is libopus doing the same decodes and encodes in this process, through the same bindings. Where the sites
say how loud their packets are (RFC 6464) the server need not decode who is silent, the floor does. Run it
on an idle machine of two cores: python -m benches.bridge --sites 162 --talkers 4 --seconds 10
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mixminus import Codec
from mixminus.apps.load_endpoints import WARM_UP_S, Endpoint, exercise, open_endpoints
from mixminus.apps.rtp_sender import FORMATS, RtpSender
from mixminus.apps.voices import levels_dbov, read_clips, room_noise

Item = TypeVar("Item")
OPUS = FORMATS["opus"]
FRAMES_PER_S = 50
AUDIO_LEVEL_ID = 1


@dataclass(frozen=True)
class Load:
    """What the bridge is given."""

    sites: int
    talkers: int
    seconds: float
    shares_encodes: bool = True
    has_levels: bool = False

    @property
    def encodes(self) -> int:
        """Encodes that have to be made each frame."""
        return self.talkers + 1 if self.shares_encodes else self.sites


@dataclass(frozen=True)
class Voice:
    """What a site sends in a circle."""

    payloads: list[bytes]
    levels_dbov: list[int]

    def turned(self, start: int) -> "Voice":
        """Return it from another point on."""
        return Voice(
            self.payloads[start:] + self.payloads[:start],
            self.levels_dbov[start:] + self.levels_dbov[:start],
        )


def voices(load: Load) -> list[Voice]:
    """Return what each site sends: speech of the talkers, the noise of a quiet room of the others."""
    speech = phone(np.concatenate(read_clips(None, OPUS.sample_rate_hz)))
    noise = phone(room_noise(5.0, -61.0, OPUS.sample_rate_hz, seed=1))
    starts = [len(speech.payloads) * site // load.talkers for site in range(load.talkers)]
    return [speech.turned(start) for start in starts] + [noise] * (load.sites - load.talkers)


def phone(samples: NDArray[np.int16]) -> Voice:
    """Encode as the sites do: 32 kbit/s for voices."""
    codec = Codec(application="voip", bitrate_bps=32_000, complexity=9)
    whole = samples[: len(samples) // OPUS.frame_samples * OPUS.frame_samples]
    frames = whole.reshape(-1, OPUS.frame_samples)
    return Voice([codec.encode(frame) for frame in frames], levels_dbov(whole, OPUS.frame_samples))


def cpu_seconds(process: int) -> float:
    """Return user and system time of a process, all threads (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def serve(load: Load, sent: list[Voice]) -> tuple[float, float]:
    """Return CPU ms per participant-second and the fewest packets a second that a site got."""
    options = [] if load.shares_encodes else ["--no-shared-encode"]
    level_id = AUDIO_LEVEL_ID if load.has_levels else 0
    options += ["--audio-level-id", str(level_id)]
    command = [sys.executable, "-m", "mixminus", "serve", "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(
        [*command, "--max-legs", str(load.sites)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline().rpartition(":")[2])
        senders = [
            RtpSender(
                OPUS.frame_ticks,
                OPUS.payload_type,
                ssrc=1 + site,
                seed=site,
                audio_level_id=level_id,
            )
            for site in range(load.sites)
        ]
        sockets = open_endpoints(("127.0.0.1", port), senders)
        endpoints = [
            Endpoint(
                sender=sender,
                payloads=own.payloads,
                levels_dbov=own.levels_dbov,
                first_payload=0,
                network=None,
                socket=socket,
            )
            for sender, own, socket in zip(senders, sent, sockets, strict=True)
        ]
        marks: list[tuple[float, float]] = []

        def mark(_: int) -> None:
            marks.append((time.monotonic(), cpu_seconds(server.pid)))

        exercise(endpoints, load.seconds + WARM_UP_S, mark)
        for endpoint in endpoints:
            endpoint.leave()
        server.terminate()
    (start_s, start_cpu_s), (end_s, end_cpu_s) = marks[0], marks[-1]
    per_site = 1000 * (end_cpu_s - start_cpu_s) / (end_s - start_s) / load.sites
    return per_site, min(e.packets_received for e in endpoints) / load.seconds


def floor(load: Load, sent: list[Voice]) -> float:
    """Return CPU ms per participant-second of the codecs alone."""
    decode_ms = {
        key: timed(Codec().decode, circle(own.payloads))
        for key, own in {id(own): own for own in sent}.items()
    }
    decoder = Codec()
    encode_ms = timed(
        Codec().encode, [decoder.decode(payload) for payload in circle(sent[0].payloads)]
    )
    total_ms = sum(decode_ms[id(own)] for own in sent) + load.encodes * encode_ms
    return FRAMES_PER_S * total_ms / load.sites


def circle(own: list[bytes]) -> list[bytes]:
    """Return two seconds of payloads, from the start again where there are fewer."""
    return [own[frame % len(own)] for frame in range(2 * FRAMES_PER_S)]


def timed(work: Callable[[Item], object], items: Sequence[Item]) -> float:
    """Return CPU ms per item."""
    start_s = time.process_time()
    for item in items:
        work(item)
    return 1000 * (time.process_time() - start_s) / len(items)


def main() -> int:
    """Print one line for each way of decoding and encoding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=162)
    parser.add_argument("--talkers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    for shares, has_levels in ((True, True), (True, False), (False, False)):
        load = Load(args.sites, args.talkers, args.seconds, shares, has_levels)
        sent = voices(load)
        cpu_ms, packets = serve(load, sent)
        floor_ms = floor(load, sent)
        print(
            f"{load.encodes:4d} encodes a frame, {'with' if has_levels else 'no'} levels: {cpu_ms:.3f} ms of CPU per participant-second, codecs alone "
            f"{floor_ms:.3f}, ratio {cpu_ms / floor_ms:.3f}, {packets:.1f} packets/s to the worst served site"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
