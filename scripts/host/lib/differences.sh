# shellcheck shell=bash
# What on the host is not as deployed, by the same functions that deploy it.
# Reads only. Input: that of every step.

# difference TEXT [CURE]: a cure where running the steps again is not enough.
difference() { printf '%s%s\n' "$1" "${2:+$'\t'$2}"; }

# differences_from COMMAND…: each line it prints is one.
differences_from() {
  local line
  while IFS= read -r line; do difference "$line"; done < <("$@")
}

differences() {
  differences_from owner_differences
  daemon_json_differences
  engine_differences
  differences_from parent_differences
  differences_from config_differences
  container_differences
  differences_from file_differences
  differences_from unit_differences
  differences_from topics_differences
  differences_from closing_differences
  differences_from deployed_dnat check
  differences_from default_route_differences
  forwarding_differences
  differences_from held_differences
}

owner_differences() {
  [ "$(recorded_owner)" = "$OWNER" ] || echo "$RECORD names the stack \"$(recorded_owner)\", not $OWNER"
}

# On a network of the collector's own, daemon.json is the user's alone.
daemon_json_differences() {
  local problem
  [ "$DOCKER_NETWORK" = bridge ] || return 0
  [ -z "$(daemon_json_problems)" ] || {
    while IFS= read -r problem; do difference "$problem" "mend it there first"; done < <(daemon_json_problems)
    return 0
  }
  differences_from changed_daemon_keys
}

changed_daemon_keys() {
  merged_daemon_json | jq --raw-output --slurpfile there <(read_daemon_json) --arg file "$DAEMON_JSON" '
    . as $wanted | $there[0] as $there | ($wanted + $there | keys[]) as $key | select($wanted[$key] != $there[$key])
    | "\($file): \"\($key)\" is \($there[$key] | tojson), not \($wanted[$key] | tojson)"'
}

engine_differences() {
  if [ "$DOCKER_NETWORK" = bridge ]; then
    differences_from engine_restart_reason "$FIXED_CIDR_V6"
  elif ! network_fits; then
    difference "the Docker network $OWN_NETWORK is not there, or not with $NETWORK_PREFIX"
  fi
}

parent_differences() {
  local problem
  problem=$(parent_problem)
  if [ -n "$problem" ]; then
    echo "$problem"
  elif [ -e "$PARENT" ] && parent_is_open; then
    echo "$PARENT is open to users other than root"
  fi
}

config_differences() {
  local problem path
  problem=$(config_problem)
  if [ -n "$problem" ]; then
    echo "$problem"
  elif container_exists && is_running; then
    while IFS= read -r path; do echo "$path was changed after the collector read it"; done < <(changed_configs)
  fi
}

container_differences() {
  local misfit cure=''
  container_exists || {
    difference "there is no container $CONTAINER"
    return
  }
  [ "$(container_json | jq -r .Id)" = "$CONTAINER_ID" ] || difference "$CONTAINER is another container than the one deployed"
  if ! container_is_ours; then
    cure="it is not ours: mend it, or set replaceContainer to true to put it aside"
  elif [ "$(container_label)" != "$(container_spec)" ]; then
    difference "$CONTAINER was created from other settings"
  fi
  while IFS= read -r misfit; do difference "$CONTAINER: $misfit" "$cure"; done < <(container_misfits)
  is_running || difference "$CONTAINER does not run"
}

file_differences() {
  program_differences "$DNAT_PROGRAM" "$DNAT_PROGRAM_TEXT"
  same_file "$DNAT_SETTINGS" "$(dnat_settings)"$'\n'
  same_file "$UNIT_DIRECTORY/$GUARD_UNIT" "$GUARD_UNIT_TEXT"
  same_file "$UNIT_DIRECTORY/$FOLLOW_UNIT" "$FOLLOW_UNIT_TEXT"
}

unit_differences() {
  local unit
  for unit in "$GUARD_UNIT" "$FOLLOW_UNIT"; do
    systemctl is-enabled --quiet "$unit" 2>/dev/null || echo "$unit is not enabled"
    systemctl is-active --quiet "$unit" || echo "$unit is not active"
  done
}

# Docker switches it on when it starts; DNAT is of no use without.
forwarding_differences() {
  [ "$MODE" = proxy ] || [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" = 1 ] ||
    difference "net.ipv6.conf.all.forwarding is 0, the container gets nothing over IPv6" "sysctl -w net.ipv6.conf.all.forwarding=1, and find out who switched it off"
}

# held_reason NAME
held_reason() {
  case $1 in
  mysql) echo "held, nobody gets in until both passwords of the database are proven" ;;
  rest) echo "held, nobody gets in until the login of the REST API is proven" ;;
  esac
}

held_differences() {
  local name
  for name in "${HELD_PORTS[@]}"; do
    ! is_held "$name" || echo "the port of $name is $(held_reason "$name")"
  done
}

# What keeps the IPv6 default route while the host forwards.
default_route_differences() {
  local interface
  for interface in $(kept_interfaces); do
    has_accept_ra_2 "$interface" || echo "$interface: accept_ra is not 2"
  done
  [ -z "$(kept_interfaces)" ] || cmp -s "$RA_SYSCTL_FILE" <(ra_sysctl_text) || echo "$RA_SYSCTL_FILE is not as it was written"
}
