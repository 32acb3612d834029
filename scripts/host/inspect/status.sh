# shellcheck shell=bash
# What is on the host, and what of it is not as deployed. Changes nothing.
# Input: that of every step. Prints one JSON object.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/inspect/datapath-facts.sh
. "${BASH_SOURCE[0]%/*}/datapath-facts.sh"
# shellcheck source=scripts/host/inspect/router-facts.sh
. "${BASH_SOURCE[0]%/*}/router-facts.sh"
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

# Each of these prints an object with one key.
engine_facts() { docker version --format '{{.Server.Version}}' | jq -R '{engine: {version: .}}'; }

container_facts() {
  container_exists || {
    echo '{"container": null}'
    return
  }
  container_json | jq --arg address "$ADDRESS" '{container: {
    id: .Id, image: .Config.Image, running: .State.Running, startedAt: .State.StartedAt,
    network: (.HostConfig.NetworkMode | if . == "default" then "bridge" else . end), ipv6Address: $address}}'
}

# Bytes: the file system of the database, and what grows in Docker's own directory,
# the container's layer, with all that its programs log, and its log. Null where it
# cannot be told in time: the container may have filled its layer with files.
disk_facts() {
  local layer='' log='' path
  if container_exists; then
    layer=$(timeout 20 docker container inspect --size --format '{{.SizeRw}}' "$CONTAINER" 2>/dev/null || true)
    path=$(docker container inspect --format '{{.LogPath}}' "$CONTAINER")
    [ -z "$path" ] || log=$(find "${path%/*}" -maxdepth 1 -name "${path##*/}*" -printf '%s\n' | jq --slurp add)
  fi
  { timeout 10 df --block-size 1 --output=size,used,avail "$DATA_DIRECTORY" 2>/dev/null || true; } | tail -n 1 |
    jq --raw-input --slurp --arg path "$DATA_DIRECTORY" --arg layer "$layer" --arg log "$log" '
      [scan("[0-9]+") | tonumber] as [$size, $used, $free]
      | {disk: {path: $path, size: $size, used: $used, free: $free, containerLayer: ($layer | tonumber? // null),
        containerLog: ($log | tonumber? // null)}}'
}

unit_facts() {
  local units unit
  collect units dnat_units
  for unit in "${units[@]}" "$TOPICS_UNIT"; do
    jq -n --arg name "$unit" --arg enabled "$(systemctl is-enabled "$unit" 2>/dev/null || true)" \
      --arg active "$(systemctl is-active "$unit" || true)" '{name: $name, enabled: $enabled, active: $active}'
  done | jq --slurp '{units: .}'
}

address_facts() {
  ip -json -details address show | jq '{addresses: [.[] | . as $interface | .addr_info[]
    | {address: .local, interface: $interface.ifname, bridge: ($interface.linkinfo.info_kind == "bridge")}]}'
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
  local where facts
  engine_answers || die "no Docker engine answers: systemctl status docker"
  where=$(deployed_dnat where)
  ADDRESS=${where%%,*}
  CONTAINER_PID=$(docker container inspect --format '{{.State.Pid}}' "$CONTAINER" 2>/dev/null || true)
  # Whole or not at all.
  facts=$(all_facts)
  jq --compact-output --slurp add <<<"$facts"
}

all_facts() {
  engine_facts
  container_facts
  port_facts
  rule_facts
  outside_facts
  unit_facts
  login_facts
  consumer_facts
  router_facts
  disk_facts
  address_facts
  config_facts
  drift_facts
}
