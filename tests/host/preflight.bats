#!/usr/bin/env bats
# Step host, apply: every reason to refuse is found at once, and nothing is
# changed, whatever is found.

load helper

setup() {
  open_host
  interface eth0 2001:db8:1::10/64
}
teardown() { close_host; }

# unfit TEXT: refused for that reason alone, and nothing is changed.
unfit() {
  local before
  before=$(host_listing)
  step_refuses "$1" preflight
  same "openbmp-aio-ipv6: the host is not fit, nothing was changed:" "$(head -n 1 <<<"$stderr")"
  same 2 "$(wc -l <<<"$stderr")"
  same "$before" "$(host_listing)"
}

# fit: accepted, and nothing is changed.
fit() {
  local before
  before=$(host_listing)
  step_succeeds preflight
  same "$before" "$(host_listing)"
}

# listener PORT: a process on the host that holds it.
listener() {
  in_background python3 "$TESTS/tcp-server.py" listener "$1"
  soon host bash -c "ss --no-header --listening --tcp 'sport = :$1' | grep -q ."
}

# daemon_with FLAG…: dockerd's process has these on its command line.
daemon_with() {
  mkfifo "$FAKE/never"
  # shellcheck disable=SC2016
  in_background bash -c 'read -r <"$0"' "$FAKE/never" "$@"
  engine "DockerdPid=$!"
}

# fake NAME SCRIPT: the program does that instead.
fake() {
  printf '#!/bin/bash\n%s\n' "$2" >"$FAKE/bin/$1"
  chmod +x "$FAKE/bin/$1"
}

# without_tool NAME: only where /usr is a layer of the test's own.
without_tool() {
  # shellcheck disable=SC2016
  host bash -c '[ -d /mnt/usr.work ] && rm "$(command -v "$0")"' "$1"
}

@test "a clean host passes, with its facts and without a word" {
  host ip address add 192.0.2.10/24 dev eth0
  host ip route add default via 192.0.2.1
  fit
  same "" "$stderr"
  same "{\"ipv6Address\":\"2001:db8:1::10\",\"ipv4Address\":\"192.0.2.10\"}" "$output"
}

@test "a host without IPv4 passes, with an empty IPv4 address" {
  fit
  same "" "$(jq -r .ipv4Address <<<"$output")"
}

@test "missing tools are named with their packages" {
  without_tool conntrack
  without_tool ss
  unfit "missing on the host: conntrack (package conntrack), ss (package iproute2)"
}

@test "on other distributions packages have other names" {
  host bash -c 'printf "ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n" >/etc/os-release.new; mv /etc/os-release.new /etc/os-release'
  without_tool conntrack
  without_tool ss
  unfit "missing on the host: conntrack (package conntrack-tools), ss (package iproute). Install them"
}

@test "what is too old for the scripts is named with the version that is needed" {
  # Those of CentOS 7 and Ubuntu 18.04.
  fake jq 'echo jq-1.5'
  fake ip6tables 'echo "ip6tables v1.6.1"'
  fake systemctl 'echo "systemd 219"'
  fake ip 'echo "Option \"-json\" is unknown" >&2; exit 255'
  unfit "too old on the host: jq 1.5 (1.6) ip6tables 1.6.1 (1.8.0) systemctl 219 (239) ip without -json (iproute2 4.18): upgrade the distribution"
}

@test "an old bash is named before anything else" {
  bundle preflight | sed 's/BASH_VERSINFO/OLD_VERSINFO/g' >"$FAKE/bundle"
  run --separate-stderr host bash -euo pipefail -s -- apply < <(
    echo 'OLD_VERSINFO=(4 2 46)'
    cat "$FAKE/bundle"
  )
  same 1 "$status"
  says "bash is $BASH_VERSION on the host, and 4.4 is needed: upgrade the distribution"
}

@test "the address that routers are given can be chosen, of those that the host has" {
  interface other0 2001:db8:7::10/64
  ROUTER_FACING_ADDRESS=2001:db8:7::10
  fit
  same 2001:db8:7::10 "$(jq -r .ipv6Address <<<"$output")"
  ROUTER_FACING_ADDRESS=2001:db8:7::11
  unfit "no interface of the host has routerFacingAddress 2001:db8:7::11: give it to one, or change that key"
}

