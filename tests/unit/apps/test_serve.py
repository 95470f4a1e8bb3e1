"""``mixminus serve`` as it is typed: what it prints, how it ends and what it refuses."""

import signal
import socket

import pytest

from mixminus.cli import main
from tests.support.bridge import Peer, Server, eventually


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--listen", "5004"], "'5004' is no HOST:PORT"),
        (["--listen", "127.0.0.1:65536"], "no HOST:PORT"),
        (["--listen", "127.0.0.1:"], "no HOST:PORT"),
        (["--listen", "nowhere.invalid:5004"], "no HOST:PORT"),
        (["--payload-type", "opus"], "'opus' is not CODEC=0..127"),
        (["--payload-type", "opus=128"], "is not CODEC=0..127"),
        (["--payload-type", "mp3=14"], "is not CODEC=0..127; codecs: opus"),
        (["--payload-type", "opus=72"], "64..95 look like RTCP"),
        (["--codec", "mp3"], "invalid choice: 'mp3'"),
        (["--allow", "10.0.0.0/33"], "'10.0.0.0/33' is no network"),
        (["--allow", "10.0.0.1/8"], "'10.0.0.1/8' is no network"),
        (["--frame-ms", "15"], "invalid choice: 15"),
        (["--frame-ms", "long"], "invalid int value: 'long'"),
        (["--rate", "22050"], "invalid choice: 22050"),
        (["--max-legs", "0"], "no whole number in 1..4096"),
        (["--max-legs", "4097"], "no whole number in 1..4096"),
        (["--loudest", "-1"], "no whole number in 0..4096"),
        (["--threads", "0"], "no whole number in 1..64"),
        (["--nice", "20"], "invalid choice: 20"),
        (["--bitrate", "5999"], "no whole number in 6000..510000"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["serve", *words])
    captured = capsys.readouterr()
    assert exit_info.value.code == 2
    assert complaint in captured.err.splitlines()[-1]
    assert captured.out == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--listen", "127.0.0.1:0", "--codec", "l16"], "l16 has no payload type of its own"),
        (["--listen", "127.0.0.1:0", "--payload-type", "opus=0"], "payload type 0 is both"),
        (["--listen", "203.0.113.1:5004"], "cannot listen on 203.0.113.1:5004: "),
        (
            ["--listen", "127.0.0.1:0", "--rate", "24000", "--echo-cancellation"],
            "echo is cancelled at 8, 16, 32 or 48 kHz, not at 24000 Hz",
        ),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *words]) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert complaint in line
    assert captured.out == ""


def test_a_port_in_use_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert main(["serve", "--listen", f"127.0.0.1:{port}"]) == 2
    captured = capsys.readouterr()
    message = f"cannot listen on 127.0.0.1:{port}: Address already in use"
    assert captured.err == f"mixminus serve: error: {message}\n"
    assert captured.out == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_with_one_line_of_counters(number: signal.Signals) -> None:
    with Server() as server:
        host, port = server.address
        assert server.line == f"listening on {host}:{port}\n"
        peer = Peer(server.address, 440, ssrc=1)
        with peer.socket:
            for _ in range(3):
                peer.send()
            peer.socket.sendto(b"garbage", server.address)

            def is_answered() -> bool:
                peer.receive()
                return len(peer.packets) > 0

            assert eventually(is_answered)
        server.stop(number)
    assert server.counters["legs"] == 1
    assert server.counters["datagrams_received"] == 4
    assert server.counters["datagrams_malformed"] == 1
    assert server.counters["datagrams_sent"] >= 1
    assert server.counters["refused"] == 0
    assert {"ticks", "late_ticks", "skipped_ticks", "datagrams_not_sent"} < set(server.counters)


def test_ipv6_is_printed_in_brackets() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with Server(host="[::1]") as server:
        assert server.line == f"listening on [::1]:{server.address[1]}\n"
