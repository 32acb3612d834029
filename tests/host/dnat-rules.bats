#!/usr/bin/env bats
# openbmp-dnat against the real ip6tables and iptables: what the rules are,
# compared with the dumps in golden/.

load helper
load network

setup() {
  open_host
  docker_bridge
  dnat_settings
}
teardown() { close_network; }

# What closes forwarding goes with the host's forwarding, not with the program.
but_isolation() { rules | grep -v OPENBMP-ISOLATE; }

# What others have on a host: a firewall, another engine's chains.
foreign_rules() {
  local command
  for command in ip6tables iptables; do
    host "$command-restore" <<'RULES'
*mangle
:CLAMP - [0:0]
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j CLAMP
-A CLAMP -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:DOCKER-USER - [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -j RETURN
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A PREROUTING -p tcp -m tcp --dport 2222 -j REDIRECT --to-ports 22
COMMIT
RULES
  done
}

@test "the ingress filter: allow lists, a reset towards docker-proxy, no forwarding but by DNAT" {
  dnat guard
  as_golden guard
}

@test "with the container's address: the DNAT, and acceptance of what it carries" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  as_golden dnat
}

@test "rules that somebody flushed come back whole, those of IPv4 too" {
  local command
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  for command in ip6tables iptables; do
    for table in mangle filter nat; do
      host "$command" -t "$table" -F
      synced
      as_golden dnat
    done
  done
  dnat remove
  synced
  as_golden dnat
}

@test "a container at another address moves every rule, and leaves none behind" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  collector_at fc00:172:17::9 172.17.0.9
  synced
  same "$(sed 's/fc00:172:17::2/fc00:172:17::9/; s/172[.]17[.]0[.]2/172.17.0.9/' "$TESTS/golden/dnat.txt")" "$(rules)"
}

@test "on a network of its own the fixed IPv6 address holds, and the IPv4 one is Docker's while the container runs" {
  dnat_settings BRIDGE=openbmp0 ADDRESS=fc00:172:17::5000
  dnat guard
  has_container openbmp_aio NetworkMode=openbmp_aio GlobalIPv6Address=fc00:172:17::5000 IPAddress=172.18.0.2
  synced
  same "$(sed 's/docker0/openbmp0/g; s/fc00:172:17::2/fc00:172:17::5000/; s/172[.]17[.]0[.]2/172.18.0.2/' "$TESTS/golden/dnat.txt")" "$(rules)"
  dnat check
  change_container openbmp_aio Running=false
  same fc00:172:17::5000,dnat "$(dnat where)"
  synced
  [[ $(rules) != *172.18.0.2* ]]
}

@test "a container that is stopped, or gone, leaves the ingress filter alone" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  change_container openbmp_aio Running=false
  synced
  as_golden guard
  rm "$FAKE/containers/openbmp_aio"
  synced
  as_golden guard
}

@test "a container without IPv6 has its ingress filter for IPv4, whatever Docker prints for no address" {
  local none
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  for none in '' 'invalid IP'; do
    change_container openbmp_aio "GlobalIPv6Address=$none"
    synced
    as_golden guard-ipv4
    same ,dnat "$(dnat where)"
  done
  change_container openbmp_aio 'IPAddress=invalid IP'
  synced
  as_golden guard
}

@test "an engine that does not answer leaves the ingress filter alone" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  touch "$FAKE/engine-down"
  run dnat follow
  as_golden guard
}

@test "where the engine does the DNAT, ours is left out and its own is untouched" {
  engine_dnat "$CONTAINER_ADDRESS"
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  as_golden native
}

@test "so it is where the engine does it in nftables, and not where that is for another container" {
  nftables_engine_dnat "$CONTAINER_ADDRESS"
  before=$(host nft list table ip6 docker-bridges)
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  same "$(grep -v DOCKER "$TESTS/golden/native.txt")" "$(rules)"
  same "$CONTAINER_ADDRESS,native" "$(dnat where)"
  same "$before" "$(host nft list table ip6 docker-bridges)"
  collector_at "${CONTAINER_ADDRESS}2"
  same "${CONTAINER_ADDRESS}2,dnat" "$(dnat where)"
}

