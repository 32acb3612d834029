# shellcheck shell=bash
# What openbmp-dnat works on: its settings, Docker's bridge, the container, and
# machines around the host. On top of helper.bash.

CONTAINER_ADDRESS=fc00:172:17::2
CONTAINER_IPV4=172.17.0.2
HOST_ADDRESS=2001:db8:1::10

# dnat VERB: the program that the units run.
dnat() { host bash "$HOST_SCRIPTS/installed/openbmp-dnat" "$1"; }

# dnat_settings [NAME=VALUE…]: what the program reads. The filter is said to be held.
dnat_settings() {
  touch "$FAKE/units/openbmp-aio-ipv6-filter.service.active"
  local settings=$BATS_TEST_TMPDIR/dnat.conf
  export OPENBMP_DNAT_CONFIG=$settings
  printf '%s\n' 'MODE=dnat' 'BRIDGE=docker0' 'ADDRESS=' 'BMP_PORT=5000' 'REST_PORT=8001' 'PREFIX=fc00:172:17::/64' 'PREFIX_V4=172.17.0.0/16' 'GUARD_PREFIX=true' 'FORWARDING_FOUND=1' \
    'BMP_ALLOWED=(2001:db8:1::/64 192.0.2.0/24)' 'REST_ALLOWED=(2001:db8:1::20/128 192.0.2.20/32)' \
    'OUTSIDE_PORTS=()' 'KAFKA_ALLOWED=()' 'MYSQL_ALLOWED=()' 'HELD_PORTS=()' "$@" >"$settings"
}

# forwarding_was_off [NAME=VALUE…]: when the deployment found the host.
forwarding_was_off() { dnat_settings FORWARDING_FOUND=0 "$@"; }

# collector_at [ADDRESS [IPV4]]: the container runs, with these addresses; without one it does not run.
collector_at() {
  has_container openbmp_aio "Running=$([ -n "${1:-}" ] && echo true || echo false)" "GlobalIPv6Address=${1:-}" "IPAddress=${2:-$CONTAINER_IPV4}"
}

# engine_dnat ADDRESS: what an engine with IPv6 NAT of its own has in the nat table, and what accepts it.
engine_dnat() {
  host ip6tables-restore --noflush <<RULES
*filter
:DOCKER - [0:0]
-I FORWARD -o docker0 -j DOCKER
-A DOCKER -d $1/128 ! -i docker0 -o docker0 -p tcp -m tcp --dport 5000 -j ACCEPT
-A DOCKER -d $1/128 ! -i docker0 -o docker0 -p tcp -m tcp --dport 8001 -j ACCEPT
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 5000 -j DNAT --to-destination [$1]:5000
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8001 -j DNAT --to-destination [$1]:8001
COMMIT
RULES
}

# nftables_engine_dnat ADDRESS: the same of an engine with its nftables backend.
nftables_engine_dnat() {
  host nft -f - <<RULES
table ip6 docker-bridges {
  chain nat-prerouting-and-output {
    iifname != "docker0" ip6 saddr != fe80::/10 tcp dport 5000 counter dnat to [$1]:5000 comment "DNAT"
    iifname != "docker0" ip6 saddr != fe80::/10 tcp dport 8001 counter dnat to [$1]:8001 comment "DNAT"
  }
  chain nat-OUTPUT {
    type nat hook output priority -100; policy accept;
    ip6 daddr != ::1 fib daddr type local counter jump nat-prerouting-and-output
  }
  chain nat-PREROUTING {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local counter jump nat-prerouting-and-output
  }
  chain filter-FORWARD {
    type filter hook forward priority filter; policy accept;
  }
}
RULES
}

# synced: one inspection of the container, as `follow` does at each event; Docker's
# events have ended before they began.
synced() {
  : >"$FAKE/events"
  run dnat follow
  same 1 "$status"
}

