# shellcheck shell=bash
# Our rules on the host: the program that makes them, its settings, its units.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/forwarding-record.sh
. "${BASH_SOURCE[0]%/*}/forwarding-record.sh"
# shellcheck source=scripts/host/lib/stopping.sh
. "${BASH_SOURCE[0]%/*}/stopping.sh"

DNAT_PROGRAM=$PROGRAM_DIRECTORY/openbmp-dnat
DNAT_SETTINGS=/etc/openbmp-aio-ipv6/dnat.conf
GUARD_UNIT=openbmp-aio-ipv6-guard.service
FOLLOW_UNIT=openbmp-aio-ipv6-dnat.service
FILTER_PROGRAM=$PROGRAM_DIRECTORY/openbmp-filter
FILTER_UNIT=openbmp-aio-ipv6-filter.service

# The units that are to run: the filter's where nft and the kernel can hold a table.
dnat_units() {
  echo "$GUARD_UNIT"
  echo "$FOLLOW_UNIT"
  ! can_hold_filter || echo "$FILTER_UNIT"
}

can_hold_filter() { have nft && bash <(printf '%s' "$FILTER_PROGRAM_TEXT") supported; }

# renew_rules: a port was opened or held.
renew_rules() {
  relayed "$DNAT_PROGRAM" guard
  systemctl try-restart "$FILTER_UNIT"
}

# bridge_prefix_v4: of the network that the container is on; empty where it has none.
bridge_prefix_v4() {
  docker network inspect --format '{{range .IPAM.Config}}{{println .Subnet}}{{end}}' "$NETWORK" |
    awk 'NF && !/:/ && !found { found = 1; print }'
}

# Whether all forwarded IPv6 to the bridge is ours to refuse: where the original
# daemon.json has a prefix on the default bridge, routed traffic to it may be wanted.
owns_bridge_prefix() {
  case $DOCKER_NETWORK in
  bridge) original_daemon_json | jq -r '.ipv6 != true' ;;
  dedicated) echo true ;;
  esac
}

# What the program reads. Input: MODE, DOCKER_NETWORK, FIXED_CIDR_V6,
# CONTAINER_IPV6, and that of lib/ports.sh.
dnat_settings() {
  echo "# Written by $TOOL; read by $DNAT_PROGRAM."
  # shellcheck disable=SC2153 # an input, no other name for the mode of a file
  echo "MODE=$MODE"
  echo "BMP_PORT=$BMP_PORT"
  echo "REST_PORT=$REST_PORT"
  echo "BRIDGE=$BRIDGE"
  echo "ADDRESS=$CONTAINER_IPV6"
  echo "PREFIX=$FIXED_CIDR_V6"
  echo "PREFIX_V4=$(bridge_prefix_v4)"
  echo "GUARD_PREFIX=$(owns_bridge_prefix)"
  echo "FORWARDING_FOUND=$(original_forwarding)"
  echo "BMP_ALLOWED=(${BMP_ALLOWED[*]})"
  echo "REST_ALLOWED=(${REST_ALLOWED[*]})"
  echo "OUTSIDE_PORTS=(${OUTSIDE_PORTS[*]})"
  echo "KAFKA_ALLOWED=(${KAFKA_ALLOWED[*]})"
  echo "MYSQL_ALLOWED=(${MYSQL_ALLOWED[*]})"
  echo "HELD_PORTS=(${HELD_PORTS[*]})"
}

# deployed_dnat VERB: the program and the settings that were deployed, whatever
# the files on the host say.
deployed_dnat() { OPENBMP_DNAT_CONFIG=<(dnat_settings) bash <(printf '%s' "$DNAT_PROGRAM_TEXT") "$1"; }

installed_mode() { sed -n 's/^MODE=//p' "$DNAT_SETTINGS" 2>/dev/null || true; }

runs_in_other_mode() {
  local installed
  installed=$(installed_mode)
  [ -n "$installed" ] && [ "$installed" != "$MODE" ] &&
    [ "$(docker container inspect --format '{{.State.Running}}' "$CONTAINER" 2>/dev/null)" = true ]
}

# A collector that runs with the PAT of the installed mode must not see a router by
# the datapath of the new one: the step after this starts it again.
stop_for_mode_change() {
  runs_in_other_mode || return 0
  say "stopping $CONTAINER: the datapath changes from $(installed_mode) to $MODE"
  stop_container "$CONTAINER"
}

# The whole of it goes: a stopped unit has taken its DNAT with it already.
remove_dnat() {
  local unit units=("$FOLLOW_UNIT" "$GUARD_UNIT" "$FILTER_UNIT")
  for unit in "${units[@]}"; do systemctl disable --quiet --now "$unit" 2>/dev/null || true; done
  # Somebody may have changed their modes.
  [ ! -e "$DNAT_PROGRAM" ] || bash "$DNAT_PROGRAM" remove
  [ ! -e "$FILTER_PROGRAM" ] || bash "$FILTER_PROGRAM" remove
  rm -f "${units[@]/#/$UNIT_DIRECTORY/}"
  rm -rf "$PROGRAM_DIRECTORY" "${DNAT_SETTINGS%/*}"
  systemctl daemon-reload
  systemctl reset-failed "${units[@]}" 2>/dev/null || true
}
