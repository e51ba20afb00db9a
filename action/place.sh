#!/usr/bin/env bash
# Where action.yml installs and caches, and the key of the cache. Wants PYTHON.
set -euo pipefail
. "$(dirname "$0")/common.sh"

place="$RUNNER_TEMP/lastack"
mkdir -p "$place/cache"
requirements=$(cksum < "$GITHUB_ACTION_PATH/pyproject.toml" | tr -c '0-9\n' '-')
version=$("$PYTHON" -c 'import platform; print(platform.python_version())')

printf '%s' "$place" | output place
printf '%s' "$place/cache" | output cache
printf '%s' "lastack-${RUNNER_OS:-}-${RUNNER_ARCH:-}-$version-$requirements" | output key
