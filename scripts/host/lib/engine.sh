# shellcheck shell=bash
# The Docker engine: what it runs with, and how to restart it so that the same
# containers run afterwards and the host keeps its IPv6 default route.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/close-database.sh
. "${BASH_SOURCE[0]%/*}/close-database.sh"
# shellcheck source=scripts/host/lib/daemon-json-restore.sh
. "${BASH_SOURCE[0]%/*}/daemon-json-restore.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/default-route.sh
. "${BASH_SOURCE[0]%/*}/default-route.sh"
# shellcheck source=scripts/host/lib/forwarding-record.sh
. "${BASH_SOURCE[0]%/*}/forwarding-record.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"
# shellcheck source=scripts/host/lib/running-containers.sh
. "${BASH_SOURCE[0]%/*}/running-containers.sh"
# shellcheck source=scripts/host/lib/docker-unit.sh
. "${BASH_SOURCE[0]%/*}/docker-unit.sh"
# shellcheck source=scripts/host/lib/units.sh
. "${BASH_SOURCE[0]%/*}/units.sh"

# The IPv6 subnet of the default bridge as the engine runs it, empty without IPv6.
bridge_ipv6_subnet() {
  docker network inspect --format '{{if .EnableIPv6}}{{range .IPAM.Config}}{{println .Subnet}}{{end}}{{end}}' bridge |
    awk '/:/ && !found { found = 1; print }'
}

# engine_restart_reason SUBNET: empty when the engine runs with that subnet
# on the default bridge (an empty SUBNET: with no IPv6 there).
engine_restart_reason() {
  local running same
  running=$(bridge_ipv6_subnet)
  same=$(same_prefix "$running" "$1")
  if [ "$same" = false ]; then
    echo "the default bridge has ${running:-no IPv6 prefix}, ${1:-none} is configured"
  elif engine_is_stale; then
    echo "Docker runs with another \"ip6tables\" than $DAEMON_JSON has"
  fi
}

# The engine did not start since its "ip6tables" was changed.
engine_is_stale() {
  local started
  [ -e "$ENGINE_IS_STALE" ] || return 1
  started=$(systemctl show --property ExecMainStartTimestamp --value docker.service)
  [ "$(date -d "${started:-@0}" +%s)" -le "$(stat -c %Y "$ENGINE_IS_STALE")" ]
}

# restore_default_bridge: the engine runs with the original daemon.json again; or the
# reason is in RESTORE_FAILURE, where it must not restart or does not. Called on
# its own, so that any other failure stops the step.
restore_default_bridge() {
  local prefix asked reason
  RESTORE_FAILURE=''
  [ -e "$DAEMON_JSON_IS_RECORDED" ] || return 0
  restore_daemon_json
  prefix=$(bridge_ipv6_subnet)
  # Docker, and all containers with it, would stay down.
  if ! asked=$(read_daemon_json | subnet_asked_for 2>/dev/null); then
    [ -z "$prefix" ] || RESTORE_FAILURE="$DAEMON_JSON is not a JSON object, Docker would not start with it"
    return 0
  fi
  reason=$(engine_restart_reason "$asked")
  [ -n "$reason" ] || return 0
  RESTORE_FAILURE=$(engine_restart_problems | paste -sd ' ')
  [ -z "$RESTORE_FAILURE" ] || return 0
  prepare_engine_restart
  restart_engine || RESTORE_FAILURE=$RESTART_FAILURE
  # An engine without IPv6 leaves on its bridge what one with IPv6 set there.
  if [ -z "$(bridge_ipv6_subnet)" ] && [ -n "$prefix" ]; then
    ip -6 addr flush dev docker0 to "$prefix" || true
    ip -6 route flush root "$prefix" dev docker0 || true
  fi
}

# One line for each reason not to restart the engine now.
engine_restart_problems() {
  local running others live_restore
  running=$(docker ps --quiet --no-trunc)
  [ -n "$running" ] || return 0
  # shellcheck disable=SC2086
  running=$(docker inspect $running)
  # Not by here-strings, which may be files for a moment: the containers' variables are in it.
  printf '%s\n' "$running" | affected_container_problems
  live_restore=$(docker info --format '{{.LiveRestoreEnabled}}')
  if [ "$live_restore" = true ]; then
    echo "Docker runs with live-restore: while containers run, a restart does not apply new settings to the default" \
      "bridge. Stop them or switch live-restore off"
  fi
  [ "$RESTART_DOCKER" = false ] || return 0
  others=$(printf '%s\n' "$running" | jq -r '.[].Name | ltrimstr("/")' | lines_except "$CONTAINER" | paste -sd ' ')
  [ -z "$others" ] ||
    echo "Docker must restart for IPv6, but restartDocker is false and these containers run: $others. Stop them, set" \
      "restartDocker, or set dockerNetwork to dedicated"
}

# What a restart needs to have done before: called on its own, so that a
# failure here stops the step.
prepare_engine_restart() {
  record_containers
  keep_default_route
  close_forwarding
}

# Closes the database itself: docker.service may not have the program for it yet.
restart_docker_unit() {
  close_database "$CONTAINER" || true
  start_docker_unit restart
}

# restart_engine: those that ran run again after, those that were stopped stay
# stopped. Returns 1 with the reason in RESTART_FAILURE when the engine or the
# default route does not come back; the caller undoes its change.
restart_engine() {
  local original_routes lost
  original_routes=$(default_routes)
  say "restarting Docker"
  if ! restart_docker_unit; then
    RESTART_FAILURE="$NOT_STARTED: $(last_words_of docker.service)"
    return 1
  fi
  rm -f "$ENGINE_IS_STALE"
  lost=$(lost_containers)
  if [ -n "$lost" ]; then
    RESTART_FAILURE="Docker started without containers that it had: $lost"
    return 1
  fi
  restore_containers
  if [ -n "$original_routes" ] && [ -z "$(default_routes)" ]; then
    RESTART_FAILURE="the host lost its IPv6 default route ($(head -n 1 <<<"$original_routes")) when Docker switched on forwarding: configure it statically, or let systemd-networkd handle router advertisements"
    return 1
  fi
}
