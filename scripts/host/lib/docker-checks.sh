# shellcheck shell=bash
# What the Docker engine must be: each check prints the reasons to refuse the host, one a line.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/engine-settings.sh
. "${BASH_SOURCE[0]%/*}/engine-settings.sh"
# shellcheck source=scripts/host/lib/engine.sh
. "${BASH_SOURCE[0]%/*}/engine.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

OLDEST_ENGINE=20.10.6
NO_ENGINE="no Docker engine answers"

# unfit TEXT…: a reason to refuse the host.
unfit() { printf '%s\n' "$*"; }

check_docker() {
  local version info client traits status=0
  version=$(timeout "$ENGINE_SECONDS" docker version --format '{{.Server.Version}}' 2>&1) || status=$?
  if [ "$status" != 0 ]; then
    client=$(docker --version 2>/dev/null || true)
    if [ "$status" = 124 ]; then
      unfit "$NO_ENGINE (it hangs for $ENGINE_SECONDS s already): journalctl -u docker, and restart it"
    elif [[ $client == podman* ]]; then
      unfit "$NO_ENGINE (\"docker\" is Podman here): install Docker in its place"
    else
      unfit "$NO_ENGINE ($(tail -n 1 <<<"$version")): install or start Docker"
    fi
    return
  fi
  [ "$(printf '%s\n' "$version" "$OLDEST_ENGINE" | sort -V | head -n 1)" = "$OLDEST_ENGINE" ] ||
    unfit "the Docker engine is $version; $OLDEST_ENGINE is the oldest that publishes ports over IPv6: upgrade Docker"
  systemctl cat docker.service >/dev/null 2>&1 ||
    unfit "Docker does not run as the systemd unit docker.service (snap and rootless engines are not supported):" \
      "install the package of the distribution or of Docker"
  info=$(docker info --format '{{json .}}')
  traits=$(jq -r '(select(any(.SecurityOptions[]?; contains("name=rootless"))) | "rootless"),
    (select(.FirewallBackend.Driver? // "" | startswith("nftables")) | "nftables")' <<<"$info")
  [[ $traits != *rootless* ]] ||
    unfit "the Docker engine is rootless: containers do not share the host's network; use the system's engine"
  [[ $traits != *nftables* ]] || check_nftables_backend
}

# What that backend leaves to the host, and what it does not allow: an ACCEPT in ip6tables
# keeps no packet from a nat chain of nftables.
check_nftables_backend() {
  local directory
  have nft ||
    unfit "the Docker engine uses its nftables backend, and nft is missing on the host: install the package nftables"
  for directory in all default; do
    [ "$(cat "/proc/sys/net/ipv6/conf/$directory/forwarding")" = 1 ] ||
      unfit "the Docker engine uses its nftables backend, which leaves forwarding to the host:" \
        "set net.ipv6.conf.$directory.forwarding=1, and in a file of /etc/sysctl.d for the next boot"
  done
  [ "$MODE" != proxy ] ||
    unfit "the Docker engine uses its nftables backend, from which docker-proxy cannot take a port over:" \
      "set mode to dnat, or \"firewall-backend\" to \"iptables\""
}

# restart_reason: why a deployment has to restart the engine; empty where it has not.
restart_reason() {
  local reason subnet=$FIXED_CIDR_V6
  if [ "$DOCKER_NETWORK" = dedicated ]; then
    # Only to take back what a deployment on the default bridge brought about.
    [ -e "$DAEMON_JSON_IS_RECORDED" ] || return 0
    subnet=$(original_daemon_json | subnet_asked_for)
  fi
  reason=$(engine_restart_reason "$subnet")
  if [ -z "$reason" ] && [ "$DOCKER_NETWORK" = bridge ]; then reason=$(ip6tables_change); fi
  [ -z "$reason" ] || printf '%s\n' "$reason"
}

check_restart() {
  local reason conflicts
  reason=$(restart_reason)
  [ -n "$reason" ] || return 0
  engine_restart_problems
  conflicts=$(restart_conflicts)
  if [ -n "$conflicts" ]; then
    printf '%s\n' "$conflicts"
  elif [ "$DOCKER_NETWORK" = bridge ]; then
    check_merged_file
    check_prefix_change
  fi
}

check_merged_file() {
  local merged complaint
  merged=$(mktemp)
  merged_daemon_json >"$merged"
  complaint=$(dockerd_complaint "$merged" | paste -sd ' ')
  rm -f "$merged"
  [ -z "$complaint" ] || unfit "dockerd would not start with the merged $DAEMON_JSON ($complaint): fix the file"
}

# Engines before 23.0 do not start with one where they remember the other.
check_prefix_change() {
  local version former same
  version=$(docker version --format '{{.Server.Version}}')
  [ "${version%%.*}" -lt 23 ] || return 0
  former=$({
    ip -6 route show root "$FIXED_CIDR_V6"
    ip -6 route show match "$FIXED_CIDR_V6"
  } | awk '/:.*\/.* dev docker0 / && !found { found = 1; print $1 }')
  same=$(same_prefix "${former:-$FIXED_CIDR_V6}" "$FIXED_CIDR_V6")
  [ "$same" = true ] ||
    unfit "fixedCidrV6 $FIXED_CIDR_V6 overlaps the present prefix $former of the default bridge, which Docker $version" \
      "does not change to: set another fixedCidrV6"
}

restart_notice() {
  local reason
  reason=$(restart_reason)
  [ -z "$reason" ] || restart_brings
}
