# shellcheck shell=bash
# Whether the container openbmp_aio exists, and runs.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

# As Docker prints it: in an array. A template would drop what an older client does not know.
container_json() { docker container inspect "$CONTAINER" 2>/dev/null; }

# container_field TEMPLATE: what Docker makes of it.
container_field() { docker container inspect --format "$1" "$CONTAINER"; }

container_exists() { docker container inspect "$CONTAINER" >/dev/null 2>&1; }

is_running() {
  local running
  running=$(container_field '{{.State.Running}}') ||
    die "Docker does not say whether $CONTAINER runs (its reason is above): run again"
  [ "$running" = true ]
}

# Zero where it does not run.
container_pid() { container_field '{{.State.Pid}}'; }

# in_container COMMAND…: in the container's network namespace.
in_container() { nsenter --net --target "$CONTAINER_PID" "$@"; }

# The image's own part of a container's settings; null where the image is gone.
image_settings() {
  docker image inspect --format '{{json .Config}}' "$(container_field '{{.Image}}')" 2>/dev/null || echo null
}
