# shellcheck shell=bash
# Names, places and small helpers that every step on the host shares.
# Assumes: root, bash, systemd, the tools that the preflight requires.

# Before anything that an older one does not know.
if [ "${BASH_VERSINFO[0]}" -lt 5 ] && [ "${BASH_VERSINFO[0]}.${BASH_VERSINFO[1]}" != 4.4 ]; then
  echo "openbmp-aio-ipv6: bash is $BASH_VERSION on the host, and 4.4 is needed: upgrade the distribution" >&2
  exit 1
fi

# shellcheck source=scripts/host/lib/messages.sh
. "${BASH_SOURCE[0]%/*}/messages.sh"
# shellcheck source=scripts/host/lib/progress.sh
. "${BASH_SOURCE[0]%/*}/progress.sh"

# A failure inside $(…) is a failure.
shopt -s inherit_errexit
# Whatever the login's is: what root runs is writable by root alone, and the
# users inside the container get into its directories.
umask 022
# This machine's engine, whatever the login's environment or root's own choice names.
unset DOCKER_HOST
export DOCKER_CONTEXT=default

# shellcheck disable=SC2034 # the files that source this one read them
{
  TOOL=openbmp-aio-ipv6
  CONTAINER=openbmp_aio
  # The name of the original container while ours is in its place.
  BACKUP_CONTAINER=$CONTAINER.before
  # A Docker network of the collector's own, and its interface.
  OWN_NETWORK=openbmp_aio
  OWN_BRIDGE=openbmp0
  # Verification comes in by this interface, from this prefix of length 64 (RFC 4193).
  PROBE=openbmp-probe
  PROBE_PREFIX=fd6f:626d:7076:3600
  # The file itself where the path is a symbolic link.
  DAEMON_JSON=$(realpath -m /etc/docker/daemon.json)
  CONFIG_DIRECTORY=/var/openbmp/config
  DATA_DIRECTORY=/var/openbmp/mysql
  BACKUP_DIRECTORY=/var/openbmp/backup
  # In the directory that node_exporter reads.
  METRICS_FILE=openbmp-aio-ipv6.prom
  # What stays on the host: programs, units.
  PROGRAM_DIRECTORY=/usr/local/lib/openbmp-aio-ipv6
  UNIT_DIRECTORY=/etc/systemd/system
}

# Docker passes on what containers, images and registries say.
docker() { relayed command docker "$@"; }

# One that hangs does not answer either.
ENGINE_SECONDS=20
engine_answers() { timeout "$ENGINE_SECONDS" docker version >/dev/null 2>&1; }

# input NAME…: what the sender of the script must set. Without it nothing is done.
input() {
  local name missing=''
  for name; do
    declare -p "$name" >/dev/null 2>&1 || missing+="${missing:+, }$name"
  done
  [ -z "$missing" ] || die "the input lacks $missing: run again from a clean checkout"
}

# collect ARRAY COMMAND…: the lines that a check prints. One that dies is no check
# that found nothing: the step ends. Never in a condition, where bash would go on
# after a failure within the check.
collect() {
  local -n collect_into=$1
  local collect_text
  # shellcheck disable=SC2154,SC2030 # the trap sets it, in the check's own shell
  collect_text=$(
    CHECK=$2
    trap 'status=$?; [ "$status" = 0 ] || say "$TOOL: the check $CHECK failed (exit code $status): fix what the lines above say, and run again"' EXIT
    "${@:2}"
  )
  collect_into=()
  # shellcheck disable=SC2034 # it is the caller's array
  [ -z "$collect_text" ] || mapfile -t collect_into <<<"$collect_text"
}

# say_each COMMAND…: each line that it prints.
say_each() {
  local lines line
  collect lines "$@"
  for line in "${lines[@]}"; do say "$line"; done
}

# lines_except TEXT: the lines on stdin, but empty ones and those with that text.
lines_except() { awk -v text="$1" '$0 != "" && $0 != text'; }

# join_with_semicolons TEXT…: with semicolons between.
join_with_semicolons() {
  local text
  printf '%s' "$1"
  for text in "${@:2}"; do printf '; %s' "$text"; done
}

# drift TEXT [REMEDY]: something on the host is not as deployed; with a remedy where
# running the steps again is not enough.
drift() { printf '%s%s\n' "$1" "${2:+$'\t'$2}"; }

# run_step STEP VERB: the function that a file of steps has for it.
run_step() {
  local in_background
  declare -F "${1//-/_}_$2" >/dev/null || die "unknown verb $2"
  # Both ends in one, so that nobody fails at writing to it.
  exec {SPOKEN}<> <(:)
  break_silence "$1" </dev/null >/dev/null 2>&1 &
  in_background=$!
  "${1//-/_}_$2"
  kill "$in_background"
}

have() { type -P "$1" >/dev/null; }

# write_file PATH [MODE]: replaces PATH by stdin in one move. Prints "changed"
# unless it was the same, with the same mode.
write_file() {
  local path=$1 mode=${2:-644} new fixed
  new=$(mktemp "$path.XXXXXX") || return
  # Also where the caller is in a condition, which switches off errexit.
  if ! { cat >"$new" && chmod "$mode" "$new"; }; then
    rm -f "$new"
    say "$path is as it was, the new text is not written: fix what the line above says, and run again"
    return 1
  fi
  if cmp -s "$new" "$path"; then
    rm -f "$new"
    fixed=$(chmod --changes "$mode" "$path") || return
    [ -z "$fixed" ] || echo changed
  else
    mv -f "$new" "$path" && echo changed
  fi
}

# file_drift PATH TEXT: a line where the file has another text.
file_drift() { cmp -s "$1" <(printf '%s' "$2") || drift "$1 is not as it was written"; }

# program_drift PATH TEXT
program_drift() {
  file_drift "$1" "$2"
  [ ! -e "$1" ] || [ -x "$1" ] || drift "$1 is not executable"
}

file_digest() { sha256sum <"$1" | cut -d ' ' -f 1; }
