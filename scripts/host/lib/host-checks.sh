# shellcheck shell=bash
# What a host must have: each check prints the reasons to refuse it, one a line.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/container.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/docker-checks.sh
. "${BASH_SOURCE[0]%/*}/docker-checks.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"
# shellcheck source=scripts/host/lib/probe.sh
. "${BASH_SOURCE[0]%/*}/probe.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"

# The least MEM that the image starts with, by its own arithmetic: 3 GB.
AIO_MEMORY_MB=3072
# With less, MEM and what is beside it leave the host nothing.
COMFORTABLE_MEMORY_MB=6000

check_tools() {
  local pair missing=''
  for pair in docker=docker.io jq=jq ip6tables=iptables conntrack=conntrack ip=iproute2 ss=iproute2 nsenter=util-linux gzip=gzip systemctl=systemd; do
    have "${pair%=*}" || missing+="${missing:+, }${pair%=*} (package $(package_here "${pair#*=}"))"
  done
  if [ -n "$missing" ]; then unfit "missing on the host: $missing. Install them"; else check_versions; fi
}

# package_here DEBIAN-NAME: as the host's own distribution calls it.
package_here() {
  local family
  family=$(sed -nE 's/^ID(_LIKE)?="?([^"]*)"?$/ \2 /p' /etc/os-release 2>/dev/null | tr -d '\n')
  case $family:$1 in
  *rhel*:docker.io | *fedora*:docker.io | *suse*:docker.io) echo docker ;;
  *rhel*:conntrack | *fedora*:conntrack | *suse*:conntrack) echo conntrack-tools ;;
  *rhel*:iproute2 | *fedora*:iproute2) echo iproute ;;
  *) echo "$1" ;;
  esac
}

# What the scripts are written for: the versions of the oldest distributions that have
# them all, of 2018. Bash is looked at before anything else, in common.sh.
check_versions() {
  local old=''
  old+=$(older_than jq 1.6)
  old+=$(older_than ip6tables 1.8.0)
  old+=$(older_than systemctl 239)
  ip -json -details addr show dev lo 2>/dev/null | jq -e '.[0].ifname == "lo"' >/dev/null 2>&1 ||
    old+=" ip without -json (iproute2 4.18)"
  [ -z "$old" ] || unfit "too old on the host:$old: upgrade the distribution"
}

# older_than PROGRAM VERSION: its own version and the one that is needed, where it is older.
older_than() {
  local version
  version=$("$1" --version 2>/dev/null | sed -nE '1s/^[^ -]*[ -]v?([0-9]+(\.[0-9]+)*).*/\1/p')
  [ "$(printf '%s\n' "$2" "${version:-0}" | sort -V | head -n 1)" = "$2" ] || echo " $1 ${version:-without a version} ($2)"
}

# What the image says itself, in MB; a label is its author's text.
image_memory_label() {
  docker image inspect --format "{{index .Config.Labels \"$MEMORY_LABEL\"}}" "$IMAGE" 2>/dev/null |
    grep -xE '[0-9]{1,7}' || true
}

check_image_needs() {
  local total needed
  is_aio || return 0
  total=$(host_memory_mb)
  needed=$(image_memory_label)
  [ -n "$needed" ] || [ "$(uname -m)" = x86_64 ] ||
    unfit "the AIO image is for x86_64, the host is $(uname -m): use another host, or an image of your own"
  needed=${needed:-$AIO_MEMORY_MB}
  # The image's own arithmetic: what it would refuse is refused, and nothing else.
  [ "$total" -ge "$needed" ] || unfit "the host has $total MB of memory, the collector needs $needed MB: give it more"
  [ -z "$MEMORY_GB" ] || [ $((MEMORY_GB * 1024)) -le "$total" ] ||
    unfit "memoryGb is $MEMORY_GB, which is $((MEMORY_GB * 1024)) MB, and the host has $total MB: lower it, or give" \
      "the host more memory"
}

memory_warning() {
  local total
  is_aio || return 0
  total=$(host_memory_mb)
  [ "$total" -ge "$COMFORTABLE_MEMORY_MB" ] || [ -n "$(image_memory_label)" ] ||
    say "the host has $total MB of memory, and the collector's other parts take about 3 GB beside MEM: under load one" \
      "of them may be ended. Give the host 6 GB or more"
}

# The bridge's own prefix is ours or an earlier deployment's, also on the other
# network, which is removed first.
check_prefix_overlap() {
  local ours=$BRIDGE recorded routes networks addresses clash
  recorded=$(recorded_owner)
  [ -z "$recorded" ] || ours="docker0|$OWN_BRIDGE"
  routes=$(ip -6 route show table all root "$FIXED_CIDR_V6")
  networks=$(ip -6 route show table all match "$FIXED_CIDR_V6")
  addresses=$(ip -6 -oneline addr show to "$FIXED_CIDR_V6")
  clash=$({
    printf '%s\n' "$routes"
    awk '!/ via /' <<<"$networks"
    awk 'NF { print $4, "dev", $2 }' <<<"$addresses"
  } | awk -v ours="dev ($ours)( |$)" 'NF && !/^default|^(unreachable|multicast|ff00::)/ && $0 !~ ours && !found { found = 1; print }')
  [ -z "$clash" ] ||
    unfit "fixedCidrV6 $FIXED_CIDR_V6 overlaps the host's own network ($clash): set another fixedCidrV6"
}

check_ports() {
  local filters publishers name port
  mapfile -t filters <<<"$(published_ports | sed -E 's/^[^ ]+ ([0-9]+) .*/--filter\npublish=\1/')"
  publishers=$(docker ps "${filters[@]}" --format '{{.Names}}')
  while read -r name port _; do check_port "$name" "$port"; done <<<"$(published_ports)"
}

# port_key NAME: what says which port that is.
port_key() { case $1 in bmp | rest) echo "${1}Port" ;; *) echo "the port of ${1}AllowedCidrs," ;; esac }

# check_port NAME PORT: the collector may hold it, nobody else.
check_port() {
  local holder=''
  [ -z "$publishers" ] || holder=$(docker ps --filter "publish=$2" --format '{{.Names}}' | head -n 1)
  [ "$holder" != "$CONTAINER" ] || return 0
  holder=${holder:+container $holder}
  [ -n "$holder" ] || holder=$(ss --no-header --numeric --listening --tcp --processes "sport = :$2" |
    LC_ALL=C sed -nE 's/.*users:\(\("(.+)/\1/; s/",pid=([0-9]+).*/ (pid \1)/p' | head -n 1)
  [ -z "$holder" ] || unfit "$(port_key "$1") $2 is already taken on the host by $holder: stop it, or change that key"
}

check_ipv6() {
  local address
  [ -e /proc/net/if_inet6 ] ||
    unfit "the host's kernel has IPv6 switched off: remove ipv6.disable=1 from its command line, and reboot"
  address=$(verification_address)
  [ -n "$address" ] || unfit "the host has no global IPv6 address: give one of its interfaces one, or set" \
    "routerFacingAddress to that of a tunnel or a bridge"
  [ -z "$ROUTER_FACING_ADDRESS" ] || [ "$address" = "$ROUTER_FACING_ADDRESS" ] ||
    unfit "no interface of the host has routerFacingAddress $ROUTER_FACING_ADDRESS: give it to one, or change that key"
}