@test "a step that takes long says so now and then, and leaves nothing behind" {
  engine Version=20.10.5
  fake docker 'sleep 1.2; exit 1'
  bundle preflight | sed 's/^SILENCE_SECONDS=20/SILENCE_SECONDS=0.5/' >"$FAKE/bundle"
  run --separate-stderr host bash -euo pipefail -s -- apply <"$FAKE/bundle" 3>&-
  [[ $stderr == "preflight goes on after "*" s"* ]]
  same 0 "$(pgrep --count --full 'SILENCE_SECONDS=0.5' || true)"
}

@test "an engine that does not answer is named with its own words" {
  touch "$FAKE/engine-down"
  unfit "no Docker engine answers (Cannot connect to the Docker daemon"
}

@test "an engine that hangs is named" {
  fake docker '[ "$1" = --version ] || exec sleep 60'
  bundle preflight | sed 's/^ENGINE_SECONDS=20/ENGINE_SECONDS=0.5/' >"$FAKE/bundle"
  run --separate-stderr host bash -euo pipefail -s -- apply <"$FAKE/bundle" 3>&-
  same 1 "$status"
  says "no Docker engine answers (it hangs for 0.5 s already): journalctl -u docker, and restart it"
}

@test "an engine too old to publish over IPv6 is refused, the oldest good one is not" {
  engine Version=20.10.5
  unfit "the Docker engine is 20.10.5; 20.10.6 is the oldest"
  engine Version=20.10.6
  fit
  engine Version=20.10.24+dfsg1
  fit
}

@test "an engine that systemd does not run is refused" {
  touch "$FAKE/no-systemd"
  unfit "Docker does not run as the systemd unit docker.service"
}

@test "a rootless engine is refused" {
  engine 'SecurityOptions=["name=seccomp,profile=builtin","name=rootless"]'
  unfit "the Docker engine is rootless"
}

@test "beside the nftables backend forwarding must be on, nft there, and the mode dnat" {
  engine 'FirewallBackend={"Driver": "nftables"}'
  host bash -c 'echo 0 | tee /proc/sys/net/ipv6/conf/{all,default}/forwarding'
  without_tool nft
  MODE=proxy
  step_refuses "the host is not fit, nothing was changed" preflight
  same "- the Docker engine uses its nftables backend, and nft is missing on the host: install the package nftables
- the Docker engine uses its nftables backend, which leaves forwarding to the host: set net.ipv6.conf.all.forwarding=1, and in a file of /etc/sysctl.d for the next boot
- the Docker engine uses its nftables backend, which leaves forwarding to the host: set net.ipv6.conf.default.forwarding=1, and in a file of /etc/sysctl.d for the next boot
- the Docker engine uses its nftables backend, from which docker-proxy cannot take a port over: set mode to dnat, or \"firewall-backend\" to \"iptables\"" "$(tail -n +2 <<<"$stderr")"
  engine 'FirewallBackend={"Driver": "iptables"}'
  fit
}

@test "with all of that an engine with the nftables backend fits" {
  engine 'FirewallBackend={"Driver": "nftables"}'
  host bash -c 'echo 1 | tee /proc/sys/net/ipv6/conf/{all,default}/forwarding'
  fit
}

@test "a setting of ours on dockerd's command line is refused" {
  daemon_with --host fd:// --fixed-cidr-v6=2001:db8:9::/64
  unfit "the command line of dockerd sets \"fixed-cidr-v6\" to 2001:db8:9::/64: move it to $DAEMON_JSON"
}

@test "settings with which the collector would not see routers, or could not write, are refused, in the file and as flags" {
  local setting
  for setting in '"userns-remap": "default"' '"bip6": "fd00::1/64"'; do
    printf '{%s}\n' "$setting" >"$FAKE/daemon.json"
    host cp "$FAKE/daemon.json" "$DAEMON_JSON"
    unfit "$DAEMON_JSON sets ${setting/: / to }"
  done
}

