"""``mixminus compose``."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mixminus.apps.recordings import PictureTrack, SoundTrack
from mixminus.cli import main
from tests.support.movies import loudness, read_movie, tone, write_movie

SIZE = "128x64"
LEFT, RIGHT = (
    (slice(8, 56), slice(8, 56)),
    (slice(8, 56), slice(72, 120)),
)


def compose(files: list[Path], out: Path, *options: str) -> int:
    common = ["--size", SIZE, "--layout", "2x1", "--preset", "ultrafast"]
    return main(["compose", *map(str, files), "-o", str(out), *common, *options])


def test_pictures_and_sounds_of_all_files_stay_in_step(tmp_path: Path) -> None:
    # another rate, size and length each
    first = write_movie(tmp_path / "a.mp4", 1.5, flash_at_s=0.8, sound=tone(1.5, 500, 0.8))
    second = write_movie(
        tmp_path / "b.mkv",
        1.0,
        rate=Fraction(30000, 1001),
        size=(96, 96),
        flash_at_s=0.4,
        sound=tone(1.0, 2000, 0.4),
    )
    assert compose([first, second], tmp_path / "out.mp4") == 0
    movie = read_movie(tmp_path / "out.mp4")
    assert len(movie.times_s) == pytest.approx(38, abs=1)
    assert len(movie.sound) / 48_000 == pytest.approx(1.54, abs=0.04)  # AAC pads
    np.testing.assert_allclose(np.diff(movie.times_s), 0.04, atol=1e-3)
    for place, frequency_hz, at_s in ((LEFT, 500, 0.8), (RIGHT, 2000, 0.4)):
        assert movie.flash_s(place) == pytest.approx(at_s, abs=0.041)
        assert movie.beep_s(frequency_hz) == pytest.approx(at_s, abs=0.015)
    assert loudness(movie.sound[39_000:47_000], 500) > 0.2
    assert loudness(movie.sound[39_000:47_000], 2000) > 0.2
    with av.open(str(tmp_path / "out.mp4")) as container:
        video = container.streams.video[0].codec_context
        assert (video.width, video.height, video.pix_fmt) == (128, 64, "yuv420p")
        assert (video.color_primaries, video.color_trc, video.colorspace) == (1, 1, 1)  # BT.709


def test_files_of_sound_or_pictures_alone_are_taken_and_duration_ends_all(tmp_path: Path) -> None:
    heard = write_movie(tmp_path / "heard.m4a", 2.0, rate=None, sound=tone(2.0, 1000))
    seen = write_movie(tmp_path / "seen.mp4", 2.0, flash_at_s=0.2)
    out = tmp_path / "out.mp4"
    assert compose([heard, seen], out, "--labels", "--ended", "slate", "--duration", "0.6") == 0
    movie = read_movie(out)
    assert len(movie.times_s) == 15
    assert loudness(movie.sound[4800:24_000], 1000) > 0.2
    assert movie.flash_s(RIGHT) == pytest.approx(0.2, abs=0.041)
    assert np.ptp(movie.lumas[0][LEFT]) > 40  # the avatar


@pytest.mark.parametrize(("ended", "is_held"), [("hold", True), ("avatar", False)])
def test_a_file_that_has_ended_is_shown_as_asked(tmp_path: Path, ended: str, is_held: bool) -> None:
    short = write_movie(tmp_path / "short.mp4", 0.2, flash_at_s=0.0)  # white to its end
    long = write_movie(tmp_path / "long.mp4", 0.6)
    assert compose([short, long], tmp_path / "out.mp4", "--ended", ended) == 0
    last = read_movie(tmp_path / "out.mp4").lumas[-1][LEFT]
    assert (np.ptp(last) < 20) == is_held


def test_what_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_movie(tmp_path / "good.mp4", 0.2)
    (tmp_path / "bad.mp4").write_bytes(b"\0\0\0\x18ftypmp42, but not really")
    for bad in ("bad.mp4", "missing.mp4"):
        assert compose([good, tmp_path / bad], tmp_path / "out.mp4") == 2
        error = capsys.readouterr().err
        assert error.startswith("mixminus compose: error: ")
        assert error.count("\n") == 1
        assert bad in error
    assert compose([good], good) == 2
    assert "choose another name" in capsys.readouterr().err
    assert compose([good], tmp_path / "out.mp4", "--layout", "spiral") == 2
    assert "spiral" in capsys.readouterr().err


@pytest.mark.parametrize(("begin", "end"), [(0.4, 1.0), (0.5, 0.5)], ids=["garbled", "cut off"])
def test_a_file_damaged_in_the_middle_leaves_the_rest_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], begin: float, end: float
) -> None:
    bad = write_movie(tmp_path / "bad.mkv", 3.0, size=(320, 240), sound=tone(3.0, 700))
    data = bytearray(bad.read_bytes())
    first, last = round(begin * len(data)), round(end * len(data))
    data[first:] = np.random.default_rng(0).bytes(last - first)
    bad.write_bytes(data)
    good = write_movie(tmp_path / "good.mp4", 3.0, flash_at_s=2.8, sound=tone(3.0, 1500))
    assert compose([bad, good], tmp_path / "out.mp4") == 1
    assert f"{bad} is damaged" in capsys.readouterr().err
    movie = read_movie(tmp_path / "out.mp4")
    assert movie.flash_s(RIGHT) == pytest.approx(2.8, abs=0.041)
    assert loudness(movie.sound[-24_000:], 1500) > 0.2


def test_gaps_in_time_stamps_stay_gaps(tmp_path: Path) -> None:
    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for begin in (0, 48_000):
            frame = av.AudioFrame.from_ndarray(
                np.full((1, 4800), 1000, np.int16), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = 48_000, begin, Fraction(1, 48_000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    track = SoundTrack(path, 48_000)
    read = np.concatenate([track.read(960) for _ in range(60)])
    heard = np.flatnonzero(read)
    assert (heard[0], heard[4799], heard[4800], heard[-1]) == (0, 4799, 48_000, 52_799)
    assert track.is_over
    assert not PictureTrack(path).exists
