# shellcheck shell=bash
# What is on the host, and what of it is not as deployed. Changes nothing.
# Input: that of every step. Prints one JSON object.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/inspect/datapath-facts.sh
. "${BASH_SOURCE[0]%/*}/datapath-facts.sh"
# shellcheck source=scripts/host/inspect/host-facts.sh
. "${BASH_SOURCE[0]%/*}/host-facts.sh"
# shellcheck source=scripts/host/inspect/router-facts.sh
. "${BASH_SOURCE[0]%/*}/router-facts.sh"
# shellcheck source=scripts/host/lib/brokers.sh
. "${BASH_SOURCE[0]%/*}/../lib/brokers.sh"
# shellcheck source=scripts/host/lib/collector.sh
. "${BASH_SOURCE[0]%/*}/../lib/collector.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/../lib/config-directory.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/dnat.sh
. "${BASH_SOURCE[0]%/*}/../lib/dnat.sh"
# shellcheck source=scripts/host/lib/topics.sh
. "${BASH_SOURCE[0]%/*}/../lib/topics.sh"

# Each of these prints an object.
unit_facts() {
  local units unit
  collect units dnat_units
  ! is_aio || units+=("$TOPICS_UNIT")
  for unit in "${units[@]}"; do
    printf '%s\t%s\t%s\n' "$unit" "$(systemctl is-enabled "$unit" 2>/dev/null || true)" \
      "$(systemctl is-active "$unit" || true)"
  done | jq --null-input --raw-input '{units: [inputs | split("\t") | {name: .[0], enabled: .[1], active: .[2]}]}'
}

config_facts() {
  local problem
  jq -n --argjson wanted "$WANTED" '{wanted: $wanted}'
  problem=$(config_problem)
  if [ -z "$problem" ]; then
    config_text | gzip -9n | base64 -w 0 | jq --raw-input '{openbmpdConf: .}'
  else
    echo '{"openbmpdConf": null}'
  fi
}

# Every step says what of it is not as deployed.
drift_facts() {
  local step
  for step in "${STEPS[@]}"; do "${step//-/_}_drift"; done | jq --raw-input --slurp '{differences: [
    split("\n")[] | select(. != "") | split("\t") | map(.[0:1000])
    | {what: .[0]} + if .[1] then {cure: .[1]} else {} end]}'
}

status_inspect() {
  local facts
  engine_answers || die "no Docker engine answers: systemctl status docker"
  find_container deployed_dnat where
  # Whole or not at all.
  facts=$(all_facts)
  jq --compact-output --slurp add <<<"$facts"
}

# What an image with openbmpd alone does not have is not known.
engine_part_facts() {
  if is_aio; then
    login_facts
    consumer_facts
    router_facts
  else
    echo '{"login": {"accepted": null, "publicAccepted": null}, "kafka": {"advertised": "", "consumersAttached": null}}'
    session_routers
  fi
}

# Which of the brokers that it writes to answer to the container; null where it has one of its own.
broker_facts() {
  local broker answers
  if is_aio; then
    echo '{"brokers": null}'
    return
  fi
  for broker in "${KAFKA_BROKERS[@]}"; do
    answers=false
    ! known_brokers "$broker" >/dev/null || answers=true
    jq -n --arg broker "$broker" --argjson answers "$answers" '{$broker, $answers}'
  done | jq --slurp '{brokers: .}'
}

all_facts() {
  engine_facts
  container_facts
  port_facts
  rule_facts
  outside_facts
  unit_facts
  engine_part_facts
  broker_facts
  disk_facts
  address_facts
  config_facts
  drift_facts
}