@test "rules of the engine that no packet comes to any more are no native DNAT" {
  collector_at "$CONTAINER_ADDRESS"
  engine_dnat "$CONTAINER_ADDRESS"
  host ip6tables -t nat -F PREROUTING
  same "$CONTAINER_ADDRESS,dnat" "$(dnat where)"
  # What Docker 29 makes at a container's start after `nft flush ruleset`.
  nftables_engine_dnat "$CONTAINER_ADDRESS"
  same "$CONTAINER_ADDRESS,native" "$(dnat where)"
  host nft delete chain ip6 docker-bridges nat-PREROUTING
  same "$CONTAINER_ADDRESS,dnat" "$(dnat where)"
}

@test "a rule of the engine for another container's address is no native DNAT" {
  engine_dnat fc00:172:17::22
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  [[ $(rules) == *"-A OPENBMP-DNAT ! -i docker0 -p tcp -m tcp --dport 5000 -j DNAT --to-destination [fc00:172:17::2]:5000"* ]]
}

@test "where the bridge's prefix was the user's own, only the container is closed to routed traffic" {
  dnat_settings GUARD_PREFIX=false
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  as_golden guard-container-only
}

@test "in proxy mode docker-proxy may answer, and nothing is forwarded to the container" {
  dnat_settings MODE=proxy
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  dnat check
  as_golden proxy
  # Also where the engine has rules of its own.
  engine_dnat "$CONTAINER_ADDRESS"
  synced
  [[ $(host ip6tables -t mangle -S OPENBMP-FORWARD) != *"! -d"* ]]
}

@test "in IPv4 ours stands in where the engine's own DNAT is missing, or is for one address only" {
  local rule="-p tcp --dport 5000 -j DNAT --to-destination $CONTAINER_IPV4:5000"
  collector_at "$CONTAINER_ADDRESS"
  host iptables -t nat -N DOCKER
  host iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
  # shellcheck disable=SC2086
  host iptables -t nat -A DOCKER -d 127.0.0.1/32 ! -i docker0 $rule
  synced
  [[ $(host iptables -t nat -S OPENBMP-DNAT) == *"--to-destination $CONTAINER_IPV4:5000"* ]]
  # shellcheck disable=SC2086
  host iptables -t nat -A DOCKER ! -i docker0 $rule
  synced
  same '-N OPENBMP-DNAT' "$(host iptables -t nat -S OPENBMP-DNAT)"
  [[ $(host iptables -S OPENBMP-ACCEPT) == *"-d $CONTAINER_IPV4/32 "* ]]
  host iptables -N DOCKER
  host iptables -A FORWARD -o docker0 -j DOCKER
  host iptables -A DOCKER -d "$CONTAINER_IPV4" ! -i docker0 -o docker0 -p tcp --dport 5000 -j ACCEPT
  synced
  same '-N OPENBMP-ACCEPT' "$(host iptables -S OPENBMP-ACCEPT)"
  [[ $(host iptables -t mangle -S OPENBMP-FORWARD) != *"! -d"* ]]
}

@test "where the engine's DNAT is there, and what accepts it was flushed, ours accepts it, and no longer when it is back" {
  collector_at "$CONTAINER_ADDRESS"
  engine_dnat "$CONTAINER_ADDRESS"
  synced
  same '-N OPENBMP-ACCEPT' "$(host ip6tables -S OPENBMP-ACCEPT)"
  host ip6tables-save -t filter >"$FAKE/filter"
  for flushed in FORWARD DOCKER; do
    host ip6tables -F "$flushed"
    synced
    [[ $(host ip6tables -S OPENBMP-ACCEPT) == *"-d $CONTAINER_ADDRESS/128 "*" --dports 5000,8001 -m conntrack --ctstate DNAT -j ACCEPT"* ]]
    same '-N OPENBMP-DNAT' "$(host ip6tables -t nat -S OPENBMP-DNAT)"
    dnat check
    host ip6tables-restore <"$FAKE/filter"
    synced
    same '-N OPENBMP-ACCEPT' "$(host ip6tables -S OPENBMP-ACCEPT)"
  done
}

