# shellcheck shell=bash
# The current and the desired container openbmp_aio.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/daemon-json.sh
. "${BASH_SOURCE[0]%/*}/daemon-json.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"

# A digest of what the container was created from; ours carry it.
SPEC_LABEL=openbmp-aio-ipv6.spec
# An image may say that it needs less memory than the real AIO (MB).
# shellcheck disable=SC2034 # the files that source this one read it
MEMORY_LABEL=openbmp-aio-ipv6.minimum-memory-mb
# What MEM is in a container of ours, where it follows from the host's memory.
MEMORY_GB_LABEL=openbmp-aio-ipv6.memory-gb
# A router that is gone without a word is noticed after 180 + 5 × 30 seconds, not
# after two hours. The kernel has these for IPv4 and IPv6 together.
SYSCTLS=(net.ipv4.tcp_keepalive_time=180 net.ipv4.tcp_keepalive_intvl=30 net.ipv4.tcp_keepalive_probes=5)
# Kafka, MySQL and a thousand routers fit in, and old programs that close every
# number that they could have open are not busy with a million.
NOFILE=65536
# Nothing in it makes device nodes.
DROPPED_CAPABILITY=MKNOD
# What Docker gives it at a restart of the engine and a shutdown of the host, in place
# of ten seconds: its database has been closed by then, and process 1 of the AIO image
# hears no signal, so that routers would only wait for longer.
STOP_TIMEOUT=3
# Of json-file, which keeps everything otherwise.
LOG_OPTIONS=(max-size=10m max-file=5)

# What jq calls a binding: ADDRESS:PORT, the port alone where it is on all addresses.
# shellcheck disable=SC2034 # the files that source this one read it
BINDINGS='
  def everywhere: .HostIp | IN("", "0.0.0.0", "::");
  def address: if .HostIp == "" then "" elif .HostIp | contains(":") then "[\(.HostIp)]:" else "\(.HostIp):" end;
  def binding: address + (if .HostPort == "" then "a port of Docker'\''s choice" else .HostPort end);
  def bindings(inside): .HostConfig.PortBindings[inside + "/tcp"] // [];'

container_spec_label() {
  docker container inspect --format "{{index .Config.Labels \"$SPEC_LABEL\"}}" "$CONTAINER" 2>/dev/null
}

container_is_ours() { [ -n "$(container_spec_label)" ]; }

# In MB, as the image counts them.
host_memory_mb() { awk '/^MemTotal:/ { print int($2 / 1000) }' /proc/meminfo; }

# default_memory_gb: of the host's memory, 4 GB stay for what is beside the
# database, and 3 is the least that the image starts with. Fixed when the
# container is made: a host that reports another figure is no reason for another
# container, unless the image would refuse it on that host. Empty for an image that
# starts with less, on a host that has less, and for openbmpd alone.
default_memory_gb() {
  local total gb
  is_aio || return 0
  total=$(host_memory_mb)
  gb=$(docker container inspect --format "{{index .Config.Labels \"$MEMORY_GB_LABEL\"}}" "$CONTAINER" 2>/dev/null ||
    true)
  if ! [[ $gb =~ ^[0-9]{1,5}$ ]] || [ $((gb * 1024)) -gt "$total" ]; then
    gb=$((total / 1024 - 4))
    [ "$gb" -ge 3 ] || gb=3
    [ $((gb * 1024)) -le "$total" ] || return 0
  fi
  printf '%s\n' "$gb"
}

# The variables that the collector gets, one NAME=value a line.
container_environment() {
  local gb
  if [ -z "$MEMORY_GB" ]; then
    gb=$(default_memory_gb)
    [ -z "$gb" ] || printf 'MEM=%s\n' "$gb"
  fi
  [ "$KAFKA_FQDN" != localhost ] || echo KAFKA_FQDN=localhost
  user_environment
}

# Those of them that the user set; further ones come last, where Docker lets them win.
user_environment() {
  [ "$KAFKA_FQDN" = localhost ] || printf 'KAFKA_FQDN=%s\n' "$KAFKA_FQDN"
  [ -z "$MEMORY_GB" ] || printf 'MEM=%s\n' "$MEMORY_GB"
  [ -z "$ADMIN_ID" ] || printf 'ADMIN_ID=%s\n' "$ADMIN_ID"
  [ ${#ENVIRONMENT[@]} -eq 0 ] || printf '%s\n' "${ENVIRONMENT[@]}"
}

container_spec_digest() {
  {
    printf '%s\n' "$IMAGE" "$BMP_PORT" "$REST_PORT" "$CONFIG_DIRECTORY" "$DATA_DIRECTORY"
    printf '%s\n' "${SYSCTLS[@]}" "$NOFILE" "$DROPPED_CAPABILITY" "$STOP_TIMEOUT" "${LOG_OPTIONS[@]}"
    [ "$DOCKER_NETWORK" = bridge ] || printf '%s\n' "$NETWORK $CONTAINER_IPV6"
    [ ${#OUTSIDE_PORTS[@]} -eq 0 ] || printf '%s\n' "${OUTSIDE_PORTS[*]}"
    container_environment
  } | sha256sum | cut -d ' ' -f 1
}

# Whoever chose another driver, or a size, has said what becomes of logs.
rotates_log() {
  [ "$(docker info --format '{{.LoggingDriver}}')" = json-file ] &&
    read_daemon_json | jq --raw-input --slurp --exit-status "$OBJECT"'
      (try object catch {}) | .["log-opts"]["max-size"] == null' >/dev/null
}
