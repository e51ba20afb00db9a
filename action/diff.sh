#!/usr/bin/env bash
# Compares documents with those of a revision: `lastack diff` in Markdown goes to the output
# `comment` and the job's summary, the worst exit code to the output `code`. Wants DOCUMENTS, one a
# line, and BASE; DIFF_OPTIONS are further options, one a line. A document is compared if its own
# file differs, or one that it extends; one that is new or gone is only named.
set -euo pipefail
. "$(dirname "$0")/common.sh"
lastack=${LASTACK:-lastack}
export GIT_LITERAL_PATHSPECS=1

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
: > "$scratch/comment"
: > "$scratch/errors"
worst=0

# worse CODE: 2 outweighs 1, and 1 outweighs 3.
worse() {
  case "$worst$1" in
    ?0 | 2? | 1[13] | 33) ;;
    *) worst=$1 ;;
  esac
}

# finish: gives back what was found. A comment may have 65,536 characters; what is cut off is in
# the summary.
finish() {
  harmless "$scratch/errors" >&2
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
    echo "::warning title=Lastack::the documents could not all be compared with the base; the log says why"
  fi
}

# note PATH WHAT: a line of the comment.
note() {
  # shellcheck disable=SC2016 # these are Markdown's
  printf '### `%s` %s\n\n' "$(printf '%s' "$1" | tr -d '\140' | tr '\r\n' '  ')" "$2" >> "$scratch/comment"
}

commit_of() {
  git rev-parse --quiet --verify "$1^{commit}"
}

# The commit of BASE, which need not be in the checkout; nothing if there is none. A name that
# begins with a hyphen would be an option of git.
base=
shown=$BASE
case "$BASE" in
  -*) ;;
  *) base=$(commit_of "$BASE" || true) ;;
esac
if [ -z "$base" ] && [ "${BASE#-}" = "$BASE" ]; then
  if git fetch --quiet --depth=1 -- origin "$BASE" 2>> "$scratch/errors"; then
    base=$(commit_of FETCH_HEAD || true)
    shown=$base
  fi
fi
if [ -z "$base" ]; then
  printf '%s\n' "there is no revision $BASE here, nor at origin" >> "$scratch/errors"
  worse 2
  finish
  exit
fi

# compare BEFORE AFTER: the document BEFORE of the base with the file AFTER.
options=(--format markdown)
while IFS= read -r option; do
  options+=("$option")
done < <(items "${DIFF_OPTIONS:-}")
compare() {
  local code=0
  "$lastack" diff "${options[@]}" -- "$shown:$1" "$2" >> "$scratch/comment" 2>> "$scratch/errors" || code=$?
  printf '\n' >> "$scratch/comment"
  worse "$code"
}

# What follows takes names from git and `lastack list` as they are, each ended by a NUL: a name may
# have tabs and line breaks in it, and git would quote those and others otherwise.

# from_top FILE: sets `path` to what the repository calls it; empty for what belongs to none, such
# as bundled documents.
from_top() {
  path=
  IFS= read -r -d '' path < <(git ls-files -z --full-name -- "$1" 2> /dev/null) || true
}

# differs FILE...: whether one of them is in the repository, and not as in the base.
differs() {
  local file
  for file; do
    if git ls-files --error-unmatch -- "$file" > "$scratch/tracked" 2>&1 && ! git diff --quiet "$base" -- "$file"; then
      return 0
    fi
  done
  return 1
}

# was PATH: sets `before` to what the base calls a file, which may have been renamed since.
was() {
  local after
  while IFS= read -r -d '' _ && IFS= read -r -d '' before && IFS= read -r -d '' after; do
    if [ "$after" = "$1" ]; then
      return
    fi
  done < <(git diff -z --name-status --find-renames --diff-filter=R "$base")
  before=$1
}

# look_at FILE EXTENDED...: compares a document if it differs, or one that it extends.
look_at() {
  from_top "$1"
  if [ -z "$path" ] || ! differs "$@"; then
    return
  fi
  was "$path"
  if git cat-file -e "$base:$before" 2> /dev/null; then
    compare "$before" "$1"
  else
    note "$path" "is new"
  fi
}

# is_protocol PATH: whether a file of the base is one.
is_protocol() {
  mkdir -p "$scratch/gone"
  git cat-file blob "$base:$1" > "$scratch/gone/document.md"
  [ -n "$("$lastack" list --extended -- "$scratch/gone" 2> /dev/null)" ]
}

named=()
: > "$scratch/files"
while IFS= read -r document; do
  if [ -e "$document" ]; then
    named+=("$document")
  elif [ -n "$(git ls-tree "$base" -- "$document" 2> /dev/null)" ]; then
    named+=("$document")
    continue
  fi
  "$lastack" list --extended -z -- "$document" >> "$scratch/files" 2>> "$scratch/errors" || worse 2
done < <(items "$DOCUMENTS")

files=()
while IFS= read -r -d '' file; do
  if [ -n "$file" ]; then
    files+=("$file")
  else
    look_at "${files[@]}"
    files=()
  fi
done < "$scratch/files"

if [ "${#named[@]}" -gt 0 ]; then
  while IFS= read -r -d '' _ && IFS= read -r -d '' path; do
    case "$path" in
      *.md) if is_protocol "$path"; then note "$path" "is gone"; fi ;;
    esac
  done < <(git diff -z --name-status --find-renames --diff-filter=D "$base" -- "${named[@]}")
fi
finish
