"""RED payloads, RFC 2198 section 3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixminus
from mixminus import rtp
from tests.reference import rtp as reference

REDUNDANT = st.builds(
    rtp.Block, st.integers(0, 127), st.integers(0, 0x3FFF), st.binary(max_size=40), st.just(False)
)
PRIMARY = st.builds(
    rtp.Block, st.integers(0, 127), st.just(0), st.binary(max_size=40), st.just(True)
)


def test_blocks_of_a_payload_written_by_hand() -> None:
    # type 111, offset 960, 3 bytes; then the primary of type 111
    payload = bytes.fromhex("ef 0f0003 6f") + b"oldnewer"
    assert rtp.parse_red(payload) == [
        rtp.Block(111, 960, b"old"),
        rtp.Block(111, 0, b"newer", primary=True),
    ]


def test_a_primary_alone_is_one_byte_of_header() -> None:
    assert rtp.parse_red(b"\x00abc") == [rtp.Block(0, 0, b"abc", primary=True)]


def test_a_primary_may_be_empty() -> None:
    assert rtp.parse_red(b"\x05") == [rtp.Block(5, 0, b"", primary=True)]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x80",
        b"\x80\0\0",  # header cut short
        b"\x80\0\0\0",  # no primary
        b"\x80\0\0\3\0ab",  # block cut short
        b"\x80\0\0\0" * 16 + b"\0",  # too many
    ],
)
def test_what_is_no_red_is_malformed(payload: bytes) -> None:
    with pytest.raises(mixminus.MalformedError, match="no RED payload"):
        rtp.parse_red(payload)


@given(st.binary(max_size=60))
def test_any_payload_is_read_as_the_reference_reads_it(payload: bytes) -> None:
    expected = reference.parse_red(payload)
    if expected is None:
        with pytest.raises(mixminus.MalformedError):
            rtp.parse_red(payload)
    else:
        assert rtp.parse_red(payload) == expected
        assert rtp.build_red(expected) == payload


@given(st.lists(REDUNDANT, max_size=15), PRIMARY)
def test_what_was_built_is_read_back(redundant: list[rtp.Block], primary: rtp.Block) -> None:
    blocks = [*redundant, primary]
    assert rtp.build_red(blocks) == reference.build_red(blocks)
    assert rtp.parse_red(rtp.build_red(blocks)) == blocks


@pytest.mark.parametrize(
    "redundant",
    [
        rtp.Block(128, 0, b""),
        rtp.Block(0, 0x4000, b""),
        rtp.Block(0, 1 << 16, b""),
        rtp.Block(0, 0, bytes(1024)),
    ],
)
def test_what_red_cannot_say_is_refused(redundant: rtp.Block) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        rtp.build_red([redundant, rtp.Block(0, 0, b"")])


def test_a_large_primary_is_no_trouble() -> None:
    (block,) = rtp.parse_red(rtp.build_red([rtp.Block(0, 0, bytes(1400))]))
    assert len(block.payload) == 1400


def test_no_block_is_refused() -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        rtp.build_red([])
