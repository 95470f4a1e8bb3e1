"""A Python object as a codec of AudioReceiver and Conference."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

import mixminus
from mixminus import AudioReceiver, Codec, Conference, MalformedError
from mixminus.codec import AnyCodec

FRAME_NS = 20_000_000


class Inverter:
    """The least that a codec needs: 8 kHz samples with every bit inverted."""

    sample_rate_hz = 8000
    rtp_clock_hz = 8000
    channels = 1

    def duration(self, payload: bytes) -> int:
        if len(payload) % 2:
            raise MalformedError("half a sample")
        return len(payload) // 2

    def decode(self, payload: bytes) -> NDArray[np.int16]:
        return ~np.frombuffer(payload, np.int16)

    def encode(self, pcm: NDArray[np.int16]) -> bytes:
        return (~pcm).tobytes()


class Complete(Inverter):
    """One that also conceals, by a constant, and writes down what it was asked."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def decode(self, payload: bytes) -> NDArray[np.int16]:
        self.calls.append("decode")
        return super().decode(payload)

    def has_fec(self, next_payload: bytes) -> bool:
        return next_payload[:2] == b"\x00\x01"

    def decode_fec(self, _next_payload: bytes, samples: int) -> NDArray[np.int16]:
        self.calls.append("decode_fec")
        return np.full(samples, 2000, np.int16)

    def conceal(self, samples: int) -> NDArray[np.int16]:
        self.calls.append("conceal")
        return np.full(samples, 3000, np.int16)

    def reset_decoder(self) -> None:
        self.calls.append("reset_decoder")


def datagram(sequence_number: int, payload: bytes, ssrc: int = 1) -> bytes:
    header = bytes([0x80, 96]) + sequence_number.to_bytes(2, "big")
    return header + (160 * sequence_number).to_bytes(4, "big") + ssrc.to_bytes(4, "big") + payload


def receiver_of(codec: AnyCodec) -> AudioReceiver:
    return AudioReceiver(codec, 8000, payload_type=96)


def heard(receiver: AudioReceiver, payloads: Sequence[bytes | None]) -> NDArray[np.int16]:
    """Play one payload every 20 ms; None is lost."""
    frames = []
    for number, payload in enumerate(payloads):
        if payload is not None:
            receiver.insert(datagram(number, payload), number * FRAME_NS)
        frames.append(receiver.pull(number * FRAME_NS).copy())
    return np.concatenate(frames)


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    seen: list[SimpleNamespace] = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    return seen


def test_a_receiver_plays_what_the_object_decodes() -> None:
    payload = Inverter().encode(np.full(160, 1000, np.int16))
    assert (heard(receiver_of(Inverter()), [payload] * 20)[-320:] == 1000).all()


def test_a_conference_encodes_with_the_object() -> None:
    conference = Conference(sample_rate_hz=8000, noise_gate=False)  # the tone is a constant
    plain = conference.add_leg("pcmu")
    guest = conference.add_leg(Inverter(), payload_type=96)
    spoken = Codec("pcmu").encode(np.full(160, 1000, np.int16))
    sent = []
    for number in range(20):
        header = bytes([0x80, 0]) + datagram(number, b"")[2:12]
        plain.receive(header + spoken, number * FRAME_NS)
        conference.tick(number * FRAME_NS)
        packet = guest.take_packet()
        assert packet is not None
        sent.append(Inverter().decode(packet[12:]))
    assert all(frame.shape == (160,) for frame in sent)
    assert np.abs(sent[-1] - 1000).max() < 64


def test_a_conference_hears_what_the_object_decodes() -> None:
    conference = Conference(sample_rate_hz=8000, noise_gate=False)  # the tone is a constant
    guest = conference.add_leg(Inverter(), payload_type=96)
    plain = conference.add_leg("pcmu")
    spoken = Inverter().encode(np.full(160, 1000, np.int16))
    for number in range(20):
        guest.receive(datagram(number, spoken), number * FRAME_NS)
        conference.tick(number * FRAME_NS)
        packet = plain.take_packet()
    assert packet is not None
    assert np.abs(Codec("pcmu").decode(packet[12:]) - 1000).max() < 64


def test_the_object_conceals_if_it_can() -> None:
    codec = Complete()
    payload = codec.encode(np.full(160, 1000, np.int16))
    wave = heard(receiver_of(codec), [payload] * 20 + [None] * 8)
    assert "conceal" in codec.calls
    assert (wave == 3000).any()


def test_a_lost_frame_comes_from_the_copy_the_object_finds_in_the_next() -> None:
    codec = Complete()
    plain, carrier = (np.full(160, value, np.int16).tobytes() for value in (0, 256))
    receiver = receiver_of(codec)
    wave = heard(receiver, [plain] * 10 + [None, carrier] + [plain] * 10)
    assert codec.calls.count("decode_fec") == 1
    assert (wave == 2000).any()
    assert receiver.stats().fec_packets_received == 1


