# shellcheck shell=bash
# The engine's own NAT, by its rules in the kernel: in iptables and ip6tables, or in a
# table of nftables where that is its firewall backend. Also a part of the program that
# stays on the host.

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
