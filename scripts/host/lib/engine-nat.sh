# shellcheck shell=bash
# The engine's own IPv6 NAT, by its rules in the kernel: in ip6tables, or in a table of
# nftables where that is its firewall backend. Also a part of the program that stays on
# the host.

# Of the chain that packets to the host's own addresses come to. Somebody may have
# flushed what leads there: after that, the engine adds rules for a container that
# starts, and not the way to them.
engine_nat_rules() {
  local rules
  if rules=$(ip6tables -w 10 -t nat -S 2>/dev/null) && grep -qE '^-A PREROUTING .*-j DOCKER$' <<<"$rules"; then
    grep -E '^-A DOCKER ' <<<"$rules" || true
  fi
  if have_nft && rules=$(nft list table ip6 docker-bridges 2>/dev/null) && awk '
    /^\tchain / { hooked = 0 }
    / hook prerouting / { hooked = 1 }
    hooked && / jump nat-prerouting-and-output$/ { reached = 1 }
    END { exit !reached }' <<<"$rules"; then
    printf '%s\n' "$rules"
  fi
}

have_nft() { command -v nft >/dev/null; }

# engine_sends PORT ADDRESS CONTAINER_PORT
engine_sends() { grep -qE -- "dport $1 .*(--to-destination|dnat to) \[$2\]:$3( |\$)" <<<"$(engine_nat_rules)"; }
