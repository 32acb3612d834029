# shellcheck shell=bash
# Which way each port takes, by the rules that are there now.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/../lib/common.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/../lib/container-state.sh"
# shellcheck source=scripts/host/lib/held-ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/held-ports.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/../lib/ports.sh"

# sent_to CHAIN PORT CONTAINER_PORT: a rule of that chain sends the port to the container's.
sent_to() { grep -E "^-A $1 " <<<"$NAT_RULES" | grep -qF -- "--dport $2 -j DNAT --to-destination [$ADDRESS]:$3"; }

# has_jump RULES CHAIN OURS
has_jump() { grep -qE "^-A $2 .*-j $3\$" <<<"$1"; }

# taken_out PORT: in the mode proxy, before the engine's own DNAT.
taken_out() { has_jump "$NAT_RULES" PREROUTING OPENBMP-DNAT && grep -qE "^-A OPENBMP-DNAT .*--dports ([0-9]+,)*$1(,[0-9]+)* -j ACCEPT" <<<"$NAT_RULES"; }

# way_of_port PORT CONTAINER_PORT: WAY,WHY, by the rules that are there now.
way_of_port() {
  if ! container_exists || ! is_running; then
    echo "closed,the container does not run"
  elif has_jump "$NAT_RULES" PREROUTING OPENBMP-DNAT && sent_to OPENBMP-DNAT "$1" "$2"; then
    echo "dnat,the engine does no IPv6 NAT, our rule sends it to [$ADDRESS]:$2"
  elif ! taken_out "$1" && sent_to DOCKER "$1" "$2"; then
    echo "native,the engine's own IPv6 NAT sends it to [$ADDRESS]:$2"
  elif has_jump "$INPUT_RULES" INPUT OPENBMP-INPUT && grep -qE '^-A OPENBMP-INPUT .*-j REJECT' <<<"$INPUT_RULES"; then
    echo "closed,no rule sends it to the container, and the guard refuses what docker-proxy would carry"
  elif ! ss --no-header --numeric --listening --tcp "sport = :$1" | grep -qE '(\[::\]|\*):'; then
    echo "closed,nothing listens on IPv6"
  elif [ "$MODE" = proxy ]; then
    echo "proxy,docker-proxy carries it, and PAT in the collector tells the routers apart"
  else
    echo "proxy,docker-proxy carries it, for want of our rules: the collector sees an address of the host's own"
  fi
}

port_facts() {
  local name port inner datapath way why
  NAT_RULES=$(ip6tables -w 10 -t nat -S)
  INPUT_RULES=$(ip6tables -w 10 -S)
  while read -r name port inner; do
    datapath=$(way_of_port "$port" "$inner")
    IFS=, read -r way why <<<"$datapath"
    ! is_held "$name" || way=closed why=$(held_reason "$name")
    jq -n --arg name "$name" --argjson port "$port" --arg way "$way" --arg why "$why" '{name: $name, port: $port, datapath: $way, why: $why}'
  done <<<"$(published_ports)" | jq --slurp '{ports: .}'
}

# Our chains and the jumps to them.
rule_facts() {
  local command
  for command in ip6tables iptables; do
    "$command-save" --counters | awk -v command="$command" '/^\*/ { table = substr($0, 2) } / OPENBMP-/ && /^\[/ { print command, table, $0 }'
  done | jq --raw-input --slurp '{rules: [split("\n")[] | select(. != "")
    | capture("^(?<command>\\S+) (?<table>\\S+) \\[(?<packets>[0-9]+):(?<bytes>[0-9]+)\\] (?<rule>.*)$")
    | .packets |= tonumber | .bytes |= tonumber]}'
}