@test "the same as flags, and what only one mode needs" {
  daemon_with -H fd:// --userns-remap default --userland-proxy=false --ip-forward=false
  host bash -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
  MODE=proxy
  step_refuses "the host is not fit, nothing was changed" preflight
  same "- the command line of dockerd sets \"ip-forward\" to false, and forwarding is off: set net.ipv4.ip_forward=1 and net.ipv6.conf.all.forwarding=1, and in a file of /etc/sysctl.d for the next boot
- the command line of dockerd sets \"userland-proxy\" to false, the mode proxy needs docker-proxy: remove that line, or set mode to dnat
- the command line of dockerd sets \"userns-remap\" to default: root in the container would be nobody in \"/var/openbmp\", and the collector writes there: remove that setting, or use another host" "$(tail -n +2 <<<"$stderr")"
}

@test "a file with which the engine would not start again is refused, and one that it has not loaded is named" {
  daemon_with --host fd://
  host bash -c 'echo "{\"hosts\": [\"tcp://127.0.0.1:2375\"]}" >/etc/docker/daemon.json'
  unfit "$DAEMON_JSON sets \"hosts\", and dockerd runs with --host on its command line: Docker would not start again, take one of them out"
  host bash -c 'echo "{\"data-root\": \"/srv/docker\"}" >/etc/docker/daemon.json'
  unfit "Docker keeps its containers in /var/lib/docker, and $DAEMON_JSON has it begin in /srv/docker at its next start, without them: restart it yourself and see, or set \"data-root\" to /var/lib/docker"
  engine DockerRootDir=/srv/docker/231072.231072
  host bash -c 'echo "{\"refused-by-dockerd\": 1, \"data-root\": \"/srv/docker\"}" >/etc/docker/daemon.json'
  unfit "dockerd would not start with the merged $DAEMON_JSON (unable to configure the Docker daemon with file"
  host bash -c 'echo "{\"debug\": true, \"data-root\": \"/srv/docker\"}" >/etc/docker/daemon.json'
  fit
  same "$DAEMON_JSON was changed after Docker started: the restart also loads what it says of debug, data-root" "$stderr"
  # An engine that need not restart does not load it.
  engine Bridge6=fc00:172:17:0::/64
  host bash -c 'echo "{\"ipv6\": true, \"fixed-cidr-v6\": \"FC00:172:17:0:0::/64\", \"debug\": true, \"data-root\": \"/srv/docker\"}" >/etc/docker/daemon.json'
  fit
  same "" "$stderr"
}

@test "a firewall that drops what is forwarded is named before, by its own name" {
  host nft add table inet filter
  host nft add chain inet filter forward '{ type filter hook forward priority 0; policy drop; }'
  host nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'
  fit
  same "the chain inet filter forward (policy drop) of nftables drops what no rule of it accepts: add a rule that accepts what is forwarded to docker0, else the verification fails" "$stderr"
}

@test "firewalld that drops what is forwarded to containers is refused" {
  host mkdir -p /etc/firewalld
  host bash -c 'echo StrictForwardPorts=yes >/etc/firewalld/firewalld.conf'
  fit
  touch "$FAKE/units/firewalld.service.active"
  unfit "firewalld runs with StrictForwardPorts=yes, which drops what is forwarded to containers: set it to no in \"/etc/firewalld/firewalld.conf\" and reload firewalld"
}

@test "an engine that closes FORWARD whenever it starts is told of on a host that routes for others" {
  engine Version=27.5.1
  fit
  same "" "$stderr"
  host bash -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
  fit
  same "Docker 27.5.1 sets the policy of FORWARD over IPv6 to DROP whenever it starts: add rules to the chain DOCKER-USER that accept what this host routes for others" "$stderr"
}

@test "docker-ipv6nat is named" {
  host cp "$(command -v sleep)" /usr/local/bin/docker-ipv6nat
  in_background docker-ipv6nat 60
  soon grep -qsx docker-ipv6nat /proc/[0-9]*/comm
  fit
  says "docker-ipv6nat runs here and has rules of its own for published ports over IPv6, in a chain named as Docker's: stop it, unless other containers need it"
}

