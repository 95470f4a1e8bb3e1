"""A running ``mixminus serve``, peers that talk to it, and what they hear."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tests.support.sender import Sender, read

PCMU = 0


class Server:
    """The command ``mixminus serve`` on a free port of loopback."""

    def __init__(self, *options: str, host: str = "127.0.0.1") -> None:
        command = [sys.executable, "-m", "mixminus", "serve", "--listen", f"{host}:0", *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        if not self.line:
            raise AssertionError(self.process.communicate()[1])
        found, _, port = self.line.split()[-1].rpartition(":")
        self.address = found.strip("[]"), int(port)
        self.counters: dict[str, int] = {}

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, and read the counters that it prints."""
        assert self.process.poll() is None, self.process.communicate()[1]
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        assert (self.process.returncode, out) == (0, ""), err
        words = err.removeprefix("mixminus serve: ").split()
        self.counters = {name: int(count) for name, _, count in (w.partition("=") for w in words)}

    def __enter__(self) -> Self:
        """Do nothing: it listens already."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Stop it; where the test has not failed, it must end well."""
        if kind is not None:
            self.process.kill()
            self.process.communicate()
        elif self.process.returncode is None:
            self.stop()


@contextmanager
def serving(*options: str) -> Iterator[tuple[str, int]]:
    """Run the bridge until the block ends; it must end well."""
    with Server(*options) as server:
        yield server.address


def eventually(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait until it is so, or return False; for what other processes do in their own time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def mu_law(frame: NDArray[np.int16]) -> bytes:
    """ITU-T G.711 mu-law by its definition: sign, exponent, mantissa of |x| / 4 + 33."""
    magnitude = np.minimum(np.abs(frame.astype(np.int32)) // 4, 8158) + 33
    exponent = np.log2(magnitude).astype(np.int32) - 5
    mantissa = (magnitude >> (exponent + 1)) & 0xF
    sign = np.where(frame < 0, 0x80, 0)
    code: NDArray[np.uint8] = (0xFF ^ (sign | exponent << 4 | mantissa)).astype(np.uint8)
    return code.tobytes()


def linear(payload: bytes) -> NDArray[np.float64]:
    """Inverse of mu_law()."""
    code = 0xFF ^ np.frombuffer(payload, np.uint8).astype(np.int32)
    magnitude = (((code & 0xF) * 2 + 33) << ((code >> 4) & 7)) - 33
    samples: NDArray[np.float64] = np.where(code & 0x80, -4.0, 4.0) * magnitude
    return samples


def tone_level(pcm: NDArray[np.float64], frequency_hz: float, rate_hz: int) -> float:
    """Return the amplitude of a sine in ``pcm``, by windowed projection."""
    window = np.hanning(len(pcm))
    t = np.arange(len(pcm)) / rate_hz
    return float(
        2 * np.abs(np.sum(pcm * window * np.exp(-2j * np.pi * frequency_hz * t))) / window.sum()
    )


class Peer:
    """A G.711 endpoint of our own that sends a tone and keeps what it hears."""

    def __init__(self, bridge: tuple[str, int], frequency_hz: float, ssrc: int) -> None:
        self.bridge, self.frequency_hz = bridge, frequency_hz
        self.sender = Sender(ssrc=ssrc, payload_type=PCMU, step=160)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.sent = 0
        self.packets: list[bytes] = []  # of the first stream that came
        self.reports: list[bytes] = []
        self.foreign: list[bytes] = []

    def send(self) -> None:
        """Send the next 20 ms."""
        t = (np.arange(160) + 160 * self.sent) / 8000
        frame = (8000 * np.sin(2 * np.pi * self.frequency_hz * t)).astype(np.int16)
        self.socket.sendto(self.sender.packet(mu_law(frame)), self.bridge)
        self.sent += 1

    def receive(self) -> None:
        """Keep what has come."""
        while True:
            try:
                packet = self.socket.recv(2048)
            except BlockingIOError:
                return
            is_report = 192 <= packet[1] < 224
            is_first = not self.packets or packet[8:12] == self.packets[0][8:12]
            kind = self.reports if is_report else self.packets if is_first else self.foreign
            kind.append(packet)

    def heard(self, packets: int = 50) -> NDArray[np.float64]:
        """Return the samples of the last packets, in order."""
        return np.concatenate([linear(read(p).payload) for p in self.packets[-packets:]])

    def hears(self, frequency_hz: float, packets: int = 50) -> bool:
        """Whether that tone is in the last second."""
        if len(self.packets) < packets:
            return False
        return tone_level(self.heard(packets), frequency_hz, 8000) > 300

    def missing(self, start: int = 0) -> int:
        """Return how many packets from that one on are not followed by the next number."""
        numbers = [read(p).sequence_number for p in self.packets[start:]]
        return sum((b - a) & 0xFFFF != 1 for a, b in pairwise(numbers))


class Speaking(threading.Thread):
    """Peers that send 50 packets a second until stopped."""

    def __init__(self, *peers: Peer) -> None:
        super().__init__(daemon=True)
        self.peers = peers
        self.stopped = threading.Event()

    def run(self) -> None:
        """Send and receive every 20 ms, and never fewer times than that."""
        due = time.monotonic()
        while not self.stopped.wait(max(0.0, due - time.monotonic())):
            due += 0.02
            for peer in self.peers:
                peer.send()
                peer.receive()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and close."""
        self.stopped.set()
        self.join()
        for peer in self.peers:
            peer.socket.close()


class Relay(threading.Thread):
    """Gives a client whose sending and receiving halves are two programs the one address symmetric RTP needs."""

    def __init__(self, bridge: tuple[str, int], client_port: int) -> None:
        super().__init__(daemon=True)
        self.bridge, self.client = bridge, ("127.0.0.1", client_port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port = int(self.socket.getsockname()[1])
        self.stopped = threading.Event()

    def run(self) -> None:
        """Pass datagrams on, both ways."""
        while not self.stopped.is_set():
            try:
                datagram, source = self.socket.recvfrom(2048)
            except TimeoutError:
                continue
            except ConnectionError:
                continue
            self.socket.sendto(datagram, self.client if source == self.bridge else self.bridge)

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop and close."""
        self.stopped.set()
        self.join()
        self.socket.close()


def free_port() -> int:
    """Return an even UDP port that is free now, as RTP likes them."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if port % 2 == 0:
                return port
