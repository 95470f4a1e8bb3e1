"""Header extension elements, RFC 8285, and audio levels, RFC 6464 and 6465."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mixminus
from mixminus import rtp
from tests.reference import rtp as reference

ONE_BYTE = 0xBEDE
TWO_BYTE = 0x1000


def datagram(profile: int, body: str | bytes, csrcs: tuple[int, ...] = ()) -> bytes:
    extension = bytes.fromhex(body) if isinstance(body, str) else body
    packet = rtp.Packet(1, 2, 3, 96, csrcs=csrcs, extension_profile=profile, extension=extension)
    return rtp.build(packet)


def test_one_byte_elements_of_the_figure_of_section_4_2() -> None:
    body = "10aa 21bbbb 0000 33cccccccc"  # lengths 1, 2, two bytes of padding, 4
    assert rtp.elements(datagram(ONE_BYTE, body)) == [
        (1, b"\xaa"),
        (2, b"\xbb\xbb"),
        (3, b"\xcc" * 4),
    ]


@pytest.mark.parametrize("appbits", [0, 15])
def test_two_byte_elements_of_the_figure_of_section_4_3(appbits: int) -> None:
    body = "0100 0201bb 00 0304cccccccc"  # lengths 0, 1, one byte of padding, 4
    assert rtp.elements(datagram(TWO_BYTE | appbits, body)) == [
        (1, b""),
        (2, b"\xbb"),
        (3, b"\xcc" * 4),
    ]


def test_an_id_of_15_ends_the_walk() -> None:
    assert rtp.elements(datagram(ONE_BYTE, "10aa f0bb 20cc 0000")) == [(1, b"\xaa")]


def test_padding_with_a_length_ends_the_walk() -> None:
    assert rtp.elements(datagram(ONE_BYTE, "10aa 01bbcc 20dd00")) == [(1, b"\xaa")]


def test_other_profiles_hold_no_elements() -> None:
    assert rtp.elements(datagram(0x2000, "10aa0000")) == []


@pytest.mark.parametrize(
    ("profile", "body"),
    [
        (ONE_BYTE, "10aa 22bb"),
        (ONE_BYTE, "00000010"),
        (TWO_BYTE, "0105aabb"),
        (TWO_BYTE, "00000001"),
    ],
)
def test_an_element_beyond_the_extension_is_malformed(profile: int, body: str) -> None:
    with pytest.raises(mixminus.MalformedError, match="beyond the extension"):
        rtp.elements(datagram(profile, body))


@given(st.sampled_from([ONE_BYTE, TWO_BYTE]), st.binary(max_size=40))
def test_any_body_is_read_as_the_reference_reads_it(profile: int, noise: bytes) -> None:
    body = noise[: len(noise) // 4 * 4]
    expected = reference.elements(profile, body)
    if expected is None:
        with pytest.raises(mixminus.MalformedError):
            rtp.elements(datagram(profile, body))
    else:
        assert rtp.elements(datagram(profile, body)) == expected


@given(st.lists(st.tuples(st.integers(1, 14), st.binary(min_size=1, max_size=16)), max_size=20))
def test_what_was_written_is_read_back(written: list[tuple[int, bytes]]) -> None:
    for two_byte in (False, True):
        writer = rtp.ElementWriter(two_byte=two_byte)
        for id_, data in written:
            writer.add(id_, data)
        assert writer.profile == (TWO_BYTE if two_byte else ONE_BYTE)
        assert len(writer.body) % 4 == 0
        head_bytes = 2 if two_byte else 1
        assert len(writer.body) - sum(head_bytes + len(data) for _, data in written) < 4
        assert rtp.elements(datagram(writer.profile, writer.body)) == written


@pytest.mark.parametrize(
    ("two_byte", "id_", "size"),
    [(False, 0, 1), (False, 15, 1), (False, 1, 0), (False, 1, 17), (True, 0, 1), (True, 1, 256)],
)
def test_elements_outside_the_form_are_refused(two_byte: bool, id_: int, size: int) -> None:
    writer = rtp.ElementWriter(two_byte=two_byte)
    writer.add(1, b"a")
    before = writer.body
    with pytest.raises(mixminus.OutOfRangeError):
        writer.add(id_, bytes(size))
    assert writer.body == before


def test_an_extension_that_is_full_refuses_and_keeps_what_it_has() -> None:
    writer = rtp.ElementWriter(two_byte=True)
    for _ in range(15):
        writer.add(1, bytes(255))
    with pytest.raises(mixminus.OutOfRangeError, match="full"):
        writer.add(1, bytes(255))
    assert len(rtp.elements(datagram(TWO_BYTE, writer.body))) == 15


def test_audio_level_of_the_figure_of_rfc_6464() -> None:
    packet = datagram(ONE_BYTE, "10 9e 0000")  # V=1, -30 dBov
    assert rtp.audio_level(packet, 1) == rtp.AudioLevel(-30, voice=True)
    assert rtp.audio_level(packet, 2) is None


def test_an_audio_level_of_two_bytes_is_none() -> None:
    assert rtp.audio_level(datagram(ONE_BYTE, "119e9e00"), 1) is None


@given(st.integers(-127, 0), st.booleans(), st.booleans())
def test_audio_levels_are_read_back(level_dbov: int, voice: bool, two_byte: bool) -> None:
    writer = rtp.ElementWriter(two_byte=two_byte)
    writer.add_audio_level(3, level_dbov, voice=voice)
    assert rtp.audio_level(datagram(writer.profile, writer.body), 3) == (level_dbov, voice)


@given(st.lists(st.integers(-127, 0), min_size=1, max_size=15))
def test_mixer_levels_are_read_back_beside_their_csrcs(levels: list[int]) -> None:
    writer = rtp.ElementWriter()
    writer.add_mixer_levels(4, levels)
    csrcs = tuple(range(100, 100 + len(levels)))
    packet = datagram(writer.profile, writer.body, csrcs)
    assert rtp.mixer_levels(packet, 4) == list(zip(csrcs, levels, strict=True))


def test_mixer_levels_that_do_not_match_the_csrcs_are_none() -> None:
    assert rtp.mixer_levels(datagram(ONE_BYTE, "1105060000000000", (7,)), 1) == []
    assert rtp.mixer_levels(datagram(ONE_BYTE, "10050000"), 1) == []


@pytest.mark.parametrize("level", [1, -128, 200])
def test_levels_that_the_wire_cannot_say_are_refused(level: int) -> None:
    writer = rtp.ElementWriter()
    with pytest.raises(mixminus.OutOfRangeError, match="level_dbov"):
        writer.add_audio_level(1, level, voice=False)
    with pytest.raises(mixminus.OutOfRangeError, match="level_dbov"):
        writer.add_mixer_levels(1, [level])


@pytest.mark.parametrize("count", [0, 16])
def test_mixer_levels_are_one_to_fifteen(count: int) -> None:
    with pytest.raises(mixminus.OutOfRangeError):
        rtp.ElementWriter().add_mixer_levels(1, [0] * count)


@pytest.mark.parametrize(
    ("measured_dbov", "expected"),
    [(3.0, 0), (0.0, 0), (-0.4, 0), (-30.6, -31), (-126.9, -127), (-1e9, -127),
     (float("-inf"), -127), (float("inf"), 0), (float("nan"), -127)],
)  # fmt: skip
def test_measured_levels_are_rounded_to_the_wire(measured_dbov: float, expected: int) -> None:
    assert rtp.wire_level_dbov(measured_dbov) == expected
