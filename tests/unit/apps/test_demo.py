"""``mixminus demo``, small."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mixminus.apps.audio_files import read_audio
from mixminus.apps.processes import shares
from mixminus.apps.site_pictures import SitePicture, mouths
from mixminus.apps.speaking import RATE_HZ, Speaking
from mixminus.apps.turns import Turn
from mixminus.cli import main
from tests.support.movies import read_movie

SECONDS = 3


def demo(out: Path, *options: str, video: bool = False) -> int:
    words = ["demo", "--sites", "12", "--seconds", str(SECONDS), "--out", str(out), *options]
    return main(words if video else [*words, "--no-video"])


def test_a_site_of_each_tier_hears_speech_all_the_time_and_a_table_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path) == 0
    for tier in ("centre", "province", "district", "commune"):
        heard = read_audio(tmp_path / f"{tier}.wav", 48_000)
        assert len(heard) == SECONDS * 48_000
        level_dbov = 10 * np.log10(np.mean((heard[48_000:] / 32768.0) ** 2) + 1e-12)
        assert -45 < level_dbov < -15
    shown = capsys.readouterr().out
    assert "UBND thị trấn Me" in shown
    assert "faster than real time" in shown
    assert "distinct mixes" in shown
    assert "Trung ương" in shown


def test_several_processes_hold_it_together_over_udp(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path, "--processes", "3", "--threads", "1") == 0
    for tier in ("centre", "province", "district", "commune"):
        heard = read_audio(tmp_path / f"{tier}.wav", 48_000)
        assert len(heard) == SECONDS * 48_000
        level_dbov = 10 * np.log10(np.mean((heard[48_000:] / 32768.0) ** 2) + 1e-12)
        assert -45 < level_dbov < -15
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["conferences", "10"] in shown  # 8 districts, the province, the centre
    assert ["that", "decide", "1"] in shown


def test_conferences_are_dealt_out_to_processes() -> None:
    assert shares(["a", "b", "c", "d"], 3) == [["a", "d"], ["b"], ["c"]]
    assert shares(["a", "b"], 5) == [["a"], ["b"]]


def test_same_seed_is_the_same_conference_for_any_number_of_threads(tmp_path: Path) -> None:
    for name, options in {"a": ("--threads", "1"), "b": ("--threads", "2")}.items():
        assert demo(tmp_path / name, *options) == 0
    assert demo(tmp_path / "c", "--seed", "1") == 0
    a, b, c = ((tmp_path / name / "commune.wav").read_bytes() for name in "abc")
    assert a == b != c


def test_missing_rich_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    assert demo(tmp_path) == 2
    assert "pip install mixminus[demo]" in capsys.readouterr().err


def test_the_mosaic_shows_every_site_and_plays_what_all_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo(tmp_path, "--video-size", "640x360", "--threads", "1", video=True) == 0
    assert "13 sites, 75 pictures of 640x360" in " ".join(capsys.readouterr().out.split())
    movie = read_movie(tmp_path / "mosaic.mp4")
    assert len(movie.times_s) == 25 * SECONDS
    meeting = read_audio(tmp_path / "meeting.wav", 48_000)
    together = movie.sound[: len(meeting)] * (meeting[: len(movie.sound)] / 32768)
    assert together.sum() > 0.8 * np.square(meeting / 32768.0).sum()  # in step to the sample
    tiles = [
        part for row in np.array_split(movie.lumas[30], 4) for part in np.array_split(row, 4, 1)
    ]
    assert sum(np.ptp(tile) > 100 for tile in tiles) >= 13
    assert not np.array_equal(movie.lumas[30], movie.lumas[31])
    with Image.open(tmp_path / "1+7.png") as snapshot:
        assert snapshot.size == (640, 360)
    assert len(list(tmp_path.glob("*.png"))) == 5


def test_without_video_nothing_is_drawn(tmp_path: Path) -> None:
    assert demo(tmp_path, "--seconds", "1", "--sites", "3") == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {".wav"}


def test_the_mouth_is_open_while_the_voice_is_heard() -> None:
    clip = np.concatenate([np.full(n, level, np.int16) for n, level in ((8000, 0), (32_000, 1))])
    clip *= np.random.default_rng(0).integers(-8000, 8000, len(clip)).astype(np.int16)
    recording = np.zeros(6 * RATE_HZ, np.int16)
    begin, late = RATE_HZ, round(0.12 * RATE_HZ)
    recording[begin + late : begin + late + len(clip)] = clip // 2
    speaking = Speaking([Turn(3, 0, 50, 175)], [clip], recording)
    assert speaking.delays_ms == pytest.approx([120], abs=2)
    assert speaking.levels_dbov(1.55)[3] < -90  # the clip begins with half a second of silence
    assert speaking.levels_dbov(1.65)[3] > -30
    assert speaking.levels_dbov(5.0) == {}
    camera = SitePicture(1, 0.0, mouths())
    shut, wide = (camera.at(0.0, level) for level in (-90.0, -20.0))
    assert shut is not None
    assert wide is not None
    assert camera.at(0.0, -20.0) is None  # as before