@test "Podman in Docker's place is named" {
  touch "$FAKE/engine-down"
  echo "podman version 4.3.1" >"$FAKE/client"
  unfit "no Docker engine answers (\"docker\" is Podman here): install Docker in its place"
}

@test "an old engine's bridge does not change to a prefix that overlaps its own" {
  engine Version=20.10.24+dfsg1 Bridge6=fc00:172:17::/80
  interface docker0 fc00:172:17::1/80
  unfit "fixedCidrV6 fc00:172:17::/64 overlaps the present prefix fc00:172:17::/80 of the default bridge, which Docker 20.10.24+dfsg1 does not change to: set another fixedCidrV6"
  engine Version=26.1.5
  fit
}

@test "other flags of dockerd are nobody's business" {
  daemon_with --host fd:// --containerd=/run/containerd/containerd.sock
  fit
}

@test "a host without a global IPv6 address is refused; that of a bridge of Docker does not count" {
  host ip link del eth0
  interface docker0 fc00:172:17::1/64
  interface br-0123456789ab 2001:db8:5::1/64
  unfit "the host has no global IPv6 address"
}

@test "a bridge that is the host's uplink counts, though its name begins as Docker's do" {
  host ip link del eth0
  interface br-lan 2001:db8:5::1/64
  fit
  same 2001:db8:5::1 "$(jq -r .ipv6Address <<<"$output")"
}

@test "routers are given the address of the default route's interface, a global one before a local one" {
  host ip link del eth0
  host ip link add lxdbr0 type bridge
  host ip -6 address add 2001:db8:42::1/64 dev lxdbr0 nodad
  interface other0 2001:db8:7::10/64
  interface uplink0 fd00:5::10/64 2001:db8:5::10/64
  host ip -6 route add default via fe80::1 dev uplink0
  fit
  same 2001:db8:5::10 "$(jq -r .ipv6Address <<<"$output")"
  host ip -6 address del 2001:db8:5::10/64 dev uplink0
  fit
  same fd00:5::10 "$(jq -r .ipv6Address <<<"$output")"
  # Without a default route no bridge comes before an interface of the host's own.
  host ip -6 route del default
  host ip -6 address del fd00:5::10/64 dev uplink0
  fit
  same 2001:db8:7::10 "$(jq -r .ipv6Address <<<"$output")"
}

@test "a temporary address is nothing to give to routers" {
  host ip link del eth0
  interface eth0
  host bash -c 'echo 2 >/proc/sys/net/ipv6/conf/eth0/use_tempaddr'
  host ip -6 address add 2001:db8:1::10/64 dev eth0 nodad mngtmpaddr valid_lft 3600 preferred_lft 3600
  [ -n "$(host ip -6 address show dev eth0 temporary)" ]
  fit
  same 2001:db8:1::10 "$(jq -r .ipv6Address <<<"$output")"
}

@test "the address of a tunnel, or of a bridge with nothing but guests, is given where the default route is by it, or it was chosen" {
  host ip link del eth0
  host ip link add tailscale0 type vxlan id 5 dstport 4789 local 2001:db8::1
  host ip link add lxdbr0 type bridge
  interface guest0
  host ip link set guest0 master lxdbr0
  host ip link set tailscale0 up
  host ip link set lxdbr0 up
  host ip -6 address add fd7a:115c::5/128 dev tailscale0
  host ip -6 address add fd42::1/64 dev lxdbr0 nodad
  unfit "the host has no global IPv6 address: give one of its interfaces one, or set routerFacingAddress to that of a tunnel or a bridge"
  ROUTER_FACING_ADDRESS=fd7a:115c::5
  fit
  same fd7a:115c::5 "$(jq -r .ipv6Address <<<"$output")"
  ROUTER_FACING_ADDRESS=''
  # A port that is no guest's.
  host ip link add port0 type ifb
  host ip link set port0 master lxdbr0
  fit
  same fd42::1 "$(jq -r .ipv6Address <<<"$output")"
  host ip -6 route add default dev tailscale0
  fit
  same fd7a:115c::5 "$(jq -r .ipv6Address <<<"$output")"
}

