"""In a new environment: the wheel for release needs numpy only, and holds its codecs and all that users build on."""

import importlib.metadata
import subprocess
import time
from pathlib import Path, PurePosixPath

start_s = time.perf_counter()
import mixminus

import_ms = 1e3 * (time.perf_counter() - start_s)

NEEDED = [
    "mixminus/py.typed",
    "mixminus/_tick.pxd",
    "mixminus/_tick.pyi",
    "mixminus/_core/*.pyi",
    "mixminus/include/mixminus/conference/conference.hpp",
    "mixminus/cmake/mixminus-config.cmake",
    "mixminus/lib/libmixminus.so",
    "mixminus/speech/*.opus",
    "mixminus.libs/libopus*",
    "mixminus.libs/libspandsp*",
]
SOURCES = {".cpp", ".inl", ".pyx", ".pxi", ".txt"}
HERE = {"mixminus", "numpy", "pip", "setuptools"}


def check_contents() -> None:
    """Compare what was installed with what is promised."""
    files = importlib.metadata.files("mixminus") or []
    missing = [name for name in NEEDED if not any(PurePosixPath(f).match(name) for f in files)]
    assert not missing, missing
    package = [f for f in files if ".dist-info" not in f.parts[0]]
    sources = [str(f) for f in package if f.suffix in SOURCES]
    assert not sources, sources
    others = {d.metadata["Name"] for d in importlib.metadata.distributions()} - HERE
    assert not others, others


def check_work() -> None:
    """Run a conference with every codec, and the command line."""
    assert {"opus", "g722", "pcmu", "pcma", "l16"} <= set(mixminus.codecs()), mixminus.codecs()
    conference = mixminus.Conference(threads=2)
    legs = [conference.add_leg(codec=codec) for codec in ("opus", "g722", "pcmu")]
    conference.tick(0)
    assert all(leg.take_packet() for leg in legs)
    assert Path(mixminus.get_cmake_dir(), "mixminus-config.cmake").is_file()
    subprocess.run([Path("bin/mixminus"), "--version"], check=True)


check_contents()
check_work()
print(f"wheel works alone, {mixminus.opus_version()}, import took {import_ms:.0f} ms")
