"""The command line itself, and the arguments it refuses."""

import argparse
import subprocess
import sys

import pytest

import mixminus
from mixminus.apps.arguments import host_port, near_host_port
from mixminus.cli import COMMANDS, main


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Last line of the complaint."""
    with pytest.raises(SystemExit) as exit_info:
        main(words)
    assert exit_info.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["--help"])
    assert exit_info.value.code == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


def test_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == mixminus.__version__


def test_help_imports_no_command_and_no_optional_package() -> None:
    code = (
        "import sys, mixminus.cli\n"
        "try: mixminus.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('av', 'rich')\n"
        "      or m.startswith('mixminus.apps.')), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "['mixminus.apps.errors']"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "required: COMMAND"),
        (["sing"], "invalid choice: 'sing'"),
        (["mix", "a.wav"], "required: -o/--out"),
        (["mix", "a.wav", "-o", "x", "--format", "mp3"], "invalid choice: 'mp3'"),
        (["mix", "a.wav", "-o", "x", "--rate", "7999"], "no whole number in 8000..48000"),
        (["compose", "a.mp4"], "required: -o/--out"),
        (["compose", "a.mp4", "-o", "x.mp4", "--size", "17x33"], "no even size"),
        (["compose", "a.mp4", "-o", "x.mp4", "--fps", "0/0"], "no picture rate"),
        (["demo", "--sites", "2"], "no whole number in 3..162"),
        (["demo", "--sites", "many"], "no whole number in 3..162"),
        (["demo", "--seconds", "0"], "no number in 1..3600"),
        (["demo", "--seconds", "nan"], "no number in 1..3600"),
        (["demo", "--threads", "0"], "no whole number in 1..64"),
        (["load"], "required: --to"),
        (["load", "--to", "somewhere"], "no HOST:PORT"),
        (["load", "--to", "127.0.0.1:99999"], "no HOST:PORT"),
        (["load", "--to", "8.8.8.8:5004"], "not in this machine or a private network"),
        (["load", "--to", "127.0.0.1:5004", "--sites", "1001"], "no whole number in 2..1000"),
        (["load", "--to", "127.0.0.1:5004", "--payload-type", "128"], "no whole number in 0..127"),
        (["load", "--to", "127.0.0.1:5004", "--codec", "mp3"], "invalid choice: 'mp3'"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert complaint in refused(words, capsys)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:5004", ("127.0.0.1", 5004)),
        ("localhost:80", ("127.0.0.1", 80)),
        ("[::1]:5004", ("::1", 5004)),
        ("192.168.1.20:1", ("192.168.1.20", 1)),
    ],
)
def test_near_addresses_are_taken(text: str, address: tuple[str, int]) -> None:
    assert near_host_port(text) == address


def test_port_0_is_for_listening_only() -> None:
    assert host_port("127.0.0.1:0") == ("127.0.0.1", 0)
    with pytest.raises(argparse.ArgumentTypeError):
        near_host_port("127.0.0.1:0")


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--talkers", "5", "--sites", "4"], "more talkers than sites"),
        (["--talkers", "90", "--sites", "90"], "there is speech for"),
        (["--speech", "/nothing/here"], "/nothing/here is no folder"),
        (["--trace", "/nothing/here.csv"], "/nothing/here.csv is no trace"),
    ],
)
def test_impossible_loads_are_refused(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--to", "127.0.0.1:9", *options]) == 2
    assert complaint in capsys.readouterr().err
