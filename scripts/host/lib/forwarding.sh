# shellcheck shell=bash
# IPv6 forwarding. Docker switches it on for its first IPv6 network, for the whole
# host. Where it was off, what it newly lets through between other interfaces is
# closed by a chain of ours. Sourced after netfilter.sh. Also a part of the
# program that stays on the host.

FORWARDING=/proc/sys/net/ipv6/conf/all/forwarding
ISOLATION=(ip6tables mangle FORWARD -j OPENBMP-ISOLATE)

forwarding_is_on() { [ "$(cat "$FORWARDING")" = 1 ]; }

# sysctl_asks_for_forwarding: by the files that are read at boot (sysctl.d(5)):
# of two with the same setting, the later name counts.
sysctl_asks_for_forwarding() {
  local path asked='' value
  while read -r path; do
    value=$(sed -nE 's#^[[:space:]]*-?net[./]ipv6[./]conf[./]all[./]forwarding[[:space:]]*=[[:space:]]*([0-9]+)[[:space:]]*$#\1#p' "$path" | tail -n 1)
    asked=${value:-$asked}
  done < <(find /usr/lib/sysctl.d /usr/local/lib/sysctl.d /run/sysctl.d /etc/sysctl.d /etc/sysctl.conf -maxdepth 1 -name '*.conf' -printf '%f %p\n' 2>/dev/null |
    sort -k 1,1 | cut -d ' ' -f 2-)
  [ "$asked" = 1 ]
}

# The bridges of other Docker networks that have IPv6: Docker would forward for
# them without us.
other_ipv6_bridges() {
  local networks
  networks=$(timeout 10 docker network ls --quiet --filter driver=bridge) || return
  [ -n "$networks" ] || return 0
  # shellcheck disable=SC2086
  timeout 10 docker network inspect --format '{{if .EnableIPv6}}{{.Name}} {{.Id}} {{with index .Options "com.docker.network.bridge.name"}}{{.}}{{end}}{{end}}' $networks |
    awk -v own="$OWN_NETWORK" 'NF && $1 != "bridge" && $1 != own { print ($3 == "" ? "br-" substr($2, 1, 12) : $3) }' | sort
}

# close_forwarding: before Docker switches it on; the rules of ipv6-dnat take the
# place of this one. Nothing that was forwarded until now is lost.
close_forwarding() {
  ! forwarding_is_on || return 0
  printf '%s\n' '*mangle' ':OPENBMP-ISOLATE - [0:0]' '-A OPENBMP-ISOLATE -j DROP' COMMIT |
    ip6tables-restore --noflush --wait 10
  ensure_jump "${ISOLATION[@]}"
}

# Forwarding as it was found: off, where it was off and nobody else needs it.
# Else what closes it stays, until a reboot takes it away.
restore_forwarding() {
  local bridges=''
  if [ "$(found_forwarding)" = 0 ] && forwarding_is_on && ! sysctl_asks_for_forwarding; then
    bridges=$(other_ipv6_bridges | paste -sd ' ')
    if [ -n "$bridges" ]; then
      say "IPv6 forwarding stays on, other Docker networks need it ($bridges); between other interfaces it stays closed until the next reboot, by the chain OPENBMP-ISOLATE of ip6tables -t mangle"
      return
    fi
    echo 0 >"$FORWARDING"
    say "IPv6 forwarding is off again, as it was found"
  fi
  remove_chain "${ISOLATION[@]:0:3}" OPENBMP-ISOLATE
}

# What it was before the first touch.
record_forwarding() { [ -e "$RECORD/forwarding" ] || write_file "$RECORD/forwarding" 600 <"$FORWARDING" >/dev/null; }

# A record of an earlier release does not say: then what is forwarded stays so.
found_forwarding() { cat "$RECORD/forwarding" 2>/dev/null || echo 1; }
