#!/usr/bin/env bash
# try_wheel.sh WHEEL CHECK.py: installs the wheel alone in a new environment and runs the check there.
set -euo pipefail
wheel=$1
check=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet "$wheel"
cd "$folder"
bin/python "$check"
