# shellcheck shell=bash disable=SC2034 # the steps read some
# The container openbmp_aio: created, put aside and taken away again.
# Input: IMAGE, DOCKER_NETWORK, CONTAINER_IPV6, BMP_PORT, REST_PORT, OUTSIDE_PORTS, KAFKA_FQDN, MEMORY_GB, ADMIN_ID,
# ENVIRONMENT (array of NAME=value), REPLACE_CONTAINER.

# A digest of what the container was created from; ours carry it.
SPEC_LABEL=openbmp-aio-ipv6.spec
# An image may say that it needs less memory than the real AIO (MB).
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
# Of json-file, which keeps everything otherwise.
LOG_OPTIONS=(max-size=10m max-file=5)
# Where a container of the user's waits that ours took the place of.
SET_ASIDE=$CONTAINER.before

container_json() { docker container inspect "$CONTAINER" 2>/dev/null | jq '.[0]'; }

container_exists() { docker container inspect "$CONTAINER" >/dev/null 2>&1; }

container_label() { docker container inspect --format "{{index .Config.Labels \"$SPEC_LABEL\"}}" "$CONTAINER" 2>/dev/null; }

container_is_ours() { [ -n "$(container_label)" ]; }

# In MB, as the image counts them.
host_memory_mb() { awk '/^MemTotal:/ { print int($2 / 1000) }' /proc/meminfo; }

# default_memory_gb: of the host's memory, 4 GB stay for what is beside the
# database, and 3 is the least that the image starts with. Fixed when the
# container is made: a host that reports another figure is no reason for another
# container, unless the image would refuse it there. Empty for an image that
# starts with less, on a host that has less.
default_memory_gb() {
  local total gb
  total=$(host_memory_mb)
  gb=$(docker container inspect --format "{{index .Config.Labels \"$MEMORY_GB_LABEL\"}}" "$CONTAINER" 2>/dev/null || true)
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
  asked_environment
}