@test "what refuses stands first, and what accepts before Docker's chains and what refuses all, but behind others' refusals" {
  dnat guard
  host ip6tables -I FORWARD 1 -p tcp --dport 23 -j DROP
  host ip6tables -N DOCKER-USER
  host ip6tables -N DOCKER-FORWARD
  host ip6tables -I FORWARD 1 -j DOCKER-FORWARD
  host ip6tables -I FORWARD 1 -j DOCKER-USER
  host ip6tables -A FORWARD -j REJECT
  host ip6tables -t mangle -I PREROUTING 1 -j ACCEPT
  run dnat check
  same 3 "$status"
  same "ip6tables: a rule stands behind others that decide before it: -A PREROUTING -p tcp -m addrtype --dst-type LOCAL,ANYCAST -j OPENBMP-ALLOW
ip6tables: a rule stands behind others that decide before it: -A FORWARD -j OPENBMP-ACCEPT" "$output"
  dnat guard
  dnat check
  same '-P FORWARD ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -j OPENBMP-ACCEPT
-A FORWARD -j DOCKER-FORWARD
-A FORWARD -p tcp -m tcp --dport 23 -j DROP
-A FORWARD -j REJECT --reject-with icmp6-port-unreachable' "$(host ip6tables -S FORWARD)"
  # Who stands in the right place already is not moved.
  host ip6tables -I FORWARD 1 -p tcp --dport 25 -j DROP
  dnat guard
  same '-A FORWARD -p tcp -m tcp --dport 25 -j DROP' "$(host ip6tables -S FORWARD 1)"
}

@test "what accepts stands before a chain that refuses everything, not before one that refuses something" {
  host bash -euo pipefail -s <<'RULES'
    for chain in somebody ufw6-reject-forward DOCKER-USER; do
      ip6tables -N "$chain"
      ip6tables -A FORWARD -j "$chain"
    done
    ip6tables -A somebody -p tcp --dport 23 -j DROP
    ip6tables -A somebody -j REJECT
    ip6tables -A ufw6-reject-forward -j REJECT
    ip6tables -A DOCKER-USER -j DROP
RULES
  dnat guard
  dnat check
  same '-P FORWARD ACCEPT
-A FORWARD -j somebody
-A FORWARD -j OPENBMP-ACCEPT
-A FORWARD -j ufw6-reject-forward
-A FORWARD -j DOCKER-USER' "$(host ip6tables -S FORWARD)"
}

@test "where no table can be held, no process of the host reaches the BMP port, and its removal leaves no rule" {
  local before
  before=$(host ip -4 rule && host ip -6 rule)
  rm "$FAKE/units/openbmp-aio-ipv6-filter.service.active"
  dnat guard
  dnat guard
  same 1 "$(host ip -4 rule | grep -c 'to 172.17.0.0/16 iif lo ipproto tcp dport 5000 prohibit')"
  same 1 "$(host ip -6 rule | grep -c 'to fc00:172:17::/64 iif lo ipproto tcp dport 5000 prohibit')"
  dnat check
  host ip -6 rule del pref 99
  run dnat check
  same 'ip rule: processes of the host are kept from the BMP port in "-4 172.17.0.0/16", and are to be in "-4 172.17.0.0/16, -6 fc00:172:17::/64"' "$output"
  dnat guard
  dnat_settings MODE=proxy
  rm "$FAKE/units/openbmp-aio-ipv6-filter.service.active"
  dnat guard
  same 0 "$(host ip -6 rule | grep -c prohibit)"
  dnat remove
  same "$before" "$(host ip -4 rule && host ip -6 rule)"
}

# while_the_lock_is_held COMMAND…: it succeeds once the lock of iptables is free again.
while_the_lock_is_held() {
  in_background flock /run/xtables.lock sleep 2
  soon host bash -c '! flock --nonblock /run/xtables.lock true'
  "$@"
}

@test "where iptables is the older kind, who holds its lock is waited for" {
  local program name
  program=$(host sh -c 'readlink -f "$(command -v ip6tables-legacy)"')
  [ -n "$program" ] || skip "no iptables-legacy here"
  for name in {ip,ip6}tables{,-save,-restore}; do ln -s "$program" "$FAKE/bin/$name"; done
  [[ $(host ip6tables --version) == *legacy* ]]
  while_the_lock_is_held dnat guard
  [[ $(host ip6tables -S INPUT) == *OPENBMP-INPUT* ]]
  while_the_lock_is_held dnat check
  while_the_lock_is_held host bash -euo pipefail -c '. "$0/lib/probe.sh"; open_probe' "$HOST_SCRIPTS"
  while_the_lock_is_held dnat remove
  [[ $(host ip6tables -S) != *OPENBMP* ]]
}

@test "empty allow lists let nobody in" {
  dnat_settings 'BMP_ALLOWED=()' 'REST_ALLOWED=()'
  dnat guard
  as_golden empty-lists
}

