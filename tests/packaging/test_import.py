"""What ``import mixminus`` brings along and what it costs: measured in new processes."""

import json
import subprocess
import sys

ALLOWED = {"mixminus", "numpy", "cython_runtime"}
IMPORT = """
import json, sys, time
start_s = time.perf_counter()
import numpy
numpy_s = time.perf_counter()
before = set(sys.modules)
import mixminus
end_s = time.perf_counter()
print(json.dumps({
    "numpy": numpy_s - start_s,
    "mixminus": end_s - numpy_s,
    "modules": sorted({name.partition(".")[0] for name in set(sys.modules) - before}),
}))
"""


def run() -> dict[str, object]:
    result = subprocess.run(
        [sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True
    )
    answer: dict[str, object] = json.loads(result.stdout)
    return answer


def test_nothing_but_numpy_comes_along() -> None:
    modules = run()["modules"]
    assert isinstance(modules, list)
    standard = set(sys.stdlib_module_names)
    assert {name for name in modules if not name.startswith("_")} - standard <= ALLOWED
    assert "asyncio" not in modules


def test_most_of_its_time_is_that_of_numpy() -> None:
    runs = [run() for _ in range(5)]
    numpy_s, mixminus_s = (
        min(float(str(one[name])) for one in runs) for name in ("numpy", "mixminus")
    )
    print(f"import: numpy {1e3 * numpy_s:.0f} ms, then mixminus {1e3 * mixminus_s:.0f} ms")
    assert mixminus_s < numpy_s
