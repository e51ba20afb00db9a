#!/usr/bin/env bash
# Compares documents with those of a revision: `lastack diff` in Markdown goes to the output
# `comment` and the job's summary, the worst exit code to the output `code`. Wants DOCUMENTS, one a
# line, and BASE; DIFF_OPTIONS are further options, one a line. A document is compared if its own
# file differs; one that is new is only named.
set -euo pipefail
. "$(dirname "$0")/common.sh"
lastack=${LASTACK:-lastack}
export GIT_LITERAL_PATHSPECS=1

git rev-parse --quiet --verify "$BASE^{commit}" > /dev/null || git fetch --quiet --depth=1 origin "$BASE"

named=()
while IFS= read -r document; do
  named+=("$document")
done < <(items "$DOCUMENTS")

options=(--format markdown)
while IFS= read -r option; do
  options+=("$option")
done < <(items "${DIFF_OPTIONS:-}")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
: > "$scratch/comment"
"$lastack" list --files -- ${named[@]+"${named[@]}"} > "$scratch/files" 2> "$scratch/errors" || true

worst=0
while IFS= read -r file; do
  # Empty for what belongs to no checkout, such as bundled documents.
  path=$(git -c core.quotePath=false ls-files --full-name -- "$file" 2> /dev/null || true)
  if [ -z "$path" ] || git diff --quiet "$BASE" -- "$file"; then
    continue
  fi
  if ! git cat-file -e "$BASE:$path" 2> /dev/null; then
    # shellcheck disable=SC2016 # these are Markdown's
    printf '### `%s` is new\n\n' "$(printf '%s' "$path" | tr -d '\140')" >> "$scratch/comment"
    continue
  fi
  code=0
  "$lastack" diff "${options[@]}" -- "$BASE:$path" "$file" >> "$scratch/comment" 2>> "$scratch/errors" || code=$?
  printf '\n' >> "$scratch/comment"
  # 2 outweighs 1, and 1 outweighs 3.
  case "$worst$code" in
    ?0 | 2? | 1[13] | 33) ;;
    *) worst=$code ;;
  esac
done < "$scratch/files"
harmless "$scratch/errors" >&2

# A comment may have 65,536 characters; what is cut off is in the summary.
LC_ALL=C awk '
  { size += length($0) + 1 }
  size > 60000 { if (fenced) print "```"; print "\n(cut short; the rest is in the summary of the job)"; exit }
  /^```/ { fenced = !fenced }
  { print }
' "$scratch/comment" > "$scratch/short"
output comment < "$scratch/short"
printf '%s' "$worst" | output code
head -c 900000 "$scratch/comment" >> "$GITHUB_STEP_SUMMARY"
if [ "$worst" = 2 ]; then
  echo "::warning title=Lastack::the documents could not be compared with $BASE; the log says why"
fi
