# What the steps of action.yml share; sourced by them.
# shellcheck shell=bash

# items TEXT: the lines of an input, without spaces around them and without empty ones.
items() {
  printf '%s\n' "$1" | sed -e 's/\r$//' -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^$/d'
}

# output NAME: sets an output of the step to standard input. What it says is somebody else's text,
# which must not end it: nobody can guess the line that does.
output() {
  local end
  end="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  { printf '%s<<%s\n' "$1" "$end"; cat; printf '\n%s\n' "$end"; } >> "$GITHUB_OUTPUT"
}

# harmless FILE: a log as it can be printed, without what the runner would take for commands.
harmless() {
  sed -e 's/^\([[:space:]]*\)::/\1: :/' -e 's/##\[/# #[/g' "$1"
}
