#!/usr/bin/env bash
# Installs the version of Lastack that action.yml belongs to. Wants PYTHON, PLACE, XDG_CACHE_HOME.
set -euo pipefail

"$PYTHON" -m venv "$PLACE/venv"
"$PLACE/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --cache-dir "$XDG_CACHE_HOME/pip" "$GITHUB_ACTION_PATH"
