"""Labels can be read, in Vietnamese above all, fit where they should, and bear whatever is written."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import mixminus
from mixminus import labels
from mixminus.labels import fonts
from mixminus.labels.plates import fitting
from mixminus.labels.wording import initials, one_line, shortened

SITES = ["UBND thị trấn Mẹ", "Đắk Nông", "Hội trường Ủy ban"]
NO_PLATE = labels.Style(plate=(0, 0, 0, 0))


def ink(text: str, height: int = 32) -> npt.NDArray[np.uint8]:
    """Return the opacity of letters without a plate."""
    return labels.label_rgba(text, height=height, max_width=2000, style=NO_PLATE)[..., 3]


@pytest.mark.parametrize("text", SITES)
def test_every_mark_is_drawn(text: str) -> None:
    font = labels.Font(labels.find_font())
    assert font.covers(text)
    assert not font.has("\U0010fffd")
    for letter in filter(str.isalpha, text):
        bare = unicodedata.normalize("NFD", letter)[0]
        assert bare == letter or not np.array_equal(ink(letter), ink(bare))


@pytest.mark.parametrize("text", SITES)
def test_composed_and_decomposed_look_alike(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert decomposed != text
    assert np.array_equal(ink(text), ink(decomposed))
    for one, other in zip(
        labels.avatar(text, 64, 36), labels.avatar(decomposed, 64, 36), strict=True
    ):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("bold", [False, True])
def test_no_mark_is_cut_off(bold: bool) -> None:
    font = labels.Font(labels.find_font(bold=bold))
    for height in range(8, 66, 2):
        sized, baseline = fitting(font, height)
        for letter in fonts.VIETNAMESE + "gjpqy(|)":
            _, top, _, bottom = sized.getbbox(letter, anchor="ls")
            assert baseline + top >= 0
            assert baseline + bottom <= height
        assert height < 12 or sized.size >= 0.55 * height  # and it can be read


def test_a_label_is_a_plate_with_white_letters() -> None:
    label = labels.label_rgba("Đắk Nông", height=32, max_width=400)
    height, width, channels = label.shape
    assert (height, width % 2, channels) == (32, 0, 4)
    assert not label.flags.writeable
    assert label[0, 0, 3] < 64 < label[16, 1, 3] < 255  # round corners, translucent between them
    letters = label[label[..., 3] == 255]
    assert len(letters) > 200
    assert letters.max() == 255
    columns = np.flatnonzero((label[..., 0] > 128).any(0))
    assert abs(columns[0] - (width - 1 - columns[-1])) <= 3  # in the middle


def test_the_same_is_drawn_once() -> None:
    first = labels.label_rgba("Mẹ", height=24, max_width=200)
    assert labels.label_rgba("Mẹ", height=24, max_width=200) is first
    assert labels.label_rgba("Mẹ", height=26, max_width=200) is not first


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    text = "Hội trường Ủy ban nhân dân tỉnh Đắk Nông"
    for max_width in (2, 3, 15, 40, 41, 100, 250, 399):
        for icons in ((), ("muted", "quality_fair")):
            label = labels.label_rgba(text, height=30, max_width=max_width, icons=icons)
            assert label.shape[1] <= max_width
            assert label.shape[1] % 2 == 0
    assert shortened("abcdef", lambda text: len(text) <= 4) == "abc…"
    assert shortened("ab cdef", lambda text: len(text) <= 4) == "ab…"
    assert shortened("abc", lambda text: len(text) <= 3) == "abc"
    assert shortened("abc", lambda _: False) == ""
    assert (
        shortened("xe\u0301\u0323yz", lambda text: len(text) <= 4) == "x…"
    )  # letters keep their marks


@pytest.mark.parametrize(
    "text",
    [
        "مجلس الوزراء 12",
        "ועדה",
        "会议室",
        "👩‍👩‍👧 Mẹ",
        "\ud800",
        "Z" + "\u0321\u0317" * 99,
        "",
        "\0",
    ],
)
def test_any_writing_is_borne(text: str) -> None:
    label = labels.label_rgba(text, height=20, max_width=300)
    assert label.shape[0] == 20
    is_blank = not one_line(text)
    assert is_blank == (not ink(text).any())


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=20), st.sampled_from([8, 24]), st.integers(2, 200))
def test_whatever_is_written_fits(text: str, height: int, max_width: int) -> None:
    label = labels.label_rgba(text, height=height, max_width=max_width)
    assert label.shape[0] == height
    assert label.shape[1] <= max_width
    labels.avatar(text, 32, 32)


def test_what_is_not_seen_is_left_out() -> None:
    assert one_line("  a\tb\nc\x07\u202ed\ufe0f ") == "a b cd"
    font = labels.Font(labels.find_font())
    assert font.replaced("a\U000f0000b") == "a\ufffdb"


def test_fonts_may_be_named_and_their_lack_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = labels.Style(font=str(labels.find_font(bold=True)))
    assert not np.array_equal(
        labels.label_rgba("Mẹ", height=32, max_width=300, style=named),
        labels.label_rgba("Mẹ", height=32, max_width=300),
    )
    (tmp_path / "no.ttf").write_bytes(b"no font")
    for path in (tmp_path / "no.ttf", tmp_path / "none.ttf"):
        with pytest.raises(OSError, match="font"):
            labels.Font(path)
    monkeypatch.setattr(fonts, "_installed", lambda _: ())
    with pytest.raises(FileNotFoundError, match="fonts-dejavu-core"):
        labels.find_font()


def test_a_clock_does_not_change_its_width() -> None:
    widths = {
        labels.clock_rgba(time, height=36).shape for time in ("11:11:11", "20:48:36", "07:45:09")
    }
    assert len(widths) == 1


def test_a_title_is_as_wide_as_it_is_told() -> None:
    for text in ("Hội nghị", "Hội nghị trực tuyến bốn cấp " * 9):
        assert labels.title_rgba(text, width=640, height=40).shape == (40, 640, 4)


def test_icons_differ_at_any_size() -> None:
    for size in (8, 16, 24, 96):
        drawn = {labels.icon_rgba(name, size).tobytes() for name in labels.ICONS}
        assert len(drawn) == len(labels.ICONS)
        assert labels.icon_rgba("muted", size).shape == (size, size, 4)


def test_what_cannot_be_drawn_is_refused() -> None:
    for call in (
        lambda: labels.label_rgba("a", height=23, max_width=99),
        lambda: labels.label_rgba("a", height=6, max_width=99),
        lambda: labels.label_rgba("a", height=24, max_width=1),
        lambda: labels.label_rgba("a", height=24, max_width=99, icons=("smile",)),
        lambda: labels.icon_rgba("smile", 24),
        lambda: labels.icon_rgba("hand", 25),
        lambda: labels.avatar("a", 33, 32),
        lambda: labels.slate("a", 32, 8000),
        lambda: labels.picture_rgba(Image.new("RGB", (2, 2)), 1.5),
        lambda: labels.picture_rgba(Image.new("RGB", (2, 2)), height=3),
        lambda: labels.i420_from_rgb(np.zeros((3, 2, 3), np.uint8)),
    ):
        with pytest.raises(ValueError, match=r"must|wide|no icon"):
            call()


@pytest.mark.parametrize(
    ("colour", "full_range", "expected"),
    [
        ("bt709", False, [(235, 128, 128), (16, 128, 128), (63, 102, 240), (32, 240, 118)]),
        ("bt601", False, [(235, 128, 128), (16, 128, 128), (81, 90, 240), (41, 240, 110)]),
        ("bt709", True, [(255, 128, 128), (0, 128, 128), (54, 99, 255), (18, 255, 116)]),
    ],
)
def test_colours_are_those_of_the_standards(
    colour: str, full_range: bool, expected: list[tuple[int, int, int]]
) -> None:
    for rgb, yuv in zip(
        [(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)], expected, strict=True
    ):
        picture = np.full((2, 4, 3), rgb, np.uint8)
        y, u, v = labels.i420_from_rgb(picture, colour=colour, full_range=full_range)
        assert (y.shape, u.shape, v.shape) == ((2, 4), (1, 2), (1, 2))
        assert {(int(y.max()), int(u.max()), int(v.max()))} == {yuv}


def test_an_avatar_is_always_the_same_for_a_name() -> None:
    y, u, v = labels.avatar("Nguyễn Văn Ẩn", 320, 180)
    assert (y.shape, u.shape, v.shape) == ((180, 320), (90, 160), (90, 160))
    assert all(plane.flags.c_contiguous and plane.dtype == np.uint8 for plane in (y, u, v))
    assert y.max() > 225  # the letters
    assert y[90, 110] < 130  # the disc
    assert y[0, 0] < 60  # around it
    colours = {(int(labels.avatar(name, 64, 64)[1][16, 8])) for name in ("A", "B", "C", "D")}
    assert len(colours) > 1
    names = ["Nguyễn Văn Ẩn", "UBND thị trấn Mẹ", "đắk", "(x) 👩", "", "e\u0301 a"]
    assert [initials(name) for name in names] == ["NẨ", "UM", "Đ", "?", "?", "ÉA"]


def test_a_slate_has_the_size_of_a_picture() -> None:
    for width, height in ((640, 360), (64, 36), (180, 320), (16, 16)):
        y, u, _ = labels.slate("Mất tín hiệu", width, height)
        assert y.shape == (height, width)
        assert u.shape == (height // 2, width // 2)
        assert y.min() >= 16
        assert y.max() <= 235


def test_a_watermark_is_made_even_and_faint(tmp_path: Path) -> None:
    logo = Image.new("RGBA", (5, 3), (10, 20, 30, 200))
    logo.save(tmp_path / "logo.png")
    pixels = labels.picture_rgba(tmp_path / "logo.png", 0.5)
    assert pixels.shape == (4, 6, 4)
    assert (pixels[:3, :5] == (10, 20, 30, 100)).all()
    assert not pixels[3, :, 3].any()
    assert labels.picture_rgba(logo, height=30).shape == (30, 50, 4)


@pytest.mark.skipif(not hasattr(mixminus, "Overlay"), reason="this build has no overlays")
def test_an_overlay_is_made_once() -> None:
    label = labels.label("Đắk Nông", height=24, max_width=200, icons=("hand",))
    assert labels.label("Đắk Nông", height=24, max_width=200, icons=("hand",)) is label
    assert labels.label("Đắk Nông", height=24, max_width=200, colour="bt601") is not label
    labels.icon("muted", 24)
    labels.clock("10:00", height=24)
    labels.title("Hội nghị", width=640, height=32)
    labels.picture(Image.new("RGB", (4, 4)), 0.5)


def test_without_pillow_only_labels_are_missing() -> None:
    code = (
        "import sys, mixminus\n"
        "assert 'PIL' not in sys.modules\n"
        "sys.modules['PIL'] = None\n"
        "try: import mixminus.labels\n"
        "except ImportError as error: print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mixminus[labels]" in told.stdout
