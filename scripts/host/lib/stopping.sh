# shellcheck shell=bash
# How a container with a database is stopped.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/close-database.sh
. "${BASH_SOURCE[0]%/*}/close-database.sh"

# What Docker gives to a container that could not be asked.
STOP_SECONDS=120

# stop_container NAME: it stays stopped.
stop_container() {
  local status=0 seconds=$STOP_SECONDS
  # A paused one gets no signal.
  [ "$(docker container inspect --format '{{.State.Status}}' "$1")" != paused ] || docker unpause "$1" >/dev/null
  close_database "$1" || status=$?
  case $status in
  0) seconds=1 ;;
  2) say "the database in $1 does not end within $DATABASE_SECONDS s: Docker gives it $STOP_SECONDS s more, and" \
    "kills it then" ;;
  esac
  docker stop --time "$seconds" "$1" >/dev/null
}
