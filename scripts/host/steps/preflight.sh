# shellcheck shell=bash
# Step: the machine is fit (apply: a read-only inspection that names every reason to
# refuse at once), and as it was found (remove: takes away whatever of ours is left,
# also after a step that failed half way).

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/adoption.sh
. "${BASH_SOURCE[0]%/*}/../lib/adoption.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/config-directory.sh"
# shellcheck source=scripts/host/lib/container-backup.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-backup.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/../lib/daemon-json.sh"
# shellcheck source=scripts/host/lib/host-checks.sh
. "${BASH_SOURCE[0]%/*}/../lib/host-checks.sh"
# shellcheck source=scripts/host/lib/network.sh
. "${BASH_SOURCE[0]%/*}/../lib/network.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/../lib/probe.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/../lib/record.sh"

preflight_apply() {
  input MODE FIXED_CIDR_V6 RESTART_DOCKER IMAGE DOCKER_NETWORK CONTAINER_IPV6 NETWORK_PREFIX BMP_PORT REST_PORT OUTSIDE_PORTS KAFKA_FQDN ADMIN_ID \
    MEMORY_GB ENVIRONMENT REPLACE_CONTAINER REAPPLY
  PROBLEMS=()
  refuse_for check_tools
  # What follows needs them.
  if [ ${#PROBLEMS[@]} -eq 0 ]; then inspect_host; fi
  refuse
  memory_warning
  say_container_notices
  facts
}

# refuse_for CHECK…: what it prints are reasons, one a line.
refuse_for() {
  local reasons
  collect reasons "$@"
  PROBLEMS+=("${reasons[@]}")
}

inspect_host() {
  local docker_problems daemon_problems
  refuse_for owner_problem "$(recorded_owner)"
  refuse_for check_ipv6
  refuse_for check_prefix_overlap
  refuse_for parent_problem
  collect docker_problems check_docker
  PROBLEMS+=("${docker_problems[@]}")
  # Nothing can be asked of an engine that does not answer.
  [[ ${docker_problems[*]} != "$NO_ENGINE"* ]] || return 0
  collect daemon_problems daemon_json_problems
  PROBLEMS+=("${daemon_problems[@]}")
  if [ "$DOCKER_NETWORK" = bridge ]; then refuse_for check_dockerd_flags; fi
  refuse_for network_problems
  if [ ${#daemon_problems[@]} -eq 0 ]; then refuse_for check_restart; fi
  refuse_for check_image_needs
  refuse_for check_ports
  refuse_for container_problem
}

refuse() {
  local reason
  [ ${#PROBLEMS[@]} -gt 0 ] || return 0
  say "$TOOL: the host is not fit, nothing was changed:"
  for reason in "${PROBLEMS[@]}"; do say "- $reason"; done
  exit 1
}

facts() {
  local ipv6 ipv4
  ipv6=$(verification_address)
  ipv4=$(ip -4 route get 192.0.2.1 2>/dev/null | sed -nE 's/.* src ([0-9.]+).*/\1/p') || ipv4=''
  jq -cn --arg ipv6 "$ipv6" --arg ipv4 "$ipv4" '{ipv6Address: $ipv6, ipv4Address: $ipv4}'
}

# Each step's undo, the last step's first; then, when the engine runs as it was found,
# what had to stay until then. Another stack's work is not ours to undo.
preflight_remove() {
  if [ "$(recorded_owner)" != "$OWNER" ]; then
    clear_released
    say "nothing of this stack is on the host"
    return
  fi
  docker version >/dev/null 2>&1 ||
    die "no Docker engine answers, so the container cannot be taken away: start Docker and destroy again"
  every_step_backwards undo
  every_step_backwards release
  release_host
  say "$([ -z "$LEFT_BEHIND$CONTAINER_IS_LOST" ] || echo "otherwise ")the host is as it was found; ${DATA_DIRECTORY%/*} stays"
}

# every_step_backwards VERB: of those that have it.
every_step_backwards() {
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
