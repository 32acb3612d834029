# shellcheck shell=bash
# The Docker network that the collector is on: the default bridge, or one of its
# own, with a fixed address in it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/container-create.sh
. "${BASH_SOURCE[0]%/*}/container-create.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/container.sh"
# shellcheck source=scripts/host/lib/default-route.sh
. "${BASH_SOURCE[0]%/*}/default-route.sh"
# shellcheck source=scripts/host/lib/forwarding-record.sh
. "${BASH_SOURCE[0]%/*}/forwarding-record.sh"

# Networks that a deployment made carry it: the prefix.
NETWORK_LABEL=openbmp-aio-ipv6.prefix

# Empty where the network does not exist, or is not ours.
network_prefix() {
  docker network inspect --format "{{index .Labels \"$NETWORK_LABEL\"}}" "$OWN_NETWORK" 2>/dev/null || true
}

network_fits() { [ "$DOCKER_NETWORK" = bridge ] || [ "$(network_prefix)" = "$NETWORK_PREFIX" ]; }

# One line for each object of the user's that has the name of ours, or that keeps
# our network from being removed.
network_problems() {
  local prefix
  prefix=$(network_prefix)
  if [ -n "$prefix" ]; then
    [ "$prefix" = "$NETWORK_PREFIX" ] || network_removal_problems
  elif [ "$DOCKER_NETWORK" = bridge ]; then
    return
  elif docker network inspect "$OWN_NETWORK" >/dev/null 2>&1; then
    echo "a Docker network $OWN_NETWORK is already there, and no deployment made it: remove or rename it"
  elif ip link show "$OWN_BRIDGE" >/dev/null 2>&1; then
    echo "an interface $OWN_BRIDGE is already there, and no deployment made it: remove or rename it"
  fi
}

# Docker keeps a network while containers are on it.
network_removal_problems() {
  local others
  [ -n "$(network_prefix)" ] || return 0
  others=$(docker network inspect --format '{{range .Containers}}{{println .Name}}{{end}}' "$OWN_NETWORK" |
    lines_except "$CONTAINER" | paste -sd ' ')
  [ -z "$others" ] ||
    echo "the network $OWN_NETWORK has to go for this change, and other containers are on it: disconnect $others from" \
      "it first"
}

# Before the collector stops for a change of the network.
refuse_network_in_use() {
  local problems
  problems=$(network_removal_problems)
  [ -z "$problems" ] || die "$problems"
}

# A new network switches forwarding on, as a restart of Docker does.
ensure_network() {
  local routes
  ! network_fits || return 0
  remove_network
  routes=$(default_routes)
  FORWARDING_BEFORE=$(cat /proc/sys/net/ipv6/conf/all/forwarding)
  keep_default_route
  close_forwarding
  docker network create --label "$NETWORK_LABEL=$NETWORK_PREFIX" --opt "com.docker.network.bridge.name=$OWN_BRIDGE" \
    --ipv6 --subnet "$NETWORK_PREFIX" "$OWN_NETWORK" >/dev/null ||
    die "Docker does not make the network $OWN_NETWORK with $NETWORK_PREFIX (its reason is above): set another" \
      "fixedCidrV6, or remove the network that has the prefix"
  if [ -n "$routes" ] && [ -z "$(default_routes)" ]; then
    docker network rm "$OWN_NETWORK" >/dev/null
    restore_forwarding
    restore_route "$routes"
    die "the host lost its IPv6 default route ($(head -n 1 <<<"$routes")) when Docker switched on forwarding; the" \
      "network $OWN_NETWORK is gone again: configure the route statically, or let systemd-networkd handle router" \
      "advertisements"
  fi
  bring_up_bridge
  say "made the network $OWN_NETWORK with $NETWORK_PREFIX"
}

remove_network() {
  [ -n "$(network_prefix)" ] || return 0
  docker network rm "$OWN_NETWORK" >/dev/null ||
    die "the network $OWN_NETWORK cannot be removed (Docker's reason is above): disconnect other containers from it" \
      "and run again"
  say "removed the network $OWN_NETWORK"
}

# Before the engine changes for the other network: a container of ours would
# start once more for nothing, and a prefix can be in one place only. Its data
# is in the volumes, and its step creates it again.
leave_other_network() {
  local current
  if container_is_ours; then
    current=$(docker container inspect --format '{{.HostConfig.NetworkMode}}' "$CONTAINER")
    if [ "${current/#default/bridge}" != "$NETWORK" ]; then
      [ "$DOCKER_NETWORK" = dedicated ] || refuse_network_in_use
      discard_container
      say "removed $CONTAINER from the network $current; it is created again"
    fi
  fi
  [ "$DOCKER_NETWORK" = dedicated ] || remove_network
}