@test "other ports on the host lead to the same ones in the container" {
  dnat_settings BMP_PORT=15000 REST_PORT=18001
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  as_golden other-ports
}

@test "changed settings replace the rules of the former ones" {
  dnat_settings BMP_PORT=15000 REST_PORT=18001 'BMP_ALLOWED=(2001:db8:7::/64)'
  dnat guard
  dnat_settings
  dnat guard
  as_golden guard
}

@test "a second run of the ingress filter changes nothing, and makes no second jump" {
  dnat guard
  dnat guard
  as_golden guard
}

@test "the ingress filter needs neither a container nor an engine" {
  rm "$FAKE/units/docker.service.active"
  dnat guard
  as_golden guard
  not_called '^docker '
}

@test "release takes the DNAT and leaves the ingress filter: whatever address comes next is closed already" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  dnat release
  as_golden guard
}

@test "the ingress filter, run again beside follow, leaves everything in its place" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  touch "$FAKE/units/openbmp-aio-ipv6-dnat.service.active"
  dnat guard
  as_golden dnat
}

@test "the ingress filter, run again without follow, takes the DNAT: nobody would take it along" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  dnat guard
  as_golden guard
}

@test "jumps of an earlier release give way to the present ones" {
  local command
  for command in ip6tables iptables; do
    host "$command" -t mangle -N OPENBMP-ALLOW
    host "$command" -t mangle -A PREROUTING -p tcp -m addrtype --dst-type LOCAL -j OPENBMP-ALLOW
  done
  dnat guard
  as_golden guard
}

@test "removal leaves exactly what was there before" {
  local before
  before=$(rules)
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  dnat remove
  same "$before" "$(but_isolation)"
}

@test "removal among others' rules and chains leaves exactly theirs, also without settings" {
  foreign_rules
  local before
  before=$(rules)
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  rm "$OPENBMP_DNAT_CONFIG"
  dnat remove
  same "$before" "$(but_isolation)"
  dnat remove
  same "$before" "$(but_isolation)"
}

@test "others' rules stay while ours are there, and ours come first" {
  foreign_rules
  local before
  before=$(rules)
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  same "$before" "$(rules | grep -v OPENBMP)"
  same "-A INPUT -j OPENBMP-INPUT" "$(host ip6tables -S INPUT | sed -n 2p)"
}

@test "removal takes jumps that were made twice, and finishes where chains are gone already" {
  local before
  before=$(rules)
  dnat guard
  host ip6tables -I INPUT -j OPENBMP-INPUT
  host ip6tables -t mangle -F
  host ip6tables -t mangle -X OPENBMP-ALLOW
  dnat remove
  same "$before" "$(but_isolation)"
}

@test "a bad prefix or port in the settings changes nothing, in neither family" {
  local before setting
  dnat guard
  before=$(rules)
  for setting in 'BMP_ALLOWED=(192.0.2.0/24 2001:db8:7::/129)' 'REST_ALLOWED=(198.51.100.0/24 nonsense:)' \
    'BMP_ALLOWED=(2001:db8:7::/64 192.0.2.0/33)' BMP_PORT=70000 PREFIX=fc00:172:17::/640; do
    dnat_settings "$setting"
    run dnat guard
    [ "$status" -ne 0 ]
    same "$before" "$(rules)"
  done
}

@test "a word that is no verb is answered with those that are" {
  run dnat reload
  same 2 "$status"
  [[ $output == "usage: openbmp-dnat guard|follow|where|check|release|remove" ]]
}

@test "check succeeds when the rules are where the container is" {
  dnat guard
  dnat check
  collector_at "$CONTAINER_ADDRESS"
  synced
  dnat check
  engine_dnat "$CONTAINER_ADDRESS"
  synced
  dnat check
}

@test "check knows its rules again, however the prefixes are written" {
  dnat_settings 'BMP_ALLOWED=(2001:DB8:0:1::5/64 192.0.2.7/24 2001:db8::1 192.0.2.9)' 'REST_ALLOWED=(::/0 0.0.0.0/0)' PREFIX=fc00:0172:17:0::/64
  dnat guard
  dnat check
}

@test "check fails when the container is elsewhere, or stopped under a DNAT" {
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  run ! dnat check
  synced
  collector_at fc00:172:17::9
  run ! dnat check
  collector_at ''
  run ! dnat check
}

