# shellcheck shell=bash
# Which source address the container sees of a packet that comes in from outside.
# Input: CONTAINER_PID. The probe is open.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/probe.sh"

# verify_port HOST_ADDRESS HOST_PORT CONTAINER_PORT: prints the source address
# that the container saw.
verify_port() {
  local address=$1 port=$2 inner=$3 deadline=$((SECONDS + 3)) seen
  send_syn "$address" "$port"
  while [ "$SECONDS" -le "$deadline" ]; do
    seen=$(syn_received "$inner" in_container | grep -xF "$PROBE_ADDRESS" | head -n 1 || true)
    if [ -n "$seen" ]; then
      echo "$seen"
      return
    fi
    sleep 0.01
  done
  return 1
}
