"""``mixminus demo``, small."""

import sys
from pathlib import Path

import numpy as np
import pytest

from mixminus.apps.audio_files import read_audio
from mixminus.apps.processes import shares
from mixminus.cli import main

SECONDS = 3


def demo(out: Path, *options: str) -> int:
    return main(["demo", "--sites", "12", "--seconds", str(SECONDS), "--out", str(out), *options])


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
