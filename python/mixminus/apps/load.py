"""``mixminus load``: many RTP endpoints that talk through a bridge and check what comes back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mixminus.apps.arguments import near_host_port, number, whole_number
from mixminus.apps.errors import CommandError
from mixminus.apps.load_checks import listening_rate_hz
from mixminus.apps.load_endpoints import Endpoint, exercise, open_endpoints
from mixminus.apps.load_report import Run, judge
from mixminus.apps.network import Fates, TraceNetwork, read_trace
from mixminus.apps.progress import progress_bar
from mixminus.apps.rtp_sender import FORMATS, RtpSender
from mixminus.apps.table import table
from mixminus.apps.voices import encode, levels_dbov, read_clips, room_noise

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mixminus.apps.audio_files import Samples

NOISE_DBOV = -65.0
NOISES = 2  # different ones, shared by all who are silent
SAMPLED = 4  # talkers, and as many listeners, whose audio is checked
SPACING_S = 3.0  # between talkers in the one loop of speech; more than any delay looked for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``mixminus load`` takes."""
    parser.add_argument("--to", type=near_host_port, required=True, metavar="HOST:PORT")
    parser.add_argument("--sites", type=whole_number(2, 1000), default=20, metavar="N")
    parser.add_argument("--talkers", type=whole_number(1, 100), default=4, metavar="K")
    parser.add_argument("--seconds", type=number(4, 3600), default=10.0, metavar="S")
    parser.add_argument("--speech", type=Path, metavar="DIR", help="recordings to talk with")
    parser.add_argument("--trace", type=Path, metavar="CSV", help="delays and losses on the way in")
    parser.add_argument("--codec", choices=FORMATS, default="opus")
    parser.add_argument("--payload-type", type=whole_number(0, 127), metavar="N")
    parser.add_argument(
        "--audio-level-id",
        type=whole_number(0, 14),
        default=0,
        metavar="N",
        help="say how loud each packet is in header extension N, RFC 6464; 0: do not",
    )
    parser.add_argument(
        "--max-delay",
        type=number(0, 1400),
        default=150.0,  # what ITU-T G.114 asks of a whole connection
        metavar="MS",
        help="median delay that is still right; default: 150",
    )


def run(arguments: argparse.Namespace) -> int:
    """Exercise the bridge; 1 when it did something wrong."""
    if arguments.talkers > arguments.sites:
        raise CommandError("there are more talkers than sites")
    speech = _speech(arguments, FORMATS[arguments.codec].sample_rate_hz)
    fates = read_trace(arguments.trace) if arguments.trace else None
    endpoints = _endpoints(arguments, speech, fates)
    try:
        with progress_bar("talking", arguments.seconds) as moved:
            start_ns = exercise(endpoints, arguments.seconds, moved)
    finally:
        for endpoint in endpoints:
            endpoint.leave()
    rows = judge(_done(arguments, endpoints, start_ns))
    print(table(["", "measured", "demanded", ""], rows))
    return 0 if all(row.verdict == "ok" for row in rows) else 1


def _done(arguments: argparse.Namespace, endpoints: Sequence[Endpoint], start_ns: int) -> Run:
    return Run(
        endpoints=endpoints,
        talkers=arguments.talkers,
        kind=arguments.codec,
        seconds=arguments.seconds,
        start_ns=start_ns,
        speech=_speech(arguments, listening_rate_hz(arguments.codec)),
        max_delay_ms=arguments.max_delay,
    )


def _speech(arguments: argparse.Namespace, sample_rate_hz: int) -> Samples:
    """One loop of all recordings; talker k starts k-th of the way round."""
    speech = np.concatenate(read_clips(arguments.speech, sample_rate_hz))
    possible = int(len(speech) / sample_rate_hz / SPACING_S)
    if arguments.talkers > possible:
        raise CommandError(f"there is speech for {possible} talkers only, each needs {SPACING_S} s")
    return speech


def _endpoints(
    arguments: argparse.Namespace, speech: Samples, fates: Fates | None
) -> list[Endpoint]:
    form = FORMATS[arguments.codec]
    sounds = [
        speech,
        *(room_noise(5.0, NOISE_DBOV, form.sample_rate_hz, seed) for seed in range(NOISES)),
    ]
    payloads = [encode(arguments.codec, sound) for sound in sounds]
    levels = [levels_dbov(sound, form.frame_samples) for sound in sounds]
    payload_type = form.payload_type if arguments.payload_type is None else arguments.payload_type
    senders = [
        RtpSender(
            form.frame_ticks,
            payload_type,
            ssrc=0x10000 + site,
            seed=site,
            audio_level_id=arguments.audio_level_id,
        )
        for site in range(arguments.sites)
    ]
    sound_of = [
        0 if site < arguments.talkers else 1 + site % NOISES for site in range(arguments.sites)
    ]
    sampled = _sampled(arguments.sites, arguments.talkers)
    return [
        Endpoint(
            sender=sender,
            payloads=payloads[sound_of[site]],
            levels_dbov=levels[sound_of[site]],
            first_payload=_first_frame(site, arguments.talkers, len(payloads[0])),
            network=TraceNetwork(fates, first=site * 97) if fates else None,
            socket=opened,
            is_recorded=site in sampled,
        )
        for site, (sender, opened) in enumerate(
            zip(senders, open_endpoints(arguments.to, senders), strict=True)
        )
    ]


def _first_frame(site: int, talkers: int, frames: int) -> int:
    return site * frames // talkers if site < talkers else 0


def _sampled(sites: int, talkers: int) -> set[int]:
    """Choose some talkers and some listeners, spread evenly."""

    def spread(of: range) -> list[int]:
        return list(of[:: max(1, -(-len(of) // SAMPLED))])

    return {*spread(range(talkers)), *spread(range(talkers, sites))}
