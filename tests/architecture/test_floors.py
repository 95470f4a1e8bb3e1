"""The folder tree is the architecture: lower floors never include higher ones."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STAGES = {"aec", "compose", "rtp", "jitter", "codec", "enhance", "mix", "speaker", "video"}
# what each folder of src/ and include/mixminus/ may include, besides itself
MAY_INCLUDE: dict[str, set[str]] = {
    "base": set(),
    "kernels": {"base"},
    "rt": {"base"},
    "dsp": {"base", "kernels"},
    **{stage: {"base", "kernels", "dsp"} for stage in STAGES},
    "conference": {"base", "kernels", "dsp", "rt"} | STAGES,
    "serve": {"base", "conference"} | STAGES,
    "bindings": {"base", "kernels", "dsp", "rt", "conference", "serve"} | STAGES,
}
INCLUDE = re.compile(r'^\s*(?:#\s*include|cdef extern from|include) "([^"]+)"', re.MULTILINE)
TOPS = [ROOT / "src", ROOT / "include/mixminus"]
SOURCES = sorted(
    path
    for top in TOPS
    for path in top.rglob("*")
    if path.suffix in {".hpp", ".cpp", ".inl", ".pyx", ".pxi"}
)


def folder(path: Path) -> str:
    (top,) = (top for top in TOPS if path.is_relative_to(top))
    return path.relative_to(top).parts[0]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_includes_point_downwards(path: Path) -> None:
    here = folder(path)
    for target in INCLUDE.findall(path.read_text()):
        parts = target.removeprefix("mixminus/").split("/")
        there = parts[0] if len(parts) > 1 else here
        assert there == here or there in MAY_INCLUDE[here], f"{here} may not include {target}"


@pytest.mark.parametrize("path", [p for p in SOURCES if folder(p) == "kernels"], ids=name)
def test_kernel_bodies_include_no_library_code(path: Path) -> None:
    if path.name == "dispatch.cpp":
        return
    found = set(re.findall(r"#include <([^>]+)>", path.read_text()))
    assert found <= {"cstddef", "cstdint", "immintrin.h", "arm_neon.h"}
