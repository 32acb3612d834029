# shellcheck shell=bash disable=SC2034
# Names, places and small helpers that every step on the host shares.
# Assumes: root, bash, systemd, the tools that the preflight looks for.

# A failure inside $(…) is a failure.
shopt -s inherit_errexit

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
# Ports inside the container: BMP and the REST API.
BMP_CONTAINER_PORT=5000
REST_CONTAINER_PORT=8001
# The file itself where the path is a symbolic link.
DAEMON_JSON=$(realpath -m /etc/docker/daemon.json)
CONFIG_DIRECTORY=/var/openbmp/config
DATA_DIRECTORY=/var/openbmp/mysql
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

file_digest() { sha256sum <"$1" | cut -d ' ' -f 1; }

# Claims the host for this stack before anything of it is changed.
open_record() {
  mkdir -p "$RECORD"
  chmod 700 "$RECORD"
  printf '%s\n' "$OWNER" | write_file "$RECORD/owner" 600 >/dev/null
}

# The stack that a former deployment recorded, empty when there is none.
recorded_owner() { cat "$RECORD/owner" 2>/dev/null || true; }
