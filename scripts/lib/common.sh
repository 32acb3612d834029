# shellcheck shell=bash
# Shared by the commands in scripts/: where things live, and how to speak.
# Sourced, never run. Expects `set -euo pipefail` in the caller.

PROJECT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Paid once per user, not once per checkout.
CACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/openbmp-aio-ipv6
STATE_DIR=${XDG_STATE_HOME:-$HOME/.local/state}/openbmp-aio-ipv6
export PROJECT_ROOT CACHE_DIR STATE_DIR
# It would keep programs below /tmp, in a folder whose name anybody can take first.
export TSX_DISABLE_CACHE=1

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ -z "${CI:-}" ]; then
  BOLD=$'\e[1m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' PLAIN=''
fi

say() { printf '%s\n' "${BOLD}==>${PLAIN} $*" >&2; }

die() {
  printf '%s\n' "${RED}${0##*/}: $*${PLAIN}" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# printable: what comes on stdin, without what a terminal would obey.
printable() { LC_ALL=C tr -c '\n\t -~' '?'; }

# run_quietly LABEL COMMAND…: the output is shown only when the command fails.
run_quietly() {
  local label=$1 log
  shift
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" | printable >&2
    rm -f "$log"
    die "$label failed (its last lines are above)"
  fi
  rm -f "$log"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    have sudo || die "this needs root: $* (and there is no sudo)"
    sudo "$@"
  fi
}
