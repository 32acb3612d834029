# shellcheck shell=bash
# The original IPv6 forwarding, and its closing before Docker switches it on.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/forwarding.sh
. "${BASH_SOURCE[0]%/*}/forwarding.sh"
# shellcheck source=scripts/host/lib/netfilter.sh
. "${BASH_SOURCE[0]%/*}/netfilter.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# close_forwarding: before Docker switches it on; the rules of ipv6-dnat take the
# place of this one. Nothing that was forwarded until now is lost.
close_forwarding() {
  ! forwarding_is_on || return 0
  printf '%s\n' '*mangle' ':OPENBMP-ISOLATE - [0:0]' '-A OPENBMP-ISOLATE -j DROP' COMMIT |
    ip6tables-restore --noflush --wait 10
  ensure_jumps <<<"${ISOLATION[*]}"
}

# Switches forwarding off, where it was off originally and nobody else needs it.
# Else what closes it stays, until a reboot takes it away.
restore_forwarding() {
  local bridges=''
  if [ "$(original_forwarding)" = 0 ] && forwarding_is_on && ! sysctl_asks_for_forwarding; then
    bridges=$(other_ipv6_bridges | paste -sd ' ')
    if [ -n "$bridges" ]; then
      say "IPv6 forwarding stays on, other Docker networks need it ($bridges); between other interfaces it stays" \
        "closed until the next reboot, by the chain OPENBMP-ISOLATE of ip6tables -t mangle"
      return
    fi
    echo 0 >"$FORWARDING"
    say "restored IPv6 forwarding: off"
  fi
  remove_chain "${ISOLATION[@]:0:3}" OPENBMP-ISOLATE
}

# Once, before the first touch.
record_forwarding() {
  [ -e "$ORIGINAL_FORWARDING" ] || write_file "$ORIGINAL_FORWARDING" 600 <"$FORWARDING" >/dev/null
}

# A record of an earlier release does not say: then what is forwarded stays so.
original_forwarding() { cat "$ORIGINAL_FORWARDING" 2>/dev/null || echo 1; }
