# shellcheck shell=bash
# Step: the machine is fit (apply: a read-only preflight that names every reason
# to refuse at once), and as it was found (remove: takes away whatever of ours
# is left, also after a step that failed half way).
# Input: MODE, FIXED_CIDR_V6, RESTART_DOCKER, and that of
# lib/container.sh and lib/network.sh.

OLDEST_ENGINE=20.10.6
# The least MEM that the image starts with, by its own arithmetic: 3 GB.
AIO_MEMORY_MB=3072
# With less, MEM and what is beside it leave the host nothing.
COMFORTABLE_MEMORY_MB=6000

PROBLEMS=()
problem() { PROBLEMS+=("$1"); }

# problems_from COMMAND…: each line it prints is one.
problems_from() {
  local line
  while read -r line; do problem "$line"; done < <("$@")
}

check_tools() {
  local pair missing=''
  for pair in docker=docker.io jq=jq ip6tables=iptables conntrack=conntrack ip=iproute2 ss=iproute2 nsenter=util-linux gzip=gzip systemctl=systemd; do
    have "${pair%=*}" || missing+="${missing:+, }${pair%=*} (package ${pair#*=})"
  done
  [ -z "$missing" ] || problem "missing on the host: $missing"
  [ -z "$missing" ]
}

check_docker() {
  local version info
  if ! version=$(docker version --format '{{.Server.Version}}' 2>&1); then
    problem "no Docker engine answers: $(tail -n 1 <<<"$version")"
    return 1
  fi
  [ "$(printf '%s\n' "$version" "$OLDEST_ENGINE" | sort -V | head -n 1)" = "$OLDEST_ENGINE" ] ||
    problem "the Docker engine is $version; $OLDEST_ENGINE is the oldest that publishes ports over IPv6"
  systemctl cat docker.service >/dev/null 2>&1 ||
    problem "Docker does not run as the systemd unit docker.service (snap and rootless engines are not supported)"
  info=$(docker info --format '{{json .}}')
  ! jq -e 'any(.SecurityOptions[]?; contains("name=rootless"))' <<<"$info" >/dev/null ||
    problem "the Docker engine is rootless: containers do not share the host's network"
  ! jq -e '.FirewallBackend.Driver? | strings | startswith("nftables")' <<<"$info" >/dev/null ||
    problem "the Docker engine uses its nftables backend: set \"firewall-backend\" to \"iptables\""
}

# Settings on dockerd's command line win over the file, or clash with it.
check_dockerd_flags() {
  local pid flag
  pid=$(systemctl show --property MainPID --value docker.service)
  [ -r "/proc/$pid/cmdline" ] || return 0
  while IFS= read -r -d '' flag; do
    case $flag in
    --ipv6* | --fixed-cidr-v6* | --config-file* | --bridge* | -b)
      problem "dockerd runs with $flag on its command line: move it to $DAEMON_JSON"
      ;;
    esac
  done <"/proc/$pid/cmdline"
}

check_restart() {
  case $DOCKER_NETWORK in
  bridge) [ -n "$(engine_restart_reason "$FIXED_CIDR_V6")" ] || changes_ip6tables || return 0 ;;
  # Only to take back what a deployment on the default bridge brought about.
  dedicated) [ -e "$RECORD/daemon.found" ] && [ -n "$(engine_restart_reason "$(found_daemon_json | subnet_asked_for)")" ] || return 0 ;;
  esac
  problems_from engine_restart_problems
}

# What the image says itself, in MB; a label is its author's text.
labelled_memory() {
  docker image inspect --format "{{index .Config.Labels \"$MEMORY_LABEL\"}}" "$IMAGE" 2>/dev/null | grep -xE '[0-9]{1,7}' || true
}

check_image_needs() {
  local total needed
  total=$(host_memory_mb)
  needed=$(labelled_memory)
  [ -n "$needed" ] || [ "$(uname -m)" = x86_64 ] || problem "the AIO image is for x86_64, the host is $(uname -m)"
  needed=${needed:-$AIO_MEMORY_MB}
  # The image's own arithmetic: what it would refuse is refused, and nothing else.
  [ "$total" -ge "$needed" ] || problem "the host has $total MB of memory, the collector needs $needed MB"
  [ -z "$MEMORY_GB" ] || [ $((MEMORY_GB * 1024)) -le "$total" ] ||
    problem "memoryGb is $MEMORY_GB, which is $((MEMORY_GB * 1024)) MB, and the host has $total MB: lower it, or give the host more memory"
}

memory_warning() {
  local total
  total=$(host_memory_mb)
  [ "$total" -ge "$COMFORTABLE_MEMORY_MB" ] || [ -n "$(labelled_memory)" ] ||
    say "the host has $total MB of memory, and the collector's other parts take about 3 GB beside MEM: under load one of them may be ended. Give the host 6 GB or more"
}

