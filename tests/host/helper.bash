# shellcheck shell=bash
# A host for each test: a mount and a network namespace of its own, where what
# the steps write to is a layer over the machine's own directories, and Docker
# and systemd are stubs. Nothing of the machine is touched.
# Needs: root, overlayfs, jq, iproute2, util-linux, strace.

bats_require_minimum_version 1.5.0
load stubs/stub
set +uo pipefail

TESTS=$BATS_TEST_DIRNAME
REPOSITORY=$(cd "$TESTS/../.." && pwd)
HOST_SCRIPTS=$REPOSITORY/scripts/host
RECORD=/var/lib/openbmp-aio-ipv6
DAEMON_JSON=/etc/docker/daemon.json

# open_host [DIRECTORY]: what the stubs know and write down is there, in $FAKE.
open_host() {
  local directory=${1:-$BATS_TEST_TMPDIR}
  export FAKE=$directory/fake
  mkdir -p "$FAKE"/{bin,containers,networks,images,registry,units}
  : >"$FAKE/calls"
  touch "$FAKE/units/docker.service.active" "$FAKE/drop-ins"
  # The image says how many MB of memory it needs.
  echo 1 >"$FAKE/images/openbmp%aio:latest"
  printf '%s\n' 'Id=x' 'Image=busybox' "Hostname=''" 'Running=true' 'Paused=false' 'ExitCode=0' 'Pid=1' 'DatabaseExit=3' 'StartedAt=2024-01-01T00:00:00Z' \
    'RestartPolicy=no' 'AutoRemove=false' 'NetworkMode=default' "Env='[]'" "Labels='{}'" "Mounts='[]'" "PortBindings='{}'" "GlobalIPv6Address=''" "IPAddress=''" "FixedIPv6=''" \
    "HostConfig=''" "Config=''" "Networks=''" \
    >"$FAKE/any-container"
  engine Version=26.1.5 LiveRestore=false 'SecurityOptions=["name=seccomp,profile=builtin"]' FirewallBackend=null LoggingDriver=json-file Bridge6= EngineStarted=0 DockerdPid=0 DockerRootDir=/var/lib/docker
  unshare --mount --net -- bash -euo pipefail -s >"$FAKE/log" 2>&1 3>&- <<SCRIPT &
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/kept
    mount --bind "$directory" /mnt/kept
    for directory in etc var usr; do
      mkdir /mnt/\$directory /mnt/\$directory.work
      mount -t overlay -o lowerdir=/\$directory,upperdir=/mnt/\$directory,workdir=/mnt/\$directory.work overlay /\$directory
    done
    mount -t tmpfs tmpfs /run
    mkdir -p /etc/docker /etc/sysctl.d
    mount -t tmpfs tmpfs /etc/docker
    mount -t tmpfs tmpfs /etc/sysctl.d
    [ -e "$FAKE/calls" ] || mount --bind /mnt/kept "$directory"
    ip link set lo up
    # Addresses are there at once.
    echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
    touch "$FAKE/ready"
    exec sleep infinity
SCRIPT
  export HOST_PID=$!
  # What a container's namespaces are, where a step goes into them.
  assign "$FAKE/any-container" "Pid=$HOST_PID"
  echo "$HOST_PID" >"$FAKE/pids"
  until [ -e "$FAKE/ready" ]; do
    kill -0 "$HOST_PID" 2>/dev/null || {
      cat "$FAKE/log" >&2
      return 1
    }
    sleep 0.01
  done
  settings
}

