#!/usr/bin/env bats
# open_port and hold_port of lib/held-ports.sh, on a host where the step ipv6-dnat ran:
# what they leave in the rules and on the disk, and what becomes of sessions.
# shellcheck disable=SC2030,SC2031 # each test changes its own copy

load helper
load network

setup() {
  open_host
  docker_bridge
  machine router eth0 1
  machine probe openbmp-probe 3
  container_on_bridge collector 2
  serve collector collector 5000 8001 3306
  collector_at "$CONTAINER_ADDRESS"
  change_container openbmp_aio "Pid=$(host ip netns pids collector | head -n 1)"
  touch "$FAKE/units/openbmp-aio-ipv6-dnat.service.active"
  OUTSIDE_PORTS=(mysql) MYSQL_ALLOWED=(2001:db8:1::/64) HELD_PORTS=(rest mysql)
  step_succeeds ipv6-dnat
}
teardown() { close_network; }

OPENED=/etc/openbmp-aio-ipv6/opened

# in_step COMMAND…: as the step that starts the collector has the functions.
in_step() {
  {
    declare -p DOCKER_NETWORK BMP_PORT REST_PORT OUTSIDE_PORTS HELD_PORTS
    echo ". '$HOST_SCRIPTS/lib/held-ports.sh'"
    printf '%s\n' "$*"
  } >"$FAKE/bundle"
  run --separate-stderr host bash -euo pipefail -s <"$FAKE/bundle"
  same 0 "$status"
}

@test "at first both are held, and a verification gets in" {
  same nothing "$(answer router "$HOST_ADDRESS" 8001)"
  same nothing "$(answer router "$HOST_ADDRESS" 3306)"
  same "collector 2001:db8:3::20" "$(answer probe "$HOST_ADDRESS" 3306)"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "one that is opened is open, also for the rules of the next boot and for the next run" {
  local before
  in_step open_port mysql
  says "opened the port of mysql to its allowed prefixes"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 3306)"
  same nothing "$(answer router "$HOST_ADDRESS" 8001)"
  same mysql "$(on_host "$OPENED")"
  before=$(rules)
  without_rules
  host /usr/local/lib/openbmp-aio-ipv6/openbmp-dnat guard
  same "$before" "$(rules)"
  : >"$FAKE/calls"
  before=$(host_listing)
  step_succeeds ipv6-dnat
  says "the rules are installed already"
  in_step open_port mysql
  same "" "$stderr"
  same "$before" "$(host_listing)"
}

@test "one that is held again ends its sessions, and no other's" {
  in_step 'open_port mysql; open_port rest'
  connect router "$HOST_ADDRESS" 3306
  soon heard "collector 2001:db8:1::20"
  in_step hold_port mysql
  says "closed the port of mysql to everybody"
  says "ended the session of 2001:db8:1::20 at port 3306"
  same nothing "$(answer router "$HOST_ADDRESS" 3306)"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
  same rest "$(on_host "$OPENED")"
  in_step hold_port mysql
  same "" "$stderr"
}

@test "one that is not held any more is held anew when it is one day" {
  in_step open_port rest
  HELD_PORTS=(mysql)
  step_succeeds ipv6-dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
  HELD_PORTS=(rest mysql)
  step_succeeds ipv6-dnat
  same nothing "$(answer router "$HOST_ADDRESS" 8001)"
}

@test "one that the settings do not hold is neither opened nor held" {
  HELD_PORTS=(mysql)
  step_succeeds ipv6-dnat
  in_step 'open_port rest; hold_port rest'
  same "" "$stderr"
  same "" "$(on_host "$OPENED")"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
}

@test "cut off before the rules, a port that was to be held is held by the next check" {
  in_step open_port mysql
  host rm "$OPENED"
  synced
  same nothing "$(answer router "$HOST_ADDRESS" 3306)"
}
