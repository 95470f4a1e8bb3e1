"""``mixminus serve``: a plain-RTP audio bridge over UDP.

Symmetric RTP: each new (address, SSRC) that sent two packets in sequence (RFC 3550 A.1) becomes a leg and is
answered at the address it came from. A leg leaves on BYE or when nothing has come for ten seconds.
"""

import argparse
import os
import signal
import socket
import sys
from contextlib import suppress

from mixminus import codecs
from mixminus.apps.arguments import host_port, network, whole_number
from mixminus.apps.bridge import Bridge, format_address
from mixminus.apps.errors import CommandError

SOCKET_BUFFER_BYTES = 8 << 20
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35  # asm-generic/socket.h; Python 3.11 does not name them
TAKEN_BY_RTCP = range(64, 96)  # RFC 5761 section 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    add = parser.add_argument
    add("--listen", default=("127.0.0.1", 5004), metavar="HOST:PORT", type=host_port)
    add("--codec", action="append", choices=codecs(),
        help="admit this codec; may be repeated (default: all)")  # fmt: skip
    add("--payload-type", action="append", default=[], metavar="CODEC=N", type=codec_number,
        help="payload type of a codec, e.g. opus=111; may be repeated")  # fmt: skip
    add("--max-legs", type=whole_number(1, 4096), default=256, metavar="N")
    add("--allow", action="append", metavar="CIDR", type=network,
        help="answer only these networks; may be repeated (default: loopback when listening on it, else all)")  # fmt: skip
    add("--rate", type=int, choices=(8000, 16000, 24000, 32000, 44100, 48000), default=48000,
        help="sample rate of the mix, Hz")  # fmt: skip
    add("--frame-ms", type=int, choices=(10, 20, 40, 60), default=20)
    add("--loudest", type=whole_number(0, 4096), default=4, metavar="N",
        help="talkers mixed at a time, 0: all")  # fmt: skip
    add("--threads", type=whole_number(1, 64), default=1, metavar="N")
    add("--nice", type=int, choices=range(-20, 20), default=-10, metavar="N",
        help="scheduling priority to ask for, -20..19; where it is refused all stays as it is")  # fmt: skip
    add("--bitrate", type=whole_number(6000, 510_000), metavar="N", help="of Opus, bit/s")
    add("--csrc", action="store_true", help="list who is heard in each packet")
    add("--audio-level-id", type=whole_number(0, 255), default=0, metavar="N",
        help="header extension with RFC 6464 levels in what sites send: decode only who may be heard; 0: none")  # fmt: skip
    add("--echo-cancellation", action="store_true",
        help="take out of what a site sends what it was sent, for halls with loudspeakers; at 8, 16, 32 or 48 kHz")  # fmt: skip
    add("--no-shared-encode", action="store_true", help="encode for each leg")


def codec_number(text: str) -> tuple[str, int]:
    """Parse ``opus=111``."""
    name, _, number = text.partition("=")
    if name not in codecs() or not number.isdecimal() or int(number) > 127:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not CODEC=0..127; codecs: {', '.join(codecs())}"
        )
    if int(number) in TAKEN_BY_RTCP:
        raise argparse.ArgumentTypeError(f"{text!r}: 64..95 look like RTCP (RFC 5761)")
    return name, int(number)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM, then say in one line what was done."""
    with open_socket(*args.listen) as sock:
        bridge = Bridge(sock, args)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, bridge.stop)
        print(f"listening on {format_address(*sock.getsockname()[:2])}", flush=True)
        with suppress(PermissionError):  # a tick must not wait for a compiler
            os.setpriority(os.PRIO_PROCESS, 0, args.nice)
        bridge.run()
    counters = " ".join(f"{name}={count}" for name, count in bridge.stats().items())
    print(f"mixminus serve: {counters}", file=sys.stderr)
    return 0


def open_socket(host: str, port: int) -> socket.socket:
    """Bind, ask for kernel arrival times and a deep receive buffer."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise CommandError(
            f"cannot listen on {format_address(host, port)}: {error.strerror}"
        ) from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES)
    except PermissionError:  # then as much as the system's limit allows
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return sock
