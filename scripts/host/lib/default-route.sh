# shellcheck shell=bash
# The host's IPv6 default route. Docker switches forwarding on, and a kernel that
# forwards drops what router advertisements taught it, unless it is told to keep it.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# Interfaces whose IPv6 default route the kernel itself learned from router
# advertisements; with forwarding on it would drop it unless accept_ra is 2.
# Where a network manager handles advertisements, accept_ra is 0.
kernel_ra_interfaces() {
  local interface interfaces
  interfaces=$(ip -6 route show default proto ra | sed -nE 's/.* dev ([^ ]+).*/\1/p' | sort -u)
  for interface in $interfaces; do
    [ "$(cat "/proc/sys/net/ipv6/conf/$interface/accept_ra")" != 1 ] || echo "$interface"
  done
}

RA_SYSCTL_FILE=/etc/sysctl.d/90-openbmp-aio-ipv6.conf

# Interfaces whose accept_ra a deployment set to 2.
recorded_interfaces() { cat "$ACCEPT_RA" 2>/dev/null || true; }

# Read when the interface appears, which is before Docker starts.
ra_sysctl_text() {
  echo '# Keeps the IPv6 default route while Docker forwards IPv6.'
  recorded_interfaces | sed 's,.*,net/ipv6/conf/&/accept_ra = 2,'
}

has_accept_ra_2() { [ "$(cat "/proc/sys/net/ipv6/conf/$1/accept_ra" 2>/dev/null || echo 2)" = 2 ]; }

# Before forwarding goes on, and for every boot. What was set once is set again,
# also where the route is lost already.
keep_default_route() {
  local interface kept learned
  learned=$(kernel_ra_interfaces)
  kept=$(printf '%s\n' "$(recorded_interfaces)" "$learned" | sed '/^$/d' | sort -u)
  [ -n "$kept" ] || return 0
  write_file "$ACCEPT_RA" 600 >/dev/null <<<"$kept"
  for interface in $kept; do
    has_accept_ra_2 "$interface" || {
      echo 2 >"/proc/sys/net/ipv6/conf/$interface/accept_ra"
      say "$interface: accept_ra is 2 from now on, so that its IPv6 default route survives forwarding"
    }
  done
  ra_sysctl_text | write_file "$RA_SYSCTL_FILE" >/dev/null
}

# The route itself stays safe: accept_ra goes back only where forwarding is off.
restore_accept_ra() {
  local interface
  if [ "$(cat /proc/sys/net/ipv6/conf/all/forwarding)" = 0 ]; then
    for interface in $(recorded_interfaces); do
      echo 1 >"/proc/sys/net/ipv6/conf/$interface/accept_ra" || true
    done
  fi
  rm -f "$RA_SYSCTL_FILE"
}

default_routes() { ip -6 route show default; }

# restore_route ROUTES: after the change that lost them was undone. `expires`
# is printed as 1790sec and read as 1790; the rest is read as printed.
restore_route() {
  local -a route
  [ -n "$1" ] && [ -z "$(default_routes)" ] || return 0
  [ "$FORWARDING_BEFORE" = 1 ] || echo 0 >/proc/sys/net/ipv6/conf/all/forwarding
  while read -ra route; do
    ip -6 route add "${route[@]}" || true
  done < <(sed -E 's/expires ([0-9]+)sec/expires \1/; s/ pref [a-z]+//; s/ hoplimit [0-9]+//' <<<"$1")
}

# What keeps the IPv6 default route while the host forwards.
default_route_drift() {
  local interface
  for interface in $(recorded_interfaces); do
    has_accept_ra_2 "$interface" || drift "$interface: accept_ra is not 2"
  done
  [ -z "$(recorded_interfaces)" ] || cmp -s "$RA_SYSCTL_FILE" <(ra_sysctl_text) ||
    drift "$RA_SYSCTL_FILE is not as it was written"
}