# start_follow [PROGRAM…]: one of unit/ as its unit runs it, openbmp-dnat where none
# is named, fed by `event`.
start_follow() {
  [ $# -gt 0 ] || set -- openbmp-dnat follow
  rm -f "$FAKE/events"
  mkfifo "$FAKE/events"
  # Both ends stay open, as long as the engine does.
  exec {EVENTS}<>"$FAKE/events"
  PATH="$FAKE/bin:$TESTS/stubs:$PATH" setsid nsenter --mount --net --target "$HOST_PID" -- \
    bash "$HOST_SCRIPTS/installed/$1" "${@:2}" >"$FAKE/follow.log" 2>&1 3>&- {EVENTS}>&- &
  FOLLOW_PID=$!
}

event() { echo "$*" >&"$EVENTS"; }

# stop_follow: it is killed with its children, as systemd does.
stop_follow() {
  kill -KILL -- "-$FOLLOW_PID"
  wait "$FOLLOW_PID" 2>/dev/null || true
  exec {EVENTS}>&-
}

followed() { grep -qF "container at $1" "$FAKE/follow.log"; }

# as_golden NAME: the rules are those of tests/host/golden/NAME.txt, or differ from
# those of guard.txt as NAME.diff says. With UPDATE_GOLDEN=1 they are written there instead.
as_golden() {
  local golden=$TESTS/golden/$1
  if [ -e "$golden.txt" ]; then
    [ -z "${UPDATE_GOLDEN:-}" ] || rules >"$golden.txt"
    diff "$golden.txt" <(rules)
  else
    [ -z "${UPDATE_GOLDEN:-}" ] || difference_to_guard >"$golden.diff"
    diff "$golden.diff" <(difference_to_guard)
  fi
}

difference_to_guard() { diff "$TESTS/golden/guard.txt" <(rules) || true; }

# joined NAME INTERFACE IPV6 IPV4 IPV6-GATEWAY IPV4-GATEWAY: a network namespace
# whose eth0 is linked to that interface of the host.
joined() {
  host bash -euo pipefail -s <<SCRIPT
    ip netns add $1
    ip netns exec $1 sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
    ip link add $2 type veth peer name eth0 netns $1
    ip -n $1 link set lo up
    ip -n $1 link set eth0 up
    ip -n $1 address add $3 dev eth0
    ip -n $1 address add $4 dev eth0
    ip -n $1 -6 route add default via $5
    ip -n $1 route add default via $6
    ip link set $2 up
SCRIPT
  quick_neighbours eth0 "$1"
}

# reachable NAMESPACE ADDRESS: the kernel takes its time to bring a link up.
reachable() { [ "$(answer "$1" "$2" 9)" = refused ]; }

# machine NAME INTERFACE NETWORK: joined to the host, at ::20 of 2001:db8:NETWORK::/64
# and .20 of its IPv4 network; the host is ::10 and .10.
machine() {
  local ipv6=2001:db8:$3: ipv4=192.0.2
  [ "$3" = 1 ] || ipv4=198.51.$3
  joined "$1" "$2" "$ipv6:20/64" "$ipv4.20/24" "$ipv6:10" "$ipv4.10"
  host ip address add "$ipv6:10/64" dev "$2"
  host ip address add "$ipv4.10/24" dev "$2"
  quick_neighbours "$2"
  soon reachable "$1" "$ipv6:10"
  soon reachable "$1" "$ipv4.10"
}

# ready_to_start: the rules are there, and what the step collector-start finds
# listening once it has started the container.
ready_to_start() {
  step_succeeds ipv6-dnat
  serve collector '' 5000 8001
  write_on_host /var/openbmp/config/openbmpd.conf <<<'base: {}'
  host mkdir -p /var/openbmp/mysql
}

# in_list PORT: how many rules let somebody in there.
in_list() { host ip6tables -t mangle -S OPENBMP-ALLOW | grep -cF -- "--dport $1 -j RETURN" || true; }

# container_on_bridge NAME LAST: at fc00:172:17::LAST and 172.17.0.LAST.
container_on_bridge() {
  joined "$1" "veth-$1" "fc00:172:17::$2/64" "172.17.0.$2/16" fc00:172:17::1 172.17.0.1
  host ip link set "veth-$1" master docker0
  soon reachable "$1" fc00:172:17::1
  soon reachable "$1" 172.17.0.1
}

# quick_neighbours INTERFACE [NAMESPACE]: one that missed the first question is asked again at once.
quick_neighbours() {
  local where=()
  [ -z "${2:-}" ] || where=(ip netns exec "$2")
  host "${where[@]}" sh -c "echo 50 | tee /proc/sys/net/ipv[46]/neigh/$1/retrans_time_ms
    echo 10 | tee /proc/sys/net/ipv[46]/neigh/$1/[mu]cast_solicit" >/dev/null
}

docker_bridge() {
  host bash -euo pipefail -s <<SCRIPT
    ip link add docker0 address 02:42:00:00:00:01 type bridge
    ip address add fc00:172:17::1/64 dev docker0 nodad
    ip address add 172.17.0.1/16 dev docker0
    ip link set docker0 up
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    echo 1 >/proc/sys/net/ipv4/ip_forward
SCRIPT
  quick_neighbours docker0
}

at() { host ip netns exec "$@"; }

# serve NAME NAMESPACE PORT…: an empty NAMESPACE is the host itself.
serve() {
  local name=$1 where=() port
  [ -z "$2" ] || where=(ip netns exec "$2")
  in_background "${where[@]}" python3 "$TESTS/tcp-server.py" "$name" "${@:3}"
  for port in "${@:3}"; do
    soon host "${where[@]}" bash -c "ss --no-header --listening --tcp 'sport = :$port' | grep -q ."
  done
}

# broker STATE [NAMESPACE]: one at Kafka's port, of which kafka-server.py says what STATE is.
broker() {
  local where=()
  [ -z "${2:-}" ] || where=(ip netns exec "$2")
  broker_has "$1"
  in_background "${where[@]}" python3 "$TESTS/kafka-server.py" 9092 "$FAKE/broker"
  soon host "${where[@]}" bash -c 'exec 3<>/dev/tcp/127.0.0.1/9092'
}

# broker_has STATE: from here on.
broker_has() { printf '%s\n' "$1" >"$FAKE/broker"; }

# answer NAMESPACE ADDRESS PORT: the server's name and the client's address as
# the server saw it; or "refused", or "nothing".
answer() {
  local where=() line
  [ -z "$1" ] || where=(ip netns exec "$1")
  # shellcheck disable=SC2016
  line=$(host "${where[@]}" timeout 0.7 bash -c 'exec 3<>"/dev/tcp/$0/$1" && head -n 1 <&3' "$2" "$3" 2>&1) || true
  case $line in
  *"Connection refused"* | *"Connection reset"*) echo refused ;;
  *) echo "${line:-nothing}" ;;
  esac
}

