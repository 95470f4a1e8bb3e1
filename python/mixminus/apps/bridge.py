"""Bridge: one conference behind one UDP socket, and who is let in."""

import argparse
import ipaddress
import socket
import time
from collections.abc import Sequence

from mixminus import Codec, Conference, Leg, MixminusError, codecs
from mixminus._tick import Switchboard
from mixminus.apps.errors import CommandError

__all__ = ["Bridge", "format_address"]

SILENCE_NS = 10_000_000_000
READ_EVERY_NS = 5_000_000  # often enough that a flood from one site does not fill the socket
READ_DEEP_EVERY_NS = 10_000_000  # fewer wake-ups where its buffer holds more
DEEP_BYTES = 1 << 20
ECHO_RATES_HZ = (8000, 16_000, 32_000, 48_000)
HOUSEKEEPING_NS = 500_000_000
MAX_LATE_TICKS = 10  # a longer stop is skipped, not caught up with
PAYLOAD_TYPES = {"pcmu": 0, "pcma": 8, "g722": 9, "opus": 111}  # RFC 3551; opus as WebRTC has it

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def format_address(host: str, port: int) -> str:
    """Return ``HOST:PORT``, with brackets around IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Bridge:
    """Reads, ticks and sends; its time comes in as an argument, so that a test can step it."""

    def __init__(self, sock: socket.socket, args: argparse.Namespace) -> None:
        if args.echo_cancellation and args.rate not in ECHO_RATES_HZ:
            raise CommandError(f"echo is cancelled at 8, 16, 32 or 48 kHz, not at {args.rate} Hz")
        self.conference = Conference(
            sample_rate_hz=args.rate, frame_ms=args.frame_ms, capacity=args.max_legs,
            loudest=args.loudest, threads=args.threads,
            share_encodes=not args.no_shared_encode,
            unix_offset_ns=time.time_ns() - time.monotonic_ns(),
        )  # fmt: skip
        self.switchboard = Switchboard(sock, self.conference, args.max_legs)
        self.codec_of = payload_types(args.codec, args.payload_type)
        self.allowed: Sequence[Network] = args.allow or default_networks(sock)
        self.opus = {} if args.bitrate is None else {"bitrate_bps": args.bitrate}
        self.csrc = args.csrc
        self.audio_level_id: int = args.audio_level_id
        self.echo_cancellation: bool = args.echo_cancellation
        is_deep = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= DEEP_BYTES
        self.read_every_ns = READ_DEEP_EVERY_NS if is_deep else READ_EVERY_NS
        self.frame_ns: int = args.frame_ms * 1_000_000
        self.due_ns: int | None = None
        self.clean_ns = 0
        self.counters = dict.fromkeys(
            ("legs", "refused", "ticks", "late_ticks", "skipped_ticks"), 0
        )
        self.is_stopping = False

    def stop(self, *_: object) -> None:
        """Leave run() soon; for signal handlers."""
        self.is_stopping = True

    def run(self) -> None:
        """Read, tick and send at the right times."""
        while not self.is_stopping:
            now_ns = time.monotonic_ns()
            wake_ns = self.step(now_ns, now_ns - time.time_ns())
            time.sleep(max(0, wake_ns - time.monotonic_ns()) / 1e9)

    def step(self, now_ns: int, realtime_offset_ns: int) -> int:
        """Do what is due now, at most one tick, and return when to come back."""
        self.read(now_ns, realtime_offset_ns)
        due_ns = now_ns if self.due_ns is None else self.due_ns
        if now_ns >= due_ns:
            due_ns = self.tick(due_ns, now_ns)
        if now_ns >= self.clean_ns:
            self.dismiss(now_ns)
            self.clean_ns = now_ns + HOUSEKEEPING_NS
        self.due_ns = due_ns
        return min(due_ns, now_ns + self.read_every_ns)

    def tick(self, due_ns: int, now_ns: int) -> int:
        """Mix and send one frame; return when the next is due."""
        late = (now_ns - due_ns) // self.frame_ns
        if late > MAX_LATE_TICKS:
            self.counters["skipped_ticks"] += late
            due_ns += late * self.frame_ns
        elif late:
            self.counters["late_ticks"] += 1
        self.counters["ticks"] += 1
        self.conference.tick(due_ns)
        self.switchboard.send()
        return due_ns + self.frame_ns

    def read(self, now_ns: int, realtime_offset_ns: int) -> None:
        """Hand datagrams to their legs and let strangers in."""
        strangers = self.switchboard.receive(now_ns, realtime_offset_ns)
        for address, port, ssrc, payload_type in strangers:
            codec = self.codec_of.get(payload_type)
            if codec is None or not self.is_allowed(address):
                self.counters["refused"] += 1
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
                audio_level_id=self.audio_level_id, echo_cancellation=self.echo_cancellation,
            )  # fmt: skip
        except MixminusError:
            self.counters["refused"] += 1
            return
        self.counters["legs"] += 1
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

    def stats(self) -> dict[str, int]:
        """Return what was served, refused and late, and the counters of datagrams."""
        return self.counters | self.switchboard.stats()


def payload_types(
    admitted: Sequence[str] | None, numbers: Sequence[tuple[str, int]]
) -> dict[int, str]:
    """Return codec by payload type; two codecs under one number, or one under none, is an error."""
    chosen = {c: n for c, n in PAYLOAD_TYPES.items() if c in codecs()} | dict(numbers)
    codec_of: dict[int, str] = {}
    for codec in admitted or chosen:
        if codec not in chosen:
            raise CommandError(f"{codec} has no payload type of its own: --payload-type {codec}=N")
        other = codec_of.setdefault(chosen[codec], codec)
        if other != codec:
            raise CommandError(f"payload type {chosen[codec]} is both {other} and {codec}")
    return codec_of


def default_networks(sock: socket.socket) -> Sequence[Network]:
    """Loopback only when bound to it, else everybody."""
    if ipaddress.ip_address(sock.getsockname()[0]).is_loopback:
        return [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
    return [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
