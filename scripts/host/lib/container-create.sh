# shellcheck shell=bash
# The container openbmp_aio: created, and taken away again.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/bridge.sh
. "${BASH_SOURCE[0]%/*}/bridge.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/container.sh
. "${BASH_SOURCE[0]%/*}/container.sh"
# shellcheck source=scripts/host/lib/ports.sh
. "${BASH_SOURCE[0]%/*}/ports.sh"
# shellcheck source=scripts/host/lib/stopping.sh
. "${BASH_SOURCE[0]%/*}/stopping.sh"

# Input besides: REGISTRY_USER and REGISTRY_PASSWORD, empty for a public registry.
ensure_image() {
  docker image inspect "$IMAGE" >/dev/null 2>&1 && return 0
  say "pulling $IMAGE"
  if [ -n "$REGISTRY_USER" ]; then
    pull_with_login
  else
    docker pull --quiet "$IMAGE" >/dev/null
  fi ||
    die "cannot pull the image $IMAGE (the engine's reason is above): check its name, registryUser and" \
      "registryPassword"
}

# An image for another architecture would be created, and end at once at its start.
require_architecture() {
  local image engine
  image=$(docker image inspect --format '{{.Architecture}}' "$IMAGE")
  engine=$(docker version --format '{{.Server.Arch}}')
  [ "$image" = "$engine" ] ||
    die "the image $IMAGE is for ${image:-no architecture}, and the host's engine runs on $engine: set image to one for" \
      "$engine"
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

# Also root may not everywhere, where the host is a container itself.
may_raise_nofile() { (ulimit -n "$NOFILE") 2>/dev/null; }

# The labels of a container of ours, one NAME=value a line.
container_labels() {
  local gb=''
  printf '%s=%s\n' "$SPEC_LABEL" "$(container_spec_digest)"
  [ -n "$MEMORY_GB" ] || gb=$(default_memory_gb)
  [ -z "$gb" ] || printf '%s=%s\n' "$MEMORY_GB_LABEL" "$gb"
}

# publish_options: the options that publish its ports, on all addresses whatever "ip" says in daemon.json.
publish_options() {
  published_ports | while read -r _ port inner; do
    printf '%s\n' --publish "0.0.0.0:$port:$inner" --publish "[::]:$port:$inner"
  done
}

create_container() {
  local placement=() published names=() limits=() log=() data=()
  [ "$DOCKER_NETWORK" = bridge ] || placement=(--network "$NETWORK" --ip6 "$CONTAINER_IPV6")
  ! is_aio || data=(--volume "$DATA_DIRECTORY:/data/mysql")
  mapfile -t published < <(publish_options)
  # The broker sends its clients inside to that name, too: no path out and back, and no name service, is needed.
  [ "$KAFKA_FQDN" = localhost ] || names=(--add-host "$KAFKA_FQDN:127.0.0.1")
  ! may_raise_nofile || limits=(--ulimit "nofile=$NOFILE:$NOFILE")
  ! rotates_log || log=("${LOG_OPTIONS[@]/#/--log-opt=}")
  # File descriptors keep the values off the command line, and the digest from
  # which a short one could be found by trying.
  docker create --name "$CONTAINER" --hostname openbmp-aio --restart unless-stopped \
    --label-file <(container_labels) \
    --volume "$CONFIG_DIRECTORY:/config" "${data[@]}" \
    "${published[@]}" "${names[@]}" \
    "${SYSCTLS[@]/#/--sysctl=}" "${limits[@]}" --cap-drop "$DROPPED_CAPABILITY" --stop-timeout "$STOP_TIMEOUT" "${log[@]}" \
    "${placement[@]}" --env-file <(container_environment) "$IMAGE" >/dev/null
  say "created $CONTAINER from $IMAGE"
}

# Somebody may have changed it; another container for that would cut the sessions.
fix_restart_policy() {
  case $(container_field '{{.HostConfig.RestartPolicy.Name}}') in
  always | unless-stopped) return ;;
  esac
  docker update --restart unless-stopped "$CONTAINER" >/dev/null
  say "$CONTAINER has its restart policy again"
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
