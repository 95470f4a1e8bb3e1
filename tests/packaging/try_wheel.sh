#!/usr/bin/env bash
# Installs the wheel alone in a new environment: numpy is all it may need, and its codecs must be inside.
set -euo pipefail
wheel=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet "$wheel"
cd "$folder"
bin/python - <<'PYTHON'
import importlib.metadata, time
start_s = time.perf_counter()
import mixminus
import_ms = 1e3 * (time.perf_counter() - start_s)
assert {"opus", "g722", "pcmu", "pcma", "l16"} <= set(mixminus.codecs()), mixminus.codecs()
others = {d.metadata["Name"] for d in importlib.metadata.distributions()} - {"mixminus", "numpy", "pip", "setuptools"}
assert not others, others
conference = mixminus.Conference(threads=2)
legs = [conference.add_leg(codec=codec) for codec in ("opus", "g722", "pcmu")]
conference.tick(0)
assert all(leg.take_packet() for leg in legs)
print(f"wheel works alone, {mixminus.opus_version()}, import took {import_ms:.0f} ms")
PYTHON
