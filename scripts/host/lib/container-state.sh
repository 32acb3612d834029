# shellcheck shell=bash
# Whether the container openbmp_aio exists, and runs.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

container_json() { docker container inspect "$CONTAINER" 2>/dev/null | jq '.[0]'; }

container_exists() { docker container inspect "$CONTAINER" >/dev/null 2>&1; }

is_running() {
  local running
  running=$(docker container inspect --format '{{.State.Running}}' "$CONTAINER") ||
    die "Docker does not say whether $CONTAINER runs (its reason is above): run again"
  [ "$running" = true ]
}

# Zero where it does not run.
container_pid() { docker container inspect --format '{{.State.Pid}}' "$CONTAINER"; }

# in_container COMMAND…: in the container's network namespace.
in_container() { nsenter --net --target "$CONTAINER_PID" "$@"; }

# The image's own part of a container's settings; null where the image is gone.
image_settings() {
  docker image inspect --format '{{json .Config}}' "$(container_json | jq -r .Image)" 2>/dev/null || echo null
}

# What the engine gives to every container.
engine_defaults() {
  docker info --format '{{json .}}' | jq '{LoggingDriver, DefaultRuntime,
    CgroupnsMode: (if any(.SecurityOptions[]?; startswith("name=cgroupns")) then "private" else "host" end)}'
}
