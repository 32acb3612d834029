#!/usr/bin/env bats
# openbmp-dnat with real packets: a router, a stranger and another server are
# machines around the host; on Docker's bridge are the collector and another
# container. A server in the host itself stands for docker-proxy.

load helper
load network

setup_file() {
  # Building the network takes longer than any test.
  export BATS_NO_PARALLELIZE_WITHIN_FILE=true
  open_host "$BATS_FILE_TMPDIR"
  docker_bridge
  machine router eth0 1
  machine stranger eth1 2
  machine probe openbmp-probe 3
  container_on_bridge collector 2
  container_on_bridge other 3
  serve collector collector 5000 8001 3306 9092
  serve other other 5000 3306
  serve stranger stranger 5000 8001
  serve docker-proxy '' 5000 8001 3306 9092
}
teardown_file() { close_host; }

setup() {
  rm -f "$FAKE"/{containers,bin}/*
  host rm -rf /etc/openbmp-aio-ipv6
  without_rules
  dnat_settings
  dnat guard
}

install_dnat() {
  collector_at "$CONTAINER_ADDRESS"
  synced
}

# The engine's own IPv4 DNAT, which is always there.
ipv4_published() {
  host iptables -t nat -A PREROUTING -p tcp -m addrtype --dst-type LOCAL --dport 5000 -j DNAT --to-destination 172.17.0.2:5000
}

# What comes in at the other container's port, from the first call on.
count_packets() {
  at other ip6tables -F
  at other ip6tables -A INPUT -p tcp --dport 5000
}
packets_seen() { at other ip6tables -L INPUT -v -n -x | awk '/tcp/ { print $1 }'; }

@test "the collector sees the router's own address, at both ports" {
  install_dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
}

@test "other ports on the host lead there too, and the usual ones are the host's own again" {
  dnat_settings BMP_PORT=15000 REST_PORT=18001
  dnat guard
  install_dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 15000)"
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "a firewall that drops what is forwarded does not stop it" {
  host ip6tables -P FORWARD DROP
  install_dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "so it does not keep from the collector that its packets are too big for the path" {
  host ip6tables -P FORWARD DROP
  install_dnat
  at collector ip6tables -A INPUT -p ipv6-icmp --icmpv6-type packet-too-big
  in_background ip netns exec router python3 "$TESTS/too-big.py" "$HOST_ADDRESS" 8001
  soon too_big_seen
  at collector ip6tables -F
}

too_big_seen() { at collector ip6tables -L INPUT -v -n -x | grep -qE "^ +[1-9].*icmp"; }

@test "where the engine does the DNAT the collector sees the router's own address" {
  engine_dnat "$CONTAINER_ADDRESS"
  install_dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
}

@test "so it does where somebody flushed the engine's filter, and not its DNAT, under a policy that drops" {
  engine_dnat "$CONTAINER_ADDRESS"
  host ip6tables -F FORWARD
  host ip6tables -P FORWARD DROP
  install_dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "with the ingress filter alone a router is refused, and never gets to docker-proxy" {
  same refused "$(answer router "$HOST_ADDRESS" 5000)"
  same refused "$(answer router "$HOST_ADDRESS" 8001)"
}

@test "while the container is stopped a router is refused" {
  install_dnat
  collector_at ''
  synced
  same refused "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "after release a router is refused" {
  install_dnat
  dnat release
  same refused "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "after removal the ports are docker-proxy's again" {
  install_dnat
  dnat remove
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "from a prefix that is not in the list nothing gets through, nor an answer" {
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
  install_dnat
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
  same nothing "$(answer stranger "$HOST_ADDRESS" 8001)"
}

@test "each port has its own list" {
  dnat_settings 'REST_ALLOWED=(2001:db8:2::/64)'
  dnat guard
  install_dnat
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same nothing "$(answer router "$HOST_ADDRESS" 8001)"
  same "collector 2001:db8:2::20" "$(answer stranger "$HOST_ADDRESS" 8001)"
}

@test "an address that leaves the list loses the connection that it has" {
  install_dnat
  connect router "$HOST_ADDRESS" 5000
  talk before
  soon heard before
  dnat_settings 'BMP_ALLOWED=(2001:db8:2::/64)'
  dnat guard
  synced
  talk after
  sleep 0.3
  run ! heard after
}

@test "the host itself still reaches docker-proxy, and the container" {
  install_dnat
  same "docker-proxy ::1" "$(answer '' ::1 5000)"
  same "docker-proxy $HOST_ADDRESS" "$(answer '' "$HOST_ADDRESS" 5000)"
  same "collector fc00:172:17::1" "$(answer '' "$CONTAINER_ADDRESS" 5000)"
}

@test "a verification's packets come in by their own interface, listed or not" {
  install_dnat
  same "collector 2001:db8:3::20" "$(answer probe "$HOST_ADDRESS" 5000)"
}

@test "a neighbour with a route to the container's prefix does not get to the container" {
  install_dnat
  same nothing "$(answer stranger "$CONTAINER_ADDRESS" 3306)"
  same nothing "$(answer router "$CONTAINER_ADDRESS" 5000)"
}

@test "where routed traffic to the prefix is wanted, the collector alone is closed to it" {
  dnat_settings GUARD_PREFIX=false
  dnat guard
  install_dnat
  same nothing "$(answer stranger "$CONTAINER_ADDRESS" 3306)"
  same "other 2001:db8:2::20" "$(answer stranger fc00:172:17::3 3306)"
}

@test "the bridge's own connections go out by the default route, and to no other network of the host" {
  install_dnat
  same nothing "$(answer collector 2001:db8:2::20 5000)"
  same nothing "$(answer other 2001:db8:2::20 5000)"
  host ip -6 route add default via 2001:db8:2::20 dev eth1
  synced
  dnat guard
  same "stranger $CONTAINER_ADDRESS" "$(answer collector 2001:db8:2::20 5000)"
  same nothing "$(answer collector 2001:db8:1::20 5000)"
  host ip -6 route del default
}

@test "where the bridge had IPv6 before, its connections go where they went" {
  dnat_settings GUARD_PREFIX=false
  dnat guard
  install_dnat
  same "stranger fc00:172:17::3" "$(answer other 2001:db8:2::20 5000)"
}

@test "where forwarding was off, machines behind the host stay out of reach, and the collector in it" {
  same "stranger 2001:db8:1::20" "$(answer router 2001:db8:2::20 5000)"
  forwarding_was_off
  dnat guard
  install_dnat
  same nothing "$(answer router 2001:db8:2::20 5000)"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same "stranger 2001:db8:2::10" "$(answer '' 2001:db8:2::20 5000)"
  # Over IPv4 Docker forwarded before.
  same "stranger 192.0.2.20" "$(answer router 198.51.2.20 5000)"
  # Counted, for status.
  [[ $(host ip6tables -t mangle -L OPENBMP-ISOLATE -v -n -x | tail -n 1) =~ ^\ +[1-9] ]]
}

@test "between the network of Docker that was made since and others, forwarding is as Docker has it" {
  forwarding_was_off
  echo "true eth1" >"$FAKE/networks/users"
  dnat guard
  install_dnat
  same "stranger 2001:db8:1::20" "$(answer router 2001:db8:2::20 5000)"
  rm "$FAKE/networks/users"
}

@test "at the subnet's anycast address the lists hold as well" {
  at router ip -6 neighbour replace 2001:db8:1:: lladdr "$(host ip -json link show eth0 | jq -r ".[].address")" dev eth0
  at stranger ip -6 neighbour replace 2001:db8:2:: lladdr "$(host ip -json link show eth1 | jq -r ".[].address")" dev eth0
  same refused "$(answer router 2001:db8:1:: 5000)"
  same nothing "$(answer stranger 2001:db8:2:: 5000)"
  same nothing "$(answer stranger 2001:db8:2:: 8001)"
}

@test "where somebody's rule keeps packets from being tracked, the lists hold as well" {
  local command
  install_dnat
  for command in iptables ip6tables; do host "$command" -t raw -A PREROUTING -p tcp --dport 5000 -j NOTRACK; done
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
  same nothing "$(answer stranger 198.51.2.10 5000)"
  for command in iptables ip6tables; do host "$command" -t raw -F; done
}

# lone_segment NAMESPACE FROM TO: one with the flags SYN and FIN, which belongs to no
# connection and begins none; prints what comes back.
lone_segment() {
  at "$1" python3 - "$2" "$3" <<'PYTHON'
import socket, struct, sys
source, target = sys.argv[1:]
family = socket.AF_INET6 if ":" in source else socket.AF_INET
raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
raw.bind((source, 0))
raw.settimeout(0.7)
segment = bytearray(struct.pack("!HHIIBBHHH", 40000, 5000, 1, 0, 5 << 4, 0x03, 1024, 0, 0))
pseudo = socket.inet_pton(family, source) + socket.inet_pton(family, target) + (
    struct.pack("!II", len(segment), 6) if family == socket.AF_INET6 else struct.pack("!BBH", 0, 6, len(segment)))
words = struct.unpack(f"!{(len(pseudo) + len(segment)) // 2}H", pseudo + bytes(segment))
total = sum(words)
while total >> 16:
    total = (total & 0xFFFF) + (total >> 16)
segment[16:18] = struct.pack("!H", ~total & 0xFFFF)
raw.sendto(bytes(segment), (target, 0))
try:
    raw.recvfrom(4096)
    print("answered")
except TimeoutError:
    print("nothing")
PYTHON
}

@test "a packet that belongs to no connection gets no answer, not even of a refusal" {
  install_dnat
  same nothing "$(lone_segment stranger 2001:db8:2::20 2001:db8:2::10)"
  same nothing "$(lone_segment stranger 198.51.2.20 198.51.2.10)"
}

@test "what the host forwards to other machines' port 5000 is left alone" {
  dnat_settings 'BMP_ALLOWED=()' 'REST_ALLOWED=()'
  dnat guard
  install_dnat
  same "stranger 2001:db8:1::20" "$(answer router 2001:db8:2::20 5000)"
  same "stranger 192.0.2.20" "$(answer router 198.51.2.20 5000)"
  same "stranger 2001:db8:2::10" "$(answer '' 2001:db8:2::20 8001)"
}

@test "a connection that the host forwards to another machine is known to the end, whatever the container does" {
  install_dnat
  connect router 2001:db8:2::20 5000
  collector_at fc00:172:17::9
  synced
  host conntrack -L -f ipv6 -p tcp --orig-dst 2001:db8:2::20 | grep ESTABLISHED
}

@test "a connection stays when nothing moved" {
  install_dnat
  connect router "$HOST_ADDRESS" 5000
  synced
  talk still-there
  soon heard still-there
}

@test "a connection that docker-proxy took before the ingress filter ends, and the router comes back to the container" {
  dnat remove
  connect router "$HOST_ADDRESS" 5000
  soon heard "docker-proxy 2001:db8:1::20"
  dnat guard
  install_dnat
  talk to-docker-proxy
  sleep 0.2
  run ! heard to-docker-proxy
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "a connection to where the container was does not reach who is there now" {
  collector_at fc00:172:17::3
  synced
  connect router "$HOST_ADDRESS" 5000
  soon heard "other 2001:db8:1::20"
  # The container moved, and its former address is another's now.
  install_dnat
  count_packets
  talk stale
  sleep 0.2
  same 0 "$(packets_seen)"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

@test "not even a connection that conntrack still knows reaches who is there now" {
  collector_at fc00:172:17::3
  synced
  connect router "$HOST_ADDRESS" 5000
  printf '#!/bin/sh\n' >"$FAKE/bin/conntrack"
  chmod +x "$FAKE/bin/conntrack"
  install_dnat
  count_packets
  talk stale
  sleep 0.2
  same 0 "$(packets_seen)"
  dnat release
  talk stale
  sleep 0.2
  same 0 "$(packets_seen)"
}

@test "over IPv4 the list holds as well, with and without Docker's DNAT" {
  same refused "$(answer router 192.0.2.10 5000)"
  same nothing "$(answer stranger 198.51.2.10 5000)"
  ipv4_published
  same "collector 192.0.2.20" "$(answer router 192.0.2.10 5000)"
  same nothing "$(answer stranger 198.51.2.10 5000)"
  same nothing "$(answer stranger 192.0.2.10 8001)"
}

@test "a neighbour with an IPv4 route to the container does not get around the lists, wherever it is" {
  same nothing "$(answer stranger "$CONTAINER_IPV4" 5000)"
  same nothing "$(answer stranger "$CONTAINER_IPV4" 3306)"
  install_dnat
  same nothing "$(answer stranger "$CONTAINER_IPV4" 3306)"
  same nothing "$(answer stranger "$CONTAINER_IPV4" 5000)"
  same nothing "$(answer stranger "$CONTAINER_IPV4" 8001)"
  same nothing "$(answer router "$CONTAINER_IPV4" 5000)"
  ipv4_published
  same "collector 192.0.2.20" "$(answer router 192.0.2.10 5000)"
  same "collector 172.17.0.1" "$(answer '' "$CONTAINER_IPV4" 5000)"
  same "collector 172.17.0.3" "$(answer other "$CONTAINER_IPV4" 5000)"
  same "stranger $CONTAINER_IPV4" "$(answer collector 198.51.2.20 5000)"
  same "other 198.51.2.20" "$(answer stranger 172.17.0.3 5000)"
}

@test "an ingress filter or a follower that starts again leaves no moment in which a neighbour gets through" {
  local port
  install_dnat
  dnat guard
  for port in 5000 3306; do same nothing "$(answer stranger "$CONTAINER_IPV4" "$port")"; done
  dnat release
  for port in 5000 3306; do same nothing "$(answer stranger "$CONTAINER_IPV4" "$port")"; done
  dnat_settings GUARD_PREFIX=false
  dnat guard
  for port in 5000 3306; do same nothing "$(answer stranger "$CONTAINER_ADDRESS" "$port")"; done
}

@test "a connection by an IPv4 route that was there before the ingress filter does not go on" {
  without_rules
  connect stranger "$CONTAINER_IPV4" 5000
  soon heard "collector 198.51.2.20"
  dnat guard
  talk after
  sleep 0.3
  run ! heard after
}

@test "in proxy mode a router of the list gets to docker-proxy, a stranger to nothing" {
  dnat_settings MODE=proxy
  dnat guard
  install_dnat
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
  same nothing "$(answer stranger "$CONTAINER_IPV4" 5000)"
  at router ip -6 route replace "$CONTAINER_ADDRESS" via "$HOST_ADDRESS"
  same nothing "$(answer router "$CONTAINER_ADDRESS" 5000)"
}

@test "in proxy mode an engine with IPv6 NAT of its own keeps it for others" {
  engine_dnat "$CONTAINER_ADDRESS"
  host ip6tables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 3306 -j DNAT --to-destination [fc00:172:17::3]:3306
  dnat_settings MODE=proxy
  dnat guard
  install_dnat
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  same "other 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 3306)"
  same nothing "$(answer stranger 2001:db8:2::10 5000)"
}

@test "a connection that came in by DNAT ends when the mode changes, and comes back by docker-proxy" {
  install_dnat
  connect router "$HOST_ADDRESS" 5000
  soon heard "collector 2001:db8:1::20"
  dnat_settings MODE=proxy
  synced
  talk to-the-collector
  sleep 0.3
  run ! heard to-the-collector
  same "docker-proxy 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
}

# opened NAME…: those ports were opened.
opened() { printf '%s\n' "$@" | write_on_host /etc/openbmp-aio-ipv6/opened; }

@test "a port that is held lets nobody in but a verification, over neither family, until it is opened" {
  dnat_settings 'HELD_PORTS=(rest)' 'REST_ALLOWED=(2001:db8:1::/64 192.0.2.0/24)'
  dnat guard
  install_dnat
  host iptables -t nat -A PREROUTING -p tcp -m addrtype --dst-type LOCAL --dport 8001 -j DNAT --to-destination 172.17.0.2:8001
  same nothing "$(answer router "$HOST_ADDRESS" 8001)"
  same nothing "$(answer router 192.0.2.10 8001)"
  same "collector 2001:db8:3::20" "$(answer probe "$HOST_ADDRESS" 8001)"
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 5000)"
  opened rest
  dnat guard
  synced
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
  same "collector 192.0.2.20" "$(answer router 192.0.2.10 8001)"
  opened mysql
  synced
  same nothing "$(answer router "$HOST_ADDRESS" 8001)"
}

@test "Kafka and MySQL, where they are published, are reached as BMP is, each from its own list" {
  local command
  dnat_settings 'OUTSIDE_PORTS=(kafka mysql)' 'KAFKA_ALLOWED=(2001:db8:2::/64 198.51.2.0/24)' 'MYSQL_ALLOWED=(2001:db8:1::20/128)' 'HELD_PORTS=(mysql)'
  dnat guard
  same refused "$(answer stranger 2001:db8:2::10 9092)"
  install_dnat
  dnat check
  host iptables -t nat -A PREROUTING -p tcp -m addrtype --dst-type LOCAL --dport 9092 -j DNAT --to-destination 172.17.0.2:9092
  same "collector 2001:db8:2::20" "$(answer stranger 2001:db8:2::10 9092)"
  same "collector 198.51.2.20" "$(answer stranger 198.51.2.10 9092)"
  same nothing "$(answer router "$HOST_ADDRESS" 9092)"
  same nothing "$(answer router 192.0.2.10 9092)"
  same nothing "$(answer router "$HOST_ADDRESS" 3306)"
  opened mysql
  synced
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 3306)"
  same nothing "$(answer stranger 2001:db8:2::10 3306)"
  # A route to the container is still no way in.
  same nothing "$(answer stranger "$CONTAINER_ADDRESS" 9092)"
  dnat release
  same refused "$(answer stranger 2001:db8:2::10 9092)"
}

@test "ports that are not published are the host's own" {
  install_dnat
  same "docker-proxy 2001:db8:2::20" "$(answer stranger 2001:db8:2::10 9092)"
  same "docker-proxy 2001:db8:2::20" "$(answer stranger 2001:db8:2::10 3306)"
}

@test "a port that is opened or held while rules are written is, in the end, what it was made last" {
  dnat_settings 'HELD_PORTS=(rest)'
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  # Once, between the reading of the file and the rules.
  cat >"$FAKE/bin/ip6tables-restore" <<'STUB'
#!/bin/bash
PATH=${PATH#*:}
rm "$0"
rules=$(cat)
echo rest >/etc/openbmp-aio-ipv6/opened
exec ip6tables-restore "$@" <<<"$rules"
STUB
  chmod +x "$FAKE/bin/ip6tables-restore"
  host mkdir -p /etc/openbmp-aio-ipv6
  synced
  [ ! -e "$FAKE/bin/ip6tables-restore" ]
  same "collector 2001:db8:1::20" "$(answer router "$HOST_ADDRESS" 8001)"
}
