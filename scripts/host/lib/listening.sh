# shellcheck shell=bash
# The wait for a collector that starts.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/collector.sh"
# shellcheck source=scripts/host/lib/first-start.sh
. "${BASH_SOURCE[0]%/*}/first-start.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# Until START_DEADLINE: the first start fills a database for minutes. One that has
# opened its BMP port for IPv4 only will not open it for IPv6 later.
wait_for_listeners() {
  local begun=$SECONDS told='' ipv4_since='' current
  until current=$(listeners 2>/dev/null) && { ! is_aio || listens_on_ipv6 "$REST_CONTAINER_PORT" "$current"; } &&
    listens_on_ipv6 "$BMP_CONTAINER_PORT" "$current"; do
    # Started again by Docker, it has another process.
    [ -e "/proc/$CONTAINER_PID" ] || container_stopped
    if [[ " $current " == *":$BMP_CONTAINER_PORT "* ]] && ! listens_on_ipv6 "$BMP_CONTAINER_PORT" "$current"; then
      ipv4_since=${ipv4_since:-$SECONDS}
    else
      ipv4_since=''
    fi
    if [ "$SECONDS" -ge "$START_DEADLINE" ] || [ $((SECONDS - ${ipv4_since:-$SECONDS})) -ge 10 ]; then
      die "verification failed: container not listening on IPv6: it listens at $current; check listen_mode in $FILE," \
        "and docker logs $CONTAINER"
    fi
    still_waiting "the collector listens on IPv6" listeners_progress "$current"
    # Often at first; what takes minutes is checked less often.
    if [ $((SECONDS - begun)) -lt 3 ]; then sleep 0.02; else sleep 0.5; fi
  done
}

# listeners_progress LISTENERS
listeners_progress() {
  if is_aio && database_is_being_made; then
    echo "the image makes its database, which at the first start takes minutes"
  elif ! listens_on_ipv6 "$BMP_CONTAINER_PORT" "$1"; then
    echo "the image starts, and openbmpd does not listen at port $BMP_CONTAINER_PORT yet"
  else
    echo "openbmpd listens, and the REST API does not at port $REST_CONTAINER_PORT yet"
  fi
}
