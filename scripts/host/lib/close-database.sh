# shellcheck shell=bash
# How a container with a database ends. Process 1 of the AIO image passes no
# signal on: Docker would wait, and then kill the database with all that it has
# not written. So the database is asked first, and the rest ends at once.
# The order matters: a collector that ends before `docker stop` counts as one
# that died, and its restart policy starts it again.

# For as long a database may write to its files.
DATABASE_SECONDS=60

# Runs in the container, by its shell and its own process namespace. Ends with 3
# where no database runs. One that is process 1 gets Docker's own signal, and the
# container would end with it; one that nobody waits for (Z) has ended.
# shellcheck disable=SC2016
DATABASE_SCRIPT='
databases() {
  for stat in /proc/[0-9]*/stat; do
    read -r pid name state rest <"$stat" || continue
    case "$pid $name $state" in
    "1 "* | *" Z") ;;
    *" (mysqld) "? | *" (mariadbd) "?) printf "%s " "$pid" ;;
    esac
  done
}
asked=$(databases)
[ -n "$asked" ] || exit 3
kill -TERM $asked
while [ -n "$(databases)" ]; do sleep 0.1 || sleep 1 || exit 1; done'

# close_database CONTAINER: 0 when it has ended, 1 where it cannot be asked, 2 when it
# did not end in time, 3 where none runs. What the container prints is not read.
# With the host's processes in sight, or another container's, other databases
# would end as well.
close_database() {
  local status=0
  [ "$(timeout 10 docker container inspect --format '{{.State.Status}} {{.HostConfig.PidMode}}' "$1" 2>/dev/null)" = \
    "running " ] || return 1
  timeout --kill-after 5 "$DATABASE_SECONDS" docker exec --user 0 "$1" sh -c "$DATABASE_SCRIPT" \
    >/dev/null 2>&1 </dev/null || status=$?
  case $status in
  0) ;;
  3) return 3 ;;
  124 | 137) return 2 ;;
  *) return 1 ;;
  esac
}
