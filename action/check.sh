#!/usr/bin/env bash
# Checks documents: annotations go to the log, the text to the job's summary, the exit code to the
# output `code`. Wants DOCUMENTS and OPTIONS, one a line; JUNIT and SARIF are files, or empty.
set -euo pipefail
. "$(dirname "$0")/common.sh"

arguments=(--format github)
[ -z "${JUNIT:-}" ] || arguments+=(--also "junit=$JUNIT")
[ -z "${SARIF:-}" ] || arguments+=(--also "sarif=$SARIF")
while IFS= read -r option; do
  arguments+=("$option")
done < <(items "${OPTIONS:-}")
arguments+=(--)
found=0
while IFS= read -r document; do
  arguments+=("$document")
  found=$((found + 1))
done < <(items "$DOCUMENTS")
if [ "$found" = 0 ]; then
  echo "::error title=Lastack::the input \`documents\` names no document; write one a line"
  printf 2 | output code
  exit
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
code=0
"${LASTACK:-lastack}" check --also "text=$scratch/report" "${arguments[@]}" 2> "$scratch/errors" || code=$?
harmless "$scratch/errors" >&2
printf '%s' "$code" | output code

case "$code" in
  0) verdict="all as expected" ;;
  1) verdict="NOT as expected" ;;
  3) verdict="not decided" ;;
  *) verdict="an error" ;;
esac
# Indented, so that it is text and no Markdown; a summary may have a megabyte.
{
  printf '### Lastack: %s\n\n' "$verdict"
  for file in "$scratch/errors" "$scratch/report"; do
    [ ! -s "$file" ] || { head -c 400000 "$file" | sed 's/^/    /'; printf '\n\n'; }
  done
} >> "$GITHUB_STEP_SUMMARY"
