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