@test "SELinux that is enforced keeps the collector from its directories" {
  host mount -t tmpfs tmpfs /sys/fs
  host mkdir /sys/fs/selinux
  write_on_host "$DAEMON_JSON" <<<'{"selinux-enabled": true}'
  fit
  host bash -c 'echo 1 >/sys/fs/selinux/enforce'
  unfit "$DAEMON_JSON sets \"selinux-enabled\" to true, and SELinux is enforced, which keeps containers from \"/var/openbmp\""
  host rm "$DAEMON_JSON"
  daemon_with -H fd:// --selinux-enabled
  unfit "the command line of dockerd sets \"selinux-enabled\" to true, and SELinux is enforced"
}

@test "rules of iptables-legacy beside those of nft are named, of either family; tables without rules are not" {
  local command
  [[ $(host ip6tables --version) == *nf_tables* ]] || skip "iptables is the older kind here"
  for command in iptables ip6tables; do
    host "$command-legacy" -S >/dev/null || skip "no iptables-legacy here"
    fit
    [[ $stderr != *"$command-legacy has rules"* ]]
    host "$command-legacy" -A FORWARD -j DROP
    fit
    says "$command-legacy has rules beside those of nft, and both count: read them with $command-legacy-save"
    host "$command-legacy" -F FORWARD
    host "$command-legacy" -P FORWARD DROP
    fit
    says "$command-legacy has rules beside those of nft, and both count"
  done
}

@test "a prefix that an interface of the host is in is refused" {
  host ip -6 address add fc00:172:17::5/64 dev eth0 nodad
  unfit "fixedCidrV6 fc00:172:17::/64 overlaps the host's own network"
}

@test "a prefix that the host has a route into is refused" {
  host ip -6 route add fc00:172:17:0:1::/80 via 2001:db8:1::1
  unfit "fixedCidrV6 fc00:172:17::/64 overlaps the host's own network (fc00:172:17:0:1::/80 via 2001:db8:1::1"
}

@test "a prefix inside a network of the host is refused" {
  FIXED_CIDR_V6=2001:db8:1:0:1::/80
  unfit "fixedCidrV6 2001:db8:1:0:1::/80 overlaps the host's own network (2001:db8:1::/64 dev eth0"
}

@test "the prefix on Docker's own bridge, and wide routes elsewhere, are no overlap" {
  interface docker0 fc00:172:17::1/64
  host ip -6 route add default via 2001:db8:1::1
  host ip -6 route add fc00::/7 via 2001:db8:1::1
  fit
}

@test "a port that a container has is refused by its name, with the key" {
  has_container web 'PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "8001"}]}'
  engine Bridge6=fc00:172:17::/64
  unfit "restPort 8001 is already taken on the host by container web"
}

@test "a port that a process has is refused by its name" {
  listener 5000
  unfit "bmpPort 5000 is already taken on the host by python3"
}

@test "the ports of Kafka and MySQL are checked where they are published" {
  has_container web 'PortBindings={"80/tcp": [{"HostIp": "", "HostPort": "9092"}]}'
  engine Bridge6=fc00:172:17::/64
  fit
  OUTSIDE_PORTS=(kafka mysql)
  unfit "the port of kafkaAllowedCidrs, 9092 is already taken on the host by container web"
  rm "$FAKE/containers/web"
  listener 3306
  unfit "the port of mysqlAllowedCidrs, 3306 is already taken on the host by python3"
}

@test "a port that our own container has is not taken" {
  has_container openbmp_aio 'Labels={"openbmp-aio-ipv6.spec": "x"}' \
    'Mounts=[{"Source": "/var/openbmp/mysql", "Destination": "/data/mysql"}]' \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}], "8001/tcp": [{"HostIp": "", "HostPort": "8001"}]}'
  engine Bridge6=fc00:172:17::/64
  fit
}

@test "too little memory for the image is refused" {
  host_has 3071999
  fit
  IMAGE=real/aio:latest
  unfit "the host has 3071 MB of memory, the collector needs 3072 MB"
  host_has 3072000
  fit
}

