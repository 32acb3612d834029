# shellcheck shell=bash
# What steps say.

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
  # Who breaks the silence begins to count anew.
  [ -z "${SPOKEN:-}" ] || echo >&"$SPOKEN"
}

die() {
  say "$TOOL: $*"
  exit 1
}

# message_head: of what comes on stdin, as much as a message holds. All of it is
# read, so that nobody fails at writing the rest.
message_head() {
  local text LC_ALL=C
  IFS= read -r -d '' -N "$MESSAGE_CHARACTERS" text || true
  printf '%s' "$text"
  while IFS= read -r -d '' -N 65536 _; do :; done
}

# relayed COMMAND…: its own words on stderr go out by say.
relayed() {
  local words status=0
  { words=$("$@" 2>&1 >&3 3>&- | message_head); } 3>&1 || status=$?
  [ -z "$words" ] || say "$words"
  return "$status"
}
