# shellcheck shell=bash
# How a container with a database is stopped.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/close-database.sh
. "${BASH_SOURCE[0]%/*}/close-database.sh"

# Runs in the container, which is being stopped by then: openbmpd that ended before would be started again. Docker's
# signal is for process 1 alone, a shell that does not pass it on.
# shellcheck disable=SC2016
OPENBMPD_SCRIPT='
sleep 1
for stat in /proc/[0-9]*/stat; do
  read -r pid name rest <"$stat" || continue
  case "$name" in "(openbmpd)") kill -TERM "$pid" ;; esac
done'

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
  # One that tells its end writes to Kafka that its routers are gone, two seconds for each.
  3) timeout 10 docker exec --detach --user 0 "$1" sh -c "$OPENBMPD_SCRIPT" >/dev/null 2>&1 || true ;;
  2) say "the database in $1 does not end within $DATABASE_SECONDS s: Docker gives it $STOP_SECONDS s more, and" \
    "kills it then" ;;
  esac
  docker stop --time "$seconds" "$1" >/dev/null
}
