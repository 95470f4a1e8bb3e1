"""Depacketizer: payload formats of H.264 (RFC 6184), VP8 (RFC 7741) and H.265 (RFC 7798)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixminus._core.video import Depacketizer
from tests.support import pictures

H264 = Depacketizer("h264")
VP8 = Depacketizer("vp8")
H265 = Depacketizer("h265")


def joined(depacketizer: Depacketizer, payloads: list[bytes]) -> bytes:
    infos = [depacketizer.inspect(payload) for payload in payloads]
    assert all(info.is_valid for info in infos)
    assert infos[0].begins_unit
    return b"".join(depacketizer.append(payload) for payload in payloads)


UNITS = st.lists(st.binary(min_size=3, max_size=400), min_size=1, max_size=6)


@given(UNITS, st.integers(60, 300), st.sampled_from([1, 5, 6, 7, 8, 9]))
def test_h264_comes_out_as_it_went_in(bodies: list[bytes], limit: int, kind: int) -> None:
    units = [bytes([0x60 | kind]) + body for body in bodies]
    assert joined(H264, pictures.h264(units, limit)) == pictures.annex_b(units)


@given(UNITS, st.integers(60, 300), st.sampled_from([0, 1, 19, 21, 32, 40]))
def test_h265_comes_out_as_it_went_in(bodies: list[bytes], limit: int, kind: int) -> None:
    units = [bytes([kind << 1, 1]) + body for body in bodies]
    assert joined(H265, pictures.h265(units, limit)) == pictures.annex_b(units)


@given(
    st.binary(min_size=1, max_size=900),
    st.integers(20, 300),
    st.none() | st.integers(0, 0x7FFF),
    st.none() | st.integers(0, 3),
)
def test_vp8_comes_out_as_it_went_in(
    frame: bytes, limit: int, picture_id: int | None, layer: int | None
) -> None:
    payloads = pictures.vp8(frame, limit, pictures.Descriptor(picture_id, layer=layer))
    assert joined(VP8, payloads) == frame
    info = VP8.inspect(payloads[-1])
    assert info.picture_id == (-1 if picture_id is None else picture_id)
    assert info.layer == (layer or 0)


def test_an_h264_stap_a_written_by_hand() -> None:
    # RFC 6184 figure 7: 24, then sizes and units: SPS of 3 bytes, PPS of 2
    payload = bytes.fromhex("78 0003 674200 0002 68ce")
    assert H264.append(payload) == bytes.fromhex("00000001 674200 00000001 68ce")
    assert H264.inspect(payload).is_key
    assert H264.inspect(payload).begins_frame


def test_an_h264_fu_a_written_by_hand() -> None:
    # section 5.8: F and NRI of the indicator and the type of the header make the unit's first byte again
    start, middle, end = (bytes.fromhex(p) for p in ("7c85 88aa", "7c05 bb", "7c45 cc"))
    assert H264.append(start) == bytes.fromhex("00000001 65 88aa")
    assert H264.append(middle) == b"\xbb"
    assert H264.append(end) == b"\xcc"
    assert [H264.inspect(p).begins_unit for p in (start, middle, end)] == [True, False, False]
    assert all(H264.inspect(p).is_key for p in (start, middle, end))
    assert not H264.inspect(start).begins_frame  # parameter sets may be before it


def test_an_h265_fu_written_by_hand() -> None:
    # RFC 7798 section 4.4.3: type 49 in the payload header, 19 (IDR_W_RADL) in the FU header
    start, end = bytes.fromhex("6201 93 aa"), bytes.fromhex("6201 53 bb")
    assert H265.append(start) == bytes.fromhex("00000001 2601 aa")
    assert H265.append(end) == b"\xbb"
    assert H265.inspect(end).is_key


def test_an_h265_aggregate_written_by_hand() -> None:
    payload = bytes.fromhex("6001 0003 400107 0003 420107")
    assert H265.append(payload) == bytes.fromhex("00000001 400107 00000001 420107")
    assert H265.inspect(payload).begins_frame


def test_a_vp8_descriptor_written_by_hand() -> None:
    # X N S, then I L T, PictureID of 15 bits, TL0PICIDX, TID 2 with Y; the frame is no key frame
    info = VP8.inspect(bytes.fromhex("b0 e0 9234 07 a0 01"))
    assert (info.picture_id, info.picture_id_mask) == (0x1234, 0x7FFF)
    assert (info.base_index, info.layer, info.is_sync) == (7, 2, True)
    assert info.is_discardable
    assert info.begins_frame
    assert not info.is_key
    assert VP8.append(bytes.fromhex("b0 e0 9234 07 a0 01")) == b"\x01"


def test_a_vp8_descriptor_with_a_key_index_alone() -> None:
    info = VP8.inspect(bytes.fromhex("90 d0 05 09 ff 00"))
    assert (info.picture_id, info.picture_id_mask) == (5, 0x7F)
    assert (info.base_index, info.layer, info.is_sync) == (-1, 0, False)
    assert info.is_key


@pytest.mark.parametrize(
    ("payload", "begins", "key"),
    [
        ("10 00", True, True),
        ("10 01", True, False),
        ("00 00", False, False),  # goes on
        ("11 00", False, False),  # another partition
        ("80 00 00", False, False),  # extension with nothing in it
    ],
)
def test_where_a_vp8_frame_begins(payload: str, begins: bool, key: bool) -> None:
    info = VP8.inspect(bytes.fromhex(payload))
    assert (info.is_valid, info.begins_frame, info.is_key) == (True, begins, key)


@pytest.mark.parametrize(
    ("payload", "begins", "key", "discardable"),
    [
        ("09 10", True, False, False),  # delimiter
        ("67 42", True, True, False),
        ("68 ce", False, False, False),  # PPS: the SPS may be before it
        ("06 05", False, False, False),  # SEI
        ("65 88", False, True, False),
        ("41 9a", True, False, False),  # slice from macroblock 0
        ("41 4a", False, False, False),  # slice from another
        ("01 9a", True, False, True),  # nal_ref_idc 0
    ],
)
def test_what_an_h264_unit_tells(payload: str, begins: bool, key: bool, discardable: bool) -> None:
    info = H264.inspect(bytes.fromhex(payload))
    assert (info.begins_frame, info.is_key, info.is_discardable) == (begins, key, discardable)


@pytest.mark.parametrize(
    ("type_", "layer", "key", "discardable", "sync"),
    [
        (1, 0, False, False, False),  # TRAIL_R
        (0, 2, False, True, False),  # TRAIL_N
        (3, 1, False, False, True),  # TSA_R
        (19, 0, True, False, False),  # IDR_W_RADL
        (21, 0, True, False, False),  # CRA_NUT
        (22, 0, False, False, False),  # reserved
    ],
)
def test_what_an_h265_unit_tells(
    type_: int, layer: int, key: bool, discardable: bool, sync: bool
) -> None:
    info = H265.inspect(bytes([type_ << 1, layer + 1, 0x80]))
    assert (info.layer, info.is_key) == (layer, key)
    assert (info.is_discardable, info.is_sync) == (discardable, sync)


@pytest.mark.parametrize(
    ("depacketizer", "payload"),
    [
        (H264, ""),
        (H264, "00"),  # unspecified
        (H264, "78"),  # STAP-A of nothing
        (H264, "78 0000"),
        (H264, "78 0003 6742"),  # cut short
        (H264, "78 0002 6742 00"),
        (H264, "78 0001 78"),  # an aggregate in an aggregate
        (H264, "79 0000 0001 67"),  # STAP-B
        (H264, "7a 0000 0001 67"),  # MTAP16
        (H264, "7b 0000 0001 67"),  # MTAP24
        (H264, "7c"),
        (H264, "7c 9c"),  # FU-A of an FU-A
        (H264, "7d 85 0000 88"),  # FU-B
        (H264, "7f 00"),
        (H265, ""),
        (H265, "02"),
        (H265, "0200"),  # nuh_temporal_id_plus1 of 0
        (H265, "6001"),  # aggregate of nothing
        (H265, "6001 0001 40"),  # of less than a header
        (H265, "6001 0002 6001"),
        (H265, "6201"),
        (H265, "6201 b0"),  # a fragment of an aggregate
        (H265, "6401 00"),  # PACI
        (VP8, ""),
        (VP8, "10"),
        (VP8, "80"),
        (VP8, "90 80"),
        (VP8, "90 80 80"),
        (VP8, "90 80 05"),
        (VP8, "90 e0 05 01"),
    ],
)
def test_what_is_refused(depacketizer: Depacketizer, payload: str) -> None:
    assert not depacketizer.inspect(bytes.fromhex(payload)).is_valid
    assert depacketizer.append(bytes.fromhex(payload)) == b""


def test_without_room_nothing_is_written() -> None:
    assert H264.append(b"\x41\x9a", room_bytes=5) == b""
    assert H264.append(b"\x41\x9a", room_bytes=6) == b"\0\0\0\1\x41\x9a"
    assert VP8.append(b"\x10abc", room_bytes=2) == b""
