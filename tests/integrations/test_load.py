"""``mixminus load`` finds nothing wrong with ``mixminus serve``. Runs in real time, a few seconds each."""

import pytest

from mixminus.cli import main
from tests.support.bridge import free_port, serving

SECONDS = 5


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("opus", ()),
        ("opus", ("--no-shared-encode",)),
        ("pcma", ()),
        ("g722", ()),
    ],
)
def test_every_codec_passes(codec: str, options: tuple[str, ...]) -> None:
    with serving("--codec", codec, *options) as (host, port):
        words = ["--to", f"{host}:{port}", "--codec", codec, "--seconds", str(SECONDS)]
        assert main(["load", *words, "--sites", "12", "--talkers", "3"]) == 0


def test_payload_type_can_be_chosen() -> None:
    with serving("--payload-type", "opus=100") as (host, port):
        words = ["--to", f"{host}:{port}", "--payload-type", "100", "--seconds", str(SECONDS)]
        assert main(["load", *words, "--sites", "6", "--talkers", "2"]) == 0


def test_levels_change_nothing_that_is_heard() -> None:
    with serving("--audio-level-id", "5") as (host, port):
        words = ["--to", f"{host}:{port}", "--audio-level-id", "5", "--seconds", str(SECONDS)]
        assert main(["load", *words, "--sites", "16", "--talkers", "3"]) == 0


def test_nobody_listening_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", "--to", f"127.0.0.1:{free_port()}", "--sites", "4"]) == 2
    assert "nobody listens" in capsys.readouterr().err
