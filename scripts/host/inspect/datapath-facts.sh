# shellcheck shell=bash
# The datapath of each port, by the rules that the kernel has now.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/engine-nat.sh
. "${BASH_SOURCE[0]%/*}/../lib/engine-nat.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/ports.sh"

# own_dnat_sends PORT CONTAINER_PORT: a rule of ours sends the port to the container's.
own_dnat_sends() {
  has_jump "$NAT_RULES" PREROUTING OPENBMP-DNAT &&
    grep -E "^-A OPENBMP-DNAT " <<<"$NAT_RULES" | grep -qF -- "--dport $1 -j DNAT --to-destination [$ADDRESS]:$2"
}

# has_jump RULES CHAIN OURS
has_jump() { grep -qE "^-A $2 .*-j $3\$" <<<"$1"; }

# exempt_from_engine_dnat PORT: in the mode proxy, before the engine's own DNAT.
exempt_from_engine_dnat() {
  has_jump "$NAT_RULES" PREROUTING OPENBMP-DNAT &&
    grep -qE "^-A OPENBMP-DNAT .*--dports ([0-9]+,)*$1(,[0-9]+)* -j ACCEPT" <<<"$NAT_RULES"
}

# By the chain in ip6tables, or by the table that the filter's unit holds.
ingress_filter_refuses() {
  # shellcheck disable=SC2153 # an input, no other name for the mode of a file
  [ "$MODE" = dnat ] || return 1
  { has_jump "$INPUT_RULES" INPUT OPENBMP-INPUT && grep -qE '^-A OPENBMP-INPUT .*-j REJECT' <<<"$INPUT_RULES"; } ||
    { have nft && nft list chain inet openbmp-aio-ipv6 refuse >/dev/null 2>&1; }
}

# port_datapath PORT CONTAINER_PORT: DATAPATH,WHY.
port_datapath() {
  if ! container_exists || ! is_running; then
    echo "closed,the container does not run"
  elif own_dnat_sends "$1" "$2"; then
    echo "dnat,the engine does no IPv6 NAT, our rule sends it to [$ADDRESS]:$2"
  elif ! exempt_from_engine_dnat "$1" && engine_sends "$1" "$ADDRESS" "$2"; then
    echo "native,a rule in Docker's chain sends it to [$ADDRESS]:$2"
  elif ingress_filter_refuses; then
    echo "closed,no rule sends it to the container, and the ingress filter refuses what docker-proxy would carry"
  elif ! ss --no-header --numeric --listening --tcp "sport = :$1" | grep -qE '(\[::\]|\*):'; then
    echo "closed,nothing listens on IPv6"
  elif [ "$MODE" = proxy ]; then
    echo "proxy,docker-proxy carries it, and PAT in the collector tells the routers apart"
  else
    echo "proxy,docker-proxy carries it, for want of our rules: the collector sees an address of the host's own"
  fi
}

port_facts() {
  local name port inner facts datapath why
  NAT_RULES=$(ip6tables -w 10 -t nat -S)
  INPUT_RULES=$(ip6tables -w 10 -S)
  while read -r name port inner; do
    facts=$(port_datapath "$port" "$inner")
    IFS=, read -r datapath why <<<"$facts"
    ! is_held "$name" || datapath=closed why=$(held_reason "$name")
    printf '%s\t%s\t%s\t%s\n' "$name" "$port" "$datapath" "$why"
  done <<<"$(published_ports)" | jq --null-input --raw-input '{ports: [inputs | split("\t")
    | {name: .[0], port: (.[1] | tonumber), datapath: .[2], why: .[3]}]}'
}

# Who is on no list and asked for a port within a day, the most frequent first, as the table
# of the filter's unit notes it; null where the host has no such table.
outside_facts() {
  { nft --json list table inet openbmp-aio-ipv6 2>/dev/null || echo null; } | jq '{outside: (if . then
    [.nftables[].set? | select(.name? // "" | startswith("outside-")) | .elem[]?.elem
      | {address: .val.concat[0], port: .val.concat[1], packets: .counter.packets}] | sort_by(-.packets) else null end)}'
}

# Our chains and the jumps to them; and of each entry of the allow lists, which is a rule of its own, the packets.
rule_facts() {
  local command
  for command in ip6tables iptables; do
    "$command-save" --counters | awk -v command="$command" '
      /^\*/ { table = substr($0, 2) }
      / OPENBMP-/ && /^\[/ { print command, table, $0 }'
  done | jq --raw-input --slurp --arg ports "$(published_ports)" '
    ([$ports | split("\n")[] | split(" ") | {(.[1]): .[0]}] | add) as $names
    | [split("\n")[] | select(. != "")
      | capture("^(?<command>\\S+) (?<table>\\S+) \\[(?<packets>[0-9]+):(?<bytes>[0-9]+)\\] (?<rule>.*)$")
      | .packets |= tonumber | .bytes |= tonumber] as $rules
    | {rules: $rules, allowed: [$rules[] | .packets as $packets
      | .rule | capture("^-A OPENBMP-ALLOW -s (?<prefix>\\S+) .*--dport (?<port>[0-9]+) -j RETURN$")
      | {port: $names[.port], prefix, packets: $packets} | select(.port)]}'
}
