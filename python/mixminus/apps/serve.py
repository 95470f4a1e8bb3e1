"""``mixminus serve``: a plain-RTP audio bridge over UDP.

Symmetric RTP: each new (address, SSRC) becomes a leg and is answered at the address it came from. A leg
leaves on BYE or when nothing has come for ten seconds.
"""

import argparse
import ipaddress
import signal
import socket
import sys
import time
from collections.abc import Sequence

from mixminus import Codec, Conference, Leg, MixminusError, codecs
from mixminus._tick import Switchboard

SILENCE_NS = 10_000_000_000
READ_EVERY_NS = 5_000_000  # often enough that a flood from one site does not fill the socket
HOUSEKEEPING_NS = 500_000_000
MAX_LATE_TICKS = 10  # a longer stop is skipped, not caught up with
SOCKET_BUFFER_BYTES = 8 << 20
STATIC_PAYLOAD_TYPES = {"pcmu": 0, "pcma": 8, "g722": 9, "opus": 111}
DYNAMIC_L16 = "l16"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("--listen", default="127.0.0.1:5004", metavar="HOST:PORT", type=host_port)
    parser.add_argument(
        "--codec",
        action="append",
        choices=codecs(),
        help="admit this codec; may be repeated (default: all)",
    )
    parser.add_argument(
        "--payload-type", action="append", default=[], metavar="CODEC=N", type=codec_number,
        help="payload type of a codec, e.g. opus=111; may be repeated",
    )  # fmt: skip
    parser.add_argument("--max-legs", type=int, default=256)
    parser.add_argument(
        "--allow", action="append", metavar="CIDR", type=ipaddress.ip_network,
        help="answer only these networks; may be repeated (default: loopback when listening on it, else all)",
    )  # fmt: skip
    parser.add_argument("--rate", type=int, default=48000, help="sample rate of the mix, Hz")
    parser.add_argument("--frame-ms", type=int, default=20)
    parser.add_argument("--loudest", type=int, default=4, help="talkers mixed at a time, 0: all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bitrate", type=int, help="of Opus, bit/s")
    parser.add_argument("--csrc", action="store_true", help="list who is heard in each packet")
    parser.add_argument("--no-shared-encode", action="store_true", help="encode for each leg")


def host_port(text: str) -> tuple[str, int]:
    """Parse ``127.0.0.1:5004`` or ``[::1]:5004``."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


def codec_number(text: str) -> tuple[str, int]:
    """Parse ``opus=111``."""
    name, _, number = text.partition("=")
    if name not in codecs() or not number.isdecimal() or int(number) > 127:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not CODEC=0..127; codecs: {', '.join(codecs())}"
        )
    return name, int(number)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    host, port = args.listen
    try:
        sock = open_socket(host, port)
    except OSError as error:
        print(f"mixminus serve: cannot listen on {host}:{port}: {error.strerror}", file=sys.stderr)
        return 2
    with sock:
        bridge = Bridge(sock, args)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, bridge.stop)
        print(f"listening on {format_address(*sock.getsockname()[:2])}", flush=True)
        bridge.run()
    return 0


def open_socket(host: str, port: int) -> socket.socket:
    """Bind, ask for kernel arrival times and a deep receive buffer."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0][0]
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    for option in (
        getattr(socket, "SO_RCVBUFFORCE", 33),
        socket.SO_RCVBUF,
    ):  # the first needs a privilege
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER_BYTES)
            break
        except PermissionError:
            continue
    sock.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_TIMESTAMPNS", 35), 1)
    return sock


def format_address(host: str, port: int) -> str:
    """Return ``HOST:PORT``, with brackets around IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Bridge:
    """One conference behind one socket."""

    def __init__(self, sock: socket.socket, args: argparse.Namespace) -> None:
        self.conference = Conference(
            sample_rate_hz=args.rate, frame_ms=args.frame_ms, capacity=args.max_legs, loudest=args.loudest,
            threads=args.threads, share_encodes=not args.no_shared_encode,
        )  # fmt: skip
        self.switchboard = Switchboard(sock, self.conference, args.max_legs)
        self.codec_of = payload_types(args.codec or codecs(), args.payload_type)
        self.allowed: Sequence[Network] = args.allow or default_networks(sock)
        self.opus = {} if args.bitrate is None else {"bitrate_bps": args.bitrate}
        self.csrc = args.csrc
        self.refused = 0
        self.is_stopping = False

    def stop(self, *_: object) -> None:
        """Leave run() soon; for signal handlers."""
        self.is_stopping = True

    def run(self) -> None:
        """Read, tick and send at the right times."""
        frame_ns = self.conference.frame_ms * 1_000_000
        due_ns = clean_ns = time.monotonic_ns()
        while not self.is_stopping:
            now_ns = time.monotonic_ns()
            self.read(now_ns)
            if now_ns >= due_ns:
                self.conference.tick(due_ns)
                self.switchboard.send()
                due_ns += frame_ns
                if now_ns - due_ns > MAX_LATE_TICKS * frame_ns:
                    due_ns = now_ns
            if now_ns >= clean_ns:
                self.dismiss(now_ns)
                clean_ns = now_ns + HOUSEKEEPING_NS
            time.sleep(max(0, min(due_ns - time.monotonic_ns(), READ_EVERY_NS)) / 1e9)

    def read(self, now_ns: int) -> None:
        """Hand datagrams to their legs and let strangers in."""
        for address, port, ssrc, payload_type in self.switchboard.receive(
            now_ns, now_ns - time.time_ns()
        ):
            codec = self.codec_of.get(payload_type)
            if codec is None or not self.is_allowed(address):
                self.refused += 1
                continue
            self.admit((address, port, ssrc), (codec, payload_type), now_ns)

    def is_allowed(self, address: str) -> bool:
        """Whether --allow covers the address."""
        ip = ipaddress.ip_address(address)
        return any(ip in network for network in self.allowed)

    def admit(self, source: tuple[str, int, int], kind: tuple[str, int], now_ns: int) -> None:
        """Make a leg of a stranger (address, port, SSRC); when the bridge is full it stays one."""
        (address, port, ssrc), (codec, payload_type) = source, kind
        try:
            leg = self.conference.add_leg(
                codec=Codec(codec, **self.opus) if codec == "opus" and self.opus else codec,
                name=format_address(address, port), payload_type=payload_type, list_contributors=self.csrc,
            )  # fmt: skip
        except MixminusError:
            self.refused += 1
            return
        self.switchboard.connect(address, port, ssrc, leg, now_ns)

    def dismiss(self, now_ns: int) -> None:
        """Remove legs that said BYE or fell silent."""
        for leg in self.conference.legs:
            if leg.has_said_bye or now_ns - self.switchboard.last_arrival_ns(leg) > SILENCE_NS:
                self.remove(leg)

    def remove(self, leg: Leg) -> None:
        """Forget a leg and its address."""
        self.switchboard.disconnect(leg)
        self.conference.remove_leg(leg)


def payload_types(admitted: Sequence[str], numbers: Sequence[tuple[str, int]]) -> dict[int, str]:
    """Return codec by payload type: RFC 3551's numbers unless others are given."""
    chosen = STATIC_PAYLOAD_TYPES | dict(numbers)
    return {chosen[codec]: codec for codec in admitted if codec in chosen}


def default_networks(sock: socket.socket) -> Sequence[Network]:
    """Loopback only when bound to it, else everybody."""
    if ipaddress.ip_address(sock.getsockname()[0]).is_loopback:
        return [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
    return [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
