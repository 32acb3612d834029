# shellcheck shell=bash
# IPv6 forwarding. Docker switches it on for its first IPv6 network, for the whole
# host. Where it was off, what it newly lets through between other interfaces is
# closed by a chain of ours. Also a part of the program that stays on the host.

FORWARDING=/proc/sys/net/ipv6/conf/all/forwarding
# shellcheck disable=SC2034 # the files that source this one read it
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
