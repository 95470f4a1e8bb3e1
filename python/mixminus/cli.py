"""Command line: one module of ``mixminus.apps`` for each command, imported when it is chosen."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

import mixminus
from mixminus.apps.errors import CommandError
from mixminus.errors import MixminusError

__all__ = ["main"]

# command: summary; its module has add_arguments(parser) and run(arguments) -> exit code
COMMANDS = {
    "demo": "run the conference of a whole province in this process and write what sites hear",
    "serve": "be an audio bridge for plain RTP over UDP",
    "load": "be many RTP endpoints of a bridge and check what comes back",
    "replay": "run the receiver over a capture or a trace and show its delay over time",
    "mix": "mix audio files: each one gets all the others",
    "compose": "show recorded files side by side in one, with the sound of all",
}
BAD_REQUEST = 2  # exit code, as argparse has it
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``mixminus``; those of this process when left out.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    parsed = _parser(words).parse_args(words)
    try:
        exit_code: int = _module(parsed.command).run(parsed)
    except (CommandError, MixminusError, OSError) as error:
        print(f"mixminus {parsed.command}: error: {_one_line(error)}", file=sys.stderr)
        return BAD_REQUEST
    except KeyboardInterrupt:
        return INTERRUPTED
    return exit_code


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mixminus", description=mixminus.__doc__)
    parser.add_argument("--version", action="version", version=mixminus.__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if name in words:
            _module(name).add_arguments(command)
    return parser


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"mixminus.apps.{command}")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
