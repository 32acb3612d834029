# shellcheck shell=bash
# The network that the container is on, and its bridge.
# Input: DOCKER_NETWORK.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

# shellcheck disable=SC2034 # the files that source this one read them
case $DOCKER_NETWORK in
bridge) NETWORK=bridge BRIDGE=docker0 ;;
dedicated) NETWORK=$OWN_NETWORK BRIDGE=$OWN_BRIDGE ;;
esac

# From its first port on, a new bridge takes up to two seconds to find its IPv6
# addresses unique (RFC 4862), and forwards nothing to containers over IPv6 until
# then. While nobody else is on it, it need not ask: a port for a moment lets
# that be over when the first container starts. One with ports has begun to ask.
bring_up_bridge() {
  local port=openbmp-port peer=openbmp-peer checks=0 settings=/proc/sys/net/ipv6/conf/$BRIDGE probes delay
  [ -d "$settings" ] && ! bridge_is_up || return 0
  probes=$(cat "$settings/dad_transmits")
  delay=$(cat "$settings/router_solicitation_delay")
  ip link add "$port" type veth peer name "$peer" 2>/dev/null || return 0
  echo 0 >"$settings/dad_transmits"
  echo 0 >"$settings/router_solicitation_delay"
  if ip link set "$port" master "$BRIDGE" up 2>/dev/null && ip link set "$peer" up; then
    until bridge_is_up && [ -z "$(ip -6 addr show dev "$BRIDGE" tentative)" ] || [ $((checks += 1)) -gt 25 ]; do
      sleep 0.02
    done
  fi
  echo "$probes" >"$settings/dad_transmits"
  echo "$delay" >"$settings/router_solicitation_delay"
  ip link del "$port" || true
}

bridge_is_up() { ip link show "$BRIDGE" 2>/dev/null | grep -q 'state UP'; }

# A bridge that has just come up cannot ask for its neighbours until its own
# addresses are known to be unique, and asks a second time only after a second.
wait_for_bridge_addresses() {
  local checks=0
  while [ -n "$(ip -6 addr show dev "$BRIDGE" tentative 2>/dev/null)" ] && [ $((checks += 1)) -le 60 ]; do
    sleep 0.05
  done
}