# What the program gives to the steps, unless a test sets something else.
settings() {
  OWNER=openbmp-aio-ipv6/test
  MODE=dnat
  DOCKER_NETWORK=bridge
  FIXED_CIDR_V6=fc00:172:17::/64
  NETWORK_PREFIX=''
  CONTAINER_IPV6=''
  RESTART_DOCKER=true
  ROUTER_FACING_ADDRESS=''
  IMAGE=openbmp/aio:latest
  BMP_PORT=5000
  REST_PORT=8001
  KAFKA_FQDN=localhost
  KAFKA_BROKERS=()
  MEMORY_GB=''
  ADMIN_ID=''
  ENVIRONMENT=()
  REPLACE_CONTAINER=false
  REGISTRY_USER=''
  REGISTRY_PASSWORD=''
  BMP_ALLOWED=(2001:db8:1::/64 192.0.2.0/24)
  REST_ALLOWED=(2001:db8:1::/64 192.0.2.0/24)
  OUTSIDE_PORTS=()
  KAFKA_ALLOWED=()
  MYSQL_ALLOWED=()
  HELD_PORTS=()
  VERIFY=true
  REST_USER=openbmp
  REST_PASSWORD=''
  PAT_ENABLED=false
  CURRENT_PAT=''
  PURGE_STALE_DATA=false
  START_TIMEOUT_SECONDS=2
  REAPPLY=''
  MACHINE='the machine'
  METRICS=false
  METRICS_DIRECTORY=''
  BACKUP_KEEP=2
  CONTAINER_ID=id-openbmp_aio
  CONFIG_SHA256=''
  RULES_SHA256=''
  WANTED='{}'
  OLD_SHA256=''
  NEW_SHA256=''
  EDITS=()
  OPENBMP_DB_PASSWORD=''
  MYSQL_ROOT_PASSWORD=''
  CLOSING_PROGRAM_TEXT=$(cat "$BUNDLES/installed/openbmp-close-database")
  CLOSING_DROP_IN_TEXT=$(cat "$HOST_SCRIPTS/installed/docker-closes-database.conf")
  DNAT_PROGRAM_TEXT=$(cat "$BUNDLES/installed/openbmp-dnat")
  FILTER_PROGRAM_TEXT=$(cat "$BUNDLES/installed/openbmp-filter")
  GUARD_UNIT_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-guard.service")
  FOLLOW_UNIT_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-dnat.service")
  FILTER_UNIT_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-filter.service")
  METRICS_PROGRAM_TEXT=$(cat "$BUNDLES/installed/openbmp-metrics")
  METRICS_UNIT_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-metrics.service")
  METRICS_TIMER_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-metrics.timer")
  BACKUP_PROGRAM_TEXT=$(cat "$BUNDLES/installed/openbmp-backup")
  BACKUP_UNIT_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-backup.service")
  BACKUP_TIMER_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-backup.timer")
  TOPICS_PROGRAM_TEXT=$(cat "$BUNDLES/installed/openbmp-topics")
  TOPICS_UNIT_TEXT=$(cat "$HOST_SCRIPTS/installed/openbmp-aio-ipv6-topics.service")
}

close_host() {
  local pid
  while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$FAKE/pids"
  # A stub was called in a way that it does not know.
  if [ -s "$FAKE/unexpected" ]; then
    cat "$FAKE/unexpected"
    return 1
  fi
}

# host COMMAND…: on the test's host.
host() {
  PATH="$FAKE/bin:$TESTS/stubs:$PATH" nsenter --mount --net --target "${HOST_PID:?}" -- "$@"
}

# in_background COMMAND…: on the test's host, until the test's end; $! is the command.
in_background() {
  PATH="$FAKE/bin:$TESTS/stubs:$PATH" nsenter --mount --net --target "${HOST_PID:?}" -- "$@" >/dev/null 2>&1 3>&- &
  echo $! >>"$FAKE/pids"
}

# soon COMMAND…: it succeeds within two seconds.
soon() {
  local tries=100
  until "$@" >"$FAKE/soon" 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || {
      cat "$FAKE/soon"
      return 1
    }
    sleep 0.02
  done
}

# bundle STEP: the text that the program sends to `bash -s`. Input that nobody set is empty.
bundle() {
  local names name
  mapfile -t names <"$BUNDLES/inputs"
  for name in "${names[@]}"; do declare -p "$name" 2>/dev/null || echo "$name=''"; done
  cat "$BUNDLES/$1"
}

# run_step STEP [VERB]: $status, $output (the result) and $stderr (progress).
run_step() {
  bundle "$1" >"$FAKE/bundle"
  run_bundle "${2:-apply}"
}

# run_bundle ARGUMENT…: the text in $FAKE/bundle, as the host's bash gets it.
run_bundle() { run --separate-stderr host setsid --wait bash -euo pipefail -s -- "$@" <"$FAKE/bundle" 3>&-; }

