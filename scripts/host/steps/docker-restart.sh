# shellcheck shell=bash
# Step: the engine runs with what daemon.json asks for.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/../lib/bridge.sh"
# shellcheck source=scripts/host/lib/daemon-json-restore.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json-restore.sh"
# shellcheck source=scripts/host/lib/daemon-json-write.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json-write.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json.sh"
# shellcheck source=scripts/host/lib/default-route.sh
. "${BASH_SOURCE[0]%/*}/../lib/default-route.sh"
# shellcheck source=scripts/host/lib/dnat.sh
. "${BASH_SOURCE[0]%/*}/../lib/dnat.sh"
# shellcheck source=scripts/host/lib/engine-settings.sh
. "${BASH_SOURCE[0]%/*}/../lib/engine-settings.sh"
# shellcheck source=scripts/host/lib/engine.sh
. "${BASH_SOURCE[0]%/*}/../lib/engine.sh"
# shellcheck source=scripts/host/lib/forwarding-record.sh
. "${BASH_SOURCE[0]%/*}/../lib/forwarding-record.sh"
# shellcheck source=scripts/host/lib/network.sh
. "${BASH_SOURCE[0]%/*}/../lib/network.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"
# shellcheck source=scripts/host/lib/running-containers.sh
. "${BASH_SOURCE[0]%/*}/../lib/running-containers.sh"

start_stopped_collector() {
  [ -e "$COLLECTOR_IS_STOPPED" ] || return 0
  docker start "$CONTAINER" >/dev/null ||
    say "container $CONTAINER ran before the restart of Docker and does not start again: docker start $CONTAINER"
  rm -f "$COLLECTOR_IS_STOPPED"
}

# A change that costs the host its engine, containers or its default route is taken back,
# to the earlier deployment where there was one. UNDONE says what is so besides then; the record
# stays until that is what was there before.
undo_restart() {
  local lost
  if replaces_working_keys; then restore_working_keys; else restore_daemon_json; fi
  record_containers
  UNDONE="and Docker does not start with it either: journalctl -u docker"
  if restart_docker_unit; then
    lost=$(lost_containers)
    UNDONE="and Docker is still without $lost: set its data-root back, and run again"
    if [ -z "$lost" ]; then UNDONE="and so is Docker"; fi
    restore_containers
    start_stopped_collector
  fi
  replaces_working_keys || restore_forwarding
  restore_route "$1"
  rm -f "$ENGINE_IS_STALE"
  [ ! -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  if replaces_working_keys; then forget_working_keys; else forget_daemon_json; fi
}

# die_undone REASON
die_undone() { die "$1. $DAEMON_JSON is as before, $UNDONE"; }

# finish_interrupted_restart: one that was cut off, also where the engine is down since.
finish_interrupted_restart() {
  local lost
  [ -e "$CONTAINERS_BEFORE_RESTART" ] || return 0
  if ! engine_answers; then
    start_docker_unit start || undo_restart ''
    engine_answers || die_undone "Docker is down after a restart that was cut off"
  fi
  lost=$(lost_containers)
  restore_containers
  [ -z "$lost" ] ||
    die "Docker is without containers that it had before its restart ($lost): set its data-root back; or" \
      "remove $CONTAINERS_BEFORE_RESTART, where you removed them"
}

use_default_bridge() {
  local reason problems='' routes
  # A restart that was undone has restored the earlier file.
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
  ! runs_in_other_mode || touch "$COLLECTOR_IS_STOPPED"
  stop_for_mode_change
  prepare_engine_restart
  if ! restart_engine; then
    undo_restart "$routes"
    die_undone "$RESTART_FAILURE"
  fi
  reason=$(engine_restart_reason "$FIXED_CIDR_V6")
  [ -z "$reason" ] || die "Docker restarted, but $reason; find the flag or file of dockerd that wins over it"
  bring_up_bridge
}

# Docker stays as it is, unless an earlier deployment was on the default bridge.
use_own_network() {
  leave_other_network
  [ -e "$DAEMON_JSON_IS_RECORDED" ] || return 0
  restore_default_bridge
  [ -z "$RESTORE_FAILURE" ] ||
    die "the default bridge still has the prefix of the earlier deployment ($RESTORE_FAILURE): fix that and run again"
  forget_daemon_json
}

docker_restart_apply() {
  local problems
  input MODE DOCKER_NETWORK FIXED_CIDR_V6 RESTART_DOCKER REAPPLY
  claim_host
  finish_interrupted_restart
  problems=$(configuration_problems)
  [ -z "$problems" ] || die "$problems"
  case $DOCKER_NETWORK in
  bridge) use_default_bridge ;;
  dedicated) use_own_network ;;
  esac
  # The engine runs with the current file: nothing is to be undone.
  forget_working_keys
  rm -f "$COLLECTOR_IS_STOPPED"
}

# Puts daemon.json back, too, and restarts for it where it must.
docker_restart_undo() {
  restore_containers
  restore_default_bridge
  # What is recorded is needed until the engine runs.
  engine_answers ||
    die "Docker does not answer after its restart${RESTORE_FAILURE:+ ($RESTORE_FAILURE)}: start it and destroy again"
  [ -z "$RESTORE_FAILURE" ] ||
    say "Docker still runs with IPv6 on the default bridge ($RESTORE_FAILURE): restart it when that suits"
}

docker_restart_drift() {
  if [ "$DOCKER_NETWORK" = bridge ]; then
    engine_restart_reason "$FIXED_CIDR_V6"
  elif ! network_fits; then
    drift "the Docker network $OWN_NETWORK does not exist, or has not $NETWORK_PREFIX"
  fi
}
