"""Audio files in and out."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest

from mixminus.apps.audio_files import (
    FORMATS,
    AudioReader,
    AudioWriter,
    Samples,
    find_audio,
    read_audio,
    write_audio,
)
from mixminus.apps.errors import AudioFileError, CommandError

RATE_HZ = 16_000


def tone(seconds: float = 1.0, rate_hz: int = RATE_HZ) -> Samples:
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    samples: Samples = np.rint(8000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16)
    return samples


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


@pytest.mark.parametrize("kind", ["wav", "flac"])
@pytest.mark.parametrize("rate_hz", [8000, 16000, 32000, 44100, 48000])
def test_lossless_formats_give_back_every_sample(tmp_path: Path, kind: str, rate_hz: int) -> None:
    path = tmp_path / f"tone.{kind}"
    write_audio(path, tone(0.5, rate_hz), rate_hz)
    np.testing.assert_array_equal(read_audio(path, rate_hz), tone(0.5, rate_hz))


@pytest.mark.parametrize("rate_hz", [16000, 44100, 48000])
def test_opus_gives_back_the_length_and_the_level(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "tone.opus"
    write_audio(path, tone(1.0, rate_hz), rate_hz)
    read = read_audio(path, rate_hz)
    assert len(read) == pytest.approx(rate_hz, abs=0.02 * rate_hz)
    assert level(read) == pytest.approx(level(tone()), rel=0.1)


def test_another_rate_is_resampled(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    write_audio(path, tone(), RATE_HZ)
    read = read_audio(path, 48_000)
    assert len(read) == pytest.approx(48_000, abs=100)
    assert level(read) == pytest.approx(level(tone()), rel=0.02)


def test_own_rate_is_kept_when_none_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    write_audio(path, tone(2.0), RATE_HZ)
    with AudioReader(path) as reader:
        assert reader.sample_rate_hz == RATE_HZ
        assert reader.duration_s == pytest.approx(2.0, abs=0.01)


def test_blocks_have_the_length_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    write_audio(path, tone()[:1000], RATE_HZ)
    with AudioReader(path, RATE_HZ, 320) as reader:
        assert [len(block) for block in reader] == [320, 320, 320, 40]


def test_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    for kind in FORMATS:
        first, second = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
        write_audio(first, tone(), RATE_HZ)
        write_audio(second, tone(), RATE_HZ)
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_nothing_written_is_a_file_without_samples(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"empty.{kind}"
    with AudioWriter(path, RATE_HZ):
        pass
    assert len(read_audio(path, RATE_HZ)) == 0


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\0" * 5000, b"not audio at all\n" * 99])
def test_what_is_no_audio_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "speech.wav"
    path.write_bytes(content)
    with pytest.raises(AudioFileError, match=re.escape(str(path))):
        read_audio(path, RATE_HZ)


def test_damaged_flac_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    write_audio(path, tone(), RATE_HZ)
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(1)
    for place in range(len(content) // 2, len(content)):
        content[place] = int(rng.integers(256))
    path.write_bytes(bytes(content))
    with pytest.raises(AudioFileError, match="damaged"):
        read_audio(path, RATE_HZ)


def test_truncated_flac_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tone.flac"
    write_audio(path, tone(3.0), RATE_HZ)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioFileError, match="damaged"):
        read_audio(path, RATE_HZ)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="No such file"):
        read_audio(tmp_path / "nothing.wav", RATE_HZ)
    with pytest.raises(AudioFileError, match="no folder"):
        find_audio(tmp_path / "nothing")


def test_folder_without_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to hear")
    with pytest.raises(AudioFileError, match="no audio files"):
        find_audio(tmp_path)


def test_unknown_suffix_and_missing_folder_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="no such format"):
        AudioWriter(tmp_path / "a.xyz", RATE_HZ)
    with pytest.raises(AudioFileError, match="cannot be written"):
        AudioWriter(tmp_path / "no" / "a.wav", RATE_HZ)


def test_missing_pyav_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(CommandError, match=re.escape("pip install mixminus[av]")):
        read_audio(tmp_path / "a.wav", RATE_HZ)