# traced_step STEP [VERB]: as run_step; every program that it started, with arguments and variables, is in $FAKE/execs.
traced_step() {
  bundle "$1" >"$FAKE/bundle"
  run --separate-stderr host strace --follow-forks --quiet=all --trace=execve --no-abbrev --string-limit=100000 \
    --output="$FAKE/execs" setsid --wait bash -euo pipefail -s -- "${2:-apply}" <"$FAKE/bundle" 3>&-
  [ "$(grep -c execve "$FAKE/execs")" -gt 10 ]
}

# not_started_with TEXT: no program got it as an argument or a variable.
not_started_with() {
  ! grep -F -- "$1" "$FAKE/execs" >"$FAKE/found" || {
    echo "started with $1:"
    cut -c 1-200 "$FAKE/found"
    return 1
  }
}

# installing_steps: those between the first, which changes nothing, and those that
# need what an earlier one read; in the order of the chain.
installing_steps() { grep -vxE 'preflight|collector-config|collector-start' "$BUNDLES/steps"; }

# install_steps: all of these.
install_steps() {
  local step
  for step in $(installing_steps); do step_succeeds "$step"; done
}

step_succeeds() {
  run_step "$@"
  [ "$status" -eq 0 ] || {
    echo "status $status: $stderr"
    return 1
  }
}

# step_refuses TEXT STEP [VERB]: fails, and says so.
step_refuses() {
  local text=$1
  shift
  run_step "$@"
  [ "$status" -eq 1 ] || {
    echo "status $status: $stderr"
    return 1
  }
  says "$text"
}

# says TEXT: the step's progress contains it.
says() {
  [[ $stderr == *"$1"* ]] || {
    printf 'expected: %s\nsaid: %s\n' "$1" "$stderr"
    return 1
  }
}

# deployed_by_0_1_in_proxy_mode: on an engine with IPv6 NAT of its own, which that
# release switched off for everybody.
deployed_by_0_1_in_proxy_mode() {
  MODE=proxy
  engine Bridge6=fc00:172:17::/64
  step_succeeds docker-restart
  # shellcheck disable=SC2016
  host bash -euc 'cd "$1"
    jq --indent 4 ".ip6tables = false" "$0" >text
    cat text >"$0"
    sha256sum <text | cut -d " " -f 1 >>daemon.written
    jq -c ".ip6tables = false" daemon.keys >text
    mv text daemon.keys' "$DAEMON_JSON" "$RECORD"
}

# same EXPECTED FOUND
same() { diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"); }

# cut_off_at PROGRAM PATTERN [after]: the step is killed instead of (or just
# after) the first call of the program with such arguments, as by a power cut.
cut_off_at() {
  cat >"$FAKE/bin/$1" <<STUB
#!/bin/bash
PATH=\${PATH#*:}
pattern=$(printf %q "$2")
if [[ "\$*" == \$pattern ]]; then
  rm "\$0"
  [ -z "${3:-}" ] || $1 "\$@"
  kill -KILL 0
fi
exec $1 "\$@"
STUB
  chmod +x "$FAKE/bin/$1"
}

# step_is_cut_off STEP [VERB]: the kill came, and it was no failure of the step.
step_is_cut_off() {
  run_step "$@"
  [ "$status" -gt 1 ] && [ -z "$(ls "$FAKE/bin")" ]
}

# disk_has PAGES: of room, of 4 KB each, wherever a step writes; with "enough", all that it wants.
disk_has() {
  # shellcheck disable=SC2016
  host bash -euc 'for disk in /mnt /etc/docker /etc/sysctl.d; do
      used=$(df --output=used "$disk" | tail -n 1)
      # No size is no limit.
      if [ "$1" = enough ]; then
        size=50%
      else
        [ "$used" -gt 0 ] || { echo >"$disk/.filler"; used=4; }
        size=$((used + 4 * $1))k
      fi
      mount -o "remount,size=$size" "$disk"
    done' - "$1"
}

# units_are_read: systemd knows our units as they are written.
units_are_read() {
  same "$(host bash -c 'cd /etc/systemd/system && sha256sum openbmp-aio-ipv6-*')" \
    "$(cd "$FAKE/read-units" && sha256sum openbmp-aio-ipv6-*)"
}

# engine NAME=VALUE…: changes what the stub of Docker says of the engine.
engine() { assign "$FAKE/engine" "$@"; }

engine_has() { (. "$FAKE/engine" && echo "${!1}"); }

# has_container NAME [PROPERTY=VALUE…]: one is on the host, running unless said otherwise.
has_container() {
  cp "$FAKE/any-container" "$FAKE/containers/$1"
  assign "$FAKE/containers/$1" "Id=id-$1" "${@:2}"
}

# fitting_container [PROPERTY=VALUE…]: one of the user's that can stay.
fitting_container() {
  has_container openbmp_aio Image=openbmp/aio:latest RestartPolicy=always \
    'PortBindings={"5000/tcp": [{"HostIp": "", "HostPort": "5000"}], "8001/tcp": [{"HostIp": "", "HostPort": "8001"}]}' \
    'Mounts=[{"Source": "/var/openbmp/config", "Destination": "/config"}, {"Source": "/var/openbmp/mysql", "Destination": "/data/mysql"}]' \
    'Env=["PATH=/usr/bin", "KAFKA_FQDN=collector.example.net"]' "$@"
}

# change_container NAME PROPERTY=VALUE…
change_container() { assign "$FAKE/containers/$1" "${@:2}"; }

# container NAME PROPERTY: as the stub has it now.
container() { (. "$FAKE/containers/$1" && echo "${!2}"); }

running() {
  local file
  for file in "$FAKE/containers"/*; do
    [ ! -e "$file" ] || [ "$(container "${file##*/}" Running)" = false ] || echo "${file##*/}"
  done | paste -sd ' '
}

