"""``mixminus mix``."""

from pathlib import Path

import numpy as np
import pytest

from mixminus.apps.audio_files import FORMATS, Samples, read_audio, write_audio
from mixminus.cli import main


def samples(seed: int, count: int, peak: int = 8000) -> Samples:
    return np.random.default_rng(seed).integers(-peak, peak, count).astype(np.int16)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three recordings of 0.5, 1 and 0.75 s at 16 kHz."""
    paths = [tmp_path / f"{name}.wav" for name in "abc"]
    for seed, (path, count) in enumerate(zip(paths, (8000, 16000, 12000), strict=True)):
        write_audio(path, samples(seed, count), 16_000)
    return paths


def mix(files: list[Path], out: Path, *options: str) -> int:
    return main(["mix", *map(str, files), "-o", str(out), *options])


def padded(path: Path, length: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    read = read_audio(path, 16_000).astype(np.int64)
    return np.pad(read, (0, length - len(read)))


def test_each_file_gets_the_others_and_one_gets_all(files: list[Path], tmp_path: Path) -> None:
    assert mix(files, tmp_path / "out") == 0
    signals = [padded(path, 16_000) for path in files]
    total = np.sum(signals, axis=0)
    for path, own in zip(files, signals, strict=True):
        np.testing.assert_array_equal(padded(tmp_path / "out" / path.name, 16_000), total - own)
    np.testing.assert_array_equal(padded(tmp_path / "out" / "all.wav", 16_000), total)


def test_loud_files_stay_below_minus_1_dbfs(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.wav" for name in "abcd"]
    for path in paths:
        write_audio(path, np.full(1600, 30_000, np.int16), 16_000)
    assert mix(paths, tmp_path / "out") == 0
    assert set(read_audio(tmp_path / "out" / "a.wav", 16_000)[400:1200]) == {29203}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_and_rate_comes_out(files: list[Path], tmp_path: Path, kind: str) -> None:
    assert mix(files, tmp_path / "out", "--format", kind, "--rate", "48000") == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"{stem}.{kind}" for stem in ("a", "all", "b", "c")]
    assert len(read_audio(tmp_path / "out" / f"all.{kind}", 48_000)) >= 48_000


def test_files_of_one_name_do_not_overwrite_each_other(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = (tmp_path / "other" / "a.wav").absolute()
    write_audio(twin, samples(9, 1600), 16_000)
    assert mix([files[0], twin], tmp_path / "out") == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["001_a.wav", "002_a.wav", "all.wav"]


def test_inputs_are_never_overwritten(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files[0].read_bytes()
    assert mix(files, tmp_path) == 2
    assert "choose another folder" in capsys.readouterr().err
    assert files[0].read_bytes() == before


def test_one_file_is_no_mix(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mix(files[:1], tmp_path / "out") == 2
    assert "2 to 256 files" in capsys.readouterr().err


def test_damaged_file_is_one_line_and_exit_code_2(
    files: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files[1].write_bytes(b"RIFF, but not really")
    assert mix(files, tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert error.startswith("mixminus mix: error: ")
    assert error.count("\n") == 1
    assert str(files[1]) in error
