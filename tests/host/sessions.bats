#!/usr/bin/env bats
# Step ipv6-dnat, with real connections: what a changed allow list does to the
# sessions that are there. On Docker's bridge are the collector and another
# container; a server in the host itself stands for docker-proxy.

load helper
load network

setup() {
  open_host
  docker_bridge
  machine router eth0 1
  machine neighbour eth1 2
  container_on_bridge collector 2
  container_on_bridge other 3
  serve collector collector 5000 8001
  serve docker-proxy '' 5000 8001
  collector_at "$CONTAINER_ADDRESS"
  change_container openbmp_aio "Pid=$(host ip netns pids collector | head -n 1)"
  host iptables -t nat -A PREROUTING -p tcp -m addrtype --dst-type LOCAL --dport 5000 -j DNAT --to-destination 172.17.0.2:5000
}
teardown() { close_network; }

# session NAMESPACE ADDRESS PORT: stays open in the background. An empty NAMESPACE is the host itself.
session() {
  local where=()
  [ -z "$1" ] || where=(ip netns exec "$1")
  # shellcheck disable=SC2016
  in_background "${where[@]}" bash -c 'exec 3<>"/dev/tcp/$0/$1" && exec cat <&3' "$2" "$3"
  soon established_to "$@"
}

# established_to NAMESPACE ADDRESS PORT: at the client's end.
established_to() {
  local where=() length=32
  [[ $2 != *:* ]] || length=128
  [ -z "$1" ] || where=(ip netns exec "$1")
  host "${where[@]}" ss --no-header --numeric --tcp state established "dst $2/$length and dport = :$3" | grep -q .
}

ended_to() { ! established_to "$@"; }

# in_collector PEER: a connection that the collector still has.
in_collector() { at collector ss --no-header --numeric --tcp state established "dst $1/128" | grep -q .; }

known_to_conntrack() { host conntrack -L -p tcp -s "$1" 2>/dev/null | grep -v "TIME_WAIT\|CLOSE" | grep -q .; }

@test "a prefix that leaves the list ends its sessions, at both ends and of both families, and no other" {
  BMP_ALLOWED=(2001:db8:1::/64 192.0.2.0/24 2001:db8:2::/64)
  step_succeeds ipv6-dnat
  session router "$HOST_ADDRESS" 5000
  session router 192.0.2.10 5000
  session router "$HOST_ADDRESS" 8001
  session neighbour 2001:db8:2::10 5000
  BMP_ALLOWED=(2001:db8:2::/64)
  step_succeeds ipv6-dnat
  says "ended the session of 2001:db8:1::20 at port 5000"
  says "ended the session of 192.0.2.20 at port 5000"
  soon ended_to router "$HOST_ADDRESS" 5000
  soon ended_to router 192.0.2.10 5000
  run ! known_to_conntrack 192.0.2.20
  same "" "$(at collector ss --no-header --numeric --tcp state established 'sport = :5000 and dst 2001:db8:1::/64')"
  same "" "$(at collector ss --no-header --numeric --tcp state established 'dst 192.0.2.0/24')"
  established_to neighbour 2001:db8:2::10 5000
  in_collector 2001:db8:2::20
  established_to router "$HOST_ADDRESS" 8001
}

@test "a narrower prefix keeps the sessions that it still has" {
  BMP_ALLOWED=(2001:db8::/32)
  step_succeeds ipv6-dnat
  session router "$HOST_ADDRESS" 5000
  session neighbour 2001:db8:2::10 5000
  BMP_ALLOWED=(2001:db8:1::/64)
  step_succeeds ipv6-dnat
  soon ended_to neighbour 2001:db8:2::10 5000
  established_to router "$HOST_ADDRESS" 5000
}

@test "an empty list ends all of them" {
  step_succeeds ipv6-dnat
  session router "$HOST_ADDRESS" 5000
  session router "$HOST_ADDRESS" 8001
  BMP_ALLOWED=() REST_ALLOWED=()
  step_succeeds ipv6-dnat
  soon ended_to router "$HOST_ADDRESS" 5000
  soon ended_to router "$HOST_ADDRESS" 8001
}

@test "connections that no list is about stay: the host's own, and those of containers on the bridge" {
  step_succeeds ipv6-dnat
  session '' "$CONTAINER_ADDRESS" 8001
  session '' 172.17.0.2 8001
  session '' "$HOST_ADDRESS" 5000
  session '' 127.0.0.1 5000
  session other "$CONTAINER_ADDRESS" 5000
  session other 172.17.0.2 5000
  session collector ::1 8001
  BMP_ALLOWED=() REST_ALLOWED=()
  step_succeeds ipv6-dnat
  established_to '' "$CONTAINER_ADDRESS" 8001
  established_to '' 172.17.0.2 8001
  established_to '' "$HOST_ADDRESS" 5000
  established_to '' 127.0.0.1 5000
  established_to other "$CONTAINER_ADDRESS" 5000
  established_to other 172.17.0.2 5000
  established_to collector ::1 8001
  [[ $stderr != *"ended the session"* ]]
}

@test "where docker-proxy carries them, it is docker-proxy's connections that end" {
  MODE=proxy
  BMP_ALLOWED=(2001:db8:1::/64 2001:db8:2::/64)
  step_succeeds ipv6-dnat
  session router "$HOST_ADDRESS" 5000
  session neighbour 2001:db8:2::10 5000
  BMP_ALLOWED=(2001:db8:2::/64)
  step_succeeds ipv6-dnat
  soon ended_to router "$HOST_ADDRESS" 5000
  same "" "$(host ss --no-header --numeric --tcp state established 'sport = :5000 and dst 2001:db8:1::/64')"
  established_to neighbour 2001:db8:2::10 5000
}

@test "cut off before the sessions are ended, the next run ends them" {
  step_succeeds ipv6-dnat
  session router "$HOST_ADDRESS" 5000
  BMP_ALLOWED=(2001:db8:2::/64)
  cut_off_at ss '*--kill*'
  step_is_cut_off ipv6-dnat
  established_to router "$HOST_ADDRESS" 5000
  step_succeeds ipv6-dnat
  says "the rules are installed already"
  soon ended_to router "$HOST_ADDRESS" 5000
}

@test "a container that does not run has no sessions" {
  step_succeeds ipv6-dnat
  collector_at ''
  step_succeeds ipv6-dnat
}