# calls [PATTERN]: what was called, one line each.
calls() { grep -E -- "${1:-}" "$FAKE/calls" || true; }

not_called() {
  [ -z "$(calls "$1")" ] || {
    calls "$1"
    return 1
  }
}

# Everything that was written on the host, with modes, owners and times.
host_listing() {
  # shellcheck disable=SC2016
  host bash -c 'find /mnt/etc /mnt/var /mnt/usr /etc/docker /etc/sysctl.d \( -type d -printf "%p %m %u:%g\n" -o -printf "%p %y %m %u:%g %i %T@ %l\n" \) | sort
    find /etc/docker /etc/sysctl.d /mnt/etc /mnt/var -type f -exec sha256sum {} + | sort'
  host_network
}

host_network() {
  host bash -c 'ip -o link; ip -6 -o addr; ip -6 route show table all; ip netns' | sed -E 's/(valid_lft|preferred_lft|expires) [0-9]+sec//g'
  rules
}

# rules: our three tables, IPv6 and IPv4, without counters and comments, each
# chain's rules in their order.
rules() {
  local command
  for command in ip6tables iptables; do
    echo "# $command"
    # shellcheck disable=SC2016
    host bash -c 'for table in mangle filter nat; do "$0-save" -t "$table"; done' "$command" |
      awk '/^[*]/ { table = $1; print table, 0, "-", table }
        /^:/ { print table, 1, $1, $1, $2 }
        /^-A/ { print table, 2, $2, $0 }' |
      LC_ALL=C sort --stable --key 1,1 --key 2,2 --key 3,3 | cut -d ' ' -f 4-
  done
}

# host_has KILOBYTES: of memory.
host_has() {
  printf 'MemTotal: %s kB\n' "$1" | host tee /run/meminfo >/dev/null
  host mount --bind /run/meminfo /proc/meminfo
}

# interface NAME ADDRESS…: one that is up, with IPv6 addresses.
interface() {
  local address
  host ip link add name "$1" type veth peer name "far-${1:0:11}"
  host ip link set dev "far-${1:0:11}" up
  host ip link set dev "$1" up
  for address in "${@:2}"; do host ip -6 address add "$address" dev "$1" nodad; done
}

# write_on_host PATH [MODE]: from stdin.
write_on_host() {
  # What comes in may be made from the file itself.
  cat >"$FAKE/text"
  # shellcheck disable=SC2016
  host sh -euc 'mkdir -p "${1%/*}"; cat "$0" >"$1"; chmod "$2" "$1"' "$FAKE/text" "$1" "${2:-644}"
}

on_host() { host cat "$1"; }

# identity PATH: changes with any write.
identity() { host stat -L -c '%i %Y %y %a %U:%G' "$1"; }
