# shellcheck shell=bash
# What a step says while it works.

# shellcheck source=scripts/host/lib/messages.sh
. "${BASH_SOURCE[0]%/*}/messages.sh"

# Firewalls and SSH servers end a connection in which nothing is said. In the background,
# with none of the script's outputs open, so that it holds nobody up, and only while it runs.
SILENCE_SECONDS=20
break_silence() {
  # No other process: it would outlive this one.
  while true; do
    ! read -r -t "$SILENCE_SECONDS" -u "$SPOKEN" || continue
    kill -0 $$ || return 0
    say "$1 goes on after $SECONDS s" 2>>"/proc/$$/fd/2"
  done
}

# still_waiting WHAT COMMAND…: of a loop that waits until WHAT, at once, and every
# SILENCE_SECONDS what COMMAND prints, which is what is missing now. The loop has begun=$SECONDS
# and told=''.
still_waiting() {
  local missing
  if [ -z "$told" ]; then
    say "waiting until $1"
  elif [ $((SECONDS - told)) -ge "$SILENCE_SECONDS" ]; then
    missing=$("${@:2}")
    # shellcheck disable=SC2154 # the loop has it
    say "waiting until $1, $((SECONDS - begun)) s so far: $missing"
  else
    return 0
  fi
  told=$SECONDS
}
