# shellcheck shell=bash disable=SC2034
# Names, places and small helpers that every step on the host shares.
# Assumes: root, bash, systemd, the tools that the preflight looks for.
# Input: OWNER, the stack that runs the step, PROJECT/STACK.

# A failure inside $(…) is a failure.
shopt -s inherit_errexit
# Whatever the login's is: what root runs is writable by root alone, and the
# users inside the container get into its directories.
umask 022
# This machine's engine, whatever the login's environment or root's own choice names.
unset DOCKER_HOST
export DOCKER_CONTEXT=default

TOOL=openbmp-aio-ipv6
CONTAINER=openbmp_aio
# A Docker network of the collector's own, and its interface.
OWN_NETWORK=openbmp_aio
OWN_BRIDGE=openbmp0
# The network that the container is on.
case ${DOCKER_NETWORK:-bridge} in
bridge) NETWORK=bridge BRIDGE=docker0 ;;
dedicated) NETWORK=$OWN_NETWORK BRIDGE=$OWN_BRIDGE ;;
esac
# Verification comes in by this interface, from this prefix of length 64 (RFC 4193).
PROBE=openbmp-probe
PROBE_PREFIX=fd6f:626d:7076:3600
# The file itself where the path is a symbolic link.
DAEMON_JSON=$(realpath -m /etc/docker/daemon.json)
CONFIG_DIRECTORY=/var/openbmp/config
DATA_DIRECTORY=/var/openbmp/mysql
# What stays on the host: programs, units.
PROGRAM_DIRECTORY=/usr/local/lib/openbmp-aio-ipv6
UNIT_DIRECTORY=/etc/systemd/system
# What was there before the first touch, so that destroy can put it back.
RECORD=/var/lib/openbmp-aio-ipv6

# No message has more characters.
MESSAGE_CHARACTERS=4000

# Progress goes to stderr; stdout is the step's result, for the program. Messages
# hold what containers, registries and users of the host wrote: a terminal obeys
# what is not printable, and the command provider fails on what is not UTF-8.
say() {
  local others=$'[^ -~\n]' text=$* LC_ALL=C
  text=${text:0:MESSAGE_CHARACTERS}
  text=${text//$'\t'/ }
  printf '%s\n' "${text//$others/?}" >&2
}

die() {
  say "$TOOL: $*"
  exit 1
}

# beginning: of what comes on stdin, as much as a message holds. All of it is
# read, so that nobody fails at writing the rest.
beginning() {
  local text LC_ALL=C
  IFS= read -r -d '' -N "$MESSAGE_CHARACTERS" text || true
  printf '%s' "$text"
  while IFS= read -r -d '' -N 65536 _; do :; done
}

# relayed COMMAND…: its own words on stderr go out by say.
relayed() {
  local words status=0
  { words=$("$@" 2>&1 >&3 3>&- | beginning); } 3>&1 || status=$?
  [ -z "$words" ] || say "$words"
  return "$status"
}

# Docker passes on what containers, images and registries say.
docker() { relayed command docker "$@"; }

have() { type -P "$1" >/dev/null; }

# write_file PATH [MODE]: replaces PATH by stdin in one move. Prints "changed"
# unless it was the same, with the same mode.
write_file() {
  local path=$1 mode=${2:-644} new mended
  new=$(mktemp "$path.XXXXXX") || return
  # Also where the caller is in a condition, which switches off errexit.
  if ! { cat >"$new" && chmod "$mode" "$new"; }; then
    rm -f "$new"
    return 1
  fi
  if cmp -s "$new" "$path"; then
    rm -f "$new"
    mended=$(chmod --changes "$mode" "$path") || return
    [ -z "$mended" ] || echo changed
  else
    mv -f "$new" "$path" && echo changed
  fi
}

# same_file PATH TEXT: a line where it is not.
same_file() { cmp -s "$1" <(printf '%s' "$2") || echo "$1 is not as it was written"; }

# program_differences PATH TEXT
program_differences() {
  same_file "$1" "$2"
  [ ! -e "$1" ] || [ -x "$1" ] || echo "$1 is not executable"
}

file_digest() { sha256sum <"$1" | cut -d ' ' -f 1; }

# claim_host: the host is this stack's from here on, or the step ends. A file gets
# its name once: of two stacks at the same moment, one has it.
claim_host() {
  local claim recorded problem
  if [ ! -e "$RECORD/owner" ]; then
    (umask 077 && mkdir -p "$RECORD")
    claim=$(mktemp "$RECORD/owner.XXXXXX")
    printf '%s\n' "$OWNER" >"$claim"
    # A power cut must not leave a name without its text.
    sync "$claim"
    ln -T "$claim" "$RECORD/owner" 2>/dev/null || true
    rm -f "$claim"
  fi
  recorded=$(recorded_owner)
  [ -n "$recorded" ] || die "$RECORD/owner names no stack: run again; if that does not help, remove the file"
  problem=$(owner_problem "$recorded")
  [ -z "$problem" ] || die "$problem"
}

# owner_problem RECORDED: a line where that is another stack.
owner_problem() {
  [ -z "$1" ] || [ "$1" = "$OWNER" ] || echo "the host is deployed by the stack $1: destroy that one first"
}

# release_host: in one move, so that a claim at this moment finds all of the record, or none.
release_host() {
  clear_released
  mv -T "$RECORD" "$RECORD.released"
  clear_released
}

clear_released() { rm -rf "$RECORD.released"; }

# The stack that a former deployment recorded, empty when there is none.
recorded_owner() { cat "$RECORD/owner" 2>/dev/null || true; }
