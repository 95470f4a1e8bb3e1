"""Simulated lines and replayed traces."""

import gzip
from pathlib import Path

import pytest

from mixminus.apps.errors import CommandError
from mixminus.apps.network import (
    InFlight,
    NetworkProfile,
    SimulatedNetwork,
    TraceNetwork,
    read_trace,
)

MS = 1_000_000
FRAME_NS = 20 * MS
PACKETS = 50_000

ROUGH = NetworkProfile(
    delay_ms=10,
    jitter_ms=8,
    spike_probability=0.01,
    spike_ms=80,
    loss_probability=0.05,
    loss_burst_packets=3,
    reorder_probability=0.02,
    duplicate_probability=0.01,
)


def fates(profile: NetworkProfile, seed: int, packets: int = PACKETS) -> list[tuple[int, ...]]:
    """Delays of the copies of each packet, in ns."""
    network = SimulatedNetwork(profile, seed)
    return [
        tuple(arrival - sent for arrival in network.arrivals_ns(sent))
        for sent in range(0, packets * FRAME_NS, FRAME_NS)
    ]


def test_same_seed_gives_same_fates() -> None:
    assert fates(ROUGH, 7, 2000) == fates(ROUGH, 7, 2000)


def test_other_seed_gives_other_fates() -> None:
    assert fates(ROUGH, 7, 2000) != fates(ROUGH, 8, 2000)


def test_plain_line_delivers_everything_at_once() -> None:
    assert set(fates(NetworkProfile(), 1, 100)) == {(0,)}


def test_loss_is_as_asked_and_comes_in_bursts_as_asked() -> None:
    lost = [not fate for fate in fates(ROUGH, 3)]
    bursts = sum(now and not before for before, now in zip([False, *lost], lost, strict=False))
    assert sum(lost) / PACKETS == pytest.approx(0.05, abs=0.005)
    assert sum(lost) / bursts == pytest.approx(3, abs=0.2)


@pytest.mark.parametrize(("loss", "delivered"), [(0.0, 100), (1.0, 0)])
def test_extremes_of_loss(loss: float, delivered: int) -> None:
    profile = NetworkProfile(loss_probability=loss, loss_burst_packets=2)
    assert sum(map(len, fates(profile, 1, 100))) == delivered


def test_mean_delay_is_that_of_the_profile() -> None:
    profile = NetworkProfile(delay_ms=10, jitter_ms=5)
    delays = [delay for fate in fates(profile, 4) for delay in fate]
    # packets 20 ms apart hardly queue behind each other
    assert sum(delays) / len(delays) / MS == pytest.approx(15, abs=0.2)
    assert min(delays) >= 10 * MS


def test_a_stall_holds_back_those_behind_it() -> None:
    profile = NetworkProfile(spike_probability=0.02, spike_ms=200)
    network = SimulatedNetwork(profile, 5)
    arrivals = [network.arrivals_ns(sent)[0] for sent in range(0, 5000 * FRAME_NS, FRAME_NS)]
    assert arrivals == sorted(arrivals)
    assert len(set(arrivals)) < len(arrivals)


def test_detours_reorder_and_duplicates_arrive_twice() -> None:
    profile = NetworkProfile(reorder_probability=0.1, duplicate_probability=0.1)
    lengths = [len(fate) for fate in fates(profile, 6)]
    delayed = [fate for fate in fates(profile, 6) if fate[0] == 30 * MS]
    assert lengths.count(2) / PACKETS == pytest.approx(0.1, abs=0.01)
    assert len(delayed) / PACKETS == pytest.approx(0.1, abs=0.01)


def test_packets_come_out_in_order_of_arrival_and_only_when_due() -> None:
    in_flight: InFlight[str] = InFlight()
    slow, fast = TraceNetwork([(30,)]), TraceNetwork([(10,)])
    in_flight.offer("slow", slow, 0)
    in_flight.offer("fast", fast, 5)
    in_flight.offer("same", fast, 20)
    assert in_flight.next_arrival_ns() == 15
    assert list(in_flight.arrived(14)) == []
    assert list(in_flight.arrived(30)) == [(15, "fast"), (30, "slow"), (30, "same")]
    assert in_flight.next_arrival_ns() is None


def test_trace_is_replayed_with_losses_and_copies_and_starts_over(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.gz"
    rows = "# lan ptime=20\n0,0,20.00,21.50\n1,20,40.00,\n2,40,60.00,61.00\n2,40,60.00,65.00\n"
    path.write_bytes(gzip.compress(rows.encode()))
    network = TraceNetwork(read_trace(path), first=1)
    assert [network.arrivals_ns(0) for _ in range(4)] == [
        (),
        (1 * MS, 5 * MS),
        (1_500_000,),
        (),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "# only a comment\n", "1,2,3\n", "a,b,c,d\n", "0,0,20,19\n", "0,0,20,nan\n", "\0\0\0"],
)
def test_what_is_no_trace_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "trace.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match="trace"):
        read_trace(path)


@pytest.mark.parametrize("content", [b"no gzip", b"\x1f\x8b\x08\0", gzip.compress(b"x" * 99)[:-9]])
def test_damaged_gzip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "trace.csv.gz"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="trace"):
        read_trace(path)


def test_missing_trace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        read_trace(tmp_path / "nothing.csv")