@test "memoryGb above the host's memory is refused as the image counts it" {
  host_has 4095999
  MEMORY_GB=3
  fit
  MEMORY_GB=4
  unfit "memoryGb is 4, which is 4096 MB, and the host has 4095 MB"
  host_has 4096000
  fit
}

@test "less memory than the collector is comfortable with gets a warning, for an image that does not say that it needs less" {
  local warning="MB of memory, and the collector's other parts take about 3 GB beside MEM"
  host_has 5999999
  fit
  [[ $stderr != *"$warning"* ]]
  IMAGE=real/aio:latest
  fit
  says "the host has 5999 $warning"
  host_has 6000000
  fit
  [[ $stderr != *"$warning"* ]]
}

@test "a label that is no number of megabytes says nothing of the memory that an image needs" {
  host_has 2097152
  printf '1\e]0;title\a' >"$FAKE/images/openbmp%aio:latest"
  unfit "the host has 2097 MB of memory, the collector needs 3072 MB"
}

@test "a reason is plain text, whatever the name is that it tells" {
  host python3 -c 'import ctypes, os, socket, time
ctypes.CDLL(None).prctl(15, b"a\"\x1b[2J\xff\xe2\x80\xae")
server = socket.create_server(("::", 5000), family=socket.AF_INET6)
open(os.environ["FAKE"] + "/named", "w")
time.sleep(60)' 3>&- &
  echo $! >>"$FAKE/pids"
  soon test -e "$FAKE/named"
  unfit "bmpPort 5000 is already taken on the host by a\"?[2J???? (pid "
}

@test "daemon.json's contradictions are named before anything is touched" {
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false}'
  unfit "$DAEMON_JSON sets \"ipv6\" to false, this deployment needs true"
}

@test "a restart that would do harm is refused" {
  has_container throwaway AutoRemove=true
  unfit "container throwaway runs with --rm"
}

@test "the same containers are no reason where the engine needs no restart" {
  has_container throwaway AutoRemove=true
  engine Bridge6=fc00:172:17::/64
  fit
}

@test "restartDocker false is refused under other running containers" {
  has_container web
  RESTART_DOCKER=false
  unfit "restartDocker is false and these containers run: web"
}

@test "a container of that name that does not fit is refused" {
  has_container openbmp_aio Running=false
  unfit "a container openbmp_aio is already there and does not fit (it runs the image busybox"
}

@test "a container that replaceContainer would lose is refused, and one that keeps it from being backed up" {
  has_container openbmp_aio Running=false
  REPLACE_CONTAINER=true
  fit
  has_container openbmp_aio.before Running=false
  unfit "a container openbmp_aio.before is already there: remove or rename it"
  change_container openbmp_aio AutoRemove=true
  unfit "the container openbmp_aio runs with --rm and does not fit (it runs the image busybox"
}

@test "an earlier backup is in nobody's way while our own container is there, or none" {
  REPLACE_CONTAINER=true
  has_container openbmp_aio.before Running=false
  fit
  has_container openbmp_aio Running=false 'Labels={"openbmp-aio-ipv6.spec": "x"}' \
    'Mounts=[{"Source": "/var/openbmp/mysql", "Destination": "/data/mysql"}]'
  fit
}

@test "a host that another stack deployed is refused, by that stack's name" {
  write_on_host "$RECORD/owner" <<<openbmp-aio-ipv6/other
  unfit "the host is deployed by the stack openbmp-aio-ipv6/other: destroy that one first"
}

@test "several reasons are all given at once, one line each" {
  host ip link del eth0
  engine Version=20.10.1
  write_on_host "$DAEMON_JSON" <<<'{"ipv6": false, "fixed-cidr-v6": "2001:db8:9::/64"}'
  has_container openbmp_aio NetworkMode=host
  listener 8001
  local before
  before=$(host_listing)
  step_refuses "the host has no global IPv6 address" preflight
  says "the Docker engine is 20.10.1"
  says 'sets "ipv6" to false'
  says 'sets "fixed-cidr-v6" to'
  says "restPort 8001 is already taken"
  says "a container openbmp_aio is already there"
  same 7 "$(wc -l <<<"$stderr")"
  same "$before" "$(host_listing)"
}
