# shellcheck shell=bash
# What the Docker engine must be: each check prints the reasons to refuse the host, one a line.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/engine.sh
. "${BASH_SOURCE[0]%/*}/engine.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

OLDEST_ENGINE=20.10.6
NO_ENGINE="no Docker engine answers"

# unfit TEXT…: a reason to refuse the host.
unfit() { printf '%s\n' "$*"; }

check_docker() {
  local version info is_so
  if ! version=$(docker version --format '{{.Server.Version}}' 2>&1); then
    unfit "$NO_ENGINE ($(tail -n 1 <<<"$version")): install or start Docker"
    return
  fi
  [ "$(printf '%s\n' "$version" "$OLDEST_ENGINE" | sort -V | head -n 1)" = "$OLDEST_ENGINE" ] ||
    unfit "the Docker engine is $version; $OLDEST_ENGINE is the oldest that publishes ports over IPv6: upgrade Docker"
  systemctl cat docker.service >/dev/null 2>&1 ||
    unfit "Docker does not run as the systemd unit docker.service (snap and rootless engines are not supported):" \
      "install the package of the distribution or of Docker"
  info=$(docker info --format '{{json .}}')
  is_so=$(jq 'any(.SecurityOptions[]?; contains("name=rootless"))' <<<"$info")
  [ "$is_so" = false ] ||
    unfit "the Docker engine is rootless: containers do not share the host's network; use the system's engine"
  is_so=$(jq '.FirewallBackend.Driver? // "" | startswith("nftables")' <<<"$info")
  [ "$is_so" = false ] || check_nftables_backend
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

# Settings on dockerd's command line win over the file, or clash with it.
check_dockerd_flags() {
  local pid flag
  pid=$(systemctl show --property MainPID --value docker.service)
  [ -r "/proc/$pid/cmdline" ] || return 0
  while IFS= read -r -d '' flag; do
    case $flag in
    --ipv6* | --fixed-cidr-v6* | --config-file* | --bridge* | -b)
      unfit "dockerd runs with $flag on its command line: move it to $DAEMON_JSON"
      ;;
    esac
  done <"/proc/$pid/cmdline"
}

check_restart() {
  local reason subnet=$FIXED_CIDR_V6
  if [ "$DOCKER_NETWORK" = dedicated ]; then
    # Only to take back what a deployment on the default bridge brought about.
    [ -e "$DAEMON_JSON_IS_RECORDED" ] || return 0
    subnet=$(original_daemon_json | subnet_asked_for)
  fi
  reason=$(engine_restart_reason "$subnet")
  if [ -z "$reason" ] && [ "$DOCKER_NETWORK" = bridge ]; then reason=$(ip6tables_change); fi
  [ -z "$reason" ] || engine_restart_problems
}
