#!/usr/bin/env bats
# openbmp-dnat follow, as the unit runs it: Docker's events move the DNAT.

load helper
load network

setup() {
  open_host
  docker_bridge
  dnat_settings
  dnat guard
}
teardown() { close_network; }

@test "it points the DNAT at a container that runs already" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  as_golden dnat
}

@test "it installs the DNAT when the container starts, and removes it when it dies" {
  start_follow
  soon followed "no address"
  collector_at "$CONTAINER_ADDRESS"
  event container start openbmp_aio -
  soon followed "$CONTAINER_ADDRESS"
  as_golden dnat
  collector_at ''
  : >"$FAKE/follow.log"
  event container die openbmp_aio -
  soon followed "no address"
  as_golden guard
}

@test "it follows the container to another address" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  collector_at fc00:172:17::9
  event container start openbmp_aio -
  soon followed fc00:172:17::9
  same "$(sed 's/fc00:172:17::2/fc00:172:17::9/' "$TESTS/golden/dnat.txt")" "$(rules)"
}

@test "an IPv4 address alone that changes is followed, too" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  collector_at "$CONTAINER_ADDRESS" 172.17.0.9
  event container start openbmp_aio -
  soon eval 'same "$(sed "s/172[.]17[.]0[.]2/172.17.0.9/" "$TESTS/golden/dnat.txt")" "$(rules)"'
}

@test "it says so when the engine does the DNAT itself" {
  engine_dnat "$CONTAINER_ADDRESS"
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS, datapath: native"
  as_golden native
}

@test "a network that the container leaves or joins counts like its start" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  touch "$FAKE/disconnected"
  event network disconnect bridge id-openbmp_aio
  soon followed "no address"
  as_golden guard
  : >"$FAKE/follow.log"
  rm "$FAKE/disconnected"
  event network connect bridge id-openbmp_aio
  soon followed "$CONTAINER_ADDRESS"
  as_golden dnat
}

@test "events of other containers, and of what they are on, are no concern" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  # It hears of the rules, too, that it has just replaced itself.
  sleep 0.5
  : >"$FAKE/calls"
  event container start other -
  event network connect bridge id-other
  event network disconnect bridge id-other
  event container start openbmp_aio -
  soon eval '[ "$(calls "container inspect" | wc -l)" -ge 1 ]'
  sleep 0.2
  same 1 "$(calls "container inspect" | wc -l)"
}

@test "another Docker network with IPv6 is open as soon as it is made" {
  forwarding_was_off
  collector_at "$CONTAINER_ADDRESS"
  touch "$FAKE/units/docker.service.active"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  echo "true br-users" >"$FAKE/networks/users"
  event network create users -
  soon eval '[[ $(rules) == *"-A OPENBMP-ISOLATE -i br-users -j RETURN"* ]]'
}

@test "what the guard opens by the host's own sysctl stays open" {
  forwarding_was_off
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  [[ $(rules) == *"-A OPENBMP-ISOLATE -j DROP"* ]]
  host bash -c 'echo net.ipv6.conf.all.forwarding=1 >/etc/sysctl.d/60-router.conf'
  touch "$FAKE/units/openbmp-aio-ipv6-dnat.service.active"
  dnat guard
  # It has heard of it by then.
  sleep 1
  [[ $(rules) != *"-A OPENBMP-ISOLATE -j DROP"* ]]
}

@test "events without a change write no rules" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  cat >"$FAKE/bin/ip6tables-restore" <<STUB
#!/bin/bash
echo "ip6tables-restore \$*" >>"$FAKE/calls"
PATH=\${PATH#*:} exec ip6tables-restore "\$@"
STUB
  chmod +x "$FAKE/bin/ip6tables-restore"
  : >"$FAKE/calls"
  event container start openbmp_aio -
  event container rename other -
  soon eval '[ "$(calls "container inspect" | wc -l)" -ge 2 ]'
  not_called ip6tables-restore
}

@test "flushed rules come back at the next check" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  host ip6tables -t nat -F OPENBMP-DNAT
  host ip6tables -F
  event container start openbmp_aio -
  soon as_golden dnat
}

@test "what accepts is put before what somebody refuses since, as ufw does at a reload" {
  host ip6tables -N ufw6-reject-forward
  host ip6tables -I FORWARD -j ufw6-reject-forward
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  same '-A FORWARD -j ufw6-reject-forward' "$(host ip6tables -S FORWARD 1)"
  host ip6tables -A ufw6-reject-forward -j REJECT
  event container start openbmp_aio -
  soon eval 'same "-A FORWARD -j OPENBMP-ACCEPT" "$(host ip6tables -S FORWARD 1)"'
}

@test "an IPv4 list that was flushed comes back at the next check" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  host iptables -t mangle -F
  event container start openbmp_aio -
  soon as_golden dnat
}

@test "killed and released, the DNAT is gone and the ingress filter stays" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  stop_follow
  as_golden dnat
  dnat release
  as_golden guard
}

@test "it ends when Docker's events end, so that systemd starts it again" {
  collector_at "$CONTAINER_ADDRESS"
  start_follow
  soon followed "$CONTAINER_ADDRESS"
  exec {EVENTS}>&-
  local status=0
  wait "$FOLLOW_PID" || status=$?
  same 1 "$status"
}

@test "settings that cannot be applied end it" {
  dnat_settings PREFIX=nonsense
  collector_at "$CONTAINER_ADDRESS"
  : >"$FAKE/events"
  run dnat follow
  [ "$status" -ne 0 ]
  as_golden guard
}