# connect NAMESPACE ADDRESS PORT: stays open in the background; `talk` sends a
# line over it, what comes back is in $FAKE/heard.
connect() {
  rm -f "$FAKE/say"
  mkfifo "$FAKE/say"
  : >"$FAKE/heard"
  # shellcheck disable=SC2016
  in_background ip netns exec "$1" bash -c 'exec 3<>"/dev/tcp/$0/$1"; cat <&3 >"$2/heard" & exec cat "$2/say" >&3' "$2" "$3" "$FAKE"
  # Both ways, so that a failed connection does not block here.
  exec {SAY}<>"$FAKE/say"
  soon test -s "$FAKE/heard"
}

talk() { echo "$1" >&"$SAY"; }

heard() { grep -qxF "$1" "$FAKE/heard"; }

# without_rules: as before the first of them, and with no connection known.
without_rules() {
  host bash -c 'for command in iptables ip6tables; do
      for table in mangle filter nat; do "$command" -t "$table" -F && "$command" -t "$table" -X; done
      "$command" -P FORWARD ACCEPT
    done
    conntrack -F' 2>/dev/null
}

close_network() {
  [ -z "${FOLLOW_PID:-}" ] || kill -KILL -- "-$FOLLOW_PID" 2>/dev/null || true
  close_host
}
