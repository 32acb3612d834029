# shellcheck shell=bash
# Step: daemon.json asks for IPv6 on the default bridge; for a network of the
# collector's own it is the original file.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/daemon-json-restore.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json-restore.sh"
# shellcheck source=scripts/host/lib/daemon-json-write.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json-write.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json.sh"
# shellcheck source=scripts/host/lib/default-route.sh
. "${BASH_SOURCE[0]%/*}/../lib/default-route.sh"
# shellcheck source=scripts/host/lib/engine-settings.sh
. "${BASH_SOURCE[0]%/*}/../lib/engine-settings.sh"
# shellcheck source=scripts/host/lib/forwarding-record.sh
. "${BASH_SOURCE[0]%/*}/../lib/forwarding-record.sh"
# shellcheck source=scripts/host/lib/forwarding.sh
. "${BASH_SOURCE[0]%/*}/../lib/forwarding.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"

docker_daemon_config_apply() {
  local problems
  input MODE DOCKER_NETWORK FIXED_CIDR_V6 REAPPLY
  claim_host
  record_forwarding
  problems=$(configuration_problems)
  [ -z "$problems" ] || die "$problems"
  case $DOCKER_NETWORK in
  bridge)
    # Docker forwards by the new file as soon as it starts, whoever starts it.
    keep_default_route
    apply_daemon_json
    ;;
  dedicated) restore_daemon_json ;;
  esac
}

# The file itself is put back by docker-restart, which restarts for it.
docker_daemon_config_undo() { :; }

# When the engine runs without IPv6 again.
docker_daemon_config_release() {
  restore_forwarding
  restore_accept_ra
}

docker_daemon_config_drift() {
  engine_setting_drift
  daemon_json_drift
  default_route_drift
  forwarding_drift
}

engine_setting_drift() {
  local problems problem
  collect problems engine_setting_problems
  for problem in "${problems[@]}"; do drift "$problem" "fix it there, and run the deployment again"; done
}

# On a network of the collector's own, daemon.json is the user's alone.
daemon_json_drift() {
  local problems problem
  [ "$DOCKER_NETWORK" = bridge ] || return 0
  collect problems daemon_json_problems
  for problem in "${problems[@]}"; do drift "$problem" "fix it there first"; done
  [ ${#problems[@]} -gt 0 ] || daemon_key_drift
}

# shellcheck disable=SC2016 # jq's variables
daemon_key_drift() {
  ask_daemon_json 'object as $current | $current | merged as $desired
    | ($desired + $current | keys[]) as $key | select($desired[$key] != $current[$key])
    | "\($file): \"\($key)\" is \($current[$key] | tojson), not \($desired[$key] | tojson)"'
}

# Docker switches it on when it starts; DNAT is of no use without.
forwarding_drift() {
  [ "$MODE" = proxy ] || forwarding_is_on ||
    drift "net.ipv6.conf.all.forwarding is 0, the container gets nothing over IPv6" \
      "sysctl -w net.ipv6.conf.all.forwarding=1, and find what switched it off"
}
