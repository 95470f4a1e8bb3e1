"""PCMU and PCMA are G.711 bit by bit."""

from collections.abc import Callable

import numpy as np
import pytest

from mixminus import Codec
from tests.reference import codec as reference

LAWS = {
    "pcmu": (reference.encode_mu_law, reference.decode_mu_law),
    "pcma": (reference.encode_a_law, reference.decode_a_law),
}
Law = Callable[[int], int]


@pytest.mark.parametrize("kind", LAWS)
def test_every_sample_is_encoded_as_the_standard_has_it(kind: str) -> None:
    samples = np.arange(-32768, 32768).astype(np.int16)
    halves = [Codec(kind).encode(half) for half in (samples[:32768], samples[32768:])]
    expected = bytes(LAWS[kind][0](int(sample)) for sample in samples)
    assert b"".join(halves) == expected


@pytest.mark.parametrize("kind", LAWS)
def test_every_code_is_decoded_as_the_standard_has_it(kind: str) -> None:
    decoded = Codec(kind).decode(bytes(range(256)))
    assert decoded.tolist() == [LAWS[kind][1](code) for code in range(256)]


@pytest.mark.parametrize(
    ("kind", "sample", "code"),
    # the ends and the middle of tables 1a..2b of ITU-T G.711, scaled to 16 bits
    [
        ("pcmu", 32767, 0x80),
        ("pcmu", 0, 0xFF),
        ("pcmu", -1, 0x7F),
        ("pcmu", -32768, 0x00),
        ("pcma", 32767, 0xAA),
        ("pcma", 0, 0xD5),
        ("pcma", -1, 0x55),
        ("pcma", -32768, 0x2A),
    ],
)
def test_known_values_of_the_tables(kind: str, sample: int, code: int) -> None:
    assert Codec(kind).encode(np.array([sample], np.int16)) == bytes([code])


@pytest.mark.parametrize("kind", LAWS)
def test_decoded_codes_encode_to_themselves(kind: str) -> None:
    codes = bytes(code for code in range(256) if (kind, code) != ("pcmu", 0x7F))  # minus zero
    codec = Codec(kind)
    assert codec.encode(codec.decode(codes)) == codes


@pytest.mark.parametrize("kind", LAWS)
def test_no_longer_than_a_datagram(kind: str) -> None:
    codec = Codec(kind)
    with pytest.raises(ValueError, match="no frame of 65536 samples"):
        codec.encode(np.zeros(65536, np.int16))
