# shellcheck shell=bash
# The engine, the container, its disk and its consumers, and the host's addresses.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/kafka.sh
. "${BASH_SOURCE[0]%/*}/../lib/kafka.sh"
# shellcheck source=scripts/host/lib/topics.sh
. "${BASH_SOURCE[0]%/*}/../lib/topics.sh"

# find_container COMMAND…: leaves ADDRESS, by what COMMAND says of where the container is, and CONTAINER_PID, 0
# where it does not run.
find_container() {
  local where
  CONTAINER_PID=$(container_pid 2>/dev/null) || CONTAINER_PID=0
  where=$("$@")
  ADDRESS=${where%%,*}
}

# Each of these prints an object with one key.
engine_facts() { docker version --format '{{.Server.Version}}' | jq -R '{engine: {version: .}}'; }

container_facts() {
  container_exists || {
    echo '{"container": null}'
    return
  }
  container_json | jq --arg address "$ADDRESS" '.[0] | {container: {
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

address_facts() {
  ip -json -details address show | jq '{addresses: [.[] | . as $interface | .addr_info[]
    | {address: .local, interface: $interface.ifname, bridge: ($interface.linkinfo.info_kind == "bridge")}]}'
}

# Whether what routers send becomes rows; null where no broker answers.
consumer_facts() {
  local address advertised='' attached=null
  if container_exists && is_running; then
    address=$(broker_address)
    if advertised=$(kafka_advertised "$address") && [ -n "$advertised" ]; then
      attached=false
      ! kafka_consumers_attached "$address" || attached=true
    fi
  fi
  jq -n --arg advertised "${advertised:0:300}" --argjson attached "$attached" \
    '{kafka: {advertised: $advertised, consumersAttached: $attached}}'
}