@test "check fails when any one of our rules is missing" {
  local command table chain rule
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  for command in ip6tables iptables; do
    host "$command-save" >"$FAKE/saved"
    while read -r table chain rule; do
      # shellcheck disable=SC2086
      host "$command" -t "$table" -D "$chain" $rule
      dnat check && echo "not missed: $command -t $table -A $chain $rule" && return 1
      host "$command-restore" <"$FAKE/saved"
    done < <(awk '/^[*]/ { table = substr($1, 2) } /^-A .*OPENBMP/ { sub("-A ", ""); print table, $0 }' "$FAKE/saved")
  done
  dnat check
}

@test "release takes the DNAT from beside an engine that does not answer any more" {
  forwarding_was_off
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  touch "$FAKE/engine-down"
  dnat release
  [[ $(rules) != *"--to-destination"* ]]
  same "-A OPENBMP-ISOLATE -j DROP" "$(last_isolation_rule)"
}

# last_isolation_rule: what becomes of traffic between two interfaces of others.
last_isolation_rule() { rules | grep '^-A OPENBMP-ISOLATE' | tail -n 1; }

@test "where forwarding was off, it is closed between other interfaces, from the ingress filter on" {
  forwarding_was_off
  dnat guard
  same "-A OPENBMP-ISOLATE -j DROP" "$(last_isolation_rule)"
  collector_at "$CONTAINER_ADDRESS"
  synced
  same "-A OPENBMP-ISOLATE -j DROP" "$(last_isolation_rule)"
  dnat release
  same "-A OPENBMP-ISOLATE -j DROP" "$(last_isolation_rule)"
}

@test "where the user's own sysctl switches forwarding on, nothing is closed: the last file by name counts" {
  local file setting
  forwarding_was_off
  for setting in 'net.ipv6.conf.all.forwarding=1' ' -net/ipv6/conf/all/forwarding = 1 '; do
    write_on_host /etc/sysctl.d/50-router.conf <<<"$setting"
    dnat guard
    same "-A OPENBMP-ISOLATE -i docker0 -j DROP" "$(last_isolation_rule)"
    host rm /etc/sysctl.d/50-router.conf
  done
  write_on_host /etc/sysctl.d/50-router.conf <<<'net.ipv6.conf.all.forwarding=1'
  for file in /etc/sysctl.d/60-host.conf /usr/lib/sysctl.d/60-host.conf /run/sysctl.d/60-host.conf; do
    write_on_host "$file" <<<'net.ipv6.conf.all.forwarding = 0'
    dnat guard
    same "-A OPENBMP-ISOLATE -j DROP" "$(last_isolation_rule)"
    host rm "$file"
  done
  write_on_host /etc/sysctl.d/60-host.conf <<<'# net.ipv6.conf.all.forwarding = 0'
  dnat guard
  same "-A OPENBMP-ISOLATE -i docker0 -j DROP" "$(last_isolation_rule)"
}

@test "the bridges of other Docker networks with IPv6 are open, and no other" {
  forwarding_was_off
  echo "true -" >"$FAKE/networks/users"
  echo "true br-own" >"$FAKE/networks/named"
  : >"$FAKE/networks/ipv4-only"
  dnat guard
  collector_at "$CONTAINER_ADDRESS"
  synced
  dnat check
  same "-A OPENBMP-ISOLATE -i br-0123456789ab -j RETURN
-A OPENBMP-ISOLATE -o br-0123456789ab -j RETURN
-A OPENBMP-ISOLATE -i br-own -j RETURN
-A OPENBMP-ISOLATE -o br-own -j RETURN
-A OPENBMP-ISOLATE -j DROP" "$(rules | grep '^-A OPENBMP-ISOLATE' | tail -n 5)"
}

@test "the bridge goes where the host's default routes lead, of both families" {
  interface eth0 2001:db8:1::10/64
  interface eth1 2001:db8:2::10/64
  host ip address add 192.0.2.10/24 dev eth1
  host ip -6 route add default via 2001:db8:1::1 dev eth0
  host ip -4 route add default via 192.0.2.1 dev eth1
  dnat guard
  same "-A OPENBMP-ISOLATE -i docker0 -o eth0 -j RETURN
-A OPENBMP-ISOLATE -i docker0 -o eth1 -j RETURN
-A OPENBMP-ISOLATE -i docker0 -j DROP" "$(rules | grep '^-A OPENBMP-ISOLATE -i')"
}