# The bridge's own prefix is ours or a former deployment's, also on the other
# network, which is left before.
check_prefix_overlap() {
  local clash ours=$BRIDGE
  [ -z "$(recorded_owner)" ] || ours="docker0|$OWN_BRIDGE"
  clash=$({
    ip -6 route show table all root "$FIXED_CIDR_V6"
    ip -6 route show table all match "$FIXED_CIDR_V6" | grep -v ' via '
    ip -6 -oneline addr show to "$FIXED_CIDR_V6" | awk '{ print $4, "dev", $2 }'
  } | grep -vE "^default|^(unreachable|multicast|ff00::)|dev ($ours)( |$)" | head -n 1 || true)
  [ -z "$clash" ] || problem "fixedCidrV6 $FIXED_CIDR_V6 overlaps the host's own network: $clash"
}

check_ports() {
  local filters publishers name port
  mapfile -t filters < <(published_ports | sed -E 's/^[^ ]+ ([0-9]+) .*/--filter\npublish=\1/')
  publishers=$(docker ps "${filters[@]}" --format '{{.Names}}')
  while read -r name port _; do check_port "$name" "$port"; done < <(published_ports)
}

# key_of NAME: what says which port that is.
key_of() { case $1 in bmp | rest) echo "${1}Port" ;; *) echo "the port of ${1}AllowedCidrs," ;; esac }

# check_port NAME PORT: the collector may hold it, nobody else.
check_port() {
  local holder=''
  [ -z "$publishers" ] || holder=$(docker ps --filter "publish=$2" --format '{{.Names}}' | head -n 1)
  [ "$holder" != "$CONTAINER" ] || return 0
  holder=${holder:+container $holder}
  [ -n "$holder" ] || holder=$(ss --no-header --numeric --listening --tcp --processes "sport = :$2" |
    LC_ALL=C sed -nE 's/.*users:\(\("(.+)/\1/; s/",pid=([0-9]+).*/ (pid \1)/p' | head -n 1)
  [ -z "$holder" ] || problem "$(key_of "$1") $2 is already taken on the host by $holder"
}

check_ipv6() {
  [ -e /proc/net/if_inet6 ] || problem "the host's kernel has IPv6 switched off"
  [ -n "$(verification_address)" ] || problem "the host has no global IPv6 address"
}

facts() {
  jq -cn --arg ipv6 "$(verification_address)" \
    --arg ipv4 "$(ip -4 route get 192.0.2.1 2>/dev/null | sed -nE 's/.* src ([0-9.]+).*/\1/p')" \
    '{ipv6Address: $ipv6, ipv4Address: $ipv4}'
}

preflight() {
  local refusals reason
  if check_tools; then
    problems_from owner_problem "$(recorded_owner)"
    check_ipv6
    check_prefix_overlap
    problems_from parent_problem
    if check_docker; then
      refusals=$(daemon_json_problems)
      [ -z "$refusals" ] || problems_from printf '%s\n' "$refusals"
      [ "$DOCKER_NETWORK" = dedicated ] || check_dockerd_flags
      problems_from network_problems
      [ -n "$refusals" ] || check_restart
      check_image_needs
      check_ports
      problems_from container_problem
    fi
  fi
  if [ ${#PROBLEMS[@]} -gt 0 ]; then
    say "$TOOL: the host is not fit, nothing was changed:"
    for reason in "${PROBLEMS[@]}"; do say "- $reason"; done
    exit 1
  fi
  memory_warning
  say_container_notices
  facts
}

# Of a container that stays, or comes back with the data of ours.
restore_login_of_users_container() {
  { container_exists && ! container_is_ours || [ -e "$RECORD/container.before" ]; } || return 0
  restore_rest_login
}

# In the reverse order of the steps. Another stack's work is not ours to undo.
sweep() {
  if [ "$(recorded_owner)" != "$OWNER" ]; then
    clear_released
    say "nothing of this stack is on the host"
    return
  fi
  docker version >/dev/null 2>&1 ||
    die "no Docker engine answers, so the container cannot be taken away: start Docker and destroy again"
  close_probe
  remove_topics
  restore_login_of_users_container
  remove_container
  remove_staging
  remove_network
  restore_containers
  leave_default_bridge
  # What is recorded is needed until the engine runs.
  docker version >/dev/null 2>&1 ||
    die "Docker does not answer after its restart${LEFT_BEHIND:+ ($LEFT_BEHIND)}: start it and destroy again"
  [ -z "$LEFT_BEHIND" ] || say "Docker still runs with IPv6 on the default bridge, until its next restart: $LEFT_BEHIND"
  remove_closing
  remove_dnat
  restore_forwarding
  bring_container_back
  restore_accept_ra
  release_host
  say "$([ -z "$LEFT_BEHIND$CONTAINER_IS_LOST" ] || echo "otherwise ")the host is as it was found; ${DATA_DIRECTORY%/*} stays"
}

main() {
  case $1 in
  apply) preflight ;;
  remove) sweep ;;
  *) die "unknown verb $1" ;;
  esac
}

main "$@" </dev/null
