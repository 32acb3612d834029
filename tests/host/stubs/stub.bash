# shellcheck shell=bash
# What the stubs share: each call is written down, an unknown one fails the
# test. What they know is in files of bash assignments: $FAKE/engine, and one
# file for each container in $FAKE/containers.
set -euo pipefail

record() { printf '%s\n' "${0##*/} $*" >>"$FAKE/calls"; }

unexpected() {
  printf 'unexpected: %s\n' "${0##*/} $*" | tee -a "$FAKE/unexpected" >&2
  exit 97
}

# assign FILE NAME=VALUE…: changes some of a file's assignments.
assign() {
  local file=$1 assignment
  shift
  for assignment; do printf '%s=%q\n' "${assignment%%=*}" "${assignment#*=}" >>"$file"; done
}

load_engine() {
  # shellcheck source=/dev/null
  . "$FAKE/engine"
}

# load_container FILE
load_container() {
  # shellcheck source=/dev/null
  . "$1"
}