def test_the_object_is_reset_for_another_sender() -> None:
    codec = Complete()
    receiver = receiver_of(codec)
    heard(receiver, [bytes(320)] * 5)
    before = codec.calls.count("reset_decoder")
    for number in range(5, 10):
        receiver.insert(datagram(number, bytes(320), ssrc=2), number * FRAME_NS)
        receiver.pull(number * FRAME_NS)
    assert codec.calls.count("reset_decoder") == before + 1


def test_without_concealment_the_receiver_conceals() -> None:
    payload = Inverter().encode(np.full(160, 1000, np.int16))
    receiver = receiver_of(Inverter())
    heard(receiver, [payload] * 20 + [None] * 3)
    assert receiver.stats().concealed_samples > 0


def test_a_malformed_payload_is_counted_and_not_reported(unraisable: list[SimpleNamespace]) -> None:
    receiver = receiver_of(Inverter())
    good = Inverter().encode(np.full(160, 1000, np.int16))
    heard(receiver, [good] * 10 + [bytes(319)] + [good] * 10)
    assert receiver.stats().packets_malformed == 1
    assert unraisable == []


def raising(_payload: bytes) -> NDArray[np.int16]:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("decode", "error"),
    [
        (raising, RuntimeError),
        (lambda _: np.zeros(160), TypeError),
        (lambda _: [0] * 160, TypeError),
        (lambda _: np.zeros((160, 2), np.int16), mixminus.ShapeMismatchError),
        (lambda _: np.zeros(100_000, np.int16), mixminus.ShapeMismatchError),
    ],
)
def test_what_goes_wrong_inside_is_counted_and_reported(
    unraisable: list[SimpleNamespace],
    decode: Callable[[bytes], NDArray[np.int16]],
    error: type[Exception],
) -> None:
    codec = Inverter()
    codec.decode = decode  # type: ignore[method-assign,assignment]
    receiver = receiver_of(codec)
    wave = heard(receiver, [bytes(320)] * 10)
    assert receiver.stats().packets_malformed > 0
    assert {seen.exc_type for seen in unraisable} == {error}
    assert (wave == 0).all()


@pytest.mark.parametrize("duration", [0, -5, 65536, 2**40])
def test_an_impossible_duration_is_reported(
    unraisable: list[SimpleNamespace], duration: int
) -> None:
    codec = Inverter()
    codec.duration = lambda _: duration  # type: ignore[method-assign,assignment]
    receiver = receiver_of(codec)
    heard(receiver, [bytes(320)] * 3)
    assert receiver.stats().packets_malformed > 0
    assert {seen.exc_type for seen in unraisable} <= {mixminus.OutOfRangeError}


@pytest.mark.parametrize(
    "name", ["sample_rate_hz", "rtp_clock_hz", "channels", "duration", "decode", "encode"]
)
def test_an_object_that_lacks_something_is_refused(name: str) -> None:
    members = {key: getattr(Inverter(), key) for key in dir(Inverter) if not key.startswith("_")}
    del members[name]
    with pytest.raises(TypeError, match=f"SimpleNamespace has no {name}"):
        AudioReceiver(SimpleNamespace(**members))


@pytest.mark.parametrize(
    "wrong", [{"sample_rate_hz": 96000}, {"channels": 3}, {"channels": 0}, {"rtp_clock_hz": 0}]
)
def test_an_object_of_an_impossible_shape_is_refused(wrong: dict[str, int]) -> None:
    codec = type("Wrong", (Inverter,), wrong)()
    with pytest.raises(mixminus.OutOfRangeError):
        AudioReceiver(codec)


def test_the_object_lives_as_long_as_its_receiver() -> None:
    codec = Inverter()
    before = sys.getrefcount(codec)
    receiver = receiver_of(codec)
    assert sys.getrefcount(codec) == before + 1
    del receiver
    assert sys.getrefcount(codec) == before


def test_a_codec_lends_its_settings_not_its_state() -> None:
    codec = Codec("pcmu")
    receiver = AudioReceiver(codec, 8000)
    header = bytes([0x80, 0]) + datagram(0, b"")[2:12]
    receiver.insert(header + codec.encode(np.zeros(160, np.int16)), 0)
    assert receiver.pull(0).shape == (160,)
    assert receiver.stats().packets_received == 1


def test_the_interpreter_may_end_while_a_thread_ticks() -> None:
    program = """
import threading, time
import numpy as np
from mixminus import Conference

class Empty:
    sample_rate_hz = rtp_clock_hz = 8000
    channels = 1
    def duration(self, payload): return len(payload)
    def decode(self, payload): return np.zeros(len(payload), np.int16)
    def encode(self, pcm): return bytes(len(pcm))

def tick():
    for index in range(1 << 40):
        conference.tick(index * 20_000_000)
        begun.set()

conference = Conference(threads=3)
for _ in range(16):
    conference.add_leg(Empty(), payload_type=97)
begun = threading.Event()
threading.Thread(target=tick, daemon=True).start()
begun.wait()
"""
    for _ in range(4):  # without care about two of three abort
        ended = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
        assert ended.returncode == 0