# Those of them that the user set; further ones come last, where Docker lets them win.
asked_environment() {
  [ "$KAFKA_FQDN" = localhost ] || printf 'KAFKA_FQDN=%s\n' "$KAFKA_FQDN"
  [ -z "$MEMORY_GB" ] || printf 'MEM=%s\n' "$MEMORY_GB"
  [ -z "$ADMIN_ID" ] || printf 'ADMIN_ID=%s\n' "$ADMIN_ID"
  [ ${#ENVIRONMENT[@]} -eq 0 ] || printf '%s\n' "${ENVIRONMENT[@]}"
}

container_spec() {
  {
    printf '%s\n' "$IMAGE" "$BMP_PORT" "$REST_PORT" "$CONFIG_DIRECTORY" "$DATA_DIRECTORY"
    printf '%s\n' "${SYSCTLS[@]}" "$NOFILE" "$DROPPED_CAPABILITY" "${LOG_OPTIONS[@]}"
    [ "$DOCKER_NETWORK" = bridge ] || printf '%s\n' "$NETWORK $CONTAINER_IPV6"
    [ ${#OUTSIDE_PORTS[@]} -eq 0 ] || printf '%s\n' "${OUTSIDE_PORTS[*]}"
    container_environment
  } | sha256sum | cut -d ' ' -f 1
}

# Input besides: REGISTRY_USER and REGISTRY_PASSWORD, empty for a public registry.
ensure_image() {
  docker image inspect "$IMAGE" >/dev/null 2>&1 && return 0
  say "pulling $IMAGE"
  if [ -n "$REGISTRY_USER" ]; then
    pull_with_login
  else
    docker pull --quiet "$IMAGE" >/dev/null
  fi || die "cannot pull the image $IMAGE (the engine's reason is above)"
}

# The registry that the image names; empty for Docker Hub.
image_registry() {
  case ${IMAGE%%/*} in
  "$IMAGE") ;;
  *.* | *:* | localhost) printf '%s\n' "${IMAGE%%/*}" ;;
  esac
}

# The login is in memory, and gone with this step.
pull_with_login() {
  local config status=0
  config=$(mktemp -d /run/openbmp-registry.XXXXXX)
  # A here-string would be a file for a moment, where bash is older than 5.1.
  # shellcheck disable=SC2046 # no registry is no word
  printf '%s\n' "$REGISTRY_PASSWORD" |
    docker --config "$config" login --username "$REGISTRY_USER" --password-stdin $(image_registry) >/dev/null &&
    docker --config "$config" pull --quiet "$IMAGE" >/dev/null || status=$?
  rm -rf "$config"
  return "$status"
}

# The settings of daemon.json; what is no JSON has none.
daemon_settings() { jq -c objects "$DAEMON_JSON" 2>/dev/null || true; }

# Whoever chose another driver, or a size, has said what becomes of logs.
rotates_log() {
  [ "$(docker info --format '{{.LoggingDriver}}')" = json-file ] &&
    daemon_settings | jq -e --slurp 'all(.[]; .["log-opts"]["max-size"] == null)' >/dev/null
}

# Also root may not everywhere, where the host is a container itself.
may_raise_nofile() { (ulimit -n "$NOFILE") 2>/dev/null; }

# The labels of a container of ours, one NAME=value a line.
container_labels() {
  local gb=''
  printf '%s=%s\n' "$SPEC_LABEL" "$(container_spec)"
  [ -n "$MEMORY_GB" ] || gb=$(default_memory_gb)
  [ -z "$gb" ] || printf '%s=%s\n' "$MEMORY_GB_LABEL" "$gb"
}

# publishing: the options that publish its ports.
publishing() { published_ports | while read -r _ port inner; do printf '%s\n' --publish "$port:$inner"; done; }

create_container() {
  local placement=() published names=() limits=() log=()
  [ "$DOCKER_NETWORK" = bridge ] || placement=(--network "$NETWORK" --ip6 "$CONTAINER_IPV6")
  mapfile -t published < <(publishing)
  # The broker sends its clients inside to that name, too: no way out and back, and no name service, is needed.
  [ "$KAFKA_FQDN" = localhost ] || names=(--add-host "$KAFKA_FQDN:127.0.0.1")
  ! may_raise_nofile || limits=(--ulimit "nofile=$NOFILE:$NOFILE")
  ! rotates_log || log=("${LOG_OPTIONS[@]/#/--log-opt=}")
  # File descriptors keep the values off the command line, and the digest from
  # which a short one could be found by trying.
  docker create --name "$CONTAINER" --hostname openbmp-aio --restart unless-stopped \
    --label-file <(container_labels) \
    --volume "$CONFIG_DIRECTORY:/config" --volume "$DATA_DIRECTORY:/data/mysql" \
    "${published[@]}" "${names[@]}" \
    "${SYSCTLS[@]/#/--sysctl=}" "${limits[@]}" --cap-drop "$DROPPED_CAPABILITY" "${log[@]}" \
    "${placement[@]}" --env-file <(container_environment) "$IMAGE" >/dev/null
  say "created $CONTAINER from $IMAGE"
}

# Somebody may have changed it; another container for that would cut the sessions.
mend_restart_policy() {
  if ! container_json | jq -e '.HostConfig.RestartPolicy.Name | IN("always", "unless-stopped")' >/dev/null; then
    docker update --restart unless-stopped "$CONTAINER" >/dev/null
    say "$CONTAINER has its restart policy again"
  fi
}

# The user's container stays, stopped and under another name, for destroy.
set_container_aside() {
  local problem saved
  # The pull of the image may have taken minutes.
  problem=$(container_problem)
  [ -z "$problem" ] || die "$problem"
  # Once: a run that was cut off has changed the container already.
  if [ ! -e "$RECORD/container.before" ]; then
    saved=$PARENT/$CONTAINER.before-$(date -u +%Y%m%dT%H%M%SZ).json
    # That container may have the parent, too: the file is made elsewhere, and moved.
    container_json | write_file "$RECORD/container.inspection" 600 >/dev/null
    mv --force --no-target-directory "$RECORD/container.inspection" "$saved"
    container_json | jq '{running: .State.Running, restart: .HostConfig.RestartPolicy}' | write_file "$RECORD/container.before" 600 >/dev/null
    say "the inspection of the container that was there is in $saved"
  fi
  docker update --restart no "$CONTAINER" >/dev/null
  stop_container "$CONTAINER"
  docker rename "$CONTAINER" "$SET_ASIDE"
  say "put the container that was there aside as $SET_ASIDE, with its data; destroy brings it back"
}

# Leaves CONTAINER_IS_LOST where somebody removed it in the meantime.
CONTAINER_IS_LOST=''
bring_container_back() {
  [ -e "$RECORD/container.before" ] || return 0
  # Cut off before it was renamed, it is there under its own name.
  if ! docker rename "$SET_ASIDE" "$CONTAINER" 2>/dev/null && ! container_exists; then
    say "the container that was put aside is not there any more: nothing to bring back as $CONTAINER. What it was made of is in $PARENT/$CONTAINER.before-*.json"
    CONTAINER_IS_LOST=yes
    return 0
  fi
  docker update --restart "$(jq -r '.restart | if .Name == "on-failure" and .MaximumRetryCount > 0 then "\(.Name):\(.MaximumRetryCount)" elif .Name == "" then "no" else .Name end' "$RECORD/container.before")" "$CONTAINER" >/dev/null
  if jq -e .running "$RECORD/container.before" >/dev/null; then
    docker start "$CONTAINER" >/dev/null || say "the container that was there before does not start"
  fi
  say "brought back the container that was there before"
}

# discard_container: one of ours, with the volumes without a name that Docker made for it.
discard_container() {
  stop_container "$CONTAINER"
  docker rm --volumes "$CONTAINER" >/dev/null
}

# Ours goes; one that was adopted stays.
remove_container() {
  if container_exists && container_is_ours; then
    stop_container "$CONTAINER" || true
    docker rm --force --volumes "$CONTAINER" >/dev/null
    say "removed $CONTAINER; its data stays under ${DATA_DIRECTORY%/*}"
  fi
}
