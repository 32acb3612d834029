# shellcheck shell=bash
# Step: the machine is fit (apply: a read-only inspection that names every reason to
# refuse at once), and restored (remove: takes away whatever of ours is left, also
# after a step that failed).

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/config-directory.sh"
# shellcheck source=scripts/host/lib/container-backup.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-backup.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json.sh"
# shellcheck source=scripts/host/lib/existing-container.sh
. "${BASH_SOURCE[0]%/*}/../lib/existing-container.sh"
# shellcheck source=scripts/host/lib/host-checks.sh
. "${BASH_SOURCE[0]%/*}/../lib/host-checks.sh"
# shellcheck source=scripts/host/lib/metrics-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/metrics-directory.sh"
# shellcheck source=scripts/host/lib/network.sh
. "${BASH_SOURCE[0]%/*}/../lib/network.sh"
# shellcheck source=scripts/host/lib/other-firewalls.sh
. "${BASH_SOURCE[0]%/*}/../lib/other-firewalls.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/../lib/probe.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"

preflight_apply() {
  input MODE FIXED_CIDR_V6 RESTART_DOCKER ROUTER_FACING_ADDRESS IMAGE DOCKER_NETWORK CONTAINER_IPV6 NETWORK_PREFIX BMP_PORT REST_PORT \
    OUTSIDE_PORTS KAFKA_FQDN ADMIN_ID MEMORY_GB ENVIRONMENT REPLACE_CONTAINER METRICS METRICS_DIRECTORY REAPPLY
  PROBLEMS=()
  collect_problems check_tools
  # What follows needs them.
  if [ ${#PROBLEMS[@]} -eq 0 ]; then inspect_host; fi
  refuse_if_problems
  memory_warning
  say_each restart_notice
  say_each firewall_notices
  say_each container_notices
  host_addresses
}

# collect_problems CHECK…: what it prints are reasons, one a line.
collect_problems() {
  local reasons
  collect reasons "$@"
  PROBLEMS+=("${reasons[@]}")
}

inspect_host() {
  local docker_problems daemon_problems
  collect_problems owner_problem "$(recorded_owner)"
  collect_problems check_ipv6
  collect_problems check_prefix_overlap
  collect_problems parent_problem
  collect_problems metrics_directory_problem
  collect docker_problems check_docker
  PROBLEMS+=("${docker_problems[@]}")
  # Nothing can be asked of an engine that does not answer.
  [[ ${docker_problems[*]} != "$NO_ENGINE"* ]] || return 0
  collect daemon_problems configuration_problems
  PROBLEMS+=("${daemon_problems[@]}")
  collect_problems network_problems
  collect_problems firewall_problems
  if [ ${#daemon_problems[@]} -eq 0 ]; then collect_problems check_restart; fi
  collect_problems check_image_needs
  collect_problems check_ports
  collect_problems container_problem
  collect_problems role_problem
}

refuse_if_problems() {
  local reason
  [ ${#PROBLEMS[@]} -gt 0 ] || return 0
  say "$TOOL: the host is not fit, nothing was changed:"
  for reason in "${PROBLEMS[@]}"; do say "- $reason"; done
  exit 1
}

host_addresses() {
  local ipv6 ipv4
  ipv6=$(verification_address)
  ipv4=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -nE 's/.* src ([0-9.]+).*/\1/p') || ipv4=''
  printf '{"ipv6Address":"%s","ipv4Address":"%s"}\n' "$ipv6" "$ipv4"
}

# Each step's undo, the last step's first; then, when the engine runs with the original
# daemon.json, what had to stay until then. Another stack's work is not ours to undo.
preflight_remove() {
  if [ "$(recorded_owner)" != "$OWNER" ]; then
    clear_released
    say "nothing of this stack is on the host"
    return
  fi
  engine_answers ||
    die "no Docker engine answers, so the container cannot be taken away: start Docker and destroy again"
  run_steps_in_reverse undo
  run_steps_in_reverse release
  release_host
  say "$([ -z "$RESTORE_FAILURE$CONTAINER_IS_LOST" ] || echo "otherwise ")the host is as before the first deployment;" \
    "${DATA_DIRECTORY%/*} stays"
  say_each saved_rules_notices
}

# run_steps_in_reverse VERB: of those that have it.
run_steps_in_reverse() {
  local index verb
  for ((index = ${#STEPS[@]} - 1; index >= 0; index--)); do
    verb=${STEPS[index]//-/_}_$1
    if declare -F "$verb" >/dev/null; then "$verb"; fi
  done
}

# Nothing of its own: the removal is the others'.
preflight_undo() { :; }

preflight_drift() {
  local recorded
  recorded=$(recorded_owner)
  [ "$recorded" = "$OWNER" ] || drift "$RECORD names the stack \"$recorded\", not $OWNER"
}
