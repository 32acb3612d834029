# shellcheck shell=bash
# The engine's own NAT, by its rules in the kernel: in iptables and ip6tables, or in a
# table of nftables where that is its firewall backend; and whether it lets through what
# that sends on. Also a part of the program that stays on the host.

# engine_nat_rules COMMAND FAMILY: of the chain that packets to the host's own
# addresses come to. Somebody may have flushed what leads there: after that, the engine
# adds rules for a container that starts, and not the way to them. A router waits for
# this, so it starts as few processes as it can.
engine_nat_rules() {
  local rules rule
  if rules=$("$1" -w 10 -t nat -S 2>/dev/null) && [[ $'\n'$rules =~ $'\n'-A\ PREROUTING\ [^$'\n']*-j\ DOCKER($'\n'|$) ]]; then
    while read -r rule; do [[ $rule != "-A DOCKER "* ]] || echo "$rule"; done <<<"$rules"
  fi
  if have_nft && rules=$(nft list table "$2" docker-bridges 2>/dev/null) && awk '
    /^\tchain / { hooked = 0 }
    / hook prerouting / { hooked = 1 }
    hooked && / jump nat-prerouting-and-output$/ { reached = 1 }
    END { exit !reached }' <<<"$rules"; then
    printf '%s\n' "$rules"
  fi
}

have_nft() { command -v nft >/dev/null; }

# engine_sends PORT ADDRESS CONTAINER_PORT: whatever address of the host they come to.
engine_sends() {
  local rules rule target pattern narrowed=' (-d|daddr) [^!]'
  case $2 in
  '') return 1 ;;
  *:*) rules=$(engine_nat_rules ip6tables ip6) target="\[$2\]:$3" ;;
  *) rules=$(engine_nat_rules iptables ip) target="${2//./[.]}:$3" ;;
  esac
  pattern="dport $1 .*(--to-destination|dnat to) $target( |$)"
  while read -r rule; do
    if [[ $rule =~ $pattern && ! $rule =~ $narrowed ]]; then return 0; fi
  done <<<"$rules"
  return 1
}

# engine_accepts ADDRESS CONTAINER_PORT: what was sent there is let in, by a rule that is still there
# with the way to it. Somebody may have flushed the filter table alone.
engine_accepts() {
  local command=iptables family=ip rules rule reached=false accepted=false
  [[ $1 != *:* ]] || command=ip6tables family=ip6
  rules=$("$command" -w 10 -S 2>/dev/null) || rules=''
  while read -r rule; do
    case $rule in
    "-A FORWARD -o $BRIDGE -j DOCKER" | "-A FORWARD -m set "*" -j DOCKER" | "-A FORWARD -j DOCKER-FORWARD") reached=true ;;
    "-A DOCKER -d $1/"*" --dport $2 -j ACCEPT") accepted=true ;;
    esac
  done <<<"$rules"
  [ "$reached $accepted" != "true true" ] || return 0
  have_nft && rules=$(nft list table "$family" docker-bridges 2>/dev/null) && [[ $rules == *" hook forward "* ]]
}
