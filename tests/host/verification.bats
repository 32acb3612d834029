#!/usr/bin/env bats
# The proof of step collector-start: what it needs of the host.

load helper

setup() { open_host; }
teardown() { close_host; }

# verification COMMAND…: with the library's functions, on the host.
verification() {
  # shellcheck disable=SC2016
  host bash -euo pipefail -c '. "$0/lib/common.sh"; . "$0/lib/verification.sh"; "$@"' "$HOST_SCRIPTS" "$@"
}

@test "the namespace that it comes from is there on a host without sysctl" {
  # shellcheck disable=SC2016
  host bash -c '[ -d /mnt/usr.work ] && rm -f "$(command -v sysctl)"'
  verification open_probe
  same 0 "$(host ip netns exec openbmp-probe cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6)"
  host ip -n openbmp-probe -6 route show default | grep -F 'via fd6f:626d:7076:3600::1 dev eth0'
}
