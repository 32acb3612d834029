# shellcheck shell=bash
# A container of the user's that ours takes the place of, until destroy.

# shellcheck source=scripts/host/lib/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"
# shellcheck source=scripts/host/lib/adoption.sh
. "${BASH_SOURCE[0]%/*}/adoption.sh"
# shellcheck source=scripts/host/lib/config-directory.sh
. "${BASH_SOURCE[0]%/*}/config-directory.sh"
# shellcheck source=scripts/host/lib/container-state.sh
. "${BASH_SOURCE[0]%/*}/container-state.sh"
# shellcheck source=scripts/host/lib/record.sh
. "${BASH_SOURCE[0]%/*}/record.sh"
# shellcheck source=scripts/host/lib/stopping.sh
. "${BASH_SOURCE[0]%/*}/stopping.sh"

# The user's container stays, stopped and under another name, for destroy.
back_up_container() {
  local problem saved
  # The pull of the image may have taken minutes.
  problem=$(container_problem)
  [ -z "$problem" ] || die "$problem"
  # Once: a run that was cut off has changed the container already.
  if [ ! -e "$ORIGINAL_CONTAINER" ]; then
    saved=$PARENT/$CONTAINER.before-$(date -u +%Y%m%dT%H%M%SZ).json
    # That container may have the parent, too: the file is made elsewhere, and moved.
    container_json | write_file "$INSPECTION" 600 >/dev/null
    mv --force --no-target-directory "$INSPECTION" "$saved"
    container_json | jq '{running: .State.Running, restart: .HostConfig.RestartPolicy}' | write_file "$ORIGINAL_CONTAINER" 600 >/dev/null
    say "the inspection of the container that was there is in $saved"
  fi
  docker update --restart no "$CONTAINER" >/dev/null
  stop_container "$CONTAINER"
  docker rename "$CONTAINER" "$SET_ASIDE"
  say "put the container that was there aside as $SET_ASIDE, with its data; destroy brings it back"
}

# Leaves CONTAINER_IS_LOST where somebody removed it in the meantime.
# shellcheck disable=SC2034 # the files that source this one read it
CONTAINER_IS_LOST=''
restore_container() {
  [ -e "$ORIGINAL_CONTAINER" ] || return 0
  # Cut off before it was renamed, it is there under its own name.
  if ! docker rename "$SET_ASIDE" "$CONTAINER" 2>/dev/null && ! container_exists; then
    say "the container that was put aside is not there any more: nothing to bring back as $CONTAINER. What it was made of is in $PARENT/$CONTAINER.before-*.json"
    # shellcheck disable=SC2034
    CONTAINER_IS_LOST=yes
    return 0
  fi
  docker update --restart "$(jq -r '.restart | if .Name == "on-failure" and .MaximumRetryCount > 0 then "\(.Name):\(.MaximumRetryCount)" elif .Name == "" then "no" else .Name end' "$ORIGINAL_CONTAINER")" "$CONTAINER" >/dev/null
  if jq -e .running "$ORIGINAL_CONTAINER" >/dev/null; then
    docker start "$CONTAINER" >/dev/null || say "the container that was there before does not start"
  fi
  say "brought back the container that was there before"
}
