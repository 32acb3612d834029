# shellcheck shell=bash disable=SC2034 # the libraries read some
# Step: the engine runs with what daemon.json asks for.
# Input: MODE, DOCKER_NETWORK, FIXED_CIDR_V6, RESTART_DOCKER.

# The collector was stopped for a change that is not done yet.
STOPPED=$RECORD/collector.stopped

start_stopped_collector() {
  [ -e "$STOPPED" ] || return 0
  docker start "$CONTAINER" >/dev/null || say "container $CONTAINER ran before the restart of Docker and does not start again"
  rm -f "$STOPPED"
}

# A change that costs the host its engine or its default route is taken back, to
# the former deployment where there was one.
undo() {
  if follows_former_deployment; then restore_previous_keys; else restore_daemon_json; fi
  record_containers
  if restart_docker_unit; then
    restore_containers
    start_stopped_collector
  else
    say "Docker does not start with the former $DAEMON_JSON either"
  fi
  follows_former_deployment || restore_forwarding
  bring_back_route "$1"
  if follows_former_deployment; then forget_previous_keys; else forget_daemon_json; fi
  rm -f "$RECORD/engine.stale"
}

# finish_restart: one that was cut off, also where the engine is down since.
finish_restart() {
  [ -e "$RECORD/restart.json" ] || return 0
  if ! docker version >/dev/null 2>&1; then
    systemctl reset-failed docker.service 2>/dev/null || true
    { systemctl start docker.service && wait_for_engine; } || undo ''
  fi
  restore_containers
}

use_default_bridge() {
  local reason problems='' routes
  # A restart that was undone has put the former file back.
  apply_daemon_json
  reason=$(engine_restart_reason "$FIXED_CIDR_V6")
  [ -z "$reason" ] || problems=$(engine_restart_problems)
  [ -z "$problems" ] || die "$problems"
  leave_other_network
  if [ -z "$reason" ]; then
    keep_default_route
    say "Docker already runs with $FIXED_CIDR_V6 on the default bridge"
    return
  fi
  say "$reason"
  routes=$(default_routes)
  FORWARDING_BEFORE=$(cat /proc/sys/net/ipv6/conf/all/forwarding)
  ! runs_for_other_way || touch "$STOPPED"
  stop_for_other_way
  prepare_engine_restart
  if ! restart_engine; then
    undo "$routes"
    die "$RESTART_FAILURE. $DAEMON_JSON and Docker are as before"
  fi
  reason=$(engine_restart_reason "$FIXED_CIDR_V6")
  [ -z "$reason" ] || die "Docker restarted, but $reason"
  settle_bridge
}

# Docker stays as it is, unless a deployment on the default bridge was there.
use_own_network() {
  leave_other_network
  [ -e "$RECORD/daemon.found" ] || return 0
  leave_default_bridge
  [ -z "$LEFT_BEHIND" ] || die "the default bridge still has the prefix of the former deployment: $LEFT_BEHIND"
  forget_daemon_json
}

main() {
  local problems
  claim_host
  finish_restart
  problems=$(daemon_json_problems)
  [ -z "$problems" ] || die "$problems"
  case $DOCKER_NETWORK in
  bridge) use_default_bridge ;;
  dedicated) use_own_network ;;
  esac
  # The engine runs with the present file: nothing is to be undone.
  forget_previous_keys
  rm -f "$STOPPED"
  docker version --format '{{.Server.Version}}' | jq -cR '{engine: .}'
}

main "$@" </dev/null
